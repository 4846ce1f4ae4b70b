/* check_findings.c -- the cost of the findings, the events that they join, and the signs that logs
 * were silent. What they are worth is measured by `make evaluate`. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "make_cases.h"
#include "make_evtx.h"

#define UNIT "/etc/systemd/system/metrics.service"
#define CALL(type, time, n, number, exe, rest)                                                     \
    "type=" type " msg=audit(" time ".000:" n "): arch=c000003e syscall=" number                   \
    " success=yes exit=3 a0=0 a1=0 a2=241 a3=1b6 items=2 ppid=1400 pid=1500 auid=1000 uid=0 "      \
    "gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"x\" exe=\"" exe       \
    "\" key=\"units\"\n" rest
#define PATH_OF(time, n, how)                                                                      \
    "type=PATH msg=audit(" time ".000:" n "): item=1 name=\"" UNIT                                 \
    "\" inode=2 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=" how "\n"
#define WROTE(time, n)   CALL("SYSCALL", time, n, "257", "/usr/bin/bash", PATH_OF(time, n, "CREATE"))
#define REMOVED(time, n) CALL("SYSCALL", time, n, "263", "/usr/bin/rm", PATH_OF(time, n, "DELETE"))
#define DAEMON_END(time, n)                                                                        \
    "type=DAEMON_END msg=audit(" time ".000:" n "): op=terminate auid=0 pid=1 res=success\n"

/* A host with this audit log is the only evidence. */
static sqlite3 *audited(const char *log)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "var/log/audit/audit.log", log);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    return db;
}

/* A journal and an event log with nothing to look into, as what no evidence has is not read. */
static void add_logs(sqlite3 *db)
{
    static const char *const         pairs[] = {"param1", "12", NULL};
    static const struct staged_event event = {.channel = "System",
                                              .provider = "EventLog",
                                              .id = 6013,
                                              .time = 1790000000,
                                              .pairs = pairs};
    const char                      *dir = harness_scratch();
    size_t                           size;
    uint8_t                         *journal = make_journal("regular", &size);
    char                             path[300];

    harness_write(dir, "web.journal", journal, size);
    free(journal);
    snprintf(path, sizeof path, "%s/System.evtx", dir);
    make_evtx(path, &event, 1);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
}

START_TEST(findings_read_each_log_a_fixed_number_of_times)
{
    static const char *const logs[] = {"audit_events",  "journal",        "auth_events",
                                       "shell_history", "windows_events", "package_history"};
    int64_t                  passes[6];
    sqlite3                 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    add_logs(db);
    for (int round = 0; round < 3; round++) {
        const char *root = harness_scratch();
        char        host[32];

        snprintf(host, sizeof host, "host%d", round);
        make_linux(root, host);
        harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
        for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
            int64_t before =
                harness_int(db, "SELECT scans FROM svcql_tables WHERE name = '%s'", logs[i]);
            harness_query(db, "SELECT * FROM findings");
            int64_t after =
                harness_int(db, "SELECT scans FROM svcql_tables WHERE name = '%s'", logs[i]);
            if (round == 0)
                passes[i] = after - before;
            ck_assert_msg(after - before == passes[i], "%s: %d passes, not %d", logs[i],
                          (int)(after - before), (int)passes[i]);
            ck_assert_msg(passes[i] >= 1 && passes[i] <= 12, "%s: %d passes", logs[i],
                          (int)passes[i]);
        }
    }
    harness_close(db);
}
END_TEST

/* Commands, their children, starts of services and files that are written, of which every second is written
 * through the next one's records, as two processors do. */
static char *busy_log(int events)
{
    char  *log = NULL;
    size_t size;
    FILE  *out = open_memstream(&log, &size);

    for (int i = 0; i < events; i++) {
        char stamp[64], next[64];

        snprintf(stamp, sizeof stamp, "%d.%03d:%d", 1790000000 + 10 * i, i % 1000, 2 * i);
        snprintf(next, sizeof next, "%d.%03d:%d", 1790000000 + 10 * i, i % 1000, 2 * i + 1);
        fprintf(out,
                "type=SYSCALL msg=audit(%s): arch=c000003e syscall=59 success=yes exit=0 ppid=%d "
                "pid=%d "
                "auid=1000 uid=0 ses=3 comm=\"%s\" exe=\"/usr/bin/%s\"\n",
                stamp, i % 9 == 2 ? 2000 + i - 1 : 1400, 2000 + i, i % 9 == 1 ? "systemctl" : "sh",
                i % 9 == 1 ? "systemctl" : "sh");
        fprintf(out,
                "type=SYSCALL msg=audit(%s): arch=c000003e syscall=257 success=yes exit=3 items=2 "
                "ppid=1400 "
                "pid=%d auid=1000 uid=0 ses=3 comm=\"tee\" exe=\"/usr/bin/tee\"\n",
                next, 20000 + i);
        fprintf(out, "type=EXECVE msg=audit(%s): argc=3 a0=\"%s\" a1=\"%s\" a2=\"job%d\"\n", stamp,
                i % 9 == 1 ? "systemctl" : "sh", i % 9 == 1 ? "start" : "-c", i % 7);
        fprintf(out, "type=PATH msg=audit(%s): item=1 name=\"%s%d.service\" nametype=CREATE\n",
                next, i % 5 ? "/home/ann/job" : "/etc/systemd/system/job", i % 7);
        for (int k = 0; k < 20; k++) /* and what a host does all day */
            fprintf(
                out,
                "type=SYSCALL msg=audit(%d.900:%d): arch=c000003e syscall=59 success=yes exit=0 "
                "ppid=1400 pid=%d auid=1000 uid=0 ses=3 comm=\"date\" exe=\"/usr/bin/date\"\n"
                "type=EXECVE msg=audit(%d.900:%d): argc=1 a0=\"date\"\n",
                1790000000 + 10 * i, 200000 + 20 * i + k, 40000 + k, 1790000000 + 10 * i,
                200000 + 20 * i + k);
        if (i % 4 == 0)
            fprintf(
                out,
                "type=SERVICE_START msg=audit(%d.500:%d): pid=1 uid=0 auid=4294967295 "
                "ses=4294967295 "
                "msg='unit=job%d comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" res=success'\n",
                1790000000 + 10 * i, 100000 + i, i % 7);
    }
    fclose(out);
    return log;
}

START_TEST(findings_read_an_audit_log_twice_at_most)
{
    char     *log = busy_log(1000);
    sqlite3  *empty = audited(""), *db = audited(log);
    long long before = harness_bytes_read();

    if (before < 0)
        SKIP("needs /proc/self/io");
    free(harness_query(empty, "SELECT * FROM findings"));
    long long nothing = harness_bytes_read() - before;
    before = harness_bytes_read();
    free(harness_query(db, "SELECT * FROM findings"));
    long long whole = harness_bytes_read() - before - nothing;
    /* Once, once more for what ran above the writers of files, and then what is wanted. */
    ck_assert_msg(2 * whole <= 5 * (long long)strlen(log), "%lld of %zu bytes", whole, strlen(log));
    free(log);
    harness_close(db);
    harness_close(empty);
}
END_TEST

