/* unit_files.h -- what the two files of unit_files share: the walk that gives rows (unit_files.c)
 * and the columns that are computed on demand (unit_file_values.c). */
#ifndef SVCQL_UNIT_FILES_H
#define SVCQL_UNIT_FILES_H

#include "linux/packages/packages.h"
#include "table.h"
#include "unit_host.h"
#include "unit_load.h"
#include "unit_starts.h"
#include "unit_state.h"
#include "unit_walk.h"

struct file_row {
    const char *host, *source, *path, *name, *kind, *scope, *scope_user, *unit, *directory;
    int64_t     rank;
    const char *shadowed_by, *link_target;
    int64_t     link_leaves, link_dangling;
    int64_t     size;
    const char *mode;
    int64_t     uid, gid;
    double      mtime, ctime, btime;
    int64_t     immutable;
    const char *root;
};

struct files_state {
    const struct tbl_terms *path, *name, *kind, *scope, *user, *unit;
    bool                    places_wanted;
    bool                    status_used, leaves_used, dangling_used, shadow_used; /* by the query */
    struct unit_walk        walk;
    struct unit_states     *states;
    struct unit_starts     *starts;
    struct unit_search     *current; /* walk.search, then places */
    size_t                  next;    /* entry of `current` */
    struct unit_entry      *entry;   /* of the row */

    struct unit_entry *loaded_for; /* the entry that `loaded` holds; NULL: none */
    struct unit_loaded loaded;

    const char **started; /* scripts that some runlevel starts, sorted; NULL: not gathered yet */
    size_t       n_started;

    struct packages *packages;
    bool             have_packages;
    bool             have_owner, have_altered; /* of the row: a query names these more than once */
    const char      *owner;
    int              altered;
    struct unit_host host;
    bool             have_host;
};

/* Free what was kept for the files of one manager; of one root. */
void unit_files_forget_manager(struct files_state *s);
void unit_files_forget_root(struct files_state *s);

/* The lazy columns. */
tbl_getter unit_files_get_state;
tbl_getter unit_files_get_commands;
tbl_getter unit_files_get_own_commands;
tbl_getter unit_files_get_own_settings;
tbl_getter unit_files_get_settings;
tbl_getter unit_files_get_exec_start;
tbl_getter unit_files_get_started_by;
tbl_getter unit_files_get_aliases;
tbl_getter unit_files_get_error;
tbl_getter unit_files_get_resolved;
tbl_getter unit_files_get_sha256;
tbl_getter unit_files_get_package;
tbl_getter unit_files_get_package_altered;
tbl_getter unit_files_get_description;
tbl_getter unit_files_get_documentation;
tbl_getter unit_files_get_source_path;
tbl_getter unit_files_get_user;
tbl_getter unit_files_get_wanted_by;
tbl_getter unit_files_get_required_by;

#endif
