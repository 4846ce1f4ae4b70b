/* sigma_needed.h -- what no match of a regular expression can do without. */
#ifndef SVCQL_SIGMA_NEEDED_H
#define SVCQL_SIGMA_NEEDED_H

#include "sigma_pattern.h"

/* The texts that every match of a regular expression holds one after another, without regard to case:
 * what is outside of classes, alternatives and what may be missing. *ret has them in lower case, with
 * stars between and around them; no parts: none are known. */
void sigma_needed_text(struct arena *arena, const char *expression, struct sigma_pattern *ret);

#endif
