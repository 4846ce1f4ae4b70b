#include <string.h>

#include "command_reader.h"
#include "shell_lexer.h"

static int base64_value(char c)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789+/";
    const char       *found = c ? strchr(alphabet, c) : NULL;

    return found ? (int)(found - alphabet) : -1;
}

/* The bytes that `text` stands for, up to the first character that is no base64; *ret_size says how
 * many. Blanks are passed over. */
static const uint8_t *base64(struct arena *arena, const char *text, size_t *ret_size)
{
    uint8_t *bytes = arena_alloc(arena, strlen(text) / 4 * 3 + 4);
    unsigned bits = 0, n_bits = 0;
    size_t   n = 0;

    for (; bytes && *text; text++) {
        int value = base64_value(*text);

        if (is_blank(*text) || *text == '\n')
            continue;
        if (value < 0)
            break;
        bits = (bits << 6 | (unsigned)value) & 0xffffff;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            bytes[n++] = (uint8_t)(bits >> n_bits);
        }
    }
    *ret_size = n;
    return bytes;
}

const char *command_decoded(struct arena *arena, const char *text)
{
    struct buffer  out = {0};
    size_t         size, zeros = 0;
    const uint8_t *bytes = base64(arena, text, &size);
    const char    *result = "";

    for (size_t i = 1; bytes && i < size; i += 2)
        zeros += bytes[i] == 0;
    if (bytes && zeros > size / 4)
        buffer_utf16(&out, bytes, size / 2);
    else if (bytes)
        buffer_utf8(&out, (const char *)bytes, size);
    if (buffer_text(&out))
        result = arena_strndup(arena, out.data, out.size);
    else
        arena->failed = true;
    buffer_free(&out);
    return result;
}
