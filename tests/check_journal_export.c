/* check_journal_export.c -- journals as a responder is handed them: written out by journalctl, compressed, of
 * several machines in one folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/buffer.h"
#include "harness.h"
#include "make_cases.h"
#include "make_packed.h"

static sqlite3    *db;
static const char *dir;

static void setup(void)
{
    db = harness_open();
    dir = harness_scratch();
    harness_query(db, "DELETE FROM evidence");
}

static void teardown(void)
{
    harness_close(db);
}

static void stage_journal(const char *path)
{
    size_t   size;
    uint8_t *data = make_journal("compact", &size);

    harness_write(dir, path, data, size);
    free(data);
}

/* All columns but those of the place, the lazy ones too. */
#define ROWS                                                                                       \
    "SELECT time, datetime, sent, host, identifier, message, priority, unit, user_unit, pid, "     \
    "uid, gid, comm, exe, cmdline, transport, message_id, about_unit, about_user_unit, "           \
    "job_type, job_result, invocation_id, session, login_uid, audit_session, audit_type, "         \
    "audit_type_name, audit_id, audit_fields, elevated_uid, hostname, boot_id, monotonic, "        \
    "seqnum, recovered, cursor, (SELECT json_group_array(key || '=' || value) FROM (SELECT key, "  \
    "value FROM json_each(fields) ORDER BY key)) FROM journal('%s/%s')"

static void expect_same(const char *path, const char *other)
{
    harness_expect(db, "0",
                   "SELECT abs((SELECT count(*) FROM journal('%s/%s')) - (SELECT count(*) FROM "
                   "journal('%s/%s'))) + (SELECT count(*) FROM (" ROWS " EXCEPT " ROWS ")) + "
                   "(SELECT count(*) FROM (" ROWS " EXCEPT " ROWS "))",
                   dir, path, dir, other, dir, path, dir, other, dir, other, dir, path);
    harness_expect(db, "read|NULL|0",
                   "SELECT status, detail, skipped FROM evidence_sources WHERE table_name = "
                   "'journal' AND location = '%s/%s'",
                   dir, other);
}

/* journalctl as the writer ------------------------------------------------------------- */

static const char *const outputs[] = {"export", "json", "json-pretty", "json-seq", "json-sse"};

static void export_journal(const char *path)
{
    char command[2000];

    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        snprintf(command, sizeof command,
                 "journalctl --all --quiet -o %s --file '%s' > '%s/journal.%s' 2>&1", outputs[i],
                 path, dir, outputs[i]);
        ck_assert_int_eq(system(command), 0);
    }
}

/* journalctl's own count of the entries, one a line. */
static long long count_lines(const char *name)
{
    char path[1000];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    char     *text = harness_read(path, NULL);
    long long n = 0;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        n++;
    free(text);
    return n;
}

static void compare_forms(const char *path)
{
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM journal('%s/%s')", dir, path),
                     count_lines("journal.json"));
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        char name[64];
        snprintf(name, sizeof name, "journal.%s", outputs[i]);
        expect_same(path, name);
    }
}

static void compare_real(const char *path, void *data)
{
    size_t size;
    char  *bytes = harness_read(path, &size);

    (void)data;
    harness_write(dir, "real.journal", bytes, size);
    free(bytes);
    export_journal(path);
    compare_forms("real.journal");
}

START_TEST(an_export_gives_the_rows_of_the_file)
{
    char path[600];

    if (system("journalctl --version >/dev/null 2>&1") != 0)
        SKIP("needs journalctl");
    stage_journal("a.journal");
    snprintf(path, sizeof path, "%s/a.journal", dir);
    export_journal(path);
    ck_assert_int_eq(count_lines("journal.json"), 200);
    compare_forms("a.journal");
    harness_each_evidence("journal", ".journal", compare_real, NULL);
}
END_TEST

/* What every reader of the journal makes of it --------------------------------------------- */

