/* unit_presets.h -- whether the vendor would have a unit enabled (systemd.preset(5); behaviour of
 * src/shared/install.c of systemd 252, 257 and 262).
 *
 *     unit_presets_read(&presets, root, UNIT_SYSTEM);
 *     enum unit_preset preset = unit_presets_lookup(&presets, "ssh.service", &rule);
 *     unit_presets_free(&presets);
 */
#ifndef SVCQL_UNIT_PRESETS_H
#define SVCQL_UNIT_PRESETS_H

#include "unit_search.h"

#define UNIT_PRESET_RULES_MAX 10000 /* those beyond are counted, as are longer patterns */
#define UNIT_PRESET_SIZE_MAX  512

enum unit_preset { UNIT_PRESET_ENABLE, UNIT_PRESET_DISABLE, UNIT_PRESET_IGNORE };

struct unit_preset_rule {
    enum unit_preset preset;
    const char      *pattern, *path; /* of names; the file */
    unsigned         line;
};

struct unit_presets {
    struct unit_preset_rule *rules; /* in the order in which they are applied */
    size_t                   n;
    size_t                   unread; /* files not read, or rules beyond the limit */
    struct arena             memory;
};

/* Read the presets of the system, or with another scope those of all users. What cannot be read is
 * counted. 0 or -ENOMEM. */
int unit_presets_read(struct unit_presets *presets, const struct root *root, enum unit_scope scope);
void unit_presets_free(struct unit_presets *presets); /* accepts a zeroed one */

/* What the first rule that fits says, in *ret_rule that rule; without one a unit is enabled, and
 * *ret_rule is NULL. */
enum unit_preset unit_presets_lookup(const struct unit_presets *presets, const char *name,
                                     const struct unit_preset_rule **ret_rule);

#endif
