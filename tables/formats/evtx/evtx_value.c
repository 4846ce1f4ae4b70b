/* evtx_value.c -- typed values of an event log as text, JSON, numbers and times. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "binxml.h"

#define FILETIME_EPOCH 116444736000000000 /* FILETIME of 1970-01-01 */
#define TICKS          10000000           /* of a FILETIME in a second */

/* Text ---------------------------------------------------------------------- */

static void put_string(const struct evtx_value *v, struct buffer *b, bool json)
{
    uint32_t units = v->size / 2;

    while (units && le16(v->data + 2 * units - 2) == 0)
        units--;
    buffer_utf16_shown(b, v->data, units, json);
}

/* Code page unknown: Latin-1, which gives every byte a character. */
static void put_ansi(const struct evtx_value *v, struct buffer *b)
{
    uint32_t size = v->size;

    while (size && !v->data[size - 1])
        size--;
    for (uint32_t i = 0; i < size; i++) {
        uint8_t unit[2] = {v->data[i], 0};
        if (unit[0])
            buffer_utf16(b, unit, 1);
        else
            buffer_puts(b, "\xef\xbf\xbd");
    }
}

static void put_bytes(const uint8_t *data, size_t size, struct buffer *b)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < size; i++) {
        char two[2] = {digits[data[i] >> 4], digits[data[i] & 15]};
        buffer_put(b, two, 2);
    }
}

static void put_unsigned(uint64_t n, struct buffer *b)
{
    char  text[20];
    char *p = text + sizeof text;

    do
        *--p = (char)('0' + n % 10);
    while (n /= 10);
    buffer_put(b, p, (size_t)(text + sizeof text - p));
}

static void put_hex(uint64_t n, struct buffer *b)
{
    char  text[18];
    char *p = text + sizeof text;

    do
        *--p = "0123456789abcdef"[n & 15];
    while (n >>= 4);
    *--p = 'x';
    *--p = '0';
    buffer_put(b, p, (size_t)(text + sizeof text - p));
}

