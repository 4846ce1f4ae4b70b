#include <stdint.h>
#include <wchar.h>

#define BAD ((size_t)-1)

size_t host_mbrtowc(wchar_t *ret, const char *text, size_t size, mbstate_t *state)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t         n = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
    uint32_t       c = n == 1 ? *p : *p & (0xffu >> (n + 1));

    (void)state;
    if (size == 0 || n > size || (n > 1 && *p < 0xc2) || *p > 0xf4)
        return BAD;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return BAD;
        c = c << 6 | (p[i] & 0x3fu);
    }
    if ((n == 3 && c < 0x800) || (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
        (c >= 0xd800 && c < 0xe000))
        return BAD;
    *ret = c > 0xffff ? 0xfffd : (wchar_t)c;
    return c ? n : 0;
}

/* Columns by Unicode's East Asian Width and combining marks, the ranges that consoles know. */
int host_wcwidth(wchar_t c)
{
    static const struct {
        wchar_t first, last;
        int     width;
    } ranges[] = {
        {0x0000, 0x001f, -1}, {0x007f, 0x009f, -1}, {0x0300, 0x036f, 0}, {0x1100, 0x115f, 2},
        {0x200b, 0x200f, 0},  {0x20d0, 0x20ff, 0},  {0x2e80, 0xa4cf, 2}, {0xac00, 0xd7a3, 2},
        {0xf900, 0xfaff, 2},  {0xfe00, 0xfe0f, 0},  {0xfe30, 0xfe6f, 2}, {0xff00, 0xff60, 2},
        {0xffe0, 0xffe6, 2},
    };

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return ranges[i].width;
    return 1;
}
