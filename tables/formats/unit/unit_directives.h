/* unit_directives.h -- which version of systemd reads which directive of a unit file. What it does not read, it passes
 * over with a warning: a unit that relies on it is not what its author meant.
 *
 *     unit_directive_read("Service", "ExecReloadPost", 252, &since)      0, since 259
 *
 * Facts: `systemd --dump-configuration-items` of 252, 257 and 262, and "Added in version" of their man pages;
 * `make tables-data` writes them to unit_directives.tsv.
 */
#ifndef SVCQL_UNIT_DIRECTIVES_H
#define SVCQL_UNIT_DIRECTIVES_H

/* Whether a version reads a directive: 1, 0, or -1 where that is not known, for a key that no version here has in one
 * that is older or newer than these, and for all in a version that is not known itself (INT_MAX). Names that begin with
 * X- are for others, and count as read. *ret_since is the version that brought it, 0: not known. */
int unit_directive_read(const char *section, const char *key, int version, int *ret_since);

#endif
