#include "store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "store.h"

/* One text for each version: upgrades a file of the version before. */
static const char *const migrations[STORE_VERSION] = {
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('instance', lower(hex(randomblob(16))));"
    "CREATE TABLE queries(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sql TEXT, boot TEXT,"
    " epoch INTEGER NOT NULL DEFAULT 0, counter INTEGER NOT NULL DEFAULT -1,"
    " interval INTEGER NOT NULL DEFAULT 0, splayed INTEGER NOT NULL DEFAULT 0,"
    " last_run REAL NOT NULL DEFAULT 0, last_uptime REAL NOT NULL DEFAULT 0,"
    " last_attempt REAL NOT NULL DEFAULT 0, denied_until REAL NOT NULL DEFAULT 0,"
    " runs INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,"
    " added INTEGER NOT NULL DEFAULT 0, removed INTEGER NOT NULL DEFAULT 0,"
    " dropped INTEGER NOT NULL DEFAULT 0, wall REAL, cpu REAL, memory INTEGER, error TEXT);"
    "CREATE TABLE results(query INTEGER NOT NULL, row TEXT NOT NULL, n INTEGER NOT NULL,"
    " PRIMARY KEY(query, row)) WITHOUT ROWID;"
    "CREATE TABLE lines(id INTEGER PRIMARY KEY AUTOINCREMENT, query INTEGER NOT NULL,"
    " line TEXT NOT NULL);"
    "CREATE INDEX lines_query ON lines(query);"
    "CREATE TABLE places(sink TEXT PRIMARY KEY, inode INTEGER, size INTEGER) WITHOUT ROWID;",

    "CREATE VIEW svcql_schedule AS SELECT q.name, q.interval, q.epoch, q.counter,"
    " nullif(q.last_run, 0) AS last_run, nullif(q.last_attempt, 0) AS last_attempt,"
    " nullif(q.denied_until, 0) AS denied_until, q.runs, q.failures, q.added, q.removed,"
    " coalesce(w.n, 0) AS waiting, q.dropped, q.wall, q.cpu, q.memory, q.error, q.sql AS query"
    " FROM queries AS q LEFT JOIN (SELECT query, count(*) AS n FROM lines GROUP BY query) AS w"
    " ON w.query = q.id;",

    "ALTER TABLE queries ADD COLUMN tried TEXT;"
    "ALTER TABLE queries ADD COLUMN denials INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE queries ADD COLUMN denied_why TEXT;"
    "ALTER TABLE queries ADD COLUMN last_error TEXT;"
    "ALTER TABLE queries ADD COLUMN last_error_time REAL NOT NULL DEFAULT 0;"
    "ALTER TABLE lines ADD COLUMN stream INTEGER NOT NULL DEFAULT 0;"
    "INSERT INTO meta VALUES('written', 0);"
    "DROP VIEW svcql_schedule;"
    "CREATE VIEW svcql_schedule AS SELECT q.name, q.interval, q.epoch, q.counter,"
    " nullif(q.last_run, 0) AS last_run, nullif(q.last_attempt, 0) AS last_attempt,"
    " nullif(max(q.last_attempt + q.splayed * (q.last_attempt > 0), q.denied_until), 0) AS "
    "next_run,"
    " nullif(q.denied_until, 0) AS denied_until, q.denied_why, q.denials, q.runs, q.failures,"
    " q.added, q.removed, coalesce(w.n, 0) AS waiting, q.dropped, q.wall, q.cpu, q.memory,"
    " q.error, q.last_error, nullif(q.last_error_time, 0) AS last_error_time, q.sql AS query"
    " FROM queries AS q LEFT JOIN (SELECT query, count(*) AS n FROM lines GROUP BY query) AS w"
    " ON w.query = q.id;",
};

int store_file_failed(struct store_file *file)
{
    int rc = file->db ? sqlite3_errcode(file->db) : SQLITE_CANTOPEN;

    if (file->db)
        snprintf(file->error, sizeof file->error, "state: %s", sqlite3_errmsg(file->db));
    file->corrupt |= rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB;
    return rc == SQLITE_NOMEM ? -ENOMEM : rc == SQLITE_FULL ? -ENOSPC : -EIO;
}

/* A POSIX lock, which no child process inherits: a run that outlives a killed program holds none.
 */
static int lock_file(const char *path, bool *ret_before)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char        *name = sqlite3_mprintf("%s.lock", path);

    *ret_before = name && access(name, F_OK) == 0;
    int fd = name ? open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;

    if (!name)
        errno = ENOMEM;
    sqlite3_free(name);
    if (fd < 0 || fcntl(fd, F_SETLK, &lock) == 0)
        return fd < 0 ? -errno : fd;
    close(fd);
    return -EBUSY;
}

