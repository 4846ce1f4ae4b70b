#include "shell_canonical.h"

#include <errno.h>
#include <string.h>

#include "command_lead.h"
#include "command_reader.h"

struct run {
    const char *name;
    unsigned    level; /* the command that runs it is one level up */
    bool        file;  /* that an interpreter reads */
};

struct reading {
    struct command_reader r; /* first: its functions are given this */

    struct buffer  lines[CANONICAL_LINES_MAX];
    size_t         n_lines;
    struct buffer *line;  /* being written; NULL: no more are */
    size_t         bytes; /* written */

    struct run  runs[CANONICAL_RUNS_MAX];
    size_t      n_runs;
    unsigned    level;
    bool        file;             /* the next run is a file that an interpreter reads */
    const char *directory, *root; /* of cd and chroot; NULL: none */
    bool        cut;
};

/* Lines ----------------------------------------------------------------------- */

static void put(struct reading *c, const char *text)
{
    size_t size = strlen(text);

    if (!c->line || c->bytes + size > CANONICAL_MAX) {
        c->cut = true;
        return;
    }
    c->bytes += size;
    for (size_t i = 0; i < size; i++) /* a line stays one */
        buffer_putc(c->line, text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]);
}

/* Begin a new line; the previous one is returned, to be continued later. */
static struct buffer *begin_line(struct reading *c)
{
    struct buffer *before = c->line;

    c->line = c->n_lines < CANONICAL_LINES_MAX ? &c->lines[c->n_lines++] : NULL;
    c->cut |= !c->line;
    return before;
}

static void put_words(struct reading *c, const struct shell_word *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put(c, i ? " " : "");
        put(c, words[i].text);
    }
}

static void put_command(struct reading *c, const struct shell_command *command,
                        const struct shell_word *words, size_t n)
{
    if (c->line && c->line->size)
        put(c, command->piped ? " | " : " ; ");
    put_words(c, words, n);
    if (command->files) {
        put(c, " ");
        put(c, command->files);
    }
}

/* Runs ------------------------------------------------------------------------ */

static void add_run(struct reading *c, const char *name)
{
    struct arena *arena = &c->r.shell.arena;

    if (c->n_runs == CANONICAL_RUNS_MAX) {
        c->cut = true;
        return;
    }
    if (c->directory && *name != '/' && (c->file || strchr(name, '/')))
        name = text_printf(arena, "%s/%s", c->directory, name);
    if (c->root && *name == '/')
        name = text_printf(arena, "%s%s", c->root, name);
    c->runs[c->n_runs++] = (struct run){name, c->level, c->file};
}

/* The first operand of chroot; NULL: none. */
static const char *chroot_of(const struct shell_word *words, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (words[i].text[0] != '-')
            return words[i].text;
    return NULL;
}

static int run_wrapped(struct reading *c, const struct shell_command *command,
                       const struct wrapper *wrapper, const struct shell_word *words, size_t n)
{
    const char *root = c->root;
    bool        file = c->file, mine = false;

    if (strcmp(wrapper->name, "chroot") == 0 && !root)
        c->root = chroot_of(words, n);
    c->level++;
    c->file = wrapper->kind == WRAPPER_SHELL || wrapper->kind == WRAPPER_CODE ||
              wrapper->kind == WRAPPER_POWERSHELL;
    int result = command_unwrap(&c->r, &(struct wrapped){wrapper, command, words, n}, &mine);
    c->level--;
    c->root = root;
    c->file = file;
    return result < 0 ? result : 0;
}

/* The command that a service tool is given to run: systemd-run /x. */
static int run_tool(struct reading *c, const struct shell_command *command, const char *name,
                    const struct shell_word *words, size_t n)
{
    const struct service_tool *tool = service_tool_find(name, command->dialect);
    struct service_use         use = {0};
    int                        result = 0;

    if (!tool || !service_tool_read(tool, &c->r.shell.arena, words, n, &use) || !use.inner ||
        use.inner >= n || c->level >= COMMAND_VIA_MAX)
        return 0;
    c->level++;
    result = c->r.run(&c->r, command, words + use.inner, n - use.inner);
    c->level--;
    return result;
}

