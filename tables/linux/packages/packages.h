/* packages.h -- which package owns a file below a root, and whether the file is still the
 * package's.
 *
 *     struct packages *packages = NULL;
 *     int r = packages_get(svcql, root, &packages);       -ENOENT: no package database below it
 *     const char *owner = packages_owner(packages, "/usr/bin/ls");      "coreutils", or NULL
 *     int altered = packages_altered(packages, "/usr/bin/ls");          1, 0, -ENODATA unknown
 *     packages_unref(packages);
 *
 * Read from dpkg's own files and from rpm's database, of macOS from its installer's receipts, once a connection and root, and again
 * where the database has changed since. A path is found under both names of a merged /usr
 * (/lib/systemd/... and /usr/lib/systemd/...) and below linked directories. A diverted file
 * belongs to the package that it was diverted for.
 *
 * Not for several threads at a time, as the connection it belongs to.
 */
#ifndef SVCQL_PACKAGES_H
#define SVCQL_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "root.h"

struct svcql;
struct packages;

/* A counted reference to the index of a root: 0, -ENOENT where the root has no database that is
 * read, -EACCES, -EOPNOTSUPP for an rpm database of an unsupported form, -ENOMEM. */
int  packages_get(struct svcql *svcql, struct root *root, struct packages **ret);
void packages_unref(struct packages *packages); /* accepts NULL */

/* The name of the owner, without architecture; NULL: no package has it (or `packages` is NULL).
 * Lives as long as the index. */
const char *packages_owner(const struct packages *packages, const char *path);

/* Whether a regular file differs from the one that its package installed: 1 or 0 by its digest,
 * -ENODATA where there is no owner, no digest or no file, or a negative errno of reading. Reads the
 * file. */
int packages_altered(struct packages *packages, const char *path);

/* The whole index --------------------------------------------------------------- */

struct package {
    const char *name;
    const char *version; /* [epoch:]version-revision; NULL: not known */
    const char *architecture;
    const char *state;       /* dpkg: installed, config-files, ...; others: installed */
    const char *tool;        /* dpkg, rpm, installer */
    const char *installer;   /* of a receipt, the program that installed it; NULL: not known */
    int64_t     installed;   /* seconds since the epoch; INT64_MIN: unknown */
    size_t      first, last; /* its files: indexes [first, last) */
};

struct package_file {
    const char *path;   /* its path: the one that the package lists or, if diverted, the new one */
    const char *listed; /* the path that the package lists */
    size_t      package;
};

size_t packages_count(const struct packages *packages); /* of packages */
void   packages_package(const struct packages *packages, size_t i, struct package *ret);
void   packages_file(const struct packages *packages, size_t i, struct package_file *ret);

/* The index of the first file of this path, and of the next after `i`; SIZE_MAX: no more. */
size_t packages_find(const struct packages *packages, const char *path);
size_t packages_find_next(const struct packages *packages, size_t i);

/* The digest that the package gives for file `i`, in lower-case hexadecimal, valid until the next
 * call. -ENODATA: none. */
struct package_digest {
    const char *kind; /* md5, sha256, ...; cksum */
    const char *hex;
    bool        conffile; /* meant to be edited by the administrator */
};
int packages_digest(struct packages *packages, size_t i, struct package_digest *ret);
int packages_file_altered(struct packages *packages, size_t i);

/* The same without reading a file of more than PACKAGES_SMALL bytes whose inode has not changed since
 * its package was unpacked: that takes a hundredth of the time for all programs of a host's services,
 * and it can be deceived only by setting the clock back and replacing a large file. */
#define PACKAGES_SMALL (256 << 10)
int packages_file_replaced(struct packages *packages, size_t i);

/* Whether file `i` exists now, also as a broken link: 1, 0, or a negative errno. */
int packages_file_present(const struct packages *packages, size_t i);

/* Facts about the database for reports: its files, and records that could not be read. */
struct packages_source {
    const char *location; /* within the root; NULL: this tool has no database here */
    int64_t     packages;
    int64_t     lost; /* lines, packages or files skipped for damage or caps */
    int         error;
};
struct packages_sources {
    struct packages_source dpkg, rpm, receipts;
};
struct packages_sources packages_sources(const struct packages *packages);

#endif
