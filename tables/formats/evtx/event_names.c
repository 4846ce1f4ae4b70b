#include "event_names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/text/buffer.h"

#define VALUES_MAX 32

static const char manager[] = "Service Control Manager";
static const char audit[] = "Microsoft-Windows-Security-Auditing";
static const char sysmon[] = "Microsoft-Windows-Sysmon";

/* Values of events in the order of their manifests (`wevtutil gp NAME /ge /gm`); later versions of
 * Windows add some at the end. */
static const struct event {
    const char *provider;
    int64_t     id;
    const char *names[VALUES_MAX];
} events[] = {
    {manager, 7000, {"param1", "param2"}},
    {manager, 7009, {"param1", "param2"}},
    {manager, 7023, {"param1", "param2"}},
    {manager, 7024, {"param1", "param2"}},
    {manager, 7030, {"param1"}},
    {manager, 7031, {"param1", "param2", "param3", "param4", "param5"}},
    {manager, 7034, {"param1", "param2"}},
    {manager, 7035, {"param1", "param2"}},
    {manager, 7036, {"param1", "param2"}},
    {manager, 7040, {"param1", "param2", "param3", "param4"}},
    {manager, 7045, {"ServiceName", "ImagePath", "ServiceType", "StartType", "AccountName"}},
    {audit,
     4697,
     {"SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "ServiceName",
      "ServiceFileName", "ServiceType", "ServiceStartType", "ServiceAccount",
      "ClientProcessStartKey", "ClientProcessId", "ParentProcessId"}},
    {audit,
     4688,
     {"SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "NewProcessId",
      "NewProcessName", "TokenElevationType", "ProcessId", "CommandLine", "TargetUserSid",
      "TargetUserName", "TargetDomainName", "TargetLogonId", "ParentProcessName",
      "MandatoryLabel"}},
    {audit,
     4656,
     {"SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "ObjectServer",
      "ObjectType", "ObjectName", "HandleId", "TransactionId", "AccessList", "AccessReason",
      "AccessMask", "PrivilegeList", "RestrictedSidCount", "ProcessId", "ProcessName"}},
    {audit,
     4657,
     {"SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "ObjectName",
      "ObjectValueName", "HandleId", "OperationType", "OldValueType", "OldValue", "NewValueType",
      "NewValue", "ProcessId", "ProcessName"}},
    {audit,
     4663,
     {"SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "ObjectServer",
      "ObjectType", "ObjectName", "HandleId", "AccessList", "AccessMask", "ProcessId",
      "ProcessName", "ResourceAttributes"}},
    {audit,
     4624,
     {"SubjectUserSid",
      "SubjectUserName",
      "SubjectDomainName",
      "SubjectLogonId",
      "TargetUserSid",
      "TargetUserName",
      "TargetDomainName",
      "TargetLogonId",
      "LogonType",
      "LogonProcessName",
      "AuthenticationPackageName",
      "WorkstationName",
      "LogonGuid",
      "TransmittedServices",
      "LmPackageName",
      "KeyLength",
      "ProcessId",
      "ProcessName",
      "IpAddress",
      "IpPort"}},
    {audit,
     4625,
     {"SubjectUserSid",
      "SubjectUserName",
      "SubjectDomainName",
      "SubjectLogonId",
      "TargetUserSid",
      "TargetUserName",
      "TargetDomainName",
      "Status",
      "FailureReason",
      "SubStatus",
      "LogonType",
      "LogonProcessName",
      "AuthenticationPackageName",
      "WorkstationName",
      "TransmittedServices",
      "LmPackageName",
      "KeyLength",
      "ProcessId",
      "ProcessName",
      "IpAddress",
      "IpPort"}},
    {audit,
     4672,
     {"SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "PrivilegeList"}},
    {audit,
     5145,
     {"SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "ObjectType",
      "IpAddress", "IpPort", "ShareName", "ShareLocalPath", "RelativeTargetName", "AccessMask",
      "AccessList", "AccessReason"}},
    {sysmon, 1, {"RuleName",
                 "UtcTime",
                 "ProcessGuid",
                 "ProcessId",
                 "Image",
                 "FileVersion",
                 "Description",
                 "Product",
                 "Company",
                 "OriginalFileName",
                 "CommandLine",
                 "CurrentDirectory",
                 "User",
                 "LogonGuid",
                 "LogonId",
                 "TerminalSessionId",
                 "IntegrityLevel",
                 "Hashes",
                 "ParentProcessGuid",
                 "ParentProcessId",
                 "ParentImage",
                 "ParentCommandLine",
                 "ParentUser"}},
    {sysmon,
     11,
     {"RuleName", "UtcTime", "ProcessGuid", "ProcessId", "Image", "TargetFilename",
      "CreationUtcTime", "User"}},
    {sysmon,
     13,
     {"RuleName", "EventType", "UtcTime", "ProcessGuid", "ProcessId", "Image", "TargetObject",
      "Details", "User"}},
    {"Microsoft-Windows-PowerShell",
     4104,
     {"MessageNumber", "MessageTotal", "ScriptBlockText", "ScriptBlockId", "Path"}},
    {"Microsoft-Windows-PowerShell", 4103, {"ContextInfo", "UserData", "Payload"}},
};
#define N_EVENTS (sizeof events / sizeof events[0])

static const struct event *find(const char *provider, int64_t id)
{
    for (size_t i = 0; i < N_EVENTS; i++)
        if (events[i].id == id && strcasecmp(events[i].provider, provider) == 0)
            return &events[i];
    return NULL;
}

const char *event_value_name(const char *provider, int64_t id, size_t i)
{
    const struct event *event = find(provider, id);

    return event && i < VALUES_MAX ? event->names[i] : NULL;
}

const char *event_provider_name(const char *shown)
{
    static const char *const names[][2] = {
        {"Microsoft Windows security auditing.", audit},
        {"Sysmon", sysmon},
        {"PowerShell (Microsoft-Windows-PowerShell)", "Microsoft-Windows-PowerShell"},
        {"Eventlog", "Microsoft-Windows-Eventlog"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(names[i][0], shown) == 0)
            return names[i][1];
    return shown;
}

/* Messages ---------------------------------------------------------------------- */

/* What a message calls a value, where that is not its name with blanks. A section is "Subject:". */
static const struct label {
    const char *section, *label, *name;
} labels[] = {
    {NULL, "Service File Name", "ImagePath"},
    {NULL, "Service Start Type", "StartType"},
    {NULL, "Service Account", "AccountName"},
    {"Service Information", "Service File Name", "ServiceFileName"},
    {"Service Information", "Service Start Type", "ServiceStartType"},
    {"Service Information", "Service Account", "ServiceAccount"},
    {"Subject", "Security ID", "SubjectUserSid"},
    {"Subject", "Account Name", "SubjectUserName"},
    {"Subject", "Account Domain", "SubjectDomainName"},
    {"Subject", "Logon ID", "SubjectLogonId"},
    {"Creator Subject", "Security ID", "SubjectUserSid"},
    {"Creator Subject", "Account Name", "SubjectUserName"},
    {"Creator Subject", "Account Domain", "SubjectDomainName"},
    {"Creator Subject", "Logon ID", "SubjectLogonId"},
    {"Target Subject", "Security ID", "TargetUserSid"},
    {"Target Subject", "Account Name", "TargetUserName"},
    {"Target Subject", "Account Domain", "TargetDomainName"},
    {"Target Subject", "Logon ID", "TargetLogonId"},
    {"New Logon", "Security ID", "TargetUserSid"},
    {"New Logon", "Account Name", "TargetUserName"},
    {"New Logon", "Account Domain", "TargetDomainName"},
    {"New Logon", "Logon ID", "TargetLogonId"},
    {"Logon Information", "Logon Type", "LogonType"},
    {"Network Information", "Source Network Address", "IpAddress"},
    {"Network Information", "Source Address", "IpAddress"},
    {"Network Information", "Source Port", "IpPort"},
    {"Network Information", "Workstation Name", "WorkstationName"},
    {"Process Information", "Creator Process ID", "ProcessId"},
    {"Process Information", "Creator Process Name", "ParentProcessName"},
    {"Process Information", "Process Command Line", "CommandLine"},
    {"Process Information", "New Process ID", "NewProcessId"},
    {"Process Information", "Process ID", "ProcessId"},
    {"Access Request Information", "Accesses", "AccessList"},
    {"Change Information", "Old Value Type", "OldValueType"},
    {"Object", "Object Value Name", "ObjectValueName"},
};

/* Without an own label, the name is the label without blanks: "Object Server", Sysmon's "Image". */
void event_label_name(const char *section, const char *label, char *ret, size_t room)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i].label, label) == 0 &&
            (labels[i].section ? strcmp(labels[i].section, section) == 0 : !*section)) {
            snprintf(ret, room, "%s", labels[i].name);
            return;
        }
    for (; *label && n + 1 < room; label++)
        if (*label != ' ')
            ret[n++] = *label;
    ret[n] = '\0';
}

