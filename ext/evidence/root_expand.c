#include "root_expand.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "formats/log/stream.h"

#define STEP  ((size_t)8 << 20) /* bytes by which memory grows at first */
#define BLOCK ((size_t)4 << 10)

static int grow(struct root_map *map, size_t size)
{
    size_t room = map->room;

    if (size <= room)
        return 0;
    while (room < size)
        room += room < 8 * STEP ? STEP : room / 2 / STEP * STEP;
    void *data = map->data ? mremap(map->data, map->room, room, MREMAP_MAYMOVE)
                           : mmap(NULL, room, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED)
        return -errno;
    map->data = data;
    map->room = room;
    return 0;
}

/* Copy bytes to where there are zeros; zeros need no memory. */
static void copy_bytes(uint8_t *to, const char *from, size_t size)
{
    static const char zeros[BLOCK];

    for (size_t at = 0, n; at < size; at += n) {
        n = size - at < BLOCK ? size - at : BLOCK;
        if (memcmp(from + at, zeros, n) != 0)
            memcpy(to + at, from + at, n);
    }
}

static int read_stream(struct stream *stream, size_t most, struct root_map *map)
{
    char  *block;
    size_t size;
    int    r;

    while ((r = stream_block(stream, &block, &size)) > 0) {
        map->cut = size > most - map->size;
        size = map->cut ? most - map->size : size;
        if ((r = grow(map, map->size + size)) < 0)
            return r;
        copy_bytes(map->data + map->size, block, size);
        map->size += size;
        if (map->cut)
            return -EFBIG;
    }
    return r;
}

/* `size` is that of the file. */
static int expand(struct stream *stream, off_t size, uint64_t cap, bool may_cut,
                  struct root_map *map)
{
    bool   expands = stream_expands(stream);
    size_t most = cap < PACKED_WHOLE_MAX ? (size_t)cap : PACKED_WHOLE_MAX;

    stream_any_window(stream); /* all of it is kept in any case */
    *map = (struct root_map){.data = map->data, .room = map->room, .fd = -1};
    if (map->data) /* what it had; copy_bytes() wants zeros */
        madvise(map->data, map->room, MADV_DONTNEED);
    int r = !expands && (uint64_t)size > most ? -EFBIG : read_stream(stream, most, map);
    if (r == 0 && !expands && (off_t)map->size != size)
        r = -EBADMSG;
    map->cut = map->size && expands && may_cut && (r == -EBADMSG || r == -EFBIG || r == -ENOBUFS);
    return map->cut ? 0 : r;
}

int root_expand_member(const struct root *root, const char *path, uint64_t cap, bool may_cut,
                       struct root_map *map, struct stat *ret_stat)
{
    struct stream *stream;
    int            r = root_open_stream(root, path, ret_stat, &stream);

    if (r < 0)
        return r;
    r = expand(stream, ret_stat->st_size, cap, may_cut, map);
    stream_close(stream);
    return r;
}

int root_expand_file(int fd, uint64_t cap, bool may_cut, struct root_map *map)
{
    struct stream *stream;
    int            r = stream_open(fd, &stream);

    if (r < 0)
        return r;
    r = expand(stream, 0, cap, may_cut, map);
    stream_close(stream);
    return r;
}
