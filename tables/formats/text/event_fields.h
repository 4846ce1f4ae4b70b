/* event_fields.h -- the names and values of one event, from the table that reads it to the rules that it is tried
 * against, without a text of them all in between.
 *
 * A value stays as its log has it. Only where a rule needs its text is that made: most values are of fields that
 * no rule asks for, or are the same as in the events before.
 */
#ifndef SVCQL_EVENT_FIELDS_H
#define SVCQL_EVENT_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

/* The type of the pointer that a hidden column gives (sqlite3_result_pointer). */
#define EVENT_FIELDS "svcql_event_fields"

/* The name is UTF-8. Neither is NUL-terminated; both live until the table's next row. */
struct event_field {
    const char *name;
    const void *value;
    uint32_t    name_size, size; /* bytes */
    uint8_t     form;            /* of the value: 0 is UTF-8, others are the table's own */
    bool        part;            /* another value of the event, of form 0, has its text inside */
    int32_t    *known; /* where the taker may keep what it knows of the name; NULL: nowhere */
};

#define EVENT_NAME_NEW INT32_MIN /* what is there at first */

/* What is known of a value's text before it is made. */
enum value_text {
    EVENT_ANY,    /* nothing */
    EVENT_NARROW, /* no more characters than bytes */
    EVENT_WIDE,   /* no more characters than pairs of bytes */
    EVENT_FIGURES /* EVENT_FIGURES_OF alone, of any case: a number, a time, an identifier */
};

/* S-1-5-18, {0B1C...}, 0x1f, 2026-01-31T10:00:00Z, in lower case. */
#define EVENT_FIGURES_OF "0123456789abcdefxstz-:.{}"

typedef void event_take(void *to, const struct event_field *field);

struct event_fields {
    void       *reader;
    const void *found; /* of the query's filter (evtx_filter.h); NULL: nothing */

    /* Call `take` for each value of the event; 0 or -ENOMEM. */
    int (*each)(void *reader, event_take *take, void *to);

    /* Append the text of a value of a form other than 0. It depends on nothing but the bytes and the form. */
    void (*text)(const void *value, uint32_t size, uint8_t form, struct buffer *text);

    const uint8_t *texts; /* enum value_text of each form but 0; NULL: all EVENT_ANY */
};

#endif
