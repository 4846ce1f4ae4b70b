#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/unit/unit_directives.h"
#include "harness.h"
#include "systemd_box.h"

static const char *dir;

static void new_root(void)
{
    dir = harness_scratch();
    harness_write_text(dir, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:\n");
}

static void file(const char *path, const char *text)
{
    harness_write_text(dir, path, text);
}

/* The rows of a query, with this root in place of ROOT. */
#define expect(expected, sql) harness_expect_root(dir, "unit_settings", expected, sql)

START_TEST(every_directive_has_a_row_with_its_line)
{
    new_root();
    file("etc/systemd/system/a.service",
         "# c\n[Unit]\nDescription=x \\\n  y\n[Service]\nExecStart=/bin/a %i\n");
    expect("3|Unit|Description|x    y|1\n6|Service|ExecStart|/bin/a %i|1",
           "SELECT line, section, key, value, effective FROM ROOT");
}
END_TEST

START_TEST(drop_ins_override_and_reset)
{
    new_root();
    file("usr/lib/systemd/system/a.service", "[Service]\nExecStart=/bin/a\nUser=x\n");
    file("etc/systemd/system/a.service.d/10.conf", "[Service]\nExecStart=\nExecStart=/bin/b\n");
    file("run/systemd/system.control/a.service.d/20.conf", "[Service]\nUser=root\n");
    expect("ExecStart|/bin/a|0|/etc/systemd/system/a.service.d/10.conf|2\n"
           "User|x|0|/run/systemd/system.control/a.service.d/20.conf|2\n"
           "ExecStart||0|/etc/systemd/system/a.service.d/10.conf|2\n"
           "ExecStart|/bin/b|1|/etc/systemd/system/a.service.d/10.conf|3\n"
           "User|root|1|/run/systemd/system.control/a.service.d/20.conf|2",
           "SELECT key, value, effective, decided_by, decided_line FROM ROOT");
}
END_TEST

START_TEST(a_drop_in_for_many_units_shows_under_each)
{
    new_root();
    file("etc/systemd/system/a-b.service", "[Service]\nExecStart=/bin/a\n");
    file("etc/systemd/system/c.service", "[Service]\nExecStart=/bin/c\n");
    file("etc/systemd/system/t.timer", "[Timer]\nOnBootSec=1\n");
    file("etc/systemd/system/service.d/x.conf", "[Service]\nUser=eve\n");
    file("etc/systemd/system/a-.service.d/y.conf", "[Service]\nGroup=eve\n");
    expect("a-b.service|User|1\na-b.service|Group|1\nc.service|User|1",
           "SELECT unit, key, effective FROM ROOT WHERE path GLOB '*.conf'");
    expect("c.service",
           "SELECT unit FROM ROOT WHERE path = '/etc/systemd/system/service.d/x.conf' AND "
           "unit = 'c.service'");
}
END_TEST

START_TEST(drop_ins_of_units_that_are_not_there_are_not_lost)
{
    new_root();
    file("etc/systemd/system/gone.service.d/x.conf", "[Service]\nUser=eve\n");
    file("etc/systemd/system/user-.slice.d/x.conf", "[Slice]\nCPUQuota=1%\n");
    file("etc/systemd/system/system.slice.d/x.conf", "[Slice]\nCPUQuota=2%\n");
    expect("gone.service|eve|NULL|no unit here reads it\nsystem.slice|2%|1|NULL\n"
           "user-.slice|1%|NULL|no unit here reads it",
           "SELECT unit, value, effective, ignored FROM ROOT ORDER BY unit");
}
END_TEST

START_TEST(files_not_in_force_say_what_stands_for_them)
{
    new_root();
    file("usr/lib/systemd/system/a.service", "[Service]\nExecStart=/bin/vendor\n");
    file("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/own\n");
    file("usr/lib/systemd/system/a.service.d/x.conf", "[Service]\nUser=vendor\n");
    file("etc/systemd/system/a.service.d/x.conf", "[Service]\nUser=own\n");
    expect("/bin/own|1|/etc/systemd/system/a.service|NULL\n"
           "/bin/vendor|0|/etc/systemd/system/a.service|another file replaces it\n"
           "own|1|/etc/systemd/system/a.service.d/x.conf|NULL\n"
           "vendor|0|/etc/systemd/system/a.service.d/x.conf|another file replaces it",
           "SELECT value, effective, decided_by, ignored FROM ROOT ORDER BY value");
}
END_TEST

START_TEST(a_drop_in_that_a_prefix_masks_says_so)
{
    new_root();
    file("usr/lib/systemd/system/a-b.service", "[Service]\nUser=a\n");
    file("usr/lib/systemd/system/a-b.service.d/x.conf", "[Service]\nUser=b\n");
    file("etc/systemd/system/a-.service.d/x.conf", "[Service]\nUser=c\n");
    file("usr/lib/systemd/system/service.d/y.conf", "[Service]\nGroup=d\n");
    file("etc/systemd/system/a-.service.d/y.conf", "[Service]\nGroup=e\n");
    file("usr/lib/systemd/system/z.service", "[Service]\n");
    expect("a-b.service|b|0|/etc/systemd/system/a-.service.d/x.conf|another file replaces it",
           "SELECT unit, value, effective, decided_by, ignored FROM ROOT WHERE value = 'b'");
    expect("a-b.service|e|1\nz.service|d|1",
           "SELECT unit, value, effective FROM ROOT WHERE key = 'Group'");
    sqlite3 *db = harness_open();
    harness_expect(
        db, "/usr/lib/systemd/system/a-b.service.d/x.conf|/etc/systemd/system/a-.service.d/x.conf",
        "SELECT path, shadowed_by FROM unit_files('%s') WHERE shadowed_by IS NOT NULL", dir);
    harness_close(db);
}
END_TEST

/* What the host's systemd does not know yet, or no longer, it passes over; without a version that is not known. */
START_TEST(directives_of_other_versions_are_shown)
{
    new_root();
    file("etc/systemd/system/a.service",
         "[Unit]\nX-Own=1\n[Service]\nExecStart=/bin/a\nExecReloadPost=/bin/b\n"
         "MemoryPressureWatch=auto\nCPUShares=9\nBogus=1\n[Install]\nUpheldBy=x.target\n");
    file("etc/systemd/system/a.target", "[Target]\nBogus=1\n");
    expect("0", "SELECT count(ignored) FROM ROOT");
    file("usr/lib/systemd/libsystemd-shared-252.so", "");
    expect(
        "ExecReloadPost|0|systemd 252 does not know it: it came with 259\n"
        "MemoryPressureWatch|0|systemd 252 does not know it: it came with 254\n"
        "Bogus|0|systemd 252 does not know it\n"
        "UpheldBy|0|systemd 252 does not know it: it came with 253\n"
        "Bogus|0|systemd 252 does not know it",
        "SELECT key, effective, ignored FROM ROOT WHERE ignored IS NOT NULL ORDER BY path, line");
    sqlite3 *db = harness_open();
    harness_expect(db, "4 lines that systemd ignores",
                   "SELECT error FROM unit_files('%s') WHERE name = 'a.service'", dir);
    harness_close(db);
}
END_TEST

START_TEST(a_version_is_judged_by_what_is_known_of_it)
{
    static const struct {
        const char *section, *key;
        int         version, read;
    } cases[] = {
        {"Service", "ExecReloadPost", 258, 0},
        {"Service", "ExecReloadPost", 259, 1},
        {"Service", "ExecStart", 230, 1},
        {"Service", "CPUShares", 257, 1},
        {"Service", "CPUShares", 259, -1},
        {"Service", "CPUShares", 262, 0},
        {"Service", "Bogus", 251, -1},
        {"Service", "Bogus", 263, -1},
        {"Service", "Bogus", INT_MAX, -1},
        {"Service", "ExecReloadPost", INT_MAX, -1},
        {"Service", "X-Bogus", 252, 1},
        {"X-Own", "Bogus", 252, 1},
        {"Socket", "ExecStart", 252, 0},
        {"Scope", "OOMPolicy", 252, 1},
        {"Timer", "RandomizedOffsetSec", 257, 0},
    };
    int since;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(unit_directive_read(cases[i].section, cases[i].key, cases[i].version,
                                          &since) == cases[i].read,
                      "%s of %d", cases[i].key, cases[i].version);
}
END_TEST

START_TEST(an_environment_that_is_set_again_is_not_in_force)
{
    new_root();
    file("etc/systemd/system/a.service",
         "[Service]\nEnvironment=A=1 \"B=x y\"\nEnvironment=C=1\nEnvironment=A=2 bad\n");
    file("etc/systemd/system/a.service.d/x.conf", "[Service]\nEnvironment=C=2\nEnvironment=B=2\n");
    expect("A=1 \"B=x y\"|0|/etc/systemd/system/a.service.d/x.conf|3\n"
           "C=1|0|/etc/systemd/system/a.service.d/x.conf|2\n"
           "A=2 bad|1|/etc/systemd/system/a.service|4\n"
           "C=2|1|/etc/systemd/system/a.service.d/x.conf|2\n"
           "B=2|1|/etc/systemd/system/a.service.d/x.conf|3",
           "SELECT value, effective, decided_by, decided_line FROM ROOT");
}
END_TEST

START_TEST(drop_ins_with_a_dot_are_never_in_force)
{
    new_root();
    file("etc/systemd/system/a.service", "[Service]\nUser=a\n");
    file("etc/systemd/system/a.service.d/.x.conf", "[Service]\nUser=b\n");
    expect("a|1|NULL\nb|0|systemd reads no drop-in whose name begins with a dot",
           "SELECT value, effective, ignored FROM ROOT");
}
END_TEST

START_TEST(an_instance_can_be_named)
{
    new_root();
    file("etc/systemd/system/a@.service", "[Service]\nExecStart=/bin/a %i\n");
    file("etc/systemd/system/a@x.service.d/x.conf", "[Service]\nUser=x\n");
    expect("a@.service|ExecStart|1\na@x.service|ExecStart|1\na@x.service|User|1",
           "SELECT unit, key, effective FROM ROOT");
    expect("a@y.service|ExecStart|1",
           "SELECT unit, key, effective FROM ROOT WHERE unit = 'a@y.service'");
}
END_TEST

START_TEST(aliases_bring_their_drop_ins_along)
{
    new_root();
    file("etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    file("etc/systemd/system/b.service.d/x.conf", "[Service]\nUser=b\n");
    harness_link(dir, "etc/systemd/system/b.service", "a.service");
    expect("a.service|ExecStart|1\na.service|User|1", "SELECT unit, key, effective FROM ROOT");
}
END_TEST

START_TEST(what_systemd_ignores_says_why)
{
    new_root();
    file("etc/systemd/system/a.service",
         "X=1\n[Unit]\nnonsense\n[Timer]\nOnBootSec=1\n[Service]\nUser=a\n");
    file("etc/systemd/system/b.service", "[Service]\nUser=b\n[Broken\nGroup=c\n");
    file("etc/systemd/system/c.service", "[Service]\nUser=c\n");
    file("etc/systemd/system/c.service.d/x.conf", "[Service]\nGroup=c\n[Bro\nUser=d\n");
    expect("a.service|NULL|X=1|0|assignment outside of a section\n"
           "a.service|NULL|nonsense|0|no \"=\" in the line\n"
           "a.service|OnBootSec|1|0|section not read in units of this type\n"
           "a.service|User|a|1|NULL\n"
           "b.service|User|b|0|systemd refuses to load this file\n"
           "b.service|NULL|[Broken|0|invalid section header\n"
           "b.service|Group|c|0|after a line at which systemd stops\n"
           "c.service|User|c|1|NULL\nc.service|Group|c|1|NULL\n"
           "c.service|NULL|[Bro|0|invalid section header\n"
           "c.service|User|d|0|after a line at which systemd stops",
           "SELECT unit, key, value, effective, ignored FROM ROOT");
}
END_TEST

START_TEST(a_masked_unit_has_nothing_in_force)
{
    new_root();
    file("usr/lib/systemd/system/a.service", "[Service]\nExecStart=/bin/a\n");
    file("etc/systemd/system/a.service.d/x.conf", "[Service]\nUser=a\n");
    harness_link(dir, "etc/systemd/system/a.service", "/dev/null");
    expect("User|0|unit is masked\nExecStart|0|another file replaces it",
           "SELECT key, effective, ignored FROM ROOT");
}
END_TEST

START_TEST(users_have_settings_of_their_own)
{
    new_root();
    file("usr/lib/systemd/user/a.service", "[Service]\nExecStart=/bin/a\n");
    file("home/ann/.config/systemd/user/a.service.d/x.conf", "[Service]\nExecStart=/home/ann/x\n");
    expect("NULL|/bin/a|1\nann|/bin/a|1\nann|/home/ann/x|1",
           "SELECT scope_user, value, effective FROM ROOT ORDER BY scope_user, value");
}
END_TEST

/* capsule@.service(5): its home is a folder that systemd makes for a user of the moment. */
START_TEST(capsules_have_settings_of_their_own)
{
    new_root();
    file("usr/lib/systemd/user/a.service", "[Service]\nExecStart=/bin/a %h %t\n");
    file("var/lib/private/capsules/box/.config/systemd/user/a.service.d/x.conf",
         "[Service]\nExecStart=/bin/b %h %t\n");
    file("var/lib/capsules/.keep", "");
    harness_link(dir, "var/lib/capsules/box", "../private/capsules/box");
    file("run/capsules/box/systemd/transient/t.service", "[Service]\nExecStart=/bin/t\n");
    file("run/capsules/other/systemd/user/o.service", "[Service]\nExecStart=/bin/o\n");
    expect("NULL|a.service|/bin/a %h %t\nc-box|a.service|/bin/a %h %t\n"
           "c-box|a.service|/bin/b %h %t\nc-box|t.service|/bin/t\nc-other|o.service|/bin/o",
           "SELECT scope_user, unit, value FROM ROOT ORDER BY 1, 2, 3");
    sqlite3 *db = harness_open();
    harness_expect(db, "/bin/b /var/lib/capsules/box /run/capsules/box",
                   "SELECT text FROM unit_commands('%s') WHERE program = '/bin/b'", dir);
    harness_close(db);
}
END_TEST

START_TEST(rowids_are_unique)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "0", "SELECT count(*) - count(DISTINCT rowid) FROM unit_settings");
    harness_expect(db, "0", "SELECT count(*) - count(DISTINCT rowid) FROM unit_files");
    harness_close(db);
}
END_TEST

