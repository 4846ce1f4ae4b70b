/* command_unwrap.c -- what the programs of command_wrappers.h run. */
#include <string.h>
#include <strings.h>

#include "command_reader.h"
#include "shell_lexer.h"

/* Reading on within a wrapper ------------------------------------------------------- */

static int run_within(struct command_reader *r, const struct wrapped *w, const char *remote,
                      size_t first, size_t n)
{
    size_t      n_via = r->n_via;
    const char *outer = r->remote;
    int         result = 0;

    if (first < n && command_enter(r, w->wrapper->name, remote))
        result = r->run(r, w->command, w->words + first, n - first);
    r->n_via = n_via;
    r->remote = outer;
    return result;
}

static int text_within(struct command_reader *r, const struct wrapped *w, const char *remote,
                       enum shell_dialect dialect, const char *text)
{
    size_t      n_via = r->n_via;
    const char *outer = r->remote;
    int         result = 0;

    if (text && command_enter(r, w->wrapper->name, remote))
        result = r->read(r, dialect, text);
    r->n_via = n_via;
    r->remote = outer;
    return result < 0 ? result : 0;
}

static const char *word(const struct wrapped *w, size_t i)
{
    return i < w->n ? w->words[i].text : NULL;
}

static const char *joined(struct command_reader *r, const struct wrapped *w, size_t from)
{
    return from < w->n ? text_join(&r->shell.arena, w->words + from, w->n - from) : NULL;
}

/* Programs of POSIX systems ---------------------------------------------------------- */

/* The meaning of one option word. */
struct option {
    size_t      more; /* words after it that are its value */
    const char *text; /* shell text that it holds */
    bool        inert;
};

static const char *value_at(struct command_reader *r, const struct wrapped *w, size_t i)
{
    const struct shell_word *value = &w->words[i];

    /* A log that joins arguments has lost the quotes: the text is then the whole rest. */
    if (i >= w->n)
        return NULL;
    return w->command->exact || strchr(value->text, ' ') || value->quoted ? value->text
                                                                          : joined(r, w, i);
}

static struct option short_option(struct command_reader *r, const struct wrapped *w, size_t i)
{
    const struct wrapper *wrapper = w->wrapper;
    struct option         option = {0};

    for (const char *p = w->words[i].text + 1; *p; p++) {
        bool value = wrapper->letters && strchr(wrapper->letters, *p);

        if (wrapper->inert && strchr(wrapper->inert, *p))
            option.inert = true;
        if (wrapper->text == *p)
            option.text = p[1] ? p + 1 : value_at(r, w, i + 1);
        if (value) {
            option.more = p[1] ? 0 : 1;
            break;
        }
    }
    return option;
}

/* Whether the word after an option that is not known is its value, so that the program is one that is
 * known. */
static bool unknown_takes_next(const struct wrapped *w, size_t i)
{
    return i + 2 < w->n && word(w, i + 1)[0] != '-' && !program_known(word(w, i + 1)) &&
           program_known(word(w, i + 2));
}

static struct option read_option(struct command_reader *r, const struct wrapped *w, size_t i)
{
    static const char *const texts[] = {"--command", "--split-string", "--args"};
    const char              *text = w->words[i].text;
    struct option            option = {0};

    if (w->wrapper->longs && word_in(w->wrapper->longs, text, true))
        option.more = 1;
    else if (text[1] != '-')
        return short_option(r, w, i);
    else if (!strchr(text, '=') && !w->wrapper->operands && unknown_takes_next(w, i))
        option.more = 1;
    for (size_t t = 0; w->wrapper->text && t < sizeof texts / sizeof texts[0]; t++) {
        size_t size = strlen(texts[t]);

        if (strncmp(text, texts[t], size) == 0 && text[size] == '=')
            option.text = text + size + 1;
        else if (strcmp(text, texts[t]) == 0)
            option.text = value_at(r, w, i + 1);
    }
    return option;
}

