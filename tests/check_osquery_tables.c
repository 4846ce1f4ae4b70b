/* check_osquery_tables.c -- tables and columns of osquery's names: their types are those of osquery's
 * specifications, and each value means what those say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "program/osquery/plugins.h"

/* The columns of osquery's specifications that svcql has, at osquery 5.20. A time that svcql keeps with its
 * fraction is not among them: processes.start_time, users of events. */
static const struct {
    const char *table, *text, *number;
} specifications[] = {
    {"file", "path directory filename mode type symlink_target_path",
     "inode uid gid device size block_size atime mtime ctime btime hard_links symlink"},
    {"hash", "path directory md5 sha1 sha256", ""},
    {"crontab", "event minute hour day_of_month month day_of_week command path", ""},
    {"startup_items", "name path args type source status username", ""},
    {"last", "username tty type_name host", "pid type time"},
    {"kernel_info", "version arguments path device", ""},
    {"platform_info", "vendor version date revision extra firmware_type address size",
     "volume_size"},
    {"osquery_flags", "name type description default_value value", "shell_only"},
    {"processes", "name path cmdline state cwd root cgroup_path",
     "pid uid gid euid egid suid sgid on_disk wired_size resident_size total_size user_time "
     "system_time "
     "disk_bytes_read disk_bytes_written parent pgroup threads nice"},
    {"process_events", "path cmdline cwd", "pid auid uid euid gid parent"},
    {"mounts", "device device_alias path type flags", ""},
    {"etc_hosts", "address hostnames", ""},
    {"kernel_modules", "name used_by status address", "size"},
    {"users", "username description directory shell", "uid gid"},
    {"groups", "groupname", "gid"},
    {"shell_history", "command history_file", "uid"},
};

static void check_columns(const struct plugin *plugin, const char *names, enum plugin_type type)
{
    char *copy = strdup(names), *save;

    for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
        const struct plugin_column *column = plugin_column(plugin, name);
        ck_assert_msg(column != NULL, "%s has no %s", plugin->table, name);
        ck_assert_msg(column->type == type, "%s.%s is of type %d", plugin->table, name,
                      column->type);
    }
    free(copy);
}

START_TEST(columns_have_the_names_and_types_of_the_specifications)
{
    sqlite3       *db = harness_open();
    struct plugins plugins;
    char           name[64];

    ck_assert_int_eq(plugins_load(db, &plugins), SQLITE_OK);
    for (size_t i = 0; i < sizeof specifications / sizeof specifications[0]; i++) {
        snprintf(name, sizeof name, "svcql_%s", specifications[i].table);
        const struct plugin *plugin = plugins_find(&plugins, name);
        ck_assert_msg(plugin != NULL, "no %s", name);
        check_columns(plugin, specifications[i].text, PLUGIN_TEXT);
        check_columns(plugin, specifications[i].number, PLUGIN_BIGINT);
    }
    plugins_free(&plugins);
    harness_close(db);
}
END_TEST

/* file, hash ------------------------------------------------------------------------------------ */

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

/* Others ------------------------------------------------------------------------------------------ */

START_TEST(processes_have_osquerys_columns)
{
    sqlite3 *db = harness_open();
    char     expected[4200], exe[4000];
    ssize_t  n = readlink("/proc/self/exe", exe, sizeof exe - 1);

    ck_assert_int_gt(n, 0);
    exe[n] = '\0';
    snprintf(expected, sizeof expected, "%d|%d|%s|%d|%d|1|/|0|1|1", getppid(), getpgrp(), exe,
             (int)getuid(), (int)getgid());
    harness_expect(
        db, expected,
        "SELECT parent, pgroup, path, suid, sgid, on_disk, root, wired_size, threads >= 1, "
        "total_size > resident_size AND resident_size > 0 FROM processes WHERE pid = %d",
        getpid());
    harness_expect(db, "1|1|1",
                   "SELECT user_time BETWEEN 0 AND 1000000, system_time BETWEEN 0 AND 1000000, "
                   "disk_bytes_read >= 0 FROM processes WHERE pid = %d",
                   getpid());
    harness_close(db);
}
END_TEST

