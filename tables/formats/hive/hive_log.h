/* hive_log.h -- bring a dirty hive up to date from its transaction logs. */
#ifndef SVCQL_HIVE_LOG_H
#define SVCQL_HIVE_LOG_H

#include "hive.h"

/* Bring a dirty hive up to date from its logs: what hive_open() calls with `bins`, `size` and
 * `damaged_base` set. Logs that do not apply are not an error. 0 or -ENOMEM. */
int hive_replay(struct hive *hive, uint8_t *data, size_t size, const struct hive_log *logs,
                size_t n_logs);

#endif
