#include "event_forms.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "event_names.h"
#include "event_xml_tree.h"
#include "evtx.h"

#define WRAPS_MAX 6 /* of one in another */

static cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *string(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(member(object, name));
}

static bool add(cJSON *object, const char *name, cJSON *item)
{
    if (item && cJSON_AddItemToObject(object, name, item))
        return true;
    cJSON_Delete(item);
    return false;
}

/* Replace the root by a part of it. */
static void become(cJSON **root, cJSON *part)
{
    cJSON_Delete(*root);
    *root = part;
}

/* Envelopes --------------------------------------------------------------------- */

static const char *const envelopes[][2] = {
    {"result", NULL}, {"_source", NULL}, {"fields", NULL}, {"document", "data"}, {"_raw", NULL}};

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
        char *name = wanted ? strdup(item->string) : NULL, *rest = name, *part;
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
        bool added = at && cJSON_IsObject(at) && part && add(at, part, value);
        if (!added && !(at && cJSON_IsObject(at)))
            cJSON_Delete(value);
        free(name);
        if (!at)
            return false;
    }
    return true;
}

/* Values ------------------------------------------------------------------------ */

double event_form_time(const char *text)
{
    struct evtx_value value = {(const uint8_t *)text, (uint32_t)strlen(text), EVTX_UTF8};
    double            time = evtx_value_time(&value);
    int               a, b, year, hour, minute, read = 0;
    double            second = 0;
    long long         ms;
    char              mark, iso[64], half[4] = "";

    if (!isnan(time))
        return time;
    if (sscanf(text, "/Date(%lld", &ms) == 1)
        return (double)ms / 1e3;
    if (sscanf(text, "%2d%1c%2d%*1[/.-]%4d%*[, ]%2d:%2d%n:%lf%n", &a, &mark, &b, &year, &hour,
               &minute, &read, &second, &read) < 6)
        return NAN;
    sscanf(text + read, " %2[AaPp]", half);
    bool twelve = *half;
    if (twelve)
        hour = hour % 12 + (*half == 'P' || *half == 'p' ? 12 : 0);
    bool month_first = mark == '/' && (twelve ? a <= 12 : b > 12);
    snprintf(iso, sizeof iso, "%04d-%02d-%02dT%02d:%02d:%09.6f", year, month_first ? a : b,
             month_first ? b : a, hour, minute, second);
    value = (struct evtx_value){(const uint8_t *)iso, (uint32_t)strlen(iso), EVTX_UTF8};
    return evtx_value_time(&value);
}

struct word {
    const char *word, *number;
};

static const struct word levels[] = {{"LogAlways", "0"}, {"Critical", "1"}, {"Error", "2"},
                                     {"Warning", "3"},   {"Warn", "3"},     {"Information", "4"},
                                     {"Info", "4"},      {"Verbose", "5"},  {"crit", "1"},
                                     {"high", "2"},      {"med", "3"},      {NULL, NULL}};
static const struct word masks[] = {
    {"Audit Success", "0x8020000000000000"}, {"Audit success", "0x8020000000000000"},
    {"Audit Failure", "0x8010000000000000"}, {"Audit failure", "0x8010000000000000"},
    {"Classic", "0x80000000000000"},         {NULL, NULL}};
/* Channels as hayabusa abbreviates them, and who logs the services' events there. */
static const struct word channels[] = {{"Sys", "System"},
                                       {"Sec", "Security"},
                                       {"App", "Application"},
                                       {"Sysmon", "Microsoft-Windows-Sysmon/Operational"},
                                       {"PwSh", "Microsoft-Windows-PowerShell/Operational"},
                                       {NULL, NULL}};
static const struct word loggers[] = {
    {"System", "Service Control Manager"},
    {"Security", "Microsoft-Windows-Security-Auditing"},
    {"Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon"},
    {"Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell"},
    {NULL, NULL}};

static const char *translate(const struct word *words, const char *word)
{
    for (; words->word; words++)
        if (strcmp(words->word, word) == 0)
            return words->number;
    return word;
}

