/* check_systemd_units.c -- systemd_units and systemd_managers, against a real systemd and against
 * managers that lie. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "make_manager.h"
#include "make_systemd.h"

/* A real systemd -------------------------------------------------------------- */

static const char *box;
static pid_t       booted;

/* What an attacker, and an administrator, would leave. */
static const char prepare[] =
    "set -e; cd /etc/systemd/system\n"
    "printf '%s\\n' '[Unit]' 'Description=Größe \"quoted\"' 'Documentation=man:x(8) https://x/y' "
    "'[Service]' 'Type=simple' 'ExecStartPre=/bin/true' 'ExecStart=/bin/sleep 1000' "
    "'ExecStopPost=/bin/sh -c \"echo a b\"' 'User=tester' 'Environment=A=1 B=2' "
    "'EnvironmentFile=-/etc/none' 'NoNewPrivileges=yes' 'ProtectSystem=strict' "
    "'CapabilityBoundingSet=CAP_CHOWN CAP_SYS_ADMIN' 'RestrictNamespaces=net pid' "
    "'SystemCallFilter=~@mount' 'StandardOutput=null' 'Restart=always' '[Install]' "
    "'WantedBy=multi-user.target' > full.service\n"
    "mkdir full.service.d; printf '[Service]\\nExecStartPre=/bin/echo dropped\\n' "
    "> full.service.d/50-x.conf\n"
    "printf "
    "'[Service]\\nType=oneshot\\nUser=tester\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n"
    "ExecStart=-:/bin/false\\nExecStart=+/bin/echo x\\nExecStart=!/bin/true\\n' > "
    "/tmp/linked.service\n"
    "printf '[Timer]\\nOnCalendar=*-*-* 05:00:00\\nOnBootSec=2h\\nUnit=full.service\\n' > t.timer\n"
    "printf '[Path]\\nPathExists=/nowhere/p\\nUnit=full.service\\n' > p.path\n"
    "printf '[Socket]\\nListenStream=/run/s.sock\\nExecStartPre=/bin/true\\n' > s.socket\n"
    "printf '[Service]\\nExecStart=/bin/cat\\n' > s.service\n"
    "printf '[Service]\\nExecStart=/bin/sleep 1000\\n' > gone.service\n"
    "systemctl daemon-reload; systemctl -q enable full.service; systemctl -q link "
    "/tmp/linked.service; systemctl -q mask systemd-timesyncd.service\n"
    "systemctl start full.service linked.service t.timer p.path s.socket gone.service\n"
    "rm gone.service; systemctl daemon-reload\n"
    "systemd-run -q --unit=run-evil sleep 1000\n"
    "mkdir -p /home/tester/.config/systemd/user\n"
    "printf '[Service]\\nExecStart=/bin/sleep 1000\\n' > "
    "/home/tester/.config/systemd/user/mine.service\n"
    "setpriv --reuid=1234 --regid=1234 --clear-groups env XDG_RUNTIME_DIR=/run/user/1234 "
    "sh -c 'systemctl --user daemon-reload && systemctl --user start mine.service'\n";

static void boot(void)
{
    static char *const argv[] = {"sh", "-c", (char *)prepare, NULL};

    box = harness_scratch();
    booted = systemd_start(box);
    if (booted > 0 && systemd_run(box, argv) != 0)
        fprintf(stderr, "systemd_units: the units could not be made\n");
}

static void halt(void)
{
    if (booted > 0)
        systemd_stop(box);
}

/* Go inside, or skip. */
#define ENTER()                                                                                    \
    do {                                                                                           \
        NEED_SYSTEMD(booted);                                                                      \
        systemd_enter(box);                                                                        \
    } while (0)

static char *output(const char *command)
{
    char  *text = NULL;
    size_t size = 0, room = 0;
    FILE  *pipe = popen(command, "re");

    ck_assert(pipe != NULL);
    do {
        if (size + 65536 > room)
            text = realloc(text, room = size + (1 << 20));
        size += fread(text + size, 1, room - size - 1, pipe);
    } while (!feof(pipe) && !ferror(pipe));
    text[size] = '\0';
    ck_assert_int_eq(pclose(pipe), 0);
    return text;
}

