/* unit_search.h -- what is in the unit directories of one service manager below a root, indexed.
 *
 *     unit_search_open(&search, root, &manager);
 *     for (size_t i = 0; i < search->n; i++) ... search->entries[i].path ...
 *     unit_search_free(search);
 *
 * A manager is the system's, a user's, or `global`: what all users' managers share. Directories
 * and their order are those of the root's version of systemd (systemd.unit(5) "Unit File Load Path";
 * `systemd-analyze unit-paths` of 252, 257 and 262), with what SYSTEMD_UNIT_PATH of a running system
 * manager puts before them. A directory that is reached under two names (/lib of a merged /usr) is read once.
 *
 * The same struct holds the places beside the unit path: generators, SysV scripts, D-Bus
 * activation and so on (unit_places.h).
 */
#ifndef SVCQL_UNIT_SEARCH_H
#define SVCQL_UNIT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/arena.h"
#include "root.h"

#define UNIT_ENTRIES_MAX 200000 /* of one search; those beyond are counted */

/* Managers ------------------------------------------------------------------ */

enum unit_scope { UNIT_SYSTEM, UNIT_GLOBAL, UNIT_USER };

struct unit_manager {
    enum unit_scope scope;
    const char     *user; /* of UNIT_USER: name, home within the root and uid; else NULL */
    const char     *home;
    const char     *runtime; /* of a capsule its runtime directory; NULL: /run/user/UID */
    int64_t         uid;     /* -1: not known */
    int             version; /* of systemd; INT_MAX: unknown, so the newest */
};

/* The version of systemd that a root has, from the name of its library; INT_MAX where that is
 * unknown. */
int unit_systemd_version(const struct root *root);

/* The managers of a root: the system's, the global one, one for each user of /etc/passwd and each
 * folder of /home that has directories of its own, and one for each capsule (capsule@.service(5)),
 * whose user is c-NAME. Free with unit_managers_free(). */
struct unit_managers {
    struct unit_manager *managers;
    size_t               n;
    size_t               denied; /* homes that could not be read */
    size_t               lost;   /* folders of /home beyond a limit */
    int                  error;  /* negative errno that ended the list of /home; 0: it is whole */
};
int  unit_managers_list(const struct root *root, struct unit_managers *ret);
void unit_managers_free(struct unit_managers *managers);

/* Searches ------------------------------------------------------------------ */

struct unit_dir {
    const char              *path; /* within the root */
    int64_t                  rank; /* 0 comes before all others */
    bool                     own;  /* of this manager; false where all users share it */
    bool                     twin; /* the same directory as one before it; not read */
    uint64_t                 device, inode;
    const struct unit_place *place; /* of unit_places.h; NULL for a unit directory */
};

enum unit_where {
    UNIT_TOP,     /* directly in a directory */
    UNIT_DROP_IN, /* in X.d */
    UNIT_WANTS,   /* in X.wants, X.requires, X.upholds */
};

struct unit_entry {
    const struct unit_dir *dir;
    const char            *path, *name;
    const char            *owner; /* the X of X.d, X.wants; of UNIT_TOP the name */
    enum unit_where        where;
    unsigned char          type;  /* DT_REG, DT_LNK, ... */
    int                    error; /* negative errno: a directory that could not be read */
    const char            *link;  /* the text of a link, NULL where it cannot be read */

    /* Of a link, after a call of unit_search_target(): its target, with links in the path followed
     * but not the last; NULL where it is unknown. */
    const char *target;
    bool        targeted;

    const struct statx *status; /* unit_search_statx(); NULL: not read yet */
    enum { UNIT_MASK_UNKNOWN, UNIT_NO_MASK, UNIT_MASK } mask; /* unit_search_is_mask() */

    bool                      unread;      /* counted in the search: not read, or not to its end */
    const struct unit_parsed *parsed;      /* unit_load.c: what the file says, once it was read */
    const char               *bad_setting; /* unit_loaded_bad_setting() of the unit of its name, */
    bool                      verified;    /* once this is set */
    bool                      used;        /* unit_load.c: some unit reads it */
    const struct unit_entry  *masked_by;   /* unit_load.c: a unit reads this one instead */
};

