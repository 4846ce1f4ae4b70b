/* svcql.h -- svcql for programs that link it in, in place of loading svcql.so.
 *
 *     sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
 *     sqlite3_open(":memory:", &db);
 *     sqlite3_prepare_v2(db, "SELECT * FROM findings", -1, &stmt, NULL);
 */
#ifndef SVCQL_H
#define SVCQL_H

#include <sqlite3.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sqlite3_api_routines;

/* Register the tables, functions and views with a connection: the entry point of svcql.so. On failure
 * *error is a message from sqlite3_malloc(). `api` is what SQLite hands to an extension that it loads;
 * where the extension is linked to SQLite itself it is not used. */
__attribute__((visibility("default"))) int sqlite3_svcql_init(
    sqlite3 *db, char **error, const struct sqlite3_api_routines *api);

/* The version, "0.2.0", as the SQL function svcql_version() gives it. */
__attribute__((visibility("default"))) const char *svcql_version(void);

#ifdef __cplusplus
}
#endif

#endif
