/* check_order.c -- ORDER BY time of the tables that answer it themselves: the same rows as without
 * it, in order, and without reading a log whole for its newest ones. */
#include "harness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "formats/journal/journal_file.h"
#include "formats/text/buffer.h"
#include "make_evtx.h"

#define NOW  1790000000
#define HOUR 3600

/* The same rows, by `id`, with ORDER BY time and without, both ways; and no row before one that it
 * should follow. Gives how many there were. */
#define same_rows(db, table, id, where) same_rows_at(HARNESS_HERE, db, table, id, where)
static int64_t same_rows_at(struct harness_here here, sqlite3 *db, const char *table,
                            const char *id, const char *where)
{
    static const char *const ways[] = {"", "DESC"};

    harness_query_at(here, db, "DROP TABLE IF EXISTS temp.plain");
    harness_query_at(here, db, "CREATE TEMP TABLE plain AS SELECT time, %s AS id FROM %s WHERE %s",
                     id, table, where);
    for (size_t i = 0; i < 2; i++) {
        harness_query_at(here, db, "DROP TABLE IF EXISTS temp.ordered");
        harness_query_at(here, db,
                         "CREATE TEMP TABLE ordered AS SELECT row_number() OVER () AS n, * FROM "
                         "(SELECT time, %s AS id FROM %s WHERE %s ORDER BY time %s LIMIT -1)",
                         id, table, where, ways[i]);
        harness_expect_at(here, db, "",
                          "SELECT * FROM ordered JOIN (SELECT n - 1 AS n, time FROM ordered) AS o "
                          "USING (n) WHERE %s",
                          i ? "ordered.time < o.time" : "ordered.time > o.time");
        harness_expect_at(here, db, "",
                          "SELECT time, id, count(*) FROM ordered GROUP BY 1, 2 EXCEPT "
                          "SELECT time, id, count(*) FROM plain GROUP BY 1, 2");
        harness_expect_at(here, db, "",
                          "SELECT time, id, count(*) FROM plain GROUP BY 1, 2 EXCEPT "
                          "SELECT time, id, count(*) FROM ordered GROUP BY 1, 2");
    }
    return harness_int_at(here, db, "SELECT count(*) FROM plain");
}

/* LIMIT and OFFSET give the times that sorting all of them gives. */
#define same_limits(db, table, where) same_limits_at(HARNESS_HERE, db, table, where)
static void same_limits_at(struct harness_here here, sqlite3 *db, const char *table,
                           const char *where)
{
    static const char *const limits[] = {"DESC LIMIT 1",          "DESC LIMIT 7",
                                         "DESC LIMIT 7 OFFSET 3", "LIMIT 5",
                                         "LIMIT 300 OFFSET 90",   "DESC LIMIT 2000"};

    harness_query_at(here, db, "DROP TABLE IF EXISTS temp.times");
    harness_query_at(here, db, "CREATE TEMP TABLE times AS SELECT time FROM %s WHERE %s", table,
                     where);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        char *sorted =
            harness_query_at(here, db, "SELECT time FROM temp.times ORDER BY time %s", limits[i]);
        harness_expect_at(here, db, sorted, "SELECT time FROM %s WHERE %s ORDER BY time %s", table,
                          where, limits[i]);
        free(sorted);
    }
    for (size_t i = 0; i < 2; i++)
        harness_expect_at(here, db, "1",
                          "SELECT (SELECT %s(time) FROM %s WHERE %s) IS "
                          "(SELECT %s(time) FROM temp.times)",
                          i ? "min" : "max", table, where, i ? "min" : "max");
}

/* Whether the table takes the order itself. */
static bool sorts_itself(sqlite3 *db, const char *table, const char *order)
{
    char *plan = harness_query(db, "EXPLAIN QUERY PLAN SELECT time FROM %s %s", table, order);
    bool  takes = !strstr(plan, "TEMP B-TREE");

    free(plan);
    return takes;
}

static bool takes_order(sqlite3 *db, const char *table)
{
    return sorts_itself(db, table, "ORDER BY time DESC");
}

/* Audit logs ----------------------------------------------------------------------- */

