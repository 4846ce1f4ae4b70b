/* check_configuration.c -- osquery's configuration and packs as they are in the field, and errors
 * that say where. */
#include "program/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "program/runner.h"

static const char          *dir;
static struct configuration c;
static struct json_error    error;

static void begin(void)
{
    dir = harness_scratch();
    c = (struct configuration){.n_queries = 0};
}

static void finish(void)
{
    configuration_free(&c);
}

static int read_text(const char *text)
{
    char path[4096];

    harness_write_text(dir, "svcql.conf", text);
    snprintf(path, sizeof path, "%s/svcql.conf", dir);
    configuration_free(&c);
    return configuration_read(path, "web1", &c, &error);
}

static void must_read(const char *text)
{
    int r = read_text(text);

    ck_assert_msg(r == 0, "%s", error.text);
}

START_TEST(a_query_has_osquerys_defaults)
{
    must_read("{\"schedule\":{\"units\":{\"query\":\"SELECT 1\"}}}");
    ck_assert_uint_eq(c.n_queries, 1);
    ck_assert_str_eq(c.queries[0].name, "units");
    ck_assert_int_eq(c.queries[0].interval, 3600);
    ck_assert(c.queries[0].removed && c.queries[0].denylist && !c.queries[0].snapshot);
    ck_assert_int_eq(c.options.schedule_splay_percent, 10);
    ck_assert(c.options.logger_event_type);
}
END_TEST

START_TEST(numbers_and_booleans_may_be_texts)
{
    must_read(
        "{\"options\":{\"schedule_epoch\":\"7\",\"logger_event_type\":\"false\"},"
        "\"schedule\":{\"a\":{\"query\":\"SELECT 1\",\"interval\":\"60\",\"snapshot\":\"true\","
        "\"removed\":\"0\",\"blacklist\":\"false\"}}}");
    ck_assert_int_eq(c.options.schedule_epoch, 7);
    ck_assert(!c.options.logger_event_type);
    ck_assert_int_eq(c.queries[0].interval, 60);
    ck_assert(c.queries[0].snapshot && !c.queries[0].removed && !c.queries[0].denylist);
}
END_TEST

START_TEST(comments_and_joined_lines_are_osquerys_json)
{
    must_read("{\n  // a comment with \"quotes\n  # another\n  \"schedule\": {\"a\": {\"query\": "
              "\"SELECT 'http://x' \\\n   AS url\"}}\n}\n");
    ck_assert_str_eq(c.queries[0].sql, "SELECT 'http://x'      AS url");
}
END_TEST

START_TEST(packs_come_inline_by_path_and_by_pattern)
{
    static const char pack[] = "{\"queries\":{\"q\":{\"query\":\"SELECT 1\",\"interval\":10}}}";

    harness_write_text(dir, "packs/web.conf", pack);
    harness_write_text(dir, "packs/mail.conf", pack);
    harness_write_text(dir, "one.json", pack);
    must_read("{\"packs\":{\"inline\":{\"queries\":{\"x\":{\"query\":\"SELECT 2\"}},"
              "\"discovery\":[\"SELECT 1\"]},\"one\":\"one.json\",\"*\":\"packs/*.conf\"}}");
    ck_assert_uint_eq(c.n_packs, 4);
    ck_assert_uint_eq(c.n_queries, 4);
    ck_assert_str_eq(c.queries[0].name, "pack_inline_x");
    ck_assert_str_eq(c.queries[1].name, "pack_mail_q");
    ck_assert_str_eq(c.queries[2].name, "pack_one_q");
    ck_assert_str_eq(c.queries[3].name, "pack_web_q");
    ck_assert_ptr_nonnull(c.packs[c.queries[0].pack].discovery);
    ck_assert_ptr_null(c.packs[c.queries[3].pack].discovery);
}
END_TEST

/* The SHA-1 of "web1" begins with 0x97: 151 * 100 / 255 = 59. */
START_TEST(what_does_not_fit_the_host_is_left_out_and_counted)
{
    must_read(
        "{\"schedule\":{"
        "\"a\":{\"query\":\"SELECT 1\",\"platform\":\"linux\"},"
        "\"b\":{\"query\":\"SELECT 1\",\"platform\":\"darwin,windows\"},"
        "\"c\":{\"query\":\"SELECT 1\",\"platform\":\"darwin, posix\"},"
        "\"d\":{\"query\":\"SELECT 1\",\"version\":\"1.4.5\"},"
        "\"e\":{\"query\":\"SELECT 1\",\"version\":\"99.0.0\"},"
        "\"f\":{\"query\":\"SELECT 1\",\"shard\":100},"
        "\"g\":{\"query\":\"SELECT 1\",\"shard\":1}},"
        "\"packs\":{\"w\":{\"platform\":\"windows\",\"queries\":{\"x\":{\"query\":\"SELECT 1\"},"
        "\"y\":{\"query\":\"SELECT 1\"}}}}}");
    ck_assert_uint_eq(c.n_queries, 4);
    ck_assert_str_eq(c.queries[1].name, "c");
    ck_assert_str_eq(c.queries[3].name, "f");
    ck_assert_uint_eq(c.left_out, 5);
}
END_TEST

