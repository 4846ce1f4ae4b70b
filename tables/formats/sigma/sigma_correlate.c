#include "sigma_correlate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/text/buffer.h"
#include "sigma_ranks.h"

#define DEPTH_MAX 8 /* correlations of correlations */

/* A hit of a rule that a correlation names. */
struct kept {
    double      time;
    uint32_t    rule; /* that it is of */
    const char *host, *group;
    const char *value;  /* of the correlation's field; NULL: the event has none */
    double      number; /* that the value is; NAN: none */
    uint32_t    id; /* of the value: equal values have the same, in the order of numbers; 0: none */
};

/* A correlation, and what was kept for it. */
struct member {
    uint32_t     rule;  /* the correlation */
    uint32_t    *parts; /* rules that it names */
    size_t       n_parts;
    int32_t     *fields; /* of each part, of each name of the group */
    int32_t      field;
    struct kept *kept;
    size_t       n_kept;
    bool         done;
};

struct sigma_correlator {
    struct sigma            *sigma;
    struct member           *members;
    size_t                   n_members, at;
    struct sigma_correlated *hits;
    size_t                   n_hits, n_kept, lost;
    struct arena             texts;
    struct buffer            group;
};

/* Making --------------------------------------------------------------------------- */

/* The field that a name of a group means in a rule: that of its alias, or the name itself. */
static const char *field_of(const struct sigma *sigma, const struct sigma_correlation *correlation,
                            const char *name, uint32_t rule)
{
    for (size_t i = 0; i < correlation->n_aliases; i++)
        if (strcmp(correlation->aliases[i].alias, name) == 0 &&
            sigma_find(sigma, correlation->aliases[i].rule) == (long)rule)
            return correlation->aliases[i].field;
    return name;
}

static int32_t number_of(const struct sigma *sigma, const char *name)
{
    return name ? sigma_field_number(sigma, name) : SIGMA_NO_FIELD;
}

static int fill_member(struct sigma_correlator *correlator, struct member *member, uint32_t rule)
{
    const struct sigma             *sigma = correlator->sigma;
    const struct sigma_correlation *correlation = sigma_rule(sigma, rule)->correlation;

    member->rule = rule;
    member->parts = calloc(correlation->n_rules + 1, sizeof *member->parts);
    member->fields =
        calloc(correlation->n_rules * correlation->n_group_by + 1, sizeof *member->fields);
    if (!member->parts || !member->fields)
        return -ENOMEM;
    for (size_t i = 0; i < correlation->n_rules; i++) {
        long part = sigma_find(sigma, correlation->rules[i]);
        if (part < 0)
            continue;
        for (size_t g = 0; g < correlation->n_group_by; g++)
            member->fields[member->n_parts * correlation->n_group_by + g] = number_of(
                sigma, field_of(sigma, correlation, correlation->group_by[g], (uint32_t)part));
        member->parts[member->n_parts++] = (uint32_t)part;
    }
    member->field = number_of(sigma, correlation->field);
    return 0;
}

struct sigma_correlator *sigma_correlator_new(struct sigma *sigma)
{
    struct sigma_correlator *correlator = calloc(1, sizeof *correlator);

    if (!correlator)
        return NULL;
    correlator->sigma = sigma;
    for (size_t i = 0; i < sigma_count(sigma); i++) {
        const struct sigma_rule *rule = sigma_rule(sigma, i);
        if (rule->kind != SIGMA_CORRELATION || rule->error)
            continue;
        struct member *member = ARRAY_ADD(correlator->members, correlator->n_members);
        if (!member || fill_member(correlator, member, (uint32_t)i) < 0) {
            sigma_correlator_free(correlator);
            return NULL;
        }
    }
    return correlator;
}

