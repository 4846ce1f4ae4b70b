#include "json_objects.h"

#include <errno.h>
#include <string.h>

static bool is_open(const struct json_objects *o)
{
    return o->depth || o->in_tag || o->in_event || o->in_line;
}

/* Give up the object being read. */
static void drop(struct json_objects *o)
{
    o->bad++;
    o->depth = 0;
    o->in_tag = o->in_event = o->in_line = o->in_string = o->escaped = o->too_long = false;
    buffer_reset(&o->text);
}

static void begin(struct json_objects *o, bool tag)
{
    buffer_reset(&o->text);
    o->at = o->read;
    o->in_tag = tag;
    o->depth = !tag;
    o->last = '\0';
    o->garbage = tag ? o->garbage : 0;
}

static void finish(struct json_objects *o)
{
    o->depth = 0;
    o->after_event |= o->in_event;
    o->in_event = o->in_line = false;
    o->garbage = 0;
    if (o->too_long)
        drop(o);
    else
        o->complete = true;
}

/* A line has ended outside an object: other text on it is counted, but not what evtx_dump puts
 * before each object. */
static void end_of_other_text(struct json_objects *o)
{
    bool counts = o->text.size >= 6 && memcmp(o->text.data, "Record", 6) == 0;

    o->bad += o->garbage && !counts && !o->enveloped && !o->headless;
    o->garbage = 0;
    o->headless = o->after_event = false;
    buffer_reset(&o->text);
}

/* A tag that is not an event's ends with its line. */
static void end_of_line_in_tag(struct json_objects *o)
{
    if (o->text.size >= 6 && memcmp(o->text.data, "<Event", 6) == 0)
        return;
    o->in_tag = false;
    if (o->garbage)
        end_of_other_text(o);
    else
        finish(o);
}

static void newline(struct json_objects *o)
{
    if (o->in_tag)
        end_of_line_in_tag(o);
    else if (o->in_line)
        finish(o);
    else if (o->in_string)
        drop(o);
    else if (!is_open(o))
        end_of_other_text(o);
}

/* An array around objects begins or ends; a bracket of other text, as in "sudo[1]: ", is none. */
static void count_array(struct json_objects *o, char c)
{
    if (c == '[')
        o->arrays += !o->garbage;
    else
        o->arrays -= !o->garbage && o->arrays;
}

/* One byte outside all objects. */
static void outside(struct json_objects *o, char c)
{
    if (c == '{')
        begin(o, false);
    else if (c == '<')
        begin(o, true);
    else if (c == '[' || c == ']')
        count_array(o, c);
    else if (!memchr(" \t\r,\xef\xbb\xbf", c, 7) && !(c == '}' && o->enveloped)) {
        o->garbage++;
        if (o->garbage <= 8)
            buffer_putc(&o->text, c);
    }
}

static void inside_string(struct json_objects *o, char c)
{
    if (o->escaped)
        o->escaped = false;
    else if (c == '\\')
        o->escaped = true;
    else if (c == '"')
        o->in_string = false;
}

static bool is_tag(const struct json_objects *o, size_t at, const char *name)
{
    size_t size = strlen(name);

    return o->text.size - at > size && memcmp(o->text.data + at, name, size) == 0 &&
           memchr(" \t\r\n/>", o->text.data[at + size], 6);
}

/* A tag outside events has ended. Text before it on the line may be of a syslog line, which may hold an event. A tag
 * that closes something after such text, or any tag after an event, is of an event whose beginning is lost. */
static void end_of_outer_tag(struct json_objects *o)
{
    char second = o->text.size > 1 ? o->text.data[1] : '\0';
    bool begins = is_tag(o, 0, "<Events"), ends = is_tag(o, 0, "</Events");

    if (begins && o->text.data[o->text.size - 2] != '/')
        o->roots++;
    o->roots -= ends && o->roots;
    if (begins || ends || second == '?') {
        buffer_reset(&o->text);
        return;
    }
    o->garbage += (second >= '0' && second <= '9') || o->after_event;
    if (second == '/' && o->garbage && !o->headless) {
        o->headless = true;
        o->bad++;
    }
    o->in_line = !o->garbage;
    if (!o->in_line)
        buffer_reset(&o->text);
}

/* The first tag has ended: of an event, of what is around events, or of something else. */
static void end_of_tag(struct json_objects *o)
{
    o->in_tag = false;
    if (!is_tag(o, 0, "<Event")) {
        end_of_outer_tag(o);
        return;
    }
    o->in_event = true;
    o->headless = false;
    o->tag = 0;
    if (o->text.data[o->text.size - 2] == '/')
        finish(o);
}

