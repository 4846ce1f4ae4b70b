/* evtx_names.h -- the names of an event's pairs as UTF-8, each made once: a log has few, over and over.
 *
 *     evtx_fields(names, &event, take, to);
 *
 * A name without text is "param1" by its place; the second value of a name is "name#2".
 */
#ifndef SVCQL_EVTX_NAMES_H
#define SVCQL_EVTX_NAMES_H

#include "evtx.h"
#include "formats/text/event_fields.h"

struct evtx_names;

struct evtx_names *evtx_names_new(void); /* NULL: out of memory */
void               evtx_names_free(struct evtx_names *names);

/* Call `take` for each value of an event that has one; 0 or -ENOMEM. Names are good until the next event. */
int evtx_fields(struct evtx_names *names, const struct evtx_event *event, event_take *take,
                void *to);

/* Append the text of such a value, as struct event_fields says. */
void evtx_field_text(const void *value, uint32_t size, uint8_t form, struct buffer *text);
extern const uint8_t evtx_field_texts[256];

#endif
