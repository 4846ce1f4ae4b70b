/* check_schedule.c -- what the schedule logs, when it runs, and that nothing is lost or doubled. */
#include "make_schedule.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "program/sink.h"
#include "program/store.h"

static const char      *dir;
static struct schedule *schedule;

static void begin(void)
{
    dir = harness_scratch();
    wall_now = 1790000000;
    uptime_now = 5000;
    schedule = NULL;
}

static void finish(void)
{
    schedule_close(schedule);
}

static char *path_of(const char *name)
{
    static char paths[4][4096];
    static int  i;

    snprintf(paths[++i % 4], sizeof paths[0], "%s/%s", dir, name);
    return paths[i % 4];
}

/* The rows of the queries below are the commands of this history. */
static void commands(const char *text)
{
    harness_write_text(dir, "history", text);
}

/* A configuration with one query over the history; `members` are more of its members. */
static void start(const char *members, const char *options)
{
    char *text = NULL;

    ck_assert(
        asprintf(&text,
                 "{\"options\":{\"schedule_splay_percent\":0%s%s},\"schedule\":{\"q\":{"
                 "\"query\":\"SELECT command FROM shell_history('%s')\",\"interval\":60%s%s}}}",
                 *options ? "," : "", options, path_of("history"), *members ? "," : "",
                 members) > 0);
    schedule_close(schedule);
    schedule = schedule_begin(dir, text);
    free(text);
}

static void expect_log(const char *expected)
{
    char *log = schedule_log(dir);

    ck_assert_str_eq(log, expected);
    free(log);
    unlink(path_of("log"));
}

/* A value of the state, as a person would ask for it. */
static void expect_state(const char *expected, const char *sql)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(path_of("state.db"), &db), SQLITE_OK);
    harness_expect(db, expected, "%s", sql);
    sqlite3_close(db);
}

static int count_of(const char *text, const char *word)
{
    int n = 0;

    for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
        n++;
    return n;
}

/* Differences ------------------------------------------------------------------------------ */

START_TEST(the_first_run_is_all_added_then_only_what_differs)
{
    commands("one\ntwo\n");
    start("", "");
    ck_assert_int_eq(schedule_tick(schedule, false), 0);
    expect_log("q 0 added {\"command\":\"one\"}\nq 0 added {\"command\":\"two\"}");
    schedule_after(schedule, 60);
    expect_log("");
    commands("two\nthree\n");
    schedule_after(schedule, 60);
    expect_log("q 2 removed {\"command\":\"one\"}\nq 2 added {\"command\":\"three\"}");
}
END_TEST

START_TEST(rows_are_counted_as_often_as_they_come)
{
    commands("a\na\nb\n");
    start("", "");
    schedule_tick(schedule, false);
    unlink(path_of("log"));
    commands("a\nb\nb\nb\n");
    schedule_after(schedule, 60);
    expect_log("q 1 removed {\"command\":\"a\"}\nq 1 added {\"command\":\"b\"}\n"
               "q 1 added {\"command\":\"b\"}");
}
END_TEST

START_TEST(removed_rows_are_left_out_where_they_are_not_wanted)
{
    commands("a\n");
    start("\"removed\":false", "");
    schedule_tick(schedule, false);
    unlink(path_of("log"));
    commands("b\n");
    schedule_after(schedule, 60);
    expect_log("q 1 added {\"command\":\"b\"}");
    commands("a\n");
    schedule_after(schedule, 60);
    expect_log("q 2 added {\"command\":\"a\"}");
}
END_TEST

START_TEST(a_batch_holds_all_of_a_run)
{
    commands("a\nb\n");
    start("", "\"logger_event_type\":false");
    schedule_tick(schedule, false);
    expect_log("q 0 batch {\"removed\":[],\"added\":[{\"command\":\"a\"},{\"command\":\"b\"}]}");
    schedule_after(schedule, 60);
    expect_log("");
    commands("b\n");
    schedule_after(schedule, 60);
    expect_log("q 2 batch {\"removed\":[{\"command\":\"a\"}],\"added\":[]}");
}
END_TEST

START_TEST(a_snapshot_holds_all_rows_every_time)
{
    commands("a\n");
    start("\"snapshot\":true", "");
    schedule_tick(schedule, false);
    expect_log("q 0 snapshot [{\"command\":\"a\"}]");
    commands("");
    schedule_after(schedule, 60);
    expect_log("q 0 snapshot []");
    start("\"snapshot\":true", "\"logger_snapshot_event_type\":true");
    commands("a\nb\n");
    schedule_after(schedule, 60);
    expect_log("q 0 snapshot {\"command\":\"a\"}\nq 0 snapshot {\"command\":\"b\"}");
}
END_TEST

START_TEST(a_new_epoch_begins_again)
{
    commands("a\n");
    start("", "");
    schedule_tick(schedule, false);
    unlink(path_of("log"));
    start("", "\"schedule_epoch\":1");
    schedule_after(schedule, 60);
    expect_log("q 0 added {\"command\":\"a\"}");
}
END_TEST

START_TEST(a_changed_query_counts_anew_and_keeps_its_difference)
{
    commands("a\n");
    start("", "");
    schedule_tick(schedule, false);
    unlink(path_of("log"));
    char *text;
    ck_assert(asprintf(&text,
                       "{\"schedule\":{\"q\":{\"query\":\"SELECT command FROM shell_history('%s') "
                       "UNION ALL SELECT 'new'\",\"interval\":60}}}",
                       path_of("history")) > 0);
    harness_write_text(dir, "svcql.conf", text);
    free(text);
    ck_assert_int_eq(schedule_reload(schedule), 0);
    schedule_after(schedule, 60);
    schedule_after(schedule, 10);
    expect_log("q 1 added {\"command\":\"new\"}");
}
END_TEST

