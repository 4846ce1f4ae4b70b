/* check_event_index.c -- scans of one statement over an event log: the first notes where the events are, the others read
 * those alone. */
#define SQLITE_CORE 1 /* of the headers of tables: SQLite is called by its own names here */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/evtx/evtx.h"
#include "formats/text/byte_order.h"
#include "harness.h"
#include "make_bytes.h"
#include "make_evtx.h"
#include "windows/event_index.h"
#include "windows/event_log.h"

#define EVENTS 2000
#define RARE   9 /* the number of one event in the middle */

static const char *const pairs[] = {"CommandLine", "net start x", "Image", "C:\\a.exe", NULL};

/* A log of events 0 to 4, by turns; of chunks that begin with a forwarded one the times are doubtful. */
static uint8_t *stage_bytes(bool forwarded, size_t *ret_size)
{
    static struct staged_event events[EVENTS];

    for (int i = 0; i < EVENTS; i++)
        events[i] =
            (struct staged_event){.channel = "System",
                                  .provider = "P",
                                  .id = (uint16_t)(i == EVENTS / 2 ? RARE : i % 5),
                                  .time = 1700000000 + i,
                                  .record_id = (uint64_t)i + 1,
                                  .pairs = pairs,
                                  .form = i % 9 || !forwarded ? STAGED_NESTED : STAGED_FORWARDED};
    return make_evtx_bytes(events, EVENTS, ret_size);
}

static const char *stage(const uint8_t *log, size_t size)
{
    static char path[4096];
    const char *dir = harness_scratch();

    harness_write(dir, "some.evtx", log, size);
    snprintf(path, sizeof path, "%s/some.evtx", dir);
    return path;
}

/* What logs suffer: a record that the one before claims, records overwritten, old ones in slack, a chunk off the grid. */
static size_t damage(uint8_t *log, size_t size)
{
    uint8_t *chunk = log + EVTX_HEADER_SIZE, *first = chunk + 512;
    uint32_t whole = le32(first + 4) + le32(first + le32(first + 4) + 4);

    put_le(first + 4, whole, 4);
    put_le(first + whole - 4, whole, 4);
    chunk += EVTX_CHUNK_SIZE;
    memset(chunk + 5000, 0xff, 3000);
    put_le(chunk + EVTX_CHUNK_SIZE + 48, 20000, 4);
    chunk += 2 * EVTX_CHUNK_SIZE;
    memmove(chunk + 100, chunk, EVTX_CHUNK_SIZE - 100);
    return size - 30000;
}

/* The events of numbers 0 to 4 and RARE, asked for one after another in one statement; with `plus`, by terms that leave
 * the table no choice but to read all. Then what is reported of the log. */
static char *ask(const char *path, const char *plus)
{
    sqlite3    *db = harness_open();
    char        sql[4096] = "", *end = sql;
    static char both[1 << 20];

    for (int id = 0; id < 6; id++)
        end += sprintf(end,
                       "%sSELECT event_id, record_id, position, carved, intact, time, channel, "
                       "data, xml FROM windows_events('%s') WHERE %sevent_id = %d",
                       id ? " UNION ALL " : "", path, plus, id < 5 ? id : RARE);
    char *rows = harness_query(db,
                               "SELECT count(*), sum(carved), sum(intact), "
                               "group_concat(record_id || ' ' || position || carved || intact "
                               "|| time || channel || data || length(xml)) FROM (%s)",
                               sql);
    char *reports = harness_query(db,
                                  "SELECT status, records, skipped, detail FROM "
                                  "evidence_sources WHERE location = '%s'",
                                  path);
    snprintf(both, sizeof both, "%s\n%s", rows, reports);
    harness_close(db);
    return strdup(both);
}

START_TEST(scans_of_a_statement_agree_with_scans_alone)
{
    size_t   size;
    uint8_t *log = stage_bytes(true, &size);

    if (_i)
        size = damage(log, size);
    const char *path = stage(log, size);
    char       *indexed = ask(path, ""), *read = ask(path, "+");

    ck_assert_str_eq(indexed, read);
    ck_assert_int_eq(atoi(read) < EVENTS, _i);
    ck_assert(!_i || strstr(read, "carved"));
    free(indexed);
    free(read);
    free(log);
}
END_TEST

