/* check_windows_events.c -- the table over event logs and JSON lines: columns, pushdown, reports.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/evtx/evtx.h"
#include "harness.h"
#include "make_bytes.h"
#include "make_evtx.h"

static const char *const installed[] = {"ServiceName", "PSEXESVC", "ImagePath",
                                        "%SystemRoot%\\PSEXESVC.exe", NULL};
static const char *const stopped[] = {"param1", "Windows Defender", "param2", "stopped", NULL};

#define FEW(a_channel, a_provider, a_computer, an_id, a_time, a_record, some_pairs, a_form, text)  \
    {                                                                                              \
        .channel = a_channel, .provider = a_provider, .computer = a_computer, .id = an_id,         \
        .time = a_time, .record_id = a_record, .pairs = some_pairs, .form = a_form,                \
        .message = text                                                                            \
    }

static const struct staged_event few[] = {
    FEW("System", "Service Control Manager", "WS01", 7045, 1700000000.5, 10, installed,
        STAGED_NESTED, NULL),
    FEW("System", "Service Control Manager", "WS01", 7036, 1700000010, 11, stopped, STAGED_NESTED,
        NULL),
    FEW("Security", "Microsoft-Windows-Security-Auditing", "DC01", 4697, 1700000020, 12, installed,
        STAGED_FORWARDED, "A service was installed in the system."),
};

/* A folder that holds `few` as System.evtx. */
static const char *staged(void)
{
    const char *dir = harness_scratch();
    char        path[4096];

    snprintf(path, sizeof path, "%s/System.evtx", dir);
    make_evtx(path, few, 3);
    return dir;
}

START_TEST(columns_hold_what_the_record_says)
{
    sqlite3    *db = harness_open();
    const char *dir = staged();

    harness_expect(db,
                   "1700000000.5|2023-11-14 22:13:20.500000|WS01|System|Service Control "
                   "Manager|7045|10|4|S-1-5-18|0|1|4608",
                   "SELECT time, datetime, computer, channel, provider_name, event_id, record_id, "
                   "pid, user_sid, carved, intact, position FROM windows_events('%s') "
                   "WHERE record_id = 10",
                   dir);
    harness_expect(db,
                   "{\"ServiceName\":\"PSEXESVC\",\"ImagePath\":\"%SystemRoot%\\\\PSEXESVC.exe\"}"
                   "|PSEXESVC|PSEXESVC",
                   "SELECT data, service_name, data ->> 'ServiceName' FROM windows_events('%s') "
                   "WHERE event_id = 7045",
                   dir);
    harness_expect(db, "A service was installed in the system.|DC01",
                   "SELECT message, computer FROM windows_events('%s') WHERE event_id = 4697", dir);
    harness_expect(db, "stopped|NULL",
                   "SELECT param2, image FROM windows_events('%s') WHERE event_id = 7036", dir);
    harness_close(db);
}
END_TEST

START_TEST(terms_leave_out_nothing_that_fits_them)
{
    static const struct {
        const char *where, *records;
    } cases[] = {
        {"event_id IN (7036, 4697)", "11,12"},
        {"event_id = 7045 OR record_id = 12", "10,12"},
        {"channel = 'SYSTEM'", "10,11"},
        {"channel = 'system' COLLATE BINARY", "NULL"},
        {"provider_name IN ('service control manager', 'x')", "10,11"},
        {"computer = 'dc01'", "12"},
        {"time > 1700000000.5", "11,12"},
        {"time >= 1700000000.5 AND time < 1700000020", "10,11"},
        {"time BETWEEN 1700000010 AND 1700000010", "11"},
        {"+time = 1700000020", "12"},
        {"record_id IS NULL", "NULL"},
        {"event_id <> 7036", "10,12"},
        {"service_name = 'psexesvc' COLLATE NOCASE", "10,12"},
    };
    sqlite3    *db = harness_open();
    const char *dir = staged();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        harness_expect(db, cases[i].records,
                       "SELECT group_concat(record_id) FROM windows_events('%s') WHERE %s", dir,
                       cases[i].where);
    harness_close(db);
}
END_TEST

