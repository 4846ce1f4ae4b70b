#include "regexp_group.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

#define SLOTS (2 * (REGEXP_GROUP_MAX + 1))
#define DEPTH 100  /* of groups in one another */
#define MANY  1000 /* of {m,n} */

/* Program ---------------------------------------------------------------------------------- */

enum op { OP_SET, OP_SPLIT, OP_JUMP, OP_SAVE, OP_BEGIN, OP_END, OP_WORD, OP_NO_WORD, OP_MATCH };

struct set {
    uint8_t bits[32];
};

struct instruction {
    enum op op;
    int     x,
        y; /* of a split, tried in this order, and a jump: relative; else the number of a set or slot */
};

struct program {
    struct instruction code[REGEXP_GROUP_INSTRUCTIONS];
    struct set         sets[REGEXP_GROUP_INSTRUCTIONS];
    int                n, n_sets, n_groups;
    const char        *at, *end;
    int                depth;
    bool               bad;
};

static int emit(struct program *p, enum op op, int x, int y)
{
    if (p->n == REGEXP_GROUP_INSTRUCTIONS) {
        p->bad = true;
        return 0;
    }
    p->code[p->n] = (struct instruction){op, x, y};
    return p->n++;
}

/* Make room for an instruction before those from `at` on; their jumps are relative and stay among them. */
static void insert(struct program *p, int at, enum op op, int x, int y)
{
    emit(p, op, x, y);
    if (p->bad)
        return;
    struct instruction last = p->code[p->n - 1];
    memmove(&p->code[at + 1], &p->code[at], (size_t)(p->n - 1 - at) * sizeof last);
    p->code[at] = last;
}

static void set_add(struct set *set, unsigned from, unsigned to)
{
    for (unsigned c = from; c <= to; c++)
        set->bits[c / 8] |= (uint8_t)(1u << c % 8);
}

static void set_invert(struct set *set)
{
    for (size_t i = 0; i < sizeof set->bits; i++)
        set->bits[i] = (uint8_t)~set->bits[i];
}

static bool set_has(const struct set *set, uint8_t c)
{
    return set->bits[c / 8] >> c % 8 & 1;
}

static void emit_set(struct program *p, const struct set *set)
{
    emit(p, OP_SET, p->n_sets, 0);
    if (!p->bad)
        p->sets[p->n_sets++] = *set; /* never more than instructions */
}

/* Patterns ---------------------------------------------------------------------------------- */

static void parse_alternatives(struct program *p);

/* The class or the byte that an escape stands for. */
static void add_escape(struct set *set, char c)
{
    static const char from[] = "tnrfv", to[] = "\t\n\r\f\v";
    struct set        own = {{0}};

    switch (tolower((unsigned char)c)) {
    case 'd':
        set_add(&own, '0', '9');
        break;
    case 's':
        set_add(&own, '\t', '\r');
        set_add(&own, ' ', ' ');
        break;
    case 'w':
        set_add(&own, '0', '9');
        set_add(&own, 'a', 'z');
        set_add(&own, 'A', 'Z');
        set_add(&own, '_', '_');
        break;
    default: {
        const char *found = c ? strchr(from, c) : NULL;
        uint8_t     byte = (uint8_t)(found ? to[found - from] : c);
        set_add(&own, byte, byte);
        c = 'a'; /* a byte is not inverted */
    }
    }
    if (isupper((unsigned char)c))
        set_invert(&own);
    for (size_t i = 0; i < sizeof own.bits; i++)
        set->bits[i] |= own.bits[i];
}

/* After the [. */
static void parse_class(struct program *p)
{
    struct set set = {{0}};
    bool       invert = p->at < p->end && *p->at == '^', first = true;

    p->at += invert;
    for (; p->at < p->end && (first || *p->at != ']'); first = false) {
        uint8_t c = (uint8_t)*p->at++;
        if (c == '\\' && p->at < p->end) {
            add_escape(&set, *p->at++);
        } else if (p->end - p->at > 1 && p->at[0] == '-' && p->at[1] != ']') {
            uint8_t to = (uint8_t)p->at[1];
            if (to == '\\' && p->end - p->at > 2)
                to = (uint8_t) * (++p->at + 1);
            p->bad |= to < c;
            set_add(&set, c, to);
            p->at += 2;
        } else {
            set_add(&set, c, c);
        }
    }
    p->bad |= p->at == p->end;
    p->at += p->at < p->end;
    if (invert)
        set_invert(&set);
    emit_set(p, &set);
}

