/* check_discovery.c -- evidence as it comes: images, collections, many hosts, and nothing read that
 * is outside. */

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "make_cases.h"
#include "make_evtx.h"
#include "make_macos.h"

static sqlite3    *db;
static const char *dir;

static void begin(void)
{
    db = harness_open();
    dir = harness_scratch();
    harness_query(db, "DELETE FROM evidence");
}

static void finish(void)
{
    harness_close(db);
}

static char *below(const char *part)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s", dir, part);
    return path;
}

static void insert(const char *location)
{
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", location));
}

/* One host ------------------------------------------------------------------------ */

START_TEST(an_image_of_linux_is_known_by_its_marks)
{
    make_linux(dir, "web7");
    insert(dir);
    harness_expect(db, "web7|linux|Europe/Berlin|1",
                   "SELECT host, kind, time_zone, root = '%s' FROM evidence", dir);
    harness_expect(db, "web7", "SELECT DISTINCT host FROM audit_events");
    harness_expect(db, "web7|evil.service",
                   "SELECT host, name FROM unit_files WHERE name = 'evil.service'");
}
END_TEST

START_TEST(folders_of_another_system_do_not_make_it_that)
{
    make_linux(dir, "web7");
    harness_write_text(dir, "Library/LaunchDaemons/x.plist", "");
    harness_write_text(dir, "Windows/System32/config/SYSTEM", "");
    insert(dir);
    harness_expect(db, "web7|linux", "SELECT host, kind FROM evidence");
    harness_expect(db, "evil.service", "SELECT name FROM unit_files WHERE name = 'evil.service'");
}
END_TEST

START_TEST(an_image_of_windows_is_known_by_its_marks)
{
    make_windows(dir, "WS7", "%4");
    insert(dir);
    harness_expect(db, "WS7|windows|W. Europe Standard Time",
                   "SELECT host, kind, time_zone FROM evidence");
    harness_expect(db, "WS7|2", "SELECT host, count(*) FROM windows_events");
}
END_TEST

START_TEST(a_folder_of_logs_that_breaks_off_is_damaged)
{
    make_windows(dir, "WS7", "%4");
    insert(dir);
    harness_break_readdir(0, EIO);
    harness_expect(db, "0", "SELECT count(*) FROM windows_events");
    harness_break_readdir(0, 0);
    harness_expect(db, "damaged|1|the folder was not listed to its end: Input/output error",
                   "SELECT status, skipped, detail FROM evidence_sources WHERE table_name = "
                   "'windows_events' AND location GLOB '*/winevt/Logs'");
}
END_TEST

START_TEST(a_pattern_whose_folder_breaks_off_is_damaged)
{
    make_windows(dir, "WS7", "%4");
    harness_break_readdir(3, EIO);
    harness_query(db, "SELECT count(*) FROM windows_events('%s/Windows/System32/winevt/Logs/*')",
                  dir);
    harness_break_readdir(0, 0);
    harness_expect(db, "damaged|1|Input/output error",
                   "SELECT status, skipped, detail FROM evidence_sources WHERE table_name = "
                   "'windows_events' AND location GLOB '*/winevt/Logs/[*]'");
}
END_TEST

START_TEST(a_location_that_breaks_off_is_damaged)
{
    harness_write_text(dir, "a/audit.log", "x");
    harness_write_text(dir, "b/audit.log", "x");
    harness_break_readdir(3, EIO);
    insert(dir);
    harness_break_readdir(0, 0);
    harness_expect(db, "damaged|2",
                   "SELECT status, skipped FROM evidence_sources "
                   "WHERE table_name = 'evidence' AND kind = 'location'");
}
END_TEST

START_TEST(programs_of_windows_are_found_in_an_image_only)
{
    make_windows(dir, "WS7", "%4");
    insert(dir);
    harness_expect(db, "NULL", "SELECT image_exists FROM registry_services");
    harness_write_text(dir, "Windows/System32/SERVICES.EXE", "MZ");
    harness_expect(db, "0", "SELECT image_exists FROM registry_services");
    harness_write_text(dir, "Windows/TEMP/Evil.EXE", "MZ");
    harness_expect(db, "1", "SELECT image_exists FROM registry_services");
}
END_TEST

START_TEST(an_image_of_macos_is_known_by_its_marks)
{
    make_macos(dir, "mac7");
    insert(dir);
    harness_expect(db, "mac7|macos", "SELECT host, kind FROM evidence");
    harness_expect(db, "mac7|12", "SELECT host, count(*) FROM launch_daemons");
}
END_TEST

