/* check_sigma_rules.c -- svcql_rules() with rules in YAML, over logs of Windows, Linux and macOS. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "make_evtx.h"

static const char *const created[] = {"NewProcessName",
                                      "C:\\Windows\\System32\\sc.exe",
                                      "CommandLine",
                                      "sc.exe create x binPath= c:\\x.exe",
                                      "SubjectUserName",
                                      "ann",
                                      "SubjectDomainName",
                                      "CORP",
                                      NULL};
static const char *const started[] = {"CommandLine", "sc.exe  create x binPath= c:\\x.exe", "Image",
                                      "C:\\Windows\\System32\\sc.exe", NULL};
static const char *const installed[] = {"ServiceName", "PSEXESVC", "ImagePath",
                                        "%SystemRoot%\\PSEXESVC.exe", NULL};

static const struct staged_event windows[] = {
    {.channel = "System",
     .provider = "Service Control Manager",
     .id = 7045,
     .time = 1700000000,
     .pairs = installed},
    {.channel = "Microsoft-Windows-Sysmon/Operational",
     .provider = "Microsoft-Windows-Sysmon",
     .id = 1,
     .time = 1700000001,
     .pairs = started},
    {.channel = "Security",
     .provider = "Microsoft-Windows-Security-Auditing",
     .id = 4688,
     .time = 1700000002,
     .pairs = created},
};

static const char audit[] =
    "type=SYSCALL msg=audit(1700000003.100:7): arch=c000003e syscall=59 success=yes exit=0 a3=1 "
    "ppid=1 "
    "pid=2 auid=1000 uid=0 gid=0 euid=0 tty=(none) ses=3 comm=\"systemctl\" "
    "exe=\"/usr/bin/systemctl\" key=(null)\n"
    "type=EXECVE msg=audit(1700000003.100:7): argc=3 a0=\"systemctl\" a1=\"stop\" a2=\"auditd\"\n"
    "type=CWD msg=audit(1700000003.100:7): cwd=\"/root\"\n"
    "type=PATH msg=audit(1700000003.100:7): item=0 name=\"x\" nametype=CREATE\n"
    "type=SYSCALL msg=audit(1700000004.100:8): arch=c000003e syscall=42 success=yes exit=0 ppid=1 "
    "pid=3 auid=1000 uid=0 comm=\"nc\" exe=\"/usr/bin/nc\"\n"
    "type=SOCKADDR msg=audit(1700000004.100:8): saddr=02000016C0A80105000000000000000000\n"
    "type=USER_CMD msg=audit(1700000005.100:9): pid=4 uid=1000 auid=1000 ses=3 "
    "msg='cwd=\"/root\" cmd=6C73202D6C exe=\"/usr/bin/sudo\" terminal=pts/0 res=success'\n";

/* A connection whose evidence is an event log, an audit log and an auth.log; rules go to `rules`. */
static sqlite3 *staged(const char **ret_dir)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();
    char        path[512];

    harness_write_text(dir, "logs/audit.log", audit);
    harness_write_text(dir, "logs/auth.log",
                       "Nov 14 10:00:00 web sshd[7]: error: maximum authentication attempts "
                       "exceeded for root from 10.0.0.9 port 22\n");
    snprintf(path, sizeof path, "%s/logs/System.evtx", dir);
    make_evtx(path, windows, sizeof windows / sizeof *windows);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s/logs')", dir);
    *ret_dir = dir;
    return db;
}

static void write_rule(const char *dir, const char *path, const char *logsource,
                       const char *detection)
{
    char text[2048];

    snprintf(text, sizeof text,
             "title: %s\nid: 0\nlevel: high\ntags: [attack.execution, attack.t1569.002]\n"
             "logsource: {%s}\ndetection:\n  a: {%s}\n  condition: a\n",
             path, logsource, detection);
    harness_write_text(dir, path, text);
}

