/* evtx_names.h -- the names of an event's pairs as UTF-8, each made once: a log has few, over and over.
 *
 *     evtx_names_begin(names);
 *     evtx_name(names, &event.pairs[i], &field);
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

/* Begin an event: names of earlier ones may end. */
void evtx_names_begin(struct evtx_names *names);

/* Give a field the name of a pair, good until the next event; -ENOMEM. */
int evtx_name(struct evtx_names *names, const struct evtx_pair *pair, struct event_field *field);

#endif
