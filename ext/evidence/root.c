#include "root_packed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/log/expander.h"
#include "formats/log/stream.h"
#include "formats/text/input.h"
#include "root_names.h"
#include "root_reader.h"
#include "root_walk.h"

#define FILE_FLAGS (O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
#define DIR_FLAGS  (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define cleanup_fd __attribute__((cleanup(close_fd))) int

/* Opening ------------------------------------------------------------------- */

static int open_below(const struct root *root, const char *path, int flags,
                      struct root_named *named)
{
    if (root->at && !(path = root_below_graft(root, path, flags)))
        return -ENOENT;
    return root->reader ? root_reader_open(root->reader, root->fd, path, flags, named)
                        : root_walk_open(root->fd, path, flags, named);
}

/* A folder of an open descriptor, which it takes over; or the error that opening it gave. */
static int take_dir(int fd, struct root_dir **ret)
{
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);

    if (!stream) {
        int r = fd < 0 ? fd : -errno;
        close_fd(&fd);
        return r;
    }
    *ret = root_dir_take(stream);
    return *ret ? 0 : input_fault(-ENOMEM);
}

/* Find the first entry of a directory that is `name` under the root's flags. */
static int find_name(const struct root *root, const char *dir, const char *name,
                     char ret[ROOT_NAME_MAX + 1])
{
    struct dirent   *entry;
    struct root_dir *stream;
    bool             found = false;

    int r = take_dir(open_below(root, dir, DIR_FLAGS, NULL), &stream);
    if (r < 0)
        return r;
    while (!found && (r = root_readdir(stream, &entry)) > 0) {
        char decoded[ROOT_NAME_MAX + 1];

        root_name_decode(root->flags, entry->d_name, decoded);
        found = root_name_is(root->flags, decoded, name) && strlen(entry->d_name) <= ROOT_NAME_MAX;
        if (found)
            strcpy(ret, entry->d_name);
    }
    root_closedir(stream);
    return found ? 0 : r < 0 ? r : -ENOENT;
}

/* Add one component to a path, spelled as in its directory: as it is given, where that exists, as
 * searching a long directory is slow. */
static int spell_name(const struct root *root, const char *name, char path[ROOT_PATH_MAX])
{
    struct root_named named;
    size_t            size = strlen(path);
    char              found[ROOT_NAME_MAX + 1];

    if (size + 1 + ROOT_NAME_MAX >= ROOT_PATH_MAX)
        return -ENAMETOOLONG;
    sprintf(path + size, "/%s", name);
    cleanup_fd fd = open_below(root, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, &named);
    if (fd != -ENOENT)
        return fd < 0 ? fd : 0;
    path[size] = '\0';
    int r = find_name(root, path, name, found);
    if (r == 0)
        sprintf(path + size, "/%s", found);
    return r;
}

/* Spell a path as in its directories. */
static int respell(const struct root *root, const char *path, char ret[ROOT_PATH_MAX])
{
    ret[0] = '\0';
    while (*(path += strspn(path, "/"))) {
        char   name[ROOT_NAME_MAX + 1];
        size_t part = strcspn(path, "/");

        if (part > ROOT_NAME_MAX)
            return -ENAMETOOLONG;
        memcpy(name, path, part);
        name[part] = '\0';
        int r = spell_name(root, name, ret);
        if (r < 0)
            return r;
        path += part;
    }
    return 0;
}

static const char *const joined[] = {"/System/Volumes/Data", "/private"};
#define N_JOINED (sizeof joined / sizeof joined[0])

/* Whether there is a spelling of it on disk. A folder that cannot be read for the moment is counted. */
static bool spelled_as(const struct root *root, const char *path, char ret[ROOT_PATH_MAX])
{
    return input_fault(respell(root, path, ret)) == 0;
}

