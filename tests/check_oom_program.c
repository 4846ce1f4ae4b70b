/* check_oom_program.c -- memory that fails in what the program does beside queries: it merges results, decorates
 * and delivers the lines of the schedule, and reads what osquery says of its query.
 *
 * Each call for memory fails, one after another, later ones fewer and fewer. What is done then fails, or has the
 * same result; done again, it has the same result in any case.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"
#include "harness.h"
#include "make_packed.h"
#include "program/decorations.h"
#include "program/merge.h"
#include "program/osquery/context.h"
#include "program/sink.h"
#include "rows.h"

#define TRIES_MAX 100000 /* calls of one attempt: more is a loop */

static const char *dir;

static const char *path_of(const char *name)
{
    static char path[4300];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

/* Call `attempt` with the number of the call that fails, until there are not so many. It arms the faults and says
 * whether one has failed. */
static void try_each(bool (*attempt)(void *data, long n), void *data)
{
    long n = 0;

    while (attempt(data, n)) {
        n += 1 + n / 100;
        ck_assert_int_lt(n, TRIES_MAX);
    }
    ck_assert_int_gt(n, SANITIZED ? 0 : 10);
}

/* Merging -------------------------------------------------------------------------------------- */

#define FINDING(subject)                                                                           \
    "{\"host\":\"a\",\"analytic\":\"x\",\"severity\":\"high\",\"subject\":\"" subject              \
    "\",\"datetime\":\"2026-11-24 10:00:00\"}"
#define ITEM     "{\"host\":\"a\",\"kind\":\"service\",\"item\":\"ssh\",\"detail\":\"/usr/sbin/sshd\"}"
#define INCIDENT "{\"host\":\"b\",\"incident\":\"i\",\"timeline\":\"t\",\"steps\":\"3\"}"

#define MERGED                                                                                     \
    "SELECT * FROM findings ORDER BY subject; SELECT * FROM incidents; SELECT * FROM items"

struct merge_try {
    const char *path;
    struct rows whole;
};

static sqlite3 *merge_target(void)
{
    sqlite3 *db;

    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    ck_assert_int_eq(merge_prepare(db), SQLITE_OK);
    return db;
}

static void expect_merged(sqlite3 *db, const struct rows *whole, long n)
{
    struct rows rows;

    ck_assert_int_eq(rows_of(db, MERGED, &rows), SQLITE_OK);
    ck_assert_msg(rows_equal(&rows, whole), "call %ld for memory: other rows: %s", n, rows.text);
    rows_free(&rows);
}

static bool try_merge(void *data, long n)
{
    struct merge_try  *merging = data;
    struct merge_count count = {0};
    sqlite3           *db = merge_target();

    faults_arm(FAULT_MEMORY, n);
    int  error = merge_file(db, merging->path, &count);
    bool fired = faults_disarm();
    if (error == 0)
        expect_merged(db, &merging->whole, n);
    else
        ck_assert_msg(error == -ENOMEM || error == -EIO, "call %ld for memory: %s", n,
                      strerror(-error)); /* -EIO: `db` says more */
    ck_assert_int_eq(merge_file(db, merging->path, &count), 0);
    expect_merged(db, &merging->whole, n);
    ck_assert_int_eq((int)count.damaged, 0);
    sqlite3_close(db);
    return fired;
}

static void make_database(void)
{
    sqlite3 *db;

    ck_assert_int_eq(sqlite3_open(path_of("results.db"), &db), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(db,
                     "CREATE TABLE findings(host, analytic, severity, subject, datetime);"
                     "INSERT INTO findings VALUES('a', 'x', 'high', '/a', '2026-11-24 10:00:00');"
                     "CREATE TABLE services(host, name, start_type, path);"
                     "INSERT INTO services VALUES('a', 'ssh', 'auto', '/usr/sbin/sshd')",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
}

static const char *const results[] = {"results.log", "results.json", "results.db", "results.log.gz",
                                      "results.log.zst"};

START_TEST(merging_has_all_rows_or_fails)
{
    static const char log[] = FINDING("/a") "\n{\"hostIdentifier\":\"a\",\"columns\":" ITEM
                                            ",\"action\":\"added\"}\n{\"hostIdentifier\":\"b\","
                                            "\"snapshot\":[" INCIDENT "]}\n";
    static const int   methods[] = {0, 2}; /* gzip, Zstandard */
    struct merge_try   merging;
    struct merge_count count = {0};

    dir = harness_scratch();
    faults_use_sqlite();
    harness_write_text(dir, "results.log", log);
    harness_write_text(dir, "results.json",
                       "{\n\"findings\":[" FINDING("/a") ",\n" FINDING("/b") "],\n\"items\":[" ITEM
                                                                             "]\n}\n");
    make_database();
    for (size_t i = 0; i < 2; i++) {
        char   name[40];
        size_t size;
        void  *packed = make_packed(methods[i], log, sizeof log - 1, &size);
        snprintf(name, sizeof name, "results.log%s", packed_suffix[methods[i]]);
        harness_write(dir, name, packed, size);
        free(packed);
    }
    merging.path = path_of(results[_i]);
    sqlite3 *db = merge_target();
    ck_assert_int_eq(merge_file(db, merging.path, &count), 0);
    ck_assert_int_eq((int)(count.findings + count.incidents + count.items), _i == 2 ? 2 : 3);
    ck_assert_int_eq(rows_of(db, MERGED, &merging.whole), SQLITE_OK);
    sqlite3_close(db);
    try_each(try_merge, &merging);
    rows_free(&merging.whole);
}
END_TEST

/* Decorations ------------------------------------------------------------------------------------ */

/* Stands for the process that runs a decorator: its row. */
static bool decorate(void *data, const char *sql, char **ret_row)
{
    (void)data;
    faults_pause(true);
    *ret_row = strdup(sql);
    faults_pause(false);
    return true;
}

static bool try_decorations(void *data, long n)
{
    static struct decorator decorators[] = {
        {.when = DECORATE_LOAD, .sql = "{\"uuid\":\"1\",\"host\":\"a\"}"},
        {.when = DECORATE_ALWAYS, .sql = "{\"user\":\"ann\"}"},
        {.when = DECORATE_INTERVAL, .sql = "{\"up\":\"7\"}", .interval = 60}};
    static const char all[] = "\"host\":\"a\",\"up\":\"7\",\"user\":\"ann\",\"uuid\":\"1\"";
    const struct configuration configuration = {.decorators = decorators, .n_decorators = 3};
    struct decorations         decorations;

    (void)data;
    faults_arm(FAULT_MEMORY, n);
    int r = decorations_begin(&decorations, 3);
    if (r == 0)
        r = decorations_refresh(&decorations, &configuration, 1, decorate, NULL);
    bool fired = faults_disarm();
    if (r < 0)
        ck_assert_int_eq(r, -ENOMEM);
    else
        ck_assert_str_eq(decorations.text, all);
    if (r < 0 && !decorations.rows)
        return fired; /* it has not begun */
    ck_assert_int_eq(decorations_refresh(&decorations, &configuration, 2, decorate, NULL), 0);
    ck_assert_str_eq(decorations.text, all);
    decorations_end(&decorations);
    return fired;
}

START_TEST(decorations_are_whole_or_fail)
{
    try_each(try_decorations, NULL);
}
END_TEST

/* Sinks -------------------------------------------------------------------------------------------- */

#define LINES 5

static bool try_delivery(void *data, long n)
{
    struct sink_settings settings = {.target = path_of("log"), .stream = STREAM_ALL};
    struct store        *store;
    struct query_state   query;
    struct sink          sink;
    char                *notice = NULL, line[20];
    int64_t              undeliverable;

    (void)data;
    unlink(path_of("log"));
    ck_assert_int_eq(store_open(NULL, &store, &notice), 0);
    ck_assert_int_eq(store_query(store, "q", "SELECT 1", "boot", &query), 0);
    for (int i = 0; i < LINES; i++) {
        int size = snprintf(line, sizeof line, "line %d", i);
        ck_assert_int_eq(store_put_line(store, query.id, STREAM_RESULTS, line, (size_t)size), 0);
    }
    faults_arm(FAULT_MEMORY, n);
    int  opened = sink_open(&settings, store, &sink);
    int  r = opened < 0 ? opened : sink_deliver(&sink, &undeliverable);
    bool fired = faults_disarm();
    if (opened < 0)
        ck_assert_int_eq(sink_open(&settings, store, &sink), 0);
    if (r < 0) {
        store_repair(store, &notice);
        sqlite3_free(notice);
        r = sink_deliver(&sink, &undeliverable);
    }
    ck_assert_int_eq(r, 0);
    ck_assert(!store_waiting(store, STREAM_ALL));
    sink_close(&sink);
    store_close(store);
    char *text = harness_read(path_of("log"), NULL);
    ck_assert_msg(strcmp(text, "line 0\nline 1\nline 2\nline 3\nline 4\n") == 0,
                  "call %ld for memory: %s", n, text);
    free(text);
    return fired;
}

START_TEST(lines_are_delivered_once)
{
    dir = harness_scratch();
    faults_use_sqlite();
    try_each(try_delivery, NULL);
}
END_TEST

/* osquery's context -------------------------------------------------------------------------------- */

struct context_try {
    sqlite3             *db;
    const struct plugin *plugin;
};

static bool try_context(void *data, long n)
{
    static const char context[] =
        "{\"colsUsed\":[\"path\",\"name\"],\"constraints\":[{\"name\":\"name\",\"list\":["
        "{\"op\":2,\"expr\":\"a\"},{\"op\":2,\"expr\":\"b\"}]},{\"name\":\"path\",\"list\":["
        "{\"op\":65,\"expr\":\"/etc/%\"}]}]}";
    struct context_try      *asked = data;
    struct context_statement statement;

    faults_arm(FAULT_MEMORY, n);
    int  rc = context_prepare(asked->db, asked->plugin, context, &statement);
    bool fired = faults_disarm();
    if (rc == SQLITE_OK) {
        char *sql = sqlite3_expanded_sql(statement.stmt);
        ck_assert_str_eq(sql, "SELECT \"path\", \"name\" FROM \"unit_files\" WHERE \"name\" IN "
                              "('a', 'b') AND \"path\" LIKE '/etc/%'");
        ck_assert_uint_eq(statement.n_columns, 2);
        sqlite3_free(sql);
    } else {
        ck_assert_int_eq(rc, SQLITE_NOMEM);
    }
    context_end(&statement);
    return fired;
}

START_TEST(a_context_has_all_terms_or_fails)
{
    struct plugins plugins;

    faults_use_sqlite();
    sqlite3 *db = harness_open();
    ck_assert_int_eq(plugins_load(db, &plugins), SQLITE_OK);
    struct context_try asked = {db, plugins_find(&plugins, "svcql_unit_files")};
    ck_assert_ptr_nonnull(asked.plugin);
    try_each(try_context, &asked);
    plugins_free(&plugins);
    harness_close(db);
}
END_TEST

Suite *make_oom_program_suite(void)
{
    Suite *suite = suite_create("oom_program");
    TCase *tcase = tcase_create("n-th call");

    tcase_set_timeout(tcase, 300);
    tcase_add_loop_test(tcase, merging_has_all_rows_or_fails, 0,
                        sizeof results / sizeof results[0]);
    tcase_add_test(tcase, decorations_are_whole_or_fail);
    tcase_add_test(tcase, lines_are_delivered_once);
    tcase_add_test(tcase, a_context_has_all_terms_or_fails);
    suite_add_tcase(suite, tcase);
    return suite;
}
