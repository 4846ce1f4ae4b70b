/* check_oom_libraries.c -- memory that fails inside libraries: cJSON, expat, libyaml, libarchive, the expanders and
 * the C library. check_oom.c is about all calls, by chance; here each call that a library makes fails, one after
 * another, on small files of the formats that it reads.
 *
 * A query then ends in SQLITE_NOMEM or gives the same rows. Then all calls fail so, SQLite's and our own too, of
 * which SQLite also makes other errors. SVCQL_OOM_NAME tries the files with that in their path alone. With
 * sanitizers no call of a library fails.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults.h"
#include "harness.h"
#include "make_archive.h"
#include "make_cases.h"
#include "make_packed.h"
#include "rows.h"

#define TRIES_MAX 100000 /* calls of one question: more is a loop */

/* Whether a call that fails is followed by something else than an error, or the same rows. *ret_fired: whether
 * there were so many. */
static bool other_rows_at(sqlite3 *db, const char *sql, const struct rows *whole, enum fault fault,
                          long n, bool *ret_fired)
{
    struct rows rows;

    faults_arm(fault, n);
    int rc = rows_of(db, sql, &rows);
    *ret_fired = faults_disarm();
    bool wrong =
        fault == FAULT_LIBRARY && rc != SQLITE_NOMEM; /* SQLite itself has other errors too */
    bool other = rc == SQLITE_OK ? !rows_equal(&rows, whole) : wrong;
    if (other)
        fprintf(stderr, "%s: call %ld for memory: %s\n", sql, n,
                rc == SQLITE_OK ? "other rows" : sqlite3_errmsg(db));
    rows_free(&rows);
    return other;
}

/* The same in a process of its own, which libarchive ends where it has no memory for a name. */
static bool other_rows_apart(sqlite3 *db, const char *sql, const struct rows *whole,
                             enum fault fault, long n, bool *ret_fired)
{
    enum { SAME = 10, NOT_FIRED, OTHER };
    int   status;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        bool fired, other = other_rows_at(db, sql, whole, fault, n, &fired);
        _exit(other ? OTHER : fired ? SAME : NOT_FIRED);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : OTHER;
    *ret_fired = code != NOT_FIRED;
    if (!WIFEXITED(status))
        fprintf(stderr, "%s: call %ld for memory: signal %d\n", sql, n, WTERMSIG(status));
    return code != SAME && code != NOT_FIRED && code != EXIT_FAILURE;
}

/* How many of the calls that fail, one after another, of many fewer and fewer of the later ones, neither end the statements nor change nothing. */
static int other_rows(sqlite3 *db, const char *sql, const struct rows *whole, enum fault fault,
                      bool apart)
{
    bool fired = true;
    long n = 0;
    int  bad = 0;

    for (; fired && n < TRIES_MAX; n += 1 + n / 200)
        bad += (apart ? other_rows_apart : other_rows_at)(db, sql, whole, fault, n, &fired);
    ck_assert_msg(n < TRIES_MAX && (SANITIZED || n > 1), "%s: %ld calls", sql, n);
    return bad;
}

