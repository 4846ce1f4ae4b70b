/* hive_walk.c -- sets of cells, and a walk of a key and all below it. */
#include "hive.h"

#include <errno.h>
#include <stdlib.h>

int hive_marks_begin(struct hive_marks *marks, const struct hive *hive)
{
    uint32_t n = hive_room(hive) / 8 + 1;
    uint8_t *bits = calloc(1, n / 8 + 1);

    if (!bits)
        return -ENOMEM;
    marks->bits = bits;
    marks->n = n;
    return 0;
}

bool hive_marked(const struct hive_marks *marks, uint32_t cell)
{
    uint32_t i = cell / 8;

    return i >= marks->n || (marks->bits[i / 8] >> i % 8 & 1);
}

bool hive_mark(struct hive_marks *marks, uint32_t cell)
{
    bool before = hive_marked(marks, cell);

    if (cell / 8 < marks->n)
        marks->bits[cell / 64] |= (uint8_t)(1u << cell / 8 % 8);
    return before;
}

void hive_marks_end(struct hive_marks *marks)
{
    free(marks->bits);
    *marks = (struct hive_marks){0};
}

int hive_walk_begin(struct hive_walk *walk, struct hive *hive, const struct hive_key *key,
                    const char *path)
{
    *walk = (struct hive_walk){.hive = hive, .start = *key};
    int r = hive_marks_begin(&walk->seen, hive);
    walk->levels = calloc(HIVE_DEPTH, sizeof *walk->levels);
    walk->ends = calloc(HIVE_DEPTH + 1, sizeof *walk->ends);
    buffer_puts(&walk->path, path);
    if (r < 0 || !walk->levels || !walk->ends || walk->path.failed) {
        hive_walk_end(walk);
        return -ENOMEM;
    }
    walk->ends[0] = walk->path.size;
    return 0;
}

/* Make `key` the current one, at the end of the path. */
static int enter(struct hive_walk *walk, const struct hive_key *key)
{
    walk->level = walk->depth;
    walk->entered = walk->depth < HIVE_DEPTH;
    walk->path.size = walk->ends[walk->depth];
    if (walk->depth) {
        buffer_putc(&walk->path, '\\');
        hive_put_name(&walk->path, &key->name);
    }
    if (!buffer_text(&walk->path))
        return -ENOMEM;
    if (!walk->entered || walk->path.size > HIVE_PATH_MAX) {
        walk->entered = false;
        walk->hive->lost += key->n_subkeys != 0;
        return 1;
    }
    hive_subkeys_begin(&walk->levels[walk->depth], walk->hive, key);
    walk->depth++;
    walk->ends[walk->depth] = walk->path.size;
    return 1;
}

int hive_walk_next(struct hive_walk *walk, struct hive_key *ret)
{
    if (!walk->started) {
        walk->started = true;
        hive_mark(&walk->seen, walk->start.cell);
        *ret = walk->start;
        return enter(walk, ret);
    }
    while (walk->depth) {
        if (!hive_subkeys_next(&walk->levels[walk->depth - 1], ret)) {
            walk->depth--;
            continue;
        }
        if (!hive_mark(&walk->seen, ret->cell))
            return enter(walk, ret);
        walk->hive->lost++;
    }
    return 0;
}

void hive_walk_prune(struct hive_walk *walk)
{
    if (walk->entered)
        walk->levels[walk->depth - 1] = (struct hive_subkeys){.hive = walk->hive};
}

void hive_walk_end(struct hive_walk *walk)
{
    hive_marks_end(&walk->seen);
    buffer_free(&walk->path);
    free(walk->levels);
    free(walk->ends);
    *walk = (struct hive_walk){0};
}
