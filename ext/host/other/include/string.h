/* string.h -- with what GNU has and others lack, or have with other results: text.c. */
#include_next <string.h>
#ifndef SVCQL_OTHER_STRING_H
#define SVCQL_OTHER_STRING_H

void *memrchr(const void *in, int byte, size_t size) __asm__("host_memrchr");

char *host_strerror_r(int error, char *text, size_t size);
#define strerror_r host_strerror_r

#endif
