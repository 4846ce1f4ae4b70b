/* peer.h -- one end of a connection between osquery and an extension, with a time limit on all that the
 * other end does: one that is slow or has vanished never holds a thread.
 *
 *     if ((error = peer_connect(&peer, "/var/osquery/osquery.em")) == 0) {
 *         error = peer_send(&peer, &message);
 *         peer_within(&peer, 10);
 *         error = osquery_read_status(&peer.reader, &arena, &status);
 *     }
 *     peer_close(&peer);
 */
#ifndef SVCQL_PEER_H
#define SVCQL_PEER_H

#include <time.h>

#include "formats/text/buffer.h"
#include "formats/thrift/thrift.h"

struct peer {
    int                  fd;
    struct timespec      until; /* CLOCK_MONOTONIC: when what is read must have come */
    struct thrift_reader reader;
};

void peer_begin(struct peer *peer, int fd);

/* Begin with a peer that listens at a path. 0 or -errno; peer_close() after both. */
int  peer_connect(struct peer *peer, const char *path);
void peer_close(struct peer *peer);

/* What is read from now on must come within so many seconds; after that reads fail with -ETIMEDOUT. */
void peer_within(struct peer *peer, int seconds);

/* Send all of it: 0 or -errno. -ETIMEDOUT where nothing is taken for PEER_STALL seconds, -ENOMEM where
 * the buffer has failed. */
#define PEER_STALL 10
int peer_send(const struct peer *peer, const struct buffer *message);

/* Listen at a path, where only the owner may connect; an existing socket is removed. The
 * descriptor, which does not block, or -errno. */
int peer_listen(const char *path);

/* Remove sockets that extensions left beside the manager's when they were killed: "<path>.<digits>",
 * older than a minute, where nobody listens. */
void peer_remove_stale(const char *path);

#endif