/* An hour of logons; in the midst of them services that are installed, programs, keys and files. */
static void make_busy_events(const char *dir)
{
    static const char *const   logon[] = {"TargetUserName", "ann", "LogonType", "5", NULL};
    static const char *const   installed[] = {"ServiceName", "agent",      "ImagePath", "C:\\a.exe",
                                              "StartType",   "auto start", NULL};
    static const char *const   run[] = {"NewProcessName",
                                        "C:\\Windows\\System32\\sc.exe",
                                        "CommandLine",
                                        "sc create agent binpath= C:\\a.exe",
                                        "ParentProcessName",
                                        "C:\\Windows\\System32\\cmd.exe",
                                        "NewProcessId",
                                        "0x44",
                                        "ProcessId",
                                        "0x40",
                                        NULL};
    static struct staged_event events[12000];
    char                       path[300];

    for (size_t i = 0; i < 12000; i++) {
        events[i] = (struct staged_event){.channel = "Security",
                                          .provider = "Microsoft-Windows-Security-Auditing",
                                          .id = 4624,
                                          .time = 1790000000 + 0.3 * (double)i,
                                          .pairs = logon};
        if (i < 6000 || i > 6020)
            continue;
        if (i % 3 == 0)
            events[i] = make_sysmon_event(i, events[i].time);
        else if (i % 3 == 1)
            events[i].id = 4688, events[i].pairs = run;
        else
            events[i].id = 7045, events[i].pairs = installed,
            events[i].provider = "Service Control Manager";
    }
    snprintf(path, sizeof path, "%s/Security.evtx", dir);
    make_evtx(path, events, 12000);
}

START_TEST(findings_read_an_event_log_twice_at_most)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        path[300];
    struct stat log;

    make_busy_events(dir);
    snprintf(path, sizeof path, "%s/Security.evtx", dir);
    ck_assert_int_eq(stat(path, &log), 0);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    long long before = harness_bytes_read();
    if (before < 0)
        SKIP("needs /proc/self/io");
    ck_assert_str_ne(harness_query(db, "SELECT * FROM findings"), "");
    long long whole = harness_bytes_read() - before;
    ck_assert_msg(whole <= 2 * (long long)log.st_size, "findings: %lld of %lld bytes", whole,
                  (long long)log.st_size);
    before = harness_bytes_read();
    ck_assert_str_ne(harness_query(db, "SELECT * FROM incidents"), "");
    whole = harness_bytes_read() - before;
    /* The logons are read once more, which may be of an attacker. */
    ck_assert_msg(whole <= 4 * (long long)log.st_size, "incidents: %lld of %lld bytes", whole,
                  (long long)log.st_size);
    harness_close(db);
}
END_TEST

/* The bytes that a query reads, less those of another. */
static long long bytes_of(sqlite3 *db, const char *sql)
{
    long long before = harness_bytes_read();

    free(harness_query(db, "%s", sql));
    return harness_bytes_read() - before;
}

START_TEST(events_of_services_read_logs_that_can_have_the_action)
{
    static const char *const without[] = {"created", "deleted", "cleared', 'start_type"};
    char                    *log = busy_log(1000);
    sqlite3                 *db = audited(log);
    long long                size = (long long)strlen(log);

    free(log);
    if (harness_bytes_read() < 0)
        SKIP("needs /proc/self/io");
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT * FROM service_rows WHERE action IN ('%s')", without[i]);
        harness_expect(db, "", "SELECT service FROM (%s)", sql);
        snprintf(sql, sizeof sql,
                 "SELECT service, action FROM service_events WHERE action IN ('%s')", without[i]);
        harness_expect(db, "", "%s", sql);
        ck_assert_int_lt(bytes_of(db, sql), size / 4);
    }
    long long all =
        bytes_of(db, "SELECT service, action FROM service_events WHERE action = 'started'");
    /* Once, and a block where it begins. */
    ck_assert_msg(all >= size && all < size + 2 * 65536, "%lld of %lld", all, size);
    harness_expect(db, "250", "SELECT count(*) FROM service_events WHERE action = 'started'");
    /* What asked for a start is told by what stopped before it. */
    harness_expect(
        db, "250",
        "SELECT count(*) FROM service_events WHERE action = 'started' AND how IS NOT 'x'");
    harness_expect(
        db, "0",
        "SELECT count(*) FROM (SELECT action FROM unit_changes EXCEPT SELECT value FROM "
        "json_each('[\"modified\",\"enabled\",\"disabled\",\"masked\",\"unmasked\",\"reloaded\","
        "\"reexecuted\",\"stopped\"]'))");
    harness_close(db);
}
END_TEST

/* For its ends and what switched it off; its silences are found by bisection, as its first and last record. */
START_TEST(gaps_read_an_audit_log_once_and_spans_its_ends)
{
    char     *log = busy_log(2000);
    sqlite3  *db = audited(log);
    long long size = (long long)strlen(log);

    free(log);
    if (harness_bytes_read() < 0)
        SKIP("needs /proc/self/io");
    ck_assert_int_lt(bytes_of(db, "SELECT * FROM coverage_gaps"), size + size / 2);
    ck_assert_int_lt(
        bytes_of(db, "SELECT host, log, seen_from, seen_to FROM coverage_spans ORDER BY host"),
        size / 2);
    harness_close(db);
}
END_TEST

