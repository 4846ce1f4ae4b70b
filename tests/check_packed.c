/* check_packed.c -- archives as evidence: what is read below one is what is read below the folder that
 * was packed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "evidence/packed_index.h"
#include "formats/text/buffer.h"
#include "formats/text/byte_order.h"
#include "harness.h"
#include "make_archive.h"
#include "make_evtx.h"
#include "make_hive.h"
#include "root.h"

static const char *const forms[] = {"zip",    "stored",  "tar",     "tar.gz",
                                    "tar.xz", "tar.zst", "tar.bz2", "tar.lz4"};
#define N_FORMS ((int)(sizeof forms / sizeof forms[0]))

static const char *const installed[] = {"ServiceName", "PSEXESVC", "ImagePath", "p.exe", NULL};

static void stage_evtx(const char *dir, const char *path, const char *computer, unsigned n)
{
    struct staged_event *events = calloc(n, sizeof *events);
    size_t               size;

    for (unsigned i = 0; i < n; i++)
        events[i] = (struct staged_event){.channel = "System",
                                          .provider = "Service Control Manager",
                                          .computer = computer,
                                          .id = 7045,
                                          .record_id = i + 1,
                                          .time = 1700000000 + i,
                                          .pairs = installed};
    uint8_t *log = make_evtx_bytes(events, n, &size);
    harness_write(dir, path, log, size);
    free(log);
    free(events);
}

/* A collection of a Windows host as KAPE and CyLR make it, of a Linux host as UAC does, one of
 * Velociraptor, and loose logs. */
static void stage_kape(const char *dir)
{
    stage_evtx(dir, "C/Windows/System32/winevt/Logs/System.evtx", "WS01", 700);
    stage_evtx(dir, "C/Windows/System32/winevt/Logs/Security.evtx", "WS01", 3);
    harness_write_text(dir, "C/Windows/System32/drivers/etc/hosts", "127.0.0.1 x\n");
}

static void stage_velociraptor(const char *dir)
{
    stage_evtx(dir,
               "uploads/auto/C%3A/Windows/System32/winevt/Logs/"
               "Microsoft-Windows-Sysmon%4Operational.evtx",
               "WS02", 5);
    harness_write_text(dir, "client_info.json", "{\"hostname\": \"WS02\"}\n");
}

static void stage_uac(const char *dir)
{
    char link[4096];

    harness_write_text(dir, "[root]/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "[root]/etc/hostname", "lin01\n");
    harness_write_text(
        dir, "[root]/etc/systemd/system/evil.service",
        "[Service]\nExecStart=/tmp/.x/agent\n[Install]\nWantedBy=multi-user.target\n");
    snprintf(link, sizeof link, "%s/[root]/etc/systemd/system/multi-user.target.wants", dir);
    ck_assert(mkdir(link, 0755) == 0);
    strcat(link, "/evil.service");
    ck_assert(symlink("/etc/systemd/system/evil.service", link) == 0);
    harness_write_text(dir, "[root]/var/log/auth.log",
                       "Nov 14 22:13:20 lin01 sudo:    eve : TTY=pts/0 ; PWD=/ ; USER=root ; "
                       "COMMAND=/bin/x\n");
    harness_write_text(dir, "[root]/root/.bash_history", "systemctl start evil\n");
    harness_write_text(dir, "live_response/network/hostname.txt", "lin01\n");
}

static void stage_loose(const char *dir)
{
    stage_evtx(dir, "logs/System.evtx", "WS03", 10);
    harness_write_text(dir, "logs/events.jsonl",
                       "{\"EventID\":7045,\"SourceName\":\"P\",\"Hostname\":\"WS03\"}\n");
    harness_write_text(dir, "auth.log",
                       "Nov 14 22:13:20 h CRON[1]: pam_unix(cron:session): session "
                       "opened for user root by (uid=0)\n");
    harness_write_text(dir, "notes.bin", "\1\2\3");
}

static void (*const layouts[])(const char *dir) = {stage_kape, stage_velociraptor, stage_uac,
                                                   stage_loose};
#define N_LAYOUTS ((int)(sizeof layouts / sizeof layouts[0]))

/* Questions whose answers name no place, or name it below the location. */
static const char *const questions[] = {
    "SELECT host, count(*), sum(record_id), min(source), max(source) FROM windows_events "
    "WHERE source LIKE '%s/%%' GROUP BY host, source ORDER BY source",
    "SELECT name, path, state, fragment FROM (SELECT name, source AS path, '' AS state, '' AS "
    "fragment FROM unit_files WHERE source LIKE '%s/%%') ORDER BY 1, 2",
    "SELECT host, program, command, source FROM auth_events WHERE source LIKE '%s/%%' ORDER BY 4",
    "SELECT user, command, source FROM shell_history WHERE source LIKE '%s/%%' ORDER BY 3",
    "SELECT username, uid, source FROM users WHERE source LIKE '%s/%%' ORDER BY 1",
    "SELECT kind, host, root FROM evidence WHERE location = '%s' ORDER BY root",
    "SELECT location, status FROM evidence_sources WHERE location LIKE '%s/%%' AND table_name IN "
    "('windows_events', 'auth_events', 'unit_files', 'shell_history', 'evidence') ORDER BY 1",
};

/* Answers with the location cut off. */
static char *ask(const char *location)
{
    sqlite3      *db = harness_open();
    struct buffer answers = {0};
    size_t        size = strlen(location);

    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", location);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        char *answer = harness_query(db, questions[i], location);
        for (char *at; (at = strstr(answer, location));)
            memmove(at, at + size, strlen(at + size) + 1);
        buffer_printf(&answers, "--- %zu\n%s\n", i, answer);
    }
    harness_close(db);
    char *text = strdup(buffer_text(&answers));
    buffer_free(&answers);
    return text;
}

