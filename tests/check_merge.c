/* check_merge.c -- svcql merge: results of many hosts in one file. */
#include "program/merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#include "harness.h"

#include "program/program.h"
#include <errno.h>
#include <zstd.h>

#define EVENT(host, action, columns)                                                               \
    "{\"name\":\"pack_svcql_x\",\"hostIdentifier\":\"" host                                        \
    "\",\"calendarTime\":\"Tue Nov 24 10:00:00 2026 "                                              \
    "UTC\",\"unixTime\":1795514400,\"epoch\":0,\"counter\":1,\"numerics\":false,\"columns\":"      \
    "{" columns "},\"action\":\"" action "\"}\n"
#define FINDING(subject)                                                                           \
    "\"datetime\":\"2026-11-24 "                                                                   \
    "10:00:00.500000\",\"severity\":\"high\",\"analytic\":\"t1569_service_creation\","             \
    "\"technique\":\"T1569.002\",\"subject\":\"" subject "\",\"why\":\"w\",\"signals\":\"a,b\""

static sqlite3           *db;
static const char        *dir;
static struct merge_count count;

static void begin(void)
{
    dir = harness_scratch();
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    ck_assert_int_eq(merge_prepare(db), SQLITE_OK);
    ck_assert_int_eq(merge_prepare(db), SQLITE_OK);
}

static int merge_text(const char *text)
{
    char path[4200];

    harness_write_text(dir, "log", text);
    snprintf(path, sizeof path, "%s/log", dir);
    count = (struct merge_count){0};
    return merge_file(db, path, &count);
}

/* A hole of 40 MiB between two rows costs the line that it is in. */
START_TEST(a_line_without_end_is_skipped_and_counted)
{
    static const char   row[] = "{\"host\":\"e\"," FINDING("/etc/w.service") "}\n";
    struct harness_cost before;
    char                path[4200];

    begin();
    snprintf(path, sizeof path, "%s/log", dir);
    harness_write_text(dir, "log", row);
    FILE *file = fopen(path, "r+");
    fseek(file, 40 << 20, SEEK_SET);
    fprintf(file, "\n%s", row);
    ck_assert_int_eq(fclose(file), 0);
    before = harness_cost();
    count = (struct merge_count){0};
    ck_assert_int_eq(merge_file(db, path, &count), 0);
    ck_assert_int_eq((int)count.findings, 2);
    ck_assert_int_eq((int)count.damaged, 1);
    harness_expect_cost(&before, "a line of 40 MiB");
    sqlite3_close(db);
}
END_TEST

START_TEST(lines_of_every_form_are_read_once)
{
    static const char log[] = EVENT("a", "added", FINDING("/etc/x.service")) EVENT(
        "b", "removed",
        FINDING(
            "/etc/y.service")) "\n"
                               "{\"diffResults\":{\"removed\":[],\"added\":[{" FINDING(
                                   "/etc/z.service") "}]},\"name\":\"f\","
                                                     "\"hostIdentifier\":\"c\"}\n"
                                                     "{\"snapshot\":[{\"incident\":\"i1\","
                                                     "\"timeline\":\"t\",\"severity\":\"low\","
                                                     "\"steps\":\"3\","
                                                     "\"first_datetime\":\"2026-11-24T10:00:00Z\"}]"
                                                     ",\"action\":\"snapshot\",\"name\":\"i\","
                                                     "\"hostIdentifier\":\"d\"}\n"
                                                     "{\"host\":\"e\",\"time\":1795514400."
                                                     "5," FINDING(
                                                         "/etc/w.service") ",\"section\":"
                                                                           "\"findings\"}"
                                                                           "\n" EVENT(
                                                                               "a", "added",
                                                                               "\"pid\":"
                                                                               "\"1\"") "n"
                                                                                        "o"
                                                                                        "t"
                                                                                        " "
                                                                                        "J"
                                                                                        "S"
                                                                                        "O"
                                                                                        "N"
                                                                                        "\n[1]\n";

    begin();
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(merge_text(log), 0);
        ck_assert_int_eq((int)count.findings, 4);
        ck_assert_int_eq((int)count.incidents, 1);
        ck_assert_int_eq((int)count.other, 1);
        ck_assert_int_eq((int)count.damaged, 2);
        harness_expect(
            db,
            "a|/etc/x.service|1795514400.5|2026-11-24 10:00:00.500000|a,b\n"
            "c|/etc/z.service|1795514400.5|2026-11-24 10:00:00.500000|a,b\n"
            "e|/etc/w.service|1795514400.5|2026-11-24 10:00:00.500000|a,b",
            "SELECT host, subject, round(time, 3), datetime, signals FROM findings ORDER BY host");
        harness_expect(
            db, "d|i1|3|integer|1795514400.0|2026-11-24 10:00:00",
            "SELECT host, incident, steps, typeof(steps), round(first_time, 3), first_datetime "
            "FROM incidents");
    }
    sqlite3_close(db);
}
END_TEST

