/* dbus_message.h -- messages of the D-Bus wire ("Message Protocol"): the one call that svcql sends,
 * and what comes back.
 *
 *     uint64_t size;
 *     if ((r = dbus_message_measure(data, have, &size)) > 0 && have >= size)
 *         r = dbus_message_parse(data, size, &message);
 */
#ifndef SVCQL_DBUS_MESSAGE_H
#define SVCQL_DBUS_MESSAGE_H

#include <stdarg.h>

#include "dbus_reader.h"
#include "formats/text/buffer.h"

#define DBUS_HEADER_MIN 16 /* bytes that determine the length of a message */

enum dbus_message_type { DBUS_CALL = 1, DBUS_RETURN = 2, DBUS_ERROR = 3, DBUS_SIGNAL = 4 };

struct dbus_message {
    enum dbus_message_type type; /* others are to be ignored */
    bool                   big_endian;
    uint32_t               reply_serial; /* serial of the call that it answers; 0 if none */
    const char            *error;        /* name of the error; NULL if none */
    const char            *types;        /* of the body; "" for no body */
    const uint8_t         *body;
    size_t                 body_size;
};

/* Bytes of the message that `data` begins with: 1, 0 where more bytes are needed, or -EBADMSG. */
int dbus_message_measure(const uint8_t *data, size_t size, uint64_t *ret);

/* A whole message. What `ret` points to is part of `data`. -EBADMSG where it is damaged. */
int dbus_message_parse(const uint8_t *data, size_t size, struct dbus_message *ret);

/* A call that starts nothing. `destination` may be NULL; the arguments are of the types 's', 'o' and
 * 'u', and as many as `types` has. */
struct dbus_call {
    const char *destination, *object, *interface, *member;
    uint32_t    serial;
};
void dbus_call_write(struct buffer *out, const struct dbus_call *call, const char *types,
                     va_list ap);

/* The negative errno that fits the name of an error best; never that of a lack of memory, which a peer does
 * not decide. */
int dbus_error_errno(const char *name);

#endif
