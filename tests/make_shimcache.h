/* make_shimcache.h -- write application compatibility caches for tests, in the form of each Windows.
 *
 *     size_t   size;
 *     uint8_t *cache = make_shimcache("10", programs, 2, &size);     ... free(cache)
 */
#ifndef SVCQL_MAKE_SHIMCACHE_H
#define SVCQL_MAKE_SHIMCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct made_program {
    const char *path;     /* ASCII */
    uint64_t    modified; /* FILETIME */
    bool        ran;
};

/* Forms: "xp", "2003", "2003-32", "7", "7-32", "8.0", "8.1", "10", "10-1703". The rest of a form's list is
 * zeros. Out of memory ends the program. */
uint8_t *make_shimcache(const char *form, const struct made_program *programs, size_t n,
                        size_t *ret_size);

#endif
