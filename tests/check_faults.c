/* check_faults.c -- memory and reads that fail at the n-th call, for every table of evidence.
 *
 * A query then fails, or gives the same rows, or loses rows that evidence_sources admits. It never
 * gives a row that is not there. SVCQL_FAULTS=all tries the first and the last call from each chain of
 * callers, as `make faults` does, SVCQL_FAULTS=TABLE those of one table, and with SVCQL_FAULTS_EVERY
 * every call; without it some are tried, the first ones and fewer and fewer of the later ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utmp.h>

#include "faults.h"
#include "harness.h"
#include "make_cases.h"
#include "make_macos.h"

static const char *const tables[] = {
    "audit_events",
    "auth_events",
    "cron_jobs",
    "effective_unit",
    "groups",
    "host_properties",
    "journal",
    "launch_daemons",
    "launchd_overrides",
    "logins",
    "package_files",
    "package_history",
    "polkit_rules",
    "registry",
    "registry_services",
    "registry_services_scm",
    "shell_history",
    "start_hooks",
    "sudoers",
    "unit_commands",
    "unit_drift",
    "unit_files",
    "unit_settings",
    "users",
    "windows_events",
};

#define N_TABLES (int)(sizeof tables / sizeof *tables)
#define N_KINDS  6

static char evidence[4200];

static void write_login(const char *dir)
{
    struct utmp login = {
        .ut_type = USER_PROCESS, .ut_pid = 7, .ut_user = "ann", .ut_line = "pts/0"};

    login.ut_tv.tv_sec = 1700000000;
    harness_write(dir, "var/log/wtmp", &login, sizeof login);
}

static void write_journal(const char *dir)
{
    size_t   size;
    uint8_t *journal = make_journal("regular", &size);

    harness_write(dir, "var/log/journal/0123/system.journal", journal, size);
    free(journal);
}

static void make_evidence(void)
{
    char path[4300];

    snprintf(evidence, sizeof evidence, "%s", harness_scratch());
    snprintf(path, sizeof path, "%s/linux", evidence);
    make_linux(path, "a");
    harness_write_text(path, "home/ann/.bash_history", "systemctl start x\nls\n");
    harness_write_text(path, "etc/sudoers", "root ALL=(ALL) ALL\n");
    harness_write_text(path, "etc/crontab", "1 2 * * * root /bin/true\n");
    harness_write_text(path, "etc/udev/rules.d/9.rules", "ACTION==\"add\", RUN+=\"/tmp/x\"\n");
    write_login(path);
    write_journal(path);
    snprintf(path, sizeof path, "%s/windows", evidence);
    make_windows(path, "b", "%4");
    snprintf(path, sizeof path, "%s/macos", evidence);
    make_macos(path, "c");
}

static sqlite3 *open_evidence(void)
{
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", evidence);
    return db;
}

/* Rows, one a line, each before a line of its own that no value has. */
struct rows {
    char  *text;
    size_t size, n;
};

static int add_row(void *data, int n, char **values, char **names)
{
    struct rows *rows = data;
    FILE        *stream;
    char        *text = NULL;
    size_t       size = 0;

    (void)names;
    faults_pause(true);
    stream = open_memstream(&text, &size);
    for (int i = 0; i < n; i++)
        fprintf(stream, "%s\x1f", values[i] ? values[i] : "\x02");
    fputc('\x1e', stream);
    fclose(stream);
    rows->text = realloc(rows->text, rows->size + size + 1);
    memcpy(rows->text + rows->size, text, size + 1);
    rows->size += size;
    rows->n++;
    free(text);
    faults_pause(false);
    return 0;
}

static int query(sqlite3 *db, const char *table, struct rows *ret)
{
    char sql[200];

    *ret = (struct rows){0};
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", table);
    return sqlite3_exec(db, sql, add_row, ret, NULL);
}

/* Whether every row is one of the others; prints the first that is not. */
static bool are_among(const struct rows *rows, const struct rows *others)
{
    for (char *row = rows->text; row && *row;) {
        char  *end = strchr(row, '\x1e');
        size_t size = (size_t)(end - row) + 1;
        if (!others->text || !memmem(others->text, others->size, row, size)) {
            fprintf(stderr, "no such row: %.*s\n", (int)(size < 600 ? size : 600), row);
            return false;
        }
        row = end + 1;
    }
    return true;
}

