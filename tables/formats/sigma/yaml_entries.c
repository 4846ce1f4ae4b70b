#include "yaml_entries.h"

#include <string.h>

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\r'))
        at++;
    return at;
}

/* Past the quote that ends a text in quotes, from the one that begins it; NULL where the line has none. */
static const char *quoted_end(const char *at, const char *end)
{
    char quote = *at++;

    for (; at < end; at++) {
        if (quote == '"' && *at == '\\')
            at++;
        else if (*at == quote && (quote == '"' || at + 1 == end || at[1] != quote))
            return at + 1;
        else if (*at == quote)
            at++; /* '' is a quote inside */
    }
    return NULL;
}

static bool is_colon(const char *at, const char *end)
{
    return *at == ':' && (at + 1 == end || at[1] == ' ' || at[1] == '\r');
}

/* Past the colon of a plain key, or the end of the line. */
static const char *plain_end(const char *at, const char *end)
{
    for (; (at = memchr(at, ':', (size_t)(end - at))); at++)
        if (is_colon(at, end))
            return at + 1;
    return end;
}

/* Whether a line ends all that it begins. */
static bool is_whole(const char *at, const char *end)
{
    at = skip_blanks(at, end);
    while (at < end && *at == '-' && (at + 1 == end || at[1] == ' '))
        at = skip_blanks(at + 1, end);
    while (at < end && *at != '#') {
        if (strchr("[]{}&*!?%@`\t", *at))
            return false;
        if (*at != '"' && *at != '\'') {
            at = plain_end(at, end);
        } else {
            at = quoted_end(at, end);
            at = at ? skip_blanks(at, end) : NULL;
            if (!at || (at < end && *at != '#' && !is_colon(at, end)))
                return false;
            at += at < end && *at == ':';
        }
        at = skip_blanks(at, end);
    }
    return true;
}

/* Whether a text is somewhere in a file, where its first byte is rare. */
static bool has(const char *text, size_t size, const char *what)
{
    const char *end = text + size;
    size_t      length = strlen(what);

    for (; (text = memchr(text, *what, (size_t)(end - text))); text++)
        if ((size_t)(end - text) >= length && memcmp(text, what, length) == 0)
            return true;
    return false;
}

/* Line breaks of YAML that are not ends of lines here. */
static bool has_other_breaks(const char *text, size_t size)
{
    const char *end = text + size;

    for (const char *at = text; (at = memchr(at, '\r', (size_t)(end - at))); at++)
        if (at + 1 == end || at[1] != '\n')
            return true;
    return has(text, size, "\xc2\x85") || has(text, size, "\xe2\x80\xa8") ||
           has(text, size, "\xe2\x80\xa9");
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

struct entry {
    bool left_out, free_text; /* its value is a block that begins with | or > */
};

/* The entry that a line begins: one that is asked for, where it is not plain to see which. */
static struct entry entry_of(const char *line, const char *end, const char *const *keys)
{
    size_t size = 0;

    while (line + size < end && is_word(line[size]))
        size++;
    if (line + size == end || !is_colon(line + size, end))
        return (struct entry){0};
    for (; *keys; keys++)
        if (strlen(*keys) == size && memcmp(*keys, line, size) == 0)
            return (struct entry){0};
    const char *value = skip_blanks(line + size + 1, end);
    return (struct entry){true, value < end && (*value == '|' || *value == '>')};
}

static bool goes_on(const char *line, const char *end)
{
    return skip_blanks(line, end) == end || *line == ' ' ||
           (*line == '-' && (line + 1 == end || line[1] == ' ' || line[1] == '\r'));
}

bool yaml_entries(const char *text, size_t size, const char *const *keys, char *out,
                  size_t *ret_size)
{
    const char  *end = text + size, *next;
    char        *at = out;
    struct entry entry = {0};
    bool         inside = false; /* a document, after its first entry, which says where it begins */

    if (has_other_breaks(text, size))
        return false;
    for (const char *line = text; line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        bool        begins = !goes_on(line, stop);
        next = newline ? newline + 1 : end;
        if (begins) {
            entry = inside ? entry_of(line, stop, keys) : (struct entry){0};
            inside = *line != '-' && *line != '.' && *line != '#';
        }
        if ((begins || !entry.free_text) && !is_whole(line, stop))
            return false;
        const char *from = entry.left_out ? stop : line;
        memcpy(at, from, (size_t)(next - from));
        at += next - from;
    }
    *ret_size = (size_t)(at - out);
    return true;
}
