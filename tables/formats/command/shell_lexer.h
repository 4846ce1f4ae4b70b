/* shell_lexer.h -- the common part of the three dialects of shell_words.h: building words and
 * commands. */
#ifndef SVCQL_SHELL_LEXER_H
#define SVCQL_SHELL_LEXER_H

#include "formats/text/buffer.h"
#include "shell_words.h"

#define LEXER_HEREDOCS_MAX 16

enum lexer_next { NEXT_ARGUMENT, NEXT_FILE, NEXT_INPUT, NEXT_DELIMITER };

struct lexer {
    struct shell      *shell;
    enum shell_dialect dialect;
    const char        *text;
    size_t             size, at;

    struct buffer word; /* under construction */
    size_t        word_begin;
    bool          in_word, quoted, spliced;
    bool          listed; /* holds a list of values */
    bool          joint;  /* a quote, escape or variable has just ended in the word */

    struct shell_word *words;
    size_t             n, room;
    enum lexer_next    next; /* role of the word under construction */
    const char        *input, *file;
    struct buffer      files;
    char               operator[8];                  /* of the redirection whose file comes next */
    const char        *heredocs[LEXER_HEREDOCS_MAX]; /* delimiters whose bodies follow */
    size_t             n_heredocs;
    bool               piped, command_spliced;
    bool               call;   /* PowerShell: the operator & or . precedes the command */
    unsigned           parens; /* cmd.exe: groups that are open */

    shell_command_fn *fn;
    void             *data;
    int               result; /* of fn; not 0: the end */

    /* shell_each(), for the texts of substitutions. */
    int (*inner)(struct shell *shell, enum shell_dialect dialect, const char *text, size_t size,
                 shell_command_fn *fn, void *data);
};

void lex_posix(struct lexer *l);
void lex_cmd(struct lexer *l);
void lex_powershell(struct lexer *l);

/* The byte `ahead` bytes on, or NUL after the end. */
static inline char lexer_peek(const struct lexer *l, size_t ahead)
{
    return ahead < l->size - l->at ? l->text[l->at + ahead] : '\0';
}

static inline void lexer_skip(struct lexer *l, size_t bytes)
{
    l->at = bytes < l->size - l->at ? l->at + bytes : l->size;
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\0';
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

static inline bool is_name(char c)
{
    return is_alnum(c) || c == '_';
}

/* The value of a hexadecimal digit, or -1. */
static inline int digit_value(char c)
{
    return is_digit(c)                              ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                    : -1;
}

void lexer_open_word(struct lexer *l);   /* a word begins here, if none is open */
void lexer_put(struct lexer *l, char c); /* add a byte to the word */
void lexer_put_text(struct lexer *l, const char *text, size_t size);
void lexer_mark(struct lexer *l);       /* a quote, escape or variable is here */
char lexer_last(const struct lexer *l); /* the word's last byte, or NUL */
void lexer_end_word(struct lexer *l);
void lexer_end_command(struct lexer *l, bool pipe);
void lexer_redirect(struct lexer *l, enum lexer_next next); /* the next word is not an argument */
void lexer_operator(struct lexer *l, const char *text, size_t size); /* of that redirection */

/* Add a value to the word; with `split` its blanks end words. */
void lexer_put_value(struct lexer *l, const char *value, bool split);

/* Add a variable's value; false where the line did not set it. Blanks split unless quoted. */
bool lexer_expand(struct lexer *l, const char *name, size_t size, bool quoted);

/* Parse a substitution's text. */
void lexer_inner(struct lexer *l, const char *text, size_t size);

#endif