static void put_guid(const uint8_t *p, struct buffer *b)
{
    static const uint8_t order[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

    buffer_putc(b, '{');
    for (size_t i = 0; i < sizeof order; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            buffer_putc(b, '-');
        put_bytes(p + order[i], 1, b);
    }
    buffer_putc(b, '}');
}

/* [MS-DTYP] 2.4.2.2: revision, count, authority of 6 bytes big-endian, sub-authorities. */
static void put_sid(const struct evtx_value *v, struct buffer *b)
{
    uint64_t authority = 0;

    if (v->size < 8 || v->size < 8u + 4u * v->data[1]) {
        put_bytes(v->data, v->size, b);
        return;
    }
    for (int i = 2; i < 8; i++)
        authority = authority << 8 | v->data[i];
    buffer_puts(b, "S-");
    put_unsigned(v->data[0], b);
    buffer_putc(b, '-');
    put_unsigned(authority, b);
    for (uint32_t i = 0; i < v->data[1]; i++) {
        buffer_putc(b, '-');
        put_unsigned(le32(v->data + 8 + 4 * i), b);
    }
}

/* Days since 1970-01-01 to year, month, day of the Gregorian calendar, counting years from March,
 * in eras of 400. */
static void civil(int64_t days, unsigned ret[3])
{
    int64_t  shifted = days + 719468, era = shifted / 146097;
    unsigned day = (unsigned)(shifted - era * 146097);
    unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    unsigned of_year = day - (365 * year + year / 4 - year / 100);
    unsigned month = (5 * of_year + 2) / 153;

    ret[2] = of_year - (153 * month + 2) / 5 + 1;
    ret[1] = month < 10 ? month + 3 : month - 9;
    ret[0] = year + (unsigned)era * 400 + (ret[1] <= 2);
}

static char *put_digits(char *at, uint64_t n, int width)
{
    for (int i = width; i-- > 0; n /= 10)
        at[i] = (char)('0' + n % 10);
    return at + width;
}

static void put_filetime(uint64_t filetime, struct buffer *b)
{
    uint64_t seconds = filetime / TICKS, of_day = seconds % 86400;
    unsigned date[3];
    char     text[32], *p = text;

    civil((int64_t)(seconds / 86400) - 134774, date); /* days from 1601 to 1970 */
    if (date[0] > 9999) {
        put_unsigned(filetime, b);
        return;
    }
    const struct {
        uint64_t n;
        int      width;
        char     after;
    } parts[] = {{date[0], 4, '-'},         {date[1], 2, '-'},          {date[2], 2, 'T'},
                 {of_day / 3600, 2, ':'},   {of_day / 60 % 60, 2, ':'}, {of_day % 60, 2, '.'},
                 {filetime % TICKS, 7, 'Z'}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        p = put_digits(p, parts[i].n, parts[i].width);
        *p++ = parts[i].after;
    }
    buffer_put(b, text, (size_t)(p - text));
}

/* [MS-DTYP] 2.3.13: year, month, day of week, day, hour, minute, second, milliseconds. */
static void put_systemtime(const uint8_t *p, struct buffer *b)
{
    buffer_printf(b, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", le16(p), le16(p + 2), le16(p + 6),
                  le16(p + 8), le16(p + 10), le16(p + 12), le16(p + 14));
}

static void put_real(const struct evtx_value *v, struct buffer *b)
{
    if (v->type == EVTX_REAL32)
        buffer_printf(b, "%.9g", (double)real32(le32(v->data)));
    else
        buffer_printf(b, "%.17g", real64(le64(v->data)));
}

/* Bytes of a fixed-size type; 0 of the others. A BOOL has 4, but 1 has been seen. */
static uint32_t width_of(unsigned type)
{
    static const uint8_t widths[] = {
        [EVTX_INT8] = 1,     [EVTX_UINT8] = 1,       [EVTX_INT16] = 2, [EVTX_UINT16] = 2,
        [EVTX_INT32] = 4,    [EVTX_UINT32] = 4,      [EVTX_INT64] = 8, [EVTX_UINT64] = 8,
        [EVTX_REAL32] = 4,   [EVTX_REAL64] = 8,      [EVTX_BOOL] = 4,  [EVTX_GUID] = 16,
        [EVTX_FILETIME] = 8, [EVTX_SYSTEMTIME] = 16, [EVTX_HEX32] = 4, [EVTX_HEX64] = 8};

    return type < sizeof widths ? widths[type] : 0;
}

/* The bits of a number, sign-extended where its type has a sign. */
static uint64_t bits_of(const struct evtx_value *v)
{
    uint64_t bits = le_number(v->data, v->size);
    unsigned unused = 64 - 8 * v->size;
    bool     has_sign = v->type == EVTX_INT8 || v->type == EVTX_INT16 || v->type == EVTX_INT32;

    return has_sign ? (uint64_t)((int64_t)(bits << unused) >> unused) : bits;
}

static bool is_integer(const struct evtx_value *v)
{
    unsigned type = v->type;
    bool     integer = (type >= EVTX_INT8 && type <= EVTX_UINT64) || type == EVTX_HEX32 ||
                   type == EVTX_HEX64 || type == EVTX_BOOL;

    return type == EVTX_SIZE                   ? v->size == 4 || v->size == 8
           : type == EVTX_BOOL && v->size == 1 ? true
                                               : integer && v->size == width_of(type);
}

static void put_integer(const struct evtx_value *v, struct buffer *b)
{
    uint64_t bits = bits_of(v);
    bool     has_sign = v->type <= EVTX_INT64 && v->type % 2 == 1;

    if (v->type == EVTX_BOOL) {
        buffer_puts(b, bits ? "true" : "false");
    } else if (v->type == EVTX_SIZE || v->type == EVTX_HEX32 || v->type == EVTX_HEX64) {
        put_hex(bits, b);
    } else if (has_sign && (int64_t)bits < 0) {
        buffer_putc(b, '-');
        put_unsigned(-bits, b);
    } else {
        put_unsigned(bits, b);
    }
}

static void put_array(const struct evtx_value *v, struct buffer *b)
{
    struct evtx_value item;
    uint32_t          at = 0;

    for (bool first = true; evtx_value_each(v, &at, &item); first = false) {
        if (!first)
            buffer_putc(b, ',');
        evtx_value_text(&item, b);
    }
}

/* Types of a fixed size, once the size is known to be right. */
static void put_fixed(const struct evtx_value *v, struct buffer *b)
{
    if (v->type == EVTX_GUID)
        put_guid(v->data, b);
    else if (v->type == EVTX_FILETIME)
        put_filetime(le64(v->data), b);
    else if (v->type == EVTX_SYSTEMTIME)
        put_systemtime(v->data, b);
    else
        put_real(v, b);
}

void evtx_value_text(const struct evtx_value *v, struct buffer *b)
{
    if (!v->size || v->type == EVTX_NULL)
        return;
    if (v->type & EVTX_ARRAY)
        put_array(v, b);
    else if (v->type == EVTX_STRING)
        put_string(v, b, false);
    else if (v->type == EVTX_UTF8)
        buffer_put(b, v->data, v->size);
    else if (v->type == EVTX_ANSI)
        put_ansi(v, b);
    else if (v->type == EVTX_SID)
        put_sid(v, b);
    else if (is_integer(v))
        put_integer(v, b);
    else if (width_of(v->type) == v->size)
        put_fixed(v, b);
    else
        put_bytes(v->data, v->size, b);
}

/* JSON ---------------------------------------------------------------------- */

static void json_ansi(const struct evtx_value *v, struct buffer *b)
{
    struct buffer text = {0};

    put_ansi(v, &text);
    buffer_json(b, text.size ? text.data : "", text.size);
    b->failed |= text.failed;
    buffer_free(&text);
}

static void json_scalar(const struct evtx_value *v, struct buffer *b)
{
    if (v->type == EVTX_UTF8) {
        buffer_json(b, (const char *)v->data, v->size);
    } else if (v->type == EVTX_ANSI) {
        json_ansi(v, b);
    } else {
        buffer_putc(b, '"');
        if (v->type == EVTX_STRING)
            put_string(v, b, true);
        else /* letters, digits and punctuation that need no escape */
            evtx_value_text(v, b);
        buffer_putc(b, '"');
    }
}

void evtx_value_json(const struct evtx_value *v, struct buffer *b)
{
    struct evtx_value item;
    uint32_t          at = 0;

    if (v->type == EVTX_NULL) {
        buffer_put(b, "null", 4);
    } else if (v->type & EVTX_ARRAY) {
        buffer_putc(b, '[');
        for (bool first = true; evtx_value_each(v, &at, &item); first = false) {
            if (!first)
                buffer_putc(b, ',');
            json_scalar(&item, b);
        }
        buffer_putc(b, ']');
    } else {
        json_scalar(v, b);
    }
}

void evtx_pair_name(const struct evtx_pair *pair, struct buffer *b)
{
    if (!pair->name.size) {
        buffer_puts(b, "param");
        put_unsigned(pair->number, b);
        return;
    }
    if (pair->name.type == EVTX_STRING)
        put_string(&pair->name, b, true);
    else if (!b->failed) { /* put together from parts: without the quotes of a JSON string */
        size_t from = b->size;
        evtx_value_json(&pair->name, b);
        if (b->failed)
            return;
        memmove(b->data + from, b->data + from + 1, b->size - from - 2);
        b->size -= 2;
    }
    if (pair->number) {
        buffer_putc(b, '#');
        put_unsigned(pair->number, b);
    }
}

void evtx_pairs_json(const struct evtx_event *event, struct buffer *b)
{
    buffer_putc(b, '{');
    for (size_t i = 0; i < event->n_pairs; i++) {
        if (i)
            buffer_putc(b, ',');
        buffer_putc(b, '"');
        evtx_pair_name(&event->pairs[i], b);
        buffer_put(b, "\":", 2);
        evtx_value_json(&event->pairs[i].value, b);
    }
    buffer_putc(b, '}');
}

/* Numbers and times --------------------------------------------------------- */

/* The text of a value in a small array; false where it is longer. */
static bool short_text(const struct evtx_value *v, char *ret, size_t room)
{
    size_t n = 0, step = v->type == EVTX_STRING ? 2 : 1;

    if (v->type != EVTX_STRING && v->type != EVTX_UTF8 && v->type != EVTX_ANSI)
        return false;
    for (size_t i = 0; i + step <= v->size; i += step) {
        if (n + 1 == room || v->data[i] >= 0x80 || (step == 2 && v->data[i + 1]))
            return false;
        if (v->data[i])
            ret[n++] = (char)v->data[i];
    }
    ret[n] = '\0';
    return n > 0;
}

bool evtx_value_int(const struct evtx_value *v, int64_t *ret)
{
    char  text[40], *end;
    char *digits = text;

    if (v->size && is_integer(v)) {
        *ret = (int64_t)bits_of(v);
        return true;
    }
    if (!short_text(v, text, sizeof text))
        return false;
    bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
    errno = 0;
    long long n = hex ? (long long)strtoull(digits, &end, 16) : strtoll(digits, &end, 10);
    if (errno || end == digits || *end)
        return false;
    *ret = n;
    return true;
}

double evtx_filetime(uint64_t filetime)
{
    if (filetime > INT64_MAX)
        return NAN;
    return (double)(((int64_t)filetime - FILETIME_EPOCH) / 10) / 1e6;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar: the inverse of civil(). */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* 2026-11-24T10:00:00.1234567Z, with or without the fraction and the Z, or an offset +01:00. */
static double parse_iso(const char *text)
{
    int    year, month, day, hour, minute, read = 0, off_hour, off_minute;
    double second, offset = 0;
    char   sign;

    if (sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%lf%n", &year, &month, &day, &hour, &minute,
               &second, &read) < 6)
        return NAN;
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31)
        return NAN;
    if (sscanf(text + read, "%c%2d:%2d", &sign, &off_hour, &off_minute) == 3)
        offset = (sign == '-' ? -60 : 60) * (off_hour * 60 + off_minute);
    double whole = (double)(days_of(year, month, day) * 86400 + hour * 3600 + minute * 60);
    return whole - offset + floor(second * 1e6) / 1e6;
}

