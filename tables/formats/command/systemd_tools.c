/* systemd_tools.c -- systemctl, systemd-run, machinectl, and whatever calls systemd over D-Bus:
 * busctl, gdbus, dbus-send, qdbus; from their manual pages of systemd 252 to 257. */
#include <stdio.h>
#include <string.h>

#include "service_tools.h"

/* systemd -------------------------------------------------------------------- */

/* clang-format off */
const struct option_spec systemctl_options[] = {
    {'h', "help", OPTION_INERT},
    {'\0', "version", OPTION_INERT},
    {'H', "host", OPTION_VALUE | OPTION_REMOTE},
    {'M', "machine", OPTION_VALUE | OPTION_REMOTE},
    {'C', "capsule", OPTION_VALUE},
    {'t', "type", OPTION_VALUE},
    {'\0', "state", OPTION_VALUE},
    {'p', "property", OPTION_VALUE},
    {'P', NULL, OPTION_VALUE},
    {'s', "signal", OPTION_VALUE},
    {'n', "lines", OPTION_VALUE},
    {'o', "output", OPTION_VALUE},
    {'\0', "job-mode", OPTION_VALUE},
    {'\0', "root", OPTION_VALUE},
    {'\0', "image", OPTION_VALUE},
    {'\0', "image-policy", OPTION_VALUE},
    {'\0', "preset-mode", OPTION_VALUE},
    {'\0', "kill-whom", OPTION_VALUE},
    {'\0', "kill-who", OPTION_VALUE},
    {'\0', "kill-value", OPTION_VALUE},
    {'\0', "kill-subgroup", OPTION_VALUE},
    {'\0', "what", OPTION_VALUE},
    {'\0', "when", OPTION_VALUE},
    {'\0', "message", OPTION_VALUE},
    {'\0', "drop-in", OPTION_VALUE},
    {'\0', "timestamp", OPTION_VALUE},
    {'\0', "legend", OPTION_VALUE},
    {'\0', "check-inhibitors", OPTION_VALUE},
    {'\0', "boot-loader-menu", OPTION_VALUE},
    {'\0', "boot-loader-entry", OPTION_VALUE},
    {'\0', "reboot-argument", OPTION_VALUE},
    {'\0', "runtime", OPTION_RUNTIME},
    {'\0', "system", 0},
    {'\0', "user", 0},
    {'\0', "global", 0},
    {'\0', "now", 0},
    {'f', "force", 0},
    {'a', "all", 0},
    {'q', "quiet", 0},
    {'l', "full", 0},
    {'r', "recursive", 0},
    {'T', "show-transaction", 0},
    {'\0', "no-block", 0},
    {'\0', "no-reload", 0},
    {'\0', "no-pager", 0},
    {'\0', "no-legend", 0},
    {'\0', "no-wall", 0},
    {'\0', "no-ask-password", 0},
    {'\0', "no-warn", 0},
    {'\0', "stdin", 0},
    {'\0', "read-only", 0},
    {'\0', "mkdir", 0},
    {'\0', "marked", 0},
    {'\0', "wait", 0},
    {'\0', "failed", 0},
    {'\0', "value", 0},
    {'\0', "plain", 0},
    {'\0', "reverse", 0},
    {'\0', "dry-run", 0},
    {'\0', "with-dependencies", 0},
    {0},
};
/* clang-format on */

bool read_systemctl(struct tool_call *call, struct service_use *use)
{
    static const char settings[] = "set-environment unset-environment import-environment log-level "
                                   "log-target service-watchdogs exit switch-root halt poweroff "
                                   "reboot kexec suspend hibernate";
    static const char one_target[] = "set-property bind mount-image service-log-level "
                                     "service-log-target";

    tool_verb(call, 0, use);
    if (!use->verb)
        use->verb = "list-units";
    if (word_in(settings, use->verb, false)) {
        tool_rest(call, 1, use);
    } else if (word_in(one_target, use->verb, false)) {
        if (operand(call, 1))
            text_list_add(call->arena, &use->targets, operand(call, 1));
        tool_rest(call, 2, use);
    } else {
        tool_targets(call, 1, use);
    }
    return tool_verb_like(use->verb);
}

