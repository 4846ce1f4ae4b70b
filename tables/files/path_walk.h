/* path_walk.h -- the paths below a root that fit a pattern, one after another.
 *
 *     /etc/%/ssh%     names with any text where % is, one folder deep each
 *     /home/%%        all that is below /home, folders before what they hold
 *
 * A part without % is a name, also with a _ in it; in others _ is any character. Names fit in any case, as
 * with LIKE. Links to folders are followed where the pattern names them, and not below %%.
 */
#ifndef SVCQL_PATH_WALK_H
#define SVCQL_PATH_WALK_H

#include "root.h"

#define PATH_WALK_PARTS 128     /* parts of a pattern, and folders in one another below %% */
#define PATH_WALK_NAMES 1000000 /* names that a walk reads; the rest is lost, and counted */

struct path_folder {
    struct root_names names;
    size_t            next, size; /* of the path up to the folder */
    size_t            part;       /* of the pattern, that its names must fit */
};

struct path_walk {
    const struct root *root;
    bool               glob; /* * and ? in place of % and _ */
    char               pattern[ROOT_PATH_MAX];
    const char        *parts[PATH_WALK_PARTS];
    size_t             n_parts;
    struct path_folder folders[PATH_WALK_PARTS];
    size_t             n_folders;
    size_t             left; /* names that it may still read */
    bool               begun;
    char               path[ROOT_PATH_MAX];

    /* Called with a folder that could not be listed, or only in part: its error, and how many names were
     * lost. */
    int (*lost)(void *arg, const char *folder, int error, size_t lost);
    void *arg;
};

/* `walk` has root, glob, lost and arg. A pattern that is too long fits nothing. */
void path_walk_begin(struct path_walk *walk, const char *pattern);
void path_walk_end(struct path_walk *walk);

/* 1 and walk->path, which need not be there where the pattern ends in a name; 0 at the end; what lost()
 * returned, unless 0. */
int path_walk_next(struct path_walk *walk);

/* Whether its paths are names that a folder was listed with. */
bool path_walk_listed(const struct path_walk *walk);

/* Whether a pattern has a part that is not a name. */
bool path_walk_is_pattern(const char *text, bool glob);

#endif
