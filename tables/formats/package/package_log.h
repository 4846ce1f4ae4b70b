/* package_log.h -- the logs of package managers, one change at a time.
 *
 *     struct package_log log = {0};
 *     while (a line)
 *         for (package_log_push(&log, line, size); package_log_next(&log, &change);)
 *             ...
 *     for (package_log_end(&log); package_log_next(&log, &change);)
 *         ...
 *     package_log_free(&log);
 *
 * The format is determined from each line, so that no name or order of files is trusted:
 *
 *     dpkg.log          2026-11-24 11:40:15 status installed libc-bin:amd64 2.36-9   dpkg(1), --log
 *     apt/history.log   Start-Date: 2026-11-24  11:40:15 and what follows it         apt's own
 *     dnf.rpm.log       2026-11-24T11:40:15+0100 SUBDEBUG Installed: a-1-2.x86_64    dnf(8)
 *     yum.log           Nov 24 11:40:15 Updated: a-1-2.x86_64                        yum(8)
 *     zypp/history      2026-11-24 11:40:15|install|a|1-2|x86_64|root@host|...       zypper(8)
 */
#ifndef SVCQL_PACKAGE_LOG_H
#define SVCQL_PACKAGE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dpkg_text.h"
#include "formats/text/buffer.h"

struct package_change {
    int64_t     time;   /* seconds since the epoch if `utc`, else on the wall clock of the host */
    int64_t     end;    /* when the run that it was part of ended, likewise; INT64_MIN: unknown */
    bool        utc;    /* whether the log says its zone */
    const char *tool;   /* dpkg, apt, dnf, yum, zypp */
    const char *action; /* install, upgrade, remove, ...; see package_log.c */
    uint64_t    line;   /* number of its line in the log, from 1 */
    uint64_t    item;   /* among the changes of that line, from 0 */

    /* Not NUL-terminated, good until the next push; `at` NULL: the log does not say. */
    struct slice package, architecture, old_version, new_version;
    struct slice command, requested_by;
    struct slice comment; /* of a run of apt: what whoever asked for it wrote */
    struct slice detail;  /* state, phase, "automatic", conffile and decision, error of apt */
};

/* A run of apt is known whole only at its end, and so is kept until then. Of zypp it is the command
 * of the run that goes on. */
struct package_run {
    struct buffer text; /* its lines, each with its '\n' */
    uint64_t      line; /* of the first */
    bool          open;
};

struct package_log {
    int      year;  /* of yum.log's next line, which says none; 0: unknown, and so is the time */
    int      month; /* of its last line: one that is earlier begins a new year */
    uint64_t lines;
    uint64_t lost; /* lines that say nothing known */

    struct package_run    run;
    bool                  ready; /* a change, or what is left of the run, can be taken */
    bool                  from_run;
    struct package_change change; /* the change of a one-line log; what the run's changes share */
    struct slice          rest;   /* lines of the run not yet taken */
    struct slice          list;   /* packages of its current line not yet taken */
    uint64_t              run_line;
    bool                  empty; /* no change of the run was taken yet */
};

void package_log_push(struct package_log *log, const char *line, size_t size);
void package_log_end(struct package_log *log);
bool package_log_next(struct package_log *log, struct package_change *ret);
void package_log_free(struct package_log *log);

/* Whether a line is of a log that does not say the year. */
bool package_log_yearless(const char *line, size_t size);

/* A package as rpm's tools write it: name-[epoch:]version-release.architecture. */
void package_nevra(struct slice text, struct package_change *change, bool old);

#endif
