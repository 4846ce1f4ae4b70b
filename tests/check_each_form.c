/* check_each_form.c -- a folder with a file of each form that a responder is handed, beside files of nothing
 * known: the rows of each, and one row of evidence_sources for each file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "make_archive.h"
#include "make_cases.h"
#include "make_evtx.h"
#include "make_exports.h"
#include "make_hive.h"
#include "make_image.h"
#include "make_listings.h"
#include "make_packed.h"
#include "make_plist.h"
#include "make_unified_log.h"

static sqlite3      *db;
static const char   *dir;
static struct buffer wanted; /* VALUES of (file, table, status, rows) */

static void setup(void)
{
    db = harness_open();
    dir = harness_scratch();
    harness_query(db, "DELETE FROM evidence");
}

static void teardown(void)
{
    buffer_free(&wanted);
    harness_close(db);
}

/* What is asked for of a file, or of a file in an archive. */
static void want(const char *file, const char *table, const char *status, int rows)
{
    buffer_printf(&wanted, "%s('%s', '%s', '%s', %d)", wanted.size ? "," : "", file, table, status,
                  rows);
}

/* A file with that many rows of a table. */
static void put(const char *file, const char *table, int rows, const void *data, size_t size)
{
    harness_write(dir, file, data, size);
    want(file, table, "read", rows);
}

static void put_text(const char *file, const char *table, int rows, const char *text)
{
    put(file, table, rows, text, strlen(text));
}

static void put_packed(const char *file, int method, const char *table, int rows, const void *data,
                       size_t size)
{
    char   name[256];
    size_t n;
    void  *packed = make_packed(method, data, size, &n);

    snprintf(name, sizeof name, "%s%s", file, packed_suffix[method]);
    put(name, table, rows, packed, n);
    free(packed);
}

static const char audit[] =
    "type=SERVICE_START msg=audit(1700000000.000:1): pid=1 uid=0 auid=4294967295 "
    "ses=4294967295 msg='unit=x comm=\"systemd\" res=success'\n";
static const char sudo[] =
    "Nov 14 22:13:20 h sudo:    eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/x\n";

/* The same put together of small members of gzip, as `cat a.gz b.gz` and loggers do. */
static void put_in_parts(const char *file, const char *table, int rows, const char *text)
{
    struct buffer parts = {0};

    for (size_t left = strlen(text), size; left; text += size, left -= size) {
        size_t n;
        size = left < 10 ? left : 10;
        void *packed = make_packed(0, text, size, &n);
        buffer_put(&parts, packed, n);
        free(packed);
    }
    put(file, table, rows, parts.data, parts.size);
    buffer_free(&parts);
}

/* Of each form ------------------------------------------------------------------------ */

static void put_exports(void)
{
    char name[64];

    for (int i = 0; i < made_exports_n; i++) {
        snprintf(name, sizeof name, "events/%d-%s", i, made_exports[i].file);
        put_text(name, "windows_events", 2, made_exports[i].text);
    }
}

static void put_evtx(void)
{
    const struct staged_event event = {.channel = "System",
                                       .provider = "Service Control Manager",
                                       .computer = "WS01",
                                       .id = 7045,
                                       .time = 1700000000,
                                       .pairs = made_service};
    size_t                    size;
    uint8_t                  *log = make_evtx_bytes(&event, 1, &size);

    put("events/System.evtx", "windows_events", 1, log, size);
    for (int i = 0; i < PACKED_METHODS; i++)
        put_packed("events/Packed.evtx", i, "windows_events", 1, log, size);
    free(log);
}

static void put_listings(void)
{
    char name[128];

    for (size_t i = 0; i < made_listings_n; i++) {
        int rows = 1;
        for (const char *at = made_listings[i].rows; (at = strchr(at, '\n')); at++)
            rows++;
        snprintf(name, sizeof name, "services/%s", made_listings[i].file);
        put_text(name, "service_listings", rows, made_listings[i].text);
    }
}

static void put_unified_logs(void)
{
    char name[64];

    for (int i = 0; i < STYLES; i++) {
        struct buffer log = make_unified_log((enum unified_style)i);
        snprintf(name, sizeof name, "macos/%d-%s", i, unified_names[i]);
        put(name, "unified_log", UNIFIED_MADE, log.data, log.size);
        buffer_free(&log);
    }
}

