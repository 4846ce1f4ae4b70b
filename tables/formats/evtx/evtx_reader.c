/* evtx_reader.c -- walk the records of a chunk and bind each to its layout. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "evtx_layout.h"
#include "formats/text/array.h"

#define TEXT_MAX    (256u << 10) /* bytes of text that one event's values may be put together to */
#define STEP        16u          /* work units of a binding */
#define RECORDS_AT  512u
#define HEADER_SIZE 24u                 /* of a record; the size is repeated in its last 4 bytes */
#define EARLIEST    125911584000000000u /* FILETIME of 2000-01-01: no .evtx is older */
#define LATEST      159017760000000000u /* of 2104-11-27 */

struct evtx_reader {
    const uint8_t    *chunk;
    struct evtx_chunk header;
    bool              loose;
    bool              strict; /* a carved record: its template must be the one it was written for */
    uint32_t          at;     /* where the search for the next record begins */
    uint32_t          inner, inner_end; /* bytes of the last record that its event left over */
    uint64_t          last_id;
    size_t            lost;

    struct layouts    layouts;
    struct evtx_value values[BINXML_VALUES_MAX]; /* of the templates being bound, a stack */
    uint32_t          n_values;
    struct evtx_pair *pairs;
    uint32_t          n_pairs, room_pairs;
    uint8_t          *text; /* TEXT_MAX bytes once needed */
    uint32_t          n_text;
};

/* What a binding draws from: the values of one template instance. */
struct frame {
    const struct evtx_value *values;
    uint32_t                 n;
    unsigned                 nest;
};

int evtx_reader_new(struct evtx_reader **ret)
{
    struct evtx_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return -ENOMEM;
    *ret = reader;
    return 0;
}

void evtx_reader_free(struct evtx_reader *reader)
{
    if (!reader)
        return;
    layouts_free(&reader->layouts);
    free(reader->pairs);
    free(reader->text);
    free(reader);
}

int evtx_load(struct evtx_reader *reader, const uint8_t *chunk, bool loose, struct evtx_chunk *ret)
{
    int r = evtx_chunk_parse(chunk, EVTX_CHUNK_SIZE, &reader->header);
    if (r)
        return r;
    reader->chunk = chunk;
    reader->loose = loose;
    reader->at = RECORDS_AT;
    reader->inner = reader->inner_end = 0;
    reader->last_id = 0;
    reader->lost = 0;
    layouts_begin(&reader->layouts, chunk);
    *ret = reader->header;
    return 0;
}

/* Records ------------------------------------------------------------------- */

/* A record found by its signature has to have the form of one: the size is repeated after it (or
 * that of the record around it, where it ends with that one), and its time can be. */
static bool credible(const struct evtx_reader *reader, const struct evtx_record *record,
                     uint32_t end)
{
    uint32_t last = record->at + record->size;

    return record->id && record->written >= EARLIEST && record->written < LATEST &&
           (le32(reader->chunk + last - 4) == record->size || last == end);
}

static bool carve(const struct evtx_reader *reader, uint32_t from, uint32_t end,
                  struct evtx_record *ret)
{
    while (from + HEADER_SIZE + 4 <= end) {
        const uint8_t *p = memchr(reader->chunk + from, '*', end - from);
        if (!p)
            return false;
        from = (uint32_t)(p - reader->chunk);
        if (evtx_record_parse(reader->chunk, end, from, ret) == 0 && credible(reader, ret, end)) {
            ret->carved = true;
            return true;
        }
        from++;
    }
    return false;
}

/* The record at the end of the previous one. */
static bool chained(const struct evtx_reader *reader, struct evtx_record *ret)
{
    if (evtx_record_parse(reader->chunk, EVTX_CHUNK_SIZE, reader->at, ret) != 0)
        return false;
    if (reader->at < reader->header.free_at)
        return true;
    /* Past free_at there are stale records or, in a log not closed cleanly, newer ones. */
    if (!credible(reader, ret, EVTX_CHUNK_SIZE))
        return false;
    ret->carved = ret->id != reader->last_id + 1;
    return true;
}

static void count_lost(struct evtx_reader *reader, bool found, uint32_t next)
{
    uint32_t end = reader->header.free_at;

    if (found && next < end)
        end = next;
    if (end > reader->at && (found || reader->header.header_intact))
        reader->lost += end - reader->at;
}

int evtx_next(struct evtx_reader *reader, struct evtx_record *ret)
{
    struct evtx_record record;

    if (carve(reader, reader->inner, reader->inner_end, &record)) {
        reader->inner = record.at + record.size;
        *ret = record;
        return 1;
    }
    reader->inner = reader->inner_end = 0;
    bool found = chained(reader, &record);
    if (!found) {
        found = carve(reader, reader->at, EVTX_CHUNK_SIZE, &record);
        count_lost(reader, found, record.at);
    }
    if (!found) {
        reader->at = EVTX_CHUNK_SIZE;
        return 0;
    }
    reader->at = record.at + record.size;
    if (!record.carved)
        reader->last_id = record.id;
    record.stray = record.carved;
    record.carved |= reader->loose;
    *ret = record;
    return 1;
}

