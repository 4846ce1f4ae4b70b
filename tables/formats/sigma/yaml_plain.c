#include "yaml_plain.h"

#include <errno.h>
#include <string.h>

#include "formats/text/buffer.h"

#define KEY_MAX 1000 /* bytes of a key: libyaml ends a little above */

struct reader {
    const char *next, *end; /* the rest of the text */
    const char *at, *stop;  /* what is left of the line at hand; at NULL: the document has ended */
    const char *line_start;
    const char *const *keys;
    struct arena      *arena;
    size_t             n_nodes;
    uint32_t           line;
    uint32_t           indent; /* characters before `at` */
    bool               inside; /* a document, after its first entry */
    bool               more;   /* a document follows */
    bool               other;  /* the text is not plain */
};

static bool refuse(struct reader *r)
{
    r->other = true;
    return false;
}

/* Lines ---------------------------------------------------------------------------- */

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && *at == ' ')
        at++;
    return at;
}

/* Whether a blank, or the end of the line, is here. */
static bool is_gap(const char *at, const char *end)
{
    return at == end || *at == ' ';
}

static bool is_dash(const char *at, const char *end)
{
    return *at == '-' && is_gap(at + 1, end);
}

/* Past the quote that ends a text in quotes, from the one that begins it; NULL where the line has none. */
static const char *quoted_end(const char *at, const char *end)
{
    char quote = *at++;

    for (; at < end; at++) {
        if (quote == '"' && *at == '\\')
            at++;
        else if (*at == quote && (quote == '"' || at + 1 == end || at[1] != quote))
            return at + 1;
        else if (*at == quote)
            at++; /* '' is a quote inside */
    }
    return NULL;
}

/* The colon after a plain key; NULL where the line has none. A comment ends the line. */
static const char *plain_colon(const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at == ':' && is_gap(at + 1, end))
            return at;
        if (*at == '#' && at[-1] == ' ')
            return NULL;
    }
    return NULL;
}

/* Whether a line that is passed over ends all that it begins. */
static bool is_whole(const char *at, const char *end)
{
    at = skip_blanks(at, end);
    while (at < end && is_dash(at, end))
        at = skip_blanks(at + 1, end);
    while (at < end && *at != '#') {
        if (strchr("[]{}&*!?%@`\t", *at))
            return false;
        if (*at != '"' && *at != '\'') {
            for (; at < end && !(*at == ':' && is_gap(at + 1, end)); at++)
                ;
        } else {
            at = quoted_end(at, end);
            at = at ? skip_blanks(at, end) : NULL;
            if (!at || (at < end && *at != '#' && !(*at == ':' && is_gap(at + 1, end))))
                return false;
        }
        at = skip_blanks(at + (at < end && *at == ':'), end);
    }
    return true;
}

/* Take the next line, without the blanks at its end; false at the end of the text. */
static bool take_line(struct reader *r)
{
    if (r->next >= r->end)
        return false;
    const char *newline = memchr(r->next, '\n', (size_t)(r->end - r->next));
    r->line_start = r->next;
    r->stop = newline ? newline : r->end;
    r->next = newline ? newline + 1 : r->end;
    r->line++;
    if (r->stop > r->line_start && r->stop[-1] == '\r')
        r->stop--;
    while (r->stop > r->line_start && r->stop[-1] == ' ')
        r->stop--;
    r->at = skip_blanks(r->line_start, r->stop);
    r->indent = (uint32_t)(r->at - r->line_start);
    return true;
}