void sigma_correlator_free(struct sigma_correlator *correlator)
{
    if (!correlator)
        return;
    for (size_t i = 0; i < correlator->n_members; i++) {
        free(correlator->members[i].parts);
        free(correlator->members[i].fields);
        free(correlator->members[i].kept);
    }
    free(correlator->members);
    free(correlator->hits);
    arena_free(&correlator->texts);
    buffer_free(&correlator->group);
    free(correlator);
}

/* Keeping -------------------------------------------------------------------------- */

static const char *keep(struct sigma_correlator *correlator, const char *text, size_t size)
{
    return arena_strndup(&correlator->texts, text, size);
}

/* The group of the event at hand; false where it lacks one of the fields. */
static bool put_group(struct sigma_correlator *correlator, const struct member *member, size_t part)
{
    const struct sigma_correlation *correlation =
        sigma_rule(correlator->sigma, member->rule)->correlation;
    struct sigma_event *event = sigma_event(correlator->sigma);
    struct buffer      *group = &correlator->group;

    buffer_reset(group);
    for (size_t g = 0; g < correlation->n_group_by; g++) {
        const struct sigma_value *value =
            sigma_event_get(event, member->fields[part * correlation->n_group_by + g]);
        if (!value)
            return false;
        buffer_printf(group, "%s%s=", g ? " " : "", correlation->group_by[g]);
        buffer_put(group, value->text, value->size);
    }
    return true;
}

/* A value as a number; NAN where it is none. */
static double number_in(const char *value)
{
    char  *end;
    double number = strtod(value, &end);

    return *end || end == value ? NAN : number;
}

static int keep_hit(struct sigma_correlator *correlator, struct member *member, size_t part,
                    double time, const char *host)
{
    const struct sigma_value *value =
        sigma_event_get(sigma_event(correlator->sigma), member->field);

    if (!put_group(correlator, member, part))
        return 0;
    if (isnan(time) || correlator->n_kept == SIGMA_KEPT_MAX) {
        correlator->lost++;
        return 0;
    }
    struct kept *kept = ARRAY_ADD(member->kept, member->n_kept);
    const char  *group = buffer_text(&correlator->group);
    if (!kept || !group)
        return -ENOMEM;
    correlator->n_kept++;
    kept->time = time;
    kept->rule = member->parts[part];
    kept->host = host ? keep(correlator, host, strlen(host)) : NULL;
    kept->group = keep(correlator, group, correlator->group.size);
    kept->value = value ? keep(correlator, value->text, value->size) : NULL;
    kept->number = kept->value ? number_in(kept->value) : NAN;
    return correlator->texts.failed ? -ENOMEM : 0;
}

int sigma_correlator_add(struct sigma_correlator *correlator, uint32_t rule, double time,
                         const char *host)
{
    int r = 0;

    for (size_t m = 0; m < correlator->n_members; m++)
        for (size_t part = 0; r == 0 && part < correlator->members[m].n_parts; part++)
            if (correlator->members[m].parts[part] == rule)
                r = keep_hit(correlator, &correlator->members[m], part, time, host);
    return r;
}

/* Windows -------------------------------------------------------------------------- */

static int by_group_and_time(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    int                group = strcmp(x->group, y->group);

    return group ? group : (x->time > y->time) - (x->time < y->time);
}

static bool within(const struct sigma_correlation *correlation, double value)
{
    if (isnan(value))
        return false;
    for (size_t i = 0; i < correlation->n_bounds; i++) {
        const struct sigma_bound *bound = &correlation->bounds[i];
        bool                      fits = bound->comparison == SIGMA_GT    ? value > bound->number
                                         : bound->comparison == SIGMA_GTE ? value >= bound->number
                                         : bound->comparison == SIGMA_LT  ? value < bound->number
                                         : bound->comparison == SIGMA_LTE ? value <= bound->number
                                                                          : value == bound->number;
        if (fits == bound->not_equal)
            return false;
    }
    return true;
}

