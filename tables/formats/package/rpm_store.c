#include "rpm_store.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "formats/text/byte_order.h"

#define HASH_MAGIC 0x061561u

enum page_type { HASH_UNSORTED = 2, OVERFLOW = 7, HASH_META = 8, HASH = 13 };
enum item_type { KEY_DATA = 1, OFF_PAGE = 3 };

/* Offsets of the parts of pages and items, in bytes. */
#define PAGE_HEADER   26 /* then come the offsets of items, 16 bits each */
#define PAGE_NEXT     16
#define PAGE_ITEMS    20
#define PAGE_FREE     22 /* of an overflow page: bytes of data on it */
#define PAGE_TYPE     25
#define META_MAGIC    12
#define META_PAGESIZE 20
#define META_CRYPT    24
#define META_LAST     32 /* number of the last page */
#define META_SIZE     512
#define OFF_PAGE_SIZE                                                                              \
    12                    /* of an item whose value is elsewhere: its type, at 4 page, at 8 length \
                           */
#define NDB_HEADER     32 /* takes the place of the first slots */
#define NDB_VERSION    4
#define NDB_SLOT_PAGES 12
#define NDB_PAGE       4096
#define SLOT_SIZE      16
#define SLOT_NUMBER    4
#define SLOT_BLOCK     8
#define SLOT_BLOCKS    12
#define BLOCK_SIZE     16
#define BLOB_HEAD      16
#define BLOB_SIZE      12 /* of the header within, in the head */
#define BLOB_TAIL      12
#define ITEM_BITS      16

static int open_hash(const uint8_t *data, size_t size, struct rpm_store *ret)
{
    uint32_t magic = le32(data + META_MAGIC), page_size = le32(data + META_PAGESIZE);

    if (magic == __builtin_bswap32(HASH_MAGIC))
        return -EOPNOTSUPP;
    if (magic != HASH_MAGIC || data[PAGE_TYPE] != HASH_META || page_size < 512 ||
        page_size > 65536 || page_size & (page_size - 1) || size / page_size > UINT32_MAX)
        return -EBADMSG;
    if (data[META_CRYPT])
        return -EOPNOTSUPP;
    uint32_t n_pages = (uint32_t)(size / page_size), last = le32(data + META_LAST);
    uint32_t rest = size % page_size != 0;
    *ret = (struct rpm_store){.data = data,
                              .size = size,
                              .page_size = page_size,
                              .n_pages = n_pages,
                              .page = 1,
                              .item = 1,
                              .lost = last >= n_pages ? last - n_pages + 1 : rest};
    return 0;
}

static int open_ndb(const uint8_t *data, size_t size, struct rpm_store *ret)
{
    uint64_t n = (uint64_t)le32(data + NDB_SLOT_PAGES) * (NDB_PAGE / SLOT_SIZE);

    if (le32(data + NDB_VERSION) != 0)
        return -EOPNOTSUPP;
    uint64_t there = n < size / SLOT_SIZE ? n : size / SLOT_SIZE; /* fewer: the file is cut */
    *ret = (struct rpm_store){.data = data,
                              .size = size,
                              .ndb = true,
                              .n_items = there < UINT32_MAX ? (uint32_t)there : UINT32_MAX,
                              .lost = n - there,
                              .item = NDB_HEADER / SLOT_SIZE};
    return 0;
}

int rpm_store_open(const uint8_t *data, size_t size, struct rpm_store *ret)
{
    if (size < META_SIZE)
        return -EBADMSG;
    return memcmp(data, "RpmP", 4) == 0 ? open_ndb(data, size, ret) : open_hash(data, size, ret);
}

void rpm_store_close(struct rpm_store *store)
{
    free(store->blob);
    *store = (struct rpm_store){0};
}

static const uint8_t *page_at(const struct rpm_store *store, uint32_t page)
{
    return store->data + (size_t)page * store->page_size;
}

/* Where item `i` of a page begins within it; 0: not there. */
static uint32_t item_at(const struct rpm_store *store, const uint8_t *page, uint32_t i)
{
    uint32_t index = PAGE_HEADER + 2 * i;

    if (i >= le16(page + PAGE_ITEMS) || index + 2 > store->page_size)
        return 0;
    uint32_t at = le16(page + index);
    return at >= PAGE_HEADER && at < store->page_size ? at : 0;
}

/* Whether item `i` is the value of a package; what is none, nor the database's own, is lost. The key 0
 * is the database's own record, the number given last. Items fill a page from its end, so a value ends
 * where its key begins. */
static bool is_package(struct rpm_store *store, const uint8_t *page, uint32_t i)
{
    static const uint8_t own[] = {KEY_DATA, 0, 0, 0, 0};
    uint32_t             key = item_at(store, page, i - 1), value = item_at(store, page, i);

    if (!key || !value || value >= key) {
        store->lost++;
        return false;
    }
    if (key + sizeof own <= store->page_size && memcmp(page + key, own, sizeof own) == 0)
        return false;
    bool known = page[value] == KEY_DATA ||
                 (page[value] == OFF_PAGE && value + OFF_PAGE_SIZE <= store->page_size);
    store->lost += !known;
    return known;
}

