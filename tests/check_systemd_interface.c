/* check_systemd_interface.c -- what systemd's tools and methods are known to do:
 * tables/formats/command/systemd_interface.tsv, and the grades of each line of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/buffer.h"
#include "formats/unit/unit_directives.h"
#include "harness.h"
#include "make_systemd.h"

#define TABLE "tables/formats/command/systemd_interface.tsv"

static bool is_one_of(const char *word, const char *list)
{
    const char *at = strstr(list, word);
    size_t      size = strlen(word);

    return at && (at == list || at[-1] == ' ') && (at[size] == '\0' || at[size] == ' ');
}

/* Of machines and sessions: nothing that is of a service. */
static bool only_reads(const char *verb)
{
    const char *end = strstr(verb, "-status");

    return strncmp(verb, "list", 4) == 0 || strncmp(verb, "show", 4) == 0 ||
           strncmp(verb, "status", 6) == 0 || (end && !end[7]);
}

/* The command that asks for one line of the table, put after a time of its own; nothing for options,
 * and for what only reads of machines and sessions. */
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
               (is_one_of(of, "systemctl portablectl importctl systemd-sysext systemd-confext") ||
                (is_one_of(of, "machinectl loginctl") && !only_reads(name)))) {
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

    ck_assert_uint_eq(n, 427);
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

#define DIRECTIVES     "tables/formats/unit/unit_directives.tsv"
#define DIRECTIVES_MAX 4096

/* A drop-in of one line for each directive that any version has in this section: a bad value ends the
 * reading of its file. Returns how many; read[n] is what the table says of the nth. */
static size_t write_drop_ins(const char *dir, const char *unit, const char *section, int version,
                             int *read)
{
    char  *table = harness_read(DIRECTIVES, NULL), path[256], text[256];
    size_t n = 0;
    int    since;

    harness_write_text(dir, unit, "[Unit]\nDescription=x\n");
    for (char *at = strtok(table, "\n"); at; at = strtok(NULL, "\n")) {
        char *key = strchr(at, '\t');
        if (*at == '#' || !key || (*key = '\0', strcmp(at, section) != 0))
            continue;
        key[1 + strcspn(key + 1, "\t")] = '\0';
        snprintf(path, sizeof path, "%s.d/%zu.conf", unit, n);
        snprintf(text, sizeof text, "[%s]\n%s=\n", section, key + 1);
        harness_write_text(dir, path, text);
        read[n++] = unit_directive_read(section, key + 1, version, &since);
    }
    free(table);
    return n;
}

/* The drop-ins in which this systemd finds a key that it does not know, or no longer. */
static void verify(const char *dir, const char *unit, bool *unknown)
{
    char  line[1024], *command = NULL, *end, *slash;
    FILE *pipe;

    ck_assert_int_gt(asprintf(&command,
                              "SYSTEMD_UNIT_PATH='%s' systemd-analyze verify --man=no '%s/%s' 2>&1",
                              dir, dir, unit),
                     0);
    pipe = popen(command, "r"); /* NOLINT: the machine's own program */
    ck_assert_ptr_nonnull(pipe);
    while (fgets(line, sizeof line, pipe))
        if (((end = strstr(line, ".conf:2: Unknown key")) ||
             (end = strstr(line, ".conf:2: Support for option"))) &&
            (*end = '\0', slash = strrchr(line, '/')))
            unknown[strtoul(slash + 1, NULL, 10) % DIRECTIVES_MAX] = true;
    pclose(pipe);
    free(command);
}

START_TEST(what_this_systemd_does_not_know_is_what_the_table_says)
{
    static const struct {
        const char *section, *unit;
        size_t      directives; /* that the table has, of all versions */
    } kinds[] = {
        {"Unit", "x.service", 125}, {"Service", "x.service", 299}, {"Socket", "x.socket", 317},
        {"Timer", "x.timer", 17},   {"Path", "x.path", 10},        {"Mount", "x.mount", 258},
        {"Slice", "x.slice", 79},   {"Swap", "x.swap", 252},       {"Automount", "x.automount", 4}};
    static int read[DIRECTIVES_MAX];

    NEED_SYSTEMD(booted);
    FILE *pipe = popen("systemctl --version", "r"); /* NOLINT: the machine's own program */
    int   version = 0;
    ck_assert_int_eq(fscanf(pipe, "systemd %d", &version), 1);
    pclose(pipe);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        static bool unknown[DIRECTIVES_MAX];
        const char *dir = harness_scratch();
        memset(unknown, 0, sizeof unknown);
        size_t n = write_drop_ins(dir, kinds[k].unit, kinds[k].section, version, read);
        ck_assert_uint_eq(n, kinds[k].directives);
        verify(dir, kinds[k].unit, unknown);
        for (size_t i = 0; i < n; i++)
            ck_assert_msg(read[i] != unknown[i], "%s/%s.d/%zu.conf: %d", dir, kinds[k].unit, i,
                          read[i]);
    }
}
END_TEST