static const struct {
    const char *tool, *evidence, *sources;
} layouts[] = {
    {"kape", "HOST7|windows|C", "event_log|2\nhive|1"},
    {"cylr", "HOST7|windows|C_", "event_log|2\nhive|1"},
    {"velociraptor", "HOST7|windows|uploads/auto/C%3A\nHOST7|windows|uploads/ntfs/%5C%5C.%5CC%3A",
     "event_log|3\nhive|1"},
    {"uac", "HOST7|linux|[root]", "audit_log|1"},
    {"zip", "HOST7|linux|", "audit_log|1"},
    {"files", "HOST7|files|", "audit_log|1\nevent_json|1\nevent_log|1\nhive|1\nplist|1"},
};

/* Where a folder has another name than the host, so that the name must come from the evidence. */
START_TEST(every_layout_of_a_collection_is_recognised)
{
    const char *folder = below("case");

    make_collection(folder, layouts[_i].tool, "HOST7");
    insert(folder);
    harness_expect(db, layouts[_i].evidence,
                   "SELECT host, kind, substr(root, %zu) FROM evidence ORDER BY root",
                   strlen(folder) + 2);
    harness_expect(db, layouts[_i].sources,
                   "SELECT kind, count(DISTINCT location) FROM evidence_sources "
                   "WHERE kind IN ('event_log', 'hive', 'audit_log', 'plist', "
                   "'event_json') AND status = 'ready' GROUP BY kind");
    harness_expect(
        db, "HOST7",
        "SELECT DISTINCT host FROM evidence_sources WHERE kind NOT IN ('location', 'file')");
}
END_TEST

START_TEST(percent_signs_of_velociraptor_are_undone)
{
    make_collection(dir, "velociraptor", "HOST7");
    insert(dir);
    harness_expect(db, "1",
                   "SELECT count(*) FROM windows_events "
                   "WHERE source = '%s/uploads/auto/C%%3A/Windows/System32/winevt/Logs/"
                   "Microsoft-Windows-Sysmon%%254Operational.evtx'",
                   dir);
    harness_expect(db, "3", "SELECT count(*) FROM windows_events");
}
END_TEST

START_TEST(a_single_file_is_evidence_too)
{
    make_collection(dir, "files", "HOST7");
    insert(below("registry/SYSTEM"));
    harness_expect(db, "HOST7|files|W. Europe Standard Time",
                   "SELECT host, kind, time_zone FROM evidence");
    harness_write_text(dir, "strange", "type=USER_CMD msg=audit(1700000000.000:1): pid=1 uid=0\n");
    insert(below("strange"));
    harness_expect(db, "1", "SELECT count(*) FROM audit_events");
    free(harness_error(db, "INSERT INTO evidence(location) VALUES('%s')", below("notes.json")));
}
END_TEST

START_TEST(a_loose_folder_of_units_is_read_as_one_of_a_system)
{
    harness_write_text(dir, "case/units/evil.service", "[Service]\nExecStart=/tmp/x\n");
    harness_write_text(dir, "case/units/evil.service.d/more.conf", "[Service]\nUser=root\n");
    harness_write_text(dir, "case/user/own.timer", "[Timer]\nOnCalendar=minutely\n");
    insert(dir);
    harness_expect(db, "case|files", "SELECT host, kind FROM evidence");
    harness_expect(db,
                   "/etc/systemd/system/evil.service|system|units/evil.service\n"
                   "/etc/systemd/system/evil.service.d/more.conf|system|"
                   "units/evil.service.d/more.conf\n"
                   "/etc/systemd/user/own.timer|user|user/own.timer",
                   "SELECT path, scope, substr(source, %zu) FROM unit_files ORDER BY path",
                   strlen(dir) + strlen("/case/") + 1);
    harness_expect(db, "/tmp/x", "SELECT value FROM unit_settings WHERE key = 'ExecStart'");
    harness_query(db, "DELETE FROM evidence");
    insert(below("case/units"));
    harness_expect(db, "case|evil.service",
                   "SELECT host, name FROM unit_files WHERE kind = 'unit'");
}
END_TEST

START_TEST(a_loose_history_and_a_loose_journal_are_read)
{
    harness_write_text(dir, "case/ann/.bash_history", "systemctl start evil\n");
    harness_write_text(dir, "case/ann/notes_history.doc", "no history\n");
    harness_write_text(dir, "case/journal/abc/system.journal", "LPKSHHRH");
    insert(dir);
    harness_expect(db, "case|systemctl start evil", "SELECT host, command FROM shell_history");
    harness_expect(db, "0", "SELECT count(*) FROM journal");
    harness_expect(db, "damaged",
                   "SELECT status FROM evidence_sources WHERE table_name = 'journal' "
                   "AND location LIKE '%%/system.journal'");
}
END_TEST

