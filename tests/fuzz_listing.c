/* fuzz_listing.c -- any text is what a service tool printed, or nothing: in blocks of any size, within bounds. */
#include <stdlib.h>
#include <string.h>

#include "formats/listing/listing.h"
#include "formats/text/utf16_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each value is text, and a record has a name. */
static void look(const struct listing *listing)
{
    size_t n = 0;

    for (unsigned f = 0; f < LISTING_FIELDS; f++) {
        const char *text = listing_value(listing, (enum listing_field)f);
        n += text ? strlen(text) : 0;
    }
    if (!listing_value(listing, LISTING_NAME) || !listing_form(listing) ||
        !listing_platform(listing) || n == 0)
        abort();
}

static void read_in(const char *data, size_t size, size_t part)
{
    struct listing *listing;

    if (listing_new(&listing) < 0)
        return;
    for (size_t at = 0; at < size; at += part) {
        const char *block = data + at;
        size_t      n = size - at < part ? size - at : part;
        while (listing_feed(listing, &block, &n) > 0)
            look(listing);
    }
    while (listing_end(listing) > 0)
        look(listing);
    listing_lost(listing);
    listing_free(listing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct utf16_text wide = {0};
    const char       *text = (const char *)data;
    size_t            n = size;

    listing_is(text, n);
    read_in(text, n, n ? n : 1);
    read_in(text, n, 37);
    if (utf16_text_feed(&wide, &text, &n) == 0)
        read_in(text, n, n ? n : 1);
    utf16_text_free(&wide);
    return 0;
}
