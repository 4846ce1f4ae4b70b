/* plist_binary.c -- the binary form: a table of offsets to objects that refer to one another by
 * number. After Apple's CoreFoundation, CFBinaryPList.c: the comment "File Layout" for the trailer
 * and the markers. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "formats/text/byte_order.h"
#include "plist_binary.h"

#define HEADER_SIZE  8
#define TRAILER_SIZE 32
#define EPOCH_2001   978307200.0 /* seconds from 1970 to the reference date of binary dates */

/* Containers may be shared, so that few bytes mean many values. Honest files share scalars only,
 * and have fewer values than bytes. */
#define NODES_SLACK 4096

struct binary {
    struct plist_sink *sink;
    const uint8_t     *data;
    size_t             end;     /* of the objects: where the table of offsets begins */
    uint64_t           objects; /* count of them */
    size_t             offset_size, ref_size;
    struct buffer      text, swapped;
};

static int emit_object(struct binary *b, uint64_t ref);

/* A big-endian number of `size` bytes, of which the last 8 count. */
static uint64_t number(const uint8_t *p, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | p[i];
    return value;
}

static int fail(struct binary *b, uint64_t ref, const char *what)
{
    return plist_fail(b->sink, -EBADMSG, "object %" PRIu64 ": %s", ref, what);
}

static int read_trailer(struct binary *b, size_t size)
{
    const uint8_t *trailer = b->data + size - TRAILER_SIZE;
    uint64_t       objects = number(trailer + 8, 8), table = number(trailer + 24, 8), bytes;
    size_t         room = size - TRAILER_SIZE;

    b->offset_size = trailer[6];
    b->ref_size = trailer[7];
    if (!b->offset_size || b->offset_size > 8 || !b->ref_size || b->ref_size > 8)
        return plist_fail(b->sink, -EBADMSG, "trailer: impossible sizes of integers");
    if (table <= HEADER_SIZE || table > room ||
        __builtin_mul_overflow(objects, b->offset_size, &bytes) || bytes > room - table)
        return plist_fail(b->sink, -EBADMSG, "trailer: table of objects beyond the file");
    b->end = (size_t)table;
    b->objects = objects;
    return 0;
}

/* Where an object begins. */
static int locate(struct binary *b, uint64_t ref, size_t *ret_at)
{
    if (ref >= b->objects)
        return fail(b, ref, "no such object");
    uint64_t at = number(b->data + b->end + ref * b->offset_size, b->offset_size);
    if (at < HEADER_SIZE || at >= b->end)
        return fail(b, ref, "outside the file");
    *ret_at = (size_t)at;
    return 0;
}

/* Read the count after a marker: its low half, or the integer object that follows. Move *at past
 * it, and see that so many items of `width` bytes fit. */
static int read_count(struct binary *b, uint64_t ref, size_t *at, size_t width, size_t *ret)
{
    uint64_t count = b->data[*at] & 15, bytes;

    *at += 1;
    if (count == 15) {
        size_t size = *at < b->end ? (size_t)1 << (b->data[*at] & 15) : 0;
        if (!size || b->data[*at] >> 4 != 1 || size > 8 || size >= b->end - *at)
            return fail(b, ref, "no count");
        count = number(b->data + *at + 1, size);
        *at += 1 + size;
    }
    if (__builtin_mul_overflow(count, width, &bytes) || bytes > b->end - *at)
        return fail(b, ref, "longer than the file");
    *ret = (size_t)count;
    return 0;
}

static int emit_simple(struct binary *b, uint64_t ref, uint8_t marker)
{
    switch (marker) {
    case 0x00:
        return plist_emit(b->sink, &(struct plist_event){.type = PLIST_NULL});
    case 0x08:
    case 0x09:
        return plist_emit(b->sink,
                          &(struct plist_event){.type = PLIST_BOOL, .integer = marker & 1});
    default:
        return fail(b, ref, "of an unknown type");
    }
}

static int emit_int(struct binary *b, uint64_t ref, size_t at)
{
    size_t             size = (size_t)1 << (b->data[at] & 15);
    struct plist_event event = {.type = PLIST_INT};

    if (size > 16 || size >= b->end - at)
        return fail(b, ref, "an integer longer than the file or than 16 bytes");
    event.integer = (int64_t)number(b->data + at + 1, size);
    if (size == 16) {
        /* 16 bytes are for what 8 signed ones cannot hold: the upper half only extends the sign. */
        uint64_t upper = number(b->data + at + 1, 8);
        if (upper != 0 && !(upper == UINT64_MAX && event.integer < 0))
            return fail(b, ref, "an integer beyond 64 bits");
        event.above = upper == 0 && event.integer < 0;
    }
    return plist_emit(b->sink, &event);
}

static double real(const uint8_t *p, size_t size)
{
    uint64_t bits = number(p, size);

    return size == 4 ? (double)real32((uint32_t)bits) : real64(bits);
}

static int emit_real(struct binary *b, uint64_t ref, size_t at, enum plist_type type)
{
    size_t size = (size_t)1 << (b->data[at] & 15);

    if ((size != 4 && size != 8) || size >= b->end - at)
        return fail(b, ref, "a real number of an impossible size");
    double value = real(b->data + at + 1, size) + (type == PLIST_DATE ? EPOCH_2001 : 0);
    return plist_emit(b->sink, &(struct plist_event){.type = type, .real = value});
}

static int emit_uid(struct binary *b, uint64_t ref, size_t at)
{
    size_t size = (b->data[at] & 15u) + 1u;

    if (size > 8 || size >= b->end - at)
        return fail(b, ref, "a UID longer than the file or than 8 bytes");
    return plist_emit(b->sink,
                      &(struct plist_event){.type = PLIST_UID,
                                            .integer = (int64_t)number(b->data + at + 1, size)});
}

