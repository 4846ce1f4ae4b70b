/* hive_layer.c -- a differencing hive (version 1.6) over its base: what a container of Windows sees
 * ("Layered keys" in the specification).
 *
 * A key of the layer is merged with that of the same path in the base; or stands in its place, alone or
 * with all below it; or says that it is deleted. Values of the layer stand in the place of those of the
 * same name, or say that they are deleted. The keys and values of the layer are written into cells after
 * the base's last bin, so that what reads a hive reads both.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/text/array.h"
#include "hive.h"
#include "hive_base.h"

enum semantics { MERGED, TOMBSTONE, SUPERSEDES_VALUES, SUPERSEDES_TREE };

enum {
    NK_LAYER = 13, /* offsets in a key's cell */
    NK_PARENT = 16,
    NK_SUBKEYS = 20, /* count; the list is 8 bytes further */
    NK_VALUES = 36,  /* count, and the list */
    NK_SECURITY = 44,
    NK_CLASS = 48,
    NK_NAME = 76,
    VK_DATA = 8,
    VK_FLAGS = 16,
    VK_NAME = 20,
    VK_TOMBSTONE = 2,
    LIST_MAX = 65535,        /* subkeys of a list */
    WORK_MAX = 50 * 1000000, /* comparisons of names */
};

struct cells {
    uint32_t *cells;
    size_t    n;
};

/* A subkey or value of the layer. */
struct item {
    char    *name;
    uint32_t cell;
    bool     used; /* the base has one of the name */
};

struct items {
    struct item *items;
    size_t       n;
};

struct merge {
    struct hive  *base, *layer;
    size_t        room; /* bytes of base->grown */
    uint64_t      work; /* comparisons that are left */
    struct buffer scratch, name;
};

/* Cells ------------------------------------------------------------------------ */

/* Make room for `more` bytes after the bins: 0, -EFBIG or -ENOMEM. */
static int grow(struct merge *m, size_t more)
{
    struct hive *hive = m->base;
    size_t       need = BASE_SIZE + hive->size + more;

    if (need > HIVE_FILE_MAX)
        return -EFBIG;
    if (need <= m->room)
        return 0;
    size_t   room = need + need / 4;
    uint8_t *grown = realloc(hive->grown, room);
    if (!grown)
        return -ENOMEM;
    m->room = room;
    hive->grown = grown;
    hive->bins = grown + BASE_SIZE;
    return 0;
}

