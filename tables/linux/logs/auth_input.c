#include "auth_input.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "auth_journal.h"

SQLITE_EXTENSION_INIT3

#define DAY 86400

/* Time ---------------------------------------------------------------------------- */

static int64_t within_year(const struct syslog_stamp *stamp)
{
    return time_civil(2000, stamp->month, stamp->day, stamp->hour, stamp->minute, stamp->second) -
           time_civil(2000, 1, 1, 0, 0, 0);
}

/* Follow the calendar past a line. Lines are in order except where a clock was set back, so a step
 * back of more than a month is a change of year. */
static void follow(struct auth_calendar *calendar, const struct syslog_stamp *stamp)
{
    int64_t now = within_year(stamp);

    if (stamp->year)
        calendar->year = stamp->year;
    else if (calendar->last >= 0 && now < calendar->last - 30 * DAY)
        calendar->year++;
    calendar->last = now;
}

/* The time of a line, of this year where it has none. */
static double utc_of(const struct time_zone *zone, const struct syslog_stamp *stamp, int year)
{
    int64_t local = time_civil(stamp->year ? stamp->year : year, stamp->month, stamp->day,
                               stamp->hour, stamp->minute, stamp->second);
    int64_t utc = stamp->zoned ? local - stamp->offset : time_zone_utc(zone, local);

    return (double)utc + stamp->fraction;
}

static double time_of(const struct auth_input *input, const struct syslog_stamp *stamp)
{
    return utc_of(input->zone, stamp, input->calendar.year);
}

/* The latest year in which `within` seconds is not later than a day after a file was written. */
static int last_year(time_t mtime, int64_t within)
{
    struct tm written = {.tm_year = 70};

    gmtime_r(&mtime, &written);
    int year = written.tm_year + 1900;
    return time_civil(year, 1, 1, 0, 0, 0) + within > mtime + DAY ? year - 1 : year;
}

static bool is_sudo(const struct auth_span *program)
{
    return program->size >= 4 && memcmp(program->text, "sudo", 4) == 0;
}

/* Seeking ------------------------------------------------------------------------- */

struct stamper {
    const struct time_zone *zone;
    bool                    undated; /* a line has no year */
    int                     year;    /* of the last line that has */
};

/* For log_seek(). */
static bool stamp_of(void *arg, const char *text, size_t size, double *ret)
{
    struct stamper    *stamper = arg;
    struct syslog_line line;

    if (syslog_line_parse(text, size, &line) < 0)
        return false;
    stamper->undated |= !line.stamp.year;
    stamper->year = line.stamp.year;
    *ret = utc_of(stamper->zone, &line.stamp, 0);
    return line.stamp.year != 0;
}

/* Where to begin for the times from `min` on, and whether to stop after the last. */
static struct log_stretch find_stretch(const struct auth_input *input, const struct stream *stream,
                                       double min)
{
    struct stamper     stamper = {.zone = input->zone};
    struct log_stretch stretch = {0};

    if (stream_plain(stream) && (min > -INFINITY || input->time->max < INFINITY))
        stretch = log_seek(stream_fd(stream), min, input->time->max, stamp_of, &stamper);
    if (stamper.undated)
        memset(&stretch, 0, sizeof stretch);
    return stretch;
}

/* The count of lines before an offset of a plain file. A negative errno. */
static int64_t lines_before(struct stream *stream, uint64_t offset)
{
    static const size_t part = 64u << 10;
    char               *data = malloc(part);
    int64_t             lines = 0;
    size_t              size = 1;
    int                 r = data ? 0 : -ENOMEM;

    for (uint64_t at = 0; r == 0 && at < offset && size > 0; at += size) {
        size_t wanted = offset - at < part ? (size_t)(offset - at) : part;
        r = stream_at(stream, at, data, wanted, &size);
        for (char *line = data; r == 0 && (line = memchr(line, '\n', (size_t)(data + size - line)));
             line++)
            lines++;
    }
    free(data);
    return r < 0 ? r : lines;
}

/* Note a line in which sudo writes that a command has ended. */
static int note_end(struct auth_input *input, const char *text, size_t size, int64_t number)
{
    struct auth_span   whole = {text, size};
    struct syslog_line line;
    int64_t            result;

    if (sudo_exit(&whole, &result).size == size || syslog_line_parse(text, size, &line) < 0 ||
        !is_sudo(&line.program))
        return 0;
    return sudo_ends_note(&input->ends, &line.host, &line.message, number);
}

/* Whether what comes after a line cannot matter. */
static bool is_past(const struct auth_input *input, const struct syslog_line *line)
{
    return input->stretch.ordered &&
           time_of(input, &line->stamp) > input->time->max + LOG_SEEK_SLACK;
}

