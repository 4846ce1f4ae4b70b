/* terms.c -- the terms of the WHERE clause on each column, and whether a value satisfies them. */
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "scan.h"

SQLITE_EXTENSION_INIT3

const struct tbl_terms no_terms = {.min = -INFINITY, .max = INFINITY};

static size_t column_at(const struct tbl_table *table, size_t offset)
{
    for (size_t c = 0; c < table->n_columns; c++)
        if (table->columns[c].offset == offset)
            return c;
    return SIZE_MAX;
}

const struct tbl_terms *tbl_terms(const struct tbl_scan *scan, size_t offset)
{
    size_t c = column_at(scan_table(scan), offset);

    return c == SIZE_MAX ? &no_terms : &scan->terms[c];
}

static bool uses(const struct tbl_scan *scan, size_t c)
{
    /* Bit 63 represents all columns from the 64th on. */
    return c == SIZE_MAX || scan->columns_used >> (c < 63 ? c : 63) & 1;
}

bool tbl_uses(const struct tbl_scan *scan, size_t offset)
{
    return uses(scan, column_at(scan_table(scan), offset));
}

bool tbl_uses_name(const struct tbl_scan *scan, const char *name)
{
    const struct tbl_table *table = scan_table(scan);

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

static bool match_values(const struct tbl_terms *terms, const char *text, bool nocase)
{
    for (size_t i = 0; i < terms->n; i++)
        if ((nocase ? sqlite3_stricmp(text, terms->texts[i]) : strcmp(text, terms->texts[i])) == 0)
            return true;
    return !terms->n;
}

/* Whether tbl_utf8() would return the text unchanged. */
static bool is_shown_as_is(const char *text)
{
    const char *p = text;

    while ((unsigned char)(*p - 1) < 0x7f) /* ASCII but NUL */
        p++;
    return !*p || buffer_is_text(p, strlen(p));
}

bool tbl_match_text(const struct tbl_terms *terms, const char *text, bool nocase)
{
    if (!text)
        return !terms->n && !terms->prefix;
    return (match_prefix(terms, text) && match_values(terms, text, nocase)) ||
           !is_shown_as_is(text); /* SQLite compares what is shown */
}

static int compare_ints(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

bool tbl_match_int(const struct tbl_terms *terms, int64_t value)
{
    if (value == TBL_NULL)
        return !terms->n && isinf(terms->min) && isinf(terms->max);
    if (!tbl_match_real(&(struct tbl_terms){.min = terms->min, .max = terms->max}, (double)value))
        return false;
    return !terms->n || bsearch(&value, terms->ints, terms->n, sizeof value, compare_ints);
}

bool tbl_match_real(const struct tbl_terms *terms, double value)
{
    if (isnan(value))
        return isinf(terms->min) && isinf(terms->max);
    return value >= terms->min && value <= terms->max;
}

/* Binding ------------------------------------------------------------------- */

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
    if (!text || !(text = scan_copy(&scan->scan_arena, text, strlen(text))))
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
        void *field = scan_field(rows[i], column);
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
    const struct tbl_column *column = &scan_table(scan)->columns[c];
    const struct values      values = {op == OP_EQ ? arg : NULL, op == OP_IN ? arg : NULL};
    struct value_lists       lists = {0};
    bool                     any = false;

    int rc = collect(scan, column->type, &values, &lists, &any);
    if (rc != SQLITE_OK || any)
        return rc;
    if (!lists.n)
        return SQLITE_DONE;       /* only NULLs, which no row equals */
    if (column->type != TBL_TEXT) /* there may be thousands, for tbl_match_int() */
        qsort(lists.ints, lists.n, sizeof *lists.ints, compare_ints);
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

/* The column `time` of which a column is the text. */
static size_t time_of(const struct tbl_table *table)
{
    size_t c = 0;

    while (c < table->n_columns && strcmp(table->columns[c].name, "time") != 0)
        c++;
    return c;
}

/* A bound on the text of a time is one on the time, with a second to spare for its rounding. */
static int bind_datetime(struct tbl_scan *scan, enum op op, sqlite3_value *arg)
{
    struct tbl_terms *time = &scan->terms[time_of(scan_table(scan))];
    const char       *text;
    double            value;

    if (sqlite3_value_type(arg) == SQLITE_NULL)
        return SQLITE_DONE;
    if (sqlite3_value_type(arg) != SQLITE_TEXT)
        return SQLITE_OK;
    if (!(text = (const char *)sqlite3_value_text(arg)))
        return SQLITE_NOMEM;
    if (!scan_parse_datetime(text, &value))
        return SQLITE_OK;
    if (op == OP_GE)
        time->min = fmax(time->min, value - 1);
    else
        time->max = fmin(time->max, value + 1);
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
    if (!(terms->pattern = scan_copy(&scan->scan_arena, pattern, strlen(pattern))))
        return SQLITE_NOMEM;
    terms->pattern_glob = op == OP_GLOB;
    size_t size = strcspn(pattern, op == OP_GLOB ? "*?[" : "%_");
    if (!size || (terms->prefix && strlen(terms->prefix) >= size))
        return SQLITE_OK;
    terms->prefix = scan_copy(&scan->scan_arena, pattern, size);
    terms->prefix_nocase = op == OP_LIKE;
    return terms->prefix ? SQLITE_OK : SQLITE_NOMEM;
}

static int bind_pointer(struct tbl_scan *scan, const struct tbl_column *column, sqlite3_value *arg)
{
    void *pointer = sqlite3_value_pointer(arg, column->name);

    *(void **)scan_field(scan->key, column) = pointer;
    return pointer ? SQLITE_OK : SQLITE_DONE;
}

static int bind_term(struct tbl_scan *scan, size_t c, enum op op, sqlite3_value *arg)
{
    const struct tbl_column *column = &scan_table(scan)->columns[c];
    int                      rc = SQLITE_OK;

    if (column->flags & TBL_POINTER)
        return bind_pointer(scan, column, arg);

    if (op == OP_GLOB || op == OP_LIKE)
        return bind_prefix(scan, c, op, arg);
    if (column->flags & TBL_DATETIME)
        return bind_datetime(scan, op, arg);
    if (column->flags & TBL_RANGE && op != OP_IN)
        rc = bind_range(scan, c, op, arg);
    if (rc == SQLITE_OK && column->flags & TBL_KEY && (op == OP_EQ || op == OP_IN))
        rc = bind_values(scan, c, op, arg);
    return rc;
}

/* What the query must say of a table: a term on one of the columns that are needed. */
static int check_needed(struct tbl_scan *scan)
{
    const struct tbl_table *table = scan_table(scan);
    const char             *needed = NULL;

    for (size_t c = 0; c < table->n_columns; c++) {
        if (!(table->columns[c].flags & TBL_NEEDED))
            continue;
        if (scan->terms[c].n || scan->terms[c].pattern)
            return SQLITE_OK;
        needed = needed ? needed : table->columns[c].name;
    }
    return needed ? tbl_fail(scan, "%s: needs %s = ...", table->name, needed) : SQLITE_OK;
}

/* Whether no value is in the range of a column. The times of records are finite. */
static bool is_beyond(const struct tbl_column *column, const struct tbl_terms *terms)
{
    return terms->min > terms->max ||
           (column->flags & TBL_ORDER && (terms->min == INFINITY || terms->max == -INFINITY));
}

int scan_bind(struct tbl_scan *scan, const char *plan, int argc, sqlite3_value **argv)
{
    const struct tbl_table *table = scan_table(scan);
    const char             *mask = strstr(plan, "columns=");
    size_t                  c;
    enum op                 op;

    scan->columns_used = mask ? strtoull(mask + strlen("columns="), NULL, 16) : UINT64_MAX;
    for (int i = 0; i < argc && plan_next_term(table, &plan, &c, &op); i++) {
        int rc = bind_term(scan, c, op, argv[i]);
        if (rc != SQLITE_OK)
            return rc;
    }
    int rc = check_needed(scan);
    for (c = 0; rc == SQLITE_OK && c < table->n_columns; c++)
        if (is_beyond(&table->columns[c], &scan->terms[c]))
            rc = SQLITE_DONE;
    return rc;
}
