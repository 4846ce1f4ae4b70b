#include "journal_file.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "formats/log/expander.h"
#include "formats/text/byte_order.h"

enum type { DATA = 1, FIELD = 2, ENTRY = 3, ENTRY_ARRAY = 6, TAG = 7 };
enum data_flag { DATA_XZ = 1, DATA_LZ4 = 2, DATA_ZSTD = 4, DATA_COMPRESSED = 7 };
enum incompatible { FILE_COMPACT = 16, FILE_KNOWN = 31 };

/* Offsets of the parts of objects, in bytes; "Journal File Format", the sections on each. */
#define OBJECT_SIZE      16
#define DATA_NEXT        32 /* in the chain of the same field */
#define DATA_ENTRY       40
#define DATA_ENTRY_ARRAY 48
#define DATA_N_ENTRIES   56
#define DATA_PAYLOAD     64
#define DATA_COMPACT     72
#define FIELD_NEXT       24 /* in the chain of the same hash */
#define FIELD_DATA       32
#define FIELD_PAYLOAD    40
#define ENTRY_ITEMS      64
#define ARRAY_NEXT       16
#define ARRAY_ITEMS      24
#define HASH_ITEM        16

#define ARRAYS_MAX 256     /* in a chain: each is twice as long as the one before it */
#define FIELDS_MAX 1000000 /* names of fields in a file */

#define XZ_MEMORY_MAX (32u << 20) /* bytes that xz may need; journald's preset takes 1 MiB */

/* Bytes that the fields of a file may expand to, and those that are LARGE may hold each time they
 * are read, in all: so much, and beyond it so many times the file's size. */
#define LARGE        4096
#define BUDGET_FREE  (1ull << 30)
#define BUDGET_RATIO 100

bool journal_file_name(const char *name)
{
    static const char *const ends[] = {".journal", ".journal~"};
    size_t                   size = uncompressed_name(name);

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t tail = strlen(ends[i]);
        if (size > tail && memcmp(name + size - tail, ends[i], tail) == 0)
            return true;
    }
    return false;
}

int journal_header_parse(struct journal_file *file, const uint8_t *data)
{
    if (memcmp(data, "LPKSHHRH", 8) != 0)
        return -EBADMSG;

    uint64_t header_size = le64(data + 88);
    uint32_t incompatible = le32(data + 12);
    if (header_size < JOURNAL_HEADER_SIZE || header_size % 8)
        return -EBADMSG;
    if (incompatible & ~(uint32_t)FILE_KNOWN)
        return -EOPNOTSUPP;
    *file = (struct journal_file){
        .compact = incompatible & FILE_COMPACT,
        .state = data[16],
        .n_entries = le64(data + 152),
        .header_size = header_size,
        .entry_arrays = le64(data + 176),
        .fields = le64(data + 120),
        .fields_size = le64(data + 128),
        .first_time = le64(data + 184),
        .last_time = le64(data + 192),
    };
    memcpy(file->machine_id, data + 40, 16);
    memcpy(file->seqnum_id, data + 72, 16);
    return 0;
}

int journal_file_open(struct journal_file *file, const uint8_t *data, size_t size)
{
    struct journal_file opened;

    int r = size < JOURNAL_HEADER_SIZE ? -EBADMSG : journal_header_parse(&opened, data);
    if (r == 0 && opened.header_size > size)
        r = -EBADMSG;
    if (r < 0)
        return r;
    opened.data = data;
    opened.size = size;
    opened.budget = BUDGET_FREE + BUDGET_RATIO * (uint64_t)size;
    *file = opened;
    return 0;
}

void journal_file_close(struct journal_file *file)
{
    ZSTD_freeDCtx(file->zstd);
    free(file->scratch);
    *file = (struct journal_file){0};
}

static bool load(const struct journal_file *file, uint64_t at, uint64_t size)
{
    return !file->load || file->load(file->load_arg, at, size);
}

