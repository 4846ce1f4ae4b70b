/* history_database.h -- command histories that are SQLite databases: nushell's, atuin's, xonsh's. */
#ifndef SVCQL_HISTORY_DATABASE_H
#define SVCQL_HISTORY_DATABASE_H

#include "evidence/sqlite_file.h"
#include "formats/log/history_text.h"

struct history_database {
    struct sqlite_file file;
    sqlite3_stmt      *stmt;  /* NULL: not open */
    size_t             empty; /* rows without a command, passed over */
};

/* Open the database in these bytes, which are changed and must stay until it is closed: 0, or
 * -EBADMSG where it is not one of these histories. */
int  history_database_open(uint8_t *data, size_t size, struct history_database *ret,
                           enum history_shell *ret_shell);
void history_database_close(struct history_database *database); /* accepts a zeroed one */

/* The next command: 1, 0 at the end, -EBADMSG where the rest is damaged, -ENOMEM. */
int history_database_next(struct history_database *database, struct history_entry *ret);

#endif
