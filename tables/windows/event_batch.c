#include "event_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/text/byte_order.h"

#define RENDERED_MAX                                                                               \
    (4u << 20) /* bytes of a batch's texts of one kind; others are made when asked for */

struct event_batch *event_batch_new(void)
{
    return calloc(1, sizeof(struct event_batch));
}

void event_batch_free(struct event_batch *batch)
{
    if (!batch)
        return;
    free(batch->places);
    free(batch->entries);
    free(batch->events);
    free(batch->pairs);
    arena_free(&batch->memory);
    for (size_t i = 0; i < EVENT_RENDERS; i++)
        buffer_free(&batch->rendered[i]);
    free(batch);
}

int event_decoder_begin(struct event_decoder *decoder, const struct evtx_filter *filter, bool own)
{
    *decoder = (struct event_decoder){.filter = filter};
    if (evtx_reader_new(&decoder->reader) < 0)
        return -ENOMEM;
    if (filter && !(decoder->matcher = filter->begin(filter->data, own)))
        return -ENOMEM;
    return 0;
}

void event_decoder_end(struct event_decoder *decoder)
{
    evtx_reader_free(decoder->reader);
    if (decoder->matcher)
        decoder->filter->end(decoder->matcher);
    *decoder = (struct event_decoder){0};
}

