/* root_expand.h -- what is compressed, or in an archive, as a map of a root: all of it at once, in memory.
 *
 * What expands to more than PACKED_WHOLE_MAX (packed.h), or more than `cap`, is -EFBIG. Where `may_cut`, it
 * is cut there, or at the damage that ends it, and map->cut is set. After an error, too, the map is the
 * caller's to unmap.
 */
#ifndef SVCQL_ROOT_EXPAND_H
#define SVCQL_ROOT_EXPAND_H

#include "root_object.h"

/* A member of an archive, compressed or not; *ret_stat is what it is. `map` may have the memory of a map that
 * is done with. */
int root_expand_member(const struct root *root, const char *path, uint64_t cap, bool may_cut,
                       struct root_map *map, struct stat *ret_stat);

/* A compressed file, whose descriptor it takes. The same of `map`. */
int root_expand_file(int fd, uint64_t cap, bool may_cut, struct root_map *map);

#endif
