#include "osquery_message.h"

#include <errno.h>
#include <string.h>

#define UNKNOWN_METHOD 1 /* TApplicationException */

/* Calls that are read ------------------------------------------------------------ */

static enum osquery_method method_of(const struct thrift_head *head)
{
    static const char *const names[] = {
        [OSQUERY_PING] = "ping", [OSQUERY_CALL] = "call", [OSQUERY_SHUTDOWN] = "shutdown"};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(head->name, names[i]) == 0)
            return i;
    return OSQUERY_UNKNOWN;
}

static void read_request(struct thrift_reader *r, struct arena *arena, struct osquery_call *call)
{
    uint8_t key, value;
    size_t  n = thrift_read_map(r, &key, &value);

    if (n > 0 && (key != THRIFT_STRING || value != THRIFT_STRING))
        r->error = r->error ? r->error : -EBADMSG;
    for (size_t i = 0; i < n && !r->error; i++) {
        const char *name = thrift_read_text(r, arena, NULL);
        const char *text = thrift_read_text(r, arena, NULL);
        if (strcmp(name, "action") == 0)
            call->action = text;
        else if (strcmp(name, "context") == 0)
            call->context = text;
    }
}

static void read_arguments(struct thrift_reader *r, struct arena *arena, struct osquery_call *call)
{
    bool    is_call = call->method == OSQUERY_CALL;
    uint8_t type;
    int16_t id;

    while (thrift_read_field(r, &type, &id))
        if (is_call && id == 1 && type == THRIFT_STRING)
            call->registry = thrift_read_text(r, arena, NULL);
        else if (is_call && id == 2 && type == THRIFT_STRING)
            call->item = thrift_read_text(r, arena, NULL);
        else if (is_call && id == 3 && type == THRIFT_MAP)
            read_request(r, arena, call);
        else
            thrift_skip(r, type);
}

int osquery_read_call(struct thrift_reader *r, struct arena *arena, struct osquery_call *ret)
{
    struct osquery_call call = {.registry = "", .item = ""};

    if (thrift_ended(r))
        return 0;
    thrift_next(r, OSQUERY_MESSAGE_MAX);
    if (!thrift_read_head(r, &call.head))
        return r->error;
    if (call.head.type != THRIFT_CALL && call.head.type != THRIFT_ONEWAY)
        return -EBADMSG;
    call.method = method_of(&call.head);
    read_arguments(r, arena, &call);
    if (r->error)
        return r->error;
    *ret = call;
    return 1;
}

/* Answers that are written --------------------------------------------------------- */

static void put_string(struct buffer *b, int16_t id, const char *text)
{
    thrift_put_field(b, THRIFT_STRING, id);
    thrift_put_text(b, text, strlen(text));
}

static void put_status(struct buffer *b, int32_t code, const char *message, int64_t uuid)
{
    thrift_put_field(b, THRIFT_I32, 1);
    thrift_put_i32(b, code);
    put_string(b, 2, message);
    thrift_put_field(b, THRIFT_I64, 3);
    thrift_put_i64(b, uuid);
    thrift_put_stop(b);
}

void osquery_put_status(struct buffer *b, const struct thrift_head *to, int32_t code,
                        const char *message, int64_t uuid)
{
    thrift_put_head(b, THRIFT_REPLY, to->name, to->id);
    thrift_put_field(b, THRIFT_STRUCT, 0);
    put_status(b, code, message, uuid);
    thrift_put_stop(b);
}

size_t osquery_begin_rows(struct buffer *b, const struct thrift_head *to, int32_t code,
                          const char *message, int64_t uuid)
{
    thrift_put_head(b, THRIFT_REPLY, to->name, to->id);
    thrift_put_field(b, THRIFT_STRUCT, 0);
    thrift_put_field(b, THRIFT_STRUCT, 1);
    put_status(b, code, message, uuid);
    thrift_put_field(b, THRIFT_LIST, 2);
    return thrift_put_list(b, THRIFT_MAP, 0);
}

void osquery_end_rows(struct buffer *b, size_t begun, size_t n)
{
    thrift_put_count(b, begun, n);
    thrift_put_stop(b);
    thrift_put_stop(b);
}

