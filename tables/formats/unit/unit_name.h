/* unit_name.h -- names of units: what systemd 252 accepts, templates, instances, prefixes
 * (systemd.unit(5) "Description"; src/basic/unit-name.c for the character set).
 */
#ifndef SVCQL_UNIT_NAME_H
#define SVCQL_UNIT_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define UNIT_NAME_MAX 256 /* with the NUL */

enum unit_name_kind {
    UNIT_NAME_NONE = 0, /* not the name of a unit */
    UNIT_NAME_PLAIN,    /* ssh.service */
    UNIT_NAME_TEMPLATE, /* getty@.service */
    UNIT_NAME_INSTANCE, /* getty@tty1.service */
};

enum unit_name_kind unit_name_kind(const char *name);

/* The type of a unit: its suffix, "service"; NULL where the name is none. Points into `name`. */
const char *unit_name_type(const char *name);

/* Whether the text is a type: "service", "socket" ... */
bool unit_type_known(const char *type);

/* Whether units of this type may have templates; may be called by other names. */
bool unit_type_templates(const char *type);
bool unit_type_aliases(const char *type);

/* Whether units of this type may exist without a file: systemd makes them up from what the kernel
 * has, or for lack of one. */
bool unit_type_needs_no_file(const char *type);

/* "getty@.service" of an instance or a template. False for other names. */
bool unit_name_template(const char *name, char ret[UNIT_NAME_MAX]);

/* "tty1" of "getty@tty1.service", "" of a template. False for other names. */
bool unit_name_instance(const char *name, char ret[UNIT_NAME_MAX]);

/* "getty@tty1.service" from "getty@.service" (or any instance of it) and "tty1"; false where that
 * is not a valid name. */
bool unit_name_with_instance(const char *name, const char *instance, char ret[UNIT_NAME_MAX]);

/* The next shorter name whose drop-ins apply too: "a-b-.service" of "a-b-c.service", then
 * "a-.service"; an instance keeps its instance. False where there is none. */
bool unit_name_shorten(const char *name, char ret[UNIT_NAME_MAX]);

/* Whether a link called `name` may point to a unit called `target` within the search path; not to
 * its own name. */
bool unit_alias_valid(const char *name, const char *target);

#endif
