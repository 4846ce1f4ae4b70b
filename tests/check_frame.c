/* check_frame.c -- loading, the catalogue, evidence, and what the kit promises of every table. */
#include "harness.h"
#include "list_image.h"
#include "list_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "svcql.h"

START_TEST(loads_and_says_its_version)
{
    sqlite3 *db = harness_open();
    harness_expect(db, SVCQL_VERSION, "SELECT svcql_version()");
    harness_close(db);
}
END_TEST

START_TEST(lists_itself)
{
    sqlite3 *db = harness_open();
    harness_expect(db, "table", "SELECT kind FROM svcql_tables WHERE name = 'svcql_tables'");
    harness_expect(db, "0", "SELECT count(*) FROM svcql_tables WHERE description IS NULL");
    harness_close(db);
}
END_TEST

static const struct sqlite3_api_routines *loader;

static int keep_loader(sqlite3 *db, char **error, const struct sqlite3_api_routines *api)
{
    (void)db, (void)error;
    loader = api;
    return SQLITE_OK;
}

/* Rows written beside such a one would be a damaged schema. */
START_TEST(a_temporary_object_of_the_same_name_is_refused)
{
    static const char *const made[][2] = {
        {"CREATE TEMP TABLE Unit_Files(x)", "temporary table"},
        {"CREATE TEMP TABLE findings(x)", "temporary table"},
        {"CREATE TEMP VIEW findings AS SELECT 1", "temporary view"},
    };

    harness_close(harness_open()); /* what is linked in knows SQLite from then on */
    sqlite3_cancel_auto_extension((void (*)(void))sqlite3_svcql_init);
    sqlite3_auto_extension((void (*)(void))keep_loader);
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        sqlite3 *db;
        char    *error = NULL;
        ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
        harness_query(db, "%s", made[i][0]);
        ck_assert_int_eq(sqlite3_svcql_init(db, &error, loader), SQLITE_ERROR);
        ck_assert_ptr_nonnull(strstr(error, made[i][1]));
        sqlite3_free(error);
        harness_expect(db, "1",
                       "SELECT count(*) FROM temp.sqlite_schema WHERE name IN "
                       "('Unit_Files', 'findings', 'incidents')");
        sqlite3_close(db);
    }
}
END_TEST

START_TEST(evidence_begins_with_the_live_host_and_can_lose_it)
{
    sqlite3 *db = harness_open();
    harness_expect(db, "1|live|/", "SELECT id, kind, location FROM evidence");
    harness_expect(db, "", "DELETE FROM evidence WHERE kind = 'live'");
    harness_expect(db, "0", "SELECT count(*) FROM evidence");
    harness_close(db);
}
END_TEST

START_TEST(evidence_names_its_host_from_its_own_files)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();
    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "etc/hostname", "web7\n");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root);
    harness_expect(db, "web7|linux", "SELECT host, kind FROM evidence WHERE kind <> 'live'");
    harness_close(db);
}
END_TEST

/* Run one example. A host without the source it is about may refuse it, by the table's name. */
static void run_example(sqlite3 *db, const char *name, const char *sql)
{
    char *error = NULL;
    char  prefix[80];
    int   rc = sqlite3_exec(db, sql, NULL, NULL, &error);

    snprintf(prefix, sizeof prefix, "%s: ", name);
    ck_assert_msg(rc == SQLITE_OK || (error && strncmp(error, prefix, strlen(prefix)) == 0),
                  "example of %s: %s\n  %s", name, error ? error : "?", sql);
    sqlite3_free(error);
}

START_TEST(every_example_runs)
{
    sqlite3      *db = harness_open();
    sqlite3_stmt *stmt;
    int           n = 0;

    sqlite3_prepare_v2(db, "SELECT name, examples FROM svcql_tables WHERE examples IS NOT NULL", -1,
                       &stmt, NULL);
    for (; sqlite3_step(stmt) == SQLITE_ROW; n++)
        run_example(db, (const char *)sqlite3_column_text(stmt, 0),
                    (const char *)sqlite3_column_text(stmt, 1));
    sqlite3_finalize(stmt);
    ck_assert_int_eq(n, harness_int(db, "SELECT count(*) FROM svcql_tables"));
    harness_close(db);
}
END_TEST