static const char sudo_text[] =
    "__CURSOR=s=00112233445566778899aabbccddeeff;i=7;b=ffeeddccbbaa99887766554433221100;m=9;"
    "t=5d3;x=1f\n"
    "__REALTIME_TIMESTAMP=1700000000000000\n"
    "__MONOTONIC_TIMESTAMP=9\n"
    "_BOOT_ID=ffeeddccbbaa99887766554433221100\n"
    "SYSLOG_IDENTIFIER=sudo\n"
    "_HOSTNAME=web7\n"
    "MESSAGE\n"
    "\x49\0\0\0\0\0\0\0"
    "     eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/x\n  two lines"
    "\n"
    "\n"
    "\n"
    "__CURSOR=s=00112233445566778899aabbccddeeff;i=8\n"
    "__REALTIME_TIMESTAMP=1700000001000000\n"
    "_BOOT_ID=ffeeddccbbaa99887766554433221100\n"
    "_TRANSPORT=audit\n"
    "_AUDIT_TYPE=1130\n"
    "_AUDIT_TYPE_NAME=SERVICE_START\n"
    "_AUDIT_ID=77\n"
    "_HOSTNAME=web7\n"
    "TAG=one\n"
    "TAG=two\n"
    "MESSAGE=SERVICE_START pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=evil "
    "comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'\n"
    "\n";

static const char sudo_json[] =
    "{\"__CURSOR\":\"s=00112233445566778899aabbccddeeff;i=7;b=ffeeddccbbaa99887766554433221100;m=9;"
    "t=5d3;x=1f\",\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"__MONOTONIC_TIMESTAMP\":\"9\","
    "\"_BOOT_ID\":\"ffeeddccbbaa99887766554433221100\",\"SYSLOG_IDENTIFIER\":\"sudo\","
    "\"_HOSTNAME\":\"web7\",\"MESSAGE\":\"     eve : TTY=pts/0 ; PWD=/ ; USER=root ; "
    "COMMAND=/usr/bin/x\\n  two lines\"}\n"
    "{\"__REALTIME_TIMESTAMP\":\"1700000001000000\",\"__CURSOR\":\"s="
    "00112233445566778899aabbccddeeff;"
    "i=8\",\"_BOOT_ID\":\"ffeeddccbbaa99887766554433221100\",\"_TRANSPORT\":\"audit\","
    "\"_AUDIT_TYPE\":\"1130\",\"_AUDIT_TYPE_NAME\":\"SERVICE_START\",\"_AUDIT_ID\":\"77\","
    "\"_HOSTNAME\":\"web7\",\"TAG\":[\"one\",[116,119,111]],\"MESSAGE\":\"SERVICE_START pid=1 "
    "uid=0 "
    "auid=4294967295 ses=4294967295 msg='unit=evil comm=\\\"systemd\\\" "
    "exe=\\\"/usr/lib/systemd/systemd\\\" hostname=? addr=? terminal=? res=success'\"}\n";

static const struct {
    const char *name, *data;
    size_t      size;
} exports[] = {{"boot.export", sudo_text, sizeof sudo_text - 1},
               {"messages.json", sudo_json, sizeof sudo_json - 1}};

START_TEST(every_reader_of_the_journal_reads_exports)
{
    size_t n;
    void  *packed = make_packed(1, exports[_i].data, exports[_i].size, &n);
    char   name[64];

    snprintf(name, sizeof name, "%s.xz", exports[_i].name);
    harness_write(dir, name, packed, n);
    free(packed);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db,
                   "2023-11-14 22:13:20.000000|web7|sudo|NULL|NULL|"
                   "s=00112233445566778899aabbccddeeff;i=7;b=ffeeddccbbaa99887766554433221100;m=9;"
                   "t=60a24181e4000;x=1f\n"
                   "2023-11-14 22:13:21.000000|web7|NULL|audit|[\"one\",\"two\"]|"
                   "s=00112233445566778899aabbccddeeff;i=8;b=ffeeddccbbaa99887766554433221100;m=0;"
                   "t=60a24182d8240;x=0",
                   "SELECT datetime, host, identifier, transport, fields ->> 'TAG', cursor FROM "
                   "journal ORDER BY time");
    harness_expect(db, "web7", "SELECT host FROM evidence");
    harness_expect(db, "web7|eve|root|/usr/bin/x\n  two lines",
                   "SELECT host, user, target_user, command FROM auth_events");
    harness_expect(db, "web7|SERVICE_START|evil.service",
                   "SELECT host, type, unit FROM audit_events");
    harness_expect(db, "web7|evil.service|started",
                   "SELECT host, service, action FROM service_events");
    harness_expect(db, "auth|1\nprocess|1\nservice|1",
                   "SELECT kind, count(*) FROM timeline WHERE host = 'web7' AND kind <> 'finding' "
                   "GROUP BY 1");
    harness_expect(db, "2023-11-14 22:13:21.000000",
                   "SELECT datetime FROM journal ORDER BY time DESC LIMIT 1");
}
END_TEST

