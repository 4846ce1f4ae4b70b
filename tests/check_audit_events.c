/* The table audit_events over logs on disk: rows, terms, ranges of time, damage, real evidence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "harness.h"
#include "make_audit.h"
#include "make_cases.h"

static const char exec_event[] =
    "type=SYSCALL msg=audit(1700000000.250:10): arch=c000003e syscall=59 success=yes exit=0 a0=1 "
    "items=2 ppid=7 pid=8 auid=1000 uid=0 gid=0 euid=0 tty=pts1 ses=3 comm=\"systemctl\" "
    "exe=\"/usr/bin/systemctl\" subj=unconfined key=6B31016B32\x1d"
    "ARCH=x86_64 SYSCALL=execve AUID=\"ann\" UID=\"root\"\n"
    "type=EXECVE msg=audit(1700000000.250:10): argc=3 a0=\"systemctl\" a1=\"start\" a2=612062\n"
    "type=CWD msg=audit(1700000000.250:10): cwd=\"/root\"\n"
    "type=PATH msg=audit(1700000000.250:10): item=0 name=\"/usr/bin/systemctl\" inode=5 dev=08:01 "
    "mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0\n"
    "type=PROCTITLE msg=audit(1700000000.250:10): proctitle=73797374656D63746C007374617274\n";

static const char service_event[] =
    "type=SERVICE_START msg=audit(1700000001.000:11): pid=1 uid=0 auid=4294967295 ses=4294967295 "
    "msg='unit=ssh comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? "
    "res=failed'\x1dUID=\"root\" AUID=\"unset\"\n";

static const char file_event[] =
    "type=CONFIG_CHANGE msg=audit(1700000002.000:12): auid=0 op=updated_rules path=\"/etc/x\" "
    "res=1\n"
    "type=SYSCALL msg=audit(1700000002.000:12): arch=c000003e syscall=264 success=yes exit=0 "
    "pid=9 uid=0 comm=\"mv\" exe=\"/usr/bin/mv\" key=(null)\n"
    "type=CWD msg=audit(1700000002.000:12): cwd=\"/etc/systemd\"\n"
    "type=PATH msg=audit(1700000002.000:12): item=0 name=\"system\" nametype=PARENT\n"
    "type=PATH msg=audit(1700000002.000:12): item=1 name=\"system/x.service\" mode=0100644 "
    "nametype=CREATE\n";

static const char kill_event[] =
    "type=SYSCALL msg=audit(1700000003.000:13): arch=c000003e syscall=62 success=no exit=-1 pid=9 "
    "uid=1 comm=\"kill\" exe=\"/usr/bin/kill\" key=(null)\n"
    "type=OBJ_PID msg=audit(1700000003.000:13): opid=77 oauid=-1 ouid=0 oses=-1 ocomm=\"sshd\"\n";

static const char command_event[] =
    "type=USER_CMD msg=audit(1700000004.000:14): pid=5 uid=1000 auid=1000 ses=3 "
    "msg='cwd=\"/home/ann\" cmd=73797374656D63746C2073746F702078 exe=\"/usr/bin/sudo\" "
    "terminal=pts/0 res=success'\n";

static const char login_event[] =
    "type=USER_LOGIN msg=audit(1700000005.000:15): pid=6 uid=0 auid=1000 ses=4 msg='op=login "
    "acct=\"ann\" exe=\"/usr/sbin/sshd\" hostname=h addr=10.0.0.9 terminal=ssh res=success'\n";

static const char socket_event[] =
    "type=SYSCALL msg=audit(1700000006.000:16): arch=c000003e syscall=42 success=yes exit=0 pid=9 "
    "uid=0 comm=\"x\" exe=\"/usr/bin/x\" key=(null)\n"
    "type=SOCKADDR msg=audit(1700000006.000:16): saddr=01002F72756E2F73797374656D642F7072697661746"
    "500\n"
    "type=PATH msg=audit(1700000006.000:16): item=0 name=\"/run/systemd/private\" "
    "nametype=NORMAL\n";

/* A log of all of these; returns its path. */
static const char *all_events(void)
{
    static char path[512];
    char       *text = NULL;
    const char *dir = harness_scratch();

    ck_assert(asprintf(&text, "%s%s%s%s%s%s%s", exec_event, service_event, file_event, kill_event,
                       command_event, login_event, socket_event) > 0);
    harness_write_text(dir, "audit.log", text);
    free(text);
    snprintf(path, sizeof path, "%s/audit.log", dir);
    return path;
}

START_TEST(an_execution_is_one_row_of_all_its_records)
{
    sqlite3    *db = harness_open();
    const char *log = all_events();

    harness_expect(db,
                   "1700000000.25|2023-11-14 22:13:20.250000|10|exec|EXECVE|"
                   "SYSCALL,EXECVE,CWD,PATH,PROCTITLE|execve|1|0|8|7|0|0|0|1000|3|root|ann|pts1|"
                   "systemctl|/usr/bin/systemctl|k1,k2",
                   "SELECT time, datetime, serial, category, type, types, syscall, success, exit, "
                   "pid, ppid, uid, euid, gid, auid, ses, user, login_user, tty, comm, exe, key "
                   "FROM audit_events('%s') WHERE serial = 10",
                   log);
    harness_expect(
        db,
        "[\"systemctl\",\"start\",\"a b\"]|systemctl start 'a b'|/root|"
        "/usr/bin/systemctl|systemctl start|unconfined|0|a b|8",
        "SELECT argv, cmdline, cwd, path, proctitle, subject, \"offset\", argv ->> 2, "
        "json_extract(paths, '$[0].inode') + 3 FROM audit_events('%s') WHERE serial = 10",
        log);
    harness_close(db);
}
END_TEST

