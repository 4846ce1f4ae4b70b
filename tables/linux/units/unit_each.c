#include "unit_each.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/input.h"
#include "formats/unit/sysv_text.h"
#include "formats/unit/unit_name.h"
#include "formats/unit/unit_specifiers.h"
#include "formats/unit/unit_words.h"
#include "unit_places.h"
#include "unit_quadlet.h"
#include "unit_sysv.h"

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int unit_each_open(struct unit_each *each, struct tbl_scan *scan, const struct unit_each_want *want)
{
    *each =
        (struct unit_each){.want = *want, .stage = UNIT_STAGE_PLACES}; /* as if after a manager */
    return unit_walk_open(&each->walk, scan, &want->walk);
}

void unit_each_close(struct unit_each *each)
{
    unit_loaded_free(&each->loaded);
    free(each->read);
    arena_free(&each->memory);
    unit_walk_close(&each->walk);
}

bool unit_each_wants(const struct unit_each *each, const struct unit_entry *entry)
{
    return entry && tbl_match_text(each->want.path, entry->path, false);
}

/* Instances ------------------------------------------------------------------- */

static void add_instance(struct unit_each *each, const char *name)
{
    if (unit_name_kind(name) != UNIT_NAME_INSTANCE)
        return;
    const char **names = arena_grow(&each->memory, each->instances.names, each->instances.n,
                                    &each->instances.room, sizeof *names);
    if (!names)
        return;
    each->instances.names = names;
    names[each->instances.n++] = unit_strdup(&each->memory, name);
}

