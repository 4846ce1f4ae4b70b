#include "audit_tty.h"

#include <string.h>

/* Keys by what a terminal sends. The longer of two with the same beginning is first. */
static const struct key {
    const char *bytes, *name;
} keys[] = {
    {"\033[11~", "F1"},
    {"\033[12~", "F2"},
    {"\033[13~", "F3"},
    {"\033[14~", "F4"},
    {"\033[15~", "F5"},
    {"\033[17~", "F6"},
    {"\033[18~", "F7"},
    {"\033[19~", "F8"},
    {"\033[20~", "F9"},
    {"\033[21~", "F10"},
    {"\033[23~", "F11"},
    {"\033[24~", "F12"},
    {"\033[1;2A", "scroll-backward"},
    {"\033[1;2B", "scroll-forward"},
    {"\033[1;2C", "shift-right"},
    {"\033[1;2D", "shift-left"},
    {"\033[1;2F", "shift-end"},
    {"\033[1;2H", "shift-home"},
    {"\033[1~", "home"},
    {"\033[2~", "insert"},
    {"\033[3~", "delete"},
    {"\033[4~", "end"},
    {"\033[5~", "page-up"},
    {"\033[6~", "page-down"},
    {"\033[7~", "home"},
    {"\033[8~", "end"},
    {"\033[[A", "F1"},
    {"\033[[B", "F2"},
    {"\033[[C", "F3"},
    {"\033[[D", "F4"},
    {"\033[[E", "F5"},
    {"\033[A", "up"},
    {"\033[B", "down"},
    {"\033[C", "right"},
    {"\033[D", "left"},
    {"\033[F", "end"},
    {"\033[H", "home"},
    {"\033[Z", "back-tab"},
    {"\033OA", "up"},
    {"\033OB", "down"},
    {"\033OC", "right"},
    {"\033OD", "left"},
    {"\033OF", "end"},
    {"\033OH", "home"},
    {"\033OM", "send"},
    {"\033OP", "F1"},
    {"\033OQ", "F2"},
    {"\033OR", "F3"},
    {"\033OS", "F4"},
    {"\033", "esc"},
    {"\010", "backspace"},
    {"\177", "backspace"},
    {"\t", "tab"},
    {"\n", "nl"},
    {"\r", "ret"},
};

static bool is_control(unsigned char c)
{
    return (c && c < 27) || c == 27 || c == 127;
}

/* The key at `at`, or NULL where it is one of ^A to ^Z that have no other name. */
static const struct key *key_at(const char *at, const char *end)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t size = strlen(keys[i].bytes);
        if ((size_t)(end - at) >= size && memcmp(at, keys[i].bytes, size) == 0)
            return &keys[i];
    }
    return NULL;
}

/* Append a key in angle brackets; returns its bytes. */
static size_t put_key(const char *at, const char *end, struct buffer *text)
{
    const struct key *key = key_at(at, end);

    if (key)
        buffer_printf(text, "<%s>", key->name);
    else
        buffer_printf(text, "<^%c>", *at + '@');
    return key ? strlen(key->bytes) : 1;
}

/* The bytes of a field, for the caller to free. */
static struct buffer decoded(const struct audit_field *data)
{
    struct buffer raw = {0};

    audit_value_bytes(data, &raw);
    return raw;
}

static void put_quoted(char c, struct buffer *text)
{
    if (c == '"' || c == '\\')
        buffer_printf(text, "\\%c", c);
    else if ((unsigned char)c < ' ' || (unsigned char)c > 126)
        buffer_printf(text, "\\%03o", (unsigned char)c);
    else
        buffer_putc(text, c);
}

void audit_tty_keys(const struct audit_field *data, struct buffer *text)
{
    struct buffer raw = decoded(data);
    const char   *at = raw.size ? raw.data : "", *end = at + raw.size;
    bool          quoted = false;

    for (bool first = true; at < end; first = false) {
        bool control = is_control((unsigned char)*at);
        if (quoted && control)
            buffer_putc(text, '"');
        if (!first && (control || !quoted))
            buffer_putc(text, ',');
        if (!quoted && !control)
            buffer_putc(text, '"');
        quoted = !control;
        if (control)
            at += put_key(at, end, text);
        else
            put_quoted(*at++, text);
    }
    if (quoted)
        buffer_putc(text, '"');
    text->failed |= raw.failed;
    buffer_free(&raw);
}

/* The bytes of the key that a line ends with, in its angle brackets; 0 for none. */
static size_t last_key(const struct buffer *line)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t      size = strlen(keys[i].name);
        const char *at = line->size > size + 1 ? line->data + line->size - size - 2 : NULL;
        if (at && *at == '<' && memcmp(at + 1, keys[i].name, size) == 0 && at[size + 1] == '>')
            return size + 2;
    }
    return 0;
}

/* Take the last key or character of a line away: a byte of UTF-8's with those that go on from it. */
static void erase(struct buffer *line)
{
    size_t key = last_key(line);

    if (key) {
        line->size -= key;
        return;
    }
    while (line->size && ((unsigned char)line->data[line->size - 1] & 0xc0) == 0x80)
        line->size--;
    line->size -= line->size > 0;
}

static void end_line(struct buffer *line, struct buffer *text)
{
    if (line->size && text->size)
        buffer_putc(text, '\n');
    buffer_utf8(text, line->size ? line->data : "", line->size);
    text->failed |= line->failed;
    buffer_reset(line);
}

void audit_tty_commands(const struct audit_field *data, struct buffer *text)
{
    struct buffer raw = decoded(data), line = {0};
    const char   *at = raw.size ? raw.data : "", *end = at + raw.size;

    while (at < end) {
        if (*at == '\r' || *at == '\n' || *at == '\0') {
            end_line(&line, text);
            at++;
        } else if (*at == '\010' || *at == '\177') {
            erase(&line);
            at++;
        } else if (is_control((unsigned char)*at)) {
            at += put_key(at, end, &line);
        } else {
            buffer_putc(&line, *at++);
        }
    }
    end_line(&line, text);
    text->failed |= raw.failed;
    buffer_free(&line);
    buffer_free(&raw);
}
