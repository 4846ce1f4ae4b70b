#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/arena.h"
#include "store_file.h"

enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    CLEAR_FRESH,
    ADD_FRESH,
    EACH_FRESH,
    EACH_REMOVED,
    EACH_ADDED,
    DELETE_MISSING,
    UPSERT_FRESH,
    DELETE_RESULTS,
    MAKE_QUERY,
    GET_QUERY,
    SET_SPLAY,
    ALLOW_ALL,
    NOTE_ERROR,
    WRITTEN,
    REPORT_RUN,
    PUT_LINE,
    COUNT_DROPPED,
    DROP_OLDEST,
    EACH_LINE,
    DELIVERED,
    COUNT_LINE,
    DROP_LINE,
    WAITING,
    GET_PLACE,
    SET_PLACE,
    N_STATEMENTS
};

/* The newest that must be deleted; NULL where none must. */
#define OVER_BOUND "(SELECT id FROM lines ORDER BY id DESC LIMIT 1 OFFSET ?1)"

#define OF_STREAM "IN (?3, iif(?3 = 2, 0, ?3), iif(?3 = 2, 1, ?3))" /* 2: STREAM_ALL */

static const char *const statements[N_STATEMENTS] = {
    [BEGIN] = "BEGIN",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [CLEAR_FRESH] = "DELETE FROM fresh",
    [ADD_FRESH] =
        "INSERT INTO fresh(row, n) VALUES(?1, 1) ON CONFLICT(row) DO UPDATE SET n = n + 1",
    [EACH_FRESH] = "SELECT row, n FROM fresh ORDER BY id",
    [EACH_REMOVED] = "SELECT r.row, r.n - coalesce(f.n, 0) FROM results AS r "
                     "LEFT JOIN fresh AS f ON f.row = r.row "
                     "WHERE NOT ?2 AND r.query = ?1 AND r.n > coalesce(f.n, 0) ORDER BY r.row",
    [EACH_ADDED] = "SELECT f.row, f.n - coalesce(r.n, 0) FROM fresh AS f LEFT JOIN results AS r "
                   "ON NOT ?2 AND r.query = ?1 AND r.row = f.row "
                   "WHERE f.n > coalesce(r.n, 0) ORDER BY f.id",
    [DELETE_MISSING] =
        "DELETE FROM results WHERE query = ?1 AND row NOT IN (SELECT row FROM fresh)",
    [UPSERT_FRESH] = "INSERT INTO results SELECT ?1, row, n FROM fresh AS f "
                     "WHERE NOT EXISTS (SELECT 1 FROM results AS r "
                     "WHERE r.query = ?1 AND r.row = f.row AND r.n = f.n) "
                     "ON CONFLICT(query, row) DO UPDATE SET n = excluded.n",
    [DELETE_RESULTS] = "DELETE FROM results WHERE query = ?1",
    [MAKE_QUERY] = "INSERT INTO queries(name) VALUES(?1) ON CONFLICT DO NOTHING",
    [GET_QUERY] = "SELECT id, epoch, counter, interval, splayed, last_run, last_uptime, "
                  "last_attempt, denied_until, boot IS ?2, sql IS NULL OR sql = ?3, denials, "
                  "denied_why, tried IS ?3 FROM queries WHERE name = ?1",
    [SET_SPLAY] = "UPDATE queries SET interval = ?2, splayed = ?3 WHERE id = ?1",
    [ALLOW_ALL] = "UPDATE queries SET denied_until = 0, denied_why = NULL, denials = 0 "
                  "WHERE denials > 0 OR denied_until > 0",
    [NOTE_ERROR] = "UPDATE queries SET last_error = ?1, last_error_time = ?2",
    [WRITTEN] = "UPDATE meta SET value = value + 1 WHERE key = 'written'",
    [REPORT_RUN] =
        "UPDATE queries SET last_attempt = ?2, wall = ?3, cpu = ?4, memory = ?5, error = ?6, "
        "denied_until = ?7, denied_why = ?15, denials = ?16, tried = ?10, "
        "last_error = coalesce(?6, last_error), "
        "last_error_time = iif(?6 IS NULL, last_error_time, ?2), runs = runs + 1, failures = "
        "failures + (?6 IS NOT NULL), "
        "last_run = iif(?6 IS NULL, ?2, last_run), "
        "last_uptime = iif(?6 IS NULL, ?8, last_uptime), boot = iif(?6 IS NULL, ?9, boot), "
        "sql = iif(?6 IS NULL OR sql IS NULL, ?10, sql), epoch = iif(?6 IS NULL, ?11, epoch), "
        "counter = iif(?6 IS NULL, ?12, counter), added = added + ?13, removed = removed + ?14 "
        "WHERE id = ?1",
    [PUT_LINE] = "INSERT INTO lines(query, line, stream) VALUES(?1, ?2, ?3)",
    [COUNT_DROPPED] =
        "UPDATE queries SET dropped = dropped + d.n FROM (SELECT query, count(*) AS n "
        "FROM lines WHERE id <= " OVER_BOUND " GROUP BY query) AS d "
        "WHERE d.query = queries.id",
    [DROP_OLDEST] = "DELETE FROM lines WHERE id <= " OVER_BOUND,
    [EACH_LINE] =
        "SELECT id, line FROM lines WHERE id > ?1 AND stream " OF_STREAM " ORDER BY id LIMIT ?2",
    [DELIVERED] = "DELETE FROM lines WHERE id <= ?1 AND stream " OF_STREAM,
    [COUNT_LINE] = "UPDATE queries SET dropped = dropped + 1 "
                   "WHERE id = (SELECT query FROM lines WHERE id = ?1)",
    [DROP_LINE] = "DELETE FROM lines WHERE id = ?1",
    [WAITING] = "SELECT EXISTS(SELECT 1 FROM lines WHERE stream " OF_STREAM ")",
    [GET_PLACE] = "SELECT inode, size FROM places WHERE sink = ?1",
    [SET_PLACE] = "INSERT INTO places VALUES(?1, ?2, ?3) ON CONFLICT(sink) DO UPDATE "
                  "SET inode = excluded.inode, size = excluded.size",
};

