/* sys/statx.h -- Linux's statx(), as a part of the other systems' sys/stat.h. */
#ifndef SVCQL_OTHER_STATX_H
#define SVCQL_OTHER_STATX_H

#include <stdint.h>

struct statx_timestamp {
    int64_t  tv_sec;
    uint32_t tv_nsec;
};

struct statx {
    uint32_t stx_mask, stx_blksize, stx_nlink, stx_uid, stx_gid;
    uint16_t stx_mode;
    uint64_t stx_ino, stx_size, stx_blocks;
    uint64_t stx_attributes, stx_attributes_mask; /* the second: those that are known */
    struct statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;
    uint32_t               stx_rdev_major, stx_rdev_minor;
};

#define STATX_BASIC_STATS    0x7ffu
#define STATX_BTIME          0x800u
#define STATX_ATTR_IMMUTABLE 0x10u

int statx(int fd, const char *name, int flags, unsigned mask,
          struct statx *ret) __asm__("host_statx");

/* What both systems have of it, and the struct stat that it is from; as statx(): -1 and errno. */
struct stat;
int statx_common(int fd, const char *name, int flags, struct stat *ret_stat, struct statx *ret);

#endif
