#include "scope.h"

#include <math.h>
#include <string.h>

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

/* Whether a list that commas separate has a word. */
static bool has_word(const char *list, const char *word)
{
    size_t size = strlen(word);

    for (const char *at = list; *at; at += *at == ',') {
        size_t n = strcspn(at, ",");
        if (n == size && memcmp(at, word, n) == 0)
            return true;
        at += n;
    }
    return false;
}

static void scope_action(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const struct scope *scope = sqlite3_user_data(out);
    const char         *actions = (const char *)sqlite3_value_text(argv[0]);
    bool                asked = !scope->actions || !actions;

    (void)argc;
    for (size_t i = 0; !asked && i < scope->n_actions; i++)
        asked = has_word(actions, scope->actions[i]);
    sqlite3_result_int(out, asked);
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
        rc = sqlite3_create_function_v2(db, "scope_action", 1, flags, scope, scope_action, NULL,
                                        NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(db, "scoped", 0, flags, scope, scoped, NULL, NULL, NULL);
    return rc;
}
