/* package_history_dnf.h -- what the two files of the table package_history share: the logs are read
 * in package_history.c, the databases of dnf in package_history_dnf.c. */
#ifndef SVCQL_PACKAGE_HISTORY_DNF_H
#define SVCQL_PACKAGE_HISTORY_DNF_H

#include "evidence/sqlite_file.h"
#include "root.h"
#include "table.h"

struct history_row {
    double      time;
    const char *action;
    const char *package;
    const char *architecture;
    const char *old_version;
    const char *new_version;
    const char *detail;
    const char *comment;
    const char *command;
    const char *requested_by;
    double      end_time;
    const char *tool;
    const char *time_zone;
    int64_t     line;
    int64_t     item;
    const char *host;
    const char *source;
    const char *file;
    const char *root;
};

/* Copy as UTF-8; NULL for no bytes. False: out of memory. */
static inline bool history_text(struct tbl_scan *scan, const char *at, size_t size,
                                const char **ret)
{
    *ret = size ? tbl_utf8(scan, at, size) : NULL;
    return *ret || !size;
}

/* A database of dnf's history that is being read. */
struct dnf_history {
    struct sqlite_file   file;
    sqlite3_stmt        *stmt;
    const struct dnf_db *db;
    uint64_t             left; /* bytes that it may still return */
};

/* 0 or a negative errno: -ENOENT, -EBADMSG where it is not a history of dnf. */
int  dnf_history_open(const struct root *root, const char *path, struct dnf_history *ret);
void dnf_history_close(struct dnf_history *history); /* accepts a zeroed one */

/* Fill in the next change of the database: 1, 0 at the end, -EBADMSG, -ENOMEM. */
int dnf_history_next(struct tbl_scan *scan, struct dnf_history *history, struct history_row *row);

#endif
