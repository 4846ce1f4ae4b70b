#include <errno.h>
#include <stdlib.h>

#include "formats/text/array.h"
#include "sigma_literals.h"

#define COUNT_BITS 17 /* of the table that counts how often four bytes occur in rules */
#define COST_MAX   1e9

/* What rules cannot do without ------------------------------------------------------- */

/* A part of a pattern that has the rarest four bytes of it, and where. */
struct choice {
    const struct sigma_part *part;
    uint32_t                 at;
    double                   cost; /* how common: rules are written about what is common, too */
};

static char fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Four bytes of a part in lower case; zeros after its end. */
static uint32_t folded_gram(const struct sigma_part *part, uint32_t at)
{
    char folded[GRAM] = {0};

    for (uint32_t i = 0; i < GRAM && at + i < part->size; i++)
        folded[i] = fold(part->text[at + i]);
    return gram_at(folded);
}

/* A character beyond ASCII of two or three bytes: most values have none, so it costs nothing to
 * search for. */
static bool is_short(const struct sigma_part *part)
{
    return part->size >= 2 && part->size < GRAM && !part->any && (part->text[0] & 0x80);
}

typedef void gram_fn(struct sigma_index *index, const struct sigma_part *part, uint32_t at,
                     uint32_t gram, void *data);

/* Two or three bytes at the end of a value, where zeros follow them. */
static bool is_end(const struct sigma_test *test, uint32_t p)
{
    const struct sigma_part *part = &test->pattern.parts[p];

    return part->size >= SHORT_END && part->size < GRAM && !part->any &&
           test->operation == SIGMA_TEXT && p + 1 == test->pattern.n && !test->pattern.open_end;
}

/* Call for all four bytes of a test's fixed text. */
static void each_gram(struct sigma_index *index, const struct sigma_test *test, gram_fn *each,
                      void *data)
{
    if (test->operation != SIGMA_TEXT && test->operation != SIGMA_REGEXP)
        return;
    for (uint32_t p = 0; p < test->pattern.n; p++) {
        const struct sigma_part *part = &test->pattern.parts[p];
        if (is_short(part) || is_end(test, p))
            each(index, part, 0, folded_gram(part, 0), data);
        for (uint32_t at = 0; part->size >= GRAM && at <= part->size - GRAM; at++)
            if (!part->any || !memchr(part->text + at, (unsigned char)SIGMA_ANY_BYTE, GRAM))
                each(index, part, at,
                     test->cased ? folded_gram(part, at) : gram_at(part->text + at), data);
    }
}

static void count_gram(struct sigma_index *index, const struct sigma_part *part, uint32_t at,
                       uint32_t gram, void *data)
{
    uint16_t *count = &index->work.counts[mix(gram) >> (64 - COUNT_BITS)];

    (void)part, (void)at, (void)data;
    *count = (uint16_t)(*count + (*count < UINT16_MAX));
}

static void choose_gram(struct sigma_index *index, const struct sigma_part *part, uint32_t at,
                        uint32_t gram, void *data)
{
    struct choice *best = data;
    double         cost = index->work.counts[mix(gram) >> (64 - COUNT_BITS)];

    if (cost < best->cost)
        *best = (struct choice){part, at, cost};
}

static void count_tree(struct sigma_index *index, const struct sigma_node *node)
{
    if (node->join == SIGMA_TEST)
        each_gram(index, node->test, count_gram, NULL);
    for (uint32_t i = 0; i < node->n; i++)
        count_tree(index, node->items[i]);
}

/* Making it -------------------------------------------------------------------------- */

static bool same_text(const struct literal *a, const struct literal *b)
{
    return a->key == b->key && a->field == b->field && a->size == b->size && a->at == b->at &&
           a->starts == b->starts && a->ends == b->ends && memcmp(a->text, b->text, a->size) == 0;
}

