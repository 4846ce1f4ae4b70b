/* check_linux_views.c -- process_events, service_events, file_events and service_commands over a
 * host whose logs are written here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "make_spared.h"

/* Times are seconds after 2026-09-20T14:00:00Z, 1789912800. */

static const char passwd[] = "root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/bash\n";

#define EXEC(time, serial, pid, ppid, auid, uid, comm, exe, execve)                                \
    "type=SYSCALL msg=audit(" time ":" serial "): arch=c000003e syscall=59 success=yes exit=0 "    \
    "items=2 ppid=" ppid " pid=" pid " auid=" auid " uid=" uid " gid=0 euid=" uid                  \
    " tty=pts0 ses=2 comm=\"" comm "\" exe=\"" exe "\" key=\"k\"\n"                                \
    "type=EXECVE msg=audit(" time ":" serial "): " execve "\n"                                     \
    "type=CWD msg=audit(" time ":" serial "): cwd=\"/home/bob\"\n"

/* clang-format off */
static const char audit_log[] =
    EXEC("1789912801.500", "10", "501", "500", "1000", "0", "sudo", "/usr/bin/sudo",
         "argc=4 a0=\"sudo\" a1=\"systemctl\" a2=\"stop\" a3=\"auditd\"")
    EXEC("1789912801.600", "11", "502", "501", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=4 a0=\"systemctl\" a1=\"stop\" a2=\"auditd\" a3=\"cron\"")
    EXEC("1789912802.000", "12", "503", "500", "1000", "1000", "ssh", "/usr/bin/ssh",
         "argc=3 a0=\"ssh\" a1=\"db1\" a2=73797374656D63746C2073746F702078")
    EXEC("1789912803.000", "13", "504", "500", "1000", "1000", "ls", "/usr/bin/ls",
         "argc=2 a0=\"ls\" a1=\"ssh.service\"")
    EXEC("1789912804.000", "14", "505", "500", "1000", "0", "ssh", "/usr/bin/dash",
         "argc=3 a0=\"/bin/sh\" a1=\"/etc/init.d/ssh\" a2=\"stop\"")
    EXEC("1789912920.000", "15", "506", "400", "4294967295", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"enable\" a2=\"nginx.service\"")
    EXEC("1789912921.000", "16", "507", "400", "4294967295", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"link\" a2=\"/tmp/x.service\"")
    "type=USER_CMD msg=audit(1789912805.000:17): pid=508 uid=1000 auid=1000 ses=2 msg='cwd=\"/\" "
    "cmd=73797374656D63746C206D61736B2078 exe=\"/usr/bin/sudo\" terminal=pts/0 res=failed'\n"
    "type=SERVICE_START msg=audit(1789912806.000:18): pid=1 uid=0 auid=4294967295 ses=4294967295 "
    "msg='unit=x comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? "
    "res=success'\n"
    "type=SERVICE_START msg=audit(1789912807.000:19): pid=1 uid=0 auid=4294967295 ses=4294967295 "
    "msg='unit=y comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? "
    "res=failed'\n"
    "type=SERVICE_STOP msg=audit(1789912808.000:20): pid=1 uid=0 auid=4294967295 ses=4294967295 "
    "msg='unit=x comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? "
    "res=success'\n"
    "type=SYSCALL msg=audit(1789912809.000:21): arch=c000003e syscall=257 success=yes exit=3 "
    "items=2 ppid=500 pid=509 auid=1000 uid=0 gid=0 euid=0 tty=pts0 ses=2 comm=\"vim\" "
    "exe=\"/usr/bin/vim\" key=\"units\"\n"
    "type=CWD msg=audit(1789912809.000:21): cwd=\"/\"\n"
    "type=PATH msg=audit(1789912809.000:21): item=0 name=\"/etc/systemd/system/\" inode=1 "
    "dev=08:01 mode=040755 ouid=0 ogid=0 rdev=00:00 nametype=PARENT\n"
    "type=PATH msg=audit(1789912809.000:21): item=1 name=\"/etc/systemd/system/x.service\" "
    "inode=2 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=CREATE\n"
    "type=SYSCALL msg=audit(1789912810.000:22): arch=c000003e syscall=87 success=yes exit=0 "
    "items=2 ppid=500 pid=510 auid=1000 uid=0 gid=0 euid=0 tty=pts0 ses=2 comm=\"rm\" "
    "exe=\"/usr/bin/rm\" key=\"units\"\n"
    "type=CWD msg=audit(1789912810.000:22): cwd=\"/etc/systemd/system\"\n"
    "type=PATH msg=audit(1789912810.000:22): item=1 name=\"x.service\" inode=2 dev=08:01 "
    "mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=DELETE\n"
    "type=SERVICE_START msg=audit(1789912890.000:23): pid=1 uid=0 auid=4294967295 ses=4294967295 "
    "msg='unit=z comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? "
    "res=success'\n"
    EXEC("1789912922.000", "24", "511", "400", "4294967295", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"auditd.service\"");
