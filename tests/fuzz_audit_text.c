/* Audit logs of any bytes, cut into pieces at a place the input chooses, with every field decoded.
 */
#include <stdlib.h>

#include "formats/audit/audit_json.h"
#include "formats/audit/audit_tty.h"
#include "formats/audit/audit_window.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(const struct audit_record *record, struct audit_arguments *arguments)
{
    struct audit_fields fields;
    struct audit_field  field;
    struct buffer       text = {0};
    int64_t             number;

    audit_fields_begin(&fields, record);
    while (audit_fields_next(&fields, &field)) {
        audit_value(&field, true, " ", &text);
        audit_value_may_be(&field, "systemctl");
        audit_title_line(&field, &text);
        audit_sockaddr(&field, &text);
        if (!audit_is_null(&field))
            audit_number(&field, &number);
    }
    audit_arguments_add(arguments, record);
    buffer_free(&text);
}

/* What was fed so far, and a window for events once more. */
struct fed {
    const char          *data;
    struct audit_window *again;
};

/* An event has as many records when it is read from its own bytes. */
static void read_again(const struct fed *fed, const struct audit_event *event)
{
    struct audit_event same;
    size_t             n = event->n;

    if (audit_window_again(fed->again, fed->data + event->offset, event->end - event->offset,
                           event->offset, &same) != 1 ||
        same.n != n)
        abort();
}

static void drain(struct audit_window *window, const struct fed *fed)
{
    struct audit_arguments arguments = {0};
    struct audit_event     event;
    struct buffer          text = {0};

    while (audit_window_next(window, &event) > 0) {
        audit_arguments_reset(&arguments);
        for (size_t i = 0; i < event.n; i++)
            decode(&event.records[i], &arguments);
        read_again(fed, &event);
        buffer_reset(&text);
        audit_arguments_incomplete(&arguments);
        audit_arguments_json(&arguments, &text);
        audit_arguments_line(&arguments, &text);
    }
    buffer_free(&text);
    audit_arguments_free(&arguments);
}

/* Keys typed: bytes in quotes are taken as they are. */
static void put_typed(const char *data, size_t size)
{
    struct audit_field field = {.value = data, .size = size, .quoted = true};
    struct buffer      text = {0};

    audit_tty_keys(&field, &text);
    audit_tty_commands(&field, &text);
    audit_json_lines(data, size, 0, &text);
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_window *window;
    struct fed           fed = {(const char *)data, NULL};

    put_typed((const char *)data, size);
    if (size < 1 || audit_window_new(&window) < 0)
        return 0;
    if (audit_window_new(&fed.again) < 0)
        abort();
    size_t cut = size > 1 ? 1 + data[0] % (size - 1) : size;
    for (size_t at = 0; at < size; at += cut) {
        if (audit_window_feed(window, (const char *)data + at, size - at < cut ? size - at : cut) <
            0)
            break;
        drain(window, &fed);
    }
    audit_window_end(window);
    drain(window, &fed);
    audit_window_free(fed.again);
    audit_window_free(window);
    return 0;
}
