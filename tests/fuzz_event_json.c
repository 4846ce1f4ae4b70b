/* fuzz_event_json.c -- any line is an event, other JSON or none, and is rendered within bounds. */
#include <stdlib.h>

#include "event_json.h"
#include "event_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct event_json *event;
    struct buffer      text = {0};

    event_message_words((const char *)data, size, &text);
    if (event_json_parse((const char *)data, size, &event) == 0) {
        for (unsigned f = 0; f < EVTX_FIELD_COUNT; f++) {
            int64_t n;
            event_json_text(event, (enum evtx_field)f, &text);
            event_json_int(event, (enum evtx_field)f, &n);
        }
        event_json_time(event);
        event_json_message(event, &text);
        event_json_data(event, &text);
        event_json_value(event, "param1", &text);
        event_json_value(event, "Image", &text);
        event_json_free(event);
    }
    buffer_free(&text);
    return 0;
}
