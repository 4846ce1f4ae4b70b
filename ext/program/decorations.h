/* decorations.h -- the columns of decorators' first rows, which are added to each line of the log.
 */
#ifndef SVCQL_DECORATIONS_H
#define SVCQL_DECORATIONS_H

#include <cjson/cJSON.h>

#include "configuration.h"

struct decorations {
    cJSON **rows; /* of each decorator; NULL: not run yet, or no row */
    double *due;  /* uptime before which it does not run again */
    size_t  n;
    bool    stale; /* a row has changed since `text` was made */
    char   *text;  /* members of a JSON object, sorted, without braces; owned */
};

/* Run one decorator's SQL; its first row as JSON text to free(), or NULL for none. False where it
 * failed. */
typedef bool (*decorate_fn)(void *data, const char *sql, char **ret_row);

int  decorations_begin(struct decorations *decorations, size_t n); /* -ENOMEM */
void decorations_end(struct decorations *decorations);

/* Run those that are due before a query: all at first, then by their kind. Returns 0, or -ENOMEM: `text` is then
 * not what it should be, which the next call sees to. */
int decorations_refresh(struct decorations *decorations, const struct configuration *configuration,
                        double uptime, decorate_fn fn, void *data);

#endif
