/* check_posture.c -- each check of the four mitigations, on a weak and on a sound host. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "make_hive.h"
#include "make_plist.h"

static const char *const views[] = {"posture_privileged_accounts", "posture_user_accounts",
                                    "posture_behavior_prevention", "posture_permissions"};

/* The status of a check on the only host: fail, pass, unknown or not_applicable. */
static void expect_status(sqlite3 *db, const char *check, const char *status)
{
    harness_expect(db, status,
                   "SELECT DISTINCT status FROM (SELECT check_name, status FROM %s UNION ALL "
                   "SELECT check_name, status FROM %s UNION ALL SELECT check_name, status FROM %s "
                   "UNION ALL SELECT check_name, status FROM %s) WHERE check_name = '%s'",
                   views[0], views[1], views[2], views[3], check);
}

static sqlite3 *look_at(const char *root)
{
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES('%s')", root);
    return db;
}

static void set_mode(const char *root, const char *path, mode_t mode)
{
    char full[1024];

    snprintf(full, sizeof full, "%s/%s", root, path);
    ck_assert_int_eq(chmod(full, mode), 0);
}

/* Linux ------------------------------------------------------------------------- */

static const char unit[] = "[Unit]\nDescription=x\n[Service]\nExecStart=/opt/x/run --flag\n";

static const char *linux_host(void)
{
    const char *root = harness_scratch();

    chmod(root, 0755);
    harness_write_text(root, "etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n");
    harness_write_text(root, "etc/group", "root:x:0:\nsudo:x:27:\n");
    harness_write_text(root, "etc/hostname", "lin");
    harness_write_text(root, "etc/sudoers", "root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n");
    harness_write_text(root, "etc/systemd/system/x.service", unit);
    harness_write_text(root, "opt/x/run", "#!/bin/sh\n");
    harness_write_text(root, "usr/share/polkit-1/actions/x.policy",
                       "<policyconfig></policyconfig>");
    return root;
}

static const struct linux_case {
    const char *check, *path, *text;
    const char *open; /* a path that others may write; or NULL */
} linux_cases[] = {
    {"polkit_grant",         "etc/polkit-1/rules.d/1.rules",
     "polkit.addRule(function(a, s) { if (a.id == \"org.freedesktop.systemd1.manage-units\" && "
     "s.isInGroup(\"ops\")) return polkit.Result.YES; });",                                                            NULL                          },
    {"polkit_grant",         "etc/polkit-1/localauthority/50-local.d/a.pkla",
     "[a]\nIdentity=unix-user:bob\nAction=org.freedesktop.systemd1.*\nResultActive=yes\n",                             NULL                          },
    {"sudo_service_tool",    "etc/sudoers",
     "bob ALL=(root) NOPASSWD: /usr/bin/systemctl restart nginx\n",                                                    NULL                          },
    {"sudo_service_tool",    "etc/sudoers",                                   "bob ALL=(root) /usr/bin/systemctl *\n", NULL                          },
    {"sudo_service_tool",    "etc/sudoers",                                   "bob ALL=NOPASSWD: ALL\n",               NULL                          },
    {"lingering_user",       "var/lib/systemd/linger/ann",                    "",                                      NULL                          },
    {"user_units",           "home/ann/.config/systemd/user/y.service",       unit,                                    NULL                          },
    {"admin_group",          "etc/group",                                     "sudo:x:27:ann\n",                       NULL                          },
    {"unit_file_writable",   NULL,                                            NULL,                                    "etc/systemd/system/x.service"},
    {"exec_target_writable", NULL,                                            NULL,                                    "opt/x/run"                   },
    {"exec_target_writable", NULL,                                            NULL,                                    "opt/x"                       },
};

START_TEST(a_weak_linux_host_fails)
{
    const struct linux_case *c = &linux_cases[_i];
    const char              *root = linux_host();

    if (geteuid() != 0)
        SKIP("files of root's take root to make");
    if (c->path)
        harness_write_text(root, c->path, c->text);
    if (c->open)
        set_mode(root, c->open, 0777);
    sqlite3 *db = look_at(root);
    expect_status(db, c->check, "fail");
    harness_close(db);
}
END_TEST

static const char *const linux_checks[] = {
    "polkit_grant", "sudo_service_tool",  "lingering_user",      "user_units",
    "admin_group",  "unit_file_writable", "exec_target_writable"};

START_TEST(a_sound_linux_host_passes)
{
    if (geteuid() != 0)
        SKIP("files of root's take root to make");
    sqlite3 *db = look_at(linux_host());
    expect_status(db, linux_checks[_i], "pass");
    harness_close(db);
}
END_TEST

