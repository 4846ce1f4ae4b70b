/* unit_autostart.h -- entries of autostart folders, as systemd-xdg-autostart-generator reads them
 * (its man page; the generators of systemd 252 and 257).
 *
 *     const char *why = autostart_off(root, entry, &loaded, version);     NULL: a service is made of it
 */
#ifndef SVCQL_UNIT_AUTOSTART_H
#define SVCQL_UNIT_AUTOSTART_H

#include "unit_load.h"

/* The setting that counts of a key that may stand once: the first; NULL: none. */
const struct unit_setting *autostart_setting(const struct unit_loaded *loaded, const char *key);

/* Why no service is made of the entry; NULL: one is, which OnlyShowIn= and conditions may still stop
 * at its start. An absent program counts only where the folders exist in which it would be. In
 * static memory. */
const char *autostart_off(const struct root *root, const struct unit_entry *entry,
                          const struct unit_loaded *loaded, int version);

#endif
