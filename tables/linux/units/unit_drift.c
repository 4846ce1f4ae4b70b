/* unit_drift.c -- differences from the units that the vendor ships: overridden, dropped in, masked,
 * under another unit's name, enabled or disabled against the preset.
 *
 *     SELECT unit, change, setting, vendor_value, value, path, line FROM unit_drift;
 *
 * The vendor's are the files below /usr/lib, /lib and /usr/share; a unit is loaded twice, once from
 * those alone, and the two are compared setting by setting. A unit that no vendor ships has no row.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/unit/unit_name.h"
#include "table.h"
#include "unit_each.h"
#include "unit_presets.h"
#include "unit_state.h"

SQLITE_EXTENSION_INIT3

struct drift_row {
    const char *host, *source, *scope, *scope_user, *unit, *change, *section, *setting;
    const char *vendor_value, *value, *path;
    int64_t     line;
    const char *vendor_path;
    int64_t     vendor_line;
    const char *root;
};

/* One difference; texts are of the loaded units or the arena. */
struct drift {
    const char              *unit, *change, *section, *setting, *vendor_value, *value;
    const struct unit_entry *entry; /* that makes the difference; NULL: none */
    const char              *vendor_path;
    int64_t                  line, vendor_line;
};

struct state {
    const struct tbl_terms *user, *unit, *change;
    struct unit_each        each;
    struct unit_search     *vendor; /* of the manager */
    struct unit_states     *states;
    struct unit_presets     presets;

    struct unit_loaded shipped; /* the unit as the vendor ships it */
    struct drift      *drifts;  /* of the unit, or of the whole manager */
    struct drift       spare;   /* written to when out of memory */
    size_t             n_drifts, next;
    struct arena       memory; /* of the drifts */
    bool               failed; /* out of memory */
};

static const struct tbl_terms all_paths = {.min = -INFINITY, .max = INFINITY};

static int open_scan(struct tbl_scan *scan)
{
    struct state           *s = tbl_state(scan);
    const struct drift_row *key = tbl_key(scan);
    const struct tbl_terms *scope = TBL_TERMS(scan, struct drift_row, scope);

    s->user = TBL_TERMS(scan, struct drift_row, scope_user);
    s->unit = TBL_TERMS(scan, struct drift_row, unit);
    s->change = TBL_TERMS(scan, struct drift_row, change);
    return unit_each_open(
        &s->each, scan,
        &(struct unit_each_want){.walk = {.table = "unit_drift",
                                          .host = key->host,
                                          .root = key->root,
                                          .system = tbl_match_text(scope, "system", false),
                                          .user = tbl_match_text(scope, "user", false)},
                                 .path = &all_paths,
                                 .unit = s->unit,
                                 .instances = true});
}

static void forget_unit(struct state *s)
{
    unit_loaded_free(&s->shipped);
    free(s->drifts);
    s->drifts = NULL;
    s->n_drifts = s->next = 0;
    arena_reset(&s->memory);
}

static void forget_manager(struct state *s)
{
    forget_unit(s);
    unit_states_free(s->states);
    unit_search_free(s->vendor);
    unit_presets_free(&s->presets);
    s->states = NULL;
    s->vendor = NULL;
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *s = tbl_state(scan);

    forget_manager(s);
    arena_free(&s->memory);
    unit_each_close(&s->each);
}

static struct drift *add_drift(struct state *s, const char *unit, const char *change)
{
    struct drift *drift = ARRAY_ADD(s->drifts, s->n_drifts);

    s->failed |= !drift;
    if (!drift)
        drift = &s->spare;
    *drift =
        (struct drift){.unit = unit, .change = change, .line = TBL_NULL, .vendor_line = TBL_NULL};
    return drift;
}

/* Settings -------------------------------------------------------------------- */

/* One setting of one of the two units, to be sorted beside those of the same key. */
struct member {
    const struct unit_setting *setting;
    bool                       shipped;
};

/* The settings of one key. */
struct group {
    const struct member *members;
    size_t               n, n_shipped; /* those of the vendor's come first */
};

static int by_key(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int                  order = strcmp(x->setting->section, y->setting->section);

    if (!order)
        order = strcmp(x->setting->key, y->setting->key);
    if (!order)
        order = y->shipped - x->shipped;
    return order ? order : (x->setting > y->setting) - (x->setting < y->setting);
}

static bool is_shown(const struct member *member)
{
    return member->setting->effective || member->setting->emptied;
}

