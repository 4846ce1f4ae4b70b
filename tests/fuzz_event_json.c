/* fuzz_event_json.c -- any text is events, other JSON, XML, CSV, wevtutil's text or YAML, or none, and is rendered within bounds. */
#include <stdlib.h>
#include <string.h>

#include "formats/evtx/event_forms.h"
#include "formats/evtx/event_json.h"
#include "formats/evtx/event_messages.h"
#include "formats/evtx/event_text.h"
#include "formats/evtx/event_yaml.h"
#include "formats/text/csv_records.h"
#include "formats/text/json_objects.h"
#include "formats/text/utf16_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_event(const char *data, size_t size, struct buffer *text)
{
    struct event_json *event;

    if (event_json_parse(data, size, &event) != 0)
        return;
    for (unsigned f = 0; f < EVTX_FIELD_COUNT; f++) {
        int64_t n;
        event_json_text(event, (enum evtx_field)f, text);
        event_json_int(event, (enum evtx_field)f, &n);
    }
    event_json_time(event);
    event_json_message(event, text);
    event_json_data(event, text);
    event_json_value(event, "param1", text);
    event_json_value(event, "Image", text);
    event_json_free(event);
}

static void read_objects(const char *data, size_t size, struct buffer *text)
{
    struct json_objects objects = {0};

    while (json_objects_feed(&objects, &data, &size) > 0)
        read_event(objects.text.data, objects.text.size, text);
    if (json_objects_end(&objects) > 0)
        read_event(objects.text.data, objects.text.size, text);
    json_objects_free(&objects);
}

/* The first row are the columns of the others. */
static void read_row(struct csv_records *rows, char **header, size_t *n, struct buffer *text)
{
    static const char *names[CSV_FIELDS_MAX], *values[CSV_FIELDS_MAX];
    struct event_json *event;

    for (size_t i = 0; i < rows->n; i++)
        values[i] = csv_field(rows, i);
    if (!*header) {
        *header = malloc(rows->text.size);
        memcpy(*header, rows->text.data, rows->text.size);
        for (*n = 0; *n < rows->n; ++*n)
            names[*n] = *header + rows->begins[*n];
    } else if (event_json_row(names, *n, values, rows->n, &event) == 0) {
        event_json_data(event, text);
        event_json_time(event);
        event_json_free(event);
    }
}

static void read_rows(const char *data, size_t size, struct buffer *text)
{
    struct csv_records rows = {0};
    char              *header = NULL;
    size_t             n = 0;

    while (csv_records_feed(&rows, &data, &size) > 0)
        read_row(&rows, &header, &n, text);
    if (csv_records_end(&rows) > 0)
        read_row(&rows, &header, &n, text);
    csv_records_free(&rows);
    free(header);
}

static void read_text(struct event_text *events, struct buffer *text)
{
    struct event_json *event;

    if (event_json_row(events->names, events->n, events->values, events->n, &event) != 0)
        return;
    event_json_data(event, text);
    event_json_free(event);
}

/* wevtutil's text, in two blocks. */
static void read_texts(const char *data, size_t size, struct buffer *text)
{
    struct event_text events = {0};

    for (size_t at = 0, n; at < size; at += n) {
        n = at ? size - at : size / 2 + 1;
        const char *block = data + at;
        size_t      left = n;
        while (event_text_feed(&events, &block, &left) > 0)
            read_text(&events, text);
    }
    if (event_text_end(&events) > 0)
        read_text(&events, text);
    event_text_free(&events);
}

static void read_yaml(const char *data, size_t size)
{
    char *text = strndup(data, size);

    cJSON_Delete(event_yaml(text));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct utf16_text wide = {0};
    struct buffer     text = {0};

    event_message_words((const char *)data, size, &text);
    for (size_t at = 0, part; at < size; at += part) { /* as a file comes, in two blocks */
        part = at ? size - at : size / 2 + 1;
        const char *block = (const char *)data + at;
        size_t      n = part;
        if (utf16_text_feed(&wide, &block, &n) < 0)
            break;
        read_objects(block, n, &text);
        if (event_form_is_csv(block, n))
            read_rows(block, n, &text);
    }
    read_objects((const char *)data, size, &text);
    read_texts((const char *)data, size, &text);
    read_yaml((const char *)data, size);
    utf16_text_free(&wide);
    buffer_free(&text);
    return 0;
}
