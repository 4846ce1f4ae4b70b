/* unit_settings.c -- every directive of every unit file and drop-in, and which of them are in
 * force.
 *
 *     SELECT unit, value, path FROM unit_settings
 *     WHERE key = 'Environment' AND value LIKE '%LD_PRELOAD%' AND effective;
 */
#include <errno.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "formats/unit/unit_name.h"
#include "formats/unit/unit_words.h"
#include "table.h"
#include "unit_load.h"
#include "unit_walk.h"

SQLITE_EXTENSION_INIT3

struct setting_row {
    const char *host, *source, *path;
    int64_t     line;
    const char *scope, *scope_user, *unit, *section, *key, *value;
    int64_t     effective;
    const char *decided_by, *ignored, *root;
    int64_t     decided_line;
};

enum stage {
    UNITS, /* of which there is a file, or a drop-in of their very name */
    NAMED, /* by the query, without a file of their own */
    REST,  /* files that no unit reads: shadowed ones, drop-ins of units that are not there */
};

struct state {
    const struct tbl_terms *path, *scope, *user, *unit, *section, *key;
    struct unit_walk        walk;
    enum stage              stage;
    size_t                  next;    /* of the stage */
    struct unit_loaded      loaded;  /* what rows are being given of */
    size_t                  setting; /* the next of `loaded` */
    const char             *unit_name;
    const char             *instead; /* of REST: the file in force; NULL: none */
};

static int open_scan(struct tbl_scan *scan)
{
    struct state             *s = tbl_state(scan);
    const struct setting_row *key = tbl_key(scan);

    s->path = TBL_TERMS(scan, struct setting_row, path);
    s->scope = TBL_TERMS(scan, struct setting_row, scope);
    s->user = TBL_TERMS(scan, struct setting_row, scope_user);
    s->unit = TBL_TERMS(scan, struct setting_row, unit);
    s->section = TBL_TERMS(scan, struct setting_row, section);
    s->key = TBL_TERMS(scan, struct setting_row, key);
    s->stage = REST; /* as if behind a manager */
    int r =
        unit_walk_open(&s->walk, tbl_svcql(scan),
                       &(struct unit_walk_want){.table = "unit_settings",
                                                .host = key->host,
                                                .root = key->root,
                                                .system = tbl_match_text(s->scope, "system", false),
                                                .user = tbl_match_text(s->scope, "user", false)});
    return r < 0 ? tbl_sources_error(scan, r, &(struct sources_want){.root = key->root})
                 : SQLITE_OK;
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *s = tbl_state(scan);

    unit_loaded_free(&s->loaded);
    unit_walk_close(&s->walk);
}

/* Units ----------------------------------------------------------------------- */

static bool has_path(const struct state *s, const struct unit_entry *entry)
{
    return entry && tbl_match_text(s->path, entry->path, false);
}

/* Load a unit if the query can want a row of it; mark the drop-ins that it reads. */
static int load_unit(struct state *s, const char *name)
{
    struct unit_search  *search = s->walk.search;
    struct unit_drop_ins drop_ins;
    int                  r = unit_drop_ins_find(search, name, false, &drop_ins);
    struct unit_entry   *fragment = unit_search_fragment(search, name);
    bool                 own = fragment && fragment->dir->own, path = has_path(s, fragment);

    for (size_t i = 0; r == 0 && i < drop_ins.n; i++) {
        drop_ins.entries[i]->used = true;
        own |= drop_ins.entries[i]->dir->own;
        path |= has_path(s, drop_ins.entries[i]);
    }
    if (r == 0)
        unit_drop_ins_free(&drop_ins);
    if (r == 0 && own && path && tbl_match_text(s->unit, name, false))
        r = unit_load(search, name, &s->loaded);
    s->unit_name = name;
    s->instead = NULL;
    return r;
}

/* Whether a name is a unit of its own: no alias, no prefix, and something of it can be loaded. */
static bool is_unit(struct unit_search *search, const char *name)
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
    return is_unit(search, entry->owner) ? entry->owner : NULL;
}

static int next_unit(struct state *s)
{
    struct unit_search *search = s->walk.search;

    if (s->next == search->n)
        return 0;
    const char *name = unit_at(search, s->next++);
    int         r = name ? load_unit(s, name) : 0;
    return r < 0 ? r : 1;
}

/* A unit that the query names and that has no file of its own, so was not met before: an instance,
 * or one that needs none. */
