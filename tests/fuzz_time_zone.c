/* fuzz_time_zone.c -- any bytes as a time zone file, and times on its clock. */
#include <stdlib.h>
#include <string.h>

#include "formats/log/time_zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct time_zone *zone = NULL;
    int64_t           local = 0;

    if (size >= sizeof local)
        memcpy(&local, data + size - sizeof local, sizeof local);
    if (time_zone_parse(data, size, &zone) < 0)
        return 0;
    const int64_t offset = time_zone_utc(zone, 1795514400) - 1795514400;
    if (offset > INT64_C(1) << 33 || offset < -(INT64_C(1) << 33))
        abort();
    time_zone_utc(zone, local);
    time_zone_free(zone);
    return 0;
}
