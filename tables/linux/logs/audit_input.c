#include "audit_input.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/discovery.h"
#include "formats/audit/audit_json.h"
#include "journal_ends.h"

SQLITE_EXTENSION_INIT3

/* Files ------------------------------------------------------------------------- */

/* The input is the first member of the table's state. */
static struct audit_input *input_of(struct tbl_scan *scan)
{
    return tbl_state(scan);
}

/* auditd itself, and what takes the kernel's events from it or in its place. */
static int writer(const struct source *source)
{
    static const char *const folders[] = {"/var/log/audit/", "/var/log/laurel/",
                                          "/var/log/auditbeat/"};

    for (size_t i = 1; i < sizeof folders / sizeof *folders; i++)
        if (strncmp(source->path, folders[i], strlen(folders[i])) == 0)
            return (int)i;
    return 0;
}

/* Whether the bytes of a log begin with an object of JSON. -ENODATA: its writer has put other lines
 * there, as auditbeat does of its own work. */
static int begins_json(const struct source *source)
{
    struct stream *stream = NULL;
    char          *data;
    size_t         size;
    int            json = 0;

    if (root_open_stream(source->root, source->path, NULL, &stream) == 0 &&
        stream_block(stream, &data, &size) > 0) {
        json = *data == '{';
        if (writer(source) && !artefact_sniff(ARTEFACT_AUDIT_LOG, (const uint8_t *)data, size))
            json = -ENODATA;
    }
    stream_close(stream);
    return json;
}

/* For log_seek(). */
static bool stamp_of(void *arg, const char *line, size_t size, double *ret)
{
    struct audit_record record;
    struct audit_stamp  stamp;

    (void)arg;
    if (audit_record_parse(line, size, &record, &stamp) < 0)
        return false;
    *ret = audit_time(&stamp);
    return true;
}

/* Open a log at the beginning of the query's time range. */
static int open_log(struct tbl_scan *scan)
{
    struct audit_input  *input = input_of(scan);
    const struct source *source = &input->sources.source;
    struct stat          st;

    int r = root_open_stream(source->root, source->path, &st, &input->stream);
    if (r < 0)
        return r;
    int json = begins_json(source);
    if (json < 0)
        return json;
    if (st.st_size > 0 && log_sources_found(&input->sources) < 0)
        return -ENOMEM;
    input->stretch = (struct log_stretch){0};
    input->json = json;
    if (stream_plain(input->stream) &&
        (input->time->min > -INFINITY || input->time->max < INFINITY))
        input->stretch = log_seek(stream_fd(input->stream), input->time->min, stamp_of, NULL);
    if (input->stretch.start)
        r = stream_seek(input->stream, input->stretch.start);
    audit_window_restart(input->window, input->stretch.start);
    return r;
}

/* Entries of a journal are in the order of their arrival. */
static int open_journal(struct tbl_scan *scan, const char *path)
{
    struct audit_input *input = input_of(scan);

    audit_window_restart(input->window, 0);
    int r = audit_journal_open(input->sources.source.root, path, input->time->min - LOG_SEEK_SLACK,
                               &input->journal);
    input->stretch = (struct log_stretch){0, r == 0 && audit_journal_ordered(input->journal)};
    return r;
}

static void close_file(struct tbl_scan *scan)
{
    struct audit_input *input = input_of(scan);

    stream_close(input->stream);
    audit_journal_close(input->journal);
    input->stream = NULL;
    input->journal = NULL;
    input->error = 0;
    input->json = false;
    input->at = 0;
    input->bad = 0;
}

/* Whether a record may be of another node, which is named at the beginning of its line. One
 * that is compressed, or JSON, may. */
static bool has_nodes(struct stream *stream)
{
    static const char mark[] = {'\n', 'n', 'o', 'd', 'e', '='};
    char   seam[2 * sizeof mark] = {'\n'}; /* the end of what was read before, and more */
    size_t before = 1, size;
    char  *data;
    int    r;

    while ((r = stream_block(stream, &data, &size)) > 0) {
        size_t part = size < sizeof mark ? size : sizeof mark;
        memcpy(seam + before, data, part);
        if (!stream_plain(stream) || *data == '{' ||
            memmem(seam, before + part, mark, sizeof mark) || memmem(data, size, mark, sizeof mark))
            return true;
        before = part - (part == sizeof mark);
        memcpy(seam, data + size - before, before);
    }
    return r < 0;
}

static bool of_others(const struct source *source)
{
    struct stream *stream = NULL;

    if (source->artefact == ARTEFACT_JOURNAL)
        return false;
    if (root_open_stream(source->root, source->path, NULL, &stream) < 0)
        return true; /* which is reported when it is read */
    bool others = has_nodes(stream);
    stream_close(stream);
    return others;
}

