/* check_unit_value.c -- times and addresses that a manager parses, against systemd-analyze. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/unit/unit_value.h"
#include "harness.h"

static bool zone(const void *data, const char *name)
{
    (void)data;
    return strncmp(name, "Europe/", 7) == 0;
}

/* Why the setting is passed over; "" where it is taken. */
static const char *reason(const char *section, const char *key, const char *value)
{
    static char            text[512];
    struct unit_value_host host = {zone, NULL};
    struct buffer          words = {0};

    *text = '\0';
    if (unit_value_refused(section, key, value, &host, &words))
        snprintf(text, sizeof text, "%s", buffer_text(&words));
    buffer_free(&words);
    return text;
}

START_TEST(the_reason_is_in_the_managers_words)
{
    static const struct {
        const char *section, *key, *value, *reason;
    } settings[] = {
        {"Timer", "OnCalendar", "Mon..Fri *-*-* 03:00", ""},
        {"Timer", "OnCalendar", "Sat 04:00 Europe/Berlin", ""},
        {"Timer", "OnCalendar", "Sat 04:00 Mars/Base",
         "Failed to parse calendar specification, ignoring: Sat 04:00 Mars/Base"},
        {"Timer", "OnCalendar", "25:00", "Failed to parse calendar specification, ignoring: 25:00"},
        {"Timer", "OnCalendar", "%i", ""},
        {"Timer", "OnCalendar", "", ""},
        {"Timer", "OnBootSec", "1h 30min", ""},
        {"Timer", "OnBootSec", "5 parsecs", "Failed to parse timer value, ignoring: 5 parsecs"},
        {"Timer", "Unit", "nonsense", "Unit type not valid, ignoring: nonsense"},
        {"Service", "OnBootSec", "x", ""},
        {"Socket", "ListenStream", "/run/x", ""},
        {"Socket", "ListenStream", "70000",
         "Failed to parse address value in '70000', ignoring: Numerical result out of range"},
        {"Socket", "ListenDatagram", "nope",
         "Failed to parse address value in 'nope', ignoring: Invalid argument"},
        {"Socket", "ListenSequentialPacket", "80", "Address family not supported, ignoring: 80"},
        {"Socket", "ListenFIFO", "x", "ListenFIFO= path is not absolute, ignoring: x"},
        {"Socket", "ListenFIFO", "/x/..", "ListenFIFO= path is not normalized, ignoring: /x/.."},
        {"Path", "PathChanged", "~/x", "PathChanged= path is not absolute, ignoring: ~/x"},
    };

    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        ck_assert_str_eq(reason(settings[i].section, settings[i].key, settings[i].value),
                         settings[i].reason);
}
END_TEST

START_TEST(a_timer_without_a_time_that_can_be_parsed_is_refused)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(root, "etc/systemd/system/a.timer", "[Timer]\nOnCalendar=dayly\n");
    harness_write_text(root, "etc/systemd/system/b.timer",
                       "[Timer]\nOnCalendar=dayly\nOnBootSec=1\n");
    harness_write_text(root, "etc/systemd/system/c.socket",
                       "[Socket]\nListenStream=bad\nSocketUser=x\n");
    harness_expect(db,
                   "a.timer|bad-setting: Timer unit lacks value setting. Refusing.\nb.timer|NULL\n"
                   "c.socket|bad-setting: Unit has no Listen setting (ListenStream=, "
                   "ListenDatagram=, ListenFIFO=, ...). Refusing.",
                   "SELECT name, error FROM unit_files('%s') WHERE kind = 'unit' ORDER BY name",
                   root);
    harness_expect(db, "dayly|0|Failed to parse calendar specification, ignoring: dayly\n1|1|NULL",
                   "SELECT value, effective, ignored FROM unit_settings('%s') WHERE unit = "
                   "'b.timer'",
                   root);
    harness_close(db);
}
END_TEST

/* The real parsers ------------------------------------------------------------ */

static uint32_t seed;

