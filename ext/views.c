/* views.c -- the shipped views and lists: their texts, headers and columns; the lists as TEMP tables. */
#include "views.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lzma.h>

#include "late_views.h"
#include "list_rows.h"
#include "own_lists.h"

SQLITE_EXTENSION_INIT3

bool view_is_list(const struct embedded_view *view)
{
    return strcmp(view->room, "lists") == 0;
}

/* The statements of a file, after its opening comment. */
static const char *body(const struct embedded_view *view)
{
    const char *sql = view->sql;

    while (strncmp(sql, "--", 2) == 0 && strchr(sql, '\n'))
        sql = strchr(sql, '\n') + 1;
    return sql;
}

int view_run(sqlite3 *db, const struct embedded_view *view, char **ret_error)
{
    char *error = NULL;
    int   rc = sqlite3_exec(db, body(view), NULL, NULL, &error);

    if (rc != SQLITE_OK)
        *ret_error = sqlite3_mprintf("svcql: %s: %s", view->name, error ? error : "no memory");
    sqlite3_free(error);
    return rc;
}

/* Compressed texts --------------------------------------------------------------- */

static bool unpacked;

static void unpack(void)
{
    const struct embedded_pack *pack = &embedded_pack;
    uint64_t                    memory = UINT64_MAX;
    size_t                      in = 0, out = 0;

    unpacked = !pack->size ||
               lzma_stream_buffer_decode(&memory, 0, NULL, pack->packed, &in, pack->n_packed,
                                         (uint8_t *)pack->text, &out, pack->size) == LZMA_OK;
}

bool views_unpack(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, unpack);
    return unpacked;
}

/* Lists ------------------------------------------------------------------------- */

/* Make the table, and fill it. */
static int create_list(sqlite3 *db, const struct embedded_view *list, char **ret_error)
{
    const char *sql = body(list), *insert = strstr(sql, "INSERT INTO temp."), *values = NULL;

    if (insert)
        values = strstr(insert, " VALUES\n");
    if (!values)
        return view_run(db, list, ret_error);
    char *create = sqlite3_mprintf("%.*s", (int)(insert - sql), sql);
    int   rc = create ? sqlite3_exec(db, create, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(create);
    if (rc == SQLITE_OK)
        rc = list_rows_insert(db, list->name, values + strlen(" VALUES"));
    if (rc != SQLITE_OK && rc != SQLITE_NOMEM)
        *ret_error = sqlite3_mprintf("svcql: %s: %s", list->name,
                                     rc == SQLITE_MISMATCH ? "a row is not of literals"
                                                           : sqlite3_errmsg(db));
    return rc;
}

/* The tables and views of every database but TEMP, as one query; *ret is NULL where a database cannot be read,
 * which has no usable list. */
static int user_tables(sqlite3 *db, sqlite3_stmt **ret)
{
    sqlite3_str  *sql = sqlite3_str_new(db);
    sqlite3_stmt *stmt = NULL;

    *ret = NULL;
    sqlite3_str_appendall(sql, "SELECT name, 'main' FROM main.sqlite_schema "
                               "WHERE type IN ('table', 'view')");
    int rc = sqlite3_prepare_v2(db, "PRAGMA database_list", -1, &stmt, NULL);
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        if (name && sqlite3_column_int(stmt, 0) > 1) /* 0 is main, 1 is temp */
            sqlite3_str_appendf(sql,
                                " UNION ALL SELECT name, %Q FROM \"%w\".sqlite_schema "
                                "WHERE type IN ('table', 'view')",
                                name, name);
    }
    int   end = sqlite3_finalize(stmt);
    char *text = sqlite3_str_finish(sql);
    if (!text || rc == SQLITE_NOMEM || end == SQLITE_NOMEM)
        rc = SQLITE_NOMEM;
    else
        rc = sqlite3_prepare_v2(db, text, -1, ret, NULL);
    sqlite3_free(text);
    return rc == SQLITE_NOMEM ? rc : SQLITE_OK;
}

/* The database in which the user has such a list, for sqlite3_free(); NULL: none. Returns SQLITE_OK or
 * SQLITE_NOMEM. */
static int user_has(sqlite3_stmt *names, const char *name, char **ret)
{
    bool found = false;

    *ret = NULL;
    while (names && !found && sqlite3_step(names) == SQLITE_ROW) {
        const char *other = (const char *)sqlite3_column_text(names, 0);
        found = other && sqlite3_stricmp(other, name) == 0;
    }
    if (found)
        *ret = sqlite3_mprintf("%s", sqlite3_column_text(names, 1));
    int rc = sqlite3_reset(names);
    return rc == SQLITE_NOMEM || (found && !*ret) ? SQLITE_NOMEM : SQLITE_OK;
}