/* clang-format on */

static const char auth_log[] =
    "2026-09-20T14:00:30.000000+00:00 web1 sudo:      bob : TTY=pts/0 ; PWD=/home/bob ; USER=root "
    "; "
    "COMMAND=/usr/bin/systemctl restart nginx\n"
    "2026-09-20T14:00:31.000000+00:00 web1 sudo: pam_unix(sudo:session): session opened for user "
    "root(uid=0) by bob(uid=1000)\n"
    "2026-09-20T14:00:32.000000+00:00 web1 sudo:      bob : command not allowed ; TTY=pts/0 ; "
    "PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/systemctl stop auditd\n";

static const char dpkg_log[] = "2026-09-20 14:02:00 upgrade nginx:amd64 1.0 1.1\n"
                               "2026-09-20 14:02:01 status installed nginx:amd64 1.1\n";

static const char history[] = "#1789912815\nsudo systemctl edit --full ssh\n"
                              "ls\nman systemctl\n";

/* A connection that sees the host "web1" beside the live one. */
static sqlite3 *open_host(void)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "web1\n");
    harness_write_text(dir, "etc/passwd", passwd);
    harness_write_text(dir, "var/log/audit/audit.log", audit_log);
    harness_write_text(dir, "var/log/auth.log", auth_log);
    harness_write_text(dir, "var/log/dpkg.log", dpkg_log);
    harness_write_text(dir, "home/bob/.bash_history", history);
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    return db;
}

#define HERE "host = 'web1'"

/* logrotate's scripts send these each week. */
START_TEST(a_signal_that_stops_nothing_is_no_stop)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "etc/os-release", "ID=rhel\n");
    harness_write_text(dir, "root/.bash_history",
                       "systemctl kill -s HUP auditd\nsystemctl kill --signal=SIGUSR1 auditd\n"
                       "systemctl kill -s 0 auditd\nsystemctl kill auditd\n"
                       "systemctl kill -s KILL auditd\nkill -9 $(pidof auditd)\n"
                       "auditctl -e 0\n");
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db,
                   "auditctl -e 0\nkill -9 $(pidof auditd)\nsystemctl kill -s KILL auditd\n"
                   "systemctl kill auditd",
                   "SELECT cmdline FROM command_facts WHERE security ORDER BY 1");
    harness_close(db);
}
END_TEST

START_TEST(every_audit_field_is_one_of_sigmas)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "etc/os-release", "ID=rhel\n");
    harness_write_text(
        dir, "var/log/audit/audit.log",
        "type=SYSCALL msg=audit(1.0:1): arch=c000003e syscall=59 success=yes exit=0 ppid=7 pid=8 "
        "auid=10 uid=1 gid=2 euid=0 tty=pts4 ses=9 comm=\"a\" exe=\"/bin/a\" key=\"k\"\n"
        "type=EXECVE msg=audit(1.0:1): argc=6 a0=\"a\" a1=\"b\" a2=\"c\" a3=\"d\" a4=\"e\" "
        "a5=\"f\"\n");
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "e|f||0|1|10|9|yes|8|pts4|6",
                   "SELECT a4, a5, a6, euid, uid, auid, ses, success, pid, tty, argc FROM logs "
                   "WHERE type = 'EXECVE' AND euid = '0' AND a4 LIKE 'E'");
    harness_close(db);
}
END_TEST

START_TEST(process_events_take_names_from_the_hosts_own_users)
{
    sqlite3 *db = open_host();

    harness_expect(db,
                   "2026-09-20 14:00:01.600000|502|501|root|bob|/usr/bin/systemctl|systemctl|"
                   "systemctl stop auditd cron|/home/bob|1|audit|11|linux",
                   "SELECT datetime, pid, ppid, user, login_user, exe, name, cmdline, cwd, "
                   "success, via, record, platform FROM process_events WHERE " HERE
                   " AND pid = 502");
    harness_expect(db, "NULL|bob|sudo|0|systemctl mask x",
                   "SELECT iif(user = 'bob', NULL, user), login_user, via, success, cmdline FROM "
                   "process_events WHERE " HERE " AND record = '17'");
    harness_close(db);
}
END_TEST

START_TEST(sudo_lines_are_commands_run_and_refused)
{
    sqlite3 *db = open_host();

    harness_expect(db,
                   "bob|root|/usr/bin/systemctl restart nginx|1|sudo\n"
                   "bob|root|/usr/bin/systemctl stop auditd|0|sudo",
                   "SELECT login_user, user, cmdline, success, via FROM process_events "
                   "WHERE " HERE " AND source GLOB '*auth.log' ORDER BY time");
    harness_close(db);
}
END_TEST

