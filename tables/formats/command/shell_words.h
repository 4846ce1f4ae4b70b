/* shell_words.h -- the simple commands of a line of shell: POSIX, cmd.exe or PowerShell.
 *
 * This separates the commands that a shell would run from text that it would print: quotes and
 * escapes are removed, chains, pipes, groups and substitutions are split, comments and redirections
 * left out. No file is read and nothing is run; a variable has a value only where the line itself
 * gave it one.
 *
 *     struct shell shell = {.budget = SHELL_TEXT_MAX};
 *     shell_each(&shell, SHELL_POSIX, line, strlen(line), each_command, data);
 *     if (shell.arena.failed) ... out of memory
 *     shell_end(&shell);
 */
#ifndef SVCQL_SHELL_WORDS_H
#define SVCQL_SHELL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/text/arena.h"

#define SHELL_TEXT_MAX      (128u << 10) /* bytes of one line that are read */
#define SHELL_DEPTH_MAX     8            /* texts within texts: substitutions, sh -c, cmd /c */
#define SHELL_VARIABLES_MAX 256
#define SHELL_VALUE_MAX     4096 /* bytes of a variable's value */

enum shell_dialect { SHELL_POSIX, SHELL_CMD, SHELL_POWERSHELL };

struct shell_word {
    const char *text;       /* without quotes and escapes; never NULL */
    size_t      begin, end; /* its place in the text */
    bool        quoted;     /* begins with a quote */
    bool        spliced;    /* a quote, escape or variable is between two letters */
    bool        listed;     /* holds all values of a loop's variable: see SHELL_LIST_* */
};

/* Around the values that a loop's variable takes, in the words of the loop's body; posix only. */
#define SHELL_LIST_BEGIN '\001'
#define SHELL_LIST_NEXT  '\002'
#define SHELL_LIST_END   '\003'

struct shell_command {
    enum shell_dialect       dialect;
    const struct shell_word *words;
    size_t                   n;    /* at least 1 */
    const char              *text; /* the whole text that contains the command */
    size_t                   size;
    const char              *input;   /* here-document or here-string; NULL: none */
    const char              *file;    /* that it reads, "< file"; NULL: none */
    const char              *files;   /* its redirections, "> a 2> b"; NULL: none, or not POSIX */
    bool                     piped;   /* reads the output of the previous command */
    bool                     spliced; /* words are joined by $IFS, or listed in braces */
    bool                     exact;   /* the words are the program's own, not a line of a log that
                                         has lost its quotes */
};

/* Return 0 to go on, 1 to skip the rest of the text, a negative errno to end the whole reading. */
typedef int shell_command_fn(const struct shell_command *command, void *data);

struct shell_variable {
    const char *name, *value; /* in the arena */
    bool        list;         /* each of a loop's words in turn: quotes do not join them */
};

/* State shared by a text and the texts within it. Words live until shell_end(). */
struct shell {
    struct arena          arena;
    bool                  cut; /* a text was left out, or its end: too deep, or beyond the budget */
    bool                  full;   /* a variable, its value or a here-document was: beyond a limit */
    size_t                budget; /* bytes that may still be read; the rest is left out */
    unsigned              depth;
    struct shell_variable variables[SHELL_VARIABLES_MAX];
    size_t                n_variables;

    /* The value of a substitution, in the arena, split like a variable's value; NULL: unknown.
     * Called with shell_each()'s data instead of `fn`; with `value` false its output is not needed.
     * It may set `rewritten`, which is then the text between the parentheses. */
    const char *(*substitute)(void *data, const char *text, size_t size, bool value);
    const char *rewritten;
};

/* Call `fn` for each command, those of substitutions before the command that contains them. Returns
 * 0 or the negative errno of `fn`. Bytes that are NUL separate words, as in /proc/PID/cmdline. */
int shell_each(struct shell *shell, enum shell_dialect dialect, const char *text, size_t size,
               shell_command_fn *fn, void *data);

/* A variable that the line has set, or NULL. */
struct shell_variable *shell_get(struct shell *shell, enum shell_dialect dialect, const char *name,
                                 size_t size);

/* Give a variable its value for the rest of the line; of further names than
 * SHELL_VARIABLES_MAX, and of what is beyond SHELL_VALUE_MAX, `full` says that they are not kept. */
void shell_set(struct shell *shell, enum shell_dialect dialect, const char *name, size_t name_size,
               const char *value);

/* The same for a loop's variable: it has all of its words at once. */
void shell_forget(struct shell *shell, enum shell_dialect dialect, const char *name,
                  size_t name_size);
void shell_set_list(struct shell *shell, enum shell_dialect dialect, const char *name,
                    size_t name_size, const char *words);

void shell_end(struct shell *shell);

#endif
