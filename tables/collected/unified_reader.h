/* unified_reader.h -- the entries of a file of macOS' unified log, one at a time, in any of its forms.
 *
 *     struct unified_reader *reader;
 *     unified_open(stream, zone, range, &reader);
 *     while ((r = unified_next(reader)) > 0)
 *         ... reader->entry, reader->time, reader->at ...
 *     unified_close(reader);
 */
#ifndef SVCQL_UNIFIED_READER_H
#define SVCQL_UNIFIED_READER_H

#include "formats/log/stream.h"
#include "formats/log/time_zone.h"
#include "formats/log/unified_text.h"
#include "formats/text/csv_records.h"
#include "formats/text/json_objects.h"
#include "linux/logs/log_seek.h"

struct unified_range {
    double min, max; /* only entries from `min` to `max` are needed */
};

struct unified_reader {
    struct unified_entry entry;
    double               time; /* of the entry, seconds since the epoch, UTC */
    uint64_t             at;   /* where it begins, in bytes of the expanded text */

    /* The reader's own. */
    struct stream          *stream;
    const struct time_zone *zone; /* borrowed */
    struct unified_range    range;
    enum unified_form       form;
    struct log_stretch      stretch;
    struct buffer           lines; /* of the entry that is being gathered */
    bool                    gathering, ended, begun;
    uint64_t                bad; /* see unified_bad() */
    uint64_t                lines_at, base;
    const char             *block;
    size_t                  n_block;
    struct json_objects     objects;
    struct csv_records      rows;
    struct buffer           header; /* names of the columns of CSV, a NUL after each */
    const char             *names[CSV_FIELDS_MAX];
    size_t                  n_names;
};

/* Takes the stream, on failure too. Of a file that is not compressed what is before the range is not read.
 * -EINVAL where it is of no form; -ENOMEM; as stream.h. */
int unified_open(struct stream *stream, const struct time_zone *zone, struct unified_range range,
                 struct unified_reader **ret);
int unified_next(struct unified_reader *reader); /* 1, 0 at the end, or a negative errno */

/* Entries, lines and objects so far that could not be read, or not whole. */
uint64_t unified_bad(const struct unified_reader *reader);

void unified_close(struct unified_reader *reader); /* accepts NULL */

/* Widen the ends of a scan by those of a file, as log_ends(). */
bool unified_ends(int fd, const struct time_zone *zone, struct tbl_ends *ret);

#endif