START_TEST(source_names_a_file_whether_or_not_evidence_knows_it)
{
    sqlite3    *db = harness_open();
    const char *dir = staged();

    harness_expect(db, "3", "SELECT count(*) FROM windows_events WHERE source = '%s/System.evtx'",
                   dir);
    harness_expect(db, "3", "SELECT count(*) FROM windows_events('%s/*.evtx')", dir);
    harness_expect(db, "0", "SELECT count(*) FROM windows_events WHERE source = '%s/No.evtx'", dir);
    harness_expect(db, "absent",
                   "SELECT status FROM evidence_sources WHERE location = '%s/No.evtx'", dir);
    harness_close(db);
}
END_TEST

/* A log of n events a second apart from 1700000000, of two chunks at least where n is 1000. */
static void stage_many(const char *path, unsigned n)
{
    struct staged_event *events = calloc(n, sizeof *events);

    ck_assert_ptr_nonnull(events);
    for (unsigned i = 0; i < n; i++) {
        events[i] = few[i % 2];
        events[i].record_id = i + 1;
        events[i].time = 1700000000 + i;
    }
    make_evtx(path, events, n);
    free(events);
}

START_TEST(range_of_time_reads_only_the_chunks_it_touches)
{
    sqlite3 *db = harness_open();
    char     path[4096];

    snprintf(path, sizeof path, "%s/Long.evtx", harness_scratch());
    stage_many(path, 2000);
    harness_expect(db, "100",
                   "SELECT count(*) FROM windows_events('%s') "
                   "WHERE time >= 1700001000 AND time < 1700001100",
                   path);
    ck_assert_int_le(
        harness_int(db, "SELECT records FROM evidence_sources WHERE location = '%s'", path), 600);
    harness_expect(db, "2000", "SELECT count(*) FROM windows_events('%s') WHERE time > 0", path);
    harness_close(db);
}
END_TEST

#define SPAN "SELECT min(time), max(time) FROM windows_events('%s') WHERE %s"

START_TEST(the_ends_of_a_log_read_only_the_chunks_that_may_have_them)
{
    sqlite3 *db = harness_open();
    char     path[4096];

    snprintf(path, sizeof path, "%s/Long.evtx", harness_scratch());
    stage_many(path, 5000);
    harness_expect(db, "1700000000.0|1700004999.0", SPAN, path, "ends = 1");
    ck_assert_int_le(
        harness_int(db, "SELECT records FROM evidence_sources WHERE location = '%s'", path), 1200);
    harness_expect(db, "1700000000.0|1700004999.0", SPAN, path, "ends = 0");
    harness_close(db);
}
END_TEST

START_TEST(a_record_number_reads_only_the_chunks_that_may_have_it)
{
    sqlite3 *db = harness_open();
    char     path[4096];

    snprintf(path, sizeof path, "%s/Long.evtx", harness_scratch());
    stage_many(path, 2000);
    harness_expect(
        db, "1900|1700001899",
        "SELECT record_id, CAST(time AS INTEGER) FROM windows_events('%s') WHERE record_id = 1900",
        path);
    ck_assert_int_le(
        harness_int(db, "SELECT records FROM evidence_sources WHERE location = '%s'", path), 900);
    harness_expect(
        db, "5\n1000\n1900",
        "SELECT record_id FROM windows_events('%s') WHERE record_id IN (1900, 5, 1000, -1, 99999)",
        path);
    harness_close(db);
}
END_TEST

