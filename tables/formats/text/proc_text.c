#include "proc_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PF_KTHREAD 0x00200000 /* linux/sched.h; field "flags" of /proc/PID/stat */

/* Numbers ------------------------------------------------------------------- */

/* A decimal number at *at, with its sign, and step over it and the blanks before it. */
static bool take_number(const char **at, const char *end, int64_t *ret)
{
    const char *c = *at;
    int64_t     value = 0;

    while (c < end && (*c == ' ' || *c == '\t'))
        c++;
    bool negative = c < end && *c == '-';
    if (negative)
        c++;
    if (c == end || !isdigit((unsigned char)*c))
        return false;
    for (; c < end && isdigit((unsigned char)*c); c++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *c - '0', &value))
            return false;
    *ret = negative ? -value : value;
    *at = c;
    return true;
}

/* The rest of the line after `key`, which begins a line of the text. */
static struct proc_span line_of(const char *text, size_t size, const char *key)
{
    const char *end = text + size;
    size_t      length = strlen(key);

    for (const char *line = text; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        if ((size_t)(stop - line) >= length && memcmp(line, key, length) == 0)
            return (struct proc_span){line + length, (size_t)(stop - line) - length};
        line = stop + 1;
    }
    return (struct proc_span){0};
}

/* stat, status -------------------------------------------------------------- */

/* The name is in parentheses and may hold some itself; the fields after are numbers but one. */
int proc_stat_parse(const char *text, size_t size, struct proc_stat *ret)
{
    const char *open = memchr(text, '(', size), *close = memrchr(text, ')', size);
    const char *end = text + size;
    int64_t     fields[21]; /* 4 to 24 of proc(5) */

    if (!open || !close || close < open || end - close < 4)
        return -EBADMSG;
    const char *at = close + 3;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (!take_number(&at, end, &fields[i]))
            return -EBADMSG;
    *ret = (struct proc_stat){
        .name = {open + 1, (size_t)(close - open) - 1},
        .state = close[2],
        .ppid = fields[4 - 4],
        .group = fields[5 - 4],
        .session = fields[6 - 4],
        .user_ticks = fields[14 - 4],
        .system_ticks = fields[15 - 4],
        .nice = fields[19 - 4],
        .threads = fields[20 - 4],
        .size = fields[23 - 4],
        .resident = fields[24 - 4],
        .kernel = fields[9 - 4] & PF_KTHREAD,
        .start = (uint64_t)fields[22 - 4],
    };
    return 0;
}

static bool take_ids(struct proc_span line, int64_t *ret_real, int64_t *ret_effective,
                     int64_t *ret_saved)
{
    const char *at = line.text;

    if (!at)
        return false;
    const char *end = at + line.size;
    return take_number(&at, end, ret_real) && take_number(&at, end, ret_effective) &&
           take_number(&at, end, ret_saved);
}

int proc_ids_parse(const char *text, size_t size, struct proc_ids *ret)
{
    struct proc_ids  ids;
    struct proc_span tgid = line_of(text, size, "Tgid:");
    const char      *at = tgid.text;

    if (!at || !take_number(&at, at + tgid.size, &ids.tgid) ||
        !take_ids(line_of(text, size, "Uid:"), &ids.uid, &ids.euid, &ids.suid) ||
        !take_ids(line_of(text, size, "Gid:"), &ids.gid, &ids.egid, &ids.sgid))
        return -EBADMSG;
    *ret = ids;
    return 0;
}

int proc_number(const char *text, size_t size, const char *key, int64_t *ret)
{
    struct proc_span line = line_of(text, size, key);
    const char      *at = line.text;

    return line.text && take_number(&at, line.text + line.size, ret) ? 0 : -ENOENT;
}

/* cgroup -------------------------------------------------------------------- */

/* Lines are HIERARCHY:CONTROLLERS:PATH. A hierarchy of systemd's own in which all is at the top is
 * not in use. */
struct proc_span proc_cgroup(const char *text, size_t size)
{
    struct proc_span unified = line_of(text, size, "0::");
    const char      *end = text + size;

    for (const char *line = text; line < end;) {
        static const char name[] = ":name=systemd:";
        const char       *newline = memchr(line, '\n', (size_t)(end - line));
        const char       *stop = newline ? newline : end;
        const char       *colon = memchr(line, ':', (size_t)(stop - line));
        if (colon && (size_t)(stop - colon) > sizeof name &&
            memcmp(colon, name, sizeof name - 1) == 0)
            return (struct proc_span){colon + sizeof name - 1,
                                      (size_t)(stop - colon) - (sizeof name - 1)};
        line = stop + 1;
    }
    return unified;
}

