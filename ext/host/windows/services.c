/* services.c -- the service control manager: its list, and how it would start one. Nothing is changed. */
#include "host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winsvc.h>

#include "descriptors.h"
#include "utf16.h"

#define TYPES      (SERVICE_DRIVER | SERVICE_WIN32 | 0xf0) /* those of a user too */
#define PROTECTION 12 /* SERVICE_CONFIG_LAUNCH_PROTECTED, of Windows 8.1 */
#define TRIES      4  /* of a list that grows meanwhile */

static int errno_of(DWORD error)
{
    fail_windows(error);
    return -errno;
}

/* The list ---------------------------------------------------------------------------- */

static int take(const ENUM_SERVICE_STATUS_PROCESSW *from, struct host_service *to)
{
    const SERVICE_STATUS_PROCESS *status = &from->ServiceStatusProcess;

    *to = (struct host_service){
        .name = utf16_to_utf8_copy(from->lpServiceName),
        .display_name = utf16_to_utf8_copy(from->lpDisplayName ? from->lpDisplayName : L""),
        .type = status->dwServiceType,
        .state = status->dwCurrentState,
        .controls = status->dwControlsAccepted,
        .win32_exit_code = status->dwWin32ExitCode,
        .service_exit_code = status->dwServiceSpecificExitCode,
        .pid = status->dwProcessId,
        .flags = status->dwServiceFlags,
        .listed = true,
    };
    return to->name && to->display_name ? 0 : -ENOMEM;
}

/* The whole list in one answer, malloc()ed. */
static int ask(SC_HANDLE manager, void **ret, DWORD *ret_n)
{
    DWORD size = 256 << 10, more = 0, from = 0;

    for (int i = 0; i < TRIES; i++) {
        void *room = malloc(size);
        if (!room)
            return -ENOMEM;
        from = 0;
        if (EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO, TYPES, SERVICE_STATE_ALL, room,
                                  size, &more, ret_n, &from, NULL)) {
            *ret = room;
            return 0;
        }
        DWORD error = GetLastError();
        free(room);
        if (error != ERROR_MORE_DATA)
            return errno_of(error);
        size += more + 4096;
    }
    return -EAGAIN;
}

/* Services that are not listed -------------------------------------------------------- */

/* Of what the manager keeps from other users nothing follows: many services are for administrators. */
static bool is_administrator(void)
{
    BYTE  sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof sid;
    BOOL  is = FALSE;

    return CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, sid, &size) &&
           CheckTokenMembership(NULL, sid, &is) && is;
}

static int by_name(const void *a, const void *b)
{
    return _stricmp(((const struct host_service *)a)->name, ((const struct host_service *)b)->name);
}

/* Whether the manager has a service by this name whose state it does not let an administrator ask for:
 * such a one it leaves out of its list. */
static bool is_hidden(SC_HANDLE manager, const wchar_t *name)
{
    SC_HANDLE service = OpenServiceW(manager, name, SERVICE_QUERY_STATUS);

    if (!service)
        return GetLastError() == ERROR_ACCESS_DENIED;
    CloseServiceHandle(service);
    return false;
}

/* Add the service of a key, unless the manager lists it or has none by its name. */
static int add_unlisted(SC_HANDLE manager, const wchar_t *key, size_t n_listed,
                        struct host_services *to)
{
    struct host_service service = {.name = utf16_to_utf8_copy(key)}, *list = NULL;
    bool hidden = service.name && !bsearch(&service, to->list, n_listed, sizeof service, by_name) &&
                  is_hidden(manager, key);

    if (hidden && (service.display_name = strdup(service.name)))
        list = realloc(to->list, (to->n + 1) * sizeof *list);
    if (list) {
        to->list = list;
        list[to->n++] = service;
        return 0;
    }
    free(service.display_name);
    free(service.name);
    return hidden || !service.name ? -ENOMEM : 0;
}

static int add_all_unlisted(SC_HANDLE manager, struct host_services *to)
{
    wchar_t name[256];
    size_t  n_listed = to->n;
    HKEY    keys;
    int     r = 0;

    qsort(to->list, to->n, sizeof *to->list, by_name);
    if (!is_administrator() ||
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services", 0,
                      KEY_ENUMERATE_SUB_KEYS, &keys) != ERROR_SUCCESS)
        return 0;
    for (DWORD i = 0; r == 0; i++) {
        DWORD units = 256;
        if (RegEnumKeyExW(keys, i, name, &units, NULL, NULL, NULL, NULL) != ERROR_SUCCESS)
            break;
        r = add_unlisted(manager, name, n_listed, to);
    }
    RegCloseKey(keys);
    return r;
}