static int next_named(struct state *s)
{
    struct unit_search *search = s->walk.search;
    size_t              n;

    if (s->next == s->unit->n)
        return 0;
    const char *name = s->unit->texts[s->next++];
    if (unit_search_first(search, name) || unit_search_range(search, UNIT_DROP_IN, name, &n) ||
        !is_unit(search, name))
        return 1;
    int r = load_unit(s, name);
    return r < 0 ? r : 1;
}

/* Whether an entry holds settings that no unit has shown. */
static bool is_rest(struct unit_search *search, const struct unit_entry *entry)
{
    static const char conf[] = ".conf";
    size_t            size = strlen(entry->name), tail = sizeof conf - 1;

    if (entry->used || entry->error || entry->type == DT_DIR || !entry->dir->own)
        return false;
    if (entry->where == UNIT_DROP_IN)
        return size > tail && strcmp(entry->name + size - tail, conf) == 0;
    return entry->where == UNIT_TOP && unit_name_kind(entry->name) && entry->type == DT_REG &&
           unit_search_fragment(search, entry->name) != entry;
}

static int next_rest(struct state *s)
{
    struct unit_search *search = s->walk.search;

    if (s->next == search->n)
        return 0;
    struct unit_entry *entry = search->by_owner[s->next++];
    if (!is_rest(search, entry) || !has_path(s, entry) ||
        !tbl_match_text(s->unit, entry->owner, false))
        return 1;
    const char *type = unit_name_type(entry->owner);
    s->unit_name = entry->owner;
    const struct unit_entry *shadow = unit_search_shadow(search, entry);
    s->instead = shadow != entry ? shadow->path : NULL;
    int r = unit_load_file(search, entry, type ? type : entry->owner, &s->loaded);
    return r < 0 ? r : 1;
}

/* Move on to the next thing that may have settings: 1, 0 behind the last, -errno. */
static int advance(struct state *s)
{
    static int (*const stages[])(struct state *) = {next_unit, next_named, next_rest};

    unit_loaded_free(&s->loaded);
    s->setting = 0;
    int r = s->walk.search ? stages[s->stage](s) : 0;
    if (r != 0)
        return r;
    s->next = 0;
    if (s->walk.search && s->stage != REST) {
        s->stage++;
        return 1;
    }
    s->stage = UNITS;
    return unit_walk_next(&s->walk);
}

/* Rows ------------------------------------------------------------------------ */

static bool wanted(const struct state *s, const struct unit_setting *setting)
{
    const struct unit_entry *entry = s->loaded.files[setting->file].entry;

    return has_path(s, entry) && tbl_match_text(s->section, setting->section, false) &&
           tbl_match_text(s->key, setting->key, false) &&
           tbl_match_text(s->user, unit_walk_user(&s->walk), false);
}

/* Of a file that is not in force: what stands instead of it. */
static void fill_rest(struct state *s, struct setting_row *row)
{
    row->decided_by = s->instead;
    row->decided_line = TBL_NULL;
    row->effective = s->instead ? 0 : TBL_NULL;
    if (!row->ignored)
        row->ignored = s->instead ? "another file takes its place" : "no unit here reads it";
}

static int fill(struct tbl_scan *scan, struct state *s, const struct unit_setting *setting,
                struct setting_row *row)
{
    const struct unit_setting *decider = &s->loaded.settings[setting->decided_by];
    const struct unit_entry   *entry = s->loaded.files[setting->file].entry;
    const char                *path = tbl_utf8(scan, entry->path, strlen(entry->path));

    *row = (struct setting_row){.host = s->walk.source.host,
                                .source = unit_walk_source(scan, &s->walk, path),
                                .path = path,
                                .line = setting->line,
                                .scope = unit_walk_scope(&s->walk),
                                .scope_user = unit_walk_user(&s->walk),
                                .unit = s->unit_name,
                                .section = *setting->section ? setting->section : NULL,
                                .key = *setting->key ? setting->key : NULL,
                                .value = tbl_utf8(scan, setting->value, strlen(setting->value)),
                                .effective = setting->effective,
                                .decided_by = s->loaded.files[decider->file].entry->path,
                                .decided_line = decider->line,
                                .ignored = setting->ignored,
                                .root = row->root};
    if (s->stage == REST)
        fill_rest(s, row);
    s->walk.records++;
    return row->source && row->value && !s->walk.search->memory.failed ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *s = tbl_state(scan);

