/* check_asked_by.c -- who asked the manager for what it did: staged on a real systemd by tests/fixtures/asked_by/stage.sh,
 * and asked of the live host and of its disk afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "make_systemd.h"

static const char *dir, *top;
static pid_t       booted;
static int         staged;

static void boot(void)
{
    char *line = NULL;

    dir = harness_scratch();
    top = getcwd(NULL, 0);
    booted = systemd_start(dir);
    if (booted <= 0 || asprintf(&line, "%s/tests/fixtures/asked_by/stage.sh", top) < 0)
        return;
    /* The journal's folder is the fixture's own: a newer systemd mounts another /tmp over `dir`. */
    staged = systemd_run(dir, (char *[]){"/bin/bash", line, "/var/log/journal", NULL});
    free(line);
}

static void stop(void)
{
    if (booted > 0)
        systemd_stop(dir);
}

/* What the stage expects, as the table expected, and the rows of the journal's own events, as told. */
static void read_expected(sqlite3 *db, const char *folder)
{
    char  path[4096];
    char *text;

    snprintf(path, sizeof path, "%s/expected", folder);
    text = harness_read(path, NULL);
    harness_query(db, "CREATE TEMP TABLE expected(unit, action, user, login_user, session)");
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        const char *part[5];
        for (int i = 0; i < 5; i++)
            part[i] = strsep(&line, "\t");
        ck_assert_ptr_nonnull(part[4]);
        harness_query(
            db,
            "INSERT INTO expected VALUES ('%s', '%s', nullif('%s', ''), nullif('%s', ''), "
            "nullif('%s', ''))",
            part[0], part[1], part[2], part[3], part[4]);
    }
    free(text);
    harness_query(db, "CREATE TEMP TABLE told AS SELECT time, service, action, user, login_user, "
                      "session, asker, asker_pid, how, detail, source, record FROM service_events "
                      "WHERE host = 'fixture' AND pid = 1 ORDER BY time");
}

#define FITS                                                                                       \
    "(t.service GLOB e.unit OR t.service || t.detail GLOB e.unit) AND (t.action = e.action OR "    \
    "(e.action = 'again' AND t.action = "                                                          \
    "'started'))"

/* Of each expected row the nearest: a unit starts twice only where it starts again by itself. */
static void compare(sqlite3 *db)
{
    harness_query(
        db,
        "CREATE TEMP TABLE result AS SELECT e.*, t.user AS told_user, t.login_user AS told_login, "
        "t.session AS told_session, t.asker, t.how, t.service, t.detail FROM expected AS e LEFT "
        "JOIN told AS t ON t.rowid = (SELECT iif(e.action = 'again', max(t.rowid), min(t.rowid)) "
        "FROM told AS t WHERE " FITS ")");
    fprintf(stderr, "%s\n",
            harness_query(db, "SELECT unit, action, user, login_user, session, '->', told_user, "
                              "told_login, told_session, asker, how, detail FROM result WHERE "
                              "login_user IS NOT told_login OR session IS NOT told_session OR user "
                              "IS NOT told_user"));
    harness_expect(db, "", "SELECT unit, action FROM result WHERE service IS NULL");
    harness_expect(
        db, "",
        "SELECT record, service, action FROM told GROUP BY source, record HAVING count(*) > 1");
}

static void expect_who(sqlite3 *db)
{
    compare(db);
    harness_expect(
        db, "",
        "SELECT unit, action, told_login, told_session, how FROM result WHERE "
        "(told_login IS NOT NULL AND told_login IS NOT login_user) OR (told_session IS "
        "NOT NULL AND told_session IS NOT session) OR (told_user IS NOT NULL AND told_user "
        "IS NOT user)");
    harness_expect(db, "103|103",
                   "SELECT sum(login_user IS told_login AND session IS told_session), count(*) "
                   "FROM result");
}