/* Of an execution the first PATH record is the program, with a name or without (fexecve); of other events the last
 * that is not the folder. What a record does not have is not known. */
START_TEST(the_file_of_an_event_has_a_mode_and_owners)
{
    sqlite3    *db = harness_open();
    const char *log = all_events(), *dir = harness_scratch();

    harness_expect(db, "10|0100755|0|0\n12|0100644|NULL|NULL\n16|NULL|NULL|NULL",
                   "SELECT serial, mode, ouid, ogid FROM audit_events('%s') WHERE path IS NOT NULL",
                   log);
    harness_expect(db, "0",
                   "SELECT count(*) FROM audit_events('%s') WHERE path IS NULL AND "
                   "coalesce(mode, ouid, ogid) IS NOT NULL",
                   log);
    harness_write_text(
        dir, "audit.log",
        "type=SYSCALL msg=audit(1700000000.250:1): arch=c000003e syscall=322 success=yes exit=0 "
        "pid=8 uid=1 gid=2 euid=3 suid=4 fsuid=5 egid=6 sgid=7 fsgid=8 comm=\"x\" exe=\"/bin/x\"\n"
        "type=EXECVE msg=audit(1700000000.250:1): argc=1 a0=\"x\"\n"
        "type=PATH msg=audit(1700000000.250:1): item=0 name=\"\" mode=0100700 ouid=4294967295 "
        "ogid=5 nametype=NORMAL\n"
        "type=PATH msg=audit(1700000000.250:1): item=1 name=\"/lib64/ld-linux-x86-64.so.2\" "
        "mode=0100755 ouid=0 ogid=0 nametype=NORMAL\n"
        "type=SYSCALL msg=audit(1700000001.000:2): arch=c000003e syscall=59 pid=8 egid=4294967295 "
        "suid=-1 comm=\"x\" exe=\"/bin/x\"\n"
        "type=EXECVE msg=audit(1700000001.000:2): argc=1 a0=\"x\"\n"
        "type=PATH msg=audit(1700000001.000:2): item=0 name=\"/bin/x\" mode=(null) ouid=x ogid=\n");
    harness_expect(db,
                   "1|3|4|5|2|6|7|8|0100700|NULL|5|NULL\n"
                   "2|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|/bin/x",
                   "SELECT serial, euid, suid, fsuid, gid, egid, sgid, fsgid, mode, ouid, ogid, "
                   "path FROM audit_events('%s/audit.log')",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(each_kind_of_event_fills_its_own_columns)
{
    sqlite3    *db = harness_open();
    const char *log = all_events();

    harness_expect(db, "service|SERVICE_START|ssh.service|failed|0|NULL|NULL|NULL",
                   "SELECT category, type, unit, result, success, auid, ses, login_user "
                   "FROM audit_events('%s') WHERE serial = 11",
                   log);
    harness_expect(db, "ssh.service", "SELECT unit FROM audit_events('%s') WHERE serial = 11", log);
    harness_expect(db, "file|CONFIG_CHANGE|renameat|/etc/systemd/system/x.service|CREATE",
                   "SELECT category, type, syscall, path, paths ->> '$[1].nametype' "
                   "FROM audit_events('%s') WHERE serial = 12",
                   log);
    harness_expect(db, "kill|SYSCALL|kill|0|-1|77|sshd",
                   "SELECT category, type, syscall, success, exit, target_pid, target_comm "
                   "FROM audit_events('%s') WHERE serial = 13",
                   log);
    harness_expect(db, "user_cmd|USER_CMD|systemctl stop x|/home/ann|pts/0|1",
                   "SELECT category, type, cmdline, cwd, tty, success "
                   "FROM audit_events('%s') WHERE serial = 14",
                   log);
    harness_expect(db, "login|USER_LOGIN|ann|h|10.0.0.9|login",
                   "SELECT category, type, acct, hostname, addr, op "
                   "FROM audit_events('%s') WHERE serial = 15",
                   log);
    harness_expect(db, "other|SYSCALL|connect|unix:/run/systemd/private",
                   "SELECT category, type, syscall, address "
                   "FROM audit_events('%s') WHERE serial = 16",
                   log);
    harness_close(db);
}
END_TEST

/* What a query with a term gives must be what it gives without pushdown (+column). */
START_TEST(terms_that_are_pushed_down_lose_no_row)
{
    static const char *const terms[][2] = {
        {"category = 'exec'", "+category = 'exec'"},
        {"category IN ('kill', 'file', 'nonsense')", "+category IN ('kill', 'file', 'nonsense')"},
        {"type IN ('EXECVE', 'SYSCALL')", "+type IN ('EXECVE', 'SYSCALL')"},
        {"comm = 'systemctl'", "+comm = 'systemctl'"},
        {"comm IN ('systemd', 'mv')", "+comm IN ('systemd', 'mv')"},
        {"exe = '/usr/sbin/sshd'", "+exe = '/usr/sbin/sshd'"},
        {"comm COLLATE NOCASE IN ('SystemD', 'mv')", "+comm COLLATE NOCASE IN ('SystemD', 'mv')"},
        {"exe COLLATE NOCASE = '/USR/sbin/sshd'", "+exe COLLATE NOCASE = '/USR/sbin/sshd'"},
        {"comm = 'SystemCTL'", "+comm = 'SystemCTL'"},
        {"pid = 1", "+pid = 1"},
        {"pid IN (8, 1, 77, 4001)", "+pid IN (8, 1, 77, 4001)"},
        {"ppid IN (SELECT 1 WHERE 0)", "0"},
        {"ppid = 7", "+ppid = 7"},
        {"ppid IN (7, 1000)", "+ppid IN (7, 1000)"},
        {"exe IS NULL", "+exe IS NULL"},
        {"serial > 12", "+serial > 12"},
        {"serial IN (11, 14, 99)", "+serial IN (11, 14, 99)"},
        {"time >= 1700000002 AND time < 1700000004.5",
         "+time >= 1700000002 AND +time < 1700000004.5"},
        {"time = 1700000000.25", "+time = 1700000000.25"},
        {"comm = 'kill' OR exe = '/usr/bin/sudo'", "+comm = 'kill' OR +exe = '/usr/bin/sudo'"},
    };
    sqlite3    *db = harness_open();
    const char *log = all_events();

    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
        char *plain = harness_query(
            db, "SELECT group_concat(serial) FROM audit_events('%s') WHERE %s", log, terms[i][1]);
        harness_expect(db, plain, "SELECT group_concat(serial) FROM audit_events('%s') WHERE %s",
                       log, terms[i][0]);
        free(plain);
    }
    harness_close(db);
}
END_TEST

START_TEST(a_name_in_hexadecimal_is_found_by_what_it_says)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(
        dir, "audit.log",
        "type=SYSCALL msg=audit(1.0:1): arch=c000003e syscall=59 comm=6120622063 "
        "exe=2F746D702F782028\n"
        "type=SYSCALL msg=audit(1.0:2): arch=c000003e syscall=59 comm=C3A9 exe=FF\n");
    harness_expect(db, "1", "SELECT serial FROM audit_events('%s/audit.log') WHERE comm = 'a b c'",
                   dir);
    harness_expect(db, "2",
                   "SELECT serial FROM audit_events('%s/audit.log') WHERE comm = char(233)", dir);
    harness_expect(db, "2",
                   "SELECT serial FROM audit_events('%s/audit.log') WHERE exe = char(65533)", dir);
    harness_close(db);
}
END_TEST

