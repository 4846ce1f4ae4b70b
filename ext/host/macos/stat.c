#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

int statx(int fd, const char *name, int flags, unsigned mask, struct statx *ret)
{
    struct stat st;

    (void)mask;
    if (statx_common(fd, name, flags, &st, ret) < 0)
        return -1;
    bool fixed = st.st_flags & (UF_IMMUTABLE | SF_IMMUTABLE);
    ret->stx_blksize = (uint32_t)st.st_blksize;
    ret->stx_attributes = fixed ? STATX_ATTR_IMMUTABLE : 0;
    ret->stx_attributes_mask = STATX_ATTR_IMMUTABLE;
    ret->stx_rdev_major = (uint32_t)major(st.st_rdev);
    ret->stx_rdev_minor = (uint32_t)minor(st.st_rdev);
    return 0;
}
