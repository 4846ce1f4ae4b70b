/* powershell_tools.c -- the cmdlets that work on services, on their registry keys and on their WMI
 * class, from Microsoft's command references. */
#include <string.h>
#include <strings.h>

#include "service_tools.h"

/* clang-format off */
static const struct cmdlet {
    const char *name, *alias, *verb;
} cmdlets[] = {
    {"get-service", "gsv", "Get-Service"},
    {"new-service", NULL, "New-Service"},
    {"remove-service", NULL, "Remove-Service"},
    {"restart-service", NULL, "Restart-Service"},
    {"resume-service", NULL, "Resume-Service"},
    {"set-service", NULL, "Set-Service"},
    {"start-service", "sasv", "Start-Service"},
    {"stop-service", "spsv", "Stop-Service"},
    {"suspend-service", NULL, "Suspend-Service"},
    {"set-itemproperty", "sp", "Set-ItemProperty"},
    {"new-itemproperty", NULL, "New-ItemProperty"},
    {"remove-itemproperty", "rp", "Remove-ItemProperty"},
    {"get-itemproperty", "gp", "Get-ItemProperty"},
    {"new-item", "ni", "New-Item"},
    {"remove-item", "ri", "Remove-Item"},
    {"invoke-cimmethod", "icim", "Invoke-CimMethod"},
    {"invoke-wmimethod", "iwmi", "Invoke-WmiMethod"},
    {"get-wmiobject", "gwmi", "Get-WmiObject"},
    {"get-ciminstance", "gcim", "Get-CimInstance"},
};
/* clang-format on */

static const char *cmdlet_verb(const char *name)
{
    for (size_t i = 0; i < sizeof cmdlets / sizeof cmdlets[0]; i++)
        if (strcmp(name, cmdlets[i].name) == 0 ||
            (cmdlets[i].alias && strcmp(name, cmdlets[i].alias) == 0))
            return cmdlets[i].verb;
    return NULL;
}

/* Whether `text` is a parameter, "-Name"; PowerShell accepts any prefix of the name. */
static bool parameter(const char *text, const char *name)
{
    size_t size = strlen(text + 1);

    return text[0] == '-' && size && strncasecmp(text + 1, name, size) == 0;
}

static bool is_switch(const char *text)
{
    static const char *const switches[] = {
        "force", "passthru", "confirm", "whatif",           "verbose",
        "debug", "nowait",   "recurse", "requiredservices", "dependentservices"};

    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (parameter(text, switches[i]))
            return true;
    return strchr(text, ':') != NULL;
}

/* The names in "a,b" or "a," */
static void add_names(struct tool_call *call, struct service_use *use, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, ",");

        if (size)
            tool_target(call, use, arena_strndup(call->arena, text, size));
        text += size + (text[size] ? 1 : 0);
    }
}

struct cmdlet_call {
    size_t      positional;
    const char *key, *class, *method;
    bool        more_names; /* the list of names goes on with the next word */
};

static void cmdlet_parameter(struct tool_call *call, const char *name, const char *value,
                             struct cmdlet_call *cmdlet, struct service_use *use)
{
    bool names = parameter(name, "name") || parameter(name, "displayname") ||
                 parameter(name, "inputobject") || parameter(name, "servicename");
    bool        service = strstr(use->verb, "-Service");
    const char *found = NULL;

    if (parameter(name, "computername") || strcasecmp(name, "-cn") == 0)
        use->remote = value;
    if (parameter(name, "path") || parameter(name, "literalpath"))
        cmdlet->key = value;
    if (parameter(name, "classname") || strcasecmp(name, "-class") == 0)
        cmdlet->class = value;
    if (parameter(name, "methodname"))
        cmdlet->method = value;
    if (parameter(name, "arguments") && strstr(use->verb, "Invoke") && strcasestr(value, "name"))
        found = tool_where_value(call->arena, strcasestr(value, "name"));
    if (parameter(name, "filter") || parameter(name, "query")) {
        found = tool_where_value(call->arena, value);
        if (parameter(name, "query") && strcasestr(value, "win32_service"))
            cmdlet->class = "win32_service";
    }
    if (found)
        tool_target(call, use, found);
    if (names && service && strncasecmp(name, "-display", 8) != 0) {
        add_names(call, use, value);
        cmdlet->more_names = *value && value[strlen(value) - 1] == ',';
    } else if (names && service && strcmp(use->verb, "New-Service") != 0) {
        add_names(call, use, value);
    }
    tool_option(call, use, name, value);
}

static void cmdlet_operand(struct tool_call *call, const char *text, struct cmdlet_call *cmdlet,
                           struct service_use *use)
{
    size_t position = cmdlet->positional++;
    bool   service = strstr(use->verb, "-Service");

    if (service && (position == 0 || cmdlet->more_names)) {
        add_names(call, use, text);
        cmdlet->more_names = text[0] && text[strlen(text) - 1] == ',';
    } else if (strcmp(use->verb, "New-Service") == 0 && position == 1) {
        tool_option(call, use, "-BinaryPathName", text);
    } else {
        if (!service && position == 0)
            cmdlet->key = cmdlet->class = text;
        else if (!service && position == 1)
            cmdlet->method = text;
        tool_option(call, use, text, NULL);
    }
}

static bool service_class(const char *class)
{
    return class && word_in("win32_service win32_baseservice win32_systemdriver", class, true);
}

bool read_cmdlet(struct tool_call *call, struct service_use *use)
{
    struct cmdlet_call cmdlet = {0};

    use->verb = cmdlet_verb(call->name);
    use->spliced = call->words[0].spliced;
    for (size_t i = 1; i < call->n; i++) {
        const char *text = call->words[i].text, *next = tool_word(call, i + 1);

        if (text[0] != '-' || call->words[i].quoted)
            cmdlet_operand(call, text, &cmdlet, use);
        else if (is_switch(text) || !next)
            tool_option(call, use, text, NULL);
        else
            cmdlet_parameter(call, text, call->words[++i].text, &cmdlet, use);
    }
    if (strstr(use->verb, "-Service"))
        return true;
    if (strstr(use->verb, "Item"))
        return tool_use_of_key(call, cmdlet.key, use);
    if (!strstr(use->verb, "Invoke"))
        return service_class(cmdlet.class);
    if (cmdlet.method)
        use->verb = cmdlet.method;
    return cmdlet.method &&
           (cmdlet.class ? service_class(cmdlet.class) /* else of its pipe's input */
                         : strcasestr(cmdlet.method, "service") ||
                               strcasestr(cmdlet.method, "startmode"));
}