START_TEST(every_view_prepares_and_every_table_is_described)
{
    sqlite3 *db = harness_open();
    harness_expect(db, "",
                   "SELECT name FROM svcql_tables AS t WHERE kind <> 'function' AND NOT "
                   "EXISTS (SELECT 1 FROM svcql_columns AS c WHERE c.table_name = t.name)");
    harness_expect(db, "", "SELECT name FROM svcql_tables WHERE description IS NULL");
    harness_expect(
        db, "",
        "SELECT table_name || '.' || name FROM svcql_columns WHERE description IS NULL OR "
        "length(description) < 4");
    harness_close(db);
}
END_TEST

/* What a build declares of views is what SQLite derives from them; of expressions, newer versions derive a type
 * that older ones do not know. */
START_TEST(columns_of_views_are_those_that_sqlite_derives)
{
    sqlite3 *db = harness_open();

    char *views = harness_query(db, "SELECT name FROM svcql_tables WHERE kind NOT IN ('table', "
                                    "'function')");
    for (char *rest, *view = strtok_r(views, "\n", &rest); view; view = strtok_r(NULL, "\n", &rest))
        harness_query(db, "SELECT 1 FROM \"%s\" LIMIT 0", view); /* from here on it is a view */
    free(views);
    harness_expect(
        db, "",
        "WITH c AS MATERIALIZED (SELECT table_name, name, position, type FROM svcql_columns) "
        "SELECT s.name, p.name, p.type FROM temp.sqlite_schema AS s "
        "CROSS JOIN pragma_table_info(s.name, 'temp') AS p "
        "LEFT JOIN c ON c.table_name = s.name AND c.name = p.name AND c.position = p.cid "
        "WHERE (s.type = 'view' OR s.sql LIKE 'CREATE TABLE%%') AND s.name NOT GLOB 'sqlite_*' "
        "AND (c.name IS NULL OR (coalesce(c.type, '') <> p.type AND "
        "(s.type <> 'view' OR sqlite_version() < '3.41')))");
    harness_expect(db, "1",
                   "SELECT (SELECT count(*) FROM svcql_columns WHERE table_name IN (SELECT name "
                   "FROM temp.sqlite_schema "
                   "WHERE type = 'view')) = (SELECT count(*) FROM temp.sqlite_schema AS s, "
                   "pragma_table_info(s.name, 'temp') WHERE s.type = 'view')");
    harness_query(db, "DROP VIEW temp.timers");
    harness_expect(db, "0", "SELECT count(*) FROM svcql_columns WHERE table_name = 'timers'");
    harness_query(db, "CREATE TEMP VIEW timers AS SELECT 1 AS mine");
    harness_expect(db, "mine", "SELECT name FROM svcql_columns WHERE table_name = 'timers'");
    harness_close(db);
}
END_TEST

/* Views that SQLite has not read yet ------------------------------------------------ */

static bool is_view(sqlite3 *db, const char *name)
{
    const char *plan = harness_query(db, "EXPLAIN QUERY PLAN SELECT * FROM %s", name);
    char        table[80];

    snprintf(table, sizeof table, "SCAN %s VIRTUAL TABLE", name);
    return !strstr(plan, table);
}

START_TEST(a_view_that_is_named_is_parsed_with_those_it_reads)
{
    static const char *const names[][2] = {
        {"SELECT 1 FROM services LIMIT 0", "services"},
        {"EXPLAIN SELECT 1 FROM services", "services"},
        {"SELECT count(*) FROM services JOIN timers JOIN unit_signals", "services,timers"},
        {"SELECT (SELECT count(*) FROM services), (SELECT count(*) FROM timers)",
         "services,timers"},
        {"CREATE TABLE a AS SELECT 1 FROM services UNION SELECT 2 FROM timers", "services,timers"},
        {"PRAGMA temp.table_info(services)", "services"},
        {"SELECT 1 FROM failed_inputs LIMIT 0", "failed_inputs"}, /* service_inputs is late */
        {"SELECT 1 FROM service_installs LIMIT 0", "service_installs,service_rows"},
        {"SELECT 1 FROM posture_permissions LIMIT 0", "posture_permissions"},
        {"SELECT 1 FROM process_events LIMIT 0", ""},
        {"SELECT 1 FROM unit_signals LIMIT 0", ""},
        {"DROP VIEW temp.timers; DROP VIEW temp.services", ""},
        {"EXPLAIN SELECT 1 FROM timers; DROP VIEW temp.timers; DROP VIEW temp.services", ""},
        {"DROP VIEW temp.timers; CREATE TEMP VIEW timers AS SELECT 1 FROM services;"
         "SELECT 1 FROM timers LIMIT 0",
         "services,timers"},
        {"SELECT count(*) FROM pragma_table_list; SELECT 1 FROM services LIMIT 0", "services"},
        {"PRAGMA query_only = 1; SELECT 1 FROM services LIMIT 0", "services"},
        {"BEGIN; SELECT 1 FROM services LIMIT 0; CREATE TABLE a(b); ROLLBACK", ""},
        {"CREATE TABLE a(b); ALTER TABLE a RENAME b TO c; ALTER TABLE a RENAME TO d", ""},
    };
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "%s", names[_i][0]);
    harness_expect(db, names[_i][1],
                   "SELECT coalesce(group_concat(name), '') FROM (SELECT name FROM "
                   "temp.sqlite_schema WHERE type = 'view' ORDER BY name)");
    harness_query(db, "PRAGMA query_only = 0");
    if (!strstr(names[_i][0], "DROP")) {
        ck_assert(is_view(db, "services"));
        ck_assert(is_view(db, "timers"));
        ck_assert(is_view(db, "coverage"));
    }
    harness_close(db);
}
END_TEST

