/* check_shimcache.c -- the application compatibility cache: each form, damage, and real hives. */
#include "formats/hive/shimcache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "make_bytes.h"
#include "make_hive.h"
#include "make_shimcache.h"

#define REGIPY "hives/mkorman90+regipy/regipy_tests/data/"
#define CACHE  "ControlSet001\\Control\\Session Manager\\AppCompatCache"
#define DAY    864000000000u

static const struct made_program programs[] = {
    {"\\??\\C:\\Users\\Public\\svc.exe", 133000000000000000, true},
    {"C:\\Windows\\System32\\spoolsv.exe", 133000000000000000 + DAY, false},
    {"SYSVOL\\Windows\\a.exe", 0, true},
};

static const struct {
    const char *form, *name, *executed;
} forms[] = {
    {"xp", "Windows XP", "NULL|NULL|NULL"},
    {"2003", "Windows Server 2003 to 2008", "NULL|NULL|NULL"},
    {"2003-32", "Windows Server 2003 to 2008", "NULL|NULL|NULL"},
    {"7", "Windows 7", "1|0|1"},
    {"7-32", "Windows 7", "1|0|1"},
    {"8.0", "Windows 8", "1|0|1"},
    {"8.1", "Windows 8", "1|0|1"},
    {"10", "Windows 10", "1|0|1"},
    {"10-1703", "Windows 10", "1|0|1"},
};

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

/* Reading -------------------------------------------------------------------- */

static int read_all(const uint8_t *data, size_t size, size_t *ret_n, uint64_t *ret_lost)
{
    struct shimcache       cache;
    struct shimcache_entry entry;
    int                    r = shimcache_begin(&cache, data, size);

    *ret_n = 0;
    *ret_lost = 0;
    if (r < 0)
        return r;
    while ((r = shimcache_next(&cache, &entry)) > 0)
        ++*ret_n;
    *ret_lost = shimcache_lost(&cache);
    return r;
}

START_TEST(a_cache_cut_anywhere_says_what_is_lost)
{
    size_t   size, n;
    uint64_t lost;
    uint8_t *data = make_shimcache(forms[_i].form, programs, 3, &size);

    ck_assert_int_eq(read_all(data, size, &n, &lost), 0);
    ck_assert_uint_eq(n, 3);
    ck_assert_uint_eq(lost, 0);
    for (size_t cut = 0; cut < size - 4; cut++) { /* in memory of just that size */
        uint8_t *part = malloc(cut + 1);
        memcpy(part, data, cut);
        int  r = read_all(part, cut, &n, &lost);
        bool between = r == 0 && n < 3 && forms[_i].form[0] != '7' && forms[_i].form[0] != '2';
        ck_assert_msg(r < 0 || lost > 0 || between, "cut at %zu of %zu", cut, size);
        free(part);
    }
    free(data);
}
END_TEST

START_TEST(offsets_and_counts_that_lead_out_of_the_value_are_refused)
{
    size_t   size, n;
    uint64_t lost;
    uint8_t *data = make_shimcache("7", programs, 3, &size);

    put_le(data + 4, UINT32_MAX, 4); /* count */
    ck_assert_int_eq(read_all(data, size, &n, &lost), -EBADMSG);
    put_le(data + 4, 3, 4);
    put_le(data + 128 + 8, UINT64_MAX - 1, 8); /* offset of the first path */
    ck_assert_int_eq(read_all(data, size, &n, &lost), -EBADMSG);
    ck_assert_uint_eq(lost, 3);
    free(data);
    data = make_shimcache("10", programs, 3, &size);
    put_le(data + 0x30 + 8, UINT32_MAX, 4); /* size of the first record */
    ck_assert_int_eq(read_all(data, size, &n, &lost), -EBADMSG);
    ck_assert_uint_eq(n, 0);
    put_le(data, 0x40, 4);
    ck_assert_int_eq(read_all(data, size, &n, &lost), -ENOTSUP);
    free(data);
}
END_TEST

/* The table ------------------------------------------------------------------ */

static struct made_hive *hive_with(const char *key, const uint8_t *data, size_t size)
{
    struct made_hive *made = make_hive();

