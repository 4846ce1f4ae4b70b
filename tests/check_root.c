/* check_root.c -- nothing outside a root is opened, nothing hangs, nothing is too large. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evidence/root_walk.h"
#include "make_acl.h"
#include "make_packed.h"
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

/* As it is, and compressed by each method: as long as may be, and a byte more, of which root_map_cut() has what may be. */
START_TEST(a_file_may_be_as_long_as_the_cap)
{
    enum { SIZE = 70000 };
    static uint8_t  data[SIZE];
    const char     *dir = harness_scratch();
    struct root    *root = open_root(dir, 0);
    struct root_map map;
    size_t          size = SIZE;
    bool            packed = _i < PACKED_METHODS;
    void           *bytes = data;

    for (size_t i = 0; i < SIZE; i++)
        data[i] = i < SIZE / 2 ? (uint8_t)(i % 251) : 0;
    data[SIZE - 1] = 7;
    if (packed)
        bytes = make_packed(_i, data, SIZE, &size);
    harness_write(dir, "f", bytes, size);
    if (packed)
        free(bytes);
    for (int cut = 0; cut < 2; cut++) {
        ck_assert_int_eq((cut ? root_map_cut : root_map)(root, "/f", SIZE, &map), 0);
        ck_assert_uint_eq(map.size, SIZE);
        ck_assert_mem_eq(map.data, data, SIZE);
        ck_assert(!map.cut);
        root_unmap(&map);
    }
    ck_assert_int_eq(root_map(root, "/f", SIZE - 1, &map), -EFBIG);
    ck_assert_int_eq(root_map_cut(root, "/f", SIZE - 1, &map), packed ? 0 : -EFBIG);
    if (packed) {
        ck_assert(map.cut);
        ck_assert_uint_eq(map.size, SIZE - 1);
        ck_assert_mem_eq(map.data, data, SIZE - 1);
        root_unmap(&map);
    }
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
    struct root      *root = open_root(dir, 0);

    harness_write_text(dir, "d/b.x", "");
    harness_write_text(dir, "d/a.x", "");
    harness_write_text(dir, "d/c.x", "");
    harness_write_text(dir, "d/c.y", "");
    ck_assert_int_eq(root_list(root, "/d", "*.x", 2, &names), 0);
    ck_assert_uint_eq(names.n, 2);
    ck_assert_uint_eq(names.lost, 1);
    ck_assert_int_lt(strcmp(names.names[0], names.names[1]), 0);
    root_names_free(&names);
    ck_assert_int_eq(root_list(root, "/none", NULL, 2, &names), -ENOENT);
    root_unref(root);
}
END_TEST

/* Both ways of opening ------------------------------------------------------------- */

START_TEST(openat2_is_refused_where_the_run_says_so)
{
    int fd = (int)syscall(SYS_openat2, AT_FDCWD, "/", NULL, (size_t)0);

    ck_assert_int_lt(fd, 0);
    ck_assert(!harness_openat2() || errno == harness_openat2());
}
END_TEST

