/* sigma_item.c -- a line of a selection, with its modifiers, as tests. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/array.h"
#include "sigma_needed.h"
#include "sigma_test.h"

#define MODIFIERS_MAX 16
#define VALUES_MAX    20000 /* tests of a line */

/* What a modifier does: changes the value's forms, or says how the line is to be understood. */
enum effect { CHANGE, ALL, CASED, RE, FLAG, CIDR, EXPAND, FIELDREF, EXISTS, COMPARE, PART, NEQ };

static const struct modifier {
    const char   *name;
    enum effect   effect;
    sigma_change *change;
    int           detail; /* a flag, a comparison, a part of time */
} modifiers[] = {
    {"contains", CHANGE, sigma_make_contains, 0},
    {"startswith", CHANGE, sigma_make_startswith, 0},
    {"endswith", CHANGE, sigma_make_endswith, 0},
    {"base64", CHANGE, sigma_make_base64, 0},
    {"base64offset", CHANGE, sigma_make_base64offset, 0},
    {"wide", CHANGE, sigma_make_utf16le, 0},
    {"utf16le", CHANGE, sigma_make_utf16le, 0},
    {"utf16be", CHANGE, sigma_make_utf16be, 0},
    {"utf16", CHANGE, sigma_make_utf16, 0},
    {"windash", CHANGE, sigma_make_windash, 0},
    {"all", ALL, NULL, 0},
    {"cased", CASED, NULL, 0},
    {"re", RE, NULL, 0},
    {"i", FLAG, NULL, 'i'},
    {"ignorecase", FLAG, NULL, 'i'},
    {"m", FLAG, NULL, 'm'},
    {"multiline", FLAG, NULL, 'm'},
    {"s", FLAG, NULL, 's'},
    {"dotall", FLAG, NULL, 's'},
    {"cidr", CIDR, NULL, 0},
    {"expand", EXPAND, NULL, 0},
    {"fieldref", FIELDREF, NULL, 0},
    {"exists", EXISTS, NULL, 0},
    {"gt", COMPARE, NULL, SIGMA_GT},
    {"gte", COMPARE, NULL, SIGMA_GTE},
    {"lt", COMPARE, NULL, SIGMA_LT},
    {"lte", COMPARE, NULL, SIGMA_LTE},
    {"minute", PART, NULL, SIGMA_MINUTE},
    {"hour", PART, NULL, SIGMA_HOUR},
    {"day", PART, NULL, SIGMA_DAY},
    {"week", PART, NULL, SIGMA_WEEK},
    {"month", PART, NULL, SIGMA_MONTH},
    {"year", PART, NULL, SIGMA_YEAR},
    {"neq", NEQ, NULL, 0},
};

struct item {
    struct sigma_maker     *maker;
    int32_t                 field;
    bool                    has[NEQ + 1]; /* of each effect */
    const struct modifier  *modifiers[MODIFIERS_MAX];
    size_t                  n;
    char                    flags[8]; /* of re */
    enum sigma_comparison   comparison;
    enum sigma_part_of_time part;
    uint32_t                line;
    struct sigma_node      *list;
    size_t                  room;
};

int sigma_refuse(struct sigma_maker *maker, uint32_t line, const char *format, ...)
{
    char    text[256];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (maker->error)
        return -EBADMSG;
    maker->error = arena_strndup(maker->arena, text, strlen(text));
    maker->error_line = line;
    return -EBADMSG;
}

struct sigma_node *sigma_node_new(struct sigma_maker *maker, enum sigma_join join, size_t n)
{
    struct sigma_node *node = arena_alloc(maker->arena, sizeof *node);

    if (!node)
        return NULL;
    node->join = join;
    if (n && !(node->items = arena_alloc(maker->arena, n * sizeof(struct sigma_node *))))
        return NULL;
    return node;
}

/* The key -------------------------------------------------------------------------- */

static const struct modifier *find_modifier(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        if (strlen(modifiers[i].name) == size && memcmp(modifiers[i].name, name, size) == 0)
            return &modifiers[i];
    return NULL;
}

static int take_modifier(struct item *item, const char *name, size_t size)
{
    const struct modifier *modifier = find_modifier(name, size);
    size_t                 n = strlen(item->flags);

    if (!modifier)
        return sigma_refuse(item->maker, item->line, "unknown modifier %.*s", (int)size, name);
    if (item->n == MODIFIERS_MAX)
        return sigma_refuse(item->maker, item->line, "too many modifiers");
    if (modifier->effect == FLAG && !item->has[RE])
        return sigma_refuse(item->maker, item->line, "modifier %s without re", modifier->name);
    item->modifiers[item->n++] = modifier;
    item->has[modifier->effect] = true;
    if (modifier->effect == FLAG && n + 1 < sizeof item->flags)
        item->flags[n] = (char)modifier->detail;
    else if (modifier->effect == COMPARE)
        item->comparison = (enum sigma_comparison)modifier->detail;
    else if (modifier->effect == PART)
        item->part = (enum sigma_part_of_time)modifier->detail;
    return 0;
}

