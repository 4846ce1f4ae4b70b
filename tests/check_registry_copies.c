/* check_registry_copies.c -- hives of RegBack, of an earlier installation and of volumes' shadows: read,
 * named, and judged by nothing that asks for the registry in use. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "make_archive.h"
#include "make_cases.h"
#include "make_hive.h"
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

/* A SYSTEM hive of WS7 with one service. */
static void write_system(const char *path, const char *service)
{
    struct made_hive *made = make_hive();
    char              key[256];

    make_hive_dword(make_hive_key(made, "Select"), "Current", 1);
    make_hive_string(make_hive_key(made, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", "WS7");
    snprintf(key, sizeof key, "ControlSet001\\Services\\%s", service);
    struct made_key *made_key = make_hive_key(made, key);
    make_hive_dword(made_key, "Type", 0x10);
    make_hive_dword(made_key, "Start", 2);
    make_hive_expand(made_key, "ImagePath", "C:\\Users\\Public\\evil.exe");
    make_hive_file(made, dir, path);
    make_hive_free(made);
}

static void insert(const char *path)
{
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s%s')", dir, path);
}

/* Where a copy is below what the user named, and how it is called. */
static const struct {
    const char *path, *copy;
} places[] = {
    {"C/Windows/System32/config/RegBack/SYSTEM", "RegBack"},
    {"C/Windows.old/Windows/System32/config/SYSTEM", "Windows.old"},
    {"C/HarddiskVolumeShadowCopy3/Windows/System32/config/SYSTEM", "HarddiskVolumeShadowCopy3"},
    {"HarddiskVolumeShadowCopy12/Windows/System32/config/SYSTEM", "HarddiskVolumeShadowCopy12"},
    {"uploads/ntfs/%5C%5C.%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy1/Windows/System32/"
     "config/SYSTEM",
     "HarddiskVolumeShadowCopy1"},
    {"VSS2/Windows/System32/config/SYSTEM", "VSS2"},
    {"C_vss1/Windows/System32/config/SYSTEM", "C_vss1"},
    {"vss-1/Windows/System32/config/SYSTEM", "vss-1"},
    {"hives/RegBack/SYSTEM", "RegBack"}, /* loose files */
};

START_TEST(a_copy_of_the_registry_is_named_and_not_current)
{
    write_system("C/Windows/System32/config/SYSTEM", "now");
    write_system(places[_i].path, "before");
    insert("");
    char expected[256];
    snprintf(expected, sizeof expected, "WS7|now|NULL|1\nWS7|before|%s|0", places[_i].copy);
    harness_expect(db, expected,
                   "SELECT host, name, copy, current FROM registry_services ORDER BY name DESC");
    harness_expect(db, expected,
                   "SELECT r.host, s.name, r.copy, r.current FROM registry_services_scm AS r "
                   "JOIN registry_services AS s USING(source) ORDER BY s.name DESC");
    harness_expect(db, "before",
                   "SELECT name FROM registry WHERE copy = '%s' AND type = 'subkey' AND key LIKE "
                   "'%%\\Services'",
                   places[_i].copy);
    harness_expect(db, "NULL|1\na copy, by which the registry in use is not judged|1",
                   "SELECT detail, records FROM evidence_sources WHERE table_name = "
                   "'registry_services' AND kind = 'hive' AND status = 'read' ORDER BY detail");
}
END_TEST

static void write_packed(const char *path, int method, const void *data, size_t size)
{
    char   name[256];
    size_t n;
    void  *packed = make_packed(method, data, size, &n);

    snprintf(name, sizeof name, "%s%s", path, packed_suffix[method]);
    harness_write(dir, name, packed, n);
    free(packed);
}

/* A hive that was not written out, and the log that completes it, both compressed; in a folder and in an
 * archive of it. */
START_TEST(a_compressed_hive_is_read_with_its_log)
{
    char   path[600];
    size_t before_size, after_size, log_size;
    char  *before, *after;
    int    method = _i % PACKED_METHODS;
    bool   archive = _i >= PACKED_METHODS;

    write_system("made/before", "xxxxx");
    write_system("made/after", "later");
    snprintf(path, sizeof path, "%s/made/before", dir);
    before = harness_read(path, &before_size);
    snprintf(path, sizeof path, "%s/made/after", dir);
    after = harness_read(path, &after_size);
    make_hive_sequences((uint8_t *)before, 7, 6);
    uint8_t *log =
        make_hive_log((uint8_t *)before, before_size, (uint8_t *)after, after_size, 7, &log_size);
    write_packed("h/registry/SYSTEM", method, before, before_size);
    write_packed("h/registry/SYSTEM.LOG1", method, log, log_size);
    if (archive) {
        char packed[600];
        snprintf(path, sizeof path, "%s/h", dir);
        snprintf(packed, sizeof packed, "%s/h.zip", dir);
        make_archive(packed, "zip", path);
    }
    insert(archive ? "/h.zip" : "/h");
    harness_expect(db, "WS7|later", "SELECT host, name FROM registry_services");
    harness_expect(db, "1|replayed from its logs, 1 pages",
                   "SELECT count(*), min(detail) FROM evidence_sources WHERE status = 'read' AND "
                   "table_name = 'registry_services' AND kind = 'hive'");
    harness_expect(db, "0", "SELECT count(*) FROM evidence_sources WHERE status = 'unknown'");
    free(before);
    free(after);
    free(log);
}
END_TEST

/* Bytes after the end of what is compressed; of the last, gzip, a byte of the sum at its end is missing. In a folder
 * and in an archive of it. */
START_TEST(a_compressed_hive_is_read_as_far_as_it_goes)
{
    char   path[600], archive[600];
    size_t size, packed_size;
    int    method = _i % PACKED_METHODS;

    write_system("made/whole", "later");
    snprintf(path, sizeof path, "%s/made/whole", dir);
    char *hive = harness_read(path, &size);
    char *packed = make_packed(method, hive, size, &packed_size);
    packed = realloc(packed, packed_size + 7);
    memcpy(packed + packed_size, "trailer", 7);
    snprintf(path, sizeof path, "h/registry/SYSTEM%s", packed_suffix[method]);
    harness_write(dir, path, packed, _i == PACKED_METHODS ? packed_size - 1 : packed_size + 7);
    free(hive);
    free(packed);
    snprintf(path, sizeof path, "%s/h", dir);
    snprintf(archive, sizeof archive, "%s/h.zip", dir);
    make_archive(archive, "zip", path);
    insert("/h");
    insert("/h.zip");
    harness_expect(db, "WS7|later\nWS7|later", "SELECT host, name FROM registry_services");
    harness_expect(db, "damaged|1\ndamaged|1",
                   "SELECT status, detail LIKE '%%its compressed form is damaged, or goes on after "
                   "its end: read as far as that' FROM evidence_sources WHERE table_name = "
                   "'registry_services' AND kind = 'hive' AND status <> 'absent'");
}
END_TEST

/* Compress a file of the staged system in its place. */
static void pack(const char *path, int method, bool keep)
{
    char   whole[600];
    size_t size;

    snprintf(whole, sizeof whole, "%s/%s", dir, path);
    char *data = harness_read(whole, &size);
    write_packed(path, method, data, size);
    free(data);
    if (!keep)
        ck_assert_int_eq(remove(whole), 0);
}

START_TEST(hives_and_logs_of_a_system_are_read_compressed_in_their_place)
{
    make_windows(dir, "WS7", "%4");
    pack("Windows/System32/config/SYSTEM", _i, false);
    pack("Windows/System32/winevt/Logs/System.evtx", _i, false);
    insert("");
    harness_expect(db, "WS7|windows", "SELECT host, kind FROM evidence");
    harness_expect(db, "WS7|evil|NULL|1",
                   "SELECT host, name, copy, current FROM registry_services");
    harness_expect(db, "2", "SELECT count(*) FROM windows_events WHERE event_id = 7045");
    harness_expect(db, "1",
                   "SELECT count(*) FROM windows_events WHERE source LIKE '%%/System.evtx%s'",
                   packed_suffix[_i]);
    harness_expect(db, "0",
                   "SELECT count(*) FROM evidence_sources WHERE status IN ('damaged', 'unknown')");
}
END_TEST

START_TEST(a_compressed_hive_beside_the_hive_is_a_copy)
{
    char expected[64];

    make_windows(dir, "WS7", "%4");
    pack("Windows/System32/config/SYSTEM", _i, true);
    insert("");
    snprintf(expected, sizeof expected, "NULL|1\nSYSTEM%s|0", packed_suffix[_i]);
    harness_expect(db, expected, "SELECT copy, current FROM registry_services ORDER BY copy");
    harness_expect(db, "evil", "SELECT name FROM services");
}
END_TEST

START_TEST(what_judges_the_registry_leaves_copies_out)
{
    write_system("C/Windows/System32/config/SYSTEM", "now");
    write_system("C/Windows/System32/config/RegBack/SYSTEM", "before");
    insert("");
    harness_expect(db, "now", "SELECT name FROM services");
    harness_expect(db, "1|0",
                   "SELECT sum(subject LIKE '%%now%%'), sum(subject LIKE '%%before%%') "
                   "FROM findings");
}
END_TEST

START_TEST(what_the_user_names_himself_is_no_copy)
{
    write_system("vss1/Windows/System32/config/SYSTEM", "before");
    insert("/vss1");
    harness_expect(db, "before|NULL|1", "SELECT name, copy, current FROM registry_services");
    harness_query(db, "DELETE FROM evidence");
    harness_expect(db, "before|NULL|1",
                   "SELECT name, copy, current FROM "
                   "registry_services('%s/vss1/Windows/System32/config/SYSTEM')",
                   dir);
}
END_TEST

START_TEST(names_that_only_resemble_a_shadows_are_hosts)
{
    write_system("canvss1/Windows/System32/config/SYSTEM", "a");
    write_system("HarddiskVolumeShadowCopy/Windows/System32/config/SYSTEM", "b");
    insert("");
    harness_expect(db, "2",
                   "SELECT count(*) FROM registry_services WHERE copy IS NULL AND current");
}
END_TEST

START_TEST(an_empty_hive_of_regback_is_absent_not_damaged)
{
    write_system("C/Windows/System32/config/SYSTEM", "now");
    harness_write_text(dir, "C/Windows/System32/config/RegBack/SYSTEM", "");
    insert("");
    harness_expect(db, "1", "SELECT count(*) FROM registry_services");
    harness_expect(db, "absent|an empty file, as Windows 10 and later leave in RegBack",
                   "SELECT status, detail FROM evidence_sources WHERE table_name = "
                   "'registry_services' AND location LIKE '%%/RegBack/SYSTEM'");
}
END_TEST

START_TEST(transactions_beside_the_hives_of_a_system_are_named)
{
    write_system("C/Windows/System32/config/SYSTEM", "now");
    harness_write_text(dir, "C/Windows/System32/config/TxR/{1}.TxR.0.regtrans-ms", "x");
    harness_write_text(dir, "C/Windows/System32/config/TxR/{1}.TxR.blf", "x");
    harness_write_text(dir, "C/Users/kim/NTUSER.DAT{2}.TMContainer0001.regtrans-ms", "x");
    insert("");
    harness_expect(
        db,
        "WS7|unknown|{1}.TxR.0.regtrans-ms|transactions of a registry hive, which are not "
        "applied to it\n"
        "WS7|unknown|{1}.TxR.blf|a log of transactions, which are not applied to their "
        "hive\n"
        "WS7|unknown|TMContainer0001.regtrans-ms|transactions of a registry hive, which "
        "are not applied to it",
        "SELECT host, status, replace(replace(location, '%s/C/Windows/System32/config/TxR/',"
        " ''), '%s/C/Users/kim/NTUSER.DAT{2}.', '') AS name, detail "
        "FROM evidence_sources WHERE kind = 'file' ORDER BY location LIKE '%%/Users/%%', name",
        dir, dir);
}
END_TEST

Suite *make_registry_copies_suite(void)
{
    Suite *suite = suite_create("registry_copies");
    TCase *tc = tcase_create("copies");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_copy_of_the_registry_is_named_and_not_current, 0,
                        sizeof places / sizeof places[0]);
    tcase_add_loop_test(tc, a_compressed_hive_is_read_as_far_as_it_goes, 0, PACKED_METHODS + 1);
    tcase_add_loop_test(tc, a_compressed_hive_is_read_with_its_log, 0, 2 * PACKED_METHODS);
    tcase_add_loop_test(tc, hives_and_logs_of_a_system_are_read_compressed_in_their_place, 0,
                        PACKED_METHODS);
    tcase_add_loop_test(tc, a_compressed_hive_beside_the_hive_is_a_copy, 0, PACKED_METHODS);
    tcase_add_test(tc, what_judges_the_registry_leaves_copies_out);
    tcase_add_test(tc, what_the_user_names_himself_is_no_copy);
    tcase_add_test(tc, names_that_only_resemble_a_shadows_are_hosts);
    tcase_add_test(tc, an_empty_hive_of_regback_is_absent_not_damaged);
    tcase_add_test(tc, transactions_beside_the_hives_of_a_system_are_named);
    suite_add_tcase(suite, tc);
    return suite;
}