    for (;;) {
        while (s->setting < s->loaded.n) {
            const struct unit_setting *setting = &s->loaded.settings[s->setting++];
            if (wanted(s, setting))
                return fill(scan, s, setting, row);
        }
        int r = advance(s);
        if (r <= 0)
            return r < 0 ? tbl_error(scan, r, "unit directories") : SQLITE_DONE;
    }
}

static int get_commands(struct tbl_scan *scan, const void *data, sqlite3_context *out)
{
    static const char *const  keys[] = {"ExecCondition", "ExecStart",   "ExecStartPre",
                                        "ExecStartPost", "ExecReload",  "ExecStop",
                                        "ExecStopPre",   "ExecStopPost"};
    const struct setting_row *row = data;
    struct buffer             json = {0};
    bool                      is_exec = false;

    (void)scan;
    for (size_t i = 0; row->key && i < TBL_COUNT(keys); i++)
        is_exec |= strcmp(row->key, keys[i]) == 0;
    if (!is_exec || !*row->value)
        return SQLITE_OK;
    int         r = unit_commands_json(row->value, &json);
    const char *text = r == 0 ? buffer_text(&json) : NULL;
    if (text)
        sqlite3_result_text(out, text, (int)json.size, SQLITE_TRANSIENT);
    buffer_free(&json);
    return r == -ENOMEM || (r == 0 && !text) ? SQLITE_NOMEM : SQLITE_OK;
}

/* Columns ----------------------------------------------------------------------- */

#define ROW(field, flags, doc) TBL_COL(struct setting_row, field, flags, doc)

static const struct tbl_column columns[] = {
    ROW(host, TBL_KEY, "Host the unit belongs to"),
    ROW(source, TBL_ID, "File it stands in, where that lies now"),
    ROW(path, TBL_KEY | TBL_PREFIX, "File it stands in, where that lies on its host"),
    ROW(line, TBL_ID, "Line at which it begins"),
    ROW(scope, TBL_KEY, "Whose manager reads it: system or user"),
    ROW(scope_user, TBL_KEY | TBL_ID,
        "User whose manager it is; NULL where the unit is the same for all users"),
    ROW(unit, TBL_KEY | TBL_ID,
        "Unit that it sets; a drop-in for many units has a row for each; ask for an instance by "
        "name to see what its template makes of it"),
    ROW(section, TBL_KEY, "Section, without brackets"),
    ROW(key, TBL_KEY, "Key; NULL for a line that is no assignment"),
    ROW(value, 0, "Value: continued lines joined, specifiers and quotes kept"),
    ROW(effective, TBL_KEY,
        "Whether the value is in force once all files of the unit are read; an empty one never is; "
        "NULL for a drop-in of units that are not on this disk"),
    ROW(decided_by, 0,
        "File that decides: its own or, where another overrides or resets it, that one's"),
    ROW(decided_line, 0, "Line in that file; NULL where the whole file stands aside"),
    ROW(ignored, 0, "Why systemd passes over it; NULL where it does not"),
    TBL_LAZY(
        "commands", TBL_TEXT, 0,
        "Of Exec lines the commands, unquoted, as JSON: [{\"path\", \"argv\", \"prefix\"}]; NULL "
        "where systemd refuses the line",
        get_commands),
    ROW(root, TBL_KEY | TBL_HIDDEN, "Root file system to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"What drop-ins change about what a unit runs",
     "SELECT unit, path, line, value, effective FROM unit_settings "
     "WHERE section = 'Service' AND key GLOB 'Exec*' AND path GLOB '*.conf'"},
    {"Libraries forced into services",
     "SELECT unit, value, path FROM unit_settings "
     "WHERE key = 'Environment' AND value GLOB '*LD_*' AND effective"},
    {"Every program of a unit, unquoted",
     "SELECT s.key, json_extract(c.value, '$.path') AS program "
     "FROM unit_settings AS s, json_each(s.commands) AS c "
     "WHERE s.unit = 'systemd-journald.service' AND s.effective"},
};

const struct tbl_table unit_settings_table = {
    .name = "unit_settings",
    .doc = "One row a directive of unit files and drop-ins, with whether it is in force and what "
           "decides that",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct setting_row),
    .state_size = sizeof(struct state),
    .rows = 5000,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