/* The same in a connection of its own, which then still gives all rows: their number is added to *rows. */
static int try_statements(const char *sql, bool apart, size_t *n_rows)
{
    struct rows whole, again;

    faults_use_sqlite();
    sqlite3 *db = harness_open();
    ck_assert_msg(rows_of(db, sql, &whole) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
    *n_rows += whole.n;
    int bad = other_rows(db, sql, &whole, FAULT_LIBRARY, apart) +
              other_rows(db, sql, &whole, FAULT_MEMORY, apart);
    ck_assert_int_eq(rows_of(db, sql, &again), SQLITE_OK);
    ck_assert(rows_equal(&again, &whole));
    rows_free(&again);
    rows_free(&whole);
    harness_close(db);
    return bad;
}

static bool is_wanted(const char *path)
{
    const char *name = getenv("SVCQL_OOM_NAME");

    return !name || strstr(path, name);
}

/* Seeds of the fuzzers that a table reads ------------------------------------------------ */

static const char *const seeds[][2] = {
    {"windows_events", "tests/corpus/event_json/*"},
    {"journal", "tests/corpus/journal_export/*"},
    {"service_listings", "tests/corpus/listing/*.*json"},
    {"unified_log", "tests/corpus/unified_text/*"},
};

START_TEST(no_seed_has_other_rows_where_a_library_has_no_memory)
{
    glob_t found;
    size_t rows = 0;
    int    bad = 0;

    ck_assert_int_eq(glob(seeds[_i][1], 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char sql[4400];
        snprintf(sql, sizeof sql, "SELECT * FROM %s('%s')", seeds[_i][0], found.gl_pathv[i]);
        if (is_wanted(found.gl_pathv[i]))
            bad += try_statements(sql, false, &rows);
    }
    globfree(&found);
    ck_assert_int_eq(bad, 0);
    ck_assert(getenv("SVCQL_OOM_NAME") || rows > 0);
}
END_TEST

/* Made files ------------------------------------------------------------------------------ */

#define AUDITD                                                                                     \
    "{\"@timestamp\":\"2023-11-14T22:13:20.000Z\",\"auditd\":{\"message_type\":\"user_cmd\","      \
    "\"sequence\":7,\"result\":\"success\",\"data\":{\"cmd\":\"id\"}}}\n"
#define LAUREL                                                                                     \
    "{\"ID\":\"1700000000.000:7\",\"NODE\":\"a\",\"SYSCALL\":{\"arch\":\"0xc000003e\","            \
    "\"syscall\":59,\"success\":\"yes\",\"pid\":3},\"EXECVE\":{\"ARGV\":[\"id\",\"-u\"]}}\n"
#define ARGUMENTS                                                                                  \
    "<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict><key>Label</key><string>a</string>"     \
    "<key>ProgramArguments</key><array><string>/bin/sh</string><string>/opt/a.sh</string></array>" \
    "</dict></plist>\n"
#define XONSH                                                                                      \
    "{\"locs\": [1], \"data\": {\"cmds\": [{\"inp\": \"systemctl start x\\n\", "                   \
    "\"ts\": [1700000000.0, 1700000001.0]}]}}\n"
#define RULE                                                                                       \
    "title: a\nid: 1\ntags: [attack.t1569.002]\nlogsource: {product: windows, service: system}\n"  \
    "detection:\n  a: &x\n    EventID: 7045\n    ServiceName|contains: ['vi', \"q\"]\n"            \
    "  b: *x\n  condition: a or b\nlevel: high\n"

/* A file below a scratch folder, and what is asked: FOLDER stands for that folder, which is the evidence too. */
static const struct {
    const char *path, *text, *sql;
} files[] = {
    {"audit.json", AUDITD, "SELECT * FROM audit_events('FOLDER/audit.json')"},
    {"laurel.log", LAUREL, "SELECT * FROM audit_events('FOLDER/laurel.log')"},
    {"mac/Library/LaunchDaemons/a.plist", ARGUMENTS, "SELECT * FROM launch_daemons('FOLDER/mac')"},
    {"linux/home/ann/.local/share/xonsh/history_json/xonsh-1.json", XONSH,
     "SELECT command, time FROM shell_history"},
    {"a.yml", RULE, "SELECT rule, status, error FROM svcql_rules('FOLDER/a.yml')"},
    {"b.json", "[{\"title\": \"b\", \"rule\": [\"SELECT * FROM logs WHERE EventID = 7045\"]}]",
     "SELECT rule, status, error FROM svcql_rules('FOLDER/b.json')"},
};

START_TEST(no_made_file_has_other_rows_where_a_library_has_no_memory)
{
    const char *dir = harness_scratch(), *asked = files[_i].sql, *at = strstr(asked, "FOLDER");
    char        path[4300], sql[9000];
    size_t      rows = 0;

    if (!is_wanted(files[_i].path))
        return;
    snprintf(path, sizeof path, "%s/linux", dir);
    make_linux(path, "a");
    snprintf(path, sizeof path, "%s/windows", dir);
    make_windows(path, "b", "%4");
    harness_write_text(dir, "mac/opt/a.sh", "#!/bin/sh\nid\n");
    harness_write_text(dir, files[_i].path, files[_i].text);
    snprintf(sql, sizeof sql,
             "DELETE FROM evidence; INSERT INTO evidence(location) VALUES('%s'); %.*s%s%s", dir,
             at ? (int)(at - asked) : 0, asked, at ? dir : "", at ? at + strlen("FOLDER") : asked);
    ck_assert_int_eq(try_statements(sql, false, &rows), 0);
    ck_assert_uint_gt(rows, 0);
}
END_TEST

/* Compressed logs --------------------------------------------------------------------------- */

START_TEST(no_compressed_log_has_other_rows_where_a_library_has_no_memory)
{
    static const char log[] = "type=SERVICE_START msg=audit(1700000000.000:1): pid=1 uid=0 "
                              "auid=4294967295 ses=4294967295 msg='unit=evil res=success'\n";
    const char       *dir = harness_scratch();
    char              path[40], sql[4400];
    size_t            rows = 0, size;
    void             *packed = make_packed(_i, log, sizeof log - 1, &size);

    snprintf(path, sizeof path, "audit.log%s", packed_suffix[_i]);
    harness_write(dir, path, packed, size);
    free(packed);
    snprintf(sql, sizeof sql, "SELECT * FROM audit_events('%s/%s')", dir, path);
    if (!is_wanted(path))
        return;
    ck_assert_int_eq(try_statements(sql, false, &rows), 0);
    ck_assert_uint_gt(rows, 0);
}
END_TEST

/* Archives --------------------------------------------------------------------------------- */

static const char *const archives[] = {"tar",     "tar.gz",  "tar.xz", "tar.zst",
                                       "tar.bz2", "tar.lz4", "zip"};

START_TEST(no_archive_has_other_rows_where_a_library_has_no_memory)
{
    const char *dir = harness_scratch(), *unpacked = harness_scratch();
    char        path[4300], sql[4500];
    size_t      rows = 0;

    snprintf(path, sizeof path, "%s/a.%s", dir, archives[_i]);
    if (!is_wanted(path))
        return;
    make_linux(unpacked, "a");
    make_archive(path, archives[_i], unpacked);
    snprintf(sql, sizeof sql,
             "DELETE FROM evidence; INSERT INTO evidence(location) VALUES('%s'); "
             "SELECT host, location FROM evidence; SELECT * FROM users",
             path);
    ck_assert_int_eq(try_statements(sql, true, &rows), 0);
    ck_assert_uint_gt(rows, 1);
}
END_TEST

Suite *make_oom_libraries_suite(void)
{
    Suite *suite = suite_create("oom_libraries");
    TCase *tcase = tcase_create("n-th call of a library");

    tcase_set_timeout(tcase, 300);
    tcase_add_loop_test(tcase, no_seed_has_other_rows_where_a_library_has_no_memory, 0,
                        sizeof seeds / sizeof seeds[0]);
    tcase_add_loop_test(tcase, no_made_file_has_other_rows_where_a_library_has_no_memory, 0,
                        sizeof files / sizeof files[0]);
    tcase_add_loop_test(tcase, no_compressed_log_has_other_rows_where_a_library_has_no_memory, 0,
                        PACKED_METHODS);
    tcase_add_loop_test(tcase, no_archive_has_other_rows_where_a_library_has_no_memory, 0,
                        sizeof archives / sizeof archives[0]);
    suite_add_tcase(suite, tcase);
    return suite;
}
