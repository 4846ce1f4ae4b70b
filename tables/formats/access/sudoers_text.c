#include "sudoers_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"

/* A logical line: continuations joined, comments removed, and its first line. */
struct cursor {
    const char     *at;
    struct sudoers *sudoers;
    const char     *source;
    size_t          line;
    int             error; /* sticky: -ENOMEM, -E2BIG, -EBADMSG */
};

static void fail(struct cursor *c, int error)
{
    if (!c->error)
        c->error = error;
}

static void skip_blanks(struct cursor *c)
{
    while (*c->at == ' ' || *c->at == '\t')
        c->at++;
}

static bool accept(struct cursor *c, char wanted)
{
    skip_blanks(c);
    if (*c->at != wanted)
        return false;
    c->at++;
    return true;
}

/* Lists ------------------------------------------------------------------------- */

static void free_list(struct sudoers_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->items[i].text);
    free(list->items);
    *list = (struct sudoers_list){0};
}

static void add_item(struct cursor *c, struct sudoers_list *list, char *text, bool negated)
{
    if (!text || ++c->sudoers->n_items > SUDOERS_ITEMS_MAX) {
        fail(c, text ? -E2BIG : -ENOMEM);
        free(text);
        return;
    }
    struct sudoers_item *item = ARRAY_ADD(list->items, list->n);
    if (!item) {
        free(text);
        fail(c, -ENOMEM);
        return;
    }
    *item = (struct sudoers_item){text, negated};
}

static void copy_list(struct cursor *c, struct sudoers_list *to, const struct sudoers_list *from)
{
    for (size_t i = 0; i < from->n && !c->error; i++)
        add_item(c, to, strdup(from->items[i].text), from->items[i].negated);
}

/* Read a word up to a character of `stops` outside quotes, taking escapes and quotes away. */
static char *word(struct cursor *c, const char *stops)
{
    char  *text = malloc(strlen(c->at) + 1);
    size_t n = 0;
    bool   quoted = false;

    if (!text) {
        fail(c, -ENOMEM);
        return NULL;
    }
    for (; *c->at && (quoted || !strchr(stops, *c->at)); c->at++) {
        if (*c->at == '"')
            quoted = !quoted;
        else {
            if (*c->at == '\\' && c->at[1])
                c->at++;
            text[n++] = *c->at;
        }
    }
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    text[n] = '\0';
    if (!n || quoted) {
        free(text);
        fail(c, -EBADMSG);
        return NULL;
    }
    return text;
}

static bool negations(struct cursor *c)
{
    bool negated = false;

    while (accept(c, '!'))
        negated = !negated;
    skip_blanks(c);
    return negated;
}

/* Words separated by commas, up to a character of `stops`. */
static void read_list(struct cursor *c, const char *stops, struct sudoers_list *list)
{
    do {
        bool  negated = negations(c);
        char *text = word(c, stops);
        if (text)
            add_item(c, list, text, negated);
    } while (!c->error && accept(c, ','));
}

/* Rules ------------------------------------------------------------------------- */

static const struct {
    const char *name;
    unsigned    set, clear;
} tags[] = {
    {"NOPASSWD", TAG_NOPASSWD, TAG_PASSWD},
    {"PASSWD", TAG_PASSWD, TAG_NOPASSWD},
    {"NOEXEC", TAG_NOEXEC, 0},
    {"EXEC", 0, TAG_NOEXEC},
    {"SETENV", TAG_SETENV, TAG_NOSETENV},
    {"NOSETENV", TAG_NOSETENV, TAG_SETENV},
    {"LOG_INPUT", 0, 0},
    {"NOLOG_INPUT", 0, 0},
    {"LOG_OUTPUT", 0, 0},
    {"NOLOG_OUTPUT", 0, 0},
    {"MAIL", 0, 0},
    {"NOMAIL", 0, 0},
    {"FOLLOW", 0, 0},
    {"NOFOLLOW", 0, 0},
    {"INTERCEPT", 0, 0},
    {"NOINTERCEPT", 0, 0},
};

static const char *const options[] = {
    "ROLE",    "TYPE",      "PRIVS", "LIMITPRIVS", "APPARMOR_PROFILE",
    "TIMEOUT", "NOTBEFORE", "CWD",   "CHROOT",     "NOTAFTER",
};

/* Length of the capital word at the cursor, if `mark` follows it (blanks allowed). */
static size_t capitals(const struct cursor *c, char mark)
{
    size_t n = 0, blanks = 0;

    while (isupper((unsigned char)c->at[n]) || c->at[n] == '_')
        n++;
    while (c->at[n + blanks] == ' ')
        blanks++;
    return n && c->at[n + blanks] == mark ? n : 0;
}

