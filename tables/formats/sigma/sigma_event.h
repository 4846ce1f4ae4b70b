/* sigma_event.h -- one event as rules see it: values under names.
 *
 *     struct sigma_names names = {0};
 *     int32_t image = sigma_name(&names, "Image", 5);      what rules ask for, before any event
 *     struct sigma_event event = {0};
 *     sigma_event_begin(&event, &names);
 *     sigma_event_add(&event, "Image", 5, "C:\\x.exe", 8, false);
 *     const struct sigma_value *value = sigma_event_get(&event, image);
 *
 * A name may have several values. Names that no rule asks for have values too, for keywords, but
 * no number. Errors are sticky: event.failed after an allocation that failed.
 */
#ifndef SVCQL_SIGMA_EVENT_H
#define SVCQL_SIGMA_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/arena.h"
#include "formats/text/event_fields.h"

#define SIGMA_NO_FIELD   (-1)
#define SIGMA_FOLD_ZEROS 4
#define SIGMA_VALUE_MAX  (1u << 20) /* bytes of a value that are compared; the rest is cut off */
#define SIGMA_EVENT_MAX  4096       /* values of an event; more are left out, and counted */

/* Names of fields and their numbers, from 0. Case matters: an audit record has both syscall and
 * SYSCALL. */
struct sigma_names {
    struct sigma_field_name {
        const char *text;
        uint32_t    size, hash;
    } * names;
    size_t   n, room;
    int32_t *slots; /* hash table of numbers */
    size_t   n_slots;
};

/* The number of a name, new where it had none; -1 where out of memory. */
int32_t sigma_name(struct sigma_names *names, struct arena *arena, const char *name, size_t size);

/* The number of a name; SIGMA_NO_FIELD where no rule asks for it. */
int32_t sigma_name_find(const struct sigma_names *names, const char *name, size_t size);
void    sigma_names_free(struct sigma_names *names);

struct sigma_value {
    const char *text; /* UTF-8; NULL until it is made of the bytes */
    const char *
        folded; /* ASCII letters in lower case, and SIGMA_FOLD_ZEROS zeros; NULL until sigma_value_fold() */
    const char *name;  /* of the field */
    const void *bytes; /* as the log has it */
    uint32_t    size, name_size, n_bytes;
    int32_t     field; /* number of the name, or SIGMA_NO_FIELD */
    int32_t     next;  /* index of the next value of the same field, or -1 */
    uint8_t     form;  /* of the bytes: event_fields.h */
    bool        part;  /* inside of another value's text */
    bool        plain; /* the folded text is ASCII */
};

/* What keywords are like that values are searched for. */
struct sigma_words {
    uint32_t shortest; /* characters; UINT32_MAX: there are none; 0: nothing is known */
    bool     figures;  /* one is of EVENT_FIGURES_OF alone */
    bool whole; /* one is not only a text that a value has inside: a regular expression, maybe */
};

static inline void sigma_bit_add(uint64_t *set, uint32_t number)
{
    set[number / 64] |= UINT64_C(1) << number % 64;
}

static inline bool sigma_bit_has(const uint64_t *set, uint32_t number)
{
    return set[number / 64] >> number % 64 & 1;
}

/* Values that matter to an event's rules: those of a set of fields, and those that may hold a keyword. */
struct sigma_needs {
    const uint64_t    *fields; /* of each number a bit */
    struct sigma_words words;
};

struct sigma_event {
    const struct sigma_names *names;
    struct sigma_value       *values; /* their texts by the functions below */
    size_t                    n, room;
    size_t                    lost; /* values beyond SIGMA_EVENT_MAX, of all events */
    struct {
        uint32_t turn; /* event that it is of */
        int32_t  first, last;
    } * fields; /* of each number */
    size_t       n_fields;
    uint32_t     turn;
    struct arena text; /* copies, and folded texts */
    void (*read)(const void *value, uint32_t size, uint8_t form, struct buffer *text);
    const uint8_t            *texts; /* of each form: event_fields.h */
    struct buffer             scratch;
    const struct sigma_needs *needs; /* other values are left out; NULL: none are */
    bool                      failed;
};

void sigma_event_begin(struct sigma_event *event, const struct sigma_names *names);
void sigma_event_free(struct sigma_event *event);

/* Add a value. Without `copy` both texts must live until the event ends. */
void sigma_event_add(struct sigma_event *event, const char *name, size_t name_size,
                     const char *text, size_t size, bool copy);

/* Add one as its log has it; event->read makes its text. */
void sigma_event_take(struct sigma_event *event, const struct event_field *field);

/* Whether a value's bytes may be of a text that holds one of some keywords. */
static inline bool sigma_may_hold(const struct sigma_event *event, const struct sigma_words *words,
                                  uint32_t n_bytes, uint8_t form)
{
    uint8_t text = !form ? EVENT_NARROW : event->texts ? event->texts[form] : EVENT_ANY;

    if (text == EVENT_ANY || text == EVENT_FIGURES)
        return words->shortest != UINT32_MAX && (text == EVENT_ANY || words->figures);
    return n_bytes >> (text == EVENT_WIDE) >= words->shortest;
}

/* Whether a value may matter to the event's rules. */
static inline bool sigma_event_needs(const struct sigma_event *event, int32_t number, bool part,
                                     uint32_t n_bytes, uint8_t form)
{
    const struct sigma_needs *needs = event->needs;

    if (!needs || (number >= 0 && sigma_bit_has(needs->fields, (uint32_t)number)))
        return true;
    return (!part || needs->words.whole) && sigma_may_hold(event, &needs->words, n_bytes, form);
}

/* Add the first value of a field under a further name, which has this number. */
void sigma_event_rename(struct sigma_event *event, int32_t field, const char *name,
                        size_t name_size, int32_t number);

/* Whether the event has a value of a field. */
bool sigma_event_has(const struct sigma_event *event, int32_t field);

/* The first value of a field, the next one of the same field, and the i-th of all, with their texts; NULL where the
 * event has none. The empty text where out of memory. */
const struct sigma_value *sigma_event_get(struct sigma_event *event, int32_t field);
const struct sigma_value *sigma_event_next(struct sigma_event       *event,
                                           const struct sigma_value *value);
const struct sigma_value *sigma_event_at(struct sigma_event *event, size_t i);

/* Its text in lower case; the empty text where out of memory. */
const char *sigma_value_fold(struct sigma_event *event, struct sigma_value *value);

#endif