/* A file that the shell itself reads: ". x", "source x". */
static void run_source(struct reading *c, const struct shell_word *words)
{
    bool file = c->file;

    c->level++;
    c->file = true;
    add_run(c, words[1].text);
    c->level--;
    c->file = file;
}

static int run(struct command_reader *r, const struct shell_command *command,
               const struct shell_word *words, size_t n)
{
    struct reading *c = (struct reading *)r;

    while (n && command->dialect == SHELL_POSIX &&
           (command_counting(&r->shell, command, words) || command_assignment(&r->shell, words)))
        words++, n--;
    if (!n)
        return 0;
    const char           *name = command_name(&r->shell.arena, words[0].text, command->dialect);
    const struct wrapper *wrapper = wrapper_find(name, command->dialect);
    add_run(c, words[0].text);
    if (strcmp(name, "cd") == 0 && n > 1)
        c->directory = words[n - 1].text;
    if (word_in(". source", name, false) && n > 1)
        run_source(c, words);
    else if (wrapper)
        return run_wrapped(c, command, wrapper, words, n);
    return run_tool(c, command, name, words, n);
}

/* Texts ----------------------------------------------------------------------- */

static int each_command(const struct shell_command *command, void *data)
{
    struct reading          *c = data;
    const struct shell_word *words = command->words;
    size_t                   n = command->n, lead = 0;
    int                      result = 0;

    if (command->dialect == SHELL_POSIX) {
        words = command_braces(&c->r.shell.arena, words, &n);
        lead = command_posix_lead(words, n);
    }
    put_command(c, command, words, n);
    if (lead >= n)
        return 0;
    if (command->dialect == SHELL_POSIX)
        command_loop(&c->r.shell, words + lead, n - lead);
    result = run(&c->r, command, words + lead, n - lead);
    c->r.output = command_output(&c->r, command, words + lead, n - lead);
    return result;
}

static int read_text(struct command_reader *r, enum shell_dialect dialect, const char *text)
{
    struct reading *c = (struct reading *)r;
    const char     *output = r->output;
    struct buffer  *line = begin_line(c);
    size_t          size = strlen(text);

    c->cut |= size > r->shell.budget || r->shell.depth == SHELL_DEPTH_MAX;
    bool file = c->file;
    r->output = NULL;
    c->file = false;
    int result = shell_each(&r->shell, dialect, text, size, each_command, c);
    c->file = file;
    r->output = output;
    c->line = line;
    return result;
}

/* The value of a substitution, where the line itself shows the output of its commands; else they
 * are written in canonical form. */
static const char *substitute(void *data, const char *text, size_t size, bool value)
{
    struct reading *c = data;
    struct buffer   inner = {0}, *line = c->line;
    const char     *output = c->r.output, *known;

    if (size > c->r.shell.budget || c->r.shell.depth == SHELL_DEPTH_MAX) {
        c->cut = true;
        return NULL;
    }
    c->line = &inner;
    c->r.output = NULL;
    shell_each(&c->r.shell, SHELL_POSIX, text, size, each_command, c);
    known = value ? c->r.output : NULL;
    c->r.output = output;
    c->line = line;
    if (!known)
        c->r.shell.rewritten =
            arena_strndup(&c->r.shell.arena, inner.data ? inner.data : "", inner.size);
    c->r.shell.arena.failed |= inner.failed;
    buffer_free(&inner);
    return known;
}

/* Results --------------------------------------------------------------------- */

static struct reading *reading_new(struct arena *memory)
{
    struct reading *c = arena_alloc(memory, sizeof *c);

    if (!c)
        return NULL;
    c->r.shell.budget = 4 * SHELL_TEXT_MAX;
    c->r.shell.substitute = substitute;
    c->r.run = run;
    c->r.read = read_text;
    return c;
}

/* The lines joined; frees the memory of the reading. -ENOMEM or `result`. */
static int reading_end(struct reading *c, int result, struct buffer *out)
{
    bool failed = c->r.shell.arena.failed;

    for (size_t i = 0; i < c->n_lines; i++) {
        failed |= c->lines[i].failed;
        if (c->lines[i].size) {
            buffer_puts(out, out->size ? "\n" : "");
            buffer_put(out, c->lines[i].data, c->lines[i].size);
        }
        buffer_free(&c->lines[i]);
    }
    shell_end(&c->r.shell);
    return failed || out->failed ? -ENOMEM : result < 0 ? result : 0;
}

