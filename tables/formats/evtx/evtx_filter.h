/* evtx_filter.h -- what is asked of each event of a log before it becomes a row: rules that may fit it.
 *
 * A table that takes a filter makes its matchers in the query's own thread; each is then asked by one thread, in no
 * order of events.
 */
#ifndef SVCQL_EVTX_FILTER_H
#define SVCQL_EVTX_FILTER_H

#include "evtx.h"
#include "formats/text/arena.h"

/* The type of the pointer by which a query hands one to a table (sqlite3_bind_pointer), and the column for it. */
#define EVTX_FILTER "event_filter"

struct evtx_filter {
    void *data;
    /* A matcher, for the query's own thread, one at a time, or for another thread; NULL: out of memory. */
    void *(*begin)(void *data, bool own);
    void (*end)(void *matcher);

    /* Whether the event is wanted: 1, 0, or -ENOMEM. It may be wanted in vain, never missed. What was found of it may
     * go to *ret_found, in `memory`, which lives as long as the event: struct event_fields has it. */
    int (*wants)(void *matcher, const struct evtx_event *event, struct arena *memory,
                 const void **ret_found);
};

#endif
