#include "formats/unit/unit_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/unit/unit_exec.h"
#include "formats/unit/unit_merge.h"
#include "formats/unit/unit_name.h"
#include "formats/unit/unit_words.h"
#include "harness.h"

/* Every assignment as "line[section]key=value", every fault as "line!fault", "~" before what is
 * unread; joined by "|". malloc()ed. */
static int version = 252;

static char *described(const char *data, size_t size)
{
    struct unit_text       text;
    struct unit_assignment a;
    struct buffer          out = {0};
    int                    r;

    unit_text_open(&text, data, size, version);
    while ((r = unit_text_next(&text, &a)) > 0) {
        buffer_puts(&out, out.size ? "|" : "");
        buffer_puts(&out, a.unread ? "~" : "");
        if (a.fault == UNIT_OK)
            buffer_printf(&out, "%u[%s]%s=%s", a.line, a.section, a.key, a.value);
        else
            buffer_printf(&out, "%u!%d", a.line, (int)a.fault);
    }
    ck_assert_int_eq(r, 0);
    unit_text_close(&text);
    ck_assert_ptr_nonnull(buffer_text(&out));
    return out.data;
}

static void expect_bytes(const char *data, size_t size, const char *expected)
{
    char *text = described(data, size);

    ck_assert_str_eq(text, expected);
    free(text);
}

#define EXPECT(text, expected) expect_bytes(text, sizeof(text) - 1, expected)

START_TEST(white_space_around_keys_and_values_goes)
{
    EXPECT("  [Unit] \n\t Description =  a b \t\n[Service]\nExecStart=/bin/true\n",
           "2[Unit]Description=a b|4[Service]ExecStart=/bin/true");
    EXPECT("[Unit]\nDescription=", "2[Unit]Description=");
    EXPECT("", "");
    EXPECT("\n\n \n", "");
}
END_TEST

START_TEST(headers_that_systemd_came_to_refuse)
{
    static const char empty[] = "[]\nA=1\n", twice[] = "[A [B]\nA=1\n", closed[] = "[A]B]\nA=1\n";

    EXPECT(empty, "2[]A=1");
    EXPECT(twice, "2[A [B]A=1");
    version = 262;
    EXPECT(empty, "1!4|~2!1");
    EXPECT(twice, "1!4|~2!1");
    EXPECT(closed, "2[A]B]A=1");
    version = 252;
}
END_TEST

START_TEST(comments_begin_with_either_sign_and_only_at_the_start)
{
    EXPECT("#a\n;b\n [S]\n  # c\n\t;d\nA=1 # no comment\n", "6[S]A=1 # no comment");
}
END_TEST

START_TEST(a_backslash_continues_and_becomes_a_space)
{
    EXPECT("[S]\nA=a\\\n  b\\\nc\nB=1\n", "2[S]A=a   b c|5[S]B=1");
    EXPECT("[S]\nA=a\\\\\nB=1\n", "2[S]A=a\\\\|3[S]B=1");
    EXPECT("[S]\nA=a\\\\\\\nB=1\n", "2[S]A=a\\\\ B=1");
    EXPECT("[S]\nA=a\\", "2[S]A=a");
    EXPECT("[S]\nA=a\\\n\nB=1", "2[S]A=a|4[S]B=1");
    EXPECT("[S]\nA=a \\\r\n b\r\n", "2[S]A=a   b");
}
END_TEST

START_TEST(comments_between_continued_lines_are_passed_over)
{
    EXPECT("[S]\nA=a\\\n# hidden\n  ; more\\\n b\nB=2", "2[S]A=a  b|6[S]B=2");
}
END_TEST

START_TEST(a_continued_comment_is_not_continued)
{
    EXPECT("[S]\n# comment \\\nA=1\n", "3[S]A=1");
}
END_TEST

START_TEST(a_header_may_be_continued)
{
    EXPECT("[Ser\\\nvice]\nA=1\n", "3[Ser vice]A=1");
}
END_TEST

