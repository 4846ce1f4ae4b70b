/* sigma_search.c -- which of an index's texts an event has. */
#include <stdlib.h>

#include "formats/text/bytes_hash.h"
#include "sigma_literals.h"

#define SEEN_SLOTS    4096
#define SEEN_BYTES    480 /* of a value */
#define SEEN_HERE     40 /* bytes of literals and value that stand in the slot: one line of the cache */
#define SEEN_LITERALS 24
#define SEEN_ROOM     (1u << 20) /* bytes of values and literals */

/* What a value holds, as logs have the same values over and over. */
struct seen {
    uint64_t hash;
    int32_t  field;
    uint32_t at, room;        /* where longer ones are */
    uint16_t size;            /* of the value; 0: none */
    uint8_t  form, n;         /* of literals */
    char     here[SEEN_HERE]; /* its literals and its bytes after them */
};

struct sigma_search {
    const struct sigma_index *index;
    uint32_t                 *marks; /* of each literal, OR and rule: the turn that found it last */
    uint32_t                 *found;
    size_t                    n_found;
    uint32_t                  turn;
    struct seen              *seen; /* SEEN_SLOTS, each in a line of the cache */
    void                     *seen_memory;
    char                     *seen_room; /* SEEN_ROOM */
    uint32_t                  seen_used;
    uint32_t                  here[SEEN_LITERALS]; /* literals of the value at hand */
    uint32_t                  n_here;              /* of them all */
};

struct sigma_search *sigma_search_new(const struct sigma_index *index)
{
    struct sigma_search *search = calloc(1, sizeof *search);

    if (!search)
        return NULL;
    search->index = index;
    search->marks = calloc(index->n_marks + 1, sizeof *search->marks);
    search->found = calloc(index->n_rules + 1, sizeof *search->found);
    search->seen_memory = calloc(SEEN_SLOTS + 1, sizeof *search->seen);
    search->seen_room = malloc(SEEN_ROOM);
    if (search->marks && search->found && search->seen_memory && search->seen_room) {
        uintptr_t memory = (uintptr_t)search->seen_memory, line = sizeof *search->seen;
        search->seen = (struct seen *)((char *)search->seen_memory + (line - memory % line) % line);
        return search;
    }
    sigma_search_free(search);
    return NULL;
}

void sigma_search_free(struct sigma_search *search)
{
    if (!search)
        return;
    free(search->marks);
    free(search->found);
    free(search->seen_memory);
    free(search->seen_room);
    free(search);
}

