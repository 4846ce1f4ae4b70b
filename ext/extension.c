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
#include "pattern_signals.h"
#include "source_state.h"
#include "svcql.h"
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

static bool already_loaded(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    bool loaded = sqlite3_prepare_v2(db, "SELECT svcql_version()", -1, &stmt, NULL) == SQLITE_OK;

    sqlite3_finalize(stmt);
    return loaded;
}

/* Whether the user lets nothing be written, as Datasette does. */
static bool query_only(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    bool          only = false;

    if (sqlite3_prepare_v2(db, "PRAGMA query_only", -1, &stmt, NULL) == SQLITE_OK)
        only = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return only;
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
    if (begun)
        sqlite3_exec(db, "RELEASE svcql_load", NULL, NULL, NULL);
    if (rc != SQLITE_OK && lists)
        list_image_remove(db);
    return rc;
}

/* What is made is in the TEMP schema alone, so it is no writing that query_only is there to prevent. */
static int create_objects(struct svcql *svcql, char **error)
{
    sqlite3 *db = svcql_db(svcql);

    if (!query_only(db))
        return create_temporary(svcql, error);
    sqlite3_exec(db, "PRAGMA query_only = 0", NULL, NULL, NULL);
    int rc = create_temporary(svcql, error);
    sqlite3_exec(db, "PRAGMA query_only = 1", NULL, NULL, NULL);
    return rc;
}

static int load(sqlite3 *db, char **error)
{
    struct svcql *svcql = NULL;

    int rc = views_unpack() ? svcql_new(db, &svcql) : SQLITE_NOMEM;
    if (rc != SQLITE_OK)
        return rc;
    rc = evidence_begin(svcql);
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
    svcql_unref(svcql);    /* the modules hold it from here on */
    if (rc == SQLITE_BUSY) /* the shell has a regexp of its own */
        *error = sqlite3_mprintf("svcql: cannot replace the function regexp while a "
                                 "statement runs: load with .load, not by SELECT load_extension()");
    return rc == SQLITE_OK ? create_objects(svcql, error) : rc;
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
    if (list_image_opens() || already_loaded(db))
        return SQLITE_OK;
    int rc = load(db, error);
    if (rc != SQLITE_OK && !*error)
        *error = sqlite3_mprintf("svcql: %s", sqlite3_errstr(rc));
    return rc;
}
