#include "own_lists.h"

#include <stdbool.h>
#include <stddef.h>

SQLITE_EXTENSION_INIT3

static sqlite3_stmt *columns_of(sqlite3 *db, const char *schema, const char *list)
{
    sqlite3_stmt *statement = NULL;
    char         *sql = sqlite3_mprintf("PRAGMA \"%w\".table_info(\"%w\")", schema, list);

    if (sql)
        sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    sqlite3_free(sql);
    return statement;
}

/* Whether a list has a column; *ret_any: it has columns at all. *rc becomes SQLITE_NOMEM where that is why. */
static bool has_column(sqlite3_stmt *columns, const char *name, bool *ret_any, int *rc)
{
    bool found = false;

    while (!found && sqlite3_step(columns) == SQLITE_ROW) {
        const char *other = (const char *)sqlite3_column_text(columns, 1);
        found = other && sqlite3_stricmp(other, name) == 0;
        *ret_any = true;
    }
    if (sqlite3_reset(columns) == SQLITE_NOMEM)
        *rc = SQLITE_NOMEM;
    return found;
}

/* Why a column that the list lacks cannot be filled; NULL: it can. */
static char *refusal(const char *schema, const char *list, const char *column, bool any)
{
    if (!any)
        return sqlite3_mprintf(
            "svcql: the list %s of the database %s cannot be read: repair or drop it", list,
            schema);
    return sqlite3_mprintf("svcql: the list %s of the database %s has no column %s: add it with "
                           "ALTER TABLE %s.%s ADD COLUMN %s, or rename the list",
                           list, schema, column, schema, list, column);
}

/* One column of the shipped list, as the view selects it from the user's: SQLITE_OK, SQLITE_ERROR where it cannot
 * be filled, SQLITE_NOMEM. */
static int add_column(sqlite3_str *view, sqlite3_stmt *shipped, sqlite3_stmt *own, bool *lacks,
                      bool *any)
{
    const char *name = (const char *)sqlite3_column_text(shipped, 1);
    const char *value = (const char *)sqlite3_column_text(shipped, 4); /* the default, as SQL */
    bool        needed = sqlite3_column_int(shipped, 3) || sqlite3_column_int(shipped, 5);
    int         rc = name ? SQLITE_OK : SQLITE_NOMEM;

    if (rc != SQLITE_OK)
        return rc;
    if (sqlite3_str_length(view))
        sqlite3_str_appendall(view, ", ");
    if (has_column(own, name, any, &rc)) {
        sqlite3_str_appendf(view, "\"%w\"", name);
        return rc;
    }
    *lacks = true;
    sqlite3_str_appendf(view, "%s AS \"%w\"", value ? value : "NULL", name);
    return rc != SQLITE_OK ? rc : value || !needed ? SQLITE_OK : SQLITE_ERROR;
}

static int replace(sqlite3 *db, const char *schema, const char *list, const char *columns,
                   bool lacks, char **ret_error)
{
    char *sql = lacks ? sqlite3_mprintf("DROP TABLE temp.\"%w\"; CREATE TEMP VIEW \"%w\" AS "
                                        "SELECT %s FROM \"%w\".\"%w\"",
                                        list, list, columns, schema, list)
                      : sqlite3_mprintf("DROP TABLE temp.\"%w\"", list);
    int   rc = sql ? sqlite3_exec(db, sql, NULL, NULL, ret_error) : SQLITE_NOMEM;

    sqlite3_free(sql);
    return rc;
}

int own_list_use(sqlite3 *db, const char *schema, const char *list, char **ret_error)
{
    sqlite3_stmt *shipped = columns_of(db, "temp", list), *own = columns_of(db, schema, list);
    sqlite3_str  *view = sqlite3_str_new(db);
    bool          lacks = false, any = false;
    int           rc = shipped && own ? SQLITE_OK : SQLITE_NOMEM;

    while (rc == SQLITE_OK && sqlite3_step(shipped) == SQLITE_ROW) {
        rc = add_column(view, shipped, own, &lacks, &any);
        if (rc == SQLITE_ERROR)
            *ret_error = refusal(schema, list, (const char *)sqlite3_column_text(shipped, 1), any);
    }
    int end = sqlite3_finalize(shipped);
    rc = rc == SQLITE_OK ? end : rc;
    sqlite3_finalize(own);
    char *columns = sqlite3_str_finish(view);
    if (rc == SQLITE_OK)
        rc = columns ? replace(db, schema, list, columns, lacks, ret_error) : SQLITE_NOMEM;
    sqlite3_free(columns);
    return rc;
}
