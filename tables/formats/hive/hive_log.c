/* hive_log.c -- replay of transaction logs, both formats, into a private copy of the hive.
 *
 * The specification's chapters "Format of transaction log files" and "Multiple transaction log
 * files" say what a log holds and when it counts. Nothing of a log is applied before all that is
 * to be applied has been checked.
 */
#include "hive_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/log/expander.h"
#include "formats/text/array.h"
#include "hive_base.h"
#include "hive_parts.h"

enum { SECTOR = 512 };

/* A log entry of the new format ("HvLE"). */
enum {
    ENTRY_SIZE = 4,
    ENTRY_SEQUENCE = 12,
    ENTRY_BINS = 16,
    ENTRY_PAGES = 20,
    ENTRY_HASH_1 = 24,
    ENTRY_HASH_2 = 32,
    ENTRY_HEADER = 40,
};

/* Where the replay writes: the caller's buffer, or a longer copy of it. */
struct target {
    uint8_t *data;
    size_t   size;
    uint8_t *grown;
};

struct entry {
    uint32_t       sequence;
    const uint8_t *data;
    uint32_t       size;
};

struct entries {
    struct entry *entry;
    size_t        n;
};

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static void mix(uint32_t *a, uint32_t *b)
{
    *b ^= *a;
    *a = rotate(*a, 20) + *b;
    *b = rotate(*b, 9) ^ *a;
    *a = rotate(*a, 27) + *b;
    *b = rotate(*b, 19);
}

/* Marvin32 with the seed of the specification's "Log entries". `size` is a multiple of four. */
static uint64_t marvin32(const uint8_t *data, size_t size)
{
    uint32_t a = 0x7a4e55c5, b = 0x82ef4d88;

    for (size_t i = 0; i + 4 <= size; i += 4) {
        a += hive_u32(data + i);
        mix(&a, &b);
    }
    a += 0x80;
    mix(&a, &b);
    mix(&a, &b);
    return (uint64_t)b << 32 | a;
}

/* Make room for `bins` bytes of bins. */
static int grow(const struct hive *hive, struct target *target, uint32_t bins)
{
    size_t need = BASE_SIZE + (size_t)bins;

    if (need <= target->size)
        return 0;
    if (need > HIVE_FILE_MAX || need / 4 > target->size)
        return -EFBIG;
    uint8_t *grown = calloc(1, need);
    if (!grown)
        return -ENOMEM;
    if (hive->parts)
        hive_parts_all(hive->parts);
    memcpy(grown, target->data, target->size);
    free(target->grown);
    target->data = target->grown = grown;
    target->size = need;
    return 0;
}

static bool is_log(const struct hive_log *log, uint32_t sector)
{
    static const char signatures[][5] = {"DIRT", "HvLE"};

    return log->data && log->size > 2 * SECTOR &&
           memcmp(log->data + SECTOR, signatures[sector], 4) == 0;
}

/* The new format -------------------------------------------------------------- */

static bool entry_checks(const uint8_t *entry, uint32_t size)
{
    uint32_t pages = hive_u32(entry + ENTRY_PAGES);
    uint64_t end = ENTRY_HEADER + 8 * (uint64_t)pages;

    if (end > size || hive_u64(entry + ENTRY_HASH_2) != marvin32(entry, ENTRY_HASH_2) ||
        hive_u64(entry + ENTRY_HASH_1) != marvin32(entry + ENTRY_HEADER, size - ENTRY_HEADER))
        return false;
    uint64_t bins = hive_u32(entry + ENTRY_BINS);
    for (uint32_t i = 0; i < pages; i++) {
        const uint8_t *page = entry + ENTRY_HEADER + 8 * (size_t)i;
        end += hive_u32(page + 4);
        if ((uint64_t)hive_u32(page) + hive_u32(page + 4) > bins)
            return false;
    }
    return end <= size && bins % BASE_SIZE == 0;
}

static int keep(struct entries *entries, const struct entry *entry)
{
    struct entry *added = ARRAY_ADD(entries->entry, entries->n);

    if (!added)
        return -ENOMEM;
    *added = *entry;
    return 0;
}