int views_create_lists(sqlite3 *db, bool made, char **ret_error)
{
    sqlite3_stmt *names;
    int           rc = user_tables(db, &names);

    for (const struct embedded_view *list = embedded_views; rc == SQLITE_OK && list->name; list++)
        if (view_is_list(list)) {
            char *schema;
            rc = user_has(names, list->name, &schema);
            if (rc == SQLITE_OK && !made)
                rc = create_list(db, list, ret_error);
            if (rc == SQLITE_OK && schema)
                rc = own_list_use(db, schema, list->name, ret_error);
            sqlite3_free(schema);
        }
    sqlite3_finalize(names);
    return rc;
}

/* Views ------------------------------------------------------------------------- */

/* The view that describes the columns of another: SHAPE_facts those of SHAPE_signals, and logs
 * those of logs_windows, logs_linux and logs_macos. "" where there is none. */
static const char *family_of(const char *view, char (*buffer)[64])
{
    static const char suffix[] = "_signals";
    size_t            size = strlen(view), stem = size - (sizeof suffix - 1);

    if (strncmp(view, "logs_", 5) == 0)
        return "logs";
    if (size < sizeof suffix || size > sizeof *buffer || strcmp(view + stem, suffix) != 0)
        return "";
    snprintf(*buffer, sizeof *buffer, "%.*s_facts", (int)stem, view);
    return *buffer;
}

const struct embedded_view *view_find_word(const char *name, size_t size)
{
    for (const struct embedded_view *view = embedded_views; view->name; view++)
        if (strlen(view->name) == size && memcmp(view->name, name, size) == 0)
            return view;
    return NULL;
}

const struct embedded_view *view_find(const char *name)
{
    return view_find_word(name, strlen(name));
}

static size_t word_size(const char *text, const char *end)
{
    size_t n = 0;

    while (text + n < end && (isalnum((unsigned char)text[n]) || text[n] == '_'))
        n++;
    return n;
}

size_t view_opaque_size(const char *text, const char *end)
{
    bool comment = end - text > 1 && memcmp(text, "--", 2) == 0;

    if (!comment && *text != '\'' && *text != '"')
        return 0;
    const char *last = memchr(text + 1, comment ? '\n' : *text, (size_t)(end - text) - 1);
    return (size_t)((last ? last + 1 : end) - text);
}

const char *view_source_next(const char *sql, const char *end, size_t *ret_size)
{
    bool follows = false; /* FROM or JOIN stands before */

    for (size_t n; sql < end; sql += n) {
        if ((n = view_opaque_size(sql, end)))
            continue;
        if (!(n = word_size(sql, end))) {
            follows = follows && isspace((unsigned char)*sql);
            n = 1;
            continue;
        }
        if (follows && (sql + n == end || sql[n] != '.')) {
            *ret_size = n;
            return sql;
        }
        follows = n == 4 && (memcmp(sql, "FROM", 4) == 0 || memcmp(sql, "JOIN", 4) == 0);
    }
    return NULL;
}

const char *view_select(const struct embedded_view *view, size_t *ret_size)
{
    const char *select = strstr(body(view), " AS\n"), *end = strrchr(view->sql, ';');

    *ret_size = select && end ? (size_t)(end - select) - 4 : 0;
    return select ? select + 4 : "";
}

/* A view of facts, or another that says so. */
static bool is_facts(const struct embedded_view *view)
{
    static const char suffix[] = "_facts";
    size_t            size = strlen(view->name), end = sizeof suffix - 1;

    if (size > end && strcmp(view->name + size - end, suffix) == 0)
        return true;
    return view_header(view, "late", &size) != NULL;
}

const struct embedded_view *view_facts(const struct embedded_view *view)
{
    char        facts[64];
    const char *name = strncmp(view->name, "logs_", 5) != 0 ? family_of(view->name, &facts) : "";

    return *name ? view_find(name) : NULL;
}

/* SHAPE_facts, and SHAPE_signals: what SHAPE_facts has, and what fired. */
bool view_is_late(const struct embedded_view *view)
{
    return is_facts(view) || view_facts(view);
}

/* A view's text as SQLite itself would store it, after "CREATE VIEW ": without TEMP, and without the semicolon.
 * NULL of a list. */
static const char *named_select(const struct embedded_view *view, size_t *ret_size)
{
    static const char prefix[] = "CREATE TEMP VIEW ";
    const char       *sql = body(view), *end = strrchr(sql, ';');

    if (strncmp(sql, prefix, sizeof prefix - 1) != 0 || !end)
        return NULL;
    sql += sizeof prefix - 1;
    *ret_size = (size_t)(end - sql);
    return sql;
}

