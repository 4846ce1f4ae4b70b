/* check_osquery_file.c -- the tables file and hash: what osquery's specifications say of them, and what its patterns
 * mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static const char *root;

static const char *below(const char *path)
{
    static char text[2][4200];
    static int  turn;

    turn = !turn;
    snprintf(text[turn], sizeof text[turn], "%s/%s", root, path);
    return text[turn];
}

/* A root of Linux with some files, as the only evidence. */
static sqlite3 *open_root(void)
{
    sqlite3 *db = harness_open();

    root = harness_scratch();
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/hostname", "web\n");
    harness_write_text(root, "etc/a.conf", "abc");
    harness_write_text(root, "etc/b.conf", "");
    harness_write_text(root, "etc/d/one", "1");
    harness_write_text(root, "etc/d/e/two", "2");
    harness_write_text(root, "etc/a_b/x", "x");
    harness_write_text(root, "etc/acb/x", "x");
    ck_assert_int_eq(symlink("/etc/a.conf", below("etc/link")), 0);
    ck_assert_int_eq(symlink("/nowhere", below("etc/dangling")), 0);
    ck_assert_int_eq(symlink("../../../../../../../../etc", below("etc/d/up")), 0);
    ck_assert_int_eq(mkfifo(below("etc/fifo"), 0600), 0);
    ck_assert_int_eq(chmod(below("etc/a.conf"), 04751), 0);
    free(harness_query(db, "DELETE FROM evidence"));
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root));
    return db;
}

START_TEST(a_file_is_what_the_file_system_says)
{
    sqlite3    *db = open_root();
    struct stat st;

    ck_assert_int_eq(stat(below("etc/a.conf"), &st), 0);
    char *expected = NULL;
    ck_assert_int_gt(asprintf(&expected,
                              "/etc/a.conf|/etc|a.conf|%lld|%d|%d|4751|0|3|%ld|%lld|%lld|%lld|1|0|"
                              "regular|NULL",
                              (long long)st.st_ino, (int)st.st_uid, (int)st.st_gid,
                              (long)st.st_blksize, (long long)st.st_atime, (long long)st.st_mtime,
                              (long long)st.st_ctime),
                     0);
    harness_expect(
        db, expected,
        "SELECT path, directory, filename, inode, uid, gid, mode, device, size, block_size, atime, "
        "mtime, ctime, hard_links, symlink, type, symlink_target_path FROM file WHERE path = "
        "'/etc/a.conf'");
    free(expected);
    harness_expect(
        db,
        "/etc/d|directory|0|NULL\n/etc/dangling|symlink|1|/nowhere\n/etc/fifo|fifo|0|NULL\n"
        "/etc/link|regular|1|/etc/a.conf",
        "SELECT path, type, symlink, symlink_target_path FROM file WHERE path IN ('/etc/link', "
        "'/etc/fifo', '/etc/dangling', '/etc/d', '/etc/none') ORDER BY 1");
    harness_close(db);
}
END_TEST

START_TEST(patterns_mean_what_they_mean_in_osquery)
{
    static const struct {
        const char *term, *paths;
    } cases[] = {
        {"path LIKE '/etc/%.conf'", "/etc/a.conf /etc/b.conf"},
        {"path LIKE '/etc/%/one'", "/etc/d/one"},
        {"path LIKE '/%/%/%/two'", "/etc/d/e/two"},
        {"path LIKE '/etc/d/%%'", "/etc/d/e /etc/d/e/two /etc/d/one /etc/d/up"},
        {"path LIKE '/etc/d/%'", "/etc/d/e /etc/d/one /etc/d/up"},
        {"path LIKE '/etc/a_b/%'", "/etc/a_b/x"}, /* a _ in a name is one */
        {"path LIKE '/etc/a_b%'", "/etc/a_b /etc/acb"},
        {"path LIKE '/etc/a.conf'", "/etc/a.conf"},
        {"path GLOB '/etc/[ab].conf'", "/etc/a.conf /etc/b.conf"},
        {"path GLOB '/etc/d/**'", "/etc/d/e /etc/d/e/two /etc/d/one /etc/d/up"},
        {"directory = '/etc/d'", "/etc/d/e /etc/d/one /etc/d/up"},
        {"directory = '/etc/d/'", "/etc/d/e /etc/d/one /etc/d/up"},
        {"directory LIKE '/etc/a%'", "/etc/a_b/x /etc/acb/x"},
        {"directory IN ('/etc/d/e', '/etc/acb')", "/etc/acb/x /etc/d/e/two"},
        {"path = '/etc/d/one' AND directory = '/etc/d'", "/etc/d/one"},
        {"path = '/etc/d/one' OR path LIKE '/etc/b%'", "/etc/b.conf /etc/d/one"},
        {"path LIKE '/etc/d/up/hostname'", "/etc/d/up/hostname"}, /* within the root */
        {"path = 'etc/a.conf'", ""},
        {"path LIKE '%conf'", ""}, /* not absolute */
        {"path = 'C:\\etc\\a.conf'", ""},
        {"path = ''", ""},
        {"path = NULL", ""},
    };
    sqlite3 *db = open_root();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        harness_expect(
            db, *cases[i].paths ? cases[i].paths : "NULL",
            "SELECT group_concat(path, ' ') FROM (SELECT path FROM file WHERE %s ORDER BY 1)",
            cases[i].term);
    ck_assert_str_eq(harness_error(db, "SELECT * FROM file"), "file: needs path = ...");
    ck_assert_str_eq(harness_error(db, "SELECT * FROM hash WHERE md5 = ''"),
                     "hash: needs path = ...");
    harness_expect(db, "0", "SELECT count(*) FROM evidence_sources WHERE table_name = 'file'");
    harness_close(db);
}
END_TEST

