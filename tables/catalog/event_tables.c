/* event_tables.c -- process_events, service_events, file_events, registry_events, network_events, service_commands and
 * timeline: what the logs record in one shape, newest first without reading the logs whole.
 *
 *     SELECT datetime, login_user, cmdline FROM process_events ORDER BY time DESC LIMIT 20;
 *
 * Each is a view of sql/, called ..._rows there, which brings the logs to one shape. As views they
 * could only be sorted whole. As tables they are read one window of time after another, and the
 * view hands each on to the logs. And where other views name one, SQLite plans its view when it is read, once, and
 * not at each name. In a join that is not by time, have one of them kept first: WITH p AS
 * MATERIALIZED (SELECT ... FROM process_events).
 */
#include <math.h>
#include <string.h>

#include "evidence.h"
#include "formats/text/buffer.h"
#include "inlined.h"
#include "table.h"
#include "table/scope.h"

SQLITE_EXTENSION_INIT3

#define VALUES_MAX 30000 /* of a list that is handed on; SQLite checks a longer one */

#define YEAR (366 * 86400.0)

struct process_event {
    double      time;
    const char *datetime, *host;
    int64_t     pid, ppid;
    const char *user, *login_user, *exe, *name, *cmdline, *parent_exe, *parent_cmdline, *cwd;
    int64_t     success;
    const char *via, *source, *record, *platform;
    int64_t     service_tools;
    const char *path;
    int64_t     uid, auid, parent;
    const char *session;
    int64_t     euid, suid, fsuid, gid, egid, sgid, fsgid;
    const char *syscall, *mode;
    int64_t     owner_uid, owner_gid;
    const char *eid;
    int64_t     cmdline_size;
    const char *env;
    int64_t     env_count, env_size;
    const char *overflows;
    int64_t     btime;
};

struct service_event {
    double      time;
    const char *datetime, *host, *action, *service, *display_name, *image_path, *start_type,
        *service_type, *account, *user;
    int64_t     pid;
    const char *exe, *detail, *source, *record, *platform;
    int64_t     event_id;
    const char *login_user, *session, *asker;
    int64_t     asker_pid;
    const char *how;
};

struct file_event {
    double      time;
    const char *datetime, *host, *action, *path, *user, *login_user;
    int64_t     pid;
    const char *exe, *detail, *source, *record, *platform, *via, *from_path, *content, *name;
    int64_t     ppid, auid;
};

struct registry_event {
    double      time;
    const char *datetime, *host, *action, *key, *value, *data, *user;
    int64_t     pid;
    const char *exe, *source, *record, *platform;
};

struct network_event {
    double      time;
    const char *datetime, *host, *platform, *action;
    int64_t     pid, ppid;
    const char *exe, *user, *address;
    int64_t     port;
    const char *name, *source, *record;
};

struct service_command {
    double      time;
    const char *datetime, *host, *user, *login_user;
    int64_t     pid, ppid;
    const char *parent, *exe, *cmdline, *tool, *verb, *target, *options, *remote;
    int64_t     runtime;
    const char *via;
    int64_t     obfuscated, success, patch_cycle;
    const char *source, *record, *platform, *session;
};

struct moment {
    double      time;
    const char *datetime, *host, *kind, *subject, *user, *text, *severity, *source, *record;
};

#define TIME(row)                                                                                  \
    TBL_COL(row, time, TBL_RANGE | TBL_ID | TBL_ORDER, "When, in seconds since the epoch, UTC")
#define DATETIME(row)         TBL_COL(row, datetime, TBL_DATETIME, "time in UTC, as datetime() writes it")
#define TEXT(row, field, doc) TBL_COL(row, field, TBL_KEY | TBL_LITERAL | TBL_NOCASE, doc)
#define PATTERN(row, field, more, doc)                                                             \
    TBL_COL(row, field, TBL_KEY | TBL_LITERAL | TBL_PREFIX | TBL_NOCASE | (more), doc)
#define EXACT(row, field, doc)  TBL_COL(row, field, TBL_KEY | TBL_LITERAL, doc)
#define NUMBER(row, field, doc) TBL_COL(row, field, TBL_KEY | TBL_LITERAL, doc)
#define SOURCE(row)                                                                                \
    TBL_COL(row, source, TBL_KEY | TBL_LITERAL | TBL_ID, "File, bus or log in the evidence"),      \
        TBL_COL(row, record, TBL_ID,                                                               \
                "Where the record is in its source: a serial, record number, line or cursor")
