/* fuzz_root.c -- hosts of three platforms with files changed or cut, read through every table and view.
 *
 * The input is a byte that says which relation is read, then edits (fuzz_edits.h). A run reads that one, and
 * each table that reads a file which is changed. Most of a query's time is SQLite's own, to plan it: so the
 * connection and its statements stay, and a run has the evidence read anew. No query may end in more
 * than an error.
 */
#include <dirent.h>
#include <stdbool.h>

#include "fuzz_edits.h"
#include "svcql.h"

#define CORPUS  "tests/corpus/"
#define FIXTURE "tests/fixtures/linux/compromised/"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where each file is, and whence it came. */
static const struct {
    const char *path, *from;
} files[] = {
    {"l/etc/hostname", FIXTURE "etc/hostname"},
    {"l/etc/passwd", FIXTURE "etc/passwd"},
    {"l/etc/systemd/system/netd.service", FIXTURE "etc/systemd/system/netd.service"},
    {"l/etc/systemd/system/ssh.service.d/override.conf",
     FIXTURE "etc/systemd/system/ssh.service.d/override.conf"},
    {"l/usr/lib/systemd/system/ssh.service", FIXTURE "usr/lib/systemd/system/ssh.service"},
    {"l/home/ann/.config/systemd/user/sync.service",
     FIXTURE "home/ann/.config/systemd/user/sync.service"},
    {"l/home/ann/.config/systemd/user/sync.timer",
     FIXTURE "home/ann/.config/systemd/user/sync.timer"},
    {"l/home/ann/.bash_history", CORPUS "history_text/bash"},
    {"l/home/ann/.zsh_history", CORPUS "history_text/zsh"},
    {"l/etc/crontab", CORPUS "cron_text/system"},
    {"l/etc/sudoers", CORPUS "sudoers_text/rules"},
    {"l/etc/polkit-1/rules.d/50-a.rules", CORPUS "polkit_text/rules"},
    {"l/etc/profile", CORPUS "hook_text/lines"},
    {"l/etc/localtime", CORPUS "time_zone/berlin"},
    {"l/var/log/auth.log", CORPUS "auth_text/lines"},
    {"l/var/log/audit/audit.log", CORPUS "audit_text/records"},
    {"l/var/log/dpkg.log", CORPUS "package_log/dpkg"},
    {"l/var/lib/dpkg/status", CORPUS "dpkg_text/status"},
    {"l/var/log/wtmp", CORPUS "utmp/login"},
    {"n/etc/hostname", FIXTURE "etc/hostname"},
    {"n/var/lib/rpm/Packages.db", CORPUS "rpm_store/ndb"},
    {"n/etc/systemd/system/netd.service", FIXTURE "etc/systemd/system/netd.service"},
    {"w/Windows/System32/config/SYSTEM", CORPUS "hive/clean"},
    {"w/Windows/System32/winevt/Logs/System.evtx", CORPUS "evtx/classic"},
    {"w/Windows/System32/winevt/Logs/Security.evtx", CORPUS "evtx/user_data"},
    {"w/events.jsonl", CORPUS "event_json/winlogbeat"},
    {"m/System/Library/CoreServices/SystemVersion.plist", CORPUS "plist/xml"},
    {"m/Library/LaunchDaemons/a.plist", CORPUS "plist/xml"},
    {"m/Library/LaunchDaemons/b.plist", CORPUS "plist/binary"},
    {"m/private/var/db/com.apple.xpc.launchd/disabled.plist", CORPUS "plist/binary"},
};

#define N_FILES (sizeof files / sizeof *files)

static char     dir[] = "/tmp/svcql-fuzz-root-XXXXXX";
static sqlite3 *db;

static struct relation {
    char         *name;
    sqlite3_stmt *stmt; /* NULL: not prepared yet */
    bool          is_table;
    bool          reads[N_FILES]; /* a table: those files, by its reports of them */
} * relations;
static size_t n_relations;

static struct {
    uint8_t *bytes;
    size_t   size;
} originals[N_FILES];

static void path_of(size_t file, char path[600])
{
    snprintf(path, 600, "%s/%s", dir, files[file].path);
}

static int add_relation(void *data, int n, char **values, char **names)
{
    (void)data, (void)n, (void)names;
    relations = realloc(relations, (n_relations + 1) * sizeof *relations);
    relations[n_relations++] =
        (struct relation){.name = strdup(values[0]), .is_table = *values[1] == '1'};
    return 0;
}