static const struct log_reader reader = {
    .log = ARTEFACT_AUDIT_LOG,
    .left_out = "not read: the audit log has the same events",
    .listed = "journal files with audit records are reported one by one",
    .open_log = open_log,
    .open_journal = open_journal,
    .close_file = close_file,
    .of_others = of_others,
    .writer = writer,
};

static int leave_file(struct audit_input *input)
{
    int64_t lost = (int64_t)audit_window_unreadable(input->window) + input->bad +
                   (input->journal ? audit_journal_lost(input->journal) : 0);

    return log_sources_leave(
        &input->sources, input->error, (int64_t)audit_window_records(input->window), lost,
        input->journal ? "entries that could not be read" : "lines that are not audit records");
}

/* Events --------------------------------------------------------------------------- */

static bool is_past(const struct audit_input *input)
{
    return input->stretch.ordered &&
           audit_time(audit_window_stamp(input->window)) > input->time->max + LOG_SEEK_SLACK;
}

/* The records of the next line that is an event of JSON. */
static int read_json(struct audit_input *input, const char **ret, size_t *ret_size)
{
    char  *line;
    size_t size;
    int    r;

    while ((r = stream_line(input->stream, &line, &size)) > 0) {
        uint64_t offset = input->at;
        input->at += size + 1;
        buffer_reset(&input->text);
        int bad = size ? audit_json_lines(line, size, offset, &input->text) : 0;
        if (bad == -ENOMEM)
            return bad;
        input->bad += bad < 0;
        if (bad < 0 || !input->text.size)
            continue;
        *ret = input->text.data;
        *ret_size = input->text.size;
        return 1;
    }
    return r;
}

/* 1 with more of the file, 0 at its end, or a negative errno. */
static int read_block(struct audit_input *input, const char **ret, size_t *ret_size)
{
    char *data;

    if (input->journal)
        return audit_journal_line(input->journal, ret, ret_size);
    if (input->json)
        return read_json(input, ret, ret_size);
    int r = stream_block(input->stream, &data, ret_size);
    *ret = data;
    return r;
}

/* Give the window more to read, or mark the end. */
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
        if (!input->sources.shown && (rc = log_sources_enter(&input->sources)) != SQLITE_ROW)
            return rc;
        r = audit_window_next(input->window, ret);
        if (r > 0)
            return SQLITE_ROW;
        if (r == 0 && audit_window_ended(input->window)) {
            if ((rc = leave_file(input)) != SQLITE_OK)
                return rc;
        } else if (r < 0 || (r = read_more(input)) < 0) {
            return tbl_error(scan, r, input->sources.shown);
        }
    }
}

int audit_input_begin(struct tbl_scan *scan, struct audit_input *input,
                      const struct audit_want *want)
{
    input->time = want->time;
    int r = audit_window_new(&input->window);

    return r < 0 ? tbl_error(scan, r, "evidence")
                 : log_sources_begin(&input->sources, scan, &reader, want->source, &want->sources);
}

/* The ends of one source: SQLITE_OK, SQLITE_DONE where it is better read once, or SQLITE_NOMEM. What
 * cannot be opened has no rows. */
static int source_ends(const struct source *source, struct tbl_ends *ret)
{
    if (source->artefact == ARTEFACT_JOURNAL)
        return journal_ends(source->root, source->path, ret) == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
    int fd = root_open_file(source->root, source->path);
    if (fd < 0)
        return SQLITE_OK;
    bool sought = log_ends(fd, stamp_of, NULL, ret);
    close(fd);
    return sought ? SQLITE_OK : SQLITE_DONE;
}

int audit_input_ends(struct tbl_scan *scan, const struct audit_want *want, struct tbl_ends *ret)
{
    struct sources_want sources_want = want->sources;
    struct sources      sources = {0};
    struct source       source;
    int                 found = SQLITE_OK;

    sources_want.artefacts = 1u << ARTEFACT_AUDIT_LOG | 1u << ARTEFACT_JOURNAL;
    int rc = tbl_sources_begin(scan, &sources, &sources_want);
    while (rc == SQLITE_OK && found == SQLITE_OK) {
        rc = tbl_sources_next(scan, &sources, &source);
        found = rc == SQLITE_ROW ? source_ends(&source, ret) : SQLITE_OK;
        rc = rc == SQLITE_ROW ? SQLITE_OK : rc;
    }
    sources_end(&sources);
    return rc == SQLITE_OK || rc == SQLITE_DONE ? found : rc;
}

void audit_input_end(struct audit_input *input)
{
    if (input->sources.shown)
        leave_file(input);
    log_sources_end(&input->sources);
    audit_window_free(input->window);
    buffer_free(&input->text);
}