static void insert(sqlite3_stmt *stmt, const char *id, const char *property, const char *value)
{
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(stmt, 2, property, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(stmt, 3, value, -1, SQLITE_TRANSIENT);
    ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_reset(stmt);
}

/* The lines of `systemctl show`, KEY=VALUE, units apart by empty lines, as the table "shown". Id
 * comes before the others only if it is requested alone, so each unit's lines are read twice.
 */
static void load_shown(sqlite3 *db, const char *command)
{
    char         *text = output(command), *unit = text;
    sqlite3_stmt *stmt;

    harness_query(db, "CREATE TEMP TABLE shown(id, property, value)");
    sqlite3_prepare_v2(db, "INSERT INTO shown VALUES (?, ?, ?)", -1, &stmt, NULL);
    while (*unit) {
        char *end = strstr(unit, "\n\n");
        char *id = strncmp(unit, "Id=", 3) == 0 ? unit - 1 : strstr(unit, "\nId=");
        char  name[300] = "";
        if (end)
            end[1] = '\0';
        ck_assert(id != NULL && sscanf(id + 1, "Id=%299[^\n]", name) == 1);
        for (char *line = strtok(unit, "\n"); line; line = strtok(NULL, "\n")) {
            char *equals = strchr(line, '=');
            if (!equals)
                continue;
            *equals = '\0';
            insert(stmt, name, line, equals + 1);
        }
        unit = end ? end + 2 : unit + strlen(unit);
    }
    sqlite3_finalize(stmt);
    free(text);
    harness_query(db, "CREATE INDEX temp.shown_by ON shown(id, property)");
}

#define LIST(column) "(SELECT group_concat(value, ' ') FROM json_each(" column "))"
/* systemctl quotes nothing, and does not show that a program is run under another name. */
#define COMMANDS(column)                                                                           \
    "replace(replace(CASE WHEN " column " LIKE '@%%' THEN substr(" column ", instr(" column        \
    ", ' ') + 1) ELSE " column " END, '\"', ''), '\\', '')"
#define BOOL(column) "CASE " column " WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END"
#define TIME(column)                                                                               \
    "coalesce(strftime('%Y-%m-%d %H:%M:%S', cast(" column " AS INTEGER), 'unixepoch'), '')"

/* How each column reads in the words of systemctl, and what is to be taken of a line of its. */
#define AS_IS "value"
#define WORDS "replace(replace(value, '\"', ''), '\\\\', '\\')"
#define ARGV                                                                                       \
    "substr(value, instr(value, 'argv[]=') + 7, instr(value, ' ; ignore_errors') - instr(value, "  \
    "'argv[]=') - 7)"
#define FLAGS                                                                                      \
    "substr(value, instr(value, ' ; flags=') + 9, instr(value, ' ; start_time=') - instr(value, "  \
    "' ; flags=') - 9)"
#define FLAG(name, prefix) "iif(instr(" FLAGS ", '" name "'), '" prefix "', '')"
#define PREFIXED                                                                                   \
    FLAG("ignore-failure", "-")                                                                    \
    "||" FLAG("no-env-expand", ":") "||" FLAG("privileged", "+") "||" FLAG(                        \
        "no-setuid", "!") "||" FLAG("ambient", "!!") "|| substr(value, instr(value, 'argv[]=') + " \
                                                     "7, instr(value, ' ; flags=') "               \
                                                     "- instr(value, 'argv[]=') - 7)"
#define UNTIL_SEMICOLON "substr(value, 3, instr(value, ' ; ') - 3)"
#define CLOCK           "coalesce(substr(value, 5, 19), '')"

static const struct {
    const char *property, *ours, *theirs;
} same[] = {
    {"Description", "description", AS_IS},
    {"LoadState", "load_state", AS_IS},
    {"ActiveState", "active_state", AS_IS},
    {"SubState", "sub_state", AS_IS},
    {"Following", "following", AS_IS},
    {"UnitFileState", "unit_file_state", AS_IS},
    {"UnitFilePreset", "unit_file_preset", AS_IS},
    {"FragmentPath", "fragment_path", AS_IS},
    {"SourcePath", "source_path", AS_IS},
    {"User", "user", AS_IS},
    {"Group", "\"group\"", AS_IS},
    {"ExecStartEx", COMMANDS("exec_start"), PREFIXED},
    {"ExecStartPreEx", COMMANDS("exec_start_pre"), PREFIXED},
    {"ExecStartPostEx", COMMANDS("exec_start_post"), PREFIXED},
    {"ExecConditionEx", COMMANDS("exec_condition"), PREFIXED},
    {"ExecReloadEx", COMMANDS("exec_reload"), PREFIXED},
    {"ExecStopEx", COMMANDS("exec_stop"), PREFIXED},
    {"ExecStopPostEx", COMMANDS("exec_stop_post"), PREFIXED},
    {"ExecStopPre", COMMANDS("exec_stop_pre"), ARGV},
    {"MainPID", "main_pid", AS_IS},
    {"ExecMainStatus", "exec_main_status", AS_IS},
    {"Type", "service_type", "CASE WHEN id LIKE '%.service' THEN value ELSE '' END"},
    {"Restart", "restart", AS_IS},
    {"NRestarts", "restarts", AS_IS},
    {"Environment", LIST("environment"), WORDS},
    {"EnvironmentFiles",
     "(SELECT group_concat(ltrim(value, '-') || CASE WHEN value LIKE '-%' THEN ' "
     "(ignore_errors=yes)' ELSE "
     "' (ignore_errors=no)' END, char(10)) FROM json_each(environment_files))",
     AS_IS},
    {"WorkingDirectory", "working_directory", AS_IS},
    {"RootDirectory", "root_directory", AS_IS},
    {"RootImage", "root_image", AS_IS},
    {"StandardOutput", "standard_output", AS_IS},
    {"PAMName", "pam_name", AS_IS},
    {"DropInPaths", LIST("drop_in_paths"), WORDS},
    {"Transient", BOOL("transient"), AS_IS},
    {"NeedDaemonReload", BOOL("need_daemon_reload"), AS_IS},
    {"Triggers", LIST("triggers"), WORDS},
    {"TriggeredBy", LIST("triggered_by"), WORDS},
    {"WantedBy", LIST("wanted_by"), WORDS},
    {"RequiredBy", LIST("required_by"), WORDS},
    {"Names", LIST("names"), WORDS},
    {"Documentation", LIST("documentation"), WORDS},
    {"LoadError", "load_error", "rtrim(substr(value, instr(value, '\"') + 1), '\"')"},
    {"ActiveEnterTimestamp", TIME("active_enter_time"), CLOCK},
    {"InactiveEnterTimestamp", TIME("inactive_enter_time"), CLOCK},
    {"StateChangeTimestamp", TIME("state_change_time"), CLOCK},
    {"ControlGroup", "control_group", AS_IS},
    {"MemoryCurrent", "coalesce(memory_current, '[not set]')", AS_IS},
    {"InvocationID", "invocation_id", AS_IS},
    {"Listen", "(SELECT group_concat(value, char(10)) FROM json_each(listen))", AS_IS},
    {"TimersCalendar", LIST("timers_calendar"), UNTIL_SEMICOLON},
    {"NextElapseUSecRealtime", TIME("next_elapse_time"), CLOCK},
    {"LastTriggerUSec", TIME("last_trigger_time"), CLOCK},
    {"Paths", "(SELECT group_concat(value, char(10)) FROM json_each(paths))", AS_IS},
    {"DynamicUser", BOOL("dynamic_user"), AS_IS},
    {"NoNewPrivileges", BOOL("no_new_privileges"), AS_IS},
    {"CapabilityBoundingSet", "capability_bounding_set", AS_IS},
    {"AmbientCapabilities", "ambient_capabilities", AS_IS},
    {"ProtectSystem", "protect_system", AS_IS},
    {"ProtectHome", "protect_home", AS_IS},
    {"PrivateTmp", BOOL("private_tmp"), AS_IS},
    {"PrivateDevices", BOOL("private_devices"), AS_IS},
    {"PrivateNetwork", BOOL("private_network"), AS_IS},
    {"PrivateUsers", BOOL("private_users"), AS_IS},
    {"ProtectKernelModules", BOOL("protect_kernel_modules"), AS_IS},
    {"MemoryDenyWriteExecute", BOOL("memory_deny_write_execute"), AS_IS},
    {"RestrictNamespaces", "restrict_namespaces", AS_IS},
    {"SystemCallFilter", "CASE system_call_filter WHEN '' THEN '~' ELSE system_call_filter END",
     AS_IS},
};

static const char compare[] =
    "WITH ours AS MATERIALIZED (SELECT id, CAST(%s AS TEXT) AS value FROM systemd_units WHERE "
    "scope = '%s'),"
    " theirs AS (SELECT id, group_concat(%s, char(10)) AS value FROM shown"
    "            WHERE property = '%s' GROUP BY id)"
    " SELECT id, ours.value, theirs.value FROM theirs JOIN ours USING (id)"
    " WHERE coalesce(ours.value, '') <> coalesce(theirs.value, '') LIMIT 3";

static void check_same(sqlite3 *db, const char *scope)
{
    int64_t seen = 0;

    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        char *text =
            harness_query(db, compare, same[i].ours, scope, same[i].theirs, same[i].property);
        ck_assert_msg(!*text, "%s in %s: %s", same[i].property, scope, text);
        free(text);
        seen += harness_int(db, "SELECT count(*) FROM shown WHERE property = '%s' AND value <> ''",
                            same[i].property);
    }
    /* How many units and properties there are is the machine's affair. */
    ck_assert_int_gt(seen, 500);
}