#define PLATFORM(row) EXACT(row, platform, "linux, windows or macos")
#define OF_OSQUERY(field, doc)                                                                     \
    TBL_COL(struct process_event, field, TBL_HIDDEN, doc) /* hidden in osquery too */

static const struct tbl_column process_columns[] = {
    TIME(struct process_event),
    DATETIME(struct process_event),
    TEXT(struct process_event, host, "Host that it ran on"),
    NUMBER(struct process_event, pid, "Process id"),
    NUMBER(struct process_event, ppid, "Process id of the parent"),
    TEXT(struct process_event, user, "Account that it ran as"),
    TEXT(struct process_event, login_user, "Account that had logged in"),
    TEXT(struct process_event, exe, "Program of the process"),
    TEXT(struct process_event, name, "Name of the process"),
    TEXT(struct process_event, cmdline, "Command line"),
    TEXT(struct process_event, parent_exe, "Program of the parent process"),
    TEXT(struct process_event, parent_cmdline, "Command line of the parent process"),
    TEXT(struct process_event, cwd, "Working directory"),
    NUMBER(struct process_event, success, "1 where it succeeded, 0 where it failed"),
    EXACT(
        struct process_event, via,
        "How it is known: audit, sysmon, security, launchd, tty, sudo, pkexec, doas, run0 or cron"),
    SOURCE(struct process_event),
    PLATFORM(struct process_event),
    TBL_COL(struct process_event, service_tools, TBL_KEY,
            "= 1 leaves out at once what can be no service tool, and nothing else"),
    TEXT(struct process_event, path, "Program of the process, as osquery calls it"),
    NUMBER(struct process_event, uid, "Numeric user id"),
    NUMBER(struct process_event, auid, "Numeric login user id (audit)"),
    NUMBER(struct process_event, parent, "Process id of the parent, as osquery calls it"),
    EXACT(struct process_event, session,
          "Login session, by audit or logind; of Windows the logon id"),
    NUMBER(struct process_event, euid, "Numeric user id in effect (audit)"),
    NUMBER(struct process_event, suid, "Numeric user id saved (audit)"),
    NUMBER(struct process_event, fsuid, "Numeric user id that files are opened as (audit)"),
    NUMBER(struct process_event, gid, "Numeric group id (audit)"),
    NUMBER(struct process_event, egid, "Numeric group id in effect (audit)"),
    NUMBER(struct process_event, sgid, "Numeric group id saved (audit)"),
    NUMBER(struct process_event, fsgid, "Numeric group id that files are opened as (audit)"),
    EXACT(struct process_event, syscall, "System call by name: execve, execveat (audit)"),
    EXACT(struct process_event, mode,
          "Type and permissions of the file that was executed, in octal: 0100755 (audit)"),
    NUMBER(struct process_event, owner_uid, "User that owned that file (audit)"),
    NUMBER(struct process_event, owner_gid, "Group that owned that file (audit)"),
    OF_OSQUERY(eid, "The same as record, as osquery calls it"),
    OF_OSQUERY(cmdline_size, "Bytes of cmdline"),
    OF_OSQUERY(env, "NULL: the logs have no environment, as osquery has none on Linux"),
    OF_OSQUERY(env_count, "NULL, as env"),
    OF_OSQUERY(env_size, "NULL, as env"),
    OF_OSQUERY(overflows, "NULL, as osquery has none on Linux"),
    OF_OSQUERY(btime,
               "NULL: the logs have no times of files, and osquery has not this one on Linux"),
};

/* What the columns that the view has not are computed from. */
static const struct computed {
    const char *column, *sql;
} computed[] = {
    {"eid", "\"record\""}, {"cmdline_size", "length(CAST(\"cmdline\" AS BLOB))"},
    {"env", "NULL"},       {"env_count", "NULL"},
    {"env_size", "NULL"},  {"overflows", "NULL"},
    {"btime", "NULL"},
};

_Static_assert(TBL_COUNT(process_columns) <= 64, "struct state has a bit for each column");