START_TEST(shards_are_those_of_osquery)
{
    ck_assert_int_eq(machine_shard("web1"), 59); /* printf web1 | sha1sum */
    ck_assert_int_eq(machine_shard("db.example.org"), 74);
}
END_TEST

START_TEST(versions_compare_by_number)
{
    ck_assert(pack_version_fits("5.9.1"));
    ck_assert(pack_version_fits("5.20.0"));
    ck_assert(pack_version_fits("5.20"));
    ck_assert(!pack_version_fits("5.20.1"));
    ck_assert(!pack_version_fits("6"));
    ck_assert(pack_version_fits(""));
}
END_TEST

START_TEST(keys_without_meaning_are_named)
{
    must_read("{\"file_paths\":{},\"options\":{\"verbose\":\"true\"},\"schedule\":{}}");
    ck_assert_str_eq(c.ignored.data, "file_paths, options.verbose");
}
END_TEST

static const struct {
    const char *text, *error;
} bad[] = {
    {"{\"schedule\":{\"a\":{\"interval\":5}}}", "svcql.conf: schedule.a.query: must be SQL"},
    {"{\"schedule\":{\"a\":{\"query\":7}}}", "svcql.conf: schedule.a.query: must be a string"},
    {"{\"schedule\":{\"a\":{\"query\":\"SELECT 1\",\"interval\":604801}}}",
     "svcql.conf: schedule.a.interval: must be a number from 1 to 604800"},
    {"{\"schedule\":{\"a\":{\"query\":\"SELECT 1\",\"interval\":\"5x\"}}}",
     "svcql.conf: schedule.a.interval: must be a number from 1 to 604800"},
    {"{\"schedule\":{\"a\":{\"query\":\"SELECT 1\",\"interval\":1e999}}}",
     "svcql.conf: schedule.a.interval: must be a number from 1 to 604800"},
    {"{\"schedule\":{\"a\":{\"query\":\"SELECT 1\",\"snapshot\":\"yes\"}}}",
     "svcql.conf: schedule.a.snapshot: must be true or false"},
    {"{\"schedule\":[]}", "svcql.conf: schedule: must be an object"},
    {"{\"schedule\":{\"a\":[]}}", "svcql.conf: schedule.a: must be an object"},
    {"{\"packs\":{\"p\":{\"queries\":{\"q\":{\"query\":\"\"}}}}}",
     "svcql.conf: packs.p.queries.q.query: must be SQL"},
    {"{\"packs\":{\"p\":{\"discovery\":[1]}}}",
     "svcql.conf: packs.p.discovery: must be a list of strings"},
    {"{\"packs\":{\"p\":3}}", "svcql.conf: packs.p: must be a pack or the path of one"},
    {"{\"packs\":{\"p\":\".\"}}", "/.: is not a regular file"},
    {"{\"decorators\":{\"interval\":{\"x\":[]}}}",
     "svcql.conf: decorators.interval.x: must be seconds from 1 to 604800"},
    {"{\"options\":{\"logger_plugin\":\"kafka\"}}",
     "svcql.conf: options.logger_plugin: must be one of: filesystem stdout syslog journald"},
    {"{\"optoins\":{}}", "svcql.conf: optoins: unknown key; did you mean options?"},
    {"{\"kafka\":{}}", "svcql.conf: kafka: unknown key"},
    {"{\"options\":{\"query_timeuot\":5}}",
     "svcql.conf: options.query_timeuot: unknown key; did you mean query_timeout?"},
    {"{\"schedule\":{\"a\":{\"query\":\"SELECT 1\",\"intervall\":5}}}",
     "svcql.conf: schedule.a.intervall: unknown key; did you mean interval?"},
    {"{\"packs\":{\"p\":{\"querys\":{}}}}",
     "svcql.conf: packs.p.querys: unknown key; did you mean queries?"},
    {"{\"queries\":{\"q\":{\"query\":\"SELECT 1\"}}}", "svcql.conf: queries: this is a pack"},
    {"{\"views\":{\"v\":1}}", "svcql.conf: views.v: must be SQL"},
    {"{\"schedule\":{\"pack_p_q\":{\"query\":\"SELECT 1\"}},"
     "\"packs\":{\"p\":{\"queries\":{\"q\":{\"query\":\"SELECT 1\"}}}}}",
     "svcql.conf: pack_p_q is scheduled twice"},
    {"{\n \"schedule\": {,}\n}", "svcql.conf: no JSON at line 2, column 1"},
    {"{} x", "svcql.conf: no JSON at line 1, column 4"},
    {"[]", "svcql.conf: must be an object"},
    {"", "svcql.conf: no JSON at line 1, column 1"},
};

