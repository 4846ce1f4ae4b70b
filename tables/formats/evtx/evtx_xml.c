/* evtx_xml.c -- a record as XML, written straight from its tokens. */
#include <errno.h>
#include <stdlib.h>

#include "evtx_layout.h"

struct writer {
    struct buffer     *out;
    struct buffer      scratch; /* a value before it is escaped */
    struct evtx_value *values;  /* a stack, of the templates being written */
    uint32_t           n_values;
    unsigned           depth;
    uint32_t          *work;  /* of EVTX_WORK_MAX */
    size_t             limit; /* of the output's size */
    bool               strict;
};

/* State of the reading: tokens, and the values of the substitutions. */
struct source_xml {
    struct cursor            in;
    const struct evtx_value *values;
    uint32_t                 n;
    unsigned                 nest;
    bool                     in_template;
};

/* The start tag of the element being written, to be repeated for each element of an array. */
struct tag {
    size_t      from, to; /* in the output */
    struct span name;
};

/* Append a few bytes, without a call where there is room. */
static inline void put(struct writer *w, const char *text, size_t size)
{
    struct buffer *out = w->out;

    if (!out->failed && size < out->room - out->size) {
        memcpy(out->data + out->size, text, size);
        out->size += size;
    } else {
        buffer_put(out, text, size);
    }
}

static void put_name(struct writer *w, const struct source_xml *s, struct span name)
{
    buffer_utf16(w->out, s->in.chunk + name.at, name.units);
}

/* XML 1.0, section 2.2: control characters but tab and line ends cannot be written at all; 2.11: a
 * carriage return is lost unless written by its number. */
