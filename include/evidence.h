/* evidence.h -- what a connection reads from, and what became of each source.
 *
 * A connection holds a list of `struct evidence`: the live host at first, then what the user adds
 * with INSERT INTO evidence(location). Each is one host's worth: a root file system, or a folder of
 * collected files, with a root that confines all reading.
 *
 * A table never looks for files by itself. It asks for artefacts of a kind and gets sources: the
 * files that its `path` or `source` argument names or, without one, those of all evidence, or of
 * the evidence whose host the query fixes:
 *
 *     sources_begin(&state->sources, tbl_svcql(scan), &(struct sources_want){
 *         .artefacts = 1u << ARTEFACT_AUDIT_LOG, .host = key->host, .path = key->source});
 *     while ((r = sources_next(&state->sources, &source)) > 0)
 *         ... root_open_file(source.root, source.path) ...
 *     sources_end(&state->sources);
 *
 * For each source that it opened, or could not, a table calls svcql_report(), which is what
 * evidence_sources shows. A source that fails never fails the query; it is reported, and the scan
 * goes on with the next.
 */
#ifndef SVCQL_EVIDENCE_H
#define SVCQL_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "root.h"
#include "sqlite3ext.h"

/* Kinds of artefact. The second word is the name that evidence_sources.kind shows. A root kind
 * stands for a whole file system, below whose root the table finds its own paths. */
#define ARTEFACTS(X)                                                                               \
    X(LINUX_ROOT, "linux_root") /* unit files, users, packages, /proc of the live host */          \
    X(WINDOWS_ROOT, "windows_root")                                                                \
    X(MACOS_ROOT, "macos_root") /* property lists, overrides */                                    \
    X(LIVE, "live")             /* the running host: its bus, /proc */                             \
    X(AUDIT_LOG, "audit_log")   /* audit.log, rotated, gzipped */                                  \
    X(JOURNAL, "journal")       /* a .journal file or a directory of them */                       \
    X(AUTH_LOG, "auth_log")     /* auth.log, secure, syslog text */                                \
    X(SHELL_HISTORY, "shell_history")                                                              \
    X(PACKAGE_LOG, "package_log")         /* dpkg.log, apt/history.log, dnf and yum logs */        \
    X(EVENT_LOG, "event_log")             /* .evtx */                                              \
    X(EVENT_JSON, "event_json")           /* Windows events as JSON, XML or CSV */                 \
    X(UNIFIED_LOG, "unified_log")         /* of macOS, as exported; launchd.log */                 \
    X(SERVICE_LISTING, "service_listing") /* what systemctl, sc and so on printed */               \
    X(HIVE, "hive")                       /* registry hive, its .LOG1 and .LOG2 beside it */       \
    X(PLIST, "plist")                     /* launchd property list */                              \
    X(LAUNCHD_OVERRIDES, "launchd_overrides")

enum artefact {
#define ARTEFACT_ENUM(id, name) ARTEFACT_##id,
    ARTEFACTS(ARTEFACT_ENUM)
#undef ARTEFACT_ENUM
        ARTEFACT_COUNT
};

/* Those that represent a whole root; the others are files, or folders of journals. */
#define ROOT_ARTEFACTS                                                                             \
    (1u << ARTEFACT_LINUX_ROOT | 1u << ARTEFACT_WINDOWS_ROOT | 1u << ARTEFACT_MACOS_ROOT)

const char *artefact_name(enum artefact artefact);

struct svcql; /* one a connection; made by sqlite3_svcql_init(), freed with the last table */

sqlite3 *svcql_db(const struct svcql *svcql);

/* The value of a row of the table svcql_settings; never NULL. Owned by the connection. */
const char *svcql_setting(const struct svcql *svcql, const char *name);

/* A number that changes when no table of the connection is being read any more. What is read of the disk
 * for each scan of a statement, as whether a database is still the one that was read, may hold while it
 * stays; not for long, as a program may leave a statement open for good. */
uint64_t svcql_statement(const struct svcql *svcql);

/* Memory a module keeps for the life of the connection (an index of packages, a bus): the pointer
 * kept under the address `key`, or NULL. svcql_keep() takes ownership and calls `free_fn` at the
 * end, at once where it fails (SQLITE_NOMEM). */
void *svcql_kept(const struct svcql *svcql, const void *key);
int   svcql_keep(struct svcql *svcql, const void *key, void *data, void (*free_fn)(void *));

/* The same until svcql_statement() changes: what all scans of a statement have in common. */
int svcql_keep_statement(struct svcql *svcql, const void *key, void *data, void (*free_fn)(void *));

/* Sources -------------------------------------------------------------------- */

