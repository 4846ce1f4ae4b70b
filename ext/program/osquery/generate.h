/* generate.h -- the rows of a table, as osquery wants them.
 *
 * A value is text, whole numbers in decimal, others with 17 digits, bytes as upper-case hexadecimal digits,
 * and a NULL is a key that is not there. Each row has a "rowid", made of its values and of how many rows
 * with the same values came before: osquery tells rows by it, where OR and LIKE scan a table twice.
 */
#ifndef SVCQL_GENERATE_H
#define SVCQL_GENERATE_H

#include "formats/thrift/osquery_message.h"
#include "program/osquery/plugins.h"

/* What one answer may have. osquery holds each row as a map, some ten times of this: its watchdog allows
 * 200 MB. */
#define GENERATE_ROWS_MAX  500000u
#define GENERATE_BYTES_MAX (32u << 20)

/* Write the answer to a call "generate": the rows, or a status that says why there are none. */
void generate_answer(sqlite3 *db, const struct plugin *plugin, const struct osquery_call *call,
                     int64_t uuid, struct buffer *b);

#endif
