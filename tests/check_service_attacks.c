/* check_service_attacks.c -- tricks with services, staged on a real systemd with a real journald,
 * and the views' rows of each: found where it should be, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness.h"
#include "make_systemd.h"

static const char *dir;
static pid_t       booted;

static void boot(void)
{
    dir = harness_scratch();
    booted = systemd_start(dir);
}

static void stop(void)
{
    if (booted > 0)
        systemd_stop(dir);
}

static sqlite3 *inside(void)
{
    systemd_enter(dir);
    return harness_open();
}

/* Make a unit that stays up, so that each test has one of its own. */
static void make_unit(const char *name, const char *exec)
{
    systemd_shell("printf '[Unit]\\nDescription=%s\\n[Service]\\nExecStart=%s\\n"
                  "[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/%s.service; "
                  "systemctl daemon-reload",
                  name, exec, name);
}

/* journald writes a moment after the manager has reported it. */
static void settle(void)
{
    systemd_shell("journalctl --sync");
}

START_TEST(the_journal_tells_of_starts_and_stops)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("plain", "/bin/sleep 1000");
    systemd_shell("systemctl start plain; systemctl stop plain");
    settle();
    harness_expect(db, "started|1|systemd\nstopped|1|systemd",
                   "SELECT action, pid, replace(exe, rtrim(exe, replace(exe, '/', '')), '') FROM "
                   "service_events WHERE service = 'plain.service' AND action IN ('started', "
                   "'stopped') ORDER BY time");
    harness_close(db);
}
END_TEST

START_TEST(a_service_that_is_killed_fails)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("killed", "/bin/sleep 1000");
    systemd_shell("systemctl start killed; systemctl kill -s SIGKILL killed; "
                  "until systemctl -q is-failed killed; do sleep 0.05; done");
    settle();
    harness_expect(db, "1",
                   "SELECT count(*) FROM service_events WHERE service = 'killed.service' "
                   "AND action = 'failed'");
    harness_expect(db, "1",
                   "SELECT detail LIKE '%%code=killed%%KILL%%' FROM service_events WHERE "
                   "service = 'killed.service' AND action = 'state'");
    harness_close(db);
}
END_TEST

START_TEST(killing_a_security_service_is_a_finding)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("osqueryd", "/bin/sleep 1000");
    systemd_shell(
        "systemctl start osqueryd; kill -9 $(systemctl show -p MainPID --value osqueryd); "
        "until systemctl -q is-failed osqueryd; do sleep 0.05; done");
    settle();
    harness_expect(db, "medium|kills_security",
                   "SELECT severity, signals FROM t1569_service_creation WHERE subject = "
                   "'osqueryd.service'");
    harness_close(db);
}
END_TEST

/* The same of nothing that watches, of a restart, and of a shutdown's like. */
START_TEST(a_security_service_that_stops_alone_is_a_finding)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("osqueryd", "/bin/sleep 1000");
    make_unit("wazuh-agent", "/bin/sleep 1000");
    make_unit("cooking", "/bin/sleep 1000");
    systemd_shell("systemctl start osqueryd wazuh-agent cooking; systemctl stop osqueryd cooking; "
                  "systemctl restart wazuh-agent");
    settle();
    harness_expect(db, "osqueryd.service|stops_security",
                   "SELECT target, signals FROM findings WHERE signals GLOB '*stops_security*'");
    harness_close(db);
}
END_TEST

START_TEST(security_services_that_stop_with_all_others_are_no_finding)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("osqueryd", "/bin/sleep 1000");
    for (int i = 0; i < 9; i++) {
        char name[24];
        snprintf(name, sizeof name, "other%d", i);
        make_unit(name, "/bin/sleep 1000");
    }
    systemd_shell("systemctl start osqueryd other0 other1 other2 other3 other4 other5 other6 "
                  "other7 other8; systemctl stop osqueryd 'other*'");
    settle();
    harness_expect(db, "0", "SELECT count(*) FROM findings WHERE signals GLOB '*stops_security*'");
    harness_close(db);
}
END_TEST

