#include "utf16_text.h"

#include <errno.h>
#include <string.h>

bool utf16_text_is(const uint8_t *data, size_t size, bool *ret_big)
{
    if (size < 4)
        return false;
    bool marked = (data[0] == 0xff && data[1] == 0xfe) || (data[0] == 0xfe && data[1] == 0xff);
    bool little = data[0] && !data[1] && data[2] && !data[3];
    bool big = !data[0] && data[1] && !data[2] && data[3];

    *ret_big = marked ? data[0] == 0xfe : big;
    return marked || little || big;
}

/* Bytes at the end that are half of a unit, or the first of a pair of surrogates. */
static size_t unfinished(const uint8_t *units, size_t size)
{
    size_t odd = size % 2;

    return size - odd >= 2 && (units[size - odd - 1] & 0xfc) == 0xd8 ? odd + 2 : odd;
}

static void swap(uint8_t *units, size_t size)
{
    for (size_t i = 0; i + 1 < size; i += 2) {
        uint8_t first = units[i];
        units[i] = units[i + 1];
        units[i + 1] = first;
    }
}

int utf16_text_feed(struct utf16_text *t, const char **data, size_t *size)
{
    if (!t->begun)
        t->wide = utf16_text_is((const uint8_t *)*data, *size, &t->big);
    t->begun = true;
    if (!t->wide)
        return 0;

    buffer_reset(&t->units);
    buffer_reset(&t->text);
    buffer_put(&t->units, t->kept, t->n_kept);
    buffer_put(&t->units, *data, *size);
    if (t->units.failed)
        return -ENOMEM;
    uint8_t *units = (uint8_t *)t->units.data;
    size_t   n = t->units.size;
    if (t->big)
        swap(units, n);
    t->n_kept = unfinished(units, n);
    n -= t->n_kept;
    memcpy(t->kept, units + n, t->n_kept);
    if (t->big) /* as they are in the file: the last one of an odd number was not swapped */
        swap(t->kept, t->n_kept);
    buffer_utf16(&t->text, units, n / 2);
    *data = t->text.data;
    *size = t->text.size;
    return t->text.failed ? -ENOMEM : 0;
}

void utf16_text_free(struct utf16_text *t)
{
    buffer_free(&t->units);
    buffer_free(&t->text);
}