/* Read a file, from the line after `number` others on, for the year of its first line, from the first line that has
 * one, and for the ends of sudo's commands. A negative errno. */
static int survey(struct auth_input *input, struct stream *stream, time_t mtime, int64_t number)
{
    struct auth_calendar turns = {0, -1};
    struct syslog_line   line;
    char                *text;
    size_t               size;
    int                  year = 0, r = 0;
    bool                 bounded = input->stretch.ordered && !input->results;

    while (r == 0 && stream_line(stream, &text, &size) > 0) {
        r = note_end(input, text, size, ++number);
        if ((year && !bounded) || syslog_line_parse(text, size, &line) < 0)
            continue;
        if (bounded && line.stamp.year && is_past(input, &line))
            break;
        if (year)
            continue;
        int written = line.stamp.year;
        line.stamp.year = 0;
        follow(&turns, &line.stamp);
        if (written)
            year = written - turns.year;
    }
    if (!year)
        year = last_year(mtime, turns.last < 0 ? 0 : turns.last) - turns.year;
    input->calendar = (struct auth_calendar){year, -1};
    return r;
}

/* Files --------------------------------------------------------------------------- */

/* The input is the first member of the table's state. */
static struct auth_input *input_of(struct tbl_scan *scan)
{
    return tbl_state(scan);
}

static void close_file(struct tbl_scan *scan)
{
    struct auth_input *input = input_of(scan);

    stream_close(input->stream);
    time_zone_free(input->zone);
    journal_pick_close(input->pick);
    input->stream = NULL;
    input->zone = NULL;
    input->pick = NULL;
    input->others = false;
    sudo_ends_free(&input->ends);
    input->line = input->read = input->bad = 0;
    input->stretch = (struct log_stretch){0};
    input->parts = (struct auth_ends){0};
    input->at = 0;
    for (size_t i = 0; i < 2; i++)
        buffer_free(&input->edges.edges[i].text);
    input->edges = (struct auth_edges){0};
    input->edged = false;
}

static int leave_file(struct auth_input *input, int error)
{
    int64_t lost = input->bad + (input->pick ? journal_pick_lost(input->pick) : 0);

    return log_sources_leave(&input->sources, error, input->read, lost,
                             input->pick ? "entries that could not be read whole"
                                         : "lines that are not syslog lines");
}

/* Find the stretch from `min` on, and survey it. The number of lines before it, or a negative errno. */
static int64_t survey_from(struct auth_input *input, double min)
{
    const struct source *source = &input->sources.source;
    struct stream       *stream = NULL;
    struct stat          st;
    int64_t              lines = 0;

    int r = root_open_stream(source->root, source->path, &st, &stream);
    if (r < 0)
        return r;
    sudo_ends_free(&input->ends);
    input->stretch = find_stretch(input, stream, min);
    if (input->stretch.start)
        lines = lines_before(stream, input->stretch.start);
    if (lines < 0)
        r = (int)lines;
    else if (input->stretch.start)
        r = stream_seek(stream, input->stretch.start);
    if (r == 0)
        r = survey(input, stream, st.st_mtime, lines);
    stream_close(stream);
    return r < 0 ? r : lines;
}

/* Whether a part of a file may have a line in which sudo writes that a command has ended, which is an event only where
 * its beginning is not in the log. */
static bool may_have_ends(struct stream *stream, const struct log_part *part)
{
    size_t size = (size_t)(part->end - part->start), got = 0;
    char  *data = malloc(size);
    bool   may = !data || stream_at(stream, part->start, data, size, &got) < 0 ||
               memmem(data, got, "EXIT=", 5) || memmem(data, got, "SIGNAL=", 7);

    free(data);
    return may;
}

/* Find the parts with the first and last events of a plain log in order whose lines have their years: none, where that
 * is not known. 0 or -ENOMEM. */
static int find_ends(struct auth_input *input, struct stream *stream)
{
    struct stamper     stamper = {.zone = input->zone};
    struct log_outline outline = {0};
    struct auth_ends   ends = {0};

    if (!input->only_ends || !*input->sources.source.host || !stream_plain(stream))
        return 0;
    int r = log_outline(stream_fd(stream), INFINITY, stamp_of, &stamper, &outline);
    for (size_t i = 0; r > 0 && i < outline.n; i++) {
        if (outline.n > 2 || stamper.undated || may_have_ends(stream, &outline.parts[i]))
            break;
        ends.parts[ends.n] = outline.parts[i];
        ends.lines[ends.n] = lines_before(stream, outline.parts[i].start);
        r = ends.lines[ends.n] < 0 ? (int)ends.lines[ends.n] : 1;
        ends.n++;
    }
    if (r > 0 && ends.n == outline.n) {
        input->parts = ends;
        input->calendar = (struct auth_calendar){stamper.year, -1};
    }
    free(outline.parts);
    return r == -ENOMEM ? r : 0;
}

