/* osquery_functions.h -- SQL functions of osquery that queries written for it call. */
#ifndef SVCQL_OSQUERY_FUNCTIONS_H
#define SVCQL_OSQUERY_FUNCTIONS_H

#include "sqlite3ext.h"

/* concat(a, ...): joined, a NULL as nothing. concat_ws(separator, a, ...): joined by it, without NULLs.
 * split(text, characters, n): the n-th part, from 0, between any of the characters, empty parts left out.
 * regex_match(text, pattern, group): what the group of the first match is; NULL where there is none. */
void concat_function(sqlite3_context *out, int argc, sqlite3_value **argv);
void concat_ws_function(sqlite3_context *out, int argc, sqlite3_value **argv);
void split_function(sqlite3_context *out, int argc, sqlite3_value **argv);
void regex_match_function(sqlite3_context *out, int argc, sqlite3_value **argv);

#endif
