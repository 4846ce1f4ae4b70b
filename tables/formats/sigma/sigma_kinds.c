/* sigma_kinds.c -- what rules events with the same keys may fit: worked out once a kind. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/bytes_hash.h"
#include "sigma_set.h"

void sigma_free_kinds(struct sigma *sigma)
{
    for (size_t i = 0; i < KIND_SLOTS; i++) {
        if (!sigma->kinds[i])
            continue;
        free(sigma->kinds[i]->key);
        free(sigma->kinds[i]->possible);
        free(sigma->kinds[i]->tried);
        free(sigma->kinds[i]->fields);
        free(sigma->kinds[i]->asked);
        free(sigma->kinds[i]->mappings);
        free(sigma->kinds[i]);
        sigma->kinds[i] = NULL;
    }
    sigma->n_kinds = 0;
    sigma->kind = NULL;
}

enum truth { NO, YES, MAYBE };

/* The numbers of the keys' names. */
struct key_fields {
    int32_t fields[SIGMA_KEYS_MAX];
    size_t  n;
};

static bool is_key(const struct key_fields *keys, int32_t field)
{
    for (size_t i = 0; i < keys->n; i++)
        if (keys->fields[i] == field)
            return field != SIGMA_NO_FIELD;
    return false;
}

/* What the keys alone say of a tree: the event at hand has nothing but them. */
static enum truth judge(struct sigma *sigma, const struct sigma_node *node,
                        const struct key_fields *keys)
{
    enum truth result = node->join == SIGMA_AND ? YES : NO;

    if (node->join == SIGMA_TEST) {
        const struct sigma_test *test = node->test;
        if (test->operation == SIGMA_FIELD || !is_key(keys, test->field))
            return MAYBE;
        return sigma_test_fits(&sigma->run, test) ? YES : NO;
    }
    if (node->join == SIGMA_NOT) {
        result = judge(sigma, node->items[0], keys);
        return result == MAYBE ? MAYBE : result == YES ? NO : YES;
    }
    for (uint32_t i = 0; i < node->n; i++) {
        enum truth item = judge(sigma, node->items[i], keys);
        if (item == (node->join == SIGMA_AND ? NO : YES))
            return item;
        if (item == MAYBE)
            result = MAYBE;
    }
    return result;
}

static void judge_rows(struct sigma *sigma, struct kind *kind, const struct key_fields *keys)
{
    for (size_t i = 0; i < sigma->n_sources; i++) {
        const struct source_row *row = &sigma->sources[i];
        if (row->log != kind->log)
            continue;
        enum truth fits = row->where ? judge(sigma, row->where, keys) : YES;
        if (fits == YES)
            sigma_set_add(&kind->rows, i);
        if (fits == MAYBE) {
            sigma_set_add(&kind->open_rows, i);
            kind->is_open = true;
        }
    }
}

static int judge_mappings(struct sigma *sigma, struct kind *kind, const struct key_fields *keys)
{
    kind->mappings = calloc(sigma->n_mappings + 1, sizeof *kind->mappings);
    if (!kind->mappings)
        return -ENOMEM;
    for (size_t i = 0; i < sigma->n_mappings; i++) {
        const struct mapping *mapping = &sigma->mappings[i];
        if (mapping->log == kind->log &&
            (!mapping->where || judge(sigma, mapping->where, keys) != NO))
            kind->mappings[kind->n_mappings++] = (uint16_t)i;
    }
    return 0;
}

/* Add what a tree that is not indexed looks at. */
static void ask_tree(const struct sigma_node *node, uint64_t *asked, struct sigma_words *words)
{
    const struct sigma_test *test = node->test;

    for (uint32_t i = 0; i < node->n; i++)
        ask_tree(node->items[i], asked, words);
    if (node->join != SIGMA_TEST)
        return;
    if (test->field == SIGMA_NO_FIELD)
        *words = (struct sigma_words){.shortest = 0, .figures = true, .whole = true};
    else
        sigma_bit_add(asked, (uint32_t)test->field);
    if (test->operation == SIGMA_FIELD)
        sigma_bit_add(asked, (uint32_t)test->other);
}

/* Add what the mappings and the open rows of a kind look at. */
static void ask_lists(const struct sigma *sigma, struct kind *kind)
{
    for (size_t i = 0; i < sigma->n_sources; i++)
        if (kind->open_rows.bits[i / 64] >> (i % 64) & 1)
            ask_tree(sigma->sources[i].where, kind->asked, &kind->needs.words);
    for (size_t i = 0; i < kind->n_mappings; i++) {
        const struct mapping *mapping = &sigma->mappings[kind->mappings[i]];
        if (mapping->where)
            ask_tree(mapping->where, kind->asked, &kind->needs.words);
        for (size_t p = 0; p < mapping->n_pieces; p++)
            if (!mapping->pieces[p].text)
                sigma_bit_add(kind->asked, (uint32_t)mapping->pieces[p].field);
    }
}

