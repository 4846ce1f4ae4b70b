/* windows_words.c -- the common part of the readers of Windows' tools and of cmdlets. */
#include <string.h>
#include <strings.h>

#include "service_tools.h"

/* Every reader here sees words as written: Windows has no common form of options. */
const char *tool_word(const struct tool_call *call, size_t i)
{
    return i < call->n ? call->words[i].text : NULL;
}

void tool_target(struct tool_call *call, struct service_use *use, const char *text)
{
    text_list_add(call->arena, &use->targets, text);
}

void tool_option(struct tool_call *call, struct service_use *use, const char *name,
                 const char *value)
{
    text_list_add(call->arena, &use->options,
                  value ? text_printf(call->arena, "%s=%s", name, value) : name);
}

/* The value between quotes, or up to a closing parenthesis, after the first "=" or "like". */
const char *tool_where_value(struct arena *arena, const char *clause)
{
    const char *equals = strchr(clause, '=');
    size_t      size;

    if (!equals)
        equals = strcasestr(clause, "like ");
    if (!equals)
        return NULL;
    equals += *equals == '=' ? 1 : 5;
    equals += strspn(equals, " '\"\\");
    size = strcspn(equals, "'\"\\)");
    return size ? arena_strndup(arena, equals, size) : NULL;
}

/* The service whose registry key this is, "" for the parent of all, NULL for another key. */
static const char *service_of_key(struct arena *arena, const char *key)
{
    const char *system = strcasestr(key, "\\system\\"), *found;
    size_t      size;

    if (!system)
        system = strcasestr(key, ":system\\"); /* HKLM:SYSTEM\... */
    if (!system)
        return NULL;
    found = strcasestr(system, "\\services");
    if (!found || (found[9] && found[9] != '\\'))
        return NULL;
    if (!found[9])
        return "";
    size = strcspn(found + 10, "\\\"");
    return arena_strndup(arena, found + 10, size);
}

bool tool_use_of_key(struct tool_call *call, const char *key, struct service_use *use)
{
    const char *service = key ? service_of_key(call->arena, key) : NULL;

    if (!service)
        return false;
    if (*service)
        tool_target(call, use, service);
    tool_option(call, use, "key", key);
    return true;
}
