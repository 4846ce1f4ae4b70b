/* check_unified_log.c -- macOS' unified log in each form that it is exported in, and what is made of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "make_packed.h"

/* The same entries in each form ------------------------------------------------------------ */

static const struct entry {
    const char *process, *path;
    int         pid;
    const char *subsystem, *category, *message;
} entries[] = {
    {"launchd", "/sbin/launchd", 1, "gui/501/com.example.b [577]", "",
     "Successfully spawned .b[577] because speculative"},
    {"launchd", "/sbin/launchd", 1, "gui/501 [100003]", "",
     "Bootstrap by launchctl[570] for /Users/a/Library/LaunchAgents/com.example.b.plist succeeded "
     "(0: )"},
    {"sudo", "/usr/bin/sudo", 7142, NULL, NULL,
     "   ann : TTY=ttys000 ; PWD=/Users/ann ; USER=root ; COMMAND=/bin/launchctl load "
     "/tmp/x.plist"},
    {"Google Chrome", "/Applications/Google Chrome", 99, "com.google.x", "ui",
     "two\nlines: [a] (b) \"c\""},
    {"launchd", "/sbin/launchd", 1, "gui/501/com.example.b [577]", "",
     "bootout initiated by: launchctl[580]<-sh[579]"},
    {"launchd", "/sbin/launchd", 1, "gui/501/com.example.b [577]", "",
     "exited due to SIGTERM | sent by launchd[1], ran for 15835ms"},
    {"launchd", "/sbin/launchd", 1, "gui/501 [100003]", "", "removing service: com.example.b"},
    {"launchd", "/sbin/launchd", 1, "system", "",
     "Setting service com.crowdstrike.falcond to disabled"},
};

#define N_ENTRIES (sizeof entries / sizeof entries[0])
#define BEGIN     1795171440 /* 2026-11-20 10:44:00 UTC */

enum style { DEFAULT, SYSLOG, COMPACT, NDJSON, JSON, OBJECTS, CSV, STYLES };

static const char *const heads[STYLES] = {
    [DEFAULT] = "Filtering the log data using \"process == 1\"\nTimestamp                       "
                "Thread     Type        Activity             PID    TTL  \n",
    [SYSLOG] = "Timestamp                       (process)[PID]    \n",
    [COMPACT] = "Timestamp               Ty Process[PID:TID]\n",
    [JSON] = "[",
    [CSV] = "Timestamp,Event Type,Log Type,Subsystem,PID,Category,Process,Message,Boot UUID\n",
};

static const char *const tails[STYLES] = {
    [DEFAULT] = "-----------------------------------------------------------------------------\n"
                "Log      - Default:          8, Info:                0, Debug:             0\n",
    [SYSLOG] = "",
    [NDJSON] = "{\"count\":8,\"finished\":1}\n",
    [JSON] = "]\n",
};

static void put_subsystem(struct buffer *out, const struct entry *e)
{
    if (e->subsystem)
        buffer_printf(out, "[%s:%s] ", e->subsystem, e->category);
}

static void put_json(struct buffer *out, const char *name, const char *text)
{
    buffer_printf(out, "\"%s\" : ", name);
    buffer_json(out, text ? text : "", text ? strlen(text) : 0);
    buffer_puts(out, ",");
}

