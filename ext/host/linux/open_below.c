/* open_below.c -- openat2(2), of Linux 5.6. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

#define TRIES 8 /* of a path whose directories are moved meanwhile */

int host_open_below(int root, const char *path, int flags, bool plain)
{
#ifdef SYS_openat2
    struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC),
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
                                      (plain ? (uint64_t)RESOLVE_NO_SYMLINKS : 0)};

    path += strspn(path, "/");
    for (int i = 0; i < TRIES; i++) {
        int fd = (int)syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            return fd >= 0 ? fd : -errno;
    }
    return -EAGAIN;
#else
    (void)root, (void)path, (void)flags, (void)plain;
    return -ENOSYS;
#endif
}
