/* service_tools.c -- the tools of Linux, BSD and macOS: their options, verbs and habits, from
 * systemctl(1), systemd-run(1), busctl(1), launchctl(1), initctl(8), chkconfig(8) and their kin. */
#include "service_tools.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void text_list_add(struct arena *arena, struct text_list *list, const char *text)
{
    const char **items = arena_grow(arena, list->items, list->n, &list->room, sizeof *items);

    if (!items)
        return;
    list->items = items;
    list->items[list->n++] = text;
}

const char *text_join(struct arena *arena, const struct shell_word *words, size_t n)
{
    size_t size = 0, at = 0;

    for (size_t i = 0; i < n; i++)
        size += strlen(words[i].text) + 1;
    char *text = arena_alloc(arena, size + 1);
    if (!text)
        return "";
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(words[i].text);

        memcpy(text + at, words[i].text, length);
        at += length;
        if (i + 1 < n)
            text[at++] = ' ';
    }
    return text;
}

const char *text_lower(struct arena *arena, const char *text)
{
    size_t size = strlen(text);
    char  *lower = arena_alloc(arena, size + 1);

    if (!lower)
        return "";
    for (size_t i = 0; i < size; i++)
        lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 0x20) : text[i];
    return lower;
}

const char *text_printf(struct arena *arena, const char *format, ...)
{
    va_list ap, again;

    va_start(ap, format);
    va_copy(again, ap);
    int   size = vsnprintf(NULL, 0, format, ap);
    char *text = size < 0 ? NULL : arena_alloc(arena, (size_t)size + 1);
    if (text)
        vsnprintf(text, (size_t)size + 1, format, again);
    va_end(ap);
    va_end(again);
    return text ? text : "";
}

bool word_in(const char *list, const char *word, bool nocase)
{
    size_t size = strlen(word);

    if (!size || strchr(word, ' '))
        return false;
    for (const char *p = list; p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL) {
        bool same = nocase ? strncasecmp(p, word, size) == 0 : strncmp(p, word, size) == 0;
        if (same && (p[size] == ' ' || p[size] == '\0'))
            return true;
    }
    return false;
}

const char *operand(const struct tool_call *call, size_t i)
{
    return i < call->n_operands ? call->operands[i]->text : NULL;
}

/* Options as getopt_long(3) reads them -------------------------------------- */

static const struct option_spec *by_letter(const struct option_spec *specs, char letter)
{
    for (; specs && (specs->letter || specs->name); specs++)
        if (specs->letter == letter)
            return specs;
    return NULL;
}

/* By its name, or by a beginning that no other shares. */
static const struct option_spec *by_name(const struct option_spec *specs, const char *name,
                                         size_t size)
{
    const struct option_spec *found = NULL;

    for (; specs && (specs->letter || specs->name); specs++) {
        if (!specs->name || strncmp(specs->name, name, size) != 0)
            continue;
        if (specs->name[size] == '\0')
            return specs;
        if (found)
            return NULL;
        found = specs;
    }
    return found;
}

static void apply(struct tool_call *call, const struct option_spec *spec, const char *value,
                  struct service_use *use)
{
    char        short_name[2] = {spec->letter, '\0'};
    const char *dashes = spec->name ? "--" : "-", *name = spec->name ? spec->name : short_name;

    text_list_add(call->arena, &use->options,
                  value ? text_printf(call->arena, "%s%s=%s", dashes, name, value)
                        : text_printf(call->arena, "%s%s", dashes, name));
    if (spec->flags & OPTION_REMOTE && value)
        use->remote = value;
    if (spec->flags & OPTION_TARGET && value)
        text_list_add(call->arena, &use->targets, value);
    if (spec->flags & OPTION_RUNTIME)
        use->runtime = true;
    if (spec->flags & OPTION_INERT)
        call->inert = true;
}

/* Both return how many words the option takes beside its own. */
static size_t long_option(struct tool_call *call, const struct option_spec *specs, size_t i,
                          struct service_use *use)
{
    const char               *text = call->words[i].text + 2, *equals = strchr(text, '=');
    size_t                    size = equals ? (size_t)(equals - text) : strlen(text);
    const struct option_spec *spec = by_name(specs, text, size);

