#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/acl.h>
#include <sys/param.h>

#include "root.h"

/* Of a name in a folder by its path: to open a file, or a link itself, would take the right to read it. */
static acl_t get_list(int fd, const char *name)
{
    char folder[MAXPATHLEN], path[MAXPATHLEN + ROOT_NAME_MAX + 2];

    if (!*name)
        return acl_get_fd_np(fd, ACL_TYPE_EXTENDED);
    if (fcntl(fd, F_GETPATH, folder) < 0)
        return NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return acl_get_link_np(path, ACL_TYPE_EXTENDED);
}

/* macOS says ENOENT of a file without a list. */
ssize_t root_acl(int fd, const char *name, uint8_t ret[ROOT_ACL_MAX])
{
    acl_t list = get_list(fd, name);

    if (!list)
        return errno == ENOENT ? -ENODATA : -errno;
    ssize_t size = acl_size(list);
    size = size > ROOT_ACL_MAX ? -EFBIG : acl_copy_ext_native(ret, list, size);
    acl_free(list);
    return size == -1 ? -errno : size;
}
