#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "sigma_set.h"
#include "yaml_plain.h"

enum { DEPTH_MAX = 64 }; /* of correlations of correlations */

static const char *placeholder_value(void *data, const char *name, size_t i)
{
    const struct sigma *sigma = data;

    for (size_t p = 0; p < sigma->n_placeholders; p++)
        if (strcmp(sigma->placeholders[p].name, name) == 0 && i-- == 0)
            return sigma->placeholders[p].value;
    return NULL;
}

struct sigma *sigma_new(void)
{
    struct sigma *sigma = calloc(1, sizeof *sigma);

    if (sigma)
        sigma->maker = (struct sigma_maker){.arena = &sigma->arena,
                                            .scratch = &sigma->scratch,
                                            .names = &sigma->names,
                                            .placeholder = placeholder_value,
                                            .placeholder_data = sigma};
    return sigma;
}

/* What a set has for itself, shared or not. */
static void free_own(struct sigma *sigma)
{
    sigma_free_kinds(sigma);
    for (size_t i = 0; i < sigma->maker.n_regexps; i++)
        regexp_free(sigma->maker.regexps[i]);
    free(sigma->maker.regexps);
    sigma_search_free(sigma->search);
    sigma_event_free(&sigma->event);
    free(sigma->hits);
}

void sigma_free(struct sigma *sigma)
{
    if (!sigma)
        return;
    free_own(sigma);
    if (sigma->shared) {
        free(sigma);
        return;
    }
    sigma_index_free(sigma->index);
    sigma_names_free(&sigma->names);
    free(sigma->sources);
    free(sigma->mappings);
    free(sigma->placeholders);
    free(sigma->rules);
    free(sigma->class_of);
    free(sigma->classes);
    free(sigma->class_rules);
    free(sigma->class_first);
    free(sigma->indexed);
    free(sigma->hidden);
    free(sigma->given_up);
    free(sigma->trees);
    sigma_steps_free(&sigma->steps);
    free(sigma->first_step);
    arena_free(&sigma->arena);
    arena_free(&sigma->scratch);
    free(sigma);
}

const char *sigma_error(const struct sigma *sigma)
{
    return sigma->error ? sigma->error : "";
}

/* Rules ---------------------------------------------------------------------------- */

static struct sigma_rule *new_rule(struct sigma *sigma, const char *file)
{
    struct sigma_rule *rule = ARRAY_ADD(sigma->rules, sigma->n_rules);

    if (rule)
        rule->file = file;
    return rule;
}

static int read_documents(struct sigma *sigma, const char *file, const struct yaml_file *yaml)
{
    for (size_t i = 0; i < yaml->n; i++) {
        if (sigma->n_rules >= SIGMA_RULES_MAX)
            return -E2BIG;
        struct sigma_rule *rule = new_rule(sigma, file);
        int r = rule ? sigma_rule_parse(&sigma->maker, yaml->documents[i], rule) : -ENOMEM;
        if (r == -ENODATA)
            sigma->n_rules--;
        else if (r < 0)
            return r;
    }
    return 0;
}

/* The entries of a rule that are read; others are for people. */
static const char *const entries[] = {"title",       "id",        "name",   "level",
                                      "tags",        "logsource", "action", "detection",
                                      "correlation", "filter",    NULL};

static int parse_yaml(struct sigma *sigma, const char *text, size_t size, struct yaml_file *ret)
{
    int r = yaml_plain(text, size, entries, &sigma->scratch, ret);

    return r < 0 ? r : r > 0 ? 0 : yaml_file_parse(text, size, &sigma->scratch, ret);
}

