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

/* Of TEMP: another one after each write. */
static unsigned data_version(sqlite3 *db)
{
    unsigned version = 0;

    sqlite3_file_control(db, "temp", SQLITE_FCNTL_DATA_VERSION, &version);
    return version;
}

static struct list_stamp stamp_of(struct svcql *svcql, const char *const *lists)
{
    sqlite3 *db = svcql_db(svcql);
    bool     bound = !sqlite3_get_autocommit(db) || !are_in_temp(db, lists);

    return (struct list_stamp){.valid = !bound || svcql->scans,
                               .changes = sqlite3_total_changes(db),
                               .data = data_version(db),
                               .bound = bound,
                               .statement = svcql->scans ? svcql_statement(svcql) : 0};
}

/* By what can be asked for every row of a statement. */
static bool holds(struct svcql *svcql, const struct list_stamp *stamp)
{
    sqlite3 *db = svcql_db(svcql);

    return stamp->valid && !stamp->bound && svcql->scans &&
           stamp->statement == svcql_statement(svcql) &&
           stamp->changes == sqlite3_total_changes(db) && sqlite3_get_autocommit(db);
}

static bool is_same(const struct list_stamp *a, const struct list_stamp *b)
{
    return a->valid && b->valid && a->changes == b->changes && a->data == b->data &&
           a->bound == b->bound && (!a->bound || a->statement == b->statement);
}

bool list_stamp_stands(struct svcql *svcql, const char *const *lists, struct list_stamp *kept,
                       struct list_stamp *ret)
{
    if (holds(svcql, kept))
        return true;
    *ret = stamp_of(svcql, lists);
    if (!is_same(kept, ret))
        return false;
    *kept = *ret;
    return true;
}
