/* check_exports.c -- what a responder is handed: compressed logs, events as other tools export them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/evtx/event_yaml.h"
#include "harness.h"
#include "make_archive.h"
#include "make_evtx.h"
#include "make_exports.h"
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

/* Events as exports --------------------------------------------------------------- */

/* What both have, of what a form holds. */
static const char *columns_of(int holds)
{
    static char columns[256];

    snprintf(columns, sizeof columns, "event_id, time%s%s%s, service_name, image_path%s",
             holds & RECORD ? ", record_id" : "", holds & WHERE ? ", computer, channel" : "",
             holds & PROVIDER ? ", provider_name" : "",
             holds & ALL_DATA ? ", data ->> 'AccountName', data ->> 'StartType', param1, param2"
                              : "");
    return columns;
}

static const char *stage_events(void)
{
    const struct staged_event events[] = {{.channel = "System",
                                           .provider = "Service Control Manager",
                                           .computer = "WS01",
                                           .id = 7045,
                                           .record_id = 10,
                                           .time = 1700000000,
                                           .pairs = made_service,
                                           .tid = 8,
                                           .level = 4},
                                          {.channel = "System",
                                           .provider = "Service Control Manager",
                                           .computer = "WS01",
                                           .id = 7036,
                                           .record_id = 11,
                                           .time = 1700000000,
                                           .pairs = made_state,
                                           .tid = 8,
                                           .level = 4}};
    const char               *dir = harness_scratch();
    char                      path[4096];

    snprintf(path, sizeof path, "%s/System.evtx", dir);
    make_evtx(path, events, 2);
    return dir;
}

/* UTF-8 as UTF-16, with a mark or without. */
static size_t widen(const char *text, bool big, bool mark, uint8_t *out)
{
    size_t n = 0;

    for (const uint8_t *c = (const uint8_t *)text; *c || mark; mark = false) {
        unsigned unit = 0xfeff;
        if (!mark) {
            unit = *c < 0x80   ? c[0]
                   : *c < 0xe0 ? (c[0] & 31u) << 6 | (c[1] & 63u)
                               : (c[0] & 15u) << 12 | (c[1] & 63u) << 6 | (c[2] & 63u);
            c += *c < 0x80 ? 1 : *c < 0xe0 ? 2 : 3;
        }
        out[n++] = (uint8_t)(big ? unit >> 8 : unit);
        out[n++] = (uint8_t)(big ? unit : unit >> 8);
    }
    return n;
}

static void expect_form(sqlite3 *db, int i, const char *dir, const char *evtx)
{
    const char *where = made_exports[i].holds & MADE_ONLY ? "event_id = 7045" : "1";
    char        columns[256];

    strcpy(columns, columns_of(made_exports[i].holds));
    char *expected = harness_query(db,
                                   "SELECT %s FROM windows_events('%s/System.evtx') WHERE %s "
                                   "ORDER BY event_id",
                                   columns, evtx, where);
    harness_expect(db, expected,
                   "SELECT %s FROM windows_events('%s/%s') WHERE %s ORDER BY event_id", columns,
                   dir, made_exports[i].file, where);
    harness_expect(
        db, "event_json|read|2|0",
        "SELECT kind, status, records, skipped FROM evidence_sources WHERE location = '%s/%s'", dir,
        made_exports[i].file);
}

/* Event by form: each has the rows that the same events have in an event log. */
START_TEST(every_form_gives_the_rows_of_the_log)
{
    sqlite3    *db = harness_open();
    const char *evtx = stage_events(), *dir = harness_scratch();

    harness_write_text(dir, made_exports[_i].file, made_exports[_i].text);
    expect_form(db, _i, dir, evtx);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "2", "SELECT count(*) FROM windows_events WHERE source LIKE '%s/%%'", dir);
    harness_close(db);
}
END_TEST

START_TEST(every_form_in_utf16_is_the_same)
{
    sqlite3    *db = harness_open();
    const char *evtx = stage_events(), *dir = harness_scratch();
    uint8_t    *wide = malloc(4 * strlen(made_exports[_i].text));
    const char *text = made_exports[_i].text;

    text += strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (int way = 0; way < 4; way++) {
        harness_write(dir, made_exports[_i].file, wide, widen(text, way & 1, way & 2, wide));
        expect_form(db, _i, dir, evtx);
    }
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "2", "SELECT count(*) FROM windows_events WHERE source LIKE '%s/%%'", dir);
    free(wide);
    harness_close(db);
}
END_TEST