int sigma_read(struct sigma *sigma, const char *file, const char *text, size_t size)
{
    struct yaml_file yaml;
    const char      *name = arena_strndup(&sigma->arena, file, strlen(file));

    arena_reset(&sigma->scratch);
    int bad = parse_yaml(sigma, text, size, &yaml);
    if (bad == -ENOMEM)
        return bad;
    int r = read_documents(sigma, name, &yaml);
    if (r == 0 && bad < 0) {
        struct sigma_rule *rule = sigma->n_rules < SIGMA_RULES_MAX ? new_rule(sigma, name) : NULL;
        if (!rule)
            return -E2BIG;
        sigma_rule_refuse(rule, SIGMA_ERROR,
                          arena_strndup(&sigma->arena, yaml.error, strlen(yaml.error)),
                          yaml.error_line);
    }
    return sigma->arena.failed || sigma->scratch.failed ? -ENOMEM : r;
}

int sigma_fail(struct sigma *sigma, const char *file, const char *why)
{
    struct sigma_rule *rule =
        sigma->n_rules < SIGMA_RULES_MAX
            ? new_rule(sigma, arena_strndup(&sigma->arena, file, strlen(file)))
            : NULL;

    if (!rule)
        return -E2BIG;
    sigma_rule_refuse(rule, SIGMA_ERROR, arena_strndup(&sigma->arena, why, strlen(why)), 0);
    return sigma->arena.failed ? -ENOMEM : 0;
}

size_t sigma_count(const struct sigma *sigma)
{
    return sigma->n_rules;
}

const struct sigma_rule *sigma_rule(const struct sigma *sigma, size_t i)
{
    return &sigma->rules[i];
}

static bool is_named(const struct sigma_rule *rule, const char *reference)
{
    return (rule->id && strcmp(rule->id, reference) == 0) ||
           (rule->name && strcmp(rule->name, reference) == 0) ||
           (rule->title && strcmp(rule->title, reference) == 0);
}

long sigma_find(const struct sigma *sigma, const char *reference)
{
    for (size_t i = 0; i < sigma->n_rules; i++)
        if (is_named(&sigma->rules[i], reference))
            return (long)i;
    return -1;
}

/* Filters -------------------------------------------------------------------------- */

/* Whether a filter is for a rule: its log source is in the filter's, and it is one of its rules. */
static bool applies(const struct sigma_rule *filter, const struct sigma_rule *rule)
{
    if (rule->kind != SIGMA_RULE || !rule->tree ||
        !sigma_says(filter->logsource.product, rule->logsource.product) ||
        !sigma_says(filter->logsource.category, rule->logsource.category) ||
        !sigma_says(filter->logsource.service, rule->logsource.service))
        return false;
    for (size_t i = 0; i < filter->n_applies_to; i++)
        if (is_named(rule, filter->applies_to[i]))
            return true;
    return filter->n_applies_to == 0;
}

static int apply_filter(struct sigma *sigma, const struct sigma_rule *filter)
{
    for (size_t i = 0; i < sigma->n_rules; i++) {
        struct sigma_rule *rule = &sigma->rules[i];
        if (!applies(filter, rule))
            continue;
        struct sigma_node *both = sigma_node_new(&sigma->maker, SIGMA_AND, 2);
        if (!both)
            return -ENOMEM;
        both->items[0] = rule->tree;
        both->items[1] = filter->tree;
        both->n = 2;
        both->count = rule->tree->count + filter->tree->count;
        both->label = filter->title;
        rule->tree = both;
    }
    return 0;
}

/* Rules that correlations name -------------------------------------------------------- */

/* Give a field that a correlation reads a number. */
static void ask_for(struct sigma *sigma, const char *field)
{
    if (field)
        sigma_name(&sigma->names, &sigma->arena, field, strlen(field));
}

/* Whether each rule that a correlation names is one of events, or a correlation that stands on such. */
static bool stands(const struct sigma *sigma, const struct sigma_rule *rule, const bool *stand)
{
    for (size_t i = 0; i < rule->correlation->n_rules; i++) {
        long found = sigma_find(sigma, rule->correlation->rules[i]);
        if (found >= 0 && sigma->rules[found].kind == SIGMA_CORRELATION && !stand[found])
            return false;
    }
    return true;
}

