/* check_autostart.c -- which autostart entries are started, as what, against
 * systemd-xdg-autostart-generator. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static const char *dir;

/* A root with a shell and this version of systemd. */
static void new_root(int version)
{
    char path[256];

    dir = harness_scratch();
    harness_write_text(dir, "usr/bin/sh", "#!");
    snprintf(path, sizeof path, "%s/usr/bin/sh", dir);
    ck_assert(chmod(path, 0755) == 0);
    snprintf(path, sizeof path, "usr/lib/systemd/libsystemd-shared-%d.so", version);
    harness_write_text(dir, path, "");
}

static void entry(const char *name, const char *lines)
{
    char path[256], text[2048];

    snprintf(path, sizeof path, "etc/xdg/autostart/%s", name);
    snprintf(text, sizeof text, "[Desktop Entry]\n%s", lines);
    harness_write_text(dir, path, text);
}

static void expect(const char *expected, const char *columns)
{
    sqlite3 *db = harness_open();

    harness_expect(db, expected,
                   "SELECT replace(replace(path, '/etc/xdg/autostart/', ''), '.desktop', '') AS "
                   "name, %s FROM unit_commands('%s') WHERE kind = 'autostart' ORDER BY name",
                   columns, dir);
    harness_close(db);
}

#define START "Type=Application\nExec=/bin/sh\n"

START_TEST(an_entry_that_the_generator_leaves_out_says_why)
{
    new_root(257);
    entry("a.desktop", START);
    entry("b.desktop", START "Hidden=yes\n");
    entry("c.desktop", START "Hidden=true\nHidden=false\n");
    entry("d.desktop", START "Hidden=maybe\n");
    entry("e.desktop", START "X-systemd-skip=1\n");
    entry("f.desktop", "Exec=/bin/sh\n");
    entry("g.desktop", START "TryExec=none\n");
    entry("h.desktop", START "TryExec=sh\n");
    entry("i.desktop", START "TryExec=\n");
    entry("j.desktop", START "X-KDE-autostart-condition=a:b:c:true\n");
    entry("k.desktop", START "AutostartCondition=if-exists x\n");
    entry("l.desktop", START "OnlyShowIn=GNOME;KDE\nNotShowIn=XFCE\n");
    entry("m.desktop", "Type=Application\nExec=/bin/sh \\q\n");
    expect("a|1|NULL\nb|0|entry is hidden\nc|1|NULL\n"
           "d|0|systemd cannot parse it, so that it is hidden\ne|0|marked as skipped by generator\n"
           "f|0|its Type= is not supported\ng|0|could not find TryExec= binary\nh|1|NULL\n"
           "i|0|could not find TryExec= binary\n"
           "j|1|NULL\nk|1|NULL\nl|1|NULL\n"
           "m|0|systemd cannot parse it, so that it is hidden",
           "effective, error");
}
END_TEST

START_TEST(startup_phases_of_gnome_leave_an_entry_out_by_version)
{
    for (int version = 252; version <= 257; version += 5) {
        new_root(version);
        entry("a.desktop", START "X-GNOME-Autostart-Phase=Panel\n");
        entry("b.desktop", START "X-GNOME-Autostart-Phase=Panel\nOnlyShowIn=GNOME;\n");
        entry("c.desktop", START "X-GNOME-Autostart-Phase=Panel\nOnlyShowIn=GNOME;KDE\n");
        expect(version < 254 ? "a|0\nb|0\nc|0" : "a|1\nb|0\nc|1", "effective");
    }
}
END_TEST

START_TEST(the_first_exec_counts_without_field_codes)
{
    new_root(257);
    entry("a.desktop", START "Exec=/bin/later\n");
    entry("b.desktop", "Type=Application\nExec=/bin/sh %U \"a b\" 50%% x%%y %k z%u\n");
    expect("a|[\"/bin/sh\"]\nb|[\"/bin/sh\", \"a b\", \"50%\", \"x%y\", \"z%u\"]", "argv");
}
END_TEST

START_TEST(on_evidence_without_programs_none_is_known_to_be_absent)
{
    dir = harness_scratch();
    entry("a.desktop", START "TryExec=none\n");
    entry("b.desktop", START "TryExec=/opt/x/none\n");
    expect("a|1\nb|1", "effective");
}
END_TEST

/* The real generator ---------------------------------------------------------- */

static uint32_t seed;