START_TEST(what_one_host_alone_has_is_rare)
{
    char text[1000];

    begin();
    for (int host = 0; host < 20; host++) {
        snprintf(text, sizeof text,
                 EVENT("h%d", "added",
                       "\"name\":\"ssh\",\"path\":\"/bin/%s\",\"start_type\":\"AUTO_START\""),
                 host, host == 7 ? "evil" : "sshd");
        ck_assert_int_eq(merge_text(text), 0);
    }
    ck_assert_int_eq(merge_text(EVENT("h3", "added",
                                      "\"name\":\"odd\",\"path\":\"/tmp/o\",\"start_type\":\"\"")),
                     0);
    harness_expect(
        db, "service|odd|name|1|20|h3|/tmp/o\nservice|ssh|content|1|20|h7|/bin/evil",
        "SELECT kind, item, rare, hosts, of_hosts, host, detail FROM rare_items ORDER BY item");
    ck_assert_int_eq(merge_text(EVENT("h3", "removed",
                                      "\"name\":\"odd\",\"path\":\"/tmp/o\",\"start_type\":\"\"")),
                     0);
    harness_expect(db, "ssh", "SELECT item FROM rare_items");
    sqlite3_close(db);
}
END_TEST

/* A database of a host, and another merge's. A view and a trigger in it do not run. */
START_TEST(databases_are_merged_too)
{
    char path[4200];

    begin(); /* first: harness_open() loads the extension into what is opened later */
    sqlite3 *own = harness_open();
    snprintf(path, sizeof path, "%s/host.db", dir);
    free(harness_query(own, "DELETE FROM evidence"));
    free(harness_query(
        own, "INSERT INTO evidence(location) VALUES('tests/fixtures/linux/compromised')"));
    free(harness_query(own, "ATTACH '%s' AS f", path));
    free(harness_query(own, "CREATE TABLE f.findings AS SELECT * FROM temp.findings"));
    free(harness_query(own, "CREATE TABLE f.incidents AS SELECT * FROM temp.incidents"));
    free(harness_query(own, "CREATE TABLE f.baseline AS SELECT * FROM baseline_now"));
    free(harness_query(own, "CREATE TABLE f.unused AS SELECT 1 AS x"));
    free(harness_query(own, "CREATE VIEW f.services AS SELECT abs(-9223372036854775808) AS name"));
    int64_t n = harness_int(own, "SELECT count(*) FROM f.findings");
    ck_assert_int_eq(merge_file(db, path, &count), 0);
    ck_assert_int_eq((int)count.findings, (int)n);
    ck_assert_int_eq((int)n, 6);
    char *there = harness_query(
        own, "SELECT time, datetime, host, platform, analytic, technique, severity, "
             "subject, why, signals, record FROM f.findings ORDER BY subject, signals");
    harness_expect(
        db, there,
        "SELECT time, datetime, host, platform, analytic, technique, severity, subject, why, "
        "signals, record FROM findings ORDER BY subject, signals");
    free(there);
    harness_expect(db, "22", "SELECT count(*) FROM items");
    harness_close(own);
    harness_write(dir, "cut.db", "SQLite format 3\0xxxxxxxxxxxx", 28);
    snprintf(path, sizeof path, "%s/cut.db", dir);
    ck_assert_int_lt(merge_file(db, path, &count), 0);
    ck_assert_int_lt(merge_file(db, "/nowhere/log", &count), 0);
    sqlite3_close(db);
}
END_TEST

START_TEST(the_command_exports_typed_rows)
{
    char out[4200], log[4200], exported[4200];

    dir = harness_scratch();
    snprintf(out, sizeof out, "%s/out.db", dir);
    snprintf(log, sizeof log, "%s/log", dir);
    snprintf(exported, sizeof exported, "%s/findings.ndjson", dir);
    harness_write_text(dir, "log", EVENT("a", "added", FINDING("/etc/x.service")) "x\n");
    char *argv[] = {"merge", "--export", "findings", "--output", exported, out, log, NULL};
    optind = 0;
    ck_assert_int_eq(run_merge(7, argv), EXIT_INCOMPLETE);
    char *text = harness_read(exported, NULL);
    ck_assert_msg(strncmp(text, "{\"time\":1795514400.", 19) == 0, "%s", text);
    ck_assert_ptr_ne(strstr(text, "\"host\":\"a\""), NULL);
    free(text);
    argv[2] = "secrets";
    optind = 0;
    ck_assert_int_eq(run_merge(7, argv), EXIT_ERROR);
    optind = 0;
    ck_assert_int_eq(run_merge(1, argv), EXIT_ERROR);
}
END_TEST

