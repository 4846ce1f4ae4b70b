/* logins.c -- who logged in and out, as the host's files of logins keep it.
 *
 *     SELECT datetime, event, user, tty, remote_host, end_datetime FROM logins ORDER BY time DESC;
 *
 * wtmp and btmp are arrays of records (utmp(5)), lastlog has one for each user id (lastlog(8)); where
 * wtmpdb and lastlog2 took their place, they are SQLite databases: wtmp.db has a row for a login and
 * its end, in microseconds (wtmpdb 0.13, lib/wtmpdb.c), lastlog2.db one for each user (util-linux 2.41,
 * liblastlog2).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/sqlite_file.h"
#include "formats/log/utmp.h"
#include "formats/text/byte_order.h"
#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct login_row {
    double      time;
    const char *event;
    const char *user;
    int64_t     uid;
    const char *tty;
    const char *remote_host;
    const char *address;
    int64_t     pid;
    const char *service;
    double      end_time;
    const char *end;
    const char *kept_in;
    int64_t     record;
    const char *host;
    const char *source;
    const char *root;
};

enum { UTMP, WTMP, BTMP, LASTLOG, WTMPDB, LASTLOG2 };

static const char *const kinds[] = {
    [UTMP] = "utmp",       [WTMP] = "wtmp",     [BTMP] = "btmp",
    [LASTLOG] = "lastlog", [WTMPDB] = "wtmpdb", [LASTLOG2] = "lastlog2",
};

/* Debian's wtmpdb writes in /var/log, others in /var/lib/wtmpdb. */
static const struct place_of_files places[] = {
    {"/run", "utmp", UTMP, true},
    {"/var/log", "wtmp*", WTMP, true},
    {"/var/log", "btmp*", BTMP, true},
    {"/var/log", "lastlog", LASTLOG, true},
    {"/var/lib/wtmpdb", "wtmp*.db", WTMPDB, true},
    {"/var/lib/lastlog", "lastlog2.db", LASTLOG2, true},
};

enum { LASTLOG_SIZE = 292, LASTLOG_LINE = 4, LASTLOG_HOST = 36 };
enum { LASTLOG_LINE_SIZE = 32, LASTLOG_HOST_SIZE = 256 };

struct state {
    struct place_files files;
    int                kind;
    size_t             at, size; /* of the next record, and of each */
    int64_t            number;   /* of the record read last */
    struct sqlite_file database;
    sqlite3_stmt      *stmt;
};

/* Texts of rows ------------------------------------------------------------------- */

/* A copy as text, NULL for an empty one. False: out of memory. */
static bool copy(struct tbl_scan *scan, const char *text, size_t size, const char **ret)
{
    *ret = size ? tbl_utf8(scan, text, size) : NULL;
    return !size || *ret;
}

static bool copy_address(struct tbl_scan *scan, const uint8_t *address, const char **ret)
{
    static const uint8_t zeros[16];
    char                 text[INET6_ADDRSTRLEN] = "";

    if (memcmp(address, zeros, 16) != 0)
        inet_ntop(memcmp(address + 4, zeros, 12) == 0 ? AF_INET : AF_INET6, address, text,
                  sizeof text);
    return copy(scan, text, strlen(text), ret);
}

/* What every row has; `number` is the record of the file, from 1. */
static int finish(struct tbl_scan *scan, struct login_row *row, bool ok)
{
    struct state *state = tbl_state(scan);

    row->kept_in = kinds[state->kind];
    row->record = state->number;
    row->host = state->files.source.host;
    row->source = state->files.shown;
    state->files.records += ok;
    return ok ? SQLITE_ROW : SQLITE_NOMEM;
}

/* Arrays of records ------------------------------------------------------------------ */

/* What a record of utmp(5) is an event of; NULL: of none that counts, as a getty that waits. In wtmp
 * the kernel's and init's records bear a word in the user's place. */
static const char *event_of(int tag, const struct utmp_record *record)
{
    static const char *const events[][2] = {
        {"user", "login"},         {"dead", "logout"},        {"boot_time", "boot"},
        {"new_time", "clock set"}, {"old_time", "clock was"}, {"runlevel", "runlevel"},
    };
    bool down = record->user_size == 8 && memcmp(record->user, "shutdown", 8) == 0;

    if (tag == BTMP)
        return record->user_size || record->host_size ? "failed" : NULL;
    if (strcmp(record->type, "runlevel") == 0 && down)
        return "shutdown";
    for (size_t i = 0; i < TBL_COUNT(events); i++)
        if (strcmp(events[i][0], record->type) == 0)
            return events[i][1];
    return NULL;
}