/* The next shown one of `n` members from *at on; NULL: none. */
static const struct unit_setting *next_shown(const struct member *members, size_t n, size_t *at)
{
    while (*at < n)
        if (is_shown(&members[(*at)++]))
            return members[*at - 1].setting;
    return NULL;
}

static bool is_same(const struct group *g)
{
    size_t                     a = 0, b = 0, n = g->n - g->n_shipped;
    const struct unit_setting *x, *y;

    do {
        x = next_shown(g->members, g->n_shipped, &a);
        y = next_shown(g->members + g->n_shipped, n, &b);
        if (!x != !y || (x && strcmp(x->value, y->value) != 0))
            return false;
    } while (x);
    return true;
}

/* The values in force, one a line; past UNIT_TEXT_MAX "..."; NULL: none. */
static const char *join(struct state *s, const struct member *members, size_t n)
{
    struct buffer              text = {0};
    const struct unit_setting *setting;
    size_t                     at = 0, lines = 0;

    while ((setting = next_shown(members, n, &at)) && text.size <= UNIT_TEXT_MAX) {
        buffer_puts(&text, lines++ ? "\n" : "");
        buffer_utf8(&text, setting->value, strlen(setting->value));
    }
    if (setting)
        buffer_puts(&text, "\n...");
    const char *joined =
        lines && buffer_text(&text) ? arena_strndup(&s->memory, text.data, text.size) : NULL;
    s->failed |= text.failed;
    buffer_free(&text);
    return joined;
}

static const struct unit_entry *entry_of(const struct unit_loaded  *loaded,
                                         const struct unit_setting *setting)
{
    return loaded->files[setting->file].entry;
}

static bool is_foreign(const struct unit_entry *entry)
{
    return !unit_dir_is_vendor(entry->dir);
}

/* The file of the same name that replaces one of the vendor's. */
static const struct unit_entry *replacement(const struct state *s, const struct unit_entry *shipped)
{
    const struct unit_loaded *loaded = &s->each.loaded;

    for (size_t i = 0; i < loaded->n_files; i++)
        if (is_foreign(loaded->files[i].entry) &&
            strcmp(loaded->files[i].entry->name, shipped->name) == 0)
            return loaded->files[i].entry;
    return NULL;
}

/* The file that causes the difference: the last that sets the key; else one that decides about it,
 * as where a list is emptied under another key; else one that replaces the vendor's. */
static void find_cause(const struct state *s, const struct group *g, struct drift *drift)
{
    const struct unit_loaded  *loaded = &s->each.loaded;
    const struct unit_setting *last = NULL;

    for (size_t i = g->n_shipped; i < g->n; i++) {
        const struct unit_setting *decider = &loaded->settings[g->members[i].setting->decided_by];
        if (is_foreign(entry_of(loaded, decider)))
            last = decider;
    }
    for (size_t i = g->n_shipped; i < g->n; i++)
        if (is_shown(&g->members[i]) && is_foreign(entry_of(loaded, g->members[i].setting)))
            last = g->members[i].setting;
    if (last) {
        drift->entry = entry_of(loaded, last);
        drift->line = last->line;
        return;
    }
    for (size_t i = 0; i < g->n_shipped && !drift->entry; i++)
        drift->entry = replacement(s, entry_of(&s->shipped, g->members[i].setting));
}

static void find_shipped(const struct state *s, const struct group *g, struct drift *drift)
{
    for (size_t i = 0; i < g->n_shipped; i++) {
        if (!is_shown(&g->members[i]))
            continue;
        drift->vendor_path = entry_of(&s->shipped, g->members[i].setting)->path;
        drift->vendor_line = g->members[i].setting->line;
    }
}

static void add_group(struct state *s, const struct group *g)
{
    const struct unit_setting *first = g->members[0].setting;

    if (is_same(g))
        return;
    struct drift *drift = add_drift(s, s->each.unit, "overridden");
    drift->section = first->section;
    drift->setting = first->key;
    drift->vendor_value = join(s, g->members, g->n_shipped);
    drift->value = join(s, g->members + g->n_shipped, g->n - g->n_shipped);
    find_shipped(s, g, drift);
    find_cause(s, g, drift);
    if (drift->entry && drift->entry->where == UNIT_DROP_IN)
        drift->change = "dropped-in";
}

static size_t add_members(struct member *members, size_t n, const struct unit_loaded *loaded,
                          bool shipped)
{
    for (size_t i = 0; i < loaded->n; i++)
        if (!loaded->settings[i].ignored)
            members[n++] = (struct member){&loaded->settings[i], shipped};
    return n;
}

