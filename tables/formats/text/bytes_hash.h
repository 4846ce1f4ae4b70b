/* bytes_hash.h -- a quick hash of some bytes, for tables in memory that honest input fills.
 *
 * Eight bytes at a time; not for tables whose length an attacker may choose: those must be bounded.
 */
#ifndef SVCQL_BYTES_HASH_H
#define SVCQL_BYTES_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t bytes_hash_step(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static inline uint64_t bytes_hash(const void *bytes, size_t size, uint64_t seed)
{
    const char *at = bytes;
    uint64_t    hash = seed ^ size, word = 0;

    if (size < sizeof word) {
        for (size_t i = 0; i < size; i++)
            word = word << 8 | (uint8_t)at[i];
        return bytes_hash_step(hash, word);
    }
    const char *end = at + size;
    for (; (size_t)(end - at) > sizeof word; at += sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = bytes_hash_step(hash, word);
    }
    memcpy(&word, end - sizeof word, sizeof word); /* some of them a second time */
    return bytes_hash_step(hash, word);
}

/* Whether two texts of one size are equal: quicker than memcmp() where most are short and are. */
static inline bool bytes_same(const void *a, const void *b, size_t size)
{
    const char *x = a, *y = b;
    uint64_t    left, right;

    if (size > 128)
        return memcmp(x, y, size) == 0;
    if (size < sizeof left) {
        for (size_t i = 0; i < size; i++)
            if (x[i] != y[i])
                return false;
        return true;
    }
    for (size_t at = 0; at < size - sizeof left; at += sizeof left) {
        memcpy(&left, x + at, sizeof left);
        memcpy(&right, y + at, sizeof right);
        if (left != right)
            return false;
    }
    memcpy(&left, x + size - sizeof left, sizeof left); /* some of them a second time */
    memcpy(&right, y + size - sizeof right, sizeof right);
    return left == right;
}

/* A hash of some of the bytes of a longer text: of the beginning, of the middle, and most of the end, where paths and
 * commands differ. */
static inline uint64_t bytes_hash_some(const void *bytes, size_t size, uint64_t seed)
{
    const char *at = bytes;

    if (size <= 96)
        return bytes_hash(bytes, size, seed);
    seed = bytes_hash(at, 16, seed ^ size);
    seed = bytes_hash(at + size / 2, 16, seed);
    return bytes_hash(at + size - 48, 48, seed);
}

#endif
