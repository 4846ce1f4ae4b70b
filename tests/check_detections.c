/* check_detections.c -- the user's own detections: what a file may hold, what is refused, and that they
 * judge beside those that were built in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "shapes.h"

#define HEADER(name)                                                                               \
    "-- " name ": runs from /opt/.cache\n"                                                         \
    "-- platform:        linux\n"                                                                  \
    "-- technique:       T1543.002\n"                                                              \
    "-- weight:          70\n"                                                                     \
    "-- false positives: none\n"
#define TESTS                                                                                      \
    "-- shape:   unit\n"                                                                           \
    "-- fires:   {\"program\": \"/opt/.cache/a\"}\n"                                               \
    "-- fires:   {\"program\": \"/opt/.cache/b\"}\n"                                               \
    "-- spares:  {\"program\": \"/opt/cache/a\"}\n"                                                \
    "-- spares:  {\"program\": \"/usr/bin/b\"}\n"
#define BODY      "program GLOB '/opt/.cache/*'\n"
#define BODY_LINE 11
#define FAULTS                                                                                     \
    "SELECT location || ' ' || detail FROM evidence_sources "                                      \
    "WHERE table_name = 'signals' AND status = 'damaged' AND location GLOB '*.sql:*' ORDER BY 1"

/* A connection that reads a host with one unit, which runs /opt/.cache/agent. */
static sqlite3 *looking_at_agent(void)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/systemd/system/agent.service",
                       "[Unit]\nDescription=Agent\n[Service]\nExecStart=/opt/.cache/agent\n");
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    return db;
}

static void use(sqlite3 *db, const char *folder)
{
    harness_query(db, "UPDATE svcql_settings SET value = '%s' WHERE name = 'signals'", folder);
}

START_TEST(a_detection_of_ones_own_is_graded_beside_the_others)
{
    const char *folder = harness_scratch();
    sqlite3    *db = looking_at_agent();

    harness_write_text(folder, "from_cache.sql", HEADER("from_cache") TESTS BODY);
    harness_expect(db, "0", "SELECT count(*) FROM findings WHERE signals LIKE '%%from_cache%%'");
    use(db, folder);
    harness_expect(db, "", FAULTS);
    harness_expect(db, "1|1|1",
                   "SELECT count(*), severity IN ('high', 'critical'), why LIKE '%%runs from "
                   "/opt/.cache%%' FROM findings WHERE signals LIKE '%%from_cache%%'");
    harness_expect(db, "70", "SELECT weight FROM signals WHERE origin <> 'svcql'");
    harness_expect(db, "1", "SELECT count(*) FROM incidents WHERE why LIKE '%%/opt/.cache%%'");
    harness_expect(db, "1|0",
                   "SELECT records, skipped FROM evidence_sources WHERE table_name = 'signals'");
    harness_expect(db, "web1|1",
                   "SELECT host, records FROM coverage WHERE analytic = 'own detections'");
    use(db, "");
    harness_expect(db, "0", "SELECT count(*) FROM coverage WHERE analytic = 'own detections'");
    harness_expect(db, "0",
                   "SELECT sum(records) FROM evidence_sources WHERE table_name = 'signals'");
    harness_expect(db, "0", "SELECT count(*) FROM findings WHERE signals LIKE '%%from_cache%%'");
    harness_expect(db, "0", "SELECT count(*) FROM signals WHERE origin <> 'svcql'");
    harness_close(db);
}
END_TEST

/* The detection that CONTRIBUTING.md prints, as a file of its own in `folder`. */
static void copy_worked_detection(const char *folder)
{
    char  line[512], text[4096] = "";
    bool  inside = false;
    FILE *in = fopen("CONTRIBUTING.md", "r");

    ck_assert_ptr_nonnull(in);
    while (fgets(line, sizeof line, in)) {
        inside |= strncmp(line, "    -- runs_from_cache: ", 24) == 0;
        if (inside && strncmp(line, "    ", 4) != 0)
            break;
        if (inside)
            strncat(text, line + 4, sizeof text - strlen(text) - 1);
    }
    fclose(in);
    harness_write_text(folder, "runs_from_cache.sql", text);
}

