/* check_unified_log.c -- macOS' unified log in each form that it is exported in, and what is made of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "make_packed.h"
#include "make_unified_log.h"

/* The same entries in each form ------------------------------------------------------------ */

/* What each form has of the entries: name of the process alone, where it has no more. */
START_TEST(each_form_has_the_same_entries)
{
    sqlite3      *db = harness_open();
    const char   *dir = harness_scratch();
    struct buffer log = make_unified_log((enum unified_style)_i);
    const char   *name = unified_names[_i];

    harness_write(dir, name, log.data, log.size);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    for (unsigned i = 0; i < UNIFIED_MADE; i++) {
        const struct unified_made *e = &unified_made[i];
        struct buffer              expected = {0};
        const char                *message = e->message + strspn(e->message, " ");
        buffer_printf(&expected, "%s|%d|%s|%s|%d", e->process, e->pid,
                      e->subsystem ? e->subsystem : "NULL",
                      e->category && *e->category ? e->category : "NULL", (int)strlen(message));
        buffer_text(&expected);
        harness_expect(db, expected.data,
                       "SELECT process, pid, subsystem, category, length(ltrim(message)) "
                       "FROM unified_log WHERE source = '%s/%s' AND abs(time - %u.123) < 0.0005",
                       dir, name, UNIFIED_BEGIN + i);
        buffer_free(&expected);
    }
    harness_expect(db, "unified_log|read|8|0",
                   "SELECT table_name, status, records, skipped FROM evidence_sources "
                   "WHERE location = '%s/%s'",
                   dir, name);
    buffer_free(&log);
    harness_close(db);
}
END_TEST

/* Compressed, and by the name of a file that the query names. */
START_TEST(a_packed_export_is_read)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    for (int style = 0; style < STYLES; style++) {
        struct buffer log = make_unified_log((enum unified_style)style);
        size_t        size;
        void         *packed = make_packed(style % 3, log.data, log.size, &size);
        char          name[64];
        snprintf(name, sizeof name, "%d-%s%s", style, unified_names[style],
                 packed_suffix[style % 3]);
        harness_write(dir, name, packed, size);
        ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM unified_log('%s/%s')", dir, name),
                         (int64_t)UNIFIED_MADE);
        free(packed);
        buffer_free(&log);
    }
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "7|56", "SELECT count(DISTINCT source), count(*) FROM unified_log");
    harness_close(db);
}
END_TEST

/* launchd keeps the same messages as text of its own, in the zone of its host. */
START_TEST(a_root_has_launchds_log_and_the_logs_own_files)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "mac/System/Library/CoreServices/SystemVersion.plist", "x");
    harness_write_text(dir, "mac/private/var/db/diagnostics/Persist/1.tracev3", "x");
    harness_write_text(
        dir, "mac/private/var/log/com.apple.xpc.launchd/launchd.log",
        "2026-11-20 10:44:00.322799 (gui/501 [100003]) <Notice>: Bootstrap by "
        "xspawn[30001] for <private> succeeded (0: )\n"
        "2026-11-20 10:44:01.123136 (gui/501/com.x [30002]) <Notice>: service state: "
        "running\n2026-11-20 10:44:02.000001 <Notice>: Flushed 23 logs\n");
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s/mac')",
                  dir);
    harness_expect(db,
                   "2026-11-20 10:44:00.322799|launchd|1|Notice|gui/501 [100003]\n"
                   "2026-11-20 10:44:01.123136|launchd|1|Notice|gui/501/com.x [30002]\n"
                   "2026-11-20 10:44:02.000001|launchd|1|Notice|NULL",
                   "SELECT datetime, process, pid, type, subsystem FROM unified_log");
    harness_expect(
        db,
        "unknown|a part of macOS's unified log, which is not read: log show --archive exports it",
        "SELECT status, detail FROM evidence_sources WHERE location LIKE '%%.tracev3'");
    harness_expect(db, "xspawn|bootstrap|<private>|30001|501",
                   "SELECT tool, verb, target, pid, user FROM service_commands "
                   "WHERE source LIKE '%%launchd.log'");
    harness_close(db);
}
END_TEST

