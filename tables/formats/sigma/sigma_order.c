/* sigma_order.c -- what is cheap to test goes first: one that decides saves the others. */
#include "sigma_set.h"

#define COST_MAX   1000000u
#define SORTED_MAX 64 /* items; longer lists are values of one field */

#define GRAM 4 /* bytes of a text that the index finds */

/* Whether a pattern is looked for in all of a value, as it is too short for the index. */
static bool is_searched(const struct sigma_pattern *pattern)
{
    for (uint32_t i = 0; i < pattern->n; i++)
        if (pattern->parts[i].size >= GRAM)
            return false;
    return pattern->n > 0 && pattern->open_start && pattern->open_end;
}

static uint32_t cost_of(const struct sigma_node *node)
{
    uint32_t cost = 0;

    if (node->join == SIGMA_TEST) {
        const struct sigma_test *test = node->test;
        if (test->field == SIGMA_NO_FIELD) /* every value is searched */
            return test->operation == SIGMA_REGEXP ? 10000 : 100;
        if (test->operation == SIGMA_TEXT)
            return is_searched(&test->pattern) ? 20 : 2;
        return test->operation == SIGMA_REGEXP ? 500 : 1;
    }
    for (uint32_t i = 0; i < node->n && cost < COST_MAX; i++)
        cost += cost_of(node->items[i]);
    return cost < COST_MAX ? cost : COST_MAX;
}

void sigma_order(struct sigma_node *node)
{
    bool whole = node->join == SIGMA_AND || node->join == SIGMA_OR;

    for (uint32_t i = 0; i < node->n; i++)
        sigma_order(node->items[i]);
    for (uint32_t i = 1; whole && node->n <= SORTED_MAX && i < node->n; i++) {
        struct sigma_node *item = node->items[i];
        uint32_t           cost = cost_of(item), at = i;
        for (; at > 0 && cost_of(node->items[at - 1]) > cost; at--)
            node->items[at] = node->items[at - 1];
        node->items[at] = item;
    }
}
