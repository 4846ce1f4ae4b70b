#include <errno.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/journal/journal_file.h"
#include "harness.h"
#include "make_bytes.h"
#include "make_cases.h"
#include "make_systemd.h"

#define FIRST 1795514400 /* time of the fixtures' first entry; 199 follow, a second apart */

static const char *const variants[] = {"compact", "regular", "unkeyed"};

/* The path of a fixture as a file; static memory. */
static const char *file_of(const char *variant)
{
    static char path[512];
    size_t      size;
    uint8_t    *data = make_journal(variant, &size);
    const char *dir = harness_scratch();

    harness_write(dir, "a.journal", data, size);
    free(data);
    snprintf(path, sizeof path, "%s/a.journal", dir);
    return path;
}

#define FROM "FROM journal WHERE file = '%s' "

/* Reading ---------------------------------------------------------------------------- */

START_TEST(columns_hold_what_fields_say)
{
    sqlite3    *db = harness_open();
    const char *path = file_of(variants[_i]);

    harness_expect(db, "200|200|2026-11-24 10:00:00.000000|2026-11-24 10:03:19.000000",
                   "SELECT count(*), count(DISTINCT rowid), min(datetime), max(datetime) " FROM,
                   path);
    harness_expect(db,
                   "fixture|unit1.service|id0|comm0|1005|2|5|journal|plain 5|"
                   "0123456789abcdef0123456789abcdef|10000000|6|0",
                   "SELECT host, unit, identifier, comm, pid, uid, priority, transport, message, "
                   "boot_id, monotonic, seqnum, recovered " FROM "AND time = %d",
                   path, FIRST + 5);
    harness_expect(db, "Started.|39f53479d3a045ac8e11786248231fbf|x.service|start|done",
                   "SELECT message, message_id, about_unit, job_type, job_result " FROM
                   "AND time = %d",
                   path, FIRST + 3);
    harness_expect(db, "1130|SERVICE_START|4|1000|{\"UNIT\":\"x\"}",
                   "SELECT audit_type, audit_type_name, audit_id, login_uid, audit_fields " FROM
                   "AND time = %d",
                   path, FIRST + 4);
    harness_close(db);
}
END_TEST

START_TEST(compressed_fields_are_whole)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "20|1",
                   "SELECT count(*), min(message GLOB 'long * word1 word2 * word300 ') " FROM
                   "AND length(message) > 1000",
                   file_of(variants[_i]));
    harness_close(db);
}
END_TEST

START_TEST(bytes_become_text_and_repeated_fields_arrays)
{
    sqlite3    *db = harness_open();
    const char *path = file_of(variants[_i]);

    harness_expect(db,
                   "a\xef\xbf\xbd\xef\xbf\xbd"
                   "b\nc",
                   "SELECT message " FROM "AND time = %d", path, FIRST + 1);
    harness_expect(db, "[\"first\",\"second\"]|two",
                   "SELECT fields ->> 'TAG', fields ->> 'MESSAGE' " FROM "AND time = %d", path,
                   FIRST + 2);
    harness_close(db);
}
END_TEST

START_TEST(terms_that_are_pushed_down_change_no_answer)
{
    static const char *const terms[] = {
        "comm = 'comm1'",
        "comm IN ('comm1', 'comm3', 'none')",
        "comm = 'none'",
        "unit GLOB 'unit[12]*' AND comm = 'comm2'",
        "identifier LIKE 'ID%'",
        "pid = 1017",
        "pid IN (1001, 1002, 1199, 7)",
        "uid = 1 AND transport = 'journal'",
        "priority <= 3",
        "message_id = '39f53479d3a045ac8e11786248231fbf'",
        "boot_id = '0123456789abcdef0123456789abcdef' AND pid > 1100",
        "time > 1795514450 AND comm = 'comm1'",
        "time BETWEEN 1795514450 AND 1795514460.5",
        "time < 1795514400",
        "time >= 1795514599",
        "user_unit IS NULL AND uid IN (0, 2)",
        "job_result = 'done' OR pid = 1000",
    };
    sqlite3    *db = harness_open();
    const char *path = file_of(variants[_i]);

    harness_query(db, "CREATE TEMP TABLE plain AS SELECT * " FROM, path);
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        char *plain = harness_query(db, "SELECT offset FROM plain WHERE %s ORDER BY 1", terms[i]);
        char *pushed =
            harness_query(db, "SELECT offset " FROM "AND (%s) ORDER BY 1", path, terms[i]);
        ck_assert_msg(strcmp(plain, pushed) == 0, "%s: %s is not %s", terms[i], pushed, plain);
        free(plain);
        free(pushed);
    }
    harness_close(db);
}
END_TEST