/* At the time of each thing that is found of a host, the analytic alone finds the same. */
START_TEST(an_analytic_of_a_time_finds_what_it_finds_of_all)
{
    static const char rows[] =
        "SELECT group_concat(row, '\n') FROM (SELECT subject || ' ' || fired AS "
        "row FROM %s WHERE %s ORDER BY 1)";
    char         *log = busy_log(200);
    sqlite3      *db = audited(log);
    sqlite3_stmt *stmt;

    free(log);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('tests/fixtures/linux/compromised')");
    harness_query(db, "CREATE TEMP TABLE whole AS SELECT * FROM found");
    ck_assert_int_ge(harness_int(db, "SELECT count(DISTINCT analytic) FROM whole"), 3);
    ck_assert_int_eq(sqlite3_prepare_v2(db,
                                        "SELECT analytic, printf('%.6f', time) FROM whole WHERE "
                                        "time IS NOT NULL GROUP BY 1, 2",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *analytic = (const char *)sqlite3_column_text(stmt, 0);
        const char *time = (const char *)sqlite3_column_text(stmt, 1);
        char        of_all[200], of_time[200];

        snprintf(of_all, sizeof of_all, "analytic = '%s' AND time BETWEEN %s - 0.1 AND %s + 0.1",
                 analytic, time, time);
        snprintf(of_time, sizeof of_time, "fired <> '[]' AND time BETWEEN %s - 0.1 AND %s + 0.1",
                 time, time);
        char *expected = harness_query(db, rows, "whole", of_all);
        harness_expect(db, expected, rows, analytic, of_time);
    }
    sqlite3_finalize(stmt);
    harness_close(db);
}
END_TEST

/* What no evidence had when a statement began is not left out of another that begins before it has ended. */
START_TEST(evidence_that_is_added_while_a_statement_is_open_is_read)
{
    static const char insert[] = "INSERT INTO evidence(location) VALUES('tests/fixtures/%s')";
    sqlite3          *db = harness_open();
    sqlite3_stmt     *open = NULL;

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, insert, "linux/compromised");
    ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT * FROM timeline", -1, &open, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(open), SQLITE_ROW);
    harness_query(db, insert, "journal");
    int64_t rows = harness_int(db, "SELECT count(*) FROM timeline");
    ck_assert_int_eq(sqlite3_finalize(open), SQLITE_OK);
    ck_assert_int_gt(rows, 0);
    ck_assert_int_eq(rows, harness_int(db, "SELECT count(*) FROM timeline"));
    harness_close(db);
}
END_TEST

/* An analytic reads what is near the time that it is asked for, also where findings does not ask it. */
START_TEST(an_analytic_of_a_time_reads_a_part_of_an_audit_log)
{
    static const char *const analytics[] = {"t1569_unasked_start", "t1569_tool_child",
                                            "t1569_account_jump"};
    char                    *log = busy_log(2000); /* of five hours and a half */
    sqlite3                 *db = audited(log);
    long long                size = (long long)strlen(log);

    free(log);
    if (harness_bytes_read() < 0)
        SKIP("needs /proc/self/io");
    for (size_t i = 0; i < sizeof analytics / sizeof *analytics; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE time > 1790000000 + 19900", analytics[i]);
        ck_assert_int_lt(bytes_of(db, sql), size / 2);
    }
    harness_close(db);
}
END_TEST

/* Each view alone reads the log itself; found's later ones by what its first one noted of it. */
START_TEST(what_is_found_of_a_log_is_the_same_however_it_is_read)
{
    static const char *const analytics[] = {"t1569_service_creation", "t1569_file_modification",
                                            "t1569_process_creation", "t1569_command_execution",
                                            "t1569_unasked_start",    "t1569_tool_child",
                                            "t1569_account_jump",     "t1569_service_network"};
    static const char *const terms[] = {"", " AND time > 1790001000",
                                        " AND time BETWEEN 1790000900 AND 1790001900"};
    char                    *log = busy_log(300);
    sqlite3                 *db = audited(log);
    int                      rows = 0;

    for (size_t t = 0; t < sizeof terms / sizeof *terms; t++) {
        harness_query(db,
                      "CREATE TEMP TABLE all%zu AS SELECT analytic, time, subject, fired, "
                      "evidence, record FROM "
                      "found WHERE 1%s",
                      t, terms[t]);
        for (size_t i = 0; i < sizeof analytics / sizeof *analytics; i++) {
            char *alone = harness_query(
                db,
                "SELECT time, subject, fired, evidence, record FROM %s WHERE fired <> '[]'%s "
                "ORDER BY 1, 2, 3, 4, 5",
                analytics[i], terms[t]);
            char *together =
                harness_query(db,
                              "SELECT time, subject, fired, evidence, record FROM all%zu WHERE "
                              "analytic = '%s' ORDER BY 1, 2, 3, 4, 5",
                              t, analytics[i]);
            ck_assert_msg(strcmp(alone, together) == 0, "%s%s:\n%s\nand\n%s", analytics[i],
                          terms[t], alone, together);
            rows += *together != '\0';
            free(alone);
            free(together);
        }
    }
    ck_assert_int_eq(rows, 6); /* of files, commands and children, each */
    free(log);
    harness_close(db);
}
END_TEST

/* Of a command in a package's unit, only the owner of its program is read; permissions are read of
 * what no package owns. A fact that is computed where nothing uses it appears here as scans. */
START_TEST(commands_of_packages_are_searched_once_and_their_permissions_never)
{
    static const char *const tables[] = {"package_files", "path_permissions"};
    int64_t                  scans[2][2];

    for (int round = 0; round < 2; round++) {
        const char *root = harness_scratch();
        sqlite3    *db = harness_open();
        char        list[8192] = "", path[128];
        int         n = round ? 80 : 20;

        harness_write_text(root, "etc/os-release", "ID=debian\n");
        harness_write_text(
            root, "var/lib/dpkg/status",
            "Package: many\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n");
        for (int i = 0; i < n; i++) {
            snprintf(path, sizeof path, "usr/lib/systemd/system/many%d.service", i);
            harness_write_text(root, path, "[Service]\nExecStart=/usr/sbin/cron\n");
            snprintf(list + strlen(list), sizeof list - strlen(list), "/%s\n", path);
        }
        harness_write_text(root, "var/lib/dpkg/info/many.list", list);
        harness_write_text(root, UNIT, "[Service]\nExecStart=/usr/local/bin/x\n");
        harness_query(db, "DELETE FROM evidence");
        harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
        for (size_t i = 0; i < 2; i++) {
            const char *count = "SELECT scans FROM svcql_tables WHERE name = '%s'";
            int64_t     before = harness_int(db, count, tables[i]);
            harness_query(db, "SELECT * FROM findings");
            scans[round][i] = harness_int(db, count, tables[i]) - before;
        }
        harness_close(db);
    }
    for (int round = 0; round < 2; round++) {
        int64_t more = scans[round][0] - (round ? 80 : 20);
        ck_assert_msg(more >= 1 && more <= 8, "package_files: %d scans", (int)scans[round][0]);
        ck_assert_msg(scans[round][1] >= 1 && scans[round][1] <= 8, "path_permissions: %d scans",
                      (int)scans[round][1]);
    }
}
END_TEST

START_TEST(what_is_made_and_gone_within_minutes_removes_itself)
{
    sqlite3 *db = audited(WROTE("1790000000", "1") REMOVED("1790000060", "2"));

    harness_expect(db, "1", "SELECT why LIKE '%%removed within minutes%%' FROM incidents");
    harness_close(db);
    db = audited(WROTE("1790000000", "1") REMOVED("1790002000", "2"));
    harness_expect(db, "0",
                   "SELECT count(*) FROM incidents WHERE why LIKE '%%removed within minutes%%'");
    harness_close(db);
}
END_TEST

