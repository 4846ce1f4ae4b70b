#include "sigma_rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *keep(struct sigma_maker *maker, const struct yaml_node *node)
{
    const char *text = yaml_text(node);

    return text ? arena_strndup(maker->arena, text, node->size) : NULL;
}

/* The items of a list, or the one text, joined by commas. */
static const char *join(struct sigma_maker *maker, const struct yaml_node *node)
{
    size_t size = 0;

    if (!node || node->kind != YAML_LIST)
        return keep(maker, node);
    for (size_t i = 0; i < node->n; i++)
        size += node->items[i]->size + 1;
    char *text = arena_alloc(maker->arena, size + 1), *at = text;
    for (size_t i = 0; text && i < node->n; i++)
        if (yaml_text(node->items[i]))
            at = stpcpy(stpcpy(at, at == text ? "" : ","), node->items[i]->text);
    return text ? text : "";
}

/* The texts of a list, or one text as a list of one. */
static int keep_list(struct sigma_maker *maker, const struct yaml_node *node, const char ***ret,
                     size_t *ret_n)
{
    size_t n = node && node->kind == YAML_LIST ? node->n : node != NULL;

    *ret_n = 0;
    *ret = arena_alloc(maker->arena, (n + 1) * sizeof **ret);
    if (!*ret)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *item = node->kind == YAML_LIST ? node->items[i] : node;
        if (!yaml_text(item))
            return sigma_refuse(maker, item->line, "a list of more than words");
        (*ret)[(*ret_n)++] = keep(maker, item);
    }
    return 0;
}

/* Correlations --------------------------------------------------------------------- */

static const char *const types[] = {
    [SIGMA_EVENT_COUNT] = "event_count",
    [SIGMA_VALUE_COUNT] = "value_count",
    [SIGMA_VALUE_SUM] = "value_sum",
    [SIGMA_VALUE_AVG] = "value_avg",
    [SIGMA_VALUE_PERCENTILE] = "value_percentile",
    [SIGMA_VALUE_MEDIAN] = "value_median",
    [SIGMA_TEMPORAL] = "temporal",
    [SIGMA_TEMPORAL_ORDERED] = "temporal_ordered",
};

static int parse_type(struct sigma_maker *maker, const struct yaml_node *yaml,
                      struct sigma_correlation *ret)
{
    const struct yaml_node *type = yaml_get(yaml, "type");

    for (size_t i = 0; yaml_text(type) && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type->text) == 0) {
            ret->type = (enum sigma_correlation_type)i;
            return 0;
        }
    return sigma_refuse(maker, yaml->line, "correlation type %.60s is not supported",
                        yaml_text(type) ? type->text : "(none)");
}

/* 30s, 5m, 1h, 7d, 1w, 1M (30 days), 1y (365 days). */
static int parse_timespan(struct sigma_maker *maker, const struct yaml_node *yaml,
                          struct sigma_correlation *ret)
{
    static const struct {
        char   unit;
        double seconds;
    } units[] = {{'s', 1},      {'m', 60},         {'h', 3600},       {'d', 86400},
                 {'w', 604800}, {'M', 30 * 86400}, {'y', 365 * 86400}};
    const struct yaml_node *span = yaml_get(yaml, "timespan");
    char                   *end = NULL;

    if (!span)
        span = yaml_get(yaml, "timeframe");
    double number = span && yaml_text(span) ? strtod(span->text, &end) : 0;
    if (end && end[0] && !end[1] && number > 0)
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (units[i].unit == *end) {
                ret->timespan = number * units[i].seconds;
                return 0;
            }
    return sigma_refuse(maker, span ? span->line : yaml->line, "a correlation without timespan");
}

