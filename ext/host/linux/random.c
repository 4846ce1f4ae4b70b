#include "host.h"

#include <errno.h>
#include <sys/random.h>

int host_random(void *ret, size_t size)
{
    return getrandom(ret, size, GRND_NONBLOCK) < 0 ? -errno : 0;
}
