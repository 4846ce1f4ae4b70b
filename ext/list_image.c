#include "list_image.h"

#include <string.h>

#include "sqlite3ext.h"

SQLITE_EXTENSION_INIT3

#define DESERIALIZE 3039000 /* the version from which extensions have sqlite3_deserialize() */

static _Thread_local bool opens;

bool list_image_opens(void)
{
    return opens;
}

/* A connection with the image, or with nothing, as its database. */
static sqlite3 *open_image(const struct list_image *image)
{
    sqlite3 *db = NULL;

    opens = true;
    int rc = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    opens = false;
    if (rc == SQLITE_OK && image)
        rc = sqlite3_deserialize(db, "main", (unsigned char *)image->data,
                                 (sqlite3_int64)image->size, (sqlite3_int64)image->size,
                                 SQLITE_DESERIALIZE_READONLY);
    if (rc == SQLITE_OK)
        return db;
    sqlite3_close(db);
    return NULL;
}

/* Copy the image, or nothing, over TEMP. */
static bool replace_temp(sqlite3 *db, const struct list_image *image)
{
    sqlite3        *source = open_image(image);
    sqlite3_backup *backup = source ? sqlite3_backup_init(db, "temp", source, "main") : NULL;
    bool            done = backup && sqlite3_backup_step(backup, -1) == SQLITE_DONE;

    done &= sqlite3_backup_finish(backup) == SQLITE_OK;
    sqlite3_close(source);
    return done;
}

/* Whether a query has a row, and that has this text. */
static bool gives(sqlite3 *db, const char *sql, const char *text)
{
    sqlite3_stmt *stmt = NULL;
    bool          same = false;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW) {
        const char *value = (const char *)sqlite3_column_text(stmt, 0);
        same = value && strcmp(value, text) == 0;
    }
    sqlite3_finalize(stmt);
    return same;
}

bool list_image_restore(sqlite3 *db)
{
    return embedded_lists.size && sqlite3_libversion_number() >= DESERIALIZE &&
           sqlite3_get_autocommit(db) &&
           gives(db, "SELECT count(*) FROM temp.sqlite_schema", "0") &&
           gives(db, "PRAGMA encoding", "UTF-8") && replace_temp(db, &embedded_lists);
}

void list_image_remove(sqlite3 *db)
{
    replace_temp(db, NULL);
}
