/* check_cases.c -- the cases of SVCQL_CASES that are about units, scripts, packages and logs come out as
 * their list says. A link is kept there as a file with its target; here it is a link again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

/* Copy a case; returns its folder. */
static const char *copy(const char *cases, const char *number)
{
    const char *dir = harness_scratch();
    char        command[4096];

    snprintf(
        command, sizeof command,
        "cp -r '%s/behaviour/%s/.' '%s' && chmod -R u+w '%s' && cd '%s' && find . -type f -size "
        "-256c ! -name README | while IFS= read -r f; do t=$(cat \"$f\"); case \"$t\" in "
        "*[[:space:]]*) ;; "
        "/?*|./*|../*) [ \"$(wc -l < \"$f\")\" = 0 ] && rm \"$f\" && ln -s \"$t\" \"$f\";; esac; "
        "done; true",
        cases, number, dir, dir, dir);
    ck_assert_int_eq(system(command), 0);
    return dir;
}

/* ROOT in the query is the case's root, or one of its files. */
static const struct {
    const char *number, *root, *expected, *sql;
} cases[] = {
    {"101", "", "1",
     "SELECT count(*) FROM unit_commandsROOT WHERE setting = 'ExecStart' AND effective"},
    {"103", "", "0", "SELECT count(*) FROM unit_filesROOT WHERE error IS NOT NULL"},
    {"104", "", "0", "SELECT count(*) FROM unit_filesROOT WHERE error IS NOT NULL"},
    {"105", "",
     "[\"/bin/echo\", \"a\"]||1\n[\"/bin/echo\", \"b\", \";\", \"c\"]||1\n[\"/bin/false\"]|-|1",
     "SELECT argv, flags, effective FROM unit_commandsROOT"},
    {"106", "",
     "c106b.service|bad-setting: /etc/systemd/system/c106b.service:3: Unbalanced quoting, "
     "ignoring: "
     "\"/bin/echo \"oops\"\n"
     "c108.service|bad-setting: /etc/systemd/system/c108.service:6: Neither a valid executable "
     "name "
     "nor an absolute path: !/bin/true\n"
     "c130.service|bad-setting: Service has more than one ExecStart= setting, which is only "
     "allowed "
     "for Type=oneshot services. Refusing.",
     "SELECT name, error FROM unit_filesROOT WHERE error IS NOT NULL ORDER BY name"},
    {"109", "",
     "/usr/lib/systemd/system/c109-app-.service.d/20-b.conf|/etc/systemd/system/c109-.service.d/"
     "20-b.conf\n/usr/lib/systemd/system/c109-app-x.service.d/10-a.conf|/etc/systemd/system/"
     "c109-.service.d/10-a.conf",
     "SELECT path, shadowed_by FROM unit_filesROOT WHERE shadowed_by IS NOT NULL ORDER BY path"},
    {"109", "", "W=own|0|another file replaces it",
     "SELECT value, effective, ignored FROM unit_settingsROOT WHERE value = 'W=own'"},
    {"110", "", "2",
     "SELECT count(*) FROM unit_filesROOT WHERE state = 'masked' AND kind = 'drop-in'"},
    {"111", "",
     "/bin/sleep 4111|/usr/lib/systemd/system/c111.service|0\n"
     "/bin/sleep 9111|/opt/conf/c111.d/t.conf|1",
     "SELECT text, path, effective FROM unit_commandsROOT"},
    {"113", "", "c113-x.service|static\nc113b.service|disabled",
     "SELECT name, state FROM unit_filesROOT WHERE kind = 'unit' ORDER BY name"},
    {"114", "",
     "c114.service|indirect|[\"c114alias.service\"]\nc114alias.service|alias|NULL\n"
     "c114c.service|enabled|[\"c114cc.service\"]\nc114cc.service|alias|NULL",
     "SELECT name, state, aliases FROM unit_filesROOT WHERE kind IN ('unit', 'link') AND name <> "
     "'c114alias2.service' ORDER BY name"},
    {"114", "", "c114.service|{\"FROM\": \"alias\"}\nc114c.service|{}",
     "SELECT unit, environment FROM unit_commandsROOT ORDER BY unit"},
    {"115", "", "c115@.service|indirect\nc115b@.service|enabled",
     "SELECT name, state FROM unit_filesROOT WHERE kind = 'unit' ORDER BY name"},
    {"116", "", "indirect", "SELECT state FROM unit_filesROOT WHERE name = 'c116.service'"},
    {"118", "",
     "/etc/systemd/system/c118a.service|masked\n/etc/systemd/system/c118b.service|masked\n"
     "/etc/systemd/system/c118c.service|masked\n/etc/systemd/system/c118f.service|disabled\n"
     "/run/systemd/system/c118e.service|masked-runtime\n"
     "/usr/lib/systemd/system/c118d.service|masked",
     "SELECT path, state FROM unit_filesROOT WHERE shadowed_by IS NULL ORDER BY path"},
    {"133", "", "enabled|[\"multi-user.target\"]",
     "SELECT state, started_by FROM unit_filesROOT WHERE name = 'c133.service' AND kind = 'unit'"},
    {"134", "",
     "c134.service|[\"/bin/sleep\", \"4134\"]|0\nc134b.service|[\"/bin/sleep\", \"4134\"]|1",
     "SELECT unit, argv, effective FROM unit_commandsROOT ORDER BY unit"},
    {"134", "", "line 2: not UTF-8; systemd reads no further|NULL\nhas NUL bytes|nobody",
     "SELECT error, user FROM unit_filesROOT ORDER BY name"},
    {"136", "", ".b.conf|other\na.conf~|other\nc.conf.dpkg-old|other\nd.conf.bak|other\ne|other",
     "SELECT name, kind FROM unit_filesROOT WHERE unit = 'c136.service' AND kind <> 'unit' ORDER "
     "BY "
     "name"},
    {"136", "", "/bin/sleep 1",
     "SELECT exec_start FROM unit_filesROOT WHERE name = 'c136.service'"},
    {"138", "",
     "c138.service|link|linked|/srv/units/c138.service|0\n"
     "c139other.service|dependency-link|NULL|/etc/systemd/system/c101.service|1",
     "SELECT name, kind, state, link_target, link_dangling FROM unit_filesROOT ORDER BY name"},
    {"138", "", "/bin/sleep 1", "SELECT text FROM unit_commandsROOT"},
    {"143", "",
     "OnBootSec=5min|1\nOnCalendar=|0\nOnCalendar=Mon..Fri *-*-* 03:00|1\nOnCalendar=Sat 04:00 "
     "Europe/Berlin|1\nOnCalendar=hourly|0\nOnUnitActiveSec=1h 30min|1",
     "SELECT key || '=' || value AS line, effective FROM unit_settingsROOT WHERE key GLOB 'On*' "
     "ORDER BY line"},
    {"203", "", "/tmp/.cache/upd",
     "SELECT program FROM unit_commandsROOT WHERE instance IS NOT NULL"},
    {"421", "/root",
     "xena|/bin/one\nyan|/bin/two\nzoe|/bin/byhost\nu10ok|/bin/10-ok\nu50space|/bin/50space\n"
     "u70nl|/bin/70-nl\ngoodu|/bin/y\ncru|/bin/cr\nuREADME|/bin/README\natwo|/bin/a",
     "SELECT users ->> 0, commands ->> 0 FROM sudoersROOT WHERE source NOT GLOB '*/sudoers' ORDER "
     "BY "
     "rule"},
    {"421", "/root",
     "[\"/usr/bin/env \\\"\\\"\"]\n[\"/bin/tab with tabs\"]\n"
     "[\"/usr/bin/systemctl restart x.service\"]\n[\"/usr/bin/tail -n 1,2 /var/log/x:y\"]\n"
     "[\"!/bin/sh\",\"!/bin/bash\"]",
     "SELECT commands FROM sudoersROOT WHERE users ->> 0 IN ('ned', 'mo', 'wes', 'a,b', 'ray') AND "
     "(commands GLOB '*env*' OR commands GLOB '*tab*' OR commands GLOB '*x.service*' OR commands "
     "GLOB '*tail*' OR commands GLOB '*bash*') ORDER BY commands GLOB '*env*' DESC, commands GLOB "
     "'*tab*' DESC, commands GLOB '*x.service*' DESC, commands GLOB '*tail*' DESC"},
    {"422", "", "zoe|/bin/byhost",
     "SELECT users ->> 0, commands ->> 0 FROM sudoersROOT ORDER BY rule DESC LIMIT 1"},
    {"423", "", "10-a|1\nsudoers|0",
     "SELECT replace(source, rtrim(source, replace(source, '/', '')), ''), nopasswd FROM "
     "sudoersROOT ORDER BY rule"},
    {"601", "/root",
     "/bin/svcd|svc|NULL\n/etc/cf.conf|cf|1\n/etc/gone.conf|gone|0\n/etc/old.conf|cf|0\n"
     "/lib/systemd/system/svc.service|svc|NULL\n/usr/bin/ds|ds|0\n/usr/bin/loc.real|loc|0\n"
     "/usr/bin/sl|sl|0\n/usr/bin/tool|div|0\n/usr/bin/tool.distrib|orig|0\n"
     "/usr/lib/a32.so|liba|1\n/usr/lib/a64.so|liba|0",
     "SELECT path, package, altered FROM package_filesROOT WHERE digest IS NOT NULL ORDER BY path"},
    /* clang-format off */
    {"301", "/301.log", "301|[\"sh\",\"-c\",\"echo ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ\",\"tail end\"]|0",
     "SELECT serial, argv, incomplete FROM audit_eventsROOT ORDER BY time, serial"},
    {"301", "/301b.log", "302|[\"sh\",\"-c\",\"systemctl stop auditd.se\"]|0",
     "SELECT serial, argv, incomplete FROM audit_eventsROOT ORDER BY time, serial"},
    {"304", "/304.log", "306|'head 3005 ''0'' DEADBEEF'",
     "SELECT serial, quote(cmdline) FROM audit_eventsROOT ORDER BY time, serial"},
    {"305", "/305.log", "307|exec,units",
     "SELECT serial, key FROM audit_eventsROOT ORDER BY time, serial"},
    {"307", "/307.log", "309|id|web1\n309|ps ax|web2",
     "SELECT serial, cmdline, host FROM audit_eventsROOT ORDER BY time, serial"},
    {"307", "/308.log", "310|id\n310|who",
     "SELECT serial, cmdline FROM audit_eventsROOT ORDER BY time, serial"},
    {"307", "/309.log", "311|aa\n312|bb",
     "SELECT serial, cmdline FROM audit_eventsROOT ORDER BY time, serial"},
    {"307", "/329.log", "352|id",
     "SELECT serial, cmdline FROM audit_eventsROOT ORDER BY time, serial"},
    {"310", "/310.log", "313|SYSTEM_SHUTDOWN|success|root",
     "SELECT serial, type, result, user FROM audit_eventsROOT ORDER BY time, serial"},
    {"311", "/311.log", "314|SERVICE_START|nightly.service|success|root\n315|SERVICE_STOP|nightly.service|failed|root\n316|SERVICE_START|nightly.service|success|root",
     "SELECT serial, type, unit, result, user FROM audit_eventsROOT ORDER BY time, serial"},
    {"312", "/312.log", "8336|DAEMON_START|success",
     "SELECT serial, type, result FROM audit_eventsROOT ORDER BY time, serial"},
    {"313", "/313.log", "317|AVC|mysqld\n318|AVC|apparmor_parser",
     "SELECT serial, type, comm FROM audit_eventsROOT ORDER BY time, serial"},
    {"314", "/314.log", "319|systemctl disable --now auditd|/home/kim|success\n320|ls|/tmp/a b/|failed",
     "SELECT serial, cmdline, cwd, result FROM audit_eventsROOT ORDER BY time, serial"},
    {"314", "/315.log", "321|USER_LOGIN|failed\n322|USER_AUTH|failed",
     "SELECT serial, type, result FROM audit_eventsROOT ORDER BY time, serial"},
    {"317", "/317.log", "326|file|/etc/systemd/system/a.service\n327|file|/tmp/a b/new unit.service",
     "SELECT serial, category, path FROM audit_eventsROOT ORDER BY time, serial"},
    {"319", "/318.log", "328|id -u",
     "SELECT serial, cmdline FROM audit_eventsROOT ORDER BY time, serial"},
    {"319", "/319.log", "329|id",
     "SELECT serial, cmdline FROM audit_eventsROOT ORDER BY time, serial"},
    {"319", "/319b.log", "330|AVC|NULL\n331|SERVICE_START|cron.service",
     "SELECT serial, type, unit FROM audit_eventsROOT ORDER BY time, serial"},
    {"327", "/327.log", "348|TTY|systemctl stop auditd\n349|USER_TTY|systemctl mask auditd",
     "SELECT serial, type, cmdline FROM audit_eventsROOT ORDER BY time, serial"},
    {"330", "/330a.log", "401|systemctl stop auditd|NULL|1|execs|root\n403|NULL|NULL|1|NULL|root\n402|NULL|auditd.service|1|NULL|root",
     "SELECT serial, cmdline, unit, success, key, user FROM audit_eventsROOT ORDER BY time, serial"},
    {"330", "/330b.log", "401|systemctl stop auditd|NULL|1|execs|root\n403|NULL|NULL|1|NULL|root\n402|NULL|auditd.service|1|NULL|root",
     "SELECT serial, cmdline, unit, success, key, user FROM audit_eventsROOT ORDER BY time, serial"},
    {"330", "/330d.log", "401|systemctl stop auditd|NULL|1|execs|root\n403|NULL|NULL|1|NULL|root\n402|NULL|auditd.service|1|NULL|root",
     "SELECT serial, cmdline, unit, success, key, user FROM audit_eventsROOT ORDER BY time, serial"},
    {"330", "/330g.log", "401|systemctl stop auditd|NULL|1|execs|root\n403|NULL|NULL|1|NULL|root\n402|NULL|auditd.service|1|NULL|root",
     "SELECT serial, cmdline, unit, success, key, user FROM audit_eventsROOT ORDER BY time, serial"},
    {"801", "/auth.log", "1|login|kim|NULL|1|NULL|1|NULL|NULL|127.0.0.1\n2|login|o'x|NULL|0|NULL|1|NULL|NULL|2001:db8::9\n3|login|kim|NULL|1|NULL|1|NULL|NULL|203.0.113.5\n4|sudo|kim|root|1|NULL|1|NULL|/usr/bin/systemctl stop auditd|NULL\n5|sudo|kim|root|0|NULL|1|NULL|/usr/bin/id|NULL\n6|sudo|kim|root|0|NULL|1|NULL|/usr/bin/id|NULL\n7|sudo|kim|www-data|0|NULL|1|NULL|/bin/sh -c echo a ; COMMAND=/bin/fake|NULL\n8|sudo|kim|root|0|NULL|1|NULL|/usr/bin/id|NULL\n9|sudo|kim|root|1|0|1|NULL|/bin/bash -c 'x'|NULL\n10|sudo|kim|root|1|NULL|1|NULL|/usr/bin/systemctl stop x|NULL\n11|sudo|kim|NULL|1|NULL|1|NULL|y z|NULL\n12|sudo|kim|root|1|NULL|1|NULL|list|NULL\n13|sudo|kim|root|1|NULL|1|NULL|sudoedit /etc/systemd/system/a.service|NULL\n14|su|kim|root|1|NULL|1|NULL|NULL|NULL\n15|su|kim|root|0|NULL|1|NULL|NULL|NULL\n16|su|kim|root|1|NULL|1|NULL|NULL|NULL\n17|session|kim|root|1|NULL|1|NULL|NULL|NULL\n18|pkexec|kim|root|1|NULL|1|NULL|/usr/bin/systemctl stop y|NULL\n19|polkit|kim|kim|1|NULL|1|org.freedesktop.systemd1.manage-units|systemctl stop z|NULL\n20|polkit|kim|NULL|0|NULL|1|org.freedesktop.systemd1.manage-unit-files|/usr/bin/x y|NULL\n21|cron|root|NULL|1|NULL|1|NULL|systemctl restart q|NULL\n22|sudo|kim|root|1|NULL|1|NULL|/usr/bin/id -a|NULL\n23|sudo|kim|root|1|NULL|1|NULL|/usr/bin/id -b|NULL\n25|sudo|kim|root|1|NULL|1|NULL|/usr/bin/id -d|NULL\n26|sudo|kim|root|1|NULL|1|NULL|/usr/bin/id -e|NULL\n27|sudo|kim|root|1|NULL|1|NULL|/usr/bin/id -f|NULL\n28|sudo|kim|root|1|NULL|1|NULL|/usr/bin/id -g|NULL\n29|login|root|NULL|0|NULL|3|NULL|NULL|203.0.113.7\n30|doas|kim|root|1|NULL|1|NULL|systemctl stop w|NULL\n31|doas|kim|NULL|0|NULL|1|NULL|systemctl stop w|NULL\n32|sudo|kim|root|1|NULL|1|NULL|/usr/bin/id -h|NULL\n33|other|NULL|NULL|NULL|NULL|1|NULL|NULL|NULL\n34|login|root|NULL|1|NULL|1|NULL|NULL|NULL\n35|session|NULL|kim|1|NULL|1|NULL|NULL|NULL",
     "SELECT line, kind, user, target_user, success, result, count, action, command, remote_host FROM auth_eventsROOT ORDER BY line"},
    {"802", "/auth.log", "1|sudo|kim|root|1|0|1|NULL|/bin/bash -c 'x'|NULL\n2|sudo|kim|root|1|143|1|NULL|/usr/bin/systemctl stop x|NULL\n3|polkit|kim|root|1|NULL|1|org.freedesktop.systemd1.manage-units|systemctl stop z|NULL\n4|polkit|kim|NULL|0|NULL|1|org.freedesktop.systemd1.manage-unit-files|/usr/bin/x y|NULL\n5|login|root|NULL|0|NULL|3|NULL|NULL|203.0.113.7\n6|login|root|NULL|1|NULL|1|NULL|NULL|NULL\n7|login|kim|NULL|1|NULL|1|NULL|NULL|NULL\n8|login|kim|NULL|0|NULL|1|NULL|NULL|NULL\n9|other|NULL|NULL|NULL|NULL|1|NULL|NULL|NULL\n10|session|NULL|kim|1|NULL|1|NULL|NULL|NULL\n11|other|NULL|NULL|NULL|NULL|1|NULL|NULL|NULL\n12|auth|kim|kim|0|NULL|1|NULL|NULL|NULL\n13|other|NULL|NULL|NULL|NULL|1|NULL|NULL|NULL\n14|other|NULL|NULL|NULL|NULL|1|NULL|NULL|NULL",
     "SELECT line, kind, user, target_user, success, result, count, action, command, remote_host FROM auth_eventsROOT ORDER BY line"},
    {"401", "/.bash_history", "2|1700000000.0|sudo su -\n4|1700000100.0|for u in a b; do\n  systemctl stop $u\ndone\n9|1700000201.0|id\n11|1700000300.0|whoami",
     "SELECT line, time, command FROM shell_historyROOT ORDER BY line"},
    {"403", "/.zsh_history", "1|1700000400.0|systemctl status cron\n2|1700000410.0|echo \\\nfoo\n4|1700000420.0|for i in 1 2; do\n  systemctl stop x$i\ndone\n7|1700000430.0|echo \"größe – 日本\"\n8|NULL|plain line\n9|1700000440.0|echo a\\\\ \n10|1700000450.0|echo \": 1700000460:0;fake\"\n12|1700000480.0|echo nospace\n13|NULL|: notanum:0;x\n14|NULL|: 1700000490;legacy",
     "SELECT line, time, command FROM shell_historyROOT ORDER BY line"},
    /* clang-format on */
    {"609", "", "tzd", "SELECT DISTINCT package FROM package_filesROOT"},
    {"701", "/root",
     "alpha|enabled\ndelta|NULL\neta|disabled\ngamma|enabled\niota|NULL\nkappa|enabled\n"
     "theta.sh|enabled\nzeta|disabled",
     "SELECT name, state FROM unit_filesROOT WHERE kind = 'sysv' ORDER BY name"},
    {"721", "",
     "1|10-a.rules|yes\n2|10-a.rules|yes\n3|10-a.rules|yes\n4|10-a.rules|yes\n5|10-a.rules|yes\n"
     "6|10-a.rules|auth_self_keep\n7|10-a.rules|no\n8|10-a.rules|admin\n9|10-a.rules|unknown\n"
     "10|10-a.rules|unknown\n11|10-a.rules|unknown",
     "SELECT number, replace(path, rtrim(path, replace(path, '/', '')), '') AS file, iif(kind = "
     "'admin', kind, result) FROM polkit_rulesROOT WHERE path GLOB '*/10-a.rules'"},
    {"702", "", "gamma|gamma.service|/opt/x/gamma.sh|disabled",
     "SELECT name, unit, resolved_path, state FROM unit_filesROOT WHERE kind = 'sysv'"},
};

