/* registry_targets.h -- which parts of a hive a query on paths can be about. */
#ifndef SVCQL_REGISTRY_TARGETS_H
#define SVCQL_REGISTRY_TARGETS_H

#include "hive_file.h"
#include "table.h"

/* Keys to show: those at a path, and some levels below them. */
struct registry_target {
    char  *start; /* path of a key below the root key; "" is the root key itself */
    size_t depth; /* how many levels below it to go */
    char  *first; /* what names just below it begin with */
    size_t alias; /* bytes of `start` in place of CurrentControlSet; 0: it was not named */
};

struct registry_targets {
    struct registry_target *list;
    size_t                  n;
    bool                    all; /* nothing narrows the walk: one target, the whole hive */
};

/* Choose by what a query says of the columns `key` and `path`. 0 or -ENOMEM;
 * registry_targets_free() is due in either case, and accepts a zeroed one. */
int  registry_targets_choose(struct registry_targets *targets, struct hive_file *file,
                             const struct tbl_terms *keys, const struct tbl_terms *paths);
void registry_targets_free(struct registry_targets *targets);

/* Where a key is, by its path below the root key, as seen from a target. */
enum registry_side { SIDE_AT, SIDE_ABOVE, SIDE_ELSEWHERE };
enum registry_side registry_target_side(const struct registry_target *target, const char *path);

/* How long the part of a path before its last name is. */
size_t registry_parent_size(const char *path, size_t size);

#endif
