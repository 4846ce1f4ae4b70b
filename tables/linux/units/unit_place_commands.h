/* unit_place_commands.h -- the commands that files beside the units name: scripts, generators,
 * hooks, D-Bus activation, autostart entries, quadlets, xinetd, inetd and Upstart.
 */
#ifndef SVCQL_UNIT_PLACE_COMMANDS_H
#define SVCQL_UNIT_PLACE_COMMANDS_H

#include "formats/unit/unit_exec.h"
#include "formats/unit/unit_specifiers.h"
#include "unit_each.h"

#define UNIT_PLACE_FILE_MAX (1u << 20) /* bytes read of a file of lines */

struct place_command {
    const struct unit_entry *entry;   /* the file that names it */
    const char              *setting; /* static text: "Exec", "server" */
    unsigned                 line;
    const char              *value; /* as written */
    struct unit_exec         exec;
    const char              *exec_line;  /* instead of `exec`: an Exec line to be taken apart */
    const char              *user;       /* NULL: unknown */
    const char              *off;        /* why it is not in force; NULL: it is */
    bool                     overridden; /* a later setting takes its place */
};

struct place_commands {
    struct place_command *commands;
    size_t                n, room;
    bool                  unread; /* the file could not be read, or not to its end */
};

/* The setting in force of this key in [Mount] or [Swap]; NULL: none. */
const struct unit_setting *mount_setting(const struct unit_loaded *loaded, const char *key);

/* The command by which the manager mounts or swaps what the unit names, in memory of the arena. 0
 * or -ENOMEM. */
int mount_command_read(const struct unit_loaded *loaded, const struct unit_specifiers *specifiers,
                       struct arena *memory, struct unit_exec *ret);

/* Read the commands of the file that `each` is at, into memory of the arena. 0 or -ENOMEM. */
int place_commands_read(const struct unit_each *each, struct arena *memory,
                        struct place_commands *ret);

#endif
