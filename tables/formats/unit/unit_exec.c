#include "unit_exec.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "unit_words.h"

#define WHITESPACE " \t\n\r"
#define SHELL      "/bin/sh"

struct parser {
    const char                 *line, *text; /* all of it; what is not read yet */
    const struct unit_expander *expander;
    struct arena               *memory;
    struct unit_exec           *commands;
    size_t                      n, room;
    struct buffer               word, expanded;
    size_t                      size;  /* bytes of all words so far */
    const char                 *fault; /* of the last expansion that gave NULL */
    const char                **argv;  /* of the command being read */
    size_t                      argc, argv_room;
    bool                        ignore; /* a fault of that command */
};

static bool is_space(char c)
{
    return c && strchr(WHITESPACE, c);
}

/* Prefixes -------------------------------------------------------------------- */

#define PRIVILEGES (UNIT_EXEC_FULL | UNIT_EXEC_NO_SETUID | UNIT_EXEC_AMBIENT)

/* What one more prefix makes of the flags; the same flags where it is none. */
static unsigned with_prefix(unsigned flags, char c)
{
    static const struct {
        char     c;
        unsigned flag, excluded; /* flags that let it be none */
    } prefixes[] = {
        {'-', UNIT_EXEC_IGNORE, UNIT_EXEC_IGNORE},   {'@', UNIT_EXEC_ARGV0, UNIT_EXEC_ARGV0},
        {':', UNIT_EXEC_LITERAL, UNIT_EXEC_LITERAL}, {'+', UNIT_EXEC_FULL, PRIVILEGES},
        {'!', UNIT_EXEC_NO_SETUID, PRIVILEGES},      {'|', UNIT_EXEC_SHELL, UNIT_EXEC_SHELL},
    };

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (prefixes[i].c == c && !(flags & prefixes[i].excluded))
            return flags | prefixes[i].flag;
    if (c == '!' && !(flags & (UNIT_EXEC_FULL | UNIT_EXEC_AMBIENT)))
        return (flags & ~(unsigned)UNIT_EXEC_NO_SETUID) | UNIT_EXEC_AMBIENT;
    return flags;
}

/* How many characters of `word` are prefixes. */
static size_t read_prefixes(const char *word, struct unit_exec *command)
{
    size_t n = 0;

    for (; word[n]; n++) {
        unsigned flags = with_prefix(command->flags, word[n]);
        if (flags == command->flags)
            break;
        command->flags = flags;
        command->prefix[n] = word[n];
    }
    return n;
}

/* Words ----------------------------------------------------------------------- */

/* A fault as systemd logs it. */
static const char *say(struct parser *p, const char *fault, const char *before, const char *about,
                       const char *after)
{
    struct buffer text = {0};

    buffer_printf(&text, "%s%s%s%.200s%s", fault, *before == ':' && p->ignore ? ", ignoring" : "",
                  before, about, after);
    const char *copy = arena_strndup(p->memory, text.data ? text.data : "", text.size);
    p->memory->failed |= text.failed;
    buffer_free(&text);
    return copy;
}

static const char *unbalanced(struct parser *p)
{
    return say(p, "Unbalanced quoting, ignoring: \"", "", p->line, "\"");
}

/* The text with its specifiers expanded, in the arena; NULL: no memory, or p->fault. */
static const char *expand(struct parser *p, const char *text)
{
    bool known = true;

    buffer_reset(&p->expanded);
    if (p->expander)
        known = p->expander->expand(p->expander->data, text, &p->expanded);
    else
        buffer_puts(&p->expanded, text);
    p->size += p->expanded.size;
    p->fault = NULL;
    if (!known)
        p->fault = say(p, "Failed to resolve unit specifiers in", " ", text, ": Invalid slot");
    else if (p->size > UNIT_EXEC_MAX)
        p->fault = "Longer than 2 MiB once specifiers are expanded";
    if (p->expanded.failed || p->fault)
        return NULL;
    return arena_strndup(p->memory, p->expanded.data ? p->expanded.data : "", p->expanded.size);
}

