/* unit_command_values.c -- the columns of unit_commands that cost: programs, texts, variables. */
#include <errno.h>
#include <string.h>

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

/* With "|" the shell is given all words as one text. */
static void put_shell(struct buffer *text, const struct commands_state *s)
{
    struct buffer inner = {0};

    for (size_t i = 1; i < s->words.n; i++) {
        buffer_puts(&inner, i > 1 ? " " : "");
        buffer_puts(&inner, s->words.words[i]);
    }
    buffer_puts(text, s->current->path);
    if (inner.size && buffer_text(&inner)) {
        buffer_puts(text, " -c ");
        put_word(text, inner.data);
    }
    text->failed |= inner.failed;
    buffer_free(&inner);
}

int unit_commands_get_text(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    struct buffer          text = {0};

    (void)row;
    if (!s->current) {
        result(out, s->line ? tbl_utf8(scan, s->line->value, strlen(s->line->value)) : NULL);
        return SQLITE_OK;
    }
    int rc = need_words(s);
    if (rc != SQLITE_OK)
        return rc;
    if (s->current->flags & UNIT_EXEC_SHELL) {
        put_shell(&text, s);
        return result_buffer(scan, out, &text);
    }
    put_word(&text, s->current->path);
    for (size_t i = 1; i < s->words.n; i++) {
        buffer_putc(&text, ' ');
        put_word(&text, s->words.words[i]);
    }
    return result_buffer(scan, out, &text);
}

/* Programs -------------------------------------------------------------------- */

/* What the command sees of the host: with "+" no bind mounts. */
static struct unit_context view_of(const struct commands_state *s)
{
    struct unit_context context = s->context;

    if (s->current->flags & UNIT_EXEC_FULL)
        context.view.n_binds = 0;
    return context;
}

/* The file that runs; false where a plain name is not found. */
static bool find_program(const struct commands_state *s, char ret[ROOT_PATH_MAX])
{
    struct unit_context context = view_of(s);

    return !context.root_image && unit_context_find(&context, s->current->path, ret);
}

int unit_commands_get_program(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    char                   path[ROOT_PATH_MAX];

    (void)row;
    if (!s->current)
        return SQLITE_OK;
    const char *program = find_program(s, path) ? path : s->current->path;
    result(out, tbl_utf8(scan, program, strlen(program)));
    return SQLITE_OK;
}

int unit_commands_get_program_kind(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);
    char                   path[ROOT_PATH_MAX];

    (void)row;
    if (!s->current || s->context.root_image)
        return SQLITE_OK;
    enum unit_program_kind kind = UNIT_PROGRAM_MISSING;
    if (find_program(s, path))
        kind = unit_program_kind(s->context.root, path);
    result(out, unit_program_kind_name(kind));
    return SQLITE_OK;
}

int unit_commands_get_bind_mounts(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct commands_state *s = tbl_state(scan);

    (void)row;
    if (!s->current)
        return SQLITE_OK;
    struct unit_context context = view_of(s);
    int                 i = unit_view_bind(&context.view, s->current->path);
    if (i < 0 || strcmp(context.view.binds[i].source, context.view.binds[i].target) == 0)
        return SQLITE_OK;
    const char *text =
        tbl_printf(scan, "%s:%s", context.view.binds[i].source, context.view.binds[i].target);
    result(out, text ? tbl_utf8(scan, text, strlen(text)) : NULL);
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
    if (user)
        result(out, tbl_utf8(scan, user, strlen(user)));
    return SQLITE_OK;
}
