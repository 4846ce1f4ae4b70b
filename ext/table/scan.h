/* scan.h -- the parts that the files of the table kit share: the scan, its plan, its memory. Tables
 * use table.h instead. */
#ifndef SVCQL_SCAN_H
#define SVCQL_SCAN_H

#include "evidence.h"
#include "formats/text/arena.h"
#include "formats/text/input.h"
#include "table.h"

struct vtab {
    sqlite3_vtab            base; /* must be first */
    const struct tbl_table *table;
    struct svcql           *svcql;
    int64_t                *scans;
    char                   *name; /* as SQL has it, with its schema; owned */
};

struct order; /* ordered.c */

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
    struct input_budget budget; /* of the source that is read */
    struct order       *order;  /* NULL: the rows come as the table gives them */

    /* Of a table with `sources` (sources.c). */
    struct sources sources;
    struct source  source;
    int64_t        records;   /* rows of this source */
    bool           in_file;   /* open_file() was called */
    bool           file_open; /* and succeeded */
};

static inline const struct tbl_table *scan_table(const struct tbl_scan *scan)
{
    return ((const struct vtab *)scan->base.pVtab)->table;
}

static inline void *scan_field(void *row, const struct tbl_column *column)
{
    return (char *)row + column->offset;
}

/* A NUL-terminated copy in an arena; NULL when out of memory (arena.c). */
char *scan_copy(struct arena *arena, const char *text, size_t size);

/* The time of a text as tbl_result_datetime() writes it, or of the beginning of one, such as a date
 * (dates.c). False for anything else, which no time compares with. */
bool scan_parse_datetime(const char *text, double *ret);

/* The plan (plan.c) ------------------------------------------------------------ */

enum op { OP_NONE, OP_EQ, OP_IN, OP_GE, OP_LE, OP_GLOB, OP_LIKE };

/* As sqlite3_module.xBestIndex. */
int plan_best_index(sqlite3_vtab *base, sqlite3_index_info *info);

/* Read one term of a plan, such as "time>=?", and step over it. False at the end of the terms. */
bool plan_next_term(const struct tbl_table *table, const char **plan, size_t *c, enum op *op);

/* The text of a term after its column: "=?". Not of OP_NONE. */
const char *plan_op_text(enum op op);

/* Rows in the order of time (ordered.c) ------------------------------------------ */

/* Begin and go on: an SQLite code, of order_next() SQLITE_ROW or SQLITE_DONE. The row's columns and
 * rowid are those of a statement. */
int           order_begin(struct tbl_scan *scan, const char *plan, int argc, sqlite3_value **argv);
int           order_next(struct tbl_scan *scan);
void          order_end(struct tbl_scan *scan); /* accepts one that did not begin */
void          order_column(const struct tbl_scan *scan, sqlite3_context *out, int c);
sqlite3_int64 order_rowid(const struct tbl_scan *scan);

/* The terms (terms.c) ---------------------------------------------------------- */

extern const struct tbl_terms no_terms;

/* Fill the terms and the key of a scan from its plan and the plan's values: an SQLite code, or
 * SQLITE_DONE where no row can satisfy them. */
int scan_bind(struct tbl_scan *scan, const char *plan, int argc, sqlite3_value **argv);

/* The rows of a table with `sources` (sources.c) --------------------------------- */

int  scan_sources_begin(struct tbl_scan *scan);
int  scan_sources_next(struct tbl_scan *scan, void *row);
void scan_sources_end(struct tbl_scan *scan); /* accepts one that did not begin */

/* Methods of sqlite3_module (scan.c) ------------------------------------------- */

int scan_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out);
int scan_close(sqlite3_vtab_cursor *base);
int scan_filter(sqlite3_vtab_cursor *base, int unused, const char *plan, int argc,
                sqlite3_value **argv);
int scan_next(sqlite3_vtab_cursor *base);
int scan_eof(sqlite3_vtab_cursor *base);
int scan_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int c);
int scan_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out);

#endif
