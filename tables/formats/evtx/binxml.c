#include "binxml.h"

/* libevtx documentation, "Name": u32 next, u16 hash, u16 count, UTF-16, NUL. It is either
 * elsewhere in the chunk or, at first use, right here. */
bool binxml_name(struct cursor *c, struct span *ret)
{
    if (cursor_left(c) < 4)
        return false;
    uint32_t at = le32(c->chunk + c->at);
    if (at > EVTX_CHUNK_SIZE - 10)
        return false;

    uint32_t units = le16(c->chunk + at + 6);
    uint32_t size = 10 + 2 * units;
    if (units > BINXML_NAME_MAX || size > EVTX_CHUNK_SIZE - at ||
        le16(c->chunk + at + size - 2) != 0)
        return false;
    c->at += 4;
    *ret = (struct span){at + 8, units};
    return at != c->at || cursor_skip(c, size);
}

bool binxml_counted(struct cursor *c, struct span *ret)
{
    if (cursor_left(c) < 2)
        return false;
    uint32_t units = le16(c->chunk + c->at);
    *ret = (struct span){c->at + 2, units};
    return cursor_skip(c, 2 + 2 * units);
}

bool binxml_value_text(struct cursor *c, struct span *ret)
{
    if (!cursor_left(c) || c->chunk[c->at] != EVTX_STRING)
        return false;
    c->at++;
    return binxml_counted(c, ret);
}

/* u16 index, u8 type. The instance gives the type again, and that one counts. */
bool binxml_substitution(struct cursor *c, uint16_t *ret_index)
{
    if (cursor_left(c) < 3)
        return false;
    *ret_index = le16(c->chunk + c->at);
    return cursor_skip(c, 3);
}

/* libevtx documentation, "Template instance" and "Template definition": u8, u32 identifier, u32
 * offset of the definition, which may be at this place: u32 next, GUID, u32 size, body. The
 * identifier is the beginning of the GUID. */
bool binxml_template(struct cursor *c, struct binxml_template *ret)
{
    if (cursor_left(c) < 9)
        return false;
    uint32_t id = le32(c->chunk + c->at + 1);
    uint32_t at = le32(c->chunk + c->at + 5);
    if (at > EVTX_CHUNK_SIZE - 24)
        return false;

    uint32_t size = le32(c->chunk + at + 20);
    if (size > EVTX_CHUNK_SIZE - 24 - at)
        return false;
    c->at += 9;
    *ret = (struct binxml_template){at + 24, at + 24 + size, le32(c->chunk + at + 4) != id};
    return at != c->at || cursor_skip(c, 24 + size);
}

bool binxml_count_values(struct cursor *c, uint32_t *ret)
{
    if (cursor_left(c) < 4)
        return false;
    uint32_t n = le32(c->chunk + c->at);
    c->at += 4;
    *ret = n;
    return n <= cursor_left(c) / 4;
}

/* n times u16 size, u8 type, u8 0; then the values one after the other. */
bool binxml_values(struct cursor *c, uint32_t n, struct evtx_value *ret)
{
    const uint8_t *sizes = c->chunk + c->at;
    uint32_t       at = c->at + 4 * n;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t size = le16(sizes + 4 * i);
        if (size > c->end - at)
            return false;
        ret[i] = (struct evtx_value){c->chunk + at, size, sizes[4 * i + 2]};
        at += size;
    }
    c->at = at;
    return true;
}

bool binxml_skip_pi(struct cursor *c)
{
    struct span ignored;
    bool        target = binxml_peek(c) == BINXML_PI_TARGET;

    c->at++;
    return target ? binxml_name(c, &ignored) : binxml_counted(c, &ignored);
}

bool binxml_is(const struct cursor *c, struct span name, const char *ascii)
{
    const uint8_t *p = c->chunk + name.at;

    for (uint32_t i = 0; i < name.units; i++)
        if (!ascii[i] || le16(p + 2 * i) != (uint8_t)ascii[i])
            return false;
    return !ascii[name.units];
}

char binxml_entity(const struct cursor *c, struct span name)
{
    static const struct {
        const char *name;
        char        text;
    } entities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
        if (binxml_is(c, name, entities[i].name))
            return entities[i].text;
    return 0;
}
