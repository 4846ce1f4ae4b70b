/* systemd_bus.h -- a connection to one service manager, and many calls on it at once.
 *
 *     r = manager_connect(&socket, &manager);
 *     for (each unit)
 *         r = manager_call(manager, unit->path, DBUS_PROPERTIES, "GetAll", got, unit, "s", "");
 *     r = manager_wait(manager);
 *     manager_close(manager);
 *
 * The peer may be hostile: a user can listen on his own manager's socket. So the socket must belong
 * to whom it should, every wait has an end, only one reply is in memory at a time, and no file
 * descriptor is taken. Nothing is ever activated or loaded by a call. Functions return a negative
 * errno on failure.
 */
#ifndef SVCQL_SYSTEMD_BUS_H
#define SVCQL_SYSTEMD_BUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#define MANAGER_IN_FLIGHT 128   /* calls: the message bus refuses more pending replies */
#define MANAGER_PATIENCE  30000 /* milliseconds that all waits of a connection may take */
#define MANAGER_GREETING  5000  /* the same, for the first */
#define MANAGER_ANYBODY   UINT32_MAX

#define MANAGER_NAME      "org.freedesktop.systemd1"
#define MANAGER_PATH      "/org/freedesktop/systemd1"
#define MANAGER_INTERFACE MANAGER_NAME ".Manager"
#define DBUS_PROPERTIES   "org.freedesktop.DBus.Properties"

struct manager_socket {
    const char *path;
    uid_t owner;  /* who must be listening, MANAGER_ANYBODY for no matter; root connects as them */
    bool  direct; /* the manager itself listens, not a message bus */
};

struct manager;

/* Open the socket and begin the handshake. -EPERM where somebody else is listening. */
int             manager_connect(const struct manager_socket *socket, struct manager **ret);
struct manager *manager_close(struct manager *manager); /* returns NULL; accepts NULL */

/* Called with the answer to a call: the reply, read from its beginning, or an error and no reply.
 * What it returns, if negative, ends the wait. Both arguments are gone afterwards, unless
 * referenced. */
typedef int manager_answer(void *data, sd_bus_message *reply, const sd_bus_error *error);

/* Send a method call with arguments as of sd_bus_message_append(). Answers to earlier calls may be
 * delivered meanwhile, as no more than MANAGER_IN_FLIGHT are left unanswered. */
int manager_call(struct manager *manager, const char *object, const char *interface,
                 const char *member, manager_answer *answer, void *data, const char *types, ...);

/* Deliver all answers. -ETIMEDOUT, -ECONNRESET, or what an answer's function returned. The first
 * wait of a connection is shorter: MANAGER_GREETING. */
int manager_wait(struct manager *manager);

#endif
