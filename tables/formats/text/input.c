#include "input.h"

#include <errno.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

static _Thread_local struct input_scan current;
static _Thread_local bool              ended;
static _Thread_local int64_t           next_ask; /* milliseconds */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool input_interrupted(void)
{
    if (ended || !current.interrupted)
        return ended;
    int64_t now = now_ms();
    if (now < next_ask)
        return false;
    next_ask = now + INPUT_ASK_MS;
    ended = current.interrupted(current.data);
    return ended;
}

bool input_ended(void)
{
    return ended;
}

struct input_scan input_scan_begin(struct input_scan scan)
{
    struct input_scan outer = current;

    if (!outer.interrupted)
        ended = false;
    current = scan;
    return outer;
}

void input_scan_end(struct input_scan outer)
{
    current = outer;
}

ssize_t input_read(int fd, void *data, size_t size)
{
    ssize_t n;

    if (input_interrupted())
        return -ECANCELED;
    do
        n = read(fd, data, size < INPUT_BLOCK ? size : INPUT_BLOCK);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

ssize_t input_pread(int fd, void *data, size_t size, off_t at)
{
    ssize_t n;

    if (input_interrupted())
        return -ECANCELED;
    do
        n = pread(fd, data, size < INPUT_BLOCK ? size : INPUT_BLOCK, at);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

off_t input_hole(int fd, off_t at)
{
    off_t before = lseek(fd, 0, SEEK_CUR), data = lseek(fd, at, SEEK_DATA);

    if (data < 0 && errno == ENXIO)
        data = lseek(fd, 0, SEEK_END);
    if (before >= 0)
        lseek(fd, before, SEEK_SET);
    return data > at ? data - at : 0;
}
