#include "connection.h"

SQLITE_EXTENSION_INIT3

int svcql_new(sqlite3 *db, struct svcql **ret)
{
    struct svcql *svcql = sqlite3_malloc64(sizeof *svcql);

    if (!svcql)
        return SQLITE_NOMEM;
    *svcql = (struct svcql){.db = db, .references = 1};
    *ret = svcql;
    return SQLITE_OK;
}

struct svcql *svcql_ref(struct svcql *svcql)
{
    svcql->references++;
    return svcql;
}

void svcql_unref(struct svcql *svcql)
{
    if (!svcql || --svcql->references)
        return;
    while (svcql->kept) {
        struct kept *kept = svcql->kept;
        svcql->kept = kept->next;
        kept->free(kept->data);
        sqlite3_free(kept);
    }
    sqlite3_free(svcql);
}

sqlite3 *svcql_db(const struct svcql *svcql)
{
    return svcql->db;
}

uint64_t svcql_statement(const struct svcql *svcql)
{
    return svcql->statement;
}

void *svcql_kept(const struct svcql *svcql, const void *key)
{
    for (const struct kept *kept = svcql->kept; kept; kept = kept->next)
        if (kept->key == key)
            return kept->data;
    return NULL;
}

int svcql_keep(struct svcql *svcql, const void *key, void *data, void (*free_fn)(void *))
{
    struct kept *kept = sqlite3_malloc64(sizeof *kept);

    if (!kept) {
        free_fn(data);
        return SQLITE_NOMEM;
    }
    *kept = (struct kept){svcql->kept, key, data, free_fn};
    svcql->kept = kept;
    return SQLITE_OK;
}

void svcql_scan_begin(struct svcql *svcql)
{
    svcql->scans++;
}

void svcql_scan_end(struct svcql *svcql)
{
    if (--svcql->scans == 0)
        svcql->statement++;
}
