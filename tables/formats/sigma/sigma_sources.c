/* sigma_sources.c -- the lists that say where events of a log source are, and what fields they have. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "formats/text/array.h"
#include "sigma_set.h"

/* Lists ---------------------------------------------------------------------------- */

static const char *keep(struct sigma *sigma, const char *text)
{
    return text && *text ? arena_strndup(&sigma->arena, text, strlen(text)) : NULL;
}

static int fail(struct sigma *sigma, const char *what, const char *why)
{
    size_t size = strlen(what) + strlen(why) + 3;
    char  *text = arena_alloc(&sigma->arena, size);

    if (!text)
        return -ENOMEM;
    stpcpy(stpcpy(stpcpy(text, what), ": "), why);
    sigma->error = text;
    return -EBADMSG;
}

static int log_number(struct sigma *sigma, const char *log)
{
    for (int i = 0; i < sigma->n_logs; i++)
        if (strcmp(sigma->logs[i], log) == 0)
            return i;
    if (sigma->n_logs == SIGMA_LOGS_MAX)
        return fail(sigma, log, "more logs than there can be");
    sigma->logs[sigma->n_logs] = keep(sigma, log);
    return sigma->n_logs++;
}

/* A selection in YAML or JSON as a tree; NULL for an empty one. */
static int parse_where(struct sigma *sigma, const char *where, struct sigma_node **ret)
{
    struct yaml_file   file;
    struct sigma_node *node = NULL;

    *ret = NULL;
    if (!where || !*where)
        return 0;
    int r = yaml_file_parse(where, strlen(where), &sigma->scratch, &file);
    if (r == -EBADMSG)
        return fail(sigma, where, file.error);
    if (r < 0)
        return r;
    if (file.n != 1 || file.documents[0]->kind != YAML_MAP)
        return fail(sigma, where, "not a selection");
    sigma->maker.error = NULL;
    r = sigma_selection_parse(&sigma->maker, file.documents[0], &node);
    *ret = node;
    return r == -EBADMSG ? fail(sigma, where, sigma->maker.error) : r;
}

int sigma_add_logsource(struct sigma *sigma, const struct sigma_logsource *logsource,
                        const char *log, const char *where)
{
    struct sigma_node *node;
    int                number = log_number(sigma, log), r = parse_where(sigma, where, &node);

    arena_reset(&sigma->scratch);
    if (number < 0 || r < 0)
        return number < 0 ? number : r;
    if (sigma->n_sources == SIGMA_SOURCES_MAX)
        return fail(sigma, log, "more rows than sigma_logsources may have");
    struct source_row *row = ARRAY_ADD(sigma->sources, sigma->n_sources);
    if (!row)
        return -ENOMEM;
    row->logsource =
        (struct sigma_logsource){keep(sigma, logsource->product), keep(sigma, logsource->category),
                                 keep(sigma, logsource->service)};
    row->log = number;
    row->where = node;
    return sigma->arena.failed ? -ENOMEM : 0;
}

/* Split "{ObjectName}\{ObjectValueName}" into its pieces. */
static int parse_template(struct sigma *sigma, const char *value, struct mapping *mapping)
{
    size_t room = 0;

    for (size_t size; *value; value += size) {
        struct piece *pieces =
            arena_grow(&sigma->arena, mapping->pieces, mapping->n_pieces, &room, sizeof *pieces);
        if (!pieces)
            return -ENOMEM;
        mapping->pieces = pieces;
        struct piece *piece = &pieces[mapping->n_pieces++];
        const char   *end = *value == '{' ? strchr(value, '}') : NULL;
        if (end) {
            size = (size_t)(end - value) + 1;
            piece->field = sigma_name(&sigma->names, &sigma->arena, value + 1, size - 2);
            if (piece->field < 0)
                return -ENOMEM;
        } else {
            size = 1 + strcspn(value + 1, "{");
            piece->text = arena_strndup(&sigma->arena, value, size);
        }
    }
    return 0;
}

int sigma_add_field(struct sigma *sigma, const char *log, const char *where, const char *field,
                    const char *value)
{
    struct sigma_node *node;
    int                number = log_number(sigma, log), r = parse_where(sigma, where, &node);

    arena_reset(&sigma->scratch);
    if (number < 0 || r < 0)
        return number < 0 ? number : r;
    if (sigma->n_mappings == SIGMA_MAPPINGS_MAX)
        return fail(sigma, field, "more rows than sigma_fields may have");
    struct mapping *mapping = ARRAY_ADD(sigma->mappings, sigma->n_mappings);
    if (!mapping)
        return -ENOMEM;
    mapping->log = number;
    mapping->where = node;
    mapping->name = keep(sigma, field);
    mapping->field = sigma_name(&sigma->names, &sigma->arena, field, strlen(field));
    r = parse_template(sigma, value, mapping);
    return r < 0 || mapping->field < 0 || sigma->arena.failed ? -ENOMEM : 0;
}

