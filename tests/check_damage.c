/* check_damage.c -- files of every format, damaged again and again: of the rows that are missing then,
 * evidence_sources says so.
 *
 * A damage is a cut, a run of zeros or a run of noise, at a place that chance decides; text, whose bytes
 * may be anything, gets zeros alone, as a file system leaves them after a crash, and a Berkeley database,
 * whose free pages look like any, is only cut. SVCQL_DAMAGE is how often
 * each file is damaged (20), SVCQL_SEED the seed, which a failure prints.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "harness.h"
#include "make_bytes.h"
#include "make_cases.h"
#include "make_evtx.h"
#include "make_macos.h"

enum form { TEXT, CHECKED, CUT };

/* A file below the evidence, and the tables that read it. */
static const struct damaged {
    const char *path;
    enum form   form;
    const char *tables[5];
} files[] = {
    {"linux/var/log/journal/0123/system.journal", CHECKED, {"journal", "audit_events"}},
    {"linux/var/log/auth.log", TEXT, {"auth_events"}},
    {"linux/var/log/auth.log.2.gz", CHECKED, {"auth_events"}},
    {"linux/var/log/audit/audit.log", TEXT, {"audit_events"}},
    {"linux/var/log/dpkg.log", TEXT, {"package_history"}},
    {"linux/var/log/dpkg.log.1.gz", CHECKED, {"package_history"}},
    {"linux/var/lib/dnf/history.sqlite", CHECKED, {"package_history"}},
    {"linux/var/lib/dpkg/status", TEXT, {"package_files"}},
    {"linux/home/ann/.bash_history", TEXT, {"shell_history"}},
    {"linux/home/ann/.config/nushell/history.sqlite3", CHECKED, {"shell_history"}},
    {"linux/etc/crontab", TEXT, {"cron_jobs"}},
    {"linux/etc/passwd", TEXT, {"users"}},
    {"linux/etc/group", TEXT, {"groups"}},
    {"linux/etc/sudoers", TEXT, {"sudoers"}},
    {"linux/etc/polkit-1/rules.d/50-a.rules", TEXT, {"polkit_rules"}},
    {"linux/etc/systemd/system/evil.service",
     TEXT,
     {"unit_files", "unit_settings", "unit_commands"}},
    {"rpm/var/lib/rpm/Packages.db", CHECKED, {"package_files", "package_history"}},
    {"hash/var/lib/rpm/Packages", CUT, {"package_files"}},
    {"windows/Windows/System32/config/SYSTEM", CHECKED, {"registry", "registry_services"}},
    {"windows/Windows/System32/winevt/Logs/Many.evtx", CHECKED, {"windows_events"}},
    {"windows/events.jsonl", TEXT, {"windows_events"}},
    {"macos/Library/LaunchDaemons/com.apple.updated.plist", CHECKED, {"launch_daemons"}},
    {"macos/private/var/db/com.apple.xpc.launchd/disabled.501.plist",
     CHECKED,
     {"launchd_overrides"}},
};

#define N_FILES (int)(sizeof files / sizeof *files)

static char evidence[4200];

/* Evidence ---------------------------------------------------------------------- */

static void repeat(const char *path, const char *format, int n)
{
    char  *text = NULL;
    size_t size;
    FILE  *stream = open_memstream(&text, &size);

    for (int i = 0; i < n; i++)
        fprintf(stream, format, i % 60, i, i, i);
    fclose(stream);
    harness_write_text(evidence, path, text);
    free(text);
}

/* The same file, packed by gzip beside it. */
static void pack(const char *path, const char *packed)
{
    char   from[4400], to[4400];
    size_t size;

    snprintf(from, sizeof from, "%s/%s", evidence, path);
    snprintf(to, sizeof to, "%s/%s", evidence, packed);
    char  *text = harness_read(from, &size);
    gzFile file = gzopen(to, "wb");
    ck_assert_int_eq(gzwrite(file, text, (unsigned)size), (int)size);
    ck_assert_int_eq(gzclose(file), Z_OK);
    free(text);
}

