/* check_oom.c -- every table survives an allocator that fails at the n-th allocation. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "make_cases.h"
#include "make_macos.h"

static sqlite3_mem_methods real;
static long                countdown = -1; /* allocations until one fails; -1 for never */

static bool fails(void)
{
    return countdown >= 0 && countdown-- == 0;
}

static void *failing_malloc(int size)
{
    return fails() ? NULL : real.xMalloc(size);
}

static void *failing_realloc(void *old, int size)
{
    return fails() ? NULL : real.xRealloc(old, size);
}

static void use_failing_allocator(void)
{
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
    sqlite3_mem_methods failing = real;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

/* Run the statement with the n-th allocation failing, for each n until none fails. */
static void sweep(sqlite3 *db, const char *sql, long most)
{
    bool fired = true;

    for (long n = 0; fired && n < most; n++) {
        countdown = n;
        sqlite3_exec(db, sql, NULL, NULL, NULL);
        fired = countdown < 0;
        countdown = -1;
    }
}

START_TEST(every_table_survives_failing_allocations)
{
    use_failing_allocator();
    sqlite3 *db = harness_open();
    char    *names = harness_query(db, "SELECT name FROM svcql_tables WHERE kind = 'table'");

    for (char *name = strtok(names, "\n"); name; name = strtok(NULL, "\n")) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" LIMIT 3", name);
        sweep(db, sql, 600);
    }
    free(names);
    harness_close(db);
    sqlite3_reset_auto_extension();
    ck_assert_int_eq(sqlite3_memory_used(), 0);
}
END_TEST

static const char *const of_other_platforms[] = {
    "SELECT * FROM launch_daemons LIMIT 2", "SELECT * FROM launchd_overrides LIMIT 2",
    "SELECT * FROM registry LIMIT 3",       "SELECT * FROM registry_services LIMIT 2",
    "SELECT * FROM windows_events LIMIT 2", "SELECT * FROM unit_files LIMIT 2",
    "SELECT * FROM evidence_sources",
};

static const char *const in_order[] = {
    "SELECT * FROM windows_events ORDER BY time DESC LIMIT 2",
    "SELECT * FROM audit_events WHERE host = 'a' AND pid IN (1, 2) ORDER BY time LIMIT 2",
    "SELECT host FROM service_events WHERE service = 'a' ORDER BY time DESC LIMIT 2",
};

START_TEST(evidence_of_every_platform_survives_failing_allocations)
{
    const char *dir = harness_scratch();
    char        path[4096], sql[4200];

    snprintf(path, sizeof path, "%s/linux", dir);
    make_linux(path, "a");
    snprintf(path, sizeof path, "%s/windows", dir);
    make_windows(path, "b", "%4");
    snprintf(path, sizeof path, "%s/macos", dir);
    make_macos(path, "c");
    use_failing_allocator();
    sqlite3 *db = harness_open();
    harness_query(db, "DELETE FROM evidence");
    snprintf(sql, sizeof sql, "INSERT INTO evidence(location) VALUES('%s')", dir);
    sweep(db, sql, 300);
    harness_expect(db, "a\nb\nc", "SELECT host FROM evidence ORDER BY host");
    for (size_t i = 0; i < sizeof of_other_platforms / sizeof of_other_platforms[0]; i++)
        sweep(db, of_other_platforms[i], 600);
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++)
        sweep(db, in_order[i], 1500);
    harness_expect(db, "12", "SELECT count(*) FROM launch_daemons");
    harness_close(db);
    sqlite3_reset_auto_extension();
    ck_assert_int_eq(sqlite3_memory_used(), 0);
}
END_TEST

START_TEST(loading_survives_failing_allocations)
{
    use_failing_allocator();
    bool fired = true;

    harness_close(harness_open());
    for (long n = 0; fired && n < 100000; n += 1 + n / 20) {
        sqlite3 *db = NULL;
        countdown = n;
        sqlite3_open(":memory:", &db);
        fired = countdown < 0;
        countdown = -1;
        sqlite3_close(db);
    }
    ck_assert(!fired);
    sqlite3_reset_auto_extension();
    ck_assert_int_eq(sqlite3_memory_used(), 0);
}
END_TEST

Suite *make_oom_suite(void)
{
    Suite *suite = suite_create("oom");
    TCase *tcase = tcase_create("sweep");

    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, every_table_survives_failing_allocations);
    tcase_add_test(tcase, evidence_of_every_platform_survives_failing_allocations);
    tcase_add_test(tcase, loading_survives_failing_allocations);
    suite_add_tcase(suite, tcase);
    return suite;
}