/* The value of a field of System as the log has it. */
static cJSON *system_value(const char *name, cJSON *item)
{
    const char *text = cJSON_GetStringValue(item), *other = text;

    if (cJSON_IsObject(item)) { /* a SID or a time of PowerShell */
        cJSON *inner = member(item, "Value") ? member(item, "Value") : member(item, "value");
        if (inner) {
            inner = cJSON_DetachItemViaPointer(item, inner);
            become(&item, inner);
            text = other = cJSON_GetStringValue(item);
        }
    }
    if (!text)
        return item;
    if (strcmp(name, "TimeCreated") == 0) {
        double time = event_form_time(text);
        if (isnan(time))
            return item;
        become(&item, cJSON_CreateNumber(time));
        return item;
    }
    if (strcmp(name, "Level") == 0)
        other = translate(levels, text);
    else if (strcmp(name, "Keywords") == 0)
        other = translate(masks, text);
    else if (strcmp(name, "ProviderName") == 0)
        other = event_provider_name(text);
    else if (strcmp(name, "Channel") == 0)
        other = translate(channels, text);
    if (strcmp(name, "ProviderGuid") == 0 && *text && *text != '{') {
        char braced[64];
        snprintf(braced, sizeof braced, "{%s}", text);
        become(&item, cJSON_CreateString(braced));
    } else if (other != text)
        become(&item, cJSON_CreateString(other));
    return item;
}

/* Data -------------------------------------------------------------------------- */

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

/* EventData as an object, as JSON in a string, or as XML. NULL where it is none of them. */
static cJSON *open_data(cJSON *item)
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
static cJSON *payload_data(cJSON *root)
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
static cJSON *listed_data(cJSON *list, const char *provider, int64_t id)
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
            copy = system_value("", copy);
        if (!data || !add(data, name ? name : number, copy)) {
            cJSON_Delete(data);
            return NULL;
        }
    }
    return data;
}

/* Azure's ParameterXml: <Param>a</Param><Param>b</Param>. */
static cJSON *parameter_data(const char *xml, const char *provider, int64_t id)
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
        data = listed_data(list, provider, id);
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

static cJSON *detail_data(cJSON *root)
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

/* Forms ------------------------------------------------------------------------- */

enum kept { DATA_OPENED, DATA_PAYLOAD, DATA_LISTED, DATA_DETAILS, DATA_REST };

struct rename {
    const char *from, *to;
};

static const struct form {
    const char   *has[4]; /* members that it is known by */
    enum kept     kept;
    struct rename system[16];
} forms[] = {
    {{"EventRecordId", "Payload"},
     DATA_PAYLOAD,
     {{"EventId", "EventID"},
      {"Provider", "ProviderName"},
      {"EventRecordId", "EventRecordID"},
      {"Channel", "Channel"},
      {"Computer", "Computer"},
      {"ProcessId", "ProcessID"},
      {"ThreadId", "ThreadID"},
      {"UserId", "UserID"},
      {"TimeCreated", "TimeCreated"},
      {"Level", "Level"},
      {"Keywords", "Keywords"}}},
    {{"Id", "ProviderName", "LogName"},
     DATA_LISTED,
     {{"Id", "EventID"},
      {"ProviderName", "ProviderName"},
      {"ProviderId", "ProviderGuid"},
      {"LogName", "Channel"},
      {"MachineName", "Computer"},
      {"RecordId", "EventRecordID"},
      {"ProcessId", "ProcessID"},
      {"ThreadId", "ThreadID"},
      {"UserId", "UserID"},
      {"TimeCreated", "TimeCreated"},
      {"ActivityId", "ActivityID"},
      {"Level", "Level"},
      {"Version", "Version"},
      {"Task", "Task"},
      {"Opcode", "Opcode"},
      {"Keywords", "Keywords"}}},
    {{"Event ID", "Source"},
     DATA_LISTED,
     {{"Event ID", "EventID"},
      {"Source", "ProviderName"},
      {"Date and Time", "TimeCreated"},
      {"Log Name", "Channel"},
      {"Log", "Channel"},
      {"Computer", "Computer"},
      {"Level", "Level"},
      {"Keywords", "Keywords"},
      {"User", "UserID"}}},
    {{"EventCode", "SourceName"},
     DATA_LISTED,
     {{"EventCode", "EventID"},
      {"SourceName", "ProviderName"},
      {"LogName", "Channel"},
      {"ComputerName", "Computer"},
      {"RecordNumber", "EventRecordID"},
      {"TimeCreated", "TimeCreated"},
      {"_time", "TimeCreated"},
      {"Sid", "UserID"},
      {"Keywords", "Keywords"}}},
    {{"EventID", "Channel", "RuleTitle"},
     DATA_DETAILS,
     {{"EventID", "EventID"},
      {"Provider", "ProviderName"},
      {"Channel", "Channel"},
      {"Computer", "Computer"},
      {"RecordID", "EventRecordID"},
      {"Timestamp", "TimeCreated"}}},
    {{"EventID", "Source", "EventLog"},
     DATA_OPENED,
     {{"EventID", "EventID"},
      {"Source", "ProviderName"},
      {"EventLog", "Channel"},
      {"Computer", "Computer"},
      {"TimeGenerated", "TimeCreated"},
      {"EventLevel", "Level"}}},
    {{"EventID", "Provider", "SystemProcessId"},
     DATA_OPENED,
     {{"EventID", "EventID"},
      {"Provider", "ProviderName"},
      {"Channel", "Channel"},
      {"Computer", "Computer"},
      {"TimeGenerated", "TimeCreated"},
      {"EventLevel", "Level"},
      {"EventRecordId", "EventRecordID"},
      {"SystemUserId", "UserID"},
      {"SystemProcessId", "ProcessID"},
      {"SystemThreadId", "ThreadID"},
      {"Task", "Task"},
      {"Opcode", "Opcode"},
      {"Version", "Version"},
      {"Keywords", "Keywords"}}},
    {{"EventID", "EventSourceName", "TimeGenerated"},
     DATA_REST,
     {{"EventID", "EventID"},
      {"EventSourceName", "ProviderName"},
      {"Channel", "Channel"},
      {"Computer", "Computer"},
      {"TimeGenerated", "TimeCreated"},
      {"Level", "Level"},
      {"Task", "Task"},
      {"EventRecordId", "EventRecordID"},
      {"SystemUserId", "UserID"},
      {"SystemProcessId", "ProcessID"},
      {"SystemThreadId", "ThreadID"},
      {"Keywords", "Keywords"},
      {"Version", "Version"}}},
};

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

