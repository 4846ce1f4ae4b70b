#include <errno.h>

#include "root.h"

/* macOS's own lists, of entries that allow and deny, are not read; it has none of POSIX's. */
ssize_t root_acl(int fd, const char *name, uint8_t ret[ROOT_ACL_MAX])
{
    (void)fd, (void)name, (void)ret;
    return -EOPNOTSUPP;
}
