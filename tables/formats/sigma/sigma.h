/* sigma.h -- a set of Sigma rules, and events that are tried against all of them at once.
 *
 *     struct sigma *sigma = sigma_new();
 *     sigma_add_logsource(sigma, &(struct sigma_logsource){"windows", NULL, "system"},
 *                         "windows_events", "{Channel: System}");
 *     sigma_read(sigma, "rule.yml", text, size);
 *     sigma_finish(sigma);
 *     for each event of windows_events
 *         if (sigma_begin(sigma, log, keys, 3) > 0) {
 *             sigma_put(sigma, "ServiceName", 11, name, strlen(name));
 *             n = sigma_match(sigma, &rules);
 *         }
 *     sigma_free(sigma);
 *
 * Keys are the few values that say of what kind an event is (its channel, its number). What rules
 * an event of a kind may fit at all is worked out once a kind; of those, the ones that the index
 * finds in the event, and those that it cannot find, are tried.
 *
 * Functions that fail return a negative errno, and change nothing that they return. -EBADMSG goes
 * with sigma_error().
 */
#ifndef SVCQL_SIGMA_H
#define SVCQL_SIGMA_H

#include "sigma_rule.h"

#define SIGMA_RULES_MAX    20000
#define SIGMA_GIVE_UP      3
#define SIGMA_LOGS_MAX     16
#define SIGMA_KEYS_MAX     4
#define SIGMA_SOURCES_MAX  1024 /* rows that say where events of a log source are */
#define SIGMA_MAPPINGS_MAX 1024 /* rows that give fields further names */

struct sigma;

struct sigma *sigma_new(void); /* NULL where out of memory */
void          sigma_free(struct sigma *sigma);
const char   *sigma_error(const struct sigma *sigma);

/* Before any rule ------------------------------------------------------------------ */

/* Events of a log source are those of `log` that fit `where`, a selection as in a rule, in YAML or
 * JSON; NULL or empty: all of the log. */
int sigma_add_logsource(struct sigma *sigma, const struct sigma_logsource *logsource,
                        const char *log, const char *where);

/* In events of `log` that fit `where`, a field that an event lacks is made of others: "{Name}" is
 * the value of another, the rest stays as it is. */
int sigma_add_field(struct sigma *sigma, const char *log, const char *where, const char *field,
                    const char *value);

/* One of the values of %name% in rules with the modifier expand. */
int sigma_add_placeholder(struct sigma *sigma, const char *name, const char *value);

/* Rules ---------------------------------------------------------------------------- */

/* Add the documents of a file. One that cannot be read is a rule with an error, and so is each rule
 * that cannot run. -ENOMEM, -E2BIG beyond SIGMA_RULES_MAX. */
int sigma_read(struct sigma *sigma, const char *file, const char *text, size_t size);

/* Add a file that could not be opened, as a rule with that error. */
int sigma_fail(struct sigma *sigma, const char *file, const char *why);

/* Make ready for events: filters applied, log sources found, texts indexed. */
int sigma_finish(struct sigma *sigma);

/* The same rules, made ready, for another thread: it tries events of its own against them, on trial alone, and ends
 * before `sigma` does. NULL: out of memory. */
struct sigma *sigma_share(const struct sigma *sigma);

size_t                   sigma_count(const struct sigma *sigma);
const struct sigma_rule *sigma_rule(const struct sigma *sigma, size_t i);

/* The rule of that id, name or title; its index, or -1. */
long sigma_find(const struct sigma *sigma, const char *reference);

/* Whether a rule's hits are to be shown: not those of a rule that only serves a correlation. */
bool sigma_shown(const struct sigma *sigma, size_t rule);

/* The number of a log; -1 where no rule that can run reads it. */
int sigma_log(const struct sigma *sigma, const char *log);

/* The number of a field's name (sigma_event.h); SIGMA_NO_FIELD where nothing asks for it. */
int32_t sigma_field_number(const struct sigma *sigma, const char *field);

/* The name of that number; NULL for SIGMA_NO_FIELD. */
const char *sigma_field_name(const struct sigma *sigma, int32_t field);

/* Whether a rule asks for a field of that name. */
bool sigma_asks(const struct sigma *sigma, const char *field);

/* Events --------------------------------------------------------------------------- */

struct sigma_key {
    const char *name;
    const char *value; /* NULL: the event has none */
    size_t      size;
    int32_t    *known; /* as in struct event_field */
};

/* Begin an event, with its keys as its first values. 1; 0 where no rule can fit it; -ENOMEM. Every
 * event of a log has the same keys. */
int sigma_begin(struct sigma *sigma, int log, const struct sigma_key *keys, size_t n);

/* Add a value. The texts must live until sigma_match() has returned; sigma_put_copy() copies. */
void sigma_put(struct sigma *sigma, const char *name, size_t name_size, const char *text,
               size_t size);
void sigma_put_copy(struct sigma *sigma, const char *name, size_t name_size, const char *text,
                    size_t size);

/* Add a value as its log has it: an event_take, to a struct sigma. Those of a form other than 0 need before it
 * sigma_read_by(), which says how their texts are made. */
void sigma_take(void *sigma, const struct event_field *field);
void sigma_read_by(struct sigma *sigma, const struct event_fields *fields);

/* The rules that the event fits, in their order: their number, or -ENOMEM. The list is valid until
 * the next call. */
long sigma_match(struct sigma *sigma, const uint32_t **ret_rules);

/* Whether no keyword of any rule is in those values of the event that was tried last that have QUIET_MAX characters. */
#define QUIET_MAX 16
bool sigma_is_quiet(const struct sigma *sigma);

/* The same where another thread has found the rules: their number. */
long sigma_accept(struct sigma *sigma, const uint32_t *rules, size_t n, const uint32_t **ret_rules);

/* Begin or end to try events only to see what rules fit them. Meanwhile an expression that takes too long fits, and is
 * not counted, and events lack values that no rule asks for. */
void sigma_trial(struct sigma *sigma, bool on);

/* Whether an expression took too long in the last event, so that it is to be tried again, not on trial. */
bool sigma_unsure(const struct sigma *sigma);

/* The event at hand, with the fields that mappings gave it, after sigma_match(). */
struct sigma_event *sigma_event(struct sigma *sigma);

/* Whether the event at hand fits a part of a rule. */
bool sigma_fits(struct sigma *sigma, const struct sigma_node *node);

/* Whether the event at hand is of a rule's log source. */
bool sigma_of_source(struct sigma *sigma, size_t rule);

/* How often a rule's regular expressions were given up; it is no longer tried after SIGMA_GIVE_UP. */
unsigned sigma_given_up(const struct sigma *sigma, size_t rule);

#endif
