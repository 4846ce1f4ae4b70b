/* judgement.c -- SQL functions that grade what fired, by the tables signals and severities.
 *
 *     SELECT signal_severity('runs_from_temp,inline_shell'), signal_reasons('runs_from_temp');
 *
 * The weights stay in tables that a user may change; only the arithmetic is here. A statement is
 * prepared for each call, as one that was kept would hold the connection open.
 */
#include "functions.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

/* The highest grade that the weights reach together, or that the floor of one signal sets. */
static const char severity_sql[] =
    "SELECT v.severity FROM severities AS v, "
    "(SELECT total(s.weight) AS weight, max(l.rank) AS floor "
    "   FROM signals AS s LEFT JOIN severities AS l ON l.severity = s.severity "
    "  WHERE instr(',' || ?1 || ',', ',' || s.name || ',')) AS w "
    "WHERE v.weight <= w.weight OR v.rank <= w.floor ORDER BY v.rank DESC LIMIT 1";

static const char reasons_sql[] =
    "SELECT group_concat(why, '; ') FROM (SELECT why FROM signals "
    "WHERE instr(',' || ?1 || ',', ',' || name || ',') ORDER BY weight DESC, name)";

static const char techniques_sql[] =
    "SELECT group_concat(technique) FROM (SELECT DISTINCT technique FROM signals "
    "WHERE instr(',' || ?1 || ',', ',' || name || ',') ORDER BY technique)";

static void answer(sqlite3_context *out, sqlite3_value **argv, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    int rc = sqlite3_prepare_v2(sqlite3_context_db_handle(out), sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(stmt, 1, argv[0]);
    if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        sqlite3_result_value(out, sqlite3_column_value(stmt, 0));
    else if (rc != SQLITE_DONE)
        sqlite3_result_error_code(out, rc);
    sqlite3_finalize(stmt);
}

static void severity(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    answer(out, argv, severity_sql);
}

static void reasons(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    answer(out, argv, reasons_sql);
}

static void techniques(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    answer(out, argv, techniques_sql);
}

static const struct {
    const char *name;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"signal_severity", severity},
    {"signal_reasons", reasons},
    {"signal_techniques", techniques},
};

/* Not deterministic: the tables they read may change. */
int judgement_register(sqlite3 *db)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof functions[0]; i++)
        rc = sqlite3_create_function_v2(db, functions[i].name, 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                        NULL, functions[i].call, NULL, NULL, NULL);
    return rc;
}
