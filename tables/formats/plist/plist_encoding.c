#include "plist_encoding.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

size_t plist_utf8(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c >= 0xd800 && c < 0xe000)
        return 0;
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    if (c > 0x10ffff)
        return 0;
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

bool plist_is_utf8(const char *text, size_t size)
{
    for (const char *end = text + size; text < end;) {
        size_t part = strnlen(text, (size_t)(end - text));
        if (!buffer_is_text(text, part))
            return false;
        text += part < (size_t)(end - text) ? part + 1 : part;
    }
    return true;
}

/* Encodings ---------------------------------------------------------------------- */

/* 0x80 to 0x9f of windows-1252; the five that Microsoft leaves open are control characters. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

/* 0x80 to 0xff of Mac OS Roman (Unicode's MAPPINGS/VENDORS/APPLE/ROMAN.TXT). */
static const uint16_t mac_roman[128] = {
    0x00c4, 0x00c5, 0x00c7, 0x00c9, 0x00d1, 0x00d6, 0x00dc, 0x00e1, 0x00e0, 0x00e2, 0x00e4, 0x00e3,
    0x00e5, 0x00e7, 0x00e9, 0x00e8, 0x00ea, 0x00eb, 0x00ed, 0x00ec, 0x00ee, 0x00ef, 0x00f1, 0x00f3,
    0x00f2, 0x00f4, 0x00f6, 0x00f5, 0x00fa, 0x00f9, 0x00fb, 0x00fc, 0x2020, 0x00b0, 0x00a2, 0x00a3,
    0x00a7, 0x2022, 0x00b6, 0x00df, 0x00ae, 0x00a9, 0x2122, 0x00b4, 0x00a8, 0x2260, 0x00c6, 0x00d8,
    0x221e, 0x00b1, 0x2264, 0x2265, 0x00a5, 0x00b5, 0x2202, 0x2211, 0x220f, 0x03c0, 0x222b, 0x00aa,
    0x00ba, 0x03a9, 0x00e6, 0x00f8, 0x00bf, 0x00a1, 0x00ac, 0x221a, 0x0192, 0x2248, 0x2206, 0x00ab,
    0x00bb, 0x2026, 0x00a0, 0x00c0, 0x00c3, 0x00d5, 0x0152, 0x0153, 0x2013, 0x2014, 0x201c, 0x201d,
    0x2018, 0x2019, 0x00f7, 0x25ca, 0x00ff, 0x0178, 0x2044, 0x20ac, 0x2039, 0x203a, 0xfb01, 0xfb02,
    0x2021, 0x00b7, 0x201a, 0x201e, 0x2030, 0x00c2, 0x00ca, 0x00c1, 0x00cb, 0x00c8, 0x00cd, 0x00ce,
    0x00cf, 0x00cc, 0x00d3, 0x00d4, 0xf8ff, 0x00d2, 0x00da, 0x00db, 0x00d9, 0x0131, 0x02c6, 0x02dc,
    0x00af, 0x02d8, 0x02d9, 0x02da, 0x00b8, 0x02dd, 0x02db, 0x02c7,
};

enum encoding {
    UTF8,
    LATIN1,
    WINDOWS_1252,
    MAC_ROMAN,
    OTHER_ASCII, /* a superset of ASCII without a table here: all else becomes U+FFFD */
    UTF16LE,
    UTF16BE,
    UTF32LE,
    UTF32BE,
    UNKNOWN
};

static const struct {
    const char   *name;
    enum encoding encoding;
} names[] = {
    {"utf-8", UTF8},           {"utf8", UTF8},           {"us-ascii", UTF8},
    {"ascii", UTF8},           {"iso-8859-1", LATIN1},   {"iso_8859-1", LATIN1},
    {"latin1", LATIN1},        {"cp1252", WINDOWS_1252}, {"windows-1252", WINDOWS_1252},
    {"macintosh", MAC_ROMAN},  {"mac", MAC_ROMAN},       {"x-mac-roman", MAC_ROMAN},
    {"x-macroman", MAC_ROMAN}, {"utf-16", UTF16BE},      {"utf-16le", UTF16LE},
    {"utf-16be", UTF16BE},     {"utf-32", UTF32BE},
};

/* Beginnings of the other names that macOS knows (CFStringEncodingDatabase.c) and in which ASCII is
 * ASCII. What names programs and files of a job is that, so no name of an encoding hides it. */
static const char *const supersets[] = {
    "iso-8859-",  "windows-",   "cp",        "x-mac-", "koi8-",     "euc-",
    "gb18030",    "gb2312",     "gbk",       "big5",   "shift_jis", "viscii",
    "x-nextstep", "hz-gb-2312", "iso-2022-", "sjis",   "tis-",      "roman-latin1",
};

