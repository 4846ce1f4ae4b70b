#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct statx_timestamp timestamp_of(struct timespec time)
{
    return (struct statx_timestamp){time.tv_sec, (uint32_t)time.tv_nsec};
}

int statx_common(int fd, const char *name, int flags, struct stat *ret_stat, struct statx *ret)
{
    struct stat st;

    if ((*name ? fstatat(fd, name, &st, flags & AT_SYMLINK_NOFOLLOW) : fstat(fd, &st)) < 0)
        return -1;
    *ret = (struct statx){.stx_mask = STATX_BASIC_STATS | STATX_BTIME,
                          .stx_nlink = st.st_nlink,
                          .stx_uid = st.st_uid,
                          .stx_gid = st.st_gid,
                          .stx_mode = (uint16_t)st.st_mode,
                          .stx_ino = st.st_ino,
                          .stx_size = (uint64_t)st.st_size,
                          .stx_blocks = (uint64_t)st.st_blocks,
                          .stx_atime = timestamp_of(st.st_atim),
                          .stx_btime = timestamp_of(st.st_btim),
                          .stx_ctime = timestamp_of(st.st_ctim),
                          .stx_mtime = timestamp_of(st.st_mtim)};
    *ret_stat = st;
    return 0;
}
