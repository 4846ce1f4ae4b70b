/* unit_command_values.c -- the columns of unit_commands that are slow to compute: programs, texts,
 * variables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/input.h"
#include "formats/unit/unit_words.h"
#include "unit_commands.h"

SQLITE_EXTENSION_INIT3

static void result(sqlite3_context *out, const char *text)
{
    if (text)
        sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
}

/* The buffer's text as UTF-8; frees it. */
static int result_buffer(struct tbl_scan *scan, sqlite3_context *out, struct buffer *b)
{
    const char *text = buffer_text(b) ? tbl_utf8(scan, b->data, b->size) : NULL;

    result(out, text);
    buffer_free(b);
    return text ? SQLITE_OK : SQLITE_NOMEM;
}

int unit_commands_get_argv(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct commands_state *s = tbl_state(scan);
    struct buffer                json = {0};

    (void)row;
    if (!s->current)
        return SQLITE_OK;
    unit_exec_argv_json(s->current, &json);
    return result_buffer(scan, out, &json);
}

/* Words ----------------------------------------------------------------------- */

/* Expand the variables of the row's command. */
static int need_words(struct commands_state *s)
{
    bool cut = false;

    if (s->have_words)
        return SQLITE_OK;
    int r = unit_environment_expand(&s->context.environment, s->current, unit_context_keeps,
                                    &s->context, &s->memory, &s->words, &cut);
    if (r < 0)
        return SQLITE_NOMEM;
    s->context.lost += cut;
    s->have_words = true;
    return SQLITE_OK;
}

/* Append a word as a shell reads it, in one line. */
static void put_word(struct buffer *text, const char *word)
{
    bool plain = true;

    for (const char *p = word; *p; p++)
        plain &= (unsigned char)*p >= ' ' && *p != 0x7f;
    if (plain) {
        buffer_shell_word(text, word, strlen(word));
        return;
    }
    buffer_puts(text, "$'");
    for (const char *p = word; *p; p++) {
        if (*p == '\n')
            buffer_puts(text, "\\n");
        else if ((unsigned char)*p < ' ' || *p == 0x7f)
            buffer_printf(text, "\\%03o", (unsigned)(unsigned char)*p);
        else
            buffer_printf(text, strchr("'\\", *p) ? "\\%c" : "%c", *p);
    }
    buffer_putc(text, '\'');
}

/* With "|" the shell gets all words as one text. */
static const char *shell_words(struct commands_state *s)
{
    struct buffer text = {0};

    for (size_t i = 1; i < s->words.n; i++) {
        buffer_puts(&text, i > 1 ? " " : "");
        buffer_puts(&text, s->words.words[i]);
    }
    s->memory.failed |= text.failed;
    const char *words = arena_strndup(&s->memory, text.data ? text.data : "", text.size);
    buffer_free(&text);
    return words;
}

/* The words as the program gets them, its path first. */
static const char *const *words_of(struct commands_state *s, size_t *ret_n)
{
    const char **words = arena_alloc(&s->memory, (s->words.n + 3) * sizeof *words);
    bool         shell = s->current->flags & UNIT_EXEC_SHELL;
    size_t       n = 0;

    if (!words)
        return NULL;
    words[n++] = s->current->path;
    if (shell && s->words.n > 1) {
        words[n++] = "-c";
        words[n++] = shell_words(s);
    }
    for (size_t i = 1; i < s->words.n && !shell; i++)
        words[n++] = s->words.words[i];
    *ret_n = n;
    return words;
}

int unit_commands_get_text(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    struct buffer          text = {0};
    size_t                 n = 0;

    (void)row;
    if (!s->current) {
        result(out, tbl_utf8(scan, s->line.value, strlen(s->line.value)));
        return SQLITE_OK;
    }
    int rc = need_words(s);
    if (rc != SQLITE_OK)
        return rc;
    const char *const *words = words_of(s, &n);
    for (size_t i = 0; words && i < n; i++) {
        buffer_puts(&text, i ? " " : "");
        put_word(&text, words[i]);
    }
    text.failed |= s->memory.failed;
    return result_buffer(scan, out, &text);
}

/* Programs -------------------------------------------------------------------- */

/* The part of the host that the command sees: with "+" no bind mounts. */
static struct unit_context view_of(const struct commands_state *s)
{
    struct unit_context context = s->context;

    if (s->current->flags & UNIT_EXEC_FULL)
        context.view.n_binds = 0;
    return context;
}

/* The path of the file that runs; NULL where a plain name is not found. */
static const char *find_program(struct commands_state *s)
{
    if (!s->have_program) {
        struct unit_context context = view_of(s);
        s->found = !context.root_image && unit_context_find(&context, s->current->path, s->program);
        s->have_program = true;
    }
    return s->found ? s->program : NULL;
}

int unit_commands_get_program(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);

    (void)row;
    if (!s->current)
        return SQLITE_OK;
    const char *program = find_program(s) ? s->program : s->current->path;
    result(out, tbl_utf8(scan, program, strlen(program)));
    return SQLITE_OK;
}

