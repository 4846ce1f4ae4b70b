#include "audit_input.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

SQLITE_EXTENSION_INIT3

/* Reports ----------------------------------------------------------------------- */

static int64_t skipped(const struct audit_input *input)
{
    return (int64_t)audit_window_unreadable(input->window) +
           (input->journal ? audit_journal_lost(input->journal) : 0);
}

static int report(struct tbl_scan *scan, const struct audit_input *input, const char *location,
                  int error, const char *detail)
{
    bool    read = input->stream || input->journal;
    int64_t lost = read ? skipped(input) : 0;

    if (!detail && error)
        detail = strerror(-error);
    if (!detail && lost)
        detail =
            input->journal ? "entries that could not be read" : "lines that are no audit records";
    return svcql_report(
        tbl_svcql(scan),
        &(struct report){
            .table = "audit_events",
            .kind = artefact_name(input->source.artefact),
            .host = input->source.host,
            .location = location,
            .status = error && !read  ? source_status_of(error)
                      : error || lost ? SOURCE_DAMAGED
                                      : SOURCE_READ,
            .records = read ? (int64_t)audit_window_records(input->window) : TBL_NULL,
            .skipped = lost,
            .detail = detail,
        });
}

/* Files ------------------------------------------------------------------------- */

static int show(struct audit_input *input, const char *path)
{
    free(input->shown);
    input->shown = root_shown_copy(input->source.root, path);
    return input->shown ? 0 : -ENOMEM;
}

/* Open a log at the place where the query's stretch of time begins. */
static int open_log(struct audit_input *input)
{
    struct stat st;

    int fd = root_open_file(input->source.root, input->source.path);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) == 0 && st.st_size > 0 &&
        log_sources_found(&input->sources, &input->source) < 0) {
        close(fd);
        return -ENOMEM;
    }
    input->stretch = (struct audit_stretch){0};
    if (input->time->min > -INFINITY || input->time->max < INFINITY)
        input->stretch = audit_seek(fd, input->time->min);
    int r = stream_open(fd, &input->stream);
    if (r == 0 && input->stretch.start)
        r = stream_seek(input->stream, input->stretch.start);
    audit_window_restart(input->window, input->stretch.start);
    return r;
}

/* Entries of a journal are in the order of their arrival. */
static int open_journal(struct audit_input *input, const char *path)
{
    input->stretch = (struct audit_stretch){0, true};
    audit_window_restart(input->window, 0);
    return audit_journal_open(input->source.root, path, input->time->min - AUDIT_SEEK_SLACK,
                              &input->journal);
}

static void close_file(struct audit_input *input)
{
    stream_close(input->stream);
    audit_journal_close(input->journal);
    free(input->shown);
    input->stream = NULL;
    input->journal = NULL;
    input->shown = NULL;
    input->error = 0;
}

static int leave_file(struct tbl_scan *scan, struct audit_input *input)
{
    int rc = SQLITE_OK;

    if (input->stream || input->journal)
        rc = report(scan, input, input->shown, input->error, NULL);
    close_file(input);
    return rc;
}

/* Sources ------------------------------------------------------------------------- */

/* Open the next journal of the source that has audit records: SQLITE_ROW, SQLITE_DONE or an error.
 */
static int enter_journal(struct tbl_scan *scan, struct audit_input *input)
{
    while (input->next_journal < input->journals.n) {
        const char *path = input->journals.names[input->next_journal++];
        int         r = show(input, path);
        if (r == 0 && !tbl_match_text(input->source_terms, input->shown, false))
            continue;
        if (r == 0)
            r = open_journal(input, path);
        if (r == 0)
            return SQLITE_ROW;
        int rc = r == -ENOMEM    ? SQLITE_NOMEM
                 : r == -ENODATA ? SQLITE_OK
                                 : report(scan, input, input->shown, r, NULL);
        close_file(input);
        if (rc != SQLITE_OK)
            return rc;
    }
    return SQLITE_DONE;
}

