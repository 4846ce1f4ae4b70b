/* sigma_audit.h -- the records of an audit event, each as an event of its own for Sigma rules.
 *
 * A record has its own fields, decoded, under the names of the log: type, a0, name, exe, SYSCALL
 * (also where the log was not enriched). Fields that it lacks and a rule asks for are those of the
 * event's SYSCALL, CWD and PROCTITLE records. EXECVE has the whole command line as `cmdline`,
 * SOCKADDR its address as `addr_ip` and `addr_port`; `message` is the record's line.
 */
#ifndef SVCQL_SIGMA_AUDIT_H
#define SVCQL_SIGMA_AUDIT_H

#include "formats/audit/audit_event.h"
#include "formats/sigma/sigma.h"

struct sigma_audit; /* owned by the caller */

struct sigma_audit *sigma_audit_new(void); /* NULL where out of memory */
void                sigma_audit_free(struct sigma_audit *audit);

/* Begin an event, or one of these lines, which must live until its last record was put. 0 or -ENOMEM. */
int sigma_audit_event(struct sigma_audit *audit, const struct audit_event *event);
int sigma_audit_begin(struct sigma_audit *audit, const char *lines, size_t size);

/* Put the next record: 1; 0 where no rule can fit it, or there is none; -ENOMEM. *ret_more: whether
 * there are further ones. */
int sigma_audit_put(struct sigma_audit *audit, struct sigma *sigma, int log, bool *ret_more);

/* Put the record that was put last again: after one that was on trial. The same results. */
int sigma_audit_again(struct sigma_audit *audit, struct sigma *sigma, int log);

/* The value of a field, of any case, in the event's records of a type, or where they lack it in its
 * SYSCALL record. 1 and appended to `text`; 0 where no record has it. Out of memory shows in `text`. */
int sigma_audit_value(const struct sigma_audit *audit, const char *type, const char *name,
                      struct buffer *text);

#endif
