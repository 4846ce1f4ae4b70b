/* own_detections.c -- loads the user's detections, gives them rows in signals, and judges with them. */
#include "own_detections.h"

#include <errno.h>
#include <string.h>

#include "detections.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

static const char key; /* its address finds the state below in the connection */

struct own {
    struct svcql           *svcql;
    struct detection_faults faults;
    struct detections      *detections; /* NULL: none */
    char                   *reported;   /* locations of faults, one a line; from sqlite3_malloc() */
};

static void free_own(void *data)
{
    struct own *own = data;

    detections_free(own->detections);
    sqlite3_free(own->reported);
    sqlite3_free(own);
}

static struct own *own_of(const struct svcql *svcql)
{
    return svcql_kept(svcql, &key);
}

/* Reports in evidence_sources ------------------------------------------------ */

static void report(struct own *own, const char *location, enum source_status status, int64_t good,
                   int64_t faulty, const char *detail)
{
    svcql_report(own->svcql, &(struct report){.table = "signals",
                                              .kind = "detection",
                                              .location = location,
                                              .status = status,
                                              .records = good,
                                              .skipped = faulty,
                                              .detail = detail});
}

static bool is_reported(const struct own *own, const char *location)
{
    size_t size = strlen(location);

    for (const char *at = own->reported, *end; at && (end = strchr(at, '\n')); at = end + 1)
        if ((size_t)(end - at) == size && memcmp(at, location, size) == 0)
            return true;
    return false;
}

/* Keep a location, so that it can be withdrawn. */
static void remember(struct own *own, const char *location)
{
    char *all = sqlite3_mprintf("%s%s\n", own->reported ? own->reported : "", location);

    if (all) {
        sqlite3_free(own->reported);
        own->reported = all;
    }
}

/* Of several faults of a line the first is kept: the others mostly follow from it. */
static void report_fault(void *data, const char *file, int line, const char *text)
{
    struct own *own = data;
    char       *location = sqlite3_mprintf("%s:%d", file, line);

    if (location && !is_reported(own, location)) {
        report(own, location, SOURCE_DAMAGED, 0, 1, text);
        remember(own, location);
    }
    sqlite3_free(location);
}

/* Withdraw earlier reports of the folder. */
static void withdraw_reports(struct own *own)
{
    for (char *at = own->reported, *end; at && (end = strchr(at, '\n')); at = end + 1) {
        *end = 0;
        report(own, at, SOURCE_READ, 0, 0, "no longer in use");
    }
    sqlite3_free(own->reported);
    own->reported = NULL;
}

/* Their rows in signals and exec_patterns ---------------------------------------------- */

static bool has_own_list(sqlite3 *db, const char *list, const char *column)
{
    return sqlite3_table_column_metadata(db, "temp", list, column, NULL, NULL, NULL, NULL, NULL) ==
           SQLITE_OK;
}

