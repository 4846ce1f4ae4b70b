#include "late_views.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deferred.h"
#include "evidence/sources.h"
#include "formats/text/buffer.h"
#include "inlined.h"
#include "shapes.h"
#include "table/registry.h"
#include "table/scope.h"
#include "views.h"

SQLITE_EXTENSION_INIT3

struct late_view {
    sqlite3_vtab                base;
    struct svcql               *svcql; /* the module's */
    const struct embedded_view *view,
        *facts;           /* SHAPE_signals, SHAPE_facts; or another view and NULL */
    struct shape shape;   /* of facts */
    const char **columns; /* but `fired` */
    size_t       n_columns;
    struct arena arena;     /* owns the names of columns, and what the shape holds */
    unsigned     artefacts; /* of the tables that give it rows; 0: not known */
};

struct cursor {
    sqlite3_vtab_cursor base;
    sqlite3_stmt       *stmt;  /* NULL: no rows */
    struct scope        scope; /* that it runs in */
    sqlite3_int64       row;
};

/* Connecting ---------------------------------------------------------------------- */

/* What a list of tables reads, "launch_daemons, launchd_overrides"; 0 where one cannot say. */
static unsigned artefacts_of(const struct svcql *svcql, const char *names, size_t size)
{
    unsigned set = 0;
    char     name[64];

    for (size_t i = 0, n; i < size; i += n) {
        i += strspn(names + i, ", -\n");
        n = strcspn(names + i, ", -\n");
        if (i + n > size || n == 0)
            break;
        snprintf(name, sizeof name, "%.*s", (int)n, names + i);
        const struct tbl_table *table = tbl_find(svcql, name);
        unsigned                own = table ? tbl_artefacts(table) : 0;
        if (!own)
            return 0;
        set |= own;
    }
    return set;
}

/* Declare the columns of SHAPE_facts, and `more`. */
static int declare_shape(sqlite3 *db, struct late_view *late, const struct embedded_view *facts,
                         const char *more)
{
    int r = shape_read(&late->shape, &late->arena, facts);

    if (r < 0)
        return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_ERROR;
    late->columns = late->shape.columns;
    late->n_columns = late->shape.n_columns;
    char *sql = sqlite3_mprintf("CREATE TABLE x(%s%s)", late->shape.declaration, more);
    int   rc = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return rc;
}

static int declare_signals(sqlite3 *db, struct late_view *late)
{
    size_t      size;
    const char *rows = view_header(late->facts, "rows", &size);

    if (rows)
        late->artefacts = artefacts_of(late->svcql, rows, size);
    return declare_shape(db, late, late->facts, ", fired");
}

/* Of any other view: its columns as SQLite derives them. */
static int declare_columns(sqlite3 *db, struct late_view *late)
{
    const struct declared_column *columns = view_columns(late->view->name, &late->n_columns);
    struct buffer                 sql = {0};
    int                           rc = SQLITE_NOMEM;

    late->columns = arena_alloc(&late->arena, late->n_columns * sizeof *late->columns);
    buffer_puts(&sql, "CREATE TABLE x(");
    for (size_t i = 0; late->columns && i < late->n_columns; i++) {
        const char *type = declared_type(&columns[i]);
        late->columns[i] = columns[i].name;
        buffer_printf(&sql, "%s\"%s\" %s COLLATE %s", i ? ", " : "", columns[i].name,
                      type ? type : "", declared_collation(&columns[i]));
    }
    buffer_putc(&sql, ')');
    if (late->columns && buffer_text(&sql))
        rc = sqlite3_declare_vtab(db, sql.data);
    buffer_free(&sql);
    return rc;
}

static int x_disconnect(sqlite3_vtab *vtab)
{
    struct late_view *late = (struct late_view *)vtab;

    arena_free(&late->arena);
    sqlite3_free(late);
    return SQLITE_OK;
}

static int x_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                     char **error)
{
    const struct embedded_view *view = view_find(argv[2]);
    struct late_view           *late;

    (void)argc;
    if (!view) {
        *error = sqlite3_mprintf("svcql: %s is not a view", argv[2]);
        return SQLITE_ERROR;
    }
    int rc = deferred_view(aux, view, argv[1]);
    if (rc != SQLITE_OK)
        return rc;
    if (!(late = sqlite3_malloc64(sizeof *late)))
        return SQLITE_NOMEM;
    *late = (struct late_view){.svcql = aux, .view = view, .facts = view_facts(view)};
    rc = late->facts          ? declare_signals(db, late)
         : view_is_late(view) ? declare_shape(db, late, view, "")
                              : declare_columns(db, late);
    if (rc != SQLITE_OK) {
        x_disconnect(&late->base);
        return rc;
    }
    sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    *out = &late->base;
    return SQLITE_OK;
}

