/* found.c -- what each analytic found, one row for each subject, time and analytic.
 *
 *     SELECT analytic, count(*) FROM found GROUP BY analytic;
 *
 * The views findings and finding_signals read it. The analytics are views, and each is a separate
 * statement here, for three reasons: SQLite plans each alone instead of all nested in each other,
 * which takes half the time; an analytic that the query does not need is not run; and the time
 * range of the query reaches the events that the analytics join (scope.h).
 */
#include <math.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "inlined.h"
#include "table.h"
#include "table/scope.h"

SQLITE_EXTENSION_INIT3

struct found_row {
    double      time;
    const char *host;
    const char *platform;
    const char *analytic;
    const char *technique;
    const char *subject;
    const char *user;
    const char *tool;
    const char *verb;
    const char *target;
    const char *fired;
    const char *evidence;
    const char *source;
    const char *record;
};

struct state {
    size_t        analytic; /* the next one */
    sqlite3_stmt *stmt;
};

/* The views, and what each has as user, tool, verb and target. */
static const struct analytic {
    const char *name, *user_to_target;
} analytics[] = {
    {"t1569_service_creation", "user, NULL, NULL, service"},
    {"t1569_file_modification", "user, NULL, NULL, service"},
    {"t1569_process_creation", "user, NULL, NULL, service"},
    {"t1569_registry_modification", "user, NULL, NULL, service"},
    {"t1569_command_execution", "coalesce(login_user, user), tool, verb, target"},
    {"t1569_unasked_start", "NULL, NULL, NULL, subject"},
    {"t1569_tool_child", "coalesce(login_user, user), tool, NULL, NULL"},
    {"t1569_account_jump", "user, NULL, NULL, NULL"},
    {"t1569_service_network", "user, NULL, NULL, service"},
};

/* SQLite's own error is passed on unchanged, as if the query contained the view. */
static int fail(struct tbl_scan *scan, int rc)
{
    if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT)
        return rc;
    return tbl_fail(scan, "%s", sqlite3_errmsg(svcql_db(tbl_svcql(scan))));
}

/* The terms of the query on time, and on one host. */
static void write_terms(struct tbl_scan *scan, struct buffer *sql)
{
    const struct tbl_terms *time = TBL_TERMS(scan, struct found_row, time);
    const struct tbl_terms *host = TBL_TERMS(scan, struct found_row, host);

    if (time->min > -INFINITY)
        buffer_puts(sql, " AND time >= ?1");
    if (time->max < INFINITY)
        buffer_puts(sql, " AND time <= ?2");
    if (host->n == 1)
        buffer_puts(sql, " AND host = ?3");
}

static int bind_terms(struct tbl_scan *scan, sqlite3_stmt *stmt)
{
    const struct tbl_terms *time = TBL_TERMS(scan, struct found_row, time);
    const struct tbl_terms *host = TBL_TERMS(scan, struct found_row, host);
    int                     rc = SQLITE_OK;

    if (time->min > -INFINITY)
        rc = sqlite3_bind_double(stmt, 1, time->min);
    if (rc == SQLITE_OK && time->max < INFINITY)
        rc = sqlite3_bind_double(stmt, 2, time->max);
    if (rc == SQLITE_OK && host->n == 1)
        rc = sqlite3_bind_text(stmt, 3, host->texts[0], -1, SQLITE_TRANSIENT);
    return rc;
}

static int prepare(struct tbl_scan *scan, const struct analytic *analytic, sqlite3_stmt **ret)
{
    struct buffer sql = {0};
    int           rc = SQLITE_NOMEM;

    buffer_printf(
        &sql,
        "SELECT time, host, platform, analytic, technique, subject, %s, fired, %s, source, "
        "record FROM ",
        analytic->user_to_target, TBL_USES(scan, struct found_row, evidence) ? "evidence" : "NULL");
    inlined_put_view(tbl_svcql(scan), analytic->name, &sql);
    buffer_puts(&sql, " WHERE fired <> '[]'");
    write_terms(scan, &sql);
    if (buffer_text(&sql))
        rc = sqlite3_prepare_v2(svcql_db(tbl_svcql(scan)), sql.data, -1, ret, NULL);
    buffer_free(&sql);
    return rc == SQLITE_OK ? bind_terms(scan, *ret) : rc;
}

