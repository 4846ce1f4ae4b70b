#include "plist_sink.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int plist_fail(struct plist_sink *sink, int code, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(sink->error->text, sizeof sink->error->text, format, ap);
    va_end(ap);
    return code;
}

int plist_emit(struct plist_sink *sink, struct plist_event *event)
{
    bool begin = event->type == PLIST_BEGIN_DICT || event->type == PLIST_BEGIN_ARRAY;
    bool end = event->type == PLIST_END_DICT || event->type == PLIST_END_ARRAY;

    if (begin && sink->depth == PLIST_DEPTH_MAX)
        return plist_fail(sink, -EFBIG, "nested deeper than %d", PLIST_DEPTH_MAX);
    if (++sink->nodes > sink->nodes_max)
        return plist_fail(sink, -EFBIG, "more than %zu values, too many for its size",
                          sink->nodes_max);
    if (event->size > sink->bytes_max - sink->bytes)
        return plist_fail(sink, -EFBIG, "more than %zu bytes of text, too many for its size",
                          sink->bytes_max);
    sink->bytes += event->size;
    event->depth = sink->depth -= end;
    sink->depth += begin;
    int r = sink->handle(sink->user, event);
    return r < 0 ? plist_fail(sink, r, "not taken: %s", strerror(-r)) : r;
}
