/* command_files.h -- which files that service managers read a command line writes, moves or removes.
 *
 *     echo "[Service]..." | sudo tee /etc/systemd/system/x.service
 *
 * gives
 *
 *     [{"action":"created","path":"/etc/systemd/system/x.service","program":"tee","from":null,
 *       "content":"[Service]..."}]
 *
 * action   created, modified, renamed, deleted or attributes
 * path     as the line says it, after a cd of the same line; relative paths are left out
 * program  the command that does it; of a redirection the command that it is of
 * from     what is copied, moved, linked to or fetched; NULL: none
 * content  what is written, where the line itself says it
 *
 * Only paths in folders of units, start scripts and property lists are given. Bounds are those of
 * shell_words.h and COMMAND_FILES_MAX; what a command on another host writes is left out.
 */
#ifndef SVCQL_COMMAND_FILES_H
#define SVCQL_COMMAND_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/text/buffer.h"

#define COMMAND_FILES_MAX 64

/* Append the JSON array to `out`. Returns the number of files, 0 where there is none (and `out` is as
 * it was), or -ENOMEM. */
int command_line_files(const char *line, size_t size, struct buffer *out);

/* Whether the line can name such a file: cheap, never wrong about "no". */
bool command_line_may_write(const char *line, size_t size);

#endif
