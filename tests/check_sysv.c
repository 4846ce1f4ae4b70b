/* check_sysv.c -- init scripts: which of them start, as what, against systemd-sysv-generator. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/unit/sysv_text.h"
#include "harness.h"

static const char *dir;

static void script(const char *path, const char *provides, mode_t mode)
{
    char text[512], full[4096];

    snprintf(text, sizeof text,
             "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: %s\n# Default-Start: 2 3\n"
             "### END INIT INFO\n",
             provides);
    harness_write_text(dir, path, text);
    snprintf(full, sizeof full, "%s/%s", dir, path);
    ck_assert(chmod(full, mode) == 0);
}

/* The rows of a query, in which a table on this root is NAMEROOT. */
#define expect(expected, sql) harness_expect_root(dir, "", expected, sql)

static void expect_names(const char *script_name, const char *data, const char *expected)
{
    struct buffer names = {0};

    sysv_provides(data, strlen(data), script_name, &names);
    for (size_t i = 0; i + 1 < names.size; i++)
        names.data[i] = names.data[i] ? names.data[i] : ' ';
    const char *text = buffer_text(&names);
    ck_assert_str_eq(text, expected);
    buffer_free(&names);
}

START_TEST(provides_of_a_script_are_read)
{
    expect_names("a", "### BEGIN INIT INFO\n# Provides: a b.sh\t$x  c\n### END INIT INFO\n",
                 "b.service c.service");
    expect_names("a.sh", "### BEGIN INIT INFO\r\n#provides:a b\n", "b.service");
    expect_names("a", "# Provides: b\n", "");
    expect_names("a", "### BEGIN INIT INFO\n### END INIT INFO\n# Provides: b\n", "");
    expect_names("a", "### BEGIN INIT INFO\n# Provides:", "");
    expect_names("a", "### BEGIN INIT INFO\n# Provides: @y c.socket d@ e", "d@.service e.service");
}
END_TEST

