#include "root_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/text/array.h"
#include "host.h"
#include "root.h"

#define TRIES 8 /* of a path whose directories are moved meanwhile */

/* Component by component --------------------------------------------------------- */

/* Identity of a directory on the path, so that ".." is known to lead back to it. */
struct level {
    dev_t device;
    ino_t inode;
};

struct walk {
    int                root, at; /* `at` is the directory reached; of level 0 it is the root */
    struct level      *levels;   /* the root is not among them */
    size_t             n;
    char              *text; /* owned: the text left to walk after links; NULL: no link followed */
    const char        *rest;
    unsigned           links;
    root_walk_check   *check;
    void              *arg;
    struct root_named *named; /* of the last component; NULL: it is opened */
};

static int check(const struct walk *w, int fd, bool last)
{
    return w->check ? w->check(w->arg, fd, last) : 0;
}

static void leave(struct walk *w)
{
    if (w->at != w->root)
        close(w->at);
    w->at = w->root;
}

/* Go down into a directory; takes the descriptor. */
static int enter(struct walk *w, int fd)
{
    struct stat st;
    int         r = fstat(fd, &st) < 0 ? -errno : check(w, fd, false);

    struct level *level = r < 0 ? NULL : ARRAY_ADD(w->levels, w->n);
    if (!level) {
        close(fd);
        return r < 0 ? r : -ENOMEM;
    }
    *level = (struct level){st.st_dev, st.st_ino};
    leave(w);
    w->at = fd;
    return 0;
}

/* Go up. The directory may have been moved, even out of the root: only the same directory that the
 * walk came through is entered again. */