static void judge_rule(struct sigma *sigma, struct kind *kind, const struct key_fields *keys,
                       uint32_t rule)
{
    bool keyed = false;

    for (size_t i = 0; i < keys->n; i++)
        keyed |= keys->fields[i] != SIGMA_NO_FIELD &&
                 sigma_index_asks(sigma->index, rule, keys->fields[i]);
    uint32_t first = sigma->first_step[rule];
    if (keyed && first != SIGMA_NO_STEPS &&
        !sigma_steps_may(&sigma->steps, first, &sigma->run, keys->fields, keys->n))
        return;
    kind->possible[rule / 64] |= UINT64_C(1) << (rule % 64);
    kind->n_possible++;
    if (!sigma->indexed[rule])
        kind->tried[kind->n_tried++] = rule;
    sigma_index_ask(sigma->index, rule, kind->fields, kind->asked, &kind->needs.words);
}

static int judge_rules(struct sigma *sigma, struct kind *kind, const struct key_fields *keys)
{
    struct source_set rows = kind->rows;
    size_t            words = sigma->names.n / 64 + 1;

    for (size_t i = 0; i < SOURCE_SETS; i++)
        rows.bits[i] |= kind->open_rows.bits[i];
    kind->possible = calloc(sigma->n_rules / 64 + 1, sizeof *kind->possible);
    kind->tried = calloc(sigma->n_rules + 1, sizeof *kind->tried);
    kind->fields = calloc(words, sizeof *kind->fields);
    kind->asked = calloc(words, sizeof *kind->asked);
    if (!kind->possible || !kind->tried || !kind->fields || !kind->asked)
        return -ENOMEM;
    kind->needs = (struct sigma_needs){kind->asked, {.shortest = UINT32_MAX}};
    for (size_t c = 0; c < sigma->n_classes; c++)
        if (sigma_class_fits(&sigma->classes[c], &rows))
            for (uint32_t i = sigma->class_first[c]; i < sigma->class_first[c + 1]; i++)
                judge_rule(sigma, kind, keys, sigma->class_rules[i]);
    ask_lists(sigma, kind);
    uint32_t *tried = realloc(kind->tried, (kind->n_tried + 1) * sizeof *tried);
    if (tried)
        kind->tried = tried;
    return 0;
}

/* The keys' values one after another, with their sizes, as a text that tells kinds apart. */
static size_t join_keys(const struct sigma_key *keys, size_t n, int log, char *text, size_t room)
{
    size_t size = 0;

    text[size++] = (char)log;
    for (size_t i = 0; i < n; i++) {
        uint32_t of_key = keys[i].value ? (uint32_t)keys[i].size : UINT32_MAX;
        size_t   bytes = keys[i].value ? keys[i].size : 0;
        if (bytes + sizeof of_key > room - size)
            return 0;
        memcpy(text + size, &of_key, sizeof of_key);
        memcpy(text + size + sizeof of_key, keys[i].value ? keys[i].value : "", bytes);
        size += sizeof of_key + bytes;
    }
    return size;
}

static int new_kind(struct sigma *sigma, int log, const struct sigma_key *keys, size_t n,
                    struct kind *kind)
{
    struct key_fields fields = {.n = n};
    size_t            n_put = n ? sigma->event.n : 0; /* keys that the event has */

    for (size_t i = 0; i < n; i++)
        fields.fields[i] = sigma_name_find(&sigma->names, keys[i].name, strlen(keys[i].name));
    kind->log = log;
    kind->n_keys = n_put;
    judge_rows(sigma, kind, &fields);
    int r = judge_mappings(sigma, kind, &fields);
    return r < 0 ? r : judge_rules(sigma, kind, &fields);
}

#define KEY_MAX 1024 /* bytes of all keys of an event; longer ones share a kind without keys */

int sigma_find_kind(struct sigma *sigma, int log, const struct sigma_key *keys, size_t n,
                    struct kind **ret)
{
    char     text[KEY_MAX];
    size_t   size = join_keys(keys, n, log, text, sizeof text);
    uint64_t hash;

    if (size == 0) {
        text[size++] = (char)log;
        n = 0;
    }
    if (sigma->kind && sigma->kind->key_size == size && bytes_same(sigma->kind->key, text, size)) {
        *ret = sigma->kind; /* that of the event before */
        return 0;
    }
    hash = bytes_hash(text, size, 0);
    size_t at = hash % KIND_SLOTS;
    for (; sigma->kinds[at]; at = (at + 1) % KIND_SLOTS) {
        struct kind *kind = sigma->kinds[at];
        if (kind->hash == hash && kind->key_size == size && bytes_same(kind->key, text, size)) {
            *ret = kind;
            return 0;
        }
    }
    if (sigma->n_kinds == KINDS_MAX) { /* begin again, rather than hold what a log makes up */
        sigma_free_kinds(sigma);
        at = hash % KIND_SLOTS;
    }
    struct kind *kind = calloc(1, sizeof *kind);
    if (!kind)
        return -ENOMEM;
    sigma->kinds[at] = kind;
    sigma->n_kinds++;
    kind->hash = hash;
    kind->key = malloc(size);
    if (!kind->key)
        return -ENOMEM;
    memcpy(kind->key, text, size);
    kind->key_size = size;
    *ret = kind;
    return new_kind(sigma, log, keys, n, kind);
}
