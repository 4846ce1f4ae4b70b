/* detection_row.c -- the virtual table of one row, for SQLite to evaluate expressions over. */
#include "detection_row.h"

#include <stdbool.h>
#include <stdint.h>

SQLITE_EXTENSION_INIT3

struct row_table {
    sqlite3_vtab                base; /* must be first */
    const struct detection_row *row;
};

struct row_cursor {
    sqlite3_vtab_cursor base; /* must be first */
    bool                eof;
};

static int row_connect(sqlite3 *db, void *data, int argc, const char *const *argv,
                       sqlite3_vtab **ret, char **error)
{
    const struct detection_row *row = data;
    char *sql = sqlite3_mprintf("CREATE TABLE x(%s)", row->shape->declaration);
    int   rc = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;

    (void)argc, (void)argv, (void)error;
    sqlite3_free(sql);
    struct row_table *table = rc == SQLITE_OK ? sqlite3_malloc64(sizeof *table) : NULL;
    if (!table)
        return rc == SQLITE_OK ? SQLITE_NOMEM : rc;
    *table = (struct row_table){.row = row};
    *ret = &table->base;
    return SQLITE_OK;
}

static int row_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int row_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedRows = 1;
    info->estimatedCost = 1;
    return SQLITE_OK;
}

static int row_open(sqlite3_vtab *table, sqlite3_vtab_cursor **ret)
{
    struct row_cursor *cursor = sqlite3_malloc64(sizeof *cursor);

    (void)table;
    if (!cursor)
        return SQLITE_NOMEM;
    *cursor = (struct row_cursor){0};
    *ret = &cursor->base;
    return SQLITE_OK;
}

static int row_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static const struct detection_row *row_of(sqlite3_vtab_cursor *cursor)
{
    return ((const struct row_table *)cursor->pVtab)->row;
}

static int row_filter(sqlite3_vtab_cursor *cursor, int plan, const char *text, int argc,
                      sqlite3_value **argv)
{
    (void)plan, (void)text, (void)argc, (void)argv;
    ((struct row_cursor *)cursor)->eof = row_of(cursor)->values == NULL;
    return SQLITE_OK;
}

static int row_next(sqlite3_vtab_cursor *cursor)
{
    ((struct row_cursor *)cursor)->eof = true;
    return SQLITE_OK;
}

static int row_eof(sqlite3_vtab_cursor *cursor)
{
    return ((struct row_cursor *)cursor)->eof;
}

/* Texts are not copied: the row outlives the statement's step. */
static int row_column(sqlite3_vtab_cursor *cursor, sqlite3_context *out, int column)
{
    const struct detection_row *row = row_of(cursor);
    sqlite3_value *value = (size_t)column < row->shape->n_columns ? row->values[column] : NULL;

    if (value && sqlite3_value_type(value) == SQLITE_TEXT) {
        const char *text = (const char *)sqlite3_value_text(value);
        if (!text)
            return SQLITE_NOMEM;
        sqlite3_result_text(out, text, sqlite3_value_bytes(value), SQLITE_STATIC);
    } else if (value)
        sqlite3_result_value(out, value);
    return SQLITE_OK;
}

static int row_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *ret)
{
    (void)cursor;
    *ret = 1;
    return SQLITE_OK;
}

static const sqlite3_module row_module = {
    .xCreate = row_connect,
    .xConnect = row_connect,
    .xBestIndex = row_best_index,
    .xDisconnect = row_disconnect,
    .xDestroy = row_disconnect,
    .xOpen = row_open,
    .xClose = row_close,
    .xFilter = row_filter,
    .xNext = row_next,
    .xEof = row_eof,
    .xColumn = row_column,
    .xRowid = row_rowid,
};

/* A table that is made at once: what SQLite does to make one when it is first named would be asked of the
 * authorizer of the statement that names it. */
int detection_row_register(sqlite3 *db, const struct detection_row *row)
{
    const char *name = row->shape->name;
    int         rc = sqlite3_create_module(db, name, &row_module, (void *)(uintptr_t)row);
    char       *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE \"%w\" USING \"%w\"", name, name);

    if (rc == SQLITE_OK)
        rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return rc;
}
