/* hook_line.c -- logical lines of the files that hook_text.h reads. */
#include <string.h>

#include "formats/text/buffer.h"
#include "hook_text.h"

static bool joins(enum hook_form form)
{
    return form == HOOK_UDEV || form == HOOK_PAM || form == HOOK_PAM_CONF ||
           form == HOOK_MODPROBE || form == HOOK_INTERFACES || form == HOOK_UNIT ||
           form == HOOK_SETTINGS || form == HOOK_NSPAWN;
}

const char *hook_line(struct hook_reader *r)
{
    struct buffer line = {0};
    bool          more = r->next < r->size;

    if (!more)
        return NULL;
    arena_reset(&r->memory);
    r->first = r->line + 1;
    while (more && r->next < r->size) {
        const char *begin = r->text + r->next;
        const char *end = memchr(begin, '\n', r->size - r->next);
        size_t      size = end ? (size_t)(end - begin) : r->size - r->next;
        r->next += size + (end != NULL);
        r->line++;
        more = joins(r->form) && size && begin[size - 1] == '\\';
        buffer_put(&line, begin, size - more);
    }
    r->memory.failed |= !buffer_text(&line);
    const char *text = arena_strndup(&r->memory, line.data ? line.data : "", line.size);
    buffer_free(&line);
    return text + strspn(text, " \t\r\f\v");
}
