#include "regexp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "regexp_program.h"

/* Parsing ------------------------------------------------------------------------ */

#define DEPTH_MAX 64 /* groups within groups */

struct parser {
    struct regexp *re;
    const char    *text;
    size_t         size, at;
    bool           nocase, dotall, multiline;
    unsigned       depth;
    const char    *error;
    bool           no_memory;
};

static void fail(struct parser *p, const char *why)
{
    if (!p->error)
        p->error = why;
    p->at = p->size;
}

static bool more(const struct parser *p)
{
    return p->at < p->size;
}

static char peek(const struct parser *p, size_t ahead)
{
    return ahead < p->size - p->at ? p->text[p->at + ahead] : '\0';
}

/* Whether an array of `n` items may have one more. */
static bool may_grow(struct parser *p, size_t n)
{
    if (n >= REGEXP_PROGRAM_MAX)
        fail(p, "pattern too large");
    return n < REGEXP_PROGRAM_MAX;
}

static void fail_memory(struct parser *p)
{
    p->no_memory = true;
    fail(p, "out of memory");
}

static uint32_t emit(struct parser *p, enum op op, uint32_t x, uint32_t y)
{
    struct regexp      *re = p->re;
    struct instruction *added;

    if (!may_grow(p, re->n))
        return 0;
    if (!(added = ARRAY_ADD(re->code, re->n))) {
        fail_memory(p);
        return 0;
    }
    *added = (struct instruction){.op = (uint8_t)op, .nocase = p->nocase, .x = x, .y = y};
    return (uint32_t)re->n - 1;
}

static void add_range(struct parser *p, uint32_t low, uint32_t high)
{
    struct regexp *re = p->re;
    struct range  *added;

    if (!may_grow(p, re->n_ranges))
        return;
    if (!(added = ARRAY_ADD(re->ranges, re->n_ranges))) {
        fail_memory(p);
        return;
    }
    *added = (struct range){low, high};
    re->classes[re->n_classes - 1].n++;
}

static void begin_class(struct parser *p)
{
    struct regexp *re = p->re;
    struct class  *added;

    if (!may_grow(p, re->n_classes))
        return;
    if (!(added = ARRAY_ADD(re->classes, re->n_classes)))
        fail_memory(p);
    else
        added->first = (uint32_t)re->n_ranges;
}

static uint32_t take(struct parser *p)
{
    uint32_t c = 0;

    if (more(p))
        p->at += regexp_decode(p->text + p->at, p->size - p->at, &c);
    return c;
}

#define CODE_POINT_MAX 0x10ffff