static bool admits(sqlite3 *db, const char *table)
{
    return harness_int(db,
                       "SELECT count(*) FROM evidence_sources WHERE table_name = '%s' AND "
                       "(skipped > 0 OR status IN ('damaged', 'denied'))",
                       table) > 0;
}

static bool fault_once(enum fault fault, long n, const char *table, const struct rows *whole,
                       const char **why)
{
    sqlite3    *db = open_evidence();
    struct rows rows;

    faults_arm(fault, n);
    int  rc = query(db, table, &rows);
    bool fired = faults_disarm();
    bool among = rc != SQLITE_OK || are_among(&rows, whole);
    bool same = among && rows.n == whole->n;
    bool harmless = fault == FAULT_SHORT || fault == FAULT_SIGNAL;
    if (harmless && !same)
        *why = "a short or interrupted read";
    else if (rc == SQLITE_OK && !among && !(fault != FAULT_MEMORY && admits(db, table)))
        *why = "a row that is not there";
    else if (rc == SQLITE_OK && !same && !admits(db, table))
        *why = "rows are missing, and evidence_sources is silent";
    free(rows.text);
    harness_close(db);
    return fired;
}

/* The calls that are tried with `every` unset: from each chain of callers two. */
static long *calls_of(enum fault fault, const char *table, size_t *ret_n)
{
    sqlite3    *db = open_evidence();
    struct rows rows;

    faults_watch(fault);
    query(db, table, &rows);
    long *calls = faults_watched(ret_n);
    free(rows.text);
    harness_close(db);
    return calls;
}

/* What is tried: those calls, or with NULL every one, or the first ones and fewer and fewer later ones. */
static long call_at(size_t i, const long *calls, size_t n_calls, bool every)
{
    if (calls)
        return i < n_calls ? calls[i] : -1;
    return every ? (long)i : (1L << i) - 1;
}

static bool readdir_fails(void)
{
    return faults_hit(FAULT_FOLDER);
}

START_TEST(a_call_that_fails_costs_no_wrong_row)
{
    static const enum fault kinds[] = {FAULT_MEMORY, FAULT_INPUT,  FAULT_SHORT,
                                       FAULT_FILES,  FAULT_SIGNAL, FAULT_FOLDER};
    enum fault              fault = kinds[_i % N_KINDS];
    const char             *table = tables[_i / N_KINDS], *all = getenv("SVCQL_FAULTS");
    bool                    every = all && getenv("SVCQL_FAULTS_EVERY");
    long                   *calls = NULL;
    size_t                  n_calls = 0, tried = 0;
    struct rows             whole;
    bool                    fired = true;
    int                     bad = 0;

    if (all && strcmp(all, "all") != 0 && strcmp(all, table) != 0)
        return;
    make_evidence();
    harness_readdir_fails = readdir_fails;
    sqlite3 *db = open_evidence();
    ck_assert_int_eq(query(db, table, &whole), SQLITE_OK);
    harness_close(db);
    if (all && !every)
        calls = calls_of(fault, table, &n_calls);
    for (long n; (calls || fired) && (n = call_at(tried, calls, n_calls, every)) >= 0; tried++) {
        const char *why = NULL;
        fired = fault_once(fault, n, table, &whole, &why);
        if (why) {
            bad++;
            fprintf(stderr, "%s: call %ld of kind %d: %s\n", table, n, fault, why);
        }
    }
    if (all)
        fprintf(stderr, "%s, kind %d: %zu calls tried\n", table, fault, tried);
    free(calls);
    free(whole.text);
    ck_assert_int_eq(bad, 0);
}
END_TEST

Suite *make_faults_suite(void)
{
    Suite *suite = suite_create("faults");
    TCase *tcase = tcase_create("n-th call");

    tcase_set_timeout(tcase, getenv("SVCQL_FAULTS") ? 3600 : 120);
    tcase_add_loop_test(tcase, a_call_that_fails_costs_no_wrong_row, 0, N_KINDS * N_TABLES);
    suite_add_tcase(suite, tcase);
    return suite;
}
