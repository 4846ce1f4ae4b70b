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

/* Free what is kept, or only what is kept for the statement. */
static void forget(struct svcql *svcql, bool of_statement)
{
    for (struct kept **at = &svcql->kept; *at;) {
        struct kept *kept = *at;
        if (of_statement && !kept->of_statement) {
            at = &kept->next;
            continue;
        }
        *at = kept->next;
        kept->free(kept->data);
        sqlite3_free(kept);
    }
}

void svcql_unref(struct svcql *svcql)
{
    if (!svcql || --svcql->references)
        return;
    forget(svcql, false);
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

static int keep(struct svcql *svcql, struct kept item)
{
    struct kept *kept = sqlite3_malloc64(sizeof *kept);

    if (!kept) {
        item.free(item.data);
        return SQLITE_NOMEM;
    }
    *kept = item;
    kept->next = svcql->kept;
    svcql->kept = kept;
    return SQLITE_OK;
}

int svcql_keep(struct svcql *svcql, const void *key, void *data, void (*free_fn)(void *))
{
    return keep(svcql, (struct kept){.key = key, .data = data, .free = free_fn});
}

int svcql_keep_statement(struct svcql *svcql, const void *key, void *data, void (*free_fn)(void *))
{
    return keep(svcql,
                (struct kept){.key = key, .data = data, .free = free_fn, .of_statement = true});
}

void svcql_scan_begin(struct svcql *svcql)
{
    svcql->scans++;
    svcql->reread = false;
}

void svcql_scan_end(struct svcql *svcql)
{
    if (--svcql->scans)
        return;
    svcql->statement++;
    forget(svcql, true);
}

int svcql_temp_version(const struct svcql *svcql)
{
    sqlite3_stmt *stmt = NULL;
    int           version = -1;

    if (sqlite3_prepare_v2(svcql->db, "PRAGMA temp.schema_version", -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        version = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return version;
}
