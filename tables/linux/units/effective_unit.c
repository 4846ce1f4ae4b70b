/* effective_unit.c -- a unit as one file: the settings in force after all its files are read, each
 * line with its file and line.
 *
 *     SELECT text, path, line FROM effective_unit('ssh');
 *     SELECT group_concat(text, char(10)) FROM effective_unit('getty@tty1.service', '/mnt/image');
 *
 * Masks and resets are applied: settings that a later file removes are not shown; a key that is
 * emptied and not set again is shown with an empty value, as that may mean more than no value.
 */
#include <math.h>
#include <string.h>

#include "formats/unit/unit_name.h"
#include "table.h"
#include "unit_each.h"

SQLITE_EXTENSION_INIT3

struct line_row {
    const char *host, *source, *scope, *scope_user, *unit;
    int64_t     number;
    const char *text, *section, *key, *value, *path;
    int64_t     line;
    const char *error, *name, *root;
};

#define SECTIONS_MAX 3 /* that systemd reads in a unit: [Unit], [Install] and the type's own */

struct state {
    const struct tbl_terms *user;
    const char             *name; /* the wanted unit; NULL: all units */
    struct tbl_terms        named;
    char                    canonical[UNIT_NAME_MAX];
    const char             *canonical_text;
    struct unit_each        each;

    /* Of the loaded unit. */
    const char *sections[SECTIONS_MAX]; /* that have lines, in order of the files */
    size_t      n_sections, section;    /* the next to be shown */
    size_t      setting;                /* the next to be read */
    bool        in_section, refused;
    int64_t     number;
};

static const struct tbl_terms all_paths = {.min = -INFINITY, .max = INFINITY};

/* The unit's full name: "ssh" is "ssh.service". */
static bool complete_name(const char *name, char ret[UNIT_NAME_MAX])
{
    if (unit_name_kind(name))
        return sqlite3_snprintf(UNIT_NAME_MAX, ret, "%s", name) != NULL;
    if (strlen(name) + sizeof ".service" > UNIT_NAME_MAX)
        return false;
    sqlite3_snprintf(UNIT_NAME_MAX, ret, "%s.service", name);
    return unit_name_kind(ret) != UNIT_NAME_NONE;
}

/* The manager's name of the unit: of an alias that of its file. */
static void find_canonical(struct state *s)
{
    char                     whole[UNIT_NAME_MAX], instance[UNIT_NAME_MAX];
    const struct unit_entry *fragment;

    s->canonical[0] = '\0';
    if (!complete_name(s->name, whole))
        return;
    strcpy(s->canonical, whole);
    fragment = unit_search_fragment(s->each.walk.search, whole);
    if (!fragment)
        return;
    if (unit_name_kind(fragment->name) != UNIT_NAME_TEMPLATE)
        sqlite3_snprintf(UNIT_NAME_MAX, s->canonical, "%s", fragment->name);
    else if (unit_name_instance(whole, instance))
        unit_name_with_instance(fragment->name, instance, s->canonical);
}

static int open_scan(struct tbl_scan *scan)
{
    struct state           *s = tbl_state(scan);
    const struct line_row  *key = tbl_key(scan);
    const struct tbl_terms *scope = TBL_TERMS(scan, struct line_row, scope);

    s->user = TBL_TERMS(scan, struct line_row, scope_user);
    s->name = key->name;
    s->named = *TBL_TERMS(scan, struct line_row, unit);
    if (s->name) {
        s->canonical_text = s->canonical;
        s->named.n = 1;
        s->named.texts = &s->canonical_text;
    }
    return unit_each_open(
        &s->each, scan,
        &(struct unit_each_want){.walk = {.table = "effective_unit",
                                          .host = key->host,
                                          .root = key->root,
                                          .system = tbl_match_text(scope, "system", false),
                                          .user = tbl_match_text(scope, "user", false)},
                                 .path = &all_paths,
                                 .unit = &s->named,
                                 .instances = true});
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *s = tbl_state(scan);

    unit_each_close(&s->each);
}

/* Lines ----------------------------------------------------------------------- */

static bool is_shown(const struct unit_setting *setting)
{
    return setting->effective || setting->emptied;
}

static void add_section(struct state *s, const char *section)
{
    for (size_t i = 0; i < s->n_sections; i++)
        if (strcmp(s->sections[i], section) == 0)
            return;
    if (s->n_sections < SECTIONS_MAX)
        s->sections[s->n_sections++] = section;
}

/* Begin with what unit_each has loaded; with nothing where it is not a unit. */
static void begin_unit(struct state *s)
{
    const struct unit_loaded *loaded = &s->each.loaded;
    bool unit = s->each.stage != UNIT_STAGE_REST && s->each.stage != UNIT_STAGE_PLACES &&
                loaded->n_files && tbl_match_text(s->user, unit_walk_user(&s->each.walk), false);

    s->n_sections = s->section = s->setting = 0;
    s->in_section = false;
    s->number = 0;
    s->refused = unit && loaded->refused;
    for (size_t i = 0; unit && !loaded->refused && i < loaded->n; i++)
        if (is_shown(&loaded->settings[i]))
            add_section(s, loaded->settings[i].section);
}

static int fill(struct tbl_scan *scan, struct state *s, struct line_row *row)
{
    const char *name = row->name, *root = row->root;

    *row = (struct line_row){.host = s->each.walk.source.host,
                             .scope = unit_walk_scope(&s->each.walk),
                             .scope_user = unit_walk_user(&s->each.walk),
                             .unit = s->each.unit,
                             .number = ++s->number,
                             .line = TBL_NULL,
                             .name = name,
                             .root = root};
    s->each.walk.records++;
    (void)scan;
    return SQLITE_ROW;
}

