#include "sigma_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"

#define GRAM        4u
#define COUNT_BITS  17 /* of the table that counts how often four bytes occur in rules */
#define BUCKET_BITS 15
#define FILTER_BITS 19
#define NO_LITERAL  UINT32_MAX
#define COST_MAX    1e9

struct literal {
    const char *text; /* folded; of a rule's pattern */
    uint32_t    size;
    uint32_t    at; /* where its four bytes are */
    uint32_t    gram;
    int32_t     field;
    uint32_t    first; /* of the links to the rules that are found by it */
    uint32_t    next;  /* literal of the same bucket */
    uint32_t    turn;  /* the search that found it last */
    float       cost;  /* how common: rules are written about what is common, too */
};

struct link {
    uint32_t rule, next;
};

struct sigma_index {
    struct arena    texts; /* folded texts of cased patterns */
    struct literal *literals;
    struct link    *links;
    size_t          n_literals, n_links;
    uint32_t        buckets[1u << BUCKET_BITS];
    uint64_t        filter[(1u << FILTER_BITS) / 64];
    uint8_t        *fields; /* of each number: whether a text belongs to it */
    size_t          n_fields;
    size_t          n_rules;
    bool           *anywhere; /* of each rule */
    uint32_t       *turns;    /* of each rule: the search that found it last */
    uint32_t       *found;
    size_t          n_found;
    uint32_t        turn;
    uint16_t       *counts; /* while it is made */
};

static uint32_t gram_at(const char *text)
{
    uint32_t gram;

    memcpy(&gram, text, sizeof gram);
    return gram;
}

static uint32_t mix(uint32_t gram)
{
    return gram * 2654435761u;
}

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

static uint32_t folded_gram(const char *text)
{
    char folded[GRAM];

    for (size_t i = 0; i < GRAM; i++)
        folded[i] = fold(text[i]);
    return gram_at(folded);
}

typedef void gram_fn(struct sigma_index *index, const struct sigma_part *part, uint32_t at,
                     void *data);

/* Call for all four bytes of a test's fixed text. */
static void each_gram(struct sigma_index *index, const struct sigma_test *test, gram_fn *each,
                      void *data)
{
    if (test->operation != SIGMA_TEXT && test->operation != SIGMA_REGEXP)
        return;
    for (uint32_t p = 0; p < test->pattern.n; p++) {
        const struct sigma_part *part = &test->pattern.parts[p];
        for (uint32_t at = 0; part->size >= GRAM && at <= part->size - GRAM; at++)
            if (!part->any || !memchr(part->text + at, (unsigned char)SIGMA_ANY_BYTE, GRAM))
                each(index, part, at, data);
    }
}

static void count_gram(struct sigma_index *index, const struct sigma_part *part, uint32_t at,
                       void *data)
{
    uint16_t *count = &index->counts[mix(folded_gram(part->text + at)) >> (32 - COUNT_BITS)];

    (void)data;
    *count = (uint16_t)(*count + (*count < UINT16_MAX));
}

