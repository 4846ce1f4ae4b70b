#include "listings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/bytes_hash.h"
#include "reports.h"
#include "root_names.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define BUCKETS 256

/* A folder as it was listed for a kind and a pattern: `key` is both, and the folder's path. */
struct listing {
    struct listing   *next;
    char             *key;
    struct root_names names;
};

struct listings {
    struct listing *buckets[BUCKETS];
};

static const char listings_key; /* its address is the key of what is kept for a statement */

static void free_listing(struct listing *listing)
{
    root_names_free(&listing->names);
    free(listing->key);
    free(listing);
}

static void free_listings(void *data)
{
    struct listings *listings = data;

    for (size_t i = 0; i < BUCKETS; i++)
        for (struct listing *next; listings->buckets[i]; listings->buckets[i] = next) {
            next = listings->buckets[i]->next;
            free_listing(listings->buckets[i]);
        }
    free(listings);
}

static struct listings *listings_of(struct svcql *svcql)
{
    struct listings *listings = svcql_kept(svcql, &listings_key);

    if (listings || !(listings = calloc(1, sizeof *listings)))
        return listings;
    return svcql_keep_statement(svcql, &listings_key, listings, free_listings) == SQLITE_OK
               ? listings
               : NULL;
}

/* Whether they are the same in the same order, that of root_list(). */
static bool same_names(const struct root_names *a, const struct root_names *b)
{
    size_t i = 0;

    if (a->n != b->n)
        return false;
    while (i < a->n && strcmp(a->names[i], b->names[i]) == 0)
        i++;
    return i == a->n;
}

/* Keep what a folder holds now, in place of what it held. */
static int set_names(struct listing *listing, const struct root_names *names)
{
    struct root_names copy = {0};
    int               r = 0;

    for (size_t i = 0; r == 0 && i < names->n; i++)
        r = root_names_add(&copy, names->names[i]);
    root_names_sort(&copy);
    root_names_free(&listing->names);
    listing->names = copy;
    return r;
}

/* The names of `before` that are not in `now`; both are in ascending order. */
static int subtract(const struct root_names *before, const struct root_names *now,
                    struct root_names *ret)
{
    int r = 0;

    for (size_t i = 0, k = 0; r == 0 && i < before->n; i++) {
        while (k < now->n && strcmp(now->names[k], before->names[i]) < 0)
            k++;
        if (k == now->n || strcmp(now->names[k], before->names[i]) != 0)
            r = root_names_add(ret, before->names[i]);
    }
    return r;
}

/* Take a listing that is the first of its folder. */
static int begin_listing(struct listing **bucket, char *key, const struct root_names *names)
{
    struct listing *listing = names->n ? calloc(1, sizeof *listing) : NULL;

    if (!listing) {
        free(key);
        return names->n ? -ENOMEM : 0; /* an empty folder has nothing to lose */
    }
    *listing = (struct listing){.next = *bucket, .key = key};
    *bucket = listing;
    return set_names(listing, names);
}

int listings_gone(struct svcql *svcql, const struct folder *folder, const char *pattern,
                  const struct root_names *names, struct root_names *ret)
{
    struct listings  *listings = listings_of(svcql);
    struct root_names gone = {0};
    char             *key = NULL;

    if (names->error || names->lost) /* what is missing is reported as such */
        return 0;
    if (!listings || asprintf(&key, "%s%s%c%s%c%s", root_path(folder->root), folder->dir, '\1',
                              pattern ? pattern : "", '\1', folder->kind) < 0)
        return -ENOMEM;
    struct listing **bucket = &listings->buckets[(bytes_hash(key, strlen(key), 0) >> 32) % BUCKETS],
                   *listing = *bucket;
    while (listing && strcmp(listing->key, key) != 0)
        listing = listing->next;
    if (!listing)
        return begin_listing(bucket, key, names);
    free(key);
    if (same_names(&listing->names, names))
        return 0;
    struct root_names before = listing->names;
    listing->names = (struct root_names){0};
    int r = set_names(listing, names);
    if (r == 0)
        r = subtract(&before, &listing->names, &gone);
    root_names_free(&before);
    if (r < 0)
        root_names_free(&gone);
    else
        *ret = gone;
    return r;
}

int listings_report(struct svcql *svcql, const char *table, const struct folder *folder,
                    const struct root_names *gone)
{
    char path[ROOT_PATH_MAX], shown[2 * ROOT_PATH_MAX];
    int  rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < gone->n; i++) {
        const char *name = gone->names[i];
        if ((size_t)snprintf(path, sizeof path, "%s%s%s", folder->dir, *name == '/' ? "" : "/",
                             name) >= sizeof path)
            continue;
        root_shown(folder->root, path, shown);
        rc = svcql_report(svcql, &(struct report){.table = table,
                                                  .kind = folder->kind,
                                                  .host = folder->host,
                                                  .location = shown,
                                                  .status = source_status_of(-ESTALE),
                                                  .records = TBL_NULL,
                                                  .skipped = 1,
                                                  .detail = source_error(-ESTALE)});
    }
    return rc;
}

int svcql_listed(struct svcql *svcql, const char *table, const struct folder *folder,
                 const char *pattern, const struct root_names *names)
{
    struct root_names gone = {0};
    int               r = listings_gone(svcql, folder, pattern, names, &gone);
    int               rc = r < 0    ? SQLITE_NOMEM
                           : gone.n ? listings_report(svcql, table, folder, &gone)
                                    : SQLITE_OK;

    root_names_free(&gone);
    return rc;
}
