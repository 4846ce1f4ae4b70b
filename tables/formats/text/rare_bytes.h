/* rare_bytes.h -- how common bytes are in commands and scripts, roughly: a text is looked for by its rarest one. */
#ifndef SVCQL_RARE_BYTES_H
#define SVCQL_RARE_BYTES_H

#include <string.h>

#define RARE_BYTES "jqxz%&!@#~^`?<>|{}[]+*;kvw/\\:,='\"()_-.$ybgfpmuhdclsrnioate "

/* Its place among common bytes, the rarest first; 0 for one that is none of them. */
static inline unsigned byte_rank(char c)
{
    const char *at = c ? strchr(RARE_BYTES, c) : NULL;

    return at ? (unsigned)(at - RARE_BYTES) + 1 : 0;
}

/* How many of a thousand bytes it is. */
static inline unsigned byte_frequency(char c)
{
    unsigned rank = byte_rank(c);

    return 1 + rank * rank * rank / 3000;
}

#endif
