#include "sudo_ends.h"

#include <errno.h>
#include <stdlib.h>

#include "formats/text/array.h"

struct sudo_end {
    uint64_t hash; /* of the host and the message of the command's beginning */
    int64_t  line, result;
    size_t   next; /* of the first end of a hash: the first without a matched beginning */
    bool     taken;
};

void sudo_ends_free(struct sudo_ends *ends)
{
    free(ends->ends);
    *ends = (struct sudo_ends){0};
}

static uint64_t hash_span(uint64_t hash, const struct auth_span *span)
{
    for (size_t i = 0; i < span->size; i++)
        hash = (hash ^ (uint8_t)span->text[i]) * 0x100000001b3u;
    return (hash ^ 0xff) * 0x100000001b3u;
}

static uint64_t hash_of(const struct auth_span *host, const struct auth_span *message)
{
    return hash_span(hash_span(0xcbf29ce484222325u, host), message);
}

int sudo_ends_note(struct sudo_ends *ends, const struct auth_span *host,
                   const struct auth_span *message, int64_t line)
{
    int64_t          result;
    struct auth_span begun = sudo_exit(message, &result);

    if (begun.size == message->size || ends->n >= SUDO_ENDS_MAX)
        return 0;
    struct sudo_end *end = ARRAY_ADD(ends->ends, ends->n);
    if (!end)
        return -ENOMEM;
    *end = (struct sudo_end){.hash = hash_of(host, &begun), .line = line, .result = result};
    ends->sorted = false;
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct sudo_end *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

/* The first end of this hash that is on this line or a later one. */
static size_t lower_bound(const struct sudo_ends *ends, uint64_t hash, int64_t line)
{
    struct sudo_end wanted = {.hash = hash, .line = line};
    size_t          low = 0, high = ends->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&ends->ends[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_end(const struct sudo_ends *ends, size_t i, uint64_t hash)
{
    return i < ends->n && ends->ends[i].hash == hash;
}

bool sudo_ends_event(struct sudo_ends *ends, const struct auth_span *host,
                     const struct auth_span *message, int64_t line, int64_t *ret_result)
{
    int64_t          result;
    struct auth_span begun = sudo_exit(message, &result);

    *ret_result = -1;
    if (!ends->n)
        return true;
    if (!ends->sorted)
        qsort(ends->ends, ends->n, sizeof *ends->ends, compare);
    ends->sorted = true;
    uint64_t hash = hash_of(host, &begun);
    size_t   i = lower_bound(ends, hash, line);
    if (begun.size < message->size)
        return !is_end(ends, i, hash) || !ends->ends[i].taken;
    if (!is_end(ends, i, hash))
        return true;
    struct sudo_end *first = &ends->ends[lower_bound(ends, hash, INT64_MIN)];
    i = i < first->next ? first->next : i;
    if (is_end(ends, i, hash)) {
        ends->ends[i].taken = true;
        *ret_result = ends->ends[i].result;
        first->next = i + 1;
    }
    return true;
}
