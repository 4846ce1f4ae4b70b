#include "evtx_layout.h"

#include <stdlib.h>

#include "formats/text/array.h"

#define STEP 16u /* work units of a token, a piece or a binding */

struct compiler {
    struct layouts *out;
    struct cursor   in;
    bool            in_template; /* elements have a dependency identifier */
    uint32_t        first;       /* binding of this layout */
    unsigned        depth;
};

struct element {
    enum place  place, inside; /* its place; the place of its children */
    struct span name;
    uint32_t    first; /* piece of the content not yet bound */
    uint32_t    key;   /* pieces of its Name attribute */
    uint32_t    n_key;
    bool        leaf, attributes;
};

static const struct {
    const char *element, *attribute;
} fields[] = {
#define FIELD(id, element, attribute) {element, attribute},
    EVTX_SYSTEM_FIELDS(FIELD)
#undef FIELD
};

static int add_piece(struct layouts *l, struct piece piece)
{
    int r = layouts_spend(l, STEP);
    if (r)
        return r;
    struct piece *added = ARRAY_REUSE(l->pieces, l->n_pieces, l->room_pieces);
    if (!added)
        return -ENOMEM;
    *added = piece;
    return 0;
}

static int add_text(struct layouts *l, struct span text)
{
    return add_piece(l, (struct piece){text.at, (uint16_t)text.units, PIECE_TEXT});
}

static int add_character(struct layouts *l, uint32_t c)
{
    return add_piece(l, (struct piece){c, 0, PIECE_CHARACTER});
}

static int add_binding(struct layouts *l, struct binding binding)
{
    int r = layouts_spend(l, STEP);
    if (r)
        return r;
    struct binding *added = ARRAY_REUSE(l->bindings, l->n_bindings, l->room_bindings);
    if (!added)
        return -ENOMEM;
    *added = binding;
    return 0;
}

/* Whether two bindings are pairs whose names are the same fixed text. */
static bool same_name(const struct layouts *l, const struct binding *a, const struct binding *b)
{
    if (a->target != TARGET_PAIR || a->n_key != 1 || b->n_key != 1)
        return false;
    const struct piece *p = l->pieces + a->key, *q = l->pieces + b->key;
    return p->kind == PIECE_TEXT && q->kind == PIECE_TEXT && p->units == q->units &&
           memcmp(l->chunk + p->at, l->chunk + q->at, 2u * p->units) == 0;
}

static int add_pair(struct compiler *c, struct binding pair)
{
    struct layouts *l = c->out;
    unsigned        number = 1;

    for (uint32_t i = c->first; i < l->n_bindings; i++)
        number += same_name(l, &l->bindings[i], &pair);
    pair.number = (uint16_t)(number > 1 && number <= UINT16_MAX ? number : 0);
    int r = layouts_spend(l, l->n_bindings - c->first);
    return r ? r : add_binding(l, pair);
}

/* &name;, which stays unchanged where the name is unknown. */
static int entity(struct compiler *c)
{
    struct span name;

    if (!binxml_name(&c->in, &name))
        return -EBADMSG;
    char known = binxml_entity(&c->in, name);
    if (known)
        return add_character(c->out, (uint8_t)known);
    int r = add_character(c->out, '&');
    if (!r)
        r = add_text(c->out, name);
    return r ? r : add_character(c->out, ';');
}

static int character(struct compiler *c)
{
    if (cursor_left(&c->in) < 2)
        return -EBADMSG;
    uint32_t code = le16(c->in.chunk + c->in.at);
    c->in.at += 2;
    return add_character(c->out, code);
}

static int substitution(struct compiler *c)
{
    uint16_t index;

    if (!binxml_substitution(&c->in, &index))
        return -EBADMSG;
    return add_piece(c->out, (struct piece){index, 0, PIECE_VALUE});
}

