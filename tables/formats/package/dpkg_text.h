/* dpkg_text.h -- the text files of dpkg's database: status, info/<package>.md5sums, diversions.
 *
 * Format facts: deb822(5), deb-conffiles(5), dpkg-divert(1), and the files themselves. Readers walk
 * a text in place; the slices they return point into it. No reader fails: a line that says nothing
 * sensible is passed over, and counted where the walker has a count.
 */
#ifndef SVCQL_DPKG_TEXT_H
#define SVCQL_DPKG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct slice {
    const char *at; /* not NUL-terminated; NULL: not there */
    size_t      size;
};

/* Take the next line off `rest`, without its '\n'. False at the end. */
bool slice_line(struct slice *rest, struct slice *ret);

/* One paragraph of the status file. */
struct dpkg_package {
    struct slice name, version, architecture;
    struct slice state;     /* third word of Status: installed, config-files, ... */
    struct slice conffiles; /* lines " /path md5 [flag]", for dpkg_conffile() */
};

/* Take the next paragraph that names a package off `rest`. False at the end. */
bool dpkg_package(struct slice *rest, struct dpkg_package *ret);

/* A path and the MD5 of what the package put there, 32 hexadecimal digits. */
struct dpkg_digest {
    struct slice path; /* of dpkg_md5sum() without the leading '/' */
    struct slice md5;
};

/* Take the next well-formed line off `rest`; others are counted in *lost. False at the end. A
 * conffile that was never installed ("newconffile") has no digest and is passed over. */
bool dpkg_conffile(struct slice *rest, struct dpkg_digest *ret, size_t *lost);
bool dpkg_md5sum(struct slice *rest, struct dpkg_digest *ret, size_t *lost);

/* A file that is elsewhere than the packages listing it say: three lines of `diversions`. */
struct dpkg_diversion {
    struct slice from, to;
    struct slice by; /* the package whose own file stays at `from`; ":" for the administrator */
};

bool dpkg_diversion(struct slice *rest, struct dpkg_diversion *ret);

#endif
