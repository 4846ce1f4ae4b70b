#include "schedule_status.h"

#include <string.h>

#include "program.h"
#include "store.h"

#define LATE "120" /* seconds */

#define STAMP(column) "datetime(" column ", 'unixepoch') AS " column ", "

static const char rows_sql[] = "SELECT name, " STAMP("last_run")
    STAMP("next_run") "iif(denied_until > unixepoch(), "
                      "datetime(denied_until, 'unixepoch'), NULL) AS denied_until, denied_why, "
                      "runs, failures, "
                      "waiting, dropped, error, last_error, datetime(last_error_time, 'unixepoch') "
                      "AS last_error_time "
                      "FROM svcql_schedule ORDER BY name";

static const char late_sql[] =
    "SELECT datetime(ran, 'unixepoch') FROM (SELECT max(last_attempt) AS ran, max(next_run) AS due "
    "FROM svcql_schedule) WHERE due < unixepoch() - " LATE;

static int print_rows(sqlite3 *db)
{
    struct output output;
    sqlite3_stmt *stmt = NULL;
    long long     rows = -1;

    if (!output_open(&output, FORMAT_TABLE, NULL))
        return EXIT_ERROR;
    if (sqlite3_prepare_v2(db, rows_sql, -1, &stmt, NULL) == SQLITE_OK)
        rows = output_rows(&output, stmt);
    if (rows < 0)
        complain("state: %s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    return output_close(&output) && rows >= 0 ? EXIT_CLEAN : EXIT_ERROR;
}

/* Nothing is written to the state while it cannot be, so late queries show that. */
static int report_late(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    int           status = EXIT_CLEAN;

    if (sqlite3_prepare_v2(db, late_sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW) {
        complain("no query has run since %s UTC: the service is stopped, or the state cannot be "
                 "written (journalctl -u svcql)",
                 (const char *)sqlite3_column_text(stmt, 0));
        status = EXIT_INCOMPLETE;
    }
    sqlite3_finalize(stmt);
    return status;
}

int show_schedule(const char *state)
{
    sqlite3 *db = NULL;
    int      status = EXIT_ERROR;

    if (sqlite3_open_v2(state, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        complain("%s: %s", state, sqlite3_errmsg(db));
    else
        status = print_rows(db);
    if (status == EXIT_CLEAN)
        status = report_late(db);
    sqlite3_close(db);
    return status;
}

bool lend_schedule(sqlite3 *db, const char *sql, const char *state)
{
    const char *path = state ? state : SERVICE_STATE;
    sqlite3    *from = NULL;
    char       *json = NULL;

    if (!strstr(sql, "svcql_schedule"))
        return true;
    if (sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
        json = schedule_json(from);
    if (!json)
        complain("%s: %s", path, sqlite3_errmsg(from));
    else if (make_schedule_table(db, json) != SQLITE_OK)
        complain("%s", sqlite3_errmsg(db));
    bool lent = json && sqlite3_errcode(db) == SQLITE_OK;
    sqlite3_free(json);
    sqlite3_close(from);
    return lent;
}
