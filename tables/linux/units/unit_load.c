#include "unit_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/unit/unit_directives.h"
#include "formats/unit/unit_name.h"
#include "formats/unit/unit_specifiers.h"
#include "formats/unit/unit_verify.h"
#include "unit_file.h"
#include "unit_host.h"
#include "unit_value_check.h"

#define KEEP_FILE   (64u << 10) /* bytes of a file that is kept parsed */
#define KEEP_TOTAL  (32u << 20)
#define PER_SETTING (sizeof(struct unit_setting) + 64) /* bytes, about: its key and value too */

/* Names --------------------------------------------------------------------- */

/* The names whose X.d folders a unit reads, in order of precedence, each once. */
struct names {
    char (*names)[UNIT_NAME_MAX];
    size_t n;
};

/* 1 where it is new, 0 where it is present already, -ENOMEM. */
static int add_name(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->names[i], name) == 0)
            return 0;
    char(*added)[UNIT_NAME_MAX] = ARRAY_ADD(names->names, names->n);
    if (!added)
        return -ENOMEM;
    strcpy(*added, name);
    return 1;
}

/* A name, its template and their shorter prefixes, in systemd's order. */
static int add_names(struct names *names, const char *name)
{
    char other[UNIT_NAME_MAX];
    int  r = add_name(names, name);

    if (r <= 0)
        return r;
    if (unit_name_kind(name) == UNIT_NAME_INSTANCE && unit_name_template(name, other) &&
        (r = add_names(names, other)) < 0)
        return r;
    return unit_name_shorten(name, other) ? add_names(names, other) : 0;
}

/* Aliases ------------------------------------------------------------------- */

struct unit_alias {
    const struct unit_entry *fragment;
    const char              *name;
};

