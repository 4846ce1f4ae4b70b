/* fuzz_property_text.c -- hostile property files: names and values are within the text. */
#include <stdint.h>
#include <stdlib.h>

#include "formats/text/property_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct property_span *span, const char *begin, const char *end)
{
    if (span->text < begin || span->text + span->size > end)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data, *end = begin + size;

    for (int form = PROPERTY_ENVIRONMENT; form <= PROPERTY_VALUE; form++) {
        struct property_span text = {begin, size};
        struct property      property;
        int                  r;
        while ((r = property_next((enum property_form)form, &text, &property)) != 0) {
            if (r < 0)
                continue;
            check(&property.name, begin, end);
            check(&property.value, begin, end);
        }
    }
    return 0;
}
