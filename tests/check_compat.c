/* check_compat.c -- other people's rules and queries run as they were written. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/rule_file.h"
#include "make_evtx.h"

/* The columns that rules about services name after conversion. */
static const char *const sigma_columns[] = {
    "AccessList",
    "AccessMask",
    "AccountName",
    "Binary",
    "Channel",
    "ClientProcessId",
    "CommandLine",
    "Company",
    "Description",
    "Details",
    "EventID",
    "EventLog",
    "EventType",
    "Hashes",
    "Image",
    "ImageLoaded",
    "ImagePath",
    "IntegrityLevel",
    "InterfaceUuid",
    "ObjectType",
    "OriginalFileName",
    "ParentCommandLine",
    "ParentImage",
    "ParentProcessId",
    "PipeName",
    "ProcessId",
    "ProcessName",
    "Product",
    "Provider_Name",
    "RelativeTargetName",
    "SYSCALL",
    "ScriptBlockText",
    "ServiceFileName",
    "ServiceName",
    "ServiceStartType",
    "ServiceType",
    "ShareName",
    "TargetFilename",
    "TargetObject",
    "TaskName",
    "User",
    "UserName",
    "a0",
    "a1",
    "answers",
    "endpoint",
    "name",
    "nametype",
    "operation",
    "param1",
    "param2",
    "path",
    "query",
    "rejected",
    "type",
    "unit",
};

static const char *const views[] = {"logs", "logs_windows", "logs_linux", "logs_macos"};

START_TEST(every_column_of_converted_rules_is_there)
{
    sqlite3 *db = harness_open();

    ck_assert_uint_eq(sizeof sigma_columns / sizeof *sigma_columns, 56);
    for (size_t c = 0; c < sizeof sigma_columns / sizeof *sigma_columns; c++)
        harness_expect(db, "1",
                       "SELECT count(*) FROM svcql_columns WHERE table_name = '%s' AND name = '%s'",
                       views[_i], sigma_columns[c]);
    harness_close(db);
}
END_TEST

static const char *const psexec[] = {
    "ServiceName", "PSEXESVC",     "ImagePath", "%SystemRoot%\\PSEXESVC.exe",
    "StartType",   "demand start", NULL};
static const char *const start[] = {"CommandLine", "sc.exe  create x binPath= c:\\x.exe",
                                    "Image",       "C:\\Windows\\System32\\sc.exe",
                                    "FileVersion", "10.0",
                                    NULL};
static const char *const key[] = {"ObjectName",
                                  "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x",
                                  "ObjectValueName",
                                  "ImagePath",
                                  "OperationType",
                                  "%%1905",
                                  "NewValue",
                                  "c:\\x.exe",
                                  NULL};

static const struct staged_event events[] = {
    {.channel = "System",
     .provider = "Service Control Manager",
     .id = 7045,
     .time = 1700000000,
     .pairs = psexec},
    {.channel = "Microsoft-Windows-Sysmon/Operational",
     .provider = "Microsoft-Windows-Sysmon",
     .id = 1,
     .time = 1700000001,
     .pairs = start},
    {.channel = "Security",
     .provider = "Microsoft-Windows-Security-Auditing",
     .id = 4657,
     .time = 1700000002,
     .pairs = key},
};

/* A connection whose only evidence is one event log and one audit log; rules go to `rules`. */
static sqlite3 *staged(const char **rules)
{
    const char *dir = harness_scratch();
    char        path[512];
    sqlite3    *db = harness_open();

    harness_write_text(
        dir, "logs/audit.log",
        "type=SYSCALL msg=audit(1700000003.100:7): arch=c000003e syscall=59 "
        "success=yes exit=0 items=1 ppid=1 pid=2 suid=0 auid=1000 uid=0 gid=0 euid=0 "
        "comm=\"systemctl\" "
        "exe=\"/usr/bin/systemctl\"\n"
        "type=EXECVE msg=audit(1700000003.100:7): argc=3 a0=\"systemctl\" a1=\"stop\" "
        "a2=\"auditd\"\n"
        "type=PATH msg=audit(1700000003.100:7): item=0 name=\"/usr/bin/systemctl\" "
        "nametype=NORMAL obj=a:b:c\n");
    snprintf(path, sizeof path, "%s/logs/System.evtx", dir);
    make_evtx(path, events, sizeof events / sizeof *events);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s/logs')", dir);
    *rules = dir;
    return db;
}

