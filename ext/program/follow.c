/* follow.c -- svcql hunt --follow: findings as they come.
 *
 * What was read is watched; when it changes, the findings of the last minutes are asked for, whose cost is that
 * of those minutes, and those that were not printed before are printed. Only what those minutes hold is kept.
 */
#include "follow.h"

#include <math.h>
#include <time.h>

#include "system.h"

#define LATE 600 /* seconds that an event may be logged after its time */
#define LOOK                                                                                       \
    60000 /* milliseconds: what has no file, such as a manager's answer, is asked each minute */
#define PAUSE 0.3 /* seconds between two looks, at least */

/* What tells one finding of a subject from another. */
#define FINDING                                                                                    \
    "host || ' ' || subject || ' ' || coalesce(signals, '') || ' ' || coalesce(record, '')"

/* Sources that were not read whole, each with its location alone. */
#define LOSSES                                                                                     \
    "SELECT location, max(status) AS status, max(detail) AS detail FROM evidence_sources "         \
    "WHERE status IN ('denied', 'damaged') OR skipped > 0 GROUP BY location"

static const char begin_sql[] =
    "CREATE TEMP TABLE hunt_lost AS " LOSSES ";"
    "CREATE TEMP TABLE hunt_losses AS SELECT * FROM hunt_lost LIMIT 0;"
    "CREATE TEMP TABLE hunt_seen(finding TEXT, time REAL, PRIMARY KEY(finding, time)) WITHOUT "
    "ROWID;"
    "CREATE TEMP TABLE hunt_new AS SELECT * FROM hunt_findings LIMIT 0;"
    "INSERT OR IGNORE INTO hunt_seen SELECT " FINDING ", time FROM hunt_findings "
    "WHERE time >= unixepoch() - ?1;"
    "DROP TABLE hunt_findings";

static const char look_sql[] =
    "DELETE FROM hunt_new;"
    "INSERT INTO hunt_new SELECT f.* FROM findings AS f JOIN severities AS s USING (severity) "
    "WHERE f.time >= unixepoch() - ?1 "
    "AND s.rank >= (SELECT rank FROM severities WHERE severity = ?2) ORDER BY f.time;"
    "DELETE FROM hunt_new WHERE (" FINDING ", time) IN (SELECT finding, time FROM hunt_seen);"
    "INSERT OR IGNORE INTO hunt_seen SELECT " FINDING ", time FROM hunt_new;"
    "DELETE FROM hunt_seen WHERE time < unixepoch() - ?1;"
    "DELETE FROM hunt_losses;"
    "INSERT INTO hunt_losses " LOSSES " HAVING location NOT IN (SELECT location FROM hunt_lost);"
    "INSERT INTO hunt_lost SELECT * FROM hunt_losses";

static const char new_sql[] =
    "SELECT 'finding' AS section, time, datetime, host, severity, analytic, "
    "technique, subject, why, signals, evidence, source, record, user, "
    "tool, verb, target, key FROM hunt_new";
static const char new_table_sql[] = "SELECT strftime('%Y-%m-%d %H:%M:%S', time, 'unixepoch') || '  "
                                    "' || host || '  ' || severity || "
                                    "'  ' || subject || '  ' || why FROM hunt_new";

static const char losses_sql[] = "SELECT location, status, detail FROM hunt_losses";

/* Folders in which something comes, beside those of what was read. */
static const char places_sql[] =
    "SELECT source FROM evidence_sources WHERE source GLOB '/?*' UNION SELECT source FROM "
    "unit_files "
    "UNION SELECT rtrim(root, '/') || folder.column1 FROM evidence, (VALUES('/etc/systemd'), "
    "('/etc/systemd/system'), ('/run/systemd'), ('/run/systemd/transient'), "
    "('/run/systemd/units')) "
    "AS folder";

/* Run statements, with ?1 and ?2 bound to where they stand. */
static bool run(sqlite3 *db, const char *sql, const char *severity)
{
    int rc = SQLITE_OK;

    while (rc == SQLITE_OK && *sql) {
        sqlite3_stmt *stmt = NULL;
        rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
        sqlite3_bind_int(stmt, 1, LATE);
        sqlite3_bind_text(stmt, 2, severity, -1, SQLITE_STATIC);
        if (rc == SQLITE_OK && sqlite3_step(stmt) != SQLITE_DONE)
            rc = SQLITE_ERROR;
        if (sqlite3_finalize(stmt) != SQLITE_OK)
            rc = SQLITE_ERROR;
    }
    if (rc != SQLITE_OK)
        complain("%s", sqlite3_errmsg(db));
    return rc == SQLITE_OK;
}

static bool watch_sources(sqlite3 *db, struct watch *watch)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, places_sql, -1, &stmt, NULL) == SQLITE_OK)
        while (sqlite3_step(stmt) == SQLITE_ROW)
            watch_add(watch, (const char *)sqlite3_column_text(stmt, 0));
    if (sqlite3_finalize(stmt) == SQLITE_OK)
        return true;
    complain("%s", sqlite3_errmsg(db));
    return false;
}

static bool print_new(sqlite3 *db, struct output *output)
{
    bool          table = output->format == FORMAT_TABLE;
    sqlite3_stmt *stmt = NULL;
    long long     rows = -1;

    if (sqlite3_prepare_v2(db, table ? new_table_sql : new_sql, -1, &stmt, NULL) == SQLITE_OK)
        rows = table ? output_texts(output, stmt) : output_rows(output, stmt);
    if (sqlite3_finalize(stmt) != SQLITE_OK || rows < 0)
        complain("%s", sqlite3_errmsg(db));
    return rows >= 0 && fflush(output->file) == 0;
}

/* Report, once, the sources of which this look has lost something: no findings must not look like clean. */
static bool tell_losses(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, losses_sql, -1, &stmt, NULL) == SQLITE_OK)
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            const char *detail = (const char *)sqlite3_column_text(stmt, 2);
            complain("hunt: %s: %s%s%s", (const char *)sqlite3_column_text(stmt, 0),
                     (const char *)sqlite3_column_text(stmt, 1), detail ? ": " : "",
                     detail ? detail : "");
        }
    if (sqlite3_finalize(stmt) == SQLITE_OK)
        return true;
    complain("%s", sqlite3_errmsg(db));
    return false;
}

/* As long as the looks take, they are not more than half of the time. */
static void rest(double took)
{
    double pause = took > PAUSE ? took : PAUSE;

    nanosleep(&(struct timespec){(time_t)pause, (long)((pause - floor(pause)) * 1e9)}, NULL);
}

int follow(sqlite3 *db, struct output *output, const char *severity)
{
    struct watch *watch = watch_new();
    bool          well = watch && fflush(output->file) == 0 && run(db, begin_sql, severity);

    if (!watch)
        complain("hunt: inotify: no more of it on this host");
    /* What comes while it looks or rests, or before a folder is watched, is seen by the next look. */
    while (well && watch_sources(db, watch)) {
        double start = monotonic();
        well = run(db, look_sql, severity) && print_new(db, output) && tell_losses(db);
        rest(monotonic() - start);
        watch_wait(watch, LOOK);
    }
    watch_free(watch);
    return EXIT_ERROR;
}
