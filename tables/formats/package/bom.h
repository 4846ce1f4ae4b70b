/* bom.h -- bills of materials: what a package of macOS's installer installed, in the files .bom of /var/db/receipts.
 *
 *     struct bom bom;
 *     if (bom_open(data, size, &bom) == 0)
 *         for (size_t i = 0; i < bom.n; i++)
 *             if (bom_path(&bom, i, &path) == 0) ... buffer_text(&path), bom.list[i].type ...
 *     bom_close(&bom);
 *
 * Apple documents bom(5) and lsbom(8), not the bytes. Format facts: "BOM file format reference" and "Receipt file format
 * reference" (docs of the Rust library stuckliste), and the library apple-bom's documentation. A header names a table of
 * blocks and a list of named ones; the block "Paths" is a tree whose leaves are a chain of nodes. An entry of a leaf has two
 * blocks: a path's number and the block of its metadata, and the number of its folder with its name. Numbers begin with the
 * most significant byte.
 */
#ifndef SVCQL_BOM_H
#define SVCQL_BOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

#define BOM_NONE UINT32_MAX

enum bom_type { BOM_OTHER, BOM_FILE, BOM_FOLDER, BOM_LINK, BOM_DEVICE };

struct bom_entry {
    uint32_t      number, parent; /* of the folder that it is in; 0: it is the top */
    uint32_t      folder;         /* the same as an index of the list; BOM_NONE: it is not there */
    const char   *name;           /* NUL-terminated, in the bill's bytes */
    enum bom_type type;
    bool          has_checksum; /* of a file; a bill that lists paths alone has none */
    uint32_t      checksum;     /* that of cksum(1) */
};

struct bom {
    const uint8_t    *data;
    size_t            size;
    const uint8_t    *blocks; /* places and sizes */
    uint32_t          n_blocks;
    struct bom_entry *list; /* in order of their numbers */
    size_t            n;
    uint64_t          lost; /* entries that damage has taken, as far as is known */
    size_t text_left;       /* bytes of paths that an honest bill of this size may still have */
};

/* Read all entries; borrows `data`. -EBADMSG: not a bill, or one without paths; -ENOMEM. */
int  bom_open(const uint8_t *data, size_t size, struct bom *ret);
void bom_close(struct bom *bom); /* accepts a zeroed one */

/* The path of entry `i`, without a slash before it, "" for the top, in place of what `ret` holds. -EBADMSG: its folders are
 * a circle, or missing, or one of the names can be none; -EFBIG: all paths together are longer than those of an honest
 * bill. */
int bom_path(struct bom *bom, size_t i, struct buffer *ret);

#endif