START_TEST(a_crontab_is_shown_as_osquery_shows_it)
{
    sqlite3 *db = open_root();

    harness_write_text(root, "etc/crontab", "# m h\n5 4 * * 1 root /bin/a b\n@daily ann /bin/c\n");
    harness_write_text(root, "var/spool/cron/crontabs/bob", "*/2 * * * * /bin/d\n");
    harness_expect(db,
                   "|5|4|*|*|1|root /bin/a b|/etc/crontab\n@daily||||||ann /bin/c|/etc/crontab\n"
                   "|*/2|*|*|*|*|/bin/d|/var/spool/cron/crontabs/bob",
                   "SELECT event, minute, hour, day_of_month, month, day_of_week, command, path "
                   "FROM crontab ORDER BY path, command DESC");
    harness_close(db);
}
END_TEST

START_TEST(the_running_kernel_is_described)
{
    sqlite3 *db = harness_open();

    if (access("/proc/cmdline", R_OK) != 0 || access("/proc/sys/kernel/osrelease", R_OK) != 0)
        SKIP("needs /proc");
    char *release = harness_read("/proc/sys/kernel/osrelease", NULL);
    release[strcspn(release, "\n")] = '\0';
    harness_expect(db, release, "SELECT version FROM kernel_info");
    free(release);
    harness_expect(db, "0",
                   "SELECT count(*) FROM kernel_info WHERE arguments LIKE '%%BOOT_IMAGE=%%' OR "
                   "' ' || arguments LIKE '%% root=%%'");
    free(harness_query(db, "DELETE FROM evidence"));
    harness_expect(db, "0", "SELECT count(*) FROM kernel_info");
    harness_expect(db, "0", "SELECT count(*) FROM platform_info");
    harness_expect(db, "1", "SELECT count(*) > 0 FROM osquery_flags WHERE name = 'attack_version'");
    harness_close(db);
}
END_TEST

START_TEST(last_has_what_wtmp_has)
{
    sqlite3 *db = open_root();
    char     record[2 * 384] = {0};

    /* struct utmp of 64-bit Linux: type, pid, line, id, user, host, exit, session, time. */
    for (int i = 0; i < 2; i++) {
        char *at = record + 384 * i;
        at[0] = (char)(7 + i);
        at[4] = 42;
        strcpy(at + 8, "pts/0");
        if (i == 0) {
            strcpy(at + 44, "ann");
            strcpy(at + 76, "10.0.0.9");
        }
        memcpy(at + 340, (uint8_t[]){0, 0xe1, 0xf5, 0x65}, 4);
    }
    harness_write(root, "var/log/wtmp", record, sizeof record);
    harness_expect(
        db, "pts/0|42|7|user-process|ann|10.0.0.9|web\npts/0|42|8|dead-process|||web",
        "SELECT tty, pid, type, type_name, username, host, on_host FROM last ORDER BY type");
    harness_expect(db, "integer", "SELECT DISTINCT typeof(time) FROM last");
    harness_close(db);
}
END_TEST

START_TEST(lines_of_words_are_shown_as_osquery_shows_them)
{
    sqlite3 *db = open_root();

    harness_write_text(
        root, "etc/hosts",
        "# names\n127.0.0.1\tlocalhost  web # own\n\n::1\n6.6.6.6 update.vendor.example\r\n");
    harness_write_text(root, "proc/modules",
                       "nf_tables 356352 2 nft_ct,nft_x, Live 0xffffffffc0a00000\n"
                       "odd 1 0 - Loading 0x0 (OE)\n");
    harness_write_text(root, "proc/self/mounts",
                       "/dev/sda1 / ext4 rw,relatime 0 0\n"
                       "tmpfs /tmp/a\\040b\\011 tmpfs rw,nosuid 0 0\n");
    harness_expect(db, "127.0.0.1|localhost  web\n6.6.6.6|update.vendor.example",
                   "SELECT address, hostnames FROM etc_hosts");
    harness_expect(db,
                   "nf_tables|356352|nft_ct,nft_x,|Live|0xffffffffc0a00000\nodd|1|-|Loading|0x0",
                   "SELECT name, size, used_by, status, address FROM kernel_modules");
    harness_expect(db,
                   "/dev/sda1|/dev/sda1|/|ext4|rw,relatime\ntmpfs|tmpfs|/tmp/a b\t|tmpfs|rw,nosuid",
                   "SELECT device, device_alias, path, type, flags FROM mounts");
    harness_close(db);
}
END_TEST

/* Functions --------------------------------------------------------------------------------------- */

