/* check_event_threads.c -- long event logs, decoded by several threads: the same answer, and nothing left of them. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/evtx/evtx.h"
#include "harness.h"
#include "make_evtx.h"

#define EVENTS 3000

/* A log of 79 chunks, with what logs suffer in it: a chunk's signature lost, one of zeros, records overwritten,
 * bytes off the grid, the end cut. */
static const char *stage_long(bool damaged)
{
    static struct staged_event events[EVENTS];
    static char                texts[EVENTS][700];
    static const char         *pairs[EVENTS][5];
    static char                path[4096];
    size_t                     size;

    for (int i = 0; i < EVENTS; i++) {
        memset(texts[i], 'a' + i % 26, sizeof texts[i] - 1);
        snprintf(texts[i], 40, "C:\\run %d \"quoted\" %c", i, i % 50 ? 'x' : '!');
        texts[i][strlen(texts[i])] = '-';
        pairs[i][0] = "CommandLine", pairs[i][1] = texts[i], pairs[i][2] = "Image";
        pairs[i][3] = i % 7 ? "C:\\a.exe" : "C:\\b.exe";
        events[i] = (struct staged_event){.channel = "System",
                                          .provider = "P",
                                          .id = (uint16_t)(i % 5),
                                          .time = 1700000000 + i,
                                          .record_id = (uint64_t)i + 1,
                                          .pairs = pairs[i],
                                          .form = i % 9 ? STAGED_NESTED : STAGED_FORWARDED};
    }
    uint8_t *log = make_evtx_bytes(events, EVENTS, &size);
    ck_assert_uint_eq(size, EVTX_HEADER_SIZE + 79 * EVTX_CHUNK_SIZE);
    if (damaged) {
        uint8_t *chunks = log + EVTX_HEADER_SIZE;
        memset(chunks + 20 * EVTX_CHUNK_SIZE, 'x', 8);
        memset(chunks + 25 * EVTX_CHUNK_SIZE, 0, EVTX_CHUNK_SIZE);
        memset(chunks + 30 * EVTX_CHUNK_SIZE + 5000, 0xff, 3000);
        memmove(chunks + 40 * EVTX_CHUNK_SIZE + 100, chunks + 40 * EVTX_CHUNK_SIZE,
                4 * EVTX_CHUNK_SIZE);
        size -= 30000;
    }
    const char *dir = harness_scratch();
    harness_write(dir, "long.evtx", log, size);
    free(log);
    snprintf(path, sizeof path, "%s/long.evtx", dir);
    return path;
}

static sqlite3 *open_with(const char *threads)
{
    sqlite3 *db = harness_open();

    harness_query(db, "UPDATE svcql_settings SET value = '%s' WHERE name = 'threads'", threads);
    return db;
}

/* What a query says with so many threads, and what is reported of the log then. */
static char *answer(const char *threads, const char *sql, const char *path)
{
    sqlite3 *db = open_with(threads);
    char    *rows = harness_query(db, sql, path);
    char    *reports = harness_query(db, "SELECT status, records, skipped, detail FROM "
                                            "evidence_sources WHERE kind = 'event_log'");
    char    *both = malloc(strlen(rows) + strlen(reports) + 2);

    sprintf(both, "%s\n%s", rows, reports);
    harness_close(db);
    return both;
}

#define WHOLE "read|3000|0|NULL"
#define DAMAGE                                                                                     \
    "115 records carved; 1 old record without a template; 6 records damaged; 27036 bytes "

/* What is asked, and how the report of the log begins, intact and damaged. */
static const struct {
    const char *sql, *report, *damaged;
} queries[] = {
    {"SELECT group_concat(record_id || ' ' || position || carved || intact || event_id) "
     "FROM windows_events('%s')",
     WHOLE, "damaged|2863|9|" DAMAGE},
    {"SELECT group_concat(record_id || data) FROM windows_events('%s')", WHOLE,
     "damaged|2863|9|" DAMAGE},
    {"SELECT group_concat(xml || data) FROM windows_events('%s')", WHOLE, "damaged|2863|9|" DAMAGE},
    {"SELECT group_concat(data) FROM windows_events('%s') WHERE event_id = 3", WHOLE,
     "damaged|2863|9|" DAMAGE},
    {"SELECT group_concat(image || ' ' || command_line) FROM windows_events('%s')", WHOLE,
     "damaged|2863|9|" DAMAGE},
    {"SELECT record_id, data FROM windows_events('%s') LIMIT 3 OFFSET 1500", "read|1503|0|NULL",
     "damaged|1503|8|30 records carved; 1 old record without a template; 6 records damaged; 2180 "
     "bytes "},
    {"SELECT group_concat(data) FROM windows_events('%s') WHERE time > 1700002000",
     "read|1290|0|45 chunks outside the wanted range",
     "damaged|1497|8|114 records carved; 1 old record without a template; 5 records damaged; "},
};

