/* fuzz_event_json.c -- any line is an event, other JSON or none, and is rendered within bounds. */
#include <stdlib.h>

#include "formats/evtx/event_json.h"
#include "formats/evtx/event_messages.h"
#include "formats/text/json_objects.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_objects objects = {0};
    struct buffer       text = {0};
    const char         *at = (const char *)data;
    size_t              left = size;

    event_message_words(at, size, &text);
    while (json_objects_feed(&objects, &at, &left) > 0)
        read_event(objects.text.data, objects.text.size, &text);
    if (json_objects_end(&objects) > 0)
        read_event(objects.text.data, objects.text.size, &text);
    json_objects_free(&objects);
    buffer_free(&text);
    return 0;
}
