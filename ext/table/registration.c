/* registration.c -- one sqlite3_module that serves every struct tbl_table. */
#include <assert.h>
#include <string.h>

#include "registry.h"
#include "scan.h"

SQLITE_EXTENSION_INIT3

struct module {
    const struct tbl_table *table;
    struct svcql           *svcql;
    int64_t                *scans; /* how often it was scanned; the connection's */
};

/* Schema ------------------------------------------------------------------- */

static const char *sql_type(enum tbl_type type)
{
    static const char *const names[] = {
        [TBL_TEXT] = "TEXT",    [TBL_INT] = "INTEGER", [TBL_REAL] = "REAL",
        [TBL_BOOL] = "BOOLEAN", [TBL_BLOB] = "BLOB",
    };
    return names[type];
}

static char *declaration(sqlite3 *db, const struct tbl_table *table)
{
    sqlite3_str *sql = sqlite3_str_new(db);

    sqlite3_str_appendall(sql, "CREATE TABLE x(");
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct tbl_column *column = &table->columns[i];
        /* SQLite looks for HIDDEN within the type. */
        sqlite3_str_appendf(sql, "%s\"%w\" %s%s%s%s", i ? ", " : "", column->name,
                            sql_type(column->type), column->flags & TBL_HIDDEN ? " HIDDEN" : "",
                            column->flags & TBL_NOCASE ? " COLLATE NOCASE" : "",
                            column->flags & TBL_NOT_NULL ? " NOT NULL" : "");
    }
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

static int x_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                     char **error)
{
    const struct module *module = aux;

    (void)argc, (void)error;
    char *sql = declaration(db, module->table);
    if (!sql)
        return SQLITE_NOMEM;
    int rc = sqlite3_declare_vtab(db, sql);
    sqlite3_free(sql);
    if (rc != SQLITE_OK)
        return rc;

    /* Every table reads the host, so no stored schema may reach one: only direct SQL and TEMP views
     * do. */
    sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);

    struct vtab *vtab = sqlite3_malloc64(sizeof *vtab);
    if (!vtab)
        return SQLITE_NOMEM;
    *vtab = (struct vtab){.table = module->table,
                          .svcql = module->svcql,
                          .scans = module->scans,
                          .name = sqlite3_mprintf("\"%w\".\"%w\"", argv[1], argv[2])};
    if (!vtab->name) {
        sqlite3_free(vtab);
        return SQLITE_NOMEM;
    }
    *out = &vtab->base;
    return SQLITE_OK;
}

static int x_disconnect(sqlite3_vtab *vtab)
{
    sqlite3_free(((struct vtab *)vtab)->name);
    sqlite3_free(vtab);
    return SQLITE_OK;
}

static int x_update(sqlite3_vtab *base, int argc, sqlite3_value **argv, sqlite3_int64 *rowid)
{
    const struct vtab *vtab = (const struct vtab *)base;

    return vtab->table->update(vtab->svcql, base, argc, argv, rowid);
}

/* xCreate is xConnect: a table exists as soon as its module does, and can be made in a schema too.
 */
#define MODULE_METHODS                                                                             \
    .xCreate = x_connect, .xConnect = x_connect, .xBestIndex = plan_best_index,                    \
    .xDisconnect = x_disconnect, .xDestroy = x_disconnect, .xOpen = scan_open,                     \
    .xClose = scan_close, .xFilter = scan_filter, .xNext = scan_next, .xEof = scan_eof,            \
    .xColumn = scan_column, .xRowid = scan_rowid

static const sqlite3_module read_only = {MODULE_METHODS};
static const sqlite3_module writable = {MODULE_METHODS, .xUpdate = x_update};

/* Registration ------------------------------------------------------------- */

static void free_module(void *data)
{
    struct module *module = data;

    svcql_unref(module->svcql);
    sqlite3_free(module);
}

static void check_declaration(const struct tbl_table *table)
{
    unsigned flags = 0;
    bool     timed = false;

    for (size_t c = 0; c < table->n_columns; c++) {
        const struct tbl_column *column = &table->columns[c];
        timed |= strcmp(column->name, "time") == 0 && column->flags & TBL_RANGE;
        assert(!column->get ||
               !(column->flags & ~(unsigned)(TBL_HIDDEN | TBL_NOCASE | TBL_DATETIME)));
        assert(!(column->flags & TBL_KEY) || column->type <= TBL_BOOL);
        assert(!(column->flags & TBL_RANGE) || column->type == TBL_INT || column->type == TBL_REAL);
        assert(!(column->flags & TBL_PREFIX) || column->type == TBL_TEXT);
        assert(!(column->flags & TBL_ORDER) ||
               (strcmp(column->name, "time") == 0 && column->flags & TBL_RANGE && table->ends));
        flags |= column->flags;
    }
    assert(flags & TBL_ID);
    assert(!(flags & TBL_DATETIME) || timed);
    assert(!table->sources == !!table->next);
    (void)flags, (void)timed;
}

static int register_one(struct svcql *svcql, const struct tbl_table *table, int64_t *scans)
{
    struct module *module = sqlite3_malloc64(sizeof *module);

    check_declaration(table);
    if (!module)
        return SQLITE_NOMEM;
    *module = (struct module){table, svcql_ref(svcql), scans};
    return sqlite3_create_module_v2(svcql->db, table->name, table->update ? &writable : &read_only,
                                    module, free_module); /* frees the module where it fails */
}

int tbl_register(struct svcql *svcql, const struct tbl_table *const *tables, size_t n)
{
    int64_t *scans;
    int      rc = registry_keep(svcql, tables, n, &scans);

    for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
        rc = register_one(svcql, tables[i], &scans[i]);
    return rc;
}
