/* packages_rpm.h -- rpm's database, read into the index. */
#ifndef SVCQL_PACKAGES_RPM_H
#define SVCQL_PACKAGES_RPM_H

#include "packages_index.h"

/* 0, -ENOENT where the root has no such database, or another negative errno. */
int packages_rpm_load(struct packages *p);

/* The digests of one package's files: 0 or a negative errno. */
int packages_rpm_digests(struct packages *p, const struct owner *owner, struct digests *ret);

#endif