/* In logins over a real sshd, with the lines that sudo, pkexec, sshd and logind write themselves. */
START_TEST(real_logins_tell_who_asked)
{
    static const char *const programs[] = {"/usr/sbin/sshd", "/usr/bin/sudo", "/usr/bin/pkexec",
                                           "/usr/lib/polkit-1/polkitd"};
    char                    *script = NULL;

    NEED_SYSTEMD(booted);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (access(programs[i], X_OK) < 0)
            SKIP("needs openssh-server, sudo, polkitd and pkexec");
    ck_assert_int_gt(asprintf(&script, "%s/tests/fixtures/asked_by/real.sh", top), 0);
    int status = systemd_run(dir, (char *[]){"/bin/bash", script, "/var/log/journal/real", NULL});
    free(script);
    if (status == 77)
        SKIP("no login over ssh has a session here: this kernel counts none");
    ck_assert_int_eq(status, 0);
    systemd_enter(dir);
    sqlite3 *db = harness_open();
    read_expected(db, "/var/log/journal/real");
    compare(db);
    harness_expect(db, "",
                   "SELECT unit, told_login, told_session FROM result WHERE login_user IS NOT "
                   "told_login OR session IS NOT told_session OR user IS NOT told_user");
    harness_expect(db, "1", "SELECT count(*) IN (9, 10) FROM result"); /* varlink is systemd's */
    harness_close(db);
}
END_TEST

START_TEST(the_live_host_tells_who_asked)
{
    NEED_SYSTEMD(booted);
    ck_assert_int_eq(staged, 0);
    systemd_enter(dir);
    sqlite3 *db = harness_open();
    read_expected(db, "/var/log/journal");
    expect_who(db);
    harness_close(db);
}
END_TEST

START_TEST(its_disk_tells_the_same_afterwards)
{
    NEED_SYSTEMD(booted);
    ck_assert_int_eq(staged, 0);
    char     journal[4096];
    sqlite3 *db = harness_open();
    snprintf(journal, sizeof journal, "%s/journal", dir);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/dead')", journal);
    read_expected(db, journal);
    expect_who(db);
    harness_close(db);
}
END_TEST

/* Text logs alone. ---------------------------------------------------------------------- */

#define EXEC(time, serial, auid, uid, ses, execve)                                                 \
    "type=SYSCALL msg=audit(" time ":" serial "): arch=c000003e syscall=59 success=yes exit=0 "    \
    "items=2 ppid=9 pid=1" serial " auid=" auid " uid=" uid " gid=0 euid=" uid                     \
    " tty=pts0 ses=" ses " comm=\"systemctl\" exe=\"/usr/bin/systemctl\" key=\"k\"\n"              \
    "type=EXECVE msg=audit(" time ":" serial "): " execve "\n"

#define MANAGER(time, serial, type, unit)                                                          \
    "type=" type " msg=audit(" time ":" serial                                                     \
    "): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=" unit                                \
    " comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? "             \
    "res=success'\n"

/* clang-format off */
static const char audit_log[] =
    EXEC("1789912801.000", "10", "1001", "0", "3", "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"x\"")
    MANAGER("1789912801.100", "11", "SERVICE_START", "x")
    MANAGER("1789912805.000", "12", "SERVICE_STOP", "x")
    MANAGER("1789912806.000", "13", "SERVICE_START", "x")
    EXEC("1789912810.000", "14", "1002", "0", "4", "argc=3 a0=\"systemctl\" a1=\"restart\" a2=\"x\"")
    MANAGER("1789912810.100", "15", "SERVICE_STOP", "x")
    MANAGER("1789912810.200", "16", "SERVICE_START", "x")
    EXEC("1789912820.000", "17", "1001", "0", "3", "argc=3 a0=\"systemctl\" a1=\"stop\"")
    MANAGER("1789912820.100", "18", "SERVICE_STOP", "y")
    EXEC("1789912830.000", "19", "1001", "0", "3", "argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"z*\"")
    MANAGER("1789912830.100", "20", "SERVICE_STOP", "z1")
    MANAGER("1789912830.110", "21", "SERVICE_STOP", "z2")
    EXEC("1789912840.000", "22", "4294967295", "0", "4294967295", "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"w\"")
    MANAGER("1789912840.100", "23", "SERVICE_START", "w")
    EXEC("1789912850.000", "24", "1001", "0", "3", "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"v\"")
    EXEC("1789912850.010", "25", "1001", "0", "5", "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"v\"")
    MANAGER("1789912850.100", "26", "SERVICE_START", "v")
    EXEC("1789912860.000", "27", "1001", "0", "3", "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"u\"")
    MANAGER("1789913860.100", "28", "SERVICE_START", "u");