/* Whether memory rather than the line's length is what ended it. */
static bool out_of_memory(const struct parser *p)
{
    return p->memory->failed || p->word.failed || (p->expanded.failed && p->size <= UNIT_EXEC_MAX);
}

static const char *add_word(struct parser *p, const char *text)
{
    const char **argv =
        text ? arena_grow(p->memory, p->argv, p->argc, &p->argv_room, sizeof *argv) : NULL;

    if (!argv)
        return p->fault;
    p->argv = argv;
    p->argv[p->argc++] = text;
    return NULL;
}

/* Whether a separate unquoted ";" is at the cursor, possibly escaped; it is skipped. */
static bool take_semicolon(struct parser *p, bool escaped)
{
    const char *at = p->text + (escaped ? 1 : 0);

    if ((escaped && *p->text != '\\') || *at != ';' || (at[1] && !is_space(at[1])))
        return false;
    p->text = at + 1 + strspn(at + 1, WHITESPACE);
    return true;
}

/* Read the words up to a lone ";" or the end: NULL, or the fault. */
static const char *read_arguments(struct parser *p)
{
    const char *fault = NULL;

    while (!fault && *p->text && !take_semicolon(p, false) && !out_of_memory(p)) {
        if (take_semicolon(p, true)) {
            fault = add_word(p, ";");
            continue;
        }
        int r = unit_word(&p->text, UNIT_ESCAPES_C, &p->word);
        if (r == 0)
            break;
        fault = r == -EINVAL ? unbalanced(p)
                : r < 0      ? NULL
                             : add_word(p, expand(p, buffer_text(&p->word)));
    }
    return fault;
}

/* Programs -------------------------------------------------------------------- */

/* A path without doubled slashes and "." components. */
static const char *simplified(struct parser *p, const char *path)
{
    buffer_reset(&p->word);
    for (const char *at = path; *at; at++) {
        while (at[0] == '/' && (at[1] == '/' || (at[1] == '.' && (at[2] == '/' || !at[2]))))
            at += at[1] == '/' ? 1 : 2;
        if (!*at)
            break;
        buffer_putc(&p->word, *at);
    }
    return arena_strndup(p->memory, p->word.data ? p->word.data : "", p->word.size);
}

/* Why systemd does not take `path` for a program; NULL: it does. A specifier that is not known may
 * begin an absolute path. */
static const char *program_fault(const char *path)
{
    size_t size = strlen(path), name = 0;
    bool   absolute = path[0] == '/' || path[0] == '%';

    for (size_t i = 0; i < size; i++)
        if ((unsigned char)path[i] < ' ' || strchr("\"'\\\x7f", path[i]))
            return "Executable name contains special characters";
    if (!absolute &&
        (strchr(path, '/') || size > NAME_MAX || strcmp(path, ".") == 0 || strcmp(path, "..") == 0))
        return "Neither a valid executable name nor an absolute path";
    for (size_t i = 0; i < size; i++) {
        name = path[i] == '/' ? 0 : name + 1;
        if (name > NAME_MAX || size >= PATH_MAX)
            return "Neither a valid executable name nor an absolute path";
    }
    return path[size - 1] == '/' ? "Executable path specifies a directory" : NULL;
}