static const struct {
    const char *logsource, *detection;
    int         matches;
} rules[] = {
    {"product: windows, service: system", "EventID: 7045, ServiceName: psexesvc", 1},
    {"product: windows, service: security", "EventID: 7045", 0},
    {"product: windows, category: process_creation", "Image|endswith: '\\sc.exe'", 2},
    {"product: windows, category: process_creation", "User: 'CORP\\ann'", 1},
    {"category: process_creation", "CommandLine|contains|all: [create, binpath]", 2},
    {"product: windows, category: process_creation",
     "CommandLine|contains: create, ParentImage: null", 2},
    {"product: windows", "Provider_Name: 'Service Control Manager', Channel: System", 1},
    {"product: windows, category: process_creation, service: security", "Image|endswith: sc.exe",
     1},
    {"product: linux, service: auditd", "type: EXECVE, a0: systemctl, a1: stop", 1},
    {"product: linux, service: auditd", "type: PATH, nametype: CREATE, exe: /usr/bin/systemctl", 1},
    {"product: linux, service: auditd", "type: SYSCALL, SYSCALL: execve, tty: (none), key: null",
     1},
    {"product: linux, service: auditd", "type: EXECVE, a3|exists: true", 0},
    {"product: linux, service: auditd", "type: SYSCALL, a3: '1'", 1},
    {"product: linux, service: auditd", "type: USER_CMD, cmd: 'ls -l', res: success", 1},
    {"product: linux, service: auditd", "type: USER_CMD, uid: '1000', auid: '1000'",
     1}, /* not hexadecimal */
    /* keywords in a record's own values, in those of the event's other records, in decoded ones */
    {"product: linux, service: auditd", "'|all': [systemctl, success]", 1},
    {"product: linux, service: auditd", "type: PATH, exe|contains: bin, '|all': [systemctl]", 1},
    {"product: linux, service: auditd", "type: PATH, exe|contains: bin, '|all': [sshd]", 0},
    {"product: linux, service: auditd", "'|all': ['ls -l']", 1},
    {"product: linux, service: auditd", "type: SOCKADDR, '|all': ['192.168.1.5']", 1},
    {"product: linux, service: auditd", "'|re': '^systemctl$'", 2},
    {"product: linux, service: auditd",
     "type: EXECVE, exe|contains: bin, '|re': '^/usr/bin/systemctl$'", 1},
    {"product: linux, category: process_creation",
     "Image|endswith: /systemctl, CommandLine|contains: 'stop auditd', CurrentDirectory: /root", 1},
    {"product: linux, category: file_event", "TargetFilename: /root/x", 1},
    {"product: linux, category: network_connection",
     "DestinationIp|cidr: 192.168.0.0/16, DestinationPort: 22, Image|endswith: /nc, Initiated: "
     "'true'",
     1},
    {"product: linux, service: sshd", "message|contains: maximum authentication", 1},
    {"product: linux, service: auth", "program: sshd", 1},
    {"product: linux, service: sudo", "cmd: ls -l", 1},
    {"product: linux, service: cron", "message|contains: maximum", 0},
};

START_TEST(a_rule_runs_over_the_events_of_its_log_source)
{
    const char *dir;
    sqlite3    *db = staged(&dir);

    write_rule(dir, "rules/rule.yml", rules[_i].logsource, rules[_i].detection);
    harness_expect(db, "", "SELECT error FROM svcql_rules('%s/rules') WHERE error IS NOT NULL",
                   dir);
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM svcql_rules('%s/rules')", dir),
                     rules[_i].matches);
    harness_close(db);
}
END_TEST

