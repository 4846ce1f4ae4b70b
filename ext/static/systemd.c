/* systemd.c -- those of libsystemd's functions that the program calls, for the static program:
 * systemd has no static library in Debian.
 *
 * The datagrams are those of sd_notify(3), "Notes", and of systemd.io/JOURNAL_NATIVE_PROTOCOL.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "formats/text/buffer.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Send a datagram to a socket of this host; one that begins with @ has no file. With a descriptor where
 * one is given. */
static int send_to(const char *path, const void *data, size_t size, int attached)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct iovec       iov = {(void *)data, size};
    union {
        struct cmsghdr header;
        char           room[CMSG_SPACE(sizeof(int))];
    } control = {.room = {0}};
    struct msghdr message = {.msg_name = &address, .msg_iov = &iov, .msg_iovlen = 1};

    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    message.msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (*path == '@')
        address.sun_path[0] = '\0';
    else
        message.msg_namelen++;
    if (attached >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &attached, sizeof attached);
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int r = sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
    close(fd);
    return r;
}

int sd_notify(int unset_environment, const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");

    (void)unset_environment;
    if (!path || !*path)
        return 0;
    int r = send_to(path, state, strlen(state), -1);
    return r < 0 ? r : 1;
}

int sd_notifyf(int unset_environment, const char *format, ...)
{
    char    state[1024];
    va_list ap;

    va_start(ap, format);
    vsnprintf(state, sizeof state, format, ap);
    va_end(ap);
    return sd_notify(unset_environment, state);
}

int sd_watchdog_enabled(int unset_environment, uint64_t *ret)
{
    const char *pid = getenv("WATCHDOG_PID"), *usec = getenv("WATCHDOG_USEC");

    (void)unset_environment;
    if (!usec || (pid && strtoll(pid, NULL, 10) != getpid()))
        return 0;
    errno = 0;
    unsigned long long every = strtoull(usec, NULL, 10);
    if (errno || !every)
        return -EINVAL;
    *ret = every;
    return 1;
}

/* NAME, a line feed, the size in 64 bits of little-endian, the bytes, a line feed: the form that takes any
 * value. Each part is NAME=value. */
static int add_field(struct buffer *out, const struct iovec *part)
{
    const char *equals = memchr(part->iov_base, '=', part->iov_len);

    if (!equals)
        return -EINVAL;
    size_t   name = (size_t)(equals - (const char *)part->iov_base);
    uint64_t left = part->iov_len - name - 1;
    char     size[8];

    for (int i = 0; i < 8; i++)
        size[i] = (char)(left >> 8 * i);
    buffer_put(out, part->iov_base, name);
    buffer_putc(out, '\n');
    buffer_put(out, size, sizeof size);
    buffer_put(out, equals + 1, (size_t)left);
    buffer_putc(out, '\n');
    return 0;
}

/* What is larger than a datagram goes as a file in memory, sealed. */
static int send_as_file(const char *path, const struct buffer *text)
{
    size_t sent = 0;
    int    fd = memfd_create("journal", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return -errno;
    while (sent < text->size) {
        ssize_t n = write(fd, text->data + sent, text->size - sent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        sent += (size_t)n;
    }
    int r = sent < text->size || fcntl(fd, F_ADD_SEALS,
                                       F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0
                ? -errno
                : send_to(path, "", 0, fd);
    close(fd);
    return r;
}

int sd_journal_sendv(const struct iovec *parts, int n)
{
    struct buffer out = {0};
    int           r = 0;

    for (int i = 0; i < n && r == 0; i++)
        r = add_field(&out, &parts[i]);
    if (r == 0 && out.failed)
        r = -ENOMEM;
    if (r == 0)
        r = send_to(JOURNAL_SOCKET, out.data, out.size, -1);
    if (r == -EMSGSIZE || r == -ENOBUFS)
        r = send_as_file(JOURNAL_SOCKET, &out);
    buffer_free(&out);
    return r;
}