/* The time of event `i` of `n` of a log in which something is odd. */
typedef double clock_fn(int i, int n);

static double even(int i, int n)
{
    (void)n;
    return NOW + i * 7.25;
}

/* As two processors write: a little out of order all the time. */
static double jittery(int i, int n)
{
    (void)n;
    return NOW + i * 7.25 + (i * 7919 % 50) - 25;
}

/* The clock is an hour late for a part in the middle, as of a machine put right by hand. */
static double set_back(int i, int n)
{
    return NOW + i * 7.25 - (i > n / 2 && i < n / 2 + n / 8 ? HOUR : 0);
}

/* The machine thinks that it is 1970 until the network has given the time. */
static double without_clock(int i, int n)
{
    return i < n / 10 ? 30 + i : NOW + i * 7.25;
}

/* The clock was days ahead, and set right: what is written last is not the latest. */
static double ahead(int i, int n)
{
    return NOW + i * 7.25 + (i < n / 3 ? 4 * 86400 : 0);
}

static clock_fn *const clocks[] = {even, jittery, set_back, without_clock, ahead};
#define N_CLOCKS (int)(sizeof clocks / sizeof *clocks)

static char *audit_text(clock_fn *clock, int n)
{
    char  *text = NULL;
    size_t size;
    FILE  *out = open_memstream(&text, &size);

    for (int i = 0; i < n; i++) {
        double time = clock(i, n);
        fprintf(
            out,
            "type=SYSCALL msg=audit(%.3f:%d): arch=c000003e syscall=59 success=yes exit=0 ppid=1 "
            "pid=%d auid=1000 uid=0 comm=\"%s\" exe=\"/usr/bin/%s\"\n"
            "type=EXECVE msg=audit(%.3f:%d): argc=2 a0=\"%s\" a1=\"%d\"\n"
            "type=PROCTITLE msg=audit(%.3f:%d): proctitle=\"x\"\n",
            time, i + 1, i + 2, i % 3 ? "ls" : "systemctl", i % 3 ? "ls" : "systemctl", time, i + 1,
            i % 3 ? "ls" : "systemctl", i, time, i + 1);
    }
    fclose(out);
    return text;
}

static const char *audit_log(clock_fn *clock, int n)
{
    static char table[300];
    const char *dir = harness_scratch();
    char       *text = audit_text(clock, n);

    harness_write_text(dir, "audit.log", text);
    free(text);
    snprintf(table, sizeof table, "audit_events('%s/audit.log')", dir);
    return table;
}

START_TEST(an_audit_log_is_the_same_in_order)
{
    sqlite3    *db = harness_open();
    const char *table = audit_log(clocks[_i], 2400);

    ck_assert(takes_order(db, table));
    ck_assert_int_eq(same_rows(db, table, "serial", "1"), 2400);
    ck_assert_int_eq(same_rows(db, table, "serial", "comm = 'systemctl'"), 800);
    same_rows(db, table, "serial", "type IN ('EXECVE', 'PATH') AND exe = '/usr/bin/ls'");
    same_rows(db, table, "serial", "time > 1790000000 + 4000 AND time < 1790000000 + 9000");
    same_rows(db, table, "serial", "time = 1790000000 + 725");
    same_limits(db, table, "1");
    same_limits(db, table, "cmdline LIKE '%%7%%'");
    harness_close(db);
}
END_TEST

START_TEST(rotated_and_compressed_audit_logs_are_one_in_order)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        path[300];

    for (int i = 0; i < 3; i++) {
        char *text = audit_text(clocks[i], 600 + 200 * i);
        snprintf(path, sizeof path, i ? "audit.log.%d" : "audit.log", i);
        harness_write_text(dir, path, text);
        free(text);
    }
    snprintf(path, sizeof path, "audit_events('%s')", dir);
    ck_assert_int_eq(same_rows(db, path, "source || offset", "1"), 2400);
    same_limits(db, path, "1");

    char *text = audit_text(even, 700);
    snprintf(path, sizeof path, "%s/audit.log.4.gz", dir);
    gzFile gz = gzopen(path, "w");
    gzwrite(gz, text, (unsigned)strlen(text));
    gzclose(gz);
    free(text);
    snprintf(path, sizeof path, "audit_events('%s')", dir);
    ck_assert_int_eq(same_rows(db, path, "source || offset", "1"), 3100);
    same_limits(db, path, "1");
    harness_close(db);
}
END_TEST

