#include "account.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ntsecapi.h>
#include <sddl.h>

#include "utf16.h"

enum { NAME_UNITS = 512 };

void enable_privilege(const wchar_t *name)
{
    TOKEN_PRIVILEGES privilege = {.PrivilegeCount = 1};
    HANDLE           token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
        return;
    privilege.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    if (LookupPrivilegeValueW(NULL, name, &privilege.Privileges[0].Luid))
        AdjustTokenPrivileges(token, FALSE, &privilege, 0, NULL, NULL);
    CloseHandle(token);
}

/* Whether a SID is of the accounts that this machine keeps. */
static bool is_own(PSID sid)
{
    POLICY_ACCOUNT_DOMAIN_INFO *domain;
    LSA_OBJECT_ATTRIBUTES       attributes = {.Length = sizeof attributes};
    LSA_HANDLE                  policy;
    BOOL                        own = FALSE;

    if (LsaOpenPolicy(NULL, &attributes, POLICY_VIEW_LOCAL_INFORMATION, &policy) < 0)
        return false;
    if (LsaQueryInformationPolicy(policy, PolicyAccountDomainInformation, (void **)&domain) >= 0) {
        if (!domain->DomainSid || !EqualDomainSid(sid, domain->DomainSid, &own))
            own = FALSE;
        LsaFreeMemory(domain);
    }
    LsaClose(policy);
    return own;
}

/* S-1-5-21: those of a machine or of a domain. The others are Windows's own. */
static bool is_of_domain(PSID sid)
{
    static const SID_IDENTIFIER_AUTHORITY nt = {SECURITY_NT_AUTHORITY};

    return memcmp(GetSidIdentifierAuthority(sid), &nt, sizeof nt) == 0 &&
           *GetSidSubAuthorityCount(sid) > 1 &&
           *GetSidSubAuthority(sid, 0) == SECURITY_NT_NON_UNIQUE;
}

/* DOMAIN\name in `ret`; false where it does not fit. */
static bool join(wchar_t ret[NAME_UNITS], const wchar_t *domain, size_t domain_units,
                 const wchar_t *name, size_t units)
{
    size_t at = domain_units ? domain_units + 1 : 0;

    if (!units || at + units >= NAME_UNITS)
        return false;
    wmemmove(ret + at, name, units);
    if (at) {
        wmemcpy(ret, domain, domain_units);
        ret[domain_units] = L'\\';
    }
    ret[at + units] = 0;
    return true;
}

static bool known_name(PSID sid, wchar_t ret[NAME_UNITS])
{
    wchar_t      name[256], domain[256];
    DWORD        units = 256, domain_units = 256;
    SID_NAME_USE use;

    return LookupAccountSidW(NULL, sid, name, &units, domain, &domain_units, &use) &&
           join(ret, domain, wcsnlen(domain, 256), name, wcsnlen(name, 256));
}

static bool logon_name(const LUID *logon, wchar_t ret[NAME_UNITS])
{
    SECURITY_LOGON_SESSION_DATA *data = NULL;
    LUID                         id = *logon;

    if (LsaGetLogonSessionData(&id, &data) < 0 || !data)
        return false;
    bool has = join(ret, data->LogonDomain.Buffer, data->LogonDomain.Length / sizeof(wchar_t),
                    data->UserName.Buffer, data->UserName.Length / sizeof(wchar_t));
    LsaFreeReturnBuffer(data);
    return has;
}

static char *sid_text(PSID sid)
{
    wchar_t *text;

    if (!ConvertSidToStringSidW(sid, &text))
        return NULL;
    char *copy = utf16_to_utf8_copy(text);
    LocalFree(text);
    return copy;
}

char *account_name(PSID sid, const LUID *logon)
{
    wchar_t name[NAME_UNITS];
    bool    local = !is_of_domain(sid) || is_own(sid);

    if (local ? known_name(sid, name) : logon && logon_name(logon, name))
        return utf16_to_utf8_copy(name);
    return sid_text(sid);
}