/* As of a log that was exported: its records have numbers of their own, its events those that they had. */
START_TEST(chunks_whose_events_have_other_numbers_are_read)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        path[4096];
    size_t      size;

    snprintf(path, sizeof path, "%s/Export.evtx", dir);
    stage_many(path, 1000);
    uint8_t *log = (uint8_t *)harness_read(path, &size);
    ck_assert_uint_gt(size, EVTX_HEADER_SIZE + 2 * EVTX_CHUNK_SIZE);
    for (uint8_t *chunk = log + EVTX_HEADER_SIZE; chunk < log + size; chunk += EVTX_CHUNK_SIZE) {
        uint8_t *numbers[] = {chunk + 24, chunk + 32, chunk + 512 + 8,
                              chunk + le32(chunk + 44) + 8};
        for (size_t i = 0; i < 4; i++)
            put_le(numbers[i], le64(numbers[i]) + 5000, 8);
    }
    make_evtx_seal(log, size);
    harness_write(dir, "Export.evtx", log, size);
    harness_expect(db, "900", "SELECT record_id FROM windows_events('%s') WHERE record_id = 900",
                   path);
    free(log);
    harness_close(db);
}
END_TEST

START_TEST(chunks_whose_clock_is_doubtful_are_read)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        path[4096];
    size_t      size;

    for (int zero = 0; zero < 2; zero++) {
        snprintf(path, sizeof path, "%s/Doubt%d.evtx", dir, zero);
        stage_many(path, 1000);
        uint8_t *log = (uint8_t *)harness_read(path, &size);
        ck_assert_uint_gt(size, EVTX_HEADER_SIZE + 2 * EVTX_CHUNK_SIZE);
        /* exported logs have 0 as a chunk's last record; a clock set back, an hour less */
        uint8_t *chunk = log + EVTX_HEADER_SIZE;
        uint8_t *filetime = chunk + le32(chunk + 44) + 16;
        put_le(filetime, zero ? 0 : le64(filetime) - 36000000000u, 8);
        make_evtx_seal(log, size);
        harness_write(dir, path + strlen(dir) + 1, log, size);
        harness_expect(db, "1", "SELECT count(*) FROM windows_events('%s') WHERE time = 1700000100",
                       path);
        harness_expect(db, harness_query(db, SPAN, path, "1"), SPAN, path, "ends = 1");
        free(log);
    }
    harness_close(db);
}
END_TEST

START_TEST(damage_is_reported_and_costs_no_other_chunk)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        path[4096];
    size_t      size;

    snprintf(path, sizeof path, "%s/Damaged.evtx", dir);
    stage_many(path, 400);
    uint8_t *log = (uint8_t *)harness_read(path, &size);
    int64_t  all = harness_int(db, "SELECT count(*) FROM windows_events('%s')", path);
    memset(log + EVTX_HEADER_SIZE, 0xff, 64);
    harness_write(dir, "Damaged.evtx", log, size);
    int64_t rest = harness_int(db, "SELECT count(*) FROM windows_events('%s')", path);
    ck_assert_int_eq(all, 400);
    ck_assert_int_eq(rest, 126);
    harness_expect(db, "damaged|1 chunk damaged",
                   "SELECT status, detail FROM evidence_sources WHERE location = '%s'", path);
    free(log);
    harness_close(db);
}
END_TEST

START_TEST(chunk_cut_off_a_closed_log_is_missed)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        path[4096];
    size_t      size;

    snprintf(path, sizeof path, "%s/Cut.evtx", dir);
    stage_many(path, 400);
    uint8_t *log = (uint8_t *)harness_read(path, &size);
    harness_write(dir, "Cut.evtx", log, size - EVTX_CHUNK_SIZE);
    free(harness_query(db, "SELECT count(*) FROM windows_events('%s')", path));
    harness_expect(db, "damaged|2 chunks by the count of the file's header",
                   "SELECT status, detail FROM evidence_sources WHERE location = '%s'", path);
    free(log);
    harness_close(db);
}
END_TEST

START_TEST(an_upper_case_tree_shows_paths_as_spelt)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        path[512];
    size_t      size;

    snprintf(path, sizeof path, "%s/C/WINDOWS/SYSTEM32/WINEVT/LOGS/SYSTEM.EVTX", dir);
    uint8_t *log = make_evtx_bytes(
        &(struct staged_event){.channel = "System", .provider = "P", .id = 1}, 1, &size);
    harness_write(dir, "C/WINDOWS/SYSTEM32/WINEVT/LOGS/SYSTEM.EVTX", log, size);
    free(log);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_expect(db, path, "SELECT source FROM windows_events");
    harness_expect(db, path,
                   "SELECT location FROM evidence_sources WHERE table_name = 'windows_events'");
    harness_close(db);
}
END_TEST

