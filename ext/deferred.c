#include "deferred.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "own_schema.h"

SQLITE_EXTENSION_INIT3

static bool is_busy(sqlite3 *db)
{
    for (sqlite3_stmt *stmt = sqlite3_next_stmt(db, NULL); stmt; stmt = sqlite3_next_stmt(db, stmt))
        if (sqlite3_stmt_busy(stmt))
            return true;
    return false;
}

/* Append the names of a view and of the views that it reads; `seen` has those that are there. */
static void put_names(const struct embedded_view *view, bool *seen, struct buffer *sql)
{
    const char *name;
    size_t      size, n;
    const char *at = view_select(view, &size), *end = at + size;

    seen[view - embedded_views] = true;
    buffer_printf(sql, "'%s', ", view->name);
    for (; (name = view_source_next(at, end, &n)); at = name + n) {
        const struct embedded_view *read = view_find_word(name, n);
        if (read && !view_is_list(read) && !view_is_late(read) && !seen[read - embedded_views])
            put_names(read, seen, sql);
    }
}

/* In the rows of a view and of those that it reads, leave what makes them views. *ret: how many rows that were. Returns
 * an SQLite code. */
static int make_views(struct svcql *svcql, const struct embedded_view *view, int *ret)
{
    struct buffer sql = {0};
    bool         *seen = sqlite3_malloc64(views_count() * sizeof *seen);
    int           rc = SQLITE_NOMEM;

    *ret = 0;
    buffer_puts(&sql, "UPDATE temp.sqlite_schema SET type = 'view', "
                      "sql = substr(sql, instr(sql, char(10)) + 1) "
                      "WHERE substr(sql, 1, 20) = 'CREATE VIRTUAL TABLE' AND name IN (");
    if (seen) {
        memset(seen, 0, views_count() * sizeof *seen);
        put_names(view, seen, &sql);
    }
    buffer_puts(&sql, "'')");
    if (seen && buffer_text(&sql))
        rc = sqlite3_exec(svcql->db, sql.data, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        *ret = sqlite3_changes(svcql->db);
    buffer_free(&sql);
    sqlite3_free(seen);
    return rc;
}

/* A trigger is resolved after what fires it was planned. Its statements can name views only where it is in TEMP. */
static bool has_triggers(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT 1 FROM temp.sqlite_schema WHERE type = 'trigger'", -1,
                                &stmt, NULL);

    rc = rc == SQLITE_OK ? sqlite3_step(stmt) : rc;
    sqlite3_finalize(stmt);
    return rc != SQLITE_DONE;
}

/* Whether the statement that is prepared may be the one for which the schema was read again last: all names of
 * a statement are resolved before any part of it is planned. */
static bool is_second_try(const struct svcql *svcql)
{
    return svcql->reread && !(svcql->planned && !has_triggers(svcql->db)) &&
           svcql_temp_version(svcql) == svcql->reread_version;
}

int deferred_view(struct svcql *svcql, const struct embedded_view *view, const char *database)
{
    /* That xConnect wants another try is understood only of a table that a schema has. */
    if (view_is_late(view) || strcmp(database, "temp") != 0 || is_busy(svcql->db) ||
        is_second_try(svcql))
        return SQLITE_OK;
    struct own_schema own;
    int               made, rc = own_schema_begin(svcql->db, &own);
    if (rc != SQLITE_OK)
        return rc == SQLITE_NOMEM ? rc : SQLITE_OK;
    rc = make_views(svcql, view, &made);
    if (rc == SQLITE_OK && made)
        rc = own_schema_read_again(svcql->db);
    own_schema_end(&own);
    if (rc != SQLITE_OK || !made) /* not allowed by an authorizer, say */
        return rc == SQLITE_NOMEM ? rc : SQLITE_OK;
    svcql->reread = true;
    svcql->planned = false;
    svcql->reread_version = svcql_temp_version(svcql);
    return SQLITE_SCHEMA;
}

/* SQLite reads a schema again when a statement starts that was prepared under another version of it. */
void deferred_view_later(struct svcql *svcql, const struct embedded_view *view)
{
    char sql[64];

    svcql->planned = true;
    struct own_schema own;
    if (view_is_late(view) || is_busy(svcql->db) || own_schema_begin(svcql->db, &own) != SQLITE_OK)
        return;
    int made, rc = make_views(svcql, view, &made);
    int version = rc == SQLITE_OK && made ? svcql_temp_version(svcql) : -1;
    snprintf(sql, sizeof sql, "PRAGMA temp.schema_version = %d",
             version == INT_MAX ? 1 : version + 1);
    if (version != -1)
        sqlite3_exec(svcql->db, sql, NULL, NULL, NULL);
    own_schema_end(&own);
}
