/* sigma_steps.h -- trees of tests as lists of steps: which is next where one fits, and which where it does not.
 *
 *     struct sigma_steps steps = {0};
 *     sigma_steps_add(&steps, tree, &first);      of each rule, once texts are indexed
 *     sigma_steps_fit(&steps, first, &run);
 *
 * The steps of a rule stand one after another. Most are decided by a mark of the index alone: that a text is not in
 * the event, or that it is and nothing else is asked for.
 */
#ifndef SVCQL_SIGMA_STEPS_H
#define SVCQL_SIGMA_STEPS_H

#include "sigma_test.h"

#define SIGMA_STEPS_MAX 262144u    /* of all trees; further ones are walked as they are */
#define SIGMA_STEPS_ONE 16384u     /* of one */
#define SIGMA_NO_STEPS  UINT32_MAX /* first step of a tree that is walked */

struct sigma_step {
    const struct sigma_test *test;  /* NULL: none, of a list that the mark decides on */
    uint32_t                 mark;  /* from 1; 0: none */
    int32_t                  field; /* of the test */
    uint32_t                 yes, no;
};

struct sigma_steps {
    struct sigma_step *steps;
    size_t             n;
};

/* Add a tree; *ret_first is its first step, or SIGMA_NO_STEPS where there is no room for it. 0 or -ENOMEM. */
int  sigma_steps_add(struct sigma_steps *steps, const struct sigma_node *tree, uint32_t *ret_first);
void sigma_steps_free(struct sigma_steps *steps);

/* Whether the event at hand, which was searched, fits a tree. */
bool sigma_steps_fit(const struct sigma_steps *steps, uint32_t first, struct sigma_run *run);

/* Whether an event may fit a tree of which the event at hand has some fields alone. It may say so in vain. */
bool sigma_steps_may(const struct sigma_steps *steps, uint32_t first, struct sigma_run *run,
                     const int32_t *fields, size_t n);

#endif