static const struct tbl_column service_columns[] = {
    TIME(struct service_event),
    DATETIME(struct service_event),
    TEXT(struct service_event, host, "Host that it happened on"),
    EXACT(
        struct service_event, action,
        "created, modified, deleted, started, stopped, failed, cleared, state or start_type; of "
        "Linux "
        "and macOS also enabled, disabled; of Linux masked, unmasked, and of the manager reloaded "
        "and reexecuted"),
    TEXT(struct service_event, service,
         "Name of the unit or Windows service, label of a launchd job"),
    TEXT(struct service_event, display_name, "Name for people"),
    TEXT(struct service_event, image_path, "ImagePath of the service; what systemd-run started"),
    TEXT(struct service_event, start_type, "Start type that the event names"),
    TEXT(struct service_event, service_type, "Service type that the event names"),
    TEXT(struct service_event, account, "Account that the service runs as"),
    TEXT(struct service_event, user,
         "Account that did it; on Linux that of the program that asked the manager for it, where "
         "the "
         "columns after event_id are read, else that of a user's manager"),
    NUMBER(struct service_event, pid, "Process id"),
    TEXT(struct service_event, exe, "Program of the process"),
    TBL_COL(struct service_event, detail, 0, "More about it, for people"),
    SOURCE(struct service_event),
    PLATFORM(struct service_event),
    NUMBER(struct service_event, event_id, "Number of the Windows event"),
    TEXT(struct service_event, login_user,
         "Account that had logged in and asked for it; see asked_by"),
    EXACT(struct service_event, session, "Its login session, by audit or logind"),
    TEXT(struct service_event, asker,
         "Program that asked; the timer, socket or path that started it; the unit itself, by its "
         "Restart="),
    NUMBER(struct service_event, asker_pid, "Process of that program"),
    EXACT(struct service_event, how,
          "How it is known who asked: audit, sudo, polkit, run0, ...; ambiguous where two may have "
          "asked; "
          "NULL where nobody recorded it"),
};

static const struct tbl_column file_columns[] = {
    TIME(struct file_event),
    DATETIME(struct file_event),
    TEXT(struct file_event, host, "Host that it happened on"),
    EXACT(struct file_event, action,
          "created, modified, deleted, renamed or attributes; of pipes and shares also opened"),
    PATTERN(struct file_event, path, TBL_ID, "File that was changed"),
    TEXT(struct file_event, user, "Account that did it"),
    TEXT(struct file_event, login_user, "Account that had logged in"),
    NUMBER(struct file_event, pid, "Process id"),
    PATTERN(struct file_event, exe, 0, "Program of the process"),
    TBL_COL(struct file_event, detail, 0, "More about it, for people"),
    SOURCE(struct file_event),
    PLATFORM(struct file_event),
    EXACT(struct file_event, via,
          "audit or windows where the log reports the file, launchd where it took one up; command "
          "or history where a command line names it"),
    PATTERN(struct file_event, from_path, TBL_ID,
            "File, address or link target that a command copied, moved, fetched or linked to"),
    TBL_COL(struct file_event, content, 0,
            "Text that a command line writes into the file, where the line itself has it"),
    TEXT(struct file_event, name, "Name of the process"),
    NUMBER(struct file_event, ppid, "Process id of the parent"),
    NUMBER(struct file_event, auid, "Numeric login user id (audit)"),
};

static const struct tbl_column registry_columns[] = {
    TIME(struct registry_event),
    DATETIME(struct registry_event),
    TEXT(struct registry_event, host, "Host that it happened on"),
    EXACT(struct registry_event, action, "created, modified, deleted or renamed"),
    PATTERN(struct registry_event, key, 0, "Registry key"),
    PATTERN(struct registry_event, value, 0, "Registry value"),
    TEXT(struct registry_event, data, "Data of the registry value"),
    TEXT(struct registry_event, user, "Account that did it"),
    NUMBER(struct registry_event, pid, "Process id"),
    PATTERN(struct registry_event, exe, 0, "Program of the process"),
    SOURCE(struct registry_event),
    PLATFORM(struct registry_event),
};

static const struct tbl_column network_columns[] = {
    TIME(struct network_event),
    DATETIME(struct network_event),
    TEXT(struct network_event, host, "Host that it happened on"),
    PLATFORM(struct network_event),
    EXACT(struct network_event, action, "connected or resolved"),
    NUMBER(struct network_event, pid, "Process id"),
    NUMBER(struct network_event, ppid, "Process id of the parent"),
    PATTERN(struct network_event, exe, 0, "Program of the process"),
    TEXT(struct network_event, user, "Account that it runs as"),
    EXACT(struct network_event, address, "Address of the destination"),
    NUMBER(struct network_event, port, "Port of the destination"),
    PATTERN(struct network_event, name, 0,
            "Name that was resolved, or name of the destination host"),
    SOURCE(struct network_event),
};

