/* log_sources.h -- the files of a table of events that hosts keep in text logs, in the journal or in
 * both: all logs first, then the journals.
 *
 * Where auditd or rsyslog runs, the journal holds the same events as its log, and each should be
 * reported once: a journal is left out where its root has a log, but for the files of it that came from
 * other hosts. A journal that the query names is
 * read in any case. Of several programs that write one host's events, only one's logs are read, too.
 * The status of each source and file is reported.
 */
#ifndef SVCQL_LOG_SOURCES_H
#define SVCQL_LOG_SOURCES_H

#include "evidence.h"
#include "table.h"

/* A table's functions for the files. They return 0 or a negative errno. */
struct log_reader {
    enum artefact log;
    const char *left_out; /* detail of a journal, or another program's log, whose root has a log */
    const char *listed;   /* detail of a folder of journals, whose files are reported one by one */

    /* Open the log of sources->source; for a log that is not empty call log_sources_found(). -ENODATA: it
     * has no wanted records. */
    int (*open_log)(struct tbl_scan *scan);

    /* Open a journal of sources->source; -ENODATA: it has no wanted records. */
    int (*open_journal)(struct tbl_scan *scan, const char *path);

    void (*close_file)(struct tbl_scan *scan); /* accepts a half-opened one */

    bool (*of_others)(const struct source *source); /* as of sources_want */

    /* Which program wrote a log, as a number; NULL: one alone writes them. */
    int (*writer)(const struct source *source);
};

/* A root that has a log, and which program wrote it. */
struct logged {
    char *root; /* owned */
    int   writer;
};

struct log_sources {
    struct tbl_scan         *scan;
    const struct log_reader *reader;
    const struct tbl_terms  *terms; /* on the column source; NULL: none */
    struct sources           sources;
    struct sources_want      want;     /* its strings are borrowed */
    bool                     named;    /* the query names a path */
    bool                     journals; /* whether all logs were read */
    struct logged           *logged;
    size_t                   n_logged;

    struct source     source; /* that is read */
    struct root_names files;  /* of a source that is a journal */
    size_t            next_file;
    char             *shown; /* the file that is read, for the column source; owned; NULL: none */
};

/* Begin with the sources of `want`, whose artefacts are not used. The first bytes of a path in the
 * query decide whether it is a log or a journal. An SQLite code. */
int  log_sources_begin(struct log_sources *sources, struct tbl_scan *scan,
                       const struct log_reader *reader, const struct tbl_terms *terms,
                       const struct sources_want *want);
void log_sources_end(struct log_sources *sources); /* accepts a zeroed one */

/* Open the next file that can be read: SQLITE_ROW, SQLITE_DONE or an error. */
int log_sources_enter(struct log_sources *sources);

/* Report the file that is open and close it. `error` ended its reading (0: none), `lost` is the
 * number of lines or entries that `what` describes. */
int log_sources_leave(struct log_sources *sources, int error, int64_t records, int64_t lost,
                      const char *what);

/* As tbl_table.ends, of the logs and journals of `want`, whose artefacts are not used. `ends_of` widens the ends by those
 * of a log that is open for reading: false where it cannot be sought. */
typedef bool log_ends_fn(const struct source *source, int fd, struct tbl_ends *ret);
int log_sources_ends(struct tbl_scan *scan, const struct sources_want *want, enum artefact log,
                     log_ends_fn *ends_of, struct tbl_ends *ret);

/* Note that the source's root has a log. -ENOMEM. */
int log_sources_found(struct log_sources *sources);

#endif