START_TEST(a_host_can_be_named)
{
    make_linux(dir, "web7");
    harness_query(db, "INSERT INTO evidence(location, host) VALUES('%s', 'other')", dir);
    harness_expect(db, "other", "SELECT host FROM evidence");
    harness_expect(db, "other", "SELECT DISTINCT host FROM audit_events");
    free(harness_error(db, "UPDATE evidence SET host = 'third'"));
}
END_TEST

START_TEST(without_a_name_a_host_is_called_as_its_folder)
{
    harness_write_text(dir, "laptop-3/C/Windows/System32/drivers/x.sys", "x");
    harness_write_text(dir, "server9/[root]/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "F.123/uploads/auto/C%3A/Windows/System32/drivers/x.sys", "x");
    harness_write_text(dir, "F.123/client_info.json", "{\"os_info\":{\"hostname\":\"DESK4\"}}");
    insert(dir);
    harness_expect(db, "DESK4\nlaptop-3\nserver9", "SELECT host FROM evidence ORDER BY host");
}
END_TEST

/* A folder of a system's tree names no host, be it the location or below it. */
START_TEST(folders_of_a_tree_name_no_host)
{
    static const char *const folders[] = {"var", "var/log/remote", "export", "C/ProgramData",
                                          "private/var/log"};
    char                     path[256];

    snprintf(path, sizeof path, "srv9/%s/units.txt", folders[_i]);
    harness_write_text(dir, path, "UNIT FILE STATE PRESET\na.service enabled enabled\n");
    insert(below("srv9"));
    harness_expect(db, "srv9", "SELECT host FROM evidence");
    harness_query(db, "DELETE FROM evidence");
    snprintf(path, sizeof path, "srv9/%s", folders[_i]);
    insert(below(path));
    harness_expect(db, "srv9", "SELECT host FROM evidence");
    harness_expect(db, "srv9", "SELECT host FROM service_listings");
}
END_TEST

/* The same rows, except for the host's name and for what only the running system has. */
START_TEST(a_tree_of_units_reads_alike_live_and_dead)
{
    char *columns =
        harness_query(db, "SELECT group_concat(name) FROM pragma_table_info('unit_files') "
                          "WHERE name <> 'host'");
    sqlite3 *live = harness_open();

    harness_query(live, "CREATE TABLE live AS SELECT %s, count(*) AS n FROM unit_files GROUP BY %s",
                  columns, columns);
    harness_query(live, "DELETE FROM evidence WHERE kind = 'live'");
    harness_query(live, "INSERT INTO evidence(location) VALUES('/')");
    harness_query(live, "CREATE TABLE dead AS SELECT %s, count(*) AS n FROM unit_files GROUP BY %s",
                  columns, columns);
    harness_expect(live, "linux", "SELECT kind FROM evidence");
    harness_expect(live, "",
                   "SELECT * FROM (SELECT * FROM live EXCEPT SELECT * FROM dead) "
                   "UNION ALL SELECT * FROM (SELECT * FROM dead EXCEPT SELECT * FROM live)");
    glob_t units;
    bool   any = glob("/usr/lib/systemd/system/*.service", 0, NULL, &units) == 0;
    ck_assert_int_eq(harness_int(live, "SELECT count(*) > 0 FROM dead"), any);
    globfree(&units);
    harness_close(live);
}
END_TEST

/* Many hosts ------------------------------------------------------------------------ */

START_TEST(every_host_of_a_folder_is_a_row)
{
    static const char *const tools[] = {"kape", "velociraptor", "uac", "zip", "files"};
    char                     path[4096], host[16];

    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/site/case-%zu", dir, i);
        snprintf(host, sizeof host, "HOST%zu", i);
        make_collection(path, tools[i], host);
    }
    snprintf(path, sizeof path, "%s/site/mac", dir);
    make_macos(path, "mac7");
    insert(dir);
    harness_expect(db,
                   "HOST0|windows\nHOST1|windows\nHOST1|windows\nHOST2|linux\nHOST3|linux\n"
                   "HOST4|files\nmac7|macos",
                   "SELECT host, kind FROM evidence ORDER BY host");
    harness_expect(db, "HOST0|2\nHOST1|3\nHOST4|2",
                   "SELECT host, count(*) FROM windows_events GROUP BY host");
    harness_expect(db, "HOST3", "SELECT DISTINCT host FROM audit_events WHERE host = 'HOST3'");
}
END_TEST

