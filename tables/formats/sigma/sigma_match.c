/* sigma_match.c -- an event, and the rules that it fits. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sigma_set.h"

/* Events --------------------------------------------------------------------------- */

static uint32_t size_of(size_t size)
{
    return size < SIGMA_VALUE_MAX ? (uint32_t)size : SIGMA_VALUE_MAX;
}

int sigma_begin(struct sigma *sigma, int log, const struct sigma_key *keys, size_t n)
{
    sigma_event_begin(&sigma->event, &sigma->names);
    sigma->event.needs = NULL;
    for (size_t i = 0; i < n; i++)
        if (keys[i].value)
            sigma_event_take(&sigma->event,
                             &(struct event_field){.name = keys[i].name,
                                                   .name_size = (uint32_t)strlen(keys[i].name),
                                                   .value = keys[i].value,
                                                   .size = size_of(keys[i].size),
                                                   .known = keys[i].known});
    int r = sigma_find_kind(sigma, log, keys, n, &sigma->kind);
    if (r < 0 || sigma->event.failed)
        return -ENOMEM;
    sigma->event.needs = sigma->trial ? &sigma->kind->needs : NULL;
    return sigma->kind->n_possible > 0;
}

void sigma_put(struct sigma *sigma, const char *name, size_t name_size, const char *text,
               size_t size)
{
    sigma_event_add(&sigma->event, name, name_size, text, size, false);
}

void sigma_put_copy(struct sigma *sigma, const char *name, size_t name_size, const char *text,
                    size_t size)
{
    sigma_event_add(&sigma->event, name, name_size, text, size, true);
}

void sigma_take(void *sigma, const struct event_field *field)
{
    sigma_event_take(&((struct sigma *)sigma)->event, field);
}

void sigma_read_by(struct sigma *sigma, const struct event_fields *fields)
{
    sigma->event.read = fields->text;
    sigma->event.texts = fields->texts;
}

/* A field made of others; nothing where the event lacks one of them. */
static void map_field(struct sigma *sigma, const struct mapping *mapping)
{
    struct sigma_event *event = &sigma->event;
    char                text[4096];
    size_t              size = 0;

    if (mapping->n_pieces == 1 && !mapping->pieces->text) {
        sigma_event_rename(event, mapping->pieces->field, mapping->name, strlen(mapping->name),
                           mapping->field);
        return;
    }
    for (size_t i = 0; i < mapping->n_pieces; i++) {
        const struct piece       *piece = &mapping->pieces[i];
        const struct sigma_value *value = piece->text ? NULL : sigma_event_get(event, piece->field);
        if (!piece->text && !value)
            return;
        const char *from = piece->text ? piece->text : value->text;
        size_t      n = piece->text ? strlen(piece->text) : value->size;
        n = n < sizeof text - size ? n : sizeof text - size;
        memcpy(text + size, from, n);
        size += n;
    }
    sigma_event_add(event, mapping->name, strlen(mapping->name), text, size, true);
}

/* Whether a field has only what another has, and no rule looks at it: on trial it is not made. */
static bool is_idle(const struct sigma *sigma, const struct mapping *mapping)
{
    return sigma->event.needs && mapping->n_pieces == 1 && !mapping->pieces->text &&
           !sigma_bit_has(sigma->event.needs->fields, (uint32_t)mapping->field);
}

static void map_fields(struct sigma *sigma)
{
    for (size_t i = 0; i < sigma->kind->n_mappings; i++) {
        const struct mapping *mapping = &sigma->mappings[sigma->kind->mappings[i]];
        if (!is_idle(sigma, mapping) && !sigma_event_has(&sigma->event, mapping->field) &&
            (!mapping->where || sigma_node_fits(&sigma->run, mapping->where)))
            map_field(sigma, mapping);
    }
}

/* The rows of log sources that the event is of. */
static void find_sources(struct sigma *sigma)
{
    sigma->rows = sigma->kind->rows;
    for (size_t i = 0; sigma->kind->is_open && i < sigma->n_sources; i++)
        if ((sigma->kind->open_rows.bits[i / 64] >> (i % 64) & 1) &&
            sigma_node_fits(&sigma->run, sigma->sources[i].where))
            sigma_set_add(&sigma->rows, i);
}