/* A folder and its archive of the same name, which gives the host its name. */
static void pack(const char *form, void (*stage)(const char *dir), char dir[4096], char path[4200])
{
    const char *scratch = harness_scratch();

    harness_write_text(scratch, "case/.keep", "");
    harness_write_text(scratch, "packed/.keep", "");
    snprintf(dir, 4096, "%s/case", scratch);
    snprintf(path, 4200, "%s/packed/case.%s", scratch, strcmp(form, "stored") == 0 ? "zip" : form);
    stage(dir);
    make_archive(path, form, dir);
}

START_TEST(an_archive_is_read_as_its_folder)
{
    char dir[4096], path[4200];

    for (int l = 0; l < N_LAYOUTS; l++) {
        pack(forms[_i], layouts[l], dir, path);
        char *expected = ask(dir), *given = ask(path);
        ck_assert_str_eq(given, expected);
        ck_assert_ptr_nonnull(strstr(expected, l == 2 ? "lin01" : l == 3 ? "auth.log" : "WS0"));
        free(expected);
        free(given);
    }
}
END_TEST

/* The number of rows of each table and view over one location; "no" where it needs an argument. */
static char *count_all(const char *location)
{
    sqlite3 *db = harness_open();
    char    *counts;

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", location);
    char         *names = harness_query(db, "SELECT name FROM svcql_tables WHERE "
                                                    "kind NOT IN ('function') ORDER BY name");
    struct buffer text = {0};
    for (char *name; (name = strsep(&names, "\n"));) {
        sqlite3_stmt *stmt = NULL;
        char         *sql = sqlite3_mprintf("SELECT * FROM %s", name);
        int           rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), rows = 0;
        while (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
            rows++;
        rc = sqlite3_finalize(stmt);
        buffer_printf(&text, "%s %d %d\n", name, rc, rows);
        sqlite3_free(sql);
    }
    harness_close(db);
    counts = strdup(buffer_text(&text));
    buffer_free(&text);
    return counts;
}

START_TEST(every_table_and_view_reads_an_archive_as_its_folder)
{
    static const char *const packed[] = {"zip", "tar.gz"};
    char                     dir[4096], path[4200];

    for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++) {
        pack(packed[i], stage_uac, dir, path);
        char *expected = count_all(dir), *given = count_all(path);
        ck_assert_ptr_nonnull(strstr(expected, "\nfindings 0 "));
        ck_assert_ptr_null(strstr(expected, "\nfindings 0 0\n"));
        ck_assert_str_eq(given, expected);
        free(expected);
        free(given);
    }
}
END_TEST

/* Archives in a folder of evidence, and members as arguments and as `source`. */
START_TEST(members_have_paths)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch(), *cases = harness_scratch();
    char        path[4096];

    stage_kape(dir);
    snprintf(path, sizeof path, "%s/WS01.%s", cases, *forms[_i] == 's' ? "zip" : forms[_i]);
    make_archive(path, forms[_i], dir);
    harness_write_text(cases, "other.txt", "text\n");
    harness_expect(db, "703", "SELECT count(*) FROM windows_events('%s')", path);
    harness_expect(db, "703", "SELECT count(*) FROM windows_events('%s')", cases);
    harness_expect(
        db, "700",
        "SELECT count(*) FROM windows_events('%s/C/Windows/System32/winevt/Logs/System.evtx')",
        path);
    harness_expect(db, "703", "SELECT count(*) FROM windows_events('%s/C/Windows/System32/winevt')",
                   path);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", cases);
    harness_expect(db, "3",
                   "SELECT count(*) FROM windows_events WHERE source = "
                   "'%s/C/Windows/System32/winevt/Logs/Security.evtx'",
                   path);
    harness_expect(db, "WS01|windows", "SELECT host, kind FROM evidence WHERE location = '%s'",
                   cases);
    harness_expect(db, "1700000699.0",
                   "SELECT time FROM windows_events WHERE source LIKE '%s/%%' ORDER BY time DESC "
                   "LIMIT 1",
                   path);
    harness_close(db);
}
END_TEST

