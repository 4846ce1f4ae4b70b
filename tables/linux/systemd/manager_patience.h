/* manager_patience.h -- how long the managers of users and capsules may keep a connection waiting.
 *
 * A user may listen where his manager should and say nothing. He is waited for once: for a minute after
 * that he is not asked again, which is reported, and what he took is taken from the patience with all
 * others, down to PATIENCE_LEAST for each. Several scans of one query so cost what one does.
 */
#ifndef SVCQL_MANAGER_PATIENCE_H
#define SVCQL_MANAGER_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "evidence.h"

#define PATIENCE_LEAST  200 /* milliseconds; a manager answers in a few */
#define PATIENCE_MEMORY 60  /* seconds */

/* Milliseconds that are left of a limit. */
int64_t patience_left(const struct svcql *svcql, int64_t limit);

/* Whether the manager of this scope has been waited for in vain. */
bool patience_ended(const struct svcql *svcql, const char *scope);

/* A manager took so many milliseconds, and did not answer in the end. An SQLite code. */
int patience_note(struct svcql *svcql, const char *scope, int64_t ms);

#endif