START_TEST(the_case_comes_out_as_its_list_says)
{
    const char *folder = getenv("SVCQL_CASES"), *sql = cases[_i].sql, *mark = strstr(sql, "ROOT");

    if (!folder)
        SKIP("needs SVCQL_CASES");
    const char *dir = copy(folder, cases[_i].number);
    sqlite3    *db = harness_open();
    harness_expect(db, cases[_i].expected, "%.*s('%s%s')%s", (int)(mark - sql), sql, dir,
                   cases[_i].root, mark + 4);
    harness_close(db);
}
END_TEST

/* 611 is the source of a package, which rpm builds and installs here. */
START_TEST(a_package_of_rpm_has_the_rows_of_its_source)
{
    static const char *const databases[] = {"/var/lib/rpm", "/usr/lib/sysimage/rpm"};
    const char              *folder = getenv("SVCQL_CASES");
    char                     command[4096];

    if (!folder)
        SKIP("needs SVCQL_CASES");
    if (geteuid() != 0 || system("command -v rpmbuild > /dev/null") != 0)
        SKIP("needs root and rpmbuild");
    const char *root = harness_scratch();
    snprintf(command, sizeof command,
             "cd '%s' && mkdir image && rpmbuild --quiet --define '_topdir %s/b' --define "
             "'_build_id_links none' -bb '%s/behaviour/611/t.spec' > /dev/null 2>&1 && rpm --root "
             "'%s/image' --dbpath %s --define '_db_backend sqlite' --nodeps --nosignature -i "
             "b/RPMS/noarch/*.rpm > /dev/null 2>&1",
             root, root, folder, root, databases[_i]);
    ck_assert_int_eq(system(command), 0);
    sqlite3 *db = harness_open();
    harness_expect(
        db,
        "/etc/svct.conf|1|sha256|0|1\n/lib/x/old.so|0|sha256|0|1\n/opt/a b|0|NULL|NULL|1\n"
        "/opt/a b/c|0|sha256|0|1\n/usr/bin/svct|0|sha256|0|1\n"
        "/usr/bin/svct-link|0|NULL|NULL|1\n"
        "/usr/lib/systemd/system/svct.service|0|sha256|0|1\n"
        "/var/log/svct.log|0|NULL|NULL|0",
        "SELECT path, conffile, digest_kind, altered, present FROM package_files WHERE "
        "root = '%s/image' AND package = 'svct' AND version = '2:1.0-3' ORDER BY path",
        root);
    harness_close(db);
}
END_TEST

Suite *make_cases_suite(void)
{
    Suite *s = suite_create("cases");
    TCase *t = tcase_create("behaviour");

    tcase_add_loop_test(t, the_case_comes_out_as_its_list_says, 0, sizeof cases / sizeof cases[0]);
    tcase_add_loop_test(t, a_package_of_rpm_has_the_rows_of_its_source, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
