/* table.h -- declare a SQLite virtual table as data.
 *
 * A table is a row struct, a column list that names its fields, and three functions: open() starts
 * a scan, next() fills one row, close() ends it. ext/table supplies all else that sqlite3_module
 * asks for: schema, plan, collation, pushdown, strings, errors, rowids.
 *
 *     struct unit { const char *name; int64_t size; };
 *
 *     static const struct tbl_column columns[] = {
 *         TBL_COL(struct unit, name, TBL_KEY | TBL_ID, "File name of the unit"),
 *         TBL_COL(struct unit, size, 0,                "Size in bytes"),
 *     };
 *
 * Pushdown: what the WHERE clause says of a column that has TBL_KEY, TBL_RANGE or TBL_PREFIX
 * reaches the table as a struct tbl_terms. The table may use it to return fewer rows and never has
 * to: SQLite checks every term again. So a table may return rows that do not fit the terms, but
 * must never leave out one that was.
 *
 * Ownership: strings in a row must live until the next call of next(); tbl_printf() and friends
 * give memory that does. The kit copies what SQLite keeps.
 */
#ifndef SVCQL_TABLE_H
#define SVCQL_TABLE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sqlite3ext.h"

/* The SQL NULL of an int64_t field. That of a string is a NULL pointer, that of a double NAN. */
#define TBL_NULL INT64_MIN

enum tbl_type { TBL_TEXT, TBL_INT, TBL_REAL, TBL_BOOL, TBL_BLOB };

enum tbl_flag {
    TBL_KEY = 1 << 0,    /* uses column = value and column IN (...) */
    TBL_RANGE = 1 << 1,  /* uses <, <=, >, >=, BETWEEN and = on a number */
    TBL_PREFIX = 1 << 2, /* uses the fixed beginning of a GLOB or LIKE pattern */
    TBL_UNIQUE = 1 << 3, /* column = value gives at most one row */
    TBL_NEEDED =
        1 << 4, /* cannot scan without column = value, or a pattern where it has TBL_PREFIX, on
                             one of the columns that have it */
    TBL_HIDDEN = 1 << 5, /* not in SELECT *; an argument: table(value) fills it, in column order */
    TBL_NOCASE = 1 << 6, /* compares COLLATE NOCASE */
    TBL_ANYCASE = 1 << 12, /* with TBL_KEY: the table ignores ASCII case, so that it serves = and IN
                              of COLLATE NOCASE as well as of its own collation */
    TBL_LITERAL = 1 << 8,  /* with TBL_KEY: column = value only where the query writes the value: a
                             join reads the table once rather than once a value */
    TBL_NOT_NULL = 1 << 9, /* every row has a value */
    TBL_ORDER = 1 << 10,   /* of a column `time`: ORDER BY time is answered without reading all, see
                              tbl_table.ends */
    TBL_DATETIME =
        1 << 11, /* the column `time`, which has TBL_RANGE, as tbl_result_datetime() writes
                               it: <, <=, > and >= become a range of time */
    TBL_POINTER =
        1
        << 13, /* with TBL_HIDDEN, of type TEXT: an argument for the extension's own queries, a pointer of the
                              type that the column's name is; SQL gives it no value, nor does the table */
    TBL_ID = 1 << 7, /* part of what tells a row from all others; every table has one. The rowid is
                        made of these; a single INTEGER one is the rowid */
};

/* Bytes of a BLOB column; data NULL is the SQL NULL. */
struct tbl_blob {
    const void *data;
    size_t      size;
};

struct tbl_scan;

/* Compute a column too costly for next(). SQLite asks only for rows that survive the WHERE clause
 * as far as other columns decide it. Set a result on `out`, or nothing for NULL. Returns an SQLite
 * code. */
typedef int tbl_getter(struct tbl_scan *scan, const void *row, sqlite3_context *out);

struct tbl_column {
    const char   *name;
    const char   *doc; /* one sentence, no full stop; states the unit of a number */
    enum tbl_type type;
    unsigned      flags;
    size_t        offset; /* of the field in the row struct; of lazy columns SIZE_MAX */
    tbl_getter   *get;
};

/* A column held in a field of the row struct; its SQL type is the field's. */
#define TBL_COL(row, field, flags, doc)                                                            \
    {                                                                                              \
#field, doc, TBL_TYPEOF(((row *)0)->field), flags, offsetof(row, field), NULL              \
    }

/* The same where the column's name cannot be the field's. */
#define TBL_COL_AS(name, row, field, flags, doc)                                                   \
    {                                                                                              \
        name, doc, TBL_TYPEOF(((row *)0)->field), flags, offsetof(row, field), NULL                \
    }

