/* systemd_bus.h -- a connection to one service manager, and many calls on it at once.
 *
 *     r = manager_connect(&socket, &manager);
 *     for (each unit)
 *         r = manager_call(manager, unit->path, DBUS_PROPERTIES, "GetAll", got, unit, "s", "");
 *     r = manager_wait(manager);
 *     manager_close(manager);
 *
 * The peer may be hostile: a user can listen on his own manager's socket. So the socket must belong
 * to whom it should, the bytes are read by formats/dbus and no library that ends the process over
 * them, every wait has an end, only one reply is in memory at a time, and no file descriptor is
 * taken. Nothing is ever activated or loaded by a call. Functions return a negative
 * errno on failure.
 */
#ifndef SVCQL_SYSTEMD_BUS_H
#define SVCQL_SYSTEMD_BUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "formats/dbus/dbus_reader.h"

#define MANAGER_IN_FLIGHT   128         /* calls: the message bus refuses more pending replies */
#define MANAGER_MESSAGE_MAX (32u << 20) /* bytes; 10,000 units are listed in 3 MiB */
#define MANAGER_ANYBODY     UINT32_MAX

/* Milliseconds that the first wait of a connection may take, and then all others together; less
 * where a user is the peer. */
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
    uid_t owner;  /* who must be listening, MANAGER_ANYBODY for no matter; root connects as them */
    bool  direct; /* the manager itself listens, not a message bus */
};

struct manager;

/* Open the socket and shake hands. -EPERM where somebody else is listening. */
int             manager_connect(const struct manager_socket *socket, struct manager **ret);
struct manager *manager_close(struct manager *manager); /* returns NULL; accepts NULL */

/* Called with the answer to a call: the reply, read from its beginning, or no reply and a negative
 * errno. What it returns, if negative, ends the wait. The reply, and all texts read from it, are
 * gone afterwards. */
typedef int manager_answer(void *data, struct dbus_reader *reply, int error);

/* Send a method call with arguments of the types 's', 'o' and 'u'. Answers to earlier calls may be
 * delivered meanwhile, as no more than MANAGER_IN_FLIGHT are left unanswered. */
int manager_call(struct manager *manager, const char *object, const char *interface,
                 const char *member, manager_answer *answer, void *data, const char *types, ...);

/* Deliver all answers. -ETIMEDOUT, -ECONNRESET, or what an answer's function returned. The first
 * wait of a connection is shorter: MANAGER_GREETING. */
int manager_wait(struct manager *manager);

#endif
