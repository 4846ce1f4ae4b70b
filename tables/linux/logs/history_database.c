#include "history_database.h"

#include <errno.h>
#include <math.h>

SQLITE_EXTENSION_INIT3

/* rowid, command, begin and duration in seconds. */
static const struct {
    enum history_shell shell;
    const char        *tables[2];
    const char        *sql;
} databases[] = {
    {HISTORY_ATUIN,
     {"history", NULL},
     "SELECT rowid, command, timestamp / 1e9, duration / 1e9 FROM history"},
    {HISTORY_NU,
     {"history", NULL},
     "SELECT rowid, command_line, start_timestamp / 1e3, duration_ms / 1e3 FROM history"},
    {HISTORY_XONSH,
     {"xonsh_history", NULL},
     "SELECT rowid, inp, tsb, tse - tsb FROM xonsh_history"},
};

int history_database_open(uint8_t *data, size_t size, struct history_database *ret,
                          enum history_shell *ret_shell)
{
    struct history_database database = {0};
    int                     r = sqlite_file_open_bytes(data, size, &database.file);

    if (r < 0)
        return r;
    r = -EBADMSG;
    for (size_t i = 0; r < 0 && r != -ENOMEM && i < sizeof databases / sizeof databases[0]; i++) {
        r = sqlite_file_query(&database.file, databases[i].tables, databases[i].sql,
                              &database.stmt);
        if (r == 0)
            *ret_shell = databases[i].shell;
    }
    if (r == 0)
        *ret = database;
    else
        history_database_close(&database);
    return r == -ENOENT ? -EBADMSG : r;
}

void history_database_close(struct history_database *database)
{
    sqlite3_finalize(database->stmt);
    sqlite_file_close(&database->file);
    *database = (struct history_database){0};
}

static double real_of(sqlite3_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt, column) == SQLITE_NULL ? NAN
                                                            : sqlite3_column_double(stmt, column);
}

int history_database_next(struct history_database *database, struct history_entry *ret)
{
    sqlite3_stmt *stmt = database->stmt;
    int           rc;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *command = (const char *)sqlite3_column_text(stmt, 1);
        double      duration = real_of(stmt, 3);
        size_t      size = (size_t)sqlite3_column_bytes(stmt, 1);
        while (size && command[size - 1] == '\n')
            size--;
        if (!size) {
            database->empty += sqlite3_column_type(stmt, 1) == SQLITE_NULL;
            continue;
        }
        bool known = duration >= 0 && duration < 1e9;
        *ret = (struct history_entry){.time = real_of(stmt, 2),
                                      .duration = known ? (int64_t)duration : -1,
                                      .line = (uint64_t)sqlite3_column_int64(stmt, 0),
                                      .command = command,
                                      .size = size};
        return 1;
    }
    return rc == SQLITE_DONE ? 0 : rc == SQLITE_NOMEM ? -ENOMEM : -EBADMSG;
}
