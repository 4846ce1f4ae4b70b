/* command_reader.h -- state of command_line.c while it parses one line, for its own files. */
#ifndef SVCQL_COMMAND_READER_H
#define SVCQL_COMMAND_READER_H

#include "command_wrappers.h"
#include "formats/text/buffer.h"
#include "service_tools.h"

#define COMMAND_VIA_MAX   16 /* wrappers around one command that are listed */
#define COMMAND_DEPTH_MAX 64 /* that are read; only hidden commands have more */

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
    size_t           n_via;     /* those past COMMAND_VIA_MAX are not in via[] */
    size_t           n_scripts; /* scripts that are run by scripts */
    const char      *remote;    /* host that a wrapper leads to */
    bool             encoded;   /* the text was hidden in base64 */
    const char      *output;    /* output of the previous command, where the line shows it */
    const char      *loop;      /* cmd.exe: the variable of the loop whose words come next */
    struct text_list last;      /* services of the cmdlet before, for its pipe and its methods */
};

/* The arguments of a wrapper, and the position of the reader in them. */
struct wrapped {
    const struct wrapper       *wrapper;
    const struct shell_command *command;
    const struct shell_word    *words; /* words[0] is the wrapper's name */
    size_t                      n;
};

/* Read what a wrapper runs. *ret_mine is false where the wrapper does something else. */
int command_unwrap(struct command_reader *r, const struct wrapped *wrapped, bool *ret_mine);

/* Output of a command for the next to read, where the line itself shows it; else NULL. */
const char *command_output(struct command_reader *r, const struct shell_command *command,
                           const struct shell_word *words, size_t n);

/* Note a wrapper around the command that is read next; false where there are too many. The caller
 * keeps n_via, remote and encoded, and restores them. */
bool command_enter(struct command_reader *r, const char *via, const char *remote);

/* Decoded base64: UTF-16LE, as for powershell -EncodedCommand, or else bytes. */
const char *command_decoded(struct arena *arena, const char *text);

/* The name of a program: no folder, no quotes, no ".exe", case unchanged. */
const char *command_name(struct arena *arena, const char *path, enum shell_dialect dialect);

/* The dialect that a line is most likely written in. */
enum shell_dialect command_dialect(const char *line, size_t size);

/* Commands that tools run as a service and that are recognised by their form alone, such as
 * smbexec's. */
struct command_pattern {
    const char *tool;
    const char *parts[3]; /* all must occur, ignoring case */
};
const struct command_pattern *command_pattern_find(const char *line, size_t size);

#endif
