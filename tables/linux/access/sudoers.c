/* sudoers.c -- which users may run which commands as which users through sudo, aliases and includes
 * resolved.
 *
 *     SELECT users, commands FROM sudoers WHERE nopasswd AND commands LIKE '%systemctl%';
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "formats/access/sudoers_text.h"
#include "formats/text/array.h"
#include "formats/text/buffer.h"
#include "place_files.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define MAIN_FILE    "/etc/sudoers"
#define MEMBERS_MAX  10000 /* of one list, aliases replaced */
#define INCLUDES_MAX 128   /* files within files, as in sudo */

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

/* A file that was read: its place, and its entries. */
struct file {
    size_t place; /* 1: /etc/sudoers, 2 and up: as included */
    size_t begin, end;
    bool   open; /* is being ordered */
};

struct state {
    struct place_files files;
    struct sudoers     sudoers;  /* of the root */
    size_t             included; /* number of its includes that are among the places */
    struct file       *read;     /* in the order of places, of a folder in that of names */
    size_t             n_read;
    size_t            *included_at; /* of each include its place; 0: none */
    size_t             n_included_at;
    size_t            *rules; /* in the order in which sudo reads them */
    size_t             n_rules;
    size_t            *defaults; /* the same of Defaults */
    size_t             n_defaults;
    size_t             lost;     /* rules past ORDER_MAX */
    size_t             meetings; /* of places */
    size_t             next;
    char               name[256]; /* of the host, up to a dot */
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

/* The host's short name, for %h. */
static void find_name(struct state *state)
{
    char  *data;
    size_t size;

    snprintf(state->name, sizeof state->name, "%s", state->files.source.host);
    if (root_read(state->files.source.root, "/etc/hostname", 4096, &data, &size) == 0) {
        size_t n = strspn(data, " \t\n");
        size_t length = strcspn(data + n, " \t\r\n");
        if (length && data[n] != '#')
            snprintf(state->name, sizeof state->name, "%.*s", (int)length, data + n);
        free(data);
    }
    state->name[strcspn(state->name, ".")] = '\0';
}

static int begin_root(struct tbl_scan *scan)
{
    find_name(tbl_state(scan));
    return SQLITE_OK;
}

/* The path of an include: %h is the host's name, and a relative one is beside the file that names
 * it. False where it is too long. */
static bool include_path(const struct state *state, const char *written, char path[ROOT_PATH_MAX])
{
    size_t n = 0;

    if (*written != '/') {
        const char *slash = strrchr(state->files.path, '/');
        n = (size_t)snprintf(path, ROOT_PATH_MAX, "%.*s/",
                             slash ? (int)(slash - state->files.path) : 0, state->files.path);
    }
    for (; *written && n < ROOT_PATH_MAX; written++) {
        if (written[0] == '%' && written[1] == 'h') {
            n += (size_t)snprintf(path + n, ROOT_PATH_MAX - n, "%s", state->name);
            written++;
        } else {
            path[n++] = *written;
        }
    }
    if (n >= ROOT_PATH_MAX)
        return false;
    path[n] = '\0';
    return true;
}

/* The number of the place with this path, which is added if it is new: 1 for /etc/sudoers, 0 where it
 * was not. */
static int add_place(struct state *state, const struct place_of_files *place, size_t *ret)
{
    struct place_files *f = &state->files;

    *ret = !place->pattern && strcmp(place->path, MAIN_FILE) == 0;
    if (*ret)
        return SQLITE_OK;
    if (place_files_add(f, place, 0) != SQLITE_OK)
        return SQLITE_NOMEM;
    for (size_t i = f->n_added; i-- > 0 && !*ret;)
        if (strcmp(f->added[i].place.path, place->path) == 0)
            *ret = i + 2;
    return SQLITE_OK;
}

/* Files that the open file includes are read after it. */
static int add_includes(struct state *state)
{
    int rc = SQLITE_OK;

    while (rc == SQLITE_OK && state->included < state->sudoers.n_includes) {
        const struct sudoers_include *include = &state->sudoers.includes[state->included++];
        char                          path[ROOT_PATH_MAX];
        size_t                       *at = ARRAY_ADD(state->included_at, state->n_included_at);

        if (!at)
            return SQLITE_NOMEM;
        if (include_path(state, include->path, path))
            rc = add_place(
                state, &(struct place_of_files){path, include->folder ? "*" : NULL, 0, false}, at);
    }
    return rc;
}

/* Take the rules of the file that is open. */
static int load_file(struct state *state)
{
    struct place_files *f = &state->files;
    size_t              rules = state->sudoers.n_rules, bad = state->sudoers.bad_lines;
    size_t              begin = state->sudoers.n_entries;
    struct file        *file = ARRAY_ADD(state->read, state->n_read);

    if (!file)
        return SQLITE_NOMEM;
    f->error = sudoers_parse(&state->sudoers, f->text, f->size, f->path);
    if (f->error == -ENOMEM)
        return SQLITE_NOMEM;
    *file =
        (struct file){.place = f->next_place > f->n_places ? f->next_place - f->n_places + 1 : 1,
                      .begin = begin,
                      .end = state->sudoers.n_entries};
    f->records = (int64_t)(state->sudoers.n_rules - rules);
    f->skipped = (int64_t)(state->sudoers.bad_lines - bad);
    return add_includes(state);
}

/* Order -------------------------------------------------------------------------- */

#define ORDER_MAX                                                                                  \
    200000 /* rules and Defaults of a root, those of a file included twice counted twice */

static int meet_place(struct state *state, size_t place, int depth);

static int meet(struct state *state, const struct sudoers_entry *entry, int depth)
{
    if (entry->kind == SUDOERS_INCLUDE) {
        size_t place = state->included_at[entry->index];
        return place ? meet_place(state, place, depth + 1) : 0;
    }
    if (state->n_rules + state->n_defaults >= ORDER_MAX) {
        state->lost++;
        return 0;
    }
    size_t *met = entry->kind == SUDOERS_RULE ? ARRAY_ADD(state->rules, state->n_rules)
                                              : ARRAY_ADD(state->defaults, state->n_defaults);
    if (!met)
        return -ENOMEM;
    *met = entry->index;
    return 0;
}

/* The first file of a place; those of one place follow one another. */
static size_t first_of(const struct state *state, size_t place)
{
    size_t low = 0, high = state->n_read;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (state->read[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Order the entries of a place's files, with the entries of an include at its line. A file that
 * includes itself is left out; sudo refuses it. */
static int meet_place(struct state *state, size_t place, int depth)
{
    int r = 0;

    if (depth > INCLUDES_MAX || ++state->meetings > ORDER_MAX) {
        state->lost++;
        return 0;
    }
    for (size_t i = first_of(state, place); i < state->n_read && state->read[i].place == place;
         i++) {
        struct file *file = &state->read[i];
        if (file->open)
            continue;
        file->open = true;
        for (size_t e = file->begin; r == 0 && e < file->end; e++)
            r = meet(state, &state->sudoers.entries[e], depth);
        file->open = false;
    }
    return r;
}

static int sort_defaults(struct state *state);

static void forget_root(struct state *state)
{
    sudoers_free(&state->sudoers);
    state->next = state->included = state->n_read = state->n_included_at = 0;
    state->n_rules = state->n_defaults = state->lost = state->meetings = 0;
}

/* Take all rules of the next root: an alias may be defined after its use. */
static int load_root(struct state *state)
{
    int rc;

    forget_root(state);
    while ((rc = place_files_next(&state->files)) == SQLITE_ROW && state->files.text)
        if ((rc = load_file(state)) != SQLITE_OK)
            return rc;
    if (rc == SQLITE_ROW && (meet_place(state, 1, 0) < 0 || sort_defaults(state) < 0))
        return SQLITE_NOMEM;
    return rc;
}

/* Report the rules of a root that were left out. */
static int report_root(struct state *state)
{
    size_t lost = state->lost + state->sudoers.cut;

    if (!lost)
        return SQLITE_OK;
    return svcql_report(
        tbl_svcql(state->files.scan),
        &(struct report){.table = "sudoers",
                         .kind = "sudoers",
                         .host = state->files.source.host,
                         .location = state->files.source.shown,
                         .status = SOURCE_DAMAGED,
                         .records = (int64_t)state->n_rules,
                         .skipped = (int64_t)lost,
                         .detail = state->lost ? "more rules than are read"
                                               : "aliases that name themselves or too much"});
}

/* Defaults ----------------------------------------------------------------------- */

/* Whether a member of a list, aliases replaced, is a text. */
struct search {
    struct state *state;
    const char   *text;
    bool          command; /* a member without arguments allows any */
    bool          found;
};

static int compare_member(const char *text, bool negated, void *data)
{
    struct search *search = data;
    size_t         size = strlen(text);
    bool           same = strcmp(text, "ALL") == 0 || strcmp(text, search->text) == 0 ||
                (search->command && strncmp(text, search->text, size) == 0 &&
                 search->text[size] == ' ' && !strchr(text, ' '));

    if (same)
        search->found = !negated;
    return 0;
}

static bool has_member(struct state *state, const struct sudoers_list *list,
                       enum sudoers_alias type, const char *text)
{
    struct search search = {state, text, type == ALIAS_COMMAND, false};

    for (size_t i = 0; i < list->n; i++)
        sudoers_expand(&state->sudoers, type, &list->items[i], compare_member, &search);
    return search.found;
}

/* Members of a rule against the list of the Defaults. */
struct match {
    struct state              *state;
    const struct sudoers_list *list;
    enum sudoers_alias         type;
    bool                       any;
};

static int match_member(const char *text, bool negated, void *data)
{
    struct match *match = data;

    match->any = !negated && has_member(match->state, match->list, match->type, text);
    return match->any;
}

static bool has_any(struct state *state, const struct sudoers_list *members,
                    const struct sudoers_list *list, enum sudoers_alias type)
{
    struct match match = {state, list, type, false};

    for (size_t i = 0; !match.any && i < members->n; i++)
        sudoers_expand(&state->sudoers, type, &members->items[i], match_member, &match);
    return match.any;
}

static bool applies(struct state *state, const struct sudoers_defaults *defaults,
                    const struct sudoers_rule *rule)
{
    struct sudoers_item       command = rule->command;
    const struct sudoers_list commands = {&command, 1};

    switch (defaults->scope) {
    case DEFAULTS_HOST:
        return has_member(state, &defaults->list, ALIAS_HOST, state->name);
    case DEFAULTS_USER:
        return has_any(state, &rule->users, &defaults->list, ALIAS_USER);
    case DEFAULTS_RUNAS:
        return rule->runas_users.n
                   ? has_any(state, &rule->runas_users, &defaults->list, ALIAS_RUNAS)
                   : has_member(state, &defaults->list, ALIAS_RUNAS, "root");
    case DEFAULTS_COMMAND:
        return has_any(state, &commands, &defaults->list, ALIAS_COMMAND);
    case DEFAULTS_ALL:
        break;
    }
    return true;
}

/* Sort Defaults as sudo applies them: those for all first, then those of the host, the user, the user
 * it runs as and the command, each in their order. */
static int sort_defaults(struct state *state)
{
    size_t *sorted = malloc((state->n_defaults + 1) * sizeof *sorted), n = 0;

    if (!sorted)
        return -ENOMEM;
    for (int scope = DEFAULTS_ALL; scope <= DEFAULTS_COMMAND; scope++)
        for (size_t i = 0; i < state->n_defaults; i++)
            if ((int)state->sudoers.defaults[state->defaults[i]].scope == scope)
                sorted[n++] = state->defaults[i];
    for (size_t i = 0; i < n; i++)
        state->defaults[i] = sorted[i];
    free(sorted);
    return 0;
}

/* Whether the Defaults remove the password from a rule. */
static bool no_password(struct state *state, const struct sudoers_rule *rule)
{
    bool none = false;

    for (size_t i = 0; i < state->n_defaults; i++) {
        const struct sudoers_defaults *defaults = &state->sudoers.defaults[state->defaults[i]];
        if (++state->sudoers.steps > SUDOERS_STEPS_MAX) {
            state->sudoers.cut++;
            return true;
        }
        if (defaults->no_password != none && applies(state, defaults, rule))
            none = defaults->no_password;
    }
    return none;
}

/* Rows -------------------------------------------------------------------------- */

struct members {
    struct buffer *text;
    size_t         n;
    bool           cut;
};

static int add_member(const char *text, bool negated, void *data)
{
    struct members *members = data;
    size_t          begin;

    if (++members->n > MEMBERS_MAX) {
        members->cut = true;
        return 1;
    }
    buffer_puts(members->text, members->n > 1 ? "," : "");
    begin = members->text->size;
    buffer_json(members->text, text, strlen(text));
    if (negated) {
        buffer_putc(members->text, ' '); /* room for the mark after the quote */
        if (!members->text->failed) {
            char *quote = members->text->data + begin;
            memmove(quote + 2, quote + 1, members->text->size - begin - 2);
            quote[1] = '!';
        }
    }
    return 0;
}

/* A list as a JSON array, its aliases replaced, "!x" for excluded members. */
static const char *json_list(struct tbl_scan *scan, const struct sudoers_list *list,
                             enum sudoers_alias type)
{
    struct state  *state = tbl_state(scan);
    struct members members = {&state->text, 0, false};

    buffer_reset(&state->text);
    buffer_putc(&state->text, '[');
    for (size_t i = 0; i < list->n; i++)
        sudoers_expand(&state->sudoers, type, &list->items[i], add_member, &members);
    buffer_putc(&state->text, ']');
    state->sudoers.cut += members.cut;
    const char *text = buffer_text(&state->text);
    return text ? tbl_strndup(scan, text, state->text.size) : NULL;
}

static int fill(struct tbl_scan *scan, struct state *state, struct rule_row *row)
{
    const struct sudoers_rule *rule = &state->sudoers.rules[state->rules[state->next]];
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
        rule->tags & TAG_NOPASSWD || (!(rule->tags & TAG_PASSWD) && no_password(state, rule));
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
    static const struct place_of_files place = {.path = MAIN_FILE};
    struct state                      *state = tbl_state(scan);
    const struct rule_row             *key = tbl_key(scan);

    state->files = (struct place_files){.scan = scan,
                                        .is_text = true,
                                        .kind = "sudoers",
                                        .places = &place,
                                        .n_places = 1,
                                        .by_root = true,
                                        .begin_root = begin_root,
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

    while (state->next == state->n_rules) {
        int rc = report_root(state);
        if (rc != SQLITE_OK || (rc = load_root(state)) != SQLITE_ROW)
            return rc;
    }
    return fill(scan, state, row);
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *state = tbl_state(scan);

    report_root(state);
    sudoers_free(&state->sudoers);
    free(state->read);
    free(state->included_at);
    free(state->rules);
    free(state->defaults);
    buffer_free(&state->text);
    place_files_end(&state->files);
}

static const struct tbl_column columns[] = {
    TBL_COL(
        struct rule_row, users, 0,
        "Users who may, as a JSON array: user, #uid, %group, +netgroup or ALL; \"!x\" excludes"),
    TBL_COL(struct rule_row, hosts, 0, "Hosts on which they may, as a JSON array"),
    TBL_COL(struct rule_row, runas_users, 0,
            "Users as whom they may run it, as a JSON array; root by default"),
    TBL_COL(struct rule_row, runas_groups, 0, "Groups as which they may run it, as a JSON array"),
    TBL_COL(struct rule_row, commands, 0,
            "Commands with arguments, as a JSON array, or ALL; a program with \"\" takes no "
            "arguments"),
    TBL_COL(struct rule_row, nopasswd, 0,
            "1 where no password is required, by NOPASSWD or by Defaults !authenticate, for all "
            "or for "
            "one of the users, the host, the user it runs as or the command"),
    TBL_COL(struct rule_row, noexec, 0, "1 where the command may start no other"),
    TBL_COL(struct rule_row, setenv, 0, "1 where the caller may set the environment"),
    TBL_COL(struct rule_row, host, TBL_KEY, "Host that has the rule"),
    TBL_COL(struct rule_row, source, TBL_ID, "File of the rule"),
    TBL_COL(struct rule_row, line, 0, "Line of the file, from 1"),
    TBL_COL(struct rule_row, rule, TBL_ID,
            "Number of the rule on its host, in the order in which sudo reads them through its "
            "includes; later ones win"),
    TBL_COL(struct rule_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"Who controls services without a password",
     "SELECT users, runas_users, commands FROM sudoers WHERE nopasswd AND "
     "(commands LIKE '%systemctl%' OR commands LIKE '%\"ALL\"%')"},
};

const struct tbl_table sudoers_table = {
    .name = "sudoers",
    .doc =
        "Rules of sudo, one row for each command or command alias, aliases and includes resolved",
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
