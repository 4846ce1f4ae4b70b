/* auth_journal.h -- the entries of a journal that programs wrote which log authentication, for auth_input.c. */
#ifndef SVCQL_AUTH_JOURNAL_H
#define SVCQL_AUTH_JOURNAL_H

#include "auth_input.h"

/* Open a file of the source that is read: input->pick, and the ends of sudo's commands in it. 0, -ENODATA where it has
 * no such entry, or another negative errno. */
int auth_journal_open(struct auth_input *input, const char *path);

/* The next entry: 1, 0 at the end, or a negative errno. Valid until the next call. */
int auth_journal_next(struct auth_input *input, struct auth_record *ret);

#endif
