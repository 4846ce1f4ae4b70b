/* check_attack.c -- ids of ATT&CK: one version at a time, and none that the version lacks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

/* What v19 revoked, and what v18 did not have yet. */
#define REVOKED_IN_19 "(technique GLOB 'T1562*' OR technique IN ('T1070.001', 'T1070.002'))"
#define NEW_IN_19                                                                                  \
    "(technique GLOB 'T1685*' OR technique GLOB 'T1686*' OR technique IN ('T1688', 'T1689', "      \
    "'T1690'))"

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* The size of a technique's id that begins here, or 0. */
static size_t id_size(const char *text)
{
    if (*text != 'T' || digits(text + 1) != 4)
        return 0;
    return text[5] == '.' && digits(text + 6) == 3 ? 9 : 5;
}

static void expect_known(sqlite3 *db, const char *where, const char *text)
{
    for (const char *at = text; (at = strchr(at, 'T')); at++) {
        size_t size = id_size(at);
        if (!size || (at > text && at[-1] >= 'A' && at[-1] <= 'Z'))
            continue;
        ck_assert_msg(harness_int(db,
                                  "SELECT count(*) FROM attack_map WHERE version = '19.1' AND "
                                  "technique = '%.*s'",
                                  (int)size, at) > 0,
                      "%s: %.*s is not in attack_techniques", where, (int)size, at);
    }
}

START_TEST(every_technique_that_is_named_is_one_of_the_version)
{
    sqlite3      *db = harness_open();
    sqlite3_stmt *stmt = NULL;
    int           views = 0;

    harness_expect(db, "",
                   "SELECT name FROM signals WHERE technique NOT IN (SELECT technique FROM "
                   "attack_map WHERE version = '19.1')");
    ck_assert_int_eq(sqlite3_prepare_v2(db,
                                        "SELECT s.name, s.sql || coalesce(t.attack, '') FROM "
                                        "temp.sqlite_schema AS s JOIN svcql_tables AS t ON t.name "
                                        "= s.name WHERE t.kind NOT IN ('table', 'lists')",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    for (; sqlite3_step(stmt) == SQLITE_ROW; views++)
        expect_known(db, (const char *)sqlite3_column_text(stmt, 0),
                     (const char *)sqlite3_column_text(stmt, 1));
    sqlite3_finalize(stmt);
    ck_assert_int_eq(
        views, harness_int(db, "SELECT count(*) FROM svcql_tables WHERE kind NOT IN ('table', "
                               "'lists', 'function')"));
    harness_close(db);
}
END_TEST

START_TEST(no_version_holds_ids_of_the_other)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "0",
                   "SELECT count(*) FROM attack_map WHERE version = '19.1' AND " REVOKED_IN_19);
    harness_expect(db, "0",
                   "SELECT count(*) FROM attack_map WHERE version = '18.1' AND " NEW_IN_19);
    harness_expect(db, "T1562.001|T1070.001",
                   "SELECT attack_id('T1685', '18.1'), attack_id('T1685.005', '18.1')");
    harness_expect(db, "",
                   "SELECT view FROM attack_map WHERE view NOT IN (SELECT name FROM svcql_tables)");
    harness_close(db);
}
END_TEST

START_TEST(the_setting_picks_the_version_that_is_shown)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/systemd/system/auditd.service.d/x.conf",
                       "[Service]\nExecStartPre=/usr/bin/true\n");
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(db, "1", "SELECT technique LIKE '%%T1685%%' FROM findings");
    harness_query(db, "UPDATE svcql_settings SET value = '18.1' WHERE name = 'attack_version'");
    harness_expect(
        db, "1|0",
        "SELECT technique LIKE '%%T1562.001%%', technique LIKE '%%T1685%%' FROM findings");
    harness_expect(db, "T1562.001",
                   "SELECT technique FROM finding_signals WHERE signal = 'changes_security'");
    const char *error =
        harness_error(db, "UPDATE svcql_settings SET value = '17' WHERE name = 'attack_version'");
    ck_assert_str_eq(error, "attack_version: is 18.1 or 19.1");
    harness_close(db);
}
END_TEST

Suite *make_attack_suite(void);

Suite *make_attack_suite(void)
{
    Suite *suite = suite_create("attack");
    TCase *tcase = tcase_create("ids");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, every_technique_that_is_named_is_one_of_the_version);
    tcase_add_test(tcase, no_version_holds_ids_of_the_other);
    tcase_add_test(tcase, the_setting_picks_the_version_that_is_shown);
    suite_add_tcase(suite, tcase);
    return suite;
}
