/* auth_events.c -- logins and changes of user, from auth.log, secure or, where a host keeps no such
 * text, its journal.
 *
 *     SELECT datetime, user, target_user, command FROM auth_events WHERE kind IN ('sudo',
 * 'pkexec');
 *
 * A line of RFC 3164 has neither year nor zone. The year is such that the last line is not later
 * than the file's modification time, or is that of a nearby line with a full date, and it changes
 * where the calendar goes back; the zone is that of the root's /etc/localtime. A range of time, and the newest or
 * oldest rows, are found by reading few places of a text log whose lines have their years, as rsyslog's have since
 * Debian 12; of another all is read. Where a clock was set back near
 * the range (log_seek.h), all is read too. Of a log without years the ends (`ends = 1`) cost one reading, and only two rows.
 */
#include "auth_input.h"
#include "formats/log/auth_text.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

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
    const char *session;
    int64_t     result;
    int64_t     uid;
    int64_t     target_uid;
    int64_t     count;
    const char *program;
    int64_t     pid;
    const char *exe;
    int64_t     writer_uid;
    const char *message;
    const char *log_host;
    const char *host;
    const char *source;
    int64_t     line;
    const char *file; /* arguments */
    const char *root;
    int64_t     ends;
};

struct state {
    struct auth_input       input;
    const struct tbl_terms *kind;
    bool                    parsed; /* whether the query reads what only the message says */
    bool                    no_memory;
};

/* Rows ------------------------------------------------------------------------------- */

/* A text of the row; out of memory fails the scan. */
static const char *text_of(struct tbl_scan *scan, struct auth_span span)
{
    struct state *state = tbl_state(scan);
    const char   *text = span.text ? tbl_utf8(scan, span.text, span.size) : NULL;

    state->no_memory |= span.text && !text;
    return text;
}

static int64_t number_of(struct auth_span digits)
{
    int64_t value = 0;

    if (!digits.size || digits.size > 10)
        return TBL_NULL;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.text[i] < '0' || digits.text[i] > '9')
            return TBL_NULL;
        value = value * 10 + (digits.text[i] - '0');
    }
    return value;
}

static void fill(struct tbl_scan *scan, const struct auth_record *record,
                 const struct auth_event *event, struct auth_row *row)
{
    const struct auth_input *input = &((struct state *)tbl_state(scan))->input;

    row->time = record->time;
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
    row->session = text_of(scan, event->session.text ? event->session : record->session);
    int64_t result = record->result < 0 ? event->result : record->result;
    row->result = result < 0 ? TBL_NULL : result;
    row->uid = number_of(event->uid);
    row->target_uid = number_of(event->target_uid);
    row->count = record->count;
    row->program = text_of(scan, record->program);
    row->pid = record->pid < 0 ? TBL_NULL : record->pid;
    row->exe = text_of(scan, record->exe);
    row->writer_uid = record->writer < 0 ? TBL_NULL : record->writer;
    row->message = text_of(scan, record->message);
    row->log_host = text_of(scan, record->host);
    row->host = input->sources.source.host;
    if (!*row->host || (input->others && row->log_host))
        row->host = row->log_host;
    row->source = input->sources.shown;
    row->line = record->line;
}

static struct auth_want want_of(struct tbl_scan *scan)
{
    const struct auth_row *key = tbl_key(scan);

    return (struct auth_want){
        .time = TBL_TERMS(scan, struct auth_row, time),
        .sources = {.path = key->file, .source = key->source, .root = key->root},
        .results = TBL_USES(scan, struct auth_row, result),
        .ends = key->ends == 1};
}

static int ends(struct tbl_scan *scan, struct tbl_ends *ret)
{
    const struct auth_want want = want_of(scan);

    return auth_input_ends(scan, &want, ret);
}

/* Whether the query reads a column that auth_message_parse() gives. */
static bool uses_message(const struct tbl_scan *scan)
{
    static const size_t of_message[] = {
#define AT(field) offsetof(struct auth_row, field)
        AT(kind),    AT(success), AT(user),        AT(target_user), AT(tty),
        AT(cwd),     AT(command), AT(remote_host), AT(action),      AT(reason),
        AT(session), AT(result),  AT(uid),         AT(target_uid),
#undef AT
    };
    bool uses = false;

    for (size_t i = 0; i < sizeof of_message / sizeof of_message[0]; i++)
        uses |= tbl_uses(scan, of_message[i]);
    return uses;
}

static int open_scan(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    const struct auth_want want = want_of(scan);

    state->kind = TBL_TERMS(scan, struct auth_row, kind);
    state->parsed = uses_message(scan);
    return auth_input_begin(scan, &state->input, &want);
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state      *state = tbl_state(scan);
    struct auth_record record;
    struct auth_event  event = {.kind = AUTH_OTHER, .success = -1, .result = -1};
    int                rc;

    while ((rc = auth_input_next(&state->input, &record)) == SQLITE_ROW) {
        if (state->parsed)
            auth_message_parse(&record.program, &record.message, &event);
        if (!tbl_match_text(state->kind, auth_kind_name(event.kind), false))
            continue;
        fill(scan, &record, &event, out);
        return state->no_memory ? SQLITE_NOMEM : SQLITE_ROW;
    }
    return rc;
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    auth_input_end(&state->input);
}

