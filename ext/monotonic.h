#ifndef SVCQL_MONOTONIC_H
#define SVCQL_MONOTONIC_H

/* Seconds since some moment, which no change of the clock disturbs. */
double monotonic(void);

#endif
