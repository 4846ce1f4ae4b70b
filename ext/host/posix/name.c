#include "host.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *host_root(void)
{
    return "/";
}

char *host_path(const char *path)
{
    return strdup(path);
}

void host_computer_name(char ret[HOST_NAME_SIZE])
{
    if (gethostname(ret, HOST_NAME_SIZE - 1) < 0 || !*ret)
        snprintf(ret, HOST_NAME_SIZE, "localhost");
    ret[HOST_NAME_SIZE - 1] = '\0';
}
