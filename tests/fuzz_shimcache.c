/* fuzz_shimcache.c -- application compatibility caches: every path within the value, an end for any
 * input. */
#include <stdlib.h>

#include "formats/hive/shimcache.h"
#include "formats/text/buffer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct shimcache       cache;
    struct shimcache_entry entry;
    struct buffer          text = {0};
    size_t                 n = 0;

    if (shimcache_begin(&cache, data, size) < 0)
        return 0;
    while (shimcache_next(&cache, &entry) > 0) {
        if (entry.path < data || entry.units * 2 > (size_t)(data + size - entry.path) || n++ > size)
            abort();
        buffer_reset(&text);
        buffer_utf16(&text, entry.path, entry.units);
    }
    shimcache_lost(&cache);
    shimcache_form_name(cache.form);
    buffer_free(&text);
    return 0;
}
