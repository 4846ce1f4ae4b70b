/* unit_settings.c -- every directive of every unit file and drop-in, and whether it is in force.
 *
 *     SELECT unit, value, path FROM unit_settings
 *     WHERE key = 'Environment' AND value LIKE '%LD_PRELOAD%' AND effective;
 */
#include <errno.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "formats/unit/unit_exec.h"
#include "formats/unit/unit_name.h"
#include "table.h"
#include "unit_each.h"

SQLITE_EXTENSION_INIT3

struct setting_row {
    const char *host, *source, *path;
    int64_t     line;
    const char *scope, *scope_user, *unit, *section, *key, *value;
    int64_t     effective;
    const char *decided_by, *ignored, *root;
    int64_t     decided_line;
};

struct state {
    const struct tbl_terms *user, *section, *key;
    struct unit_each        each;
    size_t                  setting; /* the next of the loaded unit */
};

static int open_scan(struct tbl_scan *scan)
{
    struct state             *s = tbl_state(scan);
    const struct setting_row *key = tbl_key(scan);
    const struct tbl_terms   *scope = TBL_TERMS(scan, struct setting_row, scope);

    s->user = TBL_TERMS(scan, struct setting_row, scope_user);
    s->section = TBL_TERMS(scan, struct setting_row, section);
    s->key = TBL_TERMS(scan, struct setting_row, key);
    return unit_each_open(
        &s->each, scan,
        &(struct unit_each_want){.walk = {.table = "unit_settings",
                                          .host = key->host,
                                          .root = key->root,
                                          .system = tbl_match_text(scope, "system", false),
                                          .user = tbl_match_text(scope, "user", false)},
                                 .path = TBL_TERMS(scan, struct setting_row, path),
                                 .unit = TBL_TERMS(scan, struct setting_row, unit)});
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *s = tbl_state(scan);

    unit_each_close(&s->each);
}

/* Rows ------------------------------------------------------------------------ */

static bool wanted(const struct state *s, const struct unit_setting *setting)
{
    const struct unit_entry *entry = s->each.loaded.files[setting->file].entry;

    return unit_each_wants(&s->each, entry) &&
           tbl_match_text(s->section, setting->section, false) &&
           tbl_match_text(s->key, setting->key, false) &&
           tbl_match_text(s->user, unit_walk_user(&s->each.walk), false);
}

/* Of a file that is not in force: the file that replaces it. */
static void fill_rest(struct state *s, struct setting_row *row)
{
    bool dot = s->each.loaded.files[0].entry->name[0] == '.';

    row->decided_by = s->each.instead;
    row->decided_line = TBL_NULL;
    row->effective = s->each.instead || dot ? 0 : TBL_NULL;
    if (!row->ignored)
        row->ignored = s->each.instead ? "another file replaces it"
                       : dot           ? "systemd reads no drop-in whose name begins with a dot"
                                       : "no unit here reads it";
}

static int fill(struct tbl_scan *scan, struct state *s, const struct unit_setting *setting,
                struct setting_row *row)
{
    const struct unit_setting *decider = &s->each.loaded.settings[setting->decided_by];
    const struct unit_entry   *entry = s->each.loaded.files[setting->file].entry;
    const char                *path = tbl_utf8(scan, entry->path, strlen(entry->path));

    *row = (struct setting_row){.host = s->each.walk.source.host,
                                .source = unit_walk_source(scan, &s->each.walk, path),
                                .path = path,
                                .line = setting->line,
                                .scope = unit_walk_scope(&s->each.walk),
                                .scope_user = unit_walk_user(&s->each.walk),
                                .unit = s->each.unit,
                                .section = *setting->section ? setting->section : NULL,
                                .key = *setting->key ? setting->key : NULL,
                                .value = tbl_utf8(scan, setting->value, strlen(setting->value)),
                                .effective = setting->effective,
                                .decided_by = s->each.loaded.files[decider->file].entry->path,
                                .decided_line = decider->line,
                                .ignored = setting->ignored,
                                .root = row->root};
    if (s->each.stage == UNIT_STAGE_REST)
        fill_rest(s, row);
    s->each.walk.records++;
    return row->source && row->value && !s->each.walk.search->memory.failed ? SQLITE_ROW
                                                                            : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *s = tbl_state(scan);

    for (;;) {
        while (s->setting < s->each.loaded.n) {
            const struct unit_setting *setting = &s->each.loaded.settings[s->setting++];
            if (wanted(s, setting))
                return fill(scan, s, setting, row);
        }
        int r = unit_each_next(&s->each);
        s->setting = 0;
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
    int         r = unit_exec_json(row->value, &json);
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
    ROW(source, TBL_ID, "Path in the evidence of the file that has it"),
    ROW(path, TBL_KEY | TBL_PREFIX, "Path on its host of the file that has it"),
    ROW(line, TBL_ID, "Line at which it begins"),
    ROW(scope, TBL_KEY, "Manager that reads it: system or user"),
    ROW(scope_user, TBL_KEY | TBL_ID,
        "User of that manager; NULL where the unit is the same for all users"),
    ROW(unit, TBL_KEY | TBL_ID,
        "Unit that it belongs to; a drop-in for many units has a row for each; name an instance "
        "in the query to see its settings from the template"),
    ROW(section, TBL_KEY, "Section, without brackets"),
    ROW(key, TBL_KEY, "Key; NULL for a line that is not an assignment"),
    ROW(value, 0, "Value: continued lines joined, specifiers and quotes kept"),
    ROW(effective, TBL_KEY,
        "Whether the value is in force once all files of the unit are read; an empty one never is, "
        "nor an Environment= whose variables are all set again; "
        "NULL for a drop-in of units that are not on this disk"),
    ROW(decided_by, 0,
        "File that decides: its own or, where another overrides or resets it, the other"),
    ROW(decided_line, 0, "Line in that file; NULL where the whole file is replaced"),
    ROW(ignored, 0, "Why systemd ignores it; NULL where it does not"),
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
    {"Libraries that services are made to load",
     "SELECT unit, value, path FROM unit_settings "
     "WHERE key = 'Environment' AND value GLOB '*LD_*' AND effective"},
    {"Every program of a unit, unquoted",
     "SELECT s.key, json_extract(c.value, '$.path') AS program "
     "FROM unit_settings AS s, json_each(s.commands) AS c "
     "WHERE s.unit = 'systemd-journald.service' AND s.effective"},
};

const struct tbl_table unit_settings_table = {
    .name = "unit_settings",
    .doc = "One row for each directive of unit files and drop-ins, with whether it is in force and "
           "what "
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