START_TEST(names_of_scripts_and_links_are_those_of_systemd)
{
    static const struct {
        const char *script, *unit;
    } names[] = {{"alpha", "alpha.service"},
                 {"theta.sh", "theta.service"},
                 {"a b", "a\\x20b.service"},
                 {"x.service", "x.service"},
                 {"x.y", "x.y.service"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct buffer name = {0};
        sysv_unit_name(names[i].script, &name);
        ck_assert_str_eq(buffer_text(&name), names[i].unit);
        buffer_free(&name);
    }
    ck_assert_str_eq(sysv_link_script("S20a"), "a");
    ck_assert_str_eq(sysv_link_script("K01S20a"), "S20a");
    ck_assert_ptr_null(sysv_link_script("S2a"));
    ck_assert_ptr_null(sysv_link_script("S20"));
    ck_assert_ptr_null(sysv_link_script("a"));
}
END_TEST

START_TEST(only_what_systemd_makes_a_service_of_is_listed)
{
    dir = harness_scratch();
    script("etc/init.d/alpha", "alpha beta", 0755);
    script("etc/init.d/theta.sh", "theta", 0755);
    script("etc/init.d/native", "native", 0755);
    script("etc/init.d/masked", "masked", 0755);
    script("etc/init.d/README", "x", 0644);
    script("etc/init.d/alpha.dpkg-old", "x", 0755);
    script("etc/init.d/.hid", "x", 0755);
    harness_write_text(dir, "usr/lib/systemd/system/native.service", "[Service]\nExecStart=/x\n");
    harness_link(dir, "etc/systemd/system/masked.service", "/dev/null");
    harness_link(dir, "etc/rc3.d/S20alpha", "../init.d/alpha");
    harness_link(dir, "etc/rc3.d/S20native", "../init.d/native");
    harness_link(dir, "etc/rc3.d/S20masked", "../init.d/masked");
    harness_link(dir, "etc/rc3.d/K20theta.sh", "../init.d/theta.sh");
    expect(
        "alpha|alpha.service|enabled|[\"beta.service\"]\nmasked|masked.service|NULL|NULL\n"
        "native|native.service|NULL|NULL\ntheta.sh|theta.service|disabled|NULL",
        "SELECT name, unit, state, aliases FROM unit_filesROOT WHERE kind = 'sysv' ORDER BY name");
    expect("S20alpha|enabled\nS20masked|NULL\nS20native|NULL\nK20theta.sh|disabled",
           "SELECT name, state FROM unit_filesROOT WHERE kind = 'rc' ORDER BY substr(name, 4)");
    expect(".hid\nREADME\nalpha.dpkg-old",
           "SELECT name FROM unit_filesROOT WHERE kind = 'other' AND directory = '/etc/init.d' "
           "ORDER BY name");
    expect(
        ".hid|0|systemd passes over files of this name\nREADME|0|not executable\nalpha|1|NULL\n"
        "alpha.dpkg-old|0|systemd passes over files of this name\n"
        "masked|0|a unit of its name replaces it\n"
        "native|0|a unit of its name replaces it\ntheta.sh|1|NULL",
        "SELECT replace(path, '/etc/init.d/', ''), effective, error FROM unit_commandsROOT WHERE "
        "kind = 'sysv' ORDER BY path");
}
END_TEST

START_TEST(a_systemd_without_init_scripts_starts_none)
{
    static const char generator[] = "usr/lib/systemd/system-generators/systemd-sysv-generator";
    char              full[4096];

    dir = harness_scratch();
    script("etc/init.d/alpha", "alpha", 0755);
    harness_link(dir, "etc/rc3.d/S20alpha", "../init.d/alpha");
#define EXPECT(text)                                                                               \
    do {                                                                                           \
        expect(text, "SELECT state FROM unit_filesROOT WHERE kind = 'sysv'");                      \
        expect(strcmp(text, "enabled") == 0 ? "1" : "0",                                           \
               "SELECT effective FROM unit_commandsROOT WHERE kind = 'sysv'");                     \
    } while (0)
    EXPECT("enabled"); /* no systemd at all */
    harness_write_text(dir, "usr/lib/systemd/systemd", "");
    EXPECT("disabled");
    harness_write_text(dir, generator, "x");
    EXPECT("enabled");
    harness_link(dir, "etc/systemd/system-generators/systemd-sysv-generator", "/dev/null");
    EXPECT("disabled");
    snprintf(full, sizeof full, "%s/etc/systemd/system-generators/systemd-sysv-generator", dir);
    ck_assert(unlink(full) == 0);
    harness_write_text(dir, "usr/lib/systemd/libsystemd-shared-260.so", "");
    EXPECT("disabled");
}
END_TEST

/* The real generator ---------------------------------------------------------- */

static uint32_t seed;

static uint32_t any(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static const char *find_generator(void)
{
    static const char *const paths[] = {"/usr/lib/systemd/system-generators/systemd-sysv-generator",
                                        "/lib/systemd/system-generators/systemd-sysv-generator"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (access(paths[i], X_OK) == 0)
            return paths[i];
    return NULL;
}

static const char *const scripts[] = {"alpha", "beta.sh",   "gamma",     "a b",    ".hid",
                                      "x.bak", "d.ucf-new", "e.service", "README", "p+q",
                                      "f~",    "g.y",       "lost+found"};

static void random_tree(void)
{
    char path[256], provides[128], target[128];

    dir = harness_scratch();
    harness_write_text(dir, "usr/lib/systemd/system/known.service", "[Service]\nExecStart=/x\n");
    harness_write_text(dir, "etc/systemd/system/.keep", "");
    harness_write_text(dir, "etc/rc3.d/.keep", "");
    for (uint32_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        const char *name = scripts[i];
        if (any(5) == 0)
            continue;
        snprintf(path, sizeof path, "etc/init.d/%s", name);
        snprintf(provides, sizeof provides, "%s $syslog other%u n%u.sh @m%u s%u.socket", name, i, i,
                 i, i);
        script(path, any(3) ? provides : name, any(5) ? 0755 : 0644);
        for (uint32_t n = any(3); n; n--) {
            snprintf(path, sizeof path, "etc/rc%c.d/%c%02u%s", "S0123456"[any(8)],
                     any(3) ? 'S' : 'K', any(100), name);
            snprintf(target, sizeof target, "../init.d/%s", any(8) ? name : "gone");
            harness_link(dir, path, target);
        }
        struct buffer unit = {0};
        sysv_unit_name(name, &unit);
        snprintf(path, sizeof path, "etc/systemd/system/%s", buffer_text(&unit));
        if (any(6) == 0 && any(2))
            harness_link(dir, path, "/dev/null");
        else if (any(6) == 0)
            harness_write_text(dir, path, "[Service]\nExecStart=/x\n");
        buffer_free(&unit);
    }
}

/* What the generator writes: "name|enabled" of services, "name|alias of" of links; sorted. */
static char *theirs(const char *generator)
{
    char   command[4096], *text = NULL;
    size_t room = 0;

    snprintf(
        command, sizeof command,
        "cd '%s' && mkdir out && SYSTEMD_LOG_LEVEL=emerg SYSTEMD_SYSVINIT_PATH=$PWD/etc/init.d "
        "SYSTEMD_SYSVRCND_PATH=$PWD/etc SYSTEMD_UNIT_PATH=$PWD/etc/systemd/system:"
        "$PWD/usr/lib/systemd/system '%s' out out out && cd out && for f in *.service; do "
        "[ -e \"$f\" ] || continue; if [ -L \"$f\" ]; then echo \"$f|$(readlink \"$f\")\"; else "
        "s=disabled; for w in rescue multi-user graphical; do [ -L \"$w.target.wants/$f\" ] && "
        "s=enabled; done; echo \"$f|$s\"; fi; done | LC_ALL=C sort",
        dir, generator);
    FILE *pipe = popen(command, "re");
    ck_assert_ptr_nonnull(pipe);
    if (getdelim(&text, &room, '\0', pipe) <= 0)
        ck_abort_msg("the generator gave nothing");
    ck_assert_int_eq(pclose(pipe), 0);
    text[strlen(text) - 1] = '\0';
    return text;
}

START_TEST(any_tree_of_scripts_is_what_the_generator_makes_of_it)
{
    const char *generator = find_generator();

    if (!generator)
        SKIP("needs systemd-sysv-generator");
    for (uint32_t of_seed = 1; of_seed <= 40; of_seed++) {
        seed = of_seed * 7919;
        random_tree();
        /* The root has a systemd of its own, so that only its runlevels count. */
        harness_write_text(dir, "usr/lib/systemd/systemd", "");
        harness_write_text(dir, "usr/lib/systemd/system-generators/systemd-sysv-generator", "x");
        char    *expected = theirs(generator);
        sqlite3 *db = harness_open();
        harness_expect(
            db, expected,
            "WITH s AS MATERIALIZED (SELECT unit, state, aliases FROM unit_files('%s') "
            "WHERE kind = 'sysv' AND shadowed_by IS NULL), both AS (SELECT unit, state FROM s "
            "UNION ALL SELECT a.value, unit FROM s, json_each(aliases) AS a) SELECT * FROM "
            "both WHERE %u = %u ORDER BY unit || '|'",
            dir, of_seed, of_seed);
        harness_close(db);
        free(expected);
    }
}
END_TEST

Suite *make_sysv_suite(void)
{
    Suite *s = suite_create("sysv");
    TCase *t = tcase_create("scripts");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, provides_of_a_script_are_read);
    tcase_add_test(t, names_of_scripts_and_links_are_those_of_systemd);
    tcase_add_test(t, only_what_systemd_makes_a_service_of_is_listed);
    tcase_add_test(t, a_systemd_without_init_scripts_starts_none);
    tcase_add_test(t, any_tree_of_scripts_is_what_the_generator_makes_of_it);
    suite_add_tcase(s, t);
    return s;
}
