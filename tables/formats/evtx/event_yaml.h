/* event_yaml.h -- the YAML in which chainsaw writes an event's data into a cell of CSV, as an object.
 *
 * Of YAML 1.2 ("YAML Ain't Markup Language", 1.2.2) only what that writer uses: a map of plain, quoted and literal
 * scalars, lists of them, and maps within. A value is text as it stands; null is null.
 */
#ifndef SVCQL_EVENT_YAML_H
#define SVCQL_EVENT_YAML_H

#include <cjson/cJSON.h>

/* A new object, empty where the text is of no map; NULL for lack of memory. */
cJSON *event_yaml(const char *text);

#endif
