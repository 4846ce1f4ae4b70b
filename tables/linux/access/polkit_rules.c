/* polkit_rules.c -- actions that polkit allows, and to whom: rules, local grants, defaults of
 * actions.
 *
 *     SELECT source, actions, groups, users FROM polkit_rules
 *      WHERE result = 'yes' AND actions LIKE '%systemd1.manage-unit%' AND NOT unit_checked;
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "formats/access/polkit_text.h"
#include "formats/text/array.h"
#include "formats/text/buffer.h"
#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

struct rule_row {
    const char *kind;
    const char *actions;
    const char *users;
    const char *groups;
    const char *identities;
    const char *result;
    const char *result_inactive;
    const char *result_active;
    bool        unit_checked;
    int64_t     loaded;
    const char *host;
    const char *path;
    const char *source;
    int64_t     line;
    int64_t     number;
    const char *root;
};

enum kind { RULES, PKLA, POLICY, ADMINS };

static const struct {
    const char *name;
    int (*parse)(const char *text, size_t size, polkit_found *rule, void *data);
} kinds[] = {
    [RULES] = {"rules", polkit_parse_rules},
    [PKLA] = {"pkla", polkit_parse_pkla},
    [POLICY] = {"policy", polkit_parse_policy},
    [ADMINS] = {"admin", polkit_parse_admins},
};

/* Folders that polkit reads (polkit(8), pklocalauthority(8)). */
static const struct place_of_files places[] = {
    {"/etc/polkit-1/rules.d", "*.rules", RULES, true},
    {"/run/polkit-1/rules.d", "*.rules", RULES, true},
    {"/usr/local/share/polkit-1/rules.d", "*.rules", RULES, true},
    {"/usr/share/polkit-1/rules.d", "*.rules", RULES, true},
    {"/etc/polkit-1/localauthority/*", "*.pkla", PKLA, true},
    {"/etc/polkit-1/localauthority.conf.d", "*.conf", ADMINS, true},
    {"/var/lib/polkit-1/localauthority/*", "*.pkla", PKLA, true},
    {"/usr/share/polkit-1/actions", "*.policy", POLICY, true},
};

/* Rows of the file being read, all created at once, as the text from the parsers is valid only
 * during the call. */
/* The JavaScript engine of a root's polkitd. */
enum engine {
    ENGINE_UNKNOWN,
    ENGINE_NONE, /* up to 0.105: it reads no .rules, but .pkla */
    ENGINE_DUKTAPE,
    ENGINE_MOZJS
};

struct state {
    struct place_files files;
    enum engine        engine;   /* of the root */
    bool               has_pkla; /* the helper that reads .pkla for newer versions is installed */
    int64_t            loaded;   /* of the file */
    int64_t            unknown;  /* rules of the file that could not be followed */
    struct rule_row   *rows;
    size_t             n_rows, row;
};

/* The engine --------------------------------------------------------------------- */

#define PROGRAM_MAX                                                                                \
    (4u << 20) /* bytes of polkitd that are searched for the names of its libraries */

static enum engine engine_of(const struct root *root)
{
    static const char *const programs[] = {"/usr/lib/polkit-1/polkitd", "/usr/libexec/polkitd",
                                           "/usr/libexec/polkit-1/polkitd",
                                           "/usr/lib/policykit-1/polkitd", "/usr/lib/polkitd"};
    enum engine              engine = ENGINE_UNKNOWN;

    for (size_t i = 0; engine == ENGINE_UNKNOWN && i < TBL_COUNT(programs); i++) {
        char  *data;
        size_t size;
        if (root_read(root, programs[i], PROGRAM_MAX, &data, &size) < 0)
            continue;
        if (memmem(data, size, "libduktape", 10))
            engine = ENGINE_DUKTAPE;
        else if (memmem(data, size, "libmozjs", 8))
            engine = ENGINE_MOZJS;
        else if (size > 4 && memcmp(data,
                                    "\x7f"
                                    "ELF",
                                    4) == 0)
            engine = ENGINE_NONE;
        free(data);
    }
    return engine;
}

static int begin_root(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);
    struct stat   st;

    state->engine = engine_of(state->files.source.root);
    state->has_pkla =
        root_stat(state->files.source.root, "/usr/lib/polkit-1/pkla-check-authorization", true,
                  &st) == 0 ||
        root_stat(state->files.source.root, "/usr/bin/pkla-check-authorization", true, &st) == 0;
    return SQLITE_OK;
}

/* Whether polkitd accepts the file that is open; NULL where its engine is unknown. */
static int64_t loaded(const struct state *state)
{
    const struct place_files *f = &state->files;

    if (f->place.tag == POLICY)
        return 1;
    if (state->engine == ENGINE_UNKNOWN)
        return TBL_NULL;
    if (f->place.tag == RULES)
        return state->engine == ENGINE_MOZJS ||
               (state->engine == ENGINE_DUKTAPE && !polkit_rules_need_es6(f->text, f->size));
    return state->engine == ENGINE_NONE || state->has_pkla;
}

/* Reading one file ------------------------------------------------------------------ */

static char *json_names(const struct polkit_names *names)
{
    struct buffer text = {0};

    buffer_putc(&text, '[');
    for (size_t i = 0; i < names->n; i++) {
        if (i)
            buffer_putc(&text, ',');
        buffer_json(&text, names->names[i].text, names->names[i].size);
    }
    buffer_putc(&text, ']');
    return buffer_take(&text);
}

static char *copy_name(struct polkit_name name)
{
    struct buffer text = {0};

    buffer_utf8(&text, name.text ? name.text : "", name.size);
    return buffer_take(&text);
}