static const struct tbl_column command_columns[] = {
    TIME(struct service_command),
    DATETIME(struct service_command),
    TEXT(struct service_command, host, "Host that it was run on"),
    TEXT(struct service_command, user, "Account that it ran as"),
    TEXT(struct service_command, login_user, "Account that had logged in"),
    NUMBER(struct service_command, pid, "Process id"),
    NUMBER(struct service_command, ppid, "Process id of the parent"),
    TEXT(struct service_command, parent, "Program of the parent process; of a history the shell"),
    TEXT(struct service_command, exe, "Program of the process"),
    TEXT(struct service_command, cmdline, "Command line"),
    TBL_COL(struct service_command, tool, TBL_KEY | TBL_LITERAL | TBL_ID,
            "Tool for services: systemctl, sc, launchctl, ..."),
    TBL_COL(struct service_command, verb, TBL_KEY | TBL_LITERAL | TBL_NOCASE | TBL_ID,
            "What the tool was asked to do"),
    TBL_COL(struct service_command, target, TBL_KEY | TBL_LITERAL | TBL_NOCASE | TBL_ID,
            "Unit, label or service that it is about"),
    TBL_COL(struct service_command, options, TBL_ID, "Its options, a JSON array"),
    TEXT(struct service_command, remote, "Host that the command acts on, where it is another one"),
    NUMBER(struct service_command, runtime, "1 where the effect lasts until the next boot"),
    TBL_COL(struct service_command, via, TBL_ID,
            "Programs that ran the tool or logged it, separated by blanks: sudo, sh, ssh, ..."),
    NUMBER(struct service_command, obfuscated, "1 where its text hides the tool"),
    NUMBER(struct service_command, success, "1 it ran, 0 it could not, NULL unknown"),
    NUMBER(struct service_command, patch_cycle, "1 where a package's own script ran it"),
    SOURCE(struct service_command),
    PLATFORM(struct service_command),
    EXACT(struct service_command, session,
          "Login session, by audit or logind; of Windows the logon id"),
};

static const struct tbl_column moment_columns[] = {
    TIME(struct moment),
    DATETIME(struct moment),
    TEXT(struct moment, host, "Host that it happened on"),
    EXACT(struct moment, kind,
          "process, service, file, registry, network, auth, history, package or finding"),
    TBL_COL(struct moment, subject, TBL_ID,
            "What it is about: a program, service, path, key, address or package"),
    TBL_COL(struct moment, user, 0, "Account that did it"),
    TBL_COL(struct moment, text, 0, "What happened, for people"),
    TBL_COL(struct moment, severity, 0, "Grade of a finding; NULL for a record of a log"),
    SOURCE(struct moment),
};

/* The view that a table shows, and the logs whose ends are those of its rows. Where a column from
 * `fuller_from` on is read, it is the fuller view that is shown, which takes longer. */
struct shown {
    const struct tbl_table *table;
    const char             *view;
    const char             *logs[8];
    double                  near; /* seconds that have some fifty rows on a busy host */
    bool        dense; /* most events of its first log are rows: near is less where they are many */
    const char *fuller; /* or NULL */
    size_t      fuller_from;
    const char *more;                /* a view whose rows are shown too, or NULL */
    const char *const *more_actions; /* that it has, with a NULL at the end */
};

static const struct shown *shown_by(const struct tbl_scan *scan);

/* The statement -------------------------------------------------------------------- */

struct state {
    sqlite3_stmt       *stmt;
    const struct shown *shown;
    uint64_t            selected; /* a bit for each column that the statement asks the view for */
};

/* Statements of scans that have ended, for those of the same statement that come after: the windows of a scan in
 * order of time differ in their values alone, and so do the times around a question that a view asks for. SQLite takes
 * long to plan a view. */
#define SPARE_MAX 4

struct spares {
    sqlite3_stmt *stmts[SPARE_MAX];
    size_t        next; /* to be replaced */
};

static const char spares_key;

static void free_spares(void *data)
{
    struct spares *spares = data;

    for (size_t i = 0; i < SPARE_MAX; i++)
        sqlite3_finalize(spares->stmts[i]);
    sqlite3_free(spares);
}

static struct spares *spares_of(struct svcql *svcql)
{
    struct spares *spares = svcql_kept(svcql, &spares_key);

    if (spares || !(spares = sqlite3_malloc64(sizeof *spares)))
        return spares;
    *spares = (struct spares){0};
    return svcql_keep_statement(svcql, &spares_key, spares, free_spares) == SQLITE_OK ? spares
                                                                                      : NULL;
}

