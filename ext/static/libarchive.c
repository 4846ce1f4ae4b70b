/* libarchive.c -- libarchive as a part of the static program: nothing is loaded. */
#include "host/libarchive.h"

const struct libarchive *libarchive(void)
{
    static const struct libarchive library = {
#define MEMBER(name) .name = name,
        LIBARCHIVE_FUNCTIONS(MEMBER)
#undef MEMBER
    };

    return &library;
}
