/* Syslog lines and messages of authentication, and the table over them. */
#include "formats/log/auth_text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "harness.h"
#include "make_cases.h"

/* Lines --------------------------------------------------------------------------- */

static const char *line_of(const char *text)
{
    static char        shown[1024];
    struct syslog_line l;

    int r = syslog_line_parse(text, strlen(text), &l);
    if (r < 0)
        return r == -EBADMSG ? "EBADMSG" : "ENODATA";
    snprintf(shown, sizeof shown, "%d-%d-%d %d:%d:%d %.3f %s%d|%.*s|%.*s|%lld|%.*s", l.stamp.year,
             l.stamp.month, l.stamp.day, l.stamp.hour, l.stamp.minute, l.stamp.second,
             l.stamp.fraction, l.stamp.zoned ? "z" : "", l.stamp.offset, (int)l.host.size,
             l.host.text, (int)l.program.size, l.program.text ? l.program.text : "",
             (long long)l.pid, (int)l.message.size, l.message.text);
    return shown;
}

START_TEST(lines_of_each_syslog_format)
{
    ck_assert_str_eq(line_of("Nov  4 10:01:02 box sudo[12]:   ann : x"),
                     "0-11-4 10:1:2 0.000 0|box|sudo|12|ann : x");
    ck_assert_str_eq(line_of("<86>Nov 14 10:01:02 box su: hi\r"),
                     "0-11-14 10:1:2 0.000 0|box|su|-1|hi");
    ck_assert_str_eq(line_of("Nov 14 2023 10:01:02 box su: hi"),
                     "2023-11-14 10:1:2 0.000 0|box|su|-1|hi");
    ck_assert_str_eq(line_of("2024-01-02T03:04:05.250000+01:30 box sshd[9]: hi"),
                     "2024-1-2 3:4:5 0.250 z5400|box|sshd|9|hi");
    ck_assert_str_eq(line_of("2024-01-02T03:04:05-0100 box kernel: hi"),
                     "2024-1-2 3:4:5 0.000 z-3600|box|kernel|-1|hi");
    ck_assert_str_eq(line_of("<34>1 2024-01-02T03:04:05Z box su 77 ID47 [a b=\"c\"] hi"),
                     "2024-1-2 3:4:5 0.000 z0|box|su|77|hi");
    ck_assert_str_eq(line_of("Nov 14 10:01:02 box last message repeated 2 times"),
                     "0-11-14 10:1:2 0.000 0|box||-1|last message repeated 2 times");
}
END_TEST

START_TEST(what_is_no_syslog_line_is_refused)
{
    static const char *const bad[] = {"x",
                                      "Nov",
                                      "Nov 14",
                                      "Nov 32 10:01:02 box a: b",
                                      "Nov 14 25:01:02 box a: b",
                                      "2024-13-01T00:00:00Z box a: b",
                                      "2024-01-02T03:04:05",
                                      "<86>",
                                      "Foo 14 10:01:02 box a: b"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(strcmp(line_of(bad[i]), "EBADMSG") == 0, "%s", bad[i]);
    ck_assert_str_eq(line_of(""), "ENODATA");
}
END_TEST

/* Messages -------------------------------------------------------------------------- */

static const char *event_of(const char *program, const char *message)
{
    static char       shown[1024];
    struct auth_span  p = {program, strlen(program)}, m = {message, strlen(message)};
    struct auth_event e;
    size_t            n;

    auth_message_parse(&p, &m, &e);
    n = (size_t)snprintf(shown, sizeof shown, "%s %d", auth_kind_name(e.kind), e.success);
    const struct {
        const char      *name;
        struct auth_span span;
    } parts[] = {{"u", e.user},   {"t", e.target},  {"y", e.tty},
                 {"d", e.cwd},    {"c", e.command}, {"r", e.remote},
                 {"a", e.action}, {"e", e.reason},  {"s", e.session}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].span.text)
            n += (size_t)snprintf(shown + n, sizeof shown - n, "|%s=%.*s", parts[i].name,
                                  (int)parts[i].span.size, parts[i].span.text);
    return shown;
}

