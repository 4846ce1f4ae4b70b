/* plan.c -- which terms of a query reach a table, and their estimated effect.
 *
 * The plan of a scan is its idxStr, which is what EXPLAIN QUERY PLAN shows: the terms that reach
 * the table, in the order of their values, then the set of columns that the query reads, as a bit
 * mask.
 *
 *     host=? AND time>=? AND type IN (?) columns=0x1f
 *
 * A scan in the order of time (ordered.c) has that at its end, and the values of the query's LIMIT
 * and OFFSET, where SQLite passes them, after those of the terms:
 *
 *     type IN (?) columns=0x1f ORDER BY time DESC LIMIT ? OFFSET ?
 */
#include <ctype.h>
#include <string.h>

#include "connection.h"
#include "scan.h"

SQLITE_EXTENSION_INIT3

/* The text of a term in a plan, after the column's name. A range includes both ends; SQLite removes
 * the rest. */
static const char *const op_text[] = {
    [OP_EQ] = "=?",  [OP_IN] = " IN (?)",   [OP_GE] = ">=?",
    [OP_LE] = "<=?", [OP_GLOB] = " GLOB ?", [OP_LIKE] = " LIKE ?",
};

static enum op op_of(const struct tbl_column *column, unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
        return column->flags & (TBL_KEY | TBL_RANGE | TBL_POINTER) ? OP_EQ : OP_NONE;
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE:
        return column->flags & (TBL_RANGE | TBL_DATETIME) ? OP_GE : OP_NONE;
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE:
        return column->flags & (TBL_RANGE | TBL_DATETIME) ? OP_LE : OP_NONE;
    case SQLITE_INDEX_CONSTRAINT_GLOB:
        return column->flags & TBL_PREFIX ? OP_GLOB : OP_NONE;
    case SQLITE_INDEX_CONSTRAINT_LIKE:
        return column->flags & TBL_PREFIX ? OP_LIKE : OP_NONE;
    default:
        return OP_NONE;
    }
}

/* True if the table leaves out no row that the term takes. GLOB and LIKE have no collation. */
static bool same_collation(sqlite3_index_info *info, int i, const struct tbl_column *column,
                           enum op op)
{
    if (column->type != TBL_TEXT || op == OP_GLOB || op == OP_LIKE)
        return true;
    const char *collation = sqlite3_vtab_collation(info, i);
    if (column->flags & TBL_ANYCASE && sqlite3_stricmp(collation, "NOCASE") == 0)
        return true;
    return sqlite3_stricmp(collation, column->flags & TBL_NOCASE ? "NOCASE" : "BINARY") == 0;
}

/* Estimated fraction of the rows that pass a term. */
static double selectivity(const struct tbl_column *column, enum op op)
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

/* Whether the query writes the value of a term, or a list of values, rather than joins. */
static bool is_literal(sqlite3_index_info *info, int i)
{
    sqlite3_value *value;

    return sqlite3_vtab_in(info, i, -1) || sqlite3_vtab_rhs_value(info, i, &value) == SQLITE_OK;
}

struct plan {
    sqlite3_str *text;
    double       rows;
    int          terms;
    bool         unique;
    bool         timed;  /* a term leaves out rows without a time */
    bool         needs;  /* the table has columns that are needed */
    bool         given;  /* one of those has a term */
    bool         joined; /* a term's value comes from another table's row, or is not known yet */
};

const char *plan_op_text(enum op op)
{
    return op_text[op];
}