/* Planning ------------------------------------------------------------------------ */

/* The columns that a term may be on: those that fix a host or a range of time. */
static bool is_term(const char *column)
{
    return strcmp(column, "host") == 0 || strcmp(column, "time") == 0 ||
           strcmp(column, "changed") == 0;
}

static const char *operator_of(const struct late_view *late, sqlite3_index_info *info, int i)
{
    const struct sqlite3_index_constraint *term = &info->aConstraint[i];

    if (!term->usable || term->iColumn < 0 || (size_t)term->iColumn >= late->n_columns)
        return NULL;
    const char *column = late->columns[term->iColumn];
    if (late->facts && !is_term(column))
        return NULL;
    /* Of SHAPE_signals the host is passed on by =, and a time by its range, which is a scope. */
    bool host = strcmp(column, "host") == 0;
    bool equals = !late->facts || host, ranges = !late->facts || !host;
    switch (term->op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
        return equals && !sqlite3_vtab_in(info, i, -1) ? "=" : NULL;
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE:
        return ranges ? ">=" : NULL;
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE:
        return ranges ? "<=" : NULL;
    case SQLITE_INDEX_CONSTRAINT_LIKE:
        return late->facts ? NULL : " LIKE ";
    case SQLITE_INDEX_CONSTRAINT_GLOB:
        return late->facts ? NULL : " GLOB ";
    default:
        return NULL;
    }
}

/* The plan is the WHERE clause and the set of columns: "host=?1 COLLATE NOCASE AND time>=?2 columns=0x1f".
 * The cost is always the same: a term of an OR is never worth a scan of its own, so that a row's number
 * need not be the same in two scans. */
static int x_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct late_view *late = (struct late_view *)base;
    sqlite3_str            *plan = sqlite3_str_new(NULL);
    int                     n = 0;

    deferred_view_later(late->svcql, late->view);
    for (int i = 0; i < info->nConstraint; i++) {
        const char *operator= operator_of(late, info, i);
        if (!operator)
            continue;
        info->aConstraintUsage[i].argvIndex = ++n;
        sqlite3_str_appendf(plan, late->facts ? "%s%s%s?%d COLLATE %s" : "%s\"%s\"%s?%d COLLATE %s",
                            n > 1 ? " AND " : "",
                            late->columns[info->aConstraint[i].iColumn], operator, n,
                            sqlite3_vtab_collation(info, i));
    }
    sqlite3_str_appendf(plan, "%scolumns=0x%llx", n ? " " : "", (unsigned long long)info->colUsed);
    info->estimatedRows = 200;
    info->estimatedCost = 1e6;
    info->idxNum = n;
    info->idxStr = sqlite3_str_finish(plan);
    info->needToFreeIdxStr = info->idxStr != NULL;
    return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* Reading ------------------------------------------------------------------------- */

static int x_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    struct cursor *cursor = sqlite3_malloc64(sizeof *cursor);

    if (!cursor)
        return SQLITE_NOMEM;
    *cursor = (struct cursor){0};
    svcql_scan_begin(((struct late_view *)base)->svcql);
    *out = &cursor->base;
    return SQLITE_OK;
}

static void end(struct cursor *cursor)
{
    sqlite3_finalize(cursor->stmt);
    cursor->stmt = NULL;
}

static int x_close(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;

    end(cursor);
    svcql_scan_end(((struct late_view *)base->pVtab)->svcql);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

/* SQLite's own error stands as it is, as if the query had the view in it. */
static int fail(struct late_view *late, int rc)
{
    if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT)
        return rc;
    sqlite3_free(late->base.zErrMsg);
    late->base.zErrMsg = sqlite3_mprintf("%s", sqlite3_errmsg(svcql_db(late->svcql)));
    return rc;
}

/* Whether any evidence has what the rows come from: 1, 0 or a negative errno. */
static int has_sources(const struct late_view *late)
{
    return late->artefacts ? sources_any(late->svcql, late->artefacts) : 1;
}

/* Append a query of a header, with views written out. */
static void put_query(const struct late_view *late, const char *at, size_t size, struct buffer *sql)
{
    struct buffer text = {0};
    const char   *line;
    size_t        n;

    for (const char *end = at + size; view_header_line(&at, end, &line, &n);) {
        buffer_put(&text, line, n);
        buffer_putc(&text, '\n');
    }
    if (buffer_text(&text))
        inlined_put(late->svcql, text.data, text.size, false, sql);
    sql->failed |= text.failed;
    buffer_free(&text);
}

