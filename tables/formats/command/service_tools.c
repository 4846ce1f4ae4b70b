/* service_tools.c -- the tools of Linux, BSD and macOS: their options, verbs and forms, from
 * launchctl(1), initctl(8), chkconfig(8) and the other manual pages. */
#include "service_tools.h"

#include <string.h>
#include <strings.h>

#include "command_wrappers.h"

/* Init scripts and runlevels -------------------------------------------------- */

static bool read_service(struct tool_call *call, struct service_use *use)
{
    for (size_t i = 1; i < call->n; i++)
        if (strcmp(call->words[i].text, "--status-all") == 0) {
            use->verb = "status-all";
            return true;
        }
    return tool_name_first(call, use);
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
    if (!use->verb && operand(call, 0) && word_in("on off reset", operand(call, 0), false))
        return tool_verb_first(call, use); /* not its syntax, but often written */
    if (!use->verb)
        return tool_name_first(call, use);
    tool_targets(call, 0, use);
    return true;
}

/* clang-format off */
static const struct option_spec chkconfig_options[] = {
    {'\0', "level", OPTION_VALUE},
    {'\0', "levels", OPTION_VALUE},
    {'\0', "add", 0},
    {'\0', "del", 0},
    {'\0', "list", 0},
    {'\0', "override", 0},
    {'\0', "help", OPTION_INERT},
    {'h', NULL, OPTION_INERT},
    {0},
};
/* clang-format on */

/* insserv [-r] script... */
static bool read_insserv(struct tool_call *call, struct service_use *use)
{
    use->verb = "enable";
    for (size_t i = 0; i < use->options.n; i++)
        if (strcmp(use->options.items[i], "--remove") == 0)
            use->verb = "remove";
    tool_targets(call, 0, use);
    return use->targets.n > 0;
}

static bool read_rc_update(struct tool_call *call, struct service_use *use)
{
    tool_verb(call, 0, use);
    if (operand(call, 1))
        text_list_add(call->arena, &use->targets, operand(call, 1));
    tool_rest(call, 2, use);
    return use->verb;
}

/* Upstart's start, stop, restart and reload: one job, and settings for it. */
static bool read_upstart(struct tool_call *call, struct service_use *use)
{
    use->verb = call->name;
    tool_targets(call, 0, use);
    return use->targets.n == 1 && !strpbrk(use->targets.items[0], "/.:*");
}

static const struct option_spec insserv_options[] = {
    {'r', "remove", 0},
    {'p', "path", OPTION_VALUE},
    {'h', "help", OPTION_INERT},
    {0},
};

static const struct option_spec supervisor_options[] = {
    {'c', "configuration", OPTION_VALUE},
    {'s', "serverurl", OPTION_VALUE | OPTION_REMOTE},
    {'u', "username", OPTION_VALUE},
    {'p', "password", OPTION_VALUE},
    {'r', "history-file", OPTION_VALUE},
    {'h', "help", OPTION_INERT},
    {0},
};

/* Homebrew manages services by one of its many verbs. */
static bool read_brew(struct tool_call *call, struct service_use *use)
{
    if (!operand(call, 0) || strcmp(operand(call, 0), "services") != 0)
        return false;
    tool_verb(call, 1, use);
    tool_targets(call, 2, use);
    return use->verb;
}

/* podman quadlet install|rm [options] FILE...: makes and removes services (podman-quadlet(1) of 5.6). */
static bool read_podman(struct tool_call *call, struct service_use *use)
{
    size_t i = 1;

    while (i < call->n && strcmp(call->words[i].text, "quadlet") != 0)
        i++;
    if (i + 1 >= call->n)
        return false;
    use->verb = call->words[i + 1].text;
    for (i += 2; i < call->n; i++) {
        const char *text = call->words[i].text;

        text_list_add(call->arena, text[0] == '-' ? &use->options : &use->targets, text);
    }
    return true;
}

/* launchd ---------------------------------------------------------------------- */

static const struct option_spec launchctl_options[] = {
    {'S', NULL, OPTION_VALUE},
    {'D', NULL, OPTION_VALUE},
    {0},
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
        {'l', NULL, OPTION_VALUE | OPTION_TARGET},
        {'p', NULL, OPTION_VALUE},
        {'o', NULL, OPTION_VALUE},
        {'e', NULL, OPTION_VALUE},
        {0},
    };

    use->targets = use->options = (struct text_list){0};
    call->n_operands = 0;
    tool_options(call, options, 2, use);
    tool_command(call, 1, use);
}

/* `launchctl -w load` is not: options come after the verb, and their meaning depends on the verb.
 */