int unit_commands_get_program_kind(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);

    (void)row;
    if (!s->current || s->context.root_image)
        return SQLITE_OK;
    enum unit_program_kind kind = UNIT_PROGRAM_MISSING;
    if (find_program(s))
        kind = unit_program_kind(s->context.root, s->program);
    result(out, unit_program_kind_name(kind));
    return SQLITE_OK;
}

int unit_commands_get_program_sha256(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    char                   hex[UNIT_DIGEST_SIZE];

    (void)row;
    if (s->current && find_program(s) && unit_program_digest(s->context.root, s->program, hex))
        result(out, hex);
    return SQLITE_OK;
}

int unit_commands_get_bind_mounts(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);

    (void)row;
    if (!s->current)
        return SQLITE_OK;
    struct unit_context     context = view_of(s);
    const struct unit_bind *bind = unit_view_bind(context.root, &context.view, s->current->path);
    if (!bind || strcmp(bind->source, bind->target) == 0)
        return SQLITE_OK;
    const char *text = tbl_printf(scan, "%s:%s", bind->source, bind->target);
    result(out, text ? tbl_utf8(scan, text, strlen(text)) : NULL);
    return SQLITE_OK;
}

/* What runs in the end --------------------------------------------------------- */

#define VARIABLES_MAX 256 /* used to read a shell's text */

/* Those that the command may use, the rest of which is counted. */
static size_t variables_of(struct commands_state *s, struct command_variable ret[VARIABLES_MAX])
{
    const struct unit_environment *environment = &s->context.environment;
    size_t                         n = 0;

    for (size_t i = 0; i < environment->n; i++) {
        if (!environment->variables[i].value || environment->variables[i].unset)
            continue;
        if (n == VARIABLES_MAX) {
            s->context.lost++;
            break;
        }
        ret[n++] = (struct command_variable){environment->variables[i].name,
                                             environment->variables[i].value};
    }
    return n;
}

static int need_reading(struct commands_state *s)
{
    struct command_variable variables[VARIABLES_MAX];
    struct command_given    given = {
           .input = s->context.input, .file = s->context.input_file, .variables = variables};
    int rc = s->have_reading ? SQLITE_OK : need_words(s);

    if (s->have_reading || rc != SQLITE_OK)
        return rc;
    given.argv = words_of(s, &given.argc);
    given.n_variables = variables_of(s, variables);
    if (!given.argv || command_read(&given, &s->memory, &s->reading) < 0)
        return SQLITE_NOMEM;
    s->context.lost += s->reading.cut;
    s->have_reading = true;
    return SQLITE_OK;
}

int unit_commands_get_canonical(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    int                    rc = s->current ? need_reading(s) : SQLITE_OK;

    (void)row;
    if (s->current && rc == SQLITE_OK)
        result(out, tbl_utf8(scan, s->reading.text, strlen(s->reading.text)));
    return rc;
}

int unit_commands_get_runs(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    struct buffer          json = {0};
    int                    rc = s->current ? need_reading(s) : SQLITE_OK;

    (void)row;
    if (!s->current || rc != SQLITE_OK)
        return rc;
    buffer_putc(&json, '[');
    for (size_t i = 0; i < s->reading.n_runs; i++) {
        buffer_puts(&json, i ? ", " : "");
        buffer_json(&json, s->reading.runs[i], strlen(s->reading.runs[i]));
    }
    buffer_putc(&json, ']');
    return result_buffer(scan, out, &json);
}

/* Where the script is: 1, 0 where there is none, or an SQLite error code negated. */
static int find_script(struct commands_state *s, char ret[ROOT_PATH_MAX])
{
    struct stat st;
    int         rc = s->current ? need_reading(s) : SQLITE_OK;

    if (rc != SQLITE_OK)
        return -rc;
    if (!s->current || !s->reading.script || s->context.root_image)
        return 0;
    struct unit_context context = view_of(s);
    const char         *script = s->reading.script;
    if (*script == '$' || *script == '~') { /* unknown here */
        snprintf(ret, ROOT_PATH_MAX, "%s", script);
        return 1;
    }
    bool local = unit_program_resolve(context.root, &context.view, script, ret);
    if (strchr(script, '/') || (local && root_stat(context.root, ret, true, &st) == 0))
        return local;
    char found[ROOT_PATH_MAX];
    if (unit_context_find(&context, script, found))
        strcpy(ret, found);
    else if (!s->reading.script_file)
        snprintf(ret, ROOT_PATH_MAX, "%s", script);
    return 1;
}

int unit_commands_get_script(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    char                   path[ROOT_PATH_MAX];
    int                    r = find_script(s, path);

    (void)row;
    if (r > 0)
        result(out, tbl_utf8(scan, path, strlen(path)));
    return r < 0 ? -r : SQLITE_OK;
}

