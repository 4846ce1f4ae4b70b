#include "dbus_message.h"

#include <errno.h>
#include <string.h>

#include "formats/text/byte_order.h"

#define VERSION       1
#define NO_AUTO_START 0x2

/* "Header Fields" */
enum field {
    FIELD_PATH = 1,
    FIELD_INTERFACE = 2,
    FIELD_MEMBER = 3,
    FIELD_ERROR = 4,
    FIELD_REPLY_SERIAL = 5,
    FIELD_DESTINATION = 6,
    FIELD_SIGNATURE = 8,
};

/* Reading ------------------------------------------------------------------- */

static size_t padded(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

int dbus_message_measure(const uint8_t *data, size_t size, uint64_t *ret)
{
    if (size < DBUS_HEADER_MIN)
        return 0;
    if ((data[0] != 'l' && data[0] != 'B') || data[3] != VERSION)
        return -EBADMSG;
    uint64_t body = data[0] == 'B' ? be32(data + 4) : le32(data + 4);
    uint64_t fields = data[0] == 'B' ? be32(data + 12) : le32(data + 12);
    if (fields > DBUS_ARRAY_MAX)
        return -EBADMSG;
    *ret = DBUS_HEADER_MIN + ((fields + 7) & ~(uint64_t)7) + body;
    return 1;
}

/* The fields that matter here; one of another type than the specification's is passed over. */
static int read_field(struct dbus_reader *m, struct dbus_message *message)
{
    static const struct {
        uint8_t     field;
        const char *type;
        size_t      offset;
    } known[] = {
        {FIELD_ERROR, "s", offsetof(struct dbus_message, error)},
        {FIELD_REPLY_SERIAL, "u", offsetof(struct dbus_message, reply_serial)},
        {FIELD_SIGNATURE, "g", offsetof(struct dbus_message, types)},
    };
    const char *type;
    uint8_t     field;

    int r = dbus_read(m, 'y', &field);
    if (r <= 0 || (r = dbus_peek_variant(m, &type)) <= 0)
        return r < 0 ? r : -EBADMSG;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].field == field && strcmp(known[i].type, type) == 0) {
            if ((r = dbus_enter(m, 'v', type)) > 0 &&
                (r = dbus_read(m, *type, (char *)message + known[i].offset)) > 0)
                r = dbus_exit(m);
            return r;
        }
    return dbus_skip(m, 1);
}

int dbus_message_parse(const uint8_t *data, size_t size, struct dbus_message *ret)
{
    struct dbus_message message = {.types = ""};
    struct dbus_reader  m;
    uint64_t            whole;

    int r = dbus_message_measure(data, size, &whole);
    if (r <= 0 || whole != size)
        return -EBADMSG;
    message.type = data[1];
    message.big_endian = data[0] == 'B';
    dbus_reader_begin(&m, data, size, "yyyyuua(yv)", message.big_endian);
    if ((r = dbus_skip(&m, 6)) > 0)
        r = dbus_enter(&m, 'a', "(yv)");
    while (r > 0 && (r = dbus_enter(&m, 'r', "yv")) > 0)
        if ((r = read_field(&m, &message)) > 0)
            r = dbus_exit(&m);
    if (r < 0 || (message.type == DBUS_ERROR && !message.error))
        return -EBADMSG;
    size_t body = padded(m.at);
    message.body = data + body;
    message.body_size = size - body;
    *ret = message;
    return 0;
}

/* Writing ------------------------------------------------------------------- */

static void pad(struct buffer *out, size_t start, size_t to)
{
    while ((out->size - start) % to && !out->failed)
        buffer_putc(out, '\0');
}

/* As this machine writes it: the message says which order that is. */
static void put32(struct buffer *out, size_t start, uint32_t value)
{
    pad(out, start, 4);
    buffer_put(out, &value, sizeof value);
}

static void put_text(struct buffer *out, size_t start, const char *text)
{
    size_t size = strlen(text);

    put32(out, start, (uint32_t)size);
    buffer_put(out, text, size + 1);
}

static void put_field(struct buffer *out, size_t start, enum field field, char type,
                      const char *text)
{
    const char head[] = {(char)field, 1, type, '\0'};

    if (!text)
        return;
    pad(out, start, 8);
    buffer_put(out, head, sizeof head);
    if (type == 'g') {
        buffer_putc(out, (char)strlen(text));
        buffer_put(out, text, strlen(text) + 1);
    } else {
        put_text(out, start, text);
    }
}

static void put_body(struct buffer *out, size_t start, const char *types, va_list ap)
{
    for (; types && *types; types++)
        if (*types == 'u')
            put32(out, start, va_arg(ap, uint32_t));
        else
            put_text(out, start, va_arg(ap, const char *));
}

static void set32(struct buffer *out, size_t at, size_t value)
{
    uint32_t number = (uint32_t)value;

    if (!out->failed)
        memcpy(out->data + at, &number, sizeof number);
}

void dbus_call_write(struct buffer *out, const struct dbus_call *call, const char *types,
                     va_list ap)
{
    const uint16_t order = 1;
    const bool     little = *(const uint8_t *)&order == 1;
    const char     head[] = {little ? 'l' : 'B', DBUS_CALL, NO_AUTO_START, VERSION};
    size_t         start = out->size;

    buffer_put(out, head, sizeof head);
    put32(out, start, 0);
    put32(out, start, call->serial);
    put32(out, start, 0);
    put_field(out, start, FIELD_PATH, 'o', call->object);
    put_field(out, start, FIELD_INTERFACE, 's', call->interface);
    put_field(out, start, FIELD_MEMBER, 's', call->member);
    put_field(out, start, FIELD_DESTINATION, 's', call->destination);
    put_field(out, start, FIELD_SIGNATURE, 'g', types);
    set32(out, start + 12, out->size - start - DBUS_HEADER_MIN);
    pad(out, start, 8);
    size_t body = out->size;
    put_body(out, body, types, ap);
    set32(out, start + 4, out->size - body);
}

/* Errors -------------------------------------------------------------------- */

int dbus_error_errno(const char *name)
{
    static const char prefix[] = "org.freedesktop.DBus.Error.";
    static const struct {
        const char *name;
        int         error;
    } errors[] = {
        {"AccessDenied", -EACCES},         {"AuthFailed", -EACCES},
        {"Disconnected", -ECONNRESET},     {"InteractiveAuthorizationRequired", -EACCES},
        {"NameHasNoOwner", -ENXIO},        {"NoReply", -ETIMEDOUT},
        {"ServiceUnknown", -EHOSTUNREACH}, {"Timeout", -ETIMEDOUT},
    };

    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return -EREMOTEIO;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (strcmp(name + sizeof prefix - 1, errors[i].name) == 0)
            return errors[i].error;
    return -EREMOTEIO;
}
