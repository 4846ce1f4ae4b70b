/* schedule_status.h -- the status of a state's queries, for people. */
#ifndef SVCQL_SCHEDULE_STATUS_H
#define SVCQL_SCHEDULE_STATUS_H

#include <sqlite3.h>
#include <stdbool.h>

/* Where svcql.service keeps its state. */
#define SERVICE_STATE "/var/lib/svcql/state.db"

/* Print the state's svcql_schedule. An exit status: EXIT_INCOMPLETE where no query has run for long
 * after its time. */
int show_schedule(const char *state);

/* Let SQL that names svcql_schedule read a state; NULL: the service's. False after complaining. */
bool lend_schedule(sqlite3 *db, const char *sql, const char *state);

#endif
