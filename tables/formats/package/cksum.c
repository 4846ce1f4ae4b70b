#include "cksum.h"

#define POLYNOMIAL 0x04c11db7u

void cksum_begin(struct cksum *sum)
{
    sum->crc = 0;
    sum->size = 0;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i << 24;
        for (int bit = 0; bit < 8; bit++)
            crc = crc << 1 ^ (crc >> 31 ? POLYNOMIAL : 0);
        sum->table[i] = crc;
    }
}

static void put_byte(struct cksum *sum, uint8_t byte)
{
    sum->crc = sum->crc << 8 ^ sum->table[sum->crc >> 24 ^ byte];
}

void cksum_put(struct cksum *sum, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        put_byte(sum, data[i]);
    sum->size += size;
}

uint32_t cksum_end(struct cksum *sum)
{
    for (uint64_t size = sum->size; size; size >>= 8)
        put_byte(sum, (uint8_t)size);
    return ~sum->crc;
}
