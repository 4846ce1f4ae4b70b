#include "unit_words.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define WHITESPACE " \t\n\r"

/* Escapes ------------------------------------------------------------------- */

/* Value of `digits` digits in a base, or -1. */
static int64_t number(const char *p, size_t digits, unsigned base)
{
    int64_t value = 0;

    for (size_t i = 0; i < digits; i++) {
        char     c = p[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : base;
        if (digit >= base)
            return -1;
        value = value * base + digit;
    }
    return value;
}

static void put_code_point(struct buffer *b, uint32_t c)
{
    if (c < 0x80) {
        buffer_putc(b, (char)c);
    } else if (c < 0x800) {
        buffer_putc(b, (char)(0xc0 | c >> 6));
        buffer_putc(b, (char)(0x80 | (c & 0x3f)));
    } else {
        if (c < 0x10000) {
            buffer_putc(b, (char)(0xe0 | c >> 12));
        } else {
            buffer_putc(b, (char)(0xf0 | c >> 18));
            buffer_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        buffer_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buffer_putc(b, (char)(0x80 | (c & 0x3f)));
    }
}

/* \x, \u, \U and octal: kind, digits after it, base; the largest value. */
static const struct {
    char     kind;
    size_t   digits;
    unsigned base;
    int64_t  max;
} numeric[] = {{'x', 2, 16, 0xff}, {'u', 4, 16, 0xffff}, {'U', 8, 16, 0x10ffff}};

/* The escape after a backslash: its length, its value put into `b`; 0 where it has none. */
static size_t escape(const char *p, struct buffer *b)
{
    static const char letters[] = "abfnrtv\\\"'s", meanings[] = "\a\b\f\n\r\t\v\\\"' ";
    const char       *letter = *p ? strchr(letters, *p) : NULL;

    if (letter) {
        buffer_putc(b, meanings[letter - letters]);
        return 1;
    }
    int64_t octal = number(p, 3, 8);
    if (octal > 0 && octal <= 0xff) {
        buffer_putc(b, (char)octal);
        return 3;
    }
    for (size_t i = 0; i < sizeof numeric / sizeof numeric[0]; i++) {
        if (*p != numeric[i].kind)
            continue;
        int64_t value = number(p + 1, numeric[i].digits, numeric[i].base);
        if (value <= 0 || value > numeric[i].max ||
            (*p == 'U' && value >= 0xd800 && value < 0xe000))
            return 0;
        if (*p == 'x')
            buffer_putc(b, (char)value);
        else
            put_code_point(b, (uint32_t)value);
        return 1 + numeric[i].digits;
    }
    return 0;
}

/* Words --------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int unit_word(const char **text, enum unit_escapes escapes, struct buffer *ret)
{
    const char *p = *text + strspn(*text, WHITESPACE);
    char        quote = '\0';

    buffer_reset(ret);
    if (!*p) {
        *text = p;
        return 0;
    }
    for (; *p && (quote || !is_space(*p)); p++) {
        if (*p == '\\' && escapes == UNIT_ESCAPES_PLAIN && quote != '\'' && p[1]) {
            buffer_putc(ret, *++p);
        } else if (*p == '\\' && escapes < UNIT_ESCAPES_PLAIN) {
            size_t length = escape(p + 1, ret);
            if (length)
                p += length;
            else if (escapes == UNIT_ESCAPES_STRICT)
                return -EINVAL;
            else if (p[1]) /* unknown: both characters stay, and the second ends no quote */
                buffer_put(ret, p++, 2);
            else
                buffer_putc(ret, '\\');
        } else if (quote ? *p == quote : *p == '"' || *p == '\'') {
            quote = quote ? '\0' : *p;
        } else {
            buffer_putc(ret, *p);
        }
    }
    if (ret->failed)
        return -ENOMEM;
    if (quote)
        return -EINVAL;
    *text = p + strspn(p, WHITESPACE);
    return 1;
}

int unit_unescape(const char *text, struct buffer *ret)
{
    size_t before = ret->size;

    for (; *text; text++) {
        size_t length = *text == '\\' ? escape(text + 1, ret) : 0;

        if (*text == '\\' && !length) {
            ret->size = before;
            return -EINVAL;
        }
        if (!length)
            buffer_putc(ret, *text);
        text += length;
    }
    return ret->failed ? -ENOMEM : 0;
}
