/* asked_paths.h -- the paths that a query names, below each root of the evidence, for the tables file and hash.
 *
 * path = X is that path, path LIKE 'X' those that fit a pattern in which % stands for part of a name and a
 * last part %% for everything below a folder; directory = X, and LIKE, are the entries of folders. These are
 * osquery's rules; a GLOB has * in place of %. Rows show paths as they were asked, so that the query's own
 * comparison holds: C:\Windows\x of a Windows root too.
 */
#ifndef SVCQL_ASKED_PATHS_H
#define SVCQL_ASKED_PATHS_H

#include "evidence.h"
#include "files/path_walk.h"
#include "table.h"

struct asked_paths {
    struct tbl_scan        *scan;
    const struct tbl_terms *paths, *directories;
    struct sources          sources;
    struct source           source;
    bool                    in_source;
    int                     stage; /* which of the terms is at hand */
    size_t                  value; /* and which of its values */
    struct path_walk        walk;
    bool                    walking;
    const char             *folder;                          /* as it was asked: of directory = X */
    char                    path[ROOT_PATH_MAX];             /* within the root */
    char                    shown[2 * ROOT_PATH_MAX];        /* as rows show it */
    char                    shown_folder[2 * ROOT_PATH_MAX]; /* its folder, the same */
};

/* `host` and `root`: as the query fixes them. An SQLite code. asked_paths_end() after all. */
int  asked_paths_begin(struct asked_paths *asked, struct tbl_scan *scan,
                       const struct tbl_terms *paths, const struct tbl_terms *directories,
                       const char *host, const char *root);
void asked_paths_end(struct asked_paths *asked);

/* The next path, of which nothing may be there: SQLITE_ROW with asked->source, path, shown and
 * shown_folder; SQLITE_DONE or an error. */
int asked_paths_next(struct asked_paths *asked);

/* Report that what is at that path could not be read: nothing where it is not there. An SQLite code. */
int asked_paths_report(struct asked_paths *asked, int error);

#endif
