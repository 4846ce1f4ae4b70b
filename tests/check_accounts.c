/* check_accounts.c -- users, groups and who may write along a path. */
#include "harness.h"
#include "make_acl.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/access/posix_acl.h"

static const char *fixture(void)
{
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd",
                       "root:x:0:0:root:/root:/bin/bash\n"
                       "# a comment\n"
                       "toor:x:0:0::/:/bin/sh\n"
                       "broken line\n"
                       "bad:x:4294967296:1::/:/bin/sh\n"
                       "\xff\xfe:x:7:7::/:/bin/sh");
    harness_write_text(root, "etc/group", "root:x:0:\nsudo:x:27:ann,bob\nnot a group\n");
    return root;
}

START_TEST(every_account_is_a_row_and_every_bad_line_is_counted)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();

    harness_expect(db, "root|0|1\ntoor|0|3\n\xef\xbf\xbd\xef\xbf\xbd|7|6",
                   "SELECT username, uid, line FROM users('%s')", root);
    harness_expect(db, "damaged|3|2",
                   "SELECT status, records, skipped FROM evidence_sources WHERE table_name = "
                   "'users' AND location = '%s/etc/passwd'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(groups_list_their_members)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();

    harness_expect(db, "ann,bob", "SELECT members FROM groups('%s') WHERE groupname = 'sudo'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_link_that_others_can_replace_is_seen_on_the_way)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();
    char        path[512];

    harness_write_text(root, "opt/app/bin/run", "x");
    harness_write_text(root, "srv/x", "x");
    snprintf(path, sizeof path, "%s/srv/run", root);
    ck_assert_int_eq(symlink("/opt/app/bin/run", path), 0);
    snprintf(path, sizeof path, "%s/opt/app", root);
    ck_assert_int_eq(chmod(path, 0777), 0);
    harness_expect(db, "/opt/app",
                   "SELECT group_concat(component) FROM path_permissions('/srv/run', '%s') "
                   "WHERE others_write AND writers LIKE '%%others%%'",
                   root);
    harness_expect(db, "/|/srv|/srv/run|/opt|/opt/app|/opt/app/bin|/opt/app/bin/run",
                   "SELECT group_concat(component, '|') FROM path_permissions('/srv/run', '%s')",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_link_out_of_the_root_stays_inside)
{
    sqlite3    *db = harness_open();
    const char *root = fixture();
    char        path[512];

    snprintf(path, sizeof path, "%s/escape", root);
    ck_assert_int_eq(symlink("../../../../../../etc/hostname", path), 0);
    harness_expect(db, "/etc/hostname|No such file or directory",
                   "SELECT component, error FROM path_permissions('/escape', '%s') "
                   "ORDER BY step DESC LIMIT 1",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_path_is_needed)
{
    sqlite3 *db = harness_open();
    ck_assert_str_eq(harness_error(db, "SELECT * FROM path_permissions"),
                     "path_permissions: needs path = ...");
    harness_close(db);
}
END_TEST

static void collect(char tag, uint32_t id, void *data)
{
    char *text = data;
    sprintf(text + strlen(text), "%c%d ", tag, (int)id);
}

START_TEST(acl_applies_its_mask)
{
    /* user 1000 rw, mask r: nobody writes; then mask rw. */
    uint8_t acl[] = {2, 0, 0, 0, 2, 0, 6, 0, 0xe8, 3, 0, 0, 0x10, 0, 4, 0, 0, 0, 0, 0};
    char    text[100] = "";

    ck_assert_int_eq(acl_writers(acl, sizeof acl, collect, text), 0);
    ck_assert_str_eq(text, "");
    acl[14] = 6;
    ck_assert_int_eq(acl_writers(acl, sizeof acl, collect, text), 0);
    ck_assert_str_eq(text, "u1000 ");
    ck_assert_int_lt(acl_writers(acl, sizeof acl - 1, collect, text), 0);
}
END_TEST

static int in_staff(uint32_t gid, void *data)
{
    return gid == 50 || (gid == ACL_NOBODY && *(bool *)data);
}

START_TEST(acl_gives_access_in_the_order_of_its_entries)
{
    struct acl_entry entries[] = {
        {ACL_USER_OBJ, 6, 0}, {ACL_USER, 4, 1000}, {ACL_USER, 0, 1001}, {ACL_GROUP_OBJ, 0, 0},
        {ACL_GROUP, 6, 50},   {ACL_MASK, 4, 0},    {ACL_OTHER, 4, 0},   {0}};
    enum { GROUP = 4, MASK = 5 };
    bool    owning = false;
    uint8_t acl[ACL_ROOM];

#define ALLOWS(uid, wanted) acl_allows(acl, make_acl(entries, acl), uid, wanted, in_staff, &owning)
    ck_assert_int_eq(ALLOWS(1000, 4), 1);
    ck_assert_int_eq(ALLOWS(1000, 2), 0);
    ck_assert_int_eq(ALLOWS(1001, 4), 0);
    ck_assert_int_eq(ALLOWS(1002, 4), 1);
    ck_assert_int_eq(ALLOWS(1002, 2), 0); /* by the mask */
    owning = true;
    ck_assert_int_eq(ALLOWS(1002, 4), 1); /* one of his groups is enough */
    entries[GROUP].allowed = 0;
    ck_assert_int_eq(ALLOWS(1002, 4), 0); /* a member is none of the others */
    entries[GROUP].id = 51;
    owning = false;
    ck_assert_int_eq(ALLOWS(1002, 4), 1);
    entries[MASK].allowed = 0;
    ck_assert_int_eq(ALLOWS(1000, 4), 0);
    ck_assert_int_eq(ALLOWS(1002, 4), 1); /* the mask is not for others */
    ck_assert_int_lt(acl_allows(acl, 7, 1, 4, in_staff, &owning), 0);
#undef ALLOWS
}
END_TEST

Suite *make_accounts_suite(void)
{
    Suite *suite = suite_create("accounts");
    TCase *tcase = tcase_create("accounts");

    tcase_add_test(tcase, every_account_is_a_row_and_every_bad_line_is_counted);
    tcase_add_test(tcase, groups_list_their_members);
    tcase_add_test(tcase, a_link_that_others_can_replace_is_seen_on_the_way);
    tcase_add_test(tcase, a_link_out_of_the_root_stays_inside);
    tcase_add_test(tcase, a_path_is_needed);
    tcase_add_test(tcase, acl_applies_its_mask);
    tcase_add_test(tcase, acl_gives_access_in_the_order_of_its_entries);
    suite_add_tcase(suite, tcase);
    return suite;
}
