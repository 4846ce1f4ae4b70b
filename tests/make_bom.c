#include "make_bom.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/text/buffer.h"
#include "formats/text/byte_order.h"

#define HEADER 512

/* Bytes of the file, and its table of blocks. */
struct bill {
    struct buffer bytes, table;
    uint32_t      n;
};

static void put(struct buffer *out, uint64_t value, size_t size)
{
    while (size--)
        buffer_putc(out, size < sizeof value ? (char)(value >> 8 * size) : '\0');
}

static void end_block(struct bill *bill, size_t begin)
{
    put(&bill->table, begin, 4);
    put(&bill->table, bill->bytes.size - begin, 4);
    bill->n++;
}

static uint32_t parent_of(const struct made_path *paths, size_t i)
{
    const char *slash = strrchr(paths[i].path, '/');
    size_t      size = slash ? (size_t)(slash - paths[i].path) : 0;

    for (size_t k = 0; k < i; k++)
        if (strlen(paths[k].path) == size && memcmp(paths[k].path, paths[i].path, size) == 0)
            return (uint32_t)k + 1;
    return 0;
}

static void put_path(struct bill *bill, const struct made_path *paths, size_t i)
{
    const struct made_path *path = &paths[i];
    const char             *slash = strrchr(path->path, '/');
    size_t                  begin = bill->bytes.size;
    const char             *name = slash ? slash + 1 : path->path;

    put(&bill->bytes, parent_of(paths, i), 4);
    buffer_put(&bill->bytes, name, strlen(name) + 1);
    end_block(bill, begin);
    begin = bill->bytes.size;
    put(&bill->bytes, S_ISDIR(path->mode) ? 2 : S_ISLNK(path->mode) ? 3 : 1, 1);
    put(&bill->bytes, 1, 1);
    put(&bill->bytes, 0x000f, 2);
    put(&bill->bytes, path->mode, 2);
    put(&bill->bytes, 0, 8); /* root and wheel */
    put(&bill->bytes, 1700000000, 4);
    put(&bill->bytes, 6, 4);
    put(&bill->bytes, 1, 1);
    put(&bill->bytes, path->checksum, 4);
    put(&bill->bytes, 0, 8);
    end_block(bill, begin);
    begin = bill->bytes.size;
    put(&bill->bytes, i + 1, 4);
    put(&bill->bytes, bill->n - 1, 4);
    end_block(bill, begin);
}

struct shape {
    size_t n, per_leaf, leaves;
};

/* Leaves follow the node that leads to them; a single leaf needs none. */
static uint32_t leaf_block(const struct shape *shape, size_t leaf)
{
    return (uint32_t)(leaf + (shape->leaves > 1 ? 3 : 2));
}

static uint32_t path_block(const struct shape *shape, size_t i)
{
    return leaf_block(shape, shape->leaves) + 3 * (uint32_t)i;
}

static void put_node(struct bill *bill, bool leaf, size_t n, uint32_t next, uint32_t before)
{
    put(&bill->bytes, leaf, 2);
    put(&bill->bytes, n, 2);
    put(&bill->bytes, next, 4);
    put(&bill->bytes, before, 4);
}

static void put_leaf(struct bill *bill, const struct shape *shape, size_t leaf)
{
    size_t begin = bill->bytes.size, first = leaf * shape->per_leaf;
    size_t n = shape->n - first < shape->per_leaf ? shape->n - first : shape->per_leaf;

    put_node(bill, true, n, leaf + 1 < shape->leaves ? leaf_block(shape, leaf + 1) : 0,
             leaf ? leaf_block(shape, leaf - 1) : 0);
    for (size_t i = first; i < first + n; i++) {
        put(&bill->bytes, path_block(shape, i) + 2, 4);
        put(&bill->bytes, path_block(shape, i), 4);
    }
    end_block(bill, begin);
}

static void put_tree(struct bill *bill, const struct shape *shape)
{
    size_t begin = bill->bytes.size;

    buffer_puts(&bill->bytes, "tree");
    put(&bill->bytes, 1, 4);
    put(&bill->bytes, 2, 4);
    put(&bill->bytes, 4096, 4);
    put(&bill->bytes, shape->n, 4);
    put(&bill->bytes, 0, 1);
    end_block(bill, begin);
    if (shape->leaves > 1) {
        begin = bill->bytes.size;
        put_node(bill, false, shape->leaves, 0, 0);
        for (size_t i = 0; i < shape->leaves; i++) {
            put(&bill->bytes, leaf_block(shape, i), 4);
            put(&bill->bytes, 0, 4);
        }
        end_block(bill, begin);
    }
    for (size_t i = 0; i < shape->leaves; i++)
        put_leaf(bill, shape, i);
}

static void put_header(struct bill *bill, size_t table, size_t names)
{
    struct buffer header = {0};

    buffer_puts(&header, "BOMStore");
    put(&header, 1, 4);
    put(&header, bill->n - 1, 4);
    put(&header, table, 4);
    put(&header, names - table, 4);
    put(&header, names, 4);
    put(&header, bill->bytes.size - names, 4);
    memcpy(bill->bytes.data, header.data, header.size);
    buffer_free(&header);
}

uint8_t *make_bom(const struct made_path *paths, size_t n, size_t per_leaf, size_t *ret_size)
{
    struct shape shape = {n, per_leaf, (n + per_leaf - 1) / per_leaf};
    struct bill  bill = {0};

    put(&bill.bytes, 0, HEADER);
    put(&bill.table, 0, 8); /* block 0 is none */
    bill.n = 1;
    put_tree(&bill, &shape);
    for (size_t i = 0; i < n; i++)
        put_path(&bill, paths, i);
    size_t table = bill.bytes.size;
    put(&bill.bytes, bill.n, 4);
    buffer_put(&bill.bytes, bill.table.data, bill.table.size);
    size_t names = bill.bytes.size;
    put(&bill.bytes, 2, 4);
    put(&bill.bytes, 0, 4);
    buffer_puts(&bill.bytes, "\aBomInfo");
    put(&bill.bytes, 1, 4);
    buffer_puts(&bill.bytes, "\5Paths");
    put_header(&bill, table, names);
    buffer_free(&bill.table);
    if (bill.bytes.failed)
        abort();
    *ret_size = bill.bytes.size;
    return (uint8_t *)bill.bytes.data;
}

size_t make_bom_slot(const uint8_t *bom, uint32_t block)
{
    return be32(bom + 16) + 4 + (size_t)block * 8;
}

size_t make_bom_block(const uint8_t *bom, uint32_t block)
{
    return be32(bom + make_bom_slot(bom, block));
}
