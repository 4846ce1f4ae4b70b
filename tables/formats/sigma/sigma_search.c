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
    int32_t  what;            /* was searched for: a field twice, and 1 for keywords */
    uint32_t at, room;        /* where longer ones are */
    uint16_t size;            /* of the value; 0: none */
    uint8_t  form, n;         /* of literals */
    char     here[SEEN_HERE]; /* its literals and its bytes after them */
};

struct sigma_search {
    const struct sigma_index *index;
    uint32_t                 *marks; /* of each literal, OR and rule: the turn that found it last */
    uint32_t                 *found;
    size_t                    n_found, n_texts;
    bool                      words; /* a keyword's text was found */
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
    search->n_texts++;
    search->words |= (index->first_mark[l] & WORD_MARK) != 0;
    uint32_t end = index->first_mark[l + 1] & ~WORD_MARK;
    for (uint32_t i = index->first_mark[l] & ~WORD_MARK; i < end; i++) {
        uint32_t at = index->marks[i];
        if (search->marks[at] == search->turn)
            continue;
        search->marks[at] = search->turn;
        if (at >= first_rule)
            search->found[search->n_found++] = (uint32_t)(at - first_rule);
    }
}

/* A folded value that is searched, and what for. */
struct sought {
    const char *text;
    uint32_t    size;
    int32_t     field; /* SIGMA_NO_FIELD: for none's texts */
    bool        words; /* for keywords, too */
};

static bool is_here(const struct packed *literal, const struct sought *in, uint32_t at)
{
    uint32_t near;

    if (at < literal->at)
        return false;
    at -= literal->at;
    if (literal->size > in->size - at || (literal->starts && at) ||
        (literal->ends && literal->size != in->size - at))
        return false;
    memcpy(&near, in->text + at + literal->near_at,
           sizeof near); /* a folded text has zeros after it */
    return ((near ^ literal->near) & literal->near_mask) == 0 &&
           bytes_same(in->text + at, literal->text, literal->size);
}

/* The texts that have these four bytes, compared at the place where they are. */
static void compare(struct sigma_search *search, const struct sought *in, int32_t field,
                    uint32_t at, uint32_t key)
{
    const struct sigma_index *index = search->index;
    const struct slot        *slot = slot_of_key(index, key);

    for (uint32_t i = 0; i < slot->n; i++) {
        const struct packed *literal = &index->packed[slot->first + i];
        uint32_t             l = literal->literal;
        if (literal->field != field || !is_here(literal, in, at))
            continue;
        mark(search, l);
        if (search->n_here < SEEN_LITERALS)
            search->here[search->n_here] = l;
        search->n_here++;
    }
}

static bool passes(const struct sigma_index *index, int32_t field, uint32_t gram)
{
    struct key_filter filter = filter_of(index, field);

    return filter_has(index->filter_words + filter.first, filter.shift, gram);
}

/* What is sought that has these four bytes. */
static void compare_all(struct sigma_search *search, const struct sought *in, uint32_t at,
                        uint32_t gram)
{
    const struct sigma_index *index = search->index;

    if (in->field != SIGMA_NO_FIELD)
        compare(search, in, in->field, at, gram ^ salt(in->field));
    if (in->words && passes(index, SIGMA_NO_FIELD, gram))
        compare(search, in, SIGMA_NO_FIELD, at, gram);
}

/* The short texts beyond ASCII; see is_short(). */
static void find_short(struct sigma_search *search, const struct sought *in)
{
    for (uint32_t at = 0; at < in->size; at++)
        for (uint32_t n = 2; (in->text[at] & 0x80) && n < GRAM; n++) {
            char bytes[GRAM] = {0};
            memcpy(bytes, in->text + at, at + n <= in->size ? n : 0);
            if (passes(search->index, in->field, gram_at(bytes)))
                compare_all(search, in, at, gram_at(bytes));
        }
}

