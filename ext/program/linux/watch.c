#include "program/system.h"

#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define WATCHES_MAX 4096
#define TOGETHER    250 /* milliseconds in which one thing that happens writes several files */

#define CHANGES                                                                                    \
    (IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |            \
     IN_ATTRIB | IN_ONLYDIR)

struct watch {
    int fd;
    int newest; /* descriptors of watches count from 1 */
};

struct watch *watch_new(void)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (!watch)
        return NULL;
    watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return watch->fd < 0 ? watch_free(watch) : watch;
}

struct watch *watch_free(struct watch *watch)
{
    if (watch && watch->fd >= 0)
        close(watch->fd);
    free(watch);
    return NULL;
}

void watch_add(struct watch *watch, const char *path)
{
    char        folder[PATH_MAX];
    struct stat st;

    if (watch->newest >= WATCHES_MAX ||
        (size_t)snprintf(folder, sizeof folder, "%s", path) >= sizeof folder)
        return;
    bool whole = stat(folder, &st) == 0 && S_ISDIR(st.st_mode);
    int  descriptor = inotify_add_watch(watch->fd, whole ? folder : dirname(folder), CHANGES);
    if (descriptor > watch->newest)
        watch->newest = descriptor;
}

/* Forget what has been reported. */
static void drain(struct watch *watch)
{
    char events[16384] __attribute__((aligned(__alignof__(struct inotify_event))));

    while (read(watch->fd, events, sizeof events) > 0)
        ;
}

void watch_wait(struct watch *watch, int limit)
{
    struct pollfd poller = {.fd = watch->fd, .events = POLLIN};

    if (poll(&poller, 1, limit) > 0)
        usleep(TOGETHER * 1000);
    drain(watch);
}
