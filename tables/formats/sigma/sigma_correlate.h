/* sigma_correlate.h -- hits of rules joined to hits of correlation rules.
 *
 *     struct sigma_correlator *correlator = sigma_correlator_new(sigma);
 *     for each event, after sigma_match()
 *         sigma_correlator_add(correlator, rule, time) for each rule that it fits
 *     sigma_correlator_finish(correlator);
 *     while (sigma_correlator_next(correlator, &hit) > 0)
 *         ...
 *
 * Logs come in no order of time, so the hits that correlations ask for are kept, with the values of
 * their group and their field, and are sorted by time at the end. A window begins at a hit and ends
 * `timespan` later. Each window in which the condition is true gives one hit; the next one begins
 * after it, so that a burst is one hit and not one an event. A correlation may name others, whose
 * hits count at the time of their last event.
 */
#ifndef SVCQL_SIGMA_CORRELATE_H
#define SVCQL_SIGMA_CORRELATE_H

#include "sigma.h"

#define SIGMA_KEPT_MAX 1000000 /* hits that are kept; more are left out, and counted */

struct sigma_correlator;

/* NULL where out of memory. `sigma` must outlive it. */
struct sigma_correlator *sigma_correlator_new(struct sigma *sigma);
void                     sigma_correlator_free(struct sigma_correlator *correlator);

/* The event at hand fits a rule. One without a time (NAN) is left out, and counted. 0 or -ENOMEM. */
int sigma_correlator_add(struct sigma_correlator *correlator, uint32_t rule, double time,
                         const char *host);

/* Correlate what was added; 0 or -ENOMEM. */
int sigma_correlator_finish(struct sigma_correlator *correlator);

struct sigma_correlated {
    uint32_t    rule;        /* the correlation */
    double      first, last; /* time of the first and last hit of the window */
    const char *host;        /* of the last; NULL: unknown */
    const char *group;       /* values of the group, as name=value, separated by blanks */
    double      value; /* what was compared: a count, a sum, a mean; of temporal rules, how many */
};

/* The next hit, by rule and time: 1, or 0 at the end. */
int sigma_correlator_next(struct sigma_correlator *correlator, struct sigma_correlated *ret);

/* Hits that were left out. */
size_t sigma_correlator_lost(const struct sigma_correlator *correlator);

#endif
