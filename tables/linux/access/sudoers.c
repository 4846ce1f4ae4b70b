/* sudoers.c -- who may run what as whom through sudo, aliases and includes resolved.
 *
 *     SELECT users, commands FROM sudoers WHERE nopasswd AND commands LIKE '%systemctl%';
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "formats/access/sudoers_text.h"
#include "formats/text/buffer.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define MEMBERS_MAX  10000 /* of one list, aliases replaced */
#define INCLUDES_MAX 500   /* files read for one root */

struct rule_row {
    const char *users;
    const char *hosts;
    const char *runas_users;
    const char *runas_groups;
    const char *commands;
    bool        nopasswd;
    bool        noexec;
    bool        setenv;
    const char *host;
    const char *source;
    int64_t     line;
    int64_t     rule;
    const char *root;
};

struct state {
    struct sources sources;
    struct source  source;
    struct sudoers sudoers;
    size_t         next;
    struct buffer  text;
};

/* Loading ------------------------------------------------------------------------ */

static int report(struct tbl_scan *scan, struct state *state, const char *path, int error,
                  int64_t rules, int64_t bad)
{
    char location[2 * ROOT_PATH_MAX];

    root_shown(state->source.root, path, location);
    return svcql_report(
        tbl_svcql(scan),
        &(struct report){
            .table = "sudoers",
            .kind = "sudoers",
            .host = state->source.host,
            .location = location,
            .status = error ? source_status_of(error) : (bad ? SOURCE_DAMAGED : SOURCE_READ),
            .records = rules,
            .skipped = bad,
            .detail = error ? strerror(-error) : (bad ? "lines not understood" : NULL),
        });
}

/* Read one file into the rules of its root; what cannot be read is reported. */
static int load_file(struct tbl_scan *scan, struct state *state, const char *path)
{
    size_t size, rules = state->sudoers.n_rules, bad = state->sudoers.bad_lines;
    char  *text;

    int r = root_read(state->source.root, path, ROOT_FILE_MAX, &text, &size);
    if (r == 0) {
        r = sudoers_parse(&state->sudoers, text, size, path);
        free(text);
    }
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    return report(scan, state, path, r, (int64_t)(state->sudoers.n_rules - rules),
                  (int64_t)(state->sudoers.bad_lines - bad));
}

/* Files of an included folder, but those with a dot or a ~ at the end (sudoers(5)). */
static int load_folder(struct tbl_scan *scan, struct state *state, const char *dir)
{
    struct root_names names = {0};
    char              path[ROOT_PATH_MAX];
    int               rc = SQLITE_OK;

    int r = root_list(state->source.root, dir, NULL, INCLUDES_MAX, &names, NULL);
    if (r < 0)
        return r == -ENOMEM ? SQLITE_NOMEM : report(scan, state, dir, r, 0, 0);
    for (size_t i = 0; rc == SQLITE_OK && i < names.n; i++) {
        const char *name = names.names[i];
        if (strchr(name, '.') || name[strlen(name) - 1] == '~')
            continue;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) < sizeof path)
            rc = load_file(scan, state, path);
    }
    root_names_free(&names);
    return rc;
}

static int load_root(struct tbl_scan *scan, struct state *state)
{
    int rc = load_file(scan, state, "/etc/sudoers");

    for (size_t i = 0; rc == SQLITE_OK && i < state->sudoers.n_includes && i < INCLUDES_MAX; i++) {
        const struct sudoers_include *include = &state->sudoers.includes[i];
        char                          path[ROOT_PATH_MAX];
        snprintf(path, sizeof path, "%s%s", *include->path == '/' ? "" : "/etc/", include->path);
        rc = include->folder ? load_folder(scan, state, path) : load_file(scan, state, path);
    }
    return rc;
}

/* Rows -------------------------------------------------------------------------- */

struct members {
    struct buffer *text;
    size_t         n;
};

static int add_member(const char *text, bool negated, void *data)
{
    struct members *members = data;
    size_t          begin;

    if (++members->n > MEMBERS_MAX)
        return 1;
    buffer_puts(members->text, members->n > 1 ? "," : "");
    begin = members->text->size;
    buffer_json(members->text, text, strlen(text));
    if (negated) {
        buffer_putc(members->text, ' '); /* room for the mark behind the quote */
        if (!members->text->failed) {
            char *quote = members->text->data + begin;
            memmove(quote + 2, quote + 1, members->text->size - begin - 2);
            quote[1] = '!';
        }
    }
    return 0;
}

/* A list as a JSON array, its aliases replaced, "!x" for what is excluded. */
static const char *json_list(struct tbl_scan *scan, const struct sudoers_list *list,
                             enum sudoers_alias type)
{
    struct state  *state = tbl_state(scan);
    struct members members = {&state->text, 0};

