/* sigma_show.h -- a rule's tree for people: as SQL, and how far an event is from it. */
#ifndef SVCQL_SIGMA_SHOW_H
#define SVCQL_SIGMA_SHOW_H

#include "formats/text/buffer.h"
#include "sigma.h"

/* Append a tree as an SQL expression over the fields: what pySigma's sqlite backend would write,
 * and functions where SQL has no operator. A field that is absent is NULL, and a test of it false. */
void sigma_show_sql(const struct sigma *sigma, const struct sigma_node *node, struct buffer *text);

/* How many tests at least would have to end otherwise for the event at hand to fit: 0: it fits. */
uint32_t sigma_distance(struct sigma *sigma, const struct sigma_node *node);

/* Append each line of the rule with "yes" or "no" for the event at hand, indented by its place in
 * the tree, and the values of the fields that did not fit. */
void sigma_show_lines(struct sigma *sigma, const struct sigma_node *node, struct buffer *text);

#endif