/* What an open gives: an error, or which file and what can be done with it. */
static void describe(int fd, const struct root_named *named, char ret[64])
{
    struct stat st;

    if (fd < 0) {
        snprintf(ret, 64, "%s", strerrorname_np(-fd));
        return;
    }
    ck_assert_int_eq(root_walk_stat(fd, named, &st), 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    snprintf(ret, 64, "%llu %o %x", (unsigned long long)st.st_ino, st.st_mode,
             (unsigned)fcntl(fd, F_GETFL) & (O_PATH | O_NONBLOCK));
    close(fd);
}

static void expect_alike(int root, const char *path, int flags)
{
    struct root_named named = {.name = ""};
    char              a[64], b[64];

    describe(root_walk_open(root, path, flags, &named), &named, a);
    describe(root_walk(root, path, flags, &named, NULL, NULL), &named, b);
    ck_assert_msg(strcmp(a, b) == 0, "%.200s (flags %x): %s, walked: %s", path, (unsigned)flags, a,
                  b);
}

static const int open_flags[] = {
    O_RDONLY | O_NONBLOCK, O_RDONLY | O_DIRECTORY, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, O_PATH,
    O_PATH | O_NOFOLLOW,   O_PATH | O_DIRECTORY,
};
#define N_FLAGS (sizeof open_flags / sizeof open_flags[0])

static void expect_alike_in_all(int root, const char *path)
{
    for (size_t i = 0; i < N_FLAGS; i++)
        expect_alike(root, path, open_flags[i]);
}

/* A path of up to seven of few names, which exist about as often as not. */
static void random_path(char ret[128], unsigned *seed)
{
    static const char *const names[] = {"a", "b", "c", "d", ".", "..", "l", "m", "f"};
    size_t                   size = 0;

    for (int n = rand_r(seed) % 7; n >= 0; n--) {
        size += (size_t)sprintf(ret + size, "%s%s", rand_r(seed) % 3 || size ? "/" : "",
                                names[(size_t)rand_r(seed) % (sizeof names / sizeof names[0])]);
        if (rand_r(seed) % 8 == 0)
            size += (size_t)sprintf(ret + size, "/");
    }
}

static void grow(int dir, int depth, unsigned *seed)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    char                     target[128];

    for (size_t i = 0; i < 4; i++) {
        int fd = -1;
        if (depth && rand_r(seed) % 2 && mkdirat(dir, names[i], 0755) == 0 &&
            (fd = openat(dir, names[i], O_RDONLY | O_DIRECTORY)) >= 0)
            grow(fd, depth - 1, seed);
        if (fd >= 0)
            close(fd);
    }
    random_path(target, seed);
    ck_assert(*target == '\0' || symlinkat(target, dir, "l") == 0);
    random_path(target, seed);
    ck_assert(*target == '\0' || symlinkat(target, dir, "m") == 0);
    close(openat(dir, "f", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
}

START_TEST(the_walk_gives_what_the_kernel_gives)
{
    unsigned seed = (unsigned)_i + 1;
    char     path[128];
    int      root = open(harness_scratch(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    int      top = openat(root, ".", O_RDONLY | O_DIRECTORY);

    grow(top, 4, &seed);
    for (int i = 0; i < 1000; i++) {
        random_path(path, &seed);
        expect_alike_in_all(root, path);
    }
    close(top);
    close(root);
}
END_TEST

START_TEST(forty_links_are_followed_and_no_more)
{
    const char *dir = harness_scratch();
    char        name[16], target[16];
    int         root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    harness_write_text(dir, "l0", "x");
    for (int i = 1; i <= ROOT_LINKS_MAX + 1; i++) {
        snprintf(name, sizeof name, "l%d", i);
        snprintf(target, sizeof target, "l%d", i - 1);
        ck_assert_int_eq(symlinkat(target, root, name), 0);
        expect_alike_in_all(root, name);
    }
    int fd = root_walk_open(root, "l40", O_RDONLY, NULL);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(root_walk_open(root, "l41", O_RDONLY, NULL), -ELOOP);
    close(root);
}
END_TEST

START_TEST(long_paths_and_deep_ones_are_alike)
{
    const char *dir = harness_scratch();
    char        text[ROOT_PATH_MAX + 8], name[300];
    int         root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), at = dup(root);

    for (int i = 0; i < 1500; i++) {
        ck_assert_int_eq(mkdirat(at, "d", 0755), 0);
        int down = openat(at, "d", O_PATH | O_DIRECTORY | O_CLOEXEC);
        close(at);
        at = down;
    }
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 2 ? '/' : 'd';
    text[3000] = '\0';
    expect_alike_in_all(root, text);
    for (size_t i = 0; i < 900; i += 3)
        memcpy(text + 900 + i, "../", 3);
    text[1800] = '\0';
    expect_alike_in_all(root, text);
    memset(text, '/', sizeof text);
    for (size_t size = ROOT_PATH_MAX - 2; size <= ROOT_PATH_MAX + 1; size++) {
        for (size_t i = 0; i < size; i++)
            text[i] = i % 2 ? '/' : '.';
        text[size] = '\0';
        expect_alike_in_all(root, text);
    }
    memset(name, 'n', sizeof name);
    name[256] = '\0';
    expect_alike_in_all(root, name);
    ck_assert_int_eq(root_walk_open(root, name, O_RDONLY, NULL), -ENAMETOOLONG);
    close(at);
    close(root);
}
END_TEST

/* The texts of links that follow each other may be longer together than any path. */
START_TEST(links_of_great_length_are_alike)
{
    const char *dir = harness_scratch();
    char        target[4000];
    int         root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    harness_write_text(dir, "d/f", "x");
    for (size_t i = 0; i < sizeof target; i += 2)
        memcpy(target + i, "./", 2);
    strcpy(target + sizeof target - 4, "b/f");
    ck_assert_int_eq(symlinkat(target, root, "a"), 0);
    strcpy(target + sizeof target - 4, "c");
    ck_assert_int_eq(symlinkat(target, root, "b"), 0);
    strcpy(target + sizeof target - 4, "d");
    ck_assert_int_eq(symlinkat(target, root, "c"), 0);
    expect_alike_in_all(root, "a");
    int fd = root_walk_open(root, "a", O_RDONLY, NULL);
    ck_assert_int_ge(fd, 0);
    close(fd);
    close(root);
}
END_TEST

START_TEST(permissions_are_alike)
{
    const char *dir = harness_scratch();
    int         root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (geteuid() != 0)
        SKIP("needs root");
    ck_assert_int_eq(chmod(dir, 0755), 0);
    harness_write_text(dir, "listed/f", "x");
    harness_write_text(dir, "passed/f", "x");
    harness_write_text(dir, "closed/f", "x");
    ck_assert_int_eq(fchmodat(root, "listed", 0744, 0), 0);
    ck_assert_int_eq(fchmodat(root, "passed", 0711, 0), 0);
    ck_assert_int_eq(fchmodat(root, "closed", 0700, 0), 0);
    ck_assert_int_eq(fchmodat(root, "passed/f", 0600, 0), 0);
    ck_assert_int_eq(seteuid(65534), 0);
    static const char *const paths[] = {
        "listed",   "listed/",   "listed/f", "listed/..", "listed/.",  "passed", "passed/.",
        "passed/f", "passed/..", "closed",   "closed/f",  "closed/..", "closed/"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        expect_alike_in_all(root, paths[i]);
    ck_assert_int_eq(seteuid(0), 0);
    close(root);
}
END_TEST

/* A process that does two things by turns, until it is killed. */
static pid_t by_turns(int (*a)(int dir), int (*b)(int dir), int dir)
{
    pid_t pid = fork();

    while (pid == 0) {
        a(dir);
        b(dir);
    }
    return pid;
}

static void stop(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static int exchange(int dir)
{
    return (int)syscall(SYS_renameat2, dir, "image/a", dir, "image/b", 2u /* RENAME_EXCHANGE */);
}

static int move_out(int dir)
{
    return renameat(dir, "image/x/y", dir, "outside/y");
}

static int move_in(int dir)
{
    return renameat(dir, "outside/y", dir, "image/x/y");
}

/* Open a path many times; what opens must be `inside`. Returns how often it did. */
static int open_often(struct root *root, const char *path)
{
    int opened = 0;

    for (int i = 0; i < 20000; i++) {
        char text[8] = "";
        int  fd = root_open_file(root, path);

        if (fd < 0)
            continue;
        ck_assert_int_gt(read(fd, text, sizeof text - 1), 0);
        ck_assert_str_eq(text, "inside");
        close(fd);
        opened++;
    }
    return opened;
}

START_TEST(what_is_replaced_or_moved_meanwhile_does_not_lead_out)
{
    const char  *dir = harness_scratch();
    int          at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct root *root;

    harness_write_text(dir, "secret", "outer!");
    harness_write_text(dir, "outside/secret", "outer!");
    harness_write_text(dir, "image/a/secret", "inside");
    harness_write_text(dir, "image/secret", "inside");
    harness_write_text(dir, "image/x/y/z/f", "inside");
    ck_assert_int_eq(symlinkat("../outside", at, "image/b"), 0);
    root = open_root(in(dir, "image"), 0);
    pid_t pid = by_turns(exchange, exchange, at);
    int   opened = open_often(root, "/a/secret");
    stop(pid);
    ck_assert_int_gt(opened, 0); /* how often it was not the other one's turn */
    pid = by_turns(move_out, move_in, at);
    opened = open_often(root, "/x/y/z/../../../secret");
    stop(pid);
    ck_assert_int_gt(opened, 0);
    root_unref(root);
    close(at);
}
END_TEST

START_TEST(links_of_procfs_lead_nowhere_outside)
{
    struct root *root = open_root("/proc", 0);
    char         path[64];
    int          fd = open(in(harness_scratch(), "f"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    snprintf(path, sizeof path, "/self/fd/%d", fd);
    ck_assert_int_lt(root_open_file(root, path), 0);
    ck_assert_int_lt(root_open_file(root, "/self/root/etc/passwd"), 0);
    ck_assert_int_lt(root_open_file(root, "/self/exe"), 0);
    root_unref(root);
    close(fd);
}
END_TEST

/* Folders that break off -------------------------------------------------------------- */

START_TEST(a_folder_that_breaks_off_is_not_taken_for_whole)
{
    const char       *dir = harness_scratch();
    struct root      *root = open_root(dir, 0), *windows = open_root(dir, ROOT_NOCASE);
    struct root_names names;

    harness_write_text(dir, "d/a", "");
    harness_write_text(dir, "d/b", "");
    harness_write_text(dir, "d/c", "");
    harness_break_readdir(3, EIO); /* of five, with "." and ".." */
    ck_assert_int_eq(root_list(root, "/d", NULL, 10, &names), 0);
    ck_assert_int_eq(names.error, -EIO);
    ck_assert_uint_lt(names.n, 3);
    ck_assert_uint_gt(names.n, 0);
    root_names_free(&names);
    harness_break_readdir(0, EIO);
    ck_assert_int_eq(root_list(root, "/d", NULL, 10, &names), -EIO);
    ck_assert_int_eq(root_open_file(windows, "/D/none"), -EIO);
    harness_break_readdir(0, 0);
    ck_assert_int_eq(root_list(root, "/d", NULL, 10, &names), 0);
    ck_assert_int_eq(names.error, 0);
    ck_assert_uint_eq(names.n, 3);
    root_names_free(&names);
    root_unref(root);
    root_unref(windows);
}
END_TEST

/* Users ----------------------------------------------------------------------------- */

static void own(const char *dir, const char *path, unsigned uid, unsigned gid, unsigned mode)
{
    ck_assert_int_eq(lchown(in(dir, path), uid, gid), 0);
    if (mode)
        ck_assert_int_eq(chmod(in(dir, path), mode), 0);
}

static void link_as(const char *dir, const char *target, const char *path, unsigned uid)
{
    ck_assert_int_eq(symlink(target, in(dir, path)), 0);
    own(dir, path, uid, uid, 0);
}

/* A host of two users, ann (1001) with her home, of the groups 1001 and 50. */
static const char *users_host(void)
{
    const char *dir = harness_scratch();

    harness_write_text(dir, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nann:x:1001:1001::/home/ann:\n");
    harness_write_text(dir, "etc/group", "root:x:0:\nstaff:x:50:bob,ann\nshadow:x:42:bob\n");
    harness_write_text(dir, "etc/shadow", "secret");
    harness_write_text(dir, "etc/staff", "shared");
    harness_write_text(dir, "root/inner/f", "secret");
    harness_write_text(dir, "home/ann/own", "own");
    harness_write_text(dir, "home/ann/left", "secret");
    own(dir, "etc/shadow", 0, 42, 0640);
    own(dir, "etc/staff", 0, 50, 0640);
    own(dir, "root", 0, 0, 0700);
    own(dir, "home/ann", 1001, 1001, 0755);
    own(dir, "home/ann/own", 1001, 1001, 0600);
    own(dir, "home/ann/left", 0, 0, 0600);
    link_as(dir, "/etc/shadow", "home/ann/to_shadow", 1001);
    link_as(dir, "/etc/staff", "home/ann/to_staff", 1001);
    link_as(dir, "/etc/passwd", "home/ann/to_passwd", 1001);
    link_as(dir, "/root/inner/f", "home/ann/to_closed", 1001);
    link_as(dir, "/root", "home/ann/to_folder", 1001);
    link_as(dir, "to_shadow", "home/ann/to_link", 0);
    return dir;
}

static const struct {
    const char *path;
    int         error;
} reads_of_ann[] = {
    {"/home/ann/own", 0},
    {"/home/ann/to_passwd", 0},
    {"/home/ann/to_staff", 0},
    {"/home/ann/to_shadow", -EPERM},
    {"/home/ann/to_link", -EPERM},
    {"/home/ann/to_closed", -EPERM},
    {"/home/ann/left", -EPERM},
    {"/home/ann/to_folder/inner/f", -EPERM},
    {"/etc/shadow", 0},
    {"/home/ann/none", -ENOENT},
    {"/home/ann/../../etc/shadow", -EPERM},
};

START_TEST(a_user_does_not_have_read_what_he_may_not_read)
{
    struct stat      st;
    struct root_dir *stream;
    struct root     *root, *ann;

    if (geteuid() != 0)
        SKIP("needs root");
    root = open_root(users_host(), 0);
    ck_assert_int_eq(root_as(root, 1001, &ann), 0);
    for (size_t i = 0; i < sizeof reads_of_ann / sizeof reads_of_ann[0]; i++) {
        int fd = root_open_file(ann, reads_of_ann[i].path);
        ck_assert_msg((fd < 0 ? fd : 0) == reads_of_ann[i].error, "%s: %d", reads_of_ann[i].path,
                      fd);
        if (fd >= 0)
            close(fd);
    }
    ck_assert_int_eq(root_open_dir(ann, "/home/ann/to_folder", &stream), -EPERM);
    ck_assert_int_eq(root_stat(ann, "/home/ann/to_shadow", true, &st), 0);
    ck_assert_str_eq(root_as_error(-EPERM), "denied by owner");
    root_unref(ann);
    ck_assert_int_eq(root_as(root, 0, &ann), 0);
    int fd = root_open_file(ann, "/home/ann/to_shadow");
    ck_assert_int_ge(fd, 0);
    close(fd);
    root_unref(ann);
    root_unref(root);
}
END_TEST

/* Files of root, and what an access control list makes of them for ann. */
static const struct listed {
    const char      *path;
    struct acl_entry entry;
    unsigned         mask, others;
    int              error; /* of reading a link of hers to it */
} listed[] = {
    {"etc/granted", {ACL_USER, 4, 1001}, 4, 0, 0},
    {"etc/granted_to_bob", {ACL_USER, 4, 1002}, 4, 0, -EPERM},
    {"etc/masked", {ACL_USER, 4, 1001}, 0, 0, -EPERM},
    {"etc/refused", {ACL_USER, 0, 1001}, 4, 4, -EPERM},
    {"etc/of_staff", {ACL_GROUP, 4, 50}, 4, 0, 0},
    {"etc/of_others", {ACL_GROUP, 0, 42}, 4, 4, 0},
};

static bool list_it(const char *dir, const struct listed *l)
{
    const struct acl_entry entries[] = {{ACL_USER_OBJ, 6, 0},      l->entry,
                                        {ACL_GROUP_OBJ, 0, 0},     {ACL_MASK, l->mask, 0},
                                        {ACL_OTHER, l->others, 0}, {0}};
    const struct acl_entry before[] = {{ACL_USER_OBJ, 6, 0},   {ACL_GROUP_OBJ, 0, 0},     l->entry,
                                       {ACL_MASK, l->mask, 0}, {ACL_OTHER, l->others, 0}, {0}};

    return give_acl(in(dir, l->path), l->entry.tag == ACL_USER ? entries : before);
}

START_TEST(an_access_control_list_says_what_a_user_may_read)
{
    const struct acl_entry writable[] = {{ACL_USER_OBJ, 7, 0},  {ACL_USER, 7, 1001},
                                         {ACL_GROUP_OBJ, 0, 0}, {ACL_MASK, 7, 0},
                                         {ACL_OTHER, 5, 0},     {0}};
    const char            *dir;
    char                   path[100], target[100];
    struct root           *root, *ann;

    if (geteuid() != 0)
        SKIP("needs root");
    dir = users_host();
    root = open_root(dir, 0);
    ck_assert_int_eq(root_as(root, 1001, &ann), 0);
    for (size_t i = 0; i < sizeof listed / sizeof *listed; i++) {
        harness_write_text(dir, listed[i].path, "text");
        own(dir, listed[i].path, 0, 0, 0600);
        if (!list_it(dir, &listed[i]))
            SKIP("needs access control lists");
        snprintf(path, sizeof path, "home/ann/link%zu", i);
        snprintf(target, sizeof target, "/%s", listed[i].path);
        link_as(dir, target, path, 1001);
        int fd = root_open_file(ann, path);
        ck_assert_msg((fd < 0 ? fd : 0) == listed[i].error, "%s: %d", listed[i].path, fd);
        if (fd >= 0)
            close(fd);
    }
    /* A folder of root in which a list lets her make names. */
    harness_write_text(dir, "srv/own", "text");
    own(dir, "srv", 0, 0, 0755);
    link_as(dir, "/etc/shadow", "srv/to_shadow", 0);
    int fd = root_open_file(ann, "/srv/to_shadow");
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert(give_acl(in(dir, "srv"), writable));
    ck_assert_int_eq(root_open_file(ann, "/srv/to_shadow"), -EPERM);
    root_unref(ann);
    root_unref(root);
}
END_TEST

/* Where ownership was lost when evidence was copied, nothing is anybody's to read. */
START_TEST(evidence_of_other_owners_is_read)
{
    const char  *dir;
    struct root *root, *ann;

    if (geteuid() != 0)
        SKIP("needs root");
    dir = users_host();
    own(dir, "home/ann", 500, 500, 0700);
    root = open_root(dir, 0);
    ck_assert_int_eq(root_as(root, 1001, &ann), 0);
    int fd = root_open_file(ann, "/home/ann/left");
    ck_assert_int_ge(fd, 0);
    close(fd);
    root_unref(ann);
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
    tcase_add_loop_test(tcase, a_file_may_be_as_long_as_the_cap, 0, PACKED_METHODS + 1);
    tcase_add_test(tcase, a_mapped_file_can_be_patched_and_stays_as_it_was);
    tcase_add_test(tcase, names_are_found_in_any_case_where_the_system_would);
    tcase_add_test(tcase, lists_are_sorted_and_capped);
    tcase_add_test(tcase, openat2_is_refused_where_the_run_says_so);
    tcase_add_loop_test(tcase, the_walk_gives_what_the_kernel_gives, 0, 20);
    tcase_add_test(tcase, forty_links_are_followed_and_no_more);
    tcase_add_test(tcase, long_paths_and_deep_ones_are_alike);
    tcase_add_test(tcase, links_of_great_length_are_alike);
    tcase_add_test(tcase, permissions_are_alike);
    tcase_add_test(tcase, what_is_replaced_or_moved_meanwhile_does_not_lead_out);
    tcase_add_test(tcase, links_of_procfs_lead_nowhere_outside);
    tcase_add_test(tcase, a_folder_that_breaks_off_is_not_taken_for_whole);
    tcase_add_test(tcase, a_user_does_not_have_read_what_he_may_not_read);
    tcase_add_test(tcase, an_access_control_list_says_what_a_user_may_read);
    tcase_add_test(tcase, evidence_of_other_owners_is_read);
    tcase_add_test(tcase, threads_hunt_beside_each_other);
    suite_add_tcase(suite, tcase);
    return suite;
}
