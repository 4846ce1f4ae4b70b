#include "text_lines.h"

#include <errno.h>
#include <string.h>

static void begin(struct text_lines *l)
{
    if (l->complete) {
        buffer_reset(&l->text);
        l->complete = l->open = l->long_line = false;
    }
}

static void keep(struct text_lines *l, const char *data, size_t size)
{
    size_t room = TEXT_LINE_MAX - l->text.size;

    if (!l->open)
        l->at = l->read;
    l->open = true;
    if (size > room && !l->long_line) {
        l->cut++;
        l->long_line = true;
    }
    buffer_put(&l->text, data, size < room ? size : room);
    l->read += size;
}

static int finish(struct text_lines *l)
{
    struct buffer *text = &l->text;

    if (l->at == 0 && text->size >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0) {
        text->size -= 3;
        memmove(text->data, text->data + 3, text->size);
    }
    if (text->size && text->data[text->size - 1] == '\r')
        text->size--;
    l->complete = true;
    return buffer_text(text) ? 1 : -ENOMEM;
}

int text_lines_feed(struct text_lines *l, const char **data, size_t *size)
{
    begin(l);
    if (!*size)
        return 0;
    const char *end = memchr(*data, '\n', *size);
    size_t      part = end ? (size_t)(end - *data) : *size;
    keep(l, *data, part);
    part += end != NULL;
    l->read += end != NULL;
    *data += part;
    *size -= part;
    return end ? finish(l) : l->text.failed ? -ENOMEM : 0;
}

int text_lines_end(struct text_lines *l)
{
    begin(l);
    return l->open ? finish(l) : 0;
}

void text_lines_free(struct text_lines *l)
{
    buffer_free(&l->text);
}