/* A trigger is resolved after what fires it was planned. */
START_TEST(a_trigger_may_name_another_view_than_what_fires_it)
{
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence; CREATE TABLE a(b); CREATE TABLE c(d);"
                      "CREATE TEMP TRIGGER fires AFTER INSERT ON a BEGIN "
                      "INSERT INTO c SELECT count(*) + NEW.b FROM services; END");
    harness_query(db, "INSERT INTO a SELECT count(*) + 7 FROM timers");
    harness_expect(db, "7", "SELECT d FROM c");
    harness_close(db);
}
END_TEST

START_TEST(a_prepared_statement_stays_one_when_another_view_is_parsed)
{
    sqlite3      *db = harness_open();
    sqlite3_stmt *stmt;

    ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT count(*) FROM services WHERE name = 'EVIL'", -1,
                                        &stmt, NULL),
                     SQLITE_OK);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
        ck_assert_int_eq(sqlite3_column_int(stmt, 0), 0);
        sqlite3_reset(stmt);
        harness_query(db, i ? "SELECT 1 FROM coverage LIMIT 0" : "SELECT 1 FROM findings LIMIT 0");
    }
    sqlite3_finalize(stmt);
    harness_close(db);
}
END_TEST

/* Where an authorizer keeps the schema as it is, views are read as tables. */
static int deny_schema(void *data, int action, const char *a, const char *b, const char *c,
                       const char *d)
{
    (void)data, (void)b, (void)c, (void)d;
    return action == SQLITE_UPDATE && strcmp(a, "sqlite_temp_master") == 0 ? SQLITE_DENY
                                                                           : SQLITE_OK;
}

START_TEST(views_give_the_same_rows_where_they_cannot_be_parsed)
{
    sqlite3 *db = harness_open();

    sqlite3_set_authorizer(db, deny_schema, NULL);
    harness_expect(db, "0|0",
                   "SELECT (SELECT count(*) FROM services WHERE name = 'EVIL'), "
                   "(SELECT count(*) FROM timers WHERE unit = 'EVIL')");
    ck_assert(!is_view(db, "services"));
    sqlite3_set_authorizer(db, NULL, NULL);
    harness_close(db);
}
END_TEST

/* A schema is not read again under a statement that runs, and that statement runs to its end. */
START_TEST(views_give_the_same_rows_while_a_statement_runs)
{
    static const char question[] = "SELECT count(*), sum(name = 'SVCHOST'), max(typeof(pid)) FROM "
                                   "services WHERE name = 'EVIL' AND host LIKE 'h%'";
    sqlite3          *db = harness_open();
    sqlite3_stmt     *running;

    harness_query(db, "CREATE TABLE a AS SELECT value AS b FROM json_each('[1, 2, 3]')");
    sqlite3_prepare_v2(db, "SELECT b, (SELECT count(*) FROM a AS x WHERE x.b < a.b) FROM a", -1,
                       &running, NULL);
    ck_assert_int_eq(sqlite3_step(running), SQLITE_ROW);
    ck_assert(!is_view(db, "services"));
    char *meanwhile = strdup(harness_query(db, "%s", question));
    ck_assert_int_eq(sqlite3_step(running), SQLITE_ROW);
    ck_assert_int_eq(sqlite3_step(running), SQLITE_ROW);
    ck_assert_int_eq(sqlite3_step(running), SQLITE_DONE);
    sqlite3_finalize(running);
    harness_expect(db, meanwhile, "%s", question);
    ck_assert(is_view(db, "services"));
    free(meanwhile);
    harness_close(db);
}
END_TEST

