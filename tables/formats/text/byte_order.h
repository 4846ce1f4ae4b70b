/* byte_order.h -- numbers of files, at any address and on machines of either byte order.
 *
 * Formats say which byte comes first; the machine that reads has no say. No parser casts or copies
 * bytes into a number by itself. Compilers make one load of each of these.
 */
#ifndef SVCQL_BYTE_ORDER_H
#define SVCQL_BYTE_ORDER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Least significant byte first. */
static inline uint16_t le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t le64(const uint8_t *p)
{
    return le32(p) | (uint64_t)le32(p + 4) << 32;
}

/* Of any size up to 8 bytes. */
static inline uint64_t le_number(const uint8_t *p, size_t size)
{
    uint64_t value = 0;

    while (size)
        value = value << 8 | p[--size];
    return value;
}

static inline void put_le32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
}

/* Most significant byte first. */
static inline uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The numbers of IEEE 754 that have these bits. */
static inline float real32(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double real64(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
