/* connection.h -- the memory that one connection keeps for the layers above: settings, reports,
 * evidence and the list of tables are kept memory, see evidence.h. */
#ifndef SVCQL_CONNECTION_H
#define SVCQL_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evidence.h"

struct kept {
    struct kept *next;
    const void  *key;
    void        *data;
    void (*free)(void *);
    bool of_statement; /* ends when svcql_statement() changes */
};

struct svcql {
    sqlite3     *db;
    int          references;
    struct kept *kept;
    size_t       scans;           /* that are open */
    uint64_t     statement;       /* svcql_statement() */
    bool         reread, planned; /* see deferred.h */
    int          reread_version;
    bool         registered; /* all modules and functions are */
};

/* One reference is the caller's. */
int           svcql_new(sqlite3 *db, struct svcql **ret);
struct svcql *svcql_ref(struct svcql *svcql);
void          svcql_unref(struct svcql *svcql);

/* A scan of a table of the connection begins, or ends: see svcql_statement(). */
void svcql_scan_begin(struct svcql *svcql);
void svcql_scan_end(struct svcql *svcql);

/* The version of the TEMP schema; -1 where an authorizer forbids to ask. */
int svcql_temp_version(const struct svcql *svcql);

#endif