/* clang-format off */
const struct option_spec systemd_run_options[] = {
    {'h', "help", OPTION_INERT},
    {'\0', "version", OPTION_INERT},
    {'H', "host", OPTION_VALUE | OPTION_REMOTE},
    {'M', "machine", OPTION_VALUE | OPTION_REMOTE},
    {'C', "capsule", OPTION_VALUE},
    {'u', "unit", OPTION_VALUE | OPTION_TARGET},
    {'p', "property", OPTION_VALUE},
    {'E', "setenv", OPTION_VALUE},
    {'\0', "description", OPTION_VALUE},
    {'\0', "slice", OPTION_VALUE},
    {'\0', "service-type", OPTION_VALUE},
    {'\0', "uid", OPTION_VALUE},
    {'\0', "gid", OPTION_VALUE},
    {'\0', "nice", OPTION_VALUE},
    {'\0', "working-directory", OPTION_VALUE},
    {'\0', "background", OPTION_VALUE},
    {'\0', "on-active", OPTION_VALUE},
    {'\0', "on-boot", OPTION_VALUE},
    {'\0', "on-startup", OPTION_VALUE},
    {'\0', "on-unit-active", OPTION_VALUE},
    {'\0', "on-unit-inactive", OPTION_VALUE},
    {'\0', "on-calendar", OPTION_VALUE},
    {'\0', "path-property", OPTION_VALUE},
    {'\0', "socket-property", OPTION_VALUE},
    {'\0', "timer-property", OPTION_VALUE},
    {'\0', "expand-environment", OPTION_VALUE},
    {'\0', "json", OPTION_VALUE},
    {'\0', "job-mode", OPTION_VALUE},
    {'\0', "user", 0},
    {'\0', "system", 0},
    {'\0', "scope", 0},
    {'\0', "slice-inherit", 0},
    {'\0', "on-timezone-change", 0},
    {'\0', "on-clock-change", 0},
    {'r', "remain-after-exit", 0},
    {'\0', "send-sighup", 0},
    {'\0', "no-block", 0},
    {'\0', "no-ask-password", 0},
    {'\0', "wait", 0},
    {'t', "pty", 0},
    {'P', "pipe", 0},
    {'q', "quiet", 0},
    {'G', "collect", 0},
    {'S', "shell", 0},
    {'d', "same-dir", 0},
    {0},
};
/* clang-format on */

bool read_systemd_run(struct tool_call *call, struct service_use *use)
{
    use->verb = "run";
    use->runtime = true;
    tool_command(call, 0, use);
    return use->inner || use->options.n;
}

const struct option_spec machinectl_options[] = {
    {'h', "help", OPTION_INERT}, {'\0', "version", OPTION_INERT},
    {'\0', "uid", OPTION_VALUE}, {'E', "setenv", OPTION_VALUE},
    {'q', "quiet", 0},           {0},
};

bool read_machinectl(struct tool_call *call, struct service_use *use)
{
    tool_verb(call, 0, use);
    if (!use->verb || strcmp(use->verb, "shell") != 0) {
        tool_targets(call, 1, use);
        return use->verb;
    }
    use->remote = operand(call, 1);
    tool_command(call, 2, use);
    return true;
}

/* D-Bus ---------------------------------------------------------------------- */

/* The unit whose object this is: /org/freedesktop/systemd1/unit/ssh_2eservice is ssh.service. */
static const char *unit_of_object(struct arena *arena, const char *path)
{
    static const char prefix[] = "/org/freedesktop/systemd1/unit/";
    unsigned          value;
    size_t            n = 0;

    if (!path || strncmp(path, prefix, sizeof prefix - 1) != 0)
        return NULL;
    path += sizeof prefix - 1;
    char *unit = arena_alloc(arena, strlen(path) + 1);
    for (; unit && *path; path++) {
        if (*path == '_' && path[1] && path[2] && sscanf(path + 1, "%2x", &value) == 1) {
            unit[n++] = (char)value;
            path += 2;
        } else {
            unit[n++] = *path;
        }
    }
    return unit;
}

static bool unit_like(const char *text)
{
    const char *dot = strrchr(text, '.');

    return dot && dot != text &&
           word_in("service timer socket target path mount automount swap slice scope device",
                   dot + 1, false);
}

