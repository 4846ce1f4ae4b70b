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
    current.runs = true;
    current.began = scan.budget && scan.budget->ms ? now_ms() : 0;
    return outer;
}

void input_scan_end(struct input_scan outer)
{
    if (current.budget && current.budget->ms)
        current.budget->spent += now_ms() - current.began;
    current = outer;
}

/* Budgets --------------------------------------------------------------------- */

void input_source(int64_t owner)
{
    struct input_budget *b = current.budget;

    if (!b || (b->begun && owner > 0 && owner == b->owner))
        return;
    b->begun = owner >= 0;
    b->owner = owner;
    b->read = b->given = 0;
    b->spent = 0;
    current.began = b->ms ? now_ms() : 0;
}

bool input_over_budget(void)
{
    const struct input_budget *b = current.budget;

    if (!b || !b->begun)
        return false;
    unsigned share = b->owner > 0 ? INPUT_USER_SHARE : 1;
    return (b->bytes && b->read > b->bytes / share) || (b->rows && b->given > b->rows / share) ||
           (b->ms && b->spent + now_ms() - current.began > b->ms / share);
}

static ssize_t charge(ssize_t n)
{
    if (n > 0 && current.budget)
        current.budget->read += (uint64_t)n;
    return n;
}

/* Faults ---------------------------------------------------------------------- */

int input_fault(int negative_errno)
{
    static const int faults[] = {EIO,       EMFILE,   ENFILE,    ENOMEM,  EUCLEAN, ESTALE,
                                 EREMOTEIO, ENOTCONN, ETIMEDOUT, ENODATA, EBADMSG};

    current.no_memory |= current.runs && negative_errno == -ENOMEM;
    for (size_t i = 0; current.budget && i < sizeof faults / sizeof *faults; i++)
        current.budget->faults += negative_errno == -faults[i];
    return negative_errno;
}

uint64_t input_faults(void)
{
    uint64_t faults = current.budget ? current.budget->faults : 0;

    if (current.budget)
        current.budget->faults = 0;
    return faults;
}

bool input_no_memory(void)
{
    return current.no_memory;
}

/* Reading --------------------------------------------------------------------- */

ssize_t input_read(int fd, void *data, size_t size)
{
    ssize_t n;

    if (input_interrupted())
        return -ECANCELED;
    do
        n = read(fd, data, size < INPUT_BLOCK ? size : INPUT_BLOCK);
    while (n < 0 && errno == EINTR);
    return n < 0 ? input_fault(-errno) : charge(n);
}

ssize_t input_pread(int fd, void *data, size_t size, off_t at)
{
    ssize_t n;

    if (input_interrupted())
        return -ECANCELED;
    do
        n = pread(fd, data, size < INPUT_BLOCK ? size : INPUT_BLOCK, at);
    while (n < 0 && errno == EINTR);
    return n < 0 ? input_fault(-errno) : charge(n);
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
