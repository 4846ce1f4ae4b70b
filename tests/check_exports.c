/* check_exports.c -- what a responder is handed: compressed logs, events as other tools export them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "make_evtx.h"
#include "make_packed.h"

static const char *const installed[] = {"ServiceName", "PSEXESVC", "ImagePath",
                                        "%SystemRoot%\\PSEXESVC.exe", NULL};

#define EVENTS 3000 /* some chunks */

/* A log of events a second apart. */
static uint8_t *stage_log(size_t *ret_size)
{
    struct staged_event *events = calloc(EVENTS, sizeof *events);

    for (unsigned i = 0; i < EVENTS; i++)
        events[i] = (struct staged_event){.channel = "System",
                                          .provider = "Service Control Manager",
                                          .id = 7045,
                                          .record_id = i + 1,
                                          .time = 1700000000 + i,
                                          .pairs = installed};
    uint8_t *log = make_evtx_bytes(events, EVENTS, ret_size);
    free(events);
    return log;
}

static const char *const logs[][2] = {
    {"auth.log",
     "Nov 14 22:13:20 h sudo:    eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/x\n"},
    {"audit.log", "type=SERVICE_START msg=audit(1700000000.000:1): pid=1 uid=0 auid=4294967295 "
                  "ses=4294967295 msg='unit=x comm=\"systemd\" res=success'\n"},
    {"dpkg.log", "2023-11-14 22:13:20 status installed x:amd64 1\n"},
    {"e.jsonl", "{\"EventID\":7045,\"SourceName\":\"P\"}\n"},
};

static void stage_packed(const char *dir, const char *name, int method, const void *data,
                         size_t size)
{
    char   path[256];
    size_t n;
    void  *packed = make_packed(method, data, size, &n);

    snprintf(path, sizeof path, "%s%s", name, packed_suffix[method]);
    harness_write(dir, path, packed, n);
    free(packed);
}

/* Each method: the names of a folder's files decide, or what is in them. */
START_TEST(every_compressed_log_is_read)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    size_t      size;
    uint8_t    *log = stage_log(&size);

    stage_packed(dir, "System.evtx", _i, log, size);
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++)
        stage_packed(dir, logs[i][0], _i, logs[i][1], strlen(logs[i][1]));
    stage_packed(dir, "Unknown.json", _i, "{\"a\": 1}\n", 9);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "3001|3000|4501500",
                   "SELECT count(*), count(DISTINCT record_id), sum(record_id) FROM windows_events "
                   "WHERE source LIKE '%s/%%'",
                   dir);
    harness_expect(db, "1", "SELECT count(*) FROM auth_events WHERE source LIKE '%s/%%'", dir);
    harness_expect(db, "1", "SELECT count(*) FROM audit_events WHERE source LIKE '%s/%%'", dir);
    harness_expect(db, "1", "SELECT count(*) FROM package_history WHERE source LIKE '%s/%%'", dir);
    harness_expect(db, "unknown",
                   "SELECT status FROM evidence_sources WHERE location LIKE '%s/Unknown%%'", dir);
    harness_expect(db, "0",
                   "SELECT count(*) FROM evidence_sources WHERE location LIKE '%s/%%' AND status "
                   "NOT IN ('read', 'unknown')",
                   dir);
    free(log);
    harness_close(db);
}
END_TEST

/* What is before the cut has its rows, the rest its report. */
START_TEST(a_cut_log_is_damaged)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    size_t      size, n;
    uint8_t    *log = stage_log(&size);
    void       *packed = make_packed(_i, log, size, &n);

    harness_write(dir, "System.evtx.x", packed, n - 8);
    harness_query(db, "SELECT count(*) FROM windows_events('%s/System.evtx.x')", dir);
    harness_expect(db, "damaged",
                   "SELECT status FROM evidence_sources WHERE location = '%s/System.evtx.x'", dir);
    free(packed);
    free(log);
    harness_close(db);
}
END_TEST

/* Zeros without end, as JSON lines and as an event log. */
START_TEST(a_bomb_is_a_named_cut)
{
    static const char event[] = "{\"EventID\":7045,\"SourceName\":\"P\"}\n";
    sqlite3          *db = harness_open();
    const char       *dir = harness_scratch();
    size_t            size = 16u << 20, n, at = 0, first;
    char             *zeros = calloc(1, size), *bomb = malloc(4u << 20);
    void             *packed = make_packed(0, event, strlen(event), &first);

    memcpy(bomb, packed, at = first);
    free(packed);
    packed = make_packed(0, zeros, size, &n);
    for (int i = 0; i < 60; i++, at += n)
        memcpy(bomb + at, packed, n);
    harness_write(dir, "e.jsonl.gz", bomb, at);
    harness_expect(db, "1", "SELECT count(*) FROM windows_events('%s/e.jsonl.gz')", dir);
    harness_expect(db, "damaged|1|left out from here on: too large",
                   "SELECT status, records, substr(detail, instr(detail, 'left'), 32) "
                   "FROM evidence_sources WHERE location = '%s/e.jsonl.gz'",
                   dir);
    harness_write(dir, "e.evtx.gz", bomb + first, at - first);
    harness_expect(db, "0", "SELECT count(*) FROM windows_events('%s/e.evtx.gz')", dir);
    harness_expect(db, "damaged",
                   "SELECT status FROM evidence_sources WHERE location = '%s/e.evtx.gz'", dir);
    free(packed);
    free(zeros);
    free(bomb);
    harness_close(db);
}
END_TEST

Suite *make_exports_suite(void)
{
    Suite *suite = suite_create("exports");
    TCase *tc = tcase_create("exports");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, every_compressed_log_is_read, 0, PACKED_METHODS);
    tcase_add_loop_test(tc, a_cut_log_is_damaged, 0, PACKED_METHODS);
    tcase_add_test(tc, a_bomb_is_a_named_cut);
    suite_add_tcase(suite, tc);
    return suite;
}
