/* sigma_filter.h -- Sigma rules as a filter of Windows' events, asked before an event becomes a row. */
#ifndef SVCQL_SIGMA_FILTER_H
#define SVCQL_SIGMA_FILTER_H

#include "formats/evtx/evtx_filter.h"
#include "formats/sigma/sigma.h"

/* What rules ask of an event beside its keys, its computer and its data, now and then. */
struct sigma_system_field {
    const char *name, *column; /* as rules have it, as windows_events has it; NULL at the end */
    enum {
        SIGMA_SYSTEM_TEXT,
        SIGMA_SYSTEM_NUMBER,
        SIGMA_SYSTEM_MESSAGE,
        SIGMA_SYSTEM_ROW /* known of the row alone */
    } kind;
    enum evtx_field field; /* of the first two */
};

extern const struct sigma_system_field sigma_system_fields[];

struct sigma_filter {
    struct evtx_filter filter;
    struct sigma      *sigma;
    int                log;
    struct matcher    *own;   /* of the query's thread; NULL: none yet */
    struct matcher    *spare; /* of logs that were read, for the next ones */
};

/* What it finds of an event: the rules that it fits. */
struct sigma_filter_found {
    size_t   n;
    uint32_t rules[];
};

/* The filter of rules, which must live as long; `log` is windows_events' number. False where rules ask for what only a
 * row has: they must see all rows. */
bool sigma_filter_begin(struct sigma_filter *filter, struct sigma *sigma, int log);

void sigma_filter_end(struct sigma_filter *filter); /* accepts a zeroed one */

/* The text of a number, at the end of the room that there is for it. */
#define SIGMA_NUMBER_ROOM 20
const char *sigma_number_text(int64_t number, char room[SIGMA_NUMBER_ROOM], size_t *ret_size);

#endif
