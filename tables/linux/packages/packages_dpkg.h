/* packages_dpkg.h -- dpkg's own files, read into the index. */
#ifndef SVCQL_PACKAGES_DPKG_H
#define SVCQL_PACKAGES_DPKG_H

#include "packages_index.h"

/* 0, -ENOENT where the root has no such database, or another negative errno. */
int packages_dpkg_load(struct packages *p);

/* The digests of one package's files: 0 or a negative errno. */
int packages_dpkg_digests(struct packages *p, const struct owner *owner, struct digests *ret);

#endif