START_TEST(a_separator_that_a_log_daemon_wrote_is_one)
{
    static const char *const separators[] = {"\x1d", "", " ", "#035", "^]", "\\u001d"};
    char                     text[1024];

    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++) {
        sqlite3    *db = harness_open();
        const char *dir = harness_scratch();
        snprintf(text, sizeof text,
                 "type=SERVICE_STOP msg=audit(2.0:402): pid=1 uid=0 msg='unit=x comm=\"systemd\" "
                 "terminal=? res=success'%sUID=\"root\" AUID=\"unset\"\n"
                 "type=SYSCALL msg=audit(1.0:403): arch=c000003e syscall=59 success=yes "
                 "exe=\"/bin/a\" key=(null)%sARCH=x86_64 SYSCALL=execve AUID=\"ann\" UID=\"root\"\n"
                 "type=SYSCALL msg=audit(1.0:404): arch=c000003e syscall=59 success=yes "
                 "exe=\"/bin/a\" key=\"k\"%sARCH=x86_64 SYSCALL=execve AUID=\"ann\" UID=\"root\"\n",
                 separators[i], separators[i], separators[i]);
        harness_write_text(dir, "audit.log", text);
        harness_expect(db,
                       "402|1|success|root|NULL|NULL\n403|1|NULL|root|ann|NULL\n"
                       "404|1|NULL|root|ann|k",
                       "SELECT serial, success, result, user, login_user, key "
                       "FROM audit_events('%s/audit.log')",
                       dir);
        harness_close(db);
    }
}
END_TEST

START_TEST(what_was_typed_is_commands)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(
        dir, "var/log/audit/audit.log",
        "type=TTY msg=audit(1.0:1): tty pid=7 uid=0 auid=10 ses=9 major=136 minor=4 comm=\"bash\" "
        "data=73797374656D63746C2073746F70780878097F7F20610D69641B5B410D\n");
    harness_expect(db,
                   "user_cmd|systemctl stop a\nid<up>|"
                   "\"systemctl stopx\",<backspace>,\"x\",<tab>,<backspace>,<backspace>,\" a\","
                   "<ret>,\"id\",<up>,<ret>",
                   "SELECT category, cmdline, typed FROM audit_events WHERE root = '%s'", dir);
    harness_expect(db, "", "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "stop|a", "SELECT verb, target FROM service_commands");
    harness_close(db);
}
END_TEST

