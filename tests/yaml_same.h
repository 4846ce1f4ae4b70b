/* yaml_same.h -- whether two readers of YAML give the same trees: for suites and fuzzers. */
#ifndef SVCQL_YAML_SAME_H
#define SVCQL_YAML_SAME_H

#include <string.h>

#include "formats/sigma/yaml_tree.h"

static inline bool yaml_same(const struct yaml_node *a, const struct yaml_node *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || a->plain != b->plain || a->line != b->line || a->depth != b->depth ||
        a->count != b->count || a->n != b->n || a->size != b->size ||
        (a->kind == YAML_SCALAR && memcmp(a->text, b->text, a->size + 1) != 0))
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!yaml_same(a->items[i], b->items[i]))
            return false;
    return true;
}

#endif
