/* list_rows.h -- fills a list from its text: rows of literals, "('a', 1, NULL), ('it''s', 2.5, NULL);".
 *
 * SQLite compiles INSERT with many rows into a program that holds each of them, which took half of the time
 * that loading takes. Here one statement with parameters is run for each row.
 */
#ifndef SVCQL_LIST_ROWS_H
#define SVCQL_LIST_ROWS_H

struct sqlite3;

/* Insert the rows of `text`, which begins after VALUES and ends at the semicolon; between them are blanks,
 * commas and comments. SQLITE_MISMATCH where a row has another form. */
int list_rows_insert(struct sqlite3 *db, const char *name, const char *text);

#endif
