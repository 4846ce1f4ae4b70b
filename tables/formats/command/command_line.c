#include "command_line.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "command_lead.h"
#include "command_reader.h"
#include "shell_lexer.h"

/* Writing down a use ------------------------------------------------------------ */

static void put_text(struct buffer *out, const char *text)
{
    if (text)
        buffer_json(out, text, strlen(text));
    else
        buffer_puts(out, "null");
}

static void put_list(struct buffer *out, const char *const *items, size_t n)
{
    buffer_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buffer_putc(out, ',');
        put_text(out, items[i]);
    }
    buffer_putc(out, ']');
}

static void put_use(struct command_reader *r, const struct service_use *use, bool spliced)
{
    const char *remote = use->remote ? use->remote : r->remote;

    if (r->n_uses == COMMAND_USES_MAX) {
        r->more = true;
        return;
    }
    buffer_puts(r->out, r->n_uses++ ? ",{\"tool\":" : "[{\"tool\":");
    put_text(r->out, use->tool);
    buffer_puts(r->out, ",\"verb\":");
    put_text(r->out, use->verb);
    buffer_puts(r->out, ",\"targets\":");
    put_list(r->out, use->targets.items, use->targets.n);
    buffer_puts(r->out, ",\"options\":");
    put_list(r->out, use->options.items, use->options.n);
    buffer_puts(r->out, ",\"remote\":");
    put_text(r->out, remote);
    buffer_printf(r->out, ",\"runtime\":%s,\"via\":", use->runtime ? "true" : "false");
    bool deep = r->n_via > COMMAND_VIA_MAX;
    put_list(r->out, r->via, deep ? COMMAND_VIA_MAX : r->n_via);
    buffer_printf(r->out, ",\"obfuscated\":%s}", spliced || r->encoded || deep ? "true" : "false");
}

/* One command -------------------------------------------------------------------- */

/* The number of words that form one unquoted Windows path with blanks, C:\Program Files\x.exe. */
static size_t path_words(enum shell_dialect dialect, const struct shell_word *words, size_t n)
{
    if (dialect != SHELL_CMD || words[0].quoted || !strchr(words[0].text, '\\') ||
        strcasestr(words[0].text, ".exe"))
        return 1;
    for (size_t i = 1; i < n && i < 8; i++) {
        size_t size = strlen(words[i].text);

        if (strchr("-/\"", words[i].text[0]))
            break;
        if (size > 4 && strcasecmp(words[i].text + size - 4, ".exe") == 0)
            return i + 1;
    }
    return 1;
}

/* Services that come through a pipe of PowerShell are those of the previous cmdlet. */
static void take_piped(struct command_reader *r, const struct shell_command *command,
                       struct service_use *use)
{
    if (strcmp(use->tool, "powershell") != 0)
        return;
    if (!use->targets.n && command->piped)
        use->targets = r->last;
    r->last = use->targets;
}

/* Targets that xargs adds, where the line itself says what it reads: echo a b | xargs systemctl stop. */
static void take_arguments(struct command_reader *r, const struct shell_command *command,
                           struct service_use *use)
{
    struct arena *arena = &r->shell.arena;
    const char   *at = r->output;
    bool          xargs = false;

    for (size_t i = 0; i < r->n_via && i < COMMAND_VIA_MAX; i++)
        xargs |= strcmp(r->via[i], "xargs") == 0;
    if (!xargs || !at || !command->piped || use->targets.n)
        return;
    for (at += strspn(at, " \n\t"); *at; at += strspn(at, " \n\t")) {
        size_t size = strcspn(at, " \n\t");
        text_list_add(arena, &use->targets, arena_strndup(arena, at, size));
        at += size;
    }
}

/* A script of /etc/init.d, with any name. */
static bool read_script(struct command_reader *r, const struct shell_command *command,
                        const struct shell_word *words, size_t n)
{
    struct service_use use = {0};

    if (!service_script_read(&r->shell.arena, words, n, &use))
        return false;
    put_use(r, &use, use.spliced || words[0].spliced || command->spliced);
    return true;
}

/* The command that a tool runs as a service: its words, or one word that is a whole text. */
static int read_inner(struct command_reader *r, const struct shell_command *command,
                      const struct shell_word *words, size_t n)
{
    if (n == 1 && strchr(words[0].text, ' '))
        return r->read(r, command_dialect(words[0].text, strlen(words[0].text)), words[0].text);
    return r->run(r, command, words, n);
}