static const struct {
    const char *rule;
    int         matches;
} rules[] = {
    /* as pySigma's backend writes them */
    {"SELECT * FROM logs WHERE Channel='System' AND (EventID=7045 AND ServiceName='psexesvc')", 1},
    {"SELECT * FROM logs WHERE EventID=7045 AND ImagePath LIKE '%\\\\psexesvc.exe' ESCAPE '\\'", 1},
    {"SELECT * FROM logs WHERE EventID=7045 AND ServiceName REGEXP '^[A-Z]{8}$'", 1},
    {"SELECT * FROM logs WHERE Channel='microsoft-windows-sysmon/operational' AND EventID=1 AND "
     "(Image LIKE '%\\\\sc.exe' ESCAPE '\\' AND CommandLine LIKE '%create%' ESCAPE '\\')",
     1},
    /* an absent field inside NOT must not hide the row */
    {"SELECT * FROM logs WHERE EventID=7045 AND NOT (CommandLine LIKE '%x%' ESCAPE '\\')", 1},
    {"SELECT * FROM logs WHERE EventID=7045 AND NOT (ParentImage='x' OR User='y')", 1},
    {"SELECT * FROM logs WHERE EventID=7045 AND CommandLine=''", 1},
    {"SELECT * FROM logs WHERE EventID=4657 AND TargetObject LIKE "
     "'%\\\\Services\\\\x\\\\ImagePath' "
     "ESCAPE '\\'",
     1},
    {"SELECT * FROM logs WHERE EventID IN (7045, 4697)", 1},
    {"SELECT * FROM <TABLE_NAME> WHERE EventID=7045 AND ServiceName='PSEXESVC'", 1},
    {"SELECT * FROM logs WHERE type='EXECVE' AND a0='systemctl' AND a1='stop'", 1},
    {"SELECT * FROM logs WHERE type='PATH' AND nametype='NORMAL' AND name LIKE '/usr/%' ESCAPE "
     "'\\'",
     1},
    {"SELECT * FROM logs WHERE Image LIKE '%/systemctl' ESCAPE '\\' AND CommandLine LIKE '%stop%'",
     1},
    {"SELECT * FROM logs WHERE EventID=7045 AND ServiceName='other'", 0},
    /* names that logs lacks are fields of the record's data; one that a record lacks is NULL */
    {"SELECT * FROM <TABLE_NAME> WHERE EventID=1 AND FileVersion='10.0'", 1},
    {"SELECT * FROM <TABLE_NAME> WHERE EventID=1 AND fileversion LIKE '1%' ESCAPE '\\'", 1},
    {"SELECT * FROM <TABLE_NAME> WHERE EventID=1 AND `FileVersion` IS NOT NULL", 1},
    {"SELECT * FROM <TABLE_NAME> WHERE EventID=1 AND (NOT FileVersion='10.0')", 0},
    {"SELECT * FROM <TABLE_NAME> WHERE EventID=7045 AND FileVersion IS NULL", 1},
    {"SELECT * FROM <TABLE_NAME> WHERE EventID=7045 AND NOT (FileVersion LIKE '%x%' ESCAPE '\\')",
     1},
    {"SELECT * FROM <TABLE_NAME> WHERE EventID=7045 AND ParentImage IS NULL", 1},
    {"SELECT * FROM <TABLE_NAME> WHERE EventID=7045 AND (NOT ServiceName IS NULL)", 1},
    {"SELECT * FROM <TABLE_NAME> WHERE ServiceName='is null' OR EventID=1 AND Image='IS NOT NULL'",
     0},
    {"SELECT * FROM <TABLE_NAME> WHERE type='EXECVE' AND items='1' AND suid='0'", 1},
    {"SELECT * FROM <TABLE_NAME> WHERE type='EXECVE' AND a77 IS NULL AND a2='auditd'", 1},
    {"SELECT * FROM <TABLE_NAME> WHERE type='PATH' AND obj='a:b:c' AND NOT suid='1'", 1},
};

