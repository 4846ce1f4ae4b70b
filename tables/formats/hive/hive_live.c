#include "hive_live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "formats/text/array.h"

enum { NK_BYTES = 76, VK_BYTES = 20, SK_BYTES = 20, STEP = 1 << 20, LIST_MAX = 60000 };

/* Parts of an nk cell that are set after it is made, in bytes from its contents. */
enum {
    NK_FLAGS = 2,
    NK_N_SUBKEYS = 20,
    NK_SUBKEYS = 28,
    NK_N_VALUES = 36,
    NK_VALUES = 40,
    NK_SECURITY = 44
};

/* Flags of our own in an nk cell: which of its lists were made, and that it has few subkeys, so that to
 * list them costs less than to look for some by name. */
enum { KEYS_FEW = 0x2000, KEYS_LISTED = 0x4000, VALUES_LISTED = 0x8000, FEW = 8 };

struct hive_live {
    struct hive                *hive;
    const struct hive_registry *registry;
    void                       *data;
    uint8_t                    *bins;
    uint32_t                    end, ready; /* bytes of cells, and of memory that may be written */
    uint32_t                    parent;     /* of the keys that are being added */
    uint32_t                   *list;       /* cells that are being added */
    size_t                      n;
    uint64_t                    denied;
    struct buffer               path, scratch;
    uint32_t                    found_in, found; /* the last key that was found by name */
};

static void put16(uint8_t *p, uint32_t n)
{
    p[0] = (uint8_t)n;
    p[1] = (uint8_t)(n >> 8);
}

static void put32(uint8_t *p, uint32_t n)
{
    put16(p, n);
    put16(p + 2, n >> 16);
}

static void put64(uint8_t *p, uint64_t n)
{
    put32(p, (uint32_t)n);
    put32(p + 4, (uint32_t)(n >> 32));
}

/* Cells ------------------------------------------------------------------------------- */

/* A new cell of zeros: its offset, and *ret its contents; HIVE_NONE where there is no room. */
static uint32_t new_cell(struct hive_live *live, size_t size, uint8_t **ret)
{
    uint32_t cell = live->end;

    if (size > HIVE_LIVE_MAX || (size = (size + 4 + 7) & ~(size_t)7) > HIVE_LIVE_MAX - live->end)
        return HIVE_NONE;
    while (live->ready < live->end + size) {
        if (mprotect(live->bins + live->ready, STEP, PROT_READ | PROT_WRITE) < 0)
            return HIVE_NONE;
        live->ready += STEP;
    }
    put32(live->bins + cell, (uint32_t) - (int32_t)size);
    live->end += (uint32_t)size;
    live->hive->size = live->end;
    *ret = live->bins + cell + 4;
    return cell;
}

/* Write a name as hives have it: a byte a character where that is enough. */
static uint16_t put_name(uint8_t *to, const uint8_t *name, size_t units, bool latin1)
{
    for (size_t i = 0; latin1 && i < units; i++)
        to[i] = name[2 * i];
    if (!latin1)
        memcpy(to, name, 2 * units);
    return (uint16_t)(latin1 ? units : 2 * units);
}

static bool is_latin1(const uint8_t *name, size_t units)
{
    for (size_t i = 0; i < units; i++)
        if (name[2 * i + 1])
            return false;
    return true;
}

static uint32_t new_key(struct hive_live *live, uint32_t parent, const uint8_t *name, size_t units,
                        uint64_t written)
{
    bool     latin1 = is_latin1(name, units);
    uint8_t *p;
    uint32_t cell = new_cell(live, NK_BYTES + (latin1 ? units : 2 * units), &p);

    if (cell == HIVE_NONE)
        return cell;
    memcpy(p, "nk", 2);
    put16(p + NK_FLAGS,
          (parent == HIVE_NONE ? HIVE_KEY_ROOT : 0u) | (latin1 ? HIVE_KEY_LATIN1 : 0u));
    put64(p + 4, written);
    put32(p + 16, parent);
    put32(p + NK_SUBKEYS, HIVE_NONE);
    put32(p + NK_VALUES, HIVE_NONE);
    put32(p + NK_SECURITY, HIVE_NONE);
    put32(p + 48, HIVE_NONE);
    put16(p + 72, put_name(p + NK_BYTES, name, units, latin1));
    return cell;
}

