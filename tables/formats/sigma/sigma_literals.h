/* sigma_literals.h -- what an index of texts is made of: for sigma_index.c and sigma_search.c alone. */
#ifndef SVCQL_SIGMA_LITERALS_H
#define SVCQL_SIGMA_LITERALS_H

#include <string.h>

#include "sigma_index.h"

#define GRAM        4u
#define BUCKET_BITS 16
#define FILTER_BITS 20 /* of the number of its bits: 128 KiB */
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
    size_t          n_marks;  /* literals, ORs and rules */
    uint16_t       *counts;   /* while it is made */
};

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

/* The bit of a key in the filter. */
static inline uint32_t filter_bit(uint32_t key)
{
    return (key * 0x9e3779b1u) >> (32 - FILTER_BITS);
}

#endif
