#include "sqlite_file.h"

#include <errno.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

#define FILE_MAX        (UINT64_C(2) << 30) /* bytes of a database */
#define VALUE_MAX       (64 << 20)          /* bytes of a value or row */
#define STEPS_MAX       100000000           /* of SQLite's machine in a query, about a second */
#define INDEXED_MAX     ((size_t)16 << 20)  /* bytes of a database whose indexes are checked */
#define HEADER_SIZE     100
#define FORMAT_VERSIONS 18 /* where two bytes say 1 rollback journal or 2 write-ahead log */

static int errno_of(int rc)
{
    return rc == SQLITE_NOMEM ? -ENOMEM : -EBADMSG;
}

/* Called after STEPS_MAX steps: pages that point at each other can make a table endless. */
static int stop(void *data)
{
    (void)data;
    return 1;
}

static void restrain(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
    sqlite3_progress_handler(db, STEPS_MAX, stop, NULL);
}

/* The size in pages, valid where the number of the last change is the same in both places
 * (fileformat2.html, sections 1.3.3 to 1.3.15). */
static bool is_cut(const uint8_t *data, size_t size)
{
    uint32_t page = (uint32_t)data[16] << 8 | data[17];
    uint32_t pages = (uint32_t)data[28] << 24 | (uint32_t)data[29] << 16 | (uint32_t)data[30] << 8 |
                     (uint32_t)data[31];

    return memcmp(data + 24, data + 92, 4) == 0 &&
           (uint64_t)pages * (page == 1 ? 65536 : page) > size;
}

/* Whether SQLite finds the pages to hold together and, of a database that is not large, each row to be in
 * its indexes. No answer within STEPS_MAX is none. */
static bool is_whole(sqlite3 *db, size_t size)
{
    const char   *sql = size <= INDEXED_MAX ? "PRAGMA main.integrity_check(1)"
                                            : "PRAGMA main.quick_check(1)"; /* a tenth of the time */
    sqlite3_stmt *stmt;
    const char   *text = NULL;
    int           rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    if (rc != SQLITE_OK)
        return rc == SQLITE_NOMEM;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        text = (const char *)sqlite3_column_text(stmt, 0);
    bool whole = rc == SQLITE_ROW ? text && strcmp(text, "ok") == 0
                                  : rc == SQLITE_INTERRUPT || rc == SQLITE_NOMEM;
    sqlite3_finalize(stmt);
    return whole;
}

/* A file in write-ahead mode cannot be opened from memory, so our copy of its header marks it
 * otherwise. The main file was consistent at the last checkpoint. */
static int attach(struct sqlite_file *file, uint8_t *data, size_t size)
{
    if (size < HEADER_SIZE || memcmp(data, "SQLite format 3", 16) != 0)
        return -EBADMSG;
    file->damaged = is_cut(data, size);
    if (data[FORMAT_VERSIONS] == 2 && data[FORMAT_VERSIONS + 1] == 2)
        data[FORMAT_VERSIONS] = data[FORMAT_VERSIONS + 1] = 1;

    int rc =
        sqlite3_open_v2(":memory:", &file->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL);
    if (rc != SQLITE_OK)
        return errno_of(rc);
    restrain(file->db);
    rc = sqlite3_deserialize(file->db, "main", data, (sqlite3_int64)size, (sqlite3_int64)size,
                             SQLITE_DESERIALIZE_READONLY);
    if (rc != SQLITE_OK)
        return errno_of(rc);
    file->damaged |= !is_whole(file->db, size);
    return 0;
}

/* Return the file where `r` is 0, else close it. */
static int finish(struct sqlite_file *file, int r, struct sqlite_file *ret)
{
    if (r == 0)
        *ret = *file;
    else
        sqlite_file_close(file);
    return r;
}

int sqlite_file_open(const struct root *root, const char *path, struct sqlite_file *ret)
{
    struct sqlite_file file = {0};

    if (!sqlite3_deserialize)
        return -EOPNOTSUPP;
    int r = root_map(root, path, FILE_MAX, &file.map);
    if (r == 0)
        r = attach(&file, file.map.data, file.map.size);
    return finish(&file, r, ret);
}

int sqlite_file_open_bytes(uint8_t *data, size_t size, struct sqlite_file *ret)
{
    struct sqlite_file file = {0};

    return sqlite3_deserialize ? finish(&file, attach(&file, data, size), ret) : -EOPNOTSUPP;
}

void sqlite_file_close(struct sqlite_file *file)
{
    sqlite3_close(file->db);
    root_unmap(&file->map);
    *file = (struct sqlite_file){0};
}

/* A view or a virtual table of that name would run SQL of the evidence's author. */
static int ordinary_table(sqlite3 *db, const char *table)
{
    static const char sql[] = "SELECT 1 FROM sqlite_schema"
                              " WHERE name = ? AND type = 'table' AND rootpage > 0";
    sqlite3_stmt     *stmt;
    int               rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    if (rc != SQLITE_OK)
        return errno_of(rc);
    sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
    rc = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW ? 0 : rc == SQLITE_DONE ? -ENOENT : errno_of(rc);
}

int sqlite_file_query(struct sqlite_file *file, const char *const *tables, const char *sql,
                      sqlite3_stmt **ret)
{
    for (; *tables; tables++) {
        int r = ordinary_table(file->db, *tables);
        if (r < 0)
            return r;
    }
    int rc = sqlite3_prepare_v2(file->db, sql, -1, ret, NULL);
    return rc == SQLITE_OK ? 0 : errno_of(rc);
}
