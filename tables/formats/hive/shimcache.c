#include "shimcache.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "hive.h"

enum {
    MAGIC_XP = 0xdeadbeef,
    MAGIC_2003 = 0xbadc0ffe,
    MAGIC_7 = 0xbadc0fee,
    HEADER_XP = 400,
    HEADER_2003 = 8,
    HEADER_7 = 128,
    HEADER_8 = 128,
    PATH_XP = 528,
    RAN = 2, /* of the flags of Windows 7 and 8 */
};

/* Of a record from Windows 8 on: "10ts", or "00ts" in Windows 8.0; a checksum; its bytes. */
enum { RECORD_HEADER = 12, RECORD_SIZE = 8 };

static bool has(const struct shimcache *cache, size_t at, size_t size)
{
    return at <= cache->size && cache->size - at >= size;
}

static bool is_record(const struct shimcache *cache, size_t at)
{
    return has(cache, at, RECORD_HEADER) &&
           (memcmp(cache->data + at, "10ts", 4) == 0 || memcmp(cache->data + at, "00ts", 4) == 0);
}

/* Of a 64-bit Windows the four bytes after an entry's lengths are unused; of a 32-bit one they are an
 * offset, which is not 0. */
static unsigned bits_of(const struct shimcache *cache, size_t header)
{
    return has(cache, header, 8) && hive_u32(cache->data + header + 4) == 0 ? 64 : 32;
}

static void begin_counted(struct shimcache *cache, enum shimcache_form form, size_t header)
{
    cache->form = form;
    cache->at = header;
    /* XP has room for 96 and counts those in use after that. */
    cache->left = hive_u32(cache->data + (form == SHIMCACHE_XP ? 8 : 4));
    cache->bits = form == SHIMCACHE_XP ? 32 : bits_of(cache, header);
}

int shimcache_begin(struct shimcache *ret, const uint8_t *data, size_t size)
{
    struct shimcache cache = {.data = data, .size = size, .left = UINT64_MAX};

    if (size < 12)
        return -EBADMSG;
    uint32_t first = hive_u32(data);
    if (first == MAGIC_XP)
        begin_counted(&cache, SHIMCACHE_XP, HEADER_XP);
    else if (first == MAGIC_2003)
        begin_counted(&cache, SHIMCACHE_2003, HEADER_2003);
    else if (first == MAGIC_7)
        begin_counted(&cache, SHIMCACHE_7, HEADER_7);
    else if (first == HEADER_8 || is_record(&cache, HEADER_8))
        cache.form = SHIMCACHE_8, cache.at = HEADER_8;
    else if (first == 0x30 || first == 0x34) /* the header's own size; 0x34 since version 1703 */
        cache.form = SHIMCACHE_10, cache.at = first;
    else
        return -ENOTSUP;
    if (cache.at > size)
        return -EBADMSG;
    *ret = cache;
    return 0;
}

static void set_path(struct shimcache_entry *entry, const uint8_t *path, size_t bytes)
{
    static const uint8_t native[8] = {'\\', 0, '?', 0, '?', 0, '\\', 0};

    if (bytes >= sizeof native && memcmp(path, native, sizeof native) == 0) {
        path += sizeof native;
        bytes -= sizeof native;
    }
    entry->path = path;
    entry->units = bytes / 2;
}

/* Entries of XP: the path itself, in 264 characters. */
static int next_xp(struct shimcache *cache, struct shimcache_entry *ret)
{
    const uint8_t *p = cache->data + cache->at;
    size_t         units = 0;

    if (!has(cache, cache->at, PATH_XP + 24))
        return -EBADMSG;
    while (units < PATH_XP / 2 && hive_u16(p + 2 * units))
        units++;
    set_path(ret, p, 2 * units);
    ret->modified = hive_u64(p + PATH_XP);
    cache->at += PATH_XP + 24;
    return 1;
}