static int next_utmp(struct tbl_scan *scan, struct login_row *row)
{
    struct state      *state = tbl_state(scan);
    struct utmp_record record;

    while (state->files.size - state->at >= state->size) {
        const uint8_t *data = (const uint8_t *)state->files.text + state->at;
        int            r = utmp_read(data, state->size, &record);

        state->at += state->size;
        state->number++;
        state->files.skipped += r < 0;
        if (r <= 0 || !(row->event = event_of(state->kind, &record)))
            continue;
        row->time = (double)record.time;
        row->pid = record.pid ? record.pid : TBL_NULL;
        bool ok = copy(scan, record.tty, record.tty_size, &row->tty) &&
                  copy(scan, record.host, record.host_size, &row->remote_host) &&
                  copy_address(scan, record.address, &row->address);
        if (strcmp(row->event, "login") == 0 || strcmp(row->event, "failed") == 0 ||
            strcmp(row->event, "logout") == 0)
            ok = ok && copy(scan, record.user, record.user_size, &row->user);
        return finish(scan, row, ok);
    }
    return SQLITE_DONE;
}

static int next_lastlog(struct tbl_scan *scan, struct login_row *row)
{
    struct state *state = tbl_state(scan);

    while (state->files.size - state->at >= LASTLOG_SIZE) {
        const uint8_t *data = (const uint8_t *)state->files.text + state->at;
        const char    *line = (const char *)data + LASTLOG_LINE;
        const char    *host = (const char *)data + LASTLOG_HOST;
        uint64_t       time = le_number(data, 4);

        state->at += LASTLOG_SIZE;
        state->number++;
        if (!time)
            continue;
        row->event = "last login";
        row->time = (double)time;
        row->uid = state->number - 1;
        return finish(scan, row,
                      copy(scan, line, strnlen(line, LASTLOG_LINE_SIZE), &row->tty) &&
                          copy(scan, host, strnlen(host, LASTLOG_HOST_SIZE), &row->remote_host));
    }
    return SQLITE_DONE;
}

/* Databases ---------------------------------------------------------------------------- */

/* event, user, time, tty, remote host, service, end, end's reason. Of a login without an end that the
 * shutdown of its boot came after, the host was shut down in order; where the next boot came
 * without one it crashed. */
static const struct {
    const char *tables[2];
    const char *sql;
} databases[] = {
    [WTMPDB] =
        {{"wtmp", NULL},
         "SELECT CASE w.Type WHEN 1 THEN 'boot' WHEN 2 THEN 'runlevel' WHEN 3 THEN 'login' ELSE "
         "'type ' || w.Type END, iif(w.Type = 3, w.User, NULL), w.Login / 1e6, w.TTY, "
         "w.RemoteHost, w.Service, w.Logout / 1e6, "
         "CASE WHEN w.Logout IS NOT NULL THEN iif(w.Type = 1, 'shutdown', 'logout') ELSE "
         "(SELECT iif(b.ID > w.ID, 'crash', iif(b.Logout IS NOT NULL, 'down', NULL)) FROM wtmp AS "
         "b "
         "WHERE b.Type = 1 AND (b.ID > w.ID OR (b.Logout >= w.Login AND w.Type = 3)) "
         "ORDER BY b.ID LIMIT 1) END, w.ID FROM wtmp AS w ORDER BY w.ID"},
    [LASTLOG2] = {{"Lastlog2", NULL},
                  "SELECT 'last login', Name, Time, TTY, RemoteHost, Service, NULL, NULL, rowid "
                  "FROM Lastlog2"},
};

static bool column(struct tbl_scan *scan, sqlite3_stmt *stmt, int i, const char **ret)
{
    const char *text = (const char *)sqlite3_column_text(stmt, i);

    return copy(scan, text ? text : "", text ? (size_t)sqlite3_column_bytes(stmt, i) : 0, ret);
}

static double real_column(sqlite3_stmt *stmt, int i)
{
    return sqlite3_column_type(stmt, i) == SQLITE_NULL ? NAN : sqlite3_column_double(stmt, i);
}

static int next_database(struct tbl_scan *scan, struct login_row *row)
{
    struct state *state = tbl_state(scan);
    sqlite3_stmt *stmt = state->stmt;
    int           rc = stmt ? sqlite3_step(stmt) : SQLITE_DONE;

    if (rc == SQLITE_NOMEM)
        return rc;
    state->files.skipped += rc != SQLITE_ROW && rc != SQLITE_DONE;
    if (rc != SQLITE_ROW)
        return SQLITE_DONE;
    state->number = sqlite3_column_int64(stmt, 8);
    row->time = real_column(stmt, 2);
    row->end_time = real_column(stmt, 6);
    return finish(scan, row,
                  column(scan, stmt, 0, &row->event) && column(scan, stmt, 1, &row->user) &&
                      column(scan, stmt, 3, &row->tty) &&
                      column(scan, stmt, 4, &row->remote_host) &&
                      column(scan, stmt, 5, &row->service) && column(scan, stmt, 7, &row->end));
}

static void leave_database(struct state *state)
{
    sqlite3_finalize(state->stmt);
    state->stmt = NULL;
    sqlite_file_close(&state->database);
}

/* A file that is no such database is counted as one thing not understood. */
static int enter_database(struct state *state)
{
    int r =
        sqlite_file_open_bytes((uint8_t *)state->files.text, state->files.size, &state->database);

    if (r == 0)
        r = sqlite_file_query(&state->database, databases[state->kind].tables,
                              databases[state->kind].sql, &state->stmt);
    state->files.skipped += r < 0 || state->database.damaged;
    return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_OK;
}

