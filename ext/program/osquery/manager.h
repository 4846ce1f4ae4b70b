/* manager.h -- what an extension asks of osquery itself, at its own socket. */
#ifndef SVCQL_MANAGER_H
#define SVCQL_MANAGER_H

#include "program/osquery/plugins.h"

#define MANAGER_WAIT 10 /* seconds for an answer */

/* Register all plugins as the extension svcql. 0 with its uuid; -EREMOTEIO with the message of osquery, as that
 * such an extension or table exists already; another negative errno where osquery cannot be reached. */
int manager_register(const char *socket, const struct plugins *plugins, int64_t *ret_uuid,
                     char *why, size_t size);

/* Whether the extension is still registered. */
int manager_has(const char *socket, int64_t uuid, bool *ret);

int manager_deregister(const char *socket, int64_t uuid);

#endif