static int run(sqlite3 *db, const char *sql, const char *const *values, int n)
{
    sqlite3_stmt *stmt = NULL;
    int           rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    for (int i = 0; rc == SQLITE_OK && i < n; i++)
        rc = sqlite3_bind_text(stmt, i + 1, values[i], -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int forget_rows(sqlite3 *db)
{
    int rc = run(db,
                 "DELETE FROM temp.exec_patterns WHERE signal IN "
                 "(SELECT name FROM temp.signals WHERE origin <> 'svcql')",
                 NULL, 0);

    return rc == SQLITE_OK ? run(db, "DELETE FROM temp.signals WHERE origin <> 'svcql'", NULL, 0)
                           : rc;
}

static int add_rows(sqlite3 *db, const struct detection_file *file)
{
    const char *values[] = {file->name,      file->platform, file->technique,
                            file->weight,    file->severity, file->title,
                            file->reference, file->analytic, file->false_positives,
                            file->response,  file->path,     file->family};
    int         rc = run(db,
                         "INSERT INTO temp.signals(name, platform, technique, weight, severity, why, "
                                 "reference, analytic, false_positives, response, origin, family) "
                                 "VALUES(?, ?, ?, CAST(? AS INTEGER), ?, ?, ?, ?, ?, ?, ?, ?)",
                         values, TBL_COUNT(values));

    for (size_t i = 0; rc == SQLITE_OK && i < file->n_patterns; i++) {
        const char *pattern[] = {file->name, file->patterns[i].platform, file->patterns[i].text};
        rc = run(db, "INSERT INTO temp.exec_patterns(signal, platform, pattern) VALUES(?, ?, ?)",
                 pattern, TBL_COUNT(pattern));
    }
    return rc;
}

/* Give each its rows; one whose name is taken is left out. */
static int add_all_rows(struct own *own, struct detections *detections)
{
    sqlite3                     *db = svcql_db(own->svcql);
    const struct detection_file *file;
    int                          rc = forget_rows(db);

    for (size_t i = 0; rc == SQLITE_OK && (file = detections_at(detections, i));) {
        if ((rc = add_rows(db, file)) == SQLITE_OK)
            i++;
        else if (rc == SQLITE_CONSTRAINT) {
            detection_fault(&own->faults, file->path, 1, DETECTION_NAME_TAKEN, file->name);
            detections_drop(detections, i);
            rc = SQLITE_OK;
        }
    }
    return rc;
}

/* Loading ---------------------------------------------------------------------------- */

static int64_t count(const struct detections *detections)
{
    int64_t n = 0;

    while (detections && detections_at(detections, (size_t)n))
        n++;
    return n;
}

/* Both lists must be svcql's: the user's own database is never written. */
static int check_lists(sqlite3 *db, char **ret_error)
{
    if (has_own_list(db, "signals", "origin") && has_own_list(db, "exec_patterns", "signal"))
        return SQLITE_OK;
    *ret_error =
        sqlite3_mprintf("signals: the open database has a table signals or exec_patterns of "
                        "its own, which is not changed: add the detections there");
    return SQLITE_ERROR;
}

static int take(struct own *own, const char *folder, struct detections *detections)
{
    int rc = add_all_rows(own, detections);

    detections_free(own->detections);
    own->detections = detections;
    if (rc != SQLITE_OK || !*folder)
        return rc;
    report(own, folder, SOURCE_READ, count(detections), own->faults.n,
           own->faults.n ? "some detections have faults" : NULL);
    remember(own, folder);
    return SQLITE_OK;
}

int own_detections_load(struct svcql *svcql, const char *folder, char **ret_error)
{
    struct own        *own = own_of(svcql);
    struct detections *detections = NULL;

    folder = folder ? folder : "";
    if (!*folder && !own->detections)
        return SQLITE_OK;
    int rc = check_lists(svcql_db(svcql), ret_error);
    if (rc != SQLITE_OK)
        return rc;
    withdraw_reports(own);
    own->faults.n = 0;
    int r = *folder ? detections_load(folder, &own->faults, &detections) : 0;
    if (r == -ENOMEM)
        return SQLITE_NOMEM;
    if (r < 0) {
        *ret_error = sqlite3_mprintf("signals: %s: %s", folder, strerror(-r));
        return SQLITE_ERROR;
    }
    return take(own, folder, detections);
}

/* Judging ---------------------------------------------------------------------------- */

static void own_signals(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct own   *own = own_of(sqlite3_user_data(out));
    const char   *shape = argc ? (const char *)sqlite3_value_text(argv[0]) : NULL;
    struct buffer fired = {0};

    if (!own->detections || !shape) {
        sqlite3_result_text(out, "", 0, SQLITE_STATIC);
        return;
    }
    int rc = detections_judge(own->detections, shape, argc - 1, argv + 1, &fired);
    if (rc != SQLITE_OK)
        sqlite3_result_error_code(out, rc);
    else if (buffer_text(&fired))
        sqlite3_result_text64(out, fired.data, fired.size, SQLITE_TRANSIENT, SQLITE_UTF8);
    else
        sqlite3_result_error_nomem(out);
    buffer_free(&fired);
}

static void unref(void *svcql)
{
    svcql_unref(svcql);
}

int own_detections_register(struct svcql *svcql)
{
    struct own *own = sqlite3_malloc64(sizeof *own);

    if (!own)
        return SQLITE_NOMEM;
    *own = (struct own){.svcql = svcql, .faults = {.report = report_fault, .data = own}};
    int rc = svcql_keep(svcql, &key, own, free_own);
    if (rc != SQLITE_OK)
        return rc;
    return sqlite3_create_function_v2(svcql_db(svcql), "own_signals", -1,
                                      SQLITE_UTF8 | SQLITE_INNOCUOUS, svcql_ref(svcql), own_signals,
                                      NULL, NULL, unref);
}