/* A source that is a journal becomes the list of its files; SQLITE_OK or an error. */
static int take_journal(struct tbl_scan *scan, struct audit_input *input)
{
    root_names_free(&input->journals);
    input->journals = (struct root_names){0};
    input->next_journal = 0;
    if (log_sources_has_log(&input->sources, &input->source))
        return report(scan, input, input->source.shown, 0,
                      "not read: the audit log has the same events");
    int r = journal_pick_files(input->source.root, input->source.path, &input->journals);
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    if (r == 0)
        r = input->journals.error ? input->journals.error : input->journals.lost ? -EFBIG : 0;
    return report(scan, input, input->source.shown, r,
                  r < 0 ? NULL : "journal files with audit records are reported one by one");
}

/* SQLITE_ROW with the log open, SQLITE_OK where there is none to read, or an error. */
static int take_log(struct tbl_scan *scan, struct audit_input *input)
{
    if (!tbl_match_text(input->source_terms, input->source.shown, false))
        return SQLITE_OK;
    int r = show(input, input->source.path);
    if (r == 0)
        r = open_log(input);
    if (r == 0)
        return SQLITE_ROW;
    stream_close(input->stream);
    input->stream = NULL;
    int rc = r == -ENOMEM ? SQLITE_NOMEM : report(scan, input, input->source.shown, r, NULL);
    close_file(input);
    return rc;
}

/* The next file that can be read. SQLITE_ROW, SQLITE_DONE or an error. */
static int enter_file(struct tbl_scan *scan, struct audit_input *input)
{
    for (;;) {
        int rc = enter_journal(scan, input);
        if (rc != SQLITE_DONE)
            return rc;
        if ((rc = log_sources_next(&input->sources, &input->source)) != SQLITE_ROW)
            return rc;
        rc = input->source.artefact == ARTEFACT_JOURNAL ? take_journal(scan, input)
                                                        : take_log(scan, input);
        if (rc != SQLITE_OK)
            return rc;
    }
}

/* Events --------------------------------------------------------------------------- */

static bool is_past(const struct audit_input *input)
{
    return input->stretch.ordered &&
           audit_time(audit_window_stamp(input->window)) > input->time->max + AUDIT_SEEK_SLACK;
}

/* 1 with more of the file, 0 at its end, or a negative errno. */
static int read_block(struct audit_input *input, const char **ret, size_t *ret_size)
{
    char *data;

    if (input->journal)
        return audit_journal_line(input->journal, ret, ret_size);
    int r = stream_block(input->stream, &data, ret_size);
    *ret = data;
    return r;
}

/* Give the window more to read, or tell it that there is no more. */
static int read_more(struct audit_input *input)
{
    const char *data;
    size_t      size;

    if (is_past(input)) {
        audit_window_cut(input->window);
        return 0;
    }
    int r = read_block(input, &data, &size);
    if (r > 0)
        return audit_window_feed(input->window, data, size);
    input->error = r;
    audit_window_end(input->window);
    return r == -ENOMEM ? r : 0;
}

int audit_input_next(struct tbl_scan *scan, struct audit_input *input, struct audit_event *ret)
{
    int rc, r;

    for (;;) {
        if (!input->shown && (rc = enter_file(scan, input)) != SQLITE_ROW)
            return rc;
        r = audit_window_next(input->window, ret);
        if (r > 0)
            return SQLITE_ROW;
        if (r == 0 && audit_window_ended(input->window)) {
            if ((rc = leave_file(scan, input)) != SQLITE_OK)
                return rc;
        } else if (r < 0 || (r = read_more(input)) < 0) {
            return tbl_error(scan, r, input->shown);
        }
    }
}

int audit_input_begin(struct tbl_scan *scan, struct audit_input *input,
                      const struct audit_want *want)
{
    input->time = want->time;
    input->source_terms = want->source;
    int r = audit_window_new(&input->window);

    return r < 0 ? tbl_error(scan, r, "evidence")
                 : log_sources_begin(scan, &input->sources, ARTEFACT_AUDIT_LOG, &want->sources);
}

void audit_input_end(struct tbl_scan *scan, struct audit_input *input)
{
    leave_file(scan, input);
    root_names_free(&input->journals);
    log_sources_end(&input->sources);
    audit_window_free(input->window);
}
