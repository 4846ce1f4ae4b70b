#include "unit_starts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/text/array.h"
#include "formats/unit/unit_name.h"
#include "formats/unit/unit_specifiers.h"
#include "formats/unit/unit_words.h"
#include "unit_load.h"

#define UPHOLDS 254 /* systemd from which on .upholds folders are read */

/* That `by` starts `unit`. */
struct pull {
    const char *unit, *by;
};

struct unit_starts {
    struct unit_search *search;
    struct arena        memory;
    struct pull        *pulls; /* by unit, then by; while they are gathered as they come */
    size_t              n;
    const char        **queue; /* units that start, each once, in the order in which they are met */
    size_t              n_queue, next;
    const char        **seen; /* the same, hashed */
    size_t              room; /* of `seen`: a power of two */
};

/* Units ----------------------------------------------------------------------- */

static size_t hash(const char *text)
{
    uint64_t h = 14695981039346656037u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return (size_t)h;
}

static size_t slot(const struct unit_starts *s, const char *name)
{
    size_t i = hash(name) & (s->room - 1);

    while (s->seen[i] && strcmp(s->seen[i], name) != 0)
        i = (i + 1) & (s->room - 1);
    return i;
}

static int grow(struct unit_starts *s)
{
    const char **old = s->seen;
    size_t       n = s->room;

    if (s->room && s->n_queue * 2 < s->room)
        return 0;
    s->room = s->room ? 2 * s->room : 256;
    s->seen = calloc(s->room, sizeof *s->seen);
    for (size_t i = 0; s->seen && i < n; i++)
        if (old[i])
            s->seen[slot(s, old[i])] = old[i];
    free(old);
    return s->seen ? 0 : -ENOMEM;
}

/* Put a unit into the queue, once: its name as the search keeps it, or -ENOMEM. */
static int reach(struct unit_starts *s, const char *name, const char **ret)
{
    if (grow(s) < 0)
        return -ENOMEM;
    size_t i = slot(s, name);
    if (!s->seen[i]) {
        const char **queue = ARRAY_ADD(s->queue, s->n_queue);
        const char  *copy = queue ? unit_strdup(&s->memory, name) : NULL;
        if (!copy)
            return -ENOMEM;
        *queue = s->seen[i] = copy;
    }
    *ret = s->seen[i];
    return 0;
}

/* The name that a unit is loaded by: of an alias that of its file. False: nothing is loaded. */
static bool load_name(struct unit_search *search, const char *name, char ret[UNIT_NAME_MAX])
{
    char template[UNIT_NAME_MAX], instance[UNIT_NAME_MAX];
    struct unit_entry  *fragment = unit_search_fragment(search, name);
    enum unit_name_kind kind = unit_name_kind(name);

    if (kind != UNIT_NAME_PLAIN && kind != UNIT_NAME_INSTANCE)
        return false;
    strcpy(ret, name);
    if (!fragment) /* a target of which only links are known pulls in what they lead to */
        return strcmp(unit_name_type(name), "target") == 0;
    if (unit_search_is_mask(search, fragment))
        return false;
    if (strcmp(fragment->name, name) == 0 ||
        (kind == UNIT_NAME_INSTANCE && unit_name_template(name, template) &&
         strcmp(fragment->name, template) == 0))
        return true;
    if (kind == UNIT_NAME_INSTANCE && unit_name_kind(fragment->name) == UNIT_NAME_TEMPLATE)
        return unit_name_instance(name, instance) &&
               unit_name_with_instance(fragment->name, instance, ret);
    strcpy(ret, fragment->name);
    return true;
}

static int add_pull(struct unit_starts *s, const char *unit, const char *by)
{
    if (s->n >= UNIT_STARTS_MAX)
        return 0;
    struct pull *pull = ARRAY_ADD(s->pulls, s->n);
    if (!pull)
        return -ENOMEM;
    *pull = (struct pull){unit, by};
    return 0;
}