/* clang-format on */

/* What comes up again by itself, long after, or was asked for twice, is nobody's. */
START_TEST(audit_alone_tells_who_asked)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/hostname", "h\n");
    harness_write_text(root, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nalice:x:1001:1001::/:/bin/sh\n"
                       "bob:x:1002:1002::/:/bin/sh\n");
    harness_write_text(root, "var/log/audit/audit.log", audit_log);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(db,
                   "11|root|alice|3|audit\n12|NULL|NULL|NULL|NULL\n13|NULL|NULL|NULL|NULL\n"
                   "15|root|bob|4|audit\n16|root|bob|4|audit\n18|NULL|NULL|NULL|NULL\n"
                   "20|root|alice|3|audit\n21|root|alice|3|audit\n23|root|NULL|NULL|audit\n"
                   "26|NULL|NULL|NULL|ambiguous\n28|NULL|NULL|NULL|NULL",
                   "SELECT record, user, login_user, session, how FROM service_events ORDER BY "
                   "time");
    harness_expect(
        db, "15|bob\n16|bob",
        "SELECT record, login_user FROM service_events WHERE time BETWEEN 1789912810 AND "
        "1789912811 ORDER BY time");
    harness_expect(db, "28|NULL\n26|NULL\n23|/usr/bin/systemctl",
                   "SELECT record, asker FROM service_events ORDER BY time DESC LIMIT 3");
    harness_close(db);
}
END_TEST

/* The manager's own messages have the user who ran run0, and its process in the name of the unit. */
START_TEST(run0_is_known_by_the_unit_that_it_starts)
{
    NEED_SYSTEMD(booted);
    if (access("/usr/bin/run0", X_OK) < 0 || access("/usr/lib/polkit-1/polkitd", X_OK) < 0)
        SKIP("needs run0, of systemd 256, and polkit");
    systemd_enter(dir);
    systemd_shell(
        "mkdir -p /etc/pam.d /etc/polkit-1/rules.d; for type in auth account session; do "
        "echo $type required pam_permit.so; done | tee /etc/pam.d/systemd-run0 > /etc/pam.d/other; "
        "echo 'polkit.addRule(function(a, s) { return polkit.Result.YES; });' > "
        "/etc/polkit-1/rules.d/10.rules; systemctl restart polkit; for i in 1 2; do "
        "printf '[Service]\\nExecStart=/bin/sleep 1000\\n' > /etc/systemd/system/lifted$i.service; "
        "done; systemctl daemon-reload; tester() { setpriv --reuid=%d --regid=%d --clear-groups "
        "\"$@\" < /dev/null; }; tester run0 --pipe systemctl start lifted1; "
        "tester run0 --pipe --unit=lift systemctl start lifted2; journalctl --sync",
        SYSTEMD_TESTER_UID, SYSTEMD_TESTER_UID);
    sqlite3 *db = harness_open();
    harness_expect(db,
                   "lift.service|tester|run0\nlifted1.service|tester|/usr/bin/systemctl\n"
                   "lifted2.service|tester|/usr/bin/systemctl",
                   "SELECT service, login_user, asker FROM service_events WHERE service GLOB "
                   "'lift*' ORDER BY 1");
    harness_expect(
        db, "1",
        "SELECT count(*) FROM service_events WHERE service GLOB 'run-p*' AND how = 'run0' "
        "AND asker_pid > 1 AND service GLOB 'run-p' || asker_pid || '-*'");
    harness_expect(db, "2", "SELECT count(*) FROM process_events WHERE via = 'run0'");
    harness_close(db);
}
END_TEST

