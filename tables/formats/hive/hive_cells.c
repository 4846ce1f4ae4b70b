/* hive_cells.c -- keys and values that the tree does not reach: deleted, or cut off by damage. */
#include "hive.h"

#include <errno.h>
#include <string.h>

#include "hive_parts.h"

enum { BIN = 4096, BIN_HEADER = 32, NK_PARENT = 16 };

static void begin(struct hive_scan *scan, struct hive *hive, struct hive_marks *seen,
                  char signature)
{
    *scan = (struct hive_scan){.hive = hive, .seen = seen, .signature = signature};
}

void hive_scan_keys(struct hive_scan *scan, struct hive *hive, struct hive_marks *seen)
{
    begin(scan, hive, seen, 'n');
}

void hive_scan_values(struct hive_scan *scan, struct hive *hive, struct hive_marks *seen)
{
    begin(scan, hive, seen, 'v');
}

static bool plausible_name(const struct hive_name *name, size_t longest, bool may_be_empty)
{
    size_t units = name->latin1 ? name->size : name->size / 2u;

    return units <= longest && (units || may_be_empty) && (name->latin1 || name->size % 2 == 0);
}

/* A key that could have been one: a name of lawful length, a time of this century or the last. */
static bool is_key(const struct hive *hive, uint32_t cell)
{
    static const uint64_t earliest = 119600064000000000; /* 1980 */
    static const uint64_t latest = 157766016000000000;   /* 2100 */
    struct hive_key       key;

    return hive_key(hive, cell, &key) == 0 && plausible_name(&key.name, 255, false) &&
           (key.written == 0 || (key.written > earliest && key.written < latest)) &&
           key.parent % 8 == 0 && key.parent < hive->size;
}

/* A value that could have been one: a name of lawful length, data that is in the hive. */
static bool is_value(const struct hive *hive, uint32_t cell)
{
    struct hive_value value;

    if (hive_value(hive, cell, &value) < 0 || !plausible_name(&value.name, 16383, true))
        return false;
    if (value.small)
        return value.size <= 4;
    return value.size == 0 || (value.data % 8 == 0 && value.data < hive->size);
}

static bool is_parent(const struct hive_scan *scan, uint32_t cell)
{
    for (size_t i = 0; i < scan->n_parents; i++)
        if (scan->parents[i] == cell)
            return true;
    return scan->n_parents == 0;
}

/* Whether a record may be here: its signature, and of a key the wanted parent. */
static bool maybe(const struct hive_scan *scan, uint32_t cell)
{
    enum { LEAST = 4 + NK_PARENT + 4 };
    const uint8_t *p = scan->hive->bins + cell + 4;

    if (scan->hive->size - cell < LEAST)
        return false;
    hive_load(scan->hive, cell, LEAST);
    return p[0] == (uint8_t)scan->signature && p[1] == 'k' &&
           (scan->signature == 'v' || is_parent(scan, hive_u32(p + NK_PARENT)));
}

/* Whether a record of the wanted kind is here. */
static bool wanted(const struct hive_scan *scan, uint32_t cell)
{
    return maybe(scan, cell) &&
           (scan->signature == 'v' ? is_value(scan->hive, cell) : is_key(scan->hive, cell));
}

/* Step over whole cells in use that hold something else, up to the end of a page: most of a hive.
 */
static uint32_t skip_others(const struct hive *hive, uint32_t cell, uint8_t signature)
{
    while (cell % BIN != 0 && hive->size - cell >= 8) {
        const uint8_t *p = hive->bins + cell;
        hive_load(hive, cell, 8);
        uint32_t size = -hive_u32(p);
        if (size < 8 || size > INT32_MAX || size % 8 != 0 || size > hive->size - cell ||
            (p[4] == signature && p[5] == 'k'))
            break;
        cell += size;
    }
    return cell;
}

/* Find where the next cell to look at begins, and whether it is free; false at the end. */
static bool settle(struct hive_scan *scan)
{
    const struct hive *hive = scan->hive;

    if (scan->cell < scan->end)
        return true;
    if (scan->cell < hive->size)
        scan->cell = skip_others(hive, scan->cell, (uint8_t)scan->signature);
    scan->end = 0;
    if (scan->cell >= hive->size || hive->size - scan->cell < BIN_HEADER + 8)
        return false;
    hive_load(hive, scan->cell, BIN_HEADER + 4);
    if (scan->cell % BIN == 0 && memcmp(hive->bins + scan->cell, "hbin", 4) == 0)
        scan->cell += BIN_HEADER;
    uint32_t size = hive_u32(hive->bins + scan->cell);
    bool     is_free = size <= INT32_MAX;
    if (is_free && size >= 8 && size <= hive->size - scan->cell)
        scan->end = scan->cell + size;
    return true;
}

/* How far the next cell is: whole cells in use are stepped over, free ones and damage searched. */
static uint32_t step(const struct hive_scan *scan)
{
    uint32_t size;

    if (scan->end || !hive_cell(scan->hive, scan->cell, &size) || (size + 4) % 8 != 0)
        return 8;
    return size + 4;
}