START_TEST(a_rule_that_looks_at_the_unit_is_no_blanket_grant)
{
    if (geteuid() != 0)
        SKIP("files of root's take root to make");
    const char *root = linux_host();
    harness_write_text(root, "etc/polkit-1/rules.d/1.rules",
                       "polkit.addRule(function(a, s) { if (a.id == "
                       "\"org.freedesktop.systemd1.manage-units\" && a.lookup(\"unit\") == "
                       "\"nginx.service\") return polkit.Result.YES; });");
    sqlite3 *db = look_at(root);
    expect_status(db, "polkit_grant", "pass");
    harness_close(db);
}
END_TEST

static int ask_as_nobody(const char *root)
{
    if (setgid(65534) < 0 || setuid(65534) < 0)
        return 2;
    sqlite3 *db = look_at(root);
    expect_status(db, "sudo_service_tool", "unknown");
    harness_close(db);
    return 0;
}

START_TEST(what_one_may_not_read_is_unknown)
{
    if (geteuid() != 0)
        SKIP("takes root to become somebody else");
    const char *root = linux_host();
    int         status;

    set_mode(root, "..", 0755);
    set_mode(root, "etc/sudoers", 0400);
    pid_t child = fork();
    if (child == 0)
        _exit(ask_as_nobody(root));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}
END_TEST

/* Windows ----------------------------------------------------------------------- */

static const char sound_service[] = "D:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCLCSWLOCRRC;;;IU)";

struct windows_host {
    struct made_hive *system, *software;
    struct made_key  *service, *control;
    const char       *root;
};

static struct windows_host windows_host(void)
{
    struct windows_host host = {make_hive(), make_hive(), NULL, NULL, harness_scratch()};

    make_hive_dword(make_hive_key(host.system, "Select"), "Current", 1);
    make_hive_string(
        make_hive_key(host.system, "ControlSet001\\Control\\ComputerName\\ComputerName"),
        "ComputerName", "WIN");
    host.control = make_hive_key(host.system, "ControlSet001\\Control");
    host.service = make_hive_key(host.system, "ControlSet001\\Services\\svc");
    make_hive_dword(host.service, "Type", 16);
    make_hive_dword(host.service, "Start", 2);
    make_hive_key(host.software, "Microsoft\\Windows NT\\CurrentVersion");
    return host;
}

static void add_security(struct windows_host *host, const char *sddl)
{
    make_hive_descriptor(make_hive_key(host->system, "ControlSet001\\Services\\svc\\Security"),
                         "Security", sddl);
}

static sqlite3 *look_at_windows(struct windows_host *host)
{
    make_hive_file(host->system, host->root, "Windows/System32/config/SYSTEM");
    make_hive_file(host->software, host->root, "Windows/System32/config/SOFTWARE");
    make_hive_free(host->system);
    make_hive_free(host->software);
    return look_at(host->root);
}

static const char asr_rules[] =
    "Policies\\Microsoft\\Windows Defender\\Windows Defender Exploit Guard\\ASR\\Rules";

static void block(struct windows_host *host, const char *value)
{
    struct made_key *rules = make_hive_key(host->software, asr_rules);

    make_hive_string(rules, "d1e49aac-8f56-4280-b9ba-993a6d77406c", value);
    make_hive_string(rules, "56a863a9-875e-4185-98a7-b882c64b5ce5", value);
}

START_TEST(a_sound_windows_host_passes)
{
    struct windows_host host = windows_host();

    make_hive_expand(host.service, "ImagePath", "\"C:\\Program Files\\a b\\svc.exe\" -x");
    add_security(&host, sound_service);
    block(&host, "1");
    sqlite3 *db = look_at_windows(&host);
    expect_status(db, "service_descriptor", "pass");
    expect_status(db, "manager_descriptor", "pass");
    expect_status(db, "unquoted_path", "pass");
    expect_status(db, "user_writable_path", "pass");
    expect_status(db, "asr_psexec_wmi", "pass");
    expect_status(db, "asr_vulnerable_drivers", "pass");
    expect_status(db, "polkit_grant", "not_applicable");
    harness_close(db);
}
END_TEST

