/* attached_baseline.c -- the baseline that the user keeps in a database of their own.
 *
 *     ATTACH '/var/lib/hunt/base.db' AS base;
 *     CREATE TABLE base.baseline AS SELECT kind, host, item, detail FROM baseline_now;
 *     SELECT count(*) FROM attached_baseline;
 *
 * Every database with a table called baseline is read, attached before or after the extension was
 * loaded: a view could name only one, and only while it is attached.
 */
#include <string.h>

#include "evidence.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define DATABASES_MAX 130 /* as many as SQLite can ever attach, with main and temp */

struct baseline_row {
    const char *kind;
    const char *host;
    const char *item;
    const char *detail;
    const char *database_name;
    int64_t     row;
};

struct state {
    char         *names[DATABASES_MAX]; /* of databases that have a baseline */
    size_t        n, next;
    sqlite3_stmt *stmt; /* over the baseline of names[next - 1] */
    int64_t       row;
};

static bool has_baseline(sqlite3 *db, const char *name)
{
    return sqlite3_table_column_metadata(db, name, "baseline", "item", NULL, NULL, NULL, NULL,
                                         NULL) == SQLITE_OK;
}

static int open_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);
    sqlite3      *db = svcql_db(tbl_svcql(scan));
    sqlite3_stmt *stmt = NULL;

    int rc = sqlite3_prepare_v2(db, "PRAGMA database_list", -1, &stmt, NULL);
    while (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW && state->n < DATABASES_MAX) {
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        if (!name || strcmp(name, "temp") == 0 || !has_baseline(db, name))
            continue;
        if (!(state->names[state->n++] = sqlite3_mprintf("%s", name)))
            rc = SQLITE_NOMEM;
    }
    sqlite3_finalize(stmt);
    return rc;
}

static int next_database(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);
    sqlite3      *db = svcql_db(tbl_svcql(scan));

    sqlite3_finalize(state->stmt);
    state->stmt = NULL;
    if (state->next == state->n)
        return SQLITE_DONE;
    const char *name = state->names[state->next++];
    char       *sql = sqlite3_mprintf("SELECT kind, host, item, detail FROM \"%w\".baseline", name);
    if (!sql)
        return SQLITE_NOMEM;
    int rc = sqlite3_prepare_v2(db, sql, -1, &state->stmt, NULL);
    sqlite3_free(sql);
    if (rc != SQLITE_OK && rc != SQLITE_NOMEM)
        return tbl_fail(scan, "attached_baseline: %s.baseline: %s", name, sqlite3_errmsg(db));
    state->row = 0;
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

static const char *column(struct tbl_scan *scan, int c)
{
    struct state *state = tbl_state(scan);
    const char   *text = (const char *)sqlite3_column_text(state->stmt, c);

    return text ? tbl_strndup(scan, text, (size_t)sqlite3_column_bytes(state->stmt, c)) : NULL;
}

static int next(struct tbl_scan *scan, void *out)
{
    struct state        *state = tbl_state(scan);
    struct baseline_row *row = out;
    int                  rc;

    while (!state->stmt || (rc = sqlite3_step(state->stmt)) == SQLITE_DONE) {
        rc = next_database(scan);
        if (rc != SQLITE_ROW)
            return rc;
    }
    if (rc != SQLITE_ROW)
        return rc;
    *row = (struct baseline_row){.kind = column(scan, 0),
                                 .host = column(scan, 1),
                                 .item = column(scan, 2),
                                 .detail = column(scan, 3),
                                 .database_name = state->names[state->next - 1],
                                 .row = state->row++};
    return SQLITE_ROW;
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    sqlite3_finalize(state->stmt);
    for (size_t i = 0; i < state->n; i++)
        sqlite3_free(state->names[i]);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct baseline_row, kind, 0, "Kind of item, as in baseline_now: unit, service"),
    TBL_COL(struct baseline_row, host, 0, "Host on which it is normal"),
    TBL_COL(struct baseline_row, item, 0, "Normal item: a path, a key, a command"),
    TBL_COL(struct baseline_row, detail, 0, "Its content: a digest, a command line"),
    TBL_COL(struct baseline_row, database_name, TBL_ID, "Attached database that has the row"),
    TBL_COL(struct baseline_row, row, TBL_ID, "Place in that database's table, from 0"),
};

static const struct tbl_example examples[] = {
    {"Number of items that are known to be normal",
     "SELECT database_name, kind, count(*) FROM attached_baseline GROUP BY 1, 2"},
};

const struct tbl_table attached_baseline_table = {
    .name = "attached_baseline",
    .doc = "The rows of every attached database's table baseline, which the analytics subtract",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct baseline_row),
    .state_size = sizeof(struct state),
    .rows = 1000,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