START_TEST(converted_rules_run_as_they_are)
{
    const char *dir;
    sqlite3    *db = staged(&dir);

    /* typed by hand, and by the table of rules */
    char *sql = NULL;
    ck_assert_int_gt(asprintf(&sql, "SELECT count(*) FROM (%s)", rules[_i].rule), 0);
    if (!strstr(sql, "<TABLE_NAME>")) /* else only the table of rules knows what it stands for */
        ck_assert_int_eq(harness_int(db, "%s", sql), rules[_i].matches);
    free(sql);
    harness_write_text(dir, "rules/rule.sql", rules[_i].rule);
    ck_assert_int_eq(
        harness_int(db, "SELECT count(*) FROM svcql_rules('%s/rules') WHERE error IS NULL", dir),
        rules[_i].matches);
    harness_close(db);
}
END_TEST

START_TEST(message_ids_are_words)
{
    const char *dir;
    sqlite3    *db = staged(&dir);

    harness_expect(db, "1",
                   "SELECT instr(OperationType, char(37, 37)) = 0 FROM logs WHERE EventID = 4657");
    harness_close(db);
}
END_TEST

START_TEST(a_term_on_the_event_reaches_the_log)
{
    sqlite3 *db = harness_open();
    char *plan = harness_query(db, "EXPLAIN QUERY PLAN SELECT * FROM logs WHERE Channel = 'System' "
                                   "AND Provider_Name = 'x' AND EventID = 7045");

    ck_assert_msg(strstr(plan, "channel=? AND provider_name=? AND event_id=?") != NULL, "%s", plan);
    harness_close(db);
}
END_TEST

START_TEST(rules_that_cannot_run_say_so)
{
    const char *dir;
    sqlite3    *db = staged(&dir);

    harness_write_text(
        dir, "rules/a.json",
        "[{\"title\":\"good\",\"id\":\"1\",\"level\":\"high\",\"tags\":[\"a\",\"b\"],"
        "\"rule\":[\"SELECT * FROM logs WHERE EventID=7045\"]},"
        "{\"title\":\"column\",\"rule\":[\"SELECT logs.Nope FROM logs\"]},"
        "{\"title\":\"write\",\"rule\":[\"DELETE FROM logs\"]},"
        "{\"title\":\"attach\",\"rule\":[\"ATTACH '/tmp/x' AS x\"]},"
        "{\"title\":\"host\",\"rule\":[\"SELECT * FROM processes\"]},"
        "{\"title\":\"endless\",\"rule\":[\"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL "
        "SELECT x+1 FROM c) SELECT count(*) FROM c\"]},"
        "{\"title\":\"empty\"}]");
    harness_write_text(dir, "rules/b.json", "not json");
    harness_expect(db, "good|1|high|a,b|PSEXESVC",
                   "SELECT rule, id, level, tags, row ->> '$.data.ServiceName' FROM (SELECT * FROM "
                   "svcql_rules('%s/rules') WHERE error IS NULL)",
                   dir);
    harness_expect(
        db,
        "column|no such column: logs.Nope\nwrite|not authorized\nattach|not authorized\n"
        "host|not authorized\nendless|takes too long\nempty|has no SQL\n"
        "NULL|not a file of rules",
        "SELECT rule, iif(error LIKE '%%prohibited%%' OR error LIKE 'no such table%%' OR "
        "error LIKE 'vtable%%', "
        "'not authorized', error) FROM svcql_rules('%s/rules') WHERE error IS NOT NULL",
        dir);
    harness_close(db);
}
END_TEST