int host_services(struct host_services *ret)
{
    SC_HANDLE manager =
        OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE);
    void *list = NULL;
    DWORD n = 0;

    *ret = (struct host_services){0};
    if (!manager)
        return errno_of(GetLastError());
    int r = ask(manager, &list, &n);
    if (r == 0 && n && !(ret->list = calloc(n, sizeof *ret->list)))
        r = -ENOMEM;
    for (DWORD i = 0; r == 0 && i < n; i++)
        r = take((const ENUM_SERVICE_STATUS_PROCESSW *)list + i, &ret->list[ret->n++]);
    free(list);
    if (r == 0)
        r = add_all_unlisted(manager, ret);
    CloseServiceHandle(manager);
    if (r < 0)
        host_services_free(ret);
    return r;
}

void host_services_free(struct host_services *services)
{
    for (size_t i = 0; i < services->n; i++) {
        free(services->list[i].name);
        free(services->list[i].display_name);
    }
    free(services->list);
    *services = (struct host_services){0};
}

/* One service --------------------------------------------------------------------------- */

static int put_config(SC_HANDLE service, struct host_service_setup *ret)
{
    DWORD                  size = 0;
    QUERY_SERVICE_CONFIGW *config;

    QueryServiceConfigW(service, NULL, 0, &size);
    if (!size)
        return errno_of(GetLastError());
    if (!(config = malloc(size)))
        return -ENOMEM;
    int r = QueryServiceConfigW(service, config, size, &size) ? 0 : errno_of(GetLastError());
    if (r == 0) {
        ret->start = config->dwStartType;
        ret->path = utf16_to_utf8_copy(config->lpBinaryPathName ? config->lpBinaryPathName : L"");
        ret->account =
            utf16_to_utf8_copy(config->lpServiceStartName ? config->lpServiceStartName : L"");
        r = ret->path && ret->account ? 0 : -ENOMEM;
    }
    free(config);
    return r;
}

/* A setting that is one number; HOST_UNKNOWN where this Windows has it not. */
static uint32_t number(SC_HANDLE service, DWORD what)
{
    uint64_t room[8] = {0};
    DWORD    size = 0;
    uint32_t n;

    if (!QueryServiceConfig2W(service, what, (BYTE *)room, sizeof room, &size) || size < sizeof n)
        return HOST_UNKNOWN;
    memcpy(&n, room, sizeof n);
    return n;
}

static int put_descriptor(SC_HANDLE service, struct host_service_setup *ret)
{
    const SECURITY_INFORMATION parts =
        OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    BYTE  first[64];
    DWORD size = 0;

    if (QueryServiceObjectSecurity(service, parts, first, 0, &size) || !size)
        return 0;
    if (!(ret->descriptor = malloc(size)))
        return -ENOMEM;
    if (QueryServiceObjectSecurity(service, parts, ret->descriptor, size, &size)) {
        ret->descriptor_size = size;
    } else {
        free(ret->descriptor);
        ret->descriptor = NULL;
    }
    return 0;
}

static SC_HANDLE open_service(SC_HANDLE manager, const char *name, DWORD access)
{
    wchar_t  *wide = utf8_to_utf16_copy(name);
    SC_HANDLE service = wide ? OpenServiceW(manager, wide, access) : NULL;

    free(wide);
    return service;
}

int host_service_setup(const char *name, struct host_service_setup *ret)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service;

    *ret = (struct host_service_setup){.start = HOST_UNKNOWN};
    if (!manager)
        return errno_of(GetLastError());
    service = open_service(manager, name, SERVICE_QUERY_CONFIG | READ_CONTROL);
    if (!service)
        service = open_service(manager, name, SERVICE_QUERY_CONFIG);
    int r = service ? put_config(service, ret) : errno_of(GetLastError());
    if (r == 0) {
        ret->delayed_start = number(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO);
        ret->sid_type = number(service, SERVICE_CONFIG_SERVICE_SID_INFO);
        ret->preshutdown_ms = number(service, SERVICE_CONFIG_PRESHUTDOWN_INFO);
        ret->launch_protected = number(service, PROTECTION);
        r = put_descriptor(service, ret);
    }
    if (service)
        CloseServiceHandle(service);
    CloseServiceHandle(manager);
    if (r < 0)
        host_service_setup_free(ret);
    return r;
}

void host_service_setup_free(struct host_service_setup *setup)
{
    free(setup->path);
    free(setup->account);
    free(setup->descriptor);
    *setup = (struct host_service_setup){0};
}