START_TEST(chunks_off_the_grid_or_without_a_header_are_carved)
{
    sqlite3    *db = harness_open();
    const char *dir = staged();
    size_t      size;
    char        path[4096];

    snprintf(path, sizeof path, "%s/System.evtx", dir);
    uint8_t *log = (uint8_t *)harness_read(path, &size);
    uint8_t *loose = calloc(1, size + 100000);
    memset(loose, 0x41, size + 100000);
    memcpy(loose + 77777, log + EVTX_HEADER_SIZE, EVTX_CHUNK_SIZE);
    harness_write(dir, "loose.evtx", loose, size + 100000);
    harness_expect(db, "3|3", "SELECT count(*), sum(carved) FROM windows_events('%s/loose.evtx')",
                   dir);
    harness_write(dir, "chunk.evtx", log + EVTX_HEADER_SIZE, EVTX_CHUNK_SIZE);
    harness_expect(db, "3|3", "SELECT count(*), sum(carved) FROM windows_events('%s/chunk.evtx')",
                   dir);
    free(loose);
    free(log);
    harness_close(db);
}
END_TEST

START_TEST(old_bytes_of_a_live_record_give_no_second_row)
{
    sqlite3    *db = harness_open();
    const char *dir = staged();
    size_t      size;
    uint32_t    free_at = 512;
    char        path[4096];

    /* a second chunk, begun in the memory of the first: no record yet, three in its slack */
    snprintf(path, sizeof path, "%s/System.evtx", dir);
    uint8_t *log = (uint8_t *)harness_read(path, &size);
    uint8_t *both = malloc(size + EVTX_CHUNK_SIZE);
    memcpy(both, log, size);
    memcpy(both + size, log + EVTX_HEADER_SIZE, EVTX_CHUNK_SIZE);
    put_le(both + size + 48, free_at, 4);
    both[42] = 2; /* the file header's count */
    make_evtx_seal(both, size + EVTX_CHUNK_SIZE);
    harness_write(dir, "System.evtx", both, size + EVTX_CHUNK_SIZE);
    harness_expect(db, "3|0", "SELECT count(*), sum(carved) FROM windows_events('%s')", path);
    harness_expect(db, "read|3 records left out as copies of live ones",
                   "SELECT status, detail FROM evidence_sources WHERE location = '%s'", path);
    /* and so without the file's header, where all records are carved */
    harness_write(dir, "System.evtx", both + EVTX_HEADER_SIZE,
                  size + EVTX_CHUNK_SIZE - EVTX_HEADER_SIZE);
    harness_expect(db, "3|3", "SELECT count(*), sum(carved) FROM windows_events('%s')", path);
    harness_expect(db, "1",
                   "SELECT instr(detail, '3 records left out as copies of live ones') > 0 FROM "
                   "evidence_sources WHERE location = '%s'",
                   path);
    /* in whatever order the chunks were carved */
    memcpy(both, both + size, EVTX_CHUNK_SIZE);
    memcpy(both + EVTX_CHUNK_SIZE, log + EVTX_HEADER_SIZE, EVTX_CHUNK_SIZE);
    harness_write(dir, "System.evtx", both, 2 * EVTX_CHUNK_SIZE);
    harness_expect(db, "3", "SELECT count(*) FROM windows_events('%s')", path);
    free(both);
    free(log);
    harness_close(db);
}
END_TEST