START_TEST(encrypted_members_are_named)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch(), *cases = harness_scratch();
    char        path[4096];

    stage_kape(dir);
    harness_write_text(dir, "C/Windows/System32/config/SYSTEM", "regf");
    snprintf(path, sizeof path, "%s/WS01.zip", cases);
    make_archive(path, "encrypted", dir);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", cases);
    harness_expect(db, "0", "SELECT count(*) FROM windows_events WHERE source LIKE '%s/%%'", path);
    harness_expect(db, "0", "SELECT count(*) FROM registry WHERE source LIKE '%s/%%'", path);
    harness_expect(db, "denied|encrypted",
                   "SELECT status, detail FROM evidence_sources WHERE location = "
                   "'%s/C/Windows/System32/config/SYSTEM' AND table_name = 'registry'",
                   path);
    harness_expect(db, "denied|encrypted",
                   "SELECT status, detail FROM evidence_sources WHERE location = "
                   "'%s/C/Windows/System32/winevt/Logs/System.evtx' AND table_name = "
                   "'windows_events'",
                   path);
    harness_close(db);
}
END_TEST

/* What must be whole in memory, as a hive, may have 256 MiB in an archive. */
START_TEST(a_member_too_large_to_be_read_whole_is_named)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch(), *cases = harness_scratch();
    char        path[4096];

    stage_evtx(dir, "C/Windows/System32/winevt/Logs/System.evtx", "WS01", 1);
    harness_write_text(dir, "C/Windows/System32/config/SYSTEM", "regf");
    snprintf(path, sizeof path, "%s/C/Windows/System32/config/SYSTEM", dir);
    ck_assert(truncate(path, (256 << 20) + 1) == 0);
    snprintf(path, sizeof path, "%s/WS01.zip", cases);
    make_archive(path, "stored", dir);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", cases);
    harness_expect(db, "0|1",
                   "SELECT (SELECT count(*) FROM registry_services WHERE source LIKE '%s/%%'), "
                   "(SELECT count(*) FROM windows_events WHERE source LIKE '%s/%%')",
                   path, path);
    harness_expect(
        db,
        "damaged|left out from here on: too large, or expands to more than 200 times its "
        "size",
        "SELECT status, detail FROM evidence_sources WHERE location = "
        "'%s/C/Windows/System32/config/SYSTEM' AND table_name = 'registry_services'",
        path);
    harness_close(db);
}
END_TEST

/* Of a stored zip, make the header of the member that has this content say another method. */
static void set_method(const char *path, const char *content, char method)
{
    size_t size;
    char  *zip = harness_read(path, &size);
    char  *at = memmem(zip, size, content, strlen(content));

    ck_assert_ptr_nonnull(at);
    while (at > zip && memcmp(at, "PK\3\4", 4) != 0)
        at--;
    at[8] = method;
    FILE *out = fopen(path, "we");
    ck_assert(out && fwrite(zip, 1, size, out) == size && fclose(out) == 0);
    free(zip);
}

/* How much memory a method takes is up to whoever packed: PPMd, and LZMA with a dictionary of a GiB. */
START_TEST(a_member_that_wants_much_memory_is_named)
{
    static const struct {
        char        method;
        const char *detail;
    } methods[] = {
        {98, "compressed by a method that is not read"},
        {14, "left out from here on: too large, or expands to more than 200 times its size"},
    };
    const char  content[] = "regf\5]???";
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch(), *cases = harness_scratch();
    char        path[4096];

    stage_evtx(dir, "C/Windows/System32/winevt/Logs/System.evtx", "WS01", 1);
    harness_write_text(dir, "C/Windows/System32/config/SYSTEM", content);
    snprintf(path, sizeof path, "%s/WS01.zip", cases);
    make_archive(path, "stored", dir);
    set_method(path, content, methods[_i].method);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", cases);
    harness_expect(db, "1", "SELECT count(*) FROM windows_events WHERE source LIKE '%s/%%'", path);
    harness_expect(db, "0", "SELECT count(*) FROM registry WHERE source LIKE '%s/%%'", path);
    harness_expect(db, methods[_i].detail,
                   "SELECT detail FROM evidence_sources WHERE location = "
                   "'%s/C/Windows/System32/config/SYSTEM' AND table_name = 'registry' AND "
                   "status = 'damaged'",
                   path);
    harness_close(db);
}
END_TEST

