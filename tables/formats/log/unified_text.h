/* unified_text.h -- entries of macOS' unified log as other programs write them out.
 *
 * Forms: `log show` with --style default, syslog, compact, json and ndjson, also in the streams of `log stream`;
 * launchd.log, in which launchd keeps the same messages as text; and the JSON and CSV of Mandiant's
 * macos-unifiedlogs, which reads the .tracev3 files that svcql does not.
 *
 *     enum unified_form form = unified_form_of(head, size);
 *     if (unified_stamp(form, line, size, &stamp)) ... an entry begins; its lines go to unified_line()
 *
 * Sources: log(1); output of log show on macOS 10.12 to 26 as published by others; the README of
 * mandiant/macos-UnifiedLogs. A message may go over several lines, of which only the first has a time.
 */
#ifndef SVCQL_UNIFIED_TEXT_H
#define SVCQL_UNIFIED_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

enum unified_form {
    UNIFIED_NONE,
    UNIFIED_DEFAULT,
    UNIFIED_SYSLOG,
    UNIFIED_COMPACT, /* no zone, milliseconds */
    UNIFIED_LAUNCHD, /* launchd.log: no zone */
    UNIFIED_OBJECTS, /* JSON, an object an entry */
    UNIFIED_ROWS,    /* CSV */
};

enum unified_field {
    UNIFIED_PROCESS, /* path of the program, or its name where the form has no more */
    UNIFIED_SENDER,  /* path or name of the library that wrote it */
    UNIFIED_SUBSYSTEM,
    UNIFIED_CATEGORY,
    UNIFIED_TYPE,
    UNIFIED_EVENT_TYPE,
    UNIFIED_MESSAGE,
    UNIFIED_COMPUTER,
    UNIFIED_BOOT,
    UNIFIED_TEXTS
};

enum unified_number {
    UNIFIED_PID,
    UNIFIED_USER,
    UNIFIED_THREAD,
    UNIFIED_ACTIVITY,
    UNIFIED_PARENT_ACTIVITY,
    UNIFIED_TRACE,
    UNIFIED_NUMBERS
};

/* When an entry was written. Without a zone `time` is that of a clock in the host's own. */
struct unified_stamp {
    double time; /* seconds since the epoch */
    bool   zoned;
};

struct unified_entry {
    struct unified_stamp stamp;
    struct buffer        texts[UNIFIED_TEXTS];
    bool                 has[UNIFIED_TEXTS];
    int64_t              numbers[UNIFIED_NUMBERS]; /* INT64_MIN: none */
};

/* The form of a text by its first bytes. */
enum unified_form unified_form_of(const char *text, size_t size);

/* Whether a line begins an entry, and when that was. Of UNIFIED_OBJECTS a line that is a whole object. */
bool unified_stamp(enum unified_form form, const char *line, size_t size,
                   struct unified_stamp *ret);

/* Whether a line ends the entries: log show counts them after it. */
bool unified_is_rule(const char *line, size_t size);

/* Whether a line is one of those that log writes before the entries. */
bool unified_is_head(const char *line, size_t size);

/* An entry with all of its lines, of a form of text: 1, 0 where it is not one, -ENOMEM. */
int unified_line(enum unified_form form, const char *text, size_t size, struct unified_entry *ret);

/* An object: 1; 0 for the summary that log writes last; -EBADMSG where it is of something else; -ENOMEM. */
int unified_object(const char *text, size_t size, struct unified_entry *ret);

/* A row of CSV, by the names of its columns; the same returns. */
int unified_row(const char *const *names, const char *const *values, size_t n,
                struct unified_entry *ret);

void unified_free(struct unified_entry *entry);

#endif