START_TEST(sudo_says_who_where_and_what)
{
    ck_assert_str_eq(event_of("sudo", "ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; "
                                      "COMMAND=/usr/bin/systemctl start a ; b"),
                     "sudo 1|u=ann|t=root|y=pts/0|d=/home/ann|c=/usr/bin/systemctl start a ; b");
    ck_assert_str_eq(event_of("sudo", "ann : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; "
                                      "USER=root ; GROUP=x ; ENV=A=b ; COMMAND=/bin/ls"),
                     "sudo 0|u=ann|t=root|y=pts/0|d=/|c=/bin/ls|e=3 incorrect password attempts");
    ck_assert_str_eq(event_of("sudo", "ann : (command continued) more words"),
                     "sudo 1|u=ann|c=more words");
    ck_assert_str_eq(event_of("sudo", "pam_unix(sudo:session): session closed for user root"),
                     "session_end 1|t=root");
    ck_assert_str_eq(event_of("sudo", "hello"), "other -1");
}
END_TEST

START_TEST(su_pkexec_doas_polkit_and_cron)
{
    ck_assert_str_eq(event_of("su", "(to root) ann on pts/0"), "su 1|u=ann|t=root|y=pts/0");
    ck_assert_str_eq(event_of("su", "FAILED SU (to root) ann on pts/0"),
                     "su 0|u=ann|t=root|y=pts/0");
    ck_assert_str_eq(event_of("su", "+ /dev/pts/0 ann:root"), "su 1|u=ann|t=root|y=/dev/pts/0");
    ck_assert_str_eq(event_of("pkexec", "ann: Executing command [USER=root] [TTY=unknown] "
                                        "[CWD=/home/ann] [COMMAND=/usr/bin/x [a] b]"),
                     "pkexec 1|u=ann|t=root|y=unknown|d=/home/ann|c=/usr/bin/x [a] b");
    ck_assert_str_eq(
        event_of("pkexec", "ann: Error executing command as another user: Not "
                           "authorized [USER=root] [TTY=/dev/pts/1] [CWD=/] "
                           "[COMMAND=/bin/sh]"),
        "pkexec 0|u=ann|t=root|y=/dev/pts/1|d=/|c=/bin/sh|e=Error executing command as "
        "another user: Not authorized");
    ck_assert_str_eq(event_of("doas", "ann ran command systemctl stop x as root from /tmp"),
                     "doas 1|u=ann|t=root|d=/tmp|c=systemctl stop x");
    ck_assert_str_eq(
        event_of("polkitd", "Operator of unix-session:2 successfully authenticated as "
                            "unix-user:root to gain ONE-SHOT authorization for action "
                            "org.freedesktop.systemd1.manage-units for system-bus-name::1.23 "
                            "[systemctl restart x] (owned by unix-user:ann)"),
        "polkit 1|u=ann|t=root|c=systemctl restart x|a=org.freedesktop.systemd1.manage-units|s=2");
    ck_assert_str_eq(event_of("CRON", "(root) CMD (systemctl restart x)"),
                     "cron 1|u=root|c=systemctl restart x");
    ck_assert_str_eq(event_of("CROND", "(root) CMD (systemctl restart x)"),
                     "cron 1|u=root|c=systemctl restart x");
    ck_assert_str_eq(event_of("crond", "USER root pid  77 cmd systemctl restart x"),
                     "cron 1|u=root|c=systemctl restart x");
}
END_TEST

START_TEST(logins_and_sessions)
{
    ck_assert_str_eq(
        event_of("sshd", "Accepted publickey for ann from 10.0.0.9 port 5 ssh2: RSA x"),
        "login 1|u=ann|r=10.0.0.9");
    ck_assert_str_eq(event_of("sshd", "Failed password for invalid user bob from ::1 port 5 ssh2"),
                     "login 0|u=bob|r=::1");
    ck_assert_str_eq(event_of("sshd", "Failed password for ann from 10.0.0.9 port 5 ssh2"),
                     "login 0|u=ann|r=10.0.0.9");
    ck_assert_str_eq(event_of("sshd-session", "Accepted password for ann from h port 5 ssh2"),
                     "login 1|u=ann|r=h");
    ck_assert_str_eq(event_of("login", "FAILED LOGIN 1 FROM tty1 FOR ann, Authentication failure"),
                     "login 0|u=ann|y=tty1|e=Authentication failure");
    ck_assert_str_eq(event_of("sudo", "pam_unix(sudo:session): session opened for user "
                                      "root(uid=0) by ann(uid=1000)"),
                     "session 1|u=ann|t=root");
    ck_assert_str_eq(event_of("sshd", "pam_unix(sshd:session): session opened for user ann by "
                                      "(uid=0)"),
                     "session 1|t=ann");
    ck_assert_str_eq(event_of("su",
                              "pam_unix(su:auth): authentication failure; logname=ann uid=1000 "
                              "euid=0 tty=pts/1 ruser=ann rhost=  user=root"),
                     "auth 0|u=ann|t=root|y=pts/1");
}
END_TEST