static int add(struct hive_live *live, uint32_t cell)
{
    uint32_t *added = cell == HIVE_NONE ? NULL : ARRAY_ADD(live->list, live->n);

    if (!added)
        return cell == HIVE_NONE ? -ENOSPC : -ENOMEM;
    *added = cell;
    return 0;
}

int hive_live_key(struct hive_live *live, const uint8_t *name, size_t units, uint64_t written)
{
    if (units > UINT16_MAX / 2)
        return 0;
    return add(live, new_key(live, live->parent, name, units, written));
}

int hive_live_value(struct hive_live *live, const uint8_t *name, size_t units, uint32_t type,
                    const uint8_t *data, uint32_t size)
{
    bool     latin1 = is_latin1(name, units), small = size <= 4;
    uint8_t *p, *bytes;

    if (units > UINT16_MAX / 2)
        return 0;
    uint32_t cell = new_cell(live, VK_BYTES + (latin1 ? units : 2 * units), &p);
    uint32_t data_cell = cell == HIVE_NONE || small ? HIVE_NONE : new_cell(live, size, &bytes);
    if (cell == HIVE_NONE || (!small && data_cell == HIVE_NONE))
        return -ENOSPC;
    memcpy(p, "vk", 2);
    put16(p + 2, put_name(p + VK_BYTES, name, units, latin1));
    put32(p + 4, size | (small ? UINT32_C(1) << 31 : 0));
    put32(p + 8, data_cell);
    if (size)
        memcpy(small ? p + 8 : bytes, data, size);
    put32(p + 12, type);
    put16(p + 16, latin1);
    return add(live, cell);
}

void hive_live_subkeys(struct hive_live *live, uint32_t n)
{
    uint8_t *flags = live->bins + live->parent + 4 + NK_FLAGS;

    put16(flags, hive_u16(flags) | (n == 0 ? KEYS_LISTED : n <= FEW ? KEYS_FEW : 0u));
}

/* Paths ------------------------------------------------------------------------------- */

static void put_units(struct buffer *path, const struct hive_name *name)
{
    for (uint16_t i = 0; name->latin1 && i < name->size; i++)
        buffer_put(path, (const char[]){(char)name->data[i], 0}, 2);
    if (!name->latin1)
        buffer_put(path, name->data, name->size);
}

/* The path of a key below the root, in live->path. */
static int make_path(struct hive_live *live, uint32_t cell)
{
    struct hive_key chain[HIVE_DEPTH];
    size_t          n = 0;

    while (n < HIVE_DEPTH && hive_key(live->hive, cell, &chain[n]) == 0 &&
           chain[n].parent != HIVE_NONE)
        cell = chain[n++].parent;
    buffer_reset(&live->path);
    for (size_t i = n; i-- > 0;) {
        put_units(&live->path, &chain[i].name);
        if (i)
            buffer_put(&live->path, "\\", 2);
    }
    return live->path.failed ? -ENOMEM : 0;
}

static const uint8_t *path_of(const struct hive_live *live)
{
    return live->path.size ? (const uint8_t *)live->path.data : (const uint8_t *)"";
}

static int note(struct hive_live *live, int r)
{
    live->denied += r == -EACCES;
    live->hive->lost += r < 0 && r != -ENOENT;
    return r;
}

/* Lists --------------------------------------------------------------------------------- */