START_TEST(a_hit_says_what_it_is)
{
    const char *dir;
    sqlite3    *db = staged(&dir);

    write_rule(dir, "rules/rule.yml", "product: windows, service: system", "ServiceName: psexesvc");
    harness_expect(db,
                   "rules/rule.yml|0|high|T1569.002|attack.execution,attack.t1569.002|1700000000.0|"
                   "%SystemRoot%\\PSEXESVC.exe|PSEXESVC|1|rule.yml|1|NULL",
                   "SELECT rule, id, level, technique, tags, time, subject, row ->> 'ServiceName', "
                   "record, file, line, error FROM svcql_rules('%s/rules')",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(folders_patterns_and_forms_may_be_mixed)
{
    const char *dir;
    sqlite3    *db = staged(&dir);
    char        link_path[512];

    write_rule(dir, "rules/a.yml", "product: windows, service: system", "EventID: 7045");
    write_rule(dir, "rules/deep/er/b.yaml", "product: linux, service: auditd", "type: EXECVE");
    harness_write_text(dir, "rules/deep/c.sql", "SELECT * FROM logs WHERE EventID=7045");
    harness_write_text(dir, "rules/deep/d.sql", "SELECT * FROM logs WHERE EventID=7045");
    harness_write_text(dir, "rules/deep/readme.md", "not a rule");
    snprintf(link_path, sizeof link_path, "%s/rules/deep/loop", dir);
    ck_assert_int_eq(symlink("..", link_path), 0);
    harness_expect(db, "a.yml\ndeep/c.sql\ndeep/d.sql\ndeep/er/b.yaml",
                   "SELECT file FROM svcql_rules('%s/rules') ORDER BY 1", dir);
    harness_expect(db, "a.yml", "SELECT file FROM svcql_rules('%s/rules/a.yml')", dir);
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM svcql_rules('%s/rules/*.yml')", dir), 1);
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM svcql_rules('%s/rules/d*/*.sql')", dir),
                     2);
    harness_error(db, "SELECT count(*) FROM svcql_rules('%s/rules/*.none')", dir);
    harness_expect(db, "4|4",
                   "SELECT count(*), count(DISTINCT number) FROM svcql_rules('%s/rules')", dir);
    harness_close(db);
}
END_TEST

START_TEST(rules_that_cannot_run_are_rows_and_the_others_go_on)
{
    const char *dir;
    sqlite3    *db = staged(&dir);

    write_rule(dir, "rules/a.yml", "product: windows, service: system", "EventID: 7045");
    write_rule(dir, "rules/b.yml", "product: windows, service: system", "EventID|odd: 7045");
    write_rule(dir, "rules/c.yml", "product: azure", "EventID: 7045");
    harness_write_text(dir, "rules/d.yml", "title: x\n\tbroken");
    harness_write_text(dir, "rules/e.yml",
                       "title: joined\ncorrelation: {type: event_count, rules: [rules/c.yml], "
                       "timespan: 1m, condition: {gte: 1}}\n");
    write_rule(dir, "rules/f.yml", "product: windows, service: system", "User|expand: '%nobody%'");
    harness_expect(db,
                   "a.yml|1|match|NULL\nb.yml|7|error|unknown modifier odd\n"
                   "c.yml|1|no log|no log of azure is read\nd.yml|2|error|1\n"
                   "e.yml|1|no log|names a rule that cannot run\nf.yml|7|no value|a placeholder "
                   "without values in sigma_placeholders",
                   "SELECT file, line, status, iif(file = 'd.yml', error IS NOT NULL, error) FROM "
                   "svcql_rules('%s/rules') ORDER BY 1",
                   dir);
    harness_expect(
        db, "read|1|3",
        "SELECT status, records, skipped FROM evidence_sources WHERE table_name = 'svcql_rules'");
    harness_write_text(dir, "sql/g.sql", "SELECT * FROM logs WHERE EventID=7045; SELECT 1 FROM;");
    harness_int(db, "SELECT count(*) FROM svcql_rules('%s/sql')", dir);
    harness_expect(db, "1|1|rules that cannot run",
                   "SELECT records, skipped, detail FROM evidence_sources WHERE table_name = "
                   "'svcql_rules' AND location GLOB '*g.sql'");
    harness_close(db);
}
END_TEST

#define COUNT_OF(name, of)                                                                         \
    "title: " name "\nname: " name "\ncorrelation: {type: event_count, rules: [" of                \
    "], timespan: 1m, condition: {gte: 1}}\n"

START_TEST(a_correlation_of_itself_is_an_error)
{
    const char *dir;
    sqlite3    *db = staged(&dir);

    write_rule(dir, "rules/a.yml", "product: windows, service: system", "EventID: 7045");
    harness_write_text(dir, "rules/b.yml", COUNT_OF("b", "b"));
    harness_write_text(dir, "rules/c.yml", COUNT_OF("c", "d"));
    harness_write_text(dir, "rules/d.yml", COUNT_OF("d", "c"));
    harness_write_text(dir, "rules/e.yml", COUNT_OF("e", "f"));
    harness_write_text(dir, "rules/f.yml", COUNT_OF("f", "rules/a.yml"));
    harness_expect(db, "b.yml|error\nc.yml|error\nd.yml|error\ne.yml|match",
                   "SELECT file, status FROM svcql_rules('%s/rules') ORDER BY 1", dir);
    harness_close(db);
}
END_TEST

START_TEST(lists_of_the_user_are_used)
{
    const char *dir;
    sqlite3    *db = staged(&dir);

    write_rule(dir, "rules/a.yml", "product: acme, service: boxes", "Box: psexesvc");
    write_rule(dir, "rules/b.yml", "product: windows, service: system",
               "ServiceName|expand: '%tool%'");
    ck_assert_int_eq(
        harness_int(db, "SELECT count(*) FROM svcql_rules('%s/rules') WHERE error IS NULL", dir),
        0);
    harness_query(db,
                  "INSERT INTO sigma_logsources VALUES('acme', NULL, 'boxes', 'windows_events', "
                  "'{\"EventID\": 7045}')");
    harness_query(
        db, "INSERT INTO sigma_fields VALUES('windows_events', NULL, 'Box', '{ServiceName}')");
    harness_query(db, "INSERT INTO sigma_placeholders VALUES('tool', 'psexe*')");
    harness_expect(db, "a.yml\nb.yml",
                   "SELECT file FROM svcql_rules('%s/rules') WHERE error IS NULL ORDER BY 1", dir);
    harness_query(db, "INSERT INTO sigma_fields VALUES('windows_events', '[', 'Box', 'x')");
    harness_error(db, "SELECT count(*) FROM svcql_rules('%s/rules')", dir);
    harness_close(db);
}
END_TEST

/* A connection whose evidence is a journal of 200 entries: texts, bytes, long fields that are compressed, and names
 * with several values. */
static sqlite3 *with_journal(const char *dir)
{
    sqlite3 *db = harness_open();
    size_t   packed;
    char    *data = harness_read("tests/fixtures/journal/regular.journal.zst", &packed);
    size_t   size = (size_t)ZSTD_getFrameContentSize(data, packed);
    uint8_t *whole = malloc(size);

    ck_assert_ptr_nonnull(whole);
    ck_assert_uint_eq(ZSTD_decompress(whole, size, data, packed), size);
    harness_write(dir, "a.journal", whole, size);
    free(whole);
    free(data);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s/a.journal')", dir);
    return db;
}

START_TEST(fields_of_the_journal_are_names_in_rules_of_both_forms)
{
    const char *dir = harness_scratch();
    sqlite3    *db = with_journal(dir);

    write_rule(dir, "all.yml", "product: linux, service: syslog", "MESSAGE|exists: true");
    write_rule(dir, "some.yml", "product: linux", "_SYSTEMD_UNIT: unit1.service, TAG: second");
    write_rule(dir, "unit.yml", "product: linux", "_SYSTEMD_UNIT|startswith: UNIT1");
    harness_write_text(
        dir, "unit.sql",
        "SELECT * FROM <TABLE_NAME> WHERE _SYSTEMD_UNIT LIKE 'UNIT1%%' ESCAPE '\\'\n");
    harness_expect(db, "200", "SELECT count(*) FROM svcql_rules('%s/all.yml')", dir);
    harness_expect(db, "0|2380",
                   "SELECT sum(r.row ->> f.key IS NOT f.value), count(*) FROM "
                   "svcql_rules('%s/all.yml') AS r, journal AS j, json_each(j.fields) AS f "
                   "WHERE CAST(r.record AS INTEGER) = j.\"offset\" AND f.type = 'text'",
                   dir);
    harness_expect(db, "1",
                   "SELECT (SELECT count(*) FROM svcql_rules('%s/some.yml')) = "
                   "(SELECT count(*) FROM journal, json_each(fields, '$.TAG') AS t WHERE "
                   "unit = 'unit1.service' AND t.value = 'second')",
                   dir);
    for (int sql = 0; sql < 2; sql++)
        harness_expect(db, "1",
                       "SELECT count(*) = 50 AND count(*) = (SELECT count(*) FROM journal WHERE "
                       "unit LIKE 'unit1%%') FROM svcql_rules('%s/unit.%s') WHERE error IS NULL",
                       dir, sql ? "sql" : "yml");
    harness_close(db);
}
END_TEST

START_TEST(the_logs_are_read_once_for_all_rules_in_yaml)
{
    const char *dir;
    sqlite3    *db = staged(&dir);
    char        path[64];

    for (int i = 0; i < 50; i++) {
        snprintf(path, sizeof path, "rules/%d.yml", i);
        write_rule(dir, path, "product: windows, service: system", "ServiceName: psexesvc");
    }
    static const char scans[] = "SELECT sum(scans) FROM svcql_tables WHERE name IN "
                                "('windows_events', 'audit_events', 'journal', 'auth_events')";
    int64_t           before = harness_int(db, "%s", scans);
    ck_assert_int_eq(harness_int(db, "SELECT count(*) FROM svcql_rules('%s/rules')", dir), 50);
    ck_assert_int_eq(harness_int(db, "%s", scans) - before, 1); /* and no log without a rule */
    harness_close(db);
}
END_TEST

/* Correlations --------------------------------------------------------------------- */

/* Two base rules, of failed and of good logins, and a correlation of them. */
static const char base[] =
    "title: failed\nname: failed\nlogsource: {product: windows, service: security}\n"
    "detection: {a: {EventID: 4625}, condition: a}\n"
    "---\n"
    "title: good\nname: good\nlogsource: {product: windows, service: security}\n"
    "detection: {a: {EventID: 4624}, condition: a}\n"
    "---\n"
    "title: joined\ncorrelation:\n";

static const struct {
    const char *correlation;
    const char *expected; /* rule, subject */
} correlations[] = {
    {"  type: event_count\n  rules: failed\n  group-by: [User]\n  timespan: 1m\n  condition: {gte: "
     "3}\n",
     "joined|User=ann: 4 in 30 s"},
    {"  type: event_count\n  rules: failed\n  group-by: [User]\n  timespan: 1m\n  condition: {gt: "
     "4}\n",
     ""},
    {"  type: event_count\n  rules: failed\n  timespan: 10s\n  condition: {gte: 3}\n",
     "joined|3 in 10 s"},
    {"  type: event_count\n  rules: failed\n  group-by: [User]\n  timespan: 1h\n  condition: {lt: "
     "2}\n",
     "joined|User=bob: 1 in 0 s"},
    {"  type: value_count\n  rules: failed\n  timespan: 1h\n  condition: {field: Ip, gte: 3}\n",
     "joined|3 in 3000 s"},
    {"  type: value_count\n  rules: failed\n  group-by: [User]\n  timespan: 1h\n  condition: "
     "{field: Ip, eq: 3}\n",
     ""},
    {"  type: value_sum\n  rules: failed\n  group-by: [User]\n  timespan: 1h\n  condition: {field: "
     "Size, gt: 30}\n",
     "joined|User=ann: 40 in 30 s\njoined|User=bob: 50 in 0 s"},
    {"  type: value_avg\n  rules: failed\n  group-by: [User]\n  timespan: 1h\n  condition: {field: "
     "Size, gte: 50}\n",
     "joined|User=bob: 50 in 0 s"},
    {"  type: temporal\n  rules: [failed, good]\n  group-by: [User]\n  timespan: 1h\n  condition: "
     "failed and not good\n",
     "joined|User=bob: 1 in 0 s"},
    {"  type: temporal\n  group-by: [User]\n  timespan: 1h\n  condition: failed and good\n",
     "joined|User=ann: 2 in 60 s"},
    {"  type: temporal\n  rules: [failed, good]\n  group-by: [User]\n  timespan: 1m\n  condition: "
     "1 of them\n",
     "joined|User=ann: 2 in 60 s\njoined|User=bob: 1 in 0 s"},
    {"  type: temporal\n  rules: [failed]\n  timespan: 1h\n  condition: failed or good\n",
     "joined|NULL"},
    {"  type: event_count\n  rules: [failed]\n  timespan: 1h\n  condition: failed\n",
     "joined|NULL"},
    {"  type: value_median\n  rules: failed\n  timespan: 1h\n  condition: {field: Size, gte: 10}\n",
     "joined|10 in 3000 s"},
    {"  type: value_median\n  rules: failed\n  timespan: 2975s\n  condition: {field: Size, gt: "
     "10}\n",
     "joined|30 in 2970 s"},
    {"  type: value_percentile\n  rules: failed\n  timespan: 1h\n  condition: {field: Size, "
     "percentile: 80, lt: 50}\n",
     "joined|10 in 3000 s"},
    {"  type: value_percentile\n  rules: failed\n  timespan: 1h\n  condition: {field: Size, "
     "percentile: 81, gte: 50}\n",
     "joined|50 in 3000 s"},
    {"  type: temporal\n  rules: [failed, good]\n  group-by: [User]\n  timespan: 1h\n",
     "joined|User=ann: 2 in 60 s"},
    {"  type: temporal_ordered\n  rules: [failed, good]\n  group-by: [User]\n  timespan: 5m\n",
     "joined|User=ann: 2 in 60 s"},
    {"  type: temporal_ordered\n  rules: [good, failed]\n  group-by: [User]\n  timespan: 5m\n", ""},
    {"  type: temporal\n  rules: [failed, good]\n  group-by: [who]\n  timespan: 1h\n  aliases:\n"
     "    who: {failed: User, good: Name}\n",
     "joined|who=bob: 2 in 100 s"},
    {"  type: event_count\n  rules: failed\n  group-by: [User]\n  timespan: 1m\n  condition: {gte: "
     "3}\n  generate: true\n",
     "failed|NULL\nfailed|NULL\nfailed|NULL\nfailed|NULL\nfailed|NULL\njoined|User=ann: 4 in 30 s"},
    {"  type: event_count\n  rules: nothing\n  timespan: 1m\n  condition: {gte: 3}\n",
     "joined|NULL"},
};

START_TEST(correlations_join_hits_by_group_and_time)
{
    static const char *const pairs[][7] = {
        {"User", "ann", "Ip", "10.0.0.1", "Size", "10", NULL},
        {"User", "ann", "Ip", "10.0.0.2", "Size", "10", NULL},
        {"User", "bob", "Ip", "10.0.0.3", "Size", "50", NULL},
        {"User", "ann", "Name", "bob", NULL},
    };
    static const struct {
        int id, pairs, time;
    } order[] = {{4625, 1, 30}, {4625, 0, 0},    {4625, 0, 10},
                 {4625, 1, 5},  {4625, 2, 3000}, {4624, 3, 60}};
    struct staged_event events[6] = {0};
    const char         *dir = harness_scratch();
    sqlite3            *db = harness_open();
    char                path[512], text[4096];

    for (int i = 0; i < 6; i++)
        events[i] = (struct staged_event){.channel = "Security",
                                          .provider = "Microsoft-Windows-Security-Auditing",
                                          .id = order[i].id,
                                          .time = 1700000000 + order[i].time,
                                          .pairs = pairs[order[i].pairs]};
    if (strstr(correlations[_i].correlation, "who:"))
        events[5].time = 1700003100;
    harness_write_text(dir, "logs/keep", "");
    snprintf(path, sizeof path, "%s/logs/Security.evtx", dir);
    make_evtx(path, events, 6);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s/logs')", dir);
    snprintf(text, sizeof text, "%s%s", base, correlations[_i].correlation);
    harness_write_text(dir, "rules/rule.yml", text);
    harness_expect(
        db, correlations[_i].expected,
        "SELECT rule, subject FROM svcql_rules('%s/rules') WHERE rule = 'joined' OR (rule = "
        "'failed' AND %d)",
        dir, strstr(correlations[_i].correlation, "generate") != NULL);
    harness_close(db);
}
END_TEST

/* Entries of the unified log: what sudo ran, what launchd started, a property list that was taken up. */
static const char unified[] = "2026-06-09 18:18:08.000000+0000  localhost sudo[71]:    ann : "
                              "TTY=ttys000 ; PWD=/ ; USER=root ; "
                              "COMMAND=/bin/cp /tmp/x.plist /Library/LaunchDaemons/x.plist\n"
                              "2026-06-09 18:18:09.000000+0000  localhost launchd[1]: "
                              "[gui/501/com.example.b [577]:] Successfully "
                              "spawned .b[577] because speculative\n"
                              "2026-06-09 18:18:10.000000+0000  localhost "
                              "backgroundtaskmanagementd[9]: registerLaunchItem: result=no "
                              "error, new item disposition=[enabled], updated legacy=yes, "
                              "url=file:///Library/LaunchAgents/com.b.plist, x\n";

static const struct {
    const char *logsource, *detection;
    int         matches;
} macos_rules[] = {
    {"product: macos, category: process_creation", "CommandLine|contains: LaunchDaemons", 1},
    {"product: macos, category: process_creation", "Image|endswith: /cp, User: ann", 1},
    {"product: macos, category: process_creation",
     "Image|endswith: /.b, ParentImage: /sbin/launchd", 1},
    {"product: macos, category: process_creation", "TargetFilename|contains: x", 0},
    {"product: macos, category: file_event", "TargetFilename: /Library/LaunchDaemons/x.plist", 1},
    {"product: macos, category: file_event", "TargetFilename|startswith: /Library/Launch", 2},
    {"product: macos, category: file_event", "CommandLine|exists: true", 0},
};

START_TEST(rules_of_macos_run_over_the_unified_log)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(dir, "logs/system.log", unified);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s/logs')", dir);
    write_rule(dir, "rules/a.yml", macos_rules[_i].logsource, macos_rules[_i].detection);
    char expected[16];
    snprintf(expected, sizeof expected, "%d", macos_rules[_i].matches);
    harness_expect(db, expected, "SELECT count(*) FROM svcql_rules('%s/rules')", dir);
    harness_close(db);
}
END_TEST

