/* check_root.c -- nothing outside a root is opened, nothing hangs, nothing is too large. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "root.h"

static const char *in(const char *dir, const char *name)
{
    static char path[1024];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static struct root *open_root(const char *dir, unsigned flags)
{
    struct root *root;

    ck_assert_int_eq(root_open(dir, flags, &root), 0);
    return root;
}

static const char *const escapes[] = {
    "/etc/passwd",
    "../../../../../../../etc/passwd",
    "../outside/secret",
    "sub/../../outside/secret",
};

START_TEST(links_lead_nowhere_outside)
{
    const char  *dir = harness_scratch(), *image = in(dir, "image");
    char         link[1024];
    struct root *root;

    image = strdup(image);
    harness_write_text(dir, "outside/secret", "secret");
    harness_write_text(dir, "image/sub/file", "inside");
    snprintf(link, sizeof link, "%s/link", image);
    ck_assert_int_eq(symlink(escapes[_i], link), 0);
    root = open_root(image, 0);
    ck_assert_int_eq(root_open_file(root, "/link"), -ENOENT);
    char resolved[ROOT_PATH_MAX];
    ck_assert_int_eq(root_resolve(root, "/link", resolved), -ENOENT);
    root_unref(root);
    free((void *)image);
}
END_TEST

START_TEST(absolute_links_resolve_inside)
{
    const char  *dir = harness_scratch();
    char         resolved[ROOT_PATH_MAX];
    struct root *root;

    harness_write_text(dir, "usr/lib/x", "inside");
    ck_assert_int_eq(symlink("/usr/lib", in(dir, "lib")), 0);
    root = open_root(dir, 0);
    int fd = root_open_file(root, "/lib/x");
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(root_resolve(root, "/lib/../lib/x", resolved), 0);
    ck_assert_str_eq(resolved, "/usr/lib/x");
    root_unref(root);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused_at_once)
{
    const char        *dir = harness_scratch();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct root       *root = open_root(dir, 0);

    ck_assert_int_eq(mkfifo(in(dir, "fifo"), 0600), 0);
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", dir);
    ck_assert_int_eq(bind(s, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(root_open_file(root, "/fifo"), -EINVAL);
    ck_assert_int_eq(root_open_file(root, "/s"), -EINVAL);
    ck_assert_int_eq(root_open_file(root, "/"), -EINVAL);
    close(s);
    root_unref(root);
}
END_TEST

START_TEST(loops_and_long_names_end)
{
    const char  *dir = harness_scratch();
    char         name[ROOT_PATH_MAX + 10], resolved[ROOT_PATH_MAX];
    struct root *root = open_root(dir, ROOT_NOCASE);

    ck_assert_int_eq(symlink("b", in(dir, "a")), 0);
    ck_assert_int_eq(symlink("a", in(dir, "b")), 0);
    ck_assert_int_eq(root_open_file(root, "/a"), -ELOOP);
    ck_assert_int_eq(root_resolve(root, "/a", resolved), -ELOOP);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ck_assert_int_eq(root_open_file(root, name), -ENAMETOOLONG);
    ck_assert_int_eq(root_resolve(root, name, resolved), -ENAMETOOLONG);
    root_unref(root);
}
END_TEST

START_TEST(a_file_beyond_the_cap_is_refused)
{
    const char  *dir = harness_scratch();
    char        *text;
    size_t       size;
    struct root *root = open_root(dir, 0);

    harness_write_text(dir, "f", "0123456789");
    ck_assert_int_eq(root_read(root, "/f", 10, &text, &size), 0);
    ck_assert_uint_eq(size, 10);
    ck_assert_str_eq(text, "0123456789");
    free(text);
    ck_assert_int_eq(root_read(root, "/f", 9, &text, &size), -EFBIG);
    struct root_map map;
    ck_assert_int_eq(root_map(root, "/f", 9, &map), -EFBIG);
    root_unref(root);
}
END_TEST

START_TEST(a_mapped_file_can_be_patched_and_stays_as_it_was)
{
    const char     *dir = harness_scratch();
    struct root    *root = open_root(dir, 0);
    struct root_map map;

    harness_write_text(dir, "f", "abc");
    ck_assert_int_eq(root_map(root, "/f", 100, &map), 0);
    map.data[0] = 'X';
    root_unmap(&map);
    ck_assert_str_eq(harness_read(in(dir, "f"), NULL), "abc");
    root_unref(root);
}
END_TEST

START_TEST(names_are_found_in_any_case_where_the_system_would)
{
    const char  *dir = harness_scratch();
    struct root *windows = open_root(dir, ROOT_NOCASE), *linux_root = open_root(dir, 0);

    harness_write_text(dir, "Windows/System32/Config/SYSTEM", "x");
    int fd = root_open_file(windows, "/WINDOWS/system32/config/system");
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(root_open_file(linux_root, "/WINDOWS/system32/config/system"), -ENOENT);
    root_unref(windows);
    root_unref(linux_root);
}
END_TEST

START_TEST(lists_are_sorted_and_capped)
{
    const char       *dir = harness_scratch();
    struct root_names names;
    size_t            lost;
    struct root      *root = open_root(dir, 0);

    harness_write_text(dir, "d/b.x", "");
    harness_write_text(dir, "d/a.x", "");
    harness_write_text(dir, "d/c.x", "");
    harness_write_text(dir, "d/c.y", "");
    ck_assert_int_eq(root_list(root, "/d", "*.x", 2, &names, &lost), 0);
    ck_assert_uint_eq(names.n, 2);
    ck_assert_uint_eq(lost, 1);
    ck_assert_int_lt(strcmp(names.names[0], names.names[1]), 0);
    root_names_free(&names);
    ck_assert_int_eq(root_list(root, "/none", NULL, 2, &names, &lost), -ENOENT);
    root_unref(root);
}
END_TEST

static void *hunt_in_a_thread(void *unused)
{
    sqlite3 *db;
    char    *error = NULL;

    (void)unused;
    for (int i = 0; i < 3; i++) {
        if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
            sqlite3_exec(db, "SELECT count(*) FROM findings", NULL, NULL, &error) != SQLITE_OK)
            return error ? error : "open";
        sqlite3_close(db);
    }
    return NULL;
}

START_TEST(threads_hunt_beside_each_other)
{
    pthread_t threads[4];
    void     *error;

    harness_close(harness_open()); /* registers the extension */
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, hunt_in_a_thread, NULL), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], &error);
        ck_assert_msg(!error, "%s", (const char *)error);
    }
}
END_TEST

Suite *make_root_suite(void)
{
    Suite *suite = suite_create("root");
    TCase *tcase = tcase_create("root");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, links_lead_nowhere_outside, 0, sizeof escapes / sizeof escapes[0]);
    tcase_add_test(tcase, absolute_links_resolve_inside);
    tcase_add_test(tcase, what_is_no_regular_file_is_refused_at_once);
    tcase_add_test(tcase, loops_and_long_names_end);
    tcase_add_test(tcase, a_file_beyond_the_cap_is_refused);
    tcase_add_test(tcase, a_mapped_file_can_be_patched_and_stays_as_it_was);
    tcase_add_test(tcase, names_are_found_in_any_case_where_the_system_would);
    tcase_add_test(tcase, lists_are_sorted_and_capped);
    tcase_add_test(tcase, threads_hunt_beside_each_other);
    suite_add_tcase(suite, tcase);
    return suite;
}
