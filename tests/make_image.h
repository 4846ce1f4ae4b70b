/* make_image.h -- write container images for tests: layers of members, as OCI and docker keep them. */
#ifndef SVCQL_MAKE_IMAGE_H
#define SVCQL_MAKE_IMAGE_H

#include <stddef.h>

/* A member of a layer; content NULL: a folder. One that begins with "->" is a link to what is after it, with
 * "=>" a hard link. A member without a name ends a layer. */
struct image_member {
    const char *name, *content;
};

struct image_layer {
    const struct image_member *members;
    const char *damage; /* NULL; "missing", "cut", "encrypted", "altered": /tmp/new is /tmp/New */
};

/* How an image is kept: "docker" and "oci", each with ".tar", ".tar.gz" or as a folder; of "oci+gzip" and
 * "oci+zstd" the layers are compressed. Below `dir`; the name of it is returned, static memory. */
extern const char *const image_forms[];
#define IMAGE_FORMS 9
const char *make_image(const char *dir, const char *form, const struct image_layer *layers,
                       size_t n);

/* Path of the i-th layer in the image that was made last, in it. */
const char *make_image_layer(size_t i);

/* A tar of members, as `docker export` writes; malloc()ed. */
char *make_layer(const struct image_member *members, size_t *ret_size);

#endif
