/* ordered.c -- a scan in the order of time that does not read a log whole for its newest rows.
 *
 *     SELECT datetime, exe FROM audit_events ORDER BY time DESC LIMIT 20;
 *
 * SQLite itself reads all rows and sorts them. Here the rows come from a statement over the same
 * table, run once for each window of time: the first holds some fifty rows at that end of the logs,
 * each after it is as wide as the rows that are missing of a LIMIT seem to need, else sixteen times as wide,
 * and the last is open. SQLite sorts the rows of a window,
 * and ends the scan when it has enough. Every row that the table finds for its own time is in
 * exactly one window, wherever in its log it stands. Where a log cannot be sought by time, all is
 * one window.
 */
#include <math.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "scan.h"

SQLITE_EXTENSION_INIT3

#define WIDER      16.0
#define ROWS_NEAR  50.0 /* between tbl_ends.last and .near_last, about */
#define VALUES_MAX 1000 /* of an IN list that is handed on; SQLite checks a longer one */

struct order {
    sqlite3_stmt   *window, *rest; /* rest: the last window and the rows without a time; or NULL */
    sqlite3_stmt   *stmt;          /* the one of the two that runs */
    struct tbl_ends ends;
    double          low, high; /* of the window: low is in it, high is not */
    double          width;     /* of the next one */
    double wanted; /* rows that the query takes at most and has not got yet; 0: not known */
    double given;  /* rows of the window */
    bool   descending;
    bool   last; /* no window comes after this one */
};

static size_t time_at(const struct tbl_table *table)
{
    size_t c = 0;

    while (!(table->columns[c].flags & TBL_ORDER))
        c++;
    return c;
}

static const struct tbl_terms *time_terms(const struct tbl_scan *scan)
{
    return &scan->terms[time_at(scan_table(scan))];
}

/* Whether every row has a time. */
static bool has_time(const struct tbl_table *table)
{
    return table->columns[time_at(table)].flags & TBL_NOT_NULL;
}

/* SQLite's own error is passed on unchanged. */
static int fail(struct tbl_scan *scan, int rc)
{
    if (rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT)
        return rc;
    return tbl_fail(scan, "%s", sqlite3_errmsg(svcql_db(tbl_svcql(scan))));
}

/* The statement ------------------------------------------------------------------ */

static void put_columns(const struct tbl_scan *scan, struct buffer *sql)
{
    const struct tbl_table *table = scan_table(scan);

    buffer_puts(sql, "SELECT rowid");
    for (size_t c = 0; c < table->n_columns; c++)
        if (scan->columns_used >> (c < 63 ? c : 63) & 1)
            buffer_printf(sql, ", \"%s\"", table->columns[c].name);
        else
            buffer_puts(sql, ", NULL");
    buffer_printf(sql, " FROM %s WHERE ", ((const struct vtab *)scan->base.pVtab)->name);
}

/* Whether a term is handed on. A list's values are those that were bound. */
static bool hands_on(const struct tbl_scan *scan, size_t c, enum op op)
{
    return op != OP_IN || (scan->terms[c].n && scan->terms[c].n <= VALUES_MAX);
}

/* Whether a value is a parameter of the statement. What = compares with is written, as TBL_LITERAL
 * wants it, where that can be. */
static bool is_bound(enum op op, sqlite3_value *value)
{
    const char *text;

    if (op != OP_EQ || sqlite3_value_type(value) == SQLITE_INTEGER)
        return op != OP_EQ;
    if (sqlite3_value_type(value) != SQLITE_TEXT)
        return true;
    text = (const char *)sqlite3_value_text(value);
    return !text || strlen(text) != (size_t)sqlite3_value_bytes(value);
}

static void put_value(sqlite3_value *value, struct buffer *sql)
{
    char *text = sqlite3_value_type(value) == SQLITE_INTEGER
                     ? sqlite3_mprintf("%lld", sqlite3_value_int64(value))
                     : sqlite3_mprintf("%Q", sqlite3_value_text(value));

    if (text)
        buffer_printf(sql, " = %s", text);
    sql->failed |= !text;
    sqlite3_free(text);
}

