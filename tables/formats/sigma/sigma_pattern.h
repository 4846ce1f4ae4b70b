/* sigma_pattern.h -- a value of a rule as text with wildcards, and what modifiers make of it.
 *
 * While modifiers are applied a value is a list of units: a byte, or one of the two wildcards, so
 * that an encoding may give any byte. At the end it becomes a pattern: fixed parts between stars.
 *
 * Source: the Sigma specification 2.1, "Value Modifiers", "Escaping" and "Wildcards".
 */
#ifndef SVCQL_SIGMA_PATTERN_H
#define SVCQL_SIGMA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/arena.h"

#define SIGMA_STAR      256   /* a unit: any text */
#define SIGMA_ONE       257   /* a unit: any one character */
#define SIGMA_UNITS_MAX 32768 /* of a value */
#define SIGMA_FORMS_MAX 1000  /* that modifiers may make of one value */

struct sigma_units {
    uint16_t *units;
    size_t    n;
};

/* The forms of one value: it matches where one of them does. */
struct sigma_forms {
    struct sigma_units *forms;
    size_t              n, room;
};

/* Read a value's wildcards and escapes: * and ?, with \* and \? for themselves, \\ for one
 * backslash; any other backslash is itself. */
struct sigma_units sigma_units_parse(struct arena *arena, const char *text, size_t size);

/* Each form changed as a modifier says. NULL, or why it cannot be (static text). Out of memory
 * shows in arena->failed. */
typedef const char *sigma_change(struct arena *arena, struct sigma_forms *forms);
sigma_change        sigma_make_contains, sigma_make_startswith, sigma_make_endswith;
sigma_change        sigma_make_base64, sigma_make_base64offset;
sigma_change        sigma_make_utf16le, sigma_make_utf16be, sigma_make_utf16;
sigma_change        sigma_make_windash;

/* Put the values of placeholders, %name%, in the place of their names. `values` gives the i-th
 * value of a name, NULL past the last. */
extern const char   sigma_no_value[]; /* why not, where a placeholder has no values */
typedef const char *sigma_placeholder(void *data, const char *name, size_t i);
const char         *sigma_make_expand(struct arena *arena, struct sigma_forms *forms,
                                      sigma_placeholder *values, void *data);

/* Patterns ------------------------------------------------------------------------- */

#define SIGMA_ANY_BYTE ((char)0xff) /* in a part: any one character of UTF-8 */

struct sigma_pattern {
    struct sigma_part {
        const char *text;
        uint32_t    size;
        bool        any; /* holds SIGMA_ANY_BYTE */
    } * parts;           /* what stands between the stars */
    uint32_t n;
    uint32_t least;                /* bytes of a text that matches */
    bool     open_start, open_end; /* begins, ends with a star */
};

/* `fold`: ASCII letters in lower case, to be matched against folded text. */
void sigma_pattern_make(struct arena *arena, const struct sigma_units *units, bool fold,
                        struct sigma_pattern *ret);

bool sigma_pattern_match(const struct sigma_pattern *pattern, const char *text, size_t size);

#endif
