/* table.c -- one sqlite3_module that serves every struct tbl_table.
 *
 * The plan of a scan is its idxStr, which is what EXPLAIN QUERY PLAN shows: the terms that reach
 * the table, in the order of their values, then the set of columns that the query reads, as a bit
 * mask.
 *
 *     host=? AND time>=? AND type IN (?) columns=0x1f
 */
#include "table.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "formats/text/buffer.h"

SQLITE_EXTENSION_INIT3

#define CHUNK_SIZE 4096 /* bytes of the first chunk of an arena */

struct module {
    const struct tbl_table *table;
    struct svcql           *svcql;
    int64_t                *scans; /* how often it was scanned; the connection's */
};

struct vtab {
    sqlite3_vtab            base; /* must be first */
    const struct tbl_table *table;
    struct svcql           *svcql;
    int64_t                *scans;
};

struct chunk {
    struct chunk *next;
    size_t        size, used; /* of data */
    int64_t       data[];     /* SQLite aligns to 8 bytes */
};

/* Memory given out piece by piece and taken back all at once. */
struct arena {
    struct chunk *chunks;
};

struct tbl_scan {
    sqlite3_vtab_cursor base;  /* must be first */
    void               *key;   /* row struct: what = fixes; NULL elsewhere */
    void               *blank; /* row struct: the arguments; NULL elsewhere */
    void               *row;
    void               *state;
    struct tbl_terms   *terms; /* one a column */
    struct arena        row_arena, scan_arena;
    uint64_t            columns_used;
    bool                opened;
    bool                eof;
};

static const struct tbl_table *table_of(const struct tbl_scan *scan)
{
    return ((const struct vtab *)scan->base.pVtab)->table;
}

struct svcql *tbl_svcql(const struct tbl_scan *scan)
{
    return ((const struct vtab *)scan->base.pVtab)->svcql;
}

const char *tbl_name(const struct tbl_scan *scan)
{
    return table_of(scan)->name;
}

void *tbl_state(struct tbl_scan *scan)
{
    return scan->state;
}

const void *tbl_key(const struct tbl_scan *scan)
{
    return scan->key;
}

/* Errors ------------------------------------------------------------------- */

static int fail(sqlite3_vtab *vtab, char *message)
{
    sqlite3_free(vtab->zErrMsg);
    vtab->zErrMsg = message;
    return message ? SQLITE_ERROR : SQLITE_NOMEM;
}

int tbl_fail(struct tbl_scan *scan, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *message = sqlite3_vmprintf(format, ap);
    va_end(ap);
    return fail(scan->base.pVtab, message);
}

int tbl_fail_errno(struct tbl_scan *scan, int error, const char *what)
{
    char buffer[128];

    return tbl_fail(scan, "%s: %s: %s", table_of(scan)->name, what,
                    strerror_r(error, buffer, sizeof buffer));
}

int tbl_error(struct tbl_scan *scan, int negative_errno, const char *what)
{
    return negative_errno == -ENOMEM ? SQLITE_NOMEM : tbl_fail_errno(scan, -negative_errno, what);
}

/* Memory ------------------------------------------------------------------- */

static void *arena_alloc(struct arena *arena, size_t size)
{
    struct chunk *chunk = arena->chunks;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + sizeof(int64_t) - 1) / sizeof(int64_t) * sizeof(int64_t);
    if (!chunk || chunk->size - chunk->used < size) {
        size_t room = chunk ? 2 * chunk->size : CHUNK_SIZE;
        if (room < size)
            room = size;
        if (!(chunk = sqlite3_malloc64(sizeof *chunk + room)))
            return NULL;
        *chunk = (struct chunk){.next = arena->chunks, .size = room};
        arena->chunks = chunk;
    }
    void *piece = (char *)chunk->data + chunk->used;
    chunk->used += size;
    return piece;
}

/* Take all back, keeping the newest and largest chunk unless `all`. */
static void arena_reset(struct arena *arena, bool all)
{
    struct chunk *keep =
        all || !arena->chunks || arena->chunks->size > 64 * CHUNK_SIZE ? NULL : arena->chunks;
    struct chunk *chunk = keep ? keep->next : arena->chunks;

    while (chunk) {
        struct chunk *next = chunk->next;
        sqlite3_free(chunk);
        chunk = next;
    }
    if ((arena->chunks = keep)) {
        keep->next = NULL;
        keep->used = 0;
    }
}