START_TEST(the_logs_are_read_once_for_all_rules)
{
    const char *dir;
    sqlite3    *db = staged(&dir);
    char       *text = calloc(1, 100000);

    for (int i = 0; i < 200; i++)
        sprintf(text + strlen(text),
                "SELECT * FROM logs WHERE Channel='System' AND EventID=7045 AND "
                "ServiceName='PSEXESVC' AND ImagePath LIKE '%%%d%%';\n",
                i);
    harness_write_text(dir, "rules/many.sql", text);
    free(text);
    int64_t before =
        harness_int(db, "SELECT scans FROM svcql_tables WHERE name = 'windows_events'");
    harness_query(db, "SELECT count(*) FROM svcql_rules('%s/rules')", dir);
    ck_assert_int_eq(
        harness_int(db, "SELECT scans FROM svcql_tables WHERE name = 'windows_events'") - before,
        1);
    harness_close(db);
}
END_TEST

/* Queries about services in the form of osquery's packs, with its documented columns. */
static const char *const osquery[] = {
    "SELECT id, description, load_state, active_state, sub_state, unit_file_state, following, "
    "object_path, job_id, job_type, job_path, fragment_path, user, source_path FROM systemd_units "
    "WHERE optional = 1",
    "SELECT id FROM systemd_units WHERE fragment_path LIKE '/tmp/%' AND optional = 1",
    "SELECT name, service_type, display_name, status, pid, start_type, win32_exit_code, "
    "service_exit_code, path, module_path, description, user_account FROM services",
    "SELECT * FROM services WHERE start_type='DEMAND_START' OR start_type='AUTO_START'",
    "SELECT name, path FROM services WHERE user_account = 'LocalSystem' AND path LIKE 'C:\\Users%'",
    "SELECT * FROM services WHERE path NOT LIKE 'C:\\Windows%' AND status = 'RUNNING'",
    "SELECT path, name, label, program, run_at_load, keep_alive, on_demand, disabled, username, "
    "groupname, stdout_path, stderr_path, start_interval, program_arguments, watch_paths, "
    "queue_directories, inetd_compatibility, start_on_mount, root_directory, working_directory, "
    "process_type FROM launchd",
    "SELECT * FROM launchd WHERE name = 'com.apple.atrun.plist' AND disabled = '0'",
    "SELECT label, program_arguments FROM launchd WHERE run_at_load = '1' AND path NOT LIKE "
    "'/System/%'",
    "SELECT label, key, value, uid, path FROM launchd_overrides",
    "SELECT name, path, args, type, source, status, username FROM startup_items",
    "SELECT * FROM startup_items WHERE status = 'enabled' AND path LIKE '%Temp%'",
    "SELECT key, path, name, type, data, mtime FROM registry WHERE key LIKE "
    "'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\%'",
    "SELECT path, data FROM registry WHERE path LIKE "
    "'HKEY_LOCAL_MACHINE\\SYSTEM\\%ControlSet%\\Services\\%\\ImagePath'",
    "SELECT name, data FROM registry WHERE key = "
    "'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Svchost'",
    "SELECT uid, time, command, history_file FROM shell_history WHERE command LIKE '%systemctl%'",
    "SELECT username, command FROM users JOIN shell_history USING (uid)",
    "SELECT pid, path, cmdline, auid, uid, parent, time, cwd FROM process_events WHERE path LIKE "
    "'%/systemctl'",
    "SELECT pid, path, cmdline FROM process_events WHERE cmdline LIKE '%launchctl%load%'",
    "SELECT channel, datetime, task, level, provider_name, provider_guid, computer_name, eventid, "
    "keywords, data, pid, tid, time_range, timestamp, xpath FROM windows_eventlog WHERE "
    "channel = 'System' AND eventid = 7045",
    "SELECT datetime, data FROM windows_eventlog WHERE channel='Security' AND eventid IN (4697, "
    "4688)",
    "SELECT uid, gid, username, description, directory, shell FROM users",
    "SELECT gid, groupname FROM groups WHERE groupname = 'sudo'",
    "SELECT pid, name, path FROM (SELECT pid, name, exe AS path FROM processes WHERE uid = 0)",
};

START_TEST(queries_of_osquery_packs_run)
{
    const char *dir;
    sqlite3    *db = staged(&dir);

    harness_query(db, "%s", osquery[_i]);
    harness_close(db);
}
END_TEST