/* journalctl as the oracle ---------------------------------------------------------------- */

static void load_json(sqlite3 *db, const char *path)
{
    sqlite3_stmt *stmt;
    char          command[1200], *line = NULL;
    size_t        room = 0;

    snprintf(command, sizeof command, "journalctl --all --quiet -o json --file '%s'", path);
    FILE *out = popen(command, "r");
    harness_query(db, "CREATE TEMP TABLE theirs(line)");
    ck_assert(out && sqlite3_prepare_v2(db, "INSERT INTO theirs VALUES (?)", -1, &stmt, NULL) ==
                         SQLITE_OK);
    for (ssize_t n; (n = getline(&line, &room, out)) > 0;) {
        sqlite3_bind_text(stmt, 1, line, (int)n, SQLITE_TRANSIENT);
        ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    free(line);
    pclose(out);
}

/* How many entries a file has by its header, `shown` of them. The header of a file that was not
 * closed may be wrong. */
static int64_t entries_of(const char *path, int64_t shown)
{
    char   *data = harness_read(path, NULL);
    int64_t n = data[16] == 1 && shown > 0 ? shown : (int64_t)le64((uint8_t *)data + 152);

    free(data);
    return n;
}

/* All entries by their cursor, and each field of each; bytes that are not text aside, which
 * journalctl gives as arrays of numbers. */
static void compare_with_journalctl(const char *path)
{
    sqlite3 *db = harness_open();

    load_json(db, path);
    harness_query(db, "CREATE TEMP TABLE ours AS SELECT cursor, fields " FROM, path);
    int64_t shown = harness_int(db, "SELECT count(*) FROM theirs");
    ck_assert_int_eq(shown, entries_of(path, shown));
    harness_expect(db, "0|0",
                   "SELECT (SELECT count(*) FROM theirs) - (SELECT count(*) FROM ours),"
                   "       (SELECT count(*) FROM ours WHERE cursor NOT IN "
                   "        (SELECT line ->> '__CURSOR' FROM theirs))");
    harness_query(db, "CREATE INDEX temp.by_cursor ON ours(cursor)");
    harness_expect(db, "0",
                   "SELECT count(*) FROM theirs, json_each(line) t LEFT JOIN ours "
                   "ON ours.cursor = line ->> '__CURSOR' LEFT JOIN json_each(ours.fields) o "
                   "ON o.key = t.key WHERE t.key NOT GLOB '__*' AND o.value IS NOT t.value "
                   "AND NOT (t.type = 'array' AND json_type(t.value, '$[0]') = 'integer')");
    harness_close(db);
}

static bool have_journalctl(void)
{
    return system("journalctl --version >/dev/null 2>&1") == 0;
}

START_TEST(agrees_with_journalctl)
{
    if (!have_journalctl())
        SKIP("needs journalctl");
    compare_with_journalctl(file_of(variants[_i]));
}
END_TEST

static void compare_real(const char *path, void *data)
{
    (void)data;
    compare_with_journalctl(path);
}

START_TEST(agrees_with_journalctl_on_real_journals)
{
    if (!have_journalctl())
        SKIP("needs journalctl");
    size_t n = harness_each_evidence("journal", ".journal", compare_real, NULL) +
               harness_each_evidence("journal", ".journal~", compare_real, NULL);
    if (!n)
        SKIP("needs SVCQL_EVIDENCE");
}
END_TEST

/* Ends of boots ------------------------------------------------------------------------------ */

#define BOOTS                                                                                      \
    "SELECT host, boot_id, min(time), max(time), min(source) FROM journal WHERE file = '%s' AND "  \
    "%s GROUP BY 1, 2"

static void compare_ends(const char *path, void *data)
{
    sqlite3 *db = harness_open();
    int64_t *fewer = data, all = harness_int(db, "SELECT count(*) " FROM, path);

    harness_expect(db, harness_query(db, BOOTS, path, "1"), BOOTS, path, "ends = 1");
    *fewer += harness_int(db, "SELECT count(*) " FROM "AND ends = 1", path) < all;
    harness_close(db);
}

START_TEST(the_ends_of_boots_are_those_of_all_entries)
{
    int64_t fewer = 0;

    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        compare_ends(file_of(variants[i]), &fewer);
    ck_assert_int_eq(fewer, sizeof variants / sizeof *variants);
}
END_TEST

START_TEST(the_ends_of_boots_are_those_of_each_name_of_a_host)
{
    sqlite3 *db = harness_open();
    char    *path = strdup(file_of("renamed"));

    harness_expect(db, harness_query(db, BOOTS, path, "1"), BOOTS, path, "ends = 1");
    harness_expect(db, "1795515405|1795515499",
                   "SELECT CAST(min(time) AS INT), CAST(max(time) AS INT) " FROM "AND ends = 1 "
                   "AND host = 'host' AND boot_id GLOB '*1'",
                   path);
    free(path);
    harness_close(db);
}
END_TEST

START_TEST(the_ends_of_boots_are_those_of_all_entries_of_real_journals)
{
    int64_t fewer = 0;
    size_t  n = harness_each_evidence("journal", ".journal", compare_ends, &fewer) +
               harness_each_evidence("journal", ".journal~", compare_ends, &fewer);

    if (!n)
        SKIP("needs SVCQL_EVIDENCE");
    ck_assert_int_gt(fewer, 0);
}
END_TEST

/* Damage ------------------------------------------------------------------------------------- */

static const char *write_damaged(const uint8_t *data, size_t size)
{
    static char path[512];
    const char *dir = harness_scratch();

    harness_write(dir, "a.journal", data, size);
    snprintf(path, sizeof path, "%s/a.journal", dir);
    return path;
}

#define REPORT                                                                                     \
    "SELECT status, records + skipped FROM evidence_sources WHERE table_name = 'journal' AND "     \
    "location = '%s'"

START_TEST(a_cut_file_gives_its_beginning_and_counts_the_rest)
{
    sqlite3 *db = harness_open();
    size_t   size;
    uint8_t *data = make_journal(variants[_i], &size);
    size_t   used = size;

    while (used && !data[used - 1])
        used--;
    const char *path = write_damaged(data, used - (used - 3732000) / 2);
    int64_t     n = harness_int(db, "SELECT count(message) " FROM, path);
    ck_assert_int_eq(n, _i == 0 ? 96 : 104); /* compact entries are smaller */
    harness_expect(db, "damaged|200", REPORT, path);
    ck_assert_int_eq(harness_int(db, "SELECT count(*) " FROM "AND comm = 'comm1'", path),
                     _i == 0 ? 19 : 21);
    free(data);
    harness_close(db);
}
END_TEST

/* The offset of the array of entries (header, entry_array_offset). */
static uint64_t array_of(const uint8_t *data)
{
    return le64(data + 176);
}

/* Take away the table that leads to the fields and their values. */
static void empty_field_table(uint8_t *data)
{
    memset(data + le64(data + 120), 0, le64(data + 128));
}

START_TEST(entries_that_no_list_leads_to_are_recovered)
{
    sqlite3 *db = harness_open();
    size_t   size;
    uint8_t *data = make_journal(variants[_i], &size);

    memset(data + array_of(data), 0xff, 16); /* type and size of the first array */
    const char *path = write_damaged(data, size);
    harness_expect(db, "200|200", "SELECT count(*), sum(recovered) " FROM, path);
    harness_expect(db, "damaged|200", REPORT, path);
    harness_expect(db, "40", "SELECT count(*) " FROM "AND comm = 'comm1'", path);
    empty_field_table(data);
    path = write_damaged(data, size);
    harness_expect(db, "40", "SELECT count(*) " FROM "AND comm = 'comm1'", path);
    free(data);
    harness_close(db);
}
END_TEST

START_TEST(a_list_that_leads_back_is_not_followed)
{
    sqlite3 *db = harness_open();
    size_t   size, width = strcmp(variants[_i], "compact") == 0 ? 4 : 8;
    uint8_t *data = make_journal(variants[_i], &size);
    uint8_t *items = data + array_of(data) + 24;

    memcpy(items + 2 * width, items, width);
    const char *path = write_damaged(data, size);
    harness_expect(db, "199", "SELECT count(*) " FROM, path);
    harness_expect(db, "damaged|200", REPORT, path);
    free(data);
    harness_close(db);
}
END_TEST

START_TEST(a_damaged_field_costs_its_field_only)
{
    sqlite3 *db = harness_open();
    size_t   size;
    uint8_t *data = make_journal(variants[_i], &size);
    uint8_t *text = memmem(data, size, "MESSAGE=plain 5", 15);

    ck_assert(text != NULL);
    text[7] = ' '; /* no '=' any more */
    const char *path = write_damaged(data, size);
    harness_expect(db, "200|199", "SELECT count(*), count(message) " FROM, path);
    harness_expect(db, "damaged|entries with fields that cannot be read: 1",
                   "SELECT status, detail FROM evidence_sources WHERE table_name = 'journal' AND "
                   "location = '%s'",
                   path);
    free(data);
    harness_close(db);
}
END_TEST

START_TEST(what_is_no_journal_is_damaged)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "a.journal", "LPKSHHRH");
    harness_write_text(dir, "b.journal", "");
    harness_write(dir, "c.journal", (uint8_t[4096]){'L', 'P', 'K', 'S', 'H', 'H', 'R', 'H'}, 4096);
    char fifo[512];
    snprintf(fifo, sizeof fifo, "%s/d.journal", dir);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    harness_expect(db, "0", "SELECT count(*) " FROM, dir);
    harness_expect(db, "4",
                   "SELECT count(*) FROM evidence_sources WHERE table_name = 'journal' AND "
                   "status = 'damaged' AND location GLOB '%s/*'",
                   dir);
    harness_close(db);
}
END_TEST

