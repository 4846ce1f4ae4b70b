/* auth_events.c -- who became whom and who came in, from auth.log, secure and other syslog text.
 *
 *     SELECT datetime, user, target_user, command FROM auth_events WHERE kind IN ('sudo',
 * 'pkexec');
 *
 * A line of RFC 3164 has neither year nor zone. The year is that which makes the last line no later
 * than the file's modification time, or that of a line with a full date beside it, and steps where
 * the calendar goes back; the zone is that of the root's /etc/localtime.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "auth_text.h"
#include "evidence.h"
#include "stream.h"
#include "table.h"
#include "time_zone.h"

SQLITE_EXTENSION_INIT3

#define DAY 86400

struct auth_row {
    double      time;
    const char *kind;
    int64_t     success;
    const char *user;
    const char *target_user;
    const char *tty;
    const char *cwd;
    const char *command;
    const char *remote_host;
    const char *action;
    const char *reason;
    const char *program;
    int64_t     pid;
    const char *message;
    const char *log_host;
    const char *host;
    const char *source;
    int64_t     line;
    const char *file; /* arguments */
    const char *root;
};

/* The year of lines that do not write it, as the lines go by. */
struct calendar {
    int     year; /* of the last line */
    int64_t last; /* its time within a year, in seconds; -1: none yet */
};

struct state {
    struct sources          sources;
    struct source           source;
    struct stream          *stream;
    struct time_zone       *zone; /* of the source's root */
    struct calendar         calendar;
    int64_t                 line, read, bad;
    const struct tbl_terms *time, *kind;
};

/* Time ---------------------------------------------------------------------------- */

static int64_t within_year(const struct syslog_stamp *stamp)
{
    return time_civil(2000, stamp->month, stamp->day, stamp->hour, stamp->minute, stamp->second) -
           time_civil(2000, 1, 1, 0, 0, 0);
}

/* Follow the calendar past a line. Lines are in order but for clocks set back, so a step back of
 * more than a month is the turn of a year. */
static void follow(struct calendar *calendar, const struct syslog_stamp *stamp)
{
    int64_t now = within_year(stamp);

    if (stamp->year)
        calendar->year = stamp->year;
    else if (calendar->last >= 0 && now < calendar->last - 30 * DAY)
        calendar->year++;
    calendar->last = now;
}

static double time_of(const struct state *state, const struct syslog_stamp *stamp)
{
    int64_t local = time_civil(stamp->year ? stamp->year : state->calendar.year, stamp->month,
                               stamp->day, stamp->hour, stamp->minute, stamp->second);
    int64_t utc = stamp->zoned ? local - stamp->offset : time_zone_utc(state->zone, local);

    return (double)utc + stamp->fraction;
}

/* The year whose `within` seconds are the last no later than a day after a file was written. */
static int last_year(time_t mtime, int64_t within)
{
    struct tm written = {.tm_year = 70};

    gmtime_r(&mtime, &written);
    int year = written.tm_year + 1900;
    return time_civil(year, 1, 1, 0, 0, 0) + within > mtime + DAY ? year - 1 : year;
}

/* Read a file for the year that its first line is of. Ends at the first line that writes one. */
static int first_year(struct stream *stream, time_t mtime)
{
    struct calendar    turns = {0, -1};
    struct syslog_line line;
    char              *text;
    size_t             size;

    while (stream_line(stream, &text, &size) > 0) {
        if (syslog_line_parse(text, size, &line) < 0)
            continue;
        int year = line.stamp.year;
        line.stamp.year = 0;
        follow(&turns, &line.stamp);
        if (year)
            return year - turns.year;
    }
    return last_year(mtime, turns.last < 0 ? 0 : turns.last) - turns.year;
}

/* Sources --------------------------------------------------------------------------- */

static int report(struct tbl_scan *scan, int error)
{
    struct state *state = tbl_state(scan);
    bool          read = state->stream != NULL;
    bool          damaged = state->bad || (error && read);

    return svcql_report(tbl_svcql(scan),
                        &(struct report){
                            .table = "auth_events",
                            .kind = artefact_name(state->source.artefact),
                            .host = state->source.host,
                            .location = state->source.shown,
                            .status = damaged ? SOURCE_DAMAGED
                                      : error ? source_status_of(error)
                                              : SOURCE_READ,
                            .records = read ? state->read : TBL_NULL,
                            .skipped = state->bad,
                            .detail = error        ? strerror(-error)
                                      : state->bad ? "lines that are no syslog lines"
                                                   : NULL,
                        });
}

