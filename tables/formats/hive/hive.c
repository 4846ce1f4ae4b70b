/* hive.c -- base block, cells, keys, values and their data. */
#include "hive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hive_base.h"
#include "hive_log.h"
#include "hive_parts.h"

enum { NK_NAME = 76, VK_NAME = 20, SK_DESCRIPTOR = 16, SEGMENT_MAX = 16344 };

/* Why bytes are not a hive that is read, and what hive_open() returns for it. */
struct refusal {
    int         code;
    const char *why;
};

bool hive_is_layer(const uint8_t *data, size_t size)
{
    return size >= BASE_SIZE + BIN_HEADER && memcmp(data, "regf", 4) == 0 &&
           hive_base_checks(data) && hive_u32(data + BASE_TYPE) == 0 &&
           hive_u32(data + BASE_MAJOR) == 1 && hive_u32(data + BASE_MINOR) == 6;
}

/* NULL where they may be one. */
static const struct refusal *refuse(const uint8_t *data, size_t size)
{
    static const struct refusal
        old_windows = {-EPROTONOSUPPORT, "registry of Windows 95, 98 or Me (CREG)"},
        too_short = {-EINVAL, "too short for a registry hive"},
        not_a_hive = {-EINVAL, "not a registry hive"},
        a_log = {-EINVAL, "not a hive but a transaction log of one"},
        major = {-EPROTONOSUPPORT, "registry hive of an unknown major version"},
        layer = {-EPROTONOSUPPORT, "differencing hive (version 1.6), a layer of another hive"},
        minor = {-EPROTONOSUPPORT, "registry hive older than version 1.3 (Windows NT 3)"};

    if (size >= 4 && memcmp(data, "CREG", 4) == 0)
        return &old_windows;
    if (size < BASE_SIZE + BIN_HEADER)
        return &too_short;
    if (memcmp(data, "regf", 4) != 0 && memcmp(data + BASE_SIZE, "hbin", 4) != 0)
        return &not_a_hive;
    if (memcmp(data, "regf", 4) != 0 || !hive_base_checks(data))
        return NULL;
    if (hive_u32(data + BASE_TYPE) != 0)
        return &a_log;
    if (hive_u32(data + BASE_MAJOR) != 1)
        return &major;
    if (hive_is_layer(data, size))
        return &layer;
    if (hive_u32(data + BASE_MINOR) < 3)
        return &minor;
    return NULL;
}

const char *hive_refusal(const uint8_t *data, size_t size)
{
    const struct refusal *refusal = refuse(data, size);

    return refusal ? refusal->why : NULL;
}

void hive_refill(struct hive *hive)
{
    hive->items = (uint64_t)hive_room(hive) * 2 + 4096;
    hive->bytes = (uint64_t)hive_room(hive) * 16 + (1u << 20);
}

bool hive_spend(struct hive *hive, size_t bytes)
{
    if (hive->bytes < bytes) {
        hive->lost++;
        return false;
    }
    hive->bytes -= bytes;
    return true;
}

/* Whether one more list entry may be read. */
static bool spend_item(struct hive *hive)
{
    if (hive->items == 0)
        return false;
    if (--hive->items == 0)
        hive->lost++;
    return true;
}

/* The size of the bins: the base block's, where it can be believed; else all that is present. */
static void measure(struct hive *hive, const uint8_t *base, size_t size)
{
    size_t   there = size - BASE_SIZE;
    uint32_t stated = hive_u32(base + BASE_BINS);

    hive->size = (uint32_t)there;
    if (hive->damaged_base || stated == 0 || stated % BASE_SIZE != 0)
        return;
    hive->truncated = stated > there;
    if (stated < there)
        hive->size = stated;
}

/* The root key: where the base block says, where a new hive has it, or wherever one says it is. */
static uint32_t find_root(struct hive *hive, uint32_t stated)
{
    struct hive_key key;
    uint32_t        size;

    if (hive_key(hive, stated, &key) == 0)
        return stated;
    hive->damaged_base = true;
    for (uint32_t cell = BIN_HEADER; cell < hive->size;) {
        if (hive_key(hive, cell, &key) == 0 && (key.flags & HIVE_KEY_ROOT))
            return cell;
        cell += hive_cell(hive, cell, &size) ? size + 4 : 8;
    }
    return HIVE_NONE;
}

/* Bytes of the file name, up to its NUL. */
static uint16_t base_name_size(const uint8_t *base)
{
    uint16_t size = 0;

    while (size < 64 && hive_u16(base + BASE_NAME + size) != 0)
        size += 2;
    return size;
}

