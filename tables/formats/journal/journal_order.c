#include "journal_order.h"

#include <errno.h>
#include <stdlib.h>

#define BOOTS_MAX 512 /* a file of more is not in order */

struct boot {
    struct journal_entry first, last;
};

/* The ends of the list of entries that have a data object, and how many they are. */
static bool boot_of(const struct journal_file *file, uint64_t offset, struct boot *ret,
                    uint64_t *entries)
{
    struct journal_list list;
    uint64_t            last;

    if (journal_entries_of(file, offset, &list) < 0 || !list.first ||
        journal_last(file, list, &last) < 0 || journal_entry(file, list.first, &ret->first) < 0 ||
        journal_entry(file, last, &ret->last) < 0)
        return false;
    *entries += list.left + 1;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct boot *x = a, *y = b;

    return (x->first.offset > y->first.offset) - (x->first.offset < y->first.offset);
}

/* Whether time does not go back from one entry to another, except within the slack. */
static bool rises(uint64_t from, uint64_t to)
{
    return to >= from || from - to <= JOURNAL_SLACK;
}

/* Whether the clock was not set back between the ends of a boot. */
static bool runs_on(const struct boot *boot)
{
    uint64_t first = boot->first.realtime - boot->first.monotonic;
    uint64_t last = boot->last.realtime - boot->last.monotonic;

    return boot->first.realtime >= boot->first.monotonic &&
           boot->last.realtime >= boot->last.monotonic && rises(first, last) &&
           rises(boot->first.realtime, boot->last.realtime);
}

static bool in_order(const struct boot *boots, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!runs_on(&boots[i]) ||
            (i && (boots[i].first.offset < boots[i - 1].last.offset ||
                   !rises(boots[i - 1].last.realtime, boots[i].first.realtime))))
            return false;
    return n > 0;
}

/* Take all boots of a file: their count, 0 where they are not all its entries. */
static size_t take_boots(const struct journal_file *file, struct boot *boots)
{
    uint64_t offset, entries = 0;
    size_t   n = 0;
    int      r = journal_values(file, "_BOOT_ID", &offset);

    for (; r == 0 && offset; r = journal_next_value(file, offset, &offset))
        if (n == BOOTS_MAX || !boot_of(file, offset, &boots[n++], &entries))
            return 0;
    return r == 0 && entries >= file->n_entries ? n : 0;
}

/* The boots of a file in the order of their places: their count, 0 where it is not in order. */
static size_t boots_in_order(const struct journal_file *file, struct boot *boots)
{
    size_t n = take_boots(file, boots);

    if (n)
        qsort(boots, n, sizeof *boots, by_place);
    return in_order(boots, n) ? n : 0;
}

struct journal_span journal_span(const struct journal_file *file)
{
    struct journal_span span = {UINT64_MAX, 0, false};
    struct boot        *boots = calloc(BOOTS_MAX, sizeof *boots);
    size_t              n = boots ? boots_in_order(file, boots) : 0;

    span.ordered = n > 0;
    for (size_t i = 0; i < n; i++) {
        span.first = boots[i].first.realtime < span.first ? boots[i].first.realtime : span.first;
        span.last = boots[i].last.realtime > span.last ? boots[i].last.realtime : span.last;
    }
    free(boots);
    return span;
}

long journal_boot_ends(const struct journal_file *file, uint64_t **ret)
{
    struct boot *boots = calloc(BOOTS_MAX, sizeof *boots);
    uint64_t    *offsets = calloc(2 * BOOTS_MAX, sizeof *offsets);
    long         n = boots && offsets ? 0 : -ENOMEM;
    size_t       n_boots = n < 0 ? 0 : boots_in_order(file, boots);

    for (size_t i = 0; i < n_boots; i++) {
        offsets[n++] = boots[i].first.offset;
        if (boots[i].last.offset != boots[i].first.offset)
            offsets[n++] = boots[i].last.offset;
    }
    free(boots);
    if (n > 0)
        *ret = offsets;
    else
        free(offsets);
    return n;
}