/* The value of an option that names the host or container; NULL for another option. */
static const char *host_option(struct command_reader *r, const struct wrapped *w, size_t i)
{
    const char *text = w->words[i].text;
    bool        is_long = text[1] == '-';

    if (!w->wrapper->host)
        return NULL;
    size_t size = strcspn(text, is_long ? "=" : w->wrapper->letters);
    if (!is_long && !text[size])
        return NULL;
    const char *name = is_long ? arena_strndup(&r->shell.arena, text, size)
                               : text_printf(&r->shell.arena, "-%c", text[size]);
    if (!word_in(w->wrapper->host, name, false))
        return NULL;
    return text[size] && text[size + 1] ? text + size + 1 : word(w, i + 1);
}

struct walk {
    size_t      program; /* index of the word with the program's name */
    const char *text, *host;
    bool        inert;
};

/* Options and operands up to the program; texts may also follow operands (su root -c text). */
static struct walk walk(struct command_reader *r, const struct wrapped *w, size_t i)
{
    unsigned    operands = w->wrapper->operands;
    struct walk walk = {.program = w->n};
    bool        ended = false;

    for (; i < w->n && !walk.text; i++) {
        const char *text = w->words[i].text;

        if (strcmp(text, "--") == 0 && !ended) {
            ended = operands == 0;
        } else if (text[0] == '-' && text[1] && !ended) {
            struct option option = read_option(r, w, i);
            if (!walk.host)
                walk.host = host_option(r, w, i);
            i += option.more;
            walk.text = option.text;
            walk.inert |= option.inert;
        } else if (operands) {
            operands--;
            if (!walk.host)
                walk.host = text;
        } else if (walk.program == w->n) {
            walk.program = i;
            if (!w->wrapper->text)
                break;
        }
    }
    return walk;
}

/* sudo and env take NAME=value before the program. */
static int unwrap_program(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    const struct wrapper *wrapper = w->wrapper;
    size_t                first = 1;

    *ret_mine = true;
    if (wrapper->commands) {
        while (first < w->n && !word_in(wrapper->commands, word(w, first), false))
            first++;
        if (first++ == w->n) { /* "podman quadlet install" is a service tool's work */
            *ret_mine = false;
            return 0;
        }
    }
    struct walk found = walk(r, w, first);
    const char *remote = wrapper->flags & WRAPPER_REMOTE ? found.host : NULL;
    if (found.inert)
        return 0;
    if (found.text)
        return text_within(r, w, remote, SHELL_POSIX, found.text);
    if (wrapper->flags & WRAPPER_NONE)
        return 0;
    if (wrapper->flags & WRAPPER_TEXT) {
        const char *text = joined(r, w, found.program);
        if (!text)
            text = w->command->input ? w->command->input : w->command->piped ? r->output : NULL;
        return text_within(r, w, remote,
                           text && w->command->dialect == SHELL_POSIX
                               ? command_dialect(text, strlen(text))
                               : w->command->dialect,
                           text);
    }
    return run_within(r, w, remote, found.program, w->n);
}

/* find ... -exec program ... ; */
static int unwrap_find(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    size_t i = 1, end;

    *ret_mine = true;
    while (i < w->n &&
           !word_in("-exec -execdir -ok -okdir -x --exec -a --startas", word(w, i), false))
        i++;
    for (end = ++i; end < w->n; end++)
        if (word_in("; + \\;", word(w, end), false))
            break;
    return i < end ? run_within(r, w, NULL, i, end) : 0;
}

/* systemd-notify --exec --ready ; program: the program is after the word ";" (systemd-notify(1)).
 * */
static int unwrap_notify(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    size_t i = 1;

    *ret_mine = true;
    while (i < w->n && strcmp(word(w, i), "--exec") != 0)
        i++;
    while (i < w->n && !word_in("; \\;", word(w, i), false))
        i++;
    return i < w->n ? run_within(r, w, NULL, i + 1, w->n) : 0;
}

