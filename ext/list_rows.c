#include "list_rows.h"

#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "sqlite3ext.h"

SQLITE_EXTENSION_INIT3

static const char *skip(const char *at)
{
    for (;;) {
        at += strspn(at, " \n,");
        if (strncmp(at, "--", 2) != 0)
            return at;
        at += strcspn(at, "\n");
    }
}

/* A text that begins at `at`, after its quote: what follows it; NULL where it has no end. */
static const char *take_text(const char *at, struct buffer *text)
{
    text->size = 0;
    for (;;) {
        size_t n = strcspn(at, "'");
        buffer_put(text, at, n);
        at += n;
        if (!*at || at[1] != '\'')
            return *at ? at + 1 : NULL;
        buffer_putc(text, '\'');
        at += 2;
    }
}

/* Bind the literal at `at`: what follows it; NULL where it is none. */
static const char *bind(sqlite3_stmt *stmt, int i, const char *at, struct buffer *text)
{
    char *end;

    if (*at == '\'') {
        size_t n = strcspn(at + 1, "'");
        if (at[1 + n] && at[2 + n] != '\'') { /* as it is, in the program's own data */
            text->failed |=
                sqlite3_bind_text(stmt, i, at + 1, (int)n, SQLITE_STATIC) == SQLITE_NOMEM;
            return at + n + 2;
        }
        at = take_text(at + 1, text);
        text->failed |= sqlite3_bind_text(stmt, i, buffer_text(text), (int)text->size,
                                          SQLITE_TRANSIENT) == SQLITE_NOMEM;
        return at;
    }
    if (strncmp(at, "NULL", 4) == 0) {
        sqlite3_bind_null(stmt, i);
        return at + 4;
    }
    sqlite3_bind_int64(stmt, i, strtoll(at, &end, 10));
    if (*end == '.')
        sqlite3_bind_double(stmt, i, strtod(at, &end));
    return end > at ? end : NULL;
}

/* One row, from its bracket on: what follows it; NULL where it has another form. */
static const char *bind_row(sqlite3_stmt *stmt, const char *at, struct buffer *text)
{
    int n = sqlite3_bind_parameter_count(stmt);

    if (*at++ != '(')
        return NULL;
    for (int i = 1; at && i <= n; i++) {
        at = skip(at);
        at = bind(stmt, i, at, text);
    }
    at = at ? skip(at) : NULL;
    return at && *at == ')' ? at + 1 : NULL;
}

/* INSERT with a parameter for each column. */
static int prepare(sqlite3 *db, const char *name, sqlite3_stmt **ret)
{
    sqlite3_stmt *columns = NULL;
    sqlite3_str  *sql = sqlite3_str_new(db);

    sqlite3_str_appendf(sql, "SELECT * FROM temp.\"%w\"", name);
    char *text = sqlite3_str_finish(sql);
    int   rc = text ? sqlite3_prepare_v2(db, text, -1, &columns, NULL) : SQLITE_NOMEM;
    int   n = sqlite3_column_count(columns);

    sqlite3_finalize(columns);
    sqlite3_free(text);
    if (rc != SQLITE_OK)
        return rc;
    sql = sqlite3_str_new(db);
    sqlite3_str_appendf(sql, "INSERT INTO temp.\"%w\" VALUES(", name);
    for (int i = 0; i < n; i++)
        sqlite3_str_appendall(sql, i ? ", ?" : "?");
    sqlite3_str_appendall(sql, ")");
    text = sqlite3_str_finish(sql);
    rc = text ? sqlite3_prepare_v2(db, text, -1, ret, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    return rc;
}

int list_rows_insert(struct sqlite3 *db, const char *name, const char *text)
{
    sqlite3_stmt *stmt = NULL;
    struct buffer value = {0};
    int           rc = prepare(db, name, &stmt);

    for (const char *at = skip(text); rc == SQLITE_OK && *at != ';'; at = skip(at)) {
        at = bind_row(stmt, at, &value);
        if (!at || value.failed) {
            rc = at ? SQLITE_NOMEM : SQLITE_MISMATCH;
            break;
        }
        if (sqlite3_step(stmt) != SQLITE_DONE)
            rc = sqlite3_errcode(db);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    buffer_free(&value);
    return rc;
}
