/* check_writers.c -- who wrote a file of a service: what audit's records of the file, audit's and sudo's
 * records of commands say, the writer's ancestors, and how the write is judged. */
#include <stdio.h>
#include <string.h>

#include "harness.h"

#define RECORD(n) " msg=audit(1790000000.000:" n "): "
#define NOBODY    "4294967295"
#define UNIT      "/etc/systemd/system/metrics.service"
#define CALL(n, number, pid, ppid, auid, uid, comm, exe)                                           \
    "type=SYSCALL" RECORD(n) "arch=c000003e syscall=" number                                       \
                             " success=yes exit=3 a0=0 a1=0 a2=241 a3=8 items=2 ppid=" ppid        \
                             " pid=" pid " auid=" auid " uid=" uid " gid=0 euid=" uid              \
                             " suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=" auid          \
                             " comm=\"" comm "\" exe=\"" exe "\" key=\"units\"\n"
#define RAN(n, pid, ppid, auid, uid, exe, arguments)                                               \
    CALL(n, "59", pid, ppid, auid, uid, "x", exe) "type=EXECVE" RECORD(n) arguments "\n"
#define WROTE(n, pid, ppid, auid, comm, exe)                                                       \
    CALL(n, "257", pid, ppid, auid, "0", comm, exe)                                                \
    "type=PATH" RECORD(n) "item=1 name=\"" UNIT "\" inode=2 dev=08:01 mode=0100644 ouid=0 ogid=0 " \
                          "rdev=00:00 nametype=CREATE\n"

static sqlite3 *host_of(const char *path, const char *log)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/passwd",
                       "root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n"
                       "www-data:x:33:33::/var/www:/bin/false\n");
    harness_write_text(root, path, log);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    return db;
}

/* What the log says, the signals of the write, and its grade. */
static const struct {
    const char *log, *expected;
} writes[] = {
    {WROTE("1", "50", "40", NOBODY, "tee", "/usr/bin/tee"), "writes_unit|medium"},
    {WROTE("1", "50", "40", "1000", "tee", "/usr/bin/tee"), "typed_unit|info"},
    {WROTE("1", "50", "40", "1000", "x", "/tmp/x"), "runs_from_temp,writes_unit,typed_unit|high"},
    {WROTE("1", "50", "40", NOBODY, "dpkg", "/usr/bin/dpkg"), "|info"},
    {WROTE("1", "50", "40", NOBODY, "dpkg", "/dev/shm/dpkg"), "runs_from_temp,writes_unit|high"},
    {WROTE("1", "50", "40", NOBODY, "puppet", "/opt/puppetlabs/puppet/bin/ruby"), "|info"},
    {WROTE("1", "50", "40", NOBODY, "puppet", "/tmp/ruby"), "runs_from_temp,writes_unit|high"},
    {WROTE("1", "50", "40", NOBODY, "cloud-init", "/usr/bin/python3.13"), "|info"},
    {RAN("1", "40", "30", NOBODY, "0", "/usr/bin/dash",
         "argc=3 a0=\"/bin/sh\" a1=\"/var/lib/dpkg/info/x.postinst\" a2=\"configure\"")
         WROTE("2", "50", "40", NOBODY, "cp", "/usr/bin/cp"),
     "|info"},
    {RAN("1", "40", "30", NOBODY, "0", "/usr/bin/python3.13",
         "argc=2 a0=\"python3\" "
         "a1=\"/root/.ansible/tmp/ansible-tmp-1/AnsiballZ_copy.py\"")
         WROTE("2", "50", "40", NOBODY, "python3", "/usr/bin/python3.13"),
     "|info"},
    {RAN("1", "40", "30", NOBODY, "0", "/usr/bin/python3.13",
         "argc=2 a0=\"python3\" "
         "a1=\"/var/tmp/ansible-tmp-1790000000.1-22-33/AnsiballZ_template.py\"")
         WROTE("2", "50", "40", NOBODY, "python3", "/usr/bin/python3.13"),
     "|info"},
    {RAN("1", "40", "30", NOBODY, "33", "/usr/bin/python3.13",
         "argc=2 a0=\"python3\" a1=\"/tmp/ansible-tmp-1.1-22-33/AnsiballZ_template.py\"")
         WROTE("2", "50", "40", NOBODY, "python3", "/usr/bin/python3.13"),
     "writes_unit|medium"},
    /* Two steps below the web server, as root in a session of somebody. */
    {RAN("1", "30", "20", NOBODY, "33", "/usr/bin/dash", "argc=3 a0=\"sh\" a1=\"-c\" a2=\"id\"")
         RAN("2", "40", "30", "1000", "0", "/usr/bin/sudo", "argc=2 a0=\"sudo\" a1=\"tee\"")
             WROTE("3", "50", "40", "1000", "tee", "/usr/bin/tee"),
     "writes_unit,typed_unit|medium"},
};