static void pass(const char *path, void *data)
{
    (void)path, (void)data;
}

/* Public rules: all of Windows, Linux and macOS run, but for those with placeholders. */
START_TEST(public_rules_run)
{
    const char *evidence = getenv("SVCQL_EVIDENCE");
    char        path[512];

    snprintf(path, sizeof path, "%s/sigma", evidence ? evidence : "");
    if (!evidence || access(path, R_OK) != 0)
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    harness_query(db, "DELETE FROM evidence");
    harness_expect(
        db, "",
        "SELECT file, line, error FROM svcql_rules('%s') WHERE status NOT IN ('match', 'no log', "
        "'no value')",
        path);
    harness_expect(
        db, "",
        "SELECT DISTINCT error FROM svcql_rules('%s') WHERE status = 'no log' AND (file GLOB "
        "'*windows/*' OR file GLOB '*linux/*' OR file GLOB '*macos/*')",
        path);
    /* Each file has one rule: it has run, or could not, or its log is none of ours. */
    int64_t without_log =
        harness_int(db, "SELECT count(*) FROM svcql_rules('%s') WHERE status = 'no log'", path);
    ck_assert_int_eq(harness_int(db, "SELECT records + skipped FROM evidence_sources WHERE "
                                     "table_name = 'svcql_rules'") +
                         without_log,
                     (int64_t)harness_each_evidence("sigma", ".yml", pass, NULL));
    harness_close(db);
}
END_TEST

