/* packed_open.c -- open an archive: what it is, its index, and the indexes that are shared. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "formats/log/expander.h"
#include "packed_image.h"
#include "root.h"

#define SHARED_MAX   16     /* archives whose index is shared, or kept though nobody uses it */
#define SHARED_NODES 400000 /* of all of them, the newest apart */

/* Opening --------------------------------------------------------------------------- */

static bool is_zip(const uint8_t *data, ssize_t size)
{
    return size >= 22 && (memcmp(data, "PK\3\4", 4) == 0 || memcmp(data, "PK\5\6", 4) == 0);
}

static bool is_tar(const uint8_t *data, ssize_t size)
{
    return size >= 512 && packed_is_tar(data);
}

bool packed_names(const char *name)
{
    static const char *const ends[] = {".zip",     ".tar",    ".tgz",    ".txz",
                                       ".tzst",    ".tbz2",   ".tar.gz", ".tar.zst",
                                       ".tar.bz2", ".tar.xz", ".tar.lz4"};
    size_t                   size = strlen(name);

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t tail = strlen(ends[i]);
        if (size > tail && strcasecmp(name + size - tail, ends[i]) == 0)
            return true;
    }
    return false;
}

/* Whether the file is a tar inside a compression. Takes the descriptor. */
static bool is_packed_tar(int fd, const char *name)
{
    struct stream *stream;
    uint8_t        data[512];
    size_t         n;

    if (lseek(fd, 0, SEEK_SET) < 0 || stream_open(fd, &stream) < 0)
        return false;
    int  r = stream_at(stream, 0, data, sizeof data, &n);
    bool tar = r < 0 ? packed_names(name) : is_tar(data, (ssize_t)n);
    stream_close(stream);
    return tar;
}

/* What kind of archive an open file is; false: none. */
static bool recognise(int fd, const char *name, bool *ret_zip, bool *ret_seekable)
{
    uint8_t data[512];
    ssize_t n = pread(fd, data, sizeof data, 0);

    *ret_zip = is_zip(data, n);
    *ret_seekable = *ret_zip || is_tar(data, n);
    if (*ret_seekable)
        return true;
    int copy = n > 10 && is_compressed(data, (size_t)n) ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    return copy >= 0 && is_packed_tar(copy, name);
}

static int open_regular(const char *path, struct stat *ret)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    int r = fd < 0 ? -errno : fstat(fd, ret) < 0 ? -errno : S_ISREG(ret->st_mode) ? 0 : -ENOTDIR;

    if (r < 0 && fd >= 0)
        close(fd);
    return r < 0 ? r : fd;
}

/* Count the hard links whose other name the archive does not have. */
static void count_links(struct packed *p)
{
    uint32_t other;

    for (uint32_t i = 1; i < p->n; i++)
        if (p->nodes[i].hard && packed_find(p, PACKED_TOP, p->nodes[i].link, 0, true, &other) < 0)
            p->lost[PACKED_LINK]++;
}

static int make_index(struct packed *p)
{
    int r = packed_begin(p);

    if (r == 0 && p->zip)
        r = packed_index_zip(p);
    if (p->zip && r == -EBADMSG) { /* it was cut: what is before the cut */
        p->error = r;
        r = packed_index_walk(p);
    } else if (r == 0 && !p->zip) {
        r = packed_index_walk(p);
    }
    if (r < 0 && r != -ENOMEM && r != -ECANCELED) {
        p->error = r;
        r = 0;
    }
    count_links(p);
    return r;
}

/* Shared indexes -------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct packed  *shared[SHARED_MAX]; /* each counted once for being here; newest last */

static struct packed *find_shared(const struct stat *st)
{
    struct packed *found = NULL;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < SHARED_MAX && !found; i++)
        if (shared[i] && root_unchanged(&shared[i]->was, st))
            found = packed_ref(shared[i]);
    pthread_mutex_unlock(&lock);
    return found;
}

static void share(struct packed *p)
{
    struct packed *old[SHARED_MAX] = {NULL};
    size_t         nodes = 0;

    pthread_mutex_lock(&lock);
    old[0] = shared[0];
    memmove(shared, shared + 1, sizeof shared - sizeof shared[0]);
    shared[SHARED_MAX - 1] = packed_ref(p);
    for (int i = SHARED_MAX - 2; i >= 0; i--) {
        nodes += shared[i] ? shared[i]->n : 0;
        if (nodes > SHARED_NODES) {
            old[i + 1] = shared[i];
            shared[i] = NULL;
        }
    }
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < SHARED_MAX; i++)
        packed_unref(old[i]);
}

/* Open an archive, and the image that it may be. Takes the descriptor. */
static int open_archive(int fd, const char *path, const struct stat *st, struct packed **ret)
{
    struct packed *p = calloc(1, sizeof *p);

    if (!p || !(p->path = strdup(path))) {
        close(fd);
        free(p);
        return -ENOMEM;
    }
    p->references = 1;
    p->fd = fd;
    p->was = *st;
    p->length = (uint64_t)st->st_size;
    p->most = PACKED_MEMBERS_MAX;
    p->room_kept = KEPT_ALL;
    int r = recognise(fd, path, &p->zip, &p->seekable) ? make_index(p) : -ENOTDIR;
    if (r == 0)
        r = packed_image_inside(&p);
    if (r < 0) {
        packed_unref(p);
        return r;
    }
    *ret = p;
    return 0;
}

/* Open what there is no index of. Takes the descriptor. */
static int open_new(int fd, const char *path, const struct stat *st, struct packed **ret)
{
    int r = packed_image_lists(path) ? packed_image_listed(fd, path, st, ret)
                                     : open_archive(fd, path, st, ret);

    if (r == 0)
        share(*ret);
    return r;
}

static int open_file(const char *path, struct packed **ret)
{
    struct stat st;
    int         fd = open_regular(path, &st);

    if (fd < 0)
        return fd;
    *ret = find_shared(&st);
    if (*ret) {
        close(fd);
        return 0;
    }
    return open_new(fd, path, &st, ret);
}

int packed_open(const char *path, struct packed **ret, const char **ret_rest)
{
    char           prefix[ROOT_PATH_MAX];
    struct packed *p = NULL;
    size_t         size = strlen(path);
    struct stat    st;

    if (size >= sizeof prefix)
        return -ENAMETOOLONG;
    for (size_t at = 1; at <= size; at++) { /* the first part of the path that is a file */
        if (path[at] != '/' && path[at])
            continue;
        memcpy(prefix, path, at);
        prefix[at] = '\0';
        if (stat(prefix, &st) < 0)
            return -errno;
        if (S_ISDIR(st.st_mode))
            continue;
        if (!S_ISREG(st.st_mode)) /* to open a device may do something */
            return -ENOTDIR;
        int r = open_file(prefix, &p);
        if (r < 0)
            return r;
        *ret = p;
        *ret_rest = path + at;
        return 0;
    }
    return -ENOTDIR;
}

/* Whether a list is that of an image, which only reading it shows. */
static bool lists_image(const char *path)
{
    struct packed *image;
    const char    *rest;

    if (packed_open(path, &image, &rest) < 0)
        return false;
    packed_unref(image);
    return true;
}

bool packed_is(const char *path)
{
    struct stat st;
    bool        zip, seekable;

    if (packed_image_lists(path))
        return lists_image(path);
    int  fd = open_regular(path, &st);
    bool is = fd >= 0 && recognise(fd, path, &zip, &seekable);

    if (fd >= 0)
        close(fd);
    return is;
}
