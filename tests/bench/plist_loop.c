/* plist_loop.c -- what libplist takes to read property lists: plist_loop FILE..., each read whole and parsed. */
#include <fcntl.h>
#include <plist/plist.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static char data[64 << 10];
    int         parsed = 0;

    for (int i = 1; i < argc; i++) {
        plist_t plist = NULL;
        int     fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof data);
        if (fd >= 0)
            close(fd);
        if (n > 0)
            plist_from_memory(data, (uint32_t)n, &plist
#ifdef PLIST_FORMAT_ARGUMENT
                              ,
                              NULL
#endif
            );
        parsed += plist != NULL;
        plist_free(plist);
    }
    printf("%d\n", parsed);
    return 0;
}
