/* stdlib.h -- with what GNU has and others lack, or have with another order of arguments: text.c. */
#include_next <stdlib.h>
#ifndef SVCQL_OTHER_STDLIB_H
#define SVCQL_OTHER_STDLIB_H

void *reallocarray(void *memory, size_t n, size_t size) __asm__("host_reallocarray");

void host_qsort_r(void *data, size_t n, size_t size,
                  int (*compare)(const void *, const void *, void *), void *arg);
#define qsort_r host_qsort_r

#endif
