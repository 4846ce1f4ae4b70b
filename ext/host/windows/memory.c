/* memory.c -- memory by pages. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <windows.h>

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    (void)at, (void)offset;
    void *memory =
        fd >= 0 || !(flags & MAP_ANONYMOUS)
            ? NULL
            : VirtualAlloc(NULL, size, protection ? MEM_RESERVE | MEM_COMMIT : MEM_RESERVE,
                           protection ? PAGE_READWRITE : PAGE_NOACCESS);
    if (memory)
        return memory;
    errno = fd >= 0 ? EOPNOTSUPP : ENOMEM;
    return MAP_FAILED;
}

/* Reserved memory becomes memory here. */
int mprotect(void *memory, size_t size, int protection)
{
    (void)protection;
    return VirtualAlloc(memory, size, MEM_COMMIT, PAGE_READWRITE) ? 0 : -1;
}

int munmap(void *memory, size_t size)
{
    (void)size;
    return VirtualFree(memory, 0, MEM_RELEASE) ? 0 : -1;
}

/* Memory that is not needed has zeros the next time, as on Linux; MEM_RESET would promise none. */
int madvise(void *memory, size_t size, int advice)
{
    if (advice != MADV_DONTNEED)
        return 0;
    return VirtualFree(memory, size, MEM_DECOMMIT) &&
                   VirtualAlloc(memory, size, MEM_COMMIT, PAGE_READWRITE)
               ? 0
               : -1;
}
