/* shell_powershell.c -- the words of PowerShell (Windows PowerShell Language Specification 3.0,
 * section 2.3: tokens; about_Quoting_Rules, about_Operators). */
#include <string.h>

#include "shell_lexer.h"

/* Whether the text at the cursor, after a name, makes it the target of an assignment. */
static bool assigned(const struct lexer *l, size_t ahead)
{
    while (lexer_peek(l, ahead) == ' ')
        ahead++;
    return lexer_peek(l, ahead) == '=' && lexer_peek(l, ahead + 1) != '=';
}

static void substitution(struct lexer *l)
{
    size_t begin = l->at + 2, end = begin, depth = 1;

    for (; end < l->size; end++) {
        if (l->text[end] == '(')
            depth++;
        else if (l->text[end] == ')' && --depth == 0)
            break;
    }
    lexer_inner(l, l->text + begin, end - begin);
    lexer_put_text(l, l->text + l->at, end - l->at);
    l->at = end < l->size ? end + 1 : l->size;
}

static void dollar(struct lexer *l, bool quoted)
{
    bool   braces = lexer_peek(l, 1) == '{';
    size_t ahead = braces ? 2 : 1, n = 0;

    if (lexer_peek(l, 1) == '(') {
        substitution(l);
        return;
    }
    while (is_name(lexer_peek(l, ahead + n)))
        n++;
    size_t size = ahead + n + (braces && lexer_peek(l, ahead + n) == '}' ? 1 : 0);
    if (!n || (l->n == 0 && !quoted && assigned(l, size)) ||
        !lexer_expand(l, l->text + l->at + ahead, n, quoted))
        lexer_put_text(l, l->text + l->at, size);
    l->at += size;
}

/* A backtick removes the special meaning of the next character, and joins lines. */
static void backtick(struct lexer *l)
{
    char next = lexer_peek(l, 1);

    if (next != '\n' && next != '\r' && next) {
        lexer_mark(l);
        lexer_put(l, next);
    }
    lexer_skip(l, next == '\r' && lexer_peek(l, 2) == '\n' ? 3 : 2);
}

/* 'a' + 'b' is one word: move the cursor to its next quote. */
static bool concatenation(struct lexer *l)
{
    size_t ahead = 0;

    while (lexer_peek(l, ahead) == ' ')
        ahead++;
    if (lexer_peek(l, ahead) != '+')
        return false;
    do
        ahead++;
    while (lexer_peek(l, ahead) == ' ');
    if (lexer_peek(l, ahead) != '"' && lexer_peek(l, ahead) != '\'')
        return false;
    l->at += ahead;
    return true;
}

static void quoted_text(struct lexer *l, char quote)
{
    l->at++;
    while (l->at < l->size && !l->result) {
        char c = l->text[l->at];

        if (c == quote && lexer_peek(l, 1) != quote)
            break;
        if (c == quote) {
            lexer_put(l, c);
            l->at += 2;
        } else if (c == '$' && quote == '"') {
            dollar(l, true);
        } else if (c == '`' && quote == '"') {
            backtick(l);
        } else {
            lexer_put(l, c);
            l->at++;
        }
    }
    lexer_skip(l, 1);
}

static void quotes(struct lexer *l)
{
    if (!l->in_word) {
        lexer_open_word(l);
        l->quoted = true;
    }
    lexer_mark(l);
    quoted_text(l, l->text[l->at]);
    while (l->at < l->size && !l->result && concatenation(l)) {
        l->spliced = true;
        quoted_text(l, l->text[l->at]);
    }
    lexer_mark(l);
}

static void comment(struct lexer *l)
{
    const char *from = l->text + l->at, *end = memchr(from, '\n', l->size - l->at);

    l->at = end ? (size_t)(end - l->text) : l->size;
}

static void block_comment(struct lexer *l)
{
    const char *end = memmem(l->text + l->at, l->size - l->at, "#>", 2);

    l->at = end ? (size_t)(end - l->text) + 2 : l->size;
}

static void redirection(struct lexer *l)
{
    if (l->in_word && l->word.size == 1 && (is_digit(l->word.data[0]) || l->word.data[0] == '*'))
        l->in_word = false;
    lexer_redirect(l, NEXT_FILE);
    while (lexer_peek(l, 0) == '>' || lexer_peek(l, 0) == '&')
        l->at++;
}

/* The operators & and . before a command are not part of it; && and ; end one. */
static bool call_operator(struct lexer *l)
{
    char c = l->text[l->at], next = lexer_peek(l, 1);

    if (l->n || l->in_word || next == c || (c == '.' && !is_blank(next) && next != '('))
        return false;
    l->call = true;
    l->at++;
    return true;
}

/* @{Name='x'} is one word. */
static bool hash_literal(struct lexer *l)
{
    size_t      begin = l->at;
    const char *end = memchr(l->text + l->at, '}', l->size - l->at);

    if (l->text[l->at] != '{' || lexer_last(l) != '@' || !end)
        return false;
    l->at = (size_t)(end - l->text) + 1;
    lexer_put_text(l, l->text + begin, l->at - begin);
    return true;
}

static void separator(struct lexer *l)
{
    char c = l->text[l->at];
    bool twice = (c == '|' || c == '&') && lexer_peek(l, 1) == c;

    l->at += twice ? 2 : 1;
    if (l->call && ((c == '(' && l->n == 0) || c == ')')) /* & ('sc.exe') stop x */
        lexer_end_word(l);
    else
        lexer_end_command(l, c == '|' && !twice);
}

void lex_powershell(struct lexer *l)
{
    while (l->at < l->size && !l->result) {
        char c = l->text[l->at];

        if (is_blank(c)) {
            lexer_end_word(l);
            l->at++;
        } else if ((c == '&' || c == '.') && call_operator(l)) {
            continue;
        } else if (strchr(";|&\n(){}", c)) {
            if (!hash_literal(l))
                separator(l);
        } else if (c == '"' || c == '\'') {
            quotes(l);
        } else if (c == '`') {
            backtick(l);
        } else if (c == '$') {
            dollar(l, false);
        } else if (c == '<' && lexer_peek(l, 1) == '#') {
            block_comment(l);
        } else if (c == '#' && !l->in_word) {
            comment(l);
        } else if (c == '>') {
            redirection(l);
        } else {
            lexer_put(l, c);
            l->at++;
        }
    }
}
