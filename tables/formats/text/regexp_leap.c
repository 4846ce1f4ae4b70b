#include "regexp_leap.h"

#include <string.h>

#include "rare_bytes.h"

#define ASCII 128u
#define FEW   64u /* instructions that may be next */
#define FAR   64u /* of a thousand places, where a match may begin */

/* Whether an instruction takes a character beyond ASCII. */
static bool takes_beyond(const struct regexp *re, const struct instruction *in)
{
    if (in->op == OP_CHAR)
        return in->x >= ASCII;
    if (in->op != OP_CLASS)
        return in->op == OP_ANY || in->op == OP_ANY_LINE;
    const struct class *class = &re->classes[in->x];
    bool beyond = class->negated;
    for (uint32_t i = 0; i < class->n; i++)
        beyond |= re->ranges[class->first + i].high >= ASCII;
    return beyond;
}

/* Note the bytes that an instruction may take at a place. */
static void note(const struct regexp *re, const struct instruction *in, uint8_t place,
                 struct leap *leap)
{
    for (uint32_t c = 0; c < ASCII; c++)
        if (regexp_takes(re, in, c))
            leap->places[c] |= place;
    if (takes_beyond(re, in))
        for (uint32_t c = ASCII; c < 256; c++)
            leap->places[c] |= place;
}

/* Past all assertions. */
static bool follow_any(struct regexp *re, uint32_t at, size_t *n)
{
    return regexp_follow(re, at, n, true, EDGE_OTHER, EDGE_OTHER);
}

/* The instructions that take the character after those of re->now: their number in its stead. 0: the match may end. */
static size_t advance(struct regexp *re, size_t n)
{
    size_t next = 0;
    bool   matched = false;

    memcpy(re->later, re->now, n * sizeof *re->now);
    regexp_next_generation(re);
    for (size_t i = 0; i < n; i++)
        matched |= follow_any(re, re->later[i] + 1, &next);
    return matched ? 0 : next;
}

/* How many of a thousand places have one of a place's bytes; the only one, if it is. */
static unsigned frequency_at(const struct leap *leap, uint32_t place, int *ret_only)
{
    unsigned sum = 0;
    int      n = 0, last = 0;

    for (int c = 0; c < 256; c++)
        if (leap->places[c] >> place & 1) {
            sum += byte_frequency((char)c);
            last = c;
            n++;
        }
    *ret_only = n == 1 ? last : -1;
    return sum < 1000 ? sum : 1000;
}

static void choose(struct leap *leap)
{
    unsigned least = 1000, all = 1000;
    int      only;

    for (uint32_t place = 0; place < leap->depth; place++) {
        unsigned frequency = frequency_at(leap, place, &only);
        all = all * frequency / 1000;
        if (only < 0 || frequency >= least)
            continue;
        least = frequency;
        leap->at = place;
        leap->byte = (uint8_t)only;
    }
    leap->far = leap->depth && all <= FAR;
}

void regexp_leap_make(struct regexp *re, struct leap *ret)
{
    size_t n = 0;
    bool   beyond = false;

    *ret = (struct leap){.at = LEAP_DEPTH};
    regexp_next_generation(re);
    if (follow_any(re, 0, &n))
        return;
    while (n && n <= FEW && !beyond && ret->depth < LEAP_DEPTH) {
        for (size_t i = 0; i < n; i++) {
            note(re, &re->code[re->now[i]], (uint8_t)(1u << ret->depth), ret);
            beyond |= takes_beyond(re, &re->code[re->now[i]]); /* the next place may be any */
        }
        ret->depth++;
        n = advance(re, n);
    }
    choose(ret);
}

/* Whether a match may begin at the first of `depth` bytes. */
static bool may_begin(const struct leap *leap, const uint8_t *text)
{
    for (uint32_t i = 0; i < leap->depth; i++)
        if (!(leap->places[text[i]] >> i & 1))
            return false;
    return true;
}

size_t regexp_leap(const struct leap *leap, const char *text, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;

    if (!leap->depth)
        return 0;
    if (size < leap->depth)
        return size;
    for (size_t at = 0, end = size - leap->depth; at <= end; at++) {
        if (leap->at < LEAP_DEPTH) {
            const uint8_t *found = memchr(bytes + at + leap->at, leap->byte, end - at + 1);
            if (!found)
                return size;
            at = (size_t)(found - bytes) - leap->at;
        }
        if (may_begin(leap, bytes + at))
            return at;
    }
    return size;
}
