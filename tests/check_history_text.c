/* Command histories of each shell. */
#include "formats/log/history_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

/* A file of which only `known` bytes are known yet, `part` more each time. */
struct parts {
    const char *data;
    size_t      size, known, part;
};

/* As shell_history does it: a command at the end of what is known is read again with more. */
static int next_in_parts(struct history *history, struct parts *parts, struct history_entry *ret)
{
    for (;;) {
        const struct history before = *history;
        int                  r = history_next(history, ret);
        if (r < 0 || parts->known == parts->size || (r > 0 && !history_at_end(history)))
            return r;
        history_take_back(history, &before);
        size_t left = parts->size - parts->known;
        parts->known += left < parts->part ? left : parts->part;
        history_read_on(history, history->at, (size_t)(parts->data + parts->known - history->at));
    }
}

/* "line@time+duration:command" for each, joined by '|'; a newline in a command is shown as ~. */
static char *read_in_parts(const char *name, const char *data, size_t size, size_t part)
{
    const char          *line = memchr(data, '\n', size);
    size_t               first = line ? (size_t)(line + 1 - data) : size;
    struct parts         parts = {data, size, first, part};
    enum history_shell   shell = history_shell_of(name, HISTORY_SH, data, size);
    struct history       history;
    struct history_entry entry;
    struct buffer        b = {0};
    int                  r;

    if (shell == HISTORY_XONSH || parts.known > size)
        parts.known = size;
    history_begin(&history, data, parts.known, shell);
    while ((r = next_in_parts(&history, &parts, &entry)) > 0) {
        buffer_printf(&b, "%s%llu", b.size ? "|" : "", (unsigned long long)entry.line);
        if (!isnan(entry.time))
            buffer_printf(&b, "@%.0f", entry.time);
        if (entry.duration >= 0)
            buffer_printf(&b, "+%lld", (long long)entry.duration);
        buffer_putc(&b, ':');
        for (size_t i = 0; i < entry.size; i++)
            buffer_putc(&b, entry.command[i] == '\n' ? '~' : entry.command[i]);
    }
    ck_assert_int_eq(r, 0);
    buffer_printf(&b, history.cut ? "|cut:%llu" : "", (unsigned long long)history.cut);
    history_end(&history);
    buffer_text(&b);
    return b.data;
}

/* The same whatever the parts. */
static char *commands_of(const char *name, const char *data, size_t size)
{
    char *whole = read_in_parts(name, data, size, size + 1);

    for (size_t part = 1; part < 200; part = 3 * part + 1) {
        char *commands = read_in_parts(name, data, size, part + size / 1000);
        ck_assert_msg(strcmp(commands, whole) == 0, "in parts of %zu: %s", part, commands);
        free(commands);
    }
    return whole;
}

static void expect(const char *name, const char *data, size_t size, const char *expected)
{
    char *commands = commands_of(name, data, size);

    ck_assert_str_eq(commands, expected);
    free(commands);
}

#define EXPECT(name, data, expected) expect(name, data, sizeof(data) - 1, expected)

START_TEST(bash_without_stamps_is_a_command_a_line)
{
    EXPECT(".bash_history", "ls\n\nsystemctl start x\necho 'a\nlast",
           "1:ls|3:systemctl start x|4:echo 'a|5:last");
    EXPECT(".bash_history", "a\r\nb\r\n", "1:a|2:b");
    EXPECT(".bash_history", "", "");
}
END_TEST

START_TEST(bash_stamps_belong_to_the_command_after_them)
{
    EXPECT(".bash_history", "#1700000000\nls\n#1700000009\npwd\n",
           "2@1700000000:ls|4@1700000009:pwd");
    EXPECT(".bash_history", "old\n#1700000000\nls\nnew\n#1\n", "1:old|3@1700000000:ls|4:new");
    EXPECT(".bash_history", "#1\n#2\nls\n#hash tag\n", "3@2:ls~#hash tag");
    EXPECT(".bash_history", "#1700000000123\nls\n#17abc\npwd\n", "2:ls|4@17:pwd");
}
END_TEST

