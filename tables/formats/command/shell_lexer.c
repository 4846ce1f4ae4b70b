#include "shell_lexer.h"

#include <string.h>

void lexer_open_word(struct lexer *l)
{
    if (l->in_word)
        return;
    buffer_reset(&l->word);
    l->in_word = true;
    l->word_begin = l->at;
    l->quoted = l->spliced = l->joint = l->listed = false;
}

char lexer_last(const struct lexer *l)
{
    return l->in_word && l->word.size ? l->word.data[l->word.size - 1] : '\0';
}

void lexer_put(struct lexer *l, char c)
{
    lexer_open_word(l);
    if (l->joint && is_alnum(lexer_last(l)) && is_alnum(c))
        l->spliced = true;
    l->joint = false;
    buffer_putc(&l->word, c);
}

void lexer_put_text(struct lexer *l, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        lexer_put(l, text[i]);
}

void lexer_mark(struct lexer *l)
{
    lexer_open_word(l);
    l->joint = true;
}

void lexer_redirect(struct lexer *l, enum lexer_next next)
{
    lexer_end_word(l);
    l->next = next;
    l->operator[0] = '\0';
}

void lexer_operator(struct lexer *l, const char *text, size_t size)
{
    size = size < sizeof l->operator? size : sizeof l->operator- 1;
    memcpy(l->operator, text, size);
    l->operator[size] = '\0';
}

/* Note a redirection of the command. */
static void add_file(struct lexer *l, const char *file)
{
    if (!l->operator[0])
        return;
    bool number = file[0] && strspn(file, "0123456789-") == strlen(file); /* 2>&1 */
    buffer_printf(&l->files, "%s%s%s%s", l->files.size ? " " : "", l->operator, number ? "" : " ",
                  file);
    if (strcmp(l->operator, "<") == 0)
        l->file = file;
}

static void add_word(struct lexer *l, const char *text)
{
    struct shell_word *words =
        arena_grow(&l->shell->arena, l->words, l->n, &l->room, sizeof *l->words);

    if (!words)
        return;
    l->words = words;
    l->words[l->n++] = (struct shell_word){.text = text,
                                           .begin = l->word_begin,
                                           .end = l->at,
                                           .quoted = l->quoted,
                                           .spliced = l->spliced,
                                           .listed = l->listed};
}

void lexer_end_word(struct lexer *l)
{
    const char *text;

    if (!l->in_word)
        return;
    l->in_word = false;
    if (l->word.failed)
        l->shell->arena.failed = true;
    text = arena_strndup(&l->shell->arena, l->word.data, l->word.failed ? 0 : l->word.size);
    switch (l->next) {
    case NEXT_ARGUMENT:
        add_word(l, text);
        break;
    case NEXT_INPUT:
        l->input = text;
        break;
    case NEXT_DELIMITER:
        if (l->n_heredocs < LEXER_HEREDOCS_MAX)
            l->heredocs[l->n_heredocs++] = text;
        else
            l->shell->full = true;
        break;
    case NEXT_FILE:
        add_file(l, text);
        break;
    }
    l->next = NEXT_ARGUMENT;
}

void lexer_end_command(struct lexer *l, bool pipe)
{
    lexer_end_word(l);
    if (l->files.failed)
        l->shell->arena.failed = true;
    if (l->n && !l->result && !l->shell->arena.failed)
        l->result =
            l->fn(&(struct shell_command){.dialect = l->dialect,
                                          .words = l->words,
                                          .n = l->n,
                                          .text = l->text,
                                          .size = l->size,
                                          .input = l->input,
                                          .file = l->file,
                                          .files = l->files.size ? buffer_text(&l->files) : NULL,
                                          .piped = l->piped,
                                          .spliced = l->command_spliced},
                  l->data);
    l->n = 0;
    l->next = NEXT_ARGUMENT;
    l->input = l->file = NULL;
    buffer_reset(&l->files);
    l->command_spliced = l->call = false;
    l->piped = pipe;
}

void lexer_put_value(struct lexer *l, const char *value, bool split)
{
    size_t length = strlen(value);

    if (length > l->shell->budget) { /* nested values cost work as well */
        l->shell->full = true;
        return;
    }
    l->shell->budget -= length;
    lexer_mark(l);
    for (size_t i = 0; i < length; i++) {
        if (split && (is_blank(value[i]) || value[i] == '\n'))
            lexer_end_word(l);
        else
            lexer_put(l, value[i]);
    }
    if (l->in_word)
        lexer_mark(l);
}

/* All values of a loop's variable; which one counts is for the reader of the command. */
static void put_list(struct lexer *l, const char *values)
{
    size_t length = strlen(values);

    if (length > l->shell->budget) {
        l->shell->full = true;
        return;
    }
    l->shell->budget -= length;
    lexer_mark(l);
    lexer_put(l, SHELL_LIST_BEGIN);
    for (values += strspn(values, " \t\n"); *values;) {
        size_t size = strcspn(values, " \t\n");

        lexer_put_text(l, values, size);
        values += size;
        values += strspn(values, " \t\n");
        if (*values)
            lexer_put(l, SHELL_LIST_NEXT);
    }
    lexer_put(l, SHELL_LIST_END);
    l->listed = true;
    lexer_mark(l);
}

bool lexer_expand(struct lexer *l, const char *name, size_t size, bool quoted)
{
    const struct shell_variable *variable = shell_get(l->shell, l->dialect, name, size);

    if (variable && variable->list && l->dialect != SHELL_POWERSHELL && l->next == NEXT_ARGUMENT &&
        strpbrk(variable->value, " \t\n"))
        put_list(l, variable->value);
    else if (variable)
        lexer_put_value(l, variable->value, !quoted || variable->list);
    return variable != NULL;
}

void lexer_inner(struct lexer *l, const char *text, size_t size)
{
    int r = l->inner(l->shell, l->dialect, text, size, l->fn, l->data);

    if (r < 0)
        l->result = r;
}
