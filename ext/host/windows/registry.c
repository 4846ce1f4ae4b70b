/* registry.c -- the running registry by Windows's native functions, whose names have a length: keys and
 * values with a NUL in their name, which regedit does not show, are read as any other.
 *
 * A key whose descriptor does not let this user in is opened with the privilege to make a backup, where
 * the user has it, and marked. A link is not followed, so that each key is read once. A process of 64
 * bits sees the keys of both views: those of 32 bits are below WOW6432Node.
 */
#include "host.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "descriptors.h"
#include "formats/hive/hive_live.h"
#include "native.h"
#include "utf16.h"

#define NAME_BYTES 1024 /* of a key; a value's may have 32,766 */
#define BACKUP     4    /* REG_OPTION_BACKUP_RESTORE */

/* Windows Driver Kit: KEY_BASIC_INFORMATION, KEY_VALUE_FULL_INFORMATION and the functions on them. */
struct key_basic {
    LARGE_INTEGER written;
    ULONG         title, name_bytes;
    WCHAR         name[1];
};

struct key_full { /* KEY_FULL_INFORMATION, to what is read of it */
    LARGE_INTEGER written;
    ULONG         title, class_at, class_bytes, n_subkeys, name_max, class_max, n_values;
};

struct value_full {
    ULONG title, type, data_at, data_bytes, name_bytes;
    WCHAR name[1];
};

enum { KEY_BASIC = 0, VALUE_FULL = 1, KEY_FULL = 2 };

NTSYSAPI NTSTATUS NTAPI NtOpenKeyEx(PHANDLE ret, ACCESS_MASK access, POBJECT_ATTRIBUTES name,
                                    ULONG options);
NTSYSAPI NTSTATUS NTAPI NtQueryKey(HANDLE key, int class, PVOID ret, ULONG size, PULONG ret_size);
NTSYSAPI NTSTATUS NTAPI NtEnumerateKey(HANDLE key, ULONG i, int class, PVOID ret, ULONG size,
                                       PULONG ret_size);
NTSYSAPI NTSTATUS NTAPI NtEnumerateValueKey(HANDLE key, ULONG i, int class, PVOID ret, ULONG size,
                                            PULONG ret_size);
NTSYSAPI NTSTATUS NTAPI NtQuerySecurityObject(HANDLE key, SECURITY_INFORMATION parts, PVOID ret,
                                              ULONG size, PULONG ret_size);

#define IS(status, number) ((status) == (NTSTATUS)(number))
enum {
    NO_MORE_ENTRIES = (int)0x8000001A,
    BUFFER_OVERFLOWS = (int)0x80000005,
    BUFFER_TOO_SMALL = (int)0xC0000023,
    ACCESS_IS_DENIED = (int)0xC0000022,
};

struct registry {
    HANDLE root;
    bool   system; /* \Registry\Machine\SYSTEM */
    void  *room;   /* for what is read */
    ULONG  room_size;

    /* The key that was read last, which stays open: its values are asked for, and then its descriptor. */
    HANDLE      key;
    ACCESS_MASK access;
    uint8_t    *path;
    size_t      path_units;
};

/* Opening ----------------------------------------------------------------------------- */

static int errno_of(NTSTATUS status)
{
    fail_status(status);
    return -errno;
}

/* Open a key below a folder of keys: a negative status. *ret_denied: its descriptor forbids it. */
static NTSTATUS open_key(HANDLE below, const void *path, size_t bytes, ACCESS_MASK access,
                         HANDLE *ret, bool *ret_denied)
{
    UNICODE_STRING    name = {.Length = (USHORT)bytes,
                              .MaximumLength = (USHORT)bytes,
                              .Buffer = (WCHAR *)(uintptr_t)path};
    OBJECT_ATTRIBUTES attributes;

    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | 0x100 /* OBJ_OPENLINK */,
                               below, NULL);
    NTSTATUS status = NtOpenKeyEx(ret, access, &attributes, REG_OPTION_OPEN_LINK);
    *ret_denied = IS(status, ACCESS_IS_DENIED);
    if (*ret_denied)
        status = NtOpenKeyEx(ret, access, &attributes, REG_OPTION_OPEN_LINK | BACKUP);
    return status;
}

