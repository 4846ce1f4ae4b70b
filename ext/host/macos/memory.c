#include <sys/mman.h>

#undef madvise

/* Memory that is not needed has zeros the next time, as on Linux; macOS's own advice would leave what was there. */
int host_madvise(void *memory, size_t size, int advice)
{
    if (advice == MADV_HUGEPAGE)
        return 0;
    if (advice != MADV_DONTNEED)
        return madvise(memory, size, advice);
    void *new =
        mmap(memory, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return new == MAP_FAILED ? -1 : 0;
}