void *tbl_alloc(struct tbl_scan *scan, size_t size)
{
    return arena_alloc(&scan->row_arena, size);
}

static char *copy_text(struct arena *arena, const char *text, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    if (!copy)
        return NULL;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *tbl_strndup(struct tbl_scan *scan, const char *text, size_t size)
{
    return copy_text(&scan->row_arena, text, size);
}

char *tbl_utf8(struct tbl_scan *scan, const char *text, size_t size)
{
    struct buffer valid = {0};
    char         *copy = NULL;

    if (buffer_is_text(text, size))
        return tbl_strndup(scan, text, size);
    for (size_t part; size; text += part, size -= part) {
        if ((part = strnlen(text, size)) != 0)
            buffer_utf8(&valid, text, part);
        else {
            buffer_puts(&valid, "\xef\xbf\xbd");
            part = 1;
        }
    }
    if (buffer_text(&valid))
        copy = tbl_strndup(scan, valid.data, valid.size);
    buffer_free(&valid);
    return copy;
}

char *tbl_printf(struct tbl_scan *scan, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *text = sqlite3_vmprintf(format, ap);
    va_end(ap);
    if (!text)
        return NULL;
    char *copy = tbl_strndup(scan, text, strlen(text));
    sqlite3_free(text);
    return copy;
}

/* Times -------------------------------------------------------------------- */

static void put_digits(char *out, int64_t value, int digits)
{
    while (digits-- > 0) {
        out[digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* Days since the epoch to a date in the proleptic Gregorian calendar, counting in years that begin
 * in March so that the leap day comes last. */
static void civil(int64_t days, int64_t *year, int *month, int *day)
{
    int64_t since = days + 719468; /* from 0000-03-01 */
    int64_t era = since / 146097, of_era = since % 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int     of_year = (int)(of_era - (365 * y + y / 4 - y / 100));
    int     m = (5 * of_year + 2) / 153;

    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = era * 400 + y + (*month <= 2);
}

int tbl_result_datetime(sqlite3_context *out, double time)
{
    static const double year_0 = -62167219200.0, year_10000 = 253402300800.0;
    char                text[] = "YYYY-MM-DD hh:mm:ss.uuuuuu";
    int64_t             year;
    int                 month, day;

    if (!(time >= year_0 && time < year_10000 - 1e-6))
        return SQLITE_OK;
    /* Split before scaling, so that the microseconds keep all the digits a double has. */
    double  whole = floor(time);
    int64_t micro = llround((time - whole) * 1e6), seconds = (int64_t)whole + micro / 1000000;
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        days--;
        rest += 86400;
    }
    civil(days, &year, &month, &day);
    put_digits(text, year, 4);
    put_digits(text + 5, month, 2);
    put_digits(text + 8, day, 2);
    put_digits(text + 11, rest / 3600, 2);
    put_digits(text + 14, rest / 60 % 60, 2);
    put_digits(text + 17, rest % 60, 2);
    put_digits(text + 20, micro % 1000000, 6);
    sqlite3_result_text(out, text, sizeof text - 1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

/* Schema ------------------------------------------------------------------- */

static const char *sql_type(enum tbl_type type)
{
    static const char *const names[] = {
        [TBL_TEXT] = "TEXT",    [TBL_INT] = "INTEGER", [TBL_REAL] = "REAL",
        [TBL_BOOL] = "BOOLEAN", [TBL_BLOB] = "BLOB",
    };
    return names[type];
}

static char *declaration(sqlite3 *db, const struct tbl_table *table)
{
    sqlite3_str *sql = sqlite3_str_new(db);

    sqlite3_str_appendall(sql, "CREATE TABLE x(");
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct tbl_column *column = &table->columns[i];
        /* SQLite looks for HIDDEN within the type. */
        sqlite3_str_appendf(sql, "%s\"%w\" %s%s%s", i ? ", " : "", column->name,
                            sql_type(column->type), column->flags & TBL_HIDDEN ? " HIDDEN" : "",
                            column->flags & TBL_NOCASE ? " COLLATE NOCASE" : "");
    }
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

static int x_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                     char **error)
{
    const struct module *module = aux;

    (void)argc, (void)argv, (void)error;
    char *sql = declaration(db, module->table);
    if (!sql)
        return SQLITE_NOMEM;
    int rc = sqlite3_declare_vtab(db, sql);
    sqlite3_free(sql);
    if (rc != SQLITE_OK)
        return rc;

    /* Every table reads the host, so no stored schema may reach one: only direct SQL and TEMP views
     * do. */
    sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);

    struct vtab *vtab = sqlite3_malloc64(sizeof *vtab);
    if (!vtab)
        return SQLITE_NOMEM;
    *vtab = (struct vtab){.table = module->table, .svcql = module->svcql, .scans = module->scans};
    *out = &vtab->base;
    return SQLITE_OK;
}

static int x_disconnect(sqlite3_vtab *vtab)
{
    sqlite3_free(vtab);
    return SQLITE_OK;
}

/* Planning ----------------------------------------------------------------- */

enum op { OP_NONE, OP_EQ, OP_IN, OP_GE, OP_LE, OP_GLOB, OP_LIKE };

/* How a term reads in a plan, behind the column's name. A range is taken with both ends
 * included; SQLite drops the rest. */
static const char *const op_text[] = {
    [OP_EQ] = "=?",  [OP_IN] = " IN (?)",   [OP_GE] = ">=?",
    [OP_LE] = "<=?", [OP_GLOB] = " GLOB ?", [OP_LIKE] = " LIKE ?",
};

static enum op op_of(const struct tbl_column *column, unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
        return column->flags & (TBL_KEY | TBL_RANGE) ? OP_EQ : OP_NONE;
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE:
        return column->flags & TBL_RANGE ? OP_GE : OP_NONE;
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE:
        return column->flags & TBL_RANGE ? OP_LE : OP_NONE;
    case SQLITE_INDEX_CONSTRAINT_GLOB:
        return column->flags & TBL_PREFIX ? OP_GLOB : OP_NONE;
    case SQLITE_INDEX_CONSTRAINT_LIKE:
        return column->flags & TBL_PREFIX ? OP_LIKE : OP_NONE;
    default:
        return OP_NONE;
    }
}

/* True if the table compares the way the term does. GLOB and LIKE have no collation. */
static bool same_collation(sqlite3_index_info *info, int i, const struct tbl_column *column,
                           enum op op)
{
    if (column->type != TBL_TEXT || op == OP_GLOB || op == OP_LIKE)
        return true;
    return sqlite3_stricmp(sqlite3_vtab_collation(info, i),
                           column->flags & TBL_NOCASE ? "NOCASE" : "BINARY") == 0;
}

/* How many of the rows are left behind a term, roughly. */
static double share(const struct tbl_column *column, enum op op)
{
    if (column->flags & TBL_HIDDEN)
        return 1;
    switch (op) {
    case OP_EQ:
        return 0.05;
    case OP_IN:
        return 0.2;
    default:
        return 0.25;
    }
}

struct plan {
    sqlite3_str *text;
    double       rows;
    int          terms;
    bool         unique;
};

static void take_term(struct plan *plan, sqlite3_index_info *info, int i,
                      const struct tbl_column *column, enum op op)
{
    /* An argument is one value; SQLite then scans once for each of an IN list. */
    if (op == OP_EQ && !(column->flags & TBL_HIDDEN) && column->flags & TBL_KEY &&
        sqlite3_vtab_in(info, i, -1)) {
        sqlite3_vtab_in(info, i, 1);
        op = OP_IN;
    }
    info->aConstraintUsage[i].argvIndex = ++plan->terms;
    sqlite3_str_appendf(plan->text, "%s%s%s", plan->terms > 1 ? " AND " : "", column->name,
                        op_text[op]);
    plan->rows *= share(column, op);
    plan->unique |= op == OP_EQ && column->flags & TBL_UNIQUE;
}

/* Take the usable terms on one column, at most one of each kind. False where an argument's
 * value is not known yet in this order of joining. */
static bool plan_column(struct plan *plan, sqlite3_index_info *info, int c,
                        const struct tbl_column *column)
{
    unsigned taken = 0;
    bool     blocked = false;

    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *term = &info->aConstraint[i];
        enum op                                op = OP_NONE;

        if (term->iColumn == c)
            op = op_of(column, term->op);
        if (op == OP_NONE || taken & 1u << op || !same_collation(info, i, column, op))
            continue;
        if (term->usable) {
            taken |= 1u << op;
            take_term(plan, info, i, column, op);
        } else if (op == OP_EQ) {
            blocked = true;
        }
    }
    if (taken & 1u << OP_EQ)
        return true;
    if (column->flags & TBL_NEEDED)
        plan->rows = 1e12; /* x_filter() will refuse; any other plan is better */
    return !(blocked && column->flags & TBL_HIDDEN);
}

static int x_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct tbl_table *table = ((struct vtab *)base)->table;
    struct plan             plan = {.text = sqlite3_str_new(NULL), .rows = table->rows};

    for (size_t c = 0; c < table->n_columns; c++) {
        if (!plan_column(&plan, info, (int)c, &table->columns[c])) {
            sqlite3_free(sqlite3_str_finish(plan.text));
            return SQLITE_CONSTRAINT;
        }
    }
    sqlite3_str_appendf(plan.text, "%scolumns=0x%llx", plan.terms ? " " : "",
                        (unsigned long long)info->colUsed);
    if (plan.unique) {
        info->idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
        plan.rows = 1;
    } else if (plan.rows < 2) {
        plan.rows = 2;
    }
    info->estimatedRows = (sqlite3_int64)plan.rows;
    info->estimatedCost = plan.rows * 10;
    info->idxStr = sqlite3_str_finish(plan.text);
    info->needToFreeIdxStr = info->idxStr != NULL;
    return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* Terms -------------------------------------------------------------------- */

static const struct tbl_terms no_terms = {.min = -INFINITY, .max = INFINITY};

static size_t column_at(const struct tbl_table *table, size_t offset)
{
    for (size_t c = 0; c < table->n_columns; c++)
        if (table->columns[c].offset == offset)
            return c;
    return SIZE_MAX;
}

const struct tbl_terms *tbl_terms(const struct tbl_scan *scan, size_t offset)
{
    size_t c = column_at(table_of(scan), offset);

    return c == SIZE_MAX ? &no_terms : &scan->terms[c];
}

static bool uses(const struct tbl_scan *scan, size_t c)
{
    /* Bit 63 stands for all columns from the 64th on. */
    return c == SIZE_MAX || scan->columns_used >> (c < 63 ? c : 63) & 1;
}

bool tbl_uses(const struct tbl_scan *scan, size_t offset)
{
    return uses(scan, column_at(table_of(scan), offset));
}

bool tbl_uses_name(const struct tbl_scan *scan, const char *name)
{
    const struct tbl_table *table = table_of(scan);

    for (size_t c = 0; c < table->n_columns; c++)
        if (strcmp(table->columns[c].name, name) == 0)
            return uses(scan, c);
    return true;
}

static bool match_prefix(const struct tbl_terms *terms, const char *text)
{
    if (!terms->prefix)
        return true;
    size_t size = strlen(terms->prefix);
    return (terms->prefix_nocase ? sqlite3_strnicmp(text, terms->prefix, (int)size)
                                 : strncmp(text, terms->prefix, size)) == 0;
}

bool tbl_match_text(const struct tbl_terms *terms, const char *text, bool nocase)
{
    if (!text)
        return !terms->n && !terms->prefix;
    if (!match_prefix(terms, text))
        return false;
    for (size_t i = 0; i < terms->n; i++)
        if ((nocase ? sqlite3_stricmp(text, terms->texts[i]) : strcmp(text, terms->texts[i])) == 0)
            return true;
    return !terms->n;
}

bool tbl_match_int(const struct tbl_terms *terms, int64_t value)
{
    if (value == TBL_NULL)
        return !terms->n && isinf(terms->min) && isinf(terms->max);
    if (!tbl_match_real(&(struct tbl_terms){.min = terms->min, .max = terms->max}, (double)value))
        return false;
    for (size_t i = 0; i < terms->n; i++)
        if (terms->ints[i] == value)
            return true;
    return !terms->n;
}

bool tbl_match_real(const struct tbl_terms *terms, double value)
{
    if (isnan(value))
        return isinf(terms->min) && isinf(terms->max);
    return value >= terms->min && value <= terms->max;
}

/* Scanning ----------------------------------------------------------------- */

static void *field_of(void *row, const struct tbl_column *column)
{
    return (char *)row + column->offset;
}

static void clear_row(const struct tbl_table *table, void *row)
{
    memset(row, 0, table->row_size);
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct tbl_column *column = &table->columns[c];

        if (column->get)
            continue;
        if (column->type == TBL_INT)
            *(int64_t *)field_of(row, column) = TBL_NULL;
        else if (column->type == TBL_REAL)
            *(double *)field_of(row, column) = NAN;
    }
}

