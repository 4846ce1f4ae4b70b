#include "make_plist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/plist/plist.h"
#include "harness.h"

#define HEAD                                                                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "                                      \
    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"                                        \
    "<plist version=\"1.0\">\n"

char *make_plist_xml(const char *value)
{
    char *text = NULL;

    if (asprintf(&text, "%s%s\n</plist>\n", HEAD, value) < 0)
        abort();
    return text;
}

/* Events kept, with an object's number for each that is one: the binary form is written from them.
 */
struct recorded {
    struct plist_event *events;
    size_t              n;
};

static bool is_end(enum plist_type type)
{
    return type == PLIST_END_DICT || type == PLIST_END_ARRAY;
}

static int record(void *user, const struct plist_event *event)
{
    struct recorded *r = user;
    char            *text = malloc(event->size + 1);

    r->events = realloc(r->events, (r->n + 1) * sizeof *r->events);
    if (!r->events || !text)
        abort();
    if (event->size)
        memcpy(text, event->text, event->size);
    r->events[r->n] = *event;
    r->events[r->n++].text = text;
    return 0;
}

static void put_number(struct buffer *out, uint64_t value, size_t size)
{
    while (size--)
        buffer_putc(out, (char)(value >> 8 * size));
}

static void put_marker(struct buffer *out, unsigned kind, size_t count)
{
    buffer_putc(out, (char)(kind << 4 | (count < 15 ? count : 15)));
    if (count >= 15) {
        buffer_putc(out, 0x12);
        put_number(out, count, 4);
    }
}

/* The references of a container: of a dictionary first the keys, then the values. */
static void put_children(struct buffer *out, const struct recorded *r, size_t at, bool dict)
{
    struct buffer refs[2] = {{0}};
    size_t        object = 0, n = 0;

    for (size_t i = 0; i <= at; i++)
        object += !is_end(r->events[i].type);
    for (size_t i = at + 1;
         !(is_end(r->events[i].type) && r->events[i].depth == r->events[at].depth); i++) {
        if (is_end(r->events[i].type))
            continue;
        if (r->events[i].depth == r->events[at].depth + 1)
            put_number(&refs[dict ? n++ % 2 : 0 * n++], object, 2);
        object++;
    }
    put_marker(out, dict ? 0xd : 0xa, dict ? n / 2 : n);
    buffer_put(out, refs[0].data, refs[0].size);
    buffer_put(out, refs[1].data, refs[1].size);
    buffer_free(&refs[0]);
    buffer_free(&refs[1]);
}

static void put_text(struct buffer *out, const struct plist_event *event)
{
    bool ascii = true;

    for (size_t i = 0; i < event->size; i++)
        ascii = ascii && (unsigned char)event->text[i] < 0x80;
    put_marker(out, ascii ? 5 : 7, event->size);
    buffer_put(out, event->text, event->size);
}

static void put_real(struct buffer *out, uint8_t marker, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    buffer_putc(out, (char)marker);
    put_number(out, bits, 8);
}

static void put_object(struct buffer *out, const struct recorded *r, size_t at)
{
    const struct plist_event *event = &r->events[at];

    switch (event->type) {
    case PLIST_BEGIN_DICT:
    case PLIST_BEGIN_ARRAY:
        put_children(out, r, at, event->type == PLIST_BEGIN_DICT);
        break;
    case PLIST_KEY:
    case PLIST_STRING:
        put_text(out, event);
        break;
    case PLIST_DATA:
        put_marker(out, 4, event->size);
        buffer_put(out, event->text, event->size);
        break;
    case PLIST_INT:
        buffer_putc(out, event->above ? 0x14 : 0x13);
        put_number(out, 0, event->above ? 8 : 0);
        put_number(out, (uint64_t)event->integer, 8);
        break;
    case PLIST_REAL:
        put_real(out, 0x23, event->real);
        break;
    case PLIST_DATE:
        put_real(out, 0x33, event->real - 978307200.0);
        break;
    case PLIST_BOOL:
        buffer_putc(out, event->integer ? 9 : 8);
        break;
    default:
        abort(); /* XML has no other */
    }
}

/* The table of offsets and the trailer: offsets of 4 bytes, references of 2. */
static void put_tail(struct buffer *out, const struct buffer *offsets)
{
    size_t table = out->size;

    buffer_put(out, offsets->data, offsets->size);
    put_number(out, 0, 6);
    put_number(out, 4, 1);
    put_number(out, 2, 1);
    put_number(out, offsets->size / 4, 8);
    put_number(out, 0, 8);
    put_number(out, table, 8);
}

uint8_t *make_plist_binary(const char *value, size_t *ret_size)
{
    char              *xml = make_plist_xml(value);
    struct recorded    r = {0};
    struct buffer      out = {0}, offsets = {0};
    struct plist_error error;

    int rc = plist_parse((const uint8_t *)xml, strlen(xml), record, &r, &error);
    ck_assert_msg(rc == 0, "fixture: %s", error.text);
    buffer_puts(&out, "bplist00");
    for (size_t i = 0; i < r.n; i++) {
        if (!is_end(r.events[i].type)) {
            put_number(&offsets, out.size, 4);
            put_object(&out, &r, i);
        }
    }
    put_tail(&out, &offsets);
    for (size_t i = 0; i < r.n; i++)
        free((char *)r.events[i].text);
    free(r.events);
    free(xml);
    buffer_free(&offsets);
    *ret_size = out.size;
    return (uint8_t *)out.data;
}

void make_plist(const char *dir, const char *path, bool binary, const char *value)
{
    size_t size;
    char  *data = binary ? (char *)make_plist_binary(value, &size) : make_plist_xml(value);

    harness_write(dir, path, data, binary ? size : strlen(data));
    free(data);
}