/* Of the log's table, and, of the events of all logs, the newest. */
START_TEST(the_newest_rows_of_a_long_log_cost_a_piece_of_it)
{
    static const char *const questions[] = {"SELECT cmdline FROM %s ORDER BY time DESC LIMIT 20",
                                            "SELECT max(time) FROM %s", "SELECT min(time) FROM %s",
                                            "SELECT exe FROM %s ORDER BY time LIMIT 20 OFFSET 20"};
    sqlite3                 *db = harness_open();
    const char              *dir = harness_scratch(), *table = "process_events";
    char                    *text = audit_text(even, 80000), one[300];

    harness_write_text(dir, "etc/hostname", "web\n");
    harness_write_text(dir, "var/log/audit/audit.log", text);
    free(text);
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES('%s')", dir);
    snprintf(one, sizeof one, "audit_events('%s/var/log/audit/audit.log')", dir);
    table = _i ? table : one;
    long long before = harness_bytes_read();
    if (before < 0)
        SKIP("needs /proc/self/io");
    harness_query(db, "SELECT count(*) FROM %s", table);
    long long whole = harness_bytes_read() - before;
    for (size_t i = 0; i < (_i ? 2 : sizeof questions / sizeof *questions); i++) {
        before = harness_bytes_read();
        free(harness_query(db, questions[i], table));
        ck_assert_int_lt(harness_bytes_read() - before, whole / 4);
    }
    harness_close(db);
}
END_TEST

START_TEST(a_range_that_no_time_is_in_reads_nothing)
{
    static const char *const terms[] = {"time > 9e999", "time < -9e999", "time > 5 AND time < 4"};
    static const char *const tables[] = {"audit_events", "process_events"};
    sqlite3                 *db = harness_open();

    for (size_t i = 0; i < sizeof terms / sizeof *terms * 2; i++) {
        const char *scans = "SELECT sum(scans) FROM svcql_tables WHERE name = 'audit_events'";
        int64_t     before = harness_int(db, "%s", scans);
        harness_expect(db, "0", "SELECT count(*) FROM %s WHERE %s", tables[i % 2], terms[i / 2]);
        ck_assert_int_eq(harness_int(db, "%s", scans), before);
    }
    harness_close(db);
}
END_TEST

START_TEST(a_view_is_planned_once_for_parts_of_a_statement_that_differ_in_time)
{
    sqlite3 *db = harness_open();

    harness_query(db, "SELECT count(*) FROM service_commands WHERE time < 4");
    int one = harness_planned(db, "SELECT (SELECT count(*) FROM service_commands WHERE time < 5)");
    int two = harness_planned(db, "SELECT (SELECT count(*) FROM service_commands WHERE time < 5), "
                                  "(SELECT count(*) FROM service_commands WHERE time < 6)");
    ck_assert_msg(two < one + one / 2, "%d, of one part %d", two, one);
    harness_close(db);
}
END_TEST

START_TEST(a_join_reads_in_the_order_of_the_log)
{
    sqlite3    *db = harness_open();
    const char *table = audit_log(even, 300);

    /* Only the outermost table's order is the result's: not once a row of another. */
    harness_query(db,
                  "CREATE TEMP TABLE pids AS SELECT value AS serial FROM json_each('[5, 9, 9]')");
    harness_expect(db, "9\n9\n5",
                   "SELECT serial FROM pids CROSS JOIN %s AS a USING (serial) ORDER BY a.time DESC",
                   table);
    harness_expect(db, "9|2\n5|1",
                   "SELECT serial, count(*) FROM %s AS a JOIN pids USING (serial) GROUP BY serial "
                   "ORDER BY a.time DESC",
                   table);
    harness_close(db);
}
END_TEST

