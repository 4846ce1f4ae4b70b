/* sink.h -- the destination of the result log's lines: standard output, a file that is rotated, the
 * journal, or syslog.
 *
 * Lines wait in the store until they are delivered. A file never gets a line twice, even where the
 * program was killed between writing a line and noting it: the store keeps the file's position, and
 * the bytes after it are compared with the waiting lines. The other sinks cannot be read; journald
 * gets a field SVCQL_RECORD that identifies duplicates.
 */
#ifndef SVCQL_SINK_H
#define SVCQL_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct sink;

/* How long a delivery waits for a reader that is slower than the lines come, in milliseconds. */
#define SINK_PATIENCE 1000

struct sink_kind {
    const char *name; /* as --output says; "": a path */

    /* Deliver one line. 0; -EAGAIN and similar errors: try the same line later; -EMSGSIZE: this
     * line never. */
    int (*write)(struct sink *sink, const struct waiting_line *line);

    /* All may be NULL. begin: before the first line of a turn; flush: makes the written lines
     * durable, called within the store's transaction. */
    int (*begin)(struct sink *sink);
    int (*flush)(struct sink *sink);
    void (*close)(struct sink *sink);
};

struct sink_settings {
    const char       *target; /* "-", "journald", "syslog", "syslog:SOCKET", or a file's path */
    bool              rotate;
    int64_t           rotate_size, rotate_files; /* bytes; old files kept as PATH.1, PATH.2, … */
    enum store_stream stream;                    /* which lines it takes */
};

struct sink {
    const struct sink_kind *kind;
    struct sink_settings    settings; /* target is owned */
    struct store           *store;
    int                     fd;        /* -1: not open */
    int64_t                 inode;     /* of a file */
    int64_t                 size;      /* of a file: where the next byte goes */
    int64_t                 whole;     /* of a file: where its last whole line ends */
    int64_t                 partial;   /* bytes of the next line that are written already */
    int64_t                 delivered; /* lines, since it was opened */
    int64_t                 out;      /* the last line that is written and not yet noted; 0: none */
    bool                    in_doubt; /* a file's end must be compared with the waiting lines */
};

/* 0, or -ENOMEM. Opens nothing: it is opened, and may fail, when there is a line to deliver. */
int  sink_open(const struct sink_settings *settings, struct store *store, struct sink *ret);
void sink_close(struct sink *sink);

/* Deliver the waiting lines. 0 when none waits; -errno where the sink or the store failed, and
 * undelivered lines still wait. Lines that can never be delivered are counted. Nothing is delivered
 * while the state cannot be written: a written line must be noted, or it would be repeated. */
int sink_deliver(struct sink *sink, int64_t *ret_undeliverable);

extern const struct sink_kind file_sink, stream_sink, journal_sink, syslog_sink;

#endif
