/* svcql_columns.c -- every column of every table and view.
 *
 *     SELECT name, type, description FROM svcql_columns WHERE table_name = 'unit_files';
 */
#include <string.h>

#include "table/registry.h"
#include "views.h"

SQLITE_EXTENSION_INIT3

struct column_row {
    const char *table_name;
    const char *name;
    int64_t     position;
    const char *type;
    const char *key;
    const char *collation;
    bool        hidden;
    bool        lazy;
    const char *description;
};

struct state {
    size_t                        table, view, column;
    const struct declared_column *declared;   /* the next one of the view at `view` */
    size_t                        n_declared; /* that are left */
    bool                         *as_shipped; /* owned: by view; NULL: not known yet */
    sqlite3_stmt                 *stmt;       /* names the columns of another view */
    bool                          listing;    /* those of the view at `view` */
};

static const char *const type_names[] = {
    [TBL_TEXT] = "TEXT",    [TBL_INT] = "INTEGER", [TBL_REAL] = "REAL",
    [TBL_BOOL] = "BOOLEAN", [TBL_BLOB] = "BLOB",
};

/* Which terms of a WHERE clause the table itself can use. */
static const char *key_of(struct tbl_scan *scan, unsigned flags)
{
    const char *key =
        tbl_printf(scan, "%s%s%s%s%s", flags & TBL_NEEDED ? " needed" : "",
                   flags & TBL_UNIQUE ? " unique" : "", flags & TBL_KEY ? " =" : "",
                   flags & TBL_RANGE ? " <>" : "", flags & TBL_PREFIX ? " prefix" : "");

    return key && *key ? key + 1 : NULL;
}

static void fill(struct tbl_scan *scan, struct column_row *row, const struct tbl_table *table,
                 size_t c)
{
    const struct tbl_column *column = &table->columns[c];

    *row = (struct column_row){.table_name = table->name,
                               .name = column->name,
                               .position = (int64_t)c,
                               .type = type_names[column->type],
                               .key = key_of(scan, column->flags),
                               .collation = column->flags & TBL_NOCASE ? "NOCASE" : NULL,
                               .hidden = column->flags & TBL_HIDDEN,
                               .lazy = column->get != NULL,
                               .description = column->doc};
}

static int next_of_table(struct tbl_scan *scan, struct column_row *row)
{
    struct state           *state = tbl_state(scan);
    const struct tbl_table *table;

    while ((table = tbl_at(tbl_svcql(scan), state->table))) {
        if (state->column < table->n_columns &&
            tbl_match_text(TBL_TERMS(scan, struct column_row, table_name), table->name, false)) {
            fill(scan, row, table, state->column++);
            return SQLITE_ROW;
        }
        state->table++;
        state->column = 0;
    }
    return SQLITE_DONE;
}

/* SQLite derives a view's columns from its SELECT. The pragma only resolves names, which costs a
 * tenth of preparing the SELECT, and still most of the time that this table would take: so only views that are
 * not declared are asked for. */
static int prepare_view(struct tbl_scan *scan, const char *name)
{
    struct state *state = tbl_state(scan);

    if (!state->stmt) {
        int rc = sqlite3_prepare_v2(svcql_db(tbl_svcql(scan)),
                                    "SELECT name, type FROM pragma_table_info(?1, 'temp')", -1,
                                    &state->stmt, NULL);
        if (rc != SQLITE_OK)
            return rc;
    }
    state->declared = NULL;
    /* A list that the user's own database holds is not in the TEMP schema, so it is not described.
     */
    return sqlite3_bind_text(state->stmt, 1, name, -1, SQLITE_STATIC);
}

static void fill_of_view(struct tbl_scan *scan, struct column_row *row, const char *view,
                         const char *name, const char *type)
{
    struct state *state = tbl_state(scan);

    *row = (struct column_row){.table_name = view,
                               .name = name,
                               .position = (int64_t)state->column++,
                               .type = type && *type ? type : NULL,
                               .description = name ? view_column_doc(view, name) : NULL};
}

/* Find the view's columns among those declared at the build; false where it has none, or the user has put
 * another view in its place. */
