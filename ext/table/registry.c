#include "registry.h"

#include <string.h>

SQLITE_EXTENSION_INIT3

struct registry {
    const struct tbl_table *const *tables;
    size_t                         n;
    int64_t                        scans[];
};

static const char registry_key; /* its address is the key of the kept registry */

int registry_keep(struct svcql *svcql, const struct tbl_table *const *tables, size_t n,
                  int64_t **ret_scans)
{
    struct registry *registry = sqlite3_malloc64(sizeof *registry + n * sizeof *registry->scans);

    if (!registry)
        return SQLITE_NOMEM;
    memset(registry, 0, sizeof *registry + n * sizeof *registry->scans);
    registry->tables = tables;
    registry->n = n;
    int rc = svcql_keep(svcql, &registry_key, registry, sqlite3_free);
    if (rc == SQLITE_OK)
        *ret_scans = registry->scans;
    return rc;
}

const struct tbl_table *tbl_at(const struct svcql *svcql, size_t i)
{
    const struct registry *registry = svcql_kept(svcql, &registry_key);

    return i < registry->n ? registry->tables[i] : NULL;
}

int64_t tbl_scans(const struct svcql *svcql, size_t i)
{
    const struct registry *registry = svcql_kept(svcql, &registry_key);

    return i < registry->n ? registry->scans[i] : 0;
}

const struct tbl_table *tbl_find(const struct svcql *svcql, const char *name)
{
    const struct tbl_table *table;

    for (size_t i = 0; (table = tbl_at(svcql, i)); i++)
        if (sqlite3_stricmp(table->name, name) == 0)
            return table;
    return NULL;
}

unsigned tbl_artefacts(const struct tbl_table *table)
{
    return table->artefacts | (table->sources ? table->sources->artefacts : 0);
}