/* Write the list of subkeys, in parts where it is long. */
static uint32_t put_leaf(struct hive_live *live, size_t begin, size_t n)
{
    uint8_t *p;
    uint32_t cell = new_cell(live, 4 + 4 * n, &p);

    if (cell == HIVE_NONE)
        return cell;
    memcpy(p, "li", 2);
    put16(p + 2, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        put32(p + 4 + 4 * i, live->list[begin + i]);
    return cell;
}

static uint32_t put_keys(struct hive_live *live)
{
    size_t   parts = (live->n + LIST_MAX - 1) / LIST_MAX;
    uint8_t *p;

    if (parts <= 1)
        return put_leaf(live, 0, live->n);
    uint32_t cell = new_cell(live, 4 + 4 * parts, &p);
    if (cell == HIVE_NONE)
        return cell;
    memcpy(p, "ri", 2);
    put16(p + 2, (uint32_t)parts);
    for (size_t i = 0; i < parts; i++) {
        size_t   begin = i * LIST_MAX, left = live->n - begin;
        uint32_t leaf = put_leaf(live, begin, left < LIST_MAX ? left : LIST_MAX);
        put32(live->bins + cell + 4 + 4 + 4 * i, leaf);
    }
    return cell;
}

static uint32_t put_values(struct hive_live *live)
{
    uint8_t *p;
    uint32_t cell = new_cell(live, 4 * live->n, &p);

    for (size_t i = 0; cell != HIVE_NONE && i < live->n; i++)
        put32(p + 4 * i, live->list[i]);
    return cell;
}

typedef int list_fn(void *data, const uint8_t *path, size_t units, struct hive_live *to);

/* Make one of a key's lists, if that was not done, and read the key again. */
static void fill(struct hive *hive, struct hive_key *key, list_fn *list, unsigned listed,
                 uint32_t (*put)(struct hive_live *))
{
    struct hive_live *live = hive->live;
    uint8_t          *nk = live->bins + key->cell + 4;

    if (hive_u16(nk + NK_FLAGS) & listed) {
        hive_key(hive, key->cell, key); /* it may be a copy from before */
        return;
    }
    put16(nk + NK_FLAGS, hive_u16(nk + NK_FLAGS) | listed);
    live->n = 0;
    live->parent = key->cell;
    int r = note(live, make_path(live, key->cell));
    if (r == 0)
        note(live, list(live->data, path_of(live), live->path.size / 2, live));
    uint32_t cell = live->n ? put(live) : HIVE_NONE;
    if (live->n && cell == HIVE_NONE)
        hive->lost += live->n;
    put32(nk + (listed == KEYS_LISTED ? NK_SUBKEYS : NK_VALUES), cell);
    put32(nk + (listed == KEYS_LISTED ? NK_N_SUBKEYS : NK_N_VALUES),
          cell == HIVE_NONE ? 0 : (uint32_t)live->n);
    hive_key(hive, key->cell, key);
}

static void fill_keys(struct hive *hive, struct hive_key *key)
{
    fill(hive, key, hive->live->registry->keys, KEYS_LISTED, put_keys);
}

static void fill_values(struct hive *hive, struct hive_key *key)
{
    fill(hive, key, hive->live->registry->values, VALUES_LISTED, put_values);
}

/* One key ------------------------------------------------------------------------------- */

static bool is_listed(const struct hive_live *live, uint32_t cell)
{
    return hive_u16(live->bins + cell + 4 + NK_FLAGS) & (KEYS_LISTED | KEYS_FEW);
}

/* `ret` may be the parent itself. */
static bool was_found(struct hive *hive, uint32_t parent, const char *name, size_t size,
                      struct hive_key *ret)
{
    const struct hive_live *live = hive->live;
    struct hive_key         key;

    if (live->found == HIVE_NONE || live->found_in != parent ||
        hive_key(hive, live->found, &key) < 0 || !hive_name_is(&key.name, name, size))
        return false;
    *ret = key;
    return true;
}

/* Append UTF-8 as UTF-16; what is not UTF-8 is a name that no key has. */
static void put_utf16(struct buffer *path, const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint8_t  unit[4], first = (uint8_t)text[i++];
        unsigned more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        uint32_t c = more ? first & (0x3fu >> more) : first;
        for (; more && i < size; more--)
            c = c << 6 | ((uint8_t)text[i++] & 0x3f);
        if (c < 0x10000) {
            put16(unit, c);
        } else {
            put16(unit, 0xd800 | (c - 0x10000) >> 10);
            put16(unit + 2, 0xdc00 | (c & 0x3ff));
        }
        buffer_put(path, unit, c < 0x10000 ? 2 : 4);
    }
}

