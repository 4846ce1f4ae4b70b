/* sigma_explain.h -- why a Sigma rule matches, or does not. */
#ifndef SVCQL_SIGMA_EXPLAIN_H
#define SVCQL_SIGMA_EXPLAIN_H

#include <sqlite3.h>
#include <stdio.h>

/* Print each rule of a file as SQL, how many events its log source has and how many fit, and for
 * the events that fit best each line of the rule with yes or no. An exit status. */
int sigma_explain(sqlite3 *db, const char *path, FILE *out);

#endif
