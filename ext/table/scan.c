/* scan.c -- one scan of a table: open, next, close, and the values of its row. */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "connection.h"

SQLITE_EXTENSION_INIT3

static void clear_row(const struct tbl_table *table, void *row)
{
    memset(row, 0, table->row_size);
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct tbl_column *column = &table->columns[c];

        if (column->get)
            continue;
        if (column->type == TBL_INT)
            *(int64_t *)scan_field(row, column) = TBL_NULL;
        else if (column->type == TBL_REAL)
            *(double *)scan_field(row, column) = NAN;
    }
}

static void reset(struct tbl_scan *scan)
{
    const struct tbl_table *table = scan_table(scan);

    order_end(scan);
    scan_sources_end(scan);
    if (scan->opened && table->close)
        table->close(scan);
    scan->opened = false;
    scan->eof = true;
    arena_free(&scan->row_arena);
    arena_free(&scan->scan_arena);
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

int scan_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
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
    svcql_scan_begin(((struct vtab *)base)->svcql);
    *out = &scan->base;
    return SQLITE_OK;
}

int scan_close(sqlite3_vtab_cursor *base)
{
    struct svcql *svcql = ((struct vtab *)base->pVtab)->svcql;

    reset((struct tbl_scan *)base);
    svcql_scan_end(svcql);
    sqlite3_free(base);
    return SQLITE_OK;
}

/* Whether the query is interrupted. sqlite3_is_interrupted() exists since 3.41; before that, the
 * sign is that no statement can begin. */
static bool is_interrupted(void *db)
{
    sqlite3_stmt *statement = NULL;

    int rc = sqlite3_prepare_v2(db, "SELECT 1", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return rc == SQLITE_INTERRUPT;
}

/* Reads of this scan end with the query, and keep to the budget of a source. */
static struct input_scan begin_input(struct tbl_scan *scan)
{
    sqlite3 *db = svcql_db(((struct vtab *)scan->base.pVtab)->svcql);

    return input_scan_begin(
        (struct input_scan){.interrupted = is_interrupted, .data = db, .budget = &scan->budget});
}

static int64_t limit_of(const struct svcql *svcql, const char *setting, int64_t factor)
{
    int64_t value = strtoll(svcql_setting(svcql, setting), NULL, 10);

    return value > 0 && value < INT64_MAX / factor ? value * factor : 0;
}

static struct input_budget new_budget(const struct svcql *svcql)
{
    return (struct input_budget){
        .bytes = (uint64_t)limit_of(svcql, "source_megabytes", 1 << 20),
        .rows = (uint64_t)limit_of(svcql, "source_rows", 1),
        .ms = limit_of(svcql, "source_seconds", 1000),
    };
}

static int end_input(struct input_scan outer, int rc)
{
    bool interrupted = input_ended(), no_memory = input_no_memory();

    input_scan_end(outer);
    return interrupted ? SQLITE_INTERRUPT : no_memory ? SQLITE_NOMEM : rc;
}

static int next_row(struct tbl_scan *scan)
{
    const struct tbl_table *table = scan_table(scan);
    int                     rc;

    arena_reset(&scan->row_arena);
    memcpy(scan->row, scan->blank, table->row_size);
    rc = scan->order      ? order_next(scan)
         : table->sources ? scan_sources_next(scan, scan->row)
                          : table->next(scan, scan->row);
    if (rc == SQLITE_ROW && scan->row_arena.failed)
        rc = SQLITE_NOMEM;
    scan->eof = rc != SQLITE_ROW;
    scan->budget.given += rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int scan_next(sqlite3_vtab_cursor *base)
{
    struct tbl_scan  *scan = (struct tbl_scan *)base;
    struct input_scan outer = begin_input(scan);

    return end_input(outer, next_row(scan));
}

static bool is_ordered(const char *plan)
{
    return strstr(plan, " ORDER BY ") != NULL;
}

/* Open what gives the rows. */
static int begin(struct tbl_scan *scan, const char *plan, int argc, sqlite3_value **argv)
{
    const struct tbl_table *table = scan_table(scan);

    if (is_ordered(plan))
        return order_begin(scan, plan, argc, argv);
    scan->opened = true;
    ++*((struct vtab *)scan->base.pVtab)->scans;
    int rc = table->open ? table->open(scan) : SQLITE_OK;
    return rc == SQLITE_OK && table->sources ? scan_sources_begin(scan) : rc;
}

int scan_filter(sqlite3_vtab_cursor *base, int unused, const char *plan, int argc,
                sqlite3_value **argv)
{
    struct tbl_scan *scan = (struct tbl_scan *)base;

    (void)unused;
    reset(scan);
    int rc = scan_bind(scan, plan, argc, argv);
    if (rc != SQLITE_OK)
        return rc == SQLITE_DONE ? SQLITE_OK : rc;
    /* In order, the scans of the windows have the budget. */
    scan->budget = (struct input_budget){0};
    if (!is_ordered(plan))
        scan->budget = new_budget(((struct vtab *)scan->base.pVtab)->svcql);
    struct input_scan outer = begin_input(scan);
    rc = begin(scan, plan, argc, argv);
    if (rc == SQLITE_OK)
        rc = next_row(scan);
    return end_input(outer, rc);
}

int scan_eof(sqlite3_vtab_cursor *base)
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
    const void            *field = scan_field(row, column);
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

/* The column that identifies rows, if there is one and it is an integer: it is the rowid itself. */
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

/* The rowid is a digest of the columns that identify the row, so that two scans of one query, as
 * for OR, agree on which rows are the same. */
int scan_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    struct tbl_scan         *scan = (struct tbl_scan *)base;
    const struct tbl_table  *table = scan_table(scan);
    const struct tbl_column *id = integer_id(table);
    uint64_t                 state = UINT64_C(0xcbf29ce484222325);

    if (scan->order) {
        *out = order_rowid(scan);
        return SQLITE_OK;
    }
    if (id) {
        *out = *(const int64_t *)scan_field(scan->row, id);
        return SQLITE_OK;
    }
    for (size_t c = 0; c < table->n_columns; c++)
        if (table->columns[c].flags & TBL_ID)
            state = hash_field(state, &table->columns[c], scan->row);
    *out = (sqlite3_int64)(state >> 1);
    return SQLITE_OK;
}

int scan_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int c)
{
    struct tbl_scan         *scan = (struct tbl_scan *)base;
    const struct tbl_column *column = &scan_table(scan)->columns[c];

    if (scan->order) {
        order_column(scan, out, c);
        return SQLITE_OK;
    }
    if (column->get) {
        struct input_scan outer = begin_input(scan);
        int               rc = column->get(scan, scan->row, out);
        return end_input(outer, rc == SQLITE_OK && scan->row_arena.failed ? SQLITE_NOMEM : rc);
    }

    const void            *field = scan_field(scan->row, column);
    const struct tbl_blob *blob = field;
    switch (column->type) {
    case TBL_TEXT:
        /* TRANSIENT, as the row may be freed before SQLite has used it. */
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