static int by_fragment(const void *a, const void *b)
{
    const struct unit_alias *x = a, *y = b;

    if (x->fragment != y->fragment)
        return x->fragment < y->fragment ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Gather which names lead to which file, once for each search. */
static int gather_aliases(struct unit_search *search)
{
    if (search->aliases)
        return 0;
    search->aliases = calloc(search->n + 1, sizeof *search->aliases);
    if (!search->aliases)
        return -ENOMEM;
    for (size_t i = 0; i < search->n; i++) {
        struct unit_entry *entry = &search->entries[i];
        if (entry->where != UNIT_TOP || entry->type != DT_LNK || !unit_name_kind(entry->name) ||
            unit_search_first(search, entry->name) != entry)
            continue;
        const struct unit_entry *fragment = unit_search_fragment(search, entry->name);
        if (fragment && strcmp(fragment->name, entry->name) != 0)
            search->aliases[search->n_aliases++] = (struct unit_alias){fragment, entry->name};
    }
    qsort(search->aliases, search->n_aliases, sizeof *search->aliases, by_fragment);
    return 0;
}

/* The first alias of a file. */
static size_t first_alias(const struct unit_search *search, const struct unit_entry *fragment)
{
    size_t low = 0, high = search->n_aliases;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (search->aliases[middle].fragment < fragment)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int unit_aliases_of(struct unit_search *search, const struct unit_entry *fragment,
                    struct buffer *ret)
{
    if (gather_aliases(search) < 0)
        return -ENOMEM;
    for (size_t i = first_alias(search, fragment);
         i < search->n_aliases && search->aliases[i].fragment == fragment; i++)
        buffer_put(ret, search->aliases[i].name, strlen(search->aliases[i].name) + 1);
    return ret->failed ? -ENOMEM : 0;
}

/* The alias as it applies to a unit: of templates the instance is the unit's. False: not to it. */
static bool apply_alias(const char *alias, const char *unit, char ret[UNIT_NAME_MAX])
{
    char of_unit[UNIT_NAME_MAX], of_alias[UNIT_NAME_MAX];
    bool instance = unit_name_kind(unit) == UNIT_NAME_INSTANCE && unit_name_instance(unit, of_unit);

    if (unit_name_kind(alias) == UNIT_NAME_TEMPLATE && instance)
        return unit_name_with_instance(alias, of_unit, ret);
    if (unit_name_kind(alias) == UNIT_NAME_INSTANCE &&
        !(instance && unit_name_instance(alias, of_alias) && strcmp(of_alias, of_unit) == 0))
        return false;
    strcpy(ret, alias);
    return true;
}

/* Drop-ins ------------------------------------------------------------------ */

struct found {
    struct unit_entry *entry;
    size_t             phase, name; /* order: which of the unit's names, then rank, then prefix */
};

struct finding {
    struct found *found;
    size_t        n, phase;
};

static int add_folders(struct unit_search *search, const struct names *names, bool by_name,
                       struct finding *f)
{
    static const char suffix[] = ".conf";

    for (size_t i = 0; i < names->n; i++) {
        size_t                    n;
        struct unit_entry *const *entries =
            unit_search_range(search, UNIT_DROP_IN, names->names[i], &n);
        for (size_t k = 0; k < n; k++) {
            size_t size = strlen(entries[k]->name);
            if (entries[k]->type == DT_DIR || entries[k]->name[0] == '.' || size < sizeof suffix ||
                strcmp(entries[k]->name + size - (sizeof suffix - 1), suffix) != 0)
                continue;
            struct found *found = ARRAY_ADD(f->found, f->n);
            if (!found)
                return -ENOMEM;
            *found = (struct found){entries[k], f->phase + (by_name ? i : 0), i};
        }
    }
    f->phase += by_name ? names->n : 1;
    return 0;
}

static int by_file_name(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int64_t             i = x->entry->dir->rank, j = y->entry->dir->rank;
    int                 order = strcmp(x->entry->name, y->entry->name);

    if (!order)
        order = (x->phase > y->phase) - (x->phase < y->phase);
    if (!order)
        order = (i > j) - (i < j);
    return order ? order : (x->name > y->name) - (x->name < y->name);
}

/* The folders of a name and those that apply with it. */
static int add_all_of(struct unit_search *search, const char *name, struct finding *f)
{
    struct names names = {0};
    int          r = add_names(&names, name);

    if (r >= 0)
        r = add_folders(search, &names, false, f);
    free(names.names);
    return r;
}

static int add_alias_folders(struct unit_search *search, const char *name, struct finding *f)
{
    char                     alias[UNIT_NAME_MAX];
    const struct unit_entry *fragment = unit_search_fragment(search, name);
    int                      r = gather_aliases(search);

    for (size_t low = r == 0 ? first_alias(search, fragment) : 0;
         r == 0 && fragment && low < search->n_aliases && search->aliases[low].fragment == fragment;
         low++)
        if (apply_alias(search->aliases[low].name, name, alias) && strcmp(alias, name) != 0)
            r = add_all_of(search, alias, f);
    return r;
}

/* Only the unit's own folders and then its template's. */
static int add_own_folders(struct unit_search *search, const char *name, struct finding *f)
{
    char template[UNIT_NAME_MAX];
    struct names names = {0};
    int          r = add_name(&names, name);

    if (r >= 0 && unit_name_kind(name) == UNIT_NAME_INSTANCE && unit_name_template(name, template))
        r = add_name(&names, template);
    if (r >= 0)
        r = add_folders(search, &names, true, f);
    free(names.names);
    return r;
}

static int add_type_folders(struct unit_search *search, const char *name, struct finding *f)
{
    const char  *type = unit_name_type(name);
    struct names names = {0};
    int          r = type ? add_name(&names, type) : 0;

    if (r >= 0)
        r = add_folders(search, &names, false, f);
    free(names.names);
    return r;
}

/* unit_drop_ins_find(); with `mark` those that others of the same name mask get `masked_by`. */
static int find_drop_ins(struct unit_search *search, const char *name, bool own, bool mark,
                         struct unit_drop_ins *ret)
{
    struct unit_drop_ins found = {0};
    struct finding       f = {0};
    int                  r = own ? add_own_folders(search, name, &f) : add_all_of(search, name, &f);

    if (r >= 0 && !own)
        r = add_alias_folders(search, name, &f);
    if (r >= 0 && !own)
        r = add_type_folders(search, name, &f);
    if (r >= 0 && f.n) {
        qsort(f.found, f.n, sizeof *f.found, by_file_name);
        found.entries = calloc(f.n, sizeof *found.entries);
        r = found.entries ? 0 : -ENOMEM;
    }
    for (size_t i = 0; r >= 0 && i < f.n; i++) {
        struct unit_entry *entry = f.found[i].entry,
                          *last = found.n ? found.entries[found.n - 1] : NULL;
        if (!last || strcmp(last->name, entry->name) != 0)
            found.entries[found.n++] = entry;
        else if (mark && last != entry && !entry->masked_by)
            entry->masked_by = last;
    }
    free(f.found);
    if (r < 0)
        free(found.entries);
    else
        *ret = found;
    return r < 0 ? r : 0;
}

int unit_drop_ins_find(struct unit_search *search, const char *name, bool own,
                       struct unit_drop_ins *ret)
{
    return find_drop_ins(search, name, own, false, ret);
}

/* Mark the drop-ins that a unit reads, and those that others of the same name mask. */
static int mark_drop_ins_of(struct unit_search *search, const char *name)
{
    struct unit_drop_ins drop_ins;
    int                  r = find_drop_ins(search, name, false, true, &drop_ins);

    for (size_t i = 0; r == 0 && i < drop_ins.n; i++)
        drop_ins.entries[i]->used = true;
    if (r == 0)
        unit_drop_ins_free(&drop_ins);
    return r;
}

int unit_drop_ins_mark(struct unit_search *search)
{
    int r = 0;

    for (size_t i = 0; r == 0 && !search->marked && i < search->n; i++) {
        const struct unit_entry *entry = search->by_owner[i];
        const char              *name = entry->where == UNIT_WANTS ? entry->name : entry->owner;
        bool                     again = i && search->by_owner[i - 1]->where == entry->where &&
                     strcmp(search->by_owner[i - 1]->owner, entry->owner) == 0;
        if (entry->where == UNIT_WANTS ? unit_name_kind(name) == UNIT_NAME_INSTANCE
                                       : !again && unit_is_named(search, name))
            r = mark_drop_ins_of(search, name);
    }
    search->marked = r == 0;
    return r;
}

const struct unit_entry *unit_drop_in_mask(const struct unit_entry *entry)
{
    return entry->used ? NULL : entry->masked_by;
}

bool unit_is_named(struct unit_search *search, const char *name)
{
    char template[UNIT_NAME_MAX];
    const struct unit_entry *fragment = unit_search_fragment(search, name);
    const char              *dot = strrchr(name, '.');

    if (!unit_name_kind(name))
        return false;
    if (!fragment)
        return dot[-1] != '-' && unit_type_needs_no_file(dot + 1);
    return strcmp(fragment->name, name) == 0 ||
           (unit_name_kind(name) == UNIT_NAME_INSTANCE && unit_name_template(name, template) &&
            strcmp(fragment->name, template) == 0);
}

void unit_drop_ins_free(struct unit_drop_ins *drop_ins)
{
    free(drop_ins->entries);
    *drop_ins = (struct unit_drop_ins){0};
}

/* Parsing ------------------------------------------------------------------- */

static const char stopped[] = "after a line at which systemd stops";

static int add_setting(struct arena *memory, struct unit_parsed *p, const struct unit_assignment *a)
{
    if (p->n >= UNIT_SETTINGS_MAX) {
        p->file.lost++;
        return 0;
    }
    const char          *last = p->n ? p->settings[p->n - 1].section : NULL;
    const char          *section = a->section ? a->section : "";
    struct unit_setting *setting = ARRAY_ADD(p->settings, p->n);
    if (!setting)
        return -ENOMEM;
    *setting = (struct unit_setting){
        .section = last && strcmp(last, section) == 0 ? last : unit_strdup(memory, section),
        .key = unit_strdup(memory, a->key ? a->key : ""),
        .value = unit_strdup(memory, a->value),
        .line = a->line,
        .ignored = a->fault    ? unit_fault_text(a->fault)
                   : a->unread ? stopped
                               : NULL};
    return setting->section && setting->key && setting->value ? 0 : -ENOMEM;
}

static int parse_text(struct arena *memory, const char *data, size_t size, int version,
                      struct unit_parsed *p)
{
    struct unit_text       text;
    struct unit_assignment a;
    int                    r;

    unit_text_open(&text, data, size, version);
    while ((r = unit_text_next(&text, &a)) > 0) {
        if (unit_fault_fatal(a.fault) && !p->file.fault) {
            p->file.fault = a.fault;
            p->file.fault_line = a.line;
        }
        p->file.ignored += a.fault != UNIT_OK || a.unread;
        if ((r = add_setting(memory, p, &a)) < 0)
            break;
    }
    unit_text_close(&text);
    return r;
}

/* Count an incomplete file, once. What is denied by owner, and a link to nothing,
 * are reported as such. */
static void count_unread(struct unit_search *search, struct unit_entry *entry,
                         const struct unit_parsed *p)
{
    int  error = p->file.error;
    bool unread = error ? error != -EPERM && error != -ENOENT : p->file.cut || p->file.nuls;

    search->unread += unread && !entry->unread;
    entry->unread |= unread;
}

/* Whether what a file says is kept for all who ask for it in this search. */
static bool is_kept(const struct unit_search *search, const struct unit_entry *entry, size_t size)
{
    return entry->dir && size <= KEEP_FILE && search->parsed_bytes < KEEP_TOTAL;
}

/* Read and parse a file: *ret_kept where its settings are in the search's memory. */
static int parse_file(struct unit_search *search, struct unit_entry *entry, struct arena *memory,
                      struct unit_parsed *p, bool *ret_kept)
{
    struct unit_file_text text = {0};
    int                   r = unit_file_read(search->root, entry->path, &text);

    if (r < 0) {
        r = root_gone(search->root, entry->path, r);
        p->file.error = r;
        count_unread(search, entry, p);
        return r == -ENOMEM ? r : 0;
    }
    p->file.size = text.file_size;
    p->file.cut = text.cut;
    p->file.nuls = memchr(text.text, '\0', text.size) != NULL;
    *ret_kept = is_kept(search, entry, text.size);
    r = parse_text(*ret_kept ? &search->memory : memory, text.text, text.size,
                   search->manager.version, p);
    count_unread(search, entry, p);
    free(text.text);
    return r;
}

int unit_parse(struct unit_search *search, struct unit_entry *entry, struct arena *memory,
               struct unit_parsed *ret)
{
    struct unit_parsed p = {.file = {.entry = entry}}, *kept = NULL;
    bool               keep = false;
    int                r = 0;

    if (entry->parsed) {
        *ret = *entry->parsed;
        return 0;
    }
    if (entry->type == DT_REG || !unit_search_is_mask(search, entry))
        r = parse_file(search, entry, memory, &p, &keep);
    memory = keep ? &search->memory : memory;
    struct unit_setting *copy = r < 0 ? NULL : arena_alloc(memory, p.n * sizeof *copy);
    if (copy && p.n)
        memcpy(copy, p.settings, p.n * sizeof *copy);
    free(p.settings);
    if (copy && keep)
        kept = arena_alloc(memory, sizeof *kept);
    if (!copy || (keep && !kept))
        return -ENOMEM;
    p.settings = copy;
    if (kept)
        *kept = p;
    entry->parsed = kept;
    search->parsed_bytes += kept ? sizeof *kept + p.n * PER_SETTING : 0;
    *ret = p;
    return 0;
}

/* Loading ------------------------------------------------------------------- */

/* Why the host's version of systemd passes over a setting of a unit's own sections; NULL: it reads
 * it. */
static const char *unread(const struct unit_search *search, const struct unit_setting *setting,
                          struct arena *memory)
{
    int  version = search->manager.version, since;
    char text[64];

    if (unit_directive_read(setting->section, setting->key, version, &since) != 0)
        return NULL;
    if (since > version)
        snprintf(text, sizeof text, "systemd %d does not know it: it came with %d", version, since);
    else
        snprintf(text, sizeof text, "systemd %d does not know it%s", version,
                 since ? " any more" : "");
    return arena_strndup(memory, text, strlen(text));
}

static int add_file(struct unit_search *search, struct unit_loaded *loaded,
                    struct unit_entry *entry, const char *type)
{
    struct unit_parsed p;
    int                r = unit_parse(search, entry, &loaded->memory, &p);
    if (r < 0)
        return r;

    for (size_t i = 0; i < p.n; i++) {
        struct unit_setting *setting = ARRAY_ADD(loaded->settings, loaded->n);
        if (!setting)
            return -ENOMEM;
        *setting = p.settings[i];
        setting->file = (unsigned)loaded->n_files;
        if (!setting->ignored && type && !unit_section_read(type, setting->section))
            setting->ignored = "section not read in units of this type";
        else if (!setting->ignored && type &&
                 (setting->ignored = unread(search, setting, &loaded->memory)))
            p.file.ignored++;
        else if (!setting->ignored && type && unit_type_parses(type) &&
                 (r = unit_value_check(search->root, setting, &loaded->memory)) < 0)
            return r;
    }
    loaded->files[loaded->n_files++] = p.file;
    return 0;
}

/* The specifiers that a unit's name and the manager's version tell of. */
static void name_specifiers(const struct unit_search *search, const char *name,
                            struct arena *memory, struct unit_specifiers *ret)
{
    *ret = (struct unit_specifiers){.systemd = search->manager.version};
    unit_specifiers_name(ret, name, memory);
}

/* Add a drop-in: at a setting that systemd cannot take it stops reading. */
static int add_drop_in(struct unit_search *search, struct unit_loaded *loaded,
                       struct unit_entry *entry, const char *name, const char *type)
{
    size_t                 first = loaded->n;
    int                    r = add_file(search, loaded, entry, type);
    struct unit_specifiers specifiers;
    struct unit_expander   expander = {unit_specifiers_expand, &specifiers};
    struct buffer          reason = {0}, text = {0};

    if (r < 0 || first == loaded->n)
        return r;
    struct unit_file *file = &loaded->files[loaded->n_files - 1];
    name_specifiers(search, name, &loaded->memory, &specifiers);
    for (size_t i = first; i < loaded->n; i++) {
        struct unit_setting *setting = &loaded->settings[i];
        if (file->fatal && !setting->ignored) {
            setting->ignored = stopped;
        } else if (!file->fatal &&
                   unit_setting_fatal(setting, &expander, &loaded->memory, &reason)) {
            buffer_utf8(&text, reason.data, reason.size);
            file->fatal = arena_strndup(&loaded->memory, text.data ? text.data : "", text.size);
            file->fatal_line = setting->line;
            setting->ignored = file->fatal;
        }
    }
    r = loaded->memory.failed || reason.failed || text.failed ? -ENOMEM : 0;
    buffer_free(&reason);
    buffer_free(&text);
    return r;
}

/* Merge, unless there is a reason why nothing of it is in force. */
static int finish(struct unit_loaded *loaded, const char *reason)
{
    loaded->refused = reason;
    for (size_t i = 0; reason && i < loaded->n; i++)
        if (!loaded->settings[i].ignored)
            loaded->settings[i].ignored = reason;
    return unit_merge(loaded->settings, loaded->n);
}

/* Why a unit with this fragment, which was read, cannot be loaded; NULL: it can. */
static const char *refusal(struct unit_search *search, const char *type,
                           struct unit_entry *fragment, const struct unit_file *file)
{
    if (!fragment)
        return type && unit_type_needs_no_file(type) ? NULL : "no unit file of this name";
    if (unit_search_is_mask(search, fragment))
        return "unit is masked";
    if (file->error)
        return "unit file cannot be read";
    return file->fault ? "systemd refuses to load this file" : NULL;
}

int unit_load(struct unit_search *search, const char *name, struct unit_loaded *ret)
{
    struct unit_drop_ins drop_ins = {0};
    struct unit_loaded   loaded = {0};
    struct unit_entry   *fragment = unit_search_fragment(search, name);
    const char          *type = unit_name_type(name);
    int                  r = unit_drop_ins_find(search, name, false, &drop_ins);

    if (r == 0)
        loaded.files = calloc(drop_ins.n + 1, sizeof *loaded.files);
    if (r == 0 && !loaded.files)
        r = -ENOMEM;
    if (r == 0 && fragment)
        r = add_file(search, &loaded, fragment, type);
    for (size_t i = 0; r == 0 && i < drop_ins.n; i++)
        r = add_drop_in(search, &loaded, drop_ins.entries[i], name, type);
    unit_drop_ins_free(&drop_ins);
    if (r == 0)
        r = finish(&loaded, refusal(search, type, fragment, loaded.files));
    if (r < 0)
        unit_loaded_free(&loaded);
    else
        *ret = loaded;
    return r;
}

/* Append where and why the manager refuses one setting of the fragment: 1, 0, -ENOMEM. */
static int verify_setting(const struct unit_file *file, const struct unit_setting *setting,
                          const struct unit_expander *expander, struct arena *memory,
                          struct buffer *reason)
{
    struct buffer why = {0};
    int           r = unit_setting_fatal(setting, expander, memory, &why);

    if (r) {
        buffer_printf(reason, "%s:%u: ", file->entry->path, setting->line);
        buffer_put(reason, why.data ? why.data : "", why.size);
    }
    r = why.failed ? -ENOMEM : r;
    buffer_free(&why);
    return r;
}

/* Append why the manager refuses the fragment or what it says with its drop-ins: 1, 0, -ENOMEM. */
static int verify(const struct unit_search *search, const struct unit_host *host, const char *name,
                  struct unit_loaded *loaded, struct buffer *reason)
{
    struct unit_specifiers specifiers;
    struct unit_expander   expander = {unit_specifiers_expand, &specifiers};
    struct arena           memory = {0};
    struct unit_verified   unit = {name, loaded->settings, loaded->n, search->manager.version,
                                   &expander};
    int                    r = 0;

    unit_host_specifiers(host, &search->manager, &memory, &specifiers);
    unit_specifiers_name(&specifiers, name, &memory);
    for (size_t i = 0; r == 0 && i < loaded->n && loaded->settings[i].file == 0; i++)
        r = verify_setting(&loaded->files[0], &loaded->settings[i], &expander, &memory, reason);
    if (r == 0)
        r = unit_verify(&unit, &memory, reason);
    r = memory.failed ? -ENOMEM : r;
    arena_free(&memory);
    return r;
}

/* The same, of a fragment that was read: in *ret, in memory of `memory`. */
static int refusal_text(const struct unit_search *search, const struct unit_host *host,
                        const char *name, struct unit_loaded *loaded, struct arena *memory,
                        const char **ret)
{
    struct buffer reason = {0}, text = {0};

    buffer_puts(&reason, "bad-setting: ");
    int r = verify(search, host, name, loaded, &reason);
    buffer_utf8(&text, reason.data ? reason.data : "", reason.size);
    *ret = r > 0 && buffer_text(&text) ? arena_strndup(memory, text.data, text.size) : NULL;
    if (text.failed || reason.failed || memory->failed)
        r = -ENOMEM;
    buffer_free(&reason);
    buffer_free(&text);
    return r < 0 ? r : 0;
}

/* What the unit of a file's own name says is kept with the file, for the next scan of the statement. */
int unit_loaded_bad_setting(struct unit_search *search, const struct unit_host *host,
                            const char *name, struct unit_loaded *loaded, const char **ret)
{
    struct unit_entry *fragment = loaded->n_files ? loaded->files[0].entry : NULL;
    bool               own = fragment && strcmp(fragment->name, name) == 0;
    int                r = 0;

    if (!loaded->verified && own && fragment->verified) {
        loaded->bad_setting = fragment->bad_setting;
    } else if (!loaded->verified && fragment && fragment->where == UNIT_TOP &&
               !loaded->files[0].error && !loaded->files[0].fault &&
               !unit_search_is_mask(search, fragment)) {
        r = refusal_text(search, host, name, loaded, own ? &search->memory : &loaded->memory,
                         &loaded->bad_setting);
        if (own && r == 0) {
            fragment->bad_setting = loaded->bad_setting;
            fragment->verified = true;
        }
    }
    loaded->verified = true;
    *ret = loaded->bad_setting;
    return r;
}

int unit_load_file(struct unit_search *search, struct unit_entry *entry, const char *type,
                   struct unit_loaded *ret)
{
    struct unit_loaded loaded = {.files = calloc(1, sizeof *loaded.files)};
    int                r = loaded.files ? 0 : -ENOMEM;

    if (r == 0)
        r = type && entry->where == UNIT_DROP_IN
                ? add_drop_in(search, &loaded, entry, entry->owner, type)
                : add_file(search, &loaded, entry, type);

    if (r == 0)
        r = finish(&loaded, NULL);
    for (size_t i = 0; r == 0 && !type && i < loaded.n; i++)
        loaded.settings[i].effective = !loaded.settings[i].ignored && *loaded.settings[i].value;
    if (r < 0)
        unit_loaded_free(&loaded);
    else
        *ret = loaded;
    return r;
}

int unit_load_files(struct unit_search *search, struct unit_entry *entry,
                    const struct unit_drop_ins *drop_ins, struct unit_loaded *ret)
{
    struct unit_loaded loaded = {.files = calloc(drop_ins->n + 1, sizeof *loaded.files)};
    int                r = loaded.files ? add_file(search, &loaded, entry, NULL) : -ENOMEM;

    for (size_t i = 0; r == 0 && i < drop_ins->n; i++)
        r = add_file(search, &loaded, drop_ins->entries[i], NULL);
    if (r == 0)
        r = finish(&loaded, NULL);
    if (r < 0)
        unit_loaded_free(&loaded);
    else
        *ret = loaded;
    return r;
}

void unit_loaded_free(struct unit_loaded *loaded)
{
    free(loaded->files);
    free(loaded->settings);
    arena_free(&loaded->memory);
    *loaded = (struct unit_loaded){0};
}

static bool matches(const struct unit_setting *setting, const struct unit_settings_want *want)
{
    bool wanted =
        want->own ? setting->file == 0 && !setting->ignored && *setting->value : setting->effective;

    if (!wanted || (want->section && strcmp(setting->section, want->section) != 0))
        return false;
    if (!want->key)
        return true;
    return want->prefix ? strncmp(setting->key, want->key, strlen(want->key)) == 0
                        : strcmp(setting->key, want->key) == 0;
}

bool unit_loaded_text(const struct unit_loaded *loaded, const struct unit_settings_want *want,
                      struct buffer *out)
{
    bool found = false;

    for (size_t i = 0; i < loaded->n; i++) {
        const struct unit_setting *setting = &loaded->settings[i];
        if (!matches(setting, want))
            continue;
        buffer_puts(out, found ? "\n" : "");
        found = true;
        if (out->size > UNIT_TEXT_MAX) {
            buffer_puts(out, "...");
            break;
        }
        if (want->named)
            buffer_printf(out, "%s=", setting->key);
        buffer_utf8(out, setting->value, strlen(setting->value));
    }
    return found;
}
