/* unit_memory.h -- many small strings that are freed together. */
#ifndef SVCQL_UNIT_MEMORY_H
#define SVCQL_UNIT_MEMORY_H

#include <stddef.h>

struct unit_chunk; /* the list begins as NULL */

/* Aligned for any struct; NULL: no memory. */
void *unit_memory_take(struct unit_chunk **memory, size_t size);
char *unit_memory_strdup(struct unit_chunk **memory, const char *text);

/* "dir/name" */
char *unit_memory_join(struct unit_chunk **memory, const char *dir, const char *name);
void  unit_memory_free(struct unit_chunk **memory);

#endif