/* Enter a literal that is not among those of its bucket; its number from 1, 0 where out of memory. */
static uint32_t enter(struct sigma_index *index, const struct literal *literal)
{
    uint32_t *bucket = &index->work.buckets[mix(literal->key) >> (64 - BUCKET_BITS)];

    for (uint32_t l = *bucket; l != NO_LITERAL; l = index->literals[l].next)
        if (same_text(&index->literals[l], literal))
            return l + 1;
    struct literal *added = ARRAY_ADD(index->literals, index->n_literals);
    if (!added)
        return 0;
    *added = *literal;
    added->next = *bucket;
    *bucket = (uint32_t)index->n_literals - 1;
    return (uint32_t)index->n_literals;
}

/* The fixed run of a part around its chosen bytes, without wildcards. */
static struct sigma_part run_around(const struct sigma_part *part, uint32_t at)
{
    uint32_t start = at, end = at + GRAM < part->size ? at + GRAM : part->size;

    while (start > 0 && part->text[start - 1] != SIGMA_ANY_BYTE)
        start--;
    while (end < part->size && part->text[end] != SIGMA_ANY_BYTE)
        end++;
    return (struct sigma_part){.text = part->text + start, .size = end - start};
}

/* A run in lower case; NULL where out of memory. */
static const char *folded_text(struct sigma_index *index, const struct sigma_test *test,
                               const struct sigma_part *run)
{
    if (!test->cased)
        return run->text;
    char *text = arena_alloc(&index->texts, run->size + 1);
    for (uint32_t i = 0; text && i < run->size; i++)
        text[i] = fold(run->text[i]);
    return text;
}

/* Give a test the text that it cannot do without, if it has one. */
static int add_literal(struct sigma_index *index, struct sigma_test *test)
{
    const struct sigma_pattern *pattern = &test->pattern;
    struct choice               best = {.cost = COST_MAX};

    each_gram(index, test, choose_gram, &best);
    if (!best.part)
        return 0;
    struct sigma_part run = run_around(best.part, best.at);
    const char       *text = folded_text(index, test, &run);
    if (!text)
        return -ENOMEM;
    bool is_text = test->operation == SIGMA_TEXT, first = run.text == pattern->parts[0].text;
    bool last = run.text + run.size ==
                pattern->parts[pattern->n - 1].text + pattern->parts[pattern->n - 1].size;
    struct literal literal = {.text = text,
                              .size = run.size,
                              .at = (uint32_t)(best.part->text + best.at - run.text),
                              .key = folded_gram(best.part, best.at) ^ salt(test->field),
                              .field = test->field,
                              .starts = is_text && first && !pattern->open_start,
                              .ends = is_text && last && !pattern->open_end,
                              .first = NO_LITERAL,
                              .cost = (float)best.cost};
    test->exact = is_text && first && last && pattern->n == 1 && !test->cased;
    return (test->literal = enter(index, &literal)) ? 0 : -ENOMEM;
}

static int add_literals(struct sigma_index *index, const struct sigma_node *node)
{
    int r = 0;

    if (node->join == SIGMA_TEST)
        return node->test->literal ? 0 : add_literal(index, node->test);
    for (uint32_t i = 0; r == 0 && i < node->n; i++)
        r = add_literals(index, node->items[i]);
    return r;
}

/* Note a field, once, among those of the rule, which are the last. */
static int add_field(struct sigma_index *index, int32_t number, bool text, uint32_t first)
{
    for (size_t i = first; i < index->n_rule_fields; i++)
        if (index->rule_fields[i].number == number) {
            index->rule_fields[i].text |= text;
            return 0;
        }
    struct rule_field *field = ARRAY_ADD(index->rule_fields, index->n_rule_fields);
    if (!field)
        return -ENOMEM;
    *field = (struct rule_field){number, text};
    return 0;
}

/* Note a keyword among those of its rule. */
static void add_word(const struct sigma_index *index, const struct sigma_test *test,
                     struct sigma_words *words)
{
    const struct literal *literal = test->literal ? &index->literals[test->literal - 1] : NULL;
    uint32_t              n = 0;
    bool                  figures = true;

