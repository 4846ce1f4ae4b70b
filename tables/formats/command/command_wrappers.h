/* command_wrappers.h -- programs that run another program: their options, as data. */
#ifndef SVCQL_COMMAND_WRAPPERS_H
#define SVCQL_COMMAND_WRAPPERS_H

#include <stdbool.h>
#include <stddef.h>

#include "shell_words.h"

enum wrapper_kind {
    WRAPPER_PROGRAM,       /* sudo, env, ssh: options, operands, then a program */
    WRAPPER_SHELL,         /* sh, bash: -c text, or a script on the standard input */
    WRAPPER_CMD,           /* cmd.exe: /c text to the end of the line */
    WRAPPER_POWERSHELL,    /* powershell.exe: -Command text, -EncodedCommand base64 */
    WRAPPER_START,         /* start, in cmd.exe */
    WRAPPER_START_PROCESS, /* Start-Process -FilePath program -ArgumentList arguments */
    WRAPPER_INVOKE,        /* Invoke-Command -ComputerName host { text } */
    WRAPPER_FIND,          /* find -exec program ; */
    WRAPPER_NOTIFY,        /* systemd-notify --exec NAME=value ; program */
    WRAPPER_CODE,          /* python -c code: the texts that it quotes; python file */
    WRAPPER_OSASCRIPT,     /* osascript -e 'do shell script "text"' */
    WRAPPER_WMIC,          /* wmic process call create "text" */
    WRAPPER_SWITCH,        /* schtasks /tr text, runas text */
};

enum wrapper_flag {
    WRAPPER_TEXT = 1,   /* the program and its arguments are joined and read by a shell */
    WRAPPER_REMOTE = 2, /* the first operand, or an option of `host`, names the host or container */
    WRAPPER_NONE = 4,   /* only the value of its text option is run */
};

struct wrapper {
    const char       *name; /* lower case, without .exe */
    enum wrapper_kind kind;
    const char       *letters; /* short options that take a value */
    const char       *longs;   /* options of several letters that take a separate value; blanks
                                   between */
    const char *attached;      /* WRAPPER_CODE: short options whose value is the rest of the word */
    const char *codes;         /* WRAPPER_CODE: short options whose value is code */
    const char *code_options;  /* WRAPPER_CODE: the same of several letters */
    const char *file_options;  /* options whose value is a script */
    const char *host;          /* options whose value names the host or container */
    const char *inert;         /* short options that prevent running anything */
    const char *commands;      /* its own verbs that run a program; NULL: it has none */
    char        text;          /* short option whose value is shell text; NUL: none */
    unsigned    operands;      /* before the program */
    unsigned    flags;
    const char *option; /* WRAPPER_SWITCH: whose value is the text; NULL: the last word */
};

/* The wrapper of this name (no folder, no ".exe"), or NULL. */
const struct wrapper *wrapper_find(const char *name, enum shell_dialect dialect);

#endif
