/* unit_sysv.h -- which init scripts of a root would start, and as what.
 *
 *     const char *why = unit_sysv_off(root, version);     NULL: init scripts are started here
 */
#ifndef SVCQL_UNIT_SYSV_H
#define SVCQL_UNIT_SYSV_H

#include "unit_search.h"

/* Whether systemd is what the root boots. */
bool unit_has_systemd(const struct root *root, int version);

/* Why this root's systemd starts no init script at all: it is of a version without them, or has not
 * their generator. NULL: it may start them, or there is no systemd. In static memory. */
const char *unit_sysv_off(const struct root *root, int version);

/* Why systemd makes no service of a file among the init scripts; NULL: it does. In static memory. */
const char *unit_sysv_ignored(const struct root *root, const struct unit_entry *entry);

/* The service that is made of a script; "" where out of memory. */
const char *unit_sysv_name(struct arena *memory, const char *script);

#endif