/* One byte at a time or whole, cut or whole: what is lost is counted. */
START_TEST(a_cut_export_is_damaged)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    size_t      size = strlen(made_exports[_i].text);

    harness_write(dir, made_exports[_i].file, made_exports[_i].text, size - size / 4);
    harness_query(db, "SELECT count(*) FROM windows_events('%s/%s')", dir, made_exports[_i].file);
    harness_expect(db, "1",
                   "SELECT status = 'damaged' OR (status = 'read' AND records = 2) FROM "
                   "evidence_sources WHERE location = '%s/%s'",
                   dir, made_exports[_i].file);
    harness_close(db);
}
END_TEST

/* What is read of an array whose end was cut off is not all of it, though each object is whole. */
START_TEST(an_array_that_does_not_end_is_damaged)
{
    static const char *const arrays[][3] = {
        {"windows_events", "[{\"EventID\":7045,\"SourceName\":\"P\"}", "]"},
        {"windows_events", "{\"value\":[{\"EventID\":7045,\"SourceName\":\"P\"}", "]}"},
        {"windows_events",
         "{\"hits\":{\"total\":1,\"hits\":[\n{\"_source\":{\"EventID\":7045,"
         "\"SourceName\":\"P\"}}",
         "]}}"},
        {"unified_log",
         "[{\"timestamp\":\"2023-11-14 22:13:20.000000+0000\",\"processImagePath\":"
         "\"/a\",\"eventMessage\":\"m\",\"traceID\":1}",
         "]"},
        {"journal", "[{\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"MESSAGE\":\"a\"}", "]"},
        {"service_listings",
         "[{\"unit\":\"a.service\",\"load\":\"loaded\",\"active\":\"active\","
         "\"sub\":\"running\",\"description\":\"A\"}",
         "]"}};
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        text[512];

    for (int i = 0; i < 4; i++) {
        snprintf(text, sizeof text, "%s%s%s", arrays[_i][1], i & 1 ? "\n" : "",
                 i < 2 ? "" : arrays[_i][2]);
        harness_write_text(dir, "a.json", text);
        harness_expect(db, "1", "SELECT count(*) FROM %s('%s/a.json')", arrays[_i][0], dir);
        harness_expect(db, i < 2 ? "damaged|1|1" : "read|1|0",
                       "SELECT status, records, skipped FROM evidence_sources WHERE location = "
                       "'%s/a.json' AND table_name = '%s'",
                       dir, arrays[_i][0]);
    }
    harness_close(db);
}
END_TEST

#define EVENT(n)                                                                                   \
    "<Event><System><Provider Name=\"P\"/><EventID>7045</EventID><TimeCreated "                    \
    "SystemTime=\"2023-11-14T22:13:0" n "Z\"/></System></Event>"
#define HEADLESS "\"><System><Provider Name=\"P\"/><EventID>7045</EventID></System></Event>"

/* What an export lost between its events is counted, on one line or several; '@' stands for a NUL. */
START_TEST(events_that_are_lost_between_others_are_counted)
{
    static const struct {
        const char *file, *text;
        const char *rows, *report;
    } cases[] = {
        {"a.xml", "<Events>" EVENT("1") EVENT("2") "</Events>", "2", "read|2|0"},
        {"a.xml", "<Events>" EVENT("1") EVENT("2"), "2", "damaged|2|1"},
        {"a.xml", "<Events>\n" EVENT("1") "\n" EVENT("2") "\n", "2", "damaged|2|1"},
        {"a.xml", "<Events/>" EVENT("1"), "1", "read|1|0"},
        {"a.xml", "<Events>" EVENT("1") HEADLESS EVENT("2") "</Events>", "2", "damaged|2|1"},
        {"a.xml", "<Events>\n" EVENT("1") "\n" HEADLESS "\n" EVENT("2") "\n</Events>", "2",
         "damaged|2|1"},
        {"a.xml",
         "<Events>" EVENT("1") HEADLESS HEADLESS EVENT("2") HEADLESS EVENT("3") "</Events>", "3",
         "damaged|3|2"},
        {"a.xml",
         "<Events>" EVENT("1") "<System><EventID>7045</EventID></System></Event>" EVENT(
             "2") "</Events>",
         "2", "damaged|2|1"},
        {"a.xml",
         "<13>Nov 14 22:13:00 h app: " EVENT("1") "\n<13>Nov 14 22:13:00 h app: " EVENT("2"), "2",
         "read|2|0"},
        {"a.json",
         "[{\"EventID\":7045,\"SourceName\":\"P\"},{\"EventID\":7045,@\"SourceName\":\"P\"}]", "1",
         "damaged|1|1"},
        {"a.csv",
         "EventTime,Computer,Channel,Provider,EventID,EventRecordID,EventData,UserData,Message\n"
         "2023-11-14T22:13:20Z,W,System,P,7045,10,,,m\n"
         "2023-11-14T22:13:20Z,W,System,P,7036,11,,,\"a@b\"\n",
         "2", "damaged|2|1"},
    };
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = strdup(cases[i].text), *hole = strchr(text, '@');
        if (hole)
            *hole = '\0';
        harness_write(dir, cases[i].file, text, strlen(cases[i].text));
        harness_expect(db, cases[i].rows, "SELECT count(*) FROM windows_events('%s/%s')", dir,
                       cases[i].file);
        harness_expect(db, cases[i].report,
                       "SELECT status, records, skipped FROM evidence_sources WHERE location = "
                       "'%s/%s' AND table_name = 'windows_events'",
                       dir, cases[i].file);
        free(text);
    }
    harness_close(db);
}
END_TEST