static const struct {
    const char   *bytes;
    size_t        size, skip;
    enum encoding encoding;
} marks[] = {
    {"\0\0\xfe\xff", 4, 4, UTF32BE}, {"\xff\xfe\0\0", 4, 4, UTF32LE}, {"\xef\xbb\xbf", 3, 3, UTF8},
    {"\xff\xfe", 2, 2, UTF16LE},     {"\xfe\xff", 2, 2, UTF16BE},     {"<\0", 2, 0, UTF16LE},
    {"\0<", 2, 0, UTF16BE},          {"\n\0", 2, 0, UTF16LE},         {"\0\n", 2, 0, UTF16BE},
    {" \0", 2, 0, UTF16LE},          {"\0 ", 2, 0, UTF16BE},
};

/* The encoding that an <?xml line names, in `name`; UTF8 where it names none. */
static enum encoding declared(const char *text, size_t size, char name[40])
{
    static const char word[] = "encoding=";

    if (size < 5 || memcmp(text, "<?xml", 5) != 0)
        return UTF8;
    const char *end = memchr(text + 2, '>', size - 2);
    const char *stop = memchr(text + 2, '?', size - 2);
    end = !end || (stop && stop < end) ? stop : end;
    const char *at = end ? memmem(text, (size_t)(end - text), word, strlen(word)) : NULL;
    if (!at || at + strlen(word) + 1 >= end)
        return UTF8;
    at += strlen(word);
    const char *close =
        *at == '"' || *at == '\'' ? memchr(at + 1, *at, (size_t)(end - at - 1)) : NULL;
    if (!close)
        return UTF8;
    size_t length = (size_t)(close - at - 1) < 39 ? (size_t)(close - at - 1) : 39;
    memcpy(name, at + 1, length);
    name[length] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i].name) == 0)
            return names[i].encoding;
    for (size_t i = 0; i < sizeof supersets / sizeof supersets[0]; i++)
        if (strncasecmp(name, supersets[i], strlen(supersets[i])) == 0)
            return OTHER_ASCII;
    return UNKNOWN;
}

static uint32_t unit_at(const uint8_t *p, enum encoding encoding)
{
    switch (encoding) {
    case UTF16LE:
        return (uint32_t)(p[0] | p[1] << 8);
    case UTF16BE:
        return (uint32_t)(p[0] << 8 | p[1]);
    case UTF32LE:
        return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    case UTF32BE:
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    case WINDOWS_1252:
        return p[0] >= 0x80 && p[0] < 0xa0 ? windows_1252[p[0] - 0x80] : p[0];
    case MAC_ROMAN:
        return p[0] >= 0x80 ? mac_roman[p[0] - 0x80] : p[0];
    case OTHER_ASCII:
        return p[0] >= 0x80 ? 0xfffd : p[0];
    default:
        return p[0];
    }
}

static size_t unit_size(enum encoding encoding)
{
    return encoding >= UTF32LE ? 4 : encoding >= UTF16LE ? 2 : 1;
}

/* U+FFFD for what is not a character, as half a surrogate pair. */
static void convert(struct buffer *out, const uint8_t *data, size_t size, enum encoding encoding)
{
    size_t step = unit_size(encoding);
    char   utf8[4];

    for (size_t i = 0; i + step <= size; i += step) {
        uint32_t c = unit_at(data + i, encoding);
        if (step == 2 && c >= 0xd800 && c < 0xdc00 && i + 4 <= size) {
            uint32_t low = unit_at(data + i + 2, encoding);
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        size_t n = plist_utf8(c, utf8);
        buffer_put(out, n ? utf8 : "\xef\xbf\xbd", n ? n : 3);
    }
}

int plist_to_utf8(struct plist_sink *sink, const uint8_t **data, size_t *size, struct buffer *out)
{
    enum encoding encoding = UNKNOWN;
    char          name[40] = "";

    for (size_t i = 0; encoding == UNKNOWN && i < sizeof marks / sizeof marks[0]; i++)
        if (*size >= marks[i].size && memcmp(*data, marks[i].bytes, marks[i].size) == 0) {
            encoding = marks[i].encoding;
            *data += marks[i].skip;
            *size -= marks[i].skip;
        }
    if (encoding == UNKNOWN)
        encoding = declared((const char *)*data, *size, name);
    if (encoding == UNKNOWN)
        return plist_fail(sink, -ENOTSUP, "encoding %s, which is not read", name);
    if (encoding == UTF8)
        return 0;
    convert(out, *data, *size, encoding);
    if (out->failed)
        return plist_fail(sink, -ENOMEM, "out of memory");
    *data = (const uint8_t *)(out->size ? out->data : "");
    *size = out->size;
    return 0;
}