static int fill_place(struct tbl_scan *scan, struct state *s, const struct unit_entry *entry,
                      struct line_row *row)
{
    row->path = tbl_utf8(scan, entry->path, strlen(entry->path));
    row->source = unit_walk_source(scan, &s->each.walk, row->path);
    return row->text && row->path && row->source ? SQLITE_ROW : SQLITE_NOMEM;
}

/* Of a unit that systemd does not load: the reason, as a comment. */
static int fill_refused(struct tbl_scan *scan, struct state *s, struct line_row *row)
{
    const struct unit_file *file = &s->each.loaded.files[0];

    s->refused = false;
    fill(scan, s, row);
    row->error = s->each.loaded.refused;
    row->text = tbl_printf(scan, "# %s", row->error);
    if (file->fault)
        row->line = file->fault_line;
    return fill_place(scan, s, file->entry, row);
}

static int fill_header(struct tbl_scan *scan, struct state *s, struct line_row *row)
{
    s->in_section = true;
    s->setting = 0;
    fill(scan, s, row);
    row->section = s->sections[s->section];
    row->text = tbl_printf(scan, "[%s]", row->section);
    return row->text ? SQLITE_ROW : SQLITE_NOMEM;
}

static int fill_setting(struct tbl_scan *scan, struct state *s, const struct unit_setting *setting,
                        struct line_row *row)
{
    fill(scan, s, row);
    row->section = setting->section;
    row->key = tbl_utf8(scan, setting->key, strlen(setting->key));
    row->value = tbl_utf8(scan, setting->value, strlen(setting->value));
    if (!row->key || !row->value)
        return SQLITE_NOMEM;
    row->text = tbl_printf(scan, "%s=%s", row->key, row->value);
    row->line = setting->line;
    return fill_place(scan, s, s->each.loaded.files[setting->file].entry, row);
}

/* The next line of the loaded unit: SQLITE_ROW, SQLITE_DONE after the last. */
static int next_line(struct tbl_scan *scan, struct state *s, struct line_row *row)
{
    if (s->refused)
        return fill_refused(scan, s, row);
    for (; s->section < s->n_sections; s->section++, s->in_section = false) {
        if (!s->in_section)
            return fill_header(scan, s, row);
        while (s->setting < s->each.loaded.n) {
            const struct unit_setting *setting = &s->each.loaded.settings[s->setting++];
            if (is_shown(setting) && strcmp(setting->section, s->sections[s->section]) == 0)
                return fill_setting(scan, s, setting, row);
        }
    }
    return SQLITE_DONE;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *s = tbl_state(scan);

    for (;;) {
        int rc = next_line(scan, s, row);
        if (rc != SQLITE_DONE)
            return rc;
        int r = unit_each_next(&s->each);
        if (r <= 0)
            return r < 0 ? tbl_error(scan, r, "unit directories") : SQLITE_DONE;
        if (s->name && s->each.stage == UNIT_STAGE_UNITS && s->each.next == 0)
            find_canonical(s); /* of the manager that begins here */
        begin_unit(s);
    }
}

/* Columns ----------------------------------------------------------------------- */

#define ROW(field, flags, doc) TBL_COL(struct line_row, field, flags, doc)

static const struct tbl_column columns[] = {
    ROW(host, TBL_KEY, "Host the unit belongs to"),
    ROW(source, 0, "Path in the evidence of the file of the line"),
    ROW(scope, TBL_KEY, "Manager that reads it: system or user"),
    ROW(scope_user, TBL_KEY | TBL_ID,
        "User of that manager; NULL where the unit is the same for all users"),
    ROW(unit, TBL_KEY | TBL_ID, "Name of the unit, of an alias that of its file"),
    ROW(number, TBL_ID, "Place of the line in the unit, from 1"),
    ROW(text, 0,
        "The line: [Section], Key=value with specifiers kept, or # and the reason why systemd does "
        "not load "
        "it"),
    ROW(section, 0, "Section, without brackets"),
    ROW(key, 0, "Key; NULL for the line that begins a section"),
    ROW(value, 0,
        "Value: continued lines joined; empty where a file empties it and none sets it again"),
    ROW(path, 0, "Path on its host of the file of the line"),
    ROW(line, 0, "Line of that file at which it begins"),
    ROW(error, 0,
        "Why systemd does not load the unit: masked, not readable, refused; NULL where it does"),
    ROW(name, TBL_KEY | TBL_HIDDEN,
        "Argument: only this unit, by any of its names; .service may be left out"),
    ROW(root, TBL_KEY | TBL_HIDDEN, "Root file system to read instead of the evidence"),
};

static const struct tbl_example examples[] = {
    {"A unit in force, with the source of each line",
     "SELECT text, path, line FROM effective_unit('systemd-journald')"},
    {"The same as one file",
     "SELECT group_concat(text, char(10)) FROM effective_unit('systemd-journald.service')"},
    {"Units that are masked or refused, and by which file",
     "SELECT unit, error, path FROM effective_unit WHERE error IS NOT NULL"},
};

const struct tbl_table effective_unit_table = {
    .name = "effective_unit",
    .doc = "Units as one file each: one row for each line in force, with its file and line",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct line_row),
    .state_size = sizeof(struct state),
    .rows = 5000,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
