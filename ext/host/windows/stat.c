/* stat.c -- what a file is: times, size and identity, and where a link leads. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptors.h"
#include "native.h"
#include "utf16.h"

#define EPOCH INT64_C(116444736000000000) /* FILETIME of 1970-01-01, in 100 ns */

static struct timespec timespec_of(LARGE_INTEGER filetime)
{
    int64_t since = filetime.QuadPart - EPOCH, rest = since % 10000000;

    rest += rest < 0 ? 10000000 : 0;
    return (struct timespec){.tv_sec = (since - rest) / 10000000, .tv_nsec = (long)rest * 100};
}

static mode_t mode_of(const FILE_ATTRIBUTE_TAG_INFO *info)
{
    if (info->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT && TAG_IS_NAME(info->ReparseTag))
        return S_IFLNK | 0777;
    mode_t kind = info->FileAttributes & FILE_ATTRIBUTE_DIRECTORY ? S_IFDIR | 0111 : S_IFREG;
    return kind | (info->FileAttributes & FILE_ATTRIBUTE_READONLY ? 0444 : 0644);
}

/* All of a file but its name, which is left out where it is long. */
static bool ask(HANDLE handle, FILE_ALL_INFORMATION *ret)
{
    IO_STATUS_BLOCK io;
    NTSTATUS status = NtQueryInformationFile(handle, &io, ret, sizeof *ret, FileAllInformation);

    if (status >= 0 || status == (NTSTATUS)0x80000005 /* STATUS_BUFFER_OVERFLOW */)
        return true;
    fail_status(status);
    return false;
}

uint32_t descriptor_volume(struct description *d)
{
    union {
        FILE_FS_VOLUME_INFORMATION info;
        char                       room[sizeof(FILE_FS_VOLUME_INFORMATION) + 256];
    } volume;
    IO_STATUS_BLOCK io;

    if (!d->volume && NtQueryVolumeInformationFile(d->handle, &io, &volume, sizeof volume,
                                                   FileFsVolumeInformation) >= 0)
        d->volume = (LONG64)volume.info.VolumeSerialNumber + 1;
    return (uint32_t)(d->volume - 1);
}

/* Of a file or folder: nothing else is opened (open.c). */
static int stat_description(struct description *d, struct stat *ret)
{
    FILE_ALL_INFORMATION    all;
    FILE_ATTRIBUTE_TAG_INFO tag = {0};

    if (!ask(d->handle, &all))
        return -1;
    const FILE_BASIC_INFORMATION *basic = &all.BasicInformation;
    tag.FileAttributes = basic->FileAttributes;
    if (basic->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)
        GetFileInformationByHandleEx(d->handle, FileAttributeTagInfo, &tag, sizeof tag);
    off_t size = all.StandardInformation.EndOfFile.QuadPart;
    *ret = (struct stat){
        .st_dev = descriptor_volume(d),
        .st_ino = (uint64_t)all.InternalInformation.IndexNumber.QuadPart,
        .st_mode = mode_of(&tag),
        .st_nlink = all.StandardInformation.NumberOfLinks,
        .st_size = size,
        .st_blocks = (size + 511) / 512,
        .st_atim = timespec_of(basic->LastAccessTime),
        .st_mtim = timespec_of(basic->LastWriteTime),
        .st_ctim =
            timespec_of(basic->ChangeTime.QuadPart ? basic->ChangeTime : basic->LastWriteTime),
        .st_btim = timespec_of(basic->CreationTime),
    };
    return 0;
}

int fstat(int fd, struct stat *ret)
{
    struct description *d;

    if (fd >= 0 && fd < DESCRIPTOR_FIRST) {
        *ret = (struct stat){.st_mode = S_IFCHR};
        return 0;
    }
    if (!(d = descriptor_get(fd)))
        return -1;
    int r = 0;
    if (d->handle)
        r = stat_description(d, ret);
    else
        *ret = d->was;
    descriptor_release(d);
    return r;
}

int fstatat(int fd, const char *name, struct stat *ret, int flags)
{
    int file = openat(fd, name, O_PATH | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0));

    if (file < 0)
        return -1;
    int r = fstat(file, ret), error = errno;
    close(file);
    errno = error;
    return r;
}

int stat(const char *path, struct stat *ret)
{
    return fstatat(AT_FDCWD, path, ret, 0);
}

