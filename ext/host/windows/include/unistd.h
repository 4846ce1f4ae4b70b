/* unistd.h -- of POSIX, what svcql calls, of Windows: files.c. */
#ifndef SVCQL_WINDOWS_UNISTD_H
#define SVCQL_WINDOWS_UNISTD_H

#include <stdio.h>
#include <sys/types.h>

#define SEEK_DATA 3

#define STDIN_FILENO  0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define R_OK          4
#define W_OK          2
#define F_OK          0
#define X_OK          1

enum { _SC_CLK_TCK = 2, _SC_PAGESIZE = 30, _SC_NPROCESSORS_ONLN = 84 };

ssize_t read(int fd, void *data, size_t size) __asm__("host_read");
ssize_t pread(int fd, void *data, size_t size, off_t at) __asm__("host_pread");
ssize_t write(int fd, const void *data, size_t size) __asm__("host_write");
off_t   lseek(int fd, off_t offset, int whence) __asm__("host_lseek");
int     close(int fd) __asm__("host_close");
ssize_t readlinkat(int fd, const char *name, char *ret, size_t size) __asm__("host_readlinkat");
int     isatty(int fd) __asm__("host_isatty");
uid_t   geteuid(void) __asm__("host_geteuid");
int     getpid(void) __asm__("host_getpid");
int     unlink(const char *path) __asm__("host_unlink");
long    sysconf(int name) __asm__("host_sysconf");
int     access(const char *path, int how) __asm__("host_access");
int     faccessat(int fd, const char *name, int how, int flags) __asm__("host_faccessat");

#endif