struct unit_search {
    const struct root  *root;    /* of a user's manager `as`, else the caller's */
    struct root        *as;      /* root_as() of the user; NULL: none */
    struct unit_manager manager; /* its strings are the caller's */
    bool shared; /* what all users share is read though the user has nothing of his own */
    struct unit_dir   *dirs;
    size_t             n_dirs;
    struct unit_entry *entries; /* by rank of the directory, then by path */
    size_t             n;
    size_t             lost;    /* entries beyond UNIT_ENTRIES_MAX */
    size_t             unread;  /* files not read, or not to their end, so far (unit_load.c) */
    size_t             broken;  /* directories that were not listed to their end */
    size_t             refused; /* targets that the user may not read (unit_walk.c), */
    bool               counted; /* once this is set */

    struct unit_entry **by_owner; /* all, by (where, owner, name, rank) */
    struct arena        memory;
    const char         *parent, *parent_resolved; /* the last that unit_search_target() resolved */

    struct unit_alias *aliases; /* unit_load.c; NULL: not gathered yet */
    size_t             n_aliases;
    size_t             parsed_bytes; /* held by entries[].parsed, about */
    bool               marked;       /* unit_load.c: all of `used` and `masked_by` are set */
};

/* An empty search: a file that a user may choose is read only if that user may read it. */
int unit_search_new(struct unit_search **ret, const struct root *root,
                    const struct unit_manager *manager);

int  unit_search_open(struct unit_search **ret, const struct root *root,
                      const struct unit_manager *manager);
void unit_search_free(struct unit_search *search); /* accepts NULL */

/* Bytes of memory that it holds, about. */
size_t unit_search_size(const struct unit_search *search);

/* The same as it was shipped: only the vendor's directories, without what is the administrator's, the
 * user's or made at run time. Of a user's manager those that all users share. */
int unit_search_open_vendor(struct unit_search **ret, const struct root *root,
                            const struct unit_manager *manager);

/* Whether a directory is the vendor's: below /usr/lib, /lib, /usr/share, but not /usr/local. */
bool unit_dir_is_vendor(const struct unit_dir *dir);

/* Entries of this place and owner, by name, then rank; *ret_n how many. NULL: none. */
struct unit_entry *const *unit_search_range(const struct unit_search *search, enum unit_where where,
                                            const char *owner, size_t *ret_n);

/* The entry of this name that is in force: the first regular file or link; NULL: none. */
struct unit_entry *unit_search_first(const struct unit_search *search, const char *name);

/* The first entry of the same place, owner and name, which may be the entry itself. */
const struct unit_entry *unit_search_shadow(const struct unit_search *search,
                                            const struct unit_entry  *entry);

/* Target of a link (see `target`). NULL: it loops, or is too long. -ENOMEM counts as NULL. */
const char *unit_search_target(struct unit_search *search, struct unit_entry *entry);

/* The path of an entry after all links, in ret; false where that is missing. */
bool unit_search_resolve(struct unit_search *search, const struct unit_entry *entry,
                         char ret[ROOT_PATH_MAX]);

/* Whether a path is below a directory of the search path. */
bool unit_search_holds(const struct unit_search *search, const char *path);

/* Whether the target of a path is empty or a device, which masks a unit; also a dangling link to
 * /dev/null, as in an image. */
bool unit_is_mask(const struct root *root, const char *path);

/* The same of an entry; what the entry is itself, as root_statx() gives it. Both are found out once. */
bool unit_search_is_mask(struct unit_search *search, struct unit_entry *entry);
int  unit_search_statx(struct unit_search *search, struct unit_entry *entry, struct statx *ret);

/* The unit file that is loaded under this name: aliases followed, the template of an instance
 * where it has no file of its own. NULL: none. */
struct unit_entry *unit_search_fragment(struct unit_search *search, const char *name);

/* Building a search (for unit_places.c) -------------------------------------- */

/* A copy; "dir/name". NULL: no memory. */
const char *unit_strdup(struct arena *arena, const char *text);
const char *unit_join(struct arena *arena, const char *dir, const char *name);

/* Directories are added in order, before anything is read. "~/x" stands for a path in the home of
 * the manager's user, "$/x" for one below /run/user/UID and "#/x" for /x/UID; they are left out where
 * there is no such user. Negative errno only for lack of memory. */
int unit_search_add_dir(struct unit_search *search, const char *path,
                        const struct unit_place *place);

/* Add the unit directories of the search's manager. */
int unit_search_add_unit_dirs(struct unit_search *search);

/* Read the directories and build the index. */
int unit_search_scan(struct unit_search *search);

#endif
