/* launchd_overrides.h -- what `launchctl enable` and `disable` wrote down for one root. */
#ifndef SVCQL_LAUNCHD_OVERRIDES_H
#define SVCQL_LAUNCHD_OVERRIDES_H

#include "root.h"

#define LAUNCHD_SYSTEM   (-1)
#define LAUNCHD_ANY_USER (-2)

struct launchd_override {
    char   *label;    /* NULL: the file could not be read, see error */
    char   *key;      /* Disabled, or another key of the older form */
    char   *value;    /* JSON */
    int64_t disabled; /* 1, 0, or INT64_MIN where the value is not a boolean */
    int64_t uid;      /* of the user whose launchd it concerns; -1: LAUNCHD_SYSTEM */
    char   *path;     /* of the file, within the root */
    double  mtime;    /* of the file, seconds since the epoch */
    char   *error;
    int     status; /* of reading the file: 0 or a negative errno */
};

struct launchd_overrides {
    struct launchd_override *items; /* in the order of the files: newer forms first */
    size_t                   n;

    const struct launchd_override **by_label; /* for launchd_overrides_find() */
    size_t                          n_by_label;
};

/* All override files of a root. */
int launchd_overrides_load(const struct root *root, struct launchd_overrides *ret);

/* Report the files that this statement found before for the scan's table, and does not find now. An SQLite code. */
struct tbl_scan;
int launchd_overrides_listed(struct tbl_scan *scan, const struct launchd_overrides *overrides);

/* One file; its name determines its user. */
int launchd_overrides_load_file(const struct root *root, const char *path,
                                struct launchd_overrides *ret);

void launchd_overrides_free(struct launchd_overrides *overrides);

/* The word on a label of one user's launchd, of the system's, or of the lowest user that has one.
 * NULL: none. */
const struct launchd_override *launchd_overrides_find(const struct launchd_overrides *overrides,
                                                      const char *label, int64_t uid);

#endif
