/* unit_value_check.h -- settings whose values the manager cannot parse, and so passes over, with the
 * time zones of a root.
 *
 *     if (unit_type_parses("timer")) unit_value_check(root, &setting, &memory);
 *     if (setting.ignored) puts(setting.ignored);     "Failed to parse timer value, ignoring: 5x"
 */
#ifndef SVCQL_UNIT_VALUE_CHECK_H
#define SVCQL_UNIT_VALUE_CHECK_H

#include "formats/text/arena.h"
#include "formats/unit/unit_merge.h"
#include "root.h"

/* Whether units of this type have such settings. */
bool unit_type_parses(const char *type);

/* Set `ignored` of a setting that cannot be parsed, in the arena's memory. 0 or -ENOMEM. */
int unit_value_check(const struct root *root, struct unit_setting *setting, struct arena *memory);

#endif