/* What is made of it ------------------------------------------------------------------------ */

START_TEST(launchds_words_are_events_of_services)
{
    sqlite3      *db = harness_open();
    const char   *dir = harness_scratch();
    struct buffer log = make_unified_log(NDJSON);

    harness_write(dir, "log.ndjson", log.data, log.size);
    buffer_free(&log);
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(
        db,
        "started|com.example.b|577|501\ncreated|com.example.b|100003|501\n"
        "stopped|com.example.b|577|501\ndeleted|com.example.b|100003|501\n"
        "disabled|com.crowdstrike.falcond|NULL|root",
        "SELECT action, service, pid, account FROM service_events WHERE platform = 'macos' "
        "ORDER BY time");
    harness_expect(db, "launchd|.b|577|/sbin/launchd\nsudo|NULL|7142|NULL",
                   "SELECT via, name, pid, parent_exe FROM process_events WHERE platform = 'macos' "
                   "ORDER BY time");
    harness_expect(
        db,
        "launchctl|bootstrap|/Users/a/Library/LaunchAgents/com.example.b.plist|570|NULL\n"
        "launchctl|load|/tmp/x.plist|7142|NULL\n"
        "launchctl|bootout|com.example.b|580|sh",
        "SELECT tool, verb, target, pid, parent FROM service_commands ORDER BY time");
    harness_expect(
        db, "1",
        "SELECT count(*) FROM findings WHERE subject = '/bin/launchctl load /tmp/x.plist' "
        "AND severity IN ('high', 'critical') AND technique LIKE '%%T1569.001%%'");
    harness_close(db);
}
END_TEST

START_TEST(a_list_that_launchd_takes_up_is_an_event_of_a_file)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(
        dir, "btm.txt",
        "Timestamp               Ty Process[PID:TID]\n"
        "2026-06-09 18:18:08.162 Df backgroundtaskmanagementd[186:1d8d] "
        "[com.apple.backgroundtaskmanagement:main] registerLaunchItem: checking for an updated "
        "legacy "
        "agent or daemon item: uuid=39BA, name=c.sh, type=legacy agent, disposition=[enabled, "
        "allowed], identifier=8.com.c, url=file:///Users/dev/Library/LaunchAgents/com%20c.plist\n"
        "2026-06-09 18:18:08.163 Df backgroundtaskmanagementd[186:1d8d] "
        "[com.apple.backgroundtaskmanagement:main] effectiveItemDisposition: appURL=(null), "
        "type=legacy agent, url=file:///Users/dev/Library/LaunchAgents/c.plist, config={\n"
        "    BTMConfigArguments =     (\n        \"/tmp/.c.sh\"\n    );\n"
        "    BTMConfigExecutablePath = \"/tmp/.c.sh\";\n    BTMConfigLabel = \"com.c\";\n}\n"
        "2026-06-09 18:18:08.973 Df sudo[12:1] ann : TTY=ttys000 ; PWD=/ ; USER=root ; "
        "COMMAND=/bin/cp "
        "/tmp/x.plist /Library/LaunchDaemons/x.plist\n");
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(
        db,
        "modified|/Users/dev/Library/LaunchAgents/com c.plist|launchd\n"
        "created|/Library/LaunchDaemons/x.plist|command",
        "SELECT action, path, via FROM file_events WHERE platform = 'macos' ORDER BY time");
    harness_expect(
        db, "state|com.c|/tmp/.c.sh",
        "SELECT action, service, image_path FROM service_events WHERE platform = 'macos'");
    harness_close(db);
}
END_TEST

/* Ranges of time ----------------------------------------------------------------------------- */

#define MANY 40000

static void write_many(const char *dir, const char *name, bool json)
{
    struct buffer out = {0};

    for (unsigned i = 0; i < MANY; i++) {
        unsigned hour = i / 3600, minute = i / 60 % 60, second = i % 60;
        if (json)
            buffer_printf(&out,
                          "{\"eventMessage\":\"m%u\",\"processImagePath\":\"/p%u\",\"timestamp\":"
                          "\"2026-11-20 %02u:%02u:%02u.000000+0000\",\"processID\":%u}\n",
                          i, i % 7, hour, minute, second, i);
        else
            buffer_printf(
                &out, "2026-11-20 %02u:%02u:%02u.000000+0000 0x1 Default 0x0 %u 0 p%u: m%u\nmore\n",
                hour, minute, second, i, i % 7, i);
    }
    harness_write(dir, name, out.data, out.size);
    buffer_free(&out);
}