/* The spelling that a path has on disk, where it is not the path's own. */
static bool spell(const struct root *root, const char *path, char ret[ROOT_PATH_MAX])
{
    struct root_named named;
    char              other[ROOT_PATH_MAX];
    uint32_t          node;

    if (root->packed)
        return root_packed_find(root, path, false, &node) == 0 &&
               packed_path(root->packed, root->base, node, ret, ROOT_PATH_MAX) == 0;
    if (!(root->flags & (ROOT_NOCASE | ROOT_PERCENT)))
        return false;
    cleanup_fd fd = open_below(root, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, &named);

    if (fd >= 0)
        return false;
    if (spelled_as(root, path, ret))
        return true;
    for (size_t i = 0; i < N_JOINED && root->flags & ROOT_MACOS; i++) {
        size_t size = strlen(joined[i]);
        bool   below = strncmp(path, joined[i], size) == 0 && path[size] == '/';

        if (below && spelled_as(root, path + size, ret))
            return true;
        if (root->has & 1u << i &&
            snprintf(other, sizeof other, "%s%s", joined[i], path) < ROOT_PATH_MAX &&
            spelled_as(root, other, ret))
            return true;
    }
    return false;
}

void root_shown(const struct root *root, const char *path, char ret[2 * ROOT_PATH_MAX])
{
    size_t size = root->at ? strlen(root->at) : 0;
    char   spelled[ROOT_PATH_MAX];

    if (size && strncmp(path, root->at, size) == 0)
        path += size;
    snprintf(ret, 2 * ROOT_PATH_MAX, "%s%s", root->path,
             spell(root, path, spelled) ? spelled : path);
}

char *root_shown_copy(const struct root *root, const char *path)
{
    char shown[2 * ROOT_PATH_MAX];

    root_shown(root, path, shown);
    return strdup(shown);
}

int root_graft(const struct root *parent, const char *dir, const char *at, struct root **ret)
{
    char     shown[2 * ROOT_PATH_MAX];
    uint32_t base;

    root_shown(parent, dir, shown);
    if (parent->packed) {
        int r = root_packed_find(parent, dir, true, &base);
        if (r == 0)
            r = root_new(-1, packed_ref(parent->packed), shown, parent->flags, at, ret);
        if (r == 0)
            (*ret)->base = base;
        return r;
    }
    int fd = open_below(parent, dir, O_PATH | O_DIRECTORY | O_CLOEXEC, NULL);
    return fd < 0 ? fd : root_new(fd, NULL, shown, parent->flags, at, ret);
}

static int open_spelled(const struct root *root, const char *path, int flags,
                        struct root_named *named)
{
    char spelled[ROOT_PATH_MAX];
    int  fd = open_below(root, path, flags, named);

    if (fd != -ENOENT || !(root->flags & (ROOT_NOCASE | ROOT_PERCENT)))
        return fd;
    int r = respell(root, path, spelled);
    return r < 0 ? r : open_below(root, spelled, flags, named);
}

int root_as(const struct root *parent, int64_t uid, struct root **ret)
{
    struct root        *root;
    struct root_reader *reader = NULL;
    struct packed      *packed = parent->packed ? packed_ref(parent->packed) : NULL;
    int                 fd = packed ? -1 : fcntl(parent->fd, F_DUPFD_CLOEXEC, 0), r;

    if (fd < 0 && !packed)
        return -errno;
    r = root_new(fd, packed, parent->path, parent->flags, parent->at, &root);
    if (r < 0)
        return r;
    root->base = parent->base;
    uid = packed ? 0 : uid; /* somebody else packed it: as of evidence that was unpacked */
    root->has = parent->has;
    root->parent = root_ref((struct root *)(uintptr_t)parent);
    r = uid > 0 ? root_reader_new(parent, root_read, uid, &reader) : 0;
    root->reader = reader;
    if (r < 0)
        root_unref(root);
    else
        *ret = root;
    return r;
}

/* Open the path as macOS's firmlinks and its links below / would have it: the data volume is joined
 * to the root, and /var, /etc and /tmp are in /private. */
static int open_joined(const struct root *root, const char *path, int flags,
                       struct root_named *named)
{
    char other[ROOT_PATH_MAX];

    for (size_t i = 0; i < N_JOINED; i++) {
        size_t size = strlen(joined[i]);
        bool   below = strncmp(path, joined[i], size) == 0 && path[size] == '/';
        int    fd = -ENOENT;

        if (below)
            fd = open_spelled(root, path + size, flags, named);
        else if (root->has & 1u << i &&
                 snprintf(other, sizeof other, "%s%s", joined[i], path) < ROOT_PATH_MAX)
            fd = open_spelled(root, other, flags, named);
        if (fd != -ENOENT)
            return fd;
    }
    return -ENOENT;
}