int lstat(const char *path, struct stat *ret)
{
    return fstatat(AT_FDCWD, path, ret, AT_SYMLINK_NOFOLLOW);
}

int statx(int fd, const char *name, int flags, unsigned mask, struct statx *ret)
{
    struct stat st;

    (void)mask;
    return statx_common(fd, name, flags, &st, ret);
}

/* Links ------------------------------------------------------------------------------- */

/* MS-FSCC 2.1.2.4 and 2.1.2.5, without their headers; a junction has no flags. */
struct link_buffer {
    ULONG   tag;
    USHORT  size, reserved;
    USHORT  substitute_at, substitute_size, print_at, print_size;
    ULONG   flags;
    wchar_t path[1];
};

enum { LINK_RELATIVE = 1, LINK_BYTES = 16384 };

/* What a link names, as a path below the root of its drive; a path on another drive has its letter as a
 * component, and a volume its own, so that they lead nowhere below the root. */
static void put_target(const wchar_t *text, size_t units, bool relative, wchar_t *ret)
{
    static const wchar_t native[] = L"\\??\\";
    wchar_t              letter = units > 4 ? text[4] : 0;

    if (!relative && units >= 6 && wcsncmp(text, native, 4) == 0) {
        wchar_t drive[4] = L"C:";
        GetEnvironmentVariableW(L"SystemDrive", drive, 4);
        bool system = text[5] == L':' && (letter & ~32) == (drive[0] & ~32);
        text += system ? 6 : 3;
        units -= system ? 6 : 3;
    }
    for (size_t i = 0; i < units; i++)
        ret[i] = text[i] == L'\\' ? L'/' : text[i];
    ret[units] = 0;
}

static ssize_t read_link(HANDLE handle, char *ret, size_t room)
{
    union {
        struct link_buffer link;
        char               bytes[LINK_BYTES];
    } data;
    wchar_t target[LINK_BYTES / sizeof(wchar_t) + 1];
    DWORD   size;

    if (!DeviceIoControl(handle, FSCTL_GET_REPARSE_POINT, NULL, 0, &data, sizeof data, &size, NULL))
        return fail_windows(GetLastError());
    bool   symlink = data.link.tag == IO_REPARSE_TAG_SYMLINK;
    size_t header = offsetof(struct link_buffer, path) - (symlink ? 0 : sizeof data.link.flags);
    size_t begin = header + data.link.substitute_at, bytes = data.link.substitute_size;
    if ((!symlink && data.link.tag != IO_REPARSE_TAG_MOUNT_POINT) || begin % 2 ||
        begin + bytes > size) {
        errno = EINVAL;
        return -1;
    }
    put_target((const wchar_t *)(const void *)(data.bytes + begin), bytes / sizeof(wchar_t),
               symlink && data.link.flags & LINK_RELATIVE, target);
    char   text[3 * LINK_BYTES];
    size_t length = utf16_to_utf8(target, wcslen(target), text, sizeof text);
    length = length < room ? length : room;
    memcpy(ret, text, length);
    return (ssize_t)length;
}

ssize_t readlinkat(int fd, const char *name, char *ret, size_t size)
{
    int file = *name ? openat(fd, name, O_PATH | O_NOFOLLOW) : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    struct stat st;

    if (file < 0)
        return -1;
    ssize_t             n = -1;
    struct description *d = descriptor_get(file);
    if (d && d->handle && fstat(file, &st) == 0 && S_ISLNK(st.st_mode))
        n = read_link(d->handle, ret, size);
    else
        errno = *name ? EINVAL : ENOENT; /* as readlinkat(2) of a descriptor */
    int error = errno;
    if (d)
        descriptor_release(d);
    close(file);
    errno = error;
    return n;
}

int faccessat(int fd, const char *name, int how, int flags)
{
    struct stat st;

    (void)how;
    return fstatat(fd, name, &st, flags);
}

int access(const char *path, int how)
{
    return faccessat(AT_FDCWD, path, how, 0);
}

/* Of an x86-64 machine; ticks are Linux's. */
long sysconf(int name)
{
    return name == _SC_PAGESIZE           ? 4096
           : name == _SC_NPROCESSORS_ONLN ? (long)GetActiveProcessorCount(ALL_PROCESSOR_GROUPS)
                                          : 100;
}