/* Damage -------------------------------------------------------------------------------- */

START_TEST(what_an_export_lost_is_counted)
{
    static const struct {
        const char *text, *rows, *report;
    } cases[] = {
        /* cut in a line, at a line's end, and between entries */
        {"__REALTIME_TIMESTAMP=1000000\nMESSAGE=a\n\n__REALTIME_TIMESTAMP=2000000\nMESSAGE=ha", "a",
         "damaged|1"},
        {"__REALTIME_TIMESTAMP=1000000\nMESSAGE=a\n", "a", "damaged|0"},
        {"__REALTIME_TIMESTAMP=1000000\nMESSAGE=a\n\n", "a", "read|0"},
        /* no time; a line that is not a field; text after a field's bytes */
        {"__REALTIME_TIMESTAMP=1000000\nMESSAGE=a\n\nMESSAGE=b\n\n", "a", "damaged|1"},
        {"__REALTIME_TIMESTAMP=1000000\nMESSAGE=a\n-- Reboot --\n\n", "a", "damaged|1"},
        /* JSON: cut, without a time, with a value left out for its size, something else */
        {"{\"__REALTIME_TIMESTAMP\":\"1000000\",\"MESSAGE\":\"a\"}\n{\"__REALTIME_TIMESTAMP\":\"2",
         "a", "damaged|1"},
        {"{\"__REALTIME_TIMESTAMP\":\"1000000\",\"MESSAGE\":\"a\"}\n{\"MESSAGE\":\"b\"}\n", "a",
         "damaged|1"},
        {"{\"__REALTIME_TIMESTAMP\":\"1000000\",\"MESSAGE\":\"a\",\"COREDUMP\":null}\n", "a",
         "damaged|0"},
        {"{\"__REALTIME_TIMESTAMP\":\"1000000\",\"MESSAGE\":\"a\"}\n{\"other\":1}\n", "a",
         "damaged|1"},
    };
    harness_write_text(dir, "j.export", cases[_i].text);
    harness_expect(db, cases[_i].rows, "SELECT message FROM journal('%s/j.export')", dir);
    harness_query(db, "SELECT fields FROM journal('%s/j.export')", dir);
    harness_query(db, "SELECT * FROM journal('%s/j.export')", dir);
    harness_expect(db, cases[_i].report,
                   "SELECT status, skipped FROM evidence_sources WHERE location = '%s/j.export'",
                   dir);
}
END_TEST

