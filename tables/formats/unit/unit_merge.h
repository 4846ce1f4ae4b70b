/* unit_merge.h -- which of a unit's settings are in force once its fragment and drop-ins are read
 * in order: of a plain key the last, of a list all since its last reset by an empty value, of
 * Environment= those that assign a variable for the last time.
 *
 * The keys that are lists are documented in systemd.unit(5), .exec(5), .service(5) and related
 * pages; the resets that they share (all Condition...= are emptied together, so are the timers, the
 * paths and the sockets of a unit) are included. A key that is not known counts as a plain one.
 */
#ifndef SVCQL_UNIT_MERGE_H
#define SVCQL_UNIT_MERGE_H

#include <stdbool.h>
#include <stddef.h>

struct unit_setting {
    const char *section, *key, *value; /* the caller's */
    unsigned    line;
    unsigned    file;      /* the caller's: which file it stands in */
    const char *ignored;   /* in: why systemd passes over it, so that it decides nothing; NULL */
    bool        effective; /* out: its value is in force; an empty value never is */
    bool   emptied;    /* out: it is empty, takes away what was there, and nothing comes after it */
    bool   replaced;   /* out: of an Environment= that is not in force, as later ones assign all its
 variables again */
    size_t decided_by; /* out: index of the setting that overrides or resets it; its own where
                               nothing does */
};

/* Fill in `effective`, `emptied` and `decided_by` of `n` settings, in the order in which they are read. In
 * n log n. Returns 0 or -ENOMEM. */
int unit_merge(struct unit_setting *settings, size_t n);

/* Whether systemd reads this section in a unit of this type ("service"): Unit, Install and the one
 * named after the type. */
bool unit_section_read(const char *type, const char *section);

#endif
