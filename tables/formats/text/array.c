#include "array.h"

#include <stdlib.h>
#include <string.h>

void *array_add(void *items, size_t *n, size_t *room, size_t size)
{
    char *data;

    memcpy(&data, items, sizeof data);
    if (*n == *room) {
        size_t more = *room ? 2 * *room : 8;

        data = reallocarray(data, more, size);
        if (!data)
            return NULL;
        *room = more;
        memcpy(items, &data, sizeof data);
    }
    return memset(data + size * (*n)++, 0, size);
}
