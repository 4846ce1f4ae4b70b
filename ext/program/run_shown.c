/* run_shown.c -- statements that take long, with their progress on the terminal. */
#include "program.h"
#include "system.h"

bool run_shown(sqlite3 *db, const char *sql)
{
    pid_t progress = progress_begin();
    int   rc = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;

    progress_end(progress);
    if (rc != SQLITE_OK)
        complain("%s", sqlite3_errmsg(db));
    return rc == SQLITE_OK;
}