double evtx_value_time(const struct evtx_value *v)
{
    char          text[48];
    struct buffer rendered = {0};
    double        time;

    if (v->type == EVTX_FILETIME && v->size == 8)
        return evtx_filetime(le64(v->data));
    if (v->type == EVTX_SYSTEMTIME && v->size == 16) {
        evtx_value_text(v, &rendered);
        time = buffer_text(&rendered) ? parse_iso(rendered.data) : NAN;
        buffer_free(&rendered);
        return time;
    }
    return short_text(v, text, sizeof text) ? parse_iso(text) : NAN;
}

/* Arrays -------------------------------------------------------------------- */

/* Bytes of the element at the beginning, its terminator included. */
static uint32_t element_size(unsigned type, const uint8_t *p, uint32_t left)
{
    uint32_t step = type == EVTX_STRING ? 2 : 1, size = 0;

    if (type == EVTX_SID)
        return left >= 8 && 8u + 4u * p[1] <= left ? 8u + 4u * p[1] : left;
    if (type != EVTX_STRING && type != EVTX_ANSI)
        return width_of(type) && width_of(type) <= left ? width_of(type) : left;
    while (size + step <= left) {
        bool end = step == 2 ? le16(p + size) == 0 : p[size] == 0;
        size += step;
        if (end)
            return size;
    }
    return left;
}

bool evtx_value_each(const struct evtx_value *v, uint32_t *at, struct evtx_value *ret)
{
    unsigned type = v->type & ~(unsigned)EVTX_ARRAY;

    if (!(v->type & EVTX_ARRAY)) {
        *ret = *v;
        return !(*at)++;
    }
    if (*at >= v->size)
        return false;
    uint32_t size = element_size(type, v->data + *at, v->size - *at);
    *ret = (struct evtx_value){v->data + *at, size, (uint8_t)type};
    *at += size;
    return true;
}