/* Open the log for its ends alone: 1; 0 where it is to be read; or a negative errno. */
static int open_ends(struct auth_input *input)
{
    const struct source *source = &input->sources.source;

    int r = root_open_stream(source->root, source->path, NULL, &input->stream);
    if (r == 0)
        r = find_ends(input, input->stream);
    if (r == 0 && input->parts.n)
        r = log_sources_found(&input->sources);
    if (r == 0 && input->parts.n) { /* the first part begins the file */
        r = stream_seek(input->stream, 0);
        return r < 0 ? r : 1;
    }
    stream_close(input->stream);
    input->stream = NULL;
    return r;
}

/* Where the part that is read has ended, go on with the next: 0, or a negative errno. */
static int next_part(struct auth_input *input)
{
    struct auth_ends *parts = &input->parts;

    if (parts->i + 1 >= parts->n || input->at < parts->parts[parts->i].end)
        return 0;
    parts->i++;
    input->at = parts->parts[parts->i].start;
    input->line = parts->lines[parts->i];
    return stream_seek(input->stream, input->at);
}

/* Lines --------------------------------------------------------------------------- */

static struct auth_record record_of(const struct syslog_line *line, double time, int64_t number)
{
    return (struct auth_record){.time = time,
                                .host = line->host,
                                .program = line->program,
                                .message = line->message,
                                .pid = line->pid,
                                .writer = -1,
                                .line = number,
                                .count = line->count,
                                .result = -1};
}

/* The next line of a text log, and its bytes: 1, 0 at the end, or a negative errno. */
static int next_line(struct auth_input *input, struct auth_span *ret_text, struct auth_record *ret)
{
    struct syslog_line line;
    char              *text;
    size_t             size;
    int                r;

    while ((r = next_part(input)) == 0 && (r = stream_line(input->stream, &text, &size)) > 0) {
        input->line++;
        input->at += size + 1;
        int bad = syslog_line_parse(text, size, &line);
        if (bad < 0) {
            input->bad += bad != -ENODATA;
            continue;
        }
        input->bad += memchr(text, '\0', size) != NULL; /* something of it, or a line, is lost */
        input->read++;
        follow(&input->calendar, &line.stamp);
        *ret_text = (struct auth_span){text, size};
        *ret = record_of(&line, time_of(input, &line.stamp), input->line);
        return 1;
    }
    return r;
}

/* The next entry of a journal: as next_line(). */
static int next_entry(struct auth_input *input, struct auth_record *ret)
{
    int r = auth_journal_next(input, ret);

    input->read += r > 0;
    return r;
}

/* Whether a record is an event: neither the end of one, nor what a process of systemd's that is named
 * after another program writes to the journal of other matters than PAM. */
static bool is_event(struct auth_input *input, struct auth_record *record)
{
    record->result = -1;
    if (input->pick && record->program.size && record->program.text[0] == '(' &&
        (record->message.size < 4 || memcmp(record->message.text, "pam_", 4) != 0))
        return false;
    return !is_sudo(&record->program) ||
           sudo_ends_event(&input->ends, &record->host, &record->message, record->line,
                           &record->result);
}

/* Whether what comes after a record cannot be in the range of time. */
static bool is_after(const struct auth_input *input, const struct auth_record *record)
{
    return input->stretch.ordered && record->time > input->time->max + LOG_SEEK_SLACK;
}

static bool keep_edge(struct auth_edge *edge, const struct auth_span *text,
                      const struct auth_record *record)
{
    buffer_reset(&edge->text);
    buffer_put(&edge->text, text->text, text->size);
    edge->time = record->time;
    edge->line = record->line;
    edge->result = record->result;
    return !edge->text.failed;
}

/* Read a log for its earliest and its latest event that fit the terms on time. 0 or a negative errno, before which
 * some may have been found. */
static int find_edges(struct auth_input *input, struct auth_edges *edges)
{
    struct auth_edge  *first = &edges->edges[0], *last = &edges->edges[1];
    struct auth_record record;
    struct auth_span   text;
    int                r;

    while ((r = next_line(input, &text, &record)) > 0 && !is_after(input, &record)) {
        if (!is_event(input, &record) || !tbl_match_real(input->time, record.time))
            continue;
        if ((!edges->n || record.time < first->time) && !keep_edge(first, &text, &record))
            return -ENOMEM;
        if ((!edges->n || record.time >= last->time) && !keep_edge(last, &text, &record))
            return -ENOMEM;
        edges->n = 2;
    }
    if (edges->n && first->line == last->line)
        edges->n = 1;
    return r < 0 ? r : 0;
}

