/* unit_host.h -- the facts about a host that units may name by specifiers: its names, its version,
 * its architecture, its users.
 */
#ifndef SVCQL_UNIT_HOST_H
#define SVCQL_UNIT_HOST_H

#include "formats/text/arena.h"
#include "formats/unit/unit_specifiers.h"
#include "unit_search.h"

/* A user of /etc/passwd. */
struct unit_user {
    const char *name, *home, *shell;
    int64_t     uid, gid;
};

struct unit_group {
    const char *name;
    int64_t     gid;
};

struct unit_host {
    struct arena           memory;
    struct unit_user      *users; /* by name */
    size_t                 n_users, users_room;
    struct unit_group     *groups;
    size_t                 n_groups, groups_room;
    struct unit_specifiers specifiers;
};

/* Read the facts of a root. Those of absent files stay unknown. 0 or -ENOMEM. */
int  unit_host_read(struct unit_host *host, const struct root *root);
void unit_host_free(struct unit_host *host); /* accepts a zeroed one */

/* The host's specifiers, and those of a manager: %h %u %U %g %G %s %t %S %C %L %E %D %T %V. Texts
 * are put into the arena. */
void unit_host_specifiers(const struct unit_host *host, const struct unit_manager *manager,
                          struct arena *memory, struct unit_specifiers *ret);

/* The user of this name, or of this number; NULL: none. */
const struct unit_user *unit_host_user(const struct unit_host *host, const char *name);

#endif
