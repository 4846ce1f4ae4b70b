/* shell_posix.c -- the words of sh, bash, zsh (POSIX.1-2017, Shell Command Language, 2.2 to 2.10;
 * ANSI-C quoting, here-strings and process substitution as in bash). */
#include <string.h>

#include "shell_lexer.h"

#define NESTING_MAX 32 /* of quotes and parentheses within one substitution */

/* The end of the substitution that begins at `at`, after its "(": its ")" or the end of text. */
static size_t closing(const char *text, size_t size, size_t at)
{
    char   stack[NESTING_MAX] = {')'};
    size_t depth = 1;

    for (; at < size; at++) {
        char c = text[at], top = stack[depth - 1];
        char open = '\0';

        if (c == '\\')
            at++;
        else if (c == top && --depth == 0)
            return at;
        else if (c == top)
            continue;
        else if (c == '\'' && top == ')') {
            const char *end = memchr(text + at + 1, '\'', size - at - 1);
            at = end ? (size_t)(end - text) : size;
        } else if (c == '"' && top == ')')
            open = '"';
        else if (c == '(' && (top == ')' || text[at - 1] == '$'))
            open = ')';
        if (open && depth == NESTING_MAX)
            return size;
        if (open)
            stack[depth++] = open;
    }
    return size;
}

/* The text of a substitution, or the caller's replacement for it. */
static void put_substitution(struct lexer *l, size_t begin, size_t end, size_t after)
{
    const char *text = l->shell->rewritten;

    lexer_put_text(l, l->text + l->at, begin - l->at);
    if (text)
        lexer_put_text(l, text, strlen(text));
    else
        lexer_put_text(l, l->text + begin, end - begin);
    lexer_put_text(l, l->text + end, after - end);
    l->shell->rewritten = NULL;
}

/* The output of the commands between `begin` and `end` replaces the text up to `after`, where it is
 * known; else the text stays and the commands count. */
static void substitute(struct lexer *l, size_t begin, size_t end, size_t after, bool quoted)
{
    bool        file = strchr("<>", l->text[l->at]); /* the name of a pipe, not its content */
    const char *value = NULL;

    if (l->shell->substitute)
        value = l->shell->substitute(l->data, l->text + begin, end - begin, !file);
    else
        lexer_inner(l, l->text + begin, end - begin);
    if (value)
        lexer_put_value(l, value, !quoted);
    else
        put_substitution(l, begin, end, after);
    l->at = after;
}

/* A "$(" or "<(" at the cursor. */
static void substitution(struct lexer *l, bool quoted)
{
    size_t begin = l->at + 2, end = closing(l->text, l->size, begin);
    size_t after = end < l->size ? end + 1 : l->size;

    if (lexer_peek(l, 2) != '(') { /* "$((" is arithmetic */
        substitute(l, begin, end, after, quoted);
        return;
    }
    lexer_put_text(l, l->text + l->at, after - l->at);
    l->at = after;
}

static void backticks(struct lexer *l, bool quoted)
{
    size_t begin = l->at + 1, end = begin;

    while (end < l->size && l->text[end] != '`')
        end += l->text[end] == '\\' ? 2 : 1;
    if (end > l->size)
        end = l->size;
    substitute(l, begin, end, end < l->size ? end + 1 : l->size, quoted);
}

/* The number after "\x" or "\" in ANSI-C quotes; moves the cursor over its digits. */
static char ansi_number(struct lexer *l, int base, size_t digits)
{
    int value = 0;

    for (size_t i = 0; i < digits; i++, l->at++) {
        int digit = digit_value(lexer_peek(l, 0));
        if (digit < 0 || digit >= base)
            break;
        value = value * base + digit;
    }
    l->spliced = true;
    return (char)value;
}

/* An escape within $'...', the cursor after its backslash. */
static void ansi_escape(struct lexer *l)
{
    static const char named[][2] = {{'n', '\n'}, {'t', '\t'}, {'r', '\r'}, {'a', '\a'},
                                    {'b', '\b'}, {'f', '\f'}, {'v', '\v'}, {'e', '\033'}};
    char              c = lexer_peek(l, 0);

    if (c >= '0' && c <= '7') {
        lexer_put(l, ansi_number(l, 8, 3));
        return;
    }
    lexer_skip(l, 1);
    if (c == 'x') {
        lexer_put(l, ansi_number(l, 16, 2));
        return;
    }
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (named[i][0] == c)
            c = named[i][1];
    lexer_put(l, c);
}

