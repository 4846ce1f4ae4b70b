/* root_packed.h -- a root that is an archive, or a folder in one: what the functions of root.h do there.
 */
#ifndef SVCQL_ROOT_PACKED_H
#define SVCQL_ROOT_PACKED_H

#include "root_object.h"

/* A root below an archive file, or below a folder in it. -ENOTDIR where there is none. */
int root_packed_open(const char *path, unsigned flags, struct root **ret);

/* The member that a path leads to, spelled as the root's flags allow; one that is a file. */
int root_packed_find(const struct root *root, const char *path, bool follow, uint32_t *ret);
int root_packed_file(const struct root *root, const char *path, uint32_t *ret, struct stat *st);

/* A descriptor of a file's bytes in memory, with the mode and times that it has. */
int root_packed_fd(const struct root *root, const char *path, struct stat *ret);

/* As root_read(), root_open_dir(). */
int root_packed_read(const struct root *root, const char *path, size_t cap, char **ret,
                     size_t *ret_size);
int root_packed_dir(const struct root *root, const char *path, struct root_dir **ret);

#endif
