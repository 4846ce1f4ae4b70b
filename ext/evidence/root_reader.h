/* root_reader.h -- what a user of a root may read below it: the check of root_as(). */
#ifndef SVCQL_ROOT_READER_H
#define SVCQL_ROOT_READER_H

#include "root.h"
#include "root_walk.h"

struct root_reader;

/* root_read(), which itself opens files by a reader. */
typedef int root_read_fn(const struct root *root, const char *path, size_t cap, char **ret,
                         size_t *ret_size);

/* Groups are read below `root`, which must outlive the reader, when they first matter. */
int  root_reader_new(const struct root *root, root_read_fn *read, int64_t uid,
                     struct root_reader **ret);
void root_reader_free(struct root_reader *reader); /* accepts NULL */

/* As root_walk_open(), with the checks of root_as(). */
int root_reader_open(struct root_reader *reader, int fd, const char *path, int flags,
                     struct root_named *named);

#endif