START_TEST(the_worked_detection_of_contributing_fires_and_spares)
{
    static const char *const commands[][2] = {
        {"a", "ExecStart=/opt/.cache/agent"},
        {"b", "ExecStart=/opt/agent/agent --cache /opt/.cache/data"},
        {"c", "Type=oneshot\nExecStart=/opt/agent/agent\nExecStart=/opt/.cache/agent"},
        {"d", "ExecStart=/bin/sh /opt/.cache/agent"},
    };
    const char *root = harness_scratch(), *folder = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/os-release", "ID=debian\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char path[64], text[256];
        snprintf(path, sizeof path, "etc/systemd/system/%s.service", commands[i][0]);
        snprintf(text, sizeof text, "[Service]\n%s\n", commands[i][1]);
        harness_write_text(root, path, text);
    }
    copy_worked_detection(folder);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    use(db, folder);
    harness_expect(db, "", FAULTS);
    harness_expect(db, "a.service,c.service,d.service",
                   "SELECT group_concat(substr(subject, -9)) FROM (SELECT DISTINCT subject FROM "
                   "finding_signals WHERE signal = 'runs_from_cache' ORDER BY 1)");
    harness_close(db);
}
END_TEST

START_TEST(a_pattern_of_ones_own_serves_every_shape)
{
    const char *folder = harness_scratch();
    sqlite3    *db = looking_at_agent();

    harness_write_text(folder, "from_cache.sql",
                       HEADER("from_cache") "-- pattern: unix /opt/\\.cache/\n"
                                            "-- fires:   {\"unix\": \"/opt/.cache/a\"}\n"
                                            "-- fires:   {\"unix\": \"sh /opt/.cache/b\"}\n"
                                            "-- spares:  {\"unix\": \"/opt/cache/a\"}\n"
                                            "-- spares:  {\"unix\": \"/opt/.caches/a\"}\n");
    use(db, folder);
    harness_expect(db, "", FAULTS);
    harness_expect(db, "1", "SELECT count(*) FROM findings WHERE signals LIKE '%%from_cache%%'");
    use(db, "");
    harness_expect(db, "0", "SELECT count(*) FROM exec_patterns WHERE signal = 'from_cache'");
    harness_close(db);
}
END_TEST

/* What an expression may not be, and a part of the message. */
static const struct {
    const char *body, *fault;
} refused[] = {
    {"program IN (SELECT name FROM sqlite_schema)", "a subquery is not allowed"},
    {"EXISTS (SELECT 1)", "a subquery is not allowed"},
    {"1) UNION SELECT (1", "a subquery is not allowed"},
    {"1) IS TRUE, (2", "is more than one expression"},
    {"1) /*", "does not depend on the row alone"},
    {"1) FROM unit --", "does more than compare columns"},
    {"1; DELETE FROM signals", "syntax error"},
    {"count(*) > 0", "the function count is not allowed"},
    {"max(program) > 'a'", "does not depend on the row alone"},
    {"random() > 0", "the function random is not allowed"},
    {"unixepoch() > 0", "the function unixepoch is not allowed"},
    {"current_timestamp > 'a'", "the function current_timestamp is not allowed"},
    {"load_extension('x') IS NULL", "the function load_extension is not allowed"},
    {"readfile('/etc/shadow') IS NULL", "no such function: readfile"},
    {"program = ?1", "parameters are not allowed"},
    {"program = \"text\"", "no such column: "}, /* later versions quote it, and more */
    {"progam GLOB '/opt/*'", "no such column: progam"},
    {"program REGEXP '('", NULL}, /* fails only with a row */
};

START_TEST(an_expression_is_over_the_row_alone)
{
    const char *folder = harness_scratch();
    sqlite3    *db = looking_at_agent();
    char        text[4096], expected[4096];

    snprintf(text, sizeof text, HEADER("odd") TESTS "%s\n", refused[_i].body);
    harness_write_text(folder, "odd.sql", text);
    harness_write_text(folder, "from_cache.sql", HEADER("from_cache") TESTS BODY);
    use(db, folder);
    harness_expect(db, "1", "SELECT count(*) FROM findings WHERE signals LIKE '%%from_cache%%'");
    snprintf(expected, sizeof expected, "%s/odd.sql:%d ", folder, BODY_LINE);
    const char *faults = harness_query(db, FAULTS);
    ck_assert_msg(strncmp(faults, expected, strlen(expected)) == 0, "%s", faults);
    ck_assert_msg(!refused[_i].fault || strstr(faults, refused[_i].fault), "%s", faults);
    harness_close(db);
}
END_TEST

