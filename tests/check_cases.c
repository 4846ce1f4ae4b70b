/* check_cases.c -- the cases of SVCQL_CASES that are about units, scripts and packages come out as
 * their list says. A link is kept there as a file with its target; here it is a link again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* ROOT in the query is the case's root. */
static const struct {
    const char *number, *root, *expected, *sql;
} cases[] = {
    {"101", "", "1",
     "SELECT count(*) FROM unit_commandsROOT WHERE setting = 'ExecStart' AND effective"},
    {"103", "", "0", "SELECT count(*) FROM unit_filesROOT WHERE error IS NOT NULL"},
    {"104", "", "0", "SELECT count(*) FROM unit_filesROOT WHERE error IS NOT NULL"},
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
    {"113", "", "c113-x.service|static\nc113b.service|disabled",
     "SELECT name, state FROM unit_filesROOT WHERE kind = 'unit' ORDER BY name"},
    {"115", "", "c115@.service|indirect\nc115b@.service|enabled",
     "SELECT name, state FROM unit_filesROOT WHERE kind = 'unit' ORDER BY name"},
    {"116", "", "indirect", "SELECT state FROM unit_filesROOT WHERE name = 'c116.service'"},
    {"133", "", "enabled|[\"multi-user.target\"]",
     "SELECT state, started_by FROM unit_filesROOT WHERE name = 'c133.service' AND kind = 'unit'"},
    {"136", "", ".b.conf|other\na.conf~|other\nc.conf.dpkg-old|other\nd.conf.bak|other\ne|other",
     "SELECT name, kind FROM unit_filesROOT WHERE unit = 'c136.service' AND kind <> 'unit' ORDER "
     "BY "
     "name"},
    {"136", "", "/bin/sleep 1",
     "SELECT exec_start FROM unit_filesROOT WHERE name = 'c136.service'"},
    {"203", "", "/tmp/.cache/upd",
     "SELECT program FROM unit_commandsROOT WHERE instance IS NOT NULL"},
    {"609", "", "tzd", "SELECT DISTINCT package FROM package_filesROOT"},
    {"701", "/root",
     "alpha|enabled\ndelta|NULL\neta|disabled\ngamma|enabled\niota|NULL\nkappa|enabled\n"
     "theta.sh|enabled\nzeta|disabled",
     "SELECT name, state FROM unit_filesROOT WHERE kind = 'sysv' ORDER BY name"},
    {"702", "", "gamma|gamma.service|/opt/x/gamma.sh|disabled",
     "SELECT name, unit, resolved_path, state FROM unit_filesROOT WHERE kind = 'sysv'"},
};

START_TEST(the_case_comes_out_as_its_list_says)
{
    const char *folder = getenv("SVCQL_CASES"), *sql = cases[_i].sql, *mark = strstr(sql, "ROOT");

    if (!folder)
        SKIP("no SVCQL_CASES");
    const char *dir = copy(folder, cases[_i].number);
    sqlite3    *db = harness_open();
    harness_expect(db, cases[_i].expected, "%.*s('%s%s')%s", (int)(mark - sql), sql, dir,
                   cases[_i].root, mark + 4);
    harness_close(db);
}
END_TEST

Suite *make_cases_suite(void)
{
    Suite *s = suite_create("cases");
    TCase *t = tcase_create("behaviour");

    tcase_add_loop_test(t, the_case_comes_out_as_its_list_says, 0, sizeof cases / sizeof cases[0]);
    suite_add_tcase(s, t);
    return s;
}
