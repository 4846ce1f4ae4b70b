/* journal_scan.h -- the entries that a query of the table journal wants, file after file.
 *
 * Finds the journal files of all sources, opens one at a time, chooses the lists with the fewest
 * entries, and reads them. Reports each file after it was read.
 */
#ifndef SVCQL_JOURNAL_SCAN_H
#define SVCQL_JOURNAL_SCAN_H

#include "evidence.h"
#include "formats/journal/journal_order.h"
#include "journal_pick.h"
#include "table.h"

/* The query's terms on a field. */
struct journal_want {
    const char             *field;
    bool                    number; /* its values are decimal numbers, terms->ints */
    const struct tbl_terms *terms;
};

struct journal_files {
    char **paths; /* within the source's root */
    size_t n, next;
    size_t lost;  /* files beyond the limit of a directory */
    int    error; /* negative errno that ended a directory before its end; 0: none */
};

/* Zeroed, except for the members that the caller sets before journal_scan_begin(). */
struct journal_scan {
    const struct journal_want *wants; /* the caller's; those without terms are skipped */
    size_t                     n_wants;
    const struct tbl_terms    *host;     /* the caller's: on the host of a row */
    uint64_t                   from, to; /* the caller's: microseconds, both included */
    bool
        ends; /* the caller's: of a file in order only the first and last entry of each boot are wanted */

    struct sources       sources;
    struct source        source;
    struct journal_files files;

    struct journal_input input;
    uint64_t             number;                   /* of the file, from 1 */
    char                 shown[2 * ROOT_PATH_MAX]; /* for the column source */
    bool                 named;                    /* the query names its files */
    bool copied; /* such a file, outside the places where a host keeps its journal */
    bool others; /* its entries are of the hosts that they name */

    struct journal_span span;        /* where the query asks for a time */
    bool                passed_over; /* none of its entries is of that time */
    uint64_t           *values; /* data objects whose entries are read, sorted; NULL: all are */
    size_t              n_values, value;
    uint64_t           *picked; /* the entries that are read alone; NULL: by lists */
    size_t              n_picked, next_picked;
    struct journal_list list;
    bool                carving; /* the list is broken: entries are found by their form */
    bool                over;    /* the file is beyond the budget of a source */
    uint64_t            last;    /* entry read last */
    uint64_t            end;     /* where it ends */
    uint64_t            carved;
    int                 error; /* negative errno that ended an export */
    int64_t             records, lost;
    int64_t             partial;    /* the caller's count of entries with an unreadable field */
    uint64_t            turned;     /* offset up to which pages were released */
    unsigned            since_turn; /* entries */
};

/* 0 or a negative errno of finding the sources. */
int journal_scan_begin(struct tbl_scan *scan, struct journal_scan *s,
                       const struct sources_want *want);

/* The next entry: SQLITE_ROW, SQLITE_DONE or an error. It may be one that was not wanted. */
int journal_scan_next(struct tbl_scan *scan, struct journal_scan *s, struct journal_entry *ret);

void journal_scan_end(struct journal_scan *s); /* accepts a zeroed one */

/* A decimal number, nothing else; false leaves *ret alone. */
bool journal_number(const char *text, size_t size, int64_t *ret);

#endif
