/* sudo_ends.h -- the lines of one log in which sudo writes that a command has ended.
 *
 * With Defaults log_exit_status a command has two lines: one when it begins, and the same with
 * " ; EXIT=n" when it has ended. They are one event: the first line gets the status, and the second
 * is left out. Ends are collected before the log is read for its events, as the status comes after.
 * An end whose beginning the log does not have stays an event.
 */
#ifndef SVCQL_SUDO_ENDS_H
#define SVCQL_SUDO_ENDS_H

#include "formats/log/auth_text.h"

#define SUDO_ENDS_MAX (1u << 20) /* of one log; later ends are separate events */

struct sudo_ends {
    struct sudo_end *ends; /* owned */
    size_t           n;
    bool             sorted;
};

void sudo_ends_free(struct sudo_ends *ends);

/* Note a message of sudo's, on this line, if it reports that a command has ended. Line numbers must
 * rise. -ENOMEM. */
int sudo_ends_note(struct sudo_ends *ends, const struct auth_span *host,
                   const struct auth_span *message, int64_t line);

/* A message of sudo's, line after line: whether it is an event, and the exit status that a later
 * line has of it (-1: none). */
bool sudo_ends_event(struct sudo_ends *ends, const struct auth_span *host,
                     const struct auth_span *message, int64_t line, int64_t *ret_result);

#endif
