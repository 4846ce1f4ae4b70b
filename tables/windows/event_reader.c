#include "event_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "event_index.h"
#include "event_log.h"
#include "formats/evtx/event_forms.h"
#include "formats/evtx/event_json.h"
#include "formats/evtx/event_text.h"
#include "formats/evtx/evtx_names.h"
#include "formats/log/stream.h"
#include "formats/text/csv_records.h"
#include "formats/text/json_objects.h"
#include "formats/text/utf16_text.h"

enum { DATA = EVTX_FIELD_COUNT, XML, MESSAGE, VALUE, TEXTS };

struct event_reader {
    /* of .evtx */
    struct event_log         *log;
    const struct event_entry *entry;
    /* of text: JSON or XML, CSV, or plain */
    struct stream      *stream;
    struct utf16_text   utf16;
    const char         *block; /* what of the stream is not taken yet */
    size_t              n_block;
    bool                begun, ended, csv, plain;
    struct json_objects objects;
    struct csv_records  rows;
    struct event_text   texts;
    char               *header; /* of CSV: names, a NUL after each; NULL: not read yet */
    const char         *names[CSV_FIELDS_MAX];
    size_t              n_names;
    struct event_json  *json;
    int64_t             records, foreign, bad; /* objects: events, others, not parsed */

    struct {
        struct buffer text;
        uint64_t      event; /* the one it was rendered for */
        const char   *ready; /* what came of that; NULL: nothing */
    } rendered[TEXTS];
    uint64_t count;  /* of events so far */
    bool     failed; /* for lack of memory */

    struct event_fields fields;
    struct evtx_names  *pair_names; /* NULL: no fields were asked for */
    struct arena        made;       /* texts of fields of JSON */
};

int event_open(struct stream *stream, bool json, const struct event_want *want,
               struct event_reader **ret)
{
    struct event_reader *reader = calloc(1, sizeof *reader);

    if (!reader) {
        stream_close(stream);
        return -ENOMEM;
    }
    int r = json ? 0 : event_log_open(stream, want, &reader->log);
    if (json)
        reader->stream = stream;
    if (r)
        free(reader);
    else
        *ret = reader;
    return r;
}

void event_close(struct event_reader *reader)
{
    if (!reader)
        return;
    event_log_close(reader->log);
    stream_close(reader->stream);
    utf16_text_free(&reader->utf16);
    json_objects_free(&reader->objects);
    csv_records_free(&reader->rows);
    event_text_free(&reader->texts);
    free(reader->header);
    event_json_free(reader->json);
    evtx_names_free(reader->pair_names);
    arena_free(&reader->made);
    for (size_t i = 0; i < TEXTS; i++)
        buffer_free(&reader->rendered[i].text);
    free(reader);
}

/* The next block of the stream as UTF-8: 1, 0 at the end, or a negative errno. */
static int next_block(struct event_reader *reader)
{
    char *block;

    int r = stream_block(reader->stream, &block, &reader->n_block);
    reader->block = block;
    if (r <= 0)
        return r;
    r = utf16_text_feed(&reader->utf16, &reader->block, &reader->n_block);
    if (r == 0 && !reader->begun) {
        reader->csv = event_form_is_csv(reader->block, reader->n_block);
        reader->plain = event_text_is(reader->block, reader->n_block);
    }
    reader->begun = true;
    return r < 0 ? r : 1;
}

static int feed(struct event_reader *reader)
{
    return reader->csv     ? csv_records_feed(&reader->rows, &reader->block, &reader->n_block)
           : reader->plain ? event_text_feed(&reader->texts, &reader->block, &reader->n_block)
                           : json_objects_feed(&reader->objects, &reader->block, &reader->n_block);
}

static int end(struct event_reader *reader)
{
    reader->ended = true;
    return reader->csv     ? csv_records_end(&reader->rows)
           : reader->plain ? event_text_end(&reader->texts)
                           : json_objects_end(&reader->objects);
}

/* Take the next object, row or text: 1, 0 at the end, or a negative errno. */
static int next_object(struct event_reader *reader)
{
    for (;;) {
        int r = feed(reader);
        if (r || reader->ended)
            return r;
        r = next_block(reader);
        if (r <= 0)
            return r < 0 ? r : end(reader);
    }
}

/* Keep the names of the columns. Azure's portal adds the zone to that of a time. */
static int take_header(struct event_reader *reader)
{
    const struct csv_records *rows = &reader->rows;

    if (!(reader->header = malloc(rows->text.size)))
        return -ENOMEM;
    memcpy(reader->header, rows->text.data, rows->text.size);
    for (size_t i = 0; i < rows->n; i++) {
        char *name = reader->header + rows->begins[i], *zone = strstr(name, " [UTC]");
        if (zone)
            *zone = '\0';
        reader->names[i] = name;
    }
    reader->n_names = rows->n;
    return 0;
}

/* A row with fewer values than columns was cut. */
static int take_row(struct event_reader *reader)
{
    const char *values[CSV_FIELDS_MAX];

    for (size_t i = 0; i < reader->rows.n; i++)
        values[i] = csv_field(&reader->rows, i);
    reader->bad += reader->rows.n < reader->n_names;
    return event_json_row(reader->names, reader->n_names, values, reader->rows.n, &reader->json);
}