/* Change a byte here and there, many times over: no crash, and an end. */
START_TEST(random_damage_never_harms)
{
    size_t   size;
    uint8_t *data = make_journal(variants[_i], &size), *copy = malloc(size);

    srand(1);
    for (int round = 0; round < 40; round++) {
        struct journal_file  file;
        struct journal_list  list;
        struct journal_entry entry;
        struct journal_field field;
        uint64_t             offset = 0;

        memcpy(copy, data, size);
        for (int i = 0; i < 200; i++)
            copy[(i % 10 ? 3730000u : 0u) + (unsigned)rand() % (i % 10 ? 150000u : 256u)] =
                (uint8_t)rand();
        if (journal_file_open(&file, copy, size) < 0)
            continue;
        journal_all(&file, &list);
        journal_seek(&file, &list, (uint64_t)FIRST * 1000000);
        for (int n = 0; n < 10000 && journal_next(&file, &list, &offset) > 0; n++)
            if (journal_entry(&file, offset, &entry) == 0)
                for (uint32_t i = 0; i < entry.n_items; i++)
                    journal_item(&file, &entry, i, &field);
        for (offset = 0; journal_carve(&file, offset, &offset) > 0;)
            ;
        journal_file_close(&file);
    }
    free(copy);
    free(data);
}
END_TEST