size_t hive_log_entry(const uint8_t *data, size_t left, bool first, uint32_t *sequence)
{
    if (left < SECTOR || memcmp(data, "HvLE", 4) != 0)
        return 0;
    uint32_t size = hive_u32(data + ENTRY_SIZE), number = hive_u32(data + ENTRY_SEQUENCE);
    if (size < SECTOR || size % SECTOR != 0 || size > left || (!first && number != *sequence + 1))
        return 0;
    *sequence = number;
    return size;
}

/* Collect the entries of a log from sequence number `from` on, up to the first that is not whole or
 * does not follow the one before it: what is there is left over from an older round. */
static int collect(struct entries *entries, const struct hive_log *log, uint32_t from)
{
    size_t   at = HIVE_LOG_FIRST, size;
    uint32_t sequence = 0;

    while (
        (size = hive_log_entry(log->data + at, log->size - at, at == HIVE_LOG_FIRST, &sequence))) {
        struct entry entry = {sequence, log->data + at, (uint32_t)size};
        if (!entry_checks(entry.data, entry.size))
            break;
        int r = (int32_t)(entry.sequence - from) >= 0 ? keep(entries, &entry) : 0;
        if (r < 0)
            return r;
        at += size;
    }
    return 0;
}

static int by_sequence(const void *a, const void *b)
{
    uint32_t x = ((const struct entry *)a)->sequence, y = ((const struct entry *)b)->sequence;

    return x < y ? -1 : x > y;
}

static void apply_entry(struct hive *hive, struct target *target, const struct entry *entry)
{
    uint32_t       pages = hive_u32(entry->data + ENTRY_PAGES);
    const uint8_t *reference = entry->data + ENTRY_HEADER;
    const uint8_t *page = reference + 8 * (size_t)pages;

    for (uint32_t i = 0; i < pages; i++, reference += 8) {
        uint32_t at = hive_u32(reference), size = hive_u32(reference + 4);
        if (hive->parts)
            hive_parts_replace(hive->parts, at, size);
        memcpy(target->data + BASE_SIZE + at, page, size);
        page += size;
    }
    hive->pages += pages;
    hive->size = hive_u32(entry->data + ENTRY_BINS);
}

/* Apply what follows without a gap from the first entry on; one found in both logs counts once. */
static int apply_entries(struct hive *hive, struct target *target, const struct entries *entries)
{
    for (size_t i = 0; i < entries->n; i++) {
        const struct entry *entry = &entries->entry[i];
        uint32_t            step = i ? entry->sequence - entry[-1].sequence : 1;
        if (step > 1)
            break;
        if (step == 0)
            continue;
        int r = grow(hive, target, hive_u32(entry->data + ENTRY_BINS));
        if (r < 0)
            return r;
        apply_entry(hive, target, entry);
        hive->recovered = true;
        hive->truncated = false;
    }
    return 0;
}

static int replay_new(struct hive *hive, struct target *target, const struct hive_log *logs,
                      size_t n_logs)
{
    struct entries entries = {0};
    uint32_t       from = hive_u32(target->data + BASE_SECONDARY);
    int            r = 0;

    for (size_t i = 0; i < n_logs && r == 0; i++)
        if (is_log(&logs[i], 1))
            r = collect(&entries, &logs[i], from);
    if (r == 0 && entries.n) {
        qsort(entries.entry, entries.n, sizeof *entries.entry, by_sequence);
        r = apply_entries(hive, target, &entries);
    }
    free(entries.entry);
    return r;
}

/* The old format --------------------------------------------------------------- */

/* A log belongs to the state of the hive that was written last at the same time. */
static bool belongs(const struct target *target, const struct hive *hive, const uint8_t *log)
{
    const uint8_t *written =
        target->data + (hive->damaged_base ? BASE_SIZE + BIN_WRITTEN : BASE_WRITTEN);

    return hive_base_checks(log) &&
           (hive_u32(log + BASE_TYPE) == 1 || hive_u32(log + BASE_TYPE) == 2) &&
           hive_u32(log + BASE_PRIMARY) == hive_u32(log + BASE_SECONDARY) &&
           memcmp(log + BASE_WRITTEN, written, 8) == 0;
}

static bool bit(const uint8_t *bitmap, size_t i)
{
    return bitmap[i / 8] >> (i % 8) & 1;
}