/* A tool's bare name is more likely to be only a text. */
static int read_code_line(struct command_reader *r, const struct wrapped *w, struct buffer *line)
{
    if (!line->size || !buffer_text(line) || !strchr(line->data, ' '))
        return 0;
    return text_within(r, w, NULL, SHELL_POSIX, line->data);
}

/* A script that is run by its path: the kernel starts it as sh /usr/sbin/service x stop. Only the
 * script counts; the interpreter is not a wrapper that the user chose. */
static int script(struct command_reader *r, const struct wrapped *w, size_t i)
{
    if (i >= w->n || (!w->command->exact && !strpbrk(word(w, i), "/.")) ||
        r->n_scripts == COMMAND_VIA_MAX)
        return 0;
    r->n_scripts++;
    int result = r->run(r, w->command, w->words + i, w->n - i);
    r->n_scripts--;
    return result;
}

/* A script that is the value of an option, "--rcfile=x" or "--rcfile x"; false for another option.
 * */
static bool script_option(struct command_reader *r, const struct wrapped *w, size_t i, int *ret)
{
    const char *text = word(w, i), *equals = strchr(text, '=');
    size_t      size = equals ? (size_t)(equals - text) : strlen(text);
    const char *name = arena_strndup(&r->shell.arena, text, size);

    if (!w->wrapper->file_options || !word_in(w->wrapper->file_options, name, false))
        return false;
    if (equals)
        *ret = r->run(r, w->command, &(struct shell_word){.text = equals + 1}, 1);
    else if (w->wrapper->flags & WRAPPER_NONE) /* at's words are a time, none of the script's */
        *ret = i + 1 < w->n ? r->run(r, w->command, w->words + i + 1, 1) : 0;
    else
        *ret = script(r, w, i + 1);
    return true;
}

/* The input of a shell without a script. */
static int read_input(struct command_reader *r, const struct wrapped *w)
{
    const char *input = w->command->input   ? w->command->input
                        : w->command->piped ? r->output
                                            : NULL;

    if (!input && w->command->file) { /* what it runs does not read that file again: sh < sh */
        struct shell_command inner = *w->command;
        inner.file = NULL;
        return r->run(r, &inner, &(struct shell_word){.text = w->command->file}, 1);
    }
    return text_within(r, w, NULL, SHELL_POSIX, input);
}

/* The texts that code quotes, joined by blanks where only commas separate them: system("a b"),
 * run(["a", "b"]). Each run of them is read as a line. */
static int read_quoted(struct command_reader *r, const struct wrapped *w, const char *code)
{
    struct buffer line = {0};
    int           result = 0;

    while (*code && result >= 0) {
        char quote = *code++;

        if (quote != '"' && quote != '\'') {
            if (!strchr(", ", quote)) {
                result = read_code_line(r, w, &line);
                buffer_reset(&line);
            }
            continue;
        }
        if (line.size)
            buffer_putc(&line, ' ');
        for (; *code && *code != quote; code++) {
            code += *code == '\\' && code[1];
            buffer_putc(&line, *code);
        }
        code += *code != '\0';
    }
    if (result >= 0)
        result = read_code_line(r, w, &line);
    buffer_free(&line);
    return result;
}

/* The meaning of one option word of an interpreter: the index of the word after it and its value; 0
 * where the rest does not matter, as its code is read or it names a module. */