/* A package's script stops its own daemon; without the package's log the same is a finding. */
START_TEST(a_security_service_that_a_package_stops_is_no_finding)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("laurel", "/bin/sleep 1000");
    systemd_shell("systemctl start laurel; systemctl stop laurel; mkdir -p /var/log; "
                  "date '+%%Y-%%m-%%d %%H:%%M:%%S status half-configured laurel:amd64 1' "
                  "> /var/log/dpkg.log");
    settle();
    harness_expect(db, "0",
                   "SELECT count(*) FROM findings WHERE target = 'laurel.service' AND "
                   "signals GLOB '*stops_security*'");
    systemd_shell("rm /var/log/dpkg.log");
    harness_expect(db, "1",
                   "SELECT count(*) FROM findings WHERE target = 'laurel.service' AND "
                   "signals GLOB '*stops_security*'");
    harness_close(db);
}
END_TEST

/* Of the same minute: journald names the session by the scope that the writer is in, so it stays there until its
 * line is written. */
START_TEST(steps_of_a_session_of_the_journal_are_one_incident)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    systemd_shell(
        "in_session() { systemd-run --quiet --scope --slice=user-%d.slice --unit=session-$1 "
        "sh -c 'for s; do { echo \"$USER : TTY=pts/0 ; PWD=/ ; USER=root ; "
        "COMMAND=/usr/bin/systemctl stop $s\"; until journalctl -q -o cat -t sudo | "
        "grep -q \"stop $s\\$\"; do sleep 0.1; done; } | systemd-cat -t sudo; done' "
        "\"$@\"; }; export USER=ann; in_session 7 crowdsec clamav-daemon; USER=eve; "
        "in_session 8 sshguard",
        SYSTEMD_TESTER_UID);
    settle();
    harness_expect(db, "7|ann|2|clamav-daemon,crowdsec\n8|eve|1|sshguard",
                   "SELECT session, max(login_user), count(DISTINCT target), "
                   "(SELECT group_concat(target) FROM (SELECT DISTINCT target FROM incident_events "
                   "AS o WHERE o.incident = e.incident AND o.session = e.session ORDER BY 1)) "
                   "FROM incident_events AS e WHERE session IN ('7', '8') GROUP BY incident "
                   "ORDER BY session");
    harness_close(db);
}
END_TEST

START_TEST(a_frozen_security_service_is_a_finding)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("wazuh-agent", "/bin/sleep 1000");
    make_unit("cooking", "/bin/sleep 1000");
    systemd_shell("systemctl start wazuh-agent cooking; systemctl freeze wazuh-agent cooking");
    harness_expect(db, "frozen|2",
                   "SELECT freezer_state, count(*) FROM systemd_units WHERE scope = 'system' AND "
                   "id IN ('wazuh-agent.service', 'cooking.service')");
    harness_expect(db, "medium|wazuh-agent.service|stops_security",
                   "SELECT severity, service, signals FROM t1569_service_creation WHERE signals "
                   "GLOB '*stops_security*'");
    systemd_shell("systemctl thaw wazuh-agent cooking");
    harness_expect(db, "0", "SELECT count(*) FROM findings WHERE signals GLOB '*stops_security*'");
    harness_close(db);
}
END_TEST

/* Its package's script had enabled the one, nobody the other; the third runs all the same. */
START_TEST(a_sensor_that_was_switched_off_is_a_finding_of_the_state_alone)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("falcon-sensor", "/bin/sleep 1000");
    make_unit("osqueryd", "/bin/sleep 1000");
    make_unit("wazuh-agent", "/bin/sleep 1000");
    systemd_shell(
        "mkdir -p /var/lib/systemd/deb-systemd-helper-enabled; "
        "touch /var/lib/systemd/deb-systemd-helper-enabled/falcon-sensor.service.dsh-also;"
        " systemctl start wazuh-agent");
    harness_expect(db, "falcon-sensor.service|1|1\nosqueryd.service|0|1",
                   "SELECT target, instr(signals, 'stops_security') > 0, "
                   "instr(signals, 'sensor_off') > 0 FROM findings WHERE target IN "
                   "('falcon-sensor.service', 'osqueryd.service', 'wazuh-agent.service') "
                   "AND (signals GLOB '*sensor_off*' OR signals GLOB '*stops_security*') "
                   "ORDER BY 1");
    harness_close(db);
}
END_TEST

