#include "unit_directives.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define OLDEST 252 /* of the table */
#define NEWEST 262

static const struct directive {
    const char    *section, *key;
    unsigned short since, last, gone; /* last: known to read it, where gone does not */
} directives[] = {
#include "unit_directives.inc"
};

static int compare(const void *a, const void *b)
{
    const struct directive *x = a, *y = b;
    int                     order = strcmp(x->section, y->section);

    return order ? order : strcmp(x->key, y->key);
}

int unit_directive_read(const char *section, const char *key, int version, int *ret_since)
{
    const struct directive wanted = {section, key, 0, 0, 0};

    *ret_since = 0;
    if (version == INT_MAX)
        return -1;
    if (strncmp(section, "X-", 2) == 0 || strncmp(key, "X-", 2) == 0)
        return 1;
    const struct directive *found =
        bsearch(&wanted, directives, sizeof directives / sizeof directives[0], sizeof directives[0],
                compare);
    if (!found)
        return version >= OLDEST && version <= NEWEST ? 0 : -1;
    *ret_since = found->since;
    if (version < found->since || (found->gone && version >= found->gone))
        return 0;
    return found->last && version > found->last ? -1 : 1;
}
