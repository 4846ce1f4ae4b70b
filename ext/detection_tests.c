/* detection_tests.c -- the fires and spares of detections. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "detections.h"
#include "detections_parts.h"

SQLITE_EXTENSION_INIT3

struct tests {
    struct detections *d;
    sqlite3_stmt      *overlay, *apart, *entries;
};

/* A test with the shape it is run for; patterns have none. */
struct trial {
    const struct detection_file *file;
    const struct detection_test *test;
    const struct judged         *judged;
};

static const struct detection_section *section_of(const struct trial *trial)
{
    return &trial->file->sections[trial->test->section];
}

/* The whole row of a test as JSON, from sqlite3_malloc(): the usual row, and the test's own keys over it. */
static char *whole_row(struct tests *t, const struct trial *trial, const char *row)
{
    char *text = NULL;

    sqlite3_bind_text(t->overlay, 1, trial->judged ? trial->judged->row.shape->usual : "{}", -1,
                      SQLITE_STATIC);
    sqlite3_bind_text(t->overlay, 2, row, -1, SQLITE_STATIC);
    if (sqlite3_step(t->overlay) == SQLITE_ROW)
        text = sqlite3_mprintf("%s", sqlite3_column_text(t->overlay, 0));
    sqlite3_reset(t->overlay);
    return text;
}

/* Number of keys in which two whole rows differ. */
static int keys_apart(struct tests *t, const char *a, const char *b)
{
    int n = -1;

    sqlite3_bind_text(t->apart, 1, a, -1, SQLITE_STATIC);
    sqlite3_bind_text(t->apart, 2, b, -1, SQLITE_STATIC);
    if (sqlite3_step(t->apart) == SQLITE_ROW)
        n = sqlite3_column_int(t->apart, 0);
    sqlite3_reset(t->apart);
    return n;
}

static bool near_a_fires(struct tests *t, const struct trial *trial)
{
    char *spared = whole_row(t, trial, trial->test->row);
    bool  near = false;

    for (size_t i = 0; spared && !near && i < trial->file->n_tests; i++) {
        const struct detection_test *other = &trial->file->tests[i];
        if (!other->fires || other->section != trial->test->section)
            continue;
        char *fired = whole_row(t, trial, other->row);
        near = fired && keys_apart(t, spared, fired) == 1;
        sqlite3_free(fired);
    }
    sqlite3_free(spared);
    return near;
}

static bool has_key(const struct trial *trial, const char *key)
{
    if (!trial->judged)
        return strcmp(key, "unix") == 0 || strcmp(key, "windows") == 0;
    for (size_t i = 0; i < trial->judged->row.shape->n_columns; i++)
        if (strcmp(trial->judged->row.shape->columns[i], key) == 0)
            return true;
    return false;
}

#define WRONG(t, trial, ...)                                                                       \
    detection_fault((t)->d->faults, (trial)->file->path, (trial)->test->line, __VA_ARGS__)

/* Whether a test's row is an object of known keys, all reported. */
static bool good_row(struct tests *t, const struct trial *trial)
{
    bool good = true;
    int  rc;

    sqlite3_bind_text(t->entries, 1, trial->test->row, -1, SQLITE_STATIC);
    while ((rc = sqlite3_step(t->entries)) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(t->entries, 0);
        if (key && has_key(trial, key))
            continue;
        if (trial->judged)
            WRONG(t, trial, "no column %s in %s_facts", key ? key : "",
                  trial->judged->row.shape->name);
        else
            WRONG(t, trial, "neither unix nor windows: %s", key ? key : "");
        good = false;
    }
    if (rc != SQLITE_DONE)
        WRONG(t, trial, "is not a JSON object: %s", sqlite3_errmsg(t->d->sql.db));
    sqlite3_reset(t->entries);
    return good && rc == SQLITE_DONE;
}

static bool pattern_matches(struct tests *t, const struct detection_pattern *pattern,
                            const char *platform, const char *text)
{
    bool matches;

    if (strcmp(pattern->platform, "any") != 0 && strcmp(pattern->platform, platform) != 0)
        return false;
    sqlite3_bind_text(t->d->sql.matches, 1, text, -1, SQLITE_STATIC);
    sqlite3_bind_text(t->d->sql.matches, 2, pattern->text, -1, SQLITE_STATIC);
    matches =
        sqlite3_step(t->d->sql.matches) == SQLITE_ROW && sqlite3_column_int(t->d->sql.matches, 0);
    sqlite3_reset(t->d->sql.matches);
    return matches;
}

/* 1: fires, 0: spares. */
static int try_patterns(struct tests *t, const struct trial *trial)
{
    bool fires = false;

    sqlite3_bind_text(t->entries, 1, trial->test->row, -1, SQLITE_STATIC);
    while (sqlite3_step(t->entries) == SQLITE_ROW)
        for (size_t i = 0; i < trial->file->n_patterns; i++)
            fires |= pattern_matches(t, &trial->file->patterns[i],
                                     (const char *)sqlite3_column_text(t->entries, 0),
                                     (const char *)sqlite3_column_text(t->entries, 1));
    sqlite3_reset(t->entries);
    return fires;
}

