/* base64.h -- bytes out of base64 (RFC 4648). */
#ifndef SVCQL_BASE64_H
#define SVCQL_BASE64_H

#include <stdint.h>

#include "arena.h"

/* The bytes encoded in `text`, up to the first character that is not of base64, white space
 * passed over; *ret_size says how many. NULL: no memory. */
const uint8_t *base64_decode(struct arena *arena, const char *text, size_t *ret_size);

#endif