static size_t code_option(struct command_reader *r, const struct wrapped *w, size_t i, int *ret)
{
    const struct wrapper *wrapper = w->wrapper;
    const char           *text = word(w, i), *equals = strchr(text, '=');
    const char           *code = NULL;

    if (script_option(r, w, i, ret))
        return 0;
    if (wrapper->longs && word_in(wrapper->longs, text, false))
        return i + 2;
    if (text[1] == '-') {
        size_t size = equals ? (size_t)(equals - text) : strlen(text);
        if (!wrapper->code_options ||
            !word_in(wrapper->code_options, arena_strndup(&r->shell.arena, text, size), false))
            return i + 1;
        code = equals ? equals + 1 : value_at(r, w, i + 1);
    }
    for (const char *p = text + 1; *p && text[1] != '-' && !code; p++) {
        bool last = !p[1];
        if (wrapper->inert && strchr(wrapper->inert, *p))
            return 0;
        if (wrapper->attached && strchr(wrapper->attached, *p))
            return i + 1;
        if (wrapper->letters && strchr(wrapper->letters, *p))
            return i + (last ? 2 : 1);
        if (wrapper->codes && strchr(wrapper->codes, *p) && (last || !strchr(wrapper->codes, p[1])))
            code = last ? value_at(r, w, i + 1) : p + 1;
    }
    if (!code)
        return i + 1;
    *ret = read_quoted(r, w, code);
    return 0;
}

static int unwrap_code(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    size_t i = 1;
    int    result = 0;

    *ret_mine = true;
    while (i < w->n && word(w, i)[0] == '-' && word(w, i)[1]) {
        if (strcmp(word(w, i), "--") == 0) {
            i++;
            break;
        }
        i = code_option(r, w, i, &result);
        if (!i)
            return result;
    }
    if (i < w->n && w->wrapper->commands && word_in(w->wrapper->commands, word(w, i), false))
        i++;
    if (i >= w->n || strcmp(word(w, i), "-") == 0)
        return w->command->exact || w->command->file ? read_input(r, w) : 0;
    if (w->wrapper->flags & WRAPPER_TEXT) /* awk: its first operand is the program */
        return read_quoted(r, w, word(w, i));
    return w->wrapper->flags & WRAPPER_NONE ? 0 : script(r, w, i); /* java: a class */
}

/* osascript -e 'do shell script "text" with administrator privileges' */
static int unwrap_osascript(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    *ret_mine = true;
    for (size_t i = 1; i < w->n; i++) {
        const char *text = strstr(word(w, i), "do shell script \"");
        size_t      size;

        if (!text)
            continue;
        text += strlen("do shell script \"");
        for (size = 0; text[size] && text[size] != '"'; size++)
            size += text[size] == '\\' && text[size + 1];
        return text_within(r, w, NULL, SHELL_POSIX, arena_strndup(&r->shell.arena, text, size));
    }
    return 0;
}

/* sh [-lc] text, sh < text, sh /etc/init.d/x start */
static int unwrap_shell(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    size_t i = 1;
    bool   from_input = false;
    int    result;

    *ret_mine = true;
    if (w->wrapper->flags & WRAPPER_NONE) { /* at, batch: their operands are a time */
        for (; i < w->n; i++)
            if (script_option(r, w, i, &result))
                return result;
        return read_input(r, w);
    }
    for (; i < w->n && (word(w, i)[0] == '-' || word(w, i)[0] == '+'); i++) {
        const char *text = word(w, i);

        if (script_option(r, w, i, &result))
            return result;
        if (text[1] == '-')
            continue;
        if (strchr(text, 'c'))
            return text_within(r, w, NULL, SHELL_POSIX, value_at(r, w, i + 1));
        from_input = from_input || strchr(text, 's');
        i += text[strlen(text) - 1] == 'o' || text[strlen(text) - 1] == 'O';
    }
    return i >= w->n || from_input ? read_input(r, w) : script(r, w, i);
}

/* Programs of Windows ------------------------------------------------------------------ */

/* The command of cmd.exe: everything after /c, without the outermost quotes unless they only
 * enclose a program's path ("cmd /?"). */
