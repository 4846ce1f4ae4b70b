/* packages_index.h -- the internals of packages.h, for the readers that fill it (packages_dpkg.c,
 * packages_rpm.c and packages_receipts.c) and for packages.c, which searches it.
 *
 * All text is in one arena and is addressed by its offset, so that 150,000 paths cost little more
 * than the files they were read from. Offset 0 is the empty text and means NULL.
 */
#ifndef SVCQL_PACKAGES_INDEX_H
#define SVCQL_PACKAGES_INDEX_H

#include "evidence/sqlite_file.h"
#include "formats/package/dpkg_text.h"
#include "formats/package/rpm_store.h"
#include "packages.h"

enum package_tool { TOOL_DPKG, TOOL_RPM, TOOL_INSTALLER };

struct owner {
    enum package_tool tool;
    uint32_t          name, version, architecture, state;
    uint32_t          list;          /* dpkg: the name of its files in info/, "libc6:amd64" */
    uint32_t conffiles, n_conffiles; /* dpkg: text and size of that field of the status file */
    uint32_t first, last;            /* entries */
    uint32_t installer;              /* the program that wrote the receipt */
    int64_t  installed;
    int64_t  header; /* rpm: key or place of its header */
};

/* Of an entry of a receipt: as cksum(1) gives it. */
struct checksum {
    uint32_t value;
    bool     known;
};

struct entry {
    uint32_t path;   /* the actual path */
    uint32_t listed; /* the path in the package */
    uint32_t owner;
    uint32_t same; /* next entry of the same path, 0: none (entry 0 is never the next) */
};

/* Of the table of paths: its first entry, plus one; 0: free. */
struct slot {
    uint32_t entry;
    uint32_t hash; /* of the path, which need not be fetched where this differs */
};

/* The digests of a package, sorted by path. */
struct digest {
    const char *path; /* without the leading '/' */
    const char *hex;
    bool        conffile;
};

struct digests {
    size_t         owner; /* plus one; 0: none loaded */
    char          *text;
    struct digest *list;
    size_t         n;
    const char    *kind;
    char           hex[129];
};

#define DIGESTS_KEPT 16 /* packages whose digests are kept, the most recently used */

/* The verdict by a file's digest, and the state of that file. */
struct verdict {
    dev_t           device;
    ino_t           inode;
    off_t           size;
    struct timespec modified, changed;
    int             altered;
    uint64_t        statement; /* that saw this last, and when: as of struct packages */
    time_t          seen;
};

struct packages {
    struct packages *next; /* in the connection's list */
    int              refs;
    struct root     *root;
    uint64_t         statement; /* that used them last, and when: CLOCK_MONOTONIC, seconds */
    time_t           seen;

    char         *text;
    size_t        text_size, text_room;
    struct owner *owners;
    size_t        n_owners;
    struct entry *entries;
    size_t        n_entries;
    struct slot  *slots;
    size_t        n_slots;
    uint64_t      seed;
    unsigned      merged; /* set of 1u << index of merged_dirs[] that lead into /usr */

    struct packages_source dpkg, rpm, receipts;
    struct checksum       *checksums; /* of the first entries, which are those of receipts */
    size_t                 n_checksums;
    bool                   status_dir; /* DPKG_STATUS_DIR is what dpkg's packages are from */
    struct sqlite_file     rpm_db;     /* one of the two is open */
    struct root_map        rpm_map;
    struct rpm_store       rpm_store;
    struct digests         digests[DIGESTS_KEPT]; /* the one used last comes first */

    uint32_t       *judged; /* an entry's verdict, plus one; 0: none yet. NULL: no entry has one */
    struct verdict *verdicts;
    size_t          n_verdicts;
};

static inline const char *packages_text(const struct packages *p, uint32_t offset)
{
    return offset ? p->text + offset : NULL;
}

/* Add text and a NUL: its offset, or a negative errno (-ENOMEM, -EFBIG). */
int64_t packages_add_text(struct packages *p, const char *text, size_t size);

/* Both return 0 or -ENOMEM. An entry belongs to the owner added last, or to `owner`, whose entries
 * must follow each other. */
int packages_add_owner(struct packages *p, const struct owner *owner);
int packages_add_entry(struct packages *p, uint32_t owner, uint32_t path, uint32_t listed);

/* One spelling for the two names of a merged directory, as a part of `path`: /usr/lib/x is /lib/x. */
const char *packages_canonical(const struct packages *p, const char *path);

int packages_add_digest(struct digests *d, const char *path, const char *hex, bool conffile);

/* The directories that lead into a merged /usr: a set for struct packages. */
unsigned packages_merged(const struct root *root);

/* Make the table of paths from all entries: 0 or -ENOMEM. Then the slot that holds a path, or the
 * free one where it belongs. */
int                packages_fill_slots(struct packages *p);
const struct slot *packages_slot(const struct packages *p, const char *path);

#define DPKG_STATUS      "/var/lib/dpkg/status"
#define DPKG_STATUS_DIR  "/var/lib/dpkg/status.d" /* of images without dpkg: a file each package */
#define PACKAGES_RPM_DBS "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite"
#define PACKAGES_RPM_STORES                                                                        \
    "/usr/lib/sysimage/rpm/Packages.db", "/var/lib/rpm/Packages.db",                               \
        "/usr/lib/sysimage/rpm/Packages", "/var/lib/rpm/Packages"

#define PACKAGES_RECEIPTS                                                                          \
    "/private/var/db/receipts", "/Library/Apple/System/Library/Receipts", "/System/Library/Receipts"

#endif
