#include "host.h"

#include <errno.h>

int host_registry_roots(int (*each)(void *arg, const char *path), void *arg)
{
    (void)each, (void)arg;
    return 0;
}

bool host_registry_has_file(const char *path)
{
    (void)path;
    return false;
}

int host_registry_open(const char *path, struct hive *ret)
{
    (void)path, (void)ret;
    return -ENOENT;
}