/* The scope of SHAPE_signals of which a time is asked for by itself, as found has it for all of them. In a plan of such a
 * view >= and <= are of nothing else: operator_of(). */
static struct scope scope_in(const struct late_view *late, const char *plan, int argc,
                             sqlite3_value **argv)
{
    struct scope scope = *scope_of(late->svcql);

    if (scope.inside || !late->facts)
        return scope;
    for (; (plan = strstr(plan, "=?")); plan += 2) {
        int n = atoi(plan + 2);
        int type = n > 0 && n <= argc ? sqlite3_value_type(argv[n - 1]) : SQLITE_NULL;
        if ((plan[-1] != '>' && plan[-1] != '<') ||
            (type != SQLITE_INTEGER && type != SQLITE_FLOAT))
            continue;
        double time = sqlite3_value_double(argv[n - 1]);
        scope.since = plan[-1] == '>' ? fmax(scope.since, time) : scope.since;
        scope.until = plan[-1] == '<' ? fmin(scope.until, time) : scope.until;
        scope.inside = true;
    }
    return scope;
}

static int step(const struct late_view *late, sqlite3_stmt *stmt, const struct scope *scope)
{
    struct scope *current = scope_of(late->svcql), before = *current;

    *current = *scope;
    int rc = sqlite3_step(stmt);
    *current = before;
    return rc;
}

