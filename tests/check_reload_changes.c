/* check_reload_changes.c -- reload_changes against a real systemd: its rows before a daemon-reload
 * are what
 * `systemctl show` has changed after it, and a host whose files are loaded has no row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "make_manager.h"
#include "systemd_box.h"

#define ETC "etc/systemd/system/"

/* The properties of a unit as the table `name`(property, value), as systemctl shows them. */
static void load_shown(sqlite3 *db, const char *name, const char *unit)
{
    char          command[256], *text = NULL, *rest, *line;
    size_t        room = 0;
    sqlite3_stmt *stmt;

    snprintf(command, sizeof command, "systemctl show --all %s", unit);
    FILE *pipe = popen(command, "re");
    ck_assert(pipe && getdelim(&text, &room, '\0', pipe) > 0);
    ck_assert_int_eq(pclose(pipe), 0);
    harness_query(db, "CREATE TEMP TABLE %s(property, value)", name);
    snprintf(command, sizeof command, "INSERT INTO %s VALUES (?, ?)", name);
    sqlite3_prepare_v2(db, command, -1, &stmt, NULL);
    for (rest = text; (line = strsep(&rest, "\n"));) {
        char *equals = strchr(line, '=');
        if (!equals)
            continue;
        sqlite3_bind_text(stmt, 1, line, (int)(equals - line), SQLITE_STATIC);
        sqlite3_bind_text(stmt, 2, equals + 1, -1, SQLITE_STATIC);
        ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    free(text);
}

START_TEST(a_host_that_has_read_its_disk_has_no_row)
{
    ENTER();
    sqlite3 *db = harness_open();

    /* All units that the machine has, templates with an instance. */
    systemd_shell(
        "cd /etc/systemd/system; { echo '[Unit]'; systemctl -q list-unit-files --plain | "
        "sed 's/ .*//; s/@[.]/@x./; s/^/After=/'; } > all.target; systemctl daemon-reload; "
        "systemctl start all.target");
    /* How many there are is the machine's affair. */
    ck_assert_int_gt(harness_int(db, "SELECT count(*) FROM systemd_units WHERE scope = 'system'"),
                     120);
    harness_expect(db, "",
                   "SELECT scope, unit, setting, loaded, on_disk, path, line FROM reload_changes "
                   "WHERE change <> 'file' OR need_daemon_reload IS NOT 1");
    harness_expect(db, "1",
                   "SELECT count(*) = 2 AND min(records) > 10 AND max(records) > 120 FROM "
                   "evidence_sources WHERE table_name = 'reload_changes' AND status = "
                   "'read'");
    harness_close(db);
}
END_TEST

/* Each setting twice: as loaded, and as on disk. */
static const char before[] =
    "[Unit]\nDescription=one %n\nDocumentation=man:a(1) https://a/\nAfter=a.target\n"
    "ConditionPathExists=/etc\nStopWhenUnneeded=no\nFailureAction=none\nStartLimitBurst=4\n"
    "StartLimitIntervalSec=1min\nAllowIsolate=no\n[Service]\nType=simple\nExecStart=/bin/sleep "
    "1000\n"
    "ExecStartPre=-/bin/true \"a "
    "b\"\nExecStopPost=/bin/true\nUser=tester\nRestart=no\nRestartSec=5\n"
    "TimeoutStopSec=1min 30s\nRuntimeMaxSec=1h\nEnvironment=A=1 B=2\nEnvironmentFile=-/etc/a\n"
    "WorkingDirectory=/\nUMask=0022\nCapabilityBoundingSet=CAP_CHOWN CAP_KILL\n"
    "AmbientCapabilities=CAP_CHOWN\nProtectSystem=yes\nPrivateTmp=no\nNoNewPrivileges=no\n"
    "ReadOnlyPaths=/"
    "a\nStateDirectory=x\nKillMode=process\nSendSIGHUP=no\nMemoryMax=1G\nTasksMax=10\n"
    "CPUQuota=20%\nStandardOutput=null\nSyslogIdentifier=one\nPassEnvironment=A\nGuessMainPID=yes\n"
    "PIDFile=/run/a\nSupplementaryGroups=mail\nProtectClock=no\nExecReload=/bin/true\n";
static const char after[] =
    "[Unit]\nDescription=two %n\nDocumentation=man:b(1) none https://a/\nAfter=a.target b.target\n"
    "ConditionPathExists=!/b\nConditionHost=|x\nStopWhenUnneeded=yes\nFailureAction=reboot\n"
    "StartLimitBurst=5\nStartLimitIntervalSec=2min\nAllowIsolate=true\n[Service]\nType=oneshot\n"
    "ExecStart=/bin/sleep 1000 \"%p $X\"\nExecStart=@/bin/sleep z 2\nExecStartPre=\n"
    "ExecStopPost=-+/bin/true\nUser=root\nRestart=on-failure\nRestartSec=1500ms\nTimeoutStopSec=0\n"
    "RuntimeMaxSec=infinity\nEnvironment=A=1 B=2\nEnvironment=A=3 \"C=%H "
    "x\"\nEnvironmentFile=/etc/a\n"
    "WorkingDirectory=-/tmp/\nUMask=0077\nCapabilityBoundingSet=~CAP_KILL\nAmbientCapabilities=\n"
    "ProtectSystem=strict\nPrivateTmp=yes\nNoNewPrivileges=1\nReadOnlyPaths=/a -/b/\n"
    "StateDirectory=x y\nKillMode=mixed\nSendSIGHUP=on\nMemoryMax=512M\nTasksMax=infinity\n"
    "CPUQuota=30%\nStandardOutput=journal\nSyslogIdentifier=two\nPassEnvironment=A B\n"
    "GuessMainPID=no\nPIDFile=/run/b\nSupplementaryGroups=mail news\nProtectClock=yes\n";

/* The property of a setting: systemd's names differ. */
#define PROPERTY                                                                                   \
    "CASE WHEN setting GLOB 'Condition*' THEN 'Conditions' WHEN setting = 'EnvironmentFile' THEN " \
    "'EnvironmentFiles' WHEN setting = 'CPUQuota' THEN 'CPUQuotaPerSecUSec' WHEN setting GLOB "    \
    "'*Sec' THEN substr(setting, 1, length(setting) - 3) || 'USec' ELSE setting END"

/* What changes too, for it follows from another setting, from the reload, or as the service runs. */
#define FOLLOWS                                                                                    \
    "'ActiveState', 'SubState', 'CPUUsageNSec', 'ControlGroup', 'ControlPID', 'GID', 'UID', "      \
    "'InactiveEnterTimestamp', 'InactiveEnterTimestampMonotonic', 'StateChangeTimestamp', "        \
    "'StateChangeTimestampMonotonic', "                                                            \
    "'ActiveEnterTimestamp', 'ControlGroupId', 'MemoryAvailable', 'NeedDaemonReload', "            \
    "'CanReload', "                                                                                \
    "'RequiresMountsFor', 'Wants', "                                                               \
    "'TimeoutAbortUSec', 'TimeoutStartUSec', 'ConditionResult', 'ReloadResult', 'CanIsolate', "    \
    "'StateDirectorySymlink', 'EffectiveMemoryMax', 'EffectiveTasksMax', 'EffectiveMemoryHigh', "  \
    "'EffectiveCPUs', 'PrivateTmpEx', 'DeviceAllow', 'DevicePolicy', 'SystemCallFilter', "         \
    "'NotifyAccess', 'CleanResult', 'RestartUSecNext', 'DropInPaths', 'Requires', "                \
    "'WantsMountsFor'"

START_TEST(what_would_change_is_what_a_reload_changes)
{
    ENTER();
    sqlite3 *db = harness_open();

    harness_write_text("/", ETC "r.service", before);
    /* Its process may end by itself, where its namespace cannot be made: what is shown is from after that. */
    systemd_shell(
        "systemctl daemon-reload; systemctl start r.service; for i in 1 2 3 4 5 6 7 8 9; do "
        "[ $(systemctl show -P MainPID r.service) != 0 ] || break; sleep 0.2; done");
    harness_expect(db, "",
                   "SELECT setting, loaded, on_disk FROM reload_changes WHERE unit = "
                   "'r.service'");
    load_shown(db, "shown_before", "r.service");
    harness_write_text("/", ETC "r.service", after);
    harness_query(db, "CREATE TEMP TABLE reported AS SELECT *, " PROPERTY " AS property FROM "
                      "reload_changes WHERE unit = 'r.service' AND change = 'setting'");
    systemd_shell("systemctl daemon-reload");
    load_shown(db, "shown_after", "r.service");
    harness_query(db, "CREATE TEMP TABLE changed AS SELECT replace(property || '|', 'Ex|', '|') AS "
                      "property, group_concat(b) AS loaded, group_concat(a) AS now FROM (SELECT "
                      "property, max(value) FILTER (WHERE k) AS b, max(value) FILTER (WHERE NOT k) "
                      "AS a FROM (SELECT 1 AS k, * FROM shown_before UNION ALL SELECT 0, * FROM "
                      "shown_after) GROUP BY 1) WHERE a IS NOT b GROUP BY 1");
    harness_query(db, "UPDATE changed SET property = rtrim(property, '|')");
    /* How many properties a unit has is a matter of systemd's version. */
    ck_assert_int_gt(harness_int(db, "SELECT count(*) FROM changed"), 40);
    harness_expect(
        db, "",
        "SELECT 'not reported', property, loaded, now FROM changed WHERE property NOT IN "
        "(SELECT property FROM reported) AND property NOT IN (" FOLLOWS ") UNION ALL "
        "SELECT 'not changed', property, loaded, on_disk FROM reported WHERE property NOT "
        "IN (SELECT property FROM changed) AND property <> 'Conditions'");
    harness_expect(
        db, "root|root\nstrict|strict\ntwo r.service|two r.service\nmixed|mixed",
        "SELECT on_disk, now FROM reported JOIN changed USING (property) WHERE setting IN "
        "('User', 'Description', 'ProtectSystem', 'KillMode') ORDER BY "
        "instr('User ProtectSystem Description KillMode', setting)");
    harness_expect(db, "",
                   "SELECT setting, loaded, on_disk FROM reload_changes WHERE unit = "
                   "'r.service'");
    harness_close(db);
}
END_TEST

START_TEST(a_change_whose_time_was_set_back_is_seen)
{
    ENTER();
    sqlite3 *db = harness_open();

    harness_write_text("/", ETC "s.service", "[Service]\nExecStart=/bin/sleep 1000\n");
    systemd_shell("touch -d '2020-01-01' /" ETC "s.service; systemctl daemon-reload; "
                  "systemctl start s.service");
    harness_write_text("/", ETC "s.service", "[Service]\nExecStart=sleep 1000 %%\nUser=root\n");
    systemd_shell("touch -d '2020-01-01' /" ETC "s.service");
    harness_expect(
        db,
        "ExecStart|/bin/sleep 1000|@sleep 1000|/" ETC "s.service|2|0\n"
        "User||root|/" ETC "s.service|3|0",
        "SELECT setting, loaded, iif(on_disk GLOB 'sleep 1000 *', '@sleep 1000', on_disk), "
        "path, line, need_daemon_reload FROM reload_changes WHERE unit = 's.service'");
    harness_close(db);
}
END_TEST

START_TEST(files_and_states_that_come_and_go_are_shown)
{
    ENTER();
    sqlite3          *db = harness_open();
    static const char query[] =
        "SELECT unit, change, setting, loaded, on_disk FROM reload_changes "
        "WHERE unit IN ('gone.service', 'mask.service', 'in.service', 'out.service', "
        "'new.service', 'w.target', 'm.service') AND scope = 'system' ORDER BY unit, setting";

    systemd_shell(
        "cd /etc/systemd/system; for u in gone mask in out m; do printf '[Service]\\n"
        "ExecStart=/bin/sleep 1000\\n' > $u.service; done; mkdir out.service.d w.target.wants; "
        "printf '[Service]\\nUser=tester\\n' > out.service.d/x.conf; printf '[Unit]\\nWants="
        "new.service\\nAfter=new.service\\n' > w.target; systemctl daemon-reload; "
        "systemctl start gone mask in out m w.target");
    harness_expect(db, "", query);
    systemd_shell(
        "cd /etc/systemd/system; rm gone.service; ln -sf /dev/null mask.service; mkdir "
        "in.service.d; printf '[Service]\\nNice=1\\nUser=tester\\n' > in.service.d/y.conf; rm "
        "out.service.d/x.conf; printf '[Service]\\nExecStart=/bin/true\\n' > new.service; "
        "ln -s ../m.service w.target.wants/; touch -d 2100-01-01 m.service");
    harness_expect(db,
                   "gone.service|state|LoadState|loaded|not-found\n"
                   "in.service|file|DropInPaths|NULL|/etc/systemd/system/in.service.d/y.conf\n"
                   "in.service|setting|User||tester\n"
                   "m.service|file|NULL|NULL|NULL\n"
                   "mask.service|state|LoadState|loaded|masked\n"
                   "new.service|state|LoadState|not-found|loaded\n"
                   "out.service|file|DropInPaths|/etc/systemd/system/out.service.d/x.conf|NULL\n"
                   "out.service|setting|User|tester|",
                   query);
    systemd_shell("systemctl daemon-reload");
    harness_expect(db, "", query);
    harness_close(db);
}
END_TEST

START_TEST(other_units_and_users_are_compared_too)
{
    ENTER();
    sqlite3 *db = harness_open();

    harness_write_text("/", ETC "t.timer",
                       "[Timer]\nOnCalendar=daily\nOnBootSec=2h\nAccuracySec=1\n");
    harness_write_text("/", ETC "t.service", "[Service]\nExecStart=/bin/true\n");
    harness_write_text("/", ETC "p.path", "[Path]\nPathExists=/none\nUnit=t.service\n");
    harness_write_text("/", ETC "k.socket",
                       "[Socket]\nListenStream=/run/k\nListenDatagram=1025\n"
                       "SocketMode=0600\nService=t.service\n");
    harness_write_text("/", "home/tester/.config/systemd/user/u.service",
                       "[Service]\nExecStart=/bin/sleep 1000\nEnvironment=H=%h\n");
#define AS_TESTER                                                                                  \
    "setpriv --reuid=1234 --regid=1234 --clear-groups env XDG_RUNTIME_DIR=/run/user/1234 "
    systemd_shell("systemctl daemon-reload; systemctl start t.timer p.path k.socket; " AS_TESTER
                  "sh -c 'systemctl --user daemon-reload; systemctl --user start u.service'");
    static const char query[] = "SELECT scope, unit, setting, loaded, on_disk FROM reload_changes "
                                "WHERE unit IN ('t.timer', 'p.path', 'k.socket', 'u.service') "
                                "ORDER BY unit, setting";
    harness_expect(db, "", query);
    harness_write_text(
        "/", ETC "t.timer",
        "[Timer]\nOnCalendar=weekly\nOnBootSec=90min\nPersistent=1\nAccuracySec=1\n");
    harness_write_text("/", ETC "p.path", "[Path]\nPathModified=/none\nUnit=x.service\n");
    harness_write_text("/", ETC "k.socket",
                       "[Socket]\nListenStream=/run/k2\nListenDatagram=1025\n");
    harness_write_text("/", "home/tester/.config/systemd/user/u.service",
                       "[Service]\nExecStart=/bin/sleep 2000\nEnvironment=H=%h/x\n");
    harness_expect(
        db,
        "system|k.socket|ListenDatagram|Stream=/run/k\nDatagram=[::]:1025|Stream=/run/k2\n"
        "Datagram=[::]:1025\nsystem|k.socket|SocketMode|384|438\n"
        "system|p.path|PathModified|PathExists=/none|PathModified=/none\n"
        "system|p.path|Unit|t.service|x.service\n"
        ""
        "system|t.timer|OnBootSec|OnBootUSec=7200000000|OnBootUSec=5400000000\n"
        "system|t.timer|OnCalendar|OnCalendar=*-*-* 00:00:00|OnCalendar=Mon *-*-* "
        "00:00:00\nsystem|t.timer|Persistent|0|1\n"
        "user:1234|u.service|Environment|H=/home/tester|H=/home/tester/x\n"
        "user:1234|u.service|ExecStart|/bin/sleep 1000|/bin/sleep 2000",
        query);
    harness_close(db);
}
END_TEST

/* Managers that lie ----------------------------------------------------------- */

static const struct {
    enum lie    lie;
    const char *rows, *status; /* of the source */
} lies[] = {
    {LIE_NONE,
     "liar.service|DropInPaths|4095\n"
     "liar.service|FragmentPath|/etc/systemd/system/liar.service\nliar.service|Type|simple\n"
     "liar.service|User|x\nliar.timer|LoadState|not-found",
     "read"},
    {LIE_TYPES, "liar.timer|LoadState|not-found", "read"},
    {LIE_ERRORS, "liar.timer|LoadState|not-found", "read"},
    {LIE_HUGE, "", "damaged"},
    {LIE_VANISH, "", "damaged"},
};

START_TEST(a_manager_that_lies_ends_no_query)
{
    sqlite3    *db = harness_open();
    const char *folder = harness_scratch();
    char        path[4200];

    harness_write_text(folder, "root/etc/passwd", "");
    harness_write_text(folder, "root/etc/systemd/system/liar.service",
                       "[Service]\nExecStart=/bin/true\nUser=x\n");
    snprintf(path, sizeof path, "%s/private", folder);
    ck_assert_int_gt(make_manager(path, lies[_i].lie), 0);
    harness_expect(db, lies[_i].rows,
                   "SELECT unit, setting, coalesce(on_disk, length(loaded)) FROM "
                   "reload_changes('%s', '%s/root') ORDER BY 1, 2",
                   path, folder);
    harness_expect(db, lies[_i].status,
                   "SELECT status FROM evidence_sources WHERE source = 'bus:%s' AND table_name = "
                   "'reload_changes'",
                   path);
    harness_close(db);
}
END_TEST

START_TEST(no_manager_is_an_error_or_optional)
{
    sqlite3 *db = harness_open();
    char    *error = harness_error(db, "SELECT unit FROM reload_changes('/nonexistent')");

    ck_assert_msg(strstr(error, "reload_changes: cannot connect to the system manager"), "%s",
                  error);
    harness_expect(db, "", "SELECT unit FROM reload_changes('/nonexistent') WHERE optional = 1");
    harness_close(db);
}
END_TEST

Suite *make_reload_changes_suite(void)
{
    Suite *suite = suite_create("reload_changes");
    TCase *live = tcase_create("systemd"), *hostile = tcase_create("hostile managers");

    tcase_add_unchecked_fixture(live, boot, halt);
    tcase_set_timeout(live, 600);
    tcase_add_test(live, a_host_that_has_read_its_disk_has_no_row);
    tcase_add_test(live, what_would_change_is_what_a_reload_changes);
    tcase_add_test(live, a_change_whose_time_was_set_back_is_seen);
    tcase_add_test(live, files_and_states_that_come_and_go_are_shown);
    tcase_add_test(live, other_units_and_users_are_compared_too);
    suite_add_tcase(suite, live);
    tcase_set_timeout(hostile, 60);
    tcase_add_loop_test(hostile, a_manager_that_lies_ends_no_query, 0,
                        sizeof lies / sizeof lies[0]);
    tcase_add_test(hostile, no_manager_is_an_error_or_optional);
    suite_add_tcase(suite, hostile);
    return suite;
}