START_TEST(sql_files_keep_their_statements_apart)
{
    static const char text[] = "-- title: one\n-- level: low\nSELECT ';' AS \"a;b\"; -- tail;\n"
                               "-- title: two\nSELECT 2";
    struct rules      parsed = {0};

    ck_assert_int_eq(rules_parse_sql(&parsed, text, sizeof text - 1), 0);
    ck_assert_uint_eq(parsed.n, 2);
    ck_assert_str_eq(parsed.rules[0].title, "one");
    ck_assert_str_eq(parsed.rules[0].level, "low");
    ck_assert_str_eq(parsed.rules[0].sql, "SELECT ';' AS \"a;b\";");
    ck_assert_str_eq(parsed.rules[1].title, "two");
    ck_assert_str_eq(parsed.rules[1].sql, "SELECT 2");
    rules_free(&parsed);
}
END_TEST

/* osquery's tables about the host ------------------------------------------------------------- */

static void put_record(uint8_t *record, uint16_t type, const char *user, const char *tty,
                       const char *from, uint32_t time)
{
    record[0] = (uint8_t)type;
    record[4] = 42;
    strcpy((char *)record + 8, tty);
    strcpy((char *)record + 44, user);
    strcpy((char *)record + 76, from);
    for (int i = 0; i < 4; i++)
        record[340 + i] = (uint8_t)(time >> 8 * i);
}

static const char *make_host(void)
{
    const char *dir = harness_scratch();
    uint8_t     utmp[2 * 384] = {0};

    harness_write_text(
        dir, "etc/os-release",
        "# the release\nNAME=\"Example Linux\"\nVERSION='12.3 (made up)'\nID=example\n"
        "ID_LIKE=debian\nVERSION_ID=\"12.3.4\"\nVERSION_CODENAME=made\nno line\n");
    harness_write_text(dir, "etc/hostname", "web7\n");
    harness_write_text(dir, "etc/machine-id", "0123456789ABCDEF0123456789abcdef\n");
    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "var/lib/dpkg/arch", "arm64\n");
    put_record(utmp, 2, "reboot", "~", "6.1.0", 1790000000);
    put_record(utmp + 384, 7, "ann", "pts/0", "192.0.2.7", 1790000100);
    harness_write(dir, "run/utmp", utmp, sizeof utmp);
    return dir;
}

START_TEST(decorators_of_ordinary_configurations_find_their_tables_on_a_dead_root)
{
    const char *dir = make_host();
    sqlite3    *db = harness_open();

    free(harness_query(db, "DELETE FROM evidence"));
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir));
    harness_expect(db, "web7|0123456789abcdef0123456789abcdef|aarch64|NULL",
                   "SELECT hostname, uuid, cpu_type, cpu_brand FROM system_info");
    harness_expect(db, "Example Linux|12.3 (made up)|12|3|4|example|debian|made|aarch64|web7",
                   "SELECT name, version, major, minor, patch, platform, platform_like, codename, "
                   "arch, host FROM os_version");
    harness_expect(db, "ann",
                   "SELECT user AS username FROM logged_in_users "
                   "WHERE type = 'user' ORDER BY time LIMIT 1");
    harness_expect(db,
                   "boot_time|reboot|~|6.1.0|1790000000|42|web7\n"
                   "user|ann|pts/0|192.0.2.7|1790000100|42|web7",
                   "SELECT type, user, tty, host, time, pid, hostname FROM logged_in_users");
    harness_expect(db, "0", "SELECT count(*) FROM uptime");
    harness_expect(db, "1", "SELECT version >= '5.0.0' FROM osquery_info");
    harness_expect(db, "1",
                   "SELECT count(*) FROM evidence_sources WHERE table_name = "
                   "'host_properties' AND status = 'damaged' AND skipped = 1");
    harness_close(db);
}
END_TEST

