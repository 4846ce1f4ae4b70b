/* host.c -- what include/host.h and include/root.h ask of Windows. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <windows.h>

#include <bcrypt.h>

#include "descriptors.h"
#include "native.h"
#include "root.h"
#include "utf16.h"

const char     host_kind[] = "windows";
const unsigned host_root_flags = ROOT_NOCASE;

const char *host_root(void)
{
    static char root[4] = "C:/";
    wchar_t     folder[MAX_PATH];

    /* The folder of the system, whatever a variable says. */
    if (GetSystemWindowsDirectoryW(folder, MAX_PATH) > 2 && folder[1] == L':' && folder[0] < 0x80)
        root[0] = (char)folder[0];
    return root;
}

char *host_path(const char *path)
{
    char *copy = strdup(path);

    for (char *p = copy; p && *p; p++)
        *p = *p == '\\' ? '/' : *p;
    return copy;
}

void host_computer_name(char ret[HOST_NAME_SIZE])
{
    wchar_t name[HOST_NAME_SIZE / 3];
    DWORD   units = HOST_NAME_SIZE / 3;

    if (!GetComputerNameExW(ComputerNamePhysicalDnsHostname, name, &units) ||
        !utf16_to_utf8(name, units, ret, HOST_NAME_SIZE))
        snprintf(ret, HOST_NAME_SIZE, "localhost");
}

/* The self-relative security descriptor, which has the owner too: formats/hive/file_descriptor.h. */
static ssize_t descriptor_of(int fd, uint8_t ret[ROOT_ACL_MAX])
{
    const SECURITY_INFORMATION parts = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    struct description        *d = descriptor_get(fd);
    UNICODE_STRING             none = {0};
    OBJECT_ATTRIBUTES          attributes;
    IO_STATUS_BLOCK            io;
    HANDLE                     file;
    DWORD                      size = 0;

    if (!d)
        return -errno;
    InitializeObjectAttributes(&attributes, &none, 0, d->handle, NULL);
    LONG status = d->handle ? NtOpenFile(&file, READ_CONTROL, &attributes, &io,
                                         FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                         FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT)
                            : (LONG)0xC00000BB; /* STATUS_NOT_SUPPORTED: of memory */
    descriptor_release(d);
    if (status < 0) {
        fail_status(status);
        return -errno;
    }
    bool has = GetKernelObjectSecurity(file, parts, ret, ROOT_ACL_MAX, &size);
    if (!has)
        fail_windows(GetLastError());
    int error = errno;
    CloseHandle(file);
    return has ? (ssize_t)size : -error;
}

ssize_t root_acl(int fd, const char *name, uint8_t ret[ROOT_ACL_MAX])
{
    int file = *name ? openat(fd, name, O_PATH | O_NOFOLLOW) : fd;

    if (file < 0)
        return -errno;
    ssize_t size = descriptor_of(file, ret);
    if (file != fd)
        close(file);
    return size;
}

int host_memory_file(const void *data, size_t size, const struct stat *was)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, data, size);
    int fd = descriptor_of_memory(copy, size, was);
    return fd < 0 ? -errno : fd;
}

int host_random(void *ret, size_t size)
{
    return BCryptGenRandom(NULL, ret, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0 ? 0 : -EIO;
}

/* There are no signals that a thread could get. */
int host_thread(pthread_t *ret, void *(*run)(void *), void *data)
{
    return -pthread_create(ret, NULL, run, data);
}
