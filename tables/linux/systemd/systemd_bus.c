#include "systemd_bus.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "formats/dbus/dbus_message.h"
#include "formats/text/buffer.h"
#include "host.h"

#define DBUS_NAME      "org.freedesktop.DBus"
#define BLOCK          ((size_t)64 << 10) /* bytes received at a time, at least */
#define HANDSHAKE_LINE 512                /* bytes of a line of the handshake */

/* A call without an answer yet. */
struct call {
    uint32_t        serial; /* 0: none */
    manager_answer *answer;
    void           *data;
};

struct manager {
    int           fd;
    bool          direct, trusted, greeted;
    int64_t       patience; /* milliseconds left */
    int64_t       next;     /* the same, after the greeting */
    int64_t       waited;
    uint32_t      serial; /* of the last call */
    size_t        pending;
    struct call   calls[MANAGER_IN_FLIGHT];
    struct buffer out; /* what is still to be sent begins at `sent` */
    size_t        sent;
    uint8_t      *in; /* in[in_begin, in_end) was received */
    size_t        in_begin, in_end, in_room;
};

/* Bytes --------------------------------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Send what the socket accepts. */
static int send_some(struct manager *manager)
{
    size_t left = manager->out.size - manager->sent;

    if (manager->out.failed)
        return -ENOMEM;
    if (!left)
        return 0;
    ssize_t n = host_socket_send(manager->fd, manager->out.data + manager->sent, left);
    if (n < 0)
        return (int)n;
    manager->sent += (size_t)n;
    if (manager->sent == manager->out.size) {
        buffer_reset(&manager->out);
        manager->sent = 0;
    }
    return 0;
}

/* Make room for a message of `size` bytes, of which the first may have been received. */
static int make_room(struct manager *manager, size_t size)
{
    size_t have = manager->in_end - manager->in_begin;

    if (manager->in_begin) {
        memmove(manager->in, manager->in + manager->in_begin, have);
        manager->in_begin = 0;
        manager->in_end = have;
    }
    if (size <= manager->in_room)
        return 0;
    uint8_t *in = realloc(manager->in, size);
    if (!in)
        return -ENOMEM;
    manager->in = in;
    manager->in_room = size;
    return 0;
}

/* Receive what is available: 1, or 0 where there is nothing yet. */
static int receive_some(struct manager *manager)
{
    if (manager->in_end == manager->in_room) {
        int r = make_room(manager, manager->in_end - manager->in_begin + BLOCK);
        if (r < 0)
            return r;
    }
    ssize_t n = host_socket_receive(manager->fd, manager->in + manager->in_end,
                                    manager->in_room - manager->in_end);
    if (n < 0)
        return (int)n;
    manager->in_end += (size_t)n;
    return n > 0;
}

/* Send and receive until `done`, which returns 1 then; this is the only place that waits. */
typedef int exchange_done(struct manager *manager, size_t argument);

static int exchange(struct manager *manager, exchange_done *done, size_t argument)
{
    int64_t start = now_ms(), left = manager->patience;
    int     r = send_some(manager);

    while (r >= 0 && (r = done(manager, argument)) == 0) {
        left = manager->patience - (now_ms() - start);
        if (left <= 0)
            r = -ETIMEDOUT;
        else if ((r = receive_some(manager)) == 0 && (r = send_some(manager)) == 0)
            r = host_socket_wait(manager->fd, manager->out.size > 0, left);
    }
    manager->waited += now_ms() - start;
    left = manager->patience - (now_ms() - start);
    manager->patience = left > 0 ? left : 0;
    return r < 0 ? r : 0;
}

/* The handshake ------------------------------------------------------------- */

/* A line from the server, without its end: 1, or 0 where it is not complete yet. */
static int take_line(struct manager *manager, char ret[HANDSHAKE_LINE])
{
    const char *begin = (const char *)manager->in + manager->in_begin;
    size_t      have = manager->in_end - manager->in_begin;
    const char *end = have ? memchr(begin, '\n', have) : NULL;

    if ((end ? (size_t)(end - begin) : have) >= HANDSHAKE_LINE)
        return -EBADMSG;
    if (!end)
        return 0;
    size_t size = (size_t)(end - begin);
    memcpy(ret, begin, size);
    ret[size && ret[size - 1] == '\r' ? size - 1 : size] = '\0';
    manager->in_begin += size + 1;
    return 1;
}

static int accepted(struct manager *manager, size_t argument)
{
    char line[HANDSHAKE_LINE];

    (void)argument;
    int r = take_line(manager, line);
    if (r <= 0)
        return r;
    if (strncmp(line, "OK ", 3) == 0)
        return 1;
    return strncmp(line, "REJECTED", 8) == 0 ? -EPERM : -EBADMSG;
}

static int said_nothing(void *data, struct dbus_reader *reply, int error)
{
    (void)data, (void)reply;
    return error;
}

static int queue_call(struct manager *manager, const struct dbus_call *what, manager_answer *answer,
                      void *data, const char *types, va_list ap);

static int call_bus(struct manager *manager, const char *member, ...)
{
    va_list ap;

    va_start(ap, member);
    int r = queue_call(manager,
                       &(struct dbus_call){.destination = DBUS_NAME,
                                           .object = "/org/freedesktop/DBus",
                                           .interface = DBUS_NAME,
                                           .member = member},
                       said_nothing, NULL, NULL, ap);
    va_end(ap);
    return r;
}

