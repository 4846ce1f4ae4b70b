#include "buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byte_order.h"
#include "input.h"

static bool grow(struct buffer *b, size_t more)
{
    if (b->failed)
        return false;
    if (more > BUFFER_MAX || b->size + more > BUFFER_MAX) {
        b->failed = true;
        return false;
    }
    size_t room = b->room ? b->room : 128;
    while (room - b->size <= more)
        room *= 2;
    char *data = realloc(b->data, room);
    if (!data) {
        input_fault(-ENOMEM);
        b->failed = true;
        return false;
    }
    b->data = data;
    b->room = room;
    return true;
}

/* Room for `more` bytes and a NUL after its content, or the sticky error. */
static inline bool reserve(struct buffer *b, size_t more)
{
    return (!b->failed && more < b->room - b->size) || grow(b, more);
}

void buffer_put(struct buffer *b, const void *data, size_t size)
{
    if (!size || !reserve(b, size))
        return;
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

void buffer_putc(struct buffer *b, char c)
{
    if (reserve(b, 1))
        b->data[b->size++] = c;
}

void buffer_puts(struct buffer *b, const char *text)
{
    buffer_put(b, text, strlen(text));
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
    va_list ap, again;

    va_start(ap, format);
    va_copy(again, ap);
    int size = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (size < 0)
        b->failed = true;
    else if (reserve(b, (size_t)size)) {
        vsnprintf(b->data + b->size, (size_t)size + 1, format, again);
        b->size += (size_t)size;
    }
    va_end(again);
}

/* Length of the valid UTF-8 sequence at `p` (RFC 3629, section 4), or 0. */
static size_t sequence(const uint8_t *p, size_t size)
{
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;

    size_t  length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint8_t low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    uint8_t high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (size < length || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* Bytes at `p` that are ASCII, eight at a time while there are as many. */
static size_t ascii(const uint8_t *p, size_t size)
{
    size_t   n = 0;
    uint64_t eight;

    for (; size - n >= sizeof eight; n += sizeof eight) {
        memcpy(&eight, p + n, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    while (n < size && p[n] < 0x80)
        n++;
    return n;
}

void buffer_utf8(struct buffer *b, const char *text, size_t size)
{
    const uint8_t *p = (const uint8_t *)text;

    for (size_t i = 0, length; i < size; i += length) {
        length = ascii(p + i, size - i);
        if (length || (length = sequence(p + i, size - i)) != 0)
            buffer_put(b, p + i, length);
        else {
            buffer_put(b, replacement, 3);
            length = 1;
        }
    }
}

/* Whether eight bytes are ASCII without a NUL: none has its high bit, nor lacks all others. */
static bool ascii_word(const uint8_t *p)
{
    const uint64_t high = 0x8080808080808080u, low = 0x7f7f7f7f7f7f7f7fu;
    uint64_t       word;

    memcpy(&word, p, sizeof word);
    return ((word + low) & ~word & high) == high;
}

bool buffer_is_text(const char *text, size_t size)
{
    const uint8_t *p = (const uint8_t *)text;

    for (size_t i = 0, length; i < size; i += length) {
        if (size - i >= 8 && ascii_word(p + i))
            length = 8;
        else if (!p[i] || (length = sequence(p + i, size - i)) == 0)
            return false;
    }
    return true;
}

bool character_deceives(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xe0000 && c <= 0xe007f);
}

static uint32_t decode(const uint8_t *p, size_t length)
{
    uint32_t c = length == 1 ? p[0] : p[0] & (0xffu >> (length + 1));

    for (size_t i = 1; i < length; i++)
        c = c << 6 | (p[i] & 0x3f);
    return c;
}

void buffer_printable(struct buffer *b, const char *text, size_t size)
{
    const uint8_t *p = (const uint8_t *)text;

    for (size_t i = 0, length; i < size; i += length ? length : 1) {
        length = sequence(p + i, size - i);
        uint32_t c = length ? decode(p + i, length) : 0;
        if (!length)
            buffer_printf(b, "\\x%02x", p[i]);
        else if (character_deceives(c))
            buffer_printf(b, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
        else
            buffer_put(b, p + i, length);
    }
}

/* The escape of a control character, quote or backslash (RFC 8259, section 7). */
static void escape(struct buffer *b, uint8_t c)
{
    static const char named[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                 ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};

    if (c < sizeof named && named[c]) {
        char two[2] = {'\\', named[c]};
        buffer_put(b, two, 2);
    } else {
        buffer_printf(b, "\\u%04x", c);
    }
}

static bool plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void buffer_json(struct buffer *b, const char *text, size_t size)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t         i = 0;

    buffer_putc(b, '"');
    while (i < size) {
        size_t run = i;
        while (run < size && plain(p[run]))
            run++;
        buffer_put(b, p + i, run - i);
        if ((i = run) == size)
            break;
        size_t length = p[i] < 0x80 ? 0 : sequence(p + i, size - i);
        if (length == 2 && p[i] == 0xc2 && p[i + 1] < 0xa0)
            escape(b, p[i + 1]); /* a C1 control, which a terminal obeys */
        else if (length)
            buffer_put(b, p + i, length);
        else if (p[i] < 0x80)
            escape(b, p[i]);
        else
            buffer_put(b, replacement, 3);
        i += length ? length : 1;
    }
    buffer_putc(b, '"');
}

/* Write one code point as UTF-8; returns its length. */
static size_t encode(uint32_t c, char out[4])
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
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static uint32_t unit_at(const uint8_t *data, size_t i)
{
    return (uint32_t)(data[2 * i] | data[2 * i + 1] << 8);
}

typedef uint8_t sixteen __attribute__((vector_size(16)));

/* Whether no byte of a vector is set. */
static bool is_clear(sixteen bytes)
{
    uint64_t halves[2];

    memcpy(halves, &bytes, sizeof halves);
    return !(halves[0] | halves[1]);
}

/* Copy units that are ASCII but NUL and, in JSON, plain, as bytes, sixteen at a time, as far as there are as many of
 * them; returns how many. */
static size_t narrow_sixteens(char *out, const uint8_t *data, size_t units, bool json)
{
    size_t n = 0;

    for (; units - n >= 16; n += 16) {
        sixteen first, second;
        memcpy(&first, data + 2 * n, sizeof first);
        memcpy(&second, data + 2 * n + 16, sizeof second);
        sixteen low = __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
                                              22, 24, 26, 28, 30);
        sixteen high = __builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21,
                                               23, 25, 27, 29, 31);
        sixteen other = high | (low & 0x80);
        if (json)
            other |= (sixteen)((low < 0x20) | (low == 0x7f) | (low == '"') | (low == '\\'));
        else
            other |= (sixteen)(low == 0);
        if (!is_clear(other))
            break;
        memcpy(out + n, &low, sizeof low);
    }
    return n;
}

#define LANES(unit) ((unit)*UINT64_C(0x0001000100010001))

/* The same for four at a time: in a lane of 16 bits whose unit is at most 0x7f, adding 0x80 - n sets bit 7 where it is
 * n or more. */
static size_t narrow_fours(char *out, const uint8_t *data, size_t units, bool json)
{
    const uint64_t high = LANES(0x80);
    size_t         n = 0;

    for (; units - n >= 4; n += 4) {
        uint64_t four = le64(data + 2 * n), good = four + LANES(0x7f);
        if (four & LANES(0xff80))
            break;
        if (json)
            good = (four + LANES(0x60)) & ~(four + LANES(1)) & ((four ^ LANES('"')) + LANES(0x7f)) &
                   ((four ^ LANES('\\')) + LANES(0x7f));
        if ((good & high) != high)
            break;
        four = (four | four >> 8) & UINT64_C(0x0000ffff0000ffff);
        put_le32((uint8_t *)out + n, (uint32_t)(four | four >> 16));
    }
    return n;
}

/* Append as many units as are ASCII but NUL, and plain in JSON, and return their number: nearly all are. */
static size_t put_narrow(struct buffer *b, const uint8_t *data, size_t units, bool json)
{
    if (!reserve(b, units))
        return 0;
    char  *out = b->data + b->size;
    size_t n = narrow_sixteens(out, data, units, json);
    n += narrow_fours(out + n, data + 2 * n, units - n, json);
    for (; n < units && !data[2 * n + 1] &&
           (json ? plain(data[2 * n]) : (uint8_t)(data[2 * n] - 1) < 0x7f);
         n++)
        out[n] = (char)data[2 * n];
    b->size += n;
    return n;
}

/* `nul`: what stands for a NUL; NULL: itself. */
static void utf16(struct buffer *b, const uint8_t *data, size_t units, bool json, const char *nul)
{
    for (size_t i = 0; i < units; i++) {
        uint32_t c = unit_at(data, i);
        char     out[4];

        if (c < 0x80) {
            size_t n = put_narrow(b, data + 2 * i, units - i, json);
            i += n;
            if (i == units)
                return;
            c = unit_at(data, i);
        }
        if (c >= 0xd800 && c < 0xdc00 && i + 1 < units && (unit_at(data, i + 1) & 0xfc00) == 0xdc00)
            c = 0x10000 + ((c & 0x3ff) << 10) + (unit_at(data, ++i) & 0x3ff);
        else if (c >= 0xd800 && c < 0xe000)
            c = 0xfffd;
        if (!reserve(b, 4))
            return;
        if (!c && nul)
            buffer_puts(b, nul);
        else if (json && c < 0xa0 && !plain((uint8_t)c))
            escape(b, (uint8_t)c);
        else if (c < 0x80)
            b->data[b->size++] = (char)c;
        else
            buffer_put(b, out, encode(c, out));
    }
}

void buffer_utf16(struct buffer *b, const uint8_t *data, size_t units)
{
    utf16(b, data, units, false, NULL);
}

void buffer_utf16_json(struct buffer *b, const uint8_t *data, size_t units)
{
    utf16(b, data, units, true, NULL);
}

void buffer_utf16_shown(struct buffer *b, const uint8_t *data, size_t units, bool json)
{
    utf16(b, data, units, json, replacement);
}

void buffer_decimal(struct buffer *b, uint64_t number)
{
    char digits[20], *end = digits + sizeof digits, *at = end;

    do
        *--at = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    buffer_put(b, at, (size_t)(end - at));
}

void buffer_hex(struct buffer *b, const uint8_t *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        char two[2] = {digits[data[i] >> 4], digits[data[i] & 15]};
        buffer_put(b, two, 2);
    }
}

/* Shell Command Language, 2.2 Quoting. */
void buffer_shell_word(struct buffer *b, const char *text, size_t size)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./=:,@%+^";
    size_t            n = 0;

    while (n < size && (text[n] & 0x80 || memchr(plain, text[n], sizeof plain - 1)))
        n++;
    if (n == size && size) {
        buffer_put(b, text, size);
        return;
    }
    buffer_putc(b, '\'');
    for (const char *end = text + size, *quote; text < end; text = quote + 1) {
        quote = memchr(text, '\'', (size_t)(end - text));
        quote = quote ? quote : end;
        buffer_put(b, text, (size_t)(quote - text));
        if (quote < end)
            buffer_puts(b, "'\\''");
    }
    buffer_putc(b, '\'');
}

const char *buffer_text(struct buffer *b)
{
    if (!reserve(b, 0))
        return NULL;
    b->data[b->size] = '\0';
    return b->data;
}

char *buffer_take(struct buffer *b)
{
    char *text = buffer_text(b) ? b->data : NULL;

    if (!text)
        free(b->data);
    *b = (struct buffer){0};
    return text;
}

void buffer_reset(struct buffer *b)
{
    b->size = 0;
    b->failed = false;
}

void buffer_free(struct buffer *b)
{
    free(b->data);
    *b = (struct buffer){0};
}
