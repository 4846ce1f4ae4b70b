/* runner.h -- runs one query in a separate process.
 *
 * A child process forked from the program prepares and steps the query and writes its rows into a
 * pipe. So a time limit is enforced by a kill and a memory limit by the kernel; a crash affects
 * only that query; kept memory of tables starts empty at each run, and the program itself does not
 * grow.
 */
#ifndef SVCQL_RUNNER_H
#define SVCQL_RUNNER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run_request {
    sqlite3    *db; /* with the extension loaded; the child's copy runs the query */
    const char *sql;
    double      last_run; /* value of last_run(), seconds since the epoch; 0: NULL */
    bool        numerics; /* numbers as JSON numbers; else every cell is a text */
    int64_t     timeout;  /* seconds */
    int64_t     memory;   /* MiB that the run may take; 0: no limit */

    /* Run in the child before the query; may be NULL. Returns an SQLite code. */
    int (*before)(sqlite3 *db, void *data);
    void *before_data;

    /* Called with each row, a JSON object with its keys in alphabetical order. Negative: end. */
    int (*row)(void *data, const char *json, size_t size);
    void *data;

    /* Called about once a second while waiting: true ends the run. May be NULL. */
    bool (*waiting)(void *data);
};

enum run_outcome { RUN_OK, RUN_FAILED, RUN_STOPPED, RUN_OVER_TIME, RUN_OVER_MEMORY, RUN_CRASHED };

struct run_result {
    enum run_outcome outcome;
    char             error[512]; /* "" where RUN_OK */
    double           wall, cpu;  /* seconds */
    int64_t          memory;     /* KiB, the most that was resident */
    int64_t          rows;
};

/* 0 with *ret set, for every outcome of the query; a negative errno where it could not be run, or
 * the value of row(). */
int run_query_apart(const struct run_request *request, struct run_result *ret);

/* Make last_run() known to a connection; once, before any run on it. Returns an SQLite code. */
int runner_register(sqlite3 *db);

#endif
