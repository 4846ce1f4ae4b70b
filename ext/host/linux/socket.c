/* socket.c -- local sockets: of whose listener the kernel tells the user. */
#include "host.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* Change the effective user of this thread alone: the libc's wrapper would change all threads. */
static int become(uid_t uid)
{
    return (int)syscall(SYS_setresuid, -1, uid, -1);
}

static int connect_socket(int fd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    return connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
}

/* A user's manager serves its user only, so root connects as the owner; the kernel records the user
 * at this moment. Changing back makes the process undumpable, which is undone. HOST_ANYBODY is -1 to
 * the kernel, which changes nothing. */
static int connect_as(int fd, const char *path, uid_t owner)
{
    int dumpable = prctl(PR_GET_DUMPABLE);

    if (geteuid() != 0)
        return connect_socket(fd, path);
    if (become(owner) < 0)
        return -errno;
    int r = connect_socket(fd, path);
    if (become(0) < 0)
        abort(); /* cannot fail; continuing as another user would be worse */
    prctl(PR_SET_DUMPABLE, dumpable);
    return r;
}

static int check_peer(int fd, uid_t owner)
{
    struct ucred peer;
    socklen_t    size = sizeof peer;

    if (owner == HOST_ANYBODY)
        return 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return -errno;
    return peer.uid == owner ? 0 : -EPERM;
}

int host_socket_connect(const char *path, uint32_t owner)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    int r = connect_as(fd, path, owner);
    if (r == 0)
        r = check_peer(fd, owner);
    if (r == 0)
        return fd;
    close(fd);
    return r;
}

int host_socket_wait(int fd, bool write, int64_t ms)
{
    short         events = write ? POLLIN | POLLOUT : POLLIN;
    struct pollfd poller = {.fd = fd, .events = events};

    return poll(&poller, 1, (int)ms) < 0 && errno != EINTR ? -errno : 0;
}

static ssize_t count(ssize_t n)
{
    if (n >= 0)
        return n;
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

ssize_t host_socket_send(int fd, const void *data, size_t size)
{
    return count(send(fd, data, size, MSG_NOSIGNAL));
}

ssize_t host_socket_receive(int fd, void *data, size_t size)
{
    ssize_t n = recv(fd, data, size, 0);

    return n == 0 ? -ECONNRESET : count(n);
}

void host_socket_close(int fd)
{
    close(fd);
}
