/* sigma_ranks.h -- how many hits of a window have each of some numbers, and the number of a place among them.
 *
 * The numbers stand for themselves by their ranks, from 1, in their order. Adding one and finding the k-th cost
 * the logarithm of how many ranks there are (P. Fenwick, "A New Data Structure for Cumulative Frequency Tables").
 */
#ifndef SVCQL_SIGMA_RANKS_H
#define SVCQL_SIGMA_RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sigma_ranks {
    uint32_t *sums; /* of ranks up to n; owned */
    size_t    n, count;
};

/* Zeroed ranks for n numbers: 0 or -ENOMEM. */
int  sigma_ranks_begin(struct sigma_ranks *ranks, size_t n);
void sigma_ranks_free(struct sigma_ranks *ranks);

/* One more of a rank, or one less. */
void sigma_ranks_add(struct sigma_ranks *ranks, size_t rank, bool more);

/* The rank of the k-th, from 1, of count. */
size_t sigma_ranks_at(const struct sigma_ranks *ranks, size_t k);

#endif