static int next_edge(struct auth_input *input, struct auth_record *ret)
{
    struct auth_edges *edges = &input->edges;
    struct syslog_line line;

    if (!edges->read)
        edges->error = find_edges(input, edges);
    edges->read = true;
    if (edges->error == -ENOMEM || edges->i == edges->n)
        return edges->error;
    const struct auth_edge *edge = &edges->edges[edges->i++];
    int                     r = syslog_line_parse(edge->text.data, edge->text.size, &line);
    *ret = record_of(&line, edge->time, edge->line);
    ret->result = edge->result;
    return r < 0 ? r : 1;
}

/* The next record: 1, 0 at the end, or a negative errno. */
static int next_record(struct auth_input *input, struct auth_record *ret)
{
    struct auth_span text;

    if (input->pick)
        return next_entry(input, ret);
    return input->edged ? next_edge(input, ret) : next_line(input, &text, ret);
}

/* Opening ---------------------------------------------------------------------------- */

/* A command whose end is in the time range may have begun the day before. */
static int open_log(struct tbl_scan *scan)
{
    struct auth_input   *input = input_of(scan);
    const struct source *source = &input->sources.source;
    char                 zone[64];
    struct stat          st;

    int r = time_zone_of_root(source->root, &input->zone, zone);
    if (r == -ENOMEM || (r = open_ends(input)) != 0)
        return r < 0 ? r : 0;
    int64_t lines = survey_from(input, input->time->min);
    if (lines > 0 && input->ends.n)
        lines = survey_from(input, input->time->min - DAY);
    if (lines < 0)
        return (int)lines;
    input->line = lines;
    input->edged = input->only_ends && *source->host;
    r = root_open_stream(source->root, source->path, &st, &input->stream);
    if (r == 0 && st.st_size > 0)
        r = log_sources_found(&input->sources);
    if (r == 0 && input->stretch.start)
        r = stream_seek(input->stream, input->stretch.start);
    return r;
}

static int open_journal(struct tbl_scan *scan, const char *path)
{
    return auth_journal_open(input_of(scan), path);
}

/* A log without a host of its own has the hosts that its lines say. */
static bool of_others(const struct source *source)
{
    return !*source->host || (source->artefact == ARTEFACT_JOURNAL && journal_has_others(source));
}

static const struct log_reader reader = {
    .log = ARTEFACT_AUTH_LOG,
    .left_out = "not read: the text logs have the same messages",
    .listed = "journal files with such messages are reported one by one",
    .open_log = open_log,
    .open_journal = open_journal,
    .close_file = close_file,
    .of_others = of_others,
};

int auth_input_next(struct auth_input *input, struct auth_record *ret)
{
    int rc, r;

    for (;;) {
        if (!input->sources.shown && (rc = log_sources_enter(&input->sources)) != SQLITE_ROW)
            return rc;
        while ((r = next_record(input, ret)) > 0) {
            if ((input->edged || is_event(input, ret)) && tbl_match_real(input->time, ret->time))
                return SQLITE_ROW;
            if (is_after(input, ret)) {
                r = 0;
                break;
            }
            if (input->pick && journal_pick_ordered(input->pick) &&
                ret->time > input->time->max + DAY)
                journal_pick_skip(input->pick);
        }
        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        if ((rc = leave_file(input, r)) != SQLITE_OK)
            return rc;
    }
}

int auth_input_begin(struct tbl_scan *scan, struct auth_input *input, const struct auth_want *want)
{
    input->time = want->time;
    input->results = want->results;
    input->only_ends = want->ends;
    return log_sources_begin(&input->sources, scan, &reader, NULL, &want->sources);
}

static bool ends_of(const struct source *source, int fd, struct tbl_ends *ret)
{
    struct time_zone *zone = NULL;
    char              name[64];
    bool              read = time_zone_of_root(source->root, &zone, name) != -ENOMEM;
    struct stamper    stamper = {.zone = zone};
    bool              known = read && log_ends(fd, stamp_of, &stamper, ret) && !stamper.undated;

    time_zone_free(zone);
    return known;
}

int auth_input_ends(struct tbl_scan *scan, const struct auth_want *want, struct tbl_ends *ret)
{
    return log_sources_ends(scan, &want->sources, ARTEFACT_AUTH_LOG, ends_of, ret);
}

void auth_input_end(struct auth_input *input)
{
    if (input->sources.shown)
        leave_file(input, 0);
    log_sources_end(&input->sources);
    buffer_free(&input->text);
}
