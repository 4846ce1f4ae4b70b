/* sigma_literals.h -- what an index of texts is made of: for sigma_index.c, sigma_pack.c and sigma_search.c alone. */
#ifndef SVCQL_SIGMA_LITERALS_H
#define SVCQL_SIGMA_LITERALS_H

#include <string.h>

#include "sigma_index.h"

#define GRAM        4u
#define BUCKET_BITS 16
#define SHORT_END   2u /* bytes of the shortest text that is found where it is the end of a value */
#define WORD_MARK   (1u << 31)
#define NO_LITERAL  UINT32_MAX

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

/* A set of the four bytes of a field's literals, and of keywords', that may be too large by a few: two bits for each. */
struct key_filter {
    uint32_t first; /* word */
    uint32_t shift; /* of the hash: its upper bits are a word's number */
};

/* A literal as the search compares it; those of one key stand together. */
struct packed {
    const char *text;
    uint32_t    size, at, literal;
    int32_t     field;
    uint32_t    near, near_mask,
        near_at; /* bytes that tell it from others of the key, and where they are */
    bool starts, ends;
};

/* A place of the table of keys. */
struct slot {
    uint32_t key, first, n; /* of its literals; 0: free */
};

/* A field that a rule's tests are of. */
struct rule_field {
    int32_t number;
    bool    text; /* one of them is found by a text */
};

/* What is needed only while an index is made. */
struct index_work {
    struct link *links;
    size_t       n_links;
    uint32_t    *buckets; /* first literal of each */
    uint16_t    *counts;  /* how often four bytes occur */
};

struct sigma_index {
    struct arena        texts; /* folded texts of cased patterns */
    struct literal     *literals;
    size_t              n_literals;
    uint32_t           *marks; /* rules and ORs that literals find, one literal after another */
    uint32_t           *first_mark; /* of each literal, and WORD_MARK of keywords' */
    struct slot        *slots;      /* hash table: a power of two, at most half full */
    unsigned            slot_shift;
    size_t              slot_last;
    struct packed      *packed; /* literals by their keys */
    uint32_t           *filter_words;
    struct key_filter  *filters;     /* of keywords, and of each field */
    size_t              n_fields;    /* numbers of fields */
    struct rule_field  *rule_fields; /* one rule after another */
    uint32_t           *first_field; /* of each rule; the next one's is the end */
    size_t              n_rule_fields;
    size_t              n_rules, n_ors;
    struct sigma_words *words;   /* of each rule */
    size_t              n_marks; /* literals, ORs and rules */
    struct index_work   work;
};

/* sigma_pack.c: arrange what was made for the search. 0 or -ENOMEM. */
int sigma_index_pack(struct sigma_index *index);

static inline uint32_t gram_at(const char *text)
{
    uint32_t gram;

    memcpy(&gram, text, sizeof gram);
    return gram;
}

/* A field's share of a key; nothing of keywords, SIGMA_NO_FIELD. */
static inline uint32_t salt(int32_t field)
{
    return (uint32_t)(field + 1) * 0x9e3779b1u;
}

static inline uint64_t mix(uint32_t key)
{
    return key * UINT64_C(0x9e3779b97f4a7c15);
}

/* The filter of a field, or of keywords. */
static inline struct key_filter filter_of(const struct sigma_index *index, int32_t field)
{
    return index->filters[field + 1];
}

/* Two bits of the word of a filter that four bytes of this hash are in. */
static inline uint32_t filter_bits(uint64_t hash)
{
    return 1u << (hash >> 32 & 31) | 1u << (hash >> 27 & 31);
}

/* Whether four bytes are in a filter, of which these are the words. */
static inline bool filter_has(const uint32_t *words, uint32_t shift, uint32_t gram)
{
    uint64_t hash = mix(gram);
    uint32_t word = words[hash >> shift];

    return word >> (hash >> 32 & 31) & word >> (hash >> 27 & 31) & 1;
}

/* The slot of a key; one of no literals where there is none. */
static inline struct slot *slot_of_key(const struct sigma_index *index, uint32_t key)
{
    size_t at = (size_t)(mix(key) >> index->slot_shift);

    while (index->slots[at].n && index->slots[at].key != key)
        at = (at + 1) & index->slot_last;
    return &index->slots[at];
}

#endif