static int compare_settings(struct state *s)
{
    struct member *members = calloc(s->each.loaded.n + s->shipped.n + 1, sizeof *members);
    size_t         n;

    if (!members)
        return -ENOMEM;
    n = add_members(members, 0, &s->shipped, true);
    n = add_members(members, n, &s->each.loaded, false);
    qsort(members, n, sizeof *members, by_key);
    for (size_t i = 0, end; i < n; i = end) {
        struct group g = {.members = members + i};
        for (end = i;
             end < n && strcmp(members[i].setting->section, members[end].setting->section) == 0 &&
             strcmp(members[i].setting->key, members[end].setting->key) == 0;
             end++)
            g.n_shipped += members[end].shipped;
        g.n = end - i;
        add_group(s, &g);
    }
    free(members);
    return 0;
}

/* Units ----------------------------------------------------------------------- */

/* A file from elsewhere without a difference changes nothing: it is reported too, as it may have an
 * effect after the vendor's next change. */
static void add_idle_files(struct state *s)
{
    const struct unit_loaded *loaded = &s->each.loaded;
    size_t                    n = s->n_drifts;

    for (size_t i = 0; i < loaded->n_files; i++) {
        const struct unit_entry *entry = loaded->files[i].entry;
        bool                     named = !is_foreign(entry);
        for (size_t k = 0; k < n; k++)
            named |= s->drifts[k].entry == entry;
        if (!named)
            add_drift(s, s->each.unit, "without-effect")->entry = entry;
    }
}

/* A unit that systemd no longer loads: one row for all its settings. */
static void add_refused(struct state *s, const struct unit_entry *shipped)
{
    const struct unit_file *file = &s->each.loaded.files[0];
    bool                    mask = unit_search_is_mask(s->each.walk.search, file->entry);
    struct drift           *drift = add_drift(s, s->each.unit, mask ? "masked" : "refused");

    drift->value = mask ? NULL : s->each.loaded.refused;
    drift->entry = file->entry;
    drift->line = file->fault ? (int64_t)file->fault_line : TBL_NULL;
    drift->vendor_path = shipped ? shipped->path : NULL;
}

static int compare_unit(struct state *s)
{
    const char              *name = s->each.unit;
    const struct unit_entry *shipped = unit_search_fragment(s->vendor, name);
    const struct unit_entry *fragment = unit_search_fragment(s->each.walk.search, name);

    if (!s->each.loaded.n_files || (!shipped && fragment) ||
        (!shipped && !unit_type_needs_no_file(unit_name_type(name))) ||
        (shipped && fragment && strcmp(shipped->name, fragment->name) != 0))
        return 0;
    int r = unit_load(s->vendor, name, &s->shipped);
    if (r < 0)
        return r;
    if (s->each.loaded.refused && !s->shipped.refused)
        add_refused(s, shipped);
    else if (!s->each.loaded.refused)
        r = compare_settings(s);
    add_idle_files(s);
    return r;
}

/* Names and presets ----------------------------------------------------------- */

static bool is_own(const struct unit_entry *entry)
{
    return entry->dir->own && is_foreign(entry);
}

/* A name of the vendor's that now leads to another unit, such as default.target, or is masked. */
static void compare_name(struct state *s, const struct unit_entry *shipped, const char *name)
{
    struct unit_search *search = s->each.walk.search;
    struct unit_entry  *entry = unit_search_first(search, name);
    struct unit_entry  *fragment = unit_search_fragment(search, name);

    if (!entry || !is_own(entry) || (fragment && strcmp(fragment->name, shipped->name) == 0))
        return;
    bool          mask = unit_search_is_mask(search, entry);
    struct drift *drift = add_drift(s, name, mask ? "masked" : "redirected");
    drift->vendor_value = mask ? NULL : shipped->name;
    drift->value = mask || !fragment ? NULL : fragment->name;
    drift->entry = entry;
    drift->vendor_path = shipped->path;
}

/* The link that enables a unit, or an instance of it. */
static const struct unit_entry *enabling_link(struct state *s, const char *name)
{
    const struct unit_search *search = s->each.walk.search;
    char template[UNIT_NAME_MAX];

    for (size_t i = 0; i < search->n; i++) {
        const struct unit_entry *entry = &search->entries[i];
        if (entry->where == UNIT_WANTS && is_own(entry) &&
            (strcmp(entry->name, name) == 0 ||
             (unit_name_template(entry->name, template) && strcmp(template, name) == 0)))
            return entry;
    }
    return NULL;
}