/* After the (. */
static void parse_group(struct program *p)
{
    bool plain = p->end - p->at > 1 && p->at[0] == '?' && p->at[1] == ':';
    int  group = 0;

    if (p->at < p->end && *p->at == '?' && !plain)
        p->bad = true; /* look-around */
    p->at += plain ? 2 : 0;
    if (!plain && ++p->n_groups <= REGEXP_GROUP_MAX)
        group = p->n_groups;
    if (group)
        emit(p, OP_SAVE, 2 * group, 0);
    p->bad |= ++p->depth > DEPTH;
    if (!p->bad)
        parse_alternatives(p);
    p->depth--;
    if (group)
        emit(p, OP_SAVE, 2 * group + 1, 0);
    p->bad |= p->at == p->end || *p->at != ')';
    p->at += p->at < p->end;
}

static void parse_atom(struct program *p)
{
    struct set set = {{0}};
    char       c = *p->at++;

    if (c == '(') {
        parse_group(p);
    } else if (c == '[') {
        parse_class(p);
    } else if (c == '^' || c == '$') {
        emit(p, c == '^' ? OP_BEGIN : OP_END, 0, 0);
    } else if (c == '\\' && p->at < p->end && (*p->at == 'b' || *p->at == 'B')) {
        emit(p, *p->at++ == 'b' ? OP_WORD : OP_NO_WORD, 0, 0);
    } else {
        if (c == '.') {
            set_add(&set, '\n', '\n');
            set_invert(&set);
        } else if (c == '\\' && p->at < p->end && (*p->at < '1' || *p->at > '9')) {
            add_escape(&set, *p->at++);
        } else {
            p->bad |= c == '\\' || c == '*' || c == '+' || c == '?';
            set_add(&set, (uint8_t)c, (uint8_t)c);
        }
        emit_set(p, &set);
    }
}

/* {m,n}, or false where a brace is only one. */
static bool parse_counts(struct program *p, int *ret_least, int *ret_most)
{
    char *end;

    if (p->end - p->at < 3 || !isdigit((unsigned char)p->at[1]) ||
        !memchr(p->at, '}', (size_t)(p->end - p->at)))
        return false;
    long least = strtol(p->at + 1, &end, 10), most = least;
    if (*end == ',')
        most = isdigit((unsigned char)end[1]) ? strtol(end + 1, &end, 10) : (end++, -1);
    if (*end != '}')
        return false;
    p->bad |= least > MANY || most > MANY || (most >= 0 && most < least);
    *ret_least = (int)least;
    *ret_most = (int)most;
    p->at = end + 1;
    return true;
}

static bool parse_quantifier(struct program *p, int *ret_least, int *ret_most)
{
    char c = p->at < p->end ? *p->at : '\0';

    if (c == '{')
        return parse_counts(p, ret_least, ret_most);
    if (c != '*' && c != '+' && c != '?')
        return false;
    *ret_least = c == '+';
    *ret_most = c == '?' ? 1 : -1;
    p->at++;
    return true;
}

static void make_optional(struct program *p, int from, bool lazy)
{
    int size = p->n - from + 1;

    insert(p, from, OP_SPLIT, lazy ? size : 1, lazy ? 1 : size);
}

static void make_loop(struct program *p, int from, bool lazy)
{
    int size = p->n - from;

    insert(p, from, OP_SPLIT, lazy ? size + 2 : 1, lazy ? 1 : size + 2);
    emit(p, OP_JUMP, -(size + 1), 0);
}

static void append(struct program *p, const struct instruction *part, int size)
{
    if (p->n + size > REGEXP_GROUP_INSTRUCTIONS) {
        p->bad = true;
        return;
    }
    memcpy(&p->code[p->n], part, (size_t)size * sizeof *part);
    p->n += size;
}

/* The instructions from `from` on, as often as a quantifier says. */
static void repeat(struct program *p, int from, int least, int most, bool lazy)
{
    int                 size = p->n - from;
    struct instruction *part = malloc((size_t)(size + 1) * sizeof *part);

    if (!part) {
        p->bad = true;
        return;
    }
    memcpy(part, &p->code[from], (size_t)size * sizeof *part);
    p->n = from;
    for (int i = 0; !p->bad && (i < least || i < most || (most < 0 && i == least)); i++) {
        int begin = p->n;
        append(p, part, size);
        if (i >= least && most < 0)
            make_loop(p, begin, lazy);
        else if (i >= least)
            make_optional(p, begin, lazy);
    }
    free(part);
}

static void parse_piece(struct program *p)
{
    int from = p->n, least = 1, most = 1;

    parse_atom(p);
    if (p->bad || !parse_quantifier(p, &least, &most) || p->bad)
        return;
    bool lazy = p->at < p->end && *p->at == '?';
    p->at += lazy;
    repeat(p, from, least, most, lazy);
}