/* Characters that libyaml refuses, or that are more than text to it, in a line that is read. */
static bool is_text(const char *at, const char *end)
{
    unsigned char all = 0;

    for (const char *c = at; c < end; c++) {
        all |= (unsigned char)*c;
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    }
    if (all < 0x80)
        return true;
    for (const char *c = at; end - c >= 2; c++)
        if (memcmp(c, "\xc2", 1) == 0 && (unsigned char)c[1] < 0xa0)
            return false;
    return !memmem(at, (size_t)(end - at), "\xef\xbb\xbf", 3) &&
           !memmem(at, (size_t)(end - at), "\xef\xbf", 2) && buffer_is_text(at, (size_t)(end - at));
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

/* Whether a line begins an entry that nobody asks for; its value may be a block, whose lines are any. */
static bool is_unasked(const struct reader *r, bool *ret_block)
{
    const char *at = r->at;

    while (at < r->stop && is_word(*at))
        at++;
    size_t size = (size_t)(at - r->at);
    if (!r->keys || !size || at == r->stop || *at != ':' || !is_gap(at + 1, r->stop))
        return false;
    for (const char *const *key = r->keys; *key; key++)
        if (strlen(*key) == size && memcmp(*key, r->at, size) == 0)
            return false;
    at = skip_blanks(at + 1, r->stop);
    *ret_block = at < r->stop && (*at == '|' || *at == '>');
    return true;
}

static bool goes_on(const struct reader *r)
{
    return r->at == r->stop || r->indent || is_dash(r->at, r->stop);
}

/* Pass over an entry: the line at hand, and those up to the next that begins one. */
static bool pass_entry(struct reader *r, bool block)
{
    if (!is_whole(r->at, r->stop))
        return refuse(r);
    while (r->next < r->end) {
        struct reader before = *r;
        take_line(r);
        if (!goes_on(r)) {
            *r = before;
            return true;
        }
        if (!block && !is_whole(r->line_start, r->stop))
            return refuse(r);
    }
    return true;
}

/* Go on to the next line with content; at NULL at the end of the document. */
static bool next_line(struct reader *r)
{
    bool block;

    while (take_line(r)) {
        size_t size = (size_t)(r->stop - r->at);
        if (!r->indent && size >= 3 &&
            (memcmp(r->at, "---", 3) == 0 || memcmp(r->at, "...", 3) == 0)) {
            if (size > 3 || *r->at == '.')
                return refuse(r);
            r->more = true;
            break;
        }
        if (r->inside && !r->indent && size && is_unasked(r, &block)) {
            if (!pass_entry(r, block))
                return false;
            continue;
        }
        if (!is_text(r->line_start, r->stop))
            return refuse(r);
        if (!size || *r->at == '#')
            continue;
        r->inside = true;
        return true;
    }
    r->at = NULL;
    return true;
}

/* Nodes ---------------------------------------------------------------------------- */

static struct yaml_node *new_node(struct reader *r, enum yaml_kind kind)
{
    struct yaml_node *node = NULL;

    if (++r->n_nodes > YAML_NODES_MAX)
        refuse(r);
    else if ((node = arena_alloc(r->arena, sizeof *node)))
        *node = (struct yaml_node){.kind = kind, .line = r->line, .depth = 1, .count = 1};
    return node;
}

static bool append(struct reader *r, struct yaml_node *node, size_t *room, struct yaml_node *item)
{
    struct yaml_node **items =
        arena_grow(r->arena, node->items, node->n, room, sizeof(struct yaml_node *));

    if (!items)
        return false;
    node->items = items;
    items[node->n++] = item;
    node->count += item->count;
    if (item->depth >= node->depth)
        node->depth = item->depth + 1;
    return node->depth < YAML_DEPTH_MAX || refuse(r);
}

/* The text of a double-quoted scalar, with a few escapes. */
static bool unescape(struct reader *r, const char *from, const char *to, struct yaml_node *node)
{
    static const char names[] = "\\\"nt", texts[] = "\\\"\n\t";
    char             *text = arena_alloc(r->arena, (size_t)(to - from) + 1), *at = text;

    for (; text && from < to; from++) {
        const char *name = *from == '\\' ? strchr(names, from[1]) : NULL;
        if (*from == '\\' && (!name || !*name))
            return refuse(r);
        *at++ = name ? texts[name - names] : *from;
        from += name != NULL;
    }
    node->text = text;
    node->size = (size_t)(at - text);
    return text != NULL;
}

static bool unquote(struct reader *r, const char *from, const char *to, struct yaml_node *node)
{
    char *text = arena_alloc(r->arena, (size_t)(to - from) + 1), *at = text;

    for (; text && from < to; from++) {
        *at++ = *from;
        from += *from == '\'';
    }
    node->text = text;
    node->size = (size_t)(at - text);
    return text != NULL;
}

/* A plain scalar may not begin with what is an indicator there. */
static bool begins_plain(const char *at, const char *stop)
{
    return !strchr("?:,[]{}#&*!|>'\"%@`", *at) && !is_dash(at, stop);
}

/* Read a scalar that is all of [at, stop). */
static struct yaml_node *read_scalar(struct reader *r, const char *at, const char *stop)
{
    struct yaml_node *node = new_node(r, YAML_SCALAR);

    if (!node)
        return NULL;
    if (at < stop && (*at == '"' || *at == '\'')) {
        bool done =
            *at == '"' ? unescape(r, at + 1, stop - 1, node) : unquote(r, at + 1, stop - 1, node);
        return done ? node : NULL;
    }
    node->plain = true;
    node->text = arena_strndup(r->arena, at, (size_t)(stop - at));
    node->size = (size_t)(stop - at);
    return node;
}

/* Where a scalar at `at` ends that is a key, at its colon, *ret_colon, or the last of the line, *ret_colon NULL; NULL
 * where it is neither, or not plain. */
static const char *scalar_end(const char *at, const char *stop, const char **ret_colon)
{
    const char *end;

    *ret_colon = NULL;
    if (*at == '"' || *at == '\'') {
        if (!(end = quoted_end(at, stop)))
            return NULL;
        const char *after = skip_blanks(end, stop);
        if (after < stop && *after == ':' && is_gap(after + 1, stop))
            *ret_colon = after;
        else if (after < stop && (*after != '#' || after == end))
            return NULL;
        return end;
    }
    if (!begins_plain(at, stop))
        return NULL;
    end = *ret_colon = plain_colon(at, stop);
    for (const char *c = at; !end && c < stop; c++)
        if (*c == '#' && c[-1] == ' ')
            end = c;
    end = end ? end : stop;
    while (end > at && end[-1] == ' ')
        end--;
    return end > at ? end : NULL;
}

static bool is_key(const struct yaml_node *node, const struct yaml_node *key)
{
    return node->size == key->size && memcmp(node->text, key->text, key->size) == 0;
}

static bool may_add(const struct yaml_node *map, const struct yaml_node *key)
{
    if (map->n >= 2 * YAML_KEYS_MAX || key->size > KEY_MAX ||
        (key->plain && key->size == 2 && memcmp(key->text, "<<", 2) == 0))
        return false;
    for (size_t i = 0; i < map->n; i += 2)
        if (is_key(map->items[i], key))
            return false;
    return true;
}

static struct yaml_node *read_block(struct reader *r, unsigned depth);
static struct yaml_node *read_list(struct reader *r, unsigned depth, bool inner);

/* The value of a key, or an item: what is left of the line or, where that is nothing, the block below. `indent` is
 * that of the map or list; a list may be at the indentation of the key whose value it is. */
static struct yaml_node *read_value(struct reader *r, uint32_t indent, unsigned depth, bool of_key)
{
    const char       *colon, *end;
    struct yaml_node *node;

    if (r->at < r->stop && *r->at != '#') {
        if (!(end = scalar_end(r->at, r->stop, &colon)) || colon) {
            refuse(r);
            return NULL;
        }
        node = read_scalar(r, r->at, end);
        if (!node || !next_line(r))
            return NULL;
        if (r->at && r->indent > indent) { /* goes on */
            refuse(r);
            return NULL;
        }
        return node;
    }
    if (!(node = read_scalar(r, r->stop, r->stop)) || !next_line(r))
        return NULL;
    if (r->at && r->indent > indent)
        return read_block(r, depth);
    if (r->at && of_key && r->indent == indent && is_dash(r->at, r->stop))
        return read_list(r, depth, true);
    return node;
}

static struct yaml_node *read_map(struct reader *r, unsigned depth)
{
    struct yaml_node *map = new_node(r, YAML_MAP), *key, *value;
    const uint32_t    indent = r->indent;
    size_t            room = 0;
    const char       *colon, *end;

    while (map && r->at && r->indent == indent) {
        end = scalar_end(r->at, r->stop, &colon);
        if (!end || !colon || !(key = read_scalar(r, r->at, end)) || !may_add(map, key)) {
            refuse(r);
            return NULL;
        }
        r->at = skip_blanks(colon + 1, r->stop);
        value = read_value(r, indent, depth, true);
        if (!value || !append(r, map, &room, key) || !append(r, map, &room, value))
            return NULL;
    }
    if (map && r->at && r->indent > indent)
        refuse(r);
    return map;
}

/* `inner`: at the indentation of a key, whose map goes on after it. */
static struct yaml_node *read_list(struct reader *r, unsigned depth, bool inner)
{
    struct yaml_node *list = new_node(r, YAML_LIST), *item;
    const uint32_t    indent = r->indent;
    size_t            room = 0;
    const char       *colon;

    while (list && r->at && r->indent == indent && is_dash(r->at, r->stop)) {
        const char *rest = skip_blanks(r->at + 1, r->stop);
        bool        nests = rest < r->stop && *rest != '#' &&
                     (is_dash(rest, r->stop) || (scalar_end(rest, r->stop, &colon) && colon));
        r->indent += (uint32_t)(rest - r->at);
        r->at = rest;
        item = nests ? read_block(r, depth) : read_value(r, indent, depth, false);
        if (!item || !append(r, list, &room, item))
            return NULL;
    }
    if (list && r->at && (r->indent > indent || (r->indent == indent && !inner)))
        refuse(r);
    return list;
}

static struct yaml_node *read_block(struct reader *r, unsigned depth)
{
    if (depth == 0) {
        refuse(r);
        return NULL;
    }
    return is_dash(r->at, r->stop) ? read_list(r, depth - 1, false) : read_map(r, depth - 1);
}

/* Documents ------------------------------------------------------------------------ */

/* Line breaks of YAML that are not ends of lines here. */
static bool has_other_breaks(const char *text, size_t size)
{
    const char *end = text + size;

    for (const char *at = text; (at = memchr(at, '\r', (size_t)(end - at))); at++)
        if (at + 1 == end || at[1] != '\n')
            return true;
    for (const char *at = text; (at = memchr(at, 0xe2, (size_t)(end - at))); at++)
        if (end - at > 2 && at[1] == '\x80' && (at[2] == '\xa8' || at[2] == '\xa9'))
            return true;
    for (const char *at = text; (at = memchr(at, 0xc2, (size_t)(end - at))); at++)
        if (end - at > 1 && at[1] == '\x85')
            return true;
    return false;
}

/* Read a document from its first line on. */
static bool read_document(struct reader *r, struct yaml_file *file, size_t *room)
{
    struct yaml_node **documents =
        arena_grow(r->arena, file->documents, file->n, room, sizeof(struct yaml_node *));

    if (!documents)
        return false;
    file->documents = documents;
    if (file->n == YAML_DOCUMENTS_MAX || r->indent || is_dash(r->at, r->stop))
        return refuse(r);
    r->n_nodes = 0;
    struct yaml_node *document = read_map(r, YAML_DEPTH_MAX - 1);
    if (!document || r->other)
        return false;
    documents[file->n++] = document;
    return true;
}

int yaml_plain(const char *text, size_t size, const char *const *keys, struct arena *arena,
               struct yaml_file *ret)
{
    struct reader r = {.next = text, .end = text + size, .keys = keys, .arena = arena};
    size_t        room = 0;
    bool          good = size <= YAML_SIZE_MAX && !has_other_breaks(text, size);

    *ret = (struct yaml_file){0};
    do {
        bool after = r.more;
        r.more = r.inside = false;
        good = good && next_line(&r);
        if (good && r.at)
            good = read_document(&r, ret, &room);
        else if (after || (r.more && ret->n)) /* an empty document */
            good = false;
    } while (good && r.more);
    if (arena->failed)
        return -ENOMEM;
    return good && !r.other;
}