#define AS_TESTER                                                                                  \
    "setpriv --reuid=1234 --regid=1234 --clear-groups env XDG_RUNTIME_DIR=/run/user/1234 "

START_TEST(every_property_agrees_with_systemctl_show)
{
    ENTER();
    sqlite3 *db = harness_open();
    load_shown(db, "systemctl show --all --no-pager '*'");
    check_same(db, "system");
    harness_close(db);
}
END_TEST

START_TEST(every_property_of_a_users_manager_agrees_too)
{
    ENTER();
    sqlite3 *db = harness_open();
    load_shown(db, AS_TESTER "systemctl --user show --all --no-pager '*'");
    check_same(db, "user:1234");
    harness_close(db);
}
END_TEST

/* A property that only one unit of a type has must not be read as another's, in whichever call.
 */
START_TEST(one_column_gives_what_all_columns_give)
{
    ENTER();
    sqlite3      *db = harness_open();
    sqlite3_stmt *stmt;
    harness_query(db, "CREATE TEMP TABLE every AS SELECT * FROM systemd_units");
    sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info('systemd_units')", -1, &stmt, NULL);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        if (strcmp(name, "cpu_usage") == 0 || strcmp(name, "host") == 0)
            continue;
        harness_expect(
            db, "0",
            "WITH one AS MATERIALIZED (SELECT scope, id, \"%s\" AS v FROM "
            "systemd_units) SELECT count(*) FROM every AS e JOIN one AS o ON o.id = e.id "
            "AND o.scope = e.scope WHERE e.\"%s\" IS NOT o.v",
            name, name);
    }
    sqlite3_finalize(stmt);
    harness_close(db);
}
END_TEST

