/* polkit_rules.c -- what polkit lets whom do: rules, local grants, defaults of actions.
 *
 *     SELECT source, actions, groups, users FROM polkit_rules
 *      WHERE result = 'yes' AND actions LIKE '%systemd1.manage-unit%' AND NOT unit_checked;
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "formats/access/polkit_text.h"
#include "formats/text/buffer.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define FILES_MAX 2000  /* of one folder */
#define RULES_MAX 10000 /* of one file */

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

/* Where polkit reads (polkit(8), pklocalauthority(8)); local grants lie one folder deeper. */
static const struct place {
    const char *kind, *dir, *pattern;
    bool        deeper;
    int (*parse)(const char *text, size_t size, polkit_found *rule, void *data);
} places[] = {
    {"rules", "/etc/polkit-1/rules.d", "*.rules", false, polkit_parse_rules},
    {"rules", "/run/polkit-1/rules.d", "*.rules", false, polkit_parse_rules},
    {"rules", "/usr/local/share/polkit-1/rules.d", "*.rules", false, polkit_parse_rules},
    {"rules", "/usr/share/polkit-1/rules.d", "*.rules", false, polkit_parse_rules},
    {"pkla", "/etc/polkit-1/localauthority", "*.pkla", true, polkit_parse_pkla},
    {"pkla", "/var/lib/polkit-1/localauthority", "*.pkla", true, polkit_parse_pkla},
    {"policy", "/usr/share/polkit-1/actions", "*.policy", false, polkit_parse_policy},
};

/* Rows of the file being read, made at once, as the parsers give their text only meanwhile. */
struct state {
    struct sources    sources;
    struct source     source;
    bool              have_source;
    size_t            place;   /* next of places */
    struct root_names folders; /* of a place whose files lie deeper */
    size_t            folder;
    struct root_names files;
    size_t            file;
    char              dir[ROOT_PATH_MAX]; /* of files */
    struct rule_row  *rows;
    size_t            n_rows, row;
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
    free(state->rows);
    state->rows = NULL;
    state->n_rows = state->row = 0;
}