/* Entries of 2003 to 7: the path is elsewhere in the value, at an offset. */
static int next_listed(struct shimcache *cache, struct shimcache_entry *ret)
{
    bool           wide = cache->bits == 64, seven = cache->form == SHIMCACHE_7;
    size_t         size = wide ? (seven ? 48 : 32) : (seven ? 32 : 24);
    const uint8_t *p = cache->data + cache->at;

    if (!has(cache, cache->at, size))
        return -EBADMSG;
    uint64_t path = wide ? hive_u64(p + 8) : hive_u32(p + 4);
    uint16_t bytes = hive_u16(p);
    cache->at += size;
    if (path > cache->size || !has(cache, (size_t)path, bytes))
        return -EBADMSG;
    set_path(ret, cache->data + path, bytes);
    ret->modified = hive_u64(p + (wide ? 16 : 8));
    if (seven)
        ret->executed = (hive_u32(p + (wide ? 24 : 16)) & RAN) != 0;
    return 1;
}

/* What is left of a record. */
struct rest {
    const uint8_t *p;
    size_t         size;
};

static bool take(struct rest *rest, size_t size, const uint8_t **ret)
{
    if (rest->size < size)
        return false;
    *ret = rest->p;
    rest->p += size;
    rest->size -= size;
    return true;
}

/* A text after its length in bytes. */
static bool take_text(struct rest *rest, const uint8_t **ret, size_t *ret_size)
{
    const uint8_t *length;

    if (!take(rest, 2, &length))
        return false;
    *ret_size = hive_u16(length);
    return take(rest, *ret_size, ret);
}

/* After the path of Windows 8: the package of an app, flags, the time. */
static bool read_eight(struct rest *rest, struct shimcache_entry *ret)
{
    const uint8_t *package, *p;
    size_t         bytes;

    if (!take_text(rest, &package, &bytes) || !take(rest, 16, &p))
        return false;
    if (!ret->units)
        set_path(ret, package, bytes);
    ret->executed = (hive_u32(p) & RAN) != 0;
    ret->modified = hive_u64(p + 8);
    return true;
}

/* After that of Windows 10: the time, and data whose last four bytes are 1 once it ran. */
static bool read_ten(struct rest *rest, struct shimcache_entry *ret)
{
    const uint8_t *p, *data;

    if (!take(rest, 12, &p))
        return false;
    ret->modified = hive_u64(p);
    uint32_t size = hive_u32(p + 8);
    if (size >= 4 && take(rest, size, &data))
        ret->executed = hive_u32(data + size - 4) == 1;
    return true;
}

static int next_record(struct shimcache *cache, struct shimcache_entry *ret)
{
    const uint8_t *path;
    size_t         bytes;

    if (!has(cache, cache->at, 4) || hive_u32(cache->data + cache->at) == 0) {
        cache->at = cache->size; /* zeros fill the value up */
        return 0;
    }
    if (!is_record(cache, cache->at))
        return -EBADMSG;
    struct rest rest = {cache->data + cache->at + RECORD_HEADER,
                        hive_u32(cache->data + cache->at + RECORD_SIZE)};
    if (!has(cache, cache->at + RECORD_HEADER, rest.size))
        return -EBADMSG;
    cache->at += RECORD_HEADER + rest.size;
    if (!take_text(&rest, &path, &bytes))
        return -EBADMSG;
    set_path(ret, path, bytes);
    bool whole = cache->form == SHIMCACHE_8 ? read_eight(&rest, ret) : read_ten(&rest, ret);
    return whole ? 1 : -EBADMSG;
}

int shimcache_next(struct shimcache *cache, struct shimcache_entry *ret)
{
    struct shimcache_entry entry = {.executed = -1};

    if (cache->left == 0)
        return 0;
    int r = cache->form == SHIMCACHE_XP  ? next_xp(cache, &entry)
            : cache->form >= SHIMCACHE_8 ? next_record(cache, &entry)
                                         : next_listed(cache, &entry);
    if (r <= 0)
        return r;
    if (cache->left != UINT64_MAX)
        cache->left--;
    *ret = entry;
    return 1;
}

uint64_t shimcache_lost(const struct shimcache *cache)
{
    return cache->left != UINT64_MAX ? cache->left : cache->at < cache->size;
}

const char *shimcache_form_name(enum shimcache_form form)
{
    static const char *const names[] = {
        [SHIMCACHE_XP] = "Windows XP", [SHIMCACHE_2003] = "Windows Server 2003 to 2008",
        [SHIMCACHE_7] = "Windows 7",   [SHIMCACHE_8] = "Windows 8",
        [SHIMCACHE_10] = "Windows 10",
    };

    return names[form];
}