START_TEST(cells_are_texts_unless_numbers_are_wanted)
{
    static const char query[] =
        "{\"options\":{\"logger_numerics\":%s},\"schedule\":{\"q\":{\"query\":\"SELECT 1 AS i, 2.5 "
        "AS r, NULL AS n, x'00ff' AS b, '\\\"' AS t, 9e999 AS big, 7 AS i\"}}}";
    char *text;

    ck_assert(asprintf(&text, query, "false") > 0);
    schedule = schedule_begin(dir, text);
    schedule_tick(schedule, true);
    expect_log("q 0 added {\"b\":\"00ff\",\"big\":\"Inf\",\"i\":\"7\",\"n\":\"\",\"r\":\"2.5\","
               "\"t\":\"\\\"\"}");
    free(text);
    ck_assert(asprintf(&text, query, "true") > 0);
    harness_write_text(dir, "svcql.conf", text);
    ck_assert_int_eq(schedule_reload(schedule), 0);
    schedule_tick(schedule, true);
    char *log = schedule_log(dir);
    ck_assert_msg(strstr(log, "added {\"b\":\"00ff\",\"big\":\"Inf\",\"i\":7,\"n\":\"\",\"r\":2.5"),
                  "%s", log);
    free(log);
    free(text);
}
END_TEST

START_TEST(decorations_stand_in_every_line)
{
    schedule = schedule_begin(
        dir, "{\"schedule\":{\"q\":{\"query\":\"SELECT 1 AS x\"}},\"decorators\":{\"load\":["
             "\"SELECT 'b' AS two, 'a' AS one\",\"SELECT * FROM nowhere\"],"
             "\"always\":[\"SELECT 3 AS three UNION ALL SELECT 4\"]}}");
    schedule_tick(schedule, true);
    char *log = harness_read(path_of("log"), NULL);
    ck_assert_msg(strstr(log, ",\"decorations\":{\"one\":\"a\",\"three\":\"3\",\"two\":\"b\"},"
                              "\"columns\":"),
                  "%s", log);
    ck_assert_ptr_nonnull(strstr(notices, "no such table: nowhere"));
    free(log);
    free(schedule_log(dir));
}
END_TEST

START_TEST(a_decorator_that_fails_is_not_run_before_every_query)
{
    schedule = schedule_begin(
        dir,
        "{\"schedule\":{\"p\":{\"query\":\"SELECT 1 AS x\"},\"q\":{\"query\":\"SELECT 2 AS x\"}},"
        "\"decorators\":{\"always\":[\"SELECT * FROM nowhere\",\"SELECT 3 AS three\"]}}");
    schedule_tick(schedule, true);
    schedule_tick(schedule, true);
    ck_assert_int_eq(count_of(notices, "no such table: nowhere"), 1);
    schedule_after(schedule, 60);
    schedule_tick(schedule, true);
    ck_assert_int_eq(count_of(notices, "no such table: nowhere"), 2);
    char *log = harness_read(path_of("log"), NULL);
    ck_assert_int_eq(count_of(log, "\"decorations\":{\"three\":\"3\"}"), 2);
    free(log);
}
END_TEST

/* Time --------------------------------------------------------------------------------------- */

START_TEST(missed_time_runs_a_query_once)
{
    commands("a\n");
    start("", "");
    schedule_tick(schedule, false);
    expect_state("1", "SELECT runs FROM svcql_schedule");
    ck_assert_double_eq_tol(schedule_wait(schedule), 60, 0.01);
    schedule_after(schedule, 6000);
    schedule_tick(schedule, false);
    expect_state("2", "SELECT runs FROM svcql_schedule");
    wall_now += 86400; /* the clock is set forward, and back: no time has passed */
    schedule_tick(schedule, false);
    wall_now -= 2 * 86400;
    schedule_tick(schedule, false);
    expect_state("2", "SELECT runs FROM svcql_schedule");
}
END_TEST

START_TEST(a_restart_keeps_the_time_and_repeats_nothing)
{
    commands("a\n");
    start("", "");
    schedule_tick(schedule, false);
    unlink(path_of("log"));
    wall_now += 20, uptime_now += 20;
    start("", "");
    schedule_tick(schedule, false);
    expect_state("1", "SELECT runs FROM svcql_schedule");
    ck_assert_double_eq_tol(schedule_wait(schedule), 40, 0.01);
    schedule_after(schedule, 40);
    expect_state("2", "SELECT runs FROM svcql_schedule");
    expect_log("");
    wall_now -= 1000000; /* it ran in the future: at once */
    start("", "");
    schedule_tick(schedule, false);
    expect_state("3", "SELECT runs FROM svcql_schedule");
}
END_TEST

static char *logged_time(void)
{
    char *log = schedule_log(dir), *brace = strrchr(log, ':');
    char *text = strdup(brace ? brace + 1 : "");

    text[strcspn(text, "}")] = '\0';
    free(log);
    unlink(path_of("log"));
    return text;
}