static int parse_bound(struct sigma_maker *maker, const struct yaml_node *key,
                       const struct yaml_node *value, struct sigma_correlation *ret)
{
    static const struct {
        const char           *name;
        enum sigma_comparison comparison;
        bool                  not_equal;
    } comparisons[] = {{"gt", SIGMA_GT, false},    {"gte", SIGMA_GTE, false},
                       {"lt", SIGMA_LT, false},    {"lte", SIGMA_LTE, false},
                       {"eq", SIGMA_EQUAL, false}, {"neq", SIGMA_EQUAL, true}};
    char *end = NULL;

    if (strcmp(key->text, "field") == 0) {
        ret->field = keep(maker, value);
        return ret->field ? 0 : sigma_refuse(maker, value->line, "a field that is not a name");
    }
    double number = yaml_text(value) ? strtod(value->text, &end) : 0;
    if (strcmp(key->text, "percentile") == 0) {
        if (!end || *end || end == value->text || !(number >= 0 && number <= 100))
            return sigma_refuse(maker, value->line, "percentile needs a number up to 100");
        ret->percentile = number;
        return 0;
    }
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        if (strcmp(comparisons[i].name, key->text) != 0)
            continue;
        if (ret->n_bounds == sizeof ret->bounds / sizeof *ret->bounds || !end || *end ||
            end == value->text)
            return sigma_refuse(maker, value->line, "%s needs a number", key->text);
        ret->bounds[ret->n_bounds++] =
            (struct sigma_bound){comparisons[i].comparison, comparisons[i].not_equal, number};
        return 0;
    }
    return sigma_refuse(maker, key->line, "unknown condition %.60s", key->text);
}

/* A condition in words, while it is parsed: names of rules, which it may be alone in saying. */
struct words {
    struct sigma_maker       *maker;
    struct sigma_correlation *correlation;
    bool                      open; /* the correlation has no list of rules */
    size_t                    room;
};

static int add_rule(struct words *words, const char *name, size_t size)
{
    struct sigma_correlation *of = words->correlation;
    const char              **rules =
        arena_grow(words->maker->arena, of->rules, of->n_rules, &words->room, sizeof *rules);

    if (!rules)
        return -ENOMEM;
    of->rules = rules;
    rules[of->n_rules++] = arena_strndup(words->maker->arena, name, size);
    return 0;
}

/* Whether a rule was met. */
static int make_met(struct sigma_maker *maker, size_t rule, struct sigma_node **ret)
{
    *ret = sigma_node_new(maker, SIGMA_TEST, 0);
    if (!*ret || !((*ret)->test = arena_alloc(maker->arena, sizeof(struct sigma_test))))
        return -ENOMEM;
    (*ret)->count = 1;
    (*ret)->test->operation = SIGMA_FIELD;
    (*ret)->test->field = SIGMA_NO_FIELD;
    (*ret)->test->other = (int32_t)rule;
    return 0;
}

/* The i-th rule that a pattern of names fits: a sigma_resolve. */
static int resolve_rule(void *data, const char *pattern, size_t size, size_t at,
                        struct sigma_node **ret)
{
    struct words             *words = data;
    struct sigma_correlation *of = words->correlation;
    bool                      them = size == 4 && strncasecmp(pattern, "them", 4) == 0;
    struct sigma_units        units = sigma_units_parse(words->maker->scratch, pattern, size);
    struct sigma_pattern      names;
    size_t                    first = at;

    *ret = NULL;
    if (!units.units)
        return -ENOMEM;
    sigma_pattern_make(words->maker->scratch, &units, false, &names);
    for (size_t i = 0; i < of->n_rules; i++)
        if ((them || sigma_pattern_match(&names, of->rules[i], strlen(of->rules[i]))) && at-- == 0)
            return make_met(words->maker, i, ret);
    if (first || !words->open || them || memchr(pattern, '*', size) || memchr(pattern, '?', size))
        return 0;
    int r = add_rule(words, pattern, size);
    return r < 0 ? r : make_met(words->maker, of->n_rules - 1, ret);
}

#define WORDS_MAX 1000 /* names of rules: each hit asks for them all */

