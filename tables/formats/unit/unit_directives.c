#include "unit_directives.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define OLDEST 252 /* of the table */
#define NEWEST 262

static const char *const sections[] = {
#define SECTION(name) name,
#define DIRECTIVE(section, key, since, last, gone)
#include "unit_directives.inc"
#undef DIRECTIVE
#undef SECTION
};

static const struct directive {
    const char    *key;
    unsigned short since, last, gone; /* last: known to read it, where gone does not */
    unsigned char  section;
} directives[] = {
#define SECTION(name)
#define DIRECTIVE(section, key, since, last, gone) {key, since, last, gone, section},
#include "unit_directives.inc"
};

static int compare(const void *a, const void *b)
{
    const struct directive *x = a, *y = b;

    return x->section != y->section ? x->section - y->section : strcmp(x->key, y->key);
}

/* NULL: none of any version. */
static const struct directive *find(const char *section, const char *key)
{
    enum { N = sizeof sections / sizeof *sections };
    struct directive wanted = {.key = key};

    while (wanted.section < N && strcmp(sections[wanted.section], section) != 0)
        wanted.section++;
    return wanted.section == N
               ? NULL
               : bsearch(&wanted, directives, sizeof directives / sizeof *directives,
                         sizeof *directives, compare);
}

int unit_directive_read(const char *section, const char *key, int version, int *ret_since)
{
    *ret_since = 0;
    if (version == INT_MAX)
        return -1;
    if (strncmp(section, "X-", 2) == 0 || strncmp(key, "X-", 2) == 0)
        return 1;
    const struct directive *found = find(section, key);
    if (!found)
        return version >= OLDEST && version <= NEWEST ? 0 : -1;
    *ret_since = found->since;
    if (version < found->since || (found->gone && version >= found->gone))
        return 0;
    return found->last && version > found->last ? -1 : 1;
}