/* Note that a unit pulls another in; of an instance its template too, as that has the file. */
static int pull_in(struct unit_starts *s, const char *name, const char *by)
{
    char        loaded[UNIT_NAME_MAX], template[UNIT_NAME_MAX];
    const char *unit;

    if (!load_name(s->search, name, loaded))
        return 0;
    int r = reach(s, loaded, &unit);
    if (r == 0)
        r = add_pull(s, unit, by);
    if (r == 0 && unit_name_kind(unit) == UNIT_NAME_INSTANCE && unit_name_template(unit, template))
        r = add_pull(s, unit_strdup(&s->memory, template), by);
    return s->memory.failed ? -ENOMEM : r;
}

/* Pulls ----------------------------------------------------------------------- */

/* Whether a folder's links start units in this version of systemd. */
static bool is_read(const struct unit_search *search, const struct unit_entry *entry)
{
    static const char end[] = ".upholds/";
    size_t            folder = (size_t)(entry->name - entry->path), size = sizeof end - 1;

    return search->manager.version >= UPHOLDS || folder < size ||
           strncmp(entry->name - size, end, size) != 0;
}

/* What the links of a folder of this name start. */
static int pull_links(struct unit_starts *s, const char *owner, const char *by)
{
    size_t                    n;
    struct unit_entry *const *entries = unit_search_range(s->search, UNIT_WANTS, owner, &n);
    int                       r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        struct unit_entry *entry = entries[i];
        if (entry->type == DT_LNK && *entry->name != '.' && is_read(s->search, entry) &&
            unit_search_shadow(s->search, entry) == entry && !unit_search_is_mask(s->search, entry))
            r = pull_in(s, entry->name, by);
    }
    return r;
}

/* The same of all folders that apply to a unit: of its prefixes, its template and its type. */
static int pull_all_links(struct unit_starts *s, const char *name, const char *by)
{
    char other[UNIT_NAME_MAX], template[UNIT_NAME_MAX];
    int  r = pull_links(s, name, by);

    if (r == 0 && unit_name_kind(name) == UNIT_NAME_INSTANCE && unit_name_template(name, template))
        r = pull_all_links(s, template, by);
    for (strcpy(other, name); r == 0 && unit_name_shorten(other, other);)
        r = pull_links(s, other, by);
    return r;
}

static int pull_aliases(struct unit_starts *s, const char *unit)
{
    const struct unit_entry *fragment = unit_search_fragment(s->search, unit);
    struct buffer            names = {0};
    int                      r = fragment ? unit_aliases_of(s->search, fragment, &names) : 0;

    for (size_t i = 0; r == 0 && i < names.size; i += strlen(names.data + i) + 1)
        if (unit_name_kind(names.data + i) == UNIT_NAME_PLAIN)
            r = pull_all_links(s, names.data + i, unit);
    buffer_free(&names);
    return r;
}

static bool pulls(const char *key)
{
    static const char *const keys[] = {
        "Wants", "Requires", "BindsTo", "BindTo", "Upholds", "RequiresOverridable", "Sockets"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

/* What the words of one setting start. */
static int pull_words(struct unit_starts *s, const struct unit_specifiers *specifiers,
                      const char *value, const char *by)
{
    struct buffer word = {0}, name = {0};
    int           r = 0;

    while (r == 0 && unit_word(&value, UNIT_ESCAPES_KEEP, &word) > 0) {
        buffer_reset(&name);
        if (buffer_text(&word) && unit_specifiers_expand(specifiers, word.data, &name) &&
            buffer_text(&name))
            r = pull_in(s, name.data, by);
    }
    r = word.failed || name.failed ? -ENOMEM : r;
    buffer_free(&word);
    buffer_free(&name);
    return r;
}

/* What units of this type require unless they say otherwise. */
static int pull_default(struct unit_starts *s, const char *unit, bool off)
{
    static const char *const types[] = {"service", "socket", "timer", "path"};
    bool                     system = s->search->manager.scope == UNIT_SYSTEM;
    const char              *type = unit_name_type(unit);

    for (size_t i = 0; !off && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i], type) == 0)
            return pull_in(s, system ? "sysinit.target" : "basic.target", unit);
    return 0;
}

