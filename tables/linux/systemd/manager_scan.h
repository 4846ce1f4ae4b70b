/* manager_scan.h -- one after another, the service managers of the running host: the system's, then
 * every user's and every capsule's. The common part of the tables systemd_units, systemd_managers and
 * reload_changes.
 *
 *     int rc = manager_scan_begin(&s, svcql, &(struct manager_scan_want){.table =
 * "systemd_units"}); while (rc == SQLITE_OK && (rc = manager_scan_next(&s)) == SQLITE_ROW)
 *         ... manager_call(s.manager, ...); s.records++; ...
 *     manager_scan_end(&s);
 *
 * A manager that cannot be reached is reported and skipped. Functions return SQLite codes.
 */
#ifndef SVCQL_MANAGER_SCAN_H
#define SVCQL_MANAGER_SCAN_H

#include "evidence.h"
#include "root.h"
#include "systemd_bus.h"
#include "table.h"

/* Send the first calls to a manager, by manager_call(): it counts as reached when it has answered
 * them. This saves the round trip of a separate test whether it answers. */
typedef int manager_first(struct manager *manager, void *data);

struct manager_scan_want {
    const char             *table;    /* for the reports */
    const char             *address;  /* only the manager at this socket; NULL or "": see below */
    const char             *host;     /* only if the live host has this name; NULL: any */
    const struct tbl_terms *scopes;   /* only these; NULL: all */
    manager_first          *first;    /* sends the calls that greet a manager */
    void                   *data;     /* its argument */
    bool                    optional; /* to reach none is not an error */
    bool                    probe;    /* skip what has been reported already */
};

#define MANAGER_SCOPE_MAX 160

/* Whose manager: the system's, a user's, a capsule's. */
struct manager_owner {
    int64_t     uid;     /* -1: the system's, or of a capsule that is missing */
    const char *capsule; /* its name; NULL: none */
};

struct manager_scan {
    /* Of the manager that manager_scan_next() reached, until its next call: */
    struct manager *manager;
    char            scope[MANAGER_SCOPE_MAX]; /* "system", "user:UID" or "capsule:NAME" */
    char source[MANAGER_SCOPE_MAX + 8];       /* "bus:" and the scope, or the socket in the query */
    char socket[MANAGER_SCOPE_MAX + 32];      /* on which it answered */
    const char *host;
    int64_t     records, skipped; /* counted by the table, for the report */
    const char *detail;           /* why some were skipped; static text */

    /* When manager_scan_next() returns SQLITE_CANTOPEN: which manager, and why not. */
    char failure[2 * MANAGER_SCOPE_MAX + 256];

    /* Private. */
    struct svcql            *svcql;
    struct manager_scan_want want;
    const char              *address; /* one socket only */
    char                     host_name[256];
    struct manager_owner    *owners; /* in order; the system's first */
    size_t                   n_owners, next, reached;
    struct root_names        capsules; /* whose names those of capsules are */
};

/* Without an address, the setting systemd_address is used; without that, all managers of the live
 * host. An address is the path of a UNIX socket, optionally after "unix:path="; where the path
 * ends in "/private" it is the manager itself that listens, else a message bus. */
int manager_scan_begin(struct manager_scan *s, struct svcql *svcql,
                       const struct manager_scan_want *want);

/* SQLITE_ROW, SQLITE_DONE, or SQLITE_CANTOPEN after the last if none was reached. */
int manager_scan_next(struct manager_scan *s);

/* The current manager failed: report what was lost, and why. */
int manager_scan_lost(struct manager_scan *s, int negative_errno);

void manager_scan_end(struct manager_scan *s); /* accepts a zeroed one */

/* A table's probe(). */
int manager_scan_probe(struct svcql *svcql, const char *table);

#endif