/* An object of that type and at least that size; NULL: there is none. */
static const uint8_t *object(const struct journal_file *file, uint64_t offset, enum type type,
                             uint64_t least, uint64_t *ret_size)
{
    if (offset < file->header_size || offset % 8 || offset > file->size - OBJECT_SIZE)
        return NULL;

    if (!load(file, offset, OBJECT_SIZE))
        return NULL;
    const uint8_t *p = file->data + offset;
    uint64_t       size = le64(p + 8);
    if (p[0] != type || size < least || size > file->size - offset || !load(file, offset, size))
        return NULL;
    *ret_size = size;
    return p;
}

static size_t payload_at(const struct journal_file *file)
{
    return file->compact ? DATA_COMPACT : DATA_PAYLOAD;
}

/* Entries ----------------------------------------------------------------------- */

int journal_entry(const struct journal_file *file, uint64_t offset, struct journal_entry *ret)
{
    uint64_t       size, n;
    const uint8_t *p = object(file, offset, ENTRY, ENTRY_ITEMS, &size);

    if (!p)
        return -EBADMSG;
    n = (size - ENTRY_ITEMS) / (file->compact ? 4 : 16);
    *ret = (struct journal_entry){
        .offset = offset,
        .seqnum = le64(p + 16),
        .realtime = le64(p + 24),
        .monotonic = le64(p + 32),
        .xor_hash = le64(p + 56),
        .n_items = n < JOURNAL_ITEMS_MAX ? (uint32_t)n : JOURNAL_ITEMS_MAX,
    };
    memcpy(ret->boot_id, p + 40, 16);
    return 0;
}

uint64_t journal_item_offset(const struct journal_file *file, const struct journal_entry *entry,
                             uint32_t i)
{
    const uint8_t *items = file->data + entry->offset + ENTRY_ITEMS;
    size_t         width = file->compact ? 4 : 16;

    if (!load(file, entry->offset + ENTRY_ITEMS + width * i, width))
        return 0;
    return file->compact ? le32(items + 4 * (size_t)i) : le64(items + 16 * (size_t)i);
}

/* Compressed fields ---------------------------------------------------------------- */

/* A few large values, listed by every entry, must not keep a reader busy for ever. */
static int spend(struct journal_file *file, uint64_t size)
{
    if (size > JOURNAL_VALUE_MAX || size > file->budget)
        return -EFBIG;
    file->budget -= size;
    return 0;
}

/* Room for a value of so many bytes. */
static int make_room(struct journal_file *file, uint64_t size)
{
    int r = spend(file, size);

    if (r < 0 || size <= file->room)
        return r;
    uint8_t *scratch = realloc(file->scratch, (size_t)size);
    if (!scratch)
        return -ENOMEM;
    file->scratch = scratch;
    file->room = (size_t)size;
    return 0;
}

static int expand_zstd(struct journal_file *file, const uint8_t *data, size_t size, size_t *ret)
{
    unsigned long long whole = ZSTD_getFrameContentSize(data, size);

    if (whole == ZSTD_CONTENTSIZE_UNKNOWN || whole == ZSTD_CONTENTSIZE_ERROR)
        return -EBADMSG;
    int r = make_room(file, whole);
    if (r < 0)
        return r;
    if (!file->zstd && !(file->zstd = ZSTD_createDCtx()))
        return -ENOMEM;
    size_t n = ZSTD_decompressDCtx(file->zstd, file->scratch, file->room, data, size);
    if (ZSTD_isError(n))
        return -EBADMSG;
    *ret = n;
    return 0;
}

/* A length of LZ4: 15 goes on in bytes, of which 255 goes on too. */
static bool lz4_length(const uint8_t **at, const uint8_t *end, size_t *length)
{
    uint8_t byte = 255;

    if (*length < 15)
        return true;
    while (byte == 255) {
        if (*at == end)
            return false;
        byte = *(*at)++;
        *length += byte;
    }
    return true;
}

