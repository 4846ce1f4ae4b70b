#include "sigma_condition.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Selections ----------------------------------------------------------------------- */

static int add_item(struct sigma_maker *maker, struct sigma_node *node, size_t *room,
                    struct sigma_node *item)
{
    struct sigma_node **items =
        arena_grow(maker->arena, node->items, node->n, room, sizeof(struct sigma_node *));

    if (!items)
        return -ENOMEM;
    node->items = items;
    node->items[node->n++] = item;
    if (__builtin_add_overflow(node->count, item->count, &node->count))
        node->count = UINT32_MAX;
    return 0;
}

/* A map: every line must fit. */
static int parse_map(struct sigma_maker *maker, const struct yaml_node *yaml,
                     struct sigma_node *node)
{
    size_t room = 0;
    int    r = 0;

    for (size_t i = 0; r == 0 && i + 1 < yaml->n; i += 2) {
        struct sigma_node *item;
        r = sigma_item_parse(maker, yaml->items[i]->text, yaml->items[i + 1], &item);
        if (r == 0)
            r = add_item(maker, node, &room, item);
    }
    return r;
}

/* A list: one of its maps, lists or keywords must fit. */
static int parse_list(struct sigma_maker *maker, const struct yaml_node *yaml,
                      struct sigma_node *node)
{
    size_t room = 0;
    int    r = 0;

    for (size_t i = 0; r == 0 && i < yaml->n; i++) {
        struct sigma_node *item;
        r = sigma_selection_parse(maker, yaml->items[i], &item);
        if (r == 0)
            r = add_item(maker, node, &room, item);
    }
    return r;
}

int sigma_selection_parse(struct sigma_maker *maker, const struct yaml_node *yaml,
                          struct sigma_node **ret)
{
    if (yaml->kind == YAML_SCALAR)
        return sigma_item_parse(maker, "", yaml, ret);
    if (yaml->n == 0)
        return sigma_refuse(maker, yaml->line, "an empty selection");
    *ret = sigma_node_new(maker, yaml->kind == YAML_MAP ? SIGMA_AND : SIGMA_OR, 0);
    if (!*ret)
        return -ENOMEM;
    (*ret)->line = yaml->line;
    return yaml->kind == YAML_MAP ? parse_map(maker, yaml, *ret) : parse_list(maker, yaml, *ret);
}

struct selection {
    const char        *name;
    struct sigma_node *node;
};

struct selections {
    struct selection *items;
    size_t            n;
    struct arena     *scratch;
};

static bool is_reserved(const char *name)
{
    return strcmp(name, "condition") == 0 || strcmp(name, "timeframe") == 0 ||
           strcmp(name, "rules") == 0;
}

static int parse_selections(struct sigma_maker *maker, const struct yaml_node *detection,
                            struct selections *ret)
{
    ret->items = arena_alloc(maker->scratch, (detection->n / 2 + 1) * sizeof *ret->items);
    if (!ret->items)
        return -ENOMEM;
    for (size_t i = 0; i + 1 < detection->n; i += 2) {
        const char *name =
            arena_strndup(maker->arena, detection->items[i]->text, detection->items[i]->size);
        if (is_reserved(name))
            continue;
        struct selection *selection = &ret->items[ret->n++];
        selection->name = name;
        int r = sigma_selection_parse(maker, detection->items[i + 1], &selection->node);
        if (r < 0)
            return r;
        /* A node of its own, as the same line may be in another selection by an alias. */
        struct sigma_node *named = sigma_node_new(maker, SIGMA_AND, 1);
        if (!named)
            return -ENOMEM;
        named->items[named->n++] = selection->node;
        named->count = selection->node->count;
        named->line = detection->items[i]->line;
        named->label = name;
        selection->node = named;
    }
    return 0;
}

/* The i-th selection that a pattern of names fits. */
static int resolve_selection(void *data, const char *pattern, size_t size, size_t at,
                             struct sigma_node **ret)
{
    const struct selections *selections = data;
    bool                     them = size == 4 && strncasecmp(pattern, "them", 4) == 0;
    struct sigma_units       units = sigma_units_parse(selections->scratch, pattern, size);
    struct sigma_pattern     names;