/* Where dbus-send's "array:string:x" has its value. */
static const char *untyped(const char *text)
{
    static const char types[] = "array dict variant string int16 uint16 int32 uint32 int64 uint64 "
                                "double byte boolean objpath";

    for (const char *colon; (colon = strchr(text, ':')) != NULL; text = colon + 1) {
        char   type[8];
        size_t size = (size_t)(colon - text);

        if (size >= sizeof type)
            break;
        memcpy(type, text, size);
        type[size] = '\0';
        if (!word_in(types, type, false))
            break;
    }
    return text;
}

struct bus_call {
    const char *destination, *object, *method;
    size_t      arguments; /* operand where they begin */
};

/* Only calls of the service manager count, and those that let a user's services linger. */
static bool read_bus_call(struct tool_call *call, const struct bus_call *bus,
                          struct service_use *use)
{
    const char *dot = bus->method ? strrchr(bus->method, '.') : NULL;
    const char *unit = unit_of_object(call->arena, bus->object);

    if (!bus->destination || !bus->method)
        return false;
    use->verb = dot ? dot + 1 : bus->method;
    bool linger = strcmp(use->verb, "SetUserLinger") == 0;
    if (strcmp(bus->destination, "org.freedesktop.systemd1") != 0 && !linger)
        return false;
    if (unit)
        text_list_add(call->arena, &use->targets, unit);
    for (size_t i = bus->arguments; i < call->n_operands; i++) {
        const char *text = untyped(call->operands[i]->text);

        text_list_add(call->arena, unit_like(text) ? &use->targets : &use->options, text);
    }
    use->runtime = strcmp(use->verb, "StartTransientUnit") == 0;
    return true;
}

/* clang-format off */
const struct option_spec busctl_options[] = {
    {'h', "help", OPTION_INERT},
    {'\0', "version", OPTION_INERT},
    {'H', "host", OPTION_VALUE | OPTION_REMOTE},
    {'M', "machine", OPTION_VALUE | OPTION_REMOTE},
    {'\0', "address", OPTION_VALUE},
    {'\0', "match", OPTION_VALUE},
    {'\0', "size", OPTION_VALUE},
    {'\0', "json", OPTION_VALUE},
    {'\0', "timeout", OPTION_VALUE},
    {'\0', "destination", OPTION_VALUE},
    {'\0', "user", 0},
    {'\0', "system", 0},
    {0},
};
/* clang-format on */

bool read_busctl(struct tool_call *call, struct service_use *use)
{
    const char *verb = operand(call, 0);

    if (!verb)
        return false;
    if (strcmp(verb, "call") == 0)
        return read_bus_call(
            call, &(struct bus_call){operand(call, 1), operand(call, 2), operand(call, 4), 5}, use);
    return read_bus_call(call, &(struct bus_call){operand(call, 1), operand(call, 2), verb, 3},
                         use);
}

/* clang-format off */
const struct option_spec gdbus_options[] = {
    {'h', "help", OPTION_INERT},
    {'d', "dest", OPTION_VALUE},
    {'o', "object-path", OPTION_VALUE},
    {'m', "method", OPTION_VALUE},
    {'t', "timeout", OPTION_VALUE},
    {'a', "address", OPTION_VALUE},
    {'y', "system", 0},
    {'e', "session", 0},
    {0},
};
/* clang-format on */

/* The value of an option that tool_options() has put down, "--name=value". */
static const char *value_of(const struct service_use *use, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < use->options.n; i++)
        if (strncmp(use->options.items[i], name, size) == 0 && use->options.items[i][size] == '=')
            return use->options.items[i] + size + 1;
    return NULL;
}

bool read_gdbus(struct tool_call *call, struct service_use *use)
{
    const char *verb = operand(call, 0);
    const char *method = value_of(use, "--method");

    return verb &&
           read_bus_call(call,
                         &(struct bus_call){value_of(use, "--dest"), value_of(use, "--object-path"),
                                            method ? method : verb, 1},
                         use);
}

bool read_dbus_send(struct tool_call *call, struct service_use *use)
{
    return read_bus_call(
        call, &(struct bus_call){value_of(use, "--dest"), operand(call, 0), operand(call, 1), 2},
        use);
}

bool read_qdbus(struct tool_call *call, struct service_use *use)
{
    return read_bus_call(
        call, &(struct bus_call){operand(call, 0), operand(call, 1), operand(call, 2), 3}, use);
}