/* A field of 5 MiB, and a size in bytes that no file has. */
START_TEST(a_field_too_large_costs_that_field)
{
    struct buffer text = {0};
    char         *large = malloc(5u << 20);

    memset(large, 'x', 5u << 20);
    buffer_puts(&text, "__REALTIME_TIMESTAMP=1000000\nLARGE=");
    buffer_put(&text, large, 5u << 20);
    buffer_puts(&text, "\nMESSAGE=after\n\n__REALTIME_TIMESTAMP=2000000\nMESSAGE=b\n\n");
    buffer_puts(&text, "__REALTIME_TIMESTAMP=3000000\nMESSAGE\n");
    buffer_put(&text, "\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
    buffer_puts(&text, "rest\n\n");
    harness_write(dir, "j.export", text.data, text.size);
    harness_expect(db, "after|NULL\nb|NULL",
                   "SELECT message, fields ->> 'LARGE' FROM journal('%s/j.export')", dir);
    harness_expect(db, "damaged|2|1",
                   "SELECT status, records, skipped FROM evidence_sources WHERE location = "
                   "'%s/j.export'",
                   dir);
    buffer_free(&text);
    free(large);
}
END_TEST

START_TEST(what_only_looks_like_an_export_is_none)
{
    static const char *const texts[] = {
        "PATH=/usr/bin\nHOME=/root\n",                /* an environment */
        "{\"realtime\": \"__REALTIME_TIMESTAMP\"}\n", /* the word as a value, of no field */
        "# __REALTIME_TIMESTAMP=1 is a field\n",
    };
    harness_write_text(dir, "x.txt", texts[_i]);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "0", "SELECT count(*) FROM journal");
    harness_expect(db, "0",
                   "SELECT count(*) FROM evidence_sources WHERE status = 'read' AND "
                   "location LIKE '%%x.txt'");
}
END_TEST

/* Compressed files ------------------------------------------------------------------------ */

START_TEST(a_compressed_journal_gives_the_rows_of_the_file)
{
    char   path[600], name[64];
    size_t size, n;

    stage_journal("plain/a.journal");
    snprintf(path, sizeof path, "%s/plain/a.journal", dir);
    char *data = harness_read(path, &size);
    void *packed = make_packed(_i, data, size, &n);
    snprintf(name, sizeof name, "packed/a.journal%s", packed_suffix[_i]);
    harness_write(dir, name, packed, n);
    expect_same("plain/a.journal", name);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/packed')", dir);
    harness_expect(db, "fixture|200", "SELECT host, count(*) FROM journal");
    harness_expect(db, "1", "SELECT count(*) FROM journal WHERE time = 1795514405");

    harness_write(dir, name, packed, n / 2);
    harness_query(db, "SELECT * FROM journal('%s/%s')", dir, name);
    harness_expect(db, "damaged|1",
                   "SELECT status, skipped > 0 OR records = 0 FROM evidence_sources WHERE location "
                   "= '%s/%s' AND table_name = 'journal'",
                   dir, name);
    free(packed);
    free(data);
}
END_TEST

/* What is beyond the cap is named; what is before it has its rows. */
START_TEST(a_journal_that_expands_too_far_is_a_named_cut)
{
    struct harness_cost before = harness_cost();
    size_t              size, n, zeros_size = 16u << 20;
    char               *zeros = calloc(1, zeros_size);
    uint8_t            *data = make_journal("compact", &size);
    struct buffer       bomb = {0};

    void *packed = make_packed(2, data, size, &n);
    buffer_put(&bomb, packed, n);
    free(packed);
    packed = make_packed(2, zeros, zeros_size, &n);
    for (int i = 0; i < 40; i++)
        buffer_put(&bomb, packed, n);
    harness_write(dir, "a.journal.zst", bomb.data, bomb.size);
    harness_expect(db, "200", "SELECT count(*) FROM journal('%s/a.journal.zst')", dir);
    harness_expect(db, "damaged|200|left out from here on",
                   "SELECT status, records, substr(detail, 1, 21) FROM evidence_sources WHERE "
                   "location = '%s/a.journal.zst'",
                   dir);
    harness_expect_cost(&before, "a bomb");
    buffer_free(&bomb);
    free(packed);
    free(data);
    free(zeros);
}
END_TEST

/* Hosts ------------------------------------------------------------------------------------- */

/* A file with one entry of a host, as an export: what is received may be written so too. */
static void stage_entry(const char *path, const char *host, int second)
{
    char text[400];

    snprintf(text, sizeof text,
             "__REALTIME_TIMESTAMP=17000000%02d000000\n_HOSTNAME=%s\nSYSLOG_IDENTIFIER=sudo\n"
             "MESSAGE=     eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/%s\n\n",
             second, host, host);
    harness_write_text(dir, path, text);
}

#define OWN   "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"