static void expect_time(const char *expected)
{
    char *text = logged_time();

    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(last_run_is_the_begin_of_the_last_success)
{
    schedule = schedule_begin(
        dir, "{\"options\":{\"schedule_splay_percent\":0},\"schedule\":{\"q\":{\"query\":\"SELECT "
             "CAST(last_run() AS INTEGER) AS t\",\"interval\":60,\"snapshot\":true}}}");
    schedule_tick(schedule, false);
    expect_time("\"\"");
    schedule_after(schedule, 60);
    expect_time("\"1790000000\"");
    wall_now += 86400; /* the clock is set forth: what was logged before is still new */
    schedule_after(schedule, 60);
    expect_time("\"1790000060\"");
    wall_now -= 86400; /* and back: what is logged from then on has the earlier time */
    schedule_after(schedule, 60);
    expect_time("\"1790000120\"");
}
END_TEST

START_TEST(a_failure_leaves_last_run_and_the_results)
{
    commands("a\n");
    start("", "");
    schedule_tick(schedule, false);
    unlink(path_of("log"));
    chmod(path_of("history"), 0600);
    harness_write_text(dir, "svcql.conf",
                       "{\"schedule\":{\"q\":{\"query\":\"SELECT command FROM gone\","
                       "\"interval\":60}}}");
    ck_assert_int_eq(schedule_reload(schedule), 0);
    ck_assert_int_eq(schedule_tick(schedule, true), 1);
    ck_assert_ptr_nonnull(strstr(notices, "q: no such table: gone"));
    expect_state("1790000000|1|no such table: gone|NULL",
                 "SELECT CAST(last_run AS INTEGER), failures, error, denied_until "
                 "FROM svcql_schedule");
    start("", "");
    schedule_tick(schedule, true);
    expect_log("");
}
END_TEST

START_TEST(a_query_that_only_reads_may_run)
{
    static const char *const queries[] = {
        "DELETE FROM evidence",
        "INSERT INTO evidence(location) VALUES('/tmp')",
        "ATTACH 'x.db' AS x",
        "PRAGMA user_version = 3",
        "CREATE TEMP TABLE t(x)",
        "SELECT 1; SELECT 2",
        " -- nothing",
    };
    char *text;

    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        ck_assert(asprintf(&text, "{\"schedule\":{\"q\":{\"query\":\"%s\"}}}", queries[i]) > 0);
        schedule_close(schedule);
        schedule = schedule_begin(dir, text);
        ck_assert_msg(schedule_tick(schedule, true) == 1, "%s", queries[i]);
        free(text);
    }
    expect_log("");
    ck_assert_int_eq(access("x.db", F_OK), -1);
}
END_TEST

/* Limits -----------------------------------------------------------------------------------------
 */

#define ENDLESS                                                                                    \
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"

START_TEST(a_query_over_its_time_is_denied_for_minutes)
{
    schedule = schedule_begin(
        dir, "{\"options\":{\"query_timeout\":1,\"schedule_splay_percent\":0},\"schedule\":{"
             "\"a\":{\"query\":\"" ENDLESS "\",\"interval\":60},"
             "\"b\":{\"query\":\"SELECT 1 AS x\",\"interval\":60}}}");
    ck_assert_int_eq(schedule_tick(schedule, false), 1);
    expect_log("svcql_schedule 1 added {\"denied_until\":\"2026-09-21T14:15:20Z\","
               "\"denied_why\":\"took longer than 1 seconds\",\"name\":\"a\"}\n"
               "b 0 added {\"x\":\"1\"}");
    ck_assert_ptr_nonnull(
        strstr(notices, "a: took longer than 1 seconds\na: not run again for 2 minutes\n"));
    *notices = '\0';
    ck_assert_int_eq(schedule_after(schedule, 60), 1); /* denied: reported again, as a failure */
    expect_log("svcql_schedule 1 added {\"denied_until\":\"2026-09-21T14:15:20Z\","
               "\"denied_why\":\"took longer than 1 seconds\",\"name\":\"a\"}");
    ck_assert_str_eq(notices, "a: denied for 1 more minutes: took longer than 1 seconds\n");
    expect_state("1|1790000120|took longer than 1 seconds|1|1790000120\n2|NULL|NULL|0|1790000120",
                 "SELECT runs, CAST(denied_until AS INTEGER), denied_why, denials, "
                 "CAST(next_run AS INTEGER) FROM svcql_schedule ORDER BY name");
}
END_TEST

/* A source that costs too much is left out rather than the query denied. */
START_TEST(a_query_has_a_budget_for_each_source)
{
    schedule = schedule_begin(
        dir, "{\"options\":{\"source_rows\":7,\"source_seconds\":0},\"schedule\":{\"a\":{\"query\":"
             "\"SELECT name, value FROM svcql_settings WHERE name GLOB 'source_*'\"}}}");
    ck_assert_int_eq(schedule_tick(schedule, true), 0);
    expect_log("a 0 added {\"name\":\"source_megabytes\",\"value\":\"4096\"}\n"
               "a 0 added {\"name\":\"source_rows\",\"value\":\"7\"}\n"
               "a 0 added {\"name\":\"source_seconds\",\"value\":\"0\"}");
}
END_TEST

/* A query that is over its time while the history holds "slow". */
static void start_slow(void)
{
    char *text;

    ck_assert(asprintf(&text,
                       "{\"options\":{\"query_timeout\":1,\"schedule_splay_percent\":0},"
                       "\"schedule\":{\"a\":{\"query\":\"WITH RECURSIVE c(x) AS (SELECT 1 FROM "
                       "shell_history('%s') WHERE command = 'slow' UNION ALL SELECT x + 1 FROM c) "
                       "SELECT max(x) FROM c\",\"interval\":60}}}",
                       path_of("history")) > 0);
    schedule_close(schedule);
    schedule = schedule_begin(dir, text);
    free(text);
}

START_TEST(a_denial_lasts_longer_each_time_and_ends_with_a_success)
{
    static const char pause[] =
        "SELECT CAST(denied_until - last_attempt AS INTEGER), denials FROM svcql_schedule";
    static const struct {
        double      after;
        const char *expected;
    } steps[] = {{120, "240|2"}, {240, "480|3"}, {480, "960|4"}, {960, "1920|5"}, {1920, "3600|6"}};

    commands("slow\n");
    start_slow();
    ck_assert_int_eq(schedule_tick(schedule, true), 1);
    expect_state("120|1", pause);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        schedule_after(schedule, steps[i].after);
        expect_state(steps[i].expected, pause);
    }
    commands("quick\n");
    ck_assert_int_eq(schedule_after(schedule, 3600), 0);
    expect_state("NULL|0", pause);
}
END_TEST

