/* arena.h -- many small allocations that end together.
 *
 *     struct arena arena = {0};
 *     const char *word = arena_strndup(&arena, text, size);
 *     if (arena.failed) ... out of memory
 *     arena_free(&arena);
 *
 * Errors are sticky, as with struct buffer: a caller may go on and check once, at the end.
 */
#ifndef SVCQL_ARENA_H
#define SVCQL_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first; owned */
    bool                failed;
};

/* Zeroed and aligned for any type; NULL where out of memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* A NUL-terminated copy. Where out of memory the empty text, never NULL. */
const char *arena_strndup(struct arena *arena, const char *text, size_t size);

/* `array` with room for at least `n` + 1 items, doubled when full; NULL where out of memory. */
void *arena_grow(struct arena *arena, void *array, size_t n, size_t *room, size_t item_size);

/* Bytes of memory that it holds. */
size_t arena_size(const struct arena *arena);

/* Take all back, but keep a block for what comes next. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