static bool read_launchctl(struct tool_call *call, struct service_use *use)
{
    static const char settings[] = "setenv unsetenv getenv export limit config umask log reboot "
                                   "shutdown";

    tool_verb(call, 0, use);
    if (!use->verb || word_in("help version error", use->verb, false))
        return false;
    if (word_in("asuser bsexec", use->verb, false)) {
        text_list_add(call->arena, &use->options,
                      text_printf(call->arena, "%s=%s", use->verb[0] == 'a' ? "uid" : "pid",
                                  operand(call, 1) ? operand(call, 1) : ""));
        tool_command(call, 2, use);
    } else if (strcmp(use->verb, "submit") == 0) {
        read_submit(call, use);
    } else if (strcmp(use->verb, "setenv") == 0 && operand(call, 2)) {
        text_list_add(call->arena, &use->options,
                      text_printf(call->arena, "%s=%s", operand(call, 1), operand(call, 2)));
    } else if (strcmp(use->verb, "debug") == 0) { /* debug TARGET [--environment A=B ...] */
        if (operand(call, 1))
            text_list_add(call->arena, &use->targets, operand(call, 1));
        tool_rest(call, 2, use);
    } else if (word_in(settings, use->verb, false)) {
        tool_rest(call, 1, use);
    } else if (strcmp(use->verb, "kill") == 0) {
        if (operand(call, 1))
            text_list_add(call->arena, &use->options,
                          text_printf(call->arena, "signal=%s", operand(call, 1)));
        tool_targets(call, 2, use);
    } else {
        launchctl_targets(call, use);
    }
    return tool_verb_like(use->verb);
}

/* The tools -------------------------------------------------------------------- */

static const char upstart_verbs[] = "start stop restart reload status list emit "
                                    "reload-configuration show-config check-config log-priority";

/* clang-format off */
static const struct service_tool tools[] = {
    {"deb-systemd-invoke", "deb-systemd-invoke", tool_verb_first, tool_help_options, NULL, 0, NULL},
    {"deb-systemd-helper", "deb-systemd-helper", tool_verb_first, tool_help_options, NULL, 0, NULL},
    {"service", "service", read_service, tool_help_options, NULL, 0, NULL},
    {"invoke-rc.d", "invoke-rc.d", tool_name_first, tool_help_options, NULL, 0, NULL},
    {"rc-service", "rc-service", tool_name_first, tool_help_options, NULL, 0, NULL},
    {"update-rc.d", "update-rc.d", tool_name_first, tool_help_options, NULL, 0, NULL},
    {"insserv", "insserv", read_insserv, insserv_options, NULL, 0, NULL},
    {"chkconfig", "chkconfig", read_chkconfig, chkconfig_options, NULL, 0, NULL},
    {"rc-update", "rc-update", read_rc_update, tool_help_options, "add del delete show update", 0, NULL},
    {"initctl", "initctl", tool_verb_first, tool_help_options, upstart_verbs, 0, NULL},
    {"start", "initctl", read_upstart, tool_help_options, NULL, 0, NULL},
    {"stop", "initctl", read_upstart, tool_help_options, NULL, 0, NULL},
    {"restart", "initctl", read_upstart, tool_help_options, NULL, 0, NULL},
    {"podman", "podman", read_podman, NULL, "install rm", 0, NULL},
    {"supervisorctl", "supervisorctl", tool_verb_first, supervisor_options, NULL, 1, NULL},
    {"sv", "sv", tool_verb_first, tool_help_options,
     "status up down once pause cont hup alarm interrupt quit kill term start stop reload restart "
     "shutdown force-stop force-reload force-restart force-shutdown exit u d o p c h a i q k t e s", 1, NULL},
    {"svcadm", "svcadm", tool_verb_first, tool_help_options, NULL, 0, NULL},
    {"rcctl", "rcctl", tool_verb_first, tool_help_options, NULL, 0, NULL},
    {"brew", "brew", read_brew, tool_help_options, NULL, 0, NULL},
    {"launchctl", "launchctl", read_launchctl, launchctl_options, NULL, 3, NULL},
    {0},
};
/* clang-format on */

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
    const struct service_tool *tool = find(systemd_tools, name, false);
    if (!tool)
        tool = find(tools, name, false);
    if (!tool && dialect == SHELL_POSIX)
        tool = find(process_tools, name, false);
    return tool || dialect != SHELL_POSIX ? tool : find(property_list_tools, name, false);
}

bool service_tool_runs(const char *name, enum shell_dialect dialect)
{
    const struct service_tool *tool = service_tool_find(name, dialect);

    return tool && tool->known == TOOL_RUNS;
}

bool program_known(const char *word)
{
    const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;

    return service_tool_find(name, SHELL_POSIX) || wrapper_find(name, SHELL_POSIX);
}

bool service_tool_read(const struct service_tool *tool, struct arena *arena,
                       const struct shell_word *words, size_t n, struct service_use *ret)
{
    struct tool_call call = {.arena = arena,
                             .name = tool->name,
                             .words = words,
                             .n = n,
                             .known = tool->known,
                             .is_program = program_known};

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

    if (!name || n < 2 || !tool_verb_like(words[1].text))
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