static int next_of_hash(struct rpm_store *store, int64_t *ret_place)
{
    for (; store->page < store->n_pages; store->page++, store->item = 1) {
        const uint8_t *page = page_at(store, store->page);

        if (page[PAGE_TYPE] != HASH && page[PAGE_TYPE] != HASH_UNSORTED)
            continue;
        for (; store->item < le16(page + PAGE_ITEMS); store->item += 2) {
            if (!is_package(store, page, store->item))
                continue;
            *ret_place = (int64_t)store->page << ITEM_BITS | store->item;
            store->item += 2;
            return 1;
        }
    }
    return 0;
}

/* Where the blob of a slot is, and how many bytes its blocks have; 0: outside the file. */
static uint64_t blob_of(const struct rpm_store *store, const uint8_t *slot, const uint8_t **ret)
{
    uint64_t at = (uint64_t)le32(slot + SLOT_BLOCK) * BLOCK_SIZE;
    uint64_t room = (uint64_t)le32(slot + SLOT_BLOCKS) * BLOCK_SIZE;

    if (at > store->size || room > store->size - at || room < BLOB_HEAD + BLOB_TAIL)
        return 0;
    *ret = store->data + at;
    return room;
}

/* A blob ends with the Adler-32 of all before that, its length once more, and a mark (rpm's
 * lib/backend/ndb/rpmpkg.c). One outside the file is counted when it is read. */
static bool is_intact(const struct rpm_store *store, const uint8_t *slot)
{
    const uint8_t *blob;
    uint64_t       room = blob_of(store, slot, &blob);

    if (!room)
        return true;
    const uint8_t *tail = blob + room - BLOB_TAIL;
    return memcmp(tail + 8, "BlbE", 4) == 0 && le32(tail + 4) == le32(blob + BLOB_SIZE) &&
           le32(tail) == adler32_z(1, blob, (size_t)room - BLOB_TAIL);
}

/* A slot names the package's number, its first block and how many; in a free one all are 0. */
static int next_of_ndb(struct rpm_store *store, int64_t *ret_place)
{
    while (store->item < store->n_items) {
        const uint8_t *slot = store->data + (size_t)store->item++ * SLOT_SIZE;

        bool is_slot = memcmp(slot, "Slot", 4) == 0;
        store->lost += !is_slot || (le32(slot + SLOT_NUMBER) && !le32(slot + SLOT_BLOCK));
        if (is_slot && le32(slot + SLOT_BLOCK)) {
            store->lost += !is_intact(store, slot);
            *ret_place = (int64_t)store->item - 1;
            return 1;
        }
    }
    return 0;
}

int rpm_store_next(struct rpm_store *store, int64_t *ret_place)
{
    return store->ndb ? next_of_ndb(store, ret_place) : next_of_hash(store, ret_place);
}

/* Gather a value from its chain of overflow pages; each gives some of it, so that it ends. */
static int gather(struct rpm_store *store, uint32_t page, size_t size)
{
    size_t n = 0;

    while (n < size) {
        if (page == 0 || page >= store->n_pages)
            return -EBADMSG;
        const uint8_t *p = page_at(store, page);
        size_t         part = le16(p + PAGE_FREE);
        if (p[PAGE_TYPE] != OVERFLOW || !part || part > store->page_size - PAGE_HEADER ||
            part > size - n)
            return -EBADMSG;
        memcpy(store->blob + n, p + PAGE_HEADER, part);
        n += part;
        page = le32(p + PAGE_NEXT);
    }
    return 0;
}

static int make_room(struct rpm_store *store, size_t size)
{
    if (size <= store->room)
        return 0;

    uint8_t *blob = realloc(store->blob, size);
    if (!blob)
        return -ENOMEM;
    store->blob = blob;
    store->room = size;
    return 0;
}

static int read_hash(struct rpm_store *store, int64_t place, const uint8_t **ret, size_t *ret_size)
{
    const uint8_t *page = page_at(store, (uint32_t)(place >> ITEM_BITS));
    uint32_t       i = (uint32_t)(place & ((1 << ITEM_BITS) - 1));
    const uint8_t *item = page + item_at(store, page, i);

    if (item[0] == KEY_DATA) {
        *ret = item + 1;
        *ret_size = item_at(store, page, i - 1) - item_at(store, page, i) - 1;
        return 0;
    }
    size_t size = le32(item + 8);
    if (size > store->size) /* its pages are in the file */
        return -EBADMSG;
    int r = make_room(store, size);
    if (r == 0)
        r = gather(store, le32(item + 4), size);
    if (r < 0)
        return r;
    *ret = store->blob;
    *ret_size = size;
    return 0;
}

static int read_ndb(const struct rpm_store *store, int64_t place, const uint8_t **ret,
                    size_t *ret_size)
{
    const uint8_t *blob;
    uint64_t       room = blob_of(store, store->data + (size_t)place * SLOT_SIZE, &blob);

    if (!room || memcmp(blob, "BlbS", 4) != 0)
        return -EBADMSG;
    size_t size = le32(blob + BLOB_SIZE);
    if (size > room - BLOB_HEAD - BLOB_TAIL)
        return -EBADMSG;
    *ret = blob + BLOB_HEAD;
    *ret_size = size;
    return 0;
}

int rpm_store_read(struct rpm_store *store, int64_t place, const uint8_t **ret, size_t *ret_size)
{
    return store->ndb ? read_ndb(store, place, ret, ret_size)
                      : read_hash(store, place, ret, ret_size);
}
