/* audit_journal.h -- the audit records in a journal file, as lines of an audit log.
 *
 * journald stores the kernel's audit messages as entries of _TRANSPORT=audit and splits them:
 * journald-audit.c. Here they are joined again:
 *
 *     entry=4711 type=SYSCALL msg=audit(1732442400.123:456): arch=c000003e ...
 *
 * where 4711 is the offset of the entry in the file. Of a journal with the entries of several hosts, a line has
 * its host as the kernel's records have it from auditd: `node=web1 type=...`.
 */
#ifndef SVCQL_AUDIT_JOURNAL_H
#define SVCQL_AUDIT_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "evidence.h"

struct audit_journal;

/* Open a journal file for its audit records from `min` on, in seconds since the epoch (-INFINITY:
 * all). -ENODATA where it has none; -EBADMSG where it is damaged or not a journal. */
int audit_journal_open(const struct source *source, const char *path, double min,
                       struct audit_journal **ret);
/* Whether its records are in the order of time. */
bool audit_journal_ordered(const struct audit_journal *journal);

void audit_journal_close(struct audit_journal *journal); /* accepts NULL */

/* The next record with its '\n', valid until the next call: 1, 0 at the end, -EBADMSG where the
 * rest is lost to damage, -ENOMEM. */
int audit_journal_line(struct audit_journal *journal, const char **ret, size_t *ret_size);

/* Entries so far that could not be read, or prove not to be audit records. */
int64_t audit_journal_lost(const struct audit_journal *journal);

#endif