START_TEST(an_audit_daemon_that_ends_and_a_day_of_silence_are_gaps)
{
    sqlite3 *db =
        audited(WROTE("1790000000", "1") DAEMON_END("1790000100", "2") WROTE("1790200000", "3"));

    harness_expect(
        db, "stopped|1790000100.0|DAEMON_END\nsilent|1790000100.0|55.5 hours",
        "SELECT gap, time, detail FROM coverage_gaps WHERE host = 'web1' ORDER BY gap DESC");
    harness_expect(db, "audit_events|1790000000.0|1790200000.0",
                   "SELECT log, first, last FROM coverage_spans");
    harness_close(db);
    db = audited(WROTE("1790000000", "1") WROTE("1790000100", "2"));
    harness_expect(db, "0", "SELECT count(*) FROM coverage_gaps");
    harness_close(db);
}
END_TEST

START_TEST(a_cleared_log_is_a_gap_and_a_finding)
{
    static const char *const  pairs[] = {"SubjectUserName", "eve", NULL};
    const struct staged_event event = {.channel = "Security",
                                       .provider = "Microsoft-Windows-Eventlog",
                                       .computer = "WS01",
                                       .id = 1102,
                                       .time = 1790000000,
                                       .form = STAGED_USER_DATA,
                                       .pairs = pairs};
    const char               *root = harness_scratch();
    char                      path[4096];
    sqlite3                  *db = harness_open();

    snprintf(path, sizeof path, "%s/Security.evtx", root);
    make_evtx(path, &event, 1);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", path);
    harness_expect(db, "Security|cleared|eve", "SELECT log, gap, detail FROM coverage_gaps");
    harness_expect(db, "log_cleared", "SELECT signals FROM findings");
    harness_close(db);
}
END_TEST

/* A host that has packages and a log of them: cron is a package's, the rest is staged. */
static sqlite3 *packaged(const char *path, const char *unit, double age)
{
    const char *root = harness_scratch();
    char        full[4096], touch[8192];
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(
        root, "var/lib/dpkg/status",
        "Package: cron\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n");
    harness_write_text(root, "var/lib/dpkg/info/cron.list",
                       "/usr/lib/systemd/system/cron.service\n/usr/sbin/cron\n");
    harness_write_text(root, "usr/sbin/cron", "");
    harness_write_text(root, "usr/lib/systemd/system/cron.service",
                       "[Unit]\nDescription=cron\n[Service]\nExecStart=/usr/sbin/cron -f\n");
    harness_write_text(root, "var/log/dpkg.log",
                       "2026-01-01 00:00:00 status installed base:all 1\n"
                       "2026-09-01 00:00:00 status installed cron:all 1\n");
    harness_write_text(root, path, unit);
    snprintf(full, sizeof full, "%s/%s", root, path);
    snprintf(touch, sizeof touch, "touch -d @%.0f '%s'", 1788220800 - age, full); /* 2026-09-01 */
    ck_assert_int_eq(system(touch), 0);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    return db;
}

#define PLAIN "[Unit]\nDescription=Metrics\n[Service]\nExecStart=/opt/metricsd\n"
#define DAY   86400.0

#define UNIT_PATH "etc/systemd/system/metrics.service"

START_TEST(a_plain_unit_is_low_while_it_is_new_and_info_later)
{
    if (geteuid() != 0) /* whose program would be writable by him */
        SKIP("needs root");

    sqlite3 *db = packaged("etc/systemd/system/metrics.service", PLAIN, DAY);

    harness_expect(db, "low|program_unowned,recent,unowned",
                   "SELECT severity, (SELECT group_concat(value) FROM (SELECT value FROM "
                   "json_each('[\"' || replace(signals, ',', '\",\"') || '\"]') ORDER BY value)) "
                   "FROM findings");
    harness_close(db);
    db = packaged("etc/systemd/system/metrics.service", PLAIN, 90 * DAY);
    harness_expect(db, "info", "SELECT severity FROM findings");
    harness_close(db);
    db = packaged("etc/systemd/system/metrics.service", PLAIN, 0); /* while cron was installed */
    harness_expect(db, "info", "SELECT severity FROM findings");
    harness_close(db);
}
END_TEST

/* Of a time in which no file was changed, the files' times are all that is read; of one in which one was, it is found. */
START_TEST(files_are_judged_where_one_was_changed_in_the_time_asked_for)
{
    static const char *const files[] = {"etc/systemd/system/metrics.service",
                                        "etc/udev/rules.d/9.rules"};
    const char              *root = harness_scratch();
    sqlite3                 *db = harness_open();

    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, files[0], "[Service]\nExecStart=/dev/shm/.x\n");
    harness_write_text(root, files[1], "ACTION==\"add\", RUN+=\"/dev/shm/.y\"\n");
    harness_write_text(root, "etc/hostname", "web1\n");
    for (int i = 0; i < 2; i++) {
        const struct timespec times[2] = {{1790000000 + i, 0}, {1790000000 + i, 0}};
        char                  path[300];
        snprintf(path, sizeof path, "%s/%s", root, files[i]);
        ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    }
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_query(db, "CREATE TEMP TABLE whole AS SELECT time, subject, signals FROM findings");
    harness_expect(db, "/etc/systemd/system/metrics.service|1\n/etc/udev/rules.d/9.rules|1",
                   "SELECT subject, signals LIKE '%%runs_hidden%%' FROM whole ORDER BY 1");
    for (int i = 0; i < 2; i++)
        harness_expect(
            db, "1",
            "SELECT group_concat(time || subject || signals) = (SELECT time || subject || "
            "signals FROM whole WHERE time = %d) FROM findings WHERE time BETWEEN %d AND %d",
            1790000000 + i, 1790000000 + i, 1790000000 + i);
    int64_t before = harness_int(db, "SELECT scans FROM svcql_tables WHERE name = 'unit_commands'");
    harness_expect(db, "0", "SELECT count(*) FROM findings WHERE time > 1790000002");
    harness_expect(db, "0", "SELECT count(*) FROM findings WHERE time < 1789999999");
    harness_expect(db, "0", "SELECT count(*) FROM t1569_service_creation WHERE time > 1790000002");
    harness_expect(db, "1", "SELECT count(*) FROM unit_signals WHERE host >= 1790000002");
    harness_expect(db, "1|1",
                   "SELECT (SELECT count(*) FROM unit_signals WHERE changed >= 1790000000), "
                   "(SELECT count(*) FROM unit_signals WHERE changed <= 1790000000)");
    /* A number that a host is compared with is no time. */
    harness_expect(db, "1|1",
                   "SELECT count(*), min(host >= 9000000000) FROM unit_signals "
                   "WHERE host >= 9000000000");
    ck_assert_int_eq(harness_int(db, "SELECT scans FROM svcql_tables WHERE name = 'unit_commands'"),
                     before);
    harness_close(db);
}
END_TEST

