#include "thrift.h"

#include <errno.h>
#include <string.h>

#define VERSION_1 0x80010000u /* of the strict protocol, in the first two bytes of a message */

void thrift_begin(struct thrift_reader *r, thrift_more_fn *more, void *arg)
{
    r->more = more;
    r->arg = arg;
    r->at = r->size = r->left = 0;
    r->error = 0;
}

void thrift_next(struct thrift_reader *r, size_t limit)
{
    r->left = limit;
}

static void fail(struct thrift_reader *r, int error)
{
    if (!r->error)
        r->error = error;
}

/* Have something to take from: false at the peer's end and after an error. */
static bool refill(struct thrift_reader *r)
{
    if (r->error)
        return false;
    if (r->at < r->size)
        return true;
    int n = r->more(r->arg, r->held, sizeof r->held);
    if (n < 0 || (size_t)n > sizeof r->held)
        fail(r, n < 0 ? n : -EBADMSG);
    r->at = 0;
    r->size = n > 0 && !r->error ? (size_t)n : 0;
    return r->size > 0;
}

bool thrift_ended(struct thrift_reader *r)
{
    return !refill(r) && !r->error;
}

static bool allowed(struct thrift_reader *r, size_t size)
{
    if (size > r->left)
        fail(r, -EMSGSIZE);
    return !r->error;
}

static bool take(struct thrift_reader *r, void *data, size_t size)
{
    uint8_t *to = data;

    if (!allowed(r, size))
        return false;
    r->left -= size;
    while (size > 0) {
        if (!refill(r)) {
            fail(r, -EBADMSG);
            return false;
        }
        size_t n = r->size - r->at < size ? r->size - r->at : size;
        if (to) {
            memcpy(to, r->held + r->at, n);
            to += n;
        }
        r->at += n;
        size -= n;
    }
    return true;
}

