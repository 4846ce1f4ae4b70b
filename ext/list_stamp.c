#include "list_stamp.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

sqlite3_int64 list_stamp(sqlite3 *db, const char *const *lists)
{
    if (!sqlite3_get_autocommit(db))
        return -1;
    for (; *lists; lists++)
        if (sqlite3_table_column_metadata(db, "temp", *lists, NULL, NULL, NULL, NULL, NULL, NULL) !=
            SQLITE_OK)
            return -1;
    return sqlite3_total_changes(db);
}
