/* sigma_test.h -- one line of a selection, "Field|modifiers: values", as tests on an event.
 *
 * A test is of one value; sigma_item_parse() makes them and joins them as the line says. Text
 * compares without regard to case in ASCII letters unless the line is `cased`. A field that the
 * event lacks fits no test but null, exists: false, and what a `not` turns.
 *
 * Modifiers: contains startswith endswith all cased re (i, m, s) cidr base64 base64offset wide
 * utf16le utf16be utf16 windash expand fieldref exists gt gte lt lte minute hour day week month
 * year neq. Source: the Sigma specification 2.1, "Sigma Modifiers".
 */
#ifndef SVCQL_SIGMA_TEST_H
#define SVCQL_SIGMA_TEST_H

#include "formats/text/regexp.h"
#include "sigma_event.h"
#include "sigma_pattern.h"
#include "yaml_tree.h"

enum sigma_operation {
    SIGMA_TEXT,    /* fits a pattern */
    SIGMA_NUMBER,  /* is a number, in decimal or, with 0x, hexadecimal */
    SIGMA_NULL,    /* is absent */
    SIGMA_EXISTS,  /* is there, whatever it is */
    SIGMA_REGEXP,  /* has a match */
    SIGMA_CIDR,    /* is an address of a network */
    SIGMA_COMPARE, /* is a number, or a part of a time, of a range */
    SIGMA_FIELD,   /* is, or has in it, what another field is */
};

enum sigma_part_of_time {
    SIGMA_NO_PART,
    SIGMA_MINUTE,
    SIGMA_HOUR,
    SIGMA_DAY,
    SIGMA_WEEK, /* of ISO 8601 */
    SIGMA_MONTH,
    SIGMA_YEAR
};

enum sigma_comparison { SIGMA_EQUAL, SIGMA_GT, SIGMA_GTE, SIGMA_LT, SIGMA_LTE };

struct sigma_test {
    enum sigma_operation operation;
    int32_t              field; /* SIGMA_NO_FIELD: any value of the event (keywords) */
    uint32_t    literal; /* the index's: number of a text that it cannot do without; 0: none */
    bool        exact;   /* the index's: that text is all that it asks for */
    bool        cased;
    bool        starts, ends; /* of SIGMA_FIELD: contains where both */
    uint32_t    regexp;       /* index of the expression in the rules' list */
    const char *shown;        /* of SIGMA_REGEXP and SIGMA_CIDR, as the rule writes it */
    union {
        struct sigma_pattern pattern; /* of SIGMA_REGEXP: sigma_needed.h */
        struct {
            double                  number;
            enum sigma_comparison   comparison;
            enum sigma_part_of_time part;
        };
        struct {
            uint8_t  network[16];
            unsigned bits;
            bool     v6;
        };
        int32_t other; /* field */
    };
};

enum sigma_join { SIGMA_TEST, SIGMA_AND, SIGMA_OR, SIGMA_NOT };

/* A tree of tests. An AND of nothing is true, an OR of nothing false. */
struct sigma_node {
    enum sigma_join     join;
    uint32_t            n;
    uint32_t            count; /* tests that it comes to, saturated */
    uint32_t            mark;  /* the index's: number of an OR that it finds; 0: none */
    uint32_t            line;  /* in the file */
    const char         *label; /* the selection, or the line as written; NULL: neither */
    struct sigma_node **items; /* of AND, OR, NOT */
    struct sigma_test  *test;
};

/* What all rules of a set have in common while they are read. */
struct sigma_maker {
    struct arena       *arena;   /* of what stays */
    struct arena       *scratch; /* of what is needed while one file is read */
    struct sigma_names *names;
    struct regexp     **regexps; /* owned by the set */
    size_t              n_regexps, regexp_room;
    sigma_placeholder  *placeholder; /* NULL: there are none */
    void               *placeholder_data;
    uint32_t    error_line; /* of what could not be made, and why: static text, or the arena's */
    const char *error;
    bool        no_value; /* it is a placeholder without values */
};

/* Tests of a line: key "Field|modifier|...", without a field a keyword; 0, -EBADMSG with
 * maker->error, -ENOMEM. */
int sigma_item_parse(struct sigma_maker *maker, const char *key, const struct yaml_node *value,
                     struct sigma_node **ret);

/* A node of that many items, to be filled; NULL where out of memory. */
struct sigma_node *sigma_node_new(struct sigma_maker *maker, enum sigma_join join, size_t n);

/* Set maker->error. Returns -EBADMSG. */
int sigma_refuse(struct sigma_maker *maker, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct sigma_run {
    const uint32_t       *marks; /* sigma_index_marks(); NULL: the event was not searched */
    uint32_t              turn;
    struct sigma_event   *event;
    struct regexp *const *regexps;
    unsigned              too_long; /* expressions that were given up */
};

bool sigma_test_fits(struct sigma_run *run, const struct sigma_test *test);

/* The same where the index leaves it open. */
bool sigma_test_values(struct sigma_run *run, const struct sigma_test *test);
bool sigma_node_fits(struct sigma_run *run, const struct sigma_node *node);

#endif