static void trim(const char **text, size_t *size)
{
    while (*size && memchr(" \t\r\n", **text, 4))
        ++*text, --*size;
    while (*size && memchr(" \t\r\n", (*text)[*size - 1], 4))
        --*size;
}

static bool add_value(cJSON *values, const char *name, const char *text, size_t size)
{
    struct buffer copy = {0};

    buffer_put(&copy, text, size);
    const char *value = buffer_text(&copy);
    bool        added = value && cJSON_AddStringToObject(values, name, value);
    buffer_free(&copy);
    return added;
}

/* A line "Label: value", or "Label:" that begins a section. */
static bool add_line(cJSON *values, const char *line, size_t size, char section[64])
{
    const char *colon = memchr(line, ':', size), *label = line;
    char        text[64], name[64];

    if (!colon)
        return true;
    size_t length = (size_t)(colon - line), left = size - length - 1;
    bool   indented = *line == '\t';
    trim(&label, &length);
    const char *value = colon + 1;
    trim(&value, &left);
    if (!length || length >= sizeof text)
        return true;
    snprintf(text, sizeof text, "%.*s", (int)length, label);
    if (!left && !indented) {
        strcpy(section, text);
        return true;
    }
    event_label_name(section, text, name, sizeof name);
    return cJSON_GetObjectItemCaseSensitive(values, name) || add_value(values, name, value, left);
}