static int go_up(struct walk *w)
{
    struct stat st;
    const char *name = w->n > 1 ? ".." : "."; /* both need that the directory may be searched */
    int         fd = openat(w->at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (w->n <= 1) {
        close(fd);
        leave(w);
        w->n = 0;
        return 0;
    }
    const struct level *up = &w->levels[w->n - 2];
    if (fstat(fd, &st) < 0 || st.st_dev != up->device || st.st_ino != up->inode) {
        close(fd);
        return -EAGAIN;
    }
    w->n--;
    leave(w);
    w->at = fd;
    return 0;
}

/* Put the text of a link before the rest of the path; -EINVAL where the name is not a link's. */
static int follow(struct walk *w, const char *name)
{
    char    target[ROOT_PATH_MAX];
    ssize_t size = readlinkat(w->at, name, target, sizeof target);
    size_t  rest = strlen(w->rest);

    if (size < 0)
        return -errno;
    if (size == 0)
        return -ENOENT;
    if ((size_t)size == sizeof target)
        return -ENAMETOOLONG;
    if (++w->links > ROOT_LINKS_MAX)
        return -ELOOP;
    char *text = malloc((size_t)size + rest + 1);
    if (!text)
        return -ENOMEM;
    memcpy(text, target, (size_t)size);
    memcpy(text + size, w->rest, rest + 1);
    free(w->text);
    w->rest = w->text = text;
    if (*target == '/') {
        leave(w);
        w->n = 0;
    }
    return 0;
}

/* Take the next component off the rest; false at the end. */
static int next_name(struct walk *w, char name[ROOT_NAME_MAX + 1])
{
    w->rest += strspn(w->rest, "/");
    size_t size = strcspn(w->rest, "/");

    if (size > ROOT_NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(name, w->rest, size);
    name[size] = '\0';
    w->rest += size;
    return size > 0;
}

/* Go into a directory, or to where a link leads. */
static int step(struct walk *w, const char *name)
{
    if (strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") == 0)
        return go_up(w);
    int fd = openat(w->at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        return enter(w, fd);
    if (errno != ENOTDIR && errno != ELOOP)
        return -errno;
    int r = follow(w, name);
    return r == -EINVAL ? -ENOTDIR : r;
}

/* The open descriptor, unless the check refuses it. */
static int hand_on(const struct walk *w, int fd)
{
    int r = check(w, fd, true);

    if (r < 0)
        close(fd);
    return r < 0 ? r : fd;
}

/* Name the last component, whatever its own rights: the descriptor of its folder, or *ret_link and 0. */
static int name_last(struct walk *w, const char *name, bool stay, bool *ret_link)
{
    struct stat st;

    if (fstatat(w->at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (S_ISLNK(st.st_mode) && !stay) {
        int r = follow(w, name);
        *ret_link = r == 0;
        return r == -EINVAL ? -EAGAIN : r; /* replaced meanwhile */
    }
    if (*w->rest == '/' && !S_ISDIR(st.st_mode))
        return -ENOTDIR;
    int fd = fcntl(w->at, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    strcpy(w->named->name, name);
    w->named->st = st;
    return fd;
}

/* Open the last component: a descriptor, or *ret_link and 0 where it was a link to follow. */
static int open_last(struct walk *w, const char *name, int flags, bool *ret_link)
{
    bool stay = (flags & O_NOFOLLOW) && *w->rest != '/'; /* a '/' after a link follows it */

    if (w->named)
        return name_last(w, name, stay, ret_link);
    if (*w->rest == '/')
        flags |= O_DIRECTORY;
    int fd = openat(w->at, name, flags | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        return hand_on(w, fd);
    int error = errno;
    if (stay || (error != ELOOP && error != ENOTDIR))
        return -error;
    int r = follow(w, name);
    if (r == -EINVAL) /* no link: a file where a directory must be, or replaced meanwhile */
        return error == ENOTDIR ? -ENOTDIR : -EAGAIN;
    *ret_link = r == 0;
    return r;
}

/* Whether only slashes follow. */
static bool at_end(const struct walk *w)
{
    return !w->rest[strspn(w->rest, "/")];
}

static int walk(struct walk *w, int flags)
{
    char name[ROOT_NAME_MAX + 1];
    int  r = check(w, w->root, false);

    while (r >= 0 && (r = next_name(w, name)) > 0) {
        bool link = false, dots = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;

        if (dots || !at_end(w)) {
            r = step(w, name);
            continue;
        }
        r = open_last(w, name, flags, &link);
        if (!link)
            return r;
    }
    if (r < 0)
        return r;
    int fd = openat(w->at, ".", flags | (w->named ? O_DIRECTORY : 0) | O_CLOEXEC);
    return fd < 0 ? -errno : hand_on(w, fd);
}

int root_walk(int root, const char *path, int flags, struct root_named *named,
              root_walk_check *check_fn, void *arg)
{
    bool names = flags & O_PATH && !(flags & O_DIRECTORY);
    int  r = -EAGAIN;

    if (strlen(path) >= ROOT_PATH_MAX)
        return -ENAMETOOLONG;
    for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
        struct walk w = {.root = root, .at = root, .rest = path, .check = check_fn, .arg = arg};

        if (names) {
            w.named = named;
            named->name[0] = '\0';
        }

        r = walk(&w, flags);
        leave(&w);
        free(w.levels);
        free(w.text);
    }
    return r;
}

/* By the kernel --------------------------------------------------------------------- */

static bool without_openat2; /* set for good when the call was missing or forbidden */

void root_walk_without_openat2(bool without)
{
    __atomic_store_n(&without_openat2, without, __ATOMIC_RELAXED);
}

/* Whether the kernel, or a filter before it, refuses the call itself: EPERM can also be of a file,
 * but not of the root, which is open already. */
static bool is_refused(int root, int error)
{
    if (error != -EPERM)
        return error == -ENOSYS;
    int fd = host_open_below(root, "", O_PATH | O_DIRECTORY, false);
    if (fd >= 0)
        close(fd);
    return fd == -EPERM;
}

int root_walk_open(int root, const char *path, int flags, struct root_named *named)
{
    if (!__atomic_load_n(&without_openat2, __ATOMIC_RELAXED)) {
        int fd = host_open_below(root, path, flags, false);
        if (named)
            named->name[0] = '\0';
        if (fd >= 0 || !is_refused(root, fd))
            return fd;
        root_walk_without_openat2(true);
    }
    return root_walk(root, path, flags, named, NULL, NULL);
}

int root_walk_stat(int fd, const struct root_named *named, struct stat *ret)
{
    if (!named->name[0])
        return fstat(fd, ret) < 0 ? -errno : 0;
    *ret = named->st;
    return 0;
}

int root_walk_plain(int root, const char *path)
{
    if (__atomic_load_n(&without_openat2, __ATOMIC_RELAXED))
        return -ENOSYS;
    int fd = host_open_below(root, path, O_PATH, true);
    if (fd >= 0)
        close(fd);
    return fd < 0 ? fd : 0;
}