START_TEST(sessions_of_logind_stand_in_for_utmp)
{
    const char *dir = make_host();
    char        path[4200];
    sqlite3    *db = harness_open();

    harness_write_text(
        dir, "run/systemd/sessions/3",
        "# This is private data. Do not parse.\nUID=1000\nUSER=bob\nACTIVE=1\nTYPE=tty\n"
        "CLASS=user\nTTY=pts/1\nREMOTE_HOST=192.0.2.8\nLEADER=77\n"
        "REALTIME=1790000200123456\n");
    harness_write_text(dir, "run/systemd/sessions/3.ref", "");
    harness_expect(db, "2", "SELECT count(*) FROM logged_in_users WHERE root = '%s'", dir);
    snprintf(path, sizeof path, "%s/run/utmp", dir);
    unlink(path);
    harness_expect(db, "user|bob|pts/1|192.0.2.8|1790000200|77",
                   "SELECT type, user, tty, host, time, pid FROM logged_in_users WHERE root = '%s'",
                   dir);
    harness_write_text(dir, "run/utmp", "this is text");
    harness_expect(db, "0", "SELECT count(*) FROM logged_in_users WHERE root = '%s'", dir);
    harness_expect(db, "damaged",
                   "SELECT status FROM evidence_sources WHERE table_name = "
                   "'logged_in_users' AND location GLOB '*/utmp'");
    harness_close(db);
}
END_TEST

START_TEST(a_record_of_utmp_that_is_cut_off_is_counted)
{
    const char *dir = make_host();
    char        path[4200];
    size_t      size;
    sqlite3    *db = harness_open();

    snprintf(path, sizeof path, "%s/run/utmp", dir);
    char *whole = harness_read(path, &size), *cut = malloc(size + 1);
    memcpy(cut, whole, size);
    cut[size] = 7;
    harness_write(dir, "run/utmp", cut, size + 1);
    harness_expect(db, "2", "SELECT count(*) FROM logged_in_users WHERE root = '%s'", dir);
    harness_expect(db, "1",
                   "SELECT skipped FROM evidence_sources WHERE table_name = 'logged_in_users' AND "
                   "location GLOB '*/utmp'");
    free(cut);
    free(whole);
    harness_close(db);
}
END_TEST

START_TEST(the_clock_is_a_table)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "1|1|1|1",
                   "SELECT unix_time = strftime('%%s', iso_8601), datetime = iso_8601, "
                   "instr(timestamp, substr(weekday, 1, 3) || ' ') = 1, "
                   "win_timestamp / 10000000 - unix_time = 11644473600 FROM time");
    harness_expect(db, "1",
                   "SELECT total_seconds = ((days * 24 + hours) * 60 + minutes) * 60 + "
                   "seconds FROM uptime");
    harness_expect(db, "1",
                   "SELECT cpu_logical_cores >= 1 AND physical_memory > 1000000 "
                   "FROM system_info");
    harness_close(db);
}
END_TEST

Suite *make_compat_suite(void)
{
    Suite *suite = suite_create("compat");
    TCase *tcase = tcase_create("compat");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, every_column_of_converted_rules_is_there, 0, 4);
    tcase_add_loop_test(tcase, converted_rules_run_as_they_are, 0, sizeof rules / sizeof *rules);
    tcase_add_test(tcase, message_ids_are_words);
    tcase_add_test(tcase, a_term_on_the_event_reaches_the_log);
    tcase_add_test(tcase, rules_that_cannot_run_say_so);
    tcase_add_test(tcase, the_logs_are_read_once_for_all_rules);
    tcase_add_loop_test(tcase, queries_of_osquery_packs_run, 0, sizeof osquery / sizeof *osquery);
    tcase_add_test(tcase, sql_files_keep_their_statements_apart);
    tcase_add_test(tcase, decorators_of_ordinary_configurations_find_their_tables_on_a_dead_root);
    tcase_add_test(tcase, sessions_of_logind_stand_in_for_utmp);
    tcase_add_test(tcase, a_record_of_utmp_that_is_cut_off_is_counted);
    tcase_add_test(tcase, the_clock_is_a_table);
    suite_add_tcase(suite, tcase);
    return suite;
}
