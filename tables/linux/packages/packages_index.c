#include "packages_index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"

#define TEXT_MAX ((size_t)256 << 20) /* bytes of all paths and names */

/* Growing --------------------------------------------------------------------- */

int64_t packages_add_text(struct packages *p, const char *text, size_t size)
{
    if (size >= TEXT_MAX || p->text_size + size + 2 > TEXT_MAX)
        return -EFBIG;
    if (p->text_room - p->text_size < size + 2) {
        size_t room = 2 * (p->text_size + size + 2048);
        char  *data = realloc(p->text, room);

        if (!data)
            return -ENOMEM;
        p->text = data;
        p->text_room = room;
    }
    if (!p->text_size)
        p->text[p->text_size++] = '\0'; /* offset 0 means no text */

    int64_t offset = (int64_t)p->text_size;
    memcpy(p->text + offset, text, size);
    p->text_size += size;
    p->text[p->text_size++] = '\0';
    return offset;
}

int packages_add_owner(struct packages *p, const struct owner *owner)
{
    struct owner *added = p->n_owners < UINT32_MAX - 1 ? ARRAY_ADD(p->owners, p->n_owners) : NULL;

    if (!added)
        return -ENOMEM;
    *added = *owner;
    return 0;
}

int packages_add_entry(struct packages *p, uint32_t owner, uint32_t path, uint32_t listed)
{
    struct entry *added =
        p->n_entries < UINT32_MAX - 1 ? ARRAY_ADD(p->entries, p->n_entries) : NULL;

    if (!added)
        return -ENOMEM;
    *added = (struct entry){.path = path, .listed = listed, .owner = owner};
    return 0;
}

int packages_add_digest(struct digests *d, const char *path, const char *hex, bool conffile)
{
    struct digest *added = ARRAY_ADD(d->list, d->n);

    if (!added)
        return -ENOMEM;
    *added = (struct digest){path + (path[0] == '/'), hex, conffile};
    return 0;
}

/* Paths ----------------------------------------------------------------------- */

static const char *const merged_dirs[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};

unsigned packages_merged(const struct root *root)
{
    unsigned merged = 0;

    for (size_t i = 0; i < sizeof merged_dirs / sizeof merged_dirs[0]; i++) {
        char dir[16], real[ROOT_PATH_MAX];

        snprintf(dir, sizeof dir, "/%s", merged_dirs[i]);
        if (root_resolve(root, dir, real) == 0 && strncmp(real, "/usr/", 5) == 0 &&
            strcmp(real + 5, merged_dirs[i]) == 0)
            merged |= 1u << i;
    }
    return merged;
}

const char *packages_canonical(const struct packages *p, const char *path)
{
    if (strncmp(path, "/usr/", 5) != 0 || (path[5] == 's' && path[6] != 'b') || /* /usr/share */
        !strchr("bls", path[5]))
        return path;

    const char *dir = path + 5;
    for (size_t i = 0; i < sizeof merged_dirs / sizeof merged_dirs[0]; i++) {
        size_t size = strlen(merged_dirs[i]);
        if (p->merged & 1u << i && strncmp(merged_dirs[i], dir, size) == 0 &&
            (!dir[size] || dir[size] == '/'))
            return path + 4;
    }
    return path;
}

/* Mixing with a seed that the writer of a list cannot know prevents flooding of the table. */
static uint64_t hash(const struct packages *p, const char *path)
{
    uint64_t h = p->seed, word;
    size_t   size = strlen(path);

    for (; size; path += sizeof word, size -= sizeof word) {
        word = 0;
        memcpy(&word, path, size < sizeof word ? size : sizeof word);
        h = (h ^ word) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
        if (size < sizeof word)
            break;
    }
    return h ^ h >> 32;
}

static struct slot *slot_of(const struct packages *p, const char *name, uint64_t h)
{
    size_t mask = p->n_slots - 1;

    for (size_t i = (size_t)h & mask;; i = (i + 1) & mask) {
        struct slot *slot = &p->slots[i];

        if (!slot->entry)
            return slot;
        if (slot->hash != (uint32_t)(h >> 32))
            continue;
        const char *path = p->text + p->entries[slot->entry - 1].path;
        if (strcmp(packages_canonical(p, path), name) == 0)
            return slot;
    }
}

/* The slot that holds the path, or the free one where it belongs. */
const struct slot *packages_slot(const struct packages *p, const char *path)
{
    const char *name = packages_canonical(p, path);

    return slot_of(p, name, hash(p, name));
}

int packages_fill_slots(struct packages *p)
{
    for (p->n_slots = 16; p->n_slots < 2 * p->n_entries; p->n_slots *= 2)
        ;
    p->slots = calloc(p->n_slots, sizeof *p->slots);
    if (!p->slots)
        return -ENOMEM;
    for (size_t i = p->n_entries; i-- > 0;) {
        const char  *name = packages_canonical(p, p->text + p->entries[i].path);
        uint64_t     h = hash(p, name);
        struct slot *slot = slot_of(p, name, h);

        p->entries[i].same = slot->entry;
        *slot = (struct slot){(uint32_t)i + 1, (uint32_t)(h >> 32)};
    }
    return 0;
}
