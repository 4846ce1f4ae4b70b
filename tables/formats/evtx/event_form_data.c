/* event_form_data.c -- the data of an event, as each form keeps it, as one object. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "event_form_parts.h"
#include "event_names.h"
#include "event_xml_tree.h"
#include "event_yaml.h"
#include "formats/text/json_tree.h"

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

/* The end of each that makes an object: 0 with it, or with none, -ENOMEM. */
static int give(bool made, cJSON *data, cJSON **ret)
{
    if (!made) {
        cJSON_Delete(data);
        return -ENOMEM;
    }
    *ret = data;
    return 0;
}

int event_data_opened(cJSON *item, cJSON **ret)
{
    static const char close[] = "</EventData>";
    const char       *text = cJSON_GetStringValue(item), *xml, *end;
    cJSON            *tree = NULL;
    int               r = 0;

    if (cJSON_IsObject(item))
        return give(true, item, ret);
    if (text && *text == '{')
        r = json_tree(text, strlen(text), &tree);
    else if (text && (xml = strstr(text, "<EventData")) && (end = strstr(xml, close)))
        r = event_xml_tree(xml, (size_t)(end - xml) + strlen(close), &tree);
    cJSON_Delete(item);
    return give(r != -ENOMEM, tree, ret);
}

int event_data_payload(const cJSON *root, cJSON **ret)
{
    const char *text = string(root, "Payload");
    cJSON      *payload = NULL, *data = cJSON_CreateObject();
    bool        made = data && !(text && json_tree(text, strlen(text), &payload) == -ENOMEM);
    cJSON      *part = member(payload, "EventData");

    if (!cJSON_IsObject(part))
        part = member(payload, "UserData");
    if (!cJSON_IsObject(part))
        part = payload;
    if (made && cJSON_IsObject(part))
        made = add_newtonsoft(data, part);
    cJSON_Delete(payload);
    return give(made, data, ret);
}

int event_data_listed(const cJSON *list, const char *provider, int64_t id, cJSON **ret)
{
    cJSON *data = cJSON_CreateObject(), *item;
    char   number[24];
    size_t i = 0;
    bool   made = data != NULL;

    cJSON_ArrayForEach(item, list)
    {
        cJSON      *value = cJSON_IsObject(item) ? member(item, "Value") : item;
        const char *name = event_value_name(provider, id, i++);
        snprintf(number, sizeof number, "param%zu", i);
        cJSON *copy = value ? cJSON_Duplicate(value, true) : cJSON_CreateNull();
        if (cJSON_IsObject(copy)) /* a SID */
            copy = event_form_value(copy);
        made = add(data, name ? name : number, copy) && made;
    }
    return give(made, data, ret);
}

/* One more text of a list, of an element that has it. */
static bool add_parameter(cJSON *list, const char *xml, size_t size)
{
    cJSON *tree;
    int    r = event_xml_tree(xml, size, &tree);

    if (r == -ENOMEM)
        return false;
    const char *text = string(tree, "#text");
    cJSON      *item = cJSON_CreateString(text ? text : "");
    bool        added = item && cJSON_AddItemToArray(list, item);
    if (!added)
        cJSON_Delete(item);
    cJSON_Delete(tree);
    return added;
}

/* Azure's ParameterXml: <Param>a</Param><Param>b</Param>. */
int event_data_parameters(const char *xml, const char *provider, int64_t id, cJSON **ret)
{
    cJSON      *list = cJSON_CreateArray();
    const char *end;
    bool        made = list != NULL;

    while (made && (xml = strstr(xml, "<Param>")) && (end = strstr(xml, "</Param>"))) {
        made = add_parameter(list, xml, (size_t)(end - xml) + 8);
        xml = end;
    }
    int r = made ? event_data_listed(list, provider, id, ret) : -ENOMEM;
    cJSON_Delete(list);
    return r;
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

int event_data_details(const cJSON *root, cJSON **ret)
{
    static const char *const names[] = {"AllFieldInfo", "Details", "ExtraFieldInfo"};
    cJSON                   *data = cJSON_CreateObject();
    bool                     made = data != NULL;

    for (size_t i = 0; made && i < sizeof names / sizeof names[0]; i++)
        made = add_details(data, member(root, names[i]));
    return give(made, data, ret);
}

/* osquery ------------------------------------------------------------------------ */

int event_data_osquery(const char *text, const char *provider, int64_t id, cJSON **ret)
{
    cJSON *tree, *data = NULL;
    int    r = json_tree(text, strlen(text), &tree);
    cJSON *part = member(tree, "EventData");

    if (!part)
        part = member(tree, "UserData");
    r = r == -EBADMSG ? 0 : cJSON_IsArray(part) ? event_data_listed(part, provider, id, &data) : r;
    if (cJSON_IsObject(part))
        data = cJSON_DetachItemViaPointer(tree, part);
    cJSON_Delete(tree);
    return give(r == 0, data, ret);
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

int event_data_columns(const cJSON *root, cJSON **ret)
{
    static const char *const others[] = {"detections", "path", "count", "Count"};
    const char              *whole = string(root, "Event Data");
    cJSON                   *data = whole ? event_yaml(whole) : cJSON_CreateObject();
    bool                     made = data != NULL;

    for (const cJSON *item = root->child; made && !whole && item; item = item->next) {
        char name[64];
        bool keep = cJSON_IsString(item);
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
            keep = keep && strcmp(others[i], item->string) != 0;
        if (!keep)
            continue;
        name_of_column(item->string, name);
        made = add(data, name, cJSON_Duplicate(item, true));
    }
    return give(made, data, ret);
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

int event_data_rest(cJSON *root, cJSON **ret)
{
    cJSON *data = cJSON_CreateObject();
    bool   made = data != NULL;

    for (cJSON *item = root->child, *next; made && item; item = next) {
        bool keep = !cJSON_IsNull(item) && !(cJSON_IsString(item) && !*item->valuestring);
        next = item->next;
        for (size_t i = 0; i < sizeof azure / sizeof azure[0]; i++)
            keep = keep && strcmp(azure[i], item->string) != 0;
        if (!keep)
            continue;
        char *name = strdup(item->string);
        made = name && add(data, name, cJSON_DetachItemViaPointer(root, item));
        free(name);
    }
    return give(made, data, ret);
}
