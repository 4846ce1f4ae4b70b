#include "bom.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/text/byte_order.h"

#define HEADER_SIZE 32
#define BLOCK_SIZE  8 /* of the table: place and size */
#define NODE_SIZE   12
#define PAIR_SIZE   8    /* of a node: two blocks */
#define FOLDERS_MAX 256  /* of a path */
#define NAME_SIZE   1024 /* with its NUL */
#define PATH_SIZE   4096
#define ENTRY_MIN   16 /* bytes of the table alone that an entry needs: of two blocks */
#define TEXT_FACTOR 8  /* paths' bytes for one of the bill: real ones have 1 to 3 */

/* Blocks ------------------------------------------------------------------------- */

struct block {
    const uint8_t *data;
    size_t         size;
};

/* A part of the file; empty where it is not in it. */
static struct block part(const struct bom *bom, uint32_t at, uint32_t size)
{
    if (at > bom->size || size > bom->size - at)
        return (struct block){0};
    return (struct block){bom->data + at, size};
}

static struct block block(const struct bom *bom, uint32_t i)
{
    if (i >= bom->n_blocks)
        return (struct block){0};
    const uint8_t *at = bom->blocks + (size_t)i * BLOCK_SIZE;
    return part(bom, be32(at), be32(at + 4));
}

static int open_blocks(struct bom *bom)
{
    struct block table = part(bom, be32(bom->data + 16), be32(bom->data + 20));

    if (table.size < 4)
        return -EBADMSG;
    bom->n_blocks = be32(table.data);
    if (bom->n_blocks > (table.size - 4) / BLOCK_SIZE)
        return -EBADMSG;
    bom->blocks = table.data + 4;
    return 0;
}

/* The block of a name: a list of numbers, each with the size of its name and the name. */
static int find_named(const struct bom *bom, const char *name, uint32_t *ret)
{
    struct block list = part(bom, be32(bom->data + 24), be32(bom->data + 28));
    size_t       at = 4, size = strlen(name);

    while (list.size >= 5 && at <= list.size - 5) {
        size_t length = list.data[at + 4];
        if (length > list.size - 5 - at)
            return -EBADMSG;
        if (length == size && memcmp(list.data + at + 5, name, size) == 0) {
            *ret = be32(list.data + at);
            return 0;
        }
        at += 5 + length;
    }
    return -EBADMSG;
}

/* Entries ------------------------------------------------------------------------ */

/* Type, flags, mode, and of what is more than a path times, size and checksum. */
static void take_metadata(const struct bom *bom, uint32_t i, struct bom_entry *entry)
{
    enum { WHOLE = 0xf, CHECKSUM = 23, IS_MASK = 0170000, IS_FILE = 0100000 };
    struct block b = block(bom, i);

    if (b.size < 4)
        return;
    entry->type = b.data[0] <= BOM_DEVICE ? b.data[0] : BOM_OTHER;
    entry->has_checksum = entry->type == BOM_FILE && b.size >= CHECKSUM + 4 &&
                          (be16(b.data + 2) & WHOLE) == WHOLE &&
                          (be16(b.data + 4) & IS_MASK) == IS_FILE;
    if (entry->has_checksum)
        entry->checksum = be32(b.data + CHECKSUM);
}

static bool is_name(const uint8_t *name, size_t size)
{
    const uint8_t *end = memchr(name, '\0', size < NAME_SIZE ? size : NAME_SIZE);

    return end && end != name && strcmp((const char *)name, "..") != 0 &&
           !memchr(name, '/', (size_t)(end - name));
}

/* A pair of a leaf. False: it is none. */
static bool take_pair(const struct bom *bom, const uint8_t *pair, struct bom_entry *ret)
{
    struct block info = block(bom, be32(pair)), name = block(bom, be32(pair + 4));
    size_t       at = 4;

    if (name.size > 6 && memcmp(name.data + at, "./", 2) == 0) /* as stuckliste writes the top */
        at += 2;
    if (info.size < 8 || name.size < 5 || !is_name(name.data + at, name.size - at))
        return false;
    *ret = (struct bom_entry){
        .number = be32(info.data), .parent = be32(name.data), .name = (const char *)name.data + at};
    take_metadata(bom, be32(info.data + 4), ret);
    return ret->number != 0;
}

static int take_leaf(struct bom *bom, struct block node)
{
    size_t n = be16(node.data + 2), fit = (node.size - NODE_SIZE) / PAIR_SIZE;

    bom->lost += n > fit ? n - fit : 0;
    for (size_t i = 0; i < n && i < fit; i++) {
        struct bom_entry entry;
        if (bom->n == bom->size / ENTRY_MIN)
            return -EFBIG;
        if (!take_pair(bom, node.data + NODE_SIZE + i * PAIR_SIZE, &entry)) {
            bom->lost++;
            continue;
        }
        struct bom_entry *added = ARRAY_ADD(bom->list, bom->n);
        if (!added)
            return -ENOMEM;
        *added = entry;
    }
    return 0;
}