/* A unit that is enabled, masked or edited leaves nothing of the manager's own. */
/* clang-format off */
static const char changes_log[] =
    EXEC("1789912801.000", "10", "1001", "0", "3", "argc=4 a0=\"systemctl\" a1=\"enable\" a2=\"--now\" a3=\"x\"")
    EXEC("1789912802.000", "11", "1002", "0", "4", "argc=4 a0=\"systemctl\" a1=\"mask\" a2=\"y.socket\" a3=\"z\"")
    EXEC("1789912803.000", "12", "1002", "1002", "4", "argc=3 a0=\"systemctl\" a1=\"enable\" a2=\"refused\"")
    EXEC("1789912804.000", "13", "1002", "1002", "4", "argc=4 a0=\"systemctl\" a1=\"--user\" a2=\"enable\" a3=\"mine\"")
    EXEC("1789912805.000", "14", "1001", "0", "3", "argc=2 a0=\"systemctl\" a1=\"daemon-reload\"")
    EXEC("1789912806.000", "15", "1001", "0", "3", "argc=4 a0=\"systemctl\" a1=\"set-property\" a2=\"x\" a3=\"CPUWeight=50\"")
    EXEC("1789912807.000", "16", "1001", "0", "3", "argc=4 a0=\"systemctl\" a1=\"--root=/mnt\" a2=\"enable\" a3=\"x\"")
    EXEC("1789912808.000", "17", "1001", "0", "3", "argc=4 a0=\"chroot\" a1=\"/mnt\" a2=\"systemctl\" a3=\"enable\"")
    EXEC("1789912809.000", "18", "1001", "0", "3", "argc=7 a0=\"busctl\" a1=\"call\" a2=\"org.freedesktop.systemd1\" "
         "a3=\"/x\" a4=\"org.freedesktop.systemd1.Manager\" a5=\"UnmaskUnitFiles\" a6=\"z.service\"");
static const char changes_lines[] =
    "2026-09-20T14:00:01.500000+00:00 h sudo: alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/systemctl enable --now x\n"
    "2026-09-20T14:01:00.000000+00:00 h sudo: bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/systemctl edit x\n"
    "2026-09-20T14:01:01.000000+00:00 h polkitd[44]: Operator of unix-session:4 successfully authenticated as unix-user:root "
    "to gain TEMPORARY authorization for action org.freedesktop.systemd1.manage-unit-files for system-bus-name::1.5 "
    "[systemctl disable q.timer] (owned by unix-user:bob)\n";
/* clang-format on */

/* An entry of a journal, as journalctl exports it. */
#define ENTRY(second, pid, id, elevated, message)                                                  \
    "__CURSOR=s=00112233445566778899aabbccddeeff;i=" second                                        \
    "\n__REALTIME_TIMESTAMP=17000000" second "000000\n_PID=" pid "\nMESSAGE_ID=" id                \
    "\nUNIT=run-p77-i" second ".service\n" elevated "MESSAGE=" message "\n\n"
#define STARTS  "7d4958e842da4a758f6c1cdc7b36dcc5"
#define STARTED "39f53479d3a045ac8e11786248231fbf"
#define BY_ANN  "ELEVATED_UID=0\nELEVATED_USER=ann\n"
#define RUNS_ID "Starting run-p77.service - [run0] /usr/bin/id..."

/* Anybody may write that to the journal, and the manager of a unit that another tool describes so. */
START_TEST(run0_is_what_the_manager_says_of_a_start)
{
    static const char text[] =
        ENTRY("10", "1", STARTS, BY_ANN, RUNS_ID) ENTRY("11", "77", STARTS, BY_ANN, RUNS_ID)
            ENTRY("12", "1", STARTED, BY_ANN, RUNS_ID) ENTRY("13", "1", STARTS, "", RUNS_ID)
                ENTRY("14", "1", STARTS, BY_ANN, "Starting a.service - Another unit...");
    const char *dir_of_export = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(dir_of_export, "boot.export", text);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir_of_export);
    harness_expect(db, "5", "SELECT count(*) FROM journal");
    harness_expect(
        db, "1700000010|77|ann|/usr/bin/id",
        "SELECT CAST(time AS INTEGER), pid, login_user, cmdline FROM process_events WHERE via = "
        "'run0'");
    harness_close(db);
}
END_TEST