void osquery_put_nothing(struct buffer *b, const struct thrift_head *to)
{
    thrift_put_head(b, THRIFT_REPLY, to->name, to->id);
    thrift_put_stop(b);
}

void osquery_put_unknown(struct buffer *b, const struct thrift_head *to)
{
    thrift_put_head(b, THRIFT_EXCEPTION, to->name, to->id);
    put_string(b, 1, "no such method");
    thrift_put_field(b, THRIFT_I32, 2);
    thrift_put_i32(b, UNKNOWN_METHOD);
    thrift_put_stop(b);
}

void osquery_put_pair(struct buffer *b, const char *name, const char *value)
{
    thrift_put_text(b, name, strlen(name));
    thrift_put_text(b, value, strlen(value));
}

/* Calls of the manager -------------------------------------------------------------- */

void osquery_put_plain(struct buffer *b, const char *method)
{
    thrift_put_head(b, THRIFT_CALL, method, 0);
    thrift_put_stop(b);
}

void osquery_begin_register(struct buffer *b, const char *name, const char *version,
                            size_t n_tables)
{
    thrift_put_head(b, THRIFT_CALL, "registerExtension", 0);
    thrift_put_field(b, THRIFT_STRUCT, 1);
    put_string(b, 1, name);
    put_string(b, 2, version);
    put_string(b, 3, "0.0.0"); /* any version of osquery */
    put_string(b, 4, "0.0.0");
    thrift_put_stop(b);
    thrift_put_field(b, THRIFT_MAP, 2);
    thrift_put_map(b, THRIFT_STRING, THRIFT_MAP, 1);
    thrift_put_text(b, "table", strlen("table"));
    thrift_put_map(b, THRIFT_STRING, THRIFT_LIST, n_tables);
}

void osquery_end_register(struct buffer *b)
{
    thrift_put_stop(b);
}

void osquery_put_deregister(struct buffer *b, int64_t uuid)
{
    thrift_put_head(b, THRIFT_CALL, "deregisterExtension", 0);
    thrift_put_field(b, THRIFT_I64, 1);
    thrift_put_i64(b, uuid);
    thrift_put_stop(b);
}

/* Its answers ------------------------------------------------------------------------ */

/* Enter the result of an answer: 0 with its type, or an error. */
static int read_result(struct thrift_reader *r, uint8_t wanted)
{
    struct thrift_head head;
    uint8_t            type;
    int16_t            id;

    thrift_next(r, OSQUERY_MESSAGE_MAX);
    if (!thrift_read_head(r, &head))
        return r->error;
    if (head.type != THRIFT_REPLY)
        return -EPROTO;
    if (!thrift_read_field(r, &type, &id) || id != 0 || type != wanted)
        return r->error ? r->error : -EPROTO;
    return 0;
}

static void read_rest(struct thrift_reader *r)
{
    uint8_t type;
    int16_t id;

    while (thrift_read_field(r, &type, &id))
        thrift_skip(r, type);
}

int osquery_read_status(struct thrift_reader *r, struct arena *arena, struct osquery_status *ret)
{
    struct osquery_status status = {.message = ""};
    uint8_t               type;
    int16_t               id;

    int error = read_result(r, THRIFT_STRUCT);
    if (error)
        return error;
    while (thrift_read_field(r, &type, &id))
        if (id == 1 && type == THRIFT_I32)
            status.code = thrift_read_i32(r);
        else if (id == 2 && type == THRIFT_STRING)
            status.message = thrift_read_text(r, arena, NULL);
        else if (id == 3 && type == THRIFT_I64)
            status.uuid = thrift_read_i64(r);
        else
            thrift_skip(r, type);
    read_rest(r);
    if (!r->error)
        *ret = status;
    return r->error;
}

int osquery_read_registered(struct thrift_reader *r, int64_t uuid, bool *ret)
{
    bool    found = false;
    uint8_t key, value;

    int error = read_result(r, THRIFT_MAP);
    if (error)
        return error;
    size_t n = thrift_read_map(r, &key, &value);
    if (n > 0 && key != THRIFT_I64)
        return -EPROTO;
    for (size_t i = 0; i < n && !r->error; i++) {
        found |= thrift_read_i64(r) == uuid;
        thrift_skip(r, value);
    }
    read_rest(r);
    if (!r->error)
        *ret = found;
    return r->error;
}
