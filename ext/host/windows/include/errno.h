/* errno.h -- with the numbers that the C library of Windows lacks. */
#include_next <errno.h>
#ifndef SVCQL_WINDOWS_ERRNO_H
#define SVCQL_WINDOWS_ERRNO_H

#define ENOKEY    200
#define EDQUOT    201
#define ELIBACC   202
#define ESTALE    203
#define EUCLEAN   204
#define EREMOTEIO 205

#endif