START_TEST(a_weak_windows_host_fails)
{
    struct windows_host host = windows_host();

    make_hive_expand(host.service, "ImagePath", "C:\\Program Files\\a b\\svc.exe -x");
    struct made_key *other = make_hive_key(host.system, "ControlSet001\\Services\\other");
    make_hive_dword(other, "Type", 16);
    make_hive_expand(other, "ImagePath", "C:\\Users\\bob\\svc.exe");
    add_security(&host, "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;AU)");
    make_hive_security(other, "O:BAG:BAD:(A;;KA;;;BU)(A;;KA;;;BA)");
    make_hive_dword(host.control, "RemoteAccessExemption", 1);
    block(&host, "2"); /* audit is no block */
    sqlite3 *db = look_at_windows(&host);
    expect_status(db, "service_descriptor", "fail");
    expect_status(db, "service_key", "fail");
    expect_status(db, "manager_descriptor", "fail");
    expect_status(db, "unquoted_path", "fail");
    expect_status(db, "user_writable_path", "fail");
    expect_status(db, "asr_psexec_wmi", "fail");
    expect_status(db, "asr_vulnerable_drivers", "fail");
    harness_close(db);
}
END_TEST

START_TEST(rules_that_are_set_nowhere_are_off)
{
    struct windows_host host = windows_host();

    sqlite3 *db = look_at_windows(&host);
    expect_status(db, "asr_psexec_wmi", "fail");
    harness_close(db);
}
END_TEST

START_TEST(without_the_hive_it_is_unknown)
{
    struct windows_host host = windows_host();

    make_hive_file(host.system, host.root, "Windows/System32/config/SYSTEM");
    make_hive_free(host.system);
    make_hive_free(host.software);
    sqlite3 *db = look_at(host.root);
    expect_status(db, "asr_psexec_wmi", "unknown");
    harness_close(db);
}
END_TEST

START_TEST(rules_set_by_policy_manager_count)
{
    struct windows_host host = windows_host();

    make_hive_string(
        make_hive_key(host.software, "Policies\\Microsoft\\Windows Defender\\Policy Manager"),
        "ASRRules",
        "D1E49AAC-8F56-4280-B9BA-993A6D77406C=1|56A863A9-875E-4185-98A7-B882C64B5CE5=2");
    sqlite3 *db = look_at_windows(&host);
    expect_status(db, "asr_psexec_wmi", "pass");
    expect_status(db, "asr_vulnerable_drivers", "fail");
    harness_close(db);
}
END_TEST

/* macOS ------------------------------------------------------------------------- */

static const char job[] = "<dict><key>Label</key><string>org.x</string><key>ProgramArguments</key>"
                          "<array><string>/opt/x</string></array></dict>";

static const char *macos_host(mode_t plist, mode_t program)
{
    const char *root = harness_scratch();

    harness_write_text(root, "System/Library/LaunchDaemons/.keep", "");
    make_plist(root, "Library/LaunchDaemons/org.x.plist", false, job);
    harness_write_text(root, "opt/x", "x");
    set_mode(root, "Library/LaunchDaemons/org.x.plist", plist);
    set_mode(root, "opt/x", program);
    return root;
}

START_TEST(a_sound_macos_host_passes)
{
    sqlite3 *db = look_at(macos_host(0644, 0755));
    expect_status(db, "plist_owner", "pass");
    expect_status(db, "plist_target_writable", "pass");
    expect_status(db, "asr_psexec_wmi", "not_applicable");
    harness_close(db);
}
END_TEST

START_TEST(a_weak_macos_host_fails)
{
    sqlite3 *db = look_at(macos_host(0666, 0777));
    expect_status(db, "plist_owner", "fail");
    expect_status(db, "plist_target_writable", "fail");
    harness_close(db);
}
END_TEST

Suite *make_posture_suite(void)
{
    Suite *suite = suite_create("posture");
    TCase *tcase = tcase_create("posture");

    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, a_weak_linux_host_fails, 0,
                        sizeof linux_cases / sizeof *linux_cases);
    tcase_add_loop_test(tcase, a_sound_linux_host_passes, 0,
                        sizeof linux_checks / sizeof *linux_checks);
    tcase_add_test(tcase, a_rule_that_looks_at_the_unit_is_no_blanket_grant);
    tcase_add_test(tcase, what_one_may_not_read_is_unknown);
    tcase_add_test(tcase, a_sound_windows_host_passes);
    tcase_add_test(tcase, a_weak_windows_host_fails);
    tcase_add_test(tcase, rules_that_are_set_nowhere_are_off);
    tcase_add_test(tcase, without_the_hive_it_is_unknown);
    tcase_add_test(tcase, rules_set_by_policy_manager_count);
    tcase_add_test(tcase, a_sound_macos_host_passes);
    tcase_add_test(tcase, a_weak_macos_host_fails);
    suite_add_tcase(suite, tcase);
    return suite;
}
