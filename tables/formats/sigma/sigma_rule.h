/* sigma_rule.h -- the documents of a file of Sigma rules: rules, correlations, filters.
 *
 * Source: the Sigma specification 2.1, "Rules", "Correlation Rules", "Filters".
 */
#ifndef SVCQL_SIGMA_RULE_H
#define SVCQL_SIGMA_RULE_H

#include "sigma_condition.h"

/* Why a rule cannot run. */
enum sigma_status {
    SIGMA_RUNS,
    SIGMA_NO_LOG,   /* nothing is wrong with it, but its logs are not read */
    SIGMA_NO_VALUE, /* a placeholder of it has no values */
    SIGMA_ERROR,
};

/* "no log", "no value", "error"; of one that runs "match". */
const char *sigma_status_text(enum sigma_status status);

enum sigma_kind { SIGMA_RULE, SIGMA_CORRELATION, SIGMA_FILTER };

struct sigma_logsource {
    const char *product, *category, *service; /* NULL where the rule does not say */
};

enum sigma_correlation_type {
    SIGMA_EVENT_COUNT,
    SIGMA_VALUE_COUNT,
    SIGMA_VALUE_SUM,
    SIGMA_VALUE_AVG,
    SIGMA_VALUE_PERCENTILE,
    SIGMA_VALUE_MEDIAN,
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
    const char *field;      /* of those of values */
    double      percentile; /* of value_percentile: 0 to 100; -1: not said */
    bool        generate;   /* the rules' own hits are hits too */
    struct sigma_node
        *condition; /* of temporal, in words: the `other` of a test is a rule's index; NULL: none */
    struct sigma_alias {
        const char *alias, *rule, *field;
    } * aliases;
    size_t n_aliases;
};

struct sigma_rule {
    enum sigma_kind           kind;
    const char               *file;
    uint32_t                  line; /* of the document */
    const char               *title, *id, *name, *level, *tags;
    struct sigma_logsource    logsource;
    struct sigma_node        *tree; /* NULL: none, or it could not be made */
    struct sigma_correlation *correlation;
    const char              **applies_to; /* of a filter: rules; none: all */
    size_t                    n_applies_to;
    enum sigma_status         runs;
    const char               *error; /* why it cannot run, in words */
    uint32_t                  error_line;
};

/* A rule cannot run. The text must live as long as the rule. */
void sigma_rule_refuse(struct sigma_rule *rule, enum sigma_status why, const char *error,
                       uint32_t line);

/* Read one document into a zeroed rule. 0, also where the rule has an error; -ENODATA for an empty
 * document; -ENOMEM. */
int sigma_rule_parse(struct sigma_maker *maker, const struct yaml_node *document,
                     struct sigma_rule *rule);

#endif