/* As serde_yaml 0.9.34 writes such values. */
START_TEST(yaml_of_a_cell_is_an_object)
{
    static const char *const cases[][2] = {
        {"a: 1\nb: C:\\x: y\nc: null\nd: ''\n",
         "{\"a\":\"1\",\"b\":\"C:\\\\x: y\",\"c\":null,\"d\":\"\"}"},
        {"a: '%x% it''s # not'\nb: \"t\\tq\\\"\\u00e9\\x41\"\n",
         "{\"a\":\"%x% it's # not\",\"b\":\"t\\tq\\\"\xc3\xa9"
         "A\"}"},
        {"a: |-\n  one\n\n    two\nb: |+\n  x\nc: z\n",
         "{\"a\":\"one\\n\\n  two\",\"b\":\"x\\n\",\"c\":\"z\"}"},
        {"---\nData:\n- x\n- 'y: z'\n- |-\n  m\n  n\n'#attributes':\n  Name: q\n",
         "{\"Data\":[\"x\",\"y: z\",\"m\\nn\"],\"#attributes\":{\"Name\":\"q\"}}"},
        {"a: \"x\\0\\u0000\\U00110000y\\U0010ffff\\ud\"\n",
         "{\"a\":\"x\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdy\xf4\x8f\xbf\xbf\\r\"}"},
        {"", "{}"},
        {"plain", "{}"},
        {"a: 'cut", "{\"a\":\"cut\"}"},
        {"a:\n b:\n  c:\n   d: e\n f: g\n", "{\"a\":{\"b\":{\"c\":{\"d\":\"e\"}},\"f\":\"g\"}}"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *tree = event_yaml(cases[i][0]);
        char  *text = cJSON_PrintUnformatted(tree);
        ck_assert_str_eq(text, cases[i][1]);
        cJSON_free(text);
        cJSON_Delete(tree);
    }
}
END_TEST

START_TEST(text_of_wevtutil_that_is_not_whole_is_counted)
{
#define HEAD "Event[0]:\n  Log Name: System\n  Source: Service Control Manager\n  Event ID: 7036\n"
    static const char *const texts[][2] = {
        {HEAD "  Description:\nThe A service entered the stopped state.\n", "read|1|0"},
        {HEAD "  Description: The A service entered the stopped state.", "read|1|0"},
        {HEAD "  Descr", "damaged|0|1"},
        {HEAD "  Description:\nx\n\nEvent[1]:", "damaged|1|1"},
        {HEAD "  Description:\nx\n\nEvent[1]:\n  Event", "damaged|1|1"},
        {"Event[0]:\n  Protokollname: System\n  Quelle: A\n  Ereigniskennung: 1\n  Beschreibung: "
         "\nx\n",
         "damaged|0|1"},
        {HEAD HEAD "  Description:\nx\n", "damaged|1|1"},
    };
#undef HEAD
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        harness_write_text(dir, "a.txt", texts[i][0]);
        harness_query(db, "SELECT count(*) FROM windows_events('%s/a.txt')", dir);
        harness_expect(db, texts[i][1],
                       "SELECT status, records, skipped FROM evidence_sources WHERE location = "
                       "'%s/a.txt'",
                       dir);
    }
    harness_expect(db, "1", "SELECT count(*) FROM windows_events('%s/a.txt') WHERE param1 IS NULL",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(an_export_without_an_event_is_damaged)
{
    static const char *const texts[] = {"{\"EventID\":7045,\"a\":1}\n",
                                        "EventRecordId,Payload\r\n1,x\r\n",
                                        "<Event xmlns='" XMLNS "'><System></System></Event>"};
    sqlite3                 *db = harness_open();
    const char              *dir = harness_scratch();

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        harness_write_text(dir, "a.json", texts[i]);
        harness_expect(db, "0", "SELECT count(*) FROM windows_events('%s/a.json')", dir);
        harness_expect(db, "damaged",
                       "SELECT status FROM evidence_sources WHERE location = '%s/a.json'", dir);
    }
    harness_close(db);
}
END_TEST

START_TEST(what_is_known_and_not_read_says_so)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "SYSTEM{53b39e88}.TMContainer0001.regtrans-ms", "x");
    harness_write_text(dir, "SYSTEM{53b39e88}.TM.blf", "x");
    harness_write_text(dir, "0001.tracev3", "x");
    harness_write_text(dir, "x.bin", "x");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(
        db,
        "a part of macOS's unified log, which is not read: log show --archive exports it\n"
        "a log of transactions, which are not applied to their hive\n"
        "transactions of a registry hive, which are not applied to it\n"
        "not of a kind that a table reads",
        "SELECT detail FROM evidence_sources WHERE location LIKE '%s/%%' AND status = "
        "'unknown' ORDER BY location",
        dir);
    harness_close(db);
}
END_TEST

