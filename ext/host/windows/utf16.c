#include "utf16.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One character as UTF-8: its bytes. */
static size_t put_utf8(uint32_t c, char ret[4])
{
    if (c < 0x80) {
        ret[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        ret[0] = (char)(0xc0 | c >> 6);
        ret[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        ret[0] = (char)(0xe0 | c >> 12);
        ret[1] = (char)(0x80 | (c >> 6 & 0x3f));
        ret[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    ret[0] = (char)(0xf0 | c >> 18);
    ret[1] = (char)(0x80 | (c >> 12 & 0x3f));
    ret[2] = (char)(0x80 | (c >> 6 & 0x3f));
    ret[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

size_t utf16_to_utf8(const wchar_t *text, size_t units, char *ret, size_t size)
{
    size_t at = 0;

    for (size_t i = 0; i < units; i++) {
        uint32_t c = text[i];
        char     bytes[4];
        if ((c & 0xfc00) == 0xd800 && i + 1 < units && (text[i + 1] & 0xfc00) == 0xdc00)
            c = 0x10000 + ((c & 0x3ff) << 10 | (text[++i] & 0x3ff));
        size_t n = put_utf8(c, bytes);
        if (at + n >= size)
            return 0;
        memcpy(ret + at, bytes, n);
        at += n;
    }
    if (size)
        ret[at] = '\0';
    return at;
}

/* The character at *text, which is left after it; UINT32_MAX: not UTF-8. */
static uint32_t take_utf8(const unsigned char **text)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char  *p = *text;
    unsigned more = *p < 0x80 ? 0 : *p >> 5 == 6 ? 1 : *p >> 4 == 14 ? 2 : *p >> 3 == 30 ? 3 : 9;
    uint32_t c = more > 3 ? 0 : more ? *p & (0x3fu >> more) : *p;

    if (more > 3)
        return UINT32_MAX;
    for (unsigned i = 1; i <= more; i++) {
        if (p[i] >> 6 != 2)
            return UINT32_MAX;
        c = c << 6 | (p[i] & 0x3f);
    }
    *text = p + more + 1;
    return c < least[more] || c > 0x10ffff ? UINT32_MAX : c;
}

size_t utf8_to_utf16(const char *text, wchar_t *ret, size_t room)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t               n = 0;

    while (*p) {
        uint32_t c = take_utf8(&p);
        if (c == UINT32_MAX || n + 2 >= room)
            return 0;
        if (c >= 0x10000)
            ret[n++] = (wchar_t)(0xd800 | (c - 0x10000) >> 10);
        ret[n++] = (wchar_t)(c >= 0x10000 ? 0xdc00 | (c & 0x3ff) : c);
    }
    if (room)
        ret[n] = 0;
    return n;
}

wchar_t *utf8_to_utf16_copy(const char *text)
{
    size_t   room = strlen(text) + 3;
    wchar_t *copy = malloc(room * sizeof *copy);

    if (copy && !utf8_to_utf16(text, copy, room) && *text) {
        free(copy);
        return NULL;
    }
    return copy;
}

char *utf16_to_utf8_copy(const wchar_t *text)
{
    size_t units = wcslen(text), size = units * 3 + 1;
    char  *copy = malloc(size);

    if (copy && units)
        utf16_to_utf8(text, units, copy, size);
    else if (copy)
        *copy = '\0';
    return copy;
}