/* Append a cell in use; the data is not of the base, which may move. */
static int put_cell(struct merge *m, const void *data, size_t size, uint32_t *ret)
{
    size_t whole = (size + 4 + 7) & ~(size_t)7;
    int    r = grow(m, whole);

    if (r < 0)
        return r;
    uint8_t *at = m->base->grown + BASE_SIZE + m->base->size;
    memset(at, 0, whole);
    uint32_t negative = -(uint32_t)whole;
    for (size_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(negative >> 8 * i);
    if (size)
        memcpy(at + 4, data, size);
    *ret = m->base->size;
    m->base->size += (uint32_t)whole;
    return 0;
}

static void set_u32(struct merge *m, uint32_t cell, size_t at, uint32_t value)
{
    uint8_t *p = m->base->grown + BASE_SIZE + cell + 4 + at;

    for (size_t i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

/* Copy a whole cell of the layer; HIVE_NONE where it has none. */
static int copy_cell(struct merge *m, uint32_t from, uint32_t *ret)
{
    uint32_t       size;
    const uint8_t *p = from == HIVE_NONE ? NULL : hive_cell(m->layer, from, &size);

    *ret = HIVE_NONE;
    return p ? put_cell(m, p, size, ret) : 0;
}

/* Lists -------------------------------------------------------------------------- */

static void free_items(struct items *items)
{
    for (size_t i = 0; i < items->n; i++)
        free(items->items[i].name);
    free(items->items);
}

static int add_item(struct merge *m, struct items *items, const struct hive_name *name,
                    uint32_t cell)
{
    buffer_reset(&m->name);
    hive_put_name(&m->name, name);
    struct item *item = buffer_text(&m->name) ? ARRAY_ADD(items->items, items->n) : NULL;
    if (!item)
        return -ENOMEM;
    *item = (struct item){.name = strdup(m->name.data), .cell = cell};
    return item->name ? 0 : -ENOMEM;
}

/* The item of the layer with a name of the base; NULL for none. */
static struct item *find_item(struct merge *m, const struct items *items,
                              const struct hive_name *name)
{
    buffer_reset(&m->name);
    hive_put_name(&m->name, name);
    for (size_t i = 0; buffer_text(&m->name) && i < items->n && m->work; i++, m->work--)
        if (strcasecmp(items->items[i].name, m->name.data) == 0)
            return &items->items[i];
    m->base->lost += m->work == 0;
    return NULL;
}

static int add_cell(struct cells *cells, uint32_t cell)
{
    uint32_t *added = ARRAY_ADD(cells->cells, cells->n);

    if (added)
        *added = cell;
    return added ? 0 : -ENOMEM;
}

/* Write a list of values, or of subkeys with its head ("li", count), and name it in a key. */
static int put_list(struct merge *m, uint32_t key, const struct cells *cells, bool subkeys)
{
    size_t   n = subkeys && cells->n > LIST_MAX ? LIST_MAX : cells->n, head = subkeys ? 4 : 0;
    uint8_t *list = calloc(1, head + 4 * n + 4);
    uint32_t cell = HIVE_NONE;

    if (!list)
        return -ENOMEM;
    m->base->lost += cells->n - n;
    if (subkeys)
        memcpy(list, (uint8_t[]){'l', 'i', (uint8_t)n, (uint8_t)(n >> 8)}, 4);
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < 4; b++)
            list[head + 4 * i + b] = (uint8_t)(cells->cells[i] >> 8 * b);
    int r = n ? put_cell(m, list, head + 4 * n, &cell) : 0;
    free(list);
    if (r < 0)
        return r;
    set_u32(m, key, subkeys ? NK_SUBKEYS : NK_VALUES, (uint32_t)n);
    set_u32(m, key, subkeys ? NK_SUBKEYS + 8 : NK_VALUES + 4, cell);
    return 0;
}

/* Values ------------------------------------------------------------------------- */

static bool is_deleted(const struct hive *layer, uint32_t value)
{
    uint32_t       size;
    const uint8_t *p = hive_cell(layer, value, &size);

    return p && size >= VK_NAME && hive_u16(p + VK_FLAGS) & VK_TOMBSTONE;
}

static int import_value(struct merge *m, uint32_t from, struct cells *to)
{
    struct hive_value value;
    const uint8_t    *data;
    uint32_t          size, cell, kept;

    if (hive_value(m->layer, from, &value) < 0)
        return 0;
    const uint8_t *p = hive_cell(m->layer, from, &size);
    int            r = put_cell(m, p, VK_NAME + (size_t)value.name.size, &cell);
    if (r == 0 && !value.small && value.size) {
        r = hive_data(m->layer, &value, &m->scratch, &data, &size);
        if (r == -EBADMSG)
            return 0;
        if (r == 0)
            r = put_cell(m, data, size, &kept);
        if (r == 0)
            set_u32(m, cell, VK_DATA, kept);
    }
    return r == 0 ? add_cell(to, cell) : r;
}

static int list_values(struct merge *m, const struct hive_key *key, struct items *items)
{
    struct hive_values values;
    struct hive_value  value;
    int                r = 0;

    hive_values_begin(&values, m->layer, key);
    while (r == 0 && hive_values_next(&values, &value))
        r = add_item(m, items, &value.name, value.cell);
    return r;
}

/* The values of a key: those of the base, unless the layer's stand in their place, and the layer's. */
static int merge_values(struct merge *m, uint32_t cell, const struct hive_key *base,
                        const struct hive_key *layer)
{
    struct items       items = {0};
    struct cells       kept = {0};
    struct hive_values values;
    struct hive_value  value;
    int                r = list_values(m, layer, &items);

    if (base && r == 0) {
        hive_values_begin(&values, m->base, base);
        while (r == 0 && hive_values_next(&values, &value))
            if (!find_item(m, &items, &value.name))
                r = add_cell(&kept, value.cell);
    }
    for (size_t i = 0; r == 0 && i < items.n; i++)
        if (!is_deleted(m->layer, items.items[i].cell))
            r = import_value(m, items.items[i].cell, &kept);
    if (r == 0)
        r = put_list(m, cell, &kept, false);
    free(kept.cells);
    free_items(&items);
    return r;
}

/* Keys --------------------------------------------------------------------------- */

static enum semantics semantics_of(const struct hive *layer, uint32_t key)
{
    uint32_t       size;
    const uint8_t *p = hive_cell(layer, key, &size);

    return p && size > NK_LAYER ? (enum semantics)(p[NK_LAYER] & 3) : MERGED;
}

static int list_subkeys(struct merge *m, const struct hive_key *key, struct items *items)
{
    struct hive_subkeys subkeys;
    struct hive_key     subkey;
    int                 r = 0;

    hive_subkeys_begin(&subkeys, m->layer, key);
    while (r == 0 && hive_subkeys_next(&subkeys, &subkey))
        r = add_item(m, items, &subkey.name, subkey.cell);
    return r;
}

static int put_key(struct merge *m, const struct hive_key *key, uint32_t parent, unsigned depth,
                   uint32_t *ret);

/* What of the layer below a key the base has no key for. */
static int put_others(struct merge *m, const struct items *items, uint32_t parent, unsigned depth,
                      struct cells *kept)
{
    struct hive_key key;
    uint32_t        cell;
    int             r = 0;

    for (size_t i = 0; r == 0 && i < items->n; i++) {
        const struct item *item = &items->items[i];
        if (item->used || semantics_of(m->layer, item->cell) == TOMBSTONE ||
            hive_key(m->layer, item->cell, &key) < 0)
            continue;
        r = put_key(m, &key, parent, depth + 1, &cell);
        if (r == 0)
            r = add_cell(kept, cell);
    }
    return r;
}

/* Write a key of the layer, and all below it. */
static int put_key(struct merge *m, const struct hive_key *key, uint32_t parent, unsigned depth,
                   uint32_t *ret)
{
    struct items   items = {0};
    struct cells   kept = {0};
    uint32_t       size, cell, security = HIVE_NONE, class_cell = HIVE_NONE;
    const uint8_t *p = hive_cell(m->layer, key->cell, &size);

    if (depth > HIVE_DEPTH || !p)
        return -EBADMSG;
    int r = put_cell(m, p, NK_NAME + (size_t)key->name.size, &cell);
    if (r == 0)
        r = copy_cell(m, key->security, &security);
    if (r == 0)
        r = copy_cell(m, key->class_size ? key->class_cell : HIVE_NONE, &class_cell);
    if (r < 0)
        return r;
    set_u32(m, cell, NK_PARENT, parent);
    set_u32(m, cell, NK_SECURITY, security);
    set_u32(m, cell, NK_CLASS, class_cell);
    r = merge_values(m, cell, NULL, key);
    if (r == 0)
        r = list_subkeys(m, key, &items);
    if (r == 0)
        r = put_others(m, &items, cell, depth, &kept);
    if (r == 0)
        r = put_list(m, cell, &kept, true);
    free(kept.cells);
    free_items(&items);
    *ret = cell;
    return r;
}

static int merge_key(struct merge *m, uint32_t cell, const struct hive_key *layer, unsigned depth);

/* A key of the base that the layer has too: kept, merged, replaced or left out. */
static int take_subkey(struct merge *m, uint32_t cell, struct item *item, uint32_t parent,
                       unsigned depth, struct cells *kept)
{
    enum semantics  semantics = item ? semantics_of(m->layer, item->cell) : MERGED;
    struct hive_key key;
    int             r = 0;

    if (item) {
        item->used = true;
        if (semantics == TOMBSTONE)
            return 0;
        if (hive_key(m->layer, item->cell, &key) < 0)
            return 0;
        r = semantics == SUPERSEDES_TREE ? put_key(m, &key, parent, depth + 1, &cell)
                                         : merge_key(m, cell, &key, depth + 1);
    }
    return r == 0 ? add_cell(kept, cell) : r;
}

/* The cells of a key's subkeys, taken before the base moves. */
static int base_subkeys(struct merge *m, const struct hive_key *key, struct cells *cells)
{
    struct hive_subkeys subkeys;
    struct hive_key     subkey;
    int                 r = 0;

    hive_subkeys_begin(&subkeys, m->base, key);
    while (r == 0 && hive_subkeys_next(&subkeys, &subkey))
        r = add_cell(cells, subkey.cell);
    return r;
}

static int merge_subkeys(struct merge *m, uint32_t cell, const struct hive_key *base,
                         const struct hive_key *layer, unsigned depth)
{
    struct items    items = {0};
    struct cells    before = {0}, kept = {0};
    struct hive_key key;
    int             r = list_subkeys(m, layer, &items);

    if (r == 0)
        r = base_subkeys(m, base, &before);
    for (size_t i = 0; r == 0 && i < before.n; i++)
        if (hive_key(m->base, before.cells[i], &key) == 0)
            r = take_subkey(m, before.cells[i], find_item(m, &items, &key.name), cell, depth,
                            &kept);
    if (r == 0)
        r = put_others(m, &items, cell, depth, &kept);
    if (r == 0)
        r = put_list(m, cell, &kept, true);
    free(before.cells);
    free(kept.cells);
    free_items(&items);
    return r;
}

/* Merge a key of the layer into the base's. */
static int merge_key(struct merge *m, uint32_t cell, const struct hive_key *layer, unsigned depth)
{
    bool            alone = semantics_of(m->layer, layer->cell) == SUPERSEDES_VALUES;
    struct hive_key base;

    if (depth > HIVE_DEPTH || hive_key(m->base, cell, &base) < 0)
        return -EBADMSG;
    if (layer->written > base.written)
        for (size_t i = 0; i < 2; i++)
            set_u32(m, cell, 4 + 4 * i, (uint32_t)(layer->written >> 32 * i));
    int r = merge_values(m, cell, alone ? NULL : &base, layer);
    if (r == 0 && (layer->n_subkeys || base.n_subkeys))
        r = merge_subkeys(m, cell, &base, layer, depth);
    return r;
}

int hive_put_layer(struct hive *base, struct hive *layer)
{
    struct merge    m = {.base = base, .layer = layer, .work = WORK_MAX};
    struct hive_key root;
    const uint8_t  *before = base->bins - BASE_SIZE;
    uint8_t        *owned = base->grown;

    if (hive_key(layer, layer->root, &root) < 0 || base->root == HIVE_NONE)
        return -EBADMSG;
    base->grown = NULL;
    base->size &= ~7u;
    int r = grow(&m, layer->size);
    if (r == 0) {
        memcpy(base->grown, before, BASE_SIZE + (size_t)base->size);
        free(owned);
        r = merge_key(&m, base->root, &root, 0);
        base->file_name.data = base->bins - BASE_SIZE + BASE_NAME;
    } else {
        base->grown = owned;
    }
    buffer_free(&m.scratch);
    buffer_free(&m.name);
    base->lost += layer->lost;
    hive_refill(base);
    return r;
}
