#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winternl.h>

/* The C library's, of standard streams; its header has POSIX's names too, with other types. */
int _read(int fd, void *data, unsigned size);
int _write(int fd, const void *data, unsigned size);
int _close(int fd);
int _isatty(int fd);

static SRWLOCK             lock = SRWLOCK_INIT;
static struct description *table[DESCRIPTOR_MAX];
static int                 lowest; /* no number below it is free */

/* Errors -------------------------------------------------------------------------- */

int fail_windows(DWORD error)
{
    static const struct {
        DWORD windows;
        int   posix;
    } errors[] = {
        {ERROR_FILE_NOT_FOUND, ENOENT},
        {ERROR_PATH_NOT_FOUND, ENOENT},
        {ERROR_INVALID_NAME, ENOENT},
        {ERROR_BAD_PATHNAME, ENOENT},
        {ERROR_BAD_NETPATH, ENOENT},
        {ERROR_BAD_NET_NAME, ENOENT},
        {ERROR_INVALID_DRIVE, ENOENT},
        {ERROR_DELETE_PENDING, ENOENT},
        {ERROR_ACCESS_DENIED, EACCES},
        {ERROR_SHARING_VIOLATION, EBUSY},
        {ERROR_LOCK_VIOLATION, EBUSY},
        {ERROR_PRIVILEGE_NOT_HELD, EPERM},
        {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
        {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
        {ERROR_OUTOFMEMORY, ENOMEM},
        {ERROR_NO_SYSTEM_RESOURCES, ENOMEM},
        {ERROR_DIRECTORY, ENOTDIR},
        {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
        {ERROR_CANT_ACCESS_FILE, EACCES},
        {ERROR_NOT_A_REPARSE_POINT, EINVAL},
        {ERROR_INVALID_PARAMETER, EINVAL},
        {ERROR_INVALID_HANDLE, EBADF},
        {ERROR_NOT_SUPPORTED, EOPNOTSUPP},
        {ERROR_FILE_CORRUPT, EUCLEAN},
        {ERROR_DISK_CORRUPT, EUCLEAN},
        {ERROR_FILE_EXISTS, EEXIST},
        {ERROR_ALREADY_EXISTS, EEXIST},
        {395 /* ERROR_CLOUD_FILE_ACCESS_DENIED */, EACCES},
        {ERROR_NOT_READY, EIO},
        {ERROR_CRC, EIO},
        {ERROR_IO_DEVICE, EIO},
        {ERROR_NO_MORE_FILES, ENOENT},
    };

    errno = EIO;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].windows == error)
            errno = errors[i].posix;
    return -1;
}

int fail_status(LONG status)
{
    if (status == (LONG)0xC0000103) /* STATUS_NOT_A_DIRECTORY */
        errno = ENOTDIR;
    else if (status == (LONG)0xC00000BA) /* STATUS_FILE_IS_A_DIRECTORY */
        errno = EISDIR;
    else
        return fail_windows(RtlNtStatusToDosError(status));
    return -1;
}

/* The table ----------------------------------------------------------------------- */

void descriptor_release(struct description *d)
{
    if (InterlockedDecrement(&d->references) > 0)
        return;
    if (d->handle)
        CloseHandle(d->handle);
    free((void *)(uintptr_t)d->memory);
    free(d);
}

struct description *descriptor_get(int fd)
{
    struct description *d = NULL;

    AcquireSRWLockShared(&lock);
    if (fd >= DESCRIPTOR_FIRST && fd < DESCRIPTOR_MAX)
        d = table[fd];
    if (d)
        InterlockedIncrement(&d->references);
    ReleaseSRWLockShared(&lock);
    if (!d)
        errno = EBADF;
    return d;
}

/* Give a description a number; it is released where there is none left. */
static int enter(struct description *d)
{
    int fd;

    AcquireSRWLockExclusive(&lock);
    for (fd = lowest < DESCRIPTOR_FIRST ? DESCRIPTOR_FIRST : lowest;
         fd < DESCRIPTOR_MAX && table[fd];)
        fd++;
    if (fd < DESCRIPTOR_MAX) {
        table[fd] = d;
        lowest = fd + 1;
    }
    ReleaseSRWLockExclusive(&lock);
    if (fd < DESCRIPTOR_MAX)
        return fd;
    descriptor_release(d);
    errno = EMFILE;
    return -1;
}

int descriptor_new(HANDLE handle)
{
    struct description *d = calloc(1, sizeof *d);

    if (!d) {
        CloseHandle(handle);
        errno = ENOMEM;
        return -1;
    }
    d->references = 1;
    d->handle = handle;
    return enter(d);
}

int descriptor_of_memory(uint8_t *data, size_t size, const struct stat *was)
{
    struct description *d = calloc(1, sizeof *d);

    if (!d) {
        free(data);
        errno = ENOMEM;
        return -1;
    }
    d->references = 1;
    d->memory = data;
    d->was = *was;
    d->was.st_size = (off_t)size;
    return enter(d);
}

int close(int fd)
{
    struct description *d = NULL;

    if (fd < DESCRIPTOR_FIRST)
        return _close(fd);
    AcquireSRWLockExclusive(&lock);
    if (fd < DESCRIPTOR_MAX && (d = table[fd])) {
        table[fd] = NULL;
        lowest = fd < lowest ? fd : lowest;
    }
    ReleaseSRWLockExclusive(&lock);
    if (!d) {
        errno = EBADF;
        return -1;
    }
    descriptor_release(d);
    return 0;
}

int fcntl(int fd, int command, ...)
{
    struct description *d;

    if (command != F_DUPFD_CLOEXEC) {
        errno = EINVAL;
        return -1;
    }
    return (d = descriptor_get(fd)) ? enter(d) : -1;
}

/* Bytes --------------------------------------------------------------------------- */

static ssize_t read_memory(const struct description *d, void *data, size_t size, int64_t at)
{
    if (at < 0 || at >= d->was.st_size)
        return 0;
    if ((int64_t)size > d->was.st_size - at)
        size = (size_t)(d->was.st_size - at);
    memcpy(data, d->memory + at, size);
    return (ssize_t)size;
}

static ssize_t read_at(const struct description *d, void *data, size_t size, int64_t at)
{
    OVERLAPPED where = {.Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32)};
    DWORD      done = 0;

    if (d->memory || !d->handle)
        return read_memory(d, data, size, at);
    if (ReadFile(d->handle, data, size > INT_MAX ? INT_MAX : (DWORD)size, &done, &where))
        return (ssize_t)done;
    return GetLastError() == ERROR_HANDLE_EOF ? 0 : fail_windows(GetLastError());
}

