/* history_text.h -- the command histories that shells leave in files.
 *
 *     struct history history;
 *     history_begin(&history, data, size, history_shell_of(name, data, size));
 *     while ((r = history_next(&history, &entry)) > 0)
 *         ...
 *     history_end(&history);
 *
 * A long file is read in parts: at the end of one (history_at_end()) the command that was given may be cut off, so
 * that it is taken back and read again with the next part:
 *
 *     struct history before = history;
 *     int r = history_next(&history, &entry);
 *     if (there is more && (r == 0 || history_at_end(&history))) {
 *         history_take_back(&history, &before);
 *         ... from history.at on, with more after it: text, size ...
 *         history_read_on(&history, text, size);
 *     }
 *
 * Pure: reads memory, keeps nothing else. Formats:
 *
 *   bash      a command a line; with HISTTIMEFORMAT a line "#SECONDS" before each, and a command may
 *             have several lines (bash(1), HISTORY)
 *   zsh       ": SECONDS:ELAPSED;COMMAND" with EXTENDED_HISTORY, or the command alone; a newline in
 *             it is written after a backslash, and some bytes as 0x83 and the byte xor 32 (zsh's
 *             "meta" encoding, Src/zsh.h)
 *   fish      "- cmd: COMMAND" and "  when: SECONDS", with \n and \\ in it (2.0 on); before that
 *             "# SECONDS" and the command, a newline in it after a backslash
 *   mksh      0xab 0xcd, then for each command 0xff, its number (4 bytes), text, NUL (histrap.c)
 *   ksh       0x81 0x01, then commands that end in NUL, and markers 0x82 0 N N N 0 (ksh93, hist.c)
 *   tcsh      "#+SECONDS" before each command
 *   pwsh      PSReadLine: a newline in a command is written after a backtick
 *   nu        a command a line, a newline in it as "<\n>" (reedline, FileBackedHistory)
 *   xonsh     JSON: a session with its commands
 *   sh        a command a line: ash, ksh of OpenBSD, dash
 *
 * nushell, xonsh and atuin also keep SQLite databases, which are not text: shell_history reads
 * them.
 */
#ifndef SVCQL_HISTORY_TEXT_H
#define SVCQL_HISTORY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "formats/text/buffer.h"

#define HISTORY_SHELLS(X)                                                                          \
    X(SH, "sh")                                                                                    \
    X(BASH, "bash")                                                                                \
    X(ZSH, "zsh")                                                                                  \
    X(FISH, "fish")                                                                                \
    X(MKSH, "mksh")                                                                                \
    X(KSH, "ksh")                                                                                  \
    X(TCSH, "tcsh")                                                                                \
    X(PWSH, "pwsh")                                                                                \
    X(ASH, "ash")                                                                                  \
    X(NU, "nu")                                                                                    \
    X(XONSH, "xonsh")                                                                              \
    X(ATUIN, "atuin")

#define HISTORY_COMMAND_MAX (128u << 10) /* bytes; what Linux takes as one argument */

enum history_shell {
#define HISTORY_ENUM(id, name) HISTORY_##id,
    HISTORY_SHELLS(HISTORY_ENUM)
#undef HISTORY_ENUM
};

const char *history_shell_name(enum history_shell shell);

/* The shell that a file of this name (without directories) and content is of; what the content says
 * goes before what the name says, and that before `usual`, the shell of its folder. */
enum history_shell history_shell_of(const char *name, enum history_shell usual, const char *data,
                                    size_t size);

struct history {
    const char        *at, *end;
    enum history_shell shell;
    uint64_t           line; /* of `at`, from 1; of mksh and ksh the command's number in the file */
    struct buffer      text;
    cJSON             *json;    /* of xonsh; owned */
    const cJSON       *cmd;     /* the next command in it */
    bool               bad;     /* the file is not what its shell writes */
    bool               stamped; /* bash: its first line is a stamp */
    uint64_t cut; /* commands longer than HISTORY_COMMAND_MAX, whose beginning was given */
    bool     is_cut;
};

struct history_entry {
    double      time;     /* seconds since the epoch, UTC; NAN where the file does not say */
    int64_t     duration; /* seconds that it ran; -1 where the file does not say */
    uint64_t    line;     /* that it begins in, from 1 */
    const char *command;  /* any bytes; valid until the next call */
    size_t      size;
};

/* `data` is the file's beginning; of xonsh all of it, and in any case its first line, or what may be one. */
int history_begin(struct history *history, const char *data, size_t size, enum history_shell shell);

/* The next command: 1, 0 at the end, or -ENOMEM. Empty lines and stamps without a command are
 * passed over. A last command that lacks its end is a command. */
int  history_next(struct history *history, struct history_entry *ret);
void history_end(struct history *history);

static inline bool history_at_end(const struct history *history)
{
    return history->at == history->end;
}

void history_take_back(struct history *history, const struct history *before);
void history_read_on(struct history *history, const char *text, size_t size);

#endif
