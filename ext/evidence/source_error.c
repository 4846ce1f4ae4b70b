/* source_error.c -- what the errno of a source means to a reader of evidence_sources. */
#include <errno.h>
#include <string.h>

#include "evidence.h"

enum source_status source_status_of(int negative_errno)
{
    switch (negative_errno) {
    case -ENOENT:
    case -ENOTDIR:
        return SOURCE_ABSENT;
    case -EACCES:
    case -EPERM:
    case -EBUSY:
    case -ENOKEY:
        return SOURCE_DENIED;
    default:
        return SOURCE_DAMAGED;
    }
}

const char *source_error(int negative_errno)
{
    switch (negative_errno) {
    case -EBUSY:
        return "another program has it open for itself alone";
    case -EDQUOT:
        return "left out from here on: beyond the budget of a source";
    case -EFBIG:
        return "left out from here on: too large, or expands to more than 200 times its size";
    case -ENOBUFS:
        return "left out from here on: it takes too much memory to expand, as it was compressed by "
               "xz -9 or "
               "zstd --long";
    case -ENOKEY:
        return "encrypted";
    case -ENOTSUP:
        return "compressed by a method that is not read";
    case -EBADMSG:
        return "its content is damaged, or not of the kind that it should be";
    case -ESTALE:
        return "was there when it was looked for, and is missing now";
    case -EINVAL:
        return "not a regular file";
    default:
        return strerror(-negative_errno);
    }
}