/* A copy whose inodes are new: an administrator's unit of old, and one that took a package's time. */
START_TEST(a_time_taken_from_a_packages_unit_is_no_age)
{
    static const char *const after[] = {"touch -d '2025-03-01 10:00:00'",
                                        "touch -r usr/lib/systemd/system/cron.service"};
    static const char *const expected[] = {"info|0", "low|1"};

    if (geteuid() != 0) /* as above */
        SKIP("needs root");
    for (int i = 0; i < 2; i++) {
        const char *root = harness_scratch();
        sqlite3    *db = harness_open();
        char        shell[4096];

        harness_write_text(root, "etc/os-release", "ID=debian\n");
        harness_write_text(root, "var/lib/dpkg/status",
                           "Package: cron\nStatus: install ok installed\nVersion: 1\n"
                           "Architecture: all\n\n");
        harness_write_text(root, "var/lib/dpkg/info/cron.list",
                           "/usr/lib/systemd/system/cron.service\n"
                           "/usr/lib/systemd/system/cron.timer\n");
        harness_write_text(root, "usr/lib/systemd/system/cron.service",
                           "[Service]\nExecStart=/usr/sbin/cron -f\n");
        harness_write_text(root, "usr/lib/systemd/system/cron.timer", "[Timer]\nOnBootSec=1h\n");
        harness_write_text(root, "var/log/dpkg.log",
                           "2026-01-01 00:00:00 status installed base:all 1\n"
                           "2026-09-01 00:00:00 status installed cron:all 1\n");
        harness_write_text(root, UNIT_PATH, PLAIN);
        snprintf(shell, sizeof shell,
                 "cd '%s' && touch -d '2025-03-01 11:00:00' usr/lib/systemd/system/cron.service && "
                 "touch -d '2025-05-01' usr/lib/systemd/system/cron.timer && %s " UNIT_PATH,
                 root, after[i]);
        ck_assert_int_eq(system(shell), 0);
        harness_query(db, "DELETE FROM evidence");
        harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
        harness_expect(db, expected[i],
                       "SELECT severity, instr(signals, 'recent') > 0 FROM findings WHERE subject "
                       "= '/" UNIT_PATH "'");
        harness_close(db);
    }
}
END_TEST

START_TEST(security_services_name_platform_product_role_and_source)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "1|1",
                   "SELECT count(*) >= 400, count(DISTINCT product) >= 200 FROM security_services");
    harness_expect(
        db, "",
        "SELECT name FROM security_services WHERE (platform IN ('any', 'linux', 'macos', "
        "'windows') AND product <> '' AND source <> '' AND name = lower(name) AND role IN "
        "('sensor', 'antivirus', 'audit', 'log', 'firewall', 'backup')) IS NOT 1 OR "
        "length(replace(name, '*', '')) < 3");
    /* No pattern names what every host runs. */
    harness_expect(db, "",
                   "SELECT s.name, o.value FROM security_services AS s, json_each('[\"nginx\", "
                   "\"sshd\", \"cron\", \"dbus\", \"systemd-logind\", \"spooler\", "
                   "\"bits\", \"w32time\", \"docker\", \"postgresql\", \"mysql\", "
                   "\"networkmanager\", \"com.apple.finder\"]') AS o WHERE o.value GLOB s.name");
    harness_close(db);
}
END_TEST

START_TEST(of_a_family_the_weightiest_signal_counts_alone)
{
    sqlite3 *db = harness_open();

    harness_query(db, "UPDATE signals SET weight = 25, family = 'f' WHERE name = 'unowned'");
    harness_query(db, "UPDATE signals SET weight = 20, family = 'f' WHERE name = 'recent'");
    harness_query(db, "UPDATE signals SET weight = 10, family = NULL WHERE name = 'hides_output'");
    /* names that no detection has: before all, between two, after all, and parts of one */
    harness_expect(db, "NULL|info|NULL|NULL|[]",
                   "SELECT signal_reasons('[\"aaaa\"]'), signal_severity('[\"zzzz\"]'), "
                   "signal_reasons('[\"recens\"]'), signal_reasons('[\"recent_\"]'), "
                   "signal_techniques('[\"recen\"]')");
    harness_expect(db, "low", "SELECT signal_severity('[\"recent\",\"unowned\"]')");
    harness_expect(db, "medium",
                   "SELECT signal_severity('[\"recent\",[\"hides_output\"],\"unowned\"]')");
    harness_query(db, "UPDATE signals SET family = 'g' WHERE name = 'recent'");
    harness_expect(db, "medium", "SELECT signal_severity('[\"recent\",\"unowned\"]')");
    harness_close(db);
}
END_TEST

START_TEST(answers_that_are_kept_follow_the_lists_that_they_are_from)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "1|0|0",
                   "SELECT listed('service_accounts', 'tomcat9'), "
                   "listed('service_accounts', 'alice'), "
                   "listed('service_accounts', NULL)");
    harness_query(db, "INSERT INTO service_accounts VALUES ('ali*', 'a site')");
    harness_expect(db, "1", "SELECT listed('service_accounts', 'alice')");
    harness_expect(db, "1|0|0|0",
                   "SELECT listed('monitored_paths', '/ETC/rc.local', 'linux'), "
                   "listed('monitored_paths', '/etc/rc.local', NULL), "
                   "listed('monitored_paths', '/etc/rc.local', 'macos'), "
                   "listed('monitored_paths', '/opt/x', 'linux')");
    harness_query(db, "DELETE FROM monitored_paths WHERE path = '/etc/rc.local'");
    harness_expect(db, "0", "SELECT listed('monitored_paths', '/ETC/rc.local', 'linux')");
    harness_expect(db, "T1569,T1543.002,T1543",
                   "SELECT finding_techniques('[\"recent\"]', 'T1569,T1543.002')");
    harness_query(db, "UPDATE signals SET technique = 'T1685' WHERE name = 'recent'");
    harness_expect(db, "T1569,T1685", "SELECT finding_techniques('[[\"recent\"]]', 'T1569')");
    harness_query(db, "UPDATE svcql_settings SET value = '18.1' WHERE name = 'attack_version'");
    harness_expect(db, "T1569,T1562.001", "SELECT finding_techniques('[[\"recent\"]]', 'T1569')");
    harness_expect(db, "high", "SELECT signal_severity('[\"runs_from_temp\",\"inline_shell\"]')");
    harness_query(db,
                  "CREATE TEMP TABLE other AS SELECT * FROM signals; UPDATE other SET weight = 1;"
                  "ALTER TABLE temp.signals RENAME TO kept; ALTER TABLE other RENAME TO signals");
    harness_expect(db, "info", "SELECT signal_severity('[\"runs_from_temp\",\"inline_shell\"]')");
    harness_query(db, "DROP TABLE temp.signals; CREATE TEMP TABLE signals AS SELECT * FROM kept");
    harness_expect(db, "high", "SELECT signal_severity('[\"runs_from_temp\",\"inline_shell\"]')");
    harness_close(db);
}
END_TEST

