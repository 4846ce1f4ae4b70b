/* harness.h -- what the suites share: a connection with the extension, queries as text, scratch
 * folders, real evidence, and skips that are counted. */
#ifndef SVCQL_HARNESS_H
#define SVCQL_HARNESS_H

#include <check.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Leave the running test as skipped, which main() counts and prints with the reason. */
#define SKIP(...)                                                                                  \
    do {                                                                                           \
        harness_skip(__func__, __VA_ARGS__);                                                       \
        return;                                                                                    \
    } while (0)
void harness_skip(const char *test, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An in-memory database with the extension loaded; fails the test where it will not load. */
sqlite3 *harness_open(void);
void     harness_close(sqlite3 *db); /* fails the test where SQLite reports a leak */

/* Strings that these functions return stay the harness's; a test may free() them or leave them. */

/* Rows joined by '\n', columns by '|', NULL as "NULL". Fails the test on an error. */
char *harness_query(sqlite3 *db, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The first column of the first row as an integer; fails the test where there is none. */
int64_t harness_int(sqlite3 *db, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The message of the error that the query must end in. */
char *harness_error(sqlite3 *db, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ck_assert_str_eq() on harness_query(). */
void harness_expect(sqlite3 *db, const char *expected, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A new folder, removed with all that is in it when the program ends. */
const char *harness_scratch(void);

/* Write a file below a folder, making its parents. */
void harness_write(const char *dir, const char *path, const void *data, size_t size);
void harness_write_text(const char *dir, const char *path, const char *text);

/* Read a whole file, with a NUL behind it. Fails the test where it cannot. */
char *harness_read(const char *path, size_t *ret_size);

/* The path of a file in the folder of real evidence ($SVCQL_EVIDENCE), or NULL where the variable
 * is not set or the file is not there. Static memory, good until the next call. */
const char *harness_evidence(const char *path);

/* Call `fn` with each real file below that folder of $SVCQL_EVIDENCE whose name ends in `suffix`;
 * returns how many there were. */
size_t harness_each_evidence(const char *dir, const char                    *suffix,
                             void (*fn)(const char *path, void *data), void *data);

#endif
