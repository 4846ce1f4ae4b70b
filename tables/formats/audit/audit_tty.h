/* audit_tty.h -- what was typed on a terminal, as pam_tty_audit has it recorded (type=TTY). Pure. */
#ifndef SVCQL_AUDIT_TTY_H
#define SVCQL_AUDIT_TTY_H

#include "audit_text.h"

/* Append the keys as ausearch -i shows them: "systemctl stop auditd",<ret>. */
void audit_tty_keys(const struct audit_field *data, struct buffer *text);

/* Append the commands, one a line: <ret> or <nl> ends a command. A backspace removes the
 * character before it; the other keys are shown as <up>, as they may have changed the line. */
void audit_tty_commands(const struct audit_field *data, struct buffer *text);

#endif