/* Of TEMP nothing is committed before the last statement that writes has ended. */
START_TEST(a_list_that_is_replaced_while_a_statement_writes_is_read_anew)
{
    sqlite3      *db = harness_open();
    sqlite3_stmt *writes = NULL;

    harness_query(db, "CREATE TABLE main.t(i)");
    harness_expect(db, "1", "SELECT listed('service_accounts', 'tomcat9')");
    ck_assert_int_eq(
        sqlite3_prepare_v2(db, "INSERT INTO main.t VALUES (1), (2) RETURNING i", -1, &writes, NULL),
        SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(writes), SQLITE_ROW);
    for (int i = 0; i < 2; i++) {
        harness_query(db,
                      "ALTER TABLE temp.service_accounts RENAME TO kept%d; CREATE TEMP TABLE "
                      "service_accounts AS SELECT 'ali%d' AS name, 'a site' AS product",
                      i, i);
        harness_expect(db, i ? "0|0|1" : "0|1|0",
                       "SELECT listed('service_accounts', 'tomcat9'), "
                       "listed('service_accounts', 'ali0'), listed('service_accounts', 'ali1')");
    }
    ck_assert_int_eq(sqlite3_finalize(writes), SQLITE_OK);
    harness_expect(db, "1", "SELECT listed('service_accounts', 'ali1')");
    harness_close(db);
}
END_TEST

START_TEST(a_judgement_of_a_row_prepares_nothing)
{
    sqlite3 *db = harness_open();
    int      plans[2];

    harness_query(db, "SELECT signal_severity('[\"recent\"]')");
    for (int i = 0; i < 2; i++) {
        char *sql = sqlite3_mprintf(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
            "SELECT count(signal_severity('[\"recent\", \"' || i || '\"]')) FROM n",
            i ? 100 : 1);
        plans[i] = harness_planned(db, sql);
        harness_expect(db, i ? "100" : "1", "%s", sql);
        sqlite3_free(sql);
    }
    ck_assert_int_eq(plans[0], plans[1]);
    harness_close(db);
}
END_TEST

START_TEST(names_that_deceive_are_shown)
{
    static const char *const names[][2] = {{"cron", "shadows_vendor"},
                                           {"xkqzvwpj", "random_name"},
                                           {"metrics", NULL},
                                           {"cronn", "look_alike"},
                                           {"dcron", NULL}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];

        snprintf(path, sizeof path, "etc/systemd/system/%s.service", names[i][0]);
        sqlite3 *db = packaged(path, PLAIN, 90 * DAY);
        harness_expect(db, names[i][1] ? names[i][1] : "NULL",
                       "SELECT max(j.value) FROM findings AS f, json_each('[\"' || "
                       "replace(f.signals, ',', '\",\"') || '\"]') AS j WHERE j.value IN "
                       "('shadows_vendor', 'random_name', 'look_alike')");
        harness_close(db);
    }
}
END_TEST

START_TEST(what_one_host_of_many_has_is_rare)
{
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    for (int i = 0; i < 4; i++) {
        const char *root = harness_scratch();
        char        host[32];

        snprintf(host, sizeof host, "host%d\n", i);
        harness_write_text(root, "etc/hostname", host);
        harness_write_text(root, "etc/os-release", "ID=debian\n");
        harness_write_text(root, "etc/systemd/system/common.service", PLAIN);
        harness_write_text(root, "etc/systemd/system/changed.service",
                           i == 2 ? PLAIN "User=root\n" : PLAIN);
        if (i == 3)
            harness_write_text(root, "etc/systemd/system/strange.service", PLAIN);
        harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    }
    harness_expect(db,
                   "/etc/systemd/system/changed.service|content|1|4|host2\n"
                   "/etc/systemd/system/strange.service|name|1|4|host3",
                   "SELECT item, rare, hosts, of_hosts, host FROM rare_items ORDER BY item");
    harness_close(db);
}
END_TEST

START_TEST(a_command_at_an_hour_never_seen_is_odd)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();
    char       *text = NULL;
    size_t      size;
    FILE       *out = open_memstream(&text, &size);

    for (int day = 0; day < 25; day++) /* at noon, and once at three in the night */
        fprintf(out, "#%d\nsystemctl restart app\n",
                1790000000 / 86400 * 86400 + day * 86400 + 43200);
    fprintf(out, "#%d\nsystemctl start x\n", 1790000000 / 86400 * 86400 + 26 * 86400 + 10800);
    fclose(out);
    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(root, "root/.bash_history", text);
    free(text);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(db, "root|03|systemctl start x",
                   "SELECT login_user, hour, cmdline FROM odd_hours");
    harness_close(db);
}
END_TEST

START_TEST(changes_tell_which_setting_from_what_to_what)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, UNIT_PATH, PLAIN "User=metrics\n");
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_query(db, "ATTACH ':memory:' AS base");
    harness_query(db, "CREATE TABLE base.baseline AS SELECT kind, host, item, detail FROM "
                      "baseline_now");
    harness_expect(db, "0", "SELECT count(*) FROM changes");
    harness_write_text(root, UNIT_PATH,
                       "[Unit]\nDescription=Metrics\n[Service]\nExecStart=/opt/other\n"
                       "Environment=A=1\n");
    harness_write_text(root, "etc/systemd/system/new.service", PLAIN);
    harness_expect(db,
                   "added|setting|/" UNIT_PATH "|[Service] Environment|NULL|A=1\n"
                   "added|unit|/etc/systemd/system/new.service|NULL|NULL|NULL\n"
                   "changed|setting|/" UNIT_PATH "|[Service] ExecStart|/opt/metricsd|/opt/other\n"
                   "changed|unit|/" UNIT_PATH "|NULL|NULL|NULL\n"
                   "removed|setting|/" UNIT_PATH "|[Service] User|metrics|NULL",
                   "SELECT change, kind, item, setting, iif(kind = 'setting', was, NULL), "
                   "iif(kind = 'setting', detail, NULL) FROM changes ORDER BY change, kind");
    harness_close(db);
}
END_TEST