int shell_canonical(const char *text, size_t size, struct buffer *out)
{
    struct arena    memory = {0};
    struct reading *c = reading_new(&memory);
    struct buffer   lines = {0};
    int             r = -ENOMEM;

    if (c) {
        begin_line(c);
        r = shell_each(&c->r.shell, SHELL_POSIX, text,
                       size < SHELL_TEXT_MAX ? size : SHELL_TEXT_MAX, each_command, c);
        r = reading_end(c, r, &lines);
    }
    if (r == 0 && lines.size)
        buffer_put(out, lines.data, lines.size);
    buffer_free(&lines);
    arena_free(&memory);
    return out->failed ? -ENOMEM : r;
}

/* Whether a name is of a shell builtin, or of a command that only prepares for another. */
static bool prepares(const char *name)
{
    return word_in("cd export set unset umask ulimit : true [ [[ test exec eval command builtin . "
                   "source fi done esac } sleep echo printf trap shift return exit wait read local",
                   name, false);
}

/* The run to which all others lead; NULL: none, or several. With `all` preparing commands count as
 * well. */
static const struct run *chain_end(const struct reading *c, bool all)
{
    const struct run *chain[COMMAND_VIA_MAX + 2] = {NULL};
    unsigned          deepest = 0, end = COMMAND_VIA_MAX + 2;

    for (size_t i = 1; i < c->n_runs; i++) {
        unsigned level = c->runs[i].level;

        if (level >= end || (!all && prepares(c->runs[i].name)))
            continue;
        if (chain[level] || level < deepest) /* a second on this level, or after deeper ones */
            end = level;
        chain[level] = &c->runs[i];
        deepest = level > deepest ? level : deepest;
    }
    while (deepest && (deepest >= end || !chain[deepest]))
        deepest--;
    return deepest ? chain[deepest] : NULL;
}

static const struct run *innermost(const struct reading *c)
{
    const struct run *end = chain_end(c, false);

    return end ? end : chain_end(c, true);
}

static const struct shell_word *words_of(struct reading *c, const struct command_given *given)
{
    struct shell_word *words = arena_alloc(&c->r.shell.arena, given->argc * sizeof *words);

    for (size_t i = 0; words && i < given->argc; i++)
        words[i].text = given->argv[i];
    return words;
}

static int read_given(struct reading *c, const struct command_given *given)
{
    const struct shell_word *words = words_of(c, given);
    struct shell_command     command = {.dialect = SHELL_POSIX,
                                        .words = words,
                                        .n = given->argc,
                                        .text = "",
                                        .input = given->input,
                                        .file = given->file,
                                        .exact = true};

    if (!words)
        return -ENOMEM;
    for (size_t i = 0; i < given->n_variables; i++)
        shell_set(&c->r.shell, SHELL_POSIX, given->variables[i].name,
                  strlen(given->variables[i].name), given->variables[i].value);
    begin_line(c);
    put_words(c, words, given->argc);
    return run(&c->r, &command, words, given->argc);
}

int command_read(const struct command_given *given, struct arena *memory,
                 struct command_reading *ret)
{
    struct arena    scratch = {0};
    struct reading *c = reading_new(&scratch);
    struct buffer   lines = {0};
    const char    **runs = arena_alloc(memory, (CANONICAL_RUNS_MAX + 1) * sizeof *runs);
    int             r = c && runs ? read_given(c, given) : -ENOMEM;

    if (r >= 0) {
        const struct run *script = innermost(c);
        *ret = (struct command_reading){.runs = runs, .n_runs = c->n_runs};
        for (size_t i = 0; i < c->n_runs; i++)
            runs[i] = arena_strndup(memory, c->runs[i].name, strlen(c->runs[i].name));
        ret->script = script ? arena_strndup(memory, script->name, strlen(script->name)) : NULL;
        ret->script_file = script && script->file;
    }
    if (c)
        r = reading_end(c, r, &lines);
    if (r == 0) {
        ret->text = arena_strndup(memory, lines.data ? lines.data : "", lines.size);
        ret->cut = c->cut || c->r.shell.full;
    }
    buffer_free(&lines);
    arena_free(&scratch);
    return r == 0 && memory->failed ? -ENOMEM : r;
}
