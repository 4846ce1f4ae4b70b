/* The table shell_history over home directories of made-up hosts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "make_cases.h"

static const char *host(void)
{
    const char *dir = harness_scratch();

    harness_write_text(dir, "etc/passwd",
                       "root:x:0:0::/root:/bin/bash\n"
                       "bad line\n"
                       "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n"
                       "ann:x:1000:1000::/srv/homes/ann/:/bin/zsh\n"
                       "twin:x:1001:1001::/srv/homes/ann:/bin/zsh\n");
    harness_write_text(dir, "etc/hostname", "box\n");
    harness_write_text(dir, "root/.bash_history", "#1700000000\nsystemctl start x\n");
    harness_write_text(dir, "root/.bash_history.old", "old\n");
    harness_write_text(dir, "root/.python_history", "import os\n");
    harness_write_text(dir, "srv/homes/ann/.zsh_history", ": 1700000001:2;ls\n");
    harness_write_text(dir, "srv/homes/ann/.local/share/fish/fish_history",
                       "- cmd: pwd\n  when: 1700000002\n");
    harness_write_text(dir, "home/gone/.ash_history", "id\n");
    return dir;
}

START_TEST(every_users_histories_are_read)
{
    sqlite3    *db = harness_open();
    const char *dir = host();

    harness_expect(db,
                   "0|root|1700000000.0|2023-11-14 22:13:20.000000|NULL|systemctl start x|bash|2\n"
                   "0|root|NULL|NULL|NULL|old|bash|1\n"
                   "1000|ann|1700000001.0|2023-11-14 22:13:21.000000|2|ls|zsh|1\n"
                   "1000|ann|1700000002.0|2023-11-14 22:13:22.000000|NULL|pwd|fish|1",
                   "SELECT uid, user, time, datetime, duration, command, shell, line "
                   "FROM shell_history WHERE root = '%s' AND user <> 'gone'",
                   dir);
    harness_expect(db, "gone|id|ash|box|1",
                   "SELECT user, command, shell, host, history_file = source "
                   "FROM shell_history WHERE root = '%s' AND user = 'gone'",
                   dir);
    harness_close(db);
}
END_TEST

/* As the argument of the other tables of logs does. */
START_TEST(a_folder_that_is_a_system_gives_the_histories_of_its_users)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    make_linux(dir, "web7");
    harness_expect(db, "root|systemctl enable evil",
                   "SELECT user, command FROM shell_history('%s')", dir);
    harness_expect(db, "NULL|systemctl enable evil",
                   "SELECT user, command FROM shell_history('%s/root')", dir);
    harness_close(db);
}
END_TEST

