/* check_unit_tree.c -- what the scans of one statement have in common of a host's unit folders. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

#define HOSTS 20 /* more than UNIT_TREES_MAX of unit_tree.h */

static sqlite3    *db;
static const char *dir; /* the only evidence */

static void setup(void)
{
    dir = harness_scratch();
    harness_write_text(dir, "etc/hostname", "dead\n");
    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_write_text(dir, "etc/systemd/system/a.service",
                       "[Unit]\nDescription=A\n[Service]\nExecStart=/a\n");
    harness_write_text(dir, "etc/systemd/system/b.service", "[Service]\nExecStart=/b\n");
    db = harness_open();
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
}

static void teardown(void)
{
    harness_close(db);
}

/* A statement that has read the folders and is not at its end. */
static sqlite3_stmt *begin(void)
{
    sqlite3_stmt *statement;

    ck_assert_int_eq(
        sqlite3_prepare_v2(db, "SELECT name, description FROM unit_files", -1, &statement, NULL),
        SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    ck_assert_str_eq((const char *)sqlite3_column_text(statement, 0), "a.service");
    ck_assert_str_eq((const char *)sqlite3_column_text(statement, 1), "A");
    return statement;
}

START_TEST(the_scans_of_a_statement_read_the_folders_once)
{
    sqlite3_stmt *statement = begin();

    harness_write_text(dir, "etc/systemd/system/c.service", "[Service]\nExecStart=/c\n");
    harness_write_text(dir, "etc/systemd/system/a.service", "[Unit]\nDescription=B\n");
    harness_expect(db, "a.service|A\nb.service|NULL",
                   "SELECT name, description FROM unit_files WHERE kind = 'unit' ORDER BY name");
    harness_expect(db, "/a\n/b", "SELECT executable FROM unit_commands ORDER BY executable");
    sqlite3_finalize(statement);
    harness_expect(db, "a.service|B\nb.service|NULL\nc.service|NULL",
                   "SELECT name, description FROM unit_files WHERE kind = 'unit' ORDER BY name");
    harness_expect(db, "/b\n/c", "SELECT executable FROM unit_commands ORDER BY executable");
}
END_TEST

START_TEST(no_folder_is_listed_again_while_a_statement_runs)
{
    sqlite3_stmt *statement = begin();

    harness_break_readdir(1, EIO);
    harness_expect(db, "2", "SELECT count(*) FROM unit_files WHERE kind = 'unit'");
    sqlite3_finalize(statement);
    /* How many entries come before the failing call is the file system's affair. */
    harness_expect(db, "1", "SELECT count(*) < 2 FROM unit_files WHERE kind = 'unit'");
    harness_break_readdir(0, 0);
    harness_expect(db, "2", "SELECT count(*) FROM unit_files WHERE kind = 'unit'");
}
END_TEST

START_TEST(a_root_that_the_query_names_is_read_anew)
{
    sqlite3_stmt *statement = begin();

    harness_write_text(dir, "etc/systemd/system/c.service", "[Service]\nExecStart=/c\n");
    harness_expect(db, "3", "SELECT count(*) FROM unit_files('%s') WHERE kind = 'unit'", dir);
    sqlite3_finalize(statement);
}
END_TEST

/* What one table found out of a drop-in does not change what the other says of it. */
START_TEST(tables_agree_on_drop_ins_whichever_is_read_first)
{
    static const char commands[] = "SELECT unit, path, effective, error FROM unit_commands";
    static const char files[] = "SELECT path, shadowed_by FROM unit_files WHERE kind = 'drop-in'";
    static const char none[] = "(SELECT count(*) FROM unit_files WHERE shadowed_by = 'x')";

    harness_write_text(dir, "etc/systemd/system/a.service.d/x.conf", "[Service]\nExecStop=/x\n");
    harness_write_text(dir, "usr/lib/systemd/system/a.service.d/x.conf",
                       "[Service]\nExecStop=/y\n");
    harness_write_text(dir, "usr/lib/systemd/system/none.service.d/x.conf",
                       "[Service]\nExecStop=/z\n");
    harness_write_text(dir, "usr/lib/systemd/system/service.d/x.conf", "[Service]\nExecStop=/w\n");
    char *alone[] = {harness_query(db, "%s", commands), harness_query(db, "%s", files)};
    harness_expect(db, alone[0], "%s WHERE %s = 0", commands, none);
    harness_expect(db, alone[1], "%s AND (SELECT count(error) FROM unit_commands) >= 0", files);
    ck_assert_ptr_nonnull(strstr(alone[0], "another file replaces it"));
}
END_TEST

START_TEST(more_hosts_than_are_kept_have_all_their_rows)
{
    const char *scratch = harness_scratch();
    char        host[4096];

    for (int i = 0; i < HOSTS; i++) {
        snprintf(host, sizeof host, "%s/h%02d", scratch, i);
        harness_write_text(host, "etc/os-release", "ID=debian\n");
        harness_write_text(host, "usr/lib/systemd/system/x.service", "[Service]\nExecStart=/x\n");
    }
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", scratch);
    snprintf(host, sizeof host, "%d|%d", HOSTS, HOSTS);
    harness_expect(db, host,
                   "SELECT count(*), count(DISTINCT f.host) FROM unit_files AS f "
                   "JOIN unit_files AS g ON g.host = f.host AND g.path = f.path "
                   "JOIN unit_commands AS c ON c.host = f.host AND c.path = f.path");
}
END_TEST

Suite *make_unit_tree_suite(void)
{
    Suite *s = suite_create("unit_tree");
    TCase *t = tcase_create("statements");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_scans_of_a_statement_read_the_folders_once);
    tcase_add_test(t, no_folder_is_listed_again_while_a_statement_runs);
    tcase_add_test(t, a_root_that_the_query_names_is_read_anew);
    tcase_add_test(t, tables_agree_on_drop_ins_whichever_is_read_first);
    tcase_add_test(t, more_hosts_than_are_kept_have_all_their_rows);
    suite_add_tcase(s, t);
    return s;
}