START_TEST(two_hosts_in_one_bag_of_files_are_not_called_after_one)
{
    make_collection(below("a"), "files", "ONE");
    make_collection(below("evtx"), "files", "TWO");
    insert(below("evtx"));
    harness_expect(db, "TWO", "SELECT host FROM evidence");
    harness_query(db, "DELETE FROM evidence");
    make_collection(below("bag/case"), "files", "ONE");
    make_collection(below("bag/case/more"), "files", "TWO");
    insert(below("bag"));
    harness_expect(db, "case", "SELECT host FROM evidence");
}
END_TEST

START_TEST(an_event_log_is_of_the_host_that_wrote_its_newest_record)
{
    struct staged_event events[400];

    for (size_t i = 0; i < 400; i++)
        events[i] = (struct staged_event){.channel = "System",
                                          .provider = "Service Control Manager",
                                          .computer = i < 399 ? "WIN-SETUP1" : "dc01.corp.example",
                                          .id = 7036,
                                          .time = 1700000000 + (double)i};
    harness_write_text(dir, "logs/System.evtx", "");
    make_evtx(below("logs/System.evtx"), events, 400);
    insert(dir);
    harness_expect(db, "dc01", "SELECT host FROM evidence");
}
END_TEST

START_TEST(a_hundred_hosts_keep_few_files_open)
{
    struct rlimit limit = {40, 40};
    char          path[4096], host[16];

    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "%s/h%d", dir, i);
        snprintf(host, sizeof host, "host%d", i);
        make_linux(path, host);
    }
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    insert(dir);
    harness_expect(db, "100|100", "SELECT count(*), count(DISTINCT host) FROM evidence");
    harness_expect(db, "100|100", "SELECT count(*), count(DISTINCT host) FROM audit_events");
    harness_expect(db, "host42|1", "SELECT host, count(*) FROM audit_events WHERE host = 'host42'");
    harness_expect(db, "100",
                   "SELECT count(DISTINCT host) FROM unit_files WHERE name = 'evil.service'");
    harness_expect(
        db, "100",
        "SELECT count(DISTINCT host) FROM findings WHERE subject LIKE '%%/evil.service'");
}
END_TEST

START_TEST(a_host_that_is_gone_or_damaged_does_not_stop_the_others)
{
    char path[4096];

    make_linux(below("a"), "a");
    make_linux(below("b"), "b");
    make_windows(below("c"), "c", "%4");
    insert(dir);
    snprintf(path, sizeof path, "mv %s/a %s/gone", dir, dir);
    ck_assert_int_eq(system(path), 0);
    harness_write_text(dir, "c/Windows/System32/winevt/Logs/System.evtx", "ElfFile");
    harness_expect(db, "b", "SELECT DISTINCT host FROM audit_events");
    harness_expect(db, "c", "SELECT DISTINCT host FROM windows_events");
    harness_expect(db, "damaged|was there when it was looked for, and is missing now",
                   "SELECT status, detail FROM evidence_sources WHERE table_name = 'evidence' "
                   "AND location = '%s'",
                   below("a"));
}
END_TEST

START_TEST(evidence_can_be_taken_away_and_read_anew)
{
    make_linux(below("a"), "a");
    insert(dir);
    make_linux(below("b"), "b");
    insert(dir);
    harness_expect(db, "a\nb", "SELECT host FROM evidence ORDER BY host");
    harness_query(db, "DELETE FROM evidence WHERE host = 'a'");
    harness_expect(db, "b", "SELECT DISTINCT host FROM audit_events");
    harness_query(db, "DELETE FROM evidence WHERE location = '%s'", dir);
    harness_expect(db, "0", "SELECT count(*) FROM evidence");
    harness_expect(db, "0", "SELECT count(*) FROM audit_events");
}
END_TEST

/* A scan goes on with the evidence that was there when it began. */
START_TEST(evidence_taken_away_during_a_scan_is_read_to_its_end)
{
    sqlite3_stmt *stmt;

    make_linux(below("a"), "a");
    make_linux(below("b"), "b");
    insert(dir);
    ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT host FROM audit_events", -1, &stmt, NULL), 0);
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    harness_query(db, "DELETE FROM evidence");
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_finalize(stmt);
}
END_TEST

/* What is hostile ---------------------------------------------------------------------- */

START_TEST(a_location_that_is_none_is_an_error)
{
    char *error = harness_error(db, "INSERT INTO evidence(location) VALUES('%s')", below("none"));

    ck_assert_ptr_nonnull(strstr(error, "No such file"));
    free(error);
    ck_assert_int_eq(mkfifo(below("fifo"), 0600), 0);
    free(harness_error(db, "INSERT INTO evidence(location) VALUES('%s')", below("fifo")));
    free(harness_error(db, "INSERT INTO evidence(location) VALUES('/dev/null')"));
    free(harness_error(db, "INSERT INTO evidence(location) VALUES('')"));
    free(harness_error(db, "INSERT INTO evidence(location, kind) VALUES('%s', 'linux')", dir));
    harness_expect(db, "0", "SELECT count(*) FROM evidence");
}
END_TEST