static int pull_settings(struct unit_starts *s, const char *unit)
{
    struct unit_specifiers specifiers = {.systemd = s->search->manager.version};
    struct unit_loaded     loaded;
    int                    r = unit_load(s->search, unit, &loaded);
    bool                   off = false;

    if (r < 0)
        return r;
    unit_specifiers_name(&specifiers, unit, &loaded.memory);
    for (size_t i = 0; r == 0 && i < loaded.n; i++) {
        const struct unit_setting *setting = &loaded.settings[i];
        /* A target of which only drop-ins are known: the evidence lacks the vendor's folders. */
        if (!setting->effective &&
            (loaded.n_files == 0 || loaded.files[0].entry->where != UNIT_DROP_IN ||
             setting->ignored != loaded.refused))
            continue;
        if (strcmp(setting->key, "DefaultDependencies") == 0)
            off = strchr("0nNfF", *setting->value) || strncasecmp(setting->value, "of", 2) == 0;
        else if (pulls(setting->key))
            r = pull_words(s, &specifiers, setting->value, unit);
    }
    if (r == 0)
        r = pull_default(s, unit, off);
    unit_loaded_free(&loaded);
    return r;
}

static int by_unit(const void *a, const void *b)
{
    const struct pull *x = a, *y = b;
    int                order = strcmp(x->unit, y->unit);

    return order ? order : strcmp(x->by, y->by);
}

/* The units that the manager itself starts. */
static int begin(struct unit_starts *s)
{
    static const char *const instead[] = {"graphical.target", "multi-user.target"};
    char                     name[UNIT_NAME_MAX];
    const char              *unit;
    int                      r = 0;

    if (unit_search_fragment(s->search, "default.target"))
        return load_name(s->search, "default.target", name) ? reach(s, name, &unit) : 0;
    for (size_t i = 0; r == 0 && i < 2; i++) /* evidence without the vendor's folders */
        r = reach(s, instead[i], &unit);
    return r == 0 ? reach(s, "default.target", &unit) : r;
}

int unit_starts_open(struct unit_starts **ret, struct unit_search *search)
{
    struct unit_starts *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;

    s->search = search;
    int r = begin(s);
    while (r == 0 && s->next < s->n_queue) {
        const char *unit = s->queue[s->next++];
        r = pull_all_links(s, unit, unit);
        if (r == 0)
            r = pull_aliases(s, unit);
        if (r == 0)
            r = pull_settings(s, unit);
    }
    if (r < 0) {
        unit_starts_free(s);
        return r;
    }
    if (s->n)
        qsort(s->pulls, s->n, sizeof *s->pulls, by_unit);
    *ret = s;
    return 0;
}

void unit_starts_free(struct unit_starts *starts)
{
    if (!starts)
        return;
    free(starts->pulls);
    free(starts->queue);
    free(starts->seen);
    arena_free(&starts->memory);
    free(starts);
}

bool unit_starts_by(const struct unit_starts *starts, const char *name, struct buffer *ret)
{
    size_t      low = 0, high = starts->n;
    const char *last = NULL;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(starts->pulls[middle].unit, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < starts->n && strcmp(starts->pulls[low].unit, name) == 0; low++) {
        const char *by = starts->pulls[low].by;
        if (last && strcmp(last, by) == 0)
            continue;
        buffer_puts(ret, last ? ", " : "[");
        buffer_json(ret, by, strlen(by));
        last = by;
    }
    buffer_puts(ret, last ? "]" : "");
    return last != NULL;
}
