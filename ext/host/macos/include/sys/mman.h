/* sys/mman.h -- with what Linux has: memory.c. */
#include_next <sys/mman.h>
#ifndef SVCQL_MACOS_MMAN_H
#define SVCQL_MACOS_MMAN_H

#include <stddef.h>

#define MREMAP_MAYMOVE 1
#define MADV_HUGEPAGE  1000 /* macOS decides that itself */

void *mremap(void *memory, size_t size, size_t new_size, int flags) __asm__("host_mremap");

int host_madvise(void *memory, size_t size, int advice);
#define madvise host_madvise

#endif