START_TEST(lists_the_units_that_systemctl_lists)
{
    ENTER();
    sqlite3 *db = harness_open();
    char    *names = output("systemctl list-units --all --plain --no-legend --no-pager | "
                               "sed 's/ .*//' | LC_ALL=C sort");
    names[strlen(names) - 1] = '\0';
    harness_expect(db, names, "SELECT id FROM systemd_units WHERE scope = 'system' ORDER BY id");
    free(names);
    harness_close(db);
}
END_TEST

START_TEST(finds_what_was_made_with_systemctl)
{
    ENTER();
    sqlite3 *db = harness_open();
    harness_expect(
        db, "/bin/true\n/bin/echo dropped|[\"/etc/systemd/system/full.service.d/50-x.conf\"]",
        "SELECT exec_start_pre, drop_in_paths FROM systemd_units WHERE id = 'full.service'");
    harness_expect(db,
                   "/etc/systemd/system/linked.service|/bin/true\n-:/bin/false\n+/bin/echo "
                   "x\n!/bin/true|linked",
                   "SELECT fragment_path, exec_start, unit_file_state FROM systemd_units "
                   "WHERE id = 'linked.service'");
    harness_expect(
        db, "[\"full.service\"]|[\"OnCalendar=*-*-* 05:00:00\"]|[\"OnBootUSec=7200000000\"]|1",
        "SELECT triggers, timers_calendar, timers_monotonic, next_elapse_time > "
        "unixepoch() FROM systemd_units WHERE id = 't.timer'");
    harness_expect(
        db, "1|active|/bin/sleep 1000",
        "SELECT transient, active_state, replace(exec_start, '/usr', '') FROM systemd_units "
        "WHERE id = 'run-evil.service'");
    harness_expect(db, "active|not-found",
                   "SELECT active_state, load_state FROM systemd_units WHERE id = 'gone.service'");
    harness_expect(db, "user:1234|bus:user:1234|/bin/sleep 1000",
                   "SELECT scope, source, exec_start FROM systemd_units WHERE id = 'mine.service'");
    harness_expect(
        db, "cap_chown cap_sys_admin|net pid",
        "SELECT capability_bounding_set, restrict_namespaces FROM systemd_units WHERE id "
        "= 'full.service'");
    harness_close(db);
}
END_TEST

START_TEST(tells_the_unit_that_a_main_process_is_in)
{
    ENTER();
    sqlite3 *db = harness_open();
    harness_expect(db, "1",
                   "SELECT unit_path_of_process = object_path FROM systemd_units WHERE id = "
                   "'full.service'");
    harness_expect(db, "1",
                   "SELECT unit_path_of_process IS NULL FROM systemd_units WHERE id = 's.service'");
    harness_close(db);
}
END_TEST

