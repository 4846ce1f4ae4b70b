#include "unit_quadlet.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "unit_places.h"

/* Types ----------------------------------------------------------------------- */

static const struct quadlet_type {
    const char *end, *section, *service_end;
    const char *needs[2]; /* keys of the section of which it must have one; NULL: none */
    const char *lacking;  /* what podman says where it has none */
} types[] = {
    {".container",
     "Container",
     ".service",
     {"Image", "Rootfs"},
     "no Image or Rootfs key specified"},
    {".kube", "Kube", ".service", {"Yaml", NULL}, "no Yaml key specified"},
    {".volume", "Volume", "-volume.service", {NULL, NULL}, NULL},
    {".network", "Network", "-network.service", {NULL, NULL}, NULL},
    {".image", "Image", "-image.service", {"Image", NULL}, "no Image key specified"},
    {".build", "Build", "-build.service", {NULL, NULL}, NULL},
    {".pod", "Pod", "-pod.service", {NULL, NULL}, NULL},
    {".artifact", "Artifact", "-artifact.service", {NULL, NULL}, NULL},
};

static const struct quadlet_type *type_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && dot > name && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(dot, types[i].end) == 0)
            return &types[i];
    return NULL;
}

const char *quadlet_section(const struct unit_entry *entry)
{
    const char *dot = strrchr(entry->owner, '.'), *end = dot ? dot + 1 : entry->owner;

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(end, types[i].end + 1) == 0)
            return types[i].section;
    return NULL;
}

const struct unit_setting *section_setting(const struct unit_loaded *loaded, const char *section,
                                           const char *key)
{
    for (size_t i = loaded->n; i-- > 0;) {
        const struct unit_setting *setting = &loaded->settings[i];
        if (!setting->ignored && strcmp(setting->section, section) == 0 &&
            strcmp(setting->key, key) == 0)
            return setting;
    }
    return NULL;
}

const char *quadlet_unit(const char *name, const struct unit_loaded *loaded, struct arena *memory)
{
    const struct quadlet_type *type = type_of(name);
    const struct unit_setting *named =
        type ? section_setting(loaded, type->section, "ServiceName") : NULL;
    struct buffer unit = {0};

    if (!type)
        return NULL;
    if (named)
        buffer_printf(&unit, "%s.service", named->value);
    else
        buffer_printf(&unit, "%.*s%s", (int)(strrchr(name, '.') - name), name, type->service_end);
    const char *copy = buffer_text(&unit) ? arena_strndup(memory, unit.data, unit.size) : NULL;
    memory->failed |= unit.failed;
    buffer_free(&unit);
    return copy;
}

static bool is_quadlet(const struct unit_entry *entry)
{
    return strcmp(entry->dir->place->kind, "quadlet") == 0 && entry->where == UNIT_TOP &&
           !entry->error && entry->type != DT_DIR;
}

const char *quadlet_refused(const struct unit_entry *entry, const struct unit_loaded *loaded)
{
    const struct quadlet_type *type = is_quadlet(entry) ? type_of(entry->name) : NULL;

    if (!type || !type->lacking)
        return NULL;
    for (size_t i = 0; i < 2; i++) {
        const struct unit_setting *setting =
            type->needs[i] ? section_setting(loaded, type->section, type->needs[i]) : NULL;
        if (setting && *setting->value)
            return NULL;
    }
    return type->lacking;
}

/* Drop-ins -------------------------------------------------------------------- */

struct found {
    struct unit_entry *entry;
    size_t             order;
};

struct finding {
    struct unit_search *places;
    struct found       *found;
    size_t              n;
    int                 error;
};

static bool is_conf(const struct unit_entry *entry)
{
    size_t size = strlen(entry->name);

    return entry->type != DT_DIR && !entry->error && size >= 5 &&
           strcmp(entry->name + size - 5, ".conf") == 0;
}

/* Add what is in the folders X.d, where X is `size` bytes of a name and an end. */
static void add_folders(struct finding *f, const char *name, size_t size, const char *end)
{
    char                      owner[512];
    size_t                    n;
    struct unit_entry *const *entries;

    if (snprintf(owner, sizeof owner, "%.*s%s", (int)size, name, end) >= (int)sizeof owner)
        return;
    entries = unit_search_range(f->places, UNIT_DROP_IN, owner, &n);
    for (size_t i = 0; i < n && f->error == 0; i++) {
        if (!is_conf(entries[i]))
            continue;
        struct found *found = ARRAY_ADD(f->found, f->n);
        if (found)
            *found = (struct found){entries[i], f->n};
        else
            f->error = -ENOMEM;
    }
}

static void find_all(struct finding *f, const char *name)
{
    const char *dot = strrchr(name, '.'), *at = memchr(name, '@', (size_t)(dot - name));
    size_t      prefix = (size_t)((at ? at : dot) - name);
    char        template_end[64];

    snprintf(template_end, sizeof template_end, "@%s", dot);
    add_folders(f, name, strlen(name), "");
    if (at && at + 1 < dot)
        add_folders(f, name, prefix, template_end);
    for (size_t i = prefix; i-- > 0;) {
        if (name[i] != '-')
            continue;
        if (at)
            add_folders(f, name, i + 1, template_end);
        add_folders(f, name, i + 1, dot);
    }
    add_folders(f, dot + 1, strlen(dot + 1), "");
}

static int by_name(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int                 order = strcmp(x->entry->name, y->entry->name);

    return order ? order : (x->order > y->order) - (x->order < y->order);
}

int quadlet_drop_ins(struct unit_search *places, const struct unit_entry *quadlet,
                     struct unit_drop_ins *ret)
{
    struct finding       f = {.places = places};
    struct unit_drop_ins drop_ins = {0};

    if (type_of(quadlet->name))
        find_all(&f, quadlet->name);
    if (f.n) {
        qsort(f.found, f.n, sizeof *f.found, by_name);
        drop_ins.entries = calloc(f.n, sizeof *drop_ins.entries);
        f.error = drop_ins.entries ? f.error : -ENOMEM;
    }
    for (size_t i = 0; i < f.n && f.error == 0; i++) {
        struct unit_entry *entry = f.found[i].entry,
                          *last = drop_ins.n ? drop_ins.entries[drop_ins.n - 1] : NULL;
        if (!last || strcmp(last->name, entry->name) != 0)
            drop_ins.entries[drop_ins.n++] = entry;
        else if (last != entry && !entry->masked_by)
            entry->masked_by = last;
    }
    free(f.found);
    if (f.error < 0)
        free(drop_ins.entries);
    else
        *ret = drop_ins;
    return f.error;
}

int quadlets_mark(struct unit_search *places)
{
    struct unit_drop_ins drop_ins;
    int                  r = 0;

    for (size_t i = 0; r == 0 && !places->marked && i < places->n; i++) {
        const struct unit_entry *entry = &places->entries[i];
        if (!is_quadlet(entry) || unit_search_shadow(places, entry) != entry)
            continue;
        r = quadlet_drop_ins(places, entry, &drop_ins);
        for (size_t k = 0; r == 0 && k < drop_ins.n; k++)
            drop_ins.entries[k]->used = true;
        if (r == 0)
            unit_drop_ins_free(&drop_ins);
    }
    places->marked = r == 0;
    return r;
}