static void take_term(struct plan *plan, sqlite3_index_info *info, int i,
                      const struct tbl_column *column, enum op op)
{
    /* An argument is one value; SQLite then scans once for each of an IN list. */
    if (op == OP_EQ && !(column->flags & TBL_HIDDEN) && column->flags & TBL_KEY &&
        sqlite3_vtab_in(info, i, -1)) {
        sqlite3_vtab_in(info, i, 1);
        op = OP_IN;
    }
    plan->joined |= op == OP_EQ && !is_literal(info, i);
    plan->timed |= column->flags & (TBL_ORDER | TBL_DATETIME);
    info->aConstraintUsage[i].argvIndex = ++plan->terms;
    info->aConstraintUsage[i].omit = (column->flags & TBL_POINTER) != 0; /* no row has it */
    sqlite3_str_appendf(plan->text, "%s%s%s", plan->terms > 1 ? " AND " : "", column->name,
                        op_text[op]);
    plan->rows *= selectivity(column, op);
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
        if (term->iColumn == c && term->op == SQLITE_INDEX_CONSTRAINT_ISNOTNULL && term->usable)
            plan->timed |= column->flags & TBL_ORDER;
        if (op == OP_NONE || taken & 1u << op || !same_collation(info, i, column, op))
            continue;
        if (op == OP_EQ && column->flags & TBL_LITERAL && !is_literal(info, i))
            continue;
        if (term->usable) {
            taken |= 1u << op;
            take_term(plan, info, i, column, op);
        } else if (op == OP_EQ) {
            blocked = true;
        }
    }
    if (column->flags & TBL_NEEDED) {
        plan->needs = true;
        plan->given |= taken != 0;
    }
    if (taken & 1u << OP_EQ)
        return true;
    return !(blocked && column->flags & TBL_HIDDEN);
}

/* The one usable LIMIT or OFFSET of the query becomes a value of the plan: false where there is none. */
static bool take_count(struct plan *plan, sqlite3_index_info *info, unsigned char op)
{
    for (int i = 0; i < info->nConstraint; i++)
        if (info->aConstraint[i].op == op && info->aConstraint[i].usable) {
            info->aConstraintUsage[i].argvIndex = ++plan->terms;
            return true;
        }
    return false;
}

static bool has_limit(const sqlite3_index_info *info)
{
    for (int i = 0; i < info->nConstraint; i++)
        if (info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_LIMIT)
            return true;
    return false;
}

/* Whether the rows are to come in the order of time: where that alone is wanted, and not for grouping
 * or once a row of another table. Rows without a time come first where it ascends: they would have to
 * be searched for. Of the columns from the 64th on all would be taken. */
static bool in_order(const struct plan *plan, sqlite3_index_info *info,
                     const struct tbl_table *table)
{
    int c = info->nOrderBy == 1 ? info->aOrderBy[0].iColumn : -1;

    if (c < 0 || !(table->columns[c].flags & TBL_ORDER) || plan->joined ||
        sqlite3_vtab_distinct(info) != 0)
        return false;
    if (table->n_columns > 64 && info->colUsed >> 63 && !has_limit(info))
        return false;
    return info->aOrderBy[0].desc || plan->timed || table->columns[c].flags & TBL_NOT_NULL;
}

static void take_order(struct plan *plan, sqlite3_index_info *info)
{
    info->orderByConsumed = 1;
    sqlite3_str_appendf(plan->text, " ORDER BY time%s", info->aOrderBy[0].desc ? " DESC" : "");
    if (take_count(plan, info, SQLITE_INDEX_CONSTRAINT_LIMIT)) {
        sqlite3_str_appendall(plan->text, " LIMIT ?");
        if (take_count(plan, info, SQLITE_INDEX_CONSTRAINT_OFFSET))
            sqlite3_str_appendall(plan->text, " OFFSET ?");
    }
}

int plan_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct tbl_table *table = ((struct vtab *)base)->table;
    struct plan             plan = {.text = sqlite3_str_new(NULL), .rows = table->rows};

    ((struct vtab *)base)->svcql->planned = true;
    for (size_t c = 0; c < table->n_columns; c++) {
        if (!plan_column(&plan, info, (int)c, &table->columns[c])) {
            sqlite3_free(sqlite3_str_finish(plan.text));
            return SQLITE_CONSTRAINT;
        }
    }
    if (plan.needs && !plan.given)
        plan.rows = 1e12; /* x_filter() will refuse; any other plan is better */
    sqlite3_str_appendf(plan.text, "%scolumns=0x%llx", plan.terms ? " " : "",
                        (unsigned long long)info->colUsed);
    if (in_order(&plan, info, table))
        take_order(&plan, info);
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

/* Read one term of a plan, such as "time>=?", and step over it. False at the end of the terms. */
bool plan_next_term(const struct tbl_table *table, const char **plan, size_t *c, enum op *op)
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
