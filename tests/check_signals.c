/* check_signals.c -- every detection fires from evidence: hosts to which everything was done, one of each
 * platform, and a manager that runs. The hosts have all labelled cases (tests/corpus/judgement) and what
 * tests/corpus/signals adds to them: a new detection that none of these fires needs a case there. */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "corpus.h"
#include "harness.h"
#include "make_systemd.h"

/* What only a running manager shows, and what only a running Windows does: tests/wine.sh has these. */
static const char live[] =
    "'deleted_program', 'gone_from_disk', 'kills_security', 'memory_program', "
    "'program_gone', 'unit_path_changed'";
static const char live_windows[] = "'key_absent', 'unknown_to_manager'";

START_TEST(every_signal_fires_from_evidence)
{
    static const char *const platforms[] = {"linux", "macos", "windows"};
    struct corpus           *corpus = corpus_load("tests/corpus/judgement");
    struct corpus           *more = corpus_load("tests/corpus/signals");
    sqlite3                 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++) {
        const char *dir = harness_scratch();
        corpus_write_platform(corpus, more, platforms[i], dir, 2);
        harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    }
    /* Facts that only all parts of an incident show together are in incidents only. */
    harness_expect(
        db, "",
        "SELECT name || ': no case of tests/corpus fires it' FROM signals AS s WHERE name "
        "NOT IN (%s, %s, '%s') AND name NOT IN "
        "(SELECT signal FROM finding_signals) AND NOT EXISTS "
        "(SELECT 1 FROM incidents AS i WHERE instr(i.why, s.why))",
        live, live_windows, geteuid() == 0 ? "" : "wrong_owner"); /* root alone gives files away */
    harness_expect(db, "", "SELECT signal FROM finding_signals WHERE weight IS NULL");
    corpus_free(corpus);
    corpus_free(more);
    harness_close(db);
}
END_TEST

/* The names in quotes that a match of NAMED begins with, one a row of temp.named. */
static void keep_names(sqlite3 *db, const char *at)
{
    for (size_t n; *at == '\'' && (n = strcspn(at + 1, "'"));
         at += n + 2 + strspn(at + n + 2, ", "))
        harness_query(db, "INSERT INTO temp.named VALUES (trim('%.*s', '\"'))", (int)n, at + 1);
}

/* Where a view knows a signal by its name. */
#define NAMED "(signal (=|IN)|fired,|WHERE value <>) [(]?'"

START_TEST(every_name_of_a_signal_is_defined)
{
    sqlite3   *db = harness_open();
    regex_t    named;
    regmatch_t match;

    ck_assert_int_eq(regcomp(&named, NAMED, REG_EXTENDED), 0);
    harness_query(db, "CREATE TEMP TABLE named(signal)");
    const char *at = harness_query(db, "SELECT sql FROM sqlite_temp_schema WHERE sql GLOB "
                                       "'*CREATE VIEW*'");
    for (; regexec(&named, at, 1, &match, 0) == 0; at += match.rm_eo)
        keep_names(db, at + match.rm_eo - 1);
    regfree(&named);
    harness_expect(db, "attack_tool\ncommand_processor\ndeleted_key\nremote_execution_name",
                   "SELECT DISTINCT signal FROM named ORDER BY 1");
    harness_query(db, "INSERT INTO named SELECT signal FROM exec_patterns");
    harness_expect(db, "",
                   "SELECT signal FROM named WHERE signal NOT IN (SELECT name FROM signals)");
    harness_close(db);
}
END_TEST

/* The manager --------------------------------------------------------------------------------- */

static const char *dir;
static pid_t       booted;

static void boot(void)
{
    dir = harness_scratch();
    booted = systemd_start(dir);
}

static void stop(void)
{
    if (booted > 0)
        systemd_stop(dir);
}

/* Run a copy of sleep that is in memory alone, as a child of the manager. */
static void sleep_from_memory(void)
{
    size_t size;
    char  *program = harness_read("/usr/bin/sleep", &size);
    int    fd = memfd_create("sleeper", MFD_CLOEXEC);
    char  *argv[] = {"sleeper", "1000", NULL};

    ck_assert_int_eq(write(fd, program, size), (ssize_t)size);
    if (fork() == 0) {
        if (fork() == 0) {
            fexecve(fd, argv, environ);
            _exit(127);
        }
        _exit(0);
    }
    wait(NULL);
    close(fd);
}

START_TEST(every_signal_of_a_running_manager_fires)
{
    NEED_SYSTEMD(booted);
    systemd_enter(dir);
    systemd_shell("cp /usr/bin/sleep /var/gone; "
                  "for u in osqueryd lost; do printf '[Service]\nExecStart=/bin/sleep 1000\n' > "
                  "/etc/systemd/system/$u.service; done; "
                  "systemctl daemon-reload; systemctl start osqueryd lost; "
                  "systemd-run --quiet -p Type=exec --unit=gone /var/gone 1000; rm /var/gone; "
                  "rm /etc/systemd/system/lost.service; systemctl kill -s KILL osqueryd; "
                  "until systemctl -q is-failed osqueryd; do sleep 0.05; done; journalctl --sync");
    systemd_shell("mkdir -p /etc/systemd/system/user@%d.service.d; "
                  "printf '[Service]\nEnvironment=SYSTEMD_UNIT_PATH=/var/.units:\n' > "
                  "/etc/systemd/system/user@%d.service.d/path.conf; "
                  "systemctl daemon-reload; systemctl restart user@%d",
                  SYSTEMD_TESTER_UID, SYSTEMD_TESTER_UID, SYSTEMD_TESTER_UID);
    sleep_from_memory();

    sqlite3 *db = harness_open();
    harness_expect(db, "",
                   "SELECT name FROM signals WHERE name IN (%s) AND name NOT IN "
                   "(SELECT signal FROM finding_signals)",
                   live);
    harness_close(db);
}
END_TEST

Suite *make_signals_suite(void);

Suite *make_signals_suite(void)
{
    Suite *suite = suite_create("signals");
    TCase *tcase = tcase_create("signals");

    tcase_set_timeout(tcase, 120);
    tcase_add_unchecked_fixture(tcase, boot, stop);
    tcase_add_test(tcase, every_signal_fires_from_evidence);
    tcase_add_test(tcase, every_name_of_a_signal_is_defined);
    tcase_add_test(tcase, every_signal_of_a_running_manager_fires);
    suite_add_tcase(suite, tcase);
    return suite;
}