/* What a history says of the files of services: who wrote, what, and what is in it. */
START_TEST(typed_commands_that_write_units_are_file_events)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(root, "root/.bash_history",
                       "#1790000000\n"
                       "printf '[Service]\\nExecStart=/dev/shm/x\\n' > "
                       "/etc/systemd/system/evil.service\n"
                       "#1790000010\n"
                       "sudo ln -sf /dev/null /etc/systemd/system/auditd.service\n"
                       "#1790000020\n"
                       "cp report.service /etc/systemd/system/\n"
                       "#1790000030\n"
                       "cat /etc/systemd/system/report.service > /tmp/copy; ls /etc/systemd/\n"
                       "#1790000040\n"
                       "wget -qO /etc/systemd/system/n.service https://example.org/n.service\n");
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(db,
                   "created|/etc/systemd/system/evil.service|printf|NULL\n"
                   "created|/etc/systemd/system/auditd.service|ln|/dev/null\n"
                   "created|/etc/systemd/system/report.service|cp|report.service\n"
                   "created|/etc/systemd/system/n.service|wget|https://example.org/n.service",
                   "SELECT action, path, exe, from_path FROM file_events WHERE via = 'history' "
                   "ORDER BY time");
    harness_expect(db, "high|runs_from_temp\nhigh|masked_security\ninfo|NULL\nlow|fetched_unit",
                   "SELECT severity, (SELECT group_concat(value) FROM json_each(fired) WHERE value "
                   "<> 'typed_unit') FROM t1569_file_modification ORDER BY time");
    harness_close(db);
}
END_TEST

START_TEST(services_are_starved_and_stopped_through_xargs)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(
        root, "root/.bash_history",
        "#1790000000\nsystemctl set-property auditd CPUQuota=1%\n"
        "#1790000010\nsystemctl set-property auditd CPUQuota=50%\n"
        "#1790000020\nsystemctl set-property nginx CPUQuota=1%\n"
        "#1790000030\necho auditd nginx | xargs systemctl stop\n"
        "#1790000040\nsystemctl list-units | grep falcon-sensor | awk '{print $1}' | "
        "xargs systemctl disable --now\n"
        "#1790000050\nsystemctl list-units | grep myapp | awk '{print $1}' | "
        "xargs systemctl stop\n");
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(db,
                   "set-property|auditd|1|NULL\nset-property|auditd|0|NULL\n"
                   "set-property|nginx|0|NULL\nstop|auditd|1|NULL\nstop|nginx|0|NULL\n"
                   "disable|NULL|1|1\nstop|NULL|0|1",
                   "SELECT verb, target, instr(signals, 'stops_security') > 0, "
                   "nullif(instr(signals, 'stops_unnamed') > 0, 0) FROM t1569_command_execution "
                   "WHERE verb <> 'list-units' ORDER BY time, target");
    harness_close(db);
}
END_TEST

/* The event log ends at each shutdown, and where somebody stops it. */
START_TEST(an_event_log_that_ends_without_a_shutdown_is_stopped)
{
    static const char *const  none[] = {NULL};
    const struct staged_event shutdown = {.time = 1790000000,
                                          .channel = "System",
                                          .provider = "Microsoft-Windows-Kernel-General",
                                          .id = 13,
                                          .computer = "WS1",
                                          .pairs = none};
    struct staged_event       end = {.time = 1790000010,
                                     .channel = "Security",
                                     .provider = "Microsoft-Windows-Eventlog",
                                     .id = 1100,
                                     .computer = "WS1",
                                     .pairs = none};
    static const double       times[] = {1790000010, 1790090000, 1790090000};
    static const char *const  expected[] = {"0", "1", "0"};

    for (size_t i = 0; i < 3; i++) {
        const char *dir = harness_scratch();
        sqlite3    *db = harness_open();
        char        path[4096];
        end.time = times[i];
        snprintf(path, sizeof path, "%s/case.evtx", dir);
        make_evtx(path, i == 2 ? &end : (struct staged_event[]){shutdown, end}, i == 2 ? 1 : 2);
        harness_query(db, "DELETE FROM evidence");
        harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", path);
        harness_expect(db, expected[i],
                       "SELECT count(*) FROM findings WHERE signals LIKE '%%stops_security%%'");
        harness_close(db);
    }
}
END_TEST

#define DAEMON_RAN(time, n, pid, ppid, exe, arguments)                                             \
    "type=SYSCALL msg=audit(" time ":" n                                                           \
    "): arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=1 a2=1 a3=0 items=2 ppid=" ppid        \
    " pid=" pid " auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 "        \
    "tty=(none) ses=4294967295 comm=\"x\" exe=\"" exe "\" key=(null)\n"                            \
    "type=EXECVE msg=audit(" time ":" n "): " arguments "\n"

/* Two shells of one daemon, minutes apart, and the shell of another. */
START_TEST(steps_below_one_daemon_are_one_incident)
{
    sqlite3 *db = audited(
        DAEMON_RAN("1790000000.000", "1", "40", "30", "/usr/bin/dash", "argc=1 a0=\"sh\"")
            DAEMON_RAN("1790000001.000", "2", "50", "40", "/usr/bin/systemctl",
                       "argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"auditd\"")
                DAEMON_RAN("1790000300.000", "3", "41", "30", "/usr/bin/dash", "argc=1 a0=\"sh\"")
                    DAEMON_RAN("1790000301.000", "4", "51", "41", "/usr/bin/systemctl",
                               "argc=3 a0=\"systemctl\" a1=\"mask\" a2=\"rsyslog\"")
                        DAEMON_RAN("1790000600.000", "5", "42", "31", "/usr/bin/dash",
                                   "argc=1 a0=\"sh\"")
                            DAEMON_RAN("1790000601.000", "6", "52", "42", "/usr/bin/systemctl",
                                       "argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"fail2ban\""));

    harness_expect(db, "web1 auditd 2026-09-21 14:13:21|2\nweb1 fail2ban 2026-09-21 14:23:21|1",
                   "SELECT incident, steps FROM incidents ORDER BY first_time");
    harness_close(db);
}
END_TEST

/* What PID 1 starts itself, as commands of units, is no family: it starts everything. */
START_TEST(steps_below_pid_1_are_incidents_of_their_own)
{
    sqlite3 *db =
        audited(DAEMON_RAN("1790000001.000", "1", "50", "1", "/usr/bin/systemctl",
                           "argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"auditd\"")
                    DAEMON_RAN("1790000301.000", "2", "51", "1", "/usr/sbin/service",
                               "argc=3 a0=\"service\" a1=\"rsyslog\" a2=\"stop\"")
                        DAEMON_RAN("1790000601.000", "3", "52", "2", "/usr/bin/systemctl",
                                   "argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"fail2ban\"")
                            DAEMON_RAN("1790000801.000", "4", "53", "2", "/usr/bin/systemctl",
                                       "argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"ufw\""));

    harness_expect(
        db,
        "web1 /usr/bin/systemctl 2026-09-21 14:13:21|2\nweb1 rsyslog 2026-09-21 14:18:21|1\n"
        "web1 fail2ban 2026-09-21 14:23:21|2",
        "SELECT incident, steps FROM incidents ORDER BY first_time");
    harness_close(db);
}
END_TEST