START_TEST(functions_of_osquery_give_what_they_give_there)
{
    static const struct {
        const char *text, *pattern, *all, *first; /* groups 0 and 1 */
    } cases[] = {
        {"/usr/bin/env", ".*/(.*)", "/usr/bin/env", "env"},
        {"~/a/b/c/d", "([/~].*?/.*?)/", "~/a/", "~/a"},
        {"x.service", ".*\\.(\\w+)$", "x.service", "service"},
        {"curl http://10.1.2.3:80/x", "//(\\d+\\.\\d+\\.\\d+\\.\\d+)[:/]",
         "//10.1.2.3:", "10.1.2.3"},
        {"curl http://e-x.org/", "//([\\w\\-\\.]+)[:/]", "//e-x.org/", "e-x.org"},
        {"abc12345", "(\\d{5,})", "12345", "12345"},
        {"ab-", "(\\W)$", "-", "-"},
        {"aaa", "(a{2})", "aa", "aa"},
        {"aaa", "(a{0})b?", "", ""},
        {"aaaa", "(a{1,3}?)a*$", "aaaa", "a"},
        {"abcd", "(?:ab|a)(b|c)?", "abc", "c"},
        {"ab", "(a|ab)(c|bcd)?", "a", "a"},
        {"xaby", "a(x)?b", "ab", "NULL"},
        {"aXb", "[a-zA-Z]+", "aXb", "NULL"},
        {"a]b", "([]])", "]", "]"},
        {"a{b", "a{b", "a{b", "NULL"},
        {"one two", "\\b(\\w+)$", "two", "two"},
        {"", "(.*)", "", ""},
        {"aaab", "(a*)*b", "aaab", "aaa"},
        {"a", "b", "NULL", "NULL"},
        {"a\nb", "a.b", "NULL", "NULL"},
    };
    static const char *const bad[] = {
        "(", ")", "a**", "[a", "(?=a)", "\\1", "*a", "a{2,1}", "(a{1000}){1000}", "[z-a]"};
    sqlite3 *db = harness_open();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *expected = sqlite3_mprintf("%s|%s", cases[i].all, cases[i].first);
        char *sql =
            sqlite3_mprintf("SELECT regex_match(%Q, %Q, 0), regex_match(%Q, %Q, 1)", cases[i].text,
                            cases[i].pattern, cases[i].text, cases[i].pattern);
        harness_expect(db, expected, "%s", sql);
        sqlite3_free(sql);
        sqlite3_free(expected);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_str_eq(harness_error(db, "SELECT regex_match('a', '%s', 0)", bad[i]),
                         "regex_match: not a pattern that is understood");
    ck_assert_str_eq(harness_error(db, "SELECT regex_match('a', 'a', 10)"),
                     "regex_match: the group is 0 to 9");
    /* What would take a matcher that goes back for ever. */
    harness_expect(db, "NULL", "SELECT regex_match(hex(zeroblob(5000)) || 'x', '(0*)*(0*)*y', 1)");
    harness_expect(db, "a1|a, b||",
                   "SELECT concat('a', NULL, 1), concat_ws(', ', 'a', NULL, 'b'), concat(NULL), "
                   "concat_ws('-')");
    harness_expect(db, "usr|env|NULL|NULL",
                   "SELECT split('/usr/bin/env', '/', 0), split('/usr/bin/env', '/', 2), "
                   "split('/usr/bin/env', '/', 3), split(NULL, '/', 0)");
    harness_close(db);
}
END_TEST

Suite *make_osquery_tables_suite(void)
{
    Suite *suite = suite_create("osquery_tables");
    TCase *tc = tcase_create("osquery_tables");

    suite_add_tcase(suite, tc);
    tcase_add_test(tc, columns_have_the_names_and_types_of_the_specifications);
    tcase_add_test(tc, a_file_is_what_the_file_system_says);
    tcase_add_test(tc, patterns_mean_what_they_mean_in_osquery);
    tcase_add_test(tc, a_join_looks_at_each_path);
    tcase_add_test(tc, digests_are_those_of_the_content);
    tcase_add_test(tc, what_may_not_be_looked_at_is_reported);
    tcase_add_test(tc, paths_of_windows_are_written_as_there);
    tcase_add_test(tc, processes_have_osquerys_columns);
    tcase_add_test(tc, a_crontab_is_shown_as_osquery_shows_it);
    tcase_add_test(tc, the_running_kernel_is_described);
    tcase_add_test(tc, last_has_what_wtmp_has);
    tcase_add_test(tc, lines_of_words_are_shown_as_osquery_shows_them);
    tcase_add_test(tc, functions_of_osquery_give_what_they_give_there);
    return suite;
}
