/* regexp_match.c -- matching, by a deterministic automaton that is made while texts are read.
 *
 * A state is a set of instructions that are to be followed at a place of the text, and what kind of
 * character is before it. What state comes after it is worked out once for each kind of character, and
 * kept; so a text of ASCII mostly costs one look-up a character. Where the states become too many, all
 * are forgotten. Characters beyond ASCII are worked out each time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "regexp_leap.h"

#define ASCII      128
#define STATES_MAX 256
#define SETS_MAX   32768 /* instructions of all states */
#define SLOTS      512

/* What a transition may be but a state; states follow, the first ones those without an instruction, one for each edge. */
enum { UNKNOWN, MATCHED, FIRST_STATE, BUSY_STATE = FIRST_STATE + EDGE_TEXT + 1 };

struct state {
    uint32_t  first, n; /* in sets */
    enum edge before;
};

struct automaton {
    uint8_t  symbols[256]; /* of each byte: characters that no instruction tells apart share one */
    uint32_t width; /* symbols; the last: a newline that ends the text, its end, beyond ASCII */
    struct state states[STATES_MAX];
    uint32_t     n_states;
    uint16_t     slots[SLOTS]; /* hash table of states */
    uint16_t    *sets;
    size_t       n_sets;
    unsigned     forgotten; /* how often all states were */
    struct leap  leap;
    uint16_t next[]; /* of each state, for each symbol: UNKNOWN, MATCHED, or a state's place here */
};

void regexp_free_automaton(struct regexp *re)
{
    if (re->automaton)
        free(re->automaton->sets);
    free(re->automaton);
}

/* Characters -------------------------------------------------------------------------- */

size_t regexp_decode(const char *text, size_t size, uint32_t *ret)
{
    const uint8_t *s = (const uint8_t *)text;
    size_t         n = s[0] < 0xc2 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 1;
    uint32_t       c = n == 1 ? s[0] : s[0] & (0xffu >> (n + 1));

    if (n > size)
        n = 1;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            *ret = s[0];
            return 1;
        }
        c = c << 6 | (s[i] & 0x3f);
    }
    *ret = n == 1 ? s[0] : c;
    return n;
}

static enum edge edge_of(uint32_t c)
{
    bool word = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';

    return c == '\n' ? EDGE_LINE : word && c < ASCII ? EDGE_WORD : EDGE_OTHER;
}

/* Give characters that one instruction takes and another does not different symbols. Returns how many
 * symbols there are. */
static uint32_t split_symbols(uint8_t symbols[ASCII], const bool taken[ASCII], uint32_t n)
{
    int16_t apart[ASCII], first[ASCII];

    memset(apart, 0xff, sizeof apart);
    memset(first, 0xff, sizeof first);
    for (uint32_t c = 0; c < ASCII; c++) {
        uint8_t symbol = symbols[c];
        if (first[symbol] < 0)
            first[symbol] = (int16_t)c;
        if (taken[c] == taken[first[symbol]])
            continue;
        if (apart[symbol] < 0)
            apart[symbol] = (int16_t)n++;
        symbols[c] = (uint8_t)apart[symbol];
    }
    return n;
}

static uint32_t find_symbols(const struct regexp *re, uint8_t symbols[ASCII])
{
    bool     taken[ASCII];
    uint32_t n = 1;

    for (enum edge edge = EDGE_WORD; edge <= EDGE_LINE; edge++) {
        for (uint32_t c = 0; c < ASCII; c++)
            taken[c] = edge_of(c) == edge;
        n = split_symbols(symbols, taken, n);
    }
    for (size_t i = 0; i < re->n; i++) {
        if (re->code[i].op != OP_CHAR && re->code[i].op != OP_CLASS)
            continue; /* others take all characters, or all but newlines, or none */
        for (uint32_t c = 0; c < ASCII; c++)
            taken[c] = regexp_takes(re, &re->code[i], c);
        n = split_symbols(symbols, taken, n);
    }
    return n;
}

/* States ------------------------------------------------------------------------------ */

static struct automaton *automaton_new(struct regexp *re)
{
    uint8_t           symbols[256] = {0};
    uint32_t          width = find_symbols(re, symbols) + 3;
    struct automaton *automaton = calloc(1, sizeof *automaton + (size_t)STATES_MAX * width * 2);