static int parse_words(struct sigma_maker *maker, const struct yaml_node *condition,
                       struct sigma_correlation *ret)
{
    struct words words = {.maker = maker, .correlation = ret, .open = ret->n_rules == 0};

    if (!yaml_text(condition) || ret->type != SIGMA_TEMPORAL)
        return sigma_refuse(maker, condition->line,
                            "a condition of words, which is for temporal alone");
    int r = sigma_condition_parse(maker, condition->text, condition->line, resolve_rule, &words,
                                  &ret->condition);
    return r == 0 && ret->condition->count > WORDS_MAX
               ? sigma_refuse(maker, condition->line, "a condition of too many rules")
               : r;
}

static int parse_bounds(struct sigma_maker *maker, const struct yaml_node *yaml,
                        struct sigma_correlation *ret)
{
    const struct yaml_node *condition = yaml_get(yaml, "condition");
    bool                    temporal = ret->type >= SIGMA_TEMPORAL;
    int                     r = 0;

    ret->percentile = -1;
    if (condition && condition->kind != YAML_MAP)
        return parse_words(maker, condition, ret);
    for (size_t i = 0; condition && r == 0 && i + 1 < condition->n; i += 2)
        r = parse_bound(maker, condition->items[i], condition->items[i + 1], ret);
    if (r < 0)
        return r;
    if (!temporal && ret->n_bounds == 0)
        return sigma_refuse(maker, yaml->line, "a correlation without condition");
    if (ret->type == SIGMA_VALUE_PERCENTILE && ret->percentile < 0)
        return sigma_refuse(maker, yaml->line, "value_percentile without percentile");
    if (!ret->field && ret->type >= SIGMA_VALUE_COUNT && !temporal)
        return sigma_refuse(maker, yaml->line, "%s without field", types[ret->type]);
    return 0;
}

static int parse_aliases(struct sigma_maker *maker, const struct yaml_node *yaml,
                         struct sigma_correlation *ret)
{
    const struct yaml_node *aliases = yaml_get(yaml, "aliases");
    size_t                  room = 0;

    for (size_t i = 0; aliases && aliases->kind == YAML_MAP && i + 1 < aliases->n; i += 2) {
        const struct yaml_node *map = aliases->items[i + 1];
        for (size_t k = 0; map->kind == YAML_MAP && k + 1 < map->n; k += 2) {
            struct sigma_alias *grown =
                arena_grow(maker->arena, ret->aliases, ret->n_aliases, &room, sizeof *grown);
            if (!grown)
                return -ENOMEM;
            ret->aliases = grown;
            grown[ret->n_aliases] =
                (struct sigma_alias){keep(maker, aliases->items[i]), keep(maker, map->items[k]),
                                     keep(maker, map->items[k + 1])};
            if (!grown[ret->n_aliases++].field)
                return sigma_refuse(maker, map->line, "an alias that names no field");
        }
    }
    return 0;
}

static int parse_correlation(struct sigma_maker *maker, const struct yaml_node *yaml,
                             struct sigma_rule *rule)
{
    struct sigma_correlation *ret = arena_alloc(maker->arena, sizeof *ret);

    if (!ret)
        return -ENOMEM;
    rule->kind = SIGMA_CORRELATION;
    if (yaml->kind != YAML_MAP)
        return sigma_refuse(maker, yaml->line, "a correlation that is not a map");
    int r = parse_type(maker, yaml, ret);
    if (r == 0)
        r = keep_list(maker, yaml_get(yaml, "rules"), &ret->rules, &ret->n_rules);
    if (r == 0)
        r = keep_list(maker, yaml_get(yaml, "group-by"), &ret->group_by, &ret->n_group_by);
    if (r == 0)
        r = parse_timespan(maker, yaml, ret);
    if (r == 0)
        r = parse_bounds(maker, yaml, ret);
    if (r == 0 && ret->n_rules == 0)
        r = sigma_refuse(maker, yaml->line, "a correlation without rules");
    if (r == 0)
        r = parse_aliases(maker, yaml, ret);
    const char *generate = yaml_text(yaml_get(yaml, "generate"));
    ret->generate = generate && strcasecmp(generate, "true") == 0;
    rule->correlation = ret;
    return r;
}