START_TEST(a_join_looks_at_each_path)
{
    sqlite3 *db = open_root();

    free(harness_query(db, "CREATE TEMP TABLE wanted(path TEXT)"));
    free(harness_query(db,
                       "INSERT INTO wanted VALUES('/etc/a.conf'), ('/etc/none'), ('/etc/d/one')"));
    harness_expect(db, "/etc/a.conf|3\n/etc/d/one|1",
                   "SELECT f.path, f.size FROM wanted AS w JOIN file AS f USING (path) ORDER BY 1");
    harness_expect(db, "/etc/d/one|c4ca4238a0b923820dcc509a6f75849b",
                   "SELECT h.path, h.md5 FROM file AS f JOIN hash AS h ON h.path = f.path "
                   "WHERE f.directory = '/etc/d' AND f.type = 'regular'");
    harness_close(db);
}
END_TEST

/* FIPS 180-4 and RFC 1321 have these of "abc". */
START_TEST(digests_are_those_of_the_content)
{
    sqlite3 *db = open_root();

    harness_expect(db,
                   "900150983cd24fb0d6963f7d28e17f72|a9993e364706816aba3e25717850c26c9cd0d89d|"
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                   "SELECT md5, sha1, sha256 FROM hash WHERE path = '/etc/link'");
    harness_expect(db, "/etc/a.conf",
                   "SELECT path FROM hash WHERE directory = '/etc' AND md5 = "
                   "'900150983CD24FB0D6963F7D28E17F72' AND path <> '/etc/link'");
    harness_expect(db, "4", /* regular files and what leads to one: hostname, os-release beside */
                   "SELECT count(*) FROM hash WHERE path LIKE '/etc/%%' AND directory = '/etc' AND "
                   "path NOT IN ('/etc/os-release')");
    harness_close(db);
}
END_TEST

START_TEST(what_may_not_be_looked_at_is_reported)
{
    if (geteuid() == 0)
        SKIP("root may read everything");
    sqlite3 *db = open_root();

    ck_assert_int_eq(chmod(below("etc/d"), 0), 0);
    harness_expect(db, "", "SELECT path FROM file WHERE path LIKE '/etc/d/%%'");
    harness_expect(db, "denied", "SELECT status FROM evidence_sources WHERE table_name = 'file'");
    chmod(below("etc/d"), 0755);
    harness_close(db);
}
END_TEST

START_TEST(paths_of_windows_are_written_as_there)
{
    sqlite3    *db = harness_open();
    const char *windows = harness_scratch();

    harness_write_text(windows, "Windows/System32/config/SYSTEM", "regf");
    harness_write_text(windows, "Windows/System32/a.dll", "abc");
    free(harness_query(db, "DELETE FROM evidence"));
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", windows));
    harness_expect(db, "C:\\windows\\SYSTEM32\\A.dll|C:\\windows\\SYSTEM32|A.dll|3",
                   "SELECT path, directory, filename, size FROM file WHERE path = "
                   "'C:\\windows\\SYSTEM32\\A.dll'");
    harness_expect(db, "c:\\Windows\\System32\\a.dll",
                   "SELECT path FROM file WHERE path LIKE 'c:\\Windows\\%%\\%%.dll'");
    harness_expect(db, "C:\\Windows\\System32\\a.dll",
                   "SELECT path FROM hash WHERE directory = 'C:\\Windows\\System32'");
    harness_expect(db, "", "SELECT path FROM file WHERE path = 'D:\\Windows\\System32\\a.dll'");
    harness_close(db);
}
END_TEST

Suite *make_osquery_file_suite(void)
{
    Suite *suite = suite_create("osquery_file");
    TCase *tc = tcase_create("osquery_file");

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, a_file_is_what_the_file_system_says);
    tcase_add_test(tc, patterns_mean_what_they_mean_in_osquery);
    tcase_add_test(tc, a_join_looks_at_each_path);
    tcase_add_test(tc, digests_are_those_of_the_content);
    tcase_add_test(tc, what_may_not_be_looked_at_is_reported);
    tcase_add_test(tc, paths_of_windows_are_written_as_there);
    return suite;
}
