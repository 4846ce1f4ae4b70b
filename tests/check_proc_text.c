/* check_proc_text.c -- the texts of /proc/PID. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/proc_text.h"
#include "harness.h"

#define TAIL " S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4321 100 200\n"

static void expect_span(struct proc_span span, const char *text)
{
    if (!text) {
        ck_assert_msg(span.text == NULL, "%.*s", (int)span.size, span.text);
        return;
    }
    ck_assert_msg(span.size == strlen(text) && memcmp(span.text, text, span.size) == 0, "%.*s",
                  (int)span.size, span.text);
}

START_TEST(a_name_may_hold_whatever_ends_it)
{
    static const char *const names[] = {"sshd", "a b", ") S 1 1", "(", ")", "x)\n1 (y", ""};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char             text[200];
        struct proc_stat stat;
        int              size = snprintf(text, sizeof text, "42 (%s)" TAIL, names[i]);
        ck_assert_int_eq(proc_stat_parse(text, (size_t)size, &stat), 0);
        expect_span(stat.name, names[i]);
        ck_assert_int_eq(stat.ppid, 7);
        ck_assert_int_eq(stat.session, 9);
        ck_assert_int_eq(stat.state, 'S');
        ck_assert_uint_eq(stat.start, 4321);
        ck_assert(!stat.kernel);
    }
}
END_TEST

START_TEST(a_cut_stat_is_an_error)
{
    static const char text[] = "42 (sshd)" TAIL;
    struct proc_stat  stat;

    for (size_t size = 0; size < strlen(text) - strlen("4321 100 200\n"); size++)
        ck_assert_int_eq(proc_stat_parse(text, size, &stat), -EBADMSG);
}
END_TEST

START_TEST(a_thread_of_the_kernel_is_known_by_its_flag)
{
    static const char text[] = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n";
    struct proc_stat  stat;

    ck_assert_int_eq(proc_stat_parse(text, strlen(text), &stat), 0);
    ck_assert(stat.kernel);
}
END_TEST

START_TEST(ids_are_those_of_their_own_lines)
{
    static const char text[] =
        "Name:\tUid:\t9 9\\nUid:\t7 7\nTgid:\t12\nPid:\t12\nUid:\t1000\t0\t0\t0\n"
        "Gid:\t5\t6\t7\t8\n";
    struct proc_ids ids;

    ck_assert_int_eq(proc_ids_parse(text, strlen(text), &ids), 0);
    ck_assert_int_eq(ids.tgid, 12);
    ck_assert_int_eq(ids.uid, 1000);
    ck_assert_int_eq(ids.euid, 0);
    ck_assert_int_eq(ids.gid, 5);
    ck_assert_int_eq(ids.egid, 6);
    ck_assert_int_eq(proc_ids_parse("Uid:\t1\n", 7, &ids), -EBADMSG);
}
END_TEST

START_TEST(a_cgroup_is_systemds_or_the_unified_one)
{
    static const struct {
        const char *text, *path;
    } cases[] = {
        {"0::/system.slice/ssh.service\n", "/system.slice/ssh.service"},
        {"9:name=systemd:/init.scope\n4:memory:/x\n0::/\n", "/init.scope"},
        {"9:name=systemd:/\n0::/a\n", "/a"},
        {"4:memory:/x\n", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_span(proc_cgroup(cases[i].text, strlen(cases[i].text)), cases[i].path);
}
END_TEST

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

START_TEST(a_cgroup_tells_unit_user_unit_and_container)
{
    static const struct {
        const char *path, *unit, *user_unit, *container;
    } cases[] = {
        {"/", NULL, NULL, NULL},
        {"/init.scope", "init.scope", NULL, NULL},
        {"/system.slice/ssh.service", "ssh.service", NULL, NULL},
        {"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", NULL, NULL},
        {"/system.slice/x.service/child/deeper", "x.service", NULL, NULL},
        {"/system.slice/_cpu.service", "cpu.service", NULL, NULL},
        {"/system.slice/gone.service (deleted)", "gone.service", NULL, NULL},
        {"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", NULL, NULL},
        {"/user.slice/user-1000.slice/user@1000.service/app.slice/evil.service",
         "user@1000.service", "evil.service", NULL},
        {"/system.slice/docker.service/init.scope", "docker.service", NULL, NULL},
        {"/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service",
         "init.scope", NULL},
        {"/system.slice/docker-" ID ".scope", "docker-" ID ".scope", NULL, ID},
        {"/docker/" ID, NULL, NULL, ID},
        {"/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope",
         "cri-containerd-" ID ".scope", NULL, ID},
        {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
         "user@1000.service", "libpod-" ID ".scope", ID},
        {"/machine.slice/machine-box.scope/init.scope", "machine-box.scope", NULL, "box"},
        {"/machine.slice/systemd-nspawn@box.service/payload", "systemd-nspawn@box.service", NULL,
         "box"},
        {"/lxc.payload.web/init.scope", NULL, NULL, "web"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct proc_cgroup parts;
        proc_cgroup_parse((struct proc_span){cases[i].path, strlen(cases[i].path)}, &parts);
        expect_span(parts.unit, cases[i].unit);
        expect_span(parts.user_unit, cases[i].user_unit);
        expect_span(parts.container, cases[i].container);
    }
}
END_TEST

START_TEST(arguments_read_as_a_shell_would_split_them)
{
    static const struct {
        const char *text;
        size_t      size;
        const char *line;
    } cases[] = {
        {"sh\0-c\0a 'b'\0", 12, "sh -c 'a '\\''b'\\'''"},
        {"a\0\0b\0", 5, "a '' b"},
        {"sshd: root@pts/0\0\0\0\0", 20, "sshd: root@pts/0"},
        {"a\0\xff\nb\0", 6, "a '\xef\xbf\xbd\nb'"},
        {"\0\0\0", 3, ""},
        {"", 0, ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer line = {0};
        proc_arguments(cases[i].text, cases[i].size, &line);
        ck_assert_str_eq(buffer_text(&line), cases[i].line);
        buffer_free(&line);
    }
}
END_TEST

Suite *make_proc_text_suite(void)
{
    Suite *suite = suite_create("proc_text");
    TCase *tests = tcase_create("texts");

    tcase_add_test(tests, a_name_may_hold_whatever_ends_it);
    tcase_add_test(tests, a_cut_stat_is_an_error);
    tcase_add_test(tests, a_thread_of_the_kernel_is_known_by_its_flag);
    tcase_add_test(tests, ids_are_those_of_their_own_lines);
    tcase_add_test(tests, a_cgroup_is_systemds_or_the_unified_one);
    tcase_add_test(tests, a_cgroup_tells_unit_user_unit_and_container);
    tcase_add_test(tests, arguments_read_as_a_shell_would_split_them);
    suite_add_tcase(suite, tests);
    return suite;
}