/* The next component of *path, without slashes; size 0 at the end. */
static struct proc_span take_component(struct proc_span *path)
{
    while (path->size && *path->text == '/')
        path->text++, path->size--;
    struct proc_span component = {path->text, 0};
    while (component.size < path->size && path->text[component.size] != '/')
        component.size++;
    path->text += component.size;
    path->size -= component.size;
    return component;
}

static bool ends_with(struct proc_span text, const char *suffix)
{
    size_t size = strlen(suffix);

    return text.size > size && memcmp(text.text + text.size - size, suffix, size) == 0;
}

static bool begins_with(struct proc_span text, const char *prefix)
{
    size_t size = strlen(prefix);

    return text.size > size && memcmp(text.text, prefix, size) == 0;
}

/* The first component that is not a slice, if it is the name of a unit. A name that could be taken for
 * a file of the kernel's has a "_" before it. */
static struct proc_span take_unit(struct proc_span *path)
{
    static const char *const suffixes[] = {".service", ".scope", ".socket", ".mount", ".swap"};
    struct proc_span         component;

    do
        component = take_component(path);
    while (ends_with(component, ".slice"));
    if (begins_with(component, "_"))
        component.text++, component.size--;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (ends_with(component, suffixes[i]))
            return component;
    return (struct proc_span){0};
}

/* The id of a container: 64 hexadecimal digits. */
static bool is_id(struct proc_span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!isxdigit((unsigned char)text.text[i]))
            return false;
    return text.size == 64;
}

static struct proc_span cut(struct proc_span text, size_t front, size_t back)
{
    return (struct proc_span){text.text + front, text.size - front - back};
}

/* How container managers name cgroups: RUNTIME-ID.scope, or the id by itself, of Docker, Podman,
 * CRI-O and containerd; machine-NAME.scope and systemd-nspawn@NAME.service of systemd;
 * lxc.payload.NAME. */
static struct proc_span container_of(struct proc_span component)
{
    static const struct {
        const char *prefix, *suffix;
    } forms[] = {
        {"machine-", ".scope"},
        {"systemd-nspawn@", ".service"},
        {"lxc.payload.", ""},
    };

    if (is_id(component))
        return component;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (begins_with(component, forms[i].prefix) &&
            (!*forms[i].suffix || ends_with(component, forms[i].suffix)))
            return cut(component, strlen(forms[i].prefix), strlen(forms[i].suffix));
    const char *dash = memrchr(component.text, '-', component.size);
    if (dash && ends_with(component, ".scope")) {
        struct proc_span id = cut(component, (size_t)(dash + 1 - component.text), 6);
        if (is_id(id))
            return id;
    }
    return (struct proc_span){0};
}

/* The container of all that is innermost. */
static struct proc_span find_container(struct proc_span path)
{
    struct proc_span found = {0}, component;

    while ((component = take_component(&path)).size) {
        struct proc_span container = container_of(component);
        if (container.text)
            found = container;
    }
    return found;
}

void proc_cgroup_parse(struct proc_span path, struct proc_cgroup *ret)
{
    *ret = (struct proc_cgroup){0};
    if (!path.text)
        return;
    if (ends_with(path, " (deleted)")) /* the cgroup was removed, the process is a zombie */
        path.size -= strlen(" (deleted)");
    ret->container = find_container(path);
    ret->unit = take_unit(&path);
    if (begins_with(ret->unit, "user@") && ends_with(ret->unit, ".service"))
        ret->user_unit = take_unit(&path);
}

/* cmdline ------------------------------------------------------------------- */

void proc_arguments(const char *text, size_t size, struct buffer *out)
{
    struct buffer word = {0};

    while (size && text[size - 1] == '\0')
        size--;
    bool several = size && memchr(text, '\0', size);
    for (size_t i = 0, length; i < size; i += length + 1) {
        length = strnlen(text + i, size - i);
        if (i)
            buffer_putc(out, ' ');
        if (!several) {
            buffer_utf8(out, text + i, length);
            continue;
        }
        buffer_reset(&word);
        buffer_utf8(&word, text + i, length);
        buffer_shell_word(out, word.size ? word.data : "", word.size);
    }
    out->failed |= word.failed;
    buffer_free(&word);
}
