#include "sigma_ranks.h"

#include <errno.h>
#include <stdlib.h>

int sigma_ranks_begin(struct sigma_ranks *ranks, size_t n)
{
    *ranks = (struct sigma_ranks){.sums = calloc(n + 1, sizeof *ranks->sums), .n = n};
    return ranks->sums ? 0 : -ENOMEM;
}

void sigma_ranks_free(struct sigma_ranks *ranks)
{
    free(ranks->sums);
    *ranks = (struct sigma_ranks){0};
}

void sigma_ranks_add(struct sigma_ranks *ranks, size_t rank, bool more)
{
    for (size_t at = rank; at <= ranks->n; at += at & (0 - at))
        ranks->sums[at] += more ? 1 : UINT32_MAX;
    ranks->count += more ? 1 : (size_t)-1;
}

size_t sigma_ranks_at(const struct sigma_ranks *ranks, size_t k)
{
    size_t at = 0, step = 1;

    while (step <= ranks->n / 2)
        step *= 2;
    for (; step; step /= 2)
        if (at + step <= ranks->n && ranks->sums[at + step] < k) {
            at += step;
            k -= ranks->sums[at];
        }
    return at + 1;
}
