/* check_unlisted.c -- a host whose packages are unknown: what is in the folders where packages put
 * nothing is somebody's own, and is judged as on a host that has a list of packages. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#define UNITS "etc/systemd/system/"

/* Files of one host, each a path and its text; an empty text is a compiled program. */
static const struct {
    const char *files[5][2], *expected, *of;
} hosts[] = {
    {{{"etc/udev/rules.d/99-x.rules",
       "ACTION==\"add\", ENV{MAJOR}==\"1\", RUN+=\"/opt/agentd run:+\"\n"},
      {"opt/agentd", ""}},
     "medium|hook_program,program_unowned",
     "/etc/udev/rules.d/99-x.rules"},
    {{{"etc/udev/rules.d/99-x.rules", "ACTION==\"add\", RUN+=\"/usr/bin/logger x\"\n"},
      {"usr/bin/logger", ""}},
     "",
     "/etc/udev/rules.d/99-x.rules"},
    {{{"usr/lib/udev/rules.d/99-x.rules", "ACTION==\"add\", RUN+=\"/opt/vendor/tool\"\n"},
      {"opt/vendor/tool", ""}},
     "",
     "/usr/lib/udev/rules.d/99-x.rules"},
    {{{"etc/init.d/hqzkvpwmtr", "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: hqzkvpwmtr\n### END "
                                "INIT INFO\ncase $1 in start) /var/lib/hqzkvpwmtr 99;; esac\n"},
      {"var/lib/hqzkvpwmtr", ""},
      {"usr/bin/sh", ""}},
     "medium|random_name,legacy_start,starts_stranger,program_unowned,unowned",
     "/etc/init.d/hqzkvpwmtr"},
    {{{"etc/init.d/cron", "#!/bin/sh\n### BEGIN INIT INFO\n# Provides: cron\n### END INIT INFO\n"
                          "case $1 in start) /usr/sbin/cron;; esac\n"},
      {"usr/sbin/cron", ""},
      {"usr/bin/sh", ""}},
     "",
     "/etc/init.d/cron"},
    {{{UNITS "agentd.service", "[Unit]\nDescription=a\n[Service]\nType=forking\n"
                               "ExecStart=/etc/init.d/agentd start\n"},
      {"etc/init.d/agentd", "#!/bin/sh\n/opt/agentd d 99 &\n"},
      {"opt/agentd", ""}},
     "medium|starts_init_script,program_unowned,unowned",
     "/etc/systemd/system/agentd.service"},
    {{{UNITS "sshd-mgmt.service", "[Unit]\nDescription=Management\n[Service]\n"
                                  "ExecStart=/usr/sbin/sshd -D -f /etc/ssh/mgmt.conf\n"},
      {"usr/sbin/sshd", ""}},
     "medium|second_daemon,unowned",
     "/etc/systemd/system/sshd-mgmt.service"},
    {{{UNITS "audit.service",
       "[Unit]\nDescription=a\n[Service]\n"
       "ExecStart=/usr/bin/python3 /usr/local/lib/python3/dist-packages/a.py\n"},
      {"usr/bin/python3", ""},
      {"usr/local/lib/python3/dist-packages/a.py", "print(1)\n"}},
     "medium|script_in_library_folder,unowned",
     "/etc/systemd/system/audit.service"},
    {{{UNITS "logind.service.d/1.conf", "[Unit]\nWants=probe.service\nOnFailure=probe.service\n"},
      {"usr/lib/systemd/system/logind.service",
       "[Unit]\nDescription=a\n[Service]\nExecStart=/usr/bin/true\n"},
      {"usr/bin/true", ""}},
     "medium|pulls_in_stranger,unowned",
     "/etc/systemd/system/logind.service.d/1.conf"},
    {{{UNITS "logind.service.d/1.conf",
       "[Service]\nBindReadOnlyPaths=/opt/agentd:/usr/lib/systemd/logind\n"},
      {"usr/lib/systemd/system/logind.service",
       "[Unit]\nDescription=a\n[Service]\nExecStart=/lib/systemd/logind\n"},
      {"usr/lib/systemd/logind", ""},
      {"opt/agentd", ""}},
     "high|mounts_over_program",
     "/usr/lib/systemd/system/logind.service"},
    {{{"etc/systemd/system-sleep/10-x", "#!/bin/sh\n/opt/agentd 1\n"}},
     "medium|hook_absent,program_unowned",
     "/etc/systemd/system-sleep/10-x"},
    {{{"etc/systemd/system-sleep/10-x", "#!/bin/sh\n/usr/sbin/modprobe -r e1000e\n"}},
     "",
     "/etc/systemd/system-sleep/10-x"},
    {{{"run/systemd/transient/check.timer", "[Unit]\nDescription=/opt/agentd 1\n[Timer]\n"
                                            "OnCalendar=*:0/5\nRemainAfterElapse=no\n"}},
     "medium|transient_timer,transient,timer_every_minutes,unowned",
     "/run/systemd/transient/check.timer"},
    {{{UNITS "web.service", "[Unit]\nDescription=Web\n[Service]\nExecStart=/usr/bin/python3 "
                            "/srv/web/app.py\nUser=web\n"},
      {"usr/bin/python3", ""},
      {"srv/web/app.py", "print(1)\n"}},
     "info|unowned",
     "/etc/systemd/system/web.service"},
};

START_TEST(what_no_package_would_put_there_is_somebodys_own)
{
    const char *root = harness_scratch();

    if (geteuid() != 0) /* others than root may write what an ordinary user makes */
        SKIP("needs root");
    sqlite3 *db = harness_open();
    harness_write_text(root, "etc/hostname", "web1\n");
    harness_write_text(root, "etc/os-release", "ID=debian\n");
    harness_link(root, "lib", "usr/lib");
    harness_link(root, "bin", "usr/bin");
    for (size_t i = 0; i < 5 && hosts[_i].files[i][0]; i++) {
        const char *text = hosts[_i].files[i][1];
        char        path[512];
        harness_write_text(root, hosts[_i].files[i][0], *text ? text : "\177ELF");
        snprintf(path, sizeof path, "%s/%s", root, hosts[_i].files[i][0]);
        ck_assert_int_eq(chmod(path, 0755), 0);
    }
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", root);
    harness_expect(db, hosts[_i].expected,
                   "SELECT severity, signals FROM findings WHERE subject = '%s'", hosts[_i].of);
    harness_close(db);
}
END_TEST

Suite *make_unlisted_suite(void)
{
    Suite *s = suite_create("unlisted");
    TCase *t = tcase_create("unlisted");

    tcase_add_loop_test(t, what_no_package_would_put_there_is_somebodys_own, 0,
                        sizeof hosts / sizeof hosts[0]);
    suite_add_tcase(s, t);
    return s;
}