static void put_plists(void)
{
    static const char job[] = "<dict><key>Label</key><string>com.example.a</string><key>Program"
                              "</key><string>/tmp/a</string></dict>";
    size_t            size;
    char             *xml = make_plist_xml(job);
    uint8_t          *binary = make_plist_binary(job, &size);

    put_text("LaunchDaemons/xml.plist", "launch_daemons", 1, xml);
    put("LaunchDaemons/binary.plist", "launch_daemons", 1, binary, size);
    harness_write_text(dir, "LaunchDaemons/json.plist",
                       "{\"Label\": \"com.example.a\", \"Program\": \"/tmp/a\"}");
    want("LaunchDaemons/json.plist", "launch_daemons", "damaged", 1); /* launchd does not load it */
    harness_write_text(dir, "lists/json.plist",
                       "{\"Label\": \"com.example.a\", \"Program\": \"/tmp/a\"}");
    want("lists/json.plist", "launch_daemons", "damaged", 1);
    harness_write_text(dir, "lists/text.plist", "{ Label = a; Program = \"/tmp/a\"; }");
    want("lists/text.plist", "launch_daemons", "damaged", 1);
    free(xml);
    free(binary);
}

static void put_hives(void)
{
    struct made_hive *hive = make_hive();
    struct made_key  *service = make_hive_key(hive, "ControlSet001\\Services\\evil");
    size_t            size;

    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_string(service, "ImagePath", "C:\\x.exe");
    make_hive_dword(service, "Type", 16);
    make_hive_dword(service, "Start", 2);
    uint8_t *image = make_hive_image(hive, &size);
    put("hives/SYSTEM", "registry_services", 1, image, size);
    put_packed("hives/packed/SYSTEM", 0, "registry_services", 1, image, size);
    free(image);
    make_hive_free(hive);
}

static void put_journals(void)
{
    static const char text[] =
        "__REALTIME_TIMESTAMP=1700000000000000\nMESSAGE=a\n\n"
        "__REALTIME_TIMESTAMP=1700000001000000\nMESSAGE\n\1\0\0\0\0\0\0\0b\n\n";
    static const char json[] =
        "{\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"MESSAGE\":\"a\"}\n";
    static const char sequence[] =
        "\x1e{\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"MESSAGE\":[98]}\n";
    size_t   size;
    uint8_t *journal = make_journal("compact", &size);

    /* Files of other forms are between the journals, which are one source. */
    put("journals/a.journal", "journal", 200, journal, size);
    put_packed("journals/b.journal", 2, "journal", 200, journal, size);
    put("journals/a.export", "journal", 2, text, sizeof text - 1);
    put_text("journals/a.json", "journal", 1, json);
    put_text("journals/a.json-seq", "journal", 1, sequence);
    free(journal);
}

static void put_logs(void)
{
    put_text("logs/audit.log", "audit_events", 1, audit);
    put_text("logs/auth.log", "auth_events", 1, sudo);
    for (int i = 0; i < PACKED_METHODS; i++) {
        put_packed("logs/audit.log", i, "audit_events", 1, audit, sizeof audit - 1);
        put_packed("logs/auth.log", i, "auth_events", 1, sudo, sizeof sudo - 1);
    }
}

/* Collections in archives: of a host each, what is in them is named below them. */
static void put_archives(void)
{
    static const char *const forms[] = {"zip", "tar", "tar.gz", "tar.xz", "tar.zst"};
    const char              *host = harness_scratch();
    char                     path[4200], name[256];

    make_windows(host, "WS02", "%4");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        snprintf(path, sizeof path, "%s/collected.%s", dir, forms[i]);
        make_archive(path, forms[i], host);
        snprintf(name, sizeof name, "collected.%s/Windows/System32/winevt/Logs/System.evtx",
                 forms[i]);
        want(name, "windows_events", "read", 1);
        snprintf(name, sizeof name,
                 "collected.%s/Windows/System32/winevt/Logs/"
                 "Microsoft-Windows-Sysmon%%4Operational.evtx",
                 forms[i]);
        want(name, "windows_events", "read", 1);
        snprintf(name, sizeof name, "collected.%s/Windows/System32/config/SYSTEM", forms[i]);
        want(name, "registry_services", "read", 1);
    }
}

/* Containers' images as docker and as OCI keep them, and `docker export`. */
static void put_images(void)
{
    static const struct image_member members[] = {
        {"etc/passwd", "root:x:0:0::/root:/bin/sh\n"}, {"var/log/auth.log", sudo}, {NULL, NULL}};
    const struct image_layer layer = {members, NULL};
    size_t                   size;
    char                    *tar = make_layer(members, &size), name[256];

    make_image(dir, "docker.tar", &layer, 1);
    snprintf(name, sizeof name, "docker.tar/%s/var/log/auth.log", make_image_layer(0));
    want(name, "auth_events", "read", 1);
    make_image(dir, "oci.tar", &layer, 1);
    snprintf(name, sizeof name, "oci.tar/%s/var/log/auth.log", make_image_layer(0));
    want(name, "auth_events", "read", 1);
    harness_write(dir, "exported.tar", tar, size);
    want("exported.tar/var/log/auth.log", "auth_events", "read", 1);
    free(tar);
}