Suite *make_sigma_rules_suite(void)
{
    Suite *suite = suite_create("sigma_rules");
    TCase *tcase = tcase_create("sigma_rules");

    tcase_add_loop_test(tcase, a_rule_runs_over_the_events_of_its_log_source, 0,
                        sizeof rules / sizeof *rules);
    tcase_add_test(tcase, a_hit_says_what_it_is);
    tcase_add_test(tcase, folders_patterns_and_forms_may_be_mixed);
    tcase_add_test(tcase, rules_that_cannot_run_are_rows_and_the_others_go_on);
    tcase_add_test(tcase, a_correlation_of_itself_is_an_error);
    tcase_add_test(tcase, lists_of_the_user_are_used);
    tcase_add_test(tcase, fields_of_the_journal_are_names_in_rules_of_both_forms);
    tcase_add_test(tcase, the_logs_are_read_once_for_all_rules_in_yaml);
    tcase_add_loop_test(tcase, correlations_join_hits_by_group_and_time, 0,
                        sizeof correlations / sizeof *correlations);
    tcase_add_loop_test(tcase, rules_of_macos_run_over_the_unified_log, 0,
                        sizeof macos_rules / sizeof *macos_rules);
    tcase_add_test(tcase, public_rules_run);
    suite_add_tcase(suite, tcase);
    return suite;
}