/* One unit, twice, fifty minutes apart and in different hours. */
START_TEST(the_gap_between_incidents_is_the_users)
{
    sqlite3 *db = audited(WROTE("1790000000", "1") WROTE("1790003000", "2"));

    harness_expect(db, "1", "SELECT count(DISTINCT incident) FROM incident_events");
    harness_query(db, "UPDATE attack_knobs SET value = 2999 WHERE name = 'incident_gap'");
    harness_expect(db, "2", "SELECT count(DISTINCT incident) FROM incident_events");
    harness_query(db, "UPDATE attack_knobs SET value = 3000 WHERE name = 'incident_gap'");
    harness_expect(db, "1", "SELECT count(DISTINCT incident) FROM incident_events");
    harness_close(db);
}
END_TEST

#define EXECUTED(time, n, pid, ses, exe, arguments)                                                \
    "type=SYSCALL msg=audit(" time ":" n                                                           \
    "): arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=1 "                                    \
    "a2=1 a3=0 items=2 ppid=1400 pid=" pid " auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 "  \
    "sgid=0 fsgid=0 tty=pts0 ses=" ses " comm=\"x\" exe=\"" exe "\" key=(null)\n"                  \
    "type=EXECVE msg=audit(" time ":" n "): " arguments "\n"

/* Four seconds on three services; an hour before, somebody else's session on another. */
START_TEST(an_attack_of_seconds_on_three_services_is_one_incident)
{
    sqlite3 *db = audited(
        "type=USER_LOGIN msg=audit(1789990000.000:1): pid=9 uid=0 auid=1000 ses=3 msg='op=login "
        "id=1000 exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 terminal=/dev/pts/0 "
        "res=success'\n" EXECUTED("1789990000.100", "2", "1490", "2", "/usr/bin/systemctl",
                                  "argc=3 a0=\"systemctl\" a1=\"edit\" a2=\"report\"")
            EXECUTED("1790000000.000", "3", "1501", "3", "/usr/bin/systemctl",
                     "argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"auditd\"")
                EXECUTED("1790000001.000", "4", "1502", "3", "/usr/bin/systemctl",
                         "argc=3 a0=\"systemctl\" a1=\"mask\" a2=\"rsyslog\"")
                    EXECUTED("1790000003.000", "5", "1503", "3", "/usr/bin/systemd-run",
                             "argc=2 a0=\"systemd-run\" a1=\"/dev/shm/x\"")
                        WROTE("1790000004", "6"));

    harness_expect(
        db,
        "web1 metrics 2026-09-21 14:13:20|critical|3|192.0.2.7|2026-09-21 14:13:20.000000|"
        "2026-09-21 14:13:24.000000|4",
        "SELECT incident, severity, session, remote_host, first_datetime, last_datetime, "
        "steps FROM incidents WHERE severity = 'critical'");
    harness_expect(
        db,
        "systemctl|stop|auditd\nsystemctl|mask|rsyslog\nsystemd-run|run|/dev/shm/x\n"
        "/usr/bin/bash|created|" UNIT,
        "SELECT tool, verb, target FROM incident_events WHERE session = '3' ORDER BY time");
    harness_expect(db,
                   "/usr/bin/bash|created|metrics.service\nsystemctl|mask|rsyslog\n"
                   "systemctl|stop|auditd\nsystemd-run|run|/dev/shm/x",
                   "SELECT tool, verb, target FROM findings WHERE time >= 1790000000 AND tool IS "
                   "NOT NULL ORDER BY tool, verb");
    harness_expect(db, "0",
                   "SELECT count(*) FROM incident_events WHERE NOT incident GLOB host || ' ?*' OR "
                   "incident GLOB host || ' [0-9] *'");
    harness_expect(db, "2", "SELECT count(DISTINCT incident) FROM incident_events");
    harness_close(db);
}
END_TEST

Suite *make_findings_suite(void);

Suite *make_findings_suite(void)
{
    Suite *suite = suite_create("findings");
    TCase *tcase = tcase_create("findings");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, findings_read_each_log_a_fixed_number_of_times);
    tcase_add_test(tcase, findings_read_an_audit_log_twice_at_most);
    tcase_add_test(tcase, findings_read_an_event_log_twice_at_most);
    tcase_add_test(tcase, events_of_services_read_logs_that_can_have_the_action);
    tcase_add_test(tcase, gaps_read_an_audit_log_once_and_spans_its_ends);
    tcase_add_test(tcase, an_analytic_of_a_time_finds_what_it_finds_of_all);
    tcase_add_test(tcase, evidence_that_is_added_while_a_statement_is_open_is_read);
    tcase_add_test(tcase, an_analytic_of_a_time_reads_a_part_of_an_audit_log);
    tcase_add_test(tcase, what_is_found_of_a_log_is_the_same_however_it_is_read);
    tcase_add_test(tcase, commands_of_packages_are_searched_once_and_their_permissions_never);
    tcase_add_test(tcase, what_is_made_and_gone_within_minutes_removes_itself);
    tcase_add_test(tcase, an_audit_daemon_that_ends_and_a_day_of_silence_are_gaps);
    tcase_add_test(tcase, a_cleared_log_is_a_gap_and_a_finding);
    tcase_add_test(tcase, a_plain_unit_is_low_while_it_is_new_and_info_later);
    tcase_add_test(tcase, files_are_judged_where_one_was_changed_in_the_time_asked_for);
    tcase_add_test(tcase, a_time_taken_from_a_packages_unit_is_no_age);
    tcase_add_test(tcase, security_services_name_platform_product_role_and_source);
    tcase_add_test(tcase, of_a_family_the_weightiest_signal_counts_alone);
    tcase_add_test(tcase, answers_that_are_kept_follow_the_lists_that_they_are_from);
    tcase_add_test(tcase, a_list_that_is_replaced_while_a_statement_writes_is_read_anew);
    tcase_add_test(tcase, a_judgement_of_a_row_prepares_nothing);
    tcase_add_test(tcase, names_that_deceive_are_shown);
    tcase_add_test(tcase, what_one_host_of_many_has_is_rare);
    tcase_add_test(tcase, a_command_at_an_hour_never_seen_is_odd);
    tcase_add_test(tcase, changes_tell_which_setting_from_what_to_what);
    tcase_add_test(tcase, typed_commands_that_write_units_are_file_events);
    tcase_add_test(tcase, steps_below_one_daemon_are_one_incident);
    tcase_add_test(tcase, steps_below_pid_1_are_incidents_of_their_own);
    tcase_add_test(tcase, the_gap_between_incidents_is_the_users);
    tcase_add_test(tcase, an_event_log_that_ends_without_a_shutdown_is_stopped);
    tcase_add_test(tcase, an_attack_of_seconds_on_three_services_is_one_incident);
    tcase_add_test(tcase, services_are_starved_and_stopped_through_xargs);
    suite_add_tcase(suite, tcase);
    return suite;
}