START_TEST(a_denial_outlives_a_restart_and_no_reload)
{
    commands("slow\n");
    start_slow();
    schedule_tick(schedule, true);
    start_slow();
    ck_assert_int_eq(schedule_tick(schedule, true), 1);
    ck_assert_ptr_nonnull(strstr(notices, "a: denied for 2 more minutes"));
    expect_state("1", "SELECT runs FROM svcql_schedule");
    commands("quick\n");
    ck_assert_int_eq(schedule_reload(schedule), 0);
    ck_assert_int_eq(schedule_tick(schedule, true), 0);
    expect_state("2|NULL", "SELECT runs, denied_until FROM svcql_schedule");
    commands("slow\n");
    schedule_tick(schedule, true);
    schedule_close(schedule);
    schedule = schedule_begin(dir, "{\"schedule\":{\"a\":{\"query\":\"SELECT 1\"}}}");
    ck_assert_int_eq(schedule_tick(schedule, true), 0); /* another query of that name */
}
END_TEST

START_TEST(a_query_may_be_exempt_from_denial)
{
    schedule = schedule_begin(
        dir, "{\"options\":{\"query_timeout\":1},\"schedule\":{\"a\":{\"query\":\"" ENDLESS
             "\",\"interval\":60,\"denylist\":false}}}");
    ck_assert_int_eq(schedule_tick(schedule, true), 1);
    ck_assert_int_eq(schedule_tick(schedule, true), 1);
}
END_TEST

START_TEST(a_query_over_its_memory_is_denied)
{
    schedule =
        schedule_begin(dir, "{\"options\":{\"watchdog_memory_limit\":8},\"schedule\":{\"a\":{"
                            "\"query\":\"SELECT length(hex(zeroblob(100000000)))\"},"
                            "\"b\":{\"query\":\"SELECT length(hex(zeroblob(1000000))) AS n\"}}}");
    ck_assert_int_eq(schedule_tick(schedule, true), 1);
    ck_assert_ptr_nonnull(strstr(notices, "a: needs more than 8 MiB of memory\na: not run again"));
    expect_state("1|0|1", "SELECT runs, failures, added FROM svcql_schedule WHERE name = 'b'");
}
END_TEST

START_TEST(what_the_program_holds_is_not_the_memory_of_a_query)
{
    volatile char *held = malloc(70 << 20); /* which a compiler would leave out */

    ck_assert_ptr_nonnull((void *)held);
    held[0] = 1;
    schedule =
        schedule_begin(dir, "{\"options\":{\"watchdog_memory_limit\":100},\"schedule\":{\"a\":{"
                            "\"query\":\"SELECT length(hex(zeroblob(10000000))) AS n\"}}}");
    ck_assert_int_eq(schedule_tick(schedule, true), 0);
    expect_state("1|0|1", "SELECT runs, failures, added FROM svcql_schedule WHERE name = 'a'");
    free((void *)held);
}
END_TEST

/* Crash any child of the schedule. */
static bool crash_child(void *data)
{
    FILE *children = fopen("/proc/thread-self/children", "r");
    int   pid = 0;

    (void)data;
    if (children && fscanf(children, "%d", &pid) == 1)
        kill(pid, SIGSEGV);
    if (children)
        fclose(children);
    return false;
}

START_TEST(a_query_that_crashes_takes_nothing_with_it)
{
    struct schedule_setup setup = schedule_setup_of(dir);

    if (access("/proc/thread-self/children", R_OK) != 0)
        SKIP("needs a kernel that lists children");
    harness_write_text(dir, "svcql.conf", "{\"schedule\":{\"a\":{\"query\":\"" ENDLESS "\"}}}");
    setup.waiting = crash_child;
    *notices = '\0';
    ck_assert_int_eq(schedule_open(&setup, &schedule), 0);
    ck_assert_int_eq(schedule_tick(schedule, true), 1);
    ck_assert_ptr_nonnull(strstr(notices, "a: "));
    expect_state("1|1", "SELECT failures, denied_until > 0 FROM svcql_schedule");
}
END_TEST

/* Packs
 * -------------------------------------------------------------------------------------------- */

START_TEST(a_pack_runs_where_its_discovery_finds_something)
{
    char *text;

    ck_assert(asprintf(&text,
                       "{\"options\":{\"schedule_splay_percent\":0,\"pack_refresh_interval\":600},"
                       "\"packs\":{\"p\":{\"discovery\":[\"SELECT 1\",\"SELECT 1 FROM "
                       "shell_history('%s') WHERE command = 'go'\"],\"queries\":{\"q\":{\"query\":"
                       "\"SELECT 1 AS x\",\"interval\":60}}}}}",
                       path_of("history")) > 0);
    commands("no\n");
    schedule = schedule_begin(dir, text);
    free(text);
    schedule_tick(schedule, false);
    commands("go\n");
    schedule_after(schedule, 60);
    expect_log("");
    schedule_after(schedule, 600);
    expect_log("pack_p_q 0 added {\"x\":\"1\"}");
}
END_TEST

START_TEST(a_bad_configuration_keeps_the_old_one)
{
    commands("a\n");
    start("", "");
    harness_write_text(dir, "svcql.conf", "{\"schedule\":{\"q\":{\"query\":1}}}");
    ck_assert_int_lt(schedule_reload(schedule), 0);
    ck_assert_ptr_nonnull(strstr(notices, "schedule.q.query: must be a string\n"
                                          "the old configuration stays"));
    schedule_tick(schedule, false);
    expect_log("q 0 added {\"command\":\"a\"}");
    harness_write_text(dir, "svcql.conf", "{\"views\":{\"v\":\"SELEC 1\"},\"schedule\":{}}");
    ck_assert_int_lt(schedule_reload(schedule), 0);
    ck_assert_ptr_nonnull(strstr(notices, "views.v: near"));
    ck_assert_uint_eq(schedule_queries(schedule), 1);
}
END_TEST

