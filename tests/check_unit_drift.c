/* check_unit_drift.c -- effective_unit and unit_drift, on made-up roots and against a real systemd: a unit
 * written out as one file is loaded as all its files are; what systemd-delta and `systemctl
 * list-unit-files` report has rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "systemd_box.h"

static const char *dir;

static void file(const char *path, const char *text)
{
    harness_write_text(dir, path, text);
}

static void new_root(void)
{
    dir = harness_scratch();
    file("etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:\n");
    file("etc/systemd/system/multi-user.target.wants/x", "");
}

#define VENDOR "usr/lib/systemd/system/"
#define ETC    "etc/systemd/system/"

/* The lines of a unit: text, path and line. */
static void expect_unit(const char *expected, const char *name)
{
    sqlite3 *db = harness_open();

    harness_expect(db, expected, "SELECT text, path, line FROM effective_unit('%s', '%s')", name,
                   dir);
    harness_close(db);
}

static void expect_drift(const char *expected, const char *columns, const char *rest)
{
    sqlite3 *db = harness_open();

    harness_expect(db, expected, "SELECT %s FROM unit_drift('%s') %s", columns, dir, rest);
    harness_close(db);
}

START_TEST(a_unit_is_one_file_with_the_source_of_each_line)
{
    new_root();
    file(VENDOR "a.service", "[Unit]\nAfter=x.target\n[Service]\nExecStart=/bin/a \\\n  b\nUser=x\n"
                             "Environment=A=1\nCapabilityBoundingSet=CAP_CHOWN\n"
                             "[Install]\nWantedBy=multi-user.target\n");
    file(ETC "a.service.d/10.conf", "[Service]\nExecStart=\nExecStart=/bin/b %i\n"
                                    "CapabilityBoundingSet=\n[Unit]\nAfter=y.target\nWants=\n");
    file(ETC "a.service.d/20.conf", "[Service]\nEnvironment=B=2\nUser=y\n[Timer]\nOnBootSec=1\n");
    expect_unit("[Unit]|NULL|NULL\n"
                "After=x.target|/" VENDOR "a.service|2\n"
                "After=y.target|/" ETC "a.service.d/10.conf|6\n"
                "[Service]|NULL|NULL\n"
                "Environment=A=1|/" VENDOR "a.service|7\n"
                "ExecStart=/bin/b %i|/" ETC "a.service.d/10.conf|3\n"
                "CapabilityBoundingSet=|/" ETC "a.service.d/10.conf|4\n"
                "Environment=B=2|/" ETC "a.service.d/20.conf|2\n"
                "User=y|/" ETC "a.service.d/20.conf|3\n"
                "[Install]|NULL|NULL\n"
                "WantedBy=multi-user.target|/" VENDOR "a.service|10",
                "a");
}
END_TEST

START_TEST(a_unit_goes_by_any_of_its_names)
{
    new_root();
    file(VENDOR "g@.service", "[Service]\nExecStart=/bin/g %i\n");
    file(ETC "g@x.service.d/u.conf", "[Service]\nUser=gx\n");
    harness_link(dir, VENDOR "h@.service", "g@.service");
    static const char instance[] = "[Service]|NULL|NULL\n"
                                   "ExecStart=/bin/g %i|/" VENDOR "g@.service|2\n"
                                   "User=gx|/" ETC "g@x.service.d/u.conf|2";
    expect_unit(instance, "g@x.service");
    expect_unit(instance, "g@x");
    expect_unit(instance, "h@x.service");
    expect_unit("[Service]|NULL|NULL\nExecStart=/bin/g %i|/" VENDOR "g@.service|2", "g@y");
    expect_unit("", "nosuch.service");
    expect_unit("", "no such");
}
END_TEST

START_TEST(a_unit_that_is_not_loaded_says_why)
{
    new_root();
    file(VENDOR "m.service", "[Service]\nExecStart=/bin/m\n");
    harness_link(dir, ETC "m.service", "/dev/null");
    file(ETC "b.service", "[Service]\nExecStart=/bin/b\n[Broken\n");
    expect_unit("# unit is masked|/" ETC "m.service|NULL", "m.service");
    expect_unit("# systemd refuses to load this file|/" ETC "b.service|3", "b.service");
}
END_TEST