    if (!automaton)
        return NULL;
    memset(symbols + ASCII, (int)width - 1,
           sizeof symbols - ASCII); /* its next state is never known */
    memcpy(automaton->symbols, symbols, sizeof symbols);
    automaton->width = width;
    automaton->n_states = BUSY_STATE;
    for (enum edge edge = EDGE_OTHER; edge <= EDGE_TEXT; edge++)
        automaton->states[FIRST_STATE + edge].before = edge;
    regexp_leap_make(re, &automaton->leap);
    return re->automaton = automaton;
}

static void forget_states(struct automaton *automaton)
{
    automaton->n_states = BUSY_STATE;
    automaton->n_sets = 0;
    automaton->forgotten++;
    memset(automaton->slots, 0, sizeof automaton->slots);
    memset(automaton->next, 0, (size_t)STATES_MAX * automaton->width * sizeof(uint16_t));
}

static bool same_set(const struct automaton *automaton, const struct state *state,
                     const uint32_t *set, size_t n, enum edge before)
{
    if (state->n != n || state->before != before)
        return false;
    for (size_t i = 0; i < n; i++)
        if (automaton->sets[state->first + i] != set[i])
            return false;
    return true;
}

static uint16_t *slot_of(struct automaton *automaton, const uint32_t *set, size_t n,
                         enum edge before)
{
    uint32_t hash = 2166136261u ^ (uint32_t)before;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ set[i]) * 16777619u;
    hash ^= hash >> 15;
    for (;; hash++) {
        uint16_t *slot = &automaton->slots[hash % SLOTS];
        if (!*slot || same_set(automaton, &automaton->states[*slot], set, n, before))
            return slot;
    }
}

/* The state of a set, in order, and what is before it: its number, or -ENOMEM. */
static int state_of(struct automaton *automaton, const uint32_t *set, size_t n, enum edge before)
{
    if (n == 0)
        return FIRST_STATE + (int)before;
    uint16_t *slot = slot_of(automaton, set, n, before);
    int       known = *slot;

    if (known)
        return known;
    if (automaton->n_states == STATES_MAX || automaton->n_sets + n > SETS_MAX) {
        forget_states(automaton);
        slot = slot_of(automaton, set, n, before);
    }
    struct state state = {(uint32_t)automaton->n_sets, (uint32_t)n, before};
    for (size_t i = 0; i < n; i++) {
        uint16_t *at = ARRAY_ADD(automaton->sets, automaton->n_sets);
        if (!at)
            return -ENOMEM;
        *at = (uint16_t)set[i];
    }
    automaton->states[automaton->n_states] = state;
    *slot = (uint16_t)automaton->n_states;
    return (int)automaton->n_states++;
}

/* Steps ------------------------------------------------------------------------------- */

struct character {
    uint32_t  code, symbol; /* no symbol, UINT32_MAX, beyond ASCII */
    size_t    length;       /* 0: the end of the text */
    enum edge edge;
};

static struct character character_at(const struct automaton *automaton, const char *text,
                                     size_t size)
{
    struct character c = {0, automaton->width - 2, 0, EDGE_TEXT};

    if (size == 0)
        return c;
    c.length = regexp_decode(text, size, &c.code);
    c.edge = edge_of(c.code);
    c.symbol = (uint8_t)*text < ASCII ? automaton->symbols[(uint8_t)*text] : UINT32_MAX;
    if (c.edge == EDGE_LINE && size == 1) {
        c.edge = EDGE_LAST_LINE;
        c.symbol = automaton->width - 3;
    }
    return c;
}

#define FEW 64 /* instructions that are put in order one by one */

/* Enter an instruction among those that are in order; `now` has them nearly so. */
static void enter(uint32_t *later, size_t n, uint32_t instruction)
{
    for (; n > 0 && later[n - 1] > instruction; n--)
        later[n] = later[n - 1];
    later[n] = instruction;
}

/* The instructions after those of `now` that take a character, in order, to `later`: their number. */
static size_t pass(struct regexp *re, size_t n, uint32_t c)
{
    size_t n_later = 0;

    regexp_next_generation(re);
    for (size_t i = 0; i < n; i++) {
        uint32_t after = re->now[i] + 1;
        if (re->mark[after] == re->generation || !regexp_takes(re, &re->code[re->now[i]], c))
            continue;
        re->mark[after] = re->generation;
        if (n <= FEW)
            enter(re->later, n_later++, after);
    }
    for (uint32_t i = 0; n > FEW && i < re->n; i++)
        if (re->mark[i] == re->generation)
            re->later[n_later++] = i;
    return n_later;
}