START_TEST(views_of_the_configuration_may_be_read)
{
    schedule = schedule_begin(dir, "{\"views\":{\"v\":\"SELECT 5 AS x\"},\"schedule\":{\"q\":{"
                                   "\"query\":\"SELECT x FROM v\"}}}");
    schedule_tick(schedule, true);
    expect_log("q 0 added {\"x\":\"5\"}");
}
END_TEST

START_TEST(a_query_taken_out_is_forgotten)
{
    commands("a\n");
    start("", "");
    schedule_tick(schedule, false);
    harness_write_text(dir, "svcql.conf", "{\"schedule\":{\"other\":{\"query\":\"SELECT 1\"}}}");
    ck_assert_int_eq(schedule_reload(schedule), 0);
    expect_state("0|other",
                 "SELECT (SELECT count(*) FROM results), group_concat(name) FROM queries");
}
END_TEST

START_TEST(the_schedule_has_rows_about_itself)
{
    schedule = schedule_begin(
        dir, "{\"schedule\":{\"q\":{\"query\":\"SELECT name, runs, waiting, dropped FROM "
             "svcql_schedule\"}}}");
    schedule_tick(schedule, true);
    expect_log("q 0 added {\"dropped\":\"0\",\"name\":\"q\",\"runs\":\"0\",\"waiting\":\"0\"}");
}
END_TEST

/* Delivery
 * -------------------------------------------------------------------------------------------- */

START_TEST(a_sink_that_is_down_loses_nothing)
{
    struct schedule_setup setup = schedule_setup_of(dir);
    char                 *text;

    commands("a\n");
    start("", "");
    schedule_close(schedule);
    setup.output = strdup(path_of("later/log"));
    ck_assert_int_eq(schedule_open(&setup, &schedule), 0);
    schedule_tick(schedule, false);
    commands("a\nb\n");
    schedule_after(schedule, 60);
    expect_state("2|0", "SELECT waiting, dropped FROM svcql_schedule");
    ck_assert(schedule_backlog(schedule));
    ck_assert_ptr_nonnull(strstr(notices, "results wait until it takes them"));
    mkdir(path_of("later"), 0700);
    schedule_after(schedule, 60);
    ck_assert(!schedule_backlog(schedule));
    text = harness_read(path_of("later/log"), NULL);
    ck_assert_ptr_nonnull(strstr(text, "\"a\""));
    ck_assert_ptr_nonnull(strstr(text, "\"b\""));
    ck_assert_ptr_nonnull(strstr(notices, "takes results again"));
    free(text);
    free((char *)(uintptr_t)setup.output);
}
END_TEST

START_TEST(what_waits_is_bounded_and_what_was_dropped_is_counted)
{
    struct schedule_setup setup = schedule_setup_of(dir);

    commands("a\nb\nc\nd\ne\n");
    start("", "\"buffered_log_max\":3");
    schedule_close(schedule);
    setup.output = "/nowhere/log";
    ck_assert_int_eq(schedule_open(&setup, &schedule), 0);
    schedule_tick(schedule, false);
    expect_state("3|2|5", "SELECT waiting, dropped, added FROM svcql_schedule");
    schedule_close(schedule);
    schedule = schedule_begin(dir, NULL);
    schedule_tick(schedule, false);
    expect_log("q 0 added {\"command\":\"c\"}\nq 0 added {\"command\":\"d\"}\n"
               "q 0 added {\"command\":\"e\"}");
}
END_TEST

START_TEST(a_log_is_rotated_and_old_ones_go)
{
    char text[8192], *log;

    memset(text, 'x', 5000);
    strcpy(text + 5000, "\n");
    commands(text);
    start("\"snapshot\":true", "\"logger_rotate_size\":4096,\"logger_rotate_max_files\":2");
    for (int i = 0; i < 6; i++) {
        schedule_tick(schedule, true);
        ck_assert_int_eq(schedule_backlog(schedule), 0);
    }
    ck_assert_int_eq(access(path_of("log.2"), F_OK), 0);
    ck_assert_int_eq(access(path_of("log.3"), F_OK), -1);
    log = schedule_log(dir);
    ck_assert_ptr_null(strchr(log, '\n'));
    free(log);
}
END_TEST

START_TEST(a_log_that_was_moved_away_is_made_anew)
{
    commands("a\n");
    start("\"snapshot\":true", "");
    schedule_tick(schedule, true);
    rename(path_of("log"), path_of("log.old"));
    schedule_tick(schedule, true);
    expect_log("q 0 snapshot [{\"command\":\"a\"}]");
}
END_TEST

START_TEST(a_log_is_no_link_and_no_fifo)
{
    commands("a\n");
    start("", "");
    mkfifo(path_of("log"), 0600);
    schedule_tick(schedule, true);
    ck_assert(schedule_backlog(schedule));
    unlink(path_of("log"));
    ck_assert_int_eq(symlink("elsewhere", path_of("log")), 0);
    schedule_after(schedule, 120);
    ck_assert(schedule_backlog(schedule));
    ck_assert_int_eq(access(path_of("elsewhere"), F_OK), -1);
}
END_TEST

/* What a kill between writing and noting leaves: lines in the file, whole or in part, that the
 * store still has. */