static int open_below(const struct registry *r, const uint8_t *path, size_t units,
                      ACCESS_MASK access, HANDLE *ret)
{
    bool denied;

    if (units > UINT16_MAX / 2)
        return -ENAMETOOLONG;
    NTSTATUS status = open_key(r->root, path, 2 * units, access, ret, &denied);
    return status < 0 ? errno_of(status) : 0;
}

static void close_last(struct registry *r)
{
    if (r->key)
        NtClose(r->key);
    free(r->path);
    r->key = NULL;
    r->path = NULL;
    r->path_units = 0;
}

/* Open a key for reading or, where that is too much, with one right; it is r->key. */
static int open_last(struct registry *r, const uint8_t *path, size_t units, ACCESS_MASK need)
{
    HANDLE      key;
    ACCESS_MASK access = KEY_READ;

    if (r->key && r->access & need && units == r->path_units &&
        memcmp(path, r->path, 2 * units) == 0)
        return 0;
    close_last(r);
    int error = open_below(r, path, units, access, &key);
    if (error == -EACCES)
        error = open_below(r, path, units, access = need, &key);
    if (error < 0)
        return error;
    if (!(r->path = malloc(2 * units + 1))) {
        NtClose(key);
        return -ENOMEM;
    }
    memcpy(r->path, path, 2 * units);
    r->path_units = units;
    r->access = access;
    r->key = key;
    return 0;
}

/* Have more room, of which a function has said how much it takes; false: no memory. */
static bool grow(struct registry *r, ULONG size)
{
    void *room = realloc(r->room, size + 1024);

    if (!room)
        return false;
    r->room = room;
    r->room_size = size + 1024;
    return true;
}

static bool is_short(NTSTATUS status)
{
    return IS(status, BUFFER_OVERFLOWS) || IS(status, BUFFER_TOO_SMALL);
}

/* Keys and values ------------------------------------------------------------------------ */

typedef NTSTATUS NTAPI enumerate(HANDLE key, ULONG i, int class, PVOID ret, ULONG size,
                                 PULONG ret_size);

/* The i-th item of a key in r->room: 1, 0 at the end, or a negative errno. */
static int item(struct registry *r, HANDLE key, enumerate *function, int class, ULONG i)
{
    ULONG    size = 0;
    NTSTATUS status = function(key, i, class, r->room, r->room_size, &size);

    for (int tries = 0; is_short(status) && tries < 3; tries++) {
        if (!grow(r, size))
            return -ENOMEM;
        status = function(key, i, class, r->room, r->room_size, &size);
    }
    if (IS(status, NO_MORE_ENTRIES))
        return 0;
    return status < 0 ? errno_of(status) : 1;
}

/* Whether a key below a folder of keys is a link: its value says to which. */
static bool is_link(HANDLE below, const WCHAR *name, size_t bytes)
{
    union {
        struct value_full value;
        char              room[2048];
    } data;
    HANDLE key;
    ULONG  size;
    bool   denied, link = false;

    if (open_key(below, name, bytes, KEY_QUERY_VALUE, &key, &denied) < 0)
        return false;
    for (ULONG i = 0;
         !link && NtEnumerateValueKey(key, i, VALUE_FULL, &data, sizeof data, &size) >= 0; i++)
        link = data.value.type == REG_LINK;
    NtClose(key);
    return link;
}

/* Windows adds a link to SYSTEM when it starts, to the control set in use; the hive has it not. */
static bool is_current_link(const struct registry *r, HANDLE root, const WCHAR *name, size_t units)
{
    static const wchar_t current[] = L"CurrentControlSet";
    const size_t         size = sizeof current / sizeof *current - 1;

    return r->system && units == size && _wcsnicmp(name, current, size) == 0 &&
           is_link(root, name, 2 * size);
}

