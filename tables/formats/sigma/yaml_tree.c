#include "yaml_tree.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

struct anchor {
    const char       *name;
    struct yaml_node *node;
};

struct reader {
    yaml_parser_t     parser;
    yaml_event_t      event;
    bool              have_event;
    struct arena     *arena;
    struct yaml_file *file;
    struct anchor     anchors[YAML_ANCHORS_MAX];
    size_t            n_anchors, n_nodes;
};

static int refuse(struct reader *reader, uint32_t line, const char *why)
{
    if (!reader->file->error) {
        reader->file->error_line = line;
        reader->file->error = why;
    }
    return -EBADMSG;
}

static uint32_t line_of(const struct reader *reader)
{
    return (uint32_t)reader->event.start_mark.line + 1;
}

static int next_event(struct reader *reader)
{
    if (reader->have_event)
        yaml_event_delete(&reader->event);
    reader->have_event = yaml_parser_parse(&reader->parser, &reader->event) == 1;
    if (reader->have_event)
        return 0;
    if (reader->parser.error == YAML_MEMORY_ERROR)
        return -ENOMEM;
    const char *why = reader->parser.problem ? reader->parser.problem : "not YAML";
    return refuse(reader, (uint32_t)reader->parser.problem_mark.line + 1,
                  arena_strndup(reader->arena, why, strlen(why)));
}

/* Nodes ---------------------------------------------------------------------------- */

static int new_node(struct reader *reader, enum yaml_kind kind, struct yaml_node **ret)
{
    if (++reader->n_nodes > YAML_NODES_MAX)
        return refuse(reader, line_of(reader), "more nodes than a rule can need");
    struct yaml_node *node = arena_alloc(reader->arena, sizeof *node);
    if (!node)
        return -ENOMEM;
    node->kind = kind;
    node->line = line_of(reader);
    node->count = node->depth = 1;
    *ret = node;
    return 0;
}

/* Remember a finished node under its anchor: one that is still being read cannot be an alias. */
static int remember(struct reader *reader, const char *name, struct yaml_node *node)
{
    if (!name)
        return 0;
    if (reader->n_anchors == YAML_ANCHORS_MAX)
        return refuse(reader, node->line, "more anchors than a rule can need");
    reader->anchors[reader->n_anchors++] = (struct anchor){name, node};
    return 0;
}

static int follow_alias(struct reader *reader, struct yaml_node **ret)
{
    const char *name = (const char *)reader->event.data.alias.anchor;

    for (size_t i = reader->n_anchors; i-- > 0;) {
        if (strcmp(reader->anchors[i].name, name) == 0) {
            *ret = reader->anchors[i].node;
            return 0;
        }
    }
    return refuse(reader, line_of(reader), "an alias whose anchor is not before it");
}

static int read_scalar(struct reader *reader, struct yaml_node **ret)
{
    const char *text = (const char *)reader->event.data.scalar.value;
    size_t      size = reader->event.data.scalar.length;
    int         r = new_node(reader, YAML_SCALAR, ret);

    if (r < 0)
        return r;
    (*ret)->plain = reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    (*ret)->text = arena_strndup(reader->arena, text, size);
    (*ret)->size = size;
    return 0;
}

static int append(struct reader *reader, struct yaml_node *node, size_t *room,
                  struct yaml_node *item)
{
    struct yaml_node **items =
        arena_grow(reader->arena, node->items, node->n, room, sizeof(struct yaml_node *));

    if (!items)
        return -ENOMEM;
    node->items = items;
    node->items[node->n++] = item;
    node->count += item->count;
    if (item->depth >= node->depth)
        node->depth = item->depth + 1;
    if (node->count > YAML_NODES_MAX)
        return refuse(reader, node->line, "aliases that come to more nodes than a rule can need");
    return node->depth > YAML_DEPTH_MAX ? refuse(reader, node->line, "nested too deeply") : 0;
}

static bool is_key(const struct yaml_node *node, const char *key, size_t size)
{
    return node->kind == YAML_SCALAR && node->size == size && memcmp(node->text, key, size) == 0;
}

static bool has_key(const struct yaml_node *map, const char *key, size_t size)
{
    for (size_t i = 0; i + 1 < map->n; i += 2)
        if (is_key(map->items[i], key, size))
            return true;
    return false;
}