/* Of 3 MiB: longer than the part that is read at a time, with commands of several lines all along, one of 300 KiB. */
START_TEST(a_long_history_is_read_in_parts)
{
    const char   *dir = harness_scratch();
    sqlite3      *db = harness_open();
    struct buffer text = {0};

    for (int i = 0; i < 60000; i++) {
        buffer_printf(&text, "#%d\nfor i in %d\ndo systemctl start a$i.service\ndone\n",
                      1700000000 + i, i);
        for (int j = 0; i == 30000 && j < 300000; j++)
            buffer_putc(&text, j % 1000 != 999 ? 'x' : '\n');
    }
    ck_assert_uint_gt(text.size, 3 << 20);
    harness_write(dir, "root/.bash_history", text.data, text.size);
    buffer_free(&text);
    harness_expect(db, "59999|1700000000.0|1700059999.0",
                   "SELECT count(DISTINCT command), min(time), max(time) FROM shell_history "
                   "WHERE root = '%s' AND command GLOB 'for i in *[0-9]\ndo systemctl start "
                   "a$i.service\ndone'",
                   dir);
    harness_expect(db, "11|for i in 59989\ndo systemctl start a$i.service\ndone|240258",
                   "SELECT count(*), min(command), min(line) FROM shell_history "
                   "WHERE root = '%s' AND time >= 1700059989 AND time < 1e12",
                   dir);
    harness_expect(db, "10",
                   "SELECT count(*) FROM shell_history WHERE root = '%s' "
                   "AND datetime > '2023-11-15 14:53:09.5'",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(a_file_can_be_named)
{
    sqlite3    *db = harness_open();
    const char *dir = host();

    harness_expect(db, "old", "SELECT command FROM shell_history('%s/root/.bash_history.old')",
                   dir);
    harness_expect(db, "ls",
                   "SELECT command FROM shell_history "
                   "WHERE history_file = '%s/srv/homes/ann/.zsh_history'",
                   dir);
    harness_close(db);
}
END_TEST

/* Also of a history that a startup file names, and of a home without an account. */
START_TEST(a_history_that_is_named_is_the_same_users_as_in_all)
{
    sqlite3    *db = harness_open();
    const char *dir = host();

    harness_write_text(dir, "srv/homes/ann/.zshrc", "HISTFILE=~/.z/here\n");
    harness_write_text(dir, "srv/homes/ann/.z/here", "moved\n");
    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_query(db, "CREATE TABLE whole AS SELECT * FROM shell_history");
    char *all = harness_query(
        db, "SELECT uid, user, time, command, line, host, source FROM whole ORDER BY source, line");
    harness_expect(db, "6", "SELECT count(*) FROM whole WHERE user <> ''");
    harness_expect(db, all,
                   "SELECT h.uid, h.user, h.time, h.command, h.line, h.host, h.source FROM (SELECT "
                   "DISTINCT source AS name FROM whole) CROSS JOIN "
                   "shell_history AS h WHERE h.history_file = name ORDER BY h.source, h.line");
    harness_expect(db, all,
                   "SELECT h.uid, h.user, h.time, h.command, h.line, h.host, h.source FROM (SELECT "
                   "DISTINCT source AS name FROM whole) CROSS JOIN "
                   "shell_history AS h WHERE h.file = name ORDER BY h.source, h.line");
    free(all);
    harness_close(db);
}
END_TEST

START_TEST(histories_are_read_where_users_move_them)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "etc/passwd",
                       "root:x:0:0::/root:/bin/bash\nann:x:0:0::/home/ann:/bin/zsh\n"
                       "db:x:0:0::/var/lib/db:/bin/bash\n");
    harness_write_text(dir, "home/ann/.zshenv", "export ZDOTDIR=\"$HOME/.z\"\n");
    harness_write_text(dir, "home/ann/.z/.zsh_history", "in zdotdir\n");
    harness_write_text(dir, "home/ann/.z/.zshrc",
                       "HISTFILE=$ZDOTDIR/named\nZDOTDIR=~/.z\nHISTFILE=~/.zz\n");
    harness_write_text(dir, "home/ann/.z/named", "named there\n");
    harness_write_text(dir, "home/ann/.zz", "named below\n");
    harness_write_text(dir, "home/ann/.bashrc",
                       "  # HISTFILE=~/comment\nexport HISTFILE=${XDG_STATE_HOME:-x}/h1; x=1\n"
                       "HISTFILE=~/.bash_history\nHISTFILE=$(mktemp)\nHISTFILE='/srv/ann h'\n"
                       "HISTFILE=$USER/other\nHISTFILE=$HOMES/other\n");
    harness_write_text(dir, "home/ann/other", "other\n");
    harness_write_text(dir, "home/ann/.local/state/h1", "in state\n");
    harness_write_text(dir, "home/ann/.bash_history", "usual\n");
    harness_write_text(dir, "home/ann/comment", "comment\n");
    harness_write_text(dir, "srv/ann h", "outside\n");
    harness_write_text(dir, "home/ann/.python_history", "import os\n");
    harness_write_text(dir, "home/ann/.local/share/fish/work_history", "- cmd: work\n");
    harness_write_text(dir, "home/ann/.local/share/powershell/PSReadLine/ConsoleHost_history.txt",
                       "Get-Service\n");
    harness_write_text(dir, "home/ann/.config/nushell/history.txt", "def x [] {<\\n>}\n");
    harness_write_text(dir, "home/ann/.config/zsh/history.zsh", "bindkey\n");
    harness_write_text(dir, "var/lib/db/.bash_eternal_history", "#9\nservice\n");
    harness_expect(db,
                   "ann|Get-Service|pwsh\nann|def x [] {\n}|nu\nann|in state|bash\n"
                   "ann|in zdotdir|zsh\nann|named below|zsh\nann|named "
                   "there|zsh\nann|outside|bash\nann|usual|bash\nann|work|fish\n"
                   "db|service|bash",
                   "SELECT user, command, shell FROM shell_history WHERE root = '%s' "
                   "ORDER BY user, command",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(databases_of_histories_are_read)
{
    sqlite3    *db = harness_open(), *made;
    const char *dir = harness_scratch();
    char        path[512];

    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(dir, "root/.local/share/atuin/history.db", "");
    snprintf(path, sizeof path, "%s/root/.local/share/atuin/history.db", dir);
    ck_assert_int_eq(sqlite3_open(path, &made), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(made,
                                  "CREATE TABLE history(id TEXT, timestamp INT, duration INT, "
                                  "exit INT, command TEXT); INSERT INTO history VALUES('a', "
                                  "1700000000500000000, 2000000000, 0, 'systemctl stop x')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(made);
    harness_write_text(dir, "root/.config/nushell/history.sqlite3", "SQLite format 3");
    harness_expect(db, "1700000000.5|2|systemctl stop x|atuin|1",
                   "SELECT time, duration, command, shell, line FROM shell_history "
                   "WHERE root = '%s'",
                   dir);
    harness_expect(db, "damaged",
                   "SELECT status FROM evidence_sources WHERE location GLOB '%s*sqlite3'", dir);
    harness_close(db);
}
END_TEST

START_TEST(uid_and_user_choose_homes)
{
    sqlite3    *db = harness_open();
    const char *dir = host();

    harness_expect(db, "2",
                   "SELECT count(*) FROM shell_history WHERE root = '%s' AND uid = 0 AND "
                   "user = 'root'",
                   dir);
    harness_expect(db, "4",
                   "SELECT count(*) FROM shell_history WHERE root = '%s' AND uid IN (0, 1000) "
                   "AND user <> 'gone'",
                   dir);
    harness_expect(db, "0", "SELECT count(*) FROM shell_history WHERE root = '%s' AND uid = 77777",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(a_history_that_is_no_file_is_reported_at_once)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        path[512];

    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(dir, "root/.zsh_history", "ls\n");
    snprintf(path, sizeof path, "%s/root/.bash_history", dir);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    harness_expect(db, "ls", "SELECT command FROM shell_history WHERE root = '%s'", dir);
    harness_expect(db, "damaged|not a regular file",
                   "SELECT status, detail FROM evidence_sources WHERE location = '%s'", path);
    harness_close(db);
}
END_TEST

START_TEST(a_link_does_not_lead_out_of_the_root)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch(), *outside = harness_scratch();
    char        path[512], target[512];

    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(dir, "root/.zsh_history", "ls\n");
    harness_write_text(outside, "secret", "secret\n");
    snprintf(path, sizeof path, "%s/root/.bash_history", dir);
    snprintf(target, sizeof target, "%s/secret", outside);
    ck_assert_int_eq(symlink(target, path), 0);
    harness_expect(db, "ls", "SELECT command FROM shell_history WHERE root = '%s'", dir);
    harness_close(db);
}
END_TEST

/* A link of a user to what he may not read would have root read it for him. */
/* The same of a path that his startup file names. */
START_TEST(a_startup_file_names_nothing_that_its_user_may_not_read)
{
    sqlite3    *db = harness_open();
    const char *dir = host();
    char        path[1024];

    if (geteuid() != 0)
        SKIP("needs root");
    harness_write_text(dir, "root/secret", "systemctl start secret\n");
    harness_write_text(dir, "srv/open", "systemctl start open\n");
    harness_write_text(dir, "srv/homes/ann/.bashrc", "HISTFILE=/root/secret\nHISTFILE=/srv/open\n");
    snprintf(path, sizeof path, "%s/root/secret", dir);
    ck_assert_int_eq(chmod(path, 0600), 0);
    snprintf(path, sizeof path, "%s/srv/open", dir);
    ck_assert_int_eq(chmod(path, 0644), 0);
    snprintf(path, sizeof path, "%s/srv", dir);
    ck_assert_int_eq(chmod(path, 0755), 0);
    ck_assert_int_eq(chmod(dir, 0755), 0);
    snprintf(path, sizeof path, "%s/srv/homes/ann", dir);
    ck_assert_int_eq(chown(path, 1000, 1000), 0);
    harness_expect(db, "systemctl start open",
                   "SELECT command FROM shell_history WHERE root = '%s' AND command GLOB "
                   "'systemctl start [so]*'",
                   dir);
    harness_expect(
        db, "denied|denied by owner",
        "SELECT status, detail FROM evidence_sources WHERE location GLOB '*/root/secret'");
    harness_close(db);
}
END_TEST

START_TEST(a_link_to_anothers_file_is_denied_by_owner)
{
    sqlite3    *db = harness_open();
    const char *dir = host();
    char        path[1024];

    if (geteuid() != 0)
        SKIP("needs root");
    harness_write_text(dir, "etc/shadow", "root:secret:1\n");
    snprintf(path, sizeof path, "%s/etc/shadow", dir);
    ck_assert_int_eq(chmod(path, 0600), 0);
    snprintf(path, sizeof path, "%s/srv/homes/ann/.bash_history", dir);
    ck_assert_int_eq(symlink("/etc/shadow", path), 0);
    snprintf(path, sizeof path, "%s/srv/homes/ann", dir);
    ck_assert_int_eq(chown(path, 1000, 1000), 0);
    harness_expect(db, "0|2",
                   "SELECT sum(command GLOB '*secret*'), sum(user = 'ann') FROM shell_history "
                   "WHERE root = '%s'",
                   dir);
    harness_expect(db, "denied|denied by owner",
                   "SELECT status, detail FROM evidence_sources WHERE location GLOB "
                   "'*/ann/.bash_history'");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_expect(
        db, "0",
        "SELECT count(*) FROM shell_history WHERE history_file = '%s/srv/homes/ann/.bash_history'",
        dir);
    harness_close(db);
}
END_TEST

START_TEST(a_home_that_breaks_off_is_damaged)
{
    sqlite3    *db = harness_open();
    const char *dir = host();

    harness_break_readdir(0, EIO);
    harness_int(db, "SELECT count(*) FROM shell_history WHERE root = '%s'", dir);
    harness_break_readdir(0, 0);
    harness_expect(db, "damaged|1|the folder was not listed to its end: Input/output error",
                   "SELECT status, skipped, detail FROM evidence_sources "
                   "WHERE location = '%s/root'",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(bytes_that_are_not_text_stay_visible)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write(dir, ".bash_history", "a\0b\xff\n", 5);
    harness_expect(db,
                   "a\xef\xbf\xbd"
                   "b\xef\xbf\xbd",
                   "SELECT command FROM shell_history('%s/.bash_history')", dir);
    harness_close(db);
}
END_TEST

START_TEST(histories_of_macos_and_windows_are_found)
{
    sqlite3    *db = harness_open();
    const char *mac = harness_scratch(), *win = harness_scratch();

    harness_write_text(mac, "Library/LaunchDaemons/x", "");
    harness_write_text(mac, "Users/eve/.zsh_history", ": 1700000001:2;launchctl list\n");
    harness_write_text(mac, "Users/eve/.zsh_sessions/1.history", "ls\n");
    harness_write_text(win, "Windows/System32/config/x", "");
    harness_write_text(win,
                       "Users/bob/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/"
                       "ConsoleHost_history.txt",
                       "sc.exe query\r\n");
    harness_expect(db, "eve|launchctl list\neve|ls",
                   "SELECT user, command FROM shell_history WHERE root = '%s'", mac);
    harness_expect(db, "bob|sc.exe query|pwsh",
                   "SELECT user, command, shell FROM shell_history WHERE root = '%s'", win);
    harness_close(db);
}
END_TEST

/* The join that osquery asks for: its uid is not a term that shell_history takes of a join. */
START_TEST(a_join_with_users_reads_histories_once)
{
    sqlite3    *other = harness_open();
    const char *root = harness_scratch();
    int64_t     before;

    harness_write_text(root, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n"
                       "bob:x:1001:1001::/home/bob:/bin/sh\n");
    harness_write_text(root, "home/ann/.bash_history", "a\nb\n");
    harness_write_text(root, "home/bob/.bash_history", "c\n");
    harness_query(other, "DELETE FROM evidence");
    harness_query(other, "INSERT INTO evidence(location) VALUES('%s')", root);
    for (size_t i = 0; i < 2; i++) {
        before = harness_int(other, "SELECT scans FROM svcql_tables WHERE name = 'shell_history'");
        harness_expect(other, "ann|a\nann|b\nbob|c",
                       "SELECT u.username, h.command FROM users AS u JOIN shell_history AS h "
                       "USING (%s) ORDER BY 1, 2",
                       i ? "uid, host" : "uid");
        harness_expect(other, "1",
                       "SELECT scans - %lld FROM svcql_tables WHERE name = 'shell_history'",
                       (long long)before);
    }
    char *plan =
        harness_query(other, "EXPLAIN QUERY PLAN SELECT * FROM shell_history WHERE uid = 0");
    ck_assert_msg(strstr(plan, "uid=?") != NULL, "%s", plan);
    harness_close(other);
}
END_TEST

Suite *make_shell_history_suite(void)
{
    const TTest *const tests[] = {
        every_users_histories_are_read,
        a_folder_that_is_a_system_gives_the_histories_of_its_users,
        a_long_history_is_read_in_parts,
        a_file_can_be_named,
        a_history_that_is_named_is_the_same_users_as_in_all,
        histories_are_read_where_users_move_them,
        databases_of_histories_are_read,
        uid_and_user_choose_homes,
        a_history_that_is_no_file_is_reported_at_once,
        a_link_does_not_lead_out_of_the_root,
        a_link_to_anothers_file_is_denied_by_owner,
        a_startup_file_names_nothing_that_its_user_may_not_read,
        a_home_that_breaks_off_is_damaged,
        bytes_that_are_not_text_stay_visible,
        histories_of_macos_and_windows_are_found,
        a_join_with_users_reads_histories_once,
    };
    Suite *suite = suite_create("shell_history");
    TCase *tcase = tcase_create("shell_history");

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}
