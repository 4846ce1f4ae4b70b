/* hive_log.h -- bring a dirty hive up to date from its transaction logs. */
#ifndef SVCQL_HIVE_LOG_H
#define SVCQL_HIVE_LOG_H

#include "hive.h"

/* Bring a dirty hive up to date from its logs: what hive_open() calls with `bins`, `size` and
 * `damaged_base` set. Logs that do not apply are not an error. 0 or -ENOMEM. */
int hive_replay(struct hive *hive, uint8_t *data, size_t size, const struct hive_log *logs,
                size_t n_logs);

#define HIVE_LOG_FIRST 512 /* offset of the first entry of a log, and bytes of the least */

/* The entry of a log of the new format that begins at `data`: its size, which is not above `left`; 0 where there is
 * none, or, unless it is the first, none that follows the one with the number in *sequence, which is set to its own. */
size_t hive_log_entry(const uint8_t *data, size_t left, bool first, uint32_t *sequence);

#endif