/* The log is of 2026-09-21 14:13:20 and the five hours after it. */
START_TEST(a_bound_on_the_text_of_a_time_is_one_on_the_time)
{
    static const char *const texts[] = {"2026",
                                        "2026-09",
                                        "2026-09-21",
                                        "2026-09-21 16",
                                        "2026-09-21 16:30",
                                        "2026-09-21 16:30:01",
                                        "2026-09-21 16:30:01.25",
                                        "2026-09-21 14:13:20.000000",
                                        "2026-09-21 14:13:27.250000",
                                        "2026-09-31",
                                        "2026-02-31 10:00",
                                        "2026-09-21T16:30",
                                        "2026-09-21 ",
                                        "2026-09-2",
                                        "2026-09-21 16:30:01.",
                                        "2026-09-21 24:00",
                                        "0000",
                                        "9999-12-31 23:59:59.999999",
                                        "20260921",
                                        "",
                                        "x"};
    static const char *const ops[] = {"<", "<=", ">", ">=", "="};
    sqlite3                 *db = harness_open();
    const char              *table = audit_log(even, 2400);

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t k = 0; k < sizeof ops / sizeof *ops; k++) {
            char *all = harness_query(
                db, "SELECT count(*), min(serial), max(serial) FROM %s WHERE +datetime %s '%s'",
                table, ops[k], texts[i]);
            harness_expect(
                db, all, "SELECT count(*), min(serial), max(serial) FROM %s WHERE datetime %s '%s'",
                table, ops[k], texts[i]);
            free(all);
        }
    char *plan = harness_query(
        db, "EXPLAIN QUERY PLAN SELECT cmdline FROM process_events WHERE datetime > '2026-09-21'");
    ck_assert_ptr_nonnull(strstr(plan, "datetime>=?"));
    free(plan);
    table = audit_log(even, 80000); /* 23 MB */
    long long before = harness_bytes_read();
    harness_query(
        db,
        "SELECT count(*) FROM %s WHERE datetime > '2026-09-24 06' AND datetime < '2026-09-24 07'",
        table);
    if (before >= 0)
        ck_assert_int_lt(harness_bytes_read() - before, 5 << 20);
    harness_close(db);
}
END_TEST

/* Event logs ------------------------------------------------------------------------- */

START_TEST(an_event_log_is_the_same_in_order)
{
    static const char *const   pairs[] = {"param1", "Spooler", "param2", "running", NULL};
    static struct staged_event events[1500];
    sqlite3                   *db = harness_open();
    const char                *dir = harness_scratch();
    char                       table[300];

    for (int i = 0; i < 1500; i++)
        events[i] = (struct staged_event){.channel = "System",
                                          .provider = "Service Control Manager",
                                          .id = (uint16_t)(7036 + i % 5),
                                          .time = clocks[_i](i, 1500),
                                          .form = i % 7 == 6 ? STAGED_FORWARDED : STAGED_NESTED,
                                          .pairs = pairs};
    snprintf(table, sizeof table, "%s/System.evtx", dir);
    make_evtx(table, events, 1500);
    snprintf(table, sizeof table, "windows_events('%s')", dir);
    ck_assert(takes_order(db, "windows_events"));
    ck_assert_int_eq(same_rows(db, table, "position", "1"), 1500);
    same_rows(db, table, "position", "event_id IN (7036, 7040)");
    same_rows(db, table, "position || param1", "param2 = 'running' AND time > 1790000000 + 300");
    same_limits(db, table, "1");
    harness_write_text(
        dir, "more.json",
        "{\"Event\":{\"System\":{\"EventID\":4624,\"Channel\":\"Security\",\"Provider\":"
        "{\"#attributes\":{\"Name\":\"X\"}}}}}\n" /* which has no time */
        "{\"Event\":{\"System\":{\"EventID\":4624,\"Channel\":\"Security\",\"Provider\":"
        "{\"#attributes\":{\"Name\":\"X\"}},\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
        "\"2026-09-21T14:20:00.000000Z\"}}}}}\n");
    ck_assert_int_eq(same_rows(db, table, "source || position", "1"), 1502);
    same_limits(db, table, "1");
    harness_close(db);
}
END_TEST

