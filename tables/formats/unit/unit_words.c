#include "unit_words.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define WHITESPACE " \t\n\r"

/* Escapes ------------------------------------------------------------------- */

/* Value of `digits` digits in a base, or -1. */
static int64_t number(const char *p, size_t digits, unsigned base)
{
    int64_t value = 0;

    for (size_t i = 0; i < digits; i++) {
        char     c = p[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : base;
        if (digit >= base)
            return -1;
        value = value * base + digit;
    }
    return value;
}

static void put_code_point(struct buffer *b, uint32_t c)
{
    if (c < 0x80) {
        buffer_putc(b, (char)c);
    } else if (c < 0x800) {
        buffer_putc(b, (char)(0xc0 | c >> 6));
        buffer_putc(b, (char)(0x80 | (c & 0x3f)));
    } else {
        if (c < 0x10000) {
            buffer_putc(b, (char)(0xe0 | c >> 12));
        } else {
            buffer_putc(b, (char)(0xf0 | c >> 18));
            buffer_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        buffer_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buffer_putc(b, (char)(0x80 | (c & 0x3f)));
    }
}

/* \x, \u, \U and octal: kind, digits behind it, base; the largest value. */
static const struct {
    char     kind;
    size_t   digits;
    unsigned base;
    int64_t  max;
} numeric[] = {{'x', 2, 16, 0xff}, {'u', 4, 16, 0xffff}, {'U', 8, 16, 0x10ffff}};

/* What stands behind a backslash: its length, its meaning put into `b`; 0 where it has none. */
static size_t escape(const char *p, struct buffer *b)
{
    static const char letters[] = "abfnrtv\\\"'s", meanings[] = "\a\b\f\n\r\t\v\\\"' ";
    const char       *letter = *p ? strchr(letters, *p) : NULL;

    if (letter) {
        buffer_putc(b, meanings[letter - letters]);
        return 1;
    }
    int64_t octal = number(p, 3, 8);
    if (octal > 0 && octal <= 0xff) {
        buffer_putc(b, (char)octal);
        return 3;
    }
    for (size_t i = 0; i < sizeof numeric / sizeof numeric[0]; i++) {
        if (*p != numeric[i].kind)
            continue;
        int64_t value = number(p + 1, numeric[i].digits, numeric[i].base);
        if (value <= 0 || value > numeric[i].max ||
            (*p == 'U' && value >= 0xd800 && value < 0xe000))
            return 0;
        if (*p == 'x')
            buffer_putc(b, (char)value);
        else
            put_code_point(b, (uint32_t)value);
        return 1 + numeric[i].digits;
    }
    return 0;
}

/* Words --------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int unit_word(const char **text, enum unit_escapes escapes, struct buffer *ret)
{
    const char *p = *text + strspn(*text, WHITESPACE);
    char        quote = '\0';

    buffer_reset(ret);
    if (!*p) {
        *text = p;
        return 0;
    }
    for (; *p && (quote || !is_space(*p)); p++) {
        if (*p == '\\' && escapes == UNIT_ESCAPES_C) {
            size_t length = escape(p + 1, ret);
            if (length)
                p += length;
            else if (p[1]) /* unknown: both characters stay, and the second ends no quote */
                buffer_put(ret, p++, 2);
            else
                buffer_putc(ret, '\\');
        } else if (quote ? *p == quote : *p == '"' || *p == '\'') {
            quote = quote ? '\0' : *p;
        } else {
            buffer_putc(ret, *p);
        }
    }
    if (ret->failed)
        return -ENOMEM;
    if (quote)
        return -EINVAL;
    *text = p + strspn(p, WHITESPACE);
    return 1;
}

/* Commands ------------------------------------------------------------------ */

/* How many characters of `word` are prefixes: each once, of "+", "!" and "!!" only one. */
static size_t prefixes(const char *word)
{
    bool   seen[128] = {false};
    size_t n = 0;

    for (;; n++) {
        char c = word[n];
        if (!c || !strchr("@-:+!", c))
            return n;
        bool doubled = c == '!' && n && word[n - 1] == '!' && !(n > 1 && word[n - 2] == '!');
        if (seen[(unsigned char)c] && !doubled)
            return n;
        if ((c == '+' && seen['!']) || (c == '!' && seen['+']))
            return n;
        seen[(unsigned char)c] = true;
    }
}