#define NONE "\xef\xbf\xbd"
static const char *const instead[256] = {
    [0 ... 8] = NONE, [11] = NONE,    [12] = NONE,    ['\r'] = "&#13;", [14 ... 31] = NONE,
    ['&'] = "&amp;",  ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"};
#undef NONE

static void put_escaped(struct writer *w, const char *text, size_t size)
{
    for (size_t i = 0, run; i < size; i += run + 1) {
        for (run = 0; i + run < size && !instead[(uint8_t)text[i + run]]; run++)
            ;
        buffer_put(w->out, text + i, run);
        if (i + run < size)
            buffer_puts(w->out, instead[(uint8_t)text[i + run]]);
    }
}

/* Bytes at the beginning of a text that can stand as they are. */
static size_t plain_run(const char *text, size_t size)
{
    size_t n = 0;

    while (n < size && !instead[(uint8_t)text[n]])
        n++;
    return n;
}

/* Numbers, times, GUIDs and the like need no escape; of texts, most do not either. */
static bool is_text(const struct evtx_value *value)
{
    unsigned type = value->type & ~(unsigned)EVTX_ARRAY;

    return type == EVTX_STRING || type == EVTX_ANSI || type == EVTX_UTF8;
}

static int put_value(struct writer *w, const struct evtx_value *value)
{
    struct buffer *out = w->out;
    size_t         from = out->size;

    evtx_value_text(value, out);
    if (!out->failed && out->size > from && is_text(value)) {
        size_t plain = plain_run(out->data + from, out->size - from);
        if (from + plain < out->size) {
            buffer_reset(&w->scratch);
            buffer_put(&w->scratch, out->data + from + plain, out->size - from - plain);
            out->size = from + plain;
            if (!w->scratch.failed)
                put_escaped(w, w->scratch.data, w->scratch.size);
            out->failed |= w->scratch.failed;
        }
    }
    return out->size > w->limit ? -EFBIG : 0;
}

static int put_text(struct writer *w, const struct source_xml *s, struct span text)
{
    struct evtx_value value = {s->in.chunk + text.at, 2 * text.units, EVTX_STRING};

    return put_value(w, &value);
}

static int fragment(struct writer *w, struct source_xml *s);

/* An array in an element means as many elements. */
static int put_array(struct writer *w, const struct source_xml *s, const struct evtx_value *array,
                     const struct tag *tag)
{
    struct evtx_value item;
    uint32_t          at = 0;
    int               r = 0;

    for (bool first = true; !r && evtx_value_each(array, &at, &item); first = false) {
        if (!first && tag) {
            struct buffer start = {0};
            put(w, "</", 2);
            put_name(w, s, tag->name);
            put(w, ">", 1);
            if (!w->out->failed)
                buffer_put(&start, w->out->data + tag->from, tag->to - tag->from);
            buffer_put(w->out, start.size ? start.data : "", start.size);
            buffer_free(&start);
        } else if (!first) {
            put(w, ",", 1);
        }
        r = put_value(w, &item);
    }
    return r;
}

static int substitution(struct writer *w, struct source_xml *s, const struct tag *tag)
{
    uint16_t index;

    if (!binxml_substitution(&s->in, &index))
        return -EBADMSG;
    if (index >= s->n)
        return 0;
    const struct evtx_value *value = s->values + index;
    if (value->type & EVTX_ARRAY)
        return put_array(w, s, value, tag);
    if (value->type != EVTX_XML)
        return put_value(w, value);
    uint32_t          at = (uint32_t)(value->data - s->in.chunk);
    struct source_xml nested = {.in = {s->in.chunk, at, at + value->size}, .nest = s->nest + 1};
    return tag ? fragment(w, &nested) : 0;
}

static int entity(struct writer *w, struct source_xml *s)
{
    struct span name;

    if (!binxml_name(&s->in, &name))
        return -EBADMSG;
    char known = binxml_entity(&s->in, name);
    if (known) {
        put_escaped(w, &known, 1);
    } else {
        put(w, "&amp;", 5);
        put_name(w, s, name);
        put(w, ";", 1);
    }
    return 0;
}

static int character(struct writer *w, struct source_xml *s)
{
    struct evtx_value c = {s->in.chunk + s->in.at, 2, EVTX_STRING};

    return cursor_skip(&s->in, 2) ? put_value(w, &c) : -EBADMSG;
}

/* One token of text: 1, or 0 if the token at the cursor is none. `tag` is NULL in an attribute. */
static int text_token(struct writer *w, struct source_xml *s, const struct tag *tag)
{
    unsigned    token = binxml_peek(&s->in);
    struct span text;
    int         r = evtx_spend(w->work, 16);

    if (r || token < BINXML_VALUE || token > BINXML_OPTIONAL || token == BINXML_ATTRIBUTE ||
        token == BINXML_PI_TARGET || token == BINXML_PI_DATA || token == BINXML_TEMPLATE)
        return r;
    s->in.at++;
    if (token == BINXML_VALUE)
        r = binxml_value_text(&s->in, &text) ? put_text(w, s, text) : -EBADMSG;
    else if (token == BINXML_CDATA)
        r = binxml_counted(&s->in, &text) ? put_text(w, s, text) : -EBADMSG;
    else if (token == BINXML_CHARACTER)
        r = character(w, s);
    else if (token == BINXML_ENTITY)
        r = entity(w, s);
    else
        r = substitution(w, s, tag);
    return r ? r : 1;
}

/* An attribute whose only value is an optional substitution of nothing is left out. */
static bool absent(const struct source_xml *s)
{
    struct cursor at = s->in;
    uint16_t      index;

    if (binxml_peek(&at) != BINXML_OPTIONAL)
        return false;
    at.at++;
    if (!binxml_substitution(&at, &index) || index >= s->n || s->values[index].type != EVTX_NULL)
        return false;
    unsigned next = binxml_peek(&at);
    return next == BINXML_ATTRIBUTE || next == BINXML_CLOSE_START || next == BINXML_CLOSE_EMPTY;
}

static int attribute(struct writer *w, struct source_xml *s)
{
    struct span name;
    uint16_t    ignored;
    int         r;

    s->in.at++;
    if (!binxml_name(&s->in, &name))
        return -EBADMSG;
    if (absent(s)) {
        s->in.at++;
        binxml_substitution(&s->in, &ignored);
        return 0;
    }
    put(w, " ", 1);
    put_name(w, s, name);
    put(w, "=\"", 2);
    while ((r = text_token(w, s, NULL)) > 0)
        ;
    put(w, "\"", 1);
    return r;
}

static int element(struct writer *w, struct source_xml *s);
static int template(struct writer *w, struct source_xml *s);

static int child(struct writer *w, struct source_xml *s)
{
    switch (binxml_peek(&s->in)) {
    case BINXML_OPEN:
        return element(w, s);
    case BINXML_TEMPLATE:
        return template(w, s);
    case BINXML_PI_TARGET:
    case BINXML_PI_DATA:
        return binxml_skip_pi(&s->in) ? 0 : -EBADMSG;
    default:
        return -EBADMSG;
    }
}

static int content(struct writer *w, struct source_xml *s, const struct tag *tag)
{
    int r;

    while (binxml_peek(&s->in) != BINXML_END_ELEMENT) {
        r = text_token(w, s, tag);
        if (!r)
            r = child(w, s);
        if (r < 0)
            return r;
    }
    s->in.at++;
    put(w, "</", 2);
    put_name(w, s, tag->name);
    put(w, ">", 1);
    return 0;
}

static int element_body(struct writer *w, struct source_xml *s, struct tag *tag,
                        bool has_attributes)
{
    int r = 0;

    if (has_attributes && !cursor_skip(&s->in, 4))
        return -EBADMSG;
    while (!r && has_attributes && binxml_peek(&s->in) == BINXML_ATTRIBUTE)
        r = attribute(w, s);
    unsigned token = binxml_peek(&s->in);
    if (r || (token != BINXML_CLOSE_START && token != BINXML_CLOSE_EMPTY))
        return r ? r : -EBADMSG;
    s->in.at++;
    if (token == BINXML_CLOSE_EMPTY) {
        put(w, "/>", 2);
        return 0;
    }
    put(w, ">", 1);
    tag->to = w->out->size;
    return content(w, s, tag);
}

static int element(struct writer *w, struct source_xml *s)
{
    struct tag tag = {.from = w->out->size};
    bool       has_attributes = s->in.chunk[s->in.at] & BINXML_MORE;
    int        r = evtx_spend(w->work, 16);

    if (r || w->depth == BINXML_DEPTH_MAX || w->out->size > w->limit)
        return r ? r : -EFBIG;
    if (!cursor_skip(&s->in, s->in_template ? 7 : 5) || !binxml_name(&s->in, &tag.name))
        return -EBADMSG;
    put(w, "<", 1);
    put_name(w, s, tag.name);
    w->depth++;
    r = element_body(w, s, &tag, has_attributes);
    w->depth--;
    return r;
}

static int template(struct writer *w, struct source_xml *s)
{
    struct binxml_template body;
    uint32_t               n;

    s->in.at++;
    if (!binxml_template(&s->in, &body) || !binxml_count_values(&s->in, &n))
        return -EBADMSG;
    if (n > BINXML_VALUES_MAX - w->n_values || (body.stale && w->strict))
        return body.stale && w->strict ? -ESTALE : -EFBIG;
    if (!binxml_values(&s->in, n, w->values + w->n_values))
        return -EBADMSG;
    struct source_xml inside = {.in = {s->in.chunk, body.at, body.end},
                                .values = w->values + w->n_values,
                                .n = n,
                                .nest = s->nest + 1,
                                .in_template = true};
    w->n_values += n;
    int r = fragment(w, &inside);
    w->n_values -= n;
    return r;
}

static int fragment(struct writer *w, struct source_xml *s)
{
    int r = s->nest > BINXML_NEST_MAX ? -EFBIG : 0;

    while (!r && binxml_peek(&s->in) != BINXML_END) {
        r = evtx_spend(w->work, 16);
        if (!r && binxml_peek(&s->in) == BINXML_HEADER)
            r = cursor_skip(&s->in, 4) ? 0 : -EBADMSG;
        else if (!r)
            r = child(w, s);
    }
    return r;
}

int evtx_write_xml(const uint8_t *chunk, uint32_t *work, const struct evtx_record *record,
                   struct buffer *xml)
{
    struct writer w = {
        .out = xml, .work = work, .limit = xml->size + EVTX_XML_MAX, .strict = record->carved};
    struct source_xml s = {.in = {chunk, record->at + 24, record->at + record->size - 4}};

    w.values = malloc(BINXML_VALUES_MAX * sizeof *w.values);
    if (!w.values)
        return -ENOMEM;
    int r = fragment(&w, &s);
    if (!r && xml->failed)
        r = -ENOMEM;
    buffer_free(&w.scratch);
    free(w.values);
    return r;
}
