#include "unit_memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 16384

struct unit_chunk {
    struct unit_chunk *next;
    size_t             used, size;
    max_align_t        data[];
};

static void *take(struct unit_chunk **memory, size_t size, size_t alignment)
{
    struct unit_chunk *chunk = *memory;
    size_t             skip = chunk ? -chunk->used & (alignment - 1) : 0;

    if (size > SIZE_MAX / 2)
        return NULL;
    if (!chunk || chunk->size - chunk->used < size + skip) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
        chunk = malloc(sizeof *chunk + room + sizeof(max_align_t));
        if (!chunk)
            return NULL;
        *chunk = (struct unit_chunk){.next = *memory, .size = room + sizeof(max_align_t)};
        *memory = chunk;
        skip = 0;
    }
    char *p = (char *)chunk->data + chunk->used + skip;
    chunk->used += skip + size;
    return p;
}

void *unit_memory_take(struct unit_chunk **memory, size_t size)
{
    return take(memory, size, alignof(max_align_t));
}

char *unit_memory_strdup(struct unit_chunk **memory, const char *text)
{
    size_t size = strlen(text) + 1;
    char  *copy = take(memory, size, 1);

    return copy ? memcpy(copy, text, size) : NULL;
}

char *unit_memory_join(struct unit_chunk **memory, const char *dir, const char *name)
{
    size_t a = strlen(dir), b = strlen(name);
    char  *path = take(memory, a + 1 + b + 1, 1);

    if (!path)
        return NULL;
    memcpy(path, dir, a);
    path[a] = '/';
    memcpy(path + a + 1, name, b + 1);
    return path;
}

void unit_memory_free(struct unit_chunk **memory)
{
    for (struct unit_chunk *next; *memory; *memory = next) {
        next = (*memory)->next;
        free(*memory);
    }
}
