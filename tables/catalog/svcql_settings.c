/* svcql_settings.c -- the settings of a connection.
 *
 *     UPDATE svcql_settings SET value = 'unix:path=/run/other/private' WHERE name =
 * 'systemd_address';
 */
#include <string.h>

#include "attack.h"
#include "own_detections.h"
#include "table.h"
#include "table/settings.h"

SQLITE_EXTENSION_INIT3

struct setting_row {
    const char *name;
    const char *value;
    const char *description;
};

struct state {
    size_t next;
};

static int next(struct tbl_scan *scan, void *out)
{
    struct state         *state = tbl_state(scan);
    struct setting_row   *row = out;
    const struct setting *setting = setting_at(state->next++);

    if (!setting)
        return SQLITE_DONE;
    *row = (struct setting_row){setting->name, svcql_setting(tbl_svcql(scan), setting->name),
                                setting->doc};
    return SQLITE_ROW;
}

/* Actions before a setting takes effect. */
static int apply(struct svcql *svcql, sqlite3_vtab *vtab, const char *name, const char *value)
{
    char *error = NULL;
    int   rc = SQLITE_OK;

    if (strcmp(name, "signals") == 0)
        rc = own_detections_load(svcql, value, &error);
    if (strcmp(name, "attack_version") == 0 && value && !attack_is_version(value)) {
        error = sqlite3_mprintf("attack_version: is 18.1 or 19.1");
        rc = error ? SQLITE_ERROR : SQLITE_NOMEM;
    }
    if (error) {
        sqlite3_free(vtab->zErrMsg);
        vtab->zErrMsg = error;
    }
    return rc;
}

static int update(struct svcql *svcql, sqlite3_vtab *vtab, int argc, sqlite3_value **argv,
                  sqlite3_int64 *rowid)
{
    (void)rowid;
    if (argc > 1 && sqlite3_value_type(argv[0]) != SQLITE_NULL) {
        const char *name = (const char *)sqlite3_value_text(argv[2]);
        const char *value = (const char *)sqlite3_value_text(argv[3]);
        int         rc = name ? apply(svcql, vtab, name, value) : SQLITE_NOTFOUND;
        if (rc == SQLITE_OK)
            rc = svcql_set(svcql, name, value);
        if (rc != SQLITE_NOTFOUND)
            return rc;
    }
    sqlite3_free(vtab->zErrMsg);
    vtab->zErrMsg = sqlite3_mprintf("svcql_settings: only the value of a setting can be changed");
    return vtab->zErrMsg ? SQLITE_ERROR : SQLITE_NOMEM;
}

static const struct tbl_column columns[] = {
    TBL_COL(struct setting_row, name, TBL_ID, "Name of the setting"),
    TBL_COL(struct setting_row, value, 0,
            "Value in force; UPDATE changes it, NULL restores the default"),
    TBL_COL(struct setting_row, description, 0, "What it does"),
};

static const struct tbl_example examples[] = {
    {"What can be set", "SELECT name, value, description FROM svcql_settings"},
};

const struct tbl_table svcql_settings_table = {
    .name = "svcql_settings",
    .doc = "Settings of this connection; UPDATE the column value",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct setting_row),
    .state_size = sizeof(struct state),
    .rows = 5,
    .next = next,
    .update = update,
};
