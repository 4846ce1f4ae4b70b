/* fcntl.h -- descriptors of Windows's files with POSIX's names: files.c. */
#ifndef SVCQL_WINDOWS_FCNTL_H
#define SVCQL_WINDOWS_FCNTL_H

#include <sys/types.h>

enum {
    O_RDONLY = 0,
    O_WRONLY = 1,
    O_RDWR = 2,
    O_APPEND = 0x8,
    O_CREAT = 0x100,
    O_TRUNC = 0x200,
    O_EXCL = 0x400,
    O_CLOEXEC = 0, /* no handle is inherited */
    O_NOCTTY = 0,
    O_NONBLOCK = 0, /* what is not a file is not opened */
    O_DIRECTORY = 0x10000,
    O_NOFOLLOW = 0x20000,
    O_PATH = 0x40000, /* what the file is, not its bytes */
};
#define O_RDONLY    O_RDONLY
#define O_WRONLY    O_WRONLY
#define O_RDWR      O_RDWR
#define O_APPEND    O_APPEND
#define O_CREAT     O_CREAT
#define O_TRUNC     O_TRUNC
#define O_EXCL      O_EXCL
#define O_CLOEXEC   O_CLOEXEC
#define O_DIRECTORY O_DIRECTORY
#define O_NOFOLLOW  O_NOFOLLOW
#define O_PATH      O_PATH

#define F_DUPFD_CLOEXEC     1030
#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_EMPTY_PATH       0x1000

int open(const char *path, int flags, ...) __asm__("host_open");
int openat(int fd, const char *name, int flags, ...) __asm__("host_openat");
int fcntl(int fd, int command, ...) __asm__("host_fcntl");

#endif
