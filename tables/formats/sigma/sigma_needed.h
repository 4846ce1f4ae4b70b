/* sigma_needed.h -- what no match of a regular expression can do without. */
#ifndef SVCQL_SIGMA_NEEDED_H
#define SVCQL_SIGMA_NEEDED_H

#include "sigma_pattern.h"

/* The longest text that every match of a regular expression holds, without regard to case: of what
 * is outside of groups, classes and alternatives. *ret has one part, in lower case, or none. */
void sigma_needed_text(struct arena *arena, const char *expression, struct sigma_pattern *ret);

#endif
