/* list_stamp.h -- how long what was read of a list, such as signals, may be kept. */
#ifndef SVCQL_LIST_STAMP_H
#define SVCQL_LIST_STAMP_H

#include "sqlite3ext.h"

/* A number that changes with what the lists hold; -1 where that cannot be told: within a transaction that
 * somebody began, as its rollback would not be seen, and where a list is not in TEMP, as others may
 * change a file's. `lists` ends with NULL. */
sqlite3_int64 list_stamp(sqlite3 *db, const char *const *lists);

#endif