START_TEST(an_ordinary_user_is_shown_both_managers)
{
    ENTER();
    if (setgid(SYSTEMD_TESTER_UID) < 0 || setuid(SYSTEMD_TESTER_UID) < 0)
        ck_abort_msg("setuid");
    sqlite3 *db = harness_open();
    harness_expect(db, "bus:system|1\nbus:user:1234|1",
                   "SELECT source, count(*) FROM systemd_units WHERE id IN ('full.service', "
                   "'mine.service') GROUP BY source ORDER BY 1");
    char *error = harness_error(db, "SELECT id FROM systemd_units('/run/systemd/private')");
    ck_assert_str_eq(error, "systemd_units: cannot connect to the system manager at "
                            "/run/systemd/private: Permission denied");
    free(error);
    harness_close(db);
}
END_TEST

START_TEST(a_user_whose_manager_is_closed_to_us_is_reported)
{
    ENTER();
    systemd_shell("mkdir -m 700 -p /run/user/4321 && chown 4321 /run/user/4321");
    if (setgid(SYSTEMD_TESTER_UID) < 0 || setuid(SYSTEMD_TESTER_UID) < 0)
        ck_abort_msg("setuid");
    sqlite3 *db = harness_open();
    harness_query(db, "SELECT count(*) FROM systemd_units");
    harness_expect(db, "bus:user:4321|denied",
                   "SELECT source, status FROM evidence_sources WHERE source = 'bus:user:4321' AND "
                   "table_name = 'systemd_units'");
    harness_close(db);
}
END_TEST

/* A user may let another's manager, or the system's, answer where his own should. */
START_TEST(a_socket_of_somebody_else_is_refused)
{
    ENTER();
    systemd_shell("mkdir -p /run/user/5432/systemd && chmod -R 777 /run/user/5432");
    ck_assert_int_gt(make_manager("/run/user/5432/systemd/private", LIE_NONE), 0);
    systemd_shell("chmod 777 /run/user/5432/systemd/private");
    /* Names that are no user's. */
    systemd_shell("cd /run/user && mkdir -p ./+5433 ./-5433 ./:5433 4294967295 5433x ' 5433'");
    sqlite3 *db = harness_open();
    harness_expect(db, "0", "SELECT count(*) FROM systemd_units WHERE id = 'liar.service'");
    harness_expect(db, "denied|Operation not permitted",
                   "SELECT status, detail FROM evidence_sources WHERE source = 'bus:user:5432' AND "
                   "table_name = 'systemd_units'");
    harness_expect(db, "bus:user:5432",
                   "SELECT source FROM evidence_sources WHERE table_name = 'systemd_units' AND "
                   "(source GLOB '*543*' OR source GLOB '*429496*')");
    ck_assert_int_eq(geteuid(), 0);
    harness_close(db);
}
END_TEST

/* capsule@.service(5) of systemd 256 and later, the real one. */
START_TEST(a_real_capsule_and_its_files_are_read)
{
    ENTER();
    if (access("/usr/lib/systemd/system/capsule@.service", F_OK) != 0)
        SKIP("systemd has no capsules before 256");
    systemd_shell("systemctl start capsule@box.service && mkdir -p "
                  "/var/lib/private/capsules/box/.config/systemd/user");
    harness_write_text("/", "var/lib/private/capsules/box/.config/systemd/user/mine.service",
                       "[Service]\nExecStart=/bin/sleep 600 %h\nExecStart=\n"
                       "ExecStart=/bin/sh -c 'exec sleep 600' %h %t\n");
    systemd_shell("systemctl -C box daemon-reload && systemctl -C box start mine.service && "
                  "systemd-run -C box --unit=away sleep 600");
    sqlite3 *db = harness_open();
    harness_expect(db,
                   "away.service|active|/run/capsules/box/systemd/transient/away.service\n"
                   "mine.service|active|/var/lib/capsules/box/.config/systemd/user/mine.service",
                   "SELECT id, active_state, fragment_path FROM systemd_units WHERE scope = "
                   "'capsule:box' AND id IN ('mine.service', 'away.service') ORDER BY id");
    harness_expect(
        db,
        "away.service|[\"sleep\", \"600\"]\n"
        "mine.service|[\"/bin/sh\", \"-c\", \"exec sleep 600\", \"/var/lib/capsules/box\", "
        "\"/run/capsules/box\"]",
        "SELECT unit, argv FROM unit_commands WHERE scope_user = 'c-box' AND effective "
        "ORDER BY unit");
    harness_close(db);
    systemd_shell("systemctl stop capsule@box.service");
}
END_TEST

