#include "views.h"

#include <string.h>

SQLITE_EXTENSION_INIT3

/* Whether one database has a table or view of that name. A database that cannot be read has none
 * that a query could use. */
static bool has_table(sqlite3 *db, const char *schema, const char *name)
{
    char *sql = sqlite3_mprintf("SELECT 1 FROM \"%w\".sqlite_schema WHERE name = %Q COLLATE "
                                "NOCASE AND type IN ('table', 'view')",
                                schema, name);
    sqlite3_stmt *stmt = NULL;
    bool          found = false;

    if (sql && sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK)
        found = sqlite3_step(stmt) == SQLITE_ROW;
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return found;
}

/* Whether a database other than the TEMP one has a table of that name. */
static bool user_has(sqlite3 *db, const char *name)
{
    sqlite3_stmt *stmt = NULL;
    bool          found = false;

    if (sqlite3_prepare_v2(db, "PRAGMA database_list", -1, &stmt, NULL) != SQLITE_OK)
        return false;
    while (!found && sqlite3_step(stmt) == SQLITE_ROW) {
        const char *schema = (const char *)sqlite3_column_text(stmt, 1);
        found = schema && strcmp(schema, "temp") != 0 && has_table(db, schema, name);
    }
    sqlite3_finalize(stmt);
    return found;
}

int views_create(sqlite3 *db, char **ret_error)
{
    for (const struct embedded_view *view = embedded_views; view->name; view++) {
        char *error = NULL;

        if (strcmp(view->room, "lists") == 0 && user_has(db, view->name))
            continue;
        int rc = sqlite3_exec(db, view->sql, NULL, NULL, &error);
        if (rc != SQLITE_OK) {
            *ret_error = sqlite3_mprintf("svcql: %s: %s", view->name, error ? error : "no memory");
            sqlite3_free(error);
            return rc;
        }
    }
    return SQLITE_OK;
}

const char *view_header(const struct embedded_view *view, const char *word, size_t *ret_size)
{
    size_t length = strlen(word);

    for (const char *line = view->sql; strncmp(line, "--", 2) == 0;) {
        const char *text = line + 2 + strspn(line + 2, " ");
        const char *end = strchr(line, '\n');

        if (!end)
            return NULL;
        line = end + 1;
        if (strncmp(text, word, length) != 0 || text[length] != ':')
            continue;
        text += length + 1;
        text += strspn(text, " ");
        /* Continuation lines are indented further than a word would be. */
        while (strncmp(line, "--    ", 6) == 0 && (end = strchr(line, '\n')))
            line = end + 1;
        *ret_size = (size_t)(line - 1 - text);
        return text;
    }
    return NULL;
}