START_TEST(altered_record_shows_in_the_checksum)
{
    sqlite3    *db = harness_open();
    const char *dir = staged();
    size_t      size;
    char        path[4096];

    snprintf(path, sizeof path, "%s/System.evtx", dir);
    uint8_t *log = (uint8_t *)harness_read(path, &size);
    uint8_t *name = memmem(log, size, "P\0S\0E\0X\0E\0", 10);
    ck_assert_ptr_nonnull(name);
    name[0] = 'X';
    harness_write(dir, "System.evtx", log, size);
    harness_expect(db, "0|XSEXESVC",
                   "SELECT intact, service_name FROM windows_events('%s') WHERE event_id = 7045",
                   path);
    harness_query(db, "SELECT count(*) FROM windows_events('%s')", path);
    harness_expect(db, "damaged|1 chunk with a wrong checksum",
                   "SELECT status, detail FROM evidence_sources WHERE location = '%s'", path);
    free(log);
    harness_close(db);
}
END_TEST

START_TEST(numbers_are_put_into_words)
{
    sqlite3 *db = harness_open();

    harness_expect(
        db, "modified|create service, enumerate services|50%% of %%99999|x|NULL",
        "SELECT event_message('%%%%1905'), event_message('%%%%7169' || char(10, 9, 9) || "
        "'%%%%7170' || char(10)), event_message('50%%%% of %%%%99999'), "
        "event_message('x'), event_message(NULL)");
    harness_expect(db, "change configuration, start|create service|WRITE_DAC, 0x1|NULL",
                   "SELECT event_access('SERVICE OBJECT', '0x12'), "
                   "event_access('SC_MANAGER OBJECT', 2), event_access('x', 262145), "
                   "event_access('Key', 'none')");
    harness_expect(db, "network|remote interactive|NULL|NULL",
                   "SELECT logon_type(3), logon_type('10'), logon_type(1), logon_type(-1)");
    harness_expect(db, "999|31|NULL|10",
                   "SELECT event_number('0x3e7'), event_number('31'), event_number('x1'), "
                   "event_number('010')");
    harness_close(db);
}
END_TEST

/* JSON --------------------------------------------------------------------------- */

static const struct {
    const char *name, *line;
} shapes[] = {
    {"evtx_dump",
     "{\"Event\":{\"#attributes\":{\"xmlns\":\"x\"},\"System\":{\"Provider\":{\"#attributes\":"
     "{\"Name\":\"Service Control Manager\",\"Guid\":\"{G}\"}},\"EventID\":{\"#attributes\":"
     "{\"Qualifiers\":16384},\"#text\":7045},\"Version\":0,\"Level\":4,\"TimeCreated\":"
     "{\"#attributes\":{\"SystemTime\":\"2023-11-14T22:13:20.500000Z\"}},\"EventRecordID\":10,"
     "\"Correlation\":null,\"Execution\":{\"#attributes\":{\"ProcessID\":4,\"ThreadID\":8}},"
     "\"Channel\":\"System\",\"Computer\":\"WS01\",\"Security\":{\"#attributes\":{\"UserID\":"
     "\"S-1-5-18\"}}},\"EventData\":{\"ServiceName\":\"PSEXESVC\",\"ImagePath\":\"p\"}}}"},
    {"velociraptor",
     "{\"System\":{\"Provider\":{\"Name\":\"Service Control "
     "Manager\",\"Guid\":\"{G}\"},\"EventID\":"
     "{\"Value\":7045},\"Version\":0,\"Level\":4,\"TimeCreated\":{\"SystemTime\":1700000000.5},"
     "\"EventRecordID\":10,\"Execution\":{\"ProcessID\":4,\"ThreadID\":8},\"Channel\":\"System\","
     "\"Computer\":\"WS01\",\"Security\":{\"UserID\":\"S-1-5-18\"}},\"EventData\":{\"ServiceName\":"
     "\"PSEXESVC\",\"ImagePath\":\"p\"},\"Message\":\"m\"}"},
    {"winlogbeat",
     "{\"@timestamp\":\"2023-11-14T22:13:20.500Z\",\"winlog\":{\"channel\":\"System\","
     "\"provider_name\":\"Service Control "
     "Manager\",\"provider_guid\":\"{G}\",\"event_id\":\"7045\","
     "\"version\":0,\"record_id\":10,\"computer_name\":\"WS01\",\"process\":{\"pid\":4,\"thread\":"
     "{\"id\":8}},\"user\":{\"identifier\":\"S-1-5-18\"},\"event_data\":{\"ServiceName\":"
     "\"PSEXESVC\",\"ImagePath\":\"p\"}},\"message\":\"m\"}"},
    {"winlogbeat 6",
     "{\"@timestamp\":\"2023-11-14T22:13:20.500Z\",\"log_name\":\"System\",\"source_name\":"
     "\"Service Control Manager\",\"provider_guid\":\"{G}\",\"event_id\":7045,\"version\":0,"
     "\"record_number\":\"10\",\"computer_name\":\"WS01\",\"process_id\":4,\"thread_id\":8,"
     "\"user\":{\"identifier\":\"S-1-5-18\"},\"event_data\":{\"ServiceName\":\"PSEXESVC\","
     "\"ImagePath\":\"p\"}}"},
    {"nxlog",
     "{\"EventTime\":\"2023-11-14 23:13:20\",\"@timestamp\":\"2023-11-14T22:13:20.500Z\","
     "\"Hostname\":\"WS01\",\"Keywords\":-9187343239835811840,\"EventID\":7045,\"SourceName\":"
     "\"Service Control Manager\",\"ProviderGuid\":\"{G}\",\"Version\":0,\"RecordNumber\":10,"
     "\"ExecutionProcessID\":4,\"ThreadID\":8,\"Channel\":\"System\",\"UserID\":\"S-1-5-18\","
     "\"ServiceName\":\"PSEXESVC\",\"ImagePath\":\"p\",\"Message\":\"m\"}"},
};

