/* judgement.c -- SQL functions that grade what fired, by the tables signals and severities.
 *
 *     SELECT signal_severity('["runs_from_temp","inline_shell"]');
 *
 * What fired is a JSON array of names, or an array of such arrays, as json_group_array() makes where
 * several rows are one finding. The weights stay in tables that a user may change; only the joins are
 * here. A statement is prepared for each call, as one that was kept would hold the connection open.
 */
#include "functions.h"

#include <stddef.h>
#include <stdint.h>

SQLITE_EXTENSION_INIT3

#define FIRED "(SELECT t.atom FROM json_tree(?1) AS t WHERE t.type = 'text')"

/* The highest grade that the weights reach together, of each family the weightiest, or that the floor
 * of one signal sets. */
static const char severity_sql[] =
    "SELECT v.severity FROM severities AS v, "
    "(SELECT total(weight) AS weight, max(floor) AS floor FROM "
    "  (SELECT max(s.weight) AS weight, max(l.rank) AS floor "
    "     FROM signals AS s LEFT JOIN severities AS l ON l.severity = s.severity "
    "    WHERE s.name IN " FIRED " GROUP BY coalesce(s.family, s.name))) AS w "
    "WHERE v.weight <= w.weight OR v.rank <= w.floor ORDER BY v.rank DESC LIMIT 1";

static const char reasons_sql[] = "SELECT group_concat(why, '; ') FROM (SELECT why FROM signals "
                                  "WHERE name IN " FIRED " ORDER BY weight DESC, name)";

/* A name without a row in signals weighs nothing and is shown all the same. */
static const char names_sql[] =
    "SELECT group_concat(name) FROM (SELECT DISTINCT f.atom AS name, s.weight "
    "FROM json_tree(?1) AS f LEFT JOIN signals AS s ON s.name = f.atom WHERE f.type = 'text' "
    "ORDER BY s.weight DESC, f.atom)";

static const char techniques_sql[] = "SELECT json_group_array(technique) FROM (SELECT DISTINCT "
                                     "attack_id(technique) AS technique FROM signals "
                                     "WHERE name IN " FIRED " ORDER BY technique)";

static void answer(sqlite3_context *out, sqlite3_value **argv, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3      *db = sqlite3_context_db_handle(out);

    if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(stmt, 1, argv[0]);
    if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        sqlite3_result_value(out, sqlite3_column_value(stmt, 0));
    else if (rc == SQLITE_NOMEM)
        sqlite3_result_error_nomem(out);
    else if (rc != SQLITE_DONE)
        sqlite3_result_error(out, sqlite3_errmsg(db), -1);
    sqlite3_finalize(stmt);
}

static const struct judgement {
    const char *name, *sql;
} functions[] = {
    {"signal_severity", severity_sql},
    {"signal_reasons", reasons_sql},
    {"signal_names", names_sql},
    {"signal_techniques", techniques_sql},
};

static void judge(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    answer(out, argv, ((const struct judgement *)sqlite3_user_data(out))->sql);
}

/* Not deterministic: the tables they read may change. */
int judgement_register(sqlite3 *db)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof functions[0]; i++)
        rc = sqlite3_create_function_v2(db, functions[i].name, 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                        (void *)(uintptr_t)&functions[i], judge, NULL, NULL, NULL);
    return rc;
}