/* LZ4, as journals of systemd 230 to 245 have it ---------------------------------------------- */

/* A file of one data object at 256, with these bytes and flags. */
static size_t put_data(uint8_t *out, uint8_t flags, const void *payload, size_t size)
{
    memset(out, 0, 512);
    memcpy(out, "LPKSHHRH", 8);
    put_le(out + 88, 256, 8);
    out[256] = 1;
    out[257] = flags;
    put_le(out + 264, 64 + size, 8);
    memcpy(out + 320, payload, size);
    return 512;
}

START_TEST(lz4_is_expanded)
{
    /* "MSG=" and 40 times "ab": 6 literals, and a match of 78 bytes two bytes back. */
    static const uint8_t block[] = {84,  0,   0,   0,   0,   0,   0, 0, 0x6f,
                                    'M', 'S', 'G', '=', 'a', 'b', 2, 0, 59};
    uint8_t              data[512];
    struct journal_file  file;
    struct journal_field field;

    ck_assert_int_eq(journal_file_open(&file, data, put_data(data, 2, block, sizeof block)), 0);
    ck_assert_int_eq(journal_data(&file, 256, &field), 0);
    ck_assert_uint_eq(field.size, 84);
    ck_assert(memcmp(field.at, "MSG=ababab", 10) == 0 && field.at[83] == 'b');
    for (size_t cut = 0; cut + 1 < sizeof block; cut++) {
        journal_file_close(&file);
        journal_file_open(&file, data, put_data(data, 2, block, cut));
        int r = journal_data(&file, 256, &field);
        ck_assert(r == -EBADMSG || (r == 0 && field.size < 84));
    }
    journal_file_close(&file);
}
END_TEST

