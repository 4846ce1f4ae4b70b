/* check_sigma_command.c -- svcql sigma, svcql hunt --rules and the schedule's folder of rules. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "make_evtx.h"
#include "program/configuration.h"

/* Run the program with a line of arguments for the shell; its exit status, and what it wrote. */
static int run(char **ret_text, const char *dir, const char *arguments)
{
    static char text[65536];
    char       *line;

    ck_assert_int_gt(asprintf(&line, "cd '%s' && %s %s 2>&1", dir, harness_program(), arguments),
                     0);
    FILE  *out = popen(line, "r");
    size_t n = fread(text, 1, sizeof text - 1, out);
    text[n] = '\0';
    int status = pclose(out);
    free(line);
    *ret_text = text;
    return WEXITSTATUS(status);
}

static const char *const psexec[] = {"ServiceName", "PSEXESVC", "ImagePath",
                                     "%SystemRoot%\\PSEXESVC.exe", NULL};
static const char *const print[] = {"ServiceName", "Spooler", "ImagePath", "spoolsv.exe", NULL};

static void write_log(const char *dir, const char *path, const char *const *pairs)
{
    struct staged_event event = {.channel = "System",
                                 .provider = "Service Control Manager",
                                 .id = 7045,
                                 .time = 1700000000,
                                 .pairs = pairs};
    char                full[512];

    harness_write_text(dir, path, "");
    snprintf(full, sizeof full, "%s/%s", dir, path);
    ck_assert_int_eq(unlink(full), 0);
    make_evtx(full, &event, 1);
}

#define RULE(title, level, image)                                                                  \
    "title: " title "\nid: " title "\nlevel: " level "\ntags: [attack.t1569.002]\n"                \
    "logsource: {product: windows, service: system}\n"                                             \
    "detection: {a: {EventID: 7045, ImagePath|endswith: '" image "'}, condition: a}\n"

static const char *staged(void)
{
    const char *dir = harness_scratch();

    write_log(dir, "logs/System.evtx", psexec);
    harness_write_text(dir, "rules/psexec.yml", RULE("psexec", "high", "\\psexesvc.exe"));
    harness_write_text(dir, "rules/low.yml", RULE("any", "low", ".exe"));
    harness_write_text(dir, "rules/other.yml", RULE("other", "high", "\\other.exe"));
    harness_write_text(dir, "rules/bad.yml",
                       "title: bad\ndetection: {a: {F|odd: x}, condition: a}\n"
                       "logsource: {product: windows}\n");
    return dir;
}

START_TEST(hits_are_listed_by_level)
{
    const char *dir = staged();
    char       *text, *low, *high;

    ck_assert_int_eq(run(&text, dir, "sigma -e logs rules"), 1);
    high = strstr(text, "psexec  ");
    low = strstr(text, "any  ");
    ck_assert_msg(high && low && high < low, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "psexec  psexec  T1569.002"));
    ck_assert_ptr_nonnull(strstr(text, "unknown modifier odd"));
    ck_assert_ptr_nonnull(strstr(
        text, "Hits: 2 of 2 rules; rules read: 4, that ran: 3, that cannot run: 1, of logs"));
    ck_assert_int_eq(run(&text, dir, "sigma -e logs -l high -f csv rules 2>/dev/null"), 1);
    ck_assert_ptr_nonnull(strstr(text, "high,psexec,psexec,T1569.002"));
    ck_assert_ptr_null(strstr(text, "any"));
    ck_assert_int_eq(run(&text, dir, "sigma -e logs rules/other.yml"), 0);
    ck_assert_int_eq(run(&text, dir, "sigma -e logs rules/bad.yml"), 3);
    ck_assert_int_eq(run(&text, dir, "sigma -e logs nowhere"), 2);
    ck_assert_int_eq(run(&text, dir, "sigma -l odd rules"), 2);
}
END_TEST

START_TEST(a_folder_without_a_rule_is_an_error)
{
    const char *dir = staged();
    char       *text;

    harness_write_text(dir, "none/readme.md", "x\n");
    harness_write_text(dir, "empty/a.yml", "\n");
    ck_assert_int_eq(run(&text, dir, "sigma -e logs none"), 2);
    ck_assert_ptr_nonnull(strstr(text, "none: no file of rules in it"));
    ck_assert_int_eq(run(&text, dir, "sigma -e logs empty"), 2);
    ck_assert_ptr_nonnull(strstr(text, "empty: no rule in it"));
    ck_assert_int_eq(run(&text, dir, "hunt -e logs --rules none"), 2);
}
END_TEST

