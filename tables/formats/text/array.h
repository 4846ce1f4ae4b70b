/* array.h -- an array that grows.
 *
 *     struct { struct word *items; size_t n, room; } words = {0};
 *     struct word *word = ARRAY_ADD(words.items, words.n, words.room);
 *     if (!word) ... out of memory; the array is as it was
 *     free(words.items);
 */
#ifndef SVCQL_ARRAY_H
#define SVCQL_ARRAY_H

#include <stddef.h>

/* One more item at the end, zeroed; NULL where out of memory. `items`, `n` and `room`, in items, are
 * lvalues. Pointers to other items are good until the next call. */
#define ARRAY_ADD(items, n, room)                                                                  \
    ((__typeof__(items))array_add(&(items), &(n), &(room), sizeof *(items)))

/* The same with `items` the address of the pointer, as an array of any type has one. */
void *array_add(void *items, size_t *n, size_t *room, size_t size);

#endif