START_TEST(a_write_is_judged_by_who_writes)
{
    sqlite3 *db = host_of("var/log/audit/audit.log", writes[_i].log);

    harness_expect(db, writes[_i].expected,
                   "SELECT signals, severity FROM t1569_file_modification WHERE subject = '" UNIT
                   "'");
    harness_close(db);
}
END_TEST

START_TEST(a_writers_ancestors_are_named_nearest_first)
{
    sqlite3 *db =
        host_of("var/log/audit/audit.log",
                RAN("1", "20", "1", NOBODY, "33", "/usr/bin/dash", "argc=1 a0=\"a\"")
                    RAN("2", "30", "20", NOBODY, "33", "/usr/bin/dash", "argc=1 a0=\"b\"")
                        RAN("3", "40", "30", NOBODY, "0", "/usr/bin/dash", "argc=1 a0=\"c\"")
                            RAN("4", "50", "40", NOBODY, "0", "/usr/bin/tee", "argc=1 a0=\"d\"")
                                RAN("5", "60", "1", NOBODY, "0", "/usr/bin/tee", "argc=1 a0=\"e\"")
                                    WROTE("6", "50", "40", NOBODY, "tee", "/usr/bin/tee"));

    harness_expect(
        db, "0|[[\"root\",\"d\"],[\"root\",\"c\"],[\"www-data\",\"b\"],[\"www-data\",\"a\"]]|1",
        "SELECT login, lineage, service_child FROM file_facts WHERE origin = 'log'");
    harness_close(db);
}
END_TEST

/* Of a command that audit or sudo recorded, without a record of the file. */
START_TEST(commands_of_audit_and_sudo_are_writes)
{
    sqlite3 *db = host_of("var/log/audit/audit.log",
                          RAN("1", "50", "40", "1000", "0", "/usr/bin/cp",
                              "argc=3 a0=\"cp\" a1=\"/tmp/a.service\" a2=\"" UNIT "\"")
                              RAN("2", "51", "40", "1000", "0", "/usr/bin/cp",
                                  "argc=3 a0=\"cp\" a1=\"/srv/a\" a2=\"/srv/b\""));

    harness_expect(db, "created|" UNIT "|root|ann|50|cp|/tmp/a.service|command",
                   "SELECT action, path, user, login_user, pid, exe, from_path, via FROM "
                   "file_events WHERE via <> 'audit'");
    harness_expect(db, "fetched_unit,typed_unit|low",
                   "SELECT signals, severity FROM t1569_file_modification WHERE subject = '" UNIT
                   "'");
    harness_close(db);
    db = host_of("var/log/auth.log",
                 "2026-09-21T14:00:00+00:00 web1 sudo: ann : TTY=pts/0 ; PWD=/home/ann ; "
                 "USER=root ; COMMAND=/usr/bin/tee " UNIT "\n"
                 "2026-09-21T14:00:01+00:00 web1 sudo: ann : TTY=pts/0 ; PWD=/home/ann ; "
                 "USER=root ; COMMAND=/usr/bin/tee /srv/x\n"
                 "2026-09-21T14:00:02+00:00 web1 sudo: ann : command not allowed ; TTY=pts/0 ; "
                 "PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/tee " UNIT ".d/x.conf\n");
    harness_expect(db, "created|" UNIT "|root|ann|tee|command",
                   "SELECT action, path, user, login_user, exe, via FROM file_events");
    harness_expect(db, "typed_unit|info",
                   "SELECT signals, severity FROM t1569_file_modification WHERE subject = '" UNIT
                   "'");
    harness_close(db);
}
END_TEST

Suite *make_writers_suite(void)
{
    Suite *s = suite_create("writers");
    TCase *t = tcase_create("writers");

    tcase_add_loop_test(t, a_write_is_judged_by_who_writes, 0, sizeof writes / sizeof writes[0]);
    tcase_add_test(t, a_writers_ancestors_are_named_nearest_first);
    tcase_add_test(t, commands_of_audit_and_sudo_are_writes);
    suite_add_tcase(s, t);
    return s;
}
