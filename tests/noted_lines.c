/* noted_lines.c -- notes which blocks of code run, for tests/mutants_lines.sh: gcc's -fsanitize-coverage=trace-pc
 * calls this at the beginning of each. A byte a block, at its address, of a file that all processes of a program
 * have in common: also what ends by a signal has said what it ran. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE (1u << 26) /* more than any program has code; the file has holes */

static uint8_t  *noted;
static uintptr_t base;

void __sanitizer_cov_trace_pc(void);

/* FOLDER is where the files are, each named after its program or library. */
__attribute__((constructor)) static void begin(void)
{
    char    path[4096];
    Dl_info self;

    if (dladdr(&noted, &self) == 0)
        return;
    const char *slash = strrchr(self.dli_fname, '/');
    snprintf(path, sizeof path, FOLDER "/%s", slash ? slash + 1 : self.dli_fname);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    void *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return;
    base = (uintptr_t)self.dli_fbase;
    noted = map;
}

void __sanitizer_cov_trace_pc(void)
{
    uintptr_t at = (uintptr_t)__builtin_return_address(0) - base;

    if (noted && at < SIZE)
        noted[at] = 1;
}
