/* sqlite_file.h -- an SQLite database in evidence, opened so that nothing in it is executed.
 *
 * The file is mapped privately below its root and read from memory: no journal is replayed, no
 * lock taken, nothing written; records that are only in a write-ahead log are not read. The schema
 * is not trusted, and sqlite_file_query() allows only ordinary tables.
 */
#ifndef SVCQL_SQLITE_FILE_H
#define SVCQL_SQLITE_FILE_H

#include <stdbool.h>

#include "root.h"
#include "sqlite3ext.h"

struct sqlite_file {
    sqlite3        *db;
    struct root_map map; /* empty where the caller has the bytes */
    bool damaged; /* shorter than it says, or its pages do not hold together: rows may be missing */
};

/* 0, or a negative errno: -ENOENT, -EACCES, -EBADMSG where it is not a database, -ENOMEM,
 * -EOPNOTSUPP where SQLite was built without deserialize. */
int sqlite_file_open(const struct root *root, const char *path, struct sqlite_file *ret);

/* The same of bytes that the caller keeps until after sqlite_file_close(), and that are changed. */
int sqlite_file_open_bytes(uint8_t *data, size_t size, struct sqlite_file *ret);

void sqlite_file_close(struct sqlite_file *file); /* accepts a zeroed one */

/* Prepare a query of some tables, named in a list that NULL ends: -ENOENT where one of them is not
 * an ordinary table, -EBADMSG where the columns are missing or the schema is damaged. */
int sqlite_file_query(struct sqlite_file *file, const char *const *tables, const char *sql,
                      sqlite3_stmt **ret);

#endif
