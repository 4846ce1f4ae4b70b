#include "sigma_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "formats/text/bytes_hash.h"

#define GRAM        4u
#define COUNT_BITS  17 /* of the table that counts how often four bytes occur in rules */
#define BUCKET_BITS 15
#define FILTER_BITS 20 /* of the number of its bits: 128 KiB */
#define NO_LITERAL  UINT32_MAX
#define COST_MAX    1e9

struct literal {
    const char *text; /* folded; of a rule's pattern */
    uint32_t    size;
    uint32_t    at;  /* where its four bytes are */
    uint32_t    key; /* of them and the field */
    int32_t     field;
    bool        starts, ends; /* it is where the value begins, ends */
    uint32_t    first;        /* of the links to what is found by it */
    uint32_t    next;         /* literal of the same bucket */
    float       cost;         /* how common: rules are written about what is common, too */
};

/* To a rule, or to an OR inside of one, that a literal finds. */
struct link {
    uint32_t mark, next;
};

#define SEEN_SLOTS    4096
#define SEEN_BYTES    480 /* of a value */
#define SEEN_LITERALS 24

/* What a value holds, as logs have the same values over and over. */
struct seen {
    uint64_t hash;
    int32_t  field;
    uint16_t size;
    uint8_t  form, n;
    char     bytes[SEEN_BYTES];
    uint32_t literals[SEEN_LITERALS];
};

struct sigma_index {
    struct arena    texts; /* folded texts of cased patterns */
    struct literal *literals;
    struct link    *links;
    size_t          n_literals, n_links;
    uint32_t        buckets[1u << BUCKET_BITS];
    uint32_t        filter[1u << (FILTER_BITS - 5)]; /* a bit for each key */
    size_t          n_fields;                        /* numbers of fields */
    int32_t        *rule_fields; /* those of rules' texts, one rule after another */
    uint32_t       *first_field; /* of each rule; the next one's is the end */
    size_t          n_rule_fields;
    size_t          n_rules, n_ors;
    bool           *anywhere; /* of each rule */
    uint32_t       *marks;    /* of each literal, OR and rule: the search that found it last */
    size_t          n_marks;
    uint32_t       *found;
    size_t          n_found;
    uint32_t        turn;
    uint16_t       *counts;              /* while it is made */
    struct seen    *seen;                /* SEEN_SLOTS */
    uint32_t        here[SEEN_LITERALS]; /* literals of the value at hand */
    uint32_t        n_here;              /* of them all */
};

static uint32_t gram_at(const char *text)
{
    uint32_t gram;

    memcpy(&gram, text, sizeof gram);
    return gram;
}

/* A field's share of a key; nothing of keywords, SIGMA_NO_FIELD. */
static uint32_t salt(int32_t field)
{
    return (uint32_t)(field + 1) * 0x9e3779b1u;
}

static uint64_t mix(uint32_t key)
{
    return key * UINT64_C(0x9e3779b97f4a7c15);
}