START_TEST(a_command_has_one_row_a_target_and_none_for_its_wrapper)
{
    sqlite3 *db = open_host();

    harness_expect(db,
                   "systemctl|stop|auditd|NULL||11\n"
                   "systemctl|stop|cron|NULL||11\n"
                   "systemctl|stop|x|db1|ssh|12\n"
                   "init.d|stop|ssh|NULL||14\n"
                   "systemctl|mask|x|NULL|sudo|17\n"
                   "systemctl|edit|ssh|NULL|sudo|2\n"
                   "systemctl|restart|nginx|NULL|sudo|1\n"
                   "systemctl|stop|auditd|NULL|sudo|3",
                   "SELECT tool, verb, target, remote, via, record FROM service_commands "
                   "WHERE " HERE " AND time < 1789912900 ORDER BY time, target");
    harness_close(db);
}
END_TEST

START_TEST(what_a_package_does_is_its_patch_cycle_but_nothing_out_of_tmp)
{
    sqlite3 *db = open_host();

    /* Whoever waits for an upgrade of nginx to stop auditd is not believed. */
    harness_expect(db, "enable|nginx.service|1\nlink|/tmp/x.service|0\nstop|auditd.service|0",
                   "SELECT verb, target, patch_cycle FROM service_commands WHERE " HERE
                   " AND time > 1789912900 ORDER BY time");
    harness_expect(db, "0",
                   "SELECT max(patch_cycle) FROM service_commands WHERE " HERE
                   " AND time < 1789912850");
    harness_close(db);
}
END_TEST

static void copy(const char *fixture, const char *dir, const char *path)
{
    size_t size;
    char  *data = harness_read(fixture, &size);

    harness_write(dir, path, data, size);
}

/* The logs of a Debian 12 tree while cron, rsyslog, openssh-server, nginx-light, chrony and auditd
 * were installed, reinstalled, removed and purged; audit watched what their scripts ran. */
START_TEST(a_package_cycle_gives_no_finding)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "packages\n");
    copy("tests/fixtures/package_cycle/audit.log.gz", dir, "var/log/audit/audit.log.1.gz");
    copy("tests/fixtures/package_cycle/dpkg.log.gz", dir, "var/log/dpkg.log.1.gz");
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "34|34",
                   "SELECT count(*), sum(patch_cycle) FROM service_commands WHERE host = "
                   "'packages'");
    harness_expect(db, "0",
                   "SELECT count(*) FROM findings WHERE host = 'packages' AND severity "
                   "<> 'info'");
    harness_close(db);
}
END_TEST

/* A view or table's `datetime` is `time` in the form of SQLite's datetime(), so that WHERE datetime
 * > datetime('now', '-1 hour') compares correctly. windows_eventlog keeps osquery's form. */
START_TEST(every_datetime_compares_with_sqlites_own)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open(), *names = harness_open();

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    copy("tests/fixtures/package_cycle/audit.log.gz", dir, "var/log/audit/audit.log.1.gz");
    copy("tests/fixtures/package_cycle/dpkg.log.gz", dir, "var/log/dpkg.log.1.gz");
    harness_expect(db, "", "DELETE FROM evidence");
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "",
                   "INSERT INTO evidence(location) VALUES ('tests/fixtures/linux/compromised')");

    char *tables = harness_query(
        names, "SELECT table_name FROM svcql_columns WHERE name IN ('time', 'datetime') AND "
               "table_name <> 'windows_eventlog' GROUP BY table_name HAVING count(*) = 2");
    for (char *rest = tables, *table; (table = strsep(&rest, "\n"));)
        ck_assert_msg(harness_int(db,
                                  "SELECT count(*) FROM %s WHERE datetime IS NOT "
                                  "utc_datetime(time) OR datetime < datetime(time, 'unixepoch') "
                                  "OR datetime > datetime(time + 1, 'unixepoch')",
                                  table) == 0,
                      "%s: datetime is not time", table);
    /* As many as the audit log has serials, and dpkg's has lines. */
    harness_expect(db, "131|139",
                   "SELECT (SELECT count(datetime) FROM audit_events), (SELECT count(datetime) "
                   "FROM package_history)");
    harness_close(names);
    harness_close(db);
}
END_TEST

