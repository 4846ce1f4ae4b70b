/* account.h -- the name of an account, without asking the network for it. */
#ifndef SVCQL_WINDOWS_ACCOUNT_H
#define SVCQL_WINDOWS_ACCOUNT_H

#include <windows.h>

/* DOMAIN\name of a SID that this machine knows, else the SID as text; malloc()ed, NULL: no memory. A
 * domain's accounts are known by `logon`, the session that one has logged on to; NULL: none. */
char *account_name(PSID sid, const LUID *logon);

/* Let this process use a privilege, if it has it. */
void enable_privilege(const wchar_t *name);

#endif