static bool base_is_damaged(const uint8_t *data)
{
    return memcmp(data, "regf", 4) != 0 || !hive_base_checks(data);
}

bool hive_is_dirty(const uint8_t *data, size_t size)
{
    return size < BASE_SIZE || base_is_damaged(data) ||
           hive_u32(data + BASE_PRIMARY) != hive_u32(data + BASE_SECONDARY);
}

static int open_hive(struct hive *ret, uint8_t *data, size_t size, struct hive_parts *parts,
                     const struct hive_log *logs, size_t n_logs)
{
    struct hive hive = {.root = HIVE_NONE, .parts = parts};

    if (size > HIVE_FILE_MAX)
        return -EFBIG;
    hive.damaged_base = base_is_damaged(data);
    hive.dirty = hive_is_dirty(data, size);
    hive.bins = data + BASE_SIZE;
    measure(&hive, data, size);
    if (hive.dirty) {
        int r = hive_replay(&hive, data, size, logs, n_logs);
        if (r < 0)
            return r;
    }
    const uint8_t *base = hive.bins - BASE_SIZE;
    hive.minor = hive_u32(base + BASE_MINOR);
    hive.written = hive_u64(base + BASE_WRITTEN);
    hive.file_name = (struct hive_name){base + BASE_NAME, base_name_size(base), false};
    hive.root = find_root(&hive, hive_u32(base + BASE_ROOT));
    hive_refill(&hive);
    *ret = hive;
    return 0;
}

int hive_open(struct hive *ret, uint8_t *data, size_t size, const struct hive_log *logs,
              size_t n_logs)
{
    const struct refusal *refusal = refuse(data, size);

    return refusal ? refusal->code : open_hive(ret, data, size, NULL, logs, n_logs);
}

int hive_open_parts(struct hive *ret, uint8_t *data, size_t size, hive_read *read, void *arg,
                    const struct hive_log *logs, size_t n_logs)
{
    const struct refusal *refusal = refuse(data, size);
    struct hive_parts    *parts = NULL;

    if (refusal)
        return refusal->code;
    if (!(parts = hive_parts_new(data + BASE_SIZE, size - BASE_SIZE, read, arg)))
        return -ENOMEM;
    int r = open_hive(ret, data, size, parts, logs, n_logs);
    if (r < 0)
        hive_parts_free(parts);
    return r;
}

int hive_open_layer(struct hive *ret, uint8_t *data, size_t size, const struct hive_log *logs,
                    size_t n_logs)
{
    return hive_is_layer(data, size) ? open_hive(ret, data, size, NULL, logs, n_logs) : -EINVAL;
}

void hive_close(struct hive *hive)
{
    if (hive->calls)
        hive->calls->end(hive);
    hive_parts_free(hive->parts);
    free(hive->grown);
    *hive = (struct hive){.root = HIVE_NONE};
}

/* Cells ---------------------------------------------------------------------- */

const uint8_t *hive_cell(const struct hive *hive, uint32_t cell, uint32_t *ret_size)
{
    if (cell % 8 != 0 || cell >= hive->size || hive->size - cell < 8)
        return NULL;
    hive_load(hive, cell, 4);
    uint32_t size = hive_u32(hive->bins + cell);
    if (size > INT32_MAX)
        size = -size;
    if (size < 8 || size > hive->size - cell)
        return NULL;
    hive_load(hive, cell, size);
    *ret_size = size - 4;
    return hive->bins + cell + 4;
}

/* The contents of a cell that must hold at least `least` bytes and begin with a signature. */
static const uint8_t *record(const struct hive *hive, uint32_t cell, const char signature[2],
                             uint32_t least, uint32_t *ret_size)
{
    const uint8_t *p = hive_cell(hive, cell, ret_size);

    if (!p || *ret_size < least || p[0] != signature[0] || p[1] != signature[1])
        return NULL;
    return p;
}

int hive_key(const struct hive *hive, uint32_t cell, struct hive_key *ret)
{
    uint32_t       size;
    const uint8_t *p = record(hive, cell, "nk", NK_NAME, &size);

    if (!p)
        return -EBADMSG;
    uint16_t name_size = hive_u16(p + 72);
    bool     cut = name_size > size - NK_NAME;
    *ret = (struct hive_key){
        .cell = cell,
        .flags = hive_u16(p + 2),
        .written = hive_u64(p + 4),
        .parent = hive_u32(p + 16),
        .n_subkeys = hive_u32(p + 20),
        .subkeys = hive_u32(p + 28),
        .n_values = hive_u32(p + 36),
        .values = hive_u32(p + 40),
        .security = hive_u32(p + 44),
        .class_cell = hive_u32(p + 48),
        .class_size = hive_u16(p + 74),
        .cut = cut,
        .name = {p + NK_NAME, cut ? (uint16_t)(size - NK_NAME) : name_size,
                 (hive_u16(p + 2) & HIVE_KEY_LATIN1) != 0},
    };
    return 0;
}