/* A literal is in the event: so are, perhaps, the rules and ORs that it finds. */
static void mark(struct sigma_search *search, uint32_t l)
{
    const struct sigma_index *index = search->index;
    size_t                    first_rule = index->n_marks - index->n_rules;

    if (search->marks[l] == search->turn)
        return;
    search->marks[l] = search->turn;
    for (l = index->literals[l].first; l != NO_LITERAL; l = index->links[l].next) {
        uint32_t at = index->links[l].mark;
        if (search->marks[at] == search->turn)
            continue;
        search->marks[at] = search->turn;
        if (at >= first_rule)
            search->found[search->n_found++] = (uint32_t)(at - first_rule);
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
static void compare(struct sigma_search *search, int32_t field, const char *text, uint32_t size,
                    uint32_t at, uint32_t key)
{
    const struct sigma_index *index = search->index;
    for (uint32_t l = index->buckets[mix(key) >> (64 - BUCKET_BITS)]; l != NO_LITERAL;
         l = index->literals[l].next) {
        const struct literal *literal = &index->literals[l];
        if (literal->key != key || literal->field != field || !is_here(literal, text, size, at))
            continue;
        mark(search, l);
        if (search->n_here < SEEN_LITERALS)
            search->here[search->n_here] = l;
        search->n_here++;
    }
}

static bool may_be(const struct sigma_index *index, uint32_t key)
{
    uint32_t bit = filter_bit(key);

    return index->filter[bit / 32] >> bit % 32 & 1;
}

/* The short texts beyond ASCII of a field in a value; see is_short(). */
static void find_short(struct sigma_search *search, int32_t field, const char *text, uint32_t size)
{
    const struct sigma_index *index = search->index;
    for (uint32_t at = 0; at < size; at++)
        for (uint32_t n = 2; (text[at] & 0x80) && n < GRAM; n++) {
            char bytes[GRAM] = {0};
            memcpy(bytes, text + at, at + n <= size ? n : 0);
            uint32_t key = gram_at(bytes) ^ salt(field);
            if (may_be(index, key))
                compare(search, field, text, size, at, key);
        }
}

/* The texts of a field in a value. */
static void find_texts(struct sigma_search *search, int32_t field, const char *text, uint32_t size,
                       bool plain)
{
    const struct sigma_index *index = search->index;
    uint32_t                  of_field = salt(field);

    for (uint32_t at = 0; at + GRAM <= size; at++) {
        uint32_t key = gram_at(text + at) ^ of_field;
        if (may_be(index, key))
            compare(search, field, text, size, at, key);
    }
    if (!plain)
        find_short(search, field, text, size);
}

/* Room for what is kept in a slot, the one that it has where that is enough. Where all is used all is forgotten. */
static void find_room(struct sigma_search *search, struct seen *seen, uint32_t needed)
{
    if (seen->room >= needed)
        return;
    needed = (needed + 15) & ~15u;
    if (needed > SEEN_ROOM - search->seen_used) {
        memset(search->seen, 0, SEEN_SLOTS * sizeof *search->seen);
        search->seen_used = 0;
    }
    seen->at = search->seen_used;
    seen->room = needed;
    search->seen_used += needed;
}

/* The literals of what is kept in a slot, and its bytes after them. */
static char *seen_data(const struct sigma_search *search, struct seen *seen)
{
    return seen->n * sizeof *search->here + seen->size <= SEEN_HERE ? seen->here
                                                                    : search->seen_room + seen->at;
}

static void keep_seen(struct sigma_search *search, struct seen *seen, uint64_t hash, int32_t field,
                      const struct sigma_value *value)
{
    uint32_t of_literals = search->n_here * (uint32_t)sizeof *search->here;

    if (search->n_here > SEEN_LITERALS)
        return;
    if (of_literals + value->n_bytes > SEEN_HERE)
        find_room(search, seen, of_literals + value->n_bytes);
    seen->hash = hash;
    seen->field = field;
    seen->form = value->form;
    seen->size = (uint16_t)value->n_bytes;
    seen->n = (uint8_t)search->n_here;
    char *data = seen_data(search, seen);
    memcpy(data, search->here, of_literals);
    memcpy(data + of_literals, value->bytes, value->n_bytes);
}

/* The literals of a value that was seen before; NULL where it was not. */
static const char *find_seen(const struct sigma_search *search, struct seen *seen, uint64_t hash,
                             int32_t field, const struct sigma_value *value)
{
    if (seen->hash != hash || seen->size != value->n_bytes || seen->field != field ||
        seen->form != value->form)
        return NULL;
    const char *data = seen_data(search, seen);
    size_t      of_literals = seen->n * sizeof *search->here;
    return memcmp(data + of_literals, value->bytes, value->n_bytes) == 0 ? data : NULL;
}

/* The texts of a field in a value, whose text is made and searched only where it was not just seen. */
static void look(struct sigma_search *search, struct sigma_event *event, int32_t field,
                 struct sigma_value *value)
{
    struct seen *seen = NULL;
    uint64_t     hash = 0;

    if (value->n_bytes == 0)
        return;
    search->n_here = 0;
    if (value->n_bytes <= SEEN_BYTES) {
        hash = bytes_hash_some(value->bytes, value->n_bytes, (uint64_t)field << 8 | value->form);
        seen = &search->seen[(hash >> 32) % SEEN_SLOTS];
    }
    const char *literals = seen ? find_seen(search, seen, hash, field, value) : NULL;
    if (literals) {
        for (uint8_t i = 0; i < seen->n; i++) {
            uint32_t literal;
            memcpy(&literal, literals + i * sizeof literal, sizeof literal);
            mark(search, literal);
        }
        return;
    }
    const char *text = sigma_value_fold(event, value);
    find_texts(search, field, text, value->size, value->plain);
    if (seen && !event->failed)
        keep_seen(search, seen, hash, field, value);
}

static void next_turn(struct sigma_search *search)
{
    search->n_found = 0;
    if (++search->turn != 0)
        return;
    memset(search->marks, 0,
           search->index->n_marks * sizeof *search->marks); /* all of 32 bits went by */
    search->turn = 1;
}

const uint32_t *sigma_search_find(struct sigma_search *search, struct sigma_event *event,
                                  const uint64_t *fields, bool all, size_t *ret_n)
{
    const struct sigma_index *index = search->index;
    next_turn(search);
    for (size_t i = 0; i < event->n; i++) {
        struct sigma_value *value = &event->values[i];
        uint32_t            field = (uint32_t)value->field;
        if (value->field >= 0 && field < index->n_fields && fields[field / 64] >> field % 64 & 1)
            look(search, event, value->field, value);
        if (all)
            look(search, event, SIGMA_NO_FIELD, value);
    }
    *ret_n = search->n_found;
    return search->found;
}

const uint32_t *sigma_search_marks(const struct sigma_search *search, uint32_t *ret_turn)
{
    *ret_turn = search->turn;
    return search->marks;
}