/* Whether `page`, bound for `at`, may take that place: where a bin begins, one must begin. */
static bool page_fits(const struct target *target, size_t at, const uint8_t *page)
{
    const uint8_t *here = target->data + BASE_SIZE + at;

    if (at % BASE_SIZE != 0 || memcmp(here, "hbin", 4) != 0 || hive_u32(here + 4) != at)
        return true;
    return memcmp(page, "hbin", 4) == 0 && hive_u32(page + 4) == at;
}

/* Walk the dirty pages of a log; without `apply`, only check. Returns how many, 0 if not whole. */
static uint32_t dirty_pages(const struct hive *hive, const struct target *target,
                            const struct hive_log *log, uint32_t bins, bool apply)
{
    const uint8_t *bitmap = log->data + SECTOR + 4;
    size_t         bytes = bins / BASE_SIZE;
    size_t         at = (SECTOR + 4 + bytes + SECTOR - 1) / SECTOR * SECTOR;
    uint32_t       pages = 0;

    if (at > log->size)
        return 0;
    for (size_t i = 0; i < bytes * 8; i++) {
        if (!bit(bitmap, i))
            continue;
        if (log->size - at < SECTOR)
            return 0;
        hive_load(hive, (uint32_t)i * SECTOR, SECTOR);
        if (apply)
            memcpy(target->data + BASE_SIZE + i * SECTOR, log->data + at, SECTOR);
        else if (!page_fits(target, i * SECTOR, log->data + at))
            return 0;
        at += SECTOR;
        pages++;
    }
    return pages;
}

static int replay_old(struct hive *hive, struct target *target, const struct hive_log *log)
{
    uint32_t bins = hive_u32(log->data + BASE_BINS);

    if (bins % BASE_SIZE != 0 || !belongs(target, hive, log->data))
        return 0;
    int r = grow(hive, target, bins);
    if (r < 0 || dirty_pages(hive, target, log, bins, false) == 0)
        return r;
    hive->pages = dirty_pages(hive, target, log, bins, true);
    hive->size = bins;
    hive->recovered = true;
    hive->truncated = false;
    return 0;
}

/* Both --------------------------------------------------------------------------- */

/* Take the base block from the log that begins earliest, where the hive's own is damaged. */
static void restore_base(uint8_t *data, const struct hive_log *logs, size_t n_logs)
{
    const uint8_t *best = NULL;

    for (size_t i = 0; i < n_logs; i++) {
        const uint8_t *log = logs[i].data;
        if ((!is_log(&logs[i], 0) && !is_log(&logs[i], 1)) || memcmp(log, "regf", 4) != 0 ||
            !hive_base_checks(log))
            continue;
        if (!best ||
            (int32_t)(hive_u32(log + BASE_SECONDARY) - hive_u32(best + BASE_SECONDARY)) < 0)
            best = log;
    }
    if (!best)
        return;
    memcpy(data, best, SECTOR);
}

bool hive_log_path(const char *hive, unsigned i, unsigned form, char *ret, size_t room)
{
    static const char *const ends[HIVE_LOGS][2] = {
        {".LOG1", ".log1"}, {".LOG2", ".log2"}, {".LOG", ".log"}};
    size_t      plain = uncompressed_name(hive);
    const char *packed = form < 2 ? hive + plain : "";

    if (form >= (hive[plain] ? 4u : 2u))
        return false;
    int n = snprintf(ret, room, "%.*s%s%s", (int)plain, hive, ends[i][form % 2], packed);
    return n > 0 && (size_t)n < room;
}

int hive_replay(struct hive *hive, uint8_t *data, size_t size, const struct hive_log *logs,
                size_t n_logs)
{
    struct target target = {data, size, NULL};
    int           r = 0;

    for (size_t i = 0; i < n_logs && r == 0 && !hive->recovered; i++)
        if (is_log(&logs[i], 0))
            r = replay_old(hive, &target, &logs[i]);
    if (hive->damaged_base)
        restore_base(target.data, logs, n_logs);
    if (r == 0 && !hive->recovered)
        r = replay_new(hive, &target, logs, n_logs);
    hive->grown = target.grown;
    hive->bins = target.data + BASE_SIZE;
    return r == -ENOMEM ? r : 0;
}