static const char *cmd_text(struct command_reader *r, const char *text, size_t size)
{
    const char *last;

    while (size && is_blank(*text))
        text++, size--;
    if (!size || *text != '"')
        return arena_strndup(&r->shell.arena, text, size);
    last = memrchr(text + 1, '"', size - 1);
    if (!last)
        return arena_strndup(&r->shell.arena, text + 1, size - 1);
    bool only_two = !memchr(text + 1, '"', (size_t)(last - text - 1));
    bool path = only_two && last - text > 5 && (text[2] == ':' || text[1] == '\\') &&
                strncasecmp(last - 4, ".exe", 4) == 0;
    if (path)
        return arena_strndup(&r->shell.arena, text, size);
    struct buffer out = {0};
    buffer_put(&out, text + 1, (size_t)(last - text - 1));
    buffer_put(&out, last + 1, size - (size_t)(last + 1 - text));
    const char *stripped = arena_strndup(&r->shell.arena, out.data, out.failed ? 0 : out.size);
    buffer_free(&out);
    return stripped;
}

/* The index of the word with /c or /k in it, which may be joined with text: /cnet, /c"net". */
static size_t cmd_switch(const struct wrapped *w)
{
    for (size_t i = 1; i < w->n && (w->words[i].text[0] == '/' || w->words[i].text[0] == '-'); i++)
        if (strchr("cCkKrR", w->words[i].text[1]) && w->words[i].text[1])
            return i;
    return 0;
}

static int unwrap_cmd(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    size_t      i = cmd_switch(w);
    const char *glued = i ? w->words[i].text + 2 : "";

    *ret_mine = true;
    if (!i) {
        const char *input = w->command->piped ? r->output : NULL;
        return w->n == 1 ? text_within(r, w, NULL, SHELL_CMD, input) : 0;
    }
    if (w->command->dialect != SHELL_CMD || !w->words[i].end) {
        const char *rest = *glued ? glued : joined(r, w, i + 1);
        return text_within(r, w, NULL, SHELL_CMD, rest);
    }
    size_t begin = *glued && !w->words[i].quoted ? w->words[i].begin + 2 : w->words[i].end;
    text_within(r, w, NULL, SHELL_CMD,
                cmd_text(r, w->command->text + begin, w->command->size - begin));
    return r->shell.arena.failed ? 0 : 1;
}

/* Whether `text` is the parameter of this name, or a prefix of it of at least `least` characters.
 * */
static bool parameter(const char *text, const char *name, size_t least)
{
    size_t size;

    if (strncmp(text, "\xe2\x80", 2) == 0 && (text[2] & 0xfc) == 0x90 && (text[2] & 3) == 3)
        text += 2; /* PowerShell accepts the en dash as well */
    else if (text[0] != '-' && text[0] != '/')
        return false;
    size = strcspn(text + 1, ":");
    return size >= least && size <= strlen(name) && strncasecmp(text + 1, name, size) == 0;
}

static bool powershell_value(const char *text)
{
    /* clang-format off */
    static const struct {
        const char *name;
        size_t      least;
    } valued[] = {
        {"executionpolicy", 2},
        {"ep", 2},
        {"windowstyle", 1},
        {"version", 1},
        {"inputformat", 2},
        {"outputformat", 1},
        {"psconsolefile", 1},
        {"if", 2},
        {"configurationname", 7},
        {"custompipename", 2},
        {"workingdirectory", 2},
        {"wd", 2},
        {"settingsfile", 2},
        {"encodedarguments", 8},
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof valued / sizeof valued[0]; i++)
        if (parameter(text, valued[i].name, valued[i].least))
            return true;
    return false;
}

static int unwrap_encoded(struct command_reader *r, const struct wrapped *w, const char *text)
{
    bool encoded = r->encoded;
    int  result;

    if (!text)
        return 0;
    r->encoded = true;
    result = text_within(r, w, NULL, SHELL_POWERSHELL, command_decoded(&r->shell.arena, text));
    r->encoded = encoded;
    return result;
}