static void put_entry(struct buffer *out, enum style style, const struct entry *e, unsigned i)
{
    unsigned minute = 44 + i / 60, second = i % 60;
    char     stamp[64];

    /* Of a zone four hours behind; of styles without one, UTC. */
    bool zoned = style != COMPACT && style != OBJECTS && style != CSV;
    snprintf(stamp, sizeof stamp, "2026-11-20%c%02u:%02u:%02u.%s",
             zoned || style == COMPACT ? ' ' : 'T', zoned ? 6u : 10u, minute, second,
             style == COMPACT ? "123"
             : zoned          ? "123000-0400"
                              : "123000Z");
    if (style == DEFAULT) {
        buffer_printf(out, "%s 0x11c1f6   Default     0x0                  %-6d 0    %s: ", stamp,
                      e->pid, e->process);
    } else if (style == SYSLOG) {
        buffer_printf(out, "%s  localhost %s[%d]: ", stamp, e->process, e->pid);
    } else if (style == COMPACT) {
        buffer_printf(out, "%s Df %s[%d:1683] ", stamp, e->process, e->pid);
    } else if (style == CSV) {
        buffer_printf(out, "%s,Log,Default,%s,%d,%s,%s,\"", stamp, e->subsystem ? e->subsystem : "",
                      e->pid, e->category ? e->category : "", e->path);
        for (const char *at = e->message; *at; at++)
            buffer_printf(out, *at == '"' ? "\"\"" : "%c", *at);
        buffer_puts(out, "\",B\n");
        return;
    } else {
        buffer_puts(out, style == JSON && i ? ",{\n  " : "{");
        put_json(out, style == OBJECTS ? "message" : "eventMessage", e->message);
        put_json(out, style == OBJECTS ? "process" : "processImagePath", e->path);
        put_json(out, style == OBJECTS ? "log_type" : "messageType", "Default");
        put_json(out, style == OBJECTS ? "boot_uuid" : "bootUUID", "B");
        put_json(out, "subsystem", e->subsystem);
        put_json(out, "category", e->category);
        buffer_printf(out, "\"%s\":%d,\"backtrace\":{\"frames\":[{\"imageOffset\":7}]},",
                      style == OBJECTS ? "pid" : "processID", e->pid);
        buffer_printf(out, "\"traceID\":45473881108119556,\"timestamp\" : \"%s\"}%s", stamp,
                      style == JSON ? "" : "\n");
        return;
    }
    put_subsystem(out, e);
    buffer_printf(out, "%s\n", e->message);
}

static struct buffer make_log(enum style style)
{
    struct buffer out = {0};

    buffer_puts(&out, heads[style] ? heads[style] : "");
    for (unsigned i = 0; i < N_ENTRIES; i++)
        put_entry(&out, style, &entries[i], i);
    buffer_puts(&out, tails[style] ? tails[style] : "");
    return out;
}

static const char *const names[STYLES] = {"default.txt", "syslog.log", "compact.txt", "log.ndjson",
                                          "log.json",    "m.jsonl",    "m.csv"};

/* What each form has of the entries: name of the process alone, where it has no more. */
START_TEST(each_form_has_the_same_entries)
{
    sqlite3      *db = harness_open();
    const char   *dir = harness_scratch();
    struct buffer log = make_log((enum style)_i);
    const char   *name = names[_i];

    harness_write(dir, name, log.data, log.size);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    for (unsigned i = 0; i < N_ENTRIES; i++) {
        const struct entry *e = &entries[i];
        struct buffer       expected = {0};
        const char         *message = e->message + strspn(e->message, " ");
        buffer_printf(&expected, "%s|%d|%s|%s|%d", e->process, e->pid,
                      e->subsystem ? e->subsystem : "NULL",
                      e->category && *e->category ? e->category : "NULL", (int)strlen(message));
        buffer_text(&expected);
        harness_expect(db, expected.data,
                       "SELECT process, pid, subsystem, category, length(ltrim(message)) "
                       "FROM unified_log WHERE source = '%s/%s' AND abs(time - %u.123) < 0.0005",
                       dir, name, BEGIN + i);
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
        struct buffer log = make_log((enum style)style);
        size_t        size;
        void         *packed = make_packed(style % 3, log.data, log.size, &size);
        char          name[64];
        snprintf(name, sizeof name, "%d-%s%s", style, names[style], packed_suffix[style % 3]);
        harness_write(dir, name, packed, size);
        ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM unified_log('%s/%s')", dir, name),
                         (int64_t)N_ENTRIES);
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
    struct buffer log = make_log(NDJSON);

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
