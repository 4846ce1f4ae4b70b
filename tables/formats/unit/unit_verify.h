/* unit_verify.h -- whether a service manager takes a unit once it has read it, and its reason where
 * it does not: the load states "bad-setting" and "error" (behaviour of src/core of systemd 252, 257
 * and 262). What the real manager can only tell from other units, packages or the running system is
 * not checked.
 *
 *     if (unit_verify(&unit, &reason) > 0)
 *         puts(reason.data);       "Timer unit lacks value setting. Refusing."
 */
#ifndef SVCQL_UNIT_VERIFY_H
#define SVCQL_UNIT_VERIFY_H

#include "formats/text/arena.h"
#include "formats/text/buffer.h"
#include "unit_exec.h"
#include "unit_merge.h"

struct unit_verified {
    const char                 *name;     /* of the unit, with its type */
    const struct unit_setting  *settings; /* merged */
    size_t                      n;
    int                         version;  /* of systemd; INT_MAX: not known, so the newest */
    const struct unit_expander *expander; /* of its specifiers */
};

/* Whether a setting makes the manager stop reading the file, and refuse the unit where that is its
 * fragment; then the manager's words are appended. */
bool unit_setting_fatal(const struct unit_setting *setting, const struct unit_expander *expander,
                        struct arena *memory, struct buffer *ret);

/* Append why the manager refuses a unit all of whose settings could be read: 1, 0 where it does
 * not, -ENOMEM. */
int unit_verify(const struct unit_verified *unit, struct arena *memory, struct buffer *ret);

#endif
