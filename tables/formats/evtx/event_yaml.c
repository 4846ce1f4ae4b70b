#include "event_yaml.h"

#include <string.h>

#include "formats/text/buffer.h"

#define DEPTH_MAX 8 /* maps within maps; what is deeper is left out */

/* The text that is left, of which a line is taken at a time. */
struct lines {
    const char *at;
};

static size_t line_size(const char *at)
{
    size_t size = strcspn(at, "\n");

    return size && at[size - 1] == '\r' ? size - 1 : size;
}

static void pass(struct lines *lines)
{
    lines->at += strcspn(lines->at, "\n");
    lines->at += *lines->at == '\n';
}

static size_t indent_of(const char *line)
{
    return strspn(line, " ");
}

static bool is_blank(const char *line)
{
    return line_size(line) == indent_of(line);
}

/* Scalars --------------------------------------------------------------------------- */

/* NUL, which no text holds, is U+FFFD. */
static void put_character(struct buffer *out, uint32_t code)
{
    uint8_t units[4];
    bool    pair = code >= 0x10000 && code <= 0x10ffff;

    code = !code || code > 0x10ffff ? 0xfffd : code;
    uint32_t first = pair ? 0xd800 + ((code - 0x10000) >> 10) : code;
    uint32_t second = 0xdc00 + ((code - 0x10000) & 0x3ff);
    units[0] = (uint8_t)first;
    units[1] = (uint8_t)(first >> 8);
    units[2] = (uint8_t)second;
    units[3] = (uint8_t)(second >> 8);
    buffer_utf16(out, units, pair ? 2 : 1);
}

static void put_escape(struct buffer *out, const char **at)
{
    static const char from[] = "0abtnvfre", to[] = "\0\a\b\t\n\v\f\r\x1b";
    const char       *found = **at ? strchr(from, **at) : NULL;
    uint32_t          code = 0;
    int               digits = **at == 'x' ? 2 : **at == 'u' ? 4 : **at == 'U' ? 8 : 0;

    if (!**at)
        return;
    if (!digits) {
        put_character(out, (uint8_t)(found ? to[found - from] : **at));
        ++*at;
        return;
    }
    for (++*at; digits-- && strchr("0123456789abcdefABCDEF", **at) && **at; ++*at)
        code = code << 4 | (uint32_t)(**at <= '9' ? **at - '0' : (**at & 7) + 9);
    put_character(out, code);
}

/* What is in quotes, up to their end or that of the text. */
static const char *put_quoted(struct buffer *out, const char *at)
{
    char quote = *at++;

    while (*at) {
        if (*at == quote && !(quote == '\'' && at[1] == quote))
            return at + 1;
        if (*at == '\\' && quote == '"') {
            at++;
            put_escape(out, &at);
            continue;
        }
        at += *at == quote; /* written twice */
        buffer_putc(out, *at++);
    }
    return at;
}

/* The lines of a block that are indented more than its key; `keep`: with the last line's end. */
static void put_literal(struct buffer *out, struct lines *lines, size_t indent, bool keep)
{
    size_t deep = 0;

    while (*lines->at && (is_blank(lines->at) || indent_of(lines->at) > indent)) {
        size_t size = line_size(lines->at), own = indent_of(lines->at);
        deep = deep || is_blank(lines->at) ? deep : own;
        own = own < deep ? own : deep;
        buffer_put(out, lines->at + own, size - own);
        buffer_putc(out, '\n');
        pass(lines);
    }
    while (!keep && out->size && out->data[out->size - 1] == '\n')
        out->size--;
}

static cJSON *text_item(struct buffer *text)
{
    const char *whole = buffer_text(text);
    cJSON      *item = whole ? cJSON_CreateString(whole) : NULL;

    buffer_free(text);
    return item;
}

/* The value that is on the rest of a line, which it passes. */
static cJSON *scalar(struct lines *lines, const char *at, size_t indent)
{
    struct buffer text = {0};
    size_t        size = line_size(at);

    if (*at == '\'' || *at == '"') {
        lines->at = put_quoted(&text, at);
        pass(lines);
        return text_item(&text);
    }
    pass(lines);
    if (*at == '|') {
        put_literal(&text, lines, indent, size > 1 && at[1] == '+');
        return text_item(&text);
    }
    if ((size == 4 && memcmp(at, "null", 4) == 0) || (size == 1 && *at == '~'))
        return cJSON_CreateNull();
    buffer_put(&text, at, size);
    return text_item(&text);
}

/* Maps and lists ---------------------------------------------------------------------- */

static bool is_item(const char *at)
{
    return *at == '-' && (at[1] == ' ' || at[1] == '\n' || at[1] == '\r');
}

static cJSON *list(struct lines *lines, size_t indent)
{
    cJSON *items = cJSON_CreateArray();

    while (items && *lines->at && indent_of(lines->at) >= indent &&
           is_item(lines->at + indent_of(lines->at))) {
        size_t own = indent_of(lines->at);
        cJSON *item = scalar(lines, lines->at + own + 1 + (lines->at[own + 1] == ' '), own);
        if (!item || !cJSON_AddItemToArray(items, item)) {
            cJSON_Delete(item);
            cJSON_Delete(items);
            return NULL;
        }
    }
    return items;
}

static cJSON *map(struct lines *lines, size_t indent, unsigned depth);

/* The value after a key's colon, which may begin on the next line. */
static cJSON *value(struct lines *lines, const char *at, size_t indent, unsigned depth)
{
    at += strspn(at, " ");
    if (line_size(at))
        return scalar(lines, at, indent);
    pass(lines);
    size_t own = indent_of(lines->at);
    if (is_item(lines->at + own) && own >= indent)
        return list(lines, own);
    if (own > indent && depth < DEPTH_MAX)
        return map(lines, own, depth + 1);
    return cJSON_CreateNull();
}

/* A key, and where its colon is; NULL where the line is of no key. */
static const char *key_end(const char *at, struct buffer *key)
{
    if (*at == '\'' || *at == '"') {
        at = put_quoted(key, at);
        return *at == ':' ? at : NULL;
    }
    size_t size = line_size(at), n = 0;
    while (n < size && !(at[n] == ':' && (n + 1 == size || at[n + 1] == ' ')))
        n++;
    buffer_put(key, at, n);
    return n && n < size ? at + n : NULL;
}

/* One key with its value; a line of no key is passed. */
static bool add_pair(cJSON *pairs, struct lines *lines, size_t indent, unsigned depth)
{
    struct buffer key = {0};
    const char   *colon = key_end(lines->at + indent, &key), *name = buffer_text(&key);
    cJSON        *item = NULL;
    bool          added = name != NULL;

    if (colon && name) {
        item = value(lines, colon + 1, indent, depth);
        added = item && cJSON_AddItemToObject(pairs, name, item);
        if (!added)
            cJSON_Delete(item);
    } else {
        pass(lines);
    }
    buffer_free(&key);
    return added;
}

static cJSON *map(struct lines *lines, size_t indent, unsigned depth)
{
    cJSON *pairs = cJSON_CreateObject();

    while (pairs && *lines->at && (is_blank(lines->at) || indent_of(lines->at) >= indent)) {
        if (is_blank(lines->at) || indent_of(lines->at) > indent) {
            pass(lines);
        } else if (!add_pair(pairs, lines, indent, depth)) {
            cJSON_Delete(pairs);
            pairs = NULL;
        }
    }
    return pairs;
}

cJSON *event_yaml(const char *text)
{
    struct lines lines = {text};

    if (strncmp(text, "---", 3) == 0)
        pass(&lines);
    return map(&lines, 0, 0);
}
