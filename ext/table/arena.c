/* arena.c -- memory of a row, allocated piece by piece and freed all at once. Where a piece cannot be had the
 * row's arena has failed: the scan ends with SQLITE_NOMEM, and no table has to tell a NULL that means
 * nothing from one that means no memory. */
#include <stdarg.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "scan.h"

SQLITE_EXTENSION_INIT3

char *scan_copy(struct arena *arena, const char *text, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    if (copy && size)
        memcpy(copy, text, size);
    return copy;
}

void *tbl_alloc(struct tbl_scan *scan, size_t size)
{
    return arena_alloc(&scan->row_arena, size);
}

char *tbl_strndup(struct tbl_scan *scan, const char *text, size_t size)
{
    return scan_copy(&scan->row_arena, text, size);
}

char *tbl_utf8(struct tbl_scan *scan, const char *text, size_t size)
{
    struct buffer valid = {0};
    char         *copy = NULL;

    if (buffer_is_text(text, size))
        return tbl_strndup(scan, text, size);
    for (size_t part; size; text += part, size -= part) {
        if ((part = strnlen(text, size)) != 0)
            buffer_utf8(&valid, text, part);
        else {
            buffer_puts(&valid, "\xef\xbf\xbd");
            part = 1;
        }
    }
    if (buffer_text(&valid))
        copy = tbl_strndup(scan, valid.data, valid.size);
    buffer_free(&valid);
    scan->row_arena.failed |= !copy;
    return copy;
}

char *tbl_printf(struct tbl_scan *scan, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    char *text = sqlite3_vmprintf(format, ap);
    va_end(ap);
    scan->row_arena.failed |= !text;
    if (!text)
        return NULL;
    char *copy = tbl_strndup(scan, text, strlen(text));
    sqlite3_free(text);
    return copy;
}
