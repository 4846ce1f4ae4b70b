/* make_bytes.h -- numbers as files have them, the least significant byte first, on any machine. */
#ifndef SVCQL_MAKE_BYTES_H
#define SVCQL_MAKE_BYTES_H

#include "formats/text/byte_order.h"

static inline void put_le(void *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)at)[i] = (uint8_t)(value >> (8 * i));
}

#endif
