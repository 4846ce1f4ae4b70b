/* system.h -- what the program alone asks of the operating system: ext/program/linux, ext/program/windows. */
#ifndef SVCQL_SYSTEM_H
#define SVCQL_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The terminal ------------------------------------------------------------------- */

/* Columns of the terminal that a descriptor is; 0: it is none. */
size_t terminal_width(int fd);

/* Show on the terminal of standard error, where it is one, how far long work has come, until
 * progress_end() is called with what the first returned. */
pid_t progress_begin(void);
void  progress_end(pid_t child);

/* Before anything else: the arguments of main() in UTF-8, and standard output as bytes. False: no memory. */
bool program_begin(int *argc, char ***argv);

/* Waiting until files of the host change ------------------------------------------- */

/* journald shortens its file to the same size after each entry, so that inotify(7) reports what it wrote to
 * mapped memory; PID 1 notes each start of a unit in /run/systemd/units. */
struct watch;

/* NULL where the system has no more. */
struct watch *watch_new(void);
struct watch *watch_free(struct watch *watch); /* returns NULL; accepts NULL */

/* Watch a folder, or the folder of a file. One that is watched already, or is not there, costs nothing. */
void watch_add(struct watch *watch, const char *path);

/* Wait until something has changed, and gather what changes with it: at most `limit` milliseconds. */
void watch_wait(struct watch *watch, int limit);

#endif
