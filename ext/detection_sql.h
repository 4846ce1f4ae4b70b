/* detection_sql.h -- the private connection in which detections of others are evaluated.
 *
 * It is an empty database in memory. Statements that hold an expression of a file are prepared under an
 * authorizer: one SELECT, the row, and deterministic functions of a list.
 */
#ifndef SVCQL_DETECTION_SQL_H
#define SVCQL_DETECTION_SQL_H

#include <stdbool.h>

#include "detection_file.h"
#include "sqlite3ext.h"

struct detection_sql {
    sqlite3      *db;
    sqlite3_stmt *matches;     /* SELECT ?1 REGEXP ?2 */
    bool          guarded;     /* the authorizer checks: it is called for our own statements too */
    int           selects;     /* that the authorizer has seen */
    char          denied[160]; /* what it did not allow */
};

/* Open it; it must not move. Returns an SQLite code; detection_sql_close() is due in any case. */
int  detection_sql_open(struct detection_sql *ret);
void detection_sql_close(struct detection_sql *sql); /* accepts a zeroed one */

/* Prepare a statement of ours, or one that holds an expression of a file; NULL: failed, or no text. */
sqlite3_stmt *detection_sql_prepare(struct detection_sql *sql, const char *text);
sqlite3_stmt *detection_sql_prepare_guarded(struct detection_sql *sql, const char *text);

/* Whether a section's expression is one expression over the row of a shape and nothing else, and whether all
 * patterns of a file can be compiled; what is wrong is reported. */
bool detection_sql_check(struct detection_sql *sql, const struct detection_file *file,
                         const struct detection_section *section, const char *shape,
                         struct detection_faults *faults);
bool detection_sql_check_patterns(struct detection_sql *sql, const struct detection_file *file,
                                  struct detection_faults *faults);

#endif
