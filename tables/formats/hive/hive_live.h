/* hive_live.h -- the registry of a running Windows as a hive: cells in memory that are made when they are
 * first read, from what a registry gives of one key at a time. Everything that reads a hive reads it.
 *
 *     struct hive hive;
 *     if (hive_live_open(&hive, &registry, data) == 0) {
 *         ... hive_find(), hive_subkeys_begin(), hive_values_begin() ...
 *         hive_close(&hive);
 *     }
 *
 * A key is as it was when it was first asked for; two keys may be of different moments. What cannot be
 * read is counted in `lost`, keys that may not be opened in `denied` too. There are no free cells, so
 * that nothing deleted is found.
 */
#ifndef SVCQL_HIVE_LIVE_H
#define SVCQL_HIVE_LIVE_H

#include "hive.h"

struct hive_live; /* a list that is being filled */

/* Where keys come from. A path is of UTF-16LE names with a backslash between them, `units` of two bytes,
 * below the root of the hive; 0 units: the root. Functions return 0 or a negative errno: -ENOENT, -EACCES. */
struct hive_registry {
    /* When the key was last written, as FILETIME. */
    int (*look)(void *data, const uint8_t *path, size_t units, uint64_t *ret_written);

    /* Give each subkey to hive_live_key(), each value to hive_live_value(). */
    int (*keys)(void *data, const uint8_t *path, size_t units, struct hive_live *to);
    int (*values)(void *data, const uint8_t *path, size_t units, struct hive_live *to);

    /* Append the key's self-relative descriptor. */
    int (*security)(void *data, const uint8_t *path, size_t units, struct buffer *to);

    void (*close)(void *data);
};

/* Take over `data`, on failure too. */
int hive_live_open(struct hive *ret, const struct hive_registry *registry, void *data);

/* Keys that could not be opened for want of rights. */
uint64_t hive_live_denied(const struct hive *hive);

/* Add an item to the list; 0 or -ENOMEM, -ENOSPC, which the caller returns. Names are UTF-16LE. */
int hive_live_key(struct hive_live *to, const uint8_t *name, size_t units, uint64_t written);
int hive_live_value(struct hive_live *to, const uint8_t *name, size_t units, uint32_t type,
                    const uint8_t *data, uint32_t size);

/* Say how many subkeys the key has whose values are being given: none of none are then looked for, and few
 * are listed before one is looked for. */
void hive_live_subkeys(struct hive_live *to, uint32_t n);

#endif