/* Open a path, spelled as the original file system of the root would accept it. */
static int open_any_case(const struct root *root, const char *path, int flags,
                         struct root_named *named)
{
    int fd = open_spelled(root, path, flags, named);

    if (fd == -ENOENT && root->flags & ROOT_MACOS && path[0] == '/')
        fd = open_joined(root, path, flags, named);
    return input_fault(fd);
}

/* Find what a path leads to, whether or not it may be read. */
static int find(const struct root *root, const char *path, bool follow, struct root_named *named)
{
    return open_any_case(root, path, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW), named);
}

/* Note which volumes can be joined: a lookup that fails need not try the others. One that cannot be opened
 * now may be there. */
static void note_joined(struct root *root)
{
    struct root_named named;

    for (size_t i = 0; i < N_JOINED; i++) {
        cleanup_fd fd = open_spelled(root, joined[i], O_PATH | O_CLOEXEC, &named);
        root->has |= fd != -ENOENT && fd != -ENOTDIR ? 1u << i : 0;
    }
}

int root_open(const char *path, unsigned flags, struct root **ret)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOTDIR ? root_packed_open(path, flags, ret) : input_fault(-errno);
    int r = root_new(fd, NULL, path, flags, NULL, ret);
    if (r == 0 && flags & ROOT_MACOS)
        note_joined(*ret);
    return r;
}

int root_open_stat(const struct root *root, const char *path, struct stat *ret)
{
    if (root->packed)
        return root_packed_fd(root, path, ret);

    int fd = open_any_case(root, path, FILE_FLAGS, NULL);

    if (fd < 0)
        /* a socket, or a device without a driver; on macOS a socket is EOPNOTSUPP */
        return fd == -ENXIO || fd == -EOPNOTSUPP ? -EINVAL : fd;
    int r = fstat(fd, ret) < 0 ? input_fault(-errno) : S_ISREG(ret->st_mode) ? 0 : -EINVAL;
    if (r < 0) {
        close(fd);
        return r;
    }
    return fd;
}

int root_open_file(const struct root *root, const char *path)
{
    struct stat st;

    return root_open_stat(root, path, &st);
}

/* Whether the name is that of a compressed file, which is never empty. */
static bool has_packed_name(const char *path)
{
    return path[uncompressed_name(path)] != '\0';
}

int root_open_stream(const struct root *root, const char *path, struct stat *ret_stat,
                     struct stream **ret)
{
    struct stat st;
    uint32_t    node;
    int         r, fd;

    if (root->packed) {
        r = root_packed_file(root, path, &node, &st);
        if (r == 0 && st.st_size == 0 && has_packed_name(path))
            r = -EBADMSG;
        r = r < 0 ? r : packed_stream(root->packed, node, ret);
    } else {
        r = fd = root_open_stat(root, path, &st);
        if (fd >= 0 && st.st_size == 0 && has_packed_name(path)) {
            close(fd);
            r = -EBADMSG;
        } else if (fd >= 0) {
            r = stream_open(fd, ret);
        }
    }
    if (r == 0 && ret_stat)
        *ret_stat = st;
    return r;
}

int root_open_dir(const struct root *root, const char *path, struct root_dir **ret)
{
    if (root->packed)
        return root_packed_dir(root, path, ret);
    return take_dir(open_any_case(root, path, DIR_FLAGS, NULL), ret);
}

int root_stat(const struct root *root, const char *path, bool follow, struct stat *ret)
{
    struct root_named named;
    uint32_t          node;

    if (root->packed) {
        int r = root_packed_find(root, path, follow, &node);
        if (r == 0)
            packed_stat(root->packed, node, ret);
        return r;
    }
    cleanup_fd fd = find(root, path, follow, &named);

    return fd < 0 ? fd : input_fault(root_walk_stat(fd, &named, ret));
}