/* What a window of hits comes to, kept up to date as hits enter and leave it. */
struct window {
    const struct sigma_correlation *correlation;
    const struct member            *member;
    size_t                          from, n; /* hits of the group */
    double                          sum;
    size_t                          numbers, distinct, parts;
    uint32_t                       *counts;     /* of each value's id, then of each part */
    struct sigma_ranks              ranks;      /* of numbers, by their ids */
    double                         *numbers_of; /* of each id */
    double                         *starts; /* temporal_ordered: when the rules up to each began */
};

static void count_one(uint32_t *count, size_t *different, bool enters)
{
    if (enters)
        *different += (*count)++ == 0;
    else
        *different -= --*count == 0;
}

/* A hit enters or leaves the window. */
static void move_hit(struct window *window, const struct kept *kept, bool enters)
{
    uint32_t *parts = window->counts + window->member->n_kept + 1;

    window->n += enters ? 1 : (size_t)-1;
    if (kept->id) {
        count_one(&window->counts[kept->id], &window->distinct, enters);
        window->sum += (enters ? 1 : -1) * strtod(kept->value, NULL);
        window->numbers += enters ? 1 : (size_t)-1;
        if (!isnan(kept->number))
            sigma_ranks_add(&window->ranks, kept->id, enters);
    }
    for (size_t part = 0; part < window->member->n_parts; part++)
        if (window->member->parts[part] == kept->rule)
            count_one(&parts[part], &window->parts, enters);
}

/* The k-th number of the window, from 1. */
static double number_at(const struct window *window, size_t k)
{
    return window->numbers_of[sigma_ranks_at(&window->ranks, k)];
}

/* The least number that at least so many of a hundred are not above. */
static double percentile_of(const struct window *window)
{
    double k = ceil(window->correlation->percentile / 100 * (double)window->ranks.count);

    return window->ranks.count ? number_at(window, k < 1 ? 1 : (size_t)k) : NAN;
}

/* The middle number, or the mean of the middle two. */
static double median_of(const struct window *window)
{
    size_t n = window->ranks.count;

    return n ? (number_at(window, (n + 1) / 2) + number_at(window, n / 2 + 1)) / 2 : NAN;
}

static double value_of(const struct window *window)
{
    switch (window->correlation->type) {
    case SIGMA_EVENT_COUNT:
        return (double)window->n;
    case SIGMA_VALUE_COUNT:
        return (double)window->distinct;
    case SIGMA_VALUE_SUM:
        return window->sum;
    case SIGMA_VALUE_AVG:
        return window->numbers ? window->sum / (double)window->numbers : 0;
    case SIGMA_VALUE_PERCENTILE:
        return percentile_of(window);
    case SIGMA_VALUE_MEDIAN:
        return median_of(window);
    default:
        return (double)window->parts;
    }
}

/* Whether the rules were met in their order, the last by this hit, within the time. */
static bool in_order(struct window *window, const struct kept *kept)
{
    const struct member *member = window->member;

    for (size_t k = member->n_parts; k-- > 0;)
        if (member->parts[k] == kept->rule)
            window->starts[k] = k ? window->starts[k - 1] : kept->time;
    return kept->time - window->starts[member->n_parts - 1] <= window->correlation->timespan;
}

static void forget_order(struct window *window)
{
    for (size_t k = 0; k < window->member->n_parts; k++)
        window->starts[k] = -INFINITY;
}

/* Whether the rules that the window has met fit a condition in words. */
static bool fits_words(const struct window *window, const struct sigma_node *node)
{
    const uint32_t *met = window->counts + window->member->n_kept + 1;
    bool            all = node->join == SIGMA_AND;

    if (node->join == SIGMA_TEST)
        return met[node->test->other] > 0;
    if (node->join == SIGMA_NOT)
        return !fits_words(window, node->items[0]);
    for (uint32_t i = 0; i < node->n; i++)
        if (fits_words(window, node->items[i]) != all)
            return !all;
    return all;
}

static bool has_not(const struct sigma_node *node)
{
    bool found = node->join == SIGMA_NOT;

    for (uint32_t i = 0; !found && i < node->n; i++)
        found = has_not(node->items[i]);
    return found;
}

