/* make_cases.h -- evidence as it comes: images of each platform, and what collectors leave. */
#ifndef SVCQL_MAKE_CASES_H
#define SVCQL_MAKE_CASES_H

#include <stddef.h>
#include <stdint.h>

/* A small root of Linux: a unit, passwd, an audit log, auth.log, a history. */
void make_linux(const char *dir, const char *host);

/* A small root of Windows: a SYSTEM hive with the service `evil`, System.evtx with its 7045, and a
 * log with a '%' in its name, which is written as `percent` ("%4" as Windows does, "%254" as
 * Velociraptor). */
void make_windows(const char *dir, const char *host, const char *percent);

/* Collections of one host below a folder, by the name of the tool: kape, cylr, velociraptor, uac,
 * zip (a Linux root unpacked), files (loose). */
void make_collection(const char *dir, const char *tool, const char *host);

/* The bytes of a journal of journald: "compact", "regular" or "unkeyed", 200 entries; "host", 50, of sudo, su,
 * sshd, cron and the audit of services. malloc()ed. */
uint8_t *make_journal(const char *variant, size_t *ret_size);

#endif