/* A subkey by its name, without the others: 1 where the caller has to search the list. */
static int find_key(struct hive *hive, const struct hive_key *key, const char *name, size_t size,
                    struct hive_key *ret)
{
    struct hive_live *live = hive->live;
    uint64_t          written;

    if (is_listed(live, key->cell))
        return 1;
    if (was_found(hive, key->cell, name, size, ret))
        return 0;
    int r = make_path(live, key->cell);
    if (live->path.size)
        buffer_put(&live->path, "\\", 2);
    size_t at = live->path.size;
    put_utf16(&live->path, name, size);
    if (r < 0 || live->path.failed)
        return -ENOMEM;
    r = live->registry->look(live->data, path_of(live), live->path.size / 2, &written);
    if (r < 0)
        return note(live, r) == -EACCES ? -ENOENT : r;
    uint32_t cell = new_key(live, key->cell, (const uint8_t *)live->path.data + at,
                            (live->path.size - at) / 2, written);
    if (cell == HIVE_NONE)
        return -ENOSPC;
    live->found_in = key->cell;
    live->found = cell;
    return hive_key(hive, cell, ret);
}

static void fill_security(struct hive *hive, struct hive_key *key)
{
    struct hive_live *live = hive->live;
    uint8_t          *p;

    key->security = hive_u32(live->bins + key->cell + 4 + NK_SECURITY); /* it may be a copy */
    if (key->security != HIVE_NONE || make_path(live, key->cell) < 0)
        return;
    buffer_reset(&live->scratch);
    if (note(live, live->registry->security(live->data, path_of(live), live->path.size / 2,
                                            &live->scratch)) < 0 ||
        live->scratch.failed)
        return;
    uint32_t cell = new_cell(live, SK_BYTES + live->scratch.size, &p);
    if (cell == HIVE_NONE)
        return;
    memcpy(p, "sk", 2);
    put32(p + 16, (uint32_t)live->scratch.size);
    memcpy(p + SK_BYTES, live->scratch.data, live->scratch.size);
    put32(live->bins + key->cell + 4 + NK_SECURITY, cell);
    key->security = cell;
}

static void end(struct hive *hive)
{
    struct hive_live *live = hive->live;

    live->registry->close(live->data);
    munmap(live->bins, HIVE_LIVE_MAX);
    buffer_free(&live->path);
    buffer_free(&live->scratch);
    free(live->list);
    free(live);
}

/* Opening ------------------------------------------------------------------------------- */

int hive_live_open(struct hive *ret, const struct hive_registry *registry, void *data)
{
    static const struct hive_calls calls = {fill_keys, fill_values, find_key, fill_security, end};
    struct hive_live              *live = calloc(1, sizeof *live);
    uint64_t                       written = 0;
    void                          *bins =
        mmap(NULL, HIVE_LIVE_MAX, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    *ret = (struct hive){.root = HIVE_NONE, .minor = 3, .live = live, .calls = &calls};
    if (!live || bins == MAP_FAILED) {
        registry->close(data);
        if (bins != MAP_FAILED)
            munmap(bins, HIVE_LIVE_MAX);
        free(live);
        return -ENOMEM;
    }
    *live = (struct hive_live){.hive = ret,
                               .registry = registry,
                               .data = data,
                               .bins = bins,
                               .end = 32,
                               .found = HIVE_NONE};
    ret->bins = bins;
    int r = registry->look(data, (const uint8_t *)"", 0, &written);
    if (r == 0 &&
        (ret->root = new_key(live, HIVE_NONE, (const uint8_t *)"", 0, written)) == HIVE_NONE)
        r = -ENOMEM;
    if (r < 0) {
        hive_close(ret);
        return r;
    }
    ret->written = written;
    hive_refill(ret);
    return 0;
}

uint64_t hive_live_denied(const struct hive *hive)
{
    return hive->live ? hive->live->denied : 0;
}
