/* regexp_program.h -- what a regular expression is compiled to: for the sources of regexp.h alone. */
#ifndef SVCQL_REGEXP_PROGRAM_H
#define SVCQL_REGEXP_PROGRAM_H

#include <stdint.h>

#include "regexp.h"

enum op { OP_CHAR, OP_ANY, OP_ANY_LINE, OP_CLASS, OP_SPLIT, OP_JUMP, OP_ASSERT, OP_MATCH };

enum assertion {
    ASSERT_TEXT_BEGIN,
    ASSERT_TEXT_END,  /* the end, \z */
    ASSERT_LAST_LINE, /* the end, or before a newline there: $ and \Z */
    ASSERT_LINE_BEGIN,
    ASSERT_LINE_END,
    ASSERT_WORD,
    ASSERT_NO_WORD
};

/* What is before or after a place, as assertions see it. */
enum edge { EDGE_OTHER, EDGE_WORD, EDGE_LINE, EDGE_LAST_LINE, EDGE_TEXT };

struct instruction {
    uint8_t  op;
    bool     nocase;
    uint32_t x, y; /* the character; the class; the targets; the assertion */
};

struct range {
    uint32_t low, high; /* code points, both included */
};

struct class
{
    uint32_t first, n; /* in ranges */
    bool     negated;
};

struct regexp {
    struct instruction *code;
    size_t              n;
    struct range       *ranges;
    size_t              n_ranges;
    struct class       *classes;
    size_t              n_classes;
    uint32_t            shortest;    /* characters that a match has at least */
    bool                is_copy;     /* the program is another's */
    bool                begins_line; /* where there is a match, one begins at the begin of a line */

    /* Work of a match: two sets of instructions, and the stack of closing them. */
    uint32_t         *now, *later, *stack, *mark;
    uint32_t          generation;
    struct automaton *automaton; /* NULL until the first match */
};

/* The code point at the beginning of a text, and its length; a byte that is no UTF-8 is itself. */
size_t regexp_decode(const char *text, size_t size, uint32_t *ret);

/* regexp_follow.c: whether an instruction takes a character; those that take none do not. */
bool regexp_takes(const struct regexp *regexp, const struct instruction *in, uint32_t c);

/* Forget which instructions were followed. */
void regexp_next_generation(struct regexp *regexp);

/* Add to `now`, which has *n, all instructions that take a character, are reached from `at` without one, and were not
 * followed yet; `any`: past assertions that may not hold, too. Returns whether the match is among them. */
bool regexp_follow(struct regexp *regexp, uint32_t at, size_t *n, bool any, enum edge before,
                   enum edge after);

void regexp_free_automaton(struct regexp *regexp);

#endif