static int next_text(struct event_reader *reader)
{
    int r;

    event_json_free(reader->json);
    reader->json = NULL;
    while ((r = next_object(reader)) > 0) {
        if (reader->csv && !reader->header) {
            if ((r = take_header(reader)) < 0)
                return r;
            continue;
        }
        r = reader->csv     ? take_row(reader)
            : reader->plain ? event_json_row(reader->texts.names, reader->texts.n,
                                             reader->texts.values, reader->texts.n, &reader->json)
                            : event_json_parse(reader->objects.text.data, reader->objects.text.size,
                                               &reader->json);
        if (r == 0 || r == -ENOMEM)
            return r ? r : 1;
        bool cut = reader->csv && reader->rows.n < reader->n_names; /* counted already */
        reader->foreign += r == -ENOMSG && !cut;
        reader->bad += r != -ENOMSG && !cut;
    }
    return r;
}

int event_next(struct event_reader *reader)
{
    int r = reader->log ? event_log_next(reader->log, &reader->entry) : next_text(reader);

    if (r > 0) {
        reader->count++;
        reader->records++;
    }
    return r;
}

/* Texts --------------------------------------------------------------------- */

/* The buffer of a text, empty, and NULL in `ready`; false where it is rendered already. */
static bool begin(struct event_reader *reader, unsigned which, struct buffer **ret)
{
    if (reader->rendered[which].event == reader->count)
        return false;
    reader->rendered[which].event = reader->count;
    reader->rendered[which].ready = NULL;
    *ret = &reader->rendered[which].text;
    buffer_reset(*ret);
    return true;
}

static const char *finish(struct event_reader *reader, unsigned which, bool found)
{
    if (found)
        reader->rendered[which].ready = buffer_text(&reader->rendered[which].text);
    reader->failed |= found && !reader->rendered[which].ready;
    return reader->rendered[which].ready;
}

const char *event_text(struct event_reader *reader, enum evtx_field field)
{
    struct buffer *text;

    if (!begin(reader, field, &text))
        return reader->rendered[field].ready;
    if (reader->json)
        return finish(reader, field, event_json_text(reader->json, field, text));
    const struct evtx_value *value = &reader->entry->event->system[field];
    if (value->type == EVTX_NULL)
        return NULL;
    evtx_value_text(value, text);
    return finish(reader, field, true);
}

bool event_int(const struct event_reader *reader, enum evtx_field field, int64_t *ret)
{
    return reader->json ? event_json_int(reader->json, field, ret)
                        : evtx_value_int(&reader->entry->event->system[field], ret);
}

double event_time(const struct event_reader *reader)
{
    if (reader->json)
        return event_json_time(reader->json);
    double time = evtx_value_time(&reader->entry->event->system[EVTX_TIME_CREATED]);
    if (isnan(time) && reader->entry->record.written)
        time = evtx_filetime(reader->entry->record.written);
    return time;
}

bool event_carved(const struct event_reader *reader)
{
    return reader->log && reader->entry->record.carved;
}

bool event_intact(const struct event_reader *reader)
{
    return !reader->log || event_log_intact(reader->log);
}

uint64_t event_position(const struct event_reader *reader)
{
    return reader->log     ? event_log_offset(reader->log, &reader->entry->record)
           : reader->csv   ? reader->rows.at
           : reader->plain ? reader->texts.at
                           : reader->objects.at;
}

int64_t event_record(const struct event_reader *reader)
{
    int64_t id;

    if (event_int(reader, EVTX_RECORD_ID, &id))
        return id;
    return reader->log ? (int64_t)reader->entry->record.id : INT64_MIN;
}

static const char *log_text(struct event_reader *reader, unsigned which, enum event_render render,
                            struct buffer *text)
{
    reader->rendered[which].ready = event_log_text(reader->log, render, text, &reader->failed);
    return reader->rendered[which].ready;
}

const char *event_data(struct event_reader *reader)
{
    struct buffer *text;

    if (!begin(reader, DATA, &text))
        return reader->rendered[DATA].ready;
    if (!reader->json)
        return log_text(reader, DATA, EVENT_RENDER_DATA, text);
    event_json_data(reader->json, text);
    return finish(reader, DATA, true);
}

const char *event_xml(struct event_reader *reader)
{
    struct buffer *text;

    if (!begin(reader, XML, &text))
        return reader->rendered[XML].ready;
    return reader->log ? log_text(reader, XML, EVENT_RENDER_XML, text) : NULL;
}

const char *event_message(struct event_reader *reader)
{
    struct buffer *text;

    if (!begin(reader, MESSAGE, &text))
        return reader->rendered[MESSAGE].ready;
    if (reader->json)
        return finish(reader, MESSAGE, event_json_message(reader->json, text));
    if (reader->entry->event->message.type == EVTX_NULL)
        return NULL;
    evtx_value_text(&reader->entry->event->message, text);
    return finish(reader, MESSAGE, true);
}