START_TEST(xz_is_expanded)
{
    static uint8_t       text[9000] = "MSG=";
    uint8_t              data[512], packed[192];
    size_t               n = 0;
    struct journal_file  file;
    struct journal_field field;

    memset(text + 4, 'x', sizeof text - 4);
    ck_assert_int_eq(lzma_easy_buffer_encode(0, LZMA_CHECK_NONE, NULL, text, sizeof text, packed,
                                             &n, sizeof packed),
                     LZMA_OK);
    journal_file_open(&file, data, put_data(data, 1, packed, n));
    ck_assert_int_eq(journal_data(&file, 256, &field), 0);
    ck_assert_uint_eq(field.size, sizeof text);
    ck_assert(memcmp(field.at, text, sizeof text) == 0);
    journal_file_close(&file);
    journal_file_open(&file, data, put_data(data, 1, packed, n - 8));
    ck_assert_int_eq(journal_data(&file, 256, &field), -EBADMSG);
    journal_file_close(&file);
}
END_TEST

START_TEST(what_cannot_be_expanded_says_so)
{
    static const uint8_t packed[] = {0, 0, 0, 0, 1, 0, 0, 0, 0x10, 'x'};
    uint8_t              data[512];
    struct journal_file  file;
    struct journal_field field;

    journal_file_open(&file, data, put_data(data, 2, packed, sizeof packed));
    ck_assert_int_eq(journal_data(&file, 256, &field), -EFBIG);
    journal_file_close(&file);
}
END_TEST

START_TEST(hosts_are_those_of_the_evidence)
{
    sqlite3    *db = harness_open();
    const char *path = file_of("compact");
    const char *dir = harness_scratch();
    size_t      size;
    char       *data = harness_read(path, &size);

    harness_write(dir, "web01/var/log/journal/0123/system.journal", data, size);
    harness_write_text(dir, "web01/etc/hostname", "web01\n");
    harness_write(dir, "loose/system.journal", data, size);
    free(data);
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/web01'), ('%s/loose')", dir, dir);
    harness_expect(db, "fixture|fixture|200\nweb01|fixture|200",
                   "SELECT host, hostname, count(*) FROM journal WHERE hostname = 'fixture' "
                   "GROUP BY 1, 2 ORDER BY 1");
    harness_expect(db, "200", "SELECT count(*) FROM journal WHERE host = 'web01'");
    harness_expect(db, "200", "SELECT count(*) " FROM "AND host = 'fixture'", path);
    harness_close(db);
}
END_TEST

START_TEST(a_host_of_a_journal_of_several_is_read_alone)
{
    static const struct {
        const char *host, *rows, *read;
    } turns[] = {{"localhost", "10", "10"},
                 {"host", "190", "200"},
                 {"absent", "0", "0"},
                 {"central", "0", "200"}};
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    size_t      size;
    char       *data = harness_read(file_of("renamed"), &size);

    harness_write(dir, "var/log/journal/remote/remote-10.0.0.1.journal", data, size);
    harness_write_text(dir, "etc/hostname", "central\n");
    harness_write_text(dir, "etc/os-release", "ID=debian\n");
    free(data);
    harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s')", dir);
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        harness_expect(db, turns[i].rows, "SELECT count(*) FROM journal WHERE host = '%s'",
                       turns[i].host);
        harness_expect(db, turns[i].read,
                       "SELECT records FROM evidence_sources WHERE table_name = 'journal' AND "
                       "location GLOB '*.journal'");
    }
    harness_close(db);
}
END_TEST

/* A real journald -------------------------------------------------------------------------------
 */

static const char *fixture_dir;
static pid_t       booted;

static void setup(void)
{
    fixture_dir = harness_scratch();
    booted = systemd_start(fixture_dir);
}

static void teardown(void)
{
    if (booted > 0)
        systemd_stop(fixture_dir);
}

START_TEST(a_running_journald_is_read)
{
    NEED_SYSTEMD(booted);
    systemd_enter(fixture_dir);
    systemd_shell("systemd-run --quiet --wait --unit=svcql-probe.service /bin/echo probe-line");
    systemd_shell("journalctl --sync");
    sqlite3 *db = harness_open();
    harness_expect(db, "probe-line|stdout|svcql-probe.service|1",
                   "SELECT message, transport, unit, time > unixepoch() - 60 FROM journal "
                   "WHERE unit = 'svcql-probe.service' AND transport = 'stdout' AND host = "
                   "(SELECT host FROM evidence LIMIT 1)");
    harness_expect(db, "1",
                   "SELECT count(*) FROM journal WHERE about_unit = 'svcql-probe.service' AND "
                   "job_type = 'start' AND job_result = 'done'");
    harness_close(db);
}
END_TEST

