/* check_faults.c -- reads and opens that fail at the n-th call, for every table of evidence and for what is
 * made of them. Memory is in check_oom.c.
 *
 * A query then fails, or gives the same rows, or loses rows that evidence_sources admits. It never
 * gives a row that is not there. The tables are those that the schema has, so a new one is tried without
 * being named here; the test fails where this evidence gives it no row.
 *
 * SVCQL_FAULTS=all tries the first and the last call from each chain of callers, as `make faults` does,
 * SVCQL_FAULTS=TABLE those of one table, and with SVCQL_FAULTS_EVERY every call; without it some are tried,
 * the first ones and fewer and fewer of the later ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"
#include "harness.h"
#include "make_platforms.h"
#include "questions.h"
#include "rows.h"

/* What is tried: the tables that read evidence, and views that are made of many, in which the loss of one
 * must show; all of those by `make faults`. The tables left out read what runs, or nothing. */
#define LEFT_OUT                                                                                   \
    "'attached_baseline', 'evidence', 'evidence_sources', 'logged_in_users', 'processes', "        \
    "'reload_changes', 'scm_services', 'svcql_columns', 'svcql_settings', 'svcql_tables', "        \
    "'systemd_units', "                                                                            \
    "'systemd_managers'"
#define SOME_VIEWS  "name IN ('findings', 'incidents')"
#define ALL_VIEWS   "kind IN ('events', 'normalize', 'findings')"
#define TERM(views) "(kind = 'table' AND name NOT IN (" LEFT_OUT ")) OR " views

#define N_KINDS 5

static struct questions questions;
static const char      *evidence, *rules;

static int query(sqlite3 *db, const struct question *question, struct rows *ret)
{
    char *sql = question_sql(question, rules);
    int   rc = rows_of(db, sql, ret);

    free(sql);
    return rc;
}

/* A table that is made of others does not report, those do; svcql_rules reports its rules alone. */
static bool admits(sqlite3 *db, const struct question *question)
{
    return harness_int(
               db,
               "SELECT count(*) FROM evidence_sources WHERE (table_name IN ('evidence', '%s') "
               "OR NOT EXISTS (SELECT 1 FROM evidence_sources WHERE table_name = '%s' AND "
               "kind <> 'rules')) AND (skipped > 0 OR status IN ('damaged', 'denied'))",
               question->name, question->name) > 0;
}

static bool fault_once(enum fault fault, long n, const struct question *question,
                       const struct rows *whole, const char **why)
{
    sqlite3    *db = make_platforms_open(evidence);
    struct rows rows;

    faults_arm(fault, n);
    int  rc = query(db, question, &rows);
    bool fired = faults_disarm();
    bool among = rc != SQLITE_OK || rows_are_among(&rows, whole);
    bool same = among && rows.n == whole->n;
    bool harmless = fault == FAULT_SHORT || fault == FAULT_SIGNAL;
    if (harmless && !same)
        *why = "a short or interrupted read";
    else if (rc == SQLITE_OK && !same && !admits(db, question))
        *why = among ? "rows are missing, and evidence_sources is silent"
                     : "a row that is not there, and evidence_sources is silent";
    rows_free(&rows);
    harness_close(db);
    return fired;
}

/* The calls that are tried with `every` unset: from each chain of callers two. */
static long *calls_of(enum fault fault, const struct question *question, size_t *ret_n)
{
    sqlite3    *db = make_platforms_open(evidence);
    struct rows rows;

    faults_watch(fault);
    query(db, question, &rows);
    long *calls = faults_watched(ret_n);
    rows_free(&rows);
    harness_close(db);
    return calls;
}

/* What is tried: those calls, or with NULL every one, or the first ones and fewer and fewer later ones. */
static long call_at(size_t i, const long *calls, size_t n_calls, bool every)
{
    if (calls)
        return i < n_calls ? calls[i] : -1;
    return every ? (long)i : (1L << 2 * i) - 1;
}

static bool readdir_fails(void)
{
    return faults_hit(FAULT_FOLDER);
}

static void make_evidence(void)
{
    evidence = make_platforms();
    rules = make_rules();
    harness_readdir_fails = readdir_fails;
    harness_readdir_saw = faults_saw;
    faults_gone_from(evidence);
}

