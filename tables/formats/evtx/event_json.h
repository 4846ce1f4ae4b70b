/* event_json.h -- a Windows event that some shipper or tool wrote as JSON, XML, CSV or text.
 *
 * Known by their members: evtx_dump (Event.System, with or without separate attributes),
 * Velociraptor's parse_evtx() (System), winlogbeat 6 to 8 (winlog, event_data), NXLog and the flat
 * form of the Security-Datasets collection (EventID beside the data); and what event_forms.h brings
 * to these. All give the fields of evtx.h.
 */
#ifndef SVCQL_EVENT_JSON_H
#define SVCQL_EVENT_JSON_H

#include "evtx.h"
#include "formats/text/arena.h"
#include "formats/text/event_fields.h"

struct event_json;

/* -EBADMSG: not a JSON object; -ENOMSG: one, but of no Windows event; -ENOMEM. */
int event_json_parse(const char *line, size_t size, struct event_json **ret);

/* The same of a row of CSV with the names of its columns; a value beyond them is the message. */
int event_json_row(const char *const *names, size_t n_names, const char *const *values, size_t n,
                   struct event_json **ret);

void event_json_free(struct event_json *event); /* accepts NULL */

/* Append a field of System as text; false where there is none. Lists are joined with commas. */
bool event_json_text(const struct event_json *event, enum evtx_field field, struct buffer *text);
bool event_json_int(const struct event_json *event, enum evtx_field field, int64_t *ret);

/* Seconds since the epoch; NAN where no member says. */
double event_json_time(const struct event_json *event);

/* Append the rendered message; false where there is none. */
bool event_json_message(const struct event_json *event, struct buffer *text);

/* Append the data pairs as evtx_pairs_json() does: one object, every value a string, a list of
 * strings or null. */
void event_json_data(const struct event_json *event, struct buffer *text);

/* The same, each as a field in UTF-8, a list as several; those that are null are left out. What has to be made for
 * that is the arena's. 0 or -ENOMEM. */
int event_json_fields(const struct event_json *event, struct arena *arena, event_take *take,
                      void *to);

/* Append one value of the data by its name; false where it is absent or null. */
bool event_json_value(const struct event_json *event, const char *name, struct buffer *text);

#endif