static int look(void *data, const uint8_t *path, size_t units, uint64_t *ret_written)
{
    struct registry *r = data;
    HANDLE           key;
    ULONG            size;
    int              error = is_current_link(r, r->root, (const WCHAR *)(const void *)path, units)
                                 ? -ENOENT
                                 : open_below(r, path, units, KEY_QUERY_VALUE, &key);

    if (error < 0)
        return error;
    NTSTATUS status = NtQueryKey(key, KEY_BASIC, r->room, r->room_size, &size);
    NtClose(key);
    if (status < 0)
        return errno_of(status);
    *ret_written = (uint64_t)((struct key_basic *)r->room)->written.QuadPart;
    return 0;
}

static int keys(void *data, const uint8_t *path, size_t units, struct hive_live *to)
{
    struct registry *r = data;
    int              more, error = open_last(r, path, units, KEY_ENUMERATE_SUB_KEYS);

    for (ULONG i = 0; error == 0 && (more = item(r, r->key, NtEnumerateKey, KEY_BASIC, i)) != 0;
         i++) {
        const struct key_basic *found = r->room;
        error = more < 0 ? more
                : units == 0 && is_current_link(r, r->key, found->name, found->name_bytes / 2)
                    ? 0
                    : hive_live_key(to, (const uint8_t *)found->name, found->name_bytes / 2,
                                    (uint64_t)found->written.QuadPart);
    }
    return error;
}

static int values(void *data, const uint8_t *path, size_t units, struct hive_live *to)
{
    struct registry *r = data;
    ULONG            size, n = UINT32_MAX;
    int              more, error = open_last(r, path, units, KEY_QUERY_VALUE);

    if (error < 0)
        return error;
    if (NtQueryKey(r->key, KEY_FULL, r->room, r->room_size, &size) >= 0) {
        const struct key_full *full = r->room;
        n = full->n_values;
        hive_live_subkeys(to, full->n_subkeys);
    }
    for (ULONG i = 0;
         error == 0 && i < n && (more = item(r, r->key, NtEnumerateValueKey, VALUE_FULL, i)) != 0;
         i++) {
        const struct value_full *found = r->room;
        error = more < 0 ? more
                         : hive_live_value(to, (const uint8_t *)found->name, found->name_bytes / 2,
                                           found->type, (const uint8_t *)found + found->data_at,
                                           found->data_bytes);
    }
    return error;
}

static int security(void *data, const uint8_t *path, size_t units, struct buffer *to)
{
    const SECURITY_INFORMATION parts =
        OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    struct registry *r = data;
    ULONG            size = 0;
    int              error = open_last(r, path, units, READ_CONTROL);

    if (error < 0)
        return error;
    NTSTATUS status = NtQuerySecurityObject(r->key, parts, r->room, r->room_size, &size);
    if (is_short(status) && grow(r, size))
        status = NtQuerySecurityObject(r->key, parts, r->room, r->room_size, &size);
    if (status < 0)
        return errno_of(status);
    buffer_put(to, r->room, size);
    return 0;
}

static void close_registry(void *data)
{
    struct registry *r = data;

    close_last(r);
    NtClose(r->root);
    free(r->room);
    free(r);
}

/* Roots --------------------------------------------------------------------------------- */

static const struct {
    const char    *shown;
    const wchar_t *native;
} tops[] = {{"HKEY_LOCAL_MACHINE", L"\\Registry\\Machine"}, {"HKEY_USERS", L"\\Registry\\User"}};

/* The native path of a root, from the one that tables show. */
static bool native_path(const char *path, wchar_t ret[NAME_BYTES])
{
    for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
        size_t size = strlen(tops[i].shown), units = wcslen(tops[i].native);
        if (strncmp(path, tops[i].shown, size) != 0 || path[size] != '\\')
            continue;
        wcscpy(ret, tops[i].native);
        return utf8_to_utf16(path + size, ret + units, NAME_BYTES - units) > 0;
    }
    return false;
}