/* Rules ---------------------------------------------------------------------------- */

static int parse_logsource(struct sigma_maker *maker, const struct yaml_node *document,
                           struct sigma_logsource *ret)
{
    const struct yaml_node *source = yaml_get(document, "logsource");

    if (!source || source->kind != YAML_MAP)
        return sigma_refuse(maker, document->line, "has no logsource");
    ret->product = keep(maker, yaml_get(source, "product"));
    ret->category = keep(maker, yaml_get(source, "category"));
    ret->service = keep(maker, yaml_get(source, "service"));
    if (!ret->product && !ret->category && !ret->service)
        return sigma_refuse(maker, source->line, "has an empty logsource");
    return 0;
}

static int parse_filter(struct sigma_maker *maker, const struct yaml_node *document,
                        const struct yaml_node *filter, struct sigma_rule *rule)
{
    const struct yaml_node *rules = yaml_get(filter, "rules");

    rule->kind = SIGMA_FILTER;
    if (filter->kind != YAML_MAP || !rules)
        return sigma_refuse(maker, filter->line, "a filter without rules");
    int r = parse_logsource(maker, document, &rule->logsource);
    if (r == 0 && !(yaml_text(rules) && strcasecmp(rules->text, "any") == 0))
        r = keep_list(maker, rules, &rule->applies_to, &rule->n_applies_to);
    return r < 0 ? r : sigma_detection_parse(maker, filter, &rule->tree);
}

static int parse_body(struct sigma_maker *maker, const struct yaml_node *document,
                      struct sigma_rule *rule)
{
    const struct yaml_node *detection = yaml_get(document, "detection");
    const struct yaml_node *correlation = yaml_get(document, "correlation");
    const struct yaml_node *filter = yaml_get(document, "filter");

    if (yaml_get(document, "action"))
        return sigma_refuse(maker, document->line, "action: of a collection of Sigma 1");
    if (correlation)
        return parse_correlation(maker, correlation, rule);
    if (filter)
        return parse_filter(maker, document, filter, rule);
    if (!detection || detection->kind != YAML_MAP)
        return sigma_refuse(maker, document->line, "has no detection");
    int r = parse_logsource(maker, document, &rule->logsource);
    return r < 0 ? r : sigma_detection_parse(maker, detection, &rule->tree);
}

const char *sigma_status_text(enum sigma_status status)
{
    static const char *const texts[] = {[SIGMA_RUNS] = "match",
                                        [SIGMA_NO_LOG] = "no log",
                                        [SIGMA_NO_VALUE] = "no value",
                                        [SIGMA_ERROR] = "error"};

    return texts[status];
}

void sigma_rule_refuse(struct sigma_rule *rule, enum sigma_status why, const char *error,
                       uint32_t line)
{
    rule->tree = NULL;
    rule->runs = why;
    rule->error = error;
    rule->error_line = line;
}

int sigma_rule_parse(struct sigma_maker *maker, const struct yaml_node *document,
                     struct sigma_rule *rule)
{
    if (yaml_is_null(document))
        return -ENODATA;
    rule->line = document->line;
    rule->title = keep(maker, yaml_get(document, "title"));
    rule->id = keep(maker, yaml_get(document, "id"));
    rule->name = keep(maker, yaml_get(document, "name"));
    rule->level = keep(maker, yaml_get(document, "level"));
    rule->tags = join(maker, yaml_get(document, "tags"));
    maker->error = NULL;
    maker->no_value = false;
    int r = parse_body(maker, document, rule);
    if (r != -EBADMSG)
        return r;
    sigma_rule_refuse(rule, maker->no_value ? SIGMA_NO_VALUE : SIGMA_ERROR, maker->error,
                      maker->error_line);
    return 0;
}
