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

void regexp_free_automaton(struct regexp *regexp);

#endif
