/* fuzz_rpm_store.c -- any bytes as an rpm database of Berkeley DB. */
#include <stdlib.h>

#include "formats/package/rpm_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t sum;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rpm_store store;
    int64_t          place;

    if (rpm_store_open(data, size, &store) < 0)
        return 0;
    for (int n = 0; n < 1000 && rpm_store_next(&store, &place) > 0; n++) {
        const uint8_t *blob;
        size_t         length;

        if (rpm_store_read(&store, place, &blob, &length) == 0 && length)
            sum += blob[length - 1];
    }
    rpm_store_close(&store);
    return 0;
}