static int read_tool(struct command_reader *r, const struct shell_command *command,
                     const struct shell_word *words, size_t n)
{
    struct arena              *arena = &r->shell.arena;
    const char                *name = command_name(arena, words[0].text, command->dialect);
    const struct service_tool *tool = service_tool_find(name, command->dialect);
    struct service_use         use = {0};
    size_t                     n_via = r->n_via;
    const char                *remote = r->remote;
    int                        result = 0;

    if (!tool || !service_tool_read(tool, arena, words, n, &use))
        return 0;
    take_piped(r, command, &use);
    take_arguments(r, command, &use);
    put_use(r, &use, use.spliced || words[0].spliced || command->spliced);
    if ((use.inner || use.inner_text) && command_enter(r, use.tool, use.remote))
        result = use.inner ? read_inner(r, command, words + use.inner, n - use.inner)
                           : r->read(r, SHELL_POSIX, use.inner_text);
    r->n_via = n_via;
    r->remote = remote;
    return result;
}

/* The words, with such a path as one word; NULL where out of memory. */
static const struct shell_word *join_path(struct command_reader *r, const struct shell_word *words,
                                          size_t n, size_t lead)
{
    struct shell_word *joined = arena_alloc(&r->shell.arena, (n - lead + 1) * sizeof *joined);

    if (!joined)
        return NULL;
    joined[0] = words[lead - 1];
    joined[0].text = text_join(&r->shell.arena, words, lead);
    memcpy(joined + 1, words + lead, (n - lead) * sizeof *joined);
    return joined;
}

static int command_run(struct command_reader *r, const struct shell_command *command,
                       const struct shell_word *words, size_t n)
{
    const struct wrapper *wrapper;
    bool                  mine = false;
    int                   result = 0;

    while (n && command->dialect == SHELL_POSIX &&
           (command_counting(&r->shell, command, words) || command_assignment(&r->shell, words)))
        words++, n--;
    r->more |= n && r->n_uses == COMMAND_USES_MAX;
    if (!n || r->more)
        return 0;
    size_t lead = path_words(command->dialect, words, n);
    if (lead > 1)
        words = join_path(r, words, n, lead);
    if (!words)
        return -ENOMEM;
    n = n - lead + 1;
    if (read_script(r, command, words, n))
        return 0;
    const char *name = command_name(&r->shell.arena, words[0].text, command->dialect);
    wrapper = wrapper_find(name, command->dialect);
    if (wrapper && !service_tool_runs(name, command->dialect))
        result = command_unwrap(r, &(struct wrapped){wrapper, command, words, n}, &mine);
    return mine ? result : read_tool(r, command, words, n);
}

/* Before the command: what each dialect puts there -------------------------------- */

static bool is_word(const struct shell_word *words, size_t n, size_t i, const char *list)
{
    return i < n && word_in(list, words[i].text, true);
}

/* The number of words of `if` and its condition. */
static size_t cmd_condition(const struct shell_word *words, size_t n)
{
    size_t i = 1;

    while (is_word(words, n, i, "/i not"))
        i++;
    if (is_word(words, n, i, "exist errorlevel defined cmdextversion"))
        return i + 2;
    if (i < n && strstr(words[i].text, "=="))
        return i + 1;
    return i + 3;
}

/* set X=value and set "X=value" */
static void cmd_set(struct command_reader *r, const struct shell_word *words, size_t n)
{
    const char *text = text_join(&r->shell.arena, words + 1, n - 1), *equals = strchr(text, '=');

    if (equals && text[0] != '/')
        shell_set(&r->shell, SHELL_CMD, text, (size_t)(equals - text), equals + 1);
}

static size_t cmd_lead(struct command_reader *r, const struct shell_word *words, size_t n)
{
    if (r->loop) {
        const char *name = r->loop + (strncmp(r->loop, "%%", 2) == 0);

        r->loop = NULL;
        shell_set_list(&r->shell, SHELL_CMD, name, strlen(name),
                       text_join(&r->shell.arena, words, n));
        return n;
    }
    if (is_word(words, n, 0, "set"))
        cmd_set(r, words, n);
    for (size_t i = 0; i < n;) {
        if (is_word(words, n, i, "if"))
            i += cmd_condition(words + i, n - i);
        else if (is_word(words, n, i, "else do"))
            i++;
        else if (is_word(words, n, i, "for")) {
            r->loop = n == i + 3 ? words[i + 1].text : NULL; /* for %i in, and its words in ( ) */
            return n;
        } else
            return i;
    }
    return n;
}