    for (uint32_t i = 0; literal && i < literal->size; i++) {
        n += (literal->text[i] & 0xc0) != 0x80;
        figures &= literal->text[i] && strchr(EVENT_FIGURES_OF, literal->text[i]);
    }
    words->shortest = n < words->shortest ? n : words->shortest;
    words->figures |= figures;
    words->whole |= test->operation != SIGMA_TEXT;
}

/* Note the fields of a tree, and its keywords. */
static int add_fields(struct sigma_index *index, const struct sigma_node *node, size_t rule)
{
    const struct sigma_test *test = node->test;
    uint32_t                 first = index->first_field[rule];
    int                      r = 0;

    for (uint32_t i = 0; r == 0 && i < node->n; i++)
        r = add_fields(index, node->items[i], rule);
    if (node->join != SIGMA_TEST)
        return r;
    if (test->field == SIGMA_NO_FIELD)
        add_word(index, test, &index->words[rule]);
    else
        r = add_field(index, test->field, test->literal, first);
    return r == 0 && test->operation == SIGMA_FIELD ? add_field(index, test->other, false, first)
                                                    : r;
}

/* What it costs to find a tree by texts; COST_MAX and more: it cannot be. */
static double cost_of(const struct sigma_index *index, const struct sigma_node *node)
{
    double cost = node->join == SIGMA_OR ? 0 : COST_MAX;

    switch (node->join) {
    case SIGMA_TEST:
        return node->test->literal ? (double)index->literals[node->test->literal - 1].cost
                                   : COST_MAX;
    case SIGMA_AND:
        for (uint32_t i = 0; i < node->n; i++) {
            double item = cost_of(index, node->items[i]);
            cost = item < cost ? item : cost;
        }
        return cost;
    case SIGMA_OR:
        for (uint32_t i = 0; i < node->n; i++)
            cost += cost_of(index, node->items[i]);
        return cost;
    default:
        return COST_MAX;
    }
}

static int add_link(struct sigma_index *index, uint32_t mark, const struct sigma_test *test)
{
    struct literal *literal = &index->literals[test->literal - 1];
    struct link    *link = ARRAY_ADD(index->work.links, index->work.n_links);

    if (!link)
        return -ENOMEM;
    *link = (struct link){mark, literal->first};
    literal->first = (uint32_t)index->work.n_links - 1;
    return 0;
}

/* Enter the texts that a tree is found by: of an AND those of its cheapest part. */
static int add_tree(struct sigma_index *index, uint32_t mark, const struct sigma_node *node)
{
    const struct sigma_node *best = NULL;
    double                   least = COST_MAX;
    int                      r = 0;

    if (node->join == SIGMA_TEST)
        return add_link(index, mark, node->test);
    for (uint32_t i = 0; r == 0 && i < node->n; i++) {
        double cost = node->join == SIGMA_AND ? cost_of(index, node->items[i]) : 0;
        if (node->join == SIGMA_OR)
            r = add_tree(index, mark, node->items[i]);
        else if (cost < least)
            least = cost, best = node->items[i];
    }
    return r == 0 && best ? add_tree(index, mark, best) : r;
}

#define OR_MIN 4 /* tests of an OR that it pays to find as a whole */

/* Enter each OR of a tree that is found by texts, so that a long list without one of them in the event
 * is not gone through. */
static int add_ors(struct sigma_index *index, struct sigma_node *node)
{
    int r = 0;

    if (node->join == SIGMA_OR && node->n >= OR_MIN && !node->mark &&
        cost_of(index, node) < COST_MAX) {
        node->mark = (uint32_t)(index->n_literals + ++index->n_ors);
        r = add_tree(index, node->mark - 1, node);
    }
    for (uint32_t i = 0; r == 0 && i < node->n; i++)
        r = add_ors(index, node->items[i]);
    return r;
}

/* The greatest number of a field in a tree. */
static int32_t most_field(const struct sigma_node *node)
{
    int32_t most = node->join == SIGMA_TEST ? node->test->field : -1;

    for (uint32_t i = 0; i < node->n; i++) {
        int32_t field = most_field(node->items[i]);
        most = field > most ? field : most;
    }
    return most;
}