/* A column computed on demand. May have TBL_HIDDEN, TBL_NOCASE and TBL_DATETIME only. */
#define TBL_LAZY(name, type, flags, doc, get)                                                      \
    {                                                                                              \
        name, doc, type, flags, SIZE_MAX, get                                                      \
    }

#define TBL_TYPEOF(field)                                                                          \
    _Generic((field), const char *                                                                 \
             : TBL_TEXT, int64_t                                                                   \
             : TBL_INT, double                                                                     \
             : TBL_REAL, bool                                                                      \
             : TBL_BOOL, struct tbl_blob                                                           \
             : TBL_BLOB)

#define TBL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct tbl_example {
    const char *title; /* what the query answers */
    const char *sql;   /* run by the tests */
};

struct svcql; /* the connection's state: evidence.h */
struct report;
struct sources_want;

/* How rows come from sources, one file (or root) after another. The kit finds the sources by the
 * table's artefacts and what the query says of its columns `host` and `source` and its hidden
 * columns `file` or `path` and `root`; it opens one after another and reports each. */
struct tbl_source_table {
    unsigned artefacts; /* read, but not probed: what tbl_table.artefacts has not; usually 0 */

    /* Change what the kit is going to ask for. May be NULL. */
    void (*want)(struct tbl_scan *scan, struct sources_want *want);

    /* Open tbl_source(): 0; a negative errno, which is reported; TBL_PASS to pass it over without a
     * report. */
    int (*open_file)(struct tbl_scan *scan);

    /* SQLITE_ROW; SQLITE_OK to be called again; SQLITE_DONE at the end of the file; an error; or a
     * negative errno, which ends the file and is reported. */
    int (*next_record)(struct tbl_scan *scan, void *row);

    /* Complete what is reported of the file, also of one that could not be opened: it has the
     * status, the count of rows and strerror() of an error. With location NULL nothing is reported.
     * Texts may be of the row's memory. May be NULL. */
    void (*report_file)(struct tbl_scan *scan, struct report *report);

    void (*close_file)(struct tbl_scan *scan); /* must accept a half-opened one; may be NULL */
};

#define TBL_PASS 1

/* Where the rows of a scan are in time, in seconds since the epoch: of the earliest and the latest,
 * and some fifty rows away from each. Rows may be outside of it: it only says where to look first. */
struct tbl_ends {
    double first, last, near_first, near_last;
    bool   newest; /* given: near_last is asked for, else near_first; the other need not be found */
};

struct tbl_table {
    const char               *name;
    const char               *doc; /* one sentence */
    const struct tbl_column  *columns;
    size_t                    n_columns;
    const struct tbl_example *examples;
    size_t                    n_examples;
    size_t                    row_size;   /* sizeof the row struct */
    size_t                    state_size; /* sizeof the scan's state, zeroed before open() */
    double                    rows;       /* rough count of a full scan, for the planner */
    unsigned                  artefacts;  /* which enum artefact it reads, as a set of 1u << a */

    /* Of a table that reads fixed paths below a root: those that it reports, with a NULL at the
     * end, and their kind in evidence_sources, for probing. May be NULL. */
    const char *const *places;
    const char        *places_kind;

    const struct tbl_source_table *sources; /* NULL: next() gives the rows */

    int (*open)(struct tbl_scan *scan);            /* NULL: nothing to do */
    int (*next)(struct tbl_scan *scan, void *row); /* SQLITE_ROW, SQLITE_DONE or an error */
    void (*close)(struct tbl_scan *scan);          /* must accept a half-opened scan */

    /* Of a table with a column TBL_ORDER, before open(): find the ends of what the scan's terms leave,
     * by seeks and headers; *ret begins empty, with first > last. SQLITE_OK; SQLITE_DONE where a
     * source cannot be sought by time, so that it is better read once; or an error. */
    int (*ends)(struct tbl_scan *scan, struct tbl_ends *ret);

    /* For evidence_sources: report with svcql_report() every source that a full scan would read,
     * without reading it. NULL: the kit probes the files of `artefacts`. */
    int (*probe)(struct svcql *svcql);

    /* Of a writable table: as sqlite3_module.xUpdate says, argv[0] and argv[1] included. */
    int (*update)(struct svcql *svcql, sqlite3_vtab *vtab, int argc, sqlite3_value **argv,
                  sqlite3_int64 *rowid);
};

int tbl_register(struct svcql *svcql, const struct tbl_table *const *tables, size_t n);

/* What the scan is for ----------------------------------------------------- */

