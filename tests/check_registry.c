/* check_registry.c -- the table registry: paths, what narrows a scan, deleted rows, reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "make_hive.h"

#define SYSTEM   "HKEY_LOCAL_MACHINE\\SYSTEM"
#define SERVICES SYSTEM "\\ControlSet001\\Services"
#define REGIPY   "hives/mkorman90+regipy/regipy_tests/data/"
#define B        REGIPY "SYSTEM_B"

static sqlite3    *db;
static const char *dir;

static struct made_hive *system_hive(void)
{
    struct made_hive *made = make_hive();

    make_hive_dword(make_hive_key(made, "Select"), "Current", 1);
    make_hive_string(make_hive_key(made, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", "WS-042");
    struct made_key *spooler = make_hive_key(made, "ControlSet001\\Services\\Spooler");
    make_hive_expand(spooler, "ImagePath", "%SystemRoot%\\System32\\spoolsv.exe");
    make_hive_dword(spooler, "Start", 2);
    make_hive_string(spooler, "", "default");
    make_hive_written(spooler, 1600000000.5);
    make_hive_dword(make_hive_key(made, "ControlSet001\\Services\\Spooler\\Parameters"), "p", 1);
    make_hive_dword(make_hive_key(made, "ControlSet001\\Services\\Sp"), "Start", 3);
    return made;
}

static void write_hive(struct made_hive *made, const char *path)
{
    make_hive_file(made, dir, path);
    make_hive_free(made);
}

static void setup(void)
{
    db = harness_open();
    dir = harness_scratch();
}

static void teardown(void)
{
    harness_close(db);
}

START_TEST(rows_are_osquerys)
{
    write_hive(system_hive(), "SYSTEM");
    harness_expect(db,
                   SERVICES "|" SERVICES "\\Sp|Sp|subkey||1700000000\n" SERVICES "|" SERVICES
                            "\\Spooler|Spooler|subkey||1600000000",
                   "SELECT key, path, name, type, data, mtime FROM registry('%s/SYSTEM') "
                   "WHERE key = '%s'",
                   dir, SERVICES);
    harness_expect(db,
                   "(Default)|REG_SZ|default\n"
                   "ImagePath|REG_EXPAND_SZ|%SystemRoot%\\System32\\spoolsv.exe\n"
                   "Parameters|subkey|\n"
                   "Start|REG_DWORD|2",
                   "SELECT name, type, data FROM registry('%s/SYSTEM') WHERE key = '%s\\Spooler' "
                   "ORDER BY name",
                   dir, SERVICES);
    harness_expect(db, "WS-042|SYSTEM|1600000000.5|2020-09-13 12:26:40.500000|02000000|4",
                   "SELECT host, hive, time, datetime, hex(data_raw), size "
                   "FROM registry('%s/SYSTEM') WHERE path = '%s\\Spooler\\start'",
                   dir, SERVICES);
}
END_TEST

/* Conditions that narrow the scan; each must give what the same condition gives when it cannot. */
static const struct {
    const char *pushed, *plain;
} conditions[] = {
    {"key = '" SERVICES "'", "+key = '" SERVICES "' COLLATE NOCASE"},
    {"key = 'hkey_local_machine\\system\\controlset001\\services'",
     "lower(key) = lower('" SERVICES "')"},
    {"key = 'HKEY_LOCAL_MACHINE'", "lower(key) = 'hkey_local_machine'"},
    {"key = '" SYSTEM "'", "lower(key) = lower('" SYSTEM "')"},
    {"key = 'HKEY_LOCAL_MACHINE\\SYSTE'", "0"},
    {"key = '" SYSTEM "X'", "0"},
    {"key = ''", "0"},
    {"key = '\\'", "0"},
    {"path = '" SYSTEM "'", "lower(path) = lower('" SYSTEM "')"},
    {"path = '" SERVICES "\\Sp'", "lower(path) = lower('" SERVICES "\\Sp')"},
    {"path = '" SERVICES "\\Spooler\\Start'",
     "lower(path) = lower('" SERVICES "\\Spooler\\Start')"},
    {"path IN ('" SERVICES "\\Sp', '" SERVICES "\\SP', '" SERVICES "\\Spooler\\p', '" SYSTEM "')",
     "lower(path) IN (lower('" SERVICES "\\Sp'), lower('" SYSTEM "'))"},
    {"key IN ('" SERVICES "\\Spooler', '" SERVICES "\\sp', 'x')",
     "lower(key) IN (lower('" SERVICES "\\Spooler'), lower('" SERVICES "\\Sp'))"},
    {"key GLOB '" SERVICES "\\Sp*'", "+key GLOB '" SERVICES "\\Sp*'"},
    {"key GLOB '" SERVICES "*'", "+key GLOB '" SERVICES "*'"},
    {"key GLOB 'HKEY_LOCAL*'", "+key GLOB 'HKEY_LOCAL*'"},
    {"key GLOB 'HKEY_USERS*'", "0"},
    {"key GLOB '" SERVICES "\\Spooler\\*'", "+key GLOB '" SERVICES "\\Spooler\\*'"},
    {"path GLOB '" SERVICES "\\S*'", "+path GLOB '" SERVICES "\\S*'"},
    {"path LIKE 'hkey_local_machine\\system\\controlset001\\services\\spooler\\s%'",
     "lower(path) LIKE lower('" SERVICES "\\Spooler\\s%')"},
    {"path GLOB '" SERVICES "\\Spooler\\Start*'", "+path GLOB '" SERVICES "\\Spooler\\Start*'"},
    {"time BETWEEN 1600000000 AND 1600000001", "+time BETWEEN 1600000000 AND 1600000001"},
    {"deleted = 0 AND key = '" SERVICES "'", "+deleted = 0 AND lower(key) = lower('" SERVICES "')"},
    {"deleted = 1", "+deleted = 1"},
    {"deleted AND path LIKE '%gone%'", "+deleted = 1 AND path LIKE '%gone%'"},
};

