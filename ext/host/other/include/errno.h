/* errno.h -- with the numbers that only Linux has. */
#include_next <errno.h>
#ifndef SVCQL_OTHER_ERRNO_H
#define SVCQL_OTHER_ERRNO_H

#define ENOKEY    200
#define ELIBACC   202
#define EUCLEAN   204
#define EREMOTEIO 205
#ifndef EDQUOT
#define EDQUOT 201
#endif
#ifndef ESTALE
#define ESTALE 203
#endif

#endif