/* Refuse correlations that name themselves, by way of others too: they could never hit. */
static int refuse_circles(struct sigma *sigma)
{
    bool *stand = calloc(sigma->n_rules + 1, sizeof *stand), more = true;

    if (!stand)
        return -ENOMEM;
    for (int depth = 0; more && depth < DEPTH_MAX; depth++) {
        more = false;
        for (size_t i = 0; i < sigma->n_rules; i++)
            if (sigma->rules[i].kind == SIGMA_CORRELATION && !stand[i] &&
                (sigma->rules[i].error || stands(sigma, &sigma->rules[i], stand)))
                more = stand[i] = true;
    }
    for (size_t i = 0; i < sigma->n_rules; i++)
        if (sigma->rules[i].kind == SIGMA_CORRELATION && !stand[i])
            sigma_rule_refuse(&sigma->rules[i], SIGMA_ERROR,
                              "is a correlation of itself, or of too many one above another",
                              sigma->rules[i].line);
    free(stand);
    return 0;
}

static void hide_rules(struct sigma *sigma, struct sigma_rule *rule)
{
    const struct sigma_correlation *correlation = rule->correlation;

    ask_for(sigma, correlation->field);
    for (size_t i = 0; i < correlation->n_group_by; i++)
        ask_for(sigma, correlation->group_by[i]);
    for (size_t i = 0; i < correlation->n_aliases; i++)
        ask_for(sigma, correlation->aliases[i].field);
    for (size_t i = 0; i < correlation->n_rules; i++) {
        long found = sigma_find(sigma, correlation->rules[i]);
        if (found < 0 || sigma->rules[found].error) {
            sigma_rule_refuse(rule, found < 0 ? SIGMA_ERROR : sigma->rules[found].runs,
                              found < 0 ? "names a rule that was not read"
                                        : "names a rule that cannot run",
                              rule->line);
        } else if (!correlation->generate) {
            sigma->hidden[found] = true;
        }
    }
}

bool sigma_shown(const struct sigma *sigma, size_t rule)
{
    return !sigma->hidden[rule];
}

/* Finishing ------------------------------------------------------------------------ */

static int allocate(struct sigma *sigma)
{
    size_t n = sigma->n_rules + 1;

    sigma->class_of = calloc(n, sizeof *sigma->class_of);
    sigma->indexed = calloc(n, sizeof *sigma->indexed);
    sigma->hidden = calloc(n, sizeof *sigma->hidden);
    sigma->given_up = calloc(n, sizeof *sigma->given_up);
    sigma->trees = calloc(n, sizeof(struct sigma_node *));
    return sigma->class_of && sigma->indexed && sigma->hidden && sigma->given_up && sigma->trees
               ? 0
               : -ENOMEM;
}

/* The rules that have a tree, by their classes. */
static int sort_rules(struct sigma *sigma)
{
    uint32_t *first = sigma->class_first = calloc(sigma->n_classes + 2, sizeof *first);

    sigma->class_rules = calloc(sigma->n_rules + 1, sizeof *sigma->class_rules);
    if (!first || !sigma->class_rules)
        return -ENOMEM;
    for (size_t i = 0; i < sigma->n_rules; i++)
        if (sigma->trees[i])
            first[sigma->class_of[i] + 2]++;
    for (size_t c = 2; c < sigma->n_classes + 2; c++)
        first[c] += first[c - 1];
    for (uint32_t i = 0; i < sigma->n_rules; i++)
        if (sigma->trees[i])
            sigma->class_rules[first[sigma->class_of[i] + 1]++] = i;
    return 0;
}

