/* packages_receipts.h -- receipts of macOS's installer, read into the index. */
#ifndef SVCQL_PACKAGES_RECEIPTS_H
#define SVCQL_PACKAGES_RECEIPTS_H

#include "packages_index.h"

/* 0, -ENOENT where the root has no receipts, or another negative errno. Their entries must be the index's first. */
int packages_receipts_load(struct packages *p);

#endif