/* $x = command, $x = 'text' */
static size_t powershell_lead(struct command_reader *r, const struct shell_word *words, size_t n)
{
    const char *text = words[0].text, *equals = strchr(text, '=');
    size_t      i = is_word(words, n, 0,
                            "if else elseif try catch finally return foreach while "
                                 "begin process end")
                        ? 1
                        : 0;

    if (text[0] != '$')
        return i;
    if (n >= 3 && strcmp(words[1].text, "=") == 0) {
        if (n == 3)
            shell_set(&r->shell, SHELL_POWERSHELL, text + 1, strlen(text + 1), words[2].text);
        return 2;
    }
    if (n >= 3 && strcasecmp(words[1].text, "in") == 0) { /* foreach ($x in 'a', 'b') */
        shell_set(&r->shell, SHELL_POWERSHELL, text + 1, strlen(text + 1),
                  text_join(&r->shell.arena, words + 2, n - 2));
        return n;
    }
    if (n == 1 && equals)
        shell_set(&r->shell, SHELL_POWERSHELL, text + 1, (size_t)(equals - text - 1), equals + 1);
    return 0;
}

/* .Stop() of objects from a cmdlet: "(Get-Service x).Stop()", "$_.Delete()". */
static bool method_call(struct command_reader *r, const struct shell_word *word)
{
    static const char *const methods[] = {"Stop",         "Start",          "Pause",
                                          "Continue",     "Delete",         "StopService",
                                          "StartService", "PauseService",   "ResumeService",
                                          "Change",       "ChangeStartMode"};
    const char              *dot = strrchr(word->text, '.');

    if (!dot || (dot != word->text && word->text[0] != '$') || !r->last.n)
        return false;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcasecmp(dot + 1, methods[i]) == 0) {
            put_use(
                r,
                &(struct service_use){.tool = "powershell", .verb = methods[i], .targets = r->last},
                word->spliced);
            return true;
        }
    return false;
}

/* A command is read once for each value of the loops around it. */
static int each_turn(struct command_reader *r, const struct shell_command *command,
                     const struct shell_word *words, size_t n)
{
    size_t turns = command_turns(words, n);
    int    result = 0;

    if (turns > 1 && n == 1 && command_assign_turns(&r->shell, words, turns))
        return 0;
    for (size_t turn = 0; turn < turns && result == 0; turn++) {
        const struct shell_word *turned =
            turns > 1 ? command_turn(&r->shell.arena, words, n, turn) : words;

        if (!turned)
            return -ENOMEM;
        result = command_run(r, command, turned, n);
        r->output = command_output(r, command, turned, n);
    }
    return result;
}

static int each_command(const struct shell_command *command, void *data)
{
    struct command_reader   *r = data;
    const struct shell_word *words = command->words;
    size_t                   n = command->n, lead = 0;

    if (r->n_uses == COMMAND_USES_MAX) {
        r->more = true;
        return 1;
    }
    if (command->dialect == SHELL_POSIX)
        lead = command_posix_lead(words, n);
    else if (command->dialect == SHELL_CMD)
        lead = cmd_lead(r, words, n);
    else if (!method_call(r, &words[0]))
        lead = powershell_lead(r, words, n);
    if (lead >= n)
        return 0;
    words += lead;
    n -= lead;
    if (command->dialect == SHELL_POSIX) {
        words = command_braces(&r->shell.arena, words, &n);
        command_loop(&r->shell, words, n);
    }
    return each_turn(r, command, words, n);
}

static int command_text(struct command_reader *r, enum shell_dialect dialect, const char *text)
{
    const char *output = r->output;
    int         result;

    r->output = NULL;
    result = shell_each(&r->shell, dialect, text, strlen(text), each_command, r);
    r->output = output;
    return result;
}

int command_line_services(const char *line, size_t size, struct buffer *out)
{
    struct command_reader         r = {.shell = {.budget = 4 * SHELL_TEXT_MAX},
                                       .run = command_run,
                                       .read = command_text,
                                       .out = out};
    const struct command_pattern *pattern;
    int                           result;

    if (size > SHELL_TEXT_MAX) {
        size = SHELL_TEXT_MAX;
        r.shell.cut = true;
    }
    if (!command_line_may_matter(line, size))
        return 0;
    pattern = command_pattern_find(line, size);
    if (pattern)
        put_use(&r, &(struct service_use){.tool = pattern->tool, .verb = "run", .runtime = true},
                false);
    result = shell_each(&r.shell, command_dialect(line, size), line, size, each_command, &r);
    r.n_uses -= r.more; /* the last one says that there are more */
    if (r.more || r.shell.full ||
        (r.shell.cut && !r.n_uses)) /* it names a tool, but its purpose is unknown */
        put_use(&r, &(struct service_use){.tool = "unknown", .verb = "unknown"}, true);
    r.n_uses += r.more;
    shell_end(&r.shell);
    if (r.n_uses)
        buffer_putc(out, ']');
    if (result < 0 || out->failed)
        return result < 0 ? result : -ENOMEM;
    return r.n_uses;
}