static bool is_true(struct window *window, const struct kept *kept)
{
    const struct sigma_correlation *correlation = window->correlation;

    if (correlation->condition)
        return fits_words(window, correlation->condition);
    if (correlation->type == SIGMA_TEMPORAL_ORDERED)
        return in_order(window, kept);
    if (correlation->type == SIGMA_TEMPORAL && !correlation->n_bounds)
        return window->parts == window->member->n_parts;
    return within(correlation, value_of(window));
}

/* A condition that fewer hits make true, too, is judged on whole windows alone. */
static bool is_bounded_above(const struct sigma_correlation *correlation)
{
    if (correlation->condition && has_not(correlation->condition))
        return true;
    for (size_t i = 0; i < correlation->n_bounds; i++)
        if (correlation->bounds[i].comparison == SIGMA_LT ||
            correlation->bounds[i].comparison == SIGMA_LTE || correlation->bounds[i].not_equal)
            return true;
    return false;
}

static int add_hit(struct sigma_correlator *correlator, const struct window *window,
                   const struct kept *kept)
{
    struct sigma_correlated *hit = ARRAY_ADD(correlator->hits, correlator->n_hits);
    const struct kept       *last = &kept[window->from + window->n - 1];

    if (!hit)
        return -ENOMEM;
    *hit = (struct sigma_correlated){.rule = window->member->rule,
                                     .first = kept[window->from].time,
                                     .last = last->time,
                                     .host = last->host,
                                     .group = last->group,
                                     .value = value_of(window)};
    return 0;
}

static void empty(struct window *window, const struct kept *kept)
{
    while (window->n) {
        move_hit(window, &kept[window->from], false);
        window->from++;
    }
    forget_order(window);
}

/* The hits of one group, by time: windows that slide over them. One that is true takes what follows
 * in its time, gives a hit, and the next begins after it. */
static int correlate_group(struct sigma_correlator *correlator, struct window *window,
                           const struct kept *kept, size_t n)
{
    double timespan = window->correlation->timespan;
    bool   whole = is_bounded_above(window->correlation), found = false;
    int    r = 0;

    window->from = 0;
    forget_order(window);
    for (size_t i = 0; r == 0 && i <= n; i++) {
        bool ends = i == n || (window->n && kept[i].time - kept[window->from].time > timespan);
        if (ends && (found || (whole && window->n && is_true(window, &kept[i - 1])))) {
            r = add_hit(correlator, window, kept);
            empty(window, kept);
        } else if (ends && whole) {
            empty(window, kept);
        }
        found &= !ends;
        if (i == n)
            break;
        while (window->n && kept[i].time - kept[window->from].time > timespan) {
            move_hit(window, &kept[window->from], false);
            window->from++;
        }
        if (window->n == 0)
            window->from = i;
        move_hit(window, &kept[i], true);
        found |= !whole && is_true(window, &kept[i]);
    }
    empty(window, kept);
    return r;
}

/* What a correlation found counts for those that name it. */
static int pass_on(struct sigma_correlator *correlator, const struct member *member, size_t from)
{
    for (size_t m = 0; m < correlator->n_members; m++) {
        struct member *other = &correlator->members[m];
        for (size_t part = 0; part < other->n_parts; part++) {
            if (other->parts[part] != member->rule)
                continue;
            for (size_t h = from; h < correlator->n_hits; h++) {
                struct kept *kept = ARRAY_ADD(other->kept, other->n_kept);
                if (!kept)
                    return -ENOMEM;
                *kept = (struct kept){.time = correlator->hits[h].last,
                                      .number = NAN,
                                      .rule = member->rule,
                                      .host = correlator->hits[h].host,
                                      .group = correlator->hits[h].group};
            }
        }
    }
    return 0;
}

