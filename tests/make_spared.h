/* make_spared.h -- whether what a user's list names is left out of an analytic, on the hosts that it says. */
#ifndef SVCQL_TESTS_MAKE_SPARED_H
#define SVCQL_TESTS_MAKE_SPARED_H

#include <sqlite3.h>

/* The value of `expression` in a row of `view` is entered in `column` of `list`: for another host the
 * rows with it stay, for theirs or for every host they go, and no others. In other letters it is the same
 * one for a row of Windows and for an account, not for others. There must be such a row, with a letter. The
 * list is empty then. */
void expect_spared(sqlite3 *db, const char *view, const char *expression, const char *list,
                   const char *column);

#endif
