/* root_map.c -- files of a root in memory, whole or in parts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/log/expander.h"
#include "formats/text/input.h"
#include "root_expand.h"

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Mapped ---------------------------------------------------------------------- */

#define MAP_BLOCK ((size_t)4 << 10) /* bytes that are present or a hole */
#define MAP_AHEAD 16                /* blocks read at once where a file is read in order */
#define MAP_ROOM                                                                                   \
    ((size_t)64 << 10) /* memory is a multiple of it, so that the next file may have it */
#define MAP_MANY  ((size_t)4 << 20) /* bytes whose cost is mostly page faults: worth huge pages, */
#define MAP_PAGES ((size_t)2 << 20) /* which their memory is a multiple of */

/* Memory as long as the file, which is read into it: mapping the file itself would end the process
 * if another process truncates the file. */
static int map_memory(struct root_map *map)
{
    if (!map->size || map->data)
        return 0;
    size_t unit = map->size < MAP_MANY ? MAP_ROOM : MAP_PAGES;
    size_t room = map->size < SIZE_MAX - unit ? (map->size + unit - 1) / unit * unit : map->size;
    map->data = mmap(NULL, room, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    map->room = room;
    if (map->data != MAP_FAILED)
        return 0;
    map->data = NULL;
    return -errno;
}

/* Have memory for a file of that size: that of `map`, where it has enough. */
static int map_room(struct root_map *map, int64_t size, uint64_t cap)
{
    if ((uint64_t)size > cap || (uint64_t)size > SIZE_MAX)
        return -EFBIG;
    if ((size_t)size > map->room)
        root_unmap(map);
    map->size = (size_t)size;
    return map_memory(map);
}

/* Open a file and have memory for it; *st is what it is. */
static int map_open(const struct root *root, const char *path, uint64_t cap, struct root_map *map,
                    struct stat *st)
{
    int fd = root_open_stat(root, path, st), r = 0;

    if (fd < 0)
        return fd;
    r = map_room(map, st->st_size, cap);
    if (r < 0) {
        close(fd);
        return r;
    }
    map->fd = fd;
    return 0;
}

/* Read all of it, holes left out where it may have any; what is no longer there is zeros. */
static int map_read(struct root_map *map, bool sparse)
{
    size_t  at = 0, end = map->size;
    ssize_t n = 1;

    while (at < end && n > 0) {
        off_t hole = sparse ? input_hole(map->fd, (off_t)at) : 0;
        if ((uint64_t)hole >= end - at)
            return 0;
        at += (size_t)hole;
        n = input_pread(map->fd, map->data + at, end - at, (off_t)at);
        at += n > 0 ? (size_t)n : 0;
    }
    if (n == 0)
        memset(map->data + at, 0, end - at);
    return n < 0 ? (int)n : 0;
}

static int map_whole(const struct root *root, const char *path, uint64_t cap, bool may_cut,
                     struct root_map *map, struct stat *ret_stat)
{
    struct root_map next = {.data = map->data, .room = map->room, .fd = -1};
    struct stat     st;

    *map = (struct root_map){0};
    int  r = root->packed ? root_expand_member(root, path, cap, may_cut, &next, &st)
                          : map_open(root, path, cap, &next, &st);
    bool sparse = r == 0 && next.fd >= 0 && st.st_blocks < (st.st_size + 511) / 512;
    if (sparse && next.data) /* holes are zeros, which memory that was used is not */
        madvise(next.data, next.room, MADV_DONTNEED);
    if (r == 0 && next.size >= MAP_MANY && (uint64_t)st.st_blocks * 512 >= next.size / 2)
        madvise(next.data, next.room, MADV_HUGEPAGE);
    if (r == 0 && next.fd >= 0)
        r = map_read(&next, sparse);
    if (r == 0 && next.fd >= 0 && is_compressed(next.data, next.size)) {
        int fd = next.fd;
        r = root_expand_file(fd, cap, may_cut, &next);
    } else {
        close_fd(&next.fd);
    }
    next.fd = -1;
    if (r < 0 || !next.size)
        root_unmap(&next);
    if (r < 0)
        return r;
    *map = next;
    *ret_stat = st;
    return 0;
}

int root_map_next(const struct root *root, const char *path, uint64_t cap, struct root_map *map,
                  struct stat *ret_stat)
{
    return map_whole(root, path, cap, false, map, ret_stat);
}

static int map_new(const struct root *root, const char *path, uint64_t cap, bool may_cut,
                   struct root_map *ret)
{
    struct root_map map = {0};
    struct stat     st;

    int r = map_whole(root, path, cap, may_cut, &map, &st);
    if (r == 0)
        *ret = map;
    return r;
}

int root_map(const struct root *root, const char *path, uint64_t cap, struct root_map *ret)
{
    return map_new(root, path, cap, false, ret);
}

int root_map_cut(const struct root *root, const char *path, uint64_t cap, struct root_map *ret)
{
    return map_new(root, path, cap, true, ret);
}

static size_t map_bits(const struct root_map *map)
{
    return map->size / MAP_BLOCK / 8 + 1;
}

/* Be done with the file of a map of parts, and keep its memory. */
static struct root_map leave_file(struct root_map *map)
{
    struct root_map left = {.data = map->data, .room = map->room};

    if (map->loaded)
        close_fd(&map->fd);
    free(map->loaded);
    *map = (struct root_map){0};
    return left;
}

static bool is_packed(int fd)
{
    uint8_t first[16];
    ssize_t n = input_pread(fd, first, sizeof first, 0);

    return n > 0 && is_compressed(first, (size_t)n);
}

/* Open a file that is to be read in parts, where it can be. */
static int map_parts(const struct root *root, const char *path, uint64_t cap, struct root_map *map)
{
    struct stat st;

    if (root->packed)
        return root_expand_member(root, path, cap, true, map, &st);
    int r = map_open(root, path, cap, map, &st);
    return r == 0 && is_packed(map->fd) ? root_expand_file(map->fd, cap, true, map) : r;
}

int root_map_again(const struct root *root, const char *path, uint64_t cap, struct root_map *map)
{
    struct root_map next = leave_file(map);

    int r = map_parts(root, path, cap, &next);
    if (r == 0 && !(next.loaded = calloc(map_bits(&next), 1))) {
        close_fd(&next.fd);
        r = -ENOMEM;
    }
    if (r == 0 && next.fd < 0)
        memset(next.loaded, 0xff, map_bits(&next));
    if (r < 0)
        root_unmap(&next);
    else
        *map = next;
    return r;
}

int root_map_parts(const struct root *root, const char *path, uint64_t cap, struct root_map *ret)
{
    struct root_map map = {0};

    int r = root_map_again(root, path, cap, &map);
    if (r == 0)
        *ret = map;
    return r;
}

static bool is_loaded(const struct root_map *map, size_t block)
{
    return map->loaded[block / 8] >> block % 8 & 1;
}

bool root_map_read(void *arg, uint64_t at, size_t size, uint8_t *to)
{
    const struct root_map *map = arg;

    for (ssize_t n = 1; size && n; at += (uint64_t)n, to += n, size -= (size_t)n) {
        n = input_pread(map->fd, to, size, (off_t)at);
        if (n < 0)
            return false;
    }
    memset(to, 0, size);
    return true;
}

/* Read the blocks from one on that are not loaded: as many as are loaded right before it. */
static bool load_blocks(struct root_map *map, size_t first)
{
    size_t end = first + 1;

    for (size_t n = 1; n < MAP_AHEAD && first > n && is_loaded(map, first - n - 1) &&
                       end * MAP_BLOCK < map->size && !is_loaded(map, end);
         n++)
        end++;
    size_t bytes = end * MAP_BLOCK < map->size ? end * MAP_BLOCK : map->size;
    size_t at = first * MAP_BLOCK;
    if (!root_map_read(map, at, bytes - at, map->data + at))
        return false;
    for (size_t i = first; i < end; i++)
        map->loaded[i / 8] |= (uint8_t)(1u << i % 8);
    return true;
}

bool root_map_load(void *arg, uint64_t at, uint64_t size)
{
    struct root_map *map = arg;

    if (at > map->size || size > map->size - at)
        return false;
    for (uint64_t i = at / MAP_BLOCK; size && i <= (at + size - 1) / MAP_BLOCK; i++)
        if (!is_loaded(map, (size_t)i) && !load_blocks(map, (size_t)i))
            return false;
    return true;
}

void root_map_forget(struct root_map *map)
{
    if (!map->loaded || map->fd < 0)
        return;
    madvise(map->data, map->room, MADV_DONTNEED);
    memset(map->loaded, 0, map_bits(map));
}

void root_unmap(struct root_map *map)
{
    if (map->data)
        munmap(map->data, map->room);
    if (map->loaded)
        close_fd(&map->fd);
    free(map->loaded);
    *map = (struct root_map){0};
}
