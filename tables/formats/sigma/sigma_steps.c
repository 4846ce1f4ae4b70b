#include "sigma_steps.h"

#include <errno.h>
#include <stdlib.h>

#include "formats/text/array.h"

/* Where steps end. */
#define YES (SIGMA_STEPS_MAX)
#define NO  (SIGMA_STEPS_MAX + 1)

static uint32_t add_step(struct sigma_steps *steps, struct sigma_step step)
{
    struct sigma_step *added = ARRAY_ADD(steps->steps, steps->n);

    if (!added)
        return SIGMA_NO_STEPS;
    *added = step;
    return (uint32_t)steps->n - 1;
}

static uint32_t add_node(struct sigma_steps *steps, const struct sigma_node *node, uint32_t yes,
                         uint32_t no);

/* The items of an AND or an OR, the last one first, as each leads to the one after it. */
static uint32_t add_items(struct sigma_steps *steps, const struct sigma_node *node, uint32_t yes,
                          uint32_t no)
{
    bool     all = node->join == SIGMA_AND;
    uint32_t next = all ? yes : no;

    for (uint32_t i = node->n; i-- > 0 && next != SIGMA_NO_STEPS;)
        next = add_node(steps, node->items[i], all ? next : yes, all ? no : next);
    if (!node->mark || next == SIGMA_NO_STEPS)
        return next;
    return add_step(steps, (struct sigma_step){NULL, node->mark, SIGMA_NO_FIELD, next, no});
}

/* The steps of a tree that lead to `yes` where it fits, and to `no`: the first one; SIGMA_NO_STEPS: out of memory. */
static uint32_t add_node(struct sigma_steps *steps, const struct sigma_node *node, uint32_t yes,
                         uint32_t no)
{
    const struct sigma_test *test = node->test;

    if (node->join == SIGMA_NOT)
        return add_node(steps, node->items[0], no, yes);
    if (node->join != SIGMA_TEST)
        return add_items(steps, node, yes, no);
    return add_step(steps, (struct sigma_step){test, test->literal, test->field, yes, no});
}

/* How many steps a tree comes to, `most` at most: parts of it may be named over and over. */
static uint32_t count(const struct sigma_node *node, uint32_t most)
{
    uint32_t n = node->join == SIGMA_TEST || node->mark;

    for (uint32_t i = 0; i < node->n && n < most; i++)
        n += count(node->items[i], most - n);
    return n < most ? n : most;
}

int sigma_steps_add(struct sigma_steps *steps, const struct sigma_node *tree, uint32_t *ret_first)
{
    uint32_t n = count(tree, SIGMA_STEPS_ONE);

    *ret_first = SIGMA_NO_STEPS;
    if (n == 0 || n == SIGMA_STEPS_ONE || steps->n + n > SIGMA_STEPS_MAX)
        return 0;
    *ret_first = add_node(steps, tree, YES, NO);
    return *ret_first == SIGMA_NO_STEPS ? -ENOMEM : 0;
}

void sigma_steps_free(struct sigma_steps *steps)
{
    free(steps->steps);
    *steps = (struct sigma_steps){0};
}

bool sigma_steps_fit(const struct sigma_steps *steps, uint32_t at, struct sigma_run *run)
{
    while (at < SIGMA_STEPS_MAX) {
        const struct sigma_step *step = &steps->steps[at];
        bool                     fits = !step->mark || run->marks[step->mark - 1] == run->turn;
        if (fits && step->test && !(step->mark && step->test->exact))
            fits = sigma_test_values(run, step->test);
        at = fits ? step->yes : step->no;
    }
    return at == YES;
}

struct outlook {
    const struct sigma_steps *steps;
    struct sigma_run         *run;
    const int32_t            *fields;
    size_t                    n, left; /* steps that may still be looked at */
};

static bool is_known(const struct outlook *outlook, const struct sigma_step *step)
{
    bool known = false;

    for (size_t i = 0; i < outlook->n; i++)
        known |= step->field == outlook->fields[i];
    return known && step->field != SIGMA_NO_FIELD && step->test->operation != SIGMA_FIELD;
}

/* Whether steps may lead to where the tree fits: of a test that is open both ways are gone. */
static bool may_lead(struct outlook *outlook, uint32_t at)
{
    while (at < SIGMA_STEPS_MAX) {
        const struct sigma_step *step = &outlook->steps->steps[at];
        if (outlook->left == 0)
            return true;
        outlook->left--;
        if (is_known(outlook, step))
            at = sigma_test_values(outlook->run, step->test) ? step->yes : step->no;
        else if (may_lead(outlook, step->yes))
            return true;
        else
            at = step->no;
    }
    return at == YES;
}

#define OUTLOOK_MAX 64 /* steps; also how deep may_lead() goes */

bool sigma_steps_may(const struct sigma_steps *steps, uint32_t first, struct sigma_run *run,
                     const int32_t *fields, size_t n)
{
    return may_lead(&(struct outlook){steps, run, fields, n, OUTLOOK_MAX}, first);
}
