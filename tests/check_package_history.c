#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>
#include <zlib.h>

#include "harness.h"

/* A root whose clock shows Berlin's time. */
static const char *make_root(void)
{
    const char *root = harness_scratch();
    size_t      size;
    char       *zone = harness_read("/usr/share/zoneinfo/Europe/Berlin", &size);

    harness_write(root, "etc/localtime", zone, size);
    harness_write_text(root, "etc/hostname", "berlin\n");
    free(zone);
    return root;
}

#define FROM "FROM package_history WHERE root = '%s' "

START_TEST(dpkg_log_says_what_changed)
{
    sqlite3    *db = harness_open();
    const char *root = make_root();

    harness_write_text(root, "var/log/dpkg.log",
                       "2026-07-01 12:00:00 startup archives unpack\n"
                       "2026-07-01 12:00:01 install nginx:amd64 <none> 1.22.1-9\n"
                       "2026-07-01 12:00:02 upgrade libc6:amd64 2.36-9 2.36-10\n"
                       "2026-07-01 12:00:03 status half-installed nginx:amd64 1.22.1-9\n"
                       "2026-07-01 12:00:04 configure nginx:amd64 1.22.1-9 <none>\n"
                       "2026-07-01 12:00:05 conffile /etc/nginx/nginx.conf keep\n"
                       "2026-12-01 12:00:06 remove nginx:amd64 1.22.1-9 <none>\n"
                       "2026-12-01 12:00:07 purge nginx 1.22.1-9 <none>\n"
                       "2026-12-01 12:00:08 purge\n"
                       "2026-12-01 12:00:09 status installed\n");
    harness_expect(db,
                   "2026-07-01 10:00:00.000000|startup|NULL|NULL|NULL|NULL|archives unpack\n"
                   "2026-07-01 10:00:01.000000|install|nginx|amd64|NULL|1.22.1-9|NULL\n"
                   "2026-07-01 10:00:02.000000|upgrade|libc6|amd64|2.36-9|2.36-10|NULL\n"
                   "2026-07-01 10:00:03.000000|status|nginx|amd64|NULL|1.22.1-9|half-installed\n"
                   "2026-07-01 10:00:04.000000|configure|nginx|amd64|NULL|1.22.1-9|NULL\n"
                   "2026-07-01 10:00:05.000000|conffile|NULL|NULL|NULL|NULL|"
                   "/etc/nginx/nginx.conf keep\n"
                   "2026-12-01 11:00:06.000000|remove|nginx|amd64|1.22.1-9|NULL|NULL\n"
                   "2026-12-01 11:00:07.000000|purge|nginx|NULL|1.22.1-9|NULL|NULL",
                   "SELECT datetime, action, package, architecture, old_version, new_version, "
                   "detail " FROM "ORDER BY line",
                   root);
    harness_expect(db, "1|/etc/localtime|dpkg",
                   "SELECT count(DISTINCT time_zone), min(time_zone), min(tool) " FROM, root);
    harness_close(db);
}
END_TEST

static const char apt_text[] =
    "\nStart-Date: 2026-11-24  11:40:15\n"
    "Commandline: apt-get install -y nginx\n"
    "Requested-By: alice (1000)\n"
    "Install: libx:amd64 (1.0-1, automatic), nginx:amd64 (1.22.1-9)\n"
    "Upgrade: libc6:amd64 (2.36-9, 2.36-10), tzdata:all (1, 2, automatic)\n"
    "Remove: apache2:amd64 (2.4)\n"
    "End-Date: 2026-11-24  11:40:20\n"
    "\nStart-Date: 2026-11-24  12:00:00\nCommandline: apt purge x\nPurge: x:amd64 (3)\n"
    "Error: Sub-process /usr/bin/dpkg returned an error code (1)\n"
    "\nStart-Date: 2026-11-24  13:00:00\nCommandline: apt -f install\n"
    "Comment: monthly update\nRequested-By: bob (1001)\nError: dpkg was interrupted\n"
    "End-Date: 2026-11-24  13:00:01\n";

static const char apt_rows[] =
    "install|libx|NULL|1.0-1|automatic|apt-get install -y nginx|alice (1000)|5.0|5|0\n"
    "install|nginx|NULL|1.22.1-9|NULL|apt-get install -y nginx|alice (1000)|5.0|5|1\n"
    "upgrade|libc6|2.36-9|2.36-10|NULL|apt-get install -y nginx|alice (1000)|5.0|6|0\n"
    "upgrade|tzdata|1|2|automatic|apt-get install -y nginx|alice (1000)|5.0|6|1\n"
    "remove|apache2|2.4|NULL|NULL|apt-get install -y nginx|alice (1000)|5.0|7|0\n"
    "purge|x|3|NULL|Sub-process /usr/bin/dpkg returned an error code (1)|apt purge x|NULL|NULL|12|"
    "0\n"
    "run|NULL|NULL|NULL|dpkg was interrupted|apt -f install|bob (1001)|1.0|15|0";