/* Append a path without doubled slashes and "." components, as JSON text. */
static void put_path(struct buffer *json, const char *path, struct buffer *scratch)
{
    buffer_reset(scratch);
    for (const char *p = path; *p; p++) {
        while (p[0] == '/' && (p[1] == '/' || (p[1] == '.' && (p[2] == '/' || !p[2]))))
            p += p[1] == '/' ? 1 : 2;
        if (*p)
            buffer_putc(scratch, *p);
        else
            break;
    }
    buffer_json(json, scratch->data ? scratch->data : "", scratch->size);
}

/* Whether an unquoted ";" stands alone at *text, possibly escaped; it is passed over. */
static bool take_semicolon(const char **text, bool escaped)
{
    const char *p = *text + (escaped ? 1 : 0);

    if ((escaped && **text != '\\') || *p != ';' || (p[1] && !is_space(p[1])))
        return false;
    *text = p + 1 + strspn(p + 1, WHITESPACE);
    return true;
}

/* Append the words up to a lone ";" as the rest of a JSON array; negative errno. */
static int put_arguments(const char **text, bool first, struct buffer *word, struct buffer *json,
                         size_t *ret_count)
{
    size_t count = 0;
    int    r;

    while (**text && !take_semicolon(text, false)) {
        if (take_semicolon(text, true)) {
            buffer_reset(word);
            buffer_putc(word, ';');
        } else if ((r = unit_word(text, UNIT_ESCAPES_C, word)) < 0) {
            return r;
        }
        if (!first || count)
            buffer_puts(json, ", ");
        buffer_json(json, word->data ? word->data : "", word->size);
        count++;
    }
    *ret_count = count;
    return 0;
}

/* Whether systemd takes `path` for a program: nothing that needs quoting, no directory, and a plain
 * name or an absolute path, which may begin with a specifier (%h/bin/x). */
static bool is_program(const char *path)
{
    size_t size = strlen(path);
    bool   absolute = path[0] == '/' || path[0] == '%';

    if (!size || path[size - 1] == '/' || strcmp(path, ".") == 0 || strcmp(path, "..") == 0)
        return false;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)path[i] < ' ' || strchr("\"'\\\x7f", path[i]) ||
            (!absolute && path[i] == '/'))
            return false;
    return true;
}

/* Append one command whose first word is in `first`; `word` is scratch. */
static int put_command(const char **text, const char *first, struct buffer *word,
                       struct buffer *json)
{
    size_t n = prefixes(first), count = 0;
    bool   own_name = !memchr(first, '@', n);

    if (!is_program(first + n))
        return -EINVAL;
    buffer_puts(json, "{\"path\": ");
    put_path(json, first + n, word);
    buffer_puts(json, ", \"argv\": [");
    if (own_name)
        buffer_json(json, first + n, strlen(first + n));
    int r = word->failed ? -ENOMEM : put_arguments(text, !own_name, word, json, &count);
    if (r < 0 || (!own_name && !count))
        return r < 0 ? r : -EINVAL;
    buffer_puts(json, "], \"prefix\": ");
    buffer_json(json, first, n);
    buffer_putc(json, '}');
    return 0;
}

/* Append the commands; a command that is refused leaves no trace. *ret_drop says whether a "-"
 * before it lets systemd go on. */
static int put_commands(const char *text, struct buffer *first, struct buffer *word,
                        struct buffer *json, bool *ret_drop)
{
    bool begun = false;
    int  r;

    while ((r = unit_word(&text, UNIT_ESCAPES_C, first)) > 0) {
        const char *name = buffer_text(first);
        size_t      before = json->size;

        if (!name)
            return -ENOMEM;
        if (strcmp(name, ";") == 0)
            continue;
        buffer_puts(json, begun ? ", " : "");
        if ((r = put_command(&text, name, word, json)) < 0) {
            json->size = before;
            *ret_drop = memchr(name, '-', prefixes(name)) != NULL;
            return r;
        }
        begun = true;
    }
    *ret_drop = true; /* systemd passes over a line whose first word does not end */
    return r;
}

int unit_commands_json(const char *text, struct buffer *json)
{
    struct buffer first = {0}, word = {0};
    size_t        before = json->size;
    bool          drop = false;

    buffer_putc(json, '[');
    int r = put_commands(text, &first, &word, json, &drop);
    buffer_putc(json, ']');
    buffer_free(&first);
    buffer_free(&word);
    if (r == -EINVAL && drop)
        return 0;
    if (r < 0)
        json->size = before;
    return r;
}
