/* open.c -- opening a file by a path, or by a name below an open folder.
 *
 * Below a folder a name is one component for NtCreateFile(), so it is that of no device (CON, COM1), has
 * no stream (a:b) and is no short name (PROGRA~1), and a link is not followed: what names another file,
 * symbolic link or junction, is opened itself. root_walk.c makes paths of that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptors.h"
#include "native.h"
#include "utf16.h"

#define UNITS_MAX 32767 /* of a path */

/* What a handle is ------------------------------------------------------------------ */

static bool attributes_of(HANDLE handle, FILE_ATTRIBUTE_TAG_INFO *ret)
{
    return GetFileInformationByHandleEx(handle, FileAttributeTagInfo, ret, sizeof *ret);
}

static bool is_link(const FILE_ATTRIBUTE_TAG_INFO *info)
{
    return info->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT && TAG_IS_NAME(info->ReparseTag);
}

/* Whether the file's own name is the one that it was opened by: that of a short name is another. */
static bool is_own_name(HANDLE handle, const wchar_t *name, size_t units)
{
    union {
        FILE_NAME_INFO info;
        char           room[sizeof(FILE_NAME_INFO) + UNITS_MAX * sizeof(wchar_t)];
    } * own;
    bool is = true;

    if (!wmemchr(name, L'~', units) || !(own = malloc(sizeof *own)))
        return true;
    if (GetFileInformationByHandleEx(handle, FileNameInfo, own, sizeof *own)) {
        size_t size = own->info.FileNameLength / sizeof(wchar_t), begin = size;
        while (begin && own->info.FileName[begin - 1] != L'\\')
            begin--;
        is = CompareStringOrdinal(own->info.FileName + begin, (int)(size - begin), name, (int)units,
                                  TRUE) == CSTR_EQUAL;
    }
    free(own);
    return is;
}

/* Opening ----------------------------------------------------------------------------- */

static ACCESS_MASK access_of(int flags)
{
    ACCESS_MASK access = SYNCHRONIZE | FILE_READ_ATTRIBUTES;

    if (flags & O_PATH)
        return access;
    if (!(flags & O_WRONLY))
        access |= FILE_READ_DATA;
    if (flags & (O_WRONLY | O_RDWR))
        access |= FILE_WRITE_DATA | FILE_APPEND_DATA;
    return access;
}

static ULONG disposition_of(int flags)
{
    if (flags & O_CREAT)
        return flags & O_EXCL ? FILE_CREATE : flags & O_TRUNC ? FILE_OVERWRITE_IF : FILE_OPEN_IF;
    return flags & O_TRUNC ? FILE_OVERWRITE : FILE_OPEN;
}

/* Open by a native name; a negative status. */
static LONG open_native(HANDLE folder, const wchar_t *name, size_t units, int flags, ULONG options,
                        HANDLE *ret)
{
    UNICODE_STRING    string = {.Length = (USHORT)(units * sizeof *name),
                                .MaximumLength = (USHORT)(units * sizeof *name),
                                .Buffer = (wchar_t *)(uintptr_t)name};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK   io;

    InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, folder, NULL);
    options |= FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_NO_RECALL;
    return NtCreateFile(ret, access_of(flags), &attributes, &io, NULL, FILE_ATTRIBUTE_NORMAL,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        disposition_of(flags), options, NULL, 0);
}

/* Open what a link leads to, where the flags say so, or what has another kind of reparse point: a file
 * that is compressed or deduplicated, whose bytes its filter gives. */
static LONG open_kind(HANDLE folder, const wchar_t *name, size_t units, int flags, HANDLE *ret)
{
    FILE_ATTRIBUTE_TAG_INFO info;
    LONG status = open_native(folder, name, units, flags, FILE_OPEN_REPARSE_POINT, ret);

    if (status < 0 || !attributes_of(*ret, &info) ||
        !(info.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) || flags & O_CREAT)
        return status;
    if (is_link(&info) ? flags & O_NOFOLLOW : flags & O_PATH)
        return status;
    CloseHandle(*ret);
    return open_native(folder, name, units, flags, 0, ret);
}

/* Refuse what was opened, unless it is what the flags ask for: 0, or an errno. Below a folder nothing is
 * a device. */
static int refusal(HANDLE folder, HANDLE handle, int flags)
{
    FILE_ATTRIBUTE_TAG_INFO info;

    if (!folder && GetFileType(handle) != FILE_TYPE_DISK)
        return ENXIO; /* a device or a pipe */
    if (!attributes_of(handle, &info))
        return 0;
    if (is_link(&info) && flags & O_NOFOLLOW)
        return flags & O_DIRECTORY ? ENOTDIR : flags & O_PATH ? 0 : ELOOP;
    return flags & O_DIRECTORY && !(info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) ? ENOTDIR : 0;
}

