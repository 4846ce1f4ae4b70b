/* unistd.h -- with descriptors that are memory too: memory_file.c, which alone has the system's own. */
#ifdef SVCQL_SYSTEM_FILES
#include_next <unistd.h>
#else
#define read  system_read
#define pread system_pread
#define lseek system_lseek
#define close system_close
#include_next <unistd.h>
#undef read
#undef pread
#undef lseek
#undef close
#endif
#if !defined SVCQL_MACOS_UNISTD_H && !defined SVCQL_SYSTEM_FILES
#define SVCQL_MACOS_UNISTD_H

ssize_t read(int fd, void *data, size_t size) __asm__("host_read");
ssize_t pread(int fd, void *data, size_t size, off_t at) __asm__("host_pread");
off_t   lseek(int fd, off_t offset, int whence) __asm__("host_lseek");
int     close(int fd) __asm__("host_close");

#endif
