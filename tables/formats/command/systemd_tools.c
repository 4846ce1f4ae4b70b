/* systemd_tools.c -- systemctl, systemd-run and the other tools of systemd, and tools that call
 * systemd over D-Bus: busctl, gdbus, dbus-send, qdbus. Their options and verbs are
 * systemd_interface.tsv, which the programs of systemd 252, 257 and 262 printed themselves. */
#include <stdio.h>
#include <string.h>

#include "service_tools.h"

/* clang-format off */
#include "systemd_interface.inc"
/* clang-format on */

/* systemd -------------------------------------------------------------------- */

static bool read_systemctl(struct tool_call *call, struct service_use *use)
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

static bool read_systemd_run(struct tool_call *call, struct service_use *use)
{
    use->verb = "run";
    use->runtime = true;
    tool_command(call, 0, use);
    return use->inner || use->options.n;
}

/* Without a command a shell is run, so that a bare run0 counts too. */
static bool read_run0(struct tool_call *call, struct service_use *use)
{
    read_systemd_run(call, use);
    return true;
}

/* A program that waits for connections and then is started: -l 80 PROGRAM. */
static bool read_socket_activate(struct tool_call *call, struct service_use *use)
{
    use->verb = "run";
    tool_command(call, 0, use);
    return use->inner;
}

/* systemd-mount makes a transient unit of the kind mount, systemd-umount stops one. */
static bool read_mount(struct tool_call *call, struct service_use *use)
{
    bool undo = strcmp(call->name, "systemd-umount") == 0;

    for (size_t i = 0; i < use->options.n; i++) {
        if (strcmp(use->options.items[i], "--list") == 0)
            return false;
        undo |= strcmp(use->options.items[i], "--umount") == 0;
    }
    use->verb = undo ? "umount" : "mount";
    use->runtime = true;
    tool_targets(call, 0, use);
    return use->targets.n > 0;
}

/* Without a verb it is `status`. */
static bool read_extensions(struct tool_call *call, struct service_use *use)
{
    if (tool_verb_first(call, use))
        return true;
    use->verb = "status";
    return true;
}

static bool read_machinectl(struct tool_call *call, struct service_use *use)
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

/* The value in dbus-send's "array:string:x". */
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

/* Only calls of the managers of services and of images with services count, and those that let a
 * user's services linger. */
static bool read_bus_call(struct tool_call *call, const struct bus_call *bus,
                          struct service_use *use)
{
    const char *dot = bus->method ? strrchr(bus->method, '.') : NULL;
    const char *unit = unit_of_object(call->arena, bus->object);

    if (!bus->destination || !bus->method)
        return false;
    use->verb = dot ? dot + 1 : bus->method;
    if (!word_in("org.freedesktop.systemd1 org.freedesktop.machine1 org.freedesktop.portable1 "
                 "org.freedesktop.import1",
                 bus->destination, false) &&
        strcmp(use->verb, "SetUserLinger") != 0)
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

static bool read_busctl(struct tool_call *call, struct service_use *use)
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
static const struct option_spec gdbus_options[] = {
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

/* The value of an option that tool_options() has stored, "--name=value". */
static const char *value_of(const struct service_use *use, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < use->options.n; i++)
        if (strncmp(use->options.items[i], name, size) == 0 && use->options.items[i][size] == '=')
            return use->options.items[i] + size + 1;
    return NULL;
}

static bool read_gdbus(struct tool_call *call, struct service_use *use)
{
    const char *verb = operand(call, 0);
    const char *method = value_of(use, "--method");

    return verb &&
           read_bus_call(call,
                         &(struct bus_call){value_of(use, "--dest"), value_of(use, "--object-path"),
                                            method ? method : verb, 1},
                         use);
}

static bool read_dbus_send(struct tool_call *call, struct service_use *use)
{
    return read_bus_call(
        call, &(struct bus_call){value_of(use, "--dest"), operand(call, 0), operand(call, 1), 2},
        use);
}

static bool read_qdbus(struct tool_call *call, struct service_use *use)
{
    return read_bus_call(
        call, &(struct bus_call){operand(call, 0), operand(call, 1), operand(call, 2), 3}, use);
}

/* The tools -------------------------------------------------------------------- */

/* clang-format off */
const struct service_tool systemd_tools[] = {
    {"systemctl", "systemctl", read_systemctl, systemctl_options, NULL, 0, systemctl_verbs},
    {"systemd-run", "systemd-run", read_systemd_run, systemd_run_options, NULL, 1, TOOL_RUNS},
    {"run0", "run0", read_run0, run0_options, NULL, 1, TOOL_RUNS},
    {"portablectl", "portablectl", tool_verb_first, portablectl_options, NULL, 0, portablectl_verbs},
    {"loginctl", "loginctl", tool_verb_first, loginctl_options, loginctl_changes, 0, loginctl_verbs},
    {"machinectl", "machinectl", read_machinectl, machinectl_options, machinectl_changes, 3, machinectl_verbs},
    {"importctl", "importctl", tool_verb_first, importctl_options, NULL, 0, importctl_verbs},
    {"systemd-sysext", "systemd-sysext", read_extensions, systemd_sysext_options, NULL, 0, systemd_sysext_verbs},
    {"systemd-confext", "systemd-confext", read_extensions, systemd_confext_options, NULL, 0, systemd_confext_verbs},
    {"systemd-mount", "systemd-mount", read_mount, systemd_mount_options, NULL, 0, NULL},
    {"systemd-umount", "systemd-umount", read_mount, systemd_umount_options, NULL, 0, NULL},
    {"systemd-socket-activate", "systemd-socket-activate", read_socket_activate,
     systemd_socket_activate_options, NULL, 1, TOOL_RUNS},
    {"varlinkctl", "varlinkctl", read_varlinkctl, varlinkctl_options, NULL, 0, varlinkctl_verbs},
    {"busctl", "busctl", read_busctl, busctl_options, NULL, 0, busctl_verbs},
    {"gdbus", "gdbus", read_gdbus, gdbus_options, NULL, 0, NULL},
    {"dbus-send", "dbus-send", read_dbus_send, tool_help_options, NULL, 0, NULL},
    {"qdbus", "qdbus", read_qdbus, tool_help_options, NULL, 0, NULL},
    {0},
};
/* clang-format on */
