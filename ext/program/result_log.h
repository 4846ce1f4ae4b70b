/* result_log.h -- the lines of a result log, as osquery writes them: one JSON object a line.
 *
 *     event     {"name":…,"hostIdentifier":…,"calendarTime":…,"unixTime":…,"epoch":…,"counter":…,
 *                "numerics":…,"decorations":{…},"columns":{…},"action":"added"}
 *     batch     {"diffResults":{"removed":[…],"added":[…]},"name":…, …}
 *     snapshot  {"snapshot":[…],"action":"snapshot","name":…, …}
 *
 * Rows are JSON objects and are inserted unchanged.
 */
#ifndef SVCQL_RESULT_LOG_H
#define SVCQL_RESULT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

struct log_header {
    const char *name, *host;
    int64_t     time; /* seconds since the epoch */
    int64_t     epoch, counter;
    bool        numerics;
    const char *decorations; /* members of a JSON object without its braces; "" for none */
    bool        top_level;   /* decorations beside the header, not in an object */
};

/* Write the header's members, without braces: "name":"x",… */
void log_put_header(struct buffer *out, const struct log_header *header);

/* Write a whole line, without its newline: of one row that was added or removed. */
void log_put_event(struct buffer *out, const struct log_header *header, const char *row,
                   size_t size, const char *action);

#endif