/* Shapes of many logs ------------------------------------------------------------------ */

START_TEST(events_of_all_logs_are_the_same_in_order)
{
    static const char *const   pairs[] = {"ServiceName", "A", "ImagePath", "C:\\a.exe", NULL};
    static struct staged_event events[300];
    sqlite3                   *db = harness_open();
    const char                *dir = harness_scratch();
    char                       path[300];
    char                      *text = audit_text(clocks[_i], 1200);

    for (int i = 0; i < 300; i++)
        events[i] = (struct staged_event){.channel = "System",
                                          .provider = "Service Control Manager",
                                          .id = 7045,
                                          .time = clocks[_i](4 * i, 1200),
                                          .pairs = pairs};
    harness_write_text(dir, "etc/hostname", "web\n");
    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "var/log/audit/audit.log", text);
    harness_write_text(
        dir, "var/log/auth.log",
        "Sep 21 14:00:00 web sudo:    alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id\n"
        "Sep 21 15:00:00 web sudo:    alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls\n");
    free(text);
    snprintf(path, sizeof path, "%s/System.evtx", dir);
    make_evtx(path, events, 300);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", path);

    ck_assert(takes_order(db, "process_events") && takes_order(db, "service_events") &&
              takes_order(db, "timeline"));
    ck_assert_int_eq(same_rows(db, "process_events", "source || record", "1"), 1202);
    same_rows(db, "process_events", "source || record || cmdline",
              "via = 'audit' AND name = 'SYSTEMCTL'");
    same_rows(db, "process_events", "record", "service_tools = 1 AND host = 'web'");
    same_limits(db, "process_events", "cmdline LIKE '%%1%%'");
    ck_assert_int_eq(same_rows(db, "service_events", "source || record", "1"), 300);
    same_rows(db, "service_events", "record", "action = 'created' AND time > 1790000000 + 900");
    same_limits(db, "service_events", "1");
    /* The processes, the services, the two lines of auth.log, and what was found of them. */
    ck_assert_int_eq(same_rows(db, "timeline", "source || record || kind || subject", "1"),
                     1202 + 300 + 2 + harness_int(db, "SELECT count(*) FROM findings"));
    harness_close(db);
}
END_TEST

/* Events of Sysmon on files, keys and connections, and the write of a file that sudo was asked for. */
START_TEST(events_of_files_keys_and_connections_are_the_same_in_order)
{
    static struct staged_event events[900];
    sqlite3                   *db = harness_open();
    const char                *dir = harness_scratch();
    char                       path[300];

    for (int i = 0; i < 900; i++)
        events[i] = make_sysmon_event((size_t)i, clocks[_i](i, 900));
    harness_write_text(dir, "root/etc/hostname", "web\n");
    harness_write_text(dir, "root/var/log/auth.log",
                       "Sep 21 15:00:00 web sudo:    alice : TTY=pts/0 ; PWD=/ ; USER=root ; "
                       "COMMAND=/bin/cp /tmp/a.service /etc/systemd/system/a.service\n");
    harness_write_text(dir, "root/root/.bash_history", "cp b /etc/systemd/system/b.service\n");
    snprintf(path, sizeof path, "%s/Sysmon.evtx", dir);
    make_evtx(path, events, 900);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s/root')", dir);
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", path);

    ck_assert(takes_order(db, "file_events") && takes_order(db, "registry_events") &&
              takes_order(db, "network_events"));
    /* Rows without a time come before the oldest, and may be anywhere in a log. */
    ck_assert(!sorts_itself(db, "file_events", "ORDER BY time"));
    ck_assert(sorts_itself(db, "file_events", "WHERE time IS NOT NULL ORDER BY time"));
    ck_assert_int_eq(same_rows(db, "file_events", "source || record || path", "1"), 302);
    ck_assert_int_eq(same_rows(db, "file_events", "record",
                               "path GLOB '/etc/systemd/*' AND pid "
                               "IS NULL AND user LIKE 'R%%'"),
                     2);
    ck_assert_int_eq(same_rows(db, "file_events", "record", "path LIKE 'c:\\a.%%'"), 300);
    same_limits(db, "file_events", "1");
    same_limits(db, "file_events", "time IS NOT NULL");
    ck_assert_int_eq(same_rows(db, "registry_events", "record || value", "1"), 300);
    same_limits(db, "registry_events", "key LIKE '%%\\system\\%%' AND exe GLOB '*a.exe'");
    ck_assert_int_eq(same_rows(db, "network_events", "record || port", "port = 443"), 300);
    same_limits(db, "network_events", "time > 1790000000 + 900");
    harness_close(db);
}
END_TEST

