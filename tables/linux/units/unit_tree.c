#include "unit_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit_places.h"

struct unit_tree_item {
    struct unit_search *search; /* NULL: not read, or not kept */
    size_t              scans;  /* that use it now */
    size_t              bytes;  /* counted in unit_trees.bytes */
};

struct unit_trees {
    struct unit_tree *trees[UNIT_TREES_MAX];
    size_t            n;
    size_t            bytes, users; /* of searches that no scan uses */
};

static void drop(struct unit_tree *tree, struct unit_tree_item *item)
{
    if (tree->kept_in && item->bytes) {
        tree->kept_in->bytes -= item->bytes;
        tree->kept_in->users -= item->search->as != NULL;
    }
    unit_search_free(item->search);
    *item = (struct unit_tree_item){0};
}

void unit_tree_unref(struct unit_tree *tree)
{
    if (!tree || --tree->references)
        return;
    for (size_t i = 0; tree->items && i < UNIT_TREE_PARTS * tree->managers.n; i++)
        drop(tree, &tree->items[i]);
    free(tree->items);
    unit_managers_free(&tree->managers);
    root_unref(tree->root);
    free(tree->shown);
    free(tree);
}

static void free_trees(void *data)
{
    struct unit_trees *trees = data;

    for (size_t i = 0; i < trees->n; i++)
        unit_tree_unref(trees->trees[i]);
    free(trees);
}

/* NULL: out of memory. */
static struct unit_trees *trees_of(struct svcql *svcql)
{
    static const char  key;
    struct unit_trees *trees = svcql_kept(svcql, &key);

    if (trees)
        return trees;
    trees = calloc(1, sizeof *trees);
    return trees && svcql_keep_statement(svcql, &key, trees, free_trees) == SQLITE_OK ? trees
                                                                                      : NULL;
}

static int64_t seconds(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static struct unit_tree *find(const struct unit_trees *trees, const struct source *source)
{
    for (size_t i = 0; i < trees->n; i++)
        if (trees->trees[i]->evidence == source->evidence->id &&
            strcmp(trees->trees[i]->shown, source->shown) == 0)
            return trees->trees[i];
    return NULL;
}

/* One that is too old is no longer given to other scans; those that use it go on. */
static void forget(struct unit_trees *trees, struct unit_tree *tree)
{
    for (size_t i = 0; i < trees->n; i++)
        if (trees->trees[i] == tree)
            trees->trees[i] = trees->trees[--trees->n];
    unit_tree_unref(tree);
}

static int new_tree(const struct source *source, struct unit_tree **ret)
{
    struct unit_tree *tree = calloc(1, sizeof *tree);

    if (!tree)
        return -ENOMEM;
    *tree = (struct unit_tree){.references = 1,
                               .evidence = source->evidence ? source->evidence->id : 0,
                               .begun = seconds(),
                               .shown = strdup(source->shown),
                               .root = root_ref(source->root)};
    int r = tree->shown ? unit_managers_list(tree->root, &tree->managers) : -ENOMEM;
    if (r == 0) {
        tree->items = calloc(UNIT_TREE_PARTS * tree->managers.n, sizeof *tree->items);
        r = tree->items ? 0 : -ENOMEM;
    }
    if (r < 0)
        unit_tree_unref(tree);
    else
        *ret = tree;
    return r;
}

int unit_tree_get(struct svcql *svcql, const struct source *source, struct unit_tree **ret)
{
    struct unit_trees *trees = trees_of(svcql);
    struct unit_tree  *tree = NULL;
    bool               keep = source->evidence && source->evidence->id;

    if (!trees)
        return -ENOMEM;
    if (keep && (tree = find(trees, source)) && seconds() - tree->begun > UNIT_TREE_SECONDS) {
        forget(trees, tree);
        tree = NULL;
    }
    if (!tree) {
        int r = new_tree(source, &tree);
        if (r < 0)
            return r;
        keep = keep && trees->n < UNIT_TREES_MAX;
        tree->kept_in = keep ? trees : NULL;
        if (keep)
            trees->trees[trees->n++] = tree;
    }
    tree->references += keep;
    *ret = tree;
    return 0;
}

static struct unit_tree_item *item_of(struct unit_tree *tree, size_t i, enum unit_tree_part part)
{
    return &tree->items[UNIT_TREE_PARTS * i + part];
}

int unit_tree_search(struct unit_tree *tree, size_t i, enum unit_tree_part part,
                     struct unit_search **ret)
{
    struct unit_tree_item     *item = item_of(tree, i, part);
    const struct unit_manager *manager = &tree->managers.managers[i];
    int                        r = 0;

    if (!item->search)
        r = part == UNIT_TREE_UNITS ? unit_search_open(&item->search, tree->root, manager)
                                    : unit_places_open(&item->search, tree->root, manager);
    if (r < 0)
        return r;
    item->scans++;
    *ret = item->search;
    return 0;
}

/* What is kept is counted anew, as scans add to it what they read. */
void unit_tree_done(struct unit_tree *tree, size_t i, enum unit_tree_part part)
{
    struct unit_tree_item *item = item_of(tree, i, part);
    struct unit_trees     *trees = tree->kept_in;

    if (--item->scans)
        return;
    if (trees) {
        size_t bytes = unit_search_size(item->search);
        trees->users += !item->bytes && item->search->as;
        trees->bytes += bytes - item->bytes;
        item->bytes = bytes;
    }
    if (!trees || trees->bytes > UNIT_TREE_BYTES || trees->users > UNIT_TREE_USERS)
        drop(tree, item);
}