START_TEST(what_narrows_a_scan_leaves_nothing_out)
{
    struct made_hive *made = system_hive();

    make_hive_dword(make_hive_key(made, "ControlSet001\\Services\\Spooler\\gone"), "v", 1);
    make_hive_deleted(make_hive_key(made, "ControlSet001\\Services\\Spooler\\gone"));
    write_hive(made, "SYSTEM");
    char text[4096];
    snprintf(text, sizeof text,
             "SELECT path, type FROM registry('%s/SYSTEM') WHERE %s ORDER BY 1, 2", dir,
             conditions[_i].plain);
    char *expected = harness_query(db, "%s", text);
    snprintf(text, sizeof text,
             "SELECT path, type FROM registry('%s/SYSTEM') WHERE %s ORDER BY 1, 2", dir,
             conditions[_i].pushed);
    char *got = harness_query(db, "%s", text);
    ck_assert_str_eq(got, expected);
    free(got);
    free(expected);
}
END_TEST

START_TEST(current_control_set_is_followed_where_it_is_named)
{
    write_hive(system_hive(), "SYSTEM");
    harness_expect(db, SYSTEM "\\CurrentControlSet\\Services\\Spooler\\Start|2",
                   "SELECT path, data FROM registry('%s/SYSTEM') WHERE key = "
                   "'" SYSTEM "\\CurrentControlSet\\Services\\Spooler' AND name = 'Start'",
                   dir);
    ck_assert_int_eq(harness_int(db,
                                 "SELECT count(*) FROM registry('%s/SYSTEM') WHERE key GLOB "
                                 "'" SYSTEM "\\CurrentControlSet\\Services\\*'",
                                 dir),
                     6);
    ck_assert_int_eq(
        harness_int(
            db, "SELECT count(*) FROM registry('%s/SYSTEM') WHERE +path LIKE '%%Current%%Set%%'",
            dir),
        0);
}
END_TEST

/* '_' of HKEY_LOCAL_MACHINE is a wildcard of LIKE, and a pattern may begin with one. */
START_TEST(patterns_through_the_current_control_set_find_what_equality_finds)
{
    static const char *const patterns[] = {
        "path LIKE 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Spooler\\Start'",
        "path LIKE '%\\currentcontrolset\\Services\\Spooler\\Start'",
        "path GLOB 'HK*\\CurrentControlSet\\Services\\Spooler\\Start'",
        "path GLOB '*\\CurrentControlSet\\Services\\Spooler\\Start'",
        "key LIKE 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Spooler' AND name = "
        "'Start'",
    };

    write_hive(system_hive(), "SYSTEM");
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        harness_expect(db, SYSTEM "\\CurrentControlSet\\Services\\Spooler\\Start|2",
                       "SELECT path, data FROM registry('%s/SYSTEM') WHERE %s", dir, patterns[i]);
    }
    harness_expect(db, "0",
                   "SELECT count(*) FROM registry('%s/SYSTEM') WHERE path LIKE '%%' "
                   "AND path LIKE '%%CurrentControl%%' AND type = 'subkey'",
                   dir);
}
END_TEST

