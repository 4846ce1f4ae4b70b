#include "formats/log/time_zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"

static struct time_zone *load(const char *name)
{
    char              path[128];
    size_t            size;
    struct time_zone *zone = NULL;

    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    char *data = harness_read(path, &size);
    ck_assert_int_eq(time_zone_parse((uint8_t *)data, size, &zone), 0);
    free(data);
    return zone;
}

static const char *const names[] = {
    "Europe/Berlin",       "America/New_York",  "America/Sao_Paulo", "Asia/Kolkata",
    "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia",      "Europe/Dublin",
    "America/Nuuk",        "Asia/Gaza",         "Etc/UTC",           "Antarctica/Troll",
};

/* The oracle is glibc: what localtime_r() shows of an instant must lead back to it, or to the other
 * instant that shows the same. */
START_TEST(agrees_with_the_c_library)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct time_zone *zone = load(names[i]);

        setenv("TZ", names[i], 1);
        tzset();
        for (time_t t = 946684800; t < 2524608000; t += 40009) { /* 2000 to 2050 */
            struct tm tm, again;
            localtime_r(&t, &tm);
            time_t back =
                time_zone_utc(zone, time_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                                               tm.tm_hour, tm.tm_min, tm.tm_sec));
            localtime_r(&back, &again);
            ck_assert_msg(back <= t && tm.tm_hour == again.tm_hour && tm.tm_min == again.tm_min &&
                              tm.tm_mday == again.tm_mday && t - back <= 7200,
                          "%s: %lld became %lld", names[i], (long long)t, (long long)back);
        }
        time_zone_free(zone);
    }
    unsetenv("TZ");
    tzset();
}
END_TEST

/* Fedora ships files without the transitions that the rules give, Debian with them to 2037. */
START_TEST(rules_go_on_after_the_last_transition)
{
    static const uint8_t slim[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0"
                                  "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4\0\0\016\020\0\0"
                                  "CET\0\nCET-1CEST,M3.5.0,M10.5.0/3\n";
    struct time_zone    *zone;

    ck_assert_int_eq(time_zone_parse(slim, sizeof slim - 1, &zone), 0);
    /* 2026-03-29 01:59:59 CET, 03:00:00 CEST, and 2026-10-25 04:00:00 CET */
    ck_assert_int_eq(time_zone_utc(zone, time_civil(2026, 3, 29, 1, 59, 59)),
                     time_civil(2026, 3, 29, 0, 59, 59));
    ck_assert_int_eq(time_zone_utc(zone, time_civil(2026, 3, 29, 3, 0, 0)),
                     time_civil(2026, 3, 29, 1, 0, 0));
    ck_assert_int_eq(time_zone_utc(zone, time_civil(2026, 10, 25, 4, 0, 0)),
                     time_civil(2026, 10, 25, 3, 0, 0));
    time_zone_free(zone);
}
END_TEST

START_TEST(no_zone_is_utc)
{
    ck_assert_int_eq(time_zone_utc(NULL, 12345), 12345);
    ck_assert_int_eq(time_civil(1970, 1, 1, 0, 0, 0), 0);
    ck_assert_int_eq(time_civil(2000, 2, 29, 12, 0, 0), 951825600);
}
END_TEST

START_TEST(damaged_files_are_refused)
{
    size_t            size;
    char             *data = harness_read("/usr/share/zoneinfo/Europe/Berlin", &size);
    struct time_zone *zone = NULL;

    for (size_t cut = 0; cut + 40 < size; cut++)
        ck_assert_int_eq(time_zone_parse((uint8_t *)data, cut, &zone), -EBADMSG);
    memset(data + 20, 0xff, 24);
    ck_assert_int_eq(time_zone_parse((uint8_t *)data, size, &zone), -EBADMSG);
    free(data);
}
END_TEST

Suite *make_time_zone_suite(void)
{
    Suite *suite = suite_create("time_zone");
    TCase *tc = tcase_create("time_zone");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, agrees_with_the_c_library);
    tcase_add_test(tc, rules_go_on_after_the_last_transition);
    tcase_add_test(tc, no_zone_is_utc);
    tcase_add_test(tc, damaged_files_are_refused);
    suite_add_tcase(suite, tc);
    return suite;
}
