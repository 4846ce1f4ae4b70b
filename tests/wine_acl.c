/* wine_acl.c -- for tests/wine.sh: give a key of the registry, or a file, a descriptor in SDDL, which sc and reg cannot.
 *
 * usage: wine_acl.exe key 'SYSTEM\...' SDDL | wine_acl.exe file PATH SDDL */
#include <stdio.h>
#include <string.h>

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

int wmain(int argc, wchar_t **argv)
{
    PSECURITY_DESCRIPTOR sd;
    HKEY                 key;
    LONG                 r;

    if (argc != 4 ||
        !ConvertStringSecurityDescriptorToSecurityDescriptorW(argv[3], SDDL_REVISION_1, &sd, NULL))
        return 2;
    if (wcscmp(argv[1], L"file") == 0) {
        r = SetFileSecurityW(argv[2], DACL_SECURITY_INFORMATION, sd) ? 0 : (LONG)GetLastError();
    } else {
        r = RegOpenKeyExW(HKEY_LOCAL_MACHINE, argv[2], 0, WRITE_DAC, &key);
        r = r ? r : RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, sd);
    }
    if (r)
        fprintf(stderr, "wine_acl: error %ld\n", r);
    return r != 0;
}
