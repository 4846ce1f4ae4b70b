/* own_lists.h -- a list of the user's, in the form that the views expect.
 *
 * A list from an older version may lack columns. Those that may be NULL or have a default are
 * filled by a TEMP view of the list's name, which covers it.
 */
#ifndef SVCQL_OWN_LISTS_H
#define SVCQL_OWN_LISTS_H

#include "sqlite3ext.h"

/* The TEMP table `list` is the shipped one, and is dropped in favour of the one in `schema`. Where
 * that lacks a column that cannot be filled: SQLITE_ERROR, and a remedy in *ret_error. */
int own_list_use(sqlite3 *db, const char *schema, const char *list, char **ret_error);

#endif