START_TEST(a_rule_is_explained)
{
    const char *dir = staged();
    char       *text;

    ck_assert_int_eq(run(&text, dir, "sigma -e logs --explain rules/other.yml"), 0);
    ck_assert_ptr_nonnull(strstr(
        text, "SELECT * FROM logs WHERE (EventID = 7045 AND ImagePath LIKE '%\\\\other.exe'"));
    ck_assert_ptr_nonnull(strstr(text, "events of its log source: 1; that fit: 0"));
    ck_assert_ptr_nonnull(strstr(text, "ImagePath: %SystemRoot%\\PSEXESVC.exe"));
    ck_assert_int_eq(run(&text, dir, "sigma -e logs --explain rules/psexec.yml"), 1);
    ck_assert_ptr_nonnull(strstr(text, "that fit: 1"));
    ck_assert_int_eq(run(&text, dir, "sigma -e logs --explain rules/bad.yml"), 3);
    ck_assert_ptr_nonnull(strstr(text, "cannot run (error): line 2: unknown modifier odd"));
    ck_assert_int_eq(run(&text, dir, "sigma --explain rules/none.yml"), 2);
}
END_TEST

START_TEST(rules_are_tried_on_their_samples)
{
    const char *dir = staged();
    char       *text;

    write_log(dir, "rules/psexec.match.evtx", psexec);
    write_log(dir, "rules/psexec.clean/System.evtx", print);
    ck_assert_int_eq(run(&text, dir, "sigma test rules"), 0);
    ck_assert_ptr_nonnull(strstr(text, "2 samples, 0 failed, 3 rules without samples"));
    write_log(dir, "rules/other.match.evtx", print);
    ck_assert_int_eq(run(&text, dir, "sigma test rules --junit out.xml"), 1);
    ck_assert_ptr_nonnull(
        strstr(text, "FAIL rules/other.yml on rules/other.match.evtx: matches no event"));
    ck_assert_int_eq(run(&text, dir, "query \"SELECT 1\" >/dev/null; cat out.xml"), 0);
    ck_assert_ptr_nonnull(strstr(text, "<testsuite name=\"sigma\" tests=\"3\" failures=\"1\">"));
    ck_assert_ptr_nonnull(strstr(text, "<failure message=\"matches no event\"/>"));
    ck_assert_int_eq(run(&text, dir, "sigma test nowhere"), 2);
}
END_TEST

START_TEST(a_hunt_shows_what_rules_match)
{
    const char *dir = staged();
    char       *text;

    ck_assert_int_eq(run(&text, dir, "hunt -e logs --rules rules"), 1);
    ck_assert_ptr_nonnull(strstr(text, "Rules: what Sigma rules match"));
    ck_assert_ptr_nonnull(strstr(text, "PSEXESVC.exe"));
    ck_assert_int_eq(run(&text, dir, "hunt -e logs --rules rules -f json"), 1);
    ck_assert_ptr_nonnull(strstr(text, ",\"rules\":["));
    ck_assert_int_eq(run(&text, dir, "hunt -e logs"), 1);
    ck_assert_ptr_null(strstr(text, "Sigma"));
    ck_assert_int_eq(run(&text, dir, "hunt -e logs --rules rules --since 1h -f ndjson"), 3);
    ck_assert_ptr_null(strstr(text, "\"section\":\"rule\""));
    ck_assert_int_eq(run(&text, dir, "hunt -e logs --rules rules -f html"), 2);
}
END_TEST

START_TEST(a_schedule_has_the_query_of_its_rules)
{
    const char          *dir = harness_scratch();
    struct configuration configuration;
    struct json_error    error;
    char                 path[512];

    harness_write_text(dir, "svcql.conf", "{\"options\": {\"rules\": \"/etc/o'rules\"}}");
    snprintf(path, sizeof path, "%s/svcql.conf", dir);
    ck_assert_int_eq(configuration_read(path, "h", &configuration, &error), 0);
    ck_assert_uint_eq(configuration.n_queries, 1);
    ck_assert_str_eq(configuration.queries[0].name, "sigma");
    ck_assert_ptr_nonnull(strstr(configuration.queries[0].sql, "svcql_rules('/etc/o''rules')"));
    configuration_free(&configuration);
}
END_TEST

Suite *make_sigma_command_suite(void)
{
    Suite *suite = suite_create("sigma_command");
    TCase *tcase = tcase_create("sigma_command");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, hits_are_listed_by_level);
    tcase_add_test(tcase, a_folder_without_a_rule_is_an_error);
    tcase_add_test(tcase, a_rule_is_explained);
    tcase_add_test(tcase, rules_are_tried_on_their_samples);
    tcase_add_test(tcase, a_hunt_shows_what_rules_match);
    tcase_add_test(tcase, a_schedule_has_the_query_of_its_rules);
    suite_add_tcase(suite, tcase);
    return suite;
}
