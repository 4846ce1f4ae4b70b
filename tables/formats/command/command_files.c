#include "command_files.h"

#include <errno.h>
#include <string.h>

#include "command_lead.h"
#include "command_reader.h"
#include "shell_lexer.h"

struct reading {
    struct command_reader r; /* first: what the wrappers hand on */
    const char           *directory;
};

/* What one command does to one file. */
struct written {
    const char *action, *path, *program, *from, *content;
};

/* Folders ------------------------------------------------------------------------ */

static const char *const folders[] = {
    "/systemd/",      "/init.d",       "/rc.local",           "/rc.d",     "/dbus-1/",
    "/LaunchDaemons", "/LaunchAgents", "/containers/systemd", "/xinetd.d", "/rc",
};

static bool names_folder(const char *at, size_t size)
{
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        size_t length = strlen(folders[i]);
        if (length <= size && memcmp(at, folders[i], length) == 0)
            return true;
    }
    return false;
}

bool command_line_may_write(const char *line, size_t size)
{
    const char *end = line + size;

    for (const char *at = line; (at = memchr(at, '/', (size_t)(end - at))); at++)
        if (names_folder(at, (size_t)(end - at)))
            return true;
    return false;
}

static bool in_folder(const char *path)
{
    static const char *const starts[] = {"/etc/init.d/", "/etc/rc", "/etc/xinetd.d/",
                                         "/etc/dbus-1/system-services/"};

    if (strstr(path, "/systemd/") || strstr(path, "/LaunchDaemons/") ||
        strstr(path, "/LaunchAgents/") || strstr(path, "/dbus-1/system-services/"))
        return true;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (strncmp(path, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

/* Whether a destination is a folder, as far as its name says. */
static bool is_folder(const char *path)
{
    const char *name = strrchr(path, '/');
    size_t      size = strlen(path);

    name = name ? name + 1 : path;
    if (!*name || strcmp(name, ".") == 0)
        return true;
    if (size > 2 && strcmp(path + size - 2, ".d") == 0)
        return true;
    if (size > 6 && strcmp(path + size - 6, ".wants") == 0)
        return true;
    if (size > 9 && strcmp(path + size - 9, ".requires") == 0)
        return true;
    return word_in(
        "system user systemd LaunchDaemons LaunchAgents system-services system-generators "
        "user-generators system-sleep system-shutdown",
        name, false);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Results ------------------------------------------------------------------------- */

static void put_text(struct buffer *out, const char *name, const char *text)
{
    buffer_printf(out, "\"%s\":", name);
    if (text)
        buffer_json(out, text, strlen(text));
    else
        buffer_puts(out, "null");
}

static bool is_absolute(const char *path)
{
    return path[0] == '/' || strncmp(path, "~/", 2) == 0 || strncmp(path, "$HOME/", 6) == 0 ||
           strncmp(path, "${HOME}/", 8) == 0;
}

/* A word that holds a loop's variable is given once for each of its words: the lexer writes the list
 * between \1 and \3, its words before a \2 but the first. */
static void put_file(struct reading *c, const struct written *file);

static bool put_loop(struct reading *c, const struct written *file)
{
    const char *open = strchr(file->path, '\1'), *close = open ? strchr(open, '\3') : NULL;

    if (!close)
        return open != NULL;
    for (const char *at = open + 1; at < close;) {
        size_t         size = strcspn(at, "\2\3");
        struct written one = *file;
        one.path = text_printf(&c->r.shell.arena, "%.*s%.*s%s", (int)(open - file->path),
                               file->path, (int)size, at, close + 1);
        at += size + 1;
        if (one.path && c->r.n_uses < COMMAND_FILES_MAX)
            put_file(c, &one);
    }
    return true;
}

static void put_file(struct reading *c, const struct written *file)
{
    struct arena *arena = &c->r.shell.arena;
    const char   *path = file->path;

    if (c->r.remote || c->r.n_uses == COMMAND_FILES_MAX || put_loop(c, file))
        return;
    if (!is_absolute(path) && c->directory)
        path = text_printf(arena, "%s/%s", c->directory, path);
    if (!path || !is_absolute(path) || !in_folder(path))
        return;
    if (path[0] == '$')
        path = text_printf(arena, "~%s", strchr(path, '/'));
    struct buffer *out = c->r.out;
    buffer_puts(out, c->r.n_uses++ ? ",{" : "[{");
    put_text(out, "action", file->action);
    buffer_putc(out, ',');
    put_text(out, "path", path);
    buffer_putc(out, ',');
    put_text(out, "program", file->program);
    buffer_putc(out, ',');
    put_text(out, "from", file->from);
    buffer_putc(out, ',');
    put_text(out, "content", file->content);
    buffer_putc(out, '}');
}

/* The file that a source becomes in a folder, or the destination itself. */
static void put_copy(struct reading *c, const struct written *file, const char *to, bool folder)
{
    struct written copy = *file;
    size_t         size = strlen(to);
    bool           slash = size && to[size - 1] == '/';

    copy.path = to;
    if (folder)
        copy.path =
            text_printf(&c->r.shell.arena, slash ? "%s%s" : "%s/%s", to, last_part(file->from));
    if (copy.path)
        put_file(c, &copy);
}

/* Programs ------------------------------------------------------------------------ */

enum writer_kind {
    OPERANDS, /* every operand is a file that is written */
    COPY,     /* the last operand is what the others become */
    LINK,
    EDIT, /* the operands after a script, with -i alone */
    FETCH,
    DATA, /* of=FILE */
};

struct writer {
    const char      *name;
    enum writer_kind kind;
    const char      *action;
    const char      *values; /* letters of options that take a value */
};

static const struct writer writers[] = {
    {"tee", OPERANDS, "created", ""},
    {"touch", OPERANDS, "created", "drt"},
    {"rm", OPERANDS, "deleted", ""},
    {"unlink", OPERANDS, "deleted", ""},
    {"shred", OPERANDS, "deleted", "ns"},
    {"vi", OPERANDS, "modified", ""},
    {"vim", OPERANDS, "modified", "c"},
    {"nvim", OPERANDS, "modified", "c"},
    {"nano", OPERANDS, "modified", ""},
    {"emacs", OPERANDS, "modified", ""},
    {"ed", OPERANDS, "modified", ""},
    {"mcedit", OPERANDS, "modified", ""},
    {"chmod", OPERANDS, "attributes", ""},
    {"chown", OPERANDS, "attributes", ""},
    {"chattr", OPERANDS, "attributes", ""},
    {"cp", COPY, "created", "tS"},
    {"mv", COPY, "renamed", "tS"},
    {"install", COPY, "created", "tmogS"},
    {"rsync", COPY, "created", "e"},
    {"ln", LINK, "created", "tS"},
    {"sed", EDIT, "modified", "ef"},
    {"perl", EDIT, "modified", "e"},
    {"curl", FETCH, "created", "oHXdAuebTFmx"},
    {"wget", FETCH, "created", "OPoaUit"},
    {"dd", DATA, "created", ""},
};

static const struct writer *writer_find(const char *name)
{
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
        if (strcmp(writers[i].name, name) == 0)
            return &writers[i];
    return NULL;
}

#define OPERANDS_MAX 64

/* A call's words, sorted. */
struct call {
    const char *operands[OPERANDS_MAX];
    size_t      n;
    const char *folder;                          /* -t, -P, --output-dir */
    const char *output;                          /* -o, -O FILE */
    bool        in_place, script, append, named; /* named: curl -O */
};

/* The value of a long option, "--output=x" or "--output x"; NULL where it is another. */
static const char *long_value(const struct shell_word *words, size_t n, size_t *i, const char *name)
{
    const char *text = words[*i].text;
    size_t      size = strlen(name);

    if (strncmp(text, name, size) != 0)
        return NULL;
    if (text[size] == '=')
        return text + size + 1;
    return !text[size] && *i + 1 < n ? words[++*i].text : NULL;
}

static void take_long(struct call *call, const struct shell_word *words, size_t n, size_t *i)
{
    static const char *const files[] = {"--output-document", "--output"}, *const dirs[] = {
                                                                              "--target-directory",
                                                                              "--output-dir",
                                                                              "--directory-prefix"};
    const char *text = words[*i].text, *value;

    call->in_place |= strncmp(text, "--in-place", 10) == 0;
    call->append |= strcmp(text, "--append") == 0;
    call->named |= strcmp(text, "--remote-name") == 0;
    for (size_t k = 0; k < sizeof dirs / sizeof dirs[0]; k++)
        if ((value = long_value(words, n, i, dirs[k]))) {
            call->folder = value;
            return;
        }
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++)
        if ((value = long_value(words, n, i, files[k]))) {
            call->output = value;
            return;
        }
}

static void take_value(struct call *call, const struct writer *writer, char letter,
                       const char *value)
{
    bool wget = strcmp(writer->name, "wget") == 0;

    if (letter == 't' && (writer->kind == COPY || writer->kind == LINK))
        call->folder = value;
    else if (letter == 'P' && wget)
        call->folder = value;
    else if (writer->kind == FETCH && letter == (wget ? 'O' : 'o'))
        call->output = value;
    else if (writer->kind == EDIT)
        call->script = true;
}

static void take_short(struct call *call, const struct writer *writer,
                       const struct shell_word *words, size_t n, size_t *i)
{
    for (const char *p = words[*i].text + 1; *p; p++) {
        if (strchr(writer->values, *p)) {
            take_value(call, writer, *p, p[1] ? p + 1 : *i + 1 < n ? words[++*i].text : NULL);
            return;
        }
        call->append |= *p == 'a' && writer->kind == OPERANDS;
        call->named |= *p == 'O' && writer->kind == FETCH;
        if (*p == 'i' && writer->kind == EDIT) {
            call->in_place = true;
            return; /* a suffix */
        }
    }
}

static struct call sort_words(const struct writer *writer, const struct shell_word *words, size_t n)
{
    struct call call = {0};

    for (size_t i = 1; i < n; i++) {
        const char *text = words[i].text;
        if (text[0] == '-' && text[1] == '-')
            take_long(&call, words, n, &i);
        else if (text[0] == '-' && text[1])
            take_short(&call, writer, words, n, &i);
        else if (call.n < OPERANDS_MAX)
            call.operands[call.n++] = text;
        else
            call.operands[OPERANDS_MAX - 1] = text; /* the last may say where all go */
    }
    return call;
}

static void read_copies(struct reading *c, const struct call *call, struct written *file)
{
    const char *to = call->folder ? call->folder : call->n > 1 ? call->operands[call->n - 1] : NULL;
    size_t      n = call->folder ? call->n : call->n > 1 ? call->n - 1 : 0;

    for (size_t i = 0; to && i < n; i++) {
        file->from = call->operands[i];
        put_copy(c, file, to, call->folder || n > 1 || is_folder(to));
        if (strcmp(file->action, "renamed") == 0) {
            struct written away = {"deleted", call->operands[i], file->program, NULL, NULL};
            put_file(c, &away);
        }
    }
}

static void read_fetch(struct reading *c, const struct call *call, struct written *file)
{
    for (size_t i = 0; i < call->n && !file->from; i++)
        if (strstr(call->operands[i], "://") || call->n == 1)
            file->from = call->operands[i];
    if (call->output)
        put_copy(c, file, call->output, false);
    else if (file->from && (call->folder || c->directory) &&
             (call->named || strcmp(file->program, "wget") == 0))
        put_copy(c, file, call->folder ? call->folder : c->directory, true);
}

static void read_writer(struct reading *c, const struct writer *writer,
                        const struct shell_command *command, const struct shell_word *words,
                        size_t n)
{
    struct call    call = sort_words(writer, words, n);
    struct written file = {.action = writer->action, .program = writer->name};
    size_t         first = 0;

    if (strcmp(writer->name, "tee") == 0) {
        file.content = command->input ? command->input : command->piped ? c->r.output : NULL;
        file.action = call.append ? "modified" : "created";
    }
    switch (writer->kind) {
    case EDIT:
        if (!call.in_place)
            return;
        first = call.script || call.n == 0 ? 0 : 1;
        file.content = first ? call.operands[0] : NULL;
        /* fall through */
    case OPERANDS:
        for (size_t i = first; i < call.n; i++) {
            file.path = call.operands[i];
            put_file(c, &file);
        }
        return;
    case COPY:
    case LINK:
        read_copies(c, &call, &file);
        return;
    case FETCH:
        read_fetch(c, &call, &file);
        return;
    case DATA:
        for (size_t i = 0; i < call.n; i++)
            if (strncmp(call.operands[i], "of=", 3) == 0) {
                file.path = call.operands[i] + 3;
                put_file(c, &file);
            }
        return;
    }
}

/* The next word of `*at`; NULL: none. */
static const char *next_word(struct arena *arena, const char **at)
{
    *at += strspn(*at, " ");
    size_t      size = strcspn(*at, " ");
    const char *word = size ? arena_strndup(arena, *at, size) : NULL;

    *at += size;
    return word;
}

/* Redirections: "> a 2>&1", as the lexer notes them. */
static void read_redirections(struct reading *c, const struct shell_command *command,
                              const char *program, const char *content)
{
    struct arena *arena = &c->r.shell.arena;
    const char   *at = command->files ? command->files : "", *word;

    while ((word = next_word(arena, &at))) {
        char last = word[strlen(word) - 1];
        if (!strchr(word, '>') || word[0] == '<' || (last != '>' && last != '|'))
            continue;
        const char    *action = strstr(word, ">>") ? "modified" : "created";
        struct written file = {action, next_word(arena, &at), program, NULL,
                               word[0] == '2' ? NULL : content};
        if (file.path)
            put_file(c, &file);
    }
}

/* Commands ------------------------------------------------------------------------ */

static int run(struct command_reader *r, const struct shell_command *command,
               const struct shell_word *words, size_t n)
{
    struct reading *c = (struct reading *)r;
    bool            mine = false;
    int             result = 0;

    while (n && command->dialect == SHELL_POSIX &&
           (command_counting(&r->shell, command, words) || command_assignment(&r->shell, words)))
        words++, n--;
    if (!n)
        return 0;
    const char           *name = command_name(&r->shell.arena, words[0].text, command->dialect);
    const struct wrapper *wrapper = wrapper_find(name, command->dialect);
    const struct writer  *writer = writer_find(name);
    if (strcmp(name, "cd") == 0 && n > 1)
        c->directory = words[n - 1].text;
    if (wrapper)
        result = command_unwrap(r, &(struct wrapped){wrapper, command, words, n}, &mine);
    else if (writer)
        read_writer(c, writer, command, words, n);
    return result < 0 ? result : 0;
}

static int each_command(const struct shell_command *command, void *data)
{
    struct reading          *c = data;
    const struct shell_word *words = command->words;
    size_t                   n = command->n, lead = 0;

    if (command->dialect == SHELL_POSIX) {
        words = command_braces(&c->r.shell.arena, words, &n);
        lead = command_posix_lead(words, n);
        if (lead < n)
            command_loop(&c->r.shell, words + lead, n - lead);
    }
    if (lead >= n)
        return 0;
    int         result = run(&c->r, command, words + lead, n - lead);
    const char *output = command_output(&c->r, command, words + lead, n - lead);
    const char *name = command_name(&c->r.shell.arena, words[lead].text, command->dialect);
    read_redirections(c, command, name, output ? output : command->input);
    c->r.output = output;
    return result;
}

static int read_text(struct command_reader *r, enum shell_dialect dialect, const char *text)
{
    const char *output = r->output;

    r->output = NULL;
    int result = shell_each(&r->shell, dialect, text, strlen(text), each_command, r);
    r->output = output;
    return result;
}

int command_line_files(const char *line, size_t size, struct buffer *out)
{
    struct reading c = {
        .r = {.shell = {.budget = 4 * SHELL_TEXT_MAX}, .run = run, .read = read_text, .out = out}};

    if (size > SHELL_TEXT_MAX)
        size = SHELL_TEXT_MAX;
    if (!command_line_may_write(line, size))
        return 0;
    int  result = shell_each(&c.r.shell, SHELL_POSIX, line, size, each_command, &c);
    bool failed = c.r.shell.arena.failed;
    shell_end(&c.r.shell);
    if (c.r.n_uses)
        buffer_putc(out, ']');
    if (result < 0 || failed || out->failed)
        return result < 0 ? result : -ENOMEM;
    return c.r.n_uses;
}
