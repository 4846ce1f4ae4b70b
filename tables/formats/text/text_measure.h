/* text_measure.h -- measures of names: how random one looks, how similar two are. */
#ifndef SVCQL_TEXT_MEASURE_H
#define SVCQL_TEXT_MEASURE_H

#include <stddef.h>

#define EDIT_DISTANCE_MAX 256 /* bytes of a text that edit_distance() takes */

/* Shannon entropy in bits per byte, 0 to 8; 0 of the empty text. */
double text_entropy(const char *text, size_t size);

/* Insertions, deletions, substitutions and swaps of neighbours that make `a` into `b` (optimal
 * string alignment), of bytes; -1 where either is longer than EDIT_DISTANCE_MAX. */
int text_edit_distance(const char *a, size_t a_size, const char *b, size_t b_size);

#endif