static bool add_lines(cJSON *values, const char *message)
{
    char section[64] = "";

    while (*message) {
        size_t size = strcspn(message, "\n");
        if (!add_line(values, message, size, section))
            return false;
        message += size + (message[size] == '\n');
    }
    return true;
}

/* Sentences of the Service Control Manager: what is between the words are the values. "" at the end:
 * until the end. */
static const struct sentence {
    int64_t     id;
    const char *parts[6];
} sentences[] = {
    {7036, {"The ", " service entered the ", " state.", NULL}},
    {7034, {"The ", " service terminated unexpectedly.  It has done this ", " time(s).", NULL}},
    {7035, {"The ", " service was successfully sent a ", " control.", NULL}},
    {7040, {"The start type of the ", " service was changed from ", " to ", ".", NULL}},
    {7030, {"The ", " service is marked as an interactive service.", NULL}},
    {7000, {"The ", " service failed to start due to the following error: ", "", NULL}},
    {7023, {"The ", " service terminated with the following error: ", "", NULL}},
};

static bool add_sentence(cJSON *values, const struct sentence *sentence, const char *message)
{
    char name[16];

    if (strncmp(message, sentence->parts[0], strlen(sentence->parts[0])) != 0)
        return true;
    message += strlen(sentence->parts[0]);
    for (int i = 1; sentence->parts[i]; i++) {
        const char *part = sentence->parts[i], *end = *part ? strstr(message, part) : NULL;
        if (*part && !end)
            return true;
        size_t size = end ? (size_t)(end - message) : strlen(message);
        snprintf(name, sizeof name, "param%d", i);
        trim(&message, &size);
        if (!add_value(values, name, message, size))
            return false;
        message = end ? end + strlen(part) : message + size;
    }
    return true;
}

int event_message_values(const char *provider, int64_t id, const char *message, cJSON **ret)
{
    cJSON *values = cJSON_CreateObject();
    bool   whole = values != NULL;

    for (size_t i = 0; whole && i < sizeof sentences / sizeof sentences[0]; i++)
        if (sentences[i].id == id && strcasecmp(provider, manager) == 0)
            whole = add_sentence(values, &sentences[i], message);
    if (whole && !values->child)
        whole = add_lines(values, message);
    if (whole && values->child) {
        *ret = values;
        return 0;
    }
    cJSON_Delete(values);
    *ret = NULL;
    return whole ? 0 : -ENOMEM;
}
