#include "program/osquery/server.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "formats/thrift/osquery_message.h"
#include "monotonic.h"
#include "program/osquery/generate.h"
#include "program/osquery/peer.h"

#define LOOK 200 /* milliseconds between looks at running queries */

struct query {
    sqlite3 *db;    /* open while in use or idle */
    int      fd;    /* of the peer that waits; -1: idle */
    double   until; /* monotonic() */
};

struct connection {
    struct server *server;
    int            fd;
    bool           used;
};

struct server {
    struct server_setup setup;
    char               *path;
    int                 fd, down_fd;
    atomic_bool         stopping;
    pthread_t           thread; /* accepts and looks at queries */

    pthread_mutex_t   lock; /* of all below */
    pthread_cond_t    changed;
    struct query      queries[SERVER_QUERIES_MAX];
    struct connection connections[SERVER_CONNECTIONS_MAX];
    size_t            n_connections;
};

/* Queries ---------------------------------------------------------------------------- */

static struct query *idle_query(struct server *server)
{
    struct query *found = NULL;

    for (size_t i = 0; i < SERVER_QUERIES_MAX; i++)
        if (server->queries[i].fd < 0 && (!found || server->queries[i].db))
            found = &server->queries[i];
    return found;
}

/* Wait for a turn; NULL where the server stops or the time is over. */
static struct query *begin_query(struct server *server, int fd)
{
    double          until = monotonic() + server->setup.query;
    struct query   *query = NULL;
    struct timespec wait;

    pthread_mutex_lock(&server->lock);
    while (!server->stopping && monotonic() < until && !(query = idle_query(server))) {
        clock_gettime(CLOCK_MONOTONIC, &wait);
        wait.tv_sec++;
        pthread_cond_timedwait(&server->changed, &server->lock, &wait);
    }
    if (query) {
        query->fd = fd;
        query->until = until;
    }
    pthread_mutex_unlock(&server->lock);
    return query;
}

/* Give back what the allocator does not need; AddressSanitizer's is not the one that would be trimmed. */
static void trim_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
    malloc_trim(1 << 20);
#endif
}

/* What the tables keep for the next query stays. */
static void end_query(struct server *server, struct query *query)
{
    if (query->db)
        sqlite3_db_release_memory(query->db);
    trim_memory();
    pthread_mutex_lock(&server->lock);
    query->fd = -1;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static bool open_query(struct server *server, struct query *query)
{
    sqlite3 *db = query->db ? NULL : server->setup.open_db(server->setup.arg);

    if (db) {
        pthread_mutex_lock(&server->lock);
        query->db = db;
        pthread_mutex_unlock(&server->lock);
    }
    return query->db != NULL;
}

static bool peer_left(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};

    return poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR | POLLRDHUP);
}

static void interrupt_queries(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < SERVER_QUERIES_MAX; i++) {
        struct query *query = &server->queries[i];
        if (query->fd >= 0 && query->db &&
            (server->stopping || monotonic() > query->until || peer_left(query->fd)))
            sqlite3_interrupt(query->db);
    }
    pthread_mutex_unlock(&server->lock);
}

/* Answers ------------------------------------------------------------------------------ */

static void refuse(struct server *server, const struct osquery_call *call, const char *why,
                   struct buffer *b)
{
    osquery_end_rows(b, osquery_begin_rows(b, &call->head, OSQUERY_FAILED, why, server->setup.uuid),
                     0);
}

/* Sends too: the rows count against the turn until they are sent. */
static int answer_rows(struct server *server, const struct plugin *plugin,
                       const struct osquery_call *call, const struct peer *peer, struct buffer *b)
{
    struct query *query = begin_query(server, peer->fd);

    if (query && open_query(server, query))
        generate_answer(query->db, plugin, call, server->setup.uuid, b);
    else
        refuse(server, call, query ? "out of memory" : "too many queries at once", b);
    int error = peer_send(peer, b);
    buffer_free(b);
    if (query)
        end_query(server, query);
    return error;
}

static void put_description(struct server *server, const struct plugin *plugin,
                            const struct osquery_call *call, struct buffer *b)
{
    size_t begun = osquery_begin_rows(b, &call->head, OSQUERY_SUCCESS, "OK", server->setup.uuid);

    osquery_end_rows(b, begun, plugin_put_columns(b, plugin));
}

static int answer_call(struct server *server, const struct osquery_call *call,
                       const struct peer *peer, struct buffer *b)
{
    const struct plugin *plugin = strcmp(call->registry, "table") == 0
                                      ? plugins_find(server->setup.plugins, call->item)
                                      : NULL;

    if (!plugin)
        refuse(server, call, "no such plugin", b);
    else if (!call->action)
        refuse(server, call, "the request has no action", b);
    else if (strcmp(call->action, "generate") == 0)
        return answer_rows(server, plugin, call, peer, b);
    else if (strcmp(call->action, "columns") == 0)
        put_description(server, plugin, call, b);
    else
        refuse(server, call, "the tables are read-only", b);
    return peer_send(peer, b);
}

static void want_down(struct server *server)
{
    uint64_t one = 1;

    if (write(server->down_fd, &one, sizeof one) < 0)
        return; /* it is readable already */
}

