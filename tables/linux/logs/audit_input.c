#include "audit_input.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/discovery.h"
#include "formats/audit/audit_json.h"
#include "table/scope.h"

SQLITE_EXTENSION_INIT3

#define PART_BYTES ((size_t)64 << 10) /* read of an outline at once */

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

/* The same, which notes whether records name nodes. */
static bool stamp_and_node(void *arg, const char *line, size_t size, double *ret)
{
    struct audit_record record;
    struct audit_stamp  stamp;

    if (audit_record_parse(line, size, &record, &stamp) < 0)
        return false;
    *(bool *)arg |= record.node_size > 0;
    *ret = audit_time(&stamp);
    return true;
}

static void forget_outline(struct audit_input *input)
{
    free(input->outline.parts);
    input->outline = (struct log_outline){0};
    input->part = 0;
    input->records = 0;
}

/* Read of a plain log an outline alone. Of one with the events of several nodes all is read, as each has its own. */
static int begin_outline(struct audit_input *input)
{
    bool nodes = false;

    int r = log_outline(stream_fd(input->stream), input->apart, stamp_and_node, &nodes,
                        &input->outline);
    if (nodes)
        forget_outline(input);
    if (input->outline.n)
        audit_window_restart(input->window, input->outline.parts[0].start);
    return r < 0 ? r : input->outline.n > 0;
}

/* Whether the statement has an index of a plain log, by which its events are read then. */
static bool use_index(struct tbl_scan *scan, const struct stat *st)
{
    struct audit_input       *input = input_of(scan);
    const struct audit_index *index = audit_index_find(tbl_svcql(scan), st, input->range);

    if (index)
        input->selection = audit_selection_new(index, input->filter);
    return input->selection;
}

/* Make an index while a log is read for an analytic, but not of what is all before the usual range: of the time of the
 * question with little before and after it, and of the usual range where a scan reads farther. Not for who asks for some
 * processes of the usual range alone, which are few: reading them costs half of the index. */
static void begin_index(struct tbl_scan *scan, const struct stat *st)
{
    struct audit_input *input = input_of(scan);
    const struct scope *scope = scope_of(tbl_svcql(scan));

    if (!scope->inside || input->range.max <= scope->since - AUDIT_INDEX_BEFORE)
        return;
    double near = AUDIT_INDEX_NEAR, before = near, after = near;
    if (input->range.min < scope->since - near || input->range.max > scope->until + near) {
        if (input->filter->pid->n)
            return;
        before = AUDIT_INDEX_BEFORE;
        after = AUDIT_INDEX_AFTER;
    }
    input->range.min = fmin(input->range.min, scope->since - before);
    input->range.max = fmax(input->range.max, scope->until + after);
    input->index = audit_index_new(st, input->range);
}

/* Go to the beginning of the time that is read. */
static int begin_stretch(struct audit_input *input)
{
    int r = 0;

    input->stretch = (struct log_stretch){0};
    if (input->range.min > -INFINITY || input->range.max < INFINITY)
        input->stretch =
            log_seek(stream_fd(input->stream), input->range.min, input->range.max, stamp_of, NULL);
    if (input->stretch.start)
        r = stream_seek(input->stream, input->stretch.start);
    audit_window_restart(input->window, input->stretch.start);
    return r;
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
    input->range = (struct audit_index_range){input->filter->time->min, input->filter->time->max};
    input->stretch = (struct log_stretch){0};
    audit_window_restart(input->window, 0);
    bool plain = stream_plain(input->stream), outlined = plain && !isnan(input->apart);
    bool indexed = plain && !outlined && use_index(scan, &st);
    int  json = indexed ? 0 : begins_json(source);
    if (json < 0)
        return json;
    input->json = json;
    if (st.st_size > 0 && log_sources_found(&input->sources) < 0)
        return -ENOMEM;
    if (!plain || indexed)
        return 0;
    if (outlined && !json && (r = begin_outline(input)) != 0)
        return r < 0 ? r : 0;
    if (!json)
        begin_index(scan, &st);
    return begin_stretch(input);
}

/* Entries of a journal are in the order of their arrival. */
static int open_journal(struct tbl_scan *scan, const char *path)
{
    struct audit_input *input = input_of(scan);

    input->range.max = input->filter->time->max;
    audit_window_restart(input->window, 0);
    int r = audit_journal_open(&input->sources.source, path,
                               input->filter->time->min - LOG_SEEK_SLACK, &input->journal);
    input->stretch = (struct log_stretch){0, r == 0 && audit_journal_ordered(input->journal)};
    return r;
}

static void close_file(struct tbl_scan *scan)
{
    struct audit_input *input = input_of(scan);

    stream_close(input->stream);
    audit_journal_close(input->journal);
    audit_index_free(input->index);
    audit_selection_free(input->selection);
    forget_outline(input);
    input->index = NULL;
    input->selection = NULL;
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
        return journal_has_others(source);
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
    const struct audit_index *index =
        input->selection ? audit_selection_index(input->selection) : NULL;
    uint64_t records =
        index ? audit_index_records(index) : input->records + audit_window_records(input->window);
    uint64_t lost = index ? audit_index_lost(index) : audit_window_unreadable(input->window);

    if (input->journal)
        lost += (uint64_t)audit_journal_lost(input->journal);
    return log_sources_leave(
        &input->sources, input->error, (int64_t)records, (int64_t)lost + input->bad,
        input->journal ? "entries that could not be read" : "lines that are not audit records");
}