/* One token of text. 1 if there was one, 0 if the token at the cursor is none. */
static int text_token(struct compiler *c)
{
    unsigned    token = binxml_peek(&c->in);
    struct span text;

    if (token < BINXML_VALUE || token > BINXML_OPTIONAL)
        return 0;
    struct cursor before = c->in;
    c->in.at++;
    switch (token) {
    case BINXML_VALUE:
        return binxml_value_text(&c->in, &text) ? add_text(c->out, text) ?: 1 : -EBADMSG;
    case BINXML_CDATA:
        return binxml_counted(&c->in, &text) ? add_text(c->out, text) ?: 1 : -EBADMSG;
    case BINXML_CHARACTER:
        return character(c) ?: 1;
    case BINXML_ENTITY:
        return entity(c) ?: 1;
    case BINXML_SUBSTITUTION:
    case BINXML_OPTIONAL:
        return substitution(c) ?: 1;
    default:
        c->in = before;
        return 0;
    }
}

static unsigned field_of(const struct compiler *c, struct span element,
                         const struct span *attribute)
{
    for (unsigned f = 0; f < EVTX_FIELD_COUNT; f++)
        if (!attribute == !fields[f].attribute && binxml_is(&c->in, element, fields[f].element) &&
            (!attribute || binxml_is(&c->in, *attribute, fields[f].attribute)))
            return f;
    return TARGET_NONE;
}

static enum place place_inside(const struct compiler *c, enum place place, struct span name)
{
    static const struct {
        const char *name;
        enum place  place;
    } sections[] = {
        {"System", IN_SYSTEM}, {"EventData", IN_EVENT_DATA}, {"RenderingInfo", IN_RENDERING}};

    if (place == AT_ROOT)
        return IN_EVENT;
    if (place == IN_EVENT_DATA || place == IN_USER_DATA)
        return IN_USER_DATA;
    if (place != IN_EVENT)
        return ASIDE;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (binxml_is(&c->in, name, sections[i].name))
            return sections[i].place;
    return IN_USER_DATA;
}

/* A value in an attribute of UserData is called element@attribute. */
static int attribute_pair(struct compiler *c, const struct element *e, struct span name,
                          uint32_t first)
{
    struct layouts *l = c->out;
    uint32_t        key = l->n_pieces;
    int             r = add_text(l, e->name);

    if (!r)
        r = add_character(l, '@');
    if (!r)
        r = add_text(l, name);
    if (r)
        return r;
    return add_pair(c, (struct binding){.first = first,
                                        .n = (uint16_t)(key - first),
                                        .key = key,
                                        .n_key = 3,
                                        .target = TARGET_PAIR,
                                        .place = ASIDE});
}

static bool is_namespace(const struct compiler *c, struct span name)
{
    struct span start = {name.at, name.units < 5 ? name.units : 5};

    return binxml_is(&c->in, start, "xmlns");
}

static int bind_attribute(struct compiler *c, struct element *e, struct span name, uint32_t first)
{
    uint32_t n = c->out->n_pieces - first;

    if (n > UINT16_MAX)
        return -EFBIG;
    if (e->place == IN_SYSTEM)
        return add_binding(c->out, (struct binding){.first = first,
                                                    .n = (uint16_t)n,
                                                    .target = (uint8_t)field_of(c, e->name, &name),
                                                    .place = ASIDE});
    if (e->place == IN_EVENT_DATA && binxml_is(&c->in, name, "Name")) {
        e->key = first;
        e->n_key = n;
        return 0;
    }
    bool data = e->inside == IN_EVENT_DATA || e->inside == IN_USER_DATA;
    if (!data || is_namespace(c, name))
        return 0;
    e->attributes = true;
    return attribute_pair(c, e, name, first);
}

static int attributes(struct compiler *c, struct element *e)
{
    struct span name;
    int         r;

    if (!cursor_skip(&c->in, 4)) /* size of the list */
        return -EBADMSG;
    while (binxml_peek(&c->in) == BINXML_ATTRIBUTE) {
        c->in.at++;
        if (!binxml_name(&c->in, &name))
            return -EBADMSG;
        uint32_t first = c->out->n_pieces;
        while ((r = text_token(c)) > 0)
            ;
        if (!r)
            r = bind_attribute(c, e, name, first);
        if (r)
            return r;
    }
    return 0;
}

