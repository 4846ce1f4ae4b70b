/* packed_image.h -- a container's image as the file system that it gives: its layers, one over another, as
 * the tree of an archive (packed.h).
 *
 * Read are an image layout of OCI, as a folder or packed ("OCI Image Layout Specification": oci-layout,
 * index.json, blobs), and what `docker save` writes (manifest.json, a tar a layer), packed or not. Layers are
 * tars, plain or compressed, "OCI Image Layer Specification": .wh.NAME takes NAME of the layers below away,
 * .wh..wh..opq all that they have in its folder.
 *
 * An image that is alone is the tree; of several, each is a folder of it, named after the image. A file's
 * path (packed_path()) begins with that of its layer, "/blobs/sha256/0123.../etc/passwd", by which it is found
 * again. A layer that is missing or damaged is named by packed_lost(); the others are read. Lists and layers that are
 * not what their SHA-256 says (digests of OCI, diff_ids of docker's configuration) are named too, and read.
 */
#ifndef SVCQL_PACKED_IMAGE_H
#define SVCQL_PACKED_IMAGE_H

#include "packed_index.h"

/* Whether a file, by its name, may list the layers of an image in its folder. */
bool packed_image_lists(const char *name);

/* The image in an archive, whose reference it takes: another object in its place, or the same where there is
 * none. -ENOMEM. */
int packed_image_inside(struct packed **packed);

/* The image that the file `path`, which packed_image_lists(), lists; `fd` is that file, open, and `st` what it
 * is: -ENOTDIR where it lists none. Takes the descriptor. */
int packed_image_listed(int fd, const char *path, const struct stat *st, struct packed **ret);

#endif
