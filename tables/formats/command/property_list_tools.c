/* property_list_tools.c -- programs that change a job of launchd in its property list: plutil(1),
 * PlistBuddy(8), defaults(1) of macOS. Other property lists are none of a service's. */
#include <string.h>

#include "service_tools.h"

static bool is_job_path(const char *path)
{
    return strstr(path, "/LaunchDaemons/") || strstr(path, "/LaunchAgents/");
}

/* The last word, should it be the property list of a job. */
static bool take_last(struct tool_call *call, struct service_use *use)
{
    const char *path = call->n > 2 ? call->words[call->n - 1].text : "";

    if (!is_job_path(path))
        return false;
    text_list_add(call->arena, &use->targets, path);
    return true;
}

/* plutil -replace KEY -TYPE VALUE FILE, -insert, -append, -remove KEY FILE */
static bool read_plutil(struct tool_call *call, struct service_use *use)
{
    const char *verb = tool_word(call, 1);

    if (!verb || !word_in("-replace -insert -append -remove -create", verb, false) ||
        !take_last(call, use))
        return false;
    use->verb = verb + 1;
    for (size_t i = 2; i + 1 < call->n; i++)
        text_list_add(call->arena, &use->options, call->words[i].text);
    return true;
}

/* PlistBuddy -c "Set :RunAtLoad true" [-c ...] FILE */
static bool read_plist_buddy(struct tool_call *call, struct service_use *use)
{
    for (size_t i = 1; i + 2 < call->n; i++) {
        const char *command = call->words[i + 1].text;

        if (strcmp(call->words[i].text, "-c") != 0)
            continue;
        const char *verb =
            text_lower(call->arena, arena_strndup(call->arena, command, strcspn(command, " ")));
        if (word_in("set add delete copy merge import clear", verb, false) && !use->verb)
            use->verb = verb;
        text_list_add(call->arena, &use->options, command);
    }
    return use->verb && take_last(call, use);
}

/* defaults write|delete|import PATH [KEY [VALUE...]] */
static bool read_defaults(struct tool_call *call, struct service_use *use)
{
    size_t i = 1;

    if (tool_word(call, i) && strcmp(tool_word(call, i), "-currentHost") == 0)
        i++;
    const char *verb = tool_word(call, i), *path = verb ? tool_word(call, i + 1) : NULL;
    if (!path || !word_in("write delete import rename", verb, false) || !is_job_path(path))
        return false;
    use->verb = verb;
    text_list_add(call->arena, &use->targets, path);
    for (i += 2; i < call->n; i++)
        text_list_add(call->arena, &use->options, call->words[i].text);
    return true;
}

const struct service_tool property_list_tools[] = {
    {"plutil", "plutil", read_plutil, NULL, NULL, 0, NULL},
    {"PlistBuddy", "PlistBuddy", read_plist_buddy, NULL, NULL, 0, NULL},
    {"defaults", "defaults", read_defaults, NULL, NULL, 0, NULL},
    {0},
};
