#include "base64.h"

#include <string.h>

static int digit(char c)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789+/";
    const char       *found = c ? strchr(alphabet, c) : NULL;

    return found ? (int)(found - alphabet) : -1;
}

const uint8_t *base64_decode(struct arena *arena, const char *text, size_t *ret_size)
{
    uint8_t *bytes = arena_alloc(arena, strlen(text) / 4 * 3 + 4);
    unsigned bits = 0, n_bits = 0;
    size_t   n = 0;

    for (; bytes && *text; text++) {
        int value = digit(*text);

        if (strchr(" \t\r\n", *text))
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
