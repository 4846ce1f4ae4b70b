#include "sysv_text.h"

#include <string.h>
#include <strings.h>

#include "unit_name.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool ends_in(const char *name, const char *end)
{
    size_t size = strlen(name), tail = strlen(end);

    return size > tail && strcmp(name + size - tail, end) == 0;
}

bool unit_name_ignored(const char *name)
{
    static const char *const ends[] = {
        "~",         ".rpmnew",    ".rpmsave",  ".rpmorig",     ".dpkg-old",    ".dpkg-new",
        ".dpkg-tmp", ".dpkg-dist", ".dpkg-bak", ".dpkg-backup", ".dpkg-remove", ".ucf-new",
        ".ucf-old",  ".ucf-dist",  ".swp",      ".bak",         ".old",         ".new",
    };
    static const char *const names[] = {"lost+found", "aquota.user", "aquota.group"};

    for (size_t i = 0; i < COUNT(ends); i++)
        if (ends_in(name, ends[i]))
            return true;
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return *name == '.';
}

void sysv_unit_name(const char *script, struct buffer *ret)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
    size_t size = strlen(script);
    size_t before = ret->size;

    if (ends_in(script, ".sh"))
        size -= 3;
    for (size_t i = 0; i < size; i++) {
        if (script[i] == '/')
            buffer_putc(ret, '-');
        else if (strchr(plain, script[i]))
            buffer_putc(ret, script[i]);
        else
            buffer_printf(ret, "\\x%02x", (unsigned)(unsigned char)script[i]);
    }
    const char *name = buffer_text(ret);
    const char *dot = name ? strrchr(name + before, '.') : NULL;
    if (!dot || !unit_type_known(dot + 1))
        buffer_puts(ret, ".service");
}

const char *sysv_link_script(const char *link)
{
    bool digits = link[0] && link[1] >= '0' && link[1] <= '9' && link[2] >= '0' && link[2] <= '9';

    return (link[0] == 'S' || link[0] == 'K') && digits && link[3] ? link + 3 : NULL;
}

/* Append the names of one "Provides:" line. */
static void add_provided(const char *text, size_t size, const char *script, struct buffer *ret)
{
    struct buffer own = {0}, word = {0}, name = {0};

    sysv_unit_name(script, &own);
    for (size_t i = 0, n; i < size; i += n) {
        for (n = 0; i + n < size && (text[i + n] == ' ' || text[i + n] == '\t'); n++)
            ;
        i += n;
        for (n = 0; i + n < size && text[i + n] != ' ' && text[i + n] != '\t'; n++)
            ;
        buffer_reset(&word);
        buffer_reset(&name);
        buffer_put(&word, text + i, n);
        if (!n || text[i] == '$' || !buffer_text(&word))
            continue;
        sysv_unit_name(word.data, &name);
        const char *type = buffer_text(&name) ? unit_name_type(name.data) : NULL;
        if (type && strcmp(type, "service") == 0 && buffer_text(&own) &&
            strcmp(name.data, own.data) != 0)
            buffer_put(ret, name.data, name.size + 1);
    }
    ret->failed |= own.failed || word.failed || name.failed;
    buffer_free(&own);
    buffer_free(&word);
    buffer_free(&name);
}

void sysv_provides(const char *data, size_t size, const char *script, struct buffer *ret)
{
    static const char begin[] = "### BEGIN INIT INFO", end[] = "### END INIT INFO";
    static const char key[] = "Provides:";
    bool              inside = false;

    for (size_t at = 0, length; at < size; at += length + 1) {
        const char *line = data + at, *newline = memchr(line, '\n', size - at);
        length = newline ? (size_t)(newline - line) : size - at;
        size_t n = length;
        while (n && (line[n - 1] == ' ' || line[n - 1] == '\t' || line[n - 1] == '\r'))
            n--;
        if (!inside) {
            inside = n == sizeof begin - 1 && memcmp(line, begin, n) == 0;
            continue;
        }
        if (n == sizeof end - 1 && memcmp(line, end, n) == 0)
            return;
        size_t skip = 0;
        while (skip < n && (line[skip] == '#' || line[skip] == ' ' || line[skip] == '\t'))
            skip++;
        if (n - skip > sizeof key - 1 && strncasecmp(line + skip, key, sizeof key - 1) == 0)
            add_provided(line + skip + sizeof key - 1, n - skip - (sizeof key - 1), script, ret);
    }
}
