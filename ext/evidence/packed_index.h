/* packed_index.h -- the members of an archive, as packed.c keeps them: what packed_zip.c and packed_read.c
 * find, and packed_read.c reads.
 */
#ifndef SVCQL_PACKED_INDEX_H
#define SVCQL_PACKED_INDEX_H

#include <string.h>
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
    PACKED_LAYER,  /* of an image, as `trouble` says */
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
    bool        implied; /* a folder that a path has, and that is not a member itself */
    bool        hard;    /* a hard link whose other name is not there: `link` has that */
    bool        closed;  /* of an image: the layers below add nothing to the folder */
    uint16_t    layer;   /* of an image, which has the content */
    int64_t     size, mtime;
    uint64_t    at; /* offset in the file where reading can begin, or number in a compressed tar */
};

/* SHA-256 in hexadecimal of a layer as it is kept, and of the tar in it: "" where nothing says it. */
struct packed_sums {
    char kept[65], expanded[65];
};

struct packed {
    int          references;
    int          fd;
    struct stat  was; /* of the file, to know it again */
    char        *path;
    uint64_t     begin, length; /* the part of the file that it is */
    bool         zip, seekable; /* seekable: `at` is an offset */
    struct node *nodes;
    uint32_t     n, room;
    uint32_t    *slots; /* of names, a power of 2 */
    uint32_t     n_slots;
    struct arena names;
    size_t       lost[PACKED_LOSSES], most; /* members left out; that there may be */
    size_t       kept, room_kept;           /* bytes; that there may be */
    int          error;
    const char  *trouble; /* in words, in `names`; NULL: none */

    struct packed **layers; /* of a container's image, counted: packed_layers.h */
    size_t          n_layers;
    uint32_t       *hard; /* hard links of layers that wait for a layer below, counted */
    size_t          n_hard;
    uint64_t        summed;   /* bytes of layers that were read for their sums alone */
    size_t          unsummed; /* layers that were not, as that would have been too many */
    bool            alone;    /* the image is the only one, whose root is the top folder */
    uint16_t        number;   /* of a layer */
    struct packed
            *outer; /* the archive that a layer is read from as a stream, counted; NULL: a file */
    uint32_t outer_node;

    const struct packed_sums *sums; /* of a layer, while it is indexed; NULL: not to be looked at */
    bool                      altered; /* it is not what they say */
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

/* A child of a folder by its name; 0: none. Add one that has none of that name: a folder, `hidden` of those
 * that are not listed. *ret is 0 where there are too many. -ENOMEM. */
uint32_t packed_child(const struct packed *packed, uint32_t folder, const char *name);
int      packed_add_child(struct packed *packed, uint32_t folder, const char *name, uint32_t *ret);
int      packed_add_hidden(struct packed *packed, uint32_t folder, const char *name, uint32_t *ret);

/* Have the content of a folder in the top folder, which had only that. -ENOMEM. */
int packed_lift(struct packed *packed, uint32_t folder);

/* The index of a zip: -EBADMSG where it has no directory. */
int packed_index_zip(struct packed *packed);

/* The index by walking over the file, whose sum is made where it is asked for. */
int packed_index_walk(struct packed *packed);

/* Where in the file the content of a member of a plain tar is: 0; -ESPIPE where it is of no plain tar. */
int packed_section(struct packed *packed, uint32_t node, uint64_t *ret);

/* Whether the first 512 bytes of a file are those of a tar. */
static inline bool packed_is_tar(const uint8_t data[512])
{
    return memcmp(data + 257, "ustar", 5) == 0;
}

/* libarchive reading the file from an offset, with which it must end: packed_close_reader(). */
struct reader;
struct archive_entry;
int  packed_reader(struct packed *packed, uint64_t at, struct reader **ret);
void packed_close_reader(struct reader *reader);

/* Exactly those bytes of the file: 0, -EBADMSG where it ends before, or what reading says. */
int packed_bytes_at(const struct packed *p, uint64_t at, void *data, size_t size);

/* Whether the member of a zip whose header is there is compressed by a method that takes no more memory than 128
 * MiB: 0, -ENOTSUP, -EFBIG, -EBADMSG where no header is there. */
int packed_zip_method(const struct packed *p, uint64_t at);

/* Bytes of the next entry: as many as are asked for, fewer at its end, 0 after it, or a negative errno: -EFBIG beyond what it
 * may expand to. */
ssize_t packed_reader_bytes(struct reader *reader, void *data, size_t size);

/* Go on to the next entry: 1, 0 at the end, -errno. *ret_at is where it begins. */
int packed_reader_next(struct reader *reader, struct archive_entry **ret, uint64_t *ret_at);

#endif