/* Read one command whose first word, prefixes removed, is `name`: NULL, or the fault. */
static const char *read_command(struct parser *p, const char *name, struct unit_exec *command)
{
    bool        shell = command->flags & UNIT_EXEC_SHELL;
    bool        argv0 = command->flags & UNIT_EXEC_ARGV0;
    const char *path = expand(p, name), *fault = NULL;

    p->argv = NULL;
    p->argc = p->argv_room = 0;
    if (!path)
        return p->fault;
    if (!shell && !*path)
        return say(p, "Empty path in command line", ": '", p->line, "'");
    if (!shell && (fault = program_fault(path)))
        return say(p, fault, ": ", path, "");
    if (shell)
        fault = add_word(p, argv0 ? "-sh" : "sh");
    if (!fault && (shell ? *path != '\0' : !argv0))
        fault = add_word(p, path);
    command->path = shell ? SHELL : simplified(p, path);
    if (!fault)
        fault = read_arguments(p);
    if (fault || out_of_memory(p))
        return fault;
    if (!p->argc)
        return say(p, "Empty executable name or zeroeth argument", ": ", p->line, "");
    command->argc = p->argc;
    fault = add_word(p, ""); /* room for the NULL */
    if (p->argv && !fault)
        p->argv[command->argc] = NULL;
    command->argv = p->argv;
    return fault;
}

/* Add the next command: 1, 0 at the end, -EINVAL with the fault, -ENOMEM. */
static int next_command(struct parser *p, struct unit_exec_line *line)
{
    struct unit_exec command = {0};
    int              r = unit_word(&p->text, UNIT_ESCAPES_C, &p->word);

    if (r <= 0) {
        line->fault = r == -EINVAL ? unbalanced(p) : NULL;
        return r;
    }
    const char *word = arena_strndup(p->memory, p->word.data ? p->word.data : "", p->word.size);
    if (strcmp(word, ";") == 0)
        return 1;
    size_t n = read_prefixes(word, &command);
    p->ignore = command.flags & UNIT_EXEC_IGNORE;
    line->fault = read_command(p, word + n, &command);
    line->refused = line->fault && !(command.flags & UNIT_EXEC_IGNORE);
    if (line->fault)
        return -EINVAL;
    struct unit_exec *commands =
        arena_grow(p->memory, p->commands, p->n, &p->room, sizeof *commands);
    if (!commands || out_of_memory(p))
        return -ENOMEM;
    p->commands = commands;
    p->commands[p->n++] = command;
    return 1;
}

int unit_exec_parse(const char *line, const struct unit_expander *expander, struct arena *memory,
                    struct unit_exec_line *ret)
{
    struct parser         p = {.line = line, .text = line, .expander = expander, .memory = memory};
    struct unit_exec_line result = {0};
    int                   r;

    while ((r = next_command(&p, &result)) > 0)
        ;
    buffer_free(&p.word);
    buffer_free(&p.expanded);
    if (r == -ENOMEM || memory->failed)
        return -ENOMEM;
    result.commands = p.commands;
    result.n = p.n;
    *ret = result;
    return 0;
}

/* JSON ------------------------------------------------------------------------ */

void unit_exec_argv_json(const struct unit_exec *command, struct buffer *json)
{
    buffer_putc(json, '[');
    for (size_t i = 0; i < command->argc; i++) {
        buffer_puts(json, i ? ", " : "");
        buffer_json(json, command->argv[i], strlen(command->argv[i]));
    }
    buffer_putc(json, ']');
}

static void put_line(const struct unit_exec_line *line, struct buffer *json)
{
    buffer_putc(json, '[');
    for (size_t i = 0; i < line->n; i++) {
        const struct unit_exec *command = &line->commands[i];

        buffer_puts(json, i ? ", {\"path\": " : "{\"path\": ");
        buffer_json(json, command->path, strlen(command->path));
        buffer_puts(json, ", \"argv\": ");
        unit_exec_argv_json(command, json);
        buffer_puts(json, ", \"prefix\": ");
        buffer_json(json, command->prefix, strlen(command->prefix));
        buffer_putc(json, '}');
    }
    buffer_putc(json, ']');
}

int unit_exec_json(const char *line, struct buffer *json)
{
    struct arena          memory = {0};
    struct unit_exec_line parsed = {0};
    int                   r = unit_exec_parse(line, NULL, &memory, &parsed);

    if (r == 0 && parsed.refused)
        r = -EINVAL;
    if (r == 0)
        put_line(&parsed, json);
    arena_free(&memory);
    return r == 0 && json->failed ? -ENOMEM : r;
}