/* Times and record numbers of a log asked for one after another, in one statement and each alone. */
START_TEST(ranges_of_a_statement_agree_with_ranges_alone)
{
    static const char *const ranges[] = {
        "time > 1700001900", "time < 1700000300",
        "time > 1700001000", "time BETWEEN 1700000700 AND 1700000800",
        "record_id = 900",   "record_id IN (1, 1999)",
        "time > 1700001900", "time BETWEEN 1700000700 AND 1700001500"};
    static char alone[1 << 20];
    size_t      size, n = sizeof ranges / sizeof *ranges;
    uint8_t    *log = stage_bytes(true, &size);
    char        sql[4096] = "", *end = sql;

    if (_i)
        size = damage(log, size);
    const char *path = stage(log, size);
    *alone = '\0';
    for (size_t i = 0; i < n; i++) {
        const char *one = "SELECT record_id, position, carved FROM windows_events('%s') WHERE %s";
        sqlite3    *db = harness_open();
        char       *rows = harness_query(db, one, path, ranges[i]);
        strcat(strcat(alone, rows), i + 1 < n && *rows ? "\n" : "");
        end += sprintf(end, "%s", i ? " UNION ALL " : "");
        end += sprintf(end, one, path, ranges[i]);
        harness_close(db);
    }
    sqlite3 *db = harness_open();
    harness_expect(db, alone, "%s", sql);
    ck_assert_ptr_nonnull(strstr(alone, "900|"));
    free(log);
    harness_close(db);
}
END_TEST

static void compare(const char *path, void *data)
{
    sqlite3 *db = harness_open();
    size_t  *differ = data;
    char    *sums[2];

    for (int i = 0; i < 2; i++) { /* a join asks for each number of the log by itself */
        const char *plus = i ? "+" : "";
        sums[i] = harness_query(
            db,
            "WITH ids AS MATERIALIZED (SELECT DISTINCT event_id AS id FROM windows_events('%s') "
            "WHERE event_id IS NOT NULL) SELECT count(*), sum(position), sum(carved), "
            "sum(length(data)), sum(record_id), sum(intact) FROM ids CROSS JOIN "
            "windows_events('%s') WHERE %sevent_id = ids.id",
            path, path, plus);
    }
    if (strcmp(sums[0], sums[1]) != 0) {
        fprintf(stderr, "%s: %s, not %s\n", path, sums[0], sums[1]);
        ++*differ;
    }
    harness_close(db);
}

START_TEST(numbers_of_real_logs_asked_one_after_another_leave_nothing_out)
{
    size_t differ = 0;

    if (!harness_each_evidence("evtx", ".evtx", compare, &differ))
        SKIP("needs SVCQL_EVIDENCE");
    ck_assert_uint_eq(differ, 0);
}
END_TEST

START_TEST(a_log_is_read_once_and_then_where_the_events_are)
{
    size_t      size;
    uint8_t    *log = stage_bytes(true, &size);
    const char *path = stage(log, size);
    sqlite3    *db = harness_open();

    free(log);
    if (harness_bytes_read() < 0)
        SKIP("needs /proc/self/io");
    harness_query(db, "SELECT count(*) FROM windows_events('%s')", path);
    long long before = harness_bytes_read();
    harness_query(db, "SELECT count(*) FROM windows_events('%s')", path);
    long long once = harness_bytes_read() - before;
    before = harness_bytes_read();
    harness_expect(db, "399|1|1|0|0",
                   "SELECT (SELECT count(*) FROM windows_events('%1$s') WHERE event_id = 0), "
                   "(SELECT count(*) FROM windows_events('%1$s') WHERE event_id = 9), "
                   "(SELECT count(*) FROM windows_events('%1$s') WHERE event_id IN (7, 8, 9)), "
                   "(SELECT count(*) FROM windows_events('%1$s') WHERE event_id = 10), "
                   "(SELECT count(*) FROM windows_events('%1$s') WHERE event_id IN (11, 12))",
                   path);
    long long five = harness_bytes_read() - before;
    /* To open it takes two blocks each time. */
    ck_assert_msg(five < 2 * once, "%lld bytes, and once %lld", five, once);
    ck_assert_int_ge(once, (long long)size);
    harness_close(db);
}
END_TEST

START_TEST(a_range_of_time_looks_at_the_chunks_of_a_log_once)
{
    size_t      size;
    uint8_t    *log = stage_bytes(false, &size);
    const char *path = stage(log, size);
    sqlite3    *db = harness_open();
    long long   cost[3];

    free(log);
    if (harness_bytes_read() < 0)
        SKIP("needs /proc/self/io");
    for (int i = 0; i < 3; i++) { /* of no chunk; of the last; of the last four times */
        const char *last = "(SELECT count(*) FROM windows_events('%1$s') WHERE time > 1700001990)";
        char        sql[1024];
        snprintf(sql, sizeof sql, "SELECT %s%s%s%s%s%s%s", i ? last : "1", i > 1 ? " + " : "",
                 i > 1 ? last : "", i > 1 ? " + " : "", i > 1 ? last : "", i > 1 ? " + " : "",
                 i > 1 ? last : "");
        long long before = harness_bytes_read();
        harness_query(db, sql, path);
        cost[i] = harness_bytes_read() - before;
    }
    /* What the headers of all chunks take is in the first alone; to open the file takes two blocks each time. */
    long long once = cost[1] - cost[0], headers = once - 3 * EVTX_CHUNK_SIZE;
    ck_assert_int_gt(headers, 9 * 541);
    ck_assert_msg(cost[2] - cost[0] <= 4 * once - 3 * headers + 4096, "%lld, once %lld",
                  cost[2] - cost[0], once);
    harness_close(db);
}
END_TEST

