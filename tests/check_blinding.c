/* check_blinding.c -- command lines that stop, starve or blind what watches a host, and that write what
 * its manager reads: the same finding from a shell's history and from audit's record of `sh -c`. */
#include <stdio.h>
#include <string.h>

#include "harness.h"

#define UNITS "/etc/systemd/system/"

/* A line, and the grade and signals of its findings; NULL: none. */
static const struct {
    const char *line, *expected;
} lines[] = {
    {"echo '[Service]' > " UNITS "a.service", "info|typed_unit"},
    {"tee " UNITS "b.service", "info|typed_unit"},
    {"sed -i s/a/b/ " UNITS "c.service", "info|typed_unit"},
    {"cp /tmp/x " UNITS "d.service", "low|fetched_unit,typed_unit"},
    {"cp /root/x " UNITS "d.service", "info|typed_unit"},
    {"install -m644 /root/x " UNITS "e.service", "info|typed_unit"},
    {"curl -o " UNITS "f.service https://x.example.org/f", "low|fetched_unit,typed_unit"},
    {"ln -sf /dev/null " UNITS "auditd.service", "high|masked_security,typed_unit"},
    {"ln -sf /dev/null " UNITS "other.service", "info|typed_unit"},
    {"kill $(pidof falcon-sensor)", "medium|stops_security"},
    {"kill -STOP $(pidof osqueryd)", "medium|stops_security"},
    {"pkill -9 -f wazuh", "medium|stops_security"},
    {"pkill chrome", NULL},
    {"killall falcon-sensor", "medium|stops_security"},
    {"auditctl -e 0", "medium|stops_security"},
    {"auditctl -D", "medium|stops_security"},
    {"auditctl -w /etc -p wa", NULL},
    {"setenforce 0", "medium|stops_security"},
    {"setenforce 1", NULL},
    {"ufw disable", "medium|stops_security"},
    {"ufw allow 22", NULL},
    {"systemctl set-property auditd.service CPUQuota=1%", "high|stops_security,makes_service"},
    {"systemctl set-property nginx.service CPUQuota=50%", "low|makes_service"},
    {"systemctl list-units | grep -i falcon | xargs systemctl stop",
     "high|stops_security,stops_unnamed"},
    {"systemctl freeze wazuh-agent", "medium|stops_security"},
    {"systemctl disable --now auditd", "medium|stops_security"},
    {"systemctl kill -s KILL auditd", "medium|stops_security"},
    {"systemctl kill -s HUP auditd", NULL},
    {"systemctl kill -s USR1 auditd", NULL},
    {"systemctl kill --signal=SIGUSR2 auditd", NULL},
    {"systemctl kill -s WINCH auditd", NULL},
    {"systemctl kill -s CONT auditd", NULL},
    {"systemctl kill -s 0 auditd", NULL},
    {"kill -HUP $(pidof auditd)", NULL},
    {"kill -0 $(pidof osqueryd)", NULL},
    {"pkill -USR1 auditd", NULL},
    {"killall -s CONT auditd", NULL},
};

static sqlite3 *host_of(const char *path, const char *text)
{
    const char *root = harness_scratch();
    sqlite3    *db = harness_open();

    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_write_text(root, "etc/passwd",
                       "root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n");
    harness_write_text(root, path, text);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    return db;
}

static void expect_findings(sqlite3 *db, const char *expected)
{
    harness_expect(db, expected ? expected : "",
                   "SELECT severity, signals FROM findings WHERE signals <> ''");
    harness_close(db);
}

START_TEST(a_line_of_a_history_is_judged_by_what_it_does)
{
    char text[512];

    snprintf(text, sizeof text, "#1790000000\n%s\n", lines[_i].line);
    expect_findings(host_of("root/.bash_history", text), lines[_i].expected);
}
END_TEST

START_TEST(a_program_of_audit_is_judged_alike)
{
    char text[2048], hex[512] = "";

    for (size_t i = 0; lines[_i].line[i]; i++)
        snprintf(hex + 2 * i, 3, "%02X", (unsigned char)lines[_i].line[i]);
    snprintf(
        text, sizeof text,
        "type=SYSCALL msg=audit(1790000000.000:1): arch=c000003e syscall=59 success=yes exit=0 "
        "a0=0 a1=0 a2=0 a3=8 items=2 ppid=9 pid=10 auid=1000 uid=0 gid=0 euid=0 suid=0 "
        "fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"sh\" exe=\"/usr/bin/dash\" "
        "key=(null)\ntype=EXECVE msg=audit(1790000000.000:1): argc=3 a0=\"sh\" a1=\"-c\" "
        "a2=%s\n",
        hex);
    expect_findings(host_of("var/log/audit/audit.log", text), lines[_i].expected);
}
END_TEST

Suite *make_blinding_suite(void)
{
    Suite *s = suite_create("blinding");
    TCase *t = tcase_create("blinding");

    tcase_add_loop_test(t, a_line_of_a_history_is_judged_by_what_it_does, 0,
                        sizeof lines / sizeof lines[0]);
    tcase_add_loop_test(t, a_program_of_audit_is_judged_alike, 0, sizeof lines / sizeof lines[0]);
    suite_add_tcase(s, t);
    return s;
}