START_TEST(changes_of_unit_files_have_rows_of_who_asked_for_them)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/hostname", "h\n");
    harness_write_text(root, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nalice:x:1001:1001::/:/bin/sh\n"
                       "bob:x:1002:1002::/:/bin/sh\ncarol:x:1003:1003::/home/carol:/bin/sh\n");
    harness_write_text(root, "var/log/audit/audit.log", changes_log);
    harness_write_text(root, "var/log/auth.log", changes_lines);
    harness_write_text(root, "root/.bash_history",
                       "#1789912801\nsystemctl enable --now x\n#1789912999\nsystemctl preset w\n");
    /* Of these a user may do the first, in the own manager. */
    harness_write_text(root, "home/carol/.bash_history",
                       "#1789913010\nsystemctl --user enable own\n#1789913011\nsystemctl mask v\n");
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(db,
                   "10|enabled|x.service|root|alice|3|audit\n"
                   "11|masked|y.socket|root|bob|4|audit\n11|masked|z.service|root|bob|4|audit\n"
                   "13|enabled|mine.service|bob|bob|4|audit\n"
                   "14|reloaded|NULL|root|alice|3|audit\n"
                   "15|modified|x.service|root|alice|3|audit\n"
                   "18|unmasked|z.service|root|alice|3|audit\n"
                   "2|modified|x.service|root|bob|NULL|sudo\n"
                   "3|disabled|q.timer|bob|bob|4|polkit\n"
                   "4|enabled|w.service|root|root|NULL|history\n"
                   "2|enabled|own.service|carol|carol|NULL|history",
                   "SELECT record, action, service, user, login_user, session, how FROM "
                   "service_events ORDER BY time, service");
    harness_expect(db, "11", "SELECT count(*) FROM service_events");
    harness_expect(db, "z.service|bob",
                   "SELECT service, login_user FROM service_events WHERE "
                   "action = 'masked' AND service = 'z.service'");
    harness_close(db);
}
END_TEST

/* What is joined with each other is planned when it is read: no log of commands, of which SQLite would plan a dozen. */
START_TEST(who_asked_is_planned_in_parts)
{
    sqlite3 *db = harness_open();
    char    *plan = harness_query(db, "EXPLAIN QUERY PLAN SELECT how FROM asked_by");

    ck_assert_ptr_nonnull(strstr(plan, "unit_jobs"));
    ck_assert_ptr_nonnull(strstr(plan, "job_requests"));
    ck_assert_ptr_null(strstr(plan, "service_commands"));
    harness_close(db);
}
END_TEST

/* From systemd 255 on the manager says whose process asked it to read all units again. */
START_TEST(the_manager_tells_who_had_it_read_its_units_again)
{
    struct timespec since;

    NEED_SYSTEMD(booted);
    systemd_enter(dir);
    clock_gettime(CLOCK_REALTIME, &since);
    systemd_shell(
        "printf '[Service]\\nExecStart=/bin/true\\n[Install]\\nWantedBy=fixture.target\\n' > "
        "/etc/systemd/system/again.service; systemctl daemon-reload; echo $? > /run/x; "
        "systemctl daemon-reexec; journalctl --sync");
    sqlite3 *db = harness_open();
    harness_expect(
        db, "1|1",
        "SELECT count(*) FILTER (WHERE action = 'reloaded'), count(*) FILTER (WHERE action = "
        "'reexecuted') FROM service_events WHERE pid = 1 AND service IS NULL AND time >= %ld",
        (long)since.tv_sec);
    harness_expect(
        db, "0",
        "SELECT count(*) FROM service_events WHERE action IN ('reloaded', 'reexecuted') "
        "AND detail GLOB '*client PID*' AND (asker IS NOT 'systemctl' AND asker NOT GLOB "
        "'*/systemctl' OR asker_pid < 2)");
    harness_close(db);
}
END_TEST

Suite *make_asked_by_suite(void);

Suite *make_asked_by_suite(void)
{
    Suite *suite = suite_create("asked_by");
    TCase *tcase = tcase_create("asked_by");

    tcase_add_unchecked_fixture(tcase, boot, stop);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, the_live_host_tells_who_asked);
    tcase_add_test(tcase, its_disk_tells_the_same_afterwards);
    tcase_add_test(tcase, the_manager_tells_who_had_it_read_its_units_again);
    tcase_add_test(tcase, real_logins_tell_who_asked);
    tcase_add_test(tcase, run0_is_known_by_the_unit_that_it_starts);
    suite_add_tcase(suite, tcase);
    TCase *text = tcase_create("text");
    tcase_add_test(text, audit_alone_tells_who_asked);
    tcase_add_test(text, run0_is_what_the_manager_says_of_a_start);
    tcase_add_test(text, who_asked_is_planned_in_parts);
    tcase_add_test(text, changes_of_unit_files_have_rows_of_who_asked_for_them);
    suite_add_tcase(suite, text);
    return suite;
}