int store_file_lock(struct store_file *file, const char *path)
{
    file->lock = -1;
    if (!path)
        return 0;
    file->path = strdup(path);
    if (!file->path)
        return -ENOMEM;
    file->lock = lock_file(path, &file->was_locked);
    if (file->lock >= 0)
        return 0;
    snprintf(file->error, sizeof file->error, "%s: %s", path,
             file->lock == -EBUSY ? "another program uses it" : strerror(-file->lock));
    return file->lock;
}

static int migrate(struct store_file *file)
{
    sqlite3_stmt *stmt = NULL;
    int           version = -1;

    if (sqlite3_prepare_v2(file->db, "PRAGMA user_version", -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        version = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    if (version < 0)
        return store_file_failed(file);
    if (version > STORE_VERSION) {
        snprintf(file->error, sizeof file->error,
                 "state: made by a newer version (layout %d, this one reads %d)", version,
                 STORE_VERSION);
        return -EPROTO;
    }
    for (; version < STORE_VERSION; version++) {
        char *sql = sqlite3_mprintf("BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT",
                                    migrations[version], version + 1);
        int   rc = sql ? sqlite3_exec(file->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
        sqlite3_free(sql);
        if (rc != SQLITE_OK)
            return store_file_failed(file);
    }
    return 0;
}

/* Check for damage first: SQLite itself finds it only when it reads the damaged page. */
static int check_pages(struct store_file *file)
{
    sqlite3_stmt *stmt = NULL;
    int           r = 0;

    int rc = sqlite3_prepare_v2(file->db, "PRAGMA quick_check(1)", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW) {
        r = store_file_failed(file);
    } else if (strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0) {
        snprintf(file->error, sizeof file->error, "state: %.200s", sqlite3_column_text(stmt, 0));
        file->corrupt = true;
        r = -EIO;
    }
    sqlite3_finalize(stmt);
    return r;
}

/* Only the owner may read the results. FULL: delivered lines must be recorded as delivered even after a loss of power.
 */
int store_file_open(struct store_file *file)
{
    static const char setup[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 1048576;"
        "PRAGMA cache_size = -1024; PRAGMA trusted_schema = 0;";
    mode_t mask = umask(0077);
    int    rc = sqlite3_open_v2(file->path ? file->path : ":memory:", &file->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

    umask(mask);
    if (rc != SQLITE_OK || !spare_files(file->db))
        return store_file_failed(file);
    int r = file->path ? check_pages(file) : 0;
    if (r < 0)
        return r;
    sqlite3_busy_timeout(file->db, 5000);
    if (sqlite3_exec(file->db, setup, NULL, NULL, NULL) != SQLITE_OK)
        return store_file_failed(file);
    return migrate(file);
}

/* Whether a file that is not a database, or a damaged one, may be put aside: it was a state before,
 * or has a database's name. Any other file was named by mistake and is not touched. */
static bool may_put_aside(const struct store_file *file)
{
    size_t size = file->path ? strlen(file->path) : 0;

    return file->path && file->corrupt &&
           (file->was_locked || (size > 3 && strcmp(file->path + size - 3, ".db") == 0));
}

/* The file and its log; *ret_notice gets the fault and the new path. */
static int rename_corrupt(struct store_file *file, char **ret_notice)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""};
    char                     stamp[32] = "";
    time_t                   now = time(NULL);
    struct tm                tm;
    int                      r = 0;

    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
    for (size_t i = 0; r == 0 && i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *from = sqlite3_mprintf("%s%s", file->path, suffixes[i]);
        char *to = sqlite3_mprintf("%s.corrupt-%s%s", file->path, stamp, suffixes[i]);
        if (!from || !to)
            r = -ENOMEM;
        else if (rename(from, to) < 0 && errno != ENOENT)
            r = -errno;
        sqlite3_free(from);
        sqlite3_free(to);
    }
    if (r == 0)
        *ret_notice =
            sqlite3_mprintf("%s; the damaged state is kept as %s.corrupt-%s and a new one begins",
                            file->error, file->path, stamp);
    return r;
}

bool store_file_put_aside(struct store_file *file, char **ret_notice)
{
    if (!may_put_aside(file) || rename_corrupt(file, ret_notice) < 0)
        return false;
    file->corrupt = false;
    return true;
}

void store_file_close(struct store_file *file)
{
    sqlite3_close(file->db);
    file->db = NULL;
}

/* A lock file that stays means that the file was a state. */
void store_file_unlock(struct store_file *file, bool failed)
{
    char *name = failed && file->lock >= 0 && !file->was_locked
                     ? sqlite3_mprintf("%s.lock", file->path)
                     : NULL;

    if (name)
        unlink(name);
    sqlite3_free(name);
    if (file->lock >= 0)
        close(file->lock);
    free(file->path);
}
