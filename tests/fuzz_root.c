/* fuzz_root.c -- hosts of three platforms with files changed or cut, read through every table and view.
 *
 * The input is a byte that says with which relation to begin, then edits (fuzz_edits.h). A run reads
 * RELATIONS of them, so that one is quick; the next byte value begins with the next ones. No query may end
 * in more than an error.
 */
#include <dirent.h>
#include <stdbool.h>

#include "fuzz_edits.h"
#include "svcql.h"

#define CORPUS    "tests/corpus/"
#define FIXTURE   "tests/fixtures/linux/compromised/"
#define RELATIONS 6

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

static char   dir[] = "/tmp/svcql-fuzz-root-XXXXXX";
static char **relations;
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
    relations[n_relations++] = strdup(values[0]);
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
    for (size_t i = 0; i < n_relations; i++)
        free(relations[i]);
    free(relations);
}

static sqlite3 *open_evidence(void)
{
    sqlite3 *db;

    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        abort();
    char *sql = sqlite3_mprintf("DELETE FROM evidence; INSERT INTO evidence(location) "
                                "VALUES('%q/l'), ('%q/n'), ('%q/w'), ('%q/m')",
                                dir, dir, dir, dir);
    sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return db;
}

static void begin(void)
{
    char path[600];

    if (!mkdtemp(dir))
        abort();
    atexit(end);
    sqlite3_auto_extension((void (*)(void))sqlite3_svcql_init);
    for (size_t i = 0; i < N_FILES; i++) {
        originals[i].bytes = edit_load(files[i].from, &originals[i].size);
        path_of(i, path);
        edit_save(path, originals[i].bytes, originals[i].size);
    }
    sqlite3 *db = open_evidence();
    sqlite3_exec(db, "SELECT name FROM svcql_tables WHERE kind <> 'function' ORDER BY name",
                 add_relation, NULL, NULL);
    sqlite3_close(db);
    if (!n_relations)
        abort();
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

static void read_all(sqlite3 *db, const char *relation)
{
    sqlite3_stmt *stmt = NULL;
    char         *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", relation);

    sqlite3_progress_handler(db, 20000000, too_long, NULL);
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK)
        for (int rows = 0; rows < 500 && sqlite3_step(stmt) == SQLITE_ROW; rows++)
            for (int c = sqlite3_column_count(stmt); c > 0; c--)
                sqlite3_column_text(stmt, c - 1);
    sqlite3_finalize(stmt);
    sqlite3_free(sql);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool        changed[N_FILES] = {false};
    struct edit edit;
    char        path[600];
    size_t      first = size ? *data * (size_t)RELATIONS : 0;

    if (!n_relations)
        begin();
    data += size > 0;
    size -= size > 0;
    for (int i = 0; i < 4 && edit_next(&data, &size, &edit); i++) {
        edit_file(&edit, edit.file % N_FILES);
        changed[edit.file % N_FILES] = true;
    }
    sqlite3 *db = open_evidence();
    for (size_t i = 0; i < RELATIONS; i++)
        read_all(db, relations[(first + i) % n_relations]);
    read_all(db, "evidence_sources");
    if (sqlite3_close(db) != SQLITE_OK)
        abort();
    for (size_t i = 0; i < N_FILES; i++)
        if (changed[i]) {
            path_of(i, path);
            edit_save(path, originals[i].bytes, originals[i].size);
        }
    return 0;
}