static bool is_ascii(const uint8_t *p, size_t size)
{
    uint8_t all = 0;

    for (size_t i = 0; i < size; i++)
        all |= p[i];
    return all < 0x80;
}

/* Emit the text gathered in b->text. */
static int emit_gathered(struct binary *b, enum plist_type type)
{
    if (b->text.failed)
        return plist_fail(b->sink, -ENOMEM, "out of memory");
    return plist_emit(b->sink, &(struct plist_event){.type = type,
                                                     .text = b->text.size ? b->text.data : "",
                                                     .size = b->text.size});
}

/* Bytes as they are: data, or text that is ASCII or ought to be UTF-8. */
static int emit_bytes(struct binary *b, uint64_t ref, size_t at, enum plist_type type)
{
    size_t size;
    int    r = read_count(b, ref, &at, 1, &size);

    if (r < 0)
        return r;
    const char *text = (const char *)b->data + at;
    if (type == PLIST_DATA || is_ascii(b->data + at, size))
        return plist_emit(b->sink, &(struct plist_event){.type = type, .text = text, .size = size});
    buffer_reset(&b->text);
    buffer_utf8(&b->text, text, size);
    return emit_gathered(b, type);
}

static int emit_utf16(struct binary *b, uint64_t ref, size_t at, enum plist_type type)
{
    size_t units;
    int    r = read_count(b, ref, &at, 2, &units);

    if (r < 0)
        return r;
    buffer_reset(&b->swapped);
    for (size_t i = 0; i < units; i++, at += 2) {
        uint8_t two[2] = {b->data[at + 1], b->data[at]};
        buffer_put(&b->swapped, two, 2);
    }
    buffer_reset(&b->text);
    b->text.failed = b->swapped.failed;
    if (!b->text.failed)
        buffer_utf16(&b->text, (const uint8_t *)b->swapped.data, units);
    return emit_gathered(b, type);
}

static int emit_text(struct binary *b, uint64_t ref, size_t at, enum plist_type type)
{
    return b->data[at] >> 4 == 6 ? emit_utf16(b, ref, at, type) : emit_bytes(b, ref, at, type);
}

static int emit_key(struct binary *b, uint64_t ref)
{
    size_t at;
    int    r = locate(b, ref, &at);

    if (r < 0)
        return r;
    if (b->data[at] >> 4 < 5 || b->data[at] >> 4 > 7)
        return fail(b, ref, "a key that is not a text");
    return emit_text(b, ref, at, PLIST_KEY);
}

static int emit_array(struct binary *b, uint64_t ref, size_t at)
{
    size_t count;
    int    r = read_count(b, ref, &at, b->ref_size, &count);

    if (r == 0)
        r = plist_emit(b->sink, &(struct plist_event){.type = PLIST_BEGIN_ARRAY});
    for (size_t i = 0; i < count && r == 0; i++)
        r = emit_object(b, number(b->data + at + i * b->ref_size, b->ref_size));
    return r ? r : plist_emit(b->sink, &(struct plist_event){.type = PLIST_END_ARRAY});
}

/* A dictionary holds the references of all its keys, then those of all its values. */
static int emit_dict(struct binary *b, uint64_t ref, size_t at)
{
    size_t count;
    int    r = read_count(b, ref, &at, 2 * b->ref_size, &count);

    if (r == 0)
        r = plist_emit(b->sink, &(struct plist_event){.type = PLIST_BEGIN_DICT});
    for (size_t i = 0; i < count && r == 0; i++) {
        const uint8_t *key = b->data + at + i * b->ref_size;
        r = emit_key(b, number(key, b->ref_size));
        if (r == 0)
            r = emit_object(b, number(key + count * b->ref_size, b->ref_size));
    }
    return r ? r : plist_emit(b->sink, &(struct plist_event){.type = PLIST_END_DICT});
}

/* Recursion ends at PLIST_DEPTH_MAX, which plist_emit() sees to. */
static int emit_object(struct binary *b, uint64_t ref)
{
    size_t at;
    int    r = locate(b, ref, &at);

    if (r < 0)
        return r;
    switch (b->data[at] >> 4) {
    case 0x0:
        return emit_simple(b, ref, b->data[at]);
    case 0x1:
        return emit_int(b, ref, at);
    case 0x2:
        return emit_real(b, ref, at, PLIST_REAL);
    case 0x3:
        return emit_real(b, ref, at, PLIST_DATE);
    case 0x4:
        return emit_bytes(b, ref, at, PLIST_DATA);
    case 0x5:
    case 0x6:
    case 0x7:
        return emit_text(b, ref, at, PLIST_STRING);
    case 0x8:
        return emit_uid(b, ref, at);
    case 0xa:
    case 0xb:
    case 0xc:
        return emit_array(b, ref, at);
    case 0xd:
        return emit_dict(b, ref, at);
    default:
        return fail(b, ref, "of an unknown type");
    }
}

int plist_read_binary(struct plist_sink *sink, const uint8_t *data, size_t size)
{
    struct binary b = {.sink = sink, .data = data};

    if (size < HEADER_SIZE + TRAILER_SIZE + 2)
        return plist_fail(sink, -EBADMSG, "shorter than a header and a trailer");
    if (memcmp(data, "bplist0", 7) != 0)
        return plist_fail(sink, -ENOTSUP, "binary property list of a version that is not read");
    if (sink->nodes_max > 4 * size + NODES_SLACK)
        sink->nodes_max = 4 * size + NODES_SLACK;
    int r = read_trailer(&b, size);
    if (r == 0)
        r = emit_object(&b, number(data + size - TRAILER_SIZE + 16, 8));
    buffer_free(&b.text);
    buffer_free(&b.swapped);
    return r;
}