/* LZMA's wish is in the last four of nine bytes after the header, its name and its extra field. */
START_TEST(a_method_is_read_where_the_header_ends)
{
    const char   *dir = harness_scratch();
    uint8_t       zip[30 + 3 + 2 + 9] = "PK\3\4";
    char          path[4200];
    struct packed packed = {0};

    snprintf(path, sizeof path, "%s/a.zip", dir);
    zip[26] = 3;
    zip[28] = 2;
    for (size_t i = 0; i < 6; i++) {
        static const struct {
            uint8_t  method, first, last; /* of how much memory it wants */
            size_t   left_out;
            uint64_t at;
            int      result;
        } tries[] = {{0, 0, 0, 14, 0, 0},        {14, 0, 8, 0, 0, 0},
                     {14, 1, 8, 0, 0, -EFBIG},   {14, 0, 8, 1, 0, -EBADMSG},
                     {14, 0, 8, 0, 1, -EBADMSG}, {8, 0, 0, 0, sizeof zip, -EBADMSG}};
        zip[8] = tries[i].method;
        zip[40] = tries[i].first;
        zip[43] = tries[i].last;
        harness_write(dir, "a.zip", zip, sizeof zip - tries[i].left_out);
        packed.fd = open(path, O_RDONLY | O_CLOEXEC);
        ck_assert_int_eq(packed_zip_method(&packed, tries[i].at), tries[i].result);
        close(packed.fd);
    }
}
END_TEST

/* An .xz says itself how much memory it takes, in the header of its block, which ends with a sum. */
START_TEST(a_tar_that_wants_much_memory_is_damaged)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch(), *cases = harness_scratch();
    char        path[4096];
    size_t      size;

    stage_evtx(dir, "C/Windows/System32/winevt/Logs/System.evtx", "WS01", 1);
    snprintf(path, sizeof path, "%s/a.tar.xz", cases);
    make_archive(path, "tar.xz", dir);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", path);
    harness_expect(db, "1", "SELECT count(*) FROM windows_events");
    uint8_t *xz = (uint8_t *)harness_read(path, &size), *block = xz + 12;
    size_t   header = (block[0] + 1u) * 4u;
    uint8_t *filter = memmem(block, header, "\x21\x01", 2);
    ck_assert_ptr_nonnull(filter);
    filter[2] = 38; /* 2 GiB */
    put_le32(block + header - 4, (uint32_t)crc32(0, block, (unsigned)header - 4));
    harness_write(cases, "b.tar.xz", xz, size);
    free(xz);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", cases);
    harness_expect(db, "1|1",
                   "SELECT (SELECT count(*) FROM windows_events), count(*) FROM evidence_sources "
                   "WHERE table_name = 'evidence' AND status = 'damaged'");
    harness_close(db);
}
END_TEST

/* What is before the cut is read, and the cut is reported. */
START_TEST(a_cut_archive_is_damaged)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch(), *cases = harness_scratch();
    char        path[4096];
    struct stat st;

    stage_kape(dir);
    stage_evtx(dir, "D/Zero.evtx", "WS01", 3000);
    snprintf(path, sizeof path, "%s/WS01.%s", cases, *forms[_i] == 's' ? "zip" : forms[_i]);
    make_archive(path, forms[_i], dir);
    ck_assert(stat(path, &st) == 0 && truncate(path, st.st_size - st.st_size / 8) == 0);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", cases);
    harness_query(db, "SELECT count(*) FROM windows_events WHERE source LIKE '%s/%%'", path);
    /* Once, beside the member that the cut may have hit: which that is depends on the folder's order. */
    harness_expect(db, "1",
                   "SELECT count(*) FROM evidence_sources WHERE table_name = 'evidence' AND "
                   "location = '%s' AND status = 'damaged'",
                   cases);
    harness_close(db);
}
END_TEST

/* The header of the member of a tar, by a name in it. */
static char *header_of(char *tar, size_t size, const char *name)
{
    for (char *at = tar; at + 512 <= tar + size; at += 512)
        if (strncmp(at, name, strlen(name)) == 0)
            return at;
    ck_abort_msg("no member %s", name);
}