START_TEST(a_timeline_holds_every_log_in_one_clock_and_a_range_reaches_them)
{
    sqlite3 *db = open_host();

    harness_expect(
        db, "0",
        "SELECT count(*) FROM timeline WHERE datetime IS NOT utc_datetime(time) AND " HERE);
    harness_expect(db, "auth|3\nfile|2\nhistory|1\npackage|2\nprocess|11\nservice|4",
                   "SELECT kind, count(*) FROM timeline WHERE " HERE
                   " AND kind <> 'finding' GROUP BY 1");
    harness_expect(db, "9|0",
                   "SELECT count(*), count(*) - (SELECT count(*) FROM findings WHERE " HERE
                   ") FROM timeline WHERE kind = 'finding' AND severity <> '' AND " HERE);
    harness_expect(db, "1",
                   "SELECT (SELECT count(*) FROM timeline WHERE " HERE
                   " AND time BETWEEN t AND t + 60) = "
                   "(SELECT count(*) FROM timeline WHERE " HERE " AND +time BETWEEN t AND t + 60) "
                   "FROM (SELECT min(time) AS t FROM process_events WHERE " HERE ")");
    harness_expect(db, "0",
                   "SELECT count(*) FROM findings WHERE " HERE
                   " AND key IS NOT host || ' ' || platform || ' ' || subject");
    harness_expect(db, "root|systemctl|link|/tmp/x.service",
                   "SELECT user, tool, verb, target FROM findings WHERE " HERE
                   " AND instr(signals, 'linked_from_temp')");
    harness_close(db);
}
END_TEST

/* sudo systemctl status x, and "!sh" in its pager; systemctl edit with an editor is ordinary. */
/* clang-format off */
static const char escape_log[] =
    EXEC("1789912801.000", "10", "601", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"status\" a2=\"x\"")
    EXEC("1789912801.100", "11", "602", "601", "1000", "0", "less", "/usr/bin/less",
         "argc=1 a0=\"less\"")
    EXEC("1789912805.000", "12", "603", "602", "1000", "0", "sh", "/usr/bin/dash",
         "argc=3 a0=\"sh\" a1=\"-c\" a2=\"sh\"")
    EXEC("1789912810.000", "13", "604", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"edit\" a2=\"x\"")
    EXEC("1789912810.100", "14", "605", "604", "1000", "0", "nano", "/usr/bin/nano",
         "argc=2 a0=\"nano\" a1=\"/etc/systemd/system/x.service.d/.#override.conf\"")
    EXEC("1789912820.000", "15", "606", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"edit\" a2=\"y\"")
    EXEC("1789912820.100", "16", "607", "606", "1000", "0", "evil", "/tmp/evil",
         "argc=1 a0=\"/tmp/evil\"")
    EXEC("1789912830.000", "17", "608", "600", "1000", "0", "sh", "/usr/bin/dash",
         "argc=1 a0=\"sh\"");
/* clang-format on */

START_TEST(a_shell_out_of_a_tools_pager_is_found_and_an_editor_is_not)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "escape\n");
    harness_write_text(dir, "var/log/audit/audit.log", escape_log);
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "high|sh -c sh|systemctl status x\nhigh|/tmp/evil|systemctl edit y",
                   "SELECT severity, subject, tool FROM t1569_tool_child WHERE host = 'escape' "
                   "ORDER BY time");
    harness_close(db);
}
END_TEST

/* The tool, its pager fifty minutes later, and what the pager started fifty minutes after that. */
/* clang-format off */
static const char patient_log[] =
    EXEC("1789906000.000", "10", "601", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"status\" a2=\"x\"")
    EXEC("1789909000.000", "11", "602", "601", "1000", "0", "less", "/usr/bin/less",
         "argc=1 a0=\"less\"")
    EXEC("1789912000.000", "12", "603", "602", "1000", "0", "sh", "/usr/bin/dash",
         "argc=3 a0=\"sh\" a1=\"-c\" a2=\"sh\"");
/* clang-format on */

START_TEST(the_tool_of_a_pager_is_found_an_hour_before_what_the_question_needs_else)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "patient\n");
    harness_write_text(dir, "var/log/audit/audit.log", patient_log);
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(
        db, "sh -c sh|systemctl status x",
        "SELECT subject, json_extract(evidence, '$.t1569_tool_child.tool') FROM findings "
        "WHERE host = 'patient' AND analytic = 't1569_tool_child' AND time > 1789911999");
    harness_expect(db, "",
                   "SELECT subject FROM findings WHERE host = 'patient' AND "
                   "analytic = 't1569_tool_child' AND time > 1789912001");
    harness_close(db);
}
END_TEST

#define STARTED(time, n, unit)                                                                     \
    "type=SERVICE_START msg=audit(" time ".000:" n "): pid=1 uid=0 auid=4294967295 "               \
    "ses=4294967295 msg='unit=" unit " comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" "         \
    "hostname=? addr=? terminal=? res=success'\n"