START_TEST(a_folder_of_nothing_known_says_so)
{
    harness_write_text(dir, "x/y.txt", "x");
    insert(dir);
    harness_expect(db, "files|1", "SELECT kind, host = '%s' FROM evidence", strrchr(dir, '/') + 1);
    harness_expect(
        db, "unknown|0|1",
        "SELECT status, records, detail GLOB 'nothing was recognised in %s; searched for: "
        "*event logs (?.evtx)*' FROM evidence_sources "
        "WHERE table_name = 'evidence' AND kind = 'location'",
        dir);
    harness_expect(db, "unknown|file|1",
                   "SELECT status, kind, source = '%s/x/y.txt' FROM evidence_sources "
                   "WHERE table_name = 'evidence' AND kind <> 'location'",
                   dir);
}
END_TEST

/* Each of the first thousand by itself, the others by the end of their names. What is read together
 * with another file is not unknown. */
START_TEST(files_that_no_table_reads_are_listed)
{
    char path[64];

    for (int i = 0; i < 1010; i++) {
        snprintf(path, sizeof path, "a/%04d.bin", i);
        harness_write_text(dir, path, "\1\2");
    }
    harness_write_text(dir, "b/System.evtx", "ElfFile");
    harness_write_text(dir, "b/notes", "x");
    harness_write_text(dir, "c/a.service", "[Service]\n");
    harness_write_text(dir, "c/README", "x");
    harness_write_text(dir, "c/a.service.d/10.conf", "x");
    harness_write_text(dir, "d/SYSTEM", "regf");
    harness_write_text(dir, "d/SYSTEM.LOG1", "x");
    insert(dir);
    harness_expect(db,
                   "file|1000|NULL\nfiles|1|more files that no table reads: 10\n"
                   "files|1|more files that no table reads: 1",
                   "SELECT kind, count(*), iif(kind = 'file', NULL, detail) FROM evidence_sources "
                   "WHERE status = 'unknown' GROUP BY kind, iif(kind = 'file', NULL, location) "
                   "ORDER BY kind, location DESC");
}
END_TEST

START_TEST(a_file_of_no_kind_that_is_read_is_an_error_that_says_what_it_is)
{
    harness_write_text(dir, "notes.txt", "how to read {\"EventID\": 1}, event_id\n");
    harness_write(dir, "disk.E01", "EVF\x09\x0d\x0a\xff\0", 8);
    char *text =
        harness_error(db, "INSERT INTO evidence(location) VALUES('%s')", below("notes.txt"));
    ck_assert_msg(strstr(text, "this is plain text, which is not") != NULL, "%s", text);
    ck_assert_msg(strstr(text, "event logs (*.evtx)") != NULL, "%s", text);
    text = harness_error(db, "INSERT INTO evidence(location) VALUES('%s')", below("disk.E01"));
    ck_assert_msg(strstr(text, "EnCase (E01) disk image") != NULL, "%s", text);
}
END_TEST

START_TEST(what_was_not_read_is_ready_and_what_is_lost_whole_is_damaged)
{
    harness_write_text(dir, "var/log/audit/audit.log", "no\nrecord\n");
    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    insert(dir);
    harness_query(db, "DELETE FROM evidence WHERE kind = 'live'");
    harness_expect(db, "audit_events|ready\nusers|ready",
                   "SELECT table_name, status FROM evidence_sources WHERE table_name IN "
                   "('audit_events', 'users') AND host <> '' AND status <> 'absent' ORDER BY 1");
    harness_query(db, "SELECT count(*) FROM audit_events");
    harness_query(db, "SELECT count(*) FROM users");
    harness_expect(db, "audit_events|damaged\nusers|read",
                   "SELECT table_name, status FROM evidence_sources WHERE table_name IN "
                   "('audit_events', 'users') AND host <> '' AND status <> 'absent' ORDER BY 1");
    harness_expect(db, "0",
                   "SELECT count(*) FROM evidence_sources WHERE status = 'read' "
                   "AND table_name NOT IN ('users', 'evidence')");
}
END_TEST