static void put_term(const struct tbl_scan *scan, size_t c, enum op op, sqlite3_value *value,
                     struct buffer *sql)
{
    const struct tbl_column *column = &scan_table(scan)->columns[c];

    buffer_printf(sql, " AND \"%s\"%s", column->name,
                  column->flags & TBL_ANYCASE ? " COLLATE NOCASE" : "");
    if (!is_bound(op, value)) {
        put_value(value, sql);
        return;
    }
    if (op != OP_IN) {
        buffer_puts(sql, plan_op_text(op));
        return;
    }
    for (size_t i = 0; i < scan->terms[c].n; i++)
        buffer_puts(sql, i ? ", ?" : " IN (?");
    buffer_putc(sql, ')');
}

static int bind_term(const struct tbl_scan *scan, size_t c, enum op op, sqlite3_value *value,
                     sqlite3_stmt *stmt, int *parameter)
{
    const struct tbl_terms *terms = &scan->terms[c];
    int                     rc = SQLITE_OK;

    if (!is_bound(op, value))
        return rc;
    if (op != OP_IN)
        return sqlite3_bind_value(stmt, (*parameter)++, value);
    for (size_t i = 0; i < terms->n && rc == SQLITE_OK; i++)
        rc = scan_table(scan)->columns[c].type == TBL_TEXT
                 ? sqlite3_bind_text(stmt, (*parameter)++, terms->texts[i], -1, SQLITE_TRANSIENT)
                 : sqlite3_bind_int64(stmt, (*parameter)++, terms->ints[i]);
    return rc;
}

/* Make the statement over the rows of `where`, which may have two parameters, and the query's own
 * terms. */
static int prepare(struct tbl_scan *scan, const char *where, const char *plan, int argc,
                   sqlite3_value **argv, sqlite3_stmt **ret)
{
    struct buffer sql = {0};
    const char   *at = plan;
    size_t        c;
    enum op       op;
    int           parameter = 3, rc = SQLITE_NOMEM;

    put_columns(scan, &sql);
    buffer_puts(&sql, where);
    for (int i = 0; i < argc && plan_next_term(scan_table(scan), &at, &c, &op); i++)
        if (hands_on(scan, c, op))
            put_term(scan, c, op, argv[i], &sql);
    /* Not the column itself, which would be a term on this file again. */
    buffer_printf(&sql, " ORDER BY +time%s", scan->order->descending ? " DESC" : "");
    if (buffer_text(&sql))
        rc = sqlite3_prepare_v2(svcql_db(tbl_svcql(scan)), sql.data, -1, ret, NULL);
    buffer_free(&sql);
    at = plan;
    for (int i = 0; rc == SQLITE_OK && i < argc; i++) {
        if (!plan_next_term(scan_table(scan), &at, &c, &op))
            break;
        if (hands_on(scan, c, op))
            rc = bind_term(scan, c, op, argv[i], *ret, &parameter);
    }
    return rc;
}

/* Windows ------------------------------------------------------------------------ */

static bool is_open(const struct tbl_terms *time)
{
    return isinf(time->min) && isinf(time->max);
}

/* Set the limits of the statement for the window, and take the other one for the last. */
static int begin_window(struct order *order)
{
    order->stmt = order->last && order->rest ? order->rest : order->window;
    order->given = 0;
    sqlite3_reset(order->stmt);
    int rc = sqlite3_bind_double(order->stmt, 1, order->low);
    return rc == SQLITE_OK ? sqlite3_bind_double(order->stmt, 2, order->high) : rc;
}

/* Make the next window wider: twice as wide as the rows that are missing need, if they are as dense. */
static void widen(struct order *order)
{
    double times = WIDER;

    order->wanted -= order->given;
    if (order->given > 0 && order->wanted > 0)
        times = fmin(fmax(2 * order->wanted / order->given, 1), WIDER);
    order->width *= times;
}