/* A spare statement of this text, which is the caller's then; or NULL. */
static sqlite3_stmt *take_spare(struct svcql *svcql, const char *sql)
{
    struct spares *spares = svcql_kept(svcql, &spares_key);
    sqlite3_stmt  *stmt = NULL;

    for (size_t i = 0; spares && !stmt && i < SPARE_MAX; i++)
        if (spares->stmts[i] && strcmp(sqlite3_sql(spares->stmts[i]), sql) == 0) {
            stmt = spares->stmts[i];
            spares->stmts[i] = NULL;
        }
    return stmt;
}

static void give_spare(struct svcql *svcql, sqlite3_stmt *stmt)
{
    struct spares *spares = stmt && sqlite3_reset(stmt) == SQLITE_OK ? spares_of(svcql) : NULL;
    size_t         i = 0;

    if (!spares) {
        sqlite3_finalize(stmt);
        return;
    }
    while (i < SPARE_MAX && spares->stmts[i])
        i++;
    i = i < SPARE_MAX ? i : spares->next++ % SPARE_MAX;
    sqlite3_finalize(spares->stmts[i]);
    spares->stmts[i] = stmt;
}

/* SQLite's own error stands as it is, as if the query had the view in it. */
static int fail(struct tbl_scan *scan, int rc)
{
    if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT)
        return rc;
    return tbl_fail(scan, "%s", sqlite3_errmsg(svcql_db(tbl_svcql(scan))));
}

static bool hands_on(const struct tbl_terms *terms)
{
    return terms->n && terms->n <= VALUES_MAX;
}

static bool is_range(const struct tbl_terms *terms)
{
    return terms->min > -INFINITY || terms->max < INFINITY;
}

/* Numbers are written: a table may take = of a number, which is what SQLite makes of a list of one, only where
 * the query writes it (TBL_LITERAL). A range has both ends, so that all windows of a scan have one text. */
static void put_terms(const struct tbl_scan *scan, const struct tbl_column *column,
                      struct buffer *sql)
{
    const struct tbl_terms *terms = tbl_terms(scan, column->offset);

    if (is_range(terms))
        buffer_printf(sql, " AND \"%s\" >= ? AND \"%s\" <= ?", column->name, column->name);
    if (terms->pattern)
        buffer_printf(sql, " AND \"%s\" %s ?", column->name, terms->pattern_glob ? "GLOB" : "LIKE");
    if (!hands_on(terms))
        return;
    buffer_printf(sql, " AND \"%s\" IN (", column->name);
    for (size_t i = 0; i < terms->n; i++)
        if (column->type == TBL_TEXT)
            buffer_puts(sql, i ? ", ?" : "?");
        else
            buffer_printf(sql, i ? ", %lld" : "%lld", (long long)terms->ints[i]);
    buffer_putc(sql, ')');
}

static int bind_terms(const struct tbl_scan *scan, const struct tbl_column *column,
                      sqlite3_stmt *stmt, int *at)
{
    const struct tbl_terms *terms = tbl_terms(scan, column->offset);
    int                     rc = SQLITE_OK;

    if (is_range(terms))
        rc = sqlite3_bind_double(stmt, (*at)++, terms->min);
    if (rc == SQLITE_OK && is_range(terms))
        rc = sqlite3_bind_double(stmt, (*at)++, terms->max);
    if (rc == SQLITE_OK && terms->pattern)
        rc = sqlite3_bind_text(stmt, (*at)++, terms->pattern, -1, SQLITE_TRANSIENT);
    for (size_t i = 0;
         rc == SQLITE_OK && column->type == TBL_TEXT && hands_on(terms) && i < terms->n; i++)
        rc = sqlite3_bind_text(stmt, (*at)++, terms->texts[i], -1, SQLITE_TRANSIENT);
    return rc;
}

static const char *view_of(const struct tbl_scan *scan, const struct shown *shown)
{
    for (size_t c = 0; shown->fuller && c < shown->table->n_columns; c++)
        if (shown->table->columns[c].offset >= shown->fuller_from &&
            tbl_uses(scan, shown->table->columns[c].offset))
            return shown->fuller;
    return shown->view;
}

/* A column as an expression of the view's columns. */
static void put_column(const struct tbl_column *column, struct buffer *sql)
{
    for (size_t i = 0; i < TBL_COUNT(computed); i++)
        if (strcmp(computed[i].column, column->name) == 0) {
            buffer_puts(sql, computed[i].sql);
            return;
        }
    buffer_printf(sql, "\"%s\"", column->name);
}

