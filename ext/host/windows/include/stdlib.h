/* stdlib.h -- with what POSIX and GNU have and Windows lacks: text.c. */
#include_next <stdlib.h>
#ifndef SVCQL_WINDOWS_STDLIB_H
#define SVCQL_WINDOWS_STDLIB_H

void *reallocarray(void *memory, size_t n, size_t size) __asm__("host_reallocarray");
void  qsort_r(void *data, size_t n, size_t size, int (*compare)(const void *, const void *, void *),
              void *arg) __asm__("host_qsort_r");
int   setenv(const char *name, const char *value, int overwrite) __asm__("host_setenv");
int   unsetenv(const char *name) __asm__("host_unsetenv");

#endif
