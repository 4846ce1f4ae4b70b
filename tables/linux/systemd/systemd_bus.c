#include "systemd_bus.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* A call on its way. */
struct call {
    struct manager *manager;
    manager_answer *answer;
    void           *data;
    struct call    *next_free;
};

struct manager {
    sd_bus     *bus;
    bool        direct, greeted;
    int         failure;  /* what an answer's function returned */
    int64_t     patience; /* milliseconds left */
    size_t      pending;
    struct call calls[MANAGER_IN_FLIGHT], *free;
};

/* Connecting ---------------------------------------------------------------- */

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

/* A user's manager talks to its user only, so root connects as the owner; the kernel notes the user
 * at this moment. Changing back makes the process undumpable, which is undone. */
static int connect_as(int fd, const char *path, uid_t owner)
{
    int dumpable = prctl(PR_GET_DUMPABLE);

    if (owner == MANAGER_ANYBODY || owner == 0 || geteuid() != 0)
        return connect_socket(fd, path);
    if (become(owner) < 0)
        return -errno;
    int r = connect_socket(fd, path);
    if (become(0) < 0)
        abort(); /* cannot fail, and going on as somebody else would be worse */
    prctl(PR_SET_DUMPABLE, dumpable);
    return r;
}

static int check_peer(int fd, uid_t owner)
{
    struct ucred peer;
    socklen_t    size = sizeof peer;

    if (owner == MANAGER_ANYBODY)
        return 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return -errno;
    return peer.uid == owner ? 0 : -EPERM;
}

static int open_socket(const struct manager_socket *to)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    int r = connect_as(fd, to->path, to->owner);
    if (r == 0)
        r = check_peer(fd, to->owner);
    if (r == 0)
        return fd;
    close(fd);
    return r;
}

static int start_bus(sd_bus *bus, int fd, bool direct)
{
    int r = sd_bus_set_fd(bus, fd, fd);

    if (r < 0) {
        close(fd);
        return r;
    }
    if ((r = sd_bus_set_bus_client(bus, !direct)) < 0 || (r = sd_bus_negotiate_fds(bus, 0)) < 0 ||
        (r = sd_bus_set_method_call_timeout(bus, MANAGER_PATIENCE * 1000ULL)) < 0)
        return r;
    return sd_bus_start(bus);
}

int manager_connect(const struct manager_socket *to, struct manager **ret)
{
    struct manager *manager = calloc(1, sizeof *manager);
    int             r, fd;

    if (!manager)
        return -ENOMEM;
    manager->direct = to->direct;
    manager->patience = MANAGER_GREETING;
    for (size_t i = 0; i < MANAGER_IN_FLIGHT; i++) {
        manager->calls[i] = (struct call){.manager = manager, .next_free = manager->free};
        manager->free = &manager->calls[i];
    }
    r = fd = open_socket(to);
    if (r >= 0 && (r = sd_bus_new(&manager->bus)) < 0)
        close(fd);
    if (r >= 0)
        r = start_bus(manager->bus, fd, to->direct);
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
    sd_bus_close(manager->bus);
    sd_bus_unref(manager->bus);
    free(manager);
    return NULL;
}

/* Waiting ------------------------------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Deliver answers until at most `pending` calls are left. */
static int wait_until(struct manager *manager, size_t pending)
{
    int64_t start = now_ms(), left = manager->patience;
    int     r = 0;

    while (r >= 0 && manager->pending > pending && manager->failure == 0) {
        left = manager->patience - (now_ms() - start);
        if (left <= 0)
            r = -ETIMEDOUT;
        else if ((r = sd_bus_process(manager->bus, NULL)) == 0)
            r = sd_bus_wait(manager->bus, (uint64_t)left * 1000);
    }
    manager->patience = left;
    if (manager->failure < 0)
        return manager->failure;
    if (r < 0)
        return r;
    return sd_bus_is_open(manager->bus) > 0 ? 0 : -ECONNRESET;
}

int manager_wait(struct manager *manager)
{
    int r = wait_until(manager, 0);

    if (!manager->greeted)
        manager->patience = MANAGER_PATIENCE;
    manager->greeted = true;
    return r;
}

/* Calling ------------------------------------------------------------------- */

static int answered(sd_bus_message *reply, void *data, sd_bus_error *ret_error)
{
    struct call    *call = data;
    struct manager *manager = call->manager;

    (void)ret_error;
    manager->pending--;
    call->next_free = manager->free;
    manager->free = call;
    const sd_bus_error *error = sd_bus_message_get_error(reply);
    int                 r = call->answer(call->data, error ? NULL : reply, error);
    if (r < 0)
        manager->failure = r;
    return 0;
}

static int send_call(struct manager *manager, sd_bus_message *message, manager_answer *answer,
                     void *data)
{
    struct call *call = manager->free;

    int r = sd_bus_message_set_auto_start(message, 0);
    if (r < 0)
        return r;
    *call = (struct call){manager, answer, data, call->next_free};
    r = sd_bus_call_async(manager->bus, NULL, message, answered, call, 0);
    if (r < 0)
        return r;
    manager->free = call->next_free;
    manager->pending++;
    return 0;
}

int manager_call(struct manager *manager, const char *object, const char *interface,
                 const char *member, manager_answer *answer, void *data, const char *types, ...)
{
    sd_bus_message *message = NULL;
    va_list         ap;

    int r = wait_until(manager, MANAGER_IN_FLIGHT - 1);
    if (r < 0)
        return r;
    r = sd_bus_message_new_method_call(
        manager->bus, &message, manager->direct ? NULL : MANAGER_NAME, object, interface, member);
    if (r >= 0 && types) {
        va_start(ap, types);
        r = sd_bus_message_appendv(message, types, ap);
        va_end(ap);
    }
    if (r >= 0)
        r = send_call(manager, message, answer, data);
    sd_bus_message_unref(message);
    return r;
}