/* $'...': the cursor at its dollar. */
static void ansi_quotes(struct lexer *l)
{
    lexer_mark(l);
    l->at += 2;
    while (l->at < l->size && l->text[l->at] != '\'') {
        if (l->text[l->at++] != '\\')
            lexer_put(l, l->text[l->at - 1]);
        else if (l->at < l->size)
            ansi_escape(l);
    }
    lexer_skip(l, 1);
    l->joint = true;
}

static void single_quotes(struct lexer *l)
{
    const char *begin = l->text + l->at + 1;
    const char *end = memchr(begin, '\'', l->size - l->at - 1);
    size_t      size = end ? (size_t)(end - begin) : l->size - l->at - 1;

    if (!l->in_word) {
        lexer_open_word(l);
        l->quoted = true;
    }
    lexer_mark(l);
    lexer_put_text(l, begin, size);
    lexer_mark(l);
    l->at += size + (end ? 2 : 1);
}

/* $IFS is a blank here; only hidden commands write it like this. */
static void field_separator(struct lexer *l, size_t size)
{
    lexer_end_word(l);
    l->command_spliced = true;
    l->at += size;
}

/* A variable without a value: empty where it is within a word, else its text. */
static void unknown_variable(struct lexer *l, size_t size)
{
    char after = lexer_peek(l, size), name = lexer_peek(l, 1);
    bool left = is_alnum(lexer_last(l)), right = is_alnum(after);
    bool empty = strchr("@*!0123456789", name) ? left || right : left && right && l->n == 0;

    if (empty && left)
        lexer_mark(l);
    else if (empty)
        l->command_spliced = true;
    else
        lexer_put_text(l, l->text + l->at, size);
    l->at += size;
}

static void variable(struct lexer *l, size_t name_at, size_t name_size, size_t size, bool quoted)
{
    const char *name = l->text + l->at + name_at;

    if (name_size == 3 && memcmp(name, "IFS", 3) == 0 && !quoted)
        field_separator(l, size);
    else if (lexer_expand(l, name, name_size, quoted))
        l->at += size;
    else
        unknown_variable(l, size);
}

/* The value that "${NAME:-value}" and "${NAME-value}" give a name that has none; NULL: not of this
 * form. */
static const char *fallback(struct lexer *l, size_t name_size, size_t size)
{
    const char *text = l->text + l->at + 2 + name_size;
    size_t      rest = size > name_size + 3 ? size - name_size - 3 : 0;

    if (rest && *text == ':')
        text++, rest--;
    if (!rest || !strchr("-=", *text) || memchr(text, '$', rest) || memchr(text, '`', rest))
        return NULL;
    return arena_strndup(&l->shell->arena, text + 1, rest - 1);
}

static size_t name_length(const struct lexer *l, size_t ahead)
{
    size_t n = 0;

    if (is_digit(lexer_peek(l, ahead)))
        return 1;
    while (is_name(lexer_peek(l, ahead + n)))
        n++;
    if (!n && lexer_peek(l, ahead) && strchr("@*!#?$-", lexer_peek(l, ahead)))
        return 1;
    return n;
}

static void dollar(struct lexer *l, bool quoted)
{
    char   next = lexer_peek(l, 1);
    size_t name;

    if (next == '(') {
        substitution(l, quoted);
    } else if (next == '\'' && !quoted) {
        ansi_quotes(l);
    } else if (next == '{') {
        const char *end = memchr(l->text + l->at, '}', l->size - l->at);
        size_t      size = end ? (size_t)(end - l->text) - l->at + 1 : l->size - l->at;

        name = name_length(l, 2);
        name = name < size - 2 ? name : size - 2;
        const char *value = shell_get(l->shell, l->dialect, l->text + l->at + 2, name)
                                ? NULL
                                : fallback(l, name, size);
        if (value) {
            lexer_put_value(l, value, !quoted);
            l->at += size;
        } else {
            variable(l, 2, name, size, quoted);
        }
    } else if ((name = name_length(l, 1)) > 0) {
        variable(l, 1, name, name + 1, quoted);
    } else {
        lexer_put(l, '$');
        l->at++;
    }
}

static void double_quotes(struct lexer *l)
{
    if (!l->in_word) {
        lexer_open_word(l);
        l->quoted = true;
    }
    lexer_mark(l);
    l->at++;
    while (l->at < l->size && l->text[l->at] != '"' && !l->result) {
        char c = l->text[l->at];

        if (c == '\\' && lexer_peek(l, 1) && strchr("$`\"\\\n", lexer_peek(l, 1))) {
            if (lexer_peek(l, 1) != '\n')
                lexer_put(l, lexer_peek(l, 1));
            l->at += 2;
        } else if (c == '$') {
            dollar(l, true);
        } else if (c == '`') {
            backticks(l, true);
        } else {
            lexer_put(l, c);
            l->at++;
        }
    }
    lexer_skip(l, 1);
    lexer_mark(l);
}

