/* unit_environment.h -- variables that a unit gives its programs: Environment=, EnvironmentFile=,
 * UnsetEnvironment=, and what $VAR and ${VAR} of Exec lines become (systemd.exec(5) "Environment",
 * systemd.service(5) "Command lines"; behaviour of systemd 252's src/basic/env-file.c and
 * env-util.c).
 *
 *     struct unit_environment environment = {.memory = &memory};
 *     unit_environment_words(&environment, value, &expander);     of each Environment=
 *     unit_environment_file(&environment, data, size, true);      then of each file
 *     unit_environment_settle(&environment);
 *     unit_environment_unset(&environment, value, &expander);     of each UnsetEnvironment=
 */
#ifndef SVCQL_UNIT_ENVIRONMENT_H
#define SVCQL_UNIT_ENVIRONMENT_H

#include "unit_exec.h"

struct unit_variable {
    const char *name, *value; /* value NULL: unset */
    size_t      place;        /* order of its first assignment */
    bool        given;        /* by the manager, not by a setting */
    bool        unset; /* the program does not get it, but words of its command may be of it */
};

/* Of the assignments of one environment; those beyond are counted. The kernel takes 2 MiB with the
 * arguments. */
#define UNIT_VARIABLES_MAX       4096
#define UNIT_VARIABLES_BYTES_MAX (512u << 10)

struct unit_environment {
    struct arena         *memory;
    struct unit_variable *variables; /* once settled, by name, each once */
    size_t                n, room, bytes, lost;
    bool                  unset_last; /* words of commands are expanded before variables are taken
                                         away: systemd 262, unlike 257 */
};

/* Add the assignments of one value; those that systemd passes over are left out. */
void unit_environment_words(struct unit_environment *environment, const char *value,
                            const struct unit_expander *expander);

/* Add the assignments of an environment file. Up to systemd 253 a comment that ends in a backslash
 * goes on in the next line (`comments_join`). False where systemd refuses the whole file, as it is
 * not UTF-8. */
bool unit_environment_file(struct unit_environment *environment, const char *data, size_t size,
                           bool comments_join);

/* Add a variable that the manager gives. Such are added before all others, and are not part of the
 * JSON text. */
void unit_environment_give(struct unit_environment *environment, const char *name,
                           const char *value);

/* Of several assignments of a name keep the last, in the place of the first. In n log n. */
void unit_environment_settle(struct unit_environment *environment);

/* Take away what the words of one value name, "NAME" or "NAME=value". */
void unit_environment_unset(struct unit_environment *environment, const char *value,
                            const struct unit_expander *expander);

/* The value of a variable of a settled environment; NULL: none. */
const char *unit_environment_get(const struct unit_environment *environment, const char *name,
                                 size_t size);

/* Append a settled environment as a JSON object, in the order of first assignments. */
void unit_environment_json(const struct unit_environment *environment, struct buffer *json);

/* The words of a command once variables are expanded, into memory of the arena: "$X" alone becomes
 * as many words as its value has, "${X}" its value, "$$" a dollar. A name without a value for which
 * `kept` is true stays as it is written; others are empty. At most UNIT_EXEC_MAX bytes; *ret_cut
 * says that there were more. 0 or -ENOMEM. */
struct unit_words {
    const char **words;
    size_t       n, room;
};
typedef bool unit_variable_kept(const void *data, const char *name, size_t size);
int          unit_environment_expand(const struct unit_environment *environment,
                                     const struct unit_exec *command, unit_variable_kept *kept,
                                     const void *data, struct arena *memory, struct unit_words *ret,
                                     bool *ret_cut);

#endif