/* A tag of an event has ended: it ends the event, or another event interrupts it. */
static void inside_event(struct json_objects *o, char c)
{
    if (o->too_long)
        drop(o);
    if (c == '<')
        o->tag = o->text.size - 1;
    if (c != '>' || !o->in_event)
        return;
    if (is_tag(o, o->tag, "</Event")) {
        finish(o);
    } else if (o->tag && is_tag(o, o->tag, "<Event")) {
        size_t left = o->text.size - o->tag;
        o->bad++;
        o->at = o->read + 1 - left;
        memmove(o->text.data, o->text.data + o->tag, left);
        o->text.size = left;
        end_of_tag(o);
    }
}

static bool ends_in_key(const struct json_objects *o, const char *key, size_t *ret_at)
{
    size_t      size = o->text.size, length = strlen(key);
    const char *text = o->text.data;

    while (size && memchr(" \t\r\n:[", text[size - 1], 6))
        size--;
    *ret_at = size - length;
    return size > length && memcmp(text + size - length, key, length) == 0;
}

/* Whether the array that begins after a colon is what the object is around: its first member, or the hits
 * of a search. Its bracket is the last of `text`; no byte is looked at for two brackets. */
static bool is_envelope(struct json_objects *o)
{
    static const char *const keys[] = {"\"value\"",  "\"records\"", "\"events\"",
                                       "\"Events\"", "\"results\"", "\"rows\"",
                                       "\"data\"",   "\"hits\"",    "\"snapshot\""};
    size_t                   at;

    if (o->depth == 2)
        return ends_in_key(o, "\"hits\"", &at) && memmem(o->text.data, at, "\"hits\"", 6);
    for (size_t i = 0; o->depth == 1 && i < sizeof keys / sizeof keys[0]; i++)
        if (ends_in_key(o, keys[i], &at)) {
            while (at > 1 && memchr(" \t\r\n", o->text.data[at - 1], 4))
                at--;
            return at == 1;
        }
    return false;
}

static void open_envelope(struct json_objects *o)
{
    o->depth = 0;
    o->enveloped = true;
    o->arrays++;
    buffer_reset(&o->text);
}

static void inside(struct json_objects *o, char c)
{
    if (o->in_line)
        return;
    if (o->in_tag && c == '>')
        end_of_tag(o);
    else if (o->in_event)
        inside_event(o, c);
    if (!o->depth)
        return;
    char last = o->last;
    if (!memchr(" \t\r", c, 3))
        o->last = c;
    if (o->in_string)
        inside_string(o, c);
    else if (c == '"')
        o->in_string = true;
    else if (c == '{')
        o->depth++;
    else if (c == '[' && last == ':' && o->depth <= 2 && is_envelope(o))
        open_envelope(o);
    else if (c == '}' && --o->depth == 0)
        finish(o);
}

static void keep(struct json_objects *o, char c)
{
    if (o->text.size < JSON_OBJECT_MAX)
        buffer_putc(&o->text, c);
    else
        o->too_long = true;
}

static void take(struct json_objects *o, char c)
{
    if (c == '{' && o->line_start && o->depth)
        drop(o);
    bool was_open = is_open(o);
    if (c == '\n')
        newline(o);
    else if (!was_open)
        outside(o, c);
    if (is_open(o) && (c != '\n' || o->in_event || o->in_tag))
        keep(o, c);
    if (was_open && c != '\n')
        inside(o, c);
    o->line_start = c == '\n';
    o->read++;
}

/* Bytes at the beginning that are inside a string or between tags, and need no look. */
static size_t plain_run(const struct json_objects *o, const char *data, size_t size)
{
    size_t n = 0;

    while (o->in_event && n < size && data[n] != '<' && data[n] != '>')
        n++;
    if (!o->in_string || o->escaped)
        return n;
    while (n < size && data[n] != '"' && data[n] != '\\' && data[n] != '\n')
        n++;
    return n;
}

int json_objects_feed(struct json_objects *o, const char **data, size_t *size)
{
    if (o->complete) {
        o->complete = false;
        buffer_reset(&o->text);
    }
    while (*size && !o->complete) {
        size_t run = plain_run(o, *data, *size);
        if (run && o->text.size + run <= JSON_OBJECT_MAX) {
            buffer_put(&o->text, *data, run);
            o->line_start = false;
            o->read += run;
        } else {
            run = 1;
            take(o, **data);
        }
        *data += run;
        *size -= run;
        if (o->text.failed)
            return -ENOMEM;
    }
    return o->complete;
}

int json_objects_end(struct json_objects *o)
{
    if (o->complete) {
        o->complete = false;
        buffer_reset(&o->text);
    }
    if (o->depth || o->in_tag || o->in_event) {
        drop(o);
    } else {
        newline(o);
        o->bad += o->arrays || o->roots;
    }
    return o->complete;
}

void json_objects_free(struct json_objects *o)
{
    buffer_free(&o->text);
}