/* The name of a data pair: its Name attribute or, of elements not called Data, the element. */
static int pair_key(struct compiler *c, struct element *e)
{
    if (e->n_key || (e->place == IN_EVENT_DATA && binxml_is(&c->in, e->name, "Data")))
        return 0;
    e->key = c->out->n_pieces;
    e->n_key = 1;
    return add_text(c->out, e->name);
}

/* Bind what an element holds, once it is known to hold no other element. */
static int bind_leaf(struct compiler *c, struct element *e)
{
    struct binding b = {.first = e->first, .place = (uint8_t)e->inside, .target = TARGET_NONE};
    uint32_t       n = c->out->n_pieces - e->first;

    if (n > UINT16_MAX)
        return -EFBIG;
    b.n = (uint16_t)n;
    if (e->place == IN_SYSTEM)
        b.target = (uint8_t)field_of(c, e->name, NULL);
    else if (e->place == IN_RENDERING && binxml_is(&c->in, e->name, "Message"))
        b.target = TARGET_MESSAGE;
    else if (e->place == IN_EVENT_DATA || (e->place == IN_USER_DATA && (n || !e->attributes)))
        b.target = TARGET_PAIR;
    if (b.target != TARGET_PAIR)
        return add_binding(c->out, b);

    int r = pair_key(c, e);
    if (r)
        return r;
    b.key = e->key;
    b.n_key = (uint16_t)e->n_key;
    return add_pair(c, b);
}

/* Bind content before or after another element: only nested BinXML is of interest. */
static int bind_mixed(struct compiler *c, struct element *e)
{
    uint32_t n = c->out->n_pieces - e->first;

    e->leaf = false;
    if (n > UINT16_MAX)
        return -EFBIG;
    if (!n)
        return 0;
    return add_binding(c->out, (struct binding){.first = e->first,
                                                .n = (uint16_t)n,
                                                .target = TARGET_NONE,
                                                .place = (uint8_t)e->inside});
}

static int nested_template(struct compiler *c, enum place place)
{
    struct binxml_template body;
    uint32_t               n, at = c->in.at;

    c->in.at++;
    if (!binxml_template(&c->in, &body) || !binxml_count_values(&c->in, &n))
        return -EBADMSG;
    uint32_t sizes = c->in.at, total = 4 * n;
    for (uint32_t i = 0; i < n; i++)
        total += le16(c->in.chunk + sizes + 4 * i);
    if (!cursor_skip(&c->in, total))
        return -EBADMSG;
    return add_binding(c->out, (struct binding){.first = at,
                                                .key = c->in.at,
                                                .target = TARGET_TEMPLATE,
                                                .place = (uint8_t)place});
}

static int element(struct compiler *c, enum place place);

/* A child of an element: another element or a template instance. */
static int child(struct compiler *c, struct element *e, unsigned token)
{
    int r = bind_mixed(c, e);
    if (!r)
        r = token == BINXML_OPEN ? element(c, e->inside) : nested_template(c, e->inside);
    e->first = c->out->n_pieces;
    return r;
}

static int content(struct compiler *c, struct element *e)
{
    for (;;) {
        int      r = text_token(c);
        unsigned token = binxml_peek(&c->in);

        if (r < 0)
            return r;
        if (r > 0)
            continue;
        if (token == BINXML_END_ELEMENT) {
            c->in.at++;
            return e->leaf ? bind_leaf(c, e) : bind_mixed(c, e);
        }
        if (token == BINXML_PI_TARGET || token == BINXML_PI_DATA)
            r = binxml_skip_pi(&c->in) ? layouts_spend(c->out, STEP) : -EBADMSG;
        else if (token == BINXML_OPEN || token == BINXML_TEMPLATE)
            r = child(c, e, token);
        else
            r = -EBADMSG;
        if (r)
            return r;
    }
}