static void database(const char *path, const char *sql)
{
    char     full[4400];
    sqlite3 *db;

    harness_write_text(evidence, path, "");
    snprintf(full, sizeof full, "%s/%s", evidence, path);
    ck_assert_int_eq(sqlite3_open(full, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* An rpm header (rpm's format of headers, version 4): its entries, then their data. */
struct header {
    uint8_t  entries[16 * 16], data[400];
    uint32_t n, size;
};

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

enum { INT32 = 4, STRING = 6, STRINGS = 8 };

static void put(struct header *h, uint32_t tag, uint32_t type, const void *data, size_t size)
{
    uint8_t *entry = h->entries + 16 * h->n++;

    h->size = type == INT32 ? (h->size + 3) & ~3u : h->size;
    put32(entry, tag);
    put32(entry + 4, type);
    put32(entry + 8, h->size);
    put32(entry + 12, 1);
    memcpy(h->data + h->size, data, size);
    h->size += (uint32_t)size;
}

static size_t rpm_header(int i, uint8_t out[600])
{
    struct header h = {.n = 0};
    uint8_t       number[4];
    char          name[20];

    size_t size = (size_t)sprintf(name, "pkg%d", i) + 1;
    put(&h, 1000, STRING, name, size);
    put(&h, 1001, STRING, "1", 2);
    put(&h, 1002, STRING, "2", 2);
    put32(number, (uint32_t)(1700000000 + i));
    put(&h, 1008, INT32, number, 4);
    put32(number, 0);
    put(&h, 1116, INT32, number, 4);
    put(&h, 1117, STRINGS, name, size);
    put(&h, 1118, STRINGS, "/opt/", 6);
    put32(out, h.n);
    put32(out + 4, h.size);
    memcpy(out + 8, h.entries, 16 * h.n);
    memcpy(out + 8 + 16 * h.n, h.data, h.size);
    return 8 + 16 * h.n + h.size;
}

/* SUSE's ndb: a page of slots, then the blobs of 60 packages. */
static void ndb(const char *path)
{
    size_t   block = 4096 / 16;
    uint8_t *file = calloc(1, 100000), header[600];

    memcpy(file, "RpmP", 4);
    put_le(file + 12, 1, 4);
    for (size_t at = 32; at < 4096; at += 16)
        memcpy(file + at, "Slot", 4);
    for (int i = 1; i <= 60; i++) {
        size_t   size = rpm_header(i, header), n = (16 + size + 12 + 15) / 16;
        uint8_t *slot = file + 32 + 16 * i, *blob = file + 16 * block;
        put_le(slot + 4, (uint32_t)i, 4);
        put_le(slot + 8, (uint32_t)block, 4);
        put_le(slot + 12, (uint32_t)n, 4);
        memcpy(blob, "BlbS", 4);
        put_le(blob + 4, (uint32_t)i, 4);
        put_le(blob + 12, (uint32_t)size, 4);
        memcpy(blob + 16, header, size);
        uint8_t *tail = blob + 16 * n - 12;
        put_le(tail, (uint32_t)adler32(1, blob, (uInt)(16 * n - 12)), 4);
        put_le(tail + 4, (uint32_t)size, 4);
        memcpy(tail + 8, "BlbE", 4);
        block += n;
    }
    harness_write(evidence, path, file, 16 * block);
    free(file);
}

/* A database of Berkeley DB that says, as real ones do, which page is its last. */
static void hash(const char *path)
{
    size_t size;
    char  *data = harness_read("tests/corpus/rpm_store/hash", &size);

    put_le(data + 32, size / 512 - 1, 4);
    harness_write(evidence, path, data, size);
    free(data);
}

static void journal(const char *path)
{
    size_t packed;
    char  *data = harness_read("tests/fixtures/journal/regular.journal.zst", &packed);
    size_t size = (size_t)ZSTD_getFrameContentSize(data, packed);
    char  *whole = malloc(size);

    ck_assert_uint_eq(ZSTD_decompress(whole, size, data, packed), size);
    harness_write(evidence, path, whole, size);
    free(whole);
    free(data);
}

static void event_log(const char *path)
{
    static const char *const pairs[] = {"ServiceName", "evil", "ImagePath", "C:\\x.exe", NULL};
    struct staged_event      events[300];
    size_t                   size;

    for (size_t i = 0; i < 300; i++)
        events[i] = (struct staged_event){.channel = "System",
                                          .provider = "Service Control Manager",
                                          .computer = "b",
                                          .id = 7045,
                                          .time = 1700000000 + (double)i,
                                          .pairs = pairs};
    uint8_t *bytes = make_evtx_bytes(events, 300, &size);
    harness_write(evidence, path, bytes, size);
    free(bytes);
}

static void make_files(void)
{
    char path[4300];

    repeat("linux/var/log/auth.log",
           "Nov 24 10:00:%02d h sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; "
           "COMMAND=/usr/bin/systemctl start x%d\n",
           100);
    pack("linux/var/log/auth.log", "linux/var/log/auth.log.2.gz");
    repeat("linux/var/log/audit/audit.log",
           "type=SERVICE_START msg=audit(17000000%02d.000:%d): pid=1 uid=0 auid=4294967295 "
           "ses=4294967295 msg='unit=u%d comm=\"systemd\" exe=\"/lib/systemd/systemd\" hostname=? "
           "addr=? terminal=? res=success'\n",
           60);
    repeat("linux/var/log/dpkg.log", "2026-11-24 10:00:%02d install p%d:amd64 <none> 1.%d\n", 60);
    pack("linux/var/log/dpkg.log", "linux/var/log/dpkg.log.1.gz");
    database("linux/var/lib/dnf/history.sqlite",
             "CREATE TABLE trans(id INTEGER PRIMARY KEY, dt_begin INTEGER, dt_end INTEGER, "
             "cmdline TEXT, user_id INTEGER);"
             "CREATE TABLE trans_item(id INTEGER PRIMARY KEY, trans_id, item_id, action, reason);"
             "CREATE TABLE rpm(item_id INTEGER UNIQUE NOT NULL, name TEXT, epoch INTEGER, version "
             "TEXT, release "
             "TEXT, arch TEXT);"
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
             "INSERT INTO rpm SELECT i, 'p' || i, 0, '1', '1', 'noarch' FROM n;"
             "INSERT INTO trans VALUES (1, 1700000000, 1700000001, 'install p', 0);"
             "INSERT INTO trans_item SELECT item_id, 1, item_id, 1, 1 FROM rpm;");
    harness_write_text(
        evidence, "linux/var/lib/dpkg/status",
        "Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n"
        "Package: b\nStatus: install ok installed\nArchitecture: all\nVersion: 2\n\n");
    harness_write_text(evidence, "linux/var/lib/dpkg/info/a.list", "/.\n/usr\n/usr/a\n/usr/a2\n");
    harness_write_text(evidence, "linux/var/lib/dpkg/info/b.list", "/.\n/usr\n/usr/b\n/usr/b2\n");
    repeat("linux/home/ann/.bash_history", "systemctl start x%d\n", 100);
    database(
        "linux/home/ann/.config/nushell/history.sqlite3",
        "CREATE TABLE history(id INTEGER PRIMARY KEY, command_line TEXT, start_timestamp "
        "INTEGER, session_id INTEGER, hostname TEXT, cwd TEXT, duration_ms INTEGER, "
        "exit_status INTEGER, more_info TEXT);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
        "INSERT INTO history SELECT i, 'systemctl start x' || i, 1700000000000 + i, 1, 'h', '/', "
        "1, 0, NULL FROM n;");
    repeat("linux/etc/crontab", "%d 2 * * * root /bin/job%d\n", 40);
    repeat("linux/etc/group", "g%d:x:%d:ann\n", 40);
    repeat("linux/etc/sudoers", "u%d ALL=(ALL) /bin/x%d\n", 40);
    harness_write_text(
        evidence, "linux/etc/polkit-1/rules.d/50-a.rules",
        "polkit.addRule(function(action, subject) {\n  if (action.id == 'a.b' && "
        "subject.isInGroup('wheel')) {\n    return polkit.Result.YES;\n  }\n});\n"
        "polkit.addRule(function(action, subject) {\n  if (action.id == 'c.d') {\n    "
        "return polkit.Result.NO;\n  }\n});\n");
    journal("linux/var/log/journal/0123/system.journal");
    snprintf(path, sizeof path, "%s/rpm", evidence);
    make_linux(path, "r");
    ndb("rpm/var/lib/rpm/Packages.db");
    snprintf(path, sizeof path, "%s/hash", evidence);
    make_linux(path, "q");
    hash("hash/var/lib/rpm/Packages");
    event_log("windows/Windows/System32/winevt/Logs/Many.evtx");
    repeat(
        "windows/events.jsonl",
        "{\"@timestamp\":\"2023-11-14T22:13:%02d.000Z\",\"EventID\":7045,\"Channel\":\"System\","
        "\"SourceName\":\"Service Control Manager\",\"Hostname\":\"b\",\"ServiceName\":\"s%d\"}\n",
        40);
}

static void make_evidence(void)
{
    char path[4300];

    snprintf(evidence, sizeof evidence, "%s", harness_scratch());
    snprintf(path, sizeof path, "%s/linux", evidence);
    make_linux(path, "a");
    snprintf(path, sizeof path, "%s/windows", evidence);
    make_windows(path, "b", "%4");
    snprintf(path, sizeof path, "%s/macos", evidence);
    make_macos(path, "c");
    make_files();
}

/* Damage -------------------------------------------------------------------------- */

static uint64_t state;

/* The next of numbers below n, by xorshift64* (Vigna 2016). */
static uint64_t chance(uint64_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717) % n;
}

/* A damaged copy; *size is what is left of it. What it was is put into words. */
static char *damage(const char *whole, size_t *size, enum form form, char *damage_text, size_t room)
{
    char    *copied = malloc(*size + 1);
    size_t   at = (size_t)chance(*size), n = 1 + (size_t)chance(64);
    uint64_t kind = form == TEXT ? 1 : form == CUT ? 0 : chance(3);

    memcpy(copied, whole, *size);
    n = n < *size - at ? n : *size - at;
    if (kind == 0) {
        snprintf(damage_text, room, "cut at %zu of %zu", at, *size);
        *size = at;
        return copied;
    }
    snprintf(damage_text, room, "%s, %zu bytes at %zu of %zu", kind == 1 ? "zeros" : "noise", n, at,
             *size);
    for (size_t i = 0; i < n; i++)
        copied[at + i] = kind == 1 ? 0 : (char)chance(256);
    return copied;
}

static sqlite3 *open_evidence(const char *path)
{
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s/%.*s')", evidence,
                  (int)strcspn(path, "/"), path);
    return db;
}

/* Rows of a table; -1 where the query fails, which a damaged file must not do. */
static int64_t rows_of(sqlite3 *db, const char *table)
{
    sqlite3_stmt *stmt;
    char          sql[100];
    int64_t       n = 0;
    int           rc;

    snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        for (int c = sqlite3_column_count(stmt); c > 0; c--)
            sqlite3_column_type(stmt, c - 1);
    for (rc = sqlite3_reset(stmt); (rc = sqlite3_step(stmt)) == SQLITE_ROW;)
        n++;
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? n : -1;
}

static bool admits(sqlite3 *db, const char *table)
{
    return harness_int(db,
                       "SELECT count(*) FROM evidence_sources WHERE table_name = '%s' AND "
                       "(skipped > 0 OR status IN ('damaged', 'denied'))",
                       table) > 0;
}

/* What is wrong with how a table reads the damaged file; NULL: nothing. */
static const char *wrong(const struct damaged *file, const char *table, int64_t whole)
{
    struct harness_cost before = harness_cost();
    sqlite3            *db = open_evidence(file->path);
    int64_t             n = rows_of(db, table);
    const char         *why = n < 0                             ? "the query fails"
                              : n < whole && !admits(db, table) ? "rows are missing, and nothing says so"
                                                                : NULL;

    harness_close(db);
    harness_expect_cost(&before, table);
    return why;
}

START_TEST(rows_that_damage_takes_are_counted)
{
    const struct damaged *file = &files[_i];
    const char           *times = getenv("SVCQL_DAMAGE"), *seed = getenv("SVCQL_SEED");
    int64_t               whole[5] = {0};
    size_t                size;
    char                  path[4400], damage_text[100];
    int                   bad = 0;

    state = seed ? strtoull(seed, NULL, 10) | 1 : 88172645463325253u;
    uint64_t first = state;
    make_evidence();
    snprintf(path, sizeof path, "%s/%s", evidence, file->path);
    char    *data = harness_read(path, &size);
    sqlite3 *db = open_evidence(file->path);
    for (size_t t = 0; file->tables[t]; t++) {
        whole[t] = rows_of(db, file->tables[t]);
        ck_assert_msg(whole[t] > 0, "%s: no rows of %s", file->tables[t], file->path);
        ck_assert_msg(!admits(db, file->tables[t]), "%s: %s is damaged as it is", file->tables[t],
                      file->path);
    }
    harness_close(db);
    for (int i = times ? atoi(times) : 20; i > 0; i--) {
        size_t left = size;
        char  *damaged = damage(data, &left, file->form, damage_text, sizeof damage_text);
        harness_write(evidence, file->path, damaged, left);
        free(damaged);
        for (size_t t = 0; file->tables[t]; t++) {
            const char *why = wrong(file, file->tables[t], whole[t]);
            if (why)
                fprintf(stderr, "%s of %s: %s: %s (seed %llu)\n", file->tables[t], file->path,
                        damage_text, why, (unsigned long long)first);
            bad += why != NULL;
        }
    }
    free(data);
    ck_assert_int_eq(bad, 0);
}
END_TEST

Suite *make_damage_suite(void)
{
    Suite *suite = suite_create("damage");
    TCase *tcase = tcase_create("each format");

    tcase_set_timeout(tcase, getenv("SVCQL_DAMAGE") ? 3600 : 120);
    tcase_add_loop_test(tcase, rows_that_damage_takes_are_counted, 0, N_FILES);
    suite_add_tcase(suite, tcase);
    return suite;
}