/* What is known and not read is called by its name; an archive is one under any. */
START_TEST(what_is_in_no_table_is_called_what_it_is)
{
    static const struct {
        const char *name, *bytes;
        size_t      size;
        const char *what;
    } files[] = {
        {"a.7z", "7z\xbc\xaf\x27\x1c", 6, ": a 7-Zip archive"},
        {"b.evt", "\x30\0\0\0LfLe", 8, ": an event log of Windows XP (.evt)"},
        {"c.E01", "EVF\x09\r\n\xff", 8, ": an EnCase (E01) disk image"},
        {"d.docx", "PK\3\4xxxxxxxxxxxxxxxxxxxxxxxx", 28, ": a ZIP archive"},
        {"e.txt", "words\n", 6, ""},
        {"cowrie.json", "{\"eventid\":\"cowrie.login.failed\",\"src_ip\":\"1.2.3.4\"}\n", 53, ""},
        {"f.json", "", 0, ": an empty file"}};
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch(), *scratch = harness_scratch();
    char        path[600], from[600], inner[600];

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        harness_write(dir, files[i].name, files[i].bytes, files[i].size);
    harness_write_text(scratch, "in/e.jsonl", logs[3][1]);
    snprintf(from, sizeof from, "%s/in", scratch);
    snprintf(inner, sizeof inner, "%s/inner.zip", scratch);
    make_archive(inner, "zip", from);
    size_t size;
    char  *zip = harness_read(inner, &size);
    harness_write(scratch, "in/inner.zip", zip, size);
    free(zip);
    snprintf(path, sizeof path, "%s/collection", dir);
    make_archive(path, "tar.gz", from);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char detail[128];
        snprintf(detail, sizeof detail, "unknown|not of a kind that a table reads%s",
                 files[i].what);
        harness_expect(db, detail,
                       "SELECT status, detail FROM evidence_sources WHERE location = '%s/%s'", dir,
                       files[i].name);
    }
    harness_expect(
        db, "1", "SELECT count(*) FROM windows_events WHERE source = '%s/collection/e.jsonl'", dir);
    harness_expect(
        db, "unknown|not of a kind that a table reads: an archive in an archive",
        "SELECT status, detail FROM evidence_sources WHERE location = '%s/collection/inner.zip'",
        dir);
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
    tcase_add_loop_test(tc, every_form_gives_the_rows_of_the_log, 0, made_exports_n);
    tcase_add_loop_test(tc, every_form_in_utf16_is_the_same, 0, made_exports_n);
    tcase_add_loop_test(tc, a_cut_export_is_damaged, 0, made_exports_n);
    tcase_add_loop_test(tc, an_array_that_does_not_end_is_damaged, 0, 6);
    tcase_add_test(tc, events_that_are_lost_between_others_are_counted);
    tcase_add_test(tc, yaml_of_a_cell_is_an_object);
    tcase_add_test(tc, text_of_wevtutil_that_is_not_whole_is_counted);
    tcase_add_test(tc, an_export_without_an_event_is_damaged);
    tcase_add_test(tc, what_is_known_and_not_read_says_so);
    tcase_add_test(tc, what_is_in_no_table_is_called_what_it_is);
    suite_add_tcase(suite, tc);
    return suite;
}
