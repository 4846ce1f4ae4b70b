#include "scope.h"

#include <math.h>

SQLITE_EXTENSION_INIT3

static const char key;

struct scope *scope_of(const struct svcql *svcql)
{
    return svcql_kept(svcql, &key);
}

static void scope_since(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const struct scope *scope = sqlite3_user_data(out);

    (void)argc;
    sqlite3_result_double(out, scope->since - sqlite3_value_double(argv[0]));
}

static void scope_until(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const struct scope *scope = sqlite3_user_data(out);

    (void)argc;
    sqlite3_result_double(out, scope->until + sqlite3_value_double(argv[0]));
}

static void scoped(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const struct scope *scope = sqlite3_user_data(out);

    (void)argc, (void)argv;
    sqlite3_result_int(out, isfinite(scope->since) || isfinite(scope->until));
}

/* Deterministic: a scope does not change while its statement runs, and SQLite calls such a function
 * once, before the loops. */
int scope_register(struct svcql *svcql)
{
    const int     flags = SQLITE_UTF8 | SQLITE_DIRECTONLY | SQLITE_DETERMINISTIC;
    struct scope *scope = sqlite3_malloc64(sizeof *scope);
    sqlite3      *db = svcql_db(svcql);

    if (!scope)
        return SQLITE_NOMEM;
    *scope = (struct scope){.since = -INFINITY, .until = INFINITY};
    int rc = svcql_keep(svcql, &key, scope, sqlite3_free);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(db, "scope_since", 1, flags, scope, scope_since, NULL, NULL,
                                        NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(db, "scope_until", 1, flags, scope, scope_until, NULL, NULL,
                                        NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(db, "scoped", 0, flags, scope, scoped, NULL, NULL, NULL);
    return rc;
}