static struct block node(const struct bom *bom, uint32_t i)
{
    struct block b = block(bom, i);

    if (b.size < NODE_SIZE)
        b.size = 0;
    return b;
}

/* All leaves: down to the first, then along their chain. There are no more nodes than blocks. */
static int take_leaves(struct bom *bom, uint32_t root)
{
    struct block at = node(bom, root);
    uint32_t     left = bom->n_blocks;
    int          r = 0;

    for (; at.size && !be16(at.data) && left; left--)
        at = node(bom, at.size < NODE_SIZE + PAIR_SIZE ? 0 : be32(at.data + NODE_SIZE));
    while (r == 0 && at.size && be16(at.data) && left--) {
        r = take_leaf(bom, at);
        uint32_t next = be32(at.data + 4);
        if (!next)
            return r;
        at = node(bom, next);
    }
    bom->lost += r == 0; /* the chain breaks off, or is a circle */
    return r;
}

static int by_number(const void *a, const void *b)
{
    const struct bom_entry *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

/* In order of their numbers, each once: a chain that is a circle has them again. */
static void sort_entries(struct bom *bom)
{
    size_t n = 0;

    if (bom->n)
        qsort(bom->list, bom->n, sizeof *bom->list, by_number);
    for (size_t i = 0; i < bom->n; i++)
        if (!n || bom->list[n - 1].number != bom->list[i].number)
            bom->list[n++] = bom->list[i];
    bom->n = n;
}

static void find_folders(struct bom *bom)
{
    for (size_t i = 0; i < bom->n; i++) {
        struct bom_entry  key = {.number = bom->list[i].parent};
        struct bom_entry *folder = bsearch(&key, bom->list, bom->n, sizeof *bom->list, by_number);
        bom->list[i].folder = folder ? (uint32_t)(folder - bom->list) : BOM_NONE;
    }
}

static int read_all(struct bom *bom)
{
    uint32_t i;
    int      r = open_blocks(bom);

    if (r < 0 || (r = find_named(bom, "Paths", &i)) < 0)
        return r;
    struct block tree = block(bom, i);
    if (tree.size < 12 || memcmp(tree.data, "tree", 4) != 0)
        return -EBADMSG;
    r = take_leaves(bom, be32(tree.data + 8));
    bom->lost += r == -EFBIG; /* more entries than there is room for their blocks */
    sort_entries(bom);
    find_folders(bom);
    return r == -ENOMEM ? r : 0;
}

int bom_open(const uint8_t *data, size_t size, struct bom *ret)
{
    struct bom bom = {.data = data, .size = size};

    if (size < HEADER_SIZE || memcmp(data, "BOMStore", 8) != 0)
        return -EBADMSG;
    int r = read_all(&bom);
    if (r < 0) {
        bom_close(&bom);
        return r;
    }
    bom.text_left = size > SIZE_MAX / TEXT_FACTOR ? SIZE_MAX : size * TEXT_FACTOR;
    *ret = bom;
    return 0;
}

void bom_close(struct bom *bom)
{
    free(bom->list);
    bom->list = NULL;
    bom->n = 0;
}

/* Paths -------------------------------------------------------------------------- */

/* Names that many paths share can make a small bill endless. */
static bool spend(struct bom *bom, size_t size)
{
    bool enough = size <= bom->text_left;

    bom->text_left -= enough ? size : 0;
    return enough;
}

int bom_path(struct bom *bom, size_t i, struct buffer *ret)
{
    const char *names[FOLDERS_MAX];
    size_t      n = 0, size = 0;

    for (uint32_t at = (uint32_t)i, parent = 1; parent; at = bom->list[at].folder) {
        if (at == BOM_NONE || n == FOLDERS_MAX || size > PATH_SIZE)
            return -EBADMSG;
        names[n] = bom->list[at].name;
        size_t length = strlen(names[n++]) + 1;
        if (!spend(bom, length))
            return -EFBIG;
        size += length;
        parent = bom->list[at].parent;
    }
    buffer_reset(ret);
    while (n) {
        const char *name = names[--n];
        if (strcmp(name, ".") == 0)
            continue;
        if (ret->size)
            buffer_putc(ret, '/');
        buffer_puts(ret, name);
    }
    return buffer_text(ret) ? 0 : -ENOMEM;
}
