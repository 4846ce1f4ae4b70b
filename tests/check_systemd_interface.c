/* check_systemd_interface.c -- what systemd's tools and methods are known to do:
 * tables/formats/command/systemd_interface.tsv, and the grades of each line of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "make_systemd.h"

#define TABLE "tables/formats/command/systemd_interface.tsv"

static bool is_one_of(const char *word, const char *list)
{
    const char *at = strstr(list, word);
    size_t      size = strlen(word);

    return at && (at == list || at[-1] == ' ') && (at[size] == '\0' || at[size] == ' ');
}

/* The command that asks for one line of the table, put after a time of its own; nothing for options,
 * and for the verbs of tools that are read for some of their verbs alone. */
static void put_command(struct buffer *history, const char *kind, const char *of, const char *name)
{
    if (strcmp(kind, "method") == 0) {
        const char *service = strncmp(of, "org.freedesktop.systemd1", 24) == 0   ? "systemd1"
                              : strncmp(of, "org.freedesktop.machine1", 24) == 0 ? "machine1"
                              : strncmp(of, "org.freedesktop.import1", 23) == 0  ? "import1"
                                                                                 : "portable1";
        buffer_printf(history, "busctl call org.freedesktop.%s /x %s %s\n", service, of, name);
    } else if (strcmp(kind, "varlink") == 0 && strcmp(of, "io.systemd.Shutdown") != 0) {
        buffer_printf(history, "varlinkctl call /run/x %s.%s '{}'\n", of, name);
    } else if (strcmp(kind, "verb") == 0 &&
               is_one_of(of, "systemctl portablectl importctl systemd-sysext systemd-confext")) {
        buffer_printf(history, "%s %s x\n", of, name);
    }
}

/* Each line of the table as a command of a shell's history; returns how many there are. */
static size_t write_history(const char *dir)
{
    struct buffer history = {0};
    char         *table = harness_read(TABLE, NULL);
    size_t        n = 0;

    for (char *line = strtok(table, "\n"); line; line = strtok(NULL, "\n")) {
        char *of = strchr(line, '\t'), *name = of ? strchr(of + 1, '\t') : NULL;

        if (!name || line[0] == '#')
            continue;
        *of++ = *name++ = '\0';
        name[strcspn(name, "\t")] = '\0';
        size_t before = history.size;
        put_command(&history, line, of, name);
        n += history.size > before;
    }
    harness_write(dir, "etc/passwd", "root:x:0:0::/root:/bin/bash\n", 28);
    harness_write(dir, "root/.bash_history", history.data, history.size);
    buffer_free(&history);
    return n;
}

START_TEST(every_verb_and_method_is_graded)
{
    const char *dir = harness_scratch();
    size_t      n = write_history(dir);
    sqlite3    *db = harness_open();

    ck_assert_uint_gt(n, 300);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    ck_assert_int_eq(
        harness_int(db, "SELECT count(DISTINCT cmdline) FROM command_facts WHERE action <> ''"),
        (int64_t)n);
    harness_expect(
        db, "",
        "SELECT DISTINCT tool, verb FROM command_facts AS c WHERE action = 'manager' AND "
        "NOT EXISTS (SELECT 1 FROM verb_grades AS g WHERE g.verb = c.verb AND g.tool IN "
        "(c.tool, '')) ORDER BY 1, 2");
    harness_close(db);
}
END_TEST

START_TEST(an_ungraded_method_changes_the_manager)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    harness_write_text(dir, "root/.bash_history",
                       "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 "
                       "org.freedesktop.systemd1.Manager RewriteUnitOfTheFuture s x\n"
                       "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 "
                       "org.freedesktop.systemd1.Manager GetUnitOfTheFuture s x\n"
                       "systemctl list-futures\n");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "RewriteUnitOfTheFuture|manager\nGetUnitOfTheFuture|read\nlist-futures|read",
                   "SELECT verb, action FROM command_facts ORDER BY record");
    harness_expect(
        db, "low|changes_manager",
        "SELECT severity, signals FROM t1569_command_execution WHERE severity <> 'info'");
    harness_close(db);
}
END_TEST

/* A running systemd ------------------------------------------------------------ */

static const char *fixture_dir;
static pid_t       booted;

static void setup(void)
{
    fixture_dir = harness_scratch();
    booted = systemd_start(fixture_dir);
}

static void teardown(void)
{
    if (booted > 0)
        systemd_stop(fixture_dir);
}

START_TEST(nothing_that_this_systemd_offers_is_missing)
{
    NEED_SYSTEMD(booted);
    char *top = getcwd(NULL, 0), *out = NULL;
    char  line[512];
    FILE *pipe;

    systemd_enter(fixture_dir);
    ck_assert_ptr_nonnull(top);
    ck_assert_int_gt(asprintf(&out, "cd '%s' && ./tests/systemd-interface.sh missing " TABLE, top),
                     0);
    pipe = popen(out, "r"); /* NOLINT: the tests' own script */
    ck_assert_ptr_nonnull(pipe);
    if (fgets(line, sizeof line, pipe))
        ck_abort_msg("make tables-data would add: %s", line);
    ck_assert_int_eq(pclose(pipe), 0);
    free(out);
    free(top);
}
END_TEST

Suite *make_systemd_interface_suite(void)
{
    Suite *suite = suite_create("systemd_interface");
    TCase *grades = tcase_create("grades"), *live = tcase_create("live");

    tcase_set_timeout(grades, 60);
    tcase_add_test(grades, every_verb_and_method_is_graded);
    tcase_add_test(grades, an_ungraded_method_changes_the_manager);
    suite_add_tcase(suite, grades);
    tcase_set_timeout(live, 120);
    tcase_add_unchecked_fixture(live, setup, teardown);
    tcase_add_test(live, nothing_that_this_systemd_offers_is_missing);
    suite_add_tcase(suite, live);
    return suite;
}
