/* extension.c -- the entry point: registers tables and functions, then adds them and the views to
 * the TEMP schema.
 *
 *     sqlite3 -cmd '.load build/svcql' -cmd 'SELECT name, description FROM svcql_tables'
 */
#include <sched.h>
#include <stdbool.h>

#include "attack.h"
#include "evidence/evidence_list.h"
#include "functions.h"
#include "judgement.h"
#include "late_views.h"
#include "list_image.h"
#include "listed.h"
#include "own_detections.h"
#include "own_schema.h"
#include "pattern_signals.h"
#include "source_state.h"
#include "svcql.h"
#include "table/connection.h"
#include "table/registry.h"
#include "table/scope.h"
#include "temp_schema.h"
#include "views.h"

SQLITE_EXTENSION_INIT1

#define MINIMUM_SQLITE 3038000 /* sqlite3_vtab_in() and sqlite3_vtab_collation() */

#define TABLE(name) extern const struct tbl_table name##_table;
#include "tables.list.h"
#undef TABLE

static const struct tbl_table *const tables[] = {
#define TABLE(name) &name##_table,
#include "tables.list.h"
#undef TABLE
};

/* What svcql has of the connection, asked by a function that only this build's code answers. */
struct question {
    const void   *key;
    struct svcql *svcql;
};

static const char question_key;

#define QUESTION "svcql_connection"

static void answer(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct question *question = sqlite3_value_pointer(argv[0], QUESTION);

    (void)argc;
    if (question && question->key == &question_key)
        question->svcql = sqlite3_user_data(out);
}

static void free_answer(void *svcql)
{
    svcql_unref(svcql);
}

static int register_answer(struct svcql *svcql)
{
    return sqlite3_create_function_v2(svcql_db(svcql), QUESTION, 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                      svcql_ref(svcql), answer, NULL, NULL, free_answer);
}

/* What a load before this one has made for the connection; NULL: none has. */
static struct svcql *loaded_before(sqlite3 *db)
{
    struct question question = {&question_key, NULL};
    sqlite3_stmt   *stmt = NULL;

    if (sqlite3_prepare_v2(db, "SELECT " QUESTION "(?1)", -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_bind_pointer(stmt, 1, &question, QUESTION, NULL) == SQLITE_OK)
        sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return question.svcql;
}

static bool can_prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    bool          can = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK;

    sqlite3_finalize(stmt);
    return can;
}

/* The first value of a query as a number; 0 where it has none. */
static int number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int           n = 0;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static int create_temporary(struct svcql *svcql, char **error)
{
    sqlite3 *db = svcql_db(svcql);
    bool     lists = list_image_restore(db);
    bool     begun = false;

    int rc = sqlite3_exec(db, "SAVEPOINT svcql_load", NULL, NULL, NULL);

    begun = rc == SQLITE_OK;
    if (rc == SQLITE_OK)
        rc = temp_schema_create(svcql, lists, error);
    if (rc != SQLITE_OK && begun)
        sqlite3_exec(db, "ROLLBACK TO svcql_load", NULL, NULL, NULL);
    /* Without memory SQLite ends the transaction, and what was made in it is gone, whatever statement it was. */
    if (begun && sqlite3_exec(db, "RELEASE svcql_load", NULL, NULL, NULL) != SQLITE_OK &&
        rc == SQLITE_OK)
        rc = SQLITE_NOMEM;
    if (rc != SQLITE_OK && lists)
        list_image_remove(db);
    return rc;
}

/* What is made is in the TEMP schema alone, so it is no writing that query_only is there to prevent, as Datasette does. */
static int create_objects(struct svcql *svcql, char **error)
{
    sqlite3 *db = svcql_db(svcql);
    bool     only;
    int      rc = own_schema_is_query_only(db, &only);

    if (rc == SQLITE_OK && only)
        rc = own_schema_query_only(db, false);
    if (rc != SQLITE_OK)
        return rc;
    rc = create_temporary(svcql, error);
    if (only)
        own_schema_query_only(db, true);
    return rc;
}

