/* merge.h -- results of many hosts in one SQLite file, which needs no svcql to be read.
 *
 *     findings, incidents   as the views of these names, one row for each host and finding or incident
 *     items                 what each host has: its services, or the rows of baseline_now
 *     rare_items            the view of this name over items
 *
 * What a row is follows from its columns, not from the name of its query: one with analytic, severity and
 * subject is a finding, one with incident and timeline an incident, one with kind and item, or with name and
 * start_type, an item. Other rows are counted and left out. The same row again changes nothing. An item that a
 * log says was removed is removed, a finding is kept.
 */
#ifndef SVCQL_MERGE_H
#define SVCQL_MERGE_H

#include <sqlite3.h>
#include <stdint.h>

struct merge_count {
    int64_t findings, incidents, items; /* rows that were read, also such as were there */
    int64_t other;                      /* rows of other queries */
    int64_t damaged;                    /* lines that are not results */
};

/* Make the tables, unless they are there. An SQLite code. */
int merge_prepare(sqlite3 *db);

/* Add a file: a result log of osquery or svcql, rows as NDJSON, what svcql hunt or query writes as JSON (of
 * 32 MiB at most), all of these also compressed (gzip, Zstandard, xz, bzip2, LZ4), or a database with tables of the
 * names above or baseline, baseline_now or services. 0; -EIO where the database failed; -EOPNOTSUPP a database that is
 * compressed; -ESPIPE not a file; -EBADMSG damaged; else the negative errno of reading. */
int merge_file(sqlite3 *db, const char *path, struct merge_count *count);

#endif