START_TEST(no_directive_of_this_systemd_is_missing)
{
    NEED_SYSTEMD(booted);
    char  line[512];
    FILE *pipe = popen("./tests/unit-directives.sh missing " DIRECTIVES, "r"); /* NOLINT */

    ck_assert_ptr_nonnull(pipe);
    if (fgets(line, sizeof line, pipe))
        ck_abort_msg("make tables-data would add: %s", line);
    ck_assert_int_eq(pclose(pipe), 0);
}
END_TEST

/* The columns of evaluate_interface.sh. */
enum { RAN = 3, COMMANDS = 4, N = 2, CHANGED = 6, EVENTS = 7, WHO = 8, WRONG = 9, NOT_SO = 10 };

static void check_row(char *line)
{
    char *cells[12] = {0};
    int   n = 0;

    for (char *cell; n < 12 && (cell = strsep(&line, "|"));)
        cells[n++] = cell;
    ck_assert_int_eq(n, 12);
    char **row = cells + 1; /* the row begins with a bar */
    long   asked = strtol(row[N], NULL, 10);
    ck_assert_int_gt(asked, 0);
    ck_assert_msg(strtol(row[COMMANDS], NULL, 10) == asked, "%s: not a command:%s", row[1],
                  row[NOT_SO]);
    ck_assert_msg(strtol(row[WRONG], NULL, 10) == 0, "%s: a wrong account", row[1]);
    ck_assert_msg(strtol(row[WHO], NULL, 10) >= strtol(row[CHANGED], NULL, 10),
                  "%s: nobody named:%s", row[1], row[NOT_SO]);
}

static const char *const always[] = {"| method of org.freedesktop.systemd1.Manager |",
                                     "| method of org.freedesktop.systemd1.Unit |",
                                     "| verb of systemctl |", "| verb of portablectl |"};
#define N_ALWAYS (sizeof always / sizeof *always)

/* Real verbs and methods, asked of a real systemd: the part of `make evaluate` for this machine. */
START_TEST(what_this_systemd_was_asked_is_known_afterwards)
{
    char    line[8192], bindir[2048];
    int     rows[N_ALWAYS] = {0};
    FILE   *pipe;
    ssize_t size = readlink("/proc/self/exe", bindir, sizeof bindir - 1);

    NEED_SYSTEMD(booted);
#ifdef __SANITIZE_ADDRESS__
    SKIP("the sqlite3 shell loads no library with sanitizers");
#endif
    ck_assert_int_gt(size, 0);
    bindir[size] = '\0';
    *strrchr(bindir, '/') = '\0';
    snprintf(line, sizeof line, "./tests/evaluate_interface.sh %s/systemd-fixture %s/svcql.so",
             bindir, bindir);
    pipe = popen(line, "r"); /* NOLINT: the tests' own script */
    ck_assert_ptr_nonnull(pipe);
    while (fgets(line, sizeof line, pipe))
        if (strncmp(line, "| systemd 2", 11) == 0) {
            for (size_t i = 0; i < N_ALWAYS; i++)
                rows[i] += strstr(line, always[i]) != NULL;
            check_row(line);
        }
    ck_assert_int_eq(pclose(pipe), 0);
    /* Versions have more of them, of importctl, of varlink. */
    for (size_t i = 0; i < N_ALWAYS; i++)
        ck_assert_int_eq(rows[i], 1);
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
    tcase_set_timeout(live, 300);
    tcase_add_unchecked_fixture(live, setup, teardown);
    tcase_add_test(live, nothing_that_this_systemd_offers_is_missing);
    tcase_add_test(live, what_this_systemd_does_not_know_is_what_the_table_says);
    tcase_add_test(live, no_directive_of_this_systemd_is_missing);
    tcase_add_test(live, what_this_systemd_was_asked_is_known_afterwards);
    suite_add_tcase(suite, live);
    return suite;
}