/* Bytes that this process has read until now (proc_pid_io(5)). */
static long bytes_read(void)
{
    long  n = 0;
    FILE *file = fopen("/proc/self/io", "r");

    if (file && fscanf(file, "rchar: %ld", &n) != 1)
        n = 0;
    if (file)
        fclose(file);
    return n;
}

/* The file is read from the range's beginning to its end, not as a whole. */
START_TEST(a_range_of_time_reads_its_part)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    write_many(dir, "log.txt", false);
    write_many(dir, "log.ndjson", true);
    const char *name = _i ? "log.ndjson" : "log.txt";
    harness_expect(db, "100|3994950",
                   "SELECT count(*), sum(pid) FROM unified_log('%s/%s') WHERE time >= "
                   "unixepoch('2026-11-20 00:00:00') + 39949 AND time < "
                   "unixepoch('2026-11-20 00:00:00') + 40049 OR pid BETWEEN 39900 AND 39948",
                   dir, name);
    long before = bytes_read();
    harness_expect(db, "60|1201770",
                   "SELECT count(*), sum(pid) FROM unified_log('%s/%s') WHERE time >= "
                   "unixepoch('2026-11-20 00:00:00') + 20000 AND time < "
                   "unixepoch('2026-11-20 00:00:00') + 20060",
                   dir, name);
    ck_assert_msg(bytes_read() - before < 1600000, "%ld bytes read", bytes_read() - before);
    harness_expect(db, "m39999\nm39998\nm39997",
                   "SELECT substr(message, 1, 6) FROM (SELECT * FROM unified_log('%s/%s') ORDER BY "
                   "time DESC LIMIT 3)",
                   dir, name);
    harness_close(db);
}
END_TEST

/* Lines that are not entries are counted; what goes before and after them is read. */
START_TEST(what_is_no_entry_is_counted)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "a.txt",
                       "2026-11-20 10:00:00.000000+0000 0x1 Default 0x0 1 0 launchd: one\n"
                       "2026-11-20 10:00:01.000000+0000 and no more\n"
                       "2026-11-20 10:00:02.000000+0000 0x1 Default 0x0 1 0 launchd: two");
    harness_write_text(dir, "b.ndjson",
                       "{\"eventMessage\":\"one\",\"timestamp\":\"2026-11-20 10:00:00.0+0000\"}\n"
                       "{\"eventMessage\":\"cut\",\"timest\n"
                       "{\"eventMessage\":\"untimed\"}\n"
                       "{\"eventMessage\":\"two\",\"timestamp\":\"2026-11-20 10:00:00.0+0000\"}\n");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "one,two,one,two",
                   "SELECT group_concat(message) FROM unified_log WHERE source LIKE '%s/%%'", dir);
    harness_expect(db, "a.txt|damaged|2|1\nb.ndjson|damaged|2|2",
                   "SELECT replace(location, '%s/', ''), status, records, skipped "
                   "FROM evidence_sources WHERE location LIKE '%s/%%' ORDER BY 1",
                   dir, dir);
    harness_close(db);
}
END_TEST

Suite *make_unified_log_suite(void)
{
    Suite *suite = suite_create("unified_log");
    TCase *tc = tcase_create("unified_log");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, each_form_has_the_same_entries, 0, STYLES);
    tcase_add_test(tc, a_packed_export_is_read);
    tcase_add_test(tc, a_root_has_launchds_log_and_the_logs_own_files);
    tcase_add_test(tc, launchds_words_are_events_of_services);
    tcase_add_test(tc, a_list_that_launchd_takes_up_is_an_event_of_a_file);
    tcase_add_loop_test(tc, a_range_of_time_reads_its_part, 0, 2);
    tcase_add_test(tc, what_is_no_entry_is_counted);
    suite_add_tcase(suite, tc);
    return suite;
}