static uint64_t selected_columns(const struct tbl_scan *scan, const struct tbl_table *table)
{
    uint64_t selected = 0;

    for (size_t c = 0; c < table->n_columns; c++)
        if (table->columns[c].flags & TBL_ID || tbl_uses(scan, table->columns[c].offset))
            selected |= UINT64_C(1) << c;
    return selected;
}

static void put_select(struct tbl_scan *scan, const struct tbl_table *table, const char *view,
                       struct buffer *sql)
{
    const struct state *state = tbl_state(scan);

    for (size_t c = 0; c < table->n_columns; c++) {
        buffer_puts(sql, c ? ", " : "SELECT ");
        if (state->selected >> c & 1)
            put_column(&table->columns[c], sql);
        else
            buffer_puts(sql, "NULL");
    }
    buffer_puts(sql, " FROM ");
    inlined_put_view(tbl_svcql(scan), view, sql);
    buffer_puts(sql, " WHERE 1");
    for (size_t c = 0; c < table->n_columns; c++)
        put_terms(scan, &table->columns[c], sql);
}

/* The terms on the column `action` of a scan, which other tables have not. */
static const struct tbl_terms *action_terms(const struct tbl_scan *scan, const struct shown *shown)
{
    return shown->more_actions ? TBL_TERMS(scan, struct service_event, action) : NULL;
}

/* The view whose rows are shown too, where it has any that are asked for; or NULL. */
static const char *more_of(const struct tbl_scan *scan, const struct shown *shown)
{
    const struct tbl_terms *terms = action_terms(scan, shown);
    const char *const      *action = shown->more_actions;

    while (terms && *action && !tbl_match_text(terms, *action, false))
        action++;
    return terms && !*action ? NULL : shown->more;
}

static int open_scan(struct tbl_scan *scan)
{
    struct state           *state = tbl_state(scan);
    const struct tbl_table *table = (state->shown = shown_by(scan))->table;
    const char             *more = more_of(scan, state->shown);
    struct buffer           sql = {0};
    int                     rc = SQLITE_NOMEM, at = 1;

    state->selected = selected_columns(scan, table);
    put_select(scan, table, view_of(scan, state->shown), &sql);
    if (more) {
        buffer_puts(&sql, " UNION ALL ");
        put_select(scan, table, more, &sql);
    }
    if (buffer_text(&sql) && (state->stmt = take_spare(tbl_svcql(scan), sql.data)))
        rc = SQLITE_OK;
    else if (!sql.failed)
        rc = sqlite3_prepare_v2(svcql_db(tbl_svcql(scan)), sql.data, -1, &state->stmt, NULL);
    buffer_free(&sql);
    for (size_t c = 0; rc == SQLITE_OK && c < (more ? 2 : 1) * table->n_columns; c++)
        rc = bind_terms(scan, &table->columns[c % table->n_columns], state->stmt, &at);
    return rc == SQLITE_OK ? rc : fail(scan, rc);
}

static void fill(sqlite3_stmt *stmt, int c, const struct tbl_column *column, void *row)
{
    void *field = (char *)row + column->offset;

    if (sqlite3_column_type(stmt, c) == SQLITE_NULL)
        return;
    if (column->type == TBL_TEXT)
        *(const char **)field = (const char *)sqlite3_column_text(stmt, c);
    else if (column->type == TBL_REAL)
        *(double *)field = sqlite3_column_double(stmt, c);
    else
        *(int64_t *)field = sqlite3_column_int64(stmt, c);
}

/* The actions that are asked for, of a view that shows each of its rows without looking at others. */
static void take_actions(const struct tbl_scan *scan, struct scope *scope)
{
    const struct shown     *shown = ((struct state *)tbl_state((struct tbl_scan *)scan))->shown;
    const struct tbl_terms *terms = action_terms(scan, shown);
    bool                    plain = terms && terms->n && view_of(scan, shown) == shown->view;

    scope->actions = plain ? terms->texts : NULL;
    scope->n_actions = plain ? terms->n : 0;
}