START_TEST(filters_change_no_answer)
{
    sqlite3                 *db = harness_open();
    static const char *const filters[] = {
        "unit = 'user.slice'",
        "unit IN ('getty@.service', 'dbus.service')",
        "path GLOB '/lib/systemd/system/s*'",
        "section = 'Install' AND key = 'WantedBy'",
        "scope = 'user'",
        "path LIKE '/usr/lib/systemd/user/%'",
    };

    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        harness_expect(db, "0",
                       "SELECT (SELECT count(*) FROM unit_settings WHERE %s) - (SELECT "
                       "count(*) FROM (SELECT *, unit AS u FROM unit_settings LIMIT -1 OFFSET 0) "
                       "WHERE %s)",
                       filters[i], filters[i]);
    harness_close(db);
}
END_TEST

/* Against systemd --------------------------------------------------------------- */

static char *output(const char *format, const char *argument)
{
    char   command[1024];
    char  *text = NULL;
    size_t room = 0;

    snprintf(command, sizeof command, format, argument);
    FILE *pipe = popen(command, "re");
    ck_assert_ptr_nonnull(pipe);
    if (getdelim(&text, &room, '\0', pipe) < 0)
        text = strdup("");
    ck_assert_msg(pclose(pipe) == 0, "%s", command);
    return text;
}

