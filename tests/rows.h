/* rows.h -- the rows of a query, to compare with those of another time.
 *
 *     struct rows whole, rows;
 *     rows_of(db, "SELECT * FROM users", &whole);
 *     ...
 *     same = rows_are_among(&rows, &whole) && rows.n == whole.n;
 */
#ifndef SVCQL_TEST_ROWS_H
#define SVCQL_TEST_ROWS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct rows {
    char  *text; /* each row ends with a byte that no value has */
    size_t size, n;
};

/* The rows until the query's end or error; free with rows_free(). An SQLite code. Its own calls neither
 * fail nor count (faults.h). */
int  rows_of(sqlite3 *db, const char *sql, struct rows *ret);
void rows_free(struct rows *rows);

/* Whether every row is one of the others; prints the first that is not. */
bool rows_are_among(const struct rows *rows, const struct rows *others);

/* The same rows in the same order. */
bool rows_equal(const struct rows *a, const struct rows *b);

#endif
