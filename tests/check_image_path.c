/* check_image_path.c -- what an ImagePath means, spelled in the ways that real services spell it.
 */
#include "formats/hive/image_path.h"

#include <string.h>

#include "harness.h"

/* command, of what, program resolved, arguments, candidates */
static const struct {
    const char     *command;
    enum image_kind kind;
    const char     *program, *arguments, *candidates;
} cases[] = {
    {"%SystemRoot%\\system32\\svchost.exe -k netsvcs -p", IMAGE_PROGRAM,
     "C:\\Windows\\system32\\svchost.exe", "-k netsvcs -p", "[]"},
    {"\"C:\\Program Files\\A B\\x.exe\" /service", false, "C:\\Program Files\\A B\\x.exe",
     "/service", "[]"},
    {"C:\\Program Files\\A B\\x.exe -s", false, "C:\\Program Files\\A B\\x.exe", "-s",
     "[\"C:\\\\Program.exe\",\"C:\\\\Program Files\\\\A.exe\"]"},
    {"C:\\Program Files\\tool -x", false, "C:\\Program Files\\tool.exe", "-x",
     "[\"C:\\\\Program.exe\"]"},
    {"C:\\tools\\run now", false, "C:\\tools\\run.exe", "now", "[]"},
    {"powershell -nop -c C:\\x.exe", false, "C:\\Windows\\System32\\powershell.exe",
     "-nop -c C:\\x.exe", "[]"},
    {"%COMSPEC% /C echo a ^> %SYSTEMDRIVE%\\o.txt", false, "C:\\Windows\\System32\\cmd.exe",
     "/C echo a ^> C:\\o.txt", "[]"},
    {"\\SystemRoot\\System32\\drivers\\http.sys", true, "C:\\Windows\\System32\\drivers\\http.sys",
     "", "[]"},
    {"System32\\drivers\\a b.sys", true, "C:\\Windows\\System32\\drivers\\a b.sys", "", "[]"},
    {"\\??\\C:\\Users\\x\\AppData\\Local\\Temp\\ad.sys", true,
     "C:\\Users\\x\\AppData\\Local\\Temp\\ad.sys", "", "[]"},
    {"drivers\\x.sys", true, "C:\\Windows\\drivers\\x.sys", "", "[]"},
    {"\\\\10.0.0.1\\share\\x.exe", false, "\\\\10.0.0.1\\share\\x.exe", "", "[]"},
    {"\\??\\UNC\\srv\\s\\x.sys", true, "\\\\srv\\s\\x.sys", "", "[]"},
    {"lsass.exe", false, "C:\\Windows\\System32\\lsass.exe", "", "[]"},
    {"C:/a/b.exe x", false, "C:\\a\\b.exe", "x", "[]"},
    {"%Unknown%\\x.exe", false, "C:\\Windows\\System32\\%Unknown%\\x.exe", "", "[]"},
    {"\"C:\\never closed.exe", false, "C:\\never closed.exe", "", "[]"},
    {"100%", false, "C:\\Windows\\System32\\100%.exe", "", "[]"},
    {"", false, "", "", "[]"},
};

START_TEST(commands_are_split_and_resolved)
{
    struct buffer expanded = {0}, program = {0}, candidates = {0};

    image_path_expand(&expanded, cases[_i].command, NULL, NULL);
    struct image_path path = image_path_split(buffer_text(&expanded), cases[_i].kind);
    image_path_resolve(&program, path.program, path.program_size, cases[_i].kind);
    image_path_candidates(&candidates, &path);
    ck_assert_str_eq(buffer_text(&program), cases[_i].program);
    ck_assert_str_eq(path.arguments, cases[_i].arguments);
    ck_assert_str_eq(buffer_text(&candidates), cases[_i].candidates);
    ck_assert(path.ambiguous == (strcmp(cases[_i].candidates, "[]") != 0));
    buffer_free(&expanded);
    buffer_free(&program);
    buffer_free(&candidates);
}
END_TEST

static bool lookup(void *arg, const char *name, size_t size, struct buffer *out)
{
    if (size != 4 || strncmp(name, "EVIL", 4) != 0)
        return false;
    buffer_puts(out, arg);
    return true;
}

START_TEST(the_hosts_own_variables_come_first_and_are_expanded_once)
{
    struct buffer text = {0};

    image_path_expand(&text, "%EVIL%\\%SystemRoot%\\%%\\%", lookup, "%EVIL%");
    ck_assert_str_eq(buffer_text(&text), "%EVIL%\\C:\\Windows\\%%\\%");
    buffer_free(&text);
}
END_TEST

START_TEST(svchost_names_its_group)
{
    static const struct {
        const char *command, *group;
    } commands[] = {
        {"C:\\Windows\\System32\\svchost.exe -k netsvcs -p", "netsvcs"},
        {"\"C:\\Windows\\System32\\svchost.exe\" -p -K LocalService", "LocalService"},
        {"svchost -k x", "x"},
        {"C:\\Windows\\System32\\svchost.exe", NULL},
        {"C:\\Windows\\System32\\svchost.exe -k ", NULL},
        {"C:\\Windows\\System32\\notsvchost.exe -k x", NULL},
    };

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        struct image_path path = image_path_split(commands[i].command, IMAGE_PROGRAM);
        size_t            size = 0;
        const char       *group = image_path_svchost_group(&path, &size);
        ck_assert_int_eq(group != NULL, commands[i].group != NULL);
        if (group)
            ck_assert(strncmp(group, commands[i].group, size) == 0 &&
                      strlen(commands[i].group) == size);
    }
}
END_TEST

Suite *make_image_path_suite(void)
{
    Suite *suite = suite_create("image_path");
    TCase *tc = tcase_create("meaning");

    tcase_add_loop_test(tc, commands_are_split_and_resolved, 0, sizeof cases / sizeof cases[0]);
    tcase_add_test(tc, the_hosts_own_variables_come_first_and_are_expanded_once);
    tcase_add_test(tc, svchost_names_its_group);
    suite_add_tcase(suite, tc);
    return suite;
}