int unit_commands_get_script_kind(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    char                   path[ROOT_PATH_MAX];
    int                    r = find_script(s, path);

    (void)row;
    if (r > 0)
        result(out, unit_program_kind_name(unit_program_kind(s->context.root, path)));
    return r < 0 ? -r : SQLITE_OK;
}

int unit_commands_get_script_sha256(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    char                   path[ROOT_PATH_MAX], hex[UNIT_DIGEST_SIZE];
    int                    r = find_script(s, path);

    (void)row;
    if (r > 0 && unit_program_digest(s->context.root, path, hex))
        result(out, hex);
    return r < 0 ? -r : SQLITE_OK;
}

static bool is_script(enum unit_program_kind kind)
{
    return kind == UNIT_PROGRAM_SCRIPT || kind == UNIT_PROGRAM_TEXT;
}

#define SCRIPT_MAX (64u << 10) /* bytes */

/* The beginning of a file. */
static int result_head(struct tbl_scan *scan, struct commands_state *s, const char *path,
                       sqlite3_context *out)
{
    char   *data = tbl_alloc(scan, SCRIPT_MAX + 1);
    size_t  size = 0;
    ssize_t n = 1;
    int     fd = data ? root_open_file(s->context.root, path) : -ENOMEM;

    if (!data)
        return SQLITE_NOMEM;
    if (fd < 0)
        return SQLITE_OK;
    while (n > 0 && size <= SCRIPT_MAX) {
        n = input_read(fd, data + size, SCRIPT_MAX + 1 - size);
        size += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    s->context.lost += size > SCRIPT_MAX || n < 0;
    const char *text = tbl_utf8(scan, data, size > SCRIPT_MAX ? SCRIPT_MAX : size);
    result(out, text);
    return text ? SQLITE_OK : SQLITE_NOMEM;
}

/* The text of a credential that the unit itself holds, SetCredential=NAME:TEXT, where the script is
 * one; NULL where it is not. */
static const char *credential(struct commands_state *s, const char *path)
{
    const char   *folder = s->context.specifiers.values['d'];
    size_t        size = folder ? strlen(folder) : 0;
    struct buffer text = {0};
    const char   *found = NULL;

    if (!folder || strncmp(path, folder, size) != 0 || path[size] != '/')
        return NULL;
    const char *name = path + size + 1;
    for (size_t i = 0; i < s->each.loaded.n && !found; i++) {
        const struct unit_setting *setting = &s->each.loaded.settings[i];
        if (!setting->effective || strcmp(setting->key, "SetCredential") != 0 ||
            strncmp(setting->value, name, strlen(name)) != 0 || setting->value[strlen(name)] != ':')
            continue;
        if (unit_unescape(setting->value + strlen(name) + 1, &text) == 0 && buffer_text(&text))
            found = arena_strndup(&s->memory, text.data,
                                  text.size < SCRIPT_MAX ? text.size : SCRIPT_MAX);
    }
    s->memory.failed |= text.failed;
    buffer_free(&text);
    return found;
}

int unit_commands_get_script_text(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    char                   path[ROOT_PATH_MAX];
    int                    r = find_script(s, path);

    (void)row;
    if (r < 0 || !s->current || s->context.root_image)
        return r < 0 ? -r : SQLITE_OK;
    const char *text = r > 0 ? credential(s, path) : NULL;
    if (text) {
        result(out, tbl_utf8(scan, text, strlen(text)));
        return SQLITE_OK;
    }
    if (r > 0 && is_script(unit_program_kind(s->context.root, path)))
        return result_head(scan, s, path, out);
    if (find_program(s) && is_script(unit_program_kind(s->context.root, s->program)))
        return result_head(scan, s, s->program, out);
    return SQLITE_OK;
}

/* The context ----------------------------------------------------------------- */

int unit_commands_get_environment(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    struct buffer          json = {0};

    (void)row;
    unit_environment_json(&s->context.environment, &json);
    return result_buffer(scan, out, &json);
}

int unit_commands_get_input(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);

    (void)row;
    if (s->context.input)
        result(out, tbl_utf8(scan, s->context.input, s->context.input_size));
    return SQLITE_OK;
}

int unit_commands_get_root_directory(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    const char            *directory =
        s->context.root_image ? s->context.root_image : s->context.root_directory;

    (void)row;
    if (directory)
        result(out, tbl_utf8(scan, directory, strlen(directory)));
    return SQLITE_OK;
}

int unit_commands_get_working_directory(struct tbl_scan *scan, const void *row,
                                        sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    const char            *directory = s->context.view.working_directory;

    (void)row;
    result(out, tbl_utf8(scan, directory, strlen(directory)));
    return SQLITE_OK;
}

int unit_commands_get_user(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    const char            *user = s->context.user;

    (void)row;
    if (s->current && s->context.scope == UNIT_SYSTEM &&
        s->current->flags & (UNIT_EXEC_FULL | UNIT_EXEC_NO_SETUID))
        user = "root";
    if (s->line.user)
        user = s->line.user;
    if (user)
        result(out, tbl_utf8(scan, user, strlen(user)));
    return SQLITE_OK;
}