struct evidence {
    int64_t     id;
    const char *location; /* as the user gave it; "/" for the live host */
    const char *host;     /* as the evidence says; its location's last part where it does not */
    const char *kind;     /* live, linux, windows, macos, files */
    const char *time_zone;
    const char *root;  /* folder that confines all reading */
    unsigned    flags; /* enum root_flag, to open it with */
    bool        live;
    bool        host_given; /* the host is as the user gave it */
};

struct source {
    const struct evidence *evidence; /* NULL: a file named in the query that no evidence holds;
                                        valid until sources_next() */
    struct root           *root;     /* valid until sources_next(); root_ref() to keep */
    const char            *path;     /* within the root; "" for the root kinds */
    const char            *shown;    /* for the column `source`: where a person finds it */
    const char            *host;     /* never NULL */
    const char            *copy; /* the copy of a system that it is from: RegBack, Windows.old, the
                                    folder of a volume's shadow, the name of a compressed hive
                                    beside the hive; NULL: from the system itself */
    enum artefact          artefact;
    bool                   live;
    bool                   named; /* the query names this very file */
};

struct sources_want {
    unsigned    artefacts; /* set of 1u << enum artefact */
    const char *host;      /* only evidence of this host; NULL: of all */
    const char
        *path; /* only this file, the files in this folder or that fit this glob; NULL: all */
    const char *source; /* only this very file; NULL: all. `path` goes before it */
    const char *root;   /* only below this root, opened for the query; NULL: all evidence */

    /* Whether a source of a host may have rows of another: where a question is about one host, what
     * is of others alone is not read. Asked once a statement. NULL: a row's host is its source's. */
    bool (*of_others)(const struct source *source);
    bool
        host_of_rows; /* `host` is that of rows: evidence of others is read where of_others() says so */
};

/* The iterator is opaque except for its size, so that it can be a member of a table's state. */
struct sources {
    void *impl;
};

/* -ENODATA: `path` is a pattern that no file fits, or a folder without a file that is wanted. */
int  sources_begin(struct sources *sources, struct svcql *svcql, const struct sources_want *want);
int  sources_next(struct sources *sources, struct source *ret); /* 1, 0 at the end, -errno */
void sources_end(struct sources *sources);                      /* accepts a zeroed one */

/* Reports -------------------------------------------------------------------- */

enum source_status {
    SOURCE_READ,
    SOURCE_READY, /* can be read, but no query has read it yet */
    SOURCE_ABSENT,
    SOURCE_DENIED,
    SOURCE_DAMAGED,
    SOURCE_UNKNOWN, /* in an evidence folder, but not of a kind that a table reads */
};

struct report {
    const char        *table; /* that read it */
    const char        *kind;  /* an artefact's name, or the table's own word: "bus" */
    const char        *host;
    const char        *location; /* as the column `source` says */
    enum source_status status;
    int64_t            records; /* read; TBL_NULL: not counted yet */
    int64_t            skipped; /* records or lines lost to damage or limits */
    const char        *detail;  /* why, for people; may be NULL */
    bool               root; /* a probe's, of a whole root: not shown once the table has read it */
};

/* Set what evidence_sources shows for (table, location). It replaces an earlier report, unless that is
 * worse and of the same statement, while any of its scans is open. A source whose records were all lost
 * counts as damaged, not as read. Copies the strings. Returns an SQLite code. */
int svcql_report(struct svcql *svcql, const struct report *report);

/* Whether a table has reported a location: for probing. */
bool svcql_reported(const struct svcql *svcql, const char *table, const char *location);

/* Say of a folder that was listed only in part, or not at all, that it is damaged: how many names
 * are known to be lost, and why. Nothing where `lost` and `error` are 0. Returns an SQLite code. */
struct folder {
    const char        *kind; /* as of a report */
    const char        *host;
    const struct root *root;
    const char        *dir; /* within the root */
};
int svcql_report_folder(struct svcql *svcql, const char *table, const struct folder *folder,
                        int error, size_t lost);

/* Compare the names of a folder, or the paths below it, with those that it had when the same statement listed
 * it before for this kind and pattern (which may be NULL), and report what is missing now as damaged: a part
 * of the answer has its rows, and a part has not. Returns an SQLite code. */
int svcql_listed(struct svcql *svcql, const char *table, const struct folder *folder,
                 const char *pattern, const struct root_names *names);

/* The status that a negative errno of opening means: absent, denied or damaged. */
enum source_status source_status_of(int negative_errno);

/* Its text: that of strerror(), except where that would say nothing: -EDQUOT, a source beyond its budget
 * (input.h), -EFBIG, -ENOKEY, -EBADMSG, -EINVAL, and -ESTALE, a source that was removed while it was read. */
const char *source_error(int negative_errno);

#endif
