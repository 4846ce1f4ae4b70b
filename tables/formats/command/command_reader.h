/* command_reader.h -- state of command_line.c while it takes one line apart, for its own files. */
#ifndef SVCQL_COMMAND_READER_H
#define SVCQL_COMMAND_READER_H

#include "command_wrappers.h"
#include "formats/text/buffer.h"
#include "service_tools.h"

#define COMMAND_VIA_MAX   16 /* wrappers around one command that are named */
#define COMMAND_DEPTH_MAX 64 /* that are read through; nobody writes so many but to hide it */

struct command_reader {
    /* Of command_line.c, for what a wrapper runs: read words as one command; read a text as a shell
     * would. Return as shell_command_fn does. */
    int (*run)(struct command_reader *r, const struct shell_command *command,
               const struct shell_word *words, size_t n);
    int (*read)(struct command_reader *r, enum shell_dialect dialect, const char *text);

    struct shell     shell;
    struct buffer   *out;
    int              n_uses;
    bool             more; /* commands after COMMAND_USES_MAX, which are not read */
    const char      *via[COMMAND_VIA_MAX];
    size_t           n_via;     /* past COMMAND_VIA_MAX they are not in via[] */
    size_t           n_scripts; /* scripts that are run by scripts */
    const char      *remote;    /* host that a wrapper leads to */
    bool             encoded;   /* the text was hidden in base64 */
    const char      *output;    /* what the command before writes, where the line says it */
    const char      *loop;      /* cmd.exe: the variable of the loop whose words come next */
    struct text_list last;      /* services of the cmdlet before, for its pipe and its methods */
};

/* What a wrapper was given, and where in it the reader is. */
struct wrapped {
    const struct wrapper       *wrapper;
    const struct shell_command *command;
    const struct shell_word    *words; /* words[0] is the wrapper's name */
    size_t                      n;
};

/* Read what a wrapper runs. *ret_mine is false where the wrapper is at other work. */
int command_unwrap(struct command_reader *r, const struct wrapped *wrapped, bool *ret_mine);

/* What a command writes for the next to read, where the line itself says it; else NULL. */
const char *command_output(struct command_reader *r, const struct shell_command *command,
                           const struct shell_word *words, size_t n);

/* Note a wrapper that stands around what is read next; false where there are too many. The caller
 * keeps n_via, remote and encoded, and sets them back. */
bool command_enter(struct command_reader *r, const char *via, const char *remote);

/* What base64 holds: UTF-16LE, as powershell -EncodedCommand takes it, or else bytes. */
const char *command_decoded(struct arena *arena, const char *text);

/* The name of a program: no folder, no quotes, no ".exe", case as written. */
const char *command_name(struct arena *arena, const char *path, enum shell_dialect dialect);

/* The dialect that a line is most likely written in. */
enum shell_dialect command_dialect(const char *line, size_t size);

/* Ways of running a command as a service that show by their shape alone, as smbexec's. */
struct command_pattern {
    const char *tool;
    const char *parts[3]; /* all must occur, ignoring case */
};
const struct command_pattern *command_pattern_find(const char *line, size_t size);

#endif
