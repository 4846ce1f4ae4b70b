/* auth_input.h -- the syslog lines of all sources of a scan of auth_events, one after another.
 *
 * Sources are text logs (auth.log, secure), and the journals of a root that keeps none: where
 * rsyslog runs, both hold the same messages, and each must be reported once. A journal that the
 * query names is read in any case. The status of each source is reported for evidence_sources.
 *
 * A range of time is found in a text log by log_seek.h where its lines have their years, as rsyslog's do since
 * Debian 12; else all of it is read. Where sudo writes when commands end, one that ran for more than a day when
 * the range begins is two events.
 */
#ifndef SVCQL_AUTH_INPUT_H
#define SVCQL_AUTH_INPUT_H

#include "evidence.h"
#include "formats/log/auth_text.h"
#include "formats/log/stream.h"
#include "formats/text/buffer.h"
#include "journal_pick.h"
#include "local_time.h"
#include "log_seek.h"
#include "log_sources.h"
#include "sudo_ends.h"
#include "table.h"

struct auth_record {
    double           time; /* seconds since the epoch, UTC */
    struct auth_span host, program, message;
    struct auth_span exe;     /* that wrote it, according to journald; text NULL in a text log */
    struct auth_span session; /* that its process was in, of logind or of audit; likewise */
    int64_t          pid;     /* -1: unknown */
    int64_t          writer;  /* user that its process ran as, according to journald; -1: unknown */
    int64_t          line;
    int64_t          count;  /* number of repetitions of the message */
    int64_t          result; /* exit status of sudo's command, from a later line; -1: none */
};

/* Tracks the year of lines without one, from line to line. */
struct auth_calendar {
    int     year; /* of the last line */
    int64_t last; /* its time within a year, in seconds; -1: none yet */
};

/* The beginning and the end of a log, and how many lines are before each. */
struct auth_ends {
    struct log_part parts[2];
    int64_t         lines[2];
    size_t          n, i;
};

/* The earliest and the latest event of a log without such parts, which is read for them first. */
struct auth_edges {
    struct auth_edge {
        struct buffer text; /* of the line */
        double        time;
        int64_t       line, result;
    } edges[2];
    size_t n, i;
    bool   read;
    int    error; /* a negative errno, which ended the reading */
};

/* Must be the first member of the table's state. */
struct auth_input {
    const struct tbl_terms *time;
    struct log_sources      sources; /* .shown and .source are the source of a line */
    struct sudo_ends        ends;    /* of the file */
    int64_t                 line, read, bad;

    struct stream       *stream; /* of a text log */
    struct time_zone    *zone;   /* of its root */
    struct auth_calendar calendar;
    struct log_stretch   stretch;   /* that is read of it */
    bool                 results;   /* whether the status of commands that end later is wanted */
    bool                 only_ends; /* whether the first and last events of each log are enough */
    struct auth_ends     parts;     /* of the log, that have them; n 0: all is read */
    bool                 edged;     /* whether `edges` stand for the log */
    struct auth_edges    edges;
    uint64_t             at; /* offset of its next line, about */

    struct journal_pick *pick;   /* of a journal */
    bool                 others; /* whose entries are of the hosts that they name */
    struct buffer        text;   /* the fields of its entry */
};

struct auth_want {
    const struct tbl_terms *time;    /* the query's terms on that column */
    struct sources_want     sources; /* without artefacts */
    bool                    results; /* whether auth_record.result is used */
    bool ends; /* whether events that are neither the earliest nor the latest of their log may be
                                        left out */
};
int auth_input_begin(struct tbl_scan *scan, struct auth_input *input, const struct auth_want *want);

/* The next line that fits the terms on time: SQLITE_ROW, SQLITE_DONE or an error. Valid until the
 * next call. */
int auth_input_next(struct auth_input *input, struct auth_record *ret);

/* As tbl_table.ends, of the same sources. */
int auth_input_ends(struct tbl_scan *scan, const struct auth_want *want, struct tbl_ends *ret);

void auth_input_end(struct auth_input *input); /* accepts a half-begun one */

#endif
