/* fuzz_hive_layer.c -- a differencing hive over its base: no crash, an end and bounded cells for any two.
 * The first four bytes are the size of the base that follows; the rest is the layer. */
#include <stdlib.h>
#include <string.h>

#include "formats/hive/hive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy whose base block says what a reader asks for first: few inputs would pass that by themselves. */
static uint8_t *accepted(const uint8_t *data, size_t size, uint8_t minor)
{
    uint8_t *copy = malloc(size + 1);
    uint32_t sum = 0;

    if (!copy)
        abort();
    memcpy(copy, data, size);
    memcpy(copy, "regf", 4);
    memset(copy + 20, 0, 12); /* version and type */
    copy[20] = 1;
    copy[24] = minor;
    for (size_t i = 0; i < 508; i += 4)
        sum ^= hive_u32(copy + i);
    sum = sum == UINT32_MAX ? UINT32_MAX - 1 : sum ? sum : 1;
    for (size_t i = 0; i < 4; i++)
        copy[508 + i] = (uint8_t)(sum >> 8 * i);
    return copy;
}

static void walk(struct hive *hive)
{
    struct hive_walk   all = {0};
    struct hive_values values;
    struct hive_value  value;
    struct hive_key    key;
    struct buffer      scratch = {0};
    const uint8_t     *bytes;
    uint32_t           size;

    if (hive_key(hive, hive->root, &key) == 0 && hive_walk_begin(&all, hive, &key, "") == 0)
        while (hive_walk_next(&all, &key) > 0) {
            hive_values_begin(&values, hive, &key);
            while (hive_values_next(&values, &value))
                hive_data(hive, &value, &scratch, &bytes, &size);
            hive_security(hive, &key, &bytes, &size);
        }
    hive_walk_end(&all);
    buffer_free(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hive base, layer;
    size_t      first = size < 4 ? 0 : hive_u32(data);

    if (size < 4 || first > size - 4 || first < 8192 || size - 4 - first < 8192)
        return 0;
    uint8_t *below = accepted(data + 4, first, 5);
    uint8_t *above = accepted(data + 4 + first, size - 4 - first, 6);
    if (hive_open(&base, below, first, NULL, 0) == 0) {
        if (hive_open_layer(&layer, above, size - 4 - first, NULL, 0) == 0) {
            hive_put_layer(&base, &layer);
            hive_close(&layer);
        }
        walk(&base);
        hive_close(&base);
    }
    free(below);
    free(above);
    return 0;
}