START_TEST(bash_commands_of_several_lines_stay_one)
{
    EXPECT(".bash_history", "#5\nfor u in a b; do\n\n  x $u\ndone\n#6\n#7\nls\n",
           "2@5:for u in a b; do~  x $u~done|8@7:ls");
    EXPECT(".bash_history", "#5\necho it's\nls\n#6\npwd\n", "2@5:echo it's~ls|5@6:pwd");
    EXPECT("history", "#5\ncat <<EOF\n#6 x\nEOF\n", "2@5:cat <<EOF|4@6:EOF");
}
END_TEST

/* Lines that a shell without stamps added to a file are read too. */
START_TEST(a_very_long_command_goes_on_in_another_entry)
{
    struct buffer b = {0};

    buffer_puts(&b, "#5\n");
    for (int i = 0; i < 5000; i++)
        buffer_puts(&b, "echo line\n");
    char *commands = commands_of(".bash_history", buffer_text(&b), b.size);
    ck_assert_ptr_nonnull(strchr(commands, '|'));
    ck_assert_str_eq(commands + strlen(commands) - 9, "echo line");
    free(commands);
    buffer_free(&b);
}
END_TEST

START_TEST(zsh_extended_lines_have_time_and_duration)
{
    EXPECT(".zsh_history", ": 1457771210:3;cd x\n: 1457771212:0;ls\n",
           "1@1457771210+3:cd x|2@1457771212+0:ls");
    EXPECT(".zsh_history", "plain\n: not a head\n:12:0;x\n", "1:plain|2:: not a head|3@12+0:x");
    EXPECT(".zsh_history", ": 9:0;for i in 1\\\ndo echo\\\ndone\n: 10:0;ls\n",
           "1@9+0:for i in 1~do echo~done|4@10+0:ls");
    EXPECT(".zsh_history", ": 9:0;\\\nls\n", "1@9+0:~ls");
}
END_TEST

START_TEST(zsh_bytes_are_unmetafied)
{
    EXPECT(".zsh_history", ": 9:0;echo \xc3\x83\xa3x\n", "1@9+0:echo \xc3\x83x");
    EXPECT(".zsh_history", "a\x83", "1:a\x83");
}
END_TEST

START_TEST(fish_entries_have_escapes_and_times)
{
    EXPECT("fish_history",
           "- cmd: function foo\\necho \\\\ bar\\nend\n  when: 1339717377\n  paths:\n    - a\n"
           "- cmd: ls\n   when:       5\n   added_when: 6\n- cmd: last",
           "1@1339717377:function foo~echo \\ bar~end|5@5:ls|8:last");
    EXPECT("fish_history", "# 1339519901\nls /\n# 1339519906\nfunction yay\\\necho hi\\\nend\n",
           "2@1339519901:ls /|4@1339519906:function yay~echo hi~end");
}
END_TEST

START_TEST(mksh_and_ksh_files_are_known_by_their_first_bytes)
{
    EXPECT(".sh_history",
           "\xab\xcd\xff\0\0\0\1systemctl start x\0\xff\0\0\0\2echo a\nb\0\xff\0\0\0\3"
           "cut",
           "1:systemctl start x|2:echo a~b|3:cut");
    EXPECT(".sh_history", "\x81\1ls -l\n\0\0\x82\0\0\0\2\0pwd\n\0", "1:ls -l|2:pwd");
    EXPECT(".sh_history", "\xab\xcd", "");
    EXPECT(".sh_history", "\x81\1\x82", "");
}
END_TEST

START_TEST(other_shells)
{
    EXPECT(".history", "#+1700000000\nls\n#+1700000001\npwd\n", "2@1700000000:ls|4@1700000001:pwd");
    EXPECT(".ash_history", "ls\n#5\n", "1:ls|2:#5");
    EXPECT("ConsoleHost_history.txt", "\xef\xbb\xbfsc.exe query\r\nGet-Service `\r\n  x\r\n",
           "1:sc.exe query|2:Get-Service ~  x");
}
END_TEST