static const char weird[] =
    "[Unit]\nDescription=odd \\\n# a comment\n  ones\n[Service]\nType=oneshot\n"
    "ExecStart=/bin/echo plain words\n"
    "ExecStart=-@/bin/sh zero -c 'echo \"$X\" $$'\n"
    "ExecStart=:+/bin/echo \"a b\"c 'd e' \\x41\\102\\u00e4\\n\\s\\q\n"
    "ExecStart=!!/bin/echo one ; -/bin/echo two \\; three ; ;\n"
    "ExecStart=//usr//bin/./env A=1 \\\n   B=2 \\\n\n"
    "ExecStart=-nonsense/path\n"
    "ExecStart=echo found in the path\n"
    "ExecStart=/bin/echo 'not\\'ended \"quotes\" \\\"x\\\"'\n"
    "ExecStart=/bin/echo \xc3\xa4 \"\" ''x\n"
    "ExecStartPre=/bin/gone\nExecStartPre=\nExecStartPre=/bin/kept\n"
    "ExecStopPost=/bin/echo 100%% done\n";

/* The commands of a property as the manager has them: path and arguments. */
static void expect_commands(sqlite3 *db, const char *unit, const char *key)
{
    char format[512];

    snprintf(format, sizeof format,
             "busctl --json=short get-property org.freedesktop.systemd1 "
             "$(busctl --json=short call org.freedesktop.systemd1 /org/freedesktop/systemd1 "
             "org.freedesktop.systemd1.Manager LoadUnit s %%s | sed 's/.*\\[\"//; s/\"\\].*//') "
             "org.freedesktop.systemd1.Service %s",
             key);
    char         *json = output(format, unit);
    sqlite3_stmt *stmt;
    ck_assert_int_eq(
        sqlite3_prepare_v2(db,
                           "SELECT group_concat(json_extract(value, '$[0]') || '|' || "
                           "replace(json_extract(value, '$[1]'), '%', '%%'), char(10)) "
                           "FROM json_each(json_extract(?, '$.data'))",
                           -1, &stmt, NULL),
        SQLITE_OK);
    sqlite3_bind_text(stmt, 1, json, -1, SQLITE_TRANSIENT);
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    const char *expected = (const char *)sqlite3_column_text(stmt, 0);
    harness_expect(
        db, expected ? expected : "NULL",
        "SELECT group_concat(json_extract(c.value, '$.path') || '|' || "
        "json_extract(c.value, '$.argv'), char(10)) FROM unit_settings AS s, "
        "json_each(s.commands) AS c WHERE s.unit = '%s' AND s.key = '%s' AND s.effective",
        unit, key);
    sqlite3_finalize(stmt);
    free(json);
}

