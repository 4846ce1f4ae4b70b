/* hive_text.c -- names, data and times of a hive as text. */
#include "hive.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define NUL_SHOWN "\xe2\x90\x80" /* U+2400 */

/* Names ---------------------------------------------------------------------- */

static void put_latin1(struct buffer *text, uint8_t c)
{
    char two[2] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))};

    if (c == 0)
        buffer_puts(text, NUL_SHOWN);
    else if (c < 0x80)
        buffer_putc(text, (char)c);
    else
        buffer_put(text, two, 2);
}

/* Count of UTF-16 units before the first NUL, `units` where there is none. */
static size_t until_nul(const uint8_t *data, size_t units)
{
    size_t n = 0;

    while (n < units && hive_u16(data + 2 * n) != 0)
        n++;
    return n;
}

static void put_utf16(struct buffer *text, const uint8_t *data, size_t units)
{
    for (size_t i = 0; i < units; i++) {
        size_t run = until_nul(data + 2 * i, units - i);
        buffer_utf16(text, data + 2 * i, run);
        i += run;
        if (i < units)
            buffer_puts(text, NUL_SHOWN);
    }
}

/* Count of bytes that are ASCII and not NUL. */
static size_t plain_run(const uint8_t *data, size_t size)
{
    size_t n = 0;

    while (n < size && data[n] != 0 && data[n] < 0x80)
        n++;
    return n;
}

void hive_put_name(struct buffer *text, const struct hive_name *name)
{
    if (!name->latin1) {
        put_utf16(text, name->data, name->size / 2);
        return;
    }
    for (size_t i = 0; i < name->size; i++) {
        size_t run = plain_run(name->data + i, name->size - i);
        buffer_put(text, name->data + i, run);
        i += run;
        if (i < name->size)
            put_latin1(text, name->data[i]);
    }
}

/* Compare by the UTF-8 form, for names that are not plain ASCII. */
static bool same_text(const struct hive_name *name, const char *text, size_t size)
{
    struct buffer shown = {0};

    hive_put_name(&shown, name);
    bool same = !shown.failed && shown.size == size &&
                (size == 0 || strncasecmp(shown.data, text, size) == 0);
    buffer_free(&shown);
    return same;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

bool hive_name_is(const struct hive_name *name, const char *text, size_t size)
{
    size_t units = name->latin1 ? name->size : name->size / 2u;

    if (units > size || size > 3 * units)
        return false;
    if (!name->latin1)
        return same_text(name, text, size);
    for (size_t i = 0; i < units; i++) {
        if (name->data[i] == 0 || name->data[i] >= 0x80)
            return same_text(name, text, size);
        if (lower(name->data[i]) != lower((uint8_t)text[i]))
            return false;
    }
    return units == size;
}

/* Data ------------------------------------------------------------------------- */

const char *hive_type_name(uint32_t type)
{
    static const char *const names[] = {
        [HIVE_REG_NONE] = "REG_NONE",
        [HIVE_REG_SZ] = "REG_SZ",
        [HIVE_REG_EXPAND_SZ] = "REG_EXPAND_SZ",
        [HIVE_REG_BINARY] = "REG_BINARY",
        [HIVE_REG_DWORD] = "REG_DWORD",
        [HIVE_REG_DWORD_BIG_ENDIAN] = "REG_DWORD_BIG_ENDIAN",
        [HIVE_REG_LINK] = "REG_LINK",
        [HIVE_REG_MULTI_SZ] = "REG_MULTI_SZ",
        [HIVE_REG_RESOURCE_LIST] = "REG_RESOURCE_LIST",
        [HIVE_REG_FULL_RESOURCE_DESCRIPTOR] = "REG_FULL_RESOURCE_DESCRIPTOR",
        [HIVE_REG_RESOURCE_REQUIREMENTS_LIST] = "REG_RESOURCE_REQUIREMENTS_LIST",
        [HIVE_REG_QWORD] = "REG_QWORD",
    };

    return type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

static void put_hex(struct buffer *text, const uint8_t *data, uint32_t size)
{
    static const char digits[] = "0123456789ABCDEF";

    for (uint32_t i = 0; i < size; i++) {
        char two[2] = {digits[data[i] >> 4], digits[data[i] & 15]};
        buffer_put(text, two, 2);
    }
}

struct joined {
    struct buffer *text;
    char           separator;
    bool           more;
};

static void join(void *arg, const uint8_t *string, size_t units)
{
    struct joined *joined = arg;

    if (joined->more)
        buffer_putc(joined->text, joined->separator);
    buffer_utf16(joined->text, string, units);
    joined->more = true;
}

void hive_put_data(struct buffer *text, uint32_t type, const uint8_t *data, uint32_t size,
                   char separator)
{
    struct joined joined = {text, separator, false};

    if (type == HIVE_REG_SZ || type == HIVE_REG_EXPAND_SZ || type == HIVE_REG_LINK)
        buffer_utf16(text, data, until_nul(data, size / 2));
    else if (type == HIVE_REG_MULTI_SZ)
        hive_each_string(data, size, join, &joined);
    else if (type == HIVE_REG_DWORD && size == 4)
        buffer_decimal(text, hive_u32(data));
    else if (type == HIVE_REG_DWORD_BIG_ENDIAN && size == 4)
        buffer_decimal(text, __builtin_bswap32(hive_u32(data)));
    else if (type == HIVE_REG_QWORD && size == 8)
        buffer_decimal(text, hive_u64(data));
    else
        put_hex(text, data, size);
}

void hive_each_string(const uint8_t *data, uint32_t                                       size,
                      void (*each)(void *arg, const uint8_t *string, size_t units), void *arg)
{
    size_t units = size / 2;

    while (units > 0 && data[2 * units - 1] == 0 && data[2 * units - 2] == 0)
        units--;
    for (size_t i = 0, run; i < units; i += run + 1) {
        run = until_nul(data + 2 * i, units - i);
        each(arg, data + 2 * i, run);
    }
}

double hive_time(uint64_t filetime)
{
    if (filetime == 0 || filetime > INT64_MAX)
        return NAN;
    return (double)((int64_t)filetime - HIVE_EPOCH) / 1e7;
}