int sigma_add_placeholder(struct sigma *sigma, const char *name, const char *value)
{
    struct placeholder *placeholder = ARRAY_ADD(sigma->placeholders, sigma->n_placeholders);

    if (!placeholder)
        return -ENOMEM;
    placeholder->name = arena_strndup(&sigma->arena, name, strlen(name));
    placeholder->value = arena_strndup(&sigma->arena, value, strlen(value));
    return sigma->arena.failed ? -ENOMEM : 0;
}

/* Log sources ---------------------------------------------------------------------- */

bool sigma_says(const char *wanted, const char *said)
{
    return !wanted || (said && strcmp(wanted, said) == 0);
}

static bool equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

void sigma_set_add(struct source_set *set, size_t i)
{
    set->bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool set_meets(const struct source_set *a, const struct source_set *b)
{
    for (size_t i = 0; i < SOURCE_SETS; i++)
        if (a->bits[i] & b->bits[i])
            return true;
    return false;
}

/* The rows that fit what a rule says of its log source; false where there is none. */
static bool find_rows(const struct sigma *sigma, const struct sigma_logsource *of,
                      struct source_set *ret)
{
    bool found = false;

    for (size_t i = 0; i < sigma->n_sources; i++) {
        const struct sigma_logsource *row = &sigma->sources[i].logsource;
        if (sigma_says(of->product, row->product) && sigma_says(of->category, row->category) &&
            sigma_says(of->service, row->service)) {
            sigma_set_add(ret, i);
            found = true;
        }
    }
    return found;
}

static void fill_class(const struct sigma *sigma, struct source_class *class)
{
    const struct sigma_logsource *of = &class->logsource;
    struct sigma_logsource        category = {of->product, of->category, NULL};
    struct sigma_logsource        service = {of->product, NULL, of->service};

    if (find_rows(sigma, of, &class->sets[0]))
        return;
    class->two = of->category && of->service && find_rows(sigma, &category, &class->sets[0]) &&
                 find_rows(sigma, &service, &class->sets[1]);
    class->empty = !class->two;
}

static int class_of(struct sigma *sigma, const struct sigma_logsource *of, uint32_t *ret)
{
    for (size_t i = 0; i < sigma->n_classes; i++) {
        const struct sigma_logsource *known = &sigma->classes[i].logsource;
        if (equal(known->product, of->product) && equal(known->category, of->category) &&
            equal(known->service, of->service)) {
            *ret = (uint32_t)i;
            return 0;
        }
    }
    struct source_class *class = ARRAY_ADD(sigma->classes, sigma->n_classes);
    if (!class)
        return -ENOMEM;
    class->logsource = *of;
    fill_class(sigma, class);
    *ret = (uint32_t)sigma->n_classes - 1;
    return 0;
}

static const char *no_log(struct sigma *sigma, const struct sigma_logsource *of)
{
    char text[256];

    snprintf(text, sizeof text, "no log of%s%.60s%s%.60s%s%.60s is read", of->product ? " " : "",
             of->product ? of->product : "", of->category ? " " : "",
             of->category ? of->category : "", of->service ? " " : "",
             of->service ? of->service : "");
    return arena_strndup(&sigma->arena, text, strlen(text));
}

int sigma_place_rule(struct sigma *sigma, size_t i)
{
    struct sigma_rule *rule = &sigma->rules[i];

    if (rule->kind != SIGMA_RULE || !rule->tree)
        return 0;
    int r = class_of(sigma, &rule->logsource, &sigma->class_of[i]);
    if (r < 0)
        return r;
    const struct source_class *class = &sigma->classes[sigma->class_of[i]];
    if (class->empty) {
        sigma_rule_refuse(rule, SIGMA_NO_LOG, no_log(sigma, &rule->logsource), rule->line);
        return 0;
    }
    for (size_t row = 0; row < sigma->n_sources; row++)
        if (class->sets[0].bits[row / 64] >> (row % 64) & 1)
            sigma->used[sigma->sources[row].log] = true;
    return 0;
}

bool sigma_class_fits(const struct source_class *class, const struct source_set *rows)
{
    return set_meets(&class->sets[0], rows) && (!class->two || set_meets(&class->sets[1], rows));
}