/* Whether the view may have rows in the time of a scope, as its header's query has it: 1, 0 or a negative SQLite code. */
static int may_have_rows(struct late_view *late, const struct scope *scope)
{
    const struct embedded_view *view = late->facts ? late->facts : late->view;
    struct buffer               sql = {0};
    sqlite3_stmt               *stmt = NULL;
    size_t                      size;
    const char                 *query = view_header(view, "first", &size);
    int                         rc = SQLITE_NOMEM;

    if (!query || (isinf(scope->since) && isinf(scope->until)))
        return 1;
    put_query(late, query, size, &sql);
    if (buffer_text(&sql))
        rc = sqlite3_prepare_v2(svcql_db(late->svcql), sql.data, -1, &stmt, NULL);
    buffer_free(&sql);
    rc = rc == SQLITE_OK ? step(late, stmt, scope) : rc;
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -rc;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether a text names a column. */
static bool names(const char *text, size_t size, const char *column)
{
    size_t      length = strlen(column);
    const char *end = text + size;

    for (const char *at = text; (at = memmem(at, (size_t)(end - at), column, length)); at++)
        if ((at == text || !is_word(at[-1])) && (at + length == end || !is_word(at[length])))
            return true;
    return false;
}

/* What follows a call of a function, of whose arguments none is a text with a bracket in it. */
static const char *after_call(const char *call)
{
    const char *at = strchr(call, '(');

    for (int depth = 0; *at; at++) {
        depth += (*at == '(') - (*at == ')');
        if (!depth)
            return at + 1;
    }
    return at;
}

static bool is_used(unsigned long long used, size_t column)
{
    return used >> (column < 63 ? column : 63) & 1;
}

/* "SELECT", the columns that the query reads, and what fired as `fired` says. */
static void put_columns(const struct late_view *late, unsigned long long used,
                        const struct buffer *fired, struct buffer *sql)
{
    size_t n = late->n_columns;

    for (size_t i = 0; i < n + (late->facts != NULL); i++) {
        buffer_puts(sql, i ? ", " : "SELECT ");
        if (!is_used(used, i))
            buffer_puts(sql, "NULL");
        else if (i < n)
            buffer_printf(sql, "\"%s\"", late->columns[i]);
        else
            buffer_put(sql, fired->data, fired->size);
    }
}

/* The SELECT of a view without the user's own detections: its facts, of which is not worked out what neither the
 * query nor a detection reads, and once the columns that are read, as no other SELECT is around it. */
static void put_facts(const struct late_view *late, unsigned long long used, const char *select,
                      const char *own, struct buffer *sql)
{
    static const char facts_end[] = "\n)\n";
    const char       *list = strstr(select, "SELECT "), *after = strstr(list, "FROM ");
    const char       *fired = strstr(after, "once('['"), *rest = after_call(own);
    const char       *end = strstr(after, facts_end) + sizeof facts_end - 1;
    struct buffer     text = {0};

    buffer_put(sql, select, (size_t)(list - select));
    for (size_t i = 0; i < late->shape.n_columns; i++) {
        const char *column = late->shape.columns[i];
        bool        wanted =
            is_used(used, i) || is_term(column) || names(fired, (size_t)(own - fired), column);
        buffer_printf(sql, "%s%s%s", i ? ", " : "SELECT ", wanted ? "" : "NULL AS ", column);
    }
    buffer_putc(sql, ' ');
    inlined_put(late->svcql, after, (size_t)(end - after), true, sql);
    buffer_put(&text, fired, (size_t)(own - fired));
    buffer_puts(&text, "''"); /* there are none of the user's own */
    buffer_put(&text, rest, (size_t)(strstr(rest, " AS fired") - rest));
    put_columns(late, used, &text, sql);
    buffer_puts(sql, " FROM f");
    sql->failed |= text.failed;
    buffer_free(&text);
}

static void put_select(const struct late_view *late, unsigned long long used, struct buffer *sql)
{
    size_t      size;
    const char *select = view_select(late->view, &size);
    const char *own = late->facts ? strstr(select, "own_signals(") : NULL;

    if (own && !*svcql_setting(late->svcql, "signals")) {
        put_facts(late, used, select, own, sql);
        return;
    }
    put_columns(late, used, &(struct buffer){.data = "fired", .size = 5}, sql);
    buffer_puts(sql, " FROM (");
    inlined_put(late->svcql, select, size, late->facts != NULL, sql);
    buffer_puts(sql, ")");
}

static int prepare(struct late_view *late, const char *plan, bool terms, sqlite3_stmt **ret)
{
    const char        *columns = strstr(plan, "columns=0x");
    struct buffer      sql = {0};
    unsigned long long used = 0;
    int                rc = SQLITE_NOMEM;

    sscanf(columns, "columns=0x%llx", &used);
    put_select(late, used, &sql);
    if (terms)
        buffer_printf(&sql, " WHERE %.*s", (int)(columns - plan), plan);
    if (buffer_text(&sql))
        rc = sqlite3_prepare_v2(svcql_db(late->svcql), sql.data, -1, ret, NULL);
    buffer_free(&sql);
    return rc;
}

static int x_next(sqlite3_vtab_cursor *base)
{
    struct cursor    *cursor = (struct cursor *)base;
    struct late_view *late = (struct late_view *)base->pVtab;
    int               rc = step(late, cursor->stmt, &cursor->scope);

    cursor->row++;
    if (rc == SQLITE_ROW)
        return SQLITE_OK;
    if (rc != SQLITE_DONE)
        rc = fail(late, rc);
    end(cursor);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int x_filter(sqlite3_vtab_cursor *base, int n_terms, const char *plan, int argc,
                    sqlite3_value **argv)
{
    struct cursor    *cursor = (struct cursor *)base;
    struct late_view *late = (struct late_view *)base->pVtab;

    end(cursor);
    int r = has_sources(late);
    if (r <= 0)
        return r == 0 ? SQLITE_OK : r == -ENOMEM ? SQLITE_NOMEM : SQLITE_CANTOPEN;
    cursor->scope = scope_in(late, plan, argc, argv);
    if ((r = may_have_rows(late, &cursor->scope)) <= 0)
        return r == 0 ? SQLITE_OK : fail(late, -r);
    int rc = prepare(late, plan, n_terms > 0, &cursor->stmt);
    for (int i = 0; rc == SQLITE_OK && i < argc; i++)
        rc = sqlite3_bind_value(cursor->stmt, i + 1, argv[i]);
    return rc == SQLITE_OK ? x_next(base) : fail(late, rc);
}

static int x_eof(sqlite3_vtab_cursor *base)
{
    return !((struct cursor *)base)->stmt;
}

static int x_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    sqlite3_result_value(out, sqlite3_column_value(((struct cursor *)base)->stmt, column));
    return SQLITE_OK;
}

static int x_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((struct cursor *)base)->row;
    return SQLITE_OK;
}

static void free_module(void *data)
{
    svcql_unref(data);
}

int late_views_register(struct svcql *svcql)
{
    static const sqlite3_module module = {.xCreate = x_connect,
                                          .xConnect = x_connect,
                                          .xBestIndex = x_best_index,
                                          .xDisconnect = x_disconnect,
                                          .xDestroy = x_disconnect,
                                          .xOpen = x_open,
                                          .xClose = x_close,
                                          .xFilter = x_filter,
                                          .xNext = x_next,
                                          .xEof = x_eof,
                                          .xColumn = x_column,
                                          .xRowid = x_rowid};

    return sqlite3_create_module_v2(svcql_db(svcql), LATE_VIEW_MODULE, &module, svcql_ref(svcql),
                                    free_module); /* frees it where it fails */
}