START_TEST(a_line_that_is_in_the_file_is_not_written_again)
{
    for (int cut = 0; cut < 3; cut++) {
        struct schedule_setup setup = schedule_setup_of(dir);
        sqlite3              *db = NULL;
        unlink(path_of("state.db"));
        unlink(path_of("log"));
        commands("one\ntwo\n");
        start("", "");
        schedule_close(schedule);
        setup.output = "/nowhere/log";
        ck_assert_int_eq(schedule_open(&setup, &schedule), 0);
        schedule_tick(schedule, false);
        schedule_close(schedule);
        schedule = NULL;
        ck_assert_int_eq(sqlite3_open(path_of("state.db"), &db), SQLITE_OK);
        char  *lines = harness_query(db, "SELECT line FROM lines ORDER BY id");
        size_t size = strlen(lines);
        harness_write(dir, "log", lines, cut == 0 ? 20 : cut == 1 ? size / 2 + 20 : size);
        struct stat st;
        ck_assert_int_eq(stat(path_of("log"), &st), 0);
        free(harness_query(db, "INSERT INTO places VALUES('%s', %lld, 0)", path_of("log"),
                           (long long)st.st_ino));
        sqlite3_close(db);
        schedule = schedule_begin(dir, NULL);
        schedule_tick(schedule, false);
        schedule_close(schedule);
        schedule = NULL;
        expect_log("q 0 added {\"command\":\"one\"}\nq 0 added {\"command\":\"two\"}");
    }
}
END_TEST

START_TEST(syslog_gets_a_line_a_result)
{
    struct schedule_setup setup = schedule_setup_of(dir);
    struct sockaddr_un    address = {.sun_family = AF_UNIX};
    char                  text[4096] = "", target[4200];

    commands("a\n");
    start("", "");
    schedule_close(schedule);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", dir);
    snprintf(target, sizeof target, "syslog:%s/s", dir);
    setup.output = target;
    ck_assert_int_eq(schedule_open(&setup, &schedule), 0);
    schedule_tick(schedule, false);
    ck_assert(schedule_backlog(schedule)); /* no listener yet */
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    schedule_after(schedule, 5);
    ck_assert(!schedule_backlog(schedule));
    ck_assert_int_gt(recv(fd, text, sizeof text - 1, MSG_DONTWAIT), 0);
    ck_assert_int_eq(strncmp(text, "<30>", 4), 0);
    char *json = strchr(text, '{');
    ck_assert_ptr_nonnull(json);
    ck_assert_ptr_null(log_line_error(json, strlen(json)));
    close(fd);
}
END_TEST

/* The state
 * ------------------------------------------------------------------------------------------- */

START_TEST(a_state_belongs_to_one_program)
{
    char         *error = NULL;
    struct store *store = NULL;
    int           status;

    commands("a\n");
    start("", "");
    if (fork() == 0)
        _exit(-store_open(path_of("state.db"), &store, &error));
    wait(&status);
    ck_assert_int_eq(WEXITSTATUS(status), EBUSY);
}
END_TEST

START_TEST(an_older_state_is_brought_up_to_date)
{
    sqlite3      *db = NULL;
    struct store *store = NULL;
    char         *error = NULL;

    ck_assert_int_eq(store_open(path_of("old.db"), &store, &error), 0);
    store_close(store);
    ck_assert_int_eq(sqlite3_open(path_of("old.db"), &db), SQLITE_OK);
    free(harness_query(db, "DROP VIEW svcql_schedule"));
    static const char *const columns[] = {"queries DROP tried",           "queries DROP denials",
                                          "queries DROP denied_why",      "queries DROP last_error",
                                          "queries DROP last_error_time", "lines DROP stream"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        free(harness_query(db, "ALTER TABLE %s", columns[i]));
    free(harness_query(db, "DELETE FROM meta WHERE key = 'written'"));
    free(harness_query(db, "INSERT INTO queries(name) VALUES('kept')"));
    free(harness_query(db, "PRAGMA user_version = 1"));
    sqlite3_close(db);
    ck_assert_int_eq(store_open(path_of("old.db"), &store, &error), 0);
    store_close(store);
    ck_assert_int_eq(sqlite3_open(path_of("old.db"), &db), SQLITE_OK);
    harness_expect(db, "kept", "SELECT name FROM svcql_schedule");
    free(harness_query(db, "PRAGMA user_version = 99"));
    sqlite3_close(db);
    ck_assert_int_eq(store_open(path_of("old.db"), &store, &error), -EPROTO);
    ck_assert_ptr_nonnull(strstr(error, "newer version"));
    sqlite3_free(error);
}
END_TEST

START_TEST(what_was_never_a_state_is_left_alone)
{
    struct store *store = NULL;
    char         *error = NULL;

    harness_write_text(dir, "notes", "this is text that no database begins with, not at all");
    for (int i = 0; i < 2; i++) {
        ck_assert_int_lt(store_open(path_of("notes"), &store, &error), 0);
        ck_assert_ptr_nonnull(strstr(error, "not a database"));
        sqlite3_free(error);
        ck_assert_int_eq(access(path_of("notes.lock"), F_OK), -1);
    }
    char *text = harness_read(path_of("notes"), NULL);
    ck_assert_int_eq(strncmp(text, "this is text", 12), 0);
    free(text);
}
END_TEST

/* Overwrite bytes of the state. */
static void damage(off_t from, size_t size)
{
    char bytes[65536];
    int  fd = open(path_of("state.db"), O_WRONLY);

    memset(bytes, 0x5a, sizeof bytes);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, size, from), (ssize_t)size);
    close(fd);
}

/* How many files there are in the scratch folder whose name begins so. */
static int files_named(const char *prefix)
{
    char line[8192];
    int  n = 0;

    snprintf(line, sizeof line, "ls %s | grep -c '^%s'", dir, prefix);
    FILE *out = popen(line, "r");
    ck_assert_int_eq(fscanf(out, "%d", &n), 1);
    pclose(out);
    return n;
}