/* A statement that makes a shape's row of JSON. */
static sqlite3_stmt *row_statement(struct tests *t, const struct shape *shape)
{
    sqlite3_str *sql = sqlite3_str_new(t->d->sql.db);

    for (size_t i = 0; i < shape->n_columns; i++)
        sqlite3_str_appendf(sql, "%s j.x ->> %Q", i ? "," : "SELECT", shape->columns[i]);
    sqlite3_str_appendf(sql, " FROM (SELECT json_patch(?1, ?2) AS x) AS j");
    char         *text = sqlite3_str_finish(sql);
    sqlite3_stmt *stmt = detection_sql_prepare(&t->d->sql, text);
    sqlite3_free(text);
    sqlite3_bind_text(stmt, 1, shape->usual, -1, SQLITE_STATIC);
    return stmt;
}

/* 1: fires, 0: spares, -1: failed. */
static int try_row(struct tests *t, const struct trial *trial, sqlite3_stmt *row)
{
    struct judged *judged = &t->d->judged[trial->judged - t->d->judged];
    sqlite3_value *values[SHAPE_MAX_COLUMNS];
    char *sql = sqlite3_mprintf("SELECT ((%s\n)) IS TRUE FROM main.\"%w\"", section_of(trial)->body,
                                judged->row.shape->name);
    sqlite3_stmt *stmt = detection_sql_prepare_guarded(&t->d->sql, sql);
    int           fires = -1;

    for (int i = 0; i < (int)judged->row.shape->n_columns; i++)
        values[i] = sqlite3_column_value(row, i);
    judged->row.values = values;
    if (stmt && sqlite3_step(stmt) == SQLITE_ROW)
        fires = sqlite3_column_int(stmt, 0);
    else
        WRONG(t, trial, "%s", sqlite3_errmsg(t->d->sql.db));
    judged->row.values = NULL;
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
    return fires;
}

static int try_shape(struct tests *t, const struct trial *trial)
{
    sqlite3_stmt *row = row_statement(t, trial->judged->row.shape);
    int           fires = -1;

    sqlite3_bind_text(row, 2, trial->test->row, -1, SQLITE_STATIC);
    if (row && sqlite3_step(row) == SQLITE_ROW)
        fires = try_row(t, trial, row);
    sqlite3_finalize(row);
    return fires;
}

static void run_trial(struct tests *t, const struct trial *trial)
{
    if (!good_row(t, trial))
        return;
    int fires = trial->judged ? try_shape(t, trial) : try_patterns(t, trial);
    if (fires >= 0 && fires != trial->test->fires)
        WRONG(t, trial,
              trial->test->fires ? "should fire, but does not" : "should spare, but fires");
    if (!trial->test->fires && !near_a_fires(t, trial))
        WRONG(t, trial, "is not one key away from a fires line of its section");
}

/* Run a test for each shape of its section; returns their number. */
static int run_test(struct tests *t, struct trial *trial)
{
    const char *shapes = section_of(trial)->shapes;
    int         n = 0;

    if (!shapes) {
        run_trial(t, trial);
        return 1;
    }
    for (const char *at = shapes; *at; at += strspn(at, " "), n++) {
        size_t              size = strcspn(at, " ");
        const struct shape *shape = shapes_find(&t->d->shapes, at, size);
        trial->judged = &t->d->judged[shape - t->d->shapes.shapes];
        run_trial(t, trial);
        at += size;
    }
    return n;
}

static bool prepare_all(struct tests *t)
{
    struct detection_sql *sql = &t->d->sql;

    t->overlay = detection_sql_prepare(sql, "SELECT json_patch(?1, ?2)");
    t->entries = detection_sql_prepare(sql, "SELECT key, value FROM json_each(?1)");
    t->apart = detection_sql_prepare(
        sql, "SELECT count(*) FROM (SELECT key FROM json_each(?1) UNION "
             "SELECT key FROM json_each(?2)) AS k WHERE (SELECT value FROM json_each(?1) "
             "WHERE key = k.key) IS NOT (SELECT value FROM json_each(?2) WHERE key = k.key)");
    return t->overlay && t->entries && t->apart;
}

int detections_test(struct detections *d)
{
    struct tests t = {.d = d};
    int          n = prepare_all(&t) ? 0 : -ENOMEM;

    for (size_t f = 0; n >= 0 && f < d->n_files; f++)
        for (size_t i = 0; i < d->files[f]->n_tests; i++)
            n += run_test(&t, &(struct trial){d->files[f], &d->files[f]->tests[i], NULL});
    sqlite3_finalize(t.overlay);
    sqlite3_finalize(t.entries);
    sqlite3_finalize(t.apart);
    return n;
}