/* A unit that was just made is as recent with another file's time as with its own. */
START_TEST(a_time_set_by_touch_changes_no_grade)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("touched", "/opt/a");
    make_unit("untouched", "/opt/a");
    systemd_shell("mkdir -p /var/lib/dpkg/info /var/log; "
                  "printf 'Package: cron\\nStatus: install ok installed\\nVersion: 1\\n"
                  "Architecture: all\\n\\n' > /var/lib/dpkg/status; "
                  "echo /usr/sbin/cron > /var/lib/dpkg/info/cron.list; "
                  "echo '2024-01-01 00:00:00 status installed cron:all 1' > /var/log/dpkg.log; "
                  "touch -d '2024-01-01 00:00:00' /etc/systemd/system/touched.service");
    harness_expect(db, "1|1",
                   "SELECT count(DISTINCT severity || signals), min(instr(signals, 'recent') > 0) "
                   "FROM findings WHERE target IN ('touched.service', 'untouched.service')");
    harness_expect(db, "2",
                   "SELECT count(*) FROM findings WHERE target IN ('touched.service', "
                   "'untouched.service')");
    systemd_shell("rm -r /var/lib/dpkg /var/log/dpkg.log");
    harness_close(db);
}
END_TEST

/* A copy of the disk, whose inodes are new: two old files, the one of a unit that the journal has known since before
 * the last week, the other of one that it first tells of within it. */
START_TEST(a_unit_that_a_journal_first_tells_of_in_the_last_week_is_recent)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    make_unit("early", "/opt/a");
    make_unit("late", "/opt/a");
    systemd_shell(
        "systemctl start early; s=$(date +%%s); until [ $(date +%%s) -gt $((s + 1)) ]; do sleep "
        "0.1; done; systemctl start late; journalctl --sync; r=%s/copy; mkdir -p "
        "$r/etc/systemd/system $r/var/log $r/var/lib/dpkg/info; cp -r /var/log/journal $r/var/log; "
        "cp /etc/systemd/system/early.service /etc/systemd/system/late.service "
        "$r/etc/systemd/system; touch -d '2024-03-01' $r/etc/systemd/system/*; "
        "printf 'Package: cron\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n' "
        "> $r/var/lib/dpkg/status; echo /usr/sbin/cron > $r/var/lib/dpkg/info/cron.list; { echo "
        "'2024-01-01 00:00:00 status installed a:all 1'; date -u -d @$((s + 1 + 604800)) "
        "'+%%F %%T status installed cron:all 1'; } > $r/var/log/dpkg.log; echo UTC > "
        "$r/etc/timezone; echo ID=debian > $r/etc/os-release; rm /etc/systemd/system/early.service "
        "/etc/systemd/system/late.service",
        dir);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s/copy')", dir);
    harness_expect(
        db,
        "/etc/systemd/system/early.service|info|0\n"
        "/etc/systemd/system/late.service|low|1",
        "SELECT subject, severity, instr(signals, 'recent') > 0 FROM findings WHERE "
        "subject GLOB '/etc/systemd/system/*te*.service' OR subject GLOB '*early.service'"
        " ORDER BY 1");
    harness_close(db);
}
END_TEST

