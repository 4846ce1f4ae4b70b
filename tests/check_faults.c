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
#include "make_archive.h"
#include "make_cases.h"
#include "make_macos.h"

/* The tables of evidence, and what is asked of those that do not give all their rows at once; RULES is a
 * folder of rules. service_events and timeline read a log more than once for one answer, and what is
 * reported of it is the last reading: a fault of the first alone does not show. */
static const struct {
    const char *name, *sql;
    bool        composed; /* of other tables, which report what they lose */
} tables[] = {
    {"audit_events", NULL, false},
    {"auth_events", NULL, false},
    {"cron_jobs", NULL, false},
    {"effective_unit", NULL, false},
    {"file", "SELECT * FROM file WHERE path LIKE '/etc/%/%'", false},
    {"groups", NULL, false},
    {"hash", "SELECT * FROM hash WHERE path LIKE '/etc/systemd/system/%'", false},
    {"host_lines", "SELECT * FROM etc_hosts", false},
    {"host_properties", NULL, false},
    {"journal", NULL, false},
    {"launch_daemons", NULL, false},
    {"launchd_overrides", NULL, false},
    {"logins", NULL, false},
    {"package_files", NULL, false},
    {"package_history", NULL, false},
    {"path_permissions", "SELECT * FROM path_permissions('/usr/bin/env')", false},
    {"polkit_rules", NULL, false},
    {"process_events", NULL, true},
    {"registry", NULL, false},
    {"registry_services", NULL, false},
    {"registry_services_scm", NULL, false},
    {"shell_history", NULL, false},
    {"start_hooks", NULL, false},
    {"sudoers", NULL, false},
    {"svcql_rules", "SELECT * FROM svcql_rules('RULES/a.yml')", true},
    {"svcql_rules", "SELECT * FROM svcql_rules('RULES/b.json')", true},
    {"unit_commands", NULL, false},
    {"unit_drift", NULL, false},
    {"unit_files", NULL, false},
    {"unit_settings", NULL, false},
    {"users", NULL, false},
    {"windows_events", NULL, false},
};

#define N_TABLES (int)(sizeof tables / sizeof *tables)
#define N_KINDS  6

static char        evidence[4200];
static const char *rules;

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
    const char *unpacked;
    char        path[4300];

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
    unpacked = harness_scratch();
    make_linux(unpacked, "d");
    snprintf(path, sizeof path, "%s/host-d.tar.gz", evidence);
    make_archive(path, "tar.gz", unpacked);
    rules = harness_scratch();
    harness_write_text(rules, "a.yml",
                       "title: a\nlogsource: {product: windows, service: system}\ndetection: {a: "
                       "{EventID: 7045}, condition: a}\n");
    harness_write_text(
        rules, "b.json",
        "[{\"title\": \"b\", \"rule\": [\"SELECT * FROM logs WHERE EventID = 7045\"]}]");
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

static int query(sqlite3 *db, int table, struct rows *ret)
{
    const char *asked = tables[table].sql, *rules_at = asked ? strstr(asked, "RULES") : NULL;
    char        sql[4400];

    *ret = (struct rows){0};
    if (rules_at)
        snprintf(sql, sizeof sql, "%.*s%s%s", (int)(rules_at - asked), asked, rules,
                 rules_at + strlen("RULES"));
    else if (asked)
        snprintf(sql, sizeof sql, "%s", asked);
    else
        snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", tables[table].name);
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

static bool admits(sqlite3 *db, int table)
{
    return harness_int(db,
                       "SELECT count(*) FROM evidence_sources WHERE (%d OR table_name IN "
                       "('evidence', '%s')) "
                       "AND "
                       "(skipped > 0 OR status IN ('damaged', 'denied'))",
                       tables[table].composed, tables[table].name) > 0;
}

static bool fault_once(enum fault fault, long n, int table, const struct rows *whole,
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
static long *calls_of(enum fault fault, int table, size_t *ret_n)
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
    int                     table = _i / N_KINDS;
    const char             *name = tables[table].name, *all = getenv("SVCQL_FAULTS");
    bool                    every = all && getenv("SVCQL_FAULTS_EVERY");
    long                   *calls = NULL;
    size_t                  n_calls = 0, tried = 0;
    struct rows             whole;
    bool                    fired = true;
    int                     bad = 0;

    if (all && strcmp(all, "all") != 0 && strcmp(all, name) != 0)
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
            fprintf(stderr, "%s: call %ld of kind %d: %s\n", name, n, fault, why);
        }
    }
    if (all)
        fprintf(stderr, "%s, kind %d: %zu calls tried\n", name, fault, tried);
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
