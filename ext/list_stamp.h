/* list_stamp.h -- how long the rows read of a list, such as signals, may be kept. */
#ifndef SVCQL_LIST_STAMP_H
#define SVCQL_LIST_STAMP_H

#include <stdbool.h>

#include "table/connection.h"

struct list_stamp {
    bool     valid;
    int      changes; /* of the connection */
    unsigned data;    /* the version of TEMP, where a list may be dropped, made again or renamed */
    int      schema; /* while a write of TEMP is not committed, the version of its schema; else 0 */
    bool     bound;  /* kept for one statement alone */
    uint64_t statement;
};

/* Whether the lists hold what they held when `kept` was made, zeroed before the first time; else *ret is the stamp of what they
 * hold now, to be kept once they are read. It may be asked for every row. A list in TEMP changes only with what the connection
 * counts, or with the version of TEMP's data or, before the commit, its schema; within a transaction, whose rollback would not
 * be seen, and of a list that is not in TEMP, which others may change, what was read is kept for one statement that reads
 * tables. `lists` ends with NULL. */
bool list_stamp_stands(struct svcql *svcql, const char *const *lists, struct list_stamp *kept,
                       struct list_stamp *ret);

#endif