static bool read_tag(struct cursor *c, unsigned *set)
{
    size_t n = capitals(c, ':');

    for (size_t i = 0; n && i < sizeof tags / sizeof tags[0]; i++) {
        if (strlen(tags[i].name) != n || memcmp(tags[i].name, c->at, n) != 0)
            continue;
        *set = (*set | tags[i].set) & ~tags[i].clear;
        c->at += n;
        return accept(c, ':');
    }
    return false;
}

static bool read_option(struct cursor *c)
{
    size_t n = capitals(c, '=');

    for (size_t i = 0; n && i < sizeof options / sizeof options[0]; i++) {
        if (strlen(options[i]) != n || memcmp(options[i], c->at, n) != 0)
            continue;
        c->at += n;
        accept(c, '=');
        skip_blanks(c);
        free(word(c, " \t,"));
        return !c->error;
    }
    return false;
}

/* What holds from one command to the next of a list. */
struct context {
    struct sudoers_list runas_users, runas_groups;
    unsigned            tags;
};

static void read_runas(struct cursor *c, struct context *context)
{
    free_list(&context->runas_users);
    free_list(&context->runas_groups);
    skip_blanks(c);
    if (*c->at != ':' && *c->at != ')')
        read_list(c, ",:)", &context->runas_users);
    if (accept(c, ':')) {
        skip_blanks(c);
        if (*c->at != ')')
            read_list(c, ",)", &context->runas_groups);
    }
    if (!accept(c, ')'))
        fail(c, -EBADMSG);
}

static bool at_digest(const struct cursor *c)
{
    return strncmp(c->at, "sha", 3) == 0 && isdigit((unsigned char)c->at[3]) &&
           strspn(c->at + 3, "0123456789") == 3 && c->at[6] == ':';
}

/* The end of a regular expression, from its ^ up to a $ that a blank, a comma or nothing follows;
 * NULL where it is none. */
static const char *expression_end(const char *at)
{
    if (*at != '^')
        return NULL;
    for (const char *dollar = at; (dollar = strchr(dollar, '$')); dollar++)
        if (strchr(" \t,", dollar[1])) /* the string's end too */
            return dollar + 1;
    return NULL;
}

/* One word of a command, up to a blank or a character of `stops`, added to text; escapes of the
 * format's own characters are removed, those of patterns stay. */
static size_t put_word(struct cursor *c, const char *stops, char *text, size_t n)
{
    const char *end = expression_end(c->at);

    if (end) {
        memcpy(text + n, c->at, (size_t)(end - c->at));
        n += (size_t)(end - c->at);
        c->at = end;
    }
    while (*c->at && !strchr(stops, *c->at) && *c->at != ' ' && *c->at != '\t') {
        if (*c->at == '\\' && c->at[1] && strchr(":\\,= \t#", c->at[1]))
            c->at++;
        text[n++] = *c->at++;
    }
    return n;
}

/* A command with its arguments, one blank between words. */
static char *command_text(struct cursor *c)
{
    char  *text = malloc(strlen(c->at) + 2);
    size_t n;

    if (!text) {
        fail(c, -ENOMEM);
        return NULL;
    }
    n = put_word(c, ",:=", text, 0);
    for (skip_blanks(c); n && *c->at && !strchr(",:", *c->at); skip_blanks(c)) {
        text[n++] = ' ';
        n = put_word(c, ",:", text, n);
    }
    text[n] = '\0';
    if (!n || *c->at == '=') {
        free(text);
        fail(c, -EBADMSG);
        return NULL;
    }
    return text;
}

/* A command with its arguments. The digests in front of it are passed over. */
static char *read_command(struct cursor *c, bool *negated)
{
    *negated = negations(c);
    while (at_digest(c) && !c->error) {
        c->at += strcspn(c->at, ":") + 1;
        skip_blanks(c);
        free(word(c, " \t,"));
        accept(c, ',');
        skip_blanks(c);
    }
    return c->error ? NULL : command_text(c);
}

/* Note what comes next. */
static void add_entry(struct cursor *c, enum sudoers_kind kind, size_t index)
{
    struct sudoers       *sudoers = c->sudoers;
    struct sudoers_entry *entry = ARRAY_ADD(sudoers->entries, sudoers->n_entries);

    if (entry)
        *entry = (struct sudoers_entry){kind, index};
    else
        fail(c, -ENOMEM);
}

