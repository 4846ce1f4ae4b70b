/* hive_parts.c -- the pages of a hive that is read as it is needed.
 *
 * Who asks for a few keys of a hive reads the pages that they are in. A page is read once, into its place
 * in memory. One that cannot be read is zeros, in which no cell begins, and makes the hive unread.
 */
#include "hive_parts.h"

#include <stdlib.h>
#include <string.h>

#include "hive_base.h"

enum {
    PAGE = 4096,
    MANY = 16, /* pages of one cell above which all of the hive is read: cells may overlap */
    IN_STRETCH = HIVE_STRETCH / PAGE,
};

struct hive_parts {
    hive_read *read;
    void      *arg;
    uint8_t   *bins;
    size_t     size;  /* bytes of them that the file has */
    bool      *there; /* of each page: it is in its place */
    size_t     n;
    bool       all;
    bool       unread;
    uint8_t   *stretch;
    uint32_t   stretch_at;
};

struct hive_parts *hive_parts_new(uint8_t *bins, size_t size, hive_read *read, void *arg)
{
    size_t             n = (size + PAGE - 1) / PAGE;
    struct hive_parts *parts = calloc(1, sizeof *parts);
    bool              *there = calloc(n, sizeof *there);

    if (!parts || !there) {
        free(parts);
        free(there);
        return NULL;
    }
    *parts = (struct hive_parts){
        .read = read, .arg = arg, .bins = bins, .size = size, .there = there, .n = n};
    return parts;
}

void hive_parts_free(struct hive_parts *parts)
{
    if (!parts)
        return;
    free(parts->there);
    free(parts->stretch);
    free(parts);
}

bool hive_unread(const struct hive *hive)
{
    return hive->parts && hive->parts->unread;
}

static size_t bytes_of(const struct hive_parts *parts, size_t first, size_t end)
{
    return (end * PAGE < parts->size ? end * PAGE : parts->size) - first * PAGE;
}

/* Read pages of the file, one by one where not all of them can be read. */
static void read_pages(struct hive_parts *parts, size_t first, size_t end, uint8_t *to)
{
    size_t bytes = bytes_of(parts, first, end);

    if (parts->read(parts->arg, BASE_SIZE + (uint64_t)first * PAGE, bytes, to))
        return;
    if (end - first > 1) {
        for (size_t i = first; i < end; i++)
            read_pages(parts, i, i + 1, to + (i - first) * PAGE);
        return;
    }
    parts->unread = true;
    memset(to, 0, bytes);
}

/* Have pages in their place. */
static void fill_pages(struct hive_parts *parts, size_t first, size_t end)
{
    for (size_t next; first < end; first = next) {
        for (next = first; next < end && !parts->there[next]; next++)
            parts->there[next] = true;
        if (next > first)
            read_pages(parts, first, next, parts->bins + first * PAGE);
        else
            next++;
    }
}

void hive_parts_all(struct hive_parts *parts)
{
    if (!parts->all)
        fill_pages(parts, 0, parts->n);
    parts->all = true;
}

void hive_read_parts(struct hive_parts *parts, uint32_t at, uint32_t size)
{
    size_t first = at / PAGE, end = ((size_t)at + size + PAGE - 1) / PAGE;

    if (parts->all)
        return;
    if (end - first > MANY)
        hive_parts_all(parts);
    else
        fill_pages(parts, first, end);
}

void hive_parts_replace(struct hive_parts *parts, uint32_t at, uint32_t size)
{
    uint32_t end = at + size;

    if (parts->all || !size)
        return;
    if (at % PAGE)
        fill_pages(parts, at / PAGE, at / PAGE + 1);
    if (end % PAGE)
        fill_pages(parts, end / PAGE, end / PAGE + 1);
    memset(parts->there + at / PAGE, true, (end - 1) / PAGE - at / PAGE + 1);
}

const uint8_t *hive_stretch(const struct hive *hive, uint32_t at)
{
    struct hive_parts *parts = hive->parts;
    size_t             first = at / PAGE;

    if (!parts || parts->all)
        return hive->bins + at;
    if (parts->stretch && parts->stretch_at == at)
        return parts->stretch;
    if (!parts->stretch && !(parts->stretch = malloc(HIVE_STRETCH)))
        return NULL;
    size_t end = first + IN_STRETCH < parts->n ? first + IN_STRETCH : parts->n;
    read_pages(parts, first, end, parts->stretch);
    for (size_t i = first; i < end; i++)
        if (parts->there[i])
            memcpy(parts->stretch + (i - first) * PAGE, parts->bins + i * PAGE,
                   bytes_of(parts, i, i + 1));
    parts->stretch_at = at;
    return parts->stretch;
}
