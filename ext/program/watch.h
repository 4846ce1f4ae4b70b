/* watch.h -- waiting until files of the host change.
 *
 * journald shortens its file to the same size after each entry, so that inotify(7) reports what it wrote to
 * mapped memory; PID 1 notes each start of a unit in /run/systemd/units.
 */
#ifndef SVCQL_WATCH_H
#define SVCQL_WATCH_H

#include <stdbool.h>

struct watch;

/* NULL where the system has no more. */
struct watch *watch_new(void);
struct watch *watch_free(struct watch *watch); /* returns NULL; accepts NULL */

/* Watch a folder, or the folder of a file. One that is watched already, or is not there, costs nothing. */
void watch_add(struct watch *watch, const char *path);

/* Wait until something has changed, and gather what changes with it: at most `limit` milliseconds. */
void watch_wait(struct watch *watch, int limit);

#endif
