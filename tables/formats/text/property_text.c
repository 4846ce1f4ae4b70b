#include "property_text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct property_span trimmed(const char *text, size_t size)
{
    while (size && is_blank(*text))
        text++, size--;
    while (size && is_blank(text[size - 1]))
        size--;
    return (struct property_span){text, size};
}

/* Take the first line of a text off it. */
static struct property_span next_line(struct property_span *text)
{
    const char          *newline = memchr(text->text, '\n', text->size);
    size_t               size = newline ? (size_t)(newline - text->text) : text->size;
    struct property_span line = trimmed(text->text, size);

    text->text += size + (newline != NULL);
    text->size -= size + (newline != NULL);
    return line;
}

static struct property_span without_quotes(struct property_span value)
{
    const char *text = value.text;
    size_t      size = value.size;

    if (size >= 2 && (*text == '"' || *text == '\'') && text[size - 1] == *text)
        return (struct property_span){text + 1, size - 2};
    return value;
}

int property_next(enum property_form form, struct property_span *text, struct property *ret)
{
    struct property_span line = {NULL, 0};

    while (text->size && (!line.size || *line.text == '#'))
        line = next_line(text);
    if (!line.size || *line.text == '#')
        return 0;
    if (form == PROPERTY_VALUE) {
        *ret = (struct property){{line.text, 0}, line};
        *text = (struct property_span){text->text, 0};
        return 1;
    }
    const char *mark = memchr(line.text, form == PROPERTY_COLON ? ':' : '=', line.size);
    if (!mark || mark == line.text)
        return -EINVAL;
    size_t               size = (size_t)(mark - line.text);
    struct property_span value = trimmed(mark + 1, line.size - size - 1);
    ret->name = trimmed(line.text, size);
    ret->value = form == PROPERTY_COLON ? value : without_quotes(value);
    return 1;
}
