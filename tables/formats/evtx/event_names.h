/* event_names.h -- the names of the values of Windows events, for exports that leave them out.
 *
 * Some exports keep only the values, in their order (Get-WinEvent's Properties), or only the message as
 * people read it (Event Viewer's CSV, Splunk's classic form). The names are those of the events'
 * manifests; for messages, of the English ones.
 */
#ifndef SVCQL_EVENT_NAMES_H
#define SVCQL_EVENT_NAMES_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

/* The name of the i-th value from 0 of an event; NULL where it is not known. */
const char *event_value_name(const char *provider, int64_t id, size_t i);

/* The values that a message holds, as an object, NULL where none is known of it: 0 or -ENOMEM. */
int event_message_values(const char *provider, int64_t id, const char *message, cJSON **ret);

/* The name of a value by what a message calls it, "Service File Name", in a section of it or, "", in none. */
void event_label_name(const char *section, const char *label, char *ret, size_t room);

/* A provider's name from the one that a viewer shows: "Microsoft Windows security auditing." */
const char *event_provider_name(const char *shown);

#endif