static void reset(struct tbl_scan *scan)
{
    const struct tbl_table *table = table_of(scan);

    if (scan->opened && table->close)
        table->close(scan);
    scan->opened = false;
    scan->eof = true;
    arena_reset(&scan->row_arena, true);
    arena_reset(&scan->scan_arena, true);
    memset(scan->state, 0, table->state_size);
    clear_row(table, scan->key);
    clear_row(table, scan->blank);
    for (size_t c = 0; c < table->n_columns; c++)
        scan->terms[c] = no_terms;
}

static size_t aligned(size_t size)
{
    return (size + _Alignof(int64_t) - 1) & ~(_Alignof(int64_t) - 1);
}

static int x_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    const struct tbl_table *table = ((struct vtab *)base)->table;
    const size_t            head = aligned(sizeof(struct tbl_scan));
    const size_t            row = aligned(table->row_size);
    const size_t            state = aligned(table->state_size);
    const size_t            size = head + 3 * row + state + table->n_columns * sizeof no_terms;
    char                   *block = sqlite3_malloc64(size);

    if (!block)
        return SQLITE_NOMEM;
    memset(block, 0, size);

    struct tbl_scan *scan = (struct tbl_scan *)(void *)block;
    scan->key = block + head;
    scan->blank = block + head + row;
    scan->row = block + head + 2 * row;
    scan->state = block + head + 3 * row;
    scan->terms = (struct tbl_terms *)(void *)(block + head + 3 * row + state);
    *out = &scan->base;
    return SQLITE_OK;
}