START_TEST(commands_are_those_of_the_manager)
{
    static const char *const keys[] = {"ExecStart", "ExecStartPre", "ExecStopPost"};

    ENTER();
    harness_write_text("/etc/systemd/system", "weird.service", weird);
    harness_write_text("/etc/systemd/system", "weird.service.d/more.conf",
                       "[Service]\nExecStart=/bin/echo from a drop-in\n[Broken\nExecStart=/no\n");
    systemd_shell("systemctl -q daemon-reload");
    sqlite3 *db = harness_open();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        expect_commands(db, "weird.service", keys[i]);
    harness_close(db);
}
END_TEST

/* The lines of `systemctl cat` that name files. */
static char *files_of(const char *unit)
{
    char *text = output("systemctl cat --no-pager %s | sed -n 's,^# /,/,p' | grep -v ' '", unit);

    if (*text)
        text[strlen(text) - 1] = '\0';
    return text;
}

START_TEST(files_are_those_of_systemctl_cat)
{
    ENTER();
    harness_write_text("/etc/systemd/system", "a-b-c.service", "[Service]\nExecStart=/bin/true\n");
    harness_write_text("/etc/systemd/system", "a-b-c.service.d/30.conf", "[Service]\nUser=a\n");
    harness_write_text("/run/systemd/system", "a-b-c.service.d/30.conf", "[Service]\nUser=b\n");
    harness_write_text("/run/systemd/system", "a-b-.service.d/20.conf", "[Service]\nUser=c\n");
    harness_write_text("/etc/systemd/system", "a-.service.d/20.conf", "[Service]\nUser=d\n");
    harness_write_text("/etc/systemd/system", "service.d/25.conf", "[Service]\nUser=e\n");
    harness_write_text("/etc/systemd/system", "a-.service.d/10.conf", "[Service]\nUser=f\n");
    harness_write_text("/etc/systemd/system", "other.service.d/05.conf", "[Service]\nUser=g\n");
    harness_write_text("/etc/systemd/system", "t-u@.service", "[Service]\nExecStart=/bin/true\n");
    harness_write_text("/etc/systemd/system", "t-u@x.service.d/1.conf", "[Service]\nUser=a\n");
    harness_write_text("/etc/systemd/system", "t-u@.service.d/2.conf", "[Service]\nUser=a\n");
    harness_write_text("/etc/systemd/system", "t-@x.service.d/3.conf", "[Service]\nUser=a\n");
    harness_write_text("/etc/systemd/system", "t-@.service.d/4.conf", "[Service]\nUser=a\n");
    harness_write_text("/etc/systemd/system", "t-.service.d/5.conf", "[Service]\nUser=a\n");
    systemd_shell(
        "cd /etc/systemd/system && ln -s a-b-c.service other.service && "
        "ln -s /dev/null /run/systemd/system/a-.service.d 2>/dev/null; "
        "systemctl -q daemon-reload; systemctl -q start a-b-c.service t-u@x.service; true");
    static const char *const units[] = {"a-b-c.service", "t-u@x.service", "rc-local.service",
                                        "user@1234.service", "systemd-journald.service"};
    sqlite3                 *db = harness_open();
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (access("/usr/lib/systemd/system/rc-local.service", F_OK) < 0 &&
            strcmp(units[i], "rc-local.service") == 0)
            continue; /* systemd 260 has it no more */
        char *theirs = files_of(units[i]);
        harness_expect(db, theirs,
                       "SELECT path FROM (SELECT path, min(ord) AS o FROM (SELECT path, "
                       "row_number() OVER () AS ord FROM unit_settings WHERE unit = '%s' AND "
                       "scope = 'system' AND coalesce(ignored, '') <> 'another file replaces it')"
                       " GROUP BY path ORDER BY o)",
                       units[i]);
        free(theirs);
    }
    harness_close(db);
}
END_TEST

