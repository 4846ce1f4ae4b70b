/* make_packed.h -- compress bytes for tests, as each of the methods that svcql expands. */
#ifndef SVCQL_MAKE_PACKED_H
#define SVCQL_MAKE_PACKED_H

#include <stddef.h>

#define PACKED_METHODS 5

/* The end of a name that method `i` adds: ".gz", ".xz", ".zst", ".bz2", ".lz4". */
extern const char *const packed_suffix[PACKED_METHODS];

/* malloc()ed. Aborts where memory ends. */
void *make_packed(int method, const void *data, size_t size, size_t *ret_size);

#endif
