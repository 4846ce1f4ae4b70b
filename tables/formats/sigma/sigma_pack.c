/* sigma_pack.c -- an index of texts as the search goes through it: what is read together stands together. */
#include <errno.h>
#include <stdlib.h>

#include "sigma_literals.h"

#define GRAM_BITS 16  /* of a filter for each literal, at least: one of a hundred others passes */
#define WORD      32u /* bits */

/* The least power of two, of at least n: its logarithm. */
static unsigned bits_for(size_t n)
{
    unsigned bits = 0;

    while ((size_t)1 << bits < n)
        bits++;
    return bits;
}

/* What each literal finds, one literal after another. */
static int pack_marks(struct sigma_index *index)
{
    uint32_t n = 0;

    index->marks = calloc(index->work.n_links + 1, sizeof *index->marks);
    index->first_mark = calloc(index->n_literals + 1, sizeof *index->first_mark);
    if (!index->marks || !index->first_mark)
        return -ENOMEM;
    for (size_t l = 0; l < index->n_literals; l++) {
        index->first_mark[l] = n | (index->literals[l].field < 0 ? WORD_MARK : 0);
        for (uint32_t at = index->literals[l].first; at != NO_LITERAL;
             at = index->work.links[at].next)
            index->marks[n++] = index->work.links[at].mark;
    }
    index->first_mark[index->n_literals] = n;
    return 0;
}

/* The bytes beside a literal's four: those before them, or else those after. */
static void choose_near(struct packed *packed)
{
    uint32_t before = packed->at, after = packed->at + GRAM;
    uint32_t n = before ? before : packed->size > after ? packed->size - after : 0;

    n = n < GRAM ? n : GRAM;
    packed->near_at = before ? before - n : n ? after : 0;
    memcpy(&packed->near, packed->text + packed->near_at, n);
    memset(&packed->near_mask, 0xff, n);
}

/* The literals of each key, one key after another. */
static int pack_slots(struct sigma_index *index)
{
    unsigned bits = bits_for(2 * index->n_literals + 2);
    uint32_t n = 0;

    index->slots = calloc((size_t)1 << bits, sizeof *index->slots);
    index->packed = calloc(index->n_literals + 1, sizeof *index->packed);
    if (!index->slots || !index->packed)
        return -ENOMEM;
    index->slot_shift = 64 - bits;
    index->slot_last = ((size_t)1 << bits) - 1;
    for (size_t l = 0; l < index->n_literals; l++) {
        struct slot *slot = slot_of_key(index, index->literals[l].key);
        slot->key = index->literals[l].key;
        slot->n++;
    }
    for (size_t i = 0; i < (size_t)1 << bits; i++) {
        index->slots[i].first = n;
        n += index->slots[i].n;
    }
    for (uint32_t l = 0; l < index->n_literals; l++) {
        const struct literal *of = &index->literals[l];
        struct packed        *packed = &index->packed[slot_of_key(index, of->key)->first++];
        *packed = (struct packed){.text = of->text,
                                  .size = of->size,
                                  .at = of->at,
                                  .literal = l,
                                  .field = of->field,
                                  .starts = of->starts,
                                  .ends = of->ends};
        choose_near(packed);
    }
    for (size_t i = 0; i < (size_t)1 << bits; i++)
        index->slots[i].first -= index->slots[i].n;
    return 0;
}

/* Words of each filter, by how many literals its field has. */
static uint32_t place_filters(struct sigma_index *index, const uint32_t *counts)
{
    uint32_t words = 0;

    for (size_t f = 0; f <= index->n_fields; f++) {
        size_t   n = (size_t)counts[f] + counts[0];
        unsigned bits = 1 + bits_for(n * GRAM_BITS / WORD);
        index->filters[f] = (struct key_filter){words, 64 - bits};
        words += 1u << bits;
    }
    return words;
}

static void enter(struct sigma_index *index, size_t filter, uint32_t gram)
{
    struct key_filter to = index->filters[filter];
    uint64_t          hash = mix(gram);

    index->filter_words[to.first + (hash >> to.shift)] |= filter_bits(hash);
}

static int pack_filters(struct sigma_index *index)
{
    uint32_t *counts = calloc(index->n_fields + 1, sizeof *counts);

    index->filters = calloc(index->n_fields + 1, sizeof *index->filters);
    for (size_t l = 0; counts && l < index->n_literals; l++)
        counts[index->literals[l].field + 1]++;
    if (counts && index->filters)
        index->filter_words = calloc(place_filters(index, counts), sizeof *index->filter_words);
    for (size_t l = 0; index->filter_words && l < index->n_literals; l++) {
        int32_t  field = index->literals[l].field;
        uint32_t gram = index->literals[l].key ^ salt(field);
        enter(index, (size_t)(field + 1), gram);
        for (size_t f = 1; field == SIGMA_NO_FIELD && f <= index->n_fields; f++)
            if (counts[f])
                enter(index, f, gram);
    }
    free(counts);
    return index->filter_words ? 0 : -ENOMEM;
}

int sigma_index_pack(struct sigma_index *index)
{
    int r = pack_marks(index);

    if (r == 0)
        r = pack_slots(index);
    return r == 0 ? pack_filters(index) : r;
}
