/* polkit_rules.c -- what polkit lets whom do: rules, local grants, defaults of actions.
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
    const char *host;
    const char *path;
    const char *source;
    int64_t     line;
    int64_t     number;
    const char *root;
};

enum kind { RULES, PKLA, POLICY };

static const struct {
    const char *name;
    int (*parse)(const char *text, size_t size, polkit_found *rule, void *data);
} kinds[] = {
    [RULES] = {"rules", polkit_parse_rules},
    [PKLA] = {"pkla", polkit_parse_pkla},
    [POLICY] = {"policy", polkit_parse_policy},
};

/* Where polkit reads (polkit(8), pklocalauthority(8)). */
static const struct place_of_files places[] = {
    {"/etc/polkit-1/rules.d", "*.rules", RULES, true},
    {"/run/polkit-1/rules.d", "*.rules", RULES, true},
    {"/usr/local/share/polkit-1/rules.d", "*.rules", RULES, true},
    {"/usr/share/polkit-1/rules.d", "*.rules", RULES, true},
    {"/etc/polkit-1/localauthority/*", "*.pkla", PKLA, true},
    {"/var/lib/polkit-1/localauthority/*", "*.pkla", PKLA, true},
    {"/usr/share/polkit-1/actions", "*.policy", POLICY, true},
};

/* Rows of the file being read, made at once, as the parsers give their text only meanwhile. */
struct state {
    struct place_files files;
    struct rule_row   *rows;
    size_t             n_rows, row;
};

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
    return buffer_text(&text) ? text.data : NULL;
}

static char *copy_name(struct polkit_name name)
{
    struct buffer text = {0};

    buffer_utf8(&text, name.text ? name.text : "", name.size);
    return buffer_text(&text) ? text.data : NULL;
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
    *row = (struct rule_row){.actions = json_names(&rule->actions),
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

static int read_file(struct state *state)
{
    struct place_files *f = &state->files;
    int                 r = kinds[f->place.tag].parse(f->text, f->size, keep_rule, state);

    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    f->records = (int64_t)state->n_rows;
    f->error = r;
    f->skipped = r < 0;
    return SQLITE_OK;
}

/* Rows -------------------------------------------------------------------------- */

static int fill(struct tbl_scan *scan, struct state *state, struct rule_row *row)
{
    const char *argument = row->root;

    *row = state->rows[state->row++];
    row->root = argument;
    row->kind = kinds[state->files.place.tag].name;
    row->host = state->files.source.host;
    row->path = tbl_utf8(scan, state->files.path, strlen(state->files.path));
    row->source = state->files.shown;
    return row->path ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    while (state->row == state->n_rows) {
        free_rows(state);
        int rc = place_files_next(&state->files);
        if (rc == SQLITE_ROW)
            rc = read_file(state);
        if (rc != SQLITE_OK)
            return rc;
    }
    return fill(scan, state, row);
}

static int open_scan(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    const struct rule_row *key = tbl_key(scan);

    state->files = (struct place_files){
        .scan = scan, .kind = "polkit", .places = places, .n_places = TBL_COUNT(places)};
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
            "rules (JavaScript), pkla (older grants) or policy (defaults)"),
    TBL_COL(struct rule_row, actions, 0, "Actions it names, as a JSON array; [] for all"),
    TBL_COL(struct rule_row, users, 0, "Users that a rule names, as a JSON array"),
    TBL_COL(struct rule_row, groups, 0, "Groups that a rule names, as a JSON array"),
    TBL_COL(struct rule_row, identities, 0, "Identities of a pkla, as a JSON array"),
    TBL_COL(struct rule_row, result, 0,
            "The most it gives to anyone: yes, auth_self, auth_admin, no; empty: nothing"),
    TBL_COL(struct rule_row, result_inactive, 0, "The same for an inactive local session"),
    TBL_COL(struct rule_row, result_active, 0, "The same for the active local session"),
    TBL_COL(struct rule_row, unit_checked, 0, "1 where a rule looks at which unit is meant"),
    TBL_COL(struct rule_row, host, TBL_KEY, "Host whose rules they are"),
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
    .doc = "What polkit lets whom do: rules read as text, older local grants, defaults of actions",
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