/* The walk ----------------------------------------------------------------------------- */

static int next_record(struct tbl_scan *scan, void *row)
{
    switch (((struct state *)tbl_state(scan))->kind) {
    case LASTLOG:
        return next_lastlog(scan, row);
    case WTMPDB:
    case LASTLOG2:
        return next_database(scan, row);
    default:
        return next_utmp(scan, row);
    }
}

/* A database of wtmpdb bears the name of the file whose place it took. */
static int begin_file(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);
    const char   *dot = strrchr(state->files.name, '.');

    (void)row;
    leave_database(state);
    state->kind = state->files.place.tag;
    if (state->kind == WTMP && dot && strcmp(dot, ".db") == 0)
        state->kind = WTMPDB;
    state->number = 0;
    state->at = 0;
    if (state->kind == WTMPDB || state->kind == LASTLOG2)
        return enter_database(state);
    state->size = state->kind == LASTLOG
                      ? LASTLOG_SIZE
                      : utmp_record_size((const uint8_t *)state->files.text, state->files.size);
    if (!state->size)
        state->at = state->size = state->files.size;
    state->files.skipped += state->files.size % (state->size ? state->size : 1) != 0 ||
                            (state->at && state->files.size);
    return SQLITE_OK;
}

static int next(struct tbl_scan *scan, void *row)
{
    return place_files_row(&((struct state *)tbl_state(scan))->files, row);
}

/* Not what SQLite keeps beside a database. */
static bool wanted(struct tbl_scan *scan, const struct place_of_files *place, const char *name)
{
    (void)scan, (void)place;
    return !strstr(name, ".db-");
}

static int open_scan(struct tbl_scan *scan)
{
    struct state           *state = tbl_state(scan);
    const struct login_row *key = tbl_key(scan);

    state->files = (struct place_files){.scan = scan,
                                        .kind = "logins",
                                        .places = places,
                                        .n_places = TBL_COUNT(places),
                                        .wanted = wanted,
                                        .begin_file = begin_file,
                                        .next_record = next_record};
    return place_files_begin(&state->files,
                             &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT,
                                                    .host = key->host,
                                                    .root = key->root});
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    leave_database(state);
    place_files_end(&state->files);
}

static int get_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct login_row *)row)->time);
}

static int get_end_datetime(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    (void)scan;
    return tbl_result_datetime(out, ((const struct login_row *)row)->end_time);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct login_row, time, 0, "When it happened, in seconds since the epoch"),
    TBL_LAZY("datetime", TBL_TEXT, 0, "time in UTC, as datetime() writes it", get_datetime),
    TBL_COL(struct login_row, event, 0,
            "login, logout, failed (of btmp), last login (of lastlog), boot, shutdown, runlevel, "
            "clock set, clock was"),
    TBL_COL(struct login_row, user, 0, "Name of the account; NULL in lastlog, which has the uid"),
    TBL_COL(struct login_row, uid, 0, "User id; only in lastlog"),
    TBL_COL(struct login_row, tty, 0, "Terminal, or ssh where sshd has none"),
    TBL_COL(struct login_row, remote_host, 0, "Remote host that the user came from, as written"),
    TBL_COL(struct login_row, address, 0, "Address of that host; only in utmp, wtmp and btmp"),
    TBL_COL(struct login_row, pid, 0, "Process that leads the session"),
    TBL_COL(struct login_row, service, 0, "Service of PAM; only in wtmpdb and lastlog2"),
    TBL_COL(struct login_row, end_time, 0,
            "End of the session or of the boot, in seconds since the epoch; only in wtmpdb"),
    TBL_LAZY("end_datetime", TBL_TEXT, 0, "end_time in UTC, as datetime() writes it",
             get_end_datetime),
    TBL_COL(struct login_row, end, 0,
            "How it ended, of wtmpdb: logout, shutdown, down (the host was shut down; wtmpdb last "
            "says crash for it too), crash (the next boot came without a shutdown); NULL where it "
            "lasts"),
    TBL_COL(struct login_row, kept_in, 0, "utmp, wtmp, btmp, lastlog, wtmpdb or lastlog2"),
    TBL_COL(struct login_row, record, TBL_ID, "Record of the file, from 1; of a database its row"),
    TBL_COL(struct login_row, host, TBL_KEY | TBL_ID, "Host that the evidence is of"),
    TBL_COL(struct login_row, source, TBL_ID, "Path of the file in the evidence"),
    TBL_COL(struct login_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"Logins from other hosts, newest first",
     "SELECT datetime, user, tty, remote_host FROM logins WHERE event = 'login' AND remote_host IS "
     "NOT NULL ORDER BY time DESC"},
    {"Addresses whose logins failed most",
     "SELECT remote_host, count(*) AS failed, max(datetime) AS last FROM logins WHERE event = "
     "'failed' GROUP BY remote_host ORDER BY failed DESC"},
};

const struct tbl_table logins_table = {
    .name = "logins",
    .doc = "Logins, logouts, failed logins and boots, as wtmp, btmp, lastlog and their databases "
           "keep them",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct login_row),
    .state_size = sizeof(struct state),
    .rows = 1000,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