START_TEST(a_transient_unit_that_ran_and_went_leaves_its_command)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    systemd_shell("systemd-run --quiet --wait --unit=report /bin/sh -c 'echo done; true'");
    systemd_shell("cp /bin/true /dev/shm/kd; systemd-run --quiet --wait /dev/shm/kd 30");
    settle();
    harness_expect(db, "0", "SELECT count(*) FROM systemd_units WHERE id = 'report.service'");
    harness_expect(db, "low|1",
                   "SELECT severity, image_path LIKE '/%%sh -c %%echo done%%' FROM "
                   "service_event_signals AS s JOIN findings AS f ON f.record = s.record WHERE "
                   "s.service = 'report.service'");
    harness_expect(db, "1",
                   "SELECT severity IN ('high', 'critical') AND instr(signals, 'runs_from_temp') "
                   "FROM findings WHERE evidence LIKE '%%/dev/shm/kd 30%%' AND "
                   "signals GLOB '*transient*'");
    harness_close(db);
}
END_TEST

START_TEST(a_transient_unit_is_reported)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    systemd_shell("systemd-run --quiet --unit=transient-x sleep 100");
    systemd_shell(
        "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 "
        "org.freedesktop.systemd1.Manager StartTransientUnit 'ssa(sv)a(sa(sv))' "
        "bus-x.service fail 1 ExecStart 'a(sasb)' 1 /bin/sleep 2 sleep 100 false 0 "
        ">/dev/null; until systemctl -q is-active bus-x transient-x; do sleep 0.05; done");
    settle();
    harness_expect(db, "bus-x.service\ntransient-x.service",
                   "SELECT service FROM service_events WHERE action = 'started' AND service IN "
                   "('bus-x.service', 'transient-x.service') ORDER BY service");
    harness_close(db);
}
END_TEST

START_TEST(a_user_manager_tells_of_its_units)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    systemd_shell("setpriv --reuid=%d --regid=%d --clear-groups env XDG_RUNTIME_DIR=/run/user/%d "
                  "HOME=/home/tester systemd-run --user --quiet --unit=user-x sleep 100",
                  SYSTEMD_TESTER_UID, SYSTEMD_TESTER_UID, SYSTEMD_TESTER_UID);
    settle();
    harness_expect(db, "user-x.service|1234",
                   "SELECT service, user FROM service_events WHERE action = 'started' AND "
                   "service = 'user-x.service'");
    harness_close(db);
}
END_TEST

START_TEST(fields_that_another_program_writes_are_not_believed)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    systemd_shell("printf 'MESSAGE_ID=39f53479d3a045ac8e11786248231fbf\\nUNIT=forged.service\\n"
                  "MESSAGE=Started forged.\\nJOB_TYPE=start\\n' | logger --journald");
    settle();
    harness_expect(db, "1", "SELECT count(*) FROM journal WHERE about_unit = 'forged.service'");
    harness_expect(db, "0", "SELECT count(*) FROM service_events WHERE service = 'forged.service'");
    harness_close(db);
}
END_TEST

START_TEST(sudo_lines_in_the_journal_are_commands)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    systemd_shell("echo 'bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/systemctl mask "
                  "auditd' | systemd-cat -t sudo");
    systemd_shell("echo 'bob : command not allowed ; TTY=pts/0 ; PWD=/ ; USER=root ; "
                  "COMMAND=/usr/bin/systemctl stop rsyslog' | systemd-cat -t sudo");
    settle();
    harness_expect(db, "bob|root|mask|auditd|sudo|1\nbob|root|stop|rsyslog|sudo|0",
                   "SELECT login_user, user, verb, target, via, success FROM service_commands "
                   "WHERE login_user = 'bob' ORDER BY target");
    harness_expect(db, "2",
                   "SELECT count(*) FROM findings WHERE signals LIKE '%%stops_security%%' "
                   "AND subject LIKE '/usr/bin/systemctl %%'");
    harness_close(db);
}
END_TEST

