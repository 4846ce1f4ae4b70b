/* root_reader.h -- what a user of a root may read there: the check of root_as(). */
#ifndef SVCQL_ROOT_READER_H
#define SVCQL_ROOT_READER_H

#include "root.h"

struct root_reader;

/* Groups are read below `root`, which is referenced, when they first matter. */
int  root_reader_new(const struct root *root, int64_t uid, struct root_reader **ret);
void root_reader_free(struct root_reader *reader); /* accepts NULL */

/* As root_walk_open(), with the checks of root_as(). */
int root_reader_open(struct root_reader *reader, int fd, const char *path, int flags);

#endif