#define CREATE_VIEW  "CREATE VIEW "
#define CREATE_TABLE "CREATE VIRTUAL TABLE \"%s\" USING " LATE_VIEW_MODULE

char *view_schema_text(const struct embedded_view *view)
{
    size_t      size;
    const char *sql = named_select(view, &size);

    if (view_facts(view)) /* its SELECT is made by the build */
        return sqlite3_mprintf(CREATE_TABLE, view->name);
    if (!sql)
        return NULL;
    sqlite3_str *text = sqlite3_str_new(NULL);
    sqlite3_str_appendf(text, CREATE_TABLE ";\n" CREATE_VIEW, view->name);
    sqlite3_str_append(text, sql, (int)size); /* by "%.*s" it would be read byte by byte */
    return sqlite3_str_finish(text);
}

/* Whether a text of the schema is that of the view: before or after SQLite has parsed it. */
static bool is_shipped_text(const struct embedded_view *view, const char *text)
{
    char        first[160];
    size_t      size;
    const char *sql = named_select(view, &size);

    int n = snprintf(first, sizeof first, CREATE_TABLE, view->name);
    if (strncmp(text, first, (size_t)n) == 0) {
        text += n;
        if (view_facts(view))
            return !*text;
        if (strncmp(text, ";\n", 2) != 0)
            return false;
        text += 2;
    }
    return sql && strncmp(text, CREATE_VIEW, sizeof CREATE_VIEW - 1) == 0 &&
           strlen(text += sizeof CREATE_VIEW - 1) == size && memcmp(text, sql, size) == 0;
}

size_t views_count(void)
{
    size_t n = 0;

    while (embedded_views[n].name)
        n++;
    return n;
}

int views_as_shipped(sqlite3 *db, bool *ret)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT name, sql FROM temp.sqlite_schema", -1, &stmt, NULL);

    memset(ret, 0, views_count() * sizeof *ret);
    while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char                 *name = (const char *)sqlite3_column_text(stmt, 0);
        const char                 *sql = (const char *)sqlite3_column_text(stmt, 1);
        const struct embedded_view *view = name && sql ? view_find(name) : NULL;
        if (view)
            ret[view - embedded_views] = is_shipped_text(view, sql);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Headers ----------------------------------------------------------------------- */

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

bool view_header_line(const char **at, const char *end, const char **ret, size_t *ret_size)
{
    while (*at < end) {
        const char *line = *at, *newline = memchr(line, '\n', (size_t)(end - line));
        size_t      size = (size_t)((newline ? newline : end) - line);

        *at = line + size + (newline != NULL);
        while (size && strchr("- ", *line))
            line++, size--;
        while (size && line[size - 1] == ' ')
            size--;
        if (size) {
            *ret = line;
            *ret_size = size;
            return true;
        }
    }
    return false;
}

/* Columns ----------------------------------------------------------------------- */

/* As numbers: pointers to their names would be most of the list. */
enum { TYPE_NONE, TYPE_INTEGER, TYPE_REAL, TYPE_TEXT };
enum { COLLATION_BINARY, COLLATION_NOCASE };

static const struct declared_column declared_columns[] = {
#define COLUMN(view, name, type, collation) {view, name, TYPE_##type, COLLATION_##collation},
#include "view_columns.list.h"
#undef COLUMN
};

const char *declared_type(const struct declared_column *column)
{
    static const char *const types[] = {NULL, "INTEGER", "REAL", "TEXT"};

    return types[column->type];
}

const char *declared_collation(const struct declared_column *column)
{
    return column->collation == COLLATION_NOCASE ? "NOCASE" : "BINARY";
}

const struct declared_column *view_columns(const char *view, size_t *ret_n)
{
    size_t low = 0, end = sizeof declared_columns / sizeof declared_columns[0], high = end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(declared_columns[middle].view, view) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < end && strcmp(declared_columns[high].view, view) == 0;)
        high++;
    *ret_n = high - low;
    return declared_columns + low;
}

static const char *column_doc(const char *view, const char *column)
{
    const char *text = embedded_column_text;
    size_t      low = 0, high = n_embedded_columns;

    while (low < high) {
        size_t                        middle = low + (high - low) / 2;
        const struct embedded_column *entry = &embedded_columns[middle];
        int                           order = strcmp(text + entry->column, column);
        order = order ? order : strcmp(text + entry->view, view);
        if (order == 0)
            return text + entry->doc;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *view_column_doc(const char *view, const char *column)
{
    char        family[64];
    const char *doc = column_doc(view, column);

    if (!doc)
        doc = column_doc(family_of(view, &family), column);
    return doc ? doc : column_doc("", column);
}