START_TEST(a_corrupt_state_is_put_aside_and_a_new_one_begun)
{
    static const struct {
        off_t  from;
        size_t size;
    } damages[] = {{0, 100}, {4096, 20000}};

    commands("a\n");
    start("", "");
    schedule_tick(schedule, true);
    schedule_close(schedule);
    schedule = NULL;
    damage(damages[_i].from, damages[_i].size);
    unlink(path_of("log"));
    schedule = schedule_begin(dir, NULL);
    ck_assert_msg(strstr(notices, "the damaged state is kept as "), "%s", notices);
    ck_assert_int_eq(files_named("state.db.corrupt-"), 1);
    ck_assert_int_eq(schedule_tick(schedule, true), 0);
    expect_log("q 0 added {\"command\":\"a\"}");
    expect_state("1", "SELECT runs FROM svcql_schedule");
}
END_TEST

/* Files cannot be written to beyond that size, pipes can. */
static void limit_files_to(rlim_t size)
{
    struct rlimit rlimit;

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &rlimit);
    rlimit.rlim_cur = size < rlimit.rlim_max ? size : rlimit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &rlimit);
}

static void limit_files(bool limit)
{
    limit_files_to(limit ? 0 : RLIM_INFINITY);
}

/* A disk that is full in the middle of a line: its rest follows when there is room again. */
START_TEST(a_line_that_was_cut_by_a_full_disk_is_ended)
{
    enum { BEFORE = 4 << 20 };
    char  *before = malloc(BEFORE);
    size_t size = 0;

    memset(before, '\n', BEFORE);
    harness_write(dir, "log", before, BEFORE);
    free(before);
    commands("one\ntwo\n");
    start("", "");
    for (int i = 0; i < 3; i++) {
        limit_files_to(BEFORE + 100 + 50 * (rlim_t)i);
        schedule_after(schedule, 120);
        ck_assert(schedule_backlog(schedule));
    }
    limit_files(false);
    schedule_after(schedule, 120);
    ck_assert(!schedule_backlog(schedule));
    char *text = harness_read(path_of("log"), &size), *line = text + BEFORE;
    ck_assert_int_eq(count_of(line, "\n"), 2);
    for (char *end; (end = strchr(line, '\n')); line = end + 1)
        ck_assert_msg(!log_line_error(line, (size_t)(end - line)), "%s", text + BEFORE);
    free(text);
}
END_TEST

START_TEST(a_state_that_cannot_be_written_stops_output_and_is_reported_once)
{
    struct schedule_setup setup = schedule_setup_of(dir);
    char                  text[4096] = "";
    int                   ends[2], out = dup(STDOUT_FILENO);

    commands("a\n");
    start("", "");
    schedule_close(schedule);
    setup.output = "-";
    ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
    fflush(stdout);
    dup2(ends[1], STDOUT_FILENO);
    ck_assert_int_eq(schedule_open(&setup, &schedule), 0);
    *notices = '\0';
    limit_files(true);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(schedule_after(schedule, 30), 1);
    ck_assert_int_eq(read(ends[0], text, sizeof text), -1);
    ck_assert_msg(count_of(notices, "\n") == 1, "%s", notices);
    ck_assert_ptr_nonnull(strstr(notices, "nothing is run or delivered until it can be written"));
    ck_assert_double_ge(schedule_wait(schedule), 30);
    ck_assert_ptr_nonnull(schedule_trouble(schedule));
    limit_files(false);
    ck_assert_int_eq(schedule_after(schedule, 60), 0);
    schedule_after(schedule, 60);
    dup2(out, STDOUT_FILENO);
    ck_assert_int_gt(read(ends[0], text, sizeof text - 1), 0);
    ck_assert_int_eq(count_of(text, "\"a\""), 1);
    ck_assert_ptr_nonnull(strstr(notices, "can be written again"));
    expect_state("1|1790000030",
                 "SELECT last_error LIKE 'state: %', CAST(last_error_time AS INTEGER) "
                 "FROM svcql_schedule");
    close(out), close(ends[0]), close(ends[1]);
}
END_TEST

static int lines_out;

/* The state fails between a line's delivery and the note of it. */
static int write_then_fail(struct sink *sink, const struct waiting_line *line)
{
    (void)sink, (void)line;
    lines_out++;
    limit_files(true);
    return 0;
}