/* "Authentication Protocol": by the user id that the kernel has recorded, in hexadecimal digits. No
 * call is sent before the answer has arrived: bytes that systemd reads together with BEGIN wait
 * until it reads again. */
static int shake_hands(struct manager *manager, uid_t uid)
{
    char digits[16];

    snprintf(digits, sizeof digits, "%u", (unsigned)uid);
    buffer_putc(&manager->out, '\0');
    buffer_puts(&manager->out, "AUTH EXTERNAL ");
    buffer_hex(&manager->out, (const uint8_t *)digits, strlen(digits));
    buffer_puts(&manager->out, "\r\nBEGIN\r\n");
    int r = exchange(manager, accepted, 0);
    return r < 0 || manager->direct ? r : call_bus(manager, "Hello");
}

int manager_connect(const struct manager_socket *to, struct manager **ret)
{
    struct manager *manager = calloc(1, sizeof *manager);

    if (!manager)
        return -ENOMEM;
    manager->direct = to->direct;
    manager->trusted = to->owner == MANAGER_ANYBODY;
    manager->patience = to->greeting       ? to->greeting
                        : manager->trusted ? MANAGER_GREETING
                                           : MANAGER_USER_GREETING;
    manager->next = to->patience       ? to->patience
                    : manager->trusted ? MANAGER_PATIENCE
                                       : MANAGER_USER_PATIENCE;
    int r = manager->fd = host_socket_connect(to->path, to->owner);
    if (r >= 0)
        r = shake_hands(manager, geteuid() == 0 && !manager->trusted ? to->owner : geteuid());
    if (r < 0) {
        manager_close(manager);
        return r;
    }
    *ret = manager;
    return 0;
}

struct manager *manager_close(struct manager *manager)
{
    if (!manager)
        return NULL;
    if (manager->fd >= 0)
        host_socket_close(manager->fd);
    buffer_free(&manager->out);
    free(manager->in);
    free(manager);
    return NULL;
}

int64_t manager_waited(const struct manager *manager)
{
    return manager->waited;
}

/* Answers ------------------------------------------------------------------- */

static struct call *find_call(struct manager *manager, uint32_t serial)
{
    for (size_t i = 0; i < MANAGER_IN_FLIGHT; i++)
        if (manager->calls[i].serial == serial)
            return &manager->calls[i];
    return NULL;
}

/* Give a message to the call that it answers; others, such as signals, are skipped. */
static int deliver(struct manager *manager, const uint8_t *data, size_t size)
{
    struct dbus_message message;
    struct dbus_reader  m;

    int r = dbus_message_parse(data, size, &message);
    if (r < 0)
        return r;
    bool         answers = message.type == DBUS_RETURN || message.type == DBUS_ERROR;
    struct call *call =
        answers && message.reply_serial ? find_call(manager, message.reply_serial) : NULL;
    if (!call)
        return 0;
    call->serial = 0;
    manager->pending--;
    if (message.type == DBUS_ERROR)
        return call->answer(call->data, NULL, dbus_error_errno(message.error));
    dbus_reader_begin(&m, message.body, message.body_size, message.types, message.big_endian);
    return call->answer(call->data, &m, 0);
}

/* Deliver complete messages, until at most `pending` calls are unanswered: 1 then. */
static int deliver_until(struct manager *manager, size_t pending)
{
    uint64_t size;

    while (manager->pending > pending) {
        size_t have = manager->in_end - manager->in_begin;
        int    r = dbus_message_measure(manager->in + manager->in_begin, have, &size);
        if (r <= 0)
            return r;
        if (size > (manager->trusted ? MANAGER_MESSAGE_MAX : MANAGER_USER_MESSAGE_MAX))
            return -EFBIG;
        if (have < size)
            return manager->in_room - manager->in_begin < size ? make_room(manager, (size_t)size)
                                                               : 0;
        const uint8_t *message = manager->in + manager->in_begin;
        manager->in_begin += (size_t)size;
        if ((r = deliver(manager, message, (size_t)size)) < 0)
            return r;
    }
    return 1;
}

int manager_wait(struct manager *manager)
{
    int r = exchange(manager, deliver_until, 0);

    if (!manager->greeted)
        manager->patience = manager->next;
    manager->greeted = true;
    return r;
}

/* Calling ------------------------------------------------------------------- */

static int queue_call(struct manager *manager, const struct dbus_call *what, manager_answer *answer,
                      void *data, const char *types, va_list ap)
{
    struct dbus_call call = *what;
    struct call     *slot = find_call(manager, 0);

    if (!slot)
        return -ENOBUFS;
    call.serial = ++manager->serial ? manager->serial : ++manager->serial;
    dbus_call_write(&manager->out, &call, types, ap);
    if (manager->out.failed)
        return -ENOMEM;
    *slot = (struct call){call.serial, answer, data};
    manager->pending++;
    return 0;
}

int manager_call(struct manager *manager, const char *object, const char *interface,
                 const char *member, manager_answer *answer, void *data, const char *types, ...)
{
    va_list ap;

    int r = manager->pending < MANAGER_IN_FLIGHT
                ? 0
                : exchange(manager, deliver_until, MANAGER_IN_FLIGHT - 1);
    if (r < 0)
        return r;
    va_start(ap, types);
    r = queue_call(manager,
                   &(struct dbus_call){.destination = manager->direct ? NULL : MANAGER_NAME,
                                       .object = object,
                                       .interface = interface,
                                       .member = member},
                   answer, data, types, ap);
    va_end(ap);
    return r;
}