ssize_t pread(int fd, void *data, size_t size, off_t at)
{
    struct description *d = descriptor_get(fd);
    ssize_t             n = d ? read_at(d, data, size, at) : -1;

    if (d)
        descriptor_release(d);
    return n;
}

ssize_t read(int fd, void *data, size_t size)
{
    if (fd >= 0 && fd < DESCRIPTOR_FIRST)
        return _read(fd, data, size > INT_MAX ? INT_MAX : (unsigned)size);
    struct description *d = descriptor_get(fd);
    if (!d)
        return -1;
    ssize_t n = read_at(d, data, size, d->at);
    d->at += n > 0 ? n : 0;
    descriptor_release(d);
    return n;
}

ssize_t write(int fd, const void *data, size_t size)
{
    DWORD done = 0;

    if (fd >= 0 && fd < DESCRIPTOR_FIRST)
        return _write(fd, data, size > INT_MAX ? INT_MAX : (unsigned)size);
    struct description *d = descriptor_get(fd);
    if (!d)
        return -1;
    OVERLAPPED where = {.Offset = d->append ? UINT32_MAX : (DWORD)d->at,
                        .OffsetHigh = d->append ? UINT32_MAX : (DWORD)(d->at >> 32)};
    bool       ok = d->handle &&
              WriteFile(d->handle, data, size > INT_MAX ? INT_MAX : (DWORD)size, &done, &where);
    if (ok)
        d->at += done;
    else
        fail_windows(d->handle ? GetLastError() : ERROR_ACCESS_DENIED);
    descriptor_release(d);
    return ok ? (ssize_t)done : -1;
}

static int64_t size_of(const struct description *d)
{
    LARGE_INTEGER size;

    if (!d->handle)
        return d->was.st_size;
    return GetFileSizeEx(d->handle, &size) ? size.QuadPart : fail_windows(GetLastError());
}

/* Holes are not looked for: all of a file is data. */
off_t lseek(int fd, off_t offset, int whence)
{
    struct description *d = descriptor_get(fd);
    int64_t             size = d && whence >= SEEK_END ? size_of(d) : 0;
    int64_t             to = -1;

    if (!d)
        return -1;
    if (size < 0)
        to = -1;
    else if (whence == SEEK_DATA && offset >= size)
        errno = ENXIO;
    else if (whence > SEEK_DATA ||
             __builtin_add_overflow(offset,
                                    whence == SEEK_CUR   ? d->at
                                    : whence == SEEK_END ? size
                                                         : 0,
                                    &to) ||
             to < 0) {
        errno = EINVAL;
        to = -1;
    } else {
        d->at = to;
    }
    descriptor_release(d);
    return to;
}

int isatty(int fd)
{
    return _isatty(fd);
}

uid_t geteuid(void)
{
    return 0;
}

int getpid(void)
{
    return (int)GetCurrentProcessId();
}