START_TEST(each_machine_of_a_log_server_is_named)
{
    harness_write_text(dir, "root/etc/hostname", "logs\n");
    harness_write_text(dir, "root/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "root/etc/machine-id", OWN "\n");
    harness_write_text(dir, "root/var/log/auth.log",
                       "Nov 14 22:13:20 logs sudo:    eve : TTY=pts/0 ; PWD=/ ; USER=root ; "
                       "COMMAND=/bin/x\n");
    stage_entry("root/var/log/journal/" OWN "/system.journal", "before", 1);
    stage_entry("root/var/log/journal/" OTHER "/system.journal", "container", 2);
    stage_entry("root/var/log/journal/remote/remote-10.0.0.1.journal", "web1", 3);
    stage_entry("root/var/log/journal/remote/remote-CN=db.journal", "db", 4);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/root')", dir);
    harness_expect(db, "logs\ncontainer\nweb1\ndb", "SELECT host FROM journal ORDER BY time");
    harness_expect(
        db, "/bin/web1",
        "SELECT substr(message, instr(message, '/bin')) FROM journal WHERE host = 'web1'");
    harness_expect(db, "0", "SELECT count(*) FROM journal WHERE host = 'before'");
    /* The own journal has what auth.log has; the others have not. */
    harness_expect(db, "container|/bin/container\ndb|/bin/db\nlogs|/bin/x\nweb1|/bin/web1",
                   "SELECT host, command FROM auth_events ORDER BY host");
}
END_TEST

START_TEST(a_folder_of_several_machines_journals_names_each)
{
    stage_entry("site1/a.journal", "web1", 1);
    stage_entry("site1/b.journal", "web2", 2);
    stage_entry("site2/" OWN "/system.journal", "web3", 3);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "web1\nweb2\nweb3", "SELECT host FROM journal ORDER BY time");
    harness_expect(db, "web1\nweb2\nweb3", "SELECT host FROM auth_events ORDER BY time");
    harness_expect(db, "web3", "SELECT host FROM evidence WHERE root LIKE '%%/site2'");
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location, host) VALUES ('%s', 'case9')", dir);
    harness_expect(db, "case9", "SELECT DISTINCT host FROM journal");
}
END_TEST

START_TEST(an_entry_with_an_empty_host_is_of_the_one_that_received_it)
{
    harness_write_text(dir, "root/etc/hostname", "logs\n");
    harness_write_text(dir, "root/etc/os-release", "ID=debian\n");
    stage_entry("root/var/log/journal/remote/remote-10.0.0.1.journal", "", 1);
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s/root')",
                  dir);
    harness_expect(db, "logs", "SELECT host FROM journal");
    harness_expect(db, "1|0",
                   "SELECT (SELECT count(*) FROM journal WHERE host = 'logs'), "
                   "(SELECT count(*) FROM journal WHERE host = '')");
    harness_expect(db, "logs", "SELECT host FROM auth_events");
}
END_TEST

Suite *make_journal_export_suite(void)
{
    Suite *suite = suite_create("journal_export");
    TCase *tc = tcase_create("journal_export");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, an_export_gives_the_rows_of_the_file);
    tcase_add_loop_test(tc, every_reader_of_the_journal_reads_exports, 0, 2);
    tcase_add_loop_test(tc, what_an_export_lost_is_counted, 0, 9);
    tcase_add_test(tc, a_field_too_large_costs_that_field);
    tcase_add_loop_test(tc, what_only_looks_like_an_export_is_none, 0, 3);
    tcase_add_loop_test(tc, a_compressed_journal_gives_the_rows_of_the_file, 0, PACKED_METHODS);
    tcase_add_test(tc, a_journal_that_expands_too_far_is_a_named_cut);
    tcase_add_test(tc, each_machine_of_a_log_server_is_named);
    tcase_add_test(tc, a_folder_of_several_machines_journals_names_each);
    tcase_add_test(tc, an_entry_with_an_empty_host_is_of_the_one_that_received_it);
    suite_add_tcase(suite, tc);
    return suite;
}
