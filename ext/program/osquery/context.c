#include "program/osquery/context.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/text/json_tree.h"

/* Relative error of a number that was written with 15 digits, and some more. */
#define LOST_DIGITS 1e-14

enum { OP_EQ = 2, OP_GT = 4, OP_LE = 8, OP_LT = 16, OP_GE = 32, OP_LIKE = 65, OP_GLOB = 66 };

struct bound {
    enum plugin_type type;
    const char      *text; /* the JSON's */
    long long        integer;
    double           number;
};

struct builder {
    const struct plugin *plugin;
    struct buffer        sql;
    struct bound        *bound;
    size_t               n_bound;
    const char          *glue; /* between terms */
    int                  rc;
};

static void put_name(struct buffer *b, const char *name)
{
    buffer_putc(b, '"');
    for (; *name; name++) {
        if (*name == '"')
            buffer_putc(b, '"');
        buffer_putc(b, *name);
    }
    buffer_putc(b, '"');
}

static const cJSON *first_of(const cJSON *list)
{
    return list ? list->child : NULL;
}

/* Columns ---------------------------------------------------------------------------- */

static bool is_used(const cJSON *used, const char *name)
{
    const cJSON *item;

    if (!cJSON_IsArray(used))
        return true;
    for (item = first_of(used); item; item = item->next)
        if (cJSON_IsString(item) && sqlite3_stricmp(item->valuestring, name) == 0)
            return true;
    return false;
}

/* A query that uses no column, as count(*), still wants the rows. */
static void put_columns(struct builder *builder, const cJSON *used, struct context_statement *ret)
{
    const struct plugin *plugin = builder->plugin;

    ret->columns = calloc(plugin->n_columns + 1, sizeof(struct plugin_column *));
    if (!ret->columns) {
        builder->rc = SQLITE_NOMEM;
        return;
    }
    buffer_puts(&builder->sql, "SELECT ");
    for (size_t i = 0; i < plugin->n_columns; i++) {
        if (!is_used(used, plugin->columns[i].name))
            continue;
        buffer_puts(&builder->sql, ret->n_columns ? ", " : "");
        put_name(&builder->sql, plugin->columns[i].name);
        ret->columns[ret->n_columns++] = &plugin->columns[i];
    }
    buffer_puts(&builder->sql, ret->n_columns ? " FROM " : "1 FROM ");
    put_name(&builder->sql, plugin->table);
}

/* Terms ------------------------------------------------------------------------------- */

static void bind(struct builder *builder, struct bound value)
{
    struct bound *bound =
        builder->n_bound < CONTEXT_TERMS_MAX ? ARRAY_ADD(builder->bound, builder->n_bound) : NULL;

    if (bound) {
        *bound = value;
        buffer_printf(&builder->sql, "?%zu", builder->n_bound);
    } else {
        builder->rc = builder->n_bound < CONTEXT_TERMS_MAX ? SQLITE_NOMEM : SQLITE_TOOBIG;
    }
}

static void begin_term(struct builder *builder, const struct plugin_column *column,
                       const char *sign)
{
    buffer_puts(&builder->sql, builder->glue);
    put_name(&builder->sql, column->name);
    buffer_printf(&builder->sql, " %s ", sign);
    builder->glue = " AND ";
}

/* A view's column may have no affinity that would make a number of a text. */
static struct bound value_of(const struct plugin_column *column, const char *text)
{
    char     *end;
    long long integer = strtoll(text, &end, 10);

    if (column->type == PLUGIN_BIGINT && end > text && !*end)
        return (struct bound){.type = PLUGIN_BIGINT, .integer = integer};
    return (struct bound){.type = PLUGIN_TEXT, .text = text};
}

/* A number that is not written as one gives no term: osquery compares it. */
static bool parse_number(const char *text, double *ret)
{
    char  *end;
    double number = strtod(text, &end);

    if (end == text || *end || !isfinite(number))
        return false;
    *ret = number;
    return true;
}

static void put_real(struct builder *builder, const struct plugin_column *column, int op,
                     double number)
{
    double lost = fabs(number) * LOST_DIGITS;

    if (op == OP_EQ || op == OP_GE || op == OP_GT) {
        begin_term(builder, column, ">=");
        bind(builder, (struct bound){.type = PLUGIN_DOUBLE, .number = number - lost});
    }
    if (op == OP_EQ || op == OP_LE || op == OP_LT) {
        begin_term(builder, column, "<=");
        bind(builder, (struct bound){.type = PLUGIN_DOUBLE, .number = number + lost});
    }
}

static const char *sign_of(int op)
{
    switch (op) {
    case OP_EQ:
        return "=";
    case OP_GT:
        return ">";
    case OP_LE:
        return "<=";
    case OP_LT:
        return "<";
    case OP_GE:
        return ">=";
    case OP_LIKE:
        return "LIKE";
    case OP_GLOB:
        return "GLOB";
    default:
        return NULL;
    }
}