/* "LZ4 Block Format Description": sequences of literals and a match in the output so far. */
static int lz4_block(const uint8_t *at, const uint8_t *end, uint8_t *out, size_t room, size_t *ret)
{
    size_t n = 0;

    while (at < end) {
        size_t literals = *at >> 4, match = *at & 15;

        at++;
        if (!lz4_length(&at, end, &literals) || literals > (size_t)(end - at) ||
            literals > room - n)
            return -EBADMSG;
        memcpy(out + n, at, literals);
        n += literals;
        at += literals;
        if (at == end)
            break;
        if (end - at < 2)
            return -EBADMSG;
        size_t back = (size_t)(at[0] | at[1] << 8);
        at += 2;
        if (!lz4_length(&at, end, &match) || back == 0 || back > n || (match += 4) > room - n)
            return -EBADMSG;
        for (; match; match--, n++) /* they may overlap */
            out[n] = out[n - back];
    }
    *ret = n;
    return 0;
}

/* journald writes the size before the block. */
static int expand_lz4(struct journal_file *file, const uint8_t *data, size_t size, size_t *ret)
{
    if (size < 8)
        return -EBADMSG;
    int r = make_room(file, le64(data));
    return r < 0 ? r : lz4_block(data + 8, data + size, file->scratch, file->room, ret);
}

