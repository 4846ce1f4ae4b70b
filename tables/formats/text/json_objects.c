#include "json_objects.h"

#include <errno.h>
#include <string.h>

static bool is_open(const struct json_objects *o)
{
    return o->depth || o->in_line;
}

/* Give up the object being read. */
static void drop(struct json_objects *o)
{
    o->bad++;
    o->depth = 0;
    o->in_line = o->in_string = o->escaped = o->too_long = false;
    buffer_reset(&o->text);
}

static void begin(struct json_objects *o, bool line)
{
    buffer_reset(&o->text);
    o->at = o->read;
    o->in_line = line;
    o->depth = !line;
    o->garbage = 0;
}

static void finish(struct json_objects *o)
{
    o->depth = 0;
    o->in_line = false;
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

    o->bad += o->garbage && !counts;
    o->garbage = 0;
    buffer_reset(&o->text);
}

static void newline(struct json_objects *o)
{
    if (o->in_line)
        finish(o);
    else if (o->in_string)
        drop(o);
    else if (!o->depth)
        end_of_other_text(o);
}

/* One byte outside all objects. */
static void outside(struct json_objects *o, char c)
{
    if (c == '{')
        begin(o, false);
    else if (c == '<' && !o->garbage)
        begin(o, true);
    else if (!memchr(" \t\r[],\xef\xbb\xbf", c, 9)) {
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

static void inside(struct json_objects *o, char c)
{
    if (o->in_line)
        return;
    if (o->in_string)
        inside_string(o, c);
    else if (c == '"')
        o->in_string = true;
    else if (c == '{')
        o->depth++;
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
    if (is_open(o) && c != '\n')
        keep(o, c);
    if (was_open && c != '\n')
        inside(o, c);
    o->line_start = c == '\n';
    o->read++;
}

/* Bytes at the beginning that are inside a string and neither end it nor need a look. */
static size_t plain_run(const struct json_objects *o, const char *data, size_t size)
{
    size_t n = 0;

    if (!o->in_string || o->escaped)
        return 0;
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
    if (o->depth)
        drop(o);
    else
        newline(o);
    return o->complete;
}

void json_objects_free(struct json_objects *o)
{
    buffer_free(&o->text);
}
