/* unit_state.h -- the state of a unit file, computed from the disk as `systemctl list-unit-files`
 * does (systemctl(1) "is-enabled"; behaviour of src/shared/install.c of systemd 252, 257 and 262).
 *
 *     unit_states_open(&states, search);
 *     unit_states_lookup(states, "ssh.service", &state);    "enabled"
 */
#ifndef SVCQL_UNIT_STATE_H
#define SVCQL_UNIT_STATE_H

#include "unit_search.h"

struct unit_states; /* the links of a search, indexed by the names that they provide */

int  unit_states_open(struct unit_states **ret, struct unit_search *search);
void unit_states_free(struct unit_states *states); /* accepts NULL */

/* One of enabled, enabled-runtime, linked, linked-runtime, alias, masked, masked-runtime, static,
 * disabled, indirect, generated, transient, bad; in static memory; NULL where the file may not be
 * read. `name` must be that of a file in the search. 0 or -ENOMEM. */
int unit_states_lookup(struct unit_states *states, const char *name, const char **ret);

#endif