/* After one that has asked tables, and findings. */
START_TEST(a_connection_is_small)
{
    enum { CONNECTIONS = 20 };
    sqlite3      *db[CONNECTIONS];
    sqlite3_int64 before = sqlite3_memory_used();

    for (int i = 0; i < CONNECTIONS; i++) {
        db[i] = harness_open();
        harness_query(db[i], "DELETE FROM evidence; SELECT count(*) FROM svcql_settings");
        harness_query(db[i], _i ? "SELECT * FROM findings" : "SELECT 1");
    }
    ck_assert_int_lt((sqlite3_memory_used() - before) / CONNECTIONS, 850000);
    for (int i = 0; i < CONNECTIONS; i++)
        harness_close(db[i]);
}
END_TEST

static const struct sqlite3_api_routines *routines;

static int take_routines(sqlite3 *db, char **error, const struct sqlite3_api_routines *api)
{
    (void)db, (void)error;
    routines = api;
    return SQLITE_OK;
}

/* A connection without svcql, and the routines to load it with. */
static sqlite3 *open_unloaded(void)
{
    sqlite3 *db;

    sqlite3_auto_extension((void (*)(void))take_routines);
    harness_close(harness_open());
    sqlite3_reset_auto_extension();
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    return db;
}

START_TEST(loading_twice_changes_nothing)
{
    sqlite3_auto_extension((void (*)(void))take_routines);
    sqlite3 *db = harness_open();
    char    *error = NULL;

    harness_query(db, "INSERT INTO known_admins(user) VALUES('ansible')");
    ck_assert_int_eq(sqlite3_svcql_init(db, &error, routines), SQLITE_OK);
    harness_expect(db, "ansible", "SELECT user FROM known_admins");
    harness_close(db);
}
END_TEST

/* A load that cannot be finished, and what makes the next one of the connection whole. */
static const struct {
    const char *before, *after;
    int         rc;
} unfinished[] = {
    {"CREATE TABLE known_admins(person)", "ALTER TABLE known_admins ADD COLUMN user", SQLITE_ERROR},
    {"CREATE TEMP TABLE findings(x)", "DROP TABLE findings", SQLITE_ERROR},
    {"BEGIN", "ROLLBACK", SQLITE_OK},
    {"SAVEPOINT before_load", "ROLLBACK TO before_load", SQLITE_OK},
};

START_TEST(loading_again_makes_what_a_load_before_has_not)
{
    sqlite3 *db = open_unloaded();
    char    *error = NULL;

    harness_query(db, "%s", unfinished[_i].before);
    ck_assert_int_eq(sqlite3_svcql_init(db, &error, routines), unfinished[_i].rc);
    sqlite3_free(error);
    error = NULL;
    harness_query(db, "%s", unfinished[_i].after);
    harness_expect(db, "0", "SELECT count(*) FROM temp.sqlite_schema");
    for (int times = 0; times < 2; times++)
        ck_assert_int_eq(sqlite3_svcql_init(db, &error, routines), SQLITE_OK);
    harness_expect(db, "1|0|1",
                   "SELECT (SELECT count(*) > 100 FROM signals), (SELECT count(*) FROM findings "
                   "WHERE 0), (SELECT count(*) FROM evidence)");
    harness_expect(db, "ok", "PRAGMA temp.integrity_check");
    sqlite3_close(db);
}
END_TEST

/* As of the shell, whose regexp cannot be replaced while a statement runs. */
static void load_within(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    char *error = NULL;

    (void)argc, (void)argv;
    sqlite3_result_int(out, sqlite3_svcql_init(sqlite3_context_db_handle(out), &error, routines));
    sqlite3_free(error);
}

START_TEST(loading_after_a_load_that_a_statement_forbade)
{
    sqlite3 *db = open_unloaded();
    char    *error = NULL;

    sqlite3_create_function(db, "regexp", 2, SQLITE_UTF8, NULL, load_within, NULL, NULL);
    sqlite3_create_function(db, "load_within", 0, SQLITE_UTF8, NULL, load_within, NULL, NULL);
    harness_expect(db, "5", "SELECT load_within()"); /* SQLITE_BUSY */
    ck_assert_int_eq(sqlite3_svcql_init(db, &error, routines), SQLITE_OK);
    harness_expect(db, "1|1",
                   "SELECT (SELECT count(*) > 100 FROM signals), count(*) FROM evidence");
    sqlite3_close(db);
}
END_TEST