/* A statement that has read a log for 0 and is at the first event 1; then the log becomes `bytes`. */
static sqlite3_stmt *step_and_change(sqlite3 *db, const char *path, const uint8_t *bytes,
                                     size_t size, bool keep_time)
{
    char          sql[2048];
    sqlite3_stmt *stmt;
    struct stat   st;

    snprintf(sql, sizeof sql,
             "SELECT event_id, data FROM windows_events('%1$s') WHERE event_id = 0 UNION ALL "
             "SELECT event_id, data FROM windows_events('%1$s') WHERE event_id = 9 UNION ALL "
             "SELECT event_id, data FROM windows_events('%1$s') WHERE event_id = 2",
             path);
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    do
        ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
    while (sqlite3_column_int(stmt, 0) != RARE);
    ck_assert_int_eq(stat(path, &st), 0);
    FILE *file = fopen(path, "r+b");
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    times[1].tv_sec += keep_time ? 0 : 1;
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    return stmt;
}

/* Rows from here on; all must be events 2. */
static int count_rest(sqlite3_stmt *stmt)
{
    int n = 0, rc;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        ck_assert_int_eq(sqlite3_column_int(stmt, 0), 2);
        n++;
    }
    ck_assert_int_eq(rc, SQLITE_DONE);
    sqlite3_finalize(stmt);
    return n;
}

START_TEST(a_log_that_changes_meanwhile_is_read_again_and_what_is_lost_counted)
{
    size_t      size;
    uint8_t    *log = stage_bytes(true, &size);
    const char *path = stage(log, size);
    sqlite3    *db = harness_open();

    /* Its third chunk goes; of the second the middle. */
    memset(log + EVTX_HEADER_SIZE + 2 * EVTX_CHUNK_SIZE, 0, EVTX_CHUNK_SIZE);
    memset(log + EVTX_HEADER_SIZE + EVTX_CHUNK_SIZE + 20000, 'x', 20000);
    int n = count_rest(step_and_change(db, path, log, size, _i));
    int now =
        (int)harness_int(db, "SELECT count(*) FROM windows_events('%s') WHERE event_id = 2", path);
    ck_assert_int_eq(n, now);
    ck_assert_int_lt(now, 350);
    if (_i) { /* the statement's own report */
        uint8_t *again = stage_bytes(true, &size);
        path = stage(again, size);
        n = count_rest(step_and_change(db, path, log, size, true));
        harness_expect(db, "damaged|2000|1",
                       "SELECT status, records, skipped = 400 - %d FROM evidence_sources WHERE "
                       "location = '%s'",
                       n, path);
        free(again);
    }
    free(log);
    harness_close(db);
}
END_TEST

START_TEST(there_is_no_index_of_more_events_than_memory_is_for)
{
    struct event_index *index = event_index_new();
    struct evtx_record  record = {.at = 512, .size = 100};

    for (uint64_t i = 0; i <= EVENT_INDEX_EVENTS; i++)
        event_index_add(index, i / 100 * EVTX_CHUNK_SIZE, true, &record, 1);
    ck_assert(
        !event_index_keep(NULL, &(struct stat){0}, index, &(struct event_log_stats){.records = 1}));
}
END_TEST

Suite *make_event_index_suite(void);

Suite *make_event_index_suite(void)
{
    Suite *suite = suite_create("event_index");
    TCase *tcase = tcase_create("event_index");

    tcase_add_loop_test(tcase, scans_of_a_statement_agree_with_scans_alone, 0, 2);
    tcase_add_loop_test(tcase, ranges_of_a_statement_agree_with_ranges_alone, 0, 2);
    tcase_add_test(tcase, a_range_of_time_looks_at_the_chunks_of_a_log_once);
    tcase_add_test(tcase, numbers_of_real_logs_asked_one_after_another_leave_nothing_out);
    tcase_add_test(tcase, a_log_is_read_once_and_then_where_the_events_are);
    tcase_add_loop_test(tcase, a_log_that_changes_meanwhile_is_read_again_and_what_is_lost_counted,
                        0, 2);
    tcase_add_test(tcase, there_is_no_index_of_more_events_than_memory_is_for);
    suite_add_tcase(suite, tcase);
    return suite;
}
