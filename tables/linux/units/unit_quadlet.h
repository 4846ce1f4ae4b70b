/* unit_quadlet.h -- quadlets, the files of which podman's generator makes services, with their
 * drop-ins (podman-systemd.unit(5); `podman-system-generator --dryrun` of 5.4).
 *
 *     quadlet_drop_ins(places, entry, &drop_ins);
 *     unit_load_files(places, entry, &drop_ins, &loaded);
 *     for (size_t i = 0; i < loaded.n; i++) ... loaded.settings[i] ...
 *     unit_loaded_free(&loaded);
 *     unit_drop_ins_free(&drop_ins);
 */
#ifndef SVCQL_UNIT_QUADLET_H
#define SVCQL_UNIT_QUADLET_H

#include "unit_load.h"

/* The drop-ins of a quadlet, in the order in which they are read: by file name; of one name only the
 * first: that of its own name, of its template, of the prefixes that end at a dash, of its type
 * ("container.d"), each in all folders of the search, as podman from 5.6 on. 0 or -ENOMEM. */
int quadlet_drop_ins(struct unit_search *places, const struct unit_entry *quadlet,
                     struct unit_drop_ins *ret);

/* Find out once which drop-ins some quadlet reads: sets `used` and `masked_by` of the entries. 0 or
 * -ENOMEM. */
int quadlets_mark(struct unit_search *places);

/* The service that is made of a quadlet of this name; NULL: of none. In the arena's memory. */
const char *quadlet_unit(const char *name, const struct unit_loaded *loaded, struct arena *memory);

/* The section of files of a quadlet's type, also of drop-ins of all of a type, as in "container.d".
 * NULL: none. In static memory. */
const char *quadlet_section(const struct unit_entry *entry);

/* Why podman makes no service of a file; NULL: it does, or it is no quadlet. */
const char *quadlet_refused(const struct unit_entry *entry, const struct unit_loaded *loaded);

/* The last setting of this key in this section, which may be empty; NULL: none. */
const struct unit_setting *section_setting(const struct unit_loaded *loaded, const char *section,
                                           const char *key);

#endif