struct store {
    struct store_file file;
    sqlite3_stmt     *statements[N_STATEMENTS];
    char              instance[33];
};

const char *store_error(const struct store *store)
{
    return store->file.error;
}

const char *store_instance(const struct store *store)
{
    return store->instance;
}

static int failed(struct store *store)
{
    return store_file_failed(&store->file);
}

/* Steps: a statement is bound by number, stepped, reset ------------------------------------ */

static sqlite3_stmt *bound(struct store *store, enum statement i, int64_t a, int64_t b, int64_t c)
{
    sqlite3_stmt *stmt = store->statements[i];
    const int64_t values[] = {a, b, c};

    for (int p = 1; p <= 3 && p <= sqlite3_bind_parameter_count(stmt); p++)
        sqlite3_bind_int64(stmt, p, values[p - 1]);
    return stmt;
}

/* Step to the end. */
static int done(struct store *store, sqlite3_stmt *stmt)
{
    int rc = sqlite3_step(stmt);
    int r = rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : failed(store);

    sqlite3_reset(stmt);
    return r;
}

static int run(struct store *store, enum statement i, int64_t a, int64_t b, int64_t c)
{
    return done(store, bound(store, i, a, b, c));
}

/* Opening ------------------------------------------------------------------------------------ */

static int read_instance(struct store *store)
{
    sqlite3_stmt *stmt = NULL;
    int           r = 0;

    if (sqlite3_prepare_v2(store->file.db, "SELECT value FROM meta WHERE key = 'instance'", -1,
                           &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        snprintf(store->instance, sizeof store->instance, "%s", sqlite3_column_text(stmt, 0));
    else
        r = failed(store);
    sqlite3_finalize(stmt);
    return r;
}

static int open_database(struct store *store)
{
    static const char fresh[] = "CREATE TEMP TABLE fresh(id INTEGER PRIMARY KEY, "
                                "row TEXT NOT NULL UNIQUE, n INTEGER NOT NULL)";
    int               r = store_file_open(&store->file);

    if (r < 0)
        return r;
    if (sqlite3_exec(store->file.db, fresh, NULL, NULL, NULL) != SQLITE_OK)
        return failed(store);
    for (size_t i = 0; i < N_STATEMENTS; i++)
        if (sqlite3_prepare_v3(store->file.db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statements[i], NULL) != SQLITE_OK)
            return failed(store);
    return read_instance(store);
}

static void close_database(struct store *store)
{
    for (size_t i = 0; i < N_STATEMENTS; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
    store_file_close(&store->file);
}

static void store_free(struct store *store, bool failed_to_open)
{
    close_database(store);
    store_file_unlock(&store->file, failed_to_open);
    free(store);
}

int store_open(const char *path, struct store **ret, char **ret_notice)
{
    struct store *store = calloc(1, sizeof *store);

    *ret_notice = NULL;
    if (!store)
        return -ENOMEM;
    int r = store_file_lock(&store->file, path);
    if (r >= 0)
        r = open_database(store);
    if (r < 0 && store->file.corrupt) {
        close_database(store);
        if (store_file_put_aside(&store->file, ret_notice))
            r = open_database(store);
    }
    if (r < 0) {
        sqlite3_free(*ret_notice);
        *ret_notice = sqlite3_mprintf("%s", store->file.error);
        store_free(store, true);
        return r;
    }
    *ret = store;
    return 0;
}

int store_try(struct store *store)
{
    return run(store, WRITTEN, 0, 0, 0);
}

int store_repair(struct store *store, char **ret_notice)
{
    *ret_notice = NULL;
    store_rollback(store);
    int r = store_try(store);
    if (store->file.db && !store->file.corrupt)
        return r;
    if (store->file.db) {
        close_database(store);
        if (!store_file_put_aside(&store->file, ret_notice))
            return -EIO;
    }
    r = open_database(store);
    if (r < 0)
        close_database(store);
    return r;
}

void store_close(struct store *store)
{
    if (store)
        store_free(store, false);
}

/* One query ------------------------------------------------------------------------------------ */

int store_query(struct store *store, const char *name, const char *sql, const char *boot,
                struct query_state *ret)
{
    sqlite3_stmt *make = store->statements[MAKE_QUERY], *get = store->statements[GET_QUERY];

    sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(get, 2, boot, -1, SQLITE_STATIC);
    sqlite3_bind_text(get, 3, sql, -1, SQLITE_STATIC);
    int rc = sqlite3_step(get);
    if (rc == SQLITE_DONE) {
        sqlite3_reset(get);
        sqlite3_bind_text(make, 1, name, -1, SQLITE_STATIC);
        int r = done(store, make);
        if (r < 0)
            return r;
        rc = sqlite3_step(get);
    }
    int r = rc == SQLITE_ROW ? 0 : failed(store);
    if (rc == SQLITE_ROW)
        *ret = (struct query_state){
            .id = sqlite3_column_int64(get, 0),
            .epoch = sqlite3_column_int64(get, 1),
            .counter = sqlite3_column_int64(get, 2),
            .interval = sqlite3_column_int64(get, 3),
            .splayed = sqlite3_column_int64(get, 4),
            .last_run = sqlite3_column_double(get, 5),
            .last_uptime = sqlite3_column_double(get, 6),
            .last_attempt = sqlite3_column_double(get, 7),
            .denied_until = sqlite3_column_double(get, 8),
            .same_boot = sqlite3_column_int(get, 9) != 0,
            .same_query = sqlite3_column_int(get, 10) != 0,
            .denials = sqlite3_column_int64(get, 11),
            .tried_query = sqlite3_column_int(get, 13) != 0,
        };
    const char *why = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(get, 12) : NULL;
    if (why)
        snprintf(ret->denied_why, sizeof ret->denied_why, "%s", why);
    sqlite3_reset(get);
    sqlite3_clear_bindings(get);
    return r;
}

int store_set_splay(struct store *store, int64_t id, int64_t interval, int64_t splayed)
{
    return run(store, SET_SPLAY, id, interval, splayed);
}

int store_allow_all(struct store *store)
{
    return run(store, ALLOW_ALL, 0, 0, 0);
}

int store_note_error(struct store *store, double time, const char *error)
{
    sqlite3_stmt *stmt = store->statements[NOTE_ERROR];

    sqlite3_bind_text(stmt, 1, error, -1, SQLITE_STATIC);
    sqlite3_bind_double(stmt, 2, time);
    int r = done(store, stmt);
    sqlite3_clear_bindings(stmt);
    return r;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

/* The ids of queries that are not wanted; a query with waiting lines stays until they are
 * delivered.
 */
static int unwanted(struct store *store, const char *const *names, size_t n, struct arena *arena,
                    int64_t **ret, size_t *ret_n)
{
    sqlite3_stmt *stmt = NULL;
    size_t        room = 0;

    if (sqlite3_prepare_v2(store->file.db,
                           "SELECT id, name FROM queries WHERE id NOT IN (SELECT query FROM lines)",
                           -1, &stmt, NULL) != SQLITE_OK)
        return failed(store);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        if (n && bsearch(sqlite3_column_text(stmt, 1), names, n, sizeof *names, by_text))
            continue;
        int64_t *ids = arena_grow(arena, *ret, *ret_n, &room, sizeof **ret);
        if (!ids)
            break;
        ids[(*ret_n)++] = sqlite3_column_int64(stmt, 0);
        *ret = ids;
    }
    sqlite3_finalize(stmt);
    return arena->failed ? -ENOMEM : 0;
}

static int forget(struct store *store, int64_t id)
{
    char *sql = sqlite3_mprintf("DELETE FROM queries WHERE id = %lld", (long long)id);
    int   rc = sql ? sqlite3_exec(store->file.db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;

    sqlite3_free(sql);
    return rc == SQLITE_OK ? run(store, DELETE_RESULTS, id, 0, 0) : failed(store);
}

int store_forget_others(struct store *store, const char *const *names, size_t n)
{
    struct arena arena = {0};
    int64_t     *ids = NULL;
    size_t       n_ids = 0;

    int r = unwanted(store, names, n, &arena, &ids, &n_ids);
    if (r == 0 && n_ids)
        r = run(store, BEGIN, 0, 0, 0);
    for (size_t i = 0; r == 0 && i < n_ids; i++)
        r = forget(store, ids[i]);
    if (n_ids)
        r == 0 ? (void)(r = store_commit(store)) : store_rollback(store);
    arena_free(&arena);
    return r;
}

/* A run ------------------------------------------------------------------------------------------
 */

int store_begin(struct store *store)
{
    return run(store, BEGIN, 0, 0, 0);
}

int store_forget_fresh(struct store *store)
{
    return run(store, CLEAR_FRESH, 0, 0, 0);
}

int store_add(struct store *store, const char *row, size_t size)
{
    sqlite3_stmt *stmt = store->statements[ADD_FRESH];

    sqlite3_bind_text64(stmt, 1, row, size, SQLITE_STATIC, SQLITE_UTF8);
    return done(store, stmt);
}

int store_commit(struct store *store)
{
    int r = run(store, COMMIT, 0, 0, 0);

    if (r < 0)
        store_rollback(store);
    return r;
}

void store_rollback(struct store *store)
{
    if (store->file.db && !sqlite3_get_autocommit(store->file.db)) {
        sqlite3_step(store->statements[ROLLBACK]);
        sqlite3_reset(store->statements[ROLLBACK]);
    }
}

/* Each row as often as the number in its second column. */
static int each(struct store *store, sqlite3_stmt *stmt, store_row_fn fn, void *data)
{
    int rc, r = 0;

    while (r >= 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *row = (const char *)sqlite3_column_text(stmt, 0);
        size_t      size = (size_t)sqlite3_column_bytes(stmt, 0);
        for (int64_t n = sqlite3_column_int64(stmt, 1); r >= 0 && n > 0; n--)
            r = fn(data, row, size);
    }
    if (r >= 0 && rc != SQLITE_DONE)
        r = failed(store);
    sqlite3_reset(stmt);
    return r;
}

int store_each_fresh(struct store *store, store_row_fn fn, void *data)
{
    return each(store, store->statements[EACH_FRESH], fn, data);
}

int store_each_removed(struct store *store, int64_t id, bool all, store_row_fn fn, void *data)
{
    return each(store, bound(store, EACH_REMOVED, id, all, 0), fn, data);
}

int store_each_added(struct store *store, int64_t id, bool all, store_row_fn fn, void *data)
{
    return each(store, bound(store, EACH_ADDED, id, all, 0), fn, data);
}

int store_replace(struct store *store, int64_t id, bool keep)
{
    if (!keep)
        return run(store, DELETE_RESULTS, id, 0, 0);
    int r = run(store, DELETE_MISSING, id, 0, 0);
    return r == 0 ? run(store, UPSERT_FRESH, id, 0, 0) : r;
}

int store_report(struct store *store, int64_t id, const struct run_report *report)
{
    sqlite3_stmt *stmt = store->statements[REPORT_RUN];

    sqlite3_bind_int64(stmt, 1, id);
    sqlite3_bind_double(stmt, 2, report->begin);
    sqlite3_bind_double(stmt, 3, report->wall);
    sqlite3_bind_double(stmt, 4, report->cpu);
    sqlite3_bind_int64(stmt, 5, report->memory);
    sqlite3_bind_text(stmt, 6, report->error, -1, SQLITE_STATIC);
    sqlite3_bind_double(stmt, 7, report->denied_until);
    sqlite3_bind_double(stmt, 8, report->uptime);
    sqlite3_bind_text(stmt, 9, report->boot, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 10, report->sql, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 11, report->epoch);
    sqlite3_bind_int64(stmt, 12, report->counter);
    sqlite3_bind_int64(stmt, 13, report->added);
    sqlite3_bind_int64(stmt, 14, report->removed);
    sqlite3_bind_text(stmt, 15, report->denied_why, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 16, report->denials);
    int r = done(store, stmt);
    sqlite3_clear_bindings(stmt);
    return r;
}

/* Lines that wait
 * ---------------------------------------------------------------------------------- */

int store_put_line(struct store *store, int64_t query, enum store_stream stream, const char *line,
                   size_t size)
{
    sqlite3_stmt *stmt = store->statements[PUT_LINE];

    sqlite3_bind_int64(stmt, 1, query);
    sqlite3_bind_text64(stmt, 2, line, size, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_int64(stmt, 3, (int64_t)stream);
    return done(store, stmt);
}

int store_bound_lines(struct store *store, int64_t most)
{
    int r = run(store, COUNT_DROPPED, most, 0, 0);

    return r == 0 ? run(store, DROP_OLDEST, most, 0, 0) : r;
}

int store_each_line(struct store *store, enum store_stream stream, int64_t after, int64_t most,
                    int (*fn)(void *data, const struct waiting_line *line), void *data)
{
    sqlite3_stmt *stmt = bound(store, EACH_LINE, after, most, stream);
    int           rc, r = 0;

    while (r == 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct waiting_line line = {sqlite3_column_int64(stmt, 0),
                                    (const char *)sqlite3_column_text(stmt, 1),
                                    (size_t)sqlite3_column_bytes(stmt, 1)};
        r = line.text ? fn(data, &line) : -ENOMEM;
    }
    if (r == 0 && rc != SQLITE_DONE)
        r = failed(store);
    sqlite3_reset(stmt);
    return r;
}

int store_delivered(struct store *store, enum store_stream stream, int64_t last_id)
{
    return run(store, DELIVERED, last_id, 0, stream);
}

int store_drop_line(struct store *store, int64_t id)
{
    int r = run(store, COUNT_LINE, id, 0, 0);

    return r == 0 ? run(store, DROP_LINE, id, 0, 0) : r;
}

bool store_waiting(struct store *store, enum store_stream stream)
{
    sqlite3_stmt *stmt = bound(store, WAITING, 0, 0, stream);
    bool          waiting = sqlite3_step(stmt) != SQLITE_ROW || sqlite3_column_int(stmt, 0);

    sqlite3_reset(stmt);
    return waiting;
}

int store_get_place(struct store *store, const char *sink, int64_t *ret_inode, int64_t *ret_size)
{
    sqlite3_stmt *stmt = store->statements[GET_PLACE];

    sqlite3_bind_text(stmt, 1, sink, -1, SQLITE_STATIC);
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        *ret_inode = sqlite3_column_int64(stmt, 0);
        *ret_size = sqlite3_column_int64(stmt, 1);
    }
    int r = rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : failed(store);
    sqlite3_reset(stmt);
    return r;
}

int store_set_place(struct store *store, const char *sink, int64_t inode, int64_t size)
{
    sqlite3_stmt *stmt = store->statements[SET_PLACE];

    sqlite3_bind_text(stmt, 1, sink, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, inode);
    sqlite3_bind_int64(stmt, 3, size);
    return done(store, stmt);
}

char *schedule_json(sqlite3 *state)
{
    static const char sql[] =
        "SELECT json_group_array(json_array(" SCHEDULE_COLUMNS ")) FROM svcql_schedule";
    sqlite3_stmt *stmt = NULL;
    char         *json = NULL;

    if (sqlite3_prepare_v2(state, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        json = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return json;
}

char *store_schedule_json(struct store *store)
{
    return schedule_json(store->file.db);
}

int make_schedule_table(sqlite3 *db, void *json)
{
    static const char sql[] =
        "CREATE TEMP TABLE svcql_schedule(" SCHEDULE_COLUMNS ");"
        "INSERT INTO svcql_schedule SELECT value->>0, value->>1, value->>2, value->>3, value->>4, "
        "value->>5, value->>6, value->>7, value->>8, value->>9, value->>10, value->>11, "
        "value->>12, value->>13, value->>14, value->>15, value->>16, value->>17, value->>18, "
        "value->>19, value->>20, value->>21, value->>22 FROM json_each(%Q)";
    char *filled = sqlite3_mprintf(sql, (const char *)json);
    int   rc = filled ? sqlite3_exec(db, filled, NULL, NULL, NULL) : SQLITE_NOMEM;

    sqlite3_free(filled);
    return rc;
}