START_TEST(every_shape_of_json_gives_the_same_columns)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "e.jsonl", shapes[_i].line);
    harness_expect(db,
                   "1700000000.5|WS01|System|Service Control Manager|{G}|7045|0|10|4|8|S-1-5-18|"
                   "{\"ServiceName\":\"PSEXESVC\",\"ImagePath\":\"p\"}|PSEXESVC",
                   "SELECT time, computer, channel, provider_name, provider_guid, event_id, "
                   "version, record_id, pid, tid, user_sid, data, service_name "
                   "FROM windows_events('%s/e.jsonl') WHERE event_id IN (7045, 1)",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(values_of_json_become_the_strings_of_the_log)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(
        dir, "e.json",
        "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":1},"
        "\"EventData\":{\"Pid\":1234,\"Ok\":true,\"None\":null,\"Many\":[1,\"b\"],\"Big\":0.5}}}\n"
        "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":2},"
        "\"EventData\":{\"Data\":{\"#text\":[\"a\",\"b\"]},\"Binary\":null}}}\n"
        "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":3},"
        "\"UserData\":{\"LogFileCleared\":{\"#attributes\":{\"xmlns\":\"x\"},\"User\":\"u\"}}}}\n");
    harness_expect(db,
                   "{\"Pid\":\"1234\",\"Ok\":\"true\",\"None\":null,\"Many\":[\"1\",\"b\"],"
                   "\"Big\":\"0.5\"}\n"
                   "{\"param1\":\"a\",\"param2\":\"b\",\"Binary\":null}\n"
                   "{\"User\":\"u\"}",
                   "SELECT data FROM windows_events('%s') ORDER BY event_id", dir);
    harness_expect(db, "b", "SELECT param2 FROM windows_events('%s') WHERE event_id = 2", dir);
    harness_close(db);
}
END_TEST

