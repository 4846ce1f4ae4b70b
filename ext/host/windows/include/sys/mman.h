/* sys/mman.h -- memory by pages, without files: memory.c. */
#ifndef SVCQL_WINDOWS_MMAN_H
#define SVCQL_WINDOWS_MMAN_H

#include <sys/types.h>

#define PROT_NONE      0
#define PROT_READ      1
#define PROT_WRITE     2
#define MAP_PRIVATE    2
#define MAP_ANONYMOUS  32
#define MAP_NORESERVE  0x4000
#define MAP_FAILED     ((void *)-1)
#define MREMAP_MAYMOVE 1
#define MADV_DONTNEED  4
#define MADV_HUGEPAGE  14 /* Windows decides that itself */

void *mmap(void *at, size_t size, int protection, int flags, int fd,
           off_t offset) __asm__("host_mmap");
void *mremap(void *memory, size_t size, size_t new_size, int flags) __asm__("host_mremap");
int   mprotect(void *memory, size_t size, int protection) __asm__("host_mprotect");
int   munmap(void *memory, size_t size) __asm__("host_munmap");
int   madvise(void *memory, size_t size, int advice) __asm__("host_madvise");

#endif
