#include "array.h"

#include <stdlib.h>
#include <string.h>

#define FIRST 8 /* items of the first room; full at each power of two from then on */

void *array_room(void *items, size_t n, size_t size)
{
    char *data = items;

    if (n == 0 || (n >= FIRST && (n & (n - 1)) == 0)) {
        data = reallocarray(data, n ? n : FIRST, n ? 2 * size : size);
        if (!data)
            return NULL;
    }
    memset(data + n * size, 0, size);
    return data;
}

void *array_reuse(void *items, size_t n, size_t *room, size_t size)
{
    char *data = items;

    if (n == *room) {
        data = reallocarray(data, n ? n : FIRST, n ? 2 * size : size);
        if (!data)
            return NULL;
        *room = n ? 2 * n : FIRST;
    }
    memset(data + n * size, 0, size);
    return data;
}