static uint32_t any(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

#define ANY(array) ((array)[any(sizeof(array) / sizeof((array)[0]))])

static const char *const lines[] = {
    "Hidden=true\n",
    "Hidden=false\n",
    "Hidden=0\n",
    "Hidden=x\n",
    "X-systemd-skip=true\n",
    "X-systemd-skip=no\n",
    "Type=Link\n",
    "Type= Application \n",
    "TryExec=sh\n",
    "TryExec=/bin/sh\n",
    "TryExec=/usr/bin\n",
    "TryExec=none-such\n",
    "TryExec=\n",
    "OnlyShowIn=GNOME\n",
    "OnlyShowIn=GNOME;KDE;\n",
    "OnlyShowIn=\n",
    "NotShowIn=GNOME\n",
    "X-GNOME-Autostart-Phase=Panel\n",
    "X-GNOME-Autostart-enabled=false\n",
    "X-GNOME-HiddenUnderSystemd=true\n",
    "AutostartCondition=if-exists x\n",
    "X-KDE-autostart-condition=a:b:c:true\n",
    "Exec=/bin/sh second\n",
    "Exec[de]=/bin/sh de\n",
    "Path=/tmp\n",
    "Name=a\\sb\n",
    "Name=a\\qb\n",
    "Terminal=true\n",
    "[Other]\n",
    "# Hidden=true\n",
    "DBusActivatable=true\n",
};

static const char *const commands[] = {
    "/bin/sh",         "/bin/sh -c \"a b\"",          "/bin/sh %U x",
    "/bin/sh 'q r' ;", "/bin/sh a\\sb \\\\\\\\x",     "/bin/sh HOME %%",
    "\"/bin/sh\" \"",  "/bin/sh z%u %f%F %% %%%%x",   "/bin/sh \"%U\" %i%c",
    "/bin/sh \\t y",   "/bin/sh -c \"a \\\\\\\\$x\"", "/bin/sh # x",
};

static const char *find_generator(void)
{
    static const char *const paths[] = {
        "/usr/lib/systemd/user-generators/systemd-xdg-autostart-generator",
        "/lib/systemd/user-generators/systemd-xdg-autostart-generator"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

static int version_of_host(void)
{
    int   version = 0;
    FILE *pipe = popen("systemctl --version", "re");

    ck_assert_ptr_nonnull(pipe);
    ck_assert_int_eq(fscanf(pipe, "systemd %d", &version), 1);
    pclose(pipe);
    return version;
}

static void random_entries(int version)
{
    char name[64], text[1024];

    new_root(version);
    for (int i = 0; i < 20; i++) {
        size_t size = (size_t)snprintf(text, sizeof text, "%sExec=%s\n",
                                       any(8) ? "Type=Application\n" : "", ANY(commands));
        for (uint32_t n = any(3); n; n--)
            size += (size_t)snprintf(text + size, sizeof text - size, "%s", ANY(lines));
        snprintf(name, sizeof name, "e%d%s", i, any(5) ? ".desktop" : "");
        entry(name, text);
    }
}

/* A root in which what the generator makes are the units of users. */
static const char *generated(const char *generator)
{
    const char *root = harness_scratch();
    char        command[4096];

    snprintf(
        command, sizeof command,
        "mkdir -p '%s/etc/systemd/user' && XDG_CONFIG_DIRS='%s/etc/xdg' "
        "XDG_CONFIG_HOME='%s/none' PATH=/usr/sbin:/usr/bin:/sbin:/bin '%s' '%s/etc/systemd/user' "
        "'%s/etc/systemd/user' '%s/etc/systemd/user' 2> /dev/null",
        root, dir, dir, generator, root, root, root);
    ck_assert_int_eq(system(command), 0);
    return root;
}

static const char same_entries[] =
    "WITH ours AS (SELECT 'app-' || replace(replace(path, '/etc/xdg/autostart/', ''), '.desktop', "
    "'') || '@autostart.service' AS unit, argv, count(*) FROM unit_commands('%s') WHERE kind = "
    "'autostart' AND effective GROUP BY 1, 2), started AS (SELECT name FROM unit_files('%s') WHERE "
    "kind = "
    "'dependency-link'), theirs AS (SELECT unit, argv, count(*) FROM unit_commands('%s') WHERE "
    "setting = "
    "'ExecStart' AND unit IN (SELECT name FROM started) GROUP BY 1, 2) SELECT 'ours', * FROM "
    "(SELECT * FROM ours "
    "EXCEPT SELECT * FROM theirs) UNION ALL SELECT 'theirs', * FROM (SELECT * FROM theirs EXCEPT "
    "SELECT * FROM ours) WHERE %u";

START_TEST(any_entries_start_what_the_generator_makes_of_them)
{
    const char *generator = find_generator();

    if (!generator)
        SKIP("needs systemd-xdg-autostart-generator");
    int version = version_of_host();
    for (uint32_t of_seed = 1; of_seed <= 30; of_seed++) {
        seed = of_seed * 7919;
        random_entries(version);
        const char *root = generated(generator);
        sqlite3    *db = harness_open();
        harness_expect(db, "", same_entries, dir, root, root, of_seed);
        harness_close(db);
    }
}
END_TEST

Suite *make_autostart_suite(void)
{
    Suite *s = suite_create("autostart");
    TCase *t = tcase_create("entries");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, an_entry_that_the_generator_leaves_out_says_why);
    tcase_add_test(t, startup_phases_of_gnome_leave_an_entry_out_by_version);
    tcase_add_test(t, the_first_exec_counts_without_field_codes);
    tcase_add_test(t, on_evidence_without_programs_none_is_known_to_be_absent);
    tcase_add_test(t, any_entries_start_what_the_generator_makes_of_them);
    suite_add_tcase(s, t);
    return s;
}
