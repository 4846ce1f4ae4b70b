#include "unit_specifiers.h"

#include <string.h>

#include "unit_name.h"

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool unit_name_unescape(const char *name, size_t size, struct buffer *out)
{
    size_t before = out->size;

    for (size_t i = 0; i < size; i++) {
        if (name[i] != '\\') {
            buffer_putc(out, name[i] == '-' ? '/' : name[i]);
            continue;
        }
        int high = size - i > 3 && name[i + 1] == 'x' ? hex_digit(name[i + 2]) : -1;
        int low = high >= 0 ? hex_digit(name[i + 3]) : -1;
        if (low < 0 || high + low == 0) {
            out->size = before;
            return false;
        }
        buffer_putc(out, (char)(high << 4 | low));
        i += 3;
    }
    return true;
}

/* "/a/b" of "a-b", "/" of "-"; NULL where the name is not a path's. */
static const char *as_path(const char *name, size_t size, struct arena *memory)
{
    struct buffer path = {0};
    const char   *result = NULL;

    if (size == 1 && *name == '-')
        return "/";
    buffer_putc(&path, '/');
    if (unit_name_unescape(name, size, &path) && !path.failed)
        result = arena_strndup(memory, path.data, path.size);
    buffer_free(&path);
    return result;
}

static const char *unescaped(const char *name, size_t size, struct arena *memory)
{
    struct buffer text = {0};
    const char   *result = NULL;

    if (unit_name_unescape(name, size, &text) && !text.failed)
        result = arena_strndup(memory, text.data ? text.data : "", text.size);
    buffer_free(&text);
    return result;
}

void unit_specifiers_name(struct unit_specifiers *specifiers, const char *unit,
                          struct arena *memory)
{
    const char  *dot = strrchr(unit, '.'), *at = strchr(unit, '@');
    const char  *end = dot ? dot : unit + strlen(unit);
    const char **values = specifiers->values;

    if (at && at > end)
        at = NULL;
    size_t      prefix = (size_t)((at ? at : end) - unit);
    const char *dash = memrchr(unit, '-', prefix);
    const char *last = dash ? dash + 1 : unit;
    size_t      last_size = (size_t)(unit + prefix - last);

    values['n'] = arena_strndup(memory, unit, strlen(unit));
    values['N'] = arena_strndup(memory, unit, (size_t)(end - unit));
    values['p'] = arena_strndup(memory, unit, prefix);
    values['P'] = unescaped(unit, prefix, memory);
    values['j'] = arena_strndup(memory, last, last_size);
    values['J'] = unescaped(last, last_size, memory);
    values['i'] = values['I'] = "";
    values['f'] = as_path(unit, prefix, memory);
    if (!at)
        return;
    size_t size = (size_t)(end - at - 1);
    values['i'] = size ? arena_strndup(memory, at + 1, size) : NULL;
    values['I'] = size ? unescaped(at + 1, size, memory) : NULL;
    values['f'] = size ? as_path(at + 1, size, memory) : NULL;
}

void unit_specifiers_file(struct unit_specifiers *specifiers, const char *path,
                          struct arena *memory)
{
    const char *slash = strrchr(path, '/');

    specifiers->values['y'] = arena_strndup(memory, path, strlen(path));
    if (slash)
        specifiers->values['Y'] = arena_strndup(memory, path, (size_t)(slash - path));
}

/* Whether systemd refuses this letter after "%". %D is of systemd 256. */
static bool is_refused(const struct unit_specifiers *specifiers, unsigned char letter)
{
    bool alnum = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                 (letter >= 'A' && letter <= 'Z');

    if (letter == 'D' && specifiers->systemd && specifiers->systemd < 256)
        return true;
    return alnum && !strchr("aAbBCdDEfgGhHiIjJlLmMnNopPqsStTuUvVwWyY", letter);
}

bool unit_specifiers_expand(const void *data, const char *text, struct buffer *out)
{
    const struct unit_specifiers *specifiers = data;
    bool                          known = true;

    for (const char *percent; (percent = strchr(text, '%')); text = percent + 2) {
        unsigned char letter = (unsigned char)percent[1];
        const char   *value = letter < 128 ? specifiers->values[letter] : NULL;

        buffer_put(out, text, (size_t)(percent - text));
        known &= !is_refused(specifiers, letter);
        if (letter == '%')
            buffer_putc(out, '%');
        else if (value)
            buffer_puts(out, value);
        else
            buffer_put(out, percent, letter ? 2 : 1);
        if (!letter)
            return known;
    }
    buffer_puts(out, text);
    return known;
}
