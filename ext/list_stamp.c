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

/* Of TEMP: another one after each write that is committed. */
static unsigned data_version(sqlite3 *db)
{
    unsigned version = 0;

    sqlite3_file_control(db, "temp", SQLITE_FCNTL_DATA_VERSION, &version);
    return version;
}

static struct list_stamp stamp_of(struct svcql *svcql, const char *const *lists)
{
    sqlite3 *db = svcql_db(svcql);
    /* A statement that writes is open, and what others wrote meanwhile is committed with it. */
    bool written = sqlite3_txn_state(db, "temp") == SQLITE_TXN_WRITE;
    bool bound =
        !sqlite3_get_autocommit(db) || (written && svcql->scans) || !are_in_temp(db, lists);

    return (struct list_stamp){.valid = !bound || svcql->scans,
                               .changes = sqlite3_total_changes(db),
                               .data = data_version(db),
                               .schema = written && !bound ? svcql_temp_version(svcql) : 0,
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
           a->schema == b->schema && a->bound == b->bound &&
           (!a->bound || a->statement == b->statement);
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