static int parse_key(struct item *item, const char *key)
{
    size_t size = strcspn(key, "|");
    int    r = 0;

    item->field = SIGMA_NO_FIELD;
    if (size && (item->field = sigma_name(item->maker->names, item->maker->arena, key, size)) < 0)
        return -ENOMEM;
    for (const char *at = key + size; r == 0 && *at == '|'; at += size) {
        size = strcspn(++at, "|");
        r = take_modifier(item, at, size);
    }
    if (r == 0 && item->has[RE] && (item->has[EXPAND] || item->has[CASED] || item->has[CIDR]))
        return sigma_refuse(item->maker, item->line, "re with expand, cased or cidr");
    if (r == 0 && item->field == SIGMA_NO_FIELD && (item->has[EXISTS] || item->has[FIELDREF]))
        return sigma_refuse(item->maker, item->line, "exists or fieldref without a field");
    return r;
}

/* Values --------------------------------------------------------------------------- */

static struct sigma_test *add_test(struct item *item, struct sigma_node *list, size_t *room,
                                   enum sigma_operation operation)
{
    struct sigma_maker *maker = item->maker;
    struct sigma_node  *node = sigma_node_new(maker, SIGMA_TEST, 0);
    struct sigma_node **items =
        arena_grow(maker->arena, list->items, list->n, room, sizeof(struct sigma_node *));

    if (!node || !items || !(node->test = arena_alloc(maker->arena, sizeof *node->test)))
        return NULL;
    list->items = items;
    items[list->n++] = node;
    list->count = list->n;
    node->count = 1;
    node->line = item->line;
    node->test->operation = operation;
    node->test->field = item->field;
    return node->test;
}

/* A node for the forms of one value: an OR of tests, or the one test itself. */
static int close_value(struct item *item, struct sigma_node *forms)
{
    struct sigma_maker *maker = item->maker;

    if (maker->arena->failed)
        return -ENOMEM;
    struct sigma_node **items = arena_grow(maker->arena, item->list->items, item->list->n,
                                           &item->room, sizeof(struct sigma_node *));
    if (!items)
        return -ENOMEM;
    item->list->items = items;
    items[item->list->n++] = forms->n == 1 ? forms->items[0] : forms;
    item->list->count += forms->n;
    return item->list->count > VALUES_MAX
               ? sigma_refuse(maker, item->line, "more values than a line can need")
               : 0;
}

static const char *change_forms(struct item *item, struct sigma_forms *forms)
{
    const char *error = NULL;

    for (size_t i = 0; !error && i < item->n; i++) {
        const struct modifier *modifier = item->modifiers[i];
        if (modifier->effect == CHANGE)
            error = modifier->change(item->maker->scratch, forms);
        else if (modifier->effect == EXPAND)
            error = sigma_make_expand(item->maker->scratch, forms, item->maker->placeholder,
                                      item->maker->placeholder_data);
    }
    return error;
}

/* A keyword is searched for anywhere in a value. */
static const char *open_keyword(struct item *item, struct sigma_forms *forms)
{
    return item->field == SIGMA_NO_FIELD ? sigma_make_contains(item->maker->scratch, forms) : NULL;
}

/* A long part with a wildcard for one character would make matching slow. */
#define ONE_PART_MAX 256

static const char *check_pattern(const struct sigma_pattern *pattern)
{
    for (uint32_t i = 0; i < pattern->n; i++)
        if (pattern->parts[i].any && pattern->parts[i].size > ONE_PART_MAX)
            return "a value with ? that is too long";
    return NULL;
}

static int add_text(struct item *item, struct sigma_node *list, const char *text, size_t size)
{
    struct arena      *arena = item->maker->arena, *scratch = item->maker->scratch;
    struct sigma_units units;
    struct sigma_forms forms = {.forms = &units, .n = 1, .room = 1};
    size_t             room = 0;

    if (size > SIGMA_UNITS_MAX)
        return sigma_refuse(item->maker, item->line, "a value that is too long");
    units = sigma_units_parse(scratch, text, size);
    if (!units.units)
        return -ENOMEM;
    const char *error = change_forms(item, &forms);
    if (!error)
        error = open_keyword(item, &forms);
    for (size_t i = 0; !error && !scratch->failed && i < forms.n; i++) {
        struct sigma_test *test = add_test(item, list, &room, SIGMA_TEXT);
        if (!test)
            return -ENOMEM;
        test->cased = item->has[CASED];
        sigma_pattern_make(arena, &forms.forms[i], !test->cased, &test->pattern);
        error = check_pattern(&test->pattern);
    }
    if (arena->failed || scratch->failed)
        return -ENOMEM;
    item->maker->no_value = error == sigma_no_value;
    return error ? sigma_refuse(item->maker, item->line, "%s", error) : 0;
}

