/* check_frame.c -- loading, the catalogue, evidence, and what the kit promises of every table. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

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

Suite *make_frame_suite(void)
{
    Suite *suite = suite_create("frame");
    TCase *tcase = tcase_create("frame");

    tcase_add_test(tcase, loads_and_says_its_version);
    tcase_add_test(tcase, lists_itself);
    tcase_add_test(tcase, evidence_begins_with_the_live_host_and_can_lose_it);
    tcase_add_test(tcase, evidence_names_its_host_from_its_own_files);
    suite_add_tcase(suite, tcase);
    return suite;
}