    *ret = NULL;
    if (!units.units)
        return -ENOMEM;
    sigma_pattern_make(selections->scratch, &units, false, &names);
    for (size_t i = 0; i < selections->n; i++) {
        const char *name = selections->items[i].name;
        bool        fits = them ? name[0] != '_' : sigma_pattern_match(&names, name, strlen(name));
        if (fits && at-- == 0) {
            *ret = selections->items[i].node;
            return 0;
        }
    }
    return 0;
}

/* Conditions ----------------------------------------------------------------------- */

struct parser {
    struct sigma_maker *maker;
    const char         *at;   /* of the rest */
    const char         *word; /* the word at hand; size 0 at the end */
    size_t              size;
    uint32_t            line;
    sigma_resolve      *resolve;
    void               *data;
};

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_-.*?", c)) || (unsigned char)c >= 0x80;
}

static void next_word(struct parser *parser)
{
    while (isspace((unsigned char)*parser->at))
        parser->at++;
    parser->word = parser->at;
    while (in_name(*parser->at))
        parser->at++;
    if (parser->at == parser->word && *parser->at)
        parser->at++;
    parser->size = (size_t)(parser->at - parser->word);
}

static bool is_word(const struct parser *parser, const char *word)
{
    return parser->size == strlen(word) && strncasecmp(parser->word, word, parser->size) == 0;
}

static int wrong(struct parser *parser, const char *why)
{
    if (parser->size == 0)
        return sigma_refuse(parser->maker, parser->line, "condition: %s at its end", why);
    return sigma_refuse(parser->maker, parser->line, "condition: %s at %.*s", why,
                        parser->size > 60 ? 60 : (int)parser->size, parser->word);
}

/* "1 of selection_*": any or all of the names that the word at hand fits. */
static int parse_of(struct parser *parser, enum sigma_join join, struct sigma_node **ret)
{
    struct sigma_node *node = sigma_node_new(parser->maker, join, 0), *item;
    size_t             room = 0;
    int                r;

    if (!node)
        return -ENOMEM;
    next_word(parser);
    if (!is_word(parser, "of"))
        return wrong(parser, "no \"of\"");
    next_word(parser);
    if (parser->size == 0 || !in_name(parser->word[0]))
        return wrong(parser, "no pattern of names");
    for (size_t i = 0;; i++) {
        r = parser->resolve(parser->data, parser->word, parser->size, i, &item);
        if (r < 0 || !item)
            break;
        if ((r = add_item(parser->maker, node, &room, item)) < 0)
            break;
    }
    if (r < 0)
        return r;
    if (node->n == 0)
        return wrong(parser, "a pattern that no selection fits");
    *ret = node;
    next_word(parser);
    return 0;
}

static int parse_name(struct parser *parser, struct sigma_node **ret)
{
    int r = 0;

    if (parser->size == 0 || !in_name(parser->word[0]))
        return wrong(parser, parser->word[0] == '|'
                                 ? "an aggregation, which correlation rules have replaced,"
                                 : "no name");
    if (memchr(parser->word, '*', parser->size) || memchr(parser->word, '?', parser->size))
        return wrong(parser, "a pattern without \"1 of\" or \"all of\"");
    r = parser->resolve(parser->data, parser->word, parser->size, 0, ret);
    if (r < 0)
        return r;
    if (!*ret || is_word(parser, "them"))
        return wrong(parser, "an unknown selection");
    next_word(parser);
    return 0;
}

static int parse_or(struct parser *parser, unsigned depth, struct sigma_node **ret);