START_TEST(lines_end_as_systemd_ends_them)
{
    EXPECT("[S]\rA=1\r\nB=2\n\rC=3\n\nD=4", "2[S]A=1|3[S]B=2|4[S]C=3|6[S]D=4");
    EXPECT("[S]\0A=1\0\0B=2\n\0C=3\r\n\0D=4", "2[S]A=1|4[S]B=2|5[S]C=3|6[S]D=4");
}
END_TEST

START_TEST(a_byte_order_mark_is_dropped_once)
{
    EXPECT("\xef\xbb\xbf[S]\nA=1\n", "2[S]A=1");
    EXPECT("\xef\xbb\xbf[S]\n\xef\xbb\xbf"
           "A=1\n",
           "2[S]\xef\xbb\xbf"
           "A=1");
}
END_TEST

START_TEST(what_systemd_ignores_is_shown)
{
    EXPECT("A=1\n[S]\nnonsense\n=x\nB=2\n", "1!1|3!2|4!3|5[S]B=2");
}
END_TEST

START_TEST(what_follows_a_broken_header_is_unread)
{
    EXPECT("[S]\nA=1\n[T\nB=2\n[U]\nC=3\n", "2[S]A=1|3!4|~4[S]B=2|~6[U]C=3");
    EXPECT("[S]\n['T']\n[U\"]\n[U\\x]\n[U\tx]\n", "2!4|~3!4|~4!4|~5!4");
}
END_TEST

START_TEST(bytes_that_are_not_utf8_end_the_reading)
{
    EXPECT("[S]\nA=\xff\nB=2\n", "2!5|~3[S]B=2");
    EXPECT("[S]\nA=\xc0\xaf\n", "2!5");
    EXPECT("[S]\nA=\xed\xa0\x80\n", "2!5");
    EXPECT("[S]\nA=\xef\xbf\xbf\n", "2!5");
    EXPECT("[S]\nA=\xe2\x82\n", "2!5");
    EXPECT("[S]\nA=\xf0\x9f\x92\xa9\xc3\xa4\n", "2[S]A=\xf0\x9f\x92\xa9\xc3\xa4");
    EXPECT("[S]\n# \xff\nB=2\n", "3[S]B=2");
}
END_TEST

/* "[S]\nA=xxx...\nB=2" with `size` bytes in the second line. */
static char *long_line(size_t size, size_t *ret_size)
{
    char *data = malloc(size + 16);

    memcpy(data, "[S]\nA=", 6);
    memset(data + 6, 'x', size - 2);
    memcpy(data + 4 + size, "\nB=2", 4);
    *ret_size = size + 8;
    return data;
}

START_TEST(a_line_must_be_shorter_than_a_mebibyte)
{
    size_t size;
    char  *data = long_line(UNIT_LINE_MAX, &size);

    expect_bytes(data, size, "2!6|~3[S]B=2");
    free(data);
    data = long_line(UNIT_LINE_MAX - 1, &size);
    char *text = described(data, size);
    ck_assert_uint_eq(strlen(text), UNIT_LINE_MAX - 1 + strlen("2[S]|3[S]B=2"));
    free(text);
    free(data);
}
END_TEST

START_TEST(continuations_together_must_not_be_longer_than_a_mebibyte)
{
    struct buffer data = {0};

    buffer_puts(&data, "[S]\nA=");
    for (int i = 0; i < 20000; i++)
        buffer_puts(&data, "sixty-four bytes and a backslash at the end of each one of these\\\n");
    buffer_puts(&data, "\nB=2");
    char *text = described(data.data, data.size);
    ck_assert_msg(strncmp(text, "2!6|~", 5) == 0, "%.40s", text);
    ck_assert_str_eq(text + strlen(text) - strlen("[S]B=2"), "[S]B=2");
    free(text);
    buffer_free(&data);
}
END_TEST

START_TEST(ten_megabytes_of_nuls_are_nothing)
{
    size_t size = 10u << 20;
    char  *data = calloc(1, size);

    expect_bytes(data, size, "");
    free(data);
}
END_TEST

/* Words --------------------------------------------------------------------- */

