/* cksum.h -- the checksum of cksum(1), as bills of materials have it (bom.h).
 *
 *     struct cksum sum;
 *     cksum_begin(&sum);
 *     cksum_put(&sum, data, size);
 *     uint32_t value = cksum_end(&sum);
 *
 * POSIX.1-2017, cksum: a CRC of the bytes and of their number. Who writes a file can give it any checksum.
 */
#ifndef SVCQL_CKSUM_H
#define SVCQL_CKSUM_H

#include <stddef.h>
#include <stdint.h>

struct cksum {
    uint32_t table[256], crc;
    uint64_t size;
};

void     cksum_begin(struct cksum *sum);
void     cksum_put(struct cksum *sum, const uint8_t *data, size_t size);
uint32_t cksum_end(struct cksum *sum);

#endif