int root_stat_acl(const struct root *root, const char *path, struct stat *ret,
                  uint8_t acl[ROOT_ACL_MAX], ssize_t *ret_size)
{
    struct root_named named;
    struct stat       st;

    if (root->packed) {
        *ret_size = -ENODATA;
        return root_stat(root, path, false, ret);
    }
    cleanup_fd fd = find(root, path, false, &named);
    if (fd < 0)
        return fd;
    int r = root_walk_stat(fd, &named, &st);
    if (r < 0)
        return input_fault(r);
    *ret = st;
    *ret_size = S_ISLNK(st.st_mode) ? -ENODATA : root_acl(fd, named.name, acl);
    return 0;
}

int64_t root_chooser(const struct root *root, const char *path)
{
    char        folder[ROOT_PATH_MAX];
    struct stat st;

    for (size_t at = 1; path[0] && path[at]; at++) {
        if (path[at] != '/' || at >= sizeof folder)
            continue;
        memcpy(folder, path, at);
        folder[at] = '\0';
        if (root_stat(root, folder, false, &st) < 0)
            return 0;
        if (st.st_uid != 0)
            return st.st_uid;
    }
    return 0;
}

int root_statx(const struct root *root, const char *path, bool follow, struct statx *ret)
{
    struct root_named named;
    struct stat       st;

    if (root->packed) {
        int r = root_stat(root, path, follow, &st);
        if (r == 0)
            *ret = (struct statx){.stx_mask = STATX_BASIC_STATS,
                                  .stx_nlink = 1,
                                  .stx_uid = st.st_uid,
                                  .stx_gid = st.st_gid,
                                  .stx_mode = (uint16_t)st.st_mode,
                                  .stx_ino = st.st_ino,
                                  .stx_size = (uint64_t)st.st_size,
                                  .stx_blocks = (uint64_t)st.st_blocks,
                                  .stx_mtime = {.tv_sec = st.st_mtim.tv_sec},
                                  .stx_ctime = {.tv_sec = st.st_mtim.tv_sec},
                                  .stx_atime = {.tv_sec = st.st_mtim.tv_sec}};
        return r;
    }
    cleanup_fd fd = find(root, path, follow, &named);

    if (fd < 0)
        return fd;
    return statx(fd, named.name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW,
                 STATX_BASIC_STATS | STATX_BTIME, ret) < 0
               ? input_fault(-errno)
               : 0;
}

int root_readlink(const struct root *root, const char *path, char ret[ROOT_PATH_MAX])
{
    struct root_named named;
    uint32_t          node;

    if (root->packed) {
        int         r = root_packed_find(root, path, false, &node);
        const char *link = r < 0 ? NULL : packed_link(root->packed, node);
        if (!link)
            return r < 0 ? r : -EINVAL;
        if (strlen(link) >= ROOT_PATH_MAX)
            return -ENAMETOOLONG;
        strcpy(ret, link);
        return 0;
    }
    cleanup_fd fd = find(root, path, false, &named);
    if (fd < 0)
        return fd;

    char    target[ROOT_PATH_MAX];
    ssize_t size = readlinkat(fd, named.name, target, sizeof target);
    if (size < 0)
        return errno == ENOENT ? -EINVAL
                               : input_fault(-errno); /* ENOENT: not a link (readlinkat(2)) */
    if ((size_t)size == sizeof target)
        return -ENAMETOOLONG;
    memcpy(ret, target, (size_t)size);
    ret[size] = '\0';
    return 0;
}

/* Resolving ----------------------------------------------------------------- */

/* Go up one component; the root is its own parent. */
static void drop_last(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash)
        *slash = '\0';
}

/* Put `target` in front of the rest of a path that is still to be walked. */
static int prepend(char rest[ROOT_PATH_MAX], const char *target)
{
    size_t a = strlen(target), b = strlen(rest);

    if (a + 1 + b >= ROOT_PATH_MAX)
        return -ENAMETOOLONG;
    memmove(rest + a + 1, rest, b + 1);
    memcpy(rest, target, a);
    rest[a] = '/';
    return 0;
}

