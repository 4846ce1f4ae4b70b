#include "judge_ordinary.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#define DAYS     40
#define PER_HOST 100

static const struct {
    const char *kind, *folder;
} kinds[] = {{"distro", "etc/systemd/system"},
             {"system", "etc/systemd/system"},
             {"user", "home/ann/.config/systemd/user"},
             {"quadlets", "etc/containers/systemd"},
             {"plists", "Library/LaunchDaemons"}};

static void set_age(const char *full)
{
    time_t          then = time(NULL) - (time_t)DAYS * 86400;
    struct timespec times[2] = {{.tv_sec = then}, {.tv_sec = then}};

    ck_assert_msg(utimensat(AT_FDCWD, full, times, 0) == 0, "%s", full);
}

static void place(sqlite3 *db, const char *dir, size_t kind, const char *from, const char *name)
{
    char   path[1024], full[4096], source[4096];
    size_t size;

    snprintf(path, sizeof path, "%s/%s", kinds[kind].folder, name);
    snprintf(full, sizeof full, "%s/%s", dir, path);
    if (access(full, F_OK) == 0) { /* two sources have a unit of this name */
        const char *base = strrchr(name, '/');
        base = base ? base + 1 : name;
        snprintf(path, sizeof path, "%s/%.*sx%lld%s", kinds[kind].folder, (int)(base - name), name,
                 (long long)harness_int(db, "SELECT count(*) FROM placed"), base);
        snprintf(full, sizeof full, "%s/%s", dir, path);
    }
    snprintf(source, sizeof source, "%s/%s", harness_evidence("ordinary"), from);
    char *text = harness_read(source, &size);
    harness_write(dir, path, text, size);
    set_age(full);
    harness_query(db, "INSERT INTO placed VALUES ('%s', '/%s', 0, '', 0)", kinds[kind].kind, path);
}

/* The findings on the units placed last. */
static void judge_host(sqlite3 *db, const char *dir)
{
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_query(
        db, "CREATE TEMP TABLE seen AS SELECT v.rank, f.subject, f.signals FROM findings AS f "
            "JOIN severities AS v USING (severity) ORDER BY v.rank DESC");
    harness_query(db,
                  "UPDATE placed SET (rank, signals) = (SELECT s.rank, s.signals FROM seen AS s "
                  "WHERE s.subject = placed.path LIMIT 1) WHERE path IN (SELECT subject FROM seen) "
                  "AND NOT judged");
    harness_query(db, "UPDATE placed SET judged = 1");
    harness_query(db, "DROP TABLE seen");
}

static const char *new_host(const struct corpus *corpus, size_t kind)
{
    const char *dir = harness_scratch();

    if (strcmp(kinds[kind].kind, "plists") == 0)
        harness_write_text(
            dir, "System/Library/CoreServices/SystemVersion.plist",
            "<plist><dict><key>ProductVersion</key><string>15.1</string></dict></plist>");
    else
        corpus_write(corpus, NULL, dir, DAYS);
    return dir;
}

static void judge_kind(const struct corpus *corpus, sqlite3 *db, size_t kind, const char *manifest)
{
    char       *text = strdup(manifest), *rest = text;
    const char *dir = NULL;
    size_t      n = 0;

    for (char *line; (line = strsep(&rest, "\n"));) {
        char *fields[8];
        for (size_t i = 0; i < 8; i++)
            fields[i] = strsep(&line, "\t");
        if (!fields[7] || strcmp(fields[0], kinds[kind].kind) != 0)
            continue;
        if (n++ % PER_HOST == 0) {
            if (dir)
                judge_host(db, dir);
            dir = new_host(corpus, kind);
        }
        place(db, dir, kind, fields[1], fields[7]);
    }
    if (dir)
        judge_host(db, dir);
    free(text);
}

static void print_rows(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;

    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(db));
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++)
            printf("| %s ", (const char *)sqlite3_column_text(stmt, i));
        printf("|\n");
    }
    sqlite3_finalize(stmt);
}

int judge_ordinary(const struct corpus *corpus)
{
    char        path[4096];
    const char *folder = harness_evidence("ordinary");
    size_t      size;

    printf("\n## Real ordinary units\n\n");
    if (folder)
        snprintf(path, sizeof path, "%s/MANIFEST.tsv", folder);
    if (!folder || access(path, F_OK) != 0) {
        printf(
            "Skipped: the units are not part of the project; SVCQL_EVIDENCE names their folder.\n");
        return 0;
    }
    char    *manifest = harness_read(path, &size);
    sqlite3 *db = harness_open();
    harness_query(db, "CREATE TABLE placed(kind, path, rank, signals, judged)");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        judge_kind(corpus, db, i, manifest);
    printf("Units, lists and quadlets of the public, %d days old, a hundred a host.\n\n"
           "| source | of | low | medium | high | critical | medium and above |\n"
           "|---|---|---|---|---|---|---|\n",
           DAYS);
    print_rows(db, "SELECT iif(grouping, 'all', kind), count(*), CAST(total(rank = 1) AS INTEGER), "
                   "CAST(total(rank = 2) AS INTEGER), "
                   "CAST(total(rank = 3) AS INTEGER), CAST(total(rank = 4) AS INTEGER), "
                   "printf('%.1f %%', 100 * avg(rank >= 2)) FROM "
                   "placed, (SELECT 0 AS grouping UNION ALL SELECT 1) GROUP BY grouping, "
                   "iif(grouping, '', kind)");
    printf("\n| signal of medium and above | units |\n|---|---|\n");
    print_rows(db, "SELECT j.value, count(*) FROM placed, json_each('[\"' || replace(signals, ',', "
                   "'\",\"') || '\"]') AS j WHERE rank >= 2 GROUP BY 1 ORDER BY 2 DESC, 1");
    int below = (int)harness_int(
        db, "SELECT avg(rank >= 2) > 0.03 OR avg(rank >= 3) > 0.003 OR max(rank) > 3 FROM placed");
    harness_close(db);
    return below;
}