START_TEST(typed_commands_are_found_and_harmless_ones_are_not)
{
    NEED_SYSTEMD(booted);
    sqlite3 *db = inside();

    systemd_shell("mkdir -p /root; printf 'systemctl status ssh\\njournalctl -u ssh\\n"
                  "systemctl link /dev/shm/x.service\\n' > /root/.bash_history");
    harness_expect(db, "systemctl link /dev/shm/x.service",
                   "SELECT subject FROM findings WHERE analytic LIKE '%%command_execution%%' AND "
                   "subject LIKE 'systemctl %%' AND severity IN ('high', 'critical')");
    harness_expect(db, "info",
                   "SELECT severity FROM t1569_command_execution WHERE cmdline = "
                   "'systemctl status ssh'");
    harness_close(db);
}
END_TEST

/* Audit ----------------------------------------------------------------------------------- */

/* The kernel has one audit for all: who uses it holds a lock that is the kernel's too, rules name the
 * programs and the folder that count, and all is off again when the shell ends, whatever happens. 77:
 * somebody else is using it. It tells of the whole machine, also of what other tests do. The daemon is there when a message arrives, and all is written when a message
 * after all events is. */
static const char audited[] =
    "command -v auditd auditctl >/dev/null || exit 77\n"
    "exec 9</sys/kernel && flock -w 300 9 || exit 77\n"
    "status() { auditctl -s 2>/dev/null | sed -n \"s/^$1 //p\"; }\n"
    "until_true() { n=0; until \"$@\"; do n=$((n + 1)); [ $n -lt 1200 ] || exit 1; sleep 0.05; "
    "done; }\n"
    "[ \"$(status enabled)\" = 0 ] && ! [ -e /proc/$(status pid) ] || exit 77\n"
    "log=$LOGS/var/log/audit\n"
    "mkdir -p $log $LOGS/conf\n"
    "printf 'log_file = %s\\nlog_format = RAW\\nwrite_logs = yes\\nlocal_events = yes\\n"
    "flush = INCREMENTAL_ASYNC\\nfreq = 1\\nmax_log_file = 50\\nnum_logs = 2\\n"
    "max_log_file_action = IGNORE\\nspace_left = 1\\nspace_left_action = IGNORE\\n"
    "admin_space_left = 0\\nadmin_space_left_action = IGNORE\\ndisk_full_action = IGNORE\\n"
    "disk_error_action = IGNORE\\nname_format = NONE\\n' $log/audit.log >$LOGS/conf/auditd.conf\n"
    "auditd -n -c $LOGS/conf -s nochange >/dev/null 2>&1 9<&- & daemon=$!\n"
    "end() { auditctl -D -k svcql_test; auditctl -e 0; kill $daemon; wait $daemon; }\n"
    "trap 'end >/dev/null 2>&1' EXIT\n"
    "listens() { [ \"$(status pid)\" = $daemon ]; }\n"
    "until_true listens\n"
    "rule() { nsenter -t $BOX -m -- auditctl -a always,exit -F arch=b64 \"$@\" -k svcql_test || "
    "exit 77; }\n"
    "for exe in systemctl systemd-run; do rule -S execve -F exe=/usr/bin/$exe; done\n"
    "rule -F dir=/etc/systemd -F perm=wa\n"
    "auditctl -e 1 >/dev/null\n"
    "written() { auditctl -m \"$1\" >/dev/null; grep -q \"$1\" $log/audit.log; }\n"
    "until_true written svcql_begins\n"
    "nsenter -t $BOX -m -u -i -n -p -- /bin/sh -c \"$TRICKS\"\n"
    "until_true written svcql_ends\n";

static const char tricks[] =
    "printf '[Service]\\nExecStart=/bin/sleep 99\\n' > /etc/systemd/system/audited.service\n"
    "systemctl daemon-reload; systemctl start audited.service\n"
    "printf '[Service]\\nExecStart=/bin/sleep 9\\n' > /tmp/linked.service\n"
    "systemctl link /tmp/linked.service\n"
    "systemctl mask nosuch.service; systemctl stop audited.service\n"
    "systemd-run --quiet --unit=audited-run /bin/sleep 99\n"
    "rm /etc/systemd/system/audited.service\n";

