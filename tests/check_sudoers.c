/* check_sudoers.c -- the rules of sudo, against cvtsudoers where it is there. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/access/sudoers_text.h"
#include "formats/text/buffer.h"

static const char sample[] = "Defaults env_reset # comment\n"
                             "User_Alias ADMINS = ann, bob, %ops : OTHERS = ALL, !ann\n"
                             "Cmnd_Alias SVC = /usr/bin/systemctl start *, \\\n"
                             "    /usr/bin/systemctl stop nginx, !/usr/bin/systemctl stop auditd\n"
                             "Runas_Alias DB = postgres, mysql\n"
                             "ADMINS ALL = NOPASSWD: SVC, PASSWD: /bin/id : web1, web2 = (DB) "
                             "/bin/ls -l, (ann:staff) NOEXEC:ALL\n"
                             "#1000 ALL=(ALL:ALL) ALL\n"
                             "%sudo\tALL=(ALL:ALL) ALL\n"
                             "carl ALL = SETENV: /bin/a\\,b, !/bin/c\n"
                             "@includedir /etc/sudoers.d\n";

static const char *fixture(const char *text)
{
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "etc/sudoers", text);
    harness_write_text(root, "etc/sudoers.d/web", "dora ALL=(root) NOPASSWD: /bin/y\n");
    harness_write_text(root, "etc/sudoers.d/not.read", "eve ALL=(ALL) ALL\n");
    return root;
}

START_TEST(aliases_tags_and_includes_are_resolved)
{
    sqlite3    *db = harness_open();
    const char *root = fixture(sample);

    harness_expect(db,
                   "[\"ann\",\"bob\",\"%ops\"]|[\"root\"]|[\"/usr/bin/systemctl start *\","
                   "\"/usr/bin/systemctl stop nginx\",\"!/usr/bin/systemctl stop auditd\"]|1|6",
                   "SELECT users, runas_users, commands, nopasswd, line FROM sudoers('%s') LIMIT 1",
                   root);
    harness_expect(db, "[\"/bin/id\"]|0\n[\"/bin/ls -l\"]|0\n[\"ALL\"]|1",
                   "SELECT commands, noexec FROM sudoers('%s') WHERE rule BETWEEN 1 AND 3", root);
    harness_expect(db, "[\"web1\",\"web2\"]|[\"postgres\",\"mysql\"]",
                   "SELECT hosts, runas_users FROM sudoers('%s') WHERE rule = 2", root);
    harness_expect(db, "[\"/bin/a,b\"]|1\n[\"!/bin/c\"]|1",
                   "SELECT commands, setenv FROM sudoers('%s') WHERE users = '[\"carl\"]'", root);
    harness_expect(db, "[\"dora\"]|1",
                   "SELECT users, nopasswd FROM sudoers('%s') WHERE source LIKE '%%sudoers.d%%'",
                   root);
    harness_query(db, "SELECT * FROM sudoers('%s')", root);
    harness_expect(db, "read|0|NULL",
                   "SELECT status, skipped, detail FROM evidence_sources WHERE location = "
                   "'%s/etc/sudoers' AND table_name = 'sudoers'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(options_and_digests_are_passed_over)
{
    sqlite3    *db = harness_open();
    const char *root = fixture("ann ALL = CWD=/tmp TIMEOUT=5m NOPASSWD: sha224:aGVsbG8= /bin/a, "
                               "sha256:00, sha512:11 /bin/b\n");

    harness_expect(db, "[\"/bin/a\"]|1\n[\"/bin/b\"]|1",
                   "SELECT commands, nopasswd FROM sudoers('%s')", root);
    harness_close(db);
}
END_TEST

START_TEST(defaults_for_all_take_the_password_away)
{
    sqlite3    *db = harness_open();
    const char *root =
        fixture("Defaults env_keep=\"a, authenticate\", !authenticate, mail_badpass\n"
                "Defaults:bob authenticate\nann ALL = /bin/a, PASSWD: /bin/b\n");

    harness_expect(db, "1\n0", "SELECT nopasswd FROM sudoers('%s') WHERE users = '[\"ann\"]'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_line_that_is_not_understood_is_counted_and_the_rest_read)
{
    sqlite3    *db = harness_open();
    const char *root = fixture("what is this\nann ALL=(ALL) ALL\nbob ALL ALL\n\"open ALL=ALL\n");

    harness_expect(db, "[\"ann\"]", "SELECT users FROM sudoers('%s') WHERE source LIKE '%%sudoers'",
                   root);
    harness_expect(db, "damaged|3",
                   "SELECT status, skipped FROM evidence_sources WHERE location = "
                   "'%s/etc/sudoers' AND table_name = 'sudoers'",
                   root);
    harness_close(db);
}
END_TEST

/* Every pair of alias members that cvtsudoers names, as text, must be among ours. */
START_TEST(commands_are_those_of_cvtsudoers)
{
    char  path[512], command[1200];
    char *text;

    if (system("command -v cvtsudoers >/dev/null") != 0)
        SKIP("needs cvtsudoers");
    const char *root = fixture(sample);
    sqlite3    *db = harness_open();

    snprintf(path, sizeof path, "%s/plain", root);
    harness_write(root, "plain", sample, strlen(sample) - strlen("@includedir /etc/sudoers.d\n"));
    snprintf(command, sizeof command, "cvtsudoers -e -f json %s > %s.json", path, path);
    ck_assert_int_eq(system(command), 0);
    strcat(path, ".json");
    text = harness_read(path, NULL);
    sqlite3_stmt *stmt;
    ck_assert_int_eq(sqlite3_prepare_v2(db,
                                        "SELECT group_concat(value, '|') FROM (SELECT value FROM "
                                        "json_tree(?) WHERE key = 'command' ORDER BY value)",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    harness_expect(db, (const char *)sqlite3_column_text(stmt, 0),
                   "SELECT group_concat(v, '|') FROM (SELECT ltrim(value, '!') AS v FROM "
                   "sudoers('%s'), json_each(commands) WHERE source LIKE '%%/etc/sudoers' "
                   "ORDER BY 1)",
                   root);
    sqlite3_finalize(stmt);
    harness_close(db);
}
END_TEST

/* The output of cvtsudoers for a file, and ours, one line for each command. */
#define MEMBERS(list)                                                                              \
    "(SELECT group_concat(iif(m.value ->> 'negated', '!', '') || coalesce(m.value ->> "            \
    "'username', "                                                                                 \
    "m.value ->> 'hostname', m.value ->> 'networkaddr', '%' || (m.value ->> 'usergroup'), '+' || " \
    "(m.value ->> 'netgroup'), '#' || (m.value ->> 'userid'))) FROM json_each(" list ") AS m)"
#define OPTION(name)                                                                               \
    "(SELECT o.value ->> '" name "' FROM json_each(c.value, '$.Options') AS o "                    \
    "WHERE o.value ->> '" name "' IS NOT NULL)"

static const char
    theirs[] = "SELECT group_concat(t, char(10)) FROM (SELECT " MEMBERS("s.value, '$.User_List'") " || ' ' || " MEMBERS("s.value, '$.Host_List'") " || ' ' || coalesce(" MEMBERS(
        "c.value, '$.runasusers'") ", 'root') || ' ' || iif(k.value ->> 'negated', '!', '') || "
                                   "(k.value ->> 'command') || "
                                   "iif(" OPTION("authenticate") " = 0, ' nopasswd', '') || "
                                                                 "iif(" OPTION(
                                                                     "setenv") " = 1, ' setenv', "
                                                                               "'') || iif(" OPTION(
                                                                                   "noexec") " = "
                                                                                             "1, ' "
                                                                                             "noexe"
                                                                                             "c', "
                                                                                             "'') "
                                                                                             "AS t "
                                                                                             "FROM "
                                                                                             "json_"
                                                                                             "each("
                                                                                             "readf"
                                                                                             "ile_"
                                                                                             "text("
                                                                                             "), "
                                                                                             "'$."
                                                                                             "User_"
                                                                                             "Specs"
                                                                                             "') "
                                                                                             "AS "
                                                                                             "s, "
                                                                                             "json_"
                                                                                             "each("
                                                                                             "s."
                                                                                             "value"
                                                                                             ", "
                                                                                             "'$."
                                                                                             "Cmnd_"
                                                                                             "Specs"
                                                                                             "') "
                                                                                             "AS "
                                                                                             "c, "
                                                                                             "json_"
                                                                                             "each("
                                                                                             "c."
                                                                                             "value"
                                                                                             ", "
                                                                                             "'$."
                                                                                             "Comma"
                                                                                             "nds')"
                                                                                             " AS "
                                                                                             "k)";

static void give_text(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc, (void)argv;
    sqlite3_result_text(context, sqlite3_user_data(context), -1, SQLITE_STATIC);
}

/* Without `setenv`: cvtsudoers shows it once for commands that differ in it. */
static void compare_sample(const char *path, bool setenv)
{
    char     command[1200];
    size_t   size;
    char    *text = harness_read(path, &size);
    sqlite3 *db = harness_open();
    /* The samples' own includes are not there to be read. */
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write(root, "etc/sudoers", text, size);
    snprintf(command, sizeof command, "cvtsudoers -e -f json -o %s/json %s 2>/dev/null", root,
             path);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof command, "%s/json", root);
    char *json = harness_read(command, NULL);
    sqlite3_create_function(db, "readfile_text", 0, SQLITE_UTF8, json, give_text, NULL, NULL);
    char *expected = harness_query(
        db, "SELECT iif(%d, t, replace(t, ' setenv', '')) FROM (SELECT (%s) AS t)", setenv, theirs);
    ck_assert_str_ne(expected, "NULL");
    harness_expect(
        db, expected,
        "SELECT group_concat(t, char(10)) FROM (SELECT (SELECT group_concat(value) FROM "
        "json_each(users)) || ' ' || (SELECT group_concat(value) FROM json_each(hosts)) || "
        "' ' || (SELECT group_concat(value) FROM json_each(runas_users)) || ' ' || k.value "
        "|| iif(nopasswd, ' nopasswd', '') || iif(setenv AND %d, ' setenv', '') || "
        "iif(noexec, ' noexec', '') AS t FROM sudoers('%s'), json_each(commands) AS k)",
        setenv, root);
    harness_close(db);
}

static const char *const samples[] = {"sudoers", "sudoers.dist"};

START_TEST(sudos_own_samples_read_as_cvtsudoers_reads_them)
{
    char path[256];

    snprintf(path, sizeof path, "/usr/share/doc/sudo/examples/%s", samples[_i]);
    if (system("command -v cvtsudoers >/dev/null") != 0 || access(path, R_OK) != 0)
        SKIP("no cvtsudoers, or no %s", path);
    compare_sample(path, true);
}
END_TEST

START_TEST(all_implies_setenv_and_passes_nothing_on)
{
    sqlite3    *db = harness_open();
    const char *root = fixture("a ALL = NOSETENV: /bin/x, ALL\nb ALL = NOSETENV: ALL, /bin/y\n"
                               "c ALL = ALL, /bin/z\nd ALL = SETENV: /bin/x, ALL, /bin/y\n"
                               "e ALL = SETENV: /bin/x, /bin/y, !ALL\n");

    harness_expect(db, "a|0,1\nb|0,0\nc|1,0\nd|1,1,0\ne|1,1,1",
                   "SELECT users ->> 0, group_concat(setenv) FROM (SELECT * FROM sudoers('%s') "
                   "WHERE source GLOB '*/sudoers' ORDER BY rule) GROUP BY 1",
                   root);
    harness_close(db);
}
END_TEST

/* Generated files ----------------------------------------------------------------- */

static uint32_t seed;

static uint32_t any(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

#define ANY(array) ((array)[any(sizeof(array) / sizeof((array)[0]))])

static const char *const users[] = {"ann",    "bob", "%ops", "!carl",        "#1000", "ADMINS",
                                    "OTHERS", "ALL", "+net", "\"jo smith\"", "a\\,b"};
static const char *const hosts[] = {"ALL", "web1", "!db1", "192.0.2.0/24", "LAN", "192.0.2.7"};
static const char *const runas[] = {"",           "(root) ",      "(DB) ", "(ALL) ", "(ann, bob) ",
                                    "(ALL:ALL) ", "(!ann, ALL) ", "(#33) "};
static const char *const tags[] = {
    "",       "",         "NOPASSWD: ", "PASSWD:",           "NOEXEC:",
    "EXEC: ", "SETENV: ", "NOSETENV:",  "NOPASSWD:SETENV: ", "NOPASSWD : "};
static const char *const commands[] = {"/bin/ls",
                                       "/bin/ls -l  /x",
                                       "ALL",
                                       "SVC",
                                       "!/bin/su",
                                       "!SVC",
                                       "/usr/bin/a b\\,c",
                                       "/opt/*/x [a-z]*",
                                       "/bin/id \"\"",
                                       "/bin/\\:x",
                                       "/sbin/",
                                       "sudoedit /etc/x",
                                       "/bin/t\ta \\\n  b",
                                       "/usr/bin/systemctl start *"};

static size_t put_list(char *text, const char *const *from, uint32_t n, uint32_t most)
{
    size_t size = 0;

    for (uint32_t i = 1 + any(most); i; i--)
        size += (size_t)sprintf(text + size, "%s%s", from[any(n)], i > 1 ? ", " : "");
    return size;
}

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static size_t put_commands(char *text)
{
    size_t size = 0;

    for (uint32_t i = 1 + any(3); i; i--)
        size += (size_t)sprintf(text + size, "%s%s%s%s", ANY(runas), ANY(tags), ANY(commands),
                                i > 1 ? ", " : "");
    return size;
}

static void random_file(char *text)
{
    size_t size =
        (size_t)sprintf(text, "User_Alias ADMINS = dora, %%wheel : OTHERS = emil, !fay\n"
                              "Host_Alias LAN = lan1, 198.51.100.0/24\n"
                              "Runas_Alias DB = postgres, mysql\n"
                              "Cmnd_Alias SVC = /bin/svc start, !/bin/svc stop, /bin/w\n");
    for (uint32_t n = 1 + any(6); n; n--) {
        size += put_list(text + size, users, COUNT(users), 3);
        text[size++] = any(2) ? ' ' : '\t';
        size += put_list(text + size, hosts, COUNT(hosts), 2);
        size += (size_t)sprintf(text + size, " = ");
        size += put_commands(text + size);
        if (any(5) == 0) {
            size += (size_t)sprintf(text + size, " : %s = ", ANY(hosts));
            size += put_commands(text + size);
        }
        size += (size_t)sprintf(text + size, "%s\n", any(6) ? "" : " # a comment");
    }
}

START_TEST(any_rules_are_those_of_cvtsudoers)
{
    char   text[16384], command[600];
    size_t compared = 0;

    if (system("command -v cvtsudoers >/dev/null") != 0)
        SKIP("needs cvtsudoers");
    for (uint32_t of_seed = 1; of_seed <= 150; of_seed++) {
        const char *root = harness_scratch();
        char        path[300];
        seed = of_seed * 7919;
        random_file(text);
        harness_write_text(root, "sudoers", text);
        snprintf(path, sizeof path, "%s/sudoers", root);
        snprintf(command, sizeof command,
                 "cvtsudoers -e -f json -o /dev/null %s > %s/log 2>&1 && ! test -s %s/log", path,
                 root, root);
        if (system(command) != 0)
            continue; /* such a file sudo does not take whole */
        compare_sample(path, false);
        compared++;
    }
    ck_assert_uint_gt(compared, 100); /* which files cvtsudoers takes is a matter of its version */
}
END_TEST

static int count(const char *text, bool negated, void *data)
{
    int *n = data;
    (void)text, (void)negated;
    return ++*n > 5000;
}

START_TEST(aliases_that_name_themselves_end)
{
    struct sudoers sudoers = {0};
    const char     text[] = "Cmnd_Alias A = B, B : B = A, A\nx ALL = A\n";
    int            n = 0;

    ck_assert_int_eq(sudoers_parse(&sudoers, text, sizeof text - 1, "x"), 0);
    sudoers_expand(&sudoers, ALIAS_COMMAND, &sudoers.rules[0].command, count, &n);
    ck_assert_int_eq(n, 0);
    ck_assert_uint_eq(sudoers.cut, 4); /* each of the two names of B has two of A */
    sudoers_free(&sudoers);
}
END_TEST

/* Each alias has the next one as a member twice. */
START_TEST(aliases_that_explode_are_cut_and_counted)
{
    sqlite3      *db = harness_open();
    struct buffer text = {0};

    for (int i = 0; i < 40; i++)
        buffer_printf(&text, "Cmnd_Alias A%d = A%d, A%d\n", i, i + 1, i + 1);
    buffer_puts(&text,
                "Cmnd_Alias A40 = A0\nUser_Alias U = U, ann\nU ALL = /bin/b\nbob ALL = A0\n");
    const char *root = fixture(buffer_text(&text));
    harness_expect(db, "[\"ann\"]", "SELECT users FROM sudoers('%s') LIMIT 1", root);
    harness_expect(db, "1", "SELECT count(*) FROM sudoers('%s') WHERE users LIKE '%%bob%%'", root);
    harness_expect(db, "damaged|aliases that name themselves or too much|1",
                   "SELECT status, detail, skipped > 0 FROM evidence_sources WHERE "
                   "table_name = 'sudoers' AND location = '%s'",
                   root);
    buffer_free(&text);
    harness_close(db);
}
END_TEST

START_TEST(includes_stand_where_they_are_written)
{
    sqlite3    *db = harness_open();
    const char *root = fixture("a ALL = /bin/1\n@includedir /etc/sudoers.d\n@include sudoers.%h\n"
                               "@include /etc/none\nz ALL = /bin/9\n");

    harness_write_text(root, "etc/hostname", "web.example.org\n");
    harness_write_text(root, "etc/sudoers.web", "h ALL = /bin/2\n@include more\ni ALL = /bin/4\n");
    harness_write_text(root, "etc/more", "@include /etc/sudoers\nm ALL = /bin/3\n");
    harness_expect(db, "0a 1dora 2h 3m 4i 5z",
                   "SELECT group_concat(rule || (users ->> 0), ' ') FROM sudoers('%s')", root);
    harness_close(db);
}
END_TEST

START_TEST(defaults_of_users_hosts_and_commands_apply)
{
    sqlite3    *db = harness_open();
    const char *root = fixture(
        "Defaults:ann,U !authenticate\nDefaults@box !authenticate\n"
        "Defaults@box authenticate\nCmnd_Alias C = /bin/e -l\nDefaults!/bin/c,C !authenticate\n"
        "Defaults>web !authenticate\nUser_Alias U = cat\nDefaults !x, y\n"
        "ann ALL = /bin/a, PASSWD: /bin/b\nbob ALL = /bin/a, /bin/c 1, /bin/d, "
        "/bin/e, /bin/e -l\nbob ALL = (web) /bin/a\ncat ALL = ALL\n");

    harness_write_text(root, "etc/hostname", "box\n");
    harness_expect(db, "ann10 bob01001 bob1 cat1",
                   "SELECT group_concat(u || n, ' ') FROM (SELECT users ->> 0 AS u, "
                   "group_concat(nopasswd, '') AS n FROM sudoers('%s') WHERE source LIKE "
                   "'%%sudoers' GROUP BY line)",
                   root);
    harness_close(db);
}
END_TEST

static const char blanks[] =
    "a ALL = /usr/bin/x \\\n    stop nginx, /bin/tab\twith\t tabs   , "
    "/usr/bin/y  a  b, /bin/z \"\", /bin/w a\\,b\\:c\\=d\\ e\\#f\\*g\\\\h, "
    "/bin/q \"a b\" c, ^/bin/a,b (b|c), d$, /bin/a ^x y$ , sudoedit /a\n"
    "Cmnd_Alias C = /bin/q  \"a b\", !/bin/r\t\"\" \nb ALL = C\n";

START_TEST(blanks_and_escapes_of_commands_are_as_cvtsudoers_has_them)
{
    char path[512];

    if (system("command -v cvtsudoers >/dev/null") != 0)
        SKIP("needs cvtsudoers");
    const char *root = harness_scratch();
    harness_write_text(root, "plain", blanks);
    snprintf(path, sizeof path, "%s/plain", root);
    compare_sample(path, true);
}
END_TEST

START_TEST(every_include_is_read_and_a_circle_ends)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();
    char       *text = malloc(600 * 32), path[64];
    size_t      size = 0;

    for (int i = 0; i < 600; i++) {
        size += (size_t)sprintf(text + size, "@include /etc/s/%d\n", i);
        snprintf(path, sizeof path, "etc/s/%d", i);
        harness_write_text(root, path, "@include /etc/sudoers\nann ALL = /bin/x\n");
    }
    harness_write(root, "etc/sudoers", text, size);
    free(text);
    harness_expect(db, "600|600", "SELECT count(*), count(DISTINCT source) FROM sudoers('%s')",
                   root);
    harness_close(db);
}
END_TEST

Suite *make_sudoers_suite(void)
{
    Suite *suite = suite_create("sudoers");
    TCase *tcase = tcase_create("sudoers");

    tcase_add_test(tcase, aliases_tags_and_includes_are_resolved);
    tcase_add_test(tcase, options_and_digests_are_passed_over);
    tcase_add_test(tcase, defaults_for_all_take_the_password_away);
    tcase_add_test(tcase, a_line_that_is_not_understood_is_counted_and_the_rest_read);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, commands_are_those_of_cvtsudoers);
    tcase_add_test(tcase, all_implies_setenv_and_passes_nothing_on);
    tcase_add_test(tcase, any_rules_are_those_of_cvtsudoers);
    tcase_add_loop_test(tcase, sudos_own_samples_read_as_cvtsudoers_reads_them, 0,
                        sizeof samples / sizeof *samples);
    tcase_add_test(tcase, aliases_that_name_themselves_end);
    tcase_add_test(tcase, aliases_that_explode_are_cut_and_counted);
    tcase_add_test(tcase, includes_stand_where_they_are_written);
    tcase_add_test(tcase, defaults_of_users_hosts_and_commands_apply);
    tcase_add_test(tcase, blanks_and_escapes_of_commands_are_as_cvtsudoers_has_them);
    tcase_add_test(tcase, every_include_is_read_and_a_circle_ends);
    suite_add_tcase(suite, tcase);
    return suite;
}