static void choose_gram(struct sigma_index *index, const struct sigma_part *part, uint32_t at,
                        void *data)
{
    struct choice *best = data;
    double         cost = index->counts[mix(folded_gram(part->text + at)) >> (32 - COUNT_BITS)];

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

static bool same_text(const struct literal *literal, int32_t field, const struct sigma_part *part,
                      uint32_t at)
{
    if (literal->field != field || literal->size != part->size || literal->at != at)
        return false;
    for (uint32_t i = 0; i < part->size; i++)
        if (literal->text[i] != fold(part->text[i]))
            return false;
    return true;
}

static struct literal *new_literal(struct sigma_index *index, int32_t field,
                                   const struct sigma_part *part, uint32_t at, uint32_t gram)
{
    struct literal *literal = ARRAY_ADD(index->literals, index->n_literals);
    char           *text = arena_alloc(&index->texts, part->size + 1);

    if (!literal || !text)
        return NULL;
    for (uint32_t i = 0; i < part->size; i++)
        text[i] = fold(part->text[i]);
    uint32_t hash = mix(gram);
    *literal = (struct literal){.text = text,
                                .size = part->size,
                                .at = at,
                                .gram = gram,
                                .field = field,
                                .first = NO_LITERAL,
                                .next = index->buckets[hash >> (32 - BUCKET_BITS)]};
    index->buckets[hash >> (32 - BUCKET_BITS)] = (uint32_t)index->n_literals - 1;
    hash >>= 32 - FILTER_BITS;
    index->filter[hash / 64] |= UINT64_C(1) << (hash % 64);
    if (field >= 0)
        index->fields[field] = 1;
    return literal;
}

/* The fixed run of a part around its chosen bytes, without wildcards. */
static struct sigma_part run_around(const struct sigma_part *part, uint32_t at, uint32_t *ret_at)
{
    uint32_t start = at, end = at + GRAM;

    while (start > 0 && part->text[start - 1] != SIGMA_ANY_BYTE)
        start--;
    while (end < part->size && part->text[end] != SIGMA_ANY_BYTE)
        end++;
    *ret_at = at - start;
    return (struct sigma_part){.text = part->text + start, .size = end - start};
}

/* Give a test the text that it cannot do without, if it has one of four bytes. */
static int add_literal(struct sigma_index *index, struct sigma_test *test)
{
    struct choice best = {.cost = COST_MAX};
    uint32_t      at;

    each_gram(index, test, choose_gram, &best);
    if (!best.part)
        return 0;
    struct sigma_part run = run_around(best.part, best.at, &at);
    uint32_t          gram = folded_gram(run.text + at);
    struct literal   *literal = NULL;
    for (uint32_t l = index->buckets[mix(gram) >> (32 - BUCKET_BITS)]; l != NO_LITERAL;
         l = index->literals[l].next)
        if (same_text(&index->literals[l], test->field, &run, at)) {
            literal = &index->literals[l];
            break;
        }
    if (!literal && !(literal = new_literal(index, test->field, &run, at, gram)))
        return -ENOMEM;
    literal->cost = (float)best.cost;
    test->literal = (uint32_t)(literal - index->literals) + 1;
    return 0;
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

static int add_link(struct sigma_index *index, uint32_t rule, const struct sigma_test *test)
{
    struct literal *literal = &index->literals[test->literal - 1];
    struct link    *link = ARRAY_ADD(index->links, index->n_links);

    if (!link)
        return -ENOMEM;
    *link = (struct link){rule, literal->first};
    literal->first = (uint32_t)index->n_links - 1;
    return 0;
}

/* Enter the texts that a tree is found by: of an AND those of its cheapest part. */
static int add_tree(struct sigma_index *index, uint32_t rule, const struct sigma_node *node)
{
    const struct sigma_node *best = NULL;
    double                   least = COST_MAX;
    int                      r = 0;

    if (node->join == SIGMA_TEST)
        return add_link(index, rule, node->test);
    for (uint32_t i = 0; r == 0 && i < node->n; i++) {
        double cost = node->join == SIGMA_AND ? cost_of(index, node->items[i]) : 0;
        if (node->join == SIGMA_OR)
            r = add_tree(index, rule, node->items[i]);
        else if (cost < least)
            least = cost, best = node->items[i];
    }
    return r == 0 && best ? add_tree(index, rule, best) : r;
}

/* The greatest number of a field in a tree; whether it has a keyword. */
static int32_t most_field(const struct sigma_node *node, bool *keyword)
{
    int32_t most = node->join == SIGMA_TEST ? node->test->field : -1;

    *keyword |= node->join == SIGMA_TEST && most == SIGMA_NO_FIELD;

    for (uint32_t i = 0; i < node->n; i++) {
        int32_t field = most_field(node->items[i], keyword);
        most = field > most ? field : most;
    }
    return most;
}

static int fill(struct sigma_index *index, struct sigma_node *const *trees, size_t n, bool *indexed)
{
    int32_t most = -1;

    for (size_t i = 0; i < n; i++) {
        if (!trees[i])
            continue;
        count_tree(index, trees[i]);
        int32_t field = most_field(trees[i], &index->anywhere[i]);
        most = field > most ? field : most;
    }
    index->n_fields = (size_t)(most + 1);
    index->fields = calloc(index->n_fields + 1, 1);
    if (!index->fields)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        if (trees[i] && add_literals(index, trees[i]) < 0)
            return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        indexed[i] = trees[i] && cost_of(index, trees[i]) < COST_MAX;
        if (indexed[i] && add_tree(index, (uint32_t)i, trees[i]) < 0)
            return -ENOMEM;
    }
    return 0;
}

int sigma_index_new(struct sigma_node *const *trees, size_t n, bool *indexed,
                    struct sigma_index **ret)
{
    struct sigma_index *index = calloc(1, sizeof *index);
    int                 r = -ENOMEM;

    if (!index)
        return r;
    memset(index->buckets, 0xff, sizeof index->buckets);
    index->n_rules = n;
    index->counts = calloc((size_t)1 << COUNT_BITS, sizeof *index->counts);
    index->anywhere = calloc(n + 1, sizeof *index->anywhere);
    index->turns = calloc(n + 1, sizeof *index->turns);
    index->found = calloc(n + 1, sizeof *index->found);
    if (index->counts && index->anywhere && index->turns && index->found)
        r = fill(index, trees, n, indexed);
    free(index->counts);
    index->counts = NULL;
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
    free(index->links);
    free(index->fields);
    free(index->anywhere);
    free(index->turns);
    free(index->found);
    free(index);
}

bool sigma_index_has(const struct sigma_index *index, const struct sigma_test *test)
{
    return index->literals[test->literal - 1].turn == index->turn;
}

bool sigma_index_anywhere(const struct sigma_index *index, uint32_t rule)
{
    return index->anywhere[rule];
}

/* Searching -------------------------------------------------------------------------- */

static void mark(struct sigma_index *index, struct literal *literal)
{
    if (literal->turn == index->turn)
        return;
    literal->turn = index->turn;
    for (uint32_t l = literal->first; l != NO_LITERAL; l = index->links[l].next) {
        uint32_t rule = index->links[l].rule;
        if (index->turns[rule] == index->turn)
            continue;
        index->turns[rule] = index->turn;
        index->found[index->n_found++] = rule;
    }
}

/* The texts that have these four bytes, compared at the place where they are. */
static void compare(struct sigma_index *index, const struct sigma_value *value, const char *text,
                    uint32_t at, uint32_t gram, uint32_t hash)
{
    for (uint32_t l = index->buckets[hash >> (32 - BUCKET_BITS)]; l != NO_LITERAL;
         l = index->literals[l].next) {
        struct literal *literal = &index->literals[l];
        if (literal->gram == gram && at >= literal->at &&
            literal->size - literal->at <= value->size - at &&
            (literal->field == value->field || literal->field == SIGMA_NO_FIELD) &&
            memcmp(text + at - literal->at, literal->text, literal->size) == 0)
            mark(index, literal);
    }
}

static void search(struct sigma_index *index, struct sigma_event *event, struct sigma_value *value)
{
    const char *text = sigma_value_fold(event, value);

    for (uint32_t at = 0; at + GRAM <= value->size; at++) {
        uint32_t gram = gram_at(text + at), hash = mix(gram), bit = hash >> (32 - FILTER_BITS);
        if (index->filter[bit / 64] >> (bit % 64) & 1)
            compare(index, value, text, at, gram, hash);
    }
}

const uint32_t *sigma_index_find(struct sigma_index *index, struct sigma_event *event, bool all,
                                 size_t *ret_n)
{
    index->n_found = 0;
    if (++index->turn == 0) { /* all of 32 bits went by */
        memset(index->turns, 0, index->n_rules * sizeof *index->turns);
        for (size_t i = 0; i < index->n_literals; i++)
            index->literals[i].turn = 0;
        index->turn = 1;
    }
    for (size_t i = 0; i < event->n; i++) {
        struct sigma_value *value = &event->values[i];
        if (all || (value->field >= 0 && (size_t)value->field < index->n_fields &&
                    index->fields[value->field]))
            search(index, event, value);
    }
    *ret_n = index->n_found;
    return index->found;
}
