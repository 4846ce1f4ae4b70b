#include <errno.h>
#include <sys/random.h>

#include "host.h"

int host_random(void *ret, size_t size)
{
    return getentropy(ret, size) < 0 ? -errno : 0;
}