static int keep_rule(const struct polkit_rule *rule, void *data)
{
    struct state *state = data;

    if (state->n_rows == RULES_MAX)
        return -EFBIG;
    if ((state->n_rows & (state->n_rows - 1)) == 0) {
        struct rule_row *more =
            realloc(state->rows, (state->n_rows ? 2 * state->n_rows : 1) * sizeof *more);
        if (!more)
            return -ENOMEM;
        state->rows = more;
    }
    struct rule_row *row = &state->rows[state->n_rows++];
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

static int report(struct tbl_scan *scan, struct state *state, const char *path, int error)
{
    char location[2 * ROOT_PATH_MAX];

    root_shown(state->source.root, path, location);
    return svcql_report(tbl_svcql(scan),
                        &(struct report){.table = "polkit_rules",
                                         .kind = "polkit",
                                         .host = state->source.host,
                                         .location = location,
                                         .status = error ? source_status_of(error) : SOURCE_READ,
                                         .records = (int64_t)state->n_rows,
                                         .skipped = error == -EBADMSG || error == -EFBIG,
                                         .detail = error ? strerror(-error) : NULL});
}

static int read_file(struct tbl_scan *scan, struct state *state, const char *path)
{
    char  *text;
    size_t size;

    free_rows(state);
    int r = root_read(state->source.root, path, ROOT_FILE_MAX, &text, &size);
    if (r == 0) {
        r = places[state->place - 1].parse(text, size, keep_rule, state);
        free(text);
    }
    return r == -ENOMEM ? SQLITE_NOMEM : report(scan, state, path, r);
}

/* Walking -------------------------------------------------------------------------- */

/* List the files of a folder; one that cannot be read is reported, one that is not there is not. */
static int list_files(struct tbl_scan *scan, struct state *state, const char *pattern)
{
    root_names_free(&state->files);
    state->file = 0;
    int r = root_list(state->source.root, state->dir, pattern, FILES_MAX, &state->files, NULL);
    if (r == -ENOENT || r == -ENOTDIR || r == 0)
        return SQLITE_OK;
    free_rows(state);
    return r == -ENOMEM ? SQLITE_NOMEM : report(scan, state, state->dir, r);
}

/* Go to the next folder of files: SQLITE_ROW, or SQLITE_DONE behind the last of this root. */
static int next_folder(struct tbl_scan *scan, struct state *state)
{
    const struct place *place = state->place ? &places[state->place - 1] : NULL;
    int                 rc;

    if (place && place->deeper && state->folder < state->folders.n) {
        if ((size_t)snprintf(state->dir, sizeof state->dir, "%s/%s", place->dir,
                             state->folders.names[state->folder++]) >= sizeof state->dir)
            return SQLITE_ROW;
        rc = list_files(scan, state, place->pattern);
        return rc == SQLITE_OK ? SQLITE_ROW : rc;
    }
    if (state->place == TBL_COUNT(places))
        return SQLITE_DONE;
    place = &places[state->place++];
    root_names_free(&state->folders);
    state->folder = 0;
    snprintf(state->dir, sizeof state->dir, "%s", place->dir);
    if (place->deeper) {
        int r = root_list(state->source.root, place->dir, NULL, FILES_MAX, &state->folders, NULL);
        if (root_denied(r)) {
            free_rows(state);
            rc = report(scan, state, state->dir, r);
            return rc == SQLITE_OK ? SQLITE_ROW : rc;
        }
        return r == -ENOMEM ? SQLITE_NOMEM : SQLITE_ROW;
    }
    rc = list_files(scan, state, place->pattern);
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

static int next_file(struct tbl_scan *scan, struct state *state)
{
    char path[ROOT_PATH_MAX];

    while (state->file == state->files.n) {
        int rc = next_folder(scan, state);
        if (rc != SQLITE_ROW)
            return rc;
    }
    const char *name = state->files.names[state->file++];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", state->dir, name) >= sizeof path)
        return SQLITE_ROW;
    int rc = read_file(scan, state, path);
    return rc == SQLITE_OK ? SQLITE_ROW : rc;
}

static int next_source(struct tbl_scan *scan, struct state *state)
{
    int rc = tbl_sources_next(scan, &state->sources, &state->source);

    if (rc != SQLITE_ROW)
        return rc;
    state->have_source = true;
    state->place = 0;
    return SQLITE_ROW;
}

static int fill(struct tbl_scan *scan, struct state *state, struct rule_row *row)
{
    const char *argument = row->root;
    const char *name = state->files.names[state->file - 1];

    *row = state->rows[state->row++];
    row->root = argument;
    row->kind = places[state->place - 1].kind;
    row->host = state->source.host;
    row->path = tbl_printf(scan, "%s/%s", state->dir, name);
    row->source = row->path ? tbl_shown(scan, state->source.root, row->path) : NULL;
    return row->source ? SQLITE_ROW : SQLITE_NOMEM;
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    while (state->row == state->n_rows) {
        int rc = state->have_source ? next_file(scan, state) : next_source(scan, state);
        if (rc == SQLITE_DONE && state->have_source)
            state->have_source = false;
        else if (rc != SQLITE_ROW)
            return rc;
    }
    return fill(scan, state, row);
}

static int open_scan(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    const struct rule_row *key = tbl_key(scan);

    return tbl_sources_begin(scan, &state->sources,
                             &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT,
                                                    .host = key->host,
                                                    .root = key->root});
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    free_rows(state);
    root_names_free(&state->files);
    root_names_free(&state->folders);
    sources_end(&state->sources);
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
    TBL_COL(struct rule_row, path, 0, "File, where it lies on its host"),
    TBL_COL(struct rule_row, source, TBL_ID, "File, where it lies now"),
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