/* What a view joins with its events is of their time too. */
static int step(struct tbl_scan *scan, sqlite3_stmt *stmt)
{
    const struct tbl_column *time = &((struct state *)tbl_state(scan))->shown->table->columns[0];
    const struct tbl_terms  *terms = tbl_terms(scan, time->offset);
    struct scope            *scope = scope_of(tbl_svcql(scan)), before = *scope;

    take_actions(scan, scope);
    if (!scope->inside) {
        scope->since = terms->min;
        scope->until = terms->max;
    }
    int rc = sqlite3_step(stmt);
    *scope = before;
    return rc;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state           *state = tbl_state(scan);
    const struct tbl_table *table = state->shown->table;
    int                     rc = step(scan, state->stmt);

    if (rc == SQLITE_DONE) { /* SQLite may close the scan much later */
        give_spare(tbl_svcql(scan), state->stmt);
        state->stmt = NULL;
    }
    if (rc != SQLITE_ROW)
        return rc == SQLITE_DONE ? rc : fail(scan, rc);
    for (size_t c = 0; c < table->n_columns; c++)
        if (state->selected >> c & 1)
            fill(state->stmt, (int)c, &table->columns[c], row);
    return rc;
}

static void close_scan(struct tbl_scan *scan)
{
    give_spare(tbl_svcql(scan), ((struct state *)tbl_state(scan))->stmt);
}

/* The ends ------------------------------------------------------------------------------ */

/* Some hundred events of a busy log are in less time than `near`. */
#define ROWS_DENSE 100

/* The earliest or the latest time of a log, NAN where it has none; and how far from it the row is that is the last of
 * `rows`, INFINITY where it has fewer. */
static int end_of(struct tbl_scan *scan, const char *log, const char *way, int rows, double *ret,
                  double *ret_span)
{
    struct buffer sql = {0};
    sqlite3_stmt *stmt = NULL;
    int           rc = SQLITE_NOMEM, n = 0;

    *ret = NAN;
    *ret_span = INFINITY;
    buffer_printf(&sql, "SELECT time FROM \"%s\" WHERE time > -1e11 ORDER BY time%s LIMIT %d", log,
                  way, rows);
    if (buffer_text(&sql))
        rc = sqlite3_prepare_v2(svcql_db(tbl_svcql(scan)), sql.data, -1, &stmt, NULL);
    buffer_free(&sql);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        *ret = n++ ? *ret : sqlite3_column_double(stmt, 0);
        if (n == rows && rows > 1)
            *ret_span = fabs(sqlite3_column_double(stmt, 0) - *ret);
        rc = SQLITE_OK;
    }
    rc = rc == SQLITE_DONE ? SQLITE_OK : fail(scan, rc);
    sqlite3_finalize(stmt);
    return rc;
}

static int ends(struct tbl_scan *scan, struct tbl_ends *ret)
{
    const struct shown *shown = shown_by(scan);
    double              first, last, near_first = shown->near, near_last = shown->near;
    double              span;
    int                 rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && shown->logs[i]; i++) {
        int rows = shown->dense && i == 0 ? ROWS_DENSE : 1;
        if (inlined_without_sources(tbl_svcql(scan), shown->logs[i], strlen(shown->logs[i])))
            continue;
        rc = end_of(scan, shown->logs[i], "", ret->newest ? 1 : rows, &first, &span);
        near_first = fmin(near_first, span);
        if (rc == SQLITE_OK)
            rc = end_of(scan, shown->logs[i], " DESC", ret->newest ? rows : 1, &last, &span);
        near_last = fmin(near_last, span);
        ret->first = fmin(ret->first, first);
        ret->last = fmax(ret->last, last);
    }
    ret->near_first = ret->first + near_first;
    ret->near_last = ret->last - near_last;
    return rc;
}

/* The tables read report their sources. */
static int probe(struct svcql *svcql)
{
    (void)svcql;
    return SQLITE_OK;
}

static const struct tbl_example process_examples[] = {
    {"What was run last", "SELECT datetime, login_user, user, cmdline FROM process_events "
                          "ORDER BY time DESC LIMIT 20"},
    {"What was run in the last hour", "SELECT datetime, login_user, user, cmdline FROM "
                                      "process_events WHERE time > unixepoch() - 3600"},
};

static const struct tbl_example service_examples[] = {
    {"Services that were installed or failed",
     "SELECT datetime, action, service, detail FROM service_events WHERE action IN ('created', "
     "'failed')"},
};

static const struct tbl_example file_examples[] = {
    {"Who changed units of systemd, and how",
     "SELECT datetime, login_user, action, path, exe FROM file_events WHERE path GLOB "
     "'/etc/systemd/*'"},
    {"Files that were changed last",
     "SELECT datetime, login_user, action, path FROM file_events ORDER BY time DESC LIMIT 20"},
};

static const struct tbl_example registry_examples[] = {
    {"Keys of services that something else than the service manager changed",
     "SELECT datetime, exe, key, value, data FROM registry_events WHERE key LIKE "
     "'HKLM\\System\\%\\Services\\%' AND exe NOT LIKE '%\\services.exe'"},
};

