/* thrift.h -- values in Apache Thrift's strict binary protocol (thrift-binary-protocol.md), as they
 * come from a peer and as they go to one.
 *
 *     struct thrift_reader r;
 *     thrift_begin(&r, more, arg);
 *     thrift_next(&r, 1 << 20);                     -- a message of at most 1 MiB
 *     while (thrift_read_field(&r, &type, &id))
 *         if (id == 1 && type == THRIFT_STRING)
 *             text = thrift_read_text(&r, &arena, &size);
 *         else
 *             thrift_skip(&r, type);
 *     if (r.error) ... a negative errno
 *
 * Messages are not framed: only reading one to its end shows how long it is. So the reader asks for
 * more bytes by a function, and never for more than the message may still have. The bytes are hostile:
 * each length and count is checked against what may still come before anything is allocated, and
 * containers nest no deeper than THRIFT_DEPTH_MAX.
 *
 * Errors are sticky, as with struct buffer: after one, reads return 0, "" and false.
 * -EBADMSG: not this protocol; -EMSGSIZE: more than the limit; -ENOMEM; else what `more` returned.
 */
#ifndef SVCQL_THRIFT_H
#define SVCQL_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/arena.h"
#include "formats/text/buffer.h"

#define THRIFT_DEPTH_MAX 16 /* of containers in one another; osquery's messages have 4 */

enum thrift_type {
    THRIFT_STOP = 0,
    THRIFT_BOOL = 2,
    THRIFT_BYTE = 3,
    THRIFT_DOUBLE = 4,
    THRIFT_I16 = 6,
    THRIFT_I32 = 8,
    THRIFT_I64 = 10,
    THRIFT_STRING = 11,
    THRIFT_STRUCT = 12,
    THRIFT_MAP = 13,
    THRIFT_SET = 14,
    THRIFT_LIST = 15,
};

enum thrift_message {
    THRIFT_CALL = 1,
    THRIFT_REPLY = 2,
    THRIFT_EXCEPTION = 3,
    THRIFT_ONEWAY = 4,
};

/* Fill `data` with 1 to `size` bytes and return how many; 0 where the peer has ended, -errno. */
typedef int thrift_more_fn(void *arg, uint8_t *data, size_t size);

struct thrift_reader {
    thrift_more_fn *more;
    void           *arg;
    uint8_t         held[4096];
    size_t          at, size; /* of what is held */
    size_t          left;     /* bytes that the message may still have */
    int             error;
};

/* Begin with a peer that sends several messages; thrift_next() before each. */
void thrift_begin(struct thrift_reader *r, thrift_more_fn *more, void *arg);
void thrift_next(struct thrift_reader *r, size_t limit);

/* Whether the peer has ended where a message would begin. Asks for bytes where none are held. */
bool thrift_ended(struct thrift_reader *r);

/* The head of a message. The name is cut after 63 bytes: no method has a longer one. */
struct thrift_head {
    enum thrift_message type;
    char                name[64];
    int32_t             id; /* which the reply repeats */
};

bool thrift_read_head(struct thrift_reader *r, struct thrift_head *ret);

/* The next field of a structure; false at its end. */
bool thrift_read_field(struct thrift_reader *r, uint8_t *ret_type, int16_t *ret_id);

/* The head of a map, or of a list or set: how many entries follow. */
size_t thrift_read_map(struct thrift_reader *r, uint8_t *ret_key, uint8_t *ret_value);
size_t thrift_read_list(struct thrift_reader *r, uint8_t *ret_item);

int32_t     thrift_read_i32(struct thrift_reader *r);
int64_t     thrift_read_i64(struct thrift_reader *r);
const char *thrift_read_text(struct thrift_reader *r, struct arena *arena, size_t *ret_size);

/* Read past a value. */
void thrift_skip(struct thrift_reader *r, uint8_t type);

/* Writing; errors are the buffer's. The head of a map or list may be written before its entries are
 * counted: it returns where the count is, for thrift_put_count(). */
void   thrift_put_head(struct buffer *b, enum thrift_message type, const char *name, int32_t id);
void   thrift_put_field(struct buffer *b, enum thrift_type type, int16_t id);
void   thrift_put_stop(struct buffer *b);
size_t thrift_put_map(struct buffer *b, enum thrift_type key, enum thrift_type value, size_t n);
size_t thrift_put_list(struct buffer *b, enum thrift_type item, size_t n);
void   thrift_put_count(struct buffer *b, size_t at, size_t n);
void   thrift_put_i32(struct buffer *b, int32_t value);
void   thrift_put_i64(struct buffer *b, int64_t value);
void   thrift_put_text(struct buffer *b, const char *text, size_t size);

#endif