START_TEST(a_line_that_is_out_and_not_noted_does_not_come_again)
{
    static const struct sink_kind kind = {.name = "test", .write = write_then_fail};
    struct sink_settings          settings = {.target = "-", .stream = STREAM_ALL};
    struct sink                   sink;
    struct store                 *store = NULL;
    struct query_state            query;
    char                         *error = NULL;
    int64_t                       undeliverable;

    lines_out = 0;
    ck_assert_int_eq(store_open(path_of("state.db"), &store, &error), 0);
    ck_assert_int_eq(store_query(store, "q", "SELECT 1", "boot", &query), 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(store_put_line(store, query.id, STREAM_RESULTS, "{}", 2), 0);
    ck_assert_int_eq(sink_open(&settings, store, &sink), 0);
    sink.kind = &kind;
    for (int i = 0; i < 3; i++)
        ck_assert_int_lt(sink_deliver(&sink, &undeliverable), 0);
    ck_assert_int_eq(lines_out, 3);
    limit_files(false);
    ck_assert_int_eq(sink_deliver(&sink, &undeliverable), 0);
    ck_assert_int_eq(lines_out, 3);
    ck_assert(!store_waiting(store, STREAM_ALL));
    sink_close(&sink);
    store_close(store);
}
END_TEST

START_TEST(the_files_of_an_osquery_configuration_bear_its_names)
{
    struct schedule_setup setup = schedule_setup_of(dir);
    char                 *text;

    setup.output = NULL;
    ck_assert(asprintf(&text,
                       "{\"options\":{\"logger_plugin\":\"filesystem\",\"logger_path\":\"%s\"},"
                       "\"schedule\":{\"rows\":{\"query\":\"SELECT 1 AS x\"},"
                       "\"all\":{\"query\":\"SELECT 2 AS y\",\"snapshot\":true}}}",
                       dir) > 0);
    harness_write_text(dir, "svcql.conf", text);
    free(text);
    ck_assert_int_eq(schedule_open(&setup, &schedule), 0);
    ck_assert_int_eq(schedule_tick(schedule, true), 0);
    ck_assert(!schedule_backlog(schedule));
    char *results = harness_read(path_of("osqueryd.results.log"), NULL);
    char *snapshots = harness_read(path_of("osqueryd.snapshots.log"), NULL);
    ck_assert_int_eq(count_of(results, "\n"), 1);
    ck_assert_ptr_nonnull(strstr(results, "\"columns\":{\"x\":\"1\"}"));
    ck_assert_int_eq(count_of(snapshots, "\n"), 1);
    ck_assert_ptr_nonnull(strstr(snapshots, "\"snapshot\":[{\"y\":\"2\"}]"));
    free(results);
    free(snapshots);
}
END_TEST

/* Kills
 * ------------------------------------------------------------------------------------------------
 */

static void run_until_killed(void)
{
    for (;;) {
        start("", "");
        for (;;)
            schedule_tick(schedule, true);
    }
}

/* Each command is typed once and never removed: so each is logged once, with a kill at any time. The
 * pauses are of random length: they choose the times, no result depends on them. SVCQL_SEED repeats one. */
START_TEST(a_hundred_kills_lose_and_double_nothing)
{
    FILE    *history = fopen(path_of("history"), "we");
    int      typed = 0;
    unsigned seed =
        getenv("SVCQL_SEED") ? (unsigned)atol(getenv("SVCQL_SEED")) : (unsigned)time(NULL);

    printf("schedule: seed %u\n", seed);
    for (int i = 0; i < 100; i++) {
        pid_t pid = fork();
        if (pid == 0)
            run_until_killed();
        for (int n = rand_r(&seed) % 12; n >= 0; n--) {
            fprintf(history, "command-%d\n", typed++);
            fflush(history);
            usleep((useconds_t)(rand_r(&seed) % 5000));
        }
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    fclose(history);
    start("", "");
    schedule_tick(schedule, true);
    char *log = schedule_log(dir), *line = log;
    int   seen = 0, last = -1;
    for (; *line;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : line + strlen(line), seen++) {
        int counter, number;
        ck_assert_int_eq(sscanf(line, "q %d added {\"command\":\"command-%d", &counter, &number),
                         2);
        ck_assert_msg(number == last + 1, "command-%d after command-%d (seed %u)", number, last,
                      seed);
        last = number;
    }
    ck_assert_int_eq(seen, typed);
    free(log);
}
END_TEST

Suite *make_schedule_suite(void)
{
    const TTest *const tests[] = {
        the_first_run_is_all_added_then_only_what_differs,
        rows_are_counted_as_often_as_they_come,
        removed_rows_are_left_out_where_they_are_not_wanted,
        a_batch_holds_all_of_a_run,
        a_snapshot_holds_all_rows_every_time,
        a_new_epoch_begins_again,
        a_changed_query_counts_anew_and_keeps_its_difference,
        cells_are_texts_unless_numbers_are_wanted,
        decorations_stand_in_every_line,
        a_decorator_that_fails_is_not_run_before_every_query,
        missed_time_runs_a_query_once,
        a_restart_keeps_the_time_and_repeats_nothing,
        last_run_is_the_begin_of_the_last_success,
        a_failure_leaves_last_run_and_the_results,
        a_query_that_only_reads_may_run,
        a_query_over_its_time_is_denied_for_minutes,
        a_query_has_a_budget_for_each_source,
        a_denial_lasts_longer_each_time_and_ends_with_a_success,
        a_denial_outlives_a_restart_and_no_reload,
        a_query_may_be_exempt_from_denial,
        a_query_over_its_memory_is_denied,
        what_the_program_holds_is_not_the_memory_of_a_query,
        a_query_that_crashes_takes_nothing_with_it,
        a_pack_runs_where_its_discovery_finds_something,
        a_bad_configuration_keeps_the_old_one,
        views_of_the_configuration_may_be_read,
        a_query_taken_out_is_forgotten,
        the_schedule_has_rows_about_itself,
        a_sink_that_is_down_loses_nothing,
        what_waits_is_bounded_and_what_was_dropped_is_counted,
        a_log_is_rotated_and_old_ones_go,
        a_log_that_was_moved_away_is_made_anew,
        a_log_is_no_link_and_no_fifo,
        a_line_that_is_in_the_file_is_not_written_again,
        syslog_gets_a_line_a_result,
        a_state_belongs_to_one_program,
        an_older_state_is_brought_up_to_date,
        what_was_never_a_state_is_left_alone,
        a_state_that_cannot_be_written_stops_output_and_is_reported_once,
        a_line_that_was_cut_by_a_full_disk_is_ended,
        a_line_that_is_out_and_not_noted_does_not_come_again,
        the_files_of_an_osquery_configuration_bear_its_names,
    };
    Suite *suite = suite_create("schedule");
    TCase *tcase = tcase_create("schedule"), *kills = tcase_create("kills");

    tcase_add_checked_fixture(tcase, begin, finish);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    tcase_add_loop_test(tcase, a_corrupt_state_is_put_aside_and_a_new_one_begun, 0, 2);
    tcase_set_timeout(tcase, 30);
    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(kills, begin, finish);
    tcase_add_test(kills, a_hundred_kills_lose_and_double_nothing);
    tcase_set_timeout(kills, 120);
    suite_add_tcase(suite, kills);
    return suite;
}