    make_hive_dword(make_hive_key(made, "Select"), "Current", 1);
    make_hive_string(make_hive_key(made, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", "WS7");
    make_hive_value(make_hive_key(made, key), "AppCompatCache", 3, data, size);
    make_hive_written(make_hive_key(made, key), 1700000000);
    return made;
}

static void write_hive(struct made_hive *made, const char *path)
{
    make_hive_file(made, dir, path);
    make_hive_free(made);
}

START_TEST(each_form_has_the_same_rows)
{
    size_t   size;
    uint8_t *data = make_shimcache(forms[_i].form, programs, 3, &size);
    bool     xp = strcmp(forms[_i].form, "xp") == 0;
    char     expected[512];

    write_hive(hive_with(xp ? "ControlSet001\\Control\\Session Manager\\AppCompatibility" : CACHE,
                         data, size),
               "SYSTEM");
    free(data);
    harness_expect(
        db,
        "0|C:\\Users\\Public\\svc.exe|C:\\Users\\Public\\svc.exe|2022-06-18 04:26:40.000000\n"
        "1|C:\\Windows\\System32\\spoolsv.exe|C:\\Windows\\System32\\spoolsv.exe|"
        "2022-06-19 04:26:40.000000\n"
        "2|SYSVOL\\Windows\\a.exe|C:\\Windows\\a.exe|NULL",
        "SELECT position, path, path_resolved, datetime FROM shimcache('%s/SYSTEM')", dir);
    snprintf(expected, sizeof expected, "%s|ControlSet001|1|1700000000.0|WS7", forms[_i].name);
    harness_expect(db, expected,
                   "SELECT DISTINCT form, control_set, current, written, host "
                   "FROM shimcache('%s/SYSTEM')",
                   dir);
    harness_expect(db, forms[_i].executed,
                   "SELECT group_concat(ifnull(executed, 'NULL'), '|') FROM shimcache('%s/SYSTEM')",
                   dir);
}
END_TEST

START_TEST(a_cache_that_is_not_understood_is_damaged)
{
    size_t   size;
    uint8_t *data = make_shimcache("7", programs, 3, &size);

    write_hive(hive_with(CACHE, data, size - 60), "cut/SYSTEM");
    put_le(data, 0x12345678, 4);
    write_hive(hive_with(CACHE, data, size), "strange/SYSTEM");
    free(data);
    harness_expect(db, "1", "SELECT count(*) FROM shimcache('%s/cut/SYSTEM')", dir);
    harness_expect(db, "0", "SELECT count(*) FROM shimcache('%s/strange/SYSTEM')", dir);
    harness_expect(
        db,
        "cut|damaged|2|entries of the cache could not be read\n"
        "strange|damaged|1|a cache of a form that is not known",
        "SELECT iif(location LIKE '%%/cut/%%', 'cut', 'strange'), status, skipped, detail "
        "FROM evidence_sources WHERE table_name = 'shimcache' ORDER BY location");
}
END_TEST

START_TEST(programs_of_services_are_found_in_the_cache)
{
    size_t            size;
    uint8_t          *data = make_shimcache("8.1", programs, 3, &size);
    struct made_hive *made = hive_with(CACHE, data, size);
    struct made_key  *service = make_hive_key(made, "ControlSet001\\Services\\a");

    make_hive_dword(service, "Type", 0x10);
    make_hive_string(service, "ImagePath", "%SystemRoot%\\a.exe");
    write_hive(made, "Windows/System32/config/SYSTEM");
    free(data);
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", dir);
    harness_expect(db, "a|2",
                   "SELECT s.name, c.position FROM registry_services AS s JOIN shimcache AS c "
                   "ON c.host = s.host AND c.path_resolved = s.image_path_resolved "
                   "WHERE s.current AND c.current");
}
END_TEST

/* Counted with python-registry and the layouts of AppCompatCacheParser. */
static const struct {
    const char *path, *rows;
} real[] = {
    {REGIPY "SYSTEM_B", "Windows 10|ControlSet001|406"},
    {REGIPY "SYSTEM_WIN_10_1709", "Windows 10|ControlSet001|1024"},
    {"hives/C-Sto+gosecretsdump/test/system", "Windows Server 2003 to 2008|ControlSet001|13\n"
                                              "Windows Server 2003 to 2008|ControlSet002|11"},
};

START_TEST(real_caches_are_read_whole)
{
    const char *path = harness_evidence(real[_i].path);

    if (!path)
        SKIP("needs SVCQL_EVIDENCE");
    harness_expect(db, real[_i].rows,
                   "SELECT form, control_set, count(*) FROM shimcache('%s') GROUP BY 1, 2", path);
    harness_expect(db, "read|0",
                   "SELECT status, skipped FROM evidence_sources WHERE table_name = 'shimcache'");
}
END_TEST

Suite *make_shimcache_suite(void)
{
    Suite *suite = suite_create("shimcache");
    TCase *tc = tcase_create("shimcache");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_cache_cut_anywhere_says_what_is_lost, 0,
                        sizeof forms / sizeof forms[0]);
    tcase_add_test(tc, offsets_and_counts_that_lead_out_of_the_value_are_refused);
    tcase_add_loop_test(tc, each_form_has_the_same_rows, 0, sizeof forms / sizeof forms[0]);
    tcase_add_test(tc, a_cache_that_is_not_understood_is_damaged);
    tcase_add_test(tc, programs_of_services_are_found_in_the_cache);
    tcase_add_loop_test(tc, real_caches_are_read_whole, 0, sizeof real / sizeof real[0]);
    suite_add_tcase(suite, tc);
    return suite;
}