static void put_parts(void)
{
    struct buffer log = make_unified_log(SYSLOG);

    put_in_parts("parts/audit.log.gz", "audit_events", 1, audit);
    put_in_parts("parts/auth.log.gz", "auth_events", 1, sudo);
    put_in_parts("parts/a.json.gz", "windows_events", 2, made_exports[0].text);
    put_in_parts("parts/units.txt.gz", "service_listings", 2, made_listings[0].text);
    put_in_parts("parts/system.log.gz", "unified_log", UNIFIED_MADE, buffer_text(&log));
    put_in_parts("parts/b.json.gz", "journal", 1,
                 "{\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"MESSAGE\":\"a\"}\n");
    buffer_free(&log);
}

static void put_strangers(void)
{
    static const char *const strangers[][2] = {
        /* named, with what they are */
        {"hives/SYSTEM{1}.TxR.0.regtrans-ms", "x"},
        {"hives/SYSTEM{1}.TxR.blf", "x"},
        {"macos/1.tracev3", "x"},
        /* of nothing known */
        {"notes.txt", "Run systemctl list-units; x.service is enabled.\n"},
        {"other.json", "{\"a\": 1}\n"},
        {"picture.png", "\x89PNG\r\n\x1a\n"}};

    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        harness_write_text(dir, strangers[i][0], strangers[i][1]);
        want(strangers[i][0], "evidence", "unknown", 0);
    }
}

/* All of it ---------------------------------------------------------------------------- */

static const char *const tables[] = {"windows_events", "service_listings",  "unified_log",
                                     "launch_daemons", "registry_services", "journal",
                                     "audit_events",   "auth_events"};

static void put_all(void)
{
    put_exports();
    put_evtx();
    put_listings();
    put_unified_logs();
    put_plists();
    put_hives();
    put_journals();
    put_logs();
    put_parts();
    put_archives();
    put_images();
    put_strangers();
    harness_query(db,
                  "CREATE TEMP TABLE wanted AS SELECT '%s/' || column1 AS location, column2 AS "
                  "table_name, column3 AS status, column4 AS n FROM (VALUES %s)",
                  dir, buffer_text(&wanted));
}

START_TEST(each_file_has_its_rows_and_its_report)
{
    put_all();
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_query(db, "CREATE TEMP TABLE given(location, table_name, n)");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        harness_query(db, "INSERT INTO given SELECT source, '%s', count(*) FROM %s GROUP BY source",
                      tables[i], tables[i]);
    harness_expect(db, "",
                   "SELECT 'missing', * FROM (SELECT location, table_name, n FROM wanted WHERE n "
                   "EXCEPT SELECT * FROM given) UNION ALL SELECT 'beyond', * FROM (SELECT * FROM "
                   "given EXCEPT SELECT location, table_name, n FROM wanted)");
    /* One report of its table, and none of another that has rows or faults there: where several tables read
     * a form, as a hive, each says so. */
    harness_query(db, "CREATE TEMP TABLE reports AS SELECT * FROM evidence_sources");
    harness_expect(db, "",
                   "SELECT w.location, w.table_name, count(r.location) FROM wanted AS w LEFT JOIN "
                   "reports AS r ON r.location = w.location AND r.table_name = w.table_name AND "
                   "r.status = w.status AND coalesce(r.records, 0) + r.skipped = w.n AND "
                   "(r.skipped = 0 OR w.status = 'damaged') "
                   "GROUP BY 1, 2 HAVING count(r.location) <> 1");
    harness_expect(db, "",
                   "SELECT r.location, r.table_name, r.status, r.records FROM reports AS r JOIN "
                   "wanted AS w USING (location) WHERE r.table_name <> w.table_name AND "
                   "(w.status = 'unknown' OR r.status NOT IN ('read', 'ready') OR r.records > 0)");
    harness_expect(db, "",
                   "SELECT location, table_name FROM reports WHERE location IN (SELECT "
                   "location FROM wanted) GROUP BY 1, 2 HAVING count(*) > 1");
    harness_expect(db, "6|3",
                   "SELECT count(*), sum(detail = 'not of a kind that a table reads') FROM reports "
                   "WHERE status = 'unknown'");
}
END_TEST

Suite *make_each_form_suite(void)
{
    Suite *suite = suite_create("each_form");
    TCase *tc = tcase_create("each_form");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, each_file_has_its_rows_and_its_report);
    suite_add_tcase(suite, tc);
    return suite;
}
