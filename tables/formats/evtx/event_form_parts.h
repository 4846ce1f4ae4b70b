/* event_form_parts.h -- what event_forms.c is made of: envelopes around events, the data of each form, and steps
 * over cJSON.
 */
#ifndef SVCQL_EVENT_FORM_PARTS_H
#define SVCQL_EVENT_FORM_PARTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Members -------------------------------------------------------------------------- */

static inline cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static inline const char *string(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(member(object, name));
}

/* Takes the item, also where it cannot be added. */
static inline bool add(cJSON *object, const char *name, cJSON *item)
{
    if (item && cJSON_AddItemToObject(object, name, item))
        return true;
    cJSON_Delete(item);
    return false;
}

/* Replace the root by a part of it that was detached, or by another. */
static inline void become(cJSON **root, cJSON *part)
{
    cJSON_Delete(*root);
    *root = part;
}

/* An object of PowerShell, as of a SID, by its value. Takes the item. */
cJSON *event_form_value(cJSON *item);

/* What one tool calls otherwise than the log; ends with NULL. */
struct word {
    const char *word, *other;
};

static inline const char *translate(const struct word *words, const char *word)
{
    for (; words->word; words++)
        if (strcmp(words->word, word) == 0)
            return words->other;
    return word;
}

/* Envelopes (event_form_wraps.c) ------------------------------------------------------ */

/* Take an event out of what transports put around it; open Splunk's lines. 0 or -ENOMEM. */
int event_form_unwrap(cJSON **root);

/* The two members of a Wazuh alert that have the event, as the log spells them: 1, 0 where it is none, -ENOMEM.
 * *ret_message is malloc()ed, or NULL. */
int event_form_wazuh(const cJSON *root, cJSON **ret_system, cJSON **ret_data, char **ret_message);

/* Data (event_form_data.c) ------------------------------------------------------------- */

/* Each gives a new object, or none (NULL) where it says so: 0 or -ENOMEM. */

int event_data_payload(const cJSON *root, cJSON **ret); /* EvtxECmd's, JSON of XML */
int event_data_details(const cJSON *root, cJSON **ret); /* hayabusa's */
int event_data_rest(cJSON  *root,
                    cJSON **ret); /* of Azure's SecurityEvent: what is no other column */
int event_data_columns(const cJSON *root,
                       cJSON      **ret); /* of chainsaw's CSV, what is left of its columns */

/* EventData: an object, or JSON or XML in a string, or none. Takes the item. */
int event_data_opened(cJSON *item, cJSON **ret);

/* {"EventData": {...}}, or a list of values that have no names, or none. */
int event_data_osquery(const char *text, const char *provider, int64_t id, cJSON **ret);

/* Values without names, in a list or in Azure's ParameterXml, with those of the event's manifest. */
int event_data_listed(const cJSON *list, const char *provider, int64_t id, cJSON **ret);
int event_data_parameters(const char *xml, const char *provider, int64_t id, cJSON **ret);

#endif