static int element_body(struct compiler *c, struct element *e, bool has_attributes)
{
    int r = has_attributes ? attributes(c, e) : 0;
    if (r)
        return r;
    unsigned token = binxml_peek(&c->in);
    if (token != BINXML_CLOSE_START && token != BINXML_CLOSE_EMPTY)
        return -EBADMSG;
    c->in.at++;
    e->first = c->out->n_pieces;
    return token == BINXML_CLOSE_EMPTY ? bind_leaf(c, e) : content(c, e);
}

/* libevtx documentation, "Open start element tag": in a template u16 dependency; u32 size; name. */
static int element(struct compiler *c, enum place place)
{
    bool           has_attributes = c->in.chunk[c->in.at] & BINXML_MORE;
    struct element e = {.place = place, .leaf = true};

    if (!cursor_skip(&c->in, c->in_template ? 7 : 5) || !binxml_name(&c->in, &e.name))
        return -EBADMSG;
    e.inside = place_inside(c, place, e.name);
    int r = layouts_spend(c->out, STEP);
    if (r)
        return r;
    if (c->depth == BINXML_DEPTH_MAX)
        return -EFBIG;
    c->depth++;
    r = element_body(c, &e, has_attributes);
    c->depth--;
    return r;
}

/* What a template's body holds: a fragment header, elements, the end. */
static int body(struct compiler *c, enum place place)
{
    for (;;) {
        unsigned token = binxml_peek(&c->in);
        int      r = layouts_spend(c->out, STEP);

        if (token == BINXML_END)
            return r;
        if (!r && token == BINXML_HEADER)
            r = cursor_skip(&c->in, 4) ? 0 : -EBADMSG;
        else if (!r && token == BINXML_OPEN)
            r = element(c, place);
        else if (!r && token == BINXML_TEMPLATE)
            r = nested_template(c, place);
        else if (!r && (token == BINXML_PI_TARGET || token == BINXML_PI_DATA))
            r = binxml_skip_pi(&c->in) ? 0 : -EBADMSG;
        else if (!r)
            r = -EBADMSG;
        if (r)
            return r;
    }
}

static struct compiler begin(struct layouts *l, struct cursor in, bool in_template)
{
    return (struct compiler){
        .out = l, .in = in, .in_template = in_template, .first = l->n_bindings};
}

/* The slot of a layout, or the free one where it belongs. Never full: see LAYOUTS_MAX. */
static uint16_t *slot_of(struct layouts *l, uint32_t at, enum place place)
{
    uint32_t i = (at * 2654435761u >> 16) % (2 * LAYOUTS_MAX);

    while (l->slots[i]) {
        const struct layout *found = &l->layouts[l->slots[i] - 1];
        if (found->at == at && found->place == place)
            break;
        i = (i + 1) % (2 * LAYOUTS_MAX);
    }
    return &l->slots[i];
}

int layouts_template(struct layouts *l, const struct binxml_template *template, enum place place,
                     struct layout *ret)
{
    uint16_t *slot = slot_of(l, template->at, place);

    if (*slot) {
        *ret = l->layouts[*slot - 1];
        return ret->error;
    }
    if (l->n == LAYOUTS_MAX)
        return -EFBIG;
    struct compiler c = begin(l, (struct cursor){l->chunk, template->at, template->end}, true);
    int             r = body(&c, place);
    if (r == -ENOMEM)
        return r;
    *ret =
        (struct layout){template->at, c.first, l->n_bindings - c.first, (uint8_t)place, (int8_t)r};
    l->layouts[l->n++] = *ret;
    *slot = (uint16_t)l->n;
    return r;
}

int layouts_element(struct layouts *l, struct cursor *in, enum place place, struct layout *ret)
{
    struct compiler c = begin(l, *in, false);
    int             r = element(&c, place);

    if (r)
        return r;
    *ret = (struct layout){in->at, c.first, l->n_bindings - c.first, (uint8_t)place, 0};
    in->at = c.in.at;
    return 0;
}

void layouts_begin(struct layouts *l, const uint8_t *chunk)
{
    l->chunk = chunk;
    l->n_pieces = l->n_bindings = l->n = l->work = 0;
    memset(l->slots, 0, sizeof l->slots);
}

void layouts_free(struct layouts *l)
{
    free(l->pieces);
    free(l->bindings);
}
