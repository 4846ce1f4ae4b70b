/* unit_commands.h -- what the two files of unit_commands share: the walk that gives rows
 * (unit_commands.c) and the columns that are computed on demand (unit_command_values.c). */
#ifndef SVCQL_UNIT_COMMANDS_H
#define SVCQL_UNIT_COMMANDS_H

#include "formats/command/shell_canonical.h"
#include "table.h"
#include "unit_context.h"
#include "unit_defaults.h"
#include "unit_each.h"
#include "unit_place_commands.h"

struct command_row {
    const char *host, *source, *path;
    int64_t     line;
    const char *scope, *scope_user, *kind, *unit, *instance, *setting;
    int64_t     position;
    const char *flags, *executable;
    int64_t     effective;
    const char *error, *root;
};

#define EXEC_KEYS         9
#define UNIT_COMMANDS_MAX 10000 /* rows of one unit; those beyond are counted */

/* Origin of the commands of a row: a setting of a unit, or a line of another file. */
struct command_line {
    const struct unit_entry *entry; /* NULL: none */
    const char              *setting, *value, *user, *error;
    unsigned                 number;
    int                      key; /* index of an Exec key; -1: none */
    int64_t                  effective;
};

struct commands_state {
    const struct tbl_terms *user, *kind, *setting;
    struct unit_each        each;
    struct unit_host        host;
    size_t                  host_number; /* of the source that has this host; 0: none */
    struct unit_folders     folders;     /* of that source */

    struct unit_defaults defaults;
    size_t defaults_number; /* of the manager of that source that has these; 0: none */

    size_t                next;                 /* setting of the loaded unit */
    size_t                positions[EXEC_KEYS]; /* commands of each key so far */
    struct unit_context   context;
    bool                  have_context;
    const char           *refused; /* why the manager does not load the unit; NULL: it does */
    struct arena          memory;  /* of the line */
    struct unit_exec_line parsed;
    size_t                command; /* the next of the line */
    struct command_line   line;
    struct arena          place_memory;
    struct place_commands place; /* of a file beside the units, one a line */
    size_t                next_place, place_position;
    bool                  have_place;
    struct unit_exec      mount;
    size_t                rows; /* of the unit so far */

    /* of the row */
    const struct unit_exec *current; /* NULL: a line that systemd refuses */
    struct unit_words       words;   /* with variables expanded, after the first use */
    bool                    have_words;
    struct command_reading  reading; /* what it runs in the end, after the first use */
    bool                    have_reading;
    bool                    have_program, found; /* the program was searched; it has a path */
    char                    program[ROOT_PATH_MAX];
};

tbl_getter unit_commands_get_argv;
tbl_getter unit_commands_get_program;
tbl_getter unit_commands_get_program_kind;
tbl_getter unit_commands_get_program_sha256;
tbl_getter unit_commands_get_script_sha256;
tbl_getter unit_commands_get_script;
tbl_getter unit_commands_get_script_kind;
tbl_getter unit_commands_get_script_text;
tbl_getter unit_commands_get_text;
tbl_getter unit_commands_get_canonical;
tbl_getter unit_commands_get_runs;
tbl_getter unit_commands_get_environment;
tbl_getter unit_commands_get_input;
tbl_getter unit_commands_get_bind_mounts;
tbl_getter unit_commands_get_root_directory;
tbl_getter unit_commands_get_working_directory;
tbl_getter unit_commands_get_user;

#endif