/* Go on to the window beside the one before: down from the latest row, or up from the earliest. */
static void step(struct tbl_scan *scan, struct order *order)
{
    const struct tbl_terms *time = time_terms(scan);

    if (order->descending) {
        order->high = order->low;
        order->low -= order->width;
        order->last = order->low <= fmax(time->min, order->ends.first);
        order->low = order->last ? -INFINITY : order->low;
    } else {
        order->low = order->high;
        order->high += order->width;
        order->last = order->high > fmin(time->max, order->ends.last);
        order->high = order->last ? INFINITY : order->high;
    }
}

/* The first window, for a query that takes so many rows; 0: unknown. */
static void begin(struct tbl_scan *scan, struct order *order, double rows)
{
    const struct tbl_terms *time = time_terms(scan);
    const struct tbl_ends  *ends = &order->ends;

    order->width =
        order->descending ? ends->last - ends->near_last : ends->near_first - ends->first;
    order->width = fmax(order->width, 1) * fmax(rows / ROWS_NEAR, 1);
    order->wanted = rows;
    order->low = fmin(ends->last, time->max);
    order->high = fmax(ends->first, time->min);
    step(scan, order);
    if (order->descending)
        order->high = INFINITY;
    else
        order->low = -INFINITY;
}

/* All rows at once. */
static void take_all(struct order *order)
{
    order->low = -INFINITY;
    order->high = INFINITY;
    order->last = true;
}

/* The rows that a query takes at most by its LIMIT and OFFSET, which are the last values; 0: not known. */
static double rows_wanted(const char *plan, int argc, sqlite3_value **argv)
{
    bool   offset = strstr(plan, " OFFSET ") != NULL;
    double rows = 0;

    if (!strstr(plan, " LIMIT "))
        return 0;
    for (int i = argc - 1 - offset; i >= 0 && i < argc; i++)
        rows += fmax(sqlite3_value_double(argv[i]), 0);
    return rows;
}

int order_begin(struct tbl_scan *scan, const char *plan, int argc, sqlite3_value **argv)
{
    const struct tbl_table *table = scan_table(scan);
    struct order           *order = arena_alloc(&scan->scan_arena, sizeof *order);

    if (!order)
        return SQLITE_NOMEM;
    scan->order = order;
    order->descending = strstr(plan, "ORDER BY time DESC") != NULL;
    order->ends =
        (struct tbl_ends){INFINITY, -INFINITY, INFINITY, -INFINITY, .newest = order->descending};
    int rc = prepare(scan, "\"time\" >= ?1 AND \"time\" < ?2", plan, argc, argv, &order->window);
    if (rc == SQLITE_OK && order->descending && is_open(time_terms(scan)) && !has_time(table))
        rc = prepare(scan, "(\"time\" < ?2 OR (\"time\" IS NULL AND ?1 IS NOT NULL))", plan, argc,
                     argv, &order->rest);
    if (rc != SQLITE_OK)
        return fail(scan, rc);
    rc = table->ends(scan, &order->ends);
    if (rc == SQLITE_OK && order->ends.first <= order->ends.last)
        begin(scan, order, rows_wanted(plan, argc, argv));
    else if (rc == SQLITE_OK || rc == SQLITE_DONE)
        take_all(order);
    else
        return rc;
    return begin_window(order);
}

int order_next(struct tbl_scan *scan)
{
    struct order *order = scan->order;

    for (;;) {
        int rc = sqlite3_step(order->stmt);
        order->given += rc == SQLITE_ROW;
        if (rc == SQLITE_ROW)
            return rc;
        if (rc != SQLITE_DONE)
            return fail(scan, rc);
        if (order->last)
            return SQLITE_DONE;
        widen(order);
        step(scan, order);
        if ((rc = begin_window(order)) != SQLITE_OK)
            return rc;
    }
}

void order_end(struct tbl_scan *scan)
{
    if (!scan->order)
        return;
    sqlite3_finalize(scan->order->window);
    sqlite3_finalize(scan->order->rest);
    scan->order = NULL;
}

void order_column(const struct tbl_scan *scan, sqlite3_context *out, int c)
{
    sqlite3_result_value(out, sqlite3_column_value(scan->order->stmt, c + 1));
}

sqlite3_int64 order_rowid(const struct tbl_scan *scan)
{
    return sqlite3_column_int64(scan->order->stmt, 0);
}