START_TEST(a_folder_that_a_query_names_is_read_with_all_below_it)
{
    harness_write_text(dir, "a/b/System.evtx", "ElfFile");
    harness_write_text(dir, "a/Security.evtx", "ElfFile");
    harness_write_text(dir, "a/b/other.txt", "x");
    harness_query(db, "SELECT count(*) FROM windows_events('%s')", dir);
    harness_expect(db, "2",
                   "SELECT count(*) FROM evidence_sources WHERE table_name = 'windows_events' "
                   "AND location GLOB '%s/a/*.evtx'",
                   dir);
    char *text = harness_error(db, "SELECT * FROM windows_events('%s/*.evt')", dir);
    ck_assert_msg(strstr(text, "no file fits") != NULL, "%s", text);
    harness_write_text(dir, "empty/x", "x");
    text = harness_error(db, "SELECT * FROM windows_events('%s/empty')", dir);
    ck_assert_msg(strstr(text, "no file of a kind that this table reads: event_log, event_json"),
                  "%s", text);
    harness_expect(db, "0", "SELECT count(*) FROM windows_events WHERE source = '%s/*.evt'", dir);
}
END_TEST

/* A term on `source` compares, and finds nothing. */
START_TEST(a_file_that_a_query_names_and_that_is_missing_is_an_error)
{
    static const char *const missing[] = {"here/typo", "here/none/typo", "here/file/typo"};
    char                    *tables = harness_query(db, "SELECT table_name FROM svcql_columns "
                                                                           "WHERE name IN ('file', 'path') AND hidden "
                                                                           "AND table_name <> 'path_permissions'");
    size_t                   n = 0;

    harness_write_text(dir, "here/file", "x");
    for (char *table = strtok(tables, "\n"); table; table = strtok(NULL, "\n"), n++)
        for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
            char *error = harness_error(db, "SELECT * FROM %s('%s/%s')", table, dir, missing[i]);
            ck_assert_msg(strstr(error, missing[i]) != NULL, "%s: %s", table, error);
        }
    ck_assert_uint_gt(n, 10);
    harness_expect(db, "0", "SELECT count(*) FROM windows_events WHERE source = '%s/here/typo'",
                   dir);
    free(tables);
}
END_TEST

/* Each is opened when its turn comes, folders of units and files of a pattern too. */
START_TEST(more_sources_than_files_may_be_open_are_all_read)
{
    struct rlimit old, few = {64, 64};
    char          path[64];

    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "units/%03d/a%03d.service", i, i);
        harness_write_text(dir, path, "[Service]\nExecStart=/a\n");
        snprintf(path, sizeof path, "logs/%03d/a.evtx", i);
        harness_write_text(dir, path, "ElfFile");
    }
    insert(below("units"));
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    few.rlim_max = old.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    char *units =
        harness_query(db, "SELECT count(*) FROM unit_files WHERE source GLOB '%s/*'", dir);
    harness_query(db, "SELECT count(*) FROM windows_events('%s/logs/*/*.evtx')", dir);
    harness_query(db, "SELECT count(*) FROM windows_events('%s/logs')", dir);
    setrlimit(RLIMIT_NOFILE, &old);
    ck_assert_str_eq(units, "100");
    harness_expect(db, "100",
                   "SELECT count(*) FROM evidence_sources WHERE table_name = 'windows_events' "
                   "AND location GLOB '%s/logs/*' AND status = 'damaged'",
                   dir);
}
END_TEST

START_TEST(shown_paths_are_spelled_as_on_disk)
{
    harness_write_text(dir, "windows/system32/CONFIG/system", "regf");
    harness_write_text(dir, "windows/system32/WINEVT/Logs/system.EVTX", "ElfFile");
    harness_write_text(dir, "windows/system32/drivers/x", "x");
    insert(dir);
    harness_query(db, "SELECT count(*) FROM windows_events");
    harness_expect(db, "windows_events|1",
                   "SELECT table_name, location = '%s/windows/system32/WINEVT/Logs/system.EVTX' "
                   "FROM evidence_sources WHERE kind = 'event_log' AND host <> 'x' "
                   "AND location LIKE '%%.evtx'",
                   dir);
    harness_expect(db, "1",
                   "SELECT count(DISTINCT location) FROM evidence_sources WHERE kind = 'hive' AND "
                   "location = '%s/windows/system32/CONFIG/system'",
                   dir);
}
END_TEST

START_TEST(the_kind_of_a_named_log_is_known_by_its_first_bytes)
{
    harness_write_text(dir, "journalist/audit.log",
                       "type=SERVICE_START msg=audit(1700000000.000:7): pid=1 uid=0 auid=1 ses=1 "
                       "msg='unit=a comm=\"systemd\" exe=\"/x\" hostname=? addr=? terminal=? "
                       "res=success'\n");
    harness_expect(db, "1", "SELECT count(*) FROM audit_events('%s')",
                   below("journalist/audit.log"));
}
END_TEST

