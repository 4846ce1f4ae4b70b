/* libarchive.c -- libarchive, which is linked in: a search of folders for a library may find another's. */
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
