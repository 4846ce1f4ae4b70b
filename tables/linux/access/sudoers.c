/* sudoers.c -- who may run what as whom through sudo, aliases and includes resolved.
 *
 *     SELECT users, commands FROM sudoers WHERE nopasswd AND commands LIKE '%systemctl%';
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "evidence.h"
#include "formats/access/sudoers_text.h"
#include "formats/text/buffer.h"
#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define MEMBERS_MAX 10000 /* of one list, aliases replaced */

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
    struct place_files files;
    struct sudoers     sudoers;  /* of the root */
    size_t             included; /* of its includes, how many are among the places */
    size_t             next;
    struct buffer      text;
};

/* Loading ------------------------------------------------------------------------ */

/* The names in an included folder that sudo reads: those without a dot or a ~ at the end
 * (sudoers(5)). */
static bool wanted(struct tbl_scan *scan, const struct place_of_files *place, const char *name)
{
    (void)scan;
    return !place->pattern || (!strchr(name, '.') && name[strlen(name) - 1] != '~');
}

/* What the files read so far include is read after them. */
static int add_includes(struct state *state)
{
    int rc = SQLITE_OK;

    while (rc == SQLITE_OK && state->included < state->sudoers.n_includes) {
        const struct sudoers_include *include = &state->sudoers.includes[state->included++];
        char                          path[ROOT_PATH_MAX];

        if ((size_t)snprintf(path, sizeof path, "%s%s", *include->path == '/' ? "" : "/etc/",
                             include->path) < sizeof path)
            rc = place_files_add(
                &state->files,
                &(struct place_of_files){path, include->folder ? "*" : NULL, 0, false}, 0);
    }
    return rc;
}

/* Take the rules of the file that is open. */
static int load_file(struct state *state)
{
    struct place_files *f = &state->files;
    size_t              rules = state->sudoers.n_rules, bad = state->sudoers.bad_lines;

    f->error = sudoers_parse(&state->sudoers, f->text, f->size, f->path);
    if (f->error == -ENOMEM)
        return SQLITE_NOMEM;
    f->records = (int64_t)(state->sudoers.n_rules - rules);
    f->skipped = (int64_t)(state->sudoers.bad_lines - bad);
    return add_includes(state);
}

/* Take all rules of the next root: an alias may be defined after its use. */
static int load_root(struct state *state)
{
    int rc;

    sudoers_free(&state->sudoers);
    state->next = state->included = 0;
    while ((rc = place_files_next(&state->files)) == SQLITE_ROW && state->files.text)
        if ((rc = load_file(state)) != SQLITE_OK)
            return rc;
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
    row->host = state->files.source.host;
    row->source = tbl_shown(scan, state->files.source.root, rule->source);
    row->line = (int64_t)rule->line;
    return row->users && row->hosts && row->runas_users && row->runas_groups && row->commands &&
                   row->source
               ? SQLITE_ROW
               : SQLITE_NOMEM;
}

static int open_scan(struct tbl_scan *scan)
{
    static const struct place_of_files place = {.path = "/etc/sudoers"};
    struct state                      *state = tbl_state(scan);
    const struct rule_row             *key = tbl_key(scan);

    state->files = (struct place_files){.scan = scan,
                                        .kind = "sudoers",
                                        .places = &place,
                                        .n_places = 1,
                                        .by_root = true,
                                        .wanted = wanted};
    return place_files_begin(
        &state->files,
        &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT | 1u << ARTEFACT_MACOS_ROOT,
                               .host = key->host,
                               .root = key->root});
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *state = tbl_state(scan);

    while (state->next == state->sudoers.n_rules) {
        int rc = load_root(state);
        if (rc != SQLITE_ROW)
            return rc;
    }
    return fill(scan, state, row);
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    sudoers_free(&state->sudoers);
    buffer_free(&state->text);
    place_files_end(&state->files);
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
