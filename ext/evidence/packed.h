/* packed.h -- an archive, zip or tar, or a container's image (packed_image.h), as a tree of folders and files that is read in place: what a root
 * (root.h) below an archive file stands on. Nothing is unpacked to disk.
 *
 *     r = packed_open("/cases/host1.zip/C/Windows", &packed, &rest);   rest is "/C/Windows"
 *     r = packed_find(packed, packed_top(packed), rest, flags, true, &node);
 *     ...
 *     packed_unref(packed);
 *
 * The index of members is made once and shared by all roots of the file; a few that nobody uses are
 * kept. A zip's is its central directory, or where that is cut off, what is before the cut; a tar's,
 * plain or compressed (gzip, xz, Zstandard, bzip2, LZ4), is a walk over it. Links lead only to members.
 *
 * A member is read as a stream, from its own place in a zip or a plain tar. In a compressed tar, what
 * comes before it is expanded each time; small members were kept, compressed, by the walk. Memory is the
 * index and some MiB. What must be whole in memory may have PACKED_WHOLE_MAX bytes, else it is -EFBIG.
 *
 * Hostile archives: names with "..", and members beyond PACKED_MEMBERS_MAX, are counted and left out; where
 * the header of a tar's member cannot be read, the next one that can is searched for; a member that expands beyond STREAM_EXPANSION_FREE and STREAM_EXPANSION_RATIO (stream.h) ends there with
 * -EFBIG; a walk asks whether the query was interrupted.
 *
 * Errors: -ENOTDIR no archive there; -EBADMSG damaged; -ENOKEY the member is encrypted; -ENOMEM.
 */
#ifndef SVCQL_PACKED_H
#define SVCQL_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "formats/log/stream.h"
#include "root.h"

#define PACKED_MEMBERS_MAX 300000
#define PACKED_WHOLE_MAX   (256u << 20) /* bytes */

struct packed;

/* Open the archive that `path` is, or that a folder on it is; *ret_rest is the part of `path` after it. */
int            packed_open(const char *path, struct packed **ret, const char **ret_rest);
struct packed *packed_ref(struct packed *packed);
void           packed_unref(struct packed *packed); /* accepts NULL */

/* Whether a regular file is an archive, by its bytes; one that is damaged from its first byte, by its name. */
bool packed_is(const char *path);
bool packed_names(const char *name); /* whether it should be one */

/* Members that were left out, why, as a text of a report, and -EBADMSG where a header could not be read, or
 * the errno that ended the index before its end; 0: it is whole. */
size_t packed_lost(const struct packed *packed, char ret_why[ROOT_LOST_MAX], int *ret_error);

/* Whether it is an image with that folder as its root. */
bool packed_is_image(const struct packed *packed, uint32_t folder);

/* Nodes: folders, files and links. The first is the top folder. */
#define PACKED_TOP 0u

/* The node that a path leads to from `base`, names compared as the flags (enum root_flag) have it. With
 * `follow`, through a last link too. Links and ".." stay below `base`. -ENOENT, -ENOTDIR, -ELOOP. */
int packed_find(const struct packed *packed, uint32_t base, const char *path, unsigned flags,
                bool follow, uint32_t *ret);

void        packed_stat(const struct packed *packed, uint32_t node, struct stat *ret);
const char *packed_link(const struct packed *packed, uint32_t node); /* NULL: not a link */
const char *packed_name(const struct packed *packed, uint32_t node);

/* The members of a folder: the first, and the one after another; 0 at the end. */
uint32_t packed_first(const struct packed *packed, uint32_t folder);
uint32_t packed_next(const struct packed *packed, uint32_t node);

/* Path of a node below `base`, with a slash in front; "" for `base` itself. Of a file in an image, its layer's
 * goes before it, which packed_find() accepts. -ENAMETOOLONG. */
int packed_path(const struct packed *packed, uint32_t base, uint32_t node, char *ret, size_t room);

/* Content: as a stream; or all of it, which must have `size` bytes as packed_stat() says. */
int packed_stream(struct packed *packed, uint32_t node, struct stream **ret);
int packed_read(struct packed *packed, uint32_t node, void *data, size_t size);

#endif