/* tick starts again and again, odd once; the only commands are hours before and after. */
/* clang-format off */
static const char ticking_log[] =
    EXEC("1789900000.000", "1", "601", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"a\"")
    STARTED("1789901000", "2", "tick") STARTED("1789904000", "3", "tick")
    STARTED("1789908000", "4", "tick") STARTED("1789910000", "5", "odd")
    STARTED("1789912000", "6", "tick") STARTED("1789916000", "7", "tick")
    STARTED("1789920000", "8", "tick")
    EXEC("1789930000.000", "9", "602", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"a\"");

static const char asking_log[] =
    EXEC("1789900000.000", "1", "601", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"a\"")
    EXEC("1789909991.000", "2", "602", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"near\"")
    STARTED("1789910000", "3", "near")
    EXEC("1789919989.000", "4", "603", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"b\"")
    STARTED("1789920000", "5", "far")
    EXEC("1789930000.000", "6", "604", "600", "1000", "0", "systemctl", "/usr/bin/systemctl",
         "argc=3 a0=\"systemctl\" a1=\"start\" a2=\"a\"");
/* clang-format on */

/* A tool nine seconds before near starts, and eleven before far does. */
START_TEST(how_long_a_tool_explains_a_start_is_the_users)
{
    const char *dir = harness_scratch();
    sqlite3    *db = open_host();
    static const struct {
        int         window;
        const char *unasked;
    } turns[] = {{10, "far.service"}, {8, "near.service\nfar.service"}, {12, ""}};

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "tools\n");
    harness_write_text(dir, "var/log/audit/audit.log", asking_log);
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "10",
                   "SELECT CAST(value AS INTEGER) FROM attack_knobs WHERE name = 'tool_window'");
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        harness_query(db, "UPDATE attack_knobs SET value = %d WHERE name = 'tool_window'",
                      turns[i].window);
        harness_expect(
            db, turns[i].unasked,
            "SELECT subject FROM t1569_unasked_start WHERE host = 'tools' ORDER BY time");
    }
    harness_close(db);
}
END_TEST

#define ROWS "time, host, severity, subject, signals, analytic, evidence"

/* once() keeps the term from the analytics: they answer for all time, and SQLite takes the window. */
static void expect_same_in_window(sqlite3 *db, double from, double to)
{
    char *all = harness_query(db,
                              "SELECT " ROWS " FROM findings WHERE once(time) BETWEEN %f AND %f "
                              "ORDER BY " ROWS,
                              from, to);
    char *window = harness_query(
        db, "SELECT " ROWS " FROM findings WHERE time BETWEEN %f AND %f ORDER BY " ROWS, from, to);

    ck_assert_str_eq(window, all);
}

START_TEST(findings_of_a_window_are_those_of_all_time_within_it)
{
    const char *dirs[] = {harness_scratch(), harness_scratch()};
    const char *logs[] = {escape_log, ticking_log};
    sqlite3    *db = open_host();

    harness_query(db, "DELETE FROM evidence WHERE kind = 'live'"); /* it does not hold still */
    for (size_t i = 0; i < 2; i++) {
        char host[16];

        snprintf(host, sizeof host, "window%zu\n", i);
        harness_write_text(dirs[i], "etc/os-release", "ID=debian\n");
        harness_write_text(dirs[i], "etc/hostname", host);
        harness_write_text(dirs[i], "var/log/audit/audit.log", logs[i]);
        harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dirs[i]);
    }
    harness_expect(db, "odd.service",
                   "SELECT subject FROM t1569_unasked_start WHERE host = 'window1'");
    char *times = harness_query(db, "SELECT DISTINCT time FROM findings WHERE time IS NOT NULL");
    for (char *at = strtok(times, "\n"); at; at = strtok(NULL, "\n")) {
        expect_same_in_window(db, atof(at), atof(at));
        expect_same_in_window(db, atof(at) - 30, atof(at) + 30);
        expect_same_in_window(db, atof(at) + 0.001, 4e9);
    }
    expect_same_in_window(db, 1789908000 - 60, 1789908000 + 60); /* tick alone */
    harness_close(db);
}
END_TEST

START_TEST(service_events_tell_starts_stops_and_failures_of_the_manager)
{
    sqlite3 *db = open_host();

    harness_expect(db,
                   "started|x.service|1\nfailed|y.service|1\nstopped|x.service|1\n"
                   "started|z.service|1\nenabled|nginx.service|506\nenabled|/tmp/x.service|507",
                   "SELECT action, service, pid FROM service_events WHERE " HERE " ORDER BY time");
    harness_close(db);
}
END_TEST

