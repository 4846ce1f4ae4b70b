/* osquery_message.h -- the messages between osquery and its extensions (osquery.thrift).
 *
 * An extension answers ping, call and shutdown, and itself calls the manager's registerExtension,
 * deregisterExtension, extensions and ping. A table is read by call("table", NAME, request), where the
 * request's "action" is "generate" or "columns" and its "context" says, as JSON, what the query wants.
 */
#ifndef SVCQL_OSQUERY_MESSAGE_H
#define SVCQL_OSQUERY_MESSAGE_H

#include "formats/thrift/thrift.h"

#define OSQUERY_MESSAGE_MAX                                                                        \
    (1u << 20) /* bytes of a message that is read; a context has some 10,000 */

/* ExtensionCode. */
enum { OSQUERY_SUCCESS = 0, OSQUERY_FAILED = 1, OSQUERY_FATAL = 2 };

enum osquery_method { OSQUERY_PING, OSQUERY_CALL, OSQUERY_SHUTDOWN, OSQUERY_UNKNOWN };

struct osquery_call {
    struct thrift_head  head;
    enum osquery_method method;
    const char         *registry, *item;  /* of OSQUERY_CALL; never NULL */
    const char         *action, *context; /* of its request; NULL where it has none */
};

/* Read one call. Texts are the arena's. 1; 0 where the peer has ended before it; -errno. */
int osquery_read_call(struct thrift_reader *r, struct arena *arena, struct osquery_call *ret);

/* What it is answered with: a status; rows, begun with a status and ended with their count; nothing,
 * as shutdown is; that there is no such method. */
void   osquery_put_status(struct buffer *b, const struct thrift_head *to, int32_t code,
                          const char *message, int64_t uuid);
size_t osquery_begin_rows(struct buffer *b, const struct thrift_head *to, int32_t code,
                          const char *message, int64_t uuid);
void   osquery_end_rows(struct buffer *b, size_t begun, size_t n);
void   osquery_put_nothing(struct buffer *b, const struct thrift_head *to);
void   osquery_put_unknown(struct buffer *b, const struct thrift_head *to);

/* The parts of a row: map<string, string>. */
void osquery_put_pair(struct buffer *b, const char *name, const char *value);

/* Calls of the manager. registerExtension is begun with who calls, goes on with the tables, each a name
 * and a list of maps, and is ended by osquery_end_register(). */
void osquery_put_plain(struct buffer *b, const char *method);
void osquery_begin_register(struct buffer *b, const char *name, const char *version,
                            size_t n_tables);
void osquery_end_register(struct buffer *b);
void osquery_put_deregister(struct buffer *b, int64_t uuid);

struct osquery_status {
    int32_t     code;
    const char *message; /* never NULL; the arena's */
    int64_t     uuid;
};

/* The answers: 0; -EPROTO where it is another message, also an exception; else the reader's error. */
int osquery_read_status(struct thrift_reader *r, struct arena *arena, struct osquery_status *ret);

/* Whether an extension of that uuid is among those that the manager has. */
int osquery_read_registered(struct thrift_reader *r, int64_t uuid, bool *ret);

#endif
