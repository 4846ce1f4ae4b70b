/* event_forms.h -- the wrappings and dialects in which tools export Windows events, brought to the
 * shape {"Event": {"System": {...}, "EventData": {...}}, "Message": "..."} that event_json.h reads.
 *
 * Known by their members, from the tools' documentation:
 *   EvtxECmd       EventRecordId, Payload: the data as JSON in a string; CSV has the same columns
 *   Get-WinEvent   Id, ProviderName, LogName, Properties: values without names (event_names.h)
 *   Event Viewer   CSV: Source, Event ID, Date and Time; the values are in the message
 *   Splunk         {"result": {"_raw": ...}}: XML, or lines LogName=, EventCode=, Message=
 *   Elastic        {"_source": {...}}, "fields", names with dots (winlog.event_id)
 *   Wazuh          {"data": {"win": {"system": {...}, "eventdata": {...}}}}, names in lower case
 *   Azure          tables Event, SecurityEvent, WindowsEvent: EventData is XML, JSON or an object
 *   chainsaw       {"document": {"data": {"Event": ...}}}; CSV: detections, Event ID, the data as YAML or in columns
 *   osquery        rows of windows_events and windows_eventlog: eventid, provider_name, data; its logs' "columns"
 *   wevtutil       text: see event_text.h
 *   hayabusa       Channel "Sys", Details "Svc: x ¦ Path: y" or an object
 *
 * A time that says no zone is taken as UTC; with '/', a 12-hour clock is month first, a 24-hour clock
 * day first, as the United States and most others write.
 */
#ifndef SVCQL_EVENT_FORMS_H
#define SVCQL_EVENT_FORMS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Replace an object by what it is of; it stays where it is of none of these. -ENOMEM. */
int event_form_open(cJSON **root);

/* Seconds since the epoch of a time in one of the forms of exports; NAN where it is none. */
double event_form_time(const char *text);

/* Whether the first bytes of a file, as UTF-8, are the header of a CSV export of events. */
bool event_form_is_csv(const char *text, size_t size);

#endif