/* Lists of subkeys ------------------------------------------------------------- */

/* Open a list of one of the four kinds; an ri list only where `roots` allows one. */
static bool open_list(struct hive_subkeys *s, uint32_t cell, bool roots)
{
    uint32_t       size;
    const uint8_t *p = hive_cell(s->hive, cell, &size);

    if (!p || size < 4 || (p[0] != 'l' && p[0] != 'r'))
        return false;
    bool     hints = p[0] == 'l' && (p[1] == 'f' || p[1] == 'h');
    bool     is_roots = p[0] == 'r';
    uint32_t stride = hints ? 8 : 4;
    uint32_t n = hive_u16(p + 2);
    if ((!hints && p[1] != 'i') || (is_roots && !roots))
        return false;
    if (n > (size - 4) / stride) {
        s->hive->lost += n - (size - 4) / stride;
        n = (size - 4) / stride;
    }
    if (is_roots) {
        s->roots = p + 4;
        s->n_roots = n;
    } else {
        s->leaf = p + 4;
        s->n_leaf = n;
        s->stride = stride;
    }
    return true;
}

void hive_subkeys_begin(struct hive_subkeys *subkeys, struct hive *hive, const struct hive_key *key)
{
    struct hive_key filled = *key;

    *subkeys = (struct hive_subkeys){.hive = hive};
    if (hive->calls) {
        hive->calls->fill_keys(hive, &filled);
        key = &filled;
    }
    if (key->n_subkeys && !open_list(subkeys, key->subkeys, true))
        hive->lost++;
}

/* Go on to the next leaf of an ri list that has entries. */
static bool next_leaf(struct hive_subkeys *s)
{
    while (s->n_leaf == 0) {
        if (s->n_roots == 0 || !spend_item(s->hive))
            return false;
        if (!open_list(s, hive_u32(s->roots), false))
            s->hive->lost++;
        s->roots += 4;
        s->n_roots--;
    }
    return true;
}

bool hive_subkeys_next(struct hive_subkeys *s, struct hive_key *ret)
{
    while (next_leaf(s) && spend_item(s->hive)) {
        uint32_t cell = hive_u32(s->leaf);
        s->leaf += s->stride;
        s->n_leaf--;
        int r = hive_key(s->hive, cell, ret);
        s->hive->lost += r < 0 || ret->cut;
        if (r == 0)
            return true;
    }
    return false;
}

static int find_subkey(struct hive *hive, const struct hive_key *key, const char *name, size_t size,
                       struct hive_key *ret)
{
    struct hive_subkeys subkeys;
    struct hive_key     subkey;
    int                 r = hive->calls ? hive->calls->find_key(hive, key, name, size, ret) : 1;

    if (r <= 0)
        return r;
    hive_subkeys_begin(&subkeys, hive, key);
    while (hive_subkeys_next(&subkeys, &subkey))
        if (hive_name_is(&subkey.name, name, size)) {
            *ret = subkey;
            return 0;
        }
    return -ENOENT;
}

int hive_find(struct hive *hive, uint32_t cell, const char *path, struct hive_key *ret)
{
    struct hive_key key;
    int             r = hive_key(hive, cell, &key);

    while (r == 0 && *path) {
        size_t size = strcspn(path, "\\");
        r = find_subkey(hive, &key, path, size, &key);
        path += size + (path[size] == '\\');
    }
    if (r == 0)
        *ret = key;
    return r;
}

/* Values ----------------------------------------------------------------------- */

void hive_values_begin(struct hive_values *values, struct hive *hive, const struct hive_key *key)
{
    struct hive_key filled = *key;
    uint32_t        size;

    *values = (struct hive_values){.hive = hive};
    if (hive->calls) {
        hive->calls->fill_values(hive, &filled);
        key = &filled;
    }
    if (key->n_values == 0)
        return;
    values->list = hive_cell(hive, key->values, &size);
    if (values->list)
        values->n = key->n_values < size / 4 ? key->n_values : size / 4;
    hive->lost += key->n_values > values->n && key->n_values < hive->size
                      ? key->n_values - values->n
                      : key->n_values != values->n;
}