/* journalctl takes PID 1's entries by _PID=1, from 257.13 on by _SYSTEMD_CGROUP=/init.scope. */
START_TEST(what_is_of_a_unit_is_what_journalctl_shows_of_it)
{
    NEED_SYSTEMD(booted);
    systemd_enter(fixture_dir);
    systemd_shell("systemd-run --quiet --wait --unit=svcql-shown.service /bin/echo shown");
    systemd_shell("printf 'MESSAGE=a stranger\\nUNIT=svcql-shown.service\\n' | logger --journald");
    systemd_shell("journalctl --sync; journalctl -q -u svcql-shown.service -o export | "
                  "sed -n 's/^__CURSOR=//p' > /run/shown; journalctl -q -o export _PID=1 "
                  "UNIT=svcql-shown.service | grep -c ^__CURSOR= > /run/of-manager");
    sqlite3 *db = harness_open();
    char    *text = harness_read("/run/shown", NULL);
    harness_query(db, "CREATE TEMP TABLE theirs(cursor)");
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        harness_query(db, "INSERT INTO theirs VALUES ('%s')", line);
    free(text);
    harness_query(db, "CREATE TEMP TABLE ours AS SELECT cursor, unit FROM journal WHERE unit = "
                      "'svcql-shown.service' OR (about_unit = 'svcql-shown.service' AND unit = "
                      "'init.scope')");
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM ours WHERE unit = 'init.scope'"),
                     atoll(harness_read("/run/of-manager", NULL)));
    harness_expect(db, "0", "SELECT (SELECT count(*) FROM ours) - (SELECT count(*) FROM theirs)");
    harness_expect(db, "",
                   "SELECT * FROM (SELECT cursor FROM ours EXCEPT SELECT cursor FROM theirs)");
    harness_expect(db, "",
                   "SELECT * FROM (SELECT cursor FROM theirs EXCEPT SELECT cursor FROM ours)");
    harness_close(db);
}
END_TEST

Suite *make_journal_suite(void)
{
    Suite *suite = suite_create("journal");
    TCase *each = tcase_create("each variant"), *tc = tcase_create("journal"),
          *live = tcase_create("live");

    tcase_set_timeout(each, 120);
    tcase_add_loop_test(each, columns_hold_what_fields_say, 0, 3);
    tcase_add_loop_test(each, compressed_fields_are_whole, 0, 3);
    tcase_add_loop_test(each, bytes_become_text_and_repeated_fields_arrays, 0, 3);
    tcase_add_loop_test(each, terms_that_are_pushed_down_change_no_answer, 0, 3);
    tcase_add_loop_test(each, agrees_with_journalctl, 0, 3);
    tcase_add_loop_test(each, a_cut_file_gives_its_beginning_and_counts_the_rest, 0, 3);
    tcase_add_loop_test(each, entries_that_no_list_leads_to_are_recovered, 0, 3);
    tcase_add_loop_test(each, a_list_that_leads_back_is_not_followed, 0, 3);
    tcase_add_loop_test(each, a_damaged_field_costs_its_field_only, 0, 3);
    tcase_add_loop_test(each, random_damage_never_harms, 0, 3);
    suite_add_tcase(suite, each);

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, agrees_with_journalctl_on_real_journals);
    tcase_add_test(tc, the_ends_of_boots_are_those_of_all_entries);
    tcase_add_test(tc, the_ends_of_boots_are_those_of_each_name_of_a_host);
    tcase_add_test(tc, the_ends_of_boots_are_those_of_all_entries_of_real_journals);
    tcase_add_test(tc, hosts_are_those_of_the_evidence);
    tcase_add_test(tc, a_host_of_a_journal_of_several_is_read_alone);
    tcase_add_test(tc, what_is_no_journal_is_damaged);
    tcase_add_test(tc, lz4_is_expanded);
    tcase_add_test(tc, xz_is_expanded);
    tcase_add_test(tc, what_cannot_be_expanded_says_so);
    suite_add_tcase(suite, tc);

    tcase_set_timeout(live, 120);
    tcase_add_unchecked_fixture(live, setup, teardown);
    tcase_add_test(live, a_running_journald_is_read);
    tcase_add_test(live, what_is_of_a_unit_is_what_journalctl_shows_of_it);
    suite_add_tcase(suite, live);
    return suite;
}