/* A text is joined from all following words, as in PowerShell. */
static int unwrap_powershell(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    size_t i = 1;

    *ret_mine = true;
    for (; i < w->n; i++) {
        const char *text = w->words[i].text;

        if (!strchr("-/\xe2", text[0]))
            break;
        if (parameter(text, "file", 1))
            return script(r, w, i + 1);
        if (parameter(text, "encodedcommand", 1) || parameter(text, "ec", 2))
            return unwrap_encoded(r, w, word(w, i + 1));
        if (parameter(text, "command", 1) || parameter(text, "commandwithargs", 8)) {
            i++;
            break;
        }
        i += powershell_value(text);
    }
    const char *text = joined(r, w, i);
    if (!text || strcmp(text, "-") == 0)
        text = w->command->input ? w->command->input : w->command->piped ? r->output : NULL;
    return text_within(r, w, NULL, SHELL_POWERSHELL, text);
}

/* start ["title"] [/d folder] [/b ...] program */
static int unwrap_start(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    size_t i = 1;

    *ret_mine = true;
    if (i < w->n && w->words[i].quoted)
        i++;
    for (; i < w->n && word(w, i)[0] == '/'; i++)
        i += word_in("/d /node /affinity", word(w, i), true);
    return run_within(r, w, NULL, i, w->n);
}

/* Start-Process [-FilePath] program [-ArgumentList] arguments */
static int unwrap_start_process(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    struct buffer text = {0};
    int           result = 0;

    *ret_mine = true;
    for (size_t i = 1; i < w->n; i++) {
        const char *next = w->words[i].text;

        if (parameter(next, "filepath", 1) || parameter(next, "argumentlist", 1) ||
            parameter(next, "args", 4))
            continue;
        if (next[0] == '-' && !w->words[i].quoted) {
            i += parameter(next, "verb", 4) || parameter(next, "windowstyle", 1) ||
                 parameter(next, "workingdirectory", 2);
            continue;
        }
        if (text.size)
            buffer_putc(&text, ' ');
        for (; *next; next++)
            buffer_putc(&text, *next == ',' ? ' ' : *next);
    }
    if (text.size && buffer_text(&text))
        result = text_within(r, w, NULL, SHELL_CMD, text.data);
    buffer_free(&text);
    return result;
}

/* The block in braces runs on that host; it is read as the commands after this one. */
static int unwrap_invoke(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    *ret_mine = true;
    if (w->n > 1 && word(w, 1)[0] != '-')
        command_enter(r, w->wrapper->name, word(w, 1));
    for (size_t i = 1; i + 1 < w->n; i++)
        if (parameter(word(w, i), "computername", 2) || parameter(word(w, i), "cn", 2) ||
            parameter(word(w, i), "hostname", 2))
            command_enter(r, w->wrapper->name, word(w, i + 1));
    return 0;
}

static int unwrap_wmic(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    const char *remote = NULL;

    for (size_t i = 1; i + 1 < w->n; i++) {
        if (strncasecmp(word(w, i), "/node:", 6) == 0)
            remote = word(w, i) + 6;
        if (strcasecmp(word(w, i), "call") == 0 && strcasecmp(word(w, i + 1), "create") == 0 &&
            strcasecmp(word(w, i - 1), "process") == 0) {
            *ret_mine = true;
            return text_within(r, w, remote, SHELL_CMD, joined(r, w, i + 2));
        }
    }
    return 0;
}

/* schtasks /create /tr "text", runas /user:x "text", winrs -r:host text */
static int unwrap_switch(struct command_reader *r, const struct wrapped *w, bool *ret_mine)
{
    const char *remote = NULL;
    size_t      i = 1;

    *ret_mine = true;
    if (w->wrapper->option) {
        while (i < w->n && strcasecmp(word(w, i), w->wrapper->option) != 0)
            i++;
        return text_within(r, w, NULL, SHELL_CMD, word(w, i + 1));
    }
    for (; i < w->n && strchr("/-", word(w, i)[0]); i++)
        if (strncasecmp(word(w, i) + 1, "r:", 2) == 0)
            remote = word(w, i) + 3;
    return text_within(r, w, remote, SHELL_CMD, joined(r, w, i));
}