/* A number that two events share only if they are one: its record number and time, mixed. */
static uint64_t identity(const struct evtx_event *event, int64_t id)
{
    const struct evtx_value *time = &event->system[EVTX_TIME_CREATED];
    uint64_t                 filetime = 0;

    if (time->size == sizeof filetime)
        filetime = le64(time->data);
    uint64_t mixed = ((uint64_t)id * 0x9e3779b97f4a7c15u) ^ filetime;
    return (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93u;
}

/* Texts that were put together are the reader's until its next event: copy them. */
static void keep_value(struct event_batch *batch, struct evtx_value *value)
{
    if (value->type == EVTX_UTF8 && value->size)
        value->data =
            (const uint8_t *)arena_strndup(&batch->memory, (const char *)value->data, value->size);
}

static void keep_values(struct event_batch *batch, struct evtx_event *event,
                        struct evtx_pair *pairs)
{
    for (size_t i = 0; i < EVTX_FIELD_COUNT; i++)
        keep_value(batch, &event->system[i]);
    keep_value(batch, &event->message);
    for (size_t i = 0; i < event->n_pairs; i++) {
        keep_value(batch, &pairs[i].name);
        keep_value(batch, &pairs[i].value);
    }
}

/* Room for so many more pairs at the end. */
static bool reserve_pairs(struct event_batch *batch, size_t n)
{
    size_t room = batch->room_pairs ? batch->room_pairs : 1024;

    while (room - batch->n_pairs < n)
        room *= 2;
    if (room == batch->room_pairs)
        return true;
    struct evtx_pair *pairs = realloc(batch->pairs, room * sizeof *pairs);
    if (!pairs)
        return false;
    batch->pairs = pairs;
    batch->room_pairs = room;
    return true;
}

/* Keep a wanted event; its pairs are found once all are there. */
static int keep_event(struct event_batch *batch, const struct evtx_event *event)
{
    struct evtx_event *kept = ARRAY_REUSE(batch->events, batch->n_events, batch->room_events);

    if (!kept || !reserve_pairs(batch, event->n_pairs))
        return -ENOMEM;
    struct evtx_pair *pairs = batch->pairs + batch->n_pairs;
    *kept = *event;
    if (event->n_pairs)
        memcpy(pairs, event->pairs, event->n_pairs * sizeof *pairs);
    batch->n_pairs += event->n_pairs;
    keep_values(batch, kept, pairs);
    return batch->memory.failed ? -ENOMEM : 0;
}

/* Render a text ahead: it ends with a NUL, and begins nowhere where there is none. */
static void render(struct event_batch *batch, struct event_entry *entry,
                   const struct evtx_event *event, enum event_render which)
{
    struct buffer *text = &batch->rendered[which];
    size_t         from = text->size;
    int            r = 0;

    if (from > RENDERED_MAX)
        return;
    if (which == EVENT_RENDER_DATA)
        evtx_pairs_json(event, text);
    else
        r = event_batch_xml(batch, &entry->record, text);
    buffer_putc(text, '\0');
    if (r < 0)
        text->size = from;
    entry->texts[which] = (struct event_ahead){from, r < 0 ? NULL : ""};
}

/* Decode a record, and keep its event if it is wanted: 0, or -ENOMEM. */
static int decode(struct event_batch *batch, struct event_decoder *decoder, unsigned renders,
                  struct event_entry *entry)
{
    struct evtx_event event;
    int               r = evtx_decode(decoder->reader, &entry->record, &event);

    entry->number = -1;
    for (size_t i = 0; i < EVENT_RENDERS; i++)
        entry->texts[i] = (struct event_ahead){SIZE_MAX, NULL};
    entry->error = r;
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    evtx_value_int(&event.system[EVTX_RECORD_ID], &entry->number);
    entry->identity = identity(&event, entry->number < 0 ? 0 : entry->number);
    r = decoder->filter
            ? decoder->filter->wants(decoder->matcher, &event, &batch->memory, &entry->found)
            : 1;
    if (r <= 0)
        return r;
    for (unsigned i = 0; i < EVENT_RENDERS; i++)
        if (renders >> i & 1)
            render(batch, entry, &event, (enum event_render)i);
    if ((r = keep_event(batch, &event)) == 0)
        entry->event = batch->events; /* for settle() */
    return r;
}

/* All arrays are where they stay: let the entries refer to them. */
static void settle(struct event_batch *batch)
{
    struct evtx_event *event = batch->events;
    struct evtx_pair  *pairs = batch->pairs;

    for (size_t i = 0; i < batch->n; i++) {
        struct event_entry *entry = &batch->entries[i];
        if (!entry->event)
            continue;
        for (size_t t = 0; t < EVENT_RENDERS; t++)
            if (entry->texts[t].text)
                entry->texts[t].text = batch->rendered[t].data + entry->texts[t].at;
        event->pairs = pairs;
        pairs += event->n_pairs;
        entry->event = event++;
    }
}

/* The next record that is to be decoded: 1, or 0 at the end. `at` begins with 0. */
static int next_record(struct event_batch *batch, struct event_decoder *decoder, size_t *at,
                       struct evtx_record *ret)
{
    if (!batch->n_places)
        return evtx_next(decoder->reader, ret);
    while (*at < batch->n_places) {
        const struct event_place *place = &batch->places[(*at)++];
        if (evtx_record_parse(batch->chunk, EVTX_CHUNK_SIZE, place->at, ret) == 0) {
            ret->stray = place->stray;
            ret->carved = place->carved;
            return 1;
        }
        batch->changed++;
    }
    return 0;
}

void event_batch_decode(struct event_batch *batch, struct event_decoder *decoder, unsigned renders)
{
    struct evtx_record record;
    struct evtx_chunk  header;
    size_t             at = 0;

    batch->changed = batch->n = batch->n_events = batch->n_pairs = 0;
    batch->xml_work = 0;
    arena_reset(&batch->memory);
    for (size_t i = 0; i < EVENT_RENDERS; i++)
        buffer_reset(&batch->rendered[i]);
    if (!batch->n_places)
        batch->intact = batch->header.header_intact && batch->size == EVTX_CHUNK_SIZE &&
                        evtx_chunk_intact(batch->chunk);
    int r = evtx_load(decoder->reader, batch->chunk, batch->loose, &header);
    while (r == 0 && next_record(batch, decoder, &at, &record) > 0) {
        struct event_entry *entry = ARRAY_REUSE(batch->entries, batch->n, batch->room);
        if (entry) {
            entry->record = record;
            r = decode(batch, decoder, renders, entry);
        } else {
            r = -ENOMEM;
        }
    }
    for (size_t i = 0; i < EVENT_RENDERS; i++)
        if (batch->rendered[i].failed)
            r = -ENOMEM;
    batch->lost = evtx_lost(decoder->reader);
    batch->error = r;
    if (r == 0)
        settle(batch);
}

int event_batch_xml(struct event_batch *batch, const struct evtx_record *record, struct buffer *xml)
{
    return evtx_write_xml(batch->chunk, &batch->xml_work, record, xml);
}