/* Trees of drop-ins ------------------------------------------------------------- */

static uint32_t seed;

static uint32_t any(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

#define ANY(array) ((array)[any(sizeof(array) / sizeof((array)[0]))])

static const char *const unit_dirs[] = {
    "/etc/systemd/system",
    "/run/systemd/system",
    "/etc/systemd/system.control",
    "/etc/systemd/system.attached",
};

/* Fragments, aliases and drop-ins for units of a few names, and a reload. */
static void grow_tree(void)
{
    static const char *const fragments[] = {"a.service", "a-b-c.service", "t-u@.service",
                                            "t@.service"};
    static const char *const links[][2] = {{"al.service", "a.service"},
                                           {"tal@.service", "t-u@.service"},
                                           {"one@q.service", "t@.service"}};
    static const char *const owners[] = {
        "a.service",   "a-b-c.service", "a-b-.service", "a-.service", "t@.service",
        "t@x.service", "t-@.service",   "t-@x.service", "t-.service", "t-u@x.service",
        "al.service",  "tal@.service",  "service",      "x-y.slice",  "x-.slice",
        "slice",       "tal@x.service"};
    char path[256], text[300];

    systemd_shell("for d in /etc/systemd/system /run/systemd/system /etc/systemd/system.control "
                  "/etc/systemd/system.attached; do rm -rf $d; mkdir $d; done");
    for (size_t i = 0; i < sizeof fragments / sizeof fragments[0]; i++)
        harness_write_text(unit_dirs[any(2)], fragments[i], "[Service]\nExecStart=/bin/true\n");
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", ANY(unit_dirs), links[i][0]);
        if (any(2))
            ck_assert(symlink(links[i][1], path) == 0);
    }
    for (uint32_t n = 2 + any(20); n; n--) {
        snprintf(path, sizeof path, "%s.d/%u.conf", ANY(owners), any(4));
        snprintf(text, sizeof text, "[Unit]\nDescription=%s\n", path);
        harness_write_text(ANY(unit_dirs), path, text);
    }
    systemd_shell("systemctl -q daemon-reload");
}

