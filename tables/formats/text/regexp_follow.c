/* regexp_follow.c -- what instructions take, and which follow others without a character. */
#include <string.h>

#include "regexp_program.h"

static uint32_t other_case(uint32_t c)
{
    uint32_t lower = c | 0x20;

    return c < 0x80 && lower >= 'a' && lower <= 'z' ? c ^ 0x20 : c;
}

static bool in_ranges(const struct regexp *re, const struct class *class, uint32_t c)
{
    for (uint32_t i = 0; i < class->n; i++)
        if (c >= re->ranges[class->first + i].low && c <= re->ranges[class->first + i].high)
            return true;
    return false;
}

bool regexp_takes(const struct regexp *re, const struct instruction *in, uint32_t c)
{
    const struct class *class;

    switch (in->op) {
    case OP_CHAR:
        return c == in->x || (in->nocase && other_case(c) == in->x);
    case OP_ANY:
        return true;
    case OP_ANY_LINE:
        return c != '\n';
    case OP_CLASS:
        class = &re->classes[in->x];
        return (in_ranges(re, class, c) || (in->nocase && in_ranges(re, class, other_case(c)))) !=
               class->negated;
    }
    return false;
}

static bool holds(enum assertion assertion, enum edge before, enum edge after)
{
    switch (assertion) {
    case ASSERT_TEXT_BEGIN:
        return before == EDGE_TEXT;
    case ASSERT_TEXT_END:
        return after == EDGE_TEXT;
    case ASSERT_LAST_LINE:
        return after == EDGE_TEXT || after == EDGE_LAST_LINE;
    case ASSERT_LINE_BEGIN:
        return before == EDGE_TEXT || before == EDGE_LINE;
    case ASSERT_LINE_END:
        return after == EDGE_TEXT || after == EDGE_LAST_LINE || after == EDGE_LINE;
    case ASSERT_WORD:
        return (before == EDGE_WORD) != (after == EDGE_WORD);
    case ASSERT_NO_WORD:
        return (before == EDGE_WORD) == (after == EDGE_WORD);
    }
    return false;
}

bool regexp_follow(struct regexp *re, uint32_t at, size_t *n, bool any, enum edge before,
                   enum edge after)
{
    size_t depth = 0;

    re->stack[depth++] = at;
    while (depth) {
        at = re->stack[--depth];
        if (re->mark[at] == re->generation)
            continue;
        re->mark[at] = re->generation;
        const struct instruction *in = &re->code[at];
        if (in->op == OP_MATCH)
            return true;
        if (in->op == OP_SPLIT)
            re->stack[depth++] = in->y;
        if (in->op == OP_SPLIT || in->op == OP_JUMP)
            re->stack[depth++] = in->x;
        else if (in->op != OP_ASSERT)
            re->now[(*n)++] = at;
        else if (any || holds(in->x, before, after))
            re->stack[depth++] = at + 1;
    }
    return false;
}

void regexp_next_generation(struct regexp *re)
{
    if (++re->generation == 0) {
        memset(re->mark, 0, re->n * sizeof *re->mark);
        re->generation = 1;
    }
}