static void check_real(const char *path, void *data)
{
    char               table[600], id[60];
    const char *const *names = data;

    snprintf(table, sizeof table, "%s('%s')", names[0], path);
    snprintf(id, sizeof id, "source || %s", names[1]);
    sqlite3 *db = harness_open();
    same_rows(db, table, id, "1");
    same_limits(db, table, "1");
    harness_close(db);
}

START_TEST(real_logs_are_the_same_in_order)
{
    size_t n = harness_each_evidence("evtx", ".evtx", check_real,
                                     (const char *[]){"windows_events", "position"});
    n += harness_each_evidence("journal", ".journal", check_real,
                               (const char *[]){"journal", "offset"});
    n += harness_each_evidence("journal", ".journal~", check_real,
                               (const char *[]){"journal", "offset"});
    n += harness_each_evidence("audit/real", ".log", check_real,
                               (const char *[]){"audit_events", "offset"});
    if (!n)
        SKIP("needs SVCQL_EVIDENCE");
}
END_TEST

/* Journals ----------------------------------------------------------------------------- */

/* Set the clock of a journal's entries, in place. */
static void set_clock(uint8_t *data, size_t size, clock_fn *clock)
{
    struct journal_file file;
    struct journal_list list;
    uint64_t            offset;

    ck_assert_int_eq(journal_file_open(&file, data, size), 0);
    journal_all(&file, &list);
    for (int i = 0; journal_next(&file, &list, &offset) > 0; i++) {
        uint64_t time = (uint64_t)(clock(i, (int)file.n_entries) * 1e6);
        for (int byte = 0; byte < 8; byte++)
            data[offset + 24 + (unsigned)byte] = (uint8_t)(time >> 8 * byte);
    }
    journal_file_close(&file);
}

/* Not set_back(): a clock set back and, in the same boot and file, forward again is what
 * journal_order.h does not see. */
static clock_fn *const journal_clocks[] = {even, without_clock, ahead};

START_TEST(a_journal_is_the_same_in_order)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        table[300];
    size_t      packed;
    char       *data = harness_read("tests/fixtures/journal/regular.journal.zst", &packed);
    size_t      size = (size_t)ZSTD_getFrameContentSize(data, packed);
    uint8_t    *whole = malloc(size);

    ck_assert_uint_eq(ZSTD_decompress(whole, size, data, packed), size);
    harness_write(dir, "a.journal", whole, size);
    set_clock(whole, size, journal_clocks[_i]);
    harness_write(dir, "b.journal", whole, size);
    free(whole);
    free(data);
    snprintf(table, sizeof table, "journal('%s')", dir);
    ck_assert(takes_order(db, table));
    ck_assert_int_eq(same_rows(db, table, "source || offset", "1"), 400);
    same_rows(db, table, "source || offset", "priority < 4");
    same_limits(db, table, "1");
    /* A range of time alone leaves out nothing either. */
    snprintf(table, sizeof table, "journal('%s/b.journal')", dir);
    harness_expect(
        db, "1",
        "SELECT (SELECT count(*) FROM %s WHERE time BETWEEN 1790000000 + 500 AND 1790000000 + 900) "
        "= (SELECT count(*) FROM %s WHERE +time BETWEEN 1790000000 + 500 AND 1790000000 + 900)",
        table, table);
    harness_close(db);
}
END_TEST

/* A connection keeps a few statements for the windows that follow: more forms of a question than it keeps, asked in
 * turn and again, have the rows that each has alone. */