/* What a script says of exported findings of two hosts; false: the test is skipped. */
static bool ask_database(const char *script, char *text, size_t size)
{
    char out[4200], log[4200], exported[4200], command[9000];

    dir = harness_scratch();
    snprintf(out, sizeof out, "%s/out.db", dir);
    snprintf(log, sizeof log, "%s/log", dir);
    snprintf(exported, sizeof exported, "%s/findings.ndjson", dir);
    harness_write_text(dir, "log",
                       EVENT("a", "added", FINDING("/etc/x.service"))
                           EVENT("b", "added", FINDING("/etc/x.service")));
    char *argv[] = {"merge", "-x", "findings", "-o", exported, out, log, NULL};
    optind = 0;
    ck_assert_int_eq(run_merge(7, argv), EXIT_CLEAN);
    snprintf(command, sizeof command, "%s '%s'", script, exported);
    FILE *pipe = popen(command, "r");
    text[fread(text, 1, size - 1, pipe)] = '\0';
    int status = pclose(pipe);
    if (WEXITSTATUS(status) == 77) {
        harness_skip(HARNESS_HERE, __func__, "%s", text);
        return false;
    }
    ck_assert_int_eq(status, 0);
    return true;
}

START_TEST(duckdb_reads_what_is_exported)
{
    char text[4096];

    if (!ask_database("tests/duckdb.sh", text, sizeof text))
        return;
    ck_assert_msg(strstr(text, "time:DOUBLE datetime:TIMESTAMP") && strstr(text, "host:VARCHAR") &&
                      strstr(text, " 2\n"),
                  "%s", text);
}
END_TEST

START_TEST(clickhouse_reads_what_is_exported)
{
    char text[4096];

    if (!ask_database("tests/clickhouse.sh", text, sizeof text))
        return;
    ck_assert_msg(strstr(text, "time\tNullable(Float64)") &&
                      strstr(text, "host\tNullable(String)") && strstr(text, "\nhigh\t2\n"),
                  "%s", text);
}
END_TEST

/* As svcql hunt and query write them: over several lines, and in one. */
START_TEST(documents_of_json_are_read)
{
    static const char *const texts[] = {
        "{\"findings\":[{\"host\":\"e\"," FINDING(
            "/etc/w.service") "},\n"
                              "{\"host\":\"e\"," FINDING(
                                  "/etc/x.service") "}\n],\n\"coverage\":[\n{\"a\":1}]}\n",
        "{\"findings\":[{\"host\":\"e\"," FINDING(
            "/etc/w.service") "},"
                              "{\"host\":\"e\"," FINDING(
                                  "/etc/x.service") "}],\"coverage\":[{\"a\":1}]}",
        "[{\"host\":\"e\"," FINDING("/etc/w.service") "},\n{\"a\":1},\n"
                                                      "{\"host\":\"e\"," FINDING(
                                                          "/etc/x.service") "}]\n",
    };

    begin();
    ck_assert_int_eq(merge_text(texts[_i]), 0);
    ck_assert_int_eq((int)count.findings, 2);
    ck_assert_int_eq((int)count.other, 1);
    ck_assert_int_eq((int)count.damaged, 0);
    /* A document that is cut off is lines that are none, and the whole ones still count. */
    char cut[2048];
    snprintf(cut, sizeof cut, "{\"findings\":[\n{\"host\":\"e\",%s}\n", FINDING("/etc/w.service"));
    ck_assert_int_eq(merge_text(cut), 0);
    ck_assert_int_eq((int)count.findings, 1);
    ck_assert_int_eq((int)count.damaged, 1);
    sqlite3_close(db);
}
END_TEST

static int merge_bytes(const char *name, const void *data, size_t size)
{
    char path[4200];

    harness_write(dir, name, data, size);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    count = (struct merge_count){0};
    return merge_file(db, path, &count);
}

START_TEST(compressed_logs_are_read)
{
    static const char row[] = "{\"host\":\"e\"," FINDING("/etc/w.service") "}\n";
    char              packed[1024], database[4096] = "SQLite format 3";
    size_t            size;

    begin();
    size = ZSTD_compress(packed, sizeof packed, row, strlen(row), 1);
    ck_assert(!ZSTD_isError(size));
    ck_assert_int_eq(merge_bytes("log.zst", packed, size), 0);
    ck_assert_int_eq((int)count.findings, 1);
    ck_assert_int_eq(merge_bytes("cut.zst", packed, size - 8), -EBADMSG);
    size = ZSTD_compress(packed, sizeof packed, database, sizeof database, 1);
    ck_assert_int_eq(merge_bytes("db.zst", packed, size), -EOPNOTSUPP);
    ck_assert_int_eq(merge_bytes("empty", "", 0), 0);
    ck_assert_int_eq(merge_file(db, dir, &count), -EISDIR);
    sqlite3_close(db);
}
END_TEST

Suite *make_merge_suite(void)
{
    Suite *suite = suite_create("merge");
    TCase *tc = tcase_create("merge");

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 240);
    tcase_add_test(tc, duckdb_reads_what_is_exported);
    tcase_add_test(tc, clickhouse_reads_what_is_exported);
    tcase_add_test(tc, a_line_without_end_is_skipped_and_counted);
    tcase_add_test(tc, lines_of_every_form_are_read_once);
    tcase_add_loop_test(tc, documents_of_json_are_read, 0, 3);
    tcase_add_test(tc, compressed_logs_are_read);
    tcase_add_test(tc, what_one_host_alone_has_is_rare);
    tcase_add_test(tc, databases_are_merged_too);
    tcase_add_test(tc, the_command_exports_typed_rows);
    return suite;
}
