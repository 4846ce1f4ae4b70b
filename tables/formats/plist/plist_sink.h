/* plist_sink.h -- the common part of the readers of XML and of binary property lists: the output,
 * with the caps of plist.h on every event. */
#ifndef SVCQL_PLIST_SINK_H
#define SVCQL_PLIST_SINK_H

#include "plist.h"

struct plist_sink {
    plist_handler      *handle;
    void               *user;
    struct plist_error *error;
    unsigned            depth;
    size_t              nodes;     /* events so far */
    size_t              nodes_max; /* at most PLIST_NODES_MAX */
    size_t              bytes;     /* of text, in all events so far */
    size_t              bytes_max;
};

/* Hand one event on, with its depth filled in. Returns as plist_parse(). */
int plist_emit(struct plist_sink *sink, struct plist_event *event);

/* Say why, and return `code`. */
int plist_fail(struct plist_sink *sink, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