static int open_at(HANDLE folder, const wchar_t *name, size_t units, int flags)
{
    HANDLE handle;
    LONG   status = open_kind(folder, name, units, flags, &handle);

    if (status < 0)
        return fail_status(status);
    int error = refusal(folder, handle, flags);
    if (!error && folder && !is_own_name(handle, name, units))
        error = ENOENT;
    if (error) {
        CloseHandle(handle);
        errno = error;
        return -1;
    }
    int fd = descriptor_new(handle);
    if (fd >= 0 && flags & O_APPEND) {
        struct description *d = descriptor_get(fd);
        d->append = true;
        descriptor_release(d);
    }
    return fd;
}

/* Paths ------------------------------------------------------------------------------- */

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

/* The full path for Windows of a path that a user gives: an absolute one with either slash, without
 * "." and "..", and a drive alone as its root. malloc()ed; NULL with errno set. */
static wchar_t *full_path(const char *path)
{
    size_t   size = strlen(path);
    char     drive[4] = {path[0], ':', '\\', 0};
    bool     alone = size == 2 && path[1] == ':';
    wchar_t *wide = utf8_to_utf16_copy(alone ? drive : path),
            *full = malloc((UNITS_MAX + 8) * sizeof *full);

    if (!wide || !full || !size) {
        errno = size && !full ? ENOMEM : ENOENT;
        free(wide);
        free(full);
        return NULL;
    }
    DWORD units = GetFullPathNameW(wide, UNITS_MAX, full, NULL);
    free(wide);
    if (units && units < UNITS_MAX)
        return full;
    free(full);
    errno = ENAMETOOLONG;
    return NULL;
}

/* Devices of DOS have the prefix \\.\ in a full path. The name of a stream is none of a file. */
static bool names_file(const wchar_t *full)
{
    bool device = wcsncmp(full, L"\\\\.\\", 4) == 0;
    bool drive = full[0] && full[1] == L':';

    return !device && !wcschr(full + (drive ? 2 : wcsncmp(full, L"\\\\?\\", 4) == 0 ? 6 : 0), L':');
}

static int open_path(const char *path, int flags)
{
    wchar_t       *full = full_path(path);
    UNICODE_STRING native;

    if (!full)
        return -1;
    if (!names_file(full) || !RtlDosPathNameToNtPathName_U(full, &native, NULL, NULL)) {
        free(full);
        errno = ENOENT;
        return -1;
    }
    free(full);
    int fd = open_at(NULL, native.Buffer, native.Length / sizeof(wchar_t), flags);
    RtlFreeUnicodeString(&native);
    return fd;
}

int open(const char *path, int flags, ...)
{
    return open_path(path, flags);
}

/* The folder that a folder is in, which the caller compares with the one it came from. */
static int open_parent(HANDLE folder, int flags)
{
    wchar_t *path = malloc((UNITS_MAX + 8) * sizeof *path);
    DWORD    units = path ? GetFinalPathNameByHandleW(folder, path, UNITS_MAX, VOLUME_NAME_DOS) : 0;
    int      fd = -1;

    while (units && path[units - 1] != L'\\')
        units--;
    if (units && units < UNITS_MAX && wcsncmp(path, L"\\\\?\\", 4) == 0) {
        path[1] = L'?'; /* \??\ */
        fd = open_at(NULL, path, units, flags);
    } else {
        errno = path ? ENOENT : ENOMEM;
    }
    free(path);
    return fd;
}

/* What is below a folder is on its volume, but for what a link leads to. */
static void take_volume(int fd, struct description *folder, int flags)
{
    struct description *d = fd >= 0 && flags & O_NOFOLLOW ? descriptor_get(fd) : NULL;

    if (!d)
        return;
    descriptor_volume(folder);
    d->volume = folder->volume;
    descriptor_release(d);
}

/* Whether a name is one component, of a file of its own. */
static bool is_component(const char *name)
{
    for (const char *p = name; *p; p++)
        if (is_slash(*p) || strchr(":*?\"<>|", *p) || (unsigned char)*p < 0x20)
            return false;
    return *name;
}

int openat(int fd, const char *name, int flags, ...)
{
    wchar_t             wide[1024];
    struct description *folder;
    size_t              units = 0;

    if (fd == AT_FDCWD || is_slash(*name))
        return open_path(name, flags);
    if (!(folder = descriptor_get(fd)))
        return -1;
    if (strcmp(name, "..") == 0)
        fd = open_parent(folder->handle, flags);
    else if (strcmp(name, ".") == 0)
        fd = open_at(folder->handle, wide, 0, flags);
    else if (is_component(name) &&
             (units = utf8_to_utf16(name, wide, sizeof wide / sizeof *wide))) {
        fd = open_at(folder->handle, wide, units, flags);
        take_volume(fd, folder, flags);
    } else {
        errno = ENOENT;
        fd = -1;
    }
    descriptor_release(folder);
    return fd;
}

int unlink(const char *path)
{
    wchar_t *full = full_path(path);
    bool     ok = full && DeleteFileW(full);

    if (full && !ok)
        fail_windows(GetLastError());
    free(full);
    return ok ? 0 : -1;
}