/* Enter the rules that can be found, after all literals. */
static int add_rules(struct sigma_index *index, struct sigma_node *const *trees, bool *indexed)
{
    for (size_t i = 0; i < index->n_rules; i++)
        if (trees[i] && add_ors(index, trees[i]) < 0)
            return -ENOMEM;
    index->n_marks = index->n_literals + index->n_ors;
    for (size_t i = 0; i < index->n_rules; i++) {
        indexed[i] = trees[i] && cost_of(index, trees[i]) < COST_MAX;
        if (indexed[i] && add_tree(index, (uint32_t)(index->n_marks + i), trees[i]) < 0)
            return -ENOMEM;
    }
    index->n_marks += index->n_rules;
    return 0;
}

static int fill(struct sigma_index *index, struct sigma_node *const *trees, size_t n, bool *indexed)
{
    int32_t most = -1;

    for (size_t i = 0; i < n; i++) {
        if (!trees[i])
            continue;
        count_tree(index, trees[i]);
        int32_t field = most_field(trees[i]);
        most = field > most ? field : most;
    }
    index->n_fields = (size_t)(most + 1);
    for (size_t i = 0; i < n; i++) {
        index->first_field[i] = (uint32_t)index->n_rule_fields;
        index->words[i].shortest = UINT32_MAX;
        if (trees[i] && (add_literals(index, trees[i]) < 0 || add_fields(index, trees[i], i) < 0))
            return -ENOMEM;
    }
    index->first_field[n] = (uint32_t)index->n_rule_fields;
    return add_rules(index, trees, indexed);
}

static void free_work(struct index_work *work)
{
    free(work->links);
    free(work->buckets);
    free(work->counts);
    *work = (struct index_work){0};
}

int sigma_index_new(struct sigma_node *const *trees, size_t n, bool *indexed,
                    struct sigma_index **ret)
{
    struct sigma_index *index = calloc(1, sizeof *index);
    int                 r = -ENOMEM;
    size_t              bucket_bytes = sizeof *index->work.buckets << BUCKET_BITS;

    if (!index)
        return r;
    index->n_rules = n;
    index->work.buckets = malloc(bucket_bytes);
    index->work.counts = calloc((size_t)1 << COUNT_BITS, sizeof *index->work.counts);
    index->words = calloc(n + 1, sizeof *index->words);
    index->first_field = calloc(n + 1, sizeof *index->first_field);
    if (index->work.buckets && index->work.counts && index->words && index->first_field) {
        memset(index->work.buckets, 0xff, bucket_bytes);
        r = fill(index, trees, n, indexed);
    }
    if (r == 0)
        r = sigma_index_pack(index);
    free_work(&index->work);
    if (r < 0) {
        sigma_index_free(index);
        return r;
    }
    *ret = index;
    return 0;
}

void sigma_index_free(struct sigma_index *index)
{
    if (!index)
        return;
    arena_free(&index->texts);
    free(index->literals);
    free(index->marks);
    free(index->first_mark);
    free(index->slots);
    free(index->packed);
    free(index->filter_words);
    free(index->filters);
    free(index->rule_fields);
    free(index->first_field);
    free(index->words);
    free(index);
}

void sigma_index_ask(const struct sigma_index *index, uint32_t rule, uint64_t *searched,
                     uint64_t *asked, struct sigma_words *words)
{
    const struct sigma_words *of_rule = &index->words[rule];

    for (uint32_t i = index->first_field[rule]; i < index->first_field[rule + 1]; i++) {
        sigma_bit_add(asked, (uint32_t)index->rule_fields[i].number);
        if (index->rule_fields[i].text)
            sigma_bit_add(searched, (uint32_t)index->rule_fields[i].number);
    }
    words->figures |= of_rule->figures;
    words->whole |= of_rule->whole;
    if (words->shortest > of_rule->shortest)
        words->shortest = of_rule->shortest;
}

bool sigma_index_asks(const struct sigma_index *index, uint32_t rule, int32_t field)
{
    for (uint32_t i = index->first_field[rule]; i < index->first_field[rule + 1]; i++)
        if (index->rule_fields[i].number == field)
            return true;
    return false;
}