static void add_rule(struct cursor *c, const struct sudoers_list *users,
                     const struct sudoers_list *hosts, const struct context *context, char *command,
                     bool negated)
{
    struct sudoers      *sudoers = c->sudoers;
    struct sudoers_rule *rule = ARRAY_ADD(sudoers->rules, sudoers->n_rules);

    if (!rule) {
        free(command);
        fail(c, -ENOMEM);
        return;
    }
    *rule = (struct sudoers_rule){.command = {command, negated},
                                  .tags = context->tags,
                                  .source = strdup(c->source),
                                  .line = c->line};
    copy_list(c, &rule->users, users);
    copy_list(c, &rule->hosts, hosts);
    copy_list(c, &rule->runas_users, &context->runas_users);
    copy_list(c, &rule->runas_groups, &context->runas_groups);
    add_entry(c, SUDOERS_RULE, sudoers->n_rules - 1);
    if (!rule->source || ++sudoers->n_items > SUDOERS_ITEMS_MAX)
        fail(c, rule->source ? -E2BIG : -ENOMEM);
}

/* Whether a command without a tag of its own for it implies SETENV, as ALL does. */
static bool implies_setenv(const char *command, bool negated)
{
    return strcmp(command, "ALL") == 0 && !negated;
}

static void read_commands(struct cursor *c, const struct sudoers_list *users,
                          const struct sudoers_list *hosts)
{
    static const unsigned setenv = TAG_SETENV | TAG_NOSETENV;
    struct context        context = {.tags = 0};

    do {
        bool     negated;
        unsigned before = context.tags & setenv;
        context.tags &= ~setenv;
        if (accept(c, '('))
            read_runas(c, &context);
        do
            skip_blanks(c);
        while (!c->error && (read_option(c) || read_tag(c, &context.tags)));
        char *command = c->error ? NULL : read_command(c, &negated);
        bool  own = context.tags & setenv, implied = false;
        if (command && !own) /* what is implied is passed on to no later command */
            context.tags |= (implied = implies_setenv(command, negated)) ? TAG_SETENV : before;
        if (command)
            add_rule(c, users, hosts, &context, command, negated);
        if (implied)
            context.tags &= ~setenv;
    } while (!c->error && accept(c, ','));
    free_list(&context.runas_users);
    free_list(&context.runas_groups);
}

/* users hosts = commands [: hosts = commands]... */
static void read_rule(struct cursor *c)
{
    struct sudoers_list users = {0}, hosts = {0};

    read_list(c, ", \t=", &users);
    do {
        free_list(&hosts);
        skip_blanks(c);
        read_list(c, ",= \t", &hosts);
        if (!accept(c, '='))
            fail(c, -EBADMSG);
        if (!c->error)
            read_commands(c, &users, &hosts);
    } while (!c->error && accept(c, ':'));
    skip_blanks(c);
    if (*c->at)
        fail(c, -EBADMSG);
    free_list(&users);
    free_list(&hosts);
}

/* Aliases, includes --------------------------------------------------------------- */

static const struct {
    const char        *word;
    enum sudoers_alias type;
} alias_words[] = {
    {"User_Alias", ALIAS_USER},    {"Runas_Alias", ALIAS_RUNAS}, {"Host_Alias", ALIAS_HOST},
    {"Cmnd_Alias", ALIAS_COMMAND}, {"Cmd_Alias", ALIAS_COMMAND},
};

static void read_command_list(struct cursor *c, struct sudoers_list *list)
{
    do {
        bool  negated;
        char *command = read_command(c, &negated);
        if (command)
            add_item(c, list, command, negated);
    } while (!c->error && accept(c, ','));
}

static void add_alias(struct cursor *c, enum sudoers_alias type, char *name,
                      struct sudoers_list *members)
{
    struct sudoers         *sudoers = c->sudoers;
    struct sudoers_members *alias = ARRAY_ADD(sudoers->aliases[type], sudoers->n_aliases[type]);

    if (!alias) {
        free(name);
        free_list(members);
        fail(c, -ENOMEM);
        return;
    }
    *alias = (struct sudoers_members){
        .name = name, .members = *members, .number = sudoers->n_aliases[type]};
}

/* NAME = members [: NAME = members]... */
static void read_aliases(struct cursor *c, enum sudoers_alias type)
{
    do {
        struct sudoers_list members = {0};
        skip_blanks(c);
        char *name = word(c, "= \t");
        if (!name || !accept(c, '=')) {
            free(name);
            fail(c, -EBADMSG);
            return;
        }
        if (type == ALIAS_COMMAND)
            read_command_list(c, &members);
        else
            read_list(c, ",:", &members);
        add_alias(c, type, name, &members);
    } while (!c->error && accept(c, ':'));
}

