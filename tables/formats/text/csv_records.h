/* csv_records.h -- the records of a stream of comma-separated values (RFC 4180), one at a time.
 *
 *     struct csv_records csv = {0};
 *     for each block of the file
 *         while (csv_records_feed(&csv, &data, &size) > 0)
 *             ... csv_field(&csv, i), i < csv.n ...
 *     if (csv_records_end(&csv) > 0) ...
 *     csv_records_free(&csv);
 *
 * Semicolons and tabs separate too: what the first record has most of. A field in quotes may hold
 * separators and line ends. A file that begins with "#TYPE", as PowerShell writes, has that line left
 * out. A record that is too long or has too many fields is counted and left out; one that holds a NUL, which no text
 * does, is counted and given.
 */
#ifndef SVCQL_CSV_RECORDS_H
#define SVCQL_CSV_RECORDS_H

#include "buffer.h"

#define CSV_FIELDS_MAX 512
#define CSV_RECORD_MAX (1u << 20) /* bytes */

struct csv_records {
    size_t   n;  /* fields of the record just completed, until the next call */
    uint64_t at; /* where in the stream it began, in bytes */
    uint64_t bad;

    struct buffer text; /* the fields, a NUL after each */
    uint32_t      begins[CSV_FIELDS_MAX];
    uint64_t      read;
    char          separator; /* 0: before the end of the first line */
    bool          open, quoted, quote, complete, too_long, hash, hole;
};

/* Take bytes from *data, up to the end of a record: 1 when one is complete, 0 when all are taken,
 * -ENOMEM. Empty lines are no records. */
int csv_records_feed(struct csv_records *csv, const char **data, size_t *size);

/* The stream has ended: 1 if that completes a record. One that ends inside quotes is counted as bad. */
int csv_records_end(struct csv_records *csv);

const char *csv_field(const struct csv_records *csv, size_t i);
void        csv_records_free(struct csv_records *csv);

#endif
