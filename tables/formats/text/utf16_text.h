/* utf16_text.h -- blocks of a text file as UTF-8, whether it is UTF-8 or UTF-16, with or without a
 * mark at its beginning.
 *
 *     struct utf16_text text = {0};
 *     for each block of the file
 *         if (utf16_text_feed(&text, &data, &size) == 0)
 *             ... data, size are UTF-8 ...
 *     utf16_text_free(&text);
 *
 * Windows writes UTF-16, and PowerShell's redirections do; without a mark it is known by its first
 * characters, of which every other byte is 0.
 */
#ifndef SVCQL_UTF16_TEXT_H
#define SVCQL_UTF16_TEXT_H

#include "buffer.h"

struct utf16_text {
    bool          begun, wide, big;
    uint8_t       kept[4]; /* bytes of a character whose rest is in the next block */
    size_t        n_kept;
    struct buffer units, text;
};

/* Replace a block by its text, which is the block itself or is valid until the next call. -ENOMEM. */
int  utf16_text_feed(struct utf16_text *text, const char **data, size_t *size);
void utf16_text_free(struct utf16_text *text);

/* Whether these first bytes of a file are UTF-16; *ret_big: with the high byte first. */
bool utf16_text_is(const uint8_t *data, size_t size, bool *ret_big);

#endif