/* What a file may not look like. */
static const struct {
    const char *name, *text, *fault; /* the line, and the message */
} malformed[] = {
    {"a", HEADER("b") TESTS BODY, ":1 does not begin with -- a:"},
    {"a", HEADER("a") BODY, ":6 an expression outside"},
    {"a", HEADER("a"), ":1 no -- pattern: and no -- shape:"},
    {"a", HEADER("a") TESTS, ":6 no expression"},
    {"a", HEADER("a") "-- weight: 3\n" TESTS BODY, ":6 a second weight:"},
    {"a", HEADER("a") "-- colour: red\n" TESTS BODY, ":6 unknown word: colour"},
    {"a", HEADER("a") "-- severity: dreadful\n" TESTS BODY, ":6 severity is not info"},
    {"a", HEADER("a") "-- analytic: AN1\n" TESTS BODY, ":6 analytic is not an analytic"},
    {"a", HEADER("a") "-- shape: unit\n-- fires: {}\n" BODY, ":6 fewer than two fires:"},
    {"a",
     HEADER("a") "-- shape: unite\n-- fires: {}\n-- fires: {}\n-- spares: {}\n-- spares: {}\n" BODY,
     ":6 no shape unite"},
    {"a", HEADER("a") TESTS BODY TESTS BODY, ":12 a second section of shape unit"},
    {"a", HEADER("a") TESTS BODY "-- fires: {}\n", ":12 fires: after the expression"},
    {"a", HEADER("a") "-- pattern: amiga x\n" TESTS BODY, ":6 pattern is not any, unix"},
    {"runs_from_temp", HEADER("runs_from_temp") TESTS BODY, ":1 a signal runs_from_temp exists"},
};

START_TEST(a_malformed_file_is_named_with_its_line)
{
    const char *folder = harness_scratch();
    sqlite3    *db = looking_at_agent();
    char        name[64], expected[4096];

    snprintf(name, sizeof name, "%s.sql", malformed[_i].name);
    harness_write_text(folder, name, malformed[_i].text);
    use(db, folder);
    snprintf(expected, sizeof expected, "%s/%s%s", folder, name, malformed[_i].fault);
    const char *faults = harness_query(db, FAULTS);
    ck_assert_msg(strstr(faults, expected), "%s", faults);
    harness_expect(db, "svcql", "SELECT DISTINCT origin FROM signals");
    /* A folder without faults takes the old ones back. */
    harness_write_text(folder, name, HEADER("a") TESTS BODY);
    use(db, "");
    harness_expect(db, "", FAULTS);
    harness_close(db);
}
END_TEST

START_TEST(a_folder_that_cannot_be_read_is_an_error)
{
    sqlite3 *db = harness_open();

    const char *error = harness_error(
        db, "UPDATE svcql_settings SET value = '/nonexistent' WHERE name = 'signals'");
    ck_assert_str_eq(error, "signals: /nonexistent: No such file or directory");
    harness_expect(db, "", "SELECT value FROM svcql_settings WHERE name = 'signals'");
    harness_close(db);
}
END_TEST

START_TEST(no_table_of_an_opened_database_brings_detections)
{
    const char *folder = harness_scratch();
    sqlite3    *db = looking_at_agent();

    harness_write_text(folder, "from_cache.sql", HEADER("from_cache") TESTS BODY);
    harness_query(db, "CREATE TABLE main.unit(program)");
    harness_query(db, "INSERT INTO main.unit VALUES('/opt/.cache/a')");
    use(db, folder);
    harness_expect(db, "1", "SELECT count(*) FROM findings WHERE signals LIKE '%%from_cache%%'");
    harness_close(db);
}
END_TEST

/* How SQLite compares a column with a value that has no type of its own, as its program says: the type
 * that the value is given, and the collation. "" where the ways of a column's arms differ. */