static void find_texts(struct sigma_search *search, const struct sought *in)
{
    struct key_filter filter = filter_of(search->index, in->field);
    const uint32_t   *words = search->index->filter_words + filter.first;
    const char       *text = in->text;
    uint32_t          size = in->size, shift = filter.shift;

    for (uint32_t at = 0; at + SHORT_END <= size; at++) { /* zeros follow a folded text */
        uint32_t gram = gram_at(text + at);
        if (filter_has(words, shift, gram))
            compare_all(search, in, at, gram);
    }
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

static void keep_seen(struct sigma_search *search, struct seen *seen, uint64_t hash, int32_t what,
                      const struct sigma_value *value)
{
    uint32_t of_literals = search->n_here * (uint32_t)sizeof *search->here;

    if (search->n_here > SEEN_LITERALS)
        return;
    if (of_literals + value->n_bytes > SEEN_HERE)
        find_room(search, seen, of_literals + value->n_bytes);
    seen->hash = hash;
    seen->what = what;
    seen->form = value->form;
    seen->size = (uint16_t)value->n_bytes;
    seen->n = (uint8_t)search->n_here;
    char *data = seen_data(search, seen);
    memcpy(data, search->here, of_literals);
    memcpy(data + of_literals, value->bytes, value->n_bytes);
}

/* The literals of a value that was seen before; NULL where it was not. */
static const char *find_seen(const struct sigma_search *search, struct seen *seen, uint64_t hash,
                             int32_t what, const struct sigma_value *value)
{
    if (seen->hash != hash || seen->size != value->n_bytes || seen->what != what ||
        seen->form != value->form)
        return NULL;
    const char *data = seen_data(search, seen);
    size_t      of_literals = seen->n * sizeof *search->here;
    return bytes_same(data + of_literals, value->bytes, value->n_bytes) ? data : NULL;
}

/* The texts of a field, or keywords, or both, in a value, whose text is made and searched only where it was not just
 * seen. */
static void look(struct sigma_search *search, struct sigma_event *event, struct sigma_value *value,
                 int32_t field, bool words)
{
    struct seen *seen = NULL;
    uint64_t     hash = 0;
    int32_t      what = field * 2 + words;

    if (value->n_bytes == 0)
        return;
    search->n_here = 0;
    if (value->n_bytes <= SEEN_BYTES) {
        hash = bytes_hash_some(value->bytes, value->n_bytes, (uint64_t)what << 8 | value->form);
        seen = &search->seen[(hash >> 32) % SEEN_SLOTS];
    }
    const char *literals = seen ? find_seen(search, seen, hash, what, value) : NULL;
    if (literals) {
        for (uint8_t i = 0; i < seen->n; i++) {
            uint32_t literal;
            memcpy(&literal, literals + i * sizeof literal, sizeof literal);
            mark(search, literal);
        }
        return;
    }
    struct sought sought = {.text = sigma_value_fold(event, value), .field = field, .words = words};
    sought.size = value->size; /* now: 0 where out of memory */
    find_texts(search, &sought);
    if (!value->plain)
        find_short(search, &sought);
    if (seen && !event->failed)
        keep_seen(search, seen, hash, what, value);
}

static void next_turn(struct sigma_search *search)
{
    search->n_found = search->n_texts = 0;
    search->words = false;
    if (++search->turn != 0)
        return;
    memset(search->marks, 0,
           search->index->n_marks * sizeof *search->marks); /* all of 32 bits went by */
    search->turn = 1;
}

void sigma_search_begin(struct sigma_search *search)
{
    next_turn(search);
}

size_t sigma_search_values(struct sigma_search *search, struct sigma_event *event, size_t from,
                           size_t to, const uint64_t *fields, const struct sigma_words *words)
{
    size_t n_fields = search->index->n_fields;

    for (size_t i = from; i < to; i++) {
        struct sigma_value *value = &event->values[i];
        uint32_t            field = (uint32_t)value->field;
        bool                of_field = field < n_fields && sigma_bit_has(fields, field);
        bool of_words = !value->part && sigma_may_hold(event, words, value->n_bytes, value->form);
        if (of_field || of_words)
            look(search, event, value, of_field ? value->field : SIGMA_NO_FIELD, of_words);
    }
    return search->n_texts;
}

const uint32_t *sigma_search_found(const struct sigma_search *search, size_t *ret_n)
{
    *ret_n = search->n_found;
    return search->found;
}

bool sigma_search_words(const struct sigma_search *search)
{
    return search->words;
}

const uint32_t *sigma_search_marks(const struct sigma_search *search, uint32_t *ret_turn)
{
    *ret_turn = search->turn;
    return search->marks;
}