    if (!spec) {
        text_list_add(call->arena, &use->options, call->words[i].text);
        return 0;
    }
    bool next = spec->flags & OPTION_VALUE && !equals && i + 1 < call->n;
    apply(call, spec, equals ? equals + 1 : next ? call->words[i + 1].text : NULL, use);
    return next ? 1 : 0;
}

static size_t short_options(struct tool_call *call, const struct option_spec *specs, size_t i,
                            struct service_use *use)
{
    for (const char *p = call->words[i].text + 1; *p; p++) {
        const struct option_spec *spec = by_letter(specs, *p);
        struct option_spec        unknown = {.letter = *p};

        if (!spec || !(spec->flags & OPTION_VALUE)) {
            apply(call, spec ? spec : &unknown, NULL, use);
            continue;
        }
        bool next = !p[1] && i + 1 < call->n;
        apply(call, spec, p[1] ? p + 1 : next ? call->words[i + 1].text : NULL, use);
        return next ? 1 : 0;
    }
    return 0;
}

void tool_options(struct tool_call *call, const struct option_spec *specs, size_t stop_at,
                  struct service_use *use)
{
    bool ended = false;

    call->operands = arena_alloc(call->arena, call->n * sizeof(struct shell_word *));
    for (size_t i = 1; call->operands && i < call->n; i++) {
        const char *text = call->words[i].text;

        if (!ended && strcmp(text, "--") == 0) {
            ended = true;
        } else if (!ended && text[0] == '-' && text[1] == '-') {
            i += long_option(call, specs, i, use);
        } else if (!ended && text[0] == '-' && text[1]) {
            i += short_options(call, specs, i, use);
        } else {
            call->operands[call->n_operands++] = &call->words[i];
            ended = ended || call->n_operands == stop_at;
        }
    }
}

/* Habits that tools share --------------------------------------------------- */

/* The operands from `from` on are what is acted on; those of the form KEY=VALUE are options. */
static void targets_from(struct tool_call *call, size_t from, struct service_use *use)
{
    for (size_t i = from; i < call->n_operands; i++) {
        const char *text = call->operands[i]->text;
        bool        setting = strchr(text, '=') && text[0] != '/';

        text_list_add(call->arena, setting ? &use->options : &use->targets, text);
    }
}

static void options_from(struct tool_call *call, size_t from, struct service_use *use)
{
    for (size_t i = from; i < call->n_operands; i++)
        text_list_add(call->arena, &use->options, call->operands[i]->text);
}

static void set_verb(struct tool_call *call, size_t i, struct service_use *use)
{
    use->verb = operand(call, i);
    use->spliced = i < call->n_operands && call->operands[i]->spliced;
}

/* TOOL VERB TARGET... */
static bool verb_first(struct tool_call *call, struct service_use *use)
{
    set_verb(call, 0, use);
    targets_from(call, 1, use);
    return use->verb;
}

/* TOOL TARGET VERB [ARGUMENT...] */
static bool name_first(struct tool_call *call, struct service_use *use)
{
    set_verb(call, 1, use);
    if (!use->verb)
        return false;
    text_list_add(call->arena, &use->targets, operand(call, 0));
    options_from(call, 2, use);
    return true;
}

/* The index in call->words of an operand. */
static size_t word_of(const struct tool_call *call, size_t i)
{
    return i < call->n_operands ? (size_t)(call->operands[i] - call->words) : 0;
}

/* What is run as a service, from the operand `i` on. */
static void command_from(struct tool_call *call, size_t i, struct service_use *use)
{
    use->inner = word_of(call, i);
    if (!use->inner)
        return;
    const struct shell_word *first = &call->words[use->inner];
    text_list_add(call->arena, &use->options,
                  text_printf(call->arena, "command=%s",
                              text_join(call->arena, first, call->n - use->inner)));
    if (!use->targets.n)
        text_list_add(call->arena, &use->targets, first->text);
}

