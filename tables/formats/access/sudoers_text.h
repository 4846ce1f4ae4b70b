/* sudoers_text.h -- the rules of sudo, as sudoers(5) has them in version 1.9.
 *
 * A file is read into a struct sudoers that several files share, as includes and aliases reach over
 * all of them. Text in it is the file's with quotes and escapes of the format removed; a command's
 * is as cvtsudoers gives it: blanks, tabs and continued lines are one blank, and "" after a program,
 * which forbids arguments, stays.
 */
#ifndef SVCQL_SUDOERS_TEXT_H
#define SVCQL_SUDOERS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define SUDOERS_ITEMS_MAX 100000  /* users, hosts and commands of all files together */
#define SUDOERS_DEPTH_MAX 64      /* aliases within aliases */
#define SUDOERS_STEPS_MAX 2000000 /* members visited to replace aliases, of all rules together */

enum sudoers_alias { ALIAS_USER, ALIAS_RUNAS, ALIAS_HOST, ALIAS_COMMAND, ALIAS_TYPES };

/* What a "Defaults" line is for. Later ones go before earlier ones. */
enum sudoers_scope { DEFAULTS_ALL, DEFAULTS_HOST, DEFAULTS_USER, DEFAULTS_RUNAS, DEFAULTS_COMMAND };

/* A member of a list: a name, an alias or ALL, with its exclamation marks counted. */
struct sudoers_item {
    char *text;
    bool  negated;
};

struct sudoers_list {
    struct sudoers_item *items;
    size_t               n;
};

enum sudoers_tag {
    TAG_NOPASSWD = 1 << 0,
    TAG_NOEXEC = 1 << 1,
    TAG_SETENV = 1 << 2, /* of ALL without a NOSETENV of its own too, as sudo takes it */
    TAG_NOSETENV = 1 << 3,
    TAG_PASSWD = 1 << 4,
};

/* One command that some users may run on some hosts as another user. */
struct sudoers_rule {
    struct sudoers_list users, hosts, runas_users, runas_groups; /* runas_users empty: root */
    struct sudoers_item command;
    unsigned            tags; /* of enum sudoers_tag */
    char               *source;
    size_t              line;
};

struct sudoers_include {
    char *path; /* as written, %h and all */
    bool  folder;
};

/* Whether a "Defaults" line on authentication requires a password. */
struct sudoers_defaults {
    enum sudoers_scope  scope;
    struct sudoers_list list; /* of whom or what; empty for all */
    bool                no_password;
};

/* What sudo meets, in the order of the lines: an item of one of the arrays. */
enum sudoers_kind { SUDOERS_RULE, SUDOERS_INCLUDE, SUDOERS_DEFAULTS };
struct sudoers_entry {
    enum sudoers_kind kind;
    size_t            index;
};

struct sudoers_members {
    char               *name;
    struct sudoers_list members;
    size_t              number; /* in the order of definition: the first of a name counts */
    bool                open;   /* is being replaced */
};

struct sudoers {
    struct sudoers_rule     *rules;
    size_t                   n_rules;
    struct sudoers_members  *aliases[ALIAS_TYPES];
    size_t                   n_aliases[ALIAS_TYPES], n_sorted[ALIAS_TYPES];
    struct sudoers_include  *includes; /* not read yet: for the caller to open, in order */
    size_t                   n_includes;
    struct sudoers_defaults *defaults;
    size_t                   n_defaults;
    struct sudoers_entry    *entries; /* of all files, one file after another */
    size_t                   n_entries;
    size_t                   n_items;
    size_t                   bad_lines;  /* lines that could not be understood */
    size_t                   steps, cut; /* of sudoers_expand() */
};

/* Add the rules of one file; `source` is copied into each. -ENOMEM, -E2BIG past SUDOERS_ITEMS_MAX.
 */
int  sudoers_parse(struct sudoers *sudoers, const char *text, size_t size, const char *source);
void sudoers_free(struct sudoers *sudoers);

/* Call `member` for each member of a list with aliases of that type replaced by theirs; a negation
 * of the alias turns each around. An alias within itself is left out, as sudo lets it match nothing; after
 * SUDOERS_STEPS_MAX aliases stay as they are. Both are counted in `cut`. Stops where member() returns non-zero, and returns that. */
int sudoers_expand(struct sudoers *sudoers, enum sudoers_alias type,
                   const struct sudoers_item *item,
                   int (*member)(const char *text, bool negated, void *data), void *data);

#endif