bool sigma_of_source(struct sigma *sigma, size_t rule)
{
    return sigma->trees[rule] &&
           sigma_class_fits(&sigma->classes[sigma->class_of[rule]], &sigma->rows);
}

bool sigma_fits(struct sigma *sigma, const struct sigma_node *node)
{
    return sigma_node_fits(&sigma->run, node);
}

/* How often a rule was given up is read by other threads while it is tried. */
static unsigned times_given_up(const struct sigma *sigma, uint32_t rule)
{
    return __atomic_load_n(&sigma->given_up[rule], __ATOMIC_RELAXED);
}

static void give_up(struct sigma *sigma, uint32_t rule)
{
    uint8_t times = (uint8_t)(times_given_up(sigma, rule) + 1);

    __atomic_store_n(&sigma->given_up[rule], times, __ATOMIC_RELAXED);
}

static void try_rule(struct sigma *sigma, uint32_t rule)
{
    if (times_given_up(sigma, rule) >= SIGMA_GIVE_UP ||
        (sigma->kind->is_open && !sigma_of_source(sigma, rule)))
        return;
    sigma->run.too_long = 0;
    bool fits = sigma->first_step[rule] == SIGMA_NO_STEPS
                    ? sigma_node_fits(&sigma->run, sigma->trees[rule])
                    : sigma_steps_fit(&sigma->steps, sigma->first_step[rule], &sigma->run);
    if (sigma->run.too_long && sigma->trial)
        fits = sigma->unsure = true;
    else if (sigma->run.too_long)
        give_up(sigma, rule);
    if (fits)
        sigma->hits[sigma->n_hits++] = rule;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Search the event's values: its keys only once a kind, where no text is in them. */
static const uint32_t *search_event(struct sigma *sigma, size_t *ret_n)
{
    struct kind              *kind = sigma->kind;
    struct sigma_event       *event = &sigma->event;
    const struct sigma_words *words = &kind->needs.words;

    sigma_search_begin(sigma->search);
    if (!kind->searched &&
        sigma_search_values(sigma->search, event, 0, kind->n_keys, kind->fields, words) > 0)
        kind->n_keys = 0;
    sigma_search_values(sigma->search, event, kind->n_keys, event->n, kind->fields, words);
    kind->searched = true;
    return sigma_search_found(sigma->search, ret_n);
}

bool sigma_is_quiet(const struct sigma *sigma)
{
    return sigma->kind->needs.words.shortest <= QUIET_MAX && !sigma_search_words(sigma->search);
}

long sigma_match(struct sigma *sigma, const uint32_t **ret_rules)
{
    const struct kind *kind = sigma->kind;
    size_t             n;

    sigma->n_hits = 0;
    sigma->unsure = false;
    map_fields(sigma);
    find_sources(sigma);
    const uint32_t *found = search_event(sigma, &n);
    sigma->run.marks = sigma_search_marks(sigma->search, &sigma->run.turn);
    for (size_t i = 0; i < n; i++)
        if (kind->possible[found[i] / 64] >> (found[i] % 64) & 1)
            try_rule(sigma, found[i]);
    for (size_t i = 0; i < kind->n_tried; i++)
        try_rule(sigma, kind->tried[i]);
    sigma->run.marks = NULL;
    if (sigma->n_hits > 1)
        qsort(sigma->hits, sigma->n_hits, sizeof *sigma->hits, by_number);
    *ret_rules = sigma->hits;
    return sigma->event.failed ? -ENOMEM : (long)sigma->n_hits;
}

long sigma_accept(struct sigma *sigma, const uint32_t *rules, size_t n, const uint32_t **ret_rules)
{
    map_fields(sigma);
    find_sources(sigma);
    memmove(sigma->hits, rules, n * sizeof *rules); /* they may be there already */
    *ret_rules = sigma->hits;
    return sigma->event.failed ? -ENOMEM : (long)n;
}

void sigma_trial(struct sigma *sigma, bool on)
{
    sigma->trial = on;
}

bool sigma_unsure(const struct sigma *sigma)
{
    return sigma->unsure;
}

struct sigma_event *sigma_event(struct sigma *sigma)
{
    return &sigma->event;
}

unsigned sigma_given_up(const struct sigma *sigma, size_t rule)
{
    return sigma->given_up[rule];
}
