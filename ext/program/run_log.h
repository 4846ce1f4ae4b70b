/* run_log.h -- the lines of one run in the result log, stored until a sink takes them. */
#ifndef SVCQL_RUN_LOG_H
#define SVCQL_RUN_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"
#include "result_log.h"
#include "store.h"

struct run_log {
    struct store     *store;
    int64_t           query; /* its number in the store */
    struct log_header header;
    struct buffer     line;   /* the caller's to free */
    const char       *action; /* of an event */
    enum store_stream stream;
    int64_t           rows;
};

struct difference {
    int64_t id;
    bool    first;       /* all rows are new */
    bool    log_removed; /* log removed rows */
    int64_t added, removed;
};

/* All rows of a run: a line, or an event each. */
int run_log_snapshot(struct run_log *log, bool events);

/* The rows that a run added and removed, counted in `difference`: an event each, or a line. */
int run_log_events(struct run_log *log, struct difference *difference);
int run_log_batch(struct run_log *log, struct difference *difference);

/* One row, a JSON object, as an event of log->action; `data` is the log. */
int run_log_event(void *data, const char *row, size_t size);

/* All return a negative errno on failure. */

#endif
