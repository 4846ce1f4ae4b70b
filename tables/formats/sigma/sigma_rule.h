/* sigma_rule.h -- the documents of a file of Sigma rules: rules, correlations, filters.
 *
 * Source: the Sigma specification 2.1, "Rules", "Correlation Rules", "Filters".
 */
#ifndef SVCQL_SIGMA_RULE_H
#define SVCQL_SIGMA_RULE_H

#include "sigma_condition.h"

enum sigma_kind { SIGMA_RULE, SIGMA_CORRELATION, SIGMA_FILTER };

struct sigma_logsource {
    const char *product, *category, *service; /* NULL where the rule does not say */
};

enum sigma_correlation_type {
    SIGMA_EVENT_COUNT,
    SIGMA_VALUE_COUNT,
    SIGMA_VALUE_SUM,
    SIGMA_VALUE_AVG,
    SIGMA_TEMPORAL,
    SIGMA_TEMPORAL_ORDERED
};

/* How many events, or which rules together, within how long. */
struct sigma_correlation {
    enum sigma_correlation_type type;
    const char                **rules; /* ids, names or titles */
    size_t                      n_rules;
    const char                **group_by; /* names of fields or aliases */
    size_t                      n_group_by;
    double                      timespan; /* seconds */
    struct sigma_bound {
        enum sigma_comparison comparison;
        bool                  not_equal;
        double                number;
    } bounds[4]; /* all must hold */
    size_t      n_bounds;
    const char *field;    /* of value_count, value_sum, value_avg */
    bool        generate; /* the rules' own hits are hits too */
    struct sigma_alias {
        const char *alias, *rule, *field;
    } * aliases;
    size_t n_aliases;
};

struct sigma_rule {
    enum sigma_kind           kind;
    const char               *file;
    uint32_t                  line; /* of the document */
    const char               *title, *id, *name, *level, *status, *tags, *description;
    struct sigma_logsource    logsource;
    struct sigma_node        *tree; /* NULL: none, or it could not be made */
    struct sigma_correlation *correlation;
    const char              **applies_to; /* of a filter: rules; none: all */
    size_t                    n_applies_to;
    const char               *error; /* why it cannot run */
    uint32_t                  error_line;
    bool                      no_log; /* nothing is wrong with it, but its logs are not read */
};

/* Read one document into a zeroed rule. 0, also where the rule has an error; -ENODATA for an empty
 * document; -ENOMEM. */
int sigma_rule_parse(struct sigma_maker *maker, const struct yaml_node *document,
                     struct sigma_rule *rule);

#endif