static void expect_words(const char *text, enum unit_escapes escapes, const char *expected)
{
    struct buffer word = {0}, out = {0};
    int           r;

    while ((r = unit_word(&text, escapes, &word)) > 0)
        buffer_printf(&out, "<%s>", buffer_text(&word));
    if (r < 0)
        buffer_puts(&out, "!");
    ck_assert_str_eq(buffer_text(&out), expected);
    buffer_free(&word);
    buffer_free(&out);
}

START_TEST(words_are_split_at_white_space_and_lose_their_quotes)
{
    expect_words("  a  b\tc ", UNIT_ESCAPES_C, "<a><b><c>");
    expect_words("'a b' \"c d\"e f'g h'", UNIT_ESCAPES_C, "<a b><c de><fg h>");
    expect_words("'' \"\"", UNIT_ESCAPES_C, "<><>");
    expect_words("a \"b", UNIT_ESCAPES_C, "<a>!");
    expect_words("\"it's\" 'say \"x\"'", UNIT_ESCAPES_C, "<it's><say \"x\">");
    expect_words("", UNIT_ESCAPES_C, "");
}
END_TEST

START_TEST(escapes_are_those_of_c_and_a_few_more)
{
    expect_words("a\\sb \\x41\\102\\u00e4\\U0001f4a9 \\\\ \\\"", UNIT_ESCAPES_C,
                 "<a b><AB\xc3\xa4\xf0\x9f\x92\xa9><\\><\">");
    expect_words("'\\n\\t' \\a\\b\\f\\r\\v", UNIT_ESCAPES_C, "<\n\t><\a\b\f\r\v>");
}
END_TEST

START_TEST(escapes_that_do_not_exist_stay)
{
    expect_words("\\q \\x4 \\x00 \\000 \\999 \\u12 a\\ b end\\", UNIT_ESCAPES_C,
                 "<\\q><\\x4><\\x00><\\000><\\999><\\u12><a\\ b><end\\>");
}
END_TEST

START_TEST(lists_of_names_keep_their_backslashes)
{
    expect_words("dev-disk\\x2dby.device \"a\\\" b", UNIT_ESCAPES_KEEP,
                 "<dev-disk\\x2dby.device><a\\><b>");
}
END_TEST

/* Commands ------------------------------------------------------------------ */

static void expect_commands(const char *text, const char *expected)
{
    struct buffer json = {0};
    int           r = unit_exec_json(text, &json);

    ck_assert_str_eq(r == -EINVAL ? "refused" : buffer_text(&json), expected);
    if (r < 0)
        ck_assert_uint_eq(json.size, 0);
    buffer_free(&json);
}

START_TEST(a_command_has_a_path_and_arguments)
{
    expect_commands("/bin/sh -c 'echo $X %i'",
                    "[{\"path\": \"/bin/sh\", \"argv\": [\"/bin/sh\", \"-c\", \"echo $X %i\"], "
                    "\"prefix\": \"\"}]");
    expect_commands("true", "[{\"path\": \"true\", \"argv\": [\"true\"], \"prefix\": \"\"}]");
    expect_commands("%h/bin/x",
                    "[{\"path\": \"%h/bin/x\", \"argv\": [\"%h/bin/x\"], \"prefix\": \"\"}]");
}
END_TEST

START_TEST(prefixes_come_off_the_path)
{
    expect_commands("-@/bin/sh sh x",
                    "[{\"path\": \"/bin/sh\", \"argv\": [\"sh\", \"x\"], \"prefix\": \"-@\"}]");
    expect_commands("!!:/bin/a",
                    "[{\"path\": \"/bin/a\", \"argv\": [\"/bin/a\"], \"prefix\": \"!!:\"}]");
    expect_commands("+/bin/a",
                    "[{\"path\": \"/bin/a\", \"argv\": [\"/bin/a\"], \"prefix\": \"+\"}]");
}
END_TEST

START_TEST(prefixes_that_exclude_each_other_are_refused)
{
    expect_commands("+!/bin/a", "refused");
    expect_commands("!+/bin/a", "refused");
    expect_commands("!!!/bin/a", "refused");
    expect_commands("@@/bin/a a", "refused");
}
END_TEST