/* Events --------------------------------------------------------------------------- */

static bool is_past(const struct audit_input *input)
{
    return input->stretch.ordered &&
           audit_time(audit_window_stamp(input->window)) > input->range.max + LOG_SEEK_SLACK;
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

/* Room for the bytes of an event. */
static bool make_room(struct audit_input *input, size_t size)
{
    char *bytes = size > input->bytes_room ? realloc(input->bytes, 2 * size) : input->bytes;

    if (!bytes)
        return false;
    input->bytes_room = size > input->bytes_room ? 2 * size : input->bytes_room;
    input->bytes = bytes;
    return true;
}

/* More of the part of the outline. */
static int read_part(struct audit_input *input, const char **ret, size_t *ret_size)
{
    struct log_part *part = &input->outline.parts[input->part];
    uint64_t         left = part->end - part->start;
    size_t           size = left < PART_BYTES ? (size_t)left : PART_BYTES;

    if (!make_room(input, PART_BYTES))
        return -ENOMEM;
    int r = stream_at(input->stream, part->start, input->bytes, size, ret_size);
    *ret = input->bytes;
    part->start += *ret_size;
    return r < 0 ? r : *ret_size > 0;
}

/* Go on to the next part. */
static bool next_part(struct audit_input *input)
{
    if (input->error || input->part + 1 >= input->outline.n)
        return false;
    input->records += audit_window_records(input->window);
    input->bad += (int64_t)audit_window_unreadable(input->window);
    audit_window_restart(input->window, input->outline.parts[++input->part].start);
    return true;
}

/* 1 with more of the file, or of its part; 0 at its end, or a negative errno. */
static int read_block(struct audit_input *input, const char **ret, size_t *ret_size)
{
    char *data;

    if (input->journal)
        return audit_journal_line(input->journal, ret, ret_size);
    if (input->json)
        return read_json(input, ret, ret_size);
    if (input->outline.n)
        return read_part(input, ret, ret_size);
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
    if (input->part + 1 < input->outline.n)
        audit_window_cut(input->window);
    else
        audit_window_end(input->window);
    return r == -ENOMEM ? r : 0;
}

/* The next event of the index: 1, 0 after the last or where the file cannot be read, or -ENOMEM. */
static int next_selected(struct audit_input *input, struct audit_event *ret)
{
    struct audit_place place;
    size_t             size;

    while (audit_selection_next(input->selection, &place)) {
        if (!make_room(input, place.size))
            return -ENOMEM;
        input->error = stream_at(input->stream, place.offset, input->bytes, place.size, &size);
        if (input->error < 0)
            return 0;
        int r = audit_window_again(input->window, input->bytes, size, place.offset, ret);
        if (r != 0)
            return r;
        input->bad++; /* it was overwritten meanwhile */
    }
    return 0;
}

/* The next event as audit_window_next() gives it, noted in the index that is made. */
static int next_read(struct audit_input *input, struct audit_event *ret)
{
    int r = audit_window_next(input->window, ret);

    if (r > 0 && input->index)
        audit_index_add(input->index, ret);
    return r;
}

/* All of the file was read. */
static int end_file(struct tbl_scan *scan, struct audit_input *input)
{
    if (input->index && !input->error) {
        audit_index_keep(tbl_svcql(scan), input->index, audit_window_records(input->window),
                         audit_window_unreadable(input->window));
        input->index = NULL;
    }
    return leave_file(input);
}

int audit_input_next(struct tbl_scan *scan, struct audit_input *input, struct audit_event *ret)
{
    int rc, r;

    for (;;) {
        if (!input->sources.shown && (rc = log_sources_enter(&input->sources)) != SQLITE_ROW)
            return rc;
        r = input->selection ? next_selected(input, ret) : next_read(input, ret);
        if (r > 0)
            return SQLITE_ROW;
        if (r == 0 && (input->selection || audit_window_ended(input->window))) {
            if (!next_part(input) && (rc = end_file(scan, input)) != SQLITE_OK)
                return rc;
        } else if (r < 0 || (r = read_more(input)) < 0) {
            return tbl_error(scan, r, input->sources.shown);
        }
    }
}

int audit_input_begin(struct tbl_scan *scan, struct audit_input *input,
                      const struct audit_want *want)
{
    input->filter = want->filter;
    input->apart = want->apart;
    int r = audit_window_new(&input->window);

    return r < 0 ? tbl_error(scan, r, "evidence")
                 : log_sources_begin(&input->sources, scan, &reader, want->source, &want->sources);
}

static bool ends_of(const struct source *source, int fd, struct tbl_ends *ret)
{
    (void)source;
    return log_ends(fd, stamp_of, NULL, ret);
}

int audit_input_ends(struct tbl_scan *scan, const struct audit_want *want, struct tbl_ends *ret)
{
    return log_sources_ends(scan, &want->sources, ARTEFACT_AUDIT_LOG, ends_of, ret);
}

void audit_input_end(struct audit_input *input)
{
    if (input->sources.shown)
        leave_file(input);
    log_sources_end(&input->sources);
    audit_window_free(input->window);
    buffer_free(&input->text);
    free(input->bytes);
}
