/* regexp_leap.h -- where the next match of a regular expression may begin, by the bytes that one begins with.
 *
 * For the sources of regexp.h alone.
 */
#ifndef SVCQL_REGEXP_LEAP_H
#define SVCQL_REGEXP_LEAP_H

#include "regexp_program.h"

#define LEAP_DEPTH 8u

struct leap {
    uint8_t places
        [256]; /* of each byte: at which of the first places of a match it may be, a bit each */
    uint32_t depth; /* places that are known; 0: a match may need no character */
    uint32_t at;    /* a place where only `byte` may be; LEAP_DEPTH: none */
    uint8_t  byte;
    bool     far; /* where none is in progress the next may begin far away */
};

void regexp_leap_make(struct regexp *re, struct leap *ret);

/* How many bytes no match begins at; all of them: none begins in the text, which begins with a character. */
size_t regexp_leap(const struct leap *leap, const char *text, size_t size);

#endif
