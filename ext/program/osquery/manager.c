#include "program/osquery/manager.h"

#include <errno.h>
#include <string.h>

#include "formats/thrift/osquery_message.h"
#include "program/osquery/peer.h"

/* Connect and send a message, which is freed. */
static int ask(struct peer *peer, const char *socket, struct buffer *message)
{
    int error = peer_connect(peer, socket);

    if (!error)
        error = peer_send(peer, message);
    buffer_free(message);
    peer_within(peer, MANAGER_WAIT);
    return error;
}

static void put_registration(struct buffer *b, const struct plugins *plugins)
{
    osquery_begin_register(b, "svcql", SVCQL_VERSION, plugins->n);
    for (size_t i = 0; i < plugins->n; i++) {
        const struct plugin *plugin = &plugins->items[i];
        thrift_put_text(b, plugin->name, strlen(plugin->name));
        size_t at = thrift_put_list(b, THRIFT_MAP, 0);
        thrift_put_count(b, at, plugin_put_columns(b, plugin));
    }
    osquery_end_register(b);
}

int manager_register(const char *socket, const struct plugins *plugins, int64_t *ret_uuid,
                     char *why, size_t size)
{
    struct buffer         message = {0};
    struct arena          arena = {0};
    struct osquery_status status = {0};
    struct peer           peer;

    put_registration(&message, plugins);
    int error = ask(&peer, socket, &message);
    if (!error)
        error = osquery_read_status(&peer.reader, &arena, &status);
    if (!error && status.code == OSQUERY_SUCCESS)
        *ret_uuid = status.uuid;
    else if (!error) {
        error = -EREMOTEIO;
        sqlite3_snprintf((int)size, why, "%s", status.message);
    }
    peer_close(&peer);
    arena_free(&arena);
    return error;
}

int manager_has(const char *socket, int64_t uuid, bool *ret)
{
    struct buffer message = {0};
    struct peer   peer;

    osquery_put_plain(&message, "extensions");
    int error = ask(&peer, socket, &message);
    if (!error)
        error = osquery_read_registered(&peer.reader, uuid, ret);
    peer_close(&peer);
    return error;
}

int manager_deregister(const char *socket, int64_t uuid)
{
    struct buffer         message = {0};
    struct arena          arena = {0};
    struct osquery_status status;
    struct peer           peer;

    osquery_put_deregister(&message, uuid);
    int error = ask(&peer, socket, &message);
    if (!error)
        error = osquery_read_status(&peer.reader, &arena, &status);
    peer_close(&peer);
    arena_free(&arena);
    return error;
}
