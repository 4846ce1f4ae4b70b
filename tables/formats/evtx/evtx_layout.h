/* evtx_layout.h -- the parts of a template's fields, computed once for each chunk.
 *
 * A layout is a list of bindings. Each says what a field of System, a data pair or the message is
 * made of: pieces, which are text of the template or numbers of substitution values. Binding a
 * record to its layout is then a walk along that list, with no token read again.
 */
#ifndef SVCQL_EVTX_LAYOUT_H
#define SVCQL_EVTX_LAYOUT_H

#include <errno.h>

#include "binxml.h"

/* The place of an element in an event. */
enum place { AT_ROOT, IN_EVENT, IN_SYSTEM, IN_EVENT_DATA, IN_USER_DATA, IN_RENDERING, ASIDE };

enum piece_kind { PIECE_TEXT, PIECE_CHARACTER, PIECE_VALUE };

struct piece {
    uint32_t at;    /* of text: its offset; of a character: itself; of a value: its number */
    uint16_t units; /* of text */
    uint8_t  kind;
};

/* Targets below EVTX_FIELD_COUNT are fields of System. */
enum target {
    TARGET_NONE = EVTX_FIELD_COUNT, /* mixed content: matters only where it is nested BinXML */
    TARGET_PAIR,
    TARGET_MESSAGE,
    TARGET_TEMPLATE /* a template instance at `first`, ending at `key` */
};

struct binding {
    uint32_t first, key; /* pieces of the value, of a pair's name */
    uint16_t n, n_key;
    uint16_t number;        /* 2, 3, … where a name is repeated in the layout */
    uint8_t  target, place; /* place: of what is nested in the value */
};

struct layout {
    uint32_t at;       /* of the template's body */
    uint32_t first, n; /* bindings */
    uint8_t  place;
    int8_t   error; /* negative errno: damaged or too large, and not to be tried again */
};

#define LAYOUTS_MAX 512u

struct layouts {
    const uint8_t  *chunk;
    struct piece   *pieces;
    struct binding *bindings;
    uint32_t        n_pieces, room_pieces;
    uint32_t        n_bindings, room_bindings;
    uint32_t        n;
    uint32_t        work; /* so far, of EVTX_WORK_MAX */
    struct layout   layouts[LAYOUTS_MAX];
    uint16_t        slots[2 * LAYOUTS_MAX]; /* by offset: index + 1 */
};

/* Account for work on a chunk: 0, or -EFBIG once there has been too much. */
static inline int evtx_spend(uint32_t *work, uint32_t steps)
{
    if (steps > EVTX_WORK_MAX - *work)
        return -EFBIG;
    *work += steps;
    return 0;
}

static inline int layouts_spend(struct layouts *l, uint32_t steps)
{
    return evtx_spend(&l->work, steps);
}

/* The layout of a template's body; compiled at first use. The pointer holds until the next call. */
int layouts_template(struct layouts *l, const struct binxml_template *body, enum place place,
                     struct layout *ret);

/* The layout of the element at the cursor, which is outside any template. */
int layouts_element(struct layouts *l, struct cursor *in, enum place place, struct layout *ret);

void layouts_begin(struct layouts *l, const uint8_t *chunk);
void layouts_free(struct layouts *l);

#endif
