/* event_form_wraps.c -- what transports put around an event. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "event_form_parts.h"
#include "event_forms.h"
#include "formats/text/json_tree.h"

#define WRAPS_MAX 6 /* of one in another */

/* Envelopes --------------------------------------------------------------------- */

static const char *const envelopes[][2] = {{"result", NULL},  {"_source", NULL},
                                           {"fields", NULL},  {"document", "data"},
                                           {"columns", NULL}, {"_raw", NULL}};

/* What an envelope holds, detached; NULL where the object is none. */
static cJSON *take_out(cJSON *root)
{
    for (size_t i = 0; i < sizeof envelopes / sizeof envelopes[0]; i++) {
        cJSON *outer = member(root, envelopes[i][0]), *holder = root;
        if (outer && envelopes[i][1]) {
            holder = outer;
            outer = member(outer, envelopes[i][1]);
        }
        if (cJSON_IsObject(outer))
            return cJSON_DetachItemViaPointer(holder, outer);
    }
    return NULL;
}

/* Names with dots: {"winlog.event_id": 1} is {"winlog": {"event_id": 1}}. */
static bool nest(cJSON *root)
{
    static const char *const parts[] = {"winlog.",  "event.", "host.",
                                        "process.", "Event.", "@timestamp"};

    for (cJSON *item = root->child, *next; item; item = next) {
        cJSON *at = root;
        next = item->next;
        bool wanted = false;
        for (size_t i = 0; item->string && i < sizeof parts / sizeof parts[0]; i++)
            wanted |= strncmp(item->string, parts[i], strlen(parts[i])) == 0;
        char *name = wanted ? strdup(item->string) : NULL, *rest = name, *part = NULL;
        if (!wanted)
            continue;
        if (!name)
            return false;
        cJSON *value = cJSON_DetachItemViaPointer(root, item);
        if (cJSON_IsArray(value) && cJSON_GetArraySize(value) == 1) {
            cJSON *only = cJSON_DetachItemFromArray(value, 0);
            become(&value, only);
        }
        while (at && (part = strsep(&rest, ".")) && rest) {
            cJSON *inner = member(at, part);
            at = inner ? inner : cJSON_AddObjectToObject(at, part);
        }
        bool fits = cJSON_IsObject(at) && part;
        bool added = fits && add(at, part, value);
        if (!fits)
            cJSON_Delete(value);
        free(name);
        if (!at || (fits && !added))
            return false;
    }
    return true;
}

/* Wazuh ------------------------------------------------------------------------- */

/* Names begin in lower case, but for those of Windows that do; a backslash is written twice. */
static cJSON *restored(const cJSON *object)
{
    cJSON       *copy = cJSON_CreateObject();
    const cJSON *item;

    cJSON_ArrayForEach(item, object)
    {
        char       *name = strdup(item->string);
        const char *text = cJSON_GetStringValue(item);
        cJSON      *value = cJSON_Duplicate(item, true);
        if (name && strncmp(name, "param", 5) != 0 && *name >= 'a' && *name <= 'z')
            *name = (char)(*name - 'a' + 'A');
        if (text && value && strstr(text, "\\\\")) {
            char *to = value->valuestring;
            for (const char *from = text; *from; from++) {
                *to++ = *from;
                from += from[0] == '\\' && from[1] == '\\';
            }
            *to = '\0';
        }
        bool added = name && add(copy, name, value);
        if (!name)
            cJSON_Delete(value);
        free(name);
        if (!added) {
            cJSON_Delete(copy);
            return NULL;
        }
    }
    return copy;
}

/* A message without the quotes around it: malloc()ed, or NULL where it has none. False: no memory. */
static bool unquoted(const char *message, char **ret)
{
    size_t size = message ? strlen(message) : 0;
    bool   quoted = size >= 2 && *message == '"' && message[size - 1] == '"';

    *ret = quoted ? strndup(message + 1, size - 2) : NULL;
    return *ret || !quoted;
}

int event_form_wazuh(const cJSON *root, cJSON **ret_system, cJSON **ret_data, char **ret_message)
{
    const cJSON *win = member(member(root, "data"), "win"), *system = member(win, "system"), *data;

    if (!system)
        return 0;
    for (data = win->child; data && data == system; data = data->next)
        ;
    cJSON *fields = restored(system), *values = restored(data);
    cJSON *time = member(fields, "SystemTime");

    if (!fields || !values || (time && !add(fields, "TimeCreated", cJSON_Duplicate(time, true))) ||
        !unquoted(string(fields, "Message"), ret_message)) {
        cJSON_Delete(fields);
        cJSON_Delete(values);
        return -ENOMEM;
    }
    *ret_system = fields;
    *ret_data = values;
    return 1;
}

/* Splunk ------------------------------------------------------------------------ */

/* Lines NAME=value, of which the last, Message=, goes on to the end; before them the time. */
static bool add_classic(cJSON *root, const char *raw)
{
    while (*raw) {
        size_t      size = strcspn(raw, "\r\n");
        const char *equals = memchr(raw, '=', size);
        char        name[32];

        if (equals && (size_t)(equals - raw) < sizeof name) {
            bool message = strncmp(raw, "Message=", 8) == 0;
            snprintf(name, sizeof name, "%.*s", (int)(equals - raw), raw);
            char *value = message ? strdup(equals + 1)
                                  : strndup(equals + 1, size - (size_t)(equals + 1 - raw));
            if (member(root, name))
                cJSON_DeleteItemFromObjectCaseSensitive(root, name);
            bool added = value && cJSON_AddStringToObject(root, name, value);
            free(value);
            if (!added || message)
                return added;
        } else if (!member(root, "TimeCreated") && size) {
            char *time = strndup(raw, size);
            bool  wanted = time && !isnan(event_form_time(time)) && !member(root, "_time");
            bool  added = !wanted || cJSON_AddStringToObject(root, "TimeCreated", time);
            free(time);
            if (!time || !added)
                return false;
        }
        raw += size + strspn(raw + size, "\r\n");
    }
    return true;
}

/* An event as JSON in the text of a message, as transports hand it on. */
static int open_message(cJSON **root)
{
    const char *text = string(*root, "message");
    cJSON      *inner = NULL;

    if (text && *text == '{' && json_tree(text, strlen(text), &inner) == -ENOMEM)
        return -ENOMEM;
    if (cJSON_IsObject(inner) && (member(inner, "EventID") || member(inner, "Event") ||
                                  member(inner, "winlog") || member(inner, "event_id")))
        become(root, inner);
    else
        cJSON_Delete(inner);
    return 0;
}

static int open_raw(cJSON *root)
{
    const char *raw = string(root, "_raw");

    if (!raw || !strstr(raw, "EventCode=") || strstr(raw, "<Event"))
        return 0;
    return add_classic(root, raw) ? 0 : -ENOMEM;
}

/* All ------------------------------------------------------------------------------ */

int event_form_unwrap(cJSON **root)
{
    for (int i = 0; i < WRAPS_MAX; i++) {
        cJSON *inner = member(*root, "System") ? NULL : take_out(*root);
        if (!inner)
            break;
        become(root, inner);
    }
    if (open_message(root) < 0)
        return -ENOMEM;
    if (!member(*root, "detections") && !nest(*root)) /* chainsaw's columns are names with dots */
        return -ENOMEM;
    return open_raw(*root);
}
