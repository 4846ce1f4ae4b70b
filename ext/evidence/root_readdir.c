#define ROOT_READDIR /* here alone */
#include <errno.h>
#include <string.h>

#include "root.h"

int root_readdir(DIR *stream, struct dirent **ret)
{
    struct dirent *entry;

    do {
        errno = 0;
        entry = readdir(stream);
        if (!entry)
            return -errno;
    } while (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    *ret = entry;
    return 1;
}
