/* event_form_data.c -- the data of an event, as each form keeps it, as one object. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "event_form_parts.h"
#include "event_names.h"
#include "event_xml_tree.h"
#include "event_yaml.h"

cJSON *event_form_value(cJSON *item)
{
    const char *const names[] = {"Value", "value"};

    for (size_t i = 0; cJSON_IsObject(item) && i < 2; i++) {
        cJSON *inner = member(item, names[i]);
        if (inner) {
            inner = cJSON_DetachItemViaPointer(item, inner);
            become(&item, inner);
            break;
        }
    }
    return item;
}

/* Objects -------------------------------------------------------------------------- */

/* Newtonsoft's JSON of XML: {"Data": [{"@Name": "x", "#text": "y"}, ...], "@xmlns": ...}. */
static bool add_newtonsoft(cJSON *data, cJSON *part)
{
    cJSON *list = member(part, "Data"), *item, *next;

    if (list)
        cJSON_DetachItemViaPointer(part, list);
    bool array = cJSON_IsArray(list), added = true;
    for (item = array ? list->child : list; added && item; item = next) {
        const char *name = string(item, "@Name"), *text = string(item, "#text");
        next = array ? item->next : NULL;
        if (name)
            added = cJSON_AddStringToObject(data, name, text ? text : "") != NULL;
        else if (!cJSON_IsNull(item) && !cJSON_IsObject(item))
            added = add(data, "Data", cJSON_Duplicate(item, true));
    }
    cJSON_Delete(list);
    for (item = part->child; added && item; item = next) {
        next = item->next;
        bool empty = cJSON_IsString(item) && !*item->valuestring;
        if (*item->string != '@' && !(strcmp(item->string, "Binary") == 0 && empty))
            added = add(data, item->string, cJSON_Duplicate(item, true));
    }
    return added;
}

/* EventData as an object, or in a string as JSON or XML. NULL where it is none of them. */
cJSON *event_data_opened(cJSON *item)
{
    static const char close[] = "</EventData>";
    const char       *text = cJSON_GetStringValue(item), *xml, *end;
    cJSON            *tree = NULL;

    if (cJSON_IsObject(item))
        return item;
    if (text && *text == '{')
        tree = cJSON_Parse(text);
    else if (text && (xml = strstr(text, "<EventData")) && (end = strstr(xml, close)))
        tree = event_xml_tree(xml, (size_t)(end - xml) + strlen(close));
    cJSON_Delete(item);
    return tree;
}

/* The data of an EvtxECmd payload. */
cJSON *event_data_payload(const cJSON *root)
{
    cJSON *payload = cJSON_Parse(string(root, "Payload")), *data = cJSON_CreateObject();
    cJSON *part = member(payload, "EventData");

    if (!cJSON_IsObject(part))
        part = member(payload, "UserData");
    if (!cJSON_IsObject(part))
        part = payload;
    if (data && cJSON_IsObject(part) && !add_newtonsoft(data, part)) {
        cJSON_Delete(data);
        data = NULL;
    }
    cJSON_Delete(payload);
    return data;
}

/* Values without names, with those of the event's manifest. */
cJSON *event_data_listed(const cJSON *list, const char *provider, int64_t id)
{
    cJSON *data = cJSON_CreateObject(), *item;
    char   number[24];
    size_t i = 0;

    cJSON_ArrayForEach(item, list)
    {
        cJSON      *value = cJSON_IsObject(item) ? member(item, "Value") : item;
        const char *name = event_value_name(provider, id, i++);
        snprintf(number, sizeof number, "param%zu", i);
        cJSON *copy = value ? cJSON_Duplicate(value, true) : cJSON_CreateNull();
        if (cJSON_IsObject(copy)) /* a SID */
            copy = event_form_value(copy);
        if (!data || !add(data, name ? name : number, copy)) {
            cJSON_Delete(data);
            return NULL;
        }
    }
    return data;
}

/* Azure's ParameterXml: <Param>a</Param><Param>b</Param>. */
cJSON *event_data_parameters(const char *xml, const char *provider, int64_t id)
{
    cJSON      *list = cJSON_CreateArray(), *data = NULL;
    const char *end;

    while (list && (xml = strstr(xml, "<Param>")) && (end = strstr(xml, "</Param>"))) {
        char       *whole = strndup(xml, (size_t)(end - xml) + 8);
        cJSON      *tree = whole ? event_xml_tree(whole, strlen(whole)) : NULL;
        const char *text = string(tree, "#text");
        cJSON_AddItemToArray(list, cJSON_CreateString(text ? text : ""));
        cJSON_Delete(tree);
        free(whole);
        xml = end;
    }
    if (list)
        data = event_data_listed(list, provider, id);
    cJSON_Delete(list);
    return data;
}

/* Names of details as hayabusa abbreviates them. */
static const struct word details[] = {{"Svc", "ServiceName"},
                                      {"Path", "ImagePath"},
                                      {"Acct", "AccountName"},
                                      {"Cmdline", "CommandLine"},
                                      {"Proc", "Image"},
                                      {"PID", "ProcessId"},
                                      {"ParentCmdline", "ParentCommandLine"},
                                      {"LID", "LogonId"},
                                      {"User", "User"},
                                      {"TgtUser", "TargetUserName"},
                                      {"SrcIP", "IpAddress"},
                                      {"Src", "SourceImage"},
                                      {NULL, NULL}};

