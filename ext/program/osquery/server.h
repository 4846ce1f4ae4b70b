/* server.h -- answers osquery at a socket: each connection has a thread, as osquery opens a second one to
 * ping while the first waits for rows. At most SERVER_CONNECTIONS_MAX are open and SERVER_QUERIES_MAX
 * answered with rows at a time; others wait. A peer that sends nothing, half a message, or takes no rows is
 * dropped, and a query that nobody waits for any more or that lasts too long is interrupted.
 *
 *     error = server_start(&server, "/var/osquery/osquery.em.12345", &setup);
 *     poll() for server_down_fd(server), which becomes readable when osquery calls shutdown
 *     server_stop(server);
 */
#ifndef SVCQL_SERVER_H
#define SVCQL_SERVER_H

#include <stdint.h>

#include "program/osquery/plugins.h"

#define SERVER_CONNECTIONS_MAX 128
#define SERVER_QUERIES_MAX     2 /* with GENERATE_BYTES_MAX each, far below the watchdog's 200 MB */

struct server;

struct server_setup {
    const struct plugins *plugins; /* which must outlive the server */
    int64_t               uuid;

    /* A database for one query at a time, used again for later ones; NULL where it cannot be opened.
     * Called from any thread. */
    sqlite3 *(*open_db)(void *arg);
    void *arg;

    /* Seconds; 0: as SERVER_... says. */
    int idle;    /* that a connection may be silent between messages */
    int message; /* from the first byte of a message to its last */
    int query;   /* that a query may wait and run */
};

#define SERVER_IDLE    30
#define SERVER_MESSAGE 10
#define SERVER_QUERY   240 /* osquery waits for 300 */

/* Begin to answer. 0 or -errno. */
int server_start(struct server **ret, const char *path, const struct server_setup *setup);
int server_down_fd(const struct server *server);

/* End all connections and queries, and remove the socket. */
void server_stop(struct server *server);

#endif