static int x_close(sqlite3_vtab_cursor *base)
{
    reset((struct tbl_scan *)base);
    sqlite3_free(base);
    return SQLITE_OK;
}

static int x_next(sqlite3_vtab_cursor *base)
{
    struct tbl_scan        *scan = (struct tbl_scan *)base;
    const struct tbl_table *table = table_of(scan);

    arena_reset(&scan->row_arena, false);
    memcpy(scan->row, scan->blank, table->row_size);
    int rc = table->next(scan, scan->row);
    scan->eof = rc != SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The values of one = or IN term, in the order given. */
struct values {
    sqlite3_value *only; /* of = */
    sqlite3_value *list; /* of IN */
};

static int first_value(const struct values *values, sqlite3_value **value)
{
    if (values->list)
        return sqlite3_vtab_in_first(values->list, value);
    *value = values->only;
    return SQLITE_OK;
}

static int next_value(const struct values *values, sqlite3_value **value)
{
    return values->list ? sqlite3_vtab_in_next(values->list, value) : SQLITE_DONE;
}

static int count_values(const struct values *values, size_t *n)
{
    sqlite3_value *value;
    int            rc;

    *n = 0;
    for (rc = first_value(values, &value); rc == SQLITE_OK; rc = next_value(values, &value))
        ++*n;
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Whether a value can be compared as the column's own type, without the rules of affinity that
 * only SQLite knows. */
static bool comparable(enum tbl_type type, sqlite3_value *value)
{
    switch (type) {
    case TBL_TEXT:
        return sqlite3_value_type(value) != SQLITE_BLOB;
    case TBL_INT:
    case TBL_BOOL:
        return sqlite3_value_type(value) == SQLITE_INTEGER;
    default:
        return false;
    }
}

struct value_lists {
    const char **texts;
    int64_t     *ints;
    size_t       n;
};

static int add_value(struct tbl_scan *scan, struct value_lists *lists, enum tbl_type type,
                     sqlite3_value *value)
{
    if (type != TBL_TEXT) {
        lists->ints[lists->n++] = sqlite3_value_int64(value);
        return SQLITE_OK;
    }
    const char *text = (const char *)sqlite3_value_text(value);
    if (!text || !(text = copy_text(&scan->scan_arena, text, strlen(text))))
        return SQLITE_NOMEM;
    lists->texts[lists->n++] = text;
    return SQLITE_OK;
}

/* Collect the values of a term. NULLs match nothing and are left out; one value that the table
 * cannot compare leaves the whole term to SQLite (*ret_any). */
static int collect(struct tbl_scan *scan, enum tbl_type type, const struct values *values,
                   struct value_lists *lists, bool *ret_any)
{
    sqlite3_value *value;
    size_t         n;
    int            rc = count_values(values, &n);

    if (rc != SQLITE_OK)
        return rc;
    lists->texts = arena_alloc(&scan->scan_arena, (n + 1) * sizeof *lists->texts);
    lists->ints = arena_alloc(&scan->scan_arena, (n + 1) * sizeof *lists->ints);
    if (!lists->texts || !lists->ints)
        return SQLITE_NOMEM;
    for (rc = first_value(values, &value); rc == SQLITE_OK; rc = next_value(values, &value)) {
        if (sqlite3_value_type(value) == SQLITE_NULL)
            continue;
        if (!comparable(type, value)) {
            *ret_any = true;
            return SQLITE_OK;
        }
        if ((rc = add_value(scan, lists, type, value)) != SQLITE_OK)
            return rc;
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Where = and IN meet on one column, the term with fewer values serves; SQLite checks the other. */
static void narrow(struct tbl_terms *terms, const struct value_lists *lists)
{
    if (terms->n && terms->n <= lists->n)
        return;
    terms->n = lists->n;
    terms->texts = lists->texts;
    terms->ints = lists->ints;
}

static void fix_key(struct tbl_scan *scan, const struct tbl_column *column,
                    const struct value_lists *lists)
{
    void *rows[] = {scan->key, column->flags & TBL_HIDDEN ? scan->blank : NULL};

    for (size_t i = 0; i < 2 && rows[i]; i++) {
        void *field = field_of(rows[i], column);
        if (column->type == TBL_TEXT)
            *(const char **)field = lists->texts[0];
        else if (column->type == TBL_BOOL)
            *(bool *)field = lists->ints[0] != 0;
        else
            *(int64_t *)field = lists->ints[0];
    }
}

static int bind_values(struct tbl_scan *scan, size_t c, enum op op, sqlite3_value *arg)
{
    const struct tbl_column *column = &table_of(scan)->columns[c];
    const struct values      values = {op == OP_EQ ? arg : NULL, op == OP_IN ? arg : NULL};
    struct value_lists       lists = {0};
    bool                     any = false;

    int rc = collect(scan, column->type, &values, &lists, &any);
    if (rc != SQLITE_OK || any)
        return rc;
    if (!lists.n)
        return SQLITE_DONE; /* only NULLs, which no row equals */
    narrow(&scan->terms[c], &lists);
    if (op == OP_EQ)
        fix_key(scan, column, &lists);
    return SQLITE_OK;
}

static int bind_range(struct tbl_scan *scan, size_t c, enum op op, sqlite3_value *arg)
{
    struct tbl_terms *terms = &scan->terms[c];

    if (sqlite3_value_type(arg) == SQLITE_NULL)
        return SQLITE_DONE;
    int type = sqlite3_value_numeric_type(arg);
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
        return SQLITE_OK;
    double value = sqlite3_value_double(arg);
    if (op != OP_LE && value > terms->min)
        terms->min = value;
    if (op != OP_GE && value < terms->max)
        terms->max = value;
    return SQLITE_OK;
}

static int bind_prefix(struct tbl_scan *scan, size_t c, enum op op, sqlite3_value *arg)
{
    struct tbl_terms *terms = &scan->terms[c];

    if (sqlite3_value_type(arg) == SQLITE_NULL)
        return SQLITE_DONE;
    const char *pattern = (const char *)sqlite3_value_text(arg);
    if (!pattern)
        return SQLITE_NOMEM;
    size_t size = strcspn(pattern, op == OP_GLOB ? "*?[" : "%_");
    if (!size || (terms->prefix && strlen(terms->prefix) >= size))
        return SQLITE_OK;
    terms->prefix = copy_text(&scan->scan_arena, pattern, size);
    terms->prefix_nocase = op == OP_LIKE;
    return terms->prefix ? SQLITE_OK : SQLITE_NOMEM;
}

static int bind_term(struct tbl_scan *scan, size_t c, enum op op, sqlite3_value *arg)
{
    const struct tbl_column *column = &table_of(scan)->columns[c];
    int                      rc = SQLITE_OK;

    if (op == OP_GLOB || op == OP_LIKE)
        return bind_prefix(scan, c, op, arg);
    if (column->flags & TBL_RANGE && op != OP_IN)
        rc = bind_range(scan, c, op, arg);
    if (rc == SQLITE_OK && column->flags & TBL_KEY && (op == OP_EQ || op == OP_IN))
        rc = bind_values(scan, c, op, arg);
    return rc;
}

/* Read one term of a plan, such as "time>=?", and step over it. False at the end of the terms. */
static bool next_term(const struct tbl_table *table, const char **plan, size_t *c, enum op *op)
{
    size_t size = 0;

    if (strncmp(*plan, " AND ", 5) == 0)
        *plan += 5;
    while (isalnum((unsigned char)(*plan)[size]) || (*plan)[size] == '_')
        size++;
    for (*c = 0; *c < table->n_columns; ++*c)
        if (strlen(table->columns[*c].name) == size &&
            strncmp(table->columns[*c].name, *plan, size) == 0)
            break;
    for (*op = OP_EQ; *c < table->n_columns && *op <= OP_LIKE; ++*op) {
        size_t tail = strlen(op_text[*op]);
        if (strncmp(*plan + size, op_text[*op], tail) == 0) {
            *plan += size + tail;
            return true;
        }
    }
    return false;
}

static int bind_plan(struct tbl_scan *scan, const char *plan, int argc, sqlite3_value **argv)
{
    const struct tbl_table *table = table_of(scan);
    const char             *mask = strstr(plan, "columns=");
    size_t                  c;
    enum op                 op;

    scan->columns_used = mask ? strtoull(mask + strlen("columns="), NULL, 16) : UINT64_MAX;
    for (int i = 0; i < argc && next_term(table, &plan, &c, &op); i++) {
        int rc = bind_term(scan, c, op, argv[i]);
        if (rc != SQLITE_OK)
            return rc;
    }
    for (c = 0; c < table->n_columns; c++)
        if (table->columns[c].flags & TBL_NEEDED && !scan->terms[c].n)
            return tbl_fail(scan, "%s: needs %s = ...", table->name, table->columns[c].name);
    return SQLITE_OK;
}

static int x_filter(sqlite3_vtab_cursor *base, int unused, const char *plan, int argc,
                    sqlite3_value **argv)
{
    struct tbl_scan        *scan = (struct tbl_scan *)base;
    const struct tbl_table *table = table_of(scan);

    (void)unused;
    reset(scan);
    int rc = bind_plan(scan, plan, argc, argv);
    if (rc != SQLITE_OK)
        return rc == SQLITE_DONE ? SQLITE_OK : rc;
    scan->opened = true;
    ++*((struct vtab *)scan->base.pVtab)->scans;
    rc = table->open ? table->open(scan) : SQLITE_OK;
    return rc == SQLITE_OK ? x_next(base) : rc;
}

static int x_eof(sqlite3_vtab_cursor *base)
{
    return ((struct tbl_scan *)base)->eof;
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv, section 2). */
static uint64_t hash(uint64_t state, const void *data, size_t size)
{
    for (const uint8_t *p = data, *end = p + size; p < end; p++)
        state = (state ^ *p) * UINT64_C(0x100000001b3);
    return state;
}

static uint64_t hash_field(uint64_t state, const struct tbl_column *column, void *row)
{
    const void            *field = field_of(row, column);
    const char            *text;
    const struct tbl_blob *blob;

    switch (column->type) {
    case TBL_TEXT:
        text = *(const char *const *)field;
        return text ? hash(state, text, strlen(text) + 1) : hash(state, "\1", 1);
    case TBL_BLOB:
        blob = field;
        return hash(state, blob->data, blob->data ? blob->size : 0);
    case TBL_BOOL:
        return hash(state, field, sizeof(bool));
    default:
        return hash(state, field, sizeof(int64_t));
    }
}

/* The one column that tells rows apart, if it is one and an integer: it is the rowid itself. */
static const struct tbl_column *integer_id(const struct tbl_table *table)
{
    const struct tbl_column *id = NULL;

    for (size_t c = 0; c < table->n_columns; c++) {
        if (!(table->columns[c].flags & TBL_ID))
            continue;
        if (id || table->columns[c].type != TBL_INT)
            return NULL;
        id = &table->columns[c];
    }
    return id;
}

/* A row's number is made of what tells it from all others, so that two scans of one query, as OR
 * makes them, agree on which rows are the same. */
static int x_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    struct tbl_scan         *scan = (struct tbl_scan *)base;
    const struct tbl_table  *table = table_of(scan);
    const struct tbl_column *id = integer_id(table);
    uint64_t                 state = UINT64_C(0xcbf29ce484222325);

    if (id) {
        *out = *(const int64_t *)field_of(scan->row, id);
        return SQLITE_OK;
    }
    for (size_t c = 0; c < table->n_columns; c++)
        if (table->columns[c].flags & TBL_ID)
            state = hash_field(state, &table->columns[c], scan->row);
    *out = (sqlite3_int64)(state >> 1);
    return SQLITE_OK;
}

static int x_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int c)
{
    struct tbl_scan         *scan = (struct tbl_scan *)base;
    const struct tbl_column *column = &table_of(scan)->columns[c];

    if (column->get)
        return column->get(scan, scan->row, out);

    const void            *field = field_of(scan->row, column);
    const struct tbl_blob *blob = field;
    switch (column->type) {
    case TBL_TEXT:
        /* TRANSIENT, as the row may be gone before SQLite is done with it. */
        sqlite3_result_text(out, *(const char *const *)field, -1, SQLITE_TRANSIENT);
        break;
    case TBL_INT:
        if (*(const int64_t *)field != TBL_NULL)
            sqlite3_result_int64(out, *(const int64_t *)field);
        break;
    case TBL_REAL:
        sqlite3_result_double(out, *(const double *)field); /* NAN becomes NULL */
        break;
    case TBL_BOOL:
        sqlite3_result_int(out, *(const bool *)field);
        break;
    case TBL_BLOB:
        if (blob->data)
            sqlite3_result_blob64(out, blob->data, blob->size, SQLITE_TRANSIENT);
        break;
    }
    return SQLITE_OK;
}

static int x_update(sqlite3_vtab *base, int argc, sqlite3_value **argv, sqlite3_int64 *rowid)
{
    const struct vtab *vtab = (const struct vtab *)base;

    return vtab->table->update(vtab->svcql, base, argc, argv, rowid);
}

/* xCreate is xConnect: a table exists as soon as its module does, and can be made in a schema too.
 */
#define MODULE_METHODS                                                                             \
    .xCreate = x_connect, .xConnect = x_connect, .xBestIndex = x_best_index,                       \
    .xDisconnect = x_disconnect, .xDestroy = x_disconnect, .xOpen = x_open, .xClose = x_close,     \
    .xFilter = x_filter, .xNext = x_next, .xEof = x_eof, .xColumn = x_column, .xRowid = x_rowid

static const sqlite3_module read_only = {MODULE_METHODS};
static const sqlite3_module writable = {MODULE_METHODS, .xUpdate = x_update};

/* Registration ------------------------------------------------------------- */

static void free_module(void *data)
{
    struct module *module = data;

    svcql_unref(module->svcql);
    sqlite3_free(module);
}

static void check_declaration(const struct tbl_table *table)
{
    unsigned flags = 0;

    for (size_t c = 0; c < table->n_columns; c++) {
        const struct tbl_column *column = &table->columns[c];
        assert(!column->get || !(column->flags & ~(unsigned)(TBL_HIDDEN | TBL_NOCASE)));
        assert(!(column->flags & TBL_KEY) || column->type <= TBL_BOOL);
        assert(!(column->flags & TBL_RANGE) || column->type == TBL_INT || column->type == TBL_REAL);
        assert(!(column->flags & TBL_PREFIX) || column->type == TBL_TEXT);
        flags |= column->flags;
    }
    assert(flags & TBL_ID);
    (void)flags;
}

static int register_one(struct svcql *svcql, const struct tbl_table *table, int64_t *scans)
{
    struct module *module = sqlite3_malloc64(sizeof *module);

    check_declaration(table);
    if (!module)
        return SQLITE_NOMEM;
    *module = (struct module){table, svcql_ref(svcql), scans};
    return sqlite3_create_module_v2(svcql->db, table->name, table->update ? &writable : &read_only,
                                    module, free_module); /* frees the module where it fails */
}

int tbl_register(struct svcql *svcql, const struct tbl_table *const *tables, size_t n)
{
    int rc = SQLITE_OK;

    svcql->scans = sqlite3_malloc64(n * sizeof *svcql->scans);
    if (!svcql->scans)
        return SQLITE_NOMEM;
    memset(svcql->scans, 0, n * sizeof *svcql->scans);
    svcql->tables = tables;
    svcql->n_tables = n;
    for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
        rc = register_one(svcql, tables[i], &svcql->scans[i]);
    return rc;
}
