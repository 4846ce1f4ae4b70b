/* unit_defaults.h -- the variables that a manager gives to all that it starts: DefaultEnvironment= of
 * system.conf or user.conf and their drop-ins; of users' managers also ManagerEnvironment=, which they
 * pass on, and environment.d (systemd-system.conf(5), environment.d(5)).
 *
 *     unit_defaults_read(&defaults, search, &host);
 *     for (size_t i = 0; i < defaults.environment.n; i++) ... defaults.environment.variables[i] ...
 *     unit_defaults_free(&defaults);
 */
#ifndef SVCQL_UNIT_DEFAULTS_H
#define SVCQL_UNIT_DEFAULTS_H

#include "formats/unit/unit_environment.h"
#include "unit_host.h"
#include "unit_search.h"

struct unit_defaults {
    struct arena            memory;
    struct unit_environment environment; /* settled */
    size_t                  lost;        /* files that were not read, and parts beyond a limit */
};

/* Read those of the search's manager. 0 or -ENOMEM. */
int  unit_defaults_read(struct unit_defaults *ret, const struct root *root,
                        const struct unit_manager *manager, const struct unit_host *host);
void unit_defaults_free(struct unit_defaults *defaults); /* accepts a zeroed one */

#endif
