/* sudoers_text.h -- the rules of sudo, as sudoers(5) has them in version 1.9.
 *
 * A file is read into a struct sudoers that several files share, as includes and aliases reach over
 * all of them. Text in it is the file's with quotes and escapes of the format taken away.
 */
#ifndef SVCQL_SUDOERS_TEXT_H
#define SVCQL_SUDOERS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define SUDOERS_ITEMS_MAX 100000 /* users, hosts and commands of all files together */
#define SUDOERS_DEPTH_MAX 16     /* aliases within aliases */

enum sudoers_alias { ALIAS_USER, ALIAS_RUNAS, ALIAS_HOST, ALIAS_COMMAND, ALIAS_TYPES };

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
    TAG_SETENV = 1 << 2, /* of ALL without NOSETENV too, as sudo takes it */
    TAG_NOSETENV = 1 << 3,
    TAG_PASSWD = 1 << 4,
};

/* One command that some users may run on some hosts as somebody. */
struct sudoers_rule {
    struct sudoers_list users, hosts, runas_users, runas_groups; /* runas_users empty: root */
    struct sudoers_item command;
    unsigned            tags; /* of enum sudoers_tag */
    char               *source;
    size_t              line;
};

struct sudoers_include {
    char *path;
    bool  folder;
};

struct sudoers_members {
    char               *name;
    struct sudoers_list members;
};

struct sudoers {
    struct sudoers_rule    *rules;
    size_t                  n_rules;
    struct sudoers_members *aliases[ALIAS_TYPES];
    size_t                  n_aliases[ALIAS_TYPES];
    struct sudoers_include *includes; /* not read yet: for the caller to open, in order */
    size_t                  n_includes;
    bool   no_password; /* Defaults !authenticate, of all: where a rule does not say PASSWD */
    size_t n_items;
    size_t bad_lines; /* lines that could not be understood */
};

/* Add the rules of one file; `source` is copied into each. -ENOMEM, -E2BIG past SUDOERS_ITEMS_MAX.
 */
int  sudoers_parse(struct sudoers *sudoers, const char *text, size_t size, const char *source);
void sudoers_free(struct sudoers *sudoers);

/* Call `member` for each member of a list with aliases of that type replaced by theirs; a negation
 * of the alias turns each around. Stops where member() returns non-zero, and returns that. */
int sudoers_expand(const struct sudoers *sudoers, enum sudoers_alias type,
                   const struct sudoers_item *item,
                   int (*member)(const char *text, bool negated, void *data), void *data);

#endif
