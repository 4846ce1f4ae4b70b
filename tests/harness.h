/* harness.h -- what the suites share: a connection with the extension, queries as text, scratch
 * folders, real evidence, and skips that are counted.
 *
 * What fails is reported at the line of the test that called, with the turn: how many times that
 * line had been run by then in this test. */
#ifndef SVCQL_HARNESS_H
#define SVCQL_HARNESS_H

#include <check.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether sanitizers are compiled in, which change memory and what may be loaded. */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* Where a test called the harness, and for which time. */
struct harness_here {
    const char *file;
    int         line, turn;
};

#define HARNESS_HERE                                                                               \
    ((struct harness_here){__FILE__, __LINE__, __extension__({                                     \
                               static int turn;                                                    \
                               turn++;                                                             \
                               turn;                                                               \
                           })})

/* Leave the running test as skipped, which main() counts and prints with the reason. It fails where the
 * reason is none of tests/skips.txt, or does not hold here. */
#define SKIP(...)                                                                                  \
    do {                                                                                           \
        harness_skip(HARNESS_HERE, __func__, __VA_ARGS__);                                         \
        return;                                                                                    \
    } while (0)
void harness_skip(struct harness_here here, const char *test, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An in-memory database with the extension loaded; fails the test where it will not load. */
#define harness_open() harness_open_at(HARNESS_HERE)

/* Fails the test where SQLite reports a leak. */
#define harness_close(db) harness_close_at(HARNESS_HERE, db)

/* Strings that these functions return stay the harness's; a test may free() them or leave them. */

/* Rows joined by '\n', columns by '|', NULL as "NULL". Fails the test on an error. */
#define harness_query(db, ...) harness_query_at(HARNESS_HERE, db, __VA_ARGS__)

/* The first column of the first row as an integer; fails the test where there is none. */
#define harness_int(db, ...) harness_int_at(HARNESS_HERE, db, __VA_ARGS__)

/* The message of the error that the query must end in. */
#define harness_error(db, ...) harness_error_at(HARNESS_HERE, db, __VA_ARGS__)

/* ck_assert_str_eq() on harness_query(). */
#define harness_expect(db, expected, ...) harness_expect_at(HARNESS_HERE, db, expected, __VA_ARGS__)

/* A new folder, removed with all that is in it when the program ends. */
const char *harness_scratch(void);

/* Write a file below a folder, making its parents; it takes the place of a link. */
#define harness_write(dir, ...)             harness_write_at(HARNESS_HERE, dir, __VA_ARGS__)
#define harness_write_text(dir, path, text) harness_write_text_at(HARNESS_HERE, dir, path, text)

/* Make a symbolic link below a folder, and its parents. */
#define harness_link(dir, path, target) harness_link_at(HARNESS_HERE, dir, path, target)

/* As harness_expect() in a connection of its own, with the table on a folder, table('dir'), in place of
 * the word ROOT in the query. */
#define harness_expect_root(dir, table, expected, sql)                                             \
    harness_expect_root_at(HARNESS_HERE, dir, table, expected, sql)

/* What this process and its ended children have used until now: the processor's time, and the most memory
 * at once. */
struct harness_cost {
    double seconds;
    long   kib;
};
struct harness_cost harness_cost(void);

/* Fails the test where more was used since than a hostile source may cost: 5 s, 64 MiB. Sanitizers, which
 * change both, are not held to it. */
#define harness_expect_cost(before, what) harness_expect_cost_at(HARNESS_HERE, before, what)

/* Read a whole file, with a NUL after it. Fails the test where it cannot. */
#define harness_read(path, ret_size) harness_read_at(HARNESS_HERE, path, ret_size)

/* What this process has read so far, in bytes, from files, pipes or the cache; -1 where that is not known. */
long long harness_bytes_read(void);

/* How much SQLite plans for a query, which is run: how often it asks an authorizer, as it does for each statement that
 * is prepared. */
int harness_planned(sqlite3 *db, const char *sql);

/* What the macros call. */
sqlite3 *harness_open_at(struct harness_here here);
void     harness_close_at(struct harness_here here, sqlite3 *db);
char    *harness_query_at(struct harness_here here, sqlite3 *db, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int64_t harness_int_at(struct harness_here here, sqlite3 *db, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
char *harness_error_at(struct harness_here here, sqlite3 *db, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void harness_expect_at(struct harness_here here, sqlite3 *db, const char *expected,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));
void harness_expect_root_at(struct harness_here here, const char *dir, const char *table,
                            const char *expected, const char *sql);
void harness_expect_cost_at(struct harness_here here, const struct harness_cost *before,
                            const char *what);
void harness_link_at(struct harness_here here, const char *dir, const char *path,
                     const char *target);
void harness_write_at(struct harness_here here, const char *dir, const char *path, const void *data,
                      size_t size);
void harness_write_text_at(struct harness_here here, const char *dir, const char *path,
                           const char *text);
char *harness_read_at(struct harness_here here, const char *path, size_t *ret_size);

/* From here on readdir() fails with `error` after `n` entries of each folder; 0: it works again. */
void harness_break_readdir(size_t n, int error);

/* Unless NULL: says before each readdir() whether it fails, with errno set. */
extern bool (*harness_readdir_fails)(void);

/* Unless NULL: called with the inode of each entry that readdir() returned. */
extern void (*harness_readdir_saw)(uint64_t inode);

/* Have the kernel refuse openat2(2) to this process and its children, with an errno; 0, or -1 where
 * it cannot be arranged. harness_openat2() is that errno, 0 where nothing is refused. */
int harness_refuse_openat2(int error);
int harness_openat2(void);

/* The path of the svcql program: $SVCQL_PROGRAM, or the one beside this one. */
const char *harness_program(void);

/* The path of a file in the folder of real evidence ($SVCQL_EVIDENCE), or NULL where the variable
 * is not set or the file is not there. Static memory, good until the next call. */
const char *harness_evidence(const char *path);

/* Call `fn` with each real file below that folder of $SVCQL_EVIDENCE whose name ends in `suffix`;
 * returns how many there were. */
size_t harness_each_evidence(const char *dir, const char                    *suffix,
                             void (*fn)(const char *path, void *data), void *data);

#endif