/* As Datasette opens its connections: nothing of the user's is written, and nothing may be afterwards. */
START_TEST(loads_where_only_queries_are_allowed)
{
    sqlite3 *db = NULL;
    char    *error = NULL;

    sqlite3_auto_extension((void (*)(void))take_routines);
    db = harness_open();
    char *tables = harness_query(db, "SELECT count(*), sum(kind = 'table') FROM svcql_tables");
    sqlite3_close(db);
    sqlite3_reset_auto_extension();
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "PRAGMA query_only = 1", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_svcql_init(db, &error, routines), SQLITE_OK);
    harness_expect(db, tables, "SELECT count(*), sum(kind = 'table') FROM svcql_tables");
    free(tables);
    harness_expect(db, "0", "SELECT count(*) FROM main.sqlite_schema");
    ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE x(a)", NULL, NULL, NULL), SQLITE_READONLY);
    sqlite3_close(db);
}
END_TEST

/* A database file with a table of its own called like one of ours, and one like a list. */
static const char *user_database(void)
{
    static char path[512];
    const char *dir = harness_scratch();
    sqlite3    *db;

    snprintf(path, sizeof path, "%s/cases.db", dir);
    sqlite3_reset_auto_extension();
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db,
                                  "CREATE TABLE svcql_settings(mine);"
                                  "CREATE TABLE known_admins(user, host, note);"
                                  "INSERT INTO known_admins(user) VALUES('puppet')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    return path;
}

START_TEST(a_list_in_the_database_is_the_one_used)
{
    const char *path = user_database();
    sqlite3    *db;

    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    harness_expect(db, "puppet", "SELECT user FROM known_admins");
    harness_close(db);
}
END_TEST

START_TEST(a_table_of_the_same_name_hides_none_of_ours)
{
    sqlite3 *db = harness_open();
    char    *settings = harness_query(db, "SELECT name, value FROM svcql_settings");
    harness_close(db);
    ck_assert_ptr_nonnull(strstr(settings, "threads|"));
    const char *path = user_database();
    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    harness_expect(db, settings, "SELECT name, value FROM svcql_settings");
    harness_expect(db, "0", "SELECT count(*) FROM main.svcql_settings");
    harness_expect(db, "", "ATTACH '%s' AS other", path);
    harness_expect(db, settings, "SELECT name, value FROM svcql_settings");
    free(settings);
    harness_close(db);
}
END_TEST

START_TEST(the_database_stays_untouched)
{
    sqlite3 *db;
    char    *path = NULL;

    ck_assert_int_gt(asprintf(&path, "%s/empty.db", harness_scratch()), 0);
    harness_close(harness_open());
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    harness_expect(db, "0", "SELECT count(*) FROM main.sqlite_schema");
    harness_close(db);
    free(path);
}
END_TEST

START_TEST(settings_change_and_go_back)
{
    sqlite3 *db = harness_open();
    harness_query(db, "UPDATE svcql_settings SET value = 'unix:path=/x' WHERE name = "
                      "'systemd_address'");
    harness_expect(db, "unix:path=/x",
                   "SELECT value FROM svcql_settings WHERE name = 'systemd_address'");
    harness_query(db, "UPDATE svcql_settings SET value = NULL");
    harness_expect(db, "", "SELECT value FROM svcql_settings WHERE name = 'systemd_address'");
    char *error = harness_error(db, "INSERT INTO svcql_settings(name) VALUES('x')");
    ck_assert_str_eq(error, "svcql_settings: only the value of a setting can be changed");
    free(error);
    harness_close(db);
}
END_TEST

static const struct {
    const char *where, *plan;
} plans[] = {
    {"1", "columns="},
    {"table_name = 'x'", "table_name=?"},
    {"table_name IN ('x', 'y')", "table_name IN (?)"},
    {"table_name = 'x' COLLATE NOCASE", "INDEX 0:columns="},
};