static int parse_primary(struct parser *parser, unsigned depth, struct sigma_node **ret)
{
    if (depth == 0)
        return wrong(parser, "nested too deeply");
    if (is_word(parser, "not")) {
        struct sigma_node *node = sigma_node_new(parser->maker, SIGMA_NOT, 1);
        if (!node)
            return -ENOMEM;
        next_word(parser);
        int r = parse_primary(parser, depth - 1, &node->items[0]);
        if (r < 0)
            return r;
        node->n = 1;
        node->count = node->items[0]->count;
        *ret = node;
        return 0;
    }
    if (is_word(parser, "(")) {
        next_word(parser);
        int r = parse_or(parser, depth - 1, ret);
        if (r == 0 && !is_word(parser, ")"))
            return wrong(parser, "no )");
        next_word(parser);
        return r;
    }
    if (is_word(parser, "1") || is_word(parser, "any"))
        return parse_of(parser, SIGMA_OR, ret);
    if (is_word(parser, "all"))
        return parse_of(parser, SIGMA_AND, ret);
    return parse_name(parser, ret);
}

/* A chain of one operator, of primaries or of chains of `and`. */
static int parse_chain(struct parser *parser, unsigned depth, enum sigma_join join,
                       struct sigma_node **ret)
{
    struct sigma_node *node = sigma_node_new(parser->maker, join, 0), *item;
    size_t             room = 0;
    int                r;

    if (!node)
        return -ENOMEM;
    for (;;) {
        r = join == SIGMA_OR ? parse_chain(parser, depth, SIGMA_AND, &item)
                             : parse_primary(parser, depth, &item);
        if (r == 0)
            r = add_item(parser->maker, node, &room, item);
        if (r < 0)
            return r;
        if (!is_word(parser, join == SIGMA_OR ? "or" : "and"))
            break;
        next_word(parser);
    }
    *ret = node->n == 1 ? node->items[0] : node;
    return 0;
}

static int parse_or(struct parser *parser, unsigned depth, struct sigma_node **ret)
{
    return parse_chain(parser, depth, SIGMA_OR, ret);
}

int sigma_condition_parse(struct sigma_maker *maker, const char *text, uint32_t line,
                          sigma_resolve *resolve, void *data, struct sigma_node **ret)
{
    struct parser parser = {
        .maker = maker, .at = text, .line = line, .resolve = resolve, .data = data};

    if (strlen(text) > SIGMA_CONDITION_MAX)
        return sigma_refuse(maker, line, "a condition that is too long");
    next_word(&parser);
    int r = parse_or(&parser, SIGMA_NESTING_MAX, ret);
    if (r == 0 && parser.size)
        r = wrong(&parser, parser.word[0] == '|'
                               ? "an aggregation, which correlation rules have replaced,"
                               : "no \"and\" or \"or\"");
    if (r == 0 && (*ret)->count > SIGMA_TESTS_MAX)
        r = sigma_refuse(maker, line, "a condition of too many tests");
    return r;
}

int sigma_detection_parse(struct sigma_maker *maker, const struct yaml_node *detection,
                          struct sigma_node **ret)
{
    const struct yaml_node *condition = yaml_get(detection, "condition");
    struct selections       selections = {.scratch = maker->scratch};
    struct sigma_node      *node;
    size_t                  room = 0;

    if (!condition)
        return sigma_refuse(maker, detection->line, "has no condition");
    int r = parse_selections(maker, detection, &selections);
    if (r < 0)
        return r;
    *ret = sigma_node_new(maker, SIGMA_OR, 0);
    if (!*ret)
        return -ENOMEM;
    size_t n = condition->kind == YAML_LIST ? condition->n : 1;
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *text =
            condition->kind == YAML_LIST ? condition->items[i] : condition;
        if (!yaml_text(text))
            return sigma_refuse(maker, condition->line, "a condition that is not a text");
        r = sigma_condition_parse(maker, text->text, text->line, resolve_selection, &selections,
                                  &node);
        if (r == 0)
            r = add_item(maker, *ret, &room, node);
        if (r < 0)
            return r;
    }
    if ((*ret)->count > SIGMA_TESTS_MAX)
        return sigma_refuse(maker, condition->line, "conditions of too many tests");
    return n ? 0 : sigma_refuse(maker, condition->line, "has no condition");
}
