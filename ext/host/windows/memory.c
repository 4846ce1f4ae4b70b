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

/* Memory of another size with what it had: elsewhere, as Windows extends none where it is. */
void *mremap(void *memory, size_t size, size_t new_size, int flags)
{
    (void)flags;
    void *new = mmap(NULL, new_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (new == MAP_FAILED)
        return new;
    memcpy(new, memory, size < new_size ? size : new_size);
    munmap(memory, size);
    return new;
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