static int compare_preset(struct state *s, const char *name)
{
    const struct unit_preset_rule *rule;
    const char                    *state = NULL;
    int                            r = 0;

    if (!s->states)
        r = unit_states_open(&s->states, s->each.walk.search);
    if (r == 0)
        r = unit_states_lookup(s->states, name, &state);
    if (r < 0 || !state)
        return r;
    bool enabled = strncmp(state, "enabled", 7) == 0;
    if (!enabled && strcmp(state, "disabled") != 0)
        return 0;
    enum unit_preset preset = unit_presets_lookup(&s->presets, name, &rule);
    if (preset != (enabled ? UNIT_PRESET_DISABLE : UNIT_PRESET_ENABLE))
        return 0;
    struct drift *drift = add_drift(s, name, enabled ? "enabled" : "disabled");
    drift->setting = "state";
    drift->vendor_value = enabled ? "disabled" : "enabled";
    drift->value = state;
    drift->entry = enabled ? enabling_link(s, name) : NULL;
    drift->vendor_path = rule ? rule->path : NULL;
    drift->vendor_line = rule ? (int64_t)rule->line : TBL_NULL;
    return 0;
}

/* Whether the user has enabled the unit in the user's own folders. */
static bool is_linked(struct state *s, const char *name)
{
    return enabling_link(s, name) != NULL;
}

/* Differences in the manager's names and links, after all its units. */
static int compare_names(struct state *s)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < s->vendor->n; i++) {
        const struct unit_entry *entry = s->vendor->by_owner[i];
        const char              *name = entry->name;

        if (entry->where != UNIT_TOP || !unit_name_kind(name) ||
            unit_search_first(s->vendor, name) != entry || !tbl_match_text(s->unit, name, false) ||
            !unit_search_first(s->each.walk.search, name))
            continue;
        const struct unit_entry *shipped = unit_search_fragment(s->vendor, name);
        const struct unit_entry *now = unit_search_fragment(s->each.walk.search, name);
        bool redirected = shipped && now && strcmp(shipped->name, now->name) != 0;
        if (shipped && (redirected || strcmp(shipped->name, name) != 0))
            compare_name(s, shipped, name);
        else if (shipped && (s->each.walk.search->manager.scope != UNIT_USER || is_linked(s, name)))
            r = compare_preset(s, name);
    }
    s->each.walk.unread += (int64_t)s->vendor->unread;
    s->each.walk.lost += (int64_t)s->vendor->lost;
    s->each.walk.broken += (int64_t)s->vendor->broken;
    return r;
}

/* Rows ------------------------------------------------------------------------ */

/* Report the vendor's files that this statement found before and does not find now: unlike the manager's own
 * they are looked for again by each scan. */
static int report_missing(struct state *s)
{
    const struct unit_walk *walk = &s->each.walk;
    struct root_names       names = {.names = calloc(s->vendor->n + 1, sizeof *names.names),
                                     .lost = s->vendor->lost + s->vendor->broken};
    struct folder           folder = {artefact_name(ARTEFACT_LINUX_ROOT), walk->source.host,
                                      walk->source.root, ""};

    if (!names.names)
        return -ENOMEM;
    for (; names.n < s->vendor->n; names.n++)
        names.names[names.n] = (char *)(uintptr_t)s->vendor->entries[names.n].path;
    int rc = svcql_listed(walk->svcql, walk->want.table, &folder, unit_walk_scope(walk), &names);
    free(names.names);
    return rc == SQLITE_OK ? 0 : -ENOMEM;
}

static int begin_manager(struct state *s)
{
    const struct root *root = s->each.walk.source.root;

    forget_manager(s);
    int r = unit_search_open_vendor(&s->vendor, root, &s->each.walk.search->manager);
    if (r == 0)
        r = report_missing(s);
    if (r == 0)
        r = unit_presets_read(&s->presets, root, s->each.walk.search->manager.scope);
    s->each.walk.unread += (int64_t)s->presets.unread;
    return r;
}

static int fill(struct tbl_scan *scan, struct state *s, const struct drift *drift,
                struct drift_row *row)
{
    const char *path = drift->entry ? drift->entry->path : NULL;

