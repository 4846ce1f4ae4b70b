/* check_network.c -- where services go that were made shortly before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "make_evtx.h"
#include "make_spared.h"

#define MADE   1700000000.0
#define SYSMON "Microsoft-Windows-Sysmon"

static const char *const installed[] = {"ServiceName", "helper",
                                        "ImagePath",   "C:\\Windows\\helper.exe",
                                        "ServiceType", "user mode service",
                                        "StartType",   "demand start",
                                        "AccountName", "LocalSystem",
                                        NULL};
static const char *const connected[] = {"Image",
                                        "C:\\Windows\\HELPER.exe",
                                        "ProcessId",
                                        "77",
                                        "User",
                                        "NT AUTHORITY\\SYSTEM",
                                        "DestinationIp",
                                        "192.0.2.7",
                                        "DestinationPort",
                                        "443",
                                        NULL};
static const char *const resolved[] = {
    "Image", "C:\\Windows\\helper.exe", "ProcessId", "77", "QueryName", "c2.example", NULL};
static const char *const stranger[] = {
    "Image",     "C:\\Windows\\other.exe", "ProcessId", "78", "DestinationIp",
    "192.0.2.8", "DestinationPort",        "80",        NULL};

static sqlite3 *looking_at(const struct staged_event *events, size_t n)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();
    char        path[512];

    snprintf(path, sizeof path, "%s/all.evtx", root);
    make_evtx(path, events, n);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", path);
    return db;
}

START_TEST(a_new_windows_service_that_reaches_out_is_shown)
{
    const struct staged_event events[] = {
        {.channel = "System",
         .provider = "Service Control Manager",
         .id = 7045,
         .time = MADE,
         .pairs = installed},
        {.channel = SYSMON "/Operational",
         .provider = SYSMON,
         .id = 3,
         .time = MADE + 5,
         .pairs = connected},
        {.channel = SYSMON "/Operational",
         .provider = SYSMON,
         .id = 22,
         .time = MADE + 6,
         .pairs = resolved},
        {.channel = SYSMON "/Operational",
         .provider = SYSMON,
         .id = 3,
         .time = MADE + 7,
         .pairs = stranger},
        {.channel = SYSMON "/Operational",
         .provider = SYSMON,
         .id = 3,
         .time = MADE + 900,
         .pairs = connected},
    };
    sqlite3 *db = looking_at(events, sizeof events / sizeof *events);

    harness_expect(db,
                   "helper|C:\\Windows\\HELPER.exe 192.0.2.7:443|T1569.002\n"
                   "helper|C:\\Windows\\helper.exe c2.example|T1569.002",
                   "SELECT service, subject, technique FROM t1569_service_network ORDER BY time");
    harness_expect(db, "connected|192.0.2.7|443|NULL\nresolved|NULL|NULL|c2.example",
                   "SELECT DISTINCT action, address, port, name FROM network_events WHERE exe = "
                   "'C:\\Windows\\helper.exe' ORDER BY 1");
    expect_spared(db, "t1569_service_network", "service", "known_services", "name");
    harness_query(db, "UPDATE attack_knobs SET value = 1000 WHERE name = 'network_window'");
    harness_expect(db, "3", "SELECT count(*) FROM t1569_service_network");
    harness_close(db);
}
END_TEST

#define CONNECT(time, n, ppid, saddr)                                                              \
    "type=SYSCALL msg=audit(" time ".000:" n                                                       \
    "): arch=c000003e syscall=42 success=yes exit=0 a0=3 "                                         \
    "a1=0 a2=10 a3=0 items=0 ppid=" ppid " pid=900 auid=4294967295 uid=0 gid=0 euid=0 suid=0 "     \
    "fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"x\" exe=\"/usr/bin/x\" "       \
    "key=(null)\ntype=SOCKADDR msg=audit(" time ".000:" n "): saddr=" saddr "\n"
#define TO_192_0_2_7 "020001BBC00002070000000000000000"
#define TO_RUN_X     "01002F72756E2F7800"
#define STARTED(time, n)                                                                           \
    "type=SERVICE_START msg=audit(" time ".000:" n "): pid=1 uid=0 auid=4294967295 "               \
    "ses=4294967295 msg='unit=run-r5 comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" "           \
    "hostname=? addr=? terminal=? res=success'\n"

START_TEST(a_transient_unit_that_reaches_out_is_shown)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "var/log/audit/audit.log",
                       CONNECT("1699999990", "1", "1", TO_192_0_2_7) STARTED("1700000000", "2")
                           CONNECT("1700000001", "3", "1", TO_192_0_2_7)
                               CONNECT("1700000002", "4", "800", TO_192_0_2_7)
                                   CONNECT("1700000003", "5", "1", TO_RUN_X));
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(db, "192.0.2.7|443", "SELECT DISTINCT address, port FROM network_events");
    harness_expect(db, "3|/usr/bin/x|192.0.2.7|443|T1569.003",
                   "SELECT record, exe, address, port, technique FROM t1569_service_network");
    harness_expect(db, "1700000001.0|low|/usr/bin/x 192.0.2.7:443|run-r5.service|3",
                   "SELECT time, severity, subject, target, record FROM findings WHERE signals = "
                   "'network_of_new_service'");
    for (int since = 0; since < 3; since++)
        harness_expect(db, since < 2 ? "1" : "0",
                       "SELECT count(*) FROM findings WHERE signals = 'network_of_new_service' AND "
                       "time >= %d",
                       1700000000 + since);
    harness_close(db);
}
END_TEST

START_TEST(no_log_of_connections_is_read_where_no_service_was_made)
{
    const struct staged_event events[] = {
        {.channel = SYSMON "/Operational",
         .provider = SYSMON,
         .id = 3,
         .time = MADE,
         .pairs = connected},
    };
    sqlite3 *db = looking_at(events, 1);
    int64_t  all, made;

    int64_t before =
        harness_int(db, "SELECT scans FROM svcql_tables WHERE name = 'windows_events'");
    harness_query(db, "SELECT * FROM network_facts");
    all = harness_int(db, "SELECT scans FROM svcql_tables WHERE name = 'windows_events'") - before;
    before += all;
    harness_query(db, "SELECT * FROM service_rows WHERE action = 'created'");
    made = harness_int(db, "SELECT scans FROM svcql_tables WHERE name = 'windows_events'") - before;
    ck_assert_int_eq(all, made);
    harness_close(db);
}
END_TEST

Suite *make_network_suite(void);

Suite *make_network_suite(void)
{
    Suite *suite = suite_create("network");
    TCase *tcase = tcase_create("services");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_new_windows_service_that_reaches_out_is_shown);
    tcase_add_test(tcase, a_transient_unit_that_reaches_out_is_shown);
    tcase_add_test(tcase, no_log_of_connections_is_read_where_no_service_was_made);
    suite_add_tcase(suite, tcase);
    return suite;
}