static uint64_t number(struct thrift_reader *r, size_t size)
{
    uint8_t  bytes[8];
    uint64_t value = 0;

    if (!take(r, bytes, size))
        return 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

int32_t thrift_read_i32(struct thrift_reader *r)
{
    return (int32_t)(uint32_t)number(r, 4);
}

int64_t thrift_read_i64(struct thrift_reader *r)
{
    return (int64_t)number(r, 8);
}

/* A length or count of things that have at least `least` bytes each. */
static size_t counted(struct thrift_reader *r, size_t least)
{
    int32_t n = thrift_read_i32(r);

    if (n < 0)
        fail(r, -EBADMSG);
    else if (!r->error && (size_t)n > r->left / least)
        fail(r, -EMSGSIZE);
    return r->error ? 0 : (size_t)n;
}

/* The fewest bytes that a value of a type has; 0 for what is not a type. */
static size_t least_size(uint8_t type)
{
    static const uint8_t sizes[] = {
        [THRIFT_BOOL] = 1, [THRIFT_BYTE] = 1, [THRIFT_DOUBLE] = 8, [THRIFT_I16] = 2,
        [THRIFT_I32] = 4,  [THRIFT_I64] = 8,  [THRIFT_STRING] = 4, [THRIFT_STRUCT] = 1,
        [THRIFT_MAP] = 6,  [THRIFT_SET] = 5,  [THRIFT_LIST] = 5,
    };

    return type < sizeof sizes ? sizes[type] : 0;
}

static uint8_t read_type(struct thrift_reader *r)
{
    uint8_t type = (uint8_t)number(r, 1);

    if (!least_size(type) && type != THRIFT_STOP)
        fail(r, -EBADMSG);
    return r->error ? THRIFT_STOP : type;
}

bool thrift_read_head(struct thrift_reader *r, struct thrift_head *ret)
{
    struct thrift_head head = {0};
    uint32_t           version = (uint32_t)number(r, 4);

    if ((version & 0xffffff00u) != VERSION_1 || (version & 0xff) < THRIFT_CALL ||
        (version & 0xff) > THRIFT_ONEWAY)
        fail(r, -EBADMSG);
    size_t size = counted(r, 1);
    size_t kept = size < sizeof head.name ? size : sizeof head.name - 1;
    take(r, head.name, kept);
    take(r, NULL, size - kept);
    head.type = version & 0xff;
    head.id = thrift_read_i32(r);
    if (!r->error)
        *ret = head;
    return !r->error;
}

bool thrift_read_field(struct thrift_reader *r, uint8_t *ret_type, int16_t *ret_id)
{
    uint8_t type = read_type(r);

    if (type == THRIFT_STOP)
        return false;
    int16_t id = (int16_t)(uint16_t)number(r, 2);
    if (r->error)
        return false;
    *ret_type = type;
    *ret_id = id;
    return true;
}

/* The types of an empty container may be anything. */
size_t thrift_read_map(struct thrift_reader *r, uint8_t *ret_key, uint8_t *ret_value)
{
    *ret_key = read_type(r);
    *ret_value = read_type(r);
    size_t n = counted(r, 1);
    if (n > 0 && (!least_size(*ret_key) || !least_size(*ret_value)))
        fail(r, -EBADMSG);
    else if (n > 0 && n > r->left / (least_size(*ret_key) + least_size(*ret_value)))
        fail(r, -EMSGSIZE);
    return r->error ? 0 : n;
}

size_t thrift_read_list(struct thrift_reader *r, uint8_t *ret_item)
{
    *ret_item = read_type(r);
    size_t n = counted(r, 1);
    if (n > 0 && !least_size(*ret_item))
        fail(r, -EBADMSG);
    else if (n > 0 && n > r->left / least_size(*ret_item))
        fail(r, -EMSGSIZE);
    return r->error ? 0 : n;
}

const char *thrift_read_text(struct thrift_reader *r, struct arena *arena, size_t *ret_size)
{
    size_t size = counted(r, 1);
    char  *text = r->error ? NULL : arena_alloc(arena, size + 1);

    if (!text && !r->error)
        fail(r, -ENOMEM);
    if (!text || !take(r, text, size))
        size = 0;
    if (ret_size)
        *ret_size = size;
    return r->error ? "" : text;
}

static void skip(struct thrift_reader *r, uint8_t type, int depth);

static void skip_struct(struct thrift_reader *r, int depth)
{
    uint8_t type;
    int16_t id;

    while (thrift_read_field(r, &type, &id))
        skip(r, type, depth);
}

static void skip_items(struct thrift_reader *r, uint8_t type, int depth)
{
    uint8_t key = THRIFT_STOP, value;
    size_t  n = type == THRIFT_MAP ? thrift_read_map(r, &key, &value) : thrift_read_list(r, &value);

    for (size_t i = 0; i < n && !r->error; i++) {
        if (key != THRIFT_STOP)
            skip(r, key, depth);
        skip(r, value, depth);
    }
}

static void skip(struct thrift_reader *r, uint8_t type, int depth)
{
    if (depth == THRIFT_DEPTH_MAX)
        fail(r, -EBADMSG);
    else if (type == THRIFT_STRUCT)
        skip_struct(r, depth + 1);
    else if (type == THRIFT_MAP || type == THRIFT_SET || type == THRIFT_LIST)
        skip_items(r, type, depth + 1);
    else if (least_size(type))
        take(r, NULL, type == THRIFT_STRING ? counted(r, 1) : least_size(type));
    else
        fail(r, -EBADMSG);
}

void thrift_skip(struct thrift_reader *r, uint8_t type)
{
    skip(r, type, 0);
}

/* Writing ----------------------------------------------------------------------- */

static void put_number(struct buffer *b, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * (size - 1 - i));
    buffer_put(b, bytes, size);
}

void thrift_put_i32(struct buffer *b, int32_t value)
{
    put_number(b, (uint32_t)value, 4);
}

void thrift_put_i64(struct buffer *b, int64_t value)
{
    put_number(b, (uint64_t)value, 8);
}

void thrift_put_text(struct buffer *b, const char *text, size_t size)
{
    put_number(b, size, 4);
    buffer_put(b, text, size);
}

void thrift_put_head(struct buffer *b, enum thrift_message type, const char *name, int32_t id)
{
    put_number(b, VERSION_1 | (unsigned)type, 4);
    thrift_put_text(b, name, strlen(name));
    thrift_put_i32(b, id);
}

void thrift_put_field(struct buffer *b, enum thrift_type type, int16_t id)
{
    put_number(b, type, 1);
    put_number(b, (uint16_t)id, 2);
}

void thrift_put_stop(struct buffer *b)
{
    put_number(b, THRIFT_STOP, 1);
}

static size_t put_count(struct buffer *b, size_t n)
{
    size_t at = b->size;

    put_number(b, n, 4);
    return at;
}

size_t thrift_put_map(struct buffer *b, enum thrift_type key, enum thrift_type value, size_t n)
{
    put_number(b, key, 1);
    put_number(b, value, 1);
    return put_count(b, n);
}

size_t thrift_put_list(struct buffer *b, enum thrift_type item, size_t n)
{
    put_number(b, item, 1);
    return put_count(b, n);
}

void thrift_put_count(struct buffer *b, size_t at, size_t n)
{
    for (size_t i = 0; i < 4 && !b->failed; i++)
        b->data[at + i] = (char)(n >> 8 * (3 - i));
}
