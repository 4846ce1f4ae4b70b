#include "run_log.h"

#include <errno.h>

static int put_line(struct run_log *log)
{
    if (!buffer_text(&log->line))
        return -E2BIG;
    return store_put_line(log->store, log->query, log->stream, log->line.data, log->line.size);
}

int run_log_event(void *data, const char *row, size_t size)
{
    struct run_log *log = data;

    log->rows++;
    buffer_reset(&log->line);
    log_put_event(&log->line, &log->header, row, size, log->action);
    return put_line(log);
}

static int log_element(void *data, const char *row, size_t size)
{
    struct run_log *log = data;

    if (log->rows++)
        buffer_putc(&log->line, ',');
    buffer_put(&log->line, row, size);
    return log->line.failed ? -E2BIG : 0;
}

int run_log_snapshot(struct run_log *log, bool events)
{
    struct store *store = log->store;

    log->header.counter = 0;
    log->stream = STREAM_SNAPSHOTS;
    log->action = "snapshot";
    if (events)
        return store_each_fresh(store, run_log_event, log);
    buffer_puts(&log->line, "{\"snapshot\":[");
    int r = store_each_fresh(store, log_element, log);
    if (r < 0)
        return r;
    buffer_puts(&log->line, "],\"action\":\"snapshot\",");
    log_put_header(&log->line, &log->header);
    buffer_putc(&log->line, '}');
    return put_line(log);
}

int run_log_events(struct run_log *log, struct difference *difference)
{
    struct store *store = log->store;
    int           r = 0;

    log->action = "removed";
    if (difference->log_removed)
        r = store_each_removed(store, difference->id, difference->first, run_log_event, log);
    difference->removed = log->rows;
    log->rows = 0;
    log->action = "added";
    if (r >= 0)
        r = store_each_added(store, difference->id, difference->first, run_log_event, log);
    difference->added = log->rows;
    return r;
}

int run_log_batch(struct run_log *log, struct difference *difference)
{
    struct store *store = log->store;
    int           r = 0;

    buffer_puts(&log->line, "{\"diffResults\":{\"removed\":[");
    if (difference->log_removed)
        r = store_each_removed(store, difference->id, difference->first, log_element, log);
    difference->removed = log->rows;
    log->rows = 0;
    buffer_puts(&log->line, "],\"added\":[");
    if (r >= 0)
        r = store_each_added(store, difference->id, difference->first, log_element, log);
    difference->added = log->rows;
    if (r < 0 || difference->added + difference->removed == 0)
        return r;
    buffer_puts(&log->line, "]},");
    log_put_header(&log->line, &log->header);
    buffer_putc(&log->line, '}');
    return put_line(log);
}