START_TEST(file_events_tell_what_became_of_a_file_and_by_whom)
{
    sqlite3 *db = open_host();

    harness_expect(db,
                   "created|/etc/systemd/system/x.service|root|bob|/usr/bin/vim\n"
                   "deleted|/etc/systemd/system/x.service|root|bob|/usr/bin/rm",
                   "SELECT action, path, user, login_user, exe FROM file_events WHERE " HERE
                   " ORDER BY time");
    harness_close(db);
}
END_TEST

/* A folder of the kernel's that goes with all that is in it; a link, whose other name is no object. */
START_TEST(an_event_of_many_files_is_an_event_of_each)
{
    const char   *dir = harness_scratch();
    struct buffer log = {0};
    sqlite3      *db = harness_open();

    buffer_puts(&log,
                "type=SYSCALL msg=audit(1700000000.000:1): arch=c000003e syscall=84 success=yes "
                "exit=0 pid=7 auid=0 uid=0 comm=\"rmdir\" exe=\"/bin/rmdir\"\n"
                "type=CWD msg=audit(1700000000.000:1): cwd=\"/sys\"\n"
                "type=PATH msg=audit(1700000000.000:1): item=0 name=\"/sys\" nametype=PARENT\n");
    for (int i = 0; i < 3000; i++)
        buffer_printf(
            &log, "type=PATH msg=audit(1700000000.000:1): item=%d name=\"a/f%d\" nametype=DELETE\n",
            i + 1, i);
    buffer_puts(&log,
                "type=SYSCALL msg=audit(1700000009.000:2): arch=c000003e syscall=86 success=yes "
                "exit=0 pid=7 auid=0 uid=0 comm=\"ln\" exe=\"/bin/ln\"\n"
                "type=PATH msg=audit(1700000009.000:2): item=0 name=\"/old\" nametype=NORMAL\n"
                "type=PATH msg=audit(1700000009.000:2): item=1 name=\"/\" nametype=PARENT\n"
                "type=PATH msg=audit(1700000009.000:2): item=2 name=\"/new\" nametype=CREATE\n");
    harness_write_text(dir, "etc/hostname", "many\n");
    harness_write(dir, "var/log/audit/audit.log", log.data, log.size);
    buffer_free(&log);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_expect(
        db, "1|created|1|/new|/new\n3000|deleted|3000|/sys/a/f0|/sys/a/f999",
        "SELECT count(*), action, count(DISTINCT path), min(path), max(path) FROM file_events "
        "GROUP BY action ORDER BY action");
    harness_close(db);
}
END_TEST

START_TEST(commands_are_graded_by_what_they_do_and_to_what)
{
    sqlite3 *db = open_host();

    harness_expect(db,
                   "medium|stop|auditd|stops_security|0\n"
                   "info|stop|cron||0\n"
                   "low|stop|x|remote_host|0\n"
                   "info|stop|ssh||0\n"
                   "low|edit|ssh|makes_service|0\n"
                   "info|enable|nginx.service||1",
                   "SELECT severity, verb, target, signals, patch_cycle FROM "
                   "t1569_command_execution WHERE " HERE " AND record IN ('11', '12', '14', '15', "
                   "'2') ORDER BY time, target");
    harness_expect(db, "critical|1|1|1",
                   "SELECT severity, instr(signals, 'makes_service') > 0, "
                   "instr(signals, 'linked_from_temp') > 0, instr(signals, 'runs_from_temp') > 0 "
                   "FROM t1569_command_execution WHERE " HERE " AND verb = 'link'");
    harness_close(db);
}
END_TEST

