#include "root.h"

#include <errno.h>
#include <stdio.h>
#include <sys/xattr.h>

ssize_t root_acl(int fd, const char *name, uint8_t ret[ROOT_ACL_MAX])
{
    char link[64 + ROOT_NAME_MAX];

    /* fgetxattr() refuses a descriptor of O_PATH. */
    snprintf(link, sizeof link, "/proc/self/fd/%d%s%s", fd, *name ? "/" : "", name);
    ssize_t size = getxattr(link, "system.posix_acl_access", ret, ROOT_ACL_MAX);
    return size < 0 ? -errno : size;
}
