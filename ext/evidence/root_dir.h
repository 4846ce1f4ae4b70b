/* root_dir.h -- an open folder below a root: of a file system, or of an archive. */
#ifndef SVCQL_ROOT_DIR_H
#define SVCQL_ROOT_DIR_H

#include "packed.h"
#include "root.h"

/* A folder of an archive, of which `first` is the first member. NULL: no memory. */
struct root_dir *root_dir_of(struct packed *packed, uint32_t first);

#endif
