/* sysv_text.h -- init scripts as systemd-sysv-generator reads them (systemd-sysv-generator(8);
 * behaviour of src/sysv-generator of systemd 252).
 *
 *     sysv_unit_name("theta.sh", &name);       "theta.service"
 */
#ifndef SVCQL_SYSV_TEXT_H
#define SVCQL_SYSV_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/text/buffer.h"

/* Whether systemd passes over files of this name: hidden, or left by an editor or a package
 * manager. */
bool unit_name_ignored(const char *name);

/* Append the name of the service that is made of a script: ".sh" taken away, escaped. */
void sysv_unit_name(const char *script, struct buffer *ret);

/* The script's name in that of a link of a runlevel, "alpha" of "S20alpha"; NULL: it is none. */
const char *sysv_link_script(const char *link);

/* Append the other names of a script's service that its "Provides:" gives, each with a NUL after
 * it; virtual facilities, its own name and what is no name of a service are none. */
void sysv_provides(const char *data, size_t size, const char *script, struct buffer *ret);

#endif