static bool is_named(const struct evtx_pair *pair, const char *name)
{
    const struct evtx_value *v = &pair->name;

    if (pair->number || v->type != EVTX_STRING)
        return false;
    for (uint32_t i = 0; i + 1 < v->size; i += 2, name++)
        if (!*name || v->data[i] != (uint8_t)*name || v->data[i + 1])
            return false;
    return !*name;
}

/* The first pair of that name or, of "param3", the third value that has none. */
static const struct evtx_value *find(const struct evtx_event *event, const char *name)
{
    bool numbered = strncmp(name, "param", 5) == 0 && name[5] >= '1' && name[5] <= '9';

    for (size_t i = 0; i < event->n_pairs; i++) {
        const struct evtx_pair *pair = &event->pairs[i];
        if (is_named(pair, name) ||
            (numbered && !pair->name.size && pair->number == strtoul(name + 5, NULL, 10)))
            return &pair->value;
    }
    return NULL;
}

const char *event_value(struct event_reader *reader, const char *name)
{
    struct buffer *text = &reader->rendered[VALUE].text;

    buffer_reset(text);
    if (reader->json) {
        bool found = event_json_value(reader->json, name, text);
        reader->failed |= text->failed;
        return found ? buffer_text(text) : NULL;
    }
    const struct evtx_value *value = find(reader->entry->event, name);
    if (!value || value->type == EVTX_NULL)
        return NULL;
    evtx_value_text(value, text);
    const char *ready = buffer_text(text);
    reader->failed |= !ready;
    return ready;
}

/* Fields -------------------------------------------------------------------- */

static int each_field(void *data, event_take *take, void *to)
{
    struct event_reader *reader = data;

    if (reader->json) {
        arena_reset(&reader->made);
        return event_json_fields(reader->json, &reader->made, take, to);
    }
    if (!reader->pair_names && !(reader->pair_names = evtx_names_new()))
        return -ENOMEM;
    return evtx_fields(reader->pair_names, reader->entry->event, take, to);
}

struct event_fields *event_fields(struct event_reader *reader)
{
    reader->fields = (struct event_fields){reader, reader->log ? reader->entry->found : NULL,
                                           each_field, evtx_field_text, evtx_field_texts};
    return &reader->fields;
}

void event_note(const struct event_reader *reader, struct event_index *index)
{
    const struct evtx_record *record = &reader->entry->record;
    int64_t                   id = 0;

    event_int(reader, EVTX_EVENT_ID, &id);
    event_index_add(index, event_log_offset(reader->log, record) - record->at,
                    event_log_intact(reader->log), record, id);
}

bool event_failed(const struct event_reader *reader)
{
    return reader->failed;
}

struct event_log_stats event_stats(const struct event_reader *reader)
{
    return event_log_stats(reader->log);
}

/* Totals -------------------------------------------------------------------- */

static void note(struct buffer *detail, uint64_t n, const char *what, const char *happened)
{
    if (n)
        buffer_printf(detail, "%s%" PRIu64 " %s%s %s", detail->size ? "; " : "", n, what,
                      n == 1 ? "" : "s", happened);
}

/* Chunks were removed from a log or added to it, in contradiction to its header. */
static bool is_miscounted(const struct event_log_stats *s)
{
    uint64_t there = s->chunks + s->unread + s->damaged;

    return s->ended && !s->headerless && !s->dirty && (there & UINT16_MAX) != s->counted;
}

static struct event_totals log_totals(const struct event_reader *reader, struct buffer *detail)
{
    struct event_log_stats s = event_log_stats(reader->log);

    if (s.headerless)
        buffer_puts(detail, s.chunks ? "no file header" : "not an event log");
    if (s.dirty)
        buffer_puts(detail, detail->size ? "; not closed" : "not closed");
    note(detail, s.carved, "record", "carved");
    note(detail, s.copies, "record", "left out as copies of live ones");
    note(detail, s.stale, "old record", "without a template");
    note(detail, s.skipped, "record", "damaged");
    note(detail, s.lost, "byte", "of records lost");
    note(detail, s.damaged, "chunk", "damaged");
    note(detail, s.bad_checksums, "chunk", "with a wrong checksum");
    note(detail, s.cut, "byte", "missing at the end");
    note(detail, s.unread, "chunk", "outside the wanted range");
    if (is_miscounted(&s))
        note(detail, s.counted, "chunk", "by the count of the file's header");
    bool damaged = s.headerless || s.skipped || s.lost || s.damaged || s.cut ||
                   (s.bad_checksums && !s.dirty) || is_miscounted(&s);
    return (struct event_totals){(int64_t)s.records, (int64_t)(s.skipped + s.damaged), damaged};
}

struct event_totals event_totals(const struct event_reader *reader, struct buffer *detail)
{
    uint64_t bad =
        (uint64_t)reader->bad + reader->objects.bad + reader->rows.bad + reader->texts.bad;

    if (reader->log)
        return log_totals(reader, detail);
    note(detail, (uint64_t)reader->foreign, "object", "not of an event");
    note(detail, bad, "record", "damaged, or neither JSON nor XML nor CSV");
    return (struct event_totals){reader->records, reader->foreign + (int64_t)bad, bad > 0};
}