/* systemd -------------------------------------------------------------------- */

static const struct option_spec systemctl_options[] = {
    {'h',                           "help", OPTION_INERT},
    {'\0',                 "version", OPTION_INERT},
    {'H',                          "host", OPTION_VALUE | OPTION_REMOTE},
    {'M',                 "machine", OPTION_VALUE | OPTION_REMOTE},
    {'C',                           "capsule", OPTION_VALUE},
    {'t', "type", OPTION_VALUE},
    {'\0',                           "state", OPTION_VALUE},
    {'p', "property", OPTION_VALUE},
    {'P',                           NULL, OPTION_VALUE},
    {'s',                 "signal", OPTION_VALUE},
    {'n',                           "lines", OPTION_VALUE},
    {'o',                 "output", OPTION_VALUE},
    {'\0',                          "job-mode", OPTION_VALUE},
    {'\0',                 "root", OPTION_VALUE},
    {'\0',                           "image", OPTION_VALUE},
    {'\0',                 "image-policy", OPTION_VALUE},
    {'\0',                           "preset-mode", OPTION_VALUE},
    {'\0',                 "kill-whom", OPTION_VALUE},
    {'\0',                           "kill-who", OPTION_VALUE},
    {'\0',                 "kill-value", OPTION_VALUE},
    {'\0',                           "kill-subgroup", OPTION_VALUE},
    {'\0',                 "what", OPTION_VALUE},
    {'\0',                           "when", OPTION_VALUE},
    {'\0',                 "message", OPTION_VALUE},
    {'\0',                          "drop-in", OPTION_VALUE},
    {'\0',                 "timestamp", OPTION_VALUE},
    {'\0',                          "legend", OPTION_VALUE},
    {'\0',                 "check-inhibitors", OPTION_VALUE},
    {'\0',                          "boot-loader-menu", OPTION_VALUE},
    {'\0',                 "boot-loader-entry", OPTION_VALUE},
    {'\0',                          "reboot-argument", OPTION_VALUE},
    {'\0',                 "runtime", OPTION_RUNTIME},
    {'\0',                          "system", 0},
    {'\0',                 "user", 0},
    {'\0',                          "global", 0},
    {'\0',                 "now", 0},
    {'f',                          "force", 0},
    {'a',                 "all", 0},
    {'q',                          "quiet", 0},
    {'l',                 "full", 0},
    {'r',                          "recursive", 0},
    {'T',                 "show-transaction", 0},
    {'\0',                          "no-block", 0},
    {'\0',                 "no-reload", 0},
    {'\0',                          "no-pager", 0},
    {'\0',                 "no-legend", 0},
    {'\0',                          "no-wall", 0},
    {'\0',                 "no-ask-password", 0},
    {'\0',                          "no-warn", 0},
    {'\0',                 "stdin", 0},
    {'\0',                          "read-only", 0},
    {'\0',                 "mkdir", 0},
    {'\0',                          "marked", 0},
    {'\0',                 "wait", 0},
    {'\0',                          "failed", 0},
    {'\0',                 "value", 0},
    {'\0',                          "plain", 0},
    {'\0',                 "reverse", 0},
    {'\0',                          "dry-run", 0},
    {'\0',                 "with-dependencies", 0},
    {0                         },
};

/* A name such as systemd gives its verbs: what is no verb is a file, a variable, a mistake. */
static bool verb_like(const char *text)
{
    return text[0] && strspn(text, "abcdefghijklmnopqrstuvwxyz-0123456789") == strlen(text);
}

static bool read_systemctl(struct tool_call *call, struct service_use *use)
{
    static const char settings[] = "set-environment unset-environment import-environment log-level "
                                   "log-target service-watchdogs exit switch-root halt poweroff "
                                   "reboot kexec suspend hibernate";
    static const char one_target[] = "set-property bind mount-image service-log-level "
                                     "service-log-target";

    set_verb(call, 0, use);
    if (!use->verb)
        use->verb = "list-units";
    if (word_in(settings, use->verb, false)) {
        options_from(call, 1, use);
    } else if (word_in(one_target, use->verb, false)) {
        if (operand(call, 1))
            text_list_add(call->arena, &use->targets, operand(call, 1));
        options_from(call, 2, use);
    } else {
        targets_from(call, 1, use);
    }
    return verb_like(use->verb);
}