/* The state after a character: its number; MATCHED where a match ends before the character; -ENOMEM. A
 * match may begin at any character. */
static int step(struct regexp *re, uint32_t from, const struct character *c, size_t *steps)
{
    struct automaton  *automaton = re->automaton;
    const struct state state = automaton->states[from];
    unsigned           forgotten = automaton->forgotten;
    size_t             n = 0;

    regexp_next_generation(re);
    bool may_begin = !re->begins_line || state.before >= EDGE_LINE;
    bool matched = may_begin && regexp_follow(re, 0, &n, false, state.before, c->edge);
    for (uint32_t i = 0; !matched && i < state.n; i++)
        matched =
            regexp_follow(re, automaton->sets[state.first + i], &n, false, state.before, c->edge);
    *steps += n + 1 + (n > FEW ? re->n / 8 : 0); /* pass() sees all */
    int to = matched                ? MATCHED
             : c->edge == EDGE_TEXT ? (int)from
                                    : state_of(automaton, re->later, pass(re, n, c->code),
                                               c->edge == EDGE_LAST_LINE ? EDGE_LINE : c->edge);
    if (to >= 0 && c->symbol < automaton->width && automaton->forgotten == forgotten)
        automaton->next[from * automaton->width + c->symbol] =
            (uint16_t)(to == MATCHED ? MATCHED : (uint32_t)to * automaton->width);
    return to;
}

/* Where no match is in progress, go to where one may begin. */
static size_t skip(struct automaton *automaton, const char *text, size_t size, int *state)
{
    size_t at = *state < BUSY_STATE ? regexp_leap(&automaton->leap, text, size) : 0;

    if (at)
        *state = FIRST_STATE + (int)edge_of((uint8_t)text[at - 1]);
    return at;
}

/* Pass over characters whose next state is known, or up to where no match is in progress and the next may be far. */
static size_t run(const struct automaton *automaton, const char *text, size_t size, int *state)
{
    const uint16_t *next = automaton->next;
    const uint8_t  *at = (const uint8_t *)text, *end = at + size;
    size_t          from = (size_t)*state * automaton->width;
    size_t          least = automaton->leap.far ? BUSY_STATE * automaton->width : FIRST_STATE;

    while (at < end) {
        size_t to = next[from + automaton->symbols[*at]];
        if (to < FIRST_STATE)
            break;
        from = to;
        at++;
        if (to < least)
            break;
    }
    *state = (int)(from / automaton->width);
    return (size_t)(at - (const uint8_t *)text);
}

/* The state after the next character, which may be the last one. */
static int next_state(struct regexp *re, int state, const struct character *c, size_t *steps)
{
    const struct automaton *automaton = re->automaton;
    int                     known = c->symbol < automaton->width
                                        ? automaton->next[(uint32_t)state * automaton->width + c->symbol]
                                        : UNKNOWN;

    return known == UNKNOWN   ? step(re, (uint32_t)state, c, steps)
           : known == MATCHED ? MATCHED
                              : known / (int)automaton->width;
}

int regexp_match(struct regexp *re, const char *text, size_t size)
{
    if (size < re->shortest)
        return 0;
    struct automaton *automaton = re->automaton ? re->automaton : automaton_new(re);
    size_t            steps = 0;
    int               state = automaton ? FIRST_STATE + (int)EDGE_TEXT : -ENOMEM;

    while (state >= FIRST_STATE && steps <= REGEXP_STEPS_MAX) {
        size_t done = skip(automaton, text, size, &state);
        if (size && done == size)
            return 0;
        text += done, size -= done;
        done = size ? run(automaton, text, size - 1, &state) : 0;
        text += done, size -= done;
        if (done && automaton->leap.far && state < BUSY_STATE)
            continue;
        struct character c = character_at(automaton, text, size);
        state = next_state(re, state, &c, &steps);
        if (c.length == 0)
            break;
        text += c.length, size -= c.length;
    }
    return state < 0 ? state : state == MATCHED ? 1 : steps > REGEXP_STEPS_MAX ? -E2BIG : 0;
}
