/* packed_index.h -- the members of an archive, as packed.c keeps them: what packed_zip.c and packed_read.c
 * find, and packed_read.c reads.
 */
#ifndef SVCQL_PACKED_INDEX_H
#define SVCQL_PACKED_INDEX_H

#include <sys/types.h>

#include "formats/text/arena.h"
#include "packed.h"

#define KEPT_FILE (256u << 10) /* bytes of a member of a compressed tar that is kept */
#define KEPT_ALL  (16u << 20)  /* of all of them, compressed */

/* Why a member is left out; losses[] in packed.c has the words. */
enum packed_loss {
    PACKED_NAME,   /* leads out, is too long, or is none */
    PACKED_LIMIT,  /* of members */
    PACKED_PLACE,  /* a file where a folder is */
    PACKED_LINK,   /* its target cannot be read */
    PACKED_HEADER, /* one or several in a row, in a tar, that cannot be read */
    PACKED_LOSSES
};

struct node {
    const char *name;
    const char *link; /* NULL: none */
    const void *kept; /* content, as a Zstandard frame */
    uint32_t    n_kept;
    uint32_t    parent, first, last, next; /* members of a folder, in their order; 0: none */
    uint32_t    same;                      /* the next of its slot in `slots` */
    uint32_t    mode;                      /* as of struct stat, with the type */
    uint32_t    uid, gid;
    bool        encrypted;
    int64_t     size, mtime;
    uint64_t    at; /* offset in the file where reading can begin, or number in a compressed tar */
};

struct packed {
    int          references;
    int          fd;
    struct stat  was; /* of the file, to know it again */
    char        *path;
    bool         zip, seekable; /* seekable: `at` is an offset */
    struct node *nodes;
    uint32_t     n, room;
    uint32_t    *slots; /* of names, a power of 2 */
    uint32_t     n_slots;
    struct arena names;
    size_t       lost[PACKED_LOSSES];
    size_t       kept; /* bytes */
    int          error;
};

/* What a member is, before it has a node. */
struct found_member {
    const char *name, *link, *same_as; /* same_as: of a hard link, the other's name */
    uint32_t    mode, uid, gid;
    bool        encrypted;
    int64_t     size, mtime;
    uint64_t    at;
};

/* Begin the tree with its top folder. -ENOMEM. */
int packed_begin(struct packed *packed);

/* Add a member with the folders on its path; *ret is its node, 0 where it was left out. -ENOMEM. */
int packed_add(struct packed *packed, const struct found_member *member, uint32_t *ret);

/* The index of a zip: -EBADMSG where it has no directory. */
int packed_index_zip(struct packed *packed);

/* The index by walking over the file. */
int packed_index_walk(struct packed *packed);

/* libarchive reading the file from an offset, with which it must end: packed_close_reader(). */
struct reader;
struct archive_entry;
int  packed_reader(struct packed *packed, uint64_t at, struct reader **ret);
void packed_close_reader(struct reader *reader);

/* Bytes of the next entry, 0 at its end, or a negative errno: -EFBIG beyond what it may expand to. */
ssize_t packed_reader_bytes(struct reader *reader, void *data, size_t size);

/* Go on to the next entry: 1, 0 at the end, -errno. *ret_at is where it begins. */
int packed_reader_next(struct reader *reader, struct archive_entry **ret, uint64_t *ret_at);

#endif