/* The bit of a key in the filter. */
static uint32_t filter_bit(uint32_t key)
{
    return (key * 0x9e3779b1u) >> (32 - FILTER_BITS);
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

/* Call for all four bytes of a test's fixed text. */
static void each_gram(struct sigma_index *index, const struct sigma_test *test, gram_fn *each,
                      void *data)
{
    if (test->operation != SIGMA_TEXT && test->operation != SIGMA_REGEXP)
        return;
    for (uint32_t p = 0; p < test->pattern.n; p++) {
        const struct sigma_part *part = &test->pattern.parts[p];
        if (is_short(part))
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
    uint16_t *count = &index->counts[mix(gram) >> (64 - COUNT_BITS)];

    (void)part, (void)at, (void)data;
    *count = (uint16_t)(*count + (*count < UINT16_MAX));
}

static void choose_gram(struct sigma_index *index, const struct sigma_part *part, uint32_t at,
                        uint32_t gram, void *data)
{
    struct choice *best = data;
    double         cost = index->counts[mix(gram) >> (64 - COUNT_BITS)];

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
    uint32_t *bucket = &index->buckets[mix(literal->key) >> (64 - BUCKET_BITS)];

    for (uint32_t l = *bucket; l != NO_LITERAL; l = index->literals[l].next)
        if (same_text(&index->literals[l], literal))
            return l + 1;
    struct literal *added = ARRAY_ADD(index->literals, index->n_literals);
    if (!added)
        return 0;
    *added = *literal;
    added->next = *bucket;
    *bucket = (uint32_t)index->n_literals - 1;
    uint32_t bit = filter_bit(literal->key);
    index->filter[bit / 32] |= 1u << bit % 32;
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

/* Note the fields of a tree's texts, each once, among those of the rule, which are the last. */
static int add_fields(struct sigma_index *index, const struct sigma_node *node, uint32_t first)
{
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < node->n; i++)
        r = add_fields(index, node->items[i], first);
    if (node->join != SIGMA_TEST || !node->test->literal || node->test->field < 0)
        return r;
    for (size_t i = first; i < index->n_rule_fields; i++)
        if (index->rule_fields[i] == node->test->field)
            return r;
    int32_t *field = ARRAY_ADD(index->rule_fields, index->n_rule_fields);
    if (!field)
        return -ENOMEM;
    *field = node->test->field;
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

static int add_link(struct sigma_index *index, uint32_t mark, const struct sigma_test *test)
{
    struct literal *literal = &index->literals[test->literal - 1];
    struct link    *link = ARRAY_ADD(index->links, index->n_links);

    if (!link)
        return -ENOMEM;
    *link = (struct link){mark, literal->first};
    literal->first = (uint32_t)index->n_links - 1;
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
    index->marks = calloc(index->n_marks + 1, sizeof *index->marks);
    return index->marks ? 0 : -ENOMEM;
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
    for (size_t i = 0; i < n; i++) {
        index->first_field[i] = (uint32_t)index->n_rule_fields;
        if (trees[i] && (add_literals(index, trees[i]) < 0 ||
                         add_fields(index, trees[i], index->first_field[i]) < 0))
            return -ENOMEM;
    }
    index->first_field[n] = (uint32_t)index->n_rule_fields;
    return add_rules(index, trees, indexed);
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
    index->found = calloc(n + 1, sizeof *index->found);
    index->seen = calloc(SEEN_SLOTS, sizeof *index->seen);
    index->first_field = calloc(n + 1, sizeof *index->first_field);
    if (index->counts && index->anywhere && index->found && index->seen && index->first_field)
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
    free(index->rule_fields);
    free(index->first_field);
    free(index->anywhere);
    free(index->marks);
    free(index->found);
    free(index->seen);
    free(index);
}

bool sigma_index_anywhere(const struct sigma_index *index, uint32_t rule)
{
    return index->anywhere[rule];
}

size_t sigma_index_words(const struct sigma_index *index)
{
    return index->n_fields / 64 + 1;
}

void sigma_index_ask(const struct sigma_index *index, uint32_t rule, uint64_t *fields)
{
    for (uint32_t i = index->first_field[rule]; i < index->first_field[rule + 1]; i++) {
        uint32_t field = (uint32_t)index->rule_fields[i];
        fields[field / 64] |= UINT64_C(1) << field % 64;
    }
}

/* Searching -------------------------------------------------------------------------- */

/* A literal is in the event: so are, perhaps, the rules and ORs that it finds. */
static void mark(struct sigma_index *index, uint32_t l)
{
    size_t first_rule = index->n_marks - index->n_rules;

    if (index->marks[l] == index->turn)
        return;
    index->marks[l] = index->turn;
    for (l = index->literals[l].first; l != NO_LITERAL; l = index->links[l].next) {
        uint32_t at = index->links[l].mark;
        if (index->marks[at] == index->turn)
            continue;
        index->marks[at] = index->turn;
        if (at >= first_rule)
            index->found[index->n_found++] = (uint32_t)(at - first_rule);
    }
}

static bool is_here(const struct literal *literal, const char *text, uint32_t size, uint32_t at)
{
    if (at < literal->at)
        return false;
    at -= literal->at;
    return literal->size <= size - at && (!literal->starts || at == 0) &&
           (!literal->ends || literal->size == size - at) &&
           memcmp(text + at, literal->text, literal->size) == 0;
}

/* The texts that have these four bytes, compared at the place where they are. */
static void compare(struct sigma_index *index, int32_t field, const char *text, uint32_t size,
                    uint32_t at, uint32_t key)
{
    for (uint32_t l = index->buckets[mix(key) >> (64 - BUCKET_BITS)]; l != NO_LITERAL;
         l = index->literals[l].next) {
        const struct literal *literal = &index->literals[l];
        if (literal->key != key || literal->field != field || !is_here(literal, text, size, at))
            continue;
        mark(index, l);
        if (index->n_here < SEEN_LITERALS)
            index->here[index->n_here] = l;
        index->n_here++;
    }
}

static bool may_be(const struct sigma_index *index, uint32_t key)
{
    uint32_t bit = filter_bit(key);

    return index->filter[bit / 32] >> bit % 32 & 1;
}

/* The short texts beyond ASCII of a field in a value; see is_short(). */
static void search_short(struct sigma_index *index, int32_t field, const char *text, uint32_t size)
{
    for (uint32_t at = 0; at < size; at++)
        for (uint32_t n = 2; (text[at] & 0x80) && n < GRAM; n++) {
            char bytes[GRAM] = {0};
            memcpy(bytes, text + at, at + n <= size ? n : 0);
            uint32_t key = gram_at(bytes) ^ salt(field);
            if (may_be(index, key))
                compare(index, field, text, size, at, key);
        }
}

/* The texts of a field in a value. */
static void search(struct sigma_index *index, int32_t field, const char *text, uint32_t size,
                   bool plain)
{
    uint32_t of_field = salt(field);

    for (uint32_t at = 0; at + GRAM <= size; at++) {
        uint32_t key = gram_at(text + at) ^ of_field;
        if (may_be(index, key))
            compare(index, field, text, size, at, key);
    }
    if (!plain)
        search_short(index, field, text, size);
}

static void keep_seen(struct sigma_index *index, struct seen *seen, uint64_t hash, int32_t field,
                      const struct sigma_value *value)
{
    if (index->n_here > SEEN_LITERALS)
        return;
    seen->hash = hash;
    seen->field = field;
    seen->form = value->form;
    seen->size = (uint16_t)value->n_bytes;
    seen->n = (uint8_t)index->n_here;
    memcpy(seen->bytes, value->bytes, value->n_bytes);
    memcpy(seen->literals, index->here, sizeof index->here);
}

static bool is_seen(const struct seen *seen, uint64_t hash, int32_t field,
                    const struct sigma_value *value)
{
    return seen->hash == hash && seen->field == field && seen->form == value->form &&
           seen->size == value->n_bytes && memcmp(seen->bytes, value->bytes, value->n_bytes) == 0;
}

/* The texts of a field in a value, whose text is made and searched only where it was not just seen. */
static void look(struct sigma_index *index, struct sigma_event *event, int32_t field,
                 struct sigma_value *value)
{
    struct seen *seen = NULL;
    uint64_t     hash = 0;

    if (value->n_bytes == 0)
        return;
    index->n_here = 0;
    if (value->n_bytes <= SEEN_BYTES) {
        hash = bytes_hash(value->bytes, value->n_bytes, (uint64_t)field << 8 | value->form);
        seen = &index->seen[(hash >> 32) % SEEN_SLOTS];
    }
    if (seen && is_seen(seen, hash, field, value)) {
        for (uint8_t i = 0; i < seen->n; i++)
            mark(index, seen->literals[i]);
        return;
    }
    const char *text = sigma_value_fold(event, value);
    search(index, field, text, value->size, value->plain);
    if (seen && !event->failed)
        keep_seen(index, seen, hash, field, value);
}

static void next_turn(struct sigma_index *index)
{
    index->n_found = 0;
    if (++index->turn != 0)
        return;
    memset(index->marks, 0, index->n_marks * sizeof *index->marks); /* all of 32 bits went by */
    index->turn = 1;
}

const uint32_t *sigma_index_find(struct sigma_index *index, struct sigma_event *event,
                                 const uint64_t *fields, bool all, size_t *ret_n)
{
    next_turn(index);
    for (size_t i = 0; i < event->n; i++) {
        struct sigma_value *value = &event->values[i];
        uint32_t            field = (uint32_t)value->field;
        if (value->field >= 0 && field < index->n_fields && fields[field / 64] >> field % 64 & 1)
            look(index, event, value->field, value);
        if (all)
            look(index, event, SIGMA_NO_FIELD, value);
    }
    *ret_n = index->n_found;
    return index->found;
}

const uint32_t *sigma_index_marks(const struct sigma_index *index, uint32_t *ret_turn)
{
    *ret_turn = index->turn;
    return index->marks;
}
