/* list_stamp.h -- how long the rows read of a list, such as signals, may be kept. */
#ifndef SVCQL_LIST_STAMP_H
#define SVCQL_LIST_STAMP_H

#include <stdbool.h>

#include "table/connection.h"

struct list_stamp {
    bool     valid;
    int      changes; /* of the connection */
    int      schema;  /* its version in TEMP, where a list may be dropped, made again or renamed */
    bool     bound;   /* kept for one statement alone */
    uint64_t statement;
};

/* What stays the same while the lists hold the same. A list in TEMP changes only with what the connection
 * counts, or with its schema; within a transaction that somebody began, whose rollback would not be seen, and of a list that is
 * not in TEMP, which others may change, what was read is kept for one statement that reads tables. `lists`
 * ends with NULL. */
struct list_stamp list_stamp(struct svcql *svcql, const char *const *lists);

/* Whether what was read under a stamp is to be kept, by what can be asked for every row of a statement; where it is
 * false, list_stamp() tells. */
bool list_stamp_holds(struct svcql *svcql, const struct list_stamp *stamp);

/* False where either is not valid. */
bool list_stamp_same(const struct list_stamp *a, const struct list_stamp *b);

#endif
