/* temp_schema.c -- puts tables, lists and views into the TEMP schema, which SQLite searches first: so a table
 * of the same name in the user's database hides none of them.
 *
 * CREATE VIEW has SQLite parse each view twice, once to check it and once to enter it, and CREATE VIRTUAL
 * TABLE connects each table; for all of them this takes longer than everything else that loading does. So they
 * are written into temp.sqlite_schema directly, and SQLite reads that schema again, once. What it reads is a
 * virtual table in place of each view (deferred.h). If the connection does not allow this, each is created by a
 * statement.
 */
#include "temp_schema.h"

#include <stdio.h>

#include "late_views.h"
#include "own_schema.h"
#include "table/registry.h"
#include "views.h"

SQLITE_EXTENSION_INIT3

static char *table_text(const char *schema, const char *name, const char *module)
{
    return sqlite3_mprintf("CREATE VIRTUAL TABLE %s\"%w\" USING \"%w\"", schema, name, module);
}

static int insert_row(sqlite3_stmt *insert, const char *name, char *sql)
{
    if (!sql)
        return SQLITE_NOMEM;
    sqlite3_bind_text(insert, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, sql, -1, sqlite3_free);
    int rc = sqlite3_step(insert);
    sqlite3_reset(insert);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* A row for each table and view. */
static int insert_rows(struct svcql *svcql)
{
    sqlite3_stmt           *insert = NULL;
    const struct tbl_table *table;
    int                     rc = sqlite3_prepare_v2(svcql_db(svcql),
                                                    "INSERT INTO temp.sqlite_schema(type, name, tbl_name, "
                                                                        "rootpage, sql) VALUES('table', ?1, ?1, 0, ?2)",
                                                    -1, &insert, NULL);

    for (size_t i = 0; rc == SQLITE_OK && (table = tbl_at(svcql, i)); i++)
        rc = insert_row(insert, table->name, table_text("", table->name, table->name));
    for (const struct embedded_view *view = embedded_views; rc == SQLITE_OK && view->name; view++)
        if (!view_is_list(view))
            rc = insert_row(insert, view->name, view_schema_text(view));
    sqlite3_finalize(insert);
    return rc;
}

static int write_schema(struct svcql *svcql)
{
    struct own_schema own;
    int               rc = own_schema_begin(svcql_db(svcql), &own);

    if (rc != SQLITE_OK)
        return rc;
    rc = insert_rows(svcql);
    if (rc == SQLITE_OK)
        rc = own_schema_read_again(svcql_db(svcql));
    own_schema_end(&own);
    return rc;
}

static int create_table(sqlite3 *db, const char *name, const char *module, char **ret_error)
{
    char *sql = table_text("temp.", name, module);
    int   rc = sql ? sqlite3_exec(db, sql, NULL, NULL, ret_error) : SQLITE_NOMEM;

    sqlite3_free(sql);
    return rc;
}

static int create_one_by_one(struct svcql *svcql, char **ret_error)
{
    sqlite3                *db = svcql_db(svcql);
    const struct tbl_table *table;
    int                     rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && (table = tbl_at(svcql, i)); i++)
        rc = create_table(db, table->name, table->name, ret_error);
    for (const struct embedded_view *view = embedded_views; rc == SQLITE_OK && view->name; view++)
        if (view_is_late(view))
            rc = create_table(db, view->name, LATE_VIEW_MODULE, ret_error);
        else if (!view_is_list(view))
            rc = view_run(db, view, ret_error);
    return rc;
}

static bool is_brought(struct svcql *svcql, const char *name)
{
    const struct tbl_table *table;

    for (size_t i = 0; (table = tbl_at(svcql, i)); i++)
        if (sqlite3_stricmp(table->name, name) == 0)
            return true;
    for (const struct embedded_view *view = embedded_views; view->name; view++)
        if (!view_is_list(view) && sqlite3_stricmp(view->name, name) == 0)
            return true;
    return false;
}

/* Fail where the user has a temporary object of one of the names: rows written beside it would damage the schema. */
static int refuse_clash(struct svcql *svcql, char **ret_error)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(svcql_db(svcql), "SELECT type, name FROM temp.sqlite_schema", -1,
                                &stmt, NULL);

    while (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        if (!name || !is_brought(svcql, name))
            continue;
        *ret_error = sqlite3_mprintf("%s: a temporary %s of that name already exists", name,
                                     sqlite3_column_text(stmt, 0));
        rc = SQLITE_ERROR;
    }
    int end = sqlite3_finalize(stmt);
    return rc == SQLITE_OK ? end : rc;
}

int temp_schema_create(struct svcql *svcql, bool lists, char **ret_error)
{
    sqlite3 *db = svcql_db(svcql);
    int      rc = views_create_lists(db, lists, ret_error);

    if (rc == SQLITE_OK && !lists) /* else TEMP was empty */
        rc = refuse_clash(svcql, ret_error);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_exec(db, "SAVEPOINT svcql_schema", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = write_schema(svcql);
    if (rc != SQLITE_OK && rc != SQLITE_NOMEM) {
        rc = sqlite3_exec(db, "ROLLBACK TO svcql_schema", NULL, NULL, NULL);
        rc = rc == SQLITE_OK ? create_one_by_one(svcql, ret_error) : rc;
    }
    sqlite3_exec(db, "RELEASE svcql_schema", NULL, NULL, NULL);
    return rc;
}