static cJSON *rest_data(cJSON *root)
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

static const struct form *form_of(const cJSON *root)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        bool all = true;
        for (int h = 0; h < 4 && forms[i].has[h]; h++)
            all = all && member(root, forms[i].has[h]);
        if (all)
            return &forms[i];
    }
    return NULL;
}

static cJSON *system_of(cJSON *root, const struct form *form)
{
    cJSON *system = cJSON_CreateObject();

    for (size_t i = 0; system && i < 16 && form->system[i].from; i++) {
        const struct rename *rename = &form->system[i];
        cJSON               *item = member(root, rename->from);
        if (!item || member(system, rename->to))
            continue;
        cJSON_DetachItemViaPointer(root, item);
        if (!add(system, rename->to, system_value(rename->to, item))) {
            cJSON_Delete(system);
            return NULL;
        }
    }
    const char *channel = string(system, "Channel");
    if (channel && form->kept == DATA_DETAILS && !member(system, "ProviderName"))
        cJSON_AddStringToObject(system, "ProviderName", translate(loggers, channel));
    return system;
}

static const char *message_of(const cJSON *root)
{
    const char *message = string(root, "Message");

    return message ? message : string(root, "RenderedDescription");
}

static cJSON *data_of(cJSON *root, const struct form *form, const cJSON *system)
{
    const char *provider = string(system, "ProviderName"), *message = message_of(root);
    const char *parameters = string(root, "ParameterXml");
    cJSON      *id = member(system, "EventID"), *list = member(root, "Properties");
    cJSON      *opened = member(root, "EventData"), *data = NULL;
    int64_t     number = cJSON_IsNumber(id)   ? (int64_t)id->valuedouble
                         : cJSON_IsString(id) ? strtoll(id->valuestring, NULL, 10)
                                              : 0;

    provider = provider ? provider : "";
    if (form->kept == DATA_PAYLOAD)
        return payload_data(root);
    if (form->kept == DATA_DETAILS)
        return detail_data(root);
    if (opened && (cJSON_IsObject(opened) || (cJSON_IsString(opened) && *opened->valuestring)))
        data = open_data(cJSON_DetachItemViaPointer(root, opened));
    if (data && member(data, "EventData")) { /* of a <DataItem> around it */
        cJSON *inner = cJSON_DetachItemViaPointer(data, member(data, "EventData"));
        become(&data, inner);
    }
    if (!data && form->kept == DATA_REST)
        return rest_data(root);
    if (!data && cJSON_IsArray(list) && list->child)
        data = listed_data(list, provider, number);
    if (!data && parameters && *parameters)
        data = parameter_data(parameters, provider, number);
    if (!data && message)
        data = event_message_values(provider, number, message);
    return data ? data : cJSON_CreateObject();
}

/* {"Event": {"System": ..., "EventData": ...}, "Message": ...} */
static int assemble(cJSON **root, cJSON *system, cJSON *data, const char *message)
{
    cJSON *whole = cJSON_CreateObject(), *event = cJSON_CreateObject();

    bool added = add(event, "System", system);
    added = add(event, "EventData", data) && added;
    added = added && (!message || cJSON_AddStringToObject(whole, "Message", message));
    added = add(whole, "Event", event) && added;
    if (!added) {
        cJSON_Delete(whole);
        return -ENOMEM;
    }
    become(root, whole);
    return 0;
}