START_TEST(errors_name_the_file_and_the_key_path)
{
    ck_assert_int_lt(read_text(bad[_i].text), 0);
    ck_assert_msg(strstr(error.text, bad[_i].error), "%s, not %s", error.text, bad[_i].error);
    ck_assert_uint_eq(c.n_queries, 0);
}
END_TEST

START_TEST(a_pack_that_is_not_present_is_left_out_and_the_others_go_on)
{
    must_read("{\"_comment\":\"x\",\"packs\":{\"gone\":\"gone.json\",\"*\":\"none/*.conf\","
              "\"p\":{\"queries\":{\"q\":{\"query\":\"SELECT 1\"}}}}}");
    ck_assert_uint_eq(c.n_queries, 1);
    ck_assert_ptr_nonnull(strstr(c.warnings.data, "pack gone left out: "));
    ck_assert_ptr_nonnull(strstr(c.warnings.data, "gone.json: No such file or directory\n"));
    ck_assert_ptr_nonnull(strstr(c.warnings.data, "packs.*: no file matches "));
}
END_TEST

START_TEST(a_pack_file_names_itself)
{
    harness_write_text(dir, "p.json",
                       "{\"queries\":{\"q\":{\"query\":\"SELECT 1\",\"interval\":0}}}");
    ck_assert_int_lt(read_text("{\"packs\":{\"p\":\"p.json\"}}"), 0);
    ck_assert_msg(strstr(error.text, "p.json: queries.q.interval: must be"), "%s", error.text);
}
END_TEST

START_TEST(deep_and_broken_json_is_refused)
{
    char deep[40000];

    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    memcpy(deep, "{\"a\":", 5);
    ck_assert_int_lt(read_text(deep), 0);
}
END_TEST

START_TEST(the_shipped_pack_is_read)
{
    int r = configuration_read(NULL, "web1", &c, &error);

    ck_assert_msg(r == 0, "%s", error.text);
    ck_assert_uint_eq(c.n_queries, 6);
    for (size_t i = 0; i < c.n_queries; i++)
        ck_assert_int_eq(strncmp(c.queries[i].name, "pack_t1569_", 11), 0);
    ck_assert_uint_eq(c.left_out, 0);
}
END_TEST

/* Tables that lists are not: what the query of each minute reads. */
static bool reads_log(const char *plan)
{
    return strstr(plan, "VIRTUAL TABLE") && !strstr(plan, "json_each");
}

START_TEST(the_shipped_pack_reads_only_new_log)
{
    sqlite3 *db = harness_open();
    size_t   logs = 0;

    ck_assert_int_eq(configuration_read(NULL, "web1", &c, &error), 0);
    ck_assert_int_eq(runner_register(db), SQLITE_OK);
    for (size_t i = 0; i < c.n_queries; i++) {
        char *plan, *line, *rest;
        if (strcmp(c.queries[i].name, "pack_t1569_services_used") != 0)
            continue;
        harness_query(db, "SELECT 1 FROM (%s) LIMIT 0", c.queries[i].sql); /* parses its views */
        plan = harness_query(db, "EXPLAIN QUERY PLAN %s", c.queries[i].sql);
        for (line = strtok_r(plan, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
            if (!reads_log(line))
                continue;
            ck_assert_msg(strstr(line, "time>=?"), "%s", line);
            logs++;
        }
        free(plan);
    }
    ck_assert_uint_eq(logs, 2);
    harness_close(db);
}
END_TEST

Suite *make_configuration_suite(void)
{
    const TTest *const tests[] = {
        a_query_has_osquerys_defaults,
        numbers_and_booleans_may_be_texts,
        comments_and_joined_lines_are_osquerys_json,
        packs_come_inline_by_path_and_by_pattern,
        what_does_not_fit_the_host_is_left_out_and_counted,
        shards_are_those_of_osquery,
        versions_compare_by_number,
        keys_without_meaning_are_named,
        a_pack_that_is_not_present_is_left_out_and_the_others_go_on,
        a_pack_file_names_itself,
        deep_and_broken_json_is_refused,
        the_shipped_pack_is_read,
        the_shipped_pack_reads_only_new_log,
    };
    Suite *suite = suite_create("configuration");
    TCase *tcase = tcase_create("configuration");

    tcase_add_checked_fixture(tcase, begin, finish);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    tcase_add_loop_test(tcase, errors_name_the_file_and_the_key_path, 0,
                        (int)(sizeof bad / sizeof bad[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