const char   *tbl_name(const struct tbl_scan *scan); /* of the table */
struct svcql *tbl_svcql(const struct tbl_scan *scan);
void         *tbl_state(struct tbl_scan *scan);

/* A row struct whose fields hold the values fixed by column = value (not IN), all others NULL. */
const void *tbl_key(const struct tbl_scan *scan);

/* What the WHERE clause fixes of one column, all of it to be understood as "and". */
struct tbl_terms {
    size_t             n;             /* count of values; 0: not constrained by = or IN */
    const char *const *texts;         /* the values, of a TEXT column */
    const int64_t     *ints;          /* the same of an INTEGER or BOOLEAN column, ascending */
    double             min, max;      /* range, both ends included; -INFINITY, INFINITY if open */
    const char        *prefix;        /* what the text begins with; NULL if not known */
    bool               prefix_nocase; /* compare the prefix ignoring ASCII case */
    const char        *pattern;       /* of a GLOB or LIKE, whole; NULL if not known */
    bool               pattern_glob;  /* it is of a GLOB */
};

/* The terms on the column held in the field at `offset`, valid until close(). Never NULL. Take the
 * pointer in open(), not for every row. */
const struct tbl_terms *tbl_terms(const struct tbl_scan *scan, size_t offset);
#define TBL_TERMS(scan, row, field) tbl_terms(scan, offsetof(row, field))

/* Whether a value can satisfy the terms (=, IN, prefix; for numbers the range too). A NULL text
 * satisfies only a column without terms; one that is not UTF-8 satisfies all, as the row may show it
 * by tbl_utf8(). */
bool tbl_match_text(const struct tbl_terms *terms, const char *text, bool nocase);
bool tbl_match_int(const struct tbl_terms *terms, int64_t value);
bool tbl_match_real(const struct tbl_terms *terms, double value);

/* Whether the query reads the column held at `offset`. True when in doubt. */
bool tbl_uses(const struct tbl_scan *scan, size_t offset);
#define TBL_USES(scan, row, field) tbl_uses(scan, offsetof(row, field))

/* Whether the query reads the column of this name, lazy ones included. */
bool tbl_uses_name(const struct tbl_scan *scan, const char *name);

/* Memory that lives until the next row -------------------------------------- */

/* NULL when out of memory; the scan then ends with SQLITE_NOMEM, whatever the table makes of it. */

void *tbl_alloc(struct tbl_scan *scan, size_t size); /* aligned */
char *tbl_strndup(struct tbl_scan *scan, const char *text, size_t size);
char *tbl_printf(struct tbl_scan *scan, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A copy of bytes as text: what is not UTF-8, and any NUL, becomes U+FFFD. */
char *tbl_utf8(struct tbl_scan *scan, const char *text, size_t size);

/* Set a result to a time in the form of SQLite's own datetime(), with microseconds: UTC,
 * 2026-11-24 10:00:00.000000, so that the two compare as text. NULL for NAN and for years outside 0
 * to 9999. What a lazy column `datetime` calls, and the SQL function utc_datetime(). Returns
 * SQLITE_OK. */
int tbl_result_datetime(sqlite3_context *out, double time);

/* Sources (evidence.h) --------------------------------------------------------- */

struct root;
struct source;
struct sources;

/* The source that a table with `sources` is at. */
const struct source *tbl_source(const struct tbl_scan *scan);

/* As sources_begin() and sources_next(), for a scan: SQLITE_OK; SQLITE_ROW or SQLITE_DONE; or the
 * error that the query fails with. A pattern that no file fits, and a folder without a file of a
 * kind that is wanted, are errors. */
int tbl_sources_begin(struct tbl_scan *scan, struct sources *sources,
                      const struct sources_want *want);
int tbl_sources_next(struct tbl_scan *scan, struct sources *sources, struct source *ret);

/* Call `each` for every source of a table with `sources` that the query leaves, until it returns
 * something else than SQLITE_OK, which is then returned. For tbl_table.ends. */
typedef int tbl_source_fn(const struct source *source, void *arg);
int         tbl_each_source(struct tbl_scan *scan, tbl_source_fn *each, void *arg);

/* root_shown() in memory of the row; NULL when out of memory. */
char *tbl_shown(struct tbl_scan *scan, const struct root *root, const char *path);

/* Errors --------------------------------------------------------------------- */

/* Fail the query with a message, which should begin with the table's name. Returns the code to
 * return. */
int tbl_fail(struct tbl_scan *scan, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* SQLITE_NOMEM for -ENOMEM; else fails the query with "table: what: why". */
int tbl_error(struct tbl_scan *scan, int negative_errno, const char *what);

#endif
