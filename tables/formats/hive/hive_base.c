#include "hive_base.h"

#include "hive.h"

bool hive_base_checks(const uint8_t *base)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < BASE_CHECKSUM; i += 4)
        sum ^= hive_u32(base + i);
    if (sum == UINT32_MAX)
        sum = UINT32_MAX - 1;
    if (sum == 0)
        sum = 1;
    return sum == hive_u32(base + BASE_CHECKSUM);
}
