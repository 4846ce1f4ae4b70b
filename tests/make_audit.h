/* make_audit.h -- a real audit log: the kernel's audit switched on for one program, and auditd
 * writing below a folder. The kernel has one audit for all, so rules name the program, one user of
 * this at a time holds a lock, and audit is switched off again.
 */
#ifndef SVCQL_TESTS_MAKE_AUDIT_H
#define SVCQL_TESTS_MAKE_AUDIT_H

/* Begin to record what a program executes, opens and renames; returns NULL, or why it cannot be: it
 * is done only where SVCQL_LIVE_AUDIT is set, by root, where no other program uses audit. Writes
 * DIR/audit.log, in the enriched format. */
const char *make_audit_begin(const char *dir, const char *program);
void        make_audit_end(void);

#endif
