/* check_root_names.c -- paths of other operating systems below a root: case, normal forms, percent
 * signs, macOS's joined volumes, Windows' ways to write a path, patterns. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "root.h"

static const char *dir;

static struct root *open_root(unsigned flags)
{
    struct root *root = NULL;

    ck_assert_int_eq(root_open(dir, flags, &root), 0);
    return root;
}

static bool is_there(struct root *root, const char *path)
{
    struct stat st;

    return root_stat(root, path, true, &st) == 0;
}

static void begin(void)
{
    dir = harness_scratch();
}

#define E_NFC "\xc3\xa9"     /* é as one code point */
#define E_NFD "e\xcc\x81"    /* and as two */
#define HAN   "\xed\x95\x9c" /* a Hangul syllable, and as its three letters */
#define H_A_N "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"

START_TEST(names_are_found_in_any_case_and_normal_form)
{
    harness_write_text(dir, "Windows/System32/Config/SYSTEM", "x");
    harness_write_text(dir, "Users/Ren" E_NFD "/a", "x");
    harness_write_text(dir, "Users/" HAN "/\xce\xa9", "x");
    struct root *root = open_root(ROOT_NOCASE), *exact = open_root(0);
    ck_assert(is_there(root, "/WINDOWS/system32/CONFIG/system"));
    ck_assert(is_there(root, "/users/REN\xc3\x89/A"));
    ck_assert(is_there(root, "/Users/" H_A_N "/\xcf\x89"));
    ck_assert(!is_there(root, "/Users/Rene/a"));
    ck_assert(!is_there(exact, "/windows/System32"));
    ck_assert(!is_there(exact, "/Users/Ren" E_NFC "/a"));
    root_unref(root);
    root_unref(exact);
}
END_TEST

START_TEST(the_very_name_comes_before_one_that_is_like_it)
{
    harness_write_text(dir, "A/x", "1");
    harness_write_text(dir, "a/X", "2");
    harness_write_text(dir, "a/y", "2");
    struct root *root = open_root(ROOT_NOCASE);
    ck_assert(is_there(root, "/A/x"));
    ck_assert(is_there(root, "/a/Y"));
    root_unref(root);
}
END_TEST

START_TEST(broken_utf8_matches_nothing_but_itself)
{
    harness_write_text(dir, "\xff\xc3", "x");
    struct root *root = open_root(ROOT_NOCASE);
    ck_assert(is_there(root, "/\xff\xc3"));
    ck_assert(!is_there(root, "/\xfe\xc3"));
    ck_assert(!is_there(root, "/\xc3"));
    root_unref(root);
}
END_TEST

START_TEST(percent_signs_are_undone_in_lookups_and_in_lists)
{
    harness_write_text(dir, "Logs/Microsoft-Windows-Sysmon%254Operational.evtx", "x");
    harness_write_text(dir, "Logs/100%.txt", "x");
    harness_write_text(dir, "Logs/a%2Fb%00c", "x");
    struct root      *root = open_root(ROOT_PERCENT | ROOT_NOCASE);
    struct root_names names;
    ck_assert_int_eq(root_list(root, "/logs", NULL, 10, &names), 0);
    ck_assert_uint_eq(names.n, 3);
    ck_assert_str_eq(names.names[0], "100%.txt");
    ck_assert_str_eq(names.names[1], "Microsoft-Windows-Sysmon%4Operational.evtx");
    ck_assert_str_eq(names.names[2], "a%2Fb%00c"); /* a name has neither '/' nor NUL */
    ck_assert(is_there(root, "/Logs/Microsoft-Windows-Sysmon%4Operational.evtx"));
    ck_assert(is_there(root, "/Logs/Microsoft-Windows-Sysmon%254Operational.evtx"));
    root_names_free(&names);
    root_unref(root);
}
END_TEST

START_TEST(the_volumes_of_macos_are_joined)
{
    harness_write_text(dir, "System/Volumes/Data/Users/a/x", "x");
    harness_write_text(dir, "private/etc/hosts", "x");
    harness_write_text(dir, "Library/y", "x");
    struct root *root = open_root(ROOT_NOCASE | ROOT_MACOS), *other = open_root(ROOT_NOCASE);
    ck_assert(is_there(root, "/Users/a/x"));
    ck_assert(is_there(root, "/users/A/x"));
    ck_assert(is_there(root, "/etc/hosts"));
    ck_assert(is_there(root, "/System/Volumes/Data/Library/y"));
    ck_assert(!is_there(root, "/Users/b"));
    ck_assert(!is_there(other, "/Users/a/x"));
    root_unref(root);
    root_unref(other);
}
END_TEST

