/* hook_text.h -- what files that are not units start: rules of udev, lines of tmpfiles.d, PAM, inittab,
 * modprobe.d, apt.conf and other hooks, one command or setting after another.
 *
 *     struct hook_reader reader = {.form = HOOK_UDEV, .text = text, .size = size};
 *     while ((r = hook_next(&reader, &hook)) > 0)
 *         ... hook.setting, hook.value, hook.command ...
 *     hook_end(&reader);
 *
 * udev(7), tmpfiles.d(5), modules-load.d(5), modprobe.d(5), ld.so(8), pam.conf(5), pam_exec(8),
 * inittab(5), journald.conf(5), apt.conf(5), dpkg.cfg(5), interfaces(5), acpid(8), alpm-hooks(5).
 */
#ifndef SVCQL_HOOK_TEXT_H
#define SVCQL_HOOK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/arena.h"

enum hook_form {
    HOOK_SCRIPT, /* the file itself is run: it has no lines to read */
    HOOK_UDEV,
    HOOK_TMPFILES, /* lines that write or remove what starts something; others are passed over */
    HOOK_MODULES,
    HOOK_MODPROBE,
    HOOK_PRELOAD,
    HOOK_PAM,
    HOOK_PAM_CONF, /* /etc/pam.conf: the service comes first */
    HOOK_INITTAB,
    HOOK_JOURNALD,
    HOOK_APT,
    HOOK_DPKG,
    HOOK_DNF,        /* post-transaction-actions: FILTER:STATE:COMMAND */
    HOOK_DNF5,       /* FILTER and three fields more come before the command */
    HOOK_PACMAN,     /* Exec= */
    HOOK_ACPI,       /* action= */
    HOOK_INTERFACES, /* up, pre-up, post-up, down, ... */
    HOOK_UNIT,       /* Exec*= of units and drop-ins that an extension brings */
    HOOK_SETTINGS,   /* every setting of a unit or drop-in that a credential brings */
    HOOK_NSPAWN,     /* of a container: what it runs, and what of the host it is given */
};

struct hook {
    const char
        *setting;      /* what the file calls it: RUN, L+, install, session, Storage, Post-Invoke */
    const char *value; /* from the file, without quotes and escapes */
    const char *command; /* what runs; NULL: nothing, it only sets, writes or loads */
    const char *content; /* of tmpfiles.d: what is written into the file; of a container: what runs
                            inside; else NULL */
    unsigned    line;    /* from 1 */
};

#define HOOK_SCOPES_MAX 32  /* blocks within blocks of apt.conf */
#define HOOK_SCOPE_SIZE 256 /* bytes of a setting's full name there; the rest is cut */

struct hook_reader {
    enum hook_form form;
    const char    *text; /* need not end with a NUL */
    size_t         size;

    uint64_t bad; /* lines not understood, to be counted by the caller */

    /* The reader's own. */
    size_t       next;
    unsigned     line, first; /* lines read; the one on which the present logical line began */
    struct arena memory;      /* of the logical line */
    const char  *rest;        /* of a logical line that holds several; NULL: none is begun */
    bool         in_section;
    char         scopes[HOOK_SCOPES_MAX][HOOK_SCOPE_SIZE]; /* of apt.conf: the open blocks' names */
    size_t       n_scopes;
};

/* 1 and *ret, whose texts live until the next call; 0 at the end; -ENOMEM. */
int  hook_next(struct hook_reader *reader, struct hook *ret);
void hook_end(struct hook_reader *reader);

/* Of udev and apt.conf, for hook_next(). */
int hook_next_udev(struct hook_reader *reader, struct hook *ret);
int hook_next_apt(struct hook_reader *reader, struct hook *ret);

/* The next logical line into the reader's memory, lines that end with a backslash joined where the form
 * has it so: its text, or NULL at the end. */
const char *hook_line(struct hook_reader *reader);

#endif
