/* shell_cmd.c -- the words of a Windows command line, as cmd.exe parses it and as the C runtime of
 * the program that is run splits its arguments (Microsoft: "Parsing C command-line arguments",
 * "cmd" in the Windows command reference). */
#include <string.h>
#include <strings.h>

#include "shell_lexer.h"

/* %NAME%, or !NAME! where expansion is delayed. Unknown names stay unchanged. */
static void variable(struct lexer *l, bool quoted)
{
    char        mark = l->text[l->at];
    size_t      twice = lexer_peek(l, 1) == '%'; /* %%i in a batch file */
    const char *name = l->text + l->at + 1;
    const char *end = memchr(name, mark, l->size - l->at - 1);
    size_t      size = end ? (size_t)(end - name) : 0;

    if (is_alnum(lexer_peek(l, 1 + twice)) && !is_name(lexer_peek(l, 2 + twice)) &&
        lexer_expand(l, name + twice - 1, 2, quoted)) { /* a loop's variable keeps its mark */
        l->at += 2 + twice;
    } else if (size && lexer_expand(l, name, size, quoted)) {
        l->at += size + 2;
    } else if (size == 7 && strncasecmp(name, "comspec", 7) == 0) {
        lexer_put_text(l, "cmd.exe", 7);
        l->at += size + 2;
    } else {
        lexer_put(l, mark);
        l->at++;
    }
}

/* Backslashes are literal, except before a quote: two of them are one, and an odd one makes the
 * quote literal. */
static void backslashes(struct lexer *l)
{
    size_t n = 0;

    while (lexer_peek(l, n) == '\\')
        n++;
    if (lexer_peek(l, n) != '"') {
        for (size_t i = 0; i < n; i++)
            lexer_put(l, '\\');
        l->at += n;
        return;
    }
    for (size_t i = 0; i < n / 2; i++)
        lexer_put(l, '\\');
    l->at += n;
    if (n % 2) {
        lexer_put(l, '"');
        l->at++;
    }
}

static void quotes(struct lexer *l)
{
    if (!l->in_word) {
        lexer_open_word(l);
        l->quoted = true;
    }
    lexer_mark(l);
    l->at++;
    while (l->at < l->size) {
        char c = l->text[l->at];

        if (c == '"' && lexer_peek(l, 1) != '"')
            break;
        if (c == '\\') {
            backslashes(l);
        } else if (c == '%') {
            variable(l, true);
        } else {
            lexer_put(l, c);
            l->at += c == '"' ? 2 : 1;
        }
    }
    lexer_skip(l, 1);
    lexer_mark(l);
}

static void caret(struct lexer *l)
{
    char next = lexer_peek(l, 1);

    if (next != '\n' && next != '\r' && next) {
        lexer_mark(l);
        lexer_put(l, next);
    }
    lexer_skip(l, next == '\r' && lexer_peek(l, 2) == '\n' ? 3 : 2);
}

static void redirection(struct lexer *l)
{
    if (l->in_word && !l->quoted && l->word.size == 1 && is_digit(l->word.data[0]))
        l->in_word = false;
    lexer_redirect(l, NEXT_FILE);
    while (lexer_peek(l, 0) == '>' || lexer_peek(l, 0) == '<' || lexer_peek(l, 0) == '&')
        l->at++;
}

static void separator(struct lexer *l)
{
    char c = l->text[l->at];
    bool twice = c != '\n' && lexer_peek(l, 1) == c;

    l->at += twice ? 2 : 1;
    lexer_end_command(l, c == '|' && !twice);
}

/* Whether a "(" opens a group here and is not part of a path such as C:\Program Files (x86). */
static bool opens_group(const struct lexer *l)
{
    static const char *const leads[] = {"if", "for", "else", "do", "in"};

    if (l->in_word)
        return false;
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++)
        if (l->n && (strcasecmp(l->words[0].text, leads[i]) == 0 ||
                     strcasecmp(l->words[l->n - 1].text, leads[i]) == 0))
            return true;
    return l->n == 0;
}

static bool parenthesis(struct lexer *l)
{
    if (l->text[l->at] == '(' && opens_group(l))
        l->parens++;
    else if (l->text[l->at] == ')' && l->parens)
        l->parens--;
    else
        return false;
    l->at++;
    lexer_end_command(l, false);
    return true;
}

/* cmd.exe treats these as blanks around a command's name. */
static bool lost_before_name(const struct lexer *l, char c)
{
    if (c == '@' && !l->in_word && l->n && strcasecmp(l->words[l->n - 1].text, "do") == 0)
        return true;
    return l->n == 0 && (c == ',' || c == ';' || (c == '@' && !l->in_word));
}

void lex_cmd(struct lexer *l)
{
    while (l->at < l->size && !l->result) {
        char c = l->text[l->at];

        if (is_blank(c) || lost_before_name(l, c)) {
            lexer_end_word(l);
            l->at++;
        } else if (c == '&' || c == '|' || c == '\n') {
            separator(l);
        } else if (c == '<' || c == '>') {
            redirection(l);
        } else if (c == '"') {
            quotes(l);
        } else if (c == '^') {
            caret(l);
        } else if (c == '\\') {
            backslashes(l);
        } else if (c == '%' || c == '!') {
            variable(l, false);
        } else if ((c != '(' && c != ')') || !parenthesis(l)) {
            lexer_put(l, c);
            l->at++;
        }
    }
}
