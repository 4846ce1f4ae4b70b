/* unit_exec.h -- the commands of an Exec line, as systemd takes them apart (systemd.service(5)
 * "Command lines"): quotes, escapes, " ; " between commands, prefixes before the program, and
 * specifiers, which a caller may expand.
 *
 *     struct arena memory = {0};
 *     struct unit_exec_line line;
 *     if (unit_exec_parse(value, NULL, &memory, &line) == 0)
 *         for (size_t i = 0; i < line.n; i++) puts(line.commands[i].path);
 *     arena_free(&memory);
 */
#ifndef SVCQL_UNIT_EXEC_H
#define SVCQL_UNIT_EXEC_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/text/arena.h"
#include "formats/text/buffer.h"

#define UNIT_EXEC_MAX (2u << 20) /* bytes of a line's words together, specifiers expanded */

/* Append `text` with its specifiers expanded to `out`; false where one is none of systemd's. */
struct unit_expander {
    bool (*expand)(const void *data, const char *text, struct buffer *out);
    const void *data;
};

enum unit_exec_flag {
    UNIT_EXEC_ARGV0 = 1 << 0,   /* @: the second word is argv[0] */
    UNIT_EXEC_IGNORE = 1 << 1,  /* -: a failure is ignored */
    UNIT_EXEC_LITERAL = 1 << 2, /* : variables are not expanded */
    UNIT_EXEC_FULL = 1 << 3,    /* +: full privileges, User= and file system options do not count */
    UNIT_EXEC_NO_SETUID = 1 << 4, /* !: User= does not count */
    UNIT_EXEC_AMBIENT = 1 << 5,   /* !!: as "!" where the kernel lacks ambient capabilities */
    UNIT_EXEC_SHELL = 1 << 6,     /* |: a shell is given the words (systemd 258) */
};

struct unit_exec {
    const char        *path; /* program: "//" and "/./" removed; a plain name stays one */
    const char *const *argv; /* words, argv[0] among them, then NULL; variables as written */
    size_t             argc; /* at least 1 */
    unsigned           flags;
    char               prefix[8]; /* those of "@-:+!|" that stood before it, as written */
};

struct unit_exec_line {
    const struct unit_exec *commands;
    size_t                  n;
    const char             *fault;   /* why systemd refuses what follows, as it logs it; NULL: it
                                        does not */
    bool                    refused; /* the fault makes systemd refuse the unit, not only the rest
                                        of the line */
};

/* Take a line apart, into memory of the arena; `expander` may be NULL. 0 or -ENOMEM. */
int unit_exec_parse(const char *line, const struct unit_expander *expander, struct arena *memory,
                    struct unit_exec_line *ret);

/* Append the commands as a JSON array of objects:
 *
 *     [{"path": "/bin/sh", "argv": ["sh", "-c", "id"], "prefix": "@-"}]
 *
 * Returns 0; -ENOMEM; -EINVAL where systemd would refuse the line and with it the unit; then
 * nothing is appended. */
int unit_exec_json(const char *line, struct buffer *json);

/* Append the words of one command as a JSON array of strings. */
void unit_exec_argv_json(const struct unit_exec *command, struct buffer *json);

#endif