#define APT_COLUMNS                                                                                \
    "SELECT action, package, old_version, new_version, detail, command, requested_by, "            \
    "end_time - time, line, item "

START_TEST(apt_history_names_who_installed_what)
{
    sqlite3    *db = harness_open();
    const char *root = make_root();

    harness_write_text(root, "var/log/apt/history.log", apt_text);
    harness_expect(db, "15|monthly update", "SELECT line, comment " FROM " AND comment IS NOT NULL",
                   root);
    harness_expect(db, apt_rows, APT_COLUMNS FROM "ORDER BY line, item", root);
    harness_expect(db, "2026-11-24 10:40:15.000000", "SELECT min(datetime) " FROM, root);
    harness_close(db);
}
END_TEST

START_TEST(rotated_logs_are_expanded)
{
    sqlite3    *db = harness_open();
    const char *root = make_root();
    char        path[512];

    harness_write_text(root, "var/log/apt/x", "");
    snprintf(path, sizeof path, "%s/var/log/apt/history.log.1.gz", root);
    gzFile file = gzopen(path, "wb");
    ck_assert(file && gzputs(file, apt_text) > 0 && gzclose(file) == Z_OK);
    harness_expect(db, apt_rows, APT_COLUMNS FROM "ORDER BY line, item", root);
    harness_close(db);
}
END_TEST

