/* fuzz_bom.c -- any bytes as a bill of materials: entries and paths within the bounds of an honest one. */
#include <stdlib.h>
#include <string.h>

#include "formats/package/bom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bom    bom;
    struct buffer path = {0};
    size_t        text = 0;

    if (bom_open(data, size, &bom) < 0)
        return 0;
    for (size_t i = 0; i < bom.n; i++) {
        if (bom_path(&bom, i, &path) < 0)
            continue;
        text += path.size;
        if (strlen(path.data) != path.size || path.data[0] == '/')
            abort();
    }
    if (bom.n > size || text > 8 * size)
        abort();
    buffer_free(&path);
    bom_close(&bom);
    return 0;
}
