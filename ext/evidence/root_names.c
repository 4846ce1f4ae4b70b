#include "root_names.h"

#include <string.h>
#include <strings.h>

#include "unicode_pairs.h"

/* Percent signs ---------------------------------------------------------------- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

void root_name_decode(unsigned flags, const char *entry, char ret[ROOT_NAME_MAX + 1])
{
    size_t size = 0;

    for (const char *c = entry; *c && size < ROOT_NAME_MAX; c++) {
        int high = *c == '%' && flags & ROOT_PERCENT ? hex_digit(c[1]) : -1;
        int low = high >= 0 ? hex_digit(c[2]) : -1;
        int byte = low >= 0 ? high << 4 | low : 0;

        if (byte && byte != '/') {
            ret[size++] = (char)byte;
            c += 2;
        } else {
            ret[size++] = *c;
        }
    }
    ret[size] = '\0';
}

/* Unicode ---------------------------------------------------------------------- */

/* The next code point of UTF-8 text; a byte that begins none is kept as a value above Unicode. */
static uint32_t next_point(const unsigned char **text)
{
    const unsigned char *p = *text;
    unsigned             more = p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
    uint32_t             point = p[0] < 0x80 ? p[0] : p[0] & (0x3fu >> more);

    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            more = 0;
            break;
        }
        point = point << 6 | (p[i] & 0x3f);
    }
    *text += 1 + more;
    return more || p[0] < 0x80 ? point : 0x200000u + p[0];
}

#define SEARCH(table, point, at)                                                                   \
    size_t at = 0;                                                                                 \
    for (size_t high_ = sizeof table / sizeof table[0]; at < high_;) {                             \
        size_t middle_ = at + (high_ - at) / 2;                                                    \
        if (*(const uint16_t *)&table[middle_] < point)                                            \
            at = middle_ + 1;                                                                      \
        else                                                                                       \
            high_ = middle_;                                                                       \
    }

static uint32_t lower(uint32_t point)
{
    if (point < 0x80)
        return point >= 'A' && point <= 'Z' ? point + 32 : point;
    SEARCH(lower_cases, point, at)
    if (at < sizeof lower_cases / sizeof lower_cases[0] && lower_cases[at].upper == point)
        return lower_cases[at].lower;
    return point;
}

/* A name as a sequence of code points, decomposed and in lower case. */
struct points {
    const unsigned char *rest;
    uint32_t             pending[8]; /* the last comes first */
    size_t               n;
};

/* Hangul syllables decompose by arithmetic (Unicode 15.0, section 3.12). */
static void push_hangul(struct points *p, uint32_t syllable)
{
    uint32_t index = syllable - 0xac00, final = index % 28;

    if (final)
        p->pending[p->n++] = 0x11a7 + final;
    p->pending[p->n++] = 0x1161 + index % 588 / 28;
    p->pending[p->n++] = 0x1100 + index / 588;
}

/* No decomposition is longer than four steps. */
static void push(struct points *p, uint32_t point)
{
    while (point >= 0xc0 && p->n < sizeof p->pending / sizeof p->pending[0] - 3) {
        SEARCH(decompositions, point, at)
        if (at == sizeof decompositions / sizeof decompositions[0] ||
            decompositions[at].whole != point)
            break;
        if (decompositions[at].mark)
            p->pending[p->n++] = decompositions[at].mark;
        point = decompositions[at].base;
    }
    if (point >= 0xac00 && point <= 0xd7a3)
        push_hangul(p, point);
    else
        p->pending[p->n++] = point;
}

/* The next code point, 0 at the end. */
static uint32_t pull(struct points *p)
{
    if (!p->n && *p->rest)
        push(p, next_point(&p->rest));
    return p->n ? lower(p->pending[--p->n]) : 0;
}

static bool same_points(const char *a, const char *b)
{
    struct points x = {.rest = (const unsigned char *)a}, y = {.rest = (const unsigned char *)b};
    uint32_t      c;

    do {
        c = pull(&x);
        if (c != pull(&y))
            return false;
    } while (c);
    return true;
}

static bool is_ascii(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name >= 0x80)
            return false;
    return true;
}

bool root_name_is(unsigned flags, const char *name, const char *wanted)
{
    if (!(flags & ROOT_NOCASE))
        return strcmp(name, wanted) == 0;
    if (strcasecmp(name, wanted) == 0)
        return true;
    return !is_ascii(name) && !is_ascii(wanted) && same_points(name, wanted);
}