START_TEST(missing_arguments_keep_their_places)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(
        dir, "audit.log",
        "type=EXECVE msg=audit(1.0:1): a1=\"stop\" a2=\"auditd\"\n"
        "type=EXECVE msg=audit(2.0:2): argc=4 a0=\"systemctl\" a3=\"auditd\"\n"
        "type=EXECVE msg=audit(3.0:3): argc=3 a0=\"sh\" a1=\"-c\" a2_len=9 a2[1]=\"x\"\n"
        "type=EXECVE msg=audit(4.0:4): argc=3 a0=\"a\"\n"
        "type=EXECVE msg=audit(5.0:5): argc=2 a0=\"a\"\n"
        "type=EXECVE msg=audit(5.0:5): a1=\"b\"\n");
    harness_expect(db,
                   "1|1|[null,\"stop\",\"auditd\"]|? stop auditd\n"
                   "2|1|[\"systemctl\",null,null,\"auditd\"]|systemctl ? ? auditd\n"
                   "3|1|[\"sh\",\"-c\",\"x\"]|sh -c x\n4|1|[\"a\"]|a\n5|0|[\"a\",\"b\"]|a b",
                   "SELECT serial, incomplete, argv, cmdline FROM audit_events('%s/audit.log')",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(json_lines_of_laurel_and_auditbeat_are_events)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(
        dir, "audit.log",
        "{\"ID\":\"1615113648.981:15\",\"NODE\":\"web1\",\"SYSCALL\":{\"arch\":\"0xc000003e\","
        "\"syscall\":59,\"success\":\"yes\",\"pid\":8,\"comm\":\"0o7\",\"exe\":\"/bin/s x\","
        "\"key\":null,\"AUID\":\"ann\",\"UID\":\"root\"},\"EXECVE\":{\"argc\":2,\"ARGV\":[\"s\","
        "\"a \\\"b\"]},\"CWD\":{\"cwd\":\"/\"},\"PATH\":[{\"item\":0,\"name\":\"/bin/s "
        "x\",\"mode\":"
        "\"0o100755\",\"ouid\":3,\"ogid\":4}],\"PARENT_INFO\":{\"comm\":\"sh\"}}\n"
        "no object\n"
        "{\"@timestamp\":\"2024-07-09T15:00:29.099Z\",\"auditd\":{\"sequence\":77,\"result\":"
        "\"fail\",\"message_type\":\"syscall\",\"data\":{\"syscall\":\"openat\"},\"paths\":[{"
        "\"item\":\"0\",\"name\":\"/etc/a\",\"nametype\":\"CREATE\"}]},\"process\":{\"pid\":5,"
        "\"executable\":\"/bin/tee\",\"args\":[\"tee\",\"/etc/a\"]},\"user\":{\"id\":\"0\","
        "\"effective\":{\"id\":\"1\",\"group\":{\"id\":\"2\"}},\"saved\":{\"id\":\"3\",\"group\":{"
        "\"id\":\"4\"}},\"filesystem\":{\"id\":\"5\",\"group\":{\"id\":\"6\"}}},"
        "\"tags\":[\"units\"]}\n");
    harness_expect(
        db,
        "15|2021-03-07 10:40:48.981000|exec|execve|1|root|ann|s 'a \"b'|/bin/s x|/bin/s x|web1\n"
        "77|2024-07-09 15:00:29.099000|file|openat|0|NULL|NULL|tee /etc/a|/etc/a|/bin/tee|",
        "SELECT serial, datetime, category, syscall, success, user, login_user, cmdline, "
        "path, exe, iif(serial = 15, host, '') FROM audit_events('%s/audit.log')",
        dir);
    harness_expect(db,
                   "0o7|NULL|NULL|NULL|NULL|NULL|NULL|0100755|3|4\n"
                   "NULL|1|3|5|2|4|6|NULL|NULL|NULL",
                   "SELECT comm, euid, suid, fsuid, egid, sgid, fsgid, mode, ouid, ogid "
                   "FROM audit_events('%s/audit.log')",
                   dir);
    harness_expect(db, "damaged|1",
                   "SELECT status, skipped FROM evidence_sources WHERE location = '%s/audit.log'",
                   dir);
    harness_close(db);
}
END_TEST

/* auditbeat's own messages are in its folder too; what auditd has written itself is not read twice. */
START_TEST(the_folders_of_laurel_and_auditbeat_are_read_where_auditd_keeps_no_log)
{
    static const char laurel[] = "{\"ID\":\"1615113648.981:15\",\"SYSCALL\":{\"syscall\":59,"
                                 "\"pid\":8},\"EXECVE\":{\"ARGV\":[\"a\"]}}\n";
    static const char beat[] = "{\"@timestamp\":\"2024-07-09T15:00:29.099Z\",\"auditd\":{"
                               "\"sequence\":77,\"message_type\":\"syscall\"},\"process\":{"
                               "\"pid\":5,\"args\":[\"b\"]}}\n";
    sqlite3          *db = harness_open();
    const char       *dir = harness_scratch();

    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "var/log/auditbeat/auditbeat-20240709.ndjson", beat);
    harness_write_text(dir, "var/log/auditbeat/auditbeat.1",
                       "{\"log.level\":\"info\",\"message\":\"started\"}\n");
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_expect(db, "77", "SELECT serial FROM audit_events");
    harness_expect(db,
                   "auditbeat-20240709.ndjson|read|1|NULL\n"
                   "auditbeat.1|read|NULL|no such records in it",
                   "SELECT replace(location, '%s/var/log/auditbeat/', ''), status, records, detail "
                   "FROM evidence_sources WHERE table_name = 'audit_events' AND location GLOB "
                   "'*/auditbeat/*' ORDER BY 1",
                   dir);
    harness_write_text(dir, "var/log/laurel/audit.log", laurel);
    harness_write_text(dir, "var/log/laurel/audit.log.1", laurel);
    harness_expect(db, "15\n15", "SELECT serial FROM audit_events");
    harness_write_text(dir, "var/log/audit/audit.log", kill_event);
    harness_expect(db, "13", "SELECT serial FROM audit_events");
    harness_expect(db, "ready|not read: the audit log has the same events",
                   "SELECT DISTINCT status, detail FROM evidence_sources WHERE table_name = "
                   "'audit_events' AND location GLOB '*/laurel/*'");
    harness_expect(db, "15", "SELECT serial FROM audit_events('%s/var/log/laurel/audit.log')", dir);
    harness_close(db);
}
END_TEST

START_TEST(laurel_writes_a_command_as_one_text_too)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(
        dir, "audit.log",
        "{\"ID\":\"1615113648.981:15\",\"SYSCALL\":{\"syscall\":59,\"pid\":8,\"key\":["
        "\"a\",\"b\"]},\"EXECVE\":{\"argc\":3,\"ARGV_STR\":\"systemctl  stop x\"}}\n"
        "{\"ID\":\"1615113648.981:16\",\"SYSCALL\":{\"syscall\":59,\"key\":[]},"
        "\"EXECVE\":{\"argc\":0,\"ARGV_STR\":\"\"}}\n");
    harness_expect(db, "15|systemctl stop x|a,b\n16|NULL|NULL",
                   "SELECT serial, cmdline, key FROM audit_events('%s/audit.log')", dir);
    harness_close(db);
}
END_TEST