START_TEST(audit_tells_who_ran_what_and_which_files_changed)
{
    NEED_SYSTEMD(booted);
    const char *logs = harness_scratch();
    char        box[32];

    snprintf(box, sizeof box, "%d", (int)systemd_pid(dir));
    setenv("LOGS", logs, 1);
    setenv("BOX", box, 1);
    setenv("TRICKS", tricks, 1);
    int status = system(audited);
    if (WEXITSTATUS(status) == 77)
        SKIP("audit is not to be had here, or in use");
    ck_assert_int_eq(status, 0);

    sqlite3 *db = harness_open();
    harness_write_text(logs, "etc/os-release", "ID=debian\n");
    harness_write_text(logs, "etc/hostname", "audited\n");
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", logs);
    harness_expect(db,
                   "systemctl|start|audited.service\n"
                   "systemctl|link|/tmp/linked.service\nsystemctl|mask|nosuch.service\n"
                   "systemctl|stop|audited.service\nsystemd-run|run|audited-run",
                   "SELECT tool, verb, target FROM service_commands WHERE host = 'audited' "
                   "AND verb <> 'show' AND target REGEXP 'audited|linked|nosuch' ORDER BY time");
    harness_expect(db,
                   "created|/etc/systemd/system/audited.service\n"
                   "created|/etc/systemd/system/linked.service\n"
                   "created|/etc/systemd/system/nosuch.service\n"
                   "deleted|/etc/systemd/system/audited.service",
                   "SELECT action, path FROM file_events WHERE host = 'audited' AND action IN "
                   "('created', 'deleted') AND path REGEXP 'audited|linked|nosuch' ORDER BY time");
    harness_expect(db, "1",
                   "SELECT severity IN ('high', 'critical') FROM t1569_command_execution WHERE "
                   "host = 'audited' AND cmdline = 'systemctl link /tmp/linked.service'");
    harness_close(db);
}
END_TEST

Suite *make_service_attacks_suite(void);

Suite *make_service_attacks_suite(void)
{
    Suite *suite = suite_create("service_attacks");
    TCase *tcase = tcase_create("service_attacks");

    tcase_add_unchecked_fixture(tcase, boot, stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, the_journal_tells_of_starts_and_stops);
    tcase_add_test(tcase, a_service_that_is_killed_fails);
    tcase_add_test(tcase, killing_a_security_service_is_a_finding);
    tcase_add_test(tcase, a_security_service_that_stops_alone_is_a_finding);
    tcase_add_test(tcase, a_security_service_that_a_package_stops_is_no_finding);
    tcase_add_test(tcase, security_services_that_stop_with_all_others_are_no_finding);
    tcase_add_test(tcase, a_frozen_security_service_is_a_finding);
    tcase_add_test(tcase, a_sensor_that_was_switched_off_is_a_finding_of_the_state_alone);
    tcase_add_test(tcase, a_time_set_by_touch_changes_no_grade);
    tcase_add_test(tcase, a_unit_that_a_journal_first_tells_of_in_the_last_week_is_recent);
    tcase_add_test(tcase, a_transient_unit_that_ran_and_went_leaves_its_command);
    tcase_add_test(tcase, a_transient_unit_is_reported);
    tcase_add_test(tcase, a_user_manager_tells_of_its_units);
    tcase_add_test(tcase, fields_that_another_program_writes_are_not_believed);
    tcase_add_test(tcase, sudo_lines_in_the_journal_are_commands);
    tcase_add_test(tcase, typed_commands_are_found_and_harmless_ones_are_not);
    tcase_add_test(tcase, audit_tells_who_ran_what_and_which_files_changed);
    tcase_add_test(tcase, steps_of_a_session_of_the_journal_are_one_incident);
    suite_add_tcase(suite, tcase);
    return suite;
}