START_TEST(each_manager_has_its_unit)
{
    new_root();
    sqlite3 *db = harness_open();

    file("usr/lib/systemd/user/u.service", "[Service]\nExecStart=/bin/u\n");
    file("home/ann/.config/systemd/user/u.service.d/x.conf", "[Service]\nExecStart=/bin/v\n");
    harness_expect(db, "NULL|ExecStart=/bin/u\nann|ExecStart=/bin/u\nann|ExecStart=/bin/v",
                   "SELECT scope_user, text FROM effective_unit('u', '%s') WHERE key IS NOT NULL",
                   dir);
    harness_expect(db, "/bin/u,/bin/v",
                   "SELECT vendor_value || ',' || group_concat(value) FROM "
                   "(SELECT vendor_value, substr(value, 8) AS value FROM unit_drift('%s') "
                   "WHERE unit = 'u.service' AND scope_user = 'ann')",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(drift_is_shown_setting_by_setting)
{
    new_root();
    file(VENDOR "a.service", "[Unit]\nAfter=x.target\n[Service]\nExecStart=/bin/a\nUser=x\n");
    file(VENDOR "a.service.d/vendor.conf", "[Service]\nGroup=v\n");
    file(ETC "a.service.d/10.conf",
         "[Service]\nExecStart=\nExecStart=/bin/b\nUser=x\n[Unit]\nAfter=y.target\n");
    file(VENDOR "o.service", "[Service]\nExecStart=/bin/o\nUser=o\n");
    file(ETC "o.service", "[Service]\nExecStart=/bin/o\n");
    file(VENDOR "t.timer", "[Timer]\nOnBootSec=5\n");
    file(ETC "t.timer.d/o.conf", "[Timer]\nOnCalendar=\nOnCalendar=daily\n");
    file(VENDOR "d.service", "[Service]\nExecStart=/bin/d\n");
    file(VENDOR "d.service.d/v.conf", "[Service]\nUser=vd\n");
    file(ETC "d.service.d/y.conf", "");
    harness_link(dir, ETC "d.service.d/v.conf", "/dev/null");
    file(ETC "local.service", "[Service]\nExecStart=/bin/l\n");
    file(ETC "local.service.d/x.conf", "[Service]\nUser=l\n");
    expect_drift(
        "a.service|dropped-in|ExecStart|/bin/a|/bin/b|/" ETC "a.service.d/10.conf|3|/" VENDOR
        "a.service|4\n"
        "a.service|dropped-in|After|x.target|x.target\ny.target|/" ETC
        "a.service.d/10.conf|6|/" VENDOR "a.service|2\n"
        "d.service|dropped-in|User|vd|NULL|/" ETC "d.service.d/v.conf|NULL|/" VENDOR
        "d.service.d/v.conf|2\n"
        "d.service|without-effect|NULL|NULL|NULL|/" ETC "d.service.d/y.conf|NULL|NULL|NULL\n"
        "o.service|overridden|User|o|NULL|/" ETC "o.service|NULL|/" VENDOR "o.service|3\n"
        "t.timer|dropped-in|OnBootSec|5|NULL|/" ETC "t.timer.d/o.conf|2|/" VENDOR "t.timer|2\n"
        "t.timer|dropped-in|OnCalendar|NULL|daily|/" ETC "t.timer.d/o.conf|3|NULL|NULL",
        "unit, change, setting, vendor_value, value, path, line, vendor_path, vendor_line", "");
}
END_TEST

START_TEST(masks_names_and_presets_are_drift)
{
    new_root();
    file(VENDOR "m.service", "[Service]\nExecStart=/bin/m\n");
    harness_link(dir, ETC "m.service", "/dev/null");
    file(VENDOR "b.service", "[Service]\nExecStart=/bin/b\n");
    file(ETC "b.service", "[Service]\nExecStart=/bin/b\n[Br\n");
    file(VENDOR "multi-user.target", "[Unit]\n");
    file(VENDOR "graphical.target", "[Unit]\n");
    harness_link(dir, VENDOR "default.target", "graphical.target");
    harness_link(dir, ETC "default.target", "/usr/lib/systemd/system/multi-user.target");
    file(VENDOR "on.service", "[Service]\nExecStart=/b\n[Install]\nWantedBy=multi-user.target\n");
    file(VENDOR "off.service", "[Service]\nExecStart=/b\n[Install]\nWantedBy=multi-user.target\n");
    file(VENDOR "same.service", "[Service]\nExecStart=/b\n[Install]\nWantedBy=multi-user.target\n");
    harness_link(dir, ETC "multi-user.target.wants/on.service",
                 "/usr/lib/systemd/system/on.service");
    file("usr/lib/systemd/system-preset/90-x.preset", "enable on.service\ndisable s*\n");
    file("etc/systemd/system-preset/10-x.preset", "# c\n\ndisable on.*\n");
    expect_drift("b.service|refused|NULL|NULL|systemd refuses to load this file|/" ETC
                 "b.service|3|/" VENDOR "b.service|NULL\n"
                 "default.target|redirected|NULL|graphical.target|multi-user.target|/" ETC
                 "default.target|NULL|/" VENDOR "graphical.target|NULL\n"
                 "m.service|masked|NULL|NULL|NULL|/" ETC "m.service|NULL|/" VENDOR
                 "m.service|NULL\n"
                 "off.service|disabled|state|enabled|disabled|NULL|NULL|NULL|NULL\n"
                 "on.service|enabled|state|disabled|enabled|/" ETC
                 "multi-user.target.wants/on.service|NULL|/etc/systemd/system-preset/10-x.preset|3",
                 "unit, change, setting, vendor_value, value, path, line, vendor_path, vendor_line",
                 "ORDER BY unit");
}
END_TEST

START_TEST(a_user_has_drift_of_his_own)
{
    new_root();
    file("usr/lib/systemd/user/u.service",
         "[Service]\nExecStart=/bin/u\n[Install]\nWantedBy=default.target\n");
    file("usr/lib/systemd/user/w.service", "[Service]\nExecStart=/bin/w\n");
    file("usr/lib/systemd/user-preset/90.preset", "disable *\n");
    file("home/ann/.config/systemd/user/default.target.wants/x", "");
    harness_link(dir, "home/ann/.config/systemd/user/default.target.wants/u.service",
                 "/usr/lib/systemd/user/u.service");
    harness_link(dir, "home/ann/.config/systemd/user/w.service", "/dev/null");
    expect_drift("ann|u.service|enabled|disabled|enabled\nann|w.service|masked|NULL|NULL",
                 "scope_user, unit, change, vendor_value, value", "ORDER BY unit");
}
END_TEST

/* A real systemd -------------------------------------------------------------- */

static char *output(const char *command)
{
    char  *text = NULL;
    size_t room = 0;
    FILE  *pipe = popen(command, "re");

    ck_assert_ptr_nonnull(pipe);
    if (getdelim(&text, &room, '\0', pipe) <= 0) {
        free(text);
        text = calloc(1, 1);
    }
    ck_assert_int_eq(pclose(pipe), 0);
    return text;
}

/* One row of TEMP TABLE lines(line) for each line of a command's output. */
static void load_lines(sqlite3 *db, const char *command)
{
    char         *text = output(command), *rest = text, *line;
    sqlite3_stmt *stmt;

    harness_query(db, "DROP TABLE IF EXISTS temp.lines; CREATE TEMP TABLE lines(line)");
    sqlite3_prepare_v2(db, "INSERT INTO lines VALUES (?)", -1, &stmt, NULL);
    while ((line = strsep(&rest, "\n"))) {
        sqlite3_bind_text(stmt, 1, line, -1, SQLITE_STATIC);
        ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    free(text);
}

/* What no two units share, or what follows from the files alone. */
#define SHOW(unit)                                                                                 \
    "systemctl show --all " unit                                                                   \
    " | grep -vE '^(Id|Names|FragmentPath|DropInPaths|Description|InvocationID|"                   \
    "[A-Za-z]*Timestamp[A-Za-z]*|Exec[A-Za-z]*=.*start_time|CanReload)=' | "                       \
    "awk -F= '{n = split($0, w, /[= ]/); for (i = 1; i <= n; i++) print $1, w[i]}' | LC_ALL=C "    \
    "sort"

/* Compare two texts line by line; returns how many lines there are. */
static int compare_lines(char *a, char *b)
{
    char *x, *y;
    int   n = 0;

    do {
        x = strsep(&a, "\n");
        y = strsep(&b, "\n");
        ck_assert_pstr_eq(x, y);
    } while (x && n++ < 100000);
    return n;
}

START_TEST(a_unit_written_as_one_file_is_loaded_as_its_files_are)
{
    ENTER();
    sqlite3 *db = harness_open();

    harness_write_text(
        "/", "etc/systemd/system/full.service",
        "[Unit]\nAfter=a.target b.target\nWants=c.target\nDocumentation=man:a(1)\n"
        "ConditionPathExists=/a\n[Service]\nExecStart=/bin/sleep 1\nExecStartPre=/bin/true\n"
        "Environment=A=1 \"B=2 3\"\nEnvironmentFile=-/etc/x\nUser=tester\n"
        "CapabilityBoundingSet=CAP_CHOWN CAP_KILL\nReadOnlyPaths=/a /b\n"
        "SystemCallFilter=@system-service\nRestart=always\nSuccessExitStatus=3\n"
        "ProtectSystem=strict\n[Install]\nWantedBy=x.target\n");
    harness_write_text("/", "etc/systemd/system/full.service.d/20-a.conf",
                       "[Service]\nExecStart=\nExecStart=/bin/sh -c \"echo \\\"a\\\" \\\n  b\"\n"
                       "Environment=\nEnvironment=C=4\nCapabilityBoundingSet=\nUser=\n"
                       "ReadOnlyPaths=/c\nSystemCallFilter=~@mount\n[Unit]\nAfter=d.target\n"
                       "ConditionPathExists=\nConditionPathExists=!/b\nDocumentation=\n");
    harness_write_text("/", "run/systemd/system/full.service.d/30-b.conf",
                       "[Service]\nRestart=no\nEnvironment=D=5\nSuccessExitStatus=\n");
    char *text = harness_query(db, "SELECT group_concat(text, char(10)) || char(10) FROM "
                                   "effective_unit('full.service')");
    harness_write_text("/", "etc/systemd/system/merged.service", text);
    systemd_shell("systemctl daemon-reload");
    char *full = output(SHOW("full.service"));
    char *merged = output(SHOW("merged.service"));
    ck_assert_ptr_nonnull(strstr(full, "\nCapabilityBoundingSet \n"));
    /* How many properties there are is a matter of systemd's version. */
    ck_assert_int_gt(compare_lines(full, merged), 200);
    free(full);
    free(merged);
    harness_close(db);
}
END_TEST

START_TEST(every_line_is_one_that_systemctl_cat_shows)
{
    ENTER();
    sqlite3 *db = harness_open();

    systemd_shell(
        "mkdir -p /etc/systemd/system/service.d /etc/systemd/system/getty@tty1.service.d\n"
        "printf '[Service]\\nLogLevelMax=7\\n' > /etc/systemd/system/service.d/z.conf\n"
        "printf '[Service]\\nNice=3\\n' > /etc/systemd/system/getty@tty1.service.d/n.conf\n"
        "systemctl daemon-reload");
    load_lines(db, "systemctl cat --no-pager getty@tty1.service dbus.service "
                   "systemd-journald.service user@1234.service systemd-tmpfiles-clean.timer");
    harness_expect(db, "0",
                   "SELECT count(*) FROM effective_unit WHERE unit IN ('getty@tty1.service', "
                   "'dbus.service', 'systemd-journald.service', 'user@1234.service', "
                   "'systemd-tmpfiles-clean.timer') AND scope = 'system' AND path IS NOT NULL AND "
                   "'# ' || path NOT IN (SELECT line FROM lines)");
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM effective_unit('getty@tty1') WHERE "
                                     "value IN ('3', '7') AND text IN (SELECT line FROM lines)"),
                     2);
    /* Of journald's own file and its drop-ins, all lines but comments and empty ones. */
    systemd_shell("systemctl cat --no-pager systemd-journald.service | grep -c '^[A-Za-z].*=' > "
                  "/tmp/lines-of-journald");
    ck_assert_int_eq(
        harness_int(db, "SELECT count(*) FROM effective_unit('systemd-journald') "
                        "WHERE text GLOB '[A-Za-z]*=*' AND text IN (SELECT line FROM lines)"),
        atoll(harness_read("/tmp/lines-of-journald", NULL)));
    harness_close(db);
}
END_TEST

/* systemd-delta: "[MASKED]     /etc/x → /usr/x", of drop-ins the last path. */
START_TEST(what_systemd_delta_shows_has_rows)
{
    ENTER();
    sqlite3 *db = harness_open();

    systemd_shell(
        "cd /etc/systemd/system; systemctl -q mask getty@.service\n"
        "cp /usr/lib/systemd/system/dbus.socket .; mkdir -p systemd-journald.service.d\n"
        "sed s/^Description=.*/Description=x/ /usr/lib/systemd/system/time-set.target > "
        "time-set.target\nprintf '[Service]\\nNice=1\\n' > systemd-journald.service.d/n.conf\n"
        "ln -sf /usr/lib/systemd/system/rescue.target default.target; systemctl daemon-reload");
    load_lines(db, "systemd-delta --no-pager --diff=no systemd/system | cat");
    /* The five, and what the machine has of its own. */
    ck_assert_int_gt(harness_int(db, "SELECT count(*) FROM lines WHERE line GLOB '[[]*] */etc/*'"),
                     4);
    harness_expect(db, "",
                   "SELECT line FROM lines WHERE line GLOB '[[]*] */etc/systemd/system/*' AND "
                   "line NOT GLOB '*/full.service*' AND NOT EXISTS ("
                   "SELECT 1 FROM unit_drift WHERE scope = 'system' AND instr(lines.line || ' ', "
                   "path || ' '))");
    harness_expect(db,
                   "default.target|redirected\ngetty@.service|masked\ndbus.socket|without-effect\n"
                   "systemd-journald.service|dropped-in\ntime-set.target|overridden",
                   "SELECT column1, (SELECT change FROM unit_drift WHERE unit = column1 AND change "
                   "NOT IN ('enabled', 'disabled')) FROM (VALUES ('default.target'), "
                   "('getty@.service'), ('dbus.socket'), ('systemd-journald.service'), "
                   "('time-set.target'))");
    harness_close(db);
}
END_TEST

START_TEST(presets_are_those_of_systemctl)
{
    ENTER();
    sqlite3 *db = harness_open();

    systemd_shell("mkdir -p /etc/systemd/system-preset; printf 'disable getty@.service\\ndisable "
                  "systemd-n*\\nenable systemd-b*\\nenable console-getty.service\\ndisable *\\n' "
                  "> /etc/systemd/system-preset/50-x.preset\n"
                  "systemctl -q enable systemd-networkd.service console-getty.service\n"
                  "systemctl -q disable remote-fs.target");
    load_lines(db, "systemctl list-unit-files --no-legend --plain --no-pager | "
                   "awk '$2 ~ /^(enabled|disabled)/ && $3 ~ /^(enabled|disabled)$/ && "
                   "substr($2, 1, 7) != substr($3, 1, 7) {print $1\"|\"$2\"|\"$3}'");
    harness_query(db, "DELETE FROM lines WHERE line = ''");
    /* Which units there are is the machine's affair; all of them are compared. */
    ck_assert_int_gt(harness_int(db, "SELECT count(*) FROM lines"), 1);
    harness_expect(
        db,
        harness_query(db, "SELECT group_concat(line, char(10)) FROM (SELECT line "
                          "FROM lines ORDER BY 1)"),
        "SELECT group_concat(line, char(10)) FROM (SELECT unit || '|' || value || '|' || "
        "vendor_value AS line FROM unit_drift WHERE scope = 'system' AND change IN "
        "('enabled', 'disabled') ORDER BY 1)");
    harness_close(db);
}
END_TEST

Suite *make_unit_drift_suite(void)
{
    Suite *suite = suite_create("unit_drift");
    TCase *files = tcase_create("files"), *live = tcase_create("systemd");

    tcase_add_test(files, a_unit_is_one_file_with_the_source_of_each_line);
    tcase_add_test(files, a_unit_goes_by_any_of_its_names);
    tcase_add_test(files, a_unit_that_is_not_loaded_says_why);
    tcase_add_test(files, each_manager_has_its_unit);
    tcase_add_test(files, drift_is_shown_setting_by_setting);
    tcase_add_test(files, masks_names_and_presets_are_drift);
    tcase_add_test(files, a_user_has_drift_of_his_own);
    suite_add_tcase(suite, files);
    tcase_add_unchecked_fixture(live, boot, halt);
    tcase_set_timeout(live, 600);
    tcase_add_test(live, a_unit_written_as_one_file_is_loaded_as_its_files_are);
    tcase_add_test(live, every_line_is_one_that_systemctl_cat_shows);
    tcase_add_test(live, what_systemd_delta_shows_has_rows);
    tcase_add_test(live, presets_are_those_of_systemctl);
    suite_add_tcase(suite, live);
    return suite;
}