/* The steps of all trees, those of one log source near each other. */
static int add_steps(struct sigma *sigma)
{
    int r = 0;

    sigma->first_step = calloc(sigma->n_rules + 1, sizeof *sigma->first_step);
    for (uint32_t i = 0; sigma->first_step && r == 0 && i < sigma->class_first[sigma->n_classes];
         i++) {
        uint32_t rule = sigma->class_rules[i];
        r = sigma_steps_add(&sigma->steps, sigma->trees[rule], &sigma->first_step[rule]);
    }
    return sigma->first_step ? r : -ENOMEM;
}

/* What trying events needs. */
static int begin_own(struct sigma *sigma)
{
    sigma->hits = calloc(sigma->n_rules + 1, sizeof *sigma->hits);
    sigma->search = sigma_search_new(sigma->index);
    sigma->event.names = &sigma->names;
    sigma->run = (struct sigma_run){.event = &sigma->event, .regexps = sigma->maker.regexps};
    return sigma->hits && sigma->search ? 0 : -ENOMEM;
}

int sigma_finish(struct sigma *sigma)
{
    int r = allocate(sigma);

    for (size_t i = 0; r == 0 && i < sigma->n_rules; i++)
        if (sigma->rules[i].kind == SIGMA_FILTER && sigma->rules[i].tree)
            r = apply_filter(sigma, &sigma->rules[i]);
    for (size_t i = 0; r == 0 && i < sigma->n_rules; i++)
        r = sigma_place_rule(sigma, i);
    if (r == 0)
        r = refuse_circles(sigma);
    for (size_t i = 0; r == 0 && i < sigma->n_rules; i++) {
        struct sigma_rule *rule = &sigma->rules[i];
        if (rule->kind == SIGMA_CORRELATION && !rule->error)
            hide_rules(sigma, rule);
        if (rule->kind == SIGMA_RULE && rule->tree) {
            sigma_order(rule->tree);
            sigma->trees[i] = rule->tree;
        }
    }
    if (r == 0)
        r = sort_rules(sigma);
    if (r == 0)
        r = sigma_index_new(sigma->trees, sigma->n_rules, sigma->indexed, &sigma->index);
    if (r == 0)
        r = add_steps(sigma);
    arena_free(&sigma->scratch);
    if (r == 0)
        r = begin_own(sigma);
    return sigma->arena.failed ? -ENOMEM : r;
}

struct sigma *sigma_share(const struct sigma *sigma)
{
    struct sigma *share = malloc(sizeof *share);
    size_t        n = sigma->maker.n_regexps;

    if (!share)
        return NULL;
    *share = *sigma;
    share->shared = true;
    memset(share->kinds, 0, sizeof share->kinds);
    share->n_kinds = 0;
    share->kind = NULL;
    share->event = (struct sigma_event){0};
    share->hits = NULL;
    share->search = NULL;
    share->maker.n_regexps = 0;
    share->maker.regexps = calloc(n + 1, sizeof(struct regexp *));
    int r = share->maker.regexps ? begin_own(share) : -ENOMEM;
    for (; r == 0 && share->maker.n_regexps < n; share->maker.n_regexps++)
        r = regexp_copy(sigma->maker.regexps[share->maker.n_regexps],
                        &share->maker.regexps[share->maker.n_regexps]);
    if (r == 0)
        return share;
    sigma_free(share);
    return NULL;
}

int sigma_log(const struct sigma *sigma, const char *log)
{
    for (int i = 0; i < sigma->n_logs; i++)
        if (strcmp(sigma->logs[i], log) == 0)
            return sigma->used[i] ? i : -1;
    return -1;
}

bool sigma_asks(const struct sigma *sigma, const char *field)
{
    return sigma_name_find(&sigma->names, field, strlen(field)) != SIGMA_NO_FIELD;
}

int32_t sigma_field_number(const struct sigma *sigma, const char *field)
{
    return sigma_name_find(&sigma->names, field, strlen(field));
}

const char *sigma_field_name(const struct sigma *sigma, int32_t field)
{
    return field >= 0 && (size_t)field < sigma->names.n ? sigma->names.names[field].text : NULL;
}