static void leave_source(struct state *state)
{
    stream_close(state->stream);
    time_zone_free(state->zone);
    state->stream = NULL;
    state->zone = NULL;
}

static int open_stream(struct state *state, struct stream **ret, struct stat *ret_stat)
{
    int fd = root_open_file(state->source.root, state->source.path);

    if (fd < 0)
        return fd;
    if (fstat(fd, ret_stat) < 0) {
        int r = -errno;
        close(fd);
        return r;
    }
    return stream_open(fd, ret);
}

static int open_source(struct state *state)
{
    char           zone[64];
    struct stream *stream = NULL;
    struct stat    st;

    state->line = state->read = state->bad = 0;
    int r = open_stream(state, &stream, &st);
    if (r < 0)
        return r;
    state->calendar = (struct calendar){first_year(stream, st.st_mtime), -1};
    stream_close(stream);
    r = time_zone_of_root(state->source.root, &state->zone, zone);
    if (r == -ENOMEM)
        return r;
    return open_stream(state, &state->stream, &st);
}

static int enter_source(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);
    int           r;

    while ((r = sources_next(&state->sources, &state->source)) > 0) {
        r = open_source(state);
        if (r == 0)
            return SQLITE_ROW;
        if (r == -ENOMEM)
            break;
        int rc = report(scan, r);
        leave_source(state);
        if (rc != SQLITE_OK)
            return rc;
    }
    return r < 0 ? tbl_error(scan, r, "sources") : SQLITE_DONE;
}

/* Rows ------------------------------------------------------------------------------- */

static const char *text_of(struct tbl_scan *scan, struct auth_span span)
{
    return span.text ? tbl_utf8(scan, span.text, span.size) : NULL;
}

static void fill(struct tbl_scan *scan, const struct syslog_line *line,
                 const struct auth_event *event, struct auth_row *row)
{
    struct state *state = tbl_state(scan);

    row->kind = auth_kind_name(event->kind);
    row->success = event->success < 0 ? TBL_NULL : event->success;
    row->user = text_of(scan, event->user);
    row->target_user = text_of(scan, event->target);
    row->tty = text_of(scan, event->tty);
    row->cwd = text_of(scan, event->cwd);
    row->command = text_of(scan, event->command);
    row->remote_host = text_of(scan, event->remote);
    row->action = text_of(scan, event->action);
    row->reason = text_of(scan, event->reason);
    row->program = text_of(scan, line->program);
    row->pid = line->pid < 0 ? TBL_NULL : line->pid;
    row->message = text_of(scan, line->message);
    row->log_host = text_of(scan, line->host);
    row->host = *state->source.host ? state->source.host : row->log_host;
    row->source = state->source.shown;
    row->line = state->line;
}

/* Make a row of a line, if it is one that the query asks for. */
static bool take_line(struct tbl_scan *scan, const char *text, size_t size, struct auth_row *row)
{
    struct state      *state = tbl_state(scan);
    struct syslog_line line;
    struct auth_event  event;

    state->line++;
    int r = syslog_line_parse(text, size, &line);
    if (r < 0) {
        state->bad += r != -ENODATA;
        return false;
    }
    state->read++;
    follow(&state->calendar, &line.stamp);
    row->time = time_of(state, &line.stamp);
    if (!tbl_match_real(state->time, row->time))
        return false;
    auth_message_parse(&line.program, &line.message, &event);
    if (!tbl_match_text(state->kind, auth_kind_name(event.kind), false))
        return false;
    fill(scan, &line, &event, row);
    return true;
}