START_TEST(deleted_keys_come_with_their_values_and_say_so)
{
    struct made_hive *made = system_hive();

    make_hive_string(make_hive_key(made, "ControlSet001\\Services\\gone"), "ImagePath", "evil.exe");
    make_hive_deleted(make_hive_key(made, "ControlSet001\\Services\\gone"));
    write_hive(made, "SYSTEM");
    harness_expect(db, SERVICES "\\gone|subkey||1\n" SERVICES "\\gone\\ImagePath|REG_SZ|evil.exe|1",
                   "SELECT path, type, data, deleted FROM registry('%s/SYSTEM') WHERE deleted",
                   dir);
    harness_expect(db, "read|0",
                   "SELECT status, skipped FROM evidence_sources WHERE table_name = 'registry'");
}
END_TEST

/* A file's place in the registry, by what it holds and where it is. */
static const struct {
    const char *keys[2], *path, *base_name, *root;
} places[] = {
    {{"Microsoft", "Classes"}, "SOFTWARE", "", "HKEY_LOCAL_MACHINE\\SOFTWARE"},
    {{"SAM\\Domains", NULL}, "SAM", "", "HKEY_LOCAL_MACHINE\\SAM"},
    {{"Policy", "RXACT"}, "SECURITY", "", "HKEY_LOCAL_MACHINE\\SECURITY"},
    {{"Software", "Control Panel"}, "DEFAULT", "", "HKEY_USERS\\.DEFAULT"},
    {{"Software", "Environment"}, "Users/alice/NTUSER.DAT", "", "HKEY_USERS\\alice"},
    {{"Software", "Environment"}, "x.dat", "\\??\\C:\\Users\\bob\\ntuser.dat", "HKEY_USERS\\bob"},
    {{"Software", "Environment"},
     "y.dat",
     "files\\LocalService\\NTUSER.DAT",
     "HKEY_USERS\\S-1-5-19"},
    {{"Local Settings", NULL},
     "Users/carol/AppData/Local/Microsoft/Windows/UsrClass.dat",
     "",
     "HKEY_USERS\\carol_Classes"},
    {{"anything", NULL}, "BCD", "", "\\BCD"},
};

START_TEST(paths_begin_where_the_hive_is_mounted)
{
    struct made_hive *made = make_hive();

    make_hive_name(made, places[_i].base_name);
    for (size_t i = 0; i < 2 && places[_i].keys[i]; i++)
        make_hive_key(made, places[_i].keys[i]);
    write_hive(made, places[_i].path);
    harness_expect(db, places[_i].root, "SELECT min(path) FROM registry('%s/%s')", dir,
                   places[_i].path);
}
END_TEST

START_TEST(evidence_is_read_without_naming_a_file)
{
    write_hive(system_hive(), "Windows/System32/config/SYSTEM");
    free(harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir));
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM registry WHERE key = '" SERVICES "'"),
                     2);
    char *source = harness_query(db, "SELECT DISTINCT source FROM registry");
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM registry WHERE source = '%s'", source),
                     harness_int(db, "SELECT count(*) FROM registry"));
    free(source);
}
END_TEST

START_TEST(rowids_are_unique_and_stable)
{
    struct made_hive *made = system_hive();

    make_hive_dword(make_hive_key(made, "ControlSet001\\Services\\gone"), "v", 1);
    make_hive_deleted(make_hive_key(made, "ControlSet001\\Services\\gone"));
    write_hive(made, "SYSTEM");
    harness_expect(db, "1|19",
                   "SELECT count(*) = count(DISTINCT rowid), count(*) "
                   "FROM registry('%s/SYSTEM')",
                   dir);
    ck_assert_int_eq(harness_int(db,
                                 "SELECT count(*) FROM registry('%s/SYSTEM') WHERE key = '" SERVICES
                                 "' OR name = "
                                 "'Sp'",
                                 dir),
                     3);
}
END_TEST

START_TEST(what_cannot_be_read_is_reported_and_fails_nothing)
{
    struct made_hive *made = make_hive();

    harness_write_text(dir, "bad/a.hive", "CREG");
    harness_write_text(dir, "bad/b.hive", "no hive at all");
    make_hive_minor(made, 6);
    make_hive_file(made, dir, "bad/c.hive");
    make_hive_free(made);
    write_hive(system_hive(), "bad/d.hive");
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM registry('%s/bad')", dir), 17);
    harness_expect(db,
                   "damaged|registry of Windows 95, 98 or Me (CREG)\n"
                   "damaged|too short for a registry hive\n"
                   "damaged|differencing hive (version 1.6), a layer of another hive\n"
                   "read|NULL",
                   "SELECT status, detail FROM evidence_sources WHERE table_name = 'registry' AND "
                   "location LIKE '%%/bad/%%' ORDER BY location");
    harness_expect(db, "0", "SELECT count(*) FROM registry WHERE source = '%s/none'", dir);
}
END_TEST

