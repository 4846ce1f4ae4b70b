/* sigma_set.h -- what a set of rules is made of: for the sources of sigma.h alone. */
#ifndef SVCQL_SIGMA_SET_H
#define SVCQL_SIGMA_SET_H

#include "sigma.h"
#include "sigma_index.h"
#include "sigma_steps.h"

#define KINDS_MAX   4096 /* kinds of events that are remembered */
#define KIND_SLOTS  8192
#define SOURCE_SETS (SIGMA_SOURCES_MAX / 64)

/* A set of rows of the list of log sources. */
struct source_set {
    uint64_t bits[SOURCE_SETS];
};

struct source_row {
    struct sigma_logsource logsource;
    int                    log;
    struct sigma_node     *where; /* NULL: all events of the log */
};

/* A mapping: a template's fixed parts and fields. */
struct mapping {
    int                log;
    struct sigma_node *where;
    int32_t            field;
    const char        *name;
    struct piece {
        const char *text; /* fixed; NULL: the field's value */
        int32_t     field;
    } * pieces;
    size_t n_pieces;
};

struct placeholder {
    const char *name, *value;
};

/* Log sources that rules name: a rule's events are of a row of each of its sets. */
struct source_class {
    struct sigma_logsource logsource;
    struct source_set      sets[2];
    bool                   two; /* category and service are in different rows */
    bool                   empty;
};

/* What is known of all events with the same keys. */
struct kind {
    uint64_t          hash;
    int               log;
    char             *key; /* of the keys' values, joined */
    size_t            key_size;
    struct source_set rows;      /* that surely fit */
    struct source_set open_rows; /* that may */
    bool              is_open;   /* some of them do */
    uint64_t         *possible;  /* rules, a bit each */
    uint32_t         *tried;     /* rules that the index does not find */
    size_t            n_tried, n_possible;
    uint64_t         *fields; /* in which texts of these rules are looked for, a bit each */
    uint64_t         *asked;  /* all that these rules, the mappings and the open rows look at */
    size_t
         n_keys; /* first values, which all its events have alike; 0: they are searched each time */
    bool searched;               /* no text is in them */
    struct sigma_needs needs;    /* the latter, and keywords */
    uint16_t          *mappings; /* of fields, that may be for them */
    size_t             n_mappings;
};

struct sigma {
    struct arena         arena, scratch;
    struct sigma_names   names;
    struct sigma_maker   maker;
    const char          *error;
    const char          *logs[SIGMA_LOGS_MAX];
    bool                 used[SIGMA_LOGS_MAX];
    int                  n_logs;
    struct source_row   *sources;
    struct mapping      *mappings;
    struct placeholder  *placeholders;
    struct sigma_rule   *rules;
    uint32_t            *class_of; /* of each rule */
    struct source_class *classes;
    uint32_t            *class_rules; /* rules with a tree, one class after another */
    uint32_t            *class_first; /* of each class; the next one's is the end */
    bool                *indexed, *hidden;
    uint8_t             *given_up;
    struct sigma_node  **trees;
    struct sigma_index  *index;
    struct sigma_steps   steps;
    uint32_t            *first_step; /* of each rule */
    struct sigma_search *search;
    bool                 trial, unsure; /* sigma_trial(), sigma_unsure() */
    bool                 shared; /* sigma_share(): all but what an event changes is another's */
    size_t               n_sources, n_mappings, n_placeholders, n_rules, n_classes;
    struct kind         *kinds[KIND_SLOTS];
    size_t               n_kinds;
    struct kind         *kind; /* of the event at hand */
    struct source_set    rows; /* of the event at hand */
    bool                 mapped;
    struct sigma_event   event;
    struct sigma_run     run;
    uint32_t            *hits;
    size_t               n_hits;
};

/* sigma_sources.c */
int  sigma_place_rule(struct sigma *sigma, size_t rule); /* find the log source of a rule */
bool sigma_class_fits(const struct source_class *class, const struct source_set *rows);
void sigma_set_add(struct source_set *set, size_t row);

/* Whether what a filter or a rule says of a log source, NULL: nothing, is said of another too. */
bool sigma_says(const char *wanted, const char *said);

/* sigma_order.c: put what is cheap to test first, in each AND and OR of a tree. */
void sigma_order(struct sigma_node *node);

/* sigma_kinds.c: what rules an event with these keys may fit; 0 or -ENOMEM. */
int  sigma_find_kind(struct sigma *sigma, int log, const struct sigma_key *keys, size_t n,
                     struct kind **ret);
void sigma_free_kinds(struct sigma *sigma);

#endif
