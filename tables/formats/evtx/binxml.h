/* binxml.h -- tokens of binary XML as event logs hold it; shared by the decoder and the XML writer.
 */
#ifndef SVCQL_BINXML_H
#define SVCQL_BINXML_H

#include <string.h>

#include "evtx.h"
#include "formats/text/byte_order.h"

#define BINXML_DEPTH_MAX  32u   /* elements inside one another */
#define BINXML_NEST_MAX   8u    /* templates and fragments inside one another */
#define BINXML_NAME_MAX   1024u /* UTF-16 units of the name of an element or attribute */
#define BINXML_VALUES_MAX 4096u /* substitution values of all templates open at once */

/* [MS-EVEN6] 2.2.12.1, BinXml tokens. BINXML_MORE: attributes, or more of the same, follow. */
enum binxml_token {
    BINXML_END = 0x00,
    BINXML_OPEN = 0x01,
    BINXML_CLOSE_START = 0x02,
    BINXML_CLOSE_EMPTY = 0x03,
    BINXML_END_ELEMENT = 0x04,
    BINXML_VALUE = 0x05,
    BINXML_ATTRIBUTE = 0x06,
    BINXML_CDATA = 0x07,
    BINXML_CHARACTER = 0x08,
    BINXML_ENTITY = 0x09,
    BINXML_PI_TARGET = 0x0a,
    BINXML_PI_DATA = 0x0b,
    BINXML_TEMPLATE = 0x0c,
    BINXML_SUBSTITUTION = 0x0d,
    BINXML_OPTIONAL = 0x0e,
    BINXML_HEADER = 0x0f,
    BINXML_MORE = 0x40
};

/* A part of a chunk yet to be read. */
struct cursor {
    const uint8_t *chunk; /* EVTX_CHUNK_SIZE bytes: what offsets in it refer to */
    uint32_t       at, end;
};

/* UTF-16 text in a chunk. */
struct span {
    uint32_t at, units;
};

/* A template instance: the definition's body, and where the values of the instance begin. */
struct binxml_template {
    uint32_t at, end; /* of the body */
    bool     stale;   /* the definition is not the one that the instance was written for */
};

static inline uint32_t cursor_left(const struct cursor *c)
{
    return c->end - c->at;
}

static inline bool cursor_skip(struct cursor *c, uint32_t size)
{
    if (cursor_left(c) < size)
        return false;
    c->at += size;
    return true;
}

/* The token at the cursor without BINXML_MORE; BINXML_END at the end. */
static inline unsigned binxml_peek(const struct cursor *c)
{
    return cursor_left(c) ? c->chunk[c->at] & ~(unsigned)BINXML_MORE : BINXML_END;
}

/* All take the cursor after the token byte and leave it after what they read; false on damage. */
bool binxml_name(struct cursor *c, struct span *ret);
bool binxml_counted(struct cursor *c, struct span *ret); /* u16 count, UTF-16 */
bool binxml_value_text(struct cursor *c, struct span *ret);
bool binxml_substitution(struct cursor *c, uint16_t *ret_index);
bool binxml_template(struct cursor *c, struct binxml_template *ret);

/* Substitution values: how many, then fill. The count never exceeds what the bytes can hold. */
bool binxml_count_values(struct cursor *c, uint32_t *ret);
bool binxml_values(struct cursor *c, uint32_t n, struct evtx_value *ret);

/* Skip the processing instruction at the cursor, token byte included. */
bool binxml_skip_pi(struct cursor *c);

/* The character of an XML entity of that name; 0 if unknown. */
char binxml_entity(const struct cursor *c, struct span name);

bool binxml_is(const struct cursor *c, struct span name, const char *ascii);

#endif
