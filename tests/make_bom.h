/* make_bom.h -- writes bills of materials for tests. */
#ifndef SVCQL_MAKE_BOM_H
#define SVCQL_MAKE_BOM_H

#include <stddef.h>
#include <stdint.h>

struct made_path {
    const char *path; /* "." first, then "./usr", folders before what is in them */
    uint16_t    mode; /* with its type */
    uint32_t    checksum;
};

/* A bill of `n` paths, `per_leaf` of them in each leaf, malloc()ed. Blocks are in this order, from 1: the tree, its nodes
 * (the first leads to leaves where there are several), and for each path its name, its metadata and what leads to that. */
uint8_t *make_bom(const struct made_path *paths, size_t n, size_t per_leaf, size_t *ret_size);

/* Where the table of a bill has the place of a block, and where the block is. */
size_t make_bom_slot(const uint8_t *bom, uint32_t block);
size_t make_bom_block(const uint8_t *bom, uint32_t block);

#endif