START_TEST(paths_are_simplified_but_the_name_is_not)
{
    expect_commands("//bin/./sh", "[{\"path\": \"/bin/sh\", \"argv\": [\"//bin/./sh\"], "
                                  "\"prefix\": \"\"}]");
}
END_TEST

START_TEST(a_lone_semicolon_separates_commands)
{
    expect_commands("/bin/a x ; -/bin/b ; ",
                    "[{\"path\": \"/bin/a\", \"argv\": [\"/bin/a\", \"x\"], \"prefix\": \"\"}, "
                    "{\"path\": \"/bin/b\", \"argv\": [\"/bin/b\"], \"prefix\": \"-\"}]");
    expect_commands("/bin/a \\; x; ';'",
                    "[{\"path\": \"/bin/a\", \"argv\": [\"/bin/a\", \";\", \"x;\", \";\"], "
                    "\"prefix\": \"\"}]");
}
END_TEST

START_TEST(what_systemd_refuses_is_refused)
{
    expect_commands("bin/sh", "refused");
    expect_commands("/bin/", "refused");
    expect_commands("@/bin/sh", "refused");
    expect_commands("/bin/sh 'open", "refused");
    expect_commands("\"/bin/a\\tb\"", "refused");
    expect_commands("/bin/a ; bin/b", "refused");
}
END_TEST

START_TEST(a_dash_lets_a_broken_command_be_dropped)
{
    expect_commands("-bin/sh", "[]");
    expect_commands("/bin/a ; -bin/b",
                    "[{\"path\": \"/bin/a\", \"argv\": [\"/bin/a\"], \"prefix\": \"\"}]");
    expect_commands("'open", "[]");
}
END_TEST

/* Names --------------------------------------------------------------------- */