/* What users have where their managers should listen: two say nothing, and one is of each other kind. All else comes, findings too, and nobody is waited for twice. */
START_TEST(false_managers_of_users_cost_themselves_alone)
{
    static const enum lie lies[] = {LIE_SILENCE, LIE_SILENCE, LIE_FLOOD,   LIE_GARBAGE,
                                    LIE_HUGE,    LIE_VANISH,  LIE_REJECTS, LIE_DATA,
                                    LIE_LINE,    LIE_REFUSES, LIE_SIZES,   LIE_SERIAL};
    struct harness_cost   before;
    char                  path[100];

    ENTER();
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        systemd_shell("u=$(ls -d /run/user/55* 2>/dev/null | wc -l); u=$((5500 + u)); "
                      "mkdir -p /run/user/$u/systemd; chmod 700 /run/user/$u; "
                      "chown -R $u /run/user/$u");
        snprintf(path, sizeof path, "/run/user/%zu/systemd/private", 5500 + i);
        ck_assert_int_eq(seteuid((uid_t)(5500 + i)), 0);
        ck_assert_int_gt(make_manager(path, lies[i]), 0);
        ck_assert_int_eq(seteuid(0), 0);
    }
    harness_write_text("/", "etc/systemd/system/evil.service",
                       "[Service]\nExecStart=/tmp/.x/evil\n");
    sqlite3 *db = harness_open();
    before = harness_cost();
    harness_expect(db, "1",
                   "SELECT count(*) FROM findings WHERE subject = "
                   "'/etc/systemd/system/evil.service'");
    harness_expect(db, "system|1\nuser:1234|1",
                   "SELECT scope, count(*) FROM systemd_units WHERE id IN ('full.service', "
                   "'mine.service') AND environment IS NOT 'x' GROUP BY 1 ORDER BY 1");
    harness_expect(db, "", "SELECT scope FROM systemd_managers WHERE scope GLOB 'user:55*'");
    harness_expect(db,
                   "5500|damaged|did not answer, and is not asked again for a minute\n"
                   "5501|damaged|did not answer, and is not asked again for a minute",
                   "SELECT substr(source, 10), status, detail FROM evidence_sources WHERE "
                   "table_name = 'systemd_managers' AND source GLOB 'bus:user:550[01]' ORDER BY 1");
    harness_expect(db,
                   "5502|damaged\n5503|damaged\n5504|damaged\n5506|denied\n5507|damaged\n"
                   "5508|damaged\n5509|denied\n5510|damaged\n5511|damaged",
                   "SELECT substr(source, 10), status FROM evidence_sources WHERE "
                   "table_name = 'systemd_units' AND source GLOB 'bus:user:55*' AND "
                   "substr(source, 10) NOT IN ('5500', '5501', '5505') ORDER BY 1");
    harness_expect_cost(&before, "false managers");
    harness_close(db);
    systemd_shell("rm -r /run/user/55* /etc/systemd/system/evil.service");
}
END_TEST

START_TEST(the_manager_of_a_capsule_is_read)
{
    ENTER();
    systemd_shell(
        "mkdir -p /run/capsules/box/systemd /run/capsules/closed; : > /run/capsules/file");
    ck_assert_int_gt(make_manager("/run/capsules/box/systemd/private", LIE_NONE), 0);
    sqlite3 *db = harness_open();
    harness_expect(db, "capsule:box|bus:capsule:box",
                   "SELECT scope, source FROM systemd_units WHERE id = 'liar.service'");
    harness_expect(
        db, "bus:capsule:box|read\nbus:capsule:closed|absent",
        "SELECT source, status FROM evidence_sources WHERE source GLOB 'bus:capsule*' AND "
        "table_name = 'systemd_units' ORDER BY 1");
    harness_expect(db, "liar.timer",
                   "SELECT id FROM systemd_units WHERE scope = 'capsule:box' AND type = 'timer'");
    harness_close(db);
    systemd_shell("rm -r /run/capsules");
}
END_TEST

START_TEST(another_address_is_read_alone)
{
    ENTER();
    sqlite3 *db = harness_open();
    harness_expect(db, "system|bus:/run/dbus/system_bus_socket",
                   "SELECT DISTINCT scope, source FROM "
                   "systemd_units('unix:path=/run/dbus/system_bus_socket')");
    harness_expect(db, "user:1234",
                   "SELECT DISTINCT scope FROM systemd_units('/run/user/1234/systemd/private')");
    harness_query(db, "UPDATE svcql_settings SET value = '/run/user/1234/systemd/private' WHERE "
                      "name = 'systemd_address'");
    harness_expect(db, "user:1234", "SELECT DISTINCT scope FROM systemd_units");
    harness_close(db);
}
END_TEST

