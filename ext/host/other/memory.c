#include <string.h>
#include <sys/mman.h>

/* Memory of another size with what it had: elsewhere, as only Linux moves pages. */
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
