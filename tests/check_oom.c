/* check_oom.c -- every table, view and function where the n-th call for memory fails, SQLite's own and those
 * of the C library in one count.
 *
 * A query then fails, or gives the same rows; it never gives others, nor NULL in place of a value. The same
 * query, asked again of the same connection, gives all rows: nothing half made has stayed. What is asked
 * comes from svcql_tables, so a new table, view or function is tried without being named here.
 *
 * SVCQL_OOM is how many calls of each query fail, one after another (3), or `all`: the first and the last
 * from each chain of callers. SVCQL_SEED chooses them; a failure prints it. SVCQL_OOM_NAME tries one name
 * alone. Of a function's calls each fails.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "harness.h"
#include "make_platforms.h"
#include "questions.h"
#include "rows.h"
#include "svcql.h"

static struct questions relations, functions;
static const char      *evidence, *rules;
static uint64_t         seed, state;

/* A number from 0 to 1, by xorshift64* (Vigna 2016). */
static double chance(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)(state * UINT64_C(2685821657736338717) >> 11) / 0x1p53;
}

static void begin(int i)
{
    const char *given = getenv("SVCQL_SEED");

    seed = given ? strtoull(given, NULL, 10) : 1;
    state = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)i;
    faults_use_sqlite();
}

static void make_evidence(void)
{
    evidence = make_platforms();
    rules = make_rules();
}

static void end(void)
{
    sqlite3_reset_auto_extension();
    ck_assert_int_eq(sqlite3_memory_used(), 0);
}

/* Relations ----------------------------------------------------------------------- */

/* Ask with the n-th call failing, then again: what is wrong, or NULL. */
static const char *fail_once(const char *sql, const struct rows *whole, long n)
{
    sqlite3    *db = make_platforms_open(evidence);
    const char *why = NULL;
    struct rows rows;

    faults_arm(FAULT_MEMORY, n);
    int  rc = rows_of(db, sql, &rows);
    bool fired = faults_disarm();
    if (rc == SQLITE_OK && !rows_equal(&rows, whole))
        why = rows_are_among(&rows, whole) ? "rows are missing" : "a row is another";
    rows_free(&rows);
    if (fired && !why) {
        rc = rows_of(db, sql, &rows);
        if (rc != SQLITE_OK || !rows_equal(&rows, whole))
            why = "asked again, other rows";
        rows_free(&rows);
    }
    harness_close(db);
    return why;
}

/* The numbers of the calls that fail: of all chains of callers, or of `tries` chosen by chance, half of
 * them among the first ones. */
static long *chosen(const char *sql, long n_calls, const char *how, size_t *ret_n)
{
    size_t tries = how ? strtoul(how, NULL, 10) : 3;
    long  *calls;

    if (faults_are_of_one_object() || (how && strcmp(how, "all") == 0)) {
        struct rows rows;
        sqlite3    *db = make_platforms_open(evidence);
        faults_watch(FAULT_MEMORY);
        rows_of(db, sql, &rows);
        calls = faults_watched(ret_n);
        rows_free(&rows);
        harness_close(db);
        return calls;
    }
    calls = calloc(tries + 1, sizeof *calls);
    for (size_t i = 0; i < tries; i++)
        calls[i] = (long)(i % 2 ? chance() * (double)n_calls : pow((double)n_calls, chance()) - 1);
    *ret_n = tries;
    return calls;
}

/* The rows where nothing fails, and the calls for memory that they take. */
static void ask_whole(const char *sql, struct rows *ret, long *ret_calls)
{
    sqlite3 *db = make_platforms_open(evidence);

    faults_arm(FAULT_MEMORY, LONG_MAX);
    int rc = rows_of(db, sql, ret);
    faults_disarm();
    *ret_calls = faults_seen();
    harness_close(db);
    ck_assert_int_eq(rc, SQLITE_OK);
}

START_TEST(no_relation_has_other_rows_without_memory)
{
    const struct question *question = &relations.list[_i];
    const char            *name = getenv("SVCQL_OOM_NAME");
    struct rows            whole;
    long                   n_calls;
    size_t                 n = 0;
    int                    bad = 0;

    if (name && strcmp(name, question->name) != 0)
        return;
    begin(_i);
    char *sql = question_sql(question, rules);
    ask_whole(sql, &whole, &n_calls);
    long *calls = chosen(sql, n_calls, getenv("SVCQL_OOM"), &n);
    for (size_t i = 0; i < n; i++) {
        const char *why = fail_once(sql, &whole, calls[i]);
        bad += why != NULL;
        if (why)
            fprintf(stderr, "%s: call %ld of %ld for memory: %s (SVCQL_SEED=%llu)\n",
                    question->name, calls[i], n_calls, why, (unsigned long long)seed);
    }
    free(calls);
    free(sql);
    rows_free(&whole);
    ck_assert_int_eq(bad, 0);
    end();
}
END_TEST

/* Functions ----------------------------------------------------------------------- */

START_TEST(no_function_has_another_value_without_memory)
{
    const struct question *question = &functions.list[_i];
    struct rows            whole, rows;
    bool                   fired = true;
    int                    bad = 0;

    begin(_i);
    sqlite3 *db = make_platforms_open(evidence);
    int      expected = rows_of(db, question->sql, &whole);
    for (long n = 0; fired; n++) {
        faults_arm(FAULT_MEMORY, n);
        int rc = rows_of(db, question->sql, &rows);
        fired = faults_disarm();
        bool other = rc == SQLITE_OK && !(expected == SQLITE_OK && rows_equal(&rows, &whole));
        bad += other;
        if (other)
            fprintf(stderr, "%s: call %ld for memory: %.300s\n", question->sql, n, rows.text);
        rows_free(&rows);
    }
    rows_free(&whole);
    harness_close(db);
    ck_assert_int_eq(bad, 0);
    end();
}
END_TEST