START_TEST(the_managers_tell_their_unit_path_and_environment)
{
    ENTER();
    systemd_shell("systemctl set-environment LD_PRELOAD=/tmp/x.so");
    sqlite3 *db = harness_open();
    harness_expect(db, "system|1|running\nuser:1234|1|running",
                   "SELECT scope, json_array_length(unit_path) > 5, state FROM systemd_managers "
                   "ORDER BY scope");
    harness_expect(db, "system|LD_PRELOAD=/tmp/x.so",
                   "SELECT scope, e.value FROM systemd_managers, json_each(environment) AS e "
                   "WHERE e.value LIKE 'LD_%%'");
    systemd_shell("systemctl unset-environment LD_PRELOAD");
    harness_close(db);
}
END_TEST

/* No systemd, and managers that lie ----------------------------------------- */

static const char *liar(enum lie lie)
{
    static char path[4200];

    snprintf(path, sizeof path, "%s/private", harness_scratch());
    ck_assert_int_gt(make_manager(path, lie), 0);
    return path;
}

START_TEST(no_manager_is_an_error_with_a_name)
{
    sqlite3 *db = harness_open();
    char    *error = harness_error(db, "SELECT id FROM systemd_units('/nonexistent')");
    ck_assert_str_eq(error, "systemd_units: cannot connect to the system manager at /nonexistent: "
                            "No such file or directory");
    free(error);
    error = harness_error(db, "SELECT scope FROM systemd_managers('/nonexistent')");
    ck_assert_str_eq(error, "systemd_managers: cannot connect to the system manager at "
                            "/nonexistent: No such file or directory");
    free(error);
    harness_expect(db, "absent\nabsent",
                   "SELECT status FROM evidence_sources WHERE source = 'bus:/nonexistent'");
    harness_close(db);
}
END_TEST

START_TEST(no_manager_is_no_error_where_it_is_optional)
{
    sqlite3 *db = harness_open();
    harness_expect(db, "", "SELECT id FROM systemd_units('/nonexistent') WHERE optional = 1");
    harness_expect(db, "", "SELECT scope FROM systemd_managers('/nonexistent') WHERE optional = 1");
    harness_close(db);
}
END_TEST

START_TEST(commands_are_quoted_as_in_a_unit_file)
{
    sqlite3 *db = harness_open();
    harness_expect(db, "/bin/sh -c \"a \\\"b\\\"\\n\" \"\"\n@/bin/true sshd \";\"",
                   "SELECT exec_start FROM systemd_units('%s') WHERE id = 'liar.service'",
                   liar(LIE_NONE));
    harness_close(db);
}
END_TEST

START_TEST(values_of_the_wrong_type_are_counted_and_null)
{
    sqlite3    *db = harness_open();
    const char *path = liar(LIE_TYPES);
    harness_expect(db, "liar.service|NULL|NULL\nliar.timer|NULL|NULL",
                   "SELECT id, exec_start, main_pid FROM systemd_units('%s')", path);
    harness_expect(db, "read|2|3|properties of a type unknown to this version",
                   "SELECT status, records, skipped, detail FROM evidence_sources "
                   "WHERE source = 'bus:%s' AND table_name = 'systemd_units'",
                   path);
    harness_close(db);
}
END_TEST

START_TEST(what_the_manager_will_not_tell_is_counted)
{
    sqlite3    *db = harness_open();
    const char *path = liar(LIE_ERRORS);
    harness_expect(db, "liar.service|NULL\nliar.timer|NULL",
                   "SELECT id, fragment_path FROM systemd_units('%s')", path);
    harness_expect(db, "2",
                   "SELECT skipped FROM evidence_sources WHERE source = 'bus:%s' AND table_name = "
                   "'systemd_units'",
                   path);
    harness_close(db);
}
END_TEST

START_TEST(a_huge_answer_ends_the_manager_not_the_query)
{
    sqlite3    *db = harness_open();
    const char *path = liar(LIE_HUGE);
    harness_expect(db, "8388608", "SELECT max(length(description)) FROM systemd_units('%s')", path);
    harness_expect(db, "", "SELECT id FROM systemd_units('%s') WHERE environment <> ''", path);
    harness_expect(db, "damaged|its answer is too large",
                   "SELECT status, detail FROM evidence_sources WHERE source = 'bus:%s' AND "
                   "table_name = 'systemd_units'",
                   path);
    harness_close(db);
}
END_TEST