START_TEST(many_forms_of_a_question_share_a_connection)
{
    static const char *const forms[] = {
        "name = 'systemctl'", "name = 'ls'", "cmdline GLOB 'ls 1*'",   "cmdline LIKE '%%9'",
        "pid IN (3, 4, 5)",   "pid > 7",     "time > 1790000000 + 100"};
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char       *text = audit_text(even, 60);

    harness_write_text(dir, "etc/hostname", "web\n");
    harness_write_text(dir, "var/log/audit/audit.log", text);
    free(text);
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_query(db, "CREATE TEMP TABLE plain AS SELECT * FROM process_events");
    for (size_t i = 0; i < 3 * sizeof forms / sizeof *forms; i++) {
        const char *form = forms[i % (sizeof forms / sizeof *forms)];
        char       *rows =
            harness_query(db, "SELECT record FROM temp.plain WHERE %s ORDER BY time", form);
        ck_assert_str_ne(rows, "");
        harness_expect(db, rows, "SELECT record FROM process_events WHERE %s ORDER BY time", form);
        free(rows);
    }
    harness_close(db);
}
END_TEST

/* Exports of macOS' unified log ---------------------------------------------------------- */

START_TEST(an_exported_log_is_the_same_in_order)
{
    sqlite3      *db = harness_open();
    const char   *dir = harness_scratch();
    struct buffer text = {0};
    char          table[300];

    for (int i = 0; i < 900; i++) {
        time_t    time = (time_t)clocks[_i](i, 900);
        struct tm tm;
        char      stamp[40];
        strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", gmtime_r(&time, &tm));
        buffer_printf(&text,
                      "{\"timestamp\":\"%s.%06d+0000\",\"processImagePath\":\"/sbin/%s\","
                      "\"processID\":%d,\"eventMessage\":\"m %d\"}\n",
                      stamp, i, i % 3 ? "launchd" : "kextd", i % 7, i);
    }
    harness_write(dir, "log.ndjson", text.data, text.size);
    buffer_free(&text);
    snprintf(table, sizeof table, "unified_log('%s/log.ndjson')", dir);
    ck_assert(takes_order(db, table));
    ck_assert_int_eq(same_rows(db, table, "position", "1"), 900);
    same_rows(db, table, "position", "process = 'kextd' AND time > 1790000000 + 900");
    same_limits(db, table, "pid < 4");
    harness_close(db);
}
END_TEST

static void as_a_daemon(void)
{
    close(STDIN_FILENO); /* files are then opened as 0 */
}

Suite *make_order_suite(void)
{
    Suite *suite = suite_create("order");
    TCase *tcase = tcase_create("order");

    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, as_a_daemon, NULL);
    tcase_add_test(tcase, many_forms_of_a_question_share_a_connection);
    tcase_add_loop_test(tcase, an_exported_log_is_the_same_in_order, 0, N_CLOCKS);
    tcase_add_loop_test(tcase, an_audit_log_is_the_same_in_order, 0, N_CLOCKS);
    tcase_add_test(tcase, rotated_and_compressed_audit_logs_are_one_in_order);
    tcase_add_loop_test(tcase, the_newest_rows_of_a_long_log_cost_a_piece_of_it, 0, 2);
    tcase_add_test(tcase, a_bound_on_the_text_of_a_time_is_one_on_the_time);
    tcase_add_test(tcase, a_range_that_no_time_is_in_reads_nothing);
    tcase_add_test(tcase, a_view_is_planned_once_for_parts_of_a_statement_that_differ_in_time);
    tcase_add_test(tcase, a_join_reads_in_the_order_of_the_log);
    tcase_add_loop_test(tcase, an_event_log_is_the_same_in_order, 0, N_CLOCKS);
    tcase_add_loop_test(tcase, a_journal_is_the_same_in_order, 0, 3);
    tcase_add_loop_test(tcase, events_of_all_logs_are_the_same_in_order, 0, N_CLOCKS);
    tcase_add_loop_test(tcase, events_of_files_keys_and_connections_are_the_same_in_order, 0,
                        N_CLOCKS);
    tcase_add_test(tcase, real_logs_are_the_same_in_order);
    suite_add_tcase(suite, tcase);
    return suite;
}