START_TEST(plans_say_what_reaches_the_table)
{
    sqlite3 *db = harness_open();
    char    *plan = harness_query(db, "EXPLAIN QUERY PLAN SELECT name FROM svcql_columns WHERE %s",
                                  plans[_i].where);
    ck_assert_msg(strstr(plan, plans[_i].plan) != NULL, "%s\n  plan: %s", plans[_i].where, plan);
    free(plan);
    harness_close(db);
}
END_TEST

START_TEST(lists_are_filled_with_rows_of_literals)
{
    static const struct {
        const char *text;
        int         rc;
    } lists[] = {
        {"\n  ('a', 1, NULL), -- a comment\n  ('it''s', -2.5, 'x, (y)');", SQLITE_OK},
        {"('a', 1);", SQLITE_MISMATCH},
        {"('a', 1, NULL, 2);", SQLITE_MISMATCH},
        {"('a', abs(1), NULL);", SQLITE_MISMATCH},
        {"('a', 1, 'no end);", SQLITE_MISMATCH},
        {"('a', 1, NULL)", SQLITE_MISMATCH},
    };
    sqlite3 *db = harness_open();
    harness_query(db, "CREATE TEMP TABLE l(a, b, c)");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        ck_assert_int_eq(list_rows_insert(db, "l", lists[i].text), lists[i].rc);
    harness_expect(db, "a|1|NULL\nit's|-2.5|x, (y)", "SELECT * FROM l LIMIT 2");
    harness_close(db);
}
END_TEST

/* What the TEMP schema has of a connection made by `sql` and then loaded into: the texts and rows of all lists. */
static char *lists_after(const char *sql)
{
    sqlite3 *db;
    char    *error = NULL;

    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    harness_query(db, "%s", sql);
    ck_assert_int_eq(sqlite3_svcql_init(db, &error, loader), SQLITE_OK);
    char *names = strdup(harness_query(db, "SELECT name FROM temp.sqlite_schema WHERE rootpage > 0 "
                                           "AND type = 'table' AND name <> 'own' "
                                           "ORDER BY name"));
    char *lists = strdup(harness_query(db, "SELECT sql FROM temp.sqlite_schema WHERE rootpage > 0 "
                                           "AND type = 'table' AND name <> 'own' "
                                           "ORDER BY name"));
    for (char *next, *name = strtok_r(names, "\n", &next); name;
         name = strtok_r(NULL, "\n", &next)) {
        char *rows = harness_query(db, "SELECT * FROM temp.\"%s\"", name);
        lists = realloc(lists, strlen(lists) + strlen(rows) + 2);
        strcat(strcat(lists, "\n"), rows);
    }
    harness_expect(db, "1", "SELECT count(*) > 100 FROM signals");
    harness_query(
        db,
        "INSERT INTO known_admins(user) VALUES('ansible'); DELETE FROM severities WHERE rank = 4");
    harness_expect(db, "4|ansible",
                   "SELECT count(*), (SELECT user FROM known_admins) FROM severities");
    free(names);
    sqlite3_close(db);
    return lists;
}

/* From the image of the build, or by statements where TEMP is not empty, and so on. */
START_TEST(lists_are_the_same_however_they_are_made)
{
    static const char *const others[] = {
        "CREATE TEMP TABLE own(x)",
        "BEGIN",
        "PRAGMA encoding = 'UTF-16le'; CREATE TABLE own(x)",
    };
    sqlite3 *db;

    harness_close(harness_open());
    sqlite3_reset_auto_extension();
    sqlite3_auto_extension((void (*)(void))keep_loader);
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    ck_assert(list_image_restore(db));
    ck_assert(!list_image_restore(db));
    list_image_remove(db);
    harness_expect(db, "0", "SELECT count(*) FROM temp.sqlite_schema");
    sqlite3_close(db);
    char *lists = lists_after("SELECT 1");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char *same = lists_after(others[i]);
        ck_assert_str_eq(same, lists);
        free(same);
    }
    free(lists);
}
END_TEST

START_TEST(a_load_that_fails_leaves_nothing)
{
    sqlite3 *db;
    char    *error = NULL;

    harness_close(harness_open());
    sqlite3_reset_auto_extension();
    sqlite3_auto_extension((void (*)(void))keep_loader);
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    harness_query(db, "CREATE TABLE known_admins(person)");
    ck_assert_int_eq(sqlite3_svcql_init(db, &error, loader), SQLITE_ERROR);
    ck_assert_ptr_nonnull(strstr(error, "has no column user"));
    sqlite3_free(error);
    harness_expect(db, "0", "SELECT count(*) FROM temp.sqlite_schema");
    sqlite3_close(db);
}
END_TEST