/* Its sum (POSIX.1-2017, pax, ustar interchange format): of all bytes, with blanks for itself. */
static void sum_header(char *header)
{
    unsigned sum = 0;

    memset(header + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
}

/* Each member that is left out counts, with its reason, and costs no other. */
START_TEST(members_left_out_are_counted_with_their_reason)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch(), *cases = harness_scratch();
    char        path[4096], text[2000];
    size_t      size;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof path, "m%d/etc/hostname", i);
        harness_write_text(dir, path, text);
        snprintf(path, sizeof path, "m%d/var/log/auth.log", i);
        harness_write_text(dir, path, text);
    }
    snprintf(path, sizeof path, "%s/a.tar", cases);
    make_archive(path, "tar", dir);
    char *tar = harness_read(path, &size);
    header_of(tar, size, "m1/etc/hostname")[0] ^= 1;
    header_of(tar, size, "m3/etc/hostname")[0] ^= 1;
    char *out = header_of(tar, size, "m4/etc/hostname");
    memcpy(out, "../", 3);
    sum_header(out);
    harness_write(cases, "a.tar", tar, size);
    harness_query(db, "DELETE FROM evidence");
    for (int folder = 0; folder < 2; folder++) {
        harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", folder ? cases : path);
        harness_expect(db, "damaged|6|3|1",
                       "SELECT status, records, skipped, detail LIKE '%%members left out: 1 with a "
                       "name that leads out of the archive, is too long or is none, 2 or more with "
                       "a damaged header' FROM evidence_sources WHERE location = '%s'",
                       folder ? cases : path);
        harness_query(db, "DELETE FROM evidence");
    }
    free(tar);
    harness_close(db);
}
END_TEST

/* Links and names that lead out lead nowhere; each is counted or missing. */
START_TEST(nothing_leads_out_of_an_archive)
{
    static const char *const leaks[] = {"/etc/leak", "/etc/up", "/../etc/passwd", "/loop",
                                        "/etc/../../../../etc/shadow"};
    const char              *dir = harness_scratch(), *cases = harness_scratch();
    char                     path[4096];
    struct root             *root;

    harness_write_text(dir, "etc/hostname", "inside\n");
    snprintf(path, sizeof path, "%s/etc/leak", dir);
    ck_assert(symlink("/etc/passwd", path) == 0);
    snprintf(path, sizeof path, "%s/etc/up", dir);
    ck_assert(symlink("../../../../../etc/passwd", path) == 0);
    snprintf(path, sizeof path, "%s/loop", dir);
    ck_assert(symlink("loop", path) == 0);
    snprintf(path, sizeof path, "%s/name", dir);
    ck_assert(symlink("../etc/hostname", path) == 0);
    snprintf(path, sizeof path, "%s/a.%s", cases, *forms[_i] == 's' ? "zip" : forms[_i]);
    make_archive(path, forms[_i], dir);
    ck_assert_int_eq(root_open(path, 0, &root), 0);
    for (size_t i = 0; i < sizeof leaks / sizeof leaks[0]; i++)
        ck_assert_int_lt(root_open_file(root, leaks[i]), 0);
    char  *text;
    size_t size;
    ck_assert_int_eq(root_read(root, "/name", 100, &text, &size), 0);
    ck_assert_str_eq(text, "inside\n");
    free(text);
    ck_assert_int_eq(root_read(root, "/name", 3, &text, &size), -EFBIG);
    root_unref(root);
}
END_TEST

Suite *make_packed_suite(void)
{
    Suite *suite = suite_create("packed");
    TCase *tc = tcase_create("packed");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, an_archive_is_read_as_its_folder, 0, N_FORMS);
    tcase_add_test(tc, every_table_and_view_reads_an_archive_as_its_folder);
    tcase_add_loop_test(tc, members_have_paths, 0, N_FORMS);
    tcase_add_test(tc, encrypted_members_are_named);
    tcase_add_test(tc, a_member_too_large_to_be_read_whole_is_named);
    tcase_add_test(tc, a_method_is_read_where_the_header_ends);
    tcase_add_loop_test(tc, a_member_that_wants_much_memory_is_named, 0, 2);
    tcase_add_test(tc, a_tar_that_wants_much_memory_is_damaged);
    tcase_add_loop_test(tc, a_cut_archive_is_damaged, 0, N_FORMS);
    tcase_add_test(tc, members_left_out_are_counted_with_their_reason);
    tcase_add_loop_test(tc, nothing_leads_out_of_an_archive, 0, N_FORMS);
    suite_add_tcase(suite, tc);
    return suite;
}
