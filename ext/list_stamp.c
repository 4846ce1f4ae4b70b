#include "list_stamp.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

static bool are_in_temp(sqlite3 *db, const char *const *lists)
{
    for (; *lists; lists++)
        if (sqlite3_table_column_metadata(db, "temp", *lists, NULL, NULL, NULL, NULL, NULL, NULL) !=
            SQLITE_OK)
            return false;
    return true;
}

struct list_stamp list_stamp(struct svcql *svcql, const char *const *lists)
{
    sqlite3 *db = svcql_db(svcql);
    bool     bound = !sqlite3_get_autocommit(db) || !are_in_temp(db, lists);

    return (struct list_stamp){.valid = !bound || svcql->scans,
                               .changes = sqlite3_total_changes(db),
                               .bound = bound,
                               .statement = bound ? svcql_statement(svcql) : 0};
}

bool list_stamp_same(const struct list_stamp *a, const struct list_stamp *b)
{
    return a->valid && b->valid && a->changes == b->changes && a->bound == b->bound &&
           a->statement == b->statement;
}