/* Of what writes or is live, only that it survives ----------------------------------- */

/* Run the statement with the n-th call failing, for each n until none fails. */
static void survive(sqlite3 *db, const char *sql, long most)
{
    bool fired = true;

    for (long n = 0; fired && n < most; n++) {
        faults_arm(FAULT_MEMORY, n);
        sqlite3_exec(db, sql, NULL, NULL, NULL);
        fired = faults_disarm();
    }
}

START_TEST(every_live_table_survives_failing_allocations)
{
    begin(0);
    sqlite3 *db = harness_open();

    for (size_t i = 0; i < relations.n; i++) {
        char sql[300];
        snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" LIMIT 3", relations.list[i].name);
        if (strcmp(relations.list[i].kind, "table") == 0)
            survive(db, sql, 300);
    }
    harness_close(db);
    end();
}
END_TEST

START_TEST(evidence_is_added_whole_or_not_at_all)
{
    char sql[4400];

    begin(0);
    sqlite3 *db = harness_open();
    harness_query(db, "DELETE FROM evidence");
    snprintf(sql, sizeof sql, "INSERT INTO evidence(location) VALUES('%s')", evidence);
    survive(db, sql, 2000);
    harness_expect(db, "a\nb\nb\nc\nd\ne", "SELECT host FROM evidence ORDER BY host");
    harness_close(db);
    end();
}
END_TEST

static const char *const in_order[] = {
    "SELECT * FROM windows_events ORDER BY time DESC LIMIT 2",
    "SELECT * FROM audit_events WHERE host = 'a' AND pid IN (1, 2) ORDER BY time LIMIT 2",
    "SELECT host FROM service_events WHERE service = 'a' ORDER BY time DESC LIMIT 2",
};

START_TEST(rows_in_order_survive_failing_allocations)
{
    begin(0);
    sqlite3 *db = make_platforms_open(evidence);
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++)
        survive(db, in_order[i], 1500);
    harness_close(db);
    end();
}
END_TEST

/* What loading makes: the names in TEMP, a list of the user's that lacks a column, and lists that are shipped. */
#define LOADED                                                                                     \
    "SELECT type, name FROM temp.sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name; "      \
    "SELECT * FROM known_services; SELECT * FROM known_paths; SELECT * FROM verb_grades"

/* Open the database with the n-th call failing: what is wrong, or NULL. */
static const char *load_once(const char *path, const struct rows *whole, long n, bool *ret_fired)
{
    sqlite3    *db = NULL;
    struct rows rows;
    const char *why = NULL;

    faults_arm(FAULT_MEMORY, n);
    int rc = sqlite3_open(path, &db);
    *ret_fired = faults_disarm();
    if (rc != SQLITE_OK) {
        why = rc == SQLITE_NOMEM ? NULL : sqlite3_errmsg(db);
    } else {
        if (rows_of(db, LOADED, &rows) != SQLITE_OK || !rows_equal(&rows, whole))
            why = "other objects or lists";
        rows_free(&rows);
    }
    if (why)
        fprintf(stderr, "loading, call %ld for memory: %s\n", n, why);
    sqlite3_close(db);
    return why;
}

START_TEST(a_connection_is_loaded_whole_or_without_memory)
{
    struct rows whole;
    bool        fired = true;
    int         bad = 0;
    char        path[4200];
    sqlite3    *db;

    begin(0);
    harness_close(harness_open());
    snprintf(path, sizeof path, "%s/lists.db", harness_scratch());
    sqlite3_reset_auto_extension();
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    harness_query(db, "CREATE TABLE known_services(name TEXT, host TEXT);"
                      "INSERT INTO known_services VALUES('x', NULL)");
    sqlite3_close(db);
    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(rows_of(db, LOADED, &whole), SQLITE_OK);
    sqlite3_close(db);
    for (long n = 0; fired && n < 1000000; n += 1 + n / 100)
        bad += load_once(path, &whole, n, &fired) != NULL;
    rows_free(&whole);
    ck_assert(!fired);
    ck_assert_int_eq(bad, 0);
    end();
}
END_TEST

Suite *make_oom_suite(void)
{
    Suite *suite = suite_create("oom");
    TCase *tcase = tcase_create("n-th call");

    relations = questions_of(faults_are_of_one_object()
                                 ? "kind = 'table'"
                                 : "kind <> 'function' AND name <> 'time'"); /* the clock's */
    functions = questions_of("kind = 'function'");
    tcase_add_unchecked_fixture(tcase, make_evidence, NULL);
    tcase_set_timeout(tcase, getenv("SVCQL_OOM") ? 36000 : 300);
    tcase_add_loop_test(tcase, no_relation_has_other_rows_without_memory, 0, (int)relations.n);
    tcase_add_loop_test(tcase, no_function_has_another_value_without_memory, 0, (int)functions.n);
    tcase_add_test(tcase, every_live_table_survives_failing_allocations);
    tcase_add_test(tcase, evidence_is_added_whole_or_not_at_all);
    tcase_add_test(tcase, rows_in_order_survive_failing_allocations);
    tcase_add_test(tcase, a_connection_is_loaded_whole_or_without_memory);
    suite_add_tcase(suite, tcase);
    return suite;
}
