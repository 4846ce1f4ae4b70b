#include "program/osquery/peer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "monotonic.h"

#define SEND_MAX  60 /* seconds for a whole message, also where some of it is taken now and then */
#define STALE_AGE 60 /* seconds: no extension is between bind() and listen() for so long */

static int milliseconds_until(const struct timespec *until)
{
    double left = (double)until->tv_sec + (double)until->tv_nsec / 1e9 - monotonic();

    return left <= 0 ? 0 : (int)(left * 1000) + 1;
}

void peer_within(struct peer *peer, int seconds)
{
    clock_gettime(CLOCK_MONOTONIC, &peer->until);
    peer->until.tv_sec += seconds;
}

static int wait_for(int fd, short events, int timeout)
{
    struct pollfd p = {.fd = fd, .events = events};
    int           r;

    do
        r = poll(&p, 1, timeout);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r == 0 ? -ETIMEDOUT : 0;
}

static int more(void *arg, uint8_t *data, size_t size)
{
    struct peer *peer = arg;
    ssize_t      n;

    do {
        int error = wait_for(peer->fd, POLLIN, milliseconds_until(&peer->until));
        if (error)
            return error;
        n = recv(peer->fd, data, size, MSG_DONTWAIT);
    } while (n < 0 && (errno == EINTR || errno == EAGAIN));
    return n < 0 ? -errno : (int)n;
}

void peer_begin(struct peer *peer, int fd)
{
    peer->fd = fd;
    thrift_begin(&peer->reader, more, peer);
    peer_within(peer, PEER_STALL);
}

void peer_close(struct peer *peer)
{
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
}

static int address_of(const char *path, struct sockaddr_un *ret)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    *ret = address;
    return 0;
}

static int open_socket(int flags)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

    return fd < 0 ? -errno : fd;
}

/* A manager whose backlog is full must not hold the caller: a socket that does not block fails then. */
int peer_connect(struct peer *peer, const char *path)
{
    struct sockaddr_un address;
    int                error = address_of(path, &address);
    int                fd = error ? error : open_socket(SOCK_NONBLOCK);

    peer_begin(peer, fd < 0 ? -1 : fd);
    if (fd < 0)
        return fd;
    return connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
}

int peer_send(const struct peer *peer, const struct buffer *message)
{
    double until = monotonic() + SEND_MAX;
    size_t at = 0;

    if (message->failed)
        return -ENOMEM;
    while (at < message->size) {
        ssize_t n =
            send(peer->fd, message->data + at, message->size - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        int error = 0;
        if (n > 0)
            at += (size_t)n;
        else if (errno == EAGAIN)
            error =
                monotonic() > until ? -ETIMEDOUT : wait_for(peer->fd, POLLOUT, PEER_STALL * 1000);
        else if (errno != EINTR)
            error = -errno;
        if (error)
            return error;
    }
    return 0;
}

int peer_listen(const char *path)
{
    struct sockaddr_un address;
    int                error = address_of(path, &address);
    int                fd = error ? error : open_socket(SOCK_NONBLOCK);

    if (fd < 0)
        return fd;
    unlink(path);
    mode_t mask = umask(0177);
    error = bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
    umask(mask);
    if (!error && listen(fd, SOMAXCONN) < 0)
        error = -errno;
    if (!error)
        return fd;
    close(fd);
    return error;
}

static bool is_stale(int folder, const char *folder_path, const char *name)
{
    char        path[sizeof((struct sockaddr_un *)0)->sun_path];
    struct stat st;
    struct peer peer;

    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISSOCK(st.st_mode) ||
        st.st_uid != geteuid() || time(NULL) - st.st_mtime < STALE_AGE ||
        strlen(folder_path) + strlen(name) + 2 > sizeof path)
        return false;
    stpcpy(stpcpy(stpcpy(path, folder_path), "/"), name);
    int error = peer_connect(&peer, path);
    peer_close(&peer);
    return error == -ECONNREFUSED;
}

void peer_remove_stale(const char *path)
{
    char          *folder_copy = strdup(path), *name_copy = strdup(path);
    const char    *folder = folder_copy ? dirname(folder_copy) : NULL;
    const char    *base = name_copy ? basename(name_copy) : NULL;
    DIR           *dir = folder && base ? opendir(folder) : NULL;
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        size_t n = strlen(base);
        if (strncmp(entry->d_name, base, n) == 0 && entry->d_name[n] == '.' &&
            entry->d_name[n + 1] &&
            strspn(entry->d_name + n + 1, "0123456789") == strlen(entry->d_name + n + 1) &&
            is_stale(dirfd(dir), folder, entry->d_name))
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
    free(folder_copy);
    free(name_copy);
}