START_TEST(dnf_and_yum_logs_name_packages)
{
    sqlite3    *db = harness_open();
    const char *root = make_root();

    harness_write_text(root, "var/log/dnf.rpm.log",
                       "2023-05-04T10:20:29+0200 INFO --- logging initialized ---\n"
                       "2023-05-04T10:20:30+0200 SUBDEBUG Installed: bash-5.1.8-6.el9.x86_64\n"
                       "2023-05-04T08:20:31Z SUBDEBUG Upgraded: kernel-1:5-1.noarch\n");
    harness_expect(db,
                   "2023-05-04 08:20:30.000000|dnf|install|bash|x86_64|NULL|5.1.8-6.el9|UTC\n"
                   "2023-05-04 08:20:31.000000|dnf|upgraded|kernel|noarch|1:5-1|NULL|UTC",
                   "SELECT datetime, tool, action, package, architecture, old_version, "
                   "new_version, time_zone " FROM "ORDER BY line",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(zypp_history_keeps_the_command_of_a_run)
{
    sqlite3    *db = harness_open();
    const char *root = make_root();

    harness_write_text(
        root, "var/log/zypp/history",
        "# a comment\n"
        "2026-07-01 12:00:00|command|root@berlin|'zypper' 'install' 'nginx'|\n"
        "2026-07-01 12:00:01|install|libx|1-2|x86_64||repo-oss|00ff|\n"
        "2026-07-01 12:00:02|install|nginx|1.21-3|x86_64|root@berlin|repo-oss|00ff|\n"
        "2026-07-01 12:00:03|remove |apache2|2.4-1|x86_64|root@berlin|\n"
        "2026-07-01 12:00:04|radd   |evil|http://198.51.100.7/|\n");
    harness_expect(
        db,
        "run|NULL|NULL|NULL|'zypper' 'install' 'nginx'|root@berlin|NULL\n"
        "install|libx|NULL|1-2|'zypper' 'install' 'nginx'|NULL|NULL\n"
        "install|nginx|NULL|1.21-3|'zypper' 'install' 'nginx'|root@berlin|NULL\n"
        "remove|apache2|2.4-1|NULL|'zypper' 'install' 'nginx'|root@berlin|NULL\n"
        "other|NULL|NULL|NULL|'zypper' 'install' 'nginx'|NULL|radd   |evil|http://198.51.100.7/|",
        "SELECT action, package, old_version, new_version, command, requested_by, detail " FROM
        "ORDER BY line",
        root);
    harness_expect(db, "zypp|2026-07-01 10:00:00.000000|5",
                   "SELECT tool, min(datetime), count(*) " FROM, root);
    harness_close(db);
}
END_TEST

START_TEST(yum_log_takes_its_years_from_its_end)
{
    sqlite3       *db = harness_open();
    const char    *root = make_root();
    char           path[512];
    struct utimbuf times = {.modtime = 1420200000}; /* 2015-01-02 12:00 UTC */

    harness_write_text(root, "var/log/yum.log",
                       "Nov 30 10:00:00 Installed: 1:a-1-2.x86_64\n"
                       "Jan 05 10:00:00 Updated: b-1-2.noarch\n"
                       "Dec 31 10:00:00 Erased: c\n"
                       "Jan  2 10:00:00 Installed: d-1-2.i686\n");
    snprintf(path, sizeof path, "%s/var/log/yum.log", root);
    ck_assert_int_eq(utime(path, &times), 0);
    harness_expect(db,
                   "2013-11-30 09:00:00.000000|install|a|1-2\n"
                   "2014-01-05 09:00:00.000000|upgrade|b|1-2\n"
                   "2014-12-31 09:00:00.000000|remove|c|NULL\n"
                   "2015-01-02 09:00:00.000000|install|d|1-2",
                   "SELECT datetime, action, package, new_version " FROM "ORDER BY line", root);
    harness_close(db);
}
END_TEST

/* dnf's own schemas, reduced to what is read. */
static const char dnf4_schema[] =
    "PRAGMA journal_mode = wal;"
    "CREATE TABLE trans(id INTEGER PRIMARY KEY, dt_begin INTEGER, dt_end INTEGER, cmdline TEXT,"
    " user_id INTEGER);"
    "CREATE TABLE trans_item(id INTEGER PRIMARY KEY, trans_id, item_id, action, reason);"
    "CREATE TABLE rpm(item_id UNIQUE, name, epoch, version, release, arch);"
    "INSERT INTO trans VALUES (1, 1700000000, 1700000009, 'install httpd', 1000),"
    " (2, 1700000100, NULL, 'remove httpd', 4294967295);"
    "INSERT INTO rpm VALUES (1, 'httpd', 0, '2.4', '1.el9', 'x86_64'),"
    " (2, 'apr', 2, '1.7', '3.el9', 'noarch');"
    "INSERT INTO trans_item VALUES (1, 1, 1, 1, 2), (2, 1, 2, 1, 1), (3, 2, 1, 8, 2);";

static const char dnf5_schema[] =
    "CREATE TABLE trans(id INTEGER PRIMARY KEY, dt_begin INTEGER, dt_end INTEGER,"
    " description TEXT, user_id INTEGER);"
    "CREATE TABLE trans_item(id INTEGER PRIMARY KEY, trans_id, item_id, action_id, reason_id);"
    "CREATE TABLE rpm(item_id UNIQUE, name_id, epoch, version, release, arch_id);"
    "CREATE TABLE pkg_name(id INTEGER PRIMARY KEY, name);"
    "CREATE TABLE arch(id INTEGER PRIMARY KEY, name);"
    "INSERT INTO trans VALUES (1, 1776866330, 1776866343, 'dnf5 install nmap', 1000);"
    "INSERT INTO pkg_name VALUES (1, 'nmap'); INSERT INTO arch VALUES (1, 'x86_64');"
    "INSERT INTO rpm VALUES (1, 1, 0, '7.9', '1', 1), (2, 1, 0, '7.8', '1', 1);"
    "INSERT INTO trans_item VALUES (1, 1, 1, 1, 2), (2, 1, 2, 6, 2);";

static void make_database(const char *root, const char *path, const char *sql)
{
    char     full[512];
    sqlite3 *db;

    harness_write_text(root, path, "");
    snprintf(full, sizeof full, "%s/%s", root, path);
    ck_assert_int_eq(sqlite3_open(full, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

START_TEST(dnf_databases_tell_transactions)
{
    sqlite3    *db = harness_open();
    const char *root = make_root();

    make_database(root, "var/lib/dnf/history.sqlite", dnf4_schema);
    make_database(root, "usr/lib/sysimage/libdnf5/transaction_history.sqlite", dnf5_schema);
    harness_expect(
        db,
        "1700000000.0|1700000009.0|install|httpd|NULL|2.4-1.el9|install httpd|1000|NULL\n"
        "1700000000.0|1700000009.0|install|apr|NULL|2:1.7-3.el9|install httpd|1000|automatic\n"
        "1700000100.0|NULL|remove|httpd|2.4-1.el9|NULL|remove httpd|NULL|NULL\n"
        "1776866330.0|1776866343.0|install|nmap|NULL|7.9-1|dnf5 install nmap|1000|NULL\n"
        "1776866330.0|1776866343.0|replaced|nmap|7.8-1|NULL|dnf5 install nmap|1000|NULL",
        "SELECT time, end_time, action, package, old_version, new_version, command, requested_by, "
        "detail " FROM "ORDER BY time, line",
        root);
    harness_close(db);
}
END_TEST

START_TEST(a_database_that_acts_is_refused)
{
    sqlite3    *db = harness_open();
    const char *root = make_root();

    make_database(root, "var/lib/dnf/history.sqlite",
                  "CREATE TABLE trans(id, dt_begin, dt_end, cmdline, user_id);"
                  "CREATE TABLE rpm(item_id, name, epoch, version, release, arch);"
                  "CREATE VIEW trans_item AS WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT "
                  "id + 1 FROM r) SELECT id, 1 trans_id, 1 item_id, 1 action, 1 reason FROM r;");
    harness_expect(db, "0", "SELECT count(*) " FROM, root);
    harness_expect(db, "damaged",
                   "SELECT status FROM evidence_sources WHERE table_name = 'package_history' AND "
                   "location LIKE '%s/var/lib/dnf%%'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(lines_that_say_nothing_are_counted)
{
    sqlite3    *db = harness_open();
    const char *root = make_root();

    harness_write_text(root, "var/log/dpkg.log",
                       "2026-07-01 12:00:01 install nginx:amd64 <none> 1\n"
                       "2026-13-01 12:00:01 install nginx:amd64 <none> 1\n"
                       "\x80\xff garbage\n"
                       "2026-07-01 12:00:01 frobnicate nginx\n");
    harness_expect(db, "1", "SELECT count(*) " FROM, root);
    harness_expect(db, "read|1|3",
                   "SELECT status, records, skipped FROM evidence_sources WHERE table_name = "
                   "'package_history' AND location = '%s/var/log/dpkg.log'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(time_and_path_narrow_the_scan)
{
    sqlite3    *db = harness_open();
    const char *root = make_root();

    harness_write_text(root, "var/log/dpkg.log",
                       "2026-07-01 12:00:01 install a <none> 1\n"
                       "2026-08-01 12:00:01 install b <none> 1\n");
    harness_expect(db, "b", "SELECT package " FROM "AND time > unixepoch('2026-07-15')", root);
    harness_write_text(root, "copy/dpkg.log", "2026-07-01 12:00:01 install a <none> 1\n");
    /* A file that was copied elsewhere has no zone beside it. */
    harness_expect(db, "2026-07-01 12:00:01.000000|UTC assumed",
                   "SELECT datetime, time_zone FROM package_history WHERE file = "
                   "'%s/copy/dpkg.log'",
                   root);
    harness_close(db);
}
END_TEST

/* Collections of files hold links, but seldom what they lead to. */
START_TEST(a_zone_that_was_not_collected_is_known_by_name)
{
    sqlite3    *db = harness_open();
    const char *linked = harness_scratch(), *named = harness_scratch();
    const char *log = "2026-07-01 12:00:01 install a <none> 1\n";
    char        path[512];

    harness_write_text(linked, "var/log/dpkg.log", log);
    harness_write_text(linked, "etc/hostname", "linked\n");
    snprintf(path, sizeof path, "%s/etc/localtime", linked);
    ck_assert_int_eq(symlink("../usr/share/zoneinfo/Europe/Berlin", path), 0);
    harness_expect(db, "2026-07-01 10:00:01.000000|Europe/Berlin",
                   "SELECT datetime, time_zone " FROM, linked);
    harness_write_text(named, "var/log/dpkg.log", log);
    harness_write_text(named, "etc/timezone", "America/New_York\n");
    harness_expect(db, "2026-07-01 16:00:01.000000|America/New_York",
                   "SELECT datetime, time_zone " FROM, named);
    harness_write_text(named, "etc/timezone", "../../../etc/passwd\n");
    harness_expect(db, "2026-07-01 12:00:01.000000|UTC assumed", "SELECT datetime, time_zone " FROM,
                   named);
    harness_close(db);
}
END_TEST

START_TEST(counts_agree_with_the_log_of_this_host)
{
    struct stat st;

    if (stat("/var/log/dpkg.log", &st) < 0 || !st.st_size)
        SKIP("needs /var/log/dpkg.log");
    sqlite3 *db = harness_open();
    FILE    *lines = popen("grep -c . /var/log/dpkg.log", "r");
    int      n = 0;
    ck_assert(lines && fscanf(lines, "%d", &n) == 1);
    pclose(lines);
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM package_history WHERE file = "
                                     "'/var/log/dpkg.log'"),
                     n);
    harness_close(db);
}
END_TEST

Suite *make_package_history_suite(void)
{
    Suite *suite = suite_create("package_history");
    TCase *tc = tcase_create("package_history");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, dpkg_log_says_what_changed);
    tcase_add_test(tc, apt_history_names_who_installed_what);
    tcase_add_test(tc, rotated_logs_are_expanded);
    tcase_add_test(tc, dnf_and_yum_logs_name_packages);
    tcase_add_test(tc, zypp_history_keeps_the_command_of_a_run);
    tcase_add_test(tc, yum_log_takes_its_years_from_its_end);
    tcase_add_test(tc, dnf_databases_tell_transactions);
    tcase_add_test(tc, a_database_that_acts_is_refused);
    tcase_add_test(tc, lines_that_say_nothing_are_counted);
    tcase_add_test(tc, time_and_path_narrow_the_scan);
    tcase_add_test(tc, a_zone_that_was_not_collected_is_known_by_name);
    tcase_add_test(tc, counts_agree_with_the_log_of_this_host);
    suite_add_tcase(suite, tc);
    return suite;
}