static bool names_units(const char *key)
{
    static const char *const keys[] = {"Wants",     "Requires",  "Requisite", "BindsTo", "Upholds",
                                       "OnFailure", "OnSuccess", "Sockets",   "Service", "Unit"};

    for (size_t i = 0; i < TBL_COUNT(keys); i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

/* Note the instances that the loaded unit starts. */
static void gather_named(struct unit_each *each)
{
    struct unit_specifiers specifiers = {0};
    struct buffer          word = {0}, name = {0};

    if (each->loaded.n)
        unit_specifiers_name(&specifiers, each->unit, &each->loaded.memory);
    for (size_t i = 0; i < each->loaded.n; i++) {
        const struct unit_setting *setting = &each->loaded.settings[i];
        const char                *value = setting->value;

        if (!setting->effective || !strchr(value, '@') || !names_units(setting->key))
            continue;
        while (unit_word(&value, UNIT_ESCAPES_KEEP, &word) > 0) {
            buffer_reset(&name);
            unit_specifiers_expand(&specifiers, buffer_text(&word), &name);
            if (buffer_text(&name))
                add_instance(each, name.data);
        }
    }
    buffer_free(&word);
    buffer_free(&name);
}

/* Units ----------------------------------------------------------------------- */

/* Load a unit if the query may need a row of it; note the drop-ins that it reads. */
static int load_unit(struct unit_each *each, const char *name)
{
    struct unit_search  *search = each->walk.search;
    struct unit_drop_ins drop_ins;
    int                  r = unit_drop_ins_find(search, name, false, &drop_ins);
    struct unit_entry   *fragment = unit_search_fragment(search, name);
    bool own = fragment && fragment->dir->own, path = unit_each_wants(each, fragment);

    for (size_t i = 0; r == 0 && i < drop_ins.n; i++) {
        each->read[drop_ins.entries[i] - search->entries] = true;
        own |= drop_ins.entries[i]->dir->own;
        path |= unit_each_wants(each, drop_ins.entries[i]);
    }
    if (r == 0)
        unit_drop_ins_free(&drop_ins);
    if (r == 0 && own && path && tbl_match_text(each->want.unit, name, false))
        r = unit_load(search, name, &each->loaded);
    each->unit = name;
    each->instead = NULL;
    return r;
}

/* The unit that the i-th entry of the index brings up first; NULL: none. */
static const char *unit_at(struct unit_search *search, size_t i)
{
    const struct unit_entry *entry = search->by_owner[i],
                            *before = i ? search->by_owner[i - 1] : NULL;

    if (entry->where == UNIT_WANTS ||
        (before && before->where == entry->where && strcmp(before->owner, entry->owner) == 0))
        return NULL;
    if (entry->where == UNIT_DROP_IN && unit_search_first(search, entry->owner))
        return NULL;
    return unit_is_named(search, entry->owner) ? entry->owner : NULL;
}

static int next_unit(struct unit_each *each)
{
    struct unit_search *search = each->walk.search;

    if (each->next == search->n)
        return 0;
    const char *name = unit_at(search, each->next++);
    int         r = name ? load_unit(each, name) : 0;
    if (r == 0 && name && each->want.instances)
        gather_named(each);
    return r < 0 ? r : 1;
}

/* A unit that the query names and that has no file of its own, so was not visited before: an
 * instance, or one that needs none. */
static int next_named(struct unit_each *each)
{
    struct unit_search *search = each->walk.search;
    size_t              n;

    if (each->next == each->want.unit->n)
        return 0;
    const char *name = each->want.unit->texts[each->next++];
    if (unit_search_first(search, name) || unit_search_range(search, UNIT_DROP_IN, name, &n) ||
        !unit_is_named(search, name))
        return 1;
    int r = load_unit(each, name);
    return r < 0 ? r : 1;
}

/* Note the instances that links start; sort all, each once. */
static void gather_linked(struct unit_each *each)
{
    struct unit_search *search = each->walk.search;
    struct unit_names  *instances = &each->instances;
    size_t              n = 0;

    for (size_t i = 0; i < search->n; i++)
        if (search->entries[i].where == UNIT_WANTS && search->entries[i].name[0] != '.')
            add_instance(each, search->entries[i].name);
    if (each->memory.failed)
        return;
    if (instances->n)
        qsort(instances->names, instances->n, sizeof *instances->names, by_text);
    for (size_t i = 0; i < instances->n; i++)
        if (!n || strcmp(instances->names[n - 1], instances->names[i]) != 0)
            instances->names[n++] = instances->names[i];
    instances->n = n;
}

static bool is_named(const struct unit_each *each, const char *name)
{
    for (size_t i = 0; i < each->want.unit->n; i++)
        if (strcmp(each->want.unit->texts[i], name) == 0)
            return true;
    return false;
}

static int next_instance(struct unit_each *each)
{
    struct unit_search *search = each->walk.search;
    size_t              n;

    if (each->next == 0 && each->want.instances)
        gather_linked(each);
    if (each->memory.failed)
        return -ENOMEM;
    if (each->next == each->instances.n)
        return 0;
    const char *name = each->instances.names[each->next++];
    if (unit_search_first(search, name) || unit_search_range(search, UNIT_DROP_IN, name, &n) ||
        is_named(each, name) || !unit_is_named(search, name))
        return 1;
    int r = load_unit(each, name);
    return r < 0 ? r : 1;
}

/* Other files ----------------------------------------------------------------- */

/* Whether an entry has settings that no unit has read. */
static bool is_rest(const struct unit_each *each, const struct unit_entry *entry)
{
    static const char   conf[] = ".conf";
    struct unit_search *search = each->walk.search;
    size_t              size = strlen(entry->name), tail = sizeof conf - 1;

    if (each->read[entry - search->entries] || entry->error || entry->type == DT_DIR ||
        !entry->dir->own)
        return false;
    if (entry->where == UNIT_DROP_IN)
        return size > tail && strcmp(entry->name + size - tail, conf) == 0;
    return entry->where == UNIT_TOP && unit_name_kind(entry->name) && entry->type == DT_REG &&
           unit_search_fragment(search, entry->name) != entry;
}

static int next_rest(struct unit_each *each)
{
    struct unit_search *search = each->walk.search;

    if (each->next == search->n)
        return 0;
    struct unit_entry *entry = search->by_owner[each->next++];
    if (!is_rest(each, entry) || !unit_each_wants(each, entry) ||
        !tbl_match_text(each->want.unit, entry->owner, false))
        return 1;
    const char *type = unit_name_type(entry->owner);
    each->unit = entry->owner;
    int                      r = unit_drop_ins_mark(search);
    const struct unit_entry *shadow = unit_search_shadow(search, entry);
    if (shadow == entry && unit_drop_in_mask(entry))
        shadow = unit_drop_in_mask(entry);
    each->instead = shadow != entry ? shadow->path : NULL;
    if (r == 0)
        r = unit_load_file(search, entry, type ? type : entry->owner, &each->loaded);
    return r < 0 ? r : 1;
}

/* Places ---------------------------------------------------------------------- */

/* Whether a place's files consist of sections, keys and values. */
static bool has_sections(const char *kind)
{
    return strcmp(kind, "dbus") == 0 || strcmp(kind, "autostart") == 0 ||
           strcmp(kind, "quadlet") == 0;
}

/* The unit that is generated from a script or quadlet, or that a bus name starts; NULL: none. */
static const char *place_unit(struct unit_each *each, const struct unit_entry *entry)
{
    const char *kind = entry->dir->place->kind;

    if (strcmp(kind, "sysv") == 0)
        return unit_sysv_name(&each->memory, entry->name);
    if (strcmp(kind, "rc") == 0 && strcmp(entry->name, "rc.local") == 0)
        return "rc-local.service";
    if (strcmp(kind, "rc") == 0) {
        const char *script = sysv_link_script(entry->name);
        return unit_sysv_name(&each->memory, script ? script : entry->name);
    }
    if (strcmp(kind, "quadlet") == 0)
        return quadlet_unit(entry->owner, &each->loaded, &each->memory);
    for (size_t i = 0; i < each->loaded.n; i++)
        if (strcmp(each->loaded.settings[i].key, "SystemdService") == 0)
            return each->loaded.settings[i].value;
    return NULL;
}

/* Load a quadlet with its drop-ins, if the query may need a row of one of them. */
static int load_quadlet(struct unit_each *each, struct unit_entry *entry)
{
    struct unit_drop_ins drop_ins;
    bool                 own = entry->dir->own, path = unit_each_wants(each, entry);
    int                  r = quadlet_drop_ins(each->walk.places, entry, &drop_ins);

    if (r < 0)
        return r;
    for (size_t i = 0; i < drop_ins.n; i++) {
        own |= drop_ins.entries[i]->dir->own;
        path |= unit_each_wants(each, drop_ins.entries[i]);
    }
    if (own && path) {
        r = unit_load_files(each->walk.places, entry, &drop_ins, &each->loaded);
        each->entry = entry;
    }
    unit_drop_ins_free(&drop_ins);
    return r;
}

/* Load the file: of sections what they hold, of a quadlet in force also its drop-ins. */
static int load_place(struct unit_each *each, struct unit_entry *entry)
{
    const char *kind = entry->dir->place->kind;

    if (strcmp(kind, "quadlet") == 0 && entry->where == UNIT_TOP && !each->instead)
        return load_quadlet(each, entry);
    if (!entry->dir->own || entry->used || !unit_each_wants(each, entry))
        return 0;
    each->entry = entry;
    return has_sections(kind) ? unit_load_file(each->walk.places, entry, NULL, &each->loaded) : 0;
}

/* The file of a unit that has the name of the one which is generated of a quadlet, and comes before
 * it; NULL: none. */
static const char *before_generated(const struct unit_each *each)
{
    static const char        folder[] = "/systemd/generator";
    const struct unit_entry *first =
        each->unit ? unit_search_first(each->walk.search, each->unit) : NULL;

    for (size_t i = 0; first && i < each->walk.search->n_dirs; i++) {
        const struct unit_dir *dir = &each->walk.search->dirs[i];
        size_t                 size = strlen(dir->path), tail = sizeof folder - 1;
        if (size > tail && strcmp(dir->path + size - tail, folder) == 0)
            return first->dir->rank < dir->rank ? first->path : NULL;
    }
    return NULL;
}

static int open_places(struct unit_each *each)
{
    int r = unit_walk_places(&each->walk);

    if (r == 0)
        r = quadlets_mark(each->walk.places);
    return r < 0 ? r : 1;
}

static int next_place(struct unit_each *each)
{
    each->entry = NULL;
    if (!each->want.places)
        return 0;
    if (!each->walk.places)
        return open_places(each);
    if (each->next == each->walk.places->n)
        return 0;
    struct unit_entry *entry = &each->walk.places->entries[each->next++];
    if (entry->error || entry->type == DT_DIR)
        return 1;
    const struct unit_entry *shadow = unit_search_shadow(each->walk.places, entry);
    if (shadow == entry && entry->masked_by)
        shadow = entry->masked_by;
    each->instead = shadow != entry ? shadow->path : NULL;
    int r = load_place(each, entry);
    if (r < 0 || !each->entry)
        return r < 0 ? r : 1;
    each->unit = place_unit(each, entry);
    if (!each->instead && strcmp(entry->dir->place->kind, "quadlet") == 0)
        each->instead = before_generated(each);
    if (!tbl_match_text(each->want.unit, each->unit, false)) {
        each->entry = NULL;
        unit_loaded_free(&each->loaded);
    }
    return each->memory.failed ? -ENOMEM : 1;
}

static int next_manager(struct unit_each *each)
{
    arena_free(&each->memory);
    each->instances = (struct unit_names){0};
    each->stage = UNIT_STAGE_UNITS;
    free(each->read);
    each->read = NULL;
    int r = unit_walk_next(&each->walk);
    if (r <= 0)
        return r;
    each->read = calloc(each->walk.search->n + 1, sizeof *each->read);
    return each->read ? 1 : -ENOMEM;
}

int unit_each_next(struct unit_each *each)
{
    static int (*const stages[])(struct unit_each *) = {next_unit, next_named, next_instance,
                                                        next_rest, next_place};

    unit_loaded_free(&each->loaded);
    bool over = input_over_budget();
    int  r = each->walk.search && !over ? stages[each->stage](each) : 0;
    if (r != 0)
        return r;
    each->next = 0;
    if (!each->walk.search || over || each->stage == UNIT_STAGE_PLACES)
        return next_manager(each);
    each->stage++;
    return 1;
}