START_TEST(objects_are_found_over_lines_and_in_arrays)
{
#define EVENT(n) "{\"EventID\":" #n ",\"SourceName\":\"P\",\"Text\":\"}{\\\"[\"}"
    static const struct {
        const char *text, *ids, *report;
    } cases[] = {
        {"[" EVENT(1) "," EVENT(2) "]", "1,2", "read|0"},
        {"\xef\xbb\xbf[\n" EVENT(1) ",\n" EVENT(2) "\n]\n", "1,2", "read|0"},
        {"Record 1\n{\n  \"EventID\": 1,\n  \"SourceName\": \"P\"\n}\nRecord 2\n" EVENT(2), "1,2",
         "read|0"},
        {EVENT(1) EVENT(2), "1,2", "read|0"},
        {"{\"EventID\":1,\n" EVENT(2) "\n", "2", "damaged|1"},
        {"{\"EventID\":1,\"x\":\"cut\n" EVENT(2) "\n", "2", "damaged|1"},
        {EVENT(1) "\n{\"EventID\":2,", "1", "damaged|1"},
        {"", "NULL", "read|0"},
    };
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        harness_write_text(dir, "e.json", cases[i].text);
        harness_expect(db, cases[i].ids,
                       "SELECT group_concat(event_id) FROM windows_events('%s/e.json')", dir);
        harness_expect(db, cases[i].report,
                       "SELECT status, skipped FROM evidence_sources WHERE location = '%s/e.json'",
                       dir);
    }
    harness_close(db);
}
END_TEST

START_TEST(object_beyond_the_cap_costs_only_itself)
{
    sqlite3      *db = harness_open();
    const char   *dir = harness_scratch();
    struct buffer text = {0};

    buffer_puts(&text, EVENT(1) "\n{\"EventID\":2,\"x\":\"");
    for (int i = 0; i < 2000000; i++)
        buffer_putc(&text, i % 100 ? 'y' : '\\');
    buffer_puts(&text, "\"}\n" EVENT(3) "\n");
    harness_write_text(dir, "e.json", buffer_text(&text));
    harness_expect(db, "1,3", "SELECT group_concat(event_id) FROM windows_events('%s/e.json')",
                   dir);
    buffer_free(&text);
    harness_close(db);
}
END_TEST

START_TEST(xml_that_is_hostile_is_no_event)
{
    sqlite3      *db = harness_open();
    const char   *dir = harness_scratch();
    struct buffer lines = {0};

    buffer_puts(&lines, "<!DOCTYPE a [<!ENTITY b 'c'>]><Event>&b;</Event>\n<Event><System>\n");
    for (int i = 0; i < 100000; i++)
        buffer_puts(&lines, "<a>");
    buffer_puts(&lines, "\n<Event/>\n");
    harness_write_text(dir, "e.jsonl", buffer_text(&lines));
    harness_expect(db, "0", "SELECT count(*) FROM windows_events('%s/e.jsonl')", dir);
    harness_expect(db, "damaged|3",
                   "SELECT status, skipped FROM evidence_sources WHERE location = '%s/e.jsonl'",
                   dir);
    buffer_free(&lines);
    harness_close(db);
}
END_TEST

START_TEST(lines_that_are_no_event_are_counted)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(
        dir, "e.jsonl",
        "{\"a\":1}\n\nnot json\n{\"EventID\":5,\"SourceName\":\"P\"}\n{\"EventID\":\n");
    harness_expect(db, "5", "SELECT event_id FROM windows_events('%s/e.jsonl')", dir);
    harness_expect(
        db,
        "damaged|1|3|1 object not of an event; 2 records damaged, or neither JSON nor XML nor CSV",
        "SELECT status, records, skipped, detail FROM evidence_sources "
        "WHERE location = '%s/e.jsonl'",
        dir);
    harness_close(db);
}
END_TEST

/* Real logs ------------------------------------------------------------------- */

/* Fifths of a log's time, queried with and without skipping of chunks. */
static void compare_ranges(const char *path, void *data)
{
    size_t  *ranges = data;
    sqlite3 *db = harness_open();

    for (int i = 0; i < 5; i++) {
        char *fast = harness_query(
            db,
            "WITH span AS (SELECT min(time) AS a, max(time) AS z FROM windows_events('%s')) "
            "SELECT printf('time BETWEEN %%.6f AND %%.6f', a + (z - a) * %d / 5, "
            "a + (z - a) * (%d + 1) / 5) FROM span WHERE a IS NOT NULL",
            path, i, i);
        if (*fast) {
            char *skipping = harness_query(
                db, "SELECT count(*), sum(position) FROM windows_events('%s') WHERE %s", path,
                fast);
            harness_expect(db, skipping,
                           "SELECT count(*), sum(position) FROM windows_events('%s') WHERE +%s",
                           path, fast);
            free(skipping);
            ++*ranges;
        }
        free(fast);
    }
    harness_close(db);
}