int command_unwrap(struct command_reader *r, const struct wrapped *wrapped, bool *ret_mine)
{
    typedef int             unwrap_fn(struct command_reader *, const struct wrapped *, bool *);
    static unwrap_fn *const kinds[] = {
        [WRAPPER_PROGRAM] = unwrap_program,
        [WRAPPER_SHELL] = unwrap_shell,
        [WRAPPER_CMD] = unwrap_cmd,
        [WRAPPER_POWERSHELL] = unwrap_powershell,
        [WRAPPER_START] = unwrap_start,
        [WRAPPER_START_PROCESS] = unwrap_start_process,
        [WRAPPER_INVOKE] = unwrap_invoke,
        [WRAPPER_FIND] = unwrap_find,
        [WRAPPER_NOTIFY] = unwrap_notify,
        [WRAPPER_CODE] = unwrap_code,
        [WRAPPER_OSASCRIPT] = unwrap_osascript,
        [WRAPPER_WMIC] = unwrap_wmic,
        [WRAPPER_SWITCH] = unwrap_switch,
    };

    return kinds[wrapped->wrapper->kind](r, wrapped, ret_mine);
}

/* What commands write -------------------------------------------------------------------- */

/* The number after a backslash, "143", "0143" or "x63": its value, 0 for none, and its length. */
static unsigned escape_number(const char *text, size_t *ret_size)
{
    bool     hex = *text == 'x';
    int      base = hex ? 16 : 8;
    size_t   at = hex ? 1 : 0, end = hex ? 3 : *text == '0' ? 4 : 3;
    unsigned value = 0;

    for (int digit; at < end && (digit = digit_value(text[at])) >= 0 && digit < base; at++)
        value = value * (unsigned)base + (unsigned)digit;
    *ret_size = at;
    return value & 0xff;
}

/* A text with the escapes decoded that printf knows, only those that hide text: \143, \x63, \n. */
static const char *unescaped(struct arena *arena, const char *text)
{
    char  *out = arena_alloc(arena, strlen(text) + 1);
    size_t n = 0;

    for (; out && *text; n++) {
        size_t   size = 0;
        unsigned value = *text == '\\' ? escape_number(text + 1, &size) : 0;

        if (*text == '\\' && text[1] == 'n') {
            value = '\n';
            size = 1;
        }
        out[n] = value ? (char)value : *text;
        text += value ? size + 1 : 1;
    }
    return out ? out : "";
}

const char *command_output(struct command_reader *r, const struct shell_command *command,
                           const struct shell_word *words, size_t n)
{
    const char *input = command->input ? command->input : command->piped ? r->output : NULL;
    const char *name = command_name(&r->shell.arena, words[0].text, command->dialect);
    size_t      i = 1;

    if (word_in("echo printf write-output", name, true)) {
        bool escapes = strcmp(name, "printf") == 0;
        if (escapes && i + 1 < n && strchr(words[i].text, '%'))
            i++;
        for (; i < n && words[i].text[0] == '-'; i++)
            escapes |= strchr(words[i].text, 'e') != NULL;
        const char *text = i < n ? text_join(&r->shell.arena, words + i, n - i) : NULL;
        return text && escapes ? unescaped(&r->shell.arena, text) : text;
    }
    if (word_in("cat tee", name, false))
        return input;
    if (strcmp(name, "base64") != 0 || !input)
        return NULL;
    for (; i < n; i++)
        if (word_in("-d -D --decode -di -id", words[i].text, false)) {
            r->encoded = true; /* for the rest of the line */
            return command_decoded(&r->shell.arena, input);
        }
    return NULL;
}