START_TEST(names_of_units_are_distinguished_from_others)
{
    ck_assert_int_eq(unit_name_kind("ssh.service"), UNIT_NAME_PLAIN);
    ck_assert_int_eq(unit_name_kind("getty@.service"), UNIT_NAME_TEMPLATE);
    ck_assert_int_eq(unit_name_kind("getty@tty1.service"), UNIT_NAME_INSTANCE);
    ck_assert_int_eq(unit_name_kind("-.mount"), UNIT_NAME_PLAIN);
    ck_assert_int_eq(unit_name_kind("a@b@c.service"), UNIT_NAME_INSTANCE);
    static const char *const bad[] = {"",           "ssh",         ".service",
                                      "@.service",  "a b.service", "a.servicex",
                                      "a.service~", "a/b.service", "README"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_int_eq(unit_name_kind(bad[i]), UNIT_NAME_NONE);
    char name[300];
    memset(name, 'a', sizeof name);
    strcpy(name + 256 - 8, ".service");
    ck_assert_int_eq(unit_name_kind(name), UNIT_NAME_NONE);
    ck_assert_int_eq(unit_name_kind(name + 1), UNIT_NAME_PLAIN);
}
END_TEST

START_TEST(names_are_taken_apart_and_put_together)
{
    char name[UNIT_NAME_MAX];

    ck_assert(unit_name_template("a@b.c@d.service", name));
    ck_assert_str_eq(name, "a@.service");
    ck_assert(unit_name_instance("a@b.c@d.service", name));
    ck_assert_str_eq(name, "b.c@d");
    ck_assert(unit_name_with_instance("a@.service", "x", name));
    ck_assert_str_eq(name, "a@x.service");
    ck_assert(!unit_name_template("a.service", name));
    ck_assert(!unit_name_with_instance("a@.service", "x y", name));
}
END_TEST

START_TEST(names_are_shortened_dash_by_dash)
{
    char name[UNIT_NAME_MAX];

    ck_assert(unit_name_shorten("a-b-c.service", name));
    ck_assert_str_eq(name, "a-b-.service");
    ck_assert(unit_name_shorten("a-b-.service", name));
    ck_assert_str_eq(name, "a-.service");
    ck_assert(!unit_name_shorten("a-.service", name));
    ck_assert(!unit_name_shorten("-a.service", name));
    ck_assert(unit_name_shorten("a-b@i-j.service", name));
    ck_assert_str_eq(name, "a-@i-j.service");
    ck_assert(unit_name_shorten("a-b@.service", name));
    ck_assert_str_eq(name, "a-.service");
    ck_assert(unit_name_shorten("a--.service", name));
    ck_assert_str_eq(name, "a-.service");
}
END_TEST

START_TEST(aliases_must_match_in_type_and_kind)
{
    ck_assert(unit_alias_valid("a.service", "b.service"));
    ck_assert(unit_alias_valid("a@x.service", "b@.service"));
    ck_assert(unit_alias_valid("a@x.service", "b@x.service"));
    ck_assert(!unit_alias_valid("a@x.service", "b@y.service"));
    ck_assert(!unit_alias_valid("a.service", "b@.service"));
    ck_assert(!unit_alias_valid("a.service", "b.socket"));
    ck_assert(!unit_alias_valid("a.mount", "b.mount"));
    ck_assert(!unit_alias_valid("a.service", "a.service"));
}
END_TEST

/* Merging ------------------------------------------------------------------- */

#define SETTING(s, k, v)                                                                           \
    {                                                                                              \
        .section = (s), .key = (k), .value = (v)                                                   \
    }

/* '1' for an effective setting, else the digit of the one that decides. */
static void expect_merge(struct unit_setting *settings, size_t n, const char *expected)
{
    char text[16] = {0};

    ck_assert_int_eq(unit_merge(settings, n), 0);
    for (size_t i = 0; i < n; i++)
        text[i] = settings[i].effective ? '+' : (char)('0' + settings[i].decided_by);
    ck_assert_str_eq(text, expected);
}

START_TEST(of_a_plain_key_the_last_value_counts)
{
    struct unit_setting s[] = {SETTING("Service", "User", "a"), SETTING("Service", "User", "root"),
                               SETTING("Unit", "User", "b")};
    expect_merge(s, 3, "1++");
}
END_TEST

START_TEST(an_empty_exec_line_resets_those_before_it)
{
    struct unit_setting s[] = {
        SETTING("Service", "ExecStart", "/bin/a"), SETTING("Service", "ExecStart", ""),
        SETTING("Service", "ExecStart", "/bin/b"), SETTING("Service", "ExecStart", "/bin/c"),
        SETTING("Service", "ExecStop", "/bin/d")};
    expect_merge(s, 5, "11+++");
}
END_TEST

START_TEST(dependencies_cannot_be_reset)
{
    struct unit_setting s[] = {SETTING("Unit", "After", "a"), SETTING("Unit", "After", ""),
                               SETTING("Unit", "After", "b")};
    expect_merge(s, 3, "+1+");
}
END_TEST

START_TEST(conditions_timers_and_sockets_are_reset_together)
{
    struct unit_setting s[] = {SETTING("Unit", "ConditionPathExists", "/a"),
                               SETTING("Unit", "ConditionHost", ""),
                               SETTING("Timer", "OnBootSec", "1"),
                               SETTING("Timer", "OnCalendar", ""),
                               SETTING("Socket", "ListenStream", "1"),
                               SETTING("Socket", "ListenFIFO", ""),
                               SETTING("Unit", "AssertHost", "x")};
    expect_merge(s, 7, "113355+");
}
END_TEST

START_TEST(ignored_settings_decide_nothing)
{
    struct unit_setting s[] = {SETTING("Service", "User", "a"), SETTING("Service", "User", "b")};
    s[1].ignored = "test";
    expect_merge(s, 2, "+1");
}
END_TEST

START_TEST(every_section_of_a_type_is_known)
{
    ck_assert(unit_section_read("service", "Service") && unit_section_read("service", "Unit"));
    ck_assert(unit_section_read("automount", "Automount") && unit_section_read("timer", "Install"));
    ck_assert(!unit_section_read("timer", "Service") && !unit_section_read("service", "service"));
}
END_TEST

/* Real files ---------------------------------------------------------------- */

static void read_one(const char *path, void *counts)
{
    size_t                 size, *n = counts;
    char                  *data = harness_read(path, &size);
    struct unit_text       text;
    struct unit_assignment a;

    unit_text_open(&text, data, size, 252);
    while (unit_text_next(&text, &a) > 0)
        n[a.fault != UNIT_OK]++;
    unit_text_close(&text);
    free(data);
}

START_TEST(real_units_are_read_without_a_fault)
{
    size_t n[2] = {0};

    if (!harness_each_evidence("units", ".service", read_one, n))
        SKIP("needs SVCQL_EVIDENCE");
    harness_each_evidence("units", ".socket", read_one, n);
    harness_each_evidence("units", ".timer", read_one, n);
    ck_assert_msg(n[0] > 2000 && n[1] == 0, "%zu assignments, %zu faults", n[0], n[1]);
}
END_TEST

Suite *make_unit_text_suite(void)
{
    Suite *s = suite_create("unit_text");
    TCase *t = tcase_create("text");

    tcase_add_test(t, white_space_around_keys_and_values_goes);
    tcase_add_test(t, headers_that_systemd_came_to_refuse);
    tcase_add_test(t, comments_begin_with_either_sign_and_only_at_the_start);
    tcase_add_test(t, a_backslash_continues_and_becomes_a_space);
    tcase_add_test(t, comments_between_continued_lines_are_passed_over);
    tcase_add_test(t, a_continued_comment_is_not_continued);
    tcase_add_test(t, a_header_may_be_continued);
    tcase_add_test(t, lines_end_as_systemd_ends_them);
    tcase_add_test(t, a_byte_order_mark_is_dropped_once);
    tcase_add_test(t, what_systemd_ignores_is_shown);
    tcase_add_test(t, what_follows_a_broken_header_is_unread);
    tcase_add_test(t, bytes_that_are_not_utf8_end_the_reading);
    tcase_add_test(t, a_line_must_be_shorter_than_a_mebibyte);
    tcase_add_test(t, continuations_together_must_not_be_longer_than_a_mebibyte);
    tcase_add_test(t, ten_megabytes_of_nuls_are_nothing);
    tcase_add_test(t, real_units_are_read_without_a_fault);
    suite_add_tcase(s, t);

    t = tcase_create("words");
    tcase_add_test(t, words_are_split_at_white_space_and_lose_their_quotes);
    tcase_add_test(t, escapes_are_those_of_c_and_a_few_more);
    tcase_add_test(t, escapes_that_do_not_exist_stay);
    tcase_add_test(t, lists_of_names_keep_their_backslashes);
    tcase_add_test(t, a_command_has_a_path_and_arguments);
    tcase_add_test(t, prefixes_come_off_the_path);
    tcase_add_test(t, prefixes_that_exclude_each_other_are_refused);
    tcase_add_test(t, paths_are_simplified_but_the_name_is_not);
    tcase_add_test(t, a_lone_semicolon_separates_commands);
    tcase_add_test(t, what_systemd_refuses_is_refused);
    tcase_add_test(t, a_dash_lets_a_broken_command_be_dropped);
    suite_add_tcase(s, t);

    t = tcase_create("names and merging");
    tcase_add_test(t, names_of_units_are_distinguished_from_others);
    tcase_add_test(t, names_are_taken_apart_and_put_together);
    tcase_add_test(t, names_are_shortened_dash_by_dash);
    tcase_add_test(t, aliases_must_match_in_type_and_kind);
    tcase_add_test(t, of_a_plain_key_the_last_value_counts);
    tcase_add_test(t, an_empty_exec_line_resets_those_before_it);
    tcase_add_test(t, dependencies_cannot_be_reset);
    tcase_add_test(t, conditions_timers_and_sockets_are_reset_together);
    tcase_add_test(t, ignored_settings_decide_nothing);
    tcase_add_test(t, every_section_of_a_type_is_known);
    suite_add_tcase(s, t);
    return s;
}
