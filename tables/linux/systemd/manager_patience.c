#include "manager_patience.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/text/array.h"
#include "sqlite3ext.h"

SQLITE_EXTENSION_INIT3

struct patience {
    char  **scopes; /* of the managers that did not answer */
    size_t  n;
    int64_t spent; /* milliseconds */
    time_t  since; /* of the monotonic clock */
};

static const char key; /* its address is the key of what is kept */

static void forget(struct patience *patience)
{
    for (size_t i = 0; i < patience->n; i++)
        free(patience->scopes[i]);
    free(patience->scopes);
    *patience = (struct patience){0};
}

static void free_patience(void *data)
{
    forget(data);
    free(data);
}

static time_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return time.tv_sec;
}

/* What is remembered; NULL: nothing. */
static struct patience *recall(const struct svcql *svcql)
{
    struct patience *patience = svcql_kept(svcql, &key);

    if (patience && now() - patience->since > PATIENCE_MEMORY)
        forget(patience);
    return patience;
}

int64_t patience_left(const struct svcql *svcql, int64_t limit)
{
    const struct patience *patience = recall(svcql);
    int64_t                left = patience ? limit - patience->spent : limit;

    return left > PATIENCE_LEAST ? left : PATIENCE_LEAST;
}

bool patience_ended(const struct svcql *svcql, const char *scope)
{
    const struct patience *patience = recall(svcql);

    for (size_t i = 0; patience && i < patience->n; i++)
        if (strcmp(patience->scopes[i], scope) == 0)
            return true;
    return false;
}

int patience_note(struct svcql *svcql, const char *scope, int64_t ms)
{
    struct patience *patience = recall(svcql);

    if (!patience) {
        if (!(patience = calloc(1, sizeof *patience)))
            return SQLITE_NOMEM;
        int rc = svcql_keep(svcql, &key, patience, free_patience);
        if (rc != SQLITE_OK)
            return rc;
    }
    if (!patience->n)
        patience->since = now();
    patience->spent += ms;
    char **added = ARRAY_ADD(patience->scopes, patience->n);
    if (added && (*added = strdup(scope)))
        return SQLITE_OK;
    patience->n -= added != NULL;
    return SQLITE_NOMEM;
}