static const struct {
    const char *word;
    bool        folder;
} include_words[] = {
    {"#includedir", true},
    {"@includedir", true},
    {"#include", false},
    {"@include", false},
};

static void read_include(struct cursor *c, bool folder)
{
    struct sudoers *sudoers = c->sudoers;

    skip_blanks(c);
    char *path = word(c, "");
    if (!path || ++sudoers->n_items > SUDOERS_ITEMS_MAX) {
        free(path);
        fail(c, path ? -E2BIG : -EBADMSG);
        return;
    }
    struct sudoers_include *include = ARRAY_ADD(sudoers->includes, sudoers->n_includes);
    if (!include) {
        free(path);
        fail(c, -ENOMEM);
        return;
    }
    *include = (struct sudoers_include){path, folder};
    add_entry(c, SUDOERS_INCLUDE, sudoers->n_includes - 1);
}

/* Lines ------------------------------------------------------------------------- */

static bool begins(const char *line, const char *word)
{
    size_t size = strlen(word);

    return strncmp(line, word, size) == 0 && (line[size] == ' ' || line[size] == '\t');
}

static void add_defaults(struct cursor *c, enum sudoers_scope scope,
                         const struct sudoers_list *list, bool no_password)
{
    struct sudoers          *sudoers = c->sudoers;
    struct sudoers_defaults *defaults = ARRAY_ADD(sudoers->defaults, sudoers->n_defaults);

    if (!defaults) {
        fail(c, -ENOMEM);
        return;
    }
    *defaults = (struct sudoers_defaults){.scope = scope, .no_password = no_password};
    copy_list(c, &defaults->list, list);
    add_entry(c, SUDOERS_DEFAULTS, sudoers->n_defaults - 1);
    if (++sudoers->n_items > SUDOERS_ITEMS_MAX)
        fail(c, -E2BIG);
}

/* For whom the Defaults are: "Defaults:user", "Defaults@host", "Defaults>runas", "Defaults!command",
 * without a blank before the mark. */
static enum sudoers_scope read_scope(struct cursor *c, struct sudoers_list *list)
{
    static const struct {
        char               mark;
        enum sudoers_scope scope;
    } scopes[] = {
        {':', DEFAULTS_USER}, {'@', DEFAULTS_HOST}, {'>', DEFAULTS_RUNAS}, {'!', DEFAULTS_COMMAND}};

    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if (*c->at != scopes[i].mark)
            continue;
        c->at++;
        skip_blanks(c);
        read_list(c, ", \t", list);
        return scopes[i].scope;
    }
    return DEFAULTS_ALL;
}

/* Of Defaults, whether a password is required. */
static void read_defaults(struct cursor *c)
{
    struct sudoers_list list = {0};
    enum sudoers_scope  scope = read_scope(c, &list);

    while (*c->at && !c->error) {
        bool negated = false, quoted = false;
        skip_blanks(c);
        while (accept(c, '!'))
            negated = !negated;
        skip_blanks(c);
        size_t size = strcspn(c->at, ", \t=");
        if (size == strlen("authenticate") && memcmp(c->at, "authenticate", size) == 0)
            add_defaults(c, scope, &list, negated);
        for (; *c->at && (quoted || *c->at != ','); c->at++)
            quoted ^= *c->at == '"';
        c->at += *c->at == ',';
    }
    free_list(&list);
}

static void read_line(struct cursor *c)
{
    skip_blanks(c);
    for (size_t i = 0; i < sizeof include_words / sizeof include_words[0]; i++) {
        if (begins(c->at, include_words[i].word)) {
            c->at += strlen(include_words[i].word);
            read_include(c, include_words[i].folder);
            return;
        }
    }
    if (!*c->at || (*c->at == '#' && !isdigit((unsigned char)c->at[1])))
        return;
    if (strncmp(c->at, "Defaults", 8) == 0 && c->at[8] && strchr(" \t:@>!", c->at[8])) {
        c->at += strlen("Defaults");
        read_defaults(c);
        return;
    }
    for (size_t i = 0; i < sizeof alias_words / sizeof alias_words[0]; i++) {
        if (begins(c->at, alias_words[i].word)) {
            c->at += strlen(alias_words[i].word);
            read_aliases(c, alias_words[i].type);
            return;
        }
    }
    read_rule(c);
}

/* Cut a comment: a # that does not begin a number, outside quotes and not escaped. One that begins
 * the line is left, as it may be an include. */
static void cut_comment(char *line)
{
    bool quoted = false;

    for (char *p = line; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (*p == '#' && !quoted && p != line + strspn(line, " \t") &&
                 !(isdigit((unsigned char)p[1]) && strchr(" \t,!(:%", p[-1])))
            *p = '\0';
    }
}

