/* root_names.h -- whether a name in a directory is the wanted one. */
#ifndef SVCQL_ROOT_NAMES_H
#define SVCQL_ROOT_NAMES_H

#include "root.h"

/* The flags that a root was opened with. */
unsigned root_flags(const struct root *root);

/* The name that an entry represents under the root's flags: with ROOT_PERCENT its %XX decoded,
 * where the result is a valid name; else the entry itself. */
void root_name_decode(unsigned flags, const char *entry, char ret[ROOT_NAME_MAX + 1]);

/* Add a copy of a name: 0 or -ENOMEM. And put all in the order of root_list(). */
int  root_names_add(struct root_names *names, const char *name);
void root_names_sort(struct root_names *names);

/* Whether a name, decoded, is `wanted`: equal except for case and normal form with ROOT_NOCASE. */
bool root_name_is(unsigned flags, const char *name, const char *wanted);

#endif
