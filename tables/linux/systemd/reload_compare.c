#include "reload_reading.h"

#include <stdlib.h>
#include <string.h>

#include "formats/unit/unit_name.h"

/* Lines ----------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A text's lines, in the memory of the text, which is changed; sorted. NULL: no memory. */
static char **sorted_lines(char *text, size_t *ret_n)
{
    size_t n = 1, i = 0;
    char **lines, *line;

    for (const char *p = text; (p = strchr(p, '\n')); p++)
        n++;
    if (!(lines = calloc(n, sizeof *lines)))
        return NULL;
    while ((line = strsep(&text, "\n")))
        lines[i++] = line;
    qsort(lines, n, sizeof *lines, by_text);
    *ret_n = n;
    return lines;
}

/* Whether two texts have the same lines, in any order. */
static bool same_lines(const char *a, const char *b)
{
    char  *x = strdup(a), *y = strdup(b), **left = NULL, **right = NULL;
    size_t n = 0, m = 0;
    bool   same = x && y;

    if (same)
        same = (left = sorted_lines(x, &n)) && (right = sorted_lines(y, &m)) && n == m;
    for (size_t i = 0; same && i < n; i++)
        same = strcmp(left[i], right[i]) == 0;
    free(left);
    free(right);
    free(x);
    free(y);
    return same;
}

/* Commands -------------------------------------------------------------------- */

/* The prefixes of a command in one order, "+", "-", ":", "!": how many bytes they have. */
static size_t sort_prefixes(const char *line, char ret[8])
{
    static const char order[] = "+-:!";
    size_t            size = strspn(line, order), n = 0;

    for (size_t k = 0; size < 8 && order[k]; k++)
        for (size_t i = 0; i < size; i++)
            if (line[i] == order[k])
                ret[n++] = order[k];
    ret[n] = '\0';
    return size;
}

/* Whether a loaded command is that of the disk. A plain name on disk is a path once it is loaded: "sleep 1"
 * is then "@/usr/bin/sleep sleep 1". */
static bool same_command(const char *loaded, size_t loaded_size, const char *disk, size_t disk_size)
{
    char   x[8] = "", y[8] = "";
    size_t n = sort_prefixes(loaded, x), m = sort_prefixes(disk, y);

    if (strcmp(x, y) != 0)
        return false;
    loaded += n, loaded_size -= n;
    disk += m, disk_size -= m;
    if (*loaded == '@' && *disk != '@' && *disk != '/') {
        const char *space = memchr(loaded, ' ', loaded_size);
        if (!space)
            return false;
        loaded_size -= (size_t)(space + 1 - loaded);
        loaded = space + 1;
    }
    return loaded_size == disk_size && memcmp(loaded, disk, disk_size) == 0;
}

static bool same_commands(const char *loaded, const char *disk)
{
    for (;;) {
        size_t n = strcspn(loaded, "\n"), m = strcspn(disk, "\n");
        if (!same_command(loaded, n, disk, m) || !loaded[n] != !disk[m])
            return false;
        if (!loaded[n])
            return true;
        loaded += n + 1;
        disk += m + 1;
    }
}

/* Comparing ------------------------------------------------------------------- */

static bool is_set(const struct reading *r, const char *key)
{
    for (size_t i = 0; i < r->disk->loaded->n; i++)
        if (reading_is_key(r, &r->disk->loaded->settings[i], key) &&
            r->disk->loaded->settings[i].effective)
            return true;
    return false;
}

/* The text where nothing is set; false where it is not known. */
static bool put_fallback(struct reading *r)
{
    const char *type = unit_name_type(r->disk->unit);

    if (r->setting->implied && reading_is_on(r, "DynamicUser"))
        return false;
    if (r->setting->form == CAPABILITIES && r->empty)
        return true;
    if (r->setting->form == CAPABILITIES && !r->setting->fallback) {
        value_capability_names(~reading_dropped(r), r->out);
        return true;
    }
    if (r->setting->form == NAME)
        buffer_puts(r->out, r->disk->unit);
    else if (r->setting->form == TYPE)
        buffer_puts(r->out, is_set(r, "BusName")     ? "dbus"
                            : is_set(r, "ExecStart") ? "simple"
                                                     : "oneshot");
    else if (r->setting->form == TRIGGER && type)
        buffer_printf(r->out, "%.*s.service", (int)(type - 1 - r->disk->unit), r->disk->unit);
    else if (r->setting->fallback)
        buffer_puts(r->out, r->setting->fallback);
    else
        return false;
    return true;
}

/* The name under which the manager has a unit. */
static const char *canonical(const struct reload_disk *disk, const char *name,
                             char ret[UNIT_NAME_MAX])
{
    const struct unit_entry *fragment = unit_search_fragment(disk->search, name);
    char                     instance[UNIT_NAME_MAX];

    if (!fragment)
        return name;
    if (unit_name_kind(fragment->name) != UNIT_NAME_TEMPLATE)
        return fragment->name;
    return unit_name_instance(name, instance) &&
                   unit_name_with_instance(fragment->name, instance, ret)
               ? ret
               : name;
}

/* The manager adds names of its own, so only missing names are reported. Invalid names, and the
 * unit itself, it passes over. */
static bool has_names(const struct reading *r, const char *names)
{
    char name[UNIT_NAME_MAX], other[UNIT_NAME_MAX];

    for (const char *p = names; *p;) {
        size_t size = strcspn(p, "\n");
        if (size < sizeof name) {
            memcpy(name, p, size);
            name[size] = '\0';
            const char *now = canonical(r->disk, name, other);
            bool        counts = unit_name_kind(name) == UNIT_NAME_PLAIN ||
                          unit_name_kind(name) == UNIT_NAME_INSTANCE;
            if (counts && strcmp(now, r->disk->unit) != 0 && !strstr(name, ".device") &&
                !reading_has_line(r->loaded, name) && !reading_has_line(r->loaded, now))
                return false;
        }
        p += size + (p[size] == '\n');
    }
    return true;
}

static bool is_same(const struct reading *r, const char *disk)
{
    switch (r->setting->form) {
    case UNITS:
        return has_names(r, disk);
    case COMMANDS:
        return same_commands(r->loaded, disk);
    case DIRECTORIES:
    case VARIABLES:
    case CONDITIONS:
    case LISTENS:
    case TIMERS:
    case CALENDARS:
    case PATHS:
        return same_lines(r->loaded, disk);
    default:
        return strcmp(r->loaded, disk) == 0;
    }
}

enum reload_verdict reload_setting_compare(const struct reload_setting *setting,
                                           const struct reload_disk *disk, const char *loaded,
                                           struct buffer              *ret_text,
                                           const struct unit_setting **ret_last)
{
    struct reading r = {.setting = setting,
                        .disk = disk,
                        .section = reload_setting_section(setting, disk->unit),
                        .loaded = loaded,
                        .out = ret_text};

    buffer_reset(ret_text);
    if (!r.section)
        return RELOAD_SAME;
    bool known = reading_from_disk(&r);
    *ret_last = r.last;
    if (!r.last && !(disk->fallbacks && put_fallback(&r)))
        return RELOAD_SAME;
    const char *text = buffer_text(ret_text);
    if (!known || !text)
        return r.last ? RELOAD_NOT_COMPARED : RELOAD_SAME;
    return is_same(&r, text) ? RELOAD_SAME : RELOAD_DIFFERS;
}