START_TEST(a_service_is_what_would_run)
{
    const char *root = harness_scratch();
    sqlite3    *other = harness_open();

    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(
        root, "etc/systemd/system/a.service",
        "[Service]\nType=oneshot\nUser=%p\nEnvironment=X=/y\n"
        "ExecStart=-/opt/../bin/one $X\nExecStart=@/bin/two 2 3\nExecStop=/bin/no\n");
    harness_write_text(root, "etc/systemd/system/b.service",
                       "[Service]\nDynamicUser=yes\nExecStart=/bin/old\n");
    harness_write_text(root, "etc/systemd/system/b.service.d/x.conf",
                       "[Service]\nExecStart=\nExecStart=+/bin/new\n");
    harness_write_text(root, "etc/systemd/system/c.service", "[Service]\nExecStart=/bin/c \"\n");
    harness_query(other, "DELETE FROM evidence");
    harness_query(other, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(other,
                   "a.service|/bin/one|/opt/../bin/one /y;/bin/two 3|a\n"
                   "b.service|/bin/new|/bin/new|root",
                   "SELECT name, path, replace(command, char(10), ';'), user_account FROM services "
                   "WHERE name < 'c' ORDER BY 1");
    harness_expect(other, "c.service|/bin/c|/bin/c \"",
                   "SELECT name, path, command FROM services WHERE name > 'c'");
    harness_close(other);
}
END_TEST

static void put_start(struct buffer *log, int serial, int time, const char *unit, int number)
{
    buffer_printf(log,
                  "type=SERVICE_START msg=audit(%d.000:%d): pid=1 uid=0 auid=4294967295 "
                  "ses=4294967295 msg='unit=%s%d comm=\"systemd\" "
                  "exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'\n",
                  time, serial, unit, number);
}

/* In four minutes is not often, in five it is; eight services in a minute are no burst, nine are one. */
START_TEST(often_and_a_burst_begin_where_they_are_said_to)
{
    const char   *root = harness_scratch();
    sqlite3      *other = harness_open();
    struct buffer log = {0};
    int           serial = 0;

    for (int i = 0; i < 5; i++) {
        put_start(&log, ++serial, 1700000040 + 120 * i, "often", 5);
        if (i < 4)
            put_start(&log, ++serial, 1700000041 + 120 * i, "often", 4);
    }
    for (int i = 0; i < 9; i++)
        put_start(&log, ++serial, 1700100000 + i, "nine", i);
    for (int i = 0; i < 8; i++)
        put_start(&log, ++serial, 1700200020 + i, "eight", i);
    /* Of a host whose commands are known. */
    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(root, "root/.bash_history",
                       "#1699990000\nsystemctl stop x\n#1700300000\nsystemctl stop x\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write(root, "var/log/audit/audit.log", log.data, log.size);
    buffer_free(&log);
    harness_query(other, "DELETE FROM evidence");
    harness_query(other, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(other, "eight|0|0|8\nnine|1|0|9\noften4|0|0|4\noften5|0|1|5",
                   "SELECT CASE WHEN service GLOB 'often*' THEN replace(service, '.service', '') "
                   "WHEN service GLOB 'nine*' THEN 'nine' ELSE 'eight' END AS s, in_burst, "
                   "regular, count(*) FROM start_facts GROUP BY s");
    harness_close(other);
}
END_TEST

/* By Unit=, wherever it is among the settings, and else by the timer's own name. */
START_TEST(a_timer_has_the_state_of_what_it_starts)
{
    const char *root = harness_scratch();
    sqlite3    *other = harness_open();

    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/systemd/system/a.timer",
                       "[Timer]\nOnCalendar=daily\nUnit=b.service\nPersistent=yes\n");
    harness_write_text(root, "etc/systemd/system/c.timer", "[Timer]\nOnCalendar=daily\n");
    harness_write_text(root, "etc/systemd/system/d.timer", "[Timer]\nUnit=c.service\n");
    harness_write_text(root, "etc/systemd/system/a.service",
                       "[Service]\nExecStart=/bin/a\n[Install]\nWantedBy=x.target\n");
    harness_write_text(root, "etc/systemd/system/b.service", "[Service]\nExecStart=/bin/b\n");
    harness_write_text(root, "etc/systemd/system/c.service",
                       "[Service]\nExecStart=/bin/c\n[Install]\nWantedBy=x.target\n");
    harness_query(other, "DELETE FROM evidence");
    harness_query(other, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(other, "a.timer|static\nc.timer|disabled\nd.timer|disabled",
                   "SELECT name, timed_state FROM unit_facts WHERE name GLOB '*.timer' ORDER BY 1");
    harness_close(other);
}
END_TEST

START_TEST(known_admins_are_left_out)
{
    sqlite3 *db = open_host();

    expect_spared(db, "t1569_command_execution", "coalesce(login_user, user)", "known_admins",
                  "user");
    expect_spared(db, "t1569_command_execution", "target", "known_services", "name");
    expect_spared(db, "t1569_file_modification", "user", "known_admins", "user");
    expect_spared(db, "t1569_file_modification", "subject", "known_paths", "path");
    expect_spared(db, "t1569_unasked_start", "subject", "known_services", "name");

    harness_expect(db, "", "INSERT INTO known_admins(user, host) VALUES ('bob', 'web1')");
    harness_expect(db, "0",
                   "SELECT count(*) FROM t1569_command_execution WHERE " HERE
                   " AND login_user = 'bob'");
    harness_expect(db, "3", "SELECT count(*) FROM t1569_command_execution WHERE " HERE);
    harness_close(db);
}
END_TEST

START_TEST(findings_hold_what_commands_signal_and_the_sub_technique_filters_them)
{
    sqlite3 *db = open_host();

    harness_expect(db, "critical|systemctl link /tmp/x.service",
                   "SELECT severity, subject FROM findings WHERE " HERE
                   " AND instr(signals, 'linked_from_temp')");
    harness_expect(db, "7|0|0",
                   "SELECT (SELECT count(*) FROM t1569_systemctl WHERE " HERE "), "
                   "(SELECT count(*) FROM t1569_launchctl WHERE " HERE "), "
                   "(SELECT count(*) FROM t1569_service_execution WHERE " HERE ")");
    harness_close(db);
}
END_TEST

START_TEST(a_start_with_no_tool_near_it_is_shown)
{
    sqlite3 *db = open_host();

    /* x.service starts a second after commands; no command requested z.service. */
    harness_expect(db, "z.service|without_tool",
                   "SELECT subject, signals FROM t1569_unasked_start WHERE " HERE);
    harness_close(db);
}
END_TEST

/* A range of time must reach the log's own search, or the last minutes cost as much as all. */
START_TEST(a_range_of_time_reaches_every_log_that_can_seek)
{
    sqlite3 *db = harness_open();
    char    *plan;

    plan =
        harness_query(db, "EXPLAIN QUERY PLAN SELECT * FROM service_command_rows WHERE time > 1");
    ck_assert_ptr_nonnull(strstr(plan, "SCAN a VIRTUAL TABLE INDEX 0:time>=?"));
    ck_assert_ptr_nonnull(strstr(plan, "SCAN s VIRTUAL TABLE INDEX 0:time>=?"));
    ck_assert_ptr_null(strstr(plan, "MATERIALIZE process_events"));
    free(plan);
    harness_close(db);
}
END_TEST

/* Where a column's type differs between two arms, SQLite makes a subroutine that computes all columns of each row. */
START_TEST(of_an_event_only_what_is_asked_for_is_computed)
{
    static const char *const views[] = {"process_rows", "file_rows", "network_rows"};
    sqlite3                 *db = harness_open();

    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        char  subroutine[64];
        char *plan = harness_query(db, "EXPLAIN QUERY PLAN SELECT time FROM %s", views[i]);

        snprintf(subroutine, sizeof subroutine, "CO-ROUTINE %s", views[i]);
        ck_assert_ptr_nonnull(strstr(plan, "UNION ALL"));
        ck_assert_msg(!strstr(plan, subroutine), "%s", plan);
        free(plan);
    }
    harness_close(db);
}
END_TEST

Suite *make_linux_views_suite(void);

Suite *make_linux_views_suite(void)
{
    Suite *suite = suite_create("linux_views");
    TCase *tcase = tcase_create("linux_views");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, process_events_take_names_from_the_hosts_own_users);
    tcase_add_test(tcase, sudo_lines_are_commands_run_and_refused);
    tcase_add_test(tcase, a_command_has_one_row_a_target_and_none_for_its_wrapper);
    tcase_add_test(tcase, what_a_package_does_is_its_patch_cycle_but_nothing_out_of_tmp);
    tcase_add_test(tcase, every_datetime_compares_with_sqlites_own);
    tcase_add_test(tcase, a_timeline_holds_every_log_in_one_clock_and_a_range_reaches_them);
    tcase_add_test(tcase, a_package_cycle_gives_no_finding);
    tcase_add_test(tcase, a_shell_out_of_a_tools_pager_is_found_and_an_editor_is_not);
    tcase_add_test(tcase, the_tool_of_a_pager_is_found_an_hour_before_what_the_question_needs_else);
    tcase_add_test(tcase, service_events_tell_starts_stops_and_failures_of_the_manager);
    tcase_add_test(tcase, file_events_tell_what_became_of_a_file_and_by_whom);
    tcase_add_test(tcase, an_event_of_many_files_is_an_event_of_each);
    tcase_add_test(tcase, commands_are_graded_by_what_they_do_and_to_what);
    tcase_add_test(tcase, a_service_is_what_would_run);
    tcase_add_test(tcase, often_and_a_burst_begin_where_they_are_said_to);
    tcase_add_test(tcase, a_timer_has_the_state_of_what_it_starts);
    tcase_add_test(tcase, known_admins_are_left_out);
    tcase_add_test(tcase, how_long_a_tool_explains_a_start_is_the_users);
    tcase_add_test(tcase, a_signal_that_stops_nothing_is_no_stop);
    tcase_add_test(tcase, every_audit_field_is_one_of_sigmas);
    tcase_add_test(tcase, findings_hold_what_commands_signal_and_the_sub_technique_filters_them);
    tcase_add_test(tcase, a_start_with_no_tool_near_it_is_shown);
    tcase_add_test(tcase, findings_of_a_window_are_those_of_all_time_within_it);
    tcase_add_test(tcase, a_range_of_time_reaches_every_log_that_can_seek);
    tcase_add_test(tcase, of_an_event_only_what_is_asked_for_is_computed);
    suite_add_tcase(suite, tcase);
    return suite;
}
