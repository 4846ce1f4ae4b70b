/* make_unified_log.h -- entries of macOS' unified log in each form that they are exported in.
 */
#ifndef SVCQL_MAKE_UNIFIED_LOG_H
#define SVCQL_MAKE_UNIFIED_LOG_H

#include "formats/text/buffer.h"

#define UNIFIED_MADE 8

/* A second apart; the first is of UNIFIED_BEGIN. */
#define UNIFIED_BEGIN 1795171440 /* 2026-11-20 10:44:00 UTC */
extern const struct unified_made {
    const char *process, *path;
    int         pid;
    const char *subsystem, *category, *message;
} unified_made[UNIFIED_MADE];

enum unified_style { DEFAULT, SYSLOG, COMPACT, NDJSON, JSON, OBJECTS, CSV, STYLES };

/* The name of a file of each form. */
extern const char *const unified_names[STYLES];

struct buffer make_unified_log(enum unified_style style);

#endif
