/* check_unit_states.c -- states of artificial units agree with `systemctl --root`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static uint32_t seed;

static uint32_t any(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

#define ANY(array) ((array)[any(sizeof(array) / sizeof((array)[0]))])

static const char *dir;

/* The version of systemctl; 0: there is none. */
static int version(void)
{
    int   number = 0;
    FILE *pipe = popen("systemctl --version 2>/dev/null", "re");

    if (!pipe || fscanf(pipe, "systemd %d", &number) != 1)
        number = 0;
    if (pipe)
        pclose(pipe);
    return number;
}

static void new_root(void)
{
    char library[96];

    dir = harness_scratch();
    snprintf(library, sizeof library, "usr/lib/systemd/libsystemd-shared-%d.so", version());
    harness_write_text(dir, library, "");
    harness_write_text(dir, "etc/passwd", "");
    harness_write_text(dir, "etc/systemd/system/known.service", "[Service]\nExecStart=/bin/true\n");
}

/* Lines "name|state" of systemctl, sorted; NULL where it prints nothing. */
static char *theirs(void)
{
    char   command[512], *text = NULL;
    size_t room = 0;

    snprintf(command, sizeof command,
             "systemctl --root=%s list-unit-files --no-legend --no-pager --plain 2>/dev/null | "
             "awk '{print $1\"|\"$2}' | LC_ALL=C sort",
             dir);
    FILE *pipe = popen(command, "re");
    ck_assert_ptr_nonnull(pipe);
    if (getdelim(&text, &room, '\0', pipe) <= 0) {
        free(text);
        text = NULL;
    }
    pclose(pipe);
    if (text)
        text[strlen(text) - 1] = '\0';
    return text;
}

static void expect_agreement(uint32_t of_seed)
{
    char    *expected = theirs();
    sqlite3 *db = harness_open();

    ck_assert_ptr_nonnull(expected);
    harness_expect(
        db, expected,
        "SELECT name, state FROM unit_files('%s') WHERE scope = 'system' AND "
        "state IS NOT NULL AND kind IN ('unit', 'link', 'mask') AND name NOT GLOB '.*' AND %u = %u "
        "ORDER BY name || '|'",
        dir, of_seed, of_seed);
    free(expected);
    harness_close(db);
}

/* Texts ------------------------------------------------------------------------- */

static const char *const tokens[] = {
    "[Install]",
    "[Unit]",
    "[Service]",
    "[X]",
    "[Inst",
    "WantedBy=",
    "Also=",
    "Alias=",
    "a.target",
    "x.service",
    "bad",
    "\"",
    "'",
    "\\",
    "\\\n",
    "\n",
    "\n",
    "\n",
    "\r",
    "\r\n",
    "#",
    "; ",
    " ",
    "\t",
    "\xff",
    "%i",
    "%",
    "=",
    "b.socket",
    "\\x41",
    "\xc3\xa9",
    "%p",
    "%H.path",
    "ExecStart=/x",
    "DefaultInstance=",
    "\n[Install]\n",
    "\nWantedBy=a.target\n",
    "\xef\xbb\xbf",
};

static void write_text(int number)
{
    char   text[512] = "", path[96];
    size_t size = any(5) < 3 ? (size_t)sprintf(text, "[Install]\n") : 0;

    for (uint32_t n = 1 + any(14); n; n--) {
        if (any(30) == 0)
            text[size++] = '\0';
        size += (size_t)sprintf(text + size, "%s", ANY(tokens));
    }
    snprintf(path, sizeof path, "etc/systemd/system/f%d%s.service", number, any(2) ? "@" : "");
    harness_write(dir, path, text, size);
}

START_TEST(any_text_gives_the_state_that_systemd_gives)
{
    if (!version())
        SKIP("needs systemctl");
    new_root();
    seed = 20261124;
    for (int i = 0; i < 1500; i++)
        write_text(i);
    expect_agreement(20261124);
}
END_TEST

/* Trees ------------------------------------------------------------------------- */

static const char *const names[] = {
    "a.service",   "b.service", "c@.service",  "c@x.service", "d@.service",
    "d@x.service", "e.socket",  "f.timer",     "g.mount",     "h@y.mount",
    "i.target",    "a.socket",  "p-q.service", "k.path",      "l.slice",
};

static const char *const dirs[] = {
    "etc/systemd/system",         "run/systemd/system",           "usr/lib/systemd/system",
    "run/systemd/generator",      "usr/local/lib/systemd/system", "run/systemd/transient",
    "etc/systemd/system.control", "run/systemd/generator.late",   "etc/systemd/system.attached",
};

