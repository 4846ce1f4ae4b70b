/* follow.h -- svcql hunt --follow: findings as they come. */
#ifndef SVCQL_FOLLOW_H
#define SVCQL_FOLLOW_H

#include "program.h"

/* After the table hunt_findings has been printed: print what comes, at least `severity`, until the output
 * cannot be written or a look fails, which is reported. Returns an exit status. */
int follow(sqlite3 *db, struct output *output, const char *severity);

#endif
