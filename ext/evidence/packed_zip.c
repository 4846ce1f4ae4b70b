/* packed_zip.c -- the members of a zip from its central directory (APPNOTE.TXT 4.3.12 to 4.3.16, 4.5.3). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/text/byte_order.h"
#include "packed_index.h"
#include "root.h"

#define END_SIZE      22 /* bytes of the end of the directory, without its comment */
#define END_MAX       (END_SIZE + 65535)
#define LOCATOR_SIZE  20
#define DIRECTORY_MAX ((uint64_t)256 << 20) /* bytes */
#define ENTRY_SIZE    46
#define UNIX          3 /* system that made an entry */

struct directory {
    uint64_t at, size, end; /* end: offset of what ends it */
};

/* The 64-bit form of the end, whose locator is right before the plain form. */
static int read_zip64(const struct packed *p, struct directory *d)
{
    uint8_t locator[LOCATOR_SIZE], end[56];

    if (d->end < LOCATOR_SIZE ||
        packed_bytes_at(p, d->end - LOCATOR_SIZE, locator, sizeof locator) < 0 ||
        memcmp(locator, "PK\6\7", 4) != 0)
        return 0;
    int r = packed_bytes_at(p, le64(locator + 8), end, sizeof end);
    if (r < 0 || memcmp(end, "PK\6\6", 4) != 0)
        return r < 0 ? r : -EBADMSG;
    d->end = le64(locator + 8);
    d->size = le64(end + 40);
    d->at = le64(end + 48);
    return 0;
}

static int find_directory(const struct packed *p, struct directory *ret)
{
    uint64_t whole = (uint64_t)p->was.st_size;
    size_t   size = whole < END_MAX ? (size_t)whole : END_MAX;
    uint8_t *tail = malloc(size ? size : 1);
    int      r = tail ? packed_bytes_at(p, whole - size, tail, size) : -ENOMEM;
    size_t   i = size < END_SIZE ? 0 : size - END_SIZE + 1;

    while (r == 0 && i > 0 && memcmp(tail + i - 1, "PK\5\6", 4) != 0)
        i--;
    if (r == 0 && i == 0)
        r = -EBADMSG;
    if (r == 0) {
        const uint8_t *end = tail + i - 1;
        *ret = (struct directory){le32(end + 16), le32(end + 12), whole - size + i - 1};
        r = read_zip64(p, ret);
    }
    free(tail);
    if (r == 0 && (ret->end > whole || ret->at > ret->end || ret->size > ret->end - ret->at))
        r = -EBADMSG;
    return r == 0 && ret->size > DIRECTORY_MAX ? -EFBIG : r;
}

/* Extra fields: sizes and offset of 64 bits (1), time (0x5455), owner (0x7875). */
static void read_extra(const uint8_t *data, size_t size, bool wide[3], struct found_member *m)
{
    for (size_t n; size >= 4; data += n, size -= n) {
        const uint8_t *field = data + 4, *end;
        n = 4u + le16(data + 2);
        if (n > size)
            return;
        end = data + n;
        switch (le16(data)) {
        case 1:
            if (wide[0] && end - field >= 8) {
                m->size = (int64_t)le64(field);
                field += 8;
            }
            field += wide[1] ? 8 : 0;
            if (wide[2] && end - field >= 8)
                m->at = le64(field);
            break;
        case 0x5455:
            if (end - field >= 5 && field[0] & 1)
                m->mtime = (int32_t)le32(field + 1);
            break;
        case 0x7875:
            if (end - field >= 11 && field[1] == 4 && field[6] == 4) {
                m->uid = le32(field + 2);
                m->gid = le32(field + 7);
            }
            break;
        default:
            break;
        }
    }
}

/* A time of DOS, which is local; there is no better. */
static int64_t dos_time(unsigned date, unsigned time)
{
    struct tm tm = {.tm_year = (int)(date >> 9) + 80,
                    .tm_mon = (int)(date >> 5 & 15) - 1,
                    .tm_mday = (int)(date & 31),
                    .tm_hour = (int)(time >> 11),
                    .tm_min = (int)(time >> 5 & 63),
                    .tm_sec = (int)(time & 31) * 2};

    return timegm(&tm);
}

static uint32_t mode_of(const uint8_t *entry, const char *name, size_t size)
{
    uint32_t mode = entry[5] == UNIX ? le32(entry + 38) >> 16 : 0;
    bool     folder = (size && name[size - 1] == '/') || le32(entry + 38) & 0x10;

    if (S_ISLNK(mode) || S_ISDIR(mode) || S_ISREG(mode))
        return mode;
    return folder ? S_IFDIR | 0755 : S_IFREG | 0644;
}

/* The target of a link is its content. */
static int read_link(struct packed *p, uint32_t node)
{
    char   target[ROOT_PATH_MAX];
    size_t size = (size_t)p->nodes[node].size;

    if (p->nodes[node].size <= 0 || size >= sizeof target ||
        packed_read(p, node, target, size) < 0) {
        p->lost[PACKED_LINK]++;
        return 0;
    }
    p->nodes[node].link = arena_strndup(&p->names, target, size);
    return p->names.failed ? -ENOMEM : 0;
}

static int take_entry(struct packed *p, const uint8_t *entry, char *name, size_t size,
                      const uint8_t *extra, size_t n_extra)
{
    bool                wide[3] = {le32(entry + 24) == UINT32_MAX, le32(entry + 20) == UINT32_MAX,
                                   le32(entry + 42) == UINT32_MAX};
    uint32_t            node;
    struct found_member m = {.name = name,
                             .mode = mode_of(entry, name, size),
                             .encrypted = entry[8] & 1,
                             .size = le32(entry + 24),
                             .mtime = dos_time(le16(entry + 14), le16(entry + 12)),
                             .at = le32(entry + 42)};

    read_extra(extra, n_extra, wide, &m);
    if (!memchr(name, '/', size)) /* .NET wrote "a\b" */
        for (size_t i = 0; i < size; i++)
            name[i] = name[i] == '\\' ? '/' : name[i];
    int r = packed_add(p, &m, &node);
    return r == 0 && node && S_ISLNK(m.mode) ? read_link(p, node) : r;
}

static int take_entries(struct packed *p, const uint8_t *data, uint64_t size)
{
    char name[ROOT_PATH_MAX];
    int  r = 0;

    while (r == 0 && size >= ENTRY_SIZE && memcmp(data, "PK\1\2", 4) == 0) {
        size_t n_name = le16(data + 28), n_extra = le16(data + 30);
        size_t whole = ENTRY_SIZE + n_name + n_extra + le16(data + 32);
        if (whole > size)
            return -EBADMSG;
        if (n_name >= sizeof name || memchr(data + ENTRY_SIZE, 0, n_name)) {
            p->lost[PACKED_NAME]++;
        } else {
            memcpy(name, data + ENTRY_SIZE, n_name);
            name[n_name] = '\0';
            r = take_entry(p, data, name, n_name, data + ENTRY_SIZE + n_name, n_extra);
        }
        data += whole;
        size -= whole;
    }
    return r < 0 ? r : size ? -EBADMSG : 0;
}

int packed_index_zip(struct packed *p)
{
    struct directory d = {0};
    int              r = find_directory(p, &d);

    if (r < 0 || !d.size)
        return r;
    uint8_t *data = malloc((size_t)d.size);
    if (!data)
        return -ENOMEM;
    r = packed_bytes_at(p, d.at, data, (size_t)d.size);
    if (r == 0)
        r = take_entries(p, data, d.size);
    free(data);
    return r;
}
