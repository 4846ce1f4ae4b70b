#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

static struct statx_timestamp timestamp_of(struct timespec time)
{
    return (struct statx_timestamp){time.tv_sec, (uint32_t)time.tv_nsec};
}

int statx(int fd, const char *name, int flags, unsigned mask, struct statx *ret)
{
    struct stat st;

    (void)mask;
    if ((*name ? fstatat(fd, name, &st, flags & AT_SYMLINK_NOFOLLOW) : fstat(fd, &st)) < 0)
        return -1;
    bool fixed = st.st_flags & (UF_IMMUTABLE | SF_IMMUTABLE);
    *ret = (struct statx){.stx_mask = STATX_BASIC_STATS | STATX_BTIME,
                          .stx_blksize = (uint32_t)st.st_blksize,
                          .stx_nlink = st.st_nlink,
                          .stx_uid = st.st_uid,
                          .stx_gid = st.st_gid,
                          .stx_mode = st.st_mode,
                          .stx_ino = st.st_ino,
                          .stx_size = (uint64_t)st.st_size,
                          .stx_blocks = (uint64_t)st.st_blocks,
                          .stx_attributes = fixed ? STATX_ATTR_IMMUTABLE : 0,
                          .stx_attributes_mask = STATX_ATTR_IMMUTABLE,
                          .stx_atime = timestamp_of(st.st_atim),
                          .stx_btime = timestamp_of(st.st_birthtimespec),
                          .stx_ctime = timestamp_of(st.st_ctim),
                          .stx_mtime = timestamp_of(st.st_mtim),
                          .stx_rdev_major = (uint32_t)major(st.st_rdev),
                          .stx_rdev_minor = (uint32_t)minor(st.st_rdev),
                          .stx_dev_major = (uint32_t)major(st.st_dev),
                          .stx_dev_minor = (uint32_t)minor(st.st_dev)};
    return 0;
}
