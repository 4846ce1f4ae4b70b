/* sys/stat.h -- POSIX's struct stat, and Linux's statx(), of Windows: files.c. */
#ifndef SVCQL_WINDOWS_STAT_H
#define SVCQL_WINDOWS_STAT_H

#include <sys/types.h>
#include <time.h>

/* The structures of Windows's own functions, which other headers include, without their older names. */
#pragma push_macro("NO_OLDNAMES")
#define NO_OLDNAMES
#include <_mingw_stat64.h>
#pragma pop_macro("NO_OLDNAMES")

/* Owners are 0, as Windows has none that are numbers; modes are what the attributes say. */
struct stat {
    dev_t           st_dev; /* serial number of the volume */
    ino_t           st_ino; /* file reference number */
    mode_t          st_mode;
    uint32_t        st_nlink;
    uid_t           st_uid;
    gid_t           st_gid;
    dev_t           st_rdev;
    off_t           st_size;
    blkcnt_t        st_blocks;
    struct timespec st_atim, st_mtim, st_ctim, st_btim; /* st_ctim: NTFS's change of the record */
};

#define st_atime st_atim.tv_sec
#define st_mtime st_mtim.tv_sec
#define st_ctime st_ctim.tv_sec

#define S_IFMT   0170000
#define S_IFSOCK 0140000
#define S_IFLNK  0120000
#define S_IFREG  0100000
#define S_IFBLK  0060000
#define S_IFDIR  0040000
#define S_IFCHR  0020000
#define S_IFIFO  0010000
#define S_ISUID  04000
#define S_ISGID  02000
#define S_ISVTX  01000
#define S_IRWXU  0700
#define S_IRUSR  0400
#define S_IWUSR  0200
#define S_IXUSR  0100
#define S_IRWXG  0070
#define S_IRGRP  0040
#define S_IWGRP  0020
#define S_IXGRP  0010
#define S_IRWXO  0007
#define S_IROTH  0004
#define S_IWOTH  0002
#define S_IXOTH  0001

#define S_ISREG(m)  (((m)&S_IFMT) == S_IFREG)
#define S_ISDIR(m)  (((m)&S_IFMT) == S_IFDIR)
#define S_ISLNK(m)  (((m)&S_IFMT) == S_IFLNK)
#define S_ISCHR(m)  (((m)&S_IFMT) == S_IFCHR)
#define S_ISBLK(m)  (((m)&S_IFMT) == S_IFBLK)
#define S_ISFIFO(m) (((m)&S_IFMT) == S_IFIFO)
#define S_ISSOCK(m) (((m)&S_IFMT) == S_IFSOCK)

int stat(const char *path, struct stat *ret) __asm__("host_stat");
int lstat(const char *path, struct stat *ret) __asm__("host_lstat");
int fstat(int fd, struct stat *ret) __asm__("host_fstat");
int fstatat(int fd, const char *name, struct stat *ret, int flags) __asm__("host_fstatat");

#include <sys/statx.h>

#endif