static const struct option_spec systemd_run_options[] = {
    {'h',                           "help", OPTION_INERT},
    {'\0',                 "version", OPTION_INERT},
    {'H',                          "host", OPTION_VALUE | OPTION_REMOTE},
    {'M',                 "machine", OPTION_VALUE | OPTION_REMOTE},
    {'C',                           "capsule", OPTION_VALUE},
    {'u', "unit", OPTION_VALUE | OPTION_TARGET},
    {'p',                           "property", OPTION_VALUE},
    {'E', "setenv", OPTION_VALUE},
    {'\0',                           "description", OPTION_VALUE},
    {'\0',                 "slice", OPTION_VALUE},
    {'\0',                           "service-type", OPTION_VALUE},
    {'\0', "uid", OPTION_VALUE},
    {'\0',                           "gid", OPTION_VALUE},
    {'\0',                 "nice", OPTION_VALUE},
    {'\0',                           "working-directory", OPTION_VALUE},
    {'\0',                 "background", OPTION_VALUE},
    {'\0',                          "on-active", OPTION_VALUE},
    {'\0',                 "on-boot", OPTION_VALUE},
    {'\0',                          "on-startup", OPTION_VALUE},
    {'\0',                 "on-unit-active", OPTION_VALUE},
    {'\0',                          "on-unit-inactive", OPTION_VALUE},
    {'\0',                 "on-calendar", OPTION_VALUE},
    {'\0',                          "path-property", OPTION_VALUE},
    {'\0',                 "socket-property", OPTION_VALUE},
    {'\0',                          "timer-property", OPTION_VALUE},
    {'\0',                 "expand-environment", OPTION_VALUE},
    {'\0',                          "json", OPTION_VALUE},
    {'\0',                 "job-mode", OPTION_VALUE},
    {'\0',                          "user", 0},
    {'\0',                 "system", 0},
    {'\0',                          "scope", 0},
    {'\0',                 "slice-inherit", 0},
    {'\0',                          "on-timezone-change", 0},
    {'\0',                 "on-clock-change", 0},
    {'r',                          "remain-after-exit", 0},
    {'\0',                 "send-sighup", 0},
    {'\0',                          "no-block", 0},
    {'\0',                 "no-ask-password", 0},
    {'\0',                          "wait", 0},
    {'t',                 "pty", 0},
    {'P',                          "pipe", 0},
    {'q',                 "quiet", 0},
    {'G',                          "collect", 0},
    {'S',                 "shell", 0},
    {'d',                          "same-dir", 0},
    {0                },
};

static bool read_systemd_run(struct tool_call *call, struct service_use *use)
{
    use->verb = "run";
    use->runtime = true;
    command_from(call, 0, use);
    return use->inner || use->options.n;
}

static const struct option_spec machinectl_options[] = {
    {'h',           "help", OPTION_INERT},
    {'\0', "version", OPTION_INERT},
    {'\0',          "uid", OPTION_VALUE},
    {'E', "setenv", OPTION_VALUE},
    {'q',          "quiet", 0},
    {0},
};

