/* systemd_bus.h -- a connection to one service manager, and many calls on it at once.
 *
 *     r = manager_connect(&socket, &manager);
 *     for (each unit)
 *         r = manager_call(manager, unit->path, DBUS_PROPERTIES, "GetAll", got, unit, "s", "");
 *     r = manager_wait(manager);
 *     manager_close(manager);
 *
 * The peer may be hostile: a user can listen on the socket of that user's own manager. So the
 * socket must have the expected owner, the bytes are read by formats/dbus and not by a library that
 * may abort, every wait has an end, only one reply is in memory at a time, and no file descriptor
 * is accepted. No call activates or loads anything. Functions return a negative errno on failure.
 */
#ifndef SVCQL_SYSTEMD_BUS_H
#define SVCQL_SYSTEMD_BUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "formats/dbus/dbus_reader.h"
#include "host.h"

#define MANAGER_IN_FLIGHT        128 /* calls: the message bus refuses more pending replies */
#define MANAGER_MESSAGE_MAX      (32u << 20) /* bytes; 10,000 units are listed in 3 MiB */
#define MANAGER_USER_MESSAGE_MAX (8u << 20)
#define MANAGER_ANYBODY          HOST_ANYBODY

/* Limits in milliseconds: of the first wait of a connection, and of all others together; less where
 * a user is the peer. */
#define MANAGER_GREETING      5000
#define MANAGER_PATIENCE      30000
#define MANAGER_USER_GREETING 2000
#define MANAGER_USER_PATIENCE 3000

#define MANAGER_NAME      "org.freedesktop.systemd1"
#define MANAGER_PATH      "/org/freedesktop/systemd1"
#define MANAGER_INTERFACE MANAGER_NAME ".Manager"
#define DBUS_PROPERTIES   "org.freedesktop.DBus.Properties"

struct manager_socket {
    const char *path;
    uid_t       owner;  /* of the listener, or MANAGER_ANYBODY; root connects as this user */
    bool        direct; /* the manager itself listens, not a message bus */
    int64_t     greeting, patience; /* milliseconds, below; 0: the usual */
};

struct manager;

/* Milliseconds that it has been waited for. */
int64_t manager_waited(const struct manager *manager);

/* Open the socket and do the handshake. -EPERM where another user is listening. */
int             manager_connect(const struct manager_socket *socket, struct manager **ret);
struct manager *manager_close(struct manager *manager); /* returns NULL; accepts NULL */

/* Called with the answer to a call: the reply, read from its beginning, or no reply and a negative
 * errno. What it returns, if negative, ends the wait. The reply, and all texts read from it, are
 * freed afterwards. */
typedef int manager_answer(void *data, struct dbus_reader *reply, int error);

/* Send a method call with arguments of the types 's', 'o' and 'u'. Answers to earlier calls may be
 * delivered meanwhile, as no more than MANAGER_IN_FLIGHT are left unanswered. */
int manager_call(struct manager *manager, const char *object, const char *interface,
                 const char *member, manager_answer *answer, void *data, const char *types, ...);

/* Deliver all answers. -ETIMEDOUT, -ECONNRESET, or what an answer's function returned. The first
 * wait of a connection is shorter: MANAGER_GREETING. */
int manager_wait(struct manager *manager);

#endif