START_TEST(io_uring_and_landlock_name_files)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();

    harness_write_text(
        dir, "audit.log",
        "type=URINGOP msg=audit(1.0:1): uring_op=18 success=yes exit=0 items=1 pid=2 uid=0\n"
        "type=PATH msg=audit(1.0:1): item=0 name=\"/etc/a\" nametype=CREATE\n"
        "type=LANDLOCK_ACCESS msg=audit(2.0:2): domain=1 blockers=fs.refer path=\"/usr/b\" ino=3\n"
        "type=SYSCALL msg=audit(2.0:2): arch=c000003e syscall=87 success=no exit=-13 comm=\"mv\"\n"
        "type=UNKNOWN[1421] msg=audit(3.0:3): x=1\n");
    harness_expect(
        db,
        "URINGOP|file|openat|1|/etc/a\nLANDLOCK_ACCESS|file|unlink|0|/usr/b\n"
        "IPE_CONFIG_CHANGE|config|NULL|NULL|NULL",
        "SELECT type, category, syscall, success, path FROM audit_events('%s/audit.log')", dir);
    harness_close(db);
}
END_TEST

START_TEST(rotated_and_gzipped_logs_of_a_root_are_read)
{
    sqlite3    *db = harness_open();
    const char *dir = harness_scratch();
    char        path[512];

    harness_write_text(dir, "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    harness_write_text(dir, "var/log/audit/audit.log", kill_event);
    harness_write_text(dir, "var/log/audit/audit.log.1", service_event);
    snprintf(path, sizeof path, "%s/var/log/audit/audit.log.2.gz", dir);
    gzFile gz = gzopen(path, "wb");
    ck_assert(gz && gzwrite(gz, exec_event, sizeof exec_event - 1) > 0);
    gzclose(gz);
    harness_expect(db, "10|/audit.log.2.gz|0\n11|/audit.log.1|0\n13|/audit.log|0",
                   "SELECT serial, substr(source, length('%s/var/log/audit') + 1), \"offset\" "
                   "FROM audit_events WHERE root = '%s' ORDER BY serial",
                   dir, dir);
    harness_expect(db, "11",
                   "SELECT serial FROM audit_events WHERE source = '%s/var/log/audit/audit.log.1'",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(damage_is_counted_and_reported)
{
    sqlite3          *db = harness_open();
    const char       *dir = harness_scratch();
    static const char text[] = "type=CWD msg=audit(1.0:1): cwd=\"/\"\r\n"
                               "nonsense\n"
                               "\0\0\0\0type=CWD msg=audit(1.0:2): cwd=\"/a\0b\"\n"
                               "type=CWD msg=audit(1.0";

    harness_write(dir, "audit.log", text, sizeof text - 1);
    harness_expect(db,
                   "1|/\n2|/a\xef\xbf\xbd"
                   "b",
                   "SELECT serial, cwd FROM audit_events('%s/audit.log')", dir);
    harness_expect(db, "damaged|2|3|lines that are not audit records",
                   "SELECT status, records, skipped, detail FROM evidence_sources "
                   "WHERE table_name = 'audit_events' AND location = '%s/audit.log'",
                   dir);
    harness_close(db);
}
END_TEST

START_TEST(a_log_that_is_absent_is_reported_and_fails_no_query)
{
    sqlite3 *db = harness_open();

    harness_expect(db, "0", "SELECT count(*) FROM audit_events WHERE source = '%s/none.log'",
                   harness_scratch());
    harness_expect(db, "1",
                   "SELECT count(*) FROM evidence_sources WHERE table_name = 'audit_events' AND "
                   "status = 'absent' AND location GLOB '*/none.log'");
    harness_close(db);
}
END_TEST

/* Ranges of time ---------------------------------------------------------------- */

/* A log of n events, a second apart; at event `step_at` the clock is set by `step` seconds. */
static const char *long_log(int n, int step_at, int step)
{
    static char path[512];
    const char *dir = harness_scratch();

    snprintf(path, sizeof path, "%s/audit.log", dir);
    FILE *file = fopen(path, "w");
    ck_assert(file != NULL);
    for (int i = 0; i < n; i++)
        fprintf(file,
                "type=SYSCALL msg=audit(%d.%03d:%d): arch=c000003e syscall=59 success=yes pid=%d "
                "comm=\"a\" exe=\"/bin/a\" key=(null)\n"
                "type=CWD msg=audit(%d.%03d:%d): cwd=\"/\"\n",
                1600000000 + i + (i >= step_at ? step : 0), i % 1000, i, i,
                1600000000 + i + (i >= step_at ? step : 0), i % 1000, i);
    fclose(file);
    return path;
}

static void expect_ranges(sqlite3 *db, const char *log)
{
    static const char *const ranges[] = {
        "time >= 1600019990",    "time > 1600010000 AND time < 1600010010",
        "time < 1600000003",     "time BETWEEN 1600000000 AND 1600000000.5",
        "time > 1600019999.999", "time > 1700000000",
        "time < 1500000000",     "time = 1600012345.345",
    };

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        char *plain = harness_query(db,
                                    "SELECT count(*), min(serial), max(serial) FROM (SELECT * "
                                    "FROM audit_events('%s') LIMIT -1) WHERE %s",
                                    log, ranges[i]);
        harness_expect(db, plain,
                       "SELECT count(*), min(serial), max(serial) FROM audit_events('%s') WHERE %s",
                       log, ranges[i]);
        free(plain);
    }
}

/* Between two of the 64 places of a log that are read: at each of these the clock has caught up. */
START_TEST(a_clock_that_was_set_back_for_a_short_part_of_a_log_hides_no_event)
{
    sqlite3 *db = harness_open();

    for (int round = 0; round < 4; round++) {
        int         step_at = 30000 + 250 * round;
        const char *log = long_log(60000, step_at, -600);
        for (int before = 560; before > 80; before -= 60) {
            int from = 1600000000 + step_at - before;
            harness_expect(
                db, "40",
                "SELECT count(*) FROM audit_events('%s') WHERE time >= %d AND time < %d + 20", log,
                from, from);
        }
    }
    harness_close(db);
}
END_TEST

START_TEST(a_range_of_time_gives_what_a_full_scan_gives)
{
    sqlite3 *db = harness_open();

    expect_ranges(db, long_log(20000, 20000, 0));
    expect_ranges(db, long_log(20000, 10000, -8000)); /* set back: all is read */
    expect_ranges(db, long_log(20000, 10000, -30));   /* a small step */
    expect_ranges(db, long_log(20000, 10000, 100000));
    harness_close(db);
}
END_TEST

START_TEST(a_range_of_time_reads_only_its_stretch)
{
    sqlite3    *db = harness_open();
    const char *log = long_log(20000, 20000, 0);

    harness_expect(db, "10", "SELECT count(*) FROM audit_events('%s') WHERE time >= 1600019990",
                   log);
    int64_t records =
        harness_int(db, "SELECT records FROM evidence_sources WHERE location = '%s'", log);
    ck_assert_int_gt(records, 20); /* by the size of the blocks that are read */
    ck_assert_int_lt(records, 2000);
    harness_close(db);
}
END_TEST

/* Outlines ------------------------------------------------------------------------ */

/* A log with a silence of up to three days now and then; from event `back_at` on a hundred days earlier; event `node_at` and
 * each five hundredth after it of another node. */
static const char *silent_log(int n, int back_at, int node_at)
{
    static char path[512];
    unsigned    seed = 7;
    long        at = 1600000000;

    snprintf(path, sizeof path, "%s/audit.log", harness_scratch());
    FILE *file = fopen(path, "w");
    ck_assert(file != NULL);
    for (int i = 0; i < n; i++) {
        seed = seed * 1103515245 + 12345;
        at += (seed >> 16) % 100 == 0 ? (seed >> 8) % 259200 : (seed >> 16) % 5;
        at -= i == back_at ? 8640000 : 0;
        for (int k = 0; k < 2; k++)
            fprintf(file,
                    "%stype=%s msg=audit(%ld.%03d:%d): arch=c000003e syscall=59 success=yes pid=%d "
                    "comm=\"a\" "
                    "exe=\"/bin/a\" key=(null)\n",
                    node_at >= 0 && i >= node_at && (i - node_at) % 500 == 0 ? "node=other " : "",
                    k ? "CWD" : "SYSCALL", at, i % 1000, i, i);
    }
    fclose(file);
    return path;
}

static void expect_outline(sqlite3 *db, long long apart)
{
    static const char ends[] = "SELECT min(time), max(time) FROM %s";
    static const char silences[] =
        "SELECT time - before, time FROM (SELECT time, lag(time) OVER (ORDER BY time) AS "
        "before FROM %s) WHERE time - before > %lld";

    harness_expect(db, harness_query(db, ends, "whole"), ends, "outline");
    harness_expect(db, harness_query(db, silences, "whole", 2 * apart), silences, "outline",
                   2 * apart);
    harness_expect(db, "0",
                   "SELECT count(*) FROM whole AS w WHERE NOT EXISTS (SELECT 1 FROM outline AS o "
                   "WHERE o.time BETWEEN "
                   "w.time - %lld AND w.time) OR NOT EXISTS (SELECT 1 FROM outline AS o WHERE "
                   "o.time BETWEEN w.time "
                   "AND w.time + %lld)",
                   apart, apart);
}

START_TEST(an_outline_has_the_ends_and_every_silence)
{
    static const long long aparts[] = {600, 43200, 1000000000000};
    sqlite3               *db = harness_open();
    const char            *log = silent_log(40000, -1, -1);

    harness_query(db, "CREATE TABLE whole AS SELECT time FROM audit_events('%s')", log);
    harness_query(db, "CREATE INDEX whole_time ON whole(time)");
    harness_expect(
        db, "1",
        "SELECT count(*) > 50 FROM (SELECT time - lag(time) OVER (ORDER BY time) AS silence FROM "
        "whole) WHERE silence > 86400");
    for (size_t i = 0; i < sizeof aparts / sizeof *aparts; i++) {
        harness_query(
            db, "CREATE TABLE outline AS SELECT time FROM audit_events('%s') WHERE outline = %lld",
            log, aparts[i]);
        harness_query(db, "CREATE INDEX outline_time ON outline(time)");
        expect_outline(db, aparts[i]);
        if (aparts[i] > 43200) /* else the silences of this log are all over it */
            harness_expect(db, "1", "SELECT count(*) < 4000 FROM outline");
        harness_expect(db, "read|0",
                       "SELECT status, skipped FROM evidence_sources WHERE location = '%s'", log);
        harness_query(db, "DROP TABLE outline");
    }
    harness_close(db);
}
END_TEST

/* Events of several nodes, few of them of the other; a clock that was set back in a part of the log, and shortly before its
 * end; a small log, a compressed one. */
START_TEST(a_log_that_cannot_be_outlined_is_read_whole)
{
    static const struct {
        int n, back_at, node_at;
    } logs[] = {{20000, -1, 7}, {20000, 9990, -1}, {20000, 19950, -1}, {200, -1, -1}};
    sqlite3 *db = harness_open();
    char     zipped[600], command[1300];

    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        const char *log = silent_log(logs[i].n, logs[i].back_at, logs[i].node_at);
        for (size_t k = 0; k < 2; k++)
            harness_expect(db, logs[i].n == 200 ? "200" : "20000",
                           "SELECT count(*) FROM audit_events('%s') WHERE outline = %s", log,
                           k ? "1000000000000" : "43200");
        snprintf(zipped, sizeof zipped, "%s.gz", log);
        snprintf(command, sizeof command, "gzip -c '%s' > '%s'", log, zipped);
        ck_assert_int_eq(system(command), 0);
        harness_expect(db, logs[i].n == 200 ? "200" : "20000",
                       "SELECT count(*) FROM audit_events('%s') WHERE outline = 1000000000000",
                       zipped);
    }
    harness_close(db);
}
END_TEST

/* Evidence ---------------------------------------------------------------------- */

static int64_t run_count(const char *command, const char *path)
{
    char line[4096];

    snprintf(line, sizeof line, command, path);
    FILE *out = popen(line, "r");
    ck_assert(out && fgets(line, sizeof line, out));
    pclose(out);
    return atoll(line);
}

/* ausearch joins fewer records than one serial has, as it takes some types for events of their own;
 * so what is compared is the records, and that every serial is there. */
static void compare_with_ausearch(const char *path, void *data)
{
    sqlite3 *db = data;

    if (strstr(path, "selinux.log") || strstr(path, "-end-2.log") || strstr(path, "rhel"))
        return; /* ausearch takes lines without a stamp, and comments */
    int64_t theirs = run_count("ausearch -if '%s' --raw 2>/dev/null | grep -c .", path);
    int64_t ours = harness_int(
        db,
        "SELECT ifnull(sum(1 + length(record) - length(replace(record, char(10), ''))), 0) "
        "FROM audit_events('%s')",
        path);
    ck_assert_msg(ours >= theirs, "%s: %lld records, ausearch has %lld", path, (long long)ours,
                  (long long)theirs);
    /* It leaves out a SYSCALL without all its fields and what belongs to it; the file has it. */
    ck_assert_int_eq(ours, run_count("grep -ac 'audit([0-9]' '%s'", path));
    int64_t shown =
        harness_int(db, "SELECT records FROM evidence_sources WHERE location = '%s'", path);
    ck_assert_int_eq(ours, shown);
}

static bool have_ausearch(void)
{
    return access("/usr/sbin/ausearch", X_OK) == 0 || access("/sbin/ausearch", X_OK) == 0;
}

START_TEST(made_logs_have_every_record_that_ausearch_finds)
{
    sqlite3 *db = harness_open();

    if (!have_ausearch())
        SKIP("needs ausearch");
    compare_with_ausearch("tests/corpus/audit_text/records", db);
    compare_with_ausearch(long_log(2000, 2000, 0), db);
    harness_close(db);
}
END_TEST

START_TEST(real_logs_have_every_record_that_ausearch_finds)
{

    if (!have_ausearch())
        SKIP("needs ausearch");
    if (!harness_evidence("audit/real"))
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    ck_assert_uint_eq(harness_each_evidence("audit/real", ".log", compare_with_ausearch, db), 55);
    harness_close(db);
}
END_TEST

START_TEST(a_real_argument_in_three_pieces_is_whole)
{
    const char *log =
        harness_evidence("audit/real/threathunters-io+laurel/src/testdata/record-execve-long.txt");

    if (!log)
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    harness_expect(
        db, "exec|2|8192",
        "SELECT category, json_array_length(argv), length(argv ->> 1) FROM audit_events('%s')",
        log);
    harness_close(db);
}
END_TEST

START_TEST(the_audit_records_of_a_journal_are_events_too)
{
    const char *dir = harness_evidence("journal/systemd-stable/no-rtc");

    if (!dir)
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    /* As journalctl --file counts entries of _TRANSPORT=audit, and of _AUDIT_TYPE=1130. */
    harness_expect(
        db, "716|232|232",
        "SELECT sum(1 + length(record) - length(replace(record, char(10), ''))), "
        "sum(type = 'SERVICE_START'), sum(type = 'SERVICE_START' AND unit GLOB '*?.service' "
        "AND success IS NOT NULL AND pid = 1) FROM audit_events('%s')",
        dir);
    harness_expect(db, "0",
                   "SELECT count(*) - count(DISTINCT source || \"offset\") "
                   "FROM audit_events('%s')",
                   dir);
    char *plain =
        harness_query(db, "SELECT count(*) FROM audit_events('%s') WHERE +time >= 1666584300", dir);
    harness_expect(db, plain, "SELECT count(*) FROM audit_events('%s') WHERE time >= 1666584300",
                   dir);
    free(plain);
    harness_close(db);
}
END_TEST

static void put_made_journal(const char *dir)
{
    size_t   size;
    uint8_t *data = make_journal("host", &size);

    harness_write(dir, "var/log/journal/0123/system.journal", data, size);
    free(data);
}

START_TEST(the_audit_records_of_a_made_journal_are_events_too)
{
    const char *dir = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(dir, "etc/passwd", "");
    put_made_journal(dir);
    harness_expect(
        db, "10|10|10|103|1795514403.0",
        "SELECT count(*), count(DISTINCT \"offset\"), sum(type = 'SERVICE_START' AND "
        "unit GLOB 'x?.service' AND success = 1 AND pid = 1), min(serial), min(time) FROM "
        "audit_events WHERE root = '%s'",
        dir);
    harness_expect(
        db, "5", "SELECT count(*) FROM audit_events WHERE root = '%s' AND time >= 1795514450", dir);
    harness_write_text(dir, "var/log/audit/audit.log", service_event);
    harness_expect(db, "11", "SELECT serial FROM audit_events WHERE root = '%s'", dir);
    harness_expect(db, "not read: the audit log has the same events",
                   "SELECT detail FROM evidence_sources WHERE table_name = 'audit_events' AND "
                   "location = '%s/var/log/journal'",
                   dir);
    harness_close(db);
}
END_TEST

/* Put a real journal where a made-up host keeps its journal. */
static void put_journal(const char *dir)
{
    size_t size;
    char  *data =
        harness_read(harness_evidence("journal/systemd-stable/no-rtc/system@0005ebbfd4346b9f-"
                                      "43185b46162d9fa5.journal~"),
                     &size);

    harness_write(dir, "var/log/journal/0123/system.journal", data, size);
    free(data);
}

START_TEST(a_hosts_journal_is_read_where_it_keeps_no_audit_log)
{
    const char *dir = harness_scratch();

    if (!harness_evidence("journal/systemd-stable/no-rtc"))
        SKIP("needs SVCQL_EVIDENCE");
    sqlite3 *db = harness_open();
    harness_write_text(dir, "etc/passwd", "");
    put_journal(dir);
    harness_expect(db, "436|436",
                   "SELECT count(*), count(DISTINCT record) FROM audit_events WHERE root = '%s'",
                   dir);
    harness_write_text(dir, "var/log/audit/audit.log", service_event);
    harness_expect(db, "11", "SELECT serial FROM audit_events WHERE root = '%s'", dir);
    harness_expect(db, "not read: the audit log has the same events",
                   "SELECT detail FROM evidence_sources WHERE table_name = 'audit_events' AND "
                   "location = '%s/var/log/journal'",
                   dir);
    harness_close(db);
}
END_TEST

/* Run a program with arguments that the kernel encodes, splits and numbers into the hundreds. */
static void run_hard_arguments(const char *program)
{
    char line[4096];

    snprintf(
        line, sizeof line,
        "%s plain 'with space' \"quo'te\" 'dq\"x' '' \"$(printf 'new\\nline')\" 'caf\xc3\xa9'; "
        "%s \"$(head -c 20000 /dev/zero | tr '\\0' 'a')\" end; "
        "%s \"$(head -c 20000 /dev/zero | tr '\\0' ' ')\" end; %s $(seq 1 3000)",
        program, program, program, program);
    ck_assert_int_eq(system(line), 0);
}

START_TEST(what_the_kernel_records_live_is_what_was_run)
{
    const char *dir = harness_scratch();
    char        program[512], copy[600];

    snprintf(program, sizeof program, "%s/program", dir);
    snprintf(copy, sizeof copy, "cp /bin/true %s", program);
    ck_assert_int_eq(system(copy), 0);
    const char *why_not = make_audit_begin(dir, program);
    if (why_not)
        SKIP("%s", why_not);
    sqlite3 *db = harness_open();
    run_hard_arguments(program);
    make_audit_end();
    harness_expect(
        db, "4|4|1",
        "SELECT count(*), sum(path = exe AND success AND key = 'svcql test' AND syscall = "
        "'execve'), count(DISTINCT exe) FROM audit_events('%s/audit.log') "
        "WHERE category = 'exec'",
        dir);
    harness_expect(
        db, "[\"plain\",\"with space\",\"quo'te\",\"dq\\\"x\",\"\",\"new\\nline\",\"caf\xc3\xa9\"]",
        "SELECT json_remove(argv, '$[0]') FROM audit_events('%s/audit.log') "
        "WHERE category = 'exec' AND json_array_length(argv) = 8",
        dir);
    harness_expect(db, "3|20000|end\n3|20000|end\n3001|1|2",
                   "SELECT json_array_length(argv), length(argv ->> 1), argv ->> 2 FROM "
                   "audit_events('%s/audit.log') WHERE category = 'exec' AND length(argv) > 9000",
                   dir);
    harness_close(db);
}
END_TEST

Suite *make_audit_events_suite(void)
{
    const TTest *const tests[] = {
        an_execution_is_one_row_of_all_its_records,
        the_file_of_an_event_has_a_mode_and_owners,
        each_kind_of_event_fills_its_own_columns,
        terms_that_are_pushed_down_lose_no_row,
        a_name_in_hexadecimal_is_found_by_what_it_says,
        a_separator_that_a_log_daemon_wrote_is_one,
        what_was_typed_is_commands,
        missing_arguments_keep_their_places,
        json_lines_of_laurel_and_auditbeat_are_events,
        the_folders_of_laurel_and_auditbeat_are_read_where_auditd_keeps_no_log,
        laurel_writes_a_command_as_one_text_too,
        io_uring_and_landlock_name_files,
        rotated_and_gzipped_logs_of_a_root_are_read,
        damage_is_counted_and_reported,
        a_log_that_is_absent_is_reported_and_fails_no_query,
        a_range_of_time_gives_what_a_full_scan_gives,
        a_clock_that_was_set_back_for_a_short_part_of_a_log_hides_no_event,
        a_range_of_time_reads_only_its_stretch,
        an_outline_has_the_ends_and_every_silence,
        a_log_that_cannot_be_outlined_is_read_whole,
        made_logs_have_every_record_that_ausearch_finds,
        real_logs_have_every_record_that_ausearch_finds,
        a_real_argument_in_three_pieces_is_whole,
        the_audit_records_of_a_made_journal_are_events_too,
        the_audit_records_of_a_journal_are_events_too,
        a_hosts_journal_is_read_where_it_keeps_no_audit_log,
        what_the_kernel_records_live_is_what_was_run,
    };
    Suite *suite = suite_create("audit_events");
    TCase *tcase = tcase_create("audit_events");

    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return suite;
}
