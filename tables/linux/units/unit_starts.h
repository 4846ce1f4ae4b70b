/* unit_starts.h -- which units a manager starts when it starts itself, and which units pull them
 * in: from default.target over the links in .wants, .requires and .upholds, Wants=, Requires=,
 * BindsTo=, Upholds=, Sockets= and what every unit requires by default.
 *
 *     unit_starts_open(&starts, search);
 *     unit_starts_by(starts, "ssh.service", &names);     "multi-user.target"
 *
 * Timers, sockets, paths and buses start services later, on their own; they are not followed.
 */
#ifndef SVCQL_UNIT_STARTS_H
#define SVCQL_UNIT_STARTS_H

#include "formats/text/buffer.h"
#include "unit_search.h"

#define UNIT_STARTS_MAX 100000 /* pulls that are kept of one manager */

struct unit_starts;

int  unit_starts_open(struct unit_starts **ret, struct unit_search *search);
void unit_starts_free(struct unit_starts *starts); /* accepts NULL */

/* Append the units that pull a unit, or an instance of this template, in at the start, as a JSON
 * array; nothing where none does. False: nothing. */
bool unit_starts_by(const struct unit_starts *starts, const char *name, struct buffer *ret);

#endif