START_TEST(links_pipes_and_depth_do_not_mislead_the_walk)
{
    char deep[4096] = "";

    harness_write_text(dir, "out/etc/passwd", "x");
    harness_write_text(dir, "in/x.txt", "x");
    ck_assert_int_eq(symlink("../out", below("in/link")), 0);
    ck_assert_int_eq(symlink("..", below("in/loop")), 0);
    ck_assert_int_eq(mkfifo(below("in/SYSTEM"), 0600), 0);
    for (int i = 0; i < 100; i++)
        strcat(deep, "d/");
    strcat(deep, "a.evtx");
    harness_write_text(dir, "in/a.evtx", "x");
    ck_assert_int_eq(chdir(below("in")), 0);
    harness_write_text(".", deep, "x");
    insert(below("in"));
    harness_expect(db, "files|in", "SELECT kind, host FROM evidence");
    harness_expect(db, "read|1|1",
                   "SELECT status, records, skipped FROM evidence_sources "
                   "WHERE table_name = 'evidence' AND kind = 'location'");
    harness_expect(db, "link\nloop\nx.txt",
                   "SELECT replace(location, '%s/', '') FROM evidence_sources "
                   "WHERE kind = 'file' ORDER BY location",
                   below("in"));
}
END_TEST

/* The trap: the kernel reports every open of this process on the mount. */

static void query_all(const char *location)
{
    char *tables;

    insert(location);
    tables = harness_query(
        db, "SELECT name FROM svcql_tables WHERE kind = 'table' AND name NOT IN "
            "('systemd_units', 'systemd_managers') AND name NOT IN (SELECT table_name "
            "FROM svcql_columns WHERE key LIKE 'needed%%')");
    for (char *name = strtok(tables, "\n"); name; name = strtok(NULL, "\n"))
        free(harness_query(db, "SELECT * FROM \"%s\"", name));
    free(tables);
}

static void plant_links(void)
{
    static const char *const links[][2] = {
        {"etc/systemd/system/abs.service", "/out/secret"},
        {"etc/systemd/system/up.service", "../../../../../../../../out/secret"},
        {"etc/systemd/user", "/out"},
        {"etc/shadow", "/out/secret"},
        {"root/.zsh_history", "../../../out/secret"},
        {"var/log/audit/audit.log.1", "/out/secret"},
        {"var/log/secure", "/out/secret"},
        {"var/log/journal", "/out"},
        {"var/lib/dpkg", "/out"},
        {"etc/sudoers.d", "/out"},
    };
    char target[4096];

    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        snprintf(target, sizeof target, "%s%s", links[i][1][0] == '/' ? dir : "", links[i][1]);
        char *link = below("image/linux");
        strcat(strcat(link, "/"), links[i][0]);
        ck_assert_int_eq(symlink(target, link), 0);
    }
}

/* Read what the trap caught of one process: how many opens, and the last one outside of a folder.
 * This machine's own rules of time zones are not part of the evidence. */
static int caught(int trap, pid_t pid, const char *inside, char *ret_outside, size_t room)
{
    char                            events[65536], path[4096], fd[64];
    int                             n = 0;
    ssize_t                         size;
    struct fanotify_event_metadata *event;

    while ((size = read(trap, events, sizeof events)) > 0) {
        event = (struct fanotify_event_metadata *)(void *)events;
        for (; FAN_EVENT_OK(event, size); event = FAN_EVENT_NEXT(event, size)) {
            snprintf(fd, sizeof fd, "/proc/self/fd/%d", event->fd);
            ssize_t length = readlink(fd, path, sizeof path - 1);
            path[length < 0 ? 0 : length] = '\0';
            if (event->pid == pid) {
                n++;
                if (strncmp(path, inside, strlen(inside)) != 0 &&
                    strncmp(path, "/usr/share/zoneinfo/", 20) != 0)
                    snprintf(ret_outside, room, "%s", path);
            }
            close(event->fd);
        }
    }
    return n;
}

START_TEST(utf16_that_is_no_event_is_damaged)
{
    static const char text[] = "\xff\xfe[\0{\0\"\0E\0v\0e\0n\0t\0I\0D\0\"\0:\0001\0}\0]\0";
    const char       *folder = harness_scratch();

    harness_write(folder, "a.json", text, sizeof text - 1);
    insert(folder);
    harness_query(db, "SELECT count(*) FROM windows_events");
    harness_expect(db, "damaged",
                   "SELECT status FROM evidence_sources WHERE table_name = 'windows_events' "
                   "AND source LIKE '%%/a.json'");
}
END_TEST