size_t evtx_lost(const struct evtx_reader *reader)
{
    return reader->lost;
}

/* Events -------------------------------------------------------------------- */

static int bind_fragment(struct evtx_reader *reader, struct cursor *in, enum place place,
                         unsigned nest, struct evtx_event *event);

static struct evtx_value piece_value(const struct evtx_reader *reader, const struct frame *frame,
                                     const struct piece *piece)
{
    if (piece->kind == PIECE_TEXT)
        return (struct evtx_value){reader->chunk + piece->at, 2u * piece->units, EVTX_STRING};
    if (piece->kind == PIECE_VALUE && piece->at < frame->n)
        return frame->values[piece->at];
    return (struct evtx_value){NULL, 0, EVTX_NULL};
}

/* Put several pieces together, as text. */
static int join(struct evtx_reader *reader, const struct frame *frame, uint32_t first, uint32_t n,
                struct evtx_value *ret)
{
    struct buffer text = {0};

    for (uint32_t i = first; i < first + n; i++) {
        const struct piece *piece = &reader->layouts.pieces[i];
        struct evtx_value   value = piece_value(reader, frame, piece);
        uint8_t             unit[2] = {(uint8_t)piece->at, (uint8_t)(piece->at >> 8)};

        if (piece->kind == PIECE_CHARACTER)
            buffer_utf16(&text, unit, 1);
        else
            evtx_value_text(&value, &text);
        if (text.size > TEXT_MAX - reader->n_text)
            break;
    }
    int r = layouts_spend(&reader->layouts, STEP * n + (uint32_t)text.size);
    if (text.failed)
        r = -ENOMEM;
    else if (text.size > TEXT_MAX - reader->n_text)
        r = -EFBIG;
    if (!r && !reader->text)
        r = (reader->text = malloc(TEXT_MAX)) ? 0 : -ENOMEM;
    if (!r) {
        if (text.size)
            memcpy(reader->text + reader->n_text, text.data, text.size);
        *ret = (struct evtx_value){reader->text + reader->n_text, (uint32_t)text.size, EVTX_UTF8};
        reader->n_text += (uint32_t)text.size;
    }
    buffer_free(&text);
    return r;
}

static int resolve(struct evtx_reader *reader, const struct frame *frame, uint32_t first,
                   uint32_t n, struct evtx_value *ret)
{
    *ret = (struct evtx_value){reader->chunk, 0, EVTX_STRING};
    if (n > 1 || (n == 1 && reader->layouts.pieces[first].kind == PIECE_CHARACTER))
        return join(reader, frame, first, n, ret);
    if (n == 1)
        *ret = piece_value(reader, frame, &reader->layouts.pieces[first]);
    return layouts_spend(&reader->layouts, STEP + ret->size);
}

static int push_pair(struct evtx_reader *reader, struct evtx_pair pair)
{
    if (reader->n_pairs == EVTX_PAIRS_MAX)
        return -EFBIG;
    struct evtx_pair *added = ARRAY_REUSE(reader->pairs, reader->n_pairs, reader->room_pairs);
    if (!added)
        return -ENOMEM;
    *added = pair;
    return 0;
}

/* An array in a nameless element means as many elements ([MS-EVEN6] 2.2.12, array types). */
static int push_values(struct evtx_reader *reader, const struct evtx_value *value)
{
    struct evtx_pair pair = {.number = reader->n_pairs + 1};
    uint32_t         at = 0;
    int              r = 0;

    if (!(value->type & EVTX_ARRAY)) {
        pair.value = *value;
        return push_pair(reader, pair);
    }
    while (!r && evtx_value_each(value, &at, &pair.value)) {
        r = push_pair(reader, pair);
        pair.number++;
    }
    return r;
}

static int bind_pair(struct evtx_reader *reader, const struct frame *frame,
                     const struct binding *binding, const struct evtx_value *value)
{
    struct evtx_pair pair = {.value = *value, .number = binding->number};

    if (binding->n_key) {
        int r = resolve(reader, frame, binding->key, binding->n_key, &pair.name);
        if (r)
            return r;
    }
    return pair.name.size ? push_pair(reader, pair) : push_values(reader, value);
}

/* Bind the nested BinXML among a binding's pieces. 1 if there was any. */
static int bind_nested(struct evtx_reader *reader, const struct frame *frame,
                       const struct binding *binding, struct evtx_event *event)
{
    int found = 0;

    for (uint32_t i = 0; i < binding->n; i++) {
        struct evtx_value value =
            piece_value(reader, frame, &reader->layouts.pieces[binding->first + i]);
        if (value.type != EVTX_XML)
            continue;
        uint32_t      at = (uint32_t)(value.data - reader->chunk);
        struct cursor in = {reader->chunk, at, at + value.size};
        int r = bind_fragment(reader, &in, (enum place)binding->place, frame->nest + 1, event);
        if (r)
            return r;
        found = 1;
    }
    return found;
}

static int bind_template(struct evtx_reader *reader, struct cursor *in, enum place place,
                         unsigned nest, struct evtx_event *event);

static int bind(struct evtx_reader *reader, const struct frame *frame, const struct binding *b,
                struct evtx_event *event)
{
    struct evtx_value value;