static bool has_change(const struct item *item, sigma_change *change)
{
    for (size_t i = 0; i < item->n; i++)
        if (item->modifiers[i]->change == change)
            return true;
    return false;
}

static int add_regexp(struct item *item, struct sigma_node *list, const char *text, size_t size)
{
    struct sigma_maker *maker = item->maker;
    struct regexp     **place = ARRAY_REUSE(maker->regexps, maker->n_regexps, maker->regexp_room);
    const char         *why = NULL;
    size_t              room = 0;
    bool                start = has_change(item, sigma_make_startswith);
    bool                end = has_change(item, sigma_make_endswith);
    char               *pattern = arena_alloc(maker->arena, size + 64);
    struct sigma_test  *test = add_test(item, list, &room, SIGMA_REGEXP);

    if (!place || !pattern || !test)
        return -ENOMEM;
    int n = snprintf(pattern, size + 64, "%s%s%s%s%.*s%s", *item->flags ? "(?" : "", item->flags,
                     *item->flags ? ")" : "",
                     start ? "^(?:"
                     : end ? "(?:"
                           : "",
                     (int)size, text,
                     end     ? ")$"
                     : start ? ")"
                             : "");
    int r = regexp_compile(pattern, (size_t)n, place, &why);
    if (r == -EINVAL)
        return sigma_refuse(maker, item->line, "regular expression %.100s: %s", text, why);
    test->regexp = (uint32_t)(maker->n_regexps - 1);
    test->shown = pattern;
    sigma_needed_text(maker->arena, arena_strndup(maker->scratch, text, size), &test->pattern);
    return r;
}

static int add_cidr(struct item *item, struct sigma_node *list, const char *text)
{
    char               address[INET6_ADDRSTRLEN];
    size_t             room = 0, size = strcspn(text, "/");
    struct sigma_test *test = add_test(item, list, &room, SIGMA_CIDR);
    char              *end = NULL;
    unsigned long      bits = text[size] ? strtoul(text + size + 1, &end, 10) : 128;

    if (!test)
        return -ENOMEM;
    snprintf(address, sizeof address, "%.*s", (int)size, text);
    test->v6 = inet_pton(AF_INET6, address, test->network) == 1;
    if (!text[size] && !test->v6)
        bits = 32;
    if ((!test->v6 && inet_pton(AF_INET, address, test->network) != 1) || (end && *end) ||
        size >= sizeof address || bits > (test->v6 ? 128u : 32u))
        return sigma_refuse(item->maker, item->line, "%.100s is not a network", text);
    test->bits = (unsigned)bits;
    test->shown = arena_strndup(item->maker->arena, text, strlen(text));
    return 0;
}

static int add_field(struct item *item, struct sigma_node *list, const struct yaml_node *value)
{
    size_t             room = 0;
    struct sigma_test *test = add_test(item, list, &room, SIGMA_FIELD);
    bool               contains = has_change(item, sigma_make_contains);

    if (!test)
        return -ENOMEM;
    test->cased = item->has[CASED];
    test->starts = contains || has_change(item, sigma_make_startswith);
    test->ends = contains || has_change(item, sigma_make_endswith);
    test->other = sigma_name(item->maker->names, item->maker->arena, value->text, value->size);
    return test->other < 0 ? -ENOMEM : 0;
}

/* Plain scalars -------------------------------------------------------------------- */

/* A number in the forms of YAML 1.1: decimal, 0x, a fraction. */
static bool yaml_number(const struct yaml_node *value, double *ret)
{
    char *end;

    if (!value->plain || value->size == 0 || value->size > 40 ||
        !strchr("+-.0123456789", value->text[0]))
        return false;
    *ret = strtod(value->text, &end);
    return *end == '\0' && isfinite(*ret);
}

/* Whether a plain word is a boolean of YAML 1.1. */
static bool yaml_boolean(const struct yaml_node *value, bool *ret)
{
    static const char *const words[] = {"true", "yes", "on", "false", "no", "off"};

    if (value->plain)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (strcasecmp(value->text, words[i]) == 0) {
                *ret = i < 3;
                return true;
            }
    return false;
}

static int add_comparison(struct item *item, struct sigma_node *list, const struct yaml_node *value)
{
    size_t             room = 0;
    struct sigma_test *test = add_test(item, list, &room, SIGMA_COMPARE);
    struct yaml_node   plain = *value;
    double             number;

    plain.plain = true; /* a number in quotes is one here */
    if (!test)
        return -ENOMEM;
    if (!yaml_number(&plain, &number))
        return sigma_refuse(item->maker, item->line, "%.100s is not a number", value->text);
    test->number = number;
    test->comparison = item->comparison;
    test->part = item->part;
    return 0;
}

