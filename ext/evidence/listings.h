/* listings.h -- what folders held when a statement first listed them: a file that is removed before the same
 * statement lists the folder again would be missing from a part of its answer, and nothing would say so.
 * Tables use svcql_listed() of evidence.h; this is the part for whoever reports to several tables. */
#ifndef SVCQL_LISTINGS_H
#define SVCQL_LISTINGS_H

#include "evidence.h"

/* The names that a folder had for the same kind and pattern when this statement last listed it, and that are
 * not among `names` now, the caller's to root_names_free(); none where it had not been listed. -ENOMEM. */
int listings_gone(struct svcql *svcql, const struct folder *folder, const char *pattern,
                  const struct root_names *names, struct root_names *ret);

/* Report them to one table as damaged; a name that begins with '/' is a path. Returns an SQLite code. */
int listings_report(struct svcql *svcql, const char *table, const struct folder *folder,
                    const struct root_names *gone);

#endif