/* Keys of known parents: only where the number of such a parent is, a key of it may be, and only the bins
 * that have one are walked. */

enum { FIELD = 4 + NK_PARENT, EVERY = 8, BLOCK = 512 };

/* Whether a block of bytes has the number of a parent, at any multiple of four: compilers make this fast. */
static bool names_any(const struct hive_scan *scan, const uint8_t *block)
{
    uint32_t word, parent, found = 0;
    uint8_t  stored[4];

    for (size_t i = 0; i < scan->n_parents; i++) {
        for (size_t j = 0; j < sizeof stored; j++)
            stored[j] = (uint8_t)(scan->parents[i] >> 8 * j);
        memcpy(&parent, stored, sizeof parent);
        for (size_t j = 0; j < BLOCK / sizeof word; j++) {
            memcpy(&word, block + j * sizeof word, sizeof word);
            found |= word == parent;
        }
    }
    return found;
}

/* The first cell from one on that may be a key of a parent and was not seen; the end of the bins for none. */
static uint32_t search(const struct hive_scan *scan, uint32_t cell)
{
    const struct hive *hive = scan->hive;
    uint64_t           at = (uint64_t)cell + FIELD;

    while (at + 4 <= hive->size) {
        uint32_t       first = (uint32_t)at / HIVE_STRETCH * HIVE_STRETCH;
        uint32_t       offset = (uint32_t)at - first;
        const uint8_t *bytes = hive_stretch(hive, first);
        if (!bytes)
            return (uint32_t)at - FIELD;
        if (offset % BLOCK < EVERY && hive->size - at >= BLOCK &&
            !names_any(scan, bytes + offset / BLOCK * BLOCK)) {
            at += BLOCK;
            continue;
        }
        if (is_parent(scan, hive_u32(bytes + offset)) &&
            !hive_marked(scan->seen, (uint32_t)at - FIELD))
            return (uint32_t)at - FIELD;
        at += EVERY;
    }
    return hive->size;
}

/* Where the bin that a cell is in begins; `from` where that is not after it. */
static uint32_t bin_of(const struct hive *hive, uint32_t cell, uint32_t from)
{
    for (uint32_t bin = cell / BIN * BIN; bin > from; bin -= BIN) {
        hive_load(hive, bin, 8);
        if (memcmp(hive->bins + bin, "hbin", 4) == 0 && hive_u32(hive->bins + bin + 4) == bin)
            return bin;
    }
    return from;
}

/* Step over what cannot have a key of a parent. */
static void skip(struct hive_scan *scan)
{
    const struct hive *hive = scan->hive;

    if (!scan->searched || scan->cell > scan->named) {
        scan->searched = true;
        scan->named = search(scan, scan->cell);
        if (scan->named >= scan->end)
            scan->cell = scan->end > scan->cell ? scan->end : scan->cell;
        if (scan->cell >= scan->end)
            scan->cell =
                scan->named < hive->size ? bin_of(hive, scan->named, scan->cell) : hive->size;
    }
    if (scan->cell < scan->end)
        scan->cell = scan->named < scan->end ? scan->named : scan->end;
}

bool hive_scan_next(struct hive_scan *scan, uint32_t *ret_cell, bool *ret_free)
{
    while (!scan->hive->live) {
        if (scan->n_parents)
            skip(scan);
        if (!settle(scan))
            break;
        uint32_t cell = scan->cell;
        scan->cell += step(scan);
        if (!wanted(scan, cell) || hive_mark(scan->seen, cell))
            continue;
        *ret_cell = cell;
        *ret_free = scan->end != 0;
        return true;
    }
    return false;
}

/* The parents of a key, nearest first, up to the root; `lost` where the chain breaks or turns. */
static size_t ancestors(struct hive *hive, const struct hive_key *key,
                        struct hive_key chain[HIVE_DEPTH], bool *lost)
{
    uint32_t parent = key->parent;
    size_t   n = 0;

    *lost = false;
    if (key->cell == hive->root)
        return 0;
    while (parent != hive->root) {
        if (n == HIVE_DEPTH || hive_key(hive, parent, &chain[n]) < 0) {
            *lost = true;
            return n == HIVE_DEPTH ? 0 : n;
        }
        parent = chain[n++].parent;
    }
    return n;
}

int hive_put_path(struct hive *hive, const struct hive_key *key, const char *root,
                  struct buffer *path)
{
    struct hive_key chain[HIVE_DEPTH];
    bool            lost;
    size_t          n = ancestors(hive, key, chain, &lost);
    size_t          before = path->size;

    buffer_puts(path, root);
    if (lost)
        buffer_puts(path, "\\(lost)");
    for (size_t i = n; i-- > 0;) {
        buffer_putc(path, '\\');
        hive_put_name(path, &chain[i].name);
    }
    if (key->cell != hive->root) {
        buffer_putc(path, '\\');
        hive_put_name(path, &key->name);
    }
    if (path->failed)
        return -ENOMEM;
    return hive_spend(hive, path->size - before) ? 0 : -EBADMSG;
}