/* Numbers by their size, then other values. */
static int by_value(const void *a, const void *b)
{
    const struct kept *x = *(const struct kept *const *)a, *y = *(const struct kept *const *)b;

    if (isnan(x->number) != isnan(y->number))
        return isnan(x->number) ? 1 : -1;
    if (!isnan(x->number) && x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return strcasecmp(x->value, y->value);
}

/* Give equal values the same number, from 1. */
static int number_values(struct member *member)
{
    struct kept **sorted = calloc(member->n_kept + 1, sizeof(struct kept *));
    size_t        n = 0;

    if (!sorted)
        return -ENOMEM;
    for (size_t i = 0; i < member->n_kept; i++)
        if (member->kept[i].value)
            sorted[n++] = &member->kept[i];
    qsort(sorted, n, sizeof(struct kept *), by_value);
    for (size_t i = 0; i < n; i++)
        sorted[i]->id =
            i == 0 ? 1 : sorted[i - 1]->id + (by_value(&sorted[i - 1], &sorted[i]) != 0);
    free(sorted);
    return 0;
}

static int correlate_kept(struct sigma_correlator *correlator, struct member *member)
{
    struct window window = {.correlation = sigma_rule(correlator->sigma, member->rule)->correlation,
                            .member = member};
    struct kept  *kept = member->kept;
    int           r = number_values(member);

    window.counts = calloc(member->n_kept + member->n_parts + 2, sizeof *window.counts);
    window.starts = calloc(member->n_parts + 1, sizeof *window.starts);
    window.numbers_of = calloc(member->n_kept + 1, sizeof *window.numbers_of);
    if (!window.counts || !window.starts || !window.numbers_of ||
        sigma_ranks_begin(&window.ranks, member->n_kept) < 0)
        r = -ENOMEM;
    for (size_t i = 0; r == 0 && i < member->n_kept; i++)
        window.numbers_of[kept[i].id] = kept[i].number;
    qsort(kept, member->n_kept, sizeof *kept, by_group_and_time);
    for (size_t i = 0, end; r == 0 && i < member->n_kept; i = end) {
        for (end = i + 1; end < member->n_kept && strcmp(kept[end].group, kept[i].group) == 0;
             end++)
            ;
        r = correlate_group(correlator, &window, kept + i, end - i);
    }
    free(window.counts);
    free(window.starts);
    free(window.numbers_of);
    sigma_ranks_free(&window.ranks);
    return r;
}

static int correlate(struct sigma_correlator *correlator, struct member *member, unsigned depth)
{
    int r = 0;

    if (member->done || depth == 0)
        return 0;
    member->done = true;
    for (size_t m = 0; r == 0 && m < correlator->n_members; m++) /* first those that it names */
        for (size_t part = 0; part < member->n_parts; part++)
            if (correlator->members[m].rule == member->parts[part])
                r = correlate(correlator, &correlator->members[m], depth - 1);
    size_t from = correlator->n_hits;
    if (r == 0 && member->n_kept && member->n_parts)
        r = correlate_kept(correlator, member);
    return r < 0 ? r : pass_on(correlator, member, from);
}

static int by_rule_and_time(const void *a, const void *b)
{
    const struct sigma_correlated *x = a, *y = b;

    if (x->rule != y->rule)
        return x->rule < y->rule ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

int sigma_correlator_finish(struct sigma_correlator *correlator)
{
    int r = 0;

    for (size_t m = 0; r == 0 && m < correlator->n_members; m++)
        r = correlate(correlator, &correlator->members[m], DEPTH_MAX);
    if (correlator->n_hits)
        qsort(correlator->hits, correlator->n_hits, sizeof *correlator->hits, by_rule_and_time);
    return r;
}

int sigma_correlator_next(struct sigma_correlator *correlator, struct sigma_correlated *ret)
{
    if (correlator->at == correlator->n_hits)
        return 0;
    *ret = correlator->hits[correlator->at++];
    return 1;
}

size_t sigma_correlator_lost(const struct sigma_correlator *correlator)
{
    return correlator->lost;
}