    buffer_reset(&state->text);
    buffer_putc(&state->text, '[');
    for (size_t i = 0; i < list->n; i++)
        sudoers_expand(&state->sudoers, type, &list->items[i], add_member, &members);
    buffer_putc(&state->text, ']');
    const char *text = buffer_text(&state->text);
    return text ? tbl_strndup(scan, text, state->text.size) : NULL;
}

static int fill(struct tbl_scan *scan, struct state *state, struct rule_row *row)
{
    const struct sudoers_rule *rule = &state->sudoers.rules[state->next];
    struct sudoers_item        command = rule->command;
    struct sudoers_list        commands = {&command, 1};

    row->rule = (int64_t)state->next++;
    row->users = json_list(scan, &rule->users, ALIAS_USER);
    row->hosts = json_list(scan, &rule->hosts, ALIAS_HOST);
    row->runas_users = rule->runas_users.n || rule->runas_groups.n
                           ? json_list(scan, &rule->runas_users, ALIAS_RUNAS)
                           : "[\"root\"]";
    row->runas_groups = json_list(scan, &rule->runas_groups, ALIAS_RUNAS);
    row->commands = json_list(scan, &commands, ALIAS_COMMAND);
    row->nopasswd =
        rule->tags & TAG_NOPASSWD || (state->sudoers.no_password && !(rule->tags & TAG_PASSWD));
    row->noexec = rule->tags & TAG_NOEXEC;
    row->setenv = rule->tags & TAG_SETENV;
    row->host = state->source.host;
    row->source = tbl_shown(scan, state->source.root, rule->source);
    row->line = (int64_t)rule->line;
    return row->users && row->hosts && row->runas_users && row->runas_groups && row->commands &&
                   row->source
               ? SQLITE_ROW
               : SQLITE_NOMEM;
}

static int open_scan(struct tbl_scan *scan)
{
    struct state          *state = tbl_state(scan);
    const struct rule_row *key = tbl_key(scan);

    return tbl_sources_begin(
        scan, &state->sources,
        &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT | 1u << ARTEFACT_MACOS_ROOT,
                               .host = key->host,
                               .root = key->root});
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    while (state->next == state->sudoers.n_rules) {
        sudoers_free(&state->sudoers);
        state->next = 0;
        int rc = tbl_sources_next(scan, &state->sources, &state->source);
        if (rc != SQLITE_ROW)
            return rc;
        rc = load_root(scan, state);
        if (rc != SQLITE_OK)
            return rc;
    }
    return fill(scan, state, row);
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    sudoers_free(&state->sudoers);
    buffer_free(&state->text);
    sources_end(&state->sources);
}

static const struct tbl_column columns[] = {
    TBL_COL(struct rule_row, users, 0,
            "Who may, as a JSON array: user, #uid, %group, +netgroup or ALL; \"!x\" excludes"),
    TBL_COL(struct rule_row, hosts, 0, "On which hosts, as a JSON array"),
    TBL_COL(struct rule_row, runas_users, 0, "As which users, as a JSON array; root by default"),
    TBL_COL(struct rule_row, runas_groups, 0, "As which groups, as a JSON array"),
    TBL_COL(struct rule_row, commands, 0,
            "What, as a JSON array of commands with arguments, or ALL"),
    TBL_COL(struct rule_row, nopasswd, 0,
            "1 where no password is asked for, by NOPASSWD or by Defaults !authenticate for all"),
    TBL_COL(struct rule_row, noexec, 0, "1 where the command may start no other"),
    TBL_COL(struct rule_row, setenv, 0, "1 where the caller may set the environment"),
    TBL_COL(struct rule_row, host, TBL_KEY, "Host whose rules they are"),
    TBL_COL(struct rule_row, source, TBL_ID, "File of the rule"),
    TBL_COL(struct rule_row, line, 0, "Line of the file, from 1"),
    TBL_COL(struct rule_row, rule, TBL_ID,
            "Number of the rule on its host, in order; later ones win"),
    TBL_COL(struct rule_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"Who controls services without a password",
     "SELECT users, runas_users, commands FROM sudoers WHERE nopasswd AND "
     "(commands LIKE '%systemctl%' OR commands LIKE '%\"ALL\"%')"},
};

const struct tbl_table sudoers_table = {
    .name = "sudoers",
    .doc = "Rules of sudo, one row a command or command alias, aliases and includes resolved",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct rule_row),
    .state_size = sizeof(struct state),
    .rows = 20,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT | 1u << ARTEFACT_MACOS_ROOT,
    .places = (const char *const[]){"/etc/sudoers", NULL},
    .places_kind = "sudoers",
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
