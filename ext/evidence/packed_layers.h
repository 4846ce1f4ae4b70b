/* packed_layers.h -- the layers of a container's image, one over another, in the tree of one archive.
 *
 *     for each layer of an image, the uppermost first
 *         packed_layer_file(fd, name, sums, image, &layer);
 *         packed_put_layer(image, folder, layer);
 *     packed_end_layers(image);
 *     packed_close_layers(image, alone);
 *
 * A file that a layer above has, or takes away, hides that of a layer below. A hard link whose other name is not in
 * its own layer has the file of that name in the layers below.
 */
#ifndef SVCQL_PACKED_LAYERS_H
#define SVCQL_PACKED_LAYERS_H

#include "packed_index.h"

/* Open a layer: a file, whose descriptor it takes, or a member of an archive. `name` is its path there; its
 * members count among those of `image`. -EBADMSG: not a tar; -ENOMEM. An index that breaks off is an error of
 * the layer. Its bytes are compared with `sums`; of layers that are not compressed, where that alone takes the
 * reading of them, up to PACKED_SUMS_MAX bytes of an image. */
#define PACKED_SUMS_MAX (UINT64_C(1) << 30)
int packed_layer_file(int fd, const char *name, const struct packed_sums *sums,
                      struct packed *image, struct packed **ret);
int packed_layer_member(struct packed *archive, uint32_t node, const char *name,
                        const struct packed_sums *sums, struct packed *image, struct packed **ret);

/* Put a layer below those that the folder `top` of the image has already. -ENOMEM, -ECANCELED. */
int packed_put_layer(struct packed *image, uint32_t top, const struct packed *layer);

/* All layers of that folder are put: hard links that wait for a file yet have none. */
void packed_end_layers(struct packed *image);

/* All layers are put: give back what only that needs. `alone`: the only folder becomes the top. -ENOMEM. */
int packed_close_layers(struct packed *image, bool alone);

#endif
