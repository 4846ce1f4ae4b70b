/* linux_only.c -- what is asked of Linux, where another answers that there is none. */
#include <errno.h>

#include "host.h"

int host_open_below(int root, const char *path, int flags, bool plain)
{
    (void)root, (void)path, (void)flags, (void)plain;
    return -ENOSYS;
}

bool host_is_procfs(int folder)
{
    (void)folder;
    return false;
}

/* Local sockets: the managers that listen to them are of Linux. */

int host_socket_connect(const char *path, uint32_t owner)
{
    (void)path, (void)owner;
    return -ENOENT;
}

int host_socket_wait(int fd, bool write, int64_t ms)
{
    (void)fd, (void)write, (void)ms;
    return -EBADF;
}

ssize_t host_socket_send(int fd, const void *data, size_t size)
{
    (void)fd, (void)data, (void)size;
    return -EBADF;
}

ssize_t host_socket_receive(int fd, void *data, size_t size)
{
    (void)fd, (void)data, (void)size;
    return -EBADF;
}

void host_socket_close(int fd)
{
    (void)fd;
}