static int open_form(cJSON **root)
{
    const struct form *form = form_of(*root);

    if (!form)
        return 0;
    cJSON *system = system_of(*root, form);
    if (!system)
        return -ENOMEM;
    cJSON *data = data_of(*root, form, system);
    return assemble(root, system, data, message_of(*root));
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
        bool added = name && copy && add(copy, name, value);
        free(name);
        if (!added) {
            cJSON_Delete(copy);
            return NULL;
        }
    }
    return copy;
}

static int open_wazuh(cJSON **root)
{
    const cJSON *win = member(member(*root, "data"), "win"), *system = member(win, "system"), *data;

    if (!system)
        return 0;
    for (data = win->child; data && data == system; data = data->next)
        ;
    cJSON      *fields = restored(system), *values = restored(data);
    const char *message = string(fields, "Message");
    cJSON      *time = member(fields, "SystemTime");

    if (!fields || !values) {
        cJSON_Delete(fields);
        cJSON_Delete(values);
        return -ENOMEM;
    }
    if (time && !add(fields, "TimeCreated", cJSON_Duplicate(time, true))) {
        cJSON_Delete(fields);
        cJSON_Delete(values);
        return -ENOMEM;
    }
    size_t size = message ? strlen(message) : 0;
    char  *plain = NULL;
    if (size >= 2 && *message == '"' && message[size - 1] == '"')
        plain = strndup(message + 1, size - 2);
    int r = assemble(root, fields, values, NULL);
    if (r == 0 && plain)
        cJSON_AddStringToObject(*root, "Message", plain);
    free(plain);
    return r;
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
            bool  good = time && !isnan(event_form_time(time));
            if (good && !member(root, "_time"))
                cJSON_AddStringToObject(root, "TimeCreated", time);
            free(time);
        }
        raw += size + strspn(raw + size, "\r\n");
    }
    return true;
}

/* An event as JSON in the text of a message, as transports hand it on. */
static void open_message(cJSON **root)
{
    const char *text = string(*root, "message");
    cJSON      *inner = text && *text == '{' ? cJSON_Parse(text) : NULL;

    if (cJSON_IsObject(inner) && (member(inner, "EventID") || member(inner, "Event") ||
                                  member(inner, "winlog") || member(inner, "event_id")))
        become(root, inner);
    else
        cJSON_Delete(inner);
}

static int open_raw(cJSON *root)
{
    const char *raw = string(root, "_raw");

    if (!raw || !strstr(raw, "EventCode=") || strstr(raw, "<Event"))
        return 0;
    return add_classic(root, raw) ? 0 : -ENOMEM;
}

/* Entry ------------------------------------------------------------------------- */

int event_form_open(cJSON **root)
{
    for (int i = 0; i < WRAPS_MAX; i++) {
        cJSON *inner = member(*root, "System") ? NULL : take_out(*root);
        if (!inner)
            break;
        become(root, inner);
    }
    open_message(root);
    if (!nest(*root))
        return -ENOMEM;
    int r = open_raw(*root);
    if (r == 0)
        r = open_wazuh(root);
    return r < 0 || member(*root, "Event") || member(*root, "System") ? r : open_form(root);
}

bool event_form_is_csv(const char *text, size_t size)
{
    static const char *const columns[] = {"EventRecordId", "Event ID",  "EventID",
                                          "ProviderName",  "EventCode", "winlog.event_id"};
    bool                     marked = size > 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;

    text += marked ? 3 : 0;
    size -= marked ? 3 : 0;
    const char *end = memchr(text, '\n', size);
    bool        type = size > 5 && memcmp(text, "#TYPE", 5) == 0;

    if (type && end) {
        size -= (size_t)(end + 1 - text);
        text = end + 1;
        end = memchr(text, '\n', size);
    }
    size_t line = end ? (size_t)(end - text) : size;
    if (!line || memchr(text, '{', line) || memchr(text, '<', line))
        return false;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        const char *at = memmem(text, line, columns[i], strlen(columns[i]));
        size_t      after = at ? (size_t)(at - text) + strlen(columns[i]) : 0;
        bool        begins = at == text || (at && strchr(",;\t\"", at[-1]));
        if (begins && (after == line || strchr(",;\t\"\r", text[after])))
            return true;
    }
    /* Splunk exports the events themselves in a column; others than Windows' too. */
    return memmem(text, line, "_raw", 4) &&
           (memmem(text, size, "<Event ", 7) || memmem(text, size, "EventCode=", 10));
}