static bool find_declared(struct state *state, const char *view)
{
    state->declared = view_columns(view, &state->n_declared);
    if (!state->as_shipped[state->view] || !state->n_declared)
        state->declared = NULL;
    return state->declared;
}

static int learn_shipped(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    if (!(state->as_shipped = sqlite3_malloc64(views_count() * sizeof *state->as_shipped)))
        return SQLITE_NOMEM;
    return views_as_shipped(svcql_db(tbl_svcql(scan)), state->as_shipped);
}

/* Begin with the columns of the view at `view`, if they are wanted. */
static int begin_view(struct tbl_scan *scan, const char *view)
{
    struct state *state = tbl_state(scan);
    int           rc = SQLITE_OK;

    if (state->listing ||
        !tbl_match_text(TBL_TERMS(scan, struct column_row, table_name), view, false))
        return SQLITE_OK;
    if (!state->as_shipped)
        rc = learn_shipped(scan);
    if (rc == SQLITE_OK && !find_declared(state, view))
        rc = prepare_view(scan, view);
    state->listing = true;
    return rc;
}

/* The next column of the view that is listed: SQLITE_ROW, SQLITE_DONE or an error. */
static int next_column(struct tbl_scan *scan, struct column_row *row, const char *view)
{
    struct state *state = tbl_state(scan);

    if (state->declared) {
        if (!state->n_declared--)
            return SQLITE_DONE;
        const struct declared_column *column = state->declared++;
        fill_of_view(scan, row, view, column->name, declared_type(column));
        return SQLITE_ROW;
    }
    int rc = sqlite3_step(state->stmt);
    if (rc == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(state->stmt, 0);
        const char *type = (const char *)sqlite3_column_text(state->stmt, 1);
        fill_of_view(scan, row, view, name ? tbl_printf(scan, "%s", name) : NULL,
                     type ? tbl_printf(scan, "%s", type) : NULL);
    }
    return rc;
}

static int next_of_view(struct tbl_scan *scan, struct column_row *row)
{
    struct state *state = tbl_state(scan);

    for (const struct embedded_view *view; (view = &embedded_views[state->view])->name;
         state->view++) {
        int rc = begin_view(scan, view->name);
        if (rc == SQLITE_OK && state->listing)
            rc = next_column(scan, row, view->name);
        if (rc == SQLITE_DONE)
            rc = sqlite3_reset(state->stmt);
        if (rc != SQLITE_OK)
            return rc;
        state->listing = false;
        state->column = 0;
        state->declared = NULL;
    }
    return SQLITE_DONE;
}

static int next(struct tbl_scan *scan, void *out)
{
    int rc = next_of_table(scan, out);

    return rc == SQLITE_DONE ? next_of_view(scan, out) : rc;
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    sqlite3_finalize(state->stmt);
    sqlite3_free(state->as_shipped);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct column_row, table_name, TBL_KEY | TBL_ID, "Table or view it belongs to"),
    TBL_COL(struct column_row, name, 0, "Name of the column"),
    TBL_COL(struct column_row, position, TBL_ID, "Place in the table, from 0"),
    TBL_COL(struct column_row, type, 0, "Declared type"),
    TBL_COL(struct column_row, key, 0,
            "Terms that narrow the reading itself: = (and IN), <> (ranges), prefix (GLOB, LIKE), "
            "unique, needed"),
    TBL_COL(struct column_row, collation, 0, "NOCASE where text compares without case"),
    TBL_COL(struct column_row, hidden, 0,
            "1 for an argument: name(value), or WHERE column = value"),
    TBL_COL(struct column_row, lazy, 0,
            "1 where the value is computed only when the query uses it"),
    TBL_COL(struct column_row, description, 0, "Meaning of the value, with its unit"),
};

static const struct tbl_example examples[] = {
    {"The columns of a table",
     "SELECT name, type, description FROM svcql_columns WHERE table_name = 'evidence_sources'"},
};

const struct tbl_table svcql_columns_table = {
    .name = "svcql_columns",
    .doc = "Every column of every table and view, and how a query may narrow the reading by it",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct column_row),
    .state_size = sizeof(struct state),
    .rows = 600,
    .next = next,
    .close = close_scan,
};