static int get_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct auth_row *)row)->time);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct auth_row, time, TBL_RANGE | TBL_ORDER | TBL_NOT_NULL,
            "When, in seconds since the epoch, UTC; of lines without a year, by the time of their "
            "file: a "
            "rotated one of an earlier year whose copy lost that is dated too late"),
    TBL_LAZY("datetime", TBL_TEXT, TBL_DATETIME, "time in UTC, as datetime() writes it",
             get_datetime),
    TBL_COL(struct auth_row, kind, TBL_KEY,
            "sudo, su, pkexec, doas, polkit, login, auth, session, session_end, cron or other"),
    TBL_COL(struct auth_row, success, 0, "1 it was allowed, 0 it was refused, NULL unknown"),
    TBL_COL(struct auth_row, user, 0, "Who did it"),
    TBL_COL(struct auth_row, target_user, 0, "User that the command, session or shell runs as"),
    TBL_COL(struct auth_row, tty, 0, "Terminal"),
    TBL_COL(struct auth_row, cwd, 0, "Working directory"),
    TBL_COL(
        struct auth_row, command, 0,
        "Command line, as the program writes it: without quotes; a long one of sudo's continues in "
        "the next rows"),
    TBL_COL(struct auth_row, remote_host, 0, "Host or address that a login came from"),
    TBL_COL(struct auth_row, action, 0, "polkit action: org.freedesktop.systemd1.manage-units"),
    TBL_COL(struct auth_row, reason, 0, "Why it was refused, in the program's words"),
    TBL_COL(
        struct auth_row, session, 0,
        "Login session: that the message names, or else, in a journal, that its writer was in, by "
        "logind or audit"),
    TBL_COL(struct auth_row, result, 0,
            "Exit status of sudo's command, as the shell shows it, where sudo writes that it ended "
            "(Defaults log_exit_status)"),
    TBL_COL(struct auth_row, uid, 0, "Number of user, where PAM writes it"),
    TBL_COL(struct auth_row, target_uid, 0, "Number of target_user, where PAM writes it"),
    TBL_COL(
        struct auth_row, count, 0,
        "Number of times that the message was repeated: 3 for \"message repeated 3 times: [...]\""),
    TBL_COL(struct auth_row, program, 0, "Program that wrote the line"),
    TBL_COL(struct auth_row, pid, 0, "Its process"),
    TBL_COL(struct auth_row, exe, 0,
            "Program that wrote it according to journald; `program` is only the writer's own "
            "claim; NULL in a "
            "text log. What pkexec ran may have taken its place by then"),
    TBL_COL(struct auth_row, writer_uid, 0,
            "User that wrote it according to journald; NULL in a text log"),
    TBL_COL(struct auth_row, message, 0, "The message"),
    TBL_COL(struct auth_row, log_host, 0, "Host that the line names"),
    TBL_COL(struct auth_row, host, TBL_ID, "Host of the evidence, or else of the line"),
    TBL_COL(struct auth_row, source, TBL_KEY | TBL_ID, "File; = reads that file"),
    TBL_COL(struct auth_row, line, TBL_ID,
            "Line of the file, from 1; of a journal the offset of the entry"),
    TBL_COL(struct auth_row, file, TBL_KEY | TBL_HIDDEN,
            "Argument: a file, a folder or a pattern to read instead"),
    TBL_COL(struct auth_row, root, TBL_KEY | TBL_HIDDEN,
            "Argument: a file system's root, to read its logs instead"),
    TBL_COL(struct auth_row, ends, TBL_KEY | TBL_HIDDEN,
            "Argument: 1 leaves out lines of a text log, but not its earliest and its latest"),
};

static const struct tbl_example examples[] = {
    {"Commands run as another user", "SELECT datetime, user, target_user, command FROM auth_events "
                                     "WHERE kind IN ('sudo', 'pkexec', "
                                     "'doas') AND success"},
    {"Service managers' authorizations that a person gave",
     "SELECT datetime, user, action, command FROM auth_events WHERE kind = 'polkit' AND "
     "action GLOB 'org.freedesktop.systemd1.*'"},
    {"Logins by address",
     "SELECT remote_host, user, success, count(*) AS times, max(datetime) AS last FROM auth_events "
     "WHERE kind = 'login' GROUP BY 1, 2, 3"},
};

const struct tbl_table auth_events_table = {
    .name = "auth_events",
    .doc = "What sudo, su, pkexec, doas, polkit, sshd, login and PAM wrote to auth.log, secure or "
           "the journal",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct auth_row),
    .state_size = sizeof(struct state),
    .rows = 50000,
    .artefacts = 1u << ARTEFACT_AUTH_LOG | 1u << ARTEFACT_JOURNAL,
    .ends = ends,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