/* xz does not say how much it expands to: give it room until it has enough. */
static int expand_xz(struct journal_file *file, const uint8_t *data, size_t size, size_t *ret)
{
    lzma_stream xz = LZMA_STREAM_INIT;
    lzma_ret    rc = lzma_stream_decoder(&xz, XZ_MEMORY_MAX, 0);
    int         r = 0;

    xz.next_in = data;
    xz.avail_in = size;
    for (uint64_t room = file->room < 4096 ? 4096 : file->room; rc == LZMA_OK; room *= 8) {
        if ((r = make_room(file, room)) < 0)
            break;
        xz.next_out = file->scratch + xz.total_out;
        xz.avail_out = file->room - (size_t)xz.total_out;
        rc = lzma_code(&xz, LZMA_FINISH);
    }
    *ret = (size_t)xz.total_out;
    lzma_end(&xz);
    return r < 0 ? r : rc == LZMA_STREAM_END ? 0 : rc == LZMA_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

int journal_data(struct journal_file *file, uint64_t offset, struct journal_field *ret)
{
    size_t         begin = payload_at(file), size;
    uint64_t       whole;
    const uint8_t *p = object(file, offset, DATA, begin, &whole), *at, *equals;
    int            r = 0;

    if (!p)
        return -EBADMSG;
    at = p + begin;
    size = (size_t)whole - begin;
    if (p[1] & DATA_COMPRESSED) {
        r = p[1] & DATA_ZSTD  ? expand_zstd(file, at, size, &size)
            : p[1] & DATA_LZ4 ? expand_lz4(file, at, size, &size)
                              : expand_xz(file, at, size, &size);
        at = file->scratch;
    } else if (size > LARGE)
        r = spend(file, size);
    if (r < 0)
        return r;
    if (!size || !(equals = memchr(at, '=', size)))
        return -EBADMSG;
    *ret = (struct journal_field){(const char *)at, size, (size_t)(equals - at)};
    return 0;
}

int journal_item(struct journal_file *file, const struct journal_entry *entry, uint32_t i,
                 struct journal_field *ret)
{
    return journal_data(file, journal_item_offset(file, entry, i), ret);
}

/* Lists ------------------------------------------------------------------------------ */

static size_t item_size(const struct journal_file *file)
{
    return file->compact ? 4 : 8;
}

static uint64_t array_item(const struct journal_file *file, const struct journal_list *list,
                           uint64_t i)
{
    const uint8_t *p = file->data + list->array + ARRAY_ITEMS + i * item_size(file);

    if (!load(file, list->array + ARRAY_ITEMS + i * item_size(file), item_size(file)))
        return 0;
    return file->compact ? le32(p) : le64(p);
}

/* Make the array at `offset` the current one. */
static int enter(const struct journal_file *file, struct journal_list *list, uint64_t offset)
{
    uint64_t size;

    list->i = list->n = list->array = 0;
    if (!offset)
        return 0;
    if (!object(file, offset, ENTRY_ARRAY, ARRAY_ITEMS + item_size(file), &size) ||
        ++list->n_arrays > ARRAYS_MAX)
        return -EBADMSG;
    list->array = offset;
    list->n = (size - ARRAY_ITEMS) / item_size(file);
    if (list->n > list->left)
        list->n = list->left;
    return 0;
}

/* Go on to the next array, which must be after this one. */
static int next_array(const struct journal_file *file, struct journal_list *list)
{
    if (!load(file, list->array, ARRAY_ITEMS))
        return -EBADMSG;
    uint64_t next = le64(file->data + list->array + ARRAY_NEXT);

    return next && next <= list->array ? -EBADMSG : enter(file, list, next);
}

int journal_all(const struct journal_file *file, struct journal_list *ret)
{
    struct journal_list list =
        JOURNAL_NO_ENTRIES; /* the header of a live file may be out of date */
    int r = enter(file, &list, file->entry_arrays);

    if (r == 0)
        *ret = list;
    return r;
}

int journal_entries_of(const struct journal_file *file, uint64_t offset, struct journal_list *ret)
{
    uint64_t            size;
    const uint8_t      *p = object(file, offset, DATA, payload_at(file), &size);
    struct journal_list list = {0};
    int                 r = 0;

    if (!p)
        return -EBADMSG;
    list.left = le64(p + DATA_N_ENTRIES);
    if (list.left) {
        list.first = le64(p + DATA_ENTRY);
        list.left--;
        r = enter(file, &list, list.left ? le64(p + DATA_ENTRY_ARRAY) : 0);
    }
    if (r == 0)
        *ret = list;
    return r;
}

bool journal_whole(const struct journal_file *file, struct journal_list list)
{
    while (list.left > list.n) {
        list.left -= list.n;
        if (!list.array || next_array(file, &list) < 0)
            return false;
    }
    return !list.left || !list.array || array_item(file, &list, list.left - 1);
}

int journal_last(const struct journal_file *file, struct journal_list list, uint64_t *ret)
{
    uint64_t offset = list.first;

    while (list.left > list.n) {
        list.left -= list.n;
        if (!list.array || next_array(file, &list) < 0)
            return -EBADMSG;
    }
    if (list.left)
        offset = array_item(file, &list, list.left - 1);
    if (!offset)
        return -EBADMSG;
    *ret = offset;
    return 0;
}

/* The time of item `i`; false where it is not written yet, or damaged. */
static bool time_of(const struct journal_file *file, const struct journal_list *list, uint64_t i,
                    uint64_t *ret)
{
    struct journal_entry entry;

    if (journal_entry(file, array_item(file, list, i), &entry) < 0)
        return false;
    *ret = entry.realtime;
    return true;
}

/* The first item of the current array that is not before the time. */
static uint64_t bisect(const struct journal_file *file, const struct journal_list *list,
                       uint64_t realtime)
{
    uint64_t low = 0, high = list->n, time;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (array_item(file, list, middle) == 0) /* not filled yet */
            high = middle;
        else if (!time_of(file, list, middle, &time))
            return low; /* damaged: read what may be before it too */
        else if (time < realtime)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void journal_seek(const struct journal_file *file, struct journal_list *list, uint64_t realtime)
{
    struct journal_entry entry;

    if (list->first && journal_entry(file, list->first, &entry) == 0) {
        if (entry.realtime >= realtime)
            return;
        list->first = 0;
    }
    while (list->array) {
        struct journal_list next = *list;
        uint64_t            i = bisect(file, list, realtime);

        next.left -= next.n;
        if (i < list->n || !next.left || next_array(file, &next) < 0 || !next.array) {
            list->i = i;
            list->left -= i;
            return;
        }
        *list = next;
    }
}

int journal_next(const struct journal_file *file, struct journal_list *list, uint64_t *ret)
{
    if (list->first) {
        *ret = list->first;
        list->first = 0;
        return 1;
    }
    while (list->array && list->left) {
        if (list->i == list->n) {
            int r = next_array(file, list);
            if (r < 0)
                return r;
            continue;
        }
        uint64_t offset = array_item(file, list, list->i);
        if (!offset) /* an array is filled from its beginning */
            return 0;
        list->i++;
        list->left--;
        *ret = offset;
        return 1;
    }
    return 0;
}

/* Whether the bytes have the form of an entry whose first field is present too. */
static bool plausible(const struct journal_file *file, uint64_t offset)
{
    struct journal_entry entry;
    uint64_t             size;

    return object(file, offset, ENTRY, ENTRY_ITEMS + item_size(file), &size) &&
           journal_entry(file, offset, &entry) == 0 && entry.seqnum && entry.realtime &&
           object(file, journal_item_offset(file, &entry, 0), DATA, payload_at(file), &size);
}

/* The end of the object at `offset`, or the next place where one may begin; the end of
 * the file where it cannot be read. */
static uint64_t after(const struct journal_file *file, uint64_t offset)
{
    if (!load(file, offset, OBJECT_SIZE))
        return file->size;
    uint64_t size = le64(file->data + offset + 8);
    bool good = file->data[offset] >= DATA && file->data[offset] <= TAG && size >= OBJECT_SIZE &&
                size <= file->size - offset;

    return good ? (offset + size + 7) / 8 * 8 : offset + 8;
}

int journal_carve(const struct journal_file *file, uint64_t offset, uint64_t *ret)
{
    uint64_t at = offset / 8 * 8;

    if (at < file->header_size)
        at = file->header_size;
    else if (at <= file->size - OBJECT_SIZE)
        at = after(file, at);
    while (at <= file->size - OBJECT_SIZE) {
        if (plausible(file, at)) {
            *ret = at;
            return 1;
        }
        at = after(file, at);
    }
    return 0;
}

/* Values ------------------------------------------------------------------------------- */

/* Find the field's object in the chain of one hash. Chains lead towards the end of the file, and
 * all of them have so many links together. */
static int find_field(const struct journal_file *file, uint64_t offset, const char *name,
                      size_t *links, const uint8_t **ret)
{
    size_t length = strlen(name);

    while (offset) {
        uint64_t       size;
        const uint8_t *p = object(file, offset, FIELD, FIELD_PAYLOAD, &size);

        if (!p || (*links)-- == 0)
            return -EBADMSG;
        if (size - FIELD_PAYLOAD == length && memcmp(p + FIELD_PAYLOAD, name, length) == 0) {
            *ret = p;
            return 1;
        }
        uint64_t next = le64(p + FIELD_NEXT);
        if (next && next <= offset)
            return -EBADMSG;
        offset = next;
    }
    return 0;
}

int journal_values(const struct journal_file *file, const char *name, uint64_t *ret)
{
    const uint8_t *field = NULL;
    size_t         links = FIELDS_MAX;
    int            r = 0;

    if (file->fields > file->size || file->fields_size > file->size - file->fields ||
        !load(file, file->fields, file->fields_size))
        return -EBADMSG;
    for (uint64_t i = 0; r == 0 && i + HASH_ITEM <= file->fields_size; i += HASH_ITEM)
        r = find_field(file, le64(file->data + file->fields + i), name, &links, &field);
    if (r < 0)
        return r;
    *ret = r ? le64(field + FIELD_DATA) : 0;
    return 0;
}

int journal_next_value(const struct journal_file *file, uint64_t offset, uint64_t *ret)
{
    uint64_t       size;
    const uint8_t *p = object(file, offset, DATA, payload_at(file), &size);
    uint64_t       next = p ? le64(p + DATA_NEXT) : 0;

    if (!p || next >= offset + !next) /* newer values come first */
        return -EBADMSG;
    *ret = next;
    return 0;
}