static void free_rows(struct state *state)
{
    for (size_t i = 0; i < state->n_rows; i++) {
        struct rule_row *row = &state->rows[i];
        const char      *owned[] = {row->actions,      row->users,  row->groups,
                                    row->identities,   row->result, row->result_inactive,
                                    row->result_active};
        for (size_t o = 0; o < TBL_COUNT(owned); o++)
            free((void *)(uintptr_t)owned[o]);
    }
    state->n_rows = state->row = 0;
}

static int keep_rule(const struct polkit_rule *rule, void *data)
{
    struct state    *state = data;
    struct rule_row *row = ARRAY_ADD(state->rows, state->n_rows);

    if (!row)
        return -ENOMEM;
    size_t lost = rule->actions.lost + rule->users.lost + rule->groups.lost + rule->identities.lost;
    state->unknown += rule->unknown || lost;
    *row = (struct rule_row){.kind = rule->admin ? "admin" : kinds[state->files.place.tag].name,
                             .actions = json_names(&rule->actions),
                             .users = json_names(&rule->users),
                             .groups = json_names(&rule->groups),
                             .identities = json_names(&rule->identities),
                             .result = copy_name(rule->any),
                             .result_inactive = copy_name(rule->inactive),
                             .result_active = copy_name(rule->active),
                             .unit_checked = rule->unit_checked,
                             .line = (int64_t)rule->line,
                             .number = (int64_t)state->n_rows};
    return row->actions && row->users && row->groups && row->identities && row->result &&
                   row->result_inactive && row->result_active
               ? 0
               : -ENOMEM;
}

static int begin_file(struct tbl_scan *scan, void *row)
{
    struct state       *state = tbl_state(scan);
    struct place_files *f = &state->files;
    int                 r;

    (void)row;
    free_rows(state);
    state->unknown = 0;
    state->loaded = loaded(state);
    r = kinds[f->place.tag].parse(f->text, f->size, keep_rule, state);

    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    f->records = (int64_t)state->n_rows;
    f->error = r;
    f->skipped = r < 0 ? 1 : state->unknown;
    return SQLITE_OK;
}

/* Rows -------------------------------------------------------------------------- */

static int next_rule(struct tbl_scan *scan, void *out)
{
    struct state    *state = tbl_state(scan);
    struct rule_row *row = out;
    const char      *argument = row->root;

    if (state->row == state->n_rows)
        return SQLITE_DONE;
    *row = state->rows[state->row++];
    row->root = argument;
    row->loaded = state->loaded;
    row->host = state->files.source.host;
    row->path = tbl_utf8(scan, state->files.path, strlen(state->files.path));
    row->source = state->files.shown;
    return row->path ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    return place_files_row(&((struct state *)tbl_state(scan))->files, row);
}

static int open_scan(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    const struct rule_row *key = tbl_key(scan);

    state->files = (struct place_files){.scan = scan,
                                        .is_text = true,
                                        .kind = "polkit",
                                        .places = places,
                                        .n_places = TBL_COUNT(places),
                                        .begin_root = begin_root,
                                        .begin_file = begin_file,
                                        .next_record = next_rule};
    return place_files_begin(&state->files,
                             &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT,
                                                    .host = key->host,
                                                    .root = key->root});
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    free_rows(state);
    free(state->rows);
    place_files_end(&state->files);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct rule_row, kind, 0,
            "rules (JavaScript), pkla (older grants), policy (defaults) or admin (who counts as an "
            "administrator: addAdminRule, AdminIdentities)"),
    TBL_COL(struct rule_row, actions, 0, "Actions it names, as a JSON array; [] for all"),
    TBL_COL(struct rule_row, users, 0, "Users that a rule names, as a JSON array"),
    TBL_COL(struct rule_row, groups, 0, "Groups that a rule names, as a JSON array"),
    TBL_COL(struct rule_row, identities, 0,
            "Identities of a pkla, or of administrators, as a JSON array"),
    TBL_COL(struct rule_row, result, 0,
            "Greatest permission that it gives to anyone: yes, auth_self, auth_admin, no; empty: "
            "nothing; unknown: the "
            "rule computes what it gives, or for what, and could not be followed"),
    TBL_COL(struct rule_row, result_inactive, 0, "The same for an inactive local session"),
    TBL_COL(struct rule_row, result_active, 0, "The same for the active local session"),
    TBL_COL(struct rule_row, unit_checked, 0, "1 where a rule depends on the unit"),
    TBL_COL(struct rule_row, loaded, 0,
            "1 where polkitd accepts the file, 0 where it does not: with the engine Duktape "
            "(polkit 121 "
            "on) one let, arrow function or template string drops a whole file; 0.105 reads no "
            "rules, newer ones no pkla without their helper; NULL where polkitd was not found"),
    TBL_COL(struct rule_row, host, TBL_KEY, "Host that has the rule"),
    TBL_COL(struct rule_row, path, 0, "Path of the file on its host"),
    TBL_COL(struct rule_row, source, TBL_ID, "Path of the file in the evidence"),
    TBL_COL(struct rule_row, line, 0, "Line on which the rule begins, from 1"),
    TBL_COL(struct rule_row, number, TBL_ID, "Place of the rule in its file, from 1"),
    TBL_COL(struct rule_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"Who may control services without a password",
     "SELECT path, groups, users, identities FROM polkit_rules WHERE kind <> 'policy' "
     "AND result = 'yes' AND actions LIKE '%systemd1.%'"},
};

const struct tbl_table polkit_rules_table = {
    .name = "polkit_rules",
    .doc = "Actions that polkit allows, and to whom: rules read as text, older local grants, "
           "defaults of actions",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct rule_row),
    .state_size = sizeof(struct state),
    .rows = 300,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
