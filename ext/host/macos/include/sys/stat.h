/* sys/stat.h -- with POSIX's names of times, and Linux's statx(): stat.c; and the fstat() of memory_file.c. */
#ifdef SVCQL_SYSTEM_FILES
#include_next <sys/stat.h>
#else
#define fstat system_fstat
#include_next <sys/stat.h>
#undef fstat
#endif
#ifndef SVCQL_MACOS_STAT_H
#define SVCQL_MACOS_STAT_H

#include <sys/statx.h>

#define st_atim st_atimespec
#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#define st_btim st_birthtimespec

#ifndef SVCQL_SYSTEM_FILES
int fstat(int fd, struct stat *ret) __asm__("host_fstat");
#endif

#endif