START_TEST(nushell_and_xonsh)
{
    char      *commands;
    const char nu[] = "ls | where size > 1\ndef x [] {<\\n>  ls<\\n>}\n";
    const char xonsh[] =
        "{\"locs\": [1], \"data\": {\"cmds\": [{\"inp\": \"ls -l\\n\", \"rtn\": 0, "
        "\"ts\": [1700000000.5, 1700000002.5]}, {\"inp\": 5}, {\"inp\": \"id\\n\"}]}}";

    struct history       history;
    struct history_entry entry;
    history_begin(&history, nu, sizeof nu - 1, HISTORY_NU);
    ck_assert_int_eq(history_next(&history, &entry), 1);
    ck_assert_int_eq(history_next(&history, &entry), 1);
    ck_assert_str_eq(entry.command, "def x [] {\n  ls\n}");
    history_end(&history);
    commands = commands_of("xonsh-1.json", xonsh, sizeof xonsh - 1);
    ck_assert_str_eq(commands, "1@1700000000+2:ls -l|3:id");
    free(commands);
}
END_TEST

START_TEST(an_open_quote_costs_no_more_than_its_lines)
{
    struct buffer b = {0}, expected = {0};

    for (int i = 0; i < 200000; i++) {
        buffer_puts(&b, i % 1000 ? "echo 'open\n" : "#5\n");
        if (i % 1000)
            buffer_puts(&expected, i % 1000 == 1 ? "echo 'open" : "~echo 'open");
        else
            buffer_printf(&expected, "%s%d@5:", i ? "|" : "", i + 2);
    }
    char *commands = commands_of(".bash_history", buffer_text(&b), b.size);
    ck_assert_str_eq(commands, buffer_text(&expected));
    free(commands);
    buffer_free(&b);
    buffer_free(&expected);
}
END_TEST

START_TEST(real_histories)
{
    static const struct {
        const char *path;
        int         with_time, without;
    } files[] = {
        {"history/test/log2timeline+plaso/test_data/bash_history", 4, 0},
        {"history/test/log2timeline+plaso/test_data/zsh_extended_history.txt", 4, 0},
        {"history/test/fish-shell+fish-shell/tests/history_sample_fish_2_0", 3, 1},
        {"history/test/fish-shell+fish-shell/tests/history_sample_fish_1_x", 5, 1},
        {"history/test/dvorka+hstr/test/resources/.bash_history_bug_176", 27, 0},
    };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *path = harness_evidence(files[i].path);
        int         n[2] = {0, 0};
        size_t      size;

        if (!path)
            SKIP("needs SVCQL_EVIDENCE");
        char                *data = harness_read(path, &size);
        struct history       history;
        struct history_entry entry;
        history_begin(&history, data, size,
                      history_shell_of(strrchr(path, '/') + 1, HISTORY_SH, data, size));
        while (history_next(&history, &entry) > 0)
            n[isnan(entry.time) ? 1 : 0]++;
        history_end(&history);
        free(commands_of(strrchr(path, '/') + 1, data, size));
        free(data);
        ck_assert_msg(n[0] == files[i].with_time && n[1] == files[i].without, "%s: %d and %d",
                      files[i].path, n[0], n[1]);
    }
}
END_TEST

Suite *make_history_text_suite(void)
{
    const TTest *const tests[] = {
        bash_without_stamps_is_a_command_a_line,
        bash_stamps_belong_to_the_command_after_them,
        bash_commands_of_several_lines_stay_one,
        zsh_extended_lines_have_time_and_duration,
        zsh_bytes_are_unmetafied,
        fish_entries_have_escapes_and_times,
        mksh_and_ksh_files_are_known_by_their_first_bytes,
        other_shells,
        an_open_quote_costs_no_more_than_its_lines,
        a_very_long_command_goes_on_in_another_entry,
        nushell_and_xonsh,
        real_histories,
    };
    Suite *suite = suite_create("history_text");
    TCase *tcase = tcase_create("history_text");

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}