/* The files of a unit as its manager has them loaded, one a line; NULL where it has none. */
static char *loaded_files(const char *unit)
{
    char *text = output("systemctl show -p LoadState -p FragmentPath -p DropInPaths %s | "
                        "sed 's/^[A-Za-z]*=//' | tr ' ' '\\n' | grep . || true",
                        unit);
    char *state = strstr(text, "loaded\n");

    if (!state) {
        free(text);
        return NULL;
    }
    memmove(state, state + 7, strlen(state + 7) + 1);
    if (*text)
        text[strlen(text) - 1] = '\0';
    return text;
}

START_TEST(any_tree_of_drop_ins_is_read_as_the_manager_reads_it)
{
    static const char *const units[] = {"a.service",     "a-b-c.service", "t@x.service",
                                        "t-u@x.service", "tal@x.service", "one@q.service",
                                        "x-y.slice"};

    ENTER();
    sqlite3 *db = harness_open();
    int      compared = 0;
    for (uint32_t of_seed = 1; of_seed <= 6; of_seed++) {
        seed = of_seed * 7919;
        grow_tree();
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            char *theirs = loaded_files(units[i]);
            char *id = output("systemctl show -P Id %s | tr -d '\\n'", units[i]);
            if (theirs)
                harness_expect(
                    db, theirs,
                    "SELECT path FROM (SELECT path, min(ord) AS o FROM (SELECT path, "
                    "row_number() OVER () AS ord FROM unit_settings WHERE unit = '%s' AND "
                    "scope = 'system' AND ignored IS NULL) GROUP BY path ORDER BY o)",
                    id);
            compared += theirs && strchr(theirs, '\n');
            free(id);
            free(theirs);
        }
    }
    /* Which of the units the manager loads is a matter of its version. */
    ck_assert_int_ge(compared, 20);
    harness_close(db);
}
END_TEST

