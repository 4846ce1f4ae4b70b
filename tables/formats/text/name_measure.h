/* name_measure.h -- how much a name looks as if a machine had drawn its letters at random. */
#ifndef SVCQL_NAME_MEASURE_H
#define SVCQL_NAME_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

/* The evidence, in bits, that the least name-like run of letters and digits in a name was drawn at
 * random and not chosen by a person: log2 of how much likelier random characters give it than the
 * names of real services and packages do. Three things are weighed: which letter follows which,
 * where upper and lower case change, and where letters and digits change.
 *
 * Long random names reach more: of 10 random letters in lower case two in three are above 10, of 16
 * nine in ten; of 1,578 unit names of real software none is (sxhkd, urxvtd and vlmcsd come next),
 * of 999 service names of Windows two are above 13. Negative for ordinary words; 0 for no letters.
 */
double name_randomness(const char *name, size_t size);

/* Whether one name passes for the other at a glance and is another: what differs are letters that look
 * alike (l, I and 1; O and 0; rn and m; vv and w), doubled letters, hyphens and underscores, case; or, of
 * names of six letters or more, one letter changed, missing, added or swapped. */
bool names_look_alike(const char *a, size_t a_size, const char *b, size_t b_size);

#endif