/* Join the physical lines of a logical one into `line`; returns the text after them. */
static const char *join(const char *text, const char *end, char *line, size_t *lines)
{
    size_t n = 0;

    *lines = 0;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        size_t      size = (size_t)(stop - text);
        ++*lines;
        if (size && text[size - 1] == '\r')
            size--;
        for (size_t i = 0; i < size; i++)
            line[n++] = text[i] ? text[i] : ' ';
        text = newline ? newline + 1 : end;
        if (!n || line[n - 1] != '\\')
            break;
        line[n - 1] = ' ';
    }
    line[n] = '\0';
    return text;
}

int sudoers_parse(struct sudoers *sudoers, const char *text, size_t size, const char *source)
{
    struct cursor c = {.sudoers = sudoers, .source = source, .line = 1};
    const char   *end = text + size;
    char         *line = malloc(size + 1);

    if (!line)
        return -ENOMEM;
    for (size_t lines; text < end && (c.error == 0 || c.error == -EBADMSG); c.line += lines) {
        c.error = 0;
        text = join(text, end, line, &lines);
        cut_comment(line);
        c.at = line;
        read_line(&c);
        sudoers->bad_lines += c.error == -EBADMSG;
    }
    free(line);
    return c.error == -EBADMSG ? 0 : c.error;
}

void sudoers_free(struct sudoers *sudoers)
{
    for (size_t i = 0; i < sudoers->n_rules; i++) {
        struct sudoers_rule *rule = &sudoers->rules[i];
        free_list(&rule->users);
        free_list(&rule->hosts);
        free_list(&rule->runas_users);
        free_list(&rule->runas_groups);
        free(rule->command.text);
        free(rule->source);
    }
    free(sudoers->rules);
    for (size_t t = 0; t < ALIAS_TYPES; t++) {
        for (size_t i = 0; i < sudoers->n_aliases[t]; i++) {
            free(sudoers->aliases[t][i].name);
            free_list(&sudoers->aliases[t][i].members);
        }
        free(sudoers->aliases[t]);
    }
    for (size_t i = 0; i < sudoers->n_includes; i++)
        free(sudoers->includes[i].path);
    free(sudoers->includes);
    for (size_t i = 0; i < sudoers->n_defaults; i++)
        free_list(&sudoers->defaults[i].list);
    free(sudoers->defaults);
    free(sudoers->entries);
    *sudoers = (struct sudoers){0};
}

static int compare_aliases(const void *a, const void *b)
{
    const struct sudoers_members *x = a, *y = b;
    int                           r = strcmp(x->name, y->name);

    return r ? r : (x->number > y->number) - (x->number < y->number);
}

/* The alias of this name that was defined first, or NULL. */
static struct sudoers_members *find_alias(struct sudoers *sudoers, enum sudoers_alias type,
                                          const char *name)
{
    struct sudoers_members *aliases = sudoers->aliases[type];
    size_t                  low = 0, high = sudoers->n_aliases[type];

    if (!isupper((unsigned char)*name) || !high)
        return NULL;
    if (sudoers->n_sorted[type] != high)
        qsort(aliases, high, sizeof *aliases, compare_aliases);
    sudoers->n_sorted[type] = high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(aliases[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sudoers->n_aliases[type] && strcmp(aliases[low].name, name) == 0 ? &aliases[low]
                                                                                  : NULL;
}

static int expand(struct sudoers *sudoers, enum sudoers_alias type, const char *text, bool negated,
                  int depth, int (*member)(const char *, bool, void *), void *data)
{
    struct sudoers_members *alias = find_alias(sudoers, type, text);
    int                     r = 0;

    if (!alias || ++sudoers->steps > SUDOERS_STEPS_MAX) {
        sudoers->cut += alias != NULL;
        return member(text, negated, data);
    }
    if (alias->open || depth == SUDOERS_DEPTH_MAX) {
        sudoers->cut++;
        return 0;
    }
    alias->open = true;
    for (size_t m = 0; r == 0 && m < alias->members.n; m++)
        r = expand(sudoers, type, alias->members.items[m].text,
                   negated ^ alias->members.items[m].negated, depth + 1, member, data);
    alias->open = false;
    return r;
}

int sudoers_expand(struct sudoers *sudoers, enum sudoers_alias type,
                   const struct sudoers_item *item,
                   int (*member)(const char *text, bool negated, void *data), void *data)
{
    return expand(sudoers, type, item->text, item->negated, 0, member, data);
}