static int add_exists(struct item *item, struct sigma_node *list, const struct yaml_node *value)
{
    struct yaml_node plain = *value;
    size_t           room = 0;
    bool             exists = true;

    plain.plain = true;
    if (!yaml_boolean(&plain, &exists))
        return sigma_refuse(item->maker, item->line, "exists is true or false");
    return add_test(item, list, &room, exists ? SIGMA_EXISTS : SIGMA_NULL) ? 0 : -ENOMEM;
}

/* A boolean is stored as true, as 1 or as the rule writes it. */
static int add_boolean(struct item *item, struct sigma_node *list, const struct yaml_node *value,
                       bool truth)
{
    const char *const forms[] = {value->text, truth ? "true" : "false", truth ? "1" : "0"};
    size_t            room = list->n;

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct sigma_units units =
            sigma_units_parse(item->maker->scratch, forms[i], strlen(forms[i]));
        struct sigma_test *test = add_test(item, list, &room, SIGMA_TEXT);
        if (!test || !units.units)
            return -ENOMEM;
        sigma_pattern_make(item->maker->arena, &units, true, &test->pattern);
    }
    return 0;
}

static int add_number(struct item *item, struct sigma_node *list, double number)
{
    size_t             room = 0;
    struct sigma_test *test = add_test(item, list, &room, SIGMA_NUMBER);

    if (test)
        test->number = number;
    return test ? 0 : -ENOMEM;
}

static int add_scalar(struct item *item, struct sigma_node *list, const struct yaml_node *value)
{
    size_t room = 0;
    double number;
    bool   truth;

    if (item->has[EXISTS])
        return add_exists(item, list, value);
    if (item->has[COMPARE] || item->has[PART])
        return add_comparison(item, list, value);
    if (item->has[FIELDREF])
        return add_field(item, list, value);
    if (item->has[RE])
        return add_regexp(item, list, value->text, value->size);
    if (item->has[CIDR])
        return add_cidr(item, list, value->text);
    bool bare = item->field != SIGMA_NO_FIELD;
    for (size_t i = 0; i < item->n; i++)
        bare &= item->modifiers[i]->effect != CHANGE && item->modifiers[i]->effect != EXPAND;
    if (bare && yaml_is_null(value))
        return add_test(item, list, &room, SIGMA_NULL) ? 0 : -ENOMEM;
    if (bare && yaml_number(value, &number))
        return add_number(item, list, number);
    if (bare && yaml_boolean(value, &truth))
        return add_boolean(item, list, value, truth);
    return add_text(item, list, value->text, value->size);
}

static int add_value(struct item *item, const struct yaml_node *value)
{
    struct sigma_node *forms = sigma_node_new(item->maker, SIGMA_OR, 0);

    if (!forms)
        return -ENOMEM;
    if (value->kind != YAML_SCALAR)
        return sigma_refuse(item->maker, value->line, "a value that is a map or a list of lists");
    item->line = value->line;
    int r = add_scalar(item, forms, value);
    return r < 0 ? r : close_value(item, forms);
}

static int add_values(struct item *item, const struct yaml_node *value)
{
    int r = 0;

    if (value->kind != YAML_LIST)
        return add_value(item, value);
    if (value->n == 0) /* no value at all */
        return add_value(
            item, &(struct yaml_node){.plain = true, .line = value->line, .text = "", .count = 1});
    for (size_t i = 0; r == 0 && i < value->n; i++)
        r = add_value(item, value->items[i]);
    return r;
}

static struct sigma_node *turn(struct sigma_maker *maker, struct sigma_node *node)
{
    struct sigma_node *turned = sigma_node_new(maker, SIGMA_NOT, 1);

    if (!turned)
        return NULL;
    turned->items[0] = node;
    turned->n = 1;
    turned->count = node->count;
    return turned;
}

int sigma_item_parse(struct sigma_maker *maker, const char *key, const struct yaml_node *value,
                     struct sigma_node **ret)
{
    struct item item = {.maker = maker, .line = value->line};
    int         r = parse_key(&item, key);

    if (r < 0)
        return r;
    item.list = sigma_node_new(maker, item.has[ALL] ? SIGMA_AND : SIGMA_OR, 0);
    if (!item.list)
        return -ENOMEM;
    r = add_values(&item, value);
    if (r < 0)
        return r;
    struct sigma_node *node = item.list->n == 1 ? item.list->items[0] : item.list;
    if (item.has[NEQ])
        node = turn(maker, node);
    if (!node)
        return -ENOMEM;
    node->line = value->line;
    node->label = arena_strndup(maker->arena, key, strlen(key));
    *ret = node;
    return 0;
}