START_TEST(programs_of_newer_and_older_hosts)
{
    ck_assert_str_eq(line_of("Jul  9 15:00:39 box polkitd(authority=local)[84]: x"),
                     "0-7-9 15:0:39 0.000 0|box|polkitd|84|x");
    ck_assert_str_eq(line_of("Jul  9 15:00:39 box gdm-password][93]: x"),
                     "0-7-9 15:0:39 0.000 0|box|gdm-password|93|x");
    ck_assert_str_eq(line_of("Jul  9 15:00:39 box (systemd)[93]: x"),
                     "0-7-9 15:0:39 0.000 0|box|(systemd)|93|x");
    ck_assert_str_eq(event_of("systemd-logind",
                              "New session '5' of user 'ann' with class 'user' and type 'tty'."),
                     "session 1|t=ann|s=5");
    ck_assert_str_eq(event_of("systemd-logind", "New session c1 of user ann."),
                     "session 1|t=ann|s=c1");
    ck_assert_str_eq(event_of("systemd-logind", "Removed session c1."), "session_end 1|s=c1");
    ck_assert_str_eq(event_of("login", "ROOT LOGIN  on '/dev/tty1'"), "login 1|u=root|y=/dev/tty1");
    ck_assert_str_eq(event_of("login", "ROOT LOGIN ON tty1"), "login 1|u=root|y=tty1");
    ck_assert_str_eq(
        event_of("login", "FAILED LOGIN (1) on '/dev/tty1' from 'h' FOR 'ann', no such user"),
        "login 0|u=ann|y=/dev/tty1|r=h|e=no such user");
    ck_assert_str_eq(event_of("login", "FAILED LOGIN 1 FROM 192.0.2.1 FOR ann, wrong"),
                     "login 0|u=ann|r=192.0.2.1|e=wrong");
    ck_assert_str_eq(event_of("sudo", "ann :  PWD=/ ; USER=root ; COMMAND=/bin/id"),
                     "sudo 1|u=ann|t=root|d=/|c=/bin/id");
}
END_TEST

START_TEST(rfc_5424_without_its_priority)
{
    ck_assert_str_eq(line_of("2024-07-09T15:00:38+02:00 box sudo 1259 - - ann : x"),
                     "2024-7-9 15:0:38 0.000 z7200|box|sudo|1259|ann : x");
    ck_assert_str_eq(line_of("1 2024-07-09T15:00:38Z box su - ID1 [a b=\"c\"] hi"),
                     "2024-7-9 15:0:38 0.000 z0|box|su|-1|hi");
    ck_assert_str_eq(line_of("2024-07-09T15:00:38Z box su: a - - b"),
                     "2024-7-9 15:0:38 0.000 z0|box|su|-1|a - - b");
}
END_TEST

START_TEST(a_folder_with_a_semicolon_is_no_refusal)
{
    ck_assert_str_eq(
        event_of("sudo", "ann : TTY=pts/0 ; PWD=/tmp/a ; b ; USER=root ; COMMAND=/bin/id"),
        "sudo 1|u=ann|t=root|y=pts/0|d=/tmp/a ; b|c=/bin/id");
}
END_TEST

/* The table --------------------------------------------------------------------------- */

