/* array.h -- an array that grows.
 *
 *     struct word *words = NULL;
 *     size_t       n = 0;
 *     struct word *word = ARRAY_ADD(words, n);
 *     if (!word) ... out of memory; the array is as it was
 *     free(words);
 *
 * How much room there is follows from how many items there are, so a count is all there is to keep.
 */
#ifndef SVCQL_ARRAY_H
#define SVCQL_ARRAY_H

#include <stddef.h>

/* One more item at the end, zeroed; NULL where out of memory. `items` and `n`, of any integer type,
 * are lvalues. Pointers to other items are good until the next call. */
#define ARRAY_ADD(items, n)                                                                        \
    __extension__({                                                                                \
        __typeof__(items) with_room = array_room(items, n, sizeof *(items));                       \
        if (with_room)                                                                             \
            (items) = with_room;                                                                   \
        with_room ? &(items)[(n)++] : NULL;                                                        \
    })

/* The same for an array that is emptied and filled again and again, whose room, in items, is kept. */
#define ARRAY_REUSE(items, n, room)                                                                \
    __extension__({                                                                                \
        size_t            items_fit = (room);                                                      \
        __typeof__(items) with_room = array_reuse(items, n, &items_fit, sizeof *(items));          \
        if (with_room) {                                                                           \
            (items) = with_room;                                                                   \
            (room) = (__typeof__(room))items_fit;                                                  \
        }                                                                                          \
        with_room ? &(items)[(n)++] : NULL;                                                        \
    })

/* The array with room for an item, zeroed, after the `n` that it has; NULL where out of memory. */
void *array_room(void *items, size_t n, size_t size);
void *array_reuse(void *items, size_t n, size_t *room, size_t size);

#endif