/* A load that failed here is taken up again by the next one. */
static int register_all(struct svcql *svcql, char **error)
{
    sqlite3 *db = svcql_db(svcql);

    int rc = evidence_begin(svcql);
    if (rc == SQLITE_OK)
        rc = tbl_register(svcql, tables, TBL_COUNT(tables));
    if (rc == SQLITE_OK)
        rc = functions_register(db);
    if (rc == SQLITE_OK)
        rc = own_detections_register(svcql);
    if (rc == SQLITE_OK)
        rc = attack_register(svcql);
    if (rc == SQLITE_OK)
        rc = judgement_register(svcql);
    if (rc == SQLITE_OK)
        rc = pattern_signals_register(svcql);
    if (rc == SQLITE_OK)
        rc = listed_register(svcql);
    if (rc == SQLITE_OK)
        rc = source_state_register(svcql);
    if (rc == SQLITE_OK)
        rc = scope_register(svcql);
    if (rc == SQLITE_OK)
        rc = late_views_register(svcql);
    svcql->registered = rc == SQLITE_OK;
    if (rc == SQLITE_BUSY) /* the shell has a regexp of its own */
        *error = sqlite3_mprintf("svcql: cannot replace the function regexp while a "
                                 "statement runs: load with .load, not by SELECT load_extension()");
    return rc;
}

static int load(struct svcql *svcql, char **error)
{
    int rc = svcql->registered ? SQLITE_OK : register_all(svcql, error);

    return rc == SQLITE_OK ? create_objects(svcql, error) : rc;
}

static int load_first(sqlite3 *db, char **error)
{
    struct svcql *svcql = NULL;

    int rc = views_unpack() ? svcql_new(db, &svcql) : SQLITE_NOMEM;
    if (rc == SQLITE_OK)
        rc = register_answer(svcql);
    if (rc == SQLITE_OK)
        rc = load(svcql, error);
    svcql_unref(svcql); /* the function and the modules hold it from here on */
    return rc;
}

/* Loading again changes nothing, but where TEMP lacks what the load before it was to make: it failed, or was rolled
 * back. */
static int load_again(struct svcql *svcql, char **error)
{
    bool lacks = number_of(svcql_db(svcql), "SELECT count(*) = 0 FROM temp.sqlite_schema "
                                            "WHERE name = 'svcql_tables'");

    return lacks ? load(svcql, error) : SQLITE_OK;
}

/* As SQLITE_EXTENSION_INIT2(), but written once: connections are opened in several threads at a time. */
static void take_api(const sqlite3_api_routines *api)
{
    enum { UNSET, BEING_SET, SET };
    static int state;
    int        unset = UNSET;

    if (__atomic_compare_exchange_n(&state, &unset, BEING_SET, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
        SQLITE_EXTENSION_INIT2(api)
        __atomic_store_n(&state, SET, __ATOMIC_RELEASE);
    }
    while (__atomic_load_n(&state, __ATOMIC_ACQUIRE) != SET)
        sched_yield();
}

int sqlite3_svcql_init(sqlite3 *db, char **error, const sqlite3_api_routines *api)
{
    take_api(api);
    if (sqlite3_libversion_number() < MINIMUM_SQLITE) {
        *error =
            sqlite3_mprintf("svcql needs SQLite 3.38 or later; this is %s", sqlite3_libversion());
        return SQLITE_ERROR;
    }
    struct svcql *svcql = list_image_opens() ? NULL : loaded_before(db);
    if (list_image_opens() || (!svcql && can_prepare(db, "SELECT svcql_version()")))
        return SQLITE_OK; /* of another build */
    int rc = svcql ? load_again(svcql, error) : load_first(db, error);
    if (rc != SQLITE_OK && !*error)
        *error = sqlite3_mprintf("svcql: %s", sqlite3_errstr(rc));
    return rc;
}