/* Set when a file was last written: noon UTC of a day. */
static void written(const char *path, int64_t when)
{
    struct timespec times[2] = {{when, 0}, {when, 0}};

    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static const char *log_of(const char *name, const char *text, int64_t when)
{
    static char path[512];
    const char *dir = harness_scratch();

    harness_write_text(dir, name, text);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    written(path, when);
    return path;
}

START_TEST(years_that_lines_do_not_write_come_from_the_file)
{
    sqlite3    *db = harness_open();
    const char *log = log_of("auth.log",
                             "Dec 30 10:00:00 box su: (to root) a on pts/0\n"
                             "Jan  2 10:00:00 box su: (to root) b on pts/0\n"
                             "Dec 31 10:00:00 box su: (to root) c on pts/0\n"
                             "Jan  1 10:00:00 box su: (to root) d on pts/0\n",
                             1704110400); /* 2024-01-01 12:00 */

    harness_expect(db,
                   "a|2022-12-30 10:00:00.000000\nb|2023-01-02 10:00:00.000000\n"
                   "c|2023-12-31 10:00:00.000000\nd|2024-01-01 10:00:00.000000",
                   "SELECT user, datetime FROM auth_events('%s')", log);
    log = log_of("auth.log",
                 "Dec 30 10:00:00 box su: (to root) a on pts/0\n"
                 "2020-01-02T10:00:00+01:00 box su: (to root) b on pts/0\n"
                 "Jan  2 11:00:00 box su: (to root) c on pts/0\n",
                 1704110400);
    harness_expect(db,
                   "a|2019-12-30 10:00:00.000000\nb|2020-01-02 09:00:00.000000\n"
                   "c|2020-01-02 11:00:00.000000",
                   "SELECT user, datetime FROM auth_events('%s')", log);
    harness_close(db);
}
END_TEST

START_TEST(local_time_is_that_of_the_roots_zone)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    size_t      size;
    char        path[512];

    harness_write_text(dir, "etc/passwd", "");
    harness_write_text(dir, "etc/hostname", "dead\n");
    char *zone = harness_read("/usr/share/zoneinfo/Asia/Tokyo", &size);
    harness_write(dir, "etc/localtime", zone, size);
    free(zone);
    harness_write_text(dir, "var/log/secure", "Jan  1 10:00:00 box su: (to root) a on pts/0\n");
    snprintf(path, sizeof path, "%s/var/log/secure", dir);
    written(path, 1704110400);
    harness_expect(db, "2024-01-01 01:00:00.000000|dead|box|su|su|1",
                   "SELECT datetime, host, log_host, kind, program, line FROM auth_events "
                   "WHERE root = '%s'",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(lines_are_chosen_counted_and_reported)
{
    sqlite3    *db = harness_open();
    const char *log = log_of("auth.log",
                             "2024-01-01T10:00:00Z box sudo: a : TTY=x ; PWD=/ ; USER=root ; "
                             "COMMAND=/bin/ls\n"
                             "garbage\n"
                             "\n"
                             "2024-01-01T11:00:00Z box sshd[3]: Accepted none for b from h port 1\n"
                             "2024-01-01T12:00:00Z box foo: bar \xff\n",
                             1704110400);

    harness_expect(db, "a|/bin/ls",
                   "SELECT user, command FROM auth_events('%s') WHERE kind = 'sudo'", log);
    harness_expect(db, "b|4|3",
                   "SELECT user, line, pid FROM auth_events('%s') WHERE time = 1704106800", log);
    harness_expect(db, "other|NULL|bar \xef\xbf\xbd",
                   "SELECT kind, success, message FROM auth_events('%s') WHERE time > 1704106800",
                   log);
    harness_expect(db, "damaged|3|1",
                   "SELECT status, records, skipped FROM evidence_sources WHERE location = '%s'",
                   log);
    harness_close(db);
}
END_TEST

#define JOURNALS "journal/systemd-stable/no-rtc"

static const char *lines_in(const char *text)
{
    const char *dir = harness_scratch();

    harness_write_text(dir, "auth.log", text);
    return dir;
}

#define SUDO_LINE(minute, command)                                                                 \
    "2024-07-09T15:" minute                                                                        \
    ":00Z box sudo: ann : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=" command "\n"

START_TEST(the_end_of_a_command_is_its_beginnings_result)
{
    sqlite3    *db = harness_open();
    const char *dir = lines_in(
        SUDO_LINE("00", "/bin/a") SUDO_LINE("01", "/bin/b") SUDO_LINE("02", "/bin/a")
            SUDO_LINE("03", "/bin/a ; EXIT=1") SUDO_LINE("04", "/bin/b ; SIGNAL=TERM ; EXIT=143")
                SUDO_LINE("05", "/bin/a ; EXIT=0") SUDO_LINE("06", "/bin/a ; SIGNAL=KILL"));

    harness_expect(db, "1|/bin/a|1\n2|/bin/b|143\n3|/bin/a|0\n7|/bin/a|137",
                   "SELECT line, command, result FROM auth_events('%s/auth.log')", dir);
    harness_expect(db, "3|0",
                   "SELECT line, result FROM auth_events('%s/auth.log') WHERE time >= "
                   "unixepoch('2024-07-09 15:02:00') AND time < unixepoch('2024-07-09 15:06:00')",
                   dir);
    harness_close(db);
}
END_TEST

/* A log of a line a second, with commands of sudo's and, ten minutes later, their ends; from line `back_at` on `back`
 * seconds earlier. Its stamps have the year, or not. */
static const char *log_with_step(int n, bool dated, bool ends, int back_at, int back)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/auth.log", harness_scratch());
    FILE *file = fopen(path, "w");
    ck_assert(file != NULL);
    for (int i = 0; i < n; i++) {
        char      stamp[64];
        time_t    at = 1600000000 + i - (i >= back_at ? back : 0);
        struct tm tm;
        strftime(stamp, sizeof stamp, dated ? "%Y-%m-%dT%H:%M:%S+00:00" : "%b %e %H:%M:%S",
                 gmtime_r(&at, &tm));
        if (ends && i % 100 == 7)
            fprintf(file,
                    "%s box sudo:      ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/job %d\n",
                    stamp, i);
        else if (ends && i > 600 && i % 100 == 8)
            fprintf(file,
                    "%s box sudo:      ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/job %d ; "
                    "EXIT=%d\n",
                    stamp, i - 601, i % 3);
        else
            fprintf(file, "%s box sshd[%d]: Failed password for root from 10.0.0.1 port %d ssh2\n",
                    stamp, 1000 + i, i);
    }
    fclose(file);
    return path;
}

static const char *long_log(int n, bool dated, bool ends, int back_at)
{
    return log_with_step(n, dated, ends, back_at, 7200);
}

#define SUMS                                                                                       \
    "SELECT count(*), min(line), max(line), sum(line), sum(result), count(DISTINCT user), "        \
    "max(time) FROM "

static void expect_ranges(const char *log)
{
    static const char *const ranges[] = {
        "time >= 1600019990", "time > 1600010000 AND time < 1600011000",
        "time < 1600000003",  "time < 1600010000",
        "time > 1700000000",  "time < 1500000000",
        "time = 1600012345",  "datetime > '2020-09-13 15:00:00'",
    };
    sqlite3 *db = harness_open();

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        harness_expect(db,
                       harness_query(db, SUMS "(SELECT * FROM auth_events('%s') LIMIT -1) WHERE %s",
                                     log, ranges[i]),
                       SUMS "auth_events('%s') WHERE %s", log, ranges[i]);
    for (int descending = 0; descending < 2; descending++)
        harness_expect(db,
                       harness_query(db,
                                     "SELECT line, time, result FROM (SELECT * FROM "
                                     "auth_events('%s') LIMIT -1) ORDER BY "
                                     "+time %s, line LIMIT 30",
                                     log, descending ? "DESC" : ""),
                       "SELECT line, time, result FROM (SELECT * FROM auth_events('%s') ORDER BY "
                       "time %s LIMIT 30)",
                       log, descending ? "DESC" : "");
    harness_close(db);
}

START_TEST(a_range_of_time_gives_what_a_full_scan_gives)
{
    expect_ranges(long_log(20000, true, false, INT_MAX));
    expect_ranges(long_log(20000, true, true, INT_MAX));
    expect_ranges(long_log(20000, true, true, 10000)); /* set back: all is read */
    expect_ranges(long_log(20000, false, true, INT_MAX));
}
END_TEST

/* Between two of the 64 places of a log that are read: at each of these the clock has caught up. */
START_TEST(a_clock_that_was_set_back_for_a_short_part_of_a_log_hides_no_line)
{
    sqlite3 *db = harness_open();

    for (int round = 0; round < 4; round++) {
        int         back_at = 50000 + 400 * round;
        const char *log = log_with_step(100000, true, false, back_at, 1000);
        for (int before = 960; before > 80; before -= 80) {
            int from = 1600000000 + back_at - before;
            harness_expect(
                db, "40",
                "SELECT count(*) FROM auth_events('%s') WHERE time >= %d AND time < %d + 20", log,
                from, from);
        }
    }
    harness_close(db);
}
END_TEST

/* Of one host's log, as a log whose lines say their host is read whole. */
START_TEST(the_ends_of_a_log_are_those_of_all_lines)
{
    for (int round = 0; round < 4; round++) {
        static const char *const where[] = {"1", "ends = 1"};
        static const char        span[] =
            "SELECT host, min(time), max(time) FROM auth_events WHERE %s GROUP BY host";
        const char *root = harness_scratch();
        size_t      size;
        const char *log = long_log(20000, round != 3, round == 1, round == 2 ? 10000 : INT_MAX);
        sqlite3    *db = harness_open();
        char       *text = harness_read(log, &size);

        harness_write_text(root, "etc/hostname", "web1\n");
        harness_write_text(root, "etc/os-release", "ID=debian\n");
        harness_write(root, "var/log/auth.log", text, size);
        free(text);
        harness_query(db, "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('%s')",
                      root);
        harness_expect(db, harness_query(db, span, where[0]), span, where[1]);
        int64_t rows = harness_int(db, "SELECT count(*) FROM auth_events WHERE ends = 1");
        if (round == 0)
            ck_assert_int_lt(rows, 3000);
        else /* ends of sudo's commands, a clock set back, no years: read whole, for two */
            ck_assert_int_eq(rows, 2);
        harness_expect(db, "0",
                       "SELECT count(*) FROM (SELECT line, time, message FROM auth_events WHERE "
                       "ends = 1 EXCEPT SELECT line, "
                       "time, message FROM auth_events)");
        harness_expect(db, "20000", "SELECT max(line) FROM auth_events WHERE ends = 1");
        if (round)
            harness_expect(
                db, "20000",
                "SELECT max(records) FROM evidence_sources WHERE table_name = 'auth_events'");
        harness_close(db);
    }
}
END_TEST

/* Of the two kinds that the table reads, a journal has a mark. */
START_TEST(a_log_of_any_name_is_known_by_its_bytes)
{
    static const char *const names[] = {"collected", "auth_copy.txt"};
    sqlite3                 *db = harness_open();

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        harness_expect(
            db, "a", "SELECT user FROM auth_events('%s')",
            log_of(names[i], "Jan  2 10:00:00 box su: (to root) a on pts/0\n", 1704110400));
    ck_assert_ptr_nonnull(
        strstr(harness_error(db, "SELECT user FROM auth_events('')"), "No such file or directory"));
    harness_close(db);
}
END_TEST

START_TEST(the_newest_lines_are_read_alone)
{
    sqlite3    *db = harness_open();
    const char *log = long_log(20000, true, false, INT_MAX);

    harness_expect(db, "20|20000|1600019999.0",
                   "SELECT count(*), max(line), max(time) FROM (SELECT line, time FROM "
                   "auth_events('%s') ORDER BY time DESC "
                   "LIMIT 20)",
                   log);
    ck_assert_int_lt(
        harness_int(db, "SELECT records FROM evidence_sources WHERE location = '%s'", log), 3000);
    harness_expect(db, "1600000000.0", "SELECT min(time) FROM auth_events('%s')", log);
    ck_assert_int_lt(
        harness_int(db, "SELECT records FROM evidence_sources WHERE location = '%s'", log), 3000);
    harness_close(db);
}
END_TEST

START_TEST(a_message_repeated_is_one_event_with_its_count)
{
    sqlite3    *db = harness_open();
    const char *dir = lines_in(
        "Jul  9 15:00:57 box message repeated 3 times: [ sshd[79]: Failed password for root "
        "from 203.0.113.7 port 4 ssh2]\n"
        "Jul  9 15:00:58 box sshd[80]: message repeated 2 times: [ Failed password for ann "
        "from 203.0.113.7 port 4 ssh2]\n"
        "Jul  9 15:00:59 box su[81]: pam_unix(su:session): session opened for user "
        "root(uid=0) by ann(uid=1000)\n");

    harness_expect(
        db,
        "login|root|203.0.113.7|79|3|NULL|NULL|NULL\nlogin|ann|203.0.113.7|80|2|NULL|NULL|NULL\n"
        "session|ann|NULL|81|1|1000|0|NULL",
        "SELECT kind, user, remote_host, pid, count, uid, target_uid, writer_uid "
        "FROM auth_events('%s/auth.log')",
        dir);
    harness_close(db);
}
END_TEST

static void write_journal(const char *dir, const char *path, char **ret_data, size_t *ret_size)
{
    size_t   size;
    uint8_t *data = make_journal("host", &size);

    harness_write(dir, path, data, size);
    if (ret_data)
        *ret_data = (char *)data, *ret_size = size;
    else
        free(data);
}

/* One entry has a time 1.5 ms after the one at which journald received it. */
START_TEST(the_messages_of_a_made_journal_are_events_too)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();

    write_journal(dir, "host.journal", NULL, NULL);
    harness_expect(
        db, "login|10\nsu|10\nsudo|10",
        "SELECT kind, count(*) FROM auth_events('%s/host.journal') WHERE kind <> 'other' "
        "GROUP BY kind",
        dir);
    harness_expect(db, "1795514401.0015|ann|root|pts/0|1|/usr/bin/su|host|0",
                   "SELECT time, user, target_user, tty, success, exe, log_host, writer_uid FROM "
                   "auth_events('%s/host.journal') WHERE kind = 'su' AND time < 1795514402",
                   dir);
    harness_expect(
        db, "1", "SELECT count(*) FROM auth_events('%s/host.journal') WHERE time = 1795514401.0015",
        dir);
    harness_expect(db, "0",
                   "SELECT count(*) FROM auth_events('%s/host.journal') WHERE time > 1795514500",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(an_entry_of_a_made_journal_whose_message_is_unreadable_is_counted)
{
    static const char start[] = "MESSAGE=(to root) ann on pts/0";
    const char       *dir = harness_scratch();
    sqlite3          *db = harness_open();
    char             *data;
    size_t            size;

    write_journal(dir, "whole.journal", &data, &size);
    char *at = memmem(data, size, start, sizeof start - 1);
    ck_assert_ptr_nonnull(at);
    at[7] = ' '; /* no '=' any more, in the one object that ten entries share */
    harness_write(dir, "cut.journal", data, size);
    free(data);
    harness_expect(db, "whole.journal|10\ncut.journal|0",
                   "SELECT replace(source, '%s/', ''), count(*) FILTER (WHERE kind = 'su') "
                   "FROM auth_events('%s/*.journal') GROUP BY source ORDER BY source DESC",
                   dir, dir);
    harness_expect(db, "whole.journal|0\ncut.journal|10",
                   "SELECT replace(source, '%s/', ''), skipped FROM evidence_sources "
                   "WHERE table_name = 'auth_events' AND source GLOB '%s/*.journal' "
                   "ORDER BY source DESC",
                   dir, dir);
    harness_close(db);
}
END_TEST

START_TEST(a_hosts_made_journal_is_read_where_it_keeps_no_text_log)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(dir, "etc/passwd", "");
    write_journal(dir, "var/log/journal/0123/system.journal", NULL, NULL);
    harness_expect(db, "30",
                   "SELECT count(*) FROM auth_events WHERE root = '%s' AND kind <> 'other'", dir);
    harness_write_text(dir, "var/log/auth.log", "2024-01-01T10:00:00Z box su: (to root) a on x\n");
    harness_expect(db, "a", "SELECT user FROM auth_events WHERE root = '%s'", dir);
    harness_close(db);
}
END_TEST

START_TEST(the_messages_of_a_journal_are_events_too)
{
    const char *dir = harness_evidence(JOURNALS);

    if (!dir)
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    /* As journalctl --file counts the entries of these identifiers in the undamaged file. */
    harness_expect(db, "45",
                   "SELECT count(*) FROM auth_events('%s') WHERE source GLOB '*5ebbfd4346b9f*'",
                   dir);
    harness_expect(
        db, "root|root|pts/0|1|/usr/bin/su|fedora|0",
        "SELECT user, target_user, tty, success, exe, log_host, writer_uid FROM auth_events('%s') "
        "WHERE kind = 'su'",
        dir);
    harness_expect(db, "1",
                   "SELECT count(*) FROM auth_events('%s') WHERE kind = 'su' AND "
                   "time BETWEEN 1666584250 AND 1666584251",
                   dir);
    harness_expect(db, "0", "SELECT count(*) FROM auth_events('%s') WHERE time > 1700000000", dir);
    harness_close(db);
}
END_TEST

/* An entry of that file has a time 1.5 ms after the one at which journald received it. */
START_TEST(an_entry_received_before_its_own_time_is_found_by_that)
{
    const char *path = harness_evidence("journal/artemis");

    if (!path)
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    harness_expect(db, "/usr/bin/dnf upgrade",
                   "SELECT command FROM auth_events('%s') WHERE time = 1688346987.605452", path);
    harness_close(db);
}
END_TEST

START_TEST(a_damaged_journal_gives_what_can_be_read)
{
    const char *dir = harness_evidence(JOURNALS);

    if (!dir)
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    harness_expect(db, "20",
                   "SELECT count(*) FROM auth_events('%s') WHERE source GLOB '*5ebbfd4385848*'",
                   dir);
    harness_expect(db, "damaged|20|68",
                   "SELECT status, records, skipped FROM evidence_sources WHERE "
                   "table_name = 'auth_events' AND location GLOB '*5ebbfd4385848*'");
    harness_close(db);
}
END_TEST

/* Its row says less than it did. */
START_TEST(an_entry_whose_message_is_unreadable_is_counted)
{
    static const char start[] = "MESSAGE=(to root) root on pts/0";
    const char       *journal =
        harness_evidence(JOURNALS "/system@0005ebbfd4346b9f-43185b46162d9fa5.journal~");
    const char *dir = harness_scratch();
    size_t      size;

    if (!journal)
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    char    *data = harness_read(journal, &size);
    harness_write(dir, "whole.journal", data, size);
    char *at = memmem(data, size, start, sizeof start - 1);
    ck_assert_ptr_nonnull(at);
    at[7] = ' '; /* no '=' any more */
    harness_write(dir, "cut.journal", data, size);
    free(data);
    harness_expect(db, "whole.journal|1\ncut.journal|0",
                   "SELECT replace(source, '%s/', ''), count(*) FILTER (WHERE kind = 'su' AND time "
                   "< 1666584251) "
                   "FROM auth_events('%s/*.journal') GROUP BY source ORDER BY source DESC",
                   dir, dir);
    harness_expect(db, "whole.journal|0\ncut.journal|1",
                   "SELECT replace(source, '%s/', ''), skipped FROM evidence_sources "
                   "WHERE table_name = 'auth_events' AND source GLOB '%s/*.journal' "
                   "ORDER BY source DESC",
                   dir, dir);
    harness_close(db);
}
END_TEST

START_TEST(a_hosts_journal_is_read_where_it_keeps_no_text_log)
{
    const char *dir = harness_scratch();
    const char *journal =
        harness_evidence(JOURNALS "/system@0005ebbfd4346b9f-43185b46162d9fa5.journal~");
    size_t size;

    if (!journal)
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    char    *data = harness_read(journal, &size);
    harness_write_text(dir, "etc/passwd", "");
    harness_write(dir, "var/log/journal/0123/system.journal", data, size);
    free(data);
    harness_expect(db, "45", "SELECT count(*) FROM auth_events WHERE root = '%s'", dir);
    harness_write_text(dir, "var/log/auth.log", "2024-01-01T10:00:00Z box su: (to root) a on x\n");
    harness_expect(db, "a", "SELECT user FROM auth_events WHERE root = '%s'", dir);
    harness_close(db);
}
END_TEST

Suite *make_auth_events_suite(void)
{
    const TTest *const tests[] = {
        lines_of_each_syslog_format,
        what_is_no_syslog_line_is_refused,
        sudo_says_who_where_and_what,
        su_pkexec_doas_polkit_and_cron,
        logins_and_sessions,
        programs_of_newer_and_older_hosts,
        rfc_5424_without_its_priority,
        a_folder_with_a_semicolon_is_no_refusal,
        the_end_of_a_command_is_its_beginnings_result,
        a_message_repeated_is_one_event_with_its_count,
        a_range_of_time_gives_what_a_full_scan_gives,
        a_clock_that_was_set_back_for_a_short_part_of_a_log_hides_no_line,
        the_ends_of_a_log_are_those_of_all_lines,
        a_log_of_any_name_is_known_by_its_bytes,
        the_newest_lines_are_read_alone,
        years_that_lines_do_not_write_come_from_the_file,
        local_time_is_that_of_the_roots_zone,
        lines_are_chosen_counted_and_reported,
        the_messages_of_a_made_journal_are_events_too,
        an_entry_of_a_made_journal_whose_message_is_unreadable_is_counted,
        a_hosts_made_journal_is_read_where_it_keeps_no_text_log,
        the_messages_of_a_journal_are_events_too,
        an_entry_received_before_its_own_time_is_found_by_that,
        a_damaged_journal_gives_what_can_be_read,
        an_entry_whose_message_is_unreadable_is_counted,
        a_hosts_journal_is_read_where_it_keeps_no_text_log,
    };
    Suite *suite = suite_create("auth_events");
    TCase *tcase = tcase_create("auth_events");

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}