static const char *const installs[] = {
    "WantedBy=multi-user.target",
    "WantedBy=",
    "RequiredBy=x.target",
    "Alias=a.service",
    "Alias=b.service z.service",
    "Alias=",
    "Also=b.service",
    "Also=bad",
    "Also=%p.service",
    "DefaultInstance=x",
    "DefaultInstance=",
    "DefaultInstance=a b",
    "UpheldBy=q.target",
    "Alias=c@%i.service",
    "DefaultInstance=%p",
    "Also=%N.socket",
};

static const char *random_content(char text[512])
{
    size_t size = (size_t)sprintf(text, "[Unit]\nDescription=x\n");

    if (any(10) < 7)
        size += (size_t)sprintf(text + size, "[Install]\n");
    for (uint32_t n = any(4); n; n--)
        size += (size_t)sprintf(text + size, "%s\n", ANY(installs));
    if (any(20) == 0)
        sprintf(text + size, "[Broken");
    return text;
}

static bool exists(const char *path)
{
    char        full[4096];
    struct stat st;

    snprintf(full, sizeof full, "%s/%s", dir, path);
    return lstat(full, &st) == 0;
}

static void random_link(const char *path, const char *name)
{
    char target[256];

    switch (any(8)) {
    case 0:
        snprintf(target, sizeof target, "/dev/null");
        break;
    case 1:
        snprintf(target, sizeof target, "/opt/%s", ANY(names));
        break;
    case 2:
        snprintf(target, sizeof target, "../../../opt/%s", name);
        break;
    case 3:
        snprintf(target, sizeof target, "/%s/%s", ANY(dirs), name);
        break;
    case 4:
        snprintf(target, sizeof target, "/%s/%s", ANY(dirs), ANY(names));
        break;
    case 5:
        snprintf(target, sizeof target, "/etc/../nowhere/./%s", ANY(names));
        break;
    case 6:
        snprintf(target, sizeof target, "%s", any(8) ? "/opt/folder" : ".");
        break;
    default:
        snprintf(target, sizeof target, "./%s", ANY(names));
        break;
    }
    harness_link(dir, path, target);
}

static void random_entry(void)
{
    char        path[256], text[512];
    const char *name = ANY(names), *where = ANY(dirs);

    switch (any(6)) {
    case 0: /* a drop-in */
        snprintf(path, sizeof path, "%s/%s.d/%u.conf", where, any(8) ? name : "service", any(3));
        break;
    case 1: /* a dependency */
        snprintf(path, sizeof path, "%s/%s.%s/%s%s", where, ANY(names),
                 any(4) == 0 ? "upholds"
                 : any(2)    ? "wants"
                             : "requires",
                 any(8) ? "" : ".", name);
        if (!exists(path))
            harness_link(dir, path, "/x");
        return;
    case 2: /* what a link may lead to */
        snprintf(path, sizeof path, "opt/%s", name);
        break;
    default:
        snprintf(path, sizeof path, "%s/%s", where, name);
        if (exists(path))
            return;
        if (any(2)) {
            random_link(path, name);
            return;
        }
    }
    if (!exists(path))
        harness_write_text(dir, path,
                           any(20) || strncmp(path, "opt/", 4) == 0 ? random_content(text) : "");
}

/* A file outside of the unit path is never empty: where --root leads there, systemctl 252
 * distinguishes masked-runtime and masked in another manner than on the running system. */
START_TEST(any_tree_gives_the_states_that_systemd_gives)
{
    if (!version())
        SKIP("needs systemctl");
    for (uint32_t of_seed = 1; of_seed <= 60; of_seed++) {
        new_root();
        seed = of_seed * 7919;
        if (any(2)) {
            harness_link(dir, "lib", "usr/lib");
            harness_write_text(dir, "usr/share/pkgconfig/systemd.pc", "x\nroot_prefix=\n");
        }
        for (uint32_t n = 4 + any(40); n; n--)
            random_entry();
        expect_agreement(of_seed);
    }
}
END_TEST

Suite *make_unit_states_suite(void)
{
    Suite *s = suite_create("unit_states");
    TCase *t = tcase_create("random");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, any_text_gives_the_state_that_systemd_gives);
    tcase_add_test(t, any_tree_gives_the_states_that_systemd_gives);
    suite_add_tcase(s, t);
    return s;
}
