/* hive_parts.h -- the pages of a hive that is read as it is needed, for what opens and searches hives. */
#ifndef SVCQL_HIVE_PARTS_H
#define SVCQL_HIVE_PARTS_H

#include "hive.h"

#define HIVE_STRETCH (64u << 10) /* bytes that are searched at once */

/* Of bins of `size` bytes, which follow the file's base block; NULL: no memory. */
struct hive_parts *hive_parts_new(uint8_t *bins, size_t size, hive_read *read, void *arg);
void               hive_parts_free(struct hive_parts *parts);

/* Have all in memory, where it is then read from, though the hive moves. */
void hive_parts_all(struct hive_parts *parts);

/* The caller writes all of these bytes, of which the file's own need not be read. */
void hive_parts_replace(struct hive_parts *parts, uint32_t at, uint32_t size);

/* The bytes from `at`, a multiple of HIVE_STRETCH, up to the next, to be looked through once: they need not
 * stay in memory, and are good until the next call. NULL: no memory. */
const uint8_t *hive_stretch(const struct hive *hive, uint32_t at);

#endif