START_TEST(or_counts_each_row_once)
{
    sqlite3 *db = harness_open();
    harness_expect(db, "2",
                   "SELECT count(DISTINCT table_name) FROM svcql_columns WHERE "
                   "table_name = 'evidence' OR table_name = 'svcql_settings'");
    harness_expect(db, "1",
                   "SELECT (SELECT count(*) FROM svcql_columns WHERE table_name = 'evidence' OR "
                   "table_name = 'svcql_settings') = (SELECT sum(table_name IN ('evidence', "
                   "'svcql_settings')) FROM svcql_columns)");
    harness_close(db);
}
END_TEST

START_TEST(stored_views_cannot_reach_the_host)
{
    sqlite3 *db = harness_open();
    harness_query(db, "CREATE VIEW main.trap AS SELECT * FROM evidence");
    char *error = harness_error(db, "SELECT * FROM trap");
    ck_assert_msg(strstr(error, "unsafe use") || strstr(error, "no such table"), "%s", error);
    free(error);
    harness_close(db);
}
END_TEST

START_TEST(bad_locations_are_named_errors)
{
    sqlite3 *db = harness_open();
    char    *error = harness_error(db, "INSERT INTO evidence(location) VALUES('/nonexistent/x')");
    ck_assert_str_eq(error, "evidence: /nonexistent/x: No such file or directory");
    free(error);
    error = harness_error(db, "INSERT INTO evidence(host) VALUES('x')");
    ck_assert_str_eq(error, "evidence: INSERT needs a location: Invalid argument");
    free(error);
    harness_close(db);
}
END_TEST

Suite *make_frame_suite(void)
{
    Suite *suite = suite_create("frame");
    TCase *tcase = tcase_create("frame");

    tcase_add_test(tcase, loads_and_says_its_version);
    tcase_add_test(tcase, lists_itself);
    tcase_add_test(tcase, a_temporary_object_of_the_same_name_is_refused);
    tcase_add_test(tcase, evidence_begins_with_the_live_host_and_can_lose_it);
    tcase_add_test(tcase, evidence_names_its_host_from_its_own_files);
    tcase_add_test(tcase, every_example_runs);
    tcase_add_test(tcase, every_view_prepares_and_every_table_is_described);
    tcase_add_test(tcase, columns_of_views_are_those_that_sqlite_derives);
    tcase_add_loop_test(tcase, a_view_that_is_named_is_parsed_with_those_it_reads, 0, 17);
    tcase_add_test(tcase, a_trigger_may_name_another_view_than_what_fires_it);
    tcase_add_test(tcase, a_prepared_statement_stays_one_when_another_view_is_parsed);
    tcase_add_test(tcase, views_give_the_same_rows_where_they_cannot_be_parsed);
    tcase_add_test(tcase, views_give_the_same_rows_while_a_statement_runs);
    tcase_add_loop_test(tcase, a_connection_is_small, 0, 2);
    tcase_add_test(tcase, loading_twice_changes_nothing);
    tcase_add_loop_test(tcase, loading_again_makes_what_a_load_before_has_not, 0,
                        sizeof unfinished / sizeof unfinished[0]);
    tcase_add_test(tcase, loading_after_a_load_that_a_statement_forbade);
    tcase_add_test(tcase, loads_where_only_queries_are_allowed);
    tcase_add_test(tcase, a_list_in_the_database_is_the_one_used);
    tcase_add_test(tcase, a_table_of_the_same_name_hides_none_of_ours);
    tcase_add_test(tcase, the_database_stays_untouched);
    tcase_add_test(tcase, settings_change_and_go_back);
    tcase_add_loop_test(tcase, plans_say_what_reaches_the_table, 0, sizeof plans / sizeof plans[0]);
    tcase_add_test(tcase, lists_are_filled_with_rows_of_literals);
    tcase_add_test(tcase, lists_are_the_same_however_they_are_made);
    tcase_add_test(tcase, a_load_that_fails_leaves_nothing);
    tcase_add_test(tcase, or_counts_each_row_once);
    tcase_add_test(tcase, stored_views_cannot_reach_the_host);
    tcase_add_test(tcase, bad_locations_are_named_errors);
    tcase_set_timeout(tcase, 120);
    suite_add_tcase(suite, tcase);
    return suite;
}