static int open_scan(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    const struct auth_row *key = tbl_key(scan);

    state->time = TBL_TERMS(scan, struct auth_row, time);
    state->kind = TBL_TERMS(scan, struct auth_row, kind);
    int r = sources_begin(&state->sources, tbl_svcql(scan),
                          &(struct sources_want){.artefacts = 1u << ARTEFACT_AUTH_LOG,
                                                 .path = key->file ? key->file : key->source,
                                                 .root = key->root});
    return r < 0 ? tbl_error(scan, r, "sources") : SQLITE_OK;
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state *state = tbl_state(scan);
    char         *text;
    size_t        size;
    int           rc, r;

    for (;;) {
        if (!state->stream && (rc = enter_source(scan)) != SQLITE_ROW)
            return rc;
        while ((r = stream_line(state->stream, &text, &size)) > 0)
            if (take_line(scan, text, size, out))
                return SQLITE_ROW;
        if (r == -ENOMEM)
            return SQLITE_NOMEM;
        rc = report(scan, r);
        leave_source(state);
        if (rc != SQLITE_OK)
            return rc;
    }
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    if (state->stream)
        report(scan, 0);
    leave_source(state);
    sources_end(&state->sources);
}

static int get_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct auth_row *)row)->time);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct auth_row, time, TBL_RANGE, "When, in seconds since the epoch, UTC"),
    TBL_LAZY("datetime", TBL_TEXT, 0, "The same as ISO 8601 text", get_datetime),
    TBL_COL(struct auth_row, kind, TBL_KEY,
            "sudo, su, pkexec, doas, polkit, login, auth, session, session_end, cron or other"),
    TBL_COL(struct auth_row, success, 0, "1 it was allowed, 0 it was refused, NULL not said"),
    TBL_COL(struct auth_row, user, 0, "Who did it"),
    TBL_COL(struct auth_row, target_user, 0, "User that the command, session or shell is of"),
    TBL_COL(struct auth_row, tty, 0, "Terminal"),
    TBL_COL(struct auth_row, cwd, 0, "Working directory"),
    TBL_COL(
        struct auth_row, command, 0,
        "Command line, as the program writes it: without quotes; a long one of sudo's goes on in "
        "the next rows"),
    TBL_COL(struct auth_row, remote_host, 0, "Host or address that a login came from"),
    TBL_COL(struct auth_row, action, 0, "polkit action: org.freedesktop.systemd1.manage-units"),
    TBL_COL(struct auth_row, reason, 0, "Why it was refused, in the program's words"),
    TBL_COL(struct auth_row, program, 0, "Program that wrote the line"),
    TBL_COL(struct auth_row, pid, 0, "Its process"),
    TBL_COL(struct auth_row, message, 0, "The message"),
    TBL_COL(struct auth_row, log_host, 0, "Host as the line says"),
    TBL_COL(struct auth_row, host, TBL_ID, "Host that the evidence is of, or else the line's"),
    TBL_COL(struct auth_row, source, TBL_KEY | TBL_ID, "File; = reads that file"),
    TBL_COL(struct auth_row, line, TBL_ID, "Line of the file, from 1"),
    TBL_COL(struct auth_row, file, TBL_KEY | TBL_HIDDEN,
            "Argument: a file, a folder or a pattern to read instead"),
    TBL_COL(struct auth_row, root, TBL_KEY | TBL_HIDDEN,
            "Argument: a file system's root, to read its logs instead"),
};

static const struct tbl_example examples[] = {
    {"Commands run as another user",                        "SELECT datetime, user, target_user, command FROM auth_events "
                                     "WHERE kind IN ('sudo', 'pkexec', "
                                     "'doas') AND success"},
    {"Service managers' authorizations that a person gave",
     "SELECT datetime, user, action, command FROM auth_events WHERE kind = 'polkit' AND "
     "action GLOB 'org.freedesktop.systemd1.*'"                                               },
    {"Logins by address",
     "SELECT remote_host, user, success, count(*) AS times, max(datetime) AS last FROM auth_events "
     "WHERE kind = 'login' GROUP BY 1, 2, 3"                                                  },
};

const struct tbl_table auth_events_table = {
    .name = "auth_events",
    .doc = "What sudo, su, pkexec, doas, polkit, sshd, login and PAM wrote to auth.log or secure",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct auth_row),
    .state_size = sizeof(struct state),
    .rows = 50000,
    .artefacts = 1u << ARTEFACT_AUTH_LOG,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