/* Give a map the pairs of the one under its merge key that it does not have. */
static int merge(struct reader *reader, struct yaml_node *map, size_t *room,
                 const struct yaml_node *from)
{
    if (from->kind == YAML_LIST) {
        for (size_t i = 0; i < from->n; i++) {
            int r = from->items[i]->kind == YAML_MAP ? merge(reader, map, room, from->items[i]) : 0;
            if (r < 0)
                return r;
        }
        return 0;
    }
    if (from->kind != YAML_MAP)
        return refuse(reader, from->line, "a merge key without a map");
    reader->n_nodes += from->n;
    if (reader->n_nodes > YAML_NODES_MAX || map->n + from->n > 2 * YAML_KEYS_MAX)
        return refuse(reader, from->line, "more merged keys than a map can need");
    for (size_t i = 0; i + 1 < from->n; i += 2) {
        const struct yaml_node *key = from->items[i];
        if (has_key(map, key->text, key->size))
            continue;
        int r = append(reader, map, room, from->items[i]);
        if (r == 0)
            r = append(reader, map, room, from->items[i + 1]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_node(struct reader *reader, unsigned depth, struct yaml_node **ret);

static int read_list(struct reader *reader, unsigned depth, struct yaml_node *list)
{
    size_t room = 0;

    for (;;) {
        struct yaml_node *item;
        int               r = next_event(reader);
        if (r < 0 || reader->event.type == YAML_SEQUENCE_END_EVENT)
            return r;
        r = read_node(reader, depth, &item);
        if (r == 0)
            r = append(reader, list, &room, item);
        if (r < 0)
            return r;
    }
}

static int read_pair(struct reader *reader, unsigned depth, struct yaml_node *map, size_t *room,
                     struct yaml_node **merged)
{
    struct yaml_node *key, *value;

    int r = read_node(reader, depth, &key);
    if (r == 0 && key->kind != YAML_SCALAR)
        r = refuse(reader, key->line, "a key that is not a word");
    if (r == 0)
        r = next_event(reader);
    if (r == 0)
        r = read_node(reader, depth, &value);
    if (r < 0)
        return r;
    if (key->plain && is_key(key, "<<", 2)) {
        *merged = value;
        return 0;
    }
    if (map->n >= 2 * YAML_KEYS_MAX)
        return refuse(reader, key->line, "more keys than a map can need");
    if (has_key(map, key->text, key->size))
        return refuse(reader, key->line, "a key that occurs twice in a map");
    r = append(reader, map, room, key);
    return r < 0 ? r : append(reader, map, room, value);
}

static int read_map(struct reader *reader, unsigned depth, struct yaml_node *map)
{
    struct yaml_node *merged = NULL;
    size_t            room = 0;

    for (;;) {
        int r = next_event(reader);
        if (r < 0)
            return r;
        if (reader->event.type == YAML_MAPPING_END_EVENT)
            return merged ? merge(reader, map, &room, merged) : 0;
        r = read_pair(reader, depth, map, &room, &merged);
        if (r < 0)
            return r;
    }
}

/* A copy of an anchor's name; NULL where there is none. */
static const char *anchor_of(struct reader *reader, const yaml_char_t *anchor)
{
    const char *name = (const char *)anchor;

    return name ? arena_strndup(reader->arena, name, strlen(name)) : NULL;
}

/* The node that the event at hand begins. */
static int read_node(struct reader *reader, unsigned depth, struct yaml_node **ret)
{
    const char *anchor;
    int         r;

    if (depth == 0)
        return refuse(reader, line_of(reader), "nested too deeply");
    switch (reader->event.type) {
    case YAML_ALIAS_EVENT:
        return follow_alias(reader, ret);
    case YAML_SCALAR_EVENT:
        anchor = anchor_of(reader, reader->event.data.scalar.anchor);
        r = read_scalar(reader, ret);
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = anchor_of(reader, reader->event.data.sequence_start.anchor);
        r = new_node(reader, YAML_LIST, ret);
        r = r < 0 ? r : read_list(reader, depth - 1, *ret);
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = anchor_of(reader, reader->event.data.mapping_start.anchor);
        r = new_node(reader, YAML_MAP, ret);
        r = r < 0 ? r : read_map(reader, depth - 1, *ret);
        break;
    default:
        return refuse(reader, line_of(reader), "not a value");
    }
    return r < 0 ? r : remember(reader, anchor, *ret);
}

/* Documents ------------------------------------------------------------------------ */

static int read_document(struct reader *reader, size_t *room)
{
    struct yaml_file *file = reader->file;

    reader->n_anchors = reader->n_nodes = 0;
    if (file->n == YAML_DOCUMENTS_MAX)
        return refuse(reader, line_of(reader), "more documents than a file of rules can need");
    struct yaml_node **documents =
        arena_grow(reader->arena, file->documents, file->n, room, sizeof(struct yaml_node *));
    if (!documents)
        return -ENOMEM;
    file->documents = documents;
    int r = next_event(reader);
    if (r == 0)
        r = read_node(reader, YAML_DEPTH_MAX, &documents[file->n]);
    if (r == 0)
        file->n++;
    return r;
}

static int read_stream(struct reader *reader)
{
    size_t room = 0;
    int    r;

    while ((r = next_event(reader)) == 0 && reader->event.type != YAML_STREAM_END_EVENT)
        if (reader->event.type == YAML_DOCUMENT_START_EVENT &&
            (r = read_document(reader, &room)) < 0)
            break;
    return r;
}

int yaml_file_parse(const char *text, size_t size, struct arena *arena, struct yaml_file *ret)
{
    struct reader reader = {.arena = arena, .file = ret};

    *ret = (struct yaml_file){0};
    if (size > YAML_SIZE_MAX)
        return refuse(&reader, 1, "larger than a file of rules can be");
    if (!yaml_parser_initialize(&reader.parser))
        return -ENOMEM;
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
    int r = read_stream(&reader);
    if (reader.have_event)
        yaml_event_delete(&reader.event);
    yaml_parser_delete(&reader.parser);
    return arena->failed ? -ENOMEM : r;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    size_t size = strlen(key);

    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i + 1 < map->n; i += 2)
        if (is_key(map->items[i], key, size))
            return map->items[i + 1];
    return NULL;
}

const char *yaml_text(const struct yaml_node *node)
{
    return node && node->kind == YAML_SCALAR ? node->text : NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};

    if (node->kind != YAML_SCALAR || !node->plain)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(node->text, words[i]) == 0)
            return true;
    return false;
}
