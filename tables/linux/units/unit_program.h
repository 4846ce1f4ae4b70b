/* unit_program.h -- the file of the host that a path of a unit's program refers to: within the
 * unit's root directory, with its bind mounts in place, all links followed, no link leaving the
 * evidence.
 */
#ifndef SVCQL_UNIT_PROGRAM_H
#define SVCQL_UNIT_PROGRAM_H

#include <stdbool.h>

#include "root.h"

#define UNIT_BINDS_MAX 256 /* of one unit; those beyond are counted */

struct unit_bind {
    const char *source, *target; /* absolute, "" for "/": the host's file, where it is mounted */
};

/* Resolved paths of folders: many programs are in a few folders. Begin with a zeroed one, for one
 * root. */
#define UNIT_FOLDERS     16
#define UNIT_FOLDER_SIZE 128
struct unit_folders {
    struct {
        char path[UNIT_FOLDER_SIZE], resolved[UNIT_FOLDER_SIZE];
    } folders[UNIT_FOLDERS];
    size_t next;
};

struct unit_view {
    const char             *directory; /* the root directory, resolved; NULL: the host's own */
    const struct unit_bind *binds;     /* later ones cover earlier ones */
    size_t                  n_binds;
    const char             *working_directory; /* never NULL */
    struct unit_folders    *folders;           /* NULL: none are kept */
};

/* Put the path on the host into ret: links, "..", /proc/self/root and bind mounts are resolved;
 * from the first absent component on, it stays as it is written. A relative path begins in the
 * working directory. False where it is too long or its links loop. */
bool unit_program_resolve(const struct root *root, const struct unit_view *view, const char *path,
                          char ret[ROOT_PATH_MAX]);

/* The bind mount over the file that a path leads to, or over one of its folders; NULL: none. */
const struct unit_bind *unit_view_bind(const struct root *root, const struct unit_view *view,
                                       const char *path);

enum unit_program_kind {
    UNIT_PROGRAM_MISSING,
    UNIT_PROGRAM_ELF,
    UNIT_PROGRAM_SCRIPT, /* begins with "#!" */
    UNIT_PROGRAM_TEXT,   /* text without it */
    UNIT_PROGRAM_OTHER,  /* data, a folder, a device */
    UNIT_PROGRAM_UNREAD, /* may not be read */
};

/* Put the SHA-256 of a file, in hexadecimal digits, into ret; false where it cannot be read or has
 * more than 64 MiB. */
#define UNIT_DIGEST_SIZE 65
bool unit_program_digest(const struct root *root, const char *path, char ret[UNIT_DIGEST_SIZE]);

enum unit_program_kind unit_program_kind(const struct root *root, const char *path);
const char            *unit_program_kind_name(enum unit_program_kind kind);

#endif