int host_registry_open(const char *path, struct hive *ret)
{
    static const struct hive_registry calls = {look, keys, values, security, close_registry};
    struct registry                  *r;
    wchar_t                           native[NAME_BYTES];
    bool                              denied;

    if (!native_path(path, native))
        return -ENOENT;
    if (!(r = calloc(1, sizeof *r)) || !grow(r, 65536)) {
        free(r);
        return -ENOMEM;
    }
    enable_privilege(L"SeBackupPrivilege"); /* passes descriptors, to read */
    NTSTATUS status = open_key(NULL, native, 2 * wcslen(native), KEY_READ, &r->root, &denied);
    if (status < 0) {
        free(r->room);
        free(r);
        return errno_of(status);
    }
    r->system = _wcsicmp(native, L"\\Registry\\Machine\\SYSTEM") == 0;
    return hive_live_open(ret, &calls, r);
}

static int each_user(int (*each)(void *arg, const char *path), void *arg)
{
    char    path[NAME_BYTES] = "HKEY_USERS\\";
    wchar_t name[256];
    size_t  size = strlen(path);
    int     r = 0;

    for (DWORD i = 0; r == 0; i++) {
        DWORD units = 256;
        if (RegEnumKeyExW(HKEY_USERS, i, name, &units, NULL, NULL, NULL, NULL) != ERROR_SUCCESS)
            break;
        if (utf16_to_utf8(name, units, path + size, sizeof path - size))
            r = each(arg, path);
    }
    return r;
}

int host_registry_roots(int (*each)(void *arg, const char *path), void *arg)
{
    static const char *const machine[] = {"SYSTEM", "SOFTWARE", "SAM", "SECURITY"};
    char                     path[64];
    int                      r = 0;

    for (size_t i = 0; r == 0 && i < sizeof machine / sizeof *machine; i++) {
        strcpy(path, "HKEY_LOCAL_MACHINE\\");
        r = each(arg, strcat(path, machine[i]));
    }
    return r ? r : each_user(each, arg);
}

/* Files --------------------------------------------------------------------------------- */

struct loaded {
    HKEY           list; /* of loaded hives by native path, with the file that each is from */
    const wchar_t *file;
};

static int is_from(void *arg, const char *path)
{
    const struct loaded *loaded = arg;
    wchar_t              native[NAME_BYTES], file[NAME_BYTES];
    DWORD                size = sizeof file, type;

    if (!native_path(path, native) ||
        RegQueryValueExW(loaded->list, native, NULL, &type, (BYTE *)file, &size) != ERROR_SUCCESS)
        return 0;
    return type == REG_SZ && CompareStringOrdinal(file, (int)wcsnlen(file, size / sizeof *file),
                                                  loaded->file, -1, TRUE) == CSTR_EQUAL;
}

/* Windows lists \REGISTRY\MACHINE\SYSTEM as \Device\HarddiskVolume3\Windows\System32\config\SYSTEM. */
bool host_registry_has_file(const char *path)
{
    static const wchar_t list[] = L"SYSTEM\\CurrentControlSet\\Control\\hivelist";
    const wchar_t        drive[] = {(wchar_t)*host_root(), L':', 0};
    wchar_t              file[NAME_BYTES];
    struct loaded        loaded = {.file = file};

    if (!QueryDosDeviceW(drive, file, NAME_BYTES))
        return false;
    size_t units = wcslen(file);
    if (!utf8_to_utf16(path, file + units, NAME_BYTES - units) ||
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, list, 0, KEY_QUERY_VALUE, &loaded.list) != ERROR_SUCCESS)
        return false;
    for (wchar_t *p = file; *p; p++)
        *p = *p == L'/' ? L'\\' : *p;
    bool has = host_registry_roots(is_from, &loaded) > 0;
    RegCloseKey(loaded.list);
    return has;
}
