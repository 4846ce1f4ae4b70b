/* root_walk.h -- opening a path below a folder by one of two methods with the same guarantees: by
 * openat2(2) with RESOLVE_IN_ROOT, or component by component where a kernel lacks it or a filter
 * forbids it.
 *
 * Absolute links begin at the folder and ".." never leads above it, even if directories are renamed
 * or replaced meanwhile. At most ROOT_LINKS_MAX links are followed. Errors are those of openat2(2),
 * except for a link of procfs such as /proc/PID/exe: openat2() gives ELOOP, the walk follows its
 * text.
 */
#ifndef SVCQL_ROOT_WALK_H
#define SVCQL_ROOT_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

#include "root.h"

#define ROOT_LINKS_MAX 40 /* as the kernel's MAXSYMLINKS */

/* What O_PATH found and did not open, as not every system can: its name in the folder that is open. */
struct root_named {
    char        name[ROOT_NAME_MAX + 1]; /* "": the descriptor is of the file */
    struct stat st;                      /* of the name */
};

/* Open a path (at most ROOT_PATH_MAX bytes, empty: the folder) with flags of open(2) and O_CLOEXEC;
 * a descriptor or a negative errno. -EAGAIN: the tree changed under each of several tries. With O_PATH,
 * but not with O_DIRECTORY, `named` says what the descriptor is of; it may be NULL for other flags. */
int root_walk_open(int root, const char *path, int flags, struct root_named *named);

/* fstat() of what was found so. */
int root_walk_stat(int fd, const struct root_named *named, struct stat *ret);

/* Whether a path leads through no link at all, in one call: 0, -ELOOP where there is one, -ENOENT where
 * a name is missing after no link; any other error leaves the question open. */
int root_walk_plain(int root, const char *path);

/* For tests: never use openat2(). */
void root_walk_without_openat2(bool without);

/* The same by the walk alone. `check`, unless NULL, is called with each directory of the path, the
 * root first, and with the opened file, all by descriptor; a negative errno from it ends the walk. A file
 * that is named, not opened, is not checked.
 */
typedef int root_walk_check(void *arg, int fd, bool last);
int         root_walk(int root, const char *path, int flags, struct root_named *named,
                      root_walk_check *check, void *arg);

#endif