static bool read_machinectl(struct tool_call *call, struct service_use *use)
{
    set_verb(call, 0, use);
    if (!use->verb || strcmp(use->verb, "shell") != 0) {
        targets_from(call, 1, use);
        return use->verb;
    }
    use->remote = operand(call, 1);
    command_from(call, 2, use);
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

static const struct option_spec busctl_options[] = {
    {'h',                           "help", OPTION_INERT},
    {'\0',                 "version", OPTION_INERT},
    {'H',                          "host", OPTION_VALUE | OPTION_REMOTE},
    {'M',                 "machine", OPTION_VALUE | OPTION_REMOTE},
    {'\0',                           "address", OPTION_VALUE},
    {'\0', "match", OPTION_VALUE},
    {'\0',                           "size", OPTION_VALUE},
    {'\0', "json", OPTION_VALUE},
    {'\0',                          "timeout", OPTION_VALUE},
    {'\0',                 "destination", OPTION_VALUE},
    {'\0',                          "user", 0},
    {'\0',                 "system", 0},
    {0                         },
};

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

static const struct option_spec gdbus_options[] = {
    {'h',           "help", OPTION_INERT},
    {'d', "dest", OPTION_VALUE},
    {'o',           "object-path", OPTION_VALUE},
    {'m', "method", OPTION_VALUE},
    {'t',           "timeout", OPTION_VALUE},
    {'a', "address", OPTION_VALUE},
    {'y',           "system", 0},
    {'e', "session", 0},
    {0          },
};

/* The value of an option that tool_options() has put down, "--name=value". */
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

/* Init scripts and runlevels -------------------------------------------------- */

static bool read_service(struct tool_call *call, struct service_use *use)
{
    for (size_t i = 1; i < call->n; i++)
        if (strcmp(call->words[i].text, "--status-all") == 0) {
            use->verb = "status-all";
            return true;
        }
    return name_first(call, use);
}

static bool read_chkconfig(struct tool_call *call, struct service_use *use)
{
    static const char *const verbs[] = {"--add", "--del", "--list", "--override"};
    struct text_list         options = use->options;

    use->options = (struct text_list){0};
    for (size_t i = 0; i < options.n; i++) {
        const char *verb = NULL;

        for (size_t v = 0; v < sizeof verbs / sizeof verbs[0]; v++)
            if (strcmp(options.items[i], verbs[v]) == 0)
                verb = verbs[v] + 2;
        if (verb)
            use->verb = verb;
        else
            text_list_add(call->arena, &use->options, options.items[i]);
    }
    if (!use->verb)
        return name_first(call, use);
    targets_from(call, 0, use);
    return true;
}

static const struct option_spec chkconfig_options[] = {
    {'\0',          "level", OPTION_VALUE},
    {'\0', "levels", OPTION_VALUE},
    {'\0',          "add", 0},
    {'\0', "del", 0},
    {'\0',          "list", 0},
    {'\0',            "override", 0},
    {'\0',          "help", OPTION_INERT},
    {'h',            NULL, OPTION_INERT},
    {0         },
};

static bool read_rc_update(struct tool_call *call, struct service_use *use)
{
    set_verb(call, 0, use);
    if (operand(call, 1))
        text_list_add(call->arena, &use->targets, operand(call, 1));
    options_from(call, 2, use);
    return use->verb;
}

/* Upstart's start, stop, restart and reload: one job, and settings for it. */
static bool read_upstart(struct tool_call *call, struct service_use *use)
{
    use->verb = call->name;
    targets_from(call, 0, use);
    return use->targets.n == 1 && !strpbrk(use->targets.items[0], "/.:*");
}

static const struct option_spec help_options[] = {
    {'h',           "help", OPTION_INERT},
    {'V', "version", OPTION_INERT},
    {0          },
};

static const struct option_spec supervisor_options[] = {
    {'c',                           "configuration", OPTION_VALUE},
    {'s',                 "serverurl", OPTION_VALUE | OPTION_REMOTE},
    {'u',                           "username", OPTION_VALUE},
    {'p', "password", OPTION_VALUE},
    {'r',                           "history-file", OPTION_VALUE},
    {'h',                 "help", OPTION_INERT},
    {0                          },
};

/* Homebrew keeps services by one of its many verbs. */
static bool read_brew(struct tool_call *call, struct service_use *use)
{
    if (!operand(call, 0) || strcmp(operand(call, 0), "services") != 0)
        return false;
    set_verb(call, 1, use);
    targets_from(call, 2, use);
    return use->verb;
}

/* launchd ---------------------------------------------------------------------- */

static const struct option_spec launchctl_options[] = {
    {'S',           NULL, OPTION_VALUE},
    {'D', NULL, OPTION_VALUE},
    {0          },
};

/* A domain without a service in it: system, gui/501. */
static bool domain_only(const char *text)
{
    const char *slash = strchr(text, '/');

    if (strcmp(text, "system") == 0)
        return true;
    return slash && !strchr(slash + 1, '/') && strncmp(text, "system/", 7) != 0 && text[0] != '/' &&
           (strncmp(text, "gui/", 4) == 0 || strncmp(text, "user/", 5) == 0 ||
            strncmp(text, "login/", 6) == 0 || strncmp(text, "pid/", 4) == 0);
}

static void launchctl_targets(struct tool_call *call, struct service_use *use)
{
    for (size_t i = 1; i < call->n_operands; i++) {
        const char *text = call->operands[i]->text;

        if (domain_only(text))
            text_list_add(call->arena, &use->options, text_printf(call->arena, "domain=%s", text));
        else
            text_list_add(call->arena, &use->targets, text);
    }
}

/* submit -l label [-p program] [-o path] [-e path] -- command */
static void read_submit(struct tool_call *call, struct service_use *use)
{
    static const struct option_spec options[] = {
        {'l',                           NULL, OPTION_VALUE | OPTION_TARGET},
        {'p', NULL, OPTION_VALUE},
        {'o',                           NULL, OPTION_VALUE},
        {'e',                 NULL, OPTION_VALUE},
        {0                          },
    };

    use->targets = use->options = (struct text_list){0};
    call->n_operands = 0;
    tool_options(call, options, 2, use);
    command_from(call, 1, use);
}

/* `launchctl -w load` is not: options stand behind the verb, and their meaning is the verb's. */
static bool read_launchctl(struct tool_call *call, struct service_use *use)
{
    static const char settings[] = "setenv unsetenv getenv export limit config umask log reboot "
                                   "shutdown";

    set_verb(call, 0, use);
    if (!use->verb || word_in("help version error", use->verb, false))
        return false;
    if (word_in("asuser bsexec", use->verb, false)) {
        text_list_add(call->arena, &use->options,
                      text_printf(call->arena, "%s=%s", use->verb[0] == 'a' ? "uid" : "pid",
                                  operand(call, 1) ? operand(call, 1) : ""));
        command_from(call, 2, use);
    } else if (strcmp(use->verb, "submit") == 0) {
        read_submit(call, use);
    } else if (word_in(settings, use->verb, false)) {
        options_from(call, 1, use);
    } else if (strcmp(use->verb, "kill") == 0) {
        if (operand(call, 1))
            text_list_add(call->arena, &use->options,
                          text_printf(call->arena, "signal=%s", operand(call, 1)));
        targets_from(call, 2, use);
    } else {
        launchctl_targets(call, use);
    }
    return verb_like(use->verb);
}

/* The tools -------------------------------------------------------------------- */

static const char upstart_verbs[] = "start stop restart reload status list emit "
                                    "reload-configuration show-config check-config log-priority";

static const struct service_tool tools[] = {
    {"systemctl",                                                            "systemctl", read_systemctl, systemctl_options, NULL, 0},
    {"systemd-run",                                                        "systemd-run", read_systemd_run, systemd_run_options, NULL, 1},
    {"deb-systemd-invoke",                                                                  "deb-systemd-invoke", verb_first, help_options, NULL, 0},
    {"deb-systemd-helper",                                                                      "deb-systemd-helper", verb_first, help_options, NULL, 0},
    {"portablectl",  "portablectl", verb_first, systemctl_options, NULL, 0},
    {"loginctl",                                                   "loginctl", verb_first, systemctl_options, "enable-linger disable-linger", 0},
    {"machinectl",                                                                     "machinectl", read_machinectl, machinectl_options,
     "shell login start stop enable disable poweroff reboot terminate kill", 3},
    {"busctl",                                                   "busctl", read_busctl, busctl_options, NULL, 0},
    {"gdbus",                                                            "gdbus", read_gdbus, gdbus_options, NULL, 0},
    {"dbus-send",                                                                  "dbus-send", read_dbus_send, help_options, NULL, 0},
    {"qdbus",                                                                      "qdbus", read_qdbus, help_options, NULL, 0},
    {"service","service", read_service, help_options, NULL, 0},
    {"invoke-rc.d",                                                          "invoke-rc.d", name_first, help_options, NULL, 0},
    {"rc-service",                                                                     "rc-service", name_first, help_options, NULL, 0},
    {"update-rc.d",                                                          "update-rc.d", name_first, help_options, NULL, 0},
    {"insserv",                                                            "insserv", verb_first, help_options, NULL, 0},
    {"chkconfig",                                                                  "chkconfig", read_chkconfig, chkconfig_options, NULL, 0},
    {"rc-update",                                                                      "rc-update", read_rc_update, help_options, "add del delete show update", 0},
    {"initctl",          "initctl", verb_first, help_options, upstart_verbs, 0},
    {"start",                                                     "initctl", read_upstart, help_options, NULL, 0},
    {"stop",                                                                     "initctl", read_upstart, help_options, NULL, 0},
    {"restart",                                                           "initctl", read_upstart, help_options, NULL, 0},
    {"supervisorctl",                                                       "supervisorctl", verb_first, supervisor_options, NULL, 1},
    {"sv", "sv", verb_first, help_options,
     "status up down once pause cont hup alarm interrupt quit kill term start stop reload restart "
     "shutdown force-stop force-reload force-restart force-shutdown exit u d o p c h a i q k t e s", 1},
    {"svcadm",                                                                      "svcadm", verb_first, help_options, NULL, 0},
    {"rcctl",            "rcctl", verb_first, help_options, NULL, 0},
    {"brew",                                                        "brew", read_brew, help_options, NULL, 0},
    {"launchctl",                                                                     "launchctl", read_launchctl, launchctl_options, NULL, 3},
    {0                                                               },
};

static const struct service_tool *find(const struct service_tool *list, const char *name,
                                       bool nocase)
{
    for (; list->name; list++)
        if (nocase ? strcasecmp(list->name, name) == 0 : strcmp(list->name, name) == 0)
            return list;
    return NULL;
}

const struct service_tool *service_tool_find(const char *name, enum shell_dialect dialect)
{
    const struct service_tool *windows = find(windows_service_tools, name, true);

    if (windows)
        return windows;
    if (dialect != SHELL_POSIX && word_in("start stop restart", name, true))
        return NULL; /* cmd.exe's own */
    return find(tools, name, false);
}

bool service_tool_read(const struct service_tool *tool, struct arena *arena,
                       const struct shell_word *words, size_t n, struct service_use *ret)
{
    struct tool_call call = {.arena = arena, .name = tool->name, .words = words, .n = n};

    ret->tool = tool->tool;
    if (tool->options)
        tool_options(&call, tool->options, tool->stop_at, ret);
    if (call.inert || !tool->read(&call, ret))
        return false;
    return !tool->verbs || word_in(tool->verbs, ret->verb, false);
}

bool service_script_read(struct arena *arena, const struct shell_word *words, size_t n,
                         struct service_use *ret)
{
    static const char *const folders[] = {"/etc/init.d/", "/etc/rc.d/", "/etc/rc.d/init.d/",
                                          "/usr/local/etc/rc.d/", "/etc/rc.d/init.d/"};
    const char              *path = words[0].text, *name = strrchr(path, '/');

    if (!name || n < 2 || !verb_like(words[1].text))
        return false;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        size_t size = strlen(folders[i]);

        if ((size_t)(name + 1 - path) != size || strncmp(path, folders[i], size) != 0)
            continue;
        ret->tool = "init.d";
        ret->verb = words[1].text;
        ret->spliced = words[1].spliced;
        text_list_add(arena, &ret->targets, name + 1);
        for (size_t w = 2; w < n; w++)
            text_list_add(arena, &ret->options, words[w].text);
        return true;
    }
    return false;
}
