/* exec_path.h -- the path of the program in a command, and the kind of place that it is in.
 */
#ifndef SVCQL_EXEC_PATH_H
#define SVCQL_EXEC_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/text/buffer.h"

/* Append the program's path of a command line, of systemd's Exec= value (without its prefixes
 * @-:+!|; systemd.service(5), "Command lines"), or of a Windows ImagePath. An unquoted Windows path
 * reaches to the first ".exe", ".sys" or similar suffix that ends a word, as its author intends.
 * False, and nothing appended, where there is none. */
bool exec_path(const char *command, size_t size, struct buffer *out);

/* The kind of place a path is in, as a static word:
 *
 *   system  the operating system's own: /usr/bin, C:\Windows\System32, /System
 *   vendor  installed software: /opt, C:\Program Files, /Applications
 *   local   an administrator's: /usr/local, /srv, /etc, another drive
 *   home    a user's: /home/x, /root, C:\Users\x, ~
 *   public  writable by many: C:\Users\Public, C:\ProgramData, /Users/Shared
 *   temp    /tmp, /var/tmp, C:\Windows\Temp, AppData\Local\Temp, the recycle bin
 *   shm     memory: /dev/shm, /run/user/UID
 *   hidden  a name that begins with a dot, outside the ones usual in a home
 *   unc     another host's share
 *   device  /dev, /proc, \\.\
 *
 * Temp, shm, unc and device have precedence over hidden, hidden over the others. NULL where `path`
 * is not absolute and names no known folder by a variable. ".." is resolved first. */
const char *path_trust(const char *path, size_t size);

/* Whether the path is in a folder in which a system and installed software keep the libraries and
 * drivers of services: on Windows System32 and Program Files, not all of C:\Windows. 1 or 0; -1
 * where path_trust() is NULL. */
int path_usual_library(const char *path, size_t size);

#endif
