/* sigma_condition.h -- the detection of a rule: its selections, and the condition that joins them.
 *
 *     detection:
 *       selection: {Image|endswith: '\sc.exe', CommandLine|contains: [create, config]}
 *       filter_one: {User: SYSTEM}
 *       condition: selection and not 1 of filter_*
 *
 * A condition has and, or, not, parentheses, names of selections, and "1 of", "any of" or "all of"
 * a pattern of names or `them`, which is all names that do not begin with _. Several conditions in
 * a list are joined with or. Source: the Sigma specification 2.1, "Detection" and "Condition".
 */
#ifndef SVCQL_SIGMA_CONDITION_H
#define SVCQL_SIGMA_CONDITION_H

#include "sigma_test.h"

#define SIGMA_CONDITION_MAX 8192   /* bytes */
#define SIGMA_NESTING_MAX   64     /* parentheses and nots inside each other */
#define SIGMA_TESTS_MAX     100000 /* that a condition may come to, each as often as it is named */

/* The tree of a selection: a map, a list or a keyword; errors as below. */
int sigma_selection_parse(struct sigma_maker *maker, const struct yaml_node *yaml,
                          struct sigma_node **ret);

/* The tree of a detection; 0, -EBADMSG with maker->error, -ENOMEM. */
int sigma_detection_parse(struct sigma_maker *maker, const struct yaml_node *detection,
                          struct sigma_node **ret);

/* A condition alone, over names that `resolve` knows: what correlation rules have. It gives the
 * node of the i-th name that fits a pattern, NULL past the last, or one for a whole name. */
typedef int sigma_resolve(void *data, const char *pattern, size_t size, size_t i,
                          struct sigma_node **ret);
int         sigma_condition_parse(struct sigma_maker *maker, const char *text, uint32_t line,
                                  sigma_resolve *resolve, void *data, struct sigma_node **ret);

#endif