/* clang-format off */
static const struct {
    const char  *name;
    struct range ranges[4];
} sets[] = {
    {"d", {{'0', '9'}}},
    {"s", {{'\t', '\r'}, {' ', ' '}}},
    {"w", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
    {"digit", {{'0', '9'}}},
    {"space", {{'\t', '\r'}, {' ', ' '}}},
    {"alpha", {{'A', 'Z'}, {'a', 'z'}}},
    {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
    {"upper", {{'A', 'Z'}}},
    {"lower", {{'a', 'z'}}},
    {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
    {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
    {"blank", {{'\t', '\t'}, {' ', ' '}}},
    {"word", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
};
/* clang-format on */

static bool add_set(struct parser *p, const char *name, size_t size, bool negated)
{
    uint32_t from = 0;

    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (strlen(sets[i].name) != size || memcmp(sets[i].name, name, size) != 0)
            continue;
        for (size_t r = 0; r < 4 && sets[i].ranges[r].high; r++) {
            const struct range *range = &sets[i].ranges[r];

            if (!negated)
                add_range(p, range->low, range->high);
            else if (range->low > from)
                add_range(p, from, range->low - 1);
            from = range->high + 1;
        }
        if (negated)
            add_range(p, from, CODE_POINT_MAX);
        return true;
    }
    return false;
}

/* \d \D \s \S \w \W */
static bool set_escape(struct parser *p, char c)
{
    char lower = (char)(c | 0x20);

    return strchr("dsw", lower) && add_set(p, &lower, 1, c != lower);
}

static uint32_t hex(struct parser *p, size_t digits)
{
    uint32_t value = 0;

    for (size_t i = 0; i < digits && more(p); i++, p->at++) {
        char c = peek(p, 0), lower = (char)(c | 0x20);

        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            value = value << 4 | (uint32_t)(lower - 'a' + 10);
        else
            break;
    }
    return value;
}

/* The character of an escape, the cursor after its backslash. */
static uint32_t escaped(struct parser *p)
{
    static const char named[][2] = {{'t', '\t'}, {'n', '\n'}, {'r', '\r'},   {'f', '\f'},
                                    {'v', '\v'}, {'a', '\a'}, {'e', '\033'}, {'0', '\0'}};
    uint32_t          c = take(p);

    if (c == 'x' && peek(p, 0) == '{') {
        p->at++;
        c = hex(p, 6);
        if (peek(p, 0) != '}')
            fail(p, "\\x{ without }");
        p->at += more(p);
        return c;
    }
    if (c == 'x' || c == 'u')
        return hex(p, c == 'x' ? 2 : 4);
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (c == (uint32_t)named[i][0])
            return (uint32_t)named[i][1];
    if (c < 0x80 && ((c >= '1' && c <= '9') || (c | 0x20) == 'k'))
        fail(p, "back-references are not supported");
    else if (c < 0x80 && (c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        fail(p, "unknown escape");
    return c;
}

static bool posix_set(struct parser *p)
{
    const char *begin = p->text + p->at + 2, *end;
    bool        negated = peek(p, 2) == '^';

    if (peek(p, 0) != '[' || peek(p, 1) != ':')
        return false;
    end = memmem(begin, p->size - p->at - 2, ":]", 2);
    if (!end || !add_set(p, begin + negated, (size_t)(end - begin) - negated, negated))
        return false;
    p->at = (size_t)(end - p->text) + 2;
    return true;
}

/* One end of a range in a class. */
static uint32_t class_character(struct parser *p)
{
    if (peek(p, 0) != '\\')
        return take(p);
    p->at++;
    if (peek(p, 0) == 'b') {
        p->at++;
        return '\b';
    }
    return escaped(p);
}

static void class_item(struct parser *p)
{
    if (posix_set(p))
        return;
    if (peek(p, 0) == '\\' && peek(p, 1) && strchr("dDsSwW", peek(p, 1))) {
        set_escape(p, peek(p, 1));
        p->at += 2;
        return;
    }
    uint32_t low = class_character(p), high = low;
    bool     set_follows = peek(p, 1) == '\\' && peek(p, 2) && strchr("dDsSwW", peek(p, 2));
    if (peek(p, 0) == '-' && peek(p, 1) && peek(p, 1) != ']' && !set_follows) {
        p->at++;
        high = class_character(p);
    }
    if (low > high)
        fail(p, "range out of order");
    else
        add_range(p, low, high);
}

/* [...], the cursor after its bracket. */
static void bracket(struct parser *p)
{
    bool negated = peek(p, 0) == '^', first = true;

    begin_class(p);
    p->at += negated;
    for (; more(p) && (first || peek(p, 0) != ']'); first = false)
        class_item(p);
    if (!more(p)) {
        fail(p, "[ without ]");
        return;
    }
    p->at++;
    p->re->classes[p->re->n_classes - 1].negated = negated;
    emit(p, OP_CLASS, (uint32_t)p->re->n_classes - 1, 0);
}

static void alternatives(struct parser *p);

/* (?i) (?i:...) (?:...): flags up to ":" or ")". Returns whether a group follows. */
static bool group_flags(struct parser *p)
{
    bool on = true;

    for (p->at++; more(p); p->at++) {
        char c = peek(p, 0);

        if (c == ':' || c == ')') {
            p->at++;
            return c == ':';
        }
        if (c == '-')
            on = false;
        else if (c == 'i')
            p->nocase = on;
        else if (c == 's')
            p->dotall = on;
        else if (c == 'm')
            p->multiline = on;
        else
            break;
    }
    fail(p, "look-around, named groups and this flag are not supported");
    return false;
}

/* A group, the cursor after its parenthesis. Flags set without a group last to the end of the one
 * around. */
static void group(struct parser *p)
{
    struct parser outer = *p;

    if (++p->depth > DEPTH_MAX) {
        fail(p, "groups nested too deep");
        return;
    }
    if (peek(p, 0) == '?' && !group_flags(p)) {
        p->depth--;
        return;
    }
    alternatives(p);
    if (peek(p, 0) != ')')
        fail(p, "( without )");
    p->at += more(p);
    p->depth--;
    p->nocase = outer.nocase;
    p->dotall = outer.dotall;
    p->multiline = outer.multiline;
}

static void escape(struct parser *p)
{
    static const struct {
        char           letter;
        enum assertion assertion;
    } assertions[] = {{'A', ASSERT_TEXT_BEGIN},
                      {'z', ASSERT_TEXT_END},
                      {'Z', ASSERT_LAST_LINE},
                      {'b', ASSERT_WORD},
                      {'B', ASSERT_NO_WORD}};
    char c = peek(p, 0);

    for (size_t i = 0; i < sizeof assertions / sizeof assertions[0]; i++)
        if (assertions[i].letter == c) {
            p->at++;
            emit(p, OP_ASSERT, assertions[i].assertion, 0);
            return;
        }
    if (c && strchr("dDsSwW", c)) {
        p->at++;
        begin_class(p);
        if (!p->error && set_escape(p, c))
            emit(p, OP_CLASS, (uint32_t)p->re->n_classes - 1, 0);
        return;
    }
    if (!more(p))
        fail(p, "pattern ends in a backslash");
    else
        emit(p, OP_CHAR, escaped(p), 0);
}

static void atom(struct parser *p)
{
    uint32_t c = take(p);

    switch (c) {
    case '(':
        group(p);
        break;
    case '[':
        bracket(p);
        break;
    case '\\':
        escape(p);
        break;
    case '.':
        emit(p, p->dotall ? OP_ANY : OP_ANY_LINE, 0, 0);
        break;
    case '^':
        emit(p, OP_ASSERT, p->multiline ? ASSERT_LINE_BEGIN : ASSERT_TEXT_BEGIN, 0);
        break;
    case '$':
        emit(p, OP_ASSERT, p->multiline ? ASSERT_LINE_END : ASSERT_LAST_LINE, 0);
        break;
    case '*':
    case '+':
    case '?':
        fail(p, "nothing to repeat");
        break;
    default:
        emit(p, OP_CHAR, c, 0);
    }
}

/* Repetition ---------------------------------------------------------------------- */

/* Copy the instructions [from, to) to the end, their targets moved along. */
static void copy(struct parser *p, size_t from, size_t to)
{
    size_t shift = p->re->n - from;

    for (size_t i = from; i < to && !p->error; i++) {
        struct instruction in = p->re->code[i];
        uint32_t           at;

        if (in.op == OP_SPLIT || in.op == OP_JUMP) {
            in.x += (uint32_t)shift;
            in.y += (uint32_t)shift;
        }
        at = emit(p, in.op, in.x, in.y);
        if (!p->error)
            p->re->code[at].nocase = in.nocase;
    }
}

/* Move the instructions from `from` on one place up, and put a split there. */
static void insert_split(struct parser *p, size_t from, uint32_t x, uint32_t y)
{
    emit(p, OP_SPLIT, 0, 0);
    if (p->error)
        return;
    memmove(p->re->code + from + 1, p->re->code + from,
            (p->re->n - 1 - from) * sizeof *p->re->code);
    for (size_t i = from + 1; i < p->re->n; i++)
        if (p->re->code[i].op == OP_SPLIT || p->re->code[i].op == OP_JUMP) {
            p->re->code[i].x++;
            p->re->code[i].y++;
        }
    p->re->code[from] = (struct instruction){.op = OP_SPLIT, .x = x, .y = y};
}

static void star(struct parser *p, size_t from)
{
    insert_split(p, from, (uint32_t)from + 1, (uint32_t)p->re->n + 2);
    emit(p, OP_JUMP, (uint32_t)from, (uint32_t)from);
    if (!p->error)
        p->re->code[from].y = (uint32_t)p->re->n;
}

static void optional(struct parser *p, size_t from)
{
    insert_split(p, from, (uint32_t)from + 1, 0);
    if (!p->error)
        p->re->code[from].y = (uint32_t)p->re->n;
}

#define REPEAT_OPEN UINT32_MAX

/* Repeat the instructions from `from` on, the atom, min to max times. */
static void repeat(struct parser *p, size_t from, uint32_t min, uint32_t max)
{
    size_t length = p->re->n - from;
    bool   open = max == REPEAT_OPEN;

    if (max == 0) {
        p->re->n = from;
        return;
    }
    for (uint32_t i = 1; i < min && !p->error; i++)
        copy(p, from, from + length);
    if (open && min > 0) { /* the last copy again and again */
        size_t last = p->re->n - length;
        emit(p, OP_SPLIT, (uint32_t)last, (uint32_t)p->re->n + 1);
        return;
    }
    if (open) {
        star(p, from);
        return;
    }
    size_t first = from;
    if (min == 0)
        optional(p, first);
    for (uint32_t i = min ? min : 1; i < max && !p->error; i++) {
        size_t begin = p->re->n, source = min == 0 ? first + 1 : from;

        copy(p, source, source + length);
        optional(p, begin);
    }
}

static bool number(struct parser *p, uint32_t *ret)
{
    uint32_t value = 0;
    size_t   begin = p->at;

    while (more(p) && peek(p, 0) >= '0' && peek(p, 0) <= '9' && value <= REGEXP_REPEAT_MAX)
        value = value * 10 + (uint32_t)(p->text[p->at++] - '0');
    *ret = value;
    return p->at > begin;
}

/* {m}, {m,}, {m,n}: false where the brace begins none of these and is a character. */
static bool counts(struct parser *p, uint32_t *min, uint32_t *max)
{
    size_t begin = p->at++;

    if (!number(p, min)) {
        p->at = begin;
        return false;
    }
    *max = *min;
    if (peek(p, 0) == ',') {
        p->at++;
        if (!number(p, max))
            *max = REPEAT_OPEN;
    }
    if (peek(p, 0) != '}') {
        p->at = begin;
        return false;
    }
    p->at++;
    if (*min > REGEXP_REPEAT_MAX || (*max != REPEAT_OPEN && *max > REGEXP_REPEAT_MAX))
        fail(p, "repeated too often");
    else if (*max < *min)
        fail(p, "repetition out of order");
    return true;
}

static void quantifiers(struct parser *p, size_t from)
{
    uint32_t min, max;

    while (more(p)) {
        char c = peek(p, 0);

        if (c == '{') {
            if (!counts(p, &min, &max))
                return;
        } else if (c == '*' || c == '+' || c == '?') {
            p->at++;
            min = c == '+';
            max = c == '?' ? 1 : REPEAT_OPEN;
        } else {
            return;
        }
        if (peek(p, 0) == '?') /* lazy: the same for whether it matches */
            p->at++;
        if (!p->error)
            repeat(p, from, min, max);
    }
}

static void sequence(struct parser *p)
{
    while (more(p) && peek(p, 0) != '|' && peek(p, 0) != ')') {
        size_t from = p->re->n;

        atom(p);
        if (!p->error)
            quantifiers(p, from);
    }
}

static void alternatives(struct parser *p)
{
    size_t from = p->re->n;

    sequence(p);
    while (peek(p, 0) == '|' && more(p)) {
        p->at++;
        insert_split(p, from, (uint32_t)from + 1, 0);
        size_t jump = emit(p, OP_JUMP, 0, 0);
        if (p->error)
            return;
        p->re->code[from].y = (uint32_t)p->re->n;
        sequence(p);
        if (p->error)
            return;
        p->re->code[jump].x = p->re->code[jump].y = (uint32_t)p->re->n;
    }
}

/* Compiling ---------------------------------------------------------------------------- */

static bool prepare(struct regexp *re)
{
    re->now = calloc(re->n, sizeof *re->now);
    re->later = calloc(re->n, sizeof *re->later);
    re->mark = calloc(re->n, sizeof *re->mark);
    re->stack = calloc(2 * re->n + 2, sizeof *re->stack);
    return re->now && re->later && re->mark && re->stack;
}

/* Whether a pattern begins with as many characters as there are: .* .+ .{2,} and no alternatives. What is
 * before a match, up to the begin of its line, is then a part of another. */
static bool begins_line(const struct parser *p)
{
    size_t digits = 2;

    if (p->size < 2 || p->text[0] != '.' || memchr(p->text, '|', p->size))
        return false;
    if (p->text[1] != '{')
        return p->text[1] == '*' || p->text[1] == '+';
    while (digits < p->size && p->text[digits] >= '0' && p->text[digits] <= '9')
        digits++;
    return digits > 2 && digits + 1 < p->size && p->text[digits] == ',' &&
           p->text[digits + 1] == '}';
}

/* Note that an instruction can be reached after so many characters. */
static bool reach(struct regexp *re, uint32_t at, uint32_t length)
{
    bool nearer = length < re->later[at];

    if (nearer)
        re->later[at] = length;
    return nearer;
}

/* The characters on the shortest path to the match. Paths lead forward but for repetitions, which do not shorten
 * them, so a few rounds do. */
static uint32_t shortest_match(struct regexp *re)
{
    memset(re->later, 0xff, re->n * sizeof *re->later);
    re->later[0] = 0;
    for (bool nearer = true; nearer;) {
        nearer = false;
        for (uint32_t i = 0; i < re->n; i++) {
            const struct instruction *in = &re->code[i];
            uint32_t                  length = re->later[i];
            if (length == UINT32_MAX || in->op == OP_MATCH)
                continue;
            if (in->op == OP_SPLIT || in->op == OP_JUMP) {
                nearer |= reach(re, in->x, length);
                nearer |= in->op == OP_SPLIT && reach(re, in->y, length);
            } else {
                nearer |= reach(re, i + 1, length + (in->op != OP_ASSERT));
            }
        }
    }
    return re->later[re->n - 1];
}

/* A match that comes back to the first instruction has one inside of it that begins there: no need to come back. Where
 * matches are sought from begins of lines alone, there is. */
static void drop_returns(struct regexp *re)
{
    for (size_t i = 0; i < re->n && !re->begins_line; i++) {
        struct instruction *in = &re->code[i];
        if (in->op != OP_SPLIT || (in->x != 0 && in->y != 0))
            continue;
        in->op = OP_JUMP;
        in->x = in->y = in->x ? in->x : in->y;
    }
}

int regexp_compile(const char *pattern, size_t size, struct regexp **ret, const char **ret_error)
{
    struct parser p = {.text = pattern, .size = size};

    if (size > REGEXP_PATTERN_MAX) {
        *ret_error = "pattern too long";
        return -EINVAL;
    }
    p.re = calloc(1, sizeof *p.re);
    if (!p.re)
        return -ENOMEM;
    p.re->begins_line = begins_line(&p);
    alternatives(&p);
    if (!p.error && more(&p))
        fail(&p, ") without (");
    emit(&p, OP_MATCH, 0, 0);
    if (!p.error && !prepare(p.re))
        p.no_memory = true;
    if (p.error || p.no_memory) {
        regexp_free(p.re);
        *ret_error = p.error;
        return p.no_memory ? -ENOMEM : -EINVAL;
    }
    drop_returns(p.re);
    p.re->shortest = shortest_match(p.re);
    *ret = p.re;
    return 0;
}

int regexp_copy(const struct regexp *re, struct regexp **ret)
{
    struct regexp *copy = malloc(sizeof *copy);

    if (!copy)
        return -ENOMEM;
    *copy = *re;
    copy->is_copy = true;
    copy->generation = 0;
    copy->automaton = NULL;
    if (!prepare(copy)) {
        regexp_free(copy);
        return -ENOMEM;
    }
    *ret = copy;
    return 0;
}

void regexp_free(struct regexp *re)
{
    if (!re)
        return;
    if (!re->is_copy) {
        free(re->code);
        free(re->ranges);
        free(re->classes);
    }
    free(re->now);
    free(re->later);
    free(re->mark);
    free(re->stack);
    regexp_free_automaton(re);
    free(re);
}
