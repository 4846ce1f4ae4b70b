/* json_cell.h -- a text cell as JSON.
 *
 * A column named datetime, or *_datetime, holds SQLite's form in the database, so that it compares
 * with datetime(); as JSON it is ISO 8601 in UTC: 2026-11-24T10:00:00.000000Z.
 */
#ifndef SVCQL_JSON_CELL_H
#define SVCQL_JSON_CELL_H

#include "formats/text/buffer.h"

/* Append a cell of that column as a JSON string. A datetime of either form is written as ISO 8601.
 */
void put_json_text(struct buffer *out, const char *column, const char *text, size_t size);

#endif