static const struct tbl_example network_examples[] = {
    {"Connections of programs in temporary folders",
     "SELECT datetime, exe, action, address, port, name FROM network_events WHERE exe LIKE "
     "'%\\Temp\\%'"},
};

static const struct tbl_example command_examples[] = {
    {"Commands of people, not of packages",
     "SELECT datetime, login_user, tool, verb, target, cmdline FROM service_commands WHERE NOT "
     "patch_cycle"},
};

static const struct tbl_example moment_examples[] = {
    {"What happened on a host in half an hour",
     "SELECT datetime, kind, user, text, severity FROM timeline WHERE host = 'web1' AND time "
     "BETWEEN 1789912800 AND 1789914600 ORDER BY time"},
};

#define EVENT_TABLE(id, row, text, count, columns_of, examples_of)                                 \
    const struct tbl_table id##_table = {                                                          \
        .name = #id,                                                                               \
        .doc = text,                                                                               \
        .columns = columns_of,                                                                     \
        .n_columns = TBL_COUNT(columns_of),                                                        \
        .examples = examples_of,                                                                   \
        .n_examples = TBL_COUNT(examples_of),                                                      \
        .row_size = sizeof(row),                                                                   \
        .state_size = sizeof(struct state),                                                        \
        .rows = count,                                                                             \
        .ends = ends,                                                                              \
        .open = open_scan,                                                                         \
        .next = next,                                                                              \
        .close = close_scan,                                                                       \
        .probe = probe,                                                                            \
    }

EVENT_TABLE(process_events, struct process_event,
            "Programs that were run, in one shape, from every log that records them", 100000,
            process_columns, process_examples);
EVENT_TABLE(service_events, struct service_event,
            "What happened to services, in one shape, as service managers and logs record it",
            20000, service_columns, service_examples);
EVENT_TABLE(file_events, struct file_event,
            "Files that were created, changed or removed, in one shape, from the logs", 100000,
            file_columns, file_examples);
EVENT_TABLE(registry_events, struct registry_event,
            "Keys and values of a Windows registry that were created, set, renamed or deleted",
            20000, registry_columns, registry_examples);
EVENT_TABLE(network_events, struct network_event,
            "Connections that programs opened and names that they resolved, from the logs", 20000,
            network_columns, network_examples);
EVENT_TABLE(service_commands, struct service_command,
            "Every command that did something to services, who ran it, and on what; one row for "
            "each target",
            20000, command_columns, command_examples);
EVENT_TABLE(timeline, struct moment, "The events of every source in one order of time", 200000,
            moment_columns, moment_examples);

static const struct shown *shown_by(const struct tbl_scan *scan)
{
    static const char *const  unit_change_actions[] = {"modified",   "enabled",  "disabled",
                                                       "masked",     "unmasked", "reloaded",
                                                       "reexecuted", "stopped",  NULL};
    static const struct shown shown[] = {
        {.table = &process_events_table,
         .view = "process_rows",
         .near = 60,
         .dense = true,
         .logs = {"audit_events", "auth_events", "journal", "windows_events"}},
        {.table = &service_events_table,
         .view = "service_rows",
         .near = 600,
         .logs = {"audit_events", "journal", "windows_events", "auth_events", "shell_history"},
         .more = "unit_changes",
         .more_actions = unit_change_actions,
         .fuller = "asked_by",
         .fuller_from = offsetof(struct service_event, login_user)},
        {.table = &file_events_table,
         .view = "file_rows",
         .near = 60,
         .logs = {"audit_events", "auth_events", "windows_events", "shell_history"}},
        {.table = &registry_events_table,
         .view = "registry_rows",
         .near = 60,
         .logs = {"windows_events"}},
        {.table = &network_events_table,
         .view = "network_rows",
         .near = 300,
         .logs = {"audit_events", "windows_events"}},
        {.table = &service_commands_table,
         .view = "service_command_rows",
         .near = 600,
         .logs = {"audit_events", "journal", "windows_events", "auth_events", "shell_history"}},
        {.table = &timeline_table,
         .view = "timeline_rows",
         .near = 60,
         .dense = true,
         .logs = {"audit_events", "journal", "auth_events", "windows_events", "shell_history",
                  "package_history"}},
    };
    size_t i = 0;

    while (strcmp(shown[i].table->name, tbl_name(scan)) != 0)
        i++;
    return &shown[i];
}
