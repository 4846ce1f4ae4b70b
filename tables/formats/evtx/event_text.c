#include "event_text.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Whether a line begins an event: "Event[12]:". The first of a file may have a mark of UTF-8. */
static bool begins(const char *line, size_t size)
{
    size_t at = 6, mark = size > 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    line += mark;
    size -= mark;
    while (size && (line[size - 1] == '\r' || line[size - 1] == ' '))
        size--;
    if (size < 8 || memcmp(line, "Event[", 6) != 0)
        return false;
    while (at < size && isdigit((unsigned char)line[at]))
        at++;
    return at > 6 && at < size && line[at] == ']' &&
           (at + 1 == size || (at + 2 == size && line[at + 1] == ':'));
}

bool event_text_is(const char *text, size_t size)
{
    while (size && memchr("\r\n", *text, 2))
        text++, size--;
    const char *end = memchr(text, '\n', size);

    return end && begins(text, (size_t)(end - text));
}

/* Fields --------------------------------------------------------------------------- */

static char *trimmed(char *text)
{
    size_t size;

    text += strspn(text, " \t\r\n");
    for (size = strlen(text); size && strchr(" \t\r\n", text[size - 1]); size--)
        text[size - 1] = '\0';
    return text;
}

/* "  Source: Service Control Manager"; "N/A" is none. */
static void add_line(struct event_text *e, char *line)
{
    char *colon = strchr(line, ':');

    if (!colon || e->n == EVENT_TEXT_FIELDS)
        return;
    *colon = '\0';
    char *value = trimmed(colon + 1);
    if (!*value || strcmp(value, "N/A") == 0)
        return;
    e->names[e->n] = trimmed(line);
    e->values[e->n++] = value;
}

/* Take the lines of the event that was gathered apart; false where its end, the description, is missing. */
static bool take_apart(struct event_text *e)
{
    static const char last[] = "  Description:";
    char             *line = strchr(e->text.data, '\n'), *end;

    for (e->n = 0; line && (end = strchr(++line, '\n')); line = end) {
        if (strncmp(line, last, sizeof last - 1) == 0) {
            e->n -= e->n == EVENT_TEXT_FIELDS;
            e->names[e->n] = "Message";
            e->values[e->n++] = trimmed(line + sizeof last - 1);
            return true;
        }
        *end = '\0';
        add_line(e, line);
    }
    return false;
}

/* The event ends: whether it is whole. */
static bool finish(struct event_text *e)
{
    bool whole = e->open && !e->too_long && buffer_text(&e->text) && take_apart(e);

    e->bad += e->open && !whole;
    e->at = e->begin;
    e->open = e->too_long = false;
    e->complete = whole;
    return whole;
}

/* Lines ----------------------------------------------------------------------------- */

static void begin(struct event_text *e)
{
    e->open = true;
    e->begin = e->next;
    buffer_reset(&e->text);
    buffer_put(&e->text, e->line.data, e->line.size);
    buffer_reset(&e->line);
}

/* A whole line was read, with its end. True where it ends an event. */
static bool take_line(struct event_text *e)
{
    if (begins(e->line.data, e->line.size - 1)) {
        if (e->open && finish(e))
            return true; /* the line waits */
        begin(e);
        return false;
    }
    if (!e->open)
        e->bad += strspn(buffer_text(&e->line), " \t\r\n\xef\xbb\xbf") < e->line.size;
    else if (e->text.size + e->line.size > EVENT_TEXT_MAX)
        e->too_long = true;
    else
        buffer_put(&e->text, e->line.data, e->line.size);
    buffer_reset(&e->line);
    return false;
}

/* After an event was given, the line that begins the next is still there. */
static void go_on(struct event_text *e)
{
    if (!e->complete)
        return;
    e->complete = false;
    if (e->line.size)
        begin(e);
}

/* Take the bytes of a line; of one that is too long, none. */
static void take_bytes(struct event_text *e, const char *data, size_t size)
{
    if (!e->line.size && !e->skips)
        e->next = e->read;
    if (e->skips || e->line.size + size > EVENT_TEXT_MAX) {
        e->too_long |= e->open;
        e->skips = data[size - 1] != '\n';
        buffer_reset(&e->line);
    } else {
        buffer_put(&e->line, data, size);
    }
    e->read += size;
}

int event_text_feed(struct event_text *e, const char **data, size_t *size)
{
    go_on(e);
    while (*size) {
        const char *end = memchr(*data, '\n', *size);
        size_t      n = end ? (size_t)(end - *data) + 1 : *size;
        take_bytes(e, *data, n);
        *data += n;
        *size -= n;
        if (e->line.failed)
            return -ENOMEM;
        if (end && e->line.size && take_line(e))
            return 1;
    }
    return e->text.failed ? -ENOMEM : 0;
}

int event_text_end(struct event_text *e)
{
    go_on(e);
    if (e->line.size) {
        buffer_putc(&e->line, '\n');
        if (!e->line.failed && take_line(e)) {
            e->bad++; /* nothing of the event that the line begins */
            return 1;
        }
    }
    return e->line.failed || e->text.failed ? -ENOMEM : finish(e);
}

void event_text_free(struct event_text *e)
{
    buffer_free(&e->text);
    buffer_free(&e->line);
}
