/* command_line.h -- the effect of a command line on services.
 *
 * The line is parsed like the shell that it was written for, the commands within wrappers such as
 * sudo, ssh, sh -c, cmd /c and powershell -EncodedCommand are read, and each call of a tool that
 * manages services is reported:
 *
 *     [{"tool":"systemctl","verb":"enable","targets":["x.service"],"options":["--now"],
 *       "remote":null,"runtime":false,"via":["sudo","sh"],"obfuscated":false}]
 *
 * tool        net1 is "net", psexec64 "psexec", a cmdlet's tool is "powershell", a script in
 *             /etc/init.d "init.d", Upstart's start and stop "initctl"
 * verb        as the tool names it, in lower case; a D-Bus method or a cmdlet keeps its case; "run"
 *             where a command is run as a service
 * targets     units, services, labels, files as written; of "run" the name of the service where
 *             one is given, else the program
 * options     "--name=value" under its long name where it has one, "command=..." for what is run
 *             as a service
 * remote      the other host or container, of the tool itself or of a wrapper
 * runtime     the change lasts until the next boot only
 * via         wrappers, outermost first
 * obfuscated  the tool's name or verb is written in pieces, the command was encoded, or it is within
 *             more than COMMAND_VIA_MAX wrappers
 *
 * Bounds: SHELL_TEXT_MAX bytes of a line, SHELL_DEPTH_MAX texts within texts, COMMAND_USES_MAX
 * calls; parts beyond are left out. Where nothing could be read within the bounds, of a line that
 * may matter, one obfuscated call of the tool "unknown" is reported.
 */
#ifndef SVCQL_COMMAND_LINE_H
#define SVCQL_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/text/buffer.h"

#define COMMAND_USES_MAX 256

/* Append the JSON array to `out`. Returns the number of uses, 0 where the line does nothing to
 * services (and `out` is unchanged), or -ENOMEM. */
int command_line_services(const char *line, size_t size, struct buffer *out);

/* Whether the line can name a service tool at all: fast; "no" is always right. */
bool command_line_may_matter(const char *line, size_t size);

#endif
