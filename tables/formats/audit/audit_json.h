/* audit_json.h -- events of the audit log as laurel and auditbeat write them: a JSON object a line.
 *
 * laurel:    {"ID":"1615113648.981:15220","NODE":"web1","SYSCALL":{...},"EXECVE":{"ARGV":[...]},...}
 * auditbeat: {"@timestamp":"...","auditd":{"sequence":15220,...},"process":{...},"user":{...}}
 *
 * Each becomes the lines that auditd would have written, as far as the object has their fields. Pure.
 */
#ifndef SVCQL_AUDIT_JSON_H
#define SVCQL_AUDIT_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

/* Append the records of one line, each as "entry=OFFSET node=... type=... msg=audit(...): ..." and a
 * '\n'. -EBADMSG where it is neither form, -ENOMEM. */
int audit_json_lines(const char *line, size_t size, uint64_t offset, struct buffer *text);

#endif