#define QUERIES ((int)(sizeof queries / sizeof queries[0]))

START_TEST(any_number_of_threads_gives_the_same_answer)
{
    const char *path = stage_long(_i >= QUERIES), *sql = queries[_i % QUERIES].sql;
    char       *one = answer("1", sql, path), *two = answer("2", sql, path);
    char       *many = answer("8", sql, path);

    ck_assert_msg(strcmp(one, two) == 0, "two threads: %s", sql);
    ck_assert_msg(strcmp(one, many) == 0, "eight threads: %s", sql);
    const char *report = strrchr(one, '\n') + 1;
    const char *expected = _i < QUERIES ? queries[_i].report : queries[_i - QUERIES].damaged;
    ck_assert_msg(strncmp(report, expected, strlen(expected)) == 0, "%s", report);
    free(one);
    free(two);
    free(many);
}
END_TEST

START_TEST(rules_hit_the_same_with_threads)
{
    static const char rules[] = "title: marked\nlogsource: {product: windows, service: system}\n"
                                "detection:\n  a: {CommandLine|contains: '\" !-'}\n"
                                "  b: {Image|endswith: '\\b.exe', EventID: 3}\n"
                                "  c: {CommandLine|re: 'run 29[0-9]{2} '}\n"
                                "  condition: a or b or c\n";
    const char       *path = stage_long(_i);
    const char       *dir = harness_scratch();
    char             *hits[2];

    harness_write_text(dir, "a.yml", rules);
    for (int i = 0; i < 2; i++) {
        sqlite3 *db = open_with(i ? "8" : "1");
        harness_query(db, "DELETE FROM evidence");
        harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", path);
        hits[i] =
            harness_query(db, "SELECT record, time, subject, row FROM svcql_rules('%s')", dir);
        ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM svcql_rules('%s')", dir),
                         _i ? 218 : 241);
        ck_assert_int_eq(_i ? 218 : 241,
                         harness_int(db, "SELECT count(*) FROM windows_events WHERE "
                                         "command_line GLOB '*\" !-*' OR "
                                         "(image = 'C:\\b.exe' AND event_id = 3) OR "
                                         "command_line GLOB '*run 29[0-9][0-9] *'"));
        harness_close(db);
    }
    ck_assert_str_eq(hits[0], hits[1]);
}
END_TEST

static int count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int  n = -2; /* . and .. */

    ck_assert_ptr_nonnull(tasks);
    while (readdir(tasks))
        n++;
    closedir(tasks);
    return n;
}

/* A statement at an event far enough in the log that all threads work. */
static sqlite3_stmt *begin(sqlite3 *db, const char *path)
{
    sqlite3_stmt *stmt;
    char         *sql = sqlite3_mprintf("SELECT data FROM windows_events(%Q)", path);

    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    for (int i = 0; i < EVENTS / 2; i++)
        ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    sqlite3_free(sql);
    return stmt;
}

START_TEST(no_thread_outlives_a_statement)
{
    const char   *path = stage_long(false);
    sqlite3      *db = open_with("2");
    int           before = count_threads();
    sqlite3_stmt *stmt = begin(db, path);

    ck_assert_int_eq(count_threads(), before + (sysconf(_SC_NPROCESSORS_ONLN) > 1));
    sqlite3_finalize(stmt);
    ck_assert_int_eq(count_threads(), before);
    stmt = begin(db, path);
    sqlite3_interrupt(db);
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_INTERRUPT);
    sqlite3_finalize(stmt);
    ck_assert_int_eq(count_threads(), before);
    harness_close(db);
    db = open_with("1");
    stmt = begin(db, path);
    ck_assert_int_eq(count_threads(), before);
    sqlite3_finalize(stmt);
    harness_close(db);
}
END_TEST

/* A child of fork() has none of the threads: ending its copy of the statement must not wait for them. */
START_TEST(a_child_process_can_end_the_statement)
{
    sqlite3      *db = open_with("2");
    sqlite3_stmt *stmt = begin(db, stage_long(false));
    int           status;
    pid_t         child = fork();

    if (child == 0) {
        alarm(20);
        sqlite3_finalize(stmt);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    sqlite3_finalize(stmt);
    harness_close(db);
}
END_TEST

Suite *make_event_threads_suite(void)
{
    Suite *suite = suite_create("event_threads");
    TCase *tcase = tcase_create("threads");

    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, any_number_of_threads_gives_the_same_answer, 0, 2 * QUERIES);
    tcase_add_loop_test(tcase, rules_hit_the_same_with_threads, 0, 2);
    tcase_add_test(tcase, no_thread_outlives_a_statement);
    tcase_add_test(tcase, a_child_process_can_end_the_statement);
    suite_add_tcase(suite, tcase);
    return suite;
}
