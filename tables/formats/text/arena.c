#include "arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

#define BLOCK_SIZE 8192u   /* bytes; a longer request gets a block of its own */
#define KEEP_MAX   262144u /* bytes of a block that is worth keeping */

struct arena_block {
    struct arena_block *next;
    size_t              used, room;
    alignas(max_align_t) char data[];
};

static struct arena_block *block_new(struct arena *arena, size_t size)
{
    size_t              room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    struct arena_block *block = NULL;

    if (room <= SIZE_MAX - sizeof *block)
        block = malloc(sizeof *block + room);
    if (!block) {
        input_fault(-ENOMEM);
        arena->failed = true;
        return NULL;
    }
    *block = (struct arena_block){.next = arena->blocks, .room = room};
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t        align = alignof(max_align_t);
    struct arena_block *block = arena->blocks;

    if (size > SIZE_MAX - align) {
        arena->failed = true;
        return NULL;
    }
    size = (size + align - 1) / align * align;
    if (!block || size > block->room - block->used)
        block = block_new(arena, size);
    if (!block)
        return NULL;
    void *data = block->data + block->used;
    block->used += size;
    return memset(data, 0, size);
}

const char *arena_strndup(struct arena *arena, const char *text, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    if (!copy)
        return "";
    if (size)
        memcpy(copy, text, size);
    return copy;
}

void *arena_grow(struct arena *arena, void *array, size_t n, size_t *room, size_t item_size)
{
    size_t more = *room ? *room * 2 : 8;
    void  *grown;

    if (n < *room)
        return array;
    grown = arena_alloc(arena, more * item_size);
    if (!grown)
        return NULL;
    if (n)
        memcpy(grown, array, n * item_size);
    *room = more;
    return grown;
}

size_t arena_size(const struct arena *arena)
{
    size_t size = 0;

    for (const struct arena_block *block = arena->blocks; block; block = block->next)
        size += sizeof *block + block->room;
    return size;
}

void arena_reset(struct arena *arena)
{
    struct arena_block *keep = arena->blocks;

    if (!keep || keep->room > KEEP_MAX) {
        arena_free(arena);
        return;
    }
    arena->blocks = keep->next;
    arena_free(arena);
    keep->next = NULL;
    keep->used = 0;
    arena->blocks = keep;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;

        free(arena->blocks);
        arena->blocks = next;
    }
    arena->failed = false;
}
