#include "faults.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

static _Thread_local enum fault armed;
static _Thread_local long       left;
static _Thread_local bool       fired, paused;

void faults_arm(enum fault fault, long n)
{
    armed = fault;
    left = n;
    fired = false;
}

void faults_pause(bool pause)
{
    paused = pause;
}

bool faults_disarm(void)
{
    armed = FAULT_NONE;
    return fired;
}

static bool fails(enum fault fault)
{
    if (armed != fault || paused || fired || left-- > 0)
        return false;
    fired = true;
    errno = fault == FAULT_MEMORY   ? ENOMEM
            : fault == FAULT_FILES  ? EMFILE
            : fault == FAULT_SIGNAL ? EINTR
                                    : EIO;
    return true;
}

/* Of a function of the C library: what it would do, unless it fails. */
#define WRAP(fault, type, failure, name, parameters, arguments)                                    \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails(fault) ? (failure) : __real_##name arguments;                                 \
    }

WRAP(FAULT_MEMORY, void *, NULL, malloc, (size_t size), (size))
WRAP(FAULT_MEMORY, void *, NULL, calloc, (size_t n, size_t size), (n, size))
WRAP(FAULT_MEMORY, void *, NULL, realloc, (void *old, size_t size), (old, size))
WRAP(FAULT_MEMORY, char *, NULL, strdup, (const char *text), (text))
WRAP(FAULT_MEMORY, char *, NULL, strndup, (const char *text, size_t size), (text, size))
WRAP(FAULT_INPUT, int, -1, fstat, (int fd, struct stat *st), (fd, st))
WRAP(FAULT_INPUT, int, -1, fstat64, (int fd, struct stat *st), (fd, st))

/* Reads may be short too. */
#define WRAP_READ(name, parameters, arguments)                                                     \
    ssize_t __real_##name parameters;                                                              \
    ssize_t __wrap_##name parameters;                                                              \
    ssize_t __wrap_##name parameters                                                               \
    {                                                                                              \
        if (fails(FAULT_SHORT) && size > 1)                                                        \
            size /= 2;                                                                             \
        return fails(FAULT_INPUT) || fails(FAULT_SIGNAL) ? -1 : __real_##name arguments;           \
    }

WRAP_READ(read, (int fd, void *data, size_t size), (fd, data, size))
WRAP_READ(pread, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
WRAP_READ(pread64, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
WRAP_READ(__read_chk, (int fd, void *data, size_t size, size_t room), (fd, data, size, room))
WRAP_READ(__pread64_chk, (int fd, void *data, size_t size, off_t at, size_t room),
          (fd, data, size, at, room))

/* Of those with "...", the arguments that may follow are handed on as they are. */
WRAP(FAULT_FILES, int, -1, open, (const char *path, int flags, long mode), (path, flags, mode))
WRAP(FAULT_FILES, int, -1, open64, (const char *path, int flags, long mode), (path, flags, mode))
WRAP(FAULT_FILES, int, -1, __open64_2, (const char *path, int flags), (path, flags))
WRAP(FAULT_FILES, int, -1, openat, (int dir, const char *path, int flags, long mode),
     (dir, path, flags, mode))
WRAP(FAULT_FILES, int, -1, openat64, (int dir, const char *path, int flags, long mode),
     (dir, path, flags, mode))
WRAP(FAULT_FILES, int, -1, __openat64_2, (int dir, const char *path, int flags), (dir, path, flags))

long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    bool opens = number == SYS_openat2;

    return opens && (fails(FAULT_FILES) || fails(FAULT_SIGNAL))
               ? -1
               : __real_syscall(number, a, b, c, d, e, f);
}
