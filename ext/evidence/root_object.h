/* root_object.h -- what a root is, for the sources that open below it: root.c, and root_packed.c where it
 * is of an archive.
 */
#ifndef SVCQL_ROOT_OBJECT_H
#define SVCQL_ROOT_OBJECT_H

#include "packed.h"
#include "root.h"

struct root {
    int                 references;
    int                 fd;     /* -1: of an archive */
    struct packed      *packed; /* the archive; else NULL */
    uint32_t            base;   /* its folder that is the root */
    unsigned            flags;
    const char         *at;     /* of a graft: the path that its folder represents; else NULL */
    unsigned            has;    /* which of joined[] exist, of macOS */
    struct root        *parent; /* of root_as(); else NULL */
    struct root_reader *reader; /* the same */
    char                path[];
};

/* A root of an open folder or of an archive, one of which is none (-1, NULL), and which it takes over, on
 * failure too; `path` is its name for people. */
int root_new(int fd, struct packed *packed, const char *path, unsigned flags, const char *at,
             struct root **ret);

/* The rest of a path below the folder that a graft represents; NULL where it is not below it. With
 * O_PATH in `flags` folders above that folder are treated as the folder itself. */
const char *root_below_graft(const struct root *root, const char *path, int flags);

#endif