START_TEST(a_call_that_fails_costs_no_wrong_row)
{
    static const enum fault kinds[N_KINDS] = {FAULT_INPUT, FAULT_SHORT, FAULT_FILES, FAULT_SIGNAL,
                                              FAULT_FOLDER};
    enum fault              fault = kinds[_i % N_KINDS];
    const struct question  *question = &questions.list[_i / N_KINDS];
    const char             *name = question->name, *all = getenv("SVCQL_FAULTS");
    bool                    every = all && getenv("SVCQL_FAULTS_EVERY");
    long                   *calls = NULL;
    size_t                  n_calls = 0, tried = 0;
    struct rows             whole;
    bool                    fired = true;
    int                     bad = 0;

    if (all && strcmp(all, "all") != 0 && strcmp(all, name) != 0)
        return;
    sqlite3 *db = make_platforms_open(evidence);
    ck_assert_int_eq(query(db, question, &whole), SQLITE_OK);
    harness_close(db);
    if (faults_are_of_one_object() || (all && !every))
        calls = calls_of(fault, question, &n_calls);
    for (long n; (calls || fired) && (n = call_at(tried, calls, n_calls, every)) >= 0; tried++) {
        const char *why = NULL;
        fired = fault_once(fault, n, question, &whole, &why);
        if (why) {
            bad++;
            fprintf(stderr, "%s: call %ld of kind %d: %s\n", name, n, fault, why);
        }
    }
    if (all)
        fprintf(stderr, "%s, kind %d: %zu calls tried\n", name, fault, tried);
    free(calls);
    rows_free(&whole);
    ck_assert_int_eq(bad, 0);
}
END_TEST

/* Else its sweep would hold whatever the table did. */
START_TEST(every_table_has_a_row_here)
{
    struct rows rows;
    int         bad = 0;

    sqlite3 *db = make_platforms_open(evidence);
    for (size_t i = 0; i < questions.n; i++) {
        int rc = query(db, &questions.list[i], &rows);
        if (rc != SQLITE_OK || (strcmp(questions.list[i].kind, "table") == 0 && !rows.n)) {
            bad++;
            fprintf(stderr, "%s: %zu rows, error %d: give it some in make_platforms()\n",
                    questions.list[i].name, rows.n, rc);
        }
        rows_free(&rows);
    }
    harness_close(db);
    ck_assert_int_eq(bad, 0);
}
END_TEST

/* One that reads the same file twice, once without success. */
START_TEST(a_good_reading_hides_no_failed_one_of_the_same_statement)
{
    static const char twice[] = "SELECT username FROM users WHERE host = 'a' UNION ALL "
                                "SELECT username FROM users WHERE host = 'a'";
    static const char status[] =
        "SELECT DISTINCT status FROM evidence_sources WHERE table_name = 'users' AND host = 'a'";
    struct rows whole, rows;
    int         half = 0;
    bool        fired = true;

    sqlite3 *db = make_platforms_open(evidence);
    ck_assert_int_eq(rows_of(db, twice, &whole), SQLITE_OK);
    for (long n = 0; fired; n++) {
        faults_arm(FAULT_FILES, n);
        int rc = rows_of(db, twice, &rows);
        fired = faults_disarm();
        half += rc == SQLITE_OK && rows.n && rows.n < whole.n;
        if (rc == SQLITE_OK && rows.n < whole.n && !admits(db, &(struct question){.name = "users"}))
            ck_abort_msg("call %ld: %zu rows of %zu", n, rows.n, whole.n);
        rows_free(&rows);
    }
    ck_assert_int_eq(half, 2); /* the one opening of a's passwd, in each of both */
    harness_query(db, twice);
    harness_expect(db, "read", status);
    rows_free(&whole);
    harness_close(db);
}
END_TEST

/* Ask twice in one statement with a file moved away right before it would be opened for the n-th time. Where
 * it was in a folder that the statement had read, its loss is admitted. */
static bool gone_once(long n, const struct question *question, const char *sql,
                      const struct rows *whole, const char **why)
{
    sqlite3    *db = make_platforms_open(evidence);
    struct rows rows;

    faults_arm(FAULT_GONE, n);
    int  rc = rows_of(db, sql, &rows);
    bool fired = faults_disarm();
    if (rc == SQLITE_OK && fired && faults_gone_known() && !rows_equal(&rows, whole) &&
        !admits(db, question))
        *why = faults_gone();
    if (*why)
        rows_are_among(&rows, whole); /* prints one that is not */
    rows_free(&rows);
    harness_close(db);
    return fired;
}