    if (b->target == TARGET_TEMPLATE) {
        struct cursor in = {reader->chunk, b->first + 1, b->key};
        return bind_template(reader, &in, (enum place)b->place, frame->nest + 1, event);
    }
    int r = bind_nested(reader, frame, b, event);
    if (r)
        return r < 0 ? r : 0;
    if (b->target == TARGET_NONE)
        return 0;
    r = resolve(reader, frame, b->first, b->n, &value);
    if (r)
        return r;
    if (b->target == TARGET_PAIR)
        return bind_pair(reader, frame, b, &value);
    struct evtx_value *field =
        b->target == TARGET_MESSAGE ? &event->message : &event->system[b->target];
    if (field->type == EVTX_NULL)
        *field = value;
    return 0;
}

static int bind_layout(struct evtx_reader *reader, const struct frame *frame,
                       const struct layout *layout, struct evtx_event *event)
{
    int r = 0;

    for (uint32_t i = layout->first; !r && i < layout->first + layout->n; i++) {
        struct binding b = reader->layouts.bindings[i]; /* nested ones may move the array */
        r = bind(reader, frame, &b, event);
    }
    return r;
}

/* The template instance at the cursor, after its token. */
static int bind_template(struct evtx_reader *reader, struct cursor *in, enum place place,
                         unsigned nest, struct evtx_event *event)
{
    struct binxml_template template;
    struct layout layout;
    struct frame  frame = {reader->values + reader->n_values, 0, nest};

    if (!binxml_template(in, &template) || !binxml_count_values(in, &frame.n))
        return -EBADMSG;
    if (nest > BINXML_NEST_MAX || frame.n > BINXML_VALUES_MAX - reader->n_values)
        return -EFBIG;
    if (!binxml_values(in, frame.n, reader->values + reader->n_values))
        return -EBADMSG;
    int r = layouts_spend(&reader->layouts, STEP + frame.n);
    if (!r && template.stale && reader->strict)
        r = -ESTALE;
    if (!r)
        r = layouts_template(&reader->layouts, &template, place, &layout);
    if (r)
        return r;
    reader->n_values += frame.n;
    r = bind_layout(reader, &frame, &layout, event);
    reader->n_values -= frame.n;
    return r;
}

static int bind_element(struct evtx_reader *reader, struct cursor *in, enum place place,
                        unsigned nest, struct evtx_event *event)
{
    struct layout layout;
    struct frame  frame = {.nest = nest};
    int           r = layouts_element(&reader->layouts, in, place, &layout);

    if (place == AT_ROOT)
        event->forwarded = true;
    return r ? r : bind_layout(reader, &frame, &layout, event);
}

static int bind_fragment(struct evtx_reader *reader, struct cursor *in, enum place place,
                         unsigned nest, struct evtx_event *event)
{
    if (nest > BINXML_NEST_MAX)
        return -EFBIG;
    for (;;) {
        unsigned token = binxml_peek(in);
        int      r = layouts_spend(&reader->layouts, STEP);

        if (r || token == BINXML_END)
            return r;
        if (token == BINXML_HEADER) {
            r = cursor_skip(in, 4) ? 0 : -EBADMSG;
        } else if (token == BINXML_TEMPLATE) {
            in->at++;
            r = bind_template(reader, in, place, nest, event);
        } else if (token == BINXML_OPEN) {
            r = bind_element(reader, in, place, nest, event);
        } else if (token == BINXML_PI_TARGET || token == BINXML_PI_DATA) {
            r = binxml_skip_pi(in) ? 0 : -EBADMSG;
        } else {
            r = -EBADMSG;
        }
        if (r)
            return r;
    }
}

/* What was carved may be bound to a template that other bytes have taken the place of. */
static bool plausible(const struct evtx_event *event)
{
    int64_t id;

    return event->system[EVTX_PROVIDER_NAME].size &&
           evtx_value_int(&event->system[EVTX_EVENT_ID], &id) &&
           !isnan(evtx_value_time(&event->system[EVTX_TIME_CREATED]));
}

int evtx_decode(struct evtx_reader *reader, const struct evtx_record *record,
                struct evtx_event *ret)
{
    struct cursor     in = {reader->chunk, record->at + HEADER_SIZE, record->at + record->size - 4};
    struct evtx_event event = {0};

    reader->n_pairs = reader->n_values = reader->n_text = 0;
    reader->strict = record->carved;
    int r = bind_fragment(reader, &in, AT_ROOT, 0, &event);
    if (!r && record->carved && !plausible(&event))
        r = -ESTALE;
    if (r)
        return r;
    *ret = event;
    ret->pairs = reader->pairs;
    ret->n_pairs = reader->n_pairs;
    /* Editors of logs hide a record by letting the one before it claim its bytes. */
    if (!reader->inner_end) {
        reader->inner = in.at;
        reader->inner_end = record->at + record->size;
    }
    return 0;
}

int evtx_xml(struct evtx_reader *reader, const struct evtx_record *record, struct buffer *xml)
{
    return evtx_write_xml(reader->chunk, &reader->layouts.work, record, xml);
}
