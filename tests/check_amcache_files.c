/* check_amcache_files.c -- files that Windows took stock of: the forms of Amcache.hve. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "make_hive.h"

#define SHA1 "da39a3ee5e6b4b0d3255bfef95601890afd80709"

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

static void write_hive(struct made_hive *made, const char *path)
{
    make_hive_file(made, dir, path);
    make_hive_free(made);
}

static struct made_hive *inventory(void)
{
    struct made_hive *made = make_hive();
    struct made_key  *file =
        make_hive_key(made, "Root\\InventoryApplicationFile\\svc.exe|0123456789abcdef");

    make_hive_string(file, "LowerCaseLongPath", "c:\\users\\public\\svc.exe");
    make_hive_string(file, "Name", "svc.exe");
    make_hive_string(file, "FileId", "0000" SHA1);
    make_hive_string(file, "Size", "0x1f00");
    make_hive_string(file, "LinkDate", "11/24/2026 10:00:00");
    make_hive_string(file, "Publisher", "acme");
    make_hive_string(file, "Version", "1.2");
    make_hive_dword(file, "IsOsComponent", 0);
    make_hive_written(file, 1700000000);

    struct made_key *driver =
        make_hive_key(made, "Root\\InventoryDriverBinary\\c:/windows/system32/drivers/x.sys");
    make_hive_string(driver, "DriverName", "x.sys");
    make_hive_string(driver, "DriverId", "0000" SHA1);
    make_hive_string(driver, "Service", "xdrv");
    make_hive_string(driver, "DriverLastWriteTime", "11/23/2026 09:00:00");
    make_hive_dword(driver, "DriverTimeStamp", 1600000000);
    make_hive_dword(driver, "ImageSize", 4096);
    make_hive_dword(driver, "DriverSigned", 0);
    make_hive_dword(driver, "DriverInBox", 0);
    make_hive_written(driver, 1700000001);
    return made;
}

START_TEST(files_and_drivers_of_windows_10_have_rows)
{
    write_hive(inventory(), "Amcache.hve");
    harness_expect(
        db,
        "InventoryApplicationFile|c:\\users\\public\\svc.exe|svc.exe|" SHA1
        "|7936|NULL|acme|1.2|2026-11-24 10:00:00|NULL|0|NULL|2023-11-14 22:13:20.000000\n"
        "InventoryDriverBinary|c:\\windows\\system32\\drivers\\x.sys|x.sys|" SHA1
        "|4096|xdrv|NULL|NULL|2020-09-13 12:26:40|2026-11-23 09:00:00|0|0|"
        "2023-11-14 22:13:21.000000",
        "SELECT form, path, name, sha1, size, service, publisher, version, "
        "datetime(linked, 'unixepoch'), datetime(modified, 'unixepoch'), os_component, "
        "signed_driver, datetime FROM amcache_files('%s/Amcache.hve')",
        dir);
    harness_expect(db,
                   "\\Amcache.hve\\Root\\InventoryDriverBinary\\c:/windows/system32/drivers/x.sys",
                   "SELECT key FROM amcache_files('%s/Amcache.hve') WHERE service = 'xdrv'", dir);
}
END_TEST

START_TEST(files_of_the_old_form_are_below_their_volumes)
{
    struct made_hive *made = make_hive();
    struct made_key  *file = make_hive_key(made, "Root\\File\\{volume}\\4000012345");

    make_hive_string(file, "15", "C:\\a\\b.exe");
    make_hive_string(file, "101", "0000" SHA1);
    make_hive_dword(file, "6", 100);
    make_hive_string(file, "1", "acme");
    make_hive_qword(file, "17", 133000000000000000);
    make_hive_dword(file, "f", 1600000000);
    make_hive_string(make_hive_key(made, "Root\\File\\{other}\\50"), "15", "D:\\c.exe");
    write_hive(made, "Amcache.hve");
    harness_expect(
        db,
        "File|C:\\a\\b.exe|b.exe|" SHA1 "|100|acme|2022-06-18 04:26:40|2020-09-13 12:26:40\n"
        "File|D:\\c.exe|c.exe|NULL|NULL|NULL|NULL|NULL",
        "SELECT form, path, name, sha1, size, publisher, datetime(modified, 'unixepoch'), "
        "datetime(linked, 'unixepoch') FROM amcache_files('%s/Amcache.hve') ORDER BY path",
        dir);
}
END_TEST

START_TEST(the_program_of_a_service_has_its_hash)
{
    struct made_hive *made = make_hive();
    struct made_key  *service = make_hive_key(made, "ControlSet001\\Services\\svc");

    make_hive_dword(make_hive_key(made, "Select"), "Current", 1);
    make_hive_dword(service, "Type", 0x10);
    make_hive_string(service, "ImagePath", "C:\\Users\\Public\\svc.exe -k");
    write_hive(made, "C/Windows/System32/config/SYSTEM");
    write_hive(inventory(), "C/Windows/AppCompat/Programs/Amcache.hve");
    write_hive(inventory(), "VSS1/Windows/AppCompat/Programs/Amcache.hve");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_expect(db, "svc|" SHA1,
                   "SELECT s.name, a.sha1 FROM registry_services AS s JOIN amcache_files AS a "
                   "ON a.host = s.host AND a.path = s.image_path_resolved "
                   "WHERE s.current AND a.copy IS NULL");
    harness_expect(db, "2", "SELECT count(*) FROM amcache_files WHERE copy = 'VSS1'");
}
END_TEST

START_TEST(values_of_other_types_and_hives_of_other_kinds_are_no_harm)
{
    struct made_hive *made = make_hive();
    struct made_key  *file = make_hive_key(made, "Root\\InventoryApplicationFile\\x");

    make_hive_dword(file, "LowerCaseLongPath", 7);
    make_hive_string(file, "FileId", "0000");
    make_hive_string(file, "Size", "12z");
    make_hive_string(file, "LinkDate", "99/99/2026 10:00:00");
    make_hive_key(made, "Root\\File");
    write_hive(made, "Amcache.hve");
    harness_expect(db, "7|0000|NULL|NULL",
                   "SELECT path, sha1, size, linked FROM amcache_files('%s/Amcache.hve')", dir);
    made = make_hive();
    make_hive_dword(make_hive_key(made, "Select"), "Current", 1);
    write_hive(made, "SYSTEM");
    harness_expect(db, "0", "SELECT count(*) FROM amcache_files('%s/SYSTEM')", dir);
    harness_expect(db, "2",
                   "SELECT count(*) FROM evidence_sources WHERE table_name = 'amcache_files' "
                   "AND status = 'read'");
}
END_TEST

Suite *make_amcache_files_suite(void)
{
    Suite *suite = suite_create("amcache_files");
    TCase *tc = tcase_create("amcache_files");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, files_and_drivers_of_windows_10_have_rows);
    tcase_add_test(tc, files_of_the_old_form_are_below_their_volumes);
    tcase_add_test(tc, the_program_of_a_service_has_its_hash);
    tcase_add_test(tc, values_of_other_types_and_hives_of_other_kinds_are_no_harm);
    suite_add_tcase(suite, tc);
    return suite;
}