static bool add_details(cJSON *data, const cJSON *item)
{
    static const char bar[] = " ¦ ";
    const char       *text = cJSON_GetStringValue(item);
    const cJSON      *inner = cJSON_IsObject(item) ? item->child : NULL;

    for (; inner; inner = inner->next) {
        if (!add(data, translate(details, inner->string), cJSON_Duplicate(inner, true)))
            return false;
    }
    while (text && *text) {
        const char *end = strstr(text, bar), *colon = strstr(text, ": ");
        size_t      size = end ? (size_t)(end - text) : strlen(text);
        char        name[64];
        if (colon && colon < text + size && (size_t)(colon - text) < sizeof name) {
            snprintf(name, sizeof name, "%.*s", (int)(colon - text), text);
            char *value = strndup(colon + 2, size - (size_t)(colon + 2 - text));
            bool  added = value && cJSON_AddStringToObject(data, translate(details, name), value);
            free(value);
            if (!added)
                return false;
        }
        text = end ? end + strlen(bar) : text + size;
    }
    return true;
}

cJSON *event_data_details(const cJSON *root)
{
    static const char *const names[] = {"AllFieldInfo", "Details", "ExtraFieldInfo"};
    cJSON                   *data = cJSON_CreateObject();

    for (size_t i = 0; data && i < sizeof names / sizeof names[0]; i++)
        if (!add_details(data, member(root, names[i]))) {
            cJSON_Delete(data);
            data = NULL;
        }
    return data;
}

/* osquery ------------------------------------------------------------------------ */

/* {"EventData": {...}}, or a list of values that have no names. */
cJSON *event_data_osquery(const char *text, const char *provider, int64_t id)
{
    cJSON *tree = cJSON_Parse(text), *part = member(tree, "EventData"), *data = NULL;

    if (!part)
        part = member(tree, "UserData");
    if (cJSON_IsArray(part))
        data = event_data_listed(part, provider, id);
    else if (cJSON_IsObject(part))
        data = cJSON_DetachItemViaPointer(tree, part);
    cJSON_Delete(tree);
    return data ? data : cJSON_CreateObject();
}

/* chainsaw ------------------------------------------------------------------------- */

/* The name of a value in a column of its own: "Event.EventData.ServiceName", or as a message calls it. */
static void name_of_column(const char *column, char ret[64])
{
    static const char path[] = "Event.EventData.";

    if (strncmp(column, path, sizeof path - 1) == 0)
        snprintf(ret, 64, "%s", column + sizeof path - 1);
    else
        event_label_name("", column, ret, 64);
}

cJSON *event_data_columns(const cJSON *root)
{
    static const char *const others[] = {"detections", "path", "count", "Count"};
    const char              *whole = string(root, "Event Data");
    cJSON                   *data = whole ? NULL : cJSON_CreateObject();

    if (whole)
        return event_yaml(whole);
    for (const cJSON *item = root->child; data && item; item = item->next) {
        char name[64];
        bool keep = cJSON_IsString(item);
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
            keep = keep && strcmp(others[i], item->string) != 0;
        if (!keep)
            continue;
        name_of_column(item->string, name);
        if (!add(data, name, cJSON_Duplicate(item, true))) {
            cJSON_Delete(data);
            data = NULL;
        }
    }
    return data;
}

/* Azure ------------------------------------------------------------------------- */

/* Columns of Azure that are no data of an event. */
static const char *const azure[] = {"TenantId",
                                    "SourceSystem",
                                    "MG",
                                    "ManagementGroupName",
                                    "_ResourceId",
                                    "Type",
                                    "AzureDeploymentID",
                                    "Role",
                                    "SourceComputerId",
                                    "_ItemId",
                                    "TimeCollected",
                                    "EventOriginId",
                                    "EventData",
                                    "Activity",
                                    "EventLevelName",
                                    "Opcode",
                                    "Correlation",
                                    "_SubscriptionId",
                                    "AccountType",
                                    "Account",
                                    "PartitionKey",
                                    "RowKey",
                                    "StorageAccount"};

cJSON *event_data_rest(cJSON *root)
{
    cJSON *data = cJSON_CreateObject();

    for (cJSON *item = root->child, *next; data && item; item = next) {
        bool keep = !cJSON_IsNull(item) && !(cJSON_IsString(item) && !*item->valuestring);
        next = item->next;
        for (size_t i = 0; i < sizeof azure / sizeof azure[0]; i++)
            keep = keep && strcmp(azure[i], item->string) != 0;
        if (!keep)
            continue;
        char *name = strdup(item->string);
        bool  added = name && add(data, name, cJSON_DetachItemViaPointer(root, item));
        free(name);
        if (!added) {
            cJSON_Delete(data);
            data = NULL;
        }
    }
    return data;
}