static void parse_alternatives(struct program *p)
{
    int from = p->n;

    while (!p->bad && p->at < p->end && *p->at != '|' && *p->at != ')')
        parse_piece(p);
    if (p->bad || p->at == p->end || *p->at != '|')
        return;
    p->at++;
    insert(p, from, OP_SPLIT, 1, p->n - from + 2);
    int jump = emit(p, OP_JUMP, 0, 0);
    parse_alternatives(p);
    p->code[jump].x = p->n - jump;
}

/* Matching ---------------------------------------------------------------------------------- */

/* A state to try or, with slot >= 0, a slot to set back. */
struct pending {
    int    pc, slot;
    size_t at;
};

struct match {
    const struct program *program;
    const char           *text;
    size_t                size;
    size_t                slots[SLOTS];
    uint8_t              *seen;
    struct pending       *pending;
    size_t                n, room;
};

static bool push(struct match *m, int pc, int slot, size_t at)
{
    struct pending *pending = ARRAY_REUSE(m->pending, m->n, m->room);

    if (pending)
        *pending = (struct pending){pc, slot, at};
    return pending != NULL;
}

static bool is_word(const struct match *m, size_t at)
{
    return at < m->size && (isalnum((unsigned char)m->text[at]) || m->text[at] == '_');
}

static bool holds(const struct match *m, enum op op, size_t at)
{
    bool edge = (at > 0 && is_word(m, at - 1)) != is_word(m, at);

    return op == OP_BEGIN ? at == 0 : op == OP_END ? at == m->size : op == OP_WORD ? edge : !edge;
}

/* Whether a state is new. */
static bool enter(struct match *m, int pc, size_t at)
{
    size_t bit = (size_t)pc * (m->size + 1) + at;

    if (m->seen[bit / 8] >> bit % 8 & 1)
        return false;
    m->seen[bit / 8] |= (uint8_t)(1u << bit % 8);
    return true;
}

/* Follow one thread from a state: 1 matched, 0 failed, -ENOMEM. */
static int follow(struct match *m, int pc, size_t at)
{
    while (enter(m, pc, at)) {
        const struct instruction *i = &m->program->code[pc];
        switch (i->op) {
        case OP_SET:
            if (at == m->size || !set_has(&m->program->sets[i->x], (uint8_t)m->text[at]))
                return 0;
            at++;
            pc++;
            break;
        case OP_SPLIT:
            if (!push(m, pc + i->y, -1, at))
                return -ENOMEM;
            pc += i->x;
            break;
        case OP_JUMP:
            pc += i->x;
            break;
        case OP_SAVE:
            if (!push(m, 0, i->x, m->slots[i->x]))
                return -ENOMEM;
            m->slots[i->x] = at;
            pc++;
            break;
        case OP_MATCH:
            m->slots[1] = at;
            return 1;
        default:
            if (!holds(m, i->op, at))
                return 0;
            pc++;
        }
    }
    return 0;
}

static int match_from(struct match *m, size_t start)
{
    for (int i = 0; i < SLOTS; i++)
        m->slots[i] = SIZE_MAX;
    m->slots[0] = start;
    m->n = 0;
    int r = follow(m, 0, start);
    while (r == 0 && m->n > 0) {
        struct pending next = m->pending[--m->n];
        if (next.slot >= 0)
            m->slots[next.slot] = next.at;
        else
            r = follow(m, next.pc, next.at);
    }
    return r;
}

static int run(const struct program *program, const char *text, size_t size, unsigned group,
               const char **ret, size_t *ret_size)
{
    struct match m = {.program = program, .text = text, .size = size};
    int          r = 0;

    if (size >= REGEXP_GROUP_STATES || (size_t)program->n > REGEXP_GROUP_STATES / (size + 1))
        return -E2BIG;
    m.seen = calloc((size_t)program->n * (size + 1) / 8 + 1, 1);
    if (!m.seen)
        return -ENOMEM;
    for (size_t start = 0; r == 0 && start <= size; start++)
        r = match_from(&m, start);
    if (r == 1) {
        size_t from = m.slots[2 * group], to = m.slots[2 * group + 1];
        bool   found = from != SIZE_MAX && to != SIZE_MAX && from <= to;
        *ret = found ? text + from : NULL;
        *ret_size = found ? to - from : 0;
    }
    free(m.seen);
    free(m.pending);
    return r;
}

int regexp_group(const char *pattern, size_t size, const char *text, size_t text_size,
                 unsigned group, const char **ret, size_t *ret_size)
{
    struct program *p = calloc(1, sizeof *p);
    int             r = -EINVAL;

    if (!p)
        return -ENOMEM;
    p->bad = size > REGEXP_GROUP_PATTERN;
    p->at = pattern;
    p->end = pattern + size;
    parse_alternatives(p);
    emit(p, OP_MATCH, 0, 0);
    if (!p->bad && p->at == p->end && group <= REGEXP_GROUP_MAX)
        r = run(p, text, text_size, group, ret, ret_size);
    free(p);
    return r;
}
