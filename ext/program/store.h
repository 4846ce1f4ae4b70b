/* store.h -- the schedule's state in one SQLite file: the last results of each query, its epoch and
 * counter, and the lines that wait to be delivered.
 *
 * A run is one transaction: new rows, the counter, and their lines are stored together or not at
 * all. It can be read at any time:
 *
 *     svcql schedule --status --state /var/lib/svcql/state.db
 *     sqlite3 /var/lib/svcql/state.db 'SELECT name, last_run, waiting, dropped FROM svcql_schedule'
 *
 * One program at a time may have a state open; FILE.lock ensures it. Functions return 0 or a
 * positive count, or an SQLite error as -EIO (-ENOSPC, -ENOMEM) after writing store_error(); the
 * caller then calls store_repair() to learn whether the state or only this step failed.
 */
#ifndef SVCQL_STORE_H
#define SVCQL_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_VERSION 3 /* of the file's layout: PRAGMA user_version */

struct store;

/* Open or make a state; NULL: one in memory, for a run that keeps nothing. -EBUSY where another
 * program has it, -EPROTO where its layout is newer. A corrupt state is renamed to
 * FILE.corrupt-TIME and a new one is begun; one that was never a state is an error. On failure,
 * and where a corrupt one was put aside, *ret_notice is a message for people, to be freed with
 * sqlite3_free(). */
int         store_open(const char *path, struct store **ret, char **ret_notice);
void        store_close(struct store *store); /* accepts NULL */
const char *store_error(const struct store *store);

/* Write a little, to test whether the state can be written. */
int store_try(struct store *store);

/* End a transaction that failed and write a little. 0 where it can be written; a corrupt state is
 * put aside first, as by store_open(). Negative errno where it cannot be written. */
int store_repair(struct store *store, char **ret_notice);

/* A random name of this state, made once. */
const char *store_instance(const struct store *store);

/* One query ------------------------------------------------------------------------- */

struct query_state {
    int64_t id;
    int64_t epoch, counter;        /* counter is -1 before the first run */
    int64_t interval, splayed;     /* seconds; splayed belongs to that interval */
    double  last_run;              /* begin of the last success, seconds since the epoch; 0 */
    double  last_uptime;           /* the same on CLOCK_BOOTTIME */
    double  last_attempt;          /* begin of the last run */
    double  denied_until;          /* seconds since the epoch; 0 */
    int64_t denials;               /* in a row */
    char    denied_why[256];       /* "" where it is not denied */
    bool    same_boot, same_query; /* as at the last success */
    bool    tried_query;           /* as at the last run, with any outcome */
};

/* Find or make a query by name. `boot` names the running boot. */
int store_query(struct store *store, const char *name, const char *sql, const char *boot,
                struct query_state *ret);

int store_set_splay(struct store *store, int64_t id, int64_t interval, int64_t splayed);

/* Lift every denial: the configuration was read again. */
int store_allow_all(struct store *store);

/* Note an error of the state itself with every query, after the state can be written again. */
int store_note_error(struct store *store, double time, const char *error);

/* Delete the stored data of queries whose name is not among these sorted names. */
int store_forget_others(struct store *store, const char *const *names, size_t n);

/* A run ------------------------------------------------------------------------------- */

struct run_report {
    double      begin, uptime; /* as in query_state */
    const char *boot, *sql;
    double      wall, cpu; /* seconds */
    int64_t     memory;    /* KiB, the most that was resident */
    int64_t     epoch, counter;
    int64_t     added, removed;
    const char *error; /* NULL: success */
    double      denied_until;
    const char *denied_why; /* NULL: not denied */
    int64_t     denials;
};

int  store_begin(struct store *store);
int  store_forget_fresh(struct store *store);
int  store_add(struct store *store, const char *row, size_t size); /* one fresh row */
int  store_commit(struct store *store);
void store_rollback(struct store *store);

typedef int (*store_row_fn)(void *data, const char *row, size_t size);

/* Call `fn` with each fresh row; with each row that is missing or new by the last results, as often
 * as it differs. With all = true the last results count as none. A negative return ends it. */
int store_each_fresh(struct store *store, store_row_fn fn, void *data);
int store_each_removed(struct store *store, int64_t id, bool all, store_row_fn fn, void *data);
int store_each_added(struct store *store, int64_t id, bool all, store_row_fn fn, void *data);

/* Make the fresh rows the last results; with keep = false there are none. */
int store_replace(struct store *store, int64_t id, bool keep);
int store_report(struct store *store, int64_t id, const struct run_report *report);

/* Lines that wait ----------------------------------------------------------------------- */

/* Lines go to one of two streams, so that snapshots can have a file of their own. */
enum store_stream { STREAM_RESULTS, STREAM_SNAPSHOTS, STREAM_ALL };

/* Add a line; where more than `most` wait, the oldest are dropped and counted by their query. */
int store_put_line(struct store *store, int64_t query, enum store_stream stream, const char *line,
                   size_t size);
int store_bound_lines(struct store *store, int64_t most);

struct waiting_line {
    int64_t     id;
    const char *text;
    size_t      size;
};

/* Call `fn` with the oldest lines of a stream while it returns 0. */
int store_each_line(struct store *store, enum store_stream stream, int64_t after, int64_t most,
                    int (*fn)(void *data, const struct waiting_line *line), void *data);

/* That line of the stream and all before it are delivered. */
int store_delivered(struct store *store, enum store_stream stream, int64_t last_id);
int store_drop_line(struct store *store, int64_t id); /* that can never be delivered */

/* Whether any line waits; true where the state cannot be read, which delivering finds out. */
bool store_waiting(struct store *store, enum store_stream stream);

/* Position of a log file when it held all lines before the waiting ones: inode and size. */
int store_get_place(struct store *store, const char *sink, int64_t *ret_inode, int64_t *ret_size);
int store_set_place(struct store *store, const char *sink, int64_t inode, int64_t size);

/* The columns of svcql_schedule, in order. */
#define SCHEDULE_COLUMNS                                                                           \
    "name, interval, epoch, counter, last_run, last_attempt, next_run, denied_until, denied_why, " \
    "denials, runs, failures, added, removed, waiting, dropped, wall, cpu, memory, error, "        \
    "last_error, last_error_time, query"

/* The view svcql_schedule of a state as JSON, an array of rows, each an array of its columns; to be
 * freed with sqlite3_free(). NULL where it cannot be read; the database has the error. */
char *schedule_json(sqlite3 *state);
char *store_schedule_json(struct store *store);

/* Make a table svcql_schedule of such a JSON; an SQLite code. */
int make_schedule_table(sqlite3 *db, void *json);

#endif