static const struct {
    const char *windows, *path;
    int         error;
} windows_paths[] = {
    {"C:\\Windows\\x.exe", "/Windows/x.exe", 0},
    {"c:/Windows\\x.exe", "/Windows/x.exe", 0},
    {"\\??\\C:\\x.sys", "/x.sys", 0},
    {"\\\\?\\C:\\x", "/x", 0},
    {"\\SystemRoot\\System32\\drivers\\a.sys", "/Windows/System32/drivers/a.sys", 0},
    {"%systemroot%\\system32\\svchost.exe", "/Windows/system32/svchost.exe", 0},
    {"%SystemDrive%\\a", "/a", 0},
    {"%ProgramFiles(x86)%\\a", "/Program Files (x86)/a", 0},
    {"system32\\drivers\\a.sys", "/Windows/system32/drivers/a.sys", 0},
    {"\\Windows\\a", "/Windows/a", 0},
    {"D:\\a", NULL, -EXDEV},
    {"\\\\server\\share\\a", NULL, -EXDEV},
    {"\\??\\UNC\\server\\a", NULL, -EXDEV},
    {"\\Device\\HarddiskVolume2\\a", NULL, -EXDEV},
    {"%TEMP%\\a", NULL, -EXDEV},
};

START_TEST(paths_of_windows_lie_below_the_system_drive)
{
    char path[ROOT_PATH_MAX] = "untouched";
    int  r = root_windows_path(windows_paths[_i].windows, 'C', path);

    ck_assert_int_eq(r, windows_paths[_i].error);
    ck_assert_str_eq(path, r == 0 ? windows_paths[_i].path : "untouched");
}
END_TEST

static int gather(void *arg, const char *path, int error, size_t lost)
{
    buffer_printf(arg, "%s%s%s ", path, error ? "!" : "", lost ? "+" : "");
    return 0;
}

START_TEST(a_pattern_finds_folders_at_every_level)
{
    struct buffer text = {0};

    harness_write_text(dir, "Users/a/Library/x", "x");
    harness_write_text(dir, "Users/b/Library/x", "x");
    harness_write_text(dir, "Users/.c/x", "x");
    struct root *root = open_root(0);
    ck_assert_int_eq(root_glob(root, "/Users/*/Library", 100, gather, &text), 0);
    ck_assert_str_eq(buffer_text(&text), "/Users/.c/Library /Users/a/Library /Users/b/Library ");
    buffer_reset(&text);
    ck_assert_int_eq(root_glob(root, "/*/a/Lib*", 100, gather, &text), 0);
    ck_assert_str_eq(buffer_text(&text), "/Users/a/Library ");
    buffer_reset(&text);
    ck_assert_int_eq(root_glob(root, "/Users/*", 1, gather, &text), 0);
    ck_assert_ptr_nonnull(strstr(buffer_text(&text), "/Users+ "));
    buffer_free(&text);
    root_unref(root);
}
END_TEST

Suite *make_root_names_suite(void)
{
    Suite *suite = suite_create("root_names");
    TCase *tc = tcase_create("root_names");

    tcase_add_checked_fixture(tc, begin, NULL);
    tcase_add_test(tc, names_are_found_in_any_case_and_normal_form);
    tcase_add_test(tc, the_very_name_comes_before_one_that_is_like_it);
    tcase_add_test(tc, broken_utf8_matches_nothing_but_itself);
    tcase_add_test(tc, percent_signs_are_undone_in_lookups_and_in_lists);
    tcase_add_test(tc, the_volumes_of_macos_are_joined);
    tcase_add_loop_test(tc, paths_of_windows_lie_below_the_system_drive, 0,
                        sizeof windows_paths / sizeof windows_paths[0]);
    tcase_add_test(tc, a_pattern_finds_folders_at_every_level);
    suite_add_tcase(suite, tc);
    return suite;
}