START_TEST(nothing_outside_of_the_root_is_ever_opened)
{
    char outside[4096] = "", image[4096];
    int  trap =
        fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE, O_RDONLY | O_CLOEXEC);

    if (trap < 0 || fanotify_mark(trap, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN, AT_FDCWD, dir) < 0)
        SKIP("no fanotify here: %s", strerror(errno));
    make_linux(below("image/linux"), "web7");
    make_windows(below("image/windows"), "WS7", "%4");
    make_macos(below("image/macos"), "mac7");
    harness_write_text(dir, "out/secret", "[Service]\nExecStart=/tmp/x\n");
    harness_write_text(dir, "image/linux/var/lib/x", "x");
    plant_links();
    strcpy(image, below("image"));
    query_all(image); /* once before, so that libraries and locales are loaded */
    caught(trap, 0, "", outside, sizeof outside);

    pid_t pid = fork();
    if (pid == 0) {
        query_all(image);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    /* How many files are opened, and how often, is a matter of what runs. */
    ck_assert_int_gt(caught(trap, pid, image, outside, sizeof outside), 10);
    ck_assert_str_eq(outside, "");

    /* And the trap does catch. */
    close(open(below("out/secret"), O_RDONLY | O_CLOEXEC));
    ck_assert_int_eq(caught(trap, getpid(), image, outside, sizeof outside), 1);
    ck_assert_str_eq(outside, below("out/secret"));
    close(trap);
}
END_TEST

Suite *make_discovery_suite(void)
{
    Suite *suite = suite_create("discovery");
    TCase *tc = tcase_create("discovery");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_add_test(tc, an_image_of_linux_is_known_by_its_marks);
    tcase_add_test(tc, folders_of_another_system_do_not_make_it_that);
    tcase_add_test(tc, an_image_of_windows_is_known_by_its_marks);
    tcase_add_test(tc, a_folder_of_logs_that_breaks_off_is_damaged);
    tcase_add_test(tc, a_location_that_breaks_off_is_damaged);
    tcase_add_test(tc, a_pattern_whose_folder_breaks_off_is_damaged);
    tcase_add_test(tc, programs_of_windows_are_found_in_an_image_only);
    tcase_add_test(tc, an_image_of_macos_is_known_by_its_marks);
    tcase_add_loop_test(tc, every_layout_of_a_collection_is_recognised, 0,
                        sizeof layouts / sizeof layouts[0]);
    tcase_add_test(tc, percent_signs_of_velociraptor_are_undone);
    tcase_add_test(tc, a_single_file_is_evidence_too);
    tcase_add_test(tc, a_loose_folder_of_units_is_read_as_one_of_a_system);
    tcase_add_test(tc, a_loose_history_and_a_loose_journal_are_read);
    tcase_add_test(tc, a_host_can_be_named);
    tcase_add_test(tc, without_a_name_a_host_is_called_as_its_folder);
    tcase_add_test(tc, a_tree_of_units_reads_alike_live_and_dead);
    tcase_add_test(tc, every_host_of_a_folder_is_a_row);
    tcase_add_test(tc, two_hosts_in_one_bag_of_files_are_not_called_after_one);
    tcase_add_test(tc, an_event_log_is_of_the_host_that_wrote_its_newest_record);
    tcase_add_test(tc, a_hundred_hosts_keep_few_files_open);
    tcase_add_test(tc, a_host_that_is_gone_or_damaged_does_not_stop_the_others);
    tcase_add_test(tc, evidence_can_be_taken_away_and_read_anew);
    tcase_add_test(tc, evidence_taken_away_during_a_scan_is_read_to_its_end);
    tcase_add_test(tc, a_location_that_is_none_is_an_error);
    tcase_add_loop_test(tc, folders_of_a_tree_name_no_host, 0, 5);
    tcase_add_test(tc, a_folder_of_nothing_known_says_so);
    tcase_add_test(tc, files_that_no_table_reads_are_listed);
    tcase_add_test(tc, a_file_of_no_kind_that_is_read_is_an_error_that_says_what_it_is);
    tcase_add_test(tc, what_was_not_read_is_ready_and_what_is_lost_whole_is_damaged);
    tcase_add_test(tc, a_folder_that_a_query_names_is_read_with_all_below_it);
    tcase_add_test(tc, a_file_that_a_query_names_and_that_is_missing_is_an_error);
    tcase_add_test(tc, more_sources_than_files_may_be_open_are_all_read);
    tcase_add_test(tc, shown_paths_are_spelled_as_on_disk);
    tcase_add_test(tc, the_kind_of_a_named_log_is_known_by_its_first_bytes);
    tcase_add_test(tc, links_pipes_and_depth_do_not_mislead_the_walk);
    tcase_add_test(tc, nothing_outside_of_the_root_is_ever_opened);
    tcase_add_test(tc, utf16_that_is_no_event_is_damaged);
    suite_add_tcase(suite, tc);
    return suite;
}