static uint32_t any(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

#define ANY(array) ((array)[any(sizeof(array) / sizeof((array)[0]))])

static const char *const days[] = {"Mon", "tue",  "Wednesday", "Thu..Sun", "Fri-Sat",
                                   "Sat", "Sun,", "Mo",        "sat,Mon",  "Fri..Tue"};
static const char *const numbers[] = {"*",    "0",    "1",    "5",    "12",      "23",
                                      "31",   "59",   "60",   "2020", "1..5",    "5..1",
                                      "0/5",  "1/60", "0/24", "1,2",  "03",      "1.5",
                                      "5..5", "99",   "30/1", "1/0",  "1..10/3", "2019..2025"};
static const char *const spans[] = {
    "5", "1.5",  "5.",     "12", "1 ", "s",  "min", "h",   " ", "M",     "y",    "week",    "us",
    "m", "days", "parsec", "-1", "+3", "hr", "0",   "1e3", "d", "month", "usec", "infinity"};

static void put_numbers(char *text, uint32_t n, char between)
{
    for (uint32_t i = 0; i < n; i++)
        sprintf(text + strlen(text), "%s%.1s", ANY(numbers), i + 1 < n ? &between : "");
}

static void any_calendar(char *text)
{
    *text = '\0';
    if (any(3) == 0)
        sprintf(text, "%s%s", ANY(days), any(5) ? " " : "");
    if (any(3)) {
        put_numbers(text, 1 + any(3), any(5) ? '-' : '~');
        strcat(text, any(5) ? " " : "");
    }
    if (any(3))
        put_numbers(text, 1 + any(4), ':');
    if (any(8) == 0)
        strcat(text, " UTC");
}

static void any_span(char *text)
{
    *text = '\0';
    for (uint32_t n = 1 + any(5); n; n--)
        strcat(text, ANY(spans));
}

/* Whether systemd-analyze takes the text. */
static bool is_taken(const char *verb, const char *text)
{
    char command[1024];

    snprintf(command, sizeof command, "systemd-analyze %s -- '%s' > /dev/null 2>&1", verb, text);
    return system(command) == 0;
}

START_TEST(any_time_is_taken_as_systemd_analyze_takes_it)
{
    char text[512];

    if (system("command -v systemd-analyze > /dev/null") != 0)
        SKIP("needs systemd-analyze");
    seed = 104729;
    for (int i = 0; i < 300; i++) {
        any_calendar(text);
        if (!*text)
            continue;
        ck_assert_msg(!*reason("Timer", "OnCalendar", text) == is_taken("calendar", text), "%s",
                      text);
    }
    for (int i = 0; i < 200; i++) {
        any_span(text);
        if (strspn(text, " ") == strlen(text))
            continue;
        ck_assert_msg(!*reason("Timer", "OnBootSec", text) == is_taken("timespan", text), "%s",
                      text);
    }
}
END_TEST

/* Each line of a socket that is verified is reported by its number. */
START_TEST(any_address_is_taken_as_the_manager_takes_it)
{
    static const char *const addresses[] = {"/run/x",
                                            "/",
                                            "@",
                                            "@a",
                                            "80",
                                            "0",
                                            "65535",
                                            "65536",
                                            "080",
                                            "1.2.3.4:80",
                                            "1.2.3.4:0",
                                            "1.2.3.4:99999",
                                            "1.2.3.4",
                                            "1.2.3:80",
                                            "[::1]:80",
                                            "[::1]",
                                            "[::1]80",
                                            "::1:80",
                                            "[::]:1",
                                            "localhost:80",
                                            "vsock:2:1234",
                                            "vsock::1234",
                                            "vsock:2:",
                                            "vsock:2",
                                            "vsock:x:1",
                                            "eth0",
                                            "../x",
                                            "-1",
                                            "+80",
                                            "0x50",
                                            "256.1.1.1:80",
                                            "[]:80",
                                            "*:80",
                                            "audit 1",
                                            "audit x",
                                            "route",
                                            "bogus",
                                            "5 1",
                                            "./x",
                                            "/x/../y",
                                            "~/x",
                                            "1e3"};
    static const char *const keys[] = {"ListenStream",  "ListenDatagram", "ListenSequentialPacket",
                                       "ListenNetlink", "ListenFIFO",     "ListenMessageQueue"};
    const size_t n = sizeof addresses / sizeof addresses[0], n_keys = sizeof keys / sizeof keys[0];
    const char  *root = harness_scratch();
    char         text[16384] = "[Socket]\n", command[1024], mark[64];
    size_t       size;

    if (system("command -v systemd-analyze > /dev/null") != 0)
        SKIP("needs systemd-analyze");
    for (size_t i = 0; i < n * n_keys; i++)
        sprintf(text + strlen(text), "%s=%s\n", keys[i / n], addresses[i % n]);
    strcat(text, "ListenStream=/run/ok\n");
    harness_write_text(root, "x.socket", text);
    snprintf(command, sizeof command,
             "SYSTEMD_LOG_LEVEL=info systemd-analyze verify '%s/x.socket' > '%s/log' 2>&1", root,
             root);
    (void)!system(command);
    snprintf(text, sizeof text, "%s/log", root);
    char *log = harness_read(text, &size);
    ck_assert_ptr_nonnull(strstr(log, "x.socket:3:"));
    for (size_t i = 0; i < n * n_keys; i++) {
        snprintf(mark, sizeof mark, "x.socket:%zu: ", i + 2);
        const char *theirs = strstr(log, mark),
                   *ours = reason("Socket", keys[i / n], addresses[i % n]);
        if (theirs) {
            theirs += strlen(mark);
            ck_assert_msg(strlen(ours) == strcspn(theirs, "\n") &&
                              strncmp(ours, theirs, strlen(ours)) == 0,
                          "%s=%s: '%s' not '%.100s'", keys[i / n], addresses[i % n], ours, theirs);
        } else {
            ck_assert_msg(!*ours, "%s=%s: %s", keys[i / n], addresses[i % n], ours);
        }
    }
    free(log);
}
END_TEST

Suite *make_unit_value_suite(void)
{
    Suite *s = suite_create("unit_value");
    TCase *t = tcase_create("values");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_reason_is_in_the_managers_words);
    tcase_add_test(t, a_timer_without_a_time_that_can_be_parsed_is_refused);
    tcase_add_test(t, any_time_is_taken_as_systemd_analyze_takes_it);
    tcase_add_test(t, any_address_is_taken_as_the_manager_takes_it);
    suite_add_tcase(s, t);
    return s;
}