static int answer(struct server *server, const struct osquery_call *call, const struct peer *peer)
{
    struct buffer b = {0};
    int           error;

    if (call->method == OSQUERY_CALL) {
        error = answer_call(server, call, peer, &b);
    } else {
        if (call->method == OSQUERY_PING)
            osquery_put_status(&b, &call->head, OSQUERY_SUCCESS, "OK", server->setup.uuid);
        else if (call->method == OSQUERY_SHUTDOWN)
            osquery_put_nothing(&b, &call->head);
        else
            osquery_put_unknown(&b, &call->head);
        error = call->head.type == THRIFT_ONEWAY ? 0 : peer_send(peer, &b);
    }
    buffer_free(&b);
    if (call->method == OSQUERY_SHUTDOWN)
        want_down(server);
    return error;
}

/* Connections ----------------------------------------------------------------------------- */

static void serve(struct server *server, int fd)
{
    struct arena        arena = {0};
    struct osquery_call call;
    struct peer         peer;
    int                 r = 1;

    peer_begin(&peer, fd);
    while (r > 0 && !server->stopping) {
        peer_within(&peer, server->setup.idle);
        if (thrift_ended(&peer.reader))
            break;
        peer_within(&peer, server->setup.message);
        r = osquery_read_call(&peer.reader, &arena, &call);
        if (r > 0 && answer(server, &call, &peer) < 0)
            r = -1;
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void *connection_thread(void *arg)
{
    struct connection *connection = arg;
    struct server     *server = connection->server;

    serve(server, connection->fd);
    pthread_mutex_lock(&server->lock);
    close(connection->fd);
    connection->used = false;
    server->n_connections--;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

static bool start_thread(struct connection *connection)
{
    pthread_attr_t attributes;
    pthread_t      thread;

    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&thread, &attributes, connection_thread, connection);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

/* With the lock held. A connection for which there is no thread is closed. */
static void begin_connection(struct server *server, int fd)
{
    for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
        struct connection *connection = &server->connections[i];
        if (connection->used)
            continue;
        *connection = (struct connection){.server = server, .fd = fd, .used = true};
        server->n_connections++;
        if (!start_thread(connection)) {
            connection->used = false;
            server->n_connections--;
            break;
        }
        return;
    }
    close(fd);
}

static void accept_one(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    if (server->n_connections < SERVER_CONNECTIONS_MAX) {
        int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            begin_connection(server, fd);
    }
    pthread_mutex_unlock(&server->lock);
}

static bool is_full(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    bool full = server->n_connections == SERVER_CONNECTIONS_MAX;
    pthread_mutex_unlock(&server->lock);
    return full;
}

static void *server_thread(void *arg)
{
    struct server *server = arg;

    while (!server->stopping) {
        struct pollfd p = {.fd = is_full(server) ? -1 : server->fd, .events = POLLIN};
        if (poll(&p, 1, p.fd < 0 ? LOOK / 20 : LOOK) > 0 && p.revents)
            accept_one(server);
        interrupt_queries(server);
    }
    return NULL;
}

/* Start and end ----------------------------------------------------------------------------- */

static void server_free(struct server *server)
{
    for (size_t i = 0; i < SERVER_QUERIES_MAX; i++)
        sqlite3_close(server->queries[i].db);
    if (server->fd >= 0)
        close(server->fd);
    if (server->down_fd >= 0)
        close(server->down_fd);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server->path);
    free(server);
}

static void init_locks(struct server *server)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

static int open_descriptors(struct server *server, const char *path)
{
    server->down_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->down_fd < 0)
        return -errno;
    server->path = strdup(path);
    if (!server->path)
        return -ENOMEM;
    server->fd = peer_listen(path);
    return server->fd < 0 ? server->fd : 0;
}

static int or_else(int given, int otherwise)
{
    return given ? given : otherwise;
}

int server_start(struct server **ret, const char *path, const struct server_setup *setup)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server)
        return -ENOMEM;
    init_locks(server);
    server->setup = *setup;
    server->setup.idle = or_else(setup->idle, SERVER_IDLE);
    server->setup.message = or_else(setup->message, SERVER_MESSAGE);
    server->setup.query = or_else(setup->query, SERVER_QUERY);
    server->fd = server->down_fd = -1;
    for (size_t i = 0; i < SERVER_QUERIES_MAX; i++)
        server->queries[i].fd = -1;
    int error = open_descriptors(server, path);
    if (!error)
        error = -pthread_create(&server->thread, NULL, server_thread, server);
    if (error) {
        server_free(server);
        return error;
    }
    *ret = server;
    return 0;
}

int server_down_fd(const struct server *server)
{
    return server->down_fd;
}

/* A thread ends when its connection does, and its query when it is interrupted, again and again: a table
 * may begin another statement. */
void server_stop(struct server *server)
{
    struct timespec wait = {.tv_nsec = LOOK * 100000};

    server->stopping = true;
    pthread_join(server->thread, NULL);
    unlink(server->path);
    pthread_mutex_lock(&server->lock);
    while (server->n_connections > 0) {
        for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++)
            if (server->connections[i].used)
                shutdown(server->connections[i].fd, SHUT_RDWR);
        pthread_mutex_unlock(&server->lock);
        interrupt_queries(server);
        nanosleep(&wait, NULL);
        pthread_mutex_lock(&server->lock);
    }
    pthread_mutex_unlock(&server->lock);
    server_free(server);
}