    *row = (struct drift_row){.host = s->each.walk.source.host,
                              .scope = unit_walk_scope(&s->each.walk),
                              .scope_user = unit_walk_user(&s->each.walk),
                              .unit = drift->unit,
                              .change = drift->change,
                              .section = drift->section,
                              .setting = drift->setting,
                              .vendor_value = drift->vendor_value,
                              .value = drift->value,
                              .path = path ? tbl_utf8(scan, path, strlen(path)) : NULL,
                              .line = drift->line,
                              .vendor_path = drift->vendor_path,
                              .vendor_line = drift->vendor_line,
                              .root = row->root};
    row->source = unit_walk_source(scan, &s->each.walk, row->path);
    s->each.walk.records++;
    return !path || (row->path && row->source) ? SQLITE_ROW : SQLITE_NOMEM;
}

/* Gather the differences of the next unit: 1, 0 after the last. */
static int next_unit(struct state *s)
{
    int r = unit_each_next(&s->each);

    forget_unit(s);
    if (r <= 0)
        return r;
    if (s->each.stage == UNIT_STAGE_UNITS && s->each.next == 0)
        r = begin_manager(s);
    else if (s->each.stage < UNIT_STAGE_REST && s->each.loaded.n_files)
        r = compare_unit(s);
    else if (s->each.stage == UNIT_STAGE_PLACES && s->each.next == 0)
        r = compare_names(s);
    if (r >= 0 && (s->failed || s->memory.failed))
        r = -ENOMEM;
    return r < 0 ? r : 1;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *s = tbl_state(scan);

    for (;;) {
        while (s->next < s->n_drifts) {
            const struct drift *drift = &s->drifts[s->next++];
            if (tbl_match_text(s->change, drift->change, false) &&
                tbl_match_text(s->user, unit_walk_user(&s->each.walk), false))
                return fill(scan, s, drift, row);
        }
        int r = next_unit(s);
        if (r <= 0)
            return r < 0 ? tbl_error(scan, r, "unit directories") : SQLITE_DONE;
    }
}

/* Columns ----------------------------------------------------------------------- */

#define ROW(field, flags, doc) TBL_COL(struct drift_row, field, flags, doc)

static const struct tbl_column columns[] = {
    ROW(host, TBL_KEY, "Host the unit belongs to"),
    ROW(source, 0, "Path in the evidence of the file that causes the difference"),
    ROW(scope, TBL_KEY, "Manager that reads it: system or user"),
    ROW(scope_user, TBL_KEY | TBL_ID,
        "User of that manager; NULL where the unit is the same for all users"),
    ROW(unit, TBL_KEY | TBL_ID, "Name of the unit"),
    ROW(change, TBL_KEY | TBL_ID,
        "Kind of difference: overridden (a file replaces the vendor's), dropped-in, masked, "
        "refused "
        "(systemd no longer loads it), redirected (the name leads to another unit), enabled or "
        "disabled "
        "(against the preset), without-effect (a file that changes nothing now)"),
    ROW(section, TBL_ID, "Section of the setting; NULL where it is the whole unit"),
    ROW(setting, TBL_ID, "Key, or state; NULL where it is the whole unit"),
    ROW(vendor_value, 0, "Value that the vendor ships, one a line; NULL: not set"),
    ROW(value, 0, "Value in force, one a line; empty where a file empties it; NULL: not set"),
    ROW(path, TBL_ID, "File, or link, that causes the difference; NULL where one is missing"),
    ROW(line, 0, "Line of that file; NULL where it is the whole file"),
    ROW(vendor_path, 0, "File of the vendor that has the value, or the preset"),
    ROW(vendor_line, 0, "Line of that file; NULL where it is the whole file"),
    ROW(root, TBL_KEY | TBL_HIDDEN, "Root file system to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"Changes of the vendor's units, setting by setting",
     "SELECT unit, setting, vendor_value, value, path, line FROM unit_drift "
     "WHERE change IN ('overridden', 'dropped-in')"},
    {"Units that the vendor would start and that were masked or disabled",
     "SELECT unit, change, path FROM unit_drift WHERE change IN ('masked', 'disabled')"},
    {"Programs that replace the vendor's",
     "SELECT unit, vendor_value, value, path FROM unit_drift WHERE setting = 'ExecStart'"},
};

const struct tbl_table unit_drift_table = {
    .name = "unit_drift",
    .doc = "One row for each setting that differs from the vendor's unit, with the file that "
           "causes it",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct drift_row),
    .state_size = sizeof(struct state),
    .rows = 100,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