bool hive_values_next(struct hive_values *values, struct hive_value *ret)
{
    while (values->n && spend_item(values->hive)) {
        uint32_t cell = hive_u32(values->list);
        values->list += 4;
        values->n--;
        if (hive_value(values->hive, cell, ret) == 0)
            return true;
        values->hive->lost++;
    }
    return false;
}

int hive_value(const struct hive *hive, uint32_t cell, struct hive_value *ret)
{
    uint32_t       size;
    const uint8_t *p = record(hive, cell, "vk", VK_NAME, &size);

    if (!p || hive_u16(p + 2) > size - VK_NAME)
        return -EBADMSG;
    uint32_t stated = hive_u32(p + 4);
    bool     small = stated >> 31;
    *ret = (struct hive_value){
        .cell = cell,
        .type = hive_u32(p + 12),
        .size = stated & INT32_MAX,
        .data = hive_u32(p + 8),
        .small = small ? p + 8 : NULL,
        .name = {p + VK_NAME, hive_u16(p + 2), (p[16] & 1) != 0},
    };
    return 0;
}

int hive_find_value(struct hive *hive, const struct hive_key *key, const char *name,
                    struct hive_value *ret)
{
    struct hive_values values;
    struct hive_value  value;

    hive_values_begin(&values, hive, key);
    while (hive_values_next(&values, &value))
        if (hive_name_is(&value.name, name, strlen(name))) {
            *ret = value;
            return 0;
        }
    return -ENOENT;
}

/* Data in segments ("Big data"), as many as can be read. */
static int gather(struct hive *hive, const uint8_t *db, uint32_t want, struct buffer *scratch)
{
    uint32_t       n = hive_u16(db + 2), list_size, size;
    const uint8_t *list = hive_cell(hive, hive_u32(db + 4), &list_size);

    buffer_reset(scratch);
    if (!list)
        return 0;
    if (n > list_size / 4)
        n = list_size / 4;
    for (uint32_t i = 0; i < n && scratch->size < want && spend_item(hive); i++) {
        const uint8_t *segment = hive_cell(hive, hive_u32(list + 4 * i), &size);
        if (!segment)
            break;
        if (size > SEGMENT_MAX)
            size = SEGMENT_MAX;
        if (size > want - scratch->size)
            size = want - (uint32_t)scratch->size;
        buffer_put(scratch, segment, size);
    }
    return scratch->failed ? -ENOMEM : 0;
}

int hive_data(struct hive *hive, const struct hive_value *value, struct buffer *scratch,
              const uint8_t **ret, uint32_t *ret_size)
{
    uint32_t       size = 4, want = value->size;
    uint32_t       most = hive->value_max ? hive->value_max : HIVE_VALUE_MAX;
    const uint8_t *data = value->small;

    if (want > most) {
        want = most;
        hive->oversize++;
    }
    if (!hive_spend(hive, want))
        return -EBADMSG;
    if (!data && want)
        data = hive_cell(hive, value->data, &size);
    if (!data && want) {
        hive->lost++;
        return -EBADMSG;
    }
    if (want > SEGMENT_MAX && hive->minor >= 4 && size >= 8 && memcmp(data, "db", 2) == 0) {
        int r = gather(hive, data, want, scratch);
        if (r < 0)
            return r;
        data = (const uint8_t *)scratch->data;
        size = (uint32_t)scratch->size;
    }
    if (size < want)
        hive->lost++;
    *ret = data ? data : hive->bins;
    *ret_size = size < want ? size : want;
    return 0;
}

int hive_security(struct hive *hive, const struct hive_key *key, const uint8_t **ret,
                  uint32_t *ret_size)
{
    struct hive_key filled = *key;
    uint32_t        size;

    if (hive->calls)
        hive->calls->fill_security(hive, &filled);
    const uint8_t *p = record(hive, filled.security, "sk", SK_DESCRIPTOR + 4, &size);

    if (!p)
        return -EBADMSG;
    uint32_t stated = hive_u32(p + SK_DESCRIPTOR);
    size -= SK_DESCRIPTOR + 4;
    *ret = p + SK_DESCRIPTOR + 4;
    *ret_size = stated < size ? stated : size;
    return 0;
}

int hive_class(const struct hive *hive, const struct hive_key *key, struct hive_name *ret)
{
    uint32_t       size;
    const uint8_t *p;

    if (key->class_size == 0 || key->class_cell == HIVE_NONE)
        return -ENOENT;
    if (!(p = hive_cell(hive, key->class_cell, &size)))
        return -EBADMSG;
    *ret = (struct hive_name){p, size < key->class_size ? (uint16_t)size : key->class_size, false};
    return 0;
}