static void remove_tree(const char *path)
{
    DIR           *folder = opendir(path);
    struct dirent *entry;
    char           name[1200];

    while (folder && (entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (unlink(name) < 0)
            remove_tree(name);
    }
    if (folder)
        closedir(folder);
    rmdir(path);
}

static void end(void)
{
    remove_tree(dir);
    for (size_t i = 0; i < N_FILES; i++)
        free(originals[i].bytes);
    for (size_t i = 0; i < n_relations; i++) {
        sqlite3_finalize(relations[i].stmt);
        free(relations[i].name);
    }
    free(relations);
    if (sqlite3_close(db) != SQLITE_OK)
        abort();
}

/* Nothing that is kept of the evidence outlives its rows. */
static void begin_evidence(void)
{
    char *sql = sqlite3_mprintf("DELETE FROM evidence; INSERT INTO evidence(location) "
                                "VALUES('%q/l'), ('%q/n'), ('%q/w'), ('%q/m')",
                                dir, dir, dir, dir);

    sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
}

static void edit_file(const struct edit *edit, size_t file)
{
    uint8_t *bytes = malloc(originals[file].size + 256);
    char     path[600];

    memcpy(bytes, originals[file].bytes, originals[file].size);
    size_t size = edit_apply(edit, bytes, originals[file].size);
    path_of(file, path);
    edit_save(path, bytes, size);
    free(bytes);
}

static int too_long(void *data)
{
    (void)data;
    return 1;
}

static void read_all(struct relation *relation)
{
    sqlite3_progress_handler(db, 20000000, too_long, NULL);
    if (!relation->stmt) {
        char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", relation->name);
        sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &relation->stmt, NULL);
        sqlite3_free(sql);
    }
    for (int rows = 0; rows < 500 && sqlite3_step(relation->stmt) == SQLITE_ROW; rows++)
        for (int c = sqlite3_column_count(relation->stmt); c > 0; c--)
            sqlite3_column_text(relation->stmt, c - 1);
    sqlite3_reset(relation->stmt);
}

/* Note that a table has reported a file: its name, and the path. */
static int note_reader(void *data, int n, char **values, char **names)
{
    size_t size = strlen(dir) + 1;

    (void)data, (void)n, (void)names;
    for (size_t i = 0; i < n_relations; i++)
        for (size_t f = 0; f < N_FILES && strcmp(relations[i].name, values[0]) == 0; f++)
            relations[i].reads[f] |=
                strlen(values[1]) > size && strcmp(values[1] + size, files[f].path) == 0;
    return 0;
}

static void begin(void)
{
    char path[600];

    if (!mkdtemp(dir))
        abort();
    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    for (size_t i = 0; i < N_FILES; i++) {
        originals[i].bytes = edit_load(files[i].from, &originals[i].size);
        path_of(i, path);
        edit_save(path, originals[i].bytes, originals[i].size);
    }
    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        abort();
    atexit(end);
    begin_evidence();
    sqlite3_exec(
        db, "SELECT name, kind = 'table' FROM svcql_tables WHERE kind <> 'function' ORDER BY 1",
        add_relation, NULL, NULL);
    if (!n_relations)
        abort();
    for (size_t i = 0; i < n_relations; i++)
        if (relations[i].is_table)
            read_all(&relations[i]);
    sqlite3_exec(db, "SELECT table_name, location FROM evidence_sources WHERE location IS NOT NULL",
                 note_reader, NULL, NULL);
}

static bool reads_any(const struct relation *relation, const bool changed[N_FILES])
{
    for (size_t f = 0; f < N_FILES; f++)
        if (changed[f] && relation->reads[f])
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool        changed[N_FILES] = {false};
    struct edit edit;
    char        path[600];

    if (!n_relations)
        begin();
    size_t first = size ? *data % n_relations : 0;
    data += size > 0;
    size -= size > 0;
    for (int i = 0; i < 4 && edit_next(&data, &size, &edit); i++) {
        edit_file(&edit, edit.file % N_FILES);
        changed[edit.file % N_FILES] = true;
    }
    begin_evidence();
    for (size_t i = 0; i < n_relations; i++)
        if (i == first || reads_any(&relations[i], changed))
            read_all(&relations[i]);
    for (size_t i = 0; i < N_FILES; i++)
        if (changed[i]) {
            path_of(i, path);
            edit_save(path, originals[i].bytes, originals[i].size);
        }
    return 0;
}
