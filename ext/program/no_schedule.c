#include "program/program.h"
#include "program/schedule_status.h"

/* There is no schedule whose state could be shown. */
bool lend_schedule(sqlite3 *db, const char *sql, const char *state)
{
    (void)db, (void)sql, (void)state;
    return true;
}