/* One term that is not one of several =. */
static void put_term(struct builder *builder, const struct plugin_column *column, int op,
                     const char *text)
{
    const char *sign = sign_of(op);
    bool        compares = op != OP_LIKE && op != OP_GLOB;
    double      number = 0;

    if (!sign || (compares && column->type != PLUGIN_TEXT && !parse_number(text, &number)))
        return;
    if (compares && column->type == PLUGIN_DOUBLE)
        put_real(builder, column, op, number);
    else {
        begin_term(builder, column, sign);
        bind(builder, compares ? value_of(column, text) : (struct bound){.text = text});
    }
}

static int op_of(const cJSON *item)
{
    const cJSON *op = cJSON_GetObjectItemCaseSensitive(item, "op");

    if (cJSON_IsNumber(op))
        return op->valueint;
    return cJSON_IsString(op) ? atoi(op->valuestring) : 0;
}

static const char *expression_of(const cJSON *item)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "expr"));
}

static size_t count_equal(const cJSON *list)
{
    const cJSON *item;
    size_t       n = 0;

    for (item = first_of(list); item; item = item->next)
        n += op_of(item) == OP_EQ && expression_of(item);
    return n;
}

static void put_equal(struct builder *builder, const struct plugin_column *column,
                      const cJSON *list)
{
    const cJSON *item;
    const char  *glue = "";

    begin_term(builder, column, "IN");
    buffer_putc(&builder->sql, '(');
    for (item = first_of(list); item; item = item->next) {
        if (op_of(item) != OP_EQ || !expression_of(item))
            continue;
        buffer_puts(&builder->sql, glue);
        bind(builder, value_of(column, expression_of(item)));
        glue = ", ";
    }
    buffer_putc(&builder->sql, ')');
}

static void put_constraint(struct builder *builder, const cJSON *constraint)
{
    const char  *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(constraint, "name"));
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(constraint, "list"), *item;
    const struct plugin_column *column = name ? plugin_column(builder->plugin, name) : NULL;

    if (!column || !(column->options & PLUGIN_TERMS) || !cJSON_IsArray(list))
        return;
    size_t n_equal = count_equal(list);
    if (n_equal > 1 && column->type != PLUGIN_DOUBLE)
        put_equal(builder, column, list);
    for (item = first_of(list); item; item = item->next) {
        const char *text = expression_of(item);
        if (text && (op_of(item) != OP_EQ || n_equal == 1))
            put_term(builder, column, op_of(item), text);
    }
}

/* The statement ------------------------------------------------------------------------- */

static int bind_one(sqlite3_stmt *stmt, int i, const struct bound *bound)
{
    switch (bound->type) {
    case PLUGIN_BIGINT:
        return sqlite3_bind_int64(stmt, i, bound->integer);
    case PLUGIN_DOUBLE:
        return sqlite3_bind_double(stmt, i, bound->number);
    default:
        return sqlite3_bind_text(stmt, i, bound->text, -1, SQLITE_TRANSIENT);
    }
}

static int bind_all(struct builder *builder, sqlite3_stmt *stmt)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < builder->n_bound; i++)
        rc = bind_one(stmt, (int)i + 1, &builder->bound[i]);
    return rc;
}

static int prepare(sqlite3 *db, struct builder *builder, sqlite3_stmt **ret)
{
    const char *sql = buffer_text(&builder->sql);

    if (builder->rc == SQLITE_OK && !sql)
        builder->rc = SQLITE_NOMEM;
    if (builder->rc == SQLITE_OK)
        builder->rc = sqlite3_prepare_v2(db, sql, -1, ret, NULL);
    if (builder->rc == SQLITE_OK)
        builder->rc = bind_all(builder, *ret);
    return builder->rc;
}

int context_prepare(sqlite3 *db, const struct plugin *plugin, const char *context,
                    struct context_statement *ret)
{
    struct builder builder = {.plugin = plugin, .glue = " WHERE "};
    cJSON         *json = NULL;
    const cJSON   *constraint;

    *ret = (struct context_statement){0};
    if (context && json_tree(context, strlen(context), &json) == -ENOMEM)
        return SQLITE_NOMEM;
    if (context && !cJSON_IsObject(json)) {
        cJSON_Delete(json);
        return SQLITE_MISMATCH;
    }
    put_columns(&builder, cJSON_GetObjectItemCaseSensitive(json, "colsUsed"), ret);
    for (constraint = first_of(cJSON_GetObjectItemCaseSensitive(json, "constraints")); constraint;
         constraint = constraint->next)
        put_constraint(&builder, constraint);
    int rc = prepare(db, &builder, &ret->stmt);
    buffer_free(&builder.sql);
    free(builder.bound);
    cJSON_Delete(json);
    return rc;
}

void context_end(struct context_statement *statement)
{
    sqlite3_finalize(statement->stmt);
    free(statement->columns);
    *statement = (struct context_statement){0};
}