static const char *comparison(sqlite3 *db, const char *from, const char *column)
{
    static const char *const types[] = {"", "", "TEXT", "NUMBER", "NUMBER", "NUMBER", "NUMBER", ""};
    static char              found[64];
    char                     op[16], collation[32];
    int                      p1, p2, p3, p5, value = 0;
    char *rows = harness_query(db, "EXPLAIN SELECT \"%s\" < ?1 FROM \"%s\"", column, from);

    found[0] = '\0';
    for (char *row; (row = strsep(&rows, "\n"));) {
        char type[64];
        if (sscanf(row, "%*d|%15[^|]|%d|%d|%d|%31[^-|]%*[^|]|%d", op, &p1, &p2, &p3, collation,
                   &p5) < 4)
            continue;
        if (strcmp(op, "Variable") == 0)
            value = p2;
        if ((strcmp(op, "Lt") != 0 && strcmp(op, "Gt") != 0) || (p1 != value && p3 != value))
            continue;
        snprintf(type, sizeof type, "%s %s", types[p5 & 7], collation);
        if (found[0] && strcmp(found, type) != 0)
            return "";
        strcpy(found, type);
    }
    return found;
}

/* A detection is tested on a table that has the shape's types and collations, and runs on the view. A
 * computed column of a view has no type before SQLite 3.41 and may have one after it: what the header
 * declares is then what its values are. */
START_TEST(facts_compare_as_their_headers_declare)
{
    sqlite3      *db = harness_open();
    struct shapes shapes;
    bool          typed = sqlite3_libversion_number() >= 3041000;

    ck_assert_int_eq(shapes_read(&shapes), 0);
    ck_assert_int_eq(
        (int64_t)shapes.n,
        harness_int(db, "SELECT count(*) FROM svcql_tables WHERE name GLOB '*_facts'"));
    for (size_t i = 0; i < shapes.n; i++) {
        const struct shape *shape = &shapes.shapes[i];
        char                view[64], declared[64];
        snprintf(view, sizeof view, "%s_facts", shape->name);
        harness_query(db, "CREATE TABLE \"%s\"(%s)", shape->name, shape->declaration);
        harness_expect(
            db, "1",
            "SELECT group_concat(t.name) = group_concat(v.name) FROM "
            "pragma_table_info('%s', 'main') AS t LEFT JOIN pragma_table_info('%s') AS v "
            "USING (cid)",
            shape->name, view);
        for (size_t c = 0; c < shape->n_columns; c++) {
            strcpy(declared, comparison(db, shape->name, shape->columns[c]));
            const char *real = comparison(db, view, shape->columns[c]);
            bool        free = *real == ' ' || (typed && *declared == ' '); /* no type */
            ck_assert_msg(strcmp(free ? strchr(real, ' ') : real,
                                 free ? strchr(declared, ' ') : declared) == 0,
                          "%s.%s is declared \"%s\" and compared as \"%s\"", view,
                          shape->columns[c], declared, real);
        }
        harness_query(db, "DROP TABLE main.\"%s\"", shape->name);
    }
    shapes_free(&shapes);
    harness_close(db);
}
END_TEST

Suite *make_detections_suite(void);

Suite *make_detections_suite(void)
{
    Suite *suite = suite_create("detections");
    TCase *tcase = tcase_create("own");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_detection_of_ones_own_is_graded_beside_the_others);
    tcase_add_test(tcase, the_worked_detection_of_contributing_fires_and_spares);
    tcase_add_test(tcase, a_pattern_of_ones_own_serves_every_shape);
    tcase_add_loop_test(tcase, an_expression_is_over_the_row_alone, 0,
                        sizeof refused / sizeof *refused);
    tcase_add_loop_test(tcase, a_malformed_file_is_named_with_its_line, 0,
                        sizeof malformed / sizeof *malformed);
    tcase_add_test(tcase, a_folder_that_cannot_be_read_is_an_error);
    tcase_add_test(tcase, no_table_of_an_opened_database_brings_detections);
    tcase_add_test(tcase, facts_compare_as_their_headers_declare);
    suite_add_tcase(suite, tcase);
    return suite;
}
