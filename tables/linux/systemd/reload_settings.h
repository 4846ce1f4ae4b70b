/* reload_settings.h -- settings of unit files beside the D-Bus properties that a manager has of them, both
 * as one text, so that the two can be compared.
 *
 * The text of a property is that of systemd_units, lists with one item a line. What a setting on disk
 * makes of it is computed as in systemd 252 to 262; a value that only the manager can compute (a
 * group of system calls, a calendar expression that it rewrites) is not compared, and counted.
 */
#ifndef SVCQL_RELOAD_SETTINGS_H
#define SVCQL_RELOAD_SETTINGS_H

#include "formats/unit/unit_specifiers.h"
#include "linux/units/unit_load.h"
#include "systemd_value.h"

struct reload_setting;

size_t                       reload_settings_count(void);
const struct reload_setting *reload_setting_at(size_t i);

/* The settings, sorted by property, for reload_setting_find(): room for reload_settings_count(). */
void reload_settings_sort(const struct reload_setting *ret[]);

/* The setting of a unit that a property is of, on the interface of all units or on that of its type;
 * NULL: none. */
const struct reload_setting *reload_setting_find(const struct reload_setting *const *sorted,
                                                 const char *property, bool of_unit,
                                                 const char *unit);

/* The section and interface of a unit's type; NULL: of none that has settings here. */
const char *reload_section(const char *unit);

/* Reads a list of texts, one a line. */
extern const struct value_reader reload_words;

/* Its place in the list; its section in this unit, NULL where it has none; its key. */
size_t      reload_setting_index(const struct reload_setting *setting);
const char *reload_setting_section(const struct reload_setting *setting, const char *unit);
const char *reload_setting_key(const struct reload_setting *setting);

/* Read the variant at which `m` is positioned as text: as value_read(). */
int reload_setting_read(const struct reload_setting *setting, struct dbus_reader *m,
                        struct value *value);

/* What is compared. */
struct reload_disk {
    struct unit_search           *search;
    const char                   *unit;
    const struct unit_loaded     *loaded; /* from disk */
    const struct unit_specifiers *specifiers;
    bool fallbacks; /* both have a unit file, so that what is not set is known */
};

enum reload_verdict {
    RELOAD_SAME,
    RELOAD_DIFFERS,
    RELOAD_NOT_COMPARED, /* set on disk, in a form that only the manager can compute */
};

/* Compare a property's text with what is on disk: the text of that in *ret_text, and in *ret_last the
 * setting that has it, NULL where none does. */
enum reload_verdict reload_setting_compare(const struct reload_setting *setting,
                                           const struct reload_disk *disk, const char *loaded,
                                           struct buffer              *ret_text,
                                           const struct unit_setting **ret_last);

#endif