static void backslash(struct lexer *l)
{
    if (lexer_peek(l, 1) != '\n' && l->at + 1 < l->size) {
        lexer_mark(l);
        lexer_put(l, lexer_peek(l, 1));
    }
    lexer_skip(l, 2);
}

static bool file_descriptor(const struct lexer *l)
{
    if (!l->in_word || l->quoted || l->word.size > 2)
        return false;
    for (size_t i = 0; i < l->word.size; i++)
        if (!is_digit(l->word.data[i]))
            return false;
    return true;
}

static void redirection(struct lexer *l)
{
    char c = lexer_peek(l, 0), next = lexer_peek(l, 1);

    if (next == '(') {
        substitution(l, true);
        return;
    }
    size_t begin = l->at;
    if (file_descriptor(l)) {
        begin = l->word_begin;
        l->in_word = false;
    }
    if (c == '<' && next == '<') {
        bool here_string = lexer_peek(l, 2) == '<';

        lexer_redirect(l, here_string ? NEXT_INPUT : NEXT_DELIMITER);
        l->at += here_string || lexer_peek(l, 2) == '-' ? 3 : 2;
        return;
    }
    lexer_redirect(l, NEXT_FILE);
    l->at += next && strchr("<>|&", next) ? 2 : 1;
    lexer_operator(l, l->text + begin, l->at - begin);
}

/* The body of a here-document, the cursor at its first line, up to the line of its delimiter. */
static void heredoc(struct lexer *l, const char *delimiter)
{
    size_t begin = l->at, wanted = strlen(delimiter);

    while (l->at < l->size) {
        const char *line = l->text + l->at;
        const char *end = memchr(line, '\n', l->size - l->at);
        size_t      size = end ? (size_t)(end - line) : l->size - l->at;
        size_t      line_at = l->at, tabs = 0;

        l->at += size + (end ? 1 : 0);
        while (tabs < size && line[tabs] == '\t')
            tabs++;
        if (size - tabs == wanted && memcmp(line + tabs, delimiter, wanted) == 0) {
            l->input = arena_strndup(&l->shell->arena, l->text + begin, line_at - begin);
            return;
        }
    }
    l->input = arena_strndup(&l->shell->arena, l->text + begin, l->size - begin);
}

static void newline(struct lexer *l)
{
    lexer_end_word(l);
    l->at++;
    for (size_t i = 0; i < l->n_heredocs; i++)
        heredoc(l, l->heredocs[i]);
    l->n_heredocs = 0;
    lexer_end_command(l, false);
}

static void separator(struct lexer *l)
{
    char c = lexer_peek(l, 0), next = lexer_peek(l, 1);

    if (c == '&' && next == '>') {
        size_t size = lexer_peek(l, 2) == '>' ? 3 : 2;
        lexer_redirect(l, NEXT_FILE);
        lexer_operator(l, l->text + l->at, size);
        l->at += size;
        return;
    }
    bool pipe = c == '|' && next != '|';
    l->at += (c == next && c != '(' && c != ')') || (pipe && next == '&') ? 2 : 1;
    lexer_end_command(l, pipe);
}

static void comment(struct lexer *l)
{
    const char *end = memchr(l->text + l->at, '\n', l->size - l->at);

    l->at = end ? (size_t)(end - l->text) : l->size;
}

void lex_posix(struct lexer *l)
{
    while (l->at < l->size && !l->result) {
        char c = l->text[l->at];

        if (is_blank(c)) {
            lexer_end_word(l);
            l->at++;
        } else if (c == '\n') {
            newline(l);
        } else if (strchr(";&|()", c)) {
            separator(l);
        } else if (c == '<' || c == '>') {
            redirection(l);
        } else if (c == '#' && !l->in_word) {
            comment(l);
        } else if (c == '\'') {
            single_quotes(l);
        } else if (c == '"') {
            double_quotes(l);
        } else if (c == '\\') {
            backslash(l);
        } else if (c == '$') {
            dollar(l, false);
        } else if (c == '`') {
            backticks(l, false);
        } else {
            lexer_put(l, c);
            l->at++;
        }
    }
}
