/* hive_base.h -- the base block, which begins a hive file and, its first 512 bytes, a transaction log
 * ("Base block" in the specification). */
#ifndef SVCQL_HIVE_BASE_H
#define SVCQL_HIVE_BASE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    BASE_SIZE = 4096,
    BASE_PRIMARY = 4, /* the two sequence numbers, which differ while a write goes on */
    BASE_SECONDARY = 8,
    BASE_WRITTEN = 12,
    BASE_MAJOR = 20,
    BASE_MINOR = 24,
    BASE_TYPE = 28,
    BASE_ROOT = 36,
    BASE_BINS = 40,
    BASE_NAME = 48,
    BASE_CHECKSUM = 508,
    BIN_HEADER = 32,
    BIN_WRITTEN = 20,
};

/* Whether the checksum of a base block, of 512 bytes at least, is right. */
bool hive_base_checks(const uint8_t *base);

#endif