START_TEST(logs_beside_a_hive_are_replayed_and_the_file_is_left_alone)
{
    struct made_hive *made = system_hive();
    size_t            before_size, after_size, log_size, now_size;
    uint8_t          *before = make_hive_image(made, &before_size);

    make_hive_string(make_hive_key(made, "ControlSet001\\Services\\evil"), "ImagePath", "evil.sys");
    uint8_t *after = make_hive_image(made, &after_size);
    make_hive_free(made);
    make_hive_sequences(before, 6, 5);
    uint8_t *log = make_hive_log(before, before_size, after, after_size, 5, &log_size);
    harness_write(dir, "SYSTEM", before, before_size);
    harness_write(dir, "SYSTEM.LOG2", log, log_size);
    harness_expect(
        db, "evil.sys|1",
        "SELECT data, recovered FROM registry('%s/SYSTEM') WHERE key = '" SERVICES "\\evil'", dir);
    char path[4096];
    snprintf(path, sizeof path, "%s/SYSTEM", dir);
    char *now = harness_read(path, &now_size);
    ck_assert_uint_eq(now_size, before_size);
    ck_assert_mem_eq(now, before, before_size);
    free(now);
    free(before);
    free(after);
    free(log);
}
END_TEST

START_TEST(real_hive_shows_the_service_that_only_its_logs_hold)
{
    const char *path = harness_evidence(B);

    if (!path)
        SKIP("needs SVCQL_EVIDENCE");
    harness_expect(db, "\\??\\C:\\Users\\jcloudy\\AppData\\Local\\Temp\\ad_driver.sys",
                   "SELECT data FROM registry('%s') WHERE key = '" SERVICES
                   "\\ad_driver' AND name = 'ImagePath'",
                   path);
    harness_expect(db, "replayed from its logs, 315 pages",
                   "SELECT detail FROM evidence_sources WHERE table_name = 'registry' AND "
                   "location = '%s'",
                   harness_evidence(B));
}
END_TEST

START_TEST(narrowed_scans_of_real_hives_leave_nothing_out)
{
    static const char *const narrow[] = {
        "key GLOB 'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\[A-M]*'",
        "path GLOB 'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Enum\\*'",
        "key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services'",
        "path LIKE 'hkey_local_machine\\SYSTEM\\controlset001\\Control\\%'",
    };
    const char *path = harness_evidence(REGIPY "SYSTEM_WIN_10_1709");

    if (!path)
        SKIP("needs SVCQL_EVIDENCE");
    for (size_t i = 0; i < sizeof narrow / sizeof narrow[0]; i++) {
        const char *format = "SELECT count(*), sum(deleted), sum(cell), sum(size) "
                             "FROM registry('%s') WHERE %s%s";
        char       *pushed = harness_query(db, format, path, "", narrow[i]);
        char       *plain = harness_query(db, format, path, "+", narrow[i]);
        ck_assert_str_eq(pushed, plain);
        free(pushed);
        free(plain);
    }
}
END_TEST

START_TEST(values_longer_than_a_row_of_text_come_whole)
{
    struct made_hive *made = make_hive();
    size_t            size = 100000;
    uint8_t          *big = calloc(1, size);

    make_hive_value(make_hive_key(made, "k"), "big", 3, big, size);
    write_hive(made, "big.hive");
    harness_expect(db, "200000|100000|100000",
                   "SELECT length(data), length(data_raw), size FROM registry('%s/big.hive') "
                   "WHERE name = 'big'",
                   dir);
    free(big);
}
END_TEST

Suite *make_registry_suite(void)
{
    Suite *suite = suite_create("registry");
    TCase *tc = tcase_create("table");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, rows_are_osquerys);
    tcase_add_loop_test(tc, what_narrows_a_scan_leaves_nothing_out, 0,
                        sizeof conditions / sizeof conditions[0]);
    tcase_add_test(tc, current_control_set_is_followed_where_it_is_named);
    tcase_add_test(tc, patterns_through_the_current_control_set_find_what_equality_finds);
    tcase_add_test(tc, deleted_keys_come_with_their_values_and_say_so);
    tcase_add_loop_test(tc, paths_begin_where_the_hive_is_mounted, 0,
                        sizeof places / sizeof places[0]);
    tcase_add_test(tc, evidence_is_read_without_naming_a_file);
    tcase_add_test(tc, rowids_are_unique_and_stable);
    tcase_add_test(tc, what_cannot_be_read_is_reported_and_fails_nothing);
    tcase_add_test(tc, logs_beside_a_hive_are_replayed_and_the_file_is_left_alone);
    tcase_add_test(tc, real_hive_shows_the_service_that_only_its_logs_hold);
    tcase_add_test(tc, narrowed_scans_of_real_hives_leave_nothing_out);
    tcase_add_test(tc, values_longer_than_a_row_of_text_come_whole);
    suite_add_tcase(suite, tc);
    return suite;
}
