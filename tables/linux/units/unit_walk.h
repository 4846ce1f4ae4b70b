/* unit_walk.h -- the walk over all evidence and all managers, for the tables of unit files.
 *
 * Every root is reported to evidence_sources after its last manager. The scans of a statement have the
 * folders that they walk in common (unit_tree.h).
 */
#ifndef SVCQL_UNIT_WALK_H
#define SVCQL_UNIT_WALK_H

#include "evidence.h"
#include "table.h"
#include "unit_search.h"
#include "unit_tree.h"

struct unit_walk_want {
    const char *table;       /* that reports */
    const char *host, *root; /* only this; NULL: all */
    bool        system, user;
};

struct unit_walk {
    struct svcql         *svcql;
    struct unit_walk_want want;
    struct sources        sources;
    struct source         source; /* its root is the tree's */
    size_t            number; /* of the source, from 1: an address may be used again for the next */
    struct unit_tree *tree;   /* of the source; NULL: before the first, or after one */
    size_t            next;   /* manager */
    struct unit_search *search;       /* of the current manager */
    struct unit_search *places;       /* the same, after unit_walk_places() */
    int64_t             records;      /* the table counts them; begins at 0 with each root */
    int64_t             lost, closed; /* entries beyond the cap; directories that were not read */
    int64_t             unread;       /* the table counts them: other parts left out or not read */
    int64_t             broken;       /* directories that were read only in part */
    int64_t             refused;      /* targets that the user who owns the link may not read */
    int64_t             over;         /* managers whose files are beyond their budget */
    bool                found;        /* a unit directory that was read */
};

/* SQLITE_OK, or the error that the query fails with. */
int unit_walk_open(struct unit_walk *walk, struct tbl_scan *scan,
                   const struct unit_walk_want *want);

/* The others return a negative errno on failure. */

/* Go on to the next manager: 1, or 0 after the last. */
int unit_walk_next(struct unit_walk *walk);

/* Read the other places of the current manager that start services. */
int unit_walk_places(struct unit_walk *walk);

void unit_walk_close(struct unit_walk *walk); /* accepts a zeroed one */

/* "system" or "user"; the user whose directories are searched, NULL for those that all share. */
const char *unit_walk_scope(const struct unit_walk *walk);
const char *unit_walk_user(const struct unit_walk *walk);

/* The path in the evidence of a path of the current root, in memory of the row; NULL for NULL and
 * where memory is out. */
const char *unit_walk_source(struct tbl_scan *scan, const struct unit_walk *walk, const char *path);

#endif