static void compare_ends(const char *path, void *data)
{
    size_t  *differ = data;
    sqlite3 *db = harness_open();
    char    *whole = harness_query(db, SPAN, path, "1"),
         *ends = harness_query(db, SPAN, path, "ends = 1");

    *differ += strcmp(whole, ends) != 0;
    if (strcmp(whole, ends) != 0)
        fprintf(stderr, "%s: %s, not %s\n", path, ends, whole);
    harness_close(db);
}

START_TEST(the_ends_of_real_logs_are_those_of_all_records)
{
    size_t differ = 0;

    if (!harness_each_evidence("evtx", ".evtx", compare_ends, &differ))
        SKIP("needs SVCQL_EVIDENCE");
    ck_assert_uint_eq(differ, 0);
}
END_TEST

START_TEST(ranges_of_time_of_real_logs_leave_nothing_out)
{
    size_t ranges = 0, logs = harness_each_evidence("evtx", ".evtx", compare_ranges, &ranges);

    if (!logs)
        SKIP("needs SVCQL_EVIDENCE");
    ck_assert_uint_eq(ranges, 5 * logs);
}
END_TEST

START_TEST(real_json_is_read_to_the_last_line)
{
    const char *path = harness_evidence("json");

    if (!path)
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    harness_expect(db, "786",
                   "SELECT count(*) FROM windows_events('%s/OTRF+Security-Datasets/*/c*.json') "
                   "WHERE time IS NOT NULL AND json_valid(data)",
                   path);
    harness_close(db);
}
END_TEST

Suite *make_windows_events_suite(void)
{
    Suite *suite = suite_create("windows_events");
    TCase *tcase = tcase_create("table");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, columns_hold_what_the_record_says);
    tcase_add_test(tcase, terms_leave_out_nothing_that_fits_them);
    tcase_add_test(tcase, source_names_a_file_whether_or_not_evidence_knows_it);
    tcase_add_test(tcase, range_of_time_reads_only_the_chunks_it_touches);
    tcase_add_test(tcase, the_ends_of_a_log_read_only_the_chunks_that_may_have_them);
    tcase_add_test(tcase, a_record_number_reads_only_the_chunks_that_may_have_it);
    tcase_add_test(tcase, chunks_whose_events_have_other_numbers_are_read);
    tcase_add_test(tcase, chunks_whose_clock_is_doubtful_are_read);
    tcase_add_test(tcase, damage_is_reported_and_costs_no_other_chunk);
    tcase_add_test(tcase, chunk_cut_off_a_closed_log_is_missed);
    tcase_add_test(tcase, an_upper_case_tree_shows_paths_as_spelt);
    tcase_add_test(tcase, chunks_off_the_grid_or_without_a_header_are_carved);
    tcase_add_test(tcase, old_bytes_of_a_live_record_give_no_second_row);
    tcase_add_test(tcase, altered_record_shows_in_the_checksum);
    tcase_add_test(tcase, numbers_are_put_into_words);
    tcase_add_loop_test(tcase, every_shape_of_json_gives_the_same_columns, 0,
                        sizeof shapes / sizeof shapes[0]);
    tcase_add_test(tcase, values_of_json_become_the_strings_of_the_log);
    tcase_add_test(tcase, objects_are_found_over_lines_and_in_arrays);
    tcase_add_test(tcase, object_beyond_the_cap_costs_only_itself);
    tcase_add_test(tcase, xml_that_is_hostile_is_no_event);
    tcase_add_test(tcase, lines_that_are_no_event_are_counted);
    tcase_add_test(tcase, ranges_of_time_of_real_logs_leave_nothing_out);
    tcase_add_test(tcase, the_ends_of_real_logs_are_those_of_all_records);
    tcase_add_test(tcase, real_json_is_read_to_the_last_line);
    suite_add_tcase(suite, tcase);
    return suite;
}
