#include "event_forms.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "event_form_parts.h"
#include "event_names.h"
#include "evtx.h"

/* Values ------------------------------------------------------------------------ */

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

/* The value of a field of System as the log has it. */
static cJSON *system_value(const char *name, cJSON *item)
{
    item = event_form_value(item);
    const char *text = cJSON_GetStringValue(item), *other = text;

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

/* Forms ------------------------------------------------------------------------- */

enum kept {
    DATA_OPENED,
    DATA_PAYLOAD,
    DATA_LISTED,
    DATA_DETAILS,
    DATA_REST,
    DATA_COLUMNS,
    DATA_OSQUERY
};

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
      {"Date", "TimeCreated"},
      {"Log Name", "Channel"},
      {"Log", "Channel"},
      {"Computer", "Computer"},
      {"Level", "Level"},
      {"Keywords", "Keywords"},
      {"Keyword", "Keywords"},
      {"User", "UserID"}}},
    {{"Event ID", "detections", "timestamp"},
     DATA_COLUMNS,
     {{"Event ID", "EventID"},
      {"Event.System.Provider", "ProviderName"},
      {"Provider", "ProviderName"},
      {"Record ID", "EventRecordID"},
      {"Computer", "Computer"},
      {"timestamp", "TimeCreated"}}},
    {{"eventid", "provider_name", "datetime"},
     DATA_OSQUERY,
     {{"eventid", "EventID"},
      {"provider_name", "ProviderName"},
      {"provider_guid", "ProviderGuid"},
      {"source", "Channel"},
      {"channel", "Channel"},
      {"computer_name", "Computer"},
      {"datetime", "TimeCreated"},
      {"pid", "ProcessID"},
      {"tid", "ThreadID"},
      {"task", "Task"},
      {"level", "Level"},
      {"keywords", "Keywords"}}},
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

static int64_t number_of(const cJSON *system)
{
    const cJSON *id = member(system, "EventID");

    return cJSON_IsNumber(id)   ? (int64_t)id->valuedouble
           : cJSON_IsString(id) ? strtoll(id->valuestring, NULL, 10)
                                : 0;
}

/* The provider of an event by its number alone, as chainsaw's own rules leave them; NULL: unknown. */
static const char *provider_of(int64_t id)
{
    return id >= 7000 && id <= 7045   ? loggers[0].other
           : id >= 4608 && id <= 5447 ? loggers[1].other
                                      : NULL;
}

/* Add the channel by the provider or the reverse, of those where each has one of the other. */
static bool complete(cJSON *system, const struct form *form)
{
    const char *channel = string(system, "Channel"), *provider = string(system, "ProviderName");
    const char *other = channel ? translate(loggers, channel) : NULL;

    if (!provider && form->kept == DATA_DETAILS && other != channel)
        provider = other;
    if (!provider && form->kept == DATA_COLUMNS)
        provider = provider_of(number_of(system));
    if (provider && !member(system, "ProviderName") &&
        !cJSON_AddStringToObject(system, "ProviderName", provider))
        return false;
    for (size_t i = 0; provider && !channel && loggers[i].word; i++)
        if (strcmp(loggers[i].other, provider) == 0)
            return cJSON_AddStringToObject(system, "Channel", loggers[i].word) != NULL;
    return true;
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
    if (!complete(system, form)) {
        cJSON_Delete(system);
        return NULL;
    }
    return system;
}

static const char *message_of(const cJSON *root)
{
    const char *message = string(root, "Message");

    return message ? message : string(root, "RenderedDescription");
}

/* The data beside System, of forms that have it in one of several places; NULL: none. */
static int data_beside(cJSON *root, const struct form *form, const char *provider, int64_t number,
                       cJSON **ret)
{
    const char *parameters = string(root, "ParameterXml"), *message = message_of(root);
    cJSON      *list = member(root, "Properties"), *opened = member(root, "EventData");
    int         r = 0;

    if (opened && (cJSON_IsObject(opened) || (cJSON_IsString(opened) && *opened->valuestring)))
        r = event_data_opened(cJSON_DetachItemViaPointer(root, opened), ret);
    if (*ret && member(*ret, "EventData")) { /* of a <DataItem> around it */
        cJSON *inner = cJSON_DetachItemViaPointer(*ret, member(*ret, "EventData"));
        become(ret, inner);
    }
    if (r == 0 && !*ret && form->kept == DATA_REST)
        return event_data_rest(root, ret);
    if (r == 0 && !*ret && cJSON_IsArray(list) && list->child)
        r = event_data_listed(list, provider, number, ret);
    if (r == 0 && !*ret && parameters && *parameters)
        r = event_data_parameters(parameters, provider, number, ret);
    if (r == 0 && !*ret && message)
        r = event_message_values(provider, number, message, ret);
    return r;
}

static int data_of(cJSON *root, const struct form *form, const cJSON *system, cJSON **ret)
{
    const char *provider = string(system, "ProviderName"), *osquery = string(root, "data");
    int64_t     number = number_of(system);

    provider = provider ? provider : "";
    switch (form->kept) {
    case DATA_PAYLOAD:
        return event_data_payload(root, ret);
    case DATA_DETAILS:
        return event_data_details(root, ret);
    case DATA_COLUMNS:
        return event_data_columns(root, ret);
    default:
        return form->kept == DATA_OSQUERY && osquery
                   ? event_data_osquery(osquery, provider, number, ret)
                   : data_beside(root, form, provider, number, ret);
    }
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
    cJSON *data = NULL;
    int    r = data_of(*root, form, system, &data);
    if (r < 0) {
        cJSON_Delete(system);
        return r;
    }
    return assemble(root, system, data ? data : cJSON_CreateObject(), message_of(*root));
}

/* Entry ------------------------------------------------------------------------- */

static int open_wazuh(cJSON **root)
{
    cJSON *system, *data;
    char  *message;
    int    r = event_form_wazuh(*root, &system, &data, &message);

    if (r > 0) {
        r = assemble(root, system, data, message);
        free(message);
    }
    return r;
}

int event_form_open(cJSON **root)
{
    int r = event_form_unwrap(root);

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
