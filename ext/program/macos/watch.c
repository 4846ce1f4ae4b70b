/* watch.c -- kqueue(2): a folder tells what comes and goes in it, a file what is written to it. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/event.h>
#include <unistd.h>

#include "program/system.h"

#define WATCHES_MAX 200 /* each has a descriptor, of which a program has 256 */
#define TOGETHER    250 /* milliseconds in which one thing that happens writes several files */
#define CHANGES     (NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_DELETE | NOTE_RENAME)

struct watch {
    int    queue;
    size_t n;
    struct watched {
        int   fd;
        char *path;
    } watched[WATCHES_MAX];
};

struct watch *watch_new(void)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (!watch)
        return NULL;
    watch->queue = kqueue();
    return watch->queue < 0 ? watch_free(watch) : watch;
}

struct watch *watch_free(struct watch *watch)
{
    for (size_t i = 0; watch && i < watch->n; i++) {
        close(watch->watched[i].fd);
        free(watch->watched[i].path);
    }
    if (watch && watch->queue >= 0)
        close(watch->queue);
    free(watch);
    return NULL;
}

/* Watch one file or folder: with its path, which is taken over. */
static void add(struct watch *watch, char *path)
{
    struct kevent event;
    bool          known = watch->n == WATCHES_MAX || !path;

    for (size_t i = 0; !known && i < watch->n; i++)
        known = strcmp(watch->watched[i].path, path) == 0;
    int fd = known ? -1 : open(path, O_EVTONLY | O_CLOEXEC);
    EV_SET(&event, fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, CHANGES, 0, NULL);
    if (fd < 0 || kevent(watch->queue, &event, 1, NULL, 0, NULL) < 0) {
        if (fd >= 0)
            close(fd);
        free(path);
        return;
    }
    watch->watched[watch->n++] = (struct watched){fd, path};
}

/* A file is written in place, or another one gets its name. */
void watch_add(struct watch *watch, const char *path)
{
    const char *slash = strrchr(path, '/');

    add(watch, strdup(path));
    if (slash && slash != path)
        add(watch, strndup(path, (size_t)(slash - path)));
}

void watch_wait(struct watch *watch, int limit)
{
    struct timespec none = {0}, most = {.tv_sec = limit / 1000, .tv_nsec = limit % 1000 * 1000000L};
    struct kevent   event;

    if (kevent(watch->queue, NULL, 0, &event, 1, &most) <= 0)
        return;
    usleep(TOGETHER * 1000);
    while (kevent(watch->queue, NULL, 0, &event, 1, &none) >
           0) /* what has come until now is one change */
        ;
}