/* Run the statement up to its next row, within the query's scope. */
static int step(struct tbl_scan *scan, sqlite3_stmt *stmt)
{
    const struct tbl_terms *time = TBL_TERMS(scan, struct found_row, time);
    const struct tbl_terms *host = TBL_TERMS(scan, struct found_row, host);
    struct scope           *scope = scope_of(tbl_svcql(scan)), before = *scope;

    *scope = (struct scope){.since = time->min,
                            .until = time->max,
                            .inside = true,
                            .host = host->n == 1 ? host->texts[0] : NULL};
    int rc = sqlite3_step(stmt);
    *scope = before;
    return rc;
}

static const char *text(sqlite3_stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt, column);
}

static void fill(sqlite3_stmt *stmt, struct found_row *row)
{
    if (sqlite3_column_type(stmt, 0) != SQLITE_NULL)
        row->time = sqlite3_column_double(stmt, 0);
    row->host = text(stmt, 1);
    row->platform = text(stmt, 2);
    row->analytic = text(stmt, 3);
    row->technique = text(stmt, 4);
    row->subject = text(stmt, 5);
    row->user = text(stmt, 6);
    row->tool = text(stmt, 7);
    row->verb = text(stmt, 8);
    row->target = text(stmt, 9);
    row->fired = text(stmt, 10);
    row->evidence = text(stmt, 11);
    row->source = text(stmt, 12);
    row->record = text(stmt, 13);
}

static int open_scan(struct tbl_scan *scan)
{
    if (scope_of(tbl_svcql(scan))->inside)
        return tbl_fail(scan, "found: an analytic reads it");
    return SQLITE_OK;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state           *state = tbl_state(scan);
    const struct tbl_terms *wanted = TBL_TERMS(scan, struct found_row, analytic);

    for (;;) {
        int rc = state->stmt ? step(scan, state->stmt) : SQLITE_DONE;
        if (rc == SQLITE_ROW) {
            fill(state->stmt, row);
            return SQLITE_ROW;
        }
        if (rc != SQLITE_DONE)
            return fail(scan, rc);
        sqlite3_finalize(state->stmt);
        state->stmt = NULL;
        if (state->analytic == TBL_COUNT(analytics))
            return SQLITE_DONE;
        const struct analytic *analytic = &analytics[state->analytic++];
        if (tbl_match_text(wanted, analytic->name, false) &&
            (rc = prepare(scan, analytic, &state->stmt)) != SQLITE_OK)
            return fail(scan, rc);
    }
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    sqlite3_finalize(state->stmt);
}

/* The tables that the analytics read report their sources. */
static int probe(struct svcql *svcql)
{
    (void)svcql;
    return SQLITE_OK;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct found_row, time, TBL_RANGE | TBL_ID,
            "When it happened, seconds since the epoch, UTC"),
    TBL_COL(struct found_row, host, TBL_KEY | TBL_ID, "Host that it happened on"),
    TBL_COL(struct found_row, platform, 0, "linux, windows or macos"),
    TBL_COL(struct found_row, analytic, TBL_KEY | TBL_ID, "View of a T1569 analytic that found it"),
    TBL_COL(struct found_row, technique, 0, "ATT&CK technique"),
    TBL_COL(struct found_row, subject, TBL_ID, "What it is about: a file, key, service or command"),
    TBL_COL(struct found_row, user, 0, "Account that did it or owns it"),
    TBL_COL(struct found_row, tool, 0, "Tool for services that was used"),
    TBL_COL(struct found_row, verb, 0, "What the tool was asked to do"),
    TBL_COL(struct found_row, target, 0, "Unit, label or service that it is about"),
    TBL_COL(struct found_row, fired, TBL_ID, "Names of the signals that fired, as a JSON array"),
    TBL_COL(struct found_row, evidence, 0, "The row of the analytic for people, as JSON"),
    TBL_COL(struct found_row, source, TBL_ID, "Source of the record"),
    TBL_COL(struct found_row, record, TBL_ID, "Identity of the record in its source"),
};

static const struct tbl_example examples[] = {
    {"How much each analytic found", "SELECT analytic, count(*) FROM found GROUP BY analytic"},
};

const struct tbl_table found_table = {
    .name = "found",
    .doc = "What each analytic found: findings joins it by subject, finding_signals splits it by "
           "signal",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct found_row),
    .state_size = sizeof(struct state),
    .rows = 200,
    .open = open_scan,
    .next = next,
    .close = close_scan,
    .probe = probe,
};