/* Walk one component from `done`, following it if it is a link. */
static int walk_one(const struct root *root, char done[ROOT_PATH_MAX], const char *name,
                    char rest[ROOT_PATH_MAX], int *links)
{
    char target[ROOT_PATH_MAX];

    if (strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") == 0) {
        drop_last(done);
        return 0;
    }
    size_t size = strlen(done);
    if (size + 1 + strlen(name) >= ROOT_PATH_MAX)
        return -ENAMETOOLONG;
    sprintf(done + size, "/%s", name);
    int r = root_readlink(root, done, target);
    if (r < 0)
        return r == -EINVAL ? 0 : r;
    if (++*links > ROOT_LINKS_MAX)
        return -ELOOP;
    done[target[0] == '/' ? 0 : size] = '\0';
    return prepend(rest, target);
}

/* A path without links, with neither "." nor "..". */
static int spell_plain(const char *path, char ret[ROOT_PATH_MAX])
{
    size_t size = 0;

    if (strlen(path) + 2 > ROOT_PATH_MAX)
        return -ENAMETOOLONG;
    ret[0] = '\0';
    for (size_t part; *(path += strspn(path, "/")); path += part) {
        part = strcspn(path, "/");
        if (part == 2 && memcmp(path, "..", 2) == 0) {
            drop_last(ret);
            size = strlen(ret);
        } else if (part != 1 || *path != '.') {
            ret[size++] = '/';
            memcpy(ret + size, path, part);
            ret[size += part] = '\0';
        }
    }
    if (!size)
        strcpy(ret, "/");
    return 0;
}

int root_resolve(const struct root *root, const char *path, char ret[ROOT_PATH_MAX])
{
    char done[ROOT_PATH_MAX] = "", rest[ROOT_PATH_MAX], name[ROOT_NAME_MAX + 1];
    int  links = 0;

    if (strlen(path) >= sizeof rest)
        return -ENAMETOOLONG;
    if (!root->reader && !root->at && !root->flags && !root->packed) { /* most paths have no link */
        int r = root_walk_plain(root->fd, path);
        if (r == 0)
            return spell_plain(path, ret);
        if (r == -ENOENT)
            return r;
    }
    strcpy(rest, path);
    for (;;) {
        size_t skip = strspn(rest, "/"), part = strcspn(rest + skip, "/");
        if (!part)
            break;
        if (part > ROOT_NAME_MAX)
            return -ENAMETOOLONG;
        memcpy(name, rest + skip, part);
        name[part] = '\0';
        memmove(rest, rest + skip + part, strlen(rest + skip + part) + 1);
        int r = walk_one(root, done, name, rest, &links);
        if (r < 0)
            return r;
    }
    strcpy(ret, done[0] ? done : "/");
    return 0;
}

/* Reading ------------------------------------------------------------------- */

/* Read until the end or `cap`, growing the memory as needed: a size from stat() is only a hint,
 * and files of /proc have none. A file that ends where stat() said it would has ended. */
static int read_all(int fd, size_t hint, size_t cap, char **ret, size_t *ret_size)
{
    size_t room = hint < cap ? hint + 1 : cap, size = 0;
    char  *data = malloc(room + 1);

    for (;;) {
        if (!data)
            return input_fault(-ENOMEM);
        ssize_t n = input_read(fd, data + size, room - size);
        if (n < 0) {
            free(data);
            return (int)n;
        }
        if (n == 0)
            break;
        size += (size_t)n;
        if (size < room && size == hint)
            break;
        if (size < room)
            continue;
        if (room >= cap) {
            free(data);
            return -EFBIG;
        }
        room = room < cap / 2 ? room * 2 : cap;
        char *more = realloc(data, room + 1);
        if (!more)
            free(data);
        data = more;
    }
    data[size] = '\0';
    *ret = data;
    *ret_size = size;
    return 0;
}

int root_read_open(int fd, off_t size, size_t cap, char **ret, size_t *ret_size)
{
    if ((uint64_t)size > cap)
        return -EFBIG;
    return read_all(fd, (size_t)size, cap + 1, ret, ret_size);
}

int root_read(const struct root *root, const char *path, size_t cap, char **ret, size_t *ret_size)
{
    struct stat st;

    if (root->packed)
        return root_packed_read(root, path, cap, ret, ret_size);
    cleanup_fd fd = root_open_stat(root, path, &st);

    return fd < 0 ? fd : root_read_open(fd, st.st_size, cap, ret, ret_size);
}