START_TEST(effective_values_are_those_of_systemctl_show)
{
    ENTER();
    harness_write_text("/etc/systemd/system", "v.service",
                       "[Unit]\nDescription=one\nAfter=x.target\n[Service]\nExecStart=/bin/true\n"
                       "Environment=A=1\nUser=nobody\nNice=3\nUMask=0077\n");
    harness_write_text("/etc/systemd/system", "v.service.d/1.conf",
                       "[Unit]\nDescription=two\nAfter=\n[Service]\nEnvironment=\nEnvironment=B=2\n"
                       "User=daemon\nNice=\nNice=5\n");
    systemd_shell("systemctl -q daemon-reload");
    char *theirs =
        output("systemctl show %s -p Description -p Environment -p User -p Nice -p UMask | "
               "sed 's/=/|/' | LC_ALL=C sort",
               "v.service");
    theirs[strlen(theirs) - 1] = '\0';
    sqlite3 *db = harness_open();
    harness_expect(
        db, theirs,
        "SELECT key, value FROM unit_settings WHERE unit = 'v.service' AND effective AND "
        "key NOT IN ('After', 'ExecStart') ORDER BY key");
    harness_expect(db, "1",
                   "SELECT effective FROM unit_settings WHERE unit = 'v.service' AND "
                   "value = 'x.target'");
    char *after = output("systemctl show %s -p After", "v.service");
    ck_assert_ptr_nonnull(strstr(after, "x.target"));
    free(after);
    free(theirs);
    harness_close(db);
}
END_TEST

Suite *make_unit_settings_suite(void)
{
    Suite *s = suite_create("unit_settings");
    TCase *t = tcase_create("roots");

    tcase_add_test(t, every_directive_has_a_row_with_its_line);
    tcase_add_test(t, drop_ins_override_and_reset);
    tcase_add_test(t, a_drop_in_for_many_units_shows_under_each);
    tcase_add_test(t, drop_ins_of_units_that_are_not_there_are_not_lost);
    tcase_add_test(t, files_not_in_force_say_what_stands_for_them);
    tcase_add_test(t, a_drop_in_that_a_prefix_masks_says_so);
    tcase_add_test(t, an_environment_that_is_set_again_is_not_in_force);
    tcase_add_test(t, directives_of_other_versions_are_shown);
    tcase_add_test(t, a_version_is_judged_by_what_is_known_of_it);
    tcase_add_test(t, drop_ins_with_a_dot_are_never_in_force);
    tcase_add_test(t, an_instance_can_be_named);
    tcase_add_test(t, aliases_bring_their_drop_ins_along);
    tcase_add_test(t, what_systemd_ignores_says_why);
    tcase_add_test(t, a_masked_unit_has_nothing_in_force);
    tcase_add_test(t, users_have_settings_of_their_own);
    tcase_add_test(t, capsules_have_settings_of_their_own);
    tcase_add_test(t, rowids_are_unique);
    tcase_add_test(t, filters_change_no_answer);
    suite_add_tcase(s, t);

    t = tcase_create("systemd");
    tcase_set_timeout(t, 60);
    tcase_add_unchecked_fixture(t, boot, halt);
    tcase_add_test(t, commands_are_those_of_the_manager);
    tcase_add_test(t, files_are_those_of_systemctl_cat);
    tcase_add_test(t, effective_values_are_those_of_systemctl_show);
    tcase_add_test(t, any_tree_of_drop_ins_is_read_as_the_manager_reads_it);
    suite_add_tcase(s, t);
    return s;
}
