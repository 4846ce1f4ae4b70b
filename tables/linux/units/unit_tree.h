/* unit_tree.h -- the unit folders of one source, read once for all scans of a statement.
 *
 *     unit_tree_get(svcql, &source, &tree);
 *     for (size_t i = 0; i < tree->managers.n; i++) {
 *         unit_tree_search(tree, i, UNIT_TREE_UNITS, &search);
 *         ... search->entries ...
 *         unit_tree_done(tree, i, UNIT_TREE_UNITS);
 *     }
 *     unit_tree_unref(tree);
 *
 * A statement has many scans of the same folders: views join unit_files and unit_commands with themselves.
 * What one of them read, the others have: names, the content of files, what a link leads to. It is kept
 * until the statement ends, and for UNIT_TREE_SECONDS at most, as a program may leave a statement open;
 * of at most UNIT_TREES_MAX sources, and of no more than UNIT_TREE_BYTES together. Beyond that, and for a
 * root that the query names, each scan reads for itself.
 */
#ifndef SVCQL_UNIT_TREE_H
#define SVCQL_UNIT_TREE_H

#include "evidence.h"
#include "unit_search.h"

#define UNIT_TREES_MAX    16 /* each has an open folder, and one for each of its users' managers */
#define UNIT_TREE_USERS   64 /* searches of users' managers, of all trees */
#define UNIT_TREE_BYTES   ((size_t)64 << 20)
#define UNIT_TREE_SECONDS 10

enum unit_tree_part {
    UNIT_TREE_UNITS,  /* unit_search_open() */
    UNIT_TREE_PLACES, /* unit_places_open() */
    UNIT_TREE_PARTS
};

struct unit_tree_item;
struct unit_trees;

struct unit_tree {
    size_t                 references;
    struct unit_trees     *kept_in; /* NULL: it is one scan's alone */
    int64_t                evidence, begun;
    char                  *shown;
    struct root           *root; /* counted */
    struct unit_managers   managers;
    struct unit_tree_item *items; /* UNIT_TREE_PARTS for each manager */
};

/* The tree of a source; one reference is the caller's. Negative errno. */
int  unit_tree_get(struct svcql *svcql, const struct source *source, struct unit_tree **ret);
void unit_tree_unref(struct unit_tree *tree); /* accepts NULL */

/* What the i-th manager searches: the tree's, for a scan to use until unit_tree_done(). Negative errno. */
int  unit_tree_search(struct unit_tree *tree, size_t i, enum unit_tree_part part,
                      struct unit_search **ret);
void unit_tree_done(struct unit_tree *tree, size_t i, enum unit_tree_part part);

#endif
