/* varlink_tool.c -- varlinkctl(1) of systemd 255 and later: what it asks of the service manager. */
#include <errno.h>
#include <string.h>

#include "formats/text/json_tree.h"
#include "service_tools.h"

#define DEPTH_MAX 8 /* of objects in the parameters; StartTransient's commands are at 4 */

/* "ssh:HOST", "ssh-unix:HOST:SOCKET", "ssh-exec:HOST:COMMAND": the host; NULL where it is this one. */
static const char *remote_of(struct arena *arena, const char *address)
{
    static const char *const schemes[] = {"ssh:", "ssh-unix:", "ssh-exec:"};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t size = strlen(schemes[i]);

        if (strncmp(address, schemes[i], size) == 0 && address[size])
            return arena_strndup(arena, address + size, strcspn(address + size, ":"));
    }
    return NULL;
}

/* Of the interfaces "io.systemd.NAME" those whose methods act on services and what holds them. */
static bool is_counted(const char *method)
{
    static const char names[] = "Manager Unit Job Machine MachineImage Import sysext service";
    char              name[16];

    if (strncmp(method, "io.systemd.", 11) != 0)
        return false;
    method += 11;
    size_t size = strcspn(method, ".");
    if (size >= sizeof name || method[size] != '.')
        return false;
    memcpy(name, method, size);
    name[size] = '\0';
    return word_in(names, name, false);
}

/* {"path": "/bin/x", "arguments": ["x", "-y"]} of ExecStart and similar settings, as one line. */
static const char *command_of(struct arena *arena, const cJSON *command)
{
    const cJSON *path = cJSON_GetObjectItemCaseSensitive(command, "path"), *argument;
    const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(command, "arguments");
    const char  *line = cJSON_IsString(path) ? path->valuestring : NULL;
    bool first = line != NULL; /* then the first argument is only the name that it is given */

    cJSON_ArrayForEach(argument, arguments)
    {
        if (cJSON_IsString(argument) && !first)
            line = line ? text_printf(arena, "%s %s", line, argument->valuestring)
                        : argument->valuestring;
        first = false;
    }
    return line;
}

static void take_member(struct tool_call *call, struct service_use *use, const cJSON *item)
{
    if (!item->string)
        return;
    if (cJSON_IsArray(item) && strncmp(item->string, "Exec", 4) == 0) {
        const cJSON *command;

        cJSON_ArrayForEach(command, item)
        {
            const char *line = command_of(call->arena, command);

            if (!line)
                continue;
            text_list_add(call->arena, &use->options, text_printf(call->arena, "command=%s", line));
            if (!use->inner_text)
                use->inner_text = text_printf(call->arena, "%s", line);
        }
    } else if (cJSON_IsString(item)) {
        const char *text = text_printf(call->arena, "%s", item->valuestring);

        if (word_in("ID name unit image machine", item->string, false))
            text_list_add(call->arena, &use->targets, text);
        else
            text_list_add(call->arena, &use->options,
                          text_printf(call->arena, "%s=%s", item->string, text));
    }
}

static void take_parameters(struct tool_call *call, struct service_use *use, const cJSON *object,
                            int depth)
{
    const cJSON *item;

    if (depth == DEPTH_MAX)
        return;
    cJSON_ArrayForEach(item, object)
    {
        take_member(call, use, item);
        if (cJSON_IsObject(item))
            take_parameters(call, use, item, depth + 1);
    }
}

/* varlinkctl call ADDRESS METHOD [PARAMETERS] */
bool read_varlinkctl(struct tool_call *call, struct service_use *use)
{
    const char *verb = operand(call, 0), *address = operand(call, 1), *method = operand(call, 2);

    if (!verb || strcmp(verb, "call") != 0 || !address || !method || !is_counted(method))
        return false;
    use->verb = strrchr(method, '.') + 1;
    use->remote = remote_of(call->arena, address);
    use->runtime = strcmp(use->verb, "StartTransient") == 0;
    text_list_add(call->arena, &use->options, text_printf(call->arena, "method=%s", method));
    if (operand(call, 3)) {
        /* A log that joins arguments may have parted the parameters at blanks. */
        const struct shell_word *first = call->operands[3];
        size_t                   rest = call->n - (size_t)(first - call->words);
        cJSON                   *object;
        int                      r = json_tree(first->text, strlen(first->text), &object);
        const char              *all = r == -EBADMSG ? text_join(call->arena, first, rest) : NULL;

        if (all)
            r = json_tree(all, strlen(all), &object);
        call->arena->failed |= r == -ENOMEM;
        take_parameters(call, use, object, 0);
        cJSON_Delete(object);
    }
    return true;
}