START_TEST(a_manager_that_dies_is_reported)
{
    sqlite3    *db = harness_open();
    const char *path = liar(LIE_VANISH);
    harness_expect(db, "", "SELECT id, user FROM systemd_units('%s')", path);
    harness_expect(
        db, "damaged|2",
        "SELECT status, min(skipped, 2) FROM evidence_sources WHERE source = 'bus:%s' AND "
        "table_name = 'systemd_units'",
        path);
    harness_close(db);
}
END_TEST

static const struct {
    enum lie    lie;
    const char *error, *status;
} strangers[] = {
    {LIE_GARBAGE, "its answers are not those of a service manager", "damaged"},
    {LIE_REJECTS, "Operation not permitted", "denied"},
    {LIE_DATA, "its answers are not those of a service manager", "damaged"},
    {LIE_LINE, "its answers are not those of a service manager", "damaged"},
    {LIE_REFUSES, "Permission denied", "denied"},
    {LIE_SERIAL, "Connection timed out", "damaged"},
    {LIE_SIZES, "its answer is too large", "damaged"},
};

START_TEST(a_manager_that_is_none_is_an_error_with_a_name)
{
    sqlite3    *db = harness_open();
    const char *path = liar(strangers[_i].lie);

    char *error = harness_error(db, "SELECT id FROM systemd_units('%s')", path);
    ck_assert_msg(strstr(error, "cannot connect to the system manager") &&
                      strstr(error, strangers[_i].error),
                  "%s", error);
    harness_expect(db, strangers[_i].status,
                   "SELECT status FROM evidence_sources WHERE source = 'bus:%s' AND table_name = "
                   "'systemd_units'",
                   path);
    harness_close(db);
}
END_TEST

START_TEST(silence_and_noise_have_an_end)
{
    sqlite3            *db = harness_open();
    const char         *path = liar(_i ? LIE_FLOOD : LIE_SILENCE);
    struct harness_cost before = harness_cost();

    char *error = harness_error(db, "SELECT id FROM systemd_units('%s')", path);
    ck_assert_msg(strstr(error, "timed out"), "%s", error);
    harness_expect_cost(&before, "a manager without end"); /* gigabytes are sent */
    free(error);
    harness_close(db);
}
END_TEST

Suite *make_systemd_units_suite(void)
{
    Suite *suite = suite_create("systemd_units");
    TCase *real = tcase_create("real systemd"), *hostile = tcase_create("hostile managers");

    tcase_set_timeout(real, 60);
    tcase_add_unchecked_fixture(real, boot, halt);
    tcase_add_test(real, every_property_agrees_with_systemctl_show);
    tcase_add_test(real, every_property_of_a_users_manager_agrees_too);
    tcase_add_test(real, one_column_gives_what_all_columns_give);
    tcase_add_test(real, lists_the_units_that_systemctl_lists);
    tcase_add_test(real, finds_what_was_made_with_systemctl);
    tcase_add_test(real, tells_the_unit_that_a_main_process_is_in);
    tcase_add_test(real, an_ordinary_user_is_shown_both_managers);
    tcase_add_test(real, a_user_whose_manager_is_closed_to_us_is_reported);
    tcase_add_test(real, a_socket_of_somebody_else_is_refused);
    tcase_add_test(real, false_managers_of_users_cost_themselves_alone);
    tcase_add_test(real, the_manager_of_a_capsule_is_read);
    tcase_add_test(real, a_real_capsule_and_its_files_are_read);
    tcase_add_test(real, another_address_is_read_alone);
    tcase_add_test(real, the_managers_tell_their_unit_path_and_environment);
    suite_add_tcase(suite, real);
    tcase_set_timeout(hostile, 30);
    tcase_add_test(hostile, no_manager_is_an_error_with_a_name);
    tcase_add_test(hostile, no_manager_is_no_error_where_it_is_optional);
    tcase_add_test(hostile, commands_are_quoted_as_in_a_unit_file);
    tcase_add_test(hostile, values_of_the_wrong_type_are_counted_and_null);
    tcase_add_test(hostile, what_the_manager_will_not_tell_is_counted);
    tcase_add_test(hostile, a_huge_answer_ends_the_manager_not_the_query);
    tcase_add_test(hostile, a_manager_that_dies_is_reported);
    tcase_add_loop_test(hostile, a_manager_that_is_none_is_an_error_with_a_name, 0,
                        sizeof strangers / sizeof *strangers);
    tcase_add_loop_test(hostile, silence_and_noise_have_an_end, 0, 2);
    suite_add_tcase(suite, hostile);
    return suite;
}