START_TEST(a_file_that_is_removed_meanwhile_is_missed)
{
    const struct question *one = &questions.list[_i];
    const char            *all = getenv("SVCQL_FAULTS");
    char                  *sql, *twice;
    struct rows            whole;
    bool                   fired = true;
    int                    bad = 0;

    if (all && strcmp(all, "all") != 0 && strcmp(all, one->name) != 0)
        return;
    sql = question_sql(one, rules);
    if (asprintf(&twice, "SELECT * FROM (%s) UNION ALL SELECT * FROM (%s)", sql, sql) < 0)
        abort();
    sqlite3 *db = make_platforms_open(evidence);
    ck_assert_int_eq(rows_of(db, twice, &whole), SQLITE_OK);
    harness_close(db);
    for (long n = 0; fired; n = all ? n + 1 : 4 * n + 3) {
        const char *why = NULL;
        fired = gone_once(n, one, twice, &whole, &why);
        if (fired) { /* it is back, and its ctime is another */
            rows_free(&whole);
            db = make_platforms_open(evidence);
            ck_assert_int_eq(rows_of(db, twice, &whole), SQLITE_OK);
            harness_close(db);
        }
        bad += why != NULL;
        if (why)
            fprintf(stderr, "%s: open %ld, after %s was removed: evidence_sources is silent\n",
                    one->name, n, why);
    }
    free(twice);
    free(sql);
    rows_free(&whole);
    ck_assert_int_eq(bad, 0);
}
END_TEST

/* Of each kind of source: a statement has read it, and then it is removed before the statement looks for it
 * again. */
static const struct {
    const char *table, *path; /* below make_platforms() */
    int         rows;
} removed[] = {
    {"audit_events", "linux/var/log/audit/audit.log", 1},
    {"journal", "linux/var/log/journal/0123/system.journal", 200},
    {"shell_history", "linux/home/ann/.bash_history", 2},
    {"package_history", "linux/var/log/dpkg.log", 1},
    {"cron_jobs", "linux/etc/crontab", 1},
    {"users", "linux/etc/passwd", 2},
    {"unit_drift", "linux/usr/lib/systemd/system/a.service", 1},
    {"windows_events", "windows/Windows/System32/winevt/Logs/System.evtx", 1},
    {"registry", "windows/Windows/System32/config/SYSTEM", 15},
    {"users", "macos/private/var/db/dslocal/nodes/Default/users/root.plist", 1},
    {"launch_daemons", "macos/Library/LaunchDaemons/com.apple.updated.plist", 1},
    {"launchd_overrides", "macos/private/var/db/com.apple.xpc.launchd/disabled.plist", 3},
};

START_TEST(a_source_that_is_removed_during_a_statement_is_damaged)
{
    const char   *table = removed[_i].table;
    char          sql[200], path[4400];
    sqlite3_stmt *stmt;

    make_evidence(); /* of its own, as it removes some */
    sqlite3 *db = make_platforms_open(evidence);
    snprintf(sql, sizeof sql, "SELECT host FROM %s UNION ALL SELECT host FROM %s", table, table);
    long long n = harness_int(db, "SELECT count(*) FROM (%s)", sql), rest = n / 2;
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    for (long long i = 0; i < n / 2; i++)
        ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    snprintf(path, sizeof path, "%s/%s", evidence, removed[_i].path);
    ck_assert_int_eq(unlink(path), 0);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        rest--;
    ck_assert_int_eq(sqlite3_finalize(stmt), SQLITE_OK);
    ck_assert_int_eq(rest, removed[_i].rows);
    harness_expect(db, "damaged|1|was there when it was looked for, and is missing now",
                   "SELECT status, skipped, detail FROM evidence_sources WHERE table_name = '%s' "
                   "AND location = '%s'",
                   table, path);
    harness_close(db);
}
END_TEST

Suite *make_faults_suite(void)
{
    Suite *suite = suite_create("faults");
    TCase *tcase = tcase_create("n-th call");

    questions = questions_of(faults_are_of_one_object() ? TERM("false")
                             : getenv("SVCQL_FAULTS")   ? TERM(ALL_VIEWS)
                                                        : TERM(SOME_VIEWS));
    tcase_add_unchecked_fixture(tcase, make_evidence, NULL);
    tcase_set_timeout(tcase, getenv("SVCQL_FAULTS") ? 3600 : 120);
    tcase_add_test(tcase, every_table_has_a_row_here);
    tcase_add_test(tcase, a_good_reading_hides_no_failed_one_of_the_same_statement);
    tcase_add_loop_test(tcase, a_call_that_fails_costs_no_wrong_row, 0, N_KINDS * (int)questions.n);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("removed");
    tcase_add_unchecked_fixture(tcase, make_evidence, NULL);
    tcase_set_timeout(tcase, getenv("SVCQL_FAULTS") ? 3600 : 120);
    tcase_add_loop_test(tcase, a_source_that_is_removed_during_a_statement_is_damaged, 0,
                        sizeof removed / sizeof *removed);
    tcase_add_loop_test(tcase, a_file_that_is_removed_meanwhile_is_missed, 0, (int)questions.n);
    suite_add_tcase(suite, tcase);
    return suite;
}
