#include "host.h"

#include <linux/magic.h>
#include <sys/statfs.h>

bool host_is_procfs(int folder)
{
    struct statfs fs;

    return fstatfs(folder, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}
